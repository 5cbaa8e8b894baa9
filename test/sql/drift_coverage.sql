-- Gaps in what the partitions of a set cover, what lies across them, and how repair() closes them.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS pgscale;
RESET client_min_messages;
CREATE SCHEMA drift_coverage;
SET search_path = drift_coverage;
SET TimeZone = 'America/New_York';
SET DateStyle = 'ISO';
SET pgscale.clock = '2026-11-15 12:00:00+00';
CREATE VIEW differences AS
SELECT parent, partition, kind, object, expected, actual, severity, replace(array_to_string(repair, E'\n'), ' EXCLUDING IDENTITY', '') AS repair, locks
  FROM pgscale.drift
 ORDER BY parent::text, partition::text COLLATE "C" NULLS LAST, kind COLLATE "C", object COLLATE "C";
CREATE VIEW lately AS
SELECT id, partition, action, reason, outcome, sqlstate, message FROM pgscale.runs WHERE partition LIKE 'drift_coverage.%' ORDER BY id;

-- a hole of the past is told, left alone by maintenance and closed by repair(); so is the present
CREATE TABLE events (at timestamptz NOT NULL, n int) PARTITION BY RANGE (at);
SELECT count(*) FROM pgscale.create_parent('events', 'at', '1 month', premake => 2, start_at => '2026-06-01');
DROP TABLE events_p2026_07, events_p2026_08, events_p2026_12;
CALL pgscale.run_maintenance('events');
SELECT object, expected, actual, severity, repair, locks FROM differences;
SELECT action, bounds FROM pgscale.plan('events');
DROP TABLE events_p2026_11;
SELECT object, actual, severity FROM differences;
CALL pgscale.repair('events');
SELECT count(*) FROM differences;
SELECT partition, reason, outcome FROM lately ORDER BY id DESC LIMIT 3;
SELECT min(lower), max(upper), count(*) FROM pgscale.partitions WHERE root = 'events'::regclass;
-- what is only to be premade is no gap
DROP TABLE events_p2027_01;
SELECT count(*) FROM differences;
-- nor is what retention would take at once
SELECT count(*) FROM pgscale.alter_parent('events', retention => '4 months');
DROP TABLE events_p2026_07, events_p2026_06;
SELECT count(*) FROM differences;
-- where maintenance has not run for long, the present is a gap
DROP TABLE events_p2026_12;
SET pgscale.clock = '2027-01-15 12:00:00+00';
SELECT object, actual, severity FROM differences;
SET pgscale.clock = '2026-11-15 12:00:00+00';
CALL pgscale.run_maintenance('events');
SELECT count(*) FROM differences;

-- a detached table that holds the range: somebody may want to attach it again
SELECT count(*) FROM pgscale.alter_parent('events', retention => 'none');
SELECT action, partition FROM pgscale.retire_partition('events_p2026_09');
SELECT partition, kind, object, expected, actual, severity, repair FROM differences;
CALL pgscale.repair('events');
SELECT partition, kind, object, actual FROM differences;
CREATE TABLE events_half PARTITION OF events FOR VALUES FROM ('2026-09-10') TO ('2026-10-01 00:00+00');
SELECT partition, kind, object, expected, actual, severity, repair FROM differences;
DROP TABLE events_p2026_09;
SELECT partition, kind, object, actual, repair FROM differences;
CALL pgscale.repair('events');
SELECT count(*) FROM differences;
SELECT partition, lower, upper FROM pgscale.partitions WHERE root = 'events'::regclass AND upper::timestamptz <= '2026-10-01+00' ORDER BY lower;

-- beside a default partition a gap is no refusal of rows; a guard that was left is
CREATE TABLE caught (id int NOT NULL) PARTITION BY RANGE (id);
CREATE TABLE caught_default PARTITION OF caught DEFAULT;
CREATE TABLE caught_30 PARTITION OF caught FOR VALUES FROM (30) TO (40);
CREATE TABLE caught_0 PARTITION OF caught FOR VALUES FROM (0) TO (10);
SELECT count(*) FROM pgscale.create_parent('caught', 'id', '10', premake => 0);
ALTER TABLE caught_default ADD CONSTRAINT pgscale_guard CHECK (id < 1000) NOT VALID;
SELECT partition, kind, object, expected, actual, severity, repair, locks FROM differences;
INSERT INTO caught VALUES (15);
CALL pgscale.repair('caught');
SELECT partition, kind, object, actual FROM differences;
SELECT partition, action, outcome, sqlstate, message FROM lately WHERE partition LIKE '%caught%' AND action <> 'create default' ORDER BY id;
SELECT conname FROM pg_constraint WHERE conrelid = 'caught_default'::regclass AND contype = 'c';
DELETE FROM caught;
CALL pgscale.repair('caught');
SELECT count(*) FROM differences;
SELECT conname FROM pg_constraint WHERE conrelid = 'caught_default'::regclass AND contype = 'c';
SELECT partition FROM pgscale.partitions WHERE root = 'caught'::regclass ORDER BY lower::int;

