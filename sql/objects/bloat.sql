CREATE FUNCTION pgscale.bloat_of(
    relation regclass,
    exact boolean DEFAULT false,
    OUT bytes bigint,
    OUT bloat_bytes bigint,
    OUT bloat_pct numeric,
    OUT low_pct numeric,
    OUT high_pct numeric,
    OUT method text,
    OUT note text)
    LANGUAGE c VOLATILE PARALLEL UNSAFE
    AS 'MODULE_PATHNAME', 'pgscale_bloat_of';
COMMENT ON FUNCTION pgscale.bloat_of(regclass, boolean) IS
'Free and dead bytes of one table, TOAST table or btree index, less what fillfactor reserves, from a sample of its pages; exact: through pgstattuple, which reads all of them. Waits for no lock.';

-- The inner query is not to be flattened: each column would measure again.
CREATE VIEW pgscale.bloat WITH (security_barrier) AS
SELECT n.nspname AS schema,
       c.relname AS name,
       c.oid::regclass AS relation,
       CASE c.relkind WHEN 'r' THEN 'table' WHEN 'm' THEN 'materialized view' WHEN 't' THEN 'toast'
                      WHEN 'f' THEN 'foreign table' ELSE 'index' END AS kind,
       t.oid::regclass AS "table",
       CASE WHEN t.relispartition
            THEN coalesce(pg_catalog.pg_partition_root(t.oid), t.oid::regclass)
            ELSE t.oid::regclass
       END AS root,
       (b.measured).bytes,
       (b.measured).bloat_bytes,
       (b.measured).bloat_pct,
       (b.measured).low_pct,
       (b.measured).high_pct,
       (b.measured).method,
       CASE WHEN (b.measured).method = 'unknown' THEN 'unknown' ELSE 'ok' END AS status,
       (b.measured).note
  FROM pg_catalog.pg_class c
  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
  LEFT JOIN pg_catalog.pg_class o ON c.relkind = 't' AND o.reltoastrelid = c.oid
  LEFT JOIN pg_catalog.pg_index i ON i.indexrelid = c.oid
  LEFT JOIN pg_catalog.pg_class h ON h.oid = i.indrelid AND h.relkind = 't'
  LEFT JOIN pg_catalog.pg_class ho ON h.oid IS NOT NULL AND ho.reltoastrelid = h.oid
  JOIN pg_catalog.pg_class t ON t.oid = coalesce(o.oid, ho.oid, i.indrelid, c.oid)
 CROSS JOIN LATERAL (SELECT pgscale.bloat_of(c.oid) AS measured OFFSET 0) b
 WHERE c.relkind IN ('r', 'm', 't', 'i', 'f')
   AND (pg_catalog.pg_has_role(c.relowner, 'USAGE') OR pg_catalog.pg_has_role('pg_read_all_stats', 'USAGE'));
COMMENT ON VIEW pgscale.bloat IS 'Bloat of each table, TOAST table, materialized view and index of the database, measured when read; relations that cannot be measured say why';
COMMENT ON COLUMN pgscale.bloat.schema IS 'Its schema';
COMMENT ON COLUMN pgscale.bloat.name IS 'Its name';
COMMENT ON COLUMN pgscale.bloat.relation IS 'The relation';
COMMENT ON COLUMN pgscale.bloat.kind IS 'table, materialized view, toast, index or foreign table';
COMMENT ON COLUMN pgscale.bloat."table" IS 'The table that the index or the TOAST table belongs to; of a table itself';
COMMENT ON COLUMN pgscale.bloat.root IS 'The topmost partitioned table above that table; the table itself when it is no partition';
COMMENT ON COLUMN pgscale.bloat.bytes IS 'Size of the relation itself, without its indexes and TOAST; NULL when unknown';
COMMENT ON COLUMN pgscale.bloat.bloat_bytes IS 'Free and dead bytes, less what fillfactor reserves';
COMMENT ON COLUMN pgscale.bloat.bloat_pct IS 'bloat_bytes in percent of bytes; NULL when unknown or empty';
COMMENT ON COLUMN pgscale.bloat.low_pct IS 'Lower end of the interval of 95 percent confidence';
COMMENT ON COLUMN pgscale.bloat.high_pct IS 'Upper end of the interval of 95 percent confidence';
COMMENT ON COLUMN pgscale.bloat.method IS 'all pages (every page was read), free space map (set right by a sample of pages), sample, or unknown';
COMMENT ON COLUMN pgscale.bloat.status IS 'ok or unknown';
COMMENT ON COLUMN pgscale.bloat.note IS 'Why it is unknown';

GRANT SELECT ON pgscale.bloat TO PUBLIC;
