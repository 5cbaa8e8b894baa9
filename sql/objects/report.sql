-- What lies in the history for whoever asks: databases for all, as in pg_stat_database; relations for
-- those who may see them; the server and its queries for pg_read_all_stats.
CREATE VIEW pgscale.history WITH (security_barrier) AS
SELECT s.at, s.seconds, s.scope, s.object, s.frame, s.hit, s.read, s.ms, s.scans, s.idx_scans, s.rows,
       s.inserted, s.updated, s.deleted, s.hot_updated, s.bytes, s.live_rows, s.dead_rows,
       s.counters, s.gauges
  FROM pgscale.sample s
  LEFT JOIN pg_catalog.pg_class c ON c.oid::bigint = s.object AND s.scope IN ('table', 'leaf', 'index', 'sequence')
 WHERE s.scope = 'database'
    OR pg_catalog.pg_has_role(c.relowner, 'USAGE')
    OR pg_catalog.pg_has_role('pg_read_all_stats', 'USAGE');
COMMENT ON VIEW pgscale.history IS 'The sampled history, as far as the reader may see it: databases for all, relations for their owner, the rest for pg_read_all_stats';
COMMENT ON COLUMN pgscale.history.at IS 'End of the interval, by the clock of the policies';
COMMENT ON COLUMN pgscale.history.seconds IS 'Length of the interval; NULL where nothing before could be compared (first sample, statistics reset, crash, failover), then all counters are NULL';
COMMENT ON COLUMN pgscale.history.scope IS 'server, database, table (a table that is no partition, with all below it), leaf (a partition), index (with all below it), sequence or query';
COMMENT ON COLUMN pgscale.history.object IS 'OID of the object; queryid of a query; 0 for the server';
COMMENT ON COLUMN pgscale.history.frame IS 'Whether the sample holds every table and not only those that changed: the first one of each day';
COMMENT ON COLUMN pgscale.history.hit IS 'Blocks found in the cache, counted in the interval; of a table with its indexes and TOAST';
COMMENT ON COLUMN pgscale.history.read IS 'Blocks asked of the operating system in the interval';
COMMENT ON COLUMN pgscale.history.ms IS 'database: time of reading blocks; query: time of execution; milliseconds in the interval';
COMMENT ON COLUMN pgscale.history.scans IS 'table, leaf: sequential scans; index: scans; query: calls; database: transactions';
COMMENT ON COLUMN pgscale.history.idx_scans IS 'table, leaf: scans of their indexes';
COMMENT ON COLUMN pgscale.history.rows IS 'table, leaf: rows read by sequential scans; index: entries read; query: rows returned';
COMMENT ON COLUMN pgscale.history.inserted IS 'Rows inserted in the interval';
COMMENT ON COLUMN pgscale.history.updated IS 'Rows updated in the interval';
COMMENT ON COLUMN pgscale.history.deleted IS 'Rows deleted in the interval';
COMMENT ON COLUMN pgscale.history.hot_updated IS 'Rows updated in the interval without a new index entry';
COMMENT ON COLUMN pgscale.history.bytes IS 'Size at the end of the interval; of a table with its indexes and TOAST';
COMMENT ON COLUMN pgscale.history.live_rows IS 'Estimated live rows at the end of the interval';
COMMENT ON COLUMN pgscale.history.dead_rows IS 'Estimated dead rows at the end of the interval';
COMMENT ON COLUMN pgscale.history.counters IS 'server, database: further counters of the interval, by name; those that are 0 are left out';
COMMENT ON COLUMN pgscale.history.gauges IS 'server, sequence: values at the end of the interval, by name';
GRANT SELECT ON pgscale.history TO PUBLIC;

CREATE FUNCTION pgscale.report(since timestamptz DEFAULT NULL, until timestamptz DEFAULT NULL) RETURNS text
    LANGUAGE c VOLATILE PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp SET datestyle = 'ISO' SET intervalstyle = 'postgres' SET jit = off
    AS 'MODULE_PATHNAME', 'pgscale_report';
COMMENT ON FUNCTION pgscale.report(timestamptz, timestamptz) IS
'One self-contained HTML page on the health, partitions, sizes, cache, bloat, lag and maintenance of this database, with the rights of the caller: psql -Aqtc "SELECT pgscale.report()" -o report.html. NULL: the last 24 hours.';
