
-- Unlike greatest(), NULL for what is not known.
CREATE FUNCTION pgscale.seconds_since(moment timestamptz) RETURNS double precision
    LANGUAGE sql VOLATILE PARALLEL SAFE
    RETURN CASE WHEN moment > clock_timestamp() THEN 0 ELSE extract(epoch FROM clock_timestamp() - moment)::float8 END;
COMMENT ON FUNCTION pgscale.seconds_since(timestamptz) IS
'Seconds from a moment to now, 0 when it is still to come; part of the views';

CREATE FUNCTION pgscale.transactions_since(oldest xid) RETURNS integer
    LANGUAGE sql STABLE PARALLEL RESTRICTED
    RETURN CASE WHEN age(oldest) < 0 THEN 0 ELSE age(oldest) END;
COMMENT ON FUNCTION pgscale.transactions_since(xid) IS
'Transactions begun since the given one, 0 when it began after this one; part of the views';

CREATE FUNCTION pgscale.lock_waits(
    OUT pid integer, OUT prepared text, OUT depth integer, OUT path integer[],
    OUT root_pid integer, OUT root_prepared text, OUT root_pids integer[], OUT blocked_by integer[],
    OUT waiters integer, OUT deadlocked boolean, OUT since timestamptz,
    OUT lock_type text, OUT lock_mode text, OUT relation regclass)
    RETURNS SETOF record
    LANGUAGE c VOLATILE PARALLEL RESTRICTED
    SET search_path = pg_catalog, pg_temp
    AS 'MODULE_PATHNAME', 'pgscale_lock_waits';
COMMENT ON FUNCTION pgscale.lock_waits() IS
'Everybody who waits for a lock or is waited for, in the order of a tree; part of the view blocking';

CREATE VIEW pgscale.activity AS
SELECT a.pid,
       a.leader_pid,
       a.datname,
       a.usename,
       a.application_name,
       a.client_addr,
       coalesce(a.backend_type, CASE WHEN w.pid IS NOT NULL THEN 'walsender' END) AS backend_type,
       a.state,
       a.wait_event_type,
       a.wait_event,
       pgscale.seconds_since(a.xact_start) AS xact_age_s,
       CASE WHEN a.state IN ('active', 'fastpath function call') THEN pgscale.seconds_since(a.query_start) END AS query_age_s,
       pgscale.seconds_since(a.state_change) AS state_age_s,
       CASE WHEN a.state IN ('idle in transaction', 'idle in transaction (aborted)')
            THEN pgscale.seconds_since(a.state_change) END AS idle_in_transaction_s,
       pgscale.transactions_since(a.backend_xid) AS xid_age,
       pgscale.transactions_since(a.backend_xmin) AS xmin_age,
       a.query_id,
       a.query
  FROM pg_catalog.pg_stat_activity a
  LEFT JOIN pg_catalog.pg_stat_get_wal_senders() w ON w.pid = a.pid
 WHERE (a.datid IS NOT NULL OR w.pid IS NOT NULL)
   AND a.pid <> pg_catalog.pg_backend_pid()
   AND a.leader_pid IS DISTINCT FROM pg_catalog.pg_backend_pid();
COMMENT ON VIEW pgscale.activity IS 'What goes on in the server: sessions, parallel workers, autovacuum, walsenders and background workers of a database; not the session that asks';
COMMENT ON COLUMN pgscale.activity.pid IS 'Process';
COMMENT ON COLUMN pgscale.activity.leader_pid IS 'Parallel workers: the session they work for';
COMMENT ON COLUMN pgscale.activity.datname IS 'Database; NULL for physical replication';
COMMENT ON COLUMN pgscale.activity.usename IS 'Role that logged in';
COMMENT ON COLUMN pgscale.activity.application_name IS 'Name that the client gave';
COMMENT ON COLUMN pgscale.activity.client_addr IS 'Address of the client; NULL for a Unix socket';
COMMENT ON COLUMN pgscale.activity.backend_type IS 'client backend, parallel worker, autovacuum worker, walsender or the name of a background worker; NULL when it may not be seen';
COMMENT ON COLUMN pgscale.activity.state IS 'As in pg_stat_activity; NULL when it may not be seen, as are all columns about what the process does';
COMMENT ON COLUMN pgscale.activity.wait_event_type IS 'Kind of what it waits for; NULL for nothing';
COMMENT ON COLUMN pgscale.activity.wait_event IS 'What it waits for';
COMMENT ON COLUMN pgscale.activity.xact_age_s IS 'Seconds since its transaction began';
COMMENT ON COLUMN pgscale.activity.query_age_s IS 'Seconds that the statement has run; NULL when none runs';
COMMENT ON COLUMN pgscale.activity.state_age_s IS 'Seconds since the state last changed';
COMMENT ON COLUMN pgscale.activity.idle_in_transaction_s IS 'Seconds of idleness inside a transaction; NULL in any other state';
COMMENT ON COLUMN pgscale.activity.xid_age IS 'Transactions since it got its number; NULL when it has written nothing';
COMMENT ON COLUMN pgscale.activity.xmin_age IS 'Transactions since the oldest that its snapshot sees';
COMMENT ON COLUMN pgscale.activity.query_id IS 'Identifier of the statement, as in pg_stat_statements; NULL without compute_query_id';
COMMENT ON COLUMN pgscale.activity.query IS 'The statement, or the last one; <insufficient privilege> when it may not be seen';

