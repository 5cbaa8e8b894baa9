#!/bin/bash
# What a session that has nothing to do with pgscale pays for the preloaded library: instructions of the server for one
# transaction of pgbench, with and without it. Counted by cachegrind, so that the figure is the same on a busy machine.
. "$(dirname "$0")/lib.sh"
trap '"$TOP/scripts/cluster.sh" stop bench_with; "$TOP/scripts/cluster.sh" stop bench_without' EXIT

# From now on the server's processes write, when they end, how many instructions they took.
count_instructions() {
  local data=$RUN_DIR/clusters/$1/data
  as_server mkdir "$data/counts"
  as_server tee "$data/counted_postgres" >/dev/null <<WRAPPER
#!/bin/sh
exec valgrind -q --tool=cachegrind --cache-sim=no --cachegrind-out-file='$data/counts/%p' '$TREE_BIN/postgres' "\$@"
WRAPPER
  as_server chmod 755 "$data/counted_postgres"
  as_server "$TREE_BIN/pg_ctl" restart -w -t 120 -s -D "$data" -l "$data/server.log" -p "$data/counted_postgres" </dev/null
}

# Of the two sessions of pgbench, the first of which only looks at the tables.
instructions_of() { # NAME PGBENCH_ARGUMENT...
  local counts=$RUN_DIR/clusters/$1/data/counts deadline=$((SECONDS + 60))
  shift
  as_server find "$counts" -type f -delete
  pgbench -n -M prepared -c 1 --random-seed=1 "$@" postgres >/dev/null 2>&1
  until [ "$(as_server grep -rhs '^summary:' "$counts" | wc -l)" -eq 2 ]; do
    [ $SECONDS -lt $deadline ] || die "gave up waiting for the counts of pgbench"
    read -rt 0.1 <> <(:) || true
  done
  as_server grep -rh '^summary:' "$counts" | awk '{ sum += $2 } END { printf "%.0f\n", sum }'
}

# What is done once in a session is in both runs, and falls out. What the first reader of a page does is done before.
per_transaction() { # NAME PGBENCH_ARGUMENT...
  local few many
  instructions_of "$@" -t 500 >/dev/null
  few=$(instructions_of "$@" -t 500)
  many=$(instructions_of "$@" -t 1500)
  echo $(((many - few) / 1000))
}

prepare() { # NAME, configuration on standard input
  use_cluster "$1"
  [ "$1" = bench_without ] || sql -c 'CREATE EXTENSION pgscale'
  pgbench -iq -s 1 postgres 2>/dev/null
  sql -c 'VACUUM ANALYZE' -c CHECKPOINT
  count_instructions "$1"
}

usual="shared_buffers = '128MB'
autovacuum = off"
prepare bench_without <<<"$usual"
prepare bench_with <<CONF
$usual
shared_preload_libraries = 'pgscale'
CONF

compare() {
  local label=$1 with without
  shift
  reach bench_without
  without=$(per_transaction bench_without "$@")
  reach bench_with
  with=$(per_transaction bench_with "$@")
  row "$label, library preloaded against not, instructions of the server per transaction" "$with" "$without" "$(ratio "$with" "$without")"
}

compare 'pgbench -S' -S
compare 'pgbench TPC-B'
