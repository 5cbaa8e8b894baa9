
-- What is sampled of the server and its databases: one row for each figure, so that it does not matter to the
-- history which of them a server version knows. Figures of another epoch are not comparable.

CREATE VIEW pgscale.counter_source AS
WITH io AS MATERIALIZED (SELECT i.io FROM pgscale.stat_rows('pg_stat_io') AS i (io)),
server AS MATERIALIZED (
    SELECT to_jsonb(b) AS b, to_jsonb(w) AS w, to_jsonb(a) AS a, coalesce(c.c, '{}') AS c,
           concat_ws(' ', b.stats_reset, w.stats_reset, a.stats_reset, c.c->>'stats_reset', (SELECT max(io.io->>'stats_reset') FROM io)) AS epoch
      FROM pg_catalog.pg_stat_bgwriter b
     CROSS JOIN pg_catalog.pg_stat_wal w
     CROSS JOIN pg_catalog.pg_stat_archiver a
      LEFT JOIN pgscale.stat_rows('pg_stat_checkpointer') AS c (c) ON true)
SELECT 'database' AS scope, d.datid::bigint AS object, coalesce(d.stats_reset::text, '') AS epoch, v.name, v.value
  FROM pg_catalog.pg_stat_database d
 CROSS JOIN LATERAL (VALUES
       ('hit', d.blks_hit::numeric), ('read', d.blks_read), ('ms', d.blk_read_time::numeric), ('scans', d.xact_commit + d.xact_rollback),
       ('commits', d.xact_commit), ('rollbacks', d.xact_rollback), ('temp_files', d.temp_files), ('temp_bytes', d.temp_bytes),
       ('deadlocks', d.deadlocks), ('conflicts', d.conflicts), ('checksum_failures', d.checksum_failures),
       ('sessions', d.sessions), ('session_ms', d.session_time::numeric), ('active_ms', d.active_time::numeric),
       ('idle_in_transaction_ms', d.idle_in_transaction_time::numeric), ('write_ms', d.blk_write_time::numeric)) AS v (name, value)
 WHERE d.datid <> 0 AND v.value IS NOT NULL
UNION ALL
SELECT 'server', 0, s.epoch, v.name, v.value
  FROM server s
 CROSS JOIN LATERAL (VALUES
       ('wal_records', (s.w->>'wal_records')::numeric), ('wal_fpi', (s.w->>'wal_fpi')::numeric),
       ('wal_bytes', (s.w->>'wal_bytes')::numeric), ('wal_buffers_full', (s.w->>'wal_buffers_full')::numeric),
       ('checkpoints_timed', coalesce(s.b->>'checkpoints_timed', s.c->>'num_timed')::numeric),
       ('checkpoints_requested', coalesce(s.b->>'checkpoints_req', s.c->>'num_requested')::numeric),
       ('checkpoint_write_ms', coalesce(s.b->>'checkpoint_write_time', s.c->>'write_time')::numeric),
       ('checkpoint_sync_ms', coalesce(s.b->>'checkpoint_sync_time', s.c->>'sync_time')::numeric),
       ('checkpoint_buffers', coalesce(s.b->>'buffers_checkpoint', s.c->>'buffers_written')::numeric),
       ('bgwriter_buffers', (s.b->>'buffers_clean')::numeric), ('bgwriter_maxwritten', (s.b->>'maxwritten_clean')::numeric),
       ('buffers_alloc', (s.b->>'buffers_alloc')::numeric), ('backend_buffers', (s.b->>'buffers_backend')::numeric),
       ('backend_fsyncs', (s.b->>'buffers_backend_fsync')::numeric),
       ('archived', (s.a->>'archived_count')::numeric), ('archive_failed', (s.a->>'failed_count')::numeric)) AS v (name, value)
 WHERE v.value IS NOT NULL
