CREATE FUNCTION pgscale.create_subparent(
    parent regclass,
    control name,
    "interval" text DEFAULT NULL,
    method text DEFAULT NULL,
    premake integer DEFAULT 4,
    start_at text DEFAULT NULL,
    retention text DEFAULT NULL,
    retire text DEFAULT 'detach',
    default_partition boolean DEFAULT false,
    timezone text DEFAULT NULL,
    partitions integer DEFAULT NULL,
    lists jsonb DEFAULT NULL,
    naming text DEFAULT NULL,
    ahead text DEFAULT NULL,
    encoding text DEFAULT NULL,
    encoding_options jsonb DEFAULT NULL,
    encoder regprocedure DEFAULT NULL,
    decoder regprocedure DEFAULT NULL,
    retention_count integer DEFAULT NULL,
    retention_bytes text DEFAULT NULL,
    keep_for text DEFAULT NULL,
    archive_schema text DEFAULT NULL,
    archive_tablespace text DEFAULT NULL,
    archive_indexes boolean DEFAULT NULL,
    export_path text DEFAULT NULL,
    export_format text DEFAULT NULL,
    before_retire regproc DEFAULT NULL,
    after_retire regproc DEFAULT NULL,
    drain boolean DEFAULT false,
    auto_list boolean DEFAULT false,
    auto_list_rows integer DEFAULT 1000,
    retire_shard name DEFAULT NULL,
    storage_parameters text[] DEFAULT NULL,
    template regclass DEFAULT NULL
) RETURNS TABLE (action text, partition text, bounds text, detail text)
    LANGUAGE c VOLATILE PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp SET datestyle = 'ISO' SET intervalstyle = 'postgres'
    AS 'MODULE_PATHNAME', 'pgscale_create_subparent';
COMMENT ON FUNCTION pgscale.create_subparent IS
'Declares how the partitions of a set are partitioned in turn, one level more with each call. Partitions to come have it from the start; those that are empty are made anew; those that are partitioned so already are adopted; all others are kept as they are. One row for each.';

CREATE FUNCTION pgscale.alter_subparent(
    parent regclass,
    level integer DEFAULT 1,
    "interval" text DEFAULT NULL,
    method text DEFAULT NULL,
    premake integer DEFAULT NULL,
    start_at text DEFAULT NULL,
    retention text DEFAULT NULL,
    retire text DEFAULT NULL,
    default_partition boolean DEFAULT NULL,
    timezone text DEFAULT NULL,
    partitions integer DEFAULT NULL,
    lists jsonb DEFAULT NULL,
    naming text DEFAULT NULL,
    ahead text DEFAULT NULL,
    encoding text DEFAULT NULL,
    encoding_options jsonb DEFAULT NULL,
    encoder regprocedure DEFAULT NULL,
    decoder regprocedure DEFAULT NULL,
    retention_count integer DEFAULT NULL,
    retention_bytes text DEFAULT NULL,
    keep_for text DEFAULT NULL,
    archive_schema text DEFAULT NULL,
    archive_tablespace text DEFAULT NULL,
    archive_indexes boolean DEFAULT NULL,
    export_path text DEFAULT NULL,
    export_format text DEFAULT NULL,
    before_retire regproc DEFAULT NULL,
    after_retire regproc DEFAULT NULL,
    drain boolean DEFAULT NULL,
    auto_list boolean DEFAULT NULL,
    auto_list_rows integer DEFAULT NULL,
    retire_shard name DEFAULT NULL,
    storage_parameters text[] DEFAULT NULL,
    template regclass DEFAULT NULL
) RETURNS TABLE (action text, partition text, bounds text, detail text)
    LANGUAGE c VOLATILE PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp SET datestyle = 'ISO' SET intervalstyle = 'postgres'
    AS 'MODULE_PATHNAME', 'pgscale_alter_subparent';
COMMENT ON FUNCTION pgscale.alter_subparent IS
'Changes the policy of one level below a set, and so of all its partitions of that level; settings as in alter_parent(). Returns what maintenance will now do; changes no partition itself.';

CREATE FUNCTION pgscale.forget_subparent(parent regclass, level integer DEFAULT 1) RETURNS void
    LANGUAGE c VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
    AS 'MODULE_PATHNAME', 'pgscale_forget_subparent';
COMMENT ON FUNCTION pgscale.forget_subparent(regclass, integer) IS
'Stops managing a level below a set, with all levels below that; touches no partition. Partitions to come are plain tables there.';

CREATE VIEW pgscale.subpartitions WITH (security_barrier) AS
SELECT q.parent::regclass AS root,
       q.level,
       q.method,
       q.control,
       q."interval",
       q.premake,
       q.origin AS start_at,
       q.retention,
       q.retire,
       q.default_partition,
       q.timezone,
       q.partitions,
       q.lists,
       q.naming,
       q.ahead,
       q.encoding,
       q.encoding_options,
       q.encoder,
       q.decoder,
       q.retention_count,
       q.retention_bytes,
       q.keep_for,
       q.archive_schema,
       q.archive_tablespace,
       q.archive_indexes,
       q.export_path,
       q.export_format,
       q.before_retire,
       q.after_retire,
       q.retire_shard,
       q.storage_parameters,
       q.template::regclass AS template,
       q.drain,
       q.auto_list,
       q.auto_list_rows,
       (SELECT count(*) FROM pgscale.set_state s WHERE s.root = q.parent AND s.level = q.level) AS sets,
       (SELECT count(*) FROM pgscale.set_state s
         WHERE s.root = q.parent AND s.level = q.level AND s.failures > 0) AS failing
  FROM pgscale.subpolicy q
  JOIN pg_catalog.pg_class c ON c.oid = q.parent
 WHERE pg_catalog.pg_has_role(c.relowner, 'USAGE')
    OR pg_catalog.pg_has_role('pg_read_all_stats', 'USAGE')
 ORDER BY q.parent, q.level;
