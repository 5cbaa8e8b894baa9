# Sets at both ends of a logical replication: partition by partition, and through the parent.
use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use PgscaleTest;
use Test::More;

my @conf = ("pgscale.clock = '2026-01-15 12:00+00'", "timezone = 'UTC'");
my $publisher = new_server('publisher', @conf, 'wal_level = logical', 'max_wal_senders = 10', 'max_replication_slots = 10');
my $subscriber = new_server('subscriber', @conf, 'pgscale.refresh_subscriptions = on', 'max_replication_slots = 10', 'max_worker_processes = 16');
$_->start foreach $publisher, $subscriber;

my $tables = <<'SQL';
CREATE EXTENSION pgscale;
CREATE TABLE leaves (id int, at timestamptz NOT NULL) PARTITION BY RANGE (at);
CREATE TABLE rooted (id int, at timestamptz NOT NULL) PARTITION BY RANGE (at);
ALTER TABLE leaves REPLICA IDENTITY FULL;
SQL
$publisher->safe_psql('postgres', <<"SQL");
$tables
SELECT FROM pgscale.create_parent('leaves', 'at', '1 month', premake => 1, retention => '1 month');
SELECT FROM pgscale.create_parent('rooted', 'at', '1 month', premake => 1, retention => '1 month');
CREATE PUBLICATION by_leaf FOR TABLE leaves;
CREATE PUBLICATION by_root FOR TABLE rooted WITH (publish_via_partition_root = true);
INSERT INTO leaves VALUES (1, '2026-01-10');
INSERT INTO rooted VALUES (1, '2026-01-10');
SQL
my $connection = $publisher->connstr . ' dbname=postgres';
$subscriber->safe_psql('postgres', <<"SQL");
$tables
SELECT FROM pgscale.create_parent('leaves', 'at', '1 month', premake => 2, retention => '3 months');
SELECT FROM pgscale.create_parent('rooted', 'at', '10 days', premake => 9, start_at => '2026-01-01');
CREATE SUBSCRIPTION leaf_copy CONNECTION '$connection' PUBLICATION by_leaf;
CREATE SUBSCRIPTION root_copy CONNECTION '$connection' PUBLICATION by_root;
SQL
my $known = "SELECT string_agg(srrelid::regclass::text, ' ' ORDER BY srrelid::regclass::text) FROM pg_subscription_rel";
becomes($subscriber, 'postgres', 'SELECT count(*) FROM leaves', 1, 'rows are copied partition by partition');
becomes($subscriber, 'postgres', 'SELECT count(*) FROM rooted', 1, 'and through the parent');
is($subscriber->safe_psql('postgres', $known), 'leaves_p2026_01 leaves_p2026_02 rooted', 'what the subscriptions know');

# ---- a month later -------------------------------------------------------------------------------
# The subscriber is first; what it asks for is published a moment later.
set_clock($subscriber, '2026-02-15 12:00+00');
becomes($subscriber, 'postgres', "SELECT count(*) > 0 FROM pgscale.runs WHERE action = 'refresh' AND outcome = 'ok'", 't',
	'a set that has made partitions refreshes the subscription');
is($subscriber->safe_psql('postgres', "SELECT DISTINCT reason, who FROM pgscale.runs WHERE action = 'refresh'"),
	'partitions that subscription leaf_copy does not know|pgscale worker', 'only the one that knows partitions');
