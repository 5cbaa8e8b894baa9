
CREATE FUNCTION pgscale.policy_time() RETURNS timestamptz
    LANGUAGE c VOLATILE PARALLEL RESTRICTED
    AS 'MODULE_PATHNAME', 'pgscale_policy_time';
COMMENT ON FUNCTION pgscale.policy_time() IS
'The time by the clock of the policies: pgscale.clock where it is set, real time otherwise';

-- Bounds of timestamptz keys are written with their offset, those of the others are local times of the set.
CREATE FUNCTION pgscale.moment_of_bound(bound text, zone text) RETURNS timestamptz
    LANGUAGE sql STABLE STRICT PARALLEL SAFE
    RETURN CASE WHEN bound IN ('MINVALUE', 'MAXVALUE') THEN NULL
                WHEN bound ~ ':[0-9.]+[+-][0-9:]+$' THEN bound::timestamptz
                ELSE bound::timestamp AT TIME ZONE zone END;
COMMENT ON FUNCTION pgscale.moment_of_bound(text, text) IS 'The moment of a bound of a time key; part of view health';

-- What the checks on partition sets measure. A set whose last visit left nothing undone is covered as its policy wants it;
-- only of the others the partitions are looked at.
CREATE VIEW pgscale.set_evidence WITH (security_barrier) AS
WITH managed AS MATERIALIZED (
    SELECT p.parent, p.parent::text AS name, p.premake, p.timezone, p.paused, p."interval",
           s.next_due, s.retry_at, s.visited_at, s.last_success, s.last_error, s.hold_until,
           coalesce(s.failures, 0) AS failures, coalesce(s.crashes, 0) >= 3 AS quarantined,
           s.next_due IS NOT NULL AS by_time, pgscale.policy_time() AS now,
           p.encoding IS NOT NULL OR p.encoder IS NOT NULL AS encoded, p.level
      FROM pgscale.managed_set p
      JOIN pg_catalog.pg_class c ON c.oid = p.parent
      LEFT JOIN pgscale.set_state s USING (parent)
     WHERE pg_catalog.pg_has_role(c.relowner, 'USAGE') OR pg_catalog.pg_has_role('pg_read_all_stats', 'USAGE'))
SELECT 'schedule' AS check_name,
       extract(epoch FROM greatest(clock_timestamp() - m.retry_at, m.now - m.next_due, interval '0'))::numeric AS value,
       m.name AS object,
       least(m.retry_at, m.next_due) AS since,
       CASE WHEN m.next_due <= m.now OR m.retry_at <= clock_timestamp()
            THEN pg_catalog.format('due since %s, last visited %s', least(m.retry_at, m.next_due), coalesce(m.visited_at::text, 'never'))
            ELSE 'next due ' || coalesce(least(m.retry_at, m.next_due)::text, 'never') END AS evidence
  FROM managed m
 WHERE NOT m.paused AND NOT m.quarantined
UNION ALL
SELECT 'next_partition',
       CASE WHEN a.is_default THEN greatest(a.ahead, 0.6) ELSE a.ahead END,
       m.name, NULL,
       pg_catalog.concat('covered until ', a.until, ', ', round(a.ahead, 1), ' intervals ahead',
                         CASE WHEN a.is_default THEN '; later rows go into the default partition' END,
                         '; ' || m.last_error)
  FROM managed m
 CROSS JOIN LATERAL (
        SELECT l.until, l.is_default,
               extract(epoch FROM pgscale.moment_of_bound(l.until, m.timezone) - m.now)::numeric
                 / nullif(extract(epoch FROM m."interval"::interval)::numeric, 0)
                 + CASE WHEN m.premake = 0 THEN 1 ELSE 0 END AS ahead
          FROM (SELECT CASE WHEN m.encoded
                            THEN (SELECT CASE WHEN isfinite(max(t.upper)) THEN max(t.upper)::text ELSE 'MAXVALUE' END
                                    FROM pgscale.partition_times(m.parent) t)
                            ELSE pg_catalog.split_part(pgscale.covered_until(m.parent), ', ', 1) END AS until,
                       k.partdefid <> 0 AS is_default
                  FROM pg_catalog.pg_partitioned_table k
                 WHERE k.partrelid = m.parent) l) a
 WHERE m.by_time AND a.until <> 'MAXVALUE'
   AND (m.failures > 0 OR m.paused OR m.quarantined OR m.visited_at IS NULL OR m.next_due <= m.now)
