-- The way back: the rows of a set go to a plain table, partition by partition, and the partitions go.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS pgscale;
RESET client_min_messages;
CREATE SCHEMA undo;
SET search_path = undo;
SET timezone = 'UTC';
SET datestyle = 'ISO';
SET pgscale.clock = '2026-03-10 00:00+00';

CREATE TABLE orders (id int, at timestamptz NOT NULL, note text DEFAULT 'x', PRIMARY KEY (id, at)) PARTITION BY RANGE (at);
SELECT action, partition FROM pgscale.create_parent('orders', 'at', '1 month', premake => 1, start_at => '2026-01-01', default_partition => true);
INSERT INTO orders SELECT n, '2026-01-01'::timestamptz + n * interval '1 hour' FROM generate_series(1, 1500) n;
INSERT INTO orders VALUES (-1, '2020-01-01', 'in the default');
-- a column that was dropped, and one that old rows do not have
ALTER TABLE orders DROP COLUMN note;
ALTER TABLE orders ADD COLUMN amount int DEFAULT 7;

-- what is refused, before anything is begun
\set VERBOSITY default
CALL pgscale.undo_partition('orders', NULL);
CALL pgscale.undo_partition('orders', 'orders');
CREATE TABLE short (id int, at timestamptz);
CALL pgscale.undo_partition('orders', 'short');
CREATE TABLE wide (LIKE orders, more int);
CALL pgscale.undo_partition('orders', 'wide');
CREATE TABLE other (id bigint, at timestamptz, amount int);
CALL pgscale.undo_partition('orders', 'other');
CREATE UNLOGGED TABLE unsafe (LIKE orders);
CALL pgscale.undo_partition('orders', 'unsafe');
CREATE TABLE lists (a int PRIMARY KEY);
CREATE TABLE with_key (LIKE orders, FOREIGN KEY (id) REFERENCES lists);
CALL pgscale.undo_partition('orders', 'with_key');
CREATE TABLE plain (LIKE orders INCLUDING ALL);
ALTER TABLE unsafe SET LOGGED;
CREATE ROLE undo_other;
GRANT USAGE ON SCHEMA undo TO undo_other;
ALTER TABLE unsafe OWNER TO undo_other;
CALL pgscale.undo_partition('orders', 'unsafe');
CALL pgscale.undo_partition('orders', 'plain', 0);
CALL pgscale.undo_partition('orders_p2026_01', 'plain');
CALL pgscale.undo_partition('plain', 'orders');
BEGIN;
CALL pgscale.undo_partition('orders', 'plain');
ROLLBACK;
CREATE TABLE refers (id int, at timestamptz, FOREIGN KEY (id, at) REFERENCES orders);
CALL pgscale.undo_partition('orders', 'plain');
DROP TABLE refers;
SET ROLE undo_other;
CALL pgscale.undo_partition('orders', 'plain');
RESET ROLE;
SELECT paused FROM pgscale.partition_sets WHERE parent = 'orders'::regclass;

-- a row that the table does not take stops it where it is, and nothing is lost
ALTER TABLE plain ADD CHECK (id <> 1000);
CALL pgscale.undo_partition('orders', 'plain', 200);
SELECT paused FROM pgscale.partition_sets WHERE parent = 'orders'::regclass;
SELECT (SELECT count(*) FROM orders) + (SELECT count(*) FROM plain) AS all_rows, (SELECT count(*) > 0 FROM plain) AS moved;
ALTER TABLE plain DROP CONSTRAINT plain_id_check;

-- the next call goes on
CALL pgscale.undo_partition('orders', 'plain', 200);
SELECT (SELECT count(*) FROM orders) AS set_rows, count(*), sum(id), sum(amount), count(*) FILTER (WHERE at < '2021-01-01') AS of_default FROM plain;
SELECT count(*) FROM pgscale.partition_sets WHERE parent = 'orders'::regclass;
SELECT count(*) FROM pg_inherits WHERE inhparent = 'orders'::regclass;
SELECT DISTINCT action, outcome, sqlstate FROM pgscale.runs WHERE parent = 'orders' ORDER BY 1, 2;
SELECT sum(rows) FROM pgscale.runs WHERE parent = 'orders' AND action = 'move' AND outcome = 'ok';

