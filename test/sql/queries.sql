-- Statements where pg_stat_statements is not loaded: one row that says what to do.  test/tap has the rest.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS pgscale;
DROP EXTENSION IF EXISTS pg_stat_statements;
DROP ROLE IF EXISTS regress_queries;
RESET client_min_messages;
CREATE ROLE regress_queries;

SELECT count(*), min(note) AS note, min(status) AS status FROM pgscale.queries;
SELECT key, value FROM pgscale.queries q, jsonb_each(to_jsonb(q)) WHERE value <> 'null' AND key <> 'note';
-- a setting that somebody wrote is no sign of the module
SET pg_stat_statements.max = 100;
SELECT note FROM pgscale.queries;
-- the extension alone does not do, nor does loading it into a session
CREATE EXTENSION pg_stat_statements;
SELECT note FROM pgscale.queries;
LOAD 'pg_stat_statements';
SELECT note FROM pgscale.queries;
SET ROLE regress_queries;
SELECT count(*), min(note) AS note FROM pgscale.queries;
RESET ROLE;

DROP EXTENSION pg_stat_statements;
DROP ROLE regress_queries;
