-- When things run out: each resource known, unknown and without an end. Samples are made by hand.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS pgscale;
DROP ROLE IF EXISTS regress_forecast_owner, regress_forecast_other, regress_forecast_monitor;
RESET client_min_messages;
CREATE SCHEMA forecast;
SET search_path = forecast;
SET TimeZone = 'UTC';
SET DateStyle = 'ISO';
SET pgscale.clock = '2026-11-08 12:00:00+00';
CREATE TABLE pgscale.sample_test PARTITION OF pgscale.sample DEFAULT;

SELECT attname, format_type(atttypid, atttypmod) FROM pg_attribute
 WHERE attrelid = 'pgscale.forecast'::regclass AND attnum > 0 ORDER BY attnum;

-- Times to the minute, and no partition set of another test.
CREATE VIEW shown AS
SELECT resource, object, current_value, limit_value, unit, used_pct, rate_per_day,
       date_trunc('minute', eta + interval '30 s') AS eta,
       date_trunc('minute', eta_low + interval '30 s') AS eta_low,
       date_trunc('minute', eta_high + interval '30 s') AS eta_high,
       round(eta_s) AS eta_s, confidence, observed_s, status, note
  FROM pgscale.forecast
 WHERE resource NOT IN ('sequence', 'table size', 'partitions') OR object LIKE 'forecast.%';

-- nothing is known without samples but how large the disk is
SELECT resource, object, current_value, limit_value, status, note FROM shown WHERE resource <> 'disk' ORDER BY 1, 2;
SELECT object, unit, current_value > 0 AND current_value < limit_value AS sane, used_pct BETWEEN 0 AND 100 AS share,
       eta, status, note FROM shown WHERE resource = 'disk';

-- three hours of samples
INSERT INTO pgscale.sample (at, seconds, scope, object, frame, gauges)
SELECT timestamptz '2026-11-08 12:00:00+00' - i * interval '1 hour', 3600, 'server', 0, i = 0,
       jsonb_build_object('disk/data/free_bytes', 200 * 10^9 + i * 10^9, 'disk/data/total_bytes', 1000 * 10^9::bigint,
                          'connections', 50, 'connections_usable', 97, 'xid_age', 300000000 - i * 1000000, 'mxid_age', 7)
  FROM generate_series(0, 3) i;
SELECT resource, object, current_value, limit_value, used_pct, status, note FROM shown ORDER BY 1, 2;
DELETE FROM pgscale.sample;

-- a week: a disk that fills, one that is there no more, peaks of connections that grow, IDs that are used up
-- though a VACUUM has frozen the oldest in between, WAL that a slot keeps
INSERT INTO pgscale.sample (at, seconds, scope, object, frame, gauges)
SELECT timestamptz '2026-11-08 12:00:00+00' - i * interval '1 hour', 3600, 'server', 0, i % 24 = 0,
       jsonb_build_object('disk/data/free_bytes', 200 * 10^9 + i * 10^9, 'disk/data/total_bytes', 1000 * 10^9::bigint,
                          'disk/gone/free_bytes', 10^9 + i * 10^9, 'disk/gone/total_bytes', 1000 * 10^9::bigint,
                          'connections', CASE WHEN i % 24 = 5 THEN 60 - i / 24 * 5 ELSE 3 END, 'connections_usable', 100,
                          'xid_age', CASE WHEN i < 84 THEN 300000000 ELSE 500000000 END - i * 1000000,
                          'mxid_age', 1000000 - i * 100, 'slot_retained_bytes', 64 * 1024 * 1024 - i * 1000)
  FROM generate_series(0, 167) i;
\pset format unaligned
SELECT * FROM shown;

-- whoever stops sampling, stops knowing
SET pgscale.clock = '2026-11-08 14:00:00+00';
SELECT resource, object, eta, status, note FROM shown WHERE resource IN ('disk', 'connections');
SET pgscale.clock = '2026-11-08 17:00:00+00';
SELECT resource, object, eta, status, note FROM shown WHERE status <> 'ok' ORDER BY 1, 2;

