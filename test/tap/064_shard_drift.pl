# What differs on the shards is found, told with what it does, and mended where that loses nothing.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/lib";
use PgscaleTest;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use ShardTest;
use Test::More;
use Time::HiRes qw(time);

my @shards = map { new_shard("s$_", "wal_level = replica\n", "max_wal_senders = 5\n") } 1 .. 2;
my ($s1, $s2) = @shards;
my $node = new_coordinator('coordinator');
add_shard($node, @shards);
$node->safe_psql('postgres', <<'SQL');
CREATE TABLE t (id integer NOT NULL, k integer CONSTRAINT k_positive CHECK (k >= 0), note text DEFAULT 'x', PRIMARY KEY (id));
CREATE INDEX t_note ON t (note);
CREATE UNIQUE INDEX t_key ON t (id, lower(note));
INSERT INTO t SELECT g, g FROM generate_series(1, 1000) g;
SELECT * FROM pgscale.create_sharded_table('t', 'id', partitions => 4);
SQL
my $drift = "SELECT coalesce(leaf, '') || ':' || kind || ':' || coalesce(object, '') || ':' || severity || ':' || coalesce(fix_on, '')"
  . " FROM pgscale.shard_drift WHERE relation = 't'::regclass";
my $leaf1 = ask($node, 'postgres', "SELECT min(leaf) FROM pgscale.placement WHERE shard = 's1'");
my $leaf2 = ask($node, 'postgres', "SELECT min(leaf) FROM pgscale.placement WHERE shard = 's2'");
is(ask($node, 'postgres', 'SELECT count(*) FROM pgscale.shard_drift'), 0, 'nothing differs at first');

sub drifts
{
	my ($shard, $sql, $expected, $name) = @_;
	$shard->safe_psql('postgres', $sql);
	is(ask($node, 'postgres', $drift), $expected, $name);
	return;
}

sub repaired
{
	my ($name) = @_;
	$node->safe_psql('postgres', "CALL pgscale.repair_shards('t')");
	is(ask($node, 'postgres', $drift), '', "$name is mended");
	return;
}

# --- what can be mended on the shard
drifts($s1, 'ALTER TABLE t DROP COLUMN note', ":column_missing:note:critical:shard\n:unique_missing:t_key:critical:shard\n:index_missing:t_note:warning:shard", 'a missing column');
repaired('it, with its indexes,');
is(ask($s1, 'postgres', "SELECT pg_get_expr(adbin, adrelid) FROM pg_attrdef WHERE adrelid = 't'::regclass"), "'x'::text", 'with its default');
drifts($s1, "ALTER TABLE t ALTER note SET DEFAULT 'y'", ':default:note:warning:shard', 'another default, told once and not for each partition');
repaired('it');
drifts($s1, 'CREATE SEQUENCE q; ALTER TABLE t ALTER k SET DEFAULT nextval(\'q\')', ':own_numbers:k:warning:shard', 'a sequence on the shard');
repaired('it');
drifts($s1, 'ALTER TABLE t DROP CONSTRAINT k_positive', ':constraint_missing:k_positive:warning:shard', 'a missing CHECK');
repaired('it');
drifts($s1, 'ALTER TABLE t DROP CONSTRAINT t_pkey', ':unique_missing:t_pkey:critical:shard', 'a missing primary key');
repaired('it');
drifts($s1, 'DROP INDEX t_key', ':unique_missing:t_key:critical:shard', 'a missing unique index');
repaired('it');
drifts($s1, 'DROP INDEX t_note', ':index_missing:t_note:warning:shard', 'a missing index');
repaired('it');

# --- what only a person can decide
drifts($s1, 'ALTER TABLE t ALTER k TYPE bigint', ':type:k:critical:', 'another type');
$s1->safe_psql('postgres', 'ALTER TABLE t ALTER k TYPE integer');
drifts($s1, 'ALTER TABLE t ADD COLUMN extra integer', ':column_extra:extra:info:', 'a column that only the shard has');
$node->safe_psql('postgres', "CALL pgscale.repair_shards('t')");
is(ask($s1, 'postgres', "SELECT count(*) FROM pg_attribute WHERE attrelid = 't'::regclass AND attname = 'extra'"), 1, 'is never dropped');
$s1->safe_psql('postgres', 'ALTER TABLE t DROP COLUMN extra');

