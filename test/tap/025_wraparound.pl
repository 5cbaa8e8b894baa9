# Where the server stops: view wraparound counts down to the very transaction that is refused.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/lib";

use PgscaleTest;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('old');
$node->init;
$node->append_conf('postgresql.conf', "autovacuum = off\nwal_level = logical\nmax_replication_slots = 1\n");
$node->start;
$node->safe_psql('postgres', <<'SQL');
CREATE EXTENSION pgscale;
CREATE TABLE t (k int);
ALTER DATABASE template0 ALLOW_CONNECTIONS true;
SELECT pg_create_logical_replication_slot('holder', 'test_decoding');
SQL
# Everything is as young as the slot lets it be, so that no forced VACUUM makes it younger.
$node->safe_psql($_, 'VACUUM FREEZE') foreach qw(template0 template1 postgres);
my $left = 'SELECT min(xids_left) FROM pgscale.wraparound';
my $before = ask($node, 'postgres', $left);
cmp_ok($before, '>', 2_144_000_000, 'a new server is far from its end');
is(ask($node, 'postgres', "SELECT count(*) FROM pgscale.wraparound WHERE freeze_pct > 1 OR stop_pct > 1"), 0, 'so is everything in it');
my $next = ask($node, 'postgres', 'SELECT max(age(datfrozenxid)) + min(datfrozenxid::text::bigint) FROM pg_database');
$node->stop;

# The page of the commit log that the next transaction is on must be there.
my $to = $next + $before - 5;
my $segment = sprintf '%s/pg_xact/%04X', $node->data_dir, int($to / (32768 * 32));
open my $file, '>', $segment or die "could not create $segment: $!";
print $file "\0" x 262_144;
close $file or die "could not write $segment: $!";
command_ok([ 'pg_resetwal', '-x', $to, '-D', $node->data_dir ], 'the clock of transactions is put forward');
$node->start;

is(ask($node, 'postgres', $left), 5, 'five transactions are left');
is(ask($node, 'postgres', q{SELECT bool_and(stop_pct >= 99.99), bool_and(freeze_pct > 1000) FROM pgscale.wraparound WHERE kind = 'database'}), 't|t',
	'every database is near its end');
is(ask($node, 'postgres', q{SELECT vacuum_reason FROM pgscale.vacuum WHERE "table" = 'pg_class'::regclass}), 'wraparound', 'and every catalog is due');
is(ask($node, 'postgres', q{SELECT kind, holder FROM pgscale.xmin_horizon ORDER BY xmin_age DESC LIMIT 1}), 'replication slot|holder',
	'what keeps it from being frozen is known');
for my $expected (4, 3, 2, 1, 0)
{
	$node->safe_psql('postgres', 'INSERT INTO t VALUES (2)');
	is(ask($node, 'postgres', $left), $expected, "$expected left");
}
like(ask($node, 'postgres', 'INSERT INTO t VALUES (3)'), qr/wraparound data loss/, 'at 0 the server refuses to write');
is(ask($node, 'postgres', $left), 0, 'and 0 it stays');

$node->stop('immediate');
done_testing();
