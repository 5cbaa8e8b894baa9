-- How much is left of a sequence, by the narrower one of itself and its column.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS pgscale;
DROP ROLE IF EXISTS regress_sequences_plain, regress_sequences_reader, regress_sequences_monitor;
RESET client_min_messages;
CREATE ROLE regress_sequences_plain;
CREATE ROLE regress_sequences_reader IN ROLE pg_read_all_data;
CREATE ROLE regress_sequences_monitor IN ROLE pg_monitor;
CREATE SCHEMA sequences;
GRANT USAGE ON SCHEMA sequences TO PUBLIC;
SET search_path = sequences;

SELECT attname, format_type(atttypid, atttypmod) FROM pg_attribute
 WHERE attrelid = 'pgscale.sequences'::regclass AND attnum > 0 ORDER BY attnum;
CREATE VIEW seen AS
SELECT sequence, "table", "column", column_type, last_value, increment, last_usable, used_pct, remaining, cycle, status, note
  FROM pgscale.sequences s JOIN pg_class c ON c.oid = s.sequence WHERE c.relnamespace = 'sequences'::regnamespace ORDER BY c.relname;

CREATE TABLE t (plain serial, identity bigint GENERATED ALWAYS AS IDENTITY, small smallserial);
-- a sequence of bigint does not help a column of int
CREATE SEQUENCE wide;
CREATE TABLE narrow (k int DEFAULT nextval('wide'));
CREATE SEQUENCE beyond;
CREATE TABLE beyond_end (k smallint DEFAULT nextval('beyond'));
SELECT setval('beyond', 40000), setval('wide', 1932735283);
-- of several columns the narrowest counts
CREATE SEQUENCE shared;
CREATE TABLE shared_wide (k bigint DEFAULT nextval('shared'));
CREATE TABLE shared_narrow (k smallint DEFAULT nextval('shared'));
SELECT setval('shared', 16384);
-- domains, and numeric of few digits
CREATE DOMAIN small_number AS smallint;
CREATE DOMAIN smaller_number AS small_number CHECK (VALUE < 30000);
CREATE SEQUENCE of_domain;
CREATE TABLE domains (k smaller_number DEFAULT nextval('of_domain'));
SELECT setval('of_domain', 32767);
CREATE SEQUENCE of_numeric;
CREATE TABLE numerics (k numeric(5, 2) DEFAULT nextval('of_numeric'));
SELECT setval('of_numeric', 500);
CREATE SEQUENCE of_any_numeric;
CREATE TABLE any_numerics (k numeric DEFAULT nextval('of_any_numeric'), n text DEFAULT nextval('of_any_numeric'));
-- down, in steps, not from 1, round and round
CREATE SEQUENCE down INCREMENT -2 MAXVALUE 100 MINVALUE 1 START 100;
SELECT nextval('down'), nextval('down');
CREATE SEQUENCE down_small INCREMENT -1 MINVALUE -40000 MAXVALUE -1;
CREATE TABLE down_table (k smallint DEFAULT nextval('down_small'));
SELECT setval('down_small', -32768);
CREATE SEQUENCE down_beyond INCREMENT -1 MINVALUE -40000;
ALTER TABLE down_table ADD m smallint DEFAULT nextval('down_beyond');
SELECT setval('down_beyond', -32769);
CREATE SEQUENCE steps INCREMENT 10 MAXVALUE 95;
CREATE SEQUENCE later MINVALUE 1001 MAXVALUE 2000 START 1501;
CREATE SEQUENCE round MAXVALUE 4 CYCLE;
SELECT nextval('steps'), nextval('round'), nextval('round'), nextval('round');
CREATE SEQUENCE full_range MINVALUE -9223372036854775808 MAXVALUE 9223372036854775807 START -9223372036854775808;
CREATE UNLOGGED SEQUENCE unlogged;
CREATE TEMP SEQUENCE temporary_sequence;
SELECT * FROM seen;
SELECT last_value, status FROM pgscale.sequences WHERE sequence = 'temporary_sequence'::regclass;

-- the last one
SELECT nextval('round');
SELECT setval('steps', 91);
SELECT sequence, last_value, used_pct, remaining FROM seen WHERE sequence IN ('round'::regclass, 'steps'::regclass);
-- a sequence that never gave out a value has all of them, its column or not
SELECT sequence, last_value, used_pct, remaining FROM seen WHERE sequence = 'later'::regclass;
ALTER SEQUENCE later OWNED BY t.small;
SELECT sequence, "table", "column", column_type, last_usable FROM seen WHERE sequence = 'later'::regclass;
DROP TABLE narrow;
SELECT sequence, "table", "column", last_usable, used_pct FROM seen WHERE sequence = 'wide'::regclass;

-- who may not read a sequence does not know how full it is, pg_monitor neither
GRANT SELECT ON seen TO PUBLIC;
GRANT USAGE ON SEQUENCE down TO regress_sequences_plain;
SET ROLE regress_sequences_plain;
SELECT sequence, last_value, last_usable, used_pct, remaining, status, note FROM pgscale.sequences WHERE sequence IN ('down'::regclass, 'steps'::regclass) ORDER BY 1;
SELECT * FROM pgscale.sequence_state('steps'::regclass);
SELECT * FROM pgscale.sequence_state('down'::regclass);
SET ROLE regress_sequences_monitor;
SELECT sequence, last_value, used_pct, status FROM pgscale.sequences WHERE sequence = 'steps'::regclass;
SET ROLE regress_sequences_reader;
SELECT sequence, last_value, used_pct, status FROM pgscale.sequences WHERE sequence = 'steps'::regclass;
RESET ROLE;

SELECT * FROM pgscale.sequence_state('t'::regclass);
SELECT * FROM pgscale.sequence_state(1);
SELECT * FROM pgscale.sequence_state(NULL);

SET client_min_messages = warning;
DROP SCHEMA sequences CASCADE;
DROP ROLE regress_sequences_plain, regress_sequences_reader, regress_sequences_monitor;