UNION ALL
SELECT 'server', 0, s.epoch,
       concat_ws('/', 'io', i.io->>'backend_type', i.io->>'object', i.io->>'context', v.name), v.value
  FROM server s
 CROSS JOIN io i
 CROSS JOIN LATERAL (SELECT (i.io->>'op_bytes')::numeric AS op) e
 CROSS JOIN LATERAL (VALUES
       ('reads', (i.io->>'reads')::numeric), ('read_bytes', coalesce((i.io->>'read_bytes')::numeric, (i.io->>'reads')::numeric * e.op)),
       ('read_ms', (i.io->>'read_time')::numeric),
       ('writes', (i.io->>'writes')::numeric), ('write_bytes', coalesce((i.io->>'write_bytes')::numeric, (i.io->>'writes')::numeric * e.op)),
       ('write_ms', (i.io->>'write_time')::numeric),
       ('extends', (i.io->>'extends')::numeric), ('extend_bytes', coalesce((i.io->>'extend_bytes')::numeric, (i.io->>'extends')::numeric * e.op)),
       ('hits', (i.io->>'hits')::numeric), ('evictions', (i.io->>'evictions')::numeric), ('reuses', (i.io->>'reuses')::numeric),
       ('fsyncs', (i.io->>'fsyncs')::numeric), ('fsync_ms', (i.io->>'fsync_time')::numeric)) AS v (name, value)
 WHERE v.value > 0;
COMMENT ON VIEW pgscale.counter_source IS 'Counters of the server and its databases as they stand now, as the history samples them; nobody but the sampler reads it';
COMMENT ON COLUMN pgscale.counter_source.scope IS 'server or database';
COMMENT ON COLUMN pgscale.counter_source.object IS 'OID of the database; 0 for the server';
COMMENT ON COLUMN pgscale.counter_source.epoch IS 'Changes when the statistics are reset';
COMMENT ON COLUMN pgscale.counter_source.name IS 'Name of the counter';
COMMENT ON COLUMN pgscale.counter_source.value IS 'What it counted since the reset';

CREATE VIEW pgscale.gauge_source AS
SELECT v.name, v.value
  FROM (SELECT count(*) AS connections,
               count(*) FILTER (WHERE a.state = 'active') AS active,
               count(*) FILTER (WHERE a.state LIKE 'idle in transaction%') AS idle_in_transaction,
               count(*) FILTER (WHERE a.wait_event_type = 'Lock') AS waiting
          FROM pg_catalog.pg_stat_activity a
         WHERE a.backend_type = 'client backend') c
 CROSS JOIN LATERAL (VALUES
       ('connections', c.connections::numeric), ('connections_active', c.active),
       ('connections_idle_in_transaction', c.idle_in_transaction), ('connections_waiting', c.waiting),
       ('connections_usable', pg_catalog.current_setting('max_connections')::numeric
                              - pg_catalog.current_setting('superuser_reserved_connections')::numeric
                              - coalesce(pg_catalog.current_setting('reserved_connections', true), '0')::numeric)) AS v (name, value)
UNION ALL
SELECT v.name, v.value
  FROM (SELECT max(pg_catalog.age(d.datfrozenxid)) AS xid_age, max(pg_catalog.mxid_age(d.datminmxid)) AS mxid_age
          FROM pg_catalog.pg_database d) a
 CROSS JOIN LATERAL (VALUES ('xid_age', a.xid_age::numeric), ('mxid_age', a.mxid_age)) AS v (name, value)
UNION ALL
SELECT 'xmin_age', coalesce(max(h.xmin_age), 0)::numeric
  FROM pgscale.xmin_horizon h
UNION ALL
SELECT v.name, v.value
  FROM (SELECT max(l.replay_lag_bytes) AS bytes, max(l.replay_lag_seconds) AS seconds FROM pgscale.lag l WHERE l.kind NOT IN ('self', 'shard')) a
 CROSS JOIN LATERAL (VALUES ('replay_lag_bytes', a.bytes::numeric), ('replay_lag_seconds', a.seconds::numeric)) AS v (name, value)
UNION ALL
SELECT 'slot_retained_bytes', max(s.retained_bytes)::numeric FROM pgscale.replication_slots s
UNION ALL
SELECT 'disk/' || f.name || v.name, v.value
  FROM pgscale.file_systems() f
 CROSS JOIN LATERAL (VALUES ('/free_bytes', f.free_bytes::numeric), ('/total_bytes', f.total_bytes)) AS v (name, value);
COMMENT ON VIEW pgscale.gauge_source IS 'Values of the server as they stand now, as the history samples them; nobody but the sampler reads it';
COMMENT ON COLUMN pgscale.gauge_source.name IS 'Name of the value';
COMMENT ON COLUMN pgscale.gauge_source.value IS 'The value; NULL when there is nothing to measure';
