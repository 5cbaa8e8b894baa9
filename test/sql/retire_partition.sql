-- Retiring one partition by hand.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS pgscale;
RESET client_min_messages;
CREATE SCHEMA retire_partition;
SET search_path = retire_partition;
SET TimeZone = 'UTC';
SET DateStyle = 'ISO';
SET pgscale.clock = '2026-11-15 12:00:00+00';

CREATE TABLE orders (at date) PARTITION BY RANGE (at);
SELECT count(*) FROM pgscale.create_parent('orders', 'at', '1 month', premake => 1, start_at => '2026-06-01', default_partition => true);
INSERT INTO orders VALUES ('2026-06-05'), ('2026-07-05');
-- the present, the future and the default partition stay
SELECT * FROM pgscale.retire_partition('orders_p2026_11');
SELECT * FROM pgscale.retire_partition('orders_p2026_12');
SELECT * FROM pgscale.retire_partition('orders_default');
SELECT * FROM pgscale.retire_partition(NULL);
SELECT * FROM pgscale.retire_partition('orders');
SELECT count(*) FROM pgscale.partitions WHERE root = 'orders'::regclass;
-- the past goes; the policy keeps the table
SELECT * FROM pgscale.retire_partition('orders_p2026_06');
SELECT * FROM orders_p2026_06;
SELECT partition, state FROM pgscale.partitions WHERE root = 'orders'::regclass ORDER BY partition::text;
SELECT * FROM pgscale.plan('orders');
CALL pgscale.run_maintenance('orders');
SELECT count(*) FROM pgscale.partitions WHERE root = 'orders'::regclass AND state = 'attached';
SELECT action, partition, reason, outcome, message FROM pgscale.runs WHERE parent = 'orders' AND action = 'detach' ORDER BY id;
-- twice is an error
SELECT * FROM pgscale.retire_partition('orders_p2026_06');

-- drop; without a default partition the detach is concurrent
CREATE TABLE logs (at date) PARTITION BY RANGE (at);
SELECT count(*) FROM pgscale.create_parent('logs', 'at', '1 month', premake => 0, start_at => '2026-08-01', retire => 'drop');
SELECT * FROM pgscale.retire_partition('logs_p2026_08');
SELECT to_regclass('logs_p2026_08');
SELECT action, partition, reason, outcome, message FROM pgscale.runs WHERE parent = 'logs' AND action <> 'create' ORDER BY id;
-- inside a transaction block: all or nothing
BEGIN;
SELECT * FROM pgscale.retire_partition('logs_p2026_09');
SELECT to_regclass('logs_p2026_09');
ROLLBACK;
SELECT partition, state FROM pgscale.partitions WHERE root = 'logs'::regclass;
BEGIN;
SELECT count(*) FROM logs;
SELECT * FROM pgscale.retire_partition('logs_p2026_09');
COMMIT;
SELECT partition, state FROM pgscale.partitions WHERE root = 'logs'::regclass;
SELECT action, partition, outcome, message FROM pgscale.runs WHERE parent = 'logs' AND action <> 'create' ORDER BY id;
CALL pgscale.run_maintenance('logs');
SELECT partition, state FROM pgscale.partitions WHERE root = 'logs'::regclass;

-- a list group leaves the policy with its partition
CREATE TABLE customers (region text) PARTITION BY LIST (region);
SELECT count(*) FROM pgscale.create_parent('customers', lists => '{"na": ["US", "CA"], "eu": ["DE"], "asia": ["CN"]}', retire => 'drop');
INSERT INTO customers VALUES ('US'), ('DE'), ('CN');
SELECT * FROM pgscale.retire_partition('customers_na');
SELECT lists FROM pgscale.partition_sets WHERE parent = 'customers'::regclass;
SELECT * FROM customers ORDER BY 1;
SELECT * FROM pgscale.plan('customers');
CALL pgscale.run_maintenance('customers');
SELECT partition, "values", state FROM pgscale.partitions WHERE root = 'customers'::regclass ORDER BY partition::text;
SELECT count(*) FROM pgscale.alter_parent('customers', retire => 'detach');
SELECT * FROM pgscale.retire_partition('customers_eu');
SELECT partition, "values", state FROM pgscale.partitions WHERE root = 'customers'::regclass ORDER BY partition::text;
SELECT lists FROM pgscale.partition_sets WHERE parent = 'customers'::regclass;
-- the last group as well
SELECT action, partition FROM pgscale.retire_partition('customers_asia');
SELECT lists FROM pgscale.partition_sets WHERE parent = 'customers'::regclass;
CALL pgscale.run_maintenance('customers');

-- hash
CREATE TABLE hashed (k int) PARTITION BY HASH (k);
SELECT count(*) FROM pgscale.create_parent('hashed', partitions => 2);
SELECT * FROM pgscale.retire_partition('hashed_p1');

-- numbers
CREATE TABLE nums (k int) PARTITION BY RANGE (k);
SELECT count(*) FROM pgscale.create_parent('nums', 'k', '10', premake => 1);
INSERT INTO nums VALUES (5), (15);
CALL pgscale.run_maintenance('nums');
SELECT action, partition FROM pgscale.retire_partition('nums_p10');
SELECT action, partition FROM pgscale.retire_partition('nums_p20');
INSERT INTO nums VALUES (25);
CALL pgscale.run_maintenance('nums');
SELECT action, partition FROM pgscale.retire_partition('nums_p0');
CALL pgscale.run_maintenance('nums');
SELECT partition, state FROM pgscale.partitions WHERE root = 'nums'::regclass ORDER BY partition::text;

-- a paused set may lose any of its partitions
SELECT pgscale.pause('nums');
SELECT action, partition FROM pgscale.retire_partition('nums_p30');

-- an adopted partition that reaches down to MINVALUE
CREATE TABLE odd (at date) PARTITION BY RANGE (at);
CREATE TABLE odd_all PARTITION OF odd FOR VALUES FROM (MINVALUE) TO ('2026-10-01');
SELECT count(*) FROM pgscale.create_parent('odd', 'at', '1 month', premake => 0);
SELECT action, partition, bounds FROM pgscale.retire_partition('odd_all');

SET client_min_messages = warning;
DROP SCHEMA retire_partition CASCADE;
