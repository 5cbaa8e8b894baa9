-- Tables that are partitioned already are managed as they are: irregular bounds, any names, any schema.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS pgscale;
RESET client_min_messages;
CREATE SCHEMA adopt_partitioned;
CREATE SCHEMA "Old Things";
SET search_path = adopt_partitioned;
SET TimeZone = 'UTC';
SET DateStyle = 'ISO';
SET pgscale.clock = '2026-11-15 12:00:00+00';

-- thirty years, a week, a hole, a day and a half that is partitioned itself, a month far ahead
CREATE TABLE events (id int, at timestamptz NOT NULL, PRIMARY KEY (id, at)) PARTITION BY RANGE (at);
CREATE TABLE "Old Things"."Everything Before" PARTITION OF events FOR VALUES FROM ('1996-11-01') TO ('2026-11-01');
CREATE TABLE events_p2026_12 PARTITION OF events FOR VALUES FROM ('2026-11-01') TO ('2026-11-08');
CREATE TABLE split PARTITION OF events FOR VALUES FROM ('2026-11-14 12:00') TO ('2026-11-16') PARTITION BY HASH (id);
CREATE TABLE split_0 PARTITION OF split FOR VALUES WITH (MODULUS 2, REMAINDER 0);
CREATE TABLE split_1 PARTITION OF split FOR VALUES WITH (MODULUS 2, REMAINDER 1);
CREATE TABLE ahead PARTITION OF events FOR VALUES FROM ('2027-02-01') TO ('2027-03-01');
INSERT INTO events SELECT g, '2026-10-31 23:59'::timestamptz - g * interval '1 day' FROM generate_series(1, 1000) g;
INSERT INTO events SELECT g, '2026-11-15' FROM generate_series(1, 10) g;
-- a name that is in use for other bounds stands in the way of one partition, and of no other
SELECT * FROM pgscale.create_parent('events', 'at', '1 month', premake => 3, retention => '1 month', retire => 'drop');
SELECT refusal FROM pgscale.plan('events');
ALTER TABLE events_p2026_12 RENAME TO first_week;
CALL pgscale.run_maintenance('events');
SELECT partition, lower, upper, state FROM pgscale.partitions WHERE root = 'events'::regclass;
SELECT count, oldest, covered_until, last_error FROM pgscale.partition_sets WHERE parent = 'events'::regclass;
-- retention asks for the upper bound of a partition, whatever its width and its name
SET pgscale.clock = '2026-11-30 23:59:59+00';
SELECT action, partition, reason FROM pgscale.plan('events');
SET pgscale.clock = '2026-12-07 23:59:59+00';
SELECT action, partition, reason FROM pgscale.plan('events');
SET pgscale.clock = '2026-12-20 00:00:00+00';
CALL pgscale.run_maintenance('events');
SELECT partition, lower, upper, state FROM pgscale.partitions WHERE root = 'events'::regclass;
SELECT to_regclass('"Old Things"."Everything Before"') AS old, to_regclass('split_0') AS sub, count(*) FROM events;
SET pgscale.clock = '2026-11-15 12:00:00+00';

-- a default partition with rows of the present: what can be made is made
CREATE TABLE filled (at date) PARTITION BY RANGE (at);
CREATE TABLE rest PARTITION OF filled DEFAULT;
CREATE TABLE old PARTITION OF filled FOR VALUES FROM ('2026-09-10') TO ('2026-11-10');
INSERT INTO filled VALUES ('2026-10-01'), ('2026-11-20');
SELECT pgscale.create_parent('filled', 'at', '1 month', premake => 1);
CREATE TABLE kept_apart AS WITH moved AS (DELETE FROM rest RETURNING *) SELECT * FROM moved;
SELECT action, partition, bounds FROM pgscale.create_parent('filled', 'at', '1 month', premake => 1);
INSERT INTO filled SELECT * FROM kept_apart;
SELECT tableoid::regclass, * FROM filled ORDER BY at;

-- numbers whose rows are all in a partition without a lower bound: they tell where the present is
CREATE TABLE numbers (n int) PARTITION BY RANGE (n);
CREATE TABLE all_of_them PARTITION OF numbers FOR VALUES FROM (MINVALUE) TO (-1234);
INSERT INTO numbers VALUES (-5000);
SELECT action, partition, bounds, detail FROM pgscale.create_parent('numbers', 'n', '1000', premake => 2);
CREATE TABLE endless_numbers (n int) PARTITION BY RANGE (n);
CREATE TABLE endless PARTITION OF endless_numbers FOR VALUES FROM (MINVALUE) TO (MAXVALUE);
INSERT INTO endless_numbers VALUES (7);
SELECT action, partition, bounds, detail FROM pgscale.create_parent('endless_numbers', 'n', '1000', premake => 2);

-- slots of a hash set under any names, of moduli that fit
CREATE TABLE hashed (k int) PARTITION BY HASH (k);
CREATE TABLE "slot zero" PARTITION OF hashed FOR VALUES WITH (MODULUS 2, REMAINDER 0);
CREATE TABLE "Old Things".odd_1 PARTITION OF hashed FOR VALUES WITH (MODULUS 4, REMAINDER 1);
SELECT action, partition, bounds FROM pgscale.create_parent('hashed', partitions => 4);
SELECT partition, modulus, remainder FROM pgscale.partitions WHERE root = 'hashed'::regclass;

SET client_min_messages = warning;
DROP SCHEMA adopt_partitioned, "Old Things" CASCADE;
