#!/bin/bash
# Bloat of 5,000 tables and 13,000 indexes, against estimates from pg_stats: one query on the tables, one on the
# btrees. The yardstick is plain SQL that does what such estimates must do at least; it knows nothing of
# dropped columns, alignment or deduplication, so that it is fast and wrong.
#   IOGUIX=DIR bench/bloat.sh    with DIR a clone of github.com/ioguix/pgsql-bloat-estimation: its two queries as well
. "$(dirname "$0")/lib.sh"
trap '"$TOP/scripts/cluster.sh" stop bench' EXIT
use_cluster bench <<CONF
shared_buffers = '512MB'
autovacuum = off
max_locks_per_transaction = 1024
CONF
sql -c 'CREATE EXTENSION pgscale'

sql <<'SQL'
SET client_min_messages = error;
DO $$
BEGIN
  FOR n IN 1 .. 5000 LOOP
    EXECUTE format('CREATE TABLE t%s (id int PRIMARY KEY, at timestamptz, a int, b text, c numeric)', n);
    EXECUTE format('INSERT INTO t%s SELECT g, now(), g %% 7, md5(g::text), g FROM generate_series(1, %s) g', n, 20 + n % 400);
    EXECUTE format('CREATE INDEX ON t%s (a)', n);
    IF n % 5 < 3 THEN EXECUTE format('CREATE INDEX ON t%s (b, at)', n); END IF;
    IF n % 50 = 0 THEN COMMIT; END IF;
  END LOOP;
END $$;
VACUUM ANALYZE;
CHECKPOINT;
SQL
counts=$(sql -F ' ' -c "SELECT count(*) FILTER (WHERE relkind = 'r'), count(*) FILTER (WHERE relkind = 'i') FROM pg_class WHERE relnamespace = 'public'::regnamespace")
[ "$counts" = "5000 13000" ] || die "made $counts tables and indexes"

# As these estimates do, of tables and btrees of users, without TOAST.
ours() {
  seconds <<'SQL'
SELECT * FROM pgscale.bloat WHERE schema = 'public';
SQL
}

everything() {
  seconds <<'SQL'
SELECT * FROM pgscale.bloat;
SQL
}

plain() {
  seconds <<'SQL'
SELECT relation, pages * page AS bytes,
       (pages - ceil(rows / nullif(floor((page - 24) * fillfactor / 100 / (ceil((23 + bitmap + width) / 8) * 8 + 4)), 0))) * page AS bloat
  FROM (SELECT c.oid::regclass AS relation, c.relpages AS pages, greatest(c.reltuples, 0) AS rows,
               current_setting('block_size')::numeric AS page,
               coalesce(substring(array_to_string(c.reloptions, ' ') FROM 'fillfactor=([0-9]+)')::numeric, 100) AS fillfactor,
               CASE WHEN max(s.null_frac) > 0 THEN ceil(count(*) / 8.0) ELSE 0 END AS bitmap,
               sum(((1 - s.null_frac) * s.avg_width)::numeric) AS width
          FROM pg_class c
          JOIN pg_namespace n ON n.oid = c.relnamespace
          JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
          LEFT JOIN pg_stats s ON s.schemaname = n.nspname AND s.tablename = c.relname AND s.attname = a.attname AND NOT s.inherited
         WHERE c.relkind IN ('r', 'm') AND n.nspname NOT IN ('pg_catalog', 'information_schema')
         GROUP BY c.oid) t;
SELECT relation, pages * page AS bytes,
       (pages - 1 - ceil(rows * (ceil((8 + width) / 8) * 8 + 4) / ((page - 40) * fillfactor / 100))) * page AS bloat
  FROM (SELECT i.oid::regclass AS relation, i.relpages AS pages, greatest(i.reltuples, 0) AS rows,
               current_setting('block_size')::numeric AS page,
               coalesce(substring(array_to_string(i.reloptions, ' ') FROM 'fillfactor=([0-9]+)')::numeric, 90) AS fillfactor,
               sum(((1 - s.null_frac) * s.avg_width)::numeric) AS width
          FROM pg_index x
          JOIN pg_class i ON i.oid = x.indexrelid
          JOIN pg_am m ON m.oid = i.relam AND m.amname = 'btree'
          JOIN pg_class c ON c.oid = x.indrelid
          JOIN pg_namespace n ON n.oid = c.relnamespace
          JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = ANY (x.indkey)
          LEFT JOIN pg_stats s ON s.schemaname = n.nspname AND s.tablename = c.relname AND s.attname = a.attname AND NOT s.inherited
         WHERE n.nspname NOT IN ('pg_catalog', 'information_schema')
         GROUP BY i.oid) t;
SQL
}

# They read catalogs and TOAST tables too, so they are compared with all that pgscale measures.
ioguix() {
  { cat "$IOGUIX/table/table_bloat.sql" && echo ';' && cat "$IOGUIX/btree/btree_bloat.sql"; } | seconds
}

for ((round = 0; round < ROUNDS; round++)); do
  if [ -n "${IOGUIX:-}" ]; then ioguix >>"$RUN_DIR/log/bloat.ioguix.$$"; fi
  plain >>"$RUN_DIR/log/bloat.plain.$$"
  ours >>"$RUN_DIR/log/bloat.ours.$$"
  everything >>"$RUN_DIR/log/bloat.all.$$"
done
a=$(median <"$RUN_DIR/log/bloat.ours.$$")
b=$(median <"$RUN_DIR/log/bloat.plain.$$")
c=$(median <"$RUN_DIR/log/bloat.all.$$")
rm "$RUN_DIR/log/bloat.ours.$$" "$RUN_DIR/log/bloat.plain.$$" "$RUN_DIR/log/bloat.all.$$"
row 'bloat of 5,000 tables and 13,000 indexes, measured, against estimates from pg_stats by two queries, s' "$a" "$b" "$(ratio "$a" "$b")"
row 'the same with 5,000 TOAST tables, their indexes and the system catalogs, s' "$c" "$b" "$(ratio "$c" "$b")"
if [ -n "${IOGUIX:-}" ]; then
  d=$(median <"$RUN_DIR/log/bloat.ioguix.$$")
  rm "$RUN_DIR/log/bloat.ioguix.$$"
  row "all of that, measured, against ioguix's two queries (tables and btrees), s" "$c" "$d" "$(ratio "$c" "$d")"
fi
