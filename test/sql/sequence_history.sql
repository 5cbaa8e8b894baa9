-- Which sequences are sampled: those that will come to an end, and those of partition keys.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS pgscale;
RESET client_min_messages;
CREATE SCHEMA sequence_history;
SET search_path = sequence_history;
SET TimeZone = 'UTC';
SET DateStyle = 'ISO';
SET pgscale.clock = '2026-03-10 12:00+00';

CREATE SEQUENCE wide;
CREATE TABLE narrow (id smallint DEFAULT nextval('wide'));
CREATE SEQUENCE descending AS smallint INCREMENT -1;
CREATE SEQUENCE used_little AS smallint;
CREATE SEQUENCE unused AS smallint;
CREATE SEQUENCE circular AS smallint CYCLE;
CREATE SEQUENCE not_so_circular CYCLE;
CREATE TABLE ends_before (id smallint DEFAULT nextval('not_so_circular'));
CREATE TABLE keyed (id bigserial, other bigserial) PARTITION BY RANGE (id);
SELECT setval('wide', 10000), setval('descending', -10000), setval('used_little', 3000), setval('circular', 10000),
       setval('not_so_circular', 10000), setval('keyed_id_seq', 7), setval('keyed_other_seq', 7);
\o /dev/null
SELECT pgscale.create_parent('keyed', 'id', '1000');
\o
CREATE VIEW sampled AS
SELECT s.at, c.relname, s.frame, s.gauges->>'last_value' AS last_value, s.gauges->>'last_usable' AS last_usable, s.gauges->>'used_pct' AS used_pct
  FROM pgscale.sample s JOIN pg_class c ON c.oid::bigint = s.object
 WHERE s.scope = 'sequence' AND c.relnamespace = 'sequence_history'::regnamespace
 ORDER BY s.at, c.relname COLLATE "C";
CALL pgscale.take_sample();
SELECT * FROM sampled;

-- what has moved since, from the last time that it was sampled on
SELECT nextval('wide'), nextval('keyed_id_seq'), nextval('keyed_other_seq');
SET pgscale.clock = '2026-03-10 12:05+00';
CALL pgscale.take_sample();
SET pgscale.clock = '2026-03-10 12:10+00';
CALL pgscale.take_sample();
SELECT nextval('descending');
SET pgscale.clock = '2026-03-10 12:15+00';
CALL pgscale.take_sample();
SELECT at, relname, last_value FROM sampled WHERE NOT frame;
-- all of them on the next day
SET pgscale.clock = '2026-03-11 00:05+00';
CALL pgscale.take_sample();
SELECT relname, last_value FROM sampled WHERE at = '2026-03-11 00:05+00';
-- the forecast has those used by a tenth, and the key
SELECT resource, object, current_value, limit_value, used_pct, status, note FROM pgscale.forecast
 WHERE object LIKE 'sequence_history.%' ORDER BY 1, 2;

SET client_min_messages = warning;
DROP SCHEMA sequence_history CASCADE;
DROP EXTENSION pgscale;
