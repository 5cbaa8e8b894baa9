-- Indexes of partitions that their parent cannot have.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS pgscale;
DROP ROLE IF EXISTS regress_template_owner;
DROP ROLE IF EXISTS regress_template_other;
RESET client_min_messages;
CREATE SCHEMA template;
SET search_path = template;
SET TimeZone = 'UTC';
SET DateStyle = 'ISO';
SET pgscale.clock = '2026-11-15 12:00:00+00';
-- what a table has, constraints by what they say
CREATE FUNCTION indexes_of(tab regclass) RETURNS TABLE (name name, definition text)
LANGUAGE sql AS $$
  SELECT x.relname, coalesce(pg_get_constraintdef(k.oid), regexp_replace(pg_get_indexdef(x.oid), ' ON \S+', ''))
         || CASE WHEN k.oid IS NOT NULL THEN coalesce(' ' || x.reloptions::text, '') ELSE '' END
         || CASE WHEN h.inhparent IS NOT NULL THEN ', of the parent' ELSE '' END
         || CASE WHEN i.indisvalid THEN '' ELSE ', not valid' END
    FROM pg_index i JOIN pg_class x ON x.oid = i.indexrelid LEFT JOIN pg_inherits h ON h.inhrelid = x.oid
    LEFT JOIN pg_constraint k ON k.conindid = x.oid AND k.conrelid = i.indrelid AND k.contype IN ('p', 'u', 'x')
   WHERE i.indrelid = tab ORDER BY x.relname COLLATE "C" $$;
CREATE VIEW drifts AS
SELECT parent, partition, kind, object, expected, actual, severity, repair, locks FROM pgscale.drift
 WHERE kind IN ('index', 'storage') ORDER BY partition::text COLLATE "C", object;
GRANT SELECT ON drifts TO PUBLIC;

-- ---- partitions have what the template has and their parent has not -------------------------------
CREATE TABLE orders (at date NOT NULL, id int NOT NULL, n int, note text, during int4range) PARTITION BY RANGE (at);
CREATE INDEX ON orders (n);
CREATE TABLE orders_template (LIKE orders, more text DEFAULT 'unused');
ALTER TABLE orders_template ALTER n SET DEFAULT 5, ADD CHECK (n > 0);
CREATE INDEX ON orders_template (n);  -- which the parent has
ALTER TABLE orders_template ADD PRIMARY KEY (id) INCLUDE (n) WITH (fillfactor = 80);
ALTER TABLE orders_template ADD UNIQUE NULLS NOT DISTINCT (n, note) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE orders_template ADD EXCLUDE USING gist (during WITH &&) WHERE (n > 3);
CREATE UNIQUE INDEX ON orders_template (lower(note) COLLATE "C" text_pattern_ops DESC NULLS LAST) INCLUDE (id) WITH (fillfactor = 70) WHERE n IS NOT NULL;
CREATE INDEX "Odd name" ON orders_template USING brin (at) WITH (pages_per_range = 16);
SELECT action, partition FROM pgscale.create_parent('orders', 'at', '1 month', premake => 1, default_partition => true, template => 'orders_template');
SELECT * FROM indexes_of('orders_p2026_11');
SELECT * FROM indexes_of('orders_default');
SELECT template FROM pgscale.partition_sets WHERE parent = 'orders'::regclass;
-- and nothing else of it
SELECT attname, pg_get_expr(adbin, adrelid) FROM pg_attribute LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
 WHERE attrelid = 'orders_p2026_11'::regclass AND attnum > 0 ORDER BY attnum;
SELECT count(*) FROM pg_constraint WHERE conrelid = 'orders_p2026_11'::regclass AND contype = 'c';
SELECT * FROM drifts;
INSERT INTO orders VALUES ('2026-11-01', 1, 4, 'a', '[1,3)');
INSERT INTO orders VALUES ('2026-11-02', 1, 5, 'b', NULL);
INSERT INTO orders VALUES ('2026-11-02', 2, 5, 'A', NULL);
INSERT INTO orders VALUES ('2026-11-02', 2, 4, 'c', '[2,5)');
INSERT INTO orders VALUES ('2026-12-02', 1, 4, 'a', '[1,3)');
-- those to come
SET pgscale.clock = '2026-12-15 12:00:00+00';
SELECT replace(s, ' EXCLUDING IDENTITY', '') AS sql FROM pgscale.plan('orders'), unnest(sql) s WHERE action = 'create';
CALL pgscale.run_maintenance('orders');
SELECT count(*) FROM indexes_of('orders_p2027_01');
-- those that rows of the default partition are moved to
INSERT INTO orders VALUES ('2026-05-05', 1, 1, 'late', NULL);
CALL pgscale.drain_default('orders');
SELECT count(*) FROM indexes_of('orders_p2026_05');
SELECT tableoid::regclass FROM orders WHERE note = 'late';
-- those that close a gap
DROP TABLE orders_p2026_12;
CALL pgscale.repair('orders');
SELECT count(*) FROM indexes_of('orders_p2026_12');
SELECT * FROM drifts;
-- a template that has been renamed and moved
CREATE SCHEMA template_elsewhere;
ALTER TABLE orders_template RENAME TO "Orders' template";
ALTER TABLE "Orders' template" SET SCHEMA template_elsewhere;
SET pgscale.clock = '2027-01-15 12:00:00+00';
CALL pgscale.run_maintenance('orders');
SELECT count(*) FROM indexes_of('orders_p2027_02');
SELECT template FROM pgscale.partition_sets WHERE parent = 'orders'::regclass;

