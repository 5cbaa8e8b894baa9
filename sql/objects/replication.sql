
CREATE FUNCTION pgscale.lag_status(kind text, state text, bytes_behind bigint, silence double precision,
                                   timeout double precision, paused boolean, wal_status text) RETURNS text
    LANGUAGE c IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'pgscale_lag_status';
COMMENT ON FUNCTION pgscale.lag_status(text, text, bigint, double precision, double precision, boolean, text) IS
'The status that view lag gives to a connection; part of the view';

-- Unlike greatest(), NULL for what is not known.
CREATE FUNCTION pgscale.bytes_between(reached pg_lsn, head pg_lsn) RETURNS bigint
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN (CASE WHEN reached >= head THEN 0 ELSE head - reached END)::bigint;
COMMENT ON FUNCTION pgscale.bytes_between(pg_lsn, pg_lsn) IS
'WAL from one position to another, 0 when the first is not before it; part of the view lag';

CREATE FUNCTION pgscale.wait_for_lsn(lsn pg_lsn, timeout interval) RETURNS boolean
    LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'pgscale_wait_for_lsn';
COMMENT ON FUNCTION pgscale.wait_for_lsn(pg_lsn, interval) IS
'Waits until this standby has replayed WAL up to lsn, or this primary has written it; false after the timeout. Under REPEATABLE READ it must be called in a transaction of its own, before the one that reads.';

-- Columns that a server version does not have are NULL.
CREATE VIEW pgscale.replication_slots AS
WITH head AS MATERIALIZED (
    SELECT CASE WHEN pg_catalog.pg_is_in_recovery()
                THEN greatest(pg_catalog.pg_last_wal_receive_lsn(), pg_catalog.pg_last_wal_replay_lsn())
                ELSE pg_catalog.pg_current_wal_lsn() END AS lsn)
SELECT s.slot_name,
       s.slot_type,
       s.database,
       s.active,
       s.active_pid,
       s.temporary,
       (j.slot->>'inactive_since')::timestamptz AS inactive_since,
       s.wal_status,
       s.safe_wal_size,
       pgscale.bytes_between(s.restart_lsn, h.lsn) AS retained_bytes,
       pgscale.bytes_between(s.confirmed_flush_lsn, h.lsn) AS confirmed_lag_bytes,
       s.restart_lsn,
       s.confirmed_flush_lsn,
       pg_catalog.age(s.xmin) AS xmin_age,
       pg_catalog.age(s.catalog_xmin) AS catalog_xmin_age,
       (j.slot->>'invalidation_reason') AS invalidation_reason,
       (j.slot->>'synced')::boolean AS synced
  FROM head h
 CROSS JOIN pg_catalog.pg_replication_slots s
 CROSS JOIN LATERAL (SELECT to_jsonb(s) AS slot) j;
COMMENT ON VIEW pgscale.replication_slots IS 'Replication slots of this server and what they hold back';
COMMENT ON COLUMN pgscale.replication_slots.slot_name IS 'Name of the slot';
COMMENT ON COLUMN pgscale.replication_slots.slot_type IS 'physical or logical';
COMMENT ON COLUMN pgscale.replication_slots.database IS 'Logical slots: the database';
COMMENT ON COLUMN pgscale.replication_slots.active IS 'Whether somebody uses it now';
COMMENT ON COLUMN pgscale.replication_slots.active_pid IS 'Who does';
COMMENT ON COLUMN pgscale.replication_slots.temporary IS 'Whether it ends with its session';
COMMENT ON COLUMN pgscale.replication_slots.inactive_since IS 'Since when nobody uses it; NULL while active, and always before PostgreSQL 17';
COMMENT ON COLUMN pgscale.replication_slots.wal_status IS 'reserved, extended, unreserved or lost; NULL for a slot that reserves nothing';
COMMENT ON COLUMN pgscale.replication_slots.safe_wal_size IS 'Bytes that may yet be written before the slot may be lost; NULL without max_slot_wal_keep_size';
COMMENT ON COLUMN pgscale.replication_slots.retained_bytes IS 'WAL since restart_lsn; NULL when the slot reserves none';
COMMENT ON COLUMN pgscale.replication_slots.confirmed_lag_bytes IS 'Logical slots: WAL that the receiver has not confirmed';
COMMENT ON COLUMN pgscale.replication_slots.restart_lsn IS 'Oldest WAL that the slot keeps';
COMMENT ON COLUMN pgscale.replication_slots.confirmed_flush_lsn IS 'Logical slots: up to where the receiver has confirmed';
COMMENT ON COLUMN pgscale.replication_slots.xmin_age IS 'Transactions since the oldest whose rows the slot keeps from VACUUM';
COMMENT ON COLUMN pgscale.replication_slots.catalog_xmin_age IS 'The same for rows of the catalogs';
COMMENT ON COLUMN pgscale.replication_slots.invalidation_reason IS 'Why the slot is lost; NULL before PostgreSQL 17';
COMMENT ON COLUMN pgscale.replication_slots.synced IS 'Whether it is a copy of a slot of the primary; NULL before PostgreSQL 17';

