-- Only pgscale's functions write these tables; users read the views.

CREATE TABLE pgscale.policy (
    parent pgscale.table_ref PRIMARY KEY,
    "interval" text,
    premake integer NOT NULL CHECK (premake >= 0),
    origin text,
    retention text,
    retire text NOT NULL CHECK (retire IN ('detach', 'drop', 'archive', 'export', 'shard')),
    default_partition boolean NOT NULL,
    timezone text NOT NULL,
    partitions integer,
    lists jsonb,
    naming text,
    drain boolean NOT NULL DEFAULT false,
    auto_list boolean NOT NULL DEFAULT false,
    auto_list_rows integer NOT NULL DEFAULT 1000,
    paused boolean NOT NULL DEFAULT false,
    created_at timestamptz NOT NULL DEFAULT now(),
    ahead text,
    encoding text,
    encoding_options jsonb,
    encoder text,
    decoder text,
    retention_count integer,
    retention_bytes bigint,
    keep_for text,
    archive_schema text,
    archive_tablespace text,
    archive_indexes boolean,
    export_path text,
    export_format text,
    before_retire text,
    after_retire text,
    retire_shard name,
    storage_parameters text[],
    template pgscale.table_ref
);
COMMENT ON TABLE pgscale.policy IS 'What is wanted of each partition set; written by create_parent() and alter_parent() only';
COMMENT ON COLUMN pgscale.policy.parent IS 'The partitioned table';
COMMENT ON COLUMN pgscale.policy."interval" IS 'Range sets: width of a partition, an interval or a number';
COMMENT ON COLUMN pgscale.policy.premake IS 'Range sets: number of partitions kept ready after the current one, at least';
COMMENT ON COLUMN pgscale.policy.origin IS 'Range sets: the bound from which all others are counted, in the type of the key';
COMMENT ON COLUMN pgscale.policy.retention IS 'Range sets: how long after its upper bound a partition is kept, an interval or a number; NULL for ever';
COMMENT ON COLUMN pgscale.policy.retire IS 'What happens to a retired partition: detach (the table stays), drop, archive, export (to a file, then drop) or shard (moved there, and still a partition)';
COMMENT ON COLUMN pgscale.policy.default_partition IS 'Whether the set is to have a default partition';
COMMENT ON COLUMN pgscale.policy.timezone IS 'Time zone in which months, days and names are counted';
COMMENT ON COLUMN pgscale.policy.partitions IS 'Hash sets: the modulus';
COMMENT ON COLUMN pgscale.policy.lists IS 'List sets: values by name of the partition';
COMMENT ON COLUMN pgscale.policy.naming IS 'Template of partition names with {parent} and {bound}; NULL for the usual one';
COMMENT ON COLUMN pgscale.policy.drain IS 'Whether maintenance moves rows of the default partition to partitions of their own';
COMMENT ON COLUMN pgscale.policy.auto_list IS 'List sets: whether a value in the default partition gets a partition of its own once it has auto_list_rows rows';
COMMENT ON COLUMN pgscale.policy.auto_list_rows IS 'List sets: how many rows that takes';
COMMENT ON COLUMN pgscale.policy.paused IS 'Set by pause(), cleared by resume()';
COMMENT ON COLUMN pgscale.policy.created_at IS 'When create_parent() was called';
COMMENT ON COLUMN pgscale.policy.ahead IS 'Range sets: for how long there are to be partitions after the current one, an interval; NULL for premake alone, for numbers a day';
COMMENT ON COLUMN pgscale.policy.encoding IS 'How times are written in the keys: uuidv7, ulid, ksuid, snowflake or unix_...; NULL where keys are times or numbers by themselves';
COMMENT ON COLUMN pgscale.policy.encoding_options IS 'snowflake: epoch, shift and unit_ms';
COMMENT ON COLUMN pgscale.policy.encoder IS 'Function that makes the smallest key of a time, with its argument type';
COMMENT ON COLUMN pgscale.policy.decoder IS 'Function that tells the time of a key, with its argument type';
COMMENT ON COLUMN pgscale.policy.retention_count IS 'Range sets: how many partitions of the past are kept; NULL for any number';
COMMENT ON COLUMN pgscale.policy.retention_bytes IS 'Range sets: how large the set may be on disk; NULL for any size';
COMMENT ON COLUMN pgscale.policy.keep_for IS 'How long a detached partition waits to be dropped, an interval; NULL not at all';
COMMENT ON COLUMN pgscale.policy.archive_schema IS 'archive: the schema that a partition moves to; NULL for its own';
COMMENT ON COLUMN pgscale.policy.archive_tablespace IS 'archive: the tablespace that a partition moves to; NULL for its own';
COMMENT ON COLUMN pgscale.policy.archive_indexes IS 'archive: whether a partition keeps its indexes; NULL: it does';
COMMENT ON COLUMN pgscale.policy.export_path IS 'export: directory of the server for the files';
COMMENT ON COLUMN pgscale.policy.export_format IS 'export: csv or binary; NULL is csv';
COMMENT ON COLUMN pgscale.policy.before_retire IS 'Function that is called before a partition is detached, and may object';
COMMENT ON COLUMN pgscale.policy.after_retire IS 'Function that is called after a partition is detached, dropped, archived, exported or moved to a shard';
COMMENT ON COLUMN pgscale.policy.retire_shard IS 'shard: the shard that a partition is moved to';
COMMENT ON COLUMN pgscale.policy.storage_parameters IS 'Storage parameters of the partitions that hold rows, in the form of pg_class.reloptions, those of their TOAST tables with the prefix toast.; NULL: nothing is wished';
COMMENT ON COLUMN pgscale.policy.template IS 'A plain table whose indexes the partitions that hold rows have besides those of their parent; NULL: none';

