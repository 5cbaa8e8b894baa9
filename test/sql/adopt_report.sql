-- What stands in the way of an adoption, and what will be different after it.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS pgscale;
DROP ROLE IF EXISTS regress_adopt_owner, regress_adopt_other;
CREATE ROLE regress_adopt_owner NOLOGIN;
CREATE ROLE regress_adopt_other;
RESET client_min_messages;
CREATE SCHEMA adopt_report;
GRANT ALL ON SCHEMA adopt_report TO regress_adopt_owner, regress_adopt_other;
SET search_path = adopt_report;
SET TimeZone = 'UTC';
SET DateStyle = 'ISO';
SET pgscale.clock = '2026-11-15 12:00:00+00';
-- as somebody would read it who knows the usual rows by now
CREATE FUNCTION report(what regclass, control name DEFAULT 'at', width text DEFAULT '1 month')
RETURNS TABLE (severity text, subject text, object text, finding text, treatment text) LANGUAGE sql AS $$
  SELECT severity, subject, object, finding, treatment FROM pgscale.adopt_report(what, control, width)
   WHERE subject NOT IN ('table', 'referenced by', 'dependants', 'boundary', 'partition', 'statements', 'key') AND severity <> 'ok'
      OR severity IN ('blocker', 'change')
$$;

-- a bare table
CREATE TABLE bare (id bigint, at timestamptz NOT NULL);
\x
SELECT * FROM pgscale.adopt_report('bare', 'at', '1 month');
\x
-- the report changes nothing
SELECT count(*) FROM pgscale.adoptions;
SELECT relname FROM pg_class WHERE relnamespace = 'adopt_report'::regnamespace ORDER BY 1;

\pset format unaligned
-- the key
CREATE TABLE nullable (at timestamptz);
INSERT INTO nullable VALUES ('2026-11-01'), (NULL), (NULL);
SELECT * FROM report('nullable');
DELETE FROM nullable WHERE at IS NULL;
SELECT * FROM report('nullable');
CREATE TABLE generated (n int, d date GENERATED ALWAYS AS (date '2026-01-01' + n) STORED);
SELECT * FROM report('generated', 'd');

-- the boundary lies above all rows, but not in another century
CREATE TABLE ahead (at timestamptz NOT NULL);
INSERT INTO ahead VALUES ('2026-11-01'), ('2027-02-03');
SELECT severity, object, finding FROM pgscale.adopt_report('ahead', 'at', '1 month') WHERE subject IN ('boundary', 'partition');
INSERT INTO ahead VALUES ('2099-01-01');
SELECT severity, object, finding, treatment FROM pgscale.adopt_report('ahead', 'at', '1 month') WHERE subject = 'boundary';
SELECT severity, object, finding FROM pgscale.adopt_report('ahead', 'at', '1 month', boundary => '2100-01-01') WHERE subject IN ('boundary', 'partition');
SELECT severity, object, finding, treatment FROM pgscale.adopt_report('ahead', 'at', '1 month', boundary => '2098-01-01') WHERE subject = 'boundary';
INSERT INTO ahead VALUES ('infinity');
SELECT severity, object, finding, treatment FROM pgscale.adopt_report('ahead', 'at', '1 month') WHERE subject = 'boundary';
-- no bound can lie below -infinity, and none has to
CREATE TABLE behind (at date NOT NULL);
INSERT INTO behind VALUES ('-infinity');
SELECT severity, object, finding FROM pgscale.adopt_report('behind', 'at', '1 year', start_at => '2026-07-01') WHERE subject = 'boundary';
CREATE TABLE numbers (n numeric NOT NULL);
INSERT INTO numbers VALUES (1234.5);
SELECT severity, object, finding FROM pgscale.adopt_report('numbers', 'n', '1000') WHERE subject IN ('boundary', 'partition');
INSERT INTO numbers VALUES ('NaN');
SELECT severity, object, finding FROM pgscale.adopt_report('numbers', 'n', '1000') WHERE subject = 'boundary';

