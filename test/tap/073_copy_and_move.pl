# copy_into() brings rows in as COPY does, many at a time; update_key() moves rows between shards.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/lib";
use PgscaleTest;
use PostgreSQL::Test::Utils;
use ShardTest;
use Test::More;

my @shards = map { new_shard("s$_", "log_statement = 'all'\n") } 1 .. 2;
my $node = new_coordinator('coordinator');
add_shard($node, @shards);
new_sharded_table($node, 'orders', 'customer int NOT NULL, "Note" text, amount numeric(10,2) DEFAULT 1.5', 'customer', 4);

sub refused
{
	my ($sql, $message, $name) = @_;
	local $Test::Builder::Level = $Test::Builder::Level + 1;
	my ($status, $out, $error) = $node->psql('postgres', "\\set VERBOSITY verbose\n$sql");
	like($error, $message, $name);
	return;
}

# --- copy_into()
my $file = $node->basedir . '/orders.csv';
append_to_file($file, "customer;Note;amount\n" . join('', map { "$_;it's $_;$_.25\n" } 1 .. 2000) . "2001;;7\n");
my $from = -s $shards[0]->logfile;
is(ask($node, 'postgres', "CALL pgscale.copy_into('orders', '$file', options => '{\"format\": \"csv\", \"header\": true, \"delimiter\": \";\", \"force_not_null\": [\"Note\"]}')"),
	2001, 'a file is copied');
is(ask($node, 'postgres', q(SELECT count(*), count(DISTINCT tableoid), sum(amount), count(*) FILTER (WHERE "Note" = '') FROM orders)),
	'2001|4|2001507.00|1', 'whole, to all partitions, as the options say');
my $inserts = () = slurp_file($shards[0]->logfile, $from) =~ /execute [^:]*: INSERT INTO/g;
cmp_ok($inserts, '<', 20, "in few statements ($inserts)");
is(ask($node, 'postgres', "CALL pgscale.copy_into('orders', program => 'printf \"9001\\n9002\\n\"', columns => '{customer}')"), 2, 'so is what a program says');
is(ask($node, 'postgres', 'SELECT sum(amount) FROM orders WHERE customer > 9000'), '3.00', 'columns that are not named get their defaults');
$node->safe_psql('postgres', q(CREATE TABLE stage (amount numeric, customer int, "Note" text); INSERT INTO stage SELECT 1, n, 'staged' FROM generate_series(10001, 10100) n));
is(ask($node, 'postgres', "CALL pgscale.copy_into('orders', from_table => 'stage')"), 100, 'and a table, by the names of its columns');
is(ask($node, 'postgres', q(SELECT count(*) FROM orders WHERE customer > 10000 AND "Note" = 'staged' AND amount = 1)), 100, 'all of it');
is(ask($node, 'postgres', "BEGIN; CALL pgscale.copy_into('orders', from_table => 'stage'); ROLLBACK; SELECT count(*) FROM orders WHERE customer > 10000"), "100\n100",
	'it is part of the transaction');

