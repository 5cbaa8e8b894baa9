# kill -9 in the middle of each phase of an adoption: it can go on, and it can be taken back.
# A phase is held at a known place by an event trigger that never ends, or by an open transaction;
# pgscale.lock_timeout is long, so that the process is really in the middle of it.
use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use PgscaleTest;
use Test::More;

my $node = new_server(
	'adopt_crashes', "pgscale.clock = '2026-01-15 00:00+00'", 'restart_after_crash = on',
	"pgscale.lock_timeout = '60s'", "timezone = 'UTC'", 'pgscale.max_workers = 0', 'pgscale.naptime = 1');
$node->start;
let_ddl_be_held($node);
$node->safe_psql('postgres', <<'SQL');
CREATE EXTENSION pgscale;
CREATE ROLE shop NOLOGIN;
GRANT CREATE ON SCHEMA public TO shop;
CREATE TABLE customers (id int PRIMARY KEY);
INSERT INTO customers SELECT generate_series(1, 10);
GRANT SELECT, REFERENCES ON customers TO shop;
SET check_function_bodies = off;
-- everything of a table that an adoption touches
CREATE FUNCTION shape_of(what regclass) RETURNS text LANGUAGE sql AS $$
  SELECT string_agg(part, E'\n' ORDER BY part) FROM (
    SELECT format('table %s %s', relname, relkind) FROM pg_class WHERE oid = what
    UNION ALL SELECT format('column %s %s', attname, attnotnull) FROM pg_attribute WHERE attrelid = what AND attnum > 0
    UNION ALL SELECT format('constraint %s %s', conname, pg_get_constraintdef(oid)) FROM pg_constraint WHERE conrelid = what
    UNION ALL SELECT pg_get_indexdef(indexrelid) FROM pg_index WHERE indrelid = what
    UNION ALL SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE tgrelid = what AND NOT tgisinternal
    UNION ALL SELECT 'trigger of customers' FROM pg_trigger WHERE tgrelid = 'customers'::regclass
    UNION ALL SELECT format('relation %s', relname) FROM pg_class WHERE relname LIKE (SELECT relname || '%' FROM pg_class WHERE oid = what) OR relname LIKE 'pgscale%'
    UNION ALL SELECT 'rows ' || count(*) || ' ' || sum(id) FROM events_view) s (part) $$;
SQL

my $keeper;    # holds what a phase waits for
my $shape;

sub make_table
{
	$node->safe_psql('postgres', <<"SQL");
DROP VIEW IF EXISTS events_view;
DROP TABLE IF EXISTS events, events_pmin;
SET ROLE shop;
CREATE TABLE events (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, at timestamptz, customer int REFERENCES customers);
INSERT INTO events (at, customer) SELECT '2025-12-15'::timestamptz + g * interval '1 hour', 1 + g % 10 FROM generate_series(0, 499) g;
CREATE VIEW events_view AS SELECT * FROM events;
CREATE TRIGGER note AFTER INSERT ON events FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger();
ALTER TABLE events DISABLE TRIGGER note;
SQL
	$shape = ask($node, 'postgres', "SELECT shape_of('events')");
	return;
}

sub hold_by_trigger
{
	my ($tag, $condition) = @_;
	$condition =~ s/'/''/g;
	$node->safe_psql('postgres', "INSERT INTO hold VALUES ('$tag', '$condition')");
	return "wait_event = 'PgSleep'";
}

sub hold_by_transaction
{
	my ($statement, $event) = @_;
	$keeper = $node->background_psql('postgres', on_error_stop => 0);
	$keeper->query_safe("BEGIN; $statement");
	return $event;
}

# Ends a session that may have lost its server.
sub leave
{
	my ($session) = @_;
	eval { $session->quit };
	return;
}

my $call = "CALL pgscale.adopt_table('events', 'at', '1 month', premake => 5)";