-- ---- what cannot be a template is refused, and changes nothing ------------------------------------
CREATE ROLE regress_template_other NOLOGIN;
CREATE TABLE refused (at date, id int, note text COLLATE "C") PARTITION BY RANGE (at);
CREATE TABLE refused_old PARTITION OF refused FOR VALUES FROM ('2026-12-01') TO ('2027-01-01');
CREATE TABLE good (id int UNIQUE);
CREATE VIEW a_view AS SELECT 1 AS id;
CREATE SEQUENCE a_sequence;
CREATE TEMPORARY TABLE passing (id int);
CREATE TABLE of_other (id int UNIQUE);
ALTER TABLE of_other OWNER TO regress_template_other;
CREATE TABLE no_column (other int UNIQUE);
CREATE TABLE other_type (id bigint UNIQUE);
CREATE TABLE other_collation (note text);
CREATE UNIQUE INDEX ON other_collation (note);
CREATE TABLE in_expression (id int, other int);
CREATE UNIQUE INDEX in_expression_idx ON in_expression (id, (other + 1));
CREATE TABLE in_predicate (id int, other int);
CREATE UNIQUE INDEX ON in_predicate (id) WHERE other > 1;
CREATE TABLE whole_row (id int);
CREATE FUNCTION digest(whole_row) RETURNS int IMMUTABLE LANGUAGE sql AS 'SELECT $1.id';
CREATE UNIQUE INDEX ON whole_row (digest(whole_row));
CREATE FUNCTION refusal(candidate regclass) RETURNS text LANGUAGE plpgsql AS $$
DECLARE detail text; hint text;
BEGIN
  PERFORM pgscale.create_parent('refused', 'at', '1 month', premake => 0, template => candidate);
  RETURN 'taken';
EXCEPTION WHEN OTHERS THEN
  GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
  RETURN concat_ws(' | ', SQLSTATE || ': ' || SQLERRM, nullif(detail, ''), nullif(hint, ''));
END $$;
SELECT refusal(t::regclass) FROM unnest(ARRAY['refused', 'refused_old', 'a_view', 'a_sequence', 'passing', 'good_id_key', 'of_other', 'no_column',
  'other_type', 'other_collation', 'in_expression', 'in_predicate', 'whole_row']) t;
SELECT refusal(99999);
SELECT count(*) FROM pgscale.partition_sets WHERE parent = 'refused'::regclass;
-- '-' is none
SELECT action, partition FROM pgscale.create_parent('refused', 'at', '1 month', premake => 0, template => '-');
SELECT template IS NULL FROM pgscale.partition_sets WHERE parent = 'refused'::regclass;
SELECT FROM pgscale.alter_parent('refused', template => 'other_type');
SELECT template IS NULL FROM pgscale.partition_sets WHERE parent = 'refused'::regclass;

