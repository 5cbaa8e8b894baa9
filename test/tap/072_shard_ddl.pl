# shard_ddl(): with the transaction everywhere or nowhere, whoever crashes in between.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/lib";
use PgscaleTest;
use PostgreSQL::Test::Utils;
use ShardTest;
use Test::More;

my @shards = map { new_shard("s$_", "restart_after_crash = on\n") } 1 .. 2;
my $node = new_coordinator('coordinator', "restart_after_crash = on\n");
add_shard($node, @shards);
new_sharded_table($node, 'orders', 'customer int NOT NULL, note text', 'customer', 4);
$node->safe_psql('postgres', "INSERT INTO orders SELECT n, 'x' FROM generate_series(1, 20) n");

my $columns = "SELECT string_agg(attname, ' ' ORDER BY attnum) FROM pg_attribute"
  . " WHERE attrelid = 'orders'::regclass AND attnum > 0 AND NOT attisdropped";
my $prepared = 'SELECT count(*) FROM pg_prepared_xacts';

# The table has these columns here and on both shards, and nothing is left prepared.
sub columns_are
{
	my ($expected, $name) = @_;
	local $Test::Builder::Level = $Test::Builder::Level + 1;
	is(ask($_, 'postgres', $columns), $expected, "$name: " . $_->name) foreach $node, @shards;
	is(ask($_, 'postgres', $prepared), 0, "$name: nothing waits on " . $_->name) foreach @shards;
	return;
}

sub ddl
{
	my ($statement) = @_;
	return ask($node, 'postgres', "SELECT pgscale.shard_ddl('orders', \$ddl\$$statement\$ddl\$)");
}

sub refused
{
	my ($sql, $message, $name) = @_;
	local $Test::Builder::Level = $Test::Builder::Level + 1;
	my ($status, $out, $error) = $node->psql('postgres', "\\set VERBOSITY verbose\n$sql");
	like($error, $message, $name);
	return;
}
sub ddl_refused
{
	my ($statement, $message, $name) = @_;
	local $Test::Builder::Level = $Test::Builder::Level + 1;
	return refused("SELECT pgscale.shard_ddl('orders', \$ddl\$$statement\$ddl\$)", $message, $name);
}

# --- what it can do
ddl("ALTER TABLE orders ADD COLUMN price int DEFAULT 7, ADD CHECK (price > 0)");
columns_are('customer note price', 'a column is added');
is(ask($node, 'postgres', 'SELECT count(*), min(price) FROM orders'), '20|7', 'with its default');
ddl('ALTER TABLE public.orders RENAME COLUMN note TO remark');
ddl('ALTER TABLE orders ALTER COLUMN price TYPE bigint, ALTER COLUMN price DROP DEFAULT');
columns_are('customer remark price', 'a column is renamed and altered');
ddl('ALTER TABLE orders ADD PRIMARY KEY (customer)');
is(ask($node, 'postgres', "SELECT unique_keys FROM pgscale.sharded_table"),
	'[{"name": "orders_pkey", "constraint": "PRIMARY KEY (customer)"}]', 'a primary key is on the shards and in the registry');
refused("INSERT INTO orders VALUES (1, 'again')", qr/23505: duplicate key value/, 'and is kept');
ddl('ALTER TABLE orders DROP CONSTRAINT orders_pkey');
is(ask($node, 'postgres', "SELECT unique_keys FROM pgscale.sharded_table"), '[]', 'until it is dropped');
ddl('CREATE INDEX orders_price ON orders (price)');
is(ask($_, 'postgres', "SELECT count(*) FROM pg_class WHERE relname = 'orders_price'"), 1, 'an index is on ' . $_->name) foreach $node, @shards;
ddl('DROP INDEX orders_price');
is(ask($_, 'postgres', "SELECT count(*) FROM pg_class WHERE relname = 'orders_price'"), 0, 'and goes from ' . $_->name) foreach $node, @shards;
ddl("COMMENT ON COLUMN orders.price IS 'in cents'");
is(ask($_, 'postgres', "SELECT col_description('orders'::regclass, attnum) FROM pg_attribute WHERE attrelid = 'orders'::regclass AND attname = 'price'"),
	'in cents', 'a comment is on ' . $_->name) foreach $node, @shards;

