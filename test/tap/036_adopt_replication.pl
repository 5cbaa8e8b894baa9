# A published table is adopted: subscribers go on receiving its rows under its name.
use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use PgscaleTest;
use Test::More;

my $publisher = PostgreSQL::Test::Cluster->new('publisher');
$publisher->init(allows_streaming => 'logical');
$publisher->append_conf('postgresql.conf', "autovacuum = off\ntimezone = 'UTC'\npgscale.clock = '2026-01-15 00:00+00'");
$publisher->start;
my $subscriber = PostgreSQL::Test::Cluster->new('subscriber');
$subscriber->init(allows_streaming => 'logical');
$subscriber->append_conf('postgresql.conf', "autovacuum = off\ntimezone = 'UTC'\npgscale.clock = '2026-01-15 00:00+00'");
$subscriber->start;

my $table = 'CREATE TABLE events (id int PRIMARY KEY, at date NOT NULL, n int)';
$_->safe_psql('postgres', "CREATE EXTENSION pgscale; $table") foreach $publisher, $subscriber;
$publisher->safe_psql('postgres', <<'SQL');
INSERT INTO events SELECT g, '2026-01-10', g FROM generate_series(1, 100) g;
CREATE PUBLICATION pub FOR TABLE events WHERE (id > 10);
SQL
$subscriber->safe_psql('postgres', "CREATE SUBSCRIPTION sub CONNECTION '" . $publisher->connstr . " dbname=postgres' PUBLICATION pub");
$subscriber->wait_for_subscription_sync($publisher, 'sub');

my $call = "CALL pgscale.adopt_table('events', 'at', '1 month', premake => 1)";
my ($status, $out, $error) = $publisher->psql('postgres', $call);
like($error, qr/ERROR:  cannot adopt table "events": 1 blocker\nDETAIL:  The first is: publication pub: it lacks publish_via_partition_root, and a replication slot is in use/,
	'subscribers would not know the partitions, so that the publication must publish via the root');
($status, $out, $error) = $subscriber->psql('postgres', $call);
like($error, qr/ERROR:  cannot adopt table "events": 1 blocker\nDETAIL:  The first is: subscription public\.events: it receives the changes of a subscription/,
	'a table that receives changes is not adopted');

$publisher->safe_psql('postgres', 'ALTER PUBLICATION pub SET (publish_via_partition_root = true)');
$publisher->safe_psql('postgres', 'INSERT INTO events VALUES (101, \'2026-01-11\', 1)');
($status, $out, $error) = $publisher->psql('postgres', $call);
is($status, 0, 'then the table is adopted') or diag $error;
is($publisher->safe_psql('postgres', 'SELECT schemaname, tablename, rowfilter FROM pg_publication_tables'), 'public|events|(id > 10)',
	'the publication has the parent with the same filter, and no longer the old table');
$publisher->safe_psql('postgres', <<'SQL');
INSERT INTO events VALUES (5, '2026-01-11', 1), (102, '2026-01-11', 2), (103, '2026-03-12', 3);
UPDATE events SET n = 1000 WHERE id = 50;
UPDATE events SET at = '2026-03-20' WHERE id = 51;
DELETE FROM events WHERE id = 52;
SQL
$publisher->wait_for_catchup('sub');
is($subscriber->safe_psql('postgres', 'SELECT count(*), min(id), max(id), sum(n) FROM events'),
	$publisher->safe_psql('postgres', 'SELECT count(*), min(id), max(id), sum(n) FROM events WHERE id > 10'),
	'the subscriber has all changes, of old rows and of new, in the one table that it knows');
is($subscriber->safe_psql('postgres', 'SELECT string_agg(at::text, \' \' ORDER BY id) FROM events WHERE id IN (51, 102, 103)'),
	'2026-03-20 2026-01-11 2026-03-12', 'among them a row that moved to another partition');

$subscriber->safe_psql('postgres', 'DROP SUBSCRIPTION sub');
($status, $out, $error) = $subscriber->psql('postgres', $call);
is($status, 0, 'without a subscription the other table can be adopted as well') or diag $error;

$_->stop foreach $publisher, $subscriber;
unlike(slurp_file($_->logfile), qr/TRAP:|PANIC|terminated by signal 11/, 'no crash in the log') foreach $publisher, $subscriber;
done_testing();