-- The tree comes in its order; what is joined to it must not change that.
CREATE VIEW pgscale.blocking AS
WITH node AS MATERIALIZED (
    SELECT * FROM pgscale.lock_waits() WITH ORDINALITY)
SELECT pg_catalog.repeat('  ', least(n.depth, 20))
         || CASE WHEN n.pid > 0 THEN n.pid::text ELSE pg_catalog.concat('prepared transaction ', n.prepared) END AS tree,
       n.pid,
       n.prepared,
       n.depth,
       n.path,
       n.root_pid,
       n.root_pids,
       n.blocked_by,
       n.waiters,
       pgscale.seconds_since(n.since) AS waiting_s,
       n.lock_type,
       n.lock_mode,
       n.relation,
       coalesce(a.datname, p.database) AS datname,
       coalesce(a.usename, p.owner) AS usename,
       a.application_name,
       a.client_addr,
       a.state,
       pgscale.seconds_since(coalesce(a.xact_start, p.prepared)) AS xact_age_s,
       a.query,
       n.deadlocked,
       CASE WHEN n.root_pid = 0 THEN 'ROLLBACK PREPARED ' || pg_catalog.quote_literal(n.root_prepared)
            WHEN EXISTS (SELECT FROM node c WHERE c.deadlocked AND c.pid = n.root_pid) THEN NULL
            WHEN n.root_pid = pg_catalog.pg_backend_pid() THEN 'ROLLBACK'
            -- a session keeps such a lock beyond its statement and its transaction
            WHEN r.state LIKE 'idle%'
              OR EXISTS (SELECT FROM node c WHERE n.root_pid = ANY (c.blocked_by) AND c.lock_type = 'advisory')
            THEN pg_catalog.format('SELECT pg_terminate_backend(%s)', n.root_pid)
            WHEN r.state IS NOT NULL THEN pg_catalog.format('SELECT pg_cancel_backend(%s)', n.root_pid)
       END AS remedy
  FROM node n
  LEFT JOIN pg_catalog.pg_stat_activity a ON a.pid = n.pid
  LEFT JOIN pg_catalog.pg_stat_activity r ON r.pid = n.root_pid
  LEFT JOIN pg_catalog.pg_prepared_xacts p ON p.gid = n.prepared
 ORDER BY n.ordinality;
