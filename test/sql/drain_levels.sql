-- Rows of the default partition go to partitions that are partitioned as the levels below want.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS pgscale;
RESET client_min_messages;
CREATE SCHEMA drain_levels;
SET search_path = drain_levels;
SET TimeZone = 'UTC';
SET DateStyle = 'ISO';
SET pgscale.clock = '2026-11-15 12:00:00+00';

-- range by month, then hash by tenant: a partition grows with all that is below it
CREATE TABLE customers (id int PRIMARY KEY);
INSERT INTO customers SELECT generate_series(1, 10);
CREATE TABLE orders (at timestamptz, tenant int, note text, customer int REFERENCES customers, PRIMARY KEY (at, tenant)) PARTITION BY RANGE (at);
ALTER TABLE orders REPLICA IDENTITY USING INDEX orders_pkey;
CREATE FUNCTION forbid() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'a trigger fired for a row that was only moved'; END $$;
SELECT action, partition FROM pgscale.create_parent('orders', 'at', '1 month', premake => 0, default_partition => true);
SELECT action, partition, detail FROM pgscale.create_subparent('orders', 'tenant', partitions => 3);
INSERT INTO orders SELECT timestamptz '2026-03-01 00:00+00' + n * interval '1 hour', n % 20, 'note ' || n, 1 + n % 10 FROM generate_series(1, 100) n;
ALTER TABLE orders ADD COLUMN state text NOT NULL DEFAULT 'new', ADD COLUMN twice int GENERATED ALWAYS AS (tenant * 2) STORED;
CREATE TRIGGER forbid BEFORE INSERT OR DELETE ON orders FOR EACH ROW EXECUTE FUNCTION forbid();
CREATE TABLE before AS SELECT * FROM orders;
CALL pgscale.drain_default('orders', batch => 40);
SELECT tableoid::regclass AS partition, count(*) FROM orders GROUP BY 1 ORDER BY tableoid::regclass::text;
SELECT count(*) AS changed FROM ((TABLE before EXCEPT ALL TABLE orders) UNION ALL (TABLE orders EXCEPT ALL TABLE before)) d;
SELECT partition, bounds, rows, outcome, message FROM pgscale.runs WHERE parent = 'orders'::regclass::text AND action = 'drain' ORDER BY id;
SELECT parent, level FROM pgscale.partition_sets WHERE root = 'orders'::regclass ORDER BY parent::text;
SELECT c.relname, c.relreplident, f.convalidated AS foreign_key, g.conname AS guard
  FROM pg_class c
  LEFT JOIN pg_constraint f ON f.conrelid = c.oid AND f.contype = 'f'
  LEFT JOIN pg_constraint g ON g.conrelid = c.oid AND g.conname = 'pgscale_guard'
 WHERE c.relname LIKE 'orders%' AND c.relkind IN ('r', 'p') ORDER BY 1;
ALTER TABLE orders DISABLE TRIGGER forbid;
SET enable_seqscan = off;
SELECT tableoid::regclass, note FROM orders WHERE at = '2026-03-03 03:00+00' AND tenant = 11;
RESET enable_seqscan;
INSERT INTO orders VALUES ('2026-03-03 03:00+00', 11, 'twice', 1);
INSERT INTO orders VALUES ('2026-03-31', 1, 'nobody', 11);
INSERT INTO orders VALUES ('2026-03-31', 1, 'its place', 10) RETURNING tableoid::regclass;
-- again: nothing to do
CALL pgscale.drain_default('orders');
SELECT count(*) FROM pgscale.runs WHERE parent = 'orders'::regclass::text AND action = 'drain';
SELECT action, partition FROM pgscale.plan('orders') WHERE action <> 'analyze';
SELECT count(*) FROM pgscale.growing;

