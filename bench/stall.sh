#!/bin/bash
# The longest stall of an INSERT stream while one partition is retired behind a reader of the parent
# that stays for eleven seconds: the background worker against a plain DROP TABLE.
. "$(dirname "$0")/lib.sh"
end_with_background
use_cluster bench <<CONF
shared_preload_libraries = 'pgscale'
pgscale.naptime = '1s'
pgscale.clock = '2026-03-15 00:00+00'
CONF
work=$(mktemp -d "$RUN_DIR/log/stall.XXXXXX")

new_table() {
  sql <<'SQL'
SET client_min_messages = error;
DROP EXTENSION IF EXISTS pgscale;
DROP TABLE IF EXISTS event;
CREATE TABLE event (id bigint GENERATED ALWAYS AS IDENTITY, at timestamptz NOT NULL, note text) PARTITION BY RANGE (at);
CREATE TABLE event_old PARTITION OF event FOR VALUES FROM ('2026-01-01 00:00+00') TO ('2026-02-01 00:00+00');
INSERT INTO event (at, note) SELECT '2026-01-15 00:00+00', n FROM generate_series(1, 10000) n;
CREATE EXTENSION pgscale;
SELECT FROM pgscale.create_parent('event', 'at', '1 month', premake => 1);
SQL
}

reader() { sql -c "BEGIN; SELECT count(*) FROM event; SELECT pg_sleep(11); COMMIT" >/dev/null; }

# Prints the median and the longest insert in ms while "$@" works behind the reader.
measure() {
  new_table
  echo "INSERT INTO event (at, note) VALUES ('2026-03-10 00:00+00', 'x');" >"$work/insert.sql"
  rm -f "$work"/log.*
  pgbench -n -f "$work/insert.sql" -c 2 -j 2 -R 1000 -T 16 -l --log-prefix="$work/log" postgres >/dev/null 2>&1 &
  background=($!)
  until_true "SELECT count(*) > 100 FROM event WHERE note = 'x'"
  reader &
  background+=($!)
  until_true "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE wait_event = 'PgSleep')"
  "$@"
  wait "${background[@]}"
  background=()
  # Without the schedule lag of --rate: what the server took is latency less lag (columns 3 and 7).
  local times
  times=$(cat "$work"/log.* | awk '{ print ($3 - $7) / 1000 }' | sort -g)
  printf '%s %s\n' "$(median <<<"$times")" "$(tail -n 1 <<<"$times")"
}

by_worker() { sql -c "SELECT FROM pgscale.alter_parent('event', retention => '1 month', retire => 'drop')"; }
by_hand() { sql -c 'DROP TABLE event_old'; }

for ((round = 0; round < (ROUNDS + 1) / 2; round++)); do
  measure by_worker >>"$work/ours"
  until_true "SELECT to_regclass('event_old') IS NULL"
  measure by_hand >>"$work/plain"
done
longest() { awk '{ print $2 }' "$1" | sort -g | tail -n 1; }
typical() { awk '{ print $1 }' "$1" | median; }
row 'longest INSERT while a partition is retired behind an 11 s reader, against DROP TABLE, ms' \
  "$(longest "$work/ours")" "$(longest "$work/plain")" "$(ratio "$(longest "$work/ours")" "$(longest "$work/plain")")"
row 'median INSERT meanwhile, ms' "$(typical "$work/ours")" "$(typical "$work/plain")" \
  "$(ratio "$(typical "$work/ours")" "$(typical "$work/plain")")"
rm -r "$work"
