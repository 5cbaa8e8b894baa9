# retire => 'shard' moves old partitions of a local set to a shard, where they stay readable; whatever dies in between.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/lib";
use PgscaleTest;
use PostgreSQL::Test::Utils;
use ShardTest;
use Test::More;

my $shard = new_shard('cold');
my $node = new_coordinator('coordinator', "pgscale.clock = '2026-01-15'\n", "restart_after_crash = on\n", "timezone = 'UTC'\n");
add_shard($node, $shard);

let_copies_be_held($shard);
$shard->safe_psql('postgres', "CREATE EVENT TRIGGER make_wait ON ddl_command_end WHEN TAG IN ('CREATE TABLE') EXECUTE FUNCTION make_wait()");
let_ddl_be_held($node);
$node->safe_psql('postgres', <<'SQL');
CREATE TABLE events (id bigint, at timestamptz NOT NULL, note text DEFAULT 'x' CHECK (note <> '')) PARTITION BY RANGE (at);
CREATE INDEX ON events (at);
SQL

sub refused
{
	my ($sql, $pattern, $name) = @_;
	my ($status, $out, $error) = $node->psql('postgres', $sql);
	like($error, $pattern, $name);
	return;
}

# --- what cannot be moved
my $cold = "retire => 'shard', retire_shard => 'cold'";
refused("SELECT pgscale.create_parent('events', 'at', '1 month', retire => 'shard')", qr/retire = shard needs retire_shard/, 'the shard must be named');
refused("SELECT pgscale.create_parent('events', 'at', '1 month', retire => 'shard', retire_shard => 'nowhere')", qr/shard "nowhere" does not exist/, 'and be there');
refused("CREATE TABLE keyed (at date PRIMARY KEY) PARTITION BY RANGE (at); SELECT pgscale.create_parent('keyed', 'at', '1 month', $cold)",
	qr/cannot move partitions of table "keyed" to a shard.*primary key/s, 'a set with a primary key is refused');

# --- the plan, and the whole way
my $rows = "INSERT INTO events SELECT g, timestamptz '2025-06-01' + g * interval '6 hours' FROM generate_series(0, 999) g";
$node->safe_psql('postgres', <<"SQL");
SELECT pgscale.create_parent('events', 'at', '1 month', start_at => '2025-06-01', premake => 1, retention => '7 months', $cold, default_partition => true);
SQL
becomes($node, 'postgres', "SELECT count(*) FROM pg_inherits WHERE inhparent = 'events'::regclass", 10, 'the set stands');
$node->safe_psql('postgres', $rows);
$node->safe_psql('postgres', 'CREATE TABLE all_rows AS SELECT * FROM events');
my $whole = "SELECT (SELECT count(*) FROM events) || ' ' || (SELECT count(*) FROM (TABLE events EXCEPT TABLE all_rows) d)";
my $all = '1000 0';

sub kind
{
	my ($partition) = @_;
	return "SELECT relkind::text || ' ' || relispartition || ' ' || (SELECT count(*) FROM pg_class WHERE relname ~ '^${partition}_(moved|on)')"
	  . " FROM pg_class WHERE relname = '$partition'";
}

my $plan = ask($node, 'postgres', "SET pgscale.clock = '2026-02-03'; SELECT string_agg(action || ': ' || sql::text, E'\\n') FROM pgscale.plan('events') WHERE partition ~ '2025_06'");
like($plan, qr/seal: .*refuse_write.*copy: .*CREATE FOREIGN TABLE.*INSERT INTO.*-- on shard cold: CREATE TABLE.*swap: .*DETACH.*ATTACH.*-- on shard cold: SELECT count.*drop: /s,
	'the plan shows all steps with both sides');
set_clock($node, '2026-02-03');
becomes($node, 'postgres', kind('events_p2025_06'), 'f true 0', 'the old partition is a foreign table of its name', 40);
is(ask($node, 'postgres', $whole), $all, 'all rows are there, and the same');
is(ask($node, 'postgres', "SELECT tableoid::regclass, count(*) FROM events WHERE at < '2025-07-01' GROUP BY 1"), 'events_p2025_06|120', 'they are read through the parent');
is(ask($shard, 'postgres', "SELECT count(*) FROM events_p2025_06"), 120, 'and are on the shard');
is(ask($shard, 'postgres', "SELECT count(*) || ' ' || (SELECT count(*) FROM pg_constraint WHERE conrelid = 'events_p2025_06'::regclass AND contype = 'c')"
	  . " FROM pg_index WHERE indrelid = 'events_p2025_06'::regclass"), '1 2', 'with the index, the check and the bounds');
