# CALL repair() beside writers, readers and maintenance; killed, cancelled, and without a worker slot.
use strict;
use warnings;

use List::Util qw(max);
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use PgscaleTest;
use Test::More;

my $LONGEST = 400;    # ms: twice pgscale.lock_timeout

my $node = new_server(
	'repair', "pgscale.clock = '2026-01-15 12:00+00'", 'log_lock_waits = on', 'deadlock_timeout = 20ms',
	"timezone = 'UTC'", 'restart_after_crash = on', 'log_statement = none');
$node->start;
$node->safe_psql('postgres', <<'SQL');
CREATE EXTENSION pgscale;
CREATE TABLE orders (id bigint NOT NULL, at timestamptz NOT NULL, person int, note text) PARTITION BY RANGE (at);
SELECT FROM pgscale.create_parent('orders', 'at', '1 month', premake => 1, start_at => '2025-11-01');
INSERT INTO orders SELECT n, '2025-11-01'::timestamptz + n % 110 * '1 day'::interval, n % 100, 'x' FROM generate_series(1, 20000) n;
SQL
becomes($node, 'postgres', 'SELECT count(*) FROM pgscale.partition_sets WHERE last_success IS NOT NULL', 1, 'the set stands');

my $lacking = "SELECT count(*) FROM pgscale.drift WHERE kind = 'index' AND partition IS NOT NULL";
my $valid = sub { "SELECT indisvalid FROM pg_index WHERE indexrelid = '$_[0]'::regclass" };
my $building = "SELECT count(*) FROM pg_stat_progress_create_index";

# ---- beside a writer, an old snapshot, a reader, and maintenance ---------------------------------
my $dir = PostgreSQL::Test::Utils::tempdir;
append_to_file("$dir/write.sql", "INSERT INTO orders VALUES (1, '2026-01-20 12:00+00', 1);\n"
	  . "UPDATE orders SET note = 'y' WHERE at = '2025-12-05' AND id % 1000 = 1;\n");
my ($bench_out, $bench_error) = ('', '');
my $log = -s $node->logfile;
my $bench = IPC::Run::start(
	[ 'pgbench', '-n', '-c', 2, '-R', 40, '-T', 12, '-f', "$dir/write.sql",
		$node->connstr('postgres') . ' application_name=writer' ],
	'>', \$bench_out, '2>', \$bench_error);
my $snapshot = $node->background_psql('postgres');
$snapshot->query_safe('CREATE TEMP TABLE mine (n int); BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT count(*) FROM pg_class');
my $caller = $node->background_psql('postgres');
$node->safe_psql('postgres', 'CREATE INDEX person_idx ON ONLY orders (person)');
say_in($caller, "CALL pgscale.repair('orders', '{index}')");
my $worker = worker_waiting($node, 'virtualxid', 'a worker waits for an older snapshot');
is($node->safe_psql('postgres', "SELECT query ~ '^CREATE INDEX CONCURRENTLY' FROM pg_stat_activity WHERE pid = $worker"),
	't', 'in the middle of the first index');
is($node->safe_psql('postgres', "SELECT actual, repair IS NULL FROM pgscale.drift WHERE kind = 'index' AND partition IS NOT NULL"
	  . " ORDER BY actual LIMIT 1"), 'being built|t', 'which is shown as being built');
like(ask($node, 'postgres', "CALL pgscale.repair('orders')"), qr/is being repaired by another session/,
	'two sessions cannot repair one set');
set_clock($node, '2026-02-10 00:00+00');
becomes($node, 'postgres', "SELECT count(*) FROM pgscale.partitions WHERE partition::text = 'orders_p2026_03'",
	1, 'maintenance makes partitions meanwhile');
my $reader = $node->background_psql('postgres');
$reader->query_safe("BEGIN; SELECT count(*) FROM orders WHERE at >= '2026-02-01'");
$snapshot->query_safe('COMMIT');
becomes($node, 'postgres', "SELECT count(*) FROM pgscale.runs WHERE action = 'attach index' AND outcome = 'ok'"
	  . " AND partition IN ('public.orders_p2025_11', 'public.orders_p2025_12', 'public.orders_p2026_01')",
	3, 'without the snapshot one index after the other is built and attached');
