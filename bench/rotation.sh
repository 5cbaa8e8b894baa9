#!/bin/bash
# A hundred sets in which one partition is made and one dropped: by pgscale's worker, by pg_partman, and in plain SQL
# that commits after each step. CPU seconds of all server processes that took part.
. "$(dirname "$0")/lib.sh"
trap '"$TOP/scripts/cluster.sh" stop bench' EXIT
use_cluster bench <<CONF
shared_buffers = '512MB'
autovacuum = off
shared_preload_libraries = 'pgscale'
pgscale.max_workers = 0
pgscale.naptime = '1s'
pgscale.sample_interval = 0
max_locks_per_transaction = 2048
CONF
postmaster=$(sql -c "SELECT pg_read_file('postmaster.pid')" | head -n 1)

# What the postmaster's children used until they ended: user and system time of those that it has waited for.
cpu_of_children() { awk -v hz="$(getconf CLK_TCK)" '{ sub(/.*\) /, ""); print ($14 + $15) / hz }' "/proc/$postmaster/stat"; }

# Seconds of CPU that the server needs for the statements on standard input, until what the worker does has ended.
cpu_seconds() {
  local from
  from=$(cpu_of_children)
  sql >/dev/null
  # One session that sleeps: the processes that poll would count, too.
  sql <<SQL
DO \$\$ BEGIN
  WHILE NOT (${1:-true}) OR EXISTS (SELECT FROM pg_stat_activity WHERE backend_type = 'pgscale worker') LOOP
    PERFORM pg_sleep(0.1);
    COMMIT;
  END LOOP;
END \$\$;
SQL
  until_true "SELECT count(*) = 1 FROM pg_stat_activity WHERE backend_type = 'client backend'"
  awk -v from="$from" -v to="$(cpu_of_children)" 'BEGIN { printf "%.2f\n", to - from }'
}

new_tables() {
  sql -d postgres -c 'SET client_min_messages = error' -c 'DROP DATABASE IF EXISTS work' -c 'CREATE DATABASE work'
  export PGDATABASE=work
  sql <<'SQL'
CREATE EXTENSION pgscale;
CREATE SCHEMA partman;
CREATE EXTENSION pg_partman SCHEMA partman;
DO $$
BEGIN
  FOR n IN 1 .. 100 LOOP
    EXECUTE format('CREATE TABLE set_%s (id bigint, at timestamptz NOT NULL, PRIMARY KEY (id, at)) PARTITION BY RANGE (at)', n);
    COMMIT;
  END LOOP;
END $$;
SQL
}

# Six months back to four ahead.
ours() {
  new_tables
  sql <<'SQL'
DO $$
BEGIN
  FOR n IN 1 .. 100 LOOP
    PERFORM pgscale.create_parent(format('set_%s', n)::regclass, 'at', '1 month', premake => 4,
                                  start_at => (date_trunc('month', now()) - interval '6 months')::text,
                                  retention => '6 months', retire => 'drop');
    COMMIT;
  END LOOP;
END $$;
CALL pgscale.run_maintenance();
SQL
  next=$(sql -c "SELECT date_trunc('month', now()) + interval '1 month 1 day'")
  cpu_seconds "(SELECT bool_and(next_due > '$next') FROM pgscale.set_state)" <<SQL
ALTER SYSTEM SET pgscale.clock = '$next';
ALTER SYSTEM SET pgscale.max_workers = 1;
SELECT pg_reload_conf();
SQL
  sql -c 'ALTER SYSTEM RESET ALL' -c 'SELECT pg_reload_conf()' >/dev/null
  check 11
}

theirs() {
  new_tables
  sql <<'SQL' >/dev/null
SET client_min_messages = error;
DO $$
BEGIN
  FOR n IN 1 .. 100 LOOP
    PERFORM partman.create_parent(format('public.set_%s', n), 'at', 'native', 'monthly', p_premake := 4,
                                  p_start_partition := (date_trunc('month', now()) - interval '6 months')::text);
    EXECUTE format('DROP TABLE set_%s_default', n);
    EXECUTE format('INSERT INTO set_%s VALUES (1, now() + interval ''1 month'')', n);
    COMMIT;
  END LOOP;
END $$;
UPDATE partman.part_config SET retention = '5 months 1 day', retention_keep_table = false;
SQL
  cpu_seconds <<<'CALL partman.run_maintenance_proc();'
  check 11
}

plain() {
  new_tables
  sql <<'SQL'
DO $$
BEGIN
  FOR n IN 1 .. 100 LOOP
    FOR m IN -6 .. 4 LOOP
      EXECUTE format('CREATE TABLE set_%1$s_%2$s PARTITION OF set_%1$s FOR VALUES FROM (%3$L) TO (%4$L)', n, m + 6,
                     date_trunc('month', now()) + m * interval '1 month', date_trunc('month', now()) + (m + 1) * interval '1 month');
    END LOOP;
    COMMIT;
  END LOOP;
END $$;
SQL
  cpu_seconds <<'SQL'
DO $$
BEGIN
  FOR n IN 1 .. 100 LOOP
    EXECUTE format('CREATE TABLE set_%1$s_11 (LIKE set_%1$s INCLUDING ALL)', n);
    EXECUTE format('ALTER TABLE set_%1$s ATTACH PARTITION set_%1$s_11 FOR VALUES FROM (%2$L) TO (%3$L)', n,
                   date_trunc('month', now()) + interval '5 months', date_trunc('month', now()) + interval '6 months');
    COMMIT;
    EXECUTE format('DROP TABLE set_%s_0', n);
    COMMIT;
  END LOOP;
END $$;
SQL
  check 11
}

check() {
  local sizes
  sizes=$(sql -F ' ' -c "SELECT min(n), max(n) FROM (SELECT count(*) AS n FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhparent AND c.relkind = 'p' GROUP BY inhparent) x")
  [ "$sizes" = "$1 $1" ] || die "the sets have $sizes partitions instead of $1"
}

for ((round = 0; round < ROUNDS; round++)); do
  plain >>"$RUN_DIR/log/rotation.plain.$$"
  theirs >>"$RUN_DIR/log/rotation.theirs.$$"
  ours >>"$RUN_DIR/log/rotation.ours.$$"
done
a=$(median <"$RUN_DIR/log/rotation.ours.$$")
b=$(median <"$RUN_DIR/log/rotation.theirs.$$")
c=$(median <"$RUN_DIR/log/rotation.plain.$$")
rm "$RUN_DIR/log/rotation".{ours,theirs,plain}.$$
row '100 sets, one partition made and one dropped in each, against pg_partman, CPU s' "$a" "$b" "$(ratio "$a" "$b")"
row 'the same against plain SQL with a COMMIT after each step, CPU s' "$a" "$c" "$(ratio "$a" "$c")"
