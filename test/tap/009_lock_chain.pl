# The lock timeout is for a whole step: locks that become free one after the other, each just in time,
# must not add up while everybody waits behind the first.
use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use PgscaleTest;
use Test::More;

my $limit = 3000;    # ms
my $node = PostgreSQL::Test::Cluster->new('lock_chain');
$node->init;
$node->append_conf('postgresql.conf', <<'CONF');
autovacuum = off
deadlock_timeout = 20ms
log_lock_waits = on
CONF
$node->start;

$node->safe_psql('postgres', <<'SQL');
CREATE EXTENSION pgscale;
SET pgscale.clock = '2026-01-15';
CREATE TABLE event (day date NOT NULL, note text) PARTITION BY RANGE (day);
SELECT FROM pgscale.create_parent('event', 'day', '1 month', premake => 5, retention => '1 month',
  default_partition => true);
SELECT FROM pgscale.alter_parent('event', premake => 1);
SQL

# One session for each table, in the order in which a plain DETACH takes its locks.
my %holder;
foreach my $table (qw(event event_default event_p2026_01))
{
	$holder{$table} = $node->background_psql('postgres');
	$holder{$table}->query_safe("BEGIN; LOCK TABLE ONLY $table IN ACCESS SHARE MODE");
}

my $call = $node->background_psql('postgres', on_error_stop => 0);
$call->query_safe("LOAD 'pgscale'; SET pgscale.clock = '2026-03-10'; SET pgscale.lock_timeout = $limit");
say_in($call, "CALL pgscale.run_maintenance('event')");

my $waits_for = sub {
	my ($table, $name) = @_;
	becomes($node, 'postgres',
		"SELECT count(*) > 0 FROM pg_locks WHERE NOT granted AND mode = 'AccessExclusiveLock'"
		  . " AND relation = '$table'::regclass", 't', $name);
};

# The set is complete for March, so its first step is the detach of January.
$waits_for->('event', 'the detach waits for the parent');
my $insert = $node->background_psql('postgres');
say_in($insert, "INSERT INTO event VALUES ('2026-03-10', 'behind')");
becomes($node, 'postgres',
	"SELECT count(*) FROM pg_locks WHERE NOT granted AND mode = 'RowExclusiveLock'", 1,
	'an INSERT waits behind it');
$holder{event}->quit;
$waits_for->('event_default', 'then for the default partition');
$holder{event_default}->quit;
$waits_for->('event_p2026_01', 'then for the partition');

becomes($node, 'postgres', "SELECT count(*) FROM event WHERE note = 'behind'", 1, 'the INSERT gets on');
my ($waited) = slurp_file($node->logfile) =~ /acquired RowExclusiveLock on relation \d+ of database \d+ after ([\d.]+) ms/;
cmp_ok($waited, '<=', 2 * $limit, 'within the promise, though three locks were not free');
cmp_ok($waited, '<=', 1.2 * $limit, 'one lock timeout was for all three');

$holder{event_p2026_01}->quit;
$call->quit;
$insert->quit;
becomes($node, 'postgres',
	"SELECT count(*) FROM pgscale.runs WHERE action = 'detach' AND outcome = 'ok'", 1,
	'the next try takes all of them');

# ---- the same for the targets of foreign keys -------------------------------------------------
$node->safe_psql('postgres', <<'SQL');
SET pgscale.clock = '2026-01-15';
CREATE TABLE target_a (id int PRIMARY KEY);
CREATE TABLE target_b (id int PRIMARY KEY);
CREATE TABLE target_c (id int PRIMARY KEY);
CREATE TABLE fact (day date NOT NULL, a int REFERENCES target_a, b int REFERENCES target_b,
  c int REFERENCES target_c) PARTITION BY RANGE (day);
SELECT FROM pgscale.create_parent('fact', 'day', '1 month', premake => 0);
SQL
my @targets = qw(target_a target_b target_c);
foreach my $table (@targets)
{
	$holder{$table} = $node->background_psql('postgres');
	$holder{$table}->query_safe("BEGIN; LOCK TABLE $table IN ROW EXCLUSIVE MODE");
}
my $from = -s $node->logfile;
$call = $node->background_psql('postgres', on_error_stop => 0);
$call->query_safe("LOAD 'pgscale'; SET pgscale.clock = '2026-02-10'; SET pgscale.lock_timeout = $limit");
say_in($call, "CALL pgscale.run_maintenance('fact')");
my $asked = "SELECT count(*) FROM pg_locks WHERE NOT granted AND mode = 'ShareRowExclusiveLock'"
  . " AND relation = '%s'::regclass";
becomes($node, 'postgres', sprintf($asked, 'target_a'), 1, 'the attach waits for its first target');
$insert = $node->background_psql('postgres');
say_in($insert, 'INSERT INTO target_a VALUES (1)');
$holder{target_a}->quit;
becomes($node, 'postgres', sprintf($asked, 'target_b'), 1, 'then for the second');
$holder{target_b}->quit;
becomes($node, 'postgres', sprintf($asked, 'target_c'), 1, 'then for the third');
becomes($node, 'postgres', 'SELECT count(*) FROM target_a', 1, 'an INSERT into the first gets on');
($waited) = slurp_file($node->logfile, $from) =~ /acquired RowExclusiveLock on relation \d+ of database \d+ after ([\d.]+) ms/;
cmp_ok($waited, '<=', 1.2 * $limit, 'one lock timeout was for all targets');
$holder{target_c}->quit;
$call->quit;
$insert->quit;
becomes($node, 'postgres', "SELECT to_regclass('fact_p2026_02') IS NOT NULL", 't', 'the next try attaches');
$node->stop;
done_testing();
