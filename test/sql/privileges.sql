-- Who may do what, who sees what, and with whose rights things run.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS pgscale;
RESET client_min_messages;
CREATE SCHEMA privileges;
SET search_path = privileges;
SET TimeZone = 'UTC';
SET DateStyle = 'ISO';
SET pgscale.clock = '2026-11-15 12:00:00+00';

SET client_min_messages = warning;
DROP ROLE IF EXISTS regress_priv_owner, regress_priv_member, regress_priv_other, regress_priv_heir, regress_priv_stats;
RESET client_min_messages;
CREATE ROLE regress_priv_owner NOLOGIN;
CREATE ROLE regress_priv_member IN ROLE regress_priv_owner;
CREATE ROLE regress_priv_heir NOINHERIT IN ROLE regress_priv_owner;
CREATE ROLE regress_priv_stats IN ROLE pg_read_all_stats;
CREATE ROLE regress_priv_other;
GRANT USAGE, CREATE ON SCHEMA privileges TO regress_priv_owner, regress_priv_other;
GRANT USAGE ON SCHEMA privileges TO regress_priv_stats;

SET ROLE regress_priv_owner;
CREATE TABLE orders (at date) PARTITION BY RANGE (at);
GRANT ALL ON orders TO regress_priv_other;
SELECT action, partition FROM pgscale.create_parent('orders', 'at', '1 month', premake => 1, start_at => '2026-08-01', retention => '6 months');
CREATE TABLE orders_2 (at date) PARTITION BY RANGE (at);
RESET ROLE;

-- who does not own the table may do nothing, whatever else he was granted
SET ROLE regress_priv_other;
SELECT pgscale.create_parent('orders_2', 'at', '1 month');
SELECT pgscale.alter_parent('orders', premake => 3);
SELECT pgscale.forget_parent('orders');
SELECT pgscale.pause('orders');
SELECT pgscale.resume('orders');
SELECT pgscale.plan('orders');
SELECT pgscale.retire_partition('orders_p2026_08');
CALL pgscale.run_maintenance('orders');
SELECT pgscale.create_parent('pg_class');
-- nor does he see anything
SELECT count(*) FROM pgscale.partition_sets;
SELECT count(*) FROM pgscale.partitions;
SELECT count(*) FROM pgscale.runs;
SELECT count(*) FROM pgscale.plan();
CALL pgscale.run_maintenance();
-- the tables behind are nobody's
SELECT * FROM pgscale.policy;
SELECT * FROM pgscale.set_state;
SELECT * FROM pgscale.retirement;
SELECT * FROM pgscale.run;
INSERT INTO pgscale.policy (parent, premake, retire, default_partition, timezone) VALUES ('orders', 1, 'drop', false, 'UTC');
UPDATE pgscale.policy SET retire = 'drop';
DELETE FROM pgscale.policy;
INSERT INTO pgscale.retirement (partition, parent, action, bounds) VALUES ('orders_p2026_08', 'orders', 'drop', '');
DELETE FROM pgscale.run;
UPDATE pgscale.partition_sets SET premake = 0;
CREATE TABLE pgscale.mine (k int);
-- a trigger with the function that wakes the launcher would look like a restore
CREATE TABLE mine (k int);
CREATE TRIGGER wake AFTER INSERT ON mine FOR EACH STATEMENT EXECUTE FUNCTION pgscale.wake_launcher();
DROP TABLE mine;
SET pgscale.clock = '2000-01-01 00:00+00';
RESET ROLE;
SELECT premake, retire, paused FROM pgscale.partition_sets WHERE parent = 'orders'::regclass;
-- the owner cannot write them either
SET ROLE regress_priv_owner;
UPDATE pgscale.policy SET premake = 9;
DELETE FROM pgscale.retirement;
SELECT parent, count FROM pgscale.partition_sets;
RESET ROLE;

-- a member of the owner may do what the owner may; one that must SET ROLE first may not
SET ROLE regress_priv_member;
SELECT parent, count FROM pgscale.partition_sets;
SELECT action, partition FROM pgscale.retire_partition('orders_p2026_08');
SELECT count(*) FROM pgscale.alter_parent('orders', premake => 2);
CALL pgscale.run_maintenance('orders');
RESET ROLE;
GRANT USAGE ON SCHEMA privileges TO regress_priv_heir;
SET ROLE regress_priv_heir;
SELECT count(*) FROM pgscale.partition_sets;
SELECT pgscale.pause('orders');
SET ROLE regress_priv_owner;
SELECT pgscale.pause('orders');
SELECT pgscale.resume('orders');
RESET ROLE;
SELECT c.relname, pg_get_userbyid(c.relowner) AS owner FROM pg_class c WHERE c.relname LIKE 'orders\_p%' AND relnamespace = 'privileges'::regnamespace ORDER BY 1;
-- pg_read_all_stats sees, and may do nothing
SET ROLE regress_priv_stats;
SELECT parent, count FROM pgscale.partition_sets WHERE parent = 'orders'::regclass;
SELECT count(*) > 0 AS sees_runs FROM pgscale.runs WHERE parent LIKE '%orders';
SELECT pgscale.pause('orders');
RESET ROLE;