$_->safe_psql('postgres', "CREATE ROLE remote LOGIN PASSWORD 'x'") foreach @shards;
$node->safe_psql('postgres', "CREATE ROLE app LOGIN; SELECT pgscale.map_user('app', '*', 'remote', 'x')");
ddl('GRANT SELECT, INSERT ON orders TO app');
my $may = "SELECT count(*) FROM pg_class WHERE relispartition AND relkind = 'r' AND has_table_privilege('remote', oid, 'SELECT') AND has_table_privilege('remote', oid, 'INSERT')";
is(ask($shards[0], 'postgres', $may) + ask($shards[1], 'postgres', $may), 4, 'a grant reaches the remote user on all partitions');
ddl('REVOKE INSERT ON orders FROM app');
is(ask($shards[0], 'postgres', $may), 0, 'and is revoked there');

# --- the caller's transaction decides
my $session = $node->background_psql('postgres');
$session->query_safe('BEGIN');
$session->query_safe("SELECT pgscale.shard_ddl('orders', 'ALTER TABLE orders DROP COLUMN remark')");
is(ask($shards[0], 'postgres', $prepared), 1, 'it waits, prepared, for the transaction');
is(ask($node, 'postgres', q(SELECT count(*) FROM pgscale.plan_shards() WHERE action = 'finish prepared')), 0, 'which is left alone while it runs');
$session->query_safe('ROLLBACK');
columns_are('customer remark price', 'a rollback takes it back');
$session->query_safe("BEGIN; SELECT pgscale.shard_ddl('orders', 'ALTER TABLE orders ADD COLUMN more int'); COMMIT");
columns_are('customer remark price more', 'a commit keeps it');
ddl('ALTER TABLE orders DROP COLUMN more');
columns_are('customer remark price', 'dropping as well');

# What it has prepared holds the locks of the table and of those it refers to, so rows would be waited for for ever.
$node->safe_psql('postgres', <<'SQL');
CREATE TABLE customers (customer int PRIMARY KEY);
SELECT pgscale.create_sharded_table('customers', 'customer', colocate_with => 'orders');
INSERT INTO customers SELECT DISTINCT customer FROM orders;
SQL
refused("BEGIN; SET LOCAL statement_timeout = '20s'; SELECT pgscale.shard_ddl('orders', 'ALTER TABLE orders ADD FOREIGN KEY (customer) REFERENCES customers'); INSERT INTO customers VALUES (1000)",
	qr/55006: table "orders" has been changed on its shards by this transaction/, 'a table that is referred to cannot be written then');
my $changes = "BEGIN; SET LOCAL statement_timeout = '20s'; SELECT pgscale.shard_ddl('orders', 'ALTER TABLE orders ADD COLUMN more int');";
my $in_use = qr/55006: table "orders" has been changed on its shards by this transaction/;
refused("$changes $_", $in_use, "then $_")
  foreach 'SELECT count(*) FROM orders', 'SELECT a.customer FROM orders a JOIN orders b USING (customer) WHERE a.customer = 1',
  'INSERT INTO orders (customer) VALUES (1)', 'UPDATE orders SET more = 1 WHERE customer = 1', 'DELETE FROM orders WHERE customer = 1',
  'ANALYZE orders';
columns_are('customer remark price', 'and nothing has changed');