UNION ALL
SELECT 'failing_set', m.failures, m.name, m.last_success,
       pg_catalog.format('%s visits in a row: %s', m.failures, m.last_error)
  FROM managed m
 WHERE m.failures > 0
UNION ALL
SELECT 'pending_detach', coalesce(extract(epoch FROM clock_timestamp() - r.requested_at), 60)::numeric, m.name, r.requested_at,
       pg_catalog.format('partition %s is pending', i.inhrelid::regclass)
         || CASE WHEN r.requested_at IS NULL THEN ', begun by hand, so for an unknown time' ELSE '' END
  FROM managed m
  JOIN pg_catalog.pg_inherits i ON i.inhparent = m.parent AND i.inhdetachpending
  LEFT JOIN pgscale.retirement r ON r.partition = i.inhrelid
UNION ALL
SELECT 'quarantined_set', m.quarantined::integer, m.name, m.visited_at, 'the worker died three times in a row there'
  FROM managed m
 WHERE m.quarantined
UNION ALL
SELECT 'held_set', 1, m.name, NULL,
       CASE WHEN m.paused THEN 'paused' ELSE pg_catalog.format('nothing is retired until %s', m.hold_until) END
  FROM managed m
 WHERE m.paused OR m.hold_until > clock_timestamp()
UNION ALL
SELECT 'drift', CASE WHEN w.critical > 0 THEN 2 WHEN w.warnings > 0 THEN 1 WHEN w.parent IS NOT NULL THEN 0 END, m.name, w.since,
       CASE WHEN w.parent IS NULL THEN 'no sample has looked at it yet'
            WHEN w.worst IS NULL THEN pg_catalog.format('none at %s', w.looked_at)
            ELSE pg_catalog.format('%s critical, %s warnings at %s, among them: %s', w.critical, w.warnings, w.looked_at, w.worst) END
  FROM managed m
  LEFT JOIN pgscale.drift_watch w USING (parent)
 WHERE m.level = 0  -- whose tree is looked at as a whole
UNION ALL
SELECT 'default_rows', CASE WHEN pg_catalog.pg_stat_get_live_tuples(c.oid) > 0 OR c.reltuples > 0 THEN 1 ELSE 0 END, m.name, NULL,
       pg_catalog.format('%s: about %s rows', c.oid::regclass, greatest(pg_catalog.pg_stat_get_live_tuples(c.oid), c.reltuples::bigint))
  FROM managed m
  JOIN pg_catalog.pg_partitioned_table k ON k.partrelid = m.parent AND k.partdefid <> 0
  JOIN pg_catalog.pg_class c ON c.oid = k.partdefid;
COMMENT ON VIEW pgscale.set_evidence IS 'What the checks on partition sets measure now; part of view health';
COMMENT ON COLUMN pgscale.set_evidence.check_name IS 'The check';
COMMENT ON COLUMN pgscale.set_evidence.value IS 'What is measured, in the unit of view threshold; NULL when not known';
COMMENT ON COLUMN pgscale.set_evidence.object IS 'Of what';
COMMENT ON COLUMN pgscale.set_evidence.since IS 'Since when it is so, where that can be told';
COMMENT ON COLUMN pgscale.set_evidence.evidence IS 'The same in words';

-- Indexes that a session is building with CONCURRENTLY are not valid yet; a partitioned one is not while a leaf lacks it.
CREATE VIEW pgscale.relation_evidence AS
SELECT 'invalid_index' AS check_name, 1::numeric AS value, i.indexrelid::regclass::text AS object, NULL::timestamptz AS since,
       pg_catalog.format('not valid, on table %s', i.indrelid::regclass) AS evidence
  FROM pg_catalog.pg_index i
  JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid
 WHERE NOT (i.indisvalid AND i.indisready)
   AND c.oid >= 16384 AND c.relpersistence <> 't'
   AND NOT EXISTS (SELECT FROM pg_catalog.pg_stat_progress_create_index p WHERE p.index_relid = i.indexrelid)
