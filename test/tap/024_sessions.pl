# Who blocks and who holds VACUUM back, where it takes prepared transactions, slots, standbys and statements that run.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/lib";

use PgscaleTest;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('primary');
$node->init(allows_streaming => 'logical');
$node->append_conf('postgresql.conf', <<'CONF');
autovacuum = off
autovacuum_vacuum_threshold = 7
max_prepared_transactions = 10
wal_receiver_status_interval = 1
CONF
$node->start;
$node->safe_psql('postgres', <<'SQL');
CREATE EXTENSION pgscale;
CREATE TABLE t (k int PRIMARY KEY, v int);
INSERT INTO t SELECT g, 0 FROM generate_series(1, 10) g;
CREATE ROLE plain;
SQL

sub session { return $node->background_psql('postgres', on_error_stop => 0); }

sub remedies
{
	return ask($node, 'postgres', "SELECT string_agg(DISTINCT remedy, ' and ' ORDER BY remedy) FROM pgscale.blocking WHERE depth = 0");
}

# ---- prepared transactions -------------------------------------------------------------------
$node->safe_psql('postgres', "BEGIN; UPDATE t SET v = 1 WHERE k = 1; PREPARE TRANSACTION 'it''s the one'");
$node->safe_psql('postgres', "BEGIN; SELECT count(*) FROM t; PREPARE TRANSACTION 'bystander'");
my $waiter = session();
say_in($waiter, 'UPDATE t SET v = 2 WHERE k = 1');
becomes($node, 'postgres', "SELECT count(*) FROM pgscale.blocking WHERE waiting_s >= 0", 1, 'somebody waits for a prepared transaction');
is(ask($node, 'postgres', 'SELECT pid, prepared, depth, path, waiters, datname, xact_age_s >= 0, remedy FROM pgscale.blocking WHERE depth = 0'),
	"0|it's the one|0|{0}|1|postgres|t|ROLLBACK PREPARED 'it''s the one'", 'the prepared transaction is the root, by its name');
is(ask($node, 'postgres', "SELECT root_pid, root_pids, blocked_by, relation, remedy FROM pgscale.blocking WHERE depth = 1"),
	"0|{0}|{0}|t|ROLLBACK PREPARED 'it''s the one'", 'the waiter points at it');
is(ask($node, 'postgres', "SELECT string_agg(trim(regexp_replace(tree, '[0-9]+', 'pid')), ', ') FROM pgscale.blocking"),
	"prepared transaction it's the one, pid", 'the tree names it');

my $strong = session();
say_in($strong, 'BEGIN; LOCK TABLE t IN ACCESS EXCLUSIVE MODE; COMMIT');
becomes($node, 'postgres', "SELECT count(*) FROM pgscale.blocking WHERE lock_mode = 'AccessExclusiveLock'", 1, 'somebody wants the whole table');
is(remedies(), "ROLLBACK PREPARED 'bystander' and ROLLBACK PREPARED 'it''s the one'", 'both prepared transactions stand in its way');
is(ask($node, 'postgres', "SELECT cardinality(root_pids) FROM pgscale.blocking WHERE lock_mode = 'AccessExclusiveLock'"), 2, 'it has two roots');

is(ask($node, 'postgres', "SELECT string_agg(concat_ws(' ', kind, holder, datname, usename, age_s >= 0, xmin_age > 0, catalogs_only, remedy), ', ' ORDER BY holder) FROM pgscale.xmin_horizon WHERE kind = 'prepared transaction'"),
	"prepared transaction bystander postgres postgres t t f ROLLBACK PREPARED 'bystander', prepared transaction it's the one postgres postgres t t f ROLLBACK PREPARED 'it''s the one'",
	'prepared transactions hold VACUUM back');
# what the view says is what helps
$node->safe_psql('postgres', ask($node, 'postgres', "SELECT remedy FROM pgscale.blocking WHERE prepared LIKE 'it%'"));
becomes($node, 'postgres', "SELECT count(*) FROM pgscale.blocking WHERE lock_type = 'transactionid'", 0, 'the remedy frees the row');
is(remedies(), "ROLLBACK PREPARED 'bystander'", 'the other one is left');
$node->safe_psql('postgres', "COMMIT PREPARED 'bystander'");
becomes($node, 'postgres', 'SELECT count(*) FROM pgscale.blocking', 0, 'then nobody waits');
is(ask($node, 'postgres', "SELECT count(*) FROM pgscale.xmin_horizon WHERE kind = 'prepared transaction'"), 0, 'and nothing is held back');
$waiter->quit;
$strong->quit;

