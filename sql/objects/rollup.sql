
CREATE FUNCTION pgscale.leaves(root regclass DEFAULT NULL)
    RETURNS TABLE (root regclass, parent regclass, leaf regclass, kind text, lower text, upper text, "values" text[],
                   modulus integer, remainder integer, is_default boolean,
                   bytes bigint, table_bytes bigint, toast_bytes bigint, index_bytes bigint,
                   rows_estimate bigint, live_rows bigint, dead_rows bigint, dead_pct numeric,
                   seq_scans bigint, idx_scans bigint, hit_pct numeric,
                   last_vacuum timestamptz, last_analyze timestamptz, status text)
    LANGUAGE sql VOLATILE PARALLEL RESTRICTED ROWS 1000
    SET search_path = pg_catalog, pg_temp
    AS $$
SELECT u.root::regclass, h.inhparent::regclass, u.relation::regclass,
       CASE c.relkind WHEN 'f' THEN 'foreign table' ELSE 'table' END,
       b.lower, b.upper, b."values", b.modulus, b.remainder, coalesce(b.is_default, false),
       u.bytes, u.table_bytes, u.toast_bytes, u.index_bytes,
       u.rows_estimate, u.live_rows, u.dead_rows, pgscale.percent(u.dead_rows, u.live_rows + u.dead_rows),
       u.seq_scans, u.idx_scans, pgscale.percent(u.hit, u.hit + u.read),
       u.vacuumed_at, u.analyzed_at,
       CASE c.relkind WHEN 'f' THEN 'unknown' ELSE 'ok' END
  FROM pgscale.leaf_usage($1::oid) u
  JOIN pg_class c ON c.oid = u.relation
  JOIN pg_inherits h ON h.inhrelid = u.relation
  LEFT JOIN LATERAL pgscale.partition_bound(u.relation) b ON true
 ORDER BY u.root, h.inhparent, b."position" NULLS LAST, u.relation
$$;
COMMENT ON FUNCTION pgscale.leaves(regclass) IS
'The partitions that hold rows, below a partitioned table or of all of them, by their bounds in their own parent; a foreign one with figures NULL and status unknown, because its rows are elsewhere';

CREATE VIEW pgscale.partitioned_tables AS
SELECT u.schema,
       u.name,
       u.relation::regclass AS relation,
       CASE t.partstrat WHEN 'r' THEN 'range' WHEN 'l' THEN 'list' ELSE 'hash' END AS method,
       EXISTS (SELECT FROM pgscale.policy o WHERE o.parent = u.relation) AS managed,
       u.levels,
       u.leaves,
       u.foreign_leaves,
       u.bytes,
       u.rows_estimate,
       u.live_rows,
       u.dead_rows,
       pgscale.percent(u.dead_rows, u.live_rows + u.dead_rows) AS dead_pct,
       u.largest::regclass AS largest,
       CASE WHEN u.leaves > 0 THEN u.largest_bytes END AS largest_bytes,
       CASE WHEN u.leaves > 0 THEN u.median_bytes END AS median_bytes,
       round(u.largest_bytes::numeric / nullif(u.median_bytes, 0), 2) AS skew,
       u.most_dead::regclass AS most_dead,
       CASE WHEN u.leaves > 0 THEN u.most_dead_rows END AS most_dead_rows,
       u.never_analyzed,
       u.analyzed_at AS leaves_analyzed_at,
       u.root_analyzed_at AS parent_analyzed_at,
       pgscale.covered_until(u.relation) AS next_bound,
       nullif(t.partdefid, 0)::regclass AS default_partition,
       CASE WHEN t.partdefid <> 0 THEN pgscale.has_rows(t.partdefid) END AS default_has_rows,
       u.detaching AS detach_pending,
       CASE WHEN g.since_s >= 3600 THEN round((u.bytes - g.since_bytes) * 86400::numeric / g.since_s)::bigint END AS growth_bytes_per_day,
       g.since,
       CASE WHEN g.since_s >= 3600 AND u.bytes IS NOT NULL THEN 'ok' ELSE 'unknown' END AS status
  FROM pgscale.root_usage(only_partitioned => true) u
  JOIN pg_catalog.pg_partitioned_table t ON t.partrelid = u.relation
  LEFT JOIN pgscale.past_sizes(only_partitioned => true) g ON g.relation = u.relation;
