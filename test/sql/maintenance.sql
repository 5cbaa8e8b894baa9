-- CALL pgscale.run_maintenance(): creation, retention, history, failures.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS pgscale;
RESET client_min_messages;
CREATE SCHEMA maintenance;
SET search_path = maintenance;
SET TimeZone = 'UTC';
SET DateStyle = 'ISO';
SET pgscale.clock = '2026-11-15 12:00:00+00';

CREATE VIEW history AS
SELECT id, parent, partition, action, reason, outcome, sqlstate, message FROM pgscale.runs;
-- a partition of thirty years with fresh rows stays while smaller, older ones go
CREATE TABLE events (at timestamptz NOT NULL, note text) PARTITION BY RANGE (at);
CREATE TABLE events_first PARTITION OF events FOR VALUES FROM ('2000-01-01') TO ('2030-01-01');
CREATE TABLE events_1998 PARTITION OF events FOR VALUES FROM ('1998-01-01') TO ('1999-01-01');
CREATE TABLE events_1999 PARTITION OF events FOR VALUES FROM ('1999-01-01') TO ('2000-01-01');
INSERT INTO events VALUES ('1998-05-05', 'old'), ('1999-05-05', 'old'), ('2026-11-15 11:00', 'fresh');
SELECT action, partition, bounds, detail
  FROM pgscale.create_parent('events', 'at', '1 month', premake => 1, retention => '30 days' , retire => 'drop');
SELECT action, partition, bounds, detail
  FROM pgscale.create_parent('events', 'at', '1 month', premake => 1, retention => '2 months' , retire => 'drop');
CALL pgscale.run_maintenance('events');
SELECT partition, lower, upper, state FROM pgscale.partitions WHERE root = 'events'::regclass;
SELECT * FROM events;
SELECT action, partition, reason, outcome FROM history WHERE parent = 'events' ORDER BY id;

-- detach keeps the table and its rows; the end of retention is exclusive
CREATE TABLE logs (at date NOT NULL, note text) PARTITION BY RANGE (at);
SELECT count(*) FROM pgscale.create_parent('logs', 'at', '1 day', premake => 1, start_at => '2026-11-12', retention => '2 days');
INSERT INTO logs SELECT d, 'x' FROM generate_series(date '2026-11-13', date '2026-11-15', interval '1 day') d;
SELECT partition, state FROM pgscale.partitions WHERE root = 'logs'::regclass;
SET pgscale.clock = '2026-11-15 23:59:59.999999+00';
CALL pgscale.run_maintenance('logs');
SELECT partition, state FROM pgscale.partitions WHERE root = 'logs'::regclass;
SET pgscale.clock = '2026-11-16 00:00:00+00';
CALL pgscale.run_maintenance('logs');
SELECT partition, lower, upper, is_default, state FROM pgscale.partitions WHERE root = 'logs'::regclass;
SELECT * FROM logs_p2026_11_13;
SELECT * FROM logs ORDER BY at;
SELECT action, partition, reason, outcome, message FROM history WHERE parent = 'logs' AND action = 'detach' ORDER BY id;
-- the second CALL finds nothing to do
CREATE TEMP TABLE last AS SELECT max(id) AS id FROM pgscale.runs;
CALL pgscale.run_maintenance('logs');
SELECT count(*) FROM history h, last WHERE h.id > last.id;
-- a detached table that is attached again by hand is a partition again, and is retired again
ALTER TABLE logs ATTACH PARTITION logs_p2026_11_13 FOR VALUES FROM ('2026-11-13') TO ('2026-11-14');
SELECT partition, state FROM pgscale.partitions WHERE partition = 'logs_p2026_11_13'::regclass;
CALL pgscale.run_maintenance('logs');
SELECT partition, state FROM pgscale.partitions WHERE partition = 'logs_p2026_11_13'::regclass;
-- one dropped by hand is forgotten
DROP TABLE logs_p2026_11_13;
SELECT count(*) FROM pgscale.retirement WHERE parent = 'logs'::regclass;

-- the rows of a retired partition are in the history
CREATE TABLE counted (at date) PARTITION BY RANGE (at);
CREATE TABLE counted_old PARTITION OF counted FOR VALUES FROM ('2020-01-01') TO ('2020-02-01');
INSERT INTO counted SELECT '2020-01-05' FROM generate_series(1, 123);
ANALYZE counted_old;
SELECT count(*) FROM pgscale.create_parent('counted', 'at', '1 month', premake => 0, retention => '1 year', retire => 'drop');
CALL pgscale.run_maintenance('counted');
SELECT action, partition, rows, outcome, finished_at >= started_at AS ended, duration >= '0' AS took, pid > 0 AS by_process, who = session_user AS mine
  FROM pgscale.runs WHERE parent = 'counted' AND action <> 'create' ORDER BY id;
SELECT to_regclass('counted_old');

-- only at top level
BEGIN;
CALL pgscale.run_maintenance('logs');
ROLLBACK;
CREATE FUNCTION calls() RETURNS void LANGUAGE plpgsql AS $$ BEGIN CALL pgscale.run_maintenance('logs'); END $$;
SELECT calls();
DO $$ BEGIN CALL pgscale.run_maintenance('logs'); END $$;
CREATE PROCEDURE call_it() LANGUAGE plpgsql AS $$ BEGIN CALL pgscale.run_maintenance('logs'); END $$;
CALL call_it();
BEGIN; CALL call_it(); ROLLBACK;

