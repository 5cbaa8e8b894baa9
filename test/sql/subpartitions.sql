-- Partitions that are partitioned in turn: declared once, for all partitions to come and those there are.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS pgscale;
RESET client_min_messages;
CREATE SCHEMA subpartitions;
SET search_path = subpartitions;
SET TimeZone = 'UTC';
SET DateStyle = 'ISO';
SET pgscale.clock = '2026-11-15 12:00:00+00';

-- range by month, then hash by tenant
CREATE TABLE events (at timestamptz, tenant int, device int, PRIMARY KEY (at, tenant)) PARTITION BY RANGE (at);
SELECT action, partition FROM pgscale.create_parent('events', 'at', '1 month', premake => 1, retention => '1 month', retire => 'drop');
INSERT INTO events SELECT '2026-11-01', t, 0 FROM generate_series(1, 20) t;
-- what is empty is made anew with the level, what holds rows stays
SELECT * FROM pgscale.create_subparent('events', 'tenant', partitions => 2);
SELECT root, parent, level, partition, method, modulus, remainder, is_leaf FROM pgscale.partitions
 WHERE root = 'events'::regclass ORDER BY partition::text;
SELECT parent, root, level, method, control, partitions, count FROM pgscale.partition_sets
 WHERE root = 'events'::regclass ORDER BY parent::text;
SELECT root, level, method, control, partitions, sets, failing FROM pgscale.subpartitions WHERE root = 'events'::regclass;
-- a new month comes with its tree, which is attached with the last statement
SET pgscale.clock = '2026-12-15 12:00:00+00';
-- LIKE leaves out identity columns from 17 on
SELECT step, action, partition, locks, cardinality(sql) AS statements, replace(sql[1], ' EXCLUDING IDENTITY', '') AS first, sql[cardinality(sql)] AS last
  FROM pgscale.plan('events');
CALL pgscale.run_maintenance('events');
INSERT INTO events SELECT '2027-01-05', t, 0 FROM generate_series(1, 20) t;
SELECT count(*), count(DISTINCT tableoid) AS tables FROM events;
SELECT count(*) FROM pgscale.plan('events');
SELECT count(*) AS not_attached FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid
 WHERE c.relnamespace = 'subpartitions'::regnamespace AND NOT i.indisvalid;
-- a slot that is gone is made again, by the plan of the level
DROP TABLE events_p2026_12_p1;
SELECT parent, action, partition, bounds FROM pgscale.plan('events');
CALL pgscale.run_maintenance('events');
SELECT count(*) FROM pgscale.plan('events');
-- what retention takes goes with all below it
SET pgscale.clock = '2027-02-15 12:00:00+00';
SELECT action, partition FROM pgscale.plan('events') ORDER BY step;
CALL pgscale.run_maintenance('events');
SELECT partition, level FROM pgscale.partitions WHERE root = 'events'::regclass ORDER BY partition::text;
SELECT parent FROM pgscale.partition_sets WHERE root = 'events'::regclass ORDER BY parent::text;
SELECT action, partition, outcome FROM pgscale.runs WHERE parent = 'events' AND action IN ('detach', 'drop') ORDER BY id;

-- list by region, then range by day: premade by the clock, and retention at that level
CREATE TABLE readings (region text, at timestamptz, v int) PARTITION BY LIST (region);
SELECT action, partition FROM pgscale.create_parent('readings', lists => '{"eu": ["DE", "FR"], "us": ["US"]}');
SELECT action, partition, detail FROM pgscale.create_subparent('readings', 'at', '1 day', premake => 1, retention => '1 day', retire => 'drop');
SELECT partition, lower, upper FROM pgscale.partitions WHERE root = 'readings'::regclass AND is_leaf ORDER BY partition::text;
SET pgscale.clock = '2027-02-17 12:00:00+00';
SELECT parent, action, partition FROM pgscale.plan('readings') ORDER BY parent::text, step;
CALL pgscale.run_maintenance();
SELECT partition, lower, upper FROM pgscale.partitions WHERE root = 'readings'::regclass AND is_leaf ORDER BY partition::text;
SELECT parent, next_due FROM pgscale.partition_sets WHERE root = 'readings'::regclass ORDER BY parent::text;
-- one change for all of them
SELECT action, partition, detail FROM pgscale.alter_subparent('readings', premake => 2);
CALL pgscale.run_maintenance('readings');
SELECT count(*) FROM pgscale.plan('readings');
SELECT partition FROM pgscale.partitions WHERE root = 'readings'::regclass AND is_leaf ORDER BY partition::text;
-- a region that comes later has it, too
SELECT action, partition FROM pgscale.alter_parent('readings', lists => '{"eu": ["DE", "FR"], "us": ["US"], "asia": ["JP"]}');
CALL pgscale.run_maintenance('readings');
SELECT partition FROM pgscale.partitions WHERE parent = 'readings_asia'::regclass ORDER BY partition::text;
-- a set below another follows its root
SELECT pgscale.alter_parent('readings_eu', premake => 9);
SELECT pgscale.pause('readings_eu');
SELECT pgscale.create_parent('readings_eu', 'at', '1 day');
SELECT pgscale.pause('readings');
SELECT parent, paused FROM pgscale.partition_sets WHERE root = 'readings'::regclass ORDER BY parent::text;
SELECT pgscale.resume('readings');

