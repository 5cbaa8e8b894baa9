# The worker goes by the clock: tables without rows get their partitions, rows of the far future none, and what
# hands do to partitions is seen at once.
use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use PgscaleTest;
use Test::More;

my $node = new_server('quiet', "pgscale.clock = '2026-01-15 12:00+00'");
$node->start;

sub partitions
{
	my ($table) = @_;
	return "SELECT string_agg(c.relname, ' ' ORDER BY c.relname) FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid"
	  . " WHERE i.inhparent = '$table'::regclass";
}

$node->safe_psql('postgres', <<'SQL');
CREATE EXTENSION pgscale;
CREATE FUNCTION month_key(timestamptz) RETURNS text LANGUAGE sql IMMUTABLE
  RETURN to_char($1 AT TIME ZONE 'UTC', 'YYYY-MM');
CREATE FUNCTION month_of(text) RETURNS timestamptz LANGUAGE plpgsql IMMUTABLE AS
  $$ BEGIN RETURN to_timestamp(left($1, 7), 'YYYY-MM'); END $$;
CREATE TABLE plain (at timestamptz NOT NULL) PARTITION BY RANGE (at);
CREATE TABLE uuids (id uuid) PARTITION BY RANGE (id);
CREATE TABLE months (id text COLLATE "C", k int) PARTITION BY RANGE (id, k);
SELECT FROM pgscale.create_parent('plain', 'at', '1 month', premake => 1, default_partition => true);
SELECT FROM pgscale.create_parent('uuids', 'id', '1 month', premake => 1, retention => '1 month', retire => 'drop', encoding => 'uuidv7');
SELECT FROM pgscale.create_parent('months', 'id', '1 month', premake => 1, retention => '1 month', retire => 'drop',
  encoder => 'month_key(timestamptz)', decoder => 'month_of(text)');
INSERT INTO plain VALUES ('2999-12-31');
SQL
becomes($node, 'postgres', 'SELECT count(*) FROM pgscale.set_state WHERE retry_at IS NULL AND visited_at IS NOT NULL', 3,
	'the worker has seen the three sets');

# ---- the clock -------------------------------------------------------------------------------
set_clock($node, '2026-02-10 12:00+00');
becomes($node, 'postgres', partitions('plain'), 'plain_default plain_p2026_01 plain_p2026_02 plain_p2026_03',
	'a row of the far future makes no partitions');
becomes($node, 'postgres', partitions('uuids'), 'uuids_p2026_01 uuids_p2026_02 uuids_p2026_03',
	'a table without rows gets its next one');
set_clock($node, '2026-03-10 12:00+00');
becomes($node, 'postgres', partitions('uuids'), 'uuids_p2026_02 uuids_p2026_03 uuids_p2026_04',
	'and its old ones go');
becomes($node, 'postgres', partitions('months'), 'months_p2026_02 months_p2026_03 months_p2026_04',
	'by functions of the owner too');
is($node->safe_psql('postgres', "SELECT count(*) FROM pgscale.runs WHERE outcome <> 'ok'"), '0', 'no step failed');
set_clock($node, '2031-03-10 12:00+00');
becomes($node, 'postgres', partitions('months'), 'months_p2031_02 months_p2031_03 months_p2031_04',
	'a set that slept five years has no more than it needs');

# ---- hands -----------------------------------------------------------------------------------
becomes($node, 'postgres', "SELECT string_agg(covered_until, ' ' ORDER BY parent::text) FROM pgscale.partition_sets",
	join(' ', ('2031-04-30 20:00:00-04') x 3), 'so have the others');
$node->safe_psql('postgres', 'DROP TABLE uuids_p2031_04');
becomes($node, 'postgres', partitions('uuids'), 'uuids_p2031_02 uuids_p2031_03 uuids_p2031_04',
	'a partition that was dropped by hand is made again at once');
$node->safe_psql('postgres',
	"CREATE TABLE uuids_old PARTITION OF uuids FOR VALUES FROM (MINVALUE) TO ('01000000-0000-0000-0000-000000000000')");
becomes($node, 'postgres', partitions('uuids'), 'uuids_p2031_02 uuids_p2031_03 uuids_p2031_04',
	'one that was attached and has ended goes');
# What that began has to end first.
becomes($node, 'postgres', "SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'pgscale worker' OR EXISTS (SELECT FROM pgscale.change)",
	0, 'no visit is under way or to come');
my $quiet = -s $node->logfile;
$node->safe_psql('postgres', 'CREATE TABLE other (a int); ALTER TABLE other ADD b int; DROP TABLE other');
stays($node, 'postgres', partitions('uuids'), 'uuids_p2031_02 uuids_p2031_03 uuids_p2031_04', 'other DDL');
is(visits_started($node, 'postgres', $quiet), 0, 'wakes nobody');

# Who changes partitions in an open transaction holds up nobody but the set.
my $session = $node->background_psql('postgres', on_error_stop => 1);
say_in($session, "BEGIN; SET lock_timeout = '10s'; CREATE TABLE later PARTITION OF plain FOR VALUES FROM ('2099-01-01') TO ('2100-01-01')");
becomes($node, 'postgres', "SELECT count(*) FROM pg_locks WHERE relation = 'plain'::regclass AND mode = 'AccessExclusiveLock' AND granted", 1,
	'a partition is made in a transaction that stays open');
set_clock($node, '2031-04-10 12:00+00');
becomes($node, 'postgres', partitions('uuids'), 'uuids_p2031_03 uuids_p2031_04 uuids_p2031_05', 'the other sets go on');
$session->query_until(qr/done/, "COMMIT;\n\\echo done\n");
becomes($node, 'postgres', "SELECT to_regclass('plain_p2031_05') IS NOT NULL", 't', 'and so does this one afterwards');
$session->quit;

# ---- numbers ---------------------------------------------------------------------------------
$node->safe_psql('postgres', <<'SQL');
CREATE TABLE numbers (id bigint) PARTITION BY RANGE (id);
SELECT FROM pgscale.create_parent('numbers', 'id', '1000', premake => 2);
SQL
becomes($node, 'postgres', "SELECT watched IS NOT NULL FROM pgscale.set_state WHERE parent = 'numbers'::regclass", 't',
	'the worker knows where new rows of a number set come');
foreach my $thousand (1 .. 3)
{
	$node->safe_psql('postgres', "INSERT INTO numbers VALUES ($thousand * 1000)");
	becomes($node, 'postgres', "SELECT covered_until FROM pgscale.partition_sets WHERE parent = 'numbers'::regclass",
		($thousand + 3) * 1000, "rows in partition $thousand make the one that is next wanted");
}
is($node->safe_psql('postgres', "SELECT count(*) FROM pgscale.runs WHERE outcome NOT IN ('ok', 'failed')"), '0', 'nothing was refused');

$node->stop('fast');
unlike(slurp_file($node->logfile), qr/TRAP:|PANIC|terminated by signal 11/, 'no crash in the log');
done_testing();
