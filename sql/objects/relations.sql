
CREATE FUNCTION pgscale.bytes_scanned(scans bigint, rows bigint, table_bytes bigint, table_rows bigint, largest_bytes bigint) RETURNS bigint
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'pgscale_bytes_scanned';
COMMENT ON FUNCTION pgscale.bytes_scanned(bigint, bigint, bigint, bigint, bigint) IS
'Bytes that sequential scans read, estimated by the rows they read; the largest of several tables bounds what one scan can read; part of the views';

CREATE VIEW pgscale.tables AS
SELECT u.schema,
       u.name,
       u.relation::regclass AS relation,
       u.kind,
       u.leaves,
       u.foreign_leaves,
       u.bytes,
       u.table_bytes,
       u.toast_bytes,
       u.index_bytes,
       u.rows_estimate,
       u.live_rows,
       u.dead_rows,
       pgscale.percent(u.dead_rows, u.live_rows + u.dead_rows) AS dead_pct,
       u.seq_scans,
       u.seq_rows,
       pgscale.bytes_scanned(u.seq_scans, u.seq_rows, u.table_bytes, greatest(u.rows_estimate, u.live_rows), u.largest_bytes) AS seq_bytes,
       u.idx_scans,
       pgscale.percent(u.idx_scans, u.seq_scans + u.idx_scans) AS index_use_pct,
       u.inserted,
       u.updated,
       u.deleted,
       pgscale.percent(u.hot_updated, u.updated) AS hot_pct,
       pgscale.percent(u.hit, u.hit + u.read) AS hit_pct,
       CASE WHEN u.kind <> 'foreign table' THEN z.since END AS stats_reset,
       u.vacuumed_at AS last_vacuum,
       u.analyzed_at AS last_analyze,
       CASE WHEN k.known THEN coalesce(r.scans, 0) END AS window_seq_scans,
       CASE WHEN k.known THEN coalesce(r.rows, 0) END AS window_seq_rows,
       CASE WHEN k.known
            THEN pgscale.bytes_scanned(coalesce(r.scans, 0), coalesce(r.rows, 0), u.table_bytes, greatest(u.rows_estimate, u.live_rows), u.largest_bytes)
       END AS window_seq_bytes,
       CASE WHEN k.known THEN coalesce(r.idx_scans, 0) END AS window_idx_scans,
       CASE WHEN k.known THEN coalesce(r.inserted, 0) END AS window_inserted,
       CASE WHEN k.known THEN coalesce(r.updated, 0) END AS window_updated,
       CASE WHEN k.known THEN coalesce(r.deleted, 0) END AS window_deleted,
       CASE WHEN k.known THEN pgscale.percent(r.hit, r.hit + r.read) END AS window_hit_pct,
       CASE WHEN k.known THEN w.window_s END AS window_s,
       CASE WHEN k.known THEN w.since END AS since,
       CASE WHEN k.known THEN 'ok' ELSE 'unknown' END AS status
  FROM pgscale.root_usage() u
 CROSS JOIN (SELECT pg_catalog.pg_has_role('pg_read_all_stats', 'USAGE') AS all_stats OFFSET 0) p
 CROSS JOIN pgscale.recent_window w
 CROSS JOIN (SELECT z.since FROM pgscale.counted_since z
              WHERE z.datid = (SELECT d.oid FROM pg_catalog.pg_database d
                                WHERE d.datname = pg_catalog.current_database())) z
  LEFT JOIN pgscale.recent_relations('table') r ON r.relation = u.relation
 CROSS JOIN LATERAL (
        SELECT w.window_s IS NOT NULL AND u.bytes IS NOT NULL
                 AND (p.all_stats OR pg_catalog.pg_has_role(u.owner, 'USAGE')) AS known) k;
