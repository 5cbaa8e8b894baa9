-- Temporary files since the reset, over the window and now.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS pgscale;
DROP ROLE IF EXISTS regress_temp_plain, regress_temp_monitor;
RESET client_min_messages;
CREATE ROLE regress_temp_plain;
CREATE ROLE regress_temp_monitor IN ROLE pg_monitor;
SET TimeZone = 'UTC';
SET DateStyle = 'ISO';
SET pgscale.clock = '2026-11-15 12:00:00+00';
-- a sort in parallel would share its files
SET max_parallel_workers_per_gather = 0;

SELECT attname, format_type(atttypid, atttypmod) FROM pg_attribute
 WHERE attrelid = 'pgscale.temp_files'::regclass AND attnum > 0 ORDER BY attnum;
SELECT count(*) = (SELECT count(*) FROM pg_database) AS every_database FROM pgscale.temp_files WHERE datname IS NOT NULL;
SELECT current_files, current_bytes, window_files_per_s, window_bytes_per_s, window_s, since, status FROM pgscale.temp_files WHERE datname = current_database();

-- a cursor that sorts on disk has its file until it is closed
BEGIN;
SET LOCAL work_mem = '64kB';
DECLARE sorted CURSOR FOR SELECT md5(g::text) AS m FROM generate_series(1, 5000) g ORDER BY m;
FETCH 1 FROM sorted;
SELECT current_files > 0 AS files, current_bytes > 50000 AS bytes FROM pgscale.temp_files WHERE datname = current_database();
SELECT sum(current_files) FROM pgscale.temp_files WHERE datname <> current_database();
SET LOCAL ROLE regress_temp_plain;
SELECT current_files, current_bytes, files IS NOT NULL AS counted FROM pgscale.temp_files WHERE datname = current_database();
SELECT count(*) FROM pgscale.temp_files_now();
SET LOCAL ROLE regress_temp_monitor;
SELECT current_files > 0 AS files, current_bytes > 50000 AS bytes FROM pgscale.temp_files WHERE datname = current_database();
RESET ROLE;
CLOSE sorted;
COMMIT;
SELECT current_files, current_bytes FROM pgscale.temp_files WHERE datname = current_database();
SELECT pg_stat_force_next_flush();
SELECT files > 0 AS files, bytes > 50000 AS bytes FROM pgscale.temp_files WHERE datname = current_database();

CREATE TABLE pgscale.sample_test PARTITION OF pgscale.sample DEFAULT;
INSERT INTO pgscale.sample (at, seconds, scope, object, frame, counters) VALUES
  ('2026-11-15 11:50+00', 600, 'server', 0, true, NULL),
  ('2026-11-15 11:50+00', 600, 'database', (SELECT oid FROM pg_database WHERE datname = current_database()), true, '{"temp_files": 30, "temp_bytes": 6000000, "commits": 9}');
SELECT datname = current_database() AS here, window_files_per_s, window_bytes_per_s, window_s, since, status
  FROM pgscale.temp_files WHERE datname IN (current_database(), 'template0') ORDER BY 1 DESC;
DROP TABLE pgscale.sample_test;
DROP ROLE regress_temp_plain, regress_temp_monitor;