$reader->query_safe('COMMIT');
$caller->query('SELECT 1');
$bench->finish;
is($bench_error =~ /ERROR|aborted/ ? $bench_error : '', '', 'no write failed');
my @waits = slurp_file($node->logfile, $log) =~ /writer LOG:  process \d+ (?:acquired|still waiting for) .* after ([0-9.]+) ms/g;
note sprintf('%d lock waits of the writers, longest %.1f ms', scalar @waits, max(0, @waits));
cmp_ok(max(0, @waits), '<=', $LONGEST, 'no write waited longer for a lock than twice the limit');
# What a reader held up to its end is done by the next call.
$node->safe_psql('postgres', "CALL pgscale.repair('orders', '{index}')");
is($node->safe_psql('postgres', $lacking), 0, 'every partition has the index');
is($node->safe_psql('postgres', $valid->('person_idx')), 't', 'so that of the parent is valid');
is($node->safe_psql('postgres', "SELECT count(*) FROM pg_index WHERE NOT indisvalid"), 0, 'nothing is left over');

# ---- kill -9 in the middle of CREATE INDEX CONCURRENTLY -------------------------------------------
$snapshot->query_safe('BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT count(*) FROM pg_class');
$node->safe_psql('postgres', 'CREATE INDEX note_idx ON ONLY orders (note)');
say_in($caller, "CALL pgscale.repair('orders', '{index}')");
kill_process($node, worker_waiting($node, 'virtualxid', 'a worker is in the middle again'));
eval { $_->quit } foreach $snapshot, $caller, $reader;
is($node->safe_psql('postgres', "SELECT count(*) FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid WHERE NOT indisvalid AND relkind = 'i'"),
	1, 'the crash leaves an index that is not valid');
is($node->safe_psql('postgres', "SELECT repair[1] ~ '^DROP INDEX CONCURRENTLY' FROM pgscale.drift WHERE actual LIKE 'invalid:%'"),
	't', 'which is to be dropped first');
$node->safe_psql('postgres', "CALL pgscale.repair('orders', '{index}')");
is($node->safe_psql('postgres', $lacking), 0, 'the next call builds all');
is($node->safe_psql('postgres', $valid->('note_idx')), 't', 'the index of the parent is valid');
is($node->safe_psql('postgres', "SELECT outcome, message FROM pgscale.runs WHERE action = 'create index' AND outcome <> 'ok'"),
	'crashed|the process that carried out the step ended before the step', 'and the run is known to have crashed');
is($node->safe_psql('postgres', "SELECT crashes FROM pgscale.set_state WHERE parent = 'orders'::regclass"), 0,
	'which is no crash of maintenance');

# ---- cancelled -----------------------------------------------------------------------------------
$snapshot = $node->background_psql('postgres');
$snapshot->query_safe('BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT count(*) FROM pg_class');
$caller = $node->background_psql('postgres', on_error_stop => 0);
my $pid = $caller->query_safe('SELECT pg_backend_pid()');
$node->safe_psql('postgres', 'CREATE INDEX both_idx ON ONLY orders (person, note)');
say_in($caller, "CALL pgscale.repair('orders', '{index}')");
worker_waiting($node, 'virtualxid', 'a worker waits');
$node->safe_psql('postgres', "SELECT pg_cancel_backend($pid)");
becomes($node, 'postgres', $building, 0, 'cancelling the call ends the worker');
$snapshot->query_safe('COMMIT');
$node->safe_psql('postgres', "CALL pgscale.repair('orders', '{index}')");
is($node->safe_psql('postgres', $valid->('both_idx')), 't', 'and the next call goes on');
$_->quit foreach $snapshot, $caller;

# ---- no slot for a worker ------------------------------------------------------------------------
$node->append_conf('postgresql.conf', "shared_preload_libraries = ''\nmax_worker_processes = 0");
$node->restart;
$node->safe_psql('postgres', 'CREATE INDEX again_idx ON ONLY orders (id)');
my ($status, $out, $error) = $node->psql('postgres', "CALL pgscale.repair('orders', '{index}')");
like($error, qr/WARNING:  repair of "orders" left 5 steps undone: no background worker slot was free/,
	'without a slot no index is built in another way');
is($node->safe_psql('postgres', "SELECT DISTINCT sqlstate, hint FROM pgscale.runs WHERE outcome = 'failed' AND partition LIKE '%orders%' AND message LIKE 'no back%'"),
	'53000|Raise max_worker_processes, or try again later.', 'and the run says what to do');

$node->stop;
done_testing();