set_clock($publisher, '2026-02-15 12:00+00');
becomes($publisher, 'postgres', "SELECT count(*) FROM pgscale.partitions WHERE partition::text LIKE '%p2026_03'", 2, 'the publisher has made its own');
$publisher->safe_psql('postgres', "INSERT INTO rooted VALUES (2, '2026-03-10')");
becomes($subscriber, 'postgres', 'SELECT count(*) FROM rooted', 2, 'through the parent rows find their place by themselves');
$publisher->safe_psql('postgres', "INSERT INTO leaves VALUES (2, '2026-02-10'), (3, '2026-03-10')");
becomes($subscriber, 'postgres', 'SELECT count(*) FROM leaves', 2, 'a partition that is unknown gets no rows yet, and stops nothing');
is($subscriber->safe_psql('postgres', "SELECT action, locks FROM pgscale.plan('leaves')"), 'refresh|', 'the plan knows');
# The next hour, told by hand.
$subscriber->safe_psql('postgres', "UPDATE pgscale.set_state SET refreshed_at = refreshed_at - '1 hour'::interval, visited_at = NULL");
$subscriber->safe_psql('postgres', "SELECT FROM pgscale.alter_parent('rooted', premake => 9)");    # wakes the launcher
becomes($subscriber, 'postgres', 'SELECT string_agg(id::text, \' \' ORDER BY id) FROM leaves', '1 2 3', 'refreshed again, the rows in between are copied');
is($subscriber->safe_psql('postgres', $known), 'leaves_p2026_01 leaves_p2026_02 leaves_p2026_03 rooted', 'the partition is known');
$publisher->safe_psql('postgres', "UPDATE leaves SET id = 4 WHERE id = 3");
becomes($subscriber, 'postgres', 'SELECT string_agg(id::text, \' \' ORDER BY id) FROM leaves', '1 2 4', 'and replicated, updates too');

# ---- retirement ----------------------------------------------------------------------------------
set_clock($publisher, '2026-03-02 12:00+00');
becomes($publisher, 'postgres', "SELECT string_agg(tablename, ' ' ORDER BY tablename) FROM pg_publication_tables WHERE pubname = 'by_leaf'",
	'leaves_p2026_02 leaves_p2026_03 leaves_p2026_04', 'what is retired at the publisher leaves the publication');
set_clock($subscriber, '2026-03-02 12:00+00');
becomes($subscriber, 'postgres', $known, 'leaves_p2026_02 leaves_p2026_03 leaves_p2026_04 rooted', 'and at the next refresh the subscription');
is($subscriber->safe_psql('postgres', "SELECT count(*) FROM pgscale.partitions WHERE partition::text = 'leaves_p2026_01' AND state = 'attached'"),
	1, 'which keeps it as long as its own policy says');

# ---- by hand, in a session, which cannot run the statement itself ---------------------------------
configure($subscriber, 'pgscale.max_workers' => 0);
$publisher->safe_psql('postgres', "SELECT FROM pgscale.alter_parent('leaves', premake => 2)");
becomes($publisher, 'postgres', "SELECT count(*) FROM pg_publication_tables WHERE tablename = 'leaves_p2026_05'", 1, 'the publisher has one more');
$subscriber->safe_psql('postgres', "CALL pgscale.run_maintenance('leaves')");
is($subscriber->safe_psql('postgres', $known), 'leaves_p2026_02 leaves_p2026_03 leaves_p2026_04 leaves_p2026_05 rooted',
	'CALL run_maintenance() refreshes, too');
is($subscriber->safe_psql('postgres', "SELECT outcome, who = session_user, pid <> pg_backend_pid() FROM pgscale.runs WHERE action = 'refresh' ORDER BY id DESC LIMIT 1"),
	'ok|t|t', 'by a worker of its own');
configure($subscriber, 'pgscale.max_workers' => 2);

# ---- the publisher is gone: told, tried again, and nothing else is held up --------------------------
$publisher->stop;
set_clock($subscriber, '2026-04-02 12:00+00');
becomes($subscriber, 'postgres', "SELECT count(*) FROM pgscale.partitions WHERE partition::text = 'leaves_p2026_06'", 1, 'partitions are made without the publisher');
becomes($subscriber, 'postgres', "SELECT count(*) > 0 FROM pgscale.runs WHERE action = 'refresh' AND outcome = 'failed' AND message LIKE '%could not connect to the publisher%'",
	't', 'the refresh fails and says why');

$subscriber->stop('immediate');
done_testing();
