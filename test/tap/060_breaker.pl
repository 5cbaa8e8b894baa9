# A shard that is frozen or dead costs an error within two seconds, and at once when that is known.
# Everything else goes on.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/lib";
use PgscaleTest;
use PostgreSQL::Test::Utils;
use ShardTest;
use Test::More;
use Time::HiRes qw(time);

my $limit = 2;    # seconds, from the moment of the freeze
my %shard = map { $_ => new_shard($_, "listen_addresses = '127.0.0.1'\n") } qw(s1 s2);
my $node = new_coordinator('coordinator');
foreach my $name (sort keys %shard)
{
	my $port = $shard{$name}->port;
	my ($number) = $name =~ /(\d)/;
	$shard{$name}->safe_psql('postgres', <<"SQL");
CREATE TABLE orders_$number (k int CHECK (k = $number), v text);
INSERT INTO orders_$number VALUES ($number, 'of $name');
CREATE VIEW slow_$number AS SELECT $number AS k, 'slow' AS v FROM pg_sleep(60);
SQL
	$node->safe_psql('postgres', <<"SQL");
SELECT pgscale.add_shard('$name', '127.0.0.1', $port, 'postgres');
SELECT pgscale.map_user(current_user, '$name', current_user);
CREATE TABLE IF NOT EXISTS orders (k int, v text) PARTITION BY LIST (k);
CREATE FOREIGN TABLE orders_$number PARTITION OF orders FOR VALUES IN ($number) SERVER $name;
CREATE FOREIGN TABLE slow_$number (k int, v text) SERVER $name;
SQL
}

my ($first, $second) = map { $shard{$_}->port } qw(s2 s1);
$shard{$_}->safe_psql('postgres', 'CREATE TABLE either AS SELECT ' . substr($_, 1) . ' AS k') foreach keys %shard;
$node->safe_psql('postgres', <<"SQL");
SELECT pgscale.add_shard('either', '127.0.0.1', $first, 'postgres', standby_hosts => '{127.0.0.1:$second}');
SELECT pgscale.map_user(current_user, 'either', current_user);
CREATE FOREIGN TABLE on_either (k int) SERVER either OPTIONS (table_name 'either');
SQL

my $states = "SELECT string_agg(srvname || ' ' || state, ',' ORDER BY srvname) FROM pgscale.shard_breakers() b"
  . " JOIN pg_foreign_server s ON s.oid = b.server WHERE srvname <> 'either'";

# What is frozen when the test dies could not be stopped.
END
{
	local $?;
	foreach my $server (values %shard) { eval { signal_all($server, 'CONT') } }
}

sub watch_processes
{
	my ($postmaster) = slurp_file($node->data_dir . '/postmaster.pid') =~ /^(\d+)/;
	return scalar grep { /pgscale shard watch/ } `ps -o args= --ppid $postmaster`;
}

sub session { return $node->background_psql('postgres', on_error_stop => 0); }

# Waits until the session has done with what it was told; returns what went wrong.
sub end_of
{
	my ($session) = @_;
	$session->query_until(qr/over/, "\\echo over\n");
	my $error = $session->{stderr};
	$session->{stderr} = '';
	return $error;
}

# ---- in peace ------------------------------------------------------------------------------------
becomes($node, 'postgres', $states, 's1 closed,s2 closed', 'the watch hears of all shards');
is(watch_processes(), 1, 'it is one process');
is(ask($node, 'postgres', 'SELECT bool_and(round_trip_ms > 0 AND since <= last_seen AND error IS NULL) FROM pgscale.shard_breakers()'),
	't', 'and tells how they are');
configure($node, 'pgscale.max_workers' => 0);    # visits leave traces
becomes($node, 'postgres', "SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'pgscale worker'", 0, 'nobody else asks');
my $log_size = -s $shard{s1}->logfile;
my $seen = ask($node, 'postgres', 'SELECT min(last_seen) FROM pgscale.shard_breakers()');
becomes($node, 'postgres', "SELECT min(last_seen) > timestamptz '$seen' + interval '1 second' FROM pgscale.shard_breakers()", 't',
	'it asks again and again');
is(-s $shard{s1}->logfile, $log_size, 'without a trace in the log of the shard');
configure($node, 'pgscale.max_workers' => 2);

