# What postgres_fdw would do without saying so is refused, or told: DML that locks every row of a shard,
# and transactions that write to several shards.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/lib";
use PgscaleTest;
use PostgreSQL::Test::Utils;
use ShardTest;
use Test::More;

my %shard = map { $_ => new_shard($_) } qw(s1 s2);
my $node = new_coordinator('coordinator');
add_shard($node, @shard{qw(s1 s2)});
$node->safe_psql('postgres', <<'SQL');
CREATE TABLE orders (k int, v text, at timestamptz) PARTITION BY LIST (k);
CREATE FOREIGN TABLE orders_1 PARTITION OF orders FOR VALUES IN (1) SERVER s1;
CREATE FOREIGN TABLE orders_2 PARTITION OF orders FOR VALUES IN (2) SERVER s2;
CREATE TABLE chosen AS SELECT 1 AS k;
SQL

# Two rows on each shard.
sub begin_anew
{
	foreach my $number (1, 2)
	{
		$shard{"s$number"}->safe_psql('postgres', <<"SQL");
DROP TABLE IF EXISTS orders_$number;
CREATE TABLE orders_$number (k int CHECK (k = $number), v text UNIQUE DEFERRABLE INITIALLY DEFERRED, at timestamptz DEFAULT now());
INSERT INTO orders_$number VALUES ($number, 'a'), ($number, 'b');
SQL
	}
	return;
}

my ($status, $out, $warnings);

# What is on the shards.
sub rows
{
	return join '|', map { $shard{"s$_"}->safe_psql('postgres', "SELECT string_agg(v, ',' ORDER BY v) FROM orders_$_") } 1, 2;
}

sub refused
{
	my ($sql, $message, $name) = @_;
	begin_anew();
	my $answer = ask($node, 'postgres', "\\set VERBOSITY verbose\n$sql");
	like($answer, $message, $name);
	is(rows(), 'a,b|a,b', 'nothing has changed');
	return;
}

sub succeeds
{
	my ($sql, $rows, $name) = @_;
	begin_anew();
	($status, $out, $warnings) = $node->psql('postgres', $sql, on_error_stop => 1);
	is($warnings, '', $name);
	is(rows(), $rows, 'all is done');
	return;
}

# ---- DML that would lock and fetch every row -----------------------------------------------------
my $full_scan = qr/ERROR:  55000: statement would lock and fetch every row of foreign table "orders_\d".*HINT/s;
my $old = "DELETE FROM orders WHERE at < now() - interval '1 day'";
refused($old, $full_scan, 'a condition that the shard cannot evaluate');
refused("UPDATE orders SET v = 'x' FROM chosen WHERE chosen.k = orders.k", $full_scan, 'a join with a local table');
refused("WITH gone AS ($old RETURNING 1) SELECT count(*) FROM gone", $full_scan, 'in a WITH query');
refused("SET plan_cache_mode = force_generic_plan; PREPARE p (interval) AS DELETE FROM orders WHERE at < now() - \$1; EXECUTE p ('1 day')",
	$full_scan, 'in a prepared statement');
like(ask($node, 'postgres', "EXPLAIN $old"), qr/^Delete on orders.*Foreign Scan on orders_2/s, 'a plan can be looked at');
succeeds("SET pgscale.cross_shard_writes = allow; DELETE FROM orders WHERE at < '2020-01-01'", 'a,b|a,b', 'a constant in its place');
succeeds("UPDATE orders SET v = 'x' WHERE k = 1 AND v = 'a' AND at > now() - interval '1 day'", 'b,x|a,b', 'a condition that leaves some to the shard');
succeeds("BEGIN; SELECT FROM orders FOR UPDATE; COMMIT", 'a,b|a,b', 'who asks for all rows gets them');
# the damage
begin_anew();
my $session = $node->background_psql('postgres');
$session->query_safe("SET pgscale.allow_full_scan_dml = on; BEGIN; $old");
is($shard{s1}->safe_psql('postgres', 'SELECT count(*) FROM (SELECT FROM orders_1 FOR UPDATE SKIP LOCKED) AS free'), 0,
	'allowed, it deletes nothing, but nobody else can change any row');
$session->query_safe('ROLLBACK');
$session->quit;

