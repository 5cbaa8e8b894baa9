#!/bin/bash
# The way back from 24 months with 2,400,000 rows to a plain table, under pg_partman and under pgscale: how long it takes,
# and the longest INSERT meanwhile into the newest month, which goes last.
. "$(dirname "$0")/lib.sh"
end_with_background
use_cluster bench <<CONF
shared_buffers = '1GB'
max_wal_size = '4GB'
autovacuum = off
max_locks_per_transaction = 256
CONF
work=$(mktemp -d "$RUN_DIR/log/undo.XXXXXX")

new_table() {
  sql -d postgres -c 'SET client_min_messages = error' -c 'DROP DATABASE IF EXISTS work' -c 'CREATE DATABASE work'
  export PGDATABASE=work
  sql <<'SQL'
SET client_min_messages = error;
CREATE EXTENSION pgscale;
CREATE SCHEMA partman;
CREATE EXTENSION pg_partman SCHEMA partman;
CREATE TABLE event (id bigint, at timestamptz NOT NULL, note text, PRIMARY KEY (id, at)) PARTITION BY RANGE (at);
DO $$
BEGIN
  PERFORM partman.create_parent('public.event', 'at', 'native', 'monthly', p_premake := 1,
                                p_start_partition := (date_trunc('month', now()) - interval '22 months')::text);
  DROP TABLE event_default;
  PERFORM pgscale.create_parent('event', 'at', '1 month', premake => 1);
END $$;
INSERT INTO event SELECT n, date_trunc('month', now()) - interval '22 months' + (n % 670) * interval '1 day', md5(n::text)
  FROM generate_series(1, 2400000) n;
CREATE TABLE plain (LIKE event INCLUDING ALL);
VACUUM ANALYZE event, plain;
CHECKPOINT;
SQL
  made=$(sql -c "SELECT count(*) FROM pg_inherits WHERE inhparent = 'event'::regclass")
  [ "$made" -eq 24 ] || die "made $made partitions instead of 24"
}

# Prints the seconds of the statement and the longest insert in ms while it ran.
measure() {
  local took
  new_table
  echo "INSERT INTO event VALUES (-1 - (random() * 1e15)::bigint, date_trunc('month', now()) + interval '1 month 1 day', 'new');" >"$work/insert.sql"
  rm -f "$work"/log.*
  pgbench -n -f "$work/insert.sql" -c 1 -R 200 -T 600 -l --log-prefix="$work/log" work >/dev/null 2>&1 &
  background=($!)
  until_true "SELECT count(*) > 100 FROM event WHERE note = 'new'"
  took=$(seconds <<<"$1")
  # the month it writes to is gone, so it has ended by itself
  wait "${background[@]}" || true
  background=()
  [ "$(sql -c "SELECT count(*) FROM plain WHERE note <> 'new'")" -eq 2400000 ] || die 'rows were lost'
  printf '%s %s\n' "$took" "$(cat "$work"/log.* | awk '{ print ($3 - $7) / 1000 }' | sort -g | tail -n 1)"
}

for ((round = 0; round < (ROUNDS + 1) / 2; round++)); do
  measure "CALL pgscale.undo_partition('event', 'plain')" >>"$work/ours"
  measure "CALL partman.undo_partition_proc('public.event', p_target_table := 'public.plain', p_keep_table := false, p_wait := 0)" >>"$work/theirs"
done
middle() { awk -v n="$2" '{ print $n }' "$1" | median; }
row 'a set of 24 months with 2,400,000 rows becomes a plain table, against pg_partman, s' \
  "$(middle "$work/ours" 1)" "$(middle "$work/theirs" 1)" "$(ratio "$(middle "$work/ours" 1)" "$(middle "$work/theirs" 1)")"
row 'longest INSERT meanwhile, ms' \
  "$(middle "$work/ours" 2)" "$(middle "$work/theirs" 2)" "$(ratio "$(middle "$work/ours" 2)" "$(middle "$work/theirs" 2)")"
rm -r "$work"
