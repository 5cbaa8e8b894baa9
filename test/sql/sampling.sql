-- The history: what was counted between two samples, never over a reset; rotated as any other set.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS pgscale;
SET timezone = 'UTC';
SET pgscale.clock = '2026-03-10 12:00+00';
CREATE TABLE plain (id int PRIMARY KEY, note text);
CREATE TABLE quiet (id int);
CREATE TABLE parted (id int, at date, PRIMARY KEY (id, at)) PARTITION BY RANGE (at);
CREATE TABLE parted_1 PARTITION OF parted FOR VALUES FROM ('2026-01-01') TO ('2026-02-01');
CREATE TABLE parted_2 PARTITION OF parted FOR VALUES FROM ('2026-02-01') TO ('2026-03-01');
INSERT INTO plain SELECT g, 'x' FROM generate_series(1, 100) g;
SELECT pg_stat_force_next_flush();
CALL pgscale.take_sample();

CREATE VIEW written AS
SELECT s.at, s.scope, c.relname AS object, s.seconds, s.inserted, s.updated, s.deleted, s.bytes > 0 AS has_size, s.frame
  FROM pgscale.sample s JOIN pg_class c ON c.oid::bigint = s.object
 WHERE s.scope IN ('table', 'leaf') AND c.relname IN ('plain', 'quiet', 'parted', 'parted_1', 'parted_2')
 ORDER BY s.at, s.scope, c.relname;
-- the first sample has sizes and can compare nothing
SELECT * FROM written;
SELECT scope, seconds IS NULL AS nothing_to_compare, counters IS NULL AS no_counters, gauges ? 'connections' AS has_gauges
  FROM pgscale.sample WHERE scope = 'server';

-- five minutes later only what changed has a row; the leaves are summed up
INSERT INTO plain SELECT g, 'y' FROM generate_series(101, 107) g;
INSERT INTO parted SELECT g, '2026-01-15' FROM generate_series(1, 4) g;
INSERT INTO parted SELECT g, '2026-02-15' FROM generate_series(1, 5) g;
SELECT pg_stat_force_next_flush();
SET pgscale.clock = '2026-03-10 12:05+00';
CALL pgscale.take_sample();
SELECT * FROM written WHERE at = '2026-03-10 12:05+00';

-- a leaf that goes takes nothing back
INSERT INTO parted SELECT g, '2026-02-15' FROM generate_series(6, 7) g;
DROP TABLE parted_1;
SELECT pg_stat_force_next_flush();
SET pgscale.clock = '2026-03-10 12:10+00';
CALL pgscale.take_sample();
SELECT * FROM written WHERE at = '2026-03-10 12:10+00';

-- the window: half of the middle interval lies in it
SET pgscale.stats_window = 450;
SELECT since, until, window_s FROM pgscale.recent_window;
SELECT scope, object::oid::regclass AS object, since, until, inserted FROM pgscale.recent
 WHERE object IN ('plain'::regclass::oid::bigint, 'parted'::regclass::oid::bigint) ORDER BY object::text;
RESET pgscale.stats_window;

-- no row spans a reset of the statistics of the database
INSERT INTO plain SELECT g, 'z' FROM generate_series(201, 203) g;
SELECT pg_stat_force_next_flush();
SELECT pg_stat_reset() IS NULL AS reset;
SET pgscale.clock = '2026-03-10 12:15+00';
CALL pgscale.take_sample();
SELECT * FROM written WHERE at = '2026-03-10 12:15+00';
INSERT INTO plain VALUES (301, 'a');
SELECT pg_stat_force_next_flush();
SET pgscale.clock = '2026-03-10 12:20+00';
CALL pgscale.take_sample();
SELECT * FROM written WHERE at = '2026-03-10 12:20+00';

-- a clock that stands still measures no interval
INSERT INTO plain VALUES (302, 'a');
SELECT pg_stat_force_next_flush();
CALL pgscale.take_sample();
SELECT count(*) FILTER (WHERE seconds <= 0) AS wrong, count(*) > 0 AS written FROM pgscale.sample WHERE at = '2026-03-10 12:20+00';

-- the next day begins with a frame
SET pgscale.clock = '2026-03-11 00:05+00';
CALL pgscale.take_sample();
SELECT * FROM written WHERE at = '2026-03-11 00:05+00' AND scope = 'table';

-- the history is a set like any other: made ahead, and dropped after its retention
SELECT parent, "interval", premake, retention, retire, count, oldest, covered_until FROM pgscale.partition_sets;
SELECT c.relname, EXISTS (SELECT FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e') AS in_extension
  FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid WHERE i.inhparent = 'pgscale.sample'::regclass ORDER BY 1;
SET pgscale.clock = '2026-04-11 00:00+00';
SELECT FROM pgscale.resume('pgscale.sample');
CALL pgscale.take_sample();
SELECT count, oldest, covered_until, last_error FROM pgscale.partition_sets;
SELECT action, count(*), min(outcome) FROM pgscale.runs WHERE parent = 'pgscale.sample' GROUP BY action ORDER BY action;
SELECT min(at) FROM pgscale.sample;

-- a role that monitors may take one, no other may; nobody but the owner reads it
CREATE ROLE regress_plain;
CREATE ROLE regress_monitor IN ROLE pg_monitor;
SET ROLE regress_plain;
CALL pgscale.take_sample();
SELECT count(*) FROM pgscale.sample;
SET ROLE regress_monitor;
CALL pgscale.take_sample();
SELECT count(*) FROM pgscale.sample;
RESET ROLE;
BEGIN;
CALL pgscale.take_sample();
ROLLBACK;

-- nothing is left behind
DROP VIEW written;
DROP EXTENSION pgscale;
SELECT count(*) FROM pg_class WHERE relname LIKE 'sample%' AND relnamespace <> 'pg_toast'::regnamespace;
DROP TABLE plain, quiet, parted;
DROP ROLE regress_plain, regress_monitor;