-- what has left the tree keeps what it has
ALTER TABLE readings DETACH PARTITION readings_us;
SET pgscale.clock = '2027-03-17 12:00:00+00';
SELECT parent, action, partition FROM pgscale.plan('readings') WHERE action <> 'create' ORDER BY parent::text, step;
CALL pgscale.run_maintenance();
SELECT relname FROM pg_class WHERE relname LIKE 'readings_us%' AND relkind = 'r' ORDER BY 1;

-- three levels
CREATE TABLE deep (region text, at timestamptz, tenant int) PARTITION BY LIST (region);
SELECT action, partition FROM pgscale.create_parent('deep', lists => '{"eu": ["DE"]}');
SELECT action, partition FROM pgscale.create_subparent('deep', 'at', '1 month', premake => 0);
SELECT action, partition FROM pgscale.create_subparent('deep', 'tenant', partitions => 2);
SELECT partition, parent, level FROM pgscale.partitions WHERE root = 'deep'::regclass ORDER BY partition::text;
SET pgscale.clock = '2027-04-17 12:00:00+00';
CALL pgscale.run_maintenance('deep');
SELECT partition, parent, level FROM pgscale.partitions WHERE root = 'deep'::regclass ORDER BY partition::text;
SELECT parent, level FROM pgscale.partition_sets WHERE root = 'deep'::regclass ORDER BY parent::text;
SELECT count(*) FROM pgscale.plan('deep');
SELECT pgscale.forget_subparent('deep', 2);
SELECT parent, level FROM pgscale.partition_sets WHERE root = 'deep'::regclass ORDER BY parent::text;
SELECT root, level, method, control FROM pgscale.subpartitions WHERE root = 'deep'::regclass;
SELECT pgscale.forget_parent('deep');
SELECT count(*) FROM pgscale.subpartitions WHERE root = 'deep'::regclass;

-- replica identity and row security reach the leaves
CREATE TABLE secret (id int NOT NULL, at timestamptz NOT NULL, PRIMARY KEY (id, at)) PARTITION BY RANGE (at);
ALTER TABLE secret REPLICA IDENTITY USING INDEX secret_pkey;
ALTER TABLE secret ENABLE ROW LEVEL SECURITY;
SELECT FROM pgscale.create_parent('secret', 'at', '1 month', premake => 0);
SELECT action, partition FROM pgscale.create_subparent('secret', 'id', partitions => 2);
SELECT relname, relreplident, relrowsecurity FROM pg_class
 WHERE relname LIKE 'secret%' AND relkind IN ('r', 'p') AND relnamespace = 'subpartitions'::regnamespace ORDER BY 1;

-- bad input
CREATE TABLE plain (a int, at timestamptz) PARTITION BY RANGE (at);
SELECT pgscale.create_subparent('plain', 'a', partitions => 2);
SELECT FROM pgscale.create_parent('plain', 'at', '1 month', premake => 0);
SELECT pgscale.create_subparent('plain', NULL, partitions => 2);
SELECT pgscale.create_subparent('plain', 'missing', partitions => 2);
SELECT pgscale.create_subparent('plain', 'at', partitions => 2);
SELECT pgscale.create_subparent('plain', 'a');
SELECT pgscale.create_subparent('plain', 'a', partitions => 2, naming => 'p{bound}');
-- how many is told by the lock table
\set VERBOSITY sqlstate
SELECT pgscale.create_subparent('plain', 'a', partitions => 9000);
\set VERBOSITY default
SELECT pgscale.create_subparent('events', 'device', partitions => 2);
SELECT pgscale.alter_subparent('events', 7, premake => 1);
SELECT pgscale.alter_subparent('events', partitions => 3);
SELECT count(*) FROM pgscale.subpartitions WHERE root = 'plain'::regclass;

DROP TABLE events, readings, readings_us, deep, secret, plain;
SELECT count(*) FROM pgscale.partition_sets WHERE root::text LIKE 'subpartitions%';
SELECT count(*) FROM pgscale.set_state s WHERE NOT EXISTS (SELECT FROM pg_class c WHERE c.oid = s.parent);
DROP SCHEMA subpartitions CASCADE;
