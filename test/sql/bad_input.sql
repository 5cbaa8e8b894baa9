-- Bad input: an error in the style of PostgreSQL with its SQLSTATE, and nothing has changed.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS pgscale;
RESET client_min_messages;
CREATE SCHEMA bad_input;
SET search_path = bad_input;
SET TimeZone = 'UTC';
SET DateStyle = 'ISO';
SET pgscale.clock = '2026-11-15 12:00:00+00';

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
CREATE VIEW left_over AS
SELECT (SELECT count(*) FROM pgscale.policy p JOIN pg_class c ON c.oid = p.parent
         WHERE c.relnamespace = 'bad_input'::regnamespace) AS policies,
       (SELECT count(*) FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhparent AND c.relkind = 'p'
         WHERE c.relnamespace = 'bad_input'::regnamespace) AS partitions;
\x
CREATE TABLE t (id bigint, at timestamptz, d date, region text) PARTITION BY RANGE (at);
CREATE TABLE td (d date) PARTITION BY RANGE (d);
CREATE TABLE tn (n numeric) PARTITION BY RANGE (n);
CREATE TABLE ti (i integer) PARTITION BY RANGE (i);
CREATE TABLE ts (s smallint) PARTITION BY RANGE (s);
CREATE TABLE tl (region text) PARTITION BY LIST (region);
CREATE TABLE tli (k int) PARTITION BY LIST (k);
CREATE TABLE th (k int) PARTITION BY HASH (k);

-- columns and methods
SELECT * FROM sqlstate_of($$ SELECT pgscale.create_parent('t', 'nope', '1 month') $$);
SELECT * FROM sqlstate_of($$ SELECT pgscale.create_parent('t', 'id', '1 month') $$);
SELECT * FROM sqlstate_of($$ SELECT pgscale.create_parent('t', '', '1 month') $$);
SELECT * FROM sqlstate_of($$ SELECT pgscale.create_parent('t', 'at; DROP TABLE t', '1 month') $$);
SELECT * FROM sqlstate_of($$ SELECT pgscale.create_parent('t', 'at', '1 month', method => 'list') $$);
SELECT * FROM sqlstate_of($$ SELECT pgscale.create_parent('t', 'at', '1 month', method => 'RANGE') $$);
SELECT * FROM sqlstate_of($$ SELECT pgscale.create_parent('t', 'at', '1 month', method => '') $$);

-- intervals
SELECT * FROM sqlstate_of($$ SELECT pgscale.create_parent('t', 'at') $$);
SELECT * FROM sqlstate_of($$ SELECT pgscale.create_parent('ti', 'i') $$);
SELECT * FROM sqlstate_of($$ SELECT pgscale.create_parent('t', 'at', 'often') $$);
SELECT * FROM sqlstate_of($$ SELECT pgscale.create_parent('t', 'at', '') $$);
-- PostgreSQL would take it for seconds
SELECT * FROM sqlstate_of($$ SELECT pgscale.create_parent('t', 'at', '1000') $$);
SELECT * FROM sqlstate_of($$ SELECT pgscale.create_parent('t', 'at', '0 days') $$);
SELECT * FROM sqlstate_of($$ SELECT pgscale.create_parent('t', 'at', '-1 month') $$);
SELECT * FROM sqlstate_of($$ SELECT pgscale.create_parent('t', 'at', '1 month -1 day') $$);
SELECT * FROM sqlstate_of($$ SELECT pgscale.create_parent('t', 'at', '1 millisecond') $$);
SELECT * FROM sqlstate_of($$ SELECT pgscale.create_parent('t', 'at', '999999999999 years') $$);
SELECT * FROM sqlstate_of($$ SELECT pgscale.create_parent('td', 'd', '1 hour') $$);
SELECT * FROM sqlstate_of($$ SELECT pgscale.create_parent('td', 'd', '24 hours') $$);
SELECT * FROM sqlstate_of($$ SELECT pgscale.create_parent('td', 'd', '1000') $$);
SELECT * FROM sqlstate_of($$ SELECT pgscale.create_parent('ti', 'i', '1 month') $$);
SELECT * FROM sqlstate_of($$ SELECT pgscale.create_parent('ti', 'i', '0') $$);
SELECT * FROM sqlstate_of($$ SELECT pgscale.create_parent('ti', 'i', '-5') $$);
SELECT * FROM sqlstate_of($$ SELECT pgscale.create_parent('ti', 'i', '1.5') $$);
SELECT * FROM sqlstate_of($$ SELECT pgscale.create_parent('ts', 's', '40000') $$);
SELECT * FROM sqlstate_of($$ SELECT pgscale.create_parent('tn', 'n', 'NaN') $$);
SELECT * FROM sqlstate_of($$ SELECT pgscale.create_parent('tn', 'n', 'Infinity') $$);
SELECT * FROM sqlstate_of($$ SELECT pgscale.create_parent('tn', 'n', '0.00000000001') $$);

