# The report in a browser: readable on a desk and on a phone, light and dark, quiet and alone.
use strict;
use warnings;
use lib 'test/tap/lib', 'test/web/lib';

use Browser;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use PgscaleTest;
use Test::More;

my @widths = (1280, 1161, 881, 768, 390);

# ---- the checks see what is wrong ---------------------------------------------------------------
my $bad = <<'HTML';
<!DOCTYPE html><html lang="en"><title>bad</title>
<body style="background: #fff"><nav><a href="#nowhere">x</a></nav>
<section id="health"><h2>Health</h2><p style="color: #999">pale</p><p style="font-size: 8px">small</p></section>
<div style="width: 1500px">wide</div>
<svg class="plot" role="img" width="300" height="40"><text class="tick" x="0" y="20">one label</text><text class="tick" x="9" y="20">two</text></svg>
<img src="https://example.org/a.png"><script>nonsense()</script></body></html>
HTML
my ($found, $console) = look_at($bad, 'dark', @widths);
my $problems = join "\n", @{ $found->{390} };
like($problems, qr/$_/, "the checks find: $_")
  foreach 'no section bloat', 'dead link #nowhere', 'contrast 2\.\d+ of "pale"', 'small text "small"',
  'the page scrolls sideways', '<DIV class=""> leaves the page', 'a plot has no name', 'labels of an axis overlap',
  'the other colour scheme', 'asks for https://example.org';
like("@$console", qr/nonsense is not defined/, 'and what the console says');

sub is_good
{
	my ($page, $name) = @_;
	foreach my $scheme ('light', 'dark')
	{
		my ($good, $quiet) = look_at($page, $scheme, @widths);
		is($good->{scheme}, $scheme, "$name is shown $scheme");
		is_deeply($good->{$_}, [], "$name is good at $_ pixels, $scheme") foreach @widths;
		is_deeply($quiet, [], "$name says nothing to the console, $scheme");
	}
	return;
}

# ---- made data, in every section and in none ----------------------------------------------------
is_good(slurp_file("test/web/$_.html"), "the $_ page") foreach 'sample', 'empty';

# ---- a database with sets and a history ---------------------------------------------------------
my $node = PostgreSQL::Test::Cluster->new('report');
$node->init;
$node->append_conf('postgresql.conf', "autovacuum = off\nwal_level = replica\n"
	  . "shared_preload_libraries = 'pg_stat_statements'\npgscale.clock = '2026-11-03 14:00+00'\n");
$node->start;
$node->safe_psql('postgres', <<'SQL');
CREATE EXTENSION pgscale;
CREATE EXTENSION pg_stat_statements;
CREATE ROLE owner;
CREATE ROLE other;
CREATE SCHEMA shop AUTHORIZATION owner;
SET ROLE owner;
CREATE TABLE shop.orders (at timestamptz NOT NULL, body text) PARTITION BY RANGE (at);
CREATE TABLE shop.events (at date NOT NULL, n int) PARTITION BY RANGE (at);
CREATE TABLE shop."a table whose name is as long as names can be, which is 63 b" (id bigint NOT NULL) PARTITION BY RANGE (id);
CREATE TABLE shop.sessions (u int) PARTITION BY HASH (u);
CREATE TABLE shop.people (c text) PARTITION BY LIST (c);
SELECT FROM pgscale.create_parent('shop.orders', 'at', '1 month', start_at => '2025-06-01', retention => '24 months', retire => 'drop');
SELECT FROM pgscale.create_parent('shop.events', 'at', '1 day', start_at => '2026-10-01', timezone => 'Europe/Berlin', default_partition => true);
SELECT FROM pgscale.create_parent(format('shop.%I', 'a table whose name is as long as names can be, which is 63 b')::regclass, 'id', '1000000');
SELECT FROM pgscale.create_parent('shop.sessions', partitions => 8);
SELECT FROM pgscale.create_parent('shop.people', lists => '{"eu": ["DE", "FR"], "na": ["US"]}');
INSERT INTO shop.orders SELECT timestamptz '2025-06-01' + i * interval '1 hour', repeat('x', 200) FROM generate_series(0, 12000) i;
DELETE FROM shop.orders WHERE at < '2025-08-01';
INSERT INTO shop.events VALUES ('2026-09-01', 1);
RESET ROLE;
DROP TABLE shop.events_p2026_10_10;
ANALYZE;
SELECT pg_create_physical_replication_slot('gone', true);
-- a sample each five minutes of two days, less two hours, in which the server was down
CREATE TABLE pgscale.sample_test PARTITION OF pgscale.sample DEFAULT;
CREATE TEMP TABLE moment AS
SELECT at, row_number() OVER (ORDER BY at) AS n
  FROM generate_series(timestamptz '2026-11-01 14:00+00', '2026-11-03 14:00+00', '5 min') AS at
 WHERE NOT (at > '2026-11-03 03:00+00' AND at < '2026-11-03 05:00+00');
