# View queries over a real pg_stat_statements: figures, versions, privileges, and the ways it can be missing.
use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use PgscaleTest;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('queries');
$node->init;
$node->append_conf('postgresql.conf', <<'CONF');
autovacuum = off
restart_after_crash = on
shared_preload_libraries = 'pg_stat_statements'
pg_stat_statements.track = 'all'
CONF
$node->start;
$node->safe_psql('postgres', <<'SQL');
CREATE EXTENSION pgscale;
CREATE ROLE alice LOGIN;
CREATE ROLE bob LOGIN;
CREATE ROLE monitor LOGIN IN ROLE pg_monitor;
CREATE DATABASE other;
CREATE TABLE t (n int);
INSERT INTO t SELECT generate_series(1, 1000);
GRANT SELECT ON t TO alice, bob;
CREATE SCHEMA "its ""own";
GRANT USAGE ON SCHEMA "its ""own" TO PUBLIC;
SQL

# ---- missing --------------------------------------------------------------------------------
my $note = 'SELECT count(*), min(note) FROM pgscale.queries';
is(ask($node, 'postgres', $note), '1|1. CREATE EXTENSION pg_stat_statements in this database', 'loaded, but not created');
$node->safe_psql('postgres', 'CREATE EXTENSION pg_stat_statements SCHEMA "its ""own"');
is(ask($node, 'postgres', 'SELECT count(*) > 1, min(note) FROM pgscale.queries'), 't|', 'created, in a schema of its own');

# ---- figures --------------------------------------------------------------------------------
$node->safe_psql('postgres', 'SELECT "its ""own".pg_stat_statements_reset()');
$node->safe_psql('postgres', 'SET ROLE alice; SELECT sum(n) FROM t; SELECT sum(n) FROM t; SELECT sum(n) FROM t');
$node->safe_psql('postgres', 'SET ROLE bob; SELECT max(n) FROM t');
$node->safe_psql('other', 'SELECT generate_series(1, 7)');
$node->safe_psql('postgres', q(DO $$ BEGIN PERFORM count(*) FROM t; END $$));
my $alice = "SELECT role, datname, toplevel, calls, rows FROM pgscale.queries WHERE query LIKE 'SELECT sum(n)%'";
is(ask($node, 'postgres', $alice), 'alice|postgres|t|3|3', 'who, where, how often');
is(ask($node, 'postgres', "SELECT datname, calls, rows FROM pgscale.queries WHERE query LIKE '%generate_series(%' AND datname <> 'postgres'"),
	'other|1|7', 'of all databases');
is(ask($node, 'postgres', "SELECT toplevel FROM pgscale.queries WHERE query LIKE 'SELECT count(*) FROM t'"), 'f', 'inside a function');
is(ask($node, 'postgres', <<'SQL'), 't|t|t|t', 'the figures are those of pg_stat_statements');
SELECT bool_and(q.total_s = s.total_exec_time / 1000 AND q.mean_ms = s.mean_exec_time AND q.min_ms = s.min_exec_time
                AND q.max_ms = s.max_exec_time AND q.stddev_ms = s.stddev_exec_time),
       bool_and(q.shared_hit = s.shared_blks_hit AND q.shared_read = s.shared_blks_read AND q.wal_bytes = s.wal_bytes
                AND q.temp_blks = s.temp_blks_read + s.temp_blks_written),
       bool_and(q.hit_pct IS NOT DISTINCT FROM round(100.0 * s.shared_blks_hit / nullif(s.shared_blks_hit + s.shared_blks_read, 0), 2)),
       count(*) >= 2
  FROM pgscale.queries q
  JOIN "its ""own".pg_stat_statements s ON s.queryid = q.queryid AND s.userid::regrole::text = q.role AND s.toplevel = q.toplevel
  JOIN pg_database d ON d.oid = s.dbid AND d.datname = q.datname
 WHERE q.role IN ('alice', 'bob')
SQL
is(ask($node, 'postgres', 'SELECT sum(pct_of_total) FILTER (WHERE toplevel) BETWEEN 99.5 AND 100.5, count(jit_ms) = count(*) FROM pgscale.queries'),
	't|t', 'the shares of the top-level statements make a whole');
is(ask($node, 'postgres', 'SELECT array_agg(total_s) = array_agg(total_s ORDER BY total_s DESC) FROM (SELECT total_s FROM pgscale.queries) q'),
	't', 'the heaviest first');
is(ask($node, 'postgres', 'SELECT count(io_read_ms) FROM pgscale.queries'), '0', 'no time of reading while track_io_timing is off');
is(ask($node, 'postgres', 'SET track_io_timing = on; SELECT count(io_read_ms) = count(*) FROM pgscale.queries'), 't', 'and one while it is on');
is(ask($node, 'postgres', "SELECT bool_and(stats_reset BETWEEN now() - interval '1 hour' AND clock_timestamp()) FROM pgscale.queries"),
	't', 'since when it is counted');

