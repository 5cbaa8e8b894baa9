# drain_shard() moves partitions to other shards under readers and writers; whatever dies in between.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/lib";
use PgscaleTest;
use PostgreSQL::Test::Utils;
use ShardTest;
use Test::More;

my %shard = map { $_ => new_shard($_) } qw(s1 s2 s3);
my $node = new_coordinator('coordinator', "restart_after_crash = on\n", "timezone = 'UTC'\n", "pgscale.clock = '2026-01-15'\n");
add_shard($node, map { $shard{$_} } sort keys %shard);

sub refused
{
	my ($sql, $pattern, $name, $server) = @_;
	local $Test::Builder::Level = $Test::Builder::Level + 1;
	my ($status, $out, $error) = ($server // $node)->psql('postgres', "\\set VERBOSITY verbose\n$sql");
	like($error, $pattern, $name);
	return;
}

let_copies_be_held($_) foreach values %shard;
let_runs_be_held($node);
# And in the middle of its commands.
$node->safe_psql('postgres', <<'SQL');
CREATE FUNCTION hold_ddl() RETURNS event_trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT FROM public.hold WHERE what = tg_tag) THEN PERFORM pg_sleep(600); END IF;
END $$;
CREATE EVENT TRIGGER hold ON ddl_command_end EXECUTE FUNCTION hold_ddl();

SELECT pgscale.alter_shard('s1', region => 'eu'), pgscale.alter_shard('s2', region => 'us'), pgscale.alter_shard('s3', region => 'us');
CREATE ROLE app;
CREATE TABLE orders (customer integer NOT NULL, id bigint, note text DEFAULT 'x', PRIMARY KEY (customer, id));
CREATE INDEX orders_note ON orders (note);
INSERT INTO orders SELECT g % 1000, g FROM generate_series(1, 20000) g;
SELECT FROM pgscale.create_sharded_table('orders', 'customer', partitions => 6);
GRANT SELECT ON orders_p2 TO app;
CREATE TABLE items (customer integer, item text);
INSERT INTO items SELECT g % 1000, 'i' || g FROM generate_series(1, 5000) g;
SELECT FROM pgscale.create_sharded_table('items', 'customer', colocate_with => 'orders');
CREATE TABLE users (name text, country text NOT NULL);
INSERT INTO users VALUES ('a', 'de'), ('b', 'us'), ('c', 'us');
SELECT FROM pgscale.create_geo_table('users', 'country', '{"de": "s1", "us": "s3"}');
CREATE TABLE events (at timestamptz NOT NULL, id int);
SELECT FROM pgscale.create_sharded_table('events', 'at', 'range');
SELECT FROM pgscale.create_parent('events', 'at', '1 month', premake => 5, storage_parameters => '{fillfactor=70}');
INSERT INTO events SELECT timestamptz '2026-01-15' + g * interval '1 day', g FROM generate_series(0, 120) g;
CREATE TABLE countries (code text PRIMARY KEY);
INSERT INTO countries VALUES ('de'), ('us');
SELECT FROM pgscale.create_reference_table('countries');
CREATE TABLE all_orders AS SELECT * FROM orders;
SQL

my $orders = 'SELECT count(*), sum(hashtext(o::text)) FROM orders o';
my $whole = "SELECT (SELECT count(*) FROM orders) || ' ' || (SELECT count(*) FROM (TABLE orders EXCEPT TABLE all_orders) d)"
  . " || ' ' || (SELECT count(*) FROM items) || ' ' || (SELECT count(*) FROM events) || ' ' || (SELECT count(*) FROM users)";
my $all = ask($node, 'postgres', $whole);
is($all, '20000 0 5000 121 3', 'the tables are there');

sub on_shard { return "SELECT count(*) FROM pgscale.placement WHERE shard = '$_[0]'"; }

# 0 when nothing is on the shard, or on its way.
sub left_on
{
	my ($name) = @_;
	return on_shard($name) . ' OR EXISTS (SELECT FROM pgscale.shard_move)';
}

# Tables and functions of a shard that a user could see.
my $things = "SELECT (SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p'))"
  . " + (SELECT count(*) FROM pg_proc WHERE pronamespace = 'public'::regnamespace AND proname NOT IN ('wait', 'make_wait'))";
