
-- History. Each row holds what was counted in an interval, so that sums over rows are sums over time, also
-- where partitions have come and gone; no row spans a reset, a crash or a failover.
CREATE TABLE pgscale.sample (
    at timestamptz NOT NULL,
    seconds double precision,
    scope text NOT NULL CHECK (scope IN ('server', 'database', 'table', 'leaf', 'index', 'query')),
    object bigint NOT NULL,
    frame boolean NOT NULL,
    hit bigint,
    read bigint,
    ms double precision,
    scans bigint,
    idx_scans bigint,
    rows bigint,
    inserted bigint,
    updated bigint,
    deleted bigint,
    hot_updated bigint,
    bytes bigint,
    live_rows bigint,
    dead_rows bigint,
    details jsonb
) PARTITION BY RANGE (at);
CREATE INDEX sample_object_idx ON pgscale.sample (scope, object, at);
CREATE INDEX sample_frame_idx ON pgscale.sample (scope, at) WHERE frame;
COMMENT ON TABLE pgscale.sample IS 'History: what was counted and how large things were, sampled by the worker; a partition set of pgscale itself, not part of a dump';
COMMENT ON COLUMN pgscale.sample.at IS 'End of the interval, by the clock of the policies';
COMMENT ON COLUMN pgscale.sample.seconds IS 'Length of the interval; NULL where nothing before could be compared (first sample, statistics reset, crash, failover), then all counters are NULL';
COMMENT ON COLUMN pgscale.sample.scope IS 'server, database, table (a table that is no partition, with all below it), leaf (a partition), index (with all below it) or query';
COMMENT ON COLUMN pgscale.sample.object IS 'OID of the object; queryid of a query; 0 for the server';
COMMENT ON COLUMN pgscale.sample.frame IS 'Whether the sample holds every table and not only those that changed: the first one of each day';
COMMENT ON COLUMN pgscale.sample.hit IS 'Blocks found in the cache, counted in the interval; of a table with its indexes and TOAST';
COMMENT ON COLUMN pgscale.sample.read IS 'Blocks asked of the operating system in the interval';
COMMENT ON COLUMN pgscale.sample.ms IS 'database: time of reading blocks; query: time of execution; milliseconds in the interval';
COMMENT ON COLUMN pgscale.sample.scans IS 'table, leaf: sequential scans; index: scans; query: calls; database: transactions';
COMMENT ON COLUMN pgscale.sample.idx_scans IS 'table, leaf: scans of their indexes';
COMMENT ON COLUMN pgscale.sample.rows IS 'table, leaf: rows read by sequential scans; index: entries read; query: rows returned';
COMMENT ON COLUMN pgscale.sample.inserted IS 'Rows inserted in the interval';
COMMENT ON COLUMN pgscale.sample.updated IS 'Rows updated in the interval';
COMMENT ON COLUMN pgscale.sample.deleted IS 'Rows deleted in the interval';
COMMENT ON COLUMN pgscale.sample.hot_updated IS 'Rows updated in the interval without a new index entry';
COMMENT ON COLUMN pgscale.sample.bytes IS 'Size at the end of the interval; of a table with its indexes and TOAST';
COMMENT ON COLUMN pgscale.sample.live_rows IS 'Estimated live rows at the end of the interval';
COMMENT ON COLUMN pgscale.sample.dead_rows IS 'Estimated dead rows at the end of the interval';
COMMENT ON COLUMN pgscale.sample.details IS 'server: further counters of the interval and values at its end, by name';

-- The window of the views: whole samples that ended after window_start().
CREATE VIEW pgscale.recent AS
SELECT s.scope,
       s.object,
       min(s.at - pg_catalog.make_interval(secs => s.seconds)) AS since,
       max(s.at) AS until,
       sum(s.hit)::bigint AS hit,
       sum(s.read)::bigint AS read,
       sum(s.ms) AS ms,
       sum(s.scans)::bigint AS scans,
       sum(s.idx_scans)::bigint AS idx_scans,
       sum(s.rows)::bigint AS rows,
       sum(s.inserted)::bigint AS inserted,
       sum(s.updated)::bigint AS updated,
       sum(s.deleted)::bigint AS deleted,
       sum(s.hot_updated)::bigint AS hot_updated
  FROM pgscale.sample s
 WHERE s.at > pgscale.window_start() AND s.seconds IS NOT NULL
 GROUP BY s.scope, s.object;
COMMENT ON VIEW pgscale.recent IS 'What was counted in the window of the views, by object; nobody but the views reads it';
COMMENT ON COLUMN pgscale.recent.scope IS 'As in table sample';
COMMENT ON COLUMN pgscale.recent.object IS 'As in table sample';
COMMENT ON COLUMN pgscale.recent.since IS 'Start of the first interval in which the object changed';
COMMENT ON COLUMN pgscale.recent.until IS 'End of the last one';
COMMENT ON COLUMN pgscale.recent.hit IS 'As in table sample, summed up';
COMMENT ON COLUMN pgscale.recent.read IS 'As in table sample, summed up';
COMMENT ON COLUMN pgscale.recent.ms IS 'As in table sample, summed up';
COMMENT ON COLUMN pgscale.recent.scans IS 'As in table sample, summed up';
COMMENT ON COLUMN pgscale.recent.idx_scans IS 'As in table sample, summed up';
COMMENT ON COLUMN pgscale.recent.rows IS 'As in table sample, summed up';
COMMENT ON COLUMN pgscale.recent.inserted IS 'As in table sample, summed up';
COMMENT ON COLUMN pgscale.recent.updated IS 'As in table sample, summed up';
COMMENT ON COLUMN pgscale.recent.deleted IS 'As in table sample, summed up';
COMMENT ON COLUMN pgscale.recent.hot_updated IS 'As in table sample, summed up';

-- The window as a whole: a sample of the server is in each; without one, nothing is known of the window.
CREATE VIEW pgscale.recent_window AS
SELECT min(s.at - pg_catalog.make_interval(secs => s.seconds)) AS since,
       max(s.at) AS until,
       sum(s.seconds) AS window_s
  FROM pgscale.sample s
 WHERE s.at > pgscale.window_start() AND s.seconds IS NOT NULL AND s.scope = 'server';
COMMENT ON VIEW pgscale.recent_window IS 'The window of the views: one row, of NULLs while no interval has been sampled in it; nobody but the views reads it';
COMMENT ON COLUMN pgscale.recent_window.since IS 'Start of the first interval';
COMMENT ON COLUMN pgscale.recent_window.until IS 'End of the last one';
COMMENT ON COLUMN pgscale.recent_window.window_s IS 'Seconds covered by intervals; less than until - since where one was left out';

-- Counters are summed up, values are the last ones.
CREATE VIEW pgscale.recent_server AS
SELECT d.key AS name,
       sum(d.value::numeric) AS total,
       (array_agg(d.value::numeric ORDER BY s.at DESC))[1] AS last
  FROM pgscale.sample s
 CROSS JOIN LATERAL pg_catalog.jsonb_each_text(s.details) AS d (key, value)
 WHERE s.at > pgscale.window_start() AND s.scope = 'server'
 GROUP BY d.key;
COMMENT ON VIEW pgscale.recent_server IS 'The details of the samples of the server in the window; nobody but the views reads it';
COMMENT ON COLUMN pgscale.recent_server.name IS 'Name of the counter or value';
COMMENT ON COLUMN pgscale.recent_server.total IS 'Of a counter: what was counted in the window';
COMMENT ON COLUMN pgscale.recent_server.last IS 'Of a value: the last one';
