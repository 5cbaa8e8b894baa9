# Out of the server: the metrics, their text for Prometheus, and the files of contrib that name them.
use strict;
use warnings;

use JSON::PP;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use PgscaleTest;
use Test::More;

my $node = new_server('metrics', "pgscale.clock = '2026-03-10 12:00+00'", 'pgscale.max_workers = 0', 'wal_level = replica', 'max_wal_senders = 2', 'max_replication_slots = 4');
$node->start;
$node->safe_psql('postgres', <<'SQL');
CREATE EXTENSION pgscale;
CREATE SCHEMA "odd ""name\";
CREATE TABLE "odd ""name\"."line
break" (id smallserial PRIMARY KEY, note text);
INSERT INTO "odd ""name\"."line
break" (note) SELECT 'x' FROM generate_series(1, 5000);
CREATE TABLE orders (id int, at timestamptz) PARTITION BY RANGE (at);
SELECT FROM pgscale.create_parent('orders', 'at', '1 month');
SELECT FROM pg_create_physical_replication_slot('gone', true);
CALL pgscale.take_sample();
SQL

# ---- the view --------------------------------------------------------------------------------
is( $node->safe_psql('postgres', <<'SQL'),
SELECT string_agg(name, ' ' ORDER BY name) FROM pgscale.metrics
 WHERE NOT (name ~ '^pgscale_[a-z_]+$' AND help <> '' AND (name LIKE '%\_total') = (kind = 'counter') AND kind IN ('counter', 'gauge'))
SQL
	'', 'every metric has a name, a kind and a help that fit each other');
is( $node->safe_psql('postgres', 'SELECT count(*) FROM (SELECT FROM pgscale.metrics GROUP BY name, labels HAVING count(*) > 1) d'),
	'0', 'no series comes twice');
is( $node->safe_psql('postgres', "SELECT value FROM pgscale.metrics WHERE name = 'pgscale_set_partitions' AND labels->>'relname' = 'orders'"),
	'5', 'a set tells its partitions');
is( $node->safe_psql('postgres', "SELECT value FROM pgscale.metrics WHERE name = 'pgscale_replication_connected' AND labels->>'slot' = 'gone'"),
	'0', 'a standby that is gone is not connected');
is( $node->safe_psql('postgres', "SELECT value FROM pgscale.metrics WHERE name = 'pgscale_health_status' AND labels->>'check' = 'disconnected_standby'"),
	'1', 'and health says so');
cmp_ok($node->safe_psql('postgres', 'SELECT count(*) FROM pgscale.metrics'), '<', 1500, 'the series are within their budget');