-- no ATTACH scans rows, of the default partition or of those that were moved
CREATE TABLE plain (id int, k int) PARTITION BY RANGE (k);
SELECT count(*) FROM pgscale.create_parent('plain', 'k', '100', premake => 0, default_partition => true);
SELECT action FROM pgscale.create_subparent('plain', 'id', partitions => 2);
INSERT INTO plain SELECT i, 500 + i FROM generate_series(1, 10) i;
CALL pgscale.drain_default('plain', batch => 5);
INSERT INTO plain SELECT i, 600 + i FROM generate_series(1, 10) i;
\set VERBOSITY terse
-- (the event trigger would tell its OID; the tables of the tree are empty when they are attached to it)
ALTER EVENT TRIGGER pgscale_note_ddl DISABLE;
SET client_min_messages = debug1;
CALL pgscale.drain_default('plain', batch => 5);
RESET client_min_messages;
ALTER EVENT TRIGGER pgscale_note_ddl ENABLE;
\set VERBOSITY default

-- list by region, discovered, then range by day: old rows get the days that they need
CREATE TABLE readings (region text, at timestamptz, v int) PARTITION BY LIST (region);
CREATE INDEX ON readings (region);
SELECT action, partition FROM pgscale.create_parent('readings', 'region', default_partition => true, auto_list => true, auto_list_rows => 10, drain => true);
SELECT action, partition FROM pgscale.create_subparent('readings', 'at', '1 day', premake => 1, retention => '30 days', retire => 'drop');
INSERT INTO readings SELECT 'eu', timestamptz '2026-11-01 00:00+00' + n * interval '7 hours', n FROM generate_series(0, 9) n;
INSERT INTO readings SELECT 'us', timestamptz '2026-11-15', n FROM generate_series(1, 9) n;
INSERT INTO readings VALUES ('us', '2026-10-16', 10);
INSERT INTO readings SELECT 'rare', NULL, n FROM generate_series(1, 3) n;
CALL pgscale.run_maintenance('readings');
SELECT tableoid::regclass AS partition, count(*), min(v), max(v) FROM readings GROUP BY 1 ORDER BY tableoid::regclass::text;
SELECT partition, lower, upper FROM pgscale.partitions WHERE parent = 'readings_eu'::regclass ORDER BY lower::timestamptz;
-- what no partition could take stays where it is, with all of its group, and is told of once
INSERT INTO readings SELECT 'asia', timestamptz '2026-11-15', n FROM generate_series(1, 9) n;
INSERT INTO readings VALUES ('asia', NULL, 10);
INSERT INTO readings SELECT 'africa', timestamptz '2026-11-15', n FROM generate_series(1, 10) n;
CALL pgscale.run_maintenance('readings');
CALL pgscale.run_maintenance('readings');
SELECT tableoid::regclass AS partition, region, count(*) FROM readings WHERE region IN ('asia', 'africa') GROUP BY 1, 2 ORDER BY region;
SELECT partition, bounds, outcome, sqlstate, message, hint FROM pgscale.runs WHERE parent = 'readings'::regclass::text AND outcome <> 'ok' ORDER BY id;
SELECT failures > 0 AS failing, last_error FROM pgscale.partition_sets WHERE parent = 'readings'::regclass;
CALL pgscale.drain_default('readings');
UPDATE readings SET at = 'infinity' WHERE v = 10 AND region = 'asia';
CALL pgscale.drain_default('readings');
-- nor is anything moved to where retention would drop it
UPDATE readings SET at = '2026-10-15' WHERE v = 10 AND region = 'asia';
CALL pgscale.drain_default('readings');
-- a default partition below takes them
SELECT action, partition FROM pgscale.alter_subparent('readings', default_partition => true) WHERE partition LIKE '%africa%';
CALL pgscale.run_maintenance('readings');
SELECT tableoid::regclass AS partition, region, count(*) FROM readings WHERE region = 'asia' GROUP BY 1, 2 ORDER BY tableoid::regclass::text;
SELECT failures, last_error FROM pgscale.partition_sets WHERE parent = 'readings'::regclass;

