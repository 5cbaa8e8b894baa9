-- Functions of the owner that are called before a partition leaves its set and after.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS pgscale;
RESET client_min_messages;
CREATE SCHEMA retire_hooks;
SET search_path = retire_hooks;
SET TimeZone = 'UTC';
SET DateStyle = 'ISO';
SET pgscale.clock = '2026-11-15 12:00:00+00';

CREATE TABLE told (id int GENERATED ALWAYS AS IDENTITY, moment text, parent regclass, partition text, action text, details jsonb);
CREATE FUNCTION before_it(parent regclass, partition text, action text, details jsonb) RETURNS void
  LANGUAGE sql AS $$ INSERT INTO retire_hooks.told (moment, parent, partition, action, details) VALUES ('before', $1, $2, $3, $4) $$;
CREATE FUNCTION after_it(parent regclass, partition text, action text, details jsonb) RETURNS void
  LANGUAGE sql AS $$ INSERT INTO retire_hooks.told (moment, parent, partition, action, details) VALUES ('after', $1, $2, $3, $4) $$;

CREATE TABLE orders (at date) PARTITION BY RANGE (at);
SELECT count(*) FROM pgscale.create_parent('orders', 'at', '1 month', premake => 0, start_at => '2026-08-01', retention => '2 months',
  retire => 'drop', before_retire => 'before_it', after_retire => 'after_it');
SELECT before_retire, after_retire FROM pgscale.partition_sets WHERE parent = 'orders'::regclass;
CREATE TABLE orders_p2026_08 PARTITION OF orders FOR VALUES FROM ('2026-08-01') TO ('2026-09-01');
SELECT action, partition, reason, sql, locks, bytes FROM pgscale.plan('orders') ORDER BY step;
CALL pgscale.run_maintenance('orders');
SELECT * FROM told ORDER BY id;
SELECT action, partition, outcome FROM pgscale.runs WHERE parent = 'orders' AND action <> 'create' ORDER BY id;
SELECT count(*) FROM pgscale.plan('orders');

-- a function that objects keeps the partition
CREATE FUNCTION objects(parent regclass, partition text, action text, details jsonb) RETURNS boolean LANGUAGE plpgsql AS
  $$ BEGIN RAISE EXCEPTION 'not yet: %', partition USING HINT = 'Ask again.'; END $$;
SELECT count(*) FROM pgscale.alter_parent('orders', before_retire => 'objects');
SET pgscale.clock = '2026-12-01 00:00:00+00';
SET client_min_messages = error;
CALL pgscale.run_maintenance('orders');
RESET client_min_messages;
SELECT action, partition, outcome, message, hint FROM pgscale.runs WHERE parent = 'orders' ORDER BY id DESC LIMIT 1;
SELECT partition, state FROM pgscale.partitions WHERE root = 'orders'::regclass;
-- one that fails afterwards undoes nothing, and is not called again
SELECT count(*) FROM pgscale.alter_parent('orders', before_retire => '-', after_retire => 'objects');
SET client_min_messages = error;
CALL pgscale.run_maintenance('orders');
RESET client_min_messages;
SELECT action, partition, outcome, message FROM pgscale.runs WHERE parent = 'orders' ORDER BY id DESC LIMIT 2;
SELECT partition, state FROM pgscale.partitions WHERE root = 'orders'::regclass;
SELECT count(*) FROM pgscale.plan('orders');

-- each way to retire tells what was done
TRUNCATE told;
CREATE SCHEMA retire_hooks_old;
SELECT count(*) FROM pgscale.alter_parent('orders', retire => 'archive', archive_schema => 'retire_hooks_old', after_retire => 'after_it');
SET pgscale.clock = '2027-01-01 00:00:00+00';
CALL pgscale.run_maintenance('orders');
SELECT count(*) FROM pgscale.alter_parent('orders', retire => 'detach', before_retire => 'before_it');
SET pgscale.clock = '2027-02-01 00:00:00+00';
CALL pgscale.run_maintenance('orders');
SELECT current_setting('data_directory') || '/base/' || oid AS directory FROM pg_database WHERE datname = current_database() \gset
SELECT count(*) FROM pgscale.alter_parent('orders', retire => 'export', export_path => :'directory', keep_for => '1 day');
SET pgscale.clock = '2027-03-01 00:00:00+00';
CALL pgscale.run_maintenance('orders');
SET pgscale.clock = '2027-03-02 00:00:00+00';
CALL pgscale.run_maintenance('orders');
SELECT moment, partition, action, details - 'file' AS details, details ->> 'file' LIKE '/%/retire_hooks.%.csv' AS has_file FROM told ORDER BY id;

