CREATE FUNCTION pgscale.drift_of(parent regclass)
    RETURNS TABLE (partition regclass, kind text, object text, expected text, actual text,
                   severity text, repair text[], locks text)
    LANGUAGE c VOLATILE PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp SET datestyle = 'ISO' SET intervalstyle = 'postgres' SET jit = off
    AS 'MODULE_PATHNAME', 'pgscale_drift_of';
COMMENT ON FUNCTION pgscale.drift_of(regclass) IS
'What the partitions of one set have otherwise than its parent wishes, and what its bounds leave open; as in the view drift. Reads catalogs only and waits for no lock.';

CREATE PROCEDURE pgscale.repair(parent regclass, kinds text[] DEFAULT NULL)
    LANGUAGE c AS 'MODULE_PATHNAME', 'pgscale_repair';
COMMENT ON PROCEDURE pgscale.repair(regclass, text[]) IS
'Carries out the repairs that the view drift shows for the set, all or those of some kinds, a transaction for each step; indexes are built concurrently, one at a time. Must be called outside a transaction block.';

-- The inner query is not to be flattened: no set is looked at before its reader is known.
CREATE VIEW pgscale.drift WITH (security_barrier) AS
SELECT s.parent::regclass AS parent,
       d.partition,
       d.kind,
       d.object,
       d.expected,
       d.actual,
       d.severity,
       d.repair,
       d.locks
  FROM (SELECT p.parent
          FROM pgscale.policy p
          JOIN pg_catalog.pg_class c ON c.oid = p.parent
         WHERE pg_catalog.pg_has_role(c.relowner, 'USAGE')
            OR pg_catalog.pg_has_role('pg_read_all_stats', 'USAGE')
        OFFSET 0) s
 CROSS JOIN LATERAL pgscale.drift_of(s.parent) d;
COMMENT ON VIEW pgscale.drift IS 'What partitions have otherwise than their parent wishes, and what the bounds of a set leave open; no row is good news';
COMMENT ON COLUMN pgscale.drift.parent IS 'The set';
COMMENT ON COLUMN pgscale.drift.partition IS 'The partition; NULL for the parent itself and for what no partition of it covers; of a set below it that set';
COMMENT ON COLUMN pgscale.drift.kind IS 'index, constraint, owner, grant, storage, tablespace, access method, trigger, replica identity, row security, persistence, default, identity, generated, statistics, gap, overlap, guard, or set (which cannot be looked at)';
COMMENT ON COLUMN pgscale.drift.object IS 'The index, constraint, column, role or trigger, or the bounds; NULL for the table as a whole';
COMMENT ON COLUMN pgscale.drift.expected IS 'What the parent wishes; NULL for nothing';
COMMENT ON COLUMN pgscale.drift.actual IS 'What there is; NULL for nothing';
COMMENT ON COLUMN pgscale.drift.severity IS 'info, warning or critical';
COMMENT ON COLUMN pgscale.drift.repair IS 'The statements that repair() runs, one after the other; NULL where none is safe';
COMMENT ON COLUMN pgscale.drift.locks IS 'The locks that keep others out of existing tables, in the words of PostgreSQL''s manual';

GRANT SELECT ON pgscale.drift TO PUBLIC;
