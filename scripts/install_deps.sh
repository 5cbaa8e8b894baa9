#!/bin/bash
# Installs the Debian packages that a command needs and this machine lacks:
#   scripts/install_deps.sh demo|check|bench
# Says nothing when nothing is missing.  PG_MAJOR chooses the server (default 15); with PG_CONFIG
# the server is the caller's own and not installed.
. "$(dirname "$0")/lib.sh"

case ${1:-} in
demo) packages=(g++ make) ;;
check) packages=(g++ make cmake libgtest-dev perl libipc-run-perl chromium fonts-dejavu-core) ;;
bench) packages=(g++ make valgrind) ;;
*) die "usage: $0 demo|check|bench" ;;
esac
if [ "$SYSTEM_PG_CONFIG" = "/usr/lib/postgresql/$PG_MAJOR/bin/pg_config" ]; then
  packages+=("postgresql-$PG_MAJOR" "postgresql-server-dev-$PG_MAJOR")
  # the rival, whose sets import_partman() takes over
  if [ "$1" != demo ]; then packages+=("postgresql-$PG_MAJOR-partman"); fi
fi

# Another system than Debian may do, if somebody has installed everything by hand.
if ! command -v dpkg-query >/dev/null; then
  missing=()
  for program in g++ make "$SYSTEM_PG_CONFIG"; do
    command -v "$program" >/dev/null || missing+=("$program")
  done
  if [ "$1" = check ]; then
    for program in cmake chromium; do
      command -v "$program" >/dev/null || missing+=("$program")
    done
    perl -MIPC::Run -MTest::More -e 1 2>/dev/null || missing+=("perl with IPC::Run and Test::More")
  fi
  [ ${#missing[@]} -eq 0 ] && exit 0
  {
    echo "pgscale: missing on this machine:"
    printf '  %s\n' "${missing[@]}"
    echo "This is not Debian, so install them by hand and try again; PG_CONFIG=/path/to/pg_config names a server elsewhere."
  } >&2
  exit 1
fi

installed=$(dpkg-query -W -f '${db:Status-Status} ${Package}\n' "${packages[@]}" 2>/dev/null || true)
missing=()
for package in "${packages[@]}"; do
  grep -qxF "installed $package" <<<"$installed" || missing+=("$package")
done
[ ${#missing[@]} -eq 0 ] && exit 0

refuse() {
  {
    echo "pgscale: $1. Missing packages:"
    printf '  %s\n' "${missing[@]}"
    echo "An administrator installs them with:"
    echo "  apt-get update && apt-get install --no-install-recommends ${missing[*]}"
  } >&2
  exit 1
}

command -v apt-get >/dev/null || refuse "there is no apt-get here"
run=()
if ! is_root; then
  command -v sudo >/dev/null || refuse "installing packages needs root or sudo"
  run=(sudo)
  sudo true || refuse "sudo does not let $(id -un) install packages"
fi

# Installing a server makes the machine's "main" cluster and starts it.  Nobody asked for that.
dropin=/etc/postgresql-common/createcluster.d/pgscale-no-main-cluster.conf
no_main_cluster=false
if [[ " ${missing[*]} " == *" postgresql-$PG_MAJOR "* && ! -e $dropin ]]; then
  no_main_cluster=true
fi
log=$(mktemp)
cleanup() {
  rm -f "$log"
  if $no_main_cluster; then
    "${run[@]}" rm -f "$dropin"
    "${run[@]}" rmdir --ignore-fail-on-non-empty "${dropin%/*}" 2>/dev/null || true
  fi
}
trap cleanup EXIT

echo "installing ${missing[*]} (this may take some minutes)"
if $no_main_cluster; then
  "${run[@]}" mkdir -p "${dropin%/*}"
  echo "create_main_cluster = false" | "${run[@]}" tee "$dropin" >/dev/null
fi
apt_get() {
  "${run[@]}" env DEBIAN_FRONTEND=noninteractive \
    apt-get -q -o DPkg::Lock::Timeout=120 -o Dpkg::Use-Pty=0 "$@" </dev/null >"$log" 2>&1 || {
    tail -n 30 "$log" >&2
    refuse "apt-get $1 failed"
  }
}
apt_get update
apt_get install -y --no-install-recommends "${missing[@]}"
