-- Each view shows a set to its owner, to members of the owning role and to pg_read_all_stats.

CREATE VIEW pgscale.partition_sets WITH (security_barrier) AS
SELECT p.parent,
       CASE k.partstrat WHEN 'r' THEN 'range' WHEN 'l' THEN 'list' ELSE 'hash' END AS method,
       (SELECT array_agg(a.attname ORDER BY n.ord)
          FROM unnest(k.partattrs::smallint[]) WITH ORDINALITY AS n (attnum, ord)
          LEFT JOIN pg_catalog.pg_attribute a ON a.attrelid = p.parent AND a.attnum = n.attnum) AS control,
       p."interval",
       p.premake,
       p.origin AS start_at,
       p.retention,
       p.retire,
       p.default_partition,
       p.timezone,
       p.partitions,
       p.lists,
       p.naming,
       p.drain,
       p.auto_list,
       p.auto_list_rows,
       i.count,
       CASE WHEN e.encoded THEN t.oldest ELSE pg_catalog.split_part(i.oldest, ', ', 1) END AS oldest,
       CASE WHEN e.encoded THEN t.covered_until ELSE pg_catalog.split_part(pgscale.covered_until(p.parent), ', ', 1) END AS covered_until,
       i.pending,
       s.next_due,
       s.retry_at,
       s.last_run,
       s.last_success,
       s.last_error,
       s.last_sqlstate,
       coalesce(s.failures, 0) AS failures,
       s.hold_until,
       p.paused,
       coalesce(s.crashes, 0) >= 3 AS quarantined,
       p.ahead,
       p.encoding,
       p.encoding_options,
       p.encoder,
       p.decoder,
       p.retention_count,
       p.retention_bytes,
       p.keep_for,
       p.archive_schema,
       p.archive_tablespace,
       p.archive_indexes,
       p.export_path,
       p.export_format,
       p.before_retire,
       p.after_retire,
       p.retire_shard,
       p.storage_parameters,
       p.template,
       p.root,
       p.level
  FROM pgscale.managed_set p
  JOIN pg_catalog.pg_class c ON c.oid = p.parent
  JOIN pg_catalog.pg_partitioned_table k ON k.partrelid = p.parent
  LEFT JOIN pgscale.set_state s ON s.parent = p.parent
  CROSS JOIN LATERAL (
        SELECT count(*) AS count,
               count(*) FILTER (WHERE h.inhdetachpending) AS pending,
               (array_agg(b.lower ORDER BY b."position") FILTER (WHERE NOT b.is_default))[1] AS oldest
          FROM pg_catalog.pg_inherits h
         CROSS JOIN LATERAL pgscale.partition_bound(h.inhrelid) b
         WHERE h.inhparent = p.parent) i
  CROSS JOIN LATERAL (SELECT p.encoding IS NOT NULL OR p.encoder IS NOT NULL) e (encoded)
  LEFT JOIN LATERAL (
        SELECT CASE WHEN isfinite(min(b.lower)) THEN min(b.lower)::text ELSE 'MINVALUE' END AS oldest,
               CASE WHEN isfinite(max(b.upper)) THEN max(b.upper)::text ELSE 'MAXVALUE' END AS covered_until
          -- It reads all of the set, also where the join would want nothing of it.
          FROM pgscale.partition_times(CASE WHEN e.encoded THEN p.parent END) b
        HAVING count(*) > 0) t ON true
 WHERE pg_catalog.pg_has_role(c.relowner, 'USAGE')
    OR pg_catalog.pg_has_role('pg_read_all_stats', 'USAGE');