-- a set with levels, of another owner, whose rows row security hides from others
CREATE ROLE undo_owner;
GRANT ALL ON SCHEMA undo TO undo_owner;
SET ROLE undo_owner;
CREATE TABLE events (region text, day date NOT NULL, id int GENERATED ALWAYS AS IDENTITY, twice int GENERATED ALWAYS AS (id * 2) STORED) PARTITION BY LIST (region);
SELECT action, partition FROM pgscale.create_parent('events', 'region', lists => '{"eu": ["de", "fr"], "us": ["us"]}');
SELECT action, partition FROM pgscale.create_subparent('events', 'day', '1 month', premake => 1);
INSERT INTO events (region, day) SELECT (ARRAY['de', 'fr', 'us'])[1 + n % 3], '2026-03-15' FROM generate_series(1, 90) n;
CREATE TABLE all_events (LIKE events INCLUDING ALL);
ALTER TABLE events ENABLE ROW LEVEL SECURITY;
RESET ROLE;
CALL pgscale.undo_partition('events', 'all_events');
SELECT (SELECT count(*) FROM events) AS set_rows, count(*), sum(twice), tableowner FROM all_events, pg_tables WHERE tablename = 'all_events' GROUP BY tableowner;
SELECT count(*) FROM pg_class WHERE relnamespace = 'undo'::regnamespace AND relname ~ '^events_' AND relkind IN ('r', 'p');

-- who thinks better of it resumes the set
CREATE TABLE halves (k int NOT NULL) PARTITION BY RANGE (k);
SELECT action, partition FROM pgscale.create_parent('halves', 'k', '100', premake => 1);
INSERT INTO halves SELECT generate_series(0, 99);
CREATE TABLE half (LIKE halves, CHECK (k < 50));
CALL pgscale.undo_partition('halves', 'half', 10);
SELECT (SELECT count(*) FROM halves) + (SELECT count(*) FROM half);
SELECT pgscale.resume('halves');
INSERT INTO halves VALUES (150);
CALL pgscale.run_maintenance('halves');
SELECT count(*) FROM pgscale.partitions WHERE root = 'halves'::regclass;

-- a partition that cannot be removed takes rows again
CREATE TABLE all_of_it (LIKE halves);
CREATE FUNCTION detaches() RETURNS event_trigger LANGUAGE plpgsql AS
  $$ BEGIN IF EXISTS (SELECT FROM pgscale.run WHERE action = 'detach' AND outcome = 'running') THEN RAISE 'partitions stay'; END IF; END $$;
CREATE EVENT TRIGGER undo_stay ON ddl_command_start WHEN TAG IN ('ALTER TABLE') EXECUTE FUNCTION detaches();
CALL pgscale.undo_partition('halves', 'all_of_it');
DROP EVENT TRIGGER undo_stay;
INSERT INTO halves VALUES (1);
SELECT action, outcome FROM pgscale.runs WHERE parent = 'halves' AND partition = 'undo.halves_p0' ORDER BY id DESC LIMIT 3;
CALL pgscale.undo_partition('halves', 'all_of_it');
SELECT count(*), count(*) FILTER (WHERE k = 1) FROM (TABLE all_of_it UNION ALL TABLE half) a;

-- what retention has taken out, and somebody keeps by pause(), is not dropped by the way
SET pgscale.clock = '2026-01-10 00:00+00';
CREATE TABLE kept (at timestamptz NOT NULL) PARTITION BY RANGE (at);
SELECT action, partition FROM pgscale.create_parent('kept', 'at', '1 month', premake => 1, retention => '1 month', retire => 'drop', keep_for => '10 days');
INSERT INTO kept VALUES ('2026-01-15'), ('2026-02-15');
SET pgscale.clock = '2026-03-10 00:00+00';
CALL pgscale.run_maintenance('kept');
SELECT partition, state FROM pgscale.partitions WHERE root = 'kept'::regclass AND state <> 'attached';
SELECT pgscale.pause('kept');
SET pgscale.clock = '2026-04-10 00:00+00';
CREATE TABLE kept_plain (LIKE kept);
CALL pgscale.undo_partition('kept', 'kept_plain');
SELECT * FROM kept_p2026_01;

