# One failing set stops no other; errors, SQLSTATEs and blockers are in the journal; what was in the
# way and goes is noticed without help; settings of a database or a standby do not matter.
use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use PgscaleTest;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('failures');
$node->init(allows_streaming => 1);
$node->append_conf('postgresql.conf', <<'CONF');
shared_preload_libraries = 'pgscale'
pgscale.naptime = 1
pgscale.sample_interval = 0
pgscale.clock = '2026-01-15 00:00+00'
autovacuum = off
timezone = 'UTC'
log_min_messages = debug1
max_connections = 30
CONF
$node->start;

$node->safe_psql('postgres', <<'SQL');
CREATE EXTENSION pgscale;
CREATE ROLE keeper NOLOGIN;
CREATE ROLE pauper NOLOGIN;
CREATE SCHEMA own AUTHORIZATION keeper;
CREATE SCHEMA shared;
GRANT USAGE, CREATE ON SCHEMA shared TO pauper;

CREATE TABLE public.a_taken (at timestamptz NOT NULL) PARTITION BY RANGE (at);
CREATE TABLE shared.b_poor (at timestamptz NOT NULL) PARTITION BY RANGE (at);
ALTER TABLE shared.b_poor OWNER TO pauper;
CREATE TABLE public.c_referenced (id int, at timestamptz NOT NULL, PRIMARY KEY (id, at)) PARTITION BY RANGE (at);
CREATE TABLE public.d_gone (at timestamptz NOT NULL) PARTITION BY RANGE (at);
CREATE TABLE public.e_read (at timestamptz NOT NULL) PARTITION BY RANGE (at);
CREATE TABLE own.f_well (at timestamptz NOT NULL) PARTITION BY RANGE (at);
ALTER TABLE own.f_well OWNER TO keeper;

SELECT FROM pgscale.create_parent('a_taken', 'at', '1 month', premake => 1);
SELECT FROM pgscale.create_parent('shared.b_poor', 'at', '1 month', premake => 1);
SELECT FROM pgscale.create_parent('c_referenced', 'at', '1 month', premake => 1, start_at => '2025-12-01',
  retention => '1 month', retire => 'drop');
SELECT FROM pgscale.create_parent('d_gone', 'at', '1 month', premake => 1);
SELECT FROM pgscale.create_parent('e_read', 'at', '1 month', premake => 1, start_at => '2025-12-01',
  retention => '1 month', retire => 'drop', default_partition => true);
SELECT FROM pgscale.create_parent('own.f_well', 'at', '1 month', premake => 1, start_at => '2025-12-01',
  retention => '1 month', retire => 'drop');

INSERT INTO c_referenced VALUES (1, '2025-12-20');
CREATE TABLE items (id int, at timestamptz, CONSTRAINT items_of_c FOREIGN KEY (id, at) REFERENCES c_referenced);
INSERT INTO items VALUES (1, '2025-12-20');
CREATE TABLE a_taken_p2026_03 (what text);
REVOKE CREATE ON SCHEMA shared FROM pauper;
SET session_replication_role = replica;  -- event triggers do not see it
DROP TABLE d_gone;
SQL

# ---- one visit, six sets ------------------------------------------------------------------------
my $reader = $node->background_psql('postgres');
my ($blocker) = $reader->query_safe('BEGIN; SELECT count(*) FROM e_read; SELECT pg_backend_pid()') =~ /(\d+)\s*$/;
set_clock($node, '2026-02-15 00:00+00');
becomes($node, 'postgres', "SELECT count(*) FROM pgscale.partition_sets WHERE failures > 0", '4', 'four sets fail');
is($node->safe_psql('postgres', "SELECT count || ' ' || (last_error IS NULL) FROM pgscale.partition_sets WHERE parent = 'own.f_well'::regclass"),
	'3 true', 'the last one is well: created, retired');
is($node->safe_psql('postgres', "SELECT pg_get_userbyid(relowner) FROM pg_class WHERE relname = 'f_well_p2026_03'"),
	'keeper', 'its owner cannot even log in');

sub run_of
{
	my ($set, $action) = @_;
	return $node->safe_psql('postgres', "SELECT outcome, sqlstate, message, detail, blockers, who FROM pgscale.runs"
		  . " WHERE parent = '$set' AND outcome <> 'ok' AND action = '$action' ORDER BY id LIMIT 1");
}
is(run_of('a_taken', 'create'),
	'refused|42P07|relation public.a_taken_p2026_03 already exists and is no partition for these bounds|||pgscale worker',
	'a taken name is a refusal that names it');
is(run_of('shared.b_poor', 'create'), 'failed|42501|permission denied for schema shared|||pgscale worker',
	'an owner without CREATE');
