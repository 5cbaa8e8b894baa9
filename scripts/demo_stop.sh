#!/bin/bash
# make demo-stop: stops the clusters of the demos and removes them.
. "$(dirname "$0")/lib.sh"

if [ ! -x "$SYSTEM_PG_CONFIG" ] || [ ! -e "$TOP/build/run" ]; then
  echo "no demo is running"
  exit 0
fi
use_run_dir
for cluster in demo demo_shards demo_s1 demo_s2 demo_s3; do
  "$TOP/scripts/cluster.sh" stop $cluster
  rm -rf "$RUN_DIR/clusters/$cluster"
done
echo "the demo is stopped"