UNION ALL
SELECT 'unanalyzed_parent', 1, c.oid::regclass::text, NULL, 'it has rows and was never analyzed as a whole'
  FROM pg_catalog.pg_class c
 WHERE c.relkind = 'p' AND NOT c.relispartition AND c.reltuples < 0 AND c.relnamespace <> 'pgscale'::regnamespace
   -- OFFSET keeps the planner from asking for the statistics of all relations first.
   AND EXISTS (SELECT FROM pg_catalog.pg_inherits i JOIN pg_catalog.pg_class l ON l.oid = i.inhrelid
                WHERE i.inhparent = c.oid AND (l.reltuples > 0 OR pg_catalog.pg_stat_get_live_tuples(l.oid) > 0)
               OFFSET 0)
UNION ALL
SELECT 'sequence', s.used_pct, s.sequence::text, NULL,
       CASE WHEN s.status = 'unknown' THEN s.note
            ELSE pg_catalog.concat(s.used_pct, ' % used, ', s.remaining, ' values left', ' for column ' || s."column" || ' (' || s.column_type || ')') END
  FROM pgscale.sequences s
 WHERE s.status = 'unknown' OR s.used_pct >= 10;
COMMENT ON VIEW pgscale.relation_evidence IS 'What the checks on tables, indexes and sequences measure now; part of view health';
COMMENT ON COLUMN pgscale.relation_evidence.check_name IS 'The check';
COMMENT ON COLUMN pgscale.relation_evidence.value IS 'What is measured, in the unit of view threshold; NULL when not known';
COMMENT ON COLUMN pgscale.relation_evidence.object IS 'Of what';
COMMENT ON COLUMN pgscale.relation_evidence.since IS 'Since when it is so, where that can be told';
COMMENT ON COLUMN pgscale.relation_evidence.evidence IS 'The same in words';

-- A role that may not see the sessions of others gets NULL for what it would have to see.
CREATE VIEW pgscale.server_evidence AS
WITH reader AS MATERIALIZED (
    SELECT pg_catalog.pg_has_role('pg_read_all_stats', 'USAGE') AS sees_all,
           'only a member of pg_read_all_stats may see it' AS why),
lag AS MATERIALIZED (SELECT * FROM pgscale.lag WHERE kind <> 'shard'),
session AS MATERIALIZED (SELECT * FROM pgscale.activity)
SELECT 'replication_lag' AS check_name, l.replay_lag_seconds::numeric AS value, l.name AS object, l.since,
       pg_catalog.concat(l.status, ', ', l.replay_lag_bytes, ' bytes behind; ' || l.explanation) AS evidence
  FROM lag l
 WHERE l.status <> 'disconnected' AND (l.replay_lag_seconds IS NOT NULL OR l.status = 'unknown')
UNION ALL
SELECT 'replication_backlog', l.replay_lag_bytes, l.name, l.since, pg_catalog.concat(l.status, ', ', l.replay_lag_bytes, ' bytes behind')
  FROM lag l
 WHERE l.status <> 'disconnected' AND l.replay_lag_bytes IS NOT NULL
UNION ALL
SELECT 'disconnected_standby', 1, l.name, l.since, pg_catalog.concat(l.kind, ': ', l.explanation)
  FROM lag l
 WHERE l.status = 'disconnected'
UNION ALL
SELECT 'slot_retention', s.retained_bytes, s.slot_name::text, s.inactive_since,
       pg_catalog.concat(CASE WHEN s.active THEN 'active' ELSE 'nobody uses it' END, ', keeps ', s.retained_bytes, ' bytes of WAL')
  FROM pgscale.replication_slots s
 WHERE s.retained_bytes IS NOT NULL
UNION ALL
SELECT 'lost_slot', 1, s.slot_name::text, NULL, pg_catalog.concat('its WAL is gone', ': ' || s.invalidation_reason)
  FROM pgscale.replication_slots s
 WHERE s.wal_status = 'lost'
UNION ALL
SELECT v.check_name, round(100.0 * v.age / 2144483647, 2), d.datname::text, NULL, pg_catalog.format('age %s, %s left', v.age, 2144483647 - v.age)
  FROM pg_catalog.pg_database d
 CROSS JOIN LATERAL (VALUES
       ('transaction_ids', pg_catalog.age(d.datfrozenxid)), ('multixact_ids', pg_catalog.mxid_age(d.datminmxid))) AS v (check_name, age)