COMMENT ON VIEW pgscale.tables IS 'Each table of users that is no partition, with its indexes and TOAST and all partitions below it; since the last reset and in the window';
COMMENT ON COLUMN pgscale.tables.schema IS 'Its schema';
COMMENT ON COLUMN pgscale.tables.name IS 'Its name';
COMMENT ON COLUMN pgscale.tables.relation IS 'The table';
COMMENT ON COLUMN pgscale.tables.kind IS 'table, partitioned table, materialized view or foreign table';
COMMENT ON COLUMN pgscale.tables.leaves IS 'Partitions that hold rows, of all levels; 0 for a plain table';
COMMENT ON COLUMN pgscale.tables.foreign_leaves IS 'Partitions on other servers, which no figure counts';
COMMENT ON COLUMN pgscale.tables.bytes IS 'Size on disk with indexes and TOAST; as all figures NULL when all rows are on other servers';
COMMENT ON COLUMN pgscale.tables.table_bytes IS 'Size of the table alone';
COMMENT ON COLUMN pgscale.tables.toast_bytes IS 'Size of its TOAST table with the index of that';
COMMENT ON COLUMN pgscale.tables.index_bytes IS 'Size of its indexes';
COMMENT ON COLUMN pgscale.tables.rows_estimate IS 'Rows as last counted by VACUUM or ANALYZE; NULL when never';
COMMENT ON COLUMN pgscale.tables.live_rows IS 'Live rows as the statistics know them; 0 after a reset';
COMMENT ON COLUMN pgscale.tables.dead_rows IS 'Dead rows as the statistics know them';
COMMENT ON COLUMN pgscale.tables.dead_pct IS 'dead_rows in percent of both';
COMMENT ON COLUMN pgscale.tables.seq_scans IS 'Sequential scans; a query over many partitions scans each of them';
COMMENT ON COLUMN pgscale.tables.seq_rows IS 'Rows that these read';
COMMENT ON COLUMN pgscale.tables.seq_bytes IS 'Bytes that these read, estimated';
COMMENT ON COLUMN pgscale.tables.idx_scans IS 'Scans of its indexes';
COMMENT ON COLUMN pgscale.tables.index_use_pct IS 'idx_scans in percent of all scans';
COMMENT ON COLUMN pgscale.tables.inserted IS 'Rows inserted';
COMMENT ON COLUMN pgscale.tables.updated IS 'Rows updated';
COMMENT ON COLUMN pgscale.tables.deleted IS 'Rows deleted';
COMMENT ON COLUMN pgscale.tables.hot_pct IS 'Updates without a new index entry in percent of all';
COMMENT ON COLUMN pgscale.tables.hit_pct IS 'Blocks found in the cache in percent of all that were asked for';
COMMENT ON COLUMN pgscale.tables.stats_reset IS 'Since when all these are counted: the last reset or crash';
COMMENT ON COLUMN pgscale.tables.last_vacuum IS 'Last VACUUM, by hand or not; of the leaf that has waited longest, NULL when one never had any';
COMMENT ON COLUMN pgscale.tables.last_analyze IS 'The same of ANALYZE';
COMMENT ON COLUMN pgscale.tables.window_seq_scans IS 'Sequential scans in the window';
COMMENT ON COLUMN pgscale.tables.window_seq_rows IS 'Rows that these read';
COMMENT ON COLUMN pgscale.tables.window_seq_bytes IS 'Bytes that these read, estimated';
COMMENT ON COLUMN pgscale.tables.window_idx_scans IS 'Scans of its indexes in the window';
COMMENT ON COLUMN pgscale.tables.window_inserted IS 'Rows inserted in the window';
COMMENT ON COLUMN pgscale.tables.window_updated IS 'Rows updated in the window';
COMMENT ON COLUMN pgscale.tables.window_deleted IS 'Rows deleted in the window';
COMMENT ON COLUMN pgscale.tables.window_hit_pct IS 'Blocks found in the cache in percent of all that were asked for in the window';
COMMENT ON COLUMN pgscale.tables.window_s IS 'Seconds of the window that are covered by samples';
COMMENT ON COLUMN pgscale.tables.since IS 'Start of the window';
COMMENT ON COLUMN pgscale.tables.status IS 'Of the window: ok, or unknown while nothing has been sampled in it, for who may not see the history, and for tables on other servers';

