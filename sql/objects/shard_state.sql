-- How each shard was when it was last asked.
CREATE TABLE pgscale.shard_state (
    shard name PRIMARY KEY REFERENCES pgscale.shard ON UPDATE CASCADE ON DELETE CASCADE,
    as_of timestamptz,
    reachable boolean,
    since timestamptz,
    seen_at timestamptz,
    latency_ms double precision,
    role text,
    version text,
    lag_bytes bigint,
    lag_seconds double precision,
    size_bytes bigint,
    rows bigint,
    error text,
    drift_looked_at timestamptz,
    drift_as_of timestamptz,
    drift_warnings integer,
    drift_critical integer,
    drift_worst text,
    drift_since timestamptz
);
COMMENT ON TABLE pgscale.shard_state IS 'How each shard was when the worker or sync_shards() last asked it; not part of a dump';
COMMENT ON COLUMN pgscale.shard_state.shard IS 'The shard';
COMMENT ON COLUMN pgscale.shard_state.as_of IS 'When it was last asked, in real time';
COMMENT ON COLUMN pgscale.shard_state.reachable IS 'Whether it answered then, within two seconds';
COMMENT ON COLUMN pgscale.shard_state.since IS 'Since when that is so';
COMMENT ON COLUMN pgscale.shard_state.seen_at IS 'When it last answered';
COMMENT ON COLUMN pgscale.shard_state.latency_ms IS 'How long it took to connect and to ask; NULL when it did not answer';
COMMENT ON COLUMN pgscale.shard_state.role IS 'primary or standby; NULL when it did not answer';
COMMENT ON COLUMN pgscale.shard_state.version IS 'Version of its server, when it last answered';
COMMENT ON COLUMN pgscale.shard_state.lag_bytes IS 'WAL that its slowest standby has not replayed, or that it has not replayed as one; NULL without standbys';
COMMENT ON COLUMN pgscale.shard_state.lag_seconds IS 'The same in time';
COMMENT ON COLUMN pgscale.shard_state.size_bytes IS 'Size of its database, when it last answered';
COMMENT ON COLUMN pgscale.shard_state.rows IS 'Rows of the partitions that are on it, as it estimated them when it last answered';
COMMENT ON COLUMN pgscale.shard_state.error IS 'Why it did not answer; NULL when it did';
COMMENT ON COLUMN pgscale.shard_state.drift_looked_at IS 'When its tables were last to be compared with what they are to be';
COMMENT ON COLUMN pgscale.shard_state.drift_as_of IS 'When they last were';
COMMENT ON COLUMN pgscale.shard_state.drift_warnings IS 'Differences of severity warning that were found then';
COMMENT ON COLUMN pgscale.shard_state.drift_critical IS 'Differences of severity critical';
COMMENT ON COLUMN pgscale.shard_state.drift_worst IS 'One of the worst, in words; NULL when there is none of these';
COMMENT ON COLUMN pgscale.shard_state.drift_since IS 'The first look in a row that found any; NULL when there is none';

CREATE VIEW pgscale.shards AS
SELECT s.name AS shard, s.host, s.port, s.region, s.state,
       CASE b.state WHEN 'open' THEN false ELSE t.reachable END AS reachable, t.latency_ms, t.role, t.lag_bytes, t.lag_seconds,
       t.size_bytes, t.rows,
       (SELECT count(*) FROM pgscale.placement p WHERE p.shard = s.name) AS tables,
       t.version,
       round(t.size_bytes / nullif(avg(t.size_bytes) OVER (), 0), 2) AS skew,
       coalesce(CASE b.state WHEN 'open' THEN b.error END, t.error) AS error,
       CASE b.state WHEN 'open' THEN b.since ELSE t.since END AS since,
       t.seen_at, t.as_of, b.state AS breaker
  FROM pgscale.shard s
  LEFT JOIN pgscale.shard_state t ON t.shard = s.name
  LEFT JOIN pg_catalog.pg_foreign_server f ON f.srvname = s.name
  LEFT JOIN pgscale.shard_breakers() b ON b.server = f.oid
 ORDER BY s.number;
COMMENT ON VIEW pgscale.shards IS 'The shards and how they were when the worker or sync_shards() last asked them, or when the watch found them down since; reading it asks nobody';
COMMENT ON COLUMN pgscale.shards.shard IS 'The shard';
COMMENT ON COLUMN pgscale.shards.host IS 'Host of its primary, by the registry';
COMMENT ON COLUMN pgscale.shards.port IS 'Its port';
COMMENT ON COLUMN pgscale.shards.region IS 'Where it is';
COMMENT ON COLUMN pgscale.shards.state IS 'active, or draining: its partitions move to other shards';
COMMENT ON COLUMN pgscale.shards.reachable IS 'Whether it answered within two seconds, and is not down for the watch; NULL when it was never asked';
COMMENT ON COLUMN pgscale.shards.latency_ms IS 'How long it took to connect and to ask; NULL when it did not answer';
COMMENT ON COLUMN pgscale.shards.role IS 'primary or standby; NULL when it did not answer';
COMMENT ON COLUMN pgscale.shards.lag_bytes IS 'WAL that its slowest standby has not replayed, or that it has not replayed as one; NULL without standbys, or when it did not answer';
COMMENT ON COLUMN pgscale.shards.lag_seconds IS 'The same in time';
COMMENT ON COLUMN pgscale.shards.size_bytes IS 'Size of its database, when it last answered';
COMMENT ON COLUMN pgscale.shards.rows IS 'Rows of the partitions that are on it, as it estimated them when it last answered; NULL while it has counted none';
COMMENT ON COLUMN pgscale.shards.tables IS 'Partitions that are to be on it; on a shard that is drained, those that have yet to leave';
COMMENT ON COLUMN pgscale.shards.version IS 'Version of its server, when it last answered';
COMMENT ON COLUMN pgscale.shards.skew IS 'Its size against the mean of all: 1 is the mean';
COMMENT ON COLUMN pgscale.shards.error IS 'Why it did not answer; NULL when it did';
COMMENT ON COLUMN pgscale.shards.since IS 'Since when it is reachable, or is not';
COMMENT ON COLUMN pgscale.shards.seen_at IS 'When it last answered';
COMMENT ON COLUMN pgscale.shards.as_of IS 'When it was last asked';
COMMENT ON COLUMN pgscale.shards.breaker IS 'What the process "pgscale shard watch" says: closed, open (the shard is down, statements that need it fail at once) or unknown; NULL without the watch';
GRANT SELECT ON pgscale.shards TO PUBLIC;

CREATE PROCEDURE pgscale.analyze_shards(relation regclass DEFAULT NULL)
    LANGUAGE c AS 'MODULE_PATHNAME', 'pgscale_analyze_shards';
COMMENT ON PROCEDURE pgscale.analyze_shards(regclass) IS
'Has the shards analyze a sharded table, or all of the caller, and copies their statistics to the foreign tables here; no row leaves a shard. Must be called outside a transaction block.';
