-- Blocks found in the cache, summed up to roots; the window from samples made by hand.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS pgscale;
DROP ROLE IF EXISTS regress_cache_owner, regress_cache_other, regress_cache_stats;
CREATE SCHEMA cache_hit;
RESET client_min_messages;
LOAD 'pgscale';
SET pgscale.clock = '2026-01-10 12:00:00+00';
SET search_path = cache_hit, public;
CREATE ROLE regress_cache_owner;
CREATE ROLE regress_cache_other;
CREATE ROLE regress_cache_stats IN ROLE pg_monitor;
GRANT USAGE ON SCHEMA cache_hit TO PUBLIC;

-- two levels of partitions with TOAST, a plain table, one that nobody looks at, an odd name, a child by inheritance
CREATE TABLE parted (k int, v text) PARTITION BY RANGE (k);
ALTER TABLE parted ALTER v SET STORAGE EXTERNAL;
CREATE TABLE parted_1 PARTITION OF parted FOR VALUES FROM (0) TO (100);
CREATE TABLE parted_2 PARTITION OF parted FOR VALUES FROM (100) TO (200) PARTITION BY RANGE (k);
CREATE TABLE parted_21 PARTITION OF parted_2 FOR VALUES FROM (100) TO (150);
CREATE INDEX parted_k ON parted (k);
CREATE INDEX leaf_only ON parted_1 (v) WHERE k < 0;
CREATE TABLE plain (k int PRIMARY KEY);
CREATE TABLE unseen (k int);
CREATE TABLE "odd ""name" (k int);
CREATE TABLE child () INHERITS (plain);
CREATE TEMP TABLE temporary AS SELECT 1 AS k;
INSERT INTO parted SELECT g, repeat('x', 4000) FROM generate_series(0, 149) g;
INSERT INTO plain SELECT generate_series(1, 100);
INSERT INTO "odd ""name" VALUES (1);
INSERT INTO child VALUES (1);
SELECT count(*), sum(length(v)) FROM parted;
SELECT pg_stat_force_next_flush();

SELECT level, object FROM pgscale.cache_hit WHERE level IN ('table', 'index') AND object ~ '^cache_hit' ORDER BY level DESC, object;
-- what a root shows is the sum over all that lies below it
SELECT c.object, c.hit = t.hit AS hit, c.read = t.read AS read, c.hit > 0 AS some
  FROM pgscale.cache_hit c,
       (SELECT sum(heap_blks_hit + coalesce(idx_blks_hit, 0) + coalesce(toast_blks_hit, 0) + coalesce(tidx_blks_hit, 0)) AS hit,
               sum(heap_blks_read + coalesce(idx_blks_read, 0) + coalesce(toast_blks_read, 0) + coalesce(tidx_blks_read, 0)) AS read,
               sum(toast_blks_hit) AS toast
          FROM pg_statio_all_tables WHERE schemaname = 'cache_hit' AND relname LIKE 'parted%') t
 WHERE c.level = 'table' AND c.object = 'cache_hit.parted' AND t.toast > 0;
SELECT c.object, c.hit = i.hit AS hit, c.read = i.read AS read, c.hit > 0 AS some
  FROM pgscale.cache_hit c,
       (SELECT sum(idx_blks_hit) AS hit, sum(idx_blks_read) AS read
          FROM pg_statio_all_indexes WHERE schemaname = 'cache_hit' AND indexrelname ~ '^parted_.*_k_idx$') i
 WHERE c.level = 'index' AND c.object = 'cache_hit.parted_k';
SELECT object, hit_pct = round(100.0 * hit / (hit + read), 2) AS pct, hit_pct BETWEEN 0 AND 100 AS within, read_ms_per_block, stats_reset <= now() AS reset
  FROM pgscale.cache_hit WHERE level = 'table' AND object IN ('cache_hit.parted', 'cache_hit.plain') ORDER BY object;
SELECT hit, read, hit_pct, window_hit, window_hit_pct, window_s, status FROM pgscale.cache_hit WHERE object = 'cache_hit.unseen';

-- one row for the server, one for each database
SELECT count(*), min(object) AS object, bool_and(hit > 0) AS hit, bool_and(hit_pct = round(100.0 * hit / (hit + read), 2)) AS pct,
       bool_and(stats_reset <= now()) AS reset, min(status) AS status FROM pgscale.cache_hit WHERE level = 'server';
