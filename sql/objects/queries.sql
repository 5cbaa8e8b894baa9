
CREATE FUNCTION pgscale.query_statistics(
    OUT queryid bigint,
    OUT role text,
    OUT datname name,
    OUT toplevel boolean,
    OUT calls bigint,
    OUT total_s double precision,
    OUT mean_ms double precision,
    OUT min_ms double precision,
    OUT max_ms double precision,
    OUT stddev_ms double precision,
    OUT rows bigint,
    OUT pct_of_total numeric,
    OUT shared_hit bigint,
    OUT shared_read bigint,
    OUT hit_pct numeric,
    OUT temp_blks bigint,
    OUT io_read_ms double precision,
    OUT wal_bytes bigint,
    OUT jit_ms double precision,
    OUT query text,
    OUT stats_reset timestamptz,
    OUT note text)
    RETURNS SETOF record
    LANGUAGE c VOLATILE PARALLEL RESTRICTED ROWS 5000
    SET search_path = pg_catalog, pg_temp
    AS 'MODULE_PATHNAME', 'pgscale_query_statistics';
COMMENT ON FUNCTION pgscale.query_statistics() IS
'The statements of pg_stat_statements, whatever its version and schema, with the rights of the caller; one row with a note where they cannot be had; part of the view queries';

-- The history holds the statements of this database that took the most time. Of one that is not among them
-- nothing is known; it need not be 0.
CREATE VIEW pgscale.queries AS
SELECT s.*,
       CASE WHEN k.known THEN r.scans END AS window_calls,
       CASE WHEN k.known THEN r.ms / 1000 END AS window_total_s,
       CASE WHEN k.known THEN r.ms / nullif(r.scans, 0) END AS window_mean_ms,
       CASE WHEN k.known THEN w.window_s END AS window_s,
       CASE WHEN k.known THEN w.since END AS since,
       CASE WHEN k.known THEN 'ok' ELSE 'unknown' END AS status
  FROM pgscale.query_statistics() s
 CROSS JOIN pgscale.recent_window w
 CROSS JOIN LATERAL (
        SELECT w.window_s IS NOT NULL AND s.queryid IS NOT NULL
                 AND s.datname = pg_catalog.current_database() AS known) k
  LEFT JOIN pgscale.recent r ON r.scope = 'query' AND r.object = s.queryid
 ORDER BY s.total_s DESC NULLS LAST, s.queryid;
COMMENT ON VIEW pgscale.queries IS 'Statements of all databases by the time they took, from pg_stat_statements; since its last reset and in the window; without it one row whose note says how to get it';
COMMENT ON COLUMN pgscale.queries.queryid IS 'Identity of the statement; NULL for the statements of others, but for members of pg_read_all_stats';
COMMENT ON COLUMN pgscale.queries.role IS 'Who ran it';
COMMENT ON COLUMN pgscale.queries.datname IS 'In which database; NULL for one that is dropped';
COMMENT ON COLUMN pgscale.queries.toplevel IS 'False for a statement inside a function, which pg_stat_statements.track = all counts too';
COMMENT ON COLUMN pgscale.queries.calls IS 'How often it was run';
COMMENT ON COLUMN pgscale.queries.total_s IS 'Seconds of execution, all calls together';
COMMENT ON COLUMN pgscale.queries.mean_ms IS 'Milliseconds of execution of a call';
COMMENT ON COLUMN pgscale.queries.min_ms IS 'The shortest call';
COMMENT ON COLUMN pgscale.queries.max_ms IS 'The longest call';
COMMENT ON COLUMN pgscale.queries.stddev_ms IS 'Standard deviation of the calls';
COMMENT ON COLUMN pgscale.queries.rows IS 'Rows returned or changed';
COMMENT ON COLUMN pgscale.queries.pct_of_total IS 'Share in the execution time of all top-level statements of the server';
COMMENT ON COLUMN pgscale.queries.shared_hit IS 'Blocks found in the cache';
COMMENT ON COLUMN pgscale.queries.shared_read IS 'Blocks asked of the operating system';
COMMENT ON COLUMN pgscale.queries.hit_pct IS 'shared_hit in percent of both; NULL when it asked for none';
COMMENT ON COLUMN pgscale.queries.temp_blks IS 'Blocks of temporary files written and read';
COMMENT ON COLUMN pgscale.queries.io_read_ms IS 'Milliseconds of waiting for shared_read; NULL while track_io_timing is off';
COMMENT ON COLUMN pgscale.queries.wal_bytes IS 'WAL written';
COMMENT ON COLUMN pgscale.queries.jit_ms IS 'Milliseconds of compiling; NULL where pg_stat_statements is older than 1.10';
COMMENT ON COLUMN pgscale.queries.query IS 'Text of the statement, as pg_stat_statements shows it to the caller';
COMMENT ON COLUMN pgscale.queries.stats_reset IS 'Since when the statement is counted, or before pg_stat_statements 1.11 all of them; a crash begins anew';
COMMENT ON COLUMN pgscale.queries.note IS 'What to do where pg_stat_statements is missing, step by step; else NULL';
COMMENT ON COLUMN pgscale.queries.window_calls IS 'Calls in the window of all statements of this queryid in this database, whoever ran them; NULL for one that was not among those that took the most time';
COMMENT ON COLUMN pgscale.queries.window_total_s IS 'Their seconds of execution';
COMMENT ON COLUMN pgscale.queries.window_mean_ms IS 'Milliseconds of execution of such a call';
COMMENT ON COLUMN pgscale.queries.window_s IS 'Seconds of the window that are covered by samples';
COMMENT ON COLUMN pgscale.queries.since IS 'Start of the window';
COMMENT ON COLUMN pgscale.queries.status IS 'Of the window: ok, or unknown while nothing has been sampled in it and for statements of other databases';

GRANT SELECT ON pgscale.queries TO PUBLIC;
