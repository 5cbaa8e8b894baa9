# The launcher and its workers: who runs when, rotation under the clock, several databases, restarts.
use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use PgscaleTest;
use Test::More;

my $processes = "SELECT string_agg(backend_type, ', ' ORDER BY backend_type) FROM pg_stat_activity"
  . " WHERE backend_type LIKE 'pgscale%'";
my $launcher = "SELECT pid FROM pg_stat_activity WHERE backend_type = 'pgscale launcher'";
my $names = "SELECT string_agg(partition::text, ' ' ORDER BY partition::text) FROM pgscale.partitions"
  . " WHERE state = 'attached'";

sub make_orders
{
	my ($node, $database, $options) = @_;
	$node->safe_psql($database, <<"SQL");
CREATE EXTENSION IF NOT EXISTS pgscale;
CREATE TABLE orders (id int, order_date timestamptz NOT NULL, PRIMARY KEY (id, order_date))
  PARTITION BY RANGE (order_date);
SELECT FROM pgscale.create_parent('orders', 'order_date', '1 month', $options);
SQL
	return;
}

my $node = new_server('worker', "pgscale.clock = '2026-01-15 12:00+00'");
$node->start;

# ---- the launcher alone ----------------------------------------------------------------------
becomes($node, 'postgres', $processes, 'pgscale launcher', 'without work there is one launcher');
my $quiet = -s $node->logfile;
stays($node, 'postgres', $processes, 'pgscale launcher', 'and nothing else');
is(visits_started($node, 'postgres', $quiet), 0, 'a database with nothing to do is left alone');

# ---- rotation --------------------------------------------------------------------------------
make_orders($node, 'postgres', "premake => 2, retention => '2 months', retire => 'drop'");
is($node->safe_psql('postgres', $names), 'orders_p2026_01 orders_p2026_02 orders_p2026_03',
	'create_parent() made the first partitions');
$node->safe_psql('postgres', "INSERT INTO orders VALUES (1, '2026-01-10')");
becomes($node, 'postgres', 'SELECT next_due FROM pgscale.partition_sets',
	'2026-01-31 19:00:00-05', 'the worker is to come when the month ends');

my @wanted = (
	'orders_p2026_01 orders_p2026_02 orders_p2026_03 orders_p2026_04',
	'orders_p2026_01 orders_p2026_02 orders_p2026_03 orders_p2026_04 orders_p2026_05',
	'orders_p2026_02 orders_p2026_03 orders_p2026_04 orders_p2026_05 orders_p2026_06',
	'orders_p2026_03 orders_p2026_04 orders_p2026_05 orders_p2026_06 orders_p2026_07');
foreach my $month (2 .. 5)
{
	set_clock($node, "2026-0$month-01 00:00+00");
	becomes($node, 'postgres', $names, shift @wanted, "partitions of month $month");
}
is($node->safe_psql('postgres', "SELECT to_regclass('orders_p2026_01') IS NULL"),
	't', 'what left the set is dropped');
is( $node->safe_psql('postgres', 'SELECT count(*) FROM orders'),
	'0', 'with its rows');
is( $node->safe_psql('postgres', <<'SQL'),
SELECT string_agg(action || ' ' || n, ', ' ORDER BY action)
  FROM (SELECT action, count(*) n FROM pgscale.runs
         WHERE who = 'pgscale worker' AND outcome = 'ok' AND duration >= '0' GROUP BY 1) r
SQL
	'create 4, detach 2, drop 2', 'every step is in the journal as that of the worker');
is($node->safe_psql('postgres', "SELECT count(*) FROM pgscale.runs WHERE outcome <> 'ok'"),
	'0', 'and none failed');
becomes($node, 'postgres', $processes, 'pgscale launcher', 'no worker stays');
$quiet = -s $node->logfile;
stays($node, 'postgres', $processes, 'pgscale launcher', 'nor comes while nothing is due');
is(visits_started($node, 'postgres', $quiet), 0, 'no visit without a reason');

# ---- restarts --------------------------------------------------------------------------------
$node->restart;
set_clock($node, '2026-06-10 00:00+00');
becomes($node, 'postgres', $names,
	'orders_p2026_04 orders_p2026_05 orders_p2026_06 orders_p2026_07 orders_p2026_08',
	'rotation goes on after a restart');
$node->stop('immediate');
$node->append_conf('postgresql.auto.conf', "pgscale.clock = '2026-07-10 00:00+00'");
$node->start;
becomes($node, 'postgres', $names,
	'orders_p2026_05 orders_p2026_06 orders_p2026_07 orders_p2026_08 orders_p2026_09',
	'what fell due while the server was down is done after an immediate shutdown');

# ---- other databases -------------------------------------------------------------------------
$node->safe_psql('postgres', "CREATE DATABASE $_") foreach qw(second plain pattern);
$node->safe_psql('pattern', 'CREATE EXTENSION pgscale');
make_orders($node, 'second', "premake => 1");
$node->safe_psql('second', 'SELECT pgscale.alter_parent(\'orders\', premake => 2)');
becomes($node, 'second', $names, 'orders_p2026_07 orders_p2026_08 orders_p2026_09',
	'a second database is found by itself');
