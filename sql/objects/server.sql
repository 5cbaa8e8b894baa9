
-- NULL where the window is not known; a counter that is not there counted nothing.
CREATE FUNCTION pgscale.counted(counters jsonb, name text) RETURNS numeric
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE WHEN counters IS NOT NULL THEN coalesce((counters ->> name)::numeric, 0) END;
COMMENT ON FUNCTION pgscale.counted(jsonb, text) IS
'What a counter of view server_window counted; part of the views';

CREATE FUNCTION pgscale.percent(part bigint, whole bigint) RETURNS numeric
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'pgscale_percent';
COMMENT ON FUNCTION pgscale.percent(bigint, bigint) IS
'A part in percent of the whole, with two digits; NULL where there is no whole; part of the views';

CREATE VIEW pgscale.server_window AS
SELECT w.since,
       w.window_s,
       CASE WHEN w.window_s IS NULL THEN 'unknown' ELSE 'ok' END AS status,
       CASE WHEN w.window_s IS NOT NULL
            THEN (SELECT coalesce(jsonb_object_agg(c.name, c.total), '{}')
                    FROM pgscale.recent_counter c WHERE c.scope = 'server')
       END AS counters
  FROM pgscale.recent_window w;
COMMENT ON VIEW pgscale.server_window IS 'The window of the views with what the server counted in it; nobody but the views reads it';
COMMENT ON COLUMN pgscale.server_window.since IS 'Start of the window';
COMMENT ON COLUMN pgscale.server_window.window_s IS 'Seconds covered';
COMMENT ON COLUMN pgscale.server_window.status IS 'ok or unknown';
COMMENT ON COLUMN pgscale.server_window.counters IS 'What was counted, by name; NULL when unknown';

-- A crash wipes the counters of all databases, which pg_stat_database does not tell. It wipes those of the
-- server too, and they tell it; but each of them can be reset alone, so that the oldest time is the nearest.
CREATE VIEW pgscale.counted_since AS
SELECT d.datid,
       greatest(d.stats_reset, least((SELECT b.stats_reset FROM pg_catalog.pg_stat_bgwriter b),
                                     (SELECT w.stats_reset FROM pg_catalog.pg_stat_wal w),
                                     (SELECT a.stats_reset FROM pg_catalog.pg_stat_archiver a))) AS since
  FROM pg_catalog.pg_stat_database d;
COMMENT ON VIEW pgscale.counted_since IS 'Since when each database counts; part of the views';
COMMENT ON COLUMN pgscale.counted_since.datid IS 'OID of the database; 0 for the shared catalogs';
COMMENT ON COLUMN pgscale.counted_since.since IS 'Nothing after this is missing in its counters: its own reset, the last crash or the first start of the server';