COMMENT ON VIEW pgscale.blocking IS 'Who waits for locks and for whom, as a tree: first who waits for nobody, then behind it those that go on when it ends';
COMMENT ON COLUMN pgscale.blocking.tree IS 'The process, indented below the one it waits for last';
COMMENT ON COLUMN pgscale.blocking.pid IS 'Process; 0 for a prepared transaction';
COMMENT ON COLUMN pgscale.blocking.prepared IS 'Name of the prepared transaction; NULL for a process';
COMMENT ON COLUMN pgscale.blocking.depth IS 'How many must end before it, one after the other; 0 for a root';
COMMENT ON COLUMN pgscale.blocking.path IS 'The longest chain of waits that ends here, from the root on';
COMMENT ON COLUMN pgscale.blocking.root_pid IS 'The first of the path: who holds up all others in it and waits for nobody';
COMMENT ON COLUMN pgscale.blocking.root_pids IS 'All roots that must end before this one can go on';
COMMENT ON COLUMN pgscale.blocking.blocked_by IS 'Whom it waits for directly: who has the lock, and who waits for it before';
COMMENT ON COLUMN pgscale.blocking.waiters IS 'How many wait for it, directly or through others';
COMMENT ON COLUMN pgscale.blocking.waiting_s IS 'Seconds that it has waited; NULL for who does not wait';
COMMENT ON COLUMN pgscale.blocking.lock_type IS 'What the lock is on, as in pg_locks: relation, transactionid, advisory and others';
COMMENT ON COLUMN pgscale.blocking.lock_mode IS 'Mode of the lock it waits for';
COMMENT ON COLUMN pgscale.blocking.relation IS 'Table of the lock or of the row; NULL in other databases';
COMMENT ON COLUMN pgscale.blocking.datname IS 'Database';
COMMENT ON COLUMN pgscale.blocking.usename IS 'Role that logged in; owner of a prepared transaction';
COMMENT ON COLUMN pgscale.blocking.application_name IS 'Name that the client gave';
COMMENT ON COLUMN pgscale.blocking.client_addr IS 'Address of the client; NULL for a Unix socket';
COMMENT ON COLUMN pgscale.blocking.state IS 'As in pg_stat_activity; NULL when it may not be seen';
COMMENT ON COLUMN pgscale.blocking.xact_age_s IS 'Seconds since its transaction began, or was prepared';
COMMENT ON COLUMN pgscale.blocking.query IS 'The statement, or the last one; <insufficient privilege> when it may not be seen';
COMMENT ON COLUMN pgscale.blocking.deadlocked IS 'Whether it waits in a circle, which the server breaks after deadlock_timeout; then a root is the oldest wait of the circle';
COMMENT ON COLUMN pgscale.blocking.remedy IS 'SQL that ends the root of the path, for you to run: cancel a statement, terminate a session that is idle; in its database ROLLBACK PREPARED (or COMMIT PREPARED). NULL for a deadlock, and where the state may not be seen';

-- VACUUM passes over other VACUUMs, and over who decodes for a logical slot: the slot holds back in its place.
CREATE VIEW pgscale.xmin_horizon AS
WITH holder AS (
    SELECT 'session' AS kind,
           coalesce(nullif(a.application_name, ''), 'pid ' || a.pid) AS holder,
           a.pid,
           a.datname,
           a.usename,
           false AS catalogs_only,
           -- the number itself counts, too: others take it for their oldest
           greatest(pgscale.transactions_since(a.backend_xid), pgscale.transactions_since(a.backend_xmin)) AS xmin_age,
           pgscale.seconds_since(a.xact_start) AS age_s,
           a.state,
           CASE WHEN a.state LIKE 'idle in transaction%' THEN pg_catalog.format('SELECT pg_terminate_backend(%s)', a.pid)
                WHEN a.state IS NOT NULL THEN pg_catalog.format('SELECT pg_cancel_backend(%s)', a.pid) END AS remedy
      FROM pg_catalog.pg_stat_activity a
     WHERE (a.backend_xid IS NOT NULL OR a.backend_xmin IS NOT NULL)
       AND a.datid IS NOT NULL
       AND a.pid <> pg_catalog.pg_backend_pid()
       AND a.leader_pid IS DISTINCT FROM pg_catalog.pg_backend_pid()
       AND NOT EXISTS (SELECT FROM pg_catalog.pg_stat_progress_vacuum v WHERE v.pid IN (a.pid, a.leader_pid))
       AND NOT EXISTS (SELECT FROM pg_catalog.pg_replication_slots s WHERE s.active_pid = a.pid AND s.slot_type = 'logical')
    UNION ALL
    SELECT 'prepared transaction', p.gid, NULL, p.database, p.owner, false,
           pgscale.transactions_since(p.transaction), pgscale.seconds_since(p.prepared), NULL,
           'ROLLBACK PREPARED ' || pg_catalog.quote_literal(p.gid)
      FROM pg_catalog.pg_prepared_xacts p
    UNION ALL
    SELECT 'replication slot', s.slot_name, s.active_pid, s.database, NULL, h.catalogs_only,
           pgscale.transactions_since(h.xmin), NULL,
           CASE WHEN s.active THEN 'active' ELSE 'inactive' END,
           CASE WHEN NOT s.active THEN pg_catalog.format('SELECT pg_drop_replication_slot(%L)', s.slot_name)
                WHEN s.slot_type = 'physical' THEN 'end the oldest transaction on the standby, or turn hot_standby_feedback off there'
                ELSE 'let the receiver of the slot confirm what it has got, or drop the slot' END
      FROM pg_catalog.pg_replication_slots s
     CROSS JOIN LATERAL (VALUES (s.xmin, false), (s.catalog_xmin, true)) h (xmin, catalogs_only)
     WHERE h.xmin IS NOT NULL AND s.wal_status IS DISTINCT FROM 'lost'
    UNION ALL
    SELECT 'standby', coalesce(nullif(r.application_name, ''), 'pid ' || r.pid), r.pid, NULL, r.usename, false,
           pgscale.transactions_since(r.backend_xmin), NULL, r.state,
           'end the oldest transaction on the standby, or turn hot_standby_feedback off there'
      FROM pg_catalog.pg_stat_replication r
      JOIN pg_catalog.pg_stat_activity a ON a.pid = r.pid AND a.datid IS NULL
     WHERE r.backend_xmin IS NOT NULL)
