-- The foreign-data wrapper pgscale_fdw is postgres_fdw: its options, its checks.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS pgscale;
RESET client_min_messages;
CREATE SCHEMA shard_wrapper;
SET search_path = shard_wrapper;

SELECT w.fdwhandler::regproc, w.fdwvalidator::regproc FROM pg_foreign_data_wrapper w WHERE w.fdwname = 'pgscale_fdw';
-- the hints name the options, which each version has its own of
\set VERBOSITY terse
CREATE SERVER nobody FOREIGN DATA WRAPPER pgscale_fdw OPTIONS (hosts 'typo');
CREATE SERVER nobody FOREIGN DATA WRAPPER pgscale_fdw OPTIONS (host '/nowhere', fetch_size '0');
CREATE SERVER nobody FOREIGN DATA WRAPPER pgscale_fdw OPTIONS (host '/nowhere', port '1', fetch_size '1000');
CREATE USER MAPPING FOR CURRENT_USER SERVER nobody OPTIONS (user 'nobody', fetch_size '1');
\set VERBOSITY default
CREATE USER MAPPING FOR CURRENT_USER SERVER nobody OPTIONS (user 'nobody');
CREATE FOREIGN TABLE there (id int, at timestamptz) SERVER nobody OPTIONS (table_name 'elsewhere');

-- plans need no connection
EXPLAIN (COSTS OFF, VERBOSE) SELECT id FROM there WHERE id = 1;
EXPLAIN (COSTS OFF, VERBOSE) DELETE FROM there WHERE at < '2026-01-01 00:00+00';
EXPLAIN (COSTS OFF, VERBOSE) DELETE FROM there WHERE at < now();
-- refused before anything is asked of the server
DELETE FROM there WHERE at < now();
UPDATE there SET id = 2 FROM (VALUES (1)) AS here (id) WHERE there.id = here.id + 0 * extract(epoch FROM now())::int;
SET pgscale.allow_full_scan_dml = on;
\set VERBOSITY terse
DELETE FROM there WHERE at < now();
\set VERBOSITY default
RESET pgscale.allow_full_scan_dml;

-- who may make servers: only whom somebody lets
CREATE ROLE regress_shard_wrapper;
SET ROLE regress_shard_wrapper;
CREATE SERVER mine FOREIGN DATA WRAPPER pgscale_fdw;
RESET ROLE;
-- nobody watches here
SELECT count(*) FROM pgscale.shard_breakers();
SET pgscale.cross_shard_writes = sometimes;

DROP ROLE regress_shard_wrapper;
SET client_min_messages = warning;
DROP SCHEMA shard_wrapper CASCADE;
DROP SERVER nobody CASCADE;
