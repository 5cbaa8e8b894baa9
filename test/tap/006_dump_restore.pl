# pg_dump and pg_restore of a database with partition sets, beside a worker that is awake.
use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use PgscaleTest;
use Test::More;

my $node = new_server('dump', "pgscale.clock = '2026-01-15 00:00+00'", "timezone = 'UTC'");
$node->start;
my $dir = PostgreSQL::Test::Utils::tempdir;

$node->safe_psql('postgres', 'CREATE DATABASE shop');
$node->safe_psql('shop', <<'SQL');
CREATE EXTENSION pgscale;
CREATE ROLE owner NOLOGIN;
GRANT CREATE ON SCHEMA public TO owner;
CREATE TABLE orders (id int, at timestamptz NOT NULL, PRIMARY KEY (id, at)) PARTITION BY RANGE (at);
ALTER TABLE orders OWNER TO owner;
CREATE TABLE customers (id int, region text) PARTITION BY LIST (region);
CREATE TABLE sessions (id int PRIMARY KEY) PARTITION BY HASH (id);
CREATE TABLE kept (at date NOT NULL) PARTITION BY RANGE (at);
CREATE TABLE orders_template (id int UNIQUE);
ALTER TABLE orders_template OWNER TO owner;
CREATE TABLE customers_template (id int UNIQUE);
CREATE TABLE customers_kept (at date UNIQUE);
SELECT FROM pgscale.create_parent('orders', 'at', '1 month', premake => 2, start_at => '2025-12-01',
  retention => '1 month', retire => 'drop', timezone => 'Europe/Berlin', storage_parameters => '{fillfactor=70}', template => 'orders_template');
SELECT FROM pgscale.create_parent('customers', 'region', lists => '{"eu": ["DE", "FR", null]}', default_partition => true, template => 'customers_template');
SELECT FROM pgscale.create_parent('sessions', 'id', partitions => 4);
SELECT FROM pgscale.create_parent('kept', 'at', '1 month', premake => 1, start_at => '2025-12-01', retention => '1 month', template => 'customers_kept');
CREATE FUNCTION tag(timestamptz) RETURNS text LANGUAGE sql IMMUTABLE RETURN to_char($1 AT TIME ZONE 'UTC', 'YYYYMMDD');
CREATE FUNCTION day(text) RETURNS timestamptz LANGUAGE sql IMMUTABLE RETURN to_timestamp($1, 'YYYYMMDD');
CREATE TABLE tagged (tag text COLLATE "C") PARTITION BY RANGE (tag);
SELECT FROM pgscale.create_parent('tagged', 'tag', '1 month', premake => 1, encoder => 'tag(timestamptz)', decoder => 'day(text)');
INSERT INTO orders SELECT n, '2026-01-01'::timestamptz + n * interval '1 hour' FROM generate_series(1, 1000) n;
INSERT INTO customers VALUES (1, 'DE'), (2, 'US');
INSERT INTO sessions SELECT generate_series(1, 100);
INSERT INTO kept VALUES ('2025-12-10');
SELECT pgscale.pause('sessions');
SQL
set_clock($node, '2026-02-15 00:00+00');
becomes($node, 'shop', "SELECT string_agg(covered_until || ' ' || oldest, ', ' ORDER BY parent::text) FROM pgscale.partition_sets WHERE retention IS NOT NULL",
	'2026-04-01 2026-01-01, 2026-04-30 22:00:00+00 2025-12-31 23:00:00+00', 'the worker was there');
becomes($node, 'shop', "SELECT string_agg(count::text || coalesce(' ' || last_error, ''), ', ' ORDER BY parent::text) FROM pgscale.partition_sets",
	'2, 3, 4, 4, 3', 'the sets of the first database stand');
is($node->safe_psql('shop', "SELECT partition || ' ' || state FROM pgscale.partitions WHERE state <> 'attached'"),
	'kept_p2025_12 detached', 'one table is detached');
$node->safe_psql('shop', "CREATE TABLE orders_before AS SELECT 1");

my $policies = 'SELECT parent::text, method, control, "interval", premake, start_at, retention, retire, default_partition,'
  . ' timezone, partitions, lists, naming, encoder, decoder, storage_parameters, template::text, count, oldest, covered_until, paused FROM pgscale.partition_sets ORDER BY parent::text';