SELECT (SELECT array_agg(object ORDER BY object) FROM pgscale.cache_hit WHERE level = 'database')
       = (SELECT array_agg(datname::text ORDER BY datname::text) FROM pg_database) AS all_databases;
SELECT c.hit = d.blks_hit AS hit, c.read = d.blks_read AS read, c.stats_reset IS NOT NULL AS reset
  FROM pgscale.cache_hit c JOIN pg_stat_database d ON d.datname = c.object WHERE c.level = 'database' AND c.object = current_database();
SELECT read_ms_per_block FROM pgscale.cache_hit WHERE level = 'database' AND object = current_database();
SET track_io_timing = on;
SELECT c.read_ms_per_block = d.blk_read_time / nullif(d.blks_read, 0) AS ms
  FROM pgscale.cache_hit c JOIN pg_stat_database d ON d.datname = c.object WHERE c.level = 'database' AND c.object = current_database();
RESET track_io_timing;

-- The window.  The server is told by pg_stat_io, before PostgreSQL 16 by the databases: the samples say the same in both.
CREATE TABLE pgscale.sample_test PARTITION OF pgscale.sample DEFAULT;
INSERT INTO pgscale.sample (at, seconds, scope, object, frame, hit, read, ms, counters)
SELECT '2026-01-10 11:30+00'::timestamptz, 600, s.*
  FROM (VALUES ('table', 'parted'::regclass::bigint, false, 900, 100, NULL::float8, NULL::jsonb),
               ('table', 'plain'::regclass::bigint, false, 7, 0, NULL, NULL),
               ('index', 'parted_k'::regclass::bigint, false, 30, 10, NULL, NULL),
               ('database', (SELECT oid::bigint FROM pg_database WHERE datname = current_database()), false, 4000, 1000, 500, NULL),
               ('server', 0, false, NULL, NULL, NULL, jsonb_build_object(
                  'io/client backend/relation/normal/hits', 3000, 'io/client backend/relation/normal/read_bytes', 900 * current_setting('block_size')::int,
                  'io/client backend/relation/normal/read_ms', 400,
                  'io/autovacuum worker/relation/normal/hits', 1000, 'io/autovacuum worker/relation/normal/read_bytes', 100 * current_setting('block_size')::int,
                  'io/autovacuum worker/relation/normal/read_ms', 100,
                  'io/client backend/relation/bulkread/read_bytes', 1000000000, 'io/client backend/relation/vacuum/read_bytes', 1000000000,
                  'io/client backend/temp relation/normal/hits', 1000000))) s;
CREATE VIEW result AS
SELECT level, object, window_hit, window_read, window_hit_pct, window_read_ms_per_block, window_s, since AT TIME ZONE 'UTC' AS since, status
  FROM pgscale.cache_hit WHERE level = 'server' OR object = current_database() OR object ~ '^cache_hit';
SELECT * FROM result ORDER BY level DESC, object;
SET track_io_timing = on;
SELECT level, window_read_ms_per_block FROM result WHERE level IN ('server', 'database') ORDER BY level;
RESET track_io_timing;

-- The history of a table is for its owner and for pg_read_all_stats; what PostgreSQL tells everybody is public.
ALTER TABLE parted OWNER TO regress_cache_owner;
\set allowed 'SELECT object, hit > 0 AS hit, window_hit, window_hit_pct, window_s, status FROM pgscale.cache_hit WHERE object IN (\'cache_hit.parted\', \'cache_hit.parted_k\', \'cache_hit.plain\') ORDER BY object;'
SET ROLE regress_cache_owner;
:allowed
SET ROLE regress_cache_other;
:allowed
SELECT level, window_hit, status FROM pgscale.cache_hit WHERE level = 'server' OR object = current_database() ORDER BY level;
SET ROLE regress_cache_stats;
:allowed
RESET ROLE;

DROP TABLE pgscale.sample_test;
SET client_min_messages = warning;
DROP SCHEMA cache_hit CASCADE;
DROP ROLE regress_cache_owner, regress_cache_other, regress_cache_stats;
