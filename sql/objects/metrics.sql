
-- What a scraper gets, one row for each value. Names and units are those of Prometheus' conventions: base units,
-- counters end in _total, ratios from 0 to 1.
CREATE VIEW pgscale.metrics_now AS
WITH reader AS MATERIALIZED (SELECT pg_has_role('pg_read_all_stats', 'USAGE') AS sees_all),
biggest AS MATERIALIZED (
    SELECT u.*, jsonb_build_object('schemaname', u.schema, 'relname', u.name) AS labels
      FROM pgscale.largest_usage(50) u),
partitioned AS MATERIALIZED (
    SELECT s.*, jsonb_build_object('schemaname', n.nspname, 'relname', c.relname) AS labels
      FROM pgscale.partition_sets s
      JOIN pg_class c ON c.oid = s.parent
      JOIN pg_namespace n ON n.oid = c.relnamespace),
metric (name, labels, value, kind, help) AS (
    SELECT 'pgscale_health_status', jsonb_build_object('check', h.check_name, 'area', h.area),
           array_position('{unknown,ok,warning,critical}', h.status) - 2.0, 'gauge',
           'Health check: 0 ok, 1 warning, 2 critical, -1 unknown'
      FROM pgscale.health h
    UNION ALL
    SELECT v.name, s.labels, v.value, 'gauge', v.help
      FROM partitioned s
     CROSS JOIN LATERAL (VALUES
           ('pgscale_set_partitions', s.count::float8, 'Partitions of the set'),
           ('pgscale_set_pending_detaches', s.pending, 'Partitions whose detach was interrupted'),
           ('pgscale_set_failures', s.failures, 'Visits in a row that left something undone'),
           ('pgscale_set_paused', s.paused::integer, 'Whether maintenance passes over the set'),
           ('pgscale_set_quarantined', s.quarantined::integer, 'Whether the set is left alone after crashes'),
           ('pgscale_set_next_due_timestamp_seconds', extract(epoch FROM s.next_due), 'When the policy next asks for something'),
           ('pgscale_set_last_success_timestamp_seconds', extract(epoch FROM s.last_success), 'When a visit last left nothing undone'),
           ('pgscale_set_covered_until_timestamp_seconds',
            CASE WHEN s.next_due IS NOT NULL THEN extract(epoch FROM pgscale.moment_of_bound(s.covered_until, s.timezone)) END,
            'Upper bound of the last partition of a set by time')) AS v (name, value, help)
    UNION ALL
    SELECT v.name, jsonb_build_object('kind', l.kind, 'name', l.name, 'slot', coalesce(l.slot_name, '')), v.value, 'gauge', v.help
      FROM pgscale.lag l
     CROSS JOIN LATERAL (VALUES
           ('pgscale_replication_connected', CASE WHEN l.status <> 'unknown' THEN (l.status <> 'disconnected')::integer END::float8, 'Whether the receiver is connected'),
           ('pgscale_replication_lag_bytes', l.replay_lag_bytes, 'WAL that is not replayed there'),
           ('pgscale_replication_lag_seconds', l.replay_lag_seconds, 'The same in seconds; 0 only when caught up')) AS v (name, value, help)
    UNION ALL
    SELECT v.name, jsonb_build_object('slot', s.slot_name), v.value, 'gauge', v.help
      FROM pgscale.replication_slots s
     CROSS JOIN LATERAL (VALUES
           ('pgscale_slot_active', s.active::integer::float8, 'Whether somebody uses the slot'),
           ('pgscale_slot_retained_bytes', s.retained_bytes, 'WAL that the slot keeps')) AS v (name, value, help)
    UNION ALL
    SELECT 'pgscale_connections', jsonb_build_object('state', v.state), v.value, 'gauge', 'Client sessions by what they do'
      FROM pgscale.connections c
     CROSS JOIN LATERAL (VALUES ('active', c.active::float8), ('idle', c.idle), ('idle in transaction', c.idle_in_transaction)) AS v (state, value)
    UNION ALL
    SELECT v.name, '{}', v.value, 'gauge', v.help
      FROM pgscale.connections c
     CROSS JOIN LATERAL (VALUES
           ('pgscale_connections_waiting', c.waiting::float8, 'Client sessions that wait for a lock'),
           ('pgscale_connections_usable', c.usable, 'Connections that are not reserved')) AS v (name, value, help)
    UNION ALL
    SELECT 'pgscale_longest_transaction_seconds', '{}', coalesce(max(a.xact_age_s), 0), 'gauge', 'Age of the oldest transaction of a client'
      FROM pgscale.activity a
     WHERE a.backend_type = 'client backend' AND (SELECT sees_all FROM reader)
    HAVING (SELECT sees_all FROM reader)
    UNION ALL
    SELECT v.name, jsonb_build_object('datname', d.datname), v.value, v.kind, v.help
      FROM pg_stat_database d
     CROSS JOIN LATERAL (VALUES
           ('pgscale_database_commits_total', d.xact_commit::float8, 'counter', 'Transactions committed'),
           ('pgscale_database_rollbacks_total', d.xact_rollback, 'counter', 'Transactions rolled back'),
           ('pgscale_database_blocks_hit_total', d.blks_hit, 'counter', 'Blocks found in the cache'),
           ('pgscale_database_blocks_read_total', d.blks_read, 'counter', 'Blocks asked of the operating system'),
           ('pgscale_database_temp_bytes_total', d.temp_bytes, 'counter', 'Bytes written to temporary files'),
           ('pgscale_database_deadlocks_total', d.deadlocks, 'counter', 'Deadlocks'),
           ('pgscale_database_sessions_total', d.sessions, 'counter', 'Sessions begun'),
           ('pgscale_database_checksum_failures_total', d.checksum_failures, 'counter', 'Pages whose checksum was wrong')) AS v (name, value, kind, help)
     WHERE d.datid <> 0
    UNION ALL
    SELECT v.name, jsonb_build_object('datname', d.datname), v.value, 'gauge', v.help
      FROM pg_database d
     CROSS JOIN LATERAL (VALUES
           ('pgscale_database_transaction_id_age', age(d.datfrozenxid)::float8, 'Transactions since the oldest unfrozen one'),
           ('pgscale_database_multixact_id_age', mxid_age(d.datminmxid), 'The same of multixacts')) AS v (name, value, help)
    UNION ALL
    SELECT v.name, '{}', v.value, v.kind, v.help
      FROM pgscale.wal w
     CROSS JOIN LATERAL (VALUES
           ('pgscale_wal_bytes_total', w.bytes::float8, 'counter', 'Bytes of WAL written'),
           ('pgscale_wal_records_total', w.records, 'counter', 'WAL records written'),
           ('pgscale_wal_full_page_images_total', w.fpi, 'counter', 'Whole pages written to the WAL'),
           ('pgscale_wal_directory_bytes', w.directory_bytes, 'gauge', 'Size of pg_wal'),
           ('pgscale_archived_total', CASE WHEN w.archive_mode <> 'off' THEN w.archived END, 'counter', 'WAL files archived'),
           ('pgscale_archive_failures_total', CASE WHEN w.archive_mode <> 'off' THEN w.archive_failed END, 'counter', 'Attempts to archive that failed'),
           ('pgscale_archive_failing', w.archive_failing::integer, 'gauge', 'Whether the last attempt to archive failed')) AS v (name, value, kind, help)
    UNION ALL
    SELECT 'pgscale_checkpoints_total', jsonb_build_object('kind', v.kind), v.value, 'counter', 'Checkpoints begun by time, and those asked for or forced by WAL'
      FROM pgscale.checkpoints c
     CROSS JOIN LATERAL (VALUES ('timed', c.timed::float8), ('requested', c.requested)) AS v (kind, value)
    UNION ALL
    SELECT v.name, '{}', v.value, 'counter', v.help
      FROM pgscale.checkpoints c
     CROSS JOIN LATERAL (VALUES
           ('pgscale_checkpoint_write_seconds_total', c.write_s::float8, 'Time of writing in checkpoints'),
           ('pgscale_checkpoint_sync_seconds_total', c.sync_s, 'Time of syncing files in checkpoints')) AS v (name, value, help)
    UNION ALL
    (SELECT 'pgscale_sequence_used_ratio', jsonb_build_object('sequence', s.sequence::text), s.used_pct::float8 / 100, 'gauge',
            'Values given out, of what sequence and column can hold; the 20 fullest above a tenth'
       FROM pgscale.sequences s
      WHERE s.used_pct >= 10
      ORDER BY s.used_pct DESC LIMIT 20)
    UNION ALL
    SELECT 'pgscale_forecast_seconds', jsonb_build_object('resource', f.resource, 'object', coalesce(f.object, '')), f.eta_s, 'gauge',
           'Time until the resource runs out, where that is within a year'
      FROM pgscale.forecast f
    UNION ALL
    -- last, because their sizes are looked for in the meantime
    SELECT v.name, t.labels, v.value, v.kind, v.help
      FROM biggest t
     CROSS JOIN LATERAL (VALUES
           ('pgscale_table_bytes', t.bytes::float8, 'gauge', 'Size with indexes, TOAST and partitions, of the 50 largest tables'),
           ('pgscale_table_index_bytes', t.index_bytes, 'gauge', 'Size of its indexes'),
           ('pgscale_table_live_rows', t.live_rows, 'gauge', 'Estimated live rows'),
           ('pgscale_table_dead_rows', t.dead_rows, 'gauge', 'Estimated dead rows'),
           ('pgscale_table_partitions', t.leaves, 'gauge', 'Partitions with rows of their own'),
           ('pgscale_table_seq_scans_total', t.seq_scans, 'counter', 'Sequential scans'),
           ('pgscale_table_idx_scans_total', t.idx_scans, 'counter', 'Index scans'),
           ('pgscale_table_rows_inserted_total', t.inserted, 'counter', 'Rows inserted'),
           ('pgscale_table_rows_updated_total', t.updated, 'counter', 'Rows updated'),
           ('pgscale_table_rows_deleted_total', t.deleted, 'counter', 'Rows deleted'),
           ('pgscale_table_blocks_hit_total', t.hit, 'counter', 'Blocks found in the cache'),
           ('pgscale_table_blocks_read_total', t.read, 'counter', 'Blocks asked of the operating system')) AS v (name, value, kind, help))
