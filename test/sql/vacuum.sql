-- What VACUUM and ANALYZE have to do, by the thresholds of autovacuum.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS pgscale;
DROP ROLE IF EXISTS regress_vacuum;
RESET client_min_messages;
CREATE ROLE regress_vacuum;
CREATE SCHEMA vacuum;
GRANT USAGE ON SCHEMA vacuum TO regress_vacuum;
SET search_path = vacuum;

SELECT attname, format_type(atttypid, atttypmod) FROM pg_attribute
 WHERE attrelid = 'pgscale.vacuum'::regclass AND attnum > 0 ORDER BY attnum;
CREATE VIEW seen AS SELECT v.* FROM pgscale.vacuum v JOIN pg_class c ON c.oid = v."table" WHERE c.relnamespace = 'vacuum'::regnamespace ORDER BY c.relname;
CREATE VIEW dead AS SELECT "table", live_rows, dead_rows, dead_pct, vacuum_overdue, vacuum_reason, vacuum_threshold, insert_threshold FROM seen;

-- dead rows: 50 and a fifth of what was counted last, which was nothing before
CREATE TABLE t (k int);
INSERT INTO t SELECT generate_series(1, 100);
DELETE FROM t WHERE k <= 50;
SELECT pg_stat_force_next_flush();
SELECT * FROM dead;
DELETE FROM t WHERE k = 51;
SELECT pg_stat_force_next_flush();
SELECT * FROM dead;
VACUUM t;
SELECT * FROM dead;
INSERT INTO t SELECT generate_series(1, 51);
VACUUM ANALYZE t;
DELETE FROM t WHERE k <= 70;
SELECT pg_stat_force_next_flush();
SELECT * FROM dead;
DELETE FROM t WHERE k = 71;
SELECT pg_stat_force_next_flush();
SELECT * FROM dead;
-- the settings of the table come before those of the server
ALTER TABLE t SET (autovacuum_vacuum_threshold = 100);
SELECT * FROM dead;
ALTER TABLE t SET (autovacuum_vacuum_scale_factor = 0);
SELECT * FROM dead;
ALTER TABLE t SET (autovacuum_vacuum_scale_factor = '0.011', autovacuum_enabled = 'off');
SELECT "table", vacuum_threshold, vacuum_overdue, autovacuum FROM seen;
DROP TABLE t;

-- inserts
CREATE TABLE t (k int);
INSERT INTO t SELECT generate_series(1, 1000);
SELECT pg_stat_force_next_flush();
SELECT * FROM dead;
INSERT INTO t VALUES (1001);
SELECT pg_stat_force_next_flush();
SELECT * FROM dead;
ALTER TABLE t SET (autovacuum_vacuum_insert_threshold = -1);
SELECT * FROM dead;
ALTER TABLE t SET (autovacuum_vacuum_insert_threshold = 0, autovacuum_vacuum_insert_scale_factor = 10);
ANALYZE t;
SELECT * FROM dead;
-- pages that are frozen do not count, where the server counts them
ALTER TABLE t RESET (autovacuum_vacuum_insert_threshold, autovacuum_vacuum_insert_scale_factor);
VACUUM (FREEZE) t;
SELECT s."table", s.insert_threshold = floor(1000 + 0.2 * c.reltuples * (1 - coalesce((to_jsonb(c)->>'relallfrozen')::int, 0) / c.relpages)) AS unfrozen
  FROM seen s JOIN pg_class c ON c.oid = s."table";

-- changed rows
UPDATE t SET k = k WHERE k <= 150;
SELECT pg_stat_force_next_flush();
SELECT "table", analyze_overdue, analyze_overdue_leaves, analyze_worst, worst_changed_rows, analyze_threshold FROM seen;
UPDATE t SET k = k WHERE k = 151;
SELECT pg_stat_force_next_flush();
SELECT "table", analyze_overdue, analyze_overdue_leaves, analyze_worst, worst_changed_rows, analyze_threshold FROM seen;
ALTER TABLE t SET (autovacuum_analyze_threshold = 200, autovacuum_analyze_scale_factor = 0.5);
SELECT "table", analyze_overdue, worst_changed_rows, analyze_threshold FROM seen;
DROP TABLE t;

-- TOAST has thresholds of its own, those of its table where it has none
CREATE TABLE t (k int, v text);
ALTER TABLE t ALTER v SET STORAGE EXTERNAL;
INSERT INTO t SELECT g, repeat('x', 20000) FROM generate_series(1, 6) g;
DELETE FROM t;
SELECT pg_stat_force_next_flush();
CREATE VIEW toast AS SELECT "table", leaves, dead_rows, vacuum_overdue, vacuum_overdue_parts, vacuum_reason,
  (SELECT reltoastrelid FROM pg_class WHERE oid = 't'::regclass) = vacuum_worst AS in_toast, worst_dead_rows, vacuum_threshold FROM seen;
