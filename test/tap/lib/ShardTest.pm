# What the tests of shards share: a coordinator and some shards, on loopback.
package ShardTest;

use strict;
use warnings;

use Exporter 'import';
use PgscaleTest;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

our @EXPORT = qw(new_shard new_coordinator add_shard new_sharded_table shards_answer signal_all let_copies_be_held);

# A server without pgscale, as a shard is.
sub new_shard
{
	my ($name, @conf) = @_;
	my $node = PostgreSQL::Test::Cluster->new($name);
	$node->init;
	$node->append_conf('postgresql.conf', "max_prepared_transactions = 20\n");
	$node->append_conf('postgresql.conf', $_) foreach @conf;
	$node->start;
	return $node;
}

# A started server with pgscale and postgres_fdw in the database postgres.
sub new_coordinator
{
	my ($name, @conf) = @_;
	my $node = new_server($name, @conf);
	$node->start;
	$node->safe_psql('postgres', 'CREATE EXTENSION postgres_fdw; CREATE EXTENSION pgscale');
	return $node;
}

# Registers shards under the names of their nodes, with a mapping for the superuser.
sub add_shard
{
	my ($coordinator, @shards) = @_;
	foreach my $shard (@shards)
	{
		my ($name, $host, $port) = ($shard->name, $shard->host, $shard->port);
		$coordinator->safe_psql('postgres', <<"SQL");
SELECT pgscale.add_shard('$name', '$host', $port, 'postgres');
SELECT pgscale.map_user(current_user, '$name', current_user);
SQL
	}
	return;
}

# A table of the schema public in the database postgres, hash partitioned by a column and put on all
# shards.
sub new_sharded_table
{
	my ($coordinator, $name, $columns, $key, $partitions) = @_;
	$coordinator->safe_psql('postgres', <<"SQL");
CREATE TABLE $name ($columns);
SELECT pgscale.create_sharded_table('$name', '$key', partitions => $partitions);
SQL
	return;
}

# Asserts that the watch comes to find all shards up.
sub shards_answer
{
	my ($coordinator) = @_;
	local $Test::Builder::Level = $Test::Builder::Level + 1;
	becomes($coordinator, 'postgres', "SELECT bool_and(state = 'closed') FROM pgscale.shard_breakers()", 't', 'all shards answer');
	return;
}

# All processes of a server; each is in a process group of its own.
sub signal_all
{
	my ($server, $signal) = @_;
	my ($postmaster) = slurp_file($server->data_dir . '/postmaster.pid') =~ /^(\d+)/;
	kill $signal, $postmaster;
	my @children = split ' ', `ps -o pid= --ppid $postmaster`;
	kill $signal, @children;
	return;
}

# Where an event trigger calls make_wait() for new tables, who inserts into one waits for as long as somebody holds the
# advisory lock 1.
sub let_copies_be_held
{
	my ($shard) = @_;
	$shard->safe_psql('postgres', <<'SQL');
CREATE FUNCTION wait() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_advisory_xact_lock_shared(1);
  RETURN NULL;
END $$;
CREATE FUNCTION make_wait() RETURNS event_trigger LANGUAGE plpgsql AS $$
DECLARE
  made record;
BEGIN
  FOR made IN SELECT * FROM pg_event_trigger_ddl_commands() WHERE object_type = 'table' LOOP
    EXECUTE format('CREATE OR REPLACE TRIGGER wait BEFORE INSERT ON %s EXECUTE FUNCTION public.wait()', made.objid::regclass);
  END LOOP;
END $$;
SQL
	return;
}

1;