-- The same settings, and so the same columns, for the levels below a set.
CREATE TABLE pgscale.subpolicy (
    LIKE pgscale.policy INCLUDING DEFAULTS INCLUDING CONSTRAINTS INCLUDING COMMENTS,
    level integer NOT NULL CHECK (level > 0),
    method text NOT NULL CHECK (method IN ('range', 'list', 'hash')),
    control name NOT NULL,
    fills boolean NOT NULL,
    PRIMARY KEY (parent, level)
);
COMMENT ON TABLE pgscale.subpolicy IS 'How the partitions of a set are partitioned in turn, one row for each level; written by create_subparent() and alter_subparent() only';
COMMENT ON COLUMN pgscale.subpolicy.created_at IS 'When create_subparent() was called';
COMMENT ON COLUMN pgscale.subpolicy.paused IS 'Not used: a set is paused with all its levels';
COMMENT ON COLUMN pgscale.subpolicy.level IS '1 for the partitions of the set itself, 2 for theirs, and so on';
COMMENT ON COLUMN pgscale.subpolicy.method IS 'By what these are partitioned: range, list or hash';
COMMENT ON COLUMN pgscale.subpolicy.control IS 'Column of their partition key';
COMMENT ON COLUMN pgscale.subpolicy.fills IS 'Range: whether each begins with the partition at start_at, and not with that of the present';

