-- CALL without an argument visits the sets that are due, by what was written down and not by planning them.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS pgscale;
RESET client_min_messages;
CREATE SCHEMA due;
SET search_path = due;
SET TimeZone = 'UTC';
SET DateStyle = 'ISO';
SET pgscale.clock = '2026-11-15 12:00:00+00';

CREATE TABLE a (at date, note text) PARTITION BY RANGE (at);
CREATE TABLE b (at date, note text) PARTITION BY RANGE (at);
CREATE TABLE n (id bigint) PARTITION BY RANGE (id);
SELECT count(*) FROM pgscale.create_parent('a', 'at', '1 month', premake => 1);
SELECT count(*) FROM pgscale.create_parent('b', 'at', '1 month', premake => 1);
SELECT count(*) FROM pgscale.create_parent('n', 'id', '10', premake => 1);
CALL pgscale.run_maintenance();

-- which sets a CALL has visited since the last time this was asked
CREATE TEMP TABLE seen AS SELECT parent, visited_at FROM pgscale.set_state;
CREATE FUNCTION visited() RETURNS TABLE (parent regclass) LANGUAGE sql SET search_path = due, pg_temp AS $$
WITH now AS (UPDATE seen SET visited_at = s.visited_at FROM pgscale.set_state s
              WHERE s.parent = seen.parent AND s.visited_at IS DISTINCT FROM seen.visited_at RETURNING seen.parent)
SELECT parent FROM now ORDER BY parent::text $$;

-- nothing is due: nothing is looked at
CALL pgscale.run_maintenance();
SELECT * FROM visited();
-- a set that is named is looked at
CALL pgscale.run_maintenance('a');
SELECT * FROM visited();

-- what hands do to partitions makes the set due: DROP, ATTACH, DETACH, PARTITION OF
DROP TABLE b_p2026_12;
CALL pgscale.run_maintenance();
SELECT * FROM visited();
SELECT partition FROM pgscale.partitions WHERE root = 'b'::regclass;
ALTER TABLE a DETACH PARTITION a_p2026_12;
CALL pgscale.run_maintenance();
SELECT * FROM visited();
SELECT last_error FROM pgscale.partition_sets WHERE parent = 'a'::regclass;
ALTER TABLE a ATTACH PARTITION a_p2026_12 FOR VALUES FROM ('2026-12-01') TO ('2027-01-01');
CALL pgscale.run_maintenance();
SELECT * FROM visited();
SELECT last_error FROM pgscale.partition_sets WHERE parent = 'a'::regclass;
CREATE TABLE b_more PARTITION OF b FOR VALUES FROM ('2030-01-01') TO ('2031-01-01');
CALL pgscale.run_maintenance();
SELECT * FROM visited();
-- CONCURRENTLY too, which commits in its middle
ALTER TABLE b DETACH PARTITION b_more CONCURRENTLY;
CALL pgscale.run_maintenance();
SELECT * FROM visited();
-- what is rolled back does not, nor other DDL, be it under strange names and paths
BEGIN; DROP TABLE b_p2026_12; ROLLBACK;
ALTER TABLE a ADD COLUMN more int;
DROP TABLE b_more;
CREATE TABLE plain (a int);
CREATE TEMP TABLE passing (LIKE a);
DROP TABLE plain, passing;
DROP TABLE IF EXISTS missing, nowhere.missing;
CALL pgscale.run_maintenance();
SELECT * FROM visited();
-- it neither waits for whoever changes the policy nor fails under a snapshot that is older than the last visit
SET default_transaction_isolation = 'repeatable read';
BEGIN;
SELECT count(*) FROM pgscale.policy WHERE parent = 'b'::regclass;
CREATE TABLE b_more PARTITION OF b FOR VALUES FROM ('2030-01-01') TO ('2031-01-01');
COMMIT;
RESET default_transaction_isolation;
SELECT parent FROM pgscale.change;
CALL pgscale.run_maintenance();
SELECT * FROM visited();
SELECT parent FROM pgscale.change;
-- operators of the caller's are not pgscale's
CREATE SCHEMA hostile;
CREATE FUNCTION hostile.trap(bigint, integer) RETURNS bigint LANGUAGE plpgsql AS $$ BEGIN RAISE 'trapped as %', current_user; END $$;
CREATE OPERATOR hostile.+ (FUNCTION = hostile.trap, LEFTARG = bigint, RIGHTARG = integer);
SET search_path = hostile, pg_catalog, due;
DROP TABLE b_p2026_12;
SET search_path = due;
DROP SCHEMA hostile CASCADE;
CALL pgscale.run_maintenance();
SELECT * FROM visited();

