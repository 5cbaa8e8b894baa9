# The views of tables and indexes under locks, beside a detach that was interrupted, after a crash and on a standby.
use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use PgscaleTest;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('relation_views');
$node->init(allows_streaming => 1);
$node->append_conf('postgresql.conf', "autovacuum = off\nrestart_after_crash = on");
$node->start;
$node->safe_psql('postgres', <<'SQL');
CREATE EXTENSION pgscale;
CREATE TABLE target (id int PRIMARY KEY);
CREATE TABLE plain (id int PRIMARY KEY, target int REFERENCES target, note text);
CREATE INDEX plain_note ON plain (lower(note)) WHERE id > 1;
INSERT INTO plain SELECT g, NULL, g FROM generate_series(1, 2000) g;
CREATE TABLE parted (id int) PARTITION BY RANGE (id);
CREATE TABLE parted_1 PARTITION OF parted FOR VALUES FROM (0) TO (10);
CREATE TABLE parted_rest PARTITION OF parted DEFAULT;
INSERT INTO parted VALUES (1), (100);
CREATE TABLE leaving (id int) PARTITION BY RANGE (id);
CREATE TABLE leaving_1 PARTITION OF leaving FOR VALUES FROM (0) TO (10);
CREATE TABLE leaving_2 PARTITION OF leaving FOR VALUES FROM (10) TO (20);
CREATE TABLE fleeting (id int) PARTITION BY RANGE (id);
CREATE UNLOGGED TABLE fleeting_rest PARTITION OF fleeting DEFAULT;
INSERT INTO fleeting VALUES (1);
SQL

my %rows = (
	tables => "SELECT count(*) FROM pgscale.tables WHERE schema = 'public'",
	leaves => 'SELECT count(*) FROM pgscale.leaves()',
	partitioned_tables => "SELECT count(*) FROM pgscale.partitioned_tables WHERE schema = 'public'",
	indexes => "SELECT count(*), count(columns) FROM pgscale.indexes WHERE schema = 'public'",
	missing_indexes => "SELECT count(*), max(columns) FROM pgscale.missing_indexes WHERE schema = 'public'",
	growth => "SELECT count(*) FROM pgscale.growth WHERE schema = 'public'");
my %expected = (tables => '5', leaves => '5', partitioned_tables => '3', indexes => '3|3', missing_indexes => '1|target', growth => '5');
my $default = "SELECT default_has_rows FROM pgscale.partitioned_tables WHERE name = 'parted'";

# ---- nobody waits for a lock ------------------------------------------------------------------
is(ask($node, 'postgres', $default), 't', 'the default partition has a row');
my $holder = $node->background_psql('postgres');
$holder->query_safe('BEGIN; LOCK TABLE plain, target, parted IN ACCESS EXCLUSIVE MODE');
foreach my $view (sort keys %rows)
{
	is(ask($node, 'postgres', "SET lock_timeout = '100ms'; $rows{$view}"), $expected{$view}, "$view waits for no lock");
}
is(ask($node, 'postgres', "SET lock_timeout = '100ms'; $default"), '', 'whether a locked table has rows is not known');
$holder->query_safe('ROLLBACK');

# All of them, beside a set whose partitions have partitions.
$node->safe_psql('postgres', <<'SQL');
CREATE TABLE managed (id int, day date) PARTITION BY RANGE (day);
SELECT FROM pgscale.create_parent('managed', 'day', '1 month', premake => 1);
CREATE TABLE managed_old PARTITION OF managed FOR VALUES FROM ('2000-01-01') TO ('2000-02-01') PARTITION BY HASH (id);
CREATE TABLE managed_old_0 PARTITION OF managed_old FOR VALUES WITH (MODULUS 1, REMAINDER 0);
INSERT INTO managed SELECT g, '2000-01-10' FROM generate_series(1, 1000) g;
ANALYZE managed_old_0;
SQL
my $sizes = "SELECT rows_estimate, bytes > 0 FROM pgscale.partitions WHERE partition = 'managed_old'::regclass";
$holder->query_safe('BEGIN; LOCK TABLE plain, target, parted, leaving, managed IN ACCESS EXCLUSIVE MODE');
my @views = split /\n/, ask($node, 'postgres', "SELECT relname FROM pg_class WHERE relnamespace = 'pgscale'::regnamespace AND relkind = 'v'");
cmp_ok(scalar @views, '>', 40, 'there are many views');
my @waiting = grep { ask($node, 'postgres', "SET lock_timeout = '100ms'; SELECT count(*) FROM pgscale.$_") !~ /^\d+$/ } @views;
is("@waiting", '', 'no view waits for a lock');
like(ask($node, 'postgres', "SET lock_timeout = '100ms'; SELECT length(pgscale.report())"), qr/^\d+$/, 'nor does the report');
is(ask($node, 'postgres', "SET lock_timeout = '100ms'; $sizes"), '1000|t', 'a partition has the rows and bytes of those below it');
$holder->query_safe('ROLLBACK');
$node->safe_psql('postgres', 'DROP TABLE managed');

# ---- a concurrent detach that was interrupted -------------------------------------------------
my $pending = "SELECT detach_pending, leaves, next_bound FROM pgscale.partitioned_tables WHERE name = 'leaving'";
is(ask($node, 'postgres', $pending), '0|2|20', 'nothing is being detached');
$holder->query_safe('BEGIN; SELECT count(*) FROM leaving');
like($node->psql('postgres', "SET lock_timeout = '100ms'; ALTER TABLE leaving DETACH PARTITION leaving_2 CONCURRENTLY") // '', qr/^[13]$/, 'a detach is interrupted');
$holder->query_safe('COMMIT');
is(ask($node, 'postgres', $pending), '1|2|10', 'it is told, and covers nothing any more');

# ---- on a standby -----------------------------------------------------------------------------
$node->safe_psql('postgres', 'CALL pgscale.take_sample()');
my $observed = "SELECT observed_since IS NULL FROM pgscale.indexes WHERE name = 'plain_pkey'";
is(ask($node, 'postgres', $observed), 'f', 'the primary has observed the index');
$node->backup('base');
my $standby = PostgreSQL::Test::Cluster->new('relation_views_standby');
$standby->init_from_backup($node, 'base', has_streaming => 1);
$standby->start;
$node->wait_for_catchup($standby);
$expected{missing_indexes} = '0|';    # its own counters tell of no writes
foreach my $view (sort keys %rows)
{
	is(ask($standby, 'postgres', $rows{$view}), $expected{$view}, "$view on a standby");
}
is(ask($standby, 'postgres', $observed), 't', 'the standby has not');
is(ask($standby, 'postgres', "SELECT name, default_has_rows FROM pgscale.partitioned_tables WHERE default_partition IS NOT NULL ORDER BY name"),
	"fleeting|\nparted|t", 'an unlogged table has no rows to be seen there');
is(ask($standby, 'postgres', "SELECT bytes_per_day IS NULL, since IS NOT NULL FROM pgscale.growth WHERE name = 'plain'"), 't|t', 'the history of sizes is also its own');
$standby->stop;

# ---- a crash ----------------------------------------------------------------------------------
my $pid = $holder->query_safe('SELECT pg_backend_pid()');
kill_process($node, $pid);
eval { $holder->quit };
becomes($node, 'postgres', $observed, 't', 'after a crash an index is not observed any more');
$node->safe_psql('postgres', 'CALL pgscale.take_sample()');
is(ask($node, 'postgres', $observed), 'f', 'but from the next sample on');
$node->stop;

done_testing();
