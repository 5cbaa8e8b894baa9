-- The dry run: what maintenance would do, with SQL, locks and reasons.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS pgscale;
RESET client_min_messages;
CREATE SCHEMA plan;
SET search_path = plan;
SET TimeZone = 'UTC';
SET DateStyle = 'ISO';
SET pgscale.clock = '2026-11-15 12:00:00+00';
-- From 17 on ATTACH gives a partition its identity columns, so that LIKE leaves them out.
CREATE FUNCTION on_all_servers(statement text) RETURNS text LANGUAGE sql
  RETURN replace(statement, ' EXCLUDING IDENTITY', '');

CREATE TABLE orders (at date) PARTITION BY RANGE (at);
SELECT action, partition FROM pgscale.create_parent('orders', 'at', '1 month', premake => 1, retention => '2 months', retire => 'drop');
-- nothing to do
SELECT * FROM pgscale.plan('orders');
SET pgscale.clock = '2027-02-10 12:00:00+00';
SELECT parent, step, action, partition, bounds, reason, refusal FROM pgscale.plan('orders');
SELECT step, action, on_all_servers(s.statement) AS statement FROM pgscale.plan('orders'), unnest(sql) WITH ORDINALITY AS s (statement, n) ORDER BY step, n;
SELECT step, action, locks FROM pgscale.plan('orders');
-- looking changes nothing, and twice looking sees the same
SELECT count(*) FROM pgscale.partitions WHERE root = 'orders'::regclass;
BEGIN READ ONLY;
SELECT count(*) FROM pgscale.plan('orders');
COMMIT;
-- CALL does what was planned, in that order
CREATE TEMP TABLE planned AS SELECT row_number() OVER (ORDER BY step) AS n, action, partition, bounds, reason FROM pgscale.plan('orders');
CREATE TEMP TABLE before AS SELECT coalesce(max(id), 0) AS id FROM pgscale.runs;
CALL pgscale.run_maintenance('orders');
CREATE TEMP TABLE done AS SELECT row_number() OVER (ORDER BY r.id) AS n, r.action, r.partition, r.bounds, r.reason, r.outcome
  FROM pgscale.runs r, before WHERE r.id > before.id;
SELECT n, action, partition, outcome FROM done ORDER BY n;
SELECT count(*) AS differences FROM planned p FULL JOIN done d USING (n, action, partition, bounds, reason)
 WHERE p.n IS NULL OR d.n IS NULL;
SELECT * FROM pgscale.plan('orders');

-- the SQL can be run by hand as well
CREATE TABLE by_hand_target (k int PRIMARY KEY);
CREATE TABLE by_hand (at date NOT NULL, k int REFERENCES by_hand_target, PRIMARY KEY (at)) PARTITION BY RANGE (at);
ALTER TABLE by_hand REPLICA IDENTITY FULL;
GRANT SELECT ON by_hand TO PUBLIC;
SELECT action, partition FROM pgscale.create_parent('by_hand', 'at', '1 month', premake => 0, default_partition => true);
SET pgscale.clock = '2027-03-10 12:00:00+00';
SELECT step, action, partition, reason, on_all_servers(sql::text)::text[] AS sql, locks FROM pgscale.plan('by_hand');
DO $$
DECLARE statement text;
BEGIN
  FOR statement IN SELECT s.statement FROM pgscale.plan('by_hand'), unnest(sql) WITH ORDINALITY AS s (statement, n) ORDER BY step, n LOOP
    EXECUTE statement;
  END LOOP;
END $$;
SELECT * FROM pgscale.plan('by_hand');
SELECT partition, lower, upper, is_default FROM pgscale.partitions WHERE root = 'by_hand'::regclass;

-- a list set
CREATE TABLE lists (k text) PARTITION BY LIST (k);
SELECT * FROM pgscale.create_parent('lists');
SELECT count(*) FROM pgscale.alter_parent('lists', lists => '{"a": ["a"], "b": ["b", null]}');
SELECT step, action, partition, bounds, reason, on_all_servers(sql::text)::text[] AS sql, locks FROM pgscale.plan('lists');

-- without an argument: all sets, each counted from one
CREATE TABLE aaa (at date) PARTITION BY RANGE (at);
SELECT count(*) FROM pgscale.create_parent('aaa', 'at', '1 month', premake => 0);
SET pgscale.clock = '2027-04-10 12:00:00+00';
SELECT parent, step, action, partition FROM pgscale.plan() WHERE parent::text IN ('aaa', 'by_hand', 'lists', 'orders');
SELECT count(*) FROM pgscale.plan(NULL) WHERE parent = 'aaa'::regclass;
-- a set that cannot be planned shows why, the others their steps
CREATE TABLE broken (n numeric) PARTITION BY RANGE (n);
SELECT count(*) FROM pgscale.create_parent('broken', 'n', '10', premake => 0);
CREATE TABLE broken_fine PARTITION OF broken FOR VALUES FROM (-0.000000000000001) TO (0);
SELECT parent, step, action, partition, refusal FROM pgscale.plan() WHERE parent IN ('aaa'::regclass, 'broken'::regclass);
SELECT * FROM pgscale.plan('broken');
CALL pgscale.run_maintenance('broken');
SELECT last_sqlstate, last_error, failures FROM pgscale.partition_sets WHERE parent = 'broken'::regclass;
-- pgscale.plan() shows what a paused set would do
SELECT pgscale.pause('aaa');
SELECT parent, step, action FROM pgscale.plan('aaa');

SET client_min_messages = warning;
DROP SCHEMA plan CASCADE;
