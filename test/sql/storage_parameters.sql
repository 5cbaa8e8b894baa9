-- Storage parameters of partitions, which their parent cannot have.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS pgscale;
DROP ROLE IF EXISTS regress_storage_owner;
RESET client_min_messages;
CREATE SCHEMA storage_parameters;
SET search_path = storage_parameters;
SET TimeZone = 'UTC';
SET DateStyle = 'ISO';
SET pgscale.clock = '2026-11-15 12:00:00+00';
-- what the tables below a set have
CREATE FUNCTION parameters_below(root regclass) RETURNS TABLE (partition regclass, own text[], of_toast text[])
LANGUAGE sql AS $$
  SELECT c.oid, c.reloptions, t.reloptions
    FROM pg_partition_tree(root) p JOIN pg_class c ON c.oid = p.relid LEFT JOIN pg_class t ON t.oid = c.reltoastrelid
   ORDER BY c.relname COLLATE "C" $$;

-- ---- partitions are made with them, the default one too -------------------------------------------
CREATE TABLE orders (at date, n int, note text) PARTITION BY RANGE (at);
SELECT action, partition, bounds FROM pgscale.create_parent('orders', 'at', '1 month', premake => 1, default_partition => true,
  storage_parameters => '{fillfactor=70,autovacuum_vacuum_scale_factor=0.02,toast.autovacuum_enabled=off}');
SELECT * FROM parameters_below('orders');
SELECT storage_parameters FROM pgscale.partition_sets WHERE parent = 'orders'::regclass;
-- those to come
SET pgscale.clock = '2026-12-15 12:00:00+00';
SELECT action, replace(sql[1], ' EXCLUDING IDENTITY', '') AS sql FROM pgscale.plan('orders') WHERE action = 'create';
CALL pgscale.run_maintenance('orders');
SELECT * FROM parameters_below('orders') WHERE partition = 'orders_p2027_01'::regclass;
-- those that rows of the default partition are moved to
INSERT INTO orders VALUES ('2026-05-05', 1, 'late');
CALL pgscale.drain_default('orders');
SELECT * FROM parameters_below('orders') WHERE partition = 'orders_p2026_05'::regclass;
-- those that close a gap
DROP TABLE orders_p2026_12;
CALL pgscale.repair('orders');
SELECT * FROM parameters_below('orders') WHERE partition = 'orders_p2026_12'::regclass;
SELECT count(*) FROM pgscale.drift WHERE parent = 'orders'::regclass;

-- ---- what is none is refused, and changes nothing -------------------------------------------------
CREATE TABLE refused (at date) PARTITION BY RANGE (at);
CREATE FUNCTION refusal(parameters text[]) RETURNS text LANGUAGE plpgsql AS $$
DECLARE detail text;
BEGIN
  PERFORM pgscale.create_parent('refused', 'at', '1 month', storage_parameters => parameters);
  RETURN 'taken';
EXCEPTION WHEN OTHERS THEN
  GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL;
  RETURN SQLSTATE || ': ' || SQLERRM || coalesce(nullif(' ' || detail, ' '), '');
END $$;
SELECT refusal(p::text[]) FROM unnest(ARRAY[
  '{filfactor=70}', '{fillfactor=5}', '{fillfactor=much}', '{fillfactor=}', '{fillfactor}', '{fillfactor=70,fillfactor=80}',
  '{autovacuum_enabled=perhaps}', '{toast.fillfactor=70}', '{toast.autovacuum_vacuum_scale_factor=-1}', '{index.fillfactor=70}',
  '{Fillfactor=70}', '{=70}', '{""}', '{NULL}', '{oids=false}', '{"fillfactor=70) INHERITS (orders"}', '{"x\"y=1"}']) p;
SELECT count(*) FROM pgscale.partition_sets WHERE parent = 'refused'::regclass;
-- a switch without a value is on, as in CREATE TABLE
BEGIN;
SELECT FROM pgscale.create_parent('refused', 'at', '1 month', premake => 0, storage_parameters => '{autovacuum_enabled}');
SELECT storage_parameters FROM pgscale.partition_sets WHERE parent = 'refused'::regclass;
SELECT * FROM parameters_below('refused') WHERE own IS NOT NULL;
ROLLBACK;
-- an empty array is no wish
BEGIN;
SELECT FROM pgscale.create_parent('refused', 'at', '1 month', premake => 0, storage_parameters => '{}');
SELECT storage_parameters FROM pgscale.partition_sets WHERE parent = 'refused'::regclass;
ROLLBACK;

-- ---- another wish, and what is otherwise ----------------------------------------------------------
SELECT FROM pgscale.alter_parent('orders', storage_parameters => '{fillfactor=1000}');
SELECT count(*) FROM pgscale.alter_parent('orders', premake => 2);
SELECT storage_parameters FROM pgscale.partition_sets WHERE parent = 'orders'::regclass;
SELECT action, partition, detail FROM pgscale.alter_parent('orders', storage_parameters => '{fillfactor=80,toast.autovacuum_enabled=off}');
SELECT storage_parameters FROM pgscale.partition_sets WHERE parent = 'orders'::regclass;
SELECT partition, kind, object, expected, actual, severity, repair, locks FROM pgscale.drift WHERE parent = 'orders'::regclass
 ORDER BY partition::text COLLATE "C";
