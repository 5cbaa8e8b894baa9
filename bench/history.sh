#!/bin/bash
# What the history costs in a database of 5,000 tables (3,000 plain ones, one of 2,000 partitions) and 13,000 indexes,
# all of which are written to between two samples, which is the worst case; and how long each view takes there.
. "$(dirname "$0")/lib.sh"
trap '"$TOP/scripts/cluster.sh" stop bench' EXIT
use_cluster bench <<CONF
shared_buffers = '512MB'
autovacuum = off
max_locks_per_transaction = 1024
track_io_timing = on
shared_preload_libraries = 'pg_stat_statements'
CONF
sql -c 'CREATE EXTENSION pgscale; CREATE EXTENSION pg_stat_statements'

sql <<'SQL'
SET client_min_messages = error;
DO $$
BEGIN
  FOR n IN 1 .. 3000 LOOP
    EXECUTE format('CREATE TABLE t%s (id int PRIMARY KEY, at timestamptz, a int, b text)', n);
    EXECUTE format('INSERT INTO t%s SELECT g, now(), g %% 7, md5(g::text) FROM generate_series(1, 400) g', n);
    EXECUTE format('CREATE INDEX ON t%s (a)', n);
    EXECUTE format('CREATE INDEX ON t%s (b, at)', n);
    IF n % 50 = 0 THEN COMMIT; END IF;
  END LOOP;
  CREATE TABLE ev (id bigint, at timestamptz, a int, b text, PRIMARY KEY (id, at)) PARTITION BY RANGE (at);
  CREATE INDEX ON ev (a);
  COMMIT;
  FOR n IN 1 .. 2000 LOOP
    EXECUTE format('CREATE TABLE ev_%s PARTITION OF ev FOR VALUES FROM (%L) TO (%L)', n,
                   timestamptz '2021-01-01 00:00+00' + n * interval '1 day',
                   timestamptz '2021-01-01 00:00+00' + (n + 1) * interval '1 day');
    IF n % 50 = 0 THEN COMMIT; END IF;
  END LOOP;
  INSERT INTO ev SELECT g, timestamptz '2021-01-02 00:00+00' + g * interval '3 minutes 35 seconds', g % 100, md5(g::text)
    FROM generate_series(1, 800000) g;
END $$;
VACUUM ANALYZE;
CHECKPOINT;
SQL
counts=$(sql -F ' ' -c "SELECT count(*) FILTER (WHERE relkind = 'r'), count(*) FILTER (WHERE relkind = 'i') FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relname ~ '^(t|ev)'")
[ "$counts" = "5000 13000" ] || die "made $counts tables and indexes"

# Every table and leaf is written to and read.
use_all() {
  sql <<'SQL' >/dev/null
SET client_min_messages = error;
DO $$
BEGIN
  FOR n IN 1 .. 3000 LOOP
    EXECUTE format('UPDATE t%s SET a = a + 1 WHERE id = 7', n);
    IF n % 50 = 0 THEN COMMIT; END IF;
  END LOOP;
  FOR n IN 1 .. 2000 LOOP
    EXECUTE format('UPDATE ev_%s SET a = a + 1 WHERE id = %s', n, n * 400);
    IF n % 50 = 0 THEN COMMIT; END IF;
  END LOOP;
END $$;
SQL
}

# Prints the CPU seconds of one sample, five minutes by the clock after the last.
sample() {
  sql <<SQL
SET pgscale.clock = '2026-03-10 $1+00';
SELECT (string_to_array(pg_read_file('/proc/' || pg_backend_pid() || '/stat'), ' '))[14:15]::bigint[] AS before \gset
CALL pgscale.take_sample();
SELECT (((string_to_array(pg_read_file('/proc/' || pg_backend_pid() || '/stat'), ' '))[14]::bigint + (string_to_array(pg_read_file('/proc/' || pg_backend_pid() || '/stat'), ' '))[15]::bigint
        - (SELECT sum(t) FROM unnest(:'before'::bigint[]) t)) / 100.0)::numeric(10,2);
SQL
}

history_bytes() {
  sql -c "SELECT sum(pg_total_relation_size(inhrelid)) FROM pg_inherits WHERE inhparent = 'pgscale.sample'::regclass"
}