my $seals = "SELECT count(*) FROM pg_trigger WHERE tgname ~ '^pgscale_sealed'";
# What nobody may be told while all goes its way.
my $alarms = "SELECT (SELECT count(*) FROM pgscale.plan_shards() WHERE refusal ~ 'belongs to none' OR action = 'drop orphan')"
  . " + (SELECT count(*) FROM pgscale.shard_drift) + (SELECT count(*) FROM pgscale.residency_report() WHERE NOT ok)";

sub together
{
	my ($name) = @_;
	local $Test::Builder::Level = $Test::Builder::Level + 1;
	return is(ask($node, 'postgres', "SELECT count(*) FROM pgscale.placement a JOIN pgscale.placement b USING (bound, shard)"
			  . " WHERE a.relation = 'orders'::regclass AND b.relation = 'items'::regclass"), 6, $name);
}

# --- the plan
my $plan = ask($node, 'postgres', "BEGIN; SELECT pgscale.drain_shard('s3');"
	  . " SELECT string_agg(action || ' ' || object || ': ' || sql::text, E'\\n') FROM pgscale.plan_shards(); ROLLBACK");
like($plan, qr/seal public\.orders_p2: .*-- on shard s3: CREATE OR REPLACE TRIGGER.*copy public\.orders_p2: .*CREATE FOREIGN TABLE.*INSERT INTO.*-- on shard s\d: CREATE TABLE.*swap public\.orders_p2: .*DETACH.*ATTACH.*drop public\.orders_p2: .*-- on shard s3: DROP TABLE/s,
	'the plan shows all steps with all sides');
my $steps = 4 * ask($node, 'postgres', "SELECT count(*) FROM pgscale.placement WHERE shard = 's3' AND relation <> 'countries'::regclass");
is(scalar(split /\n/, $plan) - 1, $steps, 'for each partition');

# Where one of a group has gone the others go, though it has nothing on the shard any more.
like(ask($node, 'postgres', "BEGIN; UPDATE pgscale.placement SET shard = 's2' WHERE relation = 'items'::regclass AND shard = 's3';"
	  . " SELECT pgscale.drain_shard('s3'); SELECT sql[1] FROM pgscale.plan_shards() WHERE action = 'copy' AND object = 'public.orders_p2'; ROLLBACK"),
	qr/orders_p2_on_s2/, 'groups stay together');

# --- a shard is drained while it is used
my $reader = $node->background_psql('postgres', on_error_stop => 0);
my $writer = $node->background_psql('postgres', on_error_stop => 0);
my $stays = ask($node, 'postgres', "SELECT min(customer) FROM orders WHERE tableoid = 'orders_p0'::regclass");
$node->safe_psql('postgres', 'CREATE TABLE stop (); CREATE TABLE seen (who text, times int, slowest interval)');
my $loop = <<'SQL';
DO $$
DECLARE
  times int := 0; slowest interval := '0'; begun timestamptz;
BEGIN
  LOOP
    begun := clock_timestamp();
    WORK
    slowest := greatest(slowest, clock_timestamp() - begun);
    times := times + 1;
    COMMIT;
    EXIT WHEN EXISTS (SELECT FROM stop);
  END LOOP;
  INSERT INTO seen VALUES ('WHO', times, slowest);
END $$;
SQL
sub loop_in
{
	my ($session, $who, $work) = @_;
	my $sql = $loop;
	$sql =~ s/WORK/$work/;
	$sql =~ s/WHO/$who/;
	return say_in($session, $sql);
}
loop_in($reader, 'reader', "IF (SELECT count(*) || ' ' || sum(id) FROM orders) <> '20000 200010000' THEN RAISE 'a row is missing or twice there'; END IF;");
loop_in($writer, 'writer', "UPDATE orders SET note = 'x' WHERE customer = $stays;");
$node->safe_psql('postgres', "SELECT pgscale.drain_shard('s3')");
becomes($node, 'postgres', left_on('s3'), 0, 'the shard is emptied', 60);
is(ask($node, 'postgres', "SELECT count(*) FILTER (WHERE o = '{fillfactor=70}') || ' of ' || count(*)"
	  . " FROM pgscale.query_shards('SELECT reloptions::text FROM pg_class WHERE relname ~ ''^events_p'' AND relkind = ''r''') AS t (shard name, o text)"),
	'6 of 6', 'partitions have their storage parameters on the new shard, too');
