-- Retention by count and by size, and detached partitions that wait to be dropped.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS pgscale;
RESET client_min_messages;
CREATE SCHEMA retention_rules;
SET search_path = retention_rules;
SET TimeZone = 'UTC';
SET DateStyle = 'ISO';
SET pgscale.clock = '2026-11-15 12:00:00+00';

-- ---- by count -------------------------------------------------------------------------------------
CREATE TABLE counted (at date) PARTITION BY RANGE (at);
SELECT count(*) FROM pgscale.create_parent('counted', 'at', '1 month', premake => 1, start_at => '2026-06-01', retire => 'drop');
INSERT INTO counted SELECT '2026-06-15'::date + n * interval '1 month' FROM generate_series(0, 5) n;
SELECT action, detail FROM pgscale.alter_parent('counted', retention_count => 2);
SELECT action, partition, reason FROM pgscale.plan('counted');
CALL pgscale.run_maintenance('counted');
SELECT partition, state FROM pgscale.partitions WHERE root = 'counted'::regclass;
SELECT count(*) FROM pgscale.plan('counted');
SELECT retention_count, next_due FROM pgscale.partition_sets WHERE parent = 'counted'::regclass;
-- the next month
SET pgscale.clock = '2026-12-01 00:00:00+00';
CALL pgscale.run_maintenance('counted');
SELECT partition FROM pgscale.partitions WHERE root = 'counted'::regclass;
-- a set that has gone quiet keeps its last rows, however many empty partitions follow them
SET pgscale.clock = '2027-06-15 12:00:00+00';
CALL pgscale.run_maintenance('counted');
SELECT min(partition::text), count(*) FROM pgscale.partitions WHERE root = 'counted'::regclass;
SELECT * FROM counted;
SELECT count(*) FROM pgscale.plan('counted');
INSERT INTO counted VALUES ('2027-06-15');
CALL pgscale.run_maintenance('counted');
SELECT partition FROM pgscale.partitions WHERE root = 'counted'::regclass;
-- what would go at once is not made
SET pgscale.clock = '2026-11-15 12:00:00+00';
CREATE TABLE begun (at date) PARTITION BY RANGE (at);
CREATE TABLE begun_now PARTITION OF begun FOR VALUES FROM ('2026-11-01') TO ('2026-12-01');
INSERT INTO begun VALUES ('2026-11-15');
SELECT action, partition FROM pgscale.create_parent('begun', 'at', '1 month', premake => 0, start_at => '2026-01-01', retention_count => 2);
-- numbers
CREATE TABLE numbers (id int) PARTITION BY RANGE (id);
SELECT count(*) FROM pgscale.create_parent('numbers', 'id', '10', premake => 1, retention_count => 1, retire => 'drop');
INSERT INTO numbers VALUES (5), (15);
CALL pgscale.run_maintenance('numbers');
INSERT INTO numbers VALUES (25);
CALL pgscale.run_maintenance('numbers');
SELECT partition FROM pgscale.partitions WHERE root = 'numbers'::regclass;

-- ---- by size --------------------------------------------------------------------------------------
CREATE TABLE sized (at date, filler text) PARTITION BY RANGE (at);
ALTER TABLE sized ALTER filler SET STORAGE PLAIN;
SELECT count(*) FROM pgscale.create_parent('sized', 'at', '1 month', premake => 1, start_at => '2026-08-01', retire => 'drop');
-- 80 kB a month
INSERT INTO sized SELECT '2026-08-15'::date + n * interval '1 month', repeat('x', 7000)
  FROM generate_series(0, 3) n, generate_series(1, 10);
