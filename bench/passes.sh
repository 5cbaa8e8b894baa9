#!/bin/bash
# A maintenance pass with nothing due, over the same tables under pg_partman and under pgscale; then of pgscale
# alone, over ten thousand partitions of one set against ten. Server time of one CALL in a new session, which loads the
# library and looks up the catalogs first, and of the second one in a session, ms.
. "$(dirname "$0")/lib.sh"
trap '"$TOP/scripts/cluster.sh" stop bench' EXIT
use_cluster bench <<CONF
shared_buffers = '512MB'
autovacuum = off
max_locks_per_transaction = 2048
CONF

# How long the server takes for the last of the statements, in a session of their own.
milliseconds() {
  local statements=() statement
  for statement in "$@"; do statements+=(-c "$statement"); done
  sql -c '\timing on' "${statements[@]}" | sed -n 's/^Time: \([0-9.]*\) ms.*/\1/p' | tail -n 1
}

new_database() {
  sql -d postgres -c 'SET client_min_messages = error' -c 'DROP DATABASE IF EXISTS work' -c 'CREATE DATABASE work'
  export PGDATABASE=work
  sql <<'SQL'
CREATE EXTENSION pgscale;
CREATE SCHEMA partman;
CREATE EXTENSION pg_partman SCHEMA partman;
SQL
}

# So many sets of so many monthly partitions up to four months from now, each with a row of today.
new_sets() {
  local sets=$1 months=$(($2 - 5))
  sql <<SQL
SET client_min_messages = error;
DO \$\$
BEGIN
  FOR n IN 1 .. $sets LOOP
    EXECUTE format('CREATE TABLE set_%s (id bigint, at timestamptz NOT NULL, PRIMARY KEY (id, at)) PARTITION BY RANGE (at)', n);
    PERFORM partman.create_parent(format('public.set_%s', n), 'at', 'native', 'monthly', p_premake := 4,
                                  p_start_partition := (date_trunc('month', now()) - interval '$months months')::text);
    EXECUTE format('DROP TABLE set_%s_default', n);
    EXECUTE format('INSERT INTO set_%s VALUES (1, now())', n);
    PERFORM pgscale.create_parent(format('set_%s', n)::regclass, 'at', '1 month', premake => 4);
    COMMIT;
  END LOOP;
END \$\$;
CALL partman.run_maintenance_proc();
CALL pgscale.run_maintenance();
VACUUM ANALYZE pg_class, pg_inherits, pgscale.policy, pgscale.set_state;
SQL
  made=$(sql -c "SELECT count(*) FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhparent AND c.relkind = 'p'")
  [ "$made" -eq $(($1 * $2)) ] || die "made $made partitions instead of $1 x $2"
}

medians() {
  local round
  for ((round = 0; round < ROUNDS; round++)); do milliseconds "$@"; done | median
}

ours='CALL pgscale.run_maintenance()'
theirs='CALL partman.run_maintenance_proc()'
for size in '1 1000' '100 100' '500 20'; do
  read -r sets partitions <<<"$size"
  new_database
  new_sets "$sets" "$partitions"
  again=$(medians "$ours" "$ours")
  again_theirs=$(medians "$theirs" "$theirs")
  a=$(medians "$ours")
  b=$(medians "$theirs")
  row "pass with nothing due over $sets x $partitions partitions, in a new session, against pg_partman, ms" "$a" "$b" "$(ratio "$a" "$b")"
  row 'the same, the second in a session, ms' "$again" "$again_theirs" "$(ratio "$again" "$again_theirs")"
done
few=$a

# Ten thousand attached one by one would take minutes, so they are attached to a hundred tables and moved.
new_database
sql <<'SQL'
SET client_min_messages = error;
SET allow_system_table_mods = on;
CREATE TABLE big (at date) PARTITION BY RANGE (at);
DO $$
BEGIN
  FOR t IN 0 .. 99 LOOP
    EXECUTE format('CREATE TABLE part_%s (at date) PARTITION BY RANGE (at)', t);
    FOR n IN t * 100 .. t * 100 + 99 LOOP
      EXECUTE format('CREATE TABLE big_%s PARTITION OF part_%s FOR VALUES FROM (%L) TO (%L)', n, t,
                     current_date + 5 - n, current_date + 6 - n);
    END LOOP;
    UPDATE pg_inherits SET inhparent = 'big'::regclass WHERE inhparent = format('part_%s', t)::regclass;
    COMMIT;
  END LOOP;
END $$;
CREATE TABLE small (at date) PARTITION BY RANGE (at);
SQL
for table in small big; do
  sql -c "SELECT FROM pgscale.create_parent('$table', 'at', '1 day', premake => 4, start_at => (current_date - 5)::text)" \
    -c 'CALL pgscale.run_maintenance()'
  [ "$table" = big ] || one=$(medians "$ours")
done
sql -c "SELECT FROM pgscale.forget_parent('small')"
many=$(medians "$ours")
made=$(sql -c "SELECT count FROM pgscale.partition_sets")
[ "$made" -ge 10000 ] || die "the large set has $made partitions"
row 'pass with nothing due over 1 x 10,000 partitions, against 1 x 10, ms' "$many" "$one" "$(ratio "$many" "$one")"
row 'the same over 500 x 20 partitions, against 1 x 10, ms' "$few" "$one" "$(ratio "$few" "$one")"