-- A standby without a slot leaves nothing behind when it goes; so each sample notes who is there.
CREATE TABLE pgscale.receiver (
    name text NOT NULL,
    client_addr inet,
    timeline text NOT NULL,
    seen_at timestamptz NOT NULL,
    replay_lsn pg_lsn
);
COMMENT ON TABLE pgscale.receiver IS 'Standbys without a slot that were connected at the last samples; not part of a dump';
COMMENT ON COLUMN pgscale.receiver.name IS 'application_name';
COMMENT ON COLUMN pgscale.receiver.client_addr IS 'Its address; NULL for a Unix socket';
COMMENT ON COLUMN pgscale.receiver.timeline IS 'Of the server they were connected to: they are none of a standby that is promoted';
COMMENT ON COLUMN pgscale.receiver.seen_at IS 'When a sample last found it connected, in real time';
COMMENT ON COLUMN pgscale.receiver.replay_lsn IS 'What it had replayed then';

CREATE VIEW pgscale.connected_receiver AS
SELECT r.application_name AS name, r.client_addr,
       (SELECT left(pg_catalog.pg_walfile_name(pg_catalog.pg_current_wal_lsn()), 8)) AS timeline,
       max(r.replay_lsn) AS replay_lsn, bool_or(s.slot_name IS NOT NULL) AS has_slot
  FROM pg_catalog.pg_stat_replication r
  LEFT JOIN pg_catalog.pg_replication_slots s ON s.active_pid = r.pid
 WHERE r.state = 'streaming' AND r.application_name <> ''
 GROUP BY 1, 2;
COMMENT ON VIEW pgscale.connected_receiver IS 'Who receives WAL now and has a name; part of the history';
COMMENT ON COLUMN pgscale.connected_receiver.name IS 'As in table receiver';
COMMENT ON COLUMN pgscale.connected_receiver.client_addr IS 'As in table receiver';
COMMENT ON COLUMN pgscale.connected_receiver.timeline IS 'As in table receiver';
COMMENT ON COLUMN pgscale.connected_receiver.replay_lsn IS 'As in table receiver';
COMMENT ON COLUMN pgscale.connected_receiver.has_slot IS 'Whether a slot will tell of it when it is gone';

CREATE FUNCTION pgscale.forget_receiver(name text) RETURNS void
    LANGUAGE c VOLATILE PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    AS 'MODULE_PATHNAME', 'pgscale_forget_receiver';
COMMENT ON FUNCTION pgscale.forget_receiver(text) IS
'Takes a standby that was removed for good out of view lag, by its application_name; without it, that happens after seven days';
REVOKE EXECUTE ON FUNCTION pgscale.forget_receiver(text) FROM PUBLIC;

CREATE VIEW pgscale.lag AS
WITH here AS MATERIALIZED (
    SELECT pg_catalog.pg_is_in_recovery() AS standby,
           pg_catalog.clock_timestamp() AS now,
           CASE WHEN pg_catalog.pg_is_in_recovery()
                THEN greatest(pg_catalog.pg_last_wal_receive_lsn(), pg_catalog.pg_last_wal_replay_lsn())
                ELSE pg_catalog.pg_current_wal_lsn() END AS head,
           (SELECT extract(epoch FROM pg_catalog.current_setting('wal_sender_timeout')::interval))::float8 AS sender_timeout,
           (SELECT extract(epoch FROM pg_catalog.current_setting('wal_receiver_timeout')::interval))::float8 AS receiver_timeout),
