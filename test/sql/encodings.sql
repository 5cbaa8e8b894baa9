-- Range keys that are no times but begin with one: premake by the clock, retention by the time in the bounds.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS pgscale;
RESET client_min_messages;
CREATE SCHEMA encodings;
SET search_path = encodings;
SET TimeZone = 'UTC';
SET DateStyle = 'ISO';
SET pgscale.clock = '2026-11-15 12:00:00+00';

-- an identifier as an application makes it
CREATE FUNCTION uuid_at(at timestamptz, version int DEFAULT 7) RETURNS uuid LANGUAGE sql IMMUTABLE AS $$
SELECT (lpad(to_hex((extract(epoch FROM at) * 1000)::bigint), 12, '0') || to_hex(version) || 'cc398c4dc0c0c07398f')::uuid $$;

-- uuid
CREATE TABLE by_uuid (id uuid PRIMARY KEY, note text) PARTITION BY RANGE (id);
SELECT * FROM pgscale.create_parent('by_uuid', 'id', '1 month', premake => 2, retention => '2 months', retire => 'drop', encoding => 'uuidv7');
INSERT INTO by_uuid SELECT uuid_at(t), t FROM unnest('{2026-11-01,2026-11-30 23:59:59.999,2026-12-01,2027-01-31}'::timestamptz[]) t;
-- whatever the version, the first 48 bits decide
INSERT INTO by_uuid SELECT uuid_at('2026-12-01', v), 'version ' || v FROM generate_series(0, 9) v WHERE v <> 7;
SELECT tableoid::regclass, count(*), min(note) FROM by_uuid GROUP BY 1 ORDER BY 1;
SELECT "interval", start_at, oldest, covered_until, next_due, encoding FROM pgscale.partition_sets WHERE parent = 'by_uuid'::regclass;
SELECT partition, lower, upper, lower_time, upper_time FROM pgscale.partitions WHERE root = 'by_uuid'::regclass;
-- the clock alone makes partitions and lets them go, however quiet the table is
SET pgscale.clock = '2027-02-01 00:00:00+00';
SELECT action, partition, reason FROM pgscale.plan('by_uuid');
CALL pgscale.run_maintenance('by_uuid');
SELECT partition, lower_time FROM pgscale.partitions WHERE root = 'by_uuid'::regclass;
SELECT action, partition FROM pgscale.plan('by_uuid');
SELECT action, partition, bounds, detail FROM pgscale.retire_partition('by_uuid_p2026_12');
SELECT count(*) FROM by_uuid;
SET pgscale.clock = '2026-11-15 12:00:00+00';

-- bounds that other tools made: kept as they are, and the next partition begins exactly there
CREATE TABLE uuid_adopted (id uuid) PARTITION BY RANGE (id);
CREATE TABLE uuid_adopted_a PARTITION OF uuid_adopted FOR VALUES FROM (MINVALUE) TO ('01a19467-e800-7000-8000-000000000000');
CREATE TABLE uuid_adopted_b PARTITION OF uuid_adopted FOR VALUES FROM ('01a19467-e800-7000-8000-000000000000') TO ('01a1dc80-f000-7000-8000-000000000000');
CREATE TABLE uuid_adopted_c PARTITION OF uuid_adopted FOR VALUES FROM ('01a1dc80-f000-7000-8000-000000000000') TO ('01a1dc80-f000-7000-8000-000000000009');
CREATE TABLE uuid_adopted_d PARTITION OF uuid_adopted FOR VALUES FROM ('01a1dc80-f000-7000-8000-000000000009') TO ('01a1dc80-f000-7000-8000-00000000000f');
SELECT * FROM pgscale.create_parent('uuid_adopted', 'id', '1 month', premake => 1, retention => '1 month', encoding => 'uuidv7');
SELECT partition, lower, upper, lower_time FROM pgscale.partitions WHERE root = 'uuid_adopted'::regclass;
-- a bound inside a millisecond ends with that millisecond
SET pgscale.clock = '2026-12-01 00:00:00+00';
SELECT action, partition FROM pgscale.plan('uuid_adopted');
SET pgscale.clock = '2026-12-01 00:00:00.001+00';
SELECT action, partition, reason FROM pgscale.plan('uuid_adopted') WHERE action = 'detach';
SET pgscale.clock = '2026-11-15 12:00:00+00';

