# kill -9 of the worker while a retired partition is archived, exported or told of: the next visit goes on where
# that one ended, and at no time are the rows neither in the table nor in a whole file.
use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use POSIX qw(mkfifo);
use PgscaleTest;
use Test::More;

my $node = new_server(
	'archive_and_export', "pgscale.clock = '2026-01-15 00:00+00'", 'restart_after_crash = on',
	"pgscale.lock_timeout = '60s'", "timezone = 'UTC'");
$node->start;
my $directory = PostgreSQL::Test::Utils::tempdir;
let_ddl_be_held($node);
$node->safe_psql('postgres', <<'SQL');
CREATE EXTENSION pgscale;
CREATE SCHEMA attic;
CREATE TABLE told (moment text, partition text, action text);
CREATE FUNCTION ask(parent regclass, partition text, action text, details jsonb) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO public.told VALUES ('before', partition, action);
  IF EXISTS (SELECT FROM public.hold WHERE tag = 'before') THEN PERFORM pg_sleep(600); END IF;
END $$;
CREATE FUNCTION tell(parent regclass, partition text, action text, details jsonb) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO public.told VALUES ('after', partition, action);
  IF EXISTS (SELECT FROM public.hold WHERE tag = 'after ' || action) THEN PERFORM pg_sleep(600); END IF;
END $$;
SQL

# Rows in four months; at the clock's next month that of December is to go.
sub make_set
{
	my ($table, $options) = @_;
	set_clock($node, '2026-01-15 00:00+00');
	$node->safe_psql('postgres', <<"SQL");
CREATE TABLE $table (at timestamptz NOT NULL, n int) PARTITION BY RANGE (at);
SELECT FROM pgscale.create_parent('$table', 'at', '1 month', premake => 2, start_at => '2025-12-01',
  retention => '1 month', before_retire => 'ask', after_retire => 'tell', $options);
INSERT INTO $table SELECT '2025-12-15'::timestamptz + n * '1 month'::interval, n FROM generate_series(0, 3) n;
SQL
	becomes($node, 'postgres', "SELECT last_error IS NULL AND count = 4 FROM pgscale.partition_sets WHERE parent = '$table'::regclass",
		't', "$table: the set stands");
	return;
}

sub hold_step
{
	my ($tag, $condition) = @_;
	$condition =~ s/'/''/g;
	$node->safe_psql('postgres', "INSERT INTO hold VALUES ('$tag', '$condition')");
	return;
}

sub keep
{
	my ($statement) = @_;
	my $keeper = $node->background_psql('postgres', on_error_stop => 0);
	$keeper->query_safe("BEGIN; $statement");
	return $keeper;
}

sub crash
{
	my ($table, $pid, @keepers) = @_;
	$node->safe_psql('postgres', 'DELETE FROM hold');
	kill_process($node, $pid);
	foreach my $keeper (@keepers) { eval { $keeper->quit }; }
	return;
}

sub file_of
{
	my ($table) = @_;
	return "$directory/public.${table}_p2025_12.csv";
}

# All is well in the end, one run has crashed, and the rest went as it does without.
sub judge
{
	my ($table, $crashed, $told) = @_;
	becomes($node, 'postgres', "SELECT last_error IS NULL AND last_success IS NOT NULL AND crashes = 0 FROM pgscale.set_state"
		  . " WHERE parent = '$table'::regclass AND NOT EXISTS (SELECT FROM pgscale.retirement"
		  . "   WHERE parent = '$table'::regclass AND done_at IS NULL)", 't', "$table: all is well");
	is(ask($node, 'postgres', "SELECT string_agg(partition::text, ' ' ORDER BY partition::text) FROM pgscale.partitions"
			  . " WHERE root = '$table'::regclass AND state = 'attached'"),
		join(' ', map { "${table}_p2026_0$_" } 1 .. 4), "$table: the set is as the policy wants it");
	is(ask($node, 'postgres', "SELECT string_agg(action, ', ' ORDER BY id) FROM pgscale.runs WHERE parent = '$table' AND outcome <> 'ok'"
			  . " HAVING bool_and(outcome = 'crashed')"), $crashed, "$table: the journal tells which run died");
	is(ask($node, 'postgres', "SELECT string_agg(moment || ' ' || action, ', ' ORDER BY ctid) FROM told WHERE partition ~ '$table'"),
		$told, "$table: the functions were called");
	is(ask($node, 'postgres', 'SELECT count(*) FROM pgscale.hook_call'), '0', "$table: no call is owed");
	return;
}

