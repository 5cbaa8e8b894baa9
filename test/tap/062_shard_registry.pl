# The registry of shards: servers and user mappings follow it, secrets stay where they belong, and
# statements reach all shards at once.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/lib";
use PgscaleTest;
use PostgreSQL::Test::Utils;
use ShardTest;
use Test::More;
use Time::HiRes qw(time);

my @shards = map { new_shard("s$_") } 1 .. 3;
my $node = new_coordinator('coordinator', "log_statement = 'all'\n", "log_error_verbosity = verbose\n");
add_shard($node, @shards);

sub refused
{
	my ($sql, $message, $name) = @_;
	my ($status, $out, $error) = $node->psql('postgres', "\\set VERBOSITY verbose\n$sql");
	like($error, $message, $name);
	return;
}

# --- what is bad changes nothing
refused("SELECT pgscale.add_shard('s1', 'localhost', 5432, 'x')", qr/ERROR:  42710: shard "s1" already exists/, 'a name can be taken once');
refused("SELECT pgscale.add_shard('bad', 'a,b', 5432, 'x')", qr/22023: invalid address/, 'several hosts are no host');
refused("SELECT pgscale.add_shard('bad', 'localhost', 5432, 'x', options => '{\"password\": \"x\"}')",
	qr/22023: option "password" cannot be given here/, 'no secrets among the options of a server');
refused("SELECT pgscale.add_shard('bad', 'localhost', 5432, 'x', options => '{\"nonsense\": \"x\"}')",
	qr/invalid option "nonsense"/, 'no options that postgres_fdw does not know');
refused("SELECT pgscale.map_user('postgres', 'none', 'x')", qr/42704: shard "none" does not exist/, 'a mapping needs its shard');
refused("SELECT pgscale.map_user('nobody', 's1', 'x')", qr/42704: role "nobody" does not exist/, 'and its role');
is(ask($node, 'postgres', "SELECT count(*) FROM pgscale.shard"), 3, 'nothing of that is registered');
is(ask($node, 'postgres', "SELECT count(*) FROM pg_foreign_server"), 3, 'and nothing made');

# --- the worker repairs what hands have changed
is(ask($node, 'postgres', 'SELECT count(*) FROM pgscale.plan_shards()'), 0, 'the catalog is as the registry says');
$node->safe_psql('postgres', "ALTER SERVER s1 OPTIONS (SET fetch_size '7', ADD sslmode 'prefer')");
is(ask($node, 'postgres', 'SELECT action || \' \' || sql::text FROM pgscale.plan_shards()'),
	q(alter server {"ALTER SERVER \"s1\" OPTIONS (SET \"fetch_size\" '1000')"}), 'the plan shows the difference');
$node->safe_psql('postgres', "SELECT pgscale.alter_shard('s2', region => 'eu')");
becomes($node, 'postgres', 'SELECT count(*) FROM pgscale.plan_shards()', 0, 'the worker mends it');
is(ask($node, 'postgres', "SELECT srvoptions @> '{fetch_size=1000,sslmode=prefer}' FROM pg_foreign_server WHERE srvname = 's1'"),
	't', 'and leaves options that it does not know');
is(ask($node, 'postgres', "SELECT outcome, who FROM pgscale.runs WHERE action = 'alter server' AND parent = 's1'"),
	'ok|pgscale worker', 'the journal says so');
$node->safe_psql('postgres', 'DROP SERVER s3 CASCADE');
$node->safe_psql('postgres', 'CALL pgscale.sync_shards()');
is(ask($node, 'postgres', "SELECT count(*) FROM pg_foreign_server WHERE srvname = 's3'"), 1, 'sync_shards() makes a server anew');
is(ask($node, 'postgres', 'SELECT object, refusal ~ \'map_user\' FROM pgscale.plan_shards()'), 'postgres|t', 'but no password');
$node->safe_psql('postgres', "SELECT pgscale.map_user(current_user, 's3', current_user)");

# --- all shards at once
my $begun = time;
is(ask($node, 'postgres', "SELECT string_agg(shard || a, ',' ORDER BY shard) FROM pgscale.query_shards('SELECT 7 FROM pg_sleep(1)') AS t (shard name, a int)"),
	's17,s27,s37', 'query_shards() asks all');
cmp_ok(time - $begun, '<', 2.5, 'at the same time');
is(ask($node, 'postgres', "SELECT count(*), count(DISTINCT shard) FROM pgscale.query_shards('SELECT generate_series(1, 50000)', '{s1,s3}') AS t (shard name, a int)"),
	'100000|2', 'or those that it is told');
refused("SELECT * FROM pgscale.query_shards('SELECT 1/0') AS t (shard name, a int)", qr/22012: shard "s\d": division by zero/, 'an error is passed on');
refused("SELECT * FROM pgscale.query_shards('SELECT 1; SELECT 2') AS t (shard name, a int)", qr/42601: .*multiple commands/, 'one statement is one statement');
# libpq would give the same answer to it for ever.
foreach my $copy ('COPY (SELECT 1) TO STDOUT', 'COPY t FROM STDIN')
{
	$node->safe_psql('postgres', "SELECT * FROM pgscale.exec_shards('CREATE TABLE IF NOT EXISTS t (a int)')");
	refused("SELECT * FROM pgscale.query_shards('$copy') AS t (shard name, a int)", qr/0A000: shard "s\d": COPY FROM STDIN and TO STDOUT cannot be used here/, "$copy is refused");
}
$node->safe_psql('postgres', "SELECT * FROM pgscale.exec_shards('DROP TABLE t')");
$begun = time;
refused("SELECT * FROM pgscale.query_shards('SELECT pg_sleep(60)', timeout => '300ms') AS t (shard name, a text)",
	qr/57014: shard "s\d".*(in time|statement timeout)/, 'a timeout is one');
