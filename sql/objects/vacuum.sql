
CREATE FUNCTION pgscale.frozen_pages(OUT relation oid, OUT pages integer) RETURNS SETOF record
    LANGUAGE c VOLATILE PARALLEL RESTRICTED
    SET search_path = pg_catalog, pg_temp
    AS 'MODULE_PATHNAME', 'pgscale_frozen_pages';
COMMENT ON FUNCTION pgscale.frozen_pages() IS
'All-frozen pages of each table; no rows on servers that do not count them (before PostgreSQL 18); part of the views';

-- The arithmetic is the server's, in float4 (relation_needs_vacanalyze). A function that claims a fixed number of rows and
-- forbids JIT: for as many rows as the catalogs have, compiling would take seconds where running takes milliseconds.
CREATE FUNCTION pgscale.table_parts(
    OUT relation oid, OUT root oid, OUT is_toast boolean, OUT is_temporary boolean, OUT reltuples real,
    OUT xid_age integer, OUT mxid_age integer, OUT freeze_max_age bigint, OUT multixact_freeze_max_age bigint,
    OUT autovacuum boolean, OUT vacuum_threshold real, OUT insert_threshold real, OUT analyze_threshold real)
    RETURNS SETOF record
    LANGUAGE sql VOLATILE PARALLEL RESTRICTED ROWS 1000
    SET search_path = pg_catalog, pg_temp
    SET jit = off
BEGIN ATOMIC
WITH RECURSIVE class AS MATERIALIZED (
    SELECT c.oid, c.relkind, c.relispartition, c.relpersistence = 't' AS is_temporary, c.reltoastrelid, c.relpages, c.reltuples,
           c.relfrozenxid, c.relminmxid, c.reloptions
      FROM pg_catalog.pg_class c
     WHERE c.relkind IN ('r', 'm', 't', 'p')),
partition AS (
    SELECT c.oid AS root, c.oid AS relation
      FROM class c
     WHERE c.relkind = 'p' AND NOT c.relispartition
    UNION ALL
    SELECT p.root, i.inhrelid
      FROM partition p
      JOIN pg_catalog.pg_inherits i ON i.inhparent = p.relation),
option AS MATERIALIZED (
    SELECT c.oid AS relation,
           bool_and(o.option_value::boolean) FILTER (WHERE o.option_name = 'autovacuum_enabled') AS enabled,
           max(o.option_value::real) FILTER (WHERE o.option_name = 'autovacuum_vacuum_threshold') AS threshold,
           max(o.option_value::real) FILTER (WHERE o.option_name = 'autovacuum_vacuum_scale_factor') AS scale,
           max(o.option_value::real) FILTER (WHERE o.option_name = 'autovacuum_vacuum_max_threshold') AS max_threshold,
           max(o.option_value::real) FILTER (WHERE o.option_name = 'autovacuum_vacuum_insert_threshold') AS insert_threshold,
           max(o.option_value::real) FILTER (WHERE o.option_name = 'autovacuum_vacuum_insert_scale_factor') AS insert_scale,
           max(o.option_value::real) FILTER (WHERE o.option_name = 'autovacuum_analyze_threshold') AS analyze_threshold,
           max(o.option_value::real) FILTER (WHERE o.option_name = 'autovacuum_analyze_scale_factor') AS analyze_scale,
           max(o.option_value::float8) FILTER (WHERE o.option_name = 'autovacuum_freeze_max_age') AS freeze_max_age,
           max(o.option_value::float8) FILTER (WHERE o.option_name = 'autovacuum_multixact_freeze_max_age') AS multixact_freeze_max_age
      FROM class c
     CROSS JOIN LATERAL pg_catalog.pg_options_to_table(c.reloptions) o
     WHERE c.reloptions IS NOT NULL
     GROUP BY c.oid),
