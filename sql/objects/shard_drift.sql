-- What is otherwise on the shards than the sharded tables want it. Asks the shards, all at once, for five seconds at most.
CREATE FUNCTION pgscale.shard_drift_of(relation regclass DEFAULT NULL)
    RETURNS TABLE (relation regclass, leaf name, shard name, kind text, object text, severity text, detail text,
                   fix_on text, fix text[])
    LANGUAGE c VOLATILE PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp SET datestyle = 'ISO' SET intervalstyle = 'postgres' SET timezone = 'UTC'
    AS 'MODULE_PATHNAME', 'pgscale_shard_drift_of';
COMMENT ON FUNCTION pgscale.shard_drift_of(regclass) IS
'The rows of view shard_drift for one sharded table, or one foreign table made by hand; NULL: for all that the caller may see. Asks their shards, as the owners of the tables.';

CREATE VIEW pgscale.shard_drift AS
SELECT d.relation, d.leaf, d.shard, d.kind, d.object, d.severity, d.detail, d.fix_on, d.fix
  FROM pgscale.shard_drift_of() d
 ORDER BY array_position('{critical,warning,info}', d.severity), d.relation::text, d.shard, d.leaf NULLS FIRST, d.kind, d.object;
COMMENT ON VIEW pgscale.shard_drift IS 'How tables on the shards differ from what the sharded tables here want, the worst first; asks the shards, five seconds at most. repair_shards() carries out the fixes';
COMMENT ON COLUMN pgscale.shard_drift.relation IS 'The sharded table, or a foreign table that was made by hand';
COMMENT ON COLUMN pgscale.shard_drift.leaf IS 'The partition; NULL for the sharded table itself';
COMMENT ON COLUMN pgscale.shard_drift.shard IS 'The shard; NULL when the table here could not be read';
COMMENT ON COLUMN pgscale.shard_drift.kind IS 'What differs; the manual lists the kinds';
COMMENT ON COLUMN pgscale.shard_drift.object IS 'The column, constraint, index or user on the shard; NULL where it is the table';
COMMENT ON COLUMN pgscale.shard_drift.severity IS 'critical: rows are lost, misplaced or refused; warning; info';
COMMENT ON COLUMN pgscale.shard_drift.detail IS 'What is different';
COMMENT ON COLUMN pgscale.shard_drift.fix_on IS 'Where the fix is carried out: local or shard';
COMMENT ON COLUMN pgscale.shard_drift.fix IS 'The statements that mend it; NULL where only a person can decide';
GRANT SELECT ON pgscale.shard_drift TO PUBLIC;

CREATE PROCEDURE pgscale.repair_shards(relation regclass DEFAULT NULL)
    LANGUAGE c AS 'MODULE_PATHNAME', 'pgscale_repair_shards';
COMMENT ON PROCEDURE pgscale.repair_shards(regclass) IS
'Carries out the fixes of view shard_drift for the tables of the caller, or for one of them, a transaction each. Drops no table and no column. Must be called outside a transaction block.';
