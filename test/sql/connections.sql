-- Connections, and how sessions come and go over the window; what other sessions show is in test/isolation/specs/session_views.spec.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS pgscale;
DROP ROLE IF EXISTS regress_connections_plain, regress_connections_monitor;
RESET client_min_messages;
CREATE ROLE regress_connections_plain;
CREATE ROLE regress_connections_monitor IN ROLE pg_monitor;
SET TimeZone = 'UTC';
SET DateStyle = 'ISO';
SET pgscale.clock = '2026-11-15 12:00:00+00';

SELECT attname, format_type(atttypid, atttypmod) FROM pg_attribute
 WHERE attrelid = 'pgscale.connections'::regclass AND attnum > 0 ORDER BY attnum;

-- without a sample the window is unknown, the present is not
SELECT used >= active + idle + idle_in_transaction AND active > 0 AS counted, used_pct > 0 AS pct, max_connections - reserved - usable AS rest,
       window_sessions_per_s, window_active_pct, window_s, since, status, note FROM pgscale.connections;

CREATE TABLE pgscale.sample_test PARTITION OF pgscale.sample DEFAULT;
INSERT INTO pgscale.sample (at, seconds, scope, object, frame, counters) VALUES
  ('2026-11-15 11:50+00', 600, 'server', 0, true, NULL),
  ('2026-11-15 11:50+00', 600, 'database', 1, true, '{"sessions": 240, "session_ms": 4000, "active_ms": 100}'),
  ('2026-11-15 11:50+00', 600, 'database', 5, true, '{"sessions": 60, "session_ms": 4000, "active_ms": 300, "commits": 5}'),
  ('2026-11-15 11:50+00', 600, 'table', 5, true, '{"sessions": 1000}'),
  ('2026-11-15 10:50+00', 600, 'database', 5, true, '{"sessions": 9999}');
SELECT window_sessions_per_s, window_active_pct, window_s, since, status, note FROM pgscale.connections;
-- nobody came
UPDATE pgscale.sample SET counters = NULL WHERE scope = 'database';
SELECT window_sessions_per_s, window_active_pct, window_s, since, status, note FROM pgscale.connections;

-- who may not see the others knows nothing of them
SET ROLE regress_connections_plain;
SELECT used, active, idle, idle_in_transaction, waiting, usable > 0 AS usable, used_pct, window_sessions_per_s, status, note FROM pgscale.connections;
SELECT count(*) FROM pgscale.activity WHERE state IS NOT NULL;
SELECT count(*) FROM pgscale.blocking;
SELECT * FROM pgscale.recent_counter;
SET ROLE regress_connections_monitor;
SELECT used > 0 AS used, status FROM pgscale.connections;
RESET ROLE;
DROP TABLE pgscale.sample_test;
DROP ROLE regress_connections_plain, regress_connections_monitor;
