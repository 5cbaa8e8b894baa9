# The central promise: whatever transactions are open, maintenance never makes anybody wait for long.
# Every wait for a lock of more than 20 ms is in the server log with its length.
use strict;
use warnings;

use List::Util qw(max min);
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use PgscaleTest;
use Test::More;
use Time::HiRes qw(time);

my $LONGEST = 400;    # ms: twice pgscale.lock_timeout

my $node = new_server(
	'nobody_waits', "pgscale.clock = '2026-01-15 12:00+00'", 'log_lock_waits = on',
	'deadlock_timeout = 20ms', 'log_statement = none');
$node->start;

my @sets = qw(dropped kept guarded);
$node->safe_psql('postgres', <<'SQL');
CREATE EXTENSION pgscale;
CREATE TABLE dropped (at timestamptz NOT NULL, n int) PARTITION BY RANGE (at);
CREATE TABLE kept (at timestamptz NOT NULL, n int) PARTITION BY RANGE (at);
CREATE TABLE guarded (at timestamptz NOT NULL, n int) PARTITION BY RANGE (at);
CREATE INDEX ON dropped (at);
SELECT FROM pgscale.create_parent('dropped', 'at', '1 month', premake => 4, start_at => '2025-12-01',
  retention => '1 month', retire => 'drop');
SELECT FROM pgscale.create_parent('kept', 'at', '1 month', premake => 4, start_at => '2025-12-01',
  retention => '1 month', retire => 'detach');
SELECT FROM pgscale.create_parent('guarded', 'at', '1 month', premake => 4, start_at => '2025-12-01',
  retention => '1 month', retire => 'drop', default_partition => true);
INSERT INTO dropped SELECT '2025-12-05', n FROM generate_series(1, 1000) n;
INSERT INTO kept SELECT '2025-12-05', n FROM generate_series(1, 1000) n;
INSERT INTO guarded SELECT '2025-12-05', n FROM generate_series(1, 1000) n;
INSERT INTO guarded SELECT '2030-12-05', n FROM generate_series(1, 200000) n;
CREATE TABLE nobody (at timestamptz NOT NULL, n int);
SQL
becomes($node, 'postgres', 'SELECT count(*) FROM pgscale.partition_sets WHERE last_success IS NOT NULL',
	3, 'three sets stand');

# ---- a stream of inserts into each set, and one into a table that nobody maintains ---------------
my $dir = PostgreSQL::Test::Utils::tempdir;
my %stream;
sub start_stream
{
	my ($name, $seconds, $statement) = @_;
	append_to_file("$dir/$name.sql", "$statement\n");
	my ($out, $error) = ('', '');
	my $run = IPC::Run::start(
		[   'pgbench', '-n', '-c', 1, '-R', 40, '-T', $seconds, '-l', "--log-prefix=$dir/$name.log",
			'-f', "$dir/$name.sql", $node->connstr('postgres') . " application_name=stream_$name" ],
		'>', \$out, '2>', \$error);
	return $stream{$name} = { run => $run, out => \$out, error => \$error };
}

