
CREATE FUNCTION pgscale.health_checks()
    RETURNS TABLE ("position" integer, check_name text, area text, bad text, warning numeric, critical numeric,
                   unit text, meaning text, action text)
    LANGUAGE c IMMUTABLE PARALLEL SAFE ROWS 37
    AS 'MODULE_PATHNAME', 'pgscale_health_checks';
COMMENT ON FUNCTION pgscale.health_checks() IS
'The checks of view health with their usual thresholds; part of the views';

CREATE FUNCTION pgscale.check_status(check_name text, value numeric, warning numeric, critical numeric) RETURNS text
    LANGUAGE c IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'pgscale_check_status';
COMMENT ON FUNCTION pgscale.check_status(text, numeric, numeric, numeric) IS
'ok, warning, critical, or unknown for a value that is not known; part of view health';

CREATE TABLE pgscale.threshold_setting (
    check_name text PRIMARY KEY,
    warning numeric,
    critical numeric
);
COMMENT ON TABLE pgscale.threshold_setting IS 'Thresholds that differ from the usual ones; written through view threshold';
COMMENT ON COLUMN pgscale.threshold_setting.check_name IS 'The check';
COMMENT ON COLUMN pgscale.threshold_setting.warning IS 'From which value on it is a warning; NULL for never';
COMMENT ON COLUMN pgscale.threshold_setting.critical IS 'From which value on it is critical; NULL for never';
SELECT pg_catalog.pg_extension_config_dump('pgscale.threshold_setting', '');

CREATE VIEW pgscale.threshold AS
SELECT c.check_name,
       c.area,
       CASE WHEN s.check_name IS NULL THEN trim_scale(c.warning) ELSE s.warning END AS warning,
       CASE WHEN s.check_name IS NULL THEN trim_scale(c.critical) ELSE s.critical END AS critical,
       c.unit,
       c.bad,
       s.check_name IS NOT NULL AS changed,
       c.meaning
  FROM pgscale.health_checks() c
  LEFT JOIN pgscale.threshold_setting s USING (check_name)
 ORDER BY c."position";
COMMENT ON VIEW pgscale.threshold IS 'From which values on a check of view health is a warning, or critical. UPDATE changes it, DELETE brings back the usual values';
COMMENT ON COLUMN pgscale.threshold.check_name IS 'The check';
COMMENT ON COLUMN pgscale.threshold.area IS 'partitions, replication, shards, server or load';
COMMENT ON COLUMN pgscale.threshold.warning IS 'From which value on it is a warning; NULL for never';
COMMENT ON COLUMN pgscale.threshold.critical IS 'From which value on it is critical; NULL for never';
COMMENT ON COLUMN pgscale.threshold.unit IS 'Of these values';
COMMENT ON COLUMN pgscale.threshold.bad IS 'Which values are the bad ones: high or low';
COMMENT ON COLUMN pgscale.threshold.changed IS 'Whether somebody has changed it';
COMMENT ON COLUMN pgscale.threshold.meaning IS 'What is measured';
GRANT SELECT ON pgscale.threshold TO PUBLIC;

CREATE FUNCTION pgscale.change_threshold() RETURNS trigger
    LANGUAGE c SET search_path = pg_catalog, pg_temp
    AS 'MODULE_PATHNAME', 'pgscale_change_threshold';
COMMENT ON FUNCTION pgscale.change_threshold() IS 'Carries out UPDATE and DELETE on view threshold';
REVOKE EXECUTE ON FUNCTION pgscale.change_threshold() FROM PUBLIC;
CREATE TRIGGER change_threshold INSTEAD OF UPDATE OR DELETE ON pgscale.threshold
    FOR EACH ROW EXECUTE FUNCTION pgscale.change_threshold();
COMMENT ON TRIGGER change_threshold ON pgscale.threshold IS 'Carries out UPDATE and DELETE';