sender AS (
    SELECT coalesce(s.slot_type, 'physical') AS kind,
           coalesce(nullif(r.application_name, ''), s.slot_name, 'pid ' || r.pid) AS name,
           s.slot_name::text AS slot_name, r.client_addr, r.state, r.sync_state,
           pgscale.bytes_between(r.sent_lsn, h.head) AS sent,
           pgscale.bytes_between(r.write_lsn, h.head) AS written,
           pgscale.bytes_between(r.flush_lsn, h.head) AS flushed,
           pgscale.bytes_between(r.replay_lsn, h.head) AS replayed,
           extract(epoch FROM r.write_lag)::float8 AS write_s,
           extract(epoch FROM r.flush_lag)::float8 AS flush_s,
           -- told at the last reply, and older by now; a walsender ends when no reply comes for its timeout
           extract(epoch FROM r.replay_lag)::float8
             + least(greatest(extract(epoch FROM h.now - r.reply_time)::float8, 0), nullif(h.sender_timeout, 0)) AS replay_s,
           extract(epoch FROM h.now - r.reply_time)::float8 AS silence, h.sender_timeout AS timeout,
           false AS paused, s.wal_status, NULL::timestamptz AS since
      FROM here h
     CROSS JOIN pg_catalog.pg_stat_replication r
      LEFT JOIN pgscale.replication_slots s ON s.active_pid = r.pid),
abandoned AS (
    SELECT s.slot_type, s.slot_name::text, s.slot_name::text, NULL::inet, 'none', NULL::text,
           NULL::bigint, NULL::bigint,
           coalesce(s.confirmed_lag_bytes, s.retained_bytes),
           nullif(coalesce(s.confirmed_lag_bytes, s.retained_bytes), 0),
           NULL::float8, NULL::float8, extract(epoch FROM h.now - s.inactive_since)::float8,
           NULL::float8, NULL::float8, false, s.wal_status, s.inactive_since
      FROM here h
     CROSS JOIN pgscale.replication_slots s
     WHERE NOT s.active AND s.synced IS NOT TRUE),
vanished AS (
    SELECT 'physical', v.name, NULL::text, v.client_addr, 'none', NULL::text,
           NULL::bigint, NULL::bigint, NULL::bigint,
           nullif(pgscale.bytes_between(v.replay_lsn, h.head), 0),
           NULL::float8, NULL::float8, extract(epoch FROM h.now - v.seen_at)::float8,
           NULL::float8, NULL::float8, false, NULL::text, v.seen_at
      FROM here h
     CROSS JOIN pgscale.receiver v
     WHERE CASE WHEN h.standby THEN false
                ELSE v.timeline = left(pg_catalog.pg_walfile_name(h.head), 8)
                     AND pg_catalog.pg_has_role('pg_read_all_stats', 'USAGE')
                     AND NOT EXISTS (SELECT FROM pg_catalog.pg_stat_replication r
                                      WHERE r.application_name = v.name AND r.client_addr IS NOT DISTINCT FROM v.client_addr) END),
-- Every fact that a role may not see is NULL, and nothing tells it from a receiver that is not there but the pid.
self AS (
    SELECT 'self', 'this server', w.slot_name, NULL::inet,
           CASE WHEN w.pid IS NULL THEN 'none' ELSE w.status END, NULL::text,
           NULL::bigint, NULL::bigint,
           CASE WHEN w.status = 'streaming' THEN pgscale.bytes_between(pg_catalog.pg_last_wal_receive_lsn(), k.head) END,
           CASE WHEN w.status = 'streaming' THEN k.bytes ELSE nullif(k.bytes, 0) END,
           NULL::float8, NULL::float8,
           extract(epoch FROM h.now - pg_catalog.pg_last_xact_replay_timestamp())::float8,
           extract(epoch FROM h.now - w.last_msg_receipt_time)::float8, h.receiver_timeout,
           pg_catalog.pg_get_wal_replay_pause_state() <> 'not paused', NULL::text,
           CASE WHEN k.bytes > 0 OR w.pid IS NULL THEN pg_catalog.pg_last_xact_replay_timestamp() END
      FROM here h
      LEFT JOIN pg_catalog.pg_stat_wal_receiver w ON true
     CROSS JOIN LATERAL (
            SELECT greatest(h.head, w.latest_end_lsn) AS head,
                   pgscale.bytes_between(pg_catalog.pg_last_wal_replay_lsn(), greatest(h.head, w.latest_end_lsn)) AS bytes) k
     WHERE h.standby),
