# Open transactions of others hold up neither the worker nor its other sets, and make it detach nothing
# that the policy wants.
use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use PgscaleTest;
use Test::More;

my $node = new_server('others_in_the_way', "pgscale.clock = '2026-01-15 00:00+00'\n");
$node->start;
$node->safe_psql('postgres', <<'SQL');
CREATE EXTENSION pgscale;
CREATE TABLE altered (day date NOT NULL) PARTITION BY RANGE (day);
CREATE TABLE nested (day date NOT NULL, k int) PARTITION BY RANGE (day);
CREATE TABLE other (day date NOT NULL) PARTITION BY RANGE (day);
CREATE TABLE nested_old PARTITION OF nested FOR VALUES FROM ('2026-01-01') TO ('2026-02-01') PARTITION BY LIST (k);
CREATE TABLE nested_old_1 PARTITION OF nested_old FOR VALUES IN (1);
SELECT FROM pgscale.create_parent('altered', 'day', '1 month', premake => 0);
SELECT FROM pgscale.create_parent('nested', 'day', '1 month', premake => 0, retention => '1 month');
SELECT FROM pgscale.create_parent('other', 'day', '1 month', premake => 0);
SQL

# ---- a policy that is being changed, a part of a partition that is locked --------------------------
my $changing = $node->background_psql('postgres');
$changing->query_safe("BEGIN; SELECT FROM pgscale.alter_parent('altered', premake => 1)");
my $locking = $node->background_psql('postgres');
$locking->query_safe('BEGIN; LOCK TABLE nested_old_1');
set_clock($node, '2026-03-15 00:00+00');
my $covered = 'SELECT covered_until FROM pgscale.partition_sets WHERE parent =';
becomes($node, 'postgres', "$covered 'other'::regclass", '2026-04-01', 'another set is maintained');
becomes($node, 'postgres', "$covered 'nested'::regclass", '2026-04-01', 'the partitioned one is, too');
becomes($node, 'postgres', "SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'pgscale worker'", '0',
	'no worker waits for the end of the transactions');
$locking->query_safe('COMMIT');
becomes($node, 'postgres', "SELECT state FROM pgscale.partitions WHERE partition = 'nested_old'::regclass", 'detached',
	'the locked one is retired once it is free');
$changing->query_safe('COMMIT');
becomes($node, 'postgres', "$covered 'altered'::regclass", '2026-05-01', 'the changed policy is carried out');
$_->quit foreach $changing, $locking;

# ---- names change hands while a concurrent detach waits for one ------------------------------------
configure($node, 'pgscale.lock_timeout' => '60s');
$node->safe_psql('postgres', <<'SQL');
CREATE TABLE swapped (day date NOT NULL) PARTITION BY RANGE (day);
CREATE TABLE swapped_old PARTITION OF swapped FOR VALUES FROM ('2020-01-01') TO ('2020-02-01');
CREATE TABLE swapped_now PARTITION OF swapped FOR VALUES FROM ('2026-03-01') TO ('2026-04-01');
SQL
my $renaming = $node->background_psql('postgres');
$renaming->query_safe('BEGIN; ALTER TABLE swapped_old RENAME TO swapped_tmp;'
	  . ' ALTER TABLE swapped_now RENAME TO swapped_old; ALTER TABLE swapped_tmp RENAME TO swapped_now');
$node->safe_psql('postgres', "SELECT FROM pgscale.create_parent('swapped', 'day', '1 month', premake => 0, retention => '1 month')");
becomes($node, 'postgres', "SELECT count(*) FROM pg_locks WHERE NOT granted AND mode = 'ShareUpdateExclusiveLock'", '1',
	'the detach waits for the name');
$renaming->query_safe('COMMIT');
$renaming->quit;
becomes($node, 'postgres', "SELECT pg_get_expr(relpartbound, 0) FROM pg_class WHERE oid IN (SELECT inhrelid FROM pg_inherits WHERE inhparent = 'swapped'::regclass)",
	"FOR VALUES FROM ('2026-03-01') TO ('2026-04-01')", 'the old partition is detached, whatever its name');
is($node->safe_psql('postgres', "SELECT message FROM pgscale.runs WHERE parent = 'swapped' AND outcome = 'failed'"),
	'table public.swapped_old was renamed or dropped meanwhile', 'after a first try that found the name taken');

$node->stop;
unlike(slurp_file($node->logfile), qr/TRAP:|PANIC|terminated by signal 11/, 'no crash in the log');
done_testing();