COMMENT ON VIEW pgscale.partitioned_tables IS 'Each partitioned table that is no partition itself, managed or not, with sums over all partitions below it';
COMMENT ON COLUMN pgscale.partitioned_tables.schema IS 'Its schema';
COMMENT ON COLUMN pgscale.partitioned_tables.name IS 'Its name';
COMMENT ON COLUMN pgscale.partitioned_tables.relation IS 'The table';
COMMENT ON COLUMN pgscale.partitioned_tables.method IS 'range, list or hash';
COMMENT ON COLUMN pgscale.partitioned_tables.managed IS 'Whether it is a partition set of pgscale';
COMMENT ON COLUMN pgscale.partitioned_tables.levels IS 'Levels of partitioning';
COMMENT ON COLUMN pgscale.partitioned_tables.leaves IS 'Partitions that hold rows, of all levels';
COMMENT ON COLUMN pgscale.partitioned_tables.foreign_leaves IS 'Partitions on other servers, which no figure counts';
COMMENT ON COLUMN pgscale.partitioned_tables.bytes IS 'Size on disk with indexes and TOAST; as all sums NULL when all rows are on other servers';
COMMENT ON COLUMN pgscale.partitioned_tables.rows_estimate IS 'Rows as last counted by VACUUM or ANALYZE; NULL when never in any leaf';
COMMENT ON COLUMN pgscale.partitioned_tables.live_rows IS 'Live rows as the statistics know them';
COMMENT ON COLUMN pgscale.partitioned_tables.dead_rows IS 'Dead rows as the statistics know them';
COMMENT ON COLUMN pgscale.partitioned_tables.dead_pct IS 'dead_rows in percent of both';
COMMENT ON COLUMN pgscale.partitioned_tables.largest IS 'The largest leaf';
COMMENT ON COLUMN pgscale.partitioned_tables.largest_bytes IS 'Its size';
COMMENT ON COLUMN pgscale.partitioned_tables.median_bytes IS 'Size of the leaf in the middle';
COMMENT ON COLUMN pgscale.partitioned_tables.skew IS 'largest_bytes over median_bytes';
COMMENT ON COLUMN pgscale.partitioned_tables.most_dead IS 'The leaf with most dead rows; NULL when there are none';
COMMENT ON COLUMN pgscale.partitioned_tables.most_dead_rows IS 'Its dead rows';
COMMENT ON COLUMN pgscale.partitioned_tables.never_analyzed IS 'Leaves that neither VACUUM nor ANALYZE has counted';
COMMENT ON COLUMN pgscale.partitioned_tables.leaves_analyzed_at IS 'Last ANALYZE of the leaf that has waited longest; NULL when one never had any';
COMMENT ON COLUMN pgscale.partitioned_tables.parent_analyzed_at IS 'Last ANALYZE of the table itself, which autovacuum never does';
COMMENT ON COLUMN pgscale.partitioned_tables.next_bound IS 'Range: the highest bound that is covered, exclusive; holes are not shown';
COMMENT ON COLUMN pgscale.partitioned_tables.default_partition IS 'Its default partition';
COMMENT ON COLUMN pgscale.partitioned_tables.default_has_rows IS 'Whether that holds rows; NULL without one, and while that cannot be told without waiting';
COMMENT ON COLUMN pgscale.partitioned_tables.detach_pending IS 'Partitions whose concurrent detach was interrupted';
COMMENT ON COLUMN pgscale.partitioned_tables.growth_bytes_per_day IS 'Growth since the time in column since, for a day';
COMMENT ON COLUMN pgscale.partitioned_tables.since IS 'A week ago, or the first sample after that';
COMMENT ON COLUMN pgscale.partitioned_tables.status IS 'Of the growth: ok, or unknown while there is no history of an hour and for who may not see it';

-- A day's growth is taken over the last week, or as much of it as the history reaches; nothing is said of less
-- than an hour.
CREATE VIEW pgscale.growth AS
WITH past AS MATERIALIZED (SELECT p.* FROM pgscale.past_sizes() p),
size AS MATERIALIZED (
    SELECT s.schema, s.name, s.relation, s.kind, s.bytes FROM pgscale.root_sizes() s),
line AS (
    SELECT s.schema, s.name, s.relation, s.kind, s.bytes FROM size s
    UNION ALL
    SELECT NULL, pg_catalog.current_database(), 0, 'database', (SELECT coalesce(sum(s.bytes), 0)::bigint FROM size s))
SELECT l.schema,
       l.name,
       nullif(l.relation, 0)::regclass AS relation,
       l.kind,
       l.bytes,
       p.day_ago AS bytes_1d_ago,
       p.week_ago AS bytes_7d_ago,
       p.month_ago AS bytes_30d_ago,
       CASE WHEN p.since_s >= 3600 THEN round((l.bytes - p.since_bytes) * 86400::numeric / p.since_s)::bigint END AS bytes_per_day,
       CASE WHEN p.since_s >= 3600 THEN pgscale.percent(l.bytes - p.since_bytes, p.since_bytes) END AS growth_pct,
       p.since,
       CASE WHEN p.since_s >= 3600 AND l.bytes IS NOT NULL THEN 'ok' ELSE 'unknown' END AS status
  FROM line l
  LEFT JOIN past p ON p.relation = l.relation;
COMMENT ON VIEW pgscale.growth IS 'How each table that is no partition, and all of them together, have grown; from the history';
COMMENT ON COLUMN pgscale.growth.schema IS 'Its schema';
COMMENT ON COLUMN pgscale.growth.name IS 'Its name; of the line for all tables the database';
COMMENT ON COLUMN pgscale.growth.relation IS 'The table; NULL for all';
COMMENT ON COLUMN pgscale.growth.kind IS 'table, partitioned table, materialized view or database';
COMMENT ON COLUMN pgscale.growth.bytes IS 'Size now with indexes and TOAST; of the database the sum of its tables, without the catalogs';
COMMENT ON COLUMN pgscale.growth.bytes_1d_ago IS 'Size a day ago; NULL when the history does not reach so far, or the table is younger';
COMMENT ON COLUMN pgscale.growth.bytes_7d_ago IS 'Size 7 days ago';
COMMENT ON COLUMN pgscale.growth.bytes_30d_ago IS 'Size 30 days ago';
COMMENT ON COLUMN pgscale.growth.bytes_per_day IS 'Growth since the time in column since, for a day';
COMMENT ON COLUMN pgscale.growth.growth_pct IS 'Growth since the time in column since in percent of the size then';
COMMENT ON COLUMN pgscale.growth.since IS 'A week ago, or the first sample after that';
COMMENT ON COLUMN pgscale.growth.status IS 'ok, or unknown while there is no history of an hour and for who may not see it';

GRANT SELECT ON pgscale.partitioned_tables, pgscale.growth TO PUBLIC;
