# A set over time whose partitions are on shards rotates as any other.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/lib";
use PgscaleTest;
use PostgreSQL::Test::Utils;
use ShardTest;
use Test::More;

my @shards = map { new_shard("s$_") } 1 .. 2;
my $node = new_coordinator('coordinator', "pgscale.clock = '2026-01-15'\n");
add_shard($node, @shards);

sub on_shards
{
	my ($pattern) = @_;
	return "SELECT string_agg(shard || ' ' || t, ', ' ORDER BY t) FROM pgscale.query_shards('SELECT relname FROM pg_class"
	  . " WHERE relkind = ''r'' AND relname ~ ''^$pattern''') AS t (shard name, t name)";
}

$node->safe_psql('postgres', <<'SQL');
CREATE TABLE events (id bigint, at timestamptz NOT NULL, PRIMARY KEY (id, at)) PARTITION BY RANGE (at);
CREATE INDEX ON events (at);
SELECT pgscale.create_sharded_table('events', 'at', 'range');
SELECT pgscale.create_parent('events', 'at', '1 month', premake => 2, retention => '2 months', retire => 'drop', storage_parameters => '{fillfactor=70}');
SQL
$node->safe_psql('postgres', 'CREATE TABLE events_template (id bigint UNIQUE)');
my ($status, $out, $error) = $node->psql('postgres', "SELECT FROM pgscale.alter_parent('events', template => 'events_template')");
like($error, qr/table "events" is on shards, and can have no template/, 'its partitions can have no indexes of their own');
is(ask($node, 'postgres', on_shards('events')), 's1 events_p2026_01, s2 events_p2026_02, s1 events_p2026_03', 'partitions are made on the shards in turn');
is(ask($node, 'postgres', "SELECT count(*) FROM pg_class WHERE relname ~ '^events_p' AND relkind = 'f'"), 3, 'and are foreign tables here');
is(ask($node, 'postgres', "SELECT count(*) FROM pgscale.query_shards('SELECT 1 FROM pg_index i JOIN pg_class c ON c.oid = indrelid WHERE relname ~ ''^events_p'' AND relkind = ''r''') AS t (shard name, i int)"),
	6, 'each with the primary key and the index');
is(ask($node, 'postgres', "SELECT string_agg(o, ' ') FROM pgscale.query_shards('SELECT reloptions::text FROM pg_class WHERE relname ~ ''^events_p'' AND relkind = ''r''') AS t (shard name, o text)"),
	'{fillfactor=70} {fillfactor=70} {fillfactor=70}', 'and with the storage parameters of the policy');
$node->safe_psql('postgres', "INSERT INTO events SELECT g, timestamptz '2026-01-16' + g * interval '1 day' FROM generate_series(1, 60) g");
is(ask($node, 'postgres', 'SELECT tableoid::regclass, count(*) FROM events GROUP BY 1 ORDER BY 1'), "events_p2026_01|15\nevents_p2026_02|28\nevents_p2026_03|17", 'rows find their partition');
like(ask($node, 'postgres', "SET pgscale.clock = '2026-02-15'; SELECT sql::text FROM pgscale.plan('events')"),
	qr/CREATE FOREIGN TABLE .*events_p2026_04.*-- on shard s2: CREATE TABLE/s, 'the plan shows both sides');

# --- time passes
set_clock($node, '2026-04-15');
becomes($node, 'postgres', on_shards('events'), 's2 events_p2026_02, s1 events_p2026_03, s2 events_p2026_04, s1 events_p2026_05, s2 events_p2026_06',
	'the worker makes what is wanted and drops what is over, there and here');
becomes($node, 'postgres', "SELECT string_agg(relname, ' ' ORDER BY relname) FROM pg_class WHERE relname ~ '^events_p' AND relkind = 'f'",
	'events_p2026_02 events_p2026_03 events_p2026_04 events_p2026_05 events_p2026_06', 'here, too');
is(ask($node, 'postgres', "SELECT action, partition, message FROM pgscale.runs WHERE parent = 'events' AND action IN ('create', 'drop') AND outcome = 'ok' ORDER BY id DESC LIMIT 1"),
	'drop|public.events_p2026_01|with its table on shard s1', 'the journal tells where');
