# Copies of reference tables are kept in step, and where the rows of geo tables are is proven.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/lib";
use PgscaleTest;
use PostgreSQL::Test::Utils;
use ShardTest;
use Test::More;

my @shards = map { new_shard("s$_") } 1 .. 3;
# Values are compared, not how a server writes them.
my $node = new_coordinator('coordinator', "datestyle = 'SQL, DMY'\nintervalstyle = 'iso_8601'\nextra_float_digits = 0\n");
add_shard($node, $shards[0], $shards[1]);

# --- reference tables
$node->safe_psql('postgres', <<'SQL');
CREATE TABLE countries (code text PRIMARY KEY, name text NOT NULL, since timestamptz, flag bytea, area double precision, age interval, long text GENERATED ALWAYS AS (code || name) STORED);
INSERT INTO countries (code, name, since, flag, area, age)
  VALUES ('de', 'Germany', '18/01/1871', '\x01ff', 0.1::double precision + 0.2, '3 days 4 hours'), ('fr', 'France', NULL, NULL, NULL, NULL);
SQL
is(ask($node, 'postgres', "SELECT * FROM pgscale.create_reference_table('countries')"), "countries_on_s1|s1\ncountries_on_s2|s2", 'a copy on each shard');
is(ask($shards[0], 'postgres', 'SELECT code, long FROM countries ORDER BY 1'), "de|deGermany\nfr|frFrance", 'under its own name, with its rows');
is(ask($shards[0], 'postgres', "SELECT count(*) FROM pg_index WHERE indrelid = 'countries'::regclass AND indisprimary"), 1, 'and its primary key');
my $names = "SELECT string_agg(name, ',' ORDER BY code) FROM countries";
$node->safe_psql('postgres', "INSERT INTO countries VALUES ('us', 'USA'); UPDATE countries SET name = 'Deutschland' WHERE code = 'de'");
becomes($_, 'postgres', $names, 'Deutschland,France,USA', 'a change reaches ' . $_->name) foreach @shards[0, 1];
$node->safe_psql('postgres', "BEGIN; DELETE FROM countries; ROLLBACK");
$shards[1]->safe_psql('postgres', "UPDATE countries SET name = 'Utopia' WHERE code = 'us'");
$node->safe_psql('postgres', 'CALL pgscale.sync_shards()');
becomes($shards[1], 'postgres', $names, 'Deutschland,France,USA', 'what somebody changes in a copy does not last');
is(ask($node, 'postgres', 'SELECT shard, in_step, error FROM pgscale.reference_state ORDER BY shard'), "s1|t|\ns2|t|", 'the state says that all are in step');
$shards[1]->stop;
$node->safe_psql('postgres', "DELETE FROM countries WHERE code = 'fr'");
becomes($shards[0], 'postgres', $names, 'Deutschland,USA', 'one shard that is down holds up no other');
becomes($node, 'postgres', "SELECT in_step IS NULL, error ~ 'could not connect|is down' FROM pgscale.reference_state WHERE shard = 's2'", 't|t', 'its copy is unknown, not in step');
$shards[1]->start;
becomes($node, 'postgres', 'CALL pgscale.sync_shards(); SELECT in_step FROM pgscale.reference_state WHERE shard = \'s2\'', 't', 'when it is back it is found');
is(ask($shards[1], 'postgres', $names), 'Deutschland,USA', 'and catches up');
add_shard($node, $shards[2]);
becomes($shards[2], 'postgres', $names, 'Deutschland,USA', 'a new shard gets its copy');

# A shard that freezes while its copy is being replaced.
configure($node, 'pgscale.lock_timeout' => '30s');
my $holder = $shards[1]->background_psql('postgres');
$holder->query_safe('BEGIN; LOCK TABLE countries IN SHARE MODE');
$node->safe_psql('postgres', "INSERT INTO countries VALUES ('it', 'Italy')");
becomes($shards[1], 'postgres', "SELECT count(*) FROM pg_locks WHERE NOT granted", 1, 'its copy is being replaced');
signal_all($shards[1], 'STOP');
becomes($shards[$_], 'postgres', $names, 'Deutschland,Italy,USA', 'the others get their rows') foreach 0, 2;
becomes($node, 'postgres', "SELECT in_step IS NULL, error IS NOT NULL FROM pgscale.reference_state WHERE shard = 's2'", 't|t', 'nobody waits for the frozen one');
signal_all($shards[1], 'CONT');
$holder->quit;
becomes($node, 'postgres', "CALL pgscale.sync_shards(); SELECT in_step FROM pgscale.reference_state WHERE shard = 's2'", 't', 'it catches up');
is(ask($shards[1], 'postgres', $names), 'Deutschland,Italy,USA', 'with all rows');
configure($node, 'pgscale.lock_timeout' => '200ms');