-- a policy that changed, a clock that went on, an hour that passed
SELECT count(*) FROM pgscale.alter_parent('a', premake => 2);
CALL pgscale.run_maintenance();
SELECT * FROM visited();
SET pgscale.clock = '2026-12-01 00:00:00+00';
CALL pgscale.run_maintenance();
SELECT * FROM visited();
CALL pgscale.run_maintenance();
SELECT * FROM visited();
UPDATE pgscale.set_state SET visited_at = visited_at - interval '1 hour' WHERE parent = 'a'::regclass;
CALL pgscale.run_maintenance();
SELECT * FROM visited();

-- of a set over numbers only the empty partitions are looked at for rows
INSERT INTO n VALUES (5);
CALL pgscale.run_maintenance();
SELECT * FROM visited();
CALL pgscale.run_maintenance();
SELECT * FROM visited();
INSERT INTO n VALUES (15);
CALL pgscale.run_maintenance();
SELECT * FROM visited();
SELECT partition FROM pgscale.partitions WHERE root = 'n'::regclass;

-- what failed is tried again
CREATE TABLE b_p2027_02 (x int);
SELECT count(*) FROM pgscale.alter_parent('b', premake => 2);
SET client_min_messages = error;
CALL pgscale.run_maintenance();
SELECT * FROM visited();
CALL pgscale.run_maintenance();
SELECT * FROM visited();
RESET client_min_messages;
DROP TABLE b_p2027_02;
CALL pgscale.run_maintenance();
SELECT * FROM visited();
CALL pgscale.run_maintenance();
SELECT * FROM visited();

-- what nobody may visit is told
SELECT pgscale.pause('a');
CALL pgscale.run_maintenance();
-- nothing is planned for sets of others
CREATE ROLE regress_due;
SET ROLE regress_due;
CALL pgscale.run_maintenance();
RESET ROLE;
DROP ROLE regress_due;

-- without sets over numbers one query tells that nothing is due, and each reason for a visit is seen by it
SELECT pgscale.resume('a');
DROP TABLE n;
CALL pgscale.run_maintenance();
SELECT * FROM visited();
CALL pgscale.run_maintenance();
SELECT * FROM visited();
UPDATE pgscale.set_state SET visited_at = visited_at - interval '1 hour' WHERE parent = 'a'::regclass;
CALL pgscale.run_maintenance();
SELECT * FROM visited();
UPDATE pgscale.set_state SET retry_at = now() + interval '1 hour' WHERE parent = 'b'::regclass;
CALL pgscale.run_maintenance();
SELECT * FROM visited();
SET pgscale.clock = '2027-01-01 00:00:00+00';
CALL pgscale.run_maintenance();
SELECT * FROM visited();
DROP TABLE a_p2027_03;
CALL pgscale.run_maintenance();
SELECT * FROM visited();
UPDATE pgscale.set_state SET crashes = 3 WHERE parent = 'b'::regclass;
CALL pgscale.run_maintenance();
SELECT pgscale.resume('b');
CALL pgscale.run_maintenance();
SELECT * FROM visited();
SELECT pgscale.pause('a');
CALL pgscale.run_maintenance();
SELECT pgscale.resume('a');
CALL pgscale.run_maintenance();
SELECT * FROM visited();
DELETE FROM pgscale.set_state WHERE parent = 'b'::regclass;
CALL pgscale.run_maintenance();
SELECT parent, visited_at IS NOT NULL AS visited FROM pgscale.set_state WHERE parent IN ('a'::regclass, 'b'::regclass) ORDER BY parent::text;
SET pgscale.analyze_parents = on;
INSERT INTO a VALUES ('2027-01-05');
SELECT pg_stat_force_next_flush();
CALL pgscale.run_maintenance();
SELECT parent, look_at > now() AS looked FROM pgscale.set_state WHERE parent IN ('a'::regclass, 'b'::regclass) ORDER BY parent::text;
RESET pgscale.analyze_parents;

SET client_min_messages = warning;
DROP SCHEMA due CASCADE;
