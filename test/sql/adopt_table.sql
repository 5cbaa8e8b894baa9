-- A plain table with its rows becomes the oldest partition of a set of its name.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS pgscale;
DROP ROLE IF EXISTS regress_adopt_app, regress_adopt_reader;
CREATE ROLE regress_adopt_app NOLOGIN;
CREATE ROLE regress_adopt_reader;
RESET client_min_messages;
CREATE SCHEMA adopt_table;
GRANT ALL ON SCHEMA adopt_table TO regress_adopt_app;
GRANT USAGE ON SCHEMA adopt_table TO regress_adopt_reader;
SET search_path = adopt_table;
SET TimeZone = 'UTC';
SET DateStyle = 'ISO';
SET pgscale.clock = '2026-11-15 12:00:00+00';
SET pgscale.analyze_parents = on;

-- everything that PostgreSQL knows of a table, its partitions apart
CREATE FUNCTION shape_of(what regclass) RETURNS TABLE (part text) LANGUAGE sql SET search_path = pg_catalog AS $$
  SELECT format('%s owned by %s%s', CASE relkind WHEN 'p' THEN 'partitioned table' ELSE 'table' END, relowner::regrole,
                CASE WHEN relrowsecurity THEN ', row security' END) FROM pg_class WHERE oid = what
  UNION ALL SELECT format('column %s %s%s%s%s', attname, format_type(atttypid, atttypmod), CASE WHEN attnotnull THEN ' not null' END,
                ' default ' || pg_get_expr(adbin, adrelid), ' identity ' || nullif(CASE WHEN attinhcount = 0 THEN attidentity::text END, ''))
    FROM pg_attribute LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum WHERE attrelid = what AND attnum > 0 AND NOT attisdropped
  UNION ALL SELECT format('constraint %s %s%s', conname, pg_get_constraintdef(oid), CASE WHEN conparentid <> 0 THEN ' of the parent' END)
    FROM pg_constraint WHERE conrelid = what AND contype NOT IN ('n', 't')
  UNION ALL SELECT format('index %s %s%s', indexrelid::regclass, regexp_replace(pg_get_indexdef(indexrelid), '.* USING ', ''),
                CASE WHEN indisreplident THEN ' replica identity' END) FROM pg_index WHERE indrelid = what
  UNION ALL SELECT format('trigger %s %s%s', tgname, tgenabled, ' ' || obj_description(oid, 'pg_trigger')) FROM pg_trigger WHERE tgrelid = what AND NOT tgisinternal
  UNION ALL SELECT format('policy %s for %s using %s', polname, polcmd, pg_get_expr(polqual, polrelid)) FROM pg_policy WHERE polrelid = what
  UNION ALL SELECT format('grant %s to %s', privilege_type, grantee::regrole) FROM pg_class, aclexplode(relacl) g WHERE oid = what AND g.grantee <> relowner
  UNION ALL SELECT format('grant %s (%s) to %s', privilege_type, attname, grantee::regrole) FROM pg_attribute, aclexplode(attacl) g WHERE attrelid = what
  UNION ALL SELECT format('sequence %s of %s last %s %s', s.oid::regclass, attname, (SELECT last_value FROM pg_sequences WHERE schemaname = 'adopt_table' AND sequencename = s.relname), s.relacl)
    FROM pg_depend d JOIN pg_class s ON s.oid = d.objid AND s.relkind = 'S' JOIN pg_attribute a ON attrelid = refobjid AND attnum = refobjsubid
   WHERE refobjid = what AND deptype IN ('a', 'i')
  UNION ALL SELECT format('publication %s %s', pubname, pg_get_expr(prqual, prrelid)) FROM pg_publication_rel JOIN pg_publication p ON p.oid = prpubid WHERE prrelid = what
  UNION ALL SELECT 'statistics ' || stxname FROM pg_statistic_ext WHERE stxrelid = what
  UNION ALL SELECT 'comment ' || obj_description(what, 'pg_class') WHERE obj_description(what, 'pg_class') IS NOT NULL
  ORDER BY 1
