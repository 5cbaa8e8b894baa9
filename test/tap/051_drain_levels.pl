# Draining to partitions that are partitioned in turn: kill -9 at each command of a step, and by policy under writers.
use strict;
use warnings;

use IPC::Run;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use PgscaleTest;
use Test::More;

my $node = new_server(
	'drain_levels', "pgscale.clock = '2026-01-15 00:00+00'", 'restart_after_crash = on', "timezone = 'UTC'");
$node->start;
$node->safe_psql('postgres', <<'SQL');
CREATE EXTENSION pgscale;
CREATE TABLE hold (condition text, command int);
CREATE FUNCTION hold() RETURNS event_trigger LANGUAGE plpgsql AS $$
DECLARE
  h record;
  hit boolean;
  command int;
BEGIN
  FOR h IN SELECT * FROM public.hold LOOP
    EXECUTE 'SELECT ' || h.condition INTO hit;
    CONTINUE WHEN NOT hit;
    command := coalesce(nullif(current_setting('hold.command', true), '')::int, 0) + 1;
    PERFORM set_config('hold.command', command::text, false);
    IF command = h.command THEN PERFORM pg_sleep(600); END IF;
  END LOOP;
END $$;
CREATE EVENT TRIGGER hold ON ddl_command_end WHEN TAG IN ('CREATE TABLE', 'ALTER TABLE') EXECUTE FUNCTION hold();
SQL

sub settled_tables
{
	my ($table) = @_;
	return $node->safe_psql('postgres', <<"SQL");
SELECT string_agg(c.oid::regclass::text || coalesce(' ' || pg_get_expr(c.relpartbound, c.oid), ''), ', ' ORDER BY c.relname)
       || ', guards: ' || (SELECT count(*) FROM pg_constraint WHERE conname = 'pgscale_guard')
  FROM pg_class c WHERE c.relname LIKE '$table%' AND c.relkind IN ('r', 'p')
SQL
}

# Kills the server while a step is at its commands one to the last, and asserts that nothing of it is left each time.
sub kill_at_each_command
{
	my ($table, $condition, $commands, $step) = @_;
	my $rows = $node->safe_psql('postgres', "SELECT count(*), count(DISTINCT n), sum(n) FROM $table");
	my $tables = settled_tables($table);
	my @changed;
	for my $command (1 .. $commands)
	{
		$node->safe_psql('postgres', "INSERT INTO hold VALUES ('$condition', $command)");
		my $session = $node->background_psql('postgres', on_error_stop => 0);
		say_in($session, "CALL pgscale.drain_default('$table', batch => 300)");
		my $waits = "FROM pg_stat_activity WHERE wait_event = 'PgSleep'";
		becomes($node, 'postgres', "SELECT count(*) $waits", 1, "$step: command $command");
		my $pid = ask($node, 'postgres', "SELECT pid $waits");
		$node->safe_psql('postgres', 'DELETE FROM hold');
		kill_process($node, $pid);
		eval { $session->quit };
		push @changed, "rows at $command" if $node->safe_psql('postgres', "SELECT count(*), count(DISTINCT n), sum(n) FROM $table") ne $rows;
		push @changed, "tables at $command" if settled_tables($table) ne $tables;
	}
	is("@changed", '', "$step: no crash loses or doubles a row, or leaves a table or a guard");
	return;
}

# ---- a crash at each command --------------------------------------------------------------------
$node->safe_psql('postgres', <<'SQL');
CREATE TABLE crash (at timestamptz NOT NULL, n int) PARTITION BY RANGE (at);
CREATE INDEX ON crash (at);
SELECT FROM pgscale.create_parent('crash', 'at', '1 month', premake => 0, default_partition => true);
SELECT FROM pgscale.create_subparent('crash', 'n', partitions => 2);
SELECT pgscale.pause('crash');
INSERT INTO crash SELECT '2025-03-01'::timestamptz + n * '1 minute'::interval, n FROM generate_series(1, 1000) n;
SQL
# three tables, two of them attached to the third; two guards, the attach, the guards again
kill_at_each_command('crash', 'true', 10, 'a partition that is made');
$node->safe_psql('postgres', "INSERT INTO hold VALUES ('(SELECT count(*) > 0 FROM pgscale.growing)', 1)");
my $session = $node->background_psql('postgres', on_error_stop => 0);
say_in($session, "CALL pgscale.drain_default('crash', batch => 300)");
becomes($node, 'postgres', "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep'", 1, 'the second batch');
my $pid = ask($node, 'postgres', "SELECT pid FROM pg_stat_activity WHERE wait_event = 'PgSleep'");
$node->safe_psql('postgres', 'DELETE FROM hold');
kill_process($node, $pid);
eval { $session->quit };
# the detach, two guards, the attach, the guards again
kill_at_each_command('crash', '(SELECT count(*) > 0 FROM pgscale.growing)', 6, 'a partition that grows');
$node->safe_psql('postgres', "SELECT pgscale.resume('crash')");
becomes($node, 'postgres', 'SELECT count(*) FROM pgscale.growing', 0, 'the next visit finishes the partition');
is(settled_tables('crash_p2025'), "crash_p2025_03 FOR VALUES FROM ('2025-03-01 00:00:00+00') TO ('2025-04-01 00:00:00+00'), "
	  . 'crash_p2025_03_p0 FOR VALUES WITH (modulus 2, remainder 0), crash_p2025_03_p1 FOR VALUES WITH (modulus 2, remainder 1), guards: 0',
	'with all that is below it');
