-- Plain tables whose keys are no times but begin with one.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS pgscale;
RESET client_min_messages;
CREATE SCHEMA adopt_encoded;
SET search_path = adopt_encoded;
SET TimeZone = 'UTC';
SET DateStyle = 'ISO';
SET pgscale.clock = '2026-11-15 12:00:00+00';
\pset format unaligned
\pset tuples_only on
\set VERBOSITY terse

CREATE FUNCTION uuid_at(at timestamptz, version int DEFAULT 7) RETURNS uuid LANGUAGE sql IMMUTABLE AS $$
SELECT (lpad(to_hex((extract(epoch FROM at) * 1000)::bigint), 12, '0') || to_hex(version) || 'cc398c4dc0c0c07398f')::uuid $$;

-- uuid
CREATE TABLE events (id uuid PRIMARY KEY, note text);
INSERT INTO events SELECT uuid_at(d), d FROM generate_series('2026-01-01'::timestamptz, '2026-11-15', '1 day') d;
SELECT * FROM pgscale.adopt_report('events', 'id', '1 month');
SELECT severity, subject, object, finding FROM pgscale.adopt_report('events', 'id', '1 month', premake => 2, encoding => 'uuidv7');
CALL pgscale.adopt_table('events', 'id', '1 month', premake => 2, retention => '2 months', retire => 'drop', encoding => 'uuidv7');
SELECT partition, lower, upper, lower_time, upper_time FROM pgscale.partitions WHERE root = 'events'::regclass;
SELECT "interval", start_at, encoding, covered_until, last_error FROM pgscale.partition_sets WHERE parent = 'events'::regclass;
INSERT INTO events SELECT uuid_at(d), d FROM unnest('{2026-11-16,2026-12-31 23:59:59.999,2027-01-01,2027-02-28}'::timestamptz[]) d;
SELECT tableoid::regclass, count(*), min(note) FROM events GROUP BY 1 ORDER BY 1;
SELECT * FROM pgscale.plan('events');
-- the old rows go when all of them are old
SET pgscale.clock = '2027-03-01 00:00:00+00';
SELECT action, partition FROM pgscale.plan('events') WHERE action IN ('detach', 'drop');
SET pgscale.clock = '2026-11-15 12:00:00+00';

-- identifiers without a time lie anywhere
CREATE TABLE mixed (id uuid PRIMARY KEY);
INSERT INTO mixed VALUES (uuid_at('2026-11-01')), ('f81d4fae-7dec-41d0-a765-00a0c91e6bf6');
SELECT severity, subject, finding, treatment FROM pgscale.adopt_report('mixed', 'id', '1 month', encoding => 'uuidv7') WHERE severity = 'blocker';
CALL pgscale.adopt_table('mixed', 'id', '1 month', encoding => 'uuidv7');

-- Snowflakes; the primary key is another column
CREATE TABLE messages (n bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, flake bigint NOT NULL);
INSERT INTO messages (flake) SELECT ((extract(epoch FROM d) - extract(epoch FROM timestamptz '2015-01-01')) * 1000)::bigint << 22 FROM generate_series('2026-10-01'::timestamptz, '2026-11-15', '1 day') d;
\set options '''{"epoch": "2015-01-01T00:00:00Z"}'''
CALL pgscale.adopt_table('messages', 'flake', '1 week', premake => 1, ahead => '20 days', encoding => 'snowflake', encoding_options => :options);
SELECT partition, lower, upper, lower_time, upper_time FROM pgscale.partitions WHERE root = 'messages'::regclass;
INSERT INTO messages (flake) VALUES (((extract(epoch FROM timestamptz '2026-12-10') - extract(epoch FROM timestamptz '2015-01-01')) * 1000)::bigint << 22);
SELECT tableoid::regclass, count(*), max(n) FROM messages GROUP BY 1 ORDER BY 1;
SELECT ahead, encoding, encoding_options FROM pgscale.policy WHERE parent = 'messages'::regclass;
SELECT * FROM pgscale.plan('messages');

-- texts must sort by their bytes; functions of a user must undo each other
CREATE COLLATION language (provider = icu, locale = 'en-US');
CREATE TABLE notes (id text COLLATE language PRIMARY KEY);
CALL pgscale.adopt_table('notes', 'id', '1 day', encoding => 'ulid');
CREATE TABLE days (id text COLLATE "C" PRIMARY KEY);
INSERT INTO days VALUES ('20261101-a'), ('20261115-b');
CREATE FUNCTION to_day(timestamptz) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT to_char($1, 'YYYYMMDD') $$;
CREATE FUNCTION from_day(text) RETURNS timestamptz LANGUAGE sql IMMUTABLE AS $$ SELECT left($1, 8)::timestamptz $$;
CREATE FUNCTION no_day(text) RETURNS timestamptz LANGUAGE sql IMMUTABLE AS $$ SELECT left($1, 8)::timestamptz + interval '1 day' $$;
CALL pgscale.adopt_table('days', 'id', '1 month', encoder => 'to_day(timestamptz)', decoder => 'no_day(text)');
-- one that has stopped goes on with its encoding, and with no other
CREATE FUNCTION stop() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'stopped'; END $$;
CREATE EVENT TRIGGER adopt_encoded_stop ON ddl_command_start WHEN TAG IN ('ALTER INDEX') EXECUTE FUNCTION stop();
CALL pgscale.adopt_table('days', 'id', '1 month', premake => 1, encoder => 'to_day(timestamptz)', decoder => 'from_day(text)');
DROP EVENT TRIGGER adopt_encoded_stop;
SELECT encoding, encoder, decoder, guard, boundary FROM pgscale.adoptions;
INSERT INTO days VALUES ('20270101');
CALL pgscale.adopt_table('days', 'id', '1 month', premake => 1, encoding => 'ulid');
CALL pgscale.adopt_table('days', 'id', '1 month', premake => 1, encoder => 'to_day(timestamptz)', decoder => 'from_day(text)');
SELECT partition, lower, upper FROM pgscale.partitions WHERE root = 'days'::regclass;
INSERT INTO days VALUES ('20261130-c'), ('20270102-d');
SELECT tableoid::regclass, count(*) FROM days GROUP BY 1 ORDER BY 1;

SET client_min_messages = warning;
DROP SCHEMA adopt_encoded CASCADE;
