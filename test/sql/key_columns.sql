-- Range keys of several columns: the first one controls the set.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS pgscale;
RESET client_min_messages;
CREATE SCHEMA key_columns;
SET search_path = key_columns;
SET TimeZone = 'UTC';
SET DateStyle = 'ISO';
SET pgscale.clock = '2026-11-15 12:00:00+00';

-- time first
CREATE TABLE events (at timestamptz, tenant int, note text, PRIMARY KEY (at, tenant)) PARTITION BY RANGE (at, tenant);
SELECT * FROM pgscale.create_parent('events', 'at', '1 month', premake => 1, retention => '1 month', retire => 'drop');
SELECT control, oldest, covered_until FROM pgscale.partition_sets WHERE parent = 'events'::regclass;
INSERT INTO events VALUES ('2026-11-01', -5), ('2026-11-30 23:59', 99), ('2026-12-01', 0);
SELECT tableoid::regclass, at, tenant FROM events ORDER BY at;
SET pgscale.clock = '2027-01-01 00:00:00+00';
CALL pgscale.run_maintenance('events');
SELECT partition, lower, upper FROM pgscale.partitions WHERE root = 'events'::regclass;
SET pgscale.clock = '2026-11-15 12:00:00+00';

-- numbers and encoded keys first
CREATE TABLE numbers (id bigint, kind text) PARTITION BY RANGE (id, kind);
SELECT action, bounds FROM pgscale.create_parent('numbers', 'id', '1000', premake => 1);
INSERT INTO numbers VALUES (1500, 'x');
CALL pgscale.run_maintenance('numbers');
SELECT partition, lower, upper FROM pgscale.partitions WHERE root = 'numbers'::regclass;
CREATE TABLE encoded (id uuid, kind text) PARTITION BY RANGE (id, kind);
SELECT action, bounds FROM pgscale.create_parent('encoded', 'id', '1 month', premake => 0, encoding => 'uuidv7');

-- health and forecast look at the first column
SELECT pgscale.pause('events');
SELECT object, round(value, 2) AS intervals, evidence FROM pgscale.set_evidence WHERE check_name = 'next_partition' AND object = 'events';
SELECT object, unit, eta, confidence, note FROM pgscale.forecast WHERE resource = 'partitions' AND object IN ('key_columns.events', 'key_columns.numbers') ORDER BY object;

-- Bounds in the later columns are kept. Nothing is claimed that they do not cover, nothing overlaps, and
-- nothing goes before all of it has ended.
CREATE TABLE odd (day date, hour int, note text) PARTITION BY RANGE (day, hour);
CREATE TABLE odd_a PARTITION OF odd FOR VALUES FROM (MINVALUE, MINVALUE) TO ('2026-11-01', 6);
CREATE TABLE odd_b PARTITION OF odd FOR VALUES FROM ('2026-11-01', 6) TO ('2026-11-01', 12);
CREATE TABLE odd_c PARTITION OF odd FOR VALUES FROM ('2026-11-01', 12) TO ('2026-11-15', 12);
CREATE TABLE odd_z PARTITION OF odd FOR VALUES FROM ('2027-01-01', 3) TO ('2027-01-01', MAXVALUE);
SELECT * FROM pgscale.create_parent('odd', 'day', '1 month', premake => 3, retention => '1 month');
SELECT action FROM pgscale.plan('odd');
INSERT INTO odd SELECT d, h FROM unnest('{2026-11-01,2026-11-15,2026-11-30,2026-12-31,2027-01-01,2027-01-02}'::date[]) d, unnest('{0,6,12,23}'::int[]) h;
SELECT tableoid::regclass, count(*), min(day), max(day) FROM odd GROUP BY 1 ORDER BY min((day, hour)::text);
-- odd_a and odd_b end during the first of November, so they stay through the first of December
SET pgscale.clock = '2026-12-01 12:00:00+00';
SELECT action, partition FROM pgscale.plan('odd') WHERE action <> 'create';
SET pgscale.clock = '2026-12-02 00:00:00+00';
SELECT action, partition, reason FROM pgscale.plan('odd') WHERE action <> 'create';
SET pgscale.clock = '2026-11-15 12:00:00+00';

-- beside a default partition the rows are read once for each partition, to validate the guard, and not again under a
-- strong lock
CREATE TABLE rest (id int, kind varchar(5) COLLATE "C", at date) PARTITION BY RANGE (id, kind, at);
CREATE TABLE rest_x PARTITION OF rest FOR VALUES FROM (0, 'k', '2020-01-01') TO (10, 'm', MAXVALUE);
CREATE TABLE rest_default PARTITION OF rest DEFAULT;
INSERT INTO rest VALUES (NULL, 'a', '2020-01-01'), (5000, NULL, NULL);
SELECT * FROM pgscale.create_parent('rest', 'id', '10', premake => 0);
SELECT count(*) FROM pgscale.alter_parent('rest', premake => 3);
SELECT sql[1] FROM pgscale.plan('rest') WHERE action = 'guard' ORDER BY step;
SELECT pg_stat_force_next_flush();
SELECT seq_scan AS before FROM pg_stat_user_tables WHERE relid = 'rest_default'::regclass \gset
CALL pgscale.run_maintenance('rest');
SELECT pg_stat_force_next_flush();
SELECT seq_scan - :before AS scans FROM pg_stat_user_tables WHERE relid = 'rest_default'::regclass;
SELECT partition, lower, upper FROM pgscale.partitions WHERE root = 'rest'::regclass ORDER BY partition::text;
SELECT action FROM pgscale.plan('rest');

-- only the first column controls
SELECT pgscale.create_parent('odd', 'hour', '1 month');
CREATE TABLE later (a text, b date) PARTITION BY RANGE (a, b);
SELECT pgscale.create_parent('later', 'b', '1 month');
SELECT pgscale.create_parent('later', 'a', '1 month');

SET client_min_messages = warning;
DROP SCHEMA key_columns CASCADE;