CALL pgscale.run_maintenance('orders');
CALL pgscale.repair('orders', kinds => '{storage}');
SELECT count(*) FROM pgscale.drift WHERE parent = 'orders'::regclass;
-- what the policy no longer names stays where it is, and is missing in new ones
SELECT * FROM parameters_below('orders');
-- what was set by hand on one partition
ALTER TABLE orders_p2026_11 SET (parallel_workers = 2, fillfactor = 100);
ALTER TABLE orders_p2026_12 RESET (toast.autovacuum_enabled);
SELECT partition, object, expected, actual FROM pgscale.drift WHERE parent = 'orders'::regclass ORDER BY partition::text COLLATE "C";
CALL pgscale.repair('orders');
SELECT * FROM parameters_below('orders') WHERE partition IN ('orders_p2026_11'::regclass, 'orders_p2026_12'::regclass);
-- without a wish nothing is compared
SELECT count(*) FROM pgscale.alter_parent('orders', storage_parameters => '{}');
SELECT storage_parameters FROM pgscale.partition_sets WHERE parent = 'orders'::regclass;
ALTER TABLE orders_p2026_11 SET (fillfactor = 50);
SELECT count(*) FROM pgscale.drift WHERE parent = 'orders'::regclass;

-- ---- a set that has partitions: nothing is changed, but told by drift -----------------------------
CREATE TABLE existing (id int) PARTITION BY LIST (id);
CREATE TABLE existing_one PARTITION OF existing FOR VALUES IN (1) WITH (fillfactor = 60);
SELECT action, partition FROM pgscale.create_parent('existing', lists => '{"one": [1], "two": [2]}', storage_parameters => '{fillfactor=70,toast.autovacuum_enabled=off}');
SELECT * FROM parameters_below('existing');
-- a table that has no TOAST table lacks none of its parameters
SELECT partition, object, expected, actual FROM pgscale.drift WHERE parent = 'existing'::regclass;

-- ---- levels: only leaves can have them ------------------------------------------------------------
CREATE TABLE deep (at date, tenant int) PARTITION BY RANGE (at);
SELECT count(*) FROM pgscale.create_parent('deep', 'at', '1 month', premake => 0, storage_parameters => '{fillfactor=70}');
SELECT action, partition FROM pgscale.create_subparent('deep', 'tenant', partitions => 2);
SELECT action, partition FROM pgscale.alter_parent('deep', default_partition => true);
CALL pgscale.run_maintenance('deep');
SELECT * FROM parameters_below('deep');
SELECT parent, level, storage_parameters FROM pgscale.partition_sets WHERE root = 'deep'::regclass ORDER BY level;
SELECT storage_parameters FROM pgscale.subpartitions WHERE root = 'deep'::regclass;
SELECT count(*) FROM pgscale.drift WHERE parent = 'deep'::regclass;
-- a wish of the level itself
SELECT FROM pgscale.alter_subparent('deep', 1, storage_parameters => '{fill=80}');
SELECT count(*) FROM pgscale.alter_subparent('deep', 1, storage_parameters => '{fillfactor=80}');
SELECT storage_parameters FROM pgscale.subpartitions WHERE root = 'deep'::regclass;
SELECT partition, object, expected, actual FROM pgscale.drift WHERE parent = 'deep'::regclass ORDER BY partition::text COLLATE "C";
SET pgscale.clock = '2027-01-15 12:00:00+00';
CALL pgscale.run_maintenance('deep');
CALL pgscale.repair('deep');
SELECT * FROM parameters_below('deep');
SELECT count(*) FROM pgscale.drift WHERE parent = 'deep'::regclass;

-- ---- a plain table that becomes a partition: its own are the wish ---------------------------------
SET pgscale.clock = '2026-11-15 12:00:00+00';
CREATE TABLE plain (at date NOT NULL, note text) WITH (fillfactor = 75, toast.autovacuum_enabled = off);
INSERT INTO plain VALUES ('2026-11-01', 'x');
SELECT severity, object, finding, treatment FROM pgscale.adopt_report('plain', 'at', '1 month', premake => 1) WHERE subject = 'storage parameter';
SET client_min_messages = warning;
CALL pgscale.adopt_table('plain', 'at', '1 month', premake => 1);
RESET client_min_messages;
SELECT storage_parameters FROM pgscale.partition_sets WHERE parent = 'plain'::regclass;
SELECT * FROM parameters_below('plain');
SELECT count(*) FROM pgscale.drift WHERE parent = 'plain'::regclass;

-- ---- whoever owns the set may say so --------------------------------------------------------------
CREATE ROLE regress_storage_owner NOLOGIN;
GRANT CREATE, USAGE ON SCHEMA storage_parameters TO regress_storage_owner;
SET ROLE regress_storage_owner;
CREATE TABLE owned (at date) PARTITION BY RANGE (at);
SELECT count(*) FROM pgscale.create_parent('owned', 'at', '1 month', premake => 0, storage_parameters => '{fillfactor=70}');
ALTER TABLE owned_p2026_11 RESET (fillfactor);
SELECT object, expected, actual FROM pgscale.drift WHERE parent = 'owned'::regclass;
CALL pgscale.repair('owned');
RESET ROLE;
SELECT * FROM parameters_below('owned');

SET client_min_messages = warning;
DROP SCHEMA storage_parameters CASCADE;
DROP ROLE regress_storage_owner;