$node->safe_psql('postgres', 'INSERT INTO stop DEFAULT VALUES');
$_->quit foreach $reader, $writer;
is(ask($node, 'postgres', "SELECT string_agg(who, ' ' ORDER BY who) FROM seen WHERE times > 10"), 'reader writer', 'a reader saw all rows at all times, a writer never failed');
is(ask($node, 'postgres', "SELECT count(*) FROM seen WHERE slowest > '2 s'"), 0, 'and nobody waited long');
is(ask($node, 'postgres', $whole), $all, 'all rows are there, and the same');
is(ask($shard{s3}, 'postgres', $things), 0, 'nothing is left on the shard');
is(ask($node, 'postgres', "SELECT shard FROM pgscale.placement WHERE leaf = 'users_s3'"), 's2', 'rows of a region have stayed in it');
together('tables of one group are together');
is(ask($node, 'postgres', $alarms), 0, 'nothing differs');
is(ask($node, 'postgres', "SELECT has_table_privilege('app', 'orders_p2', 'SELECT')"), 't', 'grants have come along');
becomes($node, 'postgres', "SELECT reltuples > 1000 FROM pg_class WHERE relname = 'orders_p2'", 't', 'and statistics');
is(ask($node, 'postgres', "SELECT string_agg(action || ' ' || coalesce(regexp_replace(message, 's[12]|\\d{4}', '.', 'g'), '-'), ', ' ORDER BY id) FROM pgscale.runs WHERE partition = 'public.orders_p2'"),
	'seal -, copy . rows to shard ., swap . rows to shard ., drop on shard s3', 'the journal tells of it');
is(ask($shard{ask($node, 'postgres', "SELECT shard FROM pgscale.placement WHERE leaf = 'orders_p2'")}, 'postgres',
		"SELECT count(*) || ' ' || bool_and(indisvalid) FROM pg_index WHERE indrelid = 'orders_p2'::regclass"), '2 true', 'with primary key and index');
$node->safe_psql('postgres', "SELECT pgscale.remove_shard('s3')");
is(ask($node, 'postgres', 'SELECT string_agg(name, \',\') FROM pgscale.shard'), 's1,s2', 'and can be removed');

# --- rows that must not leave their region
add_shard($node, $shard{s3});
$_->safe_psql('postgres', "CREATE EVENT TRIGGER make_wait ON ddl_command_end WHEN TAG IN ('CREATE TABLE') EXECUTE FUNCTION make_wait(); CREATE TABLE probe AS SELECT 1 AS k")
  foreach $shard{s1}, $shard{s3};
becomes($shard{s3}, 'postgres', 'SELECT count(*) FROM countries', 2, 'a new shard gets its copies');
$node->safe_psql('postgres', "CREATE FOREIGN TABLE probe_s1 (k int) SERVER s1 OPTIONS (table_name 'probe'); CREATE FOREIGN TABLE probe_s3 (k int) SERVER s3 OPTIONS (table_name 'probe')");
like(ask($node, 'postgres', "BEGIN; SELECT pgscale.drain_shard('s2'); SELECT refusal FROM pgscale.plan_shards() WHERE object = 'public.users_s3'; ROLLBACK"),
	qr/must stay in region "us", and no other shard there takes new tables/, 'a partition stays when its region has no other shard');
like(ask($node, 'postgres', "BEGIN; SELECT pgscale.drain_shard('s1'); SELECT refusal FROM pgscale.plan_shards() WHERE object = 'public.probe_s1'; ROLLBACK"),
	qr/is no partition of a sharded table, and is not moved/, 'and so does what is not ours');