my $history = 'SELECT id, started_at, duration, parent, partition, bounds, action, who, outcome FROM pgscale.runs ORDER BY id';
my $members = 'SELECT root::text, partition::text, lower, upper, "values", modulus, remainder, state FROM pgscale.partitions ORDER BY 1, 2';
my %before = map { $_ => $node->safe_psql('shop', $_) } $policies, $history, $members;
$node->command_ok([ 'pg_dump', '-Fc', '-f', "$dir/shop.dump", $node->connstr('shop') ], 'pg_dump');
$node->command_ok([ 'pg_dump', '--column-inserts', '-f', "$dir/inserts.sql", $node->connstr('shop') ], 'pg_dump --column-inserts');
$node->command_ok([ 'pg_dump', '-s', '-f', "$dir/schema.sql", $node->connstr('shop') ], 'pg_dump -s');

# ---- the whole database -------------------------------------------------------------------------
configure($node, 'pgscale.max_workers' => 0);
$node->safe_psql('postgres', 'CREATE DATABASE copy');
$node->command_ok([ 'pg_restore', '--exit-on-error', '-d', $node->connstr('copy'), "$dir/shop.dump" ], 'pg_restore');
is($node->safe_psql('copy', $policies), $before{$policies}, 'policies survive');
is($node->safe_psql('copy', $history), $before{$history}, 'the history survives');
is($node->safe_psql('copy', $members), $before{$members}, 'partitions survive, and what is known of a detached one');
$node->safe_psql('postgres', 'CREATE DATABASE inserts');
$node->command_ok([ 'psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-f', "$dir/inserts.sql", $node->connstr('inserts') ], 'restore of the inserts');
is($node->safe_psql('inserts', $policies), $before{$policies}, 'policies survive as inserts that name their columns');
is($node->safe_psql('copy', "BEGIN; SELECT pgscale.resume('orders'); SET pgscale.clock = '2026-12-15 00:00+00';"
	  . " SELECT count(*) FROM pgscale.plan('orders') WHERE refusal ~ 'on hold'; ROLLBACK") =~ /^0$/m ? 'none' : 'some', 'none',
	'resume() before the first visit ends the hold too');
configure($node, 'pgscale.max_workers' => 2, 'pgscale.clock' => '2026-03-15 00:00+00');
my $orders = "SELECT string_agg(partition::text, ' ' ORDER BY partition::text) FROM pgscale.partitions"
  . " WHERE root = 'orders'::regclass";
becomes($node, 'copy', $orders, join(' ', map { "orders_p2026_0$_" } 1 .. 5), 'partitions are made in the restored database');
becomes($node, 'copy', "SELECT count(*) FROM pgscale.partition_sets WHERE hold_until > now() + interval '1 minute' AND retention IS NOT NULL"
	  . " AND last_error ~ 'on hold'", '2', 'retirement is on hold there, and says so');
is($node->safe_psql('copy', 'SELECT count(*) FROM orders'), '1000', 'no row is lost');
is($node->safe_psql('copy', 'SELECT max(id) - count(*) FROM pgscale.run'), '0', 'the history goes on counting');
$node->safe_psql('copy', "SELECT pgscale.resume(parent) FROM pgscale.partition_sets WHERE retention IS NOT NULL");
becomes($node, 'copy', $orders, join(' ', map { "orders_p2026_0$_" } 2 .. 5), 'resume() ends the hold');
is($node->safe_psql('copy', "SELECT to_regclass('kept_p2025_12') IS NOT NULL"), 't', 'a detached table stays');
becomes($node, 'shop', $orders, join(' ', map { "orders_p2026_0$_" } 2 .. 5), 'the first database goes on without a hold');

# ---- a restore that takes its time, with the worker awake ---------------------------------------
$node->safe_psql('postgres', 'CREATE DATABASE slow');
set_clock($node, '2026-04-15 00:00+00');
# pg_restore as one long session, which stops between the data and the indexes.
$node->command_ok([ 'pg_restore', '-f', "$dir/$_.sql", "--section=$_", "$dir/shop.dump" ], "$_ as a script")
  foreach qw(pre-data data post-data);
my $restore = $node->background_psql('slow', on_error_stop => 0);
my $log = -s $node->logfile;
$restore->query("\\i $dir/pre-data.sql");
$restore->query("\\i $dir/data.sql");
# Long enough for a visit to begin and to end.
stays($node, 'slow', 'SELECT count(*) FROM pg_inherits WHERE inhparent = \'public.orders\'::regclass', '4',
	'nothing is made or retired while the restore is under way', 3);
