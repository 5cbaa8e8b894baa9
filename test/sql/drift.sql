-- pgscale.drift: what partitions have otherwise than their parent wishes; CALL pgscale.repair() ends it.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS pgscale;
RESET client_min_messages;
CREATE ROLE regress_drift_owner;
CREATE ROLE regress_drift_other;
CREATE ROLE regress_drift_reader;
CREATE ROLE regress_drift_writer;
CREATE SCHEMA drift;
GRANT ALL ON SCHEMA drift TO regress_drift_owner, regress_drift_other;
SET search_path = drift;
SET TimeZone = 'UTC';
SET DateStyle = 'ISO';
SET pgscale.clock = '2026-11-15 12:00:00+00';

CREATE VIEW differences AS
SELECT parent, partition, kind, object, expected, actual, severity, array_to_string(repair, E'\n') AS repair, locks
  FROM pgscale.drift
 ORDER BY parent::text, partition::text COLLATE "C" NULLS LAST, kind COLLATE "C", object COLLATE "C";
-- one CALL must end all that has a repair, and the second must find nothing to do
CREATE VIEW repairs AS
SELECT partition, action, reason, who, outcome, message FROM pgscale.runs
 WHERE partition LIKE 'drift.%' AND action <> 'create' ORDER BY id;

SET SESSION AUTHORIZATION regress_drift_owner;
CREATE TABLE drift.people (id int PRIMARY KEY);
CREATE FUNCTION drift.note_it() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
CREATE TABLE drift.orders (
    gone int,
    id bigint NOT NULL,
    at date NOT NULL,
    person int REFERENCES drift.people,
    amount numeric DEFAULT 1 CHECK (amount >= 0),
    note text,
    twice numeric GENERATED ALWAYS AS (amount * 2) STORED
) PARTITION BY RANGE (at);
ALTER TABLE drift.orders DROP COLUMN gone;
ALTER TABLE drift.orders ALTER COLUMN note SET STORAGE EXTERNAL, ALTER COLUMN amount SET STATISTICS 500;
CREATE INDEX ON drift.orders (person);
CREATE TRIGGER note_it BEFORE INSERT ON drift.orders FOR EACH ROW EXECUTE FUNCTION drift.note_it();
ALTER TABLE drift.orders ENABLE ROW LEVEL SECURITY;
ALTER TABLE drift.orders REPLICA IDENTITY FULL;
GRANT SELECT ON drift.orders TO regress_drift_reader;
GRANT INSERT, UPDATE (note) ON drift.orders TO regress_drift_writer;
SELECT action, partition FROM pgscale.create_parent('drift.orders', 'at', '1 month', premake => 1, start_at => '2026-10-01');
RESET SESSION AUTHORIZATION;
-- a fresh set has none
SELECT count(*) FROM differences;

-- everything at once, one partition after the other
ALTER TABLE orders_p2026_10 OWNER TO regress_drift_other;
REVOKE SELECT ON orders_p2026_11 FROM regress_drift_reader;
GRANT DELETE ON orders_p2026_11 TO regress_drift_writer;
GRANT UPDATE (amount) ON orders_p2026_11 TO regress_drift_writer;
GRANT INSERT ON orders_p2026_11 TO regress_drift_writer WITH GRANT OPTION;
GRANT TRIGGER ON orders_p2026_11 TO PUBLIC;
ALTER TABLE orders_p2026_11 ALTER COLUMN amount SET DEFAULT 7, ALTER COLUMN note SET DEFAULT 'none',
  ALTER COLUMN note SET STORAGE PLAIN, ALTER COLUMN amount SET STATISTICS -1;