# --- a plain table keeps rows that belong elsewhere: the damage, then the guard
my $sum = ask($node, 'postgres', 'SELECT count(*), sum(id) FROM t');
$s1->safe_psql('postgres', "ALTER TABLE t DETACH PARTITION $leaf1");
my $moved = ask($node, 'postgres', "SELECT id FROM $leaf1 ORDER BY id LIMIT 1");
my $target = ask($node, 'postgres', "SELECT min(g) + 5000 FROM generate_series(1, 100) g WHERE satisfies_hash_partition('t'::regclass, 4, 1, g + 5000)");
is(ask($node, 'postgres', $drift), "$leaf1:not_attached::critical:shard", 'a detached leaf is critical');
$node->safe_psql('postgres', "UPDATE t SET id = $target WHERE id = $moved");
is(ask($node, 'postgres', "SELECT count(*) FROM t WHERE id = $target"), 0, 'without the partition constraint a row is lost to view');
is(ask($node, 'postgres', "SELECT outcome FROM pgscale.runs WHERE action = 'repair on shard' ORDER BY id DESC LIMIT 1"), 'ok', 'the journal has the repairs');
my ($status, $out, $error) = $node->psql('postgres', "CALL pgscale.repair_shards('t')");
like($error, qr/WARNING:  repair_shards left 1 step undone: .*violated by some row/, 'it is not attached while it has such a row');
$s1->safe_psql('postgres', "UPDATE $leaf1 SET id = $moved WHERE id = $target");
repaired('it');
is(ask($node, 'postgres', 'SELECT count(*), sum(id) FROM t'), $sum, 'every row is there');
like(ask($node, 'postgres', "UPDATE t SET id = $target WHERE id = $moved"), qr/violates partition constraint/, 'and the shard refuses what does not belong there');

# --- a remote parent: the damage, then the guard
$s1->safe_psql('postgres', 'CREATE TABLE p (a integer, b integer) PARTITION BY LIST (a); CREATE TABLE p1 PARTITION OF p FOR VALUES IN (1);'
	  . ' CREATE TABLE p2 PARTITION OF p FOR VALUES IN (2); INSERT INTO p VALUES (1, 1), (2, 1)');
$node->safe_psql('postgres', "CREATE FOREIGN TABLE by_hand (a integer, b integer) SERVER s1 OPTIONS (table_name 'p')");
$node->safe_psql('postgres', 'UPDATE by_hand SET b = 100 WHERE a = 1 AND random() >= 0');
is(ask($s1, 'postgres', 'SELECT count(*) FROM p WHERE b = 100'), 2, 'an update through a remote parent hits other rows, too');
is(ask($node, 'postgres', 'SELECT relation, shard, kind, severity, fix_on FROM pgscale.shard_drift'), 'by_hand|s1|remote_parent|critical|local',
	'a foreign table made by hand is looked at, too');
$node->safe_psql('postgres', 'CALL pgscale.repair_shards()');
like(ask($node, 'postgres', 'UPDATE by_hand SET b = 5'), qr/foreign table "by_hand" does not allow updates/, 'it is made not updatable');
is(ask($node, 'postgres', 'SELECT count(*) FROM by_hand'), 2, 'and can be read');
is(ask($node, 'postgres', 'SELECT count(*) FROM pgscale.shard_drift'), 0, 'which is enough');
$s1->safe_psql('postgres', 'CREATE TABLE loose (a integer)');
$node->safe_psql('postgres', "CREATE TABLE r (a integer) PARTITION BY RANGE (a); CREATE FOREIGN TABLE r1 PARTITION OF r FOR VALUES FROM (1) TO (10) SERVER s1 OPTIONS (table_name 'loose')");
is(ask($node, 'postgres', 'SELECT relation, kind, severity, fix_on FROM pgscale.shard_drift'), 'r1|not_attached|critical|shard', 'a partition made by hand');
$node->safe_psql('postgres', 'CALL pgscale.repair_shards()');
is(ask($node, 'postgres', 'SELECT count(*) FROM pgscale.shard_drift'), 0, 'gets its partition constraint on the shard');
my ($state, $nothing, $why) = $s1->psql('postgres', 'INSERT INTO loose VALUES (77)');
like($why, qr/violates check constraint "pgscale_partition"/, 'which holds');