INSERT INTO pgscale.sample (at, seconds, scope, object, frame, hit, read)
SELECT at, 300, 'database', (SELECT oid FROM pg_database WHERE datname = current_database()), false, 100000 + 400 * (n % 50), 1000 + 37 * (n % 23) FROM moment;
INSERT INTO pgscale.sample (at, seconds, scope, object, frame, gauges)
SELECT at, 300, 'server', 0, false, jsonb_build_object('replay_lag_seconds', n % 17 * 0.2) FROM moment;
INSERT INTO pgscale.sample (at, seconds, scope, object, frame, hit, read, bytes)
SELECT at, 300, 'table', t.name::regclass::oid, n % 288 = 1, 50000, 200 * t.nth, 1e9 * (6 - t.nth) + 1e5 * n * t.nth
  FROM moment, unnest('{shop.orders,shop.events,shop.sessions,shop.people}'::text[]) WITH ORDINALITY AS t (name, nth)
 WHERE n % 288 = 1 OR n % t.nth = 0;
SQL
# as the documentation says
my $file = PostgreSQL::Test::Utils::tempdir() . '/report.html';
command_ok([ 'psql', '-XAqtc', 'SELECT pgscale.report()', '-o', $file, $node->connstr('postgres') ], 'psql writes the page');
my $page = slurp_file($file);
ok($page =~ /^<!DOCTYPE html>.*<\/html>\n+\z/s, 'from its beginning to its end');
is_good($page, 'the page of a database');

sub lead { my ($html, $id) = @_; return $html =~ /<section id="$id".*?<p class="lead">(.*?)<\/p>/s ? $1 =~ s/<[^>]*>//gr : ''; }

like(lead($page, 'partitions'), qr/^5 sets with \d+ partitions, .* 1 set needs a look\.$/, 'it tells of the sets');
ok($page =~ /<code>shop\.events<.*1 row in the default partition.*1 hole between the partitions.*<code>shop\.orders/s, 'those in trouble first');
like(lead($page, 'sizes'), qr/^The tables take 13\.6 GB .*, \d+ MB more/, 'it adds up the sizes');
like(lead($page, 'cache'), qr/^98\.\d+ % of 2\d\d GB/, 'it weighs what was found and what was read');
ok($page =~ /<section id="bloat".*<code>shop\.orders_p2025_0[67]<.*<section id="lag"/s, 'it names the bloated partitions');
ok($page =~ /<section id="lag".*<code>gone<.*disconnected/s, 'and who is gone');
ok($page =~ /<section id="queries".*INSERT INTO shop\.orders SELECT.*<section id="runs"/s, 'it shows what took the time');
ok($page =~ /<section id="health".*Default rows.*<code>shop\.events<.*<section id="partitions"/s, 'and the health of all first');
ok($page =~ /<section id="forecast".*in 5 months.*<section id="cache"/s, 'and when partitions run out');
cmp_ok(length $page, '<', 150_000, 'it is small');

# ---- who sees what ------------------------------------------------------------------------------
sub page_for { my ($role) = @_; return $node->safe_psql('postgres', "SET ROLE $role; SELECT pgscale.report()"); }
like(lead(page_for('owner'), 'sizes'), qr/^The tables take 13\.6 GB/, 'an owner sees his tables');
ok(page_for('owner') !~ /Replay lag/, 'and nothing of the server');
my $others = page_for('other');
ok($others !~ /shop\.|INSERT INTO/, 'who owns nothing sees none of them, nor their statements');
ok($others =~ /text not shown to this role/, 'but that there are some');

# ---- nobody has to wait -------------------------------------------------------------------------
my $session = $node->background_psql('postgres');
$session->query_safe('BEGIN; LOCK TABLE shop.orders, shop.orders_p2026_10');
ok(ask($node, 'postgres', "SET statement_timeout = '20 s'; SELECT pgscale.report()") =~ /<code>shop\.orders<.*<\/html>/s,
	'a locked set holds up nothing');
$session->quit;

# ---- other encodings ----------------------------------------------------------------------------
foreach my $encoding ('LATIN1', 'SQL_ASCII')
{
	my $database = lc $encoding;
	$node->safe_psql('postgres', "CREATE DATABASE $database ENCODING $encoding LOCALE 'C' TEMPLATE template0");
	$node->safe_psql($database, "SET client_encoding = LATIN1; CREATE EXTENSION pgscale; CREATE TABLE \"caf\xe9\" (r text) PARTITION BY LIST (r);"
		  . " SELECT FROM pgscale.create_parent('\"caf\xe9\"', lists => '{\"a\": [\"b\"]}')") if $encoding eq 'LATIN1';
	$node->safe_psql($database, 'CREATE EXTENSION pgscale') if $encoding eq 'SQL_ASCII';
}
ok($node->safe_psql('latin1', 'SELECT pgscale.report()') =~ /<code>public\.&quot;caf&#233;&quot;</, 'a name of LATIN1 is what it is');
ok($node->safe_psql('sql_ascii', 'SELECT pgscale.report()') =~ /<h1>sql_ascii<\/h1>.*<\/html>/s, 'a database without encoding has a page');

$node->stop;
done_testing();
