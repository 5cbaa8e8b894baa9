-- Tables and their partitions rolled up: pgscale.tables, pgscale.leaves(), pgscale.partitioned_tables.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS pgscale;
DROP ROLE IF EXISTS regress_rel_owner, regress_rel_other, regress_rel_stats;
RESET client_min_messages;
SET timezone = 'UTC';
SET DateStyle = 'ISO';
SET pgscale.clock = '2026-03-10 12:00+00';
CREATE SCHEMA relations;
SET search_path = relations;
CREATE ROLE regress_rel_owner;
CREATE ROLE regress_rel_other;
CREATE ROLE regress_rel_stats IN ROLE pg_read_all_stats;
GRANT USAGE ON SCHEMA relations TO PUBLIC;
CREATE FOREIGN DATA WRAPPER regress_rel;
CREATE SERVER regress_rel FOREIGN DATA WRAPPER regress_rel;

CREATE TABLE plain (id int PRIMARY KEY, note text);
ALTER TABLE plain OWNER TO regress_rel_owner;
CREATE TABLE bare (id int);
CREATE MATERIALIZED VIEW summary AS SELECT g AS id FROM generate_series(1, 3) g;
CREATE FOREIGN TABLE remote (id int) SERVER regress_rel;
CREATE TEMP TABLE passing (id int);
-- two levels, a default partition and a leaf on another server
CREATE TABLE parted (id int, at date, PRIMARY KEY (id, at)) PARTITION BY RANGE (at);
CREATE TABLE parted_1 PARTITION OF parted FOR VALUES FROM ('2026-01-01') TO ('2026-02-01');
CREATE TABLE parted_2 PARTITION OF parted FOR VALUES FROM ('2026-02-01') TO ('2026-03-01') PARTITION BY LIST (id);
CREATE TABLE parted_2_one PARTITION OF parted_2 FOR VALUES IN (1, 3);
CREATE TABLE parted_2_two PARTITION OF parted_2 FOR VALUES IN (2);
CREATE TABLE parted_rest PARTITION OF parted DEFAULT;
CREATE TABLE mixed (id int) PARTITION BY RANGE (id);
CREATE TABLE mixed_1 PARTITION OF mixed FOR VALUES FROM (1) TO (10);
CREATE FOREIGN TABLE mixed_2 PARTITION OF mixed FOR VALUES FROM (10) TO (20) SERVER regress_rel;
CREATE TABLE elsewhere (id int) PARTITION BY HASH (id);
CREATE FOREIGN TABLE elsewhere_0 PARTITION OF elsewhere FOR VALUES WITH (MODULUS 1, REMAINDER 0) SERVER regress_rel;
CREATE TABLE hollow (id int) PARTITION BY LIST (id);

INSERT INTO plain SELECT g, repeat('x', 10) FROM generate_series(1, 100) g;
-- values too long for the page
INSERT INTO plain SELECT g, (SELECT string_agg(md5(g * i::text::int || ''), '') FROM generate_series(1, 200) i) FROM generate_series(101, 102) g;
UPDATE plain SET note = 'y' WHERE id <= 40;
DELETE FROM plain WHERE id = 1;
INSERT INTO parted SELECT g, '2026-01-10' FROM generate_series(1, 10) g;
INSERT INTO parted SELECT 1 + g % 2, date '2026-02-01' + g FROM generate_series(1, 20) g;
DELETE FROM parted WHERE at > '2026-02-15' AND id = 1;
INSERT INTO mixed SELECT g % 9 + 1 FROM generate_series(1, 300) g;
SELECT pg_stat_force_next_flush();

-- one row for each table that is no partition; of what is on other servers nothing is known, which is not 0
SELECT name, kind, leaves, foreign_leaves, bytes > 0 AS has_size, bytes = table_bytes + toast_bytes + index_bytes AS adds_up,
       toast_bytes > 8192 AS has_toast, index_bytes > 0 AS has_index, inserted, updated, deleted, dead_rows, status
  FROM pgscale.tables WHERE schema = 'relations' ORDER BY name;
SELECT count(*) FROM pgscale.tables WHERE schema IN ('pgscale', 'pg_catalog', 'information_schema') OR schema LIKE 'pg\_%';
SELECT name, rows_estimate, last_vacuum IS NULL AS no_vacuum, last_analyze IS NULL AS no_analyze, dead_pct, hot_pct IS NULL AS no_updates, hit_pct > 0 AS hits
  FROM pgscale.tables WHERE schema = 'relations' AND name IN ('plain', 'parted', 'bare') ORDER BY name;
