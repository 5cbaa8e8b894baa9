# undo_partition() beside readers and writers, killed in the middle and called again.
use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use PgscaleTest;
use Test::More;

my $node = new_server('undo', "pgscale.clock = '2026-03-10 00:00+00'", "timezone = 'UTC'", 'restart_after_crash = on');
$node->start;
$node->safe_psql('postgres', <<'SQL');
CREATE EXTENSION pgscale;
CREATE TABLE orders (id int, at timestamptz NOT NULL, PRIMARY KEY (id, at)) PARTITION BY RANGE (at);
SELECT FROM pgscale.create_parent('orders', 'at', '1 month', premake => 1, start_at => '2026-01-01');
INSERT INTO orders SELECT n, '2026-01-01'::timestamptz + n * interval '1 minute' FROM generate_series(1, 90000) n;
CREATE TABLE plain (LIKE orders INCLUDING ALL);
CREATE TABLE stop ();
CREATE TABLE seen (who text, times int);
SQL
let_runs_be_held($node);

sub loop_in
{
	my ($session, $who, $work) = @_;
	return say_in($session, <<"SQL");
DO \$\$
DECLARE
  times int := 0;
BEGIN
  LOOP
    $work
    times := times + 1;
    COMMIT;
    EXIT WHEN EXISTS (SELECT FROM stop);
  END LOOP;
  INSERT INTO seen VALUES ('$who', times);
END \$\$;
SQL
}
my ($reader, $writer) = map { $node->background_psql('postgres', on_error_stop => 0) } 1, 2;
loop_in($reader, 'reader', "IF (SELECT count(*) FROM (SELECT id FROM orders WHERE id > 0 UNION ALL SELECT id FROM plain WHERE id > 0) a) <> 90000 THEN RAISE 'a row is missing or twice there'; END IF;");
# into the last partition, which goes last
loop_in($writer, 'writer', "INSERT INTO orders VALUES (-times, '2026-04-15');");
becomes($node, 'postgres', 'SELECT count(*) > 5 FROM orders WHERE id < 0', 't', 'a writer is at work');

# --- somebody has a snapshot from before the rows were moved, and looks for them afterwards
my $old = $node->background_psql('postgres');
$old->query_safe('BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT count(*) FROM seen');
my $undoing = $node->background_psql('postgres', on_error_stop => 0);
say_in($undoing, "CALL pgscale.undo_partition('orders', 'plain', 5000);");
becomes($node, 'postgres', "SELECT count(*) FROM pgscale.runs WHERE action = 'seal' AND outcome = 'ok'", 1, 'the first month is empty and closed');
stays($node, 'postgres', "SELECT count(*) FROM pgscale.runs WHERE action = 'detach'", 0, 'it is not removed before he has ended');
is($old->query_safe('SELECT count(*) FROM orders WHERE id > 0'), '90000', 'so that he finds all rows where they were');
$old->query_safe('COMMIT');
$node->safe_psql('postgres', "INSERT INTO hold VALUES ('drop')");
$old->quit;
becomes($node, 'postgres', "SELECT count(*) FROM pgscale.runs WHERE action = 'drop'", 1, 'then it is');

$node->safe_psql('postgres', 'INSERT INTO stop DEFAULT VALUES');
$_->quit foreach $reader, $writer;
is(ask($node, 'postgres', "SELECT string_agg(who, ' ' ORDER BY who) FROM seen WHERE times > 5"), 'reader writer', 'a reader saw each row once at all times, a writer never failed');
my $all = 'SELECT (SELECT count(*) FROM orders WHERE id > 0) + (SELECT count(*) FROM plain WHERE id > 0)';

# --- kill -9 when all of a step is done but the end of its run; a call goes on where the last one died
sub kill_in
{
	my ($step) = @_;
	local $Test::Builder::Level = $Test::Builder::Level + 1;
	my $sleeping = "FROM pg_stat_activity WHERE wait_event = 'PgSleep'";
	becomes($node, 'postgres', "SELECT count(*) $sleeping", 1, "$step: all is done but the end of the run");
	my $pid = ask($node, 'postgres', "SELECT pid $sleeping");
	$node->safe_psql('postgres', 'DELETE FROM hold');
	kill_process($node, $pid);
	is(ask($node, 'postgres', $all), '90000', 'no row is missing or twice there');
	return;
}
kill_in('drop');
foreach my $step ('move', 'seal', 'detach')
{
	$node->safe_psql('postgres', "INSERT INTO hold VALUES ('$step')");
	my $session = $node->background_psql('postgres', on_error_stop => 0);
	say_in($session, "CALL pgscale.undo_partition('orders', 'plain', 5000);");
	kill_in($step);
}

