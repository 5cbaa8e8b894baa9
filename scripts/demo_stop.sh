#!/bin/bash
# make demo-stop: stops the demo's cluster and removes it.
. "$(dirname "$0")/lib.sh"

if [ ! -x "$SYSTEM_PG_CONFIG" ] || [ ! -e "$TOP/build/run" ]; then
  echo "no demo is running"
  exit 0
fi
use_run_dir
"$TOP/scripts/cluster.sh" stop demo
rm -rf "$RUN_DIR/clusters/demo"
echo "the demo is stopped"