UNION ALL
SELECT 'xmin_horizon', h.age_s::numeric, pg_catalog.concat(h.kind, ' ', h.holder), clock_timestamp() - make_interval(secs => h.age_s),
       pg_catalog.concat(h.xmin_age, ' transactions held back; ', h.remedy)
  FROM pgscale.xmin_horizon h
 WHERE h.age_s IS NOT NULL
UNION ALL
SELECT v.check_name, v.value::numeric, pg_catalog.concat('pid ', a.pid), clock_timestamp() - make_interval(secs => v.value),
       pg_catalog.concat(a.usename, ' in ', a.datname, ', ', a.state)
  FROM session a
 CROSS JOIN LATERAL (VALUES ('long_transaction', a.xact_age_s), ('idle_in_transaction', a.idle_in_transaction_s)) AS v (check_name, value)
 WHERE a.backend_type = 'client backend' AND v.value IS NOT NULL
UNION ALL
SELECT v.check_name, NULL, NULL, NULL, r.why
  FROM reader r
 CROSS JOIN (VALUES ('long_transaction'), ('idle_in_transaction'), ('blocked'), ('xmin_horizon')) AS v (check_name)
 WHERE NOT r.sees_all
UNION ALL
SELECT 'prepared_transaction', extract(epoch FROM clock_timestamp() - p.prepared)::numeric, p.gid, p.prepared,
       pg_catalog.format('%s in %s', p.owner, p.database)
  FROM pg_catalog.pg_prepared_xacts p
UNION ALL
SELECT 'blocked', b.waiting_s::numeric, pg_catalog.concat('pid ', b.pid), clock_timestamp() - make_interval(secs => b.waiting_s),
       pg_catalog.concat('waits for ', b.lock_mode, ' on ', coalesce(b.relation::text, b.lock_type), '; the root is ', b.root_pid, ': ' || b.remedy)
  FROM pgscale.blocking b
 WHERE b.waiting_s IS NOT NULL
UNION ALL
SELECT 'connections', c.used_pct, NULL, NULL, CASE WHEN c.used IS NULL THEN r.why ELSE pg_catalog.format('%s of %s', c.used, c.usable) END
  FROM pgscale.connections c
 CROSS JOIN reader r
UNION ALL
SELECT 'disk_full', CASE f.status WHEN 'ok' THEN coalesce(f.eta_s::numeric, 'Infinity') END, f.object, NULL,
       CASE WHEN f.eta IS NULL THEN f.note
            ELSE pg_catalog.concat('full at ', f.eta, ', between ', f.eta_low, ' and ', coalesce(f.eta_high::text, 'in more than a year')) END
  FROM pgscale.forecast f
 WHERE f.resource = 'disk'
UNION ALL
SELECT 'archiver', extract(epoch FROM clock_timestamp() - coalesce(w.last_archived_time, w.archive_reset))::numeric, NULL, w.last_archived_time,
       pg_catalog.concat('last failure at ', w.last_failed_time, ' with ', w.last_failed_wal)
  FROM pgscale.wal w
 WHERE w.archive_failing
UNION ALL
SELECT 'checksum_failures', d.checksum_failures, d.datname::text, d.checksum_last_failure,
       pg_catalog.format('%s since the last reset of the statistics, the last at %s', d.checksum_failures, d.checksum_last_failure)
  FROM pg_catalog.pg_stat_database d
 WHERE d.checksum_failures > 0
UNION ALL
SELECT 'unsafe_settings', 1, s.name, NULL, pg_catalog.format('%s = %s', s.name, s.setting)
  FROM pg_catalog.pg_settings s
 WHERE s.name IN ('fsync', 'full_page_writes', 'autovacuum', 'track_counts') AND s.setting = 'off';
