# What the TAP tests share: a server with pgscale, its clock, and waiting for a condition.
package PgscaleTest;

use strict;
use warnings;

use Exporter 'import';
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(time);

our @EXPORT = qw(new_server set_clock configure becomes stays visits_started worker_waiting
  kill_process let_runs_be_held let_ddl_be_held say_in ask);

# The server's own test modules know INITDB_TEMPLATE from 17 on.  All servers then have one system
# identifier; a test that needs another hides the variable.
if ($ENV{INITDB_TEMPLATE})
{
	no warnings 'redefine';
	my $run = \&PostgreSQL::Test::Utils::system_or_bail;
	*PostgreSQL::Test::Utils::system_or_bail = sub {
		my ($data) = "@_" =~ /^initdb -D (\S+) -A trust -N$/;
		return $run->(defined $data && $ENV{INITDB_TEMPLATE} ? ('cp', '-RPp', $ENV{INITDB_TEMPLATE}, $data) : @_);
	};
}

# A server with pgscale preloaded and a short naptime; further lines of postgresql.conf may follow.
# Every start of a background worker is in the log (debug1), which is how visits are counted.
sub new_server
{
	my ($name, @conf) = @_;
	my $node = PostgreSQL::Test::Cluster->new($name);
	$node->init;
	$node->append_conf('postgresql.conf', <<'CONF');
shared_preload_libraries = 'pgscale'
pgscale.naptime = 1
pgscale.sample_interval = 0
autovacuum = off
pgscale.analyze_parents = off
timezone = 'America/New_York'
log_min_messages = debug1
CONF
	$node->append_conf('postgresql.conf', $_) foreach @conf;
	return $node;
}

sub configure
{
	my ($node, %settings) = @_;
	my $sql = join '', map { "ALTER SYSTEM SET $_ = '$settings{$_}';\n" } sort keys %settings;
	$node->safe_psql('postgres', "$sql SELECT pg_reload_conf();");
	return;
}

sub set_clock
{
	my ($node, $clock) = @_;
	configure($node, 'pgscale.clock' => $clock);
	return;
}

# The answer of a query, or its error.  Never dies, so that it can be asked of a server that restarts.
sub ask
{
	my ($node, $database, $sql) = @_;
	my ($status, $out, $error) = $node->psql($database, $sql, on_error_die => 0);
	return $status == 0 ? $out : "error: $error";
}

# Asserts that a query comes to give the answer, within a deadline.
sub becomes
{
	my ($node, $database, $sql, $expected, $name, $seconds) = @_;
	local $Test::Builder::Level = $Test::Builder::Level + 1;
	my $deadline = time + ($seconds // 20);
	my $answer;
	while (1)
	{
		$answer = ask($node, $database, $sql);
		last if $answer eq $expected || time > $deadline;
		select undef, undef, undef, 0.05;
	}
	return is($answer, $expected, $name);
}

# Asserts that a query gives the same answer for a while.
sub stays
{
	my ($node, $database, $sql, $expected, $name, $seconds) = @_;
	local $Test::Builder::Level = $Test::Builder::Level + 1;
	my $end = time + ($seconds // 2);
	my $answer;
	while (time < $end)
	{
		$answer = ask($node, $database, $sql);
		last if $answer ne $expected;
		select undef, undef, undef, 0.05;
	}
	return is($answer, $expected, $name);
}

# How many visits of a database have begun since a position in the log.
sub visits_started
{
	my ($node, $database, $from) = @_;
	my $oid = $node->safe_psql('postgres', "SELECT oid FROM pg_database WHERE datname = '$database'");
	my $log = slurp_file($node->logfile, $from);
	return scalar(() = $log =~ /starting background worker process "pgscale worker: database $oid"/g);
}

# The pid of the pgscale worker that waits for this event.
sub worker_waiting
{
	my ($node, $event, $name) = @_;
	local $Test::Builder::Level = $Test::Builder::Level + 1;
	my $query = "FROM pg_stat_activity WHERE backend_type = 'pgscale worker'"
	  . " AND wait_event = '$event'";
	becomes($node, 'postgres', "SELECT count(*) $query", 1, $name) or return;
	return ask($node, 'postgres', "SELECT pid $query");
}

# Kills one server process the hard way and waits until the postmaster has noticed and restarted all.
sub kill_process
{
	my ($node, $pid) = @_;
	my $from = -s $node->logfile;
	kill 9, $pid or die "could not kill $pid: $!";
	$node->wait_for_log(qr/database system is ready to accept connections/, $from);
	return;
}

# From here on a run whose action stands in table `hold` sleeps when all is done but its end.
sub let_runs_be_held
{
	my ($node, $database) = @_;
	$node->safe_psql($database // 'postgres', <<'SQL');
CREATE TABLE hold (what text);
CREATE FUNCTION hold_run() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT FROM public.hold WHERE what = NEW.action) THEN PERFORM pg_sleep(600); END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER hold BEFORE UPDATE ON pgscale.run FOR EACH ROW WHEN (NEW.outcome = 'ok') EXECUTE FUNCTION hold_run();
SQL
	return;
}

# From then on a command sleeps after its work while table hold has a row of its tag with a condition that is true, so
# that its session can be killed there.
sub let_ddl_be_held
{
	my ($node) = @_;
	$node->safe_psql('postgres', <<'SQL');
CREATE TABLE hold (tag text, condition text);
CREATE FUNCTION hold() RETURNS event_trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE
  h record;
  hit boolean;
BEGIN
  FOR h IN SELECT * FROM public.hold WHERE tag = tg_tag LOOP
    EXECUTE 'SELECT ' || h.condition INTO hit;
    IF hit THEN PERFORM pg_sleep(600); END IF;
  END LOOP;
END $$;
CREATE EVENT TRIGGER hold ON ddl_command_end EXECUTE FUNCTION hold();
SQL
	return;
}

# Gives a background session a statement that it will wait in.
sub say_in
{
	my ($session, $sql) = @_;
	$session->query_until(qr/going/, "\\echo going\n$sql;\n");
	return;
}

1;