like(run_of('c_referenced', 'detach'),
	qr/^failed\|23503\|removing partition "c_referenced_p2025_12" violates foreign key constraint "items_id_at_fkey\d*"|^failed\|23503\|removing partition "c_referenced_p2025_12" violates foreign key constraint "items_of_c\w*"/,
	'referenced rows: the constraint is named');
is($node->safe_psql('postgres', "SELECT count FROM pgscale.partition_sets WHERE parent = 'c_referenced'::regclass"),
	'4', 'but its new partition is there');
like(run_of('e_read', 'guard'), qr/^failed\|55P03\|.*\|\{$blocker\}\|pgscale worker$/, 'a reader: its pid is in the journal');
like(run_of('e_read', 'detach'), qr/^failed\|55P03\|.*\|\{$blocker\}\|pgscale worker$/, 'for the detach too');
is($node->safe_psql('postgres', "SELECT string_agg(last_sqlstate, ' ' ORDER BY parent::text) FROM pgscale.partition_sets"),
	'42P07 23503 55P03 42501', 'the state of each set has its SQLSTATE');
is($node->safe_psql('postgres', "SELECT count(*) FROM pgscale.partition_sets WHERE retry_at > last_run - interval '1 minute' AND failures > 0"),
	'4', 'each will be tried again');
is($node->safe_psql('postgres', "SELECT count(*) FROM pg_inherits WHERE inhdetachpending"), '0', 'nothing is half done');
my $quiet = -s $node->logfile;
stays($node, 'postgres', "SELECT count(*) FROM pgscale.runs WHERE parent = 'a_taken' AND outcome = 'refused'", '1',
	'a refusal that lasts is recorded once', 4);
cmp_ok(visits_started($node, 'postgres', $quiet), '<=', 8, 'failures and a table that is gone are no reason to hurry');

# ---- what was in the way goes -------------------------------------------------------------------
$reader->query_safe('COMMIT');
$reader->quit;
$node->safe_psql('postgres', <<'SQL');
DELETE FROM items;
GRANT CREATE ON SCHEMA shared TO pauper;
DROP TABLE a_taken_p2026_03;
SQL
becomes($node, 'postgres', "SELECT string_agg(parent::text || ' ' || count, ', ' ORDER BY parent::text) FROM pgscale.partition_sets"
	  . " WHERE failures = 0 AND last_error IS NULL",
	'a_taken 3, c_referenced 3, e_read 4, own.f_well 3, shared.b_poor 3', 'all sets get well without help', 40);

# ---- a set that somebody else works on ----------------------------------------------------------
my $worker = $node->background_psql('postgres');
$worker->query_safe("BEGIN; SELECT count(*) FROM own.f_well;"
	  . " SELECT action FROM pgscale.retire_partition('own.f_well_p2026_01')");
$quiet = -s $node->logfile;
set_clock($node, '2026-03-15 00:00+00');
becomes($node, 'postgres', "SELECT count(*) FROM pgscale.partition_sets WHERE next_due > '2026-03-15'", '4',
	'a set that another session works on is passed over');
stays($node, 'postgres', "SELECT to_regclass('own.f_well_p2026_04') IS NULL", 't', 'as long as it does', 3);
cmp_ok(visits_started($node, 'postgres', $quiet), '<=', 8, 'without hurry');
$worker->query_safe('COMMIT');
$worker->quit;
becomes($node, 'postgres', "SELECT covered_until FROM pgscale.partition_sets WHERE parent = 'own.f_well'::regclass",
	'2026-05-01 00:00:00+00', 'then its turn comes');

# ---- settings of the database -------------------------------------------------------------------
$node->safe_psql('postgres', <<'SQL');
CREATE FUNCTION public.now() RETURNS timestamptz LANGUAGE sql AS $$ SELECT '1999-01-01'::timestamptz $$;
ALTER DATABASE postgres SET default_transaction_read_only = on;
ALTER DATABASE postgres SET default_transaction_isolation = 'serializable';
ALTER DATABASE postgres SET search_path = 'public, pg_catalog';
ALTER DATABASE postgres SET statement_timeout = '1ms';
ALTER DATABASE postgres SET lock_timeout = '1ms';
ALTER DATABASE postgres SET role = 'pauper';
ALTER DATABASE postgres SET row_security = off;
ALTER DATABASE postgres SET datestyle = 'SQL, DMY';
ALTER DATABASE postgres SET intervalstyle = 'iso_8601';
ALTER DATABASE postgres SET timezone = 'Asia/Kathmandu';
ALTER DATABASE postgres SET default_table_access_method = 'heap';
ALTER DATABASE postgres SET quote_all_identifiers = on;
ALTER DATABASE postgres SET enable_partition_pruning = off;
SQL
$node->append_conf('postgresql.auto.conf', "pgscale.clock = '2026-04-15 00:00+00'");
$node->reload;
my $plain = "SET statement_timeout = 0; SET lock_timeout = 0; SET role = none; SET timezone = 'UTC'; SET datestyle = 'ISO';";
becomes($node, 'postgres', "$plain SELECT string_agg(covered_until, ' ') FROM pgscale.partition_sets WHERE last_error IS NULL",
	join(' ', ('2026-06-01 00:00:00+00') x 5), 'settings of the database do not reach the worker');
