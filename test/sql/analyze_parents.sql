-- The statistics of parents, which autovacuum does not gather.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS pgscale;
RESET client_min_messages;
CREATE SCHEMA analyze_parents;
SET search_path = analyze_parents;
SET pgscale.clock = '2026-11-15 12:00:00+00';
SET pgscale.analyze_parents = on;
CREATE VIEW lately AS SELECT action, partition, reason, outcome, message FROM pgscale.runs WHERE partition = 'analyze_parents.orders' ORDER BY id;
CREATE VIEW analyzed AS
SELECT relname, last_analyze IS NOT NULL AS analyzed FROM pg_stat_user_tables WHERE schemaname = 'analyze_parents' ORDER BY 1;

CREATE TABLE orders (id int, at date NOT NULL, note text) PARTITION BY RANGE (at);
CREATE VIEW steps AS SELECT action, partition, reason, array_length(sql, 1) AS statements, locks, refusal FROM pgscale.plan('orders');
SELECT count(*) FROM pgscale.create_parent('orders', 'at', '1 month', premake => 1);
-- nothing to know about an empty table
SELECT * FROM steps;
INSERT INTO orders SELECT n, '2026-11-01'::date + n % 30, n % 3 FROM generate_series(1, 1000) n;
SELECT pg_stat_force_next_flush();
SELECT * FROM steps;
CALL pgscale.run_maintenance('orders');
SELECT * FROM steps;
SELECT * FROM lately;
-- the parent alone
SELECT * FROM analyzed;
SELECT attname, n_distinct, inherited FROM pg_stats WHERE schemaname = 'analyze_parents' AND attname = 'note' ORDER BY 1;
SELECT reltuples FROM pg_class WHERE oid = 'orders'::regclass;

-- as many changes as autovacuum's settings say, added up over the partitions
UPDATE orders SET note = 'x' WHERE id <= 100;
INSERT INTO orders SELECT n, '2026-12-01', 'y' FROM generate_series(1, 50) n;
SELECT pg_stat_force_next_flush();
SELECT * FROM steps;
DELETE FROM orders WHERE id = 1000;
SELECT pg_stat_force_next_flush();
SELECT * FROM steps;
-- a partition that goes takes none of the changes of the others with it
CREATE TABLE orders_old PARTITION OF orders FOR VALUES FROM ('2026-01-01') TO ('2026-02-01');
INSERT INTO orders SELECT n, '2026-01-05', 'old' FROM generate_series(1, 5000) n;
SELECT pg_stat_force_next_flush();
CALL pgscale.run_maintenance('orders');
SELECT * FROM lately;
INSERT INTO orders SELECT n, '2026-12-01', 'z' FROM generate_series(1, 1000) n;
DROP TABLE orders_old;
SELECT pg_stat_force_next_flush();
SELECT * FROM steps;
-- the server counts from 0 after a reset or a crash
SELECT pg_stat_reset_single_table_counters('orders_p2026_12'::regclass);
INSERT INTO orders SELECT n, '2026-12-01', 'z' FROM generate_series(1, 1000) n;
SELECT pg_stat_force_next_flush();
SELECT * FROM steps;
-- somebody else does it
ANALYZE orders;
SELECT * FROM steps;
CALL pgscale.run_maintenance('orders');
INSERT INTO orders SELECT n, '2026-12-01', 'z' FROM generate_series(1, 600) n;
SELECT pg_stat_force_next_flush();
SELECT reason FROM steps;
-- the switch
SET pgscale.analyze_parents = off;
SELECT * FROM steps;
SET pgscale.analyze_parents = on;
-- as the owner, so that code of his has his rights alone
CREATE ROLE regress_analyze_owner;
GRANT ALL ON SCHEMA analyze_parents TO regress_analyze_owner;
ALTER TABLE orders OWNER TO regress_analyze_owner;
ALTER TABLE orders_p2026_11 OWNER TO regress_analyze_owner;
ALTER TABLE orders_p2026_12 OWNER TO regress_analyze_owner;
SET ROLE regress_analyze_owner;
CREATE FUNCTION who(note text) RETURNS text LANGUAGE plpgsql IMMUTABLE SET search_path = pg_catalog AS $$ BEGIN RETURN current_user; END $$;
CREATE STATISTICS whose ON (who(note)) FROM orders;
RESET ROLE;
CALL pgscale.run_maintenance('orders');
SELECT most_common_vals FROM pg_stats_ext_exprs WHERE statistics_name = 'whose' AND inherited;

SET client_min_messages = warning;
DROP SCHEMA analyze_parents CASCADE;
DROP ROLE regress_analyze_owner;