$$;
CREATE TABLE log (line text);
CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO adopt_table.log VALUES (concat_ws(' ', tg_name, tg_level, tg_op, tg_table_name)); RETURN NEW; END $$;
GRANT SELECT, INSERT, DELETE ON log TO regress_adopt_app, regress_adopt_reader;

-- a table with everything, whose owner is no superuser
CREATE TABLE customers (id int PRIMARY KEY);
INSERT INTO customers SELECT generate_series(1, 10);
GRANT REFERENCES ON customers TO regress_adopt_app;
GRANT SELECT ON customers TO regress_adopt_app, regress_adopt_reader;
SET ROLE regress_adopt_app;
CREATE TABLE events (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, gone text, at timestamptz, customer int REFERENCES customers (id) ON DELETE CASCADE,
  n numeric(10, 2) DEFAULT 1 CHECK (n >= 0), s serial, double numeric GENERATED ALWAYS AS (n * 2) STORED, "odd name" text);
ALTER TABLE events DROP COLUMN gone;
-- constraints NOT NULL have names from PostgreSQL 18 on
DO $$ DECLARE its_name name; BEGIN
  FOR its_name IN SELECT conname FROM pg_constraint WHERE conrelid = 'events'::regclass AND contype = 'n' LOOP
    EXECUTE format('ALTER TABLE events RENAME CONSTRAINT %I TO %I', its_name, 'our_' || its_name);
  END LOOP;
END $$;
CREATE INDEX events_at_idx ON events (at DESC);
CREATE INDEX events_customer ON events (customer) WHERE n > 0;
CREATE INDEX ON events USING hash ("odd name");
CREATE INDEX ON events (lower("odd name"));
CREATE STATISTICS events_stats ON customer, n FROM events;
ALTER TABLE events ALTER n SET STATISTICS 500;
CREATE TRIGGER before_row BEFORE INSERT OR UPDATE OF n ON events FOR EACH ROW WHEN (NEW.n > 100) EXECUTE FUNCTION note();
CREATE TRIGGER after_statement AFTER INSERT ON events REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION note();
CREATE CONSTRAINT TRIGGER checked AFTER INSERT ON events DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION note();
CREATE TRIGGER off AFTER DELETE ON events FOR EACH ROW EXECUTE FUNCTION note();
ALTER TABLE events DISABLE TRIGGER off, ENABLE ALWAYS TRIGGER before_row;
COMMENT ON TRIGGER off ON events IS 'not now';
COMMENT ON TABLE events IS 'what''s up';
GRANT SELECT ON events TO regress_adopt_reader;
GRANT UPDATE (n, "odd name") ON events TO regress_adopt_reader;
GRANT USAGE ON SEQUENCE events_id_seq TO regress_adopt_reader;
ALTER TABLE events ENABLE ROW LEVEL SECURITY;
CREATE POLICY few ON events FOR SELECT TO regress_adopt_reader USING (customer IN (SELECT id FROM customers WHERE id < 3));
CREATE VIEW big WITH (security_barrier) AS SELECT id, at, n FROM events WHERE n > 50;
CREATE VIEW bigger AS SELECT * FROM big WHERE n > 70;
GRANT SELECT ON big TO regress_adopt_reader;
CREATE FUNCTION how_many() RETURNS bigint LANGUAGE sql BEGIN ATOMIC SELECT count(*) FROM events; END;
INSERT INTO events (at, customer, n) SELECT timestamptz '2026-01-01' + g * interval '1 day', 1 + g % 10, g % 100 FROM generate_series(1, 300) g;
RESET ROLE;
SET client_min_messages = error;
CREATE PUBLICATION regress_adopt_pub FOR TABLE events WHERE (id > 0) WITH (publish_via_partition_root = true);
RESET client_min_messages;
SELECT pg_stat_force_next_flush();
SET ROLE regress_adopt_app;
\pset format unaligned
\pset tuples_only on
SELECT * FROM shape_of('events');
\set VERBOSITY terse
CALL pgscale.adopt_table('events', 'at', '1 month', premake => 5, retention => '6 months', retire => 'drop');
SELECT * FROM shape_of('events');
SELECT * FROM shape_of('events_pmin');
-- the parent's NOT NULL have the names of the table's
SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = 'events'::regclass AND contype = 'n'
EXCEPT SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = 'events_pmin'::regclass;
SELECT partition, lower, upper FROM pgscale.partitions WHERE root = 'events'::regclass;
SELECT "interval", premake, start_at, retention, count, covered_until, next_due, last_error, paused FROM pgscale.partition_sets WHERE parent = 'events'::regclass;
SELECT parent, action, partition, bounds, reason, who, outcome FROM pgscale.runs WHERE parent = 'adopt_table.events' OR parent = 'events' ORDER BY id;
SELECT count(*) FROM pgscale.adoptions;
-- nothing is left to do
SELECT * FROM pgscale.plan('events');
-- before PostgreSQL 17 the old table has no identity any more: two generators would give a number twice
SELECT kind, partition, object, expected, actual FROM pgscale.drift WHERE parent = 'events'::regclass AND kind <> 'identity';

