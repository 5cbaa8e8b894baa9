-- A plain table becomes the oldest partition of a new parent that takes its name.

CREATE TABLE pgscale.adoption (
    relation pgscale.table_ref PRIMARY KEY,
    control name NOT NULL,
    "interval" text NOT NULL,
    premake integer NOT NULL,
    origin text NOT NULL,
    retention text,
    retire text NOT NULL,
    default_partition boolean NOT NULL,
    timezone text NOT NULL,
    naming text,
    ahead text,
    encoding text,
    encoding_options jsonb,
    encoder text,
    decoder text,
    boundary_asked text,
    boundary text,
    guard_until timestamptz,
    parent pgscale.table_ref,
    definition text,
    key_index name NOT NULL,
    begun_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
COMMENT ON TABLE pgscale.adoption IS 'Tables whose adoption has begun and not ended; what has been done is seen in the system catalogs';
COMMENT ON COLUMN pgscale.adoption.relation IS 'The table that is being adopted';
COMMENT ON COLUMN pgscale.adoption.control IS 'The column that becomes the partition key';
COMMENT ON COLUMN pgscale.adoption."interval" IS 'Width of a partition, as in policy';
COMMENT ON COLUMN pgscale.adoption.premake IS 'Number of partitions kept ready, as in policy';
COMMENT ON COLUMN pgscale.adoption.origin IS 'The bound from which all others are counted, as in policy';
COMMENT ON COLUMN pgscale.adoption.retention IS 'How long a partition is kept, as in policy';
COMMENT ON COLUMN pgscale.adoption.retire IS 'What happens to a retired partition, as in policy';
COMMENT ON COLUMN pgscale.adoption.default_partition IS 'Whether the set is to have a default partition, as in policy';
COMMENT ON COLUMN pgscale.adoption.timezone IS 'Time zone of the set, as in policy';
COMMENT ON COLUMN pgscale.adoption.naming IS 'Template of partition names, as in policy';
COMMENT ON COLUMN pgscale.adoption.ahead IS 'How far partitions reach ahead, as in policy';
COMMENT ON COLUMN pgscale.adoption.encoding IS 'How times are written in the keys, as in policy';
COMMENT ON COLUMN pgscale.adoption.encoding_options IS 'What the encoding needs to be told, as in policy';
COMMENT ON COLUMN pgscale.adoption.encoder IS 'Function that makes the smallest key of a time, as in policy';
COMMENT ON COLUMN pgscale.adoption.decoder IS 'Function that reads the time of a key, as in policy';
COMMENT ON COLUMN pgscale.adoption.boundary_asked IS 'The upper bound of the table that the user asked for; NULL where pgscale chooses it';
COMMENT ON COLUMN pgscale.adoption.boundary IS 'The upper bound of the guard; NULL until it is set';
COMMENT ON COLUMN pgscale.adoption.guard_until IS 'When the guard is removed if the adoption has not gone on, by the clock of the policies; NULL for number keys';
COMMENT ON COLUMN pgscale.adoption.parent IS 'The partitioned table that is to take the name; NULL until it is made';
COMMENT ON COLUMN pgscale.adoption.definition IS 'Fingerprint of the table when the parent was made like it';
COMMENT ON COLUMN pgscale.adoption.key_index IS 'Name of the index that is built where the primary key lacks the partition key';
COMMENT ON COLUMN pgscale.adoption.begun_at IS 'When adopt_table() was first called, in real time';

-- Restored with its parent, index and guard, an adoption can go on or be taken back.
SELECT pg_catalog.pg_extension_config_dump('pgscale.adoption',
    'WHERE EXISTS (SELECT FROM pg_catalog.pg_class c WHERE c.oid = relation)');
CREATE TRIGGER leave_out BEFORE INSERT ON pgscale.adoption
    FOR EACH ROW WHEN (NEW.relation = 0::oid OR NEW.parent = 0::oid) EXECUTE FUNCTION pgscale.leave_out();

CREATE TRIGGER wake_launcher AFTER INSERT OR UPDATE OF guard_until ON pgscale.adoption
    FOR EACH STATEMENT EXECUTE FUNCTION pgscale.wake_launcher();

CREATE FUNCTION pgscale.adopt_report(
    relation regclass,
    control name,
    "interval" text,
    premake integer DEFAULT 4,
    start_at text DEFAULT NULL,
    retention text DEFAULT NULL,
    retire text DEFAULT 'detach',
    default_partition boolean DEFAULT false,
    timezone text DEFAULT NULL,
    naming text DEFAULT NULL,
    ahead text DEFAULT NULL,
    encoding text DEFAULT NULL,
    encoding_options jsonb DEFAULT NULL,
    encoder regprocedure DEFAULT NULL,
    decoder regprocedure DEFAULT NULL,
    boundary text DEFAULT NULL
) RETURNS TABLE (subject text, object text, severity text, finding text, treatment text)
    LANGUAGE c VOLATILE PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp SET datestyle = 'ISO' SET intervalstyle = 'postgres'
    SET timezone = 'UTC'
    AS 'MODULE_PATHNAME', 'pgscale_adopt_report';
COMMENT ON FUNCTION pgscale.adopt_report IS
'What adopt_table() with the same arguments would find and do about it, one row for each finding: ok, info, change, or blocker, which must be removed first. Changes nothing.';

CREATE PROCEDURE pgscale.adopt_table(
    relation regclass,
    control name,
    "interval" text,
    premake integer DEFAULT 4,
    start_at text DEFAULT NULL,
    retention text DEFAULT NULL,
    retire text DEFAULT 'detach',
    default_partition boolean DEFAULT false,
    timezone text DEFAULT NULL,
    naming text DEFAULT NULL,
    ahead text DEFAULT NULL,
    encoding text DEFAULT NULL,
    encoding_options jsonb DEFAULT NULL,
    encoder regprocedure DEFAULT NULL,
    decoder regprocedure DEFAULT NULL,
    boundary text DEFAULT NULL
)
    LANGUAGE c AS 'MODULE_PATHNAME', 'pgscale_adopt_table';
COMMENT ON PROCEDURE pgscale.adopt_table IS
'Makes a plain table, with its rows where they are, the oldest partition of a new partition set of its name. Goes on where an earlier call has stopped. Must be called outside a transaction block.';

CREATE PROCEDURE pgscale.adopt_abort(relation regclass)
    LANGUAGE c AS 'MODULE_PATHNAME', 'pgscale_adopt_abort';
COMMENT ON PROCEDURE pgscale.adopt_abort(regclass) IS
'Takes back an adoption that has not come to its cut-over: the table is as it was before. Must be called outside a transaction block.';

CREATE VIEW pgscale.adoptions WITH (security_barrier) AS
SELECT a.relation::regclass AS relation,
       a.control,
       a."interval",
       a.premake,
       a.origin AS start_at,
       a.retention,
       a.retire,
       a.default_partition,
       a.timezone,
       a.naming,
       a.ahead,
       a.encoding,
       a.encoding_options,
       a.encoder,
       a.decoder,
       a.begun_at,
       p.oid::regclass AS parent,
       CASE WHEN k.oid IS NULL THEN NULL WHEN k.convalidated THEN 'validated' ELSE 'not validated' END AS guard,
       CASE WHEN k.oid IS NOT NULL THEN a.boundary END AS boundary,
       CASE WHEN k.oid IS NOT NULL THEN a.guard_until END AS guard_until
  FROM pgscale.adoption a
  JOIN pg_catalog.pg_class c ON c.oid = a.relation
  LEFT JOIN pg_catalog.pg_class p ON p.oid = a.parent
  LEFT JOIN pg_catalog.pg_constraint k ON k.conrelid = a.relation AND k.conname = 'pgscale_guard'
 WHERE pg_catalog.pg_has_role(c.relowner, 'USAGE')
    OR pg_catalog.pg_has_role('pg_read_all_stats', 'USAGE')
 ORDER BY a.begun_at;
COMMENT ON VIEW pgscale.adoptions IS 'Tables whose adoption has begun and not ended';
COMMENT ON COLUMN pgscale.adoptions.relation IS 'The table that is being adopted';
COMMENT ON COLUMN pgscale.adoptions.control IS 'The column that becomes the partition key';
COMMENT ON COLUMN pgscale.adoptions."interval" IS 'Width of a partition';
COMMENT ON COLUMN pgscale.adoptions.premake IS 'Partitions kept ready after the current one';
COMMENT ON COLUMN pgscale.adoptions.start_at IS 'The bound from which all others are counted';
COMMENT ON COLUMN pgscale.adoptions.retention IS 'How long after its upper bound a partition is kept; NULL for ever';
COMMENT ON COLUMN pgscale.adoptions.retire IS 'detach (the table stays) or drop';
COMMENT ON COLUMN pgscale.adoptions.default_partition IS 'Whether the set is to have a default partition';
COMMENT ON COLUMN pgscale.adoptions.timezone IS 'Time zone in which months and days are counted';
COMMENT ON COLUMN pgscale.adoptions.naming IS 'Template of partition names; NULL for the usual one';
COMMENT ON COLUMN pgscale.adoptions.ahead IS 'How far partitions reach ahead of the current one; NULL: as many as premake';
COMMENT ON COLUMN pgscale.adoptions.encoding IS 'How times are written in the keys; NULL where the keys are times or numbers';
COMMENT ON COLUMN pgscale.adoptions.encoding_options IS 'What the encoding needs to be told';
COMMENT ON COLUMN pgscale.adoptions.encoder IS 'Function that makes the smallest key of a time';
COMMENT ON COLUMN pgscale.adoptions.decoder IS 'Function that reads the time of a key';
COMMENT ON COLUMN pgscale.adoptions.begun_at IS 'When adopt_table() was first called, in real time';
COMMENT ON COLUMN pgscale.adoptions.parent IS 'The partitioned table that is to take the name; NULL until it is made';
COMMENT ON COLUMN pgscale.adoptions.guard IS 'Whether the guard, which refuses rows from the boundary on, is validated; NULL when there is none';
COMMENT ON COLUMN pgscale.adoptions.boundary IS 'The bound of the guard';
COMMENT ON COLUMN pgscale.adoptions.guard_until IS 'When the guard is removed if the adoption has not gone on, by the clock of the policies; NULL for number keys';

GRANT SELECT ON pgscale.adoptions TO PUBLIC;
