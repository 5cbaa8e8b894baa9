# Lag of a real standby in all its states, as seen from both sides, and reading one's own writes.
use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use PgscaleTest;
use Test::More;

my $primary = PostgreSQL::Test::Cluster->new('primary');
$primary->init(allows_streaming => 1);
$primary->append_conf('postgresql.conf', <<'CONF');
autovacuum = off
wal_receiver_status_interval = 1
wal_retrieve_retry_interval = '200ms'
CONF
$primary->start;
$primary->safe_psql('postgres', <<'SQL');
CREATE EXTENSION pgscale;
CREATE TABLE t (n int);
CREATE ROLE plain;
SELECT pg_create_physical_replication_slot('one');
SQL
$primary->backup('base');
my $standby = PostgreSQL::Test::Cluster->new('standby');
$standby->init_from_backup($primary, 'base', has_streaming => 1);
$standby->append_conf('postgresql.conf', "primary_slot_name = 'one'");
$standby->start;

my $from_primary = "SELECT status, replay_lag_seconds, replay_lag_bytes FROM pgscale.lag WHERE slot_name = 'one'";
my $from_standby = "SELECT status, replay_lag_seconds, replay_lag_bytes FROM pgscale.lag WHERE kind = 'self'";

sub insert { return $primary->safe_psql('postgres', 'INSERT INTO t SELECT generate_series(1, 2000)'); }

# ---- caught up and idle -------------------------------------------------------------------------
insert();
becomes($primary, 'postgres', $from_primary, 'caught_up|0|0', 'the primary sees a standby that has all');
becomes($standby, 'postgres', $from_standby, 'caught_up|0|0', 'so does the standby');

# The server writes some WAL by itself now and then, and flushes it later; two seconds without any are what is asked
# for, after a commit that has flushed all before it.
my $seen;
foreach (1 .. 20)
{
	insert();
	my $before = $primary->lsn('insert');
	next if $primary->lsn('flush') ne $before;
	$primary->wait_for_catchup($standby, 'replay', $before);
	my $end = time + 2;
	do { $seen = ask($standby, 'postgres', $from_standby) } while $seen eq 'caught_up|0|0' && time < $end;
	last if $primary->lsn('insert') eq $before;
}
is($seen, 'caught_up|0|0', 'it stays 0 while nothing is written');
becomes($primary, 'postgres', $from_primary, 'caught_up|0|0', 'from the primary too');
becomes($primary, 'postgres', "SELECT name, usable FROM pgscale.replicas_within('0 s')", 'standby|t', 'it may serve reads');
is(ask($primary, 'postgres', 'SET ROLE plain; SELECT status, replay_lag_seconds FROM pgscale.lag'), 'unknown|',
	'who may not see it is told so');
is(ask($standby, 'postgres', 'SET ROLE plain; SELECT status, replay_lag_seconds FROM pgscale.lag'), 'unknown|',
	'on the standby too');

becomes($primary, 'postgres', "SELECT pgscale.report() ~ '1 of 1.*<code>standby<.*caught up'", 't', 'the report names it');
becomes($standby, 'postgres', "SELECT pgscale.report() ~ ', standby<.*<code>this server<.*caught up.*</html>'", 't', 'and can be made on it');

# ---- paused replay ------------------------------------------------------------------------------
$standby->safe_psql('postgres', 'SELECT pg_wal_replay_pause()');
becomes($standby, 'postgres', 'SELECT pg_get_wal_replay_pause_state()', 'paused', 'replay rests');
insert();
my $paused = "SELECT status, replay_lag_bytes > 0, replay_lag_seconds > %s FROM pgscale.lag WHERE slot_name = 'one'";
becomes($standby, 'postgres', sprintf($paused, 0.5), 'paused|t|t', 'the standby says so');
becomes($standby, 'postgres', sprintf($paused, 1.5), 'paused|t|t', 'the seconds grow');
becomes($primary, 'postgres', sprintf($paused, 0.5), 'behind|t|t', 'the primary sees it fall behind');
becomes($primary, 'postgres', sprintf($paused, 3), 'behind|t|t', 'more and more');
is(ask($primary, 'postgres', "SELECT count(*) FROM pgscale.replicas_within('1 s')"), '0', 'it may not serve reads within a second');
is(ask($primary, 'postgres', "SELECT count(*) FROM pgscale.replicas_within('1 h')"), '1', 'but within an hour');
my $lsn = $primary->safe_psql('postgres', 'SELECT pg_current_wal_lsn()');
my $timed = "SELECT w, clock_timestamp() - statement_timestamp() BETWEEN interval '250 ms' AND interval '10 s'"
  . " FROM pgscale.wait_for_lsn('$lsn', '250 ms') w";