CREATE TABLE pgscale.set_state (
    parent regclass PRIMARY KEY,
    filled boolean NOT NULL DEFAULT true,
    next_due timestamptz,
    polled boolean NOT NULL DEFAULT false,
    retry_at timestamptz,
    visited_at timestamptz,
    last_run timestamptz,
    last_success timestamptz,
    last_error text,
    last_sqlstate text,
    refusals text,
    failures integer NOT NULL DEFAULT 0,
    crashes integer NOT NULL DEFAULT 0,
    cluster text,
    hold_until timestamptz,
    look_at timestamptz,
    refreshed_at timestamptz,
    watched oid[],
    root regclass,
    level integer NOT NULL DEFAULT 0
);
CREATE INDEX set_state_root_idx ON pgscale.set_state (root, level) WHERE root IS NOT NULL;
COMMENT ON TABLE pgscale.set_state IS 'Where maintenance of each partition set stands; not part of a dump';
COMMENT ON COLUMN pgscale.set_state.parent IS 'The partitioned table';
COMMENT ON COLUMN pgscale.set_state.filled IS 'Whether the partitions between the start of the set and the present have been made';
COMMENT ON COLUMN pgscale.set_state.next_due IS 'When the policy next asks for something, by the clock of the policies; NULL for never';
COMMENT ON COLUMN pgscale.set_state.polled IS 'Whether only the rows themselves tell when something is due (number keys)';
COMMENT ON COLUMN pgscale.set_state.retry_at IS 'When a failed step is tried again, in real time';
COMMENT ON COLUMN pgscale.set_state.visited_at IS 'When the set was last looked at, in real time';
COMMENT ON COLUMN pgscale.set_state.last_run IS 'When a step was last carried out or tried';
COMMENT ON COLUMN pgscale.set_state.last_success IS 'When a visit last ended with everything as the policy wants it';
COMMENT ON COLUMN pgscale.set_state.last_error IS 'Message of the last failed step or refusal; NULL once all is well';
COMMENT ON COLUMN pgscale.set_state.last_sqlstate IS 'SQLSTATE of last_error';
COMMENT ON COLUMN pgscale.set_state.refusals IS 'Refusals of the last plan, so that each is recorded once';
COMMENT ON COLUMN pgscale.set_state.failures IS 'Visits in a row that left something undone';
COMMENT ON COLUMN pgscale.set_state.crashes IS 'Visits in a row that never ended; at three the set is quarantined until resume()';
COMMENT ON COLUMN pgscale.set_state.cluster IS 'System identifier and timeline of the server that last maintained the set';
COMMENT ON COLUMN pgscale.set_state.hold_until IS 'Until when nothing is retired, because the server was restored or promoted';
COMMENT ON COLUMN pgscale.set_state.look_at IS 'When the statistics of the parent are next looked at, in real time';
COMMENT ON COLUMN pgscale.set_state.refreshed_at IS 'When subscriptions were last refreshed for the set, in real time';
COMMENT ON COLUMN pgscale.set_state.watched IS 'Number keys: the empty partitions after the newest with rows; rows in one of them make the set due. NULL: the next visit looks at all';
COMMENT ON COLUMN pgscale.set_state.root IS 'The set that this one is a partition of, and whose policy it follows; NULL for a set of its own';
COMMENT ON COLUMN pgscale.set_state.level IS 'How far below the root; 0 for a set of its own';

-- Every set with its policy: its own, or that of its level.
CREATE VIEW pgscale.managed_set AS
SELECT p.parent, p.parent AS root, 0 AS level, p."interval", p.premake, p.origin, p.retention, p.retire,
       p.default_partition, p.timezone, p.partitions, p.lists, p.naming, p.paused, p.ahead, p.encoding,
       p.encoding_options, p.encoder, p.decoder,
       p.retention_count, p.retention_bytes, p.keep_for, p.archive_schema, p.archive_tablespace, p.archive_indexes, p.export_path, p.export_format, p.before_retire, p.after_retire, p.drain, p.auto_list, p.auto_list_rows, p.retire_shard, p.storage_parameters, p.template::regclass AS template
  FROM pgscale.policy p
UNION ALL
SELECT s.parent, s.root, s.level, q."interval", q.premake, q.origin, q.retention, q.retire,
       q.default_partition, q.timezone, q.partitions, q.lists, q.naming, p.paused, q.ahead, q.encoding,
       q.encoding_options, q.encoder, q.decoder,
       q.retention_count, q.retention_bytes, q.keep_for, q.archive_schema, q.archive_tablespace, q.archive_indexes, q.export_path, q.export_format, q.before_retire, q.after_retire, q.drain, q.auto_list, q.auto_list_rows, q.retire_shard,
       coalesce(q.storage_parameters,
                (SELECT u.storage_parameters FROM pgscale.subpolicy u
                  WHERE u.parent = s.root AND u.level < s.level AND u.storage_parameters IS NOT NULL
                  ORDER BY u.level DESC LIMIT 1),
                p.storage_parameters),
       coalesce(q.template,
                (SELECT u.template FROM pgscale.subpolicy u
                  WHERE u.parent = s.root AND u.level < s.level AND u.template IS NOT NULL
                  ORDER BY u.level DESC LIMIT 1),
                p.template)::regclass
  FROM pgscale.set_state s
  JOIN pgscale.policy p ON p.parent = s.root
  JOIN pgscale.subpolicy q ON q.parent = s.root AND q.level = s.level
 WHERE s.root IS NOT NULL;
