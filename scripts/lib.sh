# What the scripts share.  Sourced by bash, never run.
# shellcheck shell=bash

set -euo pipefail
umask 022 # the server user must be able to read what we make
export LC_ALL=C.UTF-8
export PG_MAJOR="${PG_MAJOR:-15}"

# Called from make: its flags and job server are not meant for the makes in here.
unset MAKEFLAGS MFLAGS MAKELEVEL MAKEOVERRIDES
# Somebody's PGHOST or PGSERVICE must not lead our clients to a real server.
while read -r name; do
  case $name in PG_MAJOR | PG_CONFIG | PGSCALE_*) ;; *) unset "$name" ;; esac
done < <(compgen -e PG)

TOP=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
# The machine's server: only read and copied, never changed.  Exported, because the scripts call one another.
export SYSTEM_PG_CONFIG=${PG_CONFIG:-${SYSTEM_PG_CONFIG:-/usr/lib/postgresql/$PG_MAJOR/bin/pg_config}}
unset PG_CONFIG

die() {
  printf 'pgscale: %s\n' "$*" >&2
  exit 1
}

is_root() { [ "$(id -u)" -eq 0 ]; }

# Runs a command as the user of our servers, in a directory that user can enter.
as_server() (
  cd "$RUN_DIR"
  export HOME=$RUN_DIR
  if is_root; then
    exec runuser -u "$SERVER_USER" -- "$@"
  else
    exec "$@"
  fi
)

# Makes a directory that belongs to the user of our servers.
server_dir() {
  if is_root; then
    install -d -m 700 -o "$SERVER_USER" -g "$(id -gn "$SERVER_USER")" "$1"
  else
    install -d -m 700 "$1"
  fi
}

# Sets SERVER_USER, RUN_DIR (server tree, clusters, test output), TREE and TREE_BIN.
#
# PostgreSQL refuses to run as root, so root's servers run as postgres.  Where that user cannot
# enter the checkout, one in root's home say, the run directory lies under /var/tmp.
use_run_dir() {
  local build=$TOP/build name
  [ -x "$SYSTEM_PG_CONFIG" ] || die "$SYSTEM_PG_CONFIG is missing (scripts/install_deps.sh demo installs it)"
  if is_root; then
    SERVER_USER=postgres
    id -u "$SERVER_USER" >/dev/null 2>&1 || die "there is no user \"$SERVER_USER\" to run the server as"
  else
    SERVER_USER=$(id -un)
  fi

  mkdir -p "$build" 2>/dev/null || true
  [ -w "$build" ] || die "$build is not writable by $(id -un)"
  RUN_DIR=$build/run
  if is_root && ! runuser -u "$SERVER_USER" -- test -x "$build" 2>/dev/null; then
    name=$(printf '%s' "$TOP" | cksum)
    RUN_DIR=/var/tmp/pgscale-$(id -un)-${name%% *}
    mkdir -m 755 "$RUN_DIR" 2>/dev/null || true
    if [ ! -e "$build/run" ] || [ -L "$build/run" ]; then
      ln -sfn "$RUN_DIR" "$build/run"
    fi
  else
    if [ -L "$build/run" ]; then rm "$build/run"; fi # copied along with a checkout
    mkdir -p "$RUN_DIR"
  fi
  # /var/tmp is everybody's: what lies there under our name may be a trap.
  if [ -L "$RUN_DIR" ] || [ ! -d "$RUN_DIR" ] || [ ! -O "$RUN_DIR" ] ||
    [ -n "$(find "$RUN_DIR" -maxdepth 0 -perm /022)" ]; then
    die "$RUN_DIR must be a directory that only $(id -un) can write; remove it and try again"
  fi
  mkdir -p "$RUN_DIR/log" "$RUN_DIR/clusters"
  TREE=$RUN_DIR/pg
  TREE_BIN=$TREE$("$SYSTEM_PG_CONFIG" --bindir)
}

# Builds the extension and installs it into the private tree.  Arguments go to make.
# shellcheck disable=SC2120 # others give some
build_and_install() {
  local log=$RUN_DIR/log/build.log
  # The sloppiness is what ccache asks for to work with precompiled headers.
  if ! CCACHE_SLOPPINESS=pch_defines,time_macros make -s -C "$TOP" -j"$(nproc)" PG_CONFIG="$TREE_BIN/pg_config" "$@" install >"$log" 2>&1 </dev/null; then
    tail -n 60 "$log"
    echo "build failed; the whole output is in $log"
    return 1
  fi
}

# All that a demo needs before it starts its clusters.
build_for_demo() {
  "$TOP/scripts/install_deps.sh" demo
  use_run_dir
  echo "building pgscale"
  "$TOP/scripts/server_tree.sh" >/dev/null
  # shellcheck disable=SC2119
  build_and_install || die "no demo without a build"
}