-- a superuser asks: partitions belong to the owner of the table, who cannot log in
SET pgscale.clock = '2027-01-15 12:00:00+00';
CALL pgscale.run_maintenance('orders');
SELECT c.relname, pg_get_userbyid(c.relowner) AS owner FROM pg_class c WHERE c.oid = 'orders_p2027_03'::regclass;
SELECT partition, pg_get_userbyid(c.relowner) AS owner, state FROM pgscale.partitions p JOIN pg_class c ON c.oid = p.partition
 WHERE root = 'orders'::regclass ORDER BY partition::text;

-- code of the owner never runs with other rights than his, in none of its hiding places, and
-- cannot change who runs maintenance or with which settings
SET pgscale.clock = '2026-11-15 12:00:00+00';
CREATE TABLE witness (what text, who name, attempt text);
GRANT INSERT, SELECT ON witness TO PUBLIC;
CREATE VIEW seen AS SELECT DISTINCT what, who, attempt FROM witness;
CREATE SCHEMA regress_priv_evil AUTHORIZATION regress_priv_owner;
GRANT USAGE ON SCHEMA regress_priv_evil TO PUBLIC;
SET ROLE regress_priv_owner;
CREATE FUNCTION note(what text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE attempt text := 'refused';
BEGIN
  BEGIN
    SET ROLE NONE;
    attempt := 'changed role';
  EXCEPTION WHEN OTHERS THEN NULL;
  END;
  BEGIN
    ALTER ROLE regress_priv_owner SUPERUSER;
    attempt := 'became superuser';
  EXCEPTION WHEN OTHERS THEN NULL;
  END;
  PERFORM pg_catalog.set_config('search_path', 'regress_priv_evil, pg_catalog', false);
  PERFORM pg_catalog.set_config('lock_timeout', '1h', false);
  INSERT INTO privileges.witness VALUES (what, current_user, attempt);
END $$;
CREATE FUNCTION trap(what text) RETURNS boolean LANGUAGE plpgsql IMMUTABLE AS
  $$ BEGIN PERFORM privileges.note(what); RETURN true; END $$;
-- what would run if his search_path came through
CREATE FUNCTION regress_priv_evil.clock_timestamp() RETURNS timestamptz LANGUAGE plpgsql AS
  $$ BEGIN PERFORM privileges.note('function'); RETURN pg_catalog.clock_timestamp(); END $$;
CREATE FUNCTION regress_priv_evil.eq(bigint, bigint) RETURNS boolean LANGUAGE plpgsql AS
  $$ BEGIN PERFORM privileges.note('operator'); RETURN $1 OPERATOR(pg_catalog.=) $2; END $$;
CREATE OPERATOR regress_priv_evil.= (LEFTARG = bigint, RIGHTARG = bigint, FUNCTION = regress_priv_evil.eq);
-- ATTACH and DETACH evaluate the constant in a CHECK constraint
CREATE TABLE trapped (at date, k int CHECK (privileges.trap('check') OR k > 0)) PARTITION BY RANGE (at);
CREATE TABLE trapped_old PARTITION OF trapped FOR VALUES FROM ('2020-01-01') TO ('2020-02-01');
RESET ROLE;
TRUNCATE witness;
SELECT action, partition FROM pgscale.create_parent('privileges.trapped', 'at', '1 month', premake => 0, start_at => '2026-10-01', retention => '1 year');
SELECT * FROM seen;
TRUNCATE witness;
CALL pgscale.run_maintenance('privileges.trapped');
SELECT partition, state FROM pgscale.partitions WHERE root = 'privileges.trapped'::regclass ORDER BY partition::text;
SELECT * FROM seen;
TRUNCATE witness;
SELECT action, partition FROM pgscale.retire_partition('privileges.trapped_p2026_10');
SELECT * FROM seen;
TRUNCATE witness;
-- so does a domain within the type of a list key
SET ROLE regress_priv_owner;
CREATE DOMAIN inner_type AS int CHECK (privileges.trap('domain'));
CREATE DOMAIN outer_type AS inner_type;
CREATE TABLE listed (k outer_type) PARTITION BY LIST (k);
RESET ROLE;
SELECT action, partition FROM pgscale.create_parent('privileges.listed', lists => '{"one": [1]}');
CALL pgscale.run_maintenance('privileges.listed');
SELECT count(*) FROM pgscale.plan('privileges.listed');
SELECT * FROM seen;
SELECT rolsuper FROM pg_roles WHERE rolname = 'regress_priv_owner';
-- the settings of the caller are as they were
SELECT current_user = session_user AS is_caller, current_setting('search_path') AS search_path, current_setting('lock_timeout') AS lock_timeout,
       current_setting('TimeZone') AS "TimeZone", current_setting('DateStyle') AS "DateStyle";
-- an owner who may no longer create in the schema: the step fails, and says why
REVOKE CREATE ON SCHEMA privileges FROM regress_priv_owner;
SET pgscale.clock = '2027-02-15 12:00:00+00';
CALL pgscale.run_maintenance('privileges.trapped');
SELECT action, outcome, sqlstate, message FROM pgscale.runs WHERE parent = 'trapped' AND outcome <> 'ok' ORDER BY id;

SET client_min_messages = warning;
DROP SCHEMA privileges CASCADE;
DROP SCHEMA regress_priv_evil CASCADE;
DROP ROLE regress_priv_owner, regress_priv_member, regress_priv_other, regress_priv_heir, regress_priv_stats;
