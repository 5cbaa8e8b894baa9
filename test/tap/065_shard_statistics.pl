# The planner knows what the shards know of their rows, and no row travels for it.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/lib";
use PgscaleTest;
use PostgreSQL::Test::Utils;
use ShardTest;
use Test::More;

my @shards = map { new_shard("s$_", "log_statement = 'all'\n", "autovacuum = off\n") } 1 .. 2;
my $node = new_coordinator('coordinator');
add_shard($node, @shards);
$node->safe_psql('postgres', <<'SQL');
CREATE TYPE mood AS ENUM ('glad', 'sad');
SELECT * FROM pgscale.exec_shards($$CREATE TYPE mood AS ENUM ('glad', 'sad')$$);
CREATE TABLE t (id integer, status text, at timestamptz, m mood, tags text[]);
SELECT * FROM pgscale.create_sharded_table('t', 'id', partitions => 4);
CREATE TABLE person (country text, name text);
SELECT pgscale.alter_shard('s1', region => 'eu'), pgscale.alter_shard('s2', region => 'us');
SELECT * FROM pgscale.create_geo_table('person', 'country', '{"de": "s1", "us": "s2"}');
INSERT INTO t SELECT g, CASE WHEN g % 100 = 0 THEN 'rare' ELSE 'common' END,
                     timestamptz '2026-01-01 00:00+00' + g * interval '1 minute', 'glad', '{a}' FROM generate_series(1, 40000) g;
INSERT INTO person SELECT CASE WHEN g % 2 = 0 THEN 'de' ELSE 'us' END, 'Smith' FROM generate_series(1, 2000) g;
SQL

sub estimate
{
	my ($sql) = @_;
	my $plan = ask($node, 'postgres', "EXPLAIN (FORMAT json) $sql");
	return $plan =~ /"Plan Rows": (\d+)/ ? $1 : $plan;
}

sub about
{
	my ($sql, $rows, $name) = @_;
	my $estimate = estimate($sql);
	cmp_ok(abs($estimate - $rows), '<=', $rows * 0.15 + 4, "$name: $estimate of $rows");
	return;
}

cmp_ok(estimate('SELECT * FROM t'), '<', 20000, 'at first the planner guesses');
my @begun = map { -s $_->logfile } @shards;
$node->safe_psql('postgres', 'CALL pgscale.analyze_shards()');
about('SELECT * FROM t', 40000, 'all rows');
about("SELECT * FROM t WHERE status = 'rare'", 400, 'a rare value');
about("SELECT * FROM t WHERE status = 'common'", 39600, 'a common one');
about("SELECT * FROM t WHERE at < '2026-01-02 00:00+00'", 1440, 'a part of a range');
about("SELECT * FROM t WHERE m = 'sad'", 0, 'an enum');
is( ask($node, 'postgres',
		'SELECT count(DISTINCT tablename), bool_or(most_common_vals IS NOT NULL), bool_or(histogram_bounds IS NOT NULL), bool_or(correlation IS NOT NULL)'
		  . " FROM pg_stats WHERE tablename ~ '^t_p'"),
	'4|t|t|t', 'pg_stats shows them');
is(ask($node, 'postgres', "SELECT reltuples FROM pg_class WHERE relname = 't'"), 40000, 'the sharded table has the rows of its partitions');
is(ask($node, 'postgres', "SELECT status FROM pgscale.health WHERE check_name = 'unanalyzed_parent'"), 'ok', 'and health is content');

# --- nothing of geo tables but counts
is(ask($node, 'postgres', "SELECT count(*) FROM pg_stats WHERE tablename ~ '^person_'"), 0, 'no value of a geo table is copied');
about('SELECT * FROM person', 2000, 'only counts');

# --- no row has left a shard
foreach my $i (0, 1)
{
	my $log = slurp_file($shards[$i]->logfile, $begun[$i]);
	unlike($log, qr/DECLARE c\d+ CURSOR|FETCH \d+|COPY|FROM (ONLY )?(public\.)?(t_p|person_)/, 'no row of ' . $shards[$i]->name . ' was read from here');
	like($log, qr/ANALYZE "public"."t"/, 'it has sampled its own');
}

