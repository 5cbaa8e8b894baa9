-- What users of pg_partman suffer, done to a set of pgscale; docs/partman_pains.md has the numbers.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS pgscale;
RESET client_min_messages;
CREATE SCHEMA partman_pains;
SET search_path = partman_pains;
SET TimeZone = 'UTC';
SET DateStyle = 'ISO';
SET pgscale.clock = '2026-11-15 12:00:00+00';

-- pain 6: a retirement that fails, visit after visit, keeps no new partition from being made
CREATE TABLE kept (at date PRIMARY KEY) PARTITION BY RANGE (at);
SELECT count(*) FROM pgscale.create_parent('kept', 'at', '1 month', premake => 0, start_at => '2026-10-01', retention => '1 month', retire => 'drop');
INSERT INTO kept VALUES ('2026-10-10');
CREATE TABLE refers (at date CONSTRAINT refers_to_kept REFERENCES kept);
INSERT INTO refers VALUES ('2026-10-10');
-- the warning has a name that PostgreSQL chose for the constraint on the partition
\set VERBOSITY sqlstate
SET pgscale.clock = '2026-12-15 12:00:00+00';
CALL pgscale.run_maintenance('kept');
SET pgscale.clock = '2027-01-15 12:00:00+00';
CALL pgscale.run_maintenance('kept');
\set VERBOSITY default
SELECT partition, state FROM pgscale.partitions WHERE root = 'kept'::regclass ORDER BY partition::text;
-- pain 9: the run says which foreign key is in the way
SELECT DISTINCT action, partition, detail, hint FROM pgscale.runs WHERE parent = 'kept' AND outcome = 'failed';
-- pain 7: a failure is told to who calls, counted and kept with its SQLSTATE, and the last success is not forgotten
SELECT failures, last_sqlstate, last_error LIKE 'removing partition "kept_p2026_10" violates foreign key constraint %' AS says_why, last_success IS NOT NULL AS has_succeeded, retry_at IS NOT NULL AS will_retry
  FROM pgscale.partition_sets WHERE parent = 'kept'::regclass;
-- pain 7: a name that is no set is an error, not a success that did nothing
CALL pgscale.run_maintenance('refers');
CALL pgscale.run_maintenance('nothing');
-- pain 10: a session in which maintenance failed holds no lock that would keep others from it
SELECT count(*) FROM pg_locks WHERE pid = pg_backend_pid() AND locktype IN ('advisory', 'object');
SET pgscale.clock = '2026-11-15 12:00:00+00';

-- pain 8: coverage in time, rows in the default partition and what is not done are columns of a view
CREATE TABLE seen (at date) PARTITION BY RANGE (at);
SELECT count(*) FROM pgscale.create_parent('seen', 'at', '1 month', premake => 2, default_partition => true);
INSERT INTO seen VALUES ('2020-01-01');
SELECT count, oldest, covered_until, pending, next_due, failures FROM pgscale.partition_sets WHERE parent = 'seen'::regclass;
SELECT pg_stat_force_next_flush();
SELECT check_name, object, value FROM pgscale.set_evidence WHERE check_name = 'default_rows' AND object = 'seen';

-- pain 14: of a date key the row at the lower bound goes to the new partition and the row at the upper bound stays
CREATE TABLE days (day date, n int) PARTITION BY RANGE (day);
CREATE INDEX ON days (day);
SELECT count(*) FROM pgscale.create_parent('days', 'day', '1 day', premake => 0, default_partition => true);
INSERT INTO days SELECT date '2026-03-01' + n, n FROM generate_series(0, 2) n;
INSERT INTO days SELECT '2020-01-01', n FROM generate_series(1, 5000) n;
ANALYZE days;
SELECT count(*) FROM pgscale.alter_parent('days', retention => '1 year');
-- pain 14: and the rows are found by the index of the key
SELECT pg_stat_force_next_flush();
SELECT seq_scan AS before FROM pg_stat_user_tables WHERE relid = 'days_default'::regclass \gset
CALL pgscale.drain_default('days');
SELECT pg_stat_force_next_flush();
SELECT seq_scan - :before AS scans FROM pg_stat_user_tables WHERE relid = 'days_default'::regclass;
SELECT tableoid::regclass AS partition, day FROM days WHERE day > '2026-01-01' ORDER BY day;

-- pain 18: one number of far ahead makes no partitions up to it, neither in the default partition nor moved out of it
CREATE TABLE numbers (id bigint) PARTITION BY RANGE (id);
SELECT count(*) FROM pgscale.create_parent('numbers', 'id', '1000', premake => 2, default_partition => true);
INSERT INTO numbers VALUES (1), (1000000000);
CALL pgscale.run_maintenance('numbers');
SELECT partition FROM pgscale.partitions WHERE root = 'numbers'::regclass;
CALL pgscale.drain_default('numbers');
CALL pgscale.run_maintenance('numbers');
SELECT partition FROM pgscale.partitions WHERE root = 'numbers'::regclass ORDER BY is_default, lower::bigint;

