-- A partition of an UNLOGGED parent is UNLOGGED. Servers from 18 on refuse such parents, and unlogged_1.out is theirs.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS pgscale;
RESET client_min_messages;
CREATE SCHEMA unlogged;
SET search_path = unlogged;
SET pgscale.clock = '2026-11-15 12:00:00+00';

CREATE UNLOGGED TABLE session (at date, id int) PARTITION BY RANGE (at);
SELECT action, partition FROM pgscale.create_parent('session', 'at', '1 month', premake => 0);
SELECT relname, relpersistence FROM pg_class WHERE relname LIKE 'session%' ORDER BY 1;

SET client_min_messages = warning;
DROP SCHEMA unlogged CASCADE;