# ---- writes to several shards in one transaction -------------------------------------------------
my $several = qr/ERROR:  0A000: transaction would write to shard "s2" after shard "s1".*DETAIL.*HINT/s;
my $error = "SET pgscale.cross_shard_writes = error;\n";
refused("$error INSERT INTO orders VALUES (1, 'c'), (2, 'c')", $several, 'one INSERT for two shards');
refused("$error BEGIN; INSERT INTO orders VALUES (1, 'c'); DELETE FROM orders WHERE k = 2; COMMIT", $several, 'two statements');
refused("$error UPDATE orders SET v = v || 'x'", $several, 'an UPDATE that the shards carry out');
refused("$error COPY orders (k, v) FROM PROGRAM 'printf 1,c\\\\n2,c\\\\n' (FORMAT csv)", $several, 'COPY');
refused("$error BEGIN; SAVEPOINT a; INSERT INTO orders VALUES (1, 'c'); RELEASE a; INSERT INTO orders VALUES (2, 'c'); COMMIT",
	$several, 'what a released savepoint did counts');
refused("$error DO \$\$ BEGIN INSERT INTO orders VALUES (1, 'c'); BEGIN INSERT INTO orders VALUES (2, 'c'); EXCEPTION WHEN unique_violation THEN END; END \$\$",
	$several, 'a block with an exception handler');
$node->safe_psql('postgres', "ALTER FOREIGN TABLE orders_$_ OPTIONS (ADD truncatable 'true')") foreach 1, 2;
refused("$error BEGIN; TRUNCATE orders_1; TRUNCATE orders_2; COMMIT", $several, 'TRUNCATE');
succeeds("$error BEGIN; SELECT FROM orders; INSERT INTO orders VALUES (2, 'c'); SELECT FROM orders; COMMIT", 'a,b|a,b,c', 'reading does not count');
succeeds("$error INSERT INTO orders VALUES (1, 'c'); INSERT INTO orders VALUES (2, 'c')", 'a,b,c|a,b,c', 'each transaction begins anew');
succeeds("$error BEGIN; SAVEPOINT a; INSERT INTO orders VALUES (1, 'c'); ROLLBACK TO a; INSERT INTO orders VALUES (2, 'c'); COMMIT",
	'a,b|a,b,c', 'what was rolled back does not count');
succeeds("$error SET plan_cache_mode = force_generic_plan; PREPARE p (int) AS UPDATE orders SET v = 'x', at = now() WHERE k = \$1 AND v = 'a'; EXECUTE p (2)",
	'a,b|b,x', 'nor does a shard that a plan leaves alone when it runs');
succeeds("SET pgscale.cross_shard_writes = allow; UPDATE orders SET v = v || 'x'", 'ax,bx|ax,bx', 'allowed');
# pgscale itself puts right what is left half done
$node->safe_psql('postgres', 'CREATE TABLE moved (k int NOT NULL); INSERT INTO moved SELECT generate_series(1, 100)');
($status, $out, $warnings) = $node->psql('postgres', "$error SELECT count(*) FROM pgscale.create_sharded_table('moved', 'k', partitions => 2); SELECT count(*) FROM moved");
is("$out$warnings", "2\n100", 'create_sharded_table() moves rows to all shards');
# by default it is told, once
begin_anew();
($status, $out, $warnings) = $node->psql('postgres', "BEGIN; UPDATE orders SET v = v || 'x'; UPDATE orders SET v = v || 'y'; COMMIT");
is(scalar(() = $warnings =~ /WARNING:  transaction writes to several shards, "s1" and "s2"/g), 1, 'a warning, one for a transaction');
is(rows(), 'axy,bxy|axy,bxy', 'and it is done');
# the damage, whichever commits first
my $halves = 0;
foreach my $refusing (1, 2)
{
	my $half = "BEGIN; INSERT INTO orders VALUES (1, 'c'), (2, 'c'); INSERT INTO orders VALUES ($refusing, 'a'); COMMIT";
	begin_anew();
	like(ask($node, 'postgres', $half), qr/duplicate key/, "shard $refusing refuses its commit");
	$halves++ if rows() ne 'a,b|a,b';
	refused("$error $half", $several, 'that cannot happen when it is refused');
}
is($halves, 1, 'the one that comes first has committed all the same');

# ---- without shared_preload_libraries ------------------------------------------------------------
$node->append_conf('postgresql.conf', "shared_preload_libraries = ''");
$node->restart;
is(ask($node, 'postgres', 'SELECT count(*) FROM pgscale.shard_breakers()'), 0, 'nobody watches the shards');
refused($old, $full_scan, 'the guards are there');
refused("$error INSERT INTO orders VALUES (1, 'c'), (2, 'c')", $several, 'both of them');

done_testing();