COMMENT ON VIEW pgscale.partition_sets IS 'Policy and state of each partition set';
COMMENT ON COLUMN pgscale.partition_sets.parent IS 'The partitioned table';
COMMENT ON COLUMN pgscale.partition_sets.method IS 'range, list or hash';
COMMENT ON COLUMN pgscale.partition_sets.control IS 'Columns of the partition key; NULL for an expression';
COMMENT ON COLUMN pgscale.partition_sets."interval" IS 'Range sets: width of a partition';
COMMENT ON COLUMN pgscale.partition_sets.premake IS 'Range sets: partitions kept ready after the current one, at least';
COMMENT ON COLUMN pgscale.partition_sets.start_at IS 'Range sets: the bound from which all others are counted';
COMMENT ON COLUMN pgscale.partition_sets.retention IS 'Range sets: how long after its upper bound a partition is kept; NULL for ever';
COMMENT ON COLUMN pgscale.partition_sets.retire IS 'detach (the table stays), drop, archive or export (to a file, then drop)';
COMMENT ON COLUMN pgscale.partition_sets.default_partition IS 'Whether the set is to have a default partition';
COMMENT ON COLUMN pgscale.partition_sets.timezone IS 'Time zone in which months and days are counted';
COMMENT ON COLUMN pgscale.partition_sets.partitions IS 'Hash sets: the modulus';
COMMENT ON COLUMN pgscale.partition_sets.lists IS 'List sets: values by name of the partition';
COMMENT ON COLUMN pgscale.partition_sets.naming IS 'Template of partition names; NULL for the usual one';
COMMENT ON COLUMN pgscale.partition_sets.drain IS 'Whether maintenance moves rows of the default partition to partitions of their own';
COMMENT ON COLUMN pgscale.partition_sets.auto_list IS 'List sets: whether a value in the default partition gets a partition of its own';
COMMENT ON COLUMN pgscale.partition_sets.auto_list_rows IS 'List sets: once it has so many rows';
COMMENT ON COLUMN pgscale.partition_sets.count IS 'Number of partitions, the default one included';
COMMENT ON COLUMN pgscale.partition_sets.oldest IS 'Range sets: lowest bound that is covered, in the first key column; of encoded keys the time';
COMMENT ON COLUMN pgscale.partition_sets.covered_until IS 'Range sets: highest bound that is covered, exclusive, in the first key column; of encoded keys the time';
COMMENT ON COLUMN pgscale.partition_sets.pending IS 'Partitions whose concurrent detach was interrupted; the next visit finalizes them';
COMMENT ON COLUMN pgscale.partition_sets.next_due IS 'When the policy next asks for something, by the clock of the policies; NULL for never';
COMMENT ON COLUMN pgscale.partition_sets.retry_at IS 'When a failed step is tried again, in real time';
COMMENT ON COLUMN pgscale.partition_sets.last_run IS 'When a step was last carried out or tried';
COMMENT ON COLUMN pgscale.partition_sets.last_success IS 'When a visit last ended with everything as the policy wants it';
COMMENT ON COLUMN pgscale.partition_sets.last_error IS 'Message of the last failed step or refusal; NULL once all is well';
COMMENT ON COLUMN pgscale.partition_sets.last_sqlstate IS 'SQLSTATE of last_error';
COMMENT ON COLUMN pgscale.partition_sets.failures IS 'Visits in a row that left something undone';
COMMENT ON COLUMN pgscale.partition_sets.hold_until IS 'Until when nothing is retired, because the server was restored or promoted; resume() ends it';
COMMENT ON COLUMN pgscale.partition_sets.paused IS 'Set by pause(), cleared by resume()';
COMMENT ON COLUMN pgscale.partition_sets.quarantined IS 'The worker died three times in a row while visiting the set; resume() lets it try again';
COMMENT ON COLUMN pgscale.partition_sets.ahead IS 'Range sets: for how long there are to be partitions after the current one; NULL for premake alone, for numbers a day';
COMMENT ON COLUMN pgscale.partition_sets.encoding IS 'How times are written in the keys; NULL where keys are times or numbers by themselves';
COMMENT ON COLUMN pgscale.partition_sets.encoding_options IS 'snowflake: epoch, shift and unit_ms';
COMMENT ON COLUMN pgscale.partition_sets.encoder IS 'Function that makes the smallest key of a time';
COMMENT ON COLUMN pgscale.partition_sets.root IS 'The set whose level it is; itself for a set with a policy of its own';
COMMENT ON COLUMN pgscale.partition_sets.level IS '0 for a set with a policy of its own, 1 for its partitions that are sets, and so on';
COMMENT ON COLUMN pgscale.partition_sets.decoder IS 'Function that tells the time of a key';
COMMENT ON COLUMN pgscale.partition_sets.retention_count IS 'Range sets: how many partitions of the past are kept; NULL for any number';
COMMENT ON COLUMN pgscale.partition_sets.retention_bytes IS 'Range sets: how large the set may be on disk; NULL for any size';
COMMENT ON COLUMN pgscale.partition_sets.keep_for IS 'How long a detached partition waits to be dropped; NULL not at all';
COMMENT ON COLUMN pgscale.partition_sets.archive_schema IS 'archive: the schema that a partition moves to; NULL for its own';
COMMENT ON COLUMN pgscale.partition_sets.archive_tablespace IS 'archive: the tablespace that a partition moves to; NULL for its own';
COMMENT ON COLUMN pgscale.partition_sets.archive_indexes IS 'archive: whether a partition keeps its indexes; NULL: it does';
COMMENT ON COLUMN pgscale.partition_sets.export_path IS 'export: directory of the server for the files';
COMMENT ON COLUMN pgscale.partition_sets.export_format IS 'export: csv or binary; NULL is csv';
COMMENT ON COLUMN pgscale.partition_sets.retire_shard IS 'shard: the shard that a partition is moved to';
COMMENT ON COLUMN pgscale.partition_sets.storage_parameters IS 'Storage parameters that partitions with rows are made with, and that drift compares them by; NULL: nothing is wished';
COMMENT ON COLUMN pgscale.partition_sets.template IS 'Table whose indexes partitions with rows are made with besides those of their parent, and that drift compares them by; NULL: none';
COMMENT ON COLUMN pgscale.partition_sets.before_retire IS 'Function that is called before a partition is detached, and may object';
COMMENT ON COLUMN pgscale.partition_sets.after_retire IS 'Function that is called after a partition is detached, dropped, archived or exported';

