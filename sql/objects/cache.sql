
CREATE FUNCTION pgscale.blocks_by_root(OUT is_index boolean, OUT root oid, OUT schema text, OUT name text, OUT owner oid, OUT hit bigint, OUT read bigint)
    RETURNS SETOF record
    LANGUAGE c VOLATILE PARALLEL RESTRICTED ROWS 10000
    SET search_path = pg_catalog, pg_temp
    AS 'MODULE_PATHNAME', 'pgscale_blocks_by_root';
COMMENT ON FUNCTION pgscale.blocks_by_root() IS
'Blocks of each table (with its indexes, TOAST and partitions) and each index (with those of the partitions) since the last reset; part of the view cache_hit';

CREATE VIEW pgscale.cache_hit AS
SELECT s.level,
       s.object,
       s.hit,
       s.read,
       pgscale.percent(s.hit, s.hit + s.read) AS hit_pct,
       s.ms / nullif(s.read, 0) AS read_ms_per_block,
       s.stats_reset,
       r.hit AS window_hit,
       r.read AS window_read,
       pgscale.percent(r.hit, r.hit + r.read) AS window_hit_pct,
       CASE WHEN s.ms IS NOT NULL THEN r.ms / nullif(r.read, 0) END AS window_read_ms_per_block,
       CASE WHEN s.known THEN w.window_s END AS window_s,
       CASE WHEN s.known THEN w.since END AS since,
       CASE WHEN s.known THEN 'ok' ELSE 'unknown' END AS status
  FROM pgscale.recent_window w
 CROSS JOIN LATERAL (
        SELECT 'server' AS level, NULL::text AS object, i.hit, i.read, i.ms, i.stats_reset,
               w.window_s IS NOT NULL AS known, i.window_hit, i.window_read, i.window_ms
          FROM (SELECT sum(i.hits)::bigint AS hit, (sum(i.read_bytes) / k.block)::bigint AS read,
                       sum(i.read_s) * 1000 AS ms, max(i.stats_reset) AS stats_reset,
                       sum(i.window_hits)::bigint AS window_hit,
                       (sum(i.window_read_bytes) / k.block)::bigint AS window_read,
                       sum(i.window_read_s) * 1000 AS window_ms
                  FROM (SELECT pg_catalog.current_setting('block_size')::int AS block) k
                 CROSS JOIN pgscale.io i
                 WHERE i.object = 'relation' AND coalesce(i.context, '') NOT IN ('bulkread', 'bulkwrite', 'vacuum')
                 GROUP BY k.block) i
        UNION ALL
        SELECT 'database', d.datname, d.blks_hit, d.blks_read,
               CASE WHEN pg_catalog.current_setting('track_io_timing')::bool THEN d.blk_read_time END, c.since,
               w.window_s IS NOT NULL, r.hit, r.read, r.ms
          FROM pg_catalog.pg_stat_database d
          JOIN pgscale.counted_since c ON c.datid = d.datid
          LEFT JOIN pgscale.recent r ON r.scope = 'database' AND r.object = d.datid::bigint
         WHERE d.datid <> 0
        UNION ALL
        SELECT k.level, format('%I.%I', b.schema, b.name), b.hit, b.read, NULL, c.since,
               w.window_s IS NOT NULL AND (p.all_stats OR pg_catalog.pg_has_role(b.owner, 'USAGE')),
               r.hit, r.read, NULL
          FROM (SELECT pg_catalog.pg_has_role('pg_read_all_stats', 'USAGE') AS all_stats OFFSET 0) p
         CROSS JOIN pgscale.blocks_by_root() b
         CROSS JOIN LATERAL (SELECT CASE WHEN b.is_index THEN 'index' ELSE 'table' END AS level) k
          JOIN pg_catalog.pg_database d ON d.datname = pg_catalog.current_database()
          JOIN pgscale.counted_since c ON c.datid = d.oid
          LEFT JOIN pgscale.recent r ON r.scope = k.level AND r.object = b.root::bigint) s
 CROSS JOIN LATERAL (
        SELECT CASE WHEN s.known THEN coalesce(s.window_hit, 0) END AS hit,
               CASE WHEN s.known THEN coalesce(s.window_read, 0) END AS read,
               CASE WHEN s.known THEN s.window_ms END AS ms) r;
COMMENT ON VIEW pgscale.cache_hit IS 'How many blocks were found in the cache: of the server, each database, each table with all that belongs to it, each index; since the last reset and in the window';
COMMENT ON COLUMN pgscale.cache_hit.level IS 'server, database, table (with its indexes, TOAST and partitions) or index (with those of the partitions)';
COMMENT ON COLUMN pgscale.cache_hit.object IS 'Name of the database; schema and name of the table or index, quoted where needed; NULL for the server';
COMMENT ON COLUMN pgscale.cache_hit.hit IS 'Blocks found in the cache; of the server from PostgreSQL 16 on without VACUUM and large scans, which keep out of the cache on purpose';
COMMENT ON COLUMN pgscale.cache_hit.read IS 'Blocks asked of the operating system, which may have had them in its own cache';
COMMENT ON COLUMN pgscale.cache_hit.hit_pct IS 'hit in percent of both; NULL when nothing was asked for';
COMMENT ON COLUMN pgscale.cache_hit.read_ms_per_block IS 'Milliseconds to read one; NULL while track_io_timing is off, when nothing was read, and for tables and indexes';
COMMENT ON COLUMN pgscale.cache_hit.stats_reset IS 'Nothing after this is missing in these counters: the last reset, crash or first start of the server';
COMMENT ON COLUMN pgscale.cache_hit.window_hit IS 'The same in the window; for owners and members of pg_read_all_stats';
COMMENT ON COLUMN pgscale.cache_hit.window_read IS 'The same in the window';
COMMENT ON COLUMN pgscale.cache_hit.window_hit_pct IS 'The same in the window';
COMMENT ON COLUMN pgscale.cache_hit.window_read_ms_per_block IS 'The same in the window';
COMMENT ON COLUMN pgscale.cache_hit.window_s IS 'Seconds of the window that are covered by samples';
COMMENT ON COLUMN pgscale.cache_hit.since IS 'Start of the window';
COMMENT ON COLUMN pgscale.cache_hit.status IS 'Of the window: ok, or unknown while nothing has been sampled in it or for who may not see it';

GRANT SELECT ON pgscale.cache_hit TO PUBLIC;