-- As the shards told it when they were last asked; those without standbys have no lag.
shard AS (
    SELECT 'shard', t.shard::text, NULL::text, NULL::inet, CASE WHEN t.reachable THEN 'streaming' ELSE 'none' END, NULL::text,
           NULL::bigint, NULL::bigint, NULL::bigint, CASE WHEN k.silence > k.timeout THEN nullif(t.lag_bytes, 0) ELSE t.lag_bytes END,
           NULL::float8, NULL::float8, t.lag_seconds, k.silence, k.timeout, false, NULL::text,
           CASE WHEN NOT t.reachable THEN t.since WHEN k.silence > k.timeout THEN t.as_of END
      FROM here h
     CROSS JOIN pgscale.shard_state t
     CROSS JOIN LATERAL (
            SELECT extract(epoch FROM h.now - t.as_of)::float8 AS silence,
                   extract(epoch FROM greatest(3 * pg_catalog.current_setting('pgscale.naptime', true)::interval, interval '3 minutes'))::float8 AS timeout) k
     WHERE t.lag_bytes IS NOT NULL OR NOT t.reachable),
judged AS (
    SELECT c.*, pgscale.lag_status(c.kind, c.state, c.replayed, c.silence, c.timeout, c.paused, c.wal_status) AS status
      FROM (SELECT * FROM sender UNION ALL SELECT * FROM abandoned UNION ALL SELECT * FROM vanished UNION ALL SELECT * FROM self UNION ALL SELECT * FROM shard) c)
SELECT j.kind,
       j.name,
       j.slot_name,
       j.client_addr,
       CASE WHEN j.state <> 'none' THEN j.state END AS state,
       j.sync_state,
       j.sent AS sent_lag_bytes,
       j.written AS write_lag_bytes,
       j.flushed AS flush_lag_bytes,
       j.replayed AS replay_lag_bytes,
       CASE j.sent WHEN 0 THEN 0::float8 END AS sent_lag_seconds,
       CASE WHEN j.written = 0 THEN 0 ELSE j.write_s END AS write_lag_seconds,
       CASE WHEN j.flushed = 0 AND j.state <> 'none' THEN 0 ELSE j.flush_s END AS flush_lag_seconds,
       CASE WHEN j.status = 'caught_up' THEN 0
            WHEN j.status IN ('behind', 'paused') THEN CASE WHEN j.replay_s < 0 THEN 0 ELSE j.replay_s END
            WHEN j.status = 'disconnected' AND j.replay_s > 0 THEN j.replay_s END AS replay_lag_seconds,
       j.status,
       CASE WHEN j.status NOT IN ('caught_up', 'unknown') THEN j.since END AS since,
       CASE j.status
            WHEN 'caught_up' THEN 'all WAL known here is replayed'
            WHEN 'behind' THEN 'WAL is still to be replayed'
            WHEN 'paused' THEN 'replay is paused on this standby; pg_wal_replay_resume() ends it'
            WHEN 'starting' THEN 'the connection is not streaming yet'
            WHEN 'lost' THEN 'the WAL that the slot needs is gone; the standby or subscriber must be built anew'
            WHEN 'disconnected' THEN
                 CASE WHEN j.kind = 'self'
                      THEN 'no WAL comes from the primary; the seconds are the age of the last transaction replayed, and what the primary has written since is not known here'
                      WHEN j.kind = 'shard' THEN 'the shard did not answer, or was not asked lately; see view shards'
                      ELSE 'nobody is connected; the bytes are at least what the receiver misses'
                           || CASE WHEN j.since IS NULL THEN ', and since when is not known' ELSE '' END END
            ELSE CASE WHEN j.state IS NULL THEN 'only a member of pg_read_all_stats may see it'
                      ELSE 'the receiver does not tell its position' END
       END AS explanation
  FROM judged j;