-- premake, start_at, retention, retire, time zone
SELECT * FROM sqlstate_of($$ SELECT pgscale.create_parent('t', 'at', '1 month', premake => -1) $$);
SELECT * FROM sqlstate_of($$ SELECT pgscale.create_parent('t', 'at', '1 month', premake => 1000000) $$);
SELECT * FROM sqlstate_of($$ SELECT pgscale.create_parent('t', 'at', '1 month', start_at => 'yesterday-ish') $$);
SELECT * FROM sqlstate_of($$ SELECT pgscale.create_parent('t', 'at', '1 month', start_at => 'infinity') $$);
SELECT * FROM sqlstate_of($$ SELECT pgscale.create_parent('ti', 'i', '10', start_at => '2026-01-01') $$);
SELECT * FROM sqlstate_of($$ SELECT pgscale.create_parent('t', 'at', '1 month', retention => '1 day') $$);
SELECT * FROM sqlstate_of($$ SELECT pgscale.create_parent('t', 'at', '1 month', retention => '-1 year') $$);
SELECT * FROM sqlstate_of($$ SELECT pgscale.create_parent('t', 'at', '1 month', retention => '0') $$);
SELECT * FROM sqlstate_of($$ SELECT pgscale.create_parent('t', 'at', '1 month', retention => 'long') $$);
SELECT * FROM sqlstate_of($$ SELECT pgscale.create_parent('ti', 'i', '10', retention => '9') $$);
SELECT * FROM sqlstate_of($$ SELECT pgscale.create_parent('t', 'at', '1 month', retire => 'delete') $$);
SELECT * FROM sqlstate_of($$ SELECT pgscale.create_parent('t', 'at', '1 month', retire => '') $$);
SELECT * FROM sqlstate_of($$ SELECT pgscale.create_parent('t', 'at', '1 month', timezone => 'Mars/Olympus') $$);
SELECT * FROM sqlstate_of($$ SELECT pgscale.create_parent('t', 'at', '1 month', timezone => '') $$);
SELECT * FROM sqlstate_of($$ SELECT pgscale.create_parent('t', 'at', '1 month', timezone => '../../etc/passwd') $$);

-- NULLs
SELECT * FROM sqlstate_of($$ SELECT pgscale.create_parent(NULL, 'at', '1 month') $$);
SELECT * FROM sqlstate_of($$ SELECT pgscale.create_parent('t', 'at', '1 month', premake => NULL) $$);
SELECT * FROM sqlstate_of($$ SELECT pgscale.create_parent('t', 'at', '1 month', retire => NULL) $$);
SELECT * FROM sqlstate_of($$ SELECT pgscale.create_parent('t', 'at', '1 month', default_partition => NULL) $$);
SELECT * FROM sqlstate_of($$ SELECT pgscale.alter_parent(NULL) $$);
SELECT * FROM sqlstate_of($$ SELECT pgscale.forget_parent(NULL) $$);
SELECT * FROM sqlstate_of($$ SELECT pgscale.forget_receiver(NULL) $$);
SELECT * FROM sqlstate_of($$ SELECT pgscale.forget_receiver('nobody') $$);
SELECT * FROM sqlstate_of($$ SELECT pgscale.pause(NULL) $$);
SELECT * FROM sqlstate_of($$ SELECT pgscale.resume(NULL) $$);

-- naming
SELECT * FROM sqlstate_of($$ SELECT pgscale.create_parent('t', 'at', '1 month', naming => 'same') $$);
SELECT * FROM sqlstate_of($$ SELECT pgscale.create_parent('t', 'at', '1 month', naming => '') $$);
SELECT * FROM sqlstate_of($$ SELECT pgscale.create_parent('t', 'at', '1 month', naming => '{parent}') $$);
SELECT * FROM sqlstate_of($$ SELECT pgscale.create_parent('t', 'at', '1 month', naming => '{bound}{bound}') $$);
SELECT * FROM sqlstate_of($$ SELECT pgscale.create_parent('t', 'at', '1 month', naming => '{parent}_{bound}_{schema}') $$);
SELECT * FROM sqlstate_of($$ SELECT pgscale.create_parent('t', 'at', '1 month', naming => repeat('x', 60) || '{bound}') $$);
-- a long message ends with a whole character
SELECT code, right(message, 3) AS message FROM sqlstate_of($$ SELECT pgscale.create_parent('t', 'at', '1 month', retention => 'x' || repeat(chr(233), 400)) $$);

