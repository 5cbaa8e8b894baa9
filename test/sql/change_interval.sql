-- Another interval holds from the end of the partitions that exist; these stay as they are.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS pgscale;
RESET client_min_messages;
CREATE SCHEMA change_interval;
SET search_path = change_interval;
SET TimeZone = 'UTC';
SET DateStyle = 'ISO';
SET pgscale.clock = '2026-11-15 12:00:00+00';
CREATE VIEW bounds AS
SELECT root, partition, lower, upper FROM pgscale.partitions WHERE root::text IN ('narrow', 'wide', 'zoned', 'numbers');

-- months -> days: the premade months stay, empty or not; days begin where the last of them ends
CREATE TABLE narrow (at timestamptz NOT NULL, n int) PARTITION BY RANGE (at);
SELECT action, partition FROM pgscale.create_parent('narrow', 'at', '1 month', premake => 2, retention => '3 months');
INSERT INTO narrow VALUES ('2026-12-24', 1);
SELECT action, partition, bounds, detail FROM pgscale.alter_parent('narrow', "interval" => '1 day', premake => 3);
CALL pgscale.run_maintenance('narrow');
SELECT partition, lower, upper FROM bounds WHERE root = 'narrow'::regclass;
-- nothing is premade before the present comes near: three days after the current month are three partitions that exist
SET pgscale.clock = '2026-12-15 12:00:00+00';
CALL pgscale.run_maintenance('narrow');
SELECT partition, lower, upper FROM bounds WHERE root = 'narrow'::regclass;
SET pgscale.clock = '2027-01-30 12:00:00+00';
CALL pgscale.run_maintenance('narrow');
SELECT partition, lower, upper FROM bounds WHERE root = 'narrow'::regclass;
SELECT count(*) FROM pgscale.drift WHERE parent = 'narrow'::regclass;
SET pgscale.clock = '2027-02-03 12:00:00+00';
CALL pgscale.run_maintenance('narrow');
-- retention still looks at the real bounds: November went three months after its end
SET pgscale.clock = '2027-03-01 00:00:00+00';
CALL pgscale.run_maintenance('narrow');
SELECT partition, state FROM pgscale.partitions WHERE root = 'narrow'::regclass AND partition::text < 'narrow_p2027_02';

-- days -> months: the first one ends at the next month
SET pgscale.clock = '2026-11-15 12:00:00+00';
CREATE TABLE wide (at date NOT NULL, n int) PARTITION BY RANGE (at);
SELECT count(*) FROM pgscale.create_parent('wide', 'at', '1 day', premake => 3);
INSERT INTO wide VALUES ('2026-11-16', 1);
SELECT action, partition, bounds, detail FROM pgscale.alter_parent('wide', "interval" => '1 month', premake => 1);
CALL pgscale.run_maintenance('wide');
SET pgscale.clock = '2026-11-18 12:00:00+00';
CALL pgscale.run_maintenance('wide');
SELECT partition, lower, upper FROM bounds WHERE root = 'wide'::regclass;
SET pgscale.clock = '2026-12-02 12:00:00+00';
CALL pgscale.run_maintenance('wide');
SELECT partition, lower, upper FROM bounds WHERE root = 'wide'::regclass;
INSERT INTO wide SELECT d, 1 FROM generate_series(date '2026-11-15', '2027-01-31', interval '1 day') d;
SELECT count(*) FROM wide;
SELECT count(*) FROM pgscale.drift WHERE parent = 'wide'::regclass;
-- and back
SELECT action, bounds, detail FROM pgscale.alter_parent('wide', "interval" => '1 day', premake => 1);
SET pgscale.clock = '2027-01-31 12:00:00+00';
CALL pgscale.run_maintenance('wide');
SELECT partition, lower, upper FROM bounds WHERE root = 'wide'::regclass AND lower >= '2026-12-01';

-- in a zone, over the change of the clocks
SET pgscale.clock = '2026-10-20 12:00:00+00';
CREATE TABLE zoned (at timestamptz NOT NULL) PARTITION BY RANGE (at);
SELECT count(*) FROM pgscale.create_parent('zoned', 'at', '1 week', premake => 1, timezone => 'Europe/Berlin');
SELECT count(*) FROM pgscale.alter_parent('zoned', "interval" => '1 month');
CALL pgscale.run_maintenance('zoned');
SET pgscale.clock = '2026-10-27 12:00:00+00';
CALL pgscale.run_maintenance('zoned');
SELECT partition, lower, upper FROM bounds WHERE root = 'zoned'::regclass;

-- numbers
CREATE TABLE numbers (id bigint NOT NULL) PARTITION BY RANGE (id);
SELECT count(*) FROM pgscale.create_parent('numbers', 'id', '1000', premake => 1);
SELECT count(*) FROM pgscale.alter_parent('numbers', "interval" => '250', premake => 2);
INSERT INTO numbers VALUES (1500);
CALL pgscale.run_maintenance('numbers');
SELECT action, bounds FROM pgscale.alter_parent('numbers', "interval" => '600', premake => 3);
CALL pgscale.run_maintenance('numbers');
SELECT partition, lower, upper FROM bounds WHERE root = 'numbers'::regclass ORDER BY lower::int;

-- a retention shorter than the new interval is refused
SELECT pgscale.alter_parent('narrow', "interval" => '6 months');

SET client_min_messages = warning;
DROP SCHEMA change_interval CASCADE;