-- list, discovered, then list: values of no group have a place only in a default partition below, from where they go on
CREATE TABLE calls (country text, kind text, tenant int) PARTITION BY LIST (country);
SELECT action, partition FROM pgscale.create_parent('calls', 'country', default_partition => true, auto_list => true, auto_list_rows => 3);
SELECT action, partition FROM pgscale.create_subparent('calls', 'kind', lists => '{"voice": ["in", "out"]}');
SELECT action, partition FROM pgscale.create_subparent('calls', 'tenant', partitions => 2);
INSERT INTO calls SELECT 'DE', k, t FROM unnest(ARRAY['in', 'out', 'fax']) k, generate_series(1, 4) t;
CALL pgscale.drain_default('calls');
SELECT action, partition FROM pgscale.alter_subparent('calls', default_partition => true, auto_list => true, auto_list_rows => 4);
CALL pgscale.drain_default('calls');
SELECT tableoid::regclass AS partition, kind, count(*) FROM calls GROUP BY 1, 2 ORDER BY tableoid::regclass::text, kind;
SELECT parent, partition, rows, outcome FROM pgscale.runs WHERE parent LIKE '%calls%' AND action = 'drain' ORDER BY id;
CALL pgscale.drain_default('calls');
SELECT count(*) FROM pgscale.runs WHERE parent LIKE '%calls%' AND action = 'drain' AND outcome = 'ok';
SELECT count(*) FROM pgscale.plan('calls');

-- range, then range: what grows gets more partitions below as rows ask for them, beside foreign keys, too
CREATE TABLE visits (day date, n numeric, customer int REFERENCES customers, PRIMARY KEY (day, n)) PARTITION BY RANGE (day);
SELECT action, partition FROM pgscale.create_parent('visits', 'day', '1 month', premake => 0, default_partition => true);
SELECT action, partition FROM pgscale.create_subparent('visits', 'n', '10', premake => 0);
INSERT INTO visits SELECT date '2026-05-01' + i, i + 0.000000000005, 1 FROM generate_series(0, 30) i;
INSERT INTO visits SELECT '2026-05-31', 1000000, 1;
CALL pgscale.drain_default('visits', 10);
SELECT partition, lower, upper FROM pgscale.partitions WHERE parent = 'visits_p2026_05'::regclass ORDER BY lower::numeric;
SELECT partition, bounds, rows, outcome FROM pgscale.runs WHERE parent = 'visits'::regclass::text AND action = 'drain' ORDER BY id;
SELECT count(*), count(DISTINCT n), count(DISTINCT tableoid) FROM visits;
SELECT count(*) AS keys, bool_and(convalidated) AS valid FROM pg_constraint WHERE contype = 'f' AND conrelid::regclass::text LIKE 'visits_p2026_05%';
INSERT INTO visits VALUES ('2026-05-02', 12, 99);

-- more partitions than one transaction can make
CREATE TABLE wide (region text, k int) PARTITION BY LIST (region);
SELECT action, partition FROM pgscale.create_parent('wide', 'region', default_partition => true, auto_list => true, auto_list_rows => 10);
SELECT action, partition FROM pgscale.create_subparent('wide', 'k', '1', premake => 0);
INSERT INTO wide SELECT 'eu', i FROM generate_series(1, 1100) i;
\set VERBOSITY sqlstate
CALL pgscale.drain_default('wide');
\set VERBOSITY default
SELECT partition, outcome, sqlstate FROM pgscale.runs WHERE parent = 'wide'::regclass::text AND action = 'drain';
SELECT tableoid::regclass, count(*) FROM wide GROUP BY 1;
-- with a default partition below they come one after the other
SELECT action, partition FROM pgscale.alter_subparent('wide', default_partition => true);
DELETE FROM wide WHERE k > 30;
CALL pgscale.drain_default('wide');
SELECT count(*), count(DISTINCT k), count(DISTINCT tableoid), min(tableoid::regclass::text) FROM wide;
-- each comes with all that is below it
CREATE TABLE deep (region text, k int, tenant int) PARTITION BY LIST (region);
SELECT action, partition FROM pgscale.create_parent('deep', 'region', default_partition => true, auto_list => true, auto_list_rows => 10);
SELECT action, partition FROM pgscale.create_subparent('deep', 'k', '1', premake => 0);
SELECT action, partition FROM pgscale.create_subparent('deep', 'tenant', partitions => 9);
INSERT INTO deep SELECT 'eu', i, i FROM generate_series(1, 120) i;
\set VERBOSITY sqlstate
CALL pgscale.drain_default('deep');
\set VERBOSITY default
SELECT partition, outcome, sqlstate FROM pgscale.runs WHERE parent = 'deep'::regclass::text AND action = 'drain';
DELETE FROM deep WHERE k > 10;
CALL pgscale.drain_default('deep');
SELECT tableoid::regclass AS partition, k FROM deep ORDER BY k LIMIT 2;

