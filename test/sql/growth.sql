-- Growth of tables and of the database, from the sizes of the past.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS pgscale;
DROP ROLE IF EXISTS regress_grow_owner, regress_grow_other, regress_grow_stats;
RESET client_min_messages;
SET timezone = 'UTC';
SET DateStyle = 'ISO';
CREATE SCHEMA growth;
SET search_path = growth;
CREATE ROLE regress_grow_owner;
CREATE ROLE regress_grow_other;
CREATE ROLE regress_grow_stats IN ROLE pg_read_all_stats;
GRANT USAGE ON SCHEMA growth TO PUBLIC;
CREATE TABLE grown (id int);
ALTER TABLE grown OWNER TO regress_grow_owner;
INSERT INTO grown SELECT g FROM generate_series(1, 2000) g;
CREATE TABLE parted (id int) PARTITION BY RANGE (id);
CREATE TABLE parted_1 PARTITION OF parted FOR VALUES FROM (0) TO (10000);
INSERT INTO parted SELECT g FROM generate_series(1, 2000) g;
CREATE TABLE young (id int);
CREATE TABLE gone (id int);
CREATE FUNCTION now_bytes(regclass) RETURNS bigint LANGUAGE sql AS
  'SELECT coalesce((SELECT sum(pg_relation_size(t.relid))::bigint FROM pg_partition_tree($1) t), pg_relation_size($1))';

-- nothing is known without history
SET pgscale.clock = '2026-03-31 12:00+00';
SELECT name, kind, bytes = now_bytes(relation) AS bytes, bytes_1d_ago, bytes_per_day, growth_pct, since, status
  FROM pgscale.growth WHERE schema = 'growth' ORDER BY name;
SELECT name = current_database() AS name, kind, bytes > 0 AS bytes, bytes_7d_ago, bytes_per_day, since, status FROM pgscale.growth WHERE kind = 'database';

-- frames at midnight, and rows of changes between them
CREATE TABLE pgscale.sample_test PARTITION OF pgscale.sample DEFAULT;
CREATE PROCEDURE size(clock text, name text, less bigint, frame boolean DEFAULT true) LANGUAGE sql AS $$
INSERT INTO pgscale.sample (at, seconds, scope, object, frame, bytes)
SELECT clock::timestamptz, 300, 'table', name::regclass::oid::bigint, frame, greatest(growth.now_bytes(name::regclass) - less, 0)
$$;
CREATE VIEW shown AS
SELECT name, now_bytes(relation) - bytes_1d_ago AS day, now_bytes(relation) - bytes_7d_ago AS week, now_bytes(relation) - bytes_30d_ago AS month,
       bytes_per_day, growth_pct IS NOT NULL AS has_pct, since, status
  FROM pgscale.growth WHERE schema = 'growth' ORDER BY name;
-- an hour is the least
CALL size('2026-03-31 11:30+00', 'growth.grown', 1000);
SELECT * FROM shown WHERE name = 'grown';
CALL size('2026-03-31 00:02+00', 'growth.grown', 12000);
CALL size('2026-03-31 00:02+00', 'growth.gone', -8192);
SELECT * FROM shown WHERE name = 'grown';
-- the last row at or before the time counts, frame or not; one day's frame is enough for what did not change
CALL size('2026-03-30 00:02+00', 'growth.grown', 20000);
CALL size('2026-03-30 11:55+00', 'growth.grown', 24000, false);
CALL size('2026-03-30 12:05+00', 'growth.grown', 99000, false);
CALL size('2026-03-24 00:02+00', 'growth.grown', 70000);
CALL size('2026-03-24 00:02+00', 'growth.parted', 35000);
CALL size('2026-03-24 00:02+00', 'growth.gone', -16384);
CALL size('2026-03-28 08:00+00', 'growth.young', 0, false);
SELECT * FROM shown;
-- a hole in the history is no size: the frame before is too old
CALL size('2026-02-26 00:02+00', 'growth.grown', 80000);
SELECT name, month FROM shown WHERE name = 'grown';
CALL size('2026-02-28 00:02+00', 'growth.grown', 80000);
SELECT name, month FROM shown WHERE name = 'grown';
-- a table that shrinks
CALL size('2026-03-24 06:00+00', 'growth.grown', -8192, false);
SELECT name, week, bytes_per_day, growth_pct < 0 AS shrinks FROM shown NATURAL JOIN (SELECT name, growth_pct FROM pgscale.growth WHERE schema = 'growth') g WHERE name = 'grown';

-- the database: what has been dropped since was there
CREATE VIEW whole AS
SELECT bytes_7d_ago = now_bytes('growth.grown') + 8192 + now_bytes('growth.parted') - 35000 + 16384 AS week, bytes_per_day IS NOT NULL AS per_day, since, status
  FROM pgscale.growth WHERE kind = 'database';
DROP TABLE gone;
SELECT * FROM whole;
-- partitioned tables tell theirs beside the rest
SELECT name, growth_bytes_per_day, since, status FROM pgscale.partitioned_tables WHERE schema = 'growth';

-- the past is for the owner and for pg_read_all_stats
CREATE VIEW seen AS
SELECT name, kind, bytes > 0 AS bytes, bytes_7d_ago IS NOT NULL AS past, since, status FROM pgscale.growth WHERE schema = 'growth' OR kind = 'database' ORDER BY schema, name;
GRANT SELECT ON seen TO PUBLIC;
SET ROLE regress_grow_other;
SELECT name, bytes > 0 AS bytes, bytes_7d_ago, since, status FROM pgscale.growth WHERE name = 'grown';
SELECT count(*) FROM pgscale.past_sizes();
SET ROLE regress_grow_owner;
SELECT name, bytes_7d_ago IS NOT NULL AS past, status FROM pgscale.growth WHERE schema = 'growth' ORDER BY name;
SELECT kind, bytes_7d_ago, status FROM pgscale.growth WHERE kind = 'database';
SET ROLE regress_grow_stats;
SELECT kind, bytes_7d_ago IS NOT NULL AS past, status FROM pgscale.growth WHERE name = 'grown' OR kind = 'database' ORDER BY kind;
RESET ROLE;

DROP VIEW seen, whole, shown;
DROP TABLE pgscale.sample_test;
SET client_min_messages = warning;
DROP SCHEMA growth CASCADE;
DROP ROLE regress_grow_owner, regress_grow_other, regress_grow_stats;
