# Retention by the real bound, and sets whose hours and months pass a switch of daylight saving time.
use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use PgscaleTest;
use Test::More;

# The server's and the sessions' time zone is none of those that the sets are counted in.
my $node = new_server('dst', "pgscale.clock = '2026-10-01 00:00+00'", "timezone = 'Asia/Kathmandu'", 'log_statement = none');
$node->start;
$node->safe_psql('postgres', 'CREATE EXTENSION pgscale');

# ---- hourly sets at the switch ------------------------------------------------------------------
my @switches = (
	# zone, an instant two hours before the switch, hours
	[ 'Europe/Berlin',       '2026-03-28 23:00+00' ],    # forward: 02:00 does not exist
	[ 'Europe/Berlin',       '2026-10-24 23:00+00' ],    # back: 02:00 comes twice
	[ 'America/New_York',    '2026-11-01 04:00+00' ],
	[ 'Australia/Lord_Howe', '2026-04-04 13:00+00' ],    # back by half an hour
	[ 'Australia/Lord_Howe', '2026-10-03 13:30+00' ]);   # forward by half an hour
my $number = 0;
foreach my $switch (@switches)
{
	my ($zone, $start) = @$switch;
	my $name = "$zone from $start";
	my $table = 'hourly_' . $number++;
	set_clock($node, $start);
	$node->safe_psql('postgres', <<"SQL");
SET pgscale.clock = '$start';
CREATE TABLE $table (at timestamptz NOT NULL) PARTITION BY RANGE (at);
SELECT FROM pgscale.create_parent('$table', 'at', '1 hour', premake => 1, timezone => '$zone');
SQL
	my @refused;
	foreach my $step (0 .. 9)
	{
		my $clock = $node->safe_psql('postgres', "SELECT '$start'::timestamptz + $step * interval '30 minutes'");
		set_clock($node, $clock);
		my $deadline_query = "SELECT covered_until::timestamptz > '$clock'::timestamptz + interval '59 minutes'"
		  . " AND next_due > '$clock' FROM pgscale.partition_sets WHERE parent = '$table'::regclass";
		$node->poll_query_until('postgres', $deadline_query);
		# Every minute from now until half an hour from now, as the clock goes on.
		my $answer = ask($node, 'postgres', "INSERT INTO $table SELECT generate_series('$clock'::timestamptz,"
			  . " '$clock'::timestamptz + interval '59 minutes', '1 minute')");
		push @refused, "$clock: $answer" if $answer ne '';
	}
	is_deeply(\@refused, [], "$name: every minute has its partition");
	is( $node->safe_psql('postgres', <<"SQL"), 'f|f|f', "$name: no hole, no overlap, no odd width");
SELECT bool_or(lower::timestamptz <> before), count(DISTINCT lower) <> count(*),
       bool_or(upper::timestamptz - lower::timestamptz NOT IN ('1 hour', '30 minutes', '90 minutes'))
  FROM (SELECT lower, upper, lag(upper::timestamptz) OVER (ORDER BY lower::timestamptz) AS before
          FROM pgscale.partitions WHERE root = '$table'::regclass) p
SQL
	is( $node->safe_psql('postgres', "SELECT count(*) FROM pgscale.runs WHERE outcome <> 'ok'"), '0', "$name: no step failed");
	$node->safe_psql('postgres', "DROP TABLE $table");
}

# ---- months of a zone over the whole year -------------------------------------------------------
set_clock($node, '2026-01-31 23:30+00');    # February in Berlin
$node->safe_psql('postgres', <<'SQL');
CREATE TABLE monthly (at timestamptz NOT NULL) PARTITION BY RANGE (at);
CREATE TABLE daily (at timestamptz NOT NULL) PARTITION BY RANGE (at);
SET pgscale.clock = '2026-01-31 23:30+00';
SELECT FROM pgscale.create_parent('monthly', 'at', '1 month', premake => 0, timezone => 'Europe/Berlin');
SELECT FROM pgscale.create_parent('daily', 'at', '1 day', premake => 0, timezone => 'Europe/Berlin',
  retention => '1 month', retire => 'drop');
SQL
foreach my $month (2 .. 12)
{
	# The last minute of a month in Berlin, and the first of the next.
	foreach my $minute (-1, 0)
	{
		my $clock = $node->safe_psql('postgres', "SELECT (('2026-01-01'::timestamp + $month * interval '1 month')"
			  . " AT TIME ZONE 'Europe/Berlin') + $minute * interval '1 minute'");
		set_clock($node, $clock);
		$node->poll_query_until('postgres', "SELECT min(covered_until::timestamptz) > '$clock' AND min(next_due) > '$clock'"
			  . " FROM pgscale.partition_sets");
		my $answer = ask($node, 'postgres', "INSERT INTO monthly VALUES ('$clock'); INSERT INTO daily VALUES ('$clock')");
		fail("$clock: $answer") if $answer ne '';
	}
}
is( $node->safe_psql('postgres', <<'SQL'),
SELECT string_agg(to_char(lower::timestamptz AT TIME ZONE 'Europe/Berlin', 'MM-DD HH24'), ' ' ORDER BY lower::timestamptz)
  FROM pgscale.partitions WHERE root = 'monthly'::regclass
SQL
	join(' ', map({ sprintf '%02d-01 00', $_ } 2 .. 12), '01-01 00'), 'months begin at midnight of the set\'s zone');
