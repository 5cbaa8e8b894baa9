#!/bin/bash
# How long an INSERT stream into a default partition of five million rows stands still while a partition is attached
# beside it: pgscale moving rows there, against ATTACH of an empty table, which scans the default partition. And for
# how long the default partition or its parent is locked against everybody meanwhile.
. "$(dirname "$0")/lib.sh"
stop_all() {
  kill "${background[@]}" 2>/dev/null || true
  "$TOP/scripts/cluster.sh" stop bench
}
background=()
trap stop_all EXIT
use_cluster bench <<CONF
shared_buffers = '1GB'
max_wal_size = '8GB'
autovacuum = off
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
# Looks at the locks, about ten thousand times a second, until somebody takes an advisory lock. What it writes down is
# the longest time from a look that did not find the lock to the next one that did not, so never too short; where it never
# found the lock, the longest time between two looks.
sql <<'SQL'
CREATE TABLE locked (ms double precision);
CREATE PROCEDURE watch() LANGUAGE plpgsql AS $$
DECLARE
  free timestamptz := clock_timestamp();
  longest interval := '0';
  longest_gap interval := '0';
  was_found boolean := false;
  was_held boolean := false;
  held boolean;
  ends boolean;
BEGIN
  LOOP
    SELECT coalesce(bool_or(relation IN ('event'::regclass, 'event_default'::regclass)), false), coalesce(bool_or(locktype = 'advisory'), false)
      INTO held, ends
      FROM pg_lock_status() WHERE granted AND (mode = 'AccessExclusiveLock' OR locktype = 'advisory');
    IF held THEN
      was_found := true;
    ELSE
      IF was_held THEN longest := greatest(longest, clock_timestamp() - free); END IF;
      longest_gap := greatest(longest_gap, clock_timestamp() - free);
      free := clock_timestamp();
    END IF;
    was_held := held;
    EXIT WHEN ends;
    COMMIT;  -- a drain waits for snapshots that are older than its lock timeout
  END LOOP;
  INSERT INTO locked SELECT extract(epoch FROM CASE WHEN was_found THEN longest ELSE longest_gap END) * 1000;
END $$;
SQL
echo "INSERT INTO event (at, note) VALUES ('2020-05-06 00:00+00', 'y');" >"$work/insert.sql"

# Prints the longest insert in ms while "$@" works.
measure() {
  rm -f "$work"/log.*
  sql -c "DELETE FROM event WHERE at = '2020-05-06 00:00+00'" -c CHECKPOINT
  pgbench -n -f "$work/insert.sql" -c 1 -R 2000 -T 600 -l --log-prefix="$work/log" postgres >/dev/null 2>&1 &
  background=($!)
  until_true "SELECT EXISTS (SELECT FROM event WHERE at = '2020-05-06 00:00+00')"
  "$@"
  end_load "${background[0]}"
  wait "${background[0]}" || true
  background=()
  # Without the schedule lag of --rate: what the server took is latency less lag (columns 3 and 7).
  cat "$work"/log.* | awk '{ print ($3 - $7) / 1000 }' | sort -g | tail -n 1
}

# Prints for how many ms "$@" held the strong lock at a time.
measure_lock() {
  sql -c 'TRUNCATE locked' -c CHECKPOINT
  sql -c "SET application_name = 'watch'" -c 'CALL watch()' &
  background=($!)
  until_true "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE application_name = 'watch' AND state = 'active' AND query ~ 'CALL')"
  "$@"
  sql -c 'SELECT pg_advisory_lock(1)' -c 'SELECT pg_sleep(0.1)' >/dev/null
  wait "${background[0]}"
  background=()
  sql -c 'SELECT ms FROM locked'
}

idle() { sql -c 'SELECT pg_sleep(0.5)' >/dev/null; }
plain() { sql -c "ALTER TABLE event ATTACH PARTITION event_plain FOR VALUES FROM ('2026-01-20 00:00+00') TO ('2026-01-21 00:00+00')"; }
drain() { sql -c "CALL pgscale.drain_default('event', batch => 50000)"; }

put_rows() { # put_rows DAY ROWS
  sql -c "INSERT INTO event (at, note) SELECT '$1 00:00+00'::timestamptz + n * interval '1 ms', 'z' FROM generate_series(1, $2) n"
}

for ((round = 0; round < ROUNDS; round++)); do
  measure idle >>"$work/idle"
  sql -c 'DROP TABLE IF EXISTS event_plain' -c 'CREATE TABLE event_plain (LIKE event INCLUDING ALL)'
  measure plain >>"$work/plain"
  sql -c 'DROP TABLE event_plain' -c 'CREATE TABLE event_plain (LIKE event INCLUDING ALL)'
  measure_lock plain >>"$work/plain_lock"
  sql -c 'DROP TABLE event_plain'
  put_rows "2026-01-2$((round + 1))" 1
  measure_lock drain >>"$work/one_lock"
  put_rows "2026-03-0$((round + 1))" 500000
  measure_lock drain >>"$work/many_lock"
  put_rows "2026-02-0$((round + 1))" 1
  measure drain >>"$work/one"
  put_rows "2026-02-1$((round + 1))" 50000
  measure drain >>"$work/batch"
  put_rows "2026-02-2$((round + 1))" 500000
  measure drain >>"$work/many"
done
left=$(sql -c "SELECT count(*) FROM event_default WHERE at >= '2026-01-01'")
[ "$left" -eq 0 ] || die "$left rows were not moved"
print() { # print FIGURES WORDS [YARDSTICK]
  local ours theirs
  ours=$(median <"$work/$1")
  theirs=$(median <"$work/${3:-plain}")
  row "$2" "$ours" "$theirs" "$(ratio "$ours" "$theirs")"
}
print one_lock 'the parent or a default partition of 5 M rows locked against everybody while a partition with 1 row is attached, against ATTACH, ms' plain_lock
print many_lock 'the same while 500,000 rows are moved to it (ten batches), the longest of all locks' plain_lock
print one 'longest INSERT while a partition with 1 row is attached beside 5 M default rows, against ATTACH, ms'
print batch 'the same while 50,000 rows are moved to it (one batch)'
print many 'the same while 500,000 rows are moved to it (ten batches)'
print idle 'the same while nothing happens (noise of the machine)'
rm -r "$work"
