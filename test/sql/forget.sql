-- The end of management: by hand, with the table, with the extension.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS pgscale;
RESET client_min_messages;
CREATE SCHEMA forget;
SET search_path = forget;
SET TimeZone = 'UTC';
SET DateStyle = 'ISO';
SET pgscale.clock = '2026-11-15 12:00:00+00';

CREATE VIEW traces AS
SELECT (SELECT count(*) FROM pgscale.policy p WHERE NOT EXISTS (SELECT FROM pg_class c WHERE c.oid = p.parent)) AS policies,
       (SELECT count(*) FROM pgscale.set_state s WHERE NOT EXISTS (SELECT FROM pgscale.policy p WHERE p.parent = s.parent)) AS states,
       (SELECT count(*) FROM pgscale.retirement r WHERE NOT EXISTS (SELECT FROM pgscale.policy p WHERE p.parent = r.parent)) AS retirements,
       (SELECT count(*) FROM pgscale.run r WHERE parent IS NOT NULL AND NOT EXISTS (SELECT FROM pg_class c WHERE c.oid = r.parent)) AS runs;
CREATE TABLE orders (at date) PARTITION BY RANGE (at);
SELECT count(*) FROM pgscale.create_parent('orders', 'at', '1 month', premake => 1, start_at => '2026-09-01');
INSERT INTO orders VALUES ('2026-09-05'), ('2026-11-05');
SELECT count(*) FROM pgscale.retire_partition('orders_p2026_09');
-- forget_parent() touches no data
SELECT pgscale.forget_parent('orders');
SELECT * FROM orders;
SELECT * FROM orders_p2026_09;
SELECT count(*) FROM pg_inherits WHERE inhparent = 'orders'::regclass;
SELECT count(*) FROM pgscale.partition_sets WHERE parent = 'orders'::regclass;
SELECT count(*) FROM pgscale.partitions WHERE root = 'orders'::regclass;
SELECT * FROM traces;
-- its history stays
SELECT count(*) > 0 AS has_history FROM pgscale.runs WHERE parent = 'orders';
-- not twice, and nothing is maintained any longer
SELECT pgscale.forget_parent('orders');
CALL pgscale.run_maintenance('orders');
-- managed again: what there is, is adopted
SELECT action, partition FROM pgscale.create_parent('orders', 'at', '1 month', premake => 1);

-- DROP TABLE takes the set with it
SELECT pgscale.pause('orders');
DROP TABLE orders;
SELECT count(*) FROM pgscale.partition_sets WHERE parent::text = 'orders';
SELECT * FROM traces;
-- an aborted DROP does not
CREATE TABLE stays (at date) PARTITION BY RANGE (at);
SELECT count(*) FROM pgscale.create_parent('stays', 'at', '1 month', premake => 0);
BEGIN;
DROP TABLE stays;
ROLLBACK;
SELECT premake FROM pgscale.partition_sets WHERE parent = 'stays'::regclass;
-- a dropped partition is made again
DROP TABLE stays_p2026_11;
CALL pgscale.run_maintenance('stays');
SELECT partition FROM pgscale.partitions WHERE root = 'stays'::regclass;
-- a plain table of the same name is another table
DROP TABLE stays;
CREATE TABLE stays (at date) PARTITION BY RANGE (at);
SELECT count(*) FROM pgscale.partition_sets WHERE parent = 'stays'::regclass;

-- DROP SCHEMA and DROP OWNED
CREATE SCHEMA forget_2;
CREATE TABLE forget_2.a (at date) PARTITION BY RANGE (at);
CREATE TABLE forget_2.b (k int) PARTITION BY HASH (k);
SELECT count(*) FROM pgscale.create_parent('forget_2.a', 'at', '1 month', premake => 0);
SELECT count(*) FROM pgscale.create_parent('forget_2.b', partitions => 2);
SET client_min_messages = warning;
DROP SCHEMA forget_2 CASCADE;
DROP ROLE IF EXISTS regress_forget;
RESET client_min_messages;
SELECT * FROM traces;
CREATE ROLE regress_forget;
GRANT CREATE, USAGE ON SCHEMA forget TO regress_forget;
SET ROLE regress_forget;
CREATE TABLE forget.owned (at date) PARTITION BY RANGE (at);
SELECT count(*) FROM pgscale.create_parent('forget.owned', 'at', '1 month', premake => 0);
-- the owner may drop it, though the tables of the extension are not his
DROP TABLE forget.owned;
CREATE TABLE forget.owned (at date) PARTITION BY RANGE (at);
SELECT count(*) FROM pgscale.create_parent('forget.owned', 'at', '1 month', premake => 0);
RESET ROLE;
DROP OWNED BY regress_forget;
DROP ROLE regress_forget;
SELECT * FROM traces;

-- DROP EXTENSION leaves the tables alone
CREATE TABLE left_alone (at date) PARTITION BY RANGE (at);
SELECT count(*) FROM pgscale.create_parent('left_alone', 'at', '1 month', premake => 1);
INSERT INTO left_alone VALUES ('2026-11-05');
BEGIN;
DROP VIEW traces;
DROP EXTENSION pgscale;
SELECT * FROM left_alone;
SELECT count(*) FROM pg_inherits WHERE inhparent = 'left_alone'::regclass;
SELECT count(*) FROM pg_event_trigger WHERE evtname LIKE 'pgscale%';
DROP TABLE left_alone;
CREATE EXTENSION pgscale;
CREATE TABLE again (at date) PARTITION BY RANGE (at);
SELECT count(*) FROM pgscale.create_parent('again', 'at', '1 month', premake => 1);
ROLLBACK;
SELECT count(*) FROM pgscale.partitions WHERE root = 'left_alone'::regclass;

SET client_min_messages = warning;
DROP SCHEMA forget CASCADE;