SELECT partition, bytes >= 81920 AS large FROM pgscale.partitions WHERE root = 'sized'::regclass;
SELECT count(*) FROM pgscale.alter_parent('sized', retention_bytes => '250 kB');
SELECT retention_bytes FROM pgscale.partition_sets WHERE parent = 'sized'::regclass;
-- the dry run tells what that frees
SELECT step, action, partition, reason, bytes BETWEEN 81920 AND 200000 AS size_is_told FROM pgscale.plan('sized') ORDER BY step;
CALL pgscale.run_maintenance('sized');
SELECT partition FROM pgscale.partitions WHERE root = 'sized'::regclass;
SELECT count(*) FROM pgscale.plan('sized');
SELECT retry_at BETWEEN now() AND now() + interval '10 minutes' AS is_measured_again, last_error
  FROM pgscale.partition_sets WHERE parent = 'sized'::regclass;
-- the present stays, however large
SELECT count(*) FROM pgscale.alter_parent('sized', retention_bytes => '1 kB');
CALL pgscale.run_maintenance('sized');
SELECT partition FROM pgscale.partitions WHERE root = 'sized'::regclass;
SELECT count(*) FROM sized;

-- ---- any rule says so -------------------------------------------------------------------------------
CREATE TABLE several (at date) PARTITION BY RANGE (at);
SELECT count(*) FROM pgscale.create_parent('several', 'at', '1 month', premake => 0, start_at => '2026-05-01');
INSERT INTO several SELECT '2026-05-15'::date + n * interval '1 month' FROM generate_series(0, 6) n;
SELECT count(*) FROM pgscale.alter_parent('several', retention => '4 months', retention_count => 3);
SELECT action, partition, reason FROM pgscale.plan('several');
SELECT count(*) FROM pgscale.alter_parent('several', retention_count => 0);
SELECT action, partition, reason FROM pgscale.plan('several');
SELECT count(*) FROM pgscale.alter_parent('several', retention => 'none', retention_bytes => '10 GB');
SELECT count(*) FROM pgscale.alter_parent('several', retention_bytes => 'none');
SELECT retention, retention_count, retention_bytes FROM pgscale.partition_sets WHERE parent = 'several'::regclass;
SELECT count(*) FROM pgscale.plan('several');

-- ---- keep_for ---------------------------------------------------------------------------------------
CREATE TABLE kept (at date) PARTITION BY RANGE (at);
SELECT count(*) FROM pgscale.create_parent('kept', 'at', '1 month', premake => 0, start_at => '2026-08-01');
INSERT INTO kept SELECT '2026-08-15'::date + n * interval '1 month' FROM generate_series(0, 3) n;
SELECT action, partition, detail FROM pgscale.alter_parent('kept', retention => '2 months', retire => 'drop', keep_for => '10 days');
SELECT action, partition, reason FROM pgscale.plan('kept');
CALL pgscale.run_maintenance('kept');
SELECT partition, state FROM pgscale.partitions WHERE root = 'kept'::regclass;
SELECT * FROM kept_p2026_08;
SELECT keep_for, next_due FROM pgscale.partition_sets WHERE parent = 'kept'::regclass;
SET pgscale.clock = '2026-11-25 11:59:59+00';
SELECT count(*) FROM pgscale.plan('kept');
SET pgscale.clock = '2026-11-25 12:00:00+00';
SELECT action, partition, reason, bytes FROM pgscale.plan('kept');
-- a longer time holds for those that wait, too
SELECT count(*) FROM pgscale.alter_parent('kept', keep_for => '15 days');
SELECT count(*) FROM pgscale.plan('kept');
SET pgscale.clock = '2026-11-30 12:00:00+00';
CALL pgscale.run_maintenance('kept');
SELECT partition, state FROM pgscale.partitions WHERE root = 'kept'::regclass;
SELECT action, partition, reason, outcome FROM pgscale.runs WHERE parent = 'kept' AND action <> 'create' ORDER BY id;
-- by hand
SELECT action, partition, detail FROM pgscale.retire_partition('kept_p2026_09');
SELECT partition, state FROM pgscale.partitions WHERE root = 'kept'::regclass;
SET pgscale.clock = '2026-12-15 12:00:00+00';
SELECT action, partition, reason FROM pgscale.plan('kept') WHERE action = 'drop';
-- another way to retire: what waited stays
SELECT count(*) FROM pgscale.alter_parent('kept', retire => 'detach');
SELECT keep_for FROM pgscale.partition_sets WHERE parent = 'kept'::regclass;
SELECT count(*) FROM pgscale.plan('kept') WHERE action = 'drop';