# ---- a shard freezes -----------------------------------------------------------------------------
my %session = map { $_ => session() } qw(reading cached fresh committing rolling_back to_savepoint cancelled failed_over);
$session{$_}->query_safe('SELECT v FROM orders') foreach qw(cached committing rolling_back to_savepoint);
$session{committing}->query_safe("BEGIN; UPDATE orders SET v = 'lost' WHERE k = 2");
$session{rolling_back}->query_safe('BEGIN; SELECT v FROM orders');
$session{to_savepoint}->query_safe('BEGIN; SELECT v FROM orders; SAVEPOINT a; SELECT v FROM orders');
$session{cancelled}->query_safe("SET statement_timeout = '200ms'; BEGIN; SELECT v FROM orders");
$session{failed_over}->query_safe('BEGIN; SELECT k FROM on_either');
say_in($session{reading}, 'SELECT v FROM slow_2');
becomes($shard{s2}, 'postgres', "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep'", 1, 'a query has begun on the shard');

signal_all($shard{s2}, 'STOP');
my $frozen = time;
say_in($session{cached}, 'SELECT v FROM orders');
say_in($session{fresh}, 'SELECT v FROM orders_2');
say_in($session{committing}, 'COMMIT');
say_in($session{rolling_back}, 'ROLLBACK');
say_in($session{to_savepoint}, 'ROLLBACK TO a');
say_in($session{cancelled}, 'SELECT v FROM slow_2');
say_in($session{failed_over}, 'SELECT k FROM on_either');
is(ask($node, 'postgres', 'SELECT v FROM orders WHERE k = 1'), 'of s1', 'the other shard answers meanwhile');
my %expected = (
	reading => qr/ERROR:.*server closed the connection/s,
	cached => qr/ERROR:/,
	failed_over => qr/ERROR:.*server closed the connection/s,
	fresh => qr/ERROR:.*could not connect to server "s2"/s,
	committing => qr/ERROR:.*COMMIT TRANSACTION/s,
	rolling_back => qr/WARNING:  server closed the connection/,
	to_savepoint => qr/WARNING:  server closed the connection/,
	cancelled => qr/ERROR:  canceling statement due to statement timeout/,
);
foreach my $what (sort keys %session)
{
	like(end_of($session{$what}), $expected{$what}, "$what: an error");
	my $seconds = time - $frozen;
	cmp_ok($seconds, '<', $limit, "$what: in time");
	note(sprintf '%s: %.2f s', $what, $seconds);
}

# ---- while the breaker is open -------------------------------------------------------------------
becomes($node, 'postgres', $states, 's1 closed,s2 open', 'the breaker is open');
my $begun = time;
like(ask($node, 'postgres', 'SELECT v FROM orders'), qr/ERROR:  shard "s2" is down since 20.*DETAIL:  no answer.*HINT:  Statements that need other shards/s,
	'who needs the shard is told');
like(ask($node, 'postgres', "\\set VERBOSITY verbose\nINSERT INTO orders VALUES (2, 'new')"), qr/ERROR:  08001: shard "s2" is down/, 'writers, too');
like(ask($node, 'postgres', "UPDATE orders SET v = 'x' WHERE k = 2"), qr/shard "s2" is down/, 'also of rows that are there');
like(ask($node, 'postgres', "COPY orders FROM PROGRAM 'echo 2,x' (FORMAT csv)"), qr/shard "s2" is down/, 'COPY');
like(ask($node, 'postgres', 'ANALYZE orders_2'), qr/shard "s2" is down/, 'ANALYZE');
like(ask($node, 'postgres', "IMPORT FOREIGN SCHEMA public FROM SERVER s2 INTO public"), qr/shard "s2" is down/, 'IMPORT FOREIGN SCHEMA');
like(ask($node, 'postgres', 'EXPLAIN SELECT v FROM orders'), qr/^Append.*orders_2/s, 'a plan needs no shard');
is(ask($node, 'postgres', "SELECT v FROM orders WHERE k = 1; UPDATE orders SET v = 'changed' WHERE k = 1; INSERT INTO orders VALUES (1, 'new');"),
	'of s1', 'statements that are pruned to the other go on');
my $generic = 'SET plan_cache_mode = force_generic_plan; PREPARE q (int) AS SELECT v FROM orders WHERE k = $1 ORDER BY v;';
is(ask($node, 'postgres', "$generic EXECUTE q (1)"), "changed\nnew", 'also when they are pruned while they run');
like(ask($node, 'postgres', "$generic EXECUTE q (2)"), qr/shard "s2" is down/, 'and only those');
cmp_ok((time - $begun) / 12, '<', 0.5, 'all that at once');

# ---- a shard of two servers, one of which is frozen ----------------------------------------------
is(ask($node, 'postgres', "SELECT state FROM pgscale.shard_breakers() b JOIN pg_foreign_server s ON s.oid = b.server WHERE srvname = 'either'"),
	'closed', 'a shard is up while one of its servers is');
