
-- History. Each row holds what was counted in an interval, so that sums over rows are sums over time, also
-- where partitions have come and gone; no row spans a reset, a crash or a failover.
CREATE TABLE pgscale.sample (
    at timestamptz NOT NULL,
    seconds double precision,
    scope text NOT NULL CHECK (scope IN ('server', 'database', 'table', 'leaf', 'index', 'sequence', 'query')),
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
    counters jsonb,
    gauges jsonb
) PARTITION BY RANGE (at);
CREATE INDEX sample_object_idx ON pgscale.sample (scope, object, at);
CREATE INDEX sample_at_idx ON pgscale.sample (at);
CREATE INDEX sample_frame_idx ON pgscale.sample (scope, at) WHERE frame;
COMMENT ON TABLE pgscale.sample IS 'History: what was counted and how large things were, sampled by the worker; a partition set of pgscale itself, not part of a dump';
COMMENT ON COLUMN pgscale.sample.at IS 'End of the interval, by the clock of the policies';
COMMENT ON COLUMN pgscale.sample.seconds IS 'Length of the interval; NULL where nothing before could be compared (first sample, statistics reset, crash, failover), then all counters are NULL';
COMMENT ON COLUMN pgscale.sample.scope IS 'server, database, table (a table that is no partition, with all below it), leaf (a partition), index (with all below it), sequence or query';
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
COMMENT ON COLUMN pgscale.sample.counters IS 'server, database: further counters of the interval, by name; those that are 0 are left out';
COMMENT ON COLUMN pgscale.sample.gauges IS 'server, sequence: values at the end of the interval, by name';

-- What the next sample is compared with. Unlogged, so that it is empty whenever the statistics are: after a
-- crash, and on a standby that was promoted.
CREATE UNLOGGED TABLE pgscale.sample_state (
    at timestamptz NOT NULL,
    real_at timestamptz NOT NULL,
    cluster text NOT NULL,
    relation_epoch text NOT NULL,
    query_epoch text NOT NULL,
    frame_day bigint NOT NULL,
    series_start timestamptz NOT NULL
);
COMMENT ON TABLE pgscale.sample_state IS 'The last sample: at most one row';
COMMENT ON COLUMN pgscale.sample_state.at IS 'When it was taken, by the clock of the policies';
COMMENT ON COLUMN pgscale.sample_state.real_at IS 'The same in real time';
COMMENT ON COLUMN pgscale.sample_state.cluster IS 'System identifier and timeline of the server';
COMMENT ON COLUMN pgscale.sample_state.relation_epoch IS 'Changes when the statistics of the database are reset';
COMMENT ON COLUMN pgscale.sample_state.query_epoch IS 'Changes when pg_stat_statements is reset';
COMMENT ON COLUMN pgscale.sample_state.frame_day IS 'Day of the last sample that held every table, in days since 2000-01-01 UTC';
COMMENT ON COLUMN pgscale.sample_state.series_start IS 'The first sample of the series: nothing was reset since';

CREATE UNLOGGED TABLE pgscale.sample_baseline (
    scope text NOT NULL,
    object bigint NOT NULL,
    figures bigint[],
    ms double precision,
    bytes bigint,
    pending_since timestamptz,
    observed_since timestamptz,
    epoch text,
    counters jsonb,
    PRIMARY KEY (scope, object) INCLUDE (observed_since)
) WITH (fillfactor = 80);
COMMENT ON TABLE pgscale.sample_baseline IS 'Counters of each object at the last sample that wrote them down';
COMMENT ON COLUMN pgscale.sample_baseline.scope IS 'As in table sample; table and index: each relation by itself';
COMMENT ON COLUMN pgscale.sample_baseline.object IS 'As in table sample';
COMMENT ON COLUMN pgscale.sample_baseline.figures IS 'Counters of a relation or a query, in the order of the library';
COMMENT ON COLUMN pgscale.sample_baseline.ms IS 'Time of execution of a query';
COMMENT ON COLUMN pgscale.sample_baseline.bytes IS 'Size of the relation';
COMMENT ON COLUMN pgscale.sample_baseline.pending_since IS 'Start of the first interval that changed it and was not written down';
COMMENT ON COLUMN pgscale.sample_baseline.observed_since IS 'First sample that saw it, or that saw it reset; NULL where that was the first of the series';
COMMENT ON COLUMN pgscale.sample_baseline.epoch IS 'server, database: changes when their statistics are reset';
COMMENT ON COLUMN pgscale.sample_baseline.counters IS 'server, database: counters by name';

-- The intervals of the window. One that reaches over the window's edge counts in proportion. On a standby
-- the history is that of the primary, which says nothing of this server. The subquery hides the start from
-- the planner: by its histogram, which ends at the last ANALYZE, it would foresee no rows and loop over them.
CREATE VIEW pgscale.recent_sample AS
SELECT s.*,
       greatest(s.at - pg_catalog.make_interval(secs => s.seconds), w.start) AS since,
       least(1, extract(epoch FROM s.at - w.start)::float8 / s.seconds) AS share
  FROM (SELECT pgscale.window_start() AS start) w
 CROSS JOIN pgscale.sample s
 WHERE s.at > (SELECT pgscale.window_start()) AND s.seconds > 0 AND NOT pg_catalog.pg_is_in_recovery();