-- text: ULID, KSUID, and a UUID written as text; the zone of the set counts
CREATE TABLE by_ulid (id text COLLATE "C") PARTITION BY RANGE (id);
SELECT * FROM pgscale.create_parent('by_ulid', 'id', '1 day', premake => 1, timezone => 'Asia/Tokyo', encoding => 'ulid');
INSERT INTO by_ulid VALUES ('01M7EGC3AX' || 'TSV4RRFFQ69G5FAV');
SELECT tableoid::regclass, id FROM by_ulid;
CREATE TABLE by_ksuid (id char(27) COLLATE "C") PARTITION BY RANGE (id);
SELECT * FROM pgscale.create_parent('by_ksuid', 'id', '15 minutes', premake => 1, encoding => 'ksuid');
CREATE TABLE blanks (id char(40) COLLATE "C") PARTITION BY RANGE (id);
SELECT action, partition FROM pgscale.create_parent('blanks', 'id', '1 day', premake => 1, encoding => 'ulid');
SELECT action, partition FROM pgscale.plan('blanks');
CREATE TABLE by_uuid_text (id varchar(36)) PARTITION BY RANGE (id COLLATE "C");
SELECT * FROM pgscale.create_parent('by_uuid_text', 'id', '10 years', premake => 0, encoding => 'uuidv7', default_partition => true);
-- beside a default partition the rows are read once, to validate the guard, and not again under a strong lock
SELECT count(*) FROM pgscale.alter_parent('by_uuid_text', premake => 1);
SELECT sql[1] FROM pgscale.plan('by_uuid_text') WHERE action = 'guard';
SELECT pg_stat_force_next_flush();
SELECT seq_scan AS before FROM pg_stat_user_tables WHERE relid = 'by_uuid_text_default'::regclass \gset
CALL pgscale.run_maintenance('by_uuid_text');
SELECT pg_stat_force_next_flush();
SELECT seq_scan - :before AS scans FROM pg_stat_user_tables WHERE relid = 'by_uuid_text_default'::regclass;

-- bigint: Snowflakes of several kinds, Unix times in every unit; integer until 2038
CREATE TABLE tweets (id bigint) PARTITION BY RANGE (id);
SELECT * FROM pgscale.create_parent('tweets', 'id', '1 week', premake => 1, encoding => 'snowflake', encoding_options => '{"epoch": "2010-11-04T01:42:54.657Z"}');
SELECT encoding, encoding_options, lower_time FROM pgscale.partition_sets s JOIN pgscale.partitions p ON p.root = s.parent WHERE s.parent = 'tweets'::regclass;
CREATE TABLE sony (id bigint) PARTITION BY RANGE (id);
SELECT * FROM pgscale.create_parent('sony', 'id', '1 year', premake => 0, encoding => 'snowflake',
  encoding_options => '{"epoch": "2014-09-01T00:00:00Z", "shift": 24, "unit_ms": 10}');
CREATE TABLE unix_s (id integer) PARTITION BY RANGE (id);
SELECT action, bounds FROM pgscale.create_parent('unix_s', 'id', '10 years', premake => 1, encoding => 'unix_seconds');
CREATE TABLE unix_ms (id bigint) PARTITION BY RANGE (id);
SELECT action, bounds FROM pgscale.create_parent('unix_ms', 'id', '1 month', premake => 0, encoding => 'unix_milliseconds');
CREATE TABLE unix_us (id bigint) PARTITION BY RANGE (id);
SELECT action, bounds FROM pgscale.create_parent('unix_us', 'id', '1 month', premake => 0, encoding => 'unix_microseconds');
CREATE TABLE unix_ns (id bigint) PARTITION BY RANGE (id);
SELECT action, bounds FROM pgscale.create_parent('unix_ns', 'id', '1 month', premake => 0, encoding => 'unix_nanoseconds');

-- a key of one's own: letters and the day
CREATE FUNCTION day_key(timestamptz) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT 'k' || to_char($1 AT TIME ZONE 'UTC', 'YYYYMMDD') $$;
CREATE FUNCTION day_of(text) RETURNS timestamptz LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN RETURN to_timestamp(substr($1, 2, 8), 'YYYYMMDD'); END $$;
CREATE TABLE by_functions (id text COLLATE "C") PARTITION BY RANGE (id);
SELECT * FROM pgscale.create_parent('by_functions', 'id', '1 week', premake => 1, start_at => '2026-11-08', retention => '2 weeks',
  encoder => 'day_key(timestamptz)', decoder => 'day_of(text)');
