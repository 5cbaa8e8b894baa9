
-- One pass over the catalogs and the statistics in C.
CREATE FUNCTION pgscale.freeze_ages()
    RETURNS TABLE (root oid, oldest oid, xid_age integer, freeze_max_age bigint,
                   oldest_mxid oid, mxid_age integer, multixact_freeze_max_age bigint)
    LANGUAGE c VOLATILE PARALLEL RESTRICTED ROWS 1000
    AS 'MODULE_PATHNAME', 'pgscale_freeze_ages';
COMMENT ON FUNCTION pgscale.freeze_ages() IS
'How old each table is, with its TOAST table and all below it, and where; part of the view wraparound';

CREATE FUNCTION pgscale.vacuum_work()
    RETURNS TABLE (root oid, leaves integer, live_rows bigint, dead_rows bigint,
                   vacuum_due integer, vacuum_reason text, vacuum_worst oid, worst_dead_rows bigint, vacuum_threshold bigint,
                   worst_inserted_rows bigint, insert_threshold bigint,
                   analyze_due integer, analyze_worst oid, worst_changed_rows bigint, analyze_threshold bigint,
                   last_vacuum timestamptz, never_vacuumed integer, last_analyze timestamptz, unanalyzed oid[],
                   autovacuum boolean, changed_rows bigint)
    LANGUAGE c VOLATILE PARALLEL RESTRICTED ROWS 1000
    AS 'MODULE_PATHNAME', 'pgscale_vacuum_work';
COMMENT ON FUNCTION pgscale.vacuum_work() IS
'What autovacuum has to do in each table, with its TOAST table and all below it; part of the view vacuum';

-- The server assigns no transaction within 3,000,000 of the wraparound at 2^31 - 1 (SetTransactionIdLimit), and no
-- multixact likewise (SetMultiXactIdLimit).
CREATE VIEW pgscale.wraparound AS
WITH age AS (
    SELECT 'database' AS kind, d.datname, NULL::regclass AS "table", NULL::regclass AS oldest,
           pgscale.transactions_since(d.datfrozenxid) AS xid_age,
           pg_catalog.current_setting('autovacuum_freeze_max_age')::bigint AS freeze_max_age,
           NULL::regclass AS oldest_mxid,
           pg_catalog.mxid_age(d.datminmxid) AS mxid_age,
           pg_catalog.current_setting('autovacuum_multixact_freeze_max_age')::bigint AS multixact_freeze_max_age
      FROM pg_catalog.pg_database d
    UNION ALL
    SELECT 'table', pg_catalog.current_database(), f.root::regclass, f.oldest::regclass, f.xid_age, f.freeze_max_age,
           f.oldest_mxid::regclass, f.mxid_age, f.multixact_freeze_max_age
      FROM pgscale.freeze_ages() f)
SELECT a.kind,
       a.datname,
       a."table",
       a.oldest,
       a.xid_age,
       a.freeze_max_age,
       round(100.0 * a.xid_age / a.freeze_max_age, 2) AS freeze_pct,
       CASE WHEN a.xid_age > 2144483647 THEN 100 ELSE round(100.0 * a.xid_age / 2144483647, 2) END AS stop_pct,
       CASE WHEN a.xid_age > 2144483647 THEN 0 ELSE 2144483647 - a.xid_age END AS xids_left,
       a.oldest_mxid,
       a.mxid_age,
       a.multixact_freeze_max_age,
       round(100.0 * a.mxid_age / a.multixact_freeze_max_age, 2) AS mxid_freeze_pct,
       CASE WHEN a.mxid_age > 2144483647 THEN 100 ELSE round(100.0 * a.mxid_age / 2144483647, 2) END AS mxid_stop_pct,
       CASE WHEN a.mxid_age > 2144483647 THEN 0 ELSE 2144483647 - a.mxid_age END AS mxids_left
  FROM age a
 ORDER BY a.kind, greatest(a.xid_age, a.mxid_age) DESC, a.datname, a."table";