-- keys and indexes
CREATE TABLE keyed (id int PRIMARY KEY, at date NOT NULL, ref text UNIQUE, code text, during int4range);
CREATE UNIQUE INDEX keyed_code ON keyed (lower(code));
CREATE INDEX keyed_at ON keyed (at);
ALTER TABLE keyed ADD EXCLUDE USING gist (during WITH &&);
SELECT * FROM report('keyed');
-- an index that is there already is used
CREATE UNIQUE INDEX keyed_id_at ON keyed (id, at);
SELECT treatment FROM report('keyed') WHERE subject = 'primary key';
CREATE TABLE well_keyed (id int, at date NOT NULL, n int, PRIMARY KEY (at, id), UNIQUE (at, n));
CREATE INDEX ON well_keyed (n);
SELECT severity, subject, object, finding FROM pgscale.adopt_report('well_keyed', 'at', '1 month') WHERE subject IN ('primary key', 'index');
CREATE UNIQUE INDEX well_keyed_twin ON well_keyed (at, id);
SELECT * FROM report('well_keyed');
CREATE TABLE deferred (id int PRIMARY KEY DEFERRABLE, at date NOT NULL);
SELECT * FROM report('deferred');
CREATE TABLE half_indexed (at date NOT NULL, n int);
INSERT INTO half_indexed VALUES ('2026-01-01', 1), ('2026-01-01', 1);
CREATE UNIQUE INDEX CONCURRENTLY half_indexed_key ON half_indexed (at, n);
SELECT * FROM report('half_indexed');

-- constraints and foreign keys
CREATE TABLE customers (id int PRIMARY KEY);
CREATE TABLE constrained (id int, at date NOT NULL, n int, customer int REFERENCES customers, buyer int, PRIMARY KEY (id, at));
ALTER TABLE constrained ADD CHECK (n > 0) NOT VALID;
ALTER TABLE constrained ADD CHECK (n < 9) NO INHERIT;
ALTER TABLE constrained ADD FOREIGN KEY (buyer) REFERENCES customers NOT VALID;
CREATE UNIQUE INDEX constrained_id ON constrained (id);
CREATE TABLE items (id int REFERENCES constrained (id), of int, at date, FOREIGN KEY (of, at) REFERENCES constrained);
SELECT * FROM report('constrained');
ALTER TABLE bare ADD CONSTRAINT pgscale_guard CHECK (id > 0);
SELECT * FROM report('bare');
ALTER TABLE bare DROP CONSTRAINT pgscale_guard;

-- triggers
CREATE TABLE triggered (at date NOT NULL, "made at" date, n int);
CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW."made at" := now(); IF NEW.at = OLD.at THEN NEW.n = 1; END IF; INSERT INTO bare SELECT 1, NEW.at; RETURN NEW; END $$;
CREATE FUNCTION assign() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.at := coalesce(NEW.at, now()); RETURN NEW; END $$;
CREATE FUNCTION assign_otherwise() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF NEW.at IS NULL THEN new . "at" = now(); END IF; RETURN NEW; END $$;
CREATE FUNCTION assign_into() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN SELECT 1, now() INTO NEW.n, NEW.at; RETURN NEW; END $$;
CREATE TRIGGER a_touch BEFORE INSERT ON triggered FOR EACH ROW EXECUTE FUNCTION touch();
CREATE TRIGGER b_assign BEFORE INSERT ON triggered FOR EACH ROW EXECUTE FUNCTION assign();
CREATE TRIGGER c_assign BEFORE UPDATE ON triggered FOR EACH ROW EXECUTE FUNCTION assign_otherwise();
CREATE TRIGGER d_assign BEFORE INSERT ON triggered FOR EACH ROW EXECUTE FUNCTION assign_into();
CREATE TRIGGER e_after AFTER INSERT ON triggered FOR EACH ROW EXECUTE FUNCTION assign();
CREATE TRIGGER f_rows AFTER INSERT ON triggered REFERENCING NEW TABLE AS new_rows FOR EACH ROW EXECUTE FUNCTION touch();
CREATE TRIGGER g_rows AFTER INSERT ON triggered REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION touch();
CREATE FUNCTION secret() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
REVOKE EXECUTE ON FUNCTION secret FROM PUBLIC;
CREATE TRIGGER i_denied AFTER UPDATE ON triggered FOR EACH ROW EXECUTE FUNCTION secret();
ALTER TABLE triggered OWNER TO regress_adopt_owner;
CREATE TRIGGER h_c BEFORE UPDATE ON triggered FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger();
SELECT * FROM report('triggered');
-- of the two columns the other
SELECT object, severity FROM report('triggered', 'made at') WHERE object IN ('a_touch', 'b_assign');