# Lets a session begin the adoption, and returns it with the process that is in the middle.
sub begin
{
	my ($name, $where) = @_;
	my $session = $node->background_psql('postgres', on_error_stop => 0);
	say_in($session, "SET ROLE shop; $call");
	my $query = "FROM pg_stat_activity WHERE $where AND backend_type IN ('client backend', 'pgscale worker')";
	becomes($node, 'postgres', "SELECT count(*) > 0 $query", 't', "$name: in the middle");
	return ($session, (split /\n/, ask($node, 'postgres', "SELECT pid $query"))[0]);
}

sub crash
{
	my ($name, $where) = @_;
	my ($session, $pid) = begin($name, $where);
	$node->safe_psql('postgres', 'DELETE FROM hold');
	kill_process($node, $pid);
	leave($_) foreach grep { defined } $session, $keeper;
	undef $keeper;
	$node->poll_query_until('postgres', 'SELECT true');
	return;
}

sub judge_adopted
{
	my ($name) = @_;
	is(ask($node, 'postgres', "SELECT string_agg(partition::text, ' ') FROM pgscale.partitions WHERE root = 'events'::regclass"),
		'events_pmin ' . join(' ', map { "events_p2026_0$_" } 3 .. 7), "$name: the table is adopted");
	is(ask($node, 'postgres', "SELECT count(*) || ' ' || sum(id) FROM events_view"), '500 125250', "$name: with all rows");
	is(ask($node, 'postgres', "SELECT count(*) FROM pg_class WHERE relname LIKE 'pgscale!_%' ESCAPE '!' AND relkind IN ('r', 'i', 'p', 'I')"),
		0, "$name: nothing is left over");
	is(ask($node, 'postgres', 'SELECT count(*) FROM pgscale.adoptions'), 0, "$name: nothing is under way");
	is(ask($node, 'postgres', "SELECT count(*) FROM pg_constraint WHERE conname = 'pgscale_guard'"), 0, "$name: no guard");
	# A crash of the server loses at most the 32 numbers that a sequence has logged ahead.
	is(ask($node, 'postgres', "INSERT INTO events (at, customer) VALUES ('2026-05-05', 1) RETURNING id BETWEEN 501 AND 564, tableoid::regclass"),
		't|events_p2026_05', "$name: the numbers go on");
	return;
}

my $guard = "(SELECT convalidated FROM pg_constraint WHERE conname = 'pgscale_guard' AND conrelid = 'public.events'::regclass)";
my @phases = (
	[ 'preflight', sub { hold_by_transaction('LOCK TABLE events', "wait_event = 'relation'") } ],
	[ 'prepare the sample', sub { hold_by_trigger('CREATE TABLE', "to_regclass('public.events_pmin') IS NULL") } ],
	[ 'prepare the parent', sub { hold_by_trigger('DROP TABLE', "to_regclass('public.events_pmin') IS NOT NULL") } ],
	[ 'prepare its foreign keys', sub { hold_by_trigger('ALTER TABLE', "EXISTS (SELECT FROM pg_constraint WHERE contype = 'f' AND conrelid = to_regclass('public.events_pmin'))") } ],
	[ 'index', sub { hold_by_transaction('INSERT INTO events (at) VALUES (now()); SELECT pg_current_xact_id()', "wait_event IN ('virtualxid', 'transactionid') AND backend_type = 'pgscale worker'") } ],
	[ 'guard', sub { hold_by_trigger('ALTER TABLE', "NOT $guard") } ],
	[ 'validate', sub { hold_by_trigger('ALTER TABLE', $guard) } ],
	[ 'create', sub { hold_by_trigger('CREATE TABLE', "to_regclass('public.events_p2026_04') IS NOT NULL AND to_regclass('public.events_p2026_05') IS NULL") } ],
	[ 'cut over, its beginning', sub { hold_by_trigger('DROP TRIGGER', 'true') } ],
	[ 'cut over, its middle', sub { hold_by_trigger('ALTER INDEX', 'true') } ],
	[ 'cut over, its end', sub { hold_by_trigger('CREATE VIEW', 'true') } ]);