-- a level by number is ahead of the rows from the ATTACH on: the next key goes where it went before, only elsewhere
CREATE TABLE ahead (k text, id int) PARTITION BY LIST (k);
CREATE TABLE ahead_rest PARTITION OF ahead DEFAULT;
INSERT INTO ahead SELECT 'a', generate_series(1, 2999);
SELECT action, partition FROM pgscale.create_parent('ahead', 'k', lists => '{"a": ["a"]}', default_partition => true, drain => true);
SELECT action, partition FROM pgscale.create_subparent('ahead', 'id', '500', premake => 2);
CALL pgscale.drain_default('ahead', 5000);
INSERT INTO ahead VALUES ('a', 3000) RETURNING tableoid::regclass;
INSERT INTO ahead VALUES ('a', 3500) RETURNING tableoid::regclass;
INSERT INTO ahead VALUES ('a', 4500);
SELECT c.oid::regclass AS partition, pg_get_expr(c.relpartbound, c.oid) AS bounds FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid WHERE i.inhparent = 'ahead_a'::regclass ORDER BY c.relname COLLATE "C";

-- not where the level has a default partition: that takes the next key, and the rows beyond what is there
CREATE TABLE roomy (k text, id int) PARTITION BY LIST (k);
CREATE TABLE roomy_rest PARTITION OF roomy DEFAULT;
INSERT INTO roomy SELECT 'a', generate_series(1, 2999);
SELECT action, partition FROM pgscale.create_parent('roomy', 'k', lists => '{"a": ["a"]}', default_partition => true, drain => true);
SELECT action, partition FROM pgscale.create_subparent('roomy', 'id', '500', premake => 2, default_partition => true);
CALL pgscale.run_maintenance('roomy');
INSERT INTO roomy VALUES ('a', 4500);
SELECT action, outcome, message FROM pgscale.runs WHERE parent = 'roomy'::regclass::text ORDER BY id;
SELECT count(*) AS left_over FROM roomy_rest;

-- what could not be moved is not made by other means: a guard on the default partition would refuse what writers do with these rows
CREATE TABLE stuck (k text, kind text) PARTITION BY LIST (k);
CREATE TABLE stuck_rest PARTITION OF stuck DEFAULT;
INSERT INTO stuck VALUES ('a', 'x'), ('b', 'y');
SELECT action, partition FROM pgscale.create_parent('stuck', 'k', lists => '{"a": ["a"], "b": ["b"], "c": ["c"]}', default_partition => true, drain => true);
SELECT action, partition FROM pgscale.create_subparent('stuck', 'kind', lists => '{"y": ["y"]}');
\set VERBOSITY sqlstate
CALL pgscale.run_maintenance('stuck');
\set VERBOSITY default
SELECT partition, action, outcome, sqlstate FROM pgscale.runs WHERE parent = 'stuck'::regclass::text ORDER BY id;

-- batches do not help, because a partition is attached with all that is below it; each index takes a lock for itself
CREATE TABLE many (day date, k int) PARTITION BY RANGE (day);
SELECT format('CREATE INDEX ON many (day, (k + %s))', i) FROM generate_series(1, 24) i \gexec
SELECT action, partition FROM pgscale.create_parent('many', 'day', '1 month', premake => 0, default_partition => true);
SELECT action, partition FROM pgscale.create_subparent('many', 'k', '1', premake => 0);
INSERT INTO many SELECT date '2026-05-01' + i / 10, i FROM generate_series(0, 149) i;
\set VERBOSITY sqlstate
CALL pgscale.drain_default('many', 15);
\set VERBOSITY default
DELETE FROM many WHERE k > 30;
CALL pgscale.drain_default('many', 15);
SELECT count(*), count(DISTINCT k), count(DISTINCT tableoid) FROM many;
SELECT rows, outcome, sqlstate FROM pgscale.runs WHERE parent = 'many'::regclass::text AND action = 'drain' ORDER BY id;

SET client_min_messages = warning;
DROP TABLE many;
DROP SCHEMA drain_levels CASCADE;
