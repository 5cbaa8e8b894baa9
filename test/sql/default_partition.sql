-- A default partition is proved empty before a partition is attached beside it, so that nothing is scanned.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS pgscale;
RESET client_min_messages;
CREATE SCHEMA default_partition;
SET search_path = default_partition;
SET TimeZone = 'UTC';
SET DateStyle = 'ISO';
SET pgscale.clock = '2026-11-15 12:00:00+00';

CREATE TABLE orders (id int, at timestamptz) PARTITION BY RANGE (at);
SELECT * FROM pgscale.create_parent('orders', 'at', '1 month', premake => 1, default_partition => true);
INSERT INTO orders VALUES (1, '2020-05-05'), (2, NULL), (3, '2026-11-05');
SELECT tableoid::regclass, * FROM orders ORDER BY id;
SET pgscale.clock = '2026-12-15 12:00:00+00';
SELECT step, action, partition, bounds, reason, locks FROM pgscale.plan('orders');
SELECT sql[1] FROM pgscale.plan('orders') WHERE action IN ('guard', 'validate') ORDER BY step;
-- a look and VALIDATE each scan the default partition for a new one; ATTACH finds the guard and does not
SELECT pg_stat_force_next_flush();
SELECT seq_scan AS before FROM pg_stat_user_tables WHERE relid = 'orders_default'::regclass \gset
CALL pgscale.run_maintenance('orders');
SELECT pg_stat_force_next_flush();
SELECT seq_scan - :before AS scans FROM pg_stat_user_tables WHERE relid = 'orders_default'::regclass;
SELECT action, partition, outcome FROM pgscale.runs WHERE parent = 'orders' ORDER BY id;
-- the guard is gone
SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = 'orders_default'::regclass;
SELECT tableoid::regclass, * FROM orders ORDER BY id;

-- rows of a coming range in the default partition: that step fails before there is a guard, the others go on
INSERT INTO orders VALUES (4, '2027-02-14');
SET pgscale.clock = '2027-02-15 12:00:00+00';
CALL pgscale.run_maintenance('orders');
SELECT action, partition, outcome, sqlstate, message, detail, hint FROM pgscale.runs
 WHERE parent = 'orders' AND outcome <> 'ok' ORDER BY id;
SELECT partition, lower, upper FROM pgscale.partitions WHERE root = 'orders'::regclass;
SELECT conname FROM pg_constraint WHERE conrelid = 'orders_default'::regclass;
SELECT last_sqlstate, last_error, failures FROM pgscale.partition_sets WHERE parent = 'orders'::regclass;
-- inserts into the default partition go on meanwhile
INSERT INTO orders VALUES (5, '2027-02-16');
-- rows that row security hides from the owner VALIDATE finds, and the guard is removed
CREATE ROLE regress_hidden_owner;
GRANT USAGE, CREATE ON SCHEMA default_partition TO regress_hidden_owner;
CREATE TABLE hidden (at date) PARTITION BY RANGE (at);
SELECT count(*) FROM pgscale.create_parent('hidden', 'at', '1 month', premake => 0, default_partition => true);
INSERT INTO hidden VALUES ('2027-03-03');
ALTER TABLE hidden_default ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE hidden_default OWNER TO regress_hidden_owner;
ALTER TABLE hidden OWNER TO regress_hidden_owner;
SELECT count(*) FROM pgscale.alter_parent('hidden', premake => 1);
CALL pgscale.run_maintenance('hidden');
SELECT action, partition, outcome, message FROM pgscale.runs WHERE parent = 'hidden' AND partition <> 'default_partition.hidden_p2027_02' ORDER BY id;
SELECT conname FROM pg_constraint WHERE conrelid = 'hidden_default'::regclass;
DROP TABLE hidden;
DROP OWNED BY regress_hidden_owner;
DROP ROLE regress_hidden_owner;
-- moved by hand, and the next visit makes the partition
BEGIN;
CREATE TEMP TABLE moved AS SELECT * FROM orders_default WHERE at >= '2027-02-01' AND at < '2027-03-01';
DELETE FROM orders_default WHERE at >= '2027-02-01' AND at < '2027-03-01';
COMMIT;
CALL pgscale.run_maintenance('orders');
INSERT INTO orders SELECT * FROM moved;
SELECT tableoid::regclass, * FROM orders ORDER BY id;
SELECT last_error, failures FROM pgscale.partition_sets WHERE parent = 'orders'::regclass;