COMMENT ON VIEW pgscale.managed_set IS 'Every set with its policy: its own, or that of its level below another set; for pgscale itself';
COMMENT ON COLUMN pgscale.managed_set.parent IS 'The partitioned table';
COMMENT ON COLUMN pgscale.managed_set.root IS 'The set that it is a partition of, or itself';
COMMENT ON COLUMN pgscale.managed_set.level IS 'How far below the root; 0 for the root';
COMMENT ON COLUMN pgscale.managed_set."interval" IS 'As in policy';
COMMENT ON COLUMN pgscale.managed_set.premake IS 'As in policy';
COMMENT ON COLUMN pgscale.managed_set.origin IS 'As in policy';
COMMENT ON COLUMN pgscale.managed_set.retention IS 'As in policy';
COMMENT ON COLUMN pgscale.managed_set.retire IS 'As in policy';
COMMENT ON COLUMN pgscale.managed_set.default_partition IS 'As in policy';
COMMENT ON COLUMN pgscale.managed_set.timezone IS 'As in policy';
COMMENT ON COLUMN pgscale.managed_set.partitions IS 'As in policy';
COMMENT ON COLUMN pgscale.managed_set.lists IS 'As in policy';
COMMENT ON COLUMN pgscale.managed_set.naming IS 'As in policy';
COMMENT ON COLUMN pgscale.managed_set.paused IS 'As in policy, that of the root';
COMMENT ON COLUMN pgscale.managed_set.ahead IS 'As in policy';
COMMENT ON COLUMN pgscale.managed_set.encoding IS 'As in policy';
COMMENT ON COLUMN pgscale.managed_set.encoding_options IS 'As in policy';
COMMENT ON COLUMN pgscale.managed_set.encoder IS 'As in policy';
COMMENT ON COLUMN pgscale.managed_set.decoder IS 'As in policy';
COMMENT ON COLUMN pgscale.managed_set.retention_count IS 'As in policy';
COMMENT ON COLUMN pgscale.managed_set.retention_bytes IS 'As in policy';
COMMENT ON COLUMN pgscale.managed_set.keep_for IS 'As in policy';
COMMENT ON COLUMN pgscale.managed_set.archive_schema IS 'As in policy';
COMMENT ON COLUMN pgscale.managed_set.archive_tablespace IS 'As in policy';
COMMENT ON COLUMN pgscale.managed_set.archive_indexes IS 'As in policy';
COMMENT ON COLUMN pgscale.managed_set.export_path IS 'As in policy';
COMMENT ON COLUMN pgscale.managed_set.export_format IS 'As in policy';
COMMENT ON COLUMN pgscale.managed_set.before_retire IS 'As in policy';
COMMENT ON COLUMN pgscale.managed_set.after_retire IS 'As in policy';
COMMENT ON COLUMN pgscale.managed_set.drain IS 'As in policy';
COMMENT ON COLUMN pgscale.managed_set.auto_list IS 'As in policy';
COMMENT ON COLUMN pgscale.managed_set.auto_list_rows IS 'As in policy';
COMMENT ON COLUMN pgscale.managed_set.retire_shard IS 'As in policy';
COMMENT ON COLUMN pgscale.managed_set.storage_parameters IS 'As in policy; of a level without a wish of its own that of the level above it';
COMMENT ON COLUMN pgscale.managed_set.template IS 'As in policy; of a level without a wish of its own that of the level above it';

