# Ids are unique and sorted by time: over many sessions at once, crashes, a clock that is set back, a
# dump, and with and without preload.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/lib";
use PgscaleTest;
use PostgreSQL::Test::Utils;
use ShardTest;
use Test::More;

my $node = new_coordinator('coordinator');
$node->safe_psql('postgres', <<'SQL');
CREATE TABLE id (id bigint PRIMARY KEY);
SELECT pgscale.add_shard('s1', 'localhost', 1, 'x'), pgscale.add_shard('s2', 'localhost', 1, 'x');
SQL

my $script = $node->basedir . '/ids.sql';
append_to_file($script, <<'SQL');
INSERT INTO id SELECT pgscale.next_id() FROM generate_series(1, 100);
INSERT INTO id VALUES (pgscale.next_id('s1')), (pgscale.next_id('s2')), (pgscale.next_id());
SQL

# Eight sessions make ids as fast as they can; the primary key refuses what was given before.
my $expected = 0;
sub make_many
{
	my ($name) = @_;
	command_ok([ 'pgbench', '-n', '-c', 8, '-j', 2, '-t', 25, '-f', $script, '-h', $node->host, '-p', $node->port, 'postgres' ],
		"eight sessions make ids: $name");
	$expected += 8 * 25 * 103;
	is(ask($node, 'postgres', 'SELECT count(*) FROM id'), $expected, "none twice: $name");
	return;
}

# Of the coordinator's own: within a millisecond ids sort by their number first.
sub newest { return ask($node, 'postgres', 'SELECT max(id) FROM id WHERE (pgscale.id_info(id)).number = 0') }

make_many('preloaded');
is(ask($node, 'postgres', <<'SQL'), "0|t\n1|t\n2|t", 'they say the number and the time');
SELECT (i).number, bool_and((i).made_at BETWEEN now() - interval '1 minute' AND now() + interval '2 seconds')
  FROM (SELECT pgscale.id_info(id) AS i FROM id) t GROUP BY 1 ORDER BY 1
SQL
is(ask($node, 'postgres', <<'SQL'), 't', 'and sort by when they were made');
SELECT bool_and(id > before)
  FROM (SELECT id, lag(id) OVER (ORDER BY n) AS before
          FROM (SELECT n, pgscale.next_id() AS id FROM generate_series(1, 20000) n) t) t
SQL
my $in_one = ask($node, 'postgres', 'SELECT pgscale.next_id()');
cmp_ok(ask($node, 'postgres', 'SELECT pgscale.next_id()'), '>', $in_one, 'also those of different sessions');

# --- a crash, before anything was committed, and a clock that is set back
my $leaked = ask($node, 'postgres', 'SELECT max(pgscale.next_id()) FROM generate_series(1, 5000)');
$node->stop('immediate');
$node->append_conf('postgresql.conf', "pgscale.clock = '2025-06-01 00:00:00+00'\n");
$node->start;
cmp_ok(ask($node, 'postgres', 'SELECT pgscale.next_id()'), '>', $leaked, 'after a crash and with the clock set back they go on');
make_many('crashed, clock set back');

# --- without preload
my $before = newest();
$node->append_conf('postgresql.conf', "shared_preload_libraries = ''\n");
$node->restart;
make_many('not preloaded, clock set back');
cmp_ok(ask($node, 'postgres', 'SELECT pgscale.next_id()'), '>', $before, 'and after the earlier ones');
$node->append_conf('postgresql.conf', "pgscale.clock = ''\n");
$node->restart;
make_many('not preloaded, real clock');
$leaked = ask($node, 'postgres', 'SELECT pgscale.next_id()');
$node->stop('immediate');
$node->append_conf('postgresql.conf', "pgscale.clock = '2025-06-01 00:00:00+00'\n");
$node->start;
cmp_ok(ask($node, 'postgres', 'SELECT pgscale.next_id()'), '>', $leaked, 'what only a client has seen is not given again');

# --- a dump takes along how far they are
my $dump = $node->basedir . '/dump.sql';
command_ok([ 'pg_dump', '-h', $node->host, '-p', $node->port, '-f', $dump, 'postgres' ], 'dump');
$node->safe_psql('postgres', 'CREATE DATABASE copy');
command_ok([ 'psql', '-qX', '-h', $node->host, '-p', $node->port, '-f', $dump, 'copy' ], 'restore');
cmp_ok(ask($node, 'copy', 'SELECT pgscale.next_id()'), '>', newest(), 'a restored database gives none of them again');

# --- a shard that makes its own
is(ask($node, 'postgres', <<'SQL'), '7|t', 'a shard with pgscale makes ids of its number, apart from those that are made for it');
SET pgscale.id_number = 7;
SELECT number, sequence >= 2048 FROM pgscale.id_info(pgscale.next_id())
SQL

# --- what is refused
sub refused
{
	my ($sql, $message, $name) = @_;
	my ($status, $out, $error) = $node->psql('postgres', "\\set VERBOSITY verbose\n$sql");
	like($error, $message, $name);
	return;
}
refused("SELECT pgscale.next_id('none')", qr/42704: shard "none" does not exist/, 'a shard that is not there');
refused("SET pgscale.id_number = 7; SELECT pgscale.next_id('s1')", qr/55000: only a coordinator/, 'ids for shards on a shard');
refused('SELECT pgscale.id_info(-1)', qr/22003: -1 is no id/, 'what is no id');
refused("SET pgscale.clock = '2095-01-01 00:00+00'; SELECT pgscale.next_id()", qr/54000: no ids are left/, 'a time that no id can hold');
refused('BEGIN READ ONLY; SELECT pgscale.next_id()', qr/25006: cannot execute pgscale.next_id\(\) in a read-only transaction/, 'read-only');
is(ask($node, 'postgres', 'CREATE ROLE app; SET ROLE app; SELECT pgscale.next_id() > 0'), 't', 'everybody may make ids');
refused("SET ROLE app; SELECT pgscale.next_id(); SET pgscale.id_number = 7", qr/42501: permission denied/, 'but not under another number');
refused("SET ROLE app; SELECT setval('pgscale.id_clock', 1)", qr/42501: permission denied/, 'nor set them back');

done_testing();