is(ask($node, 'postgres', "SELECT count(*), min(at)::date FROM events"), '45|2026-02-01', 'the rows of the past are gone, and no others');
is(ask($node, 'postgres', "SELECT count(*) FROM pgscale.drift WHERE parent = 'events'::regclass"), 0, 'what only shards can have is no drift');

# --- a shard is down: the other goes on, and this one catches up
$shards[1]->stop;
set_clock($node, '2026-05-15');
becomes($node, 'postgres', "SELECT bool_or(outcome = 'failed' AND sqlstate = '08001') FROM pgscale.runs WHERE parent = 'events'", 't', 'what needs a shard that is down fails');
is(ask($node, 'postgres', "SELECT count(*) FROM pg_class WHERE relname = 'events_p2026_02' AND relkind = 'f'"), 1, 'and nothing is dropped here that is still there');
$shards[1]->start;
becomes($node, 'postgres', on_shards('events'), 's1 events_p2026_03, s2 events_p2026_04, s1 events_p2026_05, s2 events_p2026_06, s1 events_p2026_07', 'when it is back all is done', 60);

# --- a table that pgscale has not made is not dropped
$shards[0]->safe_psql('postgres', "COMMENT ON TABLE events_p2026_03 IS 'mine'");
set_clock($node, '2026-06-15');
becomes($node, 'postgres', "SELECT message FROM pgscale.runs WHERE action = 'drop' AND partition = 'public.events_p2026_03' AND outcome = 'ok'",
	'the table on shard s1 was left: pgscale has not made it', 'what bears no mark stays');
is(ask($node, 'postgres', on_shards('events_p2026_03')), 's1 events_p2026_03', 'with its rows');

# --- who reads the table on the shard is not kept waiting
my $reader = $shards[1]->background_psql('postgres');
$reader->query_safe('BEGIN; SELECT count(*) FROM events');
set_clock($node, '2026-07-15');
becomes($node, 'postgres', "SELECT bool_or(sqlstate = '55P03' AND message ~ 'shard \"s2\"') FROM pgscale.runs WHERE action = 'drop' AND partition = 'public.events_p2026_04'",
	't', 'a lock on the shard is waited for no longer than one here');
$reader->quit;
becomes($node, 'postgres', on_shards('events_p2026_04'), '', 'when it is free the partition goes');

# --- nor does anybody wait for a shard that freezes in the middle of a step
configure($node, 'pgscale.lock_timeout' => '30s');
$reader = $shards[0]->background_psql('postgres');
$reader->query_safe('BEGIN; SELECT count(*) FROM events');
my $before = ask($node, 'postgres', 'SELECT max(id) FROM pgscale.runs');
set_clock($node, '2026-08-15');
becomes($shards[0], 'postgres', "SELECT count(*) FROM pg_locks WHERE NOT granted", 1, 'a step waits on the shard');
signal_all($shards[0], 'STOP');
becomes($node, 'postgres', "SELECT count(*) > 0 FROM pgscale.runs WHERE id > $before AND outcome = 'failed' AND sqlstate ~ '^08' AND message ~ 'shard \"s1\"'", 't', 'the step ends with an error');
is(ask($node, 'postgres', "SELECT count(*) FROM pg_class WHERE relname IN ('events_p2026_05', 'events_p2026_10')"), 2, 'what could be done is done, the rest is not');
signal_all($shards[0], 'CONT');
$reader->quit;
becomes($node, 'postgres', on_shards('events_p2026_05'), '', 'what was left undone is done', 60);
configure($node, 'pgscale.lock_timeout' => '200ms');

# --- a new shard takes part
my $third = new_shard('s3');
add_shard($node, $third);
set_clock($node, '2026-09-15');
becomes($node, 'postgres', on_shards('events_p2026_11'), 's3 events_p2026_11', 'a new shard gets the next partition, and the parent with it');

# What is frozen when the test dies could not be stopped.
END
{
	local $?;
	eval { signal_all($shards[0], 'CONT') };
}

done_testing();
