-- Range sets over numbers: partitions follow the rows.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS pgscale;
RESET client_min_messages;
CREATE SCHEMA create_numbers;
SET search_path = create_numbers;
SET TimeZone = 'UTC';
SET DateStyle = 'ISO';
SET pgscale.clock = '2026-11-15 12:00:00+00';

-- an empty set starts at zero
CREATE TABLE big (id bigint, note text) PARTITION BY RANGE (id);
SELECT * FROM pgscale.create_parent('big', 'id', '1000', premake => 2);
-- with rows in the third partition two more are wanted
INSERT INTO big VALUES (2500);
CALL pgscale.run_maintenance('big');
SELECT partition, lower, upper FROM pgscale.partitions WHERE root = 'big'::regclass;
SELECT covered_until, next_due FROM pgscale.partition_sets WHERE parent = 'big'::regclass;
CALL pgscale.run_maintenance('big');
SELECT count(*) FROM pgscale.partitions WHERE root = 'big'::regclass;

-- smallint ends with MAXVALUE and then is complete
CREATE TABLE small (id smallint) PARTITION BY RANGE (id);
SELECT * FROM pgscale.create_parent('small', 'id', '10000', premake => 10);
SELECT partition, lower, upper FROM pgscale.partitions WHERE root = 'small'::regclass;
INSERT INTO small VALUES (32767);
CALL pgscale.run_maintenance('small');
SELECT count(*) FROM pgscale.partitions WHERE root = 'small'::regclass;

-- the same at the end of integer and bigint
CREATE TABLE ints (id integer) PARTITION BY RANGE (id);
SELECT action, partition, bounds FROM pgscale.create_parent('ints', 'id', '1000000000', premake => 5);
INSERT INTO ints VALUES (2147483647);
CREATE TABLE bigs (id bigint) PARTITION BY RANGE (id);
SELECT action, partition, bounds
  FROM pgscale.create_parent('bigs', 'id', '4000000000000000000', premake => 5);
INSERT INTO bigs VALUES (9223372036854775807);

-- below zero
CREATE TABLE below (id integer) PARTITION BY RANGE (id);
SELECT action, partition, bounds FROM pgscale.create_parent('below', 'id', '100', premake => 1, start_at => '-200');
INSERT INTO below VALUES (-50);
CALL pgscale.run_maintenance('below');
SELECT partition, lower, upper FROM pgscale.partitions WHERE root = 'below'::regclass;

-- numeric, with fractions
CREATE TABLE nums (n numeric) PARTITION BY RANGE (n);
SELECT * FROM pgscale.create_parent('nums', 'n', '0.5', premake => 2);
INSERT INTO nums VALUES (1.2);
CALL pgscale.run_maintenance('nums');
SELECT partition, lower, upper FROM pgscale.partitions WHERE root = 'nums'::regclass;
CREATE TABLE money (n numeric(12, 2)) PARTITION BY RANGE (n);
SELECT action, partition, bounds FROM pgscale.create_parent('money', 'n', '1000000.00', premake => 1, start_at => '500');

-- adopted partitions; a width that is not a divisor goes on from the newest bound
CREATE TABLE adopted (id bigint) PARTITION BY RANGE (id);
CREATE TABLE adopted_a PARTITION OF adopted FOR VALUES FROM (MINVALUE) TO (70);
CREATE TABLE adopted_b PARTITION OF adopted FOR VALUES FROM (70) TO (170);
INSERT INTO adopted VALUES (100);
SELECT * FROM pgscale.create_parent('adopted', 'id', '100', premake => 2);

-- retention counts from the newest rows; the partition in use and those without end stay
CREATE TABLE kept (id integer) PARTITION BY RANGE (id);
SELECT action, partition FROM pgscale.create_parent('kept', 'id', '10', premake => 1, retention => '20', retire => 'drop');
INSERT INTO kept VALUES (5), (15);
CALL pgscale.run_maintenance('kept');
INSERT INTO kept VALUES (25);
CALL pgscale.run_maintenance('kept');
INSERT INTO kept VALUES (35);
SELECT action, partition, reason FROM pgscale.plan('kept');
CALL pgscale.run_maintenance('kept');
SELECT partition, lower, upper, state FROM pgscale.partitions WHERE root = 'kept'::regclass;
SELECT * FROM kept ORDER BY id;

-- The growth of the last days decides how many are needed: for a day, or for as long as is asked for.
CREATE TABLE grows (id bigint) PARTITION BY RANGE (id);
SELECT count(*) FROM pgscale.create_parent('grows', 'id', '1000', premake => 1);
INSERT INTO grows VALUES (0);
CALL pgscale.run_maintenance('grows');
SET pgscale.clock = '2026-11-15 17:00:00+00';
CALL pgscale.run_maintenance('grows');
SELECT at, reached FROM pgscale.milestone WHERE parent = 'grows'::regclass ORDER BY at;
-- two days are not enough to tell, for the first load of a table is no growth
INSERT INTO grows VALUES (1500);
CALL pgscale.run_maintenance('grows');
INSERT INTO grows VALUES (2500);
SET pgscale.clock = '2026-11-16 12:00:00+00';
CALL pgscale.run_maintenance('grows');
INSERT INTO grows VALUES (3500);
CALL pgscale.run_maintenance('grows');
INSERT INTO grows VALUES (4500);
SET pgscale.clock = '2026-11-17 12:00:00+00';
CALL pgscale.run_maintenance('grows');
SELECT max(upper::bigint) FROM pgscale.partitions WHERE root = 'grows'::regclass;
INSERT INTO grows VALUES (5500);
CALL pgscale.run_maintenance('grows');
INSERT INTO grows VALUES (6500);
SET pgscale.clock = '2026-11-18 12:00:00+00';
CALL pgscale.run_maintenance('grows');
SELECT max(upper::bigint) FROM pgscale.partitions WHERE root = 'grows'::regclass;
SELECT reason FROM pgscale.runs WHERE parent = 'grows' ORDER BY id DESC LIMIT 1;
SELECT action, partition, detail FROM pgscale.alter_parent('grows', ahead => '2 days');
SELECT action, partition FROM pgscale.alter_parent('grows', ahead => 'x');
SELECT ahead FROM pgscale.partition_sets WHERE parent = 'grows'::regclass;
SELECT count(*) FROM pgscale.alter_parent('grows', ahead => 'none');
-- what is old is forgotten, with the set its history
SET pgscale.clock = '2026-11-24 12:00:00+00';
CALL pgscale.run_maintenance('grows');
SELECT at, reached FROM pgscale.milestone WHERE parent = 'grows'::regclass ORDER BY at;
SELECT pgscale.forget_parent('grows');
SELECT count(*) FROM pgscale.milestone WHERE parent = 'grows'::regclass;

SET client_min_messages = warning;
DROP SCHEMA create_numbers CASCADE;
SELECT count(*) FROM pgscale.milestone m WHERE NOT EXISTS (SELECT FROM pg_class c WHERE c.oid = m.parent);