# --- the worker goes on by itself
my $known = "SELECT sum(reltuples) FROM pg_class WHERE relname ~ '^t_p' AND relkind = 'f'";
$node->safe_psql('postgres', 'INSERT INTO t SELECT g FROM generate_series(40001, 42000) g');
$_->safe_psql('postgres', 'ANALYZE t') foreach @shards;
stays($node, 'postgres', $known, 40000, 'a twentieth more is no reason to look again');
$node->safe_psql('postgres', 'INSERT INTO t SELECT g FROM generate_series(42001, 50000) g');
$_->safe_psql('postgres', 'ANALYZE t') foreach @shards;
becomes($node, 'postgres', $known, 50000, 'a tenth is');
about('SELECT * FROM t WHERE status IS NULL', 10000, 'and brings all that is known');

# --- a type that does not take the values of the shard costs the values alone
$node->safe_psql('postgres', $_) foreach "SELECT * FROM pgscale.exec_shards('ALTER TYPE mood ADD VALUE ''new''')", "SELECT * FROM pgscale.exec_shards('UPDATE t SET m = ''new''')";
$node->safe_psql('postgres', "CALL pgscale.analyze_shards('t')");
is(ask($node, 'postgres', "SELECT count(*), count(most_common_vals) FROM pg_stats WHERE tablename ~ '^t_p' AND attname = 'm'"), '4|0', 'unknown values are left out');
about("SELECT * FROM t WHERE status = 'rare'", 400, 'and nothing else');

# --- code of a domain runs as the owner of the table, whoever asks
$_->safe_psql('postgres', 'CREATE ROLE app LOGIN; GRANT CREATE ON SCHEMA public TO app; CREATE DOMAIN word AS text') foreach @shards;
$node->safe_psql('postgres', <<'SQL');
CREATE ROLE app;
GRANT CREATE ON SCHEMA public TO app;
GRANT USAGE ON FOREIGN SERVER s1, s2 TO app;
SELECT pgscale.map_user('app', '*', 'app', auth => 'cert');
CREATE FUNCTION spy(text) RETURNS boolean LANGUAGE plpgsql AS 'BEGIN RAISE LOG ''spy is %'', current_user; RETURN true; END';
CREATE DOMAIN word AS text CHECK (spy(VALUE));
CREATE TABLE w (id integer, x word);
ALTER TABLE w OWNER TO app;
SELECT * FROM pgscale.create_sharded_table('w', 'id', partitions => 2);
INSERT INTO w SELECT g, 'same' FROM generate_series(1, 100) g;
SQL
my $written = -s $node->logfile;
$node->safe_psql('postgres', "CALL pgscale.analyze_shards('w')");
like(slurp_file($node->logfile, $written), qr/spy is app/, 'a CHECK is evaluated as the owner');
unlike(slurp_file($node->logfile, $written), qr/spy is postgres/, 'never as the superuser who asks');
about("SELECT * FROM w WHERE x = 'same'", 100, 'values of a domain are known, too');

# --- where the server has functions to import statistics, they do it, as the owner
if (ask($node, 'postgres', q{SELECT to_regproc('pg_restore_attribute_stats') IS NOT NULL}) eq 't')
{
	foreach my $import ('pg_restore_relation_stats', 'pg_restore_attribute_stats')
	{
		$node->safe_psql('postgres', qq{REVOKE EXECUTE ON FUNCTION pg_catalog.$import("any") FROM PUBLIC});
		my (undef, undef, $refused) = $node->psql('postgres', "CALL pgscale.analyze_shards('w')");
		like($refused, qr/WARNING:  analyze_shards failed 2 times: permission denied for function $import/, "$import is asked");
		$node->safe_psql('postgres', qq{GRANT EXECUTE ON FUNCTION pg_catalog.$import("any") TO PUBLIC});
	}
}

like(ask($node, 'postgres', "BEGIN; CALL pgscale.analyze_shards('t')"), qr/cannot run inside a transaction block/, 'not in a transaction');
$node->safe_psql('postgres', 'CREATE TABLE plain (a int)');
like(ask($node, 'postgres', "CALL pgscale.analyze_shards('plain')"), qr/table "plain" is not on shards/, 'nor for a table that is not on shards');
$shards[1]->stop;
my ($status, $out, $error) = $node->psql('postgres', "CALL pgscale.analyze_shards('t')");
like($error, qr/WARNING:  analyze_shards failed \d+ times?: (could not connect to shard "s2"|shard "s2" is down since)/, 'a shard that is down is told of');

done_testing();
