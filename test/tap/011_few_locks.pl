# Hundreds of sets and a thousand partitions on a server with the smallest lock table: nothing locks more than
# it works on, planning included.
use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use PgscaleTest;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('few_locks');
$node->init;
$node->start;
$node->safe_psql('postgres', 'CREATE EXTENSION pgscale');    # all of its objects in one transaction
$node->append_conf('postgresql.conf', <<'CONF');
max_locks_per_transaction = 10
max_connections = 10
max_wal_senders = 0
autovacuum = off
fsync = off
pgscale.clock = '2026-01-01 12:00+00'
CONF
$node->restart;

# What the server really has: about 200 locks and some room beside.
my ($status, $out, $error) = $node->psql('postgres', <<'SQL');
CREATE TABLE probe (at date) PARTITION BY RANGE (at);
DO $$ BEGIN
  FOR n IN 1 .. 1000 LOOP
    EXECUTE format('CREATE TABLE probe_%s PARTITION OF probe FOR VALUES FROM (%L) TO (%L)', n, date '2000-01-01' + n, date '2000-01-02' + n);
  END LOOP;
END $$;
SQL
like($error, qr/out of shared memory/, 'a thousand partitions in one transaction are too many');

# ---- create_parent makes what fits, maintenance the rest -------------------------------------
$node->safe_psql('postgres', <<'SQL');
CREATE TABLE event (id int, at date, PRIMARY KEY (id, at)) PARTITION BY RANGE (at);
CREATE INDEX ON event (at);
SQL
$out = $node->safe_psql('postgres', <<'SQL');
SELECT bool_or(action = 'create') AND bool_or(action = 'defer') AND count(*) = 300
  FROM pgscale.create_parent('event', 'at', '1 day', premake => 9, start_at => '2025-03-17')
SQL
is($out, 't', 'create_parent() makes what the server has locks for and leaves the rest');
$node->safe_psql('postgres', 'CALL pgscale.run_maintenance()');
is($node->safe_psql('postgres', 'SELECT count, last_error FROM pgscale.partition_sets'), '300|',
	'maintenance makes the rest, each in a transaction of its own');
$node->safe_psql('postgres', <<'SQL');
SELECT FROM pgscale.alter_parent('event', retention => '200 days', retire => 'drop');
SQL
$node->safe_psql('postgres', 'CALL pgscale.run_maintenance()');
is($node->safe_psql('postgres', 'SELECT count, pending, last_error FROM pgscale.partition_sets'), '210|0|',
	'as many go by retention');

# ---- planning locks no partition -------------------------------------------------------------
# A thousand attached one by one would take long, so they are attached to ten tables and moved.
$node->safe_psql('postgres', <<'SQL');
SET allow_system_table_mods = on;
CREATE TABLE big (at date) PARTITION BY RANGE (at);
DO $$ BEGIN
  FOR t IN 0 .. 9 LOOP
    EXECUTE format('CREATE TABLE part_%s (at date) PARTITION BY RANGE (at)', t);
    FOR n IN t * 100 .. t * 100 + 99 LOOP
      EXECUTE format('CREATE TABLE big_%s PARTITION OF part_%s FOR VALUES FROM (%L) TO (%L)', n, t,
                     date '2026-01-01' - n, date '2026-01-02' - n);
      COMMIT;
    END LOOP;
    UPDATE pg_inherits SET inhparent = 'big'::regclass WHERE inhparent = format('part_%s', t)::regclass;
    UPDATE pg_depend SET refobjid = 'big'::regclass WHERE classid = 'pg_class'::regclass AND refobjid = format('part_%s', t)::regclass
                                                          AND objid IN (SELECT inhrelid FROM pg_inherits);
    COMMIT;
  END LOOP;
END $$;
SQL
$out = $node->safe_psql('postgres', <<'SQL');
SELECT count(*) FROM pgscale.create_parent('big', 'at', '1 day', premake => 1, retention => '999 days');
BEGIN;
SELECT count(*) FROM pgscale.plan('big');
SELECT count(*) FROM pg_locks l JOIN pg_class c ON c.oid = l.relation
 WHERE l.pid = pg_backend_pid() AND c.relnamespace = 'public'::regnamespace;
COMMIT;
CALL pgscale.run_maintenance('big');
SELECT last_error IS NULL, count FROM pgscale.partition_sets WHERE parent = 'big'::regclass;
SQL
is($out, "1001\n0\n0\nt|1001", 'a thousand partitions are planned without a lock on any');

# ---- hundreds of sets in one call ------------------------------------------------------------
my $sets = join "\n", map {
	"CREATE TABLE set_$_ (at date) PARTITION BY RANGE (at);"
	  . "SELECT FROM pgscale.create_parent('set_$_', 'at', '1 month', premake => 0);"
} 1 .. 150;
$node->safe_psql('postgres', $sets);
$node->safe_psql('postgres', <<'SQL');
SET pgscale.clock = '2026-02-01 12:00+00';
CALL pgscale.run_maintenance();
SQL
is( $node->safe_psql('postgres', <<'SQL'), '150|2|2|0', 'a hundred and fifty sets rotate in one call');
SELECT count(*), min(count), max(count), count(last_error) FROM pgscale.partition_sets WHERE parent::text LIKE 'set%';
SQL
is($node->safe_psql('postgres', "SELECT count(*) FROM pgscale.runs WHERE outcome <> 'ok'"), '0', 'no step failed');

$node->stop('fast');
done_testing();