-- paused
SELECT pgscale.pause('logs');
SELECT paused FROM pgscale.partition_sets WHERE parent = 'logs'::regclass;
SET pgscale.clock = '2026-11-18 00:00:00+00';
CALL pgscale.run_maintenance('logs');
SELECT count(*) FROM pgscale.partitions WHERE root = 'logs'::regclass;
SELECT pgscale.resume('logs');
CALL pgscale.run_maintenance('logs');
SELECT partition, state FROM pgscale.partitions WHERE root = 'logs'::regclass ORDER BY partition::text;

-- one set that fails stops no other, one step that fails stops no other
SET pgscale.clock = '2026-11-15 12:00:00+00';
CREATE TABLE set_a (at date) PARTITION BY RANGE (at);
CREATE TABLE set_b (at date, extra int) PARTITION BY RANGE (at);
CREATE TABLE set_c (at date) PARTITION BY RANGE (at);
SELECT count(*) FROM pgscale.create_parent('set_a', 'at', '1 month', premake => 0);
SELECT count(*) FROM pgscale.create_parent('set_b', 'at', '1 month', premake => 0, retention => '1 month', retire => 'drop');
SELECT count(*) FROM pgscale.create_parent('set_c', 'at', '1 month', premake => 0);
-- an old partition of set_b cannot be dropped
CREATE TABLE set_b_old PARTITION OF set_b FOR VALUES FROM ('2026-01-01') TO ('2026-02-01');
CREATE TABLE set_b_older PARTITION OF set_b FOR VALUES FROM ('2025-12-01') TO ('2026-01-01');
CREATE VIEW leans_on_old AS SELECT * FROM set_b_older;
SET pgscale.clock = '2026-12-15 12:00:00+00';
CREATE TEMP TABLE mark AS SELECT max(id) AS id FROM pgscale.runs;
CALL pgscale.run_maintenance();
SELECT parent, partition, action, outcome, sqlstate, message FROM history, mark
 WHERE history.id > mark.id AND parent LIKE 'set\__' ORDER BY history.id;
SELECT detail, hint FROM pgscale.runs WHERE parent = 'set_b' AND outcome = 'failed' ORDER BY id;
SELECT parent, last_sqlstate, last_error, failures, retry_at IS NOT NULL AS will_retry, last_success IS NOT NULL AS succeeded
  FROM pgscale.partition_sets WHERE parent::text LIKE 'set\__' ORDER BY parent::text;
SELECT root, partition, state FROM pgscale.partitions WHERE root::text LIKE 'set\__' ORDER BY root::text, partition::text;
-- repaired, and the next visit ends it
DROP VIEW leans_on_old;
CALL pgscale.run_maintenance('set_b');
SELECT parent, last_sqlstate, last_error, failures, retry_at IS NOT NULL AS will_retry FROM pgscale.partition_sets WHERE parent = 'set_b'::regclass;
SELECT partition, state FROM pgscale.partitions WHERE root = 'set_b'::regclass;
-- a table pgscale did not detach is never dropped
CREATE TABLE set_b_mine (at date, extra int);
SET pgscale.clock = '2027-01-15 12:00:00+00';
-- a creation that fails: the retirement goes on
CREATE FUNCTION no_tables() RETURNS event_trigger LANGUAGE plpgsql AS
  $$ BEGIN IF current_setting('maintenance.stop', true) = 'on' THEN RAISE EXCEPTION 'no new tables today' USING HINT = 'Come back.'; END IF; END $$;
CREATE EVENT TRIGGER maintenance_stop ON ddl_command_start WHEN TAG IN ('CREATE TABLE') EXECUTE FUNCTION no_tables();
SET maintenance.stop = 'on';
CALL pgscale.run_maintenance('set_b');
SET maintenance.stop = 'off';
SELECT action, partition, outcome, sqlstate, message, hint FROM pgscale.runs WHERE parent = 'set_b' ORDER BY id DESC LIMIT 3;
DROP EVENT TRIGGER maintenance_stop;
CALL pgscale.run_maintenance('set_b');
SELECT partition, state FROM pgscale.partitions WHERE root = 'set_b'::regclass;
SELECT to_regclass('set_b_mine');

-- a partition that foreign keys still point to stays, and says so
SET pgscale.clock = '2026-11-15 12:00:00+00';
CREATE TABLE keyed (at date PRIMARY KEY) PARTITION BY RANGE (at);
CREATE TABLE keyed_a PARTITION OF keyed FOR VALUES FROM ('2026-01-01') TO ('2026-02-01');
CREATE TABLE keyed_b PARTITION OF keyed FOR VALUES FROM ('2026-02-01') TO ('2026-03-01');
CREATE TABLE pointing (at date CONSTRAINT pointing_fkey REFERENCES keyed);
INSERT INTO keyed VALUES ('2026-01-10'), ('2026-02-10');
INSERT INTO pointing VALUES ('2026-01-10');
SELECT count(*) > 0 AS made FROM pgscale.create_parent('keyed', 'at', '1 month', premake => 0, retention => '1 month', retire => 'drop');
SET client_min_messages = error;
CALL pgscale.run_maintenance('keyed');
RESET client_min_messages;
SELECT action, partition, outcome, sqlstate FROM history WHERE parent = 'keyed' AND action <> 'create' ORDER BY id;
SELECT to_regclass('keyed_a') AS keyed_a, to_regclass('keyed_b') AS keyed_b;
SELECT last_sqlstate FROM pgscale.partition_sets WHERE parent = 'keyed'::regclass;
DELETE FROM pointing;
CALL pgscale.run_maintenance('keyed');
SELECT to_regclass('keyed_a') AS keyed_a, to_regclass('keyed_b') AS keyed_b;

SET client_min_messages = warning;
DROP SCHEMA maintenance CASCADE;
