-- Range sets over time: every key type, where they begin, what they adopt.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS pgscale;
RESET client_min_messages;
CREATE SCHEMA create_range;
SET search_path = create_range;
SET TimeZone = 'UTC';
SET DateStyle = 'ISO';
SET pgscale.clock = '2026-11-15 12:00:00+00';

-- months, the current one and four ahead
CREATE TABLE orders (id bigint, at timestamptz NOT NULL) PARTITION BY RANGE (at);
SELECT * FROM pgscale.create_parent('orders', 'at', '1 month');
SELECT partition, lower, upper, state FROM pgscale.partitions WHERE root = 'orders'::regclass;
SELECT parent, method, control, "interval", premake, start_at, retention, retire, default_partition,
       timezone, count, oldest, covered_until, pending, next_due, last_error, failures, paused
  FROM pgscale.partition_sets WHERE parent = 'orders'::regclass;
INSERT INTO orders VALUES (1, '2026-11-15'), (2, '2027-03-31 23:59:59.999999');
SELECT tableoid::regclass, * FROM orders ORDER BY id;
INSERT INTO orders VALUES (3, '2027-04-01');
-- control and method are read from the catalog
CREATE TABLE bare (at timestamptz) PARTITION BY RANGE (at);
SELECT action, partition, bounds FROM pgscale.create_parent('bare', "interval" => '1 month', premake => 0);
-- no partition ahead is one for the present
SELECT count(*) FROM pgscale.partitions WHERE root = 'bare'::regclass;

-- days, hours, quarter hours, weeks, quarters, years
CREATE TABLE days (at timestamptz) PARTITION BY RANGE (at);
SELECT action, partition, bounds, detail FROM pgscale.create_parent('days', 'at', '1 day', premake => 2);
CREATE TABLE hours (at timestamptz) PARTITION BY RANGE (at);
SELECT action, partition, bounds, detail FROM pgscale.create_parent('hours', 'at', '1 hour', premake => 2);
CREATE TABLE quarter_hours (at timestamptz) PARTITION BY RANGE (at);
SELECT action, partition, bounds, detail FROM pgscale.create_parent('quarter_hours', 'at', '15 minutes', premake => 1);
CREATE TABLE weeks (at timestamptz) PARTITION BY RANGE (at);
SELECT action, partition, bounds, detail FROM pgscale.create_parent('weeks', 'at', '1 week', premake => 1);
-- weeks begin on Monday, on Sunday where start_at is one
CREATE TABLE sundays (at timestamptz) PARTITION BY RANGE (at);
SELECT action, partition, bounds, detail FROM pgscale.create_parent('sundays', 'at', '1 week', premake => 1, start_at => '2026-11-15', timezone => 'America/New_York');
SELECT extract(isodow FROM start_at::timestamptz AT TIME ZONE timezone) AS isodow FROM pgscale.partition_sets WHERE parent IN ('weeks'::regclass, 'sundays') ORDER BY 1;
-- PostgreSQL knows no quarters in intervals
CREATE TABLE quarters (at timestamptz) PARTITION BY RANGE (at);
SELECT action, partition, bounds, detail FROM pgscale.create_parent('quarters', 'at', '1 quarter', premake => 1, retention => '4 quarters');
SELECT "interval", retention FROM pgscale.partition_sets WHERE parent = 'quarters'::regclass;
-- so long at least there are partitions, however few premake asks for
CREATE TABLE far_ahead (at timestamptz) PARTITION BY RANGE (at);
SELECT action, partition, detail FROM pgscale.create_parent('far_ahead', 'at', '1 month', premake => 1, ahead => '90 days');
SELECT ahead, covered_until, next_due FROM pgscale.partition_sets WHERE parent = 'far_ahead'::regclass;
CREATE TABLE years (at timestamptz) PARTITION BY RANGE (at);
SELECT action, partition, bounds, detail FROM pgscale.create_parent('years', 'at', '1 year', premake => 1);

-- date and timestamp; the present is that of the set's time zone
SET pgscale.clock = '2026-11-15 23:30:00+00';
CREATE TABLE dates (at date) PARTITION BY RANGE (at);
SELECT action, partition, bounds FROM pgscale.create_parent('dates', 'at', '1 day', premake => 1);
CREATE TABLE dates_in_tokyo (at date) PARTITION BY RANGE (at);
SELECT action, partition, bounds
  FROM pgscale.create_parent('dates_in_tokyo', 'at', '1 day', premake => 1, timezone => 'Asia/Tokyo');