setting AS MATERIALIZED (
    SELECT current_setting('autovacuum')::boolean AND current_setting('track_counts')::boolean AS enabled,
           current_setting('autovacuum_vacuum_threshold')::real AS threshold,
           current_setting('autovacuum_vacuum_scale_factor')::real AS scale,
           current_setting('autovacuum_vacuum_max_threshold', true)::real AS max_threshold,
           current_setting('autovacuum_vacuum_insert_threshold')::real AS insert_threshold,
           current_setting('autovacuum_vacuum_insert_scale_factor')::real AS insert_scale,
           current_setting('autovacuum_analyze_threshold')::real AS analyze_threshold,
           current_setting('autovacuum_analyze_scale_factor')::real AS analyze_scale,
           current_setting('autovacuum_freeze_max_age')::bigint AS freeze_max_age,
           current_setting('autovacuum_multixact_freeze_max_age')::bigint AS multixact_freeze_max_age),
-- A TOAST table with settings of its own takes none from its table.
part AS (
    SELECT c.oid, coalesce(p.root, c.oid) AS root, c.oid AS option_of, false AS is_toast,
           c.is_temporary, c.relpages, c.reltuples, c.relfrozenxid, c.relminmxid
      FROM class c
      LEFT JOIN partition p ON p.relation = c.oid
     WHERE c.relkind IN ('r', 'm')
    UNION ALL
    SELECT t.oid, coalesce(p.root, c.oid), CASE WHEN t.reloptions IS NULL THEN c.oid ELSE t.oid END, true,
           c.is_temporary, t.relpages, t.reltuples, t.relfrozenxid, t.relminmxid
      FROM class c
      JOIN class t ON t.oid = c.reltoastrelid
      LEFT JOIN partition p ON p.relation = c.oid
     WHERE c.relkind IN ('r', 'm'))
SELECT p.oid, p.root, p.is_toast, p.is_temporary, p.reltuples,
       CASE WHEN p.relfrozenxid <> '0' THEN pgscale.transactions_since(p.relfrozenxid) END,
       CASE WHEN p.relminmxid <> '0' THEN mxid_age(p.relminmxid) END,
       least(o.freeze_max_age::bigint, s.freeze_max_age),
       least(o.multixact_freeze_max_age::bigint, s.multixact_freeze_max_age),
       s.enabled AND coalesce(o.enabled, true),
       least(coalesce(o.threshold, s.threshold) + coalesce(o.scale, s.scale) * r.reltuples,
             nullif(coalesce(o.max_threshold, s.max_threshold), -1)),
       -- -1: inserts do not count
       nullif(coalesce(o.insert_threshold, s.insert_threshold), -1)
         + coalesce(o.insert_scale, s.insert_scale) * r.reltuples * r.unfrozen,
       coalesce(o.analyze_threshold, s.analyze_threshold) + coalesce(o.analyze_scale, s.analyze_scale) * r.reltuples
  FROM part p
  LEFT JOIN option o ON o.relation = p.option_of
  LEFT JOIN pgscale.frozen_pages() f ON f.relation = p.oid
 CROSS JOIN setting s
 CROSS JOIN LATERAL (
        SELECT greatest(p.reltuples, 0::real) AS reltuples,
               CASE WHEN p.relpages > 0 AND f.pages > 0
                    THEN 1::real - least(f.pages, p.relpages)::real / p.relpages::real ELSE 1::real END AS unfrozen) r;
END;
COMMENT ON FUNCTION pgscale.table_parts() IS
'Tables, materialized views and their TOAST tables, with the root of the partitions above and what autovacuum goes by for each; part of the views';

-- The oldest part of a table is the largest of arrays whose first element decides: no sorting, no second look.
-- The server assigns no transaction within 3,000,000 of the wraparound at 2^31 - 1 (SetTransactionIdLimit), and no
-- multixact likewise (SetMultiXactIdLimit).
CREATE VIEW pgscale.wraparound AS
WITH oldest AS (
    SELECT p.root,
           max(ARRAY[p.xid_age, (NOT p.is_toast)::int, p.relation::bigint, p.freeze_max_age]) AS xid,
           max(ARRAY[p.mxid_age, (NOT p.is_toast)::int, p.relation::bigint, p.multixact_freeze_max_age]) FILTER (WHERE p.mxid_age IS NOT NULL) AS mxid
      FROM pgscale.table_parts() p
     WHERE p.xid_age IS NOT NULL
     GROUP BY p.root),