SELECT encoding, encoder, decoder, oldest, covered_until FROM pgscale.partition_sets WHERE parent = 'by_functions'::regclass;
INSERT INTO by_functions VALUES ('k20261115'), ('k20261121-whatever');
SELECT tableoid::regclass, id FROM by_functions ORDER BY id;
SET pgscale.clock = '2026-12-07 00:00:00+00';
CALL pgscale.run_maintenance('by_functions');
SELECT partition, lower, upper, lower_time, state FROM pgscale.partitions WHERE root = 'by_functions'::regclass;
-- they run as the owner of the table, who can gain nothing by them
CREATE FUNCTION who_key(timestamptz) RETURNS text LANGUAGE plpgsql IMMUTABLE AS
$$ BEGIN IF current_user <> 'regress_encodings' THEN RAISE 'run as %', current_user; END IF; RETURN to_char($1 AT TIME ZONE 'UTC', 'YYYYMMDD'); END $$;
CREATE FUNCTION who_day(text) RETURNS timestamptz LANGUAGE plpgsql IMMUTABLE AS
$$ BEGIN PERFORM set_config('role', 'none', false); RETURN to_timestamp($1, 'YYYYMMDD'); END $$;
CREATE ROLE regress_encodings;
GRANT ALL ON SCHEMA encodings TO regress_encodings;
CREATE TABLE of_owner (id text COLLATE "C") PARTITION BY RANGE (id);
ALTER TABLE of_owner OWNER TO regress_encodings;
SELECT pgscale.create_parent('of_owner', 'id', '1 day', encoder => 'who_key(timestamptz)', decoder => 'who_day(text)');
CREATE OR REPLACE FUNCTION who_day(text) RETURNS timestamptz LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN RETURN to_timestamp($1, 'YYYYMMDD'); END $$;
SELECT action, partition FROM pgscale.create_parent('of_owner', 'id', '1 day', premake => 0, encoder => 'who_key(timestamptz)', decoder => 'who_day(text)');
-- a function that is gone is told, and no other set is stopped
DROP FUNCTION who_key(timestamptz);
SET client_min_messages = error;
CALL pgscale.run_maintenance('of_owner');
RESET client_min_messages;
SELECT last_sqlstate, last_error FROM pgscale.partition_sets WHERE parent = 'of_owner'::regclass;
-- what a session has set makes no difference to them
SET TimeZone = 'Asia/Tokyo';
SELECT action, partition FROM pgscale.plan('by_functions');
SET TimeZone = 'UTC';
SET pgscale.clock = '2026-11-15 12:00:00+00';

-- health and forecast tell times
SELECT pgscale.pause('by_uuid'), pgscale.pause('by_ulid');
SELECT object, round(value, 2) AS intervals, evidence FROM pgscale.set_evidence WHERE check_name = 'next_partition' AND object IN ('by_uuid', 'by_ulid') ORDER BY object;
SELECT object, unit, eta, confidence, note FROM pgscale.forecast WHERE resource = 'partitions' AND object IN ('encodings.by_uuid', 'encodings.by_ulid', 'encodings.of_owner') ORDER BY object;
-- another encoding, and none
CREATE TABLE changed (id bigint) PARTITION BY RANGE (id);
SELECT action, bounds FROM pgscale.create_parent('changed', 'id', '1 month', premake => 0, encoding => 'unix_milliseconds');
SELECT action, bounds, detail FROM pgscale.alter_parent('changed', encoding => 'unix_seconds');
SELECT pgscale.alter_parent('changed', encoding => 'none');
SELECT action, bounds, detail FROM pgscale.alter_parent('changed', encoding => 'none', "interval" => '10000000000');
SELECT encoding, start_at, covered_until FROM pgscale.partition_sets WHERE parent = 'changed'::regclass;