ALTER TABLE orders_p2026_12 ALTER COLUMN amount DROP DEFAULT;
ALTER TABLE orders_p2026_12 DISABLE ROW LEVEL SECURITY;
ALTER TABLE orders_p2026_12 REPLICA IDENTITY DEFAULT;
ALTER TABLE orders_p2026_12 DISABLE TRIGGER note_it;
ALTER TABLE orders_p2026_12 SET UNLOGGED;
\x on
SELECT * FROM differences WHERE parent = 'orders'::regclass;
\x off
-- one kind of them
CALL pgscale.repair('orders', kinds => '{default}');
SELECT partition, kind, object FROM differences WHERE parent = 'orders'::regclass;
CALL pgscale.repair('orders');
SELECT partition, kind, object, actual, repair FROM differences WHERE parent = 'orders'::regclass;
SELECT partition, action, reason, outcome, message FROM repairs;
SELECT count(*) AS runs FROM pgscale.runs \gset
CALL pgscale.repair('orders');
SELECT count(*) - :runs AS more_runs FROM pgscale.runs;
SELECT relname, relowner::regrole, replace(relacl::text, 'Dxtm', 'Dxt') AS relacl FROM pg_class WHERE relnamespace = 'drift'::regnamespace AND relname LIKE 'orders%' AND relkind IN ('r', 'p') ORDER BY 1;
SELECT attrelid::regclass, attname, attacl FROM pg_attribute WHERE attacl IS NOT NULL AND attrelid::regclass::text LIKE 'orders%' ORDER BY 1, 2;
ALTER TABLE orders_p2026_12 ENABLE TRIGGER note_it;
ALTER TABLE orders_p2026_12 SET LOGGED;
SELECT count(*) FROM differences;
-- the other way round: what the parent drops, partitions still have
ALTER TABLE ONLY orders ALTER COLUMN amount DROP DEFAULT;
ALTER TABLE orders DISABLE ROW LEVEL SECURITY;
ALTER TABLE orders REPLICA IDENTITY DEFAULT;
REVOKE ALL ON orders FROM regress_drift_writer;
SELECT partition, kind, object, expected, actual, severity, repair FROM differences WHERE parent = 'orders'::regclass;
CALL pgscale.repair('orders');
SELECT partition, kind, object, expected, actual, severity, repair FROM differences WHERE parent = 'orders'::regclass;

-- what another role has granted only that role can take back
GRANT SELECT ON orders_p2026_11 TO regress_drift_writer WITH GRANT OPTION;
GRANT SELECT ON orders TO regress_drift_writer WITH GRANT OPTION;
GRANT USAGE ON SCHEMA drift TO regress_drift_writer;
SET SESSION AUTHORIZATION regress_drift_writer;
GRANT SELECT ON drift.orders_p2026_11 TO regress_drift_other;
RESET SESSION AUTHORIZATION;
SELECT partition, object, expected, actual, severity, repair FROM differences WHERE kind = 'grant';

-- who may see and repair
SET SESSION AUTHORIZATION regress_drift_other;
SELECT count(*) FROM pgscale.drift;
SELECT count(*) FROM pgscale.drift_of('drift.orders');
CALL pgscale.repair('drift.orders');
RESET SESSION AUTHORIZATION;
GRANT pg_read_all_stats TO regress_drift_other;
SET SESSION AUTHORIZATION regress_drift_other;
SELECT count(*) > 0 AS some FROM pgscale.drift;
SELECT count(*) > 0 AS some FROM pgscale.drift_of('drift.orders');
RESET SESSION AUTHORIZATION;
REVOKE pg_read_all_stats FROM regress_drift_other;
-- the owner of the parent cannot take somebody's table, and all that is done in it waits for that
ALTER TABLE orders_p2026_12 OWNER TO regress_drift_other;
ALTER TABLE orders_p2026_12 ALTER COLUMN note SET DEFAULT 'mine';
SET SESSION AUTHORIZATION regress_drift_owner;
CALL pgscale.repair('drift.orders', '{owner,default}');
RESET SESSION AUTHORIZATION;
SELECT partition, action, reason, who, outcome, sqlstate, message FROM pgscale.runs ORDER BY id DESC LIMIT 1;
CALL pgscale.repair('drift.orders', '{owner,default}');
SELECT partition, action, reason, outcome FROM pgscale.runs WHERE reason LIKE '%mine%' OR reason LIKE 'owner%' ORDER BY id DESC LIMIT 2;

-- bad input
CALL pgscale.repair('orders', '{index,nonsense}');
CALL pgscale.repair('orders', '{NULL}');
CALL pgscale.repair(NULL);
CALL pgscale.repair('people');
SELECT * FROM pgscale.drift_of('people');
SELECT * FROM pgscale.drift_of(NULL);
CREATE TABLE unmanaged (at date) PARTITION BY RANGE (at);
CALL pgscale.repair('unmanaged');
SELECT * FROM pgscale.drift_of('unmanaged');
BEGIN; CALL pgscale.repair('orders'); ROLLBACK;

-- a set that cannot be looked at any more
CREATE TABLE broken (at date) PARTITION BY RANGE (at);
SELECT count(*) FROM pgscale.create_parent('broken', 'at', '1 month', premake => 0);
UPDATE pgscale.policy SET "interval" = 'nonsense' WHERE parent = 'broken'::regclass;
SELECT kind, actual, severity FROM pgscale.drift WHERE parent = 'broken'::regclass;

SET client_min_messages = warning;
DROP SCHEMA drift CASCADE;
DROP ROLE regress_drift_owner, regress_drift_other, regress_drift_reader, regress_drift_writer;