CREATE VIEW pgscale.partitions WITH (security_barrier) AS
WITH member AS MATERIALIZED (
    SELECT p.root::oid AS root, h.inhparent AS parent, p.level + 1 AS level, h.inhrelid AS oid,
           CASE WHEN h.inhdetachpending THEN 'detach pending' ELSE 'attached' END AS state
      FROM pg_catalog.pg_inherits h
      JOIN pgscale.managed_set p ON p.parent = h.inhparent
    UNION ALL
    SELECT coalesce(p.root, r.parent), r.parent, coalesce(p.level, 0) + 1, r.partition, 'detached'
      FROM pgscale.retirement r
      LEFT JOIN pgscale.managed_set p ON p.parent = r.parent
     WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_inherits h WHERE h.inhrelid = r.partition))
SELECT m.root::regclass AS root,
       m.oid::regclass AS partition,
       CASE k.partstrat WHEN 'r' THEN 'range' WHEN 'l' THEN 'list' ELSE 'hash' END AS method,
       b.lower,
       b.upper,
       b."values",
       b.modulus,
       b.remainder,
       coalesce(b.is_default, false) AS is_default,
       z.rows_estimate,
       z.bytes,
       m.state,
       t.lower AS lower_time,
       t.upper AS upper_time,
       m.parent::regclass AS parent,
       m.level,
       c.relkind <> 'p' AS is_leaf
  FROM member m
  JOIN pg_catalog.pg_class c ON c.oid = m.oid
  JOIN pg_catalog.pg_partitioned_table k ON k.partrelid = m.parent
  LEFT JOIN LATERAL pgscale.partition_bound(m.oid) b ON true
  LEFT JOIN pgscale.tree_sizes((SELECT array_agg(x.oid) FROM member x)) z ON z.relation = m.oid
  LEFT JOIN (SELECT x.partition, x.lower, x.upper
               FROM pgscale.managed_set p CROSS JOIN LATERAL pgscale.partition_times(p.parent) x
              WHERE p.encoding IS NOT NULL OR p.encoder IS NOT NULL) t ON t.partition = m.oid
 WHERE pg_catalog.pg_has_role(c.relowner, 'USAGE')
    OR pg_catalog.pg_has_role('pg_read_all_stats', 'USAGE')
 ORDER BY m.root, m.level, m.parent, b."position" NULLS LAST, m.oid;