CREATE VIEW pgscale.checkpoints AS
SELECT t.timed,
       t.requested,
       pgscale.percent(t.requested, t.timed + t.requested) AS requested_pct,
       (c.row->>'num_done')::bigint AS done,
       coalesce(c.row->>'write_time', b.row->>'checkpoint_write_time')::float8 / 1000 AS write_s,
       coalesce(c.row->>'sync_time', b.row->>'checkpoint_sync_time')::float8 / 1000 AS sync_s,
       coalesce(c.row->>'buffers_written', b.row->>'buffers_checkpoint')::bigint AS checkpointer_buffers,
       (b.row->>'buffers_clean')::bigint AS bgwriter_buffers,
       (b.row->>'maxwritten_clean')::bigint AS bgwriter_stops,
       (b.row->>'buffers_backend')::bigint AS backend_buffers,
       (b.row->>'buffers_backend_fsync')::bigint AS backend_fsyncs,
       (b.row->>'buffers_alloc')::bigint AS allocated_buffers,
       (c.row->>'restartpoints_timed')::bigint AS restartpoints_timed,
       (c.row->>'restartpoints_req')::bigint AS restartpoints_requested,
       (c.row->>'restartpoints_done')::bigint AS restartpoints_done,
       greatest((c.row->>'stats_reset')::timestamptz, (b.row->>'stats_reset')::timestamptz) AS stats_reset,
       r.timed::bigint AS window_timed,
       r.requested::bigint AS window_requested,
       pgscale.percent((1000 * r.requested)::bigint, (1000 * (r.timed + r.requested))::bigint) AS window_requested_pct,
       (pgscale.counted(w.counters, 'checkpoint_write_ms') / 1000)::float8 AS window_write_s,
       (pgscale.counted(w.counters, 'checkpoint_sync_ms') / 1000)::float8 AS window_sync_s,
       pgscale.counted(w.counters, 'checkpoint_buffers')::bigint AS window_checkpointer_buffers,
       pgscale.counted(w.counters, 'bgwriter_buffers')::bigint AS window_bgwriter_buffers,
       pgscale.counted(w.counters, 'bgwriter_maxwritten')::bigint AS window_bgwriter_stops,
       CASE WHEN b.row ? 'buffers_backend'
            THEN pgscale.counted(w.counters, 'backend_buffers') END::bigint AS window_backend_buffers,
       CASE WHEN b.row ? 'buffers_backend_fsync'
            THEN pgscale.counted(w.counters, 'backend_fsyncs') END::bigint AS window_backend_fsyncs,
       pgscale.counted(w.counters, 'buffers_alloc')::bigint AS window_allocated_buffers,
       w.window_s,
       w.since,
       w.status
  FROM pgscale.server_window w
 CROSS JOIN (SELECT to_jsonb(b) AS row FROM pg_catalog.pg_stat_bgwriter b) b
  LEFT JOIN pgscale.stat_rows('pg_stat_checkpointer') AS c (row) ON true
 CROSS JOIN LATERAL (
        SELECT coalesce(c.row->>'num_timed', b.row->>'checkpoints_timed')::bigint AS timed,
               coalesce(c.row->>'num_requested', b.row->>'checkpoints_req')::bigint AS requested) t
 CROSS JOIN LATERAL (
        SELECT pgscale.counted(w.counters, 'checkpoints_timed') AS timed,
               pgscale.counted(w.counters, 'checkpoints_requested') AS requested) r;