SELECT h.kind, h.holder, h.pid, h.datname, h.usename, h.catalogs_only, h.xmin_age, h.age_s, h.state, h.remedy
  FROM holder h
 ORDER BY h.xmin_age DESC, h.age_s DESC NULLS LAST, h.kind, h.holder;
COMMENT ON VIEW pgscale.xmin_horizon IS 'Who keeps VACUUM from removing dead rows, the oldest first; not the session that asks. A transaction sees what the oldest one running at its beginning saw, so of several with the same age the one with the largest age_s is the cause';
COMMENT ON COLUMN pgscale.xmin_horizon.kind IS 'session, prepared transaction, replication slot, or standby (with hot_standby_feedback and without a slot)';
COMMENT ON COLUMN pgscale.xmin_horizon.holder IS 'application_name, name of the prepared transaction or of the slot';
COMMENT ON COLUMN pgscale.xmin_horizon.pid IS 'Process; NULL for a prepared transaction and for a slot that nobody uses';
COMMENT ON COLUMN pgscale.xmin_horizon.datname IS 'Database whose tables it holds back, besides the shared catalogs; NULL: all databases';
COMMENT ON COLUMN pgscale.xmin_horizon.usename IS 'Role of the session; owner of the prepared transaction';
COMMENT ON COLUMN pgscale.xmin_horizon.catalogs_only IS 'Whether it holds back the system catalogs only, as catalog_xmin of a slot does';
COMMENT ON COLUMN pgscale.xmin_horizon.xmin_age IS 'Transactions since the oldest whose dead rows it keeps';
COMMENT ON COLUMN pgscale.xmin_horizon.age_s IS 'Seconds since its transaction began, or was prepared; NULL when not known';
COMMENT ON COLUMN pgscale.xmin_horizon.state IS 'State of the session or walsender; active or inactive for a slot; NULL when it may not be seen';
COMMENT ON COLUMN pgscale.xmin_horizon.remedy IS 'What ends it: SQL for you to run, or what to do; NULL when the state may not be seen';

-- What a role may not see of others is NULL, so that nothing can be counted.
CREATE VIEW pgscale.connections AS
WITH session AS (
    SELECT CASE WHEN pg_catalog.pg_has_role('pg_read_all_stats', 'USAGE') THEN 1 END AS seen,
           count(*) FILTER (WHERE a.backend_type = 'client backend') AS used,
           count(*) FILTER (WHERE a.backend_type = 'client backend' AND a.state IN ('active', 'fastpath function call')) AS active,
           count(*) FILTER (WHERE a.backend_type = 'client backend' AND a.state = 'idle') AS idle,
           count(*) FILTER (WHERE a.backend_type = 'client backend' AND a.state LIKE 'idle in transaction%') AS idle_in_transaction,
           count(*) FILTER (WHERE a.backend_type = 'client backend' AND a.wait_event_type = 'Lock') AS waiting,
           count(w.pid) AS walsenders
      FROM pg_catalog.pg_stat_activity a
      LEFT JOIN pg_catalog.pg_stat_get_wal_senders() w ON w.pid = a.pid),
