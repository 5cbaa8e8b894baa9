# pg_upgrade of a cluster with partition sets: policies, history and sets are there, and maintenance goes on.
use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use PgscaleTest;
use Test::More;

my $clock = "pgscale.clock = '2026-01-15 00:00+00'";
my $old = new_server('old', $clock, "timezone = 'UTC'", 'pgscale.sample_interval = 1');
$old->start;
$old->safe_psql('postgres', 'CREATE DATABASE shop');
$old->safe_psql('shop', <<'SQL');
CREATE EXTENSION pgscale;
CREATE TABLE orders (id int, at timestamptz NOT NULL, PRIMARY KEY (id, at)) PARTITION BY RANGE (at);
SELECT FROM pgscale.create_parent('orders', 'at', '1 month', premake => 2, start_at => '2025-12-01',
  retention => '1 month', retire => 'drop', timezone => 'UTC');
INSERT INTO orders SELECT n, '2026-01-01'::timestamptz + n * interval '1 hour' FROM generate_series(1, 1000) n;
CREATE TABLE kept (at date NOT NULL) PARTITION BY RANGE (at);
SELECT FROM pgscale.create_parent('kept', 'at', '1 month', premake => 1, start_at => '2025-12-01', retention => '1 month');
UPDATE pgscale.threshold SET warning = 60 WHERE check_name = 'connections';
SQL
set_clock($old, '2026-02-15 00:00+00');
becomes($old, 'shop', "SELECT string_agg(partition || ' ' || state, ', ' ORDER BY partition::text) FROM pgscale.partitions WHERE root = 'kept'::regclass AND state <> 'attached'",
	'kept_p2025_12 detached', 'one table is retired');
becomes($old, 'shop', 'SELECT count(*) > 0 FROM pgscale.history', 't', 'there is a history of the statistics');
configure($old, 'pgscale.sample_interval' => 0);
my @questions = (
	'SELECT parent::text, "interval", premake, retention, retire, count, covered_until FROM pgscale.partition_sets ORDER BY parent::text',
	"SELECT partition::text, state, lower, upper FROM pgscale.partitions WHERE root::text IN ('orders', 'kept') ORDER BY 1",
	"SELECT id, parent, partition, action, outcome FROM pgscale.runs WHERE parent::text IN ('orders', 'kept') ORDER BY id",
	'SELECT count(*), sum(id) FROM orders',
	"SELECT warning FROM pgscale.threshold WHERE check_name = 'connections'");
my @before = map { $old->safe_psql('shop', $_) } @questions;
$old->stop;

# One with a system identifier of its own.
my $new = do { local $ENV{INITDB_TEMPLATE}; new_server('new', $clock, "timezone = 'UTC'") };
chdir PostgreSQL::Test::Utils::tempdir();    # where it writes its files
my $bin = $new->config_data('--bindir');
$new->command_ok(
	[
		'pg_upgrade', '--no-sync', '-d', $old->data_dir, '-D', $new->data_dir, '-b', $bin, '-B', $bin,
		'-s', $new->host, '-p', $old->port, '-P', $new->port
	],
	'pg_upgrade with the library preloaded');
$new->start;
is($new->safe_psql('shop', $questions[$_]), $before[$_], "the same before and after: $questions[$_]") foreach 0 .. $#questions;

set_clock($new, '2026-03-15 00:00+00');
becomes($new, 'shop', "SELECT covered_until FROM pgscale.partition_sets WHERE parent = 'orders'::regclass",
	'2026-06-01 00:00:00+00', 'the worker makes the next partitions');
becomes($new, 'shop', "SELECT last_error ~ 'on hold' FROM pgscale.partition_sets WHERE parent = 'orders'::regclass",
	't', 'retirement is on hold in a server that is new');
$new->safe_psql('shop', "SELECT pgscale.resume('orders')");
becomes($new, 'shop', "SELECT oldest FROM pgscale.partition_sets WHERE parent = 'orders'::regclass",
	'2026-02-01 00:00:00+00', 'and goes on when somebody says so');
is($new->safe_psql('shop', "SELECT count(*) = count(*) FILTER (WHERE at >= '2026-02-01') AND count(*) > 0 FROM orders"), 't',
	'only then the rows of a month go');
configure($new, 'pgscale.sample_interval' => 1);
becomes($new, 'shop', 'SELECT max(at) > min(at) FROM pgscale.history', 't', 'the history of the statistics goes on');
unlike(slurp_file($new->logfile), qr/TRAP:|PANIC|terminated by signal/, 'no crash in the log');
$new->stop;
done_testing();
