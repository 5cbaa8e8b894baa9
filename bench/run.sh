#!/bin/bash
# make bench: every benchmark on throw-away clusters of one run, as a table for bench/RESULTS.md.
. "$(dirname "$0")/lib.sh"
"$TOP/scripts/server_tree.sh" >/dev/null
build_and_install || die "no benchmark without a build"
server=$("$TREE_BIN/postgres" --version)
printf '%s, %s cores, medians of %s; ratios hold, absolute figures depend on the machine\n\n' \
  "$server" "$(nproc)" "$ROUNDS"
row 'work' 'pgscale' 'yardstick' 'ratio'
row '---' '---' '---' '---'
for part in overhead creation passes rotation stall readers drain undo adopt bloat history shards; do "$TOP/bench/$part.sh"; done
