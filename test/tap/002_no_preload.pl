# Everything but the worker works without shared_preload_libraries.
use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use PgscaleTest;
use Test::More;

my $detaches = "SELECT partition || ' ' || outcome || ' ' || who"
  . " || CASE WHEN pid = pg_backend_pid() THEN ' here' ELSE ' elsewhere' END"
  . " || coalesce(' ' || message, '') FROM pgscale.runs WHERE action = 'detach' ORDER BY id DESC LIMIT 1;";

my $node = PostgreSQL::Test::Cluster->new('no_preload');
$node->init;
$node->append_conf('postgresql.conf', "autovacuum = off\nmax_worker_processes = 3\nmax_parallel_workers = 0");
$node->start;

$node->safe_psql('postgres', <<'SQL');
CREATE ROLE shop LOGIN;
CREATE DATABASE shop OWNER shop;
SQL
$node->safe_psql('shop', 'CREATE EXTENSION pgscale');
is($node->safe_psql('shop', "SELECT count(*) FROM pg_stat_activity WHERE backend_type LIKE 'pgscale%'"),
	'0', 'no launcher without preload');

# Each call in a session of its own, as user shop; returns what it printed and its notices.
sub as_shop
{
	my ($clock, $sql) = @_;
	my ($status, $out, $error) = $node->psql('shop', <<"SQL");
LOAD 'pgscale';
SET pgscale.clock = '$clock';
SET SESSION AUTHORIZATION shop;
$sql
SQL
	return ($out, $error);
}

my ($out, $error) = as_shop('2026-01-15', <<'SQL');
CREATE SCHEMA app;
CREATE TABLE app.orders (id int, day date NOT NULL, PRIMARY KEY (id, day)) PARTITION BY RANGE (day);
SELECT action, partition FROM pgscale.create_parent('app.orders', 'day', '1 month',
  premake => 1, retention => '1 month', retire => 'drop');
INSERT INTO app.orders VALUES (1, '2026-01-20');
SQL
is($out, "create|app.orders_p2026_01\ncreate|app.orders_p2026_02", 'create_parent()');
is($error, '', 'without a message');

# ---- the concurrent detach goes to a dynamic worker -------------------------------------------
($out, $error) = as_shop('2026-03-10', "CALL pgscale.run_maintenance('app.orders'); $detaches");
is($out, 'app.orders_p2026_01 ok shop elsewhere', 'a dynamic worker detaches in the name of the caller');
is($error, '', 'without a message');
is($node->safe_psql('shop', "SELECT string_agg(relname, ' ' ORDER BY relname) FROM pg_class"
		. " WHERE relname LIKE 'orders_p%' AND relkind = 'r'"),
	'orders_p2026_02 orders_p2026_03 orders_p2026_04', 'the set is as the policy wants it');
is($node->safe_psql('shop', "SELECT count(*) FROM pgscale.runs WHERE who <> 'shop' OR outcome <> 'ok'"),
	'0', 'all runs are those of the caller');

# ---- no slot is free --------------------------------------------------------------------------
# A worker that is held by a reader keeps its slot; two of them and the server's own leave none.
$node->safe_psql('shop', <<'SQL');
SET SESSION AUTHORIZATION shop;
CREATE TABLE app.a (day date NOT NULL) PARTITION BY RANGE (day);
CREATE TABLE app.a_old PARTITION OF app.a FOR VALUES FROM ('2020-01-01') TO ('2020-02-01');
CREATE TABLE app.b (day date NOT NULL) PARTITION BY RANGE (day);
CREATE TABLE app.b_old PARTITION OF app.b FOR VALUES FROM ('2020-01-01') TO ('2020-02-01');
SELECT FROM pgscale.create_parent('app.a', 'day', '1 month', retire => 'drop');
SELECT FROM pgscale.create_parent('app.b', 'day', '1 month', retire => 'drop');
SQL
my $reader = $node->background_psql('shop');
$reader->query_safe('BEGIN; SELECT count(*) FROM app.a; SELECT count(*) FROM app.b;');
my @busy;
foreach my $table (qw(a b))
{
	my $session = $node->background_psql('shop');
	$session->query_safe("LOAD 'pgscale'; SET pgscale.lock_timeout = '50s'");
	push @busy, $session;
}
# The waiting worker takes its lock_timeout from the server's settings, not from the caller's.
$node->append_conf('postgresql.conf', "pgscale.lock_timeout = '50s'");
$node->reload;
say_in($busy[0], "SELECT FROM pgscale.retire_partition('app.a_old')");
say_in($busy[1], "SELECT FROM pgscale.retire_partition('app.b_old')");
becomes($node, 'shop', "SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'pgscale worker'"
	  . " AND wait_event = 'virtualxid'", 2, 'two workers wait for a reader and hold all slots');
