# Draining a default partition: kill -9 in the middle of it, readers meanwhile, and the worker by policy.
use strict;
use warnings;

use IPC::Run;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use PgscaleTest;
use Test::More;

my $node = new_server(
	'drain', "pgscale.clock = '2026-01-15 00:00+00'", 'restart_after_crash = on',
	"pgscale.lock_timeout = '10s'", "timezone = 'UTC'");
$node->start;
$node->safe_psql('postgres', <<'SQL');
CREATE EXTENSION pgscale;
CREATE TABLE hold (condition text);
CREATE FUNCTION hold() RETURNS event_trigger LANGUAGE plpgsql AS $$
DECLARE
  h record;
  hit boolean;
BEGIN
  FOR h IN SELECT * FROM public.hold LOOP
    EXECUTE 'SELECT ' || h.condition INTO hit;
    IF hit THEN PERFORM pg_sleep(600); END IF;
  END LOOP;
END $$;
CREATE EVENT TRIGGER hold ON ddl_command_end WHEN TAG IN ('ALTER TABLE') EXECUTE FUNCTION hold();
SQL

my $each_once = 'SELECT count(*), count(DISTINCT n), sum(n) FROM';

sub make_set
{
	my ($table, $rows, $options) = @_;
	$node->safe_psql('postgres', <<"SQL");
CREATE TABLE $table (at timestamptz NOT NULL, n int) PARTITION BY RANGE (at);
CREATE INDEX ON $table (at);
SELECT FROM pgscale.create_parent('$table', 'at', '1 month', premake => 0, default_partition => true $options);
INSERT INTO $table SELECT '2025-03-01'::timestamptz + n * '1 minute'::interval, n FROM generate_series(1, $rows) n;
SQL
	return;
}

# ---- a crash between two batches, within the transaction of the second ------------------------
make_set('crash', 1000, '');
my $before = $node->safe_psql('postgres', "$each_once crash");
$node->safe_psql('postgres',
	"INSERT INTO hold VALUES ('(SELECT count(*) > 0 FROM pgscale.growing)')");
my $session = $node->background_psql('postgres', on_error_stop => 0);
say_in($session, "CALL pgscale.drain_default('crash', batch => 300)");
my $waits = "FROM pg_stat_activity WHERE wait_event = 'PgSleep'";
becomes($node, 'postgres', "SELECT count(*) $waits", 1, 'it is in the middle of the second batch');
is($node->safe_psql('postgres', "SELECT bounds, rows FROM pgscale.runs WHERE action = 'drain' AND outcome = 'ok'"),
	q{FOR VALUES FROM ('2025-03-01 00:00:00+00') TO ('2025-03-01 05:01:00+00')|300}, 'after the first is committed');
my $pid = ask($node, 'postgres', "SELECT pid $waits");
$node->safe_psql('postgres', 'DELETE FROM hold');
kill_process($node, $pid);
eval { $session->quit };

is($node->safe_psql('postgres', "$each_once crash"), $before, 'no row is lost or doubled by the crash');
becomes($node, 'postgres', 'SELECT count(*) FROM pgscale.growing', 0,
	'the next visit finishes the partition, though the policy does not drain');
is($node->safe_psql('postgres', "$each_once crash"), $before, 'with every row');
is($node->safe_psql('postgres', "SELECT partition, upper FROM pgscale.partitions WHERE root = 'crash'::regclass AND lower LIKE '2025%'"),
	'crash_p2025_03|2025-04-01 00:00:00+00', 'and with the bound of its period');
is($node->safe_psql('postgres', "SELECT count(*) FROM pgscale.runs WHERE action = 'drain' AND outcome = 'crashed'"),
	1, 'the journal tells of the crash');

# ---- readers while it goes on -----------------------------------------------------------------
make_set('busy', 20000, '');
$before = $node->safe_psql('postgres', "$each_once busy");
my $drain = IPC::Run::start([ 'psql', '-qXAt', '-d', $node->connstr('postgres'), '-c', "CALL pgscale.drain_default('busy', batch => 200)" ],
	'>', \my $out, '2>', \my $error);
my ($looks, $wrong) = (0, 0);
while ($drain->pumpable)
{
	$wrong++ if ask($node, 'postgres', "$each_once busy") ne $before;
	$looks++;
	$drain->pump_nb;
}
$drain->finish;
is($error, '', 'nothing went wrong while there were readers');
cmp_ok($looks, '>', 5, 'readers looked while rows were moved');
is($wrong, 0, 'each of them saw each row once');
is($node->safe_psql('postgres', 'SELECT count(*) FROM busy_default'), 0, 'all rows were moved');

# ---- by the worker ----------------------------------------------------------------------------
make_set('policy', 5000, ', drain => true');
becomes($node, 'postgres', 'SELECT count(*) FROM policy_default', 0, 'the worker drains by policy');
is($node->safe_psql('postgres', "SELECT DISTINCT requester FROM pgscale.run WHERE parent = 'policy'::regclass AND action = 'drain'"),
	'pgscale worker', 'in its visits');
$node->safe_psql('postgres', "INSERT INTO policy VALUES ('2024-12-24', -24)");
becomes($node, 'postgres', 'SELECT tableoid::regclass FROM policy WHERE n = -24', 'policy_p2024_12',
	'and what comes later, too');

$node->safe_psql('postgres', <<'SQL');
CREATE TABLE tenants (tenant text, n int) PARTITION BY LIST (tenant);
CREATE INDEX ON tenants (tenant);
SELECT FROM pgscale.create_parent('tenants', 'tenant', default_partition => true, auto_list => true, auto_list_rows => 100);
INSERT INTO tenants SELECT 'large', n FROM generate_series(1, 100) n;
INSERT INTO tenants SELECT 'small', n FROM generate_series(1, 99) n;
SQL
becomes($node, 'postgres', 'SELECT tableoid::regclass, count(*) FROM tenants GROUP BY 1 ORDER BY tableoid::regclass::text',
	"tenants_default|99\ntenants_large|100", 'the worker discovers values');

$node->stop;
done_testing();
