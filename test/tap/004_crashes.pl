# kill -9 of the worker in the middle of each step: the next visit repairs.
# A step is held at a known place by an event trigger that never ends, or by an open transaction;
# pgscale.lock_timeout is long, so that the worker is really in the middle of it.
use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use PgscaleTest;
use Test::More;

my $node = new_server(
	'crashes', "pgscale.clock = '2026-01-15 00:00+00'", 'restart_after_crash = on',
	"pgscale.lock_timeout = '60s'", "timezone = 'UTC'");
$node->start;
$node->safe_psql('postgres', 'CREATE EXTENSION pgscale');
let_ddl_be_held($node);

my $keeper;    # holds what the worker waits for

# A set with rows in four partitions; at the clock's next month one more is to come and one to go.
sub make_set
{
	my ($table, $options) = @_;
	set_clock($node, '2026-01-15 00:00+00');
	$node->safe_psql('postgres', <<"SQL");
CREATE TABLE $table (at timestamptz NOT NULL, n int) PARTITION BY RANGE (at);
SELECT FROM pgscale.create_parent('$table', 'at', '1 month', premake => 2, start_at => '2025-12-01',
  retention => '1 month', $options);
INSERT INTO $table SELECT '2025-12-15'::timestamptz + n * '1 month'::interval, n FROM generate_series(0, 3) n;
SQL
	becomes($node, 'postgres',
		"SELECT last_error IS NULL AND count = 4 + default_partition::int FROM pgscale.partition_sets WHERE parent = '$table'::regclass",
		't', "$table: the set stands");
	return;
}

sub hold_by_trigger
{
	my ($tag, $condition) = @_;
	$condition =~ s/'/''/g;
	$node->safe_psql('postgres', "INSERT INTO hold VALUES ('$tag', '$condition')");
	return 'PgSleep';
}

sub hold_by_transaction
{
	my ($statement, $event) = @_;
	$keeper = $node->background_psql('postgres', on_error_stop => 0);
	$keeper->query_safe("BEGIN; $statement");
	return $event;
}

# Kills what waits; the server restarts, and with it all sessions end.
sub crash
{
	my ($table, $event, $keep_hold) = @_;
	my $pid = worker_waiting($node, $event, "$table: a worker is in the middle") or return;
	$node->safe_psql('postgres', 'DELETE FROM hold') unless $keep_hold;
	kill_process($node, $pid);
	leave($keeper) if $event ne 'PgSleep';
	return;
}

# Ends a session that may have lost its server.
sub leave
{
	my ($session) = @_;
	eval { $session->quit };
	return;
}

sub judge
{
	my ($table, $retire, $action, $crashes) = @_;
	my $rest = $table =~ /default/ ? "${table}_default " : '';
	becomes($node, 'postgres', "SELECT string_agg(partition::text, ' ' ORDER BY partition::text) FROM pgscale.partitions"
		  . " WHERE root = '$table'::regclass AND state = 'attached'",
		$rest . join(' ', map { "${table}_p2026_0$_" } 1 .. 4), "$table: the set is as the policy wants it");
	becomes($node, 'postgres', "SELECT last_error IS NULL AND last_success IS NOT NULL AND crashes = 0 AND failures = 0"
		  . " FROM pgscale.set_state WHERE parent = '$table'::regclass", 't', "$table: all is well");
	is(ask($node, 'postgres', "SELECT sum(n) FROM $table"), '6', "$table: its rows are there");
	is(ask($node, 'postgres', $retire eq 'drop' ? "SELECT to_regclass('${table}_p2025_12') IS NULL"
			: "SELECT sum(n) = 0 AND count(*) = 1 FROM ${table}_p2025_12"),
		't', "$table: what left the set is " . ($retire eq 'drop' ? 'dropped' : 'kept'));
	is(ask($node, 'postgres', "SELECT count(*) FROM pg_constraint WHERE conname = 'pgscale_guard'"), '0', "$table: no guard is left");
	is(ask($node, 'postgres', "SELECT count(*) FROM pg_inherits WHERE inhdetachpending"), '0', "$table: no detach is pending");
	is(ask($node, 'postgres', "SELECT string_agg(action || ' ' || (finished_at IS NOT NULL), ', ' ORDER BY id) FROM pgscale.runs"
		  . " WHERE parent = '$table' AND outcome NOT IN ('ok')"
		  . " HAVING bool_and(outcome = 'crashed') AND bool_and(who = 'pgscale worker' OR who = current_user)"),
		join(', ', map { "$_ true" } ref $action ? @$action : $action), "$table: the journal tells which run died");
	return;
}

