# What the benchmarks share.  Sourced by bash, never run.
# shellcheck shell=bash
. "$(dirname "${BASH_SOURCE[0]}")/../scripts/lib.sh"
use_run_dir

ROUNDS=${ROUNDS:-5}

# The middle one of the numbers on standard input.
median() { sort -g | awk '{ v[NR] = $1 } END { print NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2 }'; }

ratio() { awk -v a="$1" -v b="$2" 'BEGIN { printf "%.3f", a / b }'; }

# One line of the table of results: what was measured, pgscale, the yardstick, their ratio.
row() { printf '| %s | %s | %s | %s |\n' "$@"; }

# A new cluster under that name, reached by the environment from here on.
use_cluster() {
  local name=$1 conf=$RUN_DIR/log/$1.conf
  cat >"$conf"
  "$TOP/scripts/cluster.sh" start "$name" "$conf"
  reach "$name"
}

reach() { eval "$("$TOP/scripts/cluster.sh" env "$1")"; }

sql() { psql -qXAt -v ON_ERROR_STOP=1 "$@"; }

# Seconds that psql needs for the statements on standard input.
seconds() {
  local from to
  from=$(date +%s%N)
  sql >/dev/null
  to=$(date +%s%N)
  awk -v ns=$((to - from)) 'BEGIN { printf "%.3f\n", ns / 1e9 }'
}

# Polls until the query gives t; a benchmark that hangs says so.
until_true() {
  local deadline=$((SECONDS + 60))
  while [ "$(sql -c "$1")" != t ]; do
    [ $SECONDS -lt $deadline ] || die "gave up waiting for: $1"
    read -rt 0.1 <> <(:) || true
  done
}

# Ends pgbench, after what it has logged so far has left its buffer. SIGINT will not do: a shell has its background
# processes ignore it.
end_load() {
  sql -c 'SELECT pg_sleep(1)' >/dev/null
  kill "$@"
}

# However the benchmark ends, what it has put into the array `background` ends, and the cluster.
background=()
end_with_background() { trap 'kill "${background[@]}" 2>/dev/null || true; "$TOP/scripts/cluster.sh" stop bench' EXIT; }
