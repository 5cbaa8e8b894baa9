-- How old transactions in databases and tables are.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS pgscale;
DROP ROLE IF EXISTS regress_wraparound;
RESET client_min_messages;
CREATE ROLE regress_wraparound;
CREATE SCHEMA wraparound;
SET search_path = wraparound;

SELECT attname, format_type(atttypid, atttypmod) FROM pg_attribute
 WHERE attrelid = 'pgscale.wraparound'::regclass AND attnum > 0 ORDER BY attnum;
CREATE VIEW seen AS SELECT w.* FROM pgscale.wraparound w JOIN pg_class c ON c.oid = w."table" WHERE c.relnamespace = 'wraparound'::regnamespace;

-- a row for each database, those that nobody can connect to included; as old as their oldest table
SELECT count(*) = (SELECT count(*) FROM pg_database) AS every_database, min(freeze_max_age) AS freeze_max_age, min(multixact_freeze_max_age) AS multixact_freeze_max_age
  FROM pgscale.wraparound WHERE kind = 'database';
SELECT bool_and(d.xid_age >= t.xid_age) AS older, bool_and(d.mxid_age >= t.mxid_age) AS older_mxid
  FROM pgscale.wraparound d JOIN pgscale.wraparound t ON t.kind = 'table' WHERE d.kind = 'database' AND d.datname = current_database();
SELECT datname = current_database() AS here, "table", oldest FROM pgscale.wraparound WHERE oldest = 'pg_class'::regclass;
-- each table once, no other relation
SELECT count(*) = count(DISTINCT "table") AS once, bool_or(c.relkind NOT IN ('r', 'm', 'p')) AS others FROM pgscale.wraparound w JOIN pg_class c ON c.oid = w."table";

-- partitions in the row of their root, TOAST in that of its table
CREATE TABLE parted (k int, v text) PARTITION BY LIST (k);
CREATE TABLE parted_1 PARTITION OF parted FOR VALUES IN (1);
CREATE TABLE parted_2 PARTITION OF parted FOR VALUES IN (2) PARTITION BY LIST (k);
CREATE TABLE parted_2_2 PARTITION OF parted_2 FOR VALUES IN (2);
SELECT "table", oldest FROM seen;
VACUUM (FREEZE) parted_1;
SELECT "table", oldest FROM seen;
VACUUM (FREEZE, PROCESS_TOAST false) parted_2_2;
SELECT "table", (SELECT reltoastrelid FROM pg_class WHERE oid = 'parted_2_2'::regclass) = oldest AS toast_of_last FROM seen;

-- the ends of the server's own arithmetic
SELECT bool_and(xids_left = 2147483647 - 3000000 - xid_age) AS xids_left, bool_and(mxids_left = 2147483647 - 3000000 - mxid_age) AS mxids_left
  FROM pgscale.wraparound;

-- a table may ask to be frozen earlier, never later; 100,000 is the least
CREATE TABLE earlier (k int) WITH (autovacuum_freeze_max_age = 100000, autovacuum_multixact_freeze_max_age = 10000);
CREATE TABLE later (k int) WITH (autovacuum_freeze_max_age = 2000000000);
SELECT "table", freeze_max_age, multixact_freeze_max_age FROM seen WHERE "table"::text ~ 'er$' ORDER BY 1;
SELECT "table", vacuum_overdue, vacuum_reason FROM pgscale.vacuum WHERE "table" = 'earlier'::regclass;
DO $$
BEGIN
  FOR i IN 1 .. 100100 LOOP
    BEGIN
      INSERT INTO wraparound.later VALUES (1);
      RAISE EXCEPTION 'undone';
    EXCEPTION WHEN raise_exception THEN NULL;
    END;
  END LOOP;
END $$;
SELECT "table", xid_age > 100000 AS old, freeze_pct > 100 AS due FROM seen WHERE "table"::text ~ 'er$' ORDER BY 1;
SELECT "table", vacuum_overdue, vacuum_reason, autovacuum FROM pgscale.vacuum WHERE "table" = 'earlier'::regclass;
VACUUM (FREEZE) earlier;
SELECT "table", xid_age < 100 AS frozen, freeze_pct < 1 AS far FROM seen WHERE "table" = 'earlier'::regclass;
SELECT "table", vacuum_overdue, vacuum_reason FROM pgscale.vacuum WHERE "table" = 'earlier'::regclass;

-- the catalogs are everybody's
GRANT USAGE ON SCHEMA wraparound TO regress_wraparound;
SET ROLE regress_wraparound;
SELECT "table", freeze_max_age FROM pgscale.wraparound WHERE "table" = 'wraparound.earlier'::regclass;
RESET ROLE;
SET client_min_messages = warning;
DROP SCHEMA wraparound CASCADE;
DROP ROLE regress_wraparound;