-- lists
SELECT * FROM sqlstate_of($$ SELECT pgscale.create_parent('tl', lists => '{"a": ["x"], "b": ["x"]}') $$);
SELECT * FROM sqlstate_of($$ SELECT pgscale.create_parent('tl', lists => '{"a": ["x", "x"]}') $$);
SELECT * FROM sqlstate_of($$ SELECT pgscale.create_parent('tl', lists => '{"a": [null], "b": [null]}') $$);
SELECT * FROM sqlstate_of($$ SELECT pgscale.create_parent('tli', lists => '{"a": ["1"], "b": [" 01 "]}') $$);
SELECT * FROM sqlstate_of($$ SELECT pgscale.create_parent('tl', lists => '[]') $$);
SELECT * FROM sqlstate_of($$ SELECT pgscale.create_parent('tl', lists => '"x"') $$);
SELECT * FROM sqlstate_of($$ SELECT pgscale.create_parent('tl', lists => 'null') $$);
SELECT * FROM sqlstate_of($$ SELECT pgscale.create_parent('tl', lists => '{"a": "x"}') $$);
SELECT * FROM sqlstate_of($$ SELECT pgscale.create_parent('tl', lists => '{"a": null}') $$);
SELECT * FROM sqlstate_of($$ SELECT pgscale.create_parent('tl', lists => '{"a": {"x": 1}}') $$);
SELECT * FROM sqlstate_of($$ SELECT pgscale.create_parent('tl', lists => '{"a": [["x"]]}') $$);
SELECT * FROM sqlstate_of($$ SELECT pgscale.create_parent('tl', lists => '{"a": [{"x": 1}]}') $$);
SELECT * FROM sqlstate_of($$ SELECT pgscale.create_parent('tl', lists => '{"a": []}') $$);
SELECT * FROM sqlstate_of($$ SELECT pgscale.create_parent('tl', lists => '{"": ["x"]}') $$);
SELECT * FROM sqlstate_of($$ SELECT pgscale.create_parent('tl', lists => '{"a": ["x"') $$);
SELECT * FROM sqlstate_of($$ SELECT pgscale.create_parent('tli', lists => '{"a": ["one"]}') $$);
SELECT * FROM sqlstate_of($$ SELECT pgscale.create_parent('tli', lists => '{"a": [99999999999]}') $$);

-- hash
SELECT * FROM sqlstate_of($$ SELECT pgscale.create_parent('th') $$);
SELECT * FROM sqlstate_of($$ SELECT pgscale.create_parent('th', partitions => 0) $$);
SELECT * FROM sqlstate_of($$ SELECT pgscale.create_parent('th', partitions => -8) $$);
SELECT * FROM sqlstate_of($$ SELECT pgscale.create_parent('th', partitions => 2000000000) $$);
SELECT * FROM sqlstate_of($$ SELECT pgscale.create_parent('th', partitions => 4, default_partition => true) $$);

-- settings of another method
SELECT * FROM sqlstate_of($$ SELECT pgscale.create_parent('t', 'at', '1 month', partitions => 4) $$);
SELECT * FROM sqlstate_of($$ SELECT pgscale.create_parent('t', 'at', '1 month', lists => '{"a": ["x"]}') $$);
SELECT * FROM sqlstate_of($$ SELECT pgscale.create_parent('tl', "interval" => '1 month') $$);
SELECT * FROM sqlstate_of($$ SELECT pgscale.create_parent('tl', retention => '1 month') $$);
SELECT * FROM sqlstate_of($$ SELECT pgscale.create_parent('th', partitions => 4, start_at => '1') $$);

-- what is no partitioned table
CREATE TABLE plain (at timestamptz);
CREATE VIEW v AS SELECT * FROM plain;
CREATE MATERIALIZED VIEW mv AS SELECT * FROM plain;
CREATE INDEX plain_idx ON plain (at);
CREATE SEQUENCE seq;
CREATE TYPE composite AS (a int);
CREATE FOREIGN DATA WRAPPER bad_input_fdw;
CREATE SERVER bad_input_server FOREIGN DATA WRAPPER bad_input_fdw;
CREATE FOREIGN TABLE ft (at timestamptz) SERVER bad_input_server;
CREATE TEMP TABLE temp (at timestamptz) PARTITION BY RANGE (at);
CREATE TABLE old_parent (at timestamptz);
CREATE TABLE old_child () INHERITS (old_parent);
SELECT * FROM sqlstate_of($$ SELECT pgscale.create_parent('plain', 'at', '1 month') $$);
SELECT * FROM sqlstate_of($$ SELECT pgscale.create_parent('v', 'at', '1 month') $$);
SELECT * FROM sqlstate_of($$ SELECT pgscale.create_parent('mv', 'at', '1 month') $$);
SELECT * FROM sqlstate_of($$ SELECT pgscale.create_parent('plain_idx', 'at', '1 month') $$);
SELECT * FROM sqlstate_of($$ SELECT pgscale.create_parent('seq', 'at', '1 month') $$);
SELECT * FROM sqlstate_of($$ SELECT pgscale.create_parent('composite', 'at', '1 month') $$);
SELECT * FROM sqlstate_of($$ SELECT pgscale.create_parent('ft', 'at', '1 month') $$);
SELECT * FROM sqlstate_of($$ SELECT pgscale.create_parent('temp', 'at', '1 month') $$);
SELECT * FROM sqlstate_of($$ SELECT pgscale.create_parent('old_parent', 'at', '1 month') $$);
SELECT * FROM sqlstate_of($$ SELECT pgscale.create_parent('missing', 'at', '1 month') $$);
SELECT * FROM sqlstate_of($$ SELECT pgscale.create_parent(0, 'at', '1 month') $$);
SELECT * FROM sqlstate_of($$ SELECT pgscale.create_parent('pg_class', 'oid', '1') $$);