CREATE VIEW pgscale.indexes AS
SELECT u.schema::name,
       u.name::name,
       u.relation::regclass AS index,
       u."table"::regclass AS "table",
       u.root::regclass AS root,
       u.method::name,
       u.columns,
       u.leaves,
       u.bytes,
       u.scans,
       u.stats_reset,
       u.unused,
       u.scanned_at AS last_scan,
       u.observed_since,
       u.is_valid,
       u.is_ready,
       u.is_unique,
       u.is_primary,
       u.is_constraint,
       u.is_replica_identity,
       u.is_partial,
       u.supports_foreign_key,
       u.redundant_with::regclass AS redundant_with,
       u.window_scans,
       u.window_s,
       u.since,
       CASE WHEN u.window_s IS NULL THEN 'unknown' ELSE 'ok' END AS status
  FROM pgscale.index_usage() u;
COMMENT ON VIEW pgscale.indexes IS 'Each index of users that is no partition of another, with all indexes below it; since the last reset and in the window';
COMMENT ON COLUMN pgscale.indexes.schema IS 'Its schema';
COMMENT ON COLUMN pgscale.indexes.name IS 'Its name';
COMMENT ON COLUMN pgscale.indexes.index IS 'The index';
COMMENT ON COLUMN pgscale.indexes."table" IS 'The table it is on';
COMMENT ON COLUMN pgscale.indexes.root IS 'The topmost partitioned table of the tree that this is in, as pg_partition_root() tells it; NULL when it is in none';
COMMENT ON COLUMN pgscale.indexes.method IS 'Access method';
COMMENT ON COLUMN pgscale.indexes.columns IS 'Its columns; an expression is not told, because that would take a lock';
COMMENT ON COLUMN pgscale.indexes.leaves IS 'Indexes of partitions below it; 0 for a plain one';
COMMENT ON COLUMN pgscale.indexes.bytes IS 'Size on disk';
COMMENT ON COLUMN pgscale.indexes.scans IS 'Scans since the last reset; a query over many partitions scans each of them';
COMMENT ON COLUMN pgscale.indexes.stats_reset IS 'Since when these are counted: the last reset or crash';
COMMENT ON COLUMN pgscale.indexes.unused IS 'No scan since then, though it does nothing else: it enforces no constraint and is no replica identity. See observed_since, and look at the standbys, too';
COMMENT ON COLUMN pgscale.indexes.last_scan IS 'Last scan; NULL when never, and before PostgreSQL 16';
COMMENT ON COLUMN pgscale.indexes.observed_since IS 'Since when the history observes it without a gap: it was new or reset then, or the history began; NULL when unknown';
COMMENT ON COLUMN pgscale.indexes.is_valid IS 'Whether queries may use it; a partitioned one only when each partition has its part';
COMMENT ON COLUMN pgscale.indexes.is_ready IS 'Whether writes keep it up';
COMMENT ON COLUMN pgscale.indexes.is_unique IS 'Whether it forbids duplicates';
COMMENT ON COLUMN pgscale.indexes.is_primary IS 'Whether it is the primary key';
COMMENT ON COLUMN pgscale.indexes.is_constraint IS 'Whether a primary, unique or exclusion constraint owns it';
COMMENT ON COLUMN pgscale.indexes.is_replica_identity IS 'Whether it was chosen as REPLICA IDENTITY';
COMMENT ON COLUMN pgscale.indexes.is_partial IS 'Whether it has a WHERE';
COMMENT ON COLUMN pgscale.indexes.supports_foreign_key IS 'Whether a foreign key of its table is checked through it when a referenced row goes';
COMMENT ON COLUMN pgscale.indexes.redundant_with IS 'Another index of the table that does all that it does; all that are told so can be dropped together';
COMMENT ON COLUMN pgscale.indexes.window_scans IS 'Scans in the window';
COMMENT ON COLUMN pgscale.indexes.window_s IS 'Seconds of the window that are covered by samples';
COMMENT ON COLUMN pgscale.indexes.since IS 'Start of the window';
COMMENT ON COLUMN pgscale.indexes.status IS 'Of the window: ok, or unknown while nothing has been sampled in it and for who may not see the history';

