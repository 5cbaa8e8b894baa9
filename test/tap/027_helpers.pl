# The helpers that look for the sizes of files: how many, and what happens when one is late, is killed or is left alone.
use strict;
use warnings;

use FindBin;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use PgscaleTest;
use Test::More;
use Time::HiRes qw(usleep);

my $held = PostgreSQL::Test::Utils::tempdir;
system_or_bail('cc', '-shared', '-fPIC', '-o', "$held/held_statx.so", "$FindBin::RealBin/lib/held_statx.c", '-ldl');

my $node = PostgreSQL::Test::Cluster->new('helpers');
$node->init(allows_streaming => 1);
$node->append_conf('postgresql.conf', "autovacuum = off\nlog_min_messages = debug1");
{
	local $ENV{PGSCALE_HELD_STATX} = $held;
	local $ENV{LD_PRELOAD} = "$held/held_statx.so";
	$node->start;
}
# More files than a process takes at once.
$node->safe_psql('postgres', <<'SQL');
CREATE EXTENSION pgscale;
CREATE TABLE target (id int PRIMARY KEY);
DO $$
BEGIN
  FOR n IN 1 .. 200 LOOP
    EXECUTE format('CREATE TABLE t%s (id int PRIMARY KEY, note text)', n);
    EXECUTE format('INSERT INTO t%s VALUES (1)', n);
  END LOOP;
END $$;
SQL

my $sizes = 'SELECT relation::regclass, bytes FROM pgscale.root_sizes() ORDER BY relation';
my $alone = 'SET max_parallel_workers_per_gather = 0';
my $helped = 'SET parallel_setup_cost = 0';

# How many helpers the server starts for a query.
sub helpers
{
	my ($query) = @_;
	my $before = -s $node->logfile;
	ask($node, 'postgres', $query);
	return () = slurp_file($node->logfile, $before) =~ /\bregistering background worker "pgscale helper: file sizes"/g;
}

# Waits until a file is there, and returns its name.
sub appears
{
	my ($pattern) = @_;
	for (1 .. 2000)
	{
		my ($file) = glob "$held/$pattern";
		return $file if defined $file;
		usleep(10_000);
	}
	die "no $pattern after 20 seconds";
}

# Lets a new session ask for the sizes; returns it and the pid of its helper, when both are at their first files.
sub both_held
{
	unlink glob "$held/*-*";
	append_to_file("$held/hold-$_", '') foreach 'session', 'helper';
	my $session = $node->background_psql('postgres', on_error_stop => 0);
	$session->query_safe("$helped; SET max_parallel_workers_per_gather = 1");
	say_in($session, $sizes);
	appears('session-*');
	my ($pid) = appears('helper-*') =~ /(\d+)$/;
	return ($session, $pid);
}

sub release { my ($who) = @_; unlink "$held/hold-$who" or die "$who: $!"; return }

# ---- how many ---------------------------------------------------------------------------------
is(helpers($sizes), 0, 'none for few files');
is(helpers("$alone; $helped; $sizes"), 0, 'none where they are not allowed');
is(helpers("$helped; $sizes"), 2, 'as many as a query may have where they cost nothing');
is(helpers("$helped; BEGIN; SET TRANSACTION ISOLATION LEVEL SERIALIZABLE; INSERT INTO target VALUES (1); $sizes; INSERT INTO target VALUES (2); COMMIT"),
	2, 'in a transaction that writes');
is(ask($node, 'postgres', 'SELECT count(*) FROM target'), '2', 'which goes on afterwards');
is(helpers("$helped; SET max_parallel_workers_per_gather = 1; $sizes"), 1, 'not more than a query may have');
is(helpers("$helped; SELECT count(*) FROM pgscale.indexes"), 2, 'they help while the history is read');
is(helpers("$helped; SELECT count(*) FROM pgscale.metrics"), 2, 'and once while the metrics are');

# ---- the same sizes, whoever found them -------------------------------------------------------
my $found = ask($node, 'postgres', "$alone; $sizes");
like($found, qr/^t200\|[1-9]\d+$/m, 'tables have sizes');
is(ask($node, 'postgres', "$helped; $sizes"), $found, 'the same with help');
is(ask($node, 'postgres', "$helped; CREATE TABLE copied AS SELECT i.index FROM pgscale.indexes i; INSERT INTO copied SELECT i.index FROM pgscale.indexes i;"
			. " SELECT count(*) = 2 * (SELECT count(*) FROM pgscale.indexes) FROM copied"),
	't', 'also in a statement that writes');