COMMENT ON VIEW pgscale.server_evidence IS 'What the checks on replication and the server measure now; part of view health';
COMMENT ON COLUMN pgscale.server_evidence.check_name IS 'The check';
COMMENT ON COLUMN pgscale.server_evidence.value IS 'What is measured, in the unit of view threshold; NULL when not known';
COMMENT ON COLUMN pgscale.server_evidence.object IS 'Of what';
COMMENT ON COLUMN pgscale.server_evidence.since IS 'Since when it is so, where that can be told';
COMMENT ON COLUMN pgscale.server_evidence.evidence IS 'The same in words';

CREATE VIEW pgscale.load_evidence AS
WITH seen AS MATERIALIZED (
    SELECT w.window_s, w.since, s.at AS last_sample, s.gauges,
           trim_scale(extract(epoch FROM pg_catalog.current_setting('pgscale.sample_interval', true)::interval)) AS wanted
      FROM pgscale.recent_window w
      LEFT JOIN LATERAL (
            SELECT t.at, t.gauges FROM pgscale.sample t WHERE t.scope = 'server' ORDER BY t.at DESC LIMIT 1) s ON true),
counted AS MATERIALIZED (
    SELECT s.window_s, s.since, c.scope, c.name, c.total
      FROM seen s
      LEFT JOIN pgscale.recent_counter c
        ON c.scope = 'server' AND c.name IN ('checkpoints_timed', 'checkpoints_requested')
        OR c.scope = 'database' AND c.name IN ('temp_bytes', 'deadlocks')
           AND c.object = (SELECT d.oid::bigint FROM pg_catalog.pg_database d WHERE d.datname = pg_catalog.current_database()))
SELECT 'cache_hit' AS check_name,
       CASE WHEN r.hit + r.read >= 100000 THEN round(100.0 * r.hit / (r.hit + r.read), 2) END AS value,
       pg_catalog.current_database()::text AS object, NULL::timestamptz AS since,
       CASE WHEN r.hit + r.read >= 100000 THEN pg_catalog.format('%s of %s blocks in %s s', r.hit, r.hit + r.read, round(s.window_s))
            WHEN s.window_s IS NULL THEN 'no sample in the window'
            ELSE 'fewer than 100000 blocks were read in the window' END AS evidence
  FROM seen s
  LEFT JOIN pgscale.recent r
    ON r.scope = 'database' AND r.object = (SELECT d.oid::bigint FROM pg_catalog.pg_database d WHERE d.datname = pg_catalog.current_database())
UNION ALL
SELECT 'requested_checkpoints',
       CASE WHEN k.timed + k.requested >= 6 THEN round(100 * k.requested / (k.timed + k.requested), 2)
            WHEN k.window_s IS NOT NULL THEN 0 END,
       NULL, NULL, CASE WHEN k.window_s IS NULL THEN 'no sample in the window' ELSE pg_catalog.format('%s of %s in %s s', round(k.requested), round(k.timed + k.requested), round(k.window_s)) END
  FROM (SELECT max(c.window_s) AS window_s, coalesce(sum(c.total) FILTER (WHERE c.name = 'checkpoints_timed'), 0) AS timed,
               coalesce(sum(c.total) FILTER (WHERE c.name = 'checkpoints_requested'), 0) AS requested FROM counted c) k
UNION ALL
SELECT v.check_name, v.value, pg_catalog.current_database(), NULL, CASE WHEN k.window_s IS NULL THEN 'no sample in the window' ELSE pg_catalog.format(v.text, round(v.total), round(k.window_s)) END
  FROM (SELECT max(c.window_s)::numeric AS window_s, coalesce(sum(c.total) FILTER (WHERE c.name = 'temp_bytes'), 0) AS temp_bytes,
               coalesce(sum(c.total) FILTER (WHERE c.name = 'deadlocks'), 0) AS deadlocks FROM counted c) k
 CROSS JOIN LATERAL (VALUES
       ('temp_files', k.temp_bytes / nullif(k.window_s, 0), k.temp_bytes, '%s bytes in %s s'),
       ('deadlocks', k.deadlocks * 60 / nullif(k.window_s, 0), k.deadlocks, '%s in %s s')) AS v (check_name, value, total, text)