-- Read much: 1 GB or ten times the table in an hour, where it has 32 MB and 10,000 rows. What was counted for
-- less than an hour counts as an hour, so that one scan makes no rate.
CREATE VIEW pgscale.missing_indexes AS
-- The first part is view tables with less to measure: the sizes of indexes and TOAST tables are not needed here.
WITH "table" AS MATERIALIZED (
    SELECT u.schema, u.name, u.relation::regclass AS relation, u.table_bytes,
           greatest(u.rows_estimate, u.live_rows) AS rows, u.inserted, u.updated, u.deleted, z.since AS stats_reset,
           CASE WHEN k.known THEN 'ok' ELSE 'unknown' END AS status,
           CASE WHEN k.known THEN 'window' ELSE 'since reset' END AS basis,
           s.seq_scans, s.seq_rows, s.idx_scans,
           pgscale.bytes_scanned(s.seq_scans, s.seq_rows, u.table_bytes, greatest(u.rows_estimate, u.live_rows), u.largest_bytes) AS seq_bytes,
           CASE WHEN k.known THEN w.window_s ELSE extract(epoch FROM now() - z.since)::float8 END AS over_s,
           CASE WHEN k.known THEN w.since ELSE z.since END AS since
      FROM pgscale.scan_usage() u
     CROSS JOIN (SELECT pg_catalog.pg_has_role('pg_read_all_stats', 'USAGE') AS all_stats OFFSET 0) p
     CROSS JOIN pgscale.recent_window w
     CROSS JOIN (SELECT z.since FROM pgscale.counted_since z
                  WHERE z.datid = (SELECT d.oid FROM pg_catalog.pg_database d
                                    WHERE d.datname = pg_catalog.current_database())) z
      LEFT JOIN pgscale.recent_relations('table') r ON r.relation = u.relation
     CROSS JOIN LATERAL (
            SELECT w.window_s IS NOT NULL
                     AND (p.all_stats OR pg_catalog.pg_has_role(u.owner, 'USAGE')) AS known) k
     CROSS JOIN LATERAL (
            SELECT CASE WHEN k.known THEN coalesce(r.scans, 0) ELSE u.seq_scans END AS seq_scans,
                   CASE WHEN k.known THEN coalesce(r.rows, 0) ELSE u.seq_rows END AS seq_rows,
                   CASE WHEN k.known THEN coalesce(r.idx_scans, 0) ELSE u.idx_scans END AS idx_scans) s),
rate AS (
    SELECT t.*, round(t.seq_bytes * 3600::numeric / greatest(t.over_s, 3600)::numeric)::bigint AS seq_bytes_per_hour
      FROM "table" t),
key AS MATERIALIZED (
    SELECT o.conrelid, o.confrelid, o.conname,
           (SELECT string_agg(pg_catalog.quote_ident(a.attname), ', ' ORDER BY n.position)
              FROM unnest(o.conkey) WITH ORDINALITY AS n (attnum, position)
              JOIN pg_catalog.pg_attribute a ON a.attrelid = o.conrelid AND a.attnum = n.attnum) AS columns
      FROM pgscale.unsupported_keys() AS u (oid)
      JOIN pg_catalog.pg_constraint o ON o.oid = u.oid)
SELECT r.schema,
       r.name,
       r.relation,
       'sequential scans' AS kind,
       NULL::text AS columns,
       r.table_bytes,
       r.rows AS rows_estimate,
       r.seq_scans,
       r.seq_rows,
       r.seq_bytes,
       r.seq_bytes_per_hour,
       r.idx_scans,
       r.basis,
       r.over_s,
       r.since,
       pg_catalog.format('%s sequential scans read %s in %s h, %s rows each, of a table of %s with %s rows; %s scans used an index',
                         r.seq_scans, pg_catalog.pg_size_pretty(r.seq_bytes), round(r.over_s::numeric / 3600, 1),
                         r.seq_rows / nullif(r.seq_scans, 0), pg_catalog.pg_size_pretty(r.table_bytes), r.rows, r.idx_scans) AS evidence,
       NULL::text AS suggestion,
       r.status
  FROM rate r
 WHERE r.table_bytes >= 32 * 1024 * 1024
   AND r.rows >= 10000
   AND (r.seq_bytes_per_hour >= 1024 * 1024 * 1024 OR r.seq_bytes_per_hour > 10 * r.table_bytes)