age AS (
    SELECT 'database' AS kind, d.datname, NULL::regclass AS "table", NULL::regclass AS oldest,
           pgscale.transactions_since(d.datfrozenxid) AS xid_age,
           pg_catalog.current_setting('autovacuum_freeze_max_age')::bigint AS freeze_max_age,
           NULL::regclass AS oldest_mxid,
           pg_catalog.mxid_age(d.datminmxid) AS mxid_age,
           pg_catalog.current_setting('autovacuum_multixact_freeze_max_age')::bigint AS multixact_freeze_max_age
      FROM pg_catalog.pg_database d
    UNION ALL
    SELECT 'table', pg_catalog.current_database(), o.root::regclass, o.xid[3]::regclass, o.xid[1]::int, o.xid[4],
           o.mxid[3]::regclass, o.mxid[1]::int, o.mxid[4]
      FROM oldest o)
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
WITH part AS MATERIALIZED (
    SELECT p.*,
           pg_catalog.pg_stat_get_dead_tuples(p.relation) AS dead,
           pg_catalog.pg_stat_get_ins_since_vacuum(p.relation) AS inserted,
           CASE WHEN NOT p.is_toast THEN pg_catalog.pg_stat_get_live_tuples(p.relation) END AS counted,
           CASE WHEN NOT p.is_toast AND p.relation <> 'pg_catalog.pg_statistic'::regclass
                THEN pg_catalog.pg_stat_get_mod_since_analyze(p.relation) END AS changed,
           CASE WHEN NOT p.is_toast
                THEN greatest(pg_catalog.pg_stat_get_last_vacuum_time(p.relation), pg_catalog.pg_stat_get_last_autovacuum_time(p.relation)) END AS vacuumed,
           CASE WHEN NOT p.is_toast
                THEN greatest(pg_catalog.pg_stat_get_last_analyze_time(p.relation), pg_catalog.pg_stat_get_last_autoanalyze_time(p.relation)) END AS analyzed
      FROM pgscale.table_parts() p
     WHERE NOT p.is_temporary),
judged AS (
    SELECT p.*,
           -- a count without a VACUUM or ANALYZE may have begun anew with a crash
           CASE WHEN p.vacuumed IS NULL AND p.analyzed IS NULL THEN greatest(p.counted, p.reltuples::bigint) ELSE p.counted END AS live,
           NOT p.is_toast AND (p.counted > 0 OR p.reltuples > 0) AS has_rows,
           CASE WHEN p.xid_age > p.freeze_max_age OR p.mxid_age > p.multixact_freeze_max_age THEN 3
                WHEN p.dead::real > p.vacuum_threshold THEN 2
                WHEN p.inserted::real > p.insert_threshold THEN 1
                ELSE 0 END AS reason,
           p.changed::real > p.analyze_threshold AS analyze_due
      FROM part p),