SELECT * FROM toast;
ALTER TABLE t SET (autovacuum_vacuum_threshold = 61);
SELECT * FROM toast;
ALTER TABLE t SET (toast.autovacuum_vacuum_scale_factor = 0.3);
SELECT * FROM toast;
DROP VIEW toast;
DROP TABLE t;

-- the leaves of a root in one row: sums, the worst one, the oldest time
CREATE TABLE r (k int, v int) PARTITION BY RANGE (k);
CREATE TABLE r_1 PARTITION OF r FOR VALUES FROM (0) TO (1000);
CREATE TABLE r_2 PARTITION OF r FOR VALUES FROM (1000) TO (2000) PARTITION BY RANGE (k);
CREATE TABLE r_2_1 PARTITION OF r_2 FOR VALUES FROM (1000) TO (1500);
CREATE TABLE r_3 PARTITION OF r FOR VALUES FROM (2000) TO (3000);
CREATE TABLE r_4 PARTITION OF r FOR VALUES FROM (3000) TO (4000);
INSERT INTO r SELECT g, 0 FROM generate_series(0, 99) g UNION ALL SELECT g, 0 FROM generate_series(1000, 1299) g UNION ALL SELECT g, 0 FROM generate_series(2000, 2009) g;
SELECT pg_stat_force_next_flush();
-- r_4 has no rows, so that nothing is missing there
SELECT "table", leaves, live_rows, last_vacuum, never_vacuumed, last_analyze, never_analyzed, parent_analyzed, parent_statistics, parent_changed_rows FROM seen;
VACUUM ANALYZE r_2_1;
VACUUM ANALYZE r_1;
SELECT s."table", s.last_vacuum = c.last_vacuum AS oldest_vacuum, s.never_vacuumed, s.last_analyze = c.last_analyze AS oldest_analyze,
       s.never_analyzed, s.parent_analyzed, s.parent_statistics, s.parent_changed_rows
  FROM seen s, pg_stat_user_tables c WHERE c.relid = 'r_2_1'::regclass;
DELETE FROM r WHERE k < 30 OR k BETWEEN 1000 AND 1119;
SELECT pg_stat_force_next_flush();
SELECT "table", leaves, live_rows, dead_rows, dead_pct, vacuum_overdue, vacuum_overdue_parts, vacuum_worst, worst_dead_rows, vacuum_threshold,
       analyze_overdue, analyze_overdue_leaves, analyze_worst, worst_changed_rows, analyze_threshold, parent_changed_rows FROM seen;
-- a leaf may have settings of its own
ALTER TABLE r_1 SET (autovacuum_vacuum_threshold = 0, autovacuum_vacuum_scale_factor = 0.01);
SELECT "table", vacuum_overdue_parts, vacuum_worst, worst_dead_rows, vacuum_threshold FROM seen;
-- only ANALYZE of the root gives it statistics
ANALYZE r;
SELECT s."table", s.never_analyzed, s.parent_analyzed = c.last_analyze AS parent_analyzed, s.parent_statistics, s.parent_changed_rows, s.analyze_overdue
  FROM seen s, pg_stat_user_tables c WHERE c.relid = 'r'::regclass;
-- after a crash the counts begin anew, the catalogs stay
SELECT pg_stat_reset_single_table_counters(l::regclass) FROM unnest('{r, r_1, r_2_1, r_3, r_4}'::text[]) l;
SELECT "table", live_rows, dead_rows, dead_pct, last_vacuum, never_vacuumed, never_analyzed, parent_analyzed, parent_statistics FROM seen;
DROP TABLE r;

-- materialized views, no temporary tables, no root without partitions
CREATE MATERIALIZED VIEW m AS SELECT 1 AS k;
CREATE TEMP TABLE vacuum_temporary (k int);
CREATE TABLE no_leaves (k int) PARTITION BY LIST (k);
SELECT "table", leaves, running_pid, running_phase FROM seen;
SELECT count(*) FROM pgscale.vacuum WHERE "table" = 'vacuum_temporary'::regclass;
SELECT analyze_worst, never_analyzed FROM pgscale.vacuum WHERE "table" = 'pg_statistic'::regclass;
-- statistics are everybody's
SET ROLE regress_vacuum;
SELECT "table", leaves FROM pgscale.vacuum WHERE "table" = 'vacuum.m'::regclass;
RESET ROLE;
SET client_min_messages = warning;
DROP SCHEMA vacuum CASCADE;
DROP ROLE regress_vacuum;