-- rows, old and new, through everything that reads them
SELECT count(*), sum(n), min(id), max(id), sum(s) FROM events;
DELETE FROM log;
INSERT INTO events (at, customer, n) VALUES ('2026-11-16', 1, 99), ('2027-02-03', 2, 101), ('2027-05-31', 3, 5);
INSERT INTO events (at, customer, n) VALUES ('2026-01-01', 4, 5) RETURNING tableoid::regclass, id, s;
SELECT tableoid::regclass, count(*), max(id), max(s) FROM events GROUP BY 1 ORDER BY 1;
SELECT count(*) FROM big;
SELECT id, n FROM bigger WHERE n > 98;
SELECT how_many();
SELECT * FROM log ORDER BY line;
UPDATE events SET n = 102 WHERE id = 302;
SELECT line, count(*) FROM log GROUP BY 1 ORDER BY 1;
SET ROLE regress_adopt_reader;
SELECT count(*), min(customer), max(customer) FROM events;
SELECT count(*) FROM events_p2027_02;
SELECT count(*) > 0 FROM big;
RESET ROLE;
RESET pgscale.analyze_parents;
DELETE FROM customers WHERE id = 2;
SELECT count(*) FROM events WHERE customer = 2;
INSERT INTO events (at, customer) VALUES ('2027-02-03', 77);
INSERT INTO events (at) VALUES (NULL);
INSERT INTO events (at) VALUES ('2031-01-01');
INSERT INTO events (id, at) OVERRIDING SYSTEM VALUE VALUES (302, '2027-02-03') ON CONFLICT ON CONSTRAINT events_pkey DO NOTHING;
INSERT INTO events (id, at) VALUES (1, '2027-02-03');
SELECT pg_get_serial_sequence('events', 'id'), pg_get_serial_sequence('events', 's'), nextval('events_id_seq'), nextval('events_s_seq');
-- the old table goes when its upper bound is out of retention, and its sequence stays
SET pgscale.clock = '2027-07-02';
SELECT action, partition, reason FROM pgscale.plan('events') WHERE action IN ('detach', 'drop');
CALL pgscale.run_maintenance('events');
SELECT partition, lower FROM pgscale.partitions WHERE root = 'events'::regclass ORDER BY lower LIMIT 2;
INSERT INTO events (at, customer) VALUES ('2027-07-02', 1) RETURNING tableoid::regclass, id, s;
SET pgscale.clock = '2026-11-15 12:00:00+00';
SET client_min_messages = warning;
DROP TABLE events CASCADE;
DROP FUNCTION IF EXISTS how_many();
RESET client_min_messages;
SELECT relname FROM pg_class WHERE relnamespace = 'adopt_table'::regnamespace AND relname LIKE 'events%' ORDER BY 1;
DROP PUBLICATION regress_adopt_pub;