# --- what is done unasked
$node->safe_psql('postgres', "ALTER TABLE t DETACH PARTITION $leaf2; DROP FOREIGN TABLE $leaf2");
is(ask($node, 'postgres', $drift), "$leaf2:no_foreign_table::critical:local", 'a foreign table that is gone');
is(ask($node, 'postgres', "SELECT action, object, sql::text ~ 'CREATE FOREIGN TABLE' FROM pgscale.plan_shards()"), "repair locally|$leaf2|t", 'is planned');
$node->safe_psql('postgres', 'CALL pgscale.sync_shards()');
is(ask($node, 'postgres', 'SELECT count(*), sum(id) FROM t'), $sum, 'and made: every row is seen again');
$node->safe_psql('postgres', "ALTER TABLE t DETACH PARTITION $leaf2");
$node->safe_psql('postgres', 'CALL pgscale.sync_shards()');
is(ask($node, 'postgres', 'SELECT count(*), sum(id) FROM t'), $sum, 'a foreign table that is detached is attached');
$s2->safe_psql('postgres', 'CREATE ROLE app LOGIN');
$node->safe_psql('postgres', "CREATE ROLE app; SELECT pgscale.map_user('app', 's2', 'app', 'secret'); GRANT SELECT ON t TO app");
is(ask($node, 'postgres', "$drift AND leaf IS NULL"), ':privilege_missing:app:warning:shard', 'a grant that the shard lacks');
$node->safe_psql('postgres', 'CALL pgscale.sync_shards()');
is(ask($s2, 'postgres', "SELECT has_table_privilege('app', '$leaf2', 'SELECT'), has_table_privilege('app', '$leaf2', 'INSERT')"), 't|f', 'is given there');
$node->safe_psql('postgres', 'REVOKE SELECT ON t FROM app');
is(ask($node, 'postgres', "$drift AND leaf IS NULL"), ':privilege_extra:app:info:', 'one too many is told');

# --- a leaf that is lost
my $empty = ask($node, 'postgres', "SELECT max(leaf) FROM pgscale.placement WHERE shard = 's2'");
$node->safe_psql('postgres', "CALL pgscale.analyze_shards('t')");
$s2->safe_psql('postgres', "DROP TABLE $empty");
is(ask($node, 'postgres', "$drift AND severity = 'critical'"), "$empty:missing::critical:", 'a leaf that had rows is for a person to decide');
$node->safe_psql('postgres', $_) foreach 'CALL pgscale.sync_shards()', 'CALL pgscale.repair_shards()';
is(ask($s2, 'postgres', "SELECT to_regclass('$empty') IS NULL"), 't', 'and is never made as if nothing had happened');
$node->safe_psql('postgres', $_) foreach 'CREATE TABLE e (id integer)', "SELECT * FROM pgscale.create_sharded_table('e', 'id', partitions => 4)",
  "CALL pgscale.analyze_shards('e')";
$s2->safe_psql('postgres', 'DROP TABLE e');
is(ask($node, 'postgres', "SELECT string_agg(kind || ':' || fix_on, ',') FROM pgscale.shard_drift WHERE relation = 'e'::regclass"),
	'missing:shard,missing:shard,missing:shard', 'those that were empty, with their parent');
$node->safe_psql('postgres', 'CALL pgscale.sync_shards()');
is(ask($node, 'postgres', "SELECT count(*) FROM pgscale.shard_drift WHERE relation = 'e'::regclass"), 0, 'are made anew');
$node->safe_psql('postgres', 'INSERT INTO e SELECT generate_series(1, 100)');
is(ask($node, 'postgres', 'SELECT count(*) FROM e'), 100, 'and take rows');

# --- health, view shards, and a shard that is gone
my $health = 'SELECT status FROM pgscale.health WHERE check_name = ';
is(ask($node, 'postgres', "$health 'shard_drift'"), 'critical', 'health tells of drift');
is(ask($node, 'postgres', "$health 'shard_unreachable'"), 'ok', 'and that all shards answer');
$s2->safe_psql('postgres', "CREATE TABLE $empty PARTITION OF t " . ask($node, 'postgres', "SELECT bound FROM pgscale.placement WHERE leaf = '$empty'"));
$node->safe_psql('postgres', 'CALL pgscale.sync_shards()');
is(ask($node, 'postgres', "$health 'shard_drift'"), 'ok', 'and that it is over');
is( ask($node, 'postgres',
		"SELECT shard, reachable, role, lag_bytes, size_bytes > 1000000, rows >= 0, tables, version ~ '^[0-9.]+', skew BETWEEN 0.5 AND 1.5, error,"
		  . " as_of > now() - interval '1 minute', latency_ms > 0 FROM pgscale.shards"),
	"s1|t|primary||t|t|4|t|t||t|t\ns2|t|primary||t|t|4|t|t||t|t", 'view shards');
$s2->stop;
becomes($node, 'postgres', "SELECT shard, reachable, role, version IS NOT NULL, error IS NOT NULL FROM pgscale.shards ORDER BY 1", "s1|t|primary|t|f\ns2|f||t|t",
	'the worker finds that a shard is gone');
