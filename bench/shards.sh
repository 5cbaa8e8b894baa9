#!/bin/bash
# Rows from a file into a table on three shards: copy_into() and plain COPY, rows a second.
. "$(dirname "$0")/lib.sh"
readonly SHARDS=3 PARTITIONS=6
ROWS=${ROWS:-200000}
stop_all() {
  local i
  for ((i = 1; i <= SHARDS; i++)); do "$TOP/scripts/cluster.sh" stop "shard$i"; done
  "$TOP/scripts/cluster.sh" stop bench
}
trap stop_all EXIT

ports=() passwords=()
for ((i = 1; i <= SHARDS; i++)); do
  use_cluster "shard$i" <<<'max_prepared_transactions = 10'
  ports+=("$(sql -c 'SHOW port')")
  passwords+=("$(cat "$RUN_DIR/clusters/shard$i/password")")
done
use_cluster bench <<<"shared_preload_libraries = 'pgscale'"
sql -c 'CREATE EXTENSION postgres_fdw' -c 'CREATE EXTENSION pgscale'
for ((i = 1; i <= SHARDS; i++)); do
  sql >/dev/null <<SQL
SELECT pgscale.add_shard('shard$i', '127.0.0.1', ${ports[i - 1]}, 'postgres');
SELECT pgscale.map_user('postgres', 'shard$i', 'postgres', '${passwords[i - 1]}');
SQL
done
sql >/dev/null <<SQL
CREATE TABLE orders (customer int NOT NULL, id bigint, amount numeric, note text);
SELECT pgscale.create_sharded_table('orders', 'customer', partitions => $PARTITIONS);
COPY (SELECT n % 5000, n, n / 100.0, 'order number ' || n FROM generate_series(1, $ROWS) n) TO '$RUN_DIR/clusters/bench/data/orders.txt';
SQL

measure() { # measure STATEMENT: the median of the rounds, in seconds
  local round
  for ((round = 0; round < ROUNDS; round++)); do
    sql -c 'DELETE FROM orders' >/dev/null
    seconds <<<"$1"
  done | median
}
per_second() { awk -v rows="$ROWS" -v s="$1" 'BEGIN { printf "%.0f", rows / s }'; }
ours=$(per_second "$(measure "CALL pgscale.copy_into('orders', '$RUN_DIR/clusters/bench/data/orders.txt')")")
plain=$(per_second "$(measure "COPY orders FROM '$RUN_DIR/clusters/bench/data/orders.txt'")")
row "copy_into() of $ROWS rows into $PARTITIONS partitions on $SHARDS shards, against COPY, rows/s" "$ours" "$plain" "$(ratio "$ours" "$plain")"