SELECT m.name, m.labels, m.value, m.kind, m.help
  FROM metric m
 WHERE m.value IS NOT NULL
 ORDER BY m.name, m.labels;
COMMENT ON VIEW pgscale.metrics_now IS 'The rows of view metrics; part of the view';
COMMENT ON COLUMN pgscale.metrics_now.name IS 'As in view metrics';
COMMENT ON COLUMN pgscale.metrics_now.labels IS 'As in view metrics';
COMMENT ON COLUMN pgscale.metrics_now.value IS 'As in view metrics';
COMMENT ON COLUMN pgscale.metrics_now.kind IS 'As in view metrics';
COMMENT ON COLUMN pgscale.metrics_now.help IS 'As in view metrics';
GRANT SELECT ON pgscale.metrics_now TO PUBLIC;

-- By a plan that the session keeps.
CREATE FUNCTION pgscale.metric_rows()
    RETURNS TABLE (name text, labels jsonb, value double precision, kind text, help text)
    LANGUAGE c VOLATILE PARALLEL RESTRICTED ROWS 1000
    SET search_path = pg_catalog, pg_temp SET jit = off
    AS 'MODULE_PATHNAME', 'pgscale_metric_rows';
COMMENT ON FUNCTION pgscale.metric_rows() IS 'The rows of view metrics; part of the view';

CREATE VIEW pgscale.metrics AS
SELECT m.name, m.labels, m.value, m.kind, m.help FROM pgscale.metric_rows() m;
COMMENT ON VIEW pgscale.metrics IS 'Values for a scraper, in the terms of Prometheus; what is not known is left out';
COMMENT ON COLUMN pgscale.metrics.name IS 'Name; counters end in _total, and the unit is in it';
COMMENT ON COLUMN pgscale.metrics.labels IS 'Labels, an object of texts';
COMMENT ON COLUMN pgscale.metrics.value IS 'The value';
COMMENT ON COLUMN pgscale.metrics.kind IS 'counter or gauge';
COMMENT ON COLUMN pgscale.metrics.help IS 'What it is';
GRANT SELECT ON pgscale.metrics TO PUBLIC;

CREATE FUNCTION pgscale.prometheus() RETURNS text
    LANGUAGE c VOLATILE PARALLEL RESTRICTED
    SET search_path = pg_catalog, pg_temp
    AS 'MODULE_PATHNAME', 'pgscale_prometheus';
COMMENT ON FUNCTION pgscale.prometheus() IS
'View metrics in the text format that Prometheus scrapes, as the caller may see it';
