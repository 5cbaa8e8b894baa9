# A database with shards is dumped and restored on a new coordinator, which takes over the shards.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/lib";
use PgscaleTest;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use ShardTest;
use Test::More;

my @shards = map { new_shard("s$_") } 1 .. 2;
my $old = new_coordinator('old', "pgscale.clock = '2026-01-15'\n");
add_shard($old, @shards);
$old->safe_psql('postgres', <<'SQL');
CREATE TABLE orders (id bigint DEFAULT pgscale.next_id(), customer int NOT NULL, note text, PRIMARY KEY (customer, id));
INSERT INTO orders (customer, note) SELECT g, 'n' || g FROM generate_series(1, 1000) g;
SELECT pgscale.create_sharded_table('orders', 'customer', partitions => 4);
CREATE TABLE countries (code text PRIMARY KEY);
INSERT INTO countries VALUES ('de'), ('fr');
SELECT pgscale.create_reference_table('countries');
CREATE TABLE events (at timestamptz NOT NULL, id int) PARTITION BY RANGE (at);
SELECT pgscale.create_sharded_table('events', 'at', 'range');
SELECT pgscale.create_parent('events', 'at', '1 month', premake => 1, retention => '1 month', retire => 'drop');
INSERT INTO events SELECT timestamptz '2026-01-16' + g * interval '1 day', g FROM generate_series(0, 30) g;
SQL
my $rows = 'SELECT count(*), sum(hashtext(o::text)) FROM orders o';
my $before = ask($old, 'postgres', $rows);
my $last_id = ask($old, 'postgres', 'SELECT pgscale.next_id()');
my $file = PostgreSQL::Test::Utils::tempdir . '/shop.dump';
$old->command_ok([ 'pg_dump', '-Fc', '-f', $file, $old->connstr('postgres') ], 'pg_dump');
$old->stop;

# Another cluster: not the copy of the template that all others are.
my $new;
{
	local $ENV{INITDB_TEMPLATE};
	delete $ENV{INITDB_TEMPLATE};
	$new = new_server('new', "pgscale.clock = '2026-01-15'\n");
}
$new->start;
$new->safe_psql('postgres', 'CREATE DATABASE shop');
$new->command_ok([ 'pg_restore', '--exit-on-error', '-d', $new->connstr('shop'), $file ], 'pg_restore');
becomes($new, 'shop', "SELECT count(*) || ' ' || bool_and(state = 'closed') FROM pgscale.shard_breakers()", '2 true', 'the watch knows the shards');
is(ask($new, 'shop', $rows), $before, 'every row is there');
is(ask($new, 'shop', 'SELECT * FROM pgscale.plan_shards()'), '', 'nothing is amiss');
is(ask($new, 'shop', 'SELECT name, state FROM pgscale.shard ORDER BY number'), "s1|active\ns2|active", 'the registry has survived');
is(ask($new, 'shop', 'SELECT count(*) FROM pgscale.placement'), ask($new, 'shop', "SELECT count(*) FROM pg_class WHERE relkind = 'f'"), 'and where each partition is');
is(ask($new, 'shop', "SELECT pgscale.next_id() > $last_id"), 't', 'no id comes twice');
is(ask($new, 'shop', "INSERT INTO orders (customer, note) VALUES (5000, 'new'); SELECT note FROM orders WHERE customer = 5000"), 'new', 'writing goes on');

# --- reference tables and rotation
$new->safe_psql('shop', "INSERT INTO countries VALUES ('us')");
becomes($_, 'postgres', "SELECT string_agg(code, ',' ORDER BY code) FROM countries", 'de,fr,us', 'a change reaches ' . $_->name) foreach @shards;
set_clock($new, '2026-03-15');
becomes($new, 'shop', "SELECT count(*) FROM pg_class WHERE relname = 'events_p2026_04'", 1, 'time goes on');
like(ask($new, 'shop', "SELECT refusal FROM pgscale.plan('events')"), qr/on hold/, 'nothing is retired before somebody has looked');
$new->safe_psql('shop', "SELECT pgscale.resume('events')");
becomes($new, 'shop', "SELECT string_agg(relname, ' ' ORDER BY relname) FROM pg_class WHERE relkind = 'f' AND relname ~ '^events'",
	'events_p2026_02 events_p2026_03 events_p2026_04', 'then it is');
becomes($new, 'shop', "SELECT string_agg(t, ' ' ORDER BY t) FROM pgscale.query_shards(\$\$SELECT relname FROM pg_class WHERE relkind = 'r' AND relname ~ '^events'\$\$) AS t (shard name, t name)",
	'events_p2026_02 events_p2026_03 events_p2026_04', 'on the shards, too');
# but the order of texts, where the new cluster was made with another locale than the template
is(ask($new, 'shop', "SELECT count(*) FROM pgscale.shard_drift WHERE kind <> 'collation'"), 0, 'and nothing drifts');

# --- into a database where one of the sharded tables is missing
$new->safe_psql('postgres', 'CREATE DATABASE half');
$new->command_ok([ 'pg_restore', '-l', '-f', "$file.list", $file ], 'the list of contents');
append_to_file("$file.half", join("\n", grep { !/ orders/ } split /\n/, slurp_file("$file.list")) . "\n");
$new->command_checks_all([ 'pg_restore', '-L', "$file.half", '-d', $new->connstr('half'), $file ],
	0, [qr/^$/], [qr/^$/], 'restore without one of them');
is(ask($new, 'half', "SELECT parent, message FROM pgscale.runs WHERE action = 'restore'"), 'public.orders|relation "public.orders" does not exist', 'is told of');
is(ask($new, 'half', 'SELECT (SELECT count(*) FROM countries), (SELECT count(*) FROM events WHERE at >= \'2026-02-01\')'), '2|15', 'the others are there');
is(ask($new, 'half', "SELECT string_agg(DISTINCT relation::text, ' ') FROM pgscale.placement"), 'countries events', 'and so is where they are');
is(ask($new, 'half', "SELECT count(*) FROM pgscale.plan_shards() WHERE action = 'drop orphan' AND sql IS NOT NULL"), 0, 'and nothing on the shards is taken for waste');

done_testing();
