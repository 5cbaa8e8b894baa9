-- Indexes and constraints that partitions lack: shown by pgscale.drift, built by CALL pgscale.repair().
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS pgscale;
RESET client_min_messages;
CREATE SCHEMA drift_indexes;
SET search_path = drift_indexes;
SET TimeZone = 'UTC';
SET DateStyle = 'ISO';
SET pgscale.clock = '2026-11-15 12:00:00+00';
CREATE VIEW differences AS
SELECT parent, partition, kind, object, expected, actual, severity, array_to_string(repair, E'\n') AS repair, locks
  FROM pgscale.drift
 ORDER BY parent::text, partition::text COLLATE "C" NULLS LAST, kind COLLATE "C", object COLLATE "C";
CREATE VIEW lately AS
SELECT id, partition, action, reason, outcome, sqlstate, message FROM pgscale.runs WHERE action <> 'create' AND partition LIKE 'drift_indexes.%' ORDER BY id;
-- which index of which partition is attached to which of the parent
CREATE VIEW attached AS
SELECT h.inhparent::regclass AS index, i.indrelid::regclass AS partition, i.indexrelid::regclass AS own, i.indisvalid AS valid, k.contype, k.conname, k.condeferrable AS deferrable
  FROM pg_index i JOIN pg_inherits h ON h.inhrelid = i.indexrelid LEFT JOIN pg_constraint k ON k.conindid = i.indexrelid
 ORDER BY h.inhparent::regclass::text COLLATE "C", i.indrelid::regclass::text COLLATE "C";

-- A plain index: CREATE INDEX ON ONLY is an entry of the catalog, repair() builds it partition by partition.
CREATE TABLE orders (gone int, id bigint, at date NOT NULL, person int, note text) PARTITION BY RANGE (at);
ALTER TABLE orders DROP COLUMN gone;
SELECT count(*) FROM pgscale.create_parent('orders', 'at', '1 month', premake => 1);
INSERT INTO orders SELECT n, '2026-11-01'::date + n % 60, n % 7, 'note ' || n FROM generate_series(1, 1000) n;
CREATE INDEX person_idx ON ONLY orders (person DESC) INCLUDE (id) WITH (fillfactor = 70) WHERE person > 2;
\x on
SELECT * FROM differences;
\x off
CALL pgscale.repair('orders');
SELECT * FROM differences;
SELECT * FROM attached;
SELECT indisvalid FROM pg_index WHERE indexrelid = 'person_idx'::regclass;
SELECT pg_get_indexdef('orders_p2026_12_person_id_idx'::regclass);
SELECT partition, action, reason, outcome FROM lately;
-- its tablespace, too
SET allow_in_place_tablespaces = true;
CREATE TABLESPACE regress_drift_space LOCATION '';
CREATE INDEX placed_idx ON ONLY orders (id) TABLESPACE regress_drift_space WHERE id > 5;
ALTER TABLE ONLY orders ADD CONSTRAINT placed_key UNIQUE (at, id, note) USING INDEX TABLESPACE regress_drift_space;
CALL pgscale.repair('orders', '{index}');
SELECT indexname, tablespace FROM pg_indexes WHERE schemaname = 'drift_indexes' AND tablespace IS NOT NULL ORDER BY 1;
DROP INDEX placed_idx;
ALTER TABLE orders DROP CONSTRAINT placed_key;
DROP TABLESPACE regress_drift_space;
-- the parent's index says fillfactor; those of the partitions follow
ALTER INDEX orders_p2026_11_person_id_idx SET (fillfactor = 90);
SELECT partition, kind, object, expected, actual, severity, repair, locks FROM differences;
CALL pgscale.repair('orders');
SELECT count(*) FROM differences;

-- An index with an expression, over columns whose numbers differ
CREATE INDEX expression_idx ON ONLY orders ((lower(note) || person));
CALL pgscale.repair('orders');
SELECT count(*) FROM differences;
SELECT partition, own, valid FROM attached WHERE index = 'expression_idx'::regclass;
DROP INDEX expression_idx;

