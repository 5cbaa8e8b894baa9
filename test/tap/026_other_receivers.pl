# Lag of what is no standby with a slot: a logical receiver, a standby of a standby, a standby without a slot.
use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use PgscaleTest;
use Test::More;

my $primary = PostgreSQL::Test::Cluster->new('primary');
$primary->init(allows_streaming => 'logical');
$primary->append_conf('postgresql.conf', <<'CONF');
autovacuum = off
wal_receiver_status_interval = 1
wal_retrieve_retry_interval = '200ms'
CONF
$primary->start;
$primary->safe_psql('postgres', 'CREATE EXTENSION pgscale; CREATE TABLE t (n int); CREATE PUBLICATION all_of_it FOR TABLE t');

sub insert { return $primary->safe_psql('postgres', 'INSERT INTO t SELECT generate_series(1, 2000)'); }

sub lag_of
{
	my ($name) = @_;
	return "SELECT kind, status, replay_lag_seconds, replay_lag_bytes FROM pgscale.lag WHERE name = '$name'";
}
my $lost = "SELECT kind, status, replay_lag_seconds IS DISTINCT FROM 0, replay_lag_bytes > 0 FROM pgscale.lag WHERE name = '%s'";

# ---- a logical receiver ----------------------------------------------------------------------
my $subscriber = PostgreSQL::Test::Cluster->new('subscriber');
$subscriber->init;
$subscriber->append_conf('postgresql.conf', 'wal_receiver_status_interval = 1');
$subscriber->start;
$subscriber->safe_psql('postgres', 'CREATE TABLE t (n int)');
my $to_primary = $primary->connstr . ' dbname=postgres';
$subscriber->safe_psql('postgres', "CREATE SUBSCRIPTION of_it CONNECTION '$to_primary' PUBLICATION all_of_it");
insert();
becomes($subscriber, 'postgres', 'SELECT count(*) FROM t', '2000', 'the rows arrive');
becomes($primary, 'postgres', lag_of('of_it'), 'logical|caught_up|0|0', 'a logical receiver that has all');
my $lock = $subscriber->background_psql('postgres');
$lock->query_safe('BEGIN; LOCK TABLE t');
insert();
becomes($primary, 'postgres', 'SELECT kind, status, replay_lag_seconds > 0.5, replay_lag_bytes > 0 FROM pgscale.lag WHERE slot_name = \'of_it\'',
	'logical|behind|t|t', 'one that has to wait');
$lock->query_safe('ROLLBACK');
$lock->quit;
becomes($primary, 'postgres', lag_of('of_it'), 'logical|caught_up|0|0', 'it has caught up');
$subscriber->stop;
insert();
becomes($primary, 'postgres', sprintf($lost, 'of_it'), 'logical|disconnected|t|t', 'one that is gone');
is(ask($primary, 'postgres', "SELECT count(*) FROM pgscale.replicas WHERE name = 'of_it'"), '0', 'it is no replica');

# ---- a standby without a slot, and one that receives from it ---------------------------------
$primary->backup('base');
my $standby = PostgreSQL::Test::Cluster->new('standby');
$standby->init_from_backup($primary, 'base', has_streaming => 1);
$standby->start;
my $cascade = PostgreSQL::Test::Cluster->new('cascade');
$cascade->init_from_backup($primary, 'base', has_streaming => 0);
$cascade->enable_streaming($standby);
$cascade->set_standby_mode;
$cascade->append_conf('postgresql.conf', "primary_conninfo = '" . $standby->connstr . " application_name=cascade'");
$cascade->start;
insert();
becomes($primary, 'postgres', lag_of('standby'), 'physical|caught_up|0|0', 'a standby without a slot');
becomes($standby, 'postgres', lag_of('cascade'), 'physical|caught_up|0|0', 'a standby sees the one that receives from it');
becomes($cascade, 'postgres', lag_of('this server'), 'self|caught_up|0|0', 'which sees itself');
$cascade->safe_psql('postgres', 'SELECT pg_wal_replay_pause()');
becomes($cascade, 'postgres', 'SELECT pg_get_wal_replay_pause_state()', 'paused', 'its replay rests');
insert();
becomes($standby, 'postgres', "SELECT status, replay_lag_seconds > 0, replay_lag_bytes > 0 FROM pgscale.lag WHERE name = 'cascade'",
	'behind|t|t', 'and is seen to fall behind');
$cascade->safe_psql('postgres', 'SELECT pg_wal_replay_resume()');
becomes($standby, 'postgres', lag_of('cascade'), 'physical|caught_up|0|0', 'it has caught up');
$cascade->stop;

$primary->safe_psql('postgres', 'CALL pgscale.take_sample()');
is(ask($primary, 'postgres', "SELECT count(*) FROM pgscale.lag WHERE name = 'standby'"), '1', 'a sample changes nothing while it is there');
$standby->stop;
insert();
becomes($primary, 'postgres', sprintf($lost, 'standby'), 'physical|disconnected|t|t', 'one that vanished is missed');
is(ask($primary, 'postgres', "SELECT usable FROM pgscale.replicas WHERE name = 'standby'"), 'f', 'and serves no reads');
is(ask($primary, 'postgres', "SELECT status FROM pgscale.health WHERE check_name = 'disconnected_standby'"), 'warning', 'health says so');
$primary->safe_psql('postgres', 'CREATE ROLE plain');
is(ask($primary, 'postgres', "SET ROLE plain; SELECT count(*) FROM pgscale.lag WHERE name = 'standby'"), '0', 'who may not see it does not');
like(ask($primary, 'postgres', "SET ROLE plain; SELECT pgscale.forget_receiver('standby')"), qr/permission denied for function forget_receiver/,
	'nor may he have it forgotten');
$standby->start;
becomes($primary, 'postgres', lag_of('standby'), 'physical|caught_up|0|0', 'it comes back, in one row');
$standby->stop;
becomes($primary, 'postgres', sprintf($lost, 'standby'), 'physical|disconnected|t|t', 'and is missed again');
$primary->safe_psql('postgres', "SELECT pgscale.forget_receiver('standby')");
is(ask($primary, 'postgres', "SELECT count(*) FROM pgscale.lag WHERE name = 'standby'"), '0', 'until it is forgotten');
like(ask($primary, 'postgres', "SELECT pgscale.forget_receiver('standby')"), qr/no receiver named "standby" is missed/, 'which can be done once');

# ---- promoted, it misses nobody of its former primary ----------------------------------------
$standby->start;
$primary->wait_for_catchup($standby);
$primary->safe_psql('postgres', 'CALL pgscale.take_sample()');
$primary->wait_for_catchup($standby);
is(ask($standby, 'postgres', "SELECT count(*) FROM pgscale.lag WHERE name = 'standby'"), '0', 'a standby does not miss itself');
$primary->stop;
$standby->promote;
is(ask($standby, 'postgres', "SELECT count(*) FROM pgscale.lag WHERE name = 'standby'"), '0', 'nor when it is promoted');
$standby->stop;
done_testing();