UNION ALL
SELECT 'disk_free', round(100 * d.free / nullif(d.total, 0), 2), d.name, NULL,
       CASE WHEN d.name IS NULL THEN 'no sample has been taken yet, or this role may not see it'
            ELSE pg_catalog.format('%s of %s bytes free at %s', d.free, d.total, s.last_sample) END
  FROM seen s
  LEFT JOIN LATERAL (
        SELECT substring(g.key FROM 'disk/(.*)/free_bytes') AS name, g.value::numeric AS free,
               (s.gauges->>replace(g.key, '/free_bytes', '/total_bytes'))::numeric AS total
          FROM pg_catalog.jsonb_each_text(s.gauges) AS g (key, value)
         WHERE g.key LIKE 'disk/%/free_bytes' AND pg_catalog.pg_has_role('pg_read_all_stats', 'USAGE')
           AND NOT pg_catalog.pg_is_in_recovery()) d ON true
UNION ALL
SELECT 'history', round(extract(epoch FROM pgscale.policy_time() - s.last_sample)::numeric / s.wanted, 2), NULL, s.last_sample,
       coalesce(pg_catalog.format('last sample at %s, one is wanted every %s s', s.last_sample, s.wanted), 'no sample has been taken yet')
  FROM seen s
 WHERE s.wanted > 0;
COMMENT ON VIEW pgscale.load_evidence IS 'What the checks on load and history measure now; part of view health';
COMMENT ON COLUMN pgscale.load_evidence.check_name IS 'The check';
COMMENT ON COLUMN pgscale.load_evidence.value IS 'What is measured, in the unit of view threshold; NULL when not known';
COMMENT ON COLUMN pgscale.load_evidence.object IS 'Of what';
COMMENT ON COLUMN pgscale.load_evidence.since IS 'Since when it is so, where that can be told';
COMMENT ON COLUMN pgscale.load_evidence.evidence IS 'The same in words';

-- What the worker and sync_shards() have written down. What is older than some rounds is not known.
CREATE VIEW pgscale.shard_evidence AS
WITH seen AS MATERIALIZED (
    SELECT s.name, t.*,
           coalesce(t.as_of < clock_timestamp() - greatest(3 * pg_catalog.current_setting('pgscale.naptime', true)::interval, interval '3 minutes'), true) AS is_old
      FROM pgscale.shard s
      LEFT JOIN pgscale.shard_state t ON t.shard = s.name)
SELECT 'shard_unreachable' AS check_name,
       CASE WHEN NOT e.is_old THEN (NOT e.reachable)::integer END::numeric AS value,
       e.name::text AS object, e.since,
       CASE WHEN e.is_old THEN coalesce('last asked at ' || e.as_of, 'it was never asked')
            ELSE coalesce(e.error, 'it answers') END AS evidence
  FROM seen e
UNION ALL
SELECT 'shard_drift', CASE WHEN e.drift_as_of IS NULL THEN NULL WHEN e.drift_critical > 0 THEN 2 WHEN e.drift_warnings > 0 THEN 1 ELSE 0 END,
       e.name::text, e.drift_since,
       CASE WHEN e.drift_as_of IS NULL THEN 'nobody has looked yet'
            WHEN e.drift_worst IS NULL THEN 'all as it is to be at ' || e.drift_as_of
            ELSE pg_catalog.format('%s critical, %s warnings, such as %s', e.drift_critical, e.drift_warnings, e.drift_worst) END
  FROM seen e
UNION ALL
SELECT 'shard_lag', e.lag_seconds::numeric, e.name::text, NULL, pg_catalog.concat(e.role, ', ', e.lag_bytes, ' bytes behind')
  FROM seen e
 WHERE NOT e.is_old AND e.lag_seconds IS NOT NULL;
COMMENT ON VIEW pgscale.shard_evidence IS 'What the checks on shards measure now; part of view health';
COMMENT ON COLUMN pgscale.shard_evidence.check_name IS 'The check';
COMMENT ON COLUMN pgscale.shard_evidence.value IS 'What is measured, in the unit of view threshold; NULL when not known';
COMMENT ON COLUMN pgscale.shard_evidence.object IS 'The shard';
COMMENT ON COLUMN pgscale.shard_evidence.since IS 'Since when; NULL when not known';
COMMENT ON COLUMN pgscale.shard_evidence.evidence IS 'The same in words';
GRANT SELECT ON pgscale.shard_evidence TO PUBLIC;