COMMENT ON VIEW pgscale.checkpoints IS 'Checkpoints of the server, and who writes buffers; since the last reset and in the window';
COMMENT ON COLUMN pgscale.checkpoints.timed IS 'Checkpoints begun after checkpoint_timeout, those skipped for want of work included; up to PostgreSQL 16 also the restartpoints of a standby';
COMMENT ON COLUMN pgscale.checkpoints.requested IS 'Checkpoints that somebody asked for or that max_wal_size forced';
COMMENT ON COLUMN pgscale.checkpoints.requested_pct IS 'requested in percent of both';
COMMENT ON COLUMN pgscale.checkpoints.done IS 'Checkpoints carried out; NULL before PostgreSQL 18';
COMMENT ON COLUMN pgscale.checkpoints.write_s IS 'Seconds of writing in checkpoints; paced on purpose';
COMMENT ON COLUMN pgscale.checkpoints.sync_s IS 'Seconds of syncing files in checkpoints';
COMMENT ON COLUMN pgscale.checkpoints.checkpointer_buffers IS 'Buffers written by checkpoints';
COMMENT ON COLUMN pgscale.checkpoints.bgwriter_buffers IS 'Buffers written by the background writer';
COMMENT ON COLUMN pgscale.checkpoints.bgwriter_stops IS 'Times that it stopped at bgwriter_lru_maxpages';
COMMENT ON COLUMN pgscale.checkpoints.backend_buffers IS 'Buffers written by the sessions themselves; NULL from PostgreSQL 17 on, see view io';
COMMENT ON COLUMN pgscale.checkpoints.backend_fsyncs IS 'Files synced by the sessions themselves; should be 0; NULL from PostgreSQL 17 on, see view io';
COMMENT ON COLUMN pgscale.checkpoints.allocated_buffers IS 'Buffers given to blocks that were not in the cache';
COMMENT ON COLUMN pgscale.checkpoints.restartpoints_timed IS 'Standby: restartpoints begun after checkpoint_timeout; NULL before PostgreSQL 17';
COMMENT ON COLUMN pgscale.checkpoints.restartpoints_requested IS 'Standby: restartpoints asked for; NULL before PostgreSQL 17';
COMMENT ON COLUMN pgscale.checkpoints.restartpoints_done IS 'Standby: restartpoints carried out; NULL before PostgreSQL 17';
COMMENT ON COLUMN pgscale.checkpoints.stats_reset IS 'Since when all these have been counted; a crash resets them too';
COMMENT ON COLUMN pgscale.checkpoints.window_timed IS 'The same in the window';
COMMENT ON COLUMN pgscale.checkpoints.window_requested IS 'The same in the window';
COMMENT ON COLUMN pgscale.checkpoints.window_requested_pct IS 'The same in the window';
COMMENT ON COLUMN pgscale.checkpoints.window_write_s IS 'The same in the window';
COMMENT ON COLUMN pgscale.checkpoints.window_sync_s IS 'The same in the window';
COMMENT ON COLUMN pgscale.checkpoints.window_checkpointer_buffers IS 'The same in the window';
COMMENT ON COLUMN pgscale.checkpoints.window_bgwriter_buffers IS 'The same in the window';
COMMENT ON COLUMN pgscale.checkpoints.window_bgwriter_stops IS 'The same in the window';
COMMENT ON COLUMN pgscale.checkpoints.window_backend_buffers IS 'The same in the window';
COMMENT ON COLUMN pgscale.checkpoints.window_backend_fsyncs IS 'The same in the window';
COMMENT ON COLUMN pgscale.checkpoints.window_allocated_buffers IS 'The same in the window';
COMMENT ON COLUMN pgscale.checkpoints.window_s IS 'Seconds of the window that are covered by samples';
COMMENT ON COLUMN pgscale.checkpoints.since IS 'Start of the window';
COMMENT ON COLUMN pgscale.checkpoints.status IS 'Of the window: ok, or unknown while nothing has been sampled in it';

-- In a function of its own, because the right to list the directory is asked for when a query begins and
-- not where it comes to the call.
CREATE FUNCTION pgscale.wal_files() RETURNS bigint[]
    LANGUAGE sql VOLATILE PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
    AS 'SELECT ARRAY[coalesce(sum(size), 0)::bigint, count(*)] FROM pg_catalog.pg_ls_waldir()';
COMMENT ON FUNCTION pgscale.wal_files() IS
'Bytes in pg_wal and the number of files, for who may call pg_ls_waldir(); part of the view wal';

