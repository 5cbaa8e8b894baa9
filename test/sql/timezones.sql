-- The zone of the set decides, the settings of the session do not.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS pgscale;
RESET client_min_messages;
CREATE SCHEMA timezones;
SET search_path = timezones;
SET TimeZone = 'UTC';
SET DateStyle = 'ISO';
SET pgscale.clock = '2026-11-15 12:00:00+00';

-- four combinations of session settings, one result
CREATE FUNCTION bounds_of(parent regclass) RETURNS TABLE (partition name, bounds text) LANGUAGE sql
  SET timezone = 'UTC' SET datestyle = 'ISO' SET search_path = pg_catalog AS
  $$ SELECT c.relname, pg_get_expr(c.relpartbound, c.oid) FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
      WHERE i.inhparent = parent ORDER BY 2 $$;
-- holes and overlaps between neighbours, in numbers of instants
CREATE FUNCTION flaws(root regclass) RETURNS bigint LANGUAGE sql AS
  $$ SELECT count(*) FROM (SELECT p.upper::timestamptz AS upper,
                                  lead(p.lower::timestamptz) OVER (ORDER BY p.lower::timestamptz) AS next
                             FROM pgscale.partitions p WHERE p.root = flaws.root) x
      WHERE upper <> next $$;
CREATE TABLE s1 (at timestamptz) PARTITION BY RANGE (at);
CREATE TABLE s2 (at timestamptz) PARTITION BY RANGE (at);
CREATE TABLE s3 (at timestamptz) PARTITION BY RANGE (at);
CREATE TABLE s4 (at timestamptz) PARTITION BY RANGE (at);
SELECT count(*) FROM pgscale.create_parent('s1', 'at', '1 month', premake => 1, start_at => '2026-09-01', retention => '1 year', timezone => 'Europe/Berlin');
SET TimeZone = 'Asia/Tokyo';
SELECT count(*) FROM pgscale.create_parent('s2', 'at', '1 month', premake => 1, start_at => '2026-09-01', retention => '1 year', timezone => 'Europe/Berlin');
SET DateStyle = 'German, DMY';
SET IntervalStyle = 'sql_standard';
SELECT count(*) FROM pgscale.create_parent('s3', 'at', '1 month', premake => 1, start_at => '2026-09-01', retention => '1 year', timezone => 'Europe/Berlin');
SET TimeZone = 'America/New_York';
SET DateStyle = 'SQL, MDY';
SET IntervalStyle = 'iso_8601';
SET search_path = pg_temp;
SELECT count(*) FROM pgscale.create_parent('timezones.s4', 'at', '1 month', premake => 1, start_at => '2026-09-01', retention => '1 year', timezone => 'Europe/Berlin');
SET pgscale.clock = '2027-01-01 12:00:00+00';
CALL pgscale.run_maintenance('timezones.s4');
SET search_path = timezones;
SET TimeZone = 'UTC';
SET DateStyle = 'ISO';
RESET IntervalStyle;
CALL pgscale.run_maintenance('s1');
CALL pgscale.run_maintenance('s2');
CALL pgscale.run_maintenance('s3');
SELECT * FROM bounds_of('s1');
SELECT a.bounds, a.bounds = b.bounds AND b.bounds = c.bounds AND c.bounds = d.bounds AS same
  FROM bounds_of('s1') WITH ORDINALITY a
  JOIN bounds_of('s2') WITH ORDINALITY b USING (ordinality)
  JOIN bounds_of('s3') WITH ORDINALITY c USING (ordinality)
  JOIN bounds_of('s4') WITH ORDINALITY d USING (ordinality) ORDER BY ordinality;
SELECT parent, "interval", retention, start_at, timezone, next_due FROM pgscale.partition_sets
 WHERE parent IN ('s1'::regclass, 's2'::regclass, 's3'::regclass, 's4'::regclass) ORDER BY parent::text;

-- hours over the end of summer time: 2 o'clock twice, on 25 October 2026 at 01:00 UTC
SET pgscale.clock = '2026-10-24 22:30:00+00';
CREATE TABLE autumn (at timestamptz) PARTITION BY RANGE (at);
SELECT action, partition, bounds
  FROM pgscale.create_parent('autumn', 'at', '1 hour', premake => 1, timezone => 'Europe/Berlin');