-- ---- partitions that exist: told by drift, built by repair ----------------------------------------
CREATE TABLE events (at date NOT NULL, id int NOT NULL, n int, note text) PARTITION BY RANGE (at);
SELECT count(*) FROM pgscale.create_parent('events', 'at', '1 month', premake => 1);
CREATE TABLE events_template (LIKE events);
ALTER TABLE events_template ADD PRIMARY KEY (id), ADD UNIQUE (note);
CREATE INDEX ON events_template (n) WHERE n > 0;
SELECT count(*) FROM pgscale.alter_parent('events', template => 'events_template');
SELECT * FROM indexes_of('events_p2027_01');
SELECT partition, kind, object, expected, actual, severity FROM drifts;
SELECT object, repair, locks FROM drifts WHERE partition = 'events_p2027_01'::regclass;
CALL pgscale.repair('events');
SELECT * FROM drifts;
SELECT * FROM indexes_of('events_p2027_01');
-- matched by what it says, whatever its name
ALTER TABLE events_p2027_01 RENAME CONSTRAINT events_p2027_01_id_idx TO whatever;
DROP INDEX events_p2027_01_n_idx;
CREATE INDEX otherwise ON events_p2027_01 (n) WHERE n > 0;
ALTER TABLE events_p2027_02 DROP CONSTRAINT events_p2027_02_note_idx;
CREATE UNIQUE INDEX unconstrained ON events_p2027_02 (note);
SELECT partition, object, expected, actual, severity, repair FROM drifts;
CALL pgscale.repair('events', kinds => '{index}');
SELECT * FROM drifts;
SELECT * FROM indexes_of('events_p2027_02');
-- rows that forbid it
DROP INDEX otherwise;
ALTER TABLE events_p2027_01 DROP CONSTRAINT events_p2027_01_note_idx;
INSERT INTO events VALUES ('2027-01-01', 1, 1, 'twice'), ('2027-01-02', 2, 2, 'twice');
CALL pgscale.repair('events');
SELECT partition, object, expected, actual FROM drifts;
SELECT * FROM indexes_of('events_p2027_01');
UPDATE events SET note = 'once' WHERE id = 2;
CALL pgscale.repair('events');
SELECT * FROM drifts;
-- another index of the template; one that it no longer has stays where it is
CREATE UNIQUE INDEX ON events_template (lower(note), id);
ALTER TABLE events_template DROP CONSTRAINT events_template_note_key;
SELECT partition, object, expected, actual FROM drifts;
CALL pgscale.repair('events');
SELECT * FROM drifts;
SELECT * FROM indexes_of('events_p2027_01');
SET pgscale.clock = '2027-02-15 12:00:00+00';
CALL pgscale.run_maintenance('events');
SELECT * FROM indexes_of('events_p2027_03');
-- what the parent gets in the meantime comes from there
CREATE INDEX ON events (n) WHERE n > 0;
SELECT count(*) FROM drifts;
SET pgscale.clock = '2027-03-15 12:00:00+00';
CALL pgscale.run_maintenance('events');
SELECT * FROM indexes_of('events_p2027_04');
-- without a template nothing is compared
SELECT count(*) FROM pgscale.alter_parent('events', premake => 2);
SELECT template FROM pgscale.partition_sets WHERE parent = 'events'::regclass;
SELECT count(*) FROM pgscale.alter_parent('events', premake => 1, template => '-');
SELECT template FROM pgscale.partition_sets WHERE parent = 'events'::regclass;
ALTER TABLE events_p2027_01 DROP CONSTRAINT whatever;
SELECT count(*) FROM drifts;

-- ---- a primary key is added where that is a matter of the catalog ---------------------------------
CREATE TABLE keys (at date, id int, n int NOT NULL) PARTITION BY RANGE (at);
SELECT count(*) FROM pgscale.create_parent('keys', 'at', '1 month', premake => 0);
CREATE TABLE keys_template (id int PRIMARY KEY);
SELECT count(*) FROM pgscale.alter_parent('keys', premake => 1, template => 'keys_template');
CALL pgscale.run_maintenance('keys');
SELECT * FROM indexes_of('keys_p2027_04');
SELECT partition, object, actual, repair FROM drifts;
CALL pgscale.repair('keys');
SELECT partition, object, actual, repair FROM drifts;
ALTER TABLE keys ALTER id SET NOT NULL;
SELECT partition, object, actual, repair IS NOT NULL FROM drifts;
CALL pgscale.repair('keys');
SELECT * FROM drifts;
SELECT * FROM indexes_of('keys_p2027_03');
-- no second one beside that of the parent, or of the partition
ALTER TABLE keys_p2027_03 DROP CONSTRAINT keys_p2027_03_id_idx, ADD PRIMARY KEY (n);
SELECT partition, object, actual, repair FROM drifts;
ALTER TABLE keys_p2027_03 DROP CONSTRAINT keys_p2027_03_pkey;
ALTER TABLE keys_p2027_04 DROP CONSTRAINT keys_p2027_04_pkey;
ALTER TABLE keys ADD PRIMARY KEY (n, at);
SELECT * FROM drifts;
SET pgscale.clock = '2027-04-15 12:00:00+00';
CALL pgscale.run_maintenance('keys');
SELECT * FROM indexes_of('keys_p2027_05');

-- ---- a template that does not fit any more: no partition that would lack its indexes --------------
ALTER TABLE keys_template ADD n bigint UNIQUE;
SET pgscale.clock = '2027-05-15 12:00:00+00';
CALL pgscale.run_maintenance('keys');
SELECT action, partition, outcome, sqlstate, message, hint FROM pgscale.runs WHERE parent = 'keys' AND outcome = 'refused';
SELECT to_regclass('keys_p2027_06') IS NULL;
SELECT action, partition, detail FROM pgscale.alter_parent('keys', default_partition => true);
ALTER TABLE keys_template ALTER n TYPE int;
CALL pgscale.run_maintenance('keys');
SELECT * FROM indexes_of('keys_default');

