-- retire => 'export': the rows of a retired partition go to a file of the server before it is dropped.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS pgscale;
RESET client_min_messages;
CREATE SCHEMA retire_export;
SET search_path = retire_export;
SET TimeZone = 'UTC';
SET DateStyle = 'ISO';
SET pgscale.clock = '2026-11-15 12:00:00+00';
-- a directory that the server has: that of the database, where relation files are named by numbers
SELECT current_setting('data_directory') || '/base/' || oid AS directory FROM pg_database WHERE datname = current_database() \gset

CREATE TABLE orders (id int, at date, note text, total int GENERATED ALWAYS AS (id * 2) STORED) PARTITION BY RANGE (at);
SELECT count(*) FROM pgscale.create_parent('orders', 'at', '1 month', premake => 0, start_at => '2026-08-01');
INSERT INTO orders SELECT n, '2026-08-15', 'a "quoted"' || chr(10) || 'note, ' || n FROM generate_series(1, 3) n;
INSERT INTO orders SELECT n, '2026-09-15', NULL FROM generate_series(1, 5) n;
SELECT count(*) FROM pgscale.alter_parent('orders', retention => '2 months', retire => 'export', export_path => :'directory' || '/');
SELECT retire, export_path = :'directory' AS path_is_canonical, export_format, keep_for FROM pgscale.partition_sets WHERE parent = 'orders'::regclass;
SELECT action, partition, reason, array(SELECT replace(s, :'directory', '/DIR') FROM unnest(sql) s) AS sql, locks, bytes
  FROM pgscale.plan('orders') ORDER BY step;
CALL pgscale.run_maintenance('orders');
SELECT action, partition, outcome, replace(message, :'directory', '/DIR') AS message
  FROM pgscale.runs WHERE parent = 'orders' AND action <> 'create' ORDER BY id;
SELECT to_regclass('orders_p2026_08');
SELECT pg_read_file(:'directory' || '/retire_export.orders_p2026_08.csv');
-- it can be read back
CREATE TABLE again (LIKE orders INCLUDING ALL);
CREATE FUNCTION read_back(file text, options text) RETURNS void LANGUAGE plpgsql AS
  $$ BEGIN EXECUTE format('COPY again (id, at, note) FROM %L WITH (%s)', file, options); END $$;
SELECT read_back(:'directory' || '/retire_export.orders_p2026_08.csv', 'FORMAT csv, HEADER');
SELECT id, total, note FROM again ORDER BY id;
TRUNCATE again;

-- binary, and kept for a while
SELECT count(*) FROM pgscale.alter_parent('orders', export_format => 'binary', keep_for => '10 days');
SET pgscale.clock = '2026-12-01 00:00:00+00';
CALL pgscale.run_maintenance('orders');
SELECT partition, state FROM pgscale.partitions WHERE root = 'orders'::regclass ORDER BY partition::text;
SELECT read_back(:'directory' || '/retire_export.orders_p2026_09.binary', 'FORMAT binary');
SELECT count(*), count(note), sum(total) FROM again;
SELECT count(*) FROM pgscale.plan('orders');
-- it can be read, and rows be deleted; none can be added or changed that the file would not have
SELECT count(*) FROM orders_p2026_09;
INSERT INTO orders_p2026_09 VALUES (9, '2026-09-09');
UPDATE orders_p2026_09 SET note = 'x';
DELETE FROM orders_p2026_09 WHERE id = 1;
-- who breaks the seal has it exported again
ALTER TABLE orders_p2026_09 DROP CONSTRAINT pgscale_sealed;
INSERT INTO orders_p2026_09 VALUES (7, '2026-09-09'), (8, '2026-09-09');
SET pgscale.clock = '2026-12-11 00:00:00+00';
SELECT action, partition FROM pgscale.plan('orders') ORDER BY step;
CALL pgscale.run_maintenance('orders');
SELECT action, partition, outcome, replace(message, :'directory', '/DIR') AS message
  FROM pgscale.runs WHERE parent = 'orders' AND partition ~ '09' AND action <> 'create' ORDER BY id;
SELECT to_regclass('orders_p2026_09');

-- a file of that name is there already: nothing is overwritten, nothing dropped
SELECT count(*) FROM pgscale.alter_parent('orders', export_format => 'csv', keep_for => 'none');
INSERT INTO orders VALUES (1, '2026-10-10');
CREATE FUNCTION write_one(file text) RETURNS void LANGUAGE plpgsql AS
  $$ BEGIN EXECUTE format('COPY (SELECT 1) TO %L', file); END $$;
