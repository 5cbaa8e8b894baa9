-- Checkpoints, WAL and IO of the server; the window from samples made by hand.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS pgscale;
DROP ROLE IF EXISTS regress_server_plain, regress_server_monitor;
RESET client_min_messages;
LOAD 'pgscale';
SET pgscale.clock = '2026-01-10 12:00:00+00';
CREATE ROLE regress_server_plain;
CREATE ROLE regress_server_monitor IN ROLE pg_monitor;

-- statistics views that this server may lack
SELECT count(*) FROM pgscale.stat_rows('pg_stat_archiver');
SELECT s - 'stats_reset' IS NOT NULL AND s ? 'stats_reset' AS row FROM pgscale.stat_rows('pg_stat_wal') s;
SELECT count(*) FROM pgscale.stat_rows('pg_stat_of_the_future');
SELECT count(*) FROM pgscale.stat_rows('pg_class');
SELECT count(*) FROM pgscale.stat_rows(NULL);

-- until something is sampled in the window it is not known
SELECT count(*), min(status) AS status, count(window_s) AS window_s, count(window_timed) AS timed, count(window_requested_pct) AS pct,
       count(window_write_s) AS write_s, count(window_allocated_buffers) AS allocated FROM pgscale.checkpoints;
SELECT count(*), min(status) AS status, count(window_s) AS window_s, count(window_bytes) AS bytes, count(window_bytes_per_s) AS per_s,
       count(window_fpi_max_pct) AS fpi, count(window_archived) AS archived FROM pgscale.wal;
SELECT count(*) > 0 AS some, min(status) AS min, max(status) AS max, count(window_s) AS window_s, count(window_reads) AS reads,
       count(window_read_bytes) AS bytes, count(window_hits) AS hits FROM pgscale.io;

CREATE TABLE pgscale.sample_test PARTITION OF pgscale.sample DEFAULT;
INSERT INTO pgscale.sample (at, seconds, scope, object, frame, counters)
SELECT at, 900, 'server', 0, false, jsonb_build_object(
         'checkpoints_timed', 3, 'checkpoints_requested', 1, 'checkpoint_write_ms', 1500.5, 'checkpoint_sync_ms', 20,
         'checkpoint_buffers', 100, 'bgwriter_buffers', 40, 'bgwriter_maxwritten', 2, 'buffers_alloc', 70,
         'backend_buffers', 7, 'backend_fsyncs', 1,
         'wal_records', 1000, 'wal_fpi', 10, 'wal_bytes', 163840, 'wal_buffers_full', 5, 'archived', 4, 'archive_failed', 2,
         'io/client backend/relation/normal/reads', 25, 'io/client backend/relation/normal/read_bytes', 409600,
         'io/client backend/relation/normal/read_ms', 100, 'io/client backend/relation/normal/hits', 150,
         'io/client backend/relation/normal/write_ms', 30, 'io/client backend/relation/bulkread/reads', 9000)
  FROM unnest(ARRAY['2026-01-10 11:15+00', '2026-01-10 12:00+00']::timestamptz[]) AS at
 UNION ALL
-- before the window
SELECT '2026-01-10 10:30+00', 900, 'server', 0, false, '{"checkpoints_timed": 1000, "wal_bytes": 1000}';
INSERT INTO pgscale.sample (at, seconds, scope, object, frame, hit, read, ms, counters)
SELECT '2026-01-10 12:00+00', 900, 'database', oid, false, 300, 50, 200, '{"write_ms": 60}'
  FROM pg_database WHERE datname = current_database();

SELECT window_timed, window_requested, window_requested_pct, window_write_s, window_sync_s, window_checkpointer_buffers, window_bgwriter_buffers,
       window_bgwriter_stops, window_allocated_buffers, window_s, since AT TIME ZONE 'UTC' AS since, status FROM pgscale.checkpoints;
-- told only where the server counts it
SELECT window_backend_buffers IS NOT DISTINCT FROM CASE WHEN backend_buffers IS NOT NULL THEN 14 END AS buffers,
       window_backend_fsyncs IS NOT DISTINCT FROM CASE WHEN backend_fsyncs IS NOT NULL THEN 2 END AS fsyncs FROM pgscale.checkpoints;
SELECT window_records, window_fpi, window_bytes, window_fpi_max_pct, round(window_bytes_per_s::numeric, 3) AS per_s, window_buffers_full,
       window_archived, window_archive_failed, window_s, since AT TIME ZONE 'UTC' AS since, status FROM pgscale.wal;

