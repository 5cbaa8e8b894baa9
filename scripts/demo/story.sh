#!/bin/bash
# The story of make demo: a shop whose partitions make and retire themselves.  scripts/demo.sh calls
# it with PGHOST, PGPORT, PGUSER, PGDATABASE and PATH set; the cluster preloads pgscale.
set -euo pipefail
cd "$(dirname "$0")"
export PGOPTIONS='-c client_min_messages=warning' PGAPPNAME='pgscale demo'
unset COLUMNS

. ./telling.sh

set_clock() {
  [ "${2:-}" != aloud ] || show "ALTER SYSTEM SET pgscale.clock = '$1';  SELECT pg_reload_conf()"
  sql -c "ALTER SYSTEM SET pgscale.clock = '$1'" -c 'SELECT pg_reload_conf()' >/dev/null
  wait_for 10 "the server has read the new clock" "current_setting('pgscale.clock') = '$1'"
}

# Whatever still runs in the background ends with the story.
scratch=$(mktemp -d)
stream='' reader=''
cleanup() {
  local pid
  for pid in $stream $reader; do kill "$pid" 2>/dev/null || true; done
  rm -rf "$scratch"
}
trap cleanup EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

# ---- the shop --------------------------------------------------------------------------------
heading "1. A shop with three partitioned tables"
show "$(cat tables.sql)"
sql -f tables.sql -f products.sql

heading "2. pgscale takes them over, in November 2025"
say "The debug clock stands in for the real one, so that a year passes in seconds."
set_clock 2025-11-01 aloud
run 'CREATE EXTENSION pgscale'
run "SELECT * FROM pgscale.create_parent('public.orders', 'order_date', '1 month',
              premake => 3, retention => '12 months', retire => 'drop')"
run "SELECT * FROM pgscale.create_parent('public.customers', 'region', method => 'list',
              lists => '{\"na\": [\"US\",\"CA\",\"MX\"], \"eu\": [\"UK\",\"DE\",\"FR\",\"ES\",\"IT\"],
                         \"asia\": [\"JP\",\"CN\",\"IN\",\"SG\"]}', default_partition => true)"
run "SELECT * FROM pgscale.create_parent('public.sessions', 'user_id', method => 'hash',
              partitions => 8)"
sql -f people.sql

# ---- a year ----------------------------------------------------------------------------------
heading "3. Thirteen months of orders"
say "From here on nobody makes a partition by hand: the clock moves on, the background worker acts." \
  "Two clients insert single orders all the time, 100 a second; we look at their waits at the end." ''

PGAPPNAME='order stream' pgbench -n -f insert.sql -c 2 -R 100 -T 3600 -l \
  --log-prefix="$scratch/insert" >"$scratch/pgbench.log" 2>&1 </dev/null &
stream=$!
stream_alive() {
  [ "$(ask "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'order stream'")" = 2 ] && return
  cat "$scratch/pgbench.log" >&2
  die "the stream of inserts broke off"
}

months=(2025-11 2025-12 2026-01 2026-02 2026-03 2026-04 2026-05 2026-06 2026-07 2026-08 2026-09 2026-10 2026-11)
orders=(74000 88000 57000 58000 66000 69000 73000 75000 76000 79000 85000 94000 106000) # 1,000,000
# The newest partition of orders that is attached, and the milliseconds it took to make it.
newest="SELECT format('%s, made in %s ms', p.partition,
                      round(extract(epoch FROM r.duration) * 1000))
          FROM pgscale.partitions p JOIN pgscale.runs r ON r.partition = 'public.' || p.partition
         WHERE p.root = 'orders'::regclass AND r.action = 'create' AND r.outcome = 'ok'
         ORDER BY p.lower DESC LIMIT 1"
for i in "${!months[@]}"; do
  month=${months[i]}
  if [ "$i" -gt 0 ]; then
    set_clock "$month-01"
    wait_for 20 "the worker has made the partition three months after $month" \
      "SELECT covered_until::timestamptz >= date '$month-01' + interval '4 months'
         FROM pgscale.partition_sets WHERE parent = 'orders'::regclass"
  fi
  start=${EPOCHREALTIME/./}
  sql -v month="$month-01" -v orders="${orders[i]}" -f month.sql
  spent=$(((${EPOCHREALTIME/./} - start) / 100000))
  printf '  clock %s   %7d orders in %d.%d s   newest partition: %s\n' "$month" "${orders[i]}" \
    $((spent / 10)) $((spent % 10)) "$(ask "$newest")"
  stream_alive
done
sql -c 'ANALYZE orders, customers, sessions'

run "SELECT partition, lower, upper, rows_estimate AS rows, pg_size_pretty(bytes) AS size, state
  FROM pgscale.partitions WHERE root = 'orders'::regclass"

