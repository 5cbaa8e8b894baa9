# Tables are put on shards with their rows, and whatever is interrupted leaves nothing behind.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/lib";
use PgscaleTest;
use PostgreSQL::Test::Utils;
use ShardTest;
use Test::More;

my @shards = map { new_shard("s$_") } 1 .. 3;
my $node = new_coordinator('coordinator', "restart_after_crash = on\n");
add_shard($node, @shards);
my $on_shards = "SELECT coalesce(sum(c), 0) FROM pgscale.query_shards("
  . "'SELECT count(*) FROM pg_class WHERE relkind IN (''r'', ''p'') AND relname ~ ''^PATTERN''') AS t (shard name, c int)";

sub tables_on_shards { my $sql = $on_shards; $sql =~ s/PATTERN/$_[0]/; return $sql; }

sub refused
{
	my ($sql, $message, $name, $database) = @_;
	my ($status, $out, $error) = $node->psql($database // 'postgres', "\\set VERBOSITY verbose\n$sql");
	like($error, $message, $name);
	return;
}

# --- a plain table with all that can come along
$node->safe_psql('postgres', <<'SQL');
CREATE ROLE app;
CREATE TABLE orders (
    id bigint GENERATED ALWAYS AS IDENTITY, customer_id integer NOT NULL, amount numeric CHECK (amount >= 0),
    status text COLLATE "C" DEFAULT 'new', twice numeric GENERATED ALWAYS AS (amount * 2) STORED, PRIMARY KEY (customer_id, id));
CREATE INDEX orders_status ON orders (status);
COMMENT ON TABLE orders IS 'all orders';
GRANT SELECT ON orders TO app;
INSERT INTO orders (customer_id, amount) SELECT g % 100, g FROM generate_series(1, 10000) g;
SQL
my $sum = 'SELECT count(*), sum(amount), sum(twice), max(id) FROM orders';
my $before = ask($node, 'postgres', $sum);
is(ask($node, 'postgres', "SELECT shard, count(*) FROM pgscale.create_sharded_table('orders', 'customer_id', partitions => 6) GROUP BY 1 ORDER BY 1"),
	"s1|2\ns2|2\ns3|2", 'partitions are dealt out');
is(ask($node, 'postgres', $sum), $before, 'every row is there');
is(ask($node, 'postgres', 'INSERT INTO orders (customer_id, amount) VALUES (7, 1) RETURNING id, status'), '10001|new', 'the identity goes on');
is(ask($node, 'postgres', "SELECT obj_description('orders'::regclass), has_table_privilege('app', 'orders', 'SELECT')"), 'all orders|t',
	'comment and grants come along');
is(ask($node, 'postgres', "SELECT count(*) FROM pgscale.query_shards('SELECT indexrelid FROM pg_index i JOIN pg_class c ON c.oid = indrelid WHERE relname ~ ''^orders_p[0-9]''') AS t (shard name, i oid)"),
	12, 'each partition has the primary key and the index');
is(ask($node, 'postgres', "SELECT count(*) FROM pgscale.query_shards('SELECT 1 FROM pg_class WHERE relname ~ ''^orders_p[0-9]'' AND relkind = ''r'' AND relispartition') AS t (shard name, i int)"),
	6, 'and is a partition there, too');
like(ask($node, 'postgres', 'EXPLAIN (VERBOSE, COSTS OFF) SELECT * FROM orders WHERE customer_id = 7'),
	qr/^Foreign Scan on public.orders_p\d orders\n.*\n.*Remote SQL: SELECT .* FROM public\.orders_p\d WHERE/, 'one customer is on one shard');
refused('UPDATE orders SET customer_id = customer_id + 1 WHERE customer_id = 7 AND id < 1000', qr/violates partition constraint/,
	'a key that belongs elsewhere is refused, not lost');
is(ask($node, 'postgres', "SELECT count(*) FROM pgscale.plan_shards()"), 0, 'nothing is to do afterwards');

# --- a generated column that is not stored, where the server has such (from PostgreSQL 18 on)
my $computed = 'CREATE TABLE computed (k int, v int, total int GENERATED ALWAYS AS (k + v) %s)';
my $kind = $node->psql('postgres', sprintf $computed, 'VIRTUAL') == 0 ? 'v' : 's';
$node->safe_psql('postgres', sprintf $computed, 'STORED') if $kind eq 's';
$node->safe_psql('postgres', "INSERT INTO computed (k, v) SELECT g, 1 FROM generate_series(1, 10) g; SELECT * FROM pgscale.create_sharded_table('computed', 'k', partitions => 3)");
$node->safe_psql('postgres', 'INSERT INTO computed (k, v) VALUES (11, 1); UPDATE computed SET v = 2 WHERE k = 1');
is(ask($node, 'postgres', 'SELECT count(*), sum(total) FROM computed WHERE total > 3'), '9|72', 'generated columns are computed');
is(ask($node, 'postgres', "SELECT DISTINCT kind FROM pgscale.query_shards('SELECT attgenerated::text FROM pg_attribute WHERE attrelid = ''computed''::regclass AND attname = ''total''') AS t (shard name, kind text)"),
	$kind, 'on the shards in the same way');

# --- beside it, by list, by range, by region
$node->safe_psql('postgres', 'CREATE TABLE items (customer_id integer, item text) PARTITION BY HASH (customer_id)');
$node->safe_psql('postgres', "SELECT * FROM pgscale.create_sharded_table('items', 'customer_id', colocate_with => 'orders')");
is(ask($node, 'postgres', 'SELECT count(*) FROM pgscale.placement a JOIN pgscale.placement b USING (bound, shard) WHERE a.relation = \'orders\'::regclass AND b.relation = \'items\'::regclass'),
	6, 'a table beside another has its bounds on its shards');
refused("CREATE TABLE other (customer_id bigint); SELECT * FROM pgscale.create_sharded_table('other', 'customer_id', colocate_with => 'orders')",
	qr/22023: the keys of the tables are not of the same type/, 'only with a key of the same type');
$node->safe_psql('postgres', "CREATE TABLE events (at date, x int); INSERT INTO events VALUES ('2025-05-05', 1), ('2026-05-05', 2)");
$node->safe_psql('postgres', q(SELECT * FROM pgscale.create_sharded_table('events', 'at', 'range', shards => '{s2,s3}', bounds => '{"old": [null, "2026-01-01"], "y26": ["2026-01-01", "2027-01-01"]}')));
is(ask($node, 'postgres', 'SELECT tableoid::regclass, x FROM events ORDER BY x'), "events_old|1\nevents_y26|2", 'ranges');
$node->safe_psql('postgres', "CREATE TABLE users (name text, country text NOT NULL); INSERT INTO users VALUES ('a', 'de'), ('b', 'us'), ('c', 'fr')");
my $geo = q(SELECT * FROM pgscale.create_geo_table('users', 'country', '{"de": "s1", "fr": "s1", "us": "s2"}'));
refused($geo, qr/55000: shard "s1" has no region/, 'a geo table needs regions');
$node->safe_psql('postgres', "SELECT pgscale.alter_shard('s1', region => 'eu'), pgscale.alter_shard('s2', region => 'us')");
is(ask($node, 'postgres', $geo), "users_s1|FOR VALUES IN ('de', 'fr')|s1|eu\nusers_s2|FOR VALUES IN ('us')|s2|us", 'regions');
refused("INSERT INTO users VALUES ('x', 'jp')", qr/no partition of relation "users" found for row/, 'a region that is not named is nowhere');
is(ask($shards[1], 'postgres', 'SELECT string_agg(name, \',\') FROM users'), 'b', 'rows are where they may be');

# --- refused, and nothing changed
my $tables = ask($node, 'postgres', tables_on_shards(''));
refused("CREATE TABLE u (id int PRIMARY KEY, k int); SELECT * FROM pgscale.create_sharded_table('u', 'k')", qr/42P17: unique index "u_pkey" lacks the column "k"/, 'uniqueness needs the key');
$node->safe_psql('postgres', <<'SQL');
CREATE TYPE mood AS ENUM ('sad', 'happy');
CREATE TYPE state AS (mood mood);
CREATE DOMAIN states AS state[];
CREATE TABLE moods (k states);
SQL
refused("SELECT * FROM pgscale.create_sharded_table('moods', 'k')", qr/0A000: column "k" cannot be the key of partitions by hash on shards\nDETAIL:  The hash of a value of enum public.mood/,
	'what each server hashes in its own way is no hash key');
refused("SELECT * FROM pgscale.create_sharded_table('u', 'nothing')", qr/42703: column "nothing"/, 'a key must exist');
refused("SELECT * FROM pgscale.create_sharded_table('u', 'id', 'round')", qr/22023: invalid value for method/, 'a method must be one');
refused("SELECT * FROM pgscale.create_sharded_table('orders', 'customer_id')", qr/42710: table "orders" is on shards already/, 'once is enough');
refused("CREATE VIEW v AS SELECT * FROM u; SELECT * FROM pgscale.create_sharded_table('u', 'id')", qr/0A000: .*public.v depends on it/, 'what depends on a table is not left behind');
$shards[2]->safe_psql('postgres', 'CREATE TABLE taken (x int)');
refused("CREATE TABLE taken (k int); SELECT * FROM pgscale.create_sharded_table('taken', 'k')", qr/42P07: table public.taken already exists on shard "s3"/, "a table of somebody else's is not touched");
# In one transaction, or the worker would begin to drain it.
is(ask($node, 'postgres', "BEGIN; SELECT pgscale.drain_shard('s3') \\g /dev/null\nCREATE TABLE d (k int); SELECT count(DISTINCT shard) FROM pgscale.create_sharded_table('d', 'k', partitions => 6); ROLLBACK"),
	2, 'nothing is placed on a shard that drains');
refused("SELECT pgscale.remove_shard('s2')", qr/55006: shard "s2" holds data/, 'a shard with data stays');

# --- rolled back: what was made on the shards goes
becomes($node, 'postgres', tables_on_shards('d'), 0, 'a rollback leaves tables there, which are found and removed');
is(ask($node, 'postgres', "SELECT parent, partition, outcome FROM pgscale.runs WHERE action = 'drop orphan' ORDER BY 1"),
	"s1|public.d|ok\ns2|public.d|ok", 'as the journal says');
is(ask($node, 'postgres', tables_on_shards('')), $tables + 1, 'and nothing else');

# --- the coordinator or a shard dies while rows are moved
$node->safe_psql('postgres', 'CREATE TABLE big (k int, filler text)');
$node->safe_psql('postgres', "INSERT INTO big SELECT g, repeat('x', 100) FROM generate_series(1, 300000) g");
my $create = "SELECT count(*) FROM pgscale.create_sharded_table('big', 'k', partitions => 3);\n";
foreach my $victim ('coordinator', 'a dead shard', 'a frozen shard')
{
	my $session = $node->background_psql('postgres', on_error_stop => 0);
	say_in($session, $create);
	becomes($node, 'postgres', "SELECT c FROM pgscale.query_shards('SELECT count(*) FROM pg_stat_activity WHERE query ~ ''INSERT INTO public.big''', '{s1}') AS t (shard name, c int)",
		1, "$victim: rows are on their way");
	if ($victim eq 'coordinator')
	{
		kill_process($node, ask($node, 'postgres', "SELECT pid FROM pg_stat_activity WHERE query ~ '^SELECT count.*create_sharded_table'"));
	}
	elsif ($victim eq 'a dead shard')
	{
		$shards[1]->stop('immediate');
		$shards[1]->start;
	}
	else
	{
		signal_all($shards[1], 'STOP');
		becomes($node, 'postgres', "SELECT max(pid) IS NULL FROM pg_stat_activity WHERE query ~ '^SELECT count.*create_sharded_table' AND state = 'active'", 't',
			'a frozen shard: nobody waits for it', 5);
		signal_all($shards[1], 'CONT');
	}
	eval { $session->quit };
	shards_answer($node);
	becomes($node, 'postgres', "SELECT relkind, (SELECT count(*) FROM big) FROM pg_class WHERE relname = 'big'", 'r|300000',
		"$victim: the table is as it was");
	becomes($node, 'postgres', "CALL pgscale.sync_shards(); " . tables_on_shards('big'), 0, "$victim: no orphan is left");
}
$node->safe_psql('postgres', $create);
is(ask($node, 'postgres', 'SELECT count(*), count(DISTINCT k) FROM big'), '300000|300000', 'then it goes well');

# --- another database here with the same shards
$node->safe_psql('postgres', 'CREATE DATABASE other');
$node->safe_psql('other', 'CREATE EXTENSION postgres_fdw; CREATE EXTENSION pgscale');
$node->safe_psql('other', "SELECT pgscale.add_shard('s1', '" . $shards[0]->host . "', " . $shards[0]->port . ", 'postgres'); SELECT pgscale.map_user(current_user, 's1', current_user)");
is(ask($node, 'other', 'SELECT object, refusal FROM pgscale.plan_shards()'), '', 'sees that the tables there are not its own');
refused('CREATE TABLE big (k int); SELECT * FROM pgscale.create_sharded_table(\'big\', \'k\')', qr/42P07: table public.big already exists on shard "s1"/, 'and does not touch them', 'other');

# --- a renamed table is not said to be unwanted
$node->safe_psql('postgres', 'ALTER TABLE big RENAME TO large');
like(ask($node, 'postgres', "SELECT refusal FROM pgscale.plan_shards() WHERE object = 'public.big' LIMIT 1"), qr/was renamed, give it back its name/, 'a table that was renamed here is to have its name');
$node->safe_psql('postgres', 'ALTER TABLE large RENAME TO big');

# --- a dropped table is forgotten, and its tables on the shards are told of
$node->safe_psql('postgres', 'DROP TABLE big');
is(ask($node, 'postgres', "SELECT count(*) FROM pgscale.sharded_table WHERE relation::text ~ '^[0-9]'"), 0, 'a table that is dropped is forgotten');
like(ask($node, 'postgres', "SELECT refusal FROM pgscale.plan_shards() WHERE object = 'public.big' LIMIT 1"), qr/belongs to none here.*If its rows are not wanted/s, 'its tables on the shards are not dropped unasked');

# What is frozen when the test dies could not be stopped.
END
{
	local $?;
	eval { signal_all($shards[1], 'CONT') };
}

done_testing();
