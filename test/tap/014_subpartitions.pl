# The worker keeps sets whose partitions are partitioned in turn: time passes, trees come and go at every level.
use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use PgscaleTest;
use Test::More;

my $node = new_server('subpartitions', "pgscale.clock = '2026-01-15 12:00+00'");
$node->start;

sub leaves
{
	my ($root) = @_;
	return "SELECT string_agg(partition::text, ' ' ORDER BY partition::text) FROM pgscale.partitions"
	  . " WHERE root = '$root'::regclass AND is_leaf AND state = 'attached'";
}

$node->safe_psql('postgres', <<'SQL');
CREATE EXTENSION pgscale;
CREATE TABLE events (at timestamptz, tenant int) PARTITION BY RANGE (at);
CREATE TABLE readings (region text, at timestamptz) PARTITION BY LIST (region);
SELECT FROM pgscale.create_parent('events', 'at', '1 month', premake => 0, retention => '1 month', retire => 'drop');
SELECT FROM pgscale.create_subparent('events', 'tenant', partitions => 2);
SELECT FROM pgscale.create_parent('readings', lists => '{"eu": ["DE"], "us": ["US"]}');
SELECT FROM pgscale.create_subparent('readings', 'at', '1 month', premake => 0, retention => '1 month', retire => 'drop');
SQL
becomes($node, 'postgres', 'SELECT count(*) FROM pgscale.set_state WHERE visited_at IS NOT NULL', 5,
	'the worker has seen the sets of both levels');

set_clock($node, '2026-02-10 12:00+00');
becomes($node, 'postgres', leaves('events'),
	'events_p2026_01_p0 events_p2026_01_p1 events_p2026_02_p0 events_p2026_02_p1', 'a new month has all its slots');
becomes($node, 'postgres', leaves('readings'),
	'readings_eu_p2026_01 readings_eu_p2026_02 readings_us_p2026_01 readings_us_p2026_02',
	'each region has its new month');

set_clock($node, '2026-03-10 12:00+00');
becomes($node, 'postgres', leaves('events'),
	'events_p2026_02_p0 events_p2026_02_p1 events_p2026_03_p0 events_p2026_03_p1', 'an old month goes with its slots');
becomes($node, 'postgres', leaves('readings'),
	'readings_eu_p2026_02 readings_eu_p2026_03 readings_us_p2026_02 readings_us_p2026_03',
	'and retention holds below the first level');
becomes($node, 'postgres', "SELECT string_agg(parent::text, ' ' ORDER BY parent::text) FROM pgscale.partition_sets WHERE level = 1",
	'events_p2026_02 events_p2026_03 readings_eu readings_us', 'what is gone is no set any more');
is($node->safe_psql('postgres', "SELECT count(*) FROM pgscale.runs WHERE outcome <> 'ok'"), '0', 'no step failed');

# ---- dump and restore ------------------------------------------------------------------------
my $file = $node->basedir . '/dump.sql';
$node->command_ok([ 'pg_dump', '--file', $file, $node->connstr('postgres') ], 'the database is dumped');
$node->safe_psql('template1', 'CREATE DATABASE restored');
$node->command_ok([ 'psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-d', $node->connstr('restored'), '-f', $file ], 'and restored');
is($node->safe_psql('restored', 'SELECT string_agg(root::text || level || control, \' \' ORDER BY root::text) FROM pgscale.subpartitions'),
	'events1tenant readings1at', 'with what was declared');
$node->safe_psql('restored', "CALL pgscale.run_maintenance('readings')");
is($node->safe_psql('restored', "SELECT string_agg(parent::text, ' ' ORDER BY parent::text) FROM pgscale.partition_sets WHERE root = 'readings'::regclass AND level = 1"),
	'readings_eu readings_us', 'and the sets below are found again');
is($node->safe_psql('restored', "SELECT bool_and(hold_until > now()) FROM pgscale.partition_sets WHERE root = 'readings'::regclass"),
	't', 'on hold as their root is');

$node->stop;
done_testing();