COMMENT ON VIEW pgscale.lag IS 'How far behind each standby, logical receiver, abandoned slot and vanished standby of this server is, on a standby this server itself, and what the shards tell of theirs; 0 only for what is connected and has everything';
COMMENT ON COLUMN pgscale.lag.kind IS 'physical, logical, self: this standby, or shard: the slowest standby of a shard, or the shard itself where that is a standby';
COMMENT ON COLUMN pgscale.lag.name IS 'application_name of the receiver; without a connection the slot; the shard';
COMMENT ON COLUMN pgscale.lag.slot_name IS 'Its slot; NULL for none';
COMMENT ON COLUMN pgscale.lag.client_addr IS 'Address of the receiver; NULL for a Unix socket';
COMMENT ON COLUMN pgscale.lag.state IS 'State of the walsender (of the walreceiver for self); NULL when there is none or it may not be seen';
COMMENT ON COLUMN pgscale.lag.sync_state IS 'async, potential, sync or quorum';
COMMENT ON COLUMN pgscale.lag.sent_lag_bytes IS 'WAL not yet sent';
COMMENT ON COLUMN pgscale.lag.write_lag_bytes IS 'WAL not yet written there';
COMMENT ON COLUMN pgscale.lag.flush_lag_bytes IS 'WAL not yet flushed there; without a connection, what the slot keeps for it';
COMMENT ON COLUMN pgscale.lag.replay_lag_bytes IS 'WAL not yet replayed there; without a connection at least this, NULL when not known';
COMMENT ON COLUMN pgscale.lag.sent_lag_seconds IS '0 when all is sent, else NULL: nobody measures it';
COMMENT ON COLUMN pgscale.lag.write_lag_seconds IS 'Time between flushing here and writing there';
COMMENT ON COLUMN pgscale.lag.flush_lag_seconds IS 'Time between flushing here and flushing there';
COMMENT ON COLUMN pgscale.lag.replay_lag_seconds IS '0 when caught up, growing while replay rests; on a standby that is behind or disconnected the age of the last transaction replayed, which is at most the lag and the idle time before it; NULL when not known';
COMMENT ON COLUMN pgscale.lag.status IS 'caught_up, behind, paused, starting, disconnected, lost or unknown';
COMMENT ON COLUMN pgscale.lag.since IS 'Since when it is so, at the earliest; NULL when not known';
COMMENT ON COLUMN pgscale.lag.explanation IS 'The status in words';

CREATE VIEW pgscale.replicas AS
SELECT l.name, l.slot_name, l.client_addr, l.sync_state, l.status, l.replay_lag_bytes, l.replay_lag_seconds,
       l.status IN ('caught_up', 'behind') AND l.replay_lag_seconds IS NOT NULL AS usable
  FROM pgscale.lag l
 WHERE l.kind = 'physical';
COMMENT ON VIEW pgscale.replicas IS 'Physical standbys of this server and whether their lag is known, so that they may serve reads';
COMMENT ON COLUMN pgscale.replicas.name IS 'application_name of the standby; without a connection its slot';
COMMENT ON COLUMN pgscale.replicas.slot_name IS 'Its slot; NULL for none';
COMMENT ON COLUMN pgscale.replicas.client_addr IS 'Its address; NULL for a Unix socket';
COMMENT ON COLUMN pgscale.replicas.sync_state IS 'async, potential, sync or quorum';
COMMENT ON COLUMN pgscale.replicas.status IS 'As in view lag';
COMMENT ON COLUMN pgscale.replicas.replay_lag_bytes IS 'As in view lag';
COMMENT ON COLUMN pgscale.replicas.replay_lag_seconds IS 'As in view lag';
COMMENT ON COLUMN pgscale.replicas.usable IS 'Connected, and its lag in seconds is known';

CREATE FUNCTION pgscale.replicas_within(max_lag interval) RETURNS SETOF pgscale.replicas
    LANGUAGE sql STABLE STRICT
    SET search_path = pg_catalog, pg_temp
    AS 'SELECT * FROM pgscale.replicas r
         WHERE r.usable AND r.replay_lag_seconds <= extract(epoch FROM max_lag)
         ORDER BY r.replay_lag_seconds, r.replay_lag_bytes, r.name';
COMMENT ON FUNCTION pgscale.replicas_within(interval) IS
'Standbys that may serve reads at most this far behind, the nearest first';

GRANT SELECT ON pgscale.lag, pgscale.replication_slots, pgscale.replicas TO PUBLIC;