make_orders($node, 'pattern', "premake => 1");
becomes($node, 'pattern', 'SELECT last_success IS NOT NULL FROM pgscale.partition_sets', 't',
	'a third one too');
$node->safe_psql('postgres', 'ALTER DATABASE pattern IS_TEMPLATE true');
set_clock($node, '2026-08-10 00:00+00');
becomes($node, 'second', $names,
	'orders_p2026_07 orders_p2026_08 orders_p2026_09 orders_p2026_10', 'the second database rotates');
becomes($node, 'postgres', $names,
	'orders_p2026_06 orders_p2026_07 orders_p2026_08 orders_p2026_09 orders_p2026_10',
	'as does the first');
stays($node, 'pattern', $names, 'orders_p2026_07 orders_p2026_08',
	'a template database is left alone', 2);
is(visits_started($node, 'plain', $quiet) <= 1 ? 'yes' : 'no', 'yes',
	'a database without the extension is looked into once at most');
is(visits_started($node, 'template1', 0), 0, 'no visit of template1');
$node->safe_psql('postgres', 'ALTER DATABASE pattern IS_TEMPLATE false');
becomes($node, 'pattern', $names, 'orders_p2026_07 orders_p2026_08 orders_p2026_09',
	'what is no template any more is maintained');

# ---- databases and extensions go -------------------------------------------------------------
my ($status, $out, $error) = $node->psql('postgres', "SET statement_timeout = '2s'; DROP DATABASE pattern");
is($error, '', 'DROP DATABASE of a managed database works at once');
($status, $out, $error) =
  $node->psql('second', "SET statement_timeout = '2s'; DROP EXTENSION pgscale");
is($error, '', 'DROP EXTENSION while idle works at once');
is($node->safe_psql('second', 'SELECT count(*) FROM pg_inherits WHERE inhparent = \'orders\'::regclass'),
	'4', 'and leaves the partitions');
set_clock($node, '2026-09-10 00:00+00');
becomes($node, 'postgres', "SELECT covered_until::timestamptz AT TIME ZONE 'UTC' FROM pgscale.partition_sets",
	'2026-12-01 00:00:00', 'the other database goes on');
is($node->safe_psql('second', 'SELECT count(*) FROM pg_inherits WHERE inhparent = \'orders\'::regclass'),
	'4', 'nothing happens where the extension is gone');
$node->safe_psql('second', "CREATE EXTENSION pgscale;"
	  . "SELECT FROM pgscale.create_parent('orders', 'order_date', '1 month', premake => 0)");
set_clock($node, '2026-10-10 00:00+00');
becomes($node, 'second', "SELECT covered_until::timestamptz AT TIME ZONE 'UTC' FROM pgscale.partition_sets",
	'2026-11-01 00:00:00', 'an extension that comes back is found again');

# ---- the launcher is hard to kill ------------------------------------------------------------
foreach my $way (qw(pg_cancel_backend pg_terminate_backend))
{
	my $before = $node->safe_psql('postgres', $launcher);
	$node->safe_psql('postgres', "SELECT $way($before)");
	if ($way eq 'pg_terminate_backend')
	{
		becomes($node, 'postgres', "SELECT count(*) FROM ($launcher AND pid <> $before) l",
			1, "$way: the launcher comes back", 15);
	}
	else
	{
		becomes($node, 'postgres', "SELECT count(*) FROM ($launcher) l", 1, "$way: there is a launcher", 15);
	}
	my $month = $way eq 'pg_cancel_backend' ? 11 : 12;
	set_clock($node, "2026-$month-10 00:00+00");
	becomes($node, 'postgres', "SELECT oldest::timestamptz AT TIME ZONE 'UTC' FROM pgscale.partition_sets",
		sprintf('2026-%02d-01 00:00:00', $month - 2), "$way: rotation goes on");
}
is($node->safe_psql('postgres', "SELECT count(*) FROM pgscale.runs WHERE outcome <> 'ok'"),
	'0', 'no step failed in all of this');
becomes($node, 'postgres', $processes, 'pgscale launcher', 'one launcher at the end');

# ---- the settings of the launcher ------------------------------------------------------------
configure($node, 'pgscale.max_workers' => 0, 'pgscale.clock' => '2027-01-10 00:00+00');
stays($node, 'postgres', "SELECT oldest::timestamptz AT TIME ZONE 'UTC' FROM pgscale.partition_sets", '2026-10-01 00:00:00',
	'max_workers = 0 stops the worker');
configure($node, 'pgscale.max_workers' => 1);
becomes($node, 'postgres', "SELECT oldest::timestamptz AT TIME ZONE 'UTC' FROM pgscale.partition_sets", '2026-11-01 00:00:00',
	'and 1 lets it go on');

$node->stop('fast');
unlike(slurp_file($node->logfile), qr/TRAP:|PANIC|terminated by signal 11/, 'no crash in the log');
done_testing();
