#!/bin/bash
# How long an INSERT stream into a default partition of five million rows stands still while a partition is attached
# beside it: pgscale moving rows there, against ATTACH of an empty table, which scans the default partition. And how long
# it waits for the strong lock.
. "$(dirname "$0")/lib.sh"
end_with_background
use_cluster bench <<CONF
shared_buffers = '1GB'
max_wal_size = '8GB'
autovacuum = off
log_lock_waits = on
deadlock_timeout = '1ms'
pgscale.clock = '2026-03-15 00:00+00'
CONF
work=$(mktemp -d "$RUN_DIR/log/drain.XXXXXX")

# The rows of 2020 stay in the default partition, because retention would take their partition at once.
sql <<'SQL'
SET client_min_messages = error;
CREATE EXTENSION pgscale;
CREATE TABLE event (id bigint GENERATED ALWAYS AS IDENTITY, at timestamptz, note text, PRIMARY KEY (id, at)) PARTITION BY RANGE (at);
CREATE INDEX ON event (at);
SELECT FROM pgscale.create_parent('event', 'at', '1 day', premake => 0, default_partition => true, retention => '60 days');
INSERT INTO event (at, note) SELECT '2020-05-05 00:00+00'::timestamptz + n * interval '10 ms', 'x' FROM generate_series(1, 5000000) n;
VACUUM ANALYZE event_default;
SQL
echo "INSERT INTO event (at, note) VALUES ('2020-05-06 00:00+00', 'y');" >"$work/insert.sql"

log=$("$TOP/scripts/cluster.sh" log bench)

# While the command works: the longest insert, and the longest time that one of them waited for a lock, as the server
# tells it. One that waited for less than a millisecond is not told of. Both in ms, into files of the name.
measure() { # measure NAME COMMAND...
  local name=$1 from
  shift
  rm -f "$work"/log.*
  sql -c "DELETE FROM event WHERE at = '2020-05-06 00:00+00'" -c CHECKPOINT
  pgbench -n -f "$work/insert.sql" -c 1 -R 2000 -T 600 -l --log-prefix="$work/log" postgres >/dev/null 2>&1 &
  background=($!)
  until_true "SELECT EXISTS (SELECT FROM event WHERE at = '2020-05-06 00:00+00')"
  from=$(stat -c %s "$log")
  "$@"
  end_load "${background[0]}"
  wait "${background[0]}" || true
  background=()
  # Without the schedule lag of --rate: what the server took is latency less lag (columns 3 and 7).
  cat "$work"/log.* | awk '{ print ($3 - $7) / 1000 }' | sort -g | tail -n 1 >>"$work/$name"
  {
    echo 1
    tail -c "+$((from + 1))" "$log" | sed -n 's/.* acquired RowExclusiveLock on relation .* after \([0-9.]*\) ms.*/\1/p'
  } | sort -g | tail -n 1 >>"$work/${name}_wait"
}

idle() { sql -c 'SELECT pg_sleep(0.5)' >/dev/null; }
plain() { sql -c "ALTER TABLE event ATTACH PARTITION event_plain FOR VALUES FROM ('2026-01-20 00:00+00') TO ('2026-01-21 00:00+00')"; }
drain() { sql -c "CALL pgscale.drain_default('event', batch => 50000)"; }

put_rows() { # put_rows DAY ROWS
  sql -c "INSERT INTO event (at, note) SELECT '$1 00:00+00'::timestamptz + n * interval '1 ms', 'z' FROM generate_series(1, $2) n"
}

for ((round = 0; round < ROUNDS; round++)); do
  measure idle idle
  sql -c 'DROP TABLE IF EXISTS event_plain' -c 'CREATE TABLE event_plain (LIKE event INCLUDING ALL)'
  measure plain plain
  sql -c 'DROP TABLE event_plain'
  put_rows "2026-02-0$((round + 1))" 1
  measure one drain
  put_rows "2026-02-1$((round + 1))" 50000
  measure batch drain
  put_rows "2026-02-2$((round + 1))" 500000
  measure many drain
done
left=$(sql -c "SELECT count(*) FROM event_default WHERE at >= '2026-01-01'")
[ "$left" -eq 0 ] || die "$left rows were not moved"
print() { # print FIGURES YARDSTICK WORDS
  local ours theirs
  ours=$(median <"$work/$1")
  theirs=$(median <"$work/$2")
  row "$3" "$ours" "$theirs" "$(ratio "$ours" "$theirs")"
}
print one_wait plain_wait 'longest wait of an INSERT for the strong lock while a partition with 1 row is attached beside 5 M default rows, against ATTACH, ms'
print batch_wait plain_wait 'the same while 50,000 rows are moved to it (one batch)'
print many_wait plain_wait 'the same while 500,000 rows are moved to it (ten batches, the longest wait of all)'
print one plain 'longest INSERT while a partition with 1 row is attached beside 5 M default rows, against ATTACH, ms'
print batch plain 'the same while 50,000 rows are moved to it (one batch)'
print many plain 'the same while 500,000 rows are moved to it (ten batches)'
print idle plain 'the same while nothing happens (noise of the machine)'
rm -r "$work"
