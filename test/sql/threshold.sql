-- Thresholds of the health checks: usual values, changes, the way back.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS pgscale;
DROP ROLE IF EXISTS regress_threshold;
RESET client_min_messages;
SELECT check_name, area, warning, critical, unit, bad FROM pgscale.threshold;
UPDATE pgscale.threshold SET warning = 50, critical = NULL WHERE check_name = 'connections';
UPDATE pgscale.threshold SET critical = 2.5 WHERE check_name = 'disk_free';
SELECT check_name, warning, critical FROM pgscale.threshold WHERE changed;
SELECT v.value, pgscale.check_status('connections', v.value, t.warning, t.critical), pgscale.check_status('disk_free', v.value, d.warning, d.critical)
  FROM (VALUES (1), (50), (99), (NULL)) AS v (value), pgscale.threshold t, pgscale.threshold d
 WHERE t.check_name = 'connections' AND d.check_name = 'disk_free';
-- what cannot be meant changes nothing
UPDATE pgscale.threshold SET critical = 604801 WHERE check_name = 'disk_full';
UPDATE pgscale.threshold SET critical = 1 WHERE check_name = 'blocked';
UPDATE pgscale.threshold SET warning = 'NaN' WHERE check_name = 'blocked';
UPDATE pgscale.threshold SET check_name = 'mine' WHERE check_name = 'blocked';
INSERT INTO pgscale.threshold (check_name) VALUES ('mine');
SELECT pgscale.check_status('mine', 1, 2, 3);
SELECT check_name, warning, critical FROM pgscale.threshold WHERE changed;
DELETE FROM pgscale.threshold WHERE changed;
SELECT check_name, warning, critical FROM pgscale.threshold WHERE check_name IN ('connections', 'disk_free') OR changed;
-- everybody may look, nobody but the owner may change
CREATE ROLE regress_threshold IN ROLE pg_monitor;
SET ROLE regress_threshold;
SELECT count(*) > 0 AS visible FROM pgscale.threshold;
UPDATE pgscale.threshold SET warning = 1;
SELECT count(*) FROM pgscale.threshold_setting;
RESET ROLE;
GRANT UPDATE ON pgscale.threshold TO regress_threshold;
SET ROLE regress_threshold;
UPDATE pgscale.threshold SET warning = 7 WHERE check_name = 'failing_set';
RESET ROLE;
SELECT check_name, warning, critical FROM pgscale.threshold WHERE changed;
DELETE FROM pgscale.threshold;
REVOKE ALL ON pgscale.threshold FROM regress_threshold;
DROP ROLE regress_threshold;

-- the plan that the session keeps is made anew for a new extension
SELECT count(*) > 30 AS checks FROM pgscale.health;
BEGIN;
SET LOCAL client_min_messages = warning;
DROP EXTENSION pgscale;
CREATE EXTENSION pgscale;
SELECT count(*) > 30 AS checks FROM pgscale.health;
ROLLBACK;
SELECT count(*) > 30 AS checks FROM pgscale.health;