CREATE VIEW pgscale.wal AS
SELECT s.wal_records AS records,
       s.wal_fpi AS fpi,
       s.wal_bytes::bigint AS bytes,
       pgscale.percent(least(s.wal_fpi * k.block, s.wal_bytes)::bigint, s.wal_bytes::bigint) AS fpi_max_pct,
       s.wal_buffers_full AS buffers_full,
       s.stats_reset,
       CASE WHEN pg_catalog.pg_is_in_recovery()
            THEN greatest(pg_catalog.pg_last_wal_receive_lsn(), pg_catalog.pg_last_wal_replay_lsn())
            ELSE pg_catalog.pg_current_wal_lsn() END AS lsn,
       d.wal[1] AS directory_bytes,
       d.wal[2] AS directory_files,
       CASE WHEN d.wal IS NULL THEN 'unknown' ELSE 'ok' END AS directory_status,
       pg_catalog.pg_size_bytes(pg_catalog.current_setting('max_wal_size')) AS max_wal_size,
       pg_catalog.pg_size_bytes(pg_catalog.current_setting('min_wal_size')) AS min_wal_size,
       k.archive_mode,
       a.archived_count AS archived,
       a.failed_count AS archive_failed,
       a.last_archived_wal,
       a.last_archived_time,
       a.last_failed_wal,
       a.last_failed_time,
       CASE WHEN k.archive_mode <> 'off'
            THEN coalesce(a.last_failed_time > coalesce(a.last_archived_time, '-infinity'), false)
       END AS archive_failing,
       a.stats_reset AS archive_reset,
       pgscale.counted(w.counters, 'wal_records')::bigint AS window_records,
       r.fpi::bigint AS window_fpi,
       r.bytes::bigint AS window_bytes,
       pgscale.percent(least(r.fpi * k.block, r.bytes)::bigint, r.bytes::bigint) AS window_fpi_max_pct,
       r.bytes::float8 / w.window_s AS window_bytes_per_s,
       pgscale.counted(w.counters, 'wal_buffers_full')::bigint AS window_buffers_full,
       pgscale.counted(w.counters, 'archived')::bigint AS window_archived,
       pgscale.counted(w.counters, 'archive_failed')::bigint AS window_archive_failed,
       w.window_s,
       w.since,
       w.status
  FROM pgscale.server_window w
 CROSS JOIN pg_catalog.pg_stat_wal s
 CROSS JOIN pg_catalog.pg_stat_archiver a
 CROSS JOIN LATERAL (
        SELECT pg_catalog.current_setting('block_size')::int AS block,
               pg_catalog.current_setting('archive_mode') AS archive_mode) k
 CROSS JOIN LATERAL (
        SELECT pgscale.counted(w.counters, 'wal_fpi') AS fpi, pgscale.counted(w.counters, 'wal_bytes') AS bytes) r
 CROSS JOIN (SELECT CASE WHEN pg_catalog.has_function_privilege('pg_catalog.pg_ls_waldir()', 'EXECUTE')
                         THEN pgscale.wal_files() END AS wal OFFSET 0) d;
COMMENT ON VIEW pgscale.wal IS 'WAL that the server writes, keeps and archives; since the last reset and in the window';
COMMENT ON COLUMN pgscale.wal.records IS 'WAL records written';
COMMENT ON COLUMN pgscale.wal.fpi IS 'Whole pages written, each for the first change after a checkpoint';
COMMENT ON COLUMN pgscale.wal.bytes IS 'Bytes of WAL written';
COMMENT ON COLUMN pgscale.wal.fpi_max_pct IS 'At most so much of them were whole pages; less where pages had a hole or wal_compression is on, which the server does not tell';
COMMENT ON COLUMN pgscale.wal.buffers_full IS 'Writes that were forced because wal_buffers was full';
COMMENT ON COLUMN pgscale.wal.stats_reset IS 'Since when these have been counted; a crash resets them too';
COMMENT ON COLUMN pgscale.wal.lsn IS 'Position of the WAL written; on a standby received or replayed';
COMMENT ON COLUMN pgscale.wal.directory_bytes IS 'Size of the files in pg_wal; NULL for who may not list it';
COMMENT ON COLUMN pgscale.wal.directory_files IS 'Their number';
COMMENT ON COLUMN pgscale.wal.directory_status IS 'ok, or unknown for who is no member of pg_monitor';
COMMENT ON COLUMN pgscale.wal.max_wal_size IS 'The setting, in bytes';
COMMENT ON COLUMN pgscale.wal.min_wal_size IS 'The setting, in bytes';
COMMENT ON COLUMN pgscale.wal.archive_mode IS 'The setting';
COMMENT ON COLUMN pgscale.wal.archived IS 'Files archived';
COMMENT ON COLUMN pgscale.wal.archive_failed IS 'Attempts that failed';
COMMENT ON COLUMN pgscale.wal.last_archived_wal IS 'File last archived';
COMMENT ON COLUMN pgscale.wal.last_archived_time IS 'When it was';
COMMENT ON COLUMN pgscale.wal.last_failed_wal IS 'File that last failed';
COMMENT ON COLUMN pgscale.wal.last_failed_time IS 'When it did';
COMMENT ON COLUMN pgscale.wal.archive_failing IS 'Whether the last attempt failed; NULL with archive_mode off';
COMMENT ON COLUMN pgscale.wal.archive_reset IS 'Since when archived and archive_failed have been counted';
COMMENT ON COLUMN pgscale.wal.window_records IS 'The same in the window';
COMMENT ON COLUMN pgscale.wal.window_fpi IS 'The same in the window';
COMMENT ON COLUMN pgscale.wal.window_bytes IS 'The same in the window';
COMMENT ON COLUMN pgscale.wal.window_fpi_max_pct IS 'The same in the window';
COMMENT ON COLUMN pgscale.wal.window_bytes_per_s IS 'Bytes per second in the window';
COMMENT ON COLUMN pgscale.wal.window_buffers_full IS 'The same in the window';
COMMENT ON COLUMN pgscale.wal.window_archived IS 'The same in the window';
COMMENT ON COLUMN pgscale.wal.window_archive_failed IS 'The same in the window';
COMMENT ON COLUMN pgscale.wal.window_s IS 'Seconds of the window that are covered by samples';
COMMENT ON COLUMN pgscale.wal.since IS 'Start of the window';
COMMENT ON COLUMN pgscale.wal.status IS 'Of the window: ok, or unknown while nothing has been sampled in it';