my $largest = "SELECT labels ->> 'relname', value FROM pgscale.metrics WHERE name = 'pgscale_table_bytes' ORDER BY 1";
is(ask($node, 'postgres', "$helped; $largest"), ask($node, 'postgres', "$alone; $largest"), 'the metrics are the same');
is(ask($node, 'postgres', "$helped; BEGIN; ALTER TABLE pgscale.sample_state RENAME TO away; DO \$\$ BEGIN PERFORM count(*) FROM pgscale.indexes;"
			. " EXCEPTION WHEN undefined_table THEN INSERT INTO target VALUES (3); END \$\$; SELECT max(id) FROM target; ROLLBACK"),
	'3', 'an error while they help leaves nothing behind');
is(ask($node, 'postgres', "$helped; BEGIN; ALTER VIEW pgscale.metrics_now RENAME TO away; DO \$\$ BEGIN PERFORM count(*) FROM pgscale.metrics;"
			. " EXCEPTION WHEN undefined_table THEN PERFORM count(*) FROM pgscale.largest_usage(1); END \$\$; SELECT count(*) FROM pgscale.largest_usage(3); ROLLBACK"),
	'3', 'nor does one before the metrics have asked for the sizes');
$node->safe_psql('postgres', 'DROP TABLE copied');
$found = ask($node, 'postgres', "$alone; $sizes");

# ---- one that is ended at its work ------------------------------------------------------------
my ($session, $helper) = both_held();
kill 'TERM', $helper or die "could not end $helper: $!";
release('helper');
$node->wait_for_log(qr/background worker "pgscale helper" \(PID $helper\) exited with exit code 1/);
release('session');
is($session->query_safe('SELECT 1') =~ s/\n1$//r, $found, 'the session finds the sizes that it left');

($session, $helper) = both_held();
release('session');
my $waits = "SELECT count(*) FROM pg_stat_activity WHERE wait_event IN ('Extension', 'PgscaleFileSizes')";
becomes($node, 'postgres', $waits, 1, 'the session waits for its helper');
kill 'TERM', $helper or die "could not end $helper: $!";
release('helper');
is($session->query_safe('SELECT 1') =~ s/\n1$//r, $found, 'and does not wait for ever');
$session->quit;

# ---- a session that is cancelled --------------------------------------------------------------
($session, $helper) = both_held();
release('session');
becomes($node, 'postgres', $waits, 1, 'another one waits');
my $before = -s $node->logfile;
ask($node, 'postgres', "SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE wait_event IN ('Extension', 'PgscaleFileSizes')");
$node->wait_for_log(qr/canceling statement due to user request/, $before);
release('helper');
$node->wait_for_log(qr/background worker "pgscale helper" \(PID $helper\) exited with exit code 0/, $before);
like(($session->query('SELECT 1'))[0], qr/^1$/m, 'the session goes on') or diag $session->{stderr};
$session->{stderr} = '';
is($session->query_safe($sizes), $found, 'its helper ends, and it can ask again');
$session->quit;

# ---- one that comes too late ------------------------------------------------------------------
$session = $node->background_psql('postgres');
$session->query_safe($helped);
configure($node, post_auth_delay => 1);
$session->query_safe('SELECT 1') for 1 .. 2;
$before = -s $node->logfile;
is($session->query_safe($sizes), $found, 'a session does not wait for helpers that have not begun');
$session->quit;
$node->wait_for_log(qr/(?:background worker "pgscale helper" \(PID \d+\) exited with exit code 0.*){2}/s, $before);
unlike(slurp_file($node->logfile, $before), qr/ERROR|FATAL|WARNING/, 'and they end when they find that nobody needs them');
$node->safe_psql('postgres', 'ALTER SYSTEM RESET post_auth_delay');

# ---- none to be had, and on a standby ---------------------------------------------------------
$node->append_conf('postgresql.conf', 'max_parallel_workers = 0');
$node->reload;
becomes($node, 'postgres', 'SHOW max_parallel_workers', 0, 'the server lends no workers');
is(helpers("$helped; $sizes"), 0, 'then nobody comes');
is(ask($node, 'postgres', "$helped; $sizes"), $found, 'and the sizes are found without');
$node->append_conf('postgresql.conf', 'max_parallel_workers = 8');
$node->reload;

$node->backup('base');
my $standby = PostgreSQL::Test::Cluster->new('helpers_standby');
$standby->init_from_backup($node, 'base', has_streaming => 1);
$standby->start;
$node->wait_for_catchup($standby);
$before = -s $standby->logfile;
is(ask($standby, 'postgres', "$helped; $sizes"), ask($standby, 'postgres', "$alone; $sizes"), 'a standby finds its sizes with help, too');
like(slurp_file($standby->logfile, $before), qr/\bregistering background worker "pgscale helper: file sizes"/, 'of helpers of its own');
$standby->stop;
$node->stop;

done_testing();