# --- what is refused changes nothing
ddl_refused('ALTER TABLE orders ADD COLUMN a int; DROP TABLE orders', qr/22023: ddl must be one statement/, 'two statements');
ddl_refused('DELETE FROM orders', qr/0A000: this statement cannot be run on shards/, 'what is no DDL');
ddl_refused('ALTER TABLE orders_0 ADD COLUMN a int', qr/22023: the statement is not about table "orders"/, 'another table');
ddl_refused('ALTER TABLE ONLY orders ADD COLUMN a int', qr/22023: the statement is not about table/, 'ONLY');
ddl_refused('ALTER TABLE orders ADD COLUMN a serial', qr/0A000: each shard would give out the same numbers/, 'a serial');
ddl_refused('ALTER TABLE orders ADD COLUMN a int GENERATED ALWAYS AS IDENTITY', qr/0A000: each shard would/, 'an identity');
ddl_refused('ALTER TABLE orders ADD COLUMN a int, ADD UNIQUE (customer)', qr/0A000: what only the shards have/, 'a mixture');
ddl_refused('ALTER TABLE orders OWNER TO app', qr/0A000: ALTER TABLE of this kind/, 'another owner');
ddl_refused('CREATE INDEX CONCURRENTLY ON orders (price)', qr/0A000: what is done CONCURRENTLY/, 'concurrently');
ddl_refused('ALTER TABLE orders ADD COLUMN', qr/42601: syntax error/, 'bad syntax');
ddl_refused('ALTER TABLE orders ADD UNIQUE (price)', qr/0A000: shard "s\d": unique constraint on partitioned table/, 'what the shards refuse');
refused("SET ROLE app; SELECT pgscale.shard_ddl('orders', 'ALTER TABLE orders ADD COLUMN a int')", qr/42501: must be owner of table orders/, 'by others');
refused("CREATE TABLE plain (a int); SELECT pgscale.shard_ddl('plain', 'ALTER TABLE plain ADD COLUMN b int')", qr/42704: table "plain" is not on shards/, 'a table that is here');
refused("BEGIN; SAVEPOINT a; SELECT pgscale.shard_ddl('orders', 'ALTER TABLE orders ADD COLUMN a int')", qr/0A000: pgscale.shard_ddl\(\) cannot run in a subtransaction/, 'in a subtransaction');
refused("BEGIN; SELECT pgscale.shard_ddl('orders', 'ALTER TABLE orders ADD COLUMN a int'), pgscale.shard_ddl('orders', 'ALTER TABLE orders ADD COLUMN b int')",
	qr/0A000: pgscale.shard_ddl\(\) can be called only once/, 'twice in a transaction');
$shards[1]->safe_psql('postgres', 'ALTER TABLE orders ADD COLUMN early int');
ddl_refused('ALTER TABLE orders ADD COLUMN early int', qr/42701: shard "s2": column "early" .* already exists/, 'what only one shard refuses');
$shards[1]->safe_psql('postgres', 'ALTER TABLE orders DROP COLUMN early');
my $reader = $shards[1]->background_psql('postgres');
$reader->query_safe('BEGIN; SELECT count(*) FROM orders');
refused("SELECT pgscale.shard_ddl('orders', 'ALTER TABLE orders ADD COLUMN a int', lock_timeout => '200ms')",
	qr/55P03: shard "s2": canceling statement due to lock timeout/, 'a lock that is not to be had');
$reader->query_safe('COMMIT');
columns_are('customer remark price', 'after all that');

# --- the coordinator dies before its commit: nowhere
sub coordinator_dies
{
	my ($pid) = @_;
	kill_process($node, $pid);
	becomes($_, 'postgres', $prepared, 0, 'the worker finishes what waits on ' . $_->name) foreach @shards;
	return;
}
my $killed = $node->background_psql('postgres', on_error_stop => 0);
my $pid = $killed->query_safe('SELECT pg_backend_pid()');
$killed->query_safe('BEGIN');
$killed->query_safe("SELECT pgscale.shard_ddl('orders', 'ALTER TABLE orders ADD COLUMN lost int')");
coordinator_dies($pid);
columns_are('customer remark price', 'killed when all was prepared');

# --- while it waits for a shard: nowhere
$reader->query_safe('BEGIN; SELECT count(*) FROM orders');
$killed = $node->background_psql('postgres', on_error_stop => 0);
$pid = $killed->query_safe('SELECT pg_backend_pid()');
say_in($killed, "SELECT pgscale.shard_ddl('orders', 'ALTER TABLE orders ADD COLUMN lost int', lock_timeout => '60s')");
becomes($shards[1], 'postgres', "SELECT count(*) FROM pg_locks WHERE NOT granted", 1, 'it waits for a shard');
coordinator_dies($pid);
$reader->query_safe('COMMIT');
becomes($shards[1], 'postgres', "SELECT count(*) FROM pg_stat_activity WHERE query ~ '^ALTER TABLE'", 0, 'the shard lets go of it');
columns_are('customer remark price', 'killed when it waited for a shard');

# --- after its commit: everywhere.  The process on the shard is stopped, so that the word does not reach it.
$killed = $node->background_psql('postgres', on_error_stop => 0);
$pid = $killed->query_safe('SELECT pg_backend_pid()');
$killed->query_safe('BEGIN');
$killed->query_safe("SELECT pgscale.shard_ddl('orders', 'ALTER TABLE orders ADD COLUMN kept int')");
my $remote = ask($shards[1], 'postgres', "SELECT pid FROM pg_stat_activity WHERE query ~ '^PREPARE TRANSACTION'");
kill 'STOP', $remote or die "could not stop $remote: $!";
say_in($killed, 'COMMIT');
becomes($shards[0], 'postgres', $prepared, 0, 'and on the first shard');
kill 9, $pid or die "could not kill $pid: $!";
my $from = -s $shards[1]->logfile;
kill 9, $remote;
kill 'CONT', $remote;
$shards[1]->wait_for_log(qr/database system is ready to accept connections/, $from);
becomes($shards[1], 'postgres', $prepared, 0, 'the other one is told by the worker');
columns_are('customer remark price kept', 'killed after its commit');