COMMENT ON VIEW pgscale.recent_sample IS 'Samples in the window of the views; nobody but the views reads it';
COMMENT ON COLUMN pgscale.recent_sample.at IS 'As in table sample';
COMMENT ON COLUMN pgscale.recent_sample.seconds IS 'As in table sample';
COMMENT ON COLUMN pgscale.recent_sample.scope IS 'As in table sample';
COMMENT ON COLUMN pgscale.recent_sample.object IS 'As in table sample';
COMMENT ON COLUMN pgscale.recent_sample.frame IS 'As in table sample';
COMMENT ON COLUMN pgscale.recent_sample.hit IS 'As in table sample';
COMMENT ON COLUMN pgscale.recent_sample.read IS 'As in table sample';
COMMENT ON COLUMN pgscale.recent_sample.ms IS 'As in table sample';
COMMENT ON COLUMN pgscale.recent_sample.scans IS 'As in table sample';
COMMENT ON COLUMN pgscale.recent_sample.idx_scans IS 'As in table sample';
COMMENT ON COLUMN pgscale.recent_sample.rows IS 'As in table sample';
COMMENT ON COLUMN pgscale.recent_sample.inserted IS 'As in table sample';
COMMENT ON COLUMN pgscale.recent_sample.updated IS 'As in table sample';
COMMENT ON COLUMN pgscale.recent_sample.deleted IS 'As in table sample';
COMMENT ON COLUMN pgscale.recent_sample.hot_updated IS 'As in table sample';
COMMENT ON COLUMN pgscale.recent_sample.bytes IS 'As in table sample';
COMMENT ON COLUMN pgscale.recent_sample.live_rows IS 'As in table sample';
COMMENT ON COLUMN pgscale.recent_sample.dead_rows IS 'As in table sample';
COMMENT ON COLUMN pgscale.recent_sample.counters IS 'As in table sample';
COMMENT ON COLUMN pgscale.recent_sample.gauges IS 'As in table sample';
COMMENT ON COLUMN pgscale.recent_sample.since IS 'Start of the interval, or of the first one; at the earliest the start of the window';
COMMENT ON COLUMN pgscale.recent_sample.share IS 'Part of the interval that lies in the window, 0 to 1';

CREATE VIEW pgscale.recent AS
SELECT s.scope,
       s.object,
       min(s.since) AS since,
       max(s.at) AS until,
       round(sum(s.hit * s.share))::bigint AS hit,
       round(sum(s.read * s.share))::bigint AS read,
       sum(s.ms * s.share) AS ms,
       round(sum(s.scans * s.share))::bigint AS scans,
       round(sum(s.idx_scans * s.share))::bigint AS idx_scans,
       round(sum(s.rows * s.share))::bigint AS rows,
       round(sum(s.inserted * s.share))::bigint AS inserted,
       round(sum(s.updated * s.share))::bigint AS updated,
       round(sum(s.deleted * s.share))::bigint AS deleted,
       round(sum(s.hot_updated * s.share))::bigint AS hot_updated
  FROM pgscale.recent_sample s
 GROUP BY s.scope, s.object;
COMMENT ON VIEW pgscale.recent IS 'What was counted in the window of the views, by object; an object without a row did not change; nobody but the views reads it';
COMMENT ON COLUMN pgscale.recent.scope IS 'As in table sample';
COMMENT ON COLUMN pgscale.recent.object IS 'As in table sample';
COMMENT ON COLUMN pgscale.recent.since IS 'Start of the interval, or of the first one; at the earliest the start of the window';
COMMENT ON COLUMN pgscale.recent.until IS 'End of the last interval';
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

-- Without a sample of the server nothing is known of the window.
CREATE VIEW pgscale.recent_window AS
SELECT min(s.since) AS since,
       max(s.at) AS until,
       sum(s.seconds * s.share) AS window_s
  FROM pgscale.recent_sample s
 WHERE s.scope = 'server';
COMMENT ON VIEW pgscale.recent_window IS 'The window of the views: one row, of NULLs while no interval has been sampled in it; nobody but the views reads it';
COMMENT ON COLUMN pgscale.recent_window.since IS 'Start of the interval, or of the first one; at the earliest the start of the window';
COMMENT ON COLUMN pgscale.recent_window.until IS 'End of the last interval';
COMMENT ON COLUMN pgscale.recent_window.window_s IS 'Seconds covered by intervals; less than until - since where one was left out';

CREATE VIEW pgscale.recent_counter AS
SELECT s.scope, s.object, c.key AS name, sum(c.value::numeric * s.share::numeric) AS total
  FROM pgscale.recent_sample s
 CROSS JOIN LATERAL pg_catalog.jsonb_each_text(s.counters) AS c (key, value)
 GROUP BY s.scope, s.object, c.key;
COMMENT ON VIEW pgscale.recent_counter IS 'What the further counters counted in the window; one without a row counted nothing; nobody but the views reads it';
COMMENT ON COLUMN pgscale.recent_counter.scope IS 'As in table sample';
COMMENT ON COLUMN pgscale.recent_counter.object IS 'As in table sample';
COMMENT ON COLUMN pgscale.recent_counter.name IS 'Name of the counter';
COMMENT ON COLUMN pgscale.recent_counter.total IS 'What it counted in the window';

CREATE PROCEDURE pgscale.take_sample()
    LANGUAGE c AS 'MODULE_PATHNAME', 'pgscale_take_sample';
COMMENT ON PROCEDURE pgscale.take_sample() IS
'Takes a sample of the statistics now, as the worker does in each pgscale.sample_interval. Must be called outside a transaction block.';
REVOKE EXECUTE ON PROCEDURE pgscale.take_sample() FROM PUBLIC;
GRANT EXECUTE ON PROCEDURE pgscale.take_sample() TO pg_monitor;

-- The statement trigger calls the launcher, so that the history begins when the extension is created.
UPDATE pgscale.policy SET paused = paused WHERE false;
