-- Where rows are, by the server's own routing: for every method the function says what tableoid says.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS pgscale;
RESET client_min_messages;
CREATE SCHEMA where_is;
SET search_path = where_is;
SET TimeZone = 'UTC';
SET DateStyle = 'ISO';

CREATE TABLE h (a int, b text) PARTITION BY HASH (a, b);
SELECT format('CREATE TABLE h_%s PARTITION OF h FOR VALUES WITH (MODULUS 5, REMAINDER %s)', n, n)
  FROM generate_series(0, 4) n \gexec
INSERT INTO h SELECT n, chr(97 + n % 20) FROM generate_series(1, 200) n;
INSERT INTO h VALUES (NULL, 'x'), (7, NULL), (NULL, NULL);
SELECT count(*) AS rows, count(DISTINCT h.tableoid) AS partitions, bool_and(w.partition = h.tableoid) AS right
  FROM h, pgscale.where_is('h', h.a::text, h.b) w;

CREATE TABLE l (a text COLLATE "C") PARTITION BY LIST (a);
CREATE TABLE l_x PARTITION OF l FOR VALUES IN ('x', 'y');
CREATE TABLE l_null PARTITION OF l FOR VALUES IN (NULL);
CREATE TABLE l_z PARTITION OF l FOR VALUES IN ('z');
SELECT k, w.partition FROM (VALUES ('x'), ('y'), ('z'), (NULL), ('other')) k (k) LEFT JOIN pgscale.where_is('l', k) w ON true ORDER BY k;
CREATE TABLE l_other PARTITION OF l DEFAULT;
SELECT partition, shard, remote_table FROM pgscale.where_is('l', 'other');

CREATE TABLE r (at timestamptz, n int) PARTITION BY RANGE (at, n);
CREATE TABLE r_old PARTITION OF r FOR VALUES FROM (MINVALUE, MINVALUE) TO ('2026-01-01 00:00+00', 10);
CREATE TABLE r_new PARTITION OF r FOR VALUES FROM ('2026-01-01 00:00+00', 10) TO ('2026-02-01 00:00+00', 0);
SELECT v.at, v.n, w.partition
  FROM (VALUES (1, '-infinity', '1'), (2, '2026-01-01 00:00+00', '9'), (3, '2026-01-01 00:00+00', '10'),
               (4, '2026-01-31 23:00-01', '-1'), (5, '2026-02-01 00:00+00', '0')) v (i, at, n)
  LEFT JOIN pgscale.where_is('r', v.at, v.n) w ON true ORDER BY v.i;
SELECT count(*) FROM pgscale.where_is('r', NULL, '1');

-- An expression, and a partition that is dropped and comes back.
CREATE TABLE e (a int) PARTITION BY LIST ((a % 2));
CREATE TABLE e_0 PARTITION OF e FOR VALUES IN (0);
CREATE TABLE e_1 PARTITION OF e FOR VALUES IN (1);
SELECT partition FROM pgscale.where_is('e', '1');
ALTER TABLE e DETACH PARTITION e_1;
SELECT count(*) FROM pgscale.where_is('e', '1');

-- Levels: further values are for the columns of the levels below; without them all leaves are meant.
CREATE TABLE s (customer int, at date, region text) PARTITION BY HASH (customer);
CREATE TABLE s_0 PARTITION OF s FOR VALUES WITH (MODULUS 2, REMAINDER 0) PARTITION BY RANGE (at);
CREATE TABLE s_1 PARTITION OF s FOR VALUES WITH (MODULUS 2, REMAINDER 1) PARTITION BY RANGE (at, customer);
CREATE TABLE s_0_jan PARTITION OF s_0 FOR VALUES FROM ('2026-01-01') TO ('2026-02-01');
CREATE TABLE s_0_feb PARTITION OF s_0 FOR VALUES FROM ('2026-02-01') TO ('2026-03-01');
CREATE TABLE s_1_jan PARTITION OF s_1 FOR VALUES FROM ('2026-01-01', MINVALUE) TO ('2026-02-01', MINVALUE);
INSERT INTO s SELECT n, '2026-01-15' FROM generate_series(1, 20) n;
SELECT count(*), bool_and(w.partition = s.tableoid) AS right FROM s, pgscale.where_is('s', customer::text, at::text) w;
SELECT min(customer) AS in_0 FROM s WHERE tableoid = 's_0_jan'::regclass \gset
SELECT partition FROM pgscale.where_is('s', :'in_0') ORDER BY 1;
SELECT partition FROM pgscale.where_is('s', :'in_0', '2026-02-03');
SELECT count(*) FROM pgscale.where_is('s', :'in_0', '2027-01-01');

-- What is refused.
SELECT * FROM pgscale.where_is('s_0_jan', '1');
SELECT * FROM pgscale.where_is('h', '1');
SELECT * FROM pgscale.where_is('h', '1', 'b', 'c');
SELECT * FROM pgscale.where_is('h', 'one', 'b');
SELECT * FROM pgscale.where_is('r', '2026-02-30', '1');
SELECT * FROM pgscale.where_is(NULL, '1');
SELECT * FROM pgscale.where_is('h', VARIADIC NULL);
DROP TABLE h, l, r, e, e_1, s;
DROP SCHEMA where_is;
