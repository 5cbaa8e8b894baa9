# Every health check in both directions: what makes it bad, and what makes it good again.
use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use PgscaleTest;
use Test::More;

my $start = '2026-03-10 12:00+00';
my $node = PostgreSQL::Test::Cluster->new('health');
$node->init(allows_streaming => 1, extra => ['--data-checksums']);
$node->append_conf('postgresql.conf', <<'CONF');
shared_preload_libraries = 'pgscale'
pgscale.max_workers = 0
max_prepared_transactions = 2
archive_mode = on
archive_command = 'true'
archive_timeout = 0
hot_standby_feedback = off
autovacuum = on
autovacuum_naptime = '1d'
fsync = on
CONF
$node->start;
my $standby_name = 'health_standby';

sub run_sql { return $node->safe_psql('postgres', shift); }

# Status of a check by a clock.
my %tested;
sub status
{
	my ($check, $clock) = @_;
	return run_sql("SET pgscale.clock = '" . ($clock // $start) . "'; SELECT status FROM pgscale.health WHERE check_name = '$check'");
}

sub is_status
{
	my ($check, $wanted, $name, $clock) = @_;
	local $Test::Builder::Level = $Test::Builder::Level + 1;
	$tested{$check}{$wanted} = 1;
	return is(status($check, $clock), $wanted, "$check: $name");
}

sub comes_to
{
	my ($check, $wanted, $name) = @_;
	local $Test::Builder::Level = $Test::Builder::Level + 1;
	$tested{$check}{$wanted} = 1;
	return becomes($node, 'postgres', "SELECT status FROM pgscale.health WHERE check_name = '$check'", $wanted, "$check: $name", 30);
}

# A real measure against thresholds that it reaches, and against the usual ones.
sub by_threshold
{
	my ($check, $set, $wanted) = @_;
	local $Test::Builder::Level = $Test::Builder::Level + 1;
	run_sql("UPDATE pgscale.threshold SET $set WHERE check_name = '$check'");
	is_status($check, $wanted, "is $wanted beyond its threshold ($set)");
	run_sql("DELETE FROM pgscale.threshold WHERE check_name = '$check'");
	return is_status($check, 'ok', 'is ok within the usual one');
}

run_sql(<<"SQL");
CREATE EXTENSION pgscale;
SET pgscale.clock = '$start';
CREATE TABLE orders (id int, at timestamptz NOT NULL) PARTITION BY RANGE (at);
SELECT FROM pgscale.create_parent('orders', 'at', '1 day', premake => 2);
CREATE TABLE kinds (kind text) PARTITION BY LIST (kind);
SELECT FROM pgscale.create_parent('kinds', lists => '{"a": ["a"]}', default_partition => true);
SQL

# ---- partitions ------------------------------------------------------------------------------
is_status('schedule', 'ok', 'nothing is due');
is_status('schedule', 'critical', 'due and not begun', '2026-03-11 02:00+00');
is_status('next_partition', 'ok', 'covered ahead');
is_status('next_partition', 'warning', 'the last one is half over', '2026-03-12 13:00+00');
is_status('next_partition', 'critical', 'the last one is over', '2026-03-13 00:00+00');

is_status('failing_set', 'ok', 'no failures');
run_sql('CREATE TABLE orders_p2026_03_13 (x int)');
$node->psql('postgres', "SET pgscale.clock = '2026-03-11 00:00+00'; CALL pgscale.run_maintenance('orders')") for 1 .. 3;
is_status('failing_set', 'warning', 'a name that is taken', '2026-03-11 00:00+00');
run_sql("DROP TABLE orders_p2026_03_13; SET pgscale.clock = '2026-03-11 00:00+00'; CALL pgscale.run_maintenance('orders')");
is_status('failing_set', 'ok', 'after the name is free', '2026-03-11 00:00+00');

is_status('held_set', 'ok', 'nothing is paused');
run_sql("SELECT pgscale.pause('orders')");
is_status('held_set', 'warning', 'a set is paused');
run_sql("SELECT pgscale.resume('orders')");
is_status('held_set', 'ok', 'after resume()');

is_status('quarantined_set', 'ok', 'no crashes');
run_sql("UPDATE pgscale.set_state SET crashes = 3 WHERE parent = 'orders'::regclass");
is_status('quarantined_set', 'critical', 'three crashes');
run_sql("SELECT pgscale.resume('orders')");
is_status('quarantined_set', 'ok', 'after resume()');

is_status('pending_detach', 'ok', 'no detach is pending');
my $reader = $node->background_psql('postgres');
$reader->query_safe('BEGIN; SELECT count(*) FROM orders');
my (undef, undef, $error) = $node->psql('postgres', "SET lock_timeout = '100ms'; ALTER TABLE orders DETACH PARTITION orders_p2026_03_10 CONCURRENTLY");
like($error, qr/canceling statement due to lock timeout/, 'a detach is interrupted');
is_status('pending_detach', 'warning', 'a detach is pending');
$reader->query_safe('COMMIT');
run_sql('ALTER TABLE orders DETACH PARTITION orders_p2026_03_10 FINALIZE');
is_status('pending_detach', 'ok', 'after FINALIZE');

is_status('default_rows', 'ok', 'the default partition is empty');
run_sql("INSERT INTO kinds VALUES ('b'); SELECT pg_stat_force_next_flush()");
is_status('default_rows', 'warning', 'it has a row');
run_sql("DELETE FROM kinds_default; SELECT pg_stat_force_next_flush()");
is_status('default_rows', 'ok', 'the row is gone');

is_status('unanalyzed_parent', 'ok', 'the parents have no rows');
run_sql("INSERT INTO kinds VALUES ('a'); SELECT pg_stat_force_next_flush()");
is_status('unanalyzed_parent', 'warning', 'a parent has rows and no statistics');
run_sql('ANALYZE kinds');
is_status('unanalyzed_parent', 'ok', 'after ANALYZE');

run_sql('CREATE TABLE plain (id int); CREATE INDEX plain_idx ON plain (id)');
is_status('invalid_index', 'ok', 'all indexes are valid');
run_sql("UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'plain_idx'::regclass");
is_status('invalid_index', 'warning', 'one is not');
run_sql('REINDEX INDEX plain_idx');
is_status('invalid_index', 'ok', 'after REINDEX');

is_status('history', 'unknown', 'no sample yet');
is_status('drift', 'unknown', 'nobody has looked yet');
run_sql("SET pgscale.clock = '$start'; CALL pgscale.take_sample()");
is_status('drift', 'critical', 'the partition that was detached is missing');
run_sql('DROP TABLE orders_p2026_03_10');
run_sql("SET pgscale.clock = '$start'; CALL pgscale.repair('orders')");
is_status('drift', 'ok', 'after repair()');
run_sql('CREATE INDEX orders_id_idx ON ONLY orders (id)');
is_status('drift', 'ok', 'which looks only when a sample is taken');
run_sql("SET pgscale.clock = '$start'; CALL pgscale.take_sample()");
is_status('drift', 'warning', 'an index is missing');
run_sql("SET pgscale.clock = '$start'; CALL pgscale.repair('orders')");
is_status('drift', 'ok', 'after repair() too');
is_status('history', 'ok', 'just sampled');
is_status('history', 'warning', 'three intervals late', '2026-03-10 12:15+00');
is_status('history', 'critical', 'an hour late', '2026-03-10 13:00+00');

# ---- load: intervals written by hand ---------------------------------------------------------
sub write_interval
{
	my ($scope, $object, $columns, $values) = @_;
	return run_sql("DELETE FROM pgscale.sample WHERE at = '$start'; INSERT INTO pgscale.sample (at, seconds, scope, object, frame, $columns)"
		  . " VALUES ('$start', 300, '$scope', $object, false, $values)"
		  . ($scope eq 'server' ? '' : ", ('$start', 300, 'server', 0, false" . (', NULL' x (1 + ($columns =~ tr/,//))) . ')'));
}
my $database = "(SELECT oid FROM pg_database WHERE datname = 'postgres')";
is_status($_, 'unknown', 'nothing was counted yet') foreach qw(cache_hit requested_checkpoints temp_files deadlocks);
write_interval('database', $database, 'hit, read', '990000, 10000');
is_status('cache_hit', 'ok', '99 % in the cache');
write_interval('database', $database, 'hit, read', '900000, 100000');
is_status('cache_hit', 'warning', '90 %');
write_interval('database', $database, 'hit, read', '500000, 500000');
is_status('cache_hit', 'critical', '50 %');
write_interval('database', $database, 'hit, read', '10, 500');
is_status('cache_hit', 'unknown', 'too little to tell');
write_interval('server', 0, 'counters', q('{"checkpoints_timed": 9, "checkpoints_requested": 1}'));
is_status('requested_checkpoints', 'ok', 'one in ten');
write_interval('server', 0, 'counters', q('{"checkpoints_timed": 5, "checkpoints_requested": 5}'));
is_status('requested_checkpoints', 'warning', 'one in two');
write_interval('server', 0, 'counters', q('{"checkpoints_timed": 1, "checkpoints_requested": 9}'));
is_status('requested_checkpoints', 'critical', 'nine in ten');
write_interval('database', $database, 'counters', q('{"temp_bytes": 1000, "deadlocks": 1}'));
is_status($_, 'ok', 'hardly any') foreach qw(temp_files deadlocks);
write_interval('database', $database, 'counters', q('{"temp_bytes": 6000000000, "deadlocks": 10}'));
is_status($_, 'warning', 'some') foreach qw(temp_files deadlocks);
write_interval('database', $database, 'counters', q('{"temp_bytes": 60000000000, "deadlocks": 100}'));
is_status($_, 'critical', 'many') foreach qw(temp_files deadlocks);

# ---- disks: as the last sample found them ----------------------------------------------------
write_interval('server', 0, 'gauges', q('{"disk/data/total_bytes": 1000, "disk/data/free_bytes": 500}'));
is_status('disk_free', 'ok', 'half is free');
write_interval('server', 0, 'gauges', q('{"disk/data/total_bytes": 1000, "disk/data/free_bytes": 80}'));
is_status('disk_free', 'warning', '8 % are free');
write_interval('server', 0, 'gauges', q('{"disk/data/total_bytes": 1000, "disk/data/free_bytes": 30}'));
is_status('disk_free', 'critical', '3 % are free');
is_status('disk_full', 'unknown', 'a history too short for a trend');
sub write_days
{
	my ($free) = @_;
	run_sql("TRUNCATE pgscale.sample; INSERT INTO pgscale.sample (at, seconds, scope, object, frame, gauges)"
		  . " SELECT timestamptz '$start' - h * interval '1 hour', 300, 'server', 0, false,"
		  . " jsonb_build_object('disk/data/total_bytes', 1000000000, 'disk/data/free_bytes', $free)"
		  . ' FROM generate_series(0, 167) h');
	return;
}
run_sql(q(CREATE TABLE pgscale.sample_before PARTITION OF pgscale.sample FOR VALUES FROM ('2026-03-01 00:00+00') TO ('2026-03-10 00:00+00')));
write_days('500000000');
is_status('disk_full', 'ok', 'it does not fill');
write_days('100000000 + h * 1000000');
is_status('disk_full', 'warning', 'full in four days');
write_days('10000000 + h * 1000000');
is_status('disk_full', 'critical', 'full in ten hours');
run_sql('DROP TABLE pgscale.sample_before');

# ---- server ----------------------------------------------------------------------------------
by_threshold('transaction_ids', 'warning = 0, critical = 0', 'critical');
by_threshold('multixact_ids', 'warning = 0, critical = NULL', 'warning');
by_threshold('connections', 'warning = 0.1, critical = NULL', 'warning');

my $session = $node->background_psql('postgres');
is_status($_, 'ok', 'nobody is in a transaction') foreach qw(long_transaction idle_in_transaction);
$session->query_safe('BEGIN ISOLATION LEVEL REPEATABLE READ; INSERT INTO plain VALUES (1)');
by_threshold('long_transaction', 'warning = 0', 'warning');
by_threshold('idle_in_transaction', 'warning = 0, critical = 0', 'critical');
by_threshold('xmin_horizon', 'warning = 0', 'warning');
is_status('blocked', 'ok', 'nobody waits');
my $waiter = $node->background_psql('postgres');
say_in($waiter, 'ALTER TABLE plain ADD COLUMN note text');
becomes($node, 'postgres', 'SELECT count(*) FROM pgscale.blocking WHERE waiting_s IS NOT NULL', '1', 'somebody waits');
by_threshold('blocked', 'warning = 0', 'warning');
$session->query_safe('ROLLBACK');
becomes($node, 'postgres', 'SELECT count(*) FROM pgscale.blocking WHERE waiting_s IS NOT NULL', '0', 'nobody waits any more');
is_status('blocked', 'ok', 'after the ROLLBACK');
$_->quit foreach ($waiter, $session, $reader);

is_status('prepared_transaction', 'ok', 'none');
run_sql("BEGIN; INSERT INTO plain VALUES (2); PREPARE TRANSACTION 'left'");
by_threshold('prepared_transaction', 'warning = 0', 'warning');
run_sql("ROLLBACK PREPARED 'left'");

run_sql('CREATE TABLE small (id smallserial)');
is_status('sequence', 'ok', 'hardly used');
run_sql("SELECT setval('small_id_seq', 27000)");
is_status('sequence', 'warning', '82 % are gone');
run_sql("SELECT setval('small_id_seq', 32000)");
is_status('sequence', 'critical', '97 % are gone');

is_status('unsafe_settings', 'ok', 'all are on');
configure($node, full_page_writes => 'off');
comes_to('unsafe_settings', 'critical', 'full_page_writes is off');
configure($node, full_page_writes => 'on');
comes_to('unsafe_settings', 'ok', 'on again');

comes_to('archiver', 'ok', 'archiving works');
configure($node, archive_command => 'false');
run_sql('INSERT INTO plain VALUES (3); SELECT pg_switch_wal()');
becomes($node, 'postgres', "SELECT status <> 'ok' FROM pgscale.health WHERE check_name = 'archiver'", 't', 'archiver: archiving fails', 60);
$tested{archiver}{warning} = 1;
configure($node, archive_command => 'true');
comes_to('archiver', 'ok', 'it works again');

# ---- replication -----------------------------------------------------------------------------
is_status($_, 'ok', 'no receivers, no slots') foreach qw(replication_lag replication_backlog disconnected_standby slot_retention lost_slot);
run_sql("SELECT pg_create_physical_replication_slot('receiver', true)");
is_status('disconnected_standby', 'warning', 'a slot and nobody there');
by_threshold('slot_retention', 'warning = 0', 'warning');
$node->backup('base');
my $standby = PostgreSQL::Test::Cluster->new($standby_name);
$standby->init_from_backup($node, 'base', has_streaming => 1);
$standby->append_conf('postgresql.conf', "primary_slot_name = 'receiver'\nwal_receiver_status_interval = 1s\narchive_mode = off");
$standby->start;
$node->wait_for_catchup($standby);
comes_to('disconnected_standby', 'ok', 'it is connected');
$standby->safe_psql('postgres', 'SELECT pg_wal_replay_pause()');
run_sql('INSERT INTO plain SELECT generate_series(1, 20000)');
becomes($node, 'postgres', "SELECT replay_lag_bytes > 100000 AND replay_lag_seconds > 0 FROM pgscale.lag WHERE name = '$standby_name'", 't', 'replay is paused', 60);
by_threshold('replication_backlog', 'warning = 100000', 'warning');
by_threshold('replication_lag', 'warning = 0.000001, critical = 0.000002', 'critical');
$standby->safe_psql('postgres', 'SELECT pg_wal_replay_resume()');
$node->wait_for_catchup($standby);
$standby->stop;
configure($node, max_slot_wal_keep_size => '1MB');
run_sql('INSERT INTO plain SELECT generate_series(1, 1000); SELECT pg_switch_wal(); CHECKPOINT') for 1 .. 4;
comes_to('lost_slot', 'critical', 'its WAL is removed');
run_sql("SELECT pg_drop_replication_slot('receiver')");
is_status('lost_slot', 'ok', 'it is dropped');

# ---- since when ------------------------------------------------------------------------------
run_sql("SELECT pgscale.pause('kinds')");
is(run_sql("SELECT since IS NULL FROM pgscale.health WHERE check_name = 'held_set'"), 't', 'since is not known before a sample');
run_sql("SET pgscale.clock = '$start'; CALL pgscale.take_sample()");
my $since = run_sql("SELECT since FROM pgscale.health WHERE check_name = 'held_set'");
isnt($since, '', 'a sample writes it down');
run_sql("SET pgscale.clock = '2026-03-10 12:05+00'; CALL pgscale.take_sample()");
is(run_sql("SELECT since FROM pgscale.health WHERE check_name = 'held_set'"), $since, 'it stays while the status does');
run_sql("SELECT pgscale.resume('kinds'); SET pgscale.clock = '2026-03-10 12:10+00'; CALL pgscale.take_sample()");
is(run_sql("SELECT string_agg(status || ' ' || (until IS NULL)::text, ', ' ORDER BY since) FROM pgscale.health_log WHERE check_name = 'held_set'"),
	'ok false, warning false, ok true', 'and ends with it');

# ---- shards: what their visits write down; the visits are in 064_shard_drift ------------------
is_status($_, 'ok', 'no shards') foreach qw(shard_unreachable shard_drift shard_lag);
run_sql("INSERT INTO pgscale.shard (name, number, host, port, dbname, owner) VALUES ('s1', 1, 'localhost', 1, 'x', current_user)");
is_status($_, 'unknown', 'nobody has asked it yet') foreach qw(shard_unreachable shard_drift);
run_sql("INSERT INTO pgscale.shard_state (shard, as_of, reachable, lag_seconds, drift_as_of, drift_warnings, drift_critical, drift_worst)"
	  . " VALUES ('s1', now(), true, 0, now(), 0, 0, NULL)");
is_status($_, 'ok', 'all is well') foreach qw(shard_unreachable shard_drift shard_lag);
run_sql("UPDATE pgscale.shard_state SET reachable = false, error = 'gone', lag_seconds = 31, drift_warnings = 1, drift_worst = 'default note'");
is_status('shard_unreachable', 'critical', 'it does not answer');
is_status('shard_drift', 'warning', 'a default differs');
is_status('shard_lag', 'warning', 'half a minute');
run_sql("UPDATE pgscale.shard_state SET lag_seconds = 301, drift_critical = 1");
is_status($_, 'critical', 'it is bad') foreach qw(shard_drift shard_lag);
run_sql("UPDATE pgscale.shard_state SET as_of = now() - interval '1 hour'");
is_status('shard_unreachable', 'unknown', 'what is old is not known');
run_sql("UPDATE pgscale.shard_state SET reachable = true, lag_bytes = 0, lag_seconds = 0");
is(run_sql("SELECT status, replay_lag_bytes IS NULL FROM pgscale.lag WHERE kind = 'shard'"), 'disconnected|t', 'nor is it called caught up');
run_sql('DELETE FROM pgscale.shard');
is_status($_, 'ok', 'the shard is removed') foreach qw(shard_unreachable shard_drift shard_lag);

# ---- checksums: last, since the damage stays -------------------------------------------------
is_status('checksum_failures', 'ok', 'none');
run_sql('CREATE TABLE damaged AS SELECT generate_series(1, 100) AS id; CHECKPOINT');
my $path = $node->data_dir . '/' . run_sql("SELECT pg_relation_filepath('damaged')");
$node->stop;
open my $page, '+<', $path or die "$path: $!";
seek $page, 4096, 0;
print $page 'damage' x 20;
close $page;
$node->start;
$node->psql('postgres', 'SELECT count(*) FROM damaged');
comes_to('checksum_failures', 'critical', 'a page is damaged');

# ---- none is forgotten -----------------------------------------------------------------------
foreach my $check (split /\n/, run_sql('SELECT check_name FROM pgscale.threshold'))
{
	my $seen = $tested{$check} // {};
	ok($seen->{ok} && ($seen->{warning} || $seen->{critical}), "$check: was seen in both directions");
}
$node->stop;

done_testing();