sub clear
{
	my ($table) = @_;
	$node->safe_psql('postgres', "DROP TABLE IF EXISTS $table, ${table}_p2025_12");
	return;
}

my $is_new = sub { "EXISTS (SELECT FROM pg_inherits WHERE inhrelid = to_regclass('public.$_[0]_p2026_04'))" };
my $guard = "(SELECT convalidated FROM pg_constraint WHERE conname = 'pgscale_guard')";
my $is_out = sub { "to_regclass('public.$_[0]_p2025_12') IS NOT NULL AND NOT EXISTS (SELECT FROM pg_inherits"
	  . " WHERE inhrelid = to_regclass('public.$_[0]_p2025_12'))" };

# ---- one crash in each step ---------------------------------------------------------------------
my @cases = (
	# table, retire, action in the journal, how the step is held
	[ 'create_like', 'drop', 'create', sub { hold_by_trigger('CREATE TABLE', 'true') } ],
	[ 'create_attach', 'detach', 'create', sub { hold_by_trigger('ALTER TABLE', $is_new->('create_attach')) } ],
	[ 'default_guard', 'drop', 'guard', sub { hold_by_trigger('ALTER TABLE', "NOT $guard") } ],
	[ 'default_validate', 'drop', 'validate',
		sub { hold_by_trigger('ALTER TABLE', "$guard AND NOT " . $is_new->('default_validate')) } ],
	[ 'default_attach', 'drop', 'create',
		sub { hold_by_trigger('ALTER TABLE', "$guard AND " . $is_new->('default_attach')) } ],
	[ 'default_unguard', 'drop', 'create',
		sub { hold_by_trigger('ALTER TABLE', "$guard IS NULL AND " . $is_new->('default_unguard')) } ],
	[ 'default_detach', 'detach', 'detach', sub { hold_by_trigger('ALTER TABLE', $is_out->('default_detach')) } ],
	[ 'detach_before', 'drop', 'detach',
		sub { hold_by_transaction('LOCK TABLE detach_before_p2025_12 IN SHARE UPDATE EXCLUSIVE MODE', 'relation') } ],
	[ 'detach_pending', 'drop', 'detach',
		sub { hold_by_transaction('SELECT count(*) FROM detach_pending', 'virtualxid') } ],
	[ 'detach_end', 'detach', 'detach', sub { hold_by_trigger('ALTER TABLE', $is_out->('detach_end')) } ],
	[ 'drop_it', 'drop', 'drop', sub { hold_by_trigger('DROP TABLE', 'true') } ]);

foreach my $case (@cases)
{
	my ($table, $retire, $action, $hold) = @$case;
	make_set($table, "retire => '$retire', default_partition => " . ($table =~ /default/ ? 'true' : 'false'));
	my $event = $hold->();
	set_clock($node, '2026-02-15 00:00+00');
	crash($table, $event);
	judge($table, $retire, $action);
	clear($table);
}

# ---- a crash while an earlier one is repaired ---------------------------------------------------
make_set('finalize', "retire => 'drop'");
my $event = hold_by_trigger('ALTER TABLE', $is_out->('finalize'));
set_clock($node, '2026-02-15 00:00+00');
crash('finalize', $event, 1);
crash('finalize', $event);
judge('finalize', 'drop', [qw(detach finalize)]);
clear('finalize');

# ---- the dynamic worker of a CALL ---------------------------------------------------------------
make_set('errand', "retire => 'drop'");
$node->safe_psql('postgres', "SELECT pgscale.pause('errand')");
$event = hold_by_transaction('SELECT count(*) FROM errand', 'virtualxid');
set_clock($node, '2026-02-15 00:00+00');
my $caller = $node->background_psql('postgres', on_error_stop => 0);
# resume() in the same breath would wake the worker: a server without it is set aside for the CALL.
configure($node, 'pgscale.max_workers' => 0);
$node->safe_psql('postgres', "SELECT pgscale.resume('errand')");
say_in($caller, "CALL pgscale.run_maintenance('errand')");
my $pid = worker_waiting($node, 'virtualxid', 'errand: the worker of a CALL is in the middle');
kill_process($node, $pid);
leave($_) foreach $keeper, $caller;
becomes($node, 'postgres', 'SELECT count(*) FROM pg_inherits WHERE inhdetachpending', '1', 'errand: the detach is pending');
configure($node, 'pgscale.max_workers' => 2);
judge('errand', 'drop', 'detach');
clear('errand');

