#!/bin/bash
# A table of five million rows becomes a partition of a new parent while two writers and a reader go on: adopt_table()
# against the plain SQL that does it in one transaction, and against copying the rows into partitions.
. "$(dirname "$0")/lib.sh"
end_with_background
use_cluster bench <<CONF
shared_buffers = '1GB'
max_wal_size = '8GB'
autovacuum = off
pgscale.clock = '2026-03-15 00:00+00'
CONF
work=$(mktemp -d "$RUN_DIR/log/adopt.XXXXXX")
ROWS=${ROWS:-5000000}
sql -c 'CREATE EXTENSION pgscale'
echo "INSERT INTO event (at, customer, note) VALUES ('2026-03-15 00:00+00', 1, 'written meanwhile');" >"$work/write.sql"
echo "SELECT customer FROM event WHERE at >= '2026-01-15 00:00+00' ORDER BY at LIMIT 10;" >"$work/read.sql"

new_table() {
  sql <<SQL
SET client_min_messages = error;
DROP TABLE IF EXISTS event, event_parts;
CREATE TABLE event (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, at timestamptz NOT NULL, customer int, note text);
INSERT INTO event (at, customer, note)
SELECT timestamptz '2026-01-01 00:00+00' + n * interval '1 second', n % 1000, md5(n::text) FROM generate_series(1, $ROWS) n;
CREATE INDEX ON event (at);
VACUUM ANALYZE event;
CHECKPOINT;
SQL
}

# What no adoption may change: number and sum of the rows that were there before.
fingerprint() { sql -c "SELECT count(*), sum(hashtext(id || ' ' || at || ' ' || customer || ' ' || note)::bigint) FROM event WHERE note <> 'written meanwhile'"; }

adopt() { sql -c "CALL pgscale.adopt_table('event', 'at', '1 month')" 2>/dev/null; }
by_hand() {
  sql <<'SQL'
BEGIN;
ALTER TABLE event RENAME TO event_old;
ALTER TABLE event_old DROP CONSTRAINT event_pkey, ADD PRIMARY KEY (id, at);
CREATE TABLE event (LIKE event_old INCLUDING ALL) PARTITION BY RANGE (at);
ALTER TABLE event_old ALTER id DROP IDENTITY;
ALTER TABLE event ALTER id DROP IDENTITY IF EXISTS;
ALTER TABLE event ALTER id ADD GENERATED ALWAYS AS IDENTITY (START 100000000);
ALTER TABLE event ATTACH PARTITION event_old FOR VALUES FROM (MINVALUE) TO ('2027-01-01 00:00+00');
COMMIT;
SQL
}
copy() {
  seconds <<'SQL'
CREATE TABLE event_parts (LIKE event) PARTITION BY RANGE (at);
DO $$ BEGIN
  FOR n IN 0 .. 11 LOOP
    EXECUTE format('CREATE TABLE event_parts_%s PARTITION OF event_parts FOR VALUES FROM (%L) TO (%L)', n,
                   timestamptz '2026-01-01 00:00+00' + n * interval '1 month', timestamptz '2026-01-01 00:00+00' + (n + 1) * interval '1 month');
  END LOOP;
END $$;
INSERT INTO event_parts SELECT * FROM event;
ALTER TABLE event_parts ADD PRIMARY KEY (id, at);
CREATE INDEX ON event_parts (at);
SQL
}

written() { sql -c "SELECT count(*) FROM event WHERE at = '2026-03-15 00:00+00' AND note = 'written meanwhile'"; }
# The writers go on for some seconds.
more_is_written() { until_true "SELECT count(*) > $(($(written) + 2000)) FROM event WHERE at = '2026-03-15 00:00+00' AND note = 'written meanwhile'"; }

# Prints the longest write and read in ms while "$@" works.
measure() {
  local before kind
  new_table
  before=$(fingerprint)
  rm -f "$work"/write.log* "$work"/read.log*
  pgbench -n -f "$work/write.sql" -c 2 -j 2 -R 1000 -T 3600 -l --log-prefix="$work/write.log" postgres >/dev/null 2>"$work/write.err" &
  background=($!)
  pgbench -n -f "$work/read.sql" -c 1 -R 200 -T 3600 -l --log-prefix="$work/read.log" postgres >/dev/null 2>"$work/read.err" &
  background+=($!)
  more_is_written
  "$@"
  more_is_written
  kill "${background[@]}" # what is not yet flushed to the logs came later
  wait "${background[@]}" || true
  background=()
  [ "$(fingerprint)" = "$before" ] || die "rows were lost or changed"
  if grep -q 'ERROR' "$work"/*.err; then die "a writer or reader had an error: $(grep -h ERROR "$work"/*.err | head -n 1)"; fi
  # Without the schedule lag of --rate: what the server took is latency less lag (columns 3 and 7).
  for kind in write read; do
    cat "$work/$kind.log".* | awk '{ print ($3 - $7) / 1000 }' | sort -g | tail -n 1
  done | paste -sd ' '
}

for ((round = 0; round < ROUNDS; round++)); do
  measure adopt >>"$work/ours"
  sql -c "SELECT sum(extract(epoch FROM duration)) FILTER (WHERE action <> 'index'), sum(extract(epoch FROM duration)) FILTER (WHERE action = 'index')
            FROM pgscale.runs WHERE parent = 'event' AND id > (SELECT max(id) FROM pgscale.runs WHERE action = 'preflight') - 1" -F ' ' >>"$work/phases"
  measure by_hand >>"$work/plain"
  new_table
  copy >>"$work/copy"
done
column() { awk -v n="$1" '{ print $n }' "$2" | median; }
compare() { row "$1" "$2" "$3" "$(ratio "$2" "$3")"; }
compare "longest INSERT while a table of $ROWS rows is adopted under two writers, against one transaction of plain SQL, ms" \
  "$(column 1 "$work/ours")" "$(column 1 "$work/plain")"
compare 'longest SELECT meanwhile, ms' "$(column 2 "$work/ours")" "$(column 2 "$work/plain")"
compare 'adoption without the build of the key index, against copying the rows into partitions, s' \
  "$(column 1 "$work/phases")" "$(column 1 "$work/copy")"
compare 'the build of the key index, CONCURRENTLY under the writers, against the same, s' \
  "$(column 2 "$work/phases")" "$(column 1 "$work/copy")"
rm -r "$work"