-- pain 31: a primary key keeps its INCLUDE columns in partitions to come
CREATE TABLE including (at date, n int, note text, PRIMARY KEY (at) INCLUDE (n)) PARTITION BY RANGE (at);
SELECT count(*) FROM pgscale.create_parent('including', 'at', '1 month', premake => 0);
SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = 'including_p2026_11'::regclass AND contype = 'p';

-- pain 35: retention of the second level is that which was declared, in partitions that come later, too
CREATE TABLE regions (region text, at date) PARTITION BY LIST (region);
SELECT count(*) FROM pgscale.create_parent('regions', lists => '{"eu": ["DE"]}');
SELECT count(*) FROM pgscale.create_subparent('regions', 'at', '1 month', premake => 0, retention => '1 month', retire => 'drop');
SELECT count(*) FROM pgscale.alter_parent('regions', lists => '{"eu": ["DE"], "us": ["US"]}');
CALL pgscale.run_maintenance('regions');
SELECT parent, retention, retire FROM pgscale.partition_sets WHERE root = 'regions'::regclass AND level = 1 ORDER BY parent::text;

-- pain 37: a library and an extension of two versions refuse to work together
CREATE TABLE versions (at date) PARTITION BY RANGE (at);
SELECT count(*) FROM pgscale.create_parent('versions', 'at', '1 month', premake => 0);
SET pgscale.clock = '2026-12-15 12:00:00+00';
UPDATE pg_extension SET extversion = '0.9' WHERE extname = 'pgscale';
CALL pgscale.run_maintenance('versions');
UPDATE pg_extension SET extversion = '1.0' WHERE extname = 'pgscale';
SELECT partition FROM pgscale.partitions WHERE root = 'versions'::regclass;
SET pgscale.clock = '2026-11-15 12:00:00+00';

-- pain 39: a set that was renamed and moved to another schema goes on, with its partitions where their parent is
CREATE SCHEMA partman_pains_new;
CREATE TABLE moves (at date) PARTITION BY RANGE (at);
SELECT count(*) FROM pgscale.create_parent('moves', 'at', '1 month', premake => 0);
ALTER TABLE moves RENAME TO moved;
ALTER TABLE moved SET SCHEMA partman_pains_new;
SET pgscale.clock = '2026-12-15 12:00:00+00';
CALL pgscale.run_maintenance('partman_pains_new.moved');
SELECT partition, state FROM pgscale.partitions WHERE root = 'partman_pains_new.moved'::regclass ORDER BY partition::text;
-- pain 39: a set whose table was dropped leaves nothing that later visits stumble over
DROP TABLE partman_pains_new.moved;
SELECT count(*) FROM pgscale.policy p WHERE NOT EXISTS (SELECT FROM pg_class c WHERE c.oid = p.parent);

SET pgscale.clock = '2026-11-15 12:00:00+00';
-- pain 40: what retention took is put back by ATTACH, and stays while retention allows it
CREATE TABLE undone (at date) PARTITION BY RANGE (at);
SELECT count(*) FROM pgscale.create_parent('undone', 'at', '1 month', premake => 0, start_at => '2026-10-01', retention => '1 month');
INSERT INTO undone VALUES ('2026-10-10');
SET pgscale.clock = '2027-01-15 12:00:00+00';
CALL pgscale.run_maintenance('undone');
SELECT count(*) FROM undone;
SELECT count(*) FROM pgscale.alter_parent('undone', retention => '1 year');
ALTER TABLE undone ATTACH PARTITION undone_p2026_10 FOR VALUES FROM ('2026-10-01') TO ('2026-11-01');
CALL pgscale.run_maintenance('undone');
SELECT count(*) FROM undone;
SELECT partition, state FROM pgscale.partitions WHERE partition = 'undone_p2026_10'::regclass;

-- defect 8: indexes are stripped from a retired partition in whichever schema it lies
CREATE TABLE stripped (at date, n int) PARTITION BY RANGE (at);
CREATE INDEX ON stripped (n);
CREATE TABLE partman_pains_new.elsewhere PARTITION OF stripped FOR VALUES FROM ('2026-01-01') TO ('2026-02-01');
SELECT count(*) > 0 AS made FROM pgscale.create_parent('stripped', 'at', '1 month', premake => 0, retention => '2 months', retire => 'archive', archive_indexes => false);
CALL pgscale.run_maintenance('stripped');
SELECT partition, state FROM pgscale.partitions WHERE root = 'stripped'::regclass AND state <> 'attached';
SELECT count(*) FROM pg_index WHERE indrelid = 'partman_pains_new.elsewhere'::regclass;

SET client_min_messages = warning;
DROP SCHEMA partman_pains, partman_pains_new CASCADE;
