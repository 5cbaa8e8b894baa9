#!/bin/bash
# A throw-away PostgreSQL cluster from the private tree:
#   scripts/cluster.sh start NAME [CONF]   a new empty one; CONF is added to postgresql.conf
#   scripts/cluster.sh stop NAME           stops it; no error when it does not run
#   scripts/cluster.sh env NAME            how to reach it, as shell exports
#   scripts/cluster.sh log NAME            the path of its log
#
# Reachable over a socket in a directory that only the server user and root can enter, so trust is
# enough there; over 127.0.0.1 with the password in RUN_DIR/clusters/NAME/password.
. "$(dirname "$0")/lib.sh"
use_run_dir

command=${1:-}
name=${2:-}
[[ $name =~ ^[a-z0-9_]+$ ]] || die "usage: $0 start|stop|env|log NAME [CONF]"
home=$RUN_DIR/clusters/$name # ours; only data below belongs to the server user
data=$home/data

port_is_taken() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

# The same port again if possible: the numbers depend on the checkout and the name.
first_port() {
  local sum
  sum=$(printf '%s' "$TOP/$name" | cksum)
  echo $((20000 + ${sum%% *} % 10000))
}

make_cluster() {
  local socket_dir=$1 conf=${2:-}
  local owner=()
  if is_root; then owner=(-o "$SERVER_USER"); fi
  head -c 18 /dev/urandom | base64 | install -m 600 "${owner[@]}" /dev/stdin "$home/password"
  server_dir "$data"
  as_server "$TREE_BIN/initdb" --pgdata="$data" --username=postgres --no-sync \
    --encoding=UTF8 --locale=C.UTF-8 --auth-local=trust --auth-host=scram-sha-256 \
    --pwfile="$home/password" >"$RUN_DIR/log/initdb-$name.log" 2>&1 || {
    cat "$RUN_DIR/log/initdb-$name.log" >&2
    die "initdb failed"
  }
  {
    cat <<CONF

# a throw-away cluster: nothing in it has to survive a crash of the machine
fsync = off
full_page_writes = off
listen_addresses = '127.0.0.1'
unix_socket_directories = '$socket_dir'
timezone = 'UTC'
log_timezone = 'UTC'
log_line_prefix = '%m [%p] %b %q%d '
CONF
    if [ -n "$conf" ]; then cat "$conf"; fi
  } | as_server tee -a "$data/postgresql.conf" >/dev/null
}

start() {
  local conf=${1:-} socket_dir port attempt
  [ -x "$TREE_BIN/initdb" ] || "$TOP/scripts/server_tree.sh" >/dev/null
  stop
  rm -rf "$home"
  mkdir "$home"
  socket_dir=$(as_server mktemp -d /tmp/pgscale.XXXXXX)
  echo "$socket_dir" >"$home/socket_dir"
  make_cluster "$socket_dir" "$conf"

  port=$(first_port)
  for attempt in {1..20}; do
    while port_is_taken "$port"; do port=$((port + 1)); done
    # Descriptors of the caller must not live on in the server.
    if as_server "$TREE_BIN/pg_ctl" start -w -t 60 -s -D "$data" -l "$data/server.log" -o "-p $port" \
      </dev/null >"$RUN_DIR/log/start-$name.log" 2>&1; then
      printf 'export PGHOST=%q PGPORT=%q PGUSER=postgres PATH=%q:"$PATH"\n' \
        "$socket_dir" "$port" "$TREE_BIN" >"$home/env"
      return
    fi
    # Somebody took the port between the look and the start.
    as_server grep -q 'could not bind' "$data/server.log" || break
    as_server rm -f "$data/server.log"
    port=$((port + 1))
  done
  cat "$RUN_DIR/log/start-$name.log" >&2
  as_server tail -n 30 "$data/server.log" >&2 || true
  stop
  die "the cluster \"$name\" did not start (attempt $attempt)"
}

stop() {
  local socket_dir pg_ctl=$TREE_BIN/pg_ctl
  # Any version can stop a server, and the tree may be of another by now, or gone.
  [ -x "$pg_ctl" ] || pg_ctl=$("$SYSTEM_PG_CONFIG" --bindir)/pg_ctl
  if as_server test -f "$data/postmaster.pid" 2>/dev/null; then
    as_server "$pg_ctl" stop -D "$data" -m fast -s -w -t 30 2>/dev/null ||
      as_server "$pg_ctl" stop -D "$data" -m immediate -s -w -t 30 2>/dev/null || true
  fi
  if [ -f "$home/socket_dir" ]; then
    socket_dir=$(cat "$home/socket_dir")
    case $socket_dir in /tmp/pgscale.*) as_server rm -rf "$socket_dir" ;; esac
    rm -f "$home/socket_dir" "$home/env"
  fi
}

case $command in
start) start "${3:-}" ;;
stop) stop ;;
env)
  [ -f "$home/env" ] || die "the cluster \"$name\" does not run"
  cat "$home/env"
  ;;
log) echo "$data/server.log" ;;
*) die "usage: $0 start|stop|env|log NAME [CONF]" ;;
esac