# ---- the text --------------------------------------------------------------------------------
my $file = PostgreSQL::Test::Utils::tempdir() . '/metrics.prom';
append_to_file($file, $node->safe_psql('postgres', 'SELECT pgscale.prometheus()') . "\n");
my ($out, $err) = ('', '');
my $ok = IPC::Run::run [ $ENV{PROMTOOL}, 'check', 'metrics' ], '<', $file, '>', \$out, '2>', \$err;
ok($ok, 'promtool finds no fault with it') or diag("$out$err");
my $text = slurp_file($file);
like($text, qr/^pgscale_table_live_rows\{relname="line\\nbreak",schemaname="odd \\"name\\\\"\} 5000$/m, 'names are escaped');
is( scalar(() = $text =~ /^pgscale_/mg), $node->safe_psql('postgres', 'SELECT count(*) FROM pgscale.metrics'),
	'each series has its line');
append_to_file("$file.wrong", "pgscale_wrong{ 1\n");
ok(!IPC::Run::run([ $ENV{PROMTOOL}, 'check', 'metrics' ], '<', "$file.wrong", '>', \$out, '2>', \$err), 'promtool would find one');

# ---- who may see what ------------------------------------------------------------------------
$node->safe_psql('postgres', 'CREATE ROLE plain; CREATE ROLE scraper IN ROLE pg_monitor');
is( $node->safe_psql('postgres', "SET ROLE plain; SELECT count(*) FILTER (WHERE name LIKE 'pgscale\\_set\\_%'), count(*) FILTER (WHERE name = 'pgscale_wal_directory_bytes') FROM pgscale.metrics"),
	'0|0', 'a plain role gets nothing of sets of others, nor of the file system');
is( $node->safe_psql('postgres', "SET ROLE scraper; SELECT count(*) FILTER (WHERE name = 'pgscale_set_partitions'), count(*) FILTER (WHERE name = 'pgscale_wal_directory_bytes') FROM pgscale.metrics"),
	'2|1', 'a role that monitors gets both');

# ---- contrib ---------------------------------------------------------------------------------
# A metric that is not there now may be there at another time, so the names are taken from the definition.
my %known = map { $_ => 1 } split /\n/, $node->safe_psql('postgres', <<'SQL');
SELECT DISTINCT (regexp_matches(pg_get_viewdef('pgscale.metrics_now'), '''(pgscale_[a-z_]+)''', 'g'))[1]
SQL
cmp_ok(scalar(keys %known), '>', 40, 'the definition names the metrics');

my $dashboard = decode_json(slurp_file('contrib/grafana/pgscale.json'));
my @panels = @{ $dashboard->{panels} };
cmp_ok(scalar(@panels), '>', 10, 'the dashboard has panels');
my %ids = map { $_->{id} => 1 } @panels;
is(scalar(keys %ids), scalar(@panels), 'each with an id of its own');
my @expressions = map { $_->{expr} } map { @{ $_->{targets} } } @panels;
push @expressions, map { $_->{query} } @{ $dashboard->{templating}{list} };
my @unknown = grep { !$known{$_} } map { /\b(pgscale_[a-z_]+)\b/g } @expressions;
is("@unknown", '', 'and asks for metrics that exist');

my $collector = slurp_file('contrib/sql_exporter/pgscale.collector.yml');
@unknown = grep { !$known{$_} } $collector =~ /metric_name: (\w+)/g;
is("@unknown", '', 'the collector has metrics that exist');
my %defined = map { $_ => 1 } $collector =~ /query_name: (\w+)/g;
@unknown = grep { !$defined{$_} } $collector =~ /query_ref: (\w+)/g;
is("@unknown", '', 'and refers to queries that it has');

# Each query of the two files runs, as a role that monitors, and has the columns that are named for it.
foreach my $path ('contrib/sql_exporter/pgscale.collector.yml', 'contrib/pgwatch/pgscale.yaml')
{
	my @blocks = slurp_file($path) =~ /^ +(?:query|15): \|\n((?: {6,}.*\n)+)/mg;
	cmp_ok(scalar(@blocks), '>=', 5, "$path has queries");
	foreach my $query (@blocks)
	{
		my ($name) = $query =~ /FROM (pgscale\.\w+|pg_stat_database)/;
		my ($status, undef, $error) = $node->psql('postgres', "SET ROLE scraper; SET standard_conforming_strings = on; $query");
		is($error, '', "$path: the query on $name runs");
	}
}
while ($collector =~ /metric_name: (\w+)\n((?: {4}.*\n)+)/g)
{
	my ($metric, $body) = ($1, $2);
	my @columns = map { split /, / } $body =~ /(?:key_labels|values): \[(.*?)\]/g;
	my ($reference) = $body =~ /query_ref: (\w+)/;
	my ($query) = defined $reference ? $collector =~ /query_name: $reference\n +query: \|\n((?: {6,}.*\n)+)/ : $body =~ /query: \|\n((?: {6,}.*\n)+)/;
	my $list = join ', ', map { "\"$_\"" } @columns;
	my (undef, undef, $error) = $node->psql('postgres', "SELECT $list FROM ($query) q");
	is($error, '', "$metric has its columns");
}
$node->stop;

done_testing();
