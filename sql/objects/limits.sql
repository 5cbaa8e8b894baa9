
CREATE FUNCTION pgscale.sequence_state(sequence oid, OUT last_value bigint, OUT is_called boolean, OUT note text)
    LANGUAGE c VOLATILE PARALLEL UNSAFE
    AS 'MODULE_PATHNAME', 'pgscale_sequence_state';
COMMENT ON FUNCTION pgscale.sequence_state(oid) IS
'Where a sequence stands, with the rights of the caller; waits for no lock and keeps none, unlike pg_sequence_last_value; note says why it is unknown; part of the view sequences';

-- One pass over the catalogs in C.
CREATE FUNCTION pgscale.sequence_columns()
    RETURNS TABLE (sequence oid, relation oid, "column" name, column_type text, low bigint, high bigint)
    LANGUAGE c VOLATILE PARALLEL RESTRICTED ROWS 1000
    AS 'MODULE_PATHNAME', 'pgscale_sequence_columns';
COMMENT ON FUNCTION pgscale.sequence_columns() IS
'The column that each sequence feeds, because it owns it or has it in its default, and what it can hold; of several the one with the narrowest type; part of the view sequences';

CREATE VIEW pgscale.sequences AS
WITH bound AS (
    SELECT s.seqrelid, s.seqmin, s.seqmax, s.seqincrement, s.seqcycle, c.relation, c."column", c.column_type,
           greatest(s.seqmin, c.low) AS low, least(s.seqmax, c.high) AS high,
           s.seqincrement > 0 AS ascends,
           (r.state).last_value, (r.state).is_called, (r.state).note
      FROM pg_catalog.pg_sequence s
      LEFT JOIN pgscale.sequence_columns() c ON c.sequence = s.seqrelid
     CROSS JOIN LATERAL (SELECT pgscale.sequence_state(s.seqrelid) AS state OFFSET 0) r
     WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_class q
                        WHERE q.oid = s.seqrelid AND q.relpersistence = 't' AND pg_catalog.pg_is_other_temp_schema(q.relnamespace))),
measured AS (
    SELECT b.*,
           CASE WHEN b.ascends THEN b.last_value::numeric - b.seqmin ELSE b.seqmax - b.last_value::numeric END + b.is_called::int AS taken,
           CASE WHEN b.ascends THEN b.high::numeric - b.last_value ELSE b.last_value::numeric - b.low END AS ahead
      FROM bound b)
SELECT m.seqrelid::regclass AS sequence,
       m.relation::regclass AS "table",
       m."column" AS "column",
       m.column_type,
       CASE WHEN m.is_called THEN m.last_value END AS last_value,
       m.seqincrement AS increment,
       CASE WHEN m.ascends THEN m.high ELSE m.low END AS last_usable,
       CASE WHEN m.ahead < 0 THEN 100.00
            ELSE round(100 * m.taken / (m.taken + m.ahead + (NOT m.is_called)::int), 2) END AS used_pct,
       CASE WHEN m.ahead < 0 THEN 0 ELSE floor(m.ahead / abs(m.seqincrement)) + (NOT m.is_called)::int END AS remaining,
       m.seqcycle AS cycle,
       CASE WHEN m.note IS NULL THEN 'ok' ELSE 'unknown' END AS status,
       m.note
  FROM measured m
 ORDER BY used_pct DESC NULLS LAST, m.seqrelid;
COMMENT ON VIEW pgscale.sequences IS 'Sequences and how much is left of them, by what both the sequence and the column it feeds can take; the fullest first';
COMMENT ON COLUMN pgscale.sequences.sequence IS 'The sequence';
COMMENT ON COLUMN pgscale.sequences."table" IS 'Table of the column that it feeds; of several the one with the narrowest type';
COMMENT ON COLUMN pgscale.sequences."column" IS 'That column; NULL when no column owns the sequence or has it in its default';
COMMENT ON COLUMN pgscale.sequences.column_type IS 'Its type';
COMMENT ON COLUMN pgscale.sequences.last_value IS 'The last value given out; NULL for none, and when unknown';
COMMENT ON COLUMN pgscale.sequences.increment IS 'Step; negative when it descends';
COMMENT ON COLUMN pgscale.sequences.last_usable IS 'The last value that sequence and column can both take';
COMMENT ON COLUMN pgscale.sequences.used_pct IS 'Values gone, in percent of all up to last_usable; NULL when unknown';
COMMENT ON COLUMN pgscale.sequences.remaining IS 'How many more values there are; NULL when unknown';
COMMENT ON COLUMN pgscale.sequences.cycle IS 'Whether the sequence starts again at its end; it does not where the column ends before';
COMMENT ON COLUMN pgscale.sequences.status IS 'ok or unknown';
COMMENT ON COLUMN pgscale.sequences.note IS 'Why it is unknown';

