-- Rows of the default partition go to partitions of their own, batch by batch.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS pgscale;
RESET client_min_messages;
CREATE SCHEMA drain;
SET search_path = drain;
SET TimeZone = 'UTC';
SET DateStyle = 'ISO';
SET pgscale.clock = '2026-11-15 12:00:00+00';

CREATE TABLE customers (id int PRIMARY KEY);
INSERT INTO customers SELECT generate_series(1, 10);
CREATE TABLE orders (id int, at timestamptz, note text, customer int REFERENCES customers, PRIMARY KEY (id, at)) PARTITION BY RANGE (at);
CREATE INDEX ON orders (at);
CREATE FUNCTION forbid() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'a trigger fired for a row that was only moved'; END $$;
SELECT action, partition FROM pgscale.create_parent('orders', 'at', '1 month', premake => 1, default_partition => true);
INSERT INTO orders SELECT i, timestamptz '2026-03-01 00:00+00' + i * interval '1 hour', 'note ' || i, 1 + i % 10 FROM generate_series(0, 999) i;
INSERT INTO orders VALUES (5000, '2020-05-05', 'old', 1), (5001, '2026-11-05', 'now', 2);
-- a column that old rows do not have in them
ALTER TABLE orders ADD COLUMN state text NOT NULL DEFAULT 'new', ADD COLUMN twice int GENERATED ALWAYS AS (id * 2) STORED;
CREATE TRIGGER forbid BEFORE INSERT OR DELETE ON orders FOR EACH ROW EXECUTE FUNCTION forbid();
CREATE TABLE before AS SELECT * FROM orders;

CALL pgscale.drain_default('orders', batch => 200);
SELECT tableoid::regclass AS partition, count(*), min(at), max(at) FROM orders GROUP BY 1 ORDER BY 2 DESC, 1;
SELECT count(*) AS changed FROM ((TABLE before EXCEPT ALL TABLE orders) UNION ALL (TABLE orders EXCEPT ALL TABLE before)) d;
SELECT partition, bounds, rows, outcome, message FROM pgscale.runs WHERE parent = 'orders' AND action = 'drain' ORDER BY id;
SELECT partition, lower, upper FROM pgscale.partitions WHERE root = 'orders'::regclass ORDER BY lower NULLS LAST;
-- nothing is left behind, the foreign key is there and valid, the indexes are used
SELECT conrelid::regclass, conname, convalidated FROM pg_constraint
 WHERE conrelid IN ('orders_p2026_03'::regclass, 'orders_default'::regclass) AND (contype = 'f' OR conname = 'pgscale_guard') ORDER BY 1, 2;
SELECT count(*) FROM pgscale.growing;
SET enable_seqscan = off;
SELECT note FROM orders_p2026_03 WHERE at = '2026-03-02 00:00+00';
RESET enable_seqscan;
ALTER TABLE orders DISABLE TRIGGER forbid;
INSERT INTO orders_p2026_03 VALUES (1, '2026-04-01', 'not here', 1);
INSERT INTO orders VALUES (1, '2026-03-01 01:00+00', 'twice', 1);
INSERT INTO orders VALUES (6000, '2026-03-31', 'its place', 11);
INSERT INTO orders (id, at, note, customer) VALUES (6000, '2026-03-31', 'its place', 10);
SELECT tableoid::regclass, note FROM orders WHERE id = 6000;
-- again: nothing to do
CALL pgscale.drain_default('orders');
SELECT count(*) FROM pgscale.runs WHERE parent = 'orders' AND action = 'drain';

-- neither ATTACH scans: the look by the index that found the last row is the proof
CREATE TABLE plain (id int, k int) PARTITION BY RANGE (k);
SELECT count(*) FROM pgscale.create_parent('plain', 'k', '100', premake => 0, default_partition => true);
INSERT INTO plain SELECT i, 500 + i FROM generate_series(1, 10) i;
\set VERBOSITY terse
-- (the event trigger would tell its OID)
ALTER EVENT TRIGGER pgscale_note_ddl DISABLE;
SET client_min_messages = debug1;
CALL pgscale.drain_default('plain', batch => 5);
RESET client_min_messages;
ALTER EVENT TRIGGER pgscale_note_ddl ENABLE;
\set VERBOSITY default

