#!/bin/bash
# make demo: a throw-away cluster with the extension and real input, left running to look at.
. "$(dirname "$0")/lib.sh"

build_for_demo

# A demo that failed half-way is of no use to anybody.
trap '"$TOP/scripts/cluster.sh" stop demo; echo "the demo failed" >&2' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

conf=$RUN_DIR/log/demo.conf
cat >"$conf" <<'CONF'
shared_preload_libraries = 'pgscale'
pgscale.naptime = '1s'
# a clock that jumps by months has no history of statistics, only many empty partitions for it
pgscale.sample_interval = 0
max_worker_processes = 16
CONF
echo "starting a cluster of its own under build/run"
"$TOP/scripts/cluster.sh" start demo "$conf"
eval "$("$TOP/scripts/cluster.sh" env demo)"
createdb shop
export PGDATABASE=shop PSQLRC=/dev/null

if [ -x "$TOP/scripts/demo/story.sh" ]; then
  "$TOP/scripts/demo/story.sh" </dev/null
else
  psql -qX -c 'CREATE EXTENSION pgscale'
fi

trap - EXIT
cat <<END

The demo runs on PostgreSQL $(psql -XAtc 'SHOW server_version'), and its clock says $(psql -XAtc 'SHOW pgscale.clock').
  connect:  $TREE_BIN/psql -h $PGHOST -p $PGPORT -U postgres shop
  log:      $("$TOP/scripts/cluster.sh" log demo)
  stop:     make demo-stop
END