# --- who is in the way for too long: what was closed takes rows again, and the message says what to do
my ($status, $out, $error);
foreach my $what ([ 'SELECT count(*) FROM orders', qr/ERROR:  canceling statement due to lock timeout/ ],
	[ 'SELECT count(*) FROM seen', qr/ERROR:  could not remove partition public.orders_p2026_0\d while older snapshots are in use.*HINT:  Call the procedure again when it has ended/s ])
{
	my ($sql, $message) = @$what;
	my $reader = $node->background_psql('postgres');
	$reader->query_safe("BEGIN ISOLATION LEVEL REPEATABLE READ; $sql");
	($status, $out, $error) = $node->psql('postgres', "SET pgscale.lock_timeout = '1ms'; CALL pgscale.undo_partition('orders', 'plain', 5000)");
	like($error, $message, "$sql: it gives up");
	is(ask($node, 'postgres', "SELECT count(*) FROM pg_constraint WHERE conname = 'pgscale_sealed'"), '0', 'nothing stays closed');
	is(ask($node, 'postgres', $all), '90000', 'no row is missing');
	$reader->quit;
}

# --- to the end, under a writer who never pauses
$node->safe_psql('postgres', 'DELETE FROM stop');
$writer = $node->background_psql('postgres', on_error_stop => 0);
loop_in($writer, 'writer', "INSERT INTO orders VALUES (-1000000 - times, '2026-04-15');");
becomes($node, 'postgres', 'SELECT count(*) > 5 FROM orders WHERE id < -1000000', 't', 'a writer is at work again');
($status, $out, $error) = $node->psql('postgres', "CALL pgscale.undo_partition('orders', 'plain', 2000)", timeout => 60, timed_out => \my $timed_out);
ok(!$timed_out, 'he is not waited for');
is($status, 0, 'the last call ends it');
like($error, qr/NOTICE:  \d+ rows of \d partitions were moved; table "orders" has no partitions any more and is not managed/, 'and says so');
eval { $writer->quit };
is(ask($node, 'postgres', 'SELECT count(DISTINCT id) = count(*) AND count(*) = -min(id) - 999999 FROM plain WHERE id < -999999'), 't', 'what he wrote until then is there, too');
is(ask($node, 'postgres', 'SELECT count(*) FROM plain WHERE id > 0'), '90000', 'all rows are in the table');
is(ask($node, 'postgres', 'SELECT count(*) FROM orders'), '0', 'and none in the set');
is(ask($node, 'postgres', "SELECT count(*) FROM pg_class WHERE relname ~ '^orders_p' AND relkind = 'r'"), '0', 'which has no partition');
is(ask($node, 'postgres', 'SELECT (SELECT count(*) FROM pgscale.policy), (SELECT count(*) FROM pgscale.retirement)'), '0|0', 'nor a policy');
is(ask($node, 'postgres', "SELECT string_agg(DISTINCT action, ' ' ORDER BY action) FROM pgscale.runs WHERE outcome = 'crashed'"), 'detach drop move seal', 'the journal tells of the crashes');

# --- somebody comes between the close and the detach, which then is only begun: it goes on with that
$node->safe_psql('postgres', <<'SQL');
CREATE FUNCTION wait_before() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  WHILE EXISTS (SELECT FROM public.hold WHERE what = 'begin') LOOP PERFORM pg_sleep(0.01); END LOOP;
  RETURN NEW;
END $$;
CREATE TRIGGER wait_before BEFORE INSERT ON pgscale.run FOR EACH ROW WHEN (NEW.action = 'detach') EXECUTE FUNCTION wait_before();
CREATE TABLE held (at date NOT NULL) PARTITION BY RANGE (at);
SELECT FROM pgscale.create_parent('held', 'at', '1 month', premake => 0);
INSERT INTO held VALUES ('2026-03-05');
CREATE TABLE held_plain (LIKE held);
INSERT INTO hold VALUES ('begin');
SQL
my $holder = $node->background_psql('postgres');
my $is_closed = "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep'";
$undoing = $node->background_psql('postgres', on_error_stop => 0);
say_in($undoing, "SET pgscale.lock_timeout = '100ms'; CALL pgscale.undo_partition('held', 'held_plain');");
becomes($node, 'postgres', $is_closed, 1, 'the partition is closed');
$holder->query_safe('BEGIN; SELECT FROM held');
$node->safe_psql('postgres', 'DELETE FROM hold');
becomes($node, 'postgres', "SELECT count(*) > 0 FROM pgscale.runs WHERE parent = 'held' AND action = 'finalize' AND outcome = 'failed'", 't', 'a begun detach cannot be ended');
is(ask($node, 'postgres', 'SELECT action FROM pgscale.retirement'), 'detach', 'nothing asks for a drop meanwhile');
$holder->query_safe('COMMIT');
becomes($node, 'postgres', "SELECT count(*) FROM pgscale.policy", 0, 'when he has gone it is');
is(ask($node, 'postgres', "SELECT (SELECT count(*) FROM held_plain), to_regclass('held_p2026_03') IS NULL"), '1|t', 'and the partition is gone, its row is not');