-- errors
\x
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
CREATE TABLE u (id uuid) PARTITION BY RANGE (id);
CREATE TABLE b (id bigint) PARTITION BY RANGE (id);
CREATE TABLE t (id text COLLATE "C") PARTITION BY RANGE (id);
CREATE TABLE ts (id timestamptz) PARTITION BY RANGE (id);
CREATE TABLE l (id text) PARTITION BY LIST (id);
CREATE COLLATION language (provider = icu, locale = 'en-US');
CREATE TABLE of_language (id text COLLATE language) PARTITION BY RANGE (id);
SELECT * FROM sqlstate_of($$ SELECT pgscale.create_parent('u', 'id', '1 month', encoding => 'uuid7') $$);
SELECT * FROM sqlstate_of($$ SELECT pgscale.create_parent('u', 'id', '1 month', encoding => '') $$);
SELECT * FROM sqlstate_of($$ SELECT pgscale.create_parent('u', 'id', '1 month', encoding => 'ksuid') $$);
SELECT * FROM sqlstate_of($$ SELECT pgscale.create_parent('u', 'id', '1000', encoding => 'uuidv7') $$);
SELECT * FROM sqlstate_of($$ SELECT pgscale.create_parent('u', 'id', '1 month', start_at => 'x', encoding => 'uuidv7') $$);
SELECT * FROM sqlstate_of($$ SELECT pgscale.create_parent('u', 'id', '1 month', start_at => '1960-01-01', encoding => 'uuidv7') $$);
SELECT * FROM sqlstate_of($$ SELECT pgscale.create_parent('u', 'id', '1 month', encoding => 'uuidv7', encoding_options => '{"shift": 1}') $$);
SELECT * FROM sqlstate_of($$ SELECT pgscale.create_parent('ts', 'id', '1 month', encoding => 'uuidv7') $$);
SELECT * FROM sqlstate_of($$ SELECT pgscale.create_parent('l', encoding => 'ulid') $$);
SELECT * FROM sqlstate_of($$ SELECT pgscale.create_parent('of_language', 'id', '1 month', encoding => 'ulid') $$);
SELECT * FROM sqlstate_of($$ SELECT pgscale.create_parent('b', 'id', '1 month', encoding => 'snowflake') $$);
SELECT * FROM sqlstate_of($$ SELECT pgscale.create_parent('b', 'id', '1 month', encoding => 'snowflake', encoding_options => '[]') $$);
SELECT * FROM sqlstate_of($$ SELECT pgscale.create_parent('b', 'id', '1 month', encoding => 'snowflake', encoding_options => '{"epoch": "never"}') $$);
SELECT * FROM sqlstate_of($$ SELECT pgscale.create_parent('b', 'id', '1 month', encoding => 'snowflake', encoding_options => '{"epoch": "infinity"}') $$);
SELECT * FROM sqlstate_of($$ SELECT pgscale.create_parent('b', 'id', '1 month', encoding => 'snowflake', encoding_options => '{"epoch": "2015-01-01Z", "shift": "22"}') $$);
SELECT * FROM sqlstate_of($$ SELECT pgscale.create_parent('b', 'id', '1 month', encoding => 'snowflake', encoding_options => '{"epoch": "2015-01-01Z", "shift": 41}') $$);
SELECT * FROM sqlstate_of($$ SELECT pgscale.create_parent('b', 'id', '1 month', encoding => 'snowflake', encoding_options => '{"epoch": "2015-01-01Z", "bits": 22}') $$);
SELECT * FROM sqlstate_of($$ SELECT pgscale.create_parent('b', 'id', '1 month', encoding_options => '{"epoch": "2015-01-01Z"}') $$);
SELECT * FROM sqlstate_of($$ SELECT pgscale.create_parent('t', 'id', '1 month', encoder => 'day_key(timestamptz)') $$);
SELECT * FROM sqlstate_of($$ SELECT pgscale.create_parent('t', 'id', '1 month', encoding => 'ulid', encoder => 'day_key(timestamptz)', decoder => 'day_of(text)') $$);
SELECT * FROM sqlstate_of($$ SELECT pgscale.create_parent('t', 'id', '1 day', encoder => 'missing(timestamptz)', decoder => 'day_of(text)') $$);
SELECT * FROM sqlstate_of($$ SELECT pgscale.create_parent('b', 'id', '1 day', encoder => 'day_key(timestamptz)', decoder => 'day_of(text)') $$);
SELECT * FROM sqlstate_of($$ SELECT pgscale.create_parent('t', 'id', '1 day', encoder => 'day_key(timestamptz)', decoder => 'day_key(timestamptz)') $$);
-- shorter than what the keys tell apart
SELECT * FROM sqlstate_of($$ SELECT pgscale.create_parent('t', 'id', '1 hour', encoder => 'day_key(timestamptz)', decoder => 'day_of(text)') $$);
CREATE FUNCTION volatile_key(timestamptz) RETURNS text LANGUAGE sql AS $$ SELECT 'x' $$;
CREATE FUNCTION null_key(timestamptz) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT NULL $$;
CREATE FUNCTION failing(text) RETURNS timestamptz LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN RAISE 'no'; END $$;
SELECT * FROM sqlstate_of($$ SELECT pgscale.create_parent('t', 'id', '1 day', encoder => 'volatile_key(timestamptz)', decoder => 'day_of(text)') $$);
SELECT * FROM sqlstate_of($$ SELECT pgscale.create_parent('t', 'id', '1 day', encoder => 'null_key(timestamptz)', decoder => 'day_of(text)') $$);
SELECT * FROM sqlstate_of($$ SELECT pgscale.create_parent('t', 'id', '1 day', encoder => 'day_key(timestamptz)', decoder => 'failing(text)') $$);
ALTER TABLE t OWNER TO regress_encodings;
REVOKE EXECUTE ON FUNCTION day_key(timestamptz) FROM PUBLIC;
SELECT * FROM sqlstate_of($$ SELECT pgscale.create_parent('t', 'id', '1 day', encoder => 'day_key(timestamptz)', decoder => 'day_of(text)') $$);
SELECT count(*) FROM pgscale.partition_sets WHERE parent IN ('u'::regclass, 'b', 't', 'ts', 'l', 'of_language');

SET client_min_messages = warning;
DROP SCHEMA encodings CASCADE;
DROP ROLE regress_encodings;