CREATE TABLE stamps (at timestamp) PARTITION BY RANGE (at);
SELECT action, partition, bounds
  FROM pgscale.create_parent('stamps', 'at', '12 hours', premake => 1, timezone => 'Asia/Tokyo');
SET pgscale.clock = '2026-11-15 12:00:00+00';

-- a start in the past is filled up, one in the middle of a month is kept
CREATE TABLE past (at timestamptz) PARTITION BY RANGE (at);
SELECT action, partition, bounds, detail
  FROM pgscale.create_parent('past', 'at', '1 month', premake => 1, start_at => '2026-08-10');
SELECT start_at FROM pgscale.partition_sets WHERE parent = 'past'::regclass;
-- one in the future only says where bounds are counted from: the present is covered all the same
CREATE TABLE future (at timestamptz) PARTITION BY RANGE (at);
SELECT action, partition, bounds, detail
  FROM pgscale.create_parent('future', 'at', '1 month', premake => 1, start_at => '2027-01-01');
SELECT count(*) FROM pgscale.partitions WHERE root = 'future'::regclass;

-- partitions that exist are adopted with their names and bounds; the chain goes on from the newest
CREATE TABLE adopted (at timestamptz) PARTITION BY RANGE (at);
CREATE TABLE "Old One" PARTITION OF adopted FOR VALUES FROM (MINVALUE) TO ('2026-10-05');
CREATE TABLE now_ish PARTITION OF adopted FOR VALUES FROM ('2026-10-05') TO ('2026-11-20 06:00');
SELECT * FROM pgscale.create_parent('adopted', 'at', '1 month', premake => 2);
SELECT partition, lower, upper FROM pgscale.partitions WHERE root = 'adopted'::regclass;
-- so is a partition that lies ahead: the hole before it is filled, nothing overlaps
CREATE TABLE ahead (at timestamptz) PARTITION BY RANGE (at);
CREATE TABLE ahead_x PARTITION OF ahead FOR VALUES FROM ('2026-12-10') TO ('2026-12-20');
SELECT * FROM pgscale.create_parent('ahead', 'at', '1 month', premake => 2);
SELECT partition, lower, upper FROM pgscale.partitions WHERE root = 'ahead'::regclass;
-- a partition without end leaves nothing to make
CREATE TABLE endless (at date) PARTITION BY RANGE (at);
CREATE TABLE endless_all PARTITION OF endless FOR VALUES FROM ('2026-01-01') TO (MAXVALUE);
SELECT * FROM pgscale.create_parent('endless', 'at', '1 month');
SELECT oldest, covered_until, next_due FROM pgscale.partition_sets WHERE parent = 'endless'::regclass;
-- a regular set goes on counting from its own bounds, here the 15th
CREATE TABLE mid_month (at date) PARTITION BY RANGE (at);
CREATE TABLE mid_month_x PARTITION OF mid_month FOR VALUES FROM ('2026-10-15') TO ('2026-11-15');
SELECT * FROM pgscale.create_parent('mid_month', 'at', '1 month', premake => 1);
-- a partition that is itself partitioned is adopted too
CREATE TABLE mixed (at date, k int) PARTITION BY RANGE (at);
CREATE TABLE mixed_sub PARTITION OF mixed FOR VALUES FROM ('2026-11-01') TO ('2026-12-01') PARTITION BY LIST (k);
CREATE TABLE mixed_sub_1 PARTITION OF mixed_sub FOR VALUES IN (1);
SELECT * FROM pgscale.create_parent('mixed', 'at', '1 month', premake => 1);

-- a set that slept leaves no hole
CREATE TABLE slept (at date) PARTITION BY RANGE (at);
CREATE TABLE slept_2026_08 PARTITION OF slept FOR VALUES FROM ('2026-08-01') TO ('2026-09-01');
SELECT * FROM pgscale.create_parent('slept', 'at', '1 month', premake => 1);

-- a domain over a key type is a key type
CREATE DOMAIN moment AS timestamptz NOT NULL;
CREATE TABLE by_domain (at moment) PARTITION BY RANGE (at);
SELECT action, partition, bounds FROM pgscale.create_parent('by_domain', 'at', '1 year', premake => 0);
SELECT * FROM pgscale.plan('by_domain');

-- what was done is in the history
SELECT parent, partition, action, reason, who = current_user AS mine, outcome, sqlstate, message
  FROM pgscale.runs WHERE parent = 'adopted' ORDER BY id;

-- twice is an error
SELECT * FROM pgscale.create_parent('orders', 'at', '1 month');

SET client_min_messages = warning;
DROP SCHEMA create_range CASCADE;