# All latencies of a stream in ms, less the time that pgbench itself came late (column 7, us).
sub latencies
{
	my ($name) = @_;
	my @found;
	foreach my $file (glob "$dir/$name.log.*")
	{
		foreach my $line (split /\n/, slurp_file($file))
		{
			my @column = split / /, $line;
			push @found, ($column[2] - ($column[6] // 0)) / 1000;
		}
	}
	return sort { $a <=> $b } @found;
}

# The lock waits of a stream in ms, from the log.
sub lock_waits
{
	my ($name, $log) = @_;
	return $log =~ /stream_$name LOG:  process \d+ (?:acquired|still waiting for) .* after ([0-9.]+) ms/g;
}

sub judge
{
	my ($name, $noise, $log) = @_;
	my $stream = $stream{$name};
	$stream->{run}->finish;
	is(${ $stream->{error} } =~ /ERROR|aborted/ ? ${ $stream->{error} } : '', '', "$name: every insert found its partition");
	my @waits = lock_waits($name, slurp_file($node->logfile, $log));
	my @took = latencies($name);
	my $median = $took[ @took / 2 ];
	note sprintf('%s: %d statements, median %.1f ms, longest %.1f ms, %d lock waits, longest %.1f ms',
		$name, scalar @took, $median, $took[-1], scalar @waits, max(0, @waits));
	cmp_ok(scalar @took, '>', 200, "$name: the stream went on");
	cmp_ok(max(0, @waits), '<=', $LONGEST, "$name: no insert waited longer for a lock than twice the limit");
	# What the machine did to a table that nobody maintains is no fault of ours.
	cmp_ok($took[-1], '<=', $LONGEST + $noise->[-1], "$name: no insert took longer");
	cmp_ok($median, '<=', 3 * $noise->[ @$noise / 2 ] + 5, "$name: the median is that of any table");
	return;
}

my $log = -s $node->logfile;
start_stream($_, 22, "INSERT INTO $_ VALUES ('2026-05-20 12:00+00', 1);") foreach @sets, 'nobody';

# ---- four kinds of readers, for 20 seconds ------------------------------------------------------
my $begun = time;
my $reader = $node->background_psql('postgres');    # holds its locks, idle in transaction
$reader->query_safe("BEGIN; SELECT count(*) FROM $_") foreach $sets[0];
$reader->query_safe("SELECT count(*) FROM $_") foreach @sets[ 1, 2 ];
my $reading = $node->background_psql('postgres');    # in the middle of a statement
$reading->query_until(qr/going/, "\\echo going\nSELECT count(*), pg_sleep(20) FROM kept;\n");
my $snapshot = $node->background_psql('postgres');
$snapshot->query_safe('BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT count(*) FROM dropped');
my $holder = $node->background_psql('postgres');     # on the partition itself
$holder->query_safe('BEGIN; LOCK TABLE guarded_p2025_12 IN ROW EXCLUSIVE MODE');

foreach my $month (2 .. 4)
{
	set_clock($node, "2026-0$month-10 00:00+00");
	foreach my $set (@sets[ 0, 1 ])
	{
		becomes($node, 'postgres',
			"SELECT covered_until::timestamptz AT TIME ZONE 'UTC' FROM pgscale.partition_sets"
			  . " WHERE parent = '$set'::regclass",
			sprintf('2026-%02d-01 00:00:00', $month + 5), "$set: partitions for month $month are made while readers read");
	}
}
is($node->safe_psql('postgres', "SELECT string_agg(partition::text, ' ' ORDER BY partition::text)"
	  . " FROM pgscale.partitions WHERE state = 'detach pending'"),
	'dropped_p2025_12 kept_p2025_12', 'the readers hold up the detach in the two sets without a default partition');
is($node->safe_psql('postgres', "SELECT count(*) FROM pgscale.partitions WHERE root = 'guarded'::regclass"
	  . " AND partition::text IN ('guarded_p2025_12', 'guarded_p2026_01', 'guarded_p2026_02') AND state = 'attached'"),
	3, 'and the plain one in the set with');
like($snapshot->query_safe('SELECT count(*) FROM dropped WHERE at < \'2026-01-01\''), qr/^1000$/m,
	'an older snapshot still sees all rows of a pending partition');
is($node->safe_psql('postgres', "SELECT count(DISTINCT action) FROM pgscale.runs WHERE parent = 'guarded' AND"
	  . " outcome = 'failed' AND action IN ('guard', 'detach')"),
	2, 'where there is a default partition, readers hold up what is to come too: premake is for that');
is($node->safe_psql('postgres', "SELECT count(*) FROM pgscale.runs WHERE outcome = 'failed' AND"
	  . " (sqlstate <> '55P03' OR blockers IS NULL)"),
	0, 'every failure is a lock that was not free, and names who held it');

# ---- the readers end ----------------------------------------------------------------------------
while (time < $begun + 20) { select undef, undef, undef, 0.1 }
$_->query_safe('COMMIT') foreach $reader, $snapshot, $holder;
$reading->quit;
my @noise = do { $stream{nobody}{run}->finish; latencies('nobody') };
judge($_, \@noise, $log) foreach @sets;

foreach my $set (@sets)
{
	becomes($node, 'postgres', "SELECT string_agg(partition::text || ' ' || state, ', ' ORDER BY partition::text)"
		  . " FROM pgscale.partitions WHERE root = '$set'::regclass AND NOT is_default AND (lower IS NULL OR lower::timestamptz < '2026-04-01+00')",
		$set eq 'kept'
		? 'kept_p2025_12 detached, kept_p2026_01 detached, kept_p2026_02 detached, kept_p2026_03 attached'
		: "${set}_p2026_03 attached",
		"$set: what was held up is retired when the readers have ended", 60);
}
becomes($node, 'postgres', "SELECT covered_until::timestamptz AT TIME ZONE 'UTC' FROM pgscale.partition_sets"
	  . " WHERE parent = 'guarded'::regclass",
	'2026-09-01 00:00:00', 'guarded: all partitions are made in the end');
is($node->safe_psql('postgres', 'SELECT count(*) FROM kept_p2025_12'), 1000, 'what is kept keeps its rows');
is($node->safe_psql('postgres', "SELECT count(*) FROM pg_constraint WHERE conrelid = 'guarded_default'::regclass AND contype = 'c'"),
	0, 'no guard is left');
$_->quit foreach $reader, $snapshot, $holder;

$node->stop;
done_testing();