$begun = time;
my $found = ask($node, 'postgres', 'SELECT k FROM on_either');
if ($node->pg_version < 16)
{
	is($found, 1, 'and that one is found');
	cmp_ok(time - $begun, '<', 4, 'after connect_timeout');
}
else
{
	like($found, qr/could not connect to server "either"/, 'who connects to the frozen one first is told');
	cmp_ok(time - $begun, '<', $limit, 'in time, though postgres_fdw has no timeout');
}
$node->safe_psql('postgres', "DROP FOREIGN TABLE on_either; SELECT pgscale.remove_shard('either')");

# ---- nobody else is held up ----------------------------------------------------------------------
$begun = time;
$node->safe_psql('postgres', $_) foreach 'CREATE DATABASE other', 'DROP DATABASE other';
configure($node, 'pgscale.shard_ping_interval' => '100ms');
$node->safe_psql('postgres', "CHECKPOINT; SELECT pg_reload_conf()");
cmp_ok(time - $begun, '<', 10, 'DROP DATABASE and a reload do not wait for the frozen shard');

# ---- it comes back -------------------------------------------------------------------------------
signal_all($shard{s2}, 'CONT');
becomes($node, 'postgres', $states, 's1 closed,s2 closed', 'the breaker closes');
is(ask($node, 'postgres', 'SELECT v FROM orders_2'), 'lost', 'the COMMIT that had been sent was carried out');
is($session{cached}->query_safe('SELECT count(*) FROM orders'), 3, 'a session that lost its connection goes on');

# ---- what the watch saves them from -----------------------------------------------------------------
configure($node, 'pgscale.shard_ping_timeout' => '60s');
becomes($node, 'postgres', 'SHOW pgscale.shard_ping_timeout', '1min', 'a patient watch');
$session{cached}->query_safe("SET statement_timeout = '200ms'; BEGIN; SELECT v FROM orders");
signal_all($shard{s2}, 'STOP');
say_in($session{cached}, 'SELECT v FROM orders');
my $hangs = "SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'SELECT v%' AND state = 'active' AND now() > query_start + interval '1 second'";
becomes($node, 'postgres', $hangs, 1, 'a session hangs, whatever its statement_timeout');
stays($node, 'postgres', $hangs, 1, 'for long', 1);
configure($node, 'pgscale.shard_ping_timeout' => '1s');
$begun = time;
like(end_of($session{cached}), qr/statement timeout/, 'until the watch gives up');
cmp_ok(time - $begun, '<', 5, 'which ends its cancel request, too');
$_->quit foreach values %session;

# ---- a shard that is dead; the end of the watch --------------------------------------------------
signal_all($shard{s2}, 'CONT');
becomes($node, 'postgres', $states, 's1 closed,s2 closed', 'both are there again');
$shard{s2}->stop('immediate');
becomes($node, 'postgres', $states, 's1 closed,s2 open', 'a dead one is noticed', 2);
# Who came while it was going down was reset; all later ones are refused.
becomes($node, 'postgres', "SELECT error ~ 'Connection refused' FROM pgscale.shards WHERE shard = 's2'", 't', 'and told apart');
like(ask($node, 'postgres', 'SELECT v FROM orders_2'), qr/shard "s2" is down since .*Connection refused/s, 'in the error, too');
$node->safe_psql('postgres', "DROP FOREIGN TABLE orders_2, slow_2; SELECT pgscale.remove_shard('s2')");
becomes($node, 'postgres', $states, 's1 closed', 'a shard that is removed is forgotten');
signal_all($shard{s1}, 'STOP');
becomes($node, 'postgres', $states, 's1 open', 'all that are left are frozen');
$begun = time;
$node->stop('fast');
cmp_ok(time - $begun, '<', 10, 'a shutdown does not wait for them');
$node->start;
becomes($node, 'postgres', $states, 's1 open', 'after a restart the watch is there again');
signal_all($shard{s1}, 'CONT');

$node->safe_psql('postgres', 'CREATE DATABASE other');
$node->safe_psql('other', <<"SQL");
CREATE EXTENSION postgres_fdw; CREATE EXTENSION pgscale;
SELECT pgscale.add_shard('s1', '127.0.0.1', @{[ $shard{s1}->port ]}, 'postgres');
SQL
becomes($node, 'other', $states, 's1 closed', 'each database has shards of its own');
$node->safe_psql('postgres', "DROP FOREIGN TABLE orders_1, slow_1; SELECT pgscale.remove_shard('s1')");
becomes($node, 'postgres', 'SELECT count(*) FROM pgscale.shard_breakers()', 0, 'one forgets them');
is(ask($node, 'other', $states), 's1 closed', 'the other does not');
$node->safe_psql('postgres', 'DROP DATABASE other');
my $deadline = time + 30;
select undef, undef, undef, 0.1 while watch_processes() > 0 && time < $deadline;
is(watch_processes(), 0, 'the watch ends when there is nothing to watch');

done_testing();