-- size as PostgreSQL tells it, and of all levels together; the free space and visibility maps are not counted
SELECT name, table_bytes = coalesce((SELECT sum(pg_relation_size(t.relid)) FROM pg_partition_tree(relation) t), pg_relation_size(relation)) AS same_size
  FROM pgscale.tables WHERE schema = 'relations' AND name IN ('plain', 'parted') ORDER BY name;
VACUUM ANALYZE plain;
ANALYZE parted_1, parted_2_one;
SELECT pg_stat_force_next_flush();
SELECT name, rows_estimate, last_vacuum IS NULL AS no_vacuum, last_analyze IS NULL AS no_analyze
  FROM pgscale.tables WHERE schema = 'relations' AND name IN ('plain', 'parted') ORDER BY name;

-- scans: what they read is known by the rows
SELECT seq_scans AS seq, idx_scans AS idx FROM pgscale.tables WHERE relation = 'plain'::regclass \gset before_
SET enable_indexscan = off;
SET enable_bitmapscan = off;
SET enable_indexonlyscan = off;
SELECT count(*) FROM plain;
RESET enable_indexscan;
RESET enable_bitmapscan;
RESET enable_indexonlyscan;
SET enable_seqscan = off;
SELECT count(*) FROM plain WHERE id = 50;
RESET enable_seqscan;
SELECT pg_stat_force_next_flush();
SELECT seq_scans - :before_seq AS seq_scans, idx_scans - :before_idx AS idx_scans, index_use_pct > 0 AND index_use_pct < 100 AS both, seq_rows >= 101 AS read_rows
  FROM pgscale.tables WHERE relation = 'plain'::regclass;
SELECT pgscale.bytes_scanned(2, 200, 1000, 100, 0) AS two_whole, pgscale.bytes_scanned(1000, 1000, 1000, 100, 0) AS first_rows_only,
       pgscale.bytes_scanned(3, 0, 1000, 0, 0) AS rows_unknown, pgscale.bytes_scanned(3, 600, 1000, 100, 400) AS of_leaves;

-- leaves on demand, with those that have leaves of their own left out
SELECT root, parent, leaf, kind, lower, upper, "values", is_default, bytes > 0 AS has_size, rows_estimate, live_rows, dead_rows, status
  FROM pgscale.leaves('parted');
SELECT leaf, lower, upper FROM pgscale.leaves('parted_2');
SELECT leaf, kind, lower, upper, modulus, remainder, bytes, live_rows, hit_pct, seq_scans, status
  FROM pgscale.leaves() WHERE root IN ('mixed'::regclass, 'elsewhere'::regclass) AND kind = 'foreign table';
SELECT count(*) AS all_leaves FROM pgscale.leaves() WHERE root::text !~ '\.';
SELECT count(*) FROM pgscale.leaves('plain');
SELECT count(*) FROM pgscale.leaves('hollow');

-- one row for each partitioned table
SELECT name, method, managed, levels, leaves, foreign_leaves, bytes > 0 AS has_size, live_rows, dead_rows, rows_estimate, never_analyzed, next_bound, default_partition, default_has_rows, detach_pending, status
  FROM pgscale.partitioned_tables WHERE schema = 'relations' ORDER BY name;
SELECT name, largest, largest_bytes > median_bytes AS above, skew, most_dead, most_dead_rows, leaves_analyzed_at IS NULL AS one_waits, parent_analyzed_at IS NULL AS not_analyzed
  FROM pgscale.partitioned_tables WHERE name IN ('hollow', 'elsewhere', 'parted') ORDER BY name;
INSERT INTO parted VALUES (1, '2020-01-01');
INSERT INTO parted_1 SELECT g, '2026-01-20' FROM generate_series(1, 10000) g;
ANALYZE parted;
SELECT pg_stat_force_next_flush();
SELECT name, largest, skew > 10 AS skewed, rows_estimate, never_analyzed, default_has_rows, leaves_analyzed_at IS NULL AS one_waits, parent_analyzed_at IS NOT NULL AS analyzed
  FROM pgscale.partitioned_tables WHERE name = 'parted';
-- a row that is deleted is no row
DELETE FROM parted WHERE at = '2020-01-01';
SELECT default_has_rows FROM pgscale.partitioned_tables WHERE name = 'parted';
ALTER TABLE parted DETACH PARTITION parted_rest;
SELECT default_partition, default_has_rows, leaves FROM pgscale.partitioned_tables WHERE name = 'parted';