-- Up to PostgreSQL 17 the server counts blocks of op_bytes, from 18 on requests and their bytes. Version 15 has
-- no pg_stat_io; what is known there is told by database, with the names of pg_stat_io.
CREATE VIEW pgscale.io AS
WITH server AS (
    SELECT s.row, w.window_s, w.since, w.status, w.counters,
           concat_ws('/', 'io', s.row->>'backend_type', s.row->>'object', s.row->>'context', '') AS prefix
      FROM pgscale.server_window w
     CROSS JOIN pgscale.stat_rows('pg_stat_io') AS s (row)),
source AS (
    SELECT NULL::name AS database, s.* FROM server s
    UNION ALL
    SELECT d.datname,
           jsonb_build_object('object', 'relation', 'reads', d.blks_read, 'op_bytes', k.block, 'hits', d.blks_hit,
                              'read_time', d.blk_read_time, 'write_time', d.blk_write_time, 'stats_reset', c.since),
           w.window_s, w.since, CASE WHEN w.window_s IS NULL THEN 'unknown' ELSE 'ok' END,
           CASE WHEN w.window_s IS NOT NULL
                THEN jsonb_build_object('reads', r.read, 'read_bytes', r.read * k.block, 'hits', r.hit,
                                        'read_ms', r.ms, 'write_ms', t.total)
           END, ''
      FROM (SELECT pg_catalog.current_setting('block_size')::int AS block) k
     CROSS JOIN pgscale.recent_window w
     CROSS JOIN pg_catalog.pg_stat_database d
      JOIN pgscale.counted_since c ON c.datid = d.datid
      LEFT JOIN pgscale.recent r ON r.scope = 'database' AND r.object = d.datid::bigint
      LEFT JOIN pgscale.recent_counter t ON t.scope = 'database' AND t.object = d.datid::bigint AND t.name = 'write_ms'
     WHERE d.datid <> 0 AND NOT EXISTS (SELECT FROM server))