($out, $error) = as_shop('2026-04-10', "CALL pgscale.run_maintenance('app.orders'); $detaches");
is( $out,
	'app.orders_p2026_02 ok shop here plain DETACH, because no background worker slot was free',
	'without a slot the session detaches by itself and says so');
is($node->safe_psql('shop', "SELECT to_regclass('app.orders_p2026_02') IS NULL"), 't', 'and drops');
$reader->query_safe('COMMIT');
becomes($node, 'shop', "SELECT concat(to_regclass('app.a_old'), to_regclass('app.b_old'))", '',
	'when the reader ends the two others are retired');
$_->quit foreach $reader, @busy;

# ---- max_worker_processes = 0 -----------------------------------------------------------------
$node->append_conf('postgresql.conf', "max_worker_processes = 0\npgscale.lock_timeout = '200ms'");
$node->restart;
($out, $error) = as_shop('2026-05-10', "CALL pgscale.run_maintenance('app.orders'); $detaches");
is( $out,
	'app.orders_p2026_03 ok shop here plain DETACH, because no background worker slot was free',
	'max_worker_processes = 0: plain DETACH');
($out, $error) = as_shop('2026-06-10',
	"SELECT action, partition FROM pgscale.retire_partition('app.orders_p2026_04'); $detaches");
is( $out,
	"detach|app.orders_p2026_04\ndrop|app.orders_p2026_04\n"
	  . 'app.orders_p2026_04 ok shop here plain DETACH, because no background worker slot was free',
	'retire_partition() too');

# A reader: the plain form gives up in time, says who was in the way, and leaves nothing half done.
$reader = $node->background_psql('shop');
my $blocker = $reader->query_safe('BEGIN; SELECT count(*) FROM app.orders; SELECT pg_backend_pid();');
$blocker =~ s/^.*\n//s;
($out, $error) = as_shop('2026-07-10', "CALL pgscale.run_maintenance('app.orders');"
	  . " SELECT outcome, sqlstate, blockers FROM pgscale.runs WHERE action = 'detach' ORDER BY id DESC LIMIT 1");
is($out, "failed|55P03|{$blocker}", 'a reader: the plain form gives up and names the blocker');
like($error, qr/WARNING:  maintenance of "orders" left 1 step undone/, 'CALL warns');
is($node->safe_psql('shop', "SELECT count(*) FROM pgscale.partitions WHERE state <> 'attached'"),
	'0', 'nothing is half done');
$reader->quit;

# ---- with a slot again ------------------------------------------------------------------------
$node->append_conf('postgresql.conf', "max_worker_processes = 3");
$node->restart;
($out, $error) = as_shop('2026-07-10',
	"SELECT action, partition FROM pgscale.retire_partition('app.orders_p2026_05'); $detaches");
is( $out,
	"detach|app.orders_p2026_05\ndrop|app.orders_p2026_05\napp.orders_p2026_05 ok shop elsewhere",
	'retire_partition() uses a dynamic worker');
# A transaction that has read the table must not wait for a worker that waits for it.
($out, $error) = as_shop('2026-08-10', <<"SQL");
BEGIN;
SELECT count(*) FROM app.orders;
SELECT action, partition FROM pgscale.retire_partition('app.orders_p2026_06');
COMMIT;
$detaches
SQL
is( $out,
	"0\ndetach|app.orders_p2026_06\ndrop|app.orders_p2026_06\n"
	  . 'app.orders_p2026_06 ok shop here plain DETACH, because this transaction has already locked the table',
	'in a transaction that holds a lock the plain form is used');

# An error inside a subtransaction takes the claim on the set with it.
$reader = $node->background_psql('shop');
$reader->query_safe("BEGIN; SELECT count(*) FROM app.orders");
my $careless = $node->background_psql('shop');
$careless->query_safe(<<'SQL');
LOAD 'pgscale';
SET pgscale.clock = '2026-09-10';
DO $$
BEGIN
  PERFORM count(*) FROM app.orders;
  PERFORM pgscale.retire_partition('app.orders_p2026_07');
  RAISE 'not reached';
EXCEPTION WHEN lock_not_available THEN NULL;
END $$;
SQL
$reader->quit;
($out, $error) = as_shop('2026-09-10', "CALL pgscale.run_maintenance('app.orders')");
is($error, '', 'a retirement that failed and was caught leaves the set free for others');
is($node->safe_psql('shop', "SELECT to_regclass('app.orders_p2026_07') IS NULL"), 't',
	'so maintenance retires the partition');
$careless->quit;

$node->stop;
done_testing();