is(ask($standby, 'postgres', $timed), 'f|t', 'a wait ends after its timeout and not before');
like(ask($standby, 'postgres', "SET statement_timeout = '100 ms'; SELECT pgscale.wait_for_lsn('$lsn', '1 h')"),
	qr/canceling statement due to statement timeout/, 'and can be cancelled');
my $session = $standby->background_psql('postgres');
say_in($session, "SELECT pgscale.wait_for_lsn('$lsn', '1 h') AS waited");
becomes($standby, 'postgres', "SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%AS waited%' AND state = 'active' AND pid <> pg_backend_pid()",
	'1', 'a session waits');
$standby->safe_psql('postgres', 'SELECT pg_wal_replay_resume()');
$session->quit;
becomes($standby, 'postgres', "SELECT pgscale.wait_for_lsn('$lsn', '0')", 't', 'after replay the answer is true at once');
becomes($primary, 'postgres', $from_primary, 'caught_up|0|0', 'it has caught up');

# ---- reading one's own writes -------------------------------------------------------------------
my $stale = 0;
foreach my $n (10001 .. 10050)
{
	my $written = $primary->safe_psql('postgres', "INSERT INTO t VALUES ($n); SELECT pg_current_wal_insert_lsn()");
	my $seen = ask($standby, 'postgres', "SELECT pgscale.wait_for_lsn('$written', '20 s'); SELECT count(*) FROM t WHERE n = $n");
	$stale++ if $seen ne "t\n1";
}
is($stale, 0, 'fifty writes are read on the standby at once');

# ---- a walreceiver that is dead -----------------------------------------------------------------
my $conninfo = ask($standby, 'postgres', 'SHOW primary_conninfo');
configure($standby, primary_conninfo => 'host=/nowhere');
becomes($primary, 'postgres', "SELECT count(*) FROM pg_stat_replication", '0', 'the connection is gone');
insert();
my $gone = "SELECT status, replay_lag_seconds > 0, since IS NOT NULL, explanation ~ 'not known here' FROM pgscale.lag";
becomes($standby, 'postgres', $gone, 'disconnected|t|t|t', 'the standby shows how long, never 0');
stays($standby, 'postgres', 'SELECT status, replay_lag_seconds = 0, replay_lag_bytes = 0 FROM pgscale.lag', 'disconnected|f|',
	'and does not invent bytes', 1);
my $left = "SELECT status, replay_lag_bytes > 0, flush_lag_bytes > 0, replay_lag_seconds = 0 FROM pgscale.lag WHERE slot_name = 'one'";
like(ask($primary, 'postgres', $left), qr/^disconnected\|t\|t\|f?$/, 'the primary shows the bytes through the slot');
is(ask($primary, 'postgres', "SELECT count(*) FROM pgscale.replicas_within('1 day')"), '0', 'it serves no reads');
$conninfo =~ s/'/''/g;
configure($standby, primary_conninfo => $conninfo);
becomes($primary, 'postgres', $from_primary, 'caught_up|0|0', 'it comes back');

# ---- a standby that is stopped, its slot left behind --------------------------------------------
$standby->stop;
insert();
like(ask($primary, 'postgres', $left), qr/^disconnected\|t\|t\|f?$/, 'a stopped standby is disconnected');
is( ask($primary, 'postgres', "SELECT active, wal_status, retained_bytes > 0 FROM pgscale.replication_slots"),
	'f|reserved|t', 'its slot holds back WAL');
$primary->safe_psql('postgres', 'ALTER SYSTEM SET max_slot_wal_keep_size = 1');
$primary->reload;
$primary->safe_psql('postgres', 'SELECT pg_switch_wal(); INSERT INTO t VALUES (0); SELECT pg_switch_wal(); INSERT INTO t VALUES (0); SELECT pg_switch_wal(); CHECKPOINT');
becomes($primary, 'postgres', 'SELECT status, replay_lag_seconds FROM pgscale.lag', 'lost|', 'a slot that lost its WAL says so');
$primary->safe_psql('postgres', "SELECT pg_drop_replication_slot('one')");

# ---- promoted -----------------------------------------------------------------------------------
$primary->stop;
$standby->start;
becomes($standby, 'postgres', 'SELECT status FROM pgscale.lag', 'disconnected', 'without a primary it is disconnected');
$standby->promote;
becomes($standby, 'postgres', 'SELECT count(*) FROM pgscale.lag', '0', 'a primary has no lag of its own');
is(ask($standby, 'postgres', "SELECT pgscale.wait_for_lsn(pg_current_wal_insert_lsn(), '0')"), 't', 'and has what it wrote');
$standby->stop;
done_testing();
