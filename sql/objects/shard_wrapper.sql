-- postgres_fdw under a name of our own, with checks in front of it.
CREATE FUNCTION pgscale.fdw_handler() RETURNS fdw_handler
    LANGUAGE c VOLATILE STRICT PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
    AS 'MODULE_PATHNAME', 'pgscale_fdw_handler';
COMMENT ON FUNCTION pgscale.fdw_handler IS
'Handler of the foreign-data wrapper pgscale_fdw: the callbacks of postgres_fdw, with checks in front of them.';

CREATE FUNCTION pgscale.fdw_validator(options text[], catalog oid) RETURNS void
    LANGUAGE c VOLATILE STRICT PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
    AS 'MODULE_PATHNAME', 'pgscale_fdw_validator';
COMMENT ON FUNCTION pgscale.fdw_validator IS
'Validator of the foreign-data wrapper pgscale_fdw: the options are those of postgres_fdw.';

CREATE FOREIGN DATA WRAPPER pgscale_fdw HANDLER pgscale.fdw_handler VALIDATOR pgscale.fdw_validator;
COMMENT ON FOREIGN DATA WRAPPER pgscale_fdw IS 'Shards of pgscale: postgres_fdw with checks in front of it';

CREATE FUNCTION pgscale.shard_breakers()
    RETURNS TABLE (server oid, state text, since timestamptz, round_trip_ms double precision,
                   last_seen timestamptz, error text)
    LANGUAGE c VOLATILE STRICT PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
    AS 'MODULE_PATHNAME', 'pgscale_shard_breakers';
COMMENT ON FUNCTION pgscale.shard_breakers() IS
'The shards of this database as the process "pgscale shard watch" sees them: open (no answer), closed, or unknown.';
