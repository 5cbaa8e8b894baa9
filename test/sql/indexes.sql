-- Indexes that do not work, do nothing, or are missing: pgscale.indexes, pgscale.missing_indexes.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS pgscale;
DROP ROLE IF EXISTS regress_idx_other, regress_idx_owner;
RESET client_min_messages;
SET timezone = 'UTC';
SET DateStyle = 'ISO';
SET pgscale.clock = '2026-03-10 12:00+00';
CREATE SCHEMA indexes;
SET search_path = indexes;
CREATE ROLE regress_idx_other;
GRANT USAGE ON SCHEMA indexes TO PUBLIC;

CREATE TABLE items (id int PRIMARY KEY, a int NOT NULL, b int, c text, during int4range, EXCLUDE USING gist (during WITH &&));
CREATE INDEX items_a ON items (a);
CREATE INDEX items_a_again ON items (a);
CREATE INDEX items_a_b ON items (a, b);
CREATE INDEX items_a_desc ON items (a DESC);
CREATE INDEX items_b_a ON items (b, a) INCLUDE (c);
CREATE INDEX items_hash ON items USING hash (a);
CREATE UNIQUE INDEX items_a_id ON items (a, id);
CREATE UNIQUE INDEX items_id_again ON items (id);
CREATE INDEX items_id ON items (id);
CREATE INDEX items_lower ON items (lower(c));
CREATE   INDEX   items_lower_again   ON items (lower(c), b);
CREATE INDEX items_upper ON items (upper(c));
CREATE INDEX items_part ON items (b) WHERE a > 5;
CREATE INDEX items_part_again ON items (b)    WHERE   a > 5;
CREATE INDEX items_other_part ON items (b) WHERE a > 6;
CREATE INDEX items_pattern ON items (c text_pattern_ops);
CREATE INDEX items_c ON items (c);
CREATE INDEX "items Odd" ON items ("b", lower(c));
CREATE VIEW shown AS SELECT * FROM pgscale.indexes WHERE schema = 'indexes';
GRANT SELECT ON shown TO PUBLIC;

-- which do the work of others: duplicates and beginnings, of the same method, classes, direction and predicate
SELECT name, method, columns, redundant_with FROM shown WHERE "table" = 'items'::regclass ORDER BY name COLLATE "C";
-- what each is for
SELECT name, is_unique, is_primary, is_constraint, is_replica_identity, is_partial, is_valid, is_ready, unused FROM shown
 WHERE name IN ('items_pkey', 'items_during_excl', 'items_a_id', 'items_part', 'items_a') ORDER BY name COLLATE "C";
ALTER TABLE items REPLICA IDENTITY USING INDEX items_a_id;
SELECT name, is_replica_identity, unused FROM shown WHERE name = 'items_a_id';

-- a scan makes it used
INSERT INTO items SELECT g, g, g, g FROM generate_series(1, 100) g;
SET enable_seqscan = off;
SELECT count(*) FROM items WHERE c = '7';
SELECT pg_stat_force_next_flush();
SELECT name, scans, unused, bytes > 0 AS has_size FROM shown WHERE name IN ('items_c', 'items_pattern') ORDER BY name;
RESET enable_seqscan;

-- partitioned: one row, invalid while one partition lacks its part; an index of one partition alone has its own
CREATE TABLE parted (id int, k int) PARTITION BY RANGE (id);
CREATE TABLE parted_1 PARTITION OF parted FOR VALUES FROM (0) TO (10);
CREATE TABLE parted_2 PARTITION OF parted FOR VALUES FROM (10) TO (20);
CREATE INDEX parted_id ON parted (id);
CREATE INDEX parted_k ON ONLY parted (k);
CREATE INDEX parted_1_k ON parted_1 (k);
ALTER INDEX parted_k ATTACH PARTITION parted_1_k;
CREATE INDEX parted_2_alone ON parted_2 (id);
SELECT name, "table", root, leaves, is_valid, redundant_with FROM shown WHERE root = 'parted'::regclass ORDER BY name;
CREATE INDEX parted_2_k ON parted_2 (k);
ALTER INDEX parted_k ATTACH PARTITION parted_2_k;
SELECT name, leaves, is_valid FROM shown WHERE root = 'parted'::regclass ORDER BY name;
SELECT count(*) AS differing FROM shown WHERE root IS DISTINCT FROM pg_partition_root("table");