SELECT (s.row->>'backend_type') AS backend_type,
       (s.row->>'object') AS object,
       (s.row->>'context') AS context,
       s.database,
       i.reads,
       i.read_bytes,
       i.read_ms / 1000 AS read_s,
       i.writes,
       i.write_bytes,
       i.write_ms / 1000 AS write_s,
       i.extends,
       i.extend_bytes,
       i.hits,
       i.evictions,
       i.reuses,
       i.fsyncs,
       i.fsync_ms / 1000 AS fsync_s,
       (s.row->>'stats_reset')::timestamptz AS stats_reset,
       CASE WHEN i.reads IS NOT NULL THEN pgscale.counted(s.counters, s.prefix || 'reads') END::bigint AS window_reads,
       CASE WHEN i.read_bytes IS NOT NULL THEN pgscale.counted(s.counters, s.prefix || 'read_bytes') END::bigint AS window_read_bytes,
       CASE WHEN i.read_ms IS NOT NULL THEN pgscale.counted(s.counters, s.prefix || 'read_ms') / 1000 END::float8 AS window_read_s,
       CASE WHEN i.writes IS NOT NULL THEN pgscale.counted(s.counters, s.prefix || 'writes') END::bigint AS window_writes,
       CASE WHEN i.write_bytes IS NOT NULL THEN pgscale.counted(s.counters, s.prefix || 'write_bytes') END::bigint AS window_write_bytes,
       CASE WHEN i.write_ms IS NOT NULL THEN pgscale.counted(s.counters, s.prefix || 'write_ms') / 1000 END::float8 AS window_write_s,
       CASE WHEN i.extends IS NOT NULL THEN pgscale.counted(s.counters, s.prefix || 'extends') END::bigint AS window_extends,
       CASE WHEN i.extend_bytes IS NOT NULL THEN pgscale.counted(s.counters, s.prefix || 'extend_bytes') END::bigint AS window_extend_bytes,
       CASE WHEN i.hits IS NOT NULL THEN pgscale.counted(s.counters, s.prefix || 'hits') END::bigint AS window_hits,
       CASE WHEN i.evictions IS NOT NULL THEN pgscale.counted(s.counters, s.prefix || 'evictions') END::bigint AS window_evictions,
       CASE WHEN i.reuses IS NOT NULL THEN pgscale.counted(s.counters, s.prefix || 'reuses') END::bigint AS window_reuses,
       CASE WHEN i.fsyncs IS NOT NULL THEN pgscale.counted(s.counters, s.prefix || 'fsyncs') END::bigint AS window_fsyncs,
       CASE WHEN i.fsync_ms IS NOT NULL THEN pgscale.counted(s.counters, s.prefix || 'fsync_ms') / 1000 END::float8 AS window_fsync_s,
       s.window_s,
       s.since,
       s.status
  FROM source s
 CROSS JOIN LATERAL (
        SELECT (s.row->>'op_bytes')::numeric AS block,
               pg_catalog.current_setting(CASE s.row->>'object' WHEN 'wal' THEN 'track_wal_io_timing'
                                               ELSE 'track_io_timing' END)::bool AS timed) k
 CROSS JOIN LATERAL (
        SELECT (s.row->>'reads')::bigint AS reads,
               coalesce((s.row->>'read_bytes')::numeric, (s.row->>'reads')::numeric * k.block)::bigint AS read_bytes,
               CASE WHEN k.timed THEN (s.row->>'read_time')::float8 END AS read_ms,
               (s.row->>'writes')::bigint AS writes,
               coalesce((s.row->>'write_bytes')::numeric, (s.row->>'writes')::numeric * k.block)::bigint AS write_bytes,
               CASE WHEN k.timed THEN (s.row->>'write_time')::float8 END AS write_ms,
               (s.row->>'extends')::bigint AS extends,
               coalesce((s.row->>'extend_bytes')::numeric, (s.row->>'extends')::numeric * k.block)::bigint AS extend_bytes,
               (s.row->>'hits')::bigint AS hits,
               (s.row->>'evictions')::bigint AS evictions,
               (s.row->>'reuses')::bigint AS reuses,
               (s.row->>'fsyncs')::bigint AS fsyncs,
               CASE WHEN k.timed THEN (s.row->>'fsync_time')::float8 END AS fsync_ms) i;
