-- The report as a page, the history behind it, and who sees what.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS pgscale;
DROP ROLE IF EXISTS regress_report_owner, regress_report_other, regress_report_stats;
RESET client_min_messages;
CREATE ROLE regress_report_owner;
CREATE ROLE regress_report_other;
CREATE ROLE regress_report_stats IN ROLE pg_read_all_stats;
CREATE SCHEMA regress_report AUTHORIZATION regress_report_owner;
SET pgscale.clock = '2026-11-03 14:00+00';
SET timezone = 'UTC';

\set VERBOSITY verbose
SELECT pgscale.report('2026-01-02', '2026-01-01');
SELECT pgscale.report('2026-01-01', '2026-01-01');
SELECT pgscale.report('2027-01-01');
SELECT pgscale.report('-infinity');
SELECT pgscale.report(NULL, 'infinity');
SELECT pgscale.report('1800-01-01');
\set VERBOSITY default

SET ROLE regress_report_owner;
CREATE TABLE regress_report.orders (at timestamptz NOT NULL, n int) PARTITION BY RANGE (at);
CREATE TABLE regress_report."<b>&" (at date NOT NULL) PARTITION BY RANGE (at);
CREATE TABLE regress_report.numbers (n int NOT NULL) PARTITION BY RANGE (n);
CREATE TABLE regress_report.regions (r text) PARTITION BY LIST (r);
CREATE TABLE regress_report.users (u int) PARTITION BY HASH (u);
SELECT count(*) FROM pgscale.create_parent('regress_report.orders', 'at', '1 month', premake => 2, retention => '12 months', default_partition => true);
SELECT count(*) FROM pgscale.create_parent('regress_report."<b>&"', 'at', '1 day', premake => 1, timezone => 'Asia/Tokyo');
SELECT count(*) FROM pgscale.create_parent('regress_report.numbers', 'n', '1000', premake => 1);
SELECT count(*) FROM pgscale.create_parent('regress_report.regions', lists => '{"eu": ["DE", "FR"], "rest": [null]}');
SELECT count(*) FROM pgscale.create_parent('regress_report.users', partitions => 3);
RESET ROLE;
ALTER TABLE regress_report.numbers DETACH PARTITION regress_report.numbers_p0;
ALTER TABLE regress_report.numbers ATTACH PARTITION regress_report.numbers_p0 FOR VALUES FROM (MINVALUE) TO (500);
SELECT pgscale.pause('regress_report.users');

-- A sample each hour, less four of the night; a frame at the beginning and one at midnight, with a table that is not in the second.
CREATE TABLE pgscale.sample_test PARTITION OF pgscale.sample DEFAULT;
CREATE TABLE regress_report.gone (n int);
CREATE TABLE regress_report.new (n int);
CREATE TEMP TABLE hour AS
SELECT at, row_number() OVER (ORDER BY at) AS n
  FROM generate_series(timestamptz '2026-11-02 12:00+00', '2026-11-03 14:00+00', '1 hour') AS at
 WHERE at NOT BETWEEN '2026-11-03 02:00+00' AND '2026-11-03 05:00+00';
INSERT INTO pgscale.sample (at, seconds, scope, object, frame, hit, read)
SELECT at, 3600, 'database', (SELECT oid FROM pg_database WHERE datname = current_database()), false, 975, 25 FROM hour;
INSERT INTO pgscale.sample (at, seconds, scope, object, frame, gauges)
SELECT at, 3600, 'server', 0, false, jsonb_build_object('replay_lag_seconds', CASE n WHEN 9 THEN 12 ELSE 0 END) FROM hour;
-- orders grows by 1 MB each hour, users never, gone is dropped before midnight, new comes at 08:00
INSERT INTO pgscale.sample (at, seconds, scope, object, frame, hit, read, bytes)
SELECT h.at, 3600, 'table', t.name::regclass::oid::bigint, h.frame, 90, 10,
       CASE t.name WHEN 'regress_report.orders' THEN 100 + extract(epoch FROM h.at - '2026-11-02 12:00+00') / 3600 ELSE t.mb END * 1048576
  FROM (SELECT at, at IN ('2026-11-02 12:00+00', '2026-11-03 00:00+00') AS frame FROM hour) h
 CROSS JOIN (VALUES ('regress_report.orders', 100), ('regress_report.users', 50), ('regress_report.gone', 10), ('regress_report.new', 4)) AS t (name, mb)
 WHERE CASE t.name WHEN 'regress_report.orders' THEN true
                   WHEN 'regress_report.gone' THEN h.at = '2026-11-02 12:00+00'
                   WHEN 'regress_report.new' THEN h.at = '2026-11-03 08:00+00'
                   ELSE h.frame END;