-- What is there already is attached, not built again; another order is another index.
CREATE INDEX mine ON orders_p2026_11 (note);
CREATE INDEX not_mine ON orders_p2026_12 (note DESC);
CREATE INDEX note_idx ON ONLY orders (note);
SELECT partition, object, expected, actual, repair FROM differences;
CALL pgscale.repair('orders');
SELECT partition, own FROM attached WHERE index = 'note_idx'::regclass;
SELECT partition, action, reason FROM lately ORDER BY id DESC LIMIT 3;
DROP INDEX note_idx;

-- A unique constraint, a primary key and one that is deferrable
ALTER TABLE orders ALTER COLUMN id SET NOT NULL;
ALTER TABLE ONLY orders ADD CONSTRAINT orders_pkey PRIMARY KEY (id, at);
ALTER TABLE ONLY orders ADD CONSTRAINT once UNIQUE (at, id) DEFERRABLE INITIALLY DEFERRED;
SELECT partition, object, expected, actual, severity, repair, locks FROM differences;
CALL pgscale.repair('orders');
SELECT count(*) FROM differences;
SELECT * FROM attached WHERE index IN ('orders_pkey'::regclass, 'once'::regclass);
SELECT conname, contype, convalidated FROM pg_constraint WHERE conrelid = 'orders'::regclass AND contype <> 'n' ORDER BY 1;
INSERT INTO orders VALUES (1, '2026-11-02', 1);

-- A unique index that cannot be: the failure is told, no invalid index is left, the others are done.
CREATE TABLE twice (id int, at date NOT NULL) PARTITION BY RANGE (at);
SELECT count(*) FROM pgscale.create_parent('twice', 'at', '1 month', premake => 1);
INSERT INTO twice VALUES (1, '2026-11-02'), (1, '2026-11-02'), (1, '2026-12-02');
CREATE UNIQUE INDEX once_idx ON ONLY twice (id, at);
CALL pgscale.repair('twice');
SELECT partition, action, reason, outcome, sqlstate, message FROM lately WHERE partition LIKE '%twice%';
SELECT partition, object, expected, actual, severity FROM differences;
SELECT indexrelid::regclass, indisvalid FROM pg_index WHERE indrelid IN ('twice'::regclass, 'twice_p2026_11'::regclass, 'twice_p2026_12'::regclass) ORDER BY 1;
DELETE FROM twice WHERE ctid = (SELECT min(ctid) FROM twice_p2026_11);
CALL pgscale.repair('twice');
SELECT count(*) FROM differences;
SELECT indisvalid FROM pg_index WHERE indexrelid = 'once_idx'::regclass;

-- Indexes that are not valid: what a build left that broke, one that is attached, one that a rebuilding left beside it
CREATE INDEX at_idx ON ONLY twice (at);
CREATE INDEX broken ON twice_p2026_11 (at);
UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'broken'::regclass;
SELECT partition, object, actual, repair FROM differences;
CALL pgscale.repair('twice');
SELECT to_regclass('broken');
SELECT partition, own, valid FROM attached WHERE index = 'at_idx'::regclass;
CREATE INDEX left_over ON twice_p2026_12 (at);
UPDATE pg_index SET indisvalid = false WHERE indexrelid IN ('twice_p2026_11_at_idx'::regclass, 'left_over'::regclass);
SELECT partition, object, expected, actual, severity, repair, locks FROM differences;
CALL pgscale.repair('twice');
SELECT count(*) FROM differences;
SELECT to_regclass('left_over');
-- the parent's, though all that belong to it are valid
UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'at_idx'::regclass;
SELECT partition, object, expected, actual, repair FROM differences;
CALL pgscale.repair('twice');
SELECT indisvalid FROM pg_index WHERE indexrelid = 'at_idx'::regclass;
SELECT action, reason, outcome FROM lately WHERE partition LIKE '%twice' ORDER BY id DESC LIMIT 1;

-- Replica identity by an index comes after the index.
ALTER TABLE twice REPLICA IDENTITY USING INDEX once_idx;
SELECT partition, kind, expected, actual, repair FROM differences;
ALTER TABLE twice ALTER COLUMN id SET NOT NULL;
ALTER TABLE twice REPLICA IDENTITY USING INDEX once_idx;
SELECT partition, kind, expected, actual, repair FROM differences;
CALL pgscale.repair('twice');
SELECT c.relname, c.relreplident, i.indexrelid::regclass FROM pg_class c LEFT JOIN pg_index i ON i.indrelid = c.oid AND i.indisreplident WHERE c.relname LIKE 'twice%' AND c.relkind IN ('r', 'p') ORDER BY 1;