-- since when it is observed: a new index or one that was reset must not seem to be long unused
CALL pgscale.take_sample();
SET pgscale.clock = '2026-03-10 13:00+00';
CREATE INDEX items_new ON items (b, c);
CREATE INDEX parted_new ON parted (k, id);
SELECT name, observed_since FROM shown WHERE name IN ('items_a', 'items_new', 'parted_id', 'parted_new') ORDER BY name;
CALL pgscale.take_sample();
SELECT name, observed_since FROM shown WHERE name IN ('items_a', 'items_new', 'parted_id', 'parted_new') ORDER BY name;
-- partitions that come and go change nothing
SET pgscale.clock = '2026-03-10 14:00+00';
CREATE TABLE parted_3 PARTITION OF parted FOR VALUES FROM (20) TO (30);
DROP TABLE parted_1;
CALL pgscale.take_sample();
SELECT name, leaves, observed_since FROM shown WHERE name IN ('parted_id', 'parted_new') ORDER BY name;
SET timezone = 'Europe/Berlin';
SELECT name, observed_since FROM shown WHERE name = 'items_new';
SET timezone = 'UTC';
-- what was counted before a reset of all is not known any more, and so is nothing until the next sample
SELECT pg_stat_reset();
SELECT name, observed_since FROM shown WHERE name = 'items_a';
SET pgscale.clock = '2026-03-10 15:00+00';
CALL pgscale.take_sample();
SELECT name, observed_since, window_scans, status FROM shown WHERE name IN ('items_a', 'items_new') ORDER BY name;
SET pgscale.clock = '2026-03-10 15:05+00';
SET enable_seqscan = off;
SELECT count(*) FROM items WHERE c = '7';
SELECT count(*) FROM parted WHERE id = 25;
RESET enable_seqscan;
SELECT pg_stat_force_next_flush();
CALL pgscale.take_sample();
SELECT name, scans, window_scans, window_s, since, status FROM shown WHERE name IN ('items_a', 'items_c', 'parted_id') ORDER BY name;
SET ROLE regress_idx_other;
SELECT name, scans, window_scans, observed_since, status FROM pgscale.indexes WHERE name = 'items_c';
RESET ROLE;
-- an owner sees the history of his own, a member of pg_read_all_stats all of it
CREATE ROLE regress_idx_owner;
ALTER TABLE items OWNER TO regress_idx_owner;
SET ROLE regress_idx_owner;
SELECT name, window_scans, observed_since, window_s, status FROM shown WHERE name IN ('items_c', 'parted_id') ORDER BY name;
RESET ROLE;
GRANT pg_read_all_stats TO regress_idx_other;
SET ROLE regress_idx_other;
SELECT name, window_scans, observed_since, window_s, status FROM shown WHERE name IN ('items_c', 'parted_id') ORDER BY name;
RESET ROLE;
REVOKE pg_read_all_stats FROM regress_idx_other;