SET pgscale.clock = '2026-10-24 23:30:00+00';
CALL pgscale.run_maintenance('autumn');
SET pgscale.clock = '2026-10-25 00:30:00+00';
CALL pgscale.run_maintenance('autumn');
SET pgscale.clock = '2026-10-25 01:30:00+00';
CALL pgscale.run_maintenance('autumn');
SET pgscale.clock = '2026-10-25 02:30:00+00';
CALL pgscale.run_maintenance('autumn');
SELECT partition, lower, upper FROM pgscale.partitions WHERE root = 'autumn'::regclass;
SELECT flaws('autumn');
INSERT INTO autumn SELECT g FROM generate_series('2026-10-24 22:00+00'::timestamptz, '2026-10-25 03:59+00', '1 minute') g;
SELECT tableoid::regclass, count(*) FROM autumn GROUP BY 1 ORDER BY 1;
-- and over its beginning: no 2 o'clock, on 28 March 2027 at 01:00 UTC
SET pgscale.clock = '2027-03-27 23:30:00+00';
CREATE TABLE spring (at timestamptz) PARTITION BY RANGE (at);
SELECT action, partition, bounds
  FROM pgscale.create_parent('spring', 'at', '1 hour', premake => 1, timezone => 'Europe/Berlin');
SET pgscale.clock = '2027-03-28 00:30:00+00';
CALL pgscale.run_maintenance('spring');
SET pgscale.clock = '2027-03-28 01:30:00+00';
CALL pgscale.run_maintenance('spring');
SET pgscale.clock = '2027-03-28 02:30:00+00';
CALL pgscale.run_maintenance('spring');
SELECT partition, lower, upper FROM pgscale.partitions WHERE root = 'spring'::regclass;
SELECT flaws('spring');
INSERT INTO spring SELECT g FROM generate_series('2027-03-27 23:00+00'::timestamptz, '2027-03-28 03:59+00', '1 minute') g;
SELECT tableoid::regclass, count(*) FROM spring GROUP BY 1 ORDER BY 1;
-- the same hours in one go, with days, months and half days beside them
SET pgscale.clock = '2026-10-24 12:00:00+00';
CREATE TABLE days (at timestamptz) PARTITION BY RANGE (at);
SELECT partition, bounds FROM pgscale.create_parent('days', 'at', '1 day', premake => 2, timezone => 'Europe/Berlin');
CREATE TABLE half_days (at timestamptz) PARTITION BY RANGE (at);
SELECT partition, bounds FROM pgscale.create_parent('half_days', 'at', '12 hours', premake => 3, timezone => 'Europe/Berlin');
SET pgscale.clock = '2026-10-03 14:10:00+00';
CREATE TABLE half_hours (at timestamptz) PARTITION BY RANGE (at);
SELECT partition, bounds FROM pgscale.create_parent('half_hours', 'at', '30 minutes', premake => 4, timezone => 'Australia/Lord_Howe');
SELECT flaws('days'), flaws('half_days'), flaws('half_hours');

-- months from the 31st come back to the 31st; years from 29 February to the 29th
SET pgscale.clock = '2027-05-15 00:00:00+00';
CREATE TABLE ends (at timestamptz) PARTITION BY RANGE (at);
SELECT partition, bounds FROM pgscale.create_parent('ends', 'at', '1 month', premake => 1, start_at => '2026-12-31', timezone => 'Europe/Berlin');
SELECT flaws('ends');
CREATE TABLE leap (d date) PARTITION BY RANGE (d);
SELECT partition, bounds FROM pgscale.create_parent('leap', 'd', '1 year', premake => 1, start_at => '2024-02-29');
SET pgscale.clock = '2028-02-29 12:00:00+00';
CALL pgscale.run_maintenance('leap');
SELECT partition, lower, upper FROM pgscale.partitions WHERE root = 'leap'::regclass;
-- step by step gives what one go gives
CREATE TABLE stepped (at timestamptz) PARTITION BY RANGE (at);
SET pgscale.clock = '2026-12-31 12:00:00+00';
SELECT count(*) FROM pgscale.create_parent('stepped', 'at', '1 month', premake => 1, start_at => '2026-12-31', timezone => 'Europe/Berlin');
SET pgscale.clock = '2027-01-31 12:00:00+00';
CALL pgscale.run_maintenance('stepped');
SET pgscale.clock = '2027-02-28 12:00:00+00';
CALL pgscale.run_maintenance('stepped');
SET pgscale.clock = '2027-03-31 12:00:00+00';
CALL pgscale.run_maintenance('stepped');
SET pgscale.clock = '2027-05-15 00:00:00+00';
CALL pgscale.run_maintenance('stepped');
SELECT count(*), bool_and(a.bounds = b.bounds) AS same
  FROM bounds_of('ends') WITH ORDINALITY a FULL JOIN bounds_of('stepped') WITH ORDINALITY b USING (ordinality);

-- a zone that is three quarters of an hour off
CREATE TABLE offsets (at timestamptz) PARTITION BY RANGE (at);
SELECT partition, bounds FROM pgscale.create_parent('offsets', 'at', '1 day', premake => 0, timezone => 'Asia/Kathmandu');

SET client_min_messages = warning;
DROP SCHEMA timezones CASCADE;
