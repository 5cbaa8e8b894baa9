# PostgreSQL holds the locks of a transaction until its commit is on disk, and on the synchronous standby where
# there is one. Behind a strong lock everybody would wait for that: as long as it takes, if the standby is gone.
use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use PgscaleTest;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('synchronous_standby');
$node->init(allows_streaming => 1);
$node->append_conf('postgresql.conf', "autovacuum = off\n");
$node->start;

$node->safe_psql('postgres', <<'SQL');
CREATE EXTENSION pgscale;
SET pgscale.clock = '2026-01-15';
CREATE TABLE event (day date NOT NULL, note text) PARTITION BY RANGE (day);
SELECT FROM pgscale.create_parent('event', 'day', '1 month', premake => 0, default_partition => true);
INSERT INTO event VALUES ('2026-03-10', 'astray');
SQL

# The lock that the drain waits for gives time to lose the standby between its first commit and the one that counts.
my $holder = $node->background_psql('postgres');
$holder->query_safe("BEGIN; LOCK TABLE event IN ACCESS SHARE MODE");
my $call = $node->background_psql('postgres', on_error_stop => 0);
$call->query_safe("LOAD 'pgscale'; SET pgscale.clock = '2026-03-15'; SET pgscale.lock_timeout = '60s'");
my $pid = $call->query_safe('SELECT pg_backend_pid()');
say_in($call, "CALL pgscale.drain_default('event')");
becomes($node, 'postgres',
	"SELECT mode FROM pg_locks WHERE NOT granted AND pid = $pid AND relation = 'event'::regclass",
	'AccessExclusiveLock', 'the drain waits for its strong lock');

configure($node, synchronous_standby_names => 'gone');
my $probe = $node->background_psql('postgres');
say_in($probe, 'CREATE TABLE probe ()');
becomes($node, 'postgres', "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'SyncRep'", 1,
	'a plain commit waits for a standby that is gone');
$holder->quit;
becomes($node, 'postgres', "SELECT wait_event FROM pg_stat_activity WHERE pid = $pid", 'SyncRep',
	'the drain waits for it, too');

is(ask($node, 'postgres', "SELECT count(*) FROM pg_locks WHERE pid = $pid AND mode = 'AccessExclusiveLock'"), 0,
	'but holds no strong lock meanwhile');
is(ask($node, 'postgres', "SET statement_timeout = '5s'; SELECT tableoid::regclass FROM event"), 'event_p2026_03',
	'what it did is there for readers');
my ($status, undef, $error) = $node->psql('postgres',
	"SET statement_timeout = '5s'; SET synchronous_commit = local; INSERT INTO event VALUES ('2026-03-11', 'new')");
is($status, 0, 'and for writers') or diag($error);

configure($node, synchronous_standby_names => '');
becomes($node, 'postgres', "SELECT state FROM pg_stat_activity WHERE pid = $pid", 'idle', 'with the standby back it ends');
is(ask($node, 'postgres', "SELECT string_agg(outcome, ',') FROM pgscale.runs WHERE action = 'drain'"), 'ok',
	'and has done it once');
$call->quit;
$probe->quit;
$node->stop;
done_testing();
