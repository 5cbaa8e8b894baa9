# where_is() names the shard and the table that a row was in fact written to.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/lib";
use PgscaleTest;
use ShardTest;
use Test::More;

my @shards = map { new_shard("s$_") } 1 .. 2;
my $node = new_coordinator('coordinator');
add_shard($node, @shards);
new_sharded_table($node, 'orders', 'customer int, note text', 'customer', 4);
$node->safe_psql('postgres', "INSERT INTO orders SELECT n, 'x' FROM generate_series(1, 50) n");

my $place = ask($node, 'postgres', "SELECT partition, shard, remote_table FROM pgscale.where_is('orders', '42')");
my ($partition, $shard, $table) = split /\|/, $place;
is($table, "public.$partition", 'the table on the shard is told');
my ($holder) = grep { $_->name eq $shard } @shards;
is(ask($holder, 'postgres', "SELECT count(*) FROM $table WHERE customer = 42"), 1, 'and the row is there');
is(ask($node, 'postgres', <<'SQL'), "50|t", 'each row is where it is said to be');
SELECT count(*), bool_and(o.tableoid = w.partition AND w.shard = p.shard)
  FROM orders o, pgscale.where_is('orders', customer::text) w JOIN pgscale.placement p ON p.leaf = w.partition::text
SQL

done_testing();