foreach my $phase (@phases)
{
	my ($name, $hold) = @$phase;
	make_table();
	crash($name, $hold->());
	my ($status, $out, $error) = $node->psql('postgres', "SET ROLE shop; $call");
	is($status, 0, "$name: after the crash it goes on") or diag $error;
	judge_adopted($name);
	is(ask($node, 'postgres', "SELECT outcome FROM pgscale.runs WHERE outcome NOT IN ('ok') AND parent = 'events'"),
		$name eq 'preflight' ? '' : 'crashed', "$name: the crash is on record where something had begun");
	$node->safe_psql('postgres', 'DELETE FROM pgscale.run');

	make_table();
	crash($name, $hold->());
	my $begun = ask($node, 'postgres', 'SELECT count(*) FROM pgscale.adoptions');
	($status, $out, $error) = $node->psql('postgres', "SET ROLE shop; CALL pgscale.adopt_abort('events')");
	like($error, $begun ? qr/^$/ : qr/is not being adopted/, "$name: after the crash it is taken back");
	is(ask($node, 'postgres', "SELECT shape_of('events')"), $shape, "$name: the table is as it was");
	is(ask($node, 'postgres', 'SELECT count(*) FROM pgscale.adoptions'), 0, "$name: nothing is under way");
	$node->safe_psql('postgres', 'DELETE FROM pgscale.run');
}

# ---- after the cut-over the rest is left to maintenance -------------------------------------------
make_table();
crash('after the cut-over', hold_by_trigger('CREATE TABLE', "to_regclass('public.events_p2026_07') IS NOT NULL"));
is(ask($node, 'postgres', "SELECT string_agg(partition::text, ' ') FROM pgscale.partitions WHERE root = 'events'::regclass"),
	'events_pmin ' . join(' ', map { "events_p2026_0$_" } 3 .. 6), 'after the cut-over: the table is adopted');
configure($node, 'pgscale.max_workers' => 1);
becomes($node, 'postgres', "SELECT count(*) FROM pgscale.partitions WHERE root = 'events'::regclass", 6, 'after the cut-over: the worker makes the rest');
configure($node, 'pgscale.max_workers' => 0);
judge_adopted('after the cut-over');

# ---- a guard is not forgotten ---------------------------------------------------------------------
make_table();
crash('a guard', hold_by_trigger('ALTER INDEX', 'true'));
is(ask($node, 'postgres', "SELECT guard || ' ' || guard_until FROM pgscale.adoptions"), 'validated 2026-02-06 12:00:00+00', 'a guard: it stands');
configure($node, 'pgscale.max_workers' => 1);
stays($node, 'postgres', "SELECT guard FROM pgscale.adoptions", 'validated', 'a guard: it stands while there is time');
set_clock($node, '2026-02-06 12:00+00');
becomes($node, 'postgres', "SELECT guard IS NULL FROM pgscale.adoptions", 't', 'a guard: the worker removes it before it refuses rows');
is(ask($node, 'postgres', "INSERT INTO events (at) VALUES ('2026-03-01') RETURNING tableoid::regclass"), 'events', 'a guard: they can come');
is(ask($node, 'postgres', "SELECT who || ' ' || outcome FROM pgscale.runs WHERE action = 'unguard'"), 'pgscale worker ok', 'a guard: it is on record');
set_clock($node, '2026-01-15 00:00+00');
configure($node, 'pgscale.max_workers' => 0);
$node->safe_psql('postgres', "DELETE FROM events WHERE id > 500; CALL pgscale.adopt_abort('events')");
is(ask($node, 'postgres', "SELECT shape_of('events')"), $shape, 'a guard: the table is as it was');