rolled AS (
    SELECT j.root,
           count(*) FILTER (WHERE NOT j.is_toast) AS leaves,
           sum(j.live) FILTER (WHERE NOT j.is_toast) AS live,
           sum(j.dead) FILTER (WHERE NOT j.is_toast) AS dead,
           count(*) FILTER (WHERE j.reason > 0) AS vacuum_due,
           max(ARRAY[CASE WHEN j.reason = 3 THEN 'Infinity'
                          ELSE greatest(j.dead / greatest(j.vacuum_threshold, 1),
                                        CASE WHEN j.insert_threshold IS NOT NULL THEN j.inserted / greatest(j.insert_threshold, 1) END) END,
                     (NOT j.is_toast)::int, j.relation::bigint, j.reason, j.dead, j.vacuum_threshold, j.inserted, j.insert_threshold]::float8[]) AS to_vacuum,
           count(*) FILTER (WHERE j.analyze_due) AS analyze_due,
           max(ARRAY[j.changed / greatest(j.analyze_threshold, 1),
                     j.relation::bigint, j.changed, j.analyze_threshold]::float8[]) FILTER (WHERE j.changed IS NOT NULL) AS to_analyze,
           min(j.vacuumed) AS vacuumed,
           count(*) FILTER (WHERE j.has_rows AND j.vacuumed IS NULL) AS never_vacuumed,
           min(j.analyzed) AS analyzed,
           count(*) FILTER (WHERE j.has_rows AND j.changed IS NOT NULL AND j.analyzed IS NULL
                              AND NOT EXISTS (SELECT FROM pg_catalog.pg_statistic s WHERE s.starelid = j.relation AND NOT s.stainherit)) AS never_analyzed,
           bool_and(j.autovacuum) AS autovacuum,
           sum(j.changed) AS changed
      FROM judged j
     GROUP BY j.root),
-- Who may not see what a process does does not see its relid either.
running AS (
    SELECT DISTINCT ON (p.root) p.root, v.pid, v.relid, v.phase,
           round(100.0 * v.heap_blks_scanned / nullif(v.heap_blks_total, 0), 2) AS scanned_pct
      FROM pg_catalog.pg_stat_progress_vacuum v
      JOIN part p ON p.relation = v.relid
     WHERE v.datname = pg_catalog.current_database()
     ORDER BY p.root, v.pid)
SELECT r.root::regclass AS "table",
       r.leaves::int AS leaves,
       r.live::bigint AS live_rows,
       r.dead::bigint AS dead_rows,
       round(100.0 * r.dead / nullif(r.live + r.dead, 0), 2) AS dead_pct,
       r.vacuum_due > 0 AS vacuum_overdue,
       r.vacuum_due::int AS vacuum_overdue_parts,
       (ARRAY['inserts', 'dead rows', 'wraparound'])[(r.to_vacuum)[4]::int] AS vacuum_reason,
       (r.to_vacuum)[3]::bigint::regclass AS vacuum_worst,
       (r.to_vacuum)[5]::bigint AS worst_dead_rows,
       floor((r.to_vacuum)[6])::bigint AS vacuum_threshold,
       (r.to_vacuum)[7]::bigint AS worst_inserted_rows,
       floor((r.to_vacuum)[8])::bigint AS insert_threshold,
       r.analyze_due > 0 AS analyze_overdue,
       r.analyze_due::int AS analyze_overdue_leaves,
       (r.to_analyze)[2]::bigint::regclass AS analyze_worst,
       (r.to_analyze)[3]::bigint AS worst_changed_rows,
       floor((r.to_analyze)[4])::bigint AS analyze_threshold,
       r.vacuumed AS last_vacuum,
       r.never_vacuumed::int AS never_vacuumed,
       r.analyzed AS last_analyze,
       r.never_analyzed::int AS never_analyzed,
       r.autovacuum,
       v.pid AS running_pid,
       v.relid::regclass AS running_on,
       v.phase AS running_phase,
       v.scanned_pct AS running_scanned_pct,
       CASE WHEN c.relkind = 'p'
            THEN greatest(pg_catalog.pg_stat_get_last_analyze_time(c.oid), pg_catalog.pg_stat_get_last_autoanalyze_time(c.oid)) END AS parent_analyzed,
       CASE WHEN c.relkind = 'p'
            THEN EXISTS (SELECT FROM pg_catalog.pg_statistic s WHERE s.starelid = c.oid AND s.stainherit) END AS parent_statistics,
       CASE WHEN c.relkind = 'p' THEN r.changed::bigint END AS parent_changed_rows
  FROM rolled r
  JOIN pg_catalog.pg_class c ON c.oid = r.root
  LEFT JOIN running v ON v.root = r.root
 ORDER BY r.vacuum_due > 0 DESC, r.dead DESC, r.root;
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
