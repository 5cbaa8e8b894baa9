# How the stories of the demos are told; sourced with PGHOST, PGPORT, PGUSER and PGDATABASE set.

if [ -t 1 ]; then bold=$'\e[1m' blue=$'\e[36m' plain=$'\e[0m'; else bold='' blue='' plain=''; fi
heading() { printf '\n%s== %s ==%s\n' "$bold" "$*" "$plain"; }
say() { printf '%s\n' "$@"; }
die() {
  printf '\nthe story stopped: %s\n' "$*" >&2
  exit 1
}

sql() { psql -qX -v ON_ERROR_STOP=1 "$@" </dev/null; }
ask() { sql -At -c "$1"; } # one value
show() { printf '\n%s%s;%s\n' "$blue" "${1%;}" "$plain"; }
# psql's own wrapping cuts words in two; this folds the widest column (expanded: the value) at a
# space, so that no line is wider than 100 columns.
fold_table() { awk -v width=100 -f fold.awk; }
# Shows a statement, then its output.
run() {
  show "$1"
  sql --pset=footer=off --pset=null=- "${@:2}" -c "$1" | fold_table
}

# Polls until the query says t; after the deadline shows what maintenance says and gives up.
wait_for() { # wait_for SECONDS WHAT QUERY
  local deadline=$((SECONDS + $1))
  until [ "$(ask "SELECT coalesce(($3), false)")" = t ]; do
    if [ $SECONDS -ge $deadline ]; then
      sql -c 'SELECT parent, failures, last_sqlstate, last_error FROM pgscale.partition_sets' >&2
      sql -c 'SELECT id, action, partition, outcome, message FROM pgscale.runs ORDER BY id DESC LIMIT 5' >&2
      die "$1 s are over, and still not: $2"
    fi
    sleep 0.02
  done
}