-- whatever depends on the table by its OID would go on to read the old rows alone
CREATE TABLE watched (id int, at date NOT NULL, n int, PRIMARY KEY (id, at));
ALTER TABLE watched OWNER TO regress_adopt_owner;
CREATE VIEW by_others AS SELECT id FROM watched;
CREATE TEMP VIEW passing_view AS SELECT id FROM watched;
SET ROLE regress_adopt_owner;
CREATE VIEW plain AS SELECT id, at FROM watched;
CREATE VIEW of_a_view AS SELECT * FROM plain;
CREATE VIEW says_only AS SELECT id FROM ONLY watched;
CREATE VIEW by_type AS SELECT watched FROM watched;
CREATE VIEW by_key AS SELECT id, at, n FROM watched GROUP BY id, at;
CREATE MATERIALIZED VIEW kept AS SELECT count(*) FROM watched;
CREATE FUNCTION counted() RETURNS bigint LANGUAGE sql BEGIN ATOMIC SELECT count(*) FROM watched; END;
CREATE FUNCTION of_type(w watched) RETURNS int LANGUAGE sql AS 'SELECT (w).id';
CREATE FUNCTION by_name() RETURNS bigint LANGUAGE sql AS 'SELECT count(*) FROM watched';
CREATE TABLE holder (w watched[], name regclass DEFAULT 'watched'::regclass);
CREATE TABLE other (id int);
CREATE RULE into_watched AS ON INSERT TO other DO ALSO INSERT INTO watched VALUES (NEW.id, '2026-01-01');
CREATE RULE own_rule AS ON DELETE TO watched DO ALSO SELECT 1;
CREATE POLICY looks ON other USING (EXISTS (SELECT FROM watched WHERE id = other.id));
RESET ROLE;
SELECT severity, subject, regexp_replace(object, 'pg_temp_\d+', 'pg_temp'), finding, treatment FROM report('watched');
SET client_min_messages = warning;
DROP TABLE watched CASCADE;
RESET client_min_messages;

-- sequences
CREATE SEQUENCE elsewhere_seq;
CREATE TABLE counted_rows (id int GENERATED ALWAYS AS IDENTITY, s serial, e int DEFAULT nextval('elsewhere_seq'), at date NOT NULL);
SELECT * FROM report('counted_rows');
CREATE TABLE user_of_sequence (n int DEFAULT nextval('counted_rows_id_seq'), m int DEFAULT nextval('counted_rows_s_seq'));
CREATE SCHEMA adopt_report_2;
ALTER SEQUENCE counted_rows_s_seq OWNED BY NONE;
ALTER SEQUENCE counted_rows_s_seq SET SCHEMA adopt_report_2;
ALTER TABLE counted_rows OWNER TO regress_adopt_owner;
ALTER SEQUENCE elsewhere_seq OWNED BY NONE;
SELECT * FROM report('counted_rows');

-- replication
CREATE TABLE published (id int PRIMARY KEY, at date NOT NULL, n int);
SET client_min_messages = error;
CREATE PUBLICATION regress_adopt_rooted FOR TABLE published WHERE (id > 0) WITH (publish_via_partition_root = true);
CREATE PUBLICATION regress_adopt_leafy FOR TABLE published;
CREATE PUBLICATION regress_adopt_columns FOR TABLE published (id, at);
CREATE PUBLICATION regress_adopt_schema FOR TABLES IN SCHEMA adopt_report WITH (publish_via_partition_root = true);
RESET client_min_messages;
ALTER TABLE published REPLICA IDENTITY FULL;
SELECT * FROM report('published');
DROP PUBLICATION regress_adopt_rooted, regress_adopt_leafy, regress_adopt_columns, regress_adopt_schema;

-- what cannot be a partition at all
CREATE UNLOGGED TABLE unlogged (at date NOT NULL);
SELECT * FROM report('unlogged');
CREATE TABLE inherited (LIKE bare) INHERITS (bare);
SELECT * FROM report('bare');
SELECT * FROM report('inherited');
CREATE TYPE shape AS (at date);
CREATE TABLE typed OF shape;
SELECT * FROM report('typed');
CREATE TABLE parted (at date) PARTITION BY RANGE (at);
CREATE TABLE part PARTITION OF parted FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
SELECT severity, subject, object, finding FROM report('part');
CREATE TEMP TABLE passing (at date NOT NULL);
SELECT severity, subject, finding FROM report('passing');
CREATE TABLE named (at date NOT NULL);
CREATE TYPE named_pmin AS ENUM ('a');
CREATE TABLE named_p2027_02 (k int);
SELECT * FROM report('named');
CREATE TABLE poor (at date NOT NULL);
ALTER TABLE poor OWNER TO regress_adopt_owner;
REVOKE ALL ON SCHEMA adopt_report FROM regress_adopt_owner;
SELECT * FROM report('poor');
GRANT ALL ON SCHEMA adopt_report TO regress_adopt_owner;