CREATE FUNCTION pgscale.temp_files_now(OUT pid integer, OUT files bigint, OUT bytes bigint) RETURNS SETOF record
    LANGUAGE c VOLATILE PARALLEL RESTRICTED
    SET search_path = pg_catalog, pg_temp
    AS 'MODULE_PATHNAME', 'pgscale_temp_files_now';
COMMENT ON FUNCTION pgscale.temp_files_now() IS
'Temporary files on disk by process; no rows for who may not execute pg_ls_tmpdir(); part of the view temp_files';

CREATE VIEW pgscale.temp_files AS
WITH allowed AS (
    SELECT CASE WHEN pg_catalog.has_function_privilege('pg_catalog.pg_ls_tmpdir(oid)', 'EXECUTE') THEN 0 END AS none),
now AS (
    SELECT a.datid, sum(t.files) AS files, sum(t.bytes) AS bytes
      FROM pgscale.temp_files_now() t
      LEFT JOIN pg_catalog.pg_stat_activity a ON a.pid = t.pid
     GROUP BY a.datid),
counted AS (
    SELECT c.object::oid AS datid,
           sum(c.total) FILTER (WHERE c.name = 'temp_files')::float8 AS files,
           sum(c.total) FILTER (WHERE c.name = 'temp_bytes')::float8 AS bytes
      FROM pgscale.recent_counter c
     WHERE c.scope = 'database' AND c.name IN ('temp_files', 'temp_bytes')
     GROUP BY c.object)
SELECT d.datname,
       d.temp_files AS files,
       d.temp_bytes AS bytes,
       d.stats_reset,
       coalesce(n.files, a.none)::bigint AS current_files,
       coalesce(n.bytes, a.none)::bigint AS current_bytes,
       CASE WHEN w.window_s > 0 AND d.datid IS NOT NULL THEN coalesce(c.files, 0) / w.window_s END AS window_files_per_s,
       CASE WHEN w.window_s > 0 AND d.datid IS NOT NULL THEN coalesce(c.bytes, 0) / w.window_s END AS window_bytes_per_s,
       w.window_s,
       w.since,
       CASE WHEN w.window_s > 0 THEN 'ok' ELSE 'unknown' END AS status
  FROM (SELECT * FROM pg_catalog.pg_stat_database s WHERE s.datid <> 0) d
  FULL JOIN now n ON n.datid = d.datid
  LEFT JOIN counted c ON c.datid = d.datid
 CROSS JOIN allowed a
 CROSS JOIN pgscale.recent_window w
 ORDER BY d.temp_bytes DESC NULLS LAST, d.datname;
COMMENT ON VIEW pgscale.temp_files IS 'Temporary files of each database: since the last reset, over the window, and on disk now';
COMMENT ON COLUMN pgscale.temp_files.datname IS 'The database; NULL for files on disk that no running process owns, such as a crash leaves';
COMMENT ON COLUMN pgscale.temp_files.files IS 'Files made since stats_reset, counted when they are removed';
COMMENT ON COLUMN pgscale.temp_files.bytes IS 'Bytes in them';
COMMENT ON COLUMN pgscale.temp_files.stats_reset IS 'When the statistics of the database were last reset; NULL for never';
COMMENT ON COLUMN pgscale.temp_files.current_files IS 'Files on disk now, without those that parallel workers share; NULL for who may not execute pg_ls_tmpdir()';
COMMENT ON COLUMN pgscale.temp_files.current_bytes IS 'Bytes in them';
COMMENT ON COLUMN pgscale.temp_files.window_files_per_s IS 'Files per second over the window';
COMMENT ON COLUMN pgscale.temp_files.window_bytes_per_s IS 'Bytes per second over the window';
COMMENT ON COLUMN pgscale.temp_files.window_s IS 'Seconds of the window that were sampled; NULL for none';
COMMENT ON COLUMN pgscale.temp_files.since IS 'Start of the window';
COMMENT ON COLUMN pgscale.temp_files.status IS 'ok, or unknown when the window has no sample';

GRANT SELECT ON pgscale.sequences, pgscale.temp_files TO PUBLIC;
