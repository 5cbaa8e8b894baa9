-- Lag, slots and wait_for_lsn() on a server without a standby.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS pgscale;
DROP ROLE IF EXISTS regress_lag;
RESET client_min_messages;
CREATE ROLE regress_lag;

SELECT attname, format_type(atttypid, atttypmod) FROM pg_attribute
 WHERE attrelid = 'pgscale.lag'::regclass AND attnum > 0 ORDER BY attnum;
SELECT count(*) FROM pgscale.lag;
SELECT count(*) FROM pgscale.replicas;
SELECT count(*) FROM pgscale.replicas_within('1 day');
SELECT count(*) FROM pgscale.replicas_within(NULL);

-- a slot that nobody uses is a standby that is gone, never one that is 0 s behind
SELECT 1 AS made FROM pg_create_physical_replication_slot('regress_lag', true);
SELECT 1 AS made FROM pg_create_physical_replication_slot('regress_lag_unused');
CREATE TEMP TABLE written AS SELECT generate_series(1, 1000) AS n;
SELECT pg_switch_wal() IS NOT NULL AS switched;
SELECT kind, name, state, replay_lag_bytes > 0 AS bytes, coalesce(replay_lag_seconds = 0, false) AS zero, status FROM pgscale.lag ORDER BY name;
SET ROLE regress_lag;
SELECT slot_name, active, wal_status, retained_bytes > 0 AS retained, confirmed_lag_bytes, xmin_age FROM pgscale.replication_slots ORDER BY 1;
SELECT name, status, usable FROM pgscale.replicas ORDER BY 1;
SELECT count(*) FROM pgscale.replicas_within('1 day');
SELECT pgscale.wait_for_lsn('0/1', '1 s');
UPDATE pgscale.lag SET name = 'x';
RESET ROLE;
SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE slot_name LIKE 'regress_lag%';

-- a primary has what it has written
SELECT pgscale.wait_for_lsn(pg_current_wal_insert_lsn(), '0 s');
SELECT pgscale.wait_for_lsn('FFFFFFFF/0', '0 s');
SELECT pgscale.wait_for_lsn('FFFFFFFF/0', '30 ms');
SET statement_timeout = '50 ms';
SELECT pgscale.wait_for_lsn('FFFFFFFF/0', '100000 years');
RESET statement_timeout;
\set VERBOSITY sqlstate
SELECT pgscale.wait_for_lsn(NULL, '1 s');
SELECT pgscale.wait_for_lsn('0/1', NULL);
SELECT pgscale.wait_for_lsn('0/1', '-1 s');
SELECT pgscale.wait_for_lsn('0/1', '-1 mon');
\set VERBOSITY default
DROP ROLE regress_lag;