-- every type of key
CREATE TABLE by_timestamp (at timestamp PRIMARY KEY);
CREATE TABLE by_date (at date NOT NULL, n int, UNIQUE (n, at));
CREATE TABLE by_smallint (n smallint NOT NULL);
CREATE TABLE by_integer (n int PRIMARY KEY);
CREATE TABLE by_bigint (n bigint GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY, t text);
CREATE TABLE by_numeric (n numeric);
CREATE DOMAIN moment AS timestamptz CHECK (VALUE > '2000-01-01');
CREATE TABLE by_domain (at moment NOT NULL);
CREATE TABLE "By Name" ("a t" timestamptz NOT NULL);
INSERT INTO by_timestamp VALUES ('2026-11-14 23:59:59.999'), ('-infinity');
INSERT INTO by_date VALUES ('2026-11-14', 1), ('0044-03-15 BC', 2);
INSERT INTO by_smallint VALUES (-7), (123);
INSERT INTO by_integer VALUES (-7), (123456);
INSERT INTO by_bigint (t) SELECT 'x' FROM generate_series(1, 5000);
INSERT INTO by_numeric VALUES (-0.5), (12.25);
INSERT INTO by_domain VALUES ('2026-11-14');
INSERT INTO "By Name" VALUES ('2026-11-14');
SET client_min_messages = warning;
CALL pgscale.adopt_table('by_timestamp', 'at', '1 week', timezone => 'Asia/Tokyo');
CALL pgscale.adopt_table('by_date', 'at', '1 year', premake => 0);
CALL pgscale.adopt_table('by_smallint', 'n', '100', premake => 1);
CALL pgscale.adopt_table('by_integer', 'n', '100000', premake => 1);
CALL pgscale.adopt_table('by_bigint', 'n', '1000', premake => 1, naming => '{parent}_from_{bound}');
CALL pgscale.adopt_table('by_numeric', 'n', '0.5', premake => 1);
CALL pgscale.adopt_table('by_domain', 'at', '1 month', premake => 1, boundary => '2026-11-20', default_partition => true);
CALL pgscale.adopt_table('"By Name"', 'a t', '1 month', premake => 1, start_at => '2026-10-10');
RESET client_min_messages;
SELECT partition, lower, upper, is_default FROM pgscale.partitions WHERE root::text ~ '^(by_|"By)';
SELECT last_error FROM pgscale.partition_sets WHERE parent::text ~ '^(by_|"By)' AND last_error IS NOT NULL;
INSERT INTO by_bigint (t) SELECT 'y' FROM generate_series(1, 2500);
SELECT tableoid::regclass, count(*) FROM by_bigint GROUP BY 1 ORDER BY 1;
-- numbers go on from where the rows are
CALL pgscale.run_maintenance('by_bigint');
SELECT partition, lower, upper FROM pgscale.partitions WHERE root = 'by_bigint'::regclass;

-- a replica identity
CREATE TABLE identified (id int PRIMARY KEY, at date NOT NULL);
ALTER TABLE identified REPLICA IDENTITY USING INDEX identified_pkey;
CREATE TABLE otherwise (id int NOT NULL, at date NOT NULL);
CREATE UNIQUE INDEX otherwise_key ON otherwise (at, id);
ALTER TABLE otherwise REPLICA IDENTITY USING INDEX otherwise_key;
CREATE TABLE full_rows (at date NOT NULL);
ALTER TABLE full_rows REPLICA IDENTITY FULL;
SET client_min_messages = warning;
CALL pgscale.adopt_table('identified', 'at', '1 month', premake => 1);
CALL pgscale.adopt_table('otherwise', 'at', '1 month', premake => 1);
CALL pgscale.adopt_table('full_rows', 'at', '1 month', premake => 1);
RESET client_min_messages;
SELECT c.oid::regclass, c.relreplident, i.indexrelid::regclass FROM pg_class c LEFT JOIN pg_index i ON i.indrelid = c.oid AND i.indisreplident
 WHERE c.relnamespace = 'adopt_table'::regnamespace AND c.relkind IN ('r', 'p') AND c.relname ~ '^(identified|otherwise|full_rows)' ORDER BY c.relname;