is(ask($node, 'postgres', "$health 'shard_unreachable'"), 'critical', 'health tells of it');
is(ask($node, 'postgres', 'SELECT kind, name, status FROM pgscale.lag'), 'shard|s2|disconnected', 'and view lag');
is(ask($node, 'postgres', "SELECT DISTINCT shard, kind, detail ~ 'could not connect|is down' FROM pgscale.shard_drift"), 's2|unreachable|t', 'and view shard_drift');
$s2->start;
becomes($node, 'postgres', "$health 'shard_unreachable'", 'ok', 'and it is back');

# --- a frozen shard holds nobody up
my $postmaster = slurp_file($s2->data_dir . '/postmaster.pid');
$postmaster =~ s/\n.*//s;
kill 'STOP', $postmaster;
my $begun = time;
is(ask($node, 'postgres', 'SELECT DISTINCT shard, kind FROM pgscale.shard_drift'), 's2|unreachable', 'a frozen shard is told of');
cmp_ok(time - $begun, '<', 8, 'in time');
becomes($node, 'postgres', "SELECT reachable FROM pgscale.shards WHERE shard = 's2'", 'f', 'also by the worker');
kill 'CONT', $postmaster;
becomes($node, 'postgres', "SELECT reachable FROM pgscale.shards WHERE shard = 's2'", 't', 'until it answers again');

# --- a shard with a standby, and one that only its standby answers for
$s1->backup('copy');
my $standby = PostgreSQL::Test::Cluster->new('standby');
$standby->init_from_backup($s1, 'copy', has_streaming => 1);
$standby->start;
becomes($node, 'postgres', "SELECT lag_bytes, lag_seconds FROM pgscale.shards WHERE shard = 's1'", '0|0', 'a standby that has everything');
is(ask($node, 'postgres', 'SELECT kind, name, status, replay_lag_bytes FROM pgscale.lag'), 'shard|s1|caught_up|0', 'is in view lag');
is(ask($node, 'postgres', "$health 'shard_lag'"), 'ok', 'and health is content');
$s1->safe_psql('postgres', 'CREATE TABLE early ()');
becomes($standby, 'postgres', "SELECT to_regclass('early') IS NOT NULL", 't', 'it replays');
$standby->safe_psql('postgres', 'SELECT pg_wal_replay_pause()');
$s1->safe_psql('postgres', 'CREATE TABLE wal AS SELECT generate_series(1, 1000)');
becomes($node, 'postgres', "SELECT lag_bytes > 0 FROM pgscale.shards WHERE shard = 's1'", 't', 'one that is behind');
is(ask($node, 'postgres', 'SELECT name, status FROM pgscale.lag'), 's1|behind', 'is seen, too');
$node->safe_psql('postgres', "UPDATE pgscale.threshold SET warning = 0.000001, critical = NULL WHERE check_name = 'shard_lag'");
$node->safe_psql('postgres', "SELECT pgscale.alter_shard('s1', host => '" . $standby->host . "', port => " . $standby->port . ')');
becomes($node, 'postgres', "SELECT role, lag_bytes > 0, lag_seconds > 0 FROM pgscale.shards WHERE shard = 's1'", 'standby|t|t', 'the role of a shard is told');
becomes($node, 'postgres', "$health 'shard_lag'", 'warning', 'health tells how far it is behind');
$standby->safe_psql('postgres', 'SELECT pg_wal_replay_resume()');
becomes($node, 'postgres', "$health 'shard_lag'", 'ok', 'until it has caught up');
$node->safe_psql('postgres', "SELECT pgscale.alter_shard('s1', host => '" . $s1->host . "', port => " . $s1->port . ')');
becomes($node, 'postgres', "SELECT role FROM pgscale.shards WHERE shard = 's1'", 'primary', 'and the primary is back');

# --- who may see and do what
$node->safe_psql('postgres', 'CREATE ROLE nobody LOGIN');
$s1->safe_psql('postgres', "ALTER TABLE t ALTER note SET DEFAULT 'y'");
is(ask($node, 'postgres', 'SET ROLE nobody; SELECT count(*) FROM pgscale.shard_drift'), 0, 'who owns nothing sees nothing');
($status, $out, $error) = $node->psql('postgres', "SET ROLE nobody; CALL pgscale.repair_shards('t')", on_error_stop => 0);
like($error, qr/must be owner of table t|cannot run inside/, 'and repairs nothing');
like(ask($node, 'postgres', "BEGIN; CALL pgscale.repair_shards('t')"), qr/cannot run inside a transaction block/, 'nor does anybody in a transaction');

done_testing();