-- what retention would take at once stays, as do keys that no range holds
CREATE TABLE visits (id int, at timestamptz) PARTITION BY RANGE (at);
SELECT count(*) FROM pgscale.create_parent('visits', 'at', '1 month', premake => 0, default_partition => true, retention => '2 months');
INSERT INTO visits VALUES (1, '2020-01-01'), (2, '2026-08-31'), (3, '2026-09-01'), (4, 'infinity'), (5, '-infinity'), (6, NULL), (7, '2027-05-05');
CALL pgscale.drain_default('visits');
SELECT tableoid::regclass, * FROM visits ORDER BY id;

-- numbers; more rows of one key than a batch stay together
CREATE TABLE events (id numeric, note text) PARTITION BY RANGE (id);
CREATE INDEX ON events (id);
SELECT count(*) FROM pgscale.create_parent('events', 'id', '10', premake => 0, default_partition => true);
INSERT INTO events SELECT i / 3.0, 'third ' || i FROM generate_series(90, 110) i;
INSERT INTO events SELECT 31, 'many ' || i FROM generate_series(1, 20) i;
INSERT INTO events VALUES ('NaN', 'no number'), (-0.5, 'below zero');
CALL pgscale.drain_default('events', 5);
SELECT tableoid::regclass AS partition, count(*), min(id), max(id) FROM events GROUP BY 1 ORDER BY 3;
SELECT partition, bounds, rows FROM pgscale.runs WHERE parent = 'events' AND action = 'drain' ORDER BY id;

-- a table that others refer to: its partitions cannot be detached to grow, so each is made at once
CREATE TABLE parents (id int PRIMARY KEY) PARTITION BY RANGE (id);
SELECT count(*) FROM pgscale.create_parent('parents', 'id', '100', premake => 0, default_partition => true);
CREATE TABLE children (parent int REFERENCES parents ON DELETE CASCADE);
INSERT INTO parents SELECT generate_series(500, 599);
INSERT INTO children SELECT id FROM parents;
CALL pgscale.drain_default('parents', 10);
SELECT tableoid::regclass AS partition, count(*) FROM parents GROUP BY 1;
SELECT count(*) FROM children;
SELECT partition, bounds, rows FROM pgscale.runs WHERE parent = 'parents' AND action = 'drain';

-- keys in which moments are encoded, and keys of several columns
CREATE TABLE messages (id uuid PRIMARY KEY, n int) PARTITION BY RANGE (id);
SELECT count(*) FROM pgscale.create_parent('messages', 'id', '1 month', premake => 0, default_partition => true, encoding => 'uuidv7');
INSERT INTO messages
SELECT (lpad(to_hex((extract(epoch FROM t) * 1000)::bigint), 12, '0') || '70008000' || lpad(to_hex(n), 12, '0'))::uuid, n
  FROM generate_series(1, 100) n, LATERAL (SELECT timestamptz '2026-03-30 00:00+00' + n * interval '1 hour' AS t) x;
CALL pgscale.drain_default('messages', 30);
SELECT tableoid::regclass AS partition, count(*), min(n), max(n) FROM messages GROUP BY 1 ORDER BY 3;
SELECT partition, bounds, rows, outcome, message FROM pgscale.runs WHERE parent = 'messages' AND action = 'drain' ORDER BY id;

CREATE TABLE visits_by_shop (day date, shop int, n int, PRIMARY KEY (day, shop, n)) PARTITION BY RANGE (day, shop);
SELECT count(*) FROM pgscale.create_parent('visits_by_shop', 'day', '1 month', premake => 0, default_partition => true);
INSERT INTO visits_by_shop SELECT date '2026-03-25' + n / 10, n % 3, n FROM generate_series(0, 99) n;
CALL pgscale.drain_default('visits_by_shop', 25);
SELECT tableoid::regclass AS partition, count(*), min(day), max(day) FROM visits_by_shop GROUP BY 1 ORDER BY 3;
SELECT partition, bounds, rows, outcome, message FROM pgscale.runs WHERE parent = 'visits_by_shop' AND action = 'drain' ORDER BY id;

