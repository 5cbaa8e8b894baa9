-- The file systems of the server: what they are called, that they are sane, and who may see them.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS pgscale;
DROP ROLE IF EXISTS regress_disk_plain, regress_disk_monitor;
RESET client_min_messages;
CREATE ROLE regress_disk_plain;
CREATE ROLE regress_disk_monitor IN ROLE pg_monitor;

SELECT name, total_bytes > 0 AS total, free_bytes BETWEEN 0 AND total_bytes AS free FROM pgscale.file_systems() WHERE name = 'data';
-- sampled under the names that the forecast looks for
SELECT name, value > 0 AS sane FROM pgscale.gauge_source WHERE name LIKE 'disk/data/%' ORDER BY name;

-- a tablespace on a file system that has a name already is not another one
CREATE TEMP TABLE before AS SELECT name FROM pgscale.file_systems();
SET allow_in_place_tablespaces = on;
CREATE TABLESPACE regress_disk LOCATION '';
SELECT name AS another FROM pgscale.file_systems() EXCEPT SELECT name FROM before;
DROP TABLESPACE regress_disk;

SET ROLE regress_disk_monitor;
SELECT count(*) > 0 AS seen FROM pgscale.file_systems();
SET ROLE regress_disk_plain;
SELECT * FROM pgscale.file_systems();
RESET ROLE;
DROP TABLE before;
DROP ROLE regress_disk_plain, regress_disk_monitor;