-- ---- levels: only leaves have them ----------------------------------------------------------------
CREATE TABLE deep (at date, tenant int, id int, other int) PARTITION BY RANGE (at);
CREATE TABLE deep_template (id int UNIQUE);
CREATE TABLE deeper_template (other int UNIQUE);
SELECT count(*) FROM pgscale.create_parent('deep', 'at', '1 month', premake => 0, template => 'deep_template');
SELECT action, partition FROM pgscale.create_subparent('deep', 'tenant', partitions => 2);
SELECT count(*) FROM pgscale.alter_parent('deep', default_partition => true);
CALL pgscale.run_maintenance('deep');
SELECT p.relid, i.name, i.definition FROM pg_partition_tree('deep') p CROSS JOIN LATERAL indexes_of(p.relid) i ORDER BY p.relid::text COLLATE "C", 2;
SELECT parent, level, template FROM pgscale.partition_sets WHERE root = 'deep'::regclass ORDER BY level;
SELECT template IS NULL FROM pgscale.subpartitions WHERE root = 'deep'::regclass;
SELECT * FROM drifts WHERE parent = 'deep'::regclass;
-- a wish of the level itself
SELECT FROM pgscale.alter_subparent('deep', 1, template => 'other_type');
SELECT count(*) FROM pgscale.alter_subparent('deep', 1, template => 'deeper_template');
SELECT template FROM pgscale.subpartitions WHERE root = 'deep'::regclass;
SELECT partition, object, expected, actual FROM drifts WHERE parent = 'deep'::regclass;
SET pgscale.clock = '2027-06-15 12:00:00+00';
CALL pgscale.run_maintenance('deep');
CALL pgscale.repair('deep');
SELECT p.relid, i.definition FROM pg_partition_tree('deep') p CROSS JOIN LATERAL indexes_of(p.relid) i ORDER BY p.relid::text COLLATE "C", 2;
SELECT * FROM drifts WHERE parent = 'deep'::regclass;
SELECT count(*) FROM pgscale.alter_subparent('deep', 1, template => '-');
SELECT parent, template FROM pgscale.partition_sets WHERE root = 'deep'::regclass ORDER BY level, parent::text COLLATE "C" LIMIT 2;

-- ---- a template that is dropped: the sets go on without it ----------------------------------------
SELECT count(*) FROM pgscale.alter_subparent('deep', 1, template => 'deep_template');
DROP TABLE deep_template;
SELECT parent, level, template FROM pgscale.partition_sets WHERE root = 'deep'::regclass AND template IS NOT NULL;
SELECT action, outcome, message, hint FROM pgscale.runs WHERE parent = 'deep' AND action = 'template';
SET pgscale.clock = '2027-07-15 12:00:00+00';
CALL pgscale.run_maintenance('deep');
SELECT count(*) FROM indexes_of('deep_p2027_07_p0');
-- together with its set nobody misses it
CREATE TABLE brief (at date, id int) PARTITION BY RANGE (at);
CREATE TABLE brief_template (id int UNIQUE);
SELECT count(*) FROM pgscale.create_parent('brief', 'at', '1 month', premake => 0, template => 'brief_template');
DROP TABLE brief, brief_template;

-- ---- what is done in the name of the owner is what the owner wrote --------------------------------
CREATE ROLE regress_template_owner NOLOGIN;
GRANT CREATE, USAGE ON SCHEMA template TO regress_template_owner;
SET ROLE regress_template_owner;
CREATE TABLE owned (at date, id int) PARTITION BY RANGE (at);
CREATE TABLE owned_template (id int UNIQUE);
SELECT FROM pgscale.create_parent('owned', 'at', '1 month', premake => 0, template => 'deeper_template');
SELECT count(*) FROM pgscale.create_parent('owned', 'at', '1 month', premake => 0, template => 'owned_template');
ALTER TABLE owned_p2027_07 DROP CONSTRAINT owned_p2027_07_id_key;
SELECT partition, object, actual FROM drifts;
CALL pgscale.repair('owned');
SELECT * FROM indexes_of('owned_p2027_07');
RESET ROLE;
ALTER TABLE owned_template OWNER TO regress_template_other;
SET pgscale.clock = '2027-08-15 12:00:00+00';
SELECT action, partition, refusal FROM pgscale.plan('owned');
ALTER TABLE owned_p2027_07 DROP CONSTRAINT owned_p2027_07_id_idx;
SELECT * FROM drifts WHERE parent = 'owned'::regclass;

SET client_min_messages = warning;
DROP SCHEMA template, template_elsewhere CASCADE;
DROP ROLE regress_template_owner, regress_template_other;
