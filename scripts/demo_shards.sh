#!/bin/bash
# make demo-shards: a coordinator and three shards, throw-away clusters, left running to look at.
. "$(dirname "$0")/lib.sh"

build_for_demo

clusters=(demo_s1 demo_s2 demo_s3 demo_shards)
stop_all() {
  local cluster
  for cluster in "${clusters[@]}"; do "$TOP/scripts/cluster.sh" stop "$cluster"; done
}
trap 'stop_all; echo "the demo failed" >&2' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

conf=$RUN_DIR/log/demo_shards.conf
cat >"$conf" <<'CONF'
shared_preload_libraries = 'pgscale'
pgscale.naptime = '1s'
pgscale.sample_interval = 0
max_worker_processes = 16
CONF
# shard_ddl() prepares a transaction on each shard, which PostgreSQL does not allow by itself.
shard_conf=$RUN_DIR/log/demo_shard.conf
echo "max_prepared_transactions = 20" >"$shard_conf"
echo "starting four clusters under build/run: a coordinator and three shards"
for shard in demo_s1 demo_s2 demo_s3; do "$TOP/scripts/cluster.sh" start $shard "$shard_conf"; done
"$TOP/scripts/cluster.sh" start demo_shards "$conf"

# The story stops and starts a shard as an administrator does.
port_of() { "$TOP/scripts/cluster.sh" env "$1" | sed -E 's/.* PGPORT=([0-9]+) .*/\1/'; }
for number in 1 2 3; do
  export "SHARD_PORT_$number=$(port_of demo_s$number)"
  export "SHARD_PASSWORD_$number=$(cat "$RUN_DIR/clusters/demo_s$number/password")"
done
shard_server() { # shard_server start|stop NUMBER
  local data=$RUN_DIR/clusters/demo_s$2/data port=SHARD_PORT_$2
  as_server "$TREE_BIN/pg_ctl" "$1" -D "$data" -m immediate -w -s -l "$data/server.log" -o "-p ${!port}" \
    >/dev/null 2>&1 </dev/null
}
eval "$("$TOP/scripts/cluster.sh" env demo_shards)"
createdb shop
export PGDATABASE=shop PSQLRC=/dev/null
. "$TOP/scripts/demo/shards.sh"

trap - EXIT
cat <<END

The demo runs on PostgreSQL $(psql -XAtc 'SHOW server_version').
  connect:  $TREE_BIN/psql -h $PGHOST -p $PGPORT -U postgres shop
  log:      $("$TOP/scripts/cluster.sh" log demo_shards)
  stop:     make demo-stop
END