-- by kind of process, or by database before PostgreSQL 16: the samples say the same in both
CREATE TEMP VIEW io AS SELECT * FROM pgscale.io
 WHERE (backend_type, object, context) = ('client backend', 'relation', 'normal') OR database = current_database();
SELECT window_reads, window_read_bytes = CASE WHEN database IS NULL THEN 819200 ELSE 50 * current_setting('block_size')::int END AS bytes,
       window_hits, window_read_s, window_write_s, read_s, write_s, window_s, status FROM io;
SET track_io_timing = on;
SELECT window_read_s, window_write_s, read_s IS NOT NULL AS read_s, write_s IS NOT NULL AS write_s FROM io;
RESET track_io_timing;
-- what did not occur is 0, what this row cannot count is NULL
SELECT bool_and(window_read_bytes = 0) AS nothing FROM pgscale.io WHERE object = 'relation' AND (backend_type, context) = ('autovacuum worker', 'normal')
    OR database = 'template1';
SELECT count(*) FILTER (WHERE (reads IS NULL) <> (window_reads IS NULL)) AS reads, count(*) FILTER (WHERE (fsyncs IS NULL) <> (window_fsyncs IS NULL)) AS fsyncs,
       count(*) FILTER (WHERE (extends IS NULL) <> (window_extend_bytes IS NULL)) AS extends FROM pgscale.io;
-- bytes are those of the server's own view, whatever it counts
SELECT count(*) FILTER (WHERE i.read_bytes <> coalesce((s->>'read_bytes')::numeric, (s->>'reads')::numeric * (s->>'op_bytes')::numeric)) AS differ,
       count(*) FILTER (WHERE i.reads <> (s->>'reads')::bigint OR i.hits <> (s->>'hits')::bigint) AS counts_differ
  FROM pgscale.stat_rows('pg_stat_io') s
  JOIN pgscale.io i ON (i.backend_type, i.object, i.context) = (s->>'backend_type', s->>'object', s->>'context');

-- since the last reset; what is done now is added
CREATE TEMP TABLE before AS SELECT c.requested, c.checkpointer_buffers, w.bytes, w.records, w.lsn FROM pgscale.checkpoints c, pgscale.wal w;
CREATE TABLE server_written AS SELECT generate_series(1, 1000) AS n;
SELECT pg_stat_force_next_flush();
CHECKPOINT;
DO $$
BEGIN
  FOR i IN 1..1000 LOOP
    PERFORM pg_stat_clear_snapshot();
    EXIT WHEN (SELECT c.requested > b.requested AND c.checkpointer_buffers > b.checkpointer_buffers FROM pgscale.checkpoints c, before b);
    PERFORM pg_sleep(0.01);
  END LOOP;
END $$;
SELECT c.requested > b.requested AS requested, c.checkpointer_buffers > b.checkpointer_buffers AS buffers,
       c.requested_pct = round(100.0 * c.requested / (c.timed + c.requested), 2) AS pct, c.stats_reset <= now() AS reset,
       w.bytes > b.bytes AS bytes, w.records > b.records AS records, w.lsn > b.lsn AS lsn FROM pgscale.checkpoints c, pgscale.wal w, before b;
DROP TABLE server_written;
SELECT fpi_max_pct BETWEEN 0 AND 100 AS fpi, lsn <= pg_current_wal_lsn() AS lsn, stats_reset IS NOT NULL AS reset, max_wal_size, min_wal_size, archive_mode,
       archived, archive_failed, last_archived_time, last_failed_time, archive_failing, archive_reset IS NOT NULL AS archive_reset FROM pgscale.wal;

-- pg_wal is listed for members of pg_monitor only; all else is public, as in PostgreSQL
SET ROLE regress_server_monitor;
SELECT directory_files > 0 AS files, directory_status,
       directory_bytes BETWEEN 1 AND directory_files * pg_size_bytes(current_setting('wal_segment_size')) AS bytes FROM pgscale.wal;
SET ROLE regress_server_plain;
SELECT directory_bytes, directory_files, directory_status, bytes > 0 AS bytes, window_bytes FROM pgscale.wal;
SELECT count(*), min(window_timed) AS timed FROM pgscale.checkpoints;
SELECT count(*) > 0 AS some FROM pgscale.io;
SELECT count(*) FROM pgscale.server_window;
SELECT pgscale.wal_files();
RESET ROLE;

-- a reset of the counters shows
SELECT pg_stat_reset_shared('wal');
SELECT stats_reset > now() - interval '1 hour' AND stats_reset <= clock_timestamp() AS reset, records < 1000 AS few FROM pgscale.wal;

DROP TABLE pgscale.sample_test;
DROP ROLE regress_server_plain, regress_server_monitor;