COMMENT ON VIEW pgscale.wraparound IS 'How far each database, and in this database each table with its partitions and TOAST, is from the point where the server assigns no more transactions; the oldest first';
COMMENT ON COLUMN pgscale.wraparound.kind IS 'database or table';
COMMENT ON COLUMN pgscale.wraparound.datname IS 'The database';
COMMENT ON COLUMN pgscale.wraparound."table" IS 'The table, a root for partitions; NULL for a database';
COMMENT ON COLUMN pgscale.wraparound.oldest IS 'Which partition or TOAST table of it has xid_age';
COMMENT ON COLUMN pgscale.wraparound.xid_age IS 'Transactions since the oldest that may stand unfrozen in it';
COMMENT ON COLUMN pgscale.wraparound.freeze_max_age IS 'Age at which autovacuum freezes it, even where it is switched off';
COMMENT ON COLUMN pgscale.wraparound.freeze_pct IS 'xid_age in percent of that; above 100 autovacuum is due and has not come yet, or not to its end';
COMMENT ON COLUMN pgscale.wraparound.stop_pct IS 'xid_age in percent of 2,144,483,647, where the server refuses to write';
COMMENT ON COLUMN pgscale.wraparound.xids_left IS 'Transactions until then';
COMMENT ON COLUMN pgscale.wraparound.oldest_mxid IS 'Which partition or TOAST table of it has mxid_age';
COMMENT ON COLUMN pgscale.wraparound.mxid_age IS 'Multixacts since the oldest that may stand in it';
COMMENT ON COLUMN pgscale.wraparound.multixact_freeze_max_age IS 'Age at which autovacuum freezes it; the server takes less when the space for members runs short';
COMMENT ON COLUMN pgscale.wraparound.mxid_freeze_pct IS 'mxid_age in percent of that';
COMMENT ON COLUMN pgscale.wraparound.mxid_stop_pct IS 'mxid_age in percent of 2,144,483,647, where the server makes no more multixacts';
COMMENT ON COLUMN pgscale.wraparound.mxids_left IS 'Multixacts until then';

CREATE VIEW pgscale.vacuum AS
WITH work AS MATERIALIZED (SELECT * FROM pgscale.vacuum_work()),
-- Who may not see what a process does does not see its relid either.
running AS (
    SELECT DISTINCT ON (r.root) r.root, v.pid, v.relid, v.phase,
           round(100.0 * v.heap_blks_scanned / nullif(v.heap_blks_total, 0), 2) AS scanned_pct
      FROM pg_catalog.pg_stat_progress_vacuum v
      LEFT JOIN pg_catalog.pg_class t ON t.reltoastrelid = v.relid
     CROSS JOIN LATERAL (
            SELECT coalesce(pg_catalog.pg_partition_root(coalesce(t.oid, v.relid)), coalesce(t.oid, v.relid))::oid AS root) r
     WHERE v.datname = pg_catalog.current_database()
     ORDER BY r.root, v.pid)
SELECT w.root::regclass AS "table",
       w.leaves,
       w.live_rows,
       w.dead_rows,
       round(100.0 * w.dead_rows / nullif(w.live_rows + w.dead_rows, 0), 2) AS dead_pct,
       w.vacuum_due > 0 AS vacuum_overdue,
       w.vacuum_due AS vacuum_overdue_parts,
       w.vacuum_reason,
       w.vacuum_worst::regclass AS vacuum_worst,
       w.worst_dead_rows,
       w.vacuum_threshold,
       w.worst_inserted_rows,
       w.insert_threshold,
       w.analyze_due > 0 AS analyze_overdue,
       w.analyze_due AS analyze_overdue_leaves,
       w.analyze_worst::regclass AS analyze_worst,
       w.worst_changed_rows,
       w.analyze_threshold,
       w.last_vacuum,
       w.never_vacuumed,
       w.last_analyze,
       -- what a crash loses are the times, not the statistics of the planner
       (SELECT count(*) FROM unnest(w.unanalyzed) u (oid)
         WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_statistic s WHERE s.starelid = u.oid AND NOT s.stainherit))::int AS never_analyzed,
       w.autovacuum,
       v.pid AS running_pid,
       v.relid::regclass AS running_on,
       v.phase AS running_phase,
       v.scanned_pct AS running_scanned_pct,
       CASE WHEN p.partrelid IS NOT NULL
            THEN greatest(pg_catalog.pg_stat_get_last_analyze_time(w.root), pg_catalog.pg_stat_get_last_autoanalyze_time(w.root)) END AS parent_analyzed,
       CASE WHEN p.partrelid IS NOT NULL
            THEN EXISTS (SELECT FROM pg_catalog.pg_statistic s WHERE s.starelid = w.root AND s.stainherit) END AS parent_statistics,
       CASE WHEN p.partrelid IS NOT NULL THEN w.changed_rows END AS parent_changed_rows
  FROM work w
  LEFT JOIN pg_catalog.pg_partitioned_table p ON p.partrelid = w.root
  LEFT JOIN running v ON v.root = w.root
 ORDER BY w.vacuum_due > 0 DESC, w.dead_rows DESC, w.root;