# --- a table that is being detached below a partition is nobody's rows yet, and would go with it
$node->safe_psql('postgres', <<'SQL');
SET pgscale.clock = '2026-01-10 00:00+00';
CREATE TABLE deep (at date NOT NULL, k int NOT NULL) PARTITION BY RANGE (at);
SELECT FROM pgscale.create_parent('deep', 'at', '1 month', premake => 0);
CREATE TABLE deep_old PARTITION OF deep FOR VALUES FROM ('2025-01-01') TO ('2025-02-01') PARTITION BY RANGE (k);
CREATE TABLE deep_old_1 PARTITION OF deep_old FOR VALUES FROM (0) TO (10);
INSERT INTO deep VALUES ('2025-01-05', 1);
CREATE TABLE deep_plain (LIKE deep);
SQL
$holder->query_safe('BEGIN; SELECT FROM deep_old');
($status, $out, $error) = $node->psql('postgres', "SET lock_timeout = '100ms'; ALTER TABLE deep_old DETACH PARTITION deep_old_1 CONCURRENTLY");
like($error, qr/lock timeout/, 'a detach below is interrupted');
$holder->query_safe('COMMIT');
($status, $out, $error) = $node->psql('postgres', "CALL pgscale.undo_partition('deep', 'deep_plain')");
like($error, qr/ERROR:  table public.deep_old_1 is being detached from public.deep_old or from a partition of it.*HINT:  Use ALTER TABLE ... DETACH PARTITION ... FINALIZE first/s, 'it is refused');
is(ask($node, 'postgres', 'SELECT count(*) FROM deep_old_1'), '1', 'and keeps its row');
$node->safe_psql('postgres', 'ALTER TABLE deep_old DETACH PARTITION deep_old_1 FINALIZE');
$node->safe_psql('postgres', "CALL pgscale.undo_partition('deep', 'deep_plain')");
is(ask($node, 'postgres', "SELECT (SELECT count(*) FROM deep_old_1), to_regclass('deep_old') IS NULL"), '1|t', 'once it is a table of its own the set can go');

# --- cancelled while it waits to detach: no request of a drop outlives the call
$node->safe_psql('postgres', <<'SQL');
CREATE TABLE stopped (at date NOT NULL) PARTITION BY RANGE (at);
SELECT FROM pgscale.create_parent('stopped', 'at', '1 month', premake => 0);
INSERT INTO stopped VALUES ('2026-03-05');
CREATE TABLE stopped_plain (LIKE stopped);
INSERT INTO hold VALUES ('begin');
SQL
$undoing->quit;
$undoing = $node->background_psql('postgres', on_error_stop => 0);
my $its_pid = $undoing->query_safe('SELECT pg_backend_pid()');
say_in($undoing, "CALL pgscale.undo_partition('stopped', 'stopped_plain');");
becomes($node, 'postgres', $is_closed, 1, 'the partition is closed');
$holder->query_safe('BEGIN; SELECT FROM stopped');
$node->safe_psql('postgres', 'DELETE FROM hold');
becomes($node, 'postgres', "SELECT count(*) > 0 FROM pgscale.runs WHERE parent = 'stopped' AND action = 'finalize' AND outcome = 'failed'", 't', 'the detach is begun');
$node->safe_psql('postgres', "SELECT pg_cancel_backend($its_pid)");
becomes($node, 'postgres', "SELECT state FROM pg_stat_activity WHERE pid = $its_pid", 'idle', 'it is cancelled');
is(ask($node, 'postgres', "SELECT string_agg(action, ' ') FROM pgscale.retirement"), 'detach', 'what it has closed is not to be dropped by others');
$holder->query_safe('COMMIT');
$node->safe_psql('postgres', "CALL pgscale.undo_partition('stopped', 'stopped_plain')");
is(ask($node, 'postgres', "SELECT (SELECT count(*) FROM stopped_plain), to_regclass('stopped_p2026_03') IS NULL"), '1|t', 'the next call ends it');
$holder->quit;
done_testing();
