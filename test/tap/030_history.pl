# The history of the statistics: sampled by the worker, through restarts, a crash, a failover and a dump.
use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use PgscaleTest;
use Test::More;

my $samples = "SELECT count(*) FROM pgscale.sample WHERE scope = 'server'";
my $compared = "$samples AND seconds IS NOT NULL";
my $inserted = "SELECT coalesce(sum(inserted), 0) FROM pgscale.sample"
  . " WHERE scope = 'table' AND object = 'item'::regclass::oid::bigint";

# At least so many rows come to be there.
sub grows_to
{
	my ($node, $query, $least, $name) = @_;
	local $Test::Builder::Level = $Test::Builder::Level + 1;
	return becomes($node, 'postgres', "SELECT ($query) >= $least", 't', $name, 30);
}

my $node = new_server('history', 'pgscale.sample_interval = 1');
$node->append_conf("postgresql.conf", "restart_after_crash = on\nwal_level = replica\nmax_wal_senders = 4\nhot_standby = on");
$node->start;
$node->safe_psql('postgres', 'CREATE EXTENSION pgscale');

# ---- it begins by itself ---------------------------------------------------------------------
grows_to($node, $samples, 1, 'the history begins with the extension');
grows_to($node, $compared, 2, 'and goes on');
is( $node->safe_psql('postgres', 'SELECT parent, retention, last_error FROM pgscale.partition_sets'),
	'pgscale.sample|30 days|', 'as a partition set');

$node->safe_psql('postgres', 'CREATE TABLE item (id int)');
$node->safe_psql('postgres', 'INSERT INTO item SELECT generate_series(1, 1000)');
becomes($node, 'postgres', $inserted, '1000', 'what is counted is written down', 30);

# ---- a clean restart loses nothing -----------------------------------------------------------
$node->safe_psql('postgres', 'INSERT INTO item SELECT generate_series(1, 10)');
$node->restart;
becomes($node, 'postgres', $inserted, '1010', 'nor is a clean restart in the way', 30);
is( $node->safe_psql('postgres', "$samples AND seconds IS NULL"), '1',
	'only the first sample had nothing to compare');

# ---- the interval can be changed -------------------------------------------------------------
configure($node, 'pgscale.sample_interval' => 0);
becomes($node, 'postgres', 'SHOW pgscale.sample_interval', '0', 'sampling is off');
my $before = $node->safe_psql('postgres', $samples);
stays($node, 'postgres', "SELECT ($samples) <= $before + 1", 't', 'no sample is taken');
configure($node, 'pgscale.sample_interval' => 1);
grows_to($node, $samples, $before + 3, 'sampling goes on at once');

# ---- a crash wipes the counters: no row spans it ---------------------------------------------
$node->safe_psql('postgres', 'INSERT INTO item SELECT generate_series(1, 7)');
my $session = $node->background_psql('postgres');
my $pid = $session->query_safe('SELECT pg_backend_pid()');
kill_process($node, $pid);
eval { $session->quit };
grows_to($node, "$samples AND seconds IS NULL", 2, 'after a crash the history begins anew');
my $written = $node->safe_psql('postgres', $inserted);
ok($written == 1010 || $written == 1017, "and adds nothing twice: $written");
$node->safe_psql('postgres', 'INSERT INTO item SELECT generate_series(1, 5)');
becomes($node, 'postgres', $inserted, $written + 5, 'and counts from there', 30);

# ---- a dump has no history, and can be restored while samples are taken ----------------------
my $dump = PostgreSQL::Test::Utils::tempdir() . '/history.sql';
$node->command_ok([ 'pg_dump', '-f', $dump, $node->connstr('postgres') ], 'pg_dump');
my $text = slurp_file($dump);
unlike($text, qr/(?:CREATE TABLE|COPY|ATTACH PARTITION) pgscale\.sample/, 'holds no row of the history');
my ($policies) = $text =~ /COPY pgscale\.policy [^\n]*\n(.*?)\\\.\n/s;
is($policies, '', 'and no policy of it');
# A sample that comes before the rows of the dump numbers its runs as the dump does.
ok($text =~ s/(CREATE EXTENSION [^;]*pgscale[^;]*;\n)/$1CALL pgscale.take_sample();\n/, 'a sample is to come first');
PostgreSQL::Test::Utils::append_to_file("$dump.sampled", $text);
$node->safe_psql('postgres', 'CREATE DATABASE copy');
$node->command_ok([ 'psql', '-qX', '-v', 'ON_ERROR_STOP=1', '-f', "$dump.sampled", $node->connstr('copy') ],
	'is restored');
becomes($node, 'copy', 'SELECT count(*) > 0 FROM pgscale.sample', 't', 'and has a history of its own', 30);

# ---- a standby takes none, and starts anew when it is promoted --------------------------------
$node->backup('base');
my $standby = PostgreSQL::Test::Cluster->new('history_standby');
$standby->init_from_backup($node, 'base', has_streaming => 1);
$standby->start;
$node->wait_for_catchup($standby);
my ($status, undef, $error) = $standby->psql('postgres', 'CALL pgscale.take_sample()');
isnt($status, 0, 'a standby takes no sample');
like($error, qr/cannot execute pgscale\.take_sample\(\) during recovery/, 'and says why');
is( $standby->safe_psql('postgres', 'SELECT window_s IS NULL FROM pgscale.recent_window'), 't',
	'the history of the primary is none of the standby');
$node->stop('immediate');
$standby->promote;
grows_to($standby, "$samples AND seconds IS NULL", 3, 'after a failover the history begins anew');
grows_to($standby, "$compared AND at > (SELECT max(at) FROM pgscale.sample WHERE scope = 'server' AND seconds IS NULL)",
	1, 'and goes on');
is( $standby->safe_psql('postgres', $inserted), $written + 5, 'without a row over the failover');
$standby->stop;

done_testing();