$node->safe_psql('postgres', 'DROP TABLE events, users');
$_->safe_psql('postgres', 'DROP TABLE events, users') foreach $shard{s1}, $shard{s2};
$whole =~ s/ \|\| ' ' \|\| \(SELECT count\(\*\) FROM events.*//;
$all = '20000 0 5000';

# --- a writer during the copy, and another wish
my @keepers;

sub hold_copies
{
	@keepers = map { $shard{$_}->background_psql('postgres', on_error_stop => 0) } qw(s1 s3);
	$_->query_safe('SELECT pg_advisory_lock(1)') foreach @keepers;
	return;
}

sub release_copies { $_->quit foreach splice @keepers; return; }
sub is_copying
{
	my ($name) = @_;
	local $Test::Builder::Level = $Test::Builder::Level + 1;
	becomes($node, 'postgres', "SELECT sum(c) FROM pgscale.query_shards('SELECT count(*) FROM pg_stat_activity WHERE wait_event = ''advisory'' AND query LIKE ''INSERT%''', '{s1,s3}', on_error => 'skip') AS t (shard name, c int)", 1, $name);
	return ask($node, 'postgres', "SELECT target FROM pgscale.shard_move WHERE phase = 'copying'");
}
hold_copies();
$node->safe_psql('postgres', "SELECT pgscale.drain_shard('s2')");
is_copying('rows are being copied');
my $leaf = ask($node, 'postgres', "SELECT leaf FROM pgscale.shard_move");
my $table = $leaf =~ s/_p\d//r;
my $moving = ask($node, 'postgres', "SELECT min(customer) FROM $table WHERE tableoid = '$leaf'::regclass");
refused("INSERT INTO $table VALUES ($moving, '1')", qr/55000: partition "$leaf" is being moved to a shard/, 'an INSERT through the parent is refused');
refused("UPDATE $table SET customer = customer WHERE customer = $moving", qr/55000: .*is being moved to a shard/, 'an UPDATE is');
refused("SET session_replication_role = replica; DELETE FROM $leaf", qr/is being moved to a shard/, 'a DELETE of a replica on the shard is', $shard{s2});
refused("SELECT pgscale.shard_ddl('$table', 'ALTER TABLE $table ADD COLUMN more int')", qr/55P03/, 'the table is not altered meanwhile');
refused("SELECT pgscale.remove_shard('s2')", qr/55006: shard "s2" holds data/, 'nor its shard removed');
is(ask($node, 'postgres', "WITH w AS (UPDATE orders SET note = 'x' WHERE customer = $stays RETURNING 1) SELECT count(*) > 0 FROM w"), 't', 'writers of other partitions go on');
is(ask($node, 'postgres', $whole), $all, 'readers do');
is(ask($node, 'postgres', $alarms), 0, 'and no alarm is raised');
$node->safe_psql('postgres', "SELECT pgscale.drain_shard('s2', false)");
release_copies();
becomes($node, 'postgres', 'SELECT count(*) FROM pgscale.shard_move', 0, 'the shard is to stay: the move is given up');
is(ask($shard{s2}, 'postgres', $seals), 0, 'the partition is opened again');
is(ask($node, 'postgres', "WITH w AS (UPDATE $table SET customer = customer WHERE customer = $moving RETURNING 1) SELECT count(*) > 0 FROM w"), 't', 'and written');
is(ask($node, 'postgres', "SELECT count(*) FROM pg_class WHERE relname ~ '^${leaf}_on'"), 0, 'no copy is left here');
is(ask($node, 'postgres', $alarms), 0, 'nor there');

# --- the new shard dies or freezes among the rows
my $frozen;
foreach my $fate ('dies', 'freezes')
{
	hold_copies();
	$node->safe_psql('postgres', "SELECT pgscale.drain_shard('s2')");
	my $target = $shard{is_copying('rows are being copied again')};
	$frozen = $target if $fate eq 'freezes';
	$frozen ? signal_all($target, 'STOP') : $target->stop('immediate');
	release_copies();
	becomes($shard{s2}, 'postgres', $seals, 0, "the new shard $fate: nobody has to wait for it");
	$node->safe_psql('postgres', "SELECT pgscale.drain_shard('s2', false)");
	$frozen ? signal_all($target, 'CONT') : $target->start;
	becomes($node, 'postgres', 'SELECT count(*) FROM pgscale.shard_move', 0, 'when it is back what it has of the partition is dropped');
	becomes($node, 'postgres', $alarms, 0, 'and nothing is left');
}

# --- who began to read on the new shard before the rows were there
my $old = $node->background_psql('postgres');
$old->query_safe('BEGIN; SELECT * FROM probe_s1, probe_s3');
my $before = ask($node, 'postgres', on_shard('s2'));
$node->safe_psql('postgres', "SELECT pgscale.drain_shard('s2')");
becomes($node, 'postgres', 'SELECT phase, older IS NOT NULL FROM pgscale.shard_move', 'copied|t', 'rows are copied');
stays($node, 'postgres', on_shard('s2'), $before, 'an old transaction on the new shard holds up the exchange', 1);
refused('TRUNCATE items', qr/55000: .*is being moved to a shard/, 'TRUNCATE on the shard is refused', $shard{s2});
refused("SELECT pgscale.shard_ddl('items', 'ALTER TABLE items ADD COLUMN more int')", qr/55006: partition "items_p\d" of table "items" is being moved to another shard/, 'nobody alters the table meanwhile');
is($old->query_safe('SELECT (SELECT count(*) FROM orders) + (SELECT count(*) FROM items)'), '25000', 'it sees all rows');
my ($copied, $there) = split /\|/, ask($node, 'postgres', 'SELECT leaf, target FROM pgscale.shard_move');
$shard{$there}->safe_psql('postgres', "UPDATE $copied SET item = item || '!'");
$old->query_safe('COMMIT');
$old->quit;
becomes($node, 'postgres', "SELECT count(*) > 0 FROM pgscale.runs WHERE action = 'swap' AND message ~ 'does not hold the same rows'", 't', 'what differs is not exchanged');
is(ask($node, 'postgres', on_shard('s2')), $before, 'and stays where it is');
$shard{$there}->safe_psql('postgres', "UPDATE $copied SET item = rtrim(item, '!')");
becomes($node, 'postgres', left_on('s2'), 0, 'until it is the same again', 60);

# --- kill -9 of the coordinator in each step, with partitions on the shard again
$node->safe_psql('postgres', "SELECT pgscale.drain_shard('s2', false); SELECT pgscale.drain_shard('s1')");
becomes($node, 'postgres', left_on('s1'), 0, 'a shard that is drained no more takes partitions again', 60);
cmp_ok(ask($node, 'postgres', on_shard('s2')), '>', 0, 'among others');
$node->safe_psql('postgres', "SELECT pgscale.drain_shard('s1', false); INSERT INTO hold VALUES ('seal'); SELECT pgscale.drain_shard('s2')");
foreach my $death ([ 'seal', 'copy' ], [ 'copy', 'ALTER FOREIGN TABLE' ], [ 'ALTER FOREIGN TABLE', 'swap' ], [ 'swap', 'drop' ], [ 'drop', 'none' ])
{
	my ($step, $next) = @$death;
	my $pid = worker_waiting($node, 'PgSleep', "$step: all is done but the commit");
	$node->safe_psql('postgres', "UPDATE hold SET what = '$next'");
	kill_process($node, $pid);
	next if $next =~ /ALTER|swap/;    # which sleeps with the lock on the table
	is(ask($node, 'postgres', $whole), $all, "$step: no row is lost or twice there");
}
becomes($node, 'postgres', left_on('s2'), 0, 'the next visits end what was begun', 60);
is(ask($node, 'postgres', $whole), $all, 'with all rows');
together('and together');
is(ask($node, 'postgres', "SELECT string_agg(DISTINCT action, ' ' ORDER BY action) FROM pgscale.runs WHERE outcome = 'crashed'"), 'copy drop seal swap', 'the journal tells of the crashes');
is(ask($shard{s2}, 'postgres', $things), 0, 'nothing is left on the shard');
is(ask($node, 'postgres', $alarms), 0, 'nor anywhere else');
$node->safe_psql('postgres', "SELECT pgscale.remove_shard('s2')");
is(ask($node, 'postgres', 'SELECT string_agg(name, \',\' ORDER BY name) FROM pgscale.shard'), 's1,s3', 'and it can be removed');

# --- somebody drops the copy, or detaches the partition, before they are exchanged
my $from = ask($node, 'postgres', "SELECT shard FROM pgscale.placement WHERE relation = 'orders'::regclass GROUP BY shard ORDER BY count(*) DESC LIMIT 1");
my $to = $from eq 's1' ? 's3' : 's1';
sub drain_beside_reader
{
	my ($name) = @_;
	local $Test::Builder::Level = $Test::Builder::Level + 1;
	$old = $node->background_psql('postgres');
	$old->query_safe('BEGIN; SELECT * FROM probe_' . $to);
	$node->safe_psql('postgres', "SELECT pgscale.drain_shard('$from')");
	becomes($node, 'postgres', 'SELECT count(*) > 0, bool_or(phase = \'copied\' AND older IS NOT NULL) FROM pgscale.shard_move', 't|t', $name);
	return ask($node, 'postgres', "SELECT leaf FROM pgscale.shard_move WHERE phase = 'copied' ORDER BY 1 LIMIT 1");
}
sub give_up
{
	my ($name) = @_;
	local $Test::Builder::Level = $Test::Builder::Level + 1;
	$node->safe_psql('postgres', "SELECT pgscale.drain_shard('$from', false)");
	becomes($node, 'postgres', 'SELECT count(*) FROM pgscale.shard_move', 0, $name);
	is(ask($shard{$from}, 'postgres', $seals), 0, 'all is open');
	return;
}
sub where_is { return ask($node, 'postgres', "SELECT shard FROM pgscale.placement WHERE leaf = '$_[0]'"); }

$leaf = drain_beside_reader('rows are copied');
($table = $leaf) =~ s/_p\d//;
my $bound = ask($node, 'postgres', "SELECT pg_get_expr(relpartbound, oid) FROM pg_class WHERE relname = '$leaf'");
$node->safe_psql('postgres', "ALTER TABLE $table DETACH PARTITION $leaf");
becomes($node, 'postgres', "SELECT count(*) FROM pgscale.shard_move WHERE leaf = '$leaf'", 0, 'the move of a partition that leaves its table is given up');
is(ask($node, 'postgres', "SELECT refusal FROM pgscale.plan_shards() WHERE object = 'public.$leaf'"), 'its foreign table is no partition here. Undo that, or move its rows yourself.', 'and the plan says why');
is(ask($node, 'postgres', "WITH w AS (UPDATE $leaf SET customer = customer RETURNING 1) SELECT count(*) > 0 FROM w"), 't', 'it has its rows and is written');
give_up('nothing else is to move');
$old->quit;
$node->safe_psql('postgres', "ALTER TABLE $table ATTACH PARTITION $leaf $bound");
is(ask($node, 'postgres', $whole), $all, 'no row is missing');

$leaf = drain_beside_reader('rows are copied again');
$shard{$to}->safe_psql('postgres', "DROP TABLE $leaf");
$old->quit;
becomes($node, 'postgres', "SELECT count(*) > 0 FROM pgscale.runs WHERE action = 'swap' AND message ~ 'table public.$leaf is gone from shard \"$to\"'", 't', 'a copy that is gone is told of');
is(where_is($leaf), $from, 'and the partition stays where it is');
give_up('until the move is given up');
is(ask($node, 'postgres', $whole), $all, 'no row is missing');
# What a visit saw while a partition was detached stays written down until somebody looks again.
my $left = "SELECT string_agg(t, '; ') FROM (SELECT concat_ws(' ', shard, leaf, kind, object, detail) FROM pgscale.shard_drift"
  . " UNION ALL SELECT concat_ws(' ', shard, object, refusal) FROM pgscale.plan_shards() WHERE refusal ~ 'belongs to none' OR action = 'drop orphan') a (t)";
foreach (1 .. 20)
{
	$node->safe_psql('postgres', 'CALL pgscale.repair_shards()');
	last if ask($node, 'postgres', $left) eq '';
}
is(ask($node, 'postgres', $left), '', 'and nothing is left');

# What is frozen when the test dies could not be stopped.
END
{
	local $?;
	eval { signal_all($frozen, 'CONT') } if $frozen;
}

done_testing();