UNION ALL
SELECT n.nspname,
       c.relname,
       c.oid::regclass,
       'foreign key',
       k.columns,
       r.table_bytes,
       r.rows,
       r.seq_scans,
       r.seq_rows,
       r.seq_bytes,
       r.seq_bytes_per_hour,
       r.idx_scans,
       r.basis,
       r.over_s,
       r.since,
       pg_catalog.format('no index begins with the columns of foreign key %I, so each row deleted in %s, or given another key, is looked for in all of a table of %s; rows deleted there since %s: %s, updated: %s',
                         k.conname, k.confrelid::regclass, pg_catalog.pg_size_pretty(r.table_bytes),
                         date_trunc('second', r.stats_reset), coalesce(p.deleted::text, 'unknown'), coalesce(p.updated::text, 'unknown')),
       CASE c.relkind
            WHEN 'p' THEN pg_catalog.format('CREATE INDEX ON ONLY %I.%I (%s), then on each partition CREATE INDEX CONCURRENTLY and ALTER INDEX ... ATTACH PARTITION; a plain CREATE INDEX does it in one statement, but keeps writers out while it runs, and CONCURRENTLY is not possible on a partitioned table',
                                            n.nspname, c.relname, k.columns)
            ELSE pg_catalog.format('CREATE INDEX CONCURRENTLY ON %I.%I (%s)', n.nspname, c.relname, k.columns)
       END,
       r.status
  FROM key k
  JOIN pg_catalog.pg_class c ON c.oid = k.conrelid
  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
  JOIN rate r ON r.relation = coalesce(CASE WHEN c.relispartition THEN pg_catalog.pg_partition_root(c.oid) END, c.oid)
  LEFT JOIN "table" p ON p.relation = k.confrelid
 WHERE r.table_bytes >= 10 * 1024 * 1024
    OR r.inserted + r.updated + r.deleted > 1000;
COMMENT ON VIEW pgscale.missing_indexes IS 'Tables where sequential scans read much, and foreign keys without an index on the referencing side';
COMMENT ON COLUMN pgscale.missing_indexes.schema IS 'Schema of the table';
COMMENT ON COLUMN pgscale.missing_indexes.name IS 'Its name';
COMMENT ON COLUMN pgscale.missing_indexes.relation IS 'The table';
COMMENT ON COLUMN pgscale.missing_indexes.kind IS 'sequential scans or foreign key';
COMMENT ON COLUMN pgscale.missing_indexes.columns IS 'Columns of the foreign key';
COMMENT ON COLUMN pgscale.missing_indexes.table_bytes IS 'Size of the table without indexes and TOAST';
COMMENT ON COLUMN pgscale.missing_indexes.rows_estimate IS 'Its rows';
COMMENT ON COLUMN pgscale.missing_indexes.seq_scans IS 'Sequential scans, counted over over_s';
COMMENT ON COLUMN pgscale.missing_indexes.seq_rows IS 'Rows that these read';
COMMENT ON COLUMN pgscale.missing_indexes.seq_bytes IS 'Bytes that these read, estimated';
COMMENT ON COLUMN pgscale.missing_indexes.seq_bytes_per_hour IS 'The same in an hour; less than an hour counts as one';
COMMENT ON COLUMN pgscale.missing_indexes.idx_scans IS 'Scans of its indexes';
COMMENT ON COLUMN pgscale.missing_indexes.basis IS 'What these are counted over: window, or since reset where the window is not known';
COMMENT ON COLUMN pgscale.missing_indexes.over_s IS 'Seconds of that';
COMMENT ON COLUMN pgscale.missing_indexes.since IS 'Start of that';
COMMENT ON COLUMN pgscale.missing_indexes.evidence IS 'The finding with its numbers';
COMMENT ON COLUMN pgscale.missing_indexes.suggestion IS 'What to do, where that is certain';
COMMENT ON COLUMN pgscale.missing_indexes.status IS 'Of the window: ok or unknown';

GRANT SELECT ON pgscale.tables, pgscale.indexes, pgscale.missing_indexes TO PUBLIC;