slot AS (
    SELECT pg_catalog.current_setting('max_connections')::int AS max_connections,
           pg_catalog.current_setting('superuser_reserved_connections')::int
             + coalesce(pg_catalog.current_setting('reserved_connections', true)::int, 0) AS reserved,
           pg_catalog.current_setting('max_wal_senders')::int AS max_wal_senders),
counted AS (
    SELECT coalesce(sum(c.total) FILTER (WHERE c.name = 'sessions'), 0)::float8 AS sessions,
           coalesce(sum(c.total) FILTER (WHERE c.name = 'session_ms'), 0) AS session_ms,
           coalesce(sum(c.total) FILTER (WHERE c.name = 'active_ms'), 0) AS active_ms
      FROM pgscale.recent_counter c
     WHERE c.scope = 'database' AND c.name IN ('sessions', 'session_ms', 'active_ms'))
SELECT s.seen * s.used AS used,
       s.seen * s.active AS active,
       s.seen * s.idle AS idle,
       s.seen * s.idle_in_transaction AS idle_in_transaction,
       s.seen * s.waiting AS waiting,
       m.max_connections,
       m.reserved,
       m.max_connections - m.reserved AS usable,
       CASE WHEN s.seen * s.used > m.max_connections - m.reserved THEN 100
            ELSE round(100.0 * s.seen * s.used / nullif(m.max_connections - m.reserved, 0), 2) END AS used_pct,
       s.walsenders,
       m.max_wal_senders,
       CASE WHEN w.window_s > 0 THEN c.sessions / w.window_s END AS window_sessions_per_s,
       CASE WHEN w.window_s > 0 AND c.active_ms > c.session_ms THEN 100
            WHEN w.window_s > 0 THEN round(100 * c.active_ms / nullif(c.session_ms, 0), 2) END AS window_active_pct,
       w.window_s,
       w.since,
       CASE WHEN w.window_s > 0 AND s.seen = 1 THEN 'ok' ELSE 'unknown' END AS status,
       CASE WHEN s.seen IS NULL THEN 'only a member of pg_read_all_stats sees the sessions of other roles'
            WHEN w.window_s IS NULL THEN 'no sample in the window, so nothing is known of sessions that have ended' END AS note
  FROM session s
 CROSS JOIN slot m
 CROSS JOIN counted c
 CROSS JOIN pgscale.recent_window w;
COMMENT ON VIEW pgscale.connections IS 'One row: how many of the connections that the server can take are used, and by what; how sessions come and go over the window';
COMMENT ON COLUMN pgscale.connections.used IS 'Client sessions; NULL where some may not be seen, as the next four';
COMMENT ON COLUMN pgscale.connections.active IS 'Those that run a statement';
COMMENT ON COLUMN pgscale.connections.idle IS 'Those that do nothing, outside a transaction';
COMMENT ON COLUMN pgscale.connections.idle_in_transaction IS 'Those that do nothing inside a transaction';
COMMENT ON COLUMN pgscale.connections.waiting IS 'Those, among the active ones, that wait for a lock';
COMMENT ON COLUMN pgscale.connections.max_connections IS 'The setting';
COMMENT ON COLUMN pgscale.connections.reserved IS 'superuser_reserved_connections, and from PostgreSQL 16 on reserved_connections';
COMMENT ON COLUMN pgscale.connections.usable IS 'What is left for everybody';
COMMENT ON COLUMN pgscale.connections.used_pct IS 'used in percent of usable, at most 100: ordinary roles are refused then';
COMMENT ON COLUMN pgscale.connections.walsenders IS 'Walsenders, which take none of these connections';
COMMENT ON COLUMN pgscale.connections.max_wal_senders IS 'The setting';
COMMENT ON COLUMN pgscale.connections.window_sessions_per_s IS 'New sessions per second over the window; many, and a pooler pays';
COMMENT ON COLUMN pgscale.connections.window_active_pct IS 'Time in statements in percent of the time in sessions over the window; NULL when no session reported';
COMMENT ON COLUMN pgscale.connections.window_s IS 'Seconds of the window that were sampled; NULL for none';
COMMENT ON COLUMN pgscale.connections.since IS 'Start of the window';
COMMENT ON COLUMN pgscale.connections.status IS 'ok, or unknown when sessions may not be seen or the window has no sample';
COMMENT ON COLUMN pgscale.connections.note IS 'Why it is unknown';

GRANT SELECT ON pgscale.activity, pgscale.blocking, pgscale.xmin_horizon, pgscale.connections TO PUBLIC;