-- list sets: groups of the policy whose rows were there first, and discovered values
CREATE TABLE clients (id int, country text) PARTITION BY LIST (country);
CREATE INDEX ON clients (country);
CREATE TABLE clients_default PARTITION OF clients DEFAULT;
INSERT INTO clients SELECT i, c FROM generate_series(1, 5) i, unnest(ARRAY['DE', 'FR', 'US', NULL, '', 'null', 'it''s']) c;
INSERT INTO clients VALUES (6, 'rare');
SELECT action, partition FROM pgscale.create_parent('clients', 'country', lists => '{"eu": ["DE", "FR"]}', default_partition => true, auto_list => true, auto_list_rows => 5);
CALL pgscale.drain_default('clients', 2);
SELECT tableoid::regclass AS partition, country, count(*) FROM clients GROUP BY 1, 2 ORDER BY tableoid::regclass::text COLLATE "C", country;
SELECT auto_list, auto_list_rows, lists FROM pgscale.partition_sets WHERE parent = 'clients'::regclass;

-- by the policy, in a visit; a partition of the present whose rows came first is no trouble
CREATE TABLE logs (at timestamptz) PARTITION BY RANGE (at);
CREATE TABLE logs_default PARTITION OF logs DEFAULT;
INSERT INTO logs VALUES ('2026-11-15'), ('2026-12-15'), ('2026-02-02');
SELECT count(*) FROM pgscale.create_parent('logs', 'at', '1 month', premake => 1, default_partition => true, drain => true) WHERE action = 'refuse';
CALL pgscale.run_maintenance('logs');
SELECT tableoid::regclass, * FROM logs ORDER BY at;
SELECT last_error, failures FROM pgscale.partition_sets WHERE parent = 'logs'::regclass;
SELECT action, partition, outcome FROM pgscale.runs WHERE parent = 'logs' ORDER BY id;
SELECT count(*) FROM pgscale.alter_parent('logs', drain => false);
SELECT drain FROM pgscale.partition_sets WHERE parent = 'logs'::regclass;

-- what cannot be
CALL pgscale.drain_default(NULL);
CALL pgscale.drain_default('orders', 0);
CALL pgscale.drain_default('orders', NULL);
CALL pgscale.drain_default('customers');
BEGIN;
CALL pgscale.drain_default('orders');
ROLLBACK;
SELECT pgscale.alter_parent('orders', auto_list => true);
SELECT pgscale.alter_parent('orders', default_partition => false, drain => true);
SELECT pgscale.alter_parent('clients', auto_list_rows => 0);
CREATE TABLE nested (id int) PARTITION BY RANGE (id);
CREATE TABLE nested_default PARTITION OF nested DEFAULT PARTITION BY RANGE (id);
SELECT count(*) FROM pgscale.create_parent('nested', 'id', '10', premake => 0);
CALL pgscale.drain_default('nested');
CREATE ROLE drain_other;
GRANT USAGE ON SCHEMA drain TO drain_other;
SET ROLE drain_other;
CALL pgscale.drain_default('orders');
RESET ROLE;

-- a row that row security would hide is not passed over
CREATE ROLE drain_owner;
GRANT ALL ON SCHEMA drain TO drain_owner;
CREATE TABLE secrets (id int) PARTITION BY RANGE (id);
SELECT count(*) FROM pgscale.create_parent('secrets', 'id', '10', premake => 0, default_partition => true);
INSERT INTO secrets VALUES (500);
ALTER TABLE secrets_default ENABLE ROW LEVEL SECURITY;
ALTER TABLE secrets_default FORCE ROW LEVEL SECURITY;
ALTER TABLE secrets OWNER TO drain_owner;
ALTER TABLE secrets_default OWNER TO drain_owner;
CALL pgscale.drain_default('secrets');

-- nor one that a foreign key to the default partition itself would lose
CREATE TABLE referred (id int PRIMARY KEY) PARTITION BY RANGE (id);
SELECT count(*) FROM pgscale.create_parent('referred', 'id', '10', premake => 0, default_partition => true);
INSERT INTO referred VALUES (500);
CREATE TABLE refers (id int REFERENCES referred_default);
CALL pgscale.drain_default('referred');
DROP TABLE refers;
CREATE TABLE refers (id int REFERENCES referred);
INSERT INTO refers VALUES (500);
CALL pgscale.drain_default('referred');
SELECT tableoid::regclass, * FROM referred;

SET client_min_messages = warning;
DROP SCHEMA drain CASCADE;
DROP ROLE drain_other, drain_owner;
SELECT count(*) FROM pgscale.growing;