COMMENT ON VIEW pgscale.io IS 'Reads and writes of the server by who does them, on what and how; on PostgreSQL 15 by database; since the last reset and in the window';
COMMENT ON COLUMN pgscale.io.backend_type IS 'Kind of process; NULL on PostgreSQL 15';
COMMENT ON COLUMN pgscale.io.object IS 'relation, temp relation or wal';
COMMENT ON COLUMN pgscale.io.context IS 'normal, vacuum, bulkread, bulkwrite or init; NULL on PostgreSQL 15';
COMMENT ON COLUMN pgscale.io.database IS 'The database on PostgreSQL 15, else NULL';
COMMENT ON COLUMN pgscale.io.reads IS 'Requests to read, each of one or several blocks; before PostgreSQL 18 blocks read';
COMMENT ON COLUMN pgscale.io.read_bytes IS 'Bytes read';
COMMENT ON COLUMN pgscale.io.read_s IS 'Seconds of waiting for them; NULL while track_io_timing (wal: track_wal_io_timing) is off';
COMMENT ON COLUMN pgscale.io.writes IS 'Requests to write; before PostgreSQL 18 blocks written';
COMMENT ON COLUMN pgscale.io.write_bytes IS 'Bytes written';
COMMENT ON COLUMN pgscale.io.write_s IS 'Seconds of writing them; NULL as for read_s';
COMMENT ON COLUMN pgscale.io.extends IS 'Requests to make a file longer; before PostgreSQL 18 blocks added';
COMMENT ON COLUMN pgscale.io.extend_bytes IS 'Bytes added';
COMMENT ON COLUMN pgscale.io.hits IS 'Blocks found in the cache';
COMMENT ON COLUMN pgscale.io.evictions IS 'Blocks put out of the cache, or out of a ring for the first time, to make room';
COMMENT ON COLUMN pgscale.io.reuses IS 'Buffers of a ring used again by who made it';
COMMENT ON COLUMN pgscale.io.fsyncs IS 'Files synced; for sessions it should be 0';
COMMENT ON COLUMN pgscale.io.fsync_s IS 'Seconds of that; NULL as for read_s';
COMMENT ON COLUMN pgscale.io.stats_reset IS 'Since when all these have been counted; a crash resets them too';
COMMENT ON COLUMN pgscale.io.window_reads IS 'The same in the window';
COMMENT ON COLUMN pgscale.io.window_read_bytes IS 'The same in the window';
COMMENT ON COLUMN pgscale.io.window_read_s IS 'The same in the window';
COMMENT ON COLUMN pgscale.io.window_writes IS 'The same in the window';
COMMENT ON COLUMN pgscale.io.window_write_bytes IS 'The same in the window';
COMMENT ON COLUMN pgscale.io.window_write_s IS 'The same in the window';
COMMENT ON COLUMN pgscale.io.window_extends IS 'The same in the window';
COMMENT ON COLUMN pgscale.io.window_extend_bytes IS 'The same in the window';
COMMENT ON COLUMN pgscale.io.window_hits IS 'The same in the window';
COMMENT ON COLUMN pgscale.io.window_evictions IS 'The same in the window';
COMMENT ON COLUMN pgscale.io.window_reuses IS 'The same in the window';
COMMENT ON COLUMN pgscale.io.window_fsyncs IS 'The same in the window';
COMMENT ON COLUMN pgscale.io.window_fsync_s IS 'The same in the window';
COMMENT ON COLUMN pgscale.io.window_s IS 'Seconds of the window that are covered by samples';
COMMENT ON COLUMN pgscale.io.since IS 'Start of the window';
COMMENT ON COLUMN pgscale.io.status IS 'Of the window: ok, or unknown while nothing has been sampled in it';

GRANT SELECT ON pgscale.checkpoints, pgscale.wal, pgscale.io TO PUBLIC;
