# The views of the server through a crash, a failing archive command, a lock on a table and on a standby.
use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use PgscaleTest;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('server_views');
$node->init(allows_streaming => 1);
$node->append_conf('postgresql.conf', <<'CONF');
autovacuum = off
restart_after_crash = on
archive_mode = on
archive_command = 'false'
CONF
$node->start;
$node->safe_psql('postgres', 'CREATE EXTENSION pgscale; CREATE TABLE t AS SELECT generate_series(1, 1000) AS n');

# ---- the archiver -----------------------------------------------------------------------------
my $archiver = 'SELECT archive_mode, archived > 0, archive_failed > 0, last_archived_wal IS NOT NULL, last_failed_wal IS NOT NULL, archive_failing FROM pgscale.wal';
is(ask($node, 'postgres', 'SELECT archived, archive_failing FROM pgscale.wal'), '0|f', 'nothing was to be archived yet');
$node->safe_psql('postgres', 'SELECT pg_switch_wal()');
becomes($node, 'postgres', $archiver, 'on|f|t|f|t|t', 'archiving fails');
configure($node, archive_command => 'true');
becomes($node, 'postgres', $archiver, 'on|t|t|t|t|f', 'what failed in the past does not fail now');
configure($node, archive_command => 'false');
becomes($node, 'postgres', 'SHOW archive_command', 'false', 'and once more');
$node->safe_psql('postgres', 'INSERT INTO t VALUES (0); SELECT pg_switch_wal()');
becomes($node, 'postgres', $archiver, 'on|t|t|t|t|t', 'it fails again');
configure($node, archive_command => 'true');

# ---- a lock on a table holds up none of them --------------------------------------------------
my $holder = $node->background_psql('postgres');
$holder->query_safe('BEGIN; LOCK TABLE t IN ACCESS EXCLUSIVE MODE');
foreach my $view (qw(checkpoints wal io cache_hit queries))
{
	like(ask($node, 'postgres', "SET lock_timeout = '100ms'; SELECT count(*) FROM pgscale.$view"), qr/^[1-9]/, "$view waits for no lock");
}
is(ask($node, 'postgres', "SELECT object FROM pgscale.cache_hit WHERE level = 'table'"), 'public.t', 'the locked table is in it');
$holder->query_safe('ROLLBACK');

# ---- a crash wipes the counters, which pg_stat_database does not tell ---------------------------
my $resets = 'SELECT (SELECT stats_reset FROM pgscale.wal) %1$s, (SELECT stats_reset FROM pgscale.checkpoints) %1$s,'
  . ' (SELECT min(stats_reset) FROM pgscale.io) %1$s, bool_and(stats_reset %1$s) FROM pgscale.cache_hit';
my $before = ask($node, 'postgres', 'SELECT clock_timestamp()');
is(ask($node, 'postgres', sprintf($resets, "< '$before'")), 't|t|t|t', 'counted since the first start');
my $pid = $holder->query_safe('SELECT pg_backend_pid()');
kill_process($node, $pid);
eval { $holder->quit };
becomes($node, 'postgres', sprintf($resets, "> '$before'"), 't|t|t|t', 'after a crash counted since then');
is(ask($node, 'postgres', 'SELECT count(stats_reset) FROM pg_stat_database WHERE datname = current_database()'), '0', 'though PostgreSQL says nothing');
# one of the counters reset by hand does not make those of the databases younger
my $crash = ask($node, 'postgres', "SELECT stats_reset FROM pgscale.cache_hit WHERE level = 'database' AND object = 'postgres'");
ask($node, 'postgres', "SELECT pg_stat_reset_shared('bgwriter')");
is(ask($node, 'postgres', "SELECT stats_reset = '$crash' FROM pgscale.cache_hit WHERE level = 'database' AND object = 'postgres'"), 't',
	'a reset of the background writer is none of the databases');
ask($node, 'postgres', 'SELECT pg_stat_reset()');
is(ask($node, 'postgres', "SELECT stats_reset > '$crash' FROM pgscale.cache_hit WHERE level = 'database' AND object = 'postgres'"), 't',
	'that of the database is');

# ---- on a standby -----------------------------------------------------------------------------
$node->safe_psql('postgres', <<'SQL');
CREATE TABLE pgscale.sample_test PARTITION OF pgscale.sample DEFAULT;
INSERT INTO pgscale.sample (at, seconds, scope, object, frame, counters) VALUES (now(), 60, 'server', 0, false, '{"wal_bytes": 6000}');
SQL
is(ask($node, 'postgres', 'SELECT round(window_bytes_per_s), status FROM pgscale.wal'), '100|ok', 'the primary has a window');
$node->backup('base');
my $standby = PostgreSQL::Test::Cluster->new('server_views_standby');
$standby->init_from_backup($node, 'base', has_streaming => 1);
$standby->start;
$node->wait_for_catchup($standby);
is(ask($standby, 'postgres', 'SELECT window_bytes, status FROM pgscale.wal'), '|unknown', 'which tells nothing of the standby');
is(ask($standby, 'postgres', 'SELECT lsn = pg_last_wal_replay_lsn() OR lsn = pg_last_wal_receive_lsn() FROM pgscale.wal'), 't', 'its position is what it has');
foreach my $view (qw(checkpoints io cache_hit queries))
{
	like(ask($standby, 'postgres', "SELECT count(*) FROM pgscale.$view WHERE status = 'unknown'"), qr/^[1-9]/, "$view can be read there");
}
is(ask($standby, 'postgres', "SELECT level FROM pgscale.cache_hit WHERE object = 'public.t'"), 'table', 'with the tables of the database');
$standby->stop;
$node->stop;
done_testing();