-- keys that are not managed
CREATE TABLE expression (a int) PARTITION BY RANGE ((a + 1));
CREATE TABLE list_expression (a text) PARTITION BY LIST (lower(a));
CREATE TABLE text_range (a text) PARTITION BY RANGE (a);
CREATE TABLE float_range (a float8) PARTITION BY RANGE (a);
CREATE TABLE uuid_range (a uuid) PARTITION BY RANGE (a);
SELECT * FROM sqlstate_of($$ SELECT pgscale.create_parent('expression', "interval" => '1') $$);
SELECT * FROM sqlstate_of($$ SELECT pgscale.create_parent('list_expression', lists => '{"a": ["x"]}') $$);
SELECT * FROM sqlstate_of($$ SELECT pgscale.create_parent('text_range', "interval" => '1') $$);
SELECT * FROM sqlstate_of($$ SELECT pgscale.create_parent('float_range', "interval" => '1') $$);
SELECT * FROM sqlstate_of($$ SELECT pgscale.create_parent('uuid_range', "interval" => '1') $$);
CREATE TABLE fine_bound (n numeric) PARTITION BY RANGE (n);
CREATE TABLE fine_bound_x PARTITION OF fine_bound FOR VALUES FROM (0) TO (0.000000000000001);
SELECT * FROM sqlstate_of($$ SELECT pgscale.create_parent('fine_bound', 'n', '1') $$);
DROP TABLE fine_bound;

-- sets that are not managed
SELECT * FROM sqlstate_of($$ SELECT pgscale.alter_parent('t', premake => 1) $$);
SELECT * FROM sqlstate_of($$ SELECT pgscale.forget_parent('t') $$);
SELECT * FROM sqlstate_of($$ SELECT pgscale.pause('t') $$);
SELECT * FROM sqlstate_of($$ SELECT pgscale.resume('plain') $$);
SELECT * FROM sqlstate_of($$ SELECT pgscale.plan('t') $$);
SELECT * FROM sqlstate_of($$ SELECT pgscale.retire_partition('plain') $$);
SELECT * FROM sqlstate_of($$ SELECT pgscale.retire_partition('old_child') $$);
\x
CALL pgscale.run_maintenance('t');
CALL pgscale.run_maintenance('plain');
CALL pgscale.run_maintenance(0);
SELECT * FROM left_over;

-- hostile names and values are names and values
CREATE TABLE victim (k int);
INSERT INTO victim VALUES (1);
CREATE TABLE "x""; DROP TABLE victim; --" ("k'"";--" text) PARTITION BY LIST ("k'"";--");
SELECT action, partition, bounds FROM pgscale.create_parent('"x""; DROP TABLE victim; --"', 'k''";--',
  lists => $L${"a'); DROP TABLE victim; --": ["'); DROP TABLE victim; --", "\\'\""], "$q$": ["$$"]}$L$,
  default_partition => true);
INSERT INTO "x""; DROP TABLE victim; --" VALUES ('''); DROP TABLE victim; --'), (E'\\''"'), ('$$'), ('?');
SELECT tableoid::regclass, * FROM "x""; DROP TABLE victim; --" ORDER BY 2;
SELECT action FROM pgscale.alter_parent('"x""; DROP TABLE victim; --"',
  lists => $L${"a'); DROP TABLE victim; --": ["'); DROP TABLE victim; --", "\\'\""], "$q$": ["$$"], "n": ["'"]}$L$);
CALL pgscale.run_maintenance('"x""; DROP TABLE victim; --"');
SELECT action, bounds FROM pgscale.retire_partition('"x""; DROP TABLE victim; --_$q$"');
CREATE TABLE n (d date) PARTITION BY RANGE (d);
SELECT action, partition FROM pgscale.create_parent('n', 'd', '1 year', premake => 0,
  naming => '"; DROP TABLE n; {bound}');
SELECT * FROM victim;

SET client_min_messages = warning;
DROP FOREIGN DATA WRAPPER bad_input_fdw CASCADE;
DROP SCHEMA bad_input CASCADE;