sample '00:00:00' >/dev/null # a frame
frame=$(history_bytes)
for ((round = 1; round <= ROUNDS; round++)); do
  use_all
  sample "$(printf '00:%02d:00' $((round * 5)))" >>"$RUN_DIR/log/history.cpu.$$"
done
grown=$(($(history_bytes) - frame))
cpu=$(median <"$RUN_DIR/log/history.cpu.$$")
rm "$RUN_DIR/log/history.cpu.$$"
row 'history, CPU of one sample with all 5,000 tables changed, against 1 % of one core of five minutes, s' "$cpu" 3 "$(ratio "$cpu" 3)"
row 'history, MB in a day of 288 such samples and one frame, against 50 MB' \
  "$(awk -v f="$frame" -v g="$grown" -v r="$ROUNDS" 'BEGIN { printf "%.1f", (f + g / r * 288) / 1e6 }')" 50 \
  "$(awk -v f="$frame" -v g="$grown" -v r="$ROUNDS" 'BEGIN { printf "%.3f", (f + g / r * 288) / 50e6 }')"

# What every view over all sizes has to ask of the file system.
files=$(sql -c "SELECT current_setting('data_directory') || '/base/' || oid FROM pg_database WHERE datname = current_database()")
for ((round = 0; round < ROUNDS; round++)); do
  from=$(date +%s%N)
  find "$files" -type f -printf '%s\n' >/dev/null
  echo $((($(date +%s%N) - from) / 1000000)) >>"$RUN_DIR/log/history.find.$$"
done
a=$(median <"$RUN_DIR/log/history.find.$$")
rm "$RUN_DIR/log/history.find.$$"
row "for comparison: the sizes of the $(find "$files" -type f | wc -l) files of these tables by find, ms" "$a" 100 "$(ratio "$a" 100)"

# Prints the least and the median milliseconds of second readings, each in a session of its own. The limit was set by the
# least of three, because all that else runs on a machine can only add to it.
second_readings() {
  local round
  for ((round = 0; round < ROUNDS; round++)); do
    sql -c '\timing on' -c '\o /dev/null' -c "$1" -c "$1" | sed -n '2s/Time: \([0-9.]*\) ms.*/\1/p'
  done >"$RUN_DIR/log/history.readings.$$"
  echo "$(sort -g "$RUN_DIR/log/history.readings.$$" | head -1) $(median <"$RUN_DIR/log/history.readings.$$")"
  rm "$RUN_DIR/log/history.readings.$$"
}

# How quick the machine is: pg_stat_user_indexes took 50 ms and pg_stat_user_tables 51 where the limit was set.
for pair in 'pg_stat_user_indexes|50' 'pg_stat_user_tables|51'; do
  read -r a m <<<"$(second_readings "SELECT * FROM ${pair%%|*}")"
  row "for comparison: ${pair%%|*} without sizes, against another machine, ms (median $m)" "$a" "${pair#*|}" "$(ratio "$a" "${pair#*|}")"
done

# The same figures of the server's own views, with the sizes.
for pair in 'tables|SELECT *, pg_total_relation_size(relid), relid::regclass FROM pg_stat_user_tables' \
  'indexes|SELECT *, pg_relation_size(indexrelid), indexrelid::regclass FROM pg_stat_user_indexes'; do
  view=${pair%%|*}
  read -r a m <<<"$(second_readings "SELECT * FROM pgscale.$view")"
  read -r b n <<<"$(second_readings "${pair#*|}")"
  row "view $view, against pg_stat_user_$view with sizes, ms (medians $m and $n)" "$a" "$b" "$(ratio "$a" "$b")"
done

for view in $(sql -c "SELECT c.relname FROM pg_class c WHERE c.relnamespace = 'pgscale'::regnamespace AND c.relkind = 'v'
                         AND has_table_privilege('pg_monitor', c.oid, 'SELECT') AND c.relname NOT IN ('bloat', 'health_now', 'metrics_now') ORDER BY 1"); do
  read -r a m <<<"$(second_readings "SELECT * FROM pgscale.$view")"
  row "view $view, 5,000 tables, against 100 ms (median $m)" "$a" 100 "$(ratio "$a" 100)"
done