-- a week in which nothing grows, the connections were all in use, and no slot is there
SET pgscale.clock = '2026-12-08 12:00:00+00';
INSERT INTO pgscale.sample (at, seconds, scope, object, frame, gauges)
SELECT timestamptz '2026-12-08 12:00:00+00' - i * interval '1 hour', 3600, 'server', 0, i % 24 = 0,
       jsonb_build_object('disk/data/free_bytes', 200 * 10^9 + i % 3, 'disk/data/total_bytes', 1000 * 10^9::bigint,
                          'connections', CASE i WHEN 5 THEN 100 ELSE 3 END, 'connections_usable', 100,
                          'xid_age', 300000000, 'mxid_age', 450000000 - i)
  FROM generate_series(0, 167) i;
SELECT resource, object, current_value, limit_value, used_pct, rate_per_day, eta, confidence, status, note FROM shown ORDER BY 1, 2;

-- sequences, to the last value that they and their columns can take
SET pgscale.clock = '2026-11-08 12:00:00+00';
CREATE TABLE by_identity (id integer GENERATED ALWAYS AS IDENTITY);
CREATE SEQUENCE wide;
CREATE SEQUENCE descending AS smallint INCREMENT -1;
CREATE SEQUENCE young AS smallint;
CREATE SEQUENCE used_little AS smallint;
CREATE SEQUENCE resting AS smallint;
CREATE SEQUENCE exhausted AS smallint;
CREATE SEQUENCE set_back AS smallint;
CREATE SEQUENCE endless;
INSERT INTO pgscale.sample (at, seconds, scope, object, frame, gauges)
SELECT timestamptz '2026-11-08 12:00:00+00' - i * interval '1 hour', 3600, 'sequence', s.name::regclass::oid, i % 24 = 0,
       jsonb_build_object('used_pct', s.used_pct, 'last_value', s.last - i * s.per_hour, 'last_usable', s.usable)
  FROM generate_series(0, 167) i,
       (VALUES ('by_identity_id_seq', 69.85, 2147483647, 1500000000, 1000000, 168, true),
               ('wide', 91.55, 32767, 30000, 100, 168, true),
               ('descending', 61.04, -32768, -20000, -100, 168, true),
               ('young', 91.55, 32767, 30000, 100, 6, true),
               ('used_little', 9.99, 32767, 3276, 1, 168, true),
               ('resting', 91.55, 32767, 30000, 0, 168, false),
               ('exhausted', 100, 32767, 32767, 10, 168, true),
               ('set_back', 50, 32767, 16384, -10, 168, true),
               ('endless', 10, 9223372036854775807, 922337203685477580, 1, 168, true)) s (name, used_pct, usable, last, per_hour, hours, changes)
 WHERE i < s.hours AND (s.changes OR i % 24 = 0);
SELECT * FROM shown WHERE resource = 'sequence' ORDER BY object;

-- tables, to 100 GB
CREATE TABLE growing ();
CREATE TABLE shrinking ();
CREATE TABLE large ();
CREATE TABLE small ();
CREATE TABLE partitioned (id integer) PARTITION BY RANGE (id);
CREATE MATERIALIZED VIEW view AS SELECT 1;
INSERT INTO pgscale.sample (at, seconds, scope, object, frame, bytes)
SELECT timestamptz '2026-11-08 12:00:00+00' - i * interval '1 hour', 3600, 'table', t.name::regclass::oid, i % 24 = 0,
       t.gigabytes * 1024 * 1024 * 1024 - i * t.per_hour * 1024 * 1024
  FROM generate_series(0, 167) i,
       (VALUES ('growing', 60::bigint, 256::bigint), ('view', 60, 256), ('shrinking', 20, -10), ('large', 120, 0), ('small', 5, 1),
               ('partitioned', 60, 256)) t (name, gigabytes, per_hour);
SELECT * FROM shown WHERE resource = 'table size' ORDER BY object;

