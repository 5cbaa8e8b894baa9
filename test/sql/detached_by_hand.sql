-- A detach that was to be followed by a drop fails; then the owner detaches the partition by hand, to
-- keep it. Later visits have nothing to do with the table.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS pgscale;
RESET client_min_messages;
CREATE SCHEMA detached_by_hand;
SET search_path = detached_by_hand;
SET TimeZone = 'UTC';
SET DateStyle = 'ISO';
SET pgscale.clock = '2026-11-15 12:00:00+00';

CREATE TABLE kept (at date PRIMARY KEY) PARTITION BY RANGE (at);
CREATE TABLE kept_old PARTITION OF kept FOR VALUES FROM ('2020-01-01') TO ('2020-02-01');
CREATE TABLE kept_now PARTITION OF kept FOR VALUES FROM ('2026-11-01') TO ('2026-12-01');
SELECT action, partition FROM pgscale.create_parent('kept', 'at', '1 month', premake => 0, retention => '1 month', retire => 'drop');
INSERT INTO kept VALUES ('2020-01-05');
CREATE TABLE item (at date REFERENCES kept);
INSERT INTO item VALUES ('2020-01-05');
-- the warning tells the name of the partition's copy of the foreign key, which differs between servers
SET client_min_messages = error;
CALL pgscale.run_maintenance('kept');
RESET client_min_messages;

DELETE FROM item;
ALTER TABLE kept DETACH PARTITION kept_old;
CALL pgscale.run_maintenance('kept');
SELECT action, partition, outcome, sqlstate FROM pgscale.runs WHERE parent = 'kept' AND partition LIKE '%kept_old' ORDER BY id;
SELECT * FROM kept_old;

SET client_min_messages = warning;
DROP SCHEMA detached_by_hand CASCADE;
