-- Working with tables whose rows are on shards.

CREATE SEQUENCE pgscale.id_clock AS bigint MINVALUE 0 MAXVALUE 4503599627370495 START WITH 0;
COMMENT ON SEQUENCE pgscale.id_clock IS 'How far next_id() has reserved; never set it back';
SELECT pg_catalog.pg_extension_config_dump('pgscale.id_clock', '');

-- Without a search_path of its own: it runs no SQL, but for the look-up of a shard, which sets its
-- own, and it is called for each row.
CREATE FUNCTION pgscale.next_id(shard name DEFAULT NULL) RETURNS bigint
    LANGUAGE c VOLATILE PARALLEL UNSAFE
    AS 'MODULE_PATHNAME', 'pgscale_next_id';
COMMENT ON FUNCTION pgscale.next_id(name) IS
'An id that no other call gives, here or on a shard, and that sorts by the time it was made. With a shard it carries the number of the shard.';

CREATE FUNCTION pgscale.id_info(
    id bigint,
    OUT made_at timestamptz,
    OUT number integer,
    OUT sequence integer
)
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE SET search_path = pg_catalog, pg_temp
    AS 'MODULE_PATHNAME', 'pgscale_id_info';
COMMENT ON FUNCTION pgscale.id_info(bigint) IS
'What an id of next_id() says: when it was made, the number of the shard (0: the coordinator), and the count within the millisecond, from 2048 on for ids that a shard made itself.';

CREATE FUNCTION pgscale.where_is(relation regclass, VARIADIC key text[])
    RETURNS TABLE (partition regclass, shard name, remote_table text)
    LANGUAGE c STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
    AS 'MODULE_PATHNAME', 'pgscale_where_is';
COMMENT ON FUNCTION pgscale.where_is(regclass, text[]) IS
'The partition that rows with these values of the partition key are in, its shard (NULL: here), and the table there; by the server''s own routing, whether there are such rows or not. No row: no partition takes them.';

-- Without a search_path of its own: the names in the statement mean what they mean to the caller.
CREATE FUNCTION pgscale.shard_ddl(
    relation regclass,
    ddl text,
    lock_timeout interval DEFAULT '2s',
    timeout interval DEFAULT '5min'
) RETURNS void
    LANGUAGE c VOLATILE PARALLEL UNSAFE
    AS 'MODULE_PATHNAME', 'pgscale_shard_ddl';
COMMENT ON FUNCTION pgscale.shard_ddl(regclass, text, interval, interval) IS
'Runs one ALTER TABLE, CREATE or DROP INDEX, COMMENT, GRANT or REVOKE about a sharded table here and on all its shards: with the transaction everywhere or nowhere. Once in a transaction.';

CREATE PROCEDURE pgscale.copy_into(
    relation regclass,
    file text DEFAULT NULL,
    program text DEFAULT NULL,
    from_table regclass DEFAULT NULL,
    columns name[] DEFAULT NULL,
    options jsonb DEFAULT '{}',
    INOUT rows bigint DEFAULT NULL
)
    LANGUAGE c
    SET search_path = pg_catalog, pg_temp
    AS 'MODULE_PATHNAME', 'pgscale_copy_into';
COMMENT ON PROCEDURE pgscale.copy_into(regclass, text, text, regclass, name[], jsonb, bigint) IS
'Copies a file of the server, the output of a program, or a table into a table on shards, many rows at a time. columns and options are those of COPY, {"format": "csv", "header": true}; so are the rights that it takes.';

CREATE FUNCTION pgscale.update_key(relation regclass, old jsonb, new jsonb) RETURNS bigint
    LANGUAGE c VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
    AS 'MODULE_PATHNAME', 'pgscale_update_key';
COMMENT ON FUNCTION pgscale.update_key(regclass, jsonb, jsonb) IS
'Gives the rows with these values of the partition key, and of further columns, new values and moves them to the partition that these belong to, also on another shard; returns how many. Deletes and inserts.';