-- by hand: before at once, and what follows with the next visit
TRUNCATE told;
SELECT count(*) FROM pgscale.alter_parent('orders', retire => 'drop');
CALL pgscale.run_maintenance('orders');
SELECT action, partition, detail FROM pgscale.retire_partition('orders_p2027_01');
SELECT moment, partition, action FROM told ORDER BY id;
CALL pgscale.run_maintenance('orders');
SELECT moment, partition, action FROM told ORDER BY id;
-- and nothing of it when the caller thinks better of it
BEGIN;
SELECT action, partition FROM pgscale.retire_partition('orders_p2027_02');
ROLLBACK;
SELECT count(*) FROM told WHERE partition ~ '2027_02';
SELECT count(*) FROM pgscale.hook_call;

-- they act as the owner, who gains nothing by it
CREATE ROLE retire_hooks_owner;
GRANT ALL ON SCHEMA retire_hooks TO retire_hooks_owner;
CREATE TABLE who (name name, path text);
GRANT INSERT ON who TO retire_hooks_owner;
SET ROLE retire_hooks_owner;
CREATE FUNCTION who_am_i(parent regclass, partition text, action text, details jsonb) RETURNS void LANGUAGE plpgsql AS
  $$ BEGIN INSERT INTO retire_hooks.who VALUES (current_user, current_setting('search_path')); END $$;
CREATE FUNCTION climbs(parent regclass, partition text, action text, details jsonb) RETURNS void LANGUAGE plpgsql AS
  $$ BEGIN RESET SESSION AUTHORIZATION; END $$;
CREATE TABLE mine (at date) PARTITION BY RANGE (at);
SELECT count(*) FROM pgscale.create_parent('mine', 'at', '1 month', premake => 0, start_at => '2026-12-01', retention => '1 month',
  retire => 'drop', before_retire => 'who_am_i', after_retire => 'climbs');
CREATE TABLE mine_old PARTITION OF mine FOR VALUES FROM ('2026-01-01') TO ('2026-02-01');
RESET ROLE;
SET client_min_messages = error;
CALL pgscale.run_maintenance('mine');
RESET client_min_messages;
SELECT * FROM who;
SELECT action, outcome, sqlstate, message FROM pgscale.runs WHERE parent = 'mine' AND action = 'after retire';
-- a function that is gone keeps the partition
DROP FUNCTION who_am_i;
CREATE TABLE mine_older PARTITION OF mine FOR VALUES FROM ('2025-01-01') TO ('2025-02-01');
ALTER TABLE mine_older OWNER TO retire_hooks_owner;
SET client_min_messages = error;
CALL pgscale.run_maintenance('mine');
RESET client_min_messages;
SELECT action, outcome, sqlstate FROM pgscale.runs WHERE parent = 'mine' ORDER BY id DESC LIMIT 1;
SELECT to_regclass('mine_older');

-- what does not fit
CREATE FUNCTION of_other_arguments(parent regclass) RETURNS void LANGUAGE sql AS '';
SELECT pgscale.alter_parent('orders', before_retire => 'of_other_arguments');
SELECT pgscale.alter_parent('orders', before_retire => 'no_such_function');
SELECT pgscale.alter_parent('orders', after_retire => 0);
SELECT pgscale.alter_parent('orders', after_retire => 1);
REVOKE EXECUTE ON FUNCTION before_it FROM PUBLIC;
SELECT pgscale.alter_parent('mine', before_retire => 'before_it');

SET client_min_messages = warning;
DROP SCHEMA retire_hooks, retire_hooks_old CASCADE;
DROP ROLE retire_hooks_owner;