CREATE TABLE pgscale.change (
    id bigint GENERATED ALWAYS AS IDENTITY,
    parent regclass NOT NULL,
    PRIMARY KEY (parent, id)
);
COMMENT ON TABLE pgscale.change IS 'Partitions were given to a set or taken from it by hand; makes the set due and is deleted by the visit that has seen it; not part of a dump';
COMMENT ON COLUMN pgscale.change.id IS 'Number of the change';
COMMENT ON COLUMN pgscale.change.parent IS 'The partitioned table';
COMMENT ON SEQUENCE pgscale.change_id_seq IS 'Numbers of the changes';

CREATE TABLE pgscale.analyzed (
    parent regclass PRIMARY KEY,
    at timestamptz NOT NULL,
    leaves oid[] NOT NULL,
    changes bigint[] NOT NULL
);
COMMENT ON TABLE pgscale.analyzed IS 'What the server had counted when each parent was last analyzed, so that changes since then are known; not part of a dump';
COMMENT ON COLUMN pgscale.analyzed.parent IS 'The partitioned table';
COMMENT ON COLUMN pgscale.analyzed.at IS 'When counting began, in real time';
COMMENT ON COLUMN pgscale.analyzed.leaves IS 'The tables that held the rows';
COMMENT ON COLUMN pgscale.analyzed.changes IS 'Rows inserted, updated and deleted that the server had counted for each of them';

CREATE TABLE pgscale.drift_watch (
    parent regclass PRIMARY KEY,
    looked_at timestamptz NOT NULL,
    warnings integer NOT NULL,
    critical integer NOT NULL,
    worst text,
    since timestamptz
);
COMMENT ON TABLE pgscale.drift_watch IS 'What drift was found where each set was last looked at, which the sampler does by turns; not part of a dump';
COMMENT ON COLUMN pgscale.drift_watch.parent IS 'The set';
COMMENT ON COLUMN pgscale.drift_watch.looked_at IS 'When, in real time';
COMMENT ON COLUMN pgscale.drift_watch.warnings IS 'Differences of severity warning';
COMMENT ON COLUMN pgscale.drift_watch.critical IS 'Differences of severity critical';
COMMENT ON COLUMN pgscale.drift_watch.worst IS 'One of the worst, in words; NULL when there is none of these';
COMMENT ON COLUMN pgscale.drift_watch.since IS 'The first look in a row that found any; NULL when there is none';

CREATE TABLE pgscale.milestone (
    parent regclass NOT NULL,
    at timestamptz NOT NULL,
    reached numeric NOT NULL,
    PRIMARY KEY (parent, at)
);
COMMENT ON TABLE pgscale.milestone IS 'How far the rows of number sets had come, every six hours for eight days; not part of a dump';
COMMENT ON COLUMN pgscale.milestone.parent IS 'The partitioned table';
COMMENT ON COLUMN pgscale.milestone.at IS 'When, by the clock of the policies';
COMMENT ON COLUMN pgscale.milestone.reached IS 'Lower bound of the newest partition with rows';

CREATE TABLE pgscale.retirement (
    partition pgscale.table_ref PRIMARY KEY,
    parent pgscale.table_ref NOT NULL,
    action text NOT NULL CHECK (action IN ('detach', 'drop', 'archive', 'export')),
    bounds text NOT NULL,
    requested_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    detached_at timestamptz,
    published boolean NOT NULL DEFAULT false,
    done_at timestamptz,
    file text
);
COMMENT ON TABLE pgscale.retirement IS 'Partitions that pgscale has detached or is about to; a table without a row here is never dropped';
COMMENT ON COLUMN pgscale.retirement.partition IS 'The table that was a partition';
COMMENT ON COLUMN pgscale.retirement.parent IS 'The set it belonged to';
COMMENT ON COLUMN pgscale.retirement.action IS 'What follows the detach: detach keeps the table as it is, drop drops it, archive moves it away, export writes it to a file and drops it then';
COMMENT ON COLUMN pgscale.retirement.bounds IS 'The bounds it had';
COMMENT ON COLUMN pgscale.retirement.requested_at IS 'When the detach began';
COMMENT ON COLUMN pgscale.retirement.detached_at IS 'When the detach ended, by the clock of the policies; NULL while it is under way';
COMMENT ON COLUMN pgscale.retirement.published IS 'Whether publications named it when it was retired, which it has yet to leave';
COMMENT ON COLUMN pgscale.retirement.done_at IS 'When it was archived or exported, in real time; NULL before that';
COMMENT ON COLUMN pgscale.retirement.file IS 'export: the file, which is whole once done_at is set';