# ---- retention -------------------------------------------------------------------------------
heading "4. A year later the oldest month goes, while somebody reads the table"
say "A report opens a transaction on orders and keeps it open:"
mkfifo "$scratch/report"
PGAPPNAME='report' psql -qAtX -v ON_ERROR_STOP=1 <"$scratch/report" >"$scratch/report.out" 2>&1 &
reader=$!
exec 9>"$scratch/report"
report="SELECT count(*) || ' orders, the first on ' || min(order_date)::date FROM orders"
show "BEGIN ISOLATION LEVEL REPEATABLE READ;
$report"
printf '%s\n' "BEGIN ISOLATION LEVEL REPEATABLE READ;" "$report;" >&9
wait_for 20 "the report has read the orders" "SELECT state = 'idle in transaction' FROM pg_stat_activity
  WHERE application_name = 'report' AND state = 'idle in transaction'"
cat "$scratch/report.out"
report_start=$SECONDS

say '' "Now the clock says December 2026.  A partition must go, and a new one must come:"
set_clock 2026-12-01 aloud
wait_for 20 "the worker has made the partition of March 2027" \
  "SELECT covered_until::timestamptz >= date '2027-04-01' FROM pgscale.partition_sets WHERE parent = 'orders'::regclass"
wait_for 20 "the detach has given way to the report twice" \
  "SELECT count(*) >= 2 FROM pgscale.runs WHERE outcome = 'failed' AND sqlstate = '55P03'"
# shellcheck disable=SC2016 # no shell variables in there
runs='SELECT id, action, partition, round(extract(epoch FROM duration) * 1000) AS ms, rows,
       outcome, sqlstate
  FROM pgscale.runs WHERE id > (SELECT max(id) - 5 FROM pgscale.runs)'
run "SELECT id, action, partition, outcome, sqlstate, blockers
  FROM pgscale.runs WHERE id > (SELECT max(id) - 3 FROM pgscale.runs)"
run "SELECT message FROM pgscale.runs ORDER BY id DESC LIMIT 1"
say '' "The new partition is there.  The detach waits in no queue: it gives up after pgscale.lock_timeout," \
  "names the report's pid in blockers, and each later visit tries again.  The report reads on:"
show "$report;
COMMIT"
printf '%s\n' "$report;" "COMMIT;" '\q' >&9
exec 9>&-
wait "$reader" || die "the report failed: $(cat "$scratch/report.out")"
reader=''
tail -n 1 "$scratch/report.out"
say '' "It ended after $((SECONDS - report_start)) s, so the next visit finishes:"
wait_for 30 "the partition of November 2025 is gone" "SELECT to_regclass('public.orders_p2025_11') IS NULL"
run "$runs"

heading "5. The next month goes without a reader"
set_clock 2027-01-01 aloud
wait_for 30 "the partition of December 2025 is gone" "SELECT to_regclass('public.orders_p2025_12') IS NULL
  AND NOT EXISTS (SELECT FROM pgscale.runs WHERE outcome = 'running')"
run "${runs/- 5/- 3}"

# ---- the end ---------------------------------------------------------------------------------
heading "6. Did the inserts wait?"
stream_alive
# pgbench writes its log when its connections end.
ask "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'order stream'" >/dev/null
wait "$stream" 2>/dev/null || true
stream=''
read -r inserts median longest < <(sort -n -k 3,3 "$scratch"/insert.* | awk '
  { time[NR] = $3 } END { printf "%d %.1f %.1f\n", NR, time[int((NR + 1) / 2)] / 1000, time[NR] / 1000 }')
[ "${inserts:-0}" -gt 0 ] || die "the stream of inserts left no log"
if [ "${longest%.*}" -lt 400 ]; then
  say "inserts never waited: longest $longest ms of $inserts (median $median ms; pgscale.lock_timeout is 200 ms)"
else
  say "the longest of $inserts inserts took $longest ms (median $median ms): more than twice" \
    "pgscale.lock_timeout (200 ms).  Was this machine busy with something else?"
fi

heading "7. What comes next: a dry run for February 2027"
run "SET pgscale.clock = '2027-02-01';
SELECT step, action, reason, locks, array_to_string(sql, E';\n') AS sql
  FROM pgscale.plan('orders')" -x

heading "8. Queries read what they need"
run "EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF)
SELECT count(*), sum(total) FROM orders
 WHERE order_date >= '2026-11-23' AND order_date < '2026-11-30'"

heading "9. All three sets at a glance"
run "SELECT parent, method, count, oldest, covered_until, failures
  FROM pgscale.partition_sets ORDER BY parent::text"
run "SELECT partition, coalesce(values::text, modulus || '/' || remainder, 'default') AS holds,
       rows_estimate AS rows
  FROM pgscale.partitions WHERE root <> 'orders'::regclass"