-- a table that refers to a partitioned one
CREATE TABLE regions (id int PRIMARY KEY) PARTITION BY HASH (id);
CREATE TABLE regions_0 PARTITION OF regions FOR VALUES WITH (MODULUS 2, REMAINDER 0);
CREATE TABLE regions_1 PARTITION OF regions FOR VALUES WITH (MODULUS 2, REMAINDER 1);
INSERT INTO regions SELECT generate_series(1, 4);
CREATE TABLE sales (at date NOT NULL, region int REFERENCES regions);
INSERT INTO sales VALUES ('2026-11-01', 1), ('2026-11-02', 2);
SET client_min_messages = warning;
CALL pgscale.adopt_table('sales', 'at', '1 month', premake => 1);
RESET client_min_messages;
INSERT INTO sales VALUES ('2027-01-02', 9);
\set VERBOSITY sqlstate
DELETE FROM regions WHERE id = 1;
\set VERBOSITY terse
INSERT INTO sales VALUES ('2027-01-02', 4);

-- it stops where it must, and goes on or goes back
CREATE TABLE stops (tag text);
CREATE FUNCTION stop() RETURNS event_trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT FROM adopt_table.stops WHERE tag = tg_tag) THEN RAISE 'stopped at %', tg_tag; END IF;
END $$;
CREATE EVENT TRIGGER regress_adopt_stop ON ddl_command_start EXECUTE FUNCTION stop();
CREATE TABLE halted (id int PRIMARY KEY, at date, customer int REFERENCES customers, s serial);
INSERT INTO halted SELECT g, '2026-11-01', 1 FROM generate_series(1, 3) g;
CREATE TABLE before AS SELECT * FROM shape_of('halted');
\set VERBOSITY default
SET client_min_messages = warning;
-- in the worker that builds the index
INSERT INTO stops VALUES ('CREATE INDEX');
CALL pgscale.adopt_table('halted', 'at', '1 month', premake => 1);
SELECT relation, control, "interval", premake, parent, guard, boundary FROM pgscale.adoptions;
SELECT action, outcome, message FROM pgscale.runs WHERE parent = 'adopt_table.halted' OR parent = 'halted' ORDER BY id;
-- at the cut-over, when all is prepared
DELETE FROM stops;
INSERT INTO stops VALUES ('ALTER INDEX');
CALL pgscale.adopt_table('halted', 'at', '1 month', premake => 1);
SELECT relation, parent, guard, boundary, guard_until FROM pgscale.adoptions;
INSERT INTO halted VALUES (4, '2027-01-01');
SELECT regexp_replace(part, '_key_\d+ ', '_key_N ') FROM shape_of('halted') WHERE part NOT LIKE 'sequence%' EXCEPT SELECT * FROM before ORDER BY 1;
-- other settings are another adoption
CALL pgscale.adopt_table('halted', 'at', '1 week', premake => 1);
CALL pgscale.adopt_table('halted', 'at', '1 month', premake => 1, boundary => '2027-02-01');
SELECT severity, subject, object FROM pgscale.adopt_report('halted', 'at', '1 month', premake => 1) WHERE subject IN ('primary key', 'boundary', 'partition', 'table');
-- a table that has changed since is prepared anew
ALTER TABLE halted ADD COLUMN extra text DEFAULT 'x';
ALTER TABLE halted DROP COLUMN extra;
ALTER TABLE halted ADD COLUMN more text;
CALL pgscale.adopt_table('halted', 'at', '1 month', premake => 1);
SELECT action, reason, outcome FROM pgscale.runs WHERE parent = 'adopt_table.halted' OR parent = 'halted' ORDER BY id;
-- back to where it was
CALL pgscale.adopt_abort('halted');
ALTER TABLE halted DROP COLUMN more;
SELECT * FROM shape_of('halted') WHERE part NOT LIKE 'sequence%' EXCEPT SELECT * FROM before;
SELECT * FROM before WHERE part NOT LIKE 'sequence%' EXCEPT SELECT * FROM shape_of('halted');
SELECT count(*) FROM pgscale.adoptions;
SELECT relname FROM pg_class WHERE relnamespace = 'adopt_table'::regnamespace AND relname ~ '^(halted|pgscale)' ORDER BY 1;
SELECT tgname IS NOT NULL FROM pg_trigger WHERE tgrelid = 'customers'::regclass AND tgconstrrelid <> 'halted'::regclass AND tgconstrrelid <> 0;
INSERT INTO halted VALUES (4, '2027-01-01');
DELETE FROM halted WHERE id = 4;
CALL pgscale.adopt_abort('halted');
-- and forth again
DELETE FROM stops;
DROP EVENT TRIGGER regress_adopt_stop;
CALL pgscale.adopt_table('halted', 'at', '1 month', premake => 1);
CALL pgscale.adopt_abort('halted');
CALL pgscale.adopt_table('halted', 'at', '1 month', premake => 1);
SELECT partition, upper FROM pgscale.partitions WHERE root = 'halted'::regclass;