SELECT write_one(:'directory' || '/retire_export.orders_p2026_10.csv');
SET pgscale.clock = '2027-01-01 00:00:00+00';
SET client_min_messages = error;
CALL pgscale.run_maintenance('orders');
RESET client_min_messages;
SELECT action, partition, outcome, sqlstate, replace(message, :'directory', '/DIR') AS message, detail, hint
  FROM pgscale.runs WHERE parent = 'orders' ORDER BY id DESC LIMIT 1;
SELECT pg_read_file(:'directory' || '/retire_export.orders_p2026_10.csv');
SELECT partition, state FROM pgscale.partitions WHERE partition::text = 'orders_p2026_10';
SELECT count(*) FROM pgscale.alter_parent('orders', retire => 'detach');
SELECT count(*) FROM pgscale.plan('orders');

-- names lead nowhere else; empty tables; a partition with partitions of its own
CREATE TABLE "o/../D" (at date, k int) PARTITION BY RANGE (at);
CREATE TABLE "../x ä" PARTITION OF "o/../D" FOR VALUES FROM ('2026-01-01') TO ('2026-02-01') PARTITION BY LIST (k);
CREATE TABLE deep_1 PARTITION OF "../x ä" FOR VALUES IN (1);
CREATE TABLE deep_2 PARTITION OF "../x ä" FOR VALUES IN (2);
CREATE TABLE empty PARTITION OF "o/../D" FOR VALUES FROM ('2026-02-01') TO ('2026-03-01');
INSERT INTO "o/../D" VALUES ('2026-01-15', 1), ('2026-01-15', 2);
SELECT count(*) > 0 AS made FROM pgscale.create_parent('"o/../D"', 'at', '1 month', premake => 0, retention => '1 month',
  retire => 'export', export_path => :'directory');
CALL pgscale.run_maintenance('"o/../D"');
SELECT action, outcome, replace(message, :'directory', '/DIR') AS message
  FROM pgscale.runs WHERE parent LIKE '%D"' AND action = 'export' ORDER BY id;
SELECT to_regclass('deep_1'), to_regclass('empty');

-- row security that binds the owner: its rows are exported, or nothing is
CREATE ROLE retire_export_owner IN ROLE pg_write_server_files;
GRANT ALL ON SCHEMA retire_export TO retire_export_owner;
SET ROLE retire_export_owner;
CREATE TABLE secret (at date) PARTITION BY RANGE (at);
CREATE TABLE secret_old PARTITION OF secret FOR VALUES FROM ('2026-01-01') TO ('2026-02-01');
INSERT INTO secret VALUES ('2026-01-15');
ALTER TABLE secret_old ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
SELECT count(*) > 0 AS made FROM pgscale.create_parent('secret', 'at', '1 month', premake => 0, retention => '1 month',
  retire => 'export', export_path => :'directory');
SET client_min_messages = error;
CALL pgscale.run_maintenance('secret');
RESET client_min_messages;
SELECT action, outcome, sqlstate, message FROM pgscale.runs WHERE parent = 'secret' ORDER BY id DESC LIMIT 1;
RESET ROLE;
ALTER TABLE secret_old NO FORCE ROW LEVEL SECURITY;
CALL pgscale.run_maintenance('secret');
SELECT to_regclass('secret_old');
-- a role that loses the right
REVOKE pg_write_server_files FROM retire_export_owner;
CREATE TABLE secret_older PARTITION OF secret FOR VALUES FROM ('2025-01-01') TO ('2025-02-01');
ALTER TABLE secret_older OWNER TO retire_export_owner;
SET client_min_messages = error;
CALL pgscale.run_maintenance('secret');
RESET client_min_messages;
SELECT action, outcome, sqlstate FROM pgscale.runs WHERE parent = 'secret' ORDER BY id DESC LIMIT 1;
SELECT to_regclass('secret_older');

-- what does not fit
SELECT pgscale.alter_parent('orders', retire => 'export');
SELECT pgscale.alter_parent('orders', retire => 'export', export_path => 'base');
SELECT pgscale.alter_parent('orders', retire => 'export', export_path => '/there is no such directory');
SELECT pgscale.alter_parent('orders', retire => 'export', export_path => :'directory', export_format => 'xml');
SELECT pgscale.alter_parent('orders', export_path => '/tmp');
SELECT pgscale.alter_parent('orders', retire => 'export', export_path => '/' || repeat('x', 600));
SELECT pgscale.alter_parent('secret', export_path => :'directory');

SET client_min_messages = warning;
DROP SCHEMA retire_export CASCADE;
DROP ROLE retire_export_owner;
