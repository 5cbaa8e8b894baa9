CREATE FUNCTION pgscale.create_parent(
    parent regclass,
    control name DEFAULT NULL,
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
    AS 'MODULE_PATHNAME', 'pgscale_create_parent';
COMMENT ON FUNCTION pgscale.create_parent IS
'Begins to manage a table that is already PARTITION BY: stores the policy, adopts the partitions it has and makes those it needs now. One row for each partition: adopt, create, refuse, or defer (left to maintenance).';

CREATE FUNCTION pgscale.alter_parent(
    parent regclass,
    control name DEFAULT NULL,
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
    AS 'MODULE_PATHNAME', 'pgscale_alter_parent';
COMMENT ON FUNCTION pgscale.alter_parent IS
'Changes the policy of a partition set; NULL leaves a setting as it is, ''none'' clears a setting of type text and sets timezone to UTC, an empty array clears storage_parameters, ''-'' the template and the functions. Returns what maintenance will now do; changes no partition itself.';

CREATE FUNCTION pgscale.forget_parent(parent regclass) RETURNS void
    LANGUAGE c VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
    AS 'MODULE_PATHNAME', 'pgscale_forget_parent';
COMMENT ON FUNCTION pgscale.forget_parent(regclass) IS
'Stops managing a partition set; touches neither the table nor its partitions';

CREATE FUNCTION pgscale.pause(parent regclass) RETURNS void
    LANGUAGE c VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
    AS 'MODULE_PATHNAME', 'pgscale_pause';
COMMENT ON FUNCTION pgscale.pause(regclass) IS
'Lets maintenance pass over the set until resume()';

CREATE FUNCTION pgscale.resume(parent regclass) RETURNS void
    LANGUAGE c VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
    AS 'MODULE_PATHNAME', 'pgscale_resume';
COMMENT ON FUNCTION pgscale.resume(regclass) IS
'Ends pause(), a quarantine after crashes and a hold on retirement after a restore or a promotion';

CREATE FUNCTION pgscale.plan(parent regclass DEFAULT NULL)
    RETURNS TABLE (parent regclass, step integer, action text, partition text, bounds text,
                   reason text, sql text[], locks text, refusal text, bytes bigint)
    LANGUAGE c VOLATILE PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp SET datestyle = 'ISO' SET intervalstyle = 'postgres'
    AS 'MODULE_PATHNAME', 'pgscale_plan';
COMMENT ON FUNCTION pgscale.plan(regclass) IS
'What run_maintenance() would do now, with the exact SQL and the locks it takes; refusal says why a step cannot be done, bytes how large a partition is that goes. Without an argument: all sets of the caller.';

CREATE PROCEDURE pgscale.run_maintenance(parent regclass DEFAULT NULL)
    LANGUAGE c AS 'MODULE_PATHNAME', 'pgscale_run_maintenance';
COMMENT ON PROCEDURE pgscale.run_maintenance(regclass) IS
'Carries out plan() now, a transaction for each step. Without an argument: those sets of the caller that are due. Must be called outside a transaction block.';

CREATE PROCEDURE pgscale.drain_default(parent regclass, batch integer DEFAULT 50000)
    LANGUAGE c AS 'MODULE_PATHNAME', 'pgscale_drain_default';
COMMENT ON PROCEDURE pgscale.drain_default(regclass, integer) IS
'Moves the rows of the default partition for which the policy has a place to partitions of their own, batch by batch, each committed; readers always see each row once. Must be called outside a transaction block.';

CREATE PROCEDURE pgscale.undo_partition(parent regclass, target regclass, batch integer DEFAULT 50000)
    LANGUAGE c AS 'MODULE_PATHNAME', 'pgscale_undo_partition';
COMMENT ON PROCEDURE pgscale.undo_partition(regclass, regclass, integer) IS
'Ends a set: moves its rows to a plain table, about batch rows in a transaction, drops each partition once it is empty, and forgets the policy. Called again it goes on.';

CREATE FUNCTION pgscale.retire_partition(partition regclass)
    RETURNS TABLE (action text, partition text, bounds text, detail text)
    LANGUAGE c VOLATILE PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp SET datestyle = 'ISO' SET intervalstyle = 'postgres'
    AS 'MODULE_PATHNAME', 'pgscale_retire_partition';
COMMENT ON FUNCTION pgscale.retire_partition(regclass) IS
'Takes one partition out of its set now, as retention would: detach and, if the policy says so, drop. A list group leaves the policy with its partition.';

CREATE FUNCTION pgscale.partition_bound(partition regclass)
    RETURNS TABLE (method text, lower text, upper text, "values" text[], modulus integer,
                   remainder integer, is_default boolean, "position" numeric)
    LANGUAGE c STABLE STRICT PARALLEL SAFE ROWS 1
    AS 'MODULE_PATHNAME', 'pgscale_partition_bound';
COMMENT ON FUNCTION pgscale.partition_bound(regclass) IS
'The bounds of a partition as its catalog entry holds them; no row for a table that is no partition. Lower is inclusive, upper exclusive; several key columns are separated by commas. position orders the partitions of a range set by their lower bound.';

CREATE FUNCTION pgscale.covered_until(root oid) RETURNS text
    LANGUAGE c STABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'pgscale_covered_until';
COMMENT ON FUNCTION pgscale.covered_until(oid) IS
'The highest upper bound of the attached partitions of a table partitioned by range; part of the views partition_sets and partitioned_tables';

CREATE FUNCTION pgscale.tree_sizes(tables oid[]) RETURNS TABLE (relation oid, bytes bigint, rows_estimate bigint)
    LANGUAGE c VOLATILE PARALLEL RESTRICTED ROWS 100
    AS 'MODULE_PATHNAME', 'pgscale_tree_sizes';
COMMENT ON FUNCTION pgscale.tree_sizes(oid[]) IS
'Bytes of each of the tables with its indexes, TOAST and all partitions below it, and the rows as they were last counted; bytes are NULL for a foreign table. Waits for no lock; part of the view partitions';

CREATE FUNCTION pgscale.partition_times(parent regclass)
    RETURNS TABLE (partition regclass, lower timestamptz, upper timestamptz)
    LANGUAGE c STABLE STRICT PARALLEL UNSAFE ROWS 20
    SET search_path = pg_catalog, pg_temp SET datestyle = 'ISO' SET intervalstyle = 'postgres'
    AS 'MODULE_PATHNAME', 'pgscale_partition_times';
COMMENT ON FUNCTION pgscale.partition_times(regclass) IS
'The bounds of the partitions of a range set as times, also where these are encoded in the keys; infinite where a side has no end. No row for a partition that is being detached. No rows for sets over numbers, and for who may not see the set.';