is(ask($node, 'postgres', "SELECT string_agg(action || ' ' || coalesce(message, '-'), ', ' ORDER BY id) FROM pgscale.runs WHERE bounds LIKE '%2025-07-01%' AND action <> 'create'"),
	'seal -, copy 120 rows on shard cold, swap 120 rows on shard cold, drop -', 'the journal tells of shard and rows');
stays($node, 'postgres', "SELECT count(*) FROM pgscale.plan('events')", 0, 'nothing is left to be done');
is(ask($node, 'postgres', "SELECT state, lower FROM pgscale.partitions WHERE partition::text = 'events_p2025_06'"), 'attached|2025-06-01 00:00:00+00', 'the partition is shown');
is(ask($node, 'postgres', "SELECT last_error IS NULL AND failures = 0 FROM pgscale.partition_sets WHERE parent = 'events'::regclass"), 't', 'the set is well');
is(ask($node, 'postgres', "SELECT count(*) FROM pgscale.drift WHERE parent = 'events'::regclass"), 0, 'and has no drift');
$node->safe_psql('postgres', 'CALL pgscale.sync_shards()');
is(ask($shard, 'postgres', "SELECT count(*) FROM events_p2025_06"), 120, 'what is placed is not swept away');
refused("SELECT pgscale.retire_partition('events_p2025_07')", qr/cannot move partition public.events_p2025_07 to a shard by hand/, 'nobody moves one by hand');

# --- a shard that is down
$shard->stop;
is(ask($node, 'postgres', "SELECT count(*) FROM events WHERE at >= '2025-07-01'"), 880, 'local partitions are read while the shard is down');
becomes($node, 'postgres', "SELECT state FROM pgscale.shard_breakers()", 'open', 'the breaker opens');
like(ask($node, 'postgres', 'SELECT count(*) FROM events'), qr/shard "cold" is down/, 'what needs it gets an error');
$shard->start;
becomes($node, 'postgres', $whole, $all, 'and the rows when it is back');

# --- a writer during the copy; then the shard dies
sub hold_copy
{
	my $keeper = $shard->background_psql('postgres', on_error_stop => 0);
	$keeper->query_safe('SELECT pg_advisory_lock(1)');
	return $keeper;
}
my $copying = "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'advisory' AND query LIKE 'INSERT%'";
my $keeper = hold_copy();
set_clock($node, '2026-03-03');
becomes($shard, 'postgres', $copying, 1, 'rows are being copied');
refused("INSERT INTO events VALUES (1, '2025-07-15')", qr/partition "events_p2025_07" is being moved to a shard/, 'an INSERT through the parent is refused');
refused("UPDATE events SET id = 1 WHERE at = '2025-07-15'", qr/is being moved to a shard/, 'an UPDATE is');
refused("SET session_replication_role = replica; DELETE FROM events_p2025_07", qr/is being moved to a shard/, 'a DELETE of a replica is');
is(ask($node, 'postgres', $whole), $all, 'readers go on');
is(ask($node, 'postgres', "WITH i AS (INSERT INTO events VALUES (1000, '2026-01-10') RETURNING *) SELECT count(*) FROM i"), 1, 'writers of other partitions do');
$node->safe_psql('postgres', "DELETE FROM events WHERE id = 1000");
$shard->stop('immediate');
$keeper->quit;
becomes($node, 'postgres', "SELECT bool_or(outcome = 'failed') FROM pgscale.runs WHERE action = 'copy'", 't', 'the copy has failed');
is(ask($node, 'postgres', kind('events_p2025_07')), 'r true 0', 'the partition is as it was');
refused("TRUNCATE events", qr/is being moved to a shard/, 'and is still sealed, against TRUNCATE, too');
$shard->start;
becomes($node, 'postgres', kind('events_p2025_07'), 'f true 0', 'when the shard is back it is moved', 60);
is(ask($node, 'postgres', $whole), $all, 'with all rows');