is($node->safe_psql('postgres', 'SELECT count(*), count(DISTINCT n), sum(n) FROM crash'), '1000|1000|500500', 'and with every row');
becomes($node, 'postgres', "SELECT level FROM pgscale.partition_sets WHERE parent = 'crash_p2025_03'::regclass", 1,
	'it follows the policy of its level');

# ---- by policy, under writers and readers -------------------------------------------------------
# Each writer moves an amount from one row to the next and adds a pair of rows, so that the sum is always 0.
my %sets = (
	range_hash => [ 'k timestamptz', 'RANGE', q{timestamptz '2025-05-01' + i * interval '10 minutes'},
		q{'k', '1 month', premake => 0}, q{'id', partitions => 3} ],
	list_range => [ 'k text', 'LIST', q{(ARRAY['eu', 'us'])[1 + i % 2]},
		q{'k', lists => '{"europe": ["eu"], "america": ["us"]}'}, q{'id', '500', premake => 4} ],
	auto_hash => [ 'k text', 'LIST', q{(ARRAY['eu', 'us', 'asia'])[1 + i % 3]},
		q{'k', auto_list => true, auto_list_rows => 100}, q{'id', partitions => 2} ]);
for my $set (sort keys %sets)
{
	my ($key, $method, $value, $parent, $level) = @{ $sets{$set} };
	$node->safe_psql('postgres', <<"SQL");
CREATE TABLE $set ($key, id int, v int) PARTITION BY $method (k);
CREATE INDEX ON $set (k);
CREATE INDEX ON $set (id);
CREATE TABLE ${set}_default PARTITION OF $set DEFAULT;
INSERT INTO $set SELECT $value, i, 0 FROM generate_series(1, 3000) i;
CREATE SEQUENCE ${set}_ids START 3001;
BEGIN;
SELECT FROM pgscale.create_parent('$set', $parent, default_partition => true, drain => true);
SELECT FROM pgscale.create_subparent('$set', $level);
COMMIT;
SQL
}

sub write_to
{
	my ($set) = @_;
	my $value = $sets{$set}[2] =~ s/\bi\b/(:a % 3000)/gr;
	my $file = $node->basedir . "/$set.sql";
	append_to_file($file, <<"SQL");
\\set a random(1, 2999)
BEGIN;
UPDATE $set SET v = v - 1 WHERE id = :a;
UPDATE $set SET v = v + 1 WHERE id = :a + 1;
INSERT INTO $set SELECT $value, nextval('${set}_ids'), s FROM unnest(ARRAY[7, -7]) s;
COMMIT;
SQL
	return $file;
}
my ($out, $error) = ('', '');
my $writers = IPC::Run::start([ 'pgbench', '-n', '-c', '3', '-j', '1', '-T', '6', '-R', '150', (map { ('-f', write_to($_)) } sort keys %sets), $node->connstr('postgres') ],
	'>', \$out, '2>', \$error);
my ($looks, %wrong) = (0);
while ($writers->pumpable)
{
	for my $set (sort keys %sets)
	{
		my $seen = ask($node, 'postgres', "SELECT count(*) - count(DISTINCT id), sum(v), count(*) >= 3000 FROM $set");
		$wrong{"$set saw $seen"}++ if $seen ne '0|0|t';
		$looks++;
	}
	$writers->pump_nb;
}
ok($writers->finish, 'writers went on') or diag($error);
unlike($error, qr/ERROR/, 'without an error');
cmp_ok($looks, '>', 20, 'readers looked meanwhile');
is(join(', ', sort keys %wrong), '', 'each of them saw each row once');
for my $set (sort keys %sets)
{
	becomes($node, 'postgres', "SELECT count(*) FROM ${set}_default", 0, "$set: all rows were moved");
	is($node->safe_psql('postgres', "SELECT count(*) - count(DISTINCT id), sum(v) FROM $set"), '0|0', "$set: no change was lost");
	is($node->safe_psql('postgres', "SELECT DISTINCT level FROM pgscale.partitions WHERE root = '$set'::regclass AND is_leaf AND partition <> '${set}_default'::regclass AND partition::text NOT LIKE '%p2026%'"),
		2, "$set: to partitions that are partitioned in turn");
	$node->safe_psql('postgres', "CALL pgscale.drain_default('$set')");
	my $runs = "SELECT count(*) FROM pgscale.runs WHERE parent = '$set' AND action = 'drain'";
	my $before = $node->safe_psql('postgres', $runs);
	$node->safe_psql('postgres', "CALL pgscale.drain_default('$set')");
	is($node->safe_psql('postgres', $runs), $before, "$set: there is nothing left to drain");
}

$node->stop;
done_testing();