# ---- what was wanted then and is not wanted now -------------------------------------------------
foreach my $change ("retire => 'detach'", "retention => 'none'")
{
	my $table = $change =~ /retire/ ? 'unwanted_pending' : 'unwanted_drop';
	make_set($table, "retire => 'drop'");
	$event = $table eq 'unwanted_pending'
	  ? hold_by_transaction("SELECT count(*) FROM $table", 'virtualxid')
	  : hold_by_trigger('DROP TABLE', 'true');
	set_clock($node, '2026-02-15 00:00+00');
	$pid = worker_waiting($node, $event, "$table: a worker is in the middle");
	$node->safe_psql('postgres', 'DELETE FROM hold');
	configure($node, 'pgscale.max_workers' => 0);
	kill_process($node, $pid);
	leave($keeper) if $event ne 'PgSleep';
	$node->poll_query_until('postgres', 'SELECT true');
	$node->safe_psql('postgres', "SELECT FROM pgscale.alter_parent('$table', $change)");
	configure($node, 'pgscale.max_workers' => 2);
	judge($table, 'detach', $table eq 'unwanted_pending' ? 'detach' : 'drop');
	is(ask($node, 'postgres', "SELECT state FROM pgscale.partitions WHERE partition = '${table}_p2025_12'::regclass"),
		'detached', "$table: the table is shown as detached");
	clear($table);
}

# A table that somebody has attached again is a partition like any other.
make_set('attached_again', "retire => 'drop'");
$event = hold_by_trigger('DROP TABLE', 'true');
set_clock($node, '2026-02-15 00:00+00');
$pid = worker_waiting($node, $event, 'attached_again: a worker is in the middle');
$node->safe_psql('postgres', 'DELETE FROM hold');
configure($node, 'pgscale.max_workers' => 0);
kill_process($node, $pid);
$node->poll_query_until('postgres', 'SELECT true');
set_clock($node, '2026-01-15 00:00+00');
$node->safe_psql('postgres', "ALTER TABLE attached_again ATTACH PARTITION attached_again_p2025_12"
	  . " FOR VALUES FROM ('2025-12-01') TO ('2026-01-01')");
configure($node, 'pgscale.max_workers' => 2);
$node->safe_psql('postgres', "SELECT pgscale.resume('attached_again')");
becomes($node, 'postgres', "SELECT crashes = 0 AND last_error IS NULL FROM pgscale.set_state"
	  . " WHERE parent = 'attached_again'::regclass AND visited_at IS NOT NULL", 't', 'attached_again: visited');
is(ask($node, 'postgres', 'SELECT sum(n) || \' \' || count(*) FROM attached_again'), '6 4', 'attached_again: nothing is dropped');
clear('attached_again');

# ---- a worker that is terminated, not killed ----------------------------------------------------
make_set('default_terminated', "retire => 'drop', default_partition => true");
$event = hold_by_trigger('ALTER TABLE', "$guard AND NOT " . $is_new->('default_terminated'));
set_clock($node, '2026-02-15 00:00+00');
$pid = worker_waiting($node, $event, 'default_terminated: a worker is in the middle');
$node->safe_psql('postgres', "DELETE FROM hold; SELECT pg_terminate_backend($pid)");
judge('default_terminated', 'drop', 'validate');
clear('default_terminated');

# ---- three crashes in a row ---------------------------------------------------------------------
make_set('quarantine', "retire => 'drop'");
make_set('healthy', "retire => 'drop'");
$event = hold_by_trigger('CREATE TABLE', "to_regclass('public.quarantine_p2026_04') IS NOT NULL");
set_clock($node, '2026-02-15 00:00+00');
crash('quarantine', $event, 1) foreach 1 .. 3;
becomes($node, 'postgres', "SELECT quarantined FROM pgscale.partition_sets WHERE parent = 'quarantine'::regclass", 't',
	'three crashes in a row quarantine the set');
becomes($node, 'postgres', "SELECT covered_until FROM pgscale.partition_sets WHERE parent = 'healthy'::regclass",
	'2026-05-01 00:00:00+00', 'the other set goes on');
my $quiet = -s $node->logfile;
stays($node, 'postgres', "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep'", '0', 'nobody visits it any more');
cmp_ok(visits_started($node, 'postgres', $quiet), '<=', 2, 'nor tries to');
my ($status, $out, $error) = $node->psql('postgres', "CALL pgscale.run_maintenance('quarantine')");
like($error, qr/WARNING:  partition set "quarantine" is quarantined after crashes/, 'CALL says so');
$node->safe_psql('postgres', "DELETE FROM hold; SELECT pgscale.resume('quarantine')");
judge('quarantine', 'drop', [ ('create') x 3 ]);

$node->stop;
unlike(slurp_file($node->logfile), qr/TRAP:|PANIC|terminated by signal 11/, 'no crash but those we made');
done_testing();
