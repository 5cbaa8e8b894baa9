-- Changing a policy: NULL leaves a setting, none clears it.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS pgscale;
RESET client_min_messages;
CREATE SCHEMA alter_parent;
SET search_path = alter_parent;
SET TimeZone = 'UTC';
SET DateStyle = 'ISO';
SET pgscale.clock = '2026-11-15 12:00:00+00';

CREATE VIEW policy AS SELECT parent, "interval", premake, start_at, retention, retire, default_partition, timezone, partitions, lists, naming
  FROM pgscale.partition_sets;
CREATE TABLE orders (at timestamptz) PARTITION BY RANGE (at);
SELECT count(*) FROM pgscale.create_parent('orders', 'at', '1 month', premake => 1);
SELECT * FROM policy WHERE parent = 'orders'::regclass;
-- nothing given, nothing changed
SELECT * FROM pgscale.alter_parent('orders');
SELECT * FROM pgscale.alter_parent('orders', control => 'at', method => 'range');
SELECT * FROM policy WHERE parent = 'orders'::regclass;
-- one at a time
SELECT * FROM pgscale.alter_parent('orders', premake => 2);
SELECT * FROM pgscale.alter_parent('orders', retention => '12 months');
SELECT * FROM pgscale.alter_parent('orders', retire => 'drop');
SELECT * FROM pgscale.alter_parent('orders', naming => '{parent}_of_{bound}');
SELECT * FROM policy WHERE parent = 'orders'::regclass;
CALL pgscale.run_maintenance('orders');
SELECT partition FROM pgscale.partitions WHERE root = 'orders'::regclass;
-- cleared
SELECT * FROM pgscale.alter_parent('orders', retention => 'none', naming => 'none');
SELECT * FROM policy WHERE parent = 'orders'::regclass;
-- a smaller premake removes nothing
SELECT * FROM pgscale.alter_parent('orders', premake => 0);
CALL pgscale.run_maintenance('orders');
SELECT count(*) FROM pgscale.partitions WHERE root = 'orders'::regclass;

-- another interval begins at the next boundary: no partition is changed, no hole, no overlap
SELECT * FROM pgscale.alter_parent('orders', "interval" => '1 day', premake => 3);
SET pgscale.clock = '2027-01-30 12:00:00+00';
SELECT * FROM pgscale.alter_parent('orders');
CALL pgscale.run_maintenance('orders');
SELECT partition, lower, upper FROM pgscale.partitions WHERE root = 'orders'::regclass;
SELECT count(*) FROM pgscale.alter_parent('orders', "interval" => '1 month', premake => 1);
SET pgscale.clock = '2027-02-10 12:00:00+00';
CALL pgscale.run_maintenance('orders');
SELECT partition, lower, upper FROM pgscale.partitions WHERE root = 'orders'::regclass AND lower::timestamptz >= '2027-01-31' ORDER BY lower::timestamptz;
SET pgscale.clock = '2026-11-15 12:00:00+00';

-- a start in the past is filled, another time zone makes no hole, default_partition is made
CREATE TABLE more (at timestamptz) PARTITION BY RANGE (at);
SELECT count(*) FROM pgscale.create_parent('more', 'at', '1 month', premake => 0);
SELECT * FROM pgscale.alter_parent('more', start_at => '2026-09-01');
CALL pgscale.run_maintenance('more');
SELECT partition, lower, upper FROM pgscale.partitions WHERE root = 'more'::regclass;
SELECT count(*) FROM pgscale.alter_parent('more', timezone => 'Europe/Berlin', premake => 1);
SELECT timezone FROM policy WHERE parent = 'more'::regclass;
CALL pgscale.run_maintenance('more');
SELECT count(*) AS holes_and_overlaps FROM (
  SELECT upper, lead(lower) OVER (ORDER BY lower::timestamptz) AS next FROM pgscale.partitions WHERE root = 'more'::regclass) x
 WHERE upper <> next;
SELECT * FROM pgscale.alter_parent('more', default_partition => true);
CALL pgscale.run_maintenance('more');
SELECT partition, is_default FROM pgscale.partitions WHERE root = 'more'::regclass AND is_default;
-- no longer wanted, it stays until somebody removes it
SELECT * FROM pgscale.alter_parent('more', default_partition => false);
SELECT * FROM pgscale.plan('more');

-- lists and hash
CREATE TABLE customers (region text) PARTITION BY LIST (region);
SELECT count(*) FROM pgscale.create_parent('customers', lists => '{"na": ["US"]}');
SELECT * FROM pgscale.alter_parent('customers', lists => '{"na": ["US"], "eu": ["DE"]}');
SELECT lists FROM policy WHERE parent = 'customers'::regclass;
-- a group that is no longer named keeps its partition
SELECT * FROM pgscale.alter_parent('customers', lists => '{"eu": ["DE"]}');
CALL pgscale.run_maintenance('customers');
SELECT partition, "values" FROM pgscale.partitions WHERE root = 'customers'::regclass ORDER BY partition::text;
CREATE TABLE hashed (k int) PARTITION BY HASH (k);
SELECT count(*) FROM pgscale.create_parent('hashed', partitions => 2);
SELECT action, bounds, detail FROM pgscale.alter_parent('hashed', partitions => 3);

-- bad input changes nothing
SELECT pgscale.alter_parent('orders', control => 'nope');
SELECT pgscale.alter_parent('orders', method => 'list');
SELECT pgscale.alter_parent('orders', "interval" => 'none');
SELECT pgscale.alter_parent('orders', "interval" => '0 days');
SELECT pgscale.alter_parent('orders', premake => -1);
SELECT pgscale.alter_parent('orders', start_at => 'never');
SELECT pgscale.alter_parent('orders', retention => '1 day');
SELECT pgscale.alter_parent('orders', retire => 'none');
SELECT pgscale.alter_parent('orders', timezone => 'Nowhere');
SELECT pgscale.alter_parent('orders', naming => 'fixed');
SELECT pgscale.alter_parent('orders', naming => '');
SELECT pgscale.alter_parent('orders', lists => '{"a": ["x"]}');
SELECT pgscale.alter_parent('orders', partitions => 4);
SELECT pgscale.alter_parent('customers', lists => '{"a": ["x"], "b": ["x"]}');
SELECT pgscale.alter_parent('customers', "interval" => '1 day');
SELECT pgscale.alter_parent('hashed', partitions => 0);
SELECT pgscale.alter_parent('hashed', default_partition => true);
SELECT * FROM policy WHERE parent = 'orders'::regclass;
-- rolled back with the transaction
BEGIN;
SELECT count(*) FROM pgscale.alter_parent('orders', premake => 5);
ROLLBACK;
SELECT premake FROM policy WHERE parent = 'orders'::regclass;

SET client_min_messages = warning;
DROP SCHEMA alter_parent CASCADE;