-- values of a list and slots of a hash
CREATE TABLE regions (region text) PARTITION BY LIST (region);
SELECT count(*) FROM pgscale.create_parent('regions', lists => '{"eu": ["DE", "FR"], "us": ["US"]}');
CREATE TABLE slots (id int) PARTITION BY HASH (id);
SELECT count(*) FROM pgscale.create_parent('slots', partitions => 4);
DROP TABLE regions_us, slots_p2;
ALTER TABLE regions DETACH PARTITION regions_eu;
CREATE TABLE regions_de PARTITION OF regions FOR VALUES IN ('DE');
SELECT parent, object, expected, actual, severity, repair FROM differences;
CALL pgscale.repair('regions');
CALL pgscale.repair('slots', '{gap}');
SELECT parent, object, actual, repair FROM differences;

-- keys that begin with a time, and keys of several columns: of ends in the middle of a moment, too
CREATE TABLE ids (id uuid, kind text) PARTITION BY RANGE (id, kind);
SELECT count(*) FROM pgscale.create_parent('ids', 'id', '1 month', premake => 1, start_at => '2026-08-01', encoding => 'uuidv7', timezone => 'UTC');
DROP TABLE ids_p2026_09;
SELECT object, actual, severity, repair FROM differences WHERE parent = 'ids'::regclass;
CREATE TABLE ids_odd PARTITION OF ids FOR VALUES FROM ('01a05a43-fc00-7000-8000-000000000000', 'k') TO ('01a0889d-3800-7000-8000-000000000000', 'it''s, "k"');
CREATE TABLE ids_odder PARTITION OF ids FOR VALUES FROM ('01a0889d-3800-7000-8000-000000000000', 'z') TO ('01a0f4c2-c400-0000-0000-000000000000', MINVALUE);
SELECT object, actual, severity, repair FROM differences WHERE parent = 'ids'::regclass;
CALL pgscale.repair('ids');
SELECT partition, lower, upper FROM pgscale.partitions WHERE root = 'ids'::regclass AND lower_time < '2026-10-01+00' ORDER BY lower;
SELECT action FROM pgscale.plan('ids');
-- detached tables keep such ends in words only
SELECT action, partition FROM pgscale.retire_partition('ids_odd');
SELECT object, actual, severity FROM differences WHERE parent = 'ids'::regclass;
SELECT partition, kind, object FROM differences WHERE parent = 'ids'::regclass AND kind = 'overlap';
CREATE TABLE ids_across PARTITION OF ids FOR VALUES FROM ('01a05a43-fc00-7000-8000-000000000000', 'm') TO ('01a05a43-fc00-7000-8000-000000000000', 'n');
SELECT partition, kind, object, actual FROM differences WHERE parent = 'ids'::regclass AND kind = 'overlap';

-- rows in what repair() has made are noticed: here they end a retention
DROP TABLE regions;
CREATE TABLE numbers (id bigint, kind int) PARTITION BY RANGE (id, kind);
SELECT count(*) FROM pgscale.create_parent('numbers', 'id', '10', premake => 1, retention => '10');
CREATE TABLE numbers_far PARTITION OF numbers FOR VALUES FROM (40, MINVALUE) TO (50, MINVALUE);
CALL pgscale.run_maintenance('numbers');
CALL pgscale.repair('numbers', '{gap}');
CALL pgscale.run_maintenance();
INSERT INTO numbers VALUES (25, 1);
CALL pgscale.run_maintenance();
SELECT partition, state FROM pgscale.partitions WHERE root = 'numbers'::regclass;

-- a set below another is looked at with its root, whose repair() closes its gaps, too
CREATE TABLE readings (region text, at date) PARTITION BY LIST (region);
SELECT count(*) FROM pgscale.create_parent('readings', lists => '{"eu": ["DE"], "us": ["US"]}');
SELECT count(*) FROM pgscale.create_subparent('readings', 'at', '1 month', premake => 0, start_at => '2026-08-01');
CALL pgscale.run_maintenance('readings');
DROP TABLE readings_eu_p2026_09, readings_us_p2026_11;
SELECT partition, kind, object, severity, repair FROM differences WHERE parent = 'readings'::regclass;
CALL pgscale.repair('readings');
SELECT partition, kind, object FROM differences WHERE parent = 'readings'::regclass;
SELECT action, partition, outcome FROM pgscale.runs WHERE parent LIKE 'readings\__s' OR parent LIKE 'readings\_eu' ORDER BY id DESC LIMIT 2;

SET client_min_messages = warning;
DROP SCHEMA drift_coverage CASCADE;