# --- a shard dies between both
$session = $node->background_psql('postgres', on_error_stop => 0);
$session->query_safe('BEGIN');
$session->query_safe("SELECT pgscale.shard_ddl('orders', 'ALTER TABLE orders DROP COLUMN kept')");
$shards[1]->stop('immediate');
$session->query('COMMIT');
ok($node->log_contains(qr/WARNING:  transactions on shards wait to be finished/), 'the session is warned');
is(ask($node, 'postgres', "SELECT action, shard FROM pgscale.plan_shards() WHERE object = 'postgres'"), 'reach|s2', 'the plan says who cannot be asked');
$node->safe_psql('postgres', 'ALTER SYSTEM SET pgscale.max_workers = 0');
$node->reload;
$shards[1]->start;
becomes($node, 'postgres', "SELECT sql::text ~ 'COMMIT PREPARED' FROM pgscale.plan_shards() WHERE action = 'finish prepared'", 't', 'and then what waits');
$node->safe_psql('postgres', 'CALL pgscale.sync_shards()');
columns_are('customer remark price', 'sync_shards() finishes it');
is(ask($node, 'postgres', "SELECT count(*) > 0 FROM pgscale.runs WHERE action = 'finish prepared' AND outcome = 'ok'"), 't', 'as the journal says');

# --- a shard freezes while it is waited for: nowhere
$reader = $shards[1]->background_psql('postgres');
$reader->query_safe('BEGIN; SELECT count(*) FROM orders');
$session = $node->background_psql('postgres', on_error_stop => 0);
my $state = "SELECT state FROM pg_stat_activity WHERE pid = " . $session->query_safe('SELECT pg_backend_pid()');
say_in($session, "SELECT pgscale.shard_ddl('orders', 'ALTER TABLE orders ADD COLUMN lost int', lock_timeout => '60s')");
becomes($shards[1], 'postgres', 'SELECT count(*) FROM pg_locks WHERE NOT granted', 1, 'it waits for a shard');
signal_all($shards[1], 'STOP');
becomes($node, 'postgres', $state, 'idle', 'nobody waits for a frozen shard', 5);
signal_all($shards[1], 'CONT');
$reader->query_safe('COMMIT');
becomes($shards[1], 'postgres', "SELECT count(*) FROM pg_stat_activity WHERE query ~ '^ALTER TABLE'", 0, 'the shard lets go of it');
shards_answer($node);
columns_are('customer remark price', 'frozen when it was waited for');

# --- or before it hears of the commit: everywhere
eval { $session->quit };
$session = $node->background_psql('postgres', on_error_stop => 0);
$state = "SELECT state FROM pg_stat_activity WHERE pid = " . $session->query_safe('SELECT pg_backend_pid()');
$session->query_safe('BEGIN');
$session->query_safe("SELECT pgscale.shard_ddl('orders', 'ALTER TABLE orders ADD COLUMN kept int')");
signal_all($shards[1], 'STOP');
say_in($session, 'COMMIT');
becomes($node, 'postgres', $state, 'idle', 'the commit does not wait for it', 5);
signal_all($shards[1], 'CONT');
shards_answer($node);
$node->safe_psql('postgres', 'CALL pgscale.sync_shards()');
columns_are('customer remark price kept', 'frozen before the word came');
ddl('ALTER TABLE orders DROP COLUMN kept');

# --- a shard that cannot
$shards[0]->safe_psql('postgres', 'ALTER SYSTEM SET max_prepared_transactions = 0');
$shards[0]->restart;
shards_answer($node);
ddl_refused('ALTER TABLE orders ADD COLUMN a int', qr/55000: shard "s1" cannot prepare transactions.*HINT:  Set it to at least/s, 'a shard without prepared transactions');
columns_are('customer remark price', 'and nothing is changed');

# What is frozen when the test dies could not be stopped.
END
{
	local $?;
	eval { signal_all($shards[1], 'CONT') };
}

done_testing();