-- a column, or a foreign key, that comes in the middle
CREATE TABLE grows (k int PRIMARY KEY, v int) PARTITION BY RANGE (k);
SELECT action, partition FROM pgscale.create_parent('grows', 'k', '100', premake => 1);
INSERT INTO grows SELECT n, n FROM generate_series(0, 199) n;
CREATE TABLE grown (LIKE grows INCLUDING ALL);
CREATE FUNCTION in_the_middle() RETURNS trigger LANGUAGE plpgsql AS
  $$ BEGIN ALTER TABLE undo.grows ADD COLUMN late int DEFAULT 5; RETURN NEW; END $$;
CREATE TRIGGER undo_middle BEFORE UPDATE ON pgscale.run FOR EACH ROW WHEN (NEW.action = 'seal' AND NEW.outcome = 'ok') EXECUTE FUNCTION in_the_middle();
CALL pgscale.undo_partition('grows', 'grown');
DROP TRIGGER undo_middle ON pgscale.run;
ALTER TABLE grown ADD COLUMN late int DEFAULT 5;
CREATE OR REPLACE FUNCTION in_the_middle() RETURNS trigger LANGUAGE plpgsql AS
  $$ BEGIN CREATE TABLE undo.late_one (k int REFERENCES undo.grows); RETURN NEW; END $$;
CREATE TRIGGER undo_middle BEFORE INSERT ON pgscale.run FOR EACH ROW WHEN (NEW.action = 'move') EXECUTE FUNCTION in_the_middle();
CALL pgscale.undo_partition('grows', 'grown');
DROP TRIGGER undo_middle ON pgscale.run;
DROP TABLE late_one;
CALL pgscale.undo_partition('grows', 'grown');
SELECT count(*), sum(k), sum(late) FROM grown;

-- the numbers of an identity column go on
CREATE TABLE counted (id int GENERATED ALWAYS AS IDENTITY, k int NOT NULL) PARTITION BY RANGE (k);
SELECT action, partition FROM pgscale.create_parent('counted', 'k', '100', premake => 0);
INSERT INTO counted (k) VALUES (1), (2), (3);
CREATE TABLE counted_plain (LIKE counted INCLUDING ALL);
CALL pgscale.undo_partition('counted', 'counted_plain');
INSERT INTO counted_plain (k) VALUES (4);
SELECT * FROM counted_plain ORDER BY k;

-- a foreign key to one partition; constraints and columns that a moved row would break
CREATE TABLE whole (k int PRIMARY KEY, twice int GENERATED ALWAYS AS (k * 2) STORED) PARTITION BY RANGE (k);
SELECT action, partition FROM pgscale.create_parent('whole', 'k', '100', premake => 0);
INSERT INTO whole VALUES (1);
CREATE TABLE refers (k int REFERENCES whole_p0);
CREATE TABLE took (LIKE whole INCLUDING ALL);
CALL pgscale.undo_partition('whole', 'took');
DROP TABLE refers, took;
CREATE TABLE took (k int UNIQUE DEFERRABLE, twice int);
CALL pgscale.undo_partition('whole', 'took');
DROP TABLE took;
CREATE TABLE took (k int, twice int GENERATED ALWAYS AS (k + 2) STORED);
CALL pgscale.undo_partition('whole', 'took');
DROP TABLE took;
SELECT tableoid::regclass, * FROM whole;

-- who is told what was retired is not told of this: the rows are not gone
CREATE FUNCTION tell(parent regclass, partition text, action text, details jsonb) RETURNS void LANGUAGE sql AS '';
SELECT count(*) FROM pgscale.alter_parent('whole', premake => 1, after_retire => 'tell');
CALL pgscale.run_maintenance('whole');
INSERT INTO whole VALUES (101);
CREATE TABLE took (k int CHECK (k < 100), twice int);
CALL pgscale.undo_partition('whole', 'took');
SELECT * FROM took;
SELECT count(*) FROM pgscale.partitions WHERE root = 'whole'::regclass;
SELECT count(*) FROM pgscale.hook_call;
SET client_min_messages = warning;
DROP SCHEMA undo CASCADE;
DROP ROLE undo_other, undo_owner;
