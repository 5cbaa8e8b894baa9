-- Names of partitions: never above 63 bytes, never the same for two tables, never taken by force.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS pgscale;
RESET client_min_messages;
CREATE SCHEMA naming;
SET search_path = naming;
SET TimeZone = 'UTC';
SET DateStyle = 'ISO';
SET pgscale.clock = '2026-11-15 12:00:00+00';

-- two names of 63 bytes that differ in the last never share a partition
\set long_a 'a_table_with_a_name_of_exactly_sixty_three_bytes_that_ends_in_1'
\set long_b 'a_table_with_a_name_of_exactly_sixty_three_bytes_that_ends_in_2'
SELECT length(:'long_a'), length(:'long_b');
CREATE TABLE :"long_a" (at timestamptz) PARTITION BY RANGE (at);
CREATE TABLE :"long_b" (at timestamptz) PARTITION BY RANGE (at);
SELECT action, partition FROM pgscale.create_parent(:'long_a', 'at', '1 month', premake => 1, default_partition => true);
SELECT action, partition FROM pgscale.create_parent(:'long_b', 'at', '1 month', premake => 1, default_partition => true);
SELECT count(DISTINCT partition), max(octet_length(c.relname))
  FROM pgscale.partitions p JOIN pg_class c ON c.oid = p.partition
 WHERE root IN (:'long_a'::regclass, :'long_b'::regclass);

-- characters of several bytes are never split
CREATE TABLE "Жалюзи_и_занавески_для_больших_" (at date) PARTITION BY RANGE (at);
SELECT action, partition FROM pgscale.create_parent('"Жалюзи_и_занавески_для_больших_"', 'at', '1 day', premake => 0);
CREATE TABLE "Größen" (k text) PARTITION BY LIST (k);
SELECT action, partition, bounds FROM pgscale.create_parent('"Größen"', lists => '{"klein": ["ß"], "日本語": ["大"]}');
SELECT count(*) FROM pg_class WHERE relnamespace = 'naming'::regnamespace
   AND (octet_length(relname) > 63 OR convert_from(convert_to(relname, 'UTF8'), 'UTF8') IS NULL);

-- long group names are shortened too, two of them to different names
CREATE TABLE groups (k int) PARTITION BY LIST (k);
SELECT action, partition FROM pgscale.create_parent('groups',
  lists => jsonb_build_object(repeat('g', 70) || '1', '[1]'::jsonb, repeat('g', 70) || '2', '[2]'::jsonb));

-- quoting: capitals, spaces, quotes, and a schema of such a name
CREATE SCHEMA "Naming ""2""";
CREATE TABLE "Naming ""2"""."My ""Table""" ("At!" date) PARTITION BY RANGE ("At!");
SELECT action, partition FROM pgscale.create_parent('"Naming ""2"""."My ""Table"""', 'At!', '1 month', premake => 1, default_partition => true);
SELECT step, action, partition, sql FROM pgscale.plan('"Naming ""2"""."My ""Table"""');
SELECT partition FROM pgscale.partitions WHERE root = '"Naming ""2"""."My ""Table"""'::regclass;

-- a template of one's own
CREATE TABLE own (at date) PARTITION BY RANGE (at);
SELECT action, partition FROM pgscale.create_parent('own', 'at', '1 day', premake => 0, naming => 'y{bound}_{parent}');
CREATE TABLE own_list (k int) PARTITION BY LIST (k);
SELECT action, partition FROM pgscale.create_parent('own_list', lists => '{"one": [1]}', naming => '{bound}_of_{parent}');
CREATE TABLE "{bound}" (at date) PARTITION BY RANGE (at);
SELECT action, partition FROM pgscale.create_parent('"{bound}"', 'at', '1 day', premake => 0);

-- a name that something else has is a refusal; the others are made
CREATE TABLE taken (at date) PARTITION BY RANGE (at);
CREATE TABLE taken_p2026_12 (at date);
CREATE SEQUENCE taken_p2027_01;
CREATE TYPE taken_p2027_02 AS ENUM ('x');
CREATE VIEW taken_default AS SELECT 1 AS x;
SELECT * FROM pgscale.create_parent('taken', 'at', '1 month', premake => 4, default_partition => true);
SELECT action, partition, refusal FROM pgscale.plan('taken');
SELECT outcome, sqlstate, message, hint FROM pgscale.runs WHERE parent = 'taken' AND outcome <> 'ok' ORDER BY id;
-- each is recorded once
CALL pgscale.run_maintenance('taken');
SELECT outcome, count(*) FROM pgscale.runs WHERE parent = 'taken' GROUP BY 1 ORDER BY 1;
SELECT last_sqlstate, last_error FROM pgscale.partition_sets WHERE parent = 'taken'::regclass;
-- and is made when the name is free
DROP TABLE taken_p2026_12;
DROP SEQUENCE taken_p2027_01;
DROP TYPE taken_p2027_02;
DROP VIEW taken_default;
CALL pgscale.run_maintenance('taken');
SELECT partition FROM pgscale.partitions WHERE root = 'taken'::regclass;
SELECT last_error, failures FROM pgscale.partition_sets WHERE parent = 'taken'::regclass;
-- the table of the old name, detached by hand, is a taken name as well
CREATE TABLE detached (at date) PARTITION BY RANGE (at);
SELECT action, partition FROM pgscale.create_parent('detached', 'at', '1 month', premake => 1);
ALTER TABLE detached DETACH PARTITION detached_p2026_12;
CALL pgscale.run_maintenance('detached');
SELECT partition, state FROM pgscale.partitions WHERE root = 'detached'::regclass;

-- a renamed parent goes on under its new name
ALTER TABLE own RENAME TO owned;
SET pgscale.clock = '2026-11-16 12:00:00+00';
CALL pgscale.run_maintenance('owned');
SELECT partition FROM pgscale.partitions WHERE root = 'owned'::regclass;

SET client_min_messages = warning;
DROP SCHEMA naming CASCADE;
DROP SCHEMA "Naming ""2""" CASCADE;