-- partition sets: until when inserts find a partition if maintenance stops
CREATE TABLE by_time (at timestamptz NOT NULL) PARTITION BY RANGE (at);
CREATE TABLE by_date (at date NOT NULL) PARTITION BY RANGE (at);
CREATE TABLE gap (at timestamptz NOT NULL) PARTITION BY RANGE (at);
CREATE TABLE with_default (at timestamptz NOT NULL) PARTITION BY RANGE (at);
CREATE TABLE unbounded (at timestamp NOT NULL) PARTITION BY RANGE (at);
CREATE TABLE by_number (id bigserial NOT NULL) PARTITION BY RANGE (id);
CREATE TABLE by_free_number (id numeric NOT NULL) PARTITION BY RANGE (id);
CREATE TABLE by_list (country text, at date) PARTITION BY LIST (country);
CREATE TABLE by_month (at date NOT NULL, id int NOT NULL) PARTITION BY RANGE (at);
CREATE TABLE unbounded_last PARTITION OF unbounded FOR VALUES FROM ('2026-11-01') TO (MAXVALUE);
CREATE TABLE by_number_first PARTITION OF by_number FOR VALUES FROM (0) TO (1000);
\o /dev/null
SELECT pgscale.create_parent('by_time', 'at', '1 day', premake => 2);
SELECT pgscale.create_parent('by_date', 'at', '1 month', premake => 0, timezone => 'America/New_York');
SELECT pgscale.create_parent('gap', 'at', '1 day', premake => 4);
SELECT pgscale.create_parent('with_default', 'at', '1 day', premake => 2, default_partition => true);
SELECT pgscale.create_parent('unbounded', 'at', '1 day');
SELECT pgscale.create_parent('by_number', 'id', '1000', premake => 2);
SELECT pgscale.create_parent('by_free_number', 'id', '1000', premake => 2);
SELECT pgscale.create_parent('by_list', 'country', lists => '{"eu": ["DE"]}');
SELECT pgscale.create_subparent('by_list', 'at', '1 month', premake => 1);
SELECT pgscale.create_parent('by_month', 'at', '1 month', premake => 0);
SELECT pgscale.create_subparent('by_month', 'id', '1000', premake => 0);
\o
DROP TABLE gap_p2026_11_10;
INSERT INTO pgscale.sample (at, seconds, scope, object, frame, gauges)
SELECT timestamptz '2026-11-08 12:00:00+00' - i * interval '1 hour', 3600, 'sequence', 'by_number_id_seq'::regclass::oid, i % 24 = 0,
       jsonb_build_object('used_pct', 0, 'last_value', 900 - i)
  FROM generate_series(0, 167) i;
SELECT parent, covered_until FROM pgscale.partition_sets WHERE parent = 'by_number'::regclass;
SELECT * FROM shown WHERE resource = 'partitions' ORDER BY object;
-- all have come to their end
SET pgscale.clock = '2026-12-08 12:00:00+00';
SELECT object, eta, eta_s, confidence, status, note FROM shown WHERE resource = 'partitions' ORDER BY object;
SET pgscale.clock = '2026-11-08 12:00:00+00';

-- what runs out first comes first, what does not run out last
SELECT bool_and(eta >= before) AS ascending, bool_and(eta IS NULL OR NOT coalesce(none_before, false)) AS last
  FROM (SELECT eta, lag(eta) OVER () AS before, lag(eta IS NULL) OVER () AS none_before FROM pgscale.forecast) f;

-- who sees what: the server's everybody but the disks, the rest its owner and pg_read_all_stats
CREATE ROLE regress_forecast_owner;
CREATE ROLE regress_forecast_other;
CREATE ROLE regress_forecast_monitor IN ROLE pg_monitor;
GRANT USAGE ON SCHEMA forecast TO regress_forecast_owner, regress_forecast_other, regress_forecast_monitor;
GRANT SELECT ON shown TO regress_forecast_owner, regress_forecast_other, regress_forecast_monitor;
ALTER TABLE growing OWNER TO regress_forecast_owner;
ALTER TABLE by_identity OWNER TO regress_forecast_owner;
ALTER TABLE by_time OWNER TO regress_forecast_owner;
SET ROLE regress_forecast_owner;
SELECT resource, object, used_pct, eta, status, note FROM shown ORDER BY 1, 2;
SELECT * FROM pgscale.sample;
INSERT INTO pgscale.forecast (object) VALUES ('x');
SET ROLE regress_forecast_other;
SELECT resource, object, status FROM pgscale.forecast ORDER BY 1, 2;
SET ROLE regress_forecast_monitor;
SELECT resource, count(*) FROM shown GROUP BY 1 ORDER BY 1;
RESET ROLE;

DROP TABLE pgscale.sample_test;
SET client_min_messages = warning;
DROP SCHEMA forecast CASCADE;
DROP ROLE regress_forecast_owner, regress_forecast_other, regress_forecast_monitor;
