-- Partitions in publications: new ones are published as the parent is, retired ones leave.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS pgscale;
RESET client_min_messages;
CREATE SCHEMA publications;
SET search_path = publications;
SET pgscale.clock = '2026-11-15 12:00:00+00';
SET client_min_messages = error;    -- of wal_level no word
CREATE VIEW published AS
SELECT pubname, tablename FROM pg_publication_tables WHERE schemaname = 'publications' ORDER BY pubname COLLATE "C", tablename COLLATE "C";
CREATE VIEW lately AS
SELECT action, partition, reason, outcome FROM pgscale.runs WHERE partition LIKE 'publications.%' AND action <> 'create' ORDER BY id;

CREATE TABLE orders (id int, at date NOT NULL) PARTITION BY RANGE (at);
ALTER TABLE orders REPLICA IDENTITY FULL;
SELECT count(*) FROM pgscale.create_parent('orders', 'at', '1 month', premake => 0, retention => '1 month');
CREATE PUBLICATION p_leaves FOR TABLE orders;
CREATE PUBLICATION p_root FOR TABLE orders WITH (publish_via_partition_root = true);
CREATE PUBLICATION p_schema FOR TABLES IN SCHEMA publications;
CREATE PUBLICATION p_one FOR TABLE orders_p2026_11;
CREATE PUBLICATION "p Two" FOR TABLE orders_p2026_11;
SELECT * FROM published;
-- new partitions reach them by PostgreSQL's own rules, with the replica identity of the parent
SET pgscale.clock = '2026-12-15 12:00:00+00';
CALL pgscale.run_maintenance('orders');
SELECT * FROM published;
SELECT relname, relreplident FROM pg_class WHERE relname LIKE 'orders_p%' ORDER BY 1;
-- what retention takes leaves the publications that name it; those of a whole schema keep it as any table of the schema
SET pgscale.clock = '2027-01-15 12:00:00+00';
SELECT action, partition, reason, sql, locks FROM pgscale.plan('orders') WHERE action <> 'create';
CALL pgscale.run_maintenance('orders');
SELECT * FROM published;
SELECT * FROM lately;
SELECT published FROM pgscale.retirement WHERE partition = 'orders_p2026_11'::regclass;
-- who publishes the detached table again means it
ALTER PUBLICATION p_one ADD TABLE orders_p2026_11;
SELECT count(*) FROM pgscale.plan('orders');
CALL pgscale.run_maintenance('orders');
SELECT * FROM published WHERE pubname = 'p_one';
-- by hand, in a transaction that may be rolled back
ALTER PUBLICATION p_one ADD TABLE orders_p2026_12;
BEGIN;
SELECT action, partition FROM pgscale.retire_partition('orders_p2026_12');
ROLLBACK;
SELECT * FROM published WHERE pubname = 'p_one';
SELECT action, partition FROM pgscale.retire_partition('orders_p2026_12');
SELECT * FROM published WHERE pubname = 'p_one';
-- a visit that died between the two steps: the next one ends it
CREATE TABLE half (id int) PARTITION BY LIST (id);
SELECT count(*) FROM pgscale.create_parent('half', lists => '{"one": [1], "two": [2]}');
ALTER TABLE half DETACH PARTITION half_one;
INSERT INTO pgscale.retirement (partition, parent, action, bounds, detached_at, published) VALUES ('half_one', 'half', 'detach', 'FOR VALUES IN (1)', now(), true);
ALTER PUBLICATION p_one ADD TABLE half_one;
SELECT action, partition FROM pgscale.alter_parent('half', lists => '{"two": [2]}');
SELECT action, partition, reason FROM pgscale.plan('half');
CALL pgscale.run_maintenance('half');
SELECT * FROM published WHERE pubname = 'p_one';
SELECT count(*) FROM pgscale.plan('half');
-- a dropped one leaves by itself
SELECT count(*) FROM pgscale.alter_parent('half', retire => 'drop');
ALTER PUBLICATION p_one ADD TABLE half_two;
SELECT action, partition FROM pgscale.retire_partition('half_two');
SELECT * FROM published WHERE pubname = 'p_one';
-- the publication belongs to somebody else than the table
CREATE ROLE regress_publications_owner;
GRANT ALL ON SCHEMA publications TO regress_publications_owner;
CREATE TABLE others (id int) PARTITION BY LIST (id);
ALTER TABLE others OWNER TO regress_publications_owner;
SELECT count(*) FROM pgscale.create_parent('others', lists => '{"one": [1], "two": [2]}');
ALTER PUBLICATION p_one ADD TABLE others_one;
SET ROLE regress_publications_owner;
SELECT action, partition FROM pgscale.retire_partition('others_one');
RESET ROLE;
SELECT * FROM published WHERE pubname = 'p_one';

DROP PUBLICATION p_leaves, p_root, p_schema, p_one, "p Two";
DROP SCHEMA publications CASCADE;
DROP ROLE regress_publications_owner;