# ---- a root that works -----------------------------------------------------------------------
# A statement that goes on until it is cancelled, without waiting for a lock.
my $endless = q{pgscale.wait_for_lsn('FFFFFFFF/0', '1h')};
my $root = session();
$root->query_safe('BEGIN; LOCK TABLE t');
say_in($root, "SELECT $endless");
$waiter = session();
say_in($waiter, 'SELECT count(*) FROM t');
becomes($node, 'postgres', q{SELECT state, waiters, remedy = format('SELECT pg_cancel_backend(%s)', pid) FROM pgscale.blocking WHERE depth = 0},
	'active|1|t', 'a statement that runs is cancelled');
is(ask($node, 'postgres', "SELECT xact_age_s >= query_age_s, query_age_s >= 0, idle_in_transaction_s IS NULL FROM pgscale.activity WHERE query LIKE 'SELECT pgscale.wait_for_lsn%'"),
	't|t|t', 'and shown as running');
$node->safe_psql('postgres', ask($node, 'postgres', 'SELECT DISTINCT remedy FROM pgscale.blocking'));
becomes($node, 'postgres', 'SELECT count(*) FROM pgscale.blocking', 0, 'the remedy frees the table');
$root->quit;
$waiter->quit;

$root = session();
$root->query_safe('SELECT pg_advisory_lock(3)');
say_in($root, "SELECT $endless");
$waiter = session();
say_in($waiter, 'SELECT pg_advisory_lock(3)');
becomes($node, 'postgres', q{SELECT state, remedy = format('SELECT pg_terminate_backend(%s)', pid) FROM pgscale.blocking WHERE depth = 0},
	'active|t', 'what outlives a statement needs the end of the session');
$node->safe_psql('postgres', ask($node, 'postgres', 'SELECT DISTINCT remedy FROM pgscale.blocking'));
becomes($node, 'postgres', 'SELECT count(*) FROM pgscale.blocking', 0, 'the remedy frees the lock');
$waiter->quit;

# a session that asks is told to end its own transaction
my $self = session();
$self->query_safe('BEGIN; LOCK TABLE t');
$waiter = session();
say_in($waiter, 'SELECT count(*) FROM t');
becomes($node, 'postgres', 'SELECT count(*) FROM pgscale.blocking WHERE depth = 1', 1, 'somebody waits for the session that asks');
is($self->query_safe('SELECT DISTINCT remedy FROM pgscale.blocking'), 'ROLLBACK', 'it may end its own transaction');
$self->query_safe('ROLLBACK');
$self->quit;
$waiter->quit;

# ---- a VACUUM that runs ----------------------------------------------------------------------
# One page at a time, with the longest rest between two: it lasts until it is cancelled.
$node->safe_psql('postgres', <<'SQL');
CREATE TABLE large (k int, v text) PARTITION BY LIST (k);
CREATE TABLE large_1 PARTITION OF large FOR VALUES IN (1);
INSERT INTO large SELECT 1, repeat('x', 1000) FROM generate_series(1, 10000) g;
SQL
my $vacuum = session();
$vacuum->query_safe('SET vacuum_cost_delay = 100; SET vacuum_cost_limit = 1');
say_in($vacuum, 'VACUUM large_1');
becomes($node, 'postgres', q{SELECT running_pid > 0, running_on, running_phase, running_scanned_pct BETWEEN 0 AND 99 FROM pgscale.vacuum WHERE "table" = 'large'::regclass},
	't|large_1|scanning heap|t', 'a VACUUM that runs on a partition is in the row of its root');