CREATE TABLE pgscale.hook_call (
    parent regclass,
    partition_schema name,
    partition_name name,
    action text CHECK (action IN ('detach', 'drop', 'archive', 'export', 'shard')),
    bounds text NOT NULL,
    file text,
    requested_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (parent, partition_schema, partition_name, action)
);
COMMENT ON TABLE pgscale.hook_call IS 'Calls of after_retire that are owed; written in the transaction that did what they tell of; not part of a dump';
COMMENT ON COLUMN pgscale.hook_call.parent IS 'The set';
COMMENT ON COLUMN pgscale.hook_call.partition_schema IS 'Schema of the table that was a partition';
COMMENT ON COLUMN pgscale.hook_call.partition_name IS 'Its name';
COMMENT ON COLUMN pgscale.hook_call.action IS 'What was done with it';
COMMENT ON COLUMN pgscale.hook_call.bounds IS 'The bounds it had';
COMMENT ON COLUMN pgscale.hook_call.file IS 'export: the file';
COMMENT ON COLUMN pgscale.hook_call.requested_at IS 'When that was done, in real time';

CREATE TABLE pgscale.growing (
    partition pgscale.table_ref PRIMARY KEY,
    parent pgscale.table_ref NOT NULL,
    bounds text NOT NULL
);
COMMENT ON TABLE pgscale.growing IS 'Partitions that are getting rows of the default partition batch by batch and are shorter until then';
COMMENT ON COLUMN pgscale.growing.partition IS 'The partition';
COMMENT ON COLUMN pgscale.growing.parent IS 'The set it belongs to';
COMMENT ON COLUMN pgscale.growing.bounds IS 'The bounds that it will have';

CREATE TABLE pgscale.cold_copy (
    partition pgscale.table_ref PRIMARY KEY,
    parent pgscale.table_ref NOT NULL,
    copy pgscale.table_ref NOT NULL
);
COMMENT ON TABLE pgscale.cold_copy IS 'Partitions whose rows have been copied to a shard and whose copy is about to take their place';
COMMENT ON COLUMN pgscale.cold_copy.partition IS 'The partition';
COMMENT ON COLUMN pgscale.cold_copy.parent IS 'The set it belongs to';
COMMENT ON COLUMN pgscale.cold_copy.copy IS 'The foreign table that stands for the copy';

