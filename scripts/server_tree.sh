#!/bin/bash
# Makes RUN_DIR/pg, a private copy of the machine's PostgreSQL, so that `make install` with the
# pg_config in it needs no root and never touches the machine's server.
#
# PostgreSQL finds its directories relative to its own program file.  So the programs are copied
# (a symbolic link would lead back), the two directories an extension installs into are real ones
# full of links, and everything else is one link.  Prints the tree's bin directory.
. "$(dirname "$0")/lib.sh"
use_run_dir

ask() { "$SYSTEM_PG_CONFIG" "--$1"; }
bindir=$(ask bindir)
pkglibdir=$(ask pkglibdir)
sharedir=$(ask sharedir)

# Changes with an upgrade of the server and with packages that add extensions.
stamp="$(ask version) $bindir $(stat -c %Y "$bindir" "$pkglibdir" "$sharedir/extension" | xargs)"
if [ "$(cat "$TREE/stamp" 2>/dev/null || true)" = "$stamp" ]; then
  echo "$TREE_BIN"
  exit 0
fi

# Servers that run from the old tree would lose their library.
for cluster in "$RUN_DIR"/clusters/*/; do
  [ -d "$cluster" ] && "$TOP/scripts/cluster.sh" stop "$(basename "$cluster")"
done
rm -rf "$TREE" "$TREE.new"
new=$TREE.new

# Links every entry of a directory into a real one.  Our own files stay out: a copy that an
# administrator installed must neither be tested nor be written through the link.
link_entries() {
  mkdir -p "$new$1"
  find "$1" -mindepth 1 -maxdepth 1 ! -name 'pgscale*' -exec ln -s -t "$new$1" {} +
}

mkdir -p "$new$bindir"
cp -RP "$bindir/." "$new$bindir"
link_entries "$pkglibdir"
link_entries "$sharedir"
rm "$new$sharedir/extension"
link_entries "$sharedir/extension"

# The rest is only read: headers, libpq, messages.
for directory in "$(ask includedir)" "$(ask includedir-server)" "$(ask libdir)" "$(ask localedir)"; do
  if [ -d "$directory" ] && [ ! -e "$new$directory" ]; then
    mkdir -p "$new${directory%/*}"
    ln -s "$directory" "$new$directory"
  fi
done

echo "$stamp" >"$new/stamp"
mv "$new" "$TREE"
echo "$TREE_BIN"