-- ---- rows that are referred to ------------------------------------------------------------------------
SET pgscale.clock = '2026-11-15 12:00:00+00';
CREATE TABLE keyed (at date PRIMARY KEY) PARTITION BY RANGE (at);
CREATE TABLE keyed_a PARTITION OF keyed FOR VALUES FROM ('2026-01-01') TO ('2026-02-01');
CREATE TABLE keyed_b PARTITION OF keyed FOR VALUES FROM ('2026-02-01') TO ('2026-03-01');
CREATE TABLE pointing (at date CONSTRAINT "points to keyed" REFERENCES keyed) PARTITION BY RANGE (at);
CREATE TABLE pointing_all PARTITION OF pointing FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
INSERT INTO keyed VALUES ('2026-01-10'), ('2026-02-10');
INSERT INTO pointing VALUES ('2026-01-10');
SELECT count(*) > 0 AS made FROM pgscale.create_parent('keyed', 'at', '1 month', premake => 0, retention => '1 month', retire => 'drop');
SELECT action, partition, locks FROM pgscale.plan('keyed') ORDER BY step;
SET client_min_messages = error;
CALL pgscale.run_maintenance('keyed');
RESET client_min_messages;
SELECT action, partition, outcome, sqlstate, hint FROM pgscale.runs WHERE parent = 'keyed' AND action <> 'create' ORDER BY id;
SELECT partition, state FROM pgscale.partitions WHERE root = 'keyed'::regclass;
-- beside a default partition as well
CREATE TABLE keyed_default PARTITION OF keyed DEFAULT;
SET client_min_messages = error;
CALL pgscale.run_maintenance('keyed');
RESET client_min_messages;
SELECT action, partition, outcome, sqlstate, hint FROM pgscale.runs WHERE parent = 'keyed' ORDER BY id DESC LIMIT 1;
DELETE FROM pointing;
CALL pgscale.run_maintenance('keyed');
SELECT partition, state FROM pgscale.partitions WHERE root = 'keyed'::regclass;

-- ---- what does not fit ------------------------------------------------------------------------------
SELECT pgscale.alter_parent('kept', retention_count => -1);
SELECT pgscale.alter_parent('kept', retention_bytes => '0');
SELECT pgscale.alter_parent('kept', retention_bytes => '7 rivers');
SELECT pgscale.alter_parent('kept', keep_for => '10 days');
SELECT pgscale.alter_parent('kept', retire => 'drop', keep_for => '10');
SELECT pgscale.alter_parent('kept', retire => 'drop', keep_for => '-1 day');
SELECT pgscale.alter_parent('kept', retire => 'drop', keep_for => 'a while');
CREATE TABLE listed (c text) PARTITION BY LIST (c);
SELECT pgscale.create_parent('listed', lists => '{"a": ["a"]}', retention_count => 2);
SELECT pgscale.create_parent('listed', lists => '{"a": ["a"]}', retention_bytes => '1 GB');
-- a partition of a list set may wait, too
SELECT count(*) FROM pgscale.create_parent('listed', lists => '{"a": ["a"], "b": ["b"]}', retire => 'drop', keep_for => '1 day');
SELECT action, partition FROM pgscale.retire_partition('listed_a');
SELECT partition, state FROM pgscale.partitions WHERE root = 'listed'::regclass ORDER BY partition::text;
SET pgscale.clock = '2026-12-16 12:00:00+00';
CALL pgscale.run_maintenance('listed');
SELECT partition, state FROM pgscale.partitions WHERE root = 'listed'::regclass ORDER BY partition::text;

SET client_min_messages = warning;
DROP SCHEMA retention_rules CASCADE;
