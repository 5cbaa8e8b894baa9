-- Shards: other servers that hold partitions of our tables. The registry is the desired state.

CREATE TABLE pgscale.shard (
    name name PRIMARY KEY,
    number integer NOT NULL UNIQUE CHECK (number BETWEEN 1 AND 1023),
    host text NOT NULL,
    port integer NOT NULL CHECK (port BETWEEN 1 AND 65535),
    dbname name NOT NULL,
    region text,
    standby_hosts text[] NOT NULL DEFAULT '{}',
    options jsonb NOT NULL DEFAULT '{}' CHECK (pg_catalog.jsonb_typeof(options) = 'object'),
    state text NOT NULL DEFAULT 'active' CHECK (state IN ('active', 'draining')),
    owner name NOT NULL,
    added_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
COMMENT ON TABLE pgscale.shard IS 'Registry of shards; written by add_shard(), alter_shard(), drain_shard() and remove_shard()';
COMMENT ON COLUMN pgscale.shard.name IS 'Name of the shard and of its foreign server';
COMMENT ON COLUMN pgscale.shard.number IS 'Number of the shard, a part of the ids that next_id() makes for it; never changes';
COMMENT ON COLUMN pgscale.shard.host IS 'Host of its primary, as far as known; a failed-over one is found among standby_hosts';
COMMENT ON COLUMN pgscale.shard.port IS 'Port of its primary';
COMMENT ON COLUMN pgscale.shard.dbname IS 'Database on the shard';
COMMENT ON COLUMN pgscale.shard.region IS 'Where it is, as tables of create_geo_table() understand it';
COMMENT ON COLUMN pgscale.shard.standby_hosts IS 'HOST:PORT of the servers that may become its primary';
COMMENT ON COLUMN pgscale.shard.options IS 'Options of the foreign server that are stronger than those that pgscale chooses';
COMMENT ON COLUMN pgscale.shard.state IS 'active, or draining: its partitions move to other shards';
COMMENT ON COLUMN pgscale.shard.owner IS 'The role that added it, which owns the foreign server';
COMMENT ON COLUMN pgscale.shard.added_at IS 'When it was added, in real time';

CREATE TABLE pgscale.shard_user (
    shard name NOT NULL REFERENCES pgscale.shard ON DELETE CASCADE,
    local_role name NOT NULL,
    remote_user name NOT NULL,
    auth text NOT NULL CHECK (auth IN ('password', 'cert', 'gss', 'scram_passthrough')),
    PRIMARY KEY (shard, local_role)
);
COMMENT ON TABLE pgscale.shard_user IS 'Whom the roles of this database are on the shards; passwords are in the user mappings alone';
COMMENT ON COLUMN pgscale.shard_user.shard IS 'The shard';
COMMENT ON COLUMN pgscale.shard_user.local_role IS 'Role of this database; public for all that have no row of their own';
COMMENT ON COLUMN pgscale.shard_user.remote_user IS 'User on the shard';
COMMENT ON COLUMN pgscale.shard_user.auth IS 'How the user logs in: password, cert, gss or scram_passthrough';

GRANT SELECT ON pgscale.shard, pgscale.shard_user TO PUBLIC;

SELECT pg_catalog.pg_extension_config_dump('pgscale.shard', '');
SELECT pg_catalog.pg_extension_config_dump('pgscale.shard_user', '');

CREATE TRIGGER wake_launcher AFTER INSERT OR UPDATE OR DELETE ON pgscale.shard
    FOR EACH STATEMENT EXECUTE FUNCTION pgscale.wake_launcher();

CREATE FUNCTION pgscale.add_shard(
    name name,
    host text,
    port integer,
    dbname name,
    region text DEFAULT NULL,
    standby_hosts text[] DEFAULT '{}',
    options jsonb DEFAULT '{}'
) RETURNS integer
    LANGUAGE c VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
    AS 'MODULE_PATHNAME', 'pgscale_add_shard';
COMMENT ON FUNCTION pgscale.add_shard IS
'Registers a shard and makes its foreign server; returns its number. Does not connect to it. Needs USAGE on the foreign-data wrapper pgscale_fdw.';

CREATE FUNCTION pgscale.alter_shard(
    name name,
    host text DEFAULT NULL,
    port integer DEFAULT NULL,
    dbname name DEFAULT NULL,
    region text DEFAULT NULL,
    standby_hosts text[] DEFAULT NULL,
    options jsonb DEFAULT NULL
) RETURNS void
    LANGUAGE c VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
    AS 'MODULE_PATHNAME', 'pgscale_alter_shard';
COMMENT ON FUNCTION pgscale.alter_shard IS
'Changes what is given and leaves the rest; options replaces all earlier ones. Sessions go to the new place with their next transaction.';

CREATE FUNCTION pgscale.drain_shard(name name, drain boolean DEFAULT true) RETURNS void
    LANGUAGE c VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
    AS 'MODULE_PATHNAME', 'pgscale_drain_shard';
COMMENT ON FUNCTION pgscale.drain_shard(name, boolean) IS
'From now on nothing new is placed on the shard, and sync_shards() and the worker move its partitions to other shards; drain => false ends that, and opens again a partition that is on its way.';

CREATE FUNCTION pgscale.remove_shard(name name) RETURNS void
    LANGUAGE c VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
    AS 'MODULE_PATHNAME', 'pgscale_remove_shard';
COMMENT ON FUNCTION pgscale.remove_shard(name) IS
'Removes a shard from the registry, with its foreign server and user mappings. Refused while a table is on it.';

CREATE FUNCTION pgscale.map_user(
    local_role name,
    shard name,
    remote_user name,
    password text DEFAULT NULL,
    auth text DEFAULT 'password'
) RETURNS void
    LANGUAGE c VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
    AS 'MODULE_PATHNAME', 'pgscale_map_user';
COMMENT ON FUNCTION pgscale.map_user IS
'Says whom a role (public: everybody else) is on a shard (*: on all). The password is kept in the user mapping alone; NULL leaves it as it is. auth: password, cert, gss or scram_passthrough.';

CREATE FUNCTION pgscale.rotate_password(
    local_role name,
    shard name DEFAULT '*',
    password text DEFAULT NULL
) RETURNS void
    LANGUAGE c VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
    AS 'MODULE_PATHNAME', 'pgscale_rotate_password';
COMMENT ON FUNCTION pgscale.rotate_password(name, name, text) IS
'Gives the remote user of a role a new password, by default a random one, on the shard (*: on all) and in the user mapping. The shard is sent a verifier, never the password.';

CREATE FUNCTION pgscale.plan_shards()
    RETURNS TABLE (step integer, action text, shard name, object text, reason text, sql text[], refusal text)
    LANGUAGE c VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
    AS 'MODULE_PATHNAME', 'pgscale_plan_shards';
COMMENT ON FUNCTION pgscale.plan_shards() IS
'What sync_shards() would do now, with the exact SQL; refusal says what it cannot do. Shows no secrets.';

CREATE PROCEDURE pgscale.sync_shards()
    LANGUAGE c AS 'MODULE_PATHNAME', 'pgscale_sync_shards';
COMMENT ON PROCEDURE pgscale.sync_shards() IS
'Carries out plan_shards() now for the shards of the caller, a transaction for each step. Must be called outside a transaction block.';

CREATE FUNCTION pgscale.query_shards(
    sql text,
    shards name[] DEFAULT NULL,
    timeout interval DEFAULT '30s',
    on_error text DEFAULT 'fail'
) RETURNS SETOF record
    LANGUAGE c VOLATILE PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp SET datestyle = 'ISO' SET intervalstyle = 'postgres'
    AS 'MODULE_PATHNAME', 'pgscale_query_shards';
COMMENT ON FUNCTION pgscale.query_shards(text, name[], interval, text) IS
'Runs one statement on the shards (NULL: on all) at the same time, as the caller''s remote users, and returns their rows; the first column is the shard. on_error: fail, or skip, which warns of the shards that are missing.';

CREATE FUNCTION pgscale.exec_shards(
    sql text,
    shards name[] DEFAULT NULL,
    timeout interval DEFAULT '30s'
) RETURNS TABLE (shard name, ok boolean, rows bigint, ms double precision, error text)
    LANGUAGE c VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
    AS 'MODULE_PATHNAME', 'pgscale_exec_shards';
COMMENT ON FUNCTION pgscale.exec_shards(text, name[], interval) IS
'Runs one statement on the shards (NULL: on all) at the same time, as the caller''s remote users, each in a transaction of its own that is committed at once. One row for each shard: rows given or changed, milliseconds, error.';
