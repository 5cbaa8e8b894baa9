# The story of make demo-shards: a shop on three shards.  scripts/demo_shards.sh sources it with the
# coordinator as psql's default, SHARD_PORT_n and SHARD_PASSWORD_n, and shard_server().
cd "$TOP/scripts/demo"
export PGOPTIONS='-c client_min_messages=warning' PGAPPNAME='pgscale demo'
unset COLUMNS
. ./telling.sh

# A statement that is to fail: its error is what there is to see.
run_failing() {
  show "$1"
  if sql -c "$1" 2>&1 >/dev/null | sed -E 's/^psql:[^:]*:[0-9]*: //'; then :; fi
}

heading "1. Three servers become shards"
run 'CREATE EXTENSION postgres_fdw'
run 'CREATE EXTENSION pgscale'
for number in 1 2 3; do
  port=SHARD_PORT_$number
  region=$([ $number = 2 ] && echo us || echo eu)
  run "SELECT pgscale.add_shard('s$number', '127.0.0.1', ${!port}, 'postgres', region => '$region')" -At
done
say "" "Whom we are there: the password goes into the user mapping and nowhere else."
show "SELECT pgscale.map_user('postgres', 's1', 'postgres', '...')"
say "-- and so for s2 and s3"
for number in 1 2 3; do
  password=SHARD_PASSWORD_$number
  psql -qX -v ON_ERROR_STOP=1 -v password="${!password}" -v shard=s$number >/dev/null <<<"SELECT pgscale.map_user('postgres', :'shard', 'postgres', :'password')"
done
run "SELECT * FROM pgscale.query_shards('SELECT pg_postmaster_start_time() < now(), version()')
      AS t (shard name, up boolean, version text)"

heading "2. 300,000 orders, sharded by customer"
show "$(cat shard_tables.sql)"
sql -f shard_tables.sql
run "SELECT shard, count(*) AS partitions
  FROM pgscale.create_sharded_table('orders', 'customer_id', partitions => 12) GROUP BY shard ORDER BY shard"
run "SELECT p.shard, count(*) AS orders, sum(o.amount) AS amount
  FROM orders o JOIN pgscale.placement p ON p.leaf = (o.tableoid::regclass)::text GROUP BY 1 ORDER BY 1"
say "" "All that one customer has is on one shard, which answers alone:"
run "EXPLAIN (VERBOSE, COSTS OFF) SELECT * FROM orders WHERE customer_id = 4711" -At
run "SELECT * FROM pgscale.query_shards('SELECT count(*), pg_size_pretty(sum(pg_total_relation_size(relid)))
                             FROM pg_partition_tree(''orders'') WHERE isleaf')
      AS t (shard name, partitions int, size text) ORDER BY shard"

heading "3. Rows that must not leave their region"
run "SELECT * FROM pgscale.create_geo_table('accounts', 'country', '{\"de\": \"s1\", \"fr\": \"s1\", \"us\": \"s2\"}')"
run "SELECT partition, region, shard, rows, strays, ok FROM pgscale.residency_report('accounts')"
run_failing "INSERT INTO accounts VALUES (9, 'jp', 'nobody said where')"

heading "4. A small table that every shard has"
run "SELECT * FROM pgscale.create_reference_table('products')"
run "UPDATE products SET price = price * 2 WHERE id = 1"
wait_for 20 "the copies are in step" "SELECT count(*) = 3 FROM pgscale.query_shards('SELECT price FROM products WHERE id = 1') AS t (shard name, price numeric) WHERE price = 20"
run "SELECT * FROM pgscale.query_shards('SELECT price FROM products WHERE id = 1') AS t (shard name, price numeric) ORDER BY shard"

heading "5. One shard is stopped"
down=$(ask "SELECT p.shard FROM pgscale.placement p JOIN orders o ON p.leaf = (o.tableoid::regclass)::text WHERE o.customer_id = 4711 LIMIT 1")
other=$(ask "SELECT min(o.customer_id) FROM orders o JOIN pgscale.placement p ON p.leaf = (o.tableoid::regclass)::text WHERE p.shard <> '$down'")
say "Shard $down is stopped, with all that customer 4711 has."
shard_server stop "${down#s}"
wait_for 20 "the watch has seen it" "SELECT bool_or(state = 'open') FROM pgscale.shard_breakers()"
run "SELECT shard, reachable, breaker, error, round(skew, 1) AS skew FROM pgscale.shards"
run_failing "SELECT count(*) FROM orders WHERE customer_id = 4711"
say "" "Customer $other is on another shard, and notices nothing:"
run "SELECT count(*) FROM orders WHERE customer_id = $other" -At
run "SELECT * FROM pgscale.query_shards('SELECT count(*) FROM orders', on_error => 'skip') AS t (shard name, orders int) ORDER BY shard"

heading "6. and healed"
shard_server start "${down#s}"
wait_for 20 "the shard answers" "SELECT bool_and(state = 'closed') FROM pgscale.shard_breakers()"
run "SELECT count(*) FROM orders WHERE customer_id = 4711" -At
run "CALL pgscale.sync_shards()"
run "SELECT count(*) AS left_to_do FROM pgscale.plan_shards()" -At