sub judge_export
{
	my ($table, $crashed, $told) = @_;
	judge($table, $crashed, $told // 'before export, after export, after drop');
	is(ask($node, 'postgres', "SELECT to_regclass('${table}_p2025_12') IS NULL"), 't', "$table: the table is dropped");
	is(slurp_file(file_of($table)), "at,n\n2025-12-15 00:00:00+00,0\n", "$table: the file has its rows");
	ok(!-e file_of($table) . '.partial', "$table: nothing else is left");
	return;
}

my $archive = "retire => 'archive', archive_schema => 'attic', archive_indexes => false";
my $export = "retire => 'export', export_path => '$directory'";
my $next = '2026-02-15 00:00+00';

# ---- archive ------------------------------------------------------------------------------------
make_set('archived', $archive);
hold_step('ALTER TABLE', "to_regclass('attic.archived_p2025_12') IS NOT NULL");
set_clock($node, $next);
my $pid = worker_waiting($node, 'PgSleep', 'archived: a worker is in the middle');
crash('archived', $pid);
judge('archived', 'archive', 'before archive, after archive');
is(ask($node, 'postgres', 'SELECT sum(n) || \' \' || count(*) FROM attic.archived_p2025_12'), '0 1', 'archived: its rows are there');

# ---- before the detach, and after all -----------------------------------------------------------
make_set('asked', $archive);
hold_step('before', 'true');
set_clock($node, $next);
$pid = worker_waiting($node, 'PgSleep', 'asked: a worker is in the middle');
is(ask($node, 'postgres', 'SELECT count(*) FROM asked'), '4', 'asked: the partition is still one');
crash('asked', $pid);
judge('asked', 'before retire', 'before archive, after archive');

make_set('owed', $export);
hold_step('after drop', 'true');
set_clock($node, $next);
$pid = worker_waiting($node, 'PgSleep', 'owed: a worker is in the middle');
crash('owed', $pid);
judge_export('owed', 'after retire');

# ---- export -------------------------------------------------------------------------------------
make_set('sealed', $export);
hold_step('ALTER TABLE', "EXISTS (SELECT FROM pg_constraint WHERE conname = 'pgscale_sealed')");
set_clock($node, $next);
$pid = worker_waiting($node, 'PgSleep', 'sealed: a worker is in the middle');
crash('sealed', $pid);
judge_export('sealed', 'seal');

# While the rows are being written: the file is a pipe that nobody reads.
make_set('writing', $export);
my $pipe = file_of('writing') . '.partial';
mkfifo($pipe, 0600) or die "could not make $pipe: $!";
set_clock($node, $next);
my $running = "FROM pgscale.runs WHERE parent = 'writing' AND action = 'export' AND outcome = 'running'";
becomes($node, 'postgres', "SELECT count(*) $running", '1', 'writing: a worker is in the middle');
$pid = ask($node, 'postgres', "SELECT pid $running");
configure($node, 'pgscale.max_workers' => 0);
kill_process($node, $pid);
unlink $pipe;    # not before: a signal has the worker open it anew
is(ask($node, 'postgres', 'SELECT count(*) FROM writing_p2025_12'), '1', 'writing: the table stays');
ok(!-e file_of('writing'), 'writing: there is no file');
configure($node, 'pgscale.max_workers' => 2);
judge_export('writing', 'export');

# ---- a directory that is gone -------------------------------------------------------------------
sub fails_for_want_of_a_directory
{
	my ($table) = @_;
	make_set($table, $export);
	rename $directory, "$directory.away" or die "could not rename $directory: $!";
	set_clock($node, $next);
	becomes($node, 'postgres', "SELECT count(*) > 0 FROM pgscale.runs WHERE parent = '$table' AND action = 'export'"
		  . " AND outcome = 'failed' AND sqlstate = '58P01'", 't', "$table: the export has failed");
	is(ask($node, 'postgres', "SELECT count(*) FROM ${table}_p2025_12"), '1', "$table: the table stays");
	$node->safe_psql('postgres', "SELECT pgscale.pause('$table')");
	rename "$directory.away", $directory or die "could not rename $directory: $!";
	return;
}

fails_for_want_of_a_directory('no_place');
$node->safe_psql('postgres', "SELECT pgscale.resume('no_place')");
becomes($node, 'postgres', "SELECT to_regclass('no_place_p2025_12') IS NULL", 't', 'no_place: once there is one, it goes');
is(slurp_file(file_of('no_place')), "at,n\n2025-12-15 00:00:00+00,0\n", 'no_place: the file has its rows');

# The file has its name, and the server does not know it yet: it is ours, and written again.
fails_for_want_of_a_directory('named');
my $writer = keep('LOCK TABLE named_p2025_12 IN ROW EXCLUSIVE MODE');
$node->safe_psql('postgres', "SELECT pgscale.resume('named')");
$pid = worker_waiting($node, 'relation', 'named: a worker is about to write');
my $keeper = keep("SELECT FROM pgscale.retirement WHERE partition = 'named_p2025_12'::regclass FOR UPDATE");
$writer->quit;
is(worker_waiting($node, 'transactionid', 'named: a worker has written'), $pid, 'named: it is the same one');
ok(-e file_of('named'), 'named: the file has its name');
is(ask($node, 'postgres', 'SELECT count(*) FROM named_p2025_12'), '1', 'named: the table is still there');
crash('named', $pid, $keeper);
becomes($node, 'postgres', "SELECT to_regclass('named_p2025_12') IS NULL", 't', 'named: the next visit ends it');
is(slurp_file(file_of('named')), "at,n\n2025-12-15 00:00:00+00,0\n", 'named: the file has its rows');

# The drop of what has been exported.
make_set('dropped', $export);
hold_step('DROP TABLE', 'true');
set_clock($node, $next);
$pid = worker_waiting($node, 'PgSleep', 'dropped: a worker is in the middle');
ok(-e file_of('dropped'), 'dropped: the file is whole');
crash('dropped', $pid);
judge_export('dropped', 'drop');

$node->stop;
unlike(slurp_file($node->logfile), qr/TRAP:|PANIC|terminated by signal 11/, 'no crash but those we made');
done_testing();