# ---- somebody cancels, two at a time, no worker ---------------------------------------------------
make_table();
my $where = hold_by_transaction('INSERT INTO events (at) VALUES (now())', "wait_event IN ('virtualxid', 'transactionid') AND backend_type = 'pgscale worker'");
my ($session, $worker) = begin('cancel', $where);
my ($status, $out, $error) = $node->psql('postgres', "SET ROLE shop; $call");
like($error, qr/ERROR:  another session is adopting table "events"/, 'one at a time');
($status, $out, $error) = $node->psql('postgres', "SET ROLE shop; CALL pgscale.adopt_abort('events')");
like($error, qr/ERROR:  another session is adopting table "events"/, 'nor can it be taken back meanwhile');
$node->safe_psql('postgres', "SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE query LIKE '%adopt_table%' AND backend_type = 'client backend' AND pid <> pg_backend_pid()");
becomes($node, 'postgres', "SELECT count(*) FROM pg_stat_activity WHERE pid = $worker", 0, 'who cancels the call cancels the building of the index');
leave($_) foreach $session, $keeper;
undef $keeper;
is(ask($node, 'postgres', "SELECT indisvalid FROM pg_index WHERE indexrelid::regclass::text LIKE 'pgscale!_key%' ESCAPE '!'"), 'f', 'it leaves an invalid index');
($status, $out, $error) = $node->psql('postgres', "SET ROLE shop; $call");
is($status, 0, 'which the next call builds anew') or diag $error;
judge_adopted('cancel');

make_table();
$node->append_conf('postgresql.conf', 'max_worker_processes = 1');    # the launcher's
$node->restart;
($status, $out, $error) = $node->psql('postgres', "\\set VERBOSITY verbose\nSET ROLE shop; $call");
like($error, qr/ERROR:  53000: no background worker slot was free\nHINT:  Raise max_worker_processes/,
	'without a worker slot the error says so');
$node->safe_psql('postgres', "SET ROLE shop; CALL pgscale.adopt_abort('events')");
is(ask($node, 'postgres', "SELECT shape_of('events')"), $shape, 'and all can be taken back');
$node->append_conf('postgresql.conf', 'max_worker_processes = 8');
$node->restart;

# ---- dump and restore of an adoption that is under way --------------------------------------------
hold_by_trigger('ALTER INDEX', 'true');
($session, $worker) = begin('dump', "wait_event = 'PgSleep'");
$node->safe_psql('postgres', "DELETE FROM hold; SELECT pg_terminate_backend($worker)");
leave($session);
my $dir = PostgreSQL::Test::Utils::tempdir;
$node->command_ok([ 'pg_dump', '-Fc', '-f', "$dir/dump", $node->connstr('postgres') ], 'pg_dump of an adoption under way');
foreach my $database (qw(on back))
{
	$node->safe_psql('postgres', "CREATE DATABASE go_$database");
	$node->command_ok([ 'pg_restore', '--exit-on-error', '-d', $node->connstr("go_$database"), "$dir/dump" ], 'pg_restore');
	is(ask($node, "go_$database", "SELECT relation || ' ' || parent || ' ' || guard || ' ' || boundary FROM pgscale.adoptions"),
		'events events_pmin validated 2026-03-01 00:00:00+00', 'it is restored with all that is prepared');
}
($status, $out, $error) = $node->psql('go_on', $call);
is($status, 0, 'in one copy it goes on') or diag $error;
is(ask($node, 'go_on', "SELECT count(*) || ' ' || sum(id) FROM events_view"), '500 125250', 'with all rows');
is(ask($node, 'go_on', "SELECT relkind FROM pg_class WHERE oid = 'events'::regclass"), 'p', 'as a partitioned table');
$node->safe_psql('go_back', "CALL pgscale.adopt_abort('events')");
is(ask($node, 'go_back', "SELECT shape_of('events')"), $shape, 'in the other it is taken back');

$node->stop;
unlike(slurp_file($node->logfile), qr/TRAP:|PANIC|terminated by signal 11/, 'no crash but those we made');
done_testing();
