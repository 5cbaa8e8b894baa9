#!/bin/bash
# Prints the path of Prometheus' promtool, for the tests. Takes it out of Debian's package without installing it, since that
# would start a server that nobody asked for. From Debian 13 on it has a package of its own.
. "$(dirname "$0")/lib.sh"
use_run_dir

if command -v promtool >/dev/null; then
  command -v promtool
  exit 0
fi
tools=$RUN_DIR/tools
promtool=$tools/usr/bin/promtool
fetch() (
  cd "$tools"
  for package in promtool prometheus; do
    rm -f "${package}"_*.deb
    apt-get -q download "$package" && dpkg-deb -x "${package}"_*.deb . && rm "${package}"_*.deb || continue
    [ ! -x "$promtool" ] || exit 0
  done
  exit 1
) >"$RUN_DIR/log/promtool.log" 2>&1
update() {
  if is_root; then apt-get -q update; else sudo apt-get -q update; fi
} >/dev/null 2>&1

if [ ! -x "$promtool" ]; then
  command -v apt-get >/dev/null || die "promtool is missing, and this is not Debian: install Prometheus by hand"
  mkdir -p "$tools"
  fetch || { update && fetch; } || {
    tail -n 5 "$RUN_DIR/log/promtool.log" >&2
    die "could not take promtool out of the packages promtool or prometheus"
  }
fi
echo "$promtool"
