
-- Since when a check has been as it is, written down with each sample.
CREATE TABLE pgscale.health_log (
    check_name text NOT NULL,
    status text NOT NULL,
    object text,
    evidence text,
    since timestamptz NOT NULL DEFAULT clock_timestamp(),
    until timestamptz
);
CREATE UNIQUE INDEX health_log_open_idx ON pgscale.health_log (check_name) WHERE until IS NULL;
COMMENT ON TABLE pgscale.health_log IS 'How each health check was, a row for each change of its status';
COMMENT ON COLUMN pgscale.health_log.check_name IS 'The check';
COMMENT ON COLUMN pgscale.health_log.status IS 'ok, warning, critical or unknown';
COMMENT ON COLUMN pgscale.health_log.object IS 'The worst object when the status began';
COMMENT ON COLUMN pgscale.health_log.evidence IS 'What was measured then';
COMMENT ON COLUMN pgscale.health_log.since IS 'The sample that first found it so';
COMMENT ON COLUMN pgscale.health_log.until IS 'The sample that found it otherwise; NULL while it lasts';

CREATE VIEW pgscale.health_since AS
SELECT l.check_name, l.status, l.since FROM pgscale.health_log l WHERE l.until IS NULL;
COMMENT ON VIEW pgscale.health_since IS 'Since when each check has been as the last sample found it; part of view health';
COMMENT ON COLUMN pgscale.health_since.check_name IS 'The check';
COMMENT ON COLUMN pgscale.health_since.status IS 'As in table health_log';
COMMENT ON COLUMN pgscale.health_since.since IS 'As in table health_log';
GRANT SELECT ON pgscale.health_since TO PUBLIC;

-- Of each check the worst object. Where there is nothing that could be bad, all is well.
CREATE VIEW pgscale.health_now (status, check_name, area, object, others, value, evidence, since, action) AS
WITH judged AS MATERIALIZED (
    SELECT t.check_name, t.area, e.value, e.object, e.since, e.evidence, t.bad,
           CASE WHEN e.check_name IS NULL THEN 'ok' ELSE pgscale.check_status(t.check_name, e.value, t.warning, t.critical) END AS status
      FROM pgscale.threshold t
      LEFT JOIN (SELECT * FROM pgscale.set_evidence
                 UNION ALL SELECT * FROM pgscale.relation_evidence
                 UNION ALL SELECT * FROM pgscale.shard_evidence
                 UNION ALL SELECT * FROM pgscale.server_evidence
                 UNION ALL SELECT * FROM pgscale.load_evidence) e USING (check_name)),
ranked AS (
    SELECT j.*,
           row_number() OVER worst AS place,
           count(*) FILTER (WHERE j.status IN ('warning', 'critical')) OVER (PARTITION BY j.check_name) AS bad_objects
      FROM judged j
    WINDOW worst AS (PARTITION BY j.check_name
                         ORDER BY array_position('{critical,warning,unknown,ok}', j.status),
                                  CASE j.bad WHEN 'high' THEN -j.value ELSE j.value END, j.object))
SELECT r.status, r.check_name, r.area, r.object, greatest(r.bad_objects - 1, 0), trim_scale(round(nullif(r.value, 'Infinity'), 3)),
       coalesce(r.evidence, 'nothing to complain of'),
       CASE WHEN r.status IN ('warning', 'critical') THEN coalesce(r.since, l.since) ELSE l.since END,
       CASE WHEN r.status IN ('warning', 'critical') THEN c.action END
  FROM ranked r
  JOIN pgscale.health_checks() c USING (check_name)
  LEFT JOIN pgscale.health_since l ON l.check_name = r.check_name AND l.status = r.status
 WHERE r.place = 1
 ORDER BY array_position('{critical,warning,unknown,ok}', r.status), c."position";
COMMENT ON VIEW pgscale.health_now IS 'The rows of view health; part of the view';
COMMENT ON COLUMN pgscale.health_now.status IS 'As in view health';
COMMENT ON COLUMN pgscale.health_now.check_name IS 'As in view health';
COMMENT ON COLUMN pgscale.health_now.area IS 'As in view health';
COMMENT ON COLUMN pgscale.health_now.object IS 'As in view health';
COMMENT ON COLUMN pgscale.health_now.others IS 'As in view health';
COMMENT ON COLUMN pgscale.health_now.value IS 'As in view health';
COMMENT ON COLUMN pgscale.health_now.evidence IS 'As in view health';
COMMENT ON COLUMN pgscale.health_now.since IS 'As in view health';
COMMENT ON COLUMN pgscale.health_now.action IS 'As in view health';
GRANT SELECT ON pgscale.health_now TO PUBLIC;

-- By a plan that the session keeps.
CREATE FUNCTION pgscale.health_rows()
    RETURNS TABLE (status text, check_name text, area text, object text, others bigint, value numeric, evidence text,
                   since timestamptz, action text)
    LANGUAGE c VOLATILE PARALLEL RESTRICTED ROWS 37
    SET search_path = pg_catalog, pg_temp SET jit = off
    AS 'MODULE_PATHNAME', 'pgscale_health_rows';
COMMENT ON FUNCTION pgscale.health_rows() IS 'The rows of view health; part of the view';

CREATE VIEW pgscale.health AS
SELECT h.status, h.check_name, h.area, h.object, h.others, h.value, h.evidence, h.since, h.action
  FROM pgscale.health_rows() h;
COMMENT ON VIEW pgscale.health IS 'Is all well? One row for each check, the worst first; thresholds are in view threshold';
COMMENT ON COLUMN pgscale.health.status IS 'critical, warning, unknown (this role cannot see it, or there is no history yet) or ok';
COMMENT ON COLUMN pgscale.health.check_name IS 'The check';
COMMENT ON COLUMN pgscale.health.area IS 'partitions, replication, shards, server or load';
COMMENT ON COLUMN pgscale.health.object IS 'The worst object';
COMMENT ON COLUMN pgscale.health.others IS 'How many further objects are a warning or critical';
COMMENT ON COLUMN pgscale.health.value IS 'What is measured of it, in the unit of view threshold; NULL when not known';
COMMENT ON COLUMN pgscale.health.evidence IS 'The same in words';
COMMENT ON COLUMN pgscale.health.since IS 'Since when; where only samples tell, the first sample that found it so; NULL when none has yet';
COMMENT ON COLUMN pgscale.health.action IS 'What to do about it';
GRANT SELECT ON pgscale.health TO PUBLIC;
