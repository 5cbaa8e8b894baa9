# The worker analyzes parents by itself, for all sets of a database in one look, and holds nobody up.
use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use PgscaleTest;
use Test::More;

my $node = new_server('analyze', "pgscale.clock = '2026-01-15 12:00+00'", 'pgscale.analyze_parents = on', "timezone = 'UTC'");
$node->start;
$node->safe_psql('postgres', <<'SQL');
CREATE EXTENSION pgscale;
CREATE TABLE a (at date NOT NULL, n int) PARTITION BY RANGE (at);
CREATE TABLE b (at date NOT NULL, n int) PARTITION BY RANGE (at);
CREATE TABLE empty (at date NOT NULL, n int) PARTITION BY RANGE (at);
CREATE TABLE off_limits (at date NOT NULL, n int) PARTITION BY RANGE (at);
SQL
$node->safe_psql('postgres', <<"SQL") foreach qw(a b empty);
SELECT FROM pgscale.create_parent('$_', 'at', '1 month', premake => 1);
INSERT INTO $_ SELECT '2026-01-20', n FROM generate_series(1, 1000) n WHERE '$_' <> 'empty';
SQL

my $analyzed = "SELECT string_agg(parent || ' ' || reason, ', ' ORDER BY parent::text, id) FROM pgscale.runs WHERE action = 'analyze' AND outcome = 'ok'";

# The first look may come before the rows, the second comes ten minutes later: as by an hour that has passed.
sub look_now
{
	$node->safe_psql('postgres', "UPDATE pgscale.set_state SET look_at = now() - '1 s'::interval");
	$node->safe_psql('postgres', "SELECT FROM pgscale.alter_parent('empty', premake => 1)");    # wakes the launcher
	return;
}
look_now();
becomes($node, 'postgres', $analyzed, 'a not analyzed yet, b not analyzed yet', 'parents with rows are analyzed once');
is($node->safe_psql('postgres', "SELECT reltuples FROM pg_class WHERE relname = 'a'"), 1000, 'for the planner');
is($node->safe_psql('postgres', "SELECT count(*) FROM pg_stat_user_tables WHERE relname LIKE 'a\\_%' AND last_analyze IS NOT NULL"),
	0, 'without their partitions');
is($node->safe_psql('postgres', "SELECT count(*) FROM pgscale.set_state WHERE look_at BETWEEN now() + '9 min' AND now() + '10 min'"),
	3, 'the next look is ten minutes away');

# ---- a look at sets that are fresh visits none of them -------------------------------------------
my $visits = "SELECT string_agg(visited_at::text, ' ' ORDER BY parent::text) FROM pgscale.set_state WHERE parent::text <> 'empty'";
my $before = $node->safe_psql('postgres', $visits);
look_now();
becomes($node, 'postgres', "SELECT count(*) FROM pgscale.set_state WHERE look_at > now() + '9 min'", 3, 'all sets are looked at');
is($node->safe_psql('postgres', $visits), $before, 'and left alone');

# ---- changes of one of them ----------------------------------------------------------------------
$node->safe_psql('postgres', "INSERT INTO b SELECT '2026-02-20', n FROM generate_series(1, 500) n");
look_now();
becomes($node, 'postgres', $analyzed, 'a not analyzed yet, b not analyzed yet, b 500 rows changed since it was analyzed',
	'changed rows are added up over the partitions');

# ---- a lock in the way ---------------------------------------------------------------------------
my $holder = $node->background_psql('postgres');
$holder->query_safe('BEGIN; LOCK TABLE a IN SHARE UPDATE EXCLUSIVE MODE');
$node->safe_psql('postgres', "INSERT INTO a SELECT '2026-02-20', n FROM generate_series(1, 500) n");
look_now();
becomes($node, 'postgres', "SELECT DISTINCT outcome, sqlstate, cardinality(blockers) FROM pgscale.runs WHERE parent = 'a' AND action = 'analyze' AND outcome <> 'ok'",
	'failed|55P03|1', 'is waited for under the lock timeout');
$holder->query_safe('COMMIT');
becomes($node, 'postgres', "SELECT count(*) FROM pgscale.runs WHERE parent = 'a' AND action = 'analyze' AND outcome = 'ok'", 2,
	'and tried again', 40);
$holder->quit;

# ---- the switch, for one database ----------------------------------------------------------------
$node->safe_psql('postgres', 'ALTER DATABASE postgres SET pgscale.analyze_parents = off');
$node->safe_psql('postgres', "INSERT INTO a SELECT '2026-02-20', n FROM generate_series(1, 5000) n");
look_now();
becomes($node, 'postgres', "SELECT visited_at > now() - '5 s'::interval FROM pgscale.set_state WHERE parent = 'empty'::regclass", 't', 'a visit');
stays($node, 'postgres', "SELECT count(*) FROM pgscale.runs WHERE parent = 'a' AND action = 'analyze'  AND outcome = 'ok'", 2, 'analyzes nothing');

$node->stop;
done_testing();