-- rows that only the validation finds
CREATE TABLE hidden (at date, n int);
ALTER TABLE hidden OWNER TO regress_adopt_app;
INSERT INTO hidden VALUES ('2026-11-01', 1), ('2028-11-01', 2);
ALTER TABLE hidden ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CALL pgscale.adopt_table('hidden', 'at', '1 month');
CALL pgscale.adopt_abort('hidden');

-- a guard that is left alone goes before it refuses rows
CREATE TABLE guarded (at date NOT NULL);
CREATE TABLE numbered (n int PRIMARY KEY);
INSERT INTO numbered VALUES (500);
INSERT INTO stops VALUES ('ALTER INDEX'), ('DROP TRIGGER');
CREATE TRIGGER t AFTER INSERT ON guarded FOR EACH ROW EXECUTE FUNCTION note();
CREATE EVENT TRIGGER regress_adopt_stop ON ddl_command_start EXECUTE FUNCTION stop();
CALL pgscale.adopt_table('guarded', 'at', '1 month', premake => 1);
CALL pgscale.adopt_table('numbered', 'n', '1000', premake => 1);
SELECT relation, guard, boundary, guard_until FROM pgscale.adoptions;
SET pgscale.clock = '2026-12-08';
INSERT INTO numbered VALUES (1499);
CALL pgscale.run_maintenance();
SELECT relation, guard FROM pgscale.adoptions;
SET pgscale.clock = '2026-12-09';
INSERT INTO numbered VALUES (1500);
CALL pgscale.run_maintenance();
SELECT relation, parent, guard, boundary, guard_until FROM pgscale.adoptions;
INSERT INTO guarded VALUES ('2027-01-01');
INSERT INTO numbered VALUES (7777);
SELECT action, reason, outcome FROM pgscale.runs WHERE action = 'unguard' ORDER BY id;
-- the adoption goes on with another boundary
DELETE FROM stops;
CALL pgscale.adopt_table('guarded', 'at', '1 month', premake => 1);
CALL pgscale.adopt_table('numbered', 'n', '1000', premake => 1);
SELECT partition, lower, upper FROM pgscale.partitions WHERE root IN ('guarded'::regclass, 'numbered'::regclass);
DROP EVENT TRIGGER regress_adopt_stop;
SET pgscale.clock = '2026-11-15 12:00:00+00';

