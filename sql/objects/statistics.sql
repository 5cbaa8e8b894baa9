
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
    RETURNS TABLE (relation oid, schema name, name name, kind text, owner oid,
                   bytes bigint, table_bytes bigint, toast_bytes bigint, index_bytes bigint,
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
'Size and statistics of each table of users that is no partition, with its TOAST table and its indexes; of a partitioned table the sums over its leaves; NULL of a foreign table, and when all leaves are foreign; part of the views';

CREATE FUNCTION pgscale.largest_usage(count integer)
    RETURNS TABLE (relation oid, schema name, name name, kind text, owner oid,
                   bytes bigint, table_bytes bigint, toast_bytes bigint, index_bytes bigint,
                   hit bigint, read bigint, seq_scans bigint, seq_rows bigint, idx_scans bigint, idx_rows bigint,
                   inserted bigint, updated bigint, deleted bigint, hot_updated bigint,
                   rows_estimate bigint, live_rows bigint, dead_rows bigint, modified_rows bigint,
                   vacuumed_at timestamptz, analyzed_at timestamptz,
                   leaves integer, foreign_leaves integer, never_analyzed integer,
                   largest oid, largest_bytes bigint, median_bytes bigint, most_dead oid, most_dead_rows bigint,
                   levels integer, detaching integer, root_analyzed_at timestamptz)
    LANGUAGE c VOLATILE STRICT PARALLEL RESTRICTED ROWS 50
    AS 'MODULE_PATHNAME', 'pgscale_largest_usage';
COMMENT ON FUNCTION pgscale.largest_usage(integer) IS
'The rows of root_usage() of so many largest tables for less work; part of the view metrics';

CREATE FUNCTION pgscale.scan_usage()
    RETURNS TABLE (relation oid, schema name, name name, kind text, owner oid, table_bytes bigint, largest_bytes bigint, seq_scans bigint, seq_rows bigint, idx_scans bigint,
                   inserted bigint, updated bigint, deleted bigint, rows_estimate bigint, live_rows bigint)
    LANGUAGE c VOLATILE PARALLEL RESTRICTED ROWS 1000
    AS 'MODULE_PATHNAME', 'pgscale_scan_usage';
COMMENT ON FUNCTION pgscale.scan_usage() IS
'Columns of root_usage() for less work, of tables that are here; the largest leaf is counted without its indexes and TOAST; part of the view missing_indexes';

CREATE FUNCTION pgscale.root_sizes() RETURNS TABLE (relation oid, schema name, name name, kind text, owner oid, bytes bigint)
    LANGUAGE c VOLATILE PARALLEL RESTRICTED ROWS 1000
    AS 'MODULE_PATHNAME', 'pgscale_root_sizes';
COMMENT ON FUNCTION pgscale.root_sizes() IS
'Columns of root_usage() for less work, without foreign tables; part of the view growth';

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
    RETURNS TABLE (schema text, name text, relation oid, "table" oid, root oid, method text, columns text, leaves integer,
                   bytes bigint, scans bigint, stats_reset timestamptz, scanned_at timestamptz,
                   unused boolean, is_valid boolean, is_ready boolean, is_unique boolean, is_primary boolean, is_constraint boolean,
                   is_replica_identity boolean, is_partial boolean, supports_foreign_key boolean, redundant_with oid,
                   observed_since timestamptz, window_scans bigint, window_s double precision, since timestamptz)
    LANGUAGE c VOLATILE PARALLEL RESTRICTED ROWS 10000
    SET search_path = pg_catalog, pg_temp SET timezone = 'UTC' SET datestyle = 'ISO' SET jit = off
    AS 'MODULE_PATHNAME', 'pgscale_index_usage';
COMMENT ON FUNCTION pgscale.index_usage() IS
'The columns of view indexes; the names as text, which takes less memory, and relations by their OIDs';

CREATE FUNCTION pgscale.file_systems()
    RETURNS TABLE (name text, total_bytes bigint, free_bytes bigint)
    LANGUAGE c VOLATILE PARALLEL RESTRICTED ROWS 3
    SET search_path = pg_catalog, pg_temp
    AS 'MODULE_PATHNAME', 'pgscale_file_systems';
COMMENT ON FUNCTION pgscale.file_systems() IS
'The file systems of this server: data, wal where the WAL lies on another, and each other one under the name of the first tablespace on it. What only root may use is not free; NULL where it cannot be read.';
REVOKE EXECUTE ON FUNCTION pgscale.file_systems() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION pgscale.file_systems() TO pg_monitor;

CREATE FUNCTION pgscale.unsupported_keys() RETURNS SETOF oid
    LANGUAGE c STABLE PARALLEL RESTRICTED ROWS 10
    AS 'MODULE_PATHNAME', 'pgscale_unsupported_keys';
COMMENT ON FUNCTION pgscale.unsupported_keys() IS
'Foreign keys without an index on the referencing side; part of the view missing_indexes';

CREATE FUNCTION pgscale.has_rows(relation oid) RETURNS boolean
    LANGUAGE c STABLE STRICT PARALLEL RESTRICTED AS 'MODULE_PATHNAME', 'pgscale_has_rows';
COMMENT ON FUNCTION pgscale.has_rows(oid) IS
'Whether a table or its partitions hold a row; NULL when that cannot be told without waiting for a lock, or the rows are elsewhere; part of the view partitioned_tables';

-- Not the view recent, whose rows the planner overestimates, the more the longer the history: it would find the
-- views worth compiling, which takes longer than all of their work.
CREATE FUNCTION pgscale.recent_relations(scope text)
    RETURNS TABLE (relation oid, hit bigint, read bigint, scans bigint, idx_scans bigint, rows bigint,
                   inserted bigint, updated bigint, deleted bigint)
    LANGUAGE c STABLE STRICT PARALLEL RESTRICTED ROWS 100
    SET search_path = pg_catalog, pg_temp SET timezone = 'UTC' SET datestyle = 'ISO' SET jit = off
    AS 'MODULE_PATHNAME', 'pgscale_recent_relations';
COMMENT ON FUNCTION pgscale.recent_relations(text) IS
'What the window of the views counted for tables or indexes, as far as the caller may see it; part of the views';

CREATE FUNCTION pgscale.past_sizes(only_partitioned boolean DEFAULT false)
    RETURNS TABLE (relation oid, day_ago bigint, week_ago bigint, month_ago bigint,
                   since timestamptz, since_bytes bigint, since_s bigint)
    LANGUAGE c VOLATILE PARALLEL RESTRICTED ROWS 1000
    SET search_path = pg_catalog, pg_temp SET timezone = 'UTC' SET datestyle = 'ISO' SET jit = off
    AS 'MODULE_PATHNAME', 'pgscale_past_sizes';
COMMENT ON FUNCTION pgscale.past_sizes(boolean) IS
'What each table that is no partition weighed in the past, as far as history and rights of the caller reach; relation 0 stands for all tables; part of the views';