$restore->query("\\i $dir/post-data.sql");
$restore->quit;
unlike(slurp_file($node->logfile, $log), qr/ERROR/, 'the restore meets no error');
becomes($node, 'slow', $orders, join(' ', map { "orders_p2026_0$_" } 1 .. 6), 'partitions are made when it has ended');
is($node->safe_psql('slow', "SELECT bool_and(indisvalid) FROM pg_index WHERE indrelid = 'orders'::regclass"), 't',
	'the primary key is valid');
is($node->safe_psql('slow', "SELECT count(*) FROM pg_index JOIN pg_inherits ON inhrelid = indrelid WHERE inhparent = 'orders'::regclass"
	  . " AND indisprimary"), '6', 'and every partition has it');
is($node->safe_psql('slow', "SELECT count(*) FROM pg_constraint JOIN pg_inherits ON inhrelid = conrelid WHERE inhparent = 'orders'::regclass"
	  . " AND contype = 'u'"), '6', 'and the index of the template');

# ---- the schema only ----------------------------------------------------------------------------
$node->safe_psql('postgres', 'CREATE DATABASE bare');
$node->command_ok([ 'psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-f', "$dir/schema.sql", $node->connstr('bare') ], 'restore of the schema');
is($node->safe_psql('bare', 'SELECT count(*) FROM pgscale.partition_sets'), '0', 'policies are data: a schema has none');
is($node->safe_psql('bare', "SELECT string_agg(DISTINCT action, ' ') FROM pgscale.create_parent('orders', 'at', '1 month', start_at => '2026-05-01', timezone => 'Europe/Berlin')"),
	'adopt create', 'its tables can be managed anew');

# ---- a table is missing -------------------------------------------------------------------------
$node->safe_psql('postgres', 'CREATE DATABASE partial');
my ($list, $unused) = run_command([ 'pg_restore', '-l', "$dir/shop.dump" ]);
$list = join "\n", grep { !/\bcustomers/ } split /\n/, $list;
append_to_file("$dir/list", "$list\n");
my $begun = -s $node->logfile;
$node->command_checks_all(
	[ 'pg_restore', '-L', "$dir/list", '-d', $node->connstr('partial'), "$dir/shop.dump" ],
	0, [qr/^$/], [qr/^$/], 'restore without a managed table');
like(slurp_file($node->logfile, $begun), qr/WARNING:  relation "public\.customers" does not exist\n.*DETAIL:  What was noted of it is left out\./, 'the log tells of it');
is($node->safe_psql('partial', "SELECT parent, outcome, sqlstate, message FROM pgscale.runs WHERE action = 'restore' ORDER BY parent"),
	join("\n", map { "public.$_|refused|42P01|relation \"public.$_\" does not exist" } qw(customers customers_kept customers_template)), 'and the history, once');
is($node->safe_psql('partial', 'SELECT count(*) FROM orders'), '1000', 'the rest is there');
my $wishes = $policies =~ s/, template::text, count, oldest, covered_until//r;
is($node->safe_psql('partial', $wishes), $node->safe_psql('copy', "WITH p AS ($wishes) SELECT * FROM p WHERE parent <> 'customers'"),
	'with the policies of the other tables');
is($node->safe_psql('partial', "SELECT string_agg(concat_ws(' ', parent, template), ', ' ORDER BY parent::text) FROM pgscale.partition_sets WHERE retention IS NOT NULL"),
	'kept, orders orders_template', 'and their templates, as far as they are there');
is($node->safe_psql('partial', "SELECT count(*) > 0, count(*) FILTER (WHERE parent = '-') FROM pgscale.runs WHERE parent = 'public.customers'"), 't|0', 'and the history of all');
$node->safe_psql('partial', 'CREATE TABLE customers (id int, region text) PARTITION BY LIST (region)');
is($node->safe_psql('partial', "SELECT string_agg(DISTINCT action, ' ') FROM pgscale.create_parent('customers', 'region', lists => '{\"eu\": [\"DE\"]}')"), 'create', 'which can be made and managed anew');

$node->stop;
unlike(slurp_file($node->logfile), qr/TRAP:|PANIC|terminated by signal 11/, 'no crash in the log');
done_testing();