COMMENT ON VIEW pgscale.partitions IS 'Every partition of every set, with those that pgscale has detached and that still exist';
COMMENT ON COLUMN pgscale.partitions.root IS 'The partitioned table; of partitions of partitions the set at the top';
COMMENT ON COLUMN pgscale.partitions.partition IS 'The partition';
COMMENT ON COLUMN pgscale.partitions.method IS 'range, list or hash';
COMMENT ON COLUMN pgscale.partitions.lower IS 'Range: lower bound, inclusive';
COMMENT ON COLUMN pgscale.partitions.upper IS 'Range: upper bound, exclusive';
COMMENT ON COLUMN pgscale.partitions."values" IS 'List: the values';
COMMENT ON COLUMN pgscale.partitions.modulus IS 'Hash: the modulus';
COMMENT ON COLUMN pgscale.partitions.remainder IS 'Hash: the remainder';
COMMENT ON COLUMN pgscale.partitions.is_default IS 'Whether it is the default partition';
COMMENT ON COLUMN pgscale.partitions.rows_estimate IS 'Rows as the planner last counted them; NULL when never analyzed';
COMMENT ON COLUMN pgscale.partitions.bytes IS 'Size on disk with indexes and TOAST; NULL for a foreign table';
COMMENT ON COLUMN pgscale.partitions.state IS 'attached, detach pending or detached';
COMMENT ON COLUMN pgscale.partitions.lower_time IS 'Encoded keys: the time of the lower bound; NULL where bounds are times or numbers by themselves';
COMMENT ON COLUMN pgscale.partitions.upper_time IS 'Encoded keys: the time of the upper bound';
COMMENT ON COLUMN pgscale.partitions.parent IS 'The table that it is, or was, a partition of';
COMMENT ON COLUMN pgscale.partitions.level IS '1 for partitions of the root, 2 for theirs, and so on';
COMMENT ON COLUMN pgscale.partitions.is_leaf IS 'Whether it holds rows itself; rows and bytes of the others are those of their leaves';

CREATE VIEW pgscale.runs WITH (security_barrier) AS
SELECT r.id,
       r.started_at,
       r.finished_at,
       r.finished_at - r.started_at AS duration,
       coalesce(nullif(r.parent, 0::oid)::regclass::text, r.parent_name) AS parent,
       r.partition,
       r.bounds,
       r.action,
       r.reason,
       r.requester AS who,
       r.pid,
       r.rows,
       r.outcome,
       r.sqlstate,
       r.message,
       r.detail,
       r.hint,
       r.blockers
  FROM pgscale.run r
  LEFT JOIN pg_catalog.pg_class c ON c.oid = r.parent
 WHERE pg_catalog.pg_has_role(c.relowner, 'USAGE')
    OR pg_catalog.pg_has_role('pg_read_all_stats', 'USAGE')
 ORDER BY r.id;
COMMENT ON VIEW pgscale.runs IS 'History of maintenance, oldest first: one row for each step that was tried and each new refusal; the last 1000 of a set are kept';
COMMENT ON COLUMN pgscale.runs.id IS 'Ascending number of the run';
COMMENT ON COLUMN pgscale.runs.started_at IS 'Start, in real time';
COMMENT ON COLUMN pgscale.runs.finished_at IS 'End, in real time; NULL while running';
COMMENT ON COLUMN pgscale.runs.duration IS 'Time between the two, waits for locks included';
COMMENT ON COLUMN pgscale.runs.parent IS 'Name of the set';
COMMENT ON COLUMN pgscale.runs.partition IS 'The partition made, attached, detached or dropped';
COMMENT ON COLUMN pgscale.runs.bounds IS 'Its bounds';
COMMENT ON COLUMN pgscale.runs.action IS 'What was done, as in plan(); "plan" where planning itself failed, "restore" where the table of a dump is missing, "template" where that of a set was dropped';
COMMENT ON COLUMN pgscale.runs.reason IS 'Why, as in plan()';
COMMENT ON COLUMN pgscale.runs.who IS 'The role that asked for it; "pgscale worker" for the background worker';
COMMENT ON COLUMN pgscale.runs.pid IS 'Process that did it';
COMMENT ON COLUMN pgscale.runs.rows IS 'Estimated rows of a partition that was retired';
COMMENT ON COLUMN pgscale.runs.outcome IS 'running, ok, failed, refused (could not be planned) or crashed (the process died)';
COMMENT ON COLUMN pgscale.runs.sqlstate IS 'SQLSTATE of the error';
COMMENT ON COLUMN pgscale.runs.message IS 'Message of the error, or a note on a step that was ok';
COMMENT ON COLUMN pgscale.runs.detail IS 'Detail of the error';
COMMENT ON COLUMN pgscale.runs.hint IS 'Hint of the error';
COMMENT ON COLUMN pgscale.runs.blockers IS 'Processes that held locks or snapshots that the step could not pass';

GRANT SELECT ON pgscale.partition_sets, pgscale.partitions, pgscale.runs TO PUBLIC;