COMMENT ON VIEW pgscale.subpartitions IS 'How the partitions of sets are partitioned in turn, one row for each level';
COMMENT ON COLUMN pgscale.subpartitions.root IS 'The set';
COMMENT ON COLUMN pgscale.subpartitions.level IS '1 for the partitions of the set itself, 2 for theirs, and so on';
COMMENT ON COLUMN pgscale.subpartitions.method IS 'range, list or hash';
COMMENT ON COLUMN pgscale.subpartitions.control IS 'Column of the partition key';
COMMENT ON COLUMN pgscale.subpartitions."interval" IS 'Range: width of a partition';
COMMENT ON COLUMN pgscale.subpartitions.premake IS 'Range: partitions kept ready after the current one, at least';
COMMENT ON COLUMN pgscale.subpartitions.start_at IS 'Range: the bound from which all others are counted';
COMMENT ON COLUMN pgscale.subpartitions.retention IS 'Range: how long after its upper bound a partition is kept; NULL for ever';
COMMENT ON COLUMN pgscale.subpartitions.retire IS 'detach (the table stays), drop, archive, export or shard';
COMMENT ON COLUMN pgscale.subpartitions.default_partition IS 'Whether each is to have a default partition';
COMMENT ON COLUMN pgscale.subpartitions.timezone IS 'Time zone in which months and days are counted';
COMMENT ON COLUMN pgscale.subpartitions.partitions IS 'Hash: the modulus';
COMMENT ON COLUMN pgscale.subpartitions.lists IS 'List: values by name of the partition';
COMMENT ON COLUMN pgscale.subpartitions.naming IS 'Template of partition names; NULL for the usual one';
COMMENT ON COLUMN pgscale.subpartitions.ahead IS 'Range: for how long there are to be partitions after the current one';
COMMENT ON COLUMN pgscale.subpartitions.encoding IS 'How times are written in the keys';
COMMENT ON COLUMN pgscale.subpartitions.encoding_options IS 'snowflake: epoch, shift and unit_ms';
COMMENT ON COLUMN pgscale.subpartitions.encoder IS 'Function that makes the smallest key of a time';
COMMENT ON COLUMN pgscale.subpartitions.decoder IS 'Function that tells the time of a key';
COMMENT ON COLUMN pgscale.subpartitions.retention_count IS 'Range: how many partitions of the past are kept; NULL for any number';
COMMENT ON COLUMN pgscale.subpartitions.retention_bytes IS 'Range: how large each may be on disk; NULL for any size';
COMMENT ON COLUMN pgscale.subpartitions.keep_for IS 'How long a detached partition waits to be dropped; NULL not at all';
COMMENT ON COLUMN pgscale.subpartitions.archive_schema IS 'archive: the schema that a partition moves to';
COMMENT ON COLUMN pgscale.subpartitions.archive_tablespace IS 'archive: the tablespace that a partition moves to';
COMMENT ON COLUMN pgscale.subpartitions.archive_indexes IS 'archive: whether a partition keeps its indexes; NULL: it does';
COMMENT ON COLUMN pgscale.subpartitions.export_path IS 'export: directory of the server for the files';
COMMENT ON COLUMN pgscale.subpartitions.export_format IS 'export: csv or binary; NULL is csv';
COMMENT ON COLUMN pgscale.subpartitions.before_retire IS 'Function that is called before a partition is detached, and may object';
COMMENT ON COLUMN pgscale.subpartitions.after_retire IS 'Function that is called after a partition is detached, dropped, archived or exported';
COMMENT ON COLUMN pgscale.subpartitions.retire_shard IS 'shard: the shard that a partition is moved to';
COMMENT ON COLUMN pgscale.subpartitions.storage_parameters IS 'Storage parameters of partitions with rows; NULL: those of the level above it';
COMMENT ON COLUMN pgscale.subpartitions.template IS 'Table whose indexes partitions with rows have besides those of their parent; NULL: that of the level above it';
COMMENT ON COLUMN pgscale.subpartitions.drain IS 'Whether maintenance moves rows out of the default partition';
COMMENT ON COLUMN pgscale.subpartitions.auto_list IS 'List: whether values in the default partition get partitions of their own';
COMMENT ON COLUMN pgscale.subpartitions.auto_list_rows IS 'List: from how many rows on';
COMMENT ON COLUMN pgscale.subpartitions.sets IS 'Partitions that follow this policy now; each is a row of partition_sets';
COMMENT ON COLUMN pgscale.subpartitions.failing IS 'Those of them whose last visit left something undone';

GRANT SELECT ON pgscale.subpartitions TO PUBLIC;