INSERT INTO pgscale.sample (at, seconds, scope, object, frame, ms) VALUES ('2026-11-03 12:00+00', 3600, 'query', -8070450532247928832, false, 5);
DROP TABLE regress_report.gone;

-- everybody sees the databases, an owner his tables, pg_read_all_stats all
SELECT current_user, scope, count(*) FROM pgscale.history GROUP BY 1, 2 ORDER BY 2;
SET ROLE regress_report_stats;
SELECT current_user, scope, count(*) FROM pgscale.history GROUP BY 1, 2 ORDER BY 2;
SET ROLE regress_report_owner;
SELECT current_user, scope, count(*) FROM pgscale.history GROUP BY 1, 2 ORDER BY 2;
SET ROLE regress_report_other;
SELECT current_user, scope, count(*) FROM pgscale.history GROUP BY 1, 2 ORDER BY 2;
SELECT count(*) FROM pgscale.sample;
RESET ROLE;
-- the number of a query is no OID, whichever way tables are joined
SET enable_nestloop = off;
SELECT count(*) FROM pgscale.history WHERE scope = 'query';
RESET enable_nestloop;

-- A section as text, less its plots.
CREATE FUNCTION pg_temp.section(page text, id text) RETURNS SETOF text LANGUAGE sql AS $$
    SELECT line FROM regexp_split_to_table(regexp_replace(regexp_replace(regexp_replace(
               substring(page FROM '<section id="' || id || '".*?</section>'),
               '<svg.*?</svg>(</svg>|[^\n]*</figure>)?', '', 'g'),
               '</(td|th|span|li|caption)>', ' ', 'g'), '<[^>]*>', '', 'g'), '\s*\n\s*') AS line
     WHERE line <> '' $$;
\pset format unaligned
\pset tuples_only on
CREATE TEMP TABLE page AS SELECT pgscale.report() AS html;
SELECT m[1] AS section FROM page, regexp_matches(html, '<section id="(\w+)"', 'g') m;
SELECT pg_temp.section(html, 'partitions') FROM page;
SELECT pg_temp.section(html, 'sizes') FROM page;
-- less what the statistics say since their reset
SELECT regexp_replace(line, ' Since the last.*', '') FROM page, pg_temp.section(html, 'cache') line;
SELECT pg_temp.section(html, 'lag') FROM page;
SELECT line ~ '^[0-9]+ ok' FROM page, pg_temp.section(html, 'runs') line OFFSET 1 LIMIT 1;
SELECT m[1] FROM page, regexp_matches(html, '<title>((?:orders_p2026_11|&lt;b&gt;&amp;_p2026_11_03|numbers_p0|regions_eu|users_p1|no partition)\M[^<]*)</title>', 'g') m ORDER BY 1;
-- plain ASCII, nothing of the names is markup, nothing is loaded
SELECT html ~ '^[\u0001-\u007f]*$' AS ascii, html ~ '<b>' AS markup, html ~* 'https?:|src=|<script' AS loads FROM page;

-- a period without history
SELECT pg_temp.section(pgscale.report('2020-01-01', '2020-01-02'), 'sizes');
SELECT pg_temp.section(pgscale.report('2020-01-01', '2020-01-02'), 'runs');

-- an hour of it: what was known before it began counts
SELECT pg_temp.section(pgscale.report('2026-11-03 12:30+00', '2026-11-03 13:30+00'), 'sizes');

-- in the zone of the session
SET timezone = 'America/New_York';
SELECT substring(pgscale.report() FROM '<p class="meta">[^&]*');
RESET timezone;

-- who owns nothing sees nothing of it, and the owner what is his
SET ROLE regress_report_other;
SELECT pg_temp.section(pgscale.report(), 'partitions');
SELECT pgscale.report() ~ 'regress_report\.' AS names_of_others, pgscale.report() ~ 'Replay lag' AS lag,
       pgscale.report() ~ 'This role sees what it owns' AS told;
SET ROLE regress_report_owner;
SELECT pgscale.report() ~ 'regress_report\.orders' AS own_names, pgscale.report() ~ 'Replay lag' AS lag;
RESET ROLE;

DROP TABLE pgscale.sample_test;
DROP SCHEMA regress_report CASCADE;
DROP ROLE regress_report_owner, regress_report_other, regress_report_stats;
