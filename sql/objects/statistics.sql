
-- Views that a server version lacks cannot be named in a view of ours, nor columns that came later.
CREATE FUNCTION pgscale.stat_rows(view name) RETURNS SETOF jsonb
    LANGUAGE c VOLATILE STRICT PARALLEL RESTRICTED
    SET search_path = pg_catalog, pg_temp
    AS 'MODULE_PATHNAME', 'pgscale_stat_rows';
COMMENT ON FUNCTION pgscale.stat_rows(name) IS
'The rows of a statistics view of pg_catalog, each as an object of its columns, with the rights of the caller; none where this server has no such view';

CREATE FUNCTION pgscale.window_start() RETURNS timestamptz
    LANGUAGE c STABLE PARALLEL RESTRICTED
    AS 'MODULE_PATHNAME', 'pgscale_window_start';
COMMENT ON FUNCTION pgscale.window_start() IS
'Where the window begins over which the views count: pgscale.stats_window before now, by the clock of the policies';

-- One pass over the catalogs and the statistics in C, because joins of the statistics views take many times as
-- long with thousands of tables. Sizes are asked of the file system, so nothing is locked.
CREATE FUNCTION pgscale.root_usage(only_partitioned boolean DEFAULT false)
    RETURNS TABLE (relation oid, root oid, bytes bigint, table_bytes bigint, toast_bytes bigint, index_bytes bigint,
                   hit bigint, read bigint, seq_scans bigint, seq_rows bigint, idx_scans bigint, idx_rows bigint,
                   inserted bigint, updated bigint, deleted bigint, hot_updated bigint,
                   rows_estimate bigint, live_rows bigint, dead_rows bigint, modified_rows bigint,
                   vacuumed_at timestamptz, analyzed_at timestamptz,
                   leaves integer, foreign_leaves integer, never_analyzed integer,
                   largest oid, largest_bytes bigint, median_bytes bigint, most_dead oid, most_dead_rows bigint,
                   levels integer, detaching integer, root_analyzed_at timestamptz)
    LANGUAGE c VOLATILE PARALLEL RESTRICTED ROWS 1000
    AS 'MODULE_PATHNAME', 'pgscale_root_usage';
COMMENT ON FUNCTION pgscale.root_usage(boolean) IS
'Size and statistics of each table of users that is no partition, with its TOAST table and its indexes; of a partitioned table the sums over its leaves, NULL when all of them are foreign; part of the views';

CREATE FUNCTION pgscale.root_sizes() RETURNS TABLE (relation oid, bytes bigint)
    LANGUAGE c VOLATILE PARALLEL RESTRICTED ROWS 1000
    AS 'MODULE_PATHNAME', 'pgscale_root_sizes';
COMMENT ON FUNCTION pgscale.root_sizes() IS
'relation and bytes of root_usage() for less work; part of the view growth';

CREATE FUNCTION pgscale.leaf_usage(root oid DEFAULT NULL)
    RETURNS TABLE (relation oid, root oid, bytes bigint, table_bytes bigint, toast_bytes bigint, index_bytes bigint,
                   hit bigint, read bigint, seq_scans bigint, seq_rows bigint, idx_scans bigint, idx_rows bigint,
                   inserted bigint, updated bigint, deleted bigint, hot_updated bigint,
                   rows_estimate bigint, live_rows bigint, dead_rows bigint, modified_rows bigint,
                   vacuumed_at timestamptz, analyzed_at timestamptz)
    LANGUAGE c VOLATILE PARALLEL RESTRICTED ROWS 1000
    AS 'MODULE_PATHNAME', 'pgscale_leaf_usage';
COMMENT ON FUNCTION pgscale.leaf_usage(oid) IS
'The same of each leaf partition, of all partitioned tables or below one; NULL for a foreign one; part of the views';

CREATE FUNCTION pgscale.index_usage()
    RETURNS TABLE (relation oid, root oid, leaves integer, bytes bigint, scans bigint, entries_read bigint,
                   rows_fetched bigint, hit bigint, read bigint, scanned_at timestamptz)
    LANGUAGE c VOLATILE PARALLEL RESTRICTED ROWS 1000
    AS 'MODULE_PATHNAME', 'pgscale_index_usage';
COMMENT ON FUNCTION pgscale.index_usage() IS
'Size and statistics of each index of users that is no partition of another, with all indexes below it; root is the topmost table; part of the views';

CREATE FUNCTION pgscale.file_systems()
    RETURNS TABLE (name text, total_bytes bigint, free_bytes bigint)
    LANGUAGE c VOLATILE PARALLEL RESTRICTED ROWS 3
    SET search_path = pg_catalog, pg_temp
    AS 'MODULE_PATHNAME', 'pgscale_file_systems';
COMMENT ON FUNCTION pgscale.file_systems() IS
'The file systems of this server: data, wal where the WAL lies on another, and each other one under the name of the first tablespace on it. What only root may use is not free; NULL where it cannot be read.';
REVOKE EXECUTE ON FUNCTION pgscale.file_systems() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION pgscale.file_systems() TO pg_monitor;