is( $node->safe_psql('postgres', <<'SQL'), 't|t|f', 'so do days, over both switches, and none is missing');
SELECT bool_and(to_char(lower::timestamptz AT TIME ZONE 'Europe/Berlin', 'HH24:MI') = '00:00'),
       bool_and(lower::timestamptz = coalesce(before, lower::timestamptz)), count(*) > 40
  FROM (SELECT lower, lag(upper::timestamptz) OVER (ORDER BY lower::timestamptz) AS before
          FROM pgscale.partitions WHERE root = 'daily'::regclass) p
SQL
is($node->safe_psql('postgres', "SELECT count(*) FROM pgscale.runs WHERE outcome <> 'ok'"), '0', 'no step failed');
$node->safe_psql('postgres', 'DROP TABLE monthly, daily');

# ---- retention by the real bound ----------------------------------------------------------------
set_clock($node, '2026-08-15 00:00+00');
$node->safe_psql('postgres', <<'SQL');
CREATE TABLE sales (day date NOT NULL, n int) PARTITION BY RANGE (day);
CREATE TABLE sales_p1996_01 PARTITION OF sales FOR VALUES FROM ('1996-01-01') TO ('2026-06-01');
CREATE TABLE sales_p2099_01 PARTITION OF sales FOR VALUES FROM ('1990-01-01') TO ('1990-02-01');
CREATE TABLE sales_before PARTITION OF sales FOR VALUES FROM (MINVALUE) TO ('1990-01-01');
CREATE TABLE sales_odd PARTITION OF sales FOR VALUES FROM ('2026-06-01') TO ('2026-06-20');
CREATE TABLE sales_rest PARTITION OF sales FOR VALUES FROM ('2027-01-01') TO (MAXVALUE);
INSERT INTO sales VALUES ('1996-02-01', 1), ('2026-05-31', 2), ('2026-06-10', 3), ('1980-01-01', 4), ('1990-01-15', 5),
  ('2030-01-01', 6);
SET pgscale.clock = '2026-08-15 00:00+00';
SELECT FROM pgscale.create_parent('sales', 'day', '1 month', premake => 1, retention => '3 months', retire => 'drop');

CREATE TABLE numbers (id bigint NOT NULL) PARTITION BY RANGE (id);
SELECT FROM pgscale.create_parent('numbers', 'id', '1000', premake => 2, retention => '2000', retire => 'drop');
SQL
my $sales = "SELECT string_agg(partition::text, ' ' ORDER BY partition::text) FROM pgscale.partitions WHERE root = 'sales'::regclass";
becomes($node, 'postgres', "$sales AND partition::text !~ '_p202[67]'", 'sales_odd sales_p1996_01 sales_rest',
	'what ended long ago goes, whatever its name says; thirty years that ended lately stay');
stays($node, 'postgres', 'SELECT count(*) FROM sales WHERE n IN (1, 2, 3, 6)', '4', 'with all their rows');
set_clock($node, '2026-08-31 23:59:59+00');
stays($node, 'postgres', "SELECT to_regclass('sales_p1996_01') IS NULL", 'f', 'until their upper bound is old enough', 1);
set_clock($node, '2026-09-01 00:00:00+00');
becomes($node, 'postgres', "$sales AND partition::text !~ '_p202[67]'", 'sales_odd sales_rest', 'then they go');
set_clock($node, '2026-09-20 00:00:00+00');
becomes($node, 'postgres', "$sales AND partition::text !~ '_p202[67]'", 'sales_rest',
	'an odd one goes at the end of its own bound, one without an end never');

# ---- numbers: the rows are the clock ------------------------------------------------------------
my $numbers = "SELECT oldest || ' ' || covered_until FROM pgscale.partition_sets WHERE parent = 'numbers'::regclass";
is($node->safe_psql('postgres', $numbers), '0 3000', 'a set of numbers begins');
foreach my $id (1500, 2500, 4200)
{
	$node->safe_psql('postgres', "INSERT INTO numbers VALUES ($id)");
	my $low = int($id / 1000) * 1000;
	becomes($node, 'postgres', $numbers, ($low > 2000 ? $low - 2000 : 0) . ' ' . ($low + 3000), "row $id moves it on");
}
is($node->safe_psql('postgres', "SELECT count(*) FROM pgscale.runs WHERE outcome <> 'ok'"), '0', 'no step failed');

$node->stop;
done_testing();