# --- kill -9 of the worker in each step
sub crash_in
{
	my ($step, $tag, $condition, $clock, $partition) = @_;
	$condition =~ s/'/''/g;
	$node->safe_psql('postgres', "INSERT INTO hold VALUES ('$tag', '$condition')");
	set_clock($node, $clock);
	my $pid = worker_waiting($node, 'PgSleep', "$step has begun");
	$node->safe_psql('postgres', 'DELETE FROM hold');
	kill_process($node, $pid);
	becomes($node, 'postgres', kind($partition), 'f true 0', "$step: the next visit ends what was begun", 60);
	is(ask($node, 'postgres', $whole), $all, "$step: no row is lost");
	is(ask($shard, 'postgres', "SELECT count(*) FROM pg_class WHERE relname ~ '^$partition' AND relkind = 'r'"), 1, "$step: nothing is left on the shard");
	return;
}
crash_in('seal', 'CREATE TRIGGER', 'true', '2026-04-03', 'events_p2025_08');
crash_in('copy', 'CREATE FOREIGN TABLE', 'true', '2026-05-03', 'events_p2025_09');
crash_in('swap', 'ALTER TABLE', "EXISTS (SELECT FROM pg_class WHERE relname = 'events_p2025_10_moved')", '2026-06-03', 'events_p2025_10');
crash_in('drop', 'DROP TABLE', 'true', '2026-07-03', 'events_p2025_11');

$keeper = hold_copy();
set_clock($node, '2026-08-03');
becomes($shard, 'postgres', $copying, 1, 'the next one is being copied');
kill_process($node, ask($node, 'postgres', "SELECT pid FROM pg_stat_activity WHERE backend_type = 'pgscale worker'"));
$keeper->quit;
becomes($node, 'postgres', kind('events_p2025_12'), 'f true 0', 'who dies among the rows begins anew', 60);
is(ask($node, 'postgres', $whole), $all, 'and no row is twice there');

# --- readers wait no longer than the lock timeout
my $reader = $node->background_psql('postgres');
$reader->query_safe('BEGIN; SELECT count(*) FROM events');
set_clock($node, '2026-09-03');
becomes($node, 'postgres', "SELECT bool_or(sqlstate = '55P03' AND blockers IS NOT NULL) FROM pgscale.runs WHERE action = 'swap' AND outcome = 'failed'", 't', 'a reader that stays holds up the exchange');
stays($node, 'postgres', "SET lock_timeout = '1s'; SELECT count(*) FROM events WHERE at >= '2026-01-01' AND id < 1000", 144, 'which holds up nobody', 3);
$reader->query_safe('COMMIT');
$reader->quit;
becomes($node, 'postgres', kind('events_p2026_01'), 'f true 0', 'then it is exchanged', 60);
is(ask($node, 'postgres', $whole), $all, 'with all rows');

# --- nor does the exchange hide rows from who reads on the shard already
$shard->safe_psql('postgres', 'CREATE TABLE probe (a int)');
$node->safe_psql('postgres', "CREATE FOREIGN TABLE probe (a int) SERVER cold");
my $old = $node->background_psql('postgres');
$old->query_safe('BEGIN; SELECT count(*) FROM probe');
$node->safe_psql('postgres', "INSERT INTO events VALUES (1000, '2026-02-10')");
set_clock($node, '2026-10-03');
becomes($node, 'postgres', "SELECT count(*) > 0 FROM pgscale.runs WHERE action = 'swap' AND outcome = 'failed' AND message ~ 'older transactions are open on shard \"cold\"'", 't', 'an old transaction on the shard holds up the exchange');
is($old->query_safe("SELECT count(*) FROM events WHERE at >= '2026-02-01' AND at < '2026-03-01'"), ask($node, 'postgres', "SELECT count(*) FROM events WHERE at >= '2026-02-01' AND at < '2026-03-01'"), 'and sees every row');
$old->query_safe('COMMIT');
$old->quit;
becomes($node, 'postgres', kind('events_p2026_02'), 'f true 0', 'then it is exchanged', 60);

# --- another wish
$keeper = hold_copy();
$node->safe_psql('postgres', "INSERT INTO events VALUES (1001, '2026-03-10')");
set_clock($node, '2026-11-03');
becomes($shard, 'postgres', $copying, 1, 'the last one is being copied');
signal_all($shard, 'STOP');
$keeper->quit;
becomes($node, 'postgres', "SELECT outcome FROM pgscale.runs WHERE action = 'copy' AND partition = 'public.events_p2026_03' ORDER BY id DESC LIMIT 1", 'failed', 'a shard that freezes among the rows is not waited for');
$node->safe_psql('postgres', "SELECT pgscale.alter_parent('events', retire => 'detach', retention => '12 months')");
becomes($node, 'postgres', "SELECT count(*) FROM pg_trigger WHERE tgname ~ '^pgscale_sealed'", 0, 'what is to stay is opened again', 40);
$node->safe_psql('postgres', "UPDATE events SET note = 'y' WHERE at = '2026-03-10'");
is(ask($node, 'postgres', "SELECT note FROM events WHERE at = '2026-03-10'"), 'y', 'and written');

# What is frozen could not be stopped.
END
{
	local $?;
	eval { signal_all($shard, 'CONT') };
}

done_testing();
