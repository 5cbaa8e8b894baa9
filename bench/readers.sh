#!/bin/bash
# Sixteen rotations, one partition made and one dropped in each, under short readers of all partitions and writers: the
# longest INSERT, and deadlocks. pgscale's worker, pg_partman, and plain SQL; without a default partition and with one.
. "$(dirname "$0")/lib.sh"
end_with_background
readonly ROTATIONS=16
use_cluster bench <<CONF
shared_preload_libraries = 'pgscale'
pgscale.naptime = '1s'
pgscale.sample_interval = 0
autovacuum = off
deadlock_timeout = '200ms'
CONF
work=$(mktemp -d "$RUN_DIR/log/readers.XXXXXX")
sql -c 'CREATE SCHEMA partman' -c 'CREATE EXTENSION pg_partman SCHEMA partman' -c 'CREATE EXTENSION pgscale'
first=$(sql -c "SELECT (date_trunc('month', now()) - interval '$ROTATIONS months')::date")

new_table() {
  sql <<'SQL'
SET client_min_messages = error;
DELETE FROM partman.part_config;
DROP TABLE IF EXISTS event CASCADE;
DROP TABLE IF EXISTS partman.template_public_event;
CREATE TABLE event (id bigint GENERATED ALWAYS AS IDENTITY, at timestamptz NOT NULL, note text) PARTITION BY RANGE (at);
SQL
}

# ---- who rotates: set up with or without a default partition, and rotate once ----------------
set_up_ours() {
  sql -c "SELECT FROM pgscale.create_parent('event', 'at', '1 month', premake => 4, start_at => '$first', default_partition => $1)" \
    -c "SELECT FROM pgscale.alter_parent('event', retention => '$ROTATIONS months 1 day', retire => 'drop')"
  until_true "SELECT bool_and(visited_at IS NOT NULL AND retry_at IS NULL) FROM pgscale.set_state WHERE parent = 'event'::regclass"
}
rotate_ours() {
  local clock
  clock=$(sql -c "SELECT date_trunc('month', now()) + interval '$1 months 2 days'")
  sql -c "ALTER SYSTEM SET pgscale.clock = '$clock'" -c 'SELECT pg_reload_conf()' >/dev/null
  until_true "SELECT next_due > '$clock' AND retry_at IS NULL FROM pgscale.set_state WHERE parent = 'event'::regclass"
}

set_up_theirs() {
  sql -c "SELECT partman.create_parent('public.event', 'at', 'native', 'monthly', p_premake := 4, p_start_partition := '$first')" \
    -c "UPDATE partman.part_config SET retention = '$ROTATIONS months 1 day', retention_keep_table = false, infinite_time_partitions = true" >/dev/null
  if [ "$1" = false ]; then sql -c 'DROP TABLE event_default'; fi
}
# Its clock is that of the server, so the policy moves instead.
rotate_theirs() {
  sql -c "UPDATE partman.part_config SET premake = 4 + $1, retention = '$((ROTATIONS - $1)) months 1 day'" >/dev/null
  sql -c 'CALL partman.run_maintenance_proc()' >/dev/null 2>&1 || true
}

set_up_plain() {
  sql -v default="$1" -v first="$first" <<'SQL'
SELECT format('CREATE TABLE event_%s PARTITION OF event FOR VALUES FROM (%L) TO (%L)', n,
              :'first'::date + n * interval '1 month', :'first'::date + (n + 1) * interval '1 month')
  FROM generate_series(0, 20) n \gexec
SELECT 'CREATE TABLE event_default PARTITION OF event DEFAULT' WHERE :default \gexec
SQL
}
rotate_plain() {
  sql -v n="$1" -v first="$first" <<'SQL' >/dev/null 2>&1 || true
BEGIN;
SELECT format('CREATE TABLE event_%s PARTITION OF event FOR VALUES FROM (%L) TO (%L)', 20 + :n,
              :'first'::date + (20 + :n) * interval '1 month', :'first'::date + (21 + :n) * interval '1 month') \gexec
SELECT format('DROP TABLE event_%s', :n - 1) \gexec
COMMIT;
SQL
}

# ---- the load: what each transaction took in ms, less the schedule lag of --rate -------------
load() { # load NAME SQL CLIENTS RATE
  echo "$2" >"$work/$1.sql"
  pgbench -n -f "$work/$1.sql" -c "$3" -j 1 -R "$4" -T 300 -l --log-prefix="$work/$1" postgres >/dev/null 2>&1 &
  background+=($!)
}
longest() { cat "$work/$1".[0-9]* | awk '{ print ($3 - $7) / 1000 }' | sort -g | tail -n 1; }
deadlocks() { sql -c 'SELECT pg_stat_force_next_flush()' -c "SELECT deadlocks FROM pg_stat_database WHERE datname = 'postgres'" | tail -n 1; }

# Prints the longest INSERT and the number of deadlocks.
measure() { # measure WHO DEFAULT
  local before
  sql -c 'ALTER SYSTEM RESET pgscale.clock' -c 'SELECT pg_reload_conf()' >/dev/null
  new_table
  "set_up_$1" "$2"
  rm -f "$work"/*.[0-9]*
  before=$(deadlocks)
  load insert "INSERT INTO event (at, note) VALUES (now(), 'x');" 2 500
  load select 'SELECT count(*) FROM event;' 4 200
  until_true "SELECT count(*) > 100 FROM event WHERE note = 'x'"
  for ((n = 1; n <= ROTATIONS; n++)); do "rotate_$1" "$n"; done
  end_load "${background[@]}"
  wait "${background[@]}" 2>/dev/null || true
  background=()
  printf '%s %s\n' "$(longest insert)" "$(($(deadlocks) - before))"
}

for default in false true; do
  case $default in false) words=without ;; true) words=with ;; esac
  ours=$(measure ours $default)
  theirs=$(measure theirs $default)
  plain=$(measure plain $default)
  row "longest INSERT in 16 rotations under short readers, $words a default partition, against pg_partman, ms" \
    "${ours% *}" "${theirs% *}" "$(ratio "${ours% *}" "${theirs% *}")"
  row 'the same against plain SQL, ms' "${ours% *}" "${plain% *}" "$(ratio "${ours% *}" "${plain% *}")"
  row "deadlocks meanwhile: pgscale; pg_partman; plain SQL" "${ours#* }" "${theirs#* }; ${plain#* }" '-'
done
rm -r "$work"