-- a guard that an interrupted run left is removed first
ALTER TABLE orders_default ADD CONSTRAINT pgscale_guard CHECK (at < '2027-01-01') NOT VALID;
SELECT step, action, partition, reason FROM pgscale.plan('orders');
CALL pgscale.run_maintenance('orders');
SELECT conname FROM pg_constraint WHERE conrelid = 'orders_default'::regclass;

-- with a default partition the detach is the plain one, under the lock timeout
SELECT count(*) > 0 AS deferred FROM pgscale.alter_parent('orders', retention => '2 months');
SELECT action, partition, sql, locks FROM pgscale.plan('orders');
CALL pgscale.run_maintenance('orders');
SELECT partition, state FROM pgscale.partitions WHERE root = 'orders'::regclass ORDER BY partition::text;

-- a default partition of another name, with other columns and order of columns
CREATE TABLE named (a int, at date, b text) PARTITION BY RANGE (at);
CREATE TABLE rest (b text, gone int, at date, a int);
ALTER TABLE rest DROP COLUMN gone;
ALTER TABLE named ATTACH PARTITION rest DEFAULT;
INSERT INTO named VALUES (1, '1999-01-01', 'x');
SELECT action, partition FROM pgscale.create_parent('named', 'at', '1 month', premake => 0, default_partition => true);
SET pgscale.clock = '2027-03-15 12:00:00+00';
CALL pgscale.run_maintenance('named');
SELECT partition, lower, upper, is_default FROM pgscale.partitions WHERE root = 'named'::regclass;

-- create_parent() meets rows of the range it wants: an error that names the way, nothing is changed
CREATE TABLE full_default (at date) PARTITION BY RANGE (at);
CREATE TABLE full_default_rest PARTITION OF full_default DEFAULT;
INSERT INTO full_default VALUES ('2027-03-10');
SELECT * FROM pgscale.create_parent('full_default', 'at', '1 month', premake => 0);
SELECT count(*) FROM pgscale.partition_sets WHERE parent = 'full_default'::regclass;

-- other key types: numbers, lists with NULL
CREATE TABLE nums (n numeric) PARTITION BY RANGE (n);
SELECT count(*) FROM pgscale.create_parent('nums', 'n', '10', premake => 0, default_partition => true);
INSERT INTO nums VALUES (5), (-1), (NULL), ('NaN');
SELECT count(*) FROM pgscale.alter_parent('nums', premake => 1);
CALL pgscale.run_maintenance('nums');
SELECT tableoid::regclass, * FROM nums ORDER BY n;
CREATE TABLE lists (k int) PARTITION BY LIST (k);
SELECT count(*) FROM pgscale.create_parent('lists', lists => '{"a": [1]}', default_partition => true);
INSERT INTO lists VALUES (1), (26);
SELECT count(*) FROM pgscale.alter_parent('lists', lists => '{"a": [1], "n": [null], "bn": [2, 3]}');
SELECT sql[1] FROM pgscale.plan('lists') WHERE action = 'guard' ORDER BY step;
SELECT pg_stat_force_next_flush();
SELECT seq_scan AS before FROM pg_stat_user_tables WHERE relid = 'lists_default'::regclass \gset
CALL pgscale.run_maintenance('lists');
SELECT pg_stat_force_next_flush();
SELECT seq_scan - :before AS scans FROM pg_stat_user_tables WHERE relid = 'lists_default'::regclass;
SELECT partition, "values", is_default FROM pgscale.partitions WHERE root = 'lists'::regclass ORDER BY partition::text;
INSERT INTO lists VALUES (NULL);
SELECT count(*) FROM pgscale.alter_parent('lists', lists => '{"a": [1], "n": [null], "bn": [2, 3], "z": [26], "y": [25]}');
CALL pgscale.run_maintenance('lists');
SELECT partition, "values", is_default FROM pgscale.partitions WHERE root = 'lists'::regclass ORDER BY partition::text;

-- beside a default partition, whose readers wait, one call makes fewer; maintenance makes the rest
CREATE TABLE many (at date) PARTITION BY RANGE (at);
CREATE TABLE many_default PARTITION OF many DEFAULT;
SELECT action, count(*) FROM pgscale.create_parent('many', 'at', '1 day', premake => 49) GROUP BY action ORDER BY action;
CALL pgscale.run_maintenance('many');
SELECT count, last_error FROM pgscale.partition_sets WHERE parent = 'many'::regclass;

SET client_min_messages = warning;
DROP SCHEMA default_partition CASCADE;