-- what has come since the preparation is taken along, and a new name, too
CREATE TABLE late (id int PRIMARY KEY, at date NOT NULL);
CREATE EVENT TRIGGER regress_adopt_stop ON ddl_command_start EXECUTE FUNCTION stop();
INSERT INTO stops VALUES ('ALTER INDEX');
CALL pgscale.adopt_table('late', 'at', '1 month', premake => 1);
CREATE VIEW late_view AS SELECT count(*) FROM late;
CREATE TRIGGER late_trigger AFTER INSERT ON late FOR EACH ROW EXECUTE FUNCTION note();
GRANT SELECT ON late TO regress_adopt_reader;
CALL pgscale.adopt_table('late', 'at', '1 month', premake => 1);
ALTER TABLE late RENAME TO later;
CALL pgscale.adopt_table('later', 'at', '1 month', premake => 1);
SELECT relation, parent FROM pgscale.adoptions;
SELECT relname FROM pg_class WHERE relnamespace = 'adopt_table'::regnamespace AND relname LIKE 'late%' ORDER BY 1;
DELETE FROM stops;
CALL pgscale.adopt_table('later', 'at', '1 month', premake => 1);
DELETE FROM log;
INSERT INTO later VALUES (1, '2026-01-05'), (2, '2027-01-05');
TABLE late_view;
SELECT * FROM log ORDER BY line;
SELECT * FROM shape_of('later');
SELECT relname FROM pg_class WHERE relnamespace = 'adopt_table'::regnamespace AND relname ~ '^(late|pgscale)' ORDER BY 1;
DROP EVENT TRIGGER regress_adopt_stop;

-- a table that is dropped takes its adoption along
CREATE EVENT TRIGGER regress_adopt_stop ON ddl_command_start EXECUTE FUNCTION stop();
INSERT INTO stops VALUES ('ALTER INDEX');
CREATE TABLE dropped (id int PRIMARY KEY, at date NOT NULL);
CALL pgscale.adopt_table('dropped', 'at', '1 month', premake => 1);
DROP TABLE dropped_pmin;
SELECT relation, parent FROM pgscale.adoptions;
CALL pgscale.adopt_table('dropped', 'at', '1 month', premake => 1);
INSERT INTO dropped_pmin VALUES (1, '2027-01-02');
CALL pgscale.adopt_abort('dropped');
DROP TABLE dropped;
SELECT count(*) FROM pgscale.adoptions;
DROP TABLE dropped_pmin;
DROP EVENT TRIGGER regress_adopt_stop;

-- who may, and where
CREATE TABLE mine (at date NOT NULL);
SET ROLE regress_adopt_reader;
CALL pgscale.adopt_table('mine', 'at', '1 month');
CALL pgscale.adopt_abort('mine');
SELECT count(*) FROM pgscale.adoptions;
SELECT count(*) FROM pgscale.adoption;
RESET ROLE;
BEGIN;
CALL pgscale.adopt_table('mine', 'at', '1 month');
ROLLBACK;
BEGIN;
CALL pgscale.adopt_abort('mine');
ROLLBACK;
CREATE FUNCTION in_function() RETURNS void LANGUAGE plpgsql AS $$ BEGIN CALL pgscale.adopt_table('adopt_table.mine', 'at', '1 month'); END $$;
SELECT in_function();
CREATE VIEW not_mine AS SELECT FROM ONLY mine;
CALL pgscale.adopt_table('mine', 'at', '1 month');
CALL pgscale.adopt_table('not_mine', 'at', '1 month');
CALL pgscale.adopt_table(NULL, 'at', '1 month');
CALL pgscale.adopt_abort(NULL);
SELECT count(*) FROM pgscale.adoptions;
-- CALL in a DO block at top level may commit
DROP VIEW not_mine;
DO $$ BEGIN CALL pgscale.adopt_table('adopt_table.mine', 'at', '1 month'); END $$;
SELECT count(*) FROM pgscale.partitions WHERE root = 'mine'::regclass;

DROP SCHEMA adopt_table CASCADE;
DROP ROLE regress_adopt_app, regress_adopt_reader;