append_to_file("$file.bad", "1\nx\n");
refused("CALL pgscale.copy_into('orders', '$file.bad', columns => '{customer}')", qr/22P02: invalid input syntax for type integer: "x".*line 2, column customer/s, 'a bad value');
refused("CALL pgscale.copy_into('orders', '$file', from_table => 'stage')", qr/22023: exactly one of file, program and from_table/, 'two sources');
refused("CALL pgscale.copy_into('orders')", qr/22023: exactly one/, 'none');
refused("CALL pgscale.copy_into('orders', '/no/such/file')", qr/could not open file "\/no\/such\/file"/, 'no file');
refused("CALL pgscale.copy_into('orders', '$file', columns => '{nothing}')", qr/42703: column "nothing"/, 'no column');
refused("CALL pgscale.copy_into('orders', '$file', options => '{\"nothing\": 1}')", qr/42601: option "nothing" not recognized/, 'no option');
refused("CALL pgscale.copy_into('orders', '$file', options => '[]')", qr/22023: options must be a JSON object/, 'no options');
refused("CALL pgscale.copy_into('orders', from_table => 'stage', options => '{\"format\": \"csv\"}')", qr/22023: from_table takes no options/, 'options of a file for a table');
$node->safe_psql('postgres', 'CREATE ROLE app; GRANT INSERT ON orders TO app');
refused("SET ROLE app; CALL pgscale.copy_into('orders', '$file')", qr/42501: .*(pg_read_server_files|superuser)/s, 'a file without the right to read it');
refused("SET ROLE app; CALL pgscale.copy_into('orders', program => 'true')", qr/42501: .*(pg_execute_server_program|superuser)/s, 'a program');
refused("SET ROLE app; CALL pgscale.copy_into('orders', from_table => 'stage')", qr/42501: permission denied for table stage/, 'a table');
is(ask($node, 'postgres', 'SELECT count(*) FROM orders'), 2103, 'nothing of that came in');

# --- update_key(): the first key on each shard
my %on = map { my $name = $_->name; ($name => ask($node, 'postgres', "SELECT min(customer) FROM orders, pgscale.where_is('orders', customer::text) w WHERE w.shard = '$name' AND customer <= 2000")) } @shards;
my ($old, $new) = @on{qw(s1 s2)};
refused("UPDATE orders SET customer = $new WHERE customer = $old", qr/ERROR/, 'UPDATE of the key does not move a row');
is(ask($node, 'postgres', "DELETE FROM orders WHERE customer = $new; SELECT pgscale.update_key('orders', '{\"customer\": $old}', '{\"customer\": $new, \"Note\": null}')"), 1, 'update_key() does');
is(ask($node, 'postgres', "SELECT o.amount, o.\"Note\" IS NULL, w.shard FROM orders o, pgscale.where_is('orders', '$new') w WHERE customer = $new AND o.tableoid = w.partition"),
	"$old.25|t|s2", 'with all that belongs to it, to the other shard');
is(ask($node, 'postgres', "SELECT count(*) FROM orders WHERE customer = $old"), 0, 'and nothing stays behind');
is(ask($node, 'postgres', "SELECT pgscale.update_key('orders', '{\"customer\": $old}', '{\"customer\": $new}')"), 0, 'no row, nothing to do');
is(ask($node, 'postgres', "SELECT pgscale.update_key('orders', '{\"customer\": $new, \"amount\": 0}', '{\"customer\": $old}')"), 0, 'further columns narrow it down');
is(ask($node, 'postgres', "BEGIN; SELECT pgscale.update_key('orders', '{\"customer\": $new}', '{\"customer\": $old}'); ROLLBACK; SELECT count(*) FROM orders WHERE customer = $new"), "1\n1", 'a rollback takes it back on both');

refused("SELECT pgscale.update_key('orders', '{\"amount\": 1}', '{\"customer\": 1}')", qr/22023: old must name column "customer"/, 'without the key');
refused("SELECT pgscale.update_key('orders', '{\"customer\": 1}', '{}')", qr/22023: new must name a column/, 'without a new value');
refused("SELECT pgscale.update_key('orders', '{\"customer\": 1}', '{\"other\": 1}')", qr/42703: column "other"/, 'no column');
refused("SELECT pgscale.update_key('orders', '{\"customer\": \"x\"}', '{\"customer\": 1}')", qr/22P02/, 'no number');
refused("SELECT pgscale.update_key('orders', '{\"customer\": $new}', '{\"customer\": null}')", qr/23502/, 'a value that the table refuses');
refused("SELECT pgscale.update_key('stage', '{\"customer\": 1}', '{\"customer\": 1}')", qr/42809: "stage" is not partitioned/, 'a plain table');
is(ask($node, 'postgres', 'SELECT count(*) FROM orders'), 2102, 'nothing of that was lost');

done_testing();