-- what is carried over, and what is not
CREATE TABLE furnished (at date NOT NULL, n int, t text) WITH (fillfactor = 70, toast.autovacuum_enabled = off);
ALTER TABLE furnished ALTER n SET STATISTICS 500, ALTER n SET (n_distinct = 10);
COMMENT ON TABLE furnished IS 'with all comforts';
GRANT SELECT ON furnished TO regress_adopt_other;
GRANT UPDATE (n) ON furnished TO regress_adopt_other;
ALTER TABLE furnished ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON furnished TO regress_adopt_other USING (n > 0);
SELECT * FROM report('furnished');
-- an owner who does not see all rows
CREATE TABLE veiled (id int NOT NULL, at timestamptz NOT NULL);
ALTER TABLE veiled OWNER TO regress_adopt_owner;
ALTER TABLE veiled ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
SELECT severity, subject, object, finding, treatment FROM pgscale.adopt_report('veiled', 'at', '1 month') WHERE subject IN ('key', 'boundary', 'policy');
SELECT severity, subject, object, finding, treatment FROM pgscale.adopt_report('veiled', 'id', '1000') WHERE subject = 'boundary';

-- errors
-- runs a statement that must fail and shows what the client would see
CREATE FUNCTION sqlstate_of(statement text) RETURNS TABLE (code text, message text, detail text, hint text)
LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE statement;
  message := 'NO ERROR';
  RETURN NEXT;
EXCEPTION WHEN OTHERS THEN
  GET STACKED DIAGNOSTICS code = RETURNED_SQLSTATE, message = MESSAGE_TEXT,
                          detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
  RETURN NEXT;
END $$;
SELECT * FROM sqlstate_of($$ SELECT pgscale.adopt_report(NULL, 'at', '1 month') $$);
SELECT * FROM sqlstate_of($$ SELECT pgscale.adopt_report('bare', NULL, '1 month') $$);
SELECT * FROM sqlstate_of($$ SELECT pgscale.adopt_report('bare', 'at', NULL) $$);
SELECT * FROM sqlstate_of($$ SELECT pgscale.adopt_report('bare', 'at', '1 month', premake => NULL) $$);
SELECT * FROM sqlstate_of($$ SELECT pgscale.adopt_report('bare', 'nope', '1 month') $$);
SELECT * FROM sqlstate_of($$ SELECT pgscale.adopt_report('bare', 'ctid', '1 month') $$);
SELECT * FROM sqlstate_of($$ SELECT pgscale.adopt_report('keyed', 'code', '1 month') $$);
SELECT * FROM sqlstate_of($$ SELECT pgscale.adopt_report('bare', 'at', '0 days') $$);
SELECT * FROM sqlstate_of($$ SELECT pgscale.adopt_report('bare', 'id', '1 month') $$);
SELECT * FROM sqlstate_of($$ SELECT pgscale.adopt_report('bare', 'at', '1 month', retention => '1 day') $$);
SELECT * FROM sqlstate_of($$ SELECT pgscale.adopt_report('bare', 'at', '1 month', timezone => 'Atlantis') $$);
SELECT * FROM sqlstate_of($$ SELECT pgscale.adopt_report('bare', 'at', '1 month', naming => 'x') $$);
SELECT * FROM sqlstate_of($$ SELECT pgscale.adopt_report('bare', 'at', '1 month', boundary => 'infinity') $$);
SELECT * FROM sqlstate_of($$ SELECT pgscale.adopt_report('bare', 'at', '1 month', boundary => 'soon') $$);
SELECT * FROM sqlstate_of($$ SELECT pgscale.adopt_report('parted', 'at', '1 month') $$);
SELECT * FROM sqlstate_of($$ SELECT pgscale.adopt_report('elsewhere_seq', 'last_value', '1000') $$);
SELECT * FROM sqlstate_of($$ SELECT pgscale.adopt_report('pg_class', 'oid', '1000') $$);
SELECT * FROM sqlstate_of($$ SELECT pgscale.adopt_report(0::regclass, 'at', '1 month') $$);
SET ROLE regress_adopt_other;
SELECT pgscale.adopt_report('bare', 'at', '1 month');
RESET ROLE;

SET client_min_messages = warning;
DROP SCHEMA adopt_report, adopt_report_2 CASCADE;
DROP ROLE regress_adopt_owner, regress_adopt_other;
