#!/bin/bash
# pgbench on a server that preloads the library and on one that does not, in turns.
. "$(dirname "$0")/lib.sh"
trap '"$TOP/scripts/cluster.sh" stop bench_with; "$TOP/scripts/cluster.sh" stop bench_without' EXIT

use_cluster bench_without <<<"shared_buffers = '512MB'"
pgbench -iq -s 10 postgres 2>/dev/null
use_cluster bench_with <<CONF
shared_buffers = '512MB'
shared_preload_libraries = 'pgscale'
CONF
sql -c 'CREATE EXTENSION pgscale'
pgbench -iq -s 10 postgres 2>/dev/null

tps() {
  pgbench -n "$@" -M prepared -c 2 -j 2 -T 5 postgres 2>/dev/null | sed -n 's/^tps = \([0-9.]*\).*/\1/p'
}

compare() {
  local label=$1 with=() without=() round
  shift
  for ((round = 0; round < ROUNDS; round++)); do
    reach bench_with
    with+=("$(tps "$@")")
    reach bench_without
    without+=("$(tps "$@")")
  done
  local a b
  a=$(printf '%s\n' "${with[@]}" | median)
  b=$(printf '%s\n' "${without[@]}" | median)
  row "$label, preloaded against not, tps" "$a" "$b" "$(ratio "$a" "$b")"
}

compare 'pgbench -S' -S
compare 'pgbench TPC-B'