-- foreign keys want an index on their side, on each partition if not on the whole
CREATE TABLE targets (id int PRIMARY KEY, k int UNIQUE);
CREATE TABLE plain (id int, "Target" int CONSTRAINT plain_target REFERENCES targets, k int CONSTRAINT plain_k REFERENCES targets (k));
CREATE INDEX plain_k_idx ON plain (k, id);
CREATE TABLE split (id int, target int CONSTRAINT split_target REFERENCES targets) PARTITION BY RANGE (id);
CREATE TABLE split_1 PARTITION OF split FOR VALUES FROM (0) TO (10000);
CREATE TABLE calm (target int REFERENCES targets);
INSERT INTO targets SELECT g, g FROM generate_series(1, 10) g;
INSERT INTO plain SELECT g, 1, 1 FROM generate_series(1, 1001) g;
INSERT INTO split SELECT g, 1 FROM generate_series(1, 1001) g;
INSERT INTO calm VALUES (1);
DELETE FROM targets WHERE id = 10;
SELECT pg_stat_force_next_flush();
CREATE VIEW missing AS
SELECT relation, kind, columns, basis, regexp_replace(evidence, '\d{4}-\d\d-\d\d \S+', 'THEN') AS evidence, suggestion FROM pgscale.missing_indexes WHERE schema = 'indexes' ORDER BY relation::text, columns;
SELECT name, supports_foreign_key FROM shown WHERE name IN ('plain_k_idx', 'targets_pkey') ORDER BY name;
SELECT relation, kind, columns, evidence, suggestion FROM missing;
CREATE INDEX split_1_target ON split_1 (target);
CREATE INDEX plain_target_part ON plain ("Target") WHERE id > 0;
SELECT relation, columns FROM missing;
CREATE INDEX plain_target ON plain ("Target");
SELECT relation, columns FROM missing;

-- sequential scans that read much, from the samples of an hour; also where no index was ever used
CREATE TABLE big (id int) WITH (fillfactor = 10, autovacuum_enabled = false);
INSERT INTO big SELECT g FROM generate_series(1, 100000) g;
CREATE TABLE small (id int);
INSERT INTO small SELECT g FROM generate_series(1, 10000) g;
-- what is reported only after ANALYZE has counted the rows is added to them
SELECT pg_stat_force_next_flush();
ANALYZE big, small;
SELECT pg_stat_force_next_flush();
SELECT name, rows_estimate, live_rows FROM pgscale.tables WHERE relation IN ('big'::regclass, 'small'::regclass) ORDER BY name;
SELECT table_bytes >= 32 * 1024 * 1024 AS is_large FROM pgscale.tables WHERE relation = 'big'::regclass;
CREATE PROCEDURE sampled(clock text, scans bigint, rows bigint) LANGUAGE sql AS $$
INSERT INTO pgscale.sample (at, seconds, scope, object, frame, scans, idx_scans, rows)
VALUES (clock::timestamptz, 3600, 'server', 0, false, NULL, NULL, NULL),
       (clock::timestamptz, 3600, 'table', 'indexes.big'::regclass::oid::bigint, false, scans, 0, rows),
       (clock::timestamptz, 3600, 'table', 'indexes.small'::regclass::oid::bigint, false, scans, 0, rows)
$$;
CREATE VIEW scanned AS
SELECT relation, kind, rows_estimate, seq_scans, seq_rows, idx_scans, basis, over_s, since, seq_bytes > 10 * table_bytes AS often, suggestion, status
  FROM pgscale.missing_indexes WHERE schema = 'indexes' AND kind = 'sequential scans';
GRANT SELECT ON scanned TO PUBLIC;
CREATE TABLE pgscale.sample_test PARTITION OF pgscale.sample DEFAULT;
SET pgscale.clock = '2026-05-01 12:00+00';
CALL sampled('2026-05-01 12:00+00', 9, 900000);
SELECT * FROM scanned;
SET pgscale.clock = '2026-05-02 12:00+00';
CALL sampled('2026-05-02 12:00+00', 11, 1100000);
SELECT * FROM scanned;
SELECT regexp_replace(evidence, '\d+ [MG]B', 'SIZE', 'g') AS evidence FROM pgscale.missing_indexes WHERE relation = 'big'::regclass;
-- many scans that stop at the first row read little
SET pgscale.clock = '2026-05-03 12:00+00';
CALL sampled('2026-05-03 12:00+00', 5000, 5000);
SELECT * FROM scanned;
-- who may not see the history is told of what was counted since the reset
SET pgscale.clock = '2026-05-02 12:00+00';
SET ROLE regress_idx_other;
SELECT count(*) FROM scanned WHERE basis <> 'since reset';
RESET ROLE;

DROP TABLE pgscale.sample_test;
DROP EXTENSION pgscale CASCADE;
SET client_min_messages = warning;
DROP SCHEMA indexes CASCADE;
DROP ROLE regress_idx_other, regress_idx_owner;
