-- List sets: one partition for each named group of values.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS pgscale;
RESET client_min_messages;
CREATE SCHEMA create_list;
SET search_path = create_list;
SET TimeZone = 'UTC';
SET DateStyle = 'ISO';
SET pgscale.clock = '2026-11-15 12:00:00+00';

CREATE TABLE customers (id int, region text) PARTITION BY LIST (region);
SELECT * FROM pgscale.create_parent('customers', 'region', method => 'list',
  lists => '{"na": ["US","CA","MX"], "eu": ["UK","DE"], "none": [null]}', default_partition => true);
SELECT partition, method, "values", is_default FROM pgscale.partitions WHERE root = 'customers'::regclass ORDER BY partition::text;
INSERT INTO customers VALUES (1, 'US'), (2, 'DE'), (3, NULL), (4, 'JP');
SELECT tableoid::regclass, * FROM customers ORDER BY id;
SELECT method, control, lists, default_partition, count, oldest, covered_until, next_due
  FROM pgscale.partition_sets WHERE parent = 'customers'::regclass;

-- a time without a zone is one of the set's zone, not of the session's
CREATE TABLE moments (at timestamptz) PARTITION BY LIST (at);
SET TimeZone = 'America/New_York';
SELECT action, partition FROM pgscale.create_parent('moments', lists => '{"new_year": ["2026-01-01 00:00"]}', timezone => 'Europe/Berlin');
SET TimeZone = 'Asia/Tokyo';
SELECT count(*) FROM pgscale.plan('moments');
SET TimeZone = 'UTC';
SELECT "values" FROM pgscale.partitions WHERE root = 'moments'::regclass;
DROP TABLE moments;

-- keys of other types; values are compared as the type compares them
CREATE TABLE by_int (k int) PARTITION BY LIST (k);
SELECT * FROM pgscale.create_parent('by_int', lists => '{"low": [1, 2, " 3 "], "high": ["10"]}');
CREATE TABLE by_uuid (k uuid) PARTITION BY LIST (k);
SELECT * FROM pgscale.create_parent('by_uuid', lists => '{"a": ["A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11"]}');
CREATE TYPE mood AS ENUM ('sad', 'ok');
CREATE TABLE by_enum (k mood) PARTITION BY LIST (k);
SELECT * FROM pgscale.create_parent('by_enum', lists => '{"s": ["sad"], "o": ["ok"]}');
CREATE TABLE by_date (k date) PARTITION BY LIST (k);
SELECT * FROM pgscale.create_parent('by_date', lists => '{"christmas": ["2026-12-25", "2026-12-26"]}');
CREATE TABLE by_bool (k boolean) PARTITION BY LIST (k);
SELECT * FROM pgscale.create_parent('by_bool', lists => '{"yes": [true], "no": ["f", null]}');
CREATE TABLE by_char (k char(4)) PARTITION BY LIST (k);
SELECT * FROM pgscale.create_parent('by_char', lists => '{"a": ["ab"]}');
INSERT INTO by_char VALUES ('ab');

-- partitions that hold a group are adopted whatever their name
CREATE TABLE adopted (k text) PARTITION BY LIST (k);
CREATE TABLE whatever PARTITION OF adopted FOR VALUES IN ('a', 'b', 'c');
SELECT * FROM pgscale.create_parent('adopted', lists => '{"ab": ["a", "b"], "d": ["d"]}');
-- a group that is covered in part cannot be completed; the others are made
CREATE TABLE partly (k text) PARTITION BY LIST (k);
CREATE TABLE partly_x PARTITION OF partly FOR VALUES IN ('a');
SELECT action, bounds, detail FROM pgscale.create_parent('partly', lists => '{"ab": ["a", "b"], "d": ["d"]}');
SELECT action, refusal FROM pgscale.plan('partly');
CALL pgscale.run_maintenance('partly');
CALL pgscale.run_maintenance('partly');
SELECT action, outcome, sqlstate, message FROM pgscale.runs WHERE parent = 'partly' ORDER BY id;

-- a set without lists, to be filled later
CREATE TABLE later (k text) PARTITION BY LIST (k);
SELECT * FROM pgscale.create_parent('later');
SELECT * FROM pgscale.alter_parent('later', lists => '{"one": ["1"]}');
CALL pgscale.run_maintenance('later');
SELECT partition, "values" FROM pgscale.partitions WHERE root = 'later'::regclass;

-- a new group while rows of other values are in the default partition
SELECT action, partition, bounds FROM pgscale.alter_parent('customers',
  lists => '{"na": ["US","CA","MX"], "eu": ["UK","DE"], "none": [null], "asia": ["CN"]}');
CALL pgscale.run_maintenance('customers');
INSERT INTO customers VALUES (5, 'CN');
SELECT tableoid::regclass, * FROM customers WHERE id >= 4 ORDER BY id;
SELECT conname FROM pg_constraint WHERE conrelid = 'customers_default'::regclass;

SET client_min_messages = warning;
DROP SCHEMA create_list CASCADE;