is(ask($node, 'postgres', q{SET ROLE plain; SELECT running_pid, running_on, leaves FROM pgscale.vacuum WHERE "table" = 'large'::regclass}), '||1', 'it is not shown to everybody');
is(ask($node, 'postgres', "SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'VACUUM%' AND backend_xmin IS NOT NULL"), 1, 'it has a snapshot');
becomes($node, 'postgres', 'SELECT count(*) FROM pgscale.xmin_horizon', 0, 'but holds no other VACUUM back');
is(ask($node, 'postgres', q{SELECT vacuum_threshold FROM pgscale.vacuum WHERE "table" = 'large'::regclass}), 7, 'the threshold is that of the server');
$node->safe_psql('postgres', q{SELECT pg_cancel_backend(running_pid) FROM pgscale.vacuum WHERE running_pid > 0});
becomes($node, 'postgres', 'SELECT count(*) FROM pgscale.vacuum WHERE running_pid > 0', 0, 'it has ended');
$vacuum->quit;
# from PostgreSQL 18 on
my $knows_maximum = $node->psql('postgres', 'ALTER TABLE large_1 SET (autovacuum_vacuum_max_threshold = 3)') == 0;
becomes($node, 'postgres', q{SELECT vacuum_threshold FROM pgscale.vacuum WHERE "table" = 'large'::regclass}, $knows_maximum ? 3 : 7,
	'a maximum limits it, where the server has one');

# ---- slots and standbys ----------------------------------------------------------------------
$node->safe_psql('postgres', "SELECT pg_create_logical_replication_slot('decoder', 'test_decoding')");
is(ask($node, 'postgres', "SELECT kind, holder, pid, datname, catalogs_only, xmin_age >= 0, state, remedy FROM pgscale.xmin_horizon"),
	q{replication slot|decoder||postgres|t|t|inactive|SELECT pg_drop_replication_slot('decoder')}, 'a logical slot holds the catalogs back');
$node->safe_psql('postgres', ask($node, 'postgres', 'SELECT remedy FROM pgscale.xmin_horizon'));
becomes($node, 'postgres', 'SELECT count(*) FROM pgscale.xmin_horizon', 0, 'the remedy lets it go');

$node->backup('base');
my $standby = PostgreSQL::Test::Cluster->new('standby');
$standby->init_from_backup($node, 'base', has_streaming => 1);
$standby->append_conf('postgresql.conf', "hot_standby_feedback = on");
$standby->start;
my $walsender = q{SELECT kind, holder, pid > 0, datname, catalogs_only, xmin_age >= 0, state, remedy LIKE '%hot_standby_feedback%' FROM pgscale.xmin_horizon};
becomes($node, 'postgres', $walsender, 'standby|standby|t||f|t|streaming|t', 'a standby with feedback holds all databases back');
becomes($node, 'postgres', 'SELECT walsenders, used FROM pgscale.connections', '1|1', 'its walsender takes no connection');
becomes($node, 'postgres', 'SELECT backend_type, datname, state FROM pgscale.activity', 'walsender||active', 'and is shown');
is(ask($node, 'postgres', "SET ROLE plain; SELECT backend_type, datname, state FROM pgscale.activity"), 'walsender||', 'to everybody that it is one');
# views that read only work on a standby
is(ask($standby, 'postgres', "SELECT count(*) FROM pgscale.$_ WHERE false"), 0, "$_ works on a standby")
  foreach qw(activity blocking xmin_horizon connections wraparound vacuum sequences temp_files);
$node->safe_psql('postgres', 'CREATE SEQUENCE s; CREATE UNLOGGED SEQUENCE u; SELECT nextval(\'s\'), nextval(\'u\')');
$node->wait_for_catchup($standby);
is(ask($standby, 'postgres', "SELECT sequence, status, note FROM pgscale.sequences WHERE sequence IN ('s'::regclass, 'u'::regclass) ORDER BY 1"),
	"s|ok|\nu|unknown|unlogged sequence, which a standby does not have", 'a sequence that is not logged is unknown there');

$node->safe_psql('postgres', "SELECT pg_create_physical_replication_slot('kept')");
$standby->append_conf('postgresql.conf', "primary_slot_name = 'kept'");
$standby->restart;
becomes($node, 'postgres', q{SELECT kind, holder, pid > 0, catalogs_only, xmin_age >= 0, state, remedy LIKE '%hot_standby_feedback%' FROM pgscale.xmin_horizon},
	'replication slot|kept|t|f|t|active|t', 'with a slot it is the slot that holds back');
$standby->stop;
becomes($node, 'postgres', q{SELECT kind, holder, pid, state, remedy FROM pgscale.xmin_horizon},
	q{replication slot|kept||inactive|SELECT pg_drop_replication_slot('kept')}, 'and goes on when the standby is gone');
$node->safe_psql('postgres', ask($node, 'postgres', 'SELECT remedy FROM pgscale.xmin_horizon'));
becomes($node, 'postgres', 'SELECT count(*) FROM pgscale.xmin_horizon', 0, 'the remedy lets VACUUM go on');

$node->stop;
done_testing();