-- A partition of partitions: its own index first, then those of its partitions.
CREATE TABLE deep (id int NOT NULL, at date NOT NULL) PARTITION BY RANGE (at);
CREATE TABLE deep_old PARTITION OF deep FOR VALUES FROM ('2026-10-01') TO ('2026-11-01') PARTITION BY LIST (id);
CREATE TABLE deep_old_1 PARTITION OF deep_old FOR VALUES IN (1);
CREATE TABLE deep_old_2 PARTITION OF deep_old FOR VALUES IN (2);
SELECT count(*) FROM pgscale.create_parent('deep', 'at', '1 month', premake => 0);
CREATE INDEX deep_idx ON ONLY deep (id);
ALTER TABLE ONLY deep ADD PRIMARY KEY (at, id);
SELECT partition, object, actual, repair FROM differences;
CALL pgscale.repair('deep');
SELECT count(*) FROM differences;
SELECT partition, own, valid, contype FROM attached WHERE partition::text LIKE 'deep%';
SELECT indexrelid::regclass, indisvalid FROM pg_index WHERE indrelid = 'deep'::regclass ORDER BY 1;
-- constraints are validated from the leaves up
ALTER TABLE deep ADD CONSTRAINT positive CHECK (id > 0) NOT VALID;
SELECT partition, object, actual, repair FROM differences;
CALL pgscale.repair('deep');
SELECT partition, action, outcome FROM lately WHERE action = 'validate constraint';
SELECT conrelid::regclass, convalidated FROM pg_constraint WHERE conname = 'positive' ORDER BY 1;
-- a partition that is a set of its own is looked at there
SELECT count(*) FROM pgscale.create_parent('deep_old', 'id', lists => '{"one": ["1"], "two": ["2"]}');
ALTER TABLE deep_old_1 ALTER COLUMN id SET DEFAULT 5;
SELECT parent, partition, kind FROM differences;

-- Constraints that are not valid are validated partition by partition, and then for the parent in an instant.
CREATE TABLE checked (at date NOT NULL, n int, person int) PARTITION BY RANGE (at);
CREATE TABLE persons (id int PRIMARY KEY);
SELECT count(*) FROM pgscale.create_parent('checked', 'at', '1 month', premake => 1);
INSERT INTO checked VALUES ('2026-11-02', 1), ('2026-12-02', -1);
ALTER TABLE checked ADD CONSTRAINT positive CHECK (n > 0) NOT VALID;
SELECT partition, kind, object, expected, actual, severity, repair, locks FROM differences WHERE parent = 'checked'::regclass;
CALL pgscale.repair('checked');
SELECT partition, action, reason, outcome, sqlstate FROM lately WHERE partition LIKE '%checked%';
SELECT partition, object, actual, repair FROM differences WHERE parent = 'checked'::regclass;
DELETE FROM checked WHERE n < 0;
CALL pgscale.repair('checked');
SELECT partition, action, reason, outcome FROM lately WHERE partition LIKE '%checked%' ORDER BY id DESC LIMIT 2;
SELECT count(*) FROM differences WHERE parent = 'checked'::regclass;
SELECT conrelid::regclass, convalidated FROM pg_constraint WHERE conname = 'positive' ORDER BY 1;
-- what PostgreSQL itself keeps in step can only be missing by a fault; nobody knows what was meant
ALTER TABLE checked ADD CONSTRAINT known FOREIGN KEY (person) REFERENCES persons;
UPDATE pg_constraint SET convalidated = false WHERE conname = 'positive' AND conrelid = 'checked_p2026_11'::regclass;
UPDATE pg_constraint SET conparentid = 0 WHERE conrelid = 'checked_p2026_12'::regclass AND contype = 'f';
UPDATE pg_attribute SET attnotnull = false WHERE attrelid = 'checked_p2026_12'::regclass AND attname = 'at';
SELECT partition, kind, object, expected, actual, severity, repair FROM differences WHERE parent = 'checked'::regclass;
CALL pgscale.repair('checked', '{constraint}');
SELECT partition, object, actual FROM differences WHERE parent = 'checked'::regclass;

SET client_min_messages = warning;
DROP SCHEMA drift_indexes CASCADE;