# ---- each version of the extension, as it stays behind after an upgrade of the server ---------
my @versions = split /\n/, $node->safe_psql('postgres',
	"SELECT target FROM pg_extension_update_paths('pg_stat_statements') WHERE source = '1.4' AND path IS NOT NULL"
	  . " AND string_to_array(target, '.')::int[] >= '{1,7}' ORDER BY 1");
ok(@versions >= 3, "versions: @versions");
foreach my $version (@versions)
{
	$node->safe_psql('other', "DROP EXTENSION IF EXISTS pg_stat_statements; CREATE EXTENSION pg_stat_statements VERSION '$version'; CREATE EXTENSION IF NOT EXISTS pgscale");
	is(ask($node, 'other', "SELECT calls, total_s > 0, round(mean_ms) IS NOT NULL FROM pgscale.queries WHERE query LIKE 'SELECT sum(n)%'"),
		'3|t|t', "version $version");
}

# ---- the window: of this database, whoever ran it ---------------------------------------------
is(ask($node, 'postgres', 'SELECT min(status), max(status), count(window_calls) FROM pgscale.queries'), 'unknown|unknown|0',
	'nothing is known of the window without a sample');
$node->safe_psql('postgres', <<'SQL');
CREATE TABLE pgscale.sample_test PARTITION OF pgscale.sample DEFAULT;
INSERT INTO pgscale.sample (at, seconds, scope, object, frame, scans, ms)
SELECT now(), 300, 'query', queryid, false, 12, 6000 FROM pgscale.queries WHERE query LIKE 'SELECT sum(n)%';
INSERT INTO pgscale.sample (at, seconds, scope, object, frame) VALUES (now(), 300, 'server', 0, false);
SQL
my $window = 'SELECT window_calls, window_total_s, window_mean_ms, round(window_s::numeric), status FROM pgscale.queries WHERE query LIKE';
is(ask($node, 'postgres', "$window 'SELECT sum(n)%'"), '12|6|500|300|ok', 'calls and time in the window');
is(ask($node, 'postgres', "$window 'SELECT max(n)%'"), '|||300|ok', 'what was not sampled need not be 0');
is(ask($node, 'postgres', "$window '%generate_series(%' AND datname = 'other'"), '||||unknown', 'the history has no other database');

# ---- the sampler finds it too -----------------------------------------------------------------
$node->safe_psql('other', 'CALL pgscale.take_sample()');
is(ask($node, 'other', "SELECT count(*) > 0 FROM pgscale.sample WHERE scope = 'query'"), 't', 'statements are sampled');

# ---- privileges -----------------------------------------------------------------------------
sub as { my ($role, $sql) = @_; return ask($node, 'postgres', "SET SESSION AUTHORIZATION $role; $sql"); }
my $texts = "SELECT string_agg(DISTINCT query, ';' ORDER BY query) FROM pgscale.queries WHERE query ~ '^SELECT (sum|max).n'";
is(as('alice', $texts), 'SELECT sum(n) FROM t', 'a role sees its own texts');
is(as('bob', $texts), 'SELECT max(n) FROM t', 'and no other');
is(as('bob', "SELECT count(*) > 0, count(queryid), count(window_calls), min(query) FROM pgscale.queries WHERE role <> 'bob'"),
	't|0|0|<insufficient privilege>', 'of the others not even the identity');
is(as('monitor', $texts), 'SELECT max(n) FROM t;SELECT sum(n) FROM t', 'pg_monitor sees all');
$node->safe_psql('postgres', 'REVOKE SELECT ON "its ""own".pg_stat_statements FROM PUBLIC');
like(as('alice', $note), qr/^1\|1\. GRANT USAGE on the schema/, 'who may not read it is told so');
is(as('monitor', $note), as('alice', $note), 'whoever it is');

# ---- a crash and a restart without it ---------------------------------------------------------
my $before = ask($node, 'postgres', 'SELECT clock_timestamp()');
my $session = $node->background_psql('postgres');
kill_process($node, $session->query_safe('SELECT pg_backend_pid()'));
eval { $session->quit };
becomes($node, 'postgres', "SELECT min(stats_reset) > '$before' FROM pgscale.queries", 't', 'a crash begins anew and shows');
$node->append_conf('postgresql.conf', "shared_preload_libraries = ''\npg_stat_statements.max = 5000");
$node->restart;
is(ask($node, 'postgres', $note), '1|1. add pg_stat_statements to shared_preload_libraries in postgresql.conf; 2. restart the server',
	'created, but not loaded');
is(ask($node, 'postgres', 'CALL pgscale.take_sample(); SELECT 1'), '1', 'a sample does without');
$node->stop;
done_testing();