is(ask($node, 'postgres', "$plain SELECT string_agg(DISTINCT oldest, ' ') FROM pgscale.partition_sets WHERE retention IS NOT NULL"),
	'2026-03-01 00:00:00+00', 'retirement included');
is(ask($node, 'template1', 'ALTER DATABASE postgres RESET ALL'), '', 'settings are gone');

# A clock of the database only is not the launcher's: no work, and no hurry either.
$node->safe_psql('postgres', "ALTER DATABASE postgres SET pgscale.clock = '2026-04-20 00:00+00'");
configure($node, 'pgscale.clock' => '2026-05-15 00:00+00');
$quiet = -s $node->logfile;
stays($node, 'postgres', 'SELECT 1', '1', 'two clocks that disagree', 3);
cmp_ok(visits_started($node, 'postgres', $quiet), '<=', 8, 'are no reason to hurry');
is(ask($node, 'template1', 'ALTER DATABASE postgres RESET ALL'), '', 'settings are gone');
becomes($node, 'postgres', 'SELECT count(*) FROM pgscale.partition_sets WHERE covered_until = \'2026-07-01 00:00:00+00\'', '5',
	'with one clock all is well again');

# ---- a standby ----------------------------------------------------------------------------------
$node->backup('base');
my $standby = PostgreSQL::Test::Cluster->new('standby');
$standby->init_from_backup($node, 'base', has_streaming => 1);
$standby->start;
$node->wait_for_catchup($standby);
configure($node, 'pgscale.clock' => '2026-06-15 00:00+00');
becomes($node, 'postgres', 'SELECT count(*) FROM pgscale.partition_sets WHERE covered_until = \'2026-08-01 00:00:00+00\'', '5',
	'the primary goes on');
$node->wait_for_catchup($standby);
is($standby->safe_psql('postgres', "SELECT count(*) FROM pg_stat_activity WHERE backend_type LIKE 'pgscale%'"), '0',
	'no process of ours on a standby');
is($standby->safe_psql('postgres', "SELECT count(*) FROM pgscale.partition_sets WHERE covered_until = '2026-08-01 00:00:00+00'"),
	'5', 'the views work there: sets');
is( $standby->safe_psql('postgres', 'SELECT count(*) > 10 FROM pgscale.partitions'), 't', 'partitions');
is( $standby->safe_psql('postgres', 'SELECT count(*) > 10 FROM pgscale.runs'), 't', 'runs');
my ($status, $out, $error) = $standby->psql('postgres', 'SELECT count(*) FROM pgscale.plan()');
is($error, '', 'and the dry run');
($status, $out, $error) = $standby->psql('postgres', 'CALL pgscale.run_maintenance()');
like($error, qr/ERROR:  .*(during recovery|recovery is in progress)/, 'maintenance there is an error');
$standby->append_conf('postgresql.auto.conf', "pgscale.clock = '2026-07-15 00:00+00'");
$node->stop('immediate');
$standby->reload;
$standby->promote;
becomes($standby, 'postgres', 'SELECT count(*) FROM pgscale.partition_sets WHERE covered_until = \'2026-09-01 00:00:00+00\'', '5',
	'after a promotion partitions are made');
becomes($standby, 'postgres', "SELECT count(*) FROM pgscale.partition_sets WHERE hold_until > now() AND oldest = '2026-05-01 00:00:00+00'",
	'3', 'and retirement is on hold');
$standby->safe_psql('postgres', "SELECT pgscale.resume(parent) FROM pgscale.partition_sets");
becomes($standby, 'postgres', "SELECT count(*) FROM pgscale.partition_sets WHERE hold_until IS NULL AND oldest = '2026-06-01 00:00:00+00'",
	'3', 'until somebody resumes it');
$standby->stop;
unlike(slurp_file($_->logfile), qr/TRAP:|PANIC|terminated by signal 11/, 'no crash in the log') foreach $node, $standby;
done_testing();