COMMENT ON VIEW pgscale.vacuum IS 'What VACUUM and ANALYZE have to do in each table, a root with all its partitions in one row, by the thresholds of autovacuum; overdue ones first. Temporary tables are left out, as autovacuum does';
COMMENT ON COLUMN pgscale.vacuum."table" IS 'The table, materialized view or root of partitions';
COMMENT ON COLUMN pgscale.vacuum.leaves IS 'Tables in this row, those with rows of their own; 1 for a table that is not partitioned';
COMMENT ON COLUMN pgscale.vacuum.live_rows IS 'Estimated live rows, without TOAST';
COMMENT ON COLUMN pgscale.vacuum.dead_rows IS 'Estimated dead rows, without TOAST';
COMMENT ON COLUMN pgscale.vacuum.dead_pct IS 'dead_rows in percent of both; NULL for an empty table';
COMMENT ON COLUMN pgscale.vacuum.vacuum_overdue IS 'Whether autovacuum vacuums a leaf or its TOAST table when it next looks, or would if it were not switched off';
COMMENT ON COLUMN pgscale.vacuum.vacuum_overdue_parts IS 'How many leaves and TOAST tables it is due for';
COMMENT ON COLUMN pgscale.vacuum.vacuum_reason IS 'Why it is due for vacuum_worst: wraparound (the age of its rows), dead rows or inserts; NULL: not due';
COMMENT ON COLUMN pgscale.vacuum.vacuum_worst IS 'The leaf or TOAST table that is nearest to its threshold, or furthest beyond';
COMMENT ON COLUMN pgscale.vacuum.worst_dead_rows IS 'Its dead rows';
COMMENT ON COLUMN pgscale.vacuum.vacuum_threshold IS 'It is due when it has more dead rows than this';
COMMENT ON COLUMN pgscale.vacuum.worst_inserted_rows IS 'Rows inserted into it since it was vacuumed';
COMMENT ON COLUMN pgscale.vacuum.insert_threshold IS 'It is due when these are more than this; NULL: inserts do not count';
COMMENT ON COLUMN pgscale.vacuum.analyze_overdue IS 'The same for ANALYZE';
COMMENT ON COLUMN pgscale.vacuum.analyze_overdue_leaves IS 'How many leaves it is due for';
COMMENT ON COLUMN pgscale.vacuum.analyze_worst IS 'The leaf that is nearest to its threshold, or furthest beyond';
COMMENT ON COLUMN pgscale.vacuum.worst_changed_rows IS 'Rows changed in it since it was analyzed';
COMMENT ON COLUMN pgscale.vacuum.analyze_threshold IS 'It is due when these are more than this';
COMMENT ON COLUMN pgscale.vacuum.last_vacuum IS 'When the leaf was vacuumed for which that is longest ago, by hand or by autovacuum; leaves without such a time are left out';
COMMENT ON COLUMN pgscale.vacuum.never_vacuumed IS 'Leaves with rows for which no VACUUM is known; statistics are lost in a crash';
COMMENT ON COLUMN pgscale.vacuum.last_analyze IS 'When the leaf was analyzed for which that is longest ago';
COMMENT ON COLUMN pgscale.vacuum.never_analyzed IS 'Leaves with rows that the planner has no statistics for';
COMMENT ON COLUMN pgscale.vacuum.autovacuum IS 'Whether autovacuum looks after all of it; false when it is switched off for the server or for a leaf';
COMMENT ON COLUMN pgscale.vacuum.running_pid IS 'Process of a VACUUM that runs on it now; NULL for none, and when it may not be seen';
COMMENT ON COLUMN pgscale.vacuum.running_on IS 'The leaf or TOAST table that it works on';
COMMENT ON COLUMN pgscale.vacuum.running_phase IS 'Its phase, as in pg_stat_progress_vacuum';
COMMENT ON COLUMN pgscale.vacuum.running_scanned_pct IS 'Scanned pages in percent of the table';
COMMENT ON COLUMN pgscale.vacuum.parent_analyzed IS 'Partitioned tables: when the root itself was last analyzed, which autovacuum never does; NULL: not known, statistics are lost in a crash';
COMMENT ON COLUMN pgscale.vacuum.parent_statistics IS 'Partitioned tables: whether the planner has statistics of the root';
COMMENT ON COLUMN pgscale.vacuum.parent_changed_rows IS 'Partitioned tables: rows changed in the leaves since each of them was analyzed, by itself or with the root';

GRANT SELECT ON pgscale.wraparound, pgscale.vacuum TO PUBLIC;