-- the end of what is covered, by the order of the key and not of its text
CREATE TABLE keys (a text COLLATE "C", b int) PARTITION BY RANGE (a, b);
CREATE TABLE keys_1 PARTITION OF keys FOR VALUES FROM ('a', MINVALUE) TO ('b', 9);
CREATE TABLE keys_2 PARTITION OF keys FOR VALUES FROM ('b', 9) TO ('b', 10);
CREATE TABLE keys_0 PARTITION OF keys FOR VALUES FROM (MINVALUE, MINVALUE) TO ('Z', 3);
SELECT next_bound FROM pgscale.partitioned_tables WHERE name = 'keys';
CREATE TABLE keys_3 PARTITION OF keys FOR VALUES FROM ('b', 10) TO (MAXVALUE, MAXVALUE);
SELECT next_bound FROM pgscale.partitioned_tables WHERE name = 'keys';
DROP TABLE keys;
-- as for a managed set, whose own view tells the same
CREATE TABLE orders (at date) PARTITION BY RANGE (at);
SELECT count(*) FROM pgscale.create_parent('orders', 'at', '1 month', premake => 1);
SELECT p.managed, p.next_bound = s.covered_until AS same, p.next_bound
  FROM pgscale.partitioned_tables p JOIN pgscale.partition_sets s ON s.parent = p.relation WHERE p.name = 'orders';

-- the window: sums of the samples, of a root with what its leaves counted before they were dropped
CREATE TABLE pgscale.sample_test PARTITION OF pgscale.sample DEFAULT;
INSERT INTO pgscale.sample (at, seconds, scope, object, frame, hit, read, scans, idx_scans, rows, inserted, updated, deleted, hot_updated, bytes)
SELECT s.at, 300, s.scope, s.object, false, s.n * 30, s.n * 10, s.n, s.n * 2, s.n * 100, s.n * 5, s.n * 3, s.n, 0, 8192
  FROM (VALUES ('2026-03-10 11:30+00'::timestamptz, 'server', 0::bigint, NULL::int), ('2026-03-10 11:35+00', 'server', 0, NULL),
               ('2026-03-10 11:30+00', 'table', 'plain'::regclass::oid::bigint, 1), ('2026-03-10 11:35+00', 'table', 'plain'::regclass::oid::bigint, 2),
               ('2026-03-10 09:00+00', 'table', 'plain'::regclass::oid::bigint, 50),
               ('2026-03-10 11:35+00', 'table', 'parted'::regclass::oid::bigint, 4)) s (at, scope, object, n);
CREATE VIEW window_of AS
SELECT name, window_seq_scans AS seq, window_seq_rows AS seq_rows, window_seq_bytes > 0 AS seq_bytes, window_idx_scans AS idx, window_inserted AS inserted,
       window_updated AS updated, window_deleted AS deleted, window_hit_pct AS hit_pct, window_s, since, status
  FROM pgscale.tables WHERE schema = 'relations' AND name IN ('plain', 'parted', 'bare', 'remote', 'elsewhere') ORDER BY name;
GRANT SELECT ON window_of TO PUBLIC;
SELECT * FROM window_of;
DROP TABLE parted_2;
SELECT name, seq, inserted FROM window_of WHERE name = 'parted';

-- sizes and counters are everybody's; what happened when is for the owner and for pg_read_all_stats
SET ROLE regress_rel_other;
SELECT name, bytes > 0 AS has_size, inserted, window_inserted, window_hit_pct, window_s, since, status FROM pgscale.tables WHERE name IN ('plain', 'parted') ORDER BY name;
SELECT name, leaves, bytes > 0 AS has_size, growth_bytes_per_day, since, status FROM pgscale.partitioned_tables WHERE name = 'parted';
SELECT count(*) FROM pgscale.leaves('parted');
SELECT * FROM pgscale.sample;
SELECT count(*) FROM pgscale.recent_relations('table');
SELECT count(*) FROM pgscale.past_sizes();
SET ROLE regress_rel_owner;
SELECT relation::regclass, inserted FROM pgscale.recent_relations('table');
SELECT name, window_inserted, status FROM pgscale.tables WHERE name IN ('plain', 'parted') ORDER BY name;
SET ROLE regress_rel_stats;
SELECT name, window_inserted, status FROM pgscale.tables WHERE name IN ('plain', 'parted') ORDER BY name;
RESET ROLE;

-- without a sample in the window it is unknown, not 0
DELETE FROM pgscale.sample WHERE scope = 'server';
SELECT name, window_seq_scans, window_inserted, window_s, since, status FROM pgscale.tables WHERE name = 'plain';

DROP TABLE pgscale.sample_test;
SET client_min_messages = warning;
DROP SCHEMA relations CASCADE;
DROP SERVER regress_rel;
DROP FOREIGN DATA WRAPPER regress_rel;
DROP ROLE regress_rel_owner, regress_rel_other, regress_rel_stats;
