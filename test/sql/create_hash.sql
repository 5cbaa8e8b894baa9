-- Hash sets: all remainders in one go.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS pgscale;
RESET client_min_messages;
CREATE SCHEMA create_hash;
SET search_path = create_hash;
SET TimeZone = 'UTC';
SET DateStyle = 'ISO';
SET pgscale.clock = '2026-11-15 12:00:00+00';

CREATE TABLE sessions (user_id bigint, data text) PARTITION BY HASH (user_id);
SELECT * FROM pgscale.create_parent('sessions', 'user_id', method => 'hash', partitions => 4);
SELECT partition, method, modulus, remainder FROM pgscale.partitions
 WHERE root = 'sessions'::regclass ORDER BY remainder;
SELECT method, control, partitions, count, next_due FROM pgscale.partition_sets WHERE parent = 'sessions'::regclass;
INSERT INTO sessions SELECT g FROM generate_series(1, 1000) g;
SELECT count(*), count(DISTINCT tableoid) FROM sessions;

-- names sort
CREATE TABLE twelve (k int) PARTITION BY HASH (k);
SELECT partition FROM pgscale.create_parent('twelve', partitions => 12);

-- some remainders exist, of any name
CREATE TABLE gaps (k text) PARTITION BY HASH (k);
CREATE TABLE third PARTITION OF gaps FOR VALUES WITH (MODULUS 4, REMAINDER 2);
SELECT * FROM pgscale.create_parent('gaps', partitions => 4);

-- several columns, and an expression
CREATE TABLE several (a int, b text) PARTITION BY HASH (a, b);
SELECT action, partition, bounds FROM pgscale.create_parent('several', partitions => 2);
SELECT control FROM pgscale.partition_sets WHERE parent = 'several'::regclass;
CREATE TABLE expression (a text) PARTITION BY HASH (lower(a));
SELECT action, partition, bounds FROM pgscale.create_parent('expression', partitions => 2);
SELECT control FROM pgscale.partition_sets WHERE parent = 'expression'::regclass;

-- other moduli: what is covered as a whole is left alone, what is covered in part is refused
CREATE TABLE finer (k int) PARTITION BY HASH (k);
CREATE TABLE finer_a PARTITION OF finer FOR VALUES WITH (MODULUS 4, REMAINDER 0);
CREATE TABLE finer_b PARTITION OF finer FOR VALUES WITH (MODULUS 4, REMAINDER 2);
SELECT * FROM pgscale.create_parent('finer', partitions => 2);
CREATE TABLE coarser (k int) PARTITION BY HASH (k);
CREATE TABLE coarser_a PARTITION OF coarser FOR VALUES WITH (MODULUS 2, REMAINDER 1);
SELECT * FROM pgscale.create_parent('coarser', partitions => 4);
INSERT INTO coarser SELECT g FROM generate_series(1, 100) g;
CREATE TABLE partly (k int) PARTITION BY HASH (k);
CREATE TABLE partly_a PARTITION OF partly FOR VALUES WITH (MODULUS 4, REMAINDER 1);
SELECT action, bounds, detail FROM pgscale.create_parent('partly', partitions => 2);
SELECT failures, last_sqlstate, last_error FROM pgscale.partition_sets WHERE parent = 'partly'::regclass;
SELECT outcome, sqlstate, message, hint FROM pgscale.runs WHERE parent = 'partly' AND outcome <> 'ok' ORDER BY id;

-- a hash set is complete once it is made
SELECT count(*) FROM pgscale.plan('sessions');
SELECT * FROM pgscale.retire_partition('sessions_p0');

-- refusals
CREATE TABLE plain (k int) PARTITION BY HASH (k);
SELECT * FROM pgscale.create_parent('plain');
SELECT * FROM pgscale.create_parent('plain', partitions => 0);
SELECT * FROM pgscale.create_parent('plain', partitions => 4, default_partition => true);
SELECT * FROM pgscale.create_parent('plain', partitions => 4, "interval" => '1');
SELECT * FROM pgscale.create_parent('plain', partitions => 4, retention => '1');

SET client_min_messages = warning;
DROP SCHEMA create_hash CASCADE;