cmp_ok(time - $begun, '<', 5, 'and keeps its word');
becomes($shards[0], 'postgres', "SELECT count(*) FROM pg_stat_activity WHERE query ~ '^SELECT pg_sleep'", 0, 'nothing runs on over there');
$node->safe_psql('postgres', "SELECT * FROM pgscale.exec_shards('CREATE TABLE t AS SELECT generate_series(1, 10) AS a')");
is(ask($node, 'postgres', "SELECT shard, ok, rows, error FROM pgscale.exec_shards('DELETE FROM t WHERE a <= 4')"),
	"s1|t|4|\ns2|t|4|\ns3|t|4|", 'exec_shards() says what was changed where');
$shards[1]->stop;
is(ask($node, 'postgres', "SELECT string_agg(shard || a, ',' ORDER BY shard) FROM pgscale.query_shards('SELECT count(*) FROM t', on_error => 'skip') AS t (shard name, a int)"),
	's16,s36', 'a shard that is down can be passed over');
refused("SELECT * FROM pgscale.query_shards('SELECT 1') AS t (shard name, a int)", qr/08001: (could not connect to shard "s2"|shard "s2" is down since)/, 'or is an error');
$shards[1]->start;

# --- privileges and secrets
$shards[0]->safe_psql('postgres', "CREATE ROLE remote LOGIN PASSWORD 'first secret'");
my $typed = -s $shards[0]->logfile;
my $hba = $shards[0]->data_dir . '/pg_hba.conf';
my $rules = slurp_file($hba);
unlink $hba;
append_to_file($hba, "local all remote scram-sha-256\nhost all remote all scram-sha-256\n$rules");
$shards[0]->reload;
$node->safe_psql('postgres', 'CREATE ROLE app LOGIN; CREATE ROLE other LOGIN');
refused("SELECT pgscale.map_user('app', 's1', 'remote')", qr/22004: password must not be null/, 'who needs a password is told so');
$node->safe_psql('postgres', "SELECT pgscale.map_user('app', 's1', 'remote', 'first secret')");
my $who = "SELECT u FROM pgscale.query_shards('SELECT current_user', '{s1}') AS t (shard name, u name)";
refused("SET ROLE app; $who", qr/42501: permission denied for foreign server s1/, 'without USAGE nobody gets there');
$node->safe_psql('postgres', 'GRANT USAGE ON FOREIGN SERVER s1 TO app, other');
is(ask($node, 'postgres', "SET ROLE app; $who"), 'remote', 'everybody goes as his own remote user');
refused("SET ROLE other; $who", qr/42704: user mapping not found/, 'and not at all without one');
refused("SET ROLE app; SELECT pgscale.remove_shard('s1')", qr/42501: must be owner of shard "s1"/, 'who may use a shard may not remove it');
refused("SET ROLE app; SELECT pgscale.add_shard('mine', 'localhost', 1, 'x')", qr/42501: permission denied for foreign-data wrapper/,
	'nor add one, without the right to make servers');
$node->safe_psql('postgres', "SELECT pgscale.rotate_password('app', 's1', 'second secret')");
is(ask($node, 'postgres', "SET ROLE app; $who"), 'remote', 'a password is changed on both sides');
refused("SELECT pgscale.rotate_password('app', 's1', '')", qr/22023: password must not be empty/, 'an empty one would shut everybody out');
refused("SELECT pgscale.map_user('app', 's1', 'remote', '')", qr/22023: password must not be empty/, 'in a mapping as well');
refused("SELECT pgscale.map_user('app', 's1', '', 'x')", qr/22023: remote_user must not be empty/, 'and nobody is nobody');
is(ask($node, 'postgres', "SET ROLE app; $who"), 'remote', 'the password is the old one');
$node->safe_psql('postgres', "SELECT pgscale.rotate_password('app', 's1')");
is(ask($node, 'postgres', "SET ROLE app; $who"), 'remote', 'also to one that nobody knows');
is(ask($node, 'postgres', "SELECT count(*) FROM pg_user_mappings, pg_options_to_table(umoptions) WHERE option_name = 'password' AND option_value ~ '^[0-9a-f]{64}\$'"),
	1, 'which is long');
is(ask($node, 'postgres', "SELECT count(*) FROM pgscale.plan_shards() p WHERE p::text ~ 'secret'"), 0, 'no secret is in a plan');
unlike(slurp_file($shards[0]->logfile, $typed), qr/secret/, 'no secret is in the log of the shard');
# Our own statements are in the log as they were typed; nothing else is.
my $log = join "\n", grep { !/statement: / } split /\n/, slurp_file($node->logfile);
unlike($log, qr/secret/, 'nor in that of the coordinator');

# --- removal
$node->safe_psql('postgres', "CREATE FOREIGN TABLE f (a int) SERVER s2 OPTIONS (table_name 't')");
refused("SELECT pgscale.remove_shard('s2')", qr/55006: shard "s2" holds data.*DETAIL:  Table public.f is on it/s, 'a shard with a table stays');
$node->safe_psql('postgres', "DROP FOREIGN TABLE f; SELECT pgscale.remove_shard('s2')");
is(ask($node, 'postgres', "SELECT count(*) FROM pg_foreign_server WHERE srvname = 's2'"), 0, 'one without goes, with its mappings');
is(ask($node, 'postgres', "SELECT pgscale.add_shard('s5', 'localhost', 1, 'x')"), 2, 'its number is free again');

done_testing();
