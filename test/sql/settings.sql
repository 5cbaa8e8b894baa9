-- Settings: what they may be and who may set them.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS pgscale;
RESET client_min_messages;
CREATE SCHEMA settings;
SET search_path = settings;
SET TimeZone = 'UTC';
SET DateStyle = 'ISO';
SET pgscale.clock = '2026-11-15 12:00:00+00';

LOAD 'pgscale';
RESET pgscale.clock;
SELECT name, setting, unit, context, vartype, min_val, max_val, boot_val FROM pg_settings WHERE name LIKE 'pgscale.%' ORDER BY name COLLATE "C";
SELECT name FROM pg_settings WHERE name LIKE 'pgscale.%' AND (short_desc IS NULL OR short_desc = '') ORDER BY 1;
SHOW pgscale.lock_timeout;
SET pgscale.lock_timeout = '50ms';
SHOW pgscale.lock_timeout;
SET pgscale.lock_timeout = '2s';
SHOW pgscale.lock_timeout;
-- servers from 17 on write the bounds with their unit
\set VERBOSITY sqlstate
SET pgscale.lock_timeout = 0;
SET pgscale.lock_timeout = -1;
\set VERBOSITY default
SET pgscale.lock_timeout = '2 hours';
SET pgscale.lock_timeout = 'long';
RESET pgscale.lock_timeout;
SET pgscale.naptime = 10;
SET pgscale.max_workers = 1;
SET pgscale.unknown = 1;

-- the clock
SET pgscale.clock = 'tomorrow-ish';
SET pgscale.clock = 'now';
SET pgscale.clock = 'today';
SET pgscale.clock = 'tomorrow';
SET pgscale.clock = 'infinity';
SET pgscale.clock = '-infinity';
SET pgscale.clock = '2026-13-01';
SET pgscale.clock = '2026-02-30';
SET pgscale.clock = '999999-01-01';
SET pgscale.clock = '12:00';
SET pgscale.clock = '1 month';
SET pgscale.clock = '2026-11-15 12:00:00+00';
SHOW pgscale.clock;
SET pgscale.clock = '2026-02-28 23:30:00+00';
CREATE TABLE clocked (at timestamptz) PARTITION BY RANGE (at);
SELECT action, partition FROM pgscale.create_parent('clocked', 'at', '1 day', premake => 0);
SET pgscale.clock = '2026-03-01 00:30:00+01';
CREATE TABLE offset_clock (at timestamptz) PARTITION BY RANGE (at);
SELECT action, partition FROM pgscale.create_parent('offset_clock', 'at', '1 day', premake => 0);
-- empty: real time
SET pgscale.clock = '';
CREATE TABLE real_time (at timestamptz) PARTITION BY RANGE (at);
SELECT action, bounds LIKE format('%%FROM (''%s-01-01 00:00:00+00'')%%', extract(year FROM now())) AS this_year
  FROM pgscale.create_parent('real_time', 'at', '1 year', premake => 0);

-- only superusers set the clock, everybody the lock timeout
SET client_min_messages = warning;
DROP ROLE IF EXISTS regress_settings;
RESET client_min_messages;
CREATE ROLE regress_settings;
SET ROLE regress_settings;
SET pgscale.clock = '2026-11-15';
SET pgscale.lock_timeout = '100ms';
RESET pgscale.lock_timeout;
RESET ROLE;
ALTER ROLE regress_settings SET pgscale.lock_timeout = '300ms';
\set VERBOSITY sqlstate
ALTER ROLE regress_settings SET pgscale.lock_timeout = '0';
\set VERBOSITY default
DROP ROLE regress_settings;
-- for one transaction, for one database
BEGIN;
SET LOCAL pgscale.clock = '2030-01-01 00:00+00';
CREATE TABLE local_clock (at date) PARTITION BY RANGE (at);
SELECT action, partition FROM pgscale.create_parent('local_clock', 'at', '1 year', premake => 0);
COMMIT;
SHOW pgscale.clock;
SELECT current_database() AS this_database \gset
ALTER DATABASE :"this_database" SET pgscale.clock = '2031-05-05 00:00+00';
ALTER DATABASE :"this_database" SET pgscale.clock = 'nonsense';
\c -
SET search_path = settings;
CREATE TABLE database_clock (at date) PARTITION BY RANGE (at);
SELECT action, partition FROM pgscale.create_parent('database_clock', 'at', '1 year', premake => 0);
SHOW pgscale.clock;
SELECT current_database() AS this_database \gset
ALTER DATABASE :"this_database" RESET pgscale.clock;
ALTER DATABASE :"this_database" SET pgscale.naptime = 10;

SET client_min_messages = warning;
DROP SCHEMA settings CASCADE;