CREATE TABLE pgscale.run (
    id bigint GENERATED BY DEFAULT AS IDENTITY,
    parent pgscale.table_ref,
    parent_name text NOT NULL,
    partition text,
    bounds text,
    action text NOT NULL,
    reason text,
    requester name NOT NULL,
    pid integer NOT NULL,
    started_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    finished_at timestamptz,
    rows bigint,
    outcome text NOT NULL CHECK (outcome IN ('running', 'ok', 'failed', 'refused', 'crashed')),
    sqlstate text,
    message text,
    detail text,
    hint text,
    blockers integer[],
    -- The number alone is not enough: between CREATE EXTENSION and the rows of a dump the worker may have run.
    PRIMARY KEY (id, started_at)
);
CREATE INDEX run_parent_idx ON pgscale.run (parent, id);
COMMENT ON SEQUENCE pgscale.run_id_seq IS 'Numbers of the runs';
COMMENT ON TABLE pgscale.run IS 'History of maintenance: one row for each step that was tried and each new refusal';
COMMENT ON COLUMN pgscale.run.id IS 'Ascending number of the run';
COMMENT ON COLUMN pgscale.run.parent IS 'The set; NULL once its table is dropped';
COMMENT ON COLUMN pgscale.run.parent_name IS 'Name of the set at the time';
COMMENT ON COLUMN pgscale.run.partition IS 'The partition made, attached, detached or dropped';
COMMENT ON COLUMN pgscale.run.bounds IS 'Its bounds';
COMMENT ON COLUMN pgscale.run.action IS 'What was done, as in plan(); "plan" where planning itself failed, "restore" where the table of a dump is missing, "template" where that of a set was dropped';
COMMENT ON COLUMN pgscale.run.reason IS 'Why, as in plan()';
COMMENT ON COLUMN pgscale.run.requester IS 'The role that asked for it; "pgscale worker" for the background worker';
COMMENT ON COLUMN pgscale.run.pid IS 'Process that did it';
COMMENT ON COLUMN pgscale.run.started_at IS 'Start, in real time';
COMMENT ON COLUMN pgscale.run.finished_at IS 'End, in real time; NULL while running';
COMMENT ON COLUMN pgscale.run.rows IS 'Estimated rows of a partition that was retired';
COMMENT ON COLUMN pgscale.run.outcome IS 'running, ok, failed, refused (could not be planned) or crashed (the process died)';
COMMENT ON COLUMN pgscale.run.sqlstate IS 'SQLSTATE of the error';
COMMENT ON COLUMN pgscale.run.message IS 'Message of the error, or a note on a step that was ok';
COMMENT ON COLUMN pgscale.run.detail IS 'Detail of the error';
COMMENT ON COLUMN pgscale.run.hint IS 'Hint of the error';
COMMENT ON COLUMN pgscale.run.blockers IS 'Processes that held locks or snapshots that the step could not pass';

-- Policies and runs are the user's; state is found again by looking. The policy of the history is left out: a
-- visit between CREATE EXTENSION and the rows of a dump may have made it anew.
SELECT pg_catalog.pg_extension_config_dump('pgscale.policy',
    'WHERE EXISTS (SELECT FROM pg_catalog.pg_class c WHERE c.oid = parent) AND parent <> ''pgscale.sample''::pg_catalog.regclass');
SELECT pg_catalog.pg_extension_config_dump('pgscale.subpolicy',
    'WHERE EXISTS (SELECT FROM pg_catalog.pg_class c WHERE c.oid = parent)');
SELECT pg_catalog.pg_extension_config_dump('pgscale.retirement',
    'WHERE EXISTS (SELECT FROM pg_catalog.pg_class c WHERE c.oid = partition)');
SELECT pg_catalog.pg_extension_config_dump('pgscale.growing',
    'WHERE EXISTS (SELECT FROM pg_catalog.pg_class c WHERE c.oid = partition)');
SELECT pg_catalog.pg_extension_config_dump('pgscale.cold_copy',
    'WHERE EXISTS (SELECT FROM pg_catalog.pg_class c WHERE c.oid = partition) AND EXISTS (SELECT FROM pg_catalog.pg_class c WHERE c.oid = copy)');
SELECT pg_catalog.pg_extension_config_dump('pgscale.run', '');
SELECT pg_catalog.pg_extension_config_dump(pg_catalog.pg_get_serial_sequence('pgscale.run', 'id')::regclass, '');

-- A dump may be restored where some of the tables are missing.
CREATE TRIGGER leave_out BEFORE INSERT ON pgscale.policy
    FOR EACH ROW WHEN (NEW.parent = 0::oid) EXECUTE FUNCTION pgscale.leave_out();
CREATE TRIGGER leave_out BEFORE INSERT ON pgscale.subpolicy
    FOR EACH ROW WHEN (NEW.parent = 0::oid) EXECUTE FUNCTION pgscale.leave_out();
CREATE TRIGGER leave_template_out BEFORE INSERT ON pgscale.policy
    FOR EACH ROW WHEN (NEW.parent <> 0::oid AND NEW.template = 0::oid) EXECUTE FUNCTION pgscale.leave_template_out();
CREATE TRIGGER leave_template_out BEFORE INSERT ON pgscale.subpolicy
    FOR EACH ROW WHEN (NEW.parent <> 0::oid AND NEW.template = 0::oid) EXECUTE FUNCTION pgscale.leave_template_out();
