-- retire => 'archive': a retired partition moves to another schema and tablespace, with or without its indexes.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS pgscale;
SET allow_in_place_tablespaces = true;
CREATE TABLESPACE retire_archive_disk LOCATION '';
RESET client_min_messages;
CREATE SCHEMA retire_archive;
CREATE SCHEMA retire_archive_old;
SET search_path = retire_archive;
SET TimeZone = 'UTC';
SET DateStyle = 'ISO';
SET pgscale.clock = '2026-11-15 12:00:00+00';
CREATE ROLE retire_archive_reader;

CREATE TABLE orders (id int, at date, note text, PRIMARY KEY (id, at)) PARTITION BY RANGE (at);
CREATE INDEX ON orders (note);
GRANT SELECT ON orders TO retire_archive_reader;
SET client_min_messages = error;  -- of wal_level
CREATE PUBLICATION retire_archive_pub;
RESET client_min_messages;
SELECT count(*) FROM pgscale.create_parent('orders', 'at', '1 month', premake => 0, start_at => '2026-08-01', retention => '2 months',
  retire => 'archive', archive_schema => 'retire_archive_old', archive_tablespace => 'retire_archive_disk');
CREATE TABLE orders_p2026_08 PARTITION OF orders FOR VALUES FROM ('2026-08-01') TO ('2026-09-01');
GRANT SELECT ON orders_p2026_08 TO retire_archive_reader;
ALTER PUBLICATION retire_archive_pub ADD TABLE orders_p2026_08;
INSERT INTO orders SELECT n, '2026-08-15', 'n' || n FROM generate_series(1, 3) n;
SELECT retire, archive_schema, archive_tablespace, archive_indexes FROM pgscale.partition_sets WHERE parent = 'orders'::regclass;
\x on
SELECT action, partition, reason, sql, locks, refusal, bytes FROM pgscale.plan('orders') ORDER BY step;
\x off
CALL pgscale.run_maintenance('orders');
SELECT action, partition, outcome, message FROM pgscale.runs WHERE parent = 'orders' AND action <> 'create' ORDER BY id;
SELECT count(*) FROM pgscale.plan('orders');
SELECT partition, state FROM pgscale.partitions WHERE root = 'orders'::regclass;
SELECT * FROM retire_archive_old.orders_p2026_08;
SELECT c.relname, c.relnamespace::regnamespace, t.spcname
  FROM pg_class c JOIN pg_tablespace t ON t.oid = c.reltablespace
 WHERE c.relname LIKE 'orders\_p2026\_08%' ORDER BY 1;
SELECT grantee, privilege_type FROM information_schema.role_table_grants
 WHERE table_schema = 'retire_archive_old' AND grantee = 'retire_archive_reader';
SELECT count(*) FROM pg_publication_tables WHERE pubname = 'retire_archive_pub';

-- without indexes, in its own schema
SELECT count(*) FROM pgscale.alter_parent('orders', archive_schema => 'none', archive_tablespace => 'none', archive_indexes => false);
SET pgscale.clock = '2026-12-01 00:00:00+00';
SELECT action, sql FROM pgscale.plan('orders') WHERE action = 'archive';
CALL pgscale.run_maintenance('orders');
SELECT indexrelid::regclass FROM pg_index WHERE indrelid = 'orders_p2026_09'::regclass;
SELECT count(*) FROM pgscale.plan('orders');

-- a name that is taken there: the partition stays detached, and the next visit tries again
SELECT count(*) FROM pgscale.alter_parent('orders', archive_schema => 'retire_archive_old');
CREATE TABLE retire_archive_old.orders_p2026_10 ();
SET pgscale.clock = '2027-01-01 00:00:00+00';
SET client_min_messages = error;
CALL pgscale.run_maintenance('orders');
RESET client_min_messages;
SELECT action, partition, outcome, sqlstate, message FROM pgscale.runs WHERE parent = 'orders' ORDER BY id DESC LIMIT 1;
SELECT partition, state FROM pgscale.partitions WHERE root = 'orders'::regclass ORDER BY partition::text;
DROP TABLE retire_archive_old.orders_p2026_10;
CALL pgscale.run_maintenance('orders');
SELECT partition, state FROM pgscale.partitions WHERE root = 'orders'::regclass ORDER BY partition::text;

-- a partition with partitions of its own
CREATE TABLE deep (id int, at date, PRIMARY KEY (at, id)) PARTITION BY RANGE (at);
CREATE TABLE deep_old PARTITION OF deep FOR VALUES FROM ('2026-01-01') TO ('2026-02-01') PARTITION BY HASH (id);
CREATE TABLE deep_old_0 PARTITION OF deep_old FOR VALUES WITH (MODULUS 2, REMAINDER 0);
CREATE TABLE deep_old_1 PARTITION OF deep_old FOR VALUES WITH (MODULUS 2, REMAINDER 1);
CREATE INDEX ON deep_old_1 (id);
INSERT INTO deep SELECT n, '2026-01-15' FROM generate_series(1, 10) n;
SELECT count(*) > 0 AS made FROM pgscale.create_parent('deep', 'at', '1 month', premake => 0, retention => '1 month', retire => 'archive',
  archive_schema => 'retire_archive_old', archive_tablespace => 'retire_archive_disk', archive_indexes => false);
SELECT sql FROM pgscale.plan('deep') WHERE action = 'archive';
CALL pgscale.run_maintenance('deep');
SELECT count(*) FROM retire_archive_old.deep_old;
SELECT c.relname, t.spcname FROM pg_class c LEFT JOIN pg_tablespace t ON t.oid = c.reltablespace
 WHERE c.relnamespace = 'retire_archive_old'::regnamespace AND c.relname LIKE 'deep%' ORDER BY 1;
SELECT count(*) FROM pgscale.plan('deep');

-- by hand: the rest is maintenance's
SELECT action, partition, detail FROM pgscale.retire_partition('orders_p2026_11');
SELECT partition, state FROM pgscale.partitions WHERE partition::text ~ 'orders_p2026_11';
CALL pgscale.run_maintenance('orders');
SELECT partition, state FROM pgscale.partitions WHERE partition::text ~ 'orders_p2026_11';

-- what does not fit
SELECT pgscale.alter_parent('orders', retire => 'archive', archive_schema => 'none', archive_indexes => true);
SELECT pgscale.alter_parent('orders', archive_schema => 'nowhere');
SELECT pgscale.alter_parent('orders', archive_tablespace => 'nowhere');
SELECT pgscale.alter_parent('orders', retire => 'drop', archive_schema => 'retire_archive_old');
SELECT pgscale.alter_parent('orders', keep_for => '1 day');
SELECT pgscale.alter_parent('orders', retire => 'burn');
-- the owner of the set needs the rights
CREATE ROLE retire_archive_owner;
ALTER TABLE orders OWNER TO retire_archive_owner;
SELECT pgscale.alter_parent('orders', archive_schema => 'retire_archive_old');
SELECT pgscale.alter_parent('orders', archive_schema => 'none', archive_tablespace => 'retire_archive_disk');
-- another way to retire clears the settings of this one
SELECT count(*) FROM pgscale.alter_parent('orders', retire => 'drop');
SELECT retire, archive_schema, archive_tablespace, archive_indexes FROM pgscale.partition_sets WHERE parent = 'orders'::regclass;

SET client_min_messages = warning;
DROP SCHEMA retire_archive, retire_archive_old CASCADE;
DROP TABLESPACE retire_archive_disk;
DROP PUBLICATION retire_archive_pub;
DROP ROLE retire_archive_reader, retire_archive_owner;