# Rows on a shard that refer to a copy: what happens to a row here happens to them, and nothing else.
$node->safe_psql('postgres', <<'SQL');
CREATE TABLE cities (id int, code text);
INSERT INTO cities SELECT g, (ARRAY['de', 'it', 'us'])[1 + g % 3] FROM generate_series(1, 30) g;
SELECT pgscale.create_sharded_table('cities', 'id', partitions => 3);
SELECT pgscale.shard_ddl('cities', 'ALTER TABLE cities ADD FOREIGN KEY (code) REFERENCES countries (code) ON DELETE CASCADE');
UPDATE countries SET name = 'Italia' WHERE code = 'it';
INSERT INTO countries VALUES ('jp', 'Japan');
DELETE FROM countries WHERE code = 'us';
CALL pgscale.sync_shards();
SQL
becomes($_, 'postgres', $names, 'Deutschland,Italia,Japan', 'a copy that is referred to is kept in step on ' . $_->name) foreach @shards;
is(ask($node, 'postgres', 'SELECT code, count(*) FROM cities GROUP BY code ORDER BY code'), "de|10\nit|10", 'rows that refer to others than the deleted one stay');
# Another shape, as the hint says.
my ($code, $none, $hint) = $node->psql('postgres', "SELECT pgscale.shard_ddl('countries', 'ALTER TABLE countries ADD COLUMN capital text')");
like($hint, qr/"countries" is a reference table\nHINT:  Alter its copies by pgscale.exec_shards\(\), and then, in one transaction,/, 'how a reference table is altered is said');
$node->safe_psql('postgres', "SELECT pgscale.exec_shards('ALTER TABLE countries ADD COLUMN capital text')");
$node->safe_psql('postgres', "BEGIN; ALTER TABLE countries ADD COLUMN capital text DEFAULT '?'; ALTER TABLE countries_on_s1 ADD COLUMN capital text; ALTER TABLE countries_on_s2 ADD COLUMN capital text; ALTER TABLE countries_on_s3 ADD COLUMN capital text; COMMIT");
$node->safe_psql('postgres', 'CALL pgscale.sync_shards()');
becomes($_, 'postgres', "SELECT string_agg(code || capital, ',' ORDER BY code) FROM countries", 'de?,it?,jp?', 'a column that has been added is filled on ' . $_->name) foreach @shards;
# The foreign table of a copy comes back with its server.
$node->safe_psql('postgres', "DROP SERVER s3 CASCADE; CALL pgscale.sync_shards(); SELECT pgscale.map_user(current_user, 's3', current_user)");
$node->safe_psql('postgres', "UPDATE countries SET capital = 'Tokyo' WHERE code = 'jp'");
becomes($shards[2], 'postgres', "SELECT capital FROM countries WHERE code = 'jp'", 'Tokyo', 'a copy whose foreign table was dropped is kept in step');
$node->safe_psql('postgres', "CALL pgscale.repair_shards('cities')");
# Where nobody refers to it, unique values may change places.
$node->safe_psql('postgres', <<'SQL');
CREATE TABLE ranks (id int PRIMARY KEY, rank int UNIQUE DEFERRABLE);
INSERT INTO ranks VALUES (1, 1), (2, 2);
SELECT pgscale.create_reference_table('ranks');
UPDATE ranks SET rank = 3 - rank;
SQL
becomes($_, 'postgres', 'SELECT string_agg(id || \'=\' || rank, \',\' ORDER BY id) FROM ranks', '1=2,2=1', 'values that change places do so on ' . $_->name) foreach @shards;

my ($status, $out, $error) = $node->psql('postgres', "CREATE TABLE p (a int) PARTITION BY HASH (a); SELECT pgscale.create_reference_table('p')");
like($error, qr/table "p" is partitioned/, 'a partitioned table is no reference table');

# --- residency
$node->safe_psql('postgres', <<'SQL');
SELECT pgscale.alter_shard('s1', region => 'eu'), pgscale.alter_shard('s2', region => 'us');
CREATE TABLE users (name text, country text NOT NULL);
INSERT INTO users VALUES ('a', 'de'), ('b', 'us'), ('c', 'fr');
SELECT pgscale.create_geo_table('users', 'country', '{"de": "s1", "fr": "s1", "us": "s2"}');
SQL
my $report = "SELECT partition, region, shard, rows, strays, ok, detail FROM pgscale.residency_report('users')";
is(ask($node, 'postgres', $report), "users_s1|eu|s1|2|0|t|\nusers_s2|us|s2|1|0|t|", 'every row is where it may be');
($status, $out, $error) = $node->psql('postgres', "SELECT pgscale.alter_shard('s1', region => 'us')");
like($error, qr/shard "s1" holds rows of its region/, 'a shard with such rows stays in its region');
$shards[0]->safe_psql('postgres', "CREATE TABLE users_x PARTITION OF users FOR VALUES IN ('us'); INSERT INTO users VALUES ('spy', 'us')");
is(ask($node, 'postgres', "$report WHERE NOT ok"), '|eu|s1|1|1|f|1 rows belong to other partitions', 'a row in a partition that nobody placed there is found');
$shards[0]->safe_psql('postgres', "DROP TABLE users_x; ALTER TABLE users DETACH PARTITION users_s1; INSERT INTO users_s1 VALUES ('spy', 'us')");
is(ask($node, 'postgres', "$report WHERE NOT ok"), 'users_s1|eu|s1|3|1|f|1 rows belong to other partitions', 'and one that got past the bounds');
$shards[1]->stop;
is(ask($node, 'postgres', "SELECT ok IS NULL, detail ~ 'could not connect|is down' FROM pgscale.residency_report() WHERE shard = 's2'"), 't|t', 'where nobody can look nothing is claimed');

# What is frozen when the test dies could not be stopped.
END
{
	local $?;
	eval { signal_all($shards[1], 'CONT') };
}

done_testing();