CREATE TRIGGER leave_out BEFORE INSERT ON pgscale.retirement
    FOR EACH ROW WHEN (NEW.partition = 0::oid OR NEW.parent = 0::oid) EXECUTE FUNCTION pgscale.leave_out();
CREATE TRIGGER leave_out BEFORE INSERT ON pgscale.growing
    FOR EACH ROW WHEN (NEW.partition = 0::oid OR NEW.parent = 0::oid) EXECUTE FUNCTION pgscale.leave_out();
CREATE TRIGGER leave_out BEFORE INSERT ON pgscale.cold_copy
    FOR EACH ROW WHEN (NEW.partition = 0::oid OR NEW.parent = 0::oid OR NEW.copy = 0::oid) EXECUTE FUNCTION pgscale.leave_out();

CREATE FUNCTION pgscale.wake_launcher() RETURNS trigger
    LANGUAGE c AS 'MODULE_PATHNAME', 'pgscale_wake_launcher';
COMMENT ON FUNCTION pgscale.wake_launcher() IS 'Tells the launcher of a changed policy when the transaction commits';
-- A trigger of somebody's own with it would look like a restore, which keeps the worker away.
REVOKE EXECUTE ON FUNCTION pgscale.wake_launcher() FROM PUBLIC;
CREATE TRIGGER wake_launcher AFTER INSERT OR UPDATE ON pgscale.policy
    FOR EACH STATEMENT EXECUTE FUNCTION pgscale.wake_launcher();
CREATE TRIGGER wake_launcher AFTER INSERT OR UPDATE ON pgscale.subpolicy
    FOR EACH STATEMENT EXECUTE FUNCTION pgscale.wake_launcher();

CREATE FUNCTION pgscale.forget_dropped() RETURNS event_trigger
    LANGUAGE c SET search_path = pg_catalog, pg_temp
    AS 'MODULE_PATHNAME', 'pgscale_forget_dropped';
COMMENT ON FUNCTION pgscale.forget_dropped() IS 'Removes policy and state of partition sets whose table is dropped';
REVOKE EXECUTE ON FUNCTION pgscale.forget_dropped() FROM PUBLIC;
-- Every command that can take a table with it.
CREATE EVENT TRIGGER pgscale_forget_dropped ON sql_drop
    WHEN TAG IN ('DROP TABLE', 'DROP FOREIGN TABLE', 'DROP TYPE', 'DROP SCHEMA', 'DROP SERVER',
                 'DROP FOREIGN DATA WRAPPER', 'DROP ACCESS METHOD', 'DROP OWNED', 'DROP EXTENSION')
    EXECUTE FUNCTION pgscale.forget_dropped();
COMMENT ON EVENT TRIGGER pgscale_forget_dropped IS 'Removes policy and state of partition sets whose table is dropped';

-- Without a search_path of its own, because it must see the names as the statement does.
CREATE FUNCTION pgscale.note_ddl() RETURNS event_trigger
    LANGUAGE c AS 'MODULE_PATHNAME', 'pgscale_note_ddl';
COMMENT ON FUNCTION pgscale.note_ddl() IS 'Makes a set due when somebody gives it a partition or takes one from it';
REVOKE EXECUTE ON FUNCTION pgscale.note_ddl() FROM PUBLIC;
CREATE EVENT TRIGGER pgscale_note_ddl ON ddl_command_end
    WHEN TAG IN ('ALTER TABLE', 'CREATE TABLE', 'CREATE FOREIGN TABLE')
    EXECUTE FUNCTION pgscale.note_ddl();
COMMENT ON EVENT TRIGGER pgscale_note_ddl IS 'Makes a set due when partitions are created, attached or detached by hand';
-- Before the command, for afterwards nobody knows what the table was a partition of.
CREATE EVENT TRIGGER pgscale_note_drop ON ddl_command_start
    WHEN TAG IN ('DROP TABLE', 'DROP FOREIGN TABLE')
    EXECUTE FUNCTION pgscale.note_ddl();
COMMENT ON EVENT TRIGGER pgscale_note_drop IS 'Makes a set due when partitions are dropped by hand';

