-- Tables whose rows are on shards, and where each of their partitions is to be.

CREATE TABLE pgscale.sharded_table (
    relation pgscale.table_ref PRIMARY KEY,
    kind text NOT NULL CHECK (kind IN ('sharded', 'geo', 'reference')),
    method text CHECK (method IN ('hash', 'range', 'list')),
    key name[],
    colocation integer,
    unique_keys jsonb NOT NULL DEFAULT '[]',
    shards name[],
    created_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
COMMENT ON TABLE pgscale.sharded_table IS 'Tables whose rows are on shards; written by create_sharded_table(), create_geo_table() and create_reference_table()';
COMMENT ON COLUMN pgscale.sharded_table.relation IS 'The table: a partitioned one whose partitions are foreign tables, or a reference table';
COMMENT ON COLUMN pgscale.sharded_table.kind IS 'sharded; geo: a row of a region is never placed elsewhere; reference: a copy on each shard';
COMMENT ON COLUMN pgscale.sharded_table.method IS 'Partitioning method; NULL for a reference table';
COMMENT ON COLUMN pgscale.sharded_table.key IS 'Partition key; NULL for a reference table';
COMMENT ON COLUMN pgscale.sharded_table.colocation IS 'Tables with the same number have the same bounds on the same shards';
COMMENT ON COLUMN pgscale.sharded_table.unique_keys IS 'Its primary key, unique constraints and unique indexes, which PostgreSQL lets only the tables on the shards have: objects with name and constraint or index';
COMMENT ON COLUMN pgscale.sharded_table.shards IS 'Where partitions to come are made; NULL: on any shard that takes new tables';
COMMENT ON COLUMN pgscale.sharded_table.created_at IS 'When it was made, in real time';

CREATE TABLE pgscale.placement (
    relation pgscale.table_ref NOT NULL REFERENCES pgscale.sharded_table ON DELETE CASCADE,
    leaf name NOT NULL,
    bound text NOT NULL,
    shard name NOT NULL REFERENCES pgscale.shard ON UPDATE CASCADE,
    region text,
    PRIMARY KEY (relation, leaf)
);
CREATE INDEX placement_shard_idx ON pgscale.placement (shard);
COMMENT ON TABLE pgscale.placement IS 'Where each partition of a sharded table is to be';
COMMENT ON COLUMN pgscale.placement.relation IS 'The sharded table';
COMMENT ON COLUMN pgscale.placement.leaf IS 'Name of the partition: of the foreign table here, in the schema of the sharded table, and of the table on the shard, in the schema of the same name';
COMMENT ON COLUMN pgscale.placement.bound IS 'Its bounds, as FOR VALUES says them';
COMMENT ON COLUMN pgscale.placement.shard IS 'The shard that holds it';
COMMENT ON COLUMN pgscale.placement.region IS 'The region that its rows must not leave; NULL where that does not matter';

-- Partitions on their way from a shard that is drained to another.
CREATE TABLE pgscale.shard_move (
    relation pgscale.table_ref NOT NULL REFERENCES pgscale.sharded_table ON DELETE CASCADE,
    leaf name NOT NULL,
    source name NOT NULL REFERENCES pgscale.shard ON UPDATE CASCADE,
    target name NOT NULL REFERENCES pgscale.shard ON UPDATE CASCADE,
    phase text NOT NULL DEFAULT 'begun' CHECK (phase IN ('begun', 'sealed', 'copying', 'copied', 'swapped', 'opened', 'failed')),
    copy pgscale.table_ref,
    older text[],
    begun_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (relation, leaf),
    CHECK (source <> target)
);
COMMENT ON TABLE pgscale.shard_move IS 'Partitions that are being moved from a shard that is drained to another';
COMMENT ON COLUMN pgscale.shard_move.relation IS 'The sharded table';
COMMENT ON COLUMN pgscale.shard_move.leaf IS 'Name of the partition';
COMMENT ON COLUMN pgscale.shard_move.source IS 'The shard that it leaves';
COMMENT ON COLUMN pgscale.shard_move.target IS 'The shard that it goes to';
COMMENT ON COLUMN pgscale.shard_move.phase IS 'What is done: begun; sealed: its rows can be read and not changed; copying; copied; swapped: it is on the new shard, and still a table on the old one; opened: given up, and still a table on the new one; failed: to be given up';
COMMENT ON COLUMN pgscale.shard_move.copy IS 'The foreign table that is about to become the partition; NULL before the rows are copied';
COMMENT ON COLUMN pgscale.shard_move.older IS 'Transactions on the new shard that may be older than the rows there; the partition is swapped when they have ended';
COMMENT ON COLUMN pgscale.shard_move.begun_at IS 'When the move began, in real time';

GRANT SELECT ON pgscale.sharded_table, pgscale.placement, pgscale.shard_move TO PUBLIC;

SELECT pg_catalog.pg_extension_config_dump('pgscale.sharded_table',
    'WHERE EXISTS (SELECT FROM pg_catalog.pg_class c WHERE c.oid = relation)');
SELECT pg_catalog.pg_extension_config_dump('pgscale.placement',
    'WHERE EXISTS (SELECT FROM pg_catalog.pg_class c WHERE c.oid = relation)');
SELECT pg_catalog.pg_extension_config_dump('pgscale.shard_move',
    'WHERE EXISTS (SELECT FROM pg_catalog.pg_class c WHERE c.oid = relation) AND (copy IS NULL OR EXISTS (SELECT FROM pg_catalog.pg_class c WHERE c.oid = copy))');

CREATE TRIGGER leave_out BEFORE INSERT ON pgscale.sharded_table
    FOR EACH ROW WHEN (NEW.relation = 0::oid) EXECUTE FUNCTION pgscale.leave_out();
CREATE TRIGGER leave_out BEFORE INSERT ON pgscale.placement
    FOR EACH ROW WHEN (NEW.relation = 0::oid) EXECUTE FUNCTION pgscale.leave_out();
CREATE TRIGGER leave_out BEFORE INSERT ON pgscale.shard_move
    FOR EACH ROW WHEN (NEW.relation = 0::oid OR NEW.copy = 0::oid) EXECUTE FUNCTION pgscale.leave_out();

CREATE FUNCTION pgscale.create_sharded_table(
    relation regclass,
    key name,
    method text DEFAULT 'hash',
    partitions integer DEFAULT 32,
    shards name[] DEFAULT NULL,
    colocate_with regclass DEFAULT NULL,
    bounds jsonb DEFAULT NULL
) RETURNS TABLE (partition name, bound text, shard name)
    LANGUAGE c VOLATILE PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp SET datestyle = 'ISO' SET intervalstyle = 'postgres'
    AS 'MODULE_PATHNAME', 'pgscale_create_sharded_table';
COMMENT ON FUNCTION pgscale.create_sharded_table IS
'Puts a plain table with its rows, or a partitioned one without partitions, on shards (NULL: on all): partitions there, foreign tables here. method: hash with so many partitions, list or range with bounds, an object of names with values, {"eu": ["de", "fr"]}, or with two ends, {"old": [null, "2026-01-01"]}; without bounds create_parent() manages its partitions, on the shards. colocate_with: the same bounds on the same shards as that table. One row for each partition.';

CREATE FUNCTION pgscale.create_geo_table(
    relation regclass,
    key name,
    map jsonb
) RETURNS TABLE (partition name, bound text, shard name, region text)
    LANGUAGE c VOLATILE PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp SET datestyle = 'ISO' SET intervalstyle = 'postgres'
    AS 'MODULE_PATHNAME', 'pgscale_create_geo_table';
COMMENT ON FUNCTION pgscale.create_geo_table(regclass, name, jsonb) IS
'Puts a table on shards by region: map says for each value of the key column which shard holds its rows, {"de": "s1", "fr": "s1", "us": "s2"}; values of one shard share a partition. The shards must have a region. Rows of a value that is not named are refused. See residency_report().';

-- What was last seen of the copies of reference tables; found again after a restore.
CREATE TABLE pgscale.reference_state (
    relation regclass NOT NULL REFERENCES pgscale.sharded_table ON DELETE CASCADE,
    shard name NOT NULL REFERENCES pgscale.shard ON DELETE CASCADE,
    in_step boolean,
    fingerprint text,
    checked_at timestamptz NOT NULL,
    in_step_at timestamptz,
    error text,
    PRIMARY KEY (relation, shard)
);
COMMENT ON TABLE pgscale.reference_state IS 'What was last seen of the copies of reference tables';
COMMENT ON COLUMN pgscale.reference_state.relation IS 'The reference table';
COMMENT ON COLUMN pgscale.reference_state.shard IS 'The shard with the copy';
COMMENT ON COLUMN pgscale.reference_state.in_step IS 'Whether the copy held the same rows as the table; NULL where nobody could look';
COMMENT ON COLUMN pgscale.reference_state.fingerprint IS 'Number of rows of the copy and a sum over the MD5 hashes of all';
COMMENT ON COLUMN pgscale.reference_state.checked_at IS 'When they were last compared, in real time';
COMMENT ON COLUMN pgscale.reference_state.in_step_at IS 'When they were last the same, in real time';
COMMENT ON COLUMN pgscale.reference_state.error IS 'Why nobody could look';
GRANT SELECT ON pgscale.reference_state TO PUBLIC;

CREATE FUNCTION pgscale.note_reference_change() RETURNS trigger
    LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'pgscale_note_reference_change';
COMMENT ON FUNCTION pgscale.note_reference_change() IS
'Trigger of reference tables: has the worker bring the copies up to date after the commit.';

CREATE FUNCTION pgscale.refuse_write() RETURNS trigger
    LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'pgscale_refuse_write';
COMMENT ON FUNCTION pgscale.refuse_write() IS
'Trigger of a partition that is being moved to a shard: nobody may change its rows meanwhile.';

CREATE FUNCTION pgscale.create_reference_table(relation regclass)
    RETURNS TABLE (copy name, shard name)
    LANGUAGE c VOLATILE PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp SET datestyle = 'ISO' SET intervalstyle = 'postgres'
    AS 'MODULE_PATHNAME', 'pgscale_create_reference_table';
COMMENT ON FUNCTION pgscale.create_reference_table(regclass) IS
'Copies a small table to every shard, under its own name, and keeps the copies in step: after each commit that changes it the worker compares fingerprints and replaces what differs; without a worker sync_shards() does. Change it here, never on a shard. One row for each copy, with the foreign table that shows it.';

CREATE FUNCTION pgscale.residency_report(relation regclass DEFAULT NULL)
    RETURNS TABLE (relation regclass, partition name, region text, shard name, shard_region text, host text,
                   rows bigint, strays bigint, ok boolean, detail text)
    LANGUAGE c VOLATILE PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp SET datestyle = 'ISO' SET intervalstyle = 'postgres'
    AS 'MODULE_PATHNAME', 'pgscale_residency_report';
COMMENT ON FUNCTION pgscale.residency_report(regclass) IS
'Whether the rows of geo tables (NULL: of all that the caller owns) are where they may be, proven from the catalogs and from the rows themselves, all of which are looked at. strays are rows of another region; ok is NULL where the shard cannot be reached.';
