# Sets of pg_partman as it makes them itself, of the version that is packaged for the server (4.7 for 15, 5 for later ones);
# and, on every server, of pg_partman 5, as its configuration looks.
use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use PgscaleTest;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('partman');
$node->init;
$node->append_conf('postgresql.conf', <<'CONF');
pgscale.sample_interval = 0
pgscale.clock = '2026-11-15 12:00:00+00'
autovacuum = off
timezone = 'UTC'
CONF
$node->start;
sub sql { return $node->safe_psql('postgres', $_[0]); }
sub refusal
{
	my ($role, $statement) = @_;
	my ($status, $out, $error) = $node->psql('postgres', "SET ROLE $role; $statement");
	return $error =~ /ERROR:  (.*)/ ? $1 : 'no error';
}

sql('CREATE EXTENSION pgscale');
like(refusal('postgres', 'SELECT * FROM pgscale.import_partman()'),
	qr/extension "pg_partman" is not installed/, 'without pg_partman');

# ---- sets made by pg_partman itself --------------------------------------------------------------
# Its configuration is written as its create_parent() does, which would take the bounds from the
# present; the partitions are made by its own functions.
sql('CREATE SCHEMA partman; CREATE EXTENSION pg_partman SCHEMA partman');
my $is_four = sql("SELECT extversion LIKE '4.%' FROM pg_extension WHERE extname = 'pg_partman'") eq 't';
my $range = $is_four ? 'native' : 'range';    # its word for it
my $by_triggers = $is_four ? 'partman' : 'range';
sql(<<"SQL");
CREATE SCHEMA app;
CREATE TABLE app.daily (at timestamptz NOT NULL, n int) PARTITION BY RANGE (at);
CREATE TABLE app.weekly (at timestamp NOT NULL, n int) PARTITION BY RANGE (at);
CREATE SCHEMA old;
CREATE TABLE app.monthly (at date NOT NULL, n int) PARTITION BY RANGE (at);
CREATE TABLE app.ids (id bigint NOT NULL) PARTITION BY RANGE (id);
CREATE TABLE app.epochs (at bigint NOT NULL) PARTITION BY RANGE (at);
CREATE TABLE app."Mixed Case" ("At" timestamptz NOT NULL) PARTITION BY RANGE ("At");
CREATE TABLE app.paused (at date NOT NULL) PARTITION BY RANGE (at);
CREATE TABLE app.regions (at date NOT NULL, id bigint NOT NULL) PARTITION BY RANGE (at);
CREATE TABLE app.undone (at date NOT NULL) PARTITION BY RANGE (at);
SET search_path = partman;
INSERT INTO part_config (parent_table, control, partition_type, partition_interval, premake, datetime_string, epoch,
  retention, retention_keep_table, retention_schema, automatic_maintenance, undo_in_progress) VALUES
 ('app.daily', 'at', '$range', '1 day', 3, 'YYYY_MM_DD', 'none', '3 days', false, NULL, 'on', false),
 ('app.weekly', 'at', '$range', '7 days', 2, 'IYYY"w"IW', 'none', '1 day', true, NULL, 'on', false),
 ('app.monthly', 'at', '$range', '1 mon', 2, 'YYYY_MM', 'none', '6 mons', false, 'old', 'on', false),
 ('app.ids', 'id', '$range', '1000', 2, NULL, 'none', '2000', false, NULL, 'on', false),
 ('app.epochs', 'at', '$range', '1 day', 2, 'YYYY_MM_DD', 'milliseconds', NULL, true, NULL, 'on', false),
 ('app.Mixed Case', 'At', '$range', '01:00:00', 2, 'YYYY_MM_DD_HH24MI', 'none', NULL, true, NULL, 'on', false),
 ('app.paused', 'at', '$range', '1 year', 1, 'YYYY', 'none', NULL, true, NULL, 'off', false),
 ('app.regions', 'at', '$range', '1 mon', 2, 'YYYY_MM', 'none', NULL, true, NULL, 'on', false),
 ('app.undone', 'at', '$range', '1 mon', 2, 'YYYY_MM', 'none', NULL, true, NULL, 'on', true),
 ('app.gone', 'at', '$by_triggers', '1 day', 2, 'YYYY_MM_DD', 'none', NULL, true, NULL, 'on', false);
INSERT INTO part_config_sub (sub_parent, sub_partition_type, sub_control, sub_partition_interval)
VALUES ('app.regions', '$range', 'id', '1000');
SET search_path = partman, public;
SELECT create_partition_time('app.daily', ARRAY(SELECT generate_series('2026-11-11+00', '2026-11-16+00', '1 day'::interval)));
SELECT create_partition_time('app.weekly', '{2026-11-02+00,2026-11-09+00,2026-11-16+00}');
SELECT create_partition_time('app.monthly', '{2026-10-01+00,2026-11-01+00}');
SELECT create_partition_time('app.epochs', '{2026-11-15+00,2026-11-16+00}');
SELECT create_partition_time('app.Mixed Case', '{2026-11-15 12:00+00,2026-11-15 13:00+00}');
SELECT create_partition_time('app.paused', '{2026-01-01+00}');
SELECT create_partition_id('app.ids', '{0,1000,2000,3000,4000}');
CREATE TABLE app.daily_default PARTITION OF app.daily DEFAULT;
INSERT INTO app.ids VALUES (1), (3500);
INSERT INTO app.daily SELECT generate_series('2026-11-11 08:00+00', '2026-11-15 12:00+00', '1 hour'::interval);
SQL
my $partitions = q{SELECT count(*) FROM pg_inherits WHERE inhparent IN (SELECT oid FROM pg_class WHERE relnamespace = 'app'::regnamespace)};
is(sql($partitions), 22, 'pg_partman has made partitions');

sub items
{
	my ($table, $dry_run, $where) = @_;
	return sql("SELECT item, value, mapped_to, status FROM pgscale.import_partman('$table', $dry_run) WHERE $where");
}

# ---- the dry run ---------------------------------------------------------------------------------
my ($self, $ignores_default) = (sql('SELECT current_user'), $is_four ? 'false' : 'true');
my %told = map { /^(\w+)/ ? ($1 => $_) : () } split /\n/, <<"END";
parent_table|app.daily||ignored
control|at|control|mapped
partition_type|$range|range|mapped
partition_interval|1 day|interval => 1 day|mapped
premake|3|premake => 3|mapped
optimize_trigger|4||ignored
optimize_constraint|30||ignored
epoch|none||ignored
inherit_fk|true||ignored
retention|3 days|retention => 3 days|mapped
retention_keep_table|false|retire => drop|mapped
retention_keep_index|true|the usual|mapped
retention_keep_publication|false|the usual|mapped
infinite_time_partitions|false||ignored
datetime_string|YYYY_MM_DD||ignored
automatic_maintenance|on|the usual|mapped
jobmon|true||ignored
sub_partition_set_full|false||ignored
undo_in_progress|false||ignored
trigger_exception_handling|false||ignored
upsert|||ignored
trigger_return_null|true||ignored
inherit_privileges|false||ignored
constraint_valid|true||ignored
drop_cascade_fk|false||ignored
ignore_default_data|$ignores_default||ignored
detach_before_drop|false||ignored
maintenance_role|$self||ignored
END
my @settings = split /\n/, sql("SELECT key FROM partman.part_config c, json_each_text(to_json(c)) WITH ORDINALITY AS e (key, value, ord)"
	  . " WHERE parent_table = 'app.daily' AND value IS NOT NULL ORDER BY ord");
is(items('app.daily', 'true', 'true'), join("\n",
	q{set||SELECT * FROM pgscale.create_parent('app.daily', control => 'at', "interval" => '1 day', premake => 3, retention => '3 days', retire => 'drop', default_partition => true, timezone => 'UTC')|mapped},
	(map { $told{$_} // "$_ is not known to this test" } @settings),
	'default partition|true|default_partition => true|mapped',
	'time zone||timezone => UTC|mapped'), 'each setting is told');
my $states = q{SELECT count(*), string_agg(automatic_maintenance, '' ORDER BY parent_table) FROM partman.part_config WHERE parent_table IN ('app.daily', 'app.ids')};
is(sql('SELECT count(*) FROM pgscale.partition_sets'), 0, 'the dry run manages nothing');
is(sql($states), '2|onon', 'and switches nothing off');

# ---- all of them ---------------------------------------------------------------------------------
is(sql(q{SELECT parent, status, mapped_to, note FROM pgscale.import_partman(dry_run => false) WHERE item = 'set'} =~ s/note FROM/CASE status WHEN 'refused' THEN note END FROM/r), <<'END' =~ s/\n\z//r, 'what can be taken over is');
app."Mixed Case"|mapped|SELECT * FROM pgscale.create_parent('app."Mixed Case"', control => 'At', "interval" => '01:00:00', premake => 2, timezone => 'UTC')|
app.daily|mapped|SELECT * FROM pgscale.create_parent('app.daily', control => 'at', "interval" => '1 day', premake => 3, retention => '3 days', retire => 'drop', default_partition => true, timezone => 'UTC')|
app.epochs|mapped|SELECT * FROM pgscale.create_parent('app.epochs', control => 'at', "interval" => '1 day', premake => 2, timezone => 'UTC', encoding => 'unix_milliseconds')|
app.gone|refused||There is no table of that name.
app.ids|mapped|SELECT * FROM pgscale.create_parent('app.ids', control => 'id', "interval" => '1000', premake => 2, retention => '2000', retire => 'drop')|
app.monthly|mapped|SELECT * FROM pgscale.create_parent('app.monthly', control => 'at', "interval" => '1 mon', premake => 2, retention => '6 mons', retire => 'archive', archive_schema => 'old', timezone => 'UTC')|
app.paused|mapped|SELECT * FROM pgscale.create_parent('app.paused', control => 'at', "interval" => '1 year', premake => 1, timezone => 'UTC'); SELECT pgscale.pause('app.paused')|
app.regions|refused||Left to pg_partman.
app.undone|refused||Left to pg_partman.
app.weekly|mapped|SELECT * FROM pgscale.create_parent('app.weekly', control => 'at', "interval" => '7 days', premake => 2, retention => '7 days', retire => 'detach', timezone => 'UTC')|
END
is(sql(q{SELECT string_agg(parent_table, ', ' ORDER BY parent_table) FROM partman.part_config WHERE automatic_maintenance = 'on'}),
	'app.gone, app.regions, app.undone', 'their rows are disabled, the others not');
is(sql(q{SELECT count(*) FROM partman.part_config}), 10, 'and none is deleted');
is(sql($partitions), 22, 'no partition has come or gone');
is(sql(q{SELECT parent FROM pgscale.partition_sets WHERE paused}), 'app.paused', 'what pg_partman passed over is paused');
is(sql(q{SELECT item FROM pgscale.import_partman('app.regions') WHERE status = 'refused' AND item <> 'set'}), 'sub-partitioning',
	'why one is refused');
is(sql(q{SELECT item FROM pgscale.import_partman('app.undone') WHERE status = 'refused' AND item <> 'set'}), 'undo_in_progress',
	'and the other');

# ---- once more -----------------------------------------------------------------------------------
is(items('app.daily', 'false', 'true'), 'set|||ignored', 'a set that is taken over already');
sql(q{UPDATE partman.part_config SET automatic_maintenance = 'on' WHERE parent_table = 'app.ids'});
is(sql(q{SELECT by_hand FROM pgscale.import_partman('app.ids')}),
	q{UPDATE "partman".part_config SET automatic_maintenance = 'off' WHERE parent_table = 'app.ids'},
	'one that both of them maintain');
sql(q{UPDATE partman.part_config SET automatic_maintenance = 'off' WHERE parent_table = 'app.ids'});

# ---- maintenance ---------------------------------------------------------------------------------
sub bounds
{
	my ($table) = @_;
	return sql("SELECT string_agg(partition || ' ' || coalesce(lower, 'default'), ', ') FROM pgscale.partitions WHERE root = '$table'::regclass AND state = 'attached'");
}
my $gaps = q{SELECT count(*) FROM pgscale.drift WHERE kind IN ('gap', 'overlap')};
$node->safe_psql('postgres', 'CALL pgscale.run_maintenance()');
is(bounds('app.daily'), 'app.daily_p2026_11_12 2026-11-12 00:00:00+00, app.daily_p2026_11_13 2026-11-13 00:00:00+00, app.daily_p2026_11_14 2026-11-14 00:00:00+00, '
	  . 'app.daily_p2026_11_15 2026-11-15 00:00:00+00, app.daily_p2026_11_16 2026-11-16 00:00:00+00, app.daily_p2026_11_17 2026-11-17 00:00:00+00, '
	  . 'app.daily_p2026_11_18 2026-11-18 00:00:00+00, app.daily_default default', 'days: made ahead, and dropped as before');
is(bounds('app.weekly'), 'app.weekly_p2026w45 2026-11-02 00:00:00, app.weekly_p2026w46 2026-11-09 00:00:00, app.weekly_p2026w47 2026-11-16 00:00:00, '
	  . 'app.weekly_p2026_11_23 2026-11-23 00:00:00', 'weeks go on at Mondays');
is(bounds('app.monthly'), 'app.monthly_p2026_10 2026-10-01, app.monthly_p2026_11 2026-11-01, app.monthly_p2026_12 2026-12-01, app.monthly_p2027_01 2027-01-01', 'months');
is(bounds('app.ids'), 'app.ids_p1000 1000, app.ids_p2000 2000, app.ids_p3000 3000, app.ids_p4000 4000, app.ids_p5000 5000', 'numbers');
is(bounds('app.epochs'), 'app.epochs_p2026_11_15 1794700800000, app.epochs_p2026_11_16 1794787200000, app.epochs_p2026_11_17 1794873600000', 'milliseconds');
is(bounds('app."Mixed Case"'), 'app."Mixed Case_p2026_11_15_1200" 2026-11-15 12:00:00+00, app."Mixed Case_p2026_11_15_1300" 2026-11-15 13:00:00+00, '
	  . 'app."Mixed Case_p2026_11_15_14" 2026-11-15 14:00:00+00', 'hours of a table with a name in quotes');
is(bounds('app.paused'), 'app.paused_p2026 2026-01-01', 'nothing for the one that is paused');
is(sql($gaps), 0, 'no gap and no overlap');

my $inventory = "SELECT md5(string_agg(inhparent || ' ' || inhrelid, ',' ORDER BY inhrelid)) FROM pg_inherits";
my $before = sql($inventory);
sql(q{DELETE FROM partman.part_config WHERE parent_table IN ('app.gone', 'app.regions')});
sql(q{CALL partman.run_maintenance_proc()});
sql(q{SELECT partman.run_maintenance()});
is(sql($inventory), $before, 'maintenance of pg_partman does nothing to them');

# ---- sub-partitions ------------------------------------------------------------------------------
# Months by the clock, and below them ranges of numbers, as pg_partman itself makes them.
sql(<<"SQL");
CREATE TABLE app.deep (at date NOT NULL, id bigint NOT NULL) PARTITION BY RANGE (at);
INSERT INTO partman.part_config (parent_table, control, partition_type, partition_interval, premake, datetime_string, retention, retention_keep_table)
VALUES ('app.deep', 'at', '$range', '1 mon', 1, 'YYYY_MM', '6 mons', false);
INSERT INTO partman.part_config_sub (sub_parent, sub_partition_type, sub_control, sub_partition_interval, sub_premake, sub_retention, sub_retention_keep_table)
VALUES ('app.deep', '$range', 'id', '1000', 2, '3000', false);
SET search_path = partman, public;
SELECT create_partition_time('app.deep', '{2026-11-01+00,2026-12-01+00}');
SQL
my $deep = q{SELECT string_agg(relid::text, ' ' ORDER BY relid::text) FROM pg_partition_tree('app.deep') WHERE isleaf};
my $deep_before = sql($deep);
is(sql(q{SELECT mapped_to FROM pgscale.import_partman('app.deep') WHERE item = 'set'}),
	q{SELECT * FROM pgscale.create_parent('app.deep', control => 'at', "interval" => '1 mon', premake => 1, retention => '6 mons', retire => 'drop', timezone => 'UTC'); }
	  . q{SELECT * FROM pgscale.create_subparent('app.deep', control => 'id', "interval" => '1000', premake => 2, retention => '3000', retire => 'drop', default_partition => true, timezone => 'UTC')},
	'part_config_sub becomes a level');
is(sql(q{SELECT parent, status, note FROM pgscale.import_partman(dry_run => false) WHERE parent LIKE 'app.deep%' AND item = 'set'}), <<'END' =~ s/\n\z//r, 'it is taken over as a whole');
app.deep|mapped|Taken over. pg_partman passes over it, unless its run_maintenance() is called for this very table.
app.deep_p2026_11|ignored|It is a partition of app.deep, and is taken over with it, or not at all.
app.deep_p2026_12|ignored|It is a partition of app.deep, and is taken over with it, or not at all.
END
is(sql(q{SELECT string_agg(parent_table, ' ') FROM partman.part_config WHERE automatic_maintenance = 'on'}), 'app.undone', 'with the rows of its partitions');
is(sql(q{SELECT parent, level, "interval", premake, retention, retire, default_partition FROM pgscale.partition_sets WHERE root = 'app.deep'::regclass ORDER BY 1}), <<'END' =~ s/\n\z//r, 'whose settings are those of the level');
app.deep|0|1 mon|1|6 mons|drop|f
app.deep_p2026_11|1|1000|2|3000|drop|t
app.deep_p2026_12|1|1000|2|3000|drop|t
END
sql(q{SET pgscale.clock = '2026-12-15 12:00+00'; CALL pgscale.run_maintenance('app.deep'); CALL partman.run_maintenance_proc()});
is(sql($deep), "$deep_before app.deep_p2027_01_default app.deep_p2027_01_p0 app.deep_p2027_01_p1000 app.deep_p2027_01_p2000", 'a new month has its ranges');

# ---- and back ------------------------------------------------------------------------------------
sql(q{SELECT pgscale.forget_parent('app.ids'); UPDATE partman.part_config SET automatic_maintenance = 'on', premake = 4 WHERE parent_table = 'app.ids'});
sql(q{SET search_path = partman, public; CALL run_maintenance_proc()});
like(sql("SELECT string_agg(relname, ' ' ORDER BY relname) FROM pg_class WHERE relname LIKE 'ids\\_p%' AND relkind = 'r'"), qr/ids_p7000/,
	'pg_partman goes on where pgscale ended');

# ---- configuration of pg_partman 5 ---------------------------------------------------------------
# The columns are those of sql/tables/tables.sql of pg_partman 5.1 in their order, with those that
# updates/pg_partman--5.1.0--5.2.0.sql (encoders), --5.3.1--5.4.0.sql and --5.4.3--5.5.0.sql have added.
sql(<<'SQL');
ALTER EXTENSION pg_partman DROP TABLE partman.part_config;
ALTER TABLE partman.part_config RENAME TO part_config_4;
CREATE TABLE partman.part_config (parent_table text NOT NULL PRIMARY KEY, control text NOT NULL, partition_interval text NOT NULL,
  partition_type text NOT NULL, premake int NOT NULL DEFAULT 4, automatic_maintenance text NOT NULL DEFAULT 'on', template_table text,
  retention text, retention_schema text, retention_keep_index boolean NOT NULL DEFAULT true, retention_keep_table boolean NOT NULL DEFAULT true,
  epoch text NOT NULL DEFAULT 'none', constraint_cols text[], optimize_constraint int NOT NULL DEFAULT 30,
  infinite_time_partitions boolean NOT NULL DEFAULT false, datetime_string text, jobmon boolean NOT NULL DEFAULT true,
  sub_partition_set_full boolean NOT NULL DEFAULT false, undo_in_progress boolean NOT NULL DEFAULT false, inherit_privileges boolean DEFAULT false,
  constraint_valid boolean NOT NULL DEFAULT true, ignore_default_data boolean NOT NULL DEFAULT true, default_table boolean DEFAULT true,
  date_trunc_interval text, maintenance_order int, retention_keep_publication boolean NOT NULL DEFAULT false, maintenance_last_run timestamptz,
  time_encoder text, time_decoder text, async_partitioning_in_progress text, detach_before_drop boolean DEFAULT false, maintenance_role text);
CREATE ROLE keeper;
CREATE SCHEMA five AUTHORIZATION keeper;
SET ROLE keeper;
CREATE TABLE five.berlin (at timestamptz NOT NULL, n int) PARTITION BY RANGE (at);
CREATE TABLE five.berlin_p20261101 PARTITION OF five.berlin FOR VALUES FROM ('2026-10-31 23:00+00') TO ('2026-11-30 23:00+00');
CREATE TABLE five.ids7 (id uuid NOT NULL) PARTITION BY RANGE (id);
CREATE TABLE five.ids7_p20261115 PARTITION OF five.ids7 FOR VALUES FROM ('019a84a3-0000-0000-0000-000000000000') TO (MAXVALUE);
CREATE TABLE five.lists (n int NOT NULL) PARTITION BY LIST (n);
CREATE TABLE five.template (at timestamptz, n int UNIQUE) WITH (fillfactor = 70);
RESET ROLE;
INSERT INTO partman.part_config (parent_table, control, partition_interval, partition_type, template_table, retention, retention_keep_table,
  detach_before_drop, constraint_cols, maintenance_role) VALUES
 ('five.berlin', 'at', '1 mon', 'range', 'five.template', '6 mons', false, true, '{n}', 'keeper');
INSERT INTO partman.part_config (parent_table, control, partition_interval, partition_type, time_encoder, time_decoder) VALUES
 ('five.ids7', 'id', '1 mon', 'range', 'partman.uuid7_time_encoder', 'partman.uuid7_time_decoder');
INSERT INTO partman.part_config (parent_table, control, partition_interval, partition_type) VALUES ('five.lists', 'n', '1', 'list');
SQL
like(refusal('keeper', 'SELECT * FROM pgscale.import_partman()'), qr/permission denied for the configuration of pg_partman/, 'who may not read it');
sql(q{GRANT USAGE ON SCHEMA partman TO keeper; GRANT USAGE ON SCHEMA pgscale, app TO keeper;
	GRANT SELECT ON partman.part_config, partman.part_config_sub TO keeper});
like(refusal('keeper', 'SELECT * FROM pgscale.import_partman(dry_run => false)'), qr/permission denied for the configuration of pg_partman/, 'who may only read it');
like(refusal('keeper', q{SELECT * FROM pgscale.import_partman('app.undone')}), qr/must be owner of table undone/, 'who does not own the table');
sql(q{GRANT UPDATE ON partman.part_config TO keeper});
is(sql(q{SET ROLE keeper; SET TimeZone = 'Europe/Berlin'; SELECT parent, status, mapped_to FROM pgscale.import_partman(dry_run => false) WHERE item = 'set'}), <<'END' =~ s/\n\z//r, 'the owner takes over');
five.berlin|mapped|SELECT * FROM pgscale.create_parent('five.berlin', control => 'at', "interval" => '1 mon', premake => 4, retention => '6 mons', retire => 'drop', timezone => 'Europe/Berlin', storage_parameters => '{fillfactor=70}', template => 'five.template')
five.ids7|mapped|SELECT * FROM pgscale.create_parent('five.ids7', control => 'id', "interval" => '1 mon', premake => 4, timezone => 'Europe/Berlin', encoding => 'uuidv7')
five.lists|refused|
END
is(sql(q{CALL pgscale.run_maintenance('five.berlin'); SELECT string_agg(DISTINCT reloptions::text, ' ') FROM pg_class JOIN pg_inherits ON inhrelid = oid
	WHERE inhparent = 'five.berlin'::regclass}), '{fillfactor=70}', 'new partitions have the storage parameters of the template');
is(sql(q{SELECT count(*) > 0 AND count(*) = count(*) FILTER (WHERE EXISTS (SELECT FROM pg_index x WHERE x.indrelid = inhrelid AND x.indisunique))
	FROM pg_inherits WHERE inhparent = 'five.berlin'::regclass AND inhrelid <> 'five.berlin_p20261101'::regclass}), 't', 'and its index');
is(sql(q{CALL pgscale.repair('five.berlin'); SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = 'five.berlin_p20261101'::regclass AND contype = 'u'}),
	'UNIQUE (n)', 'which repair builds on those of before');
sql(q{SELECT pgscale.forget_parent('five.berlin')});
is(sql(q{SELECT string_agg(item, ' ' ORDER BY item) FROM pgscale.import_partman('five.berlin') WHERE status = 'unmapped'}),
	'constraint_cols', 'what is lost');
is(sql(q{SELECT mapped_to || ': ' || note FROM pgscale.import_partman('five.berlin') WHERE item = 'template_table'}),
	'template => five.template, storage_parameters => {fillfactor=70}: New partitions get its indexes template_n_key. All else new partitions take from the parent.',
	'the template and its index');
is(sql(q{ALTER TABLE five.template OWNER TO CURRENT_USER; SELECT status FROM pgscale.import_partman('five.berlin') WHERE item IN ('set', 'template_table') ORDER BY item}),
	"mapped\nunmapped", 'a template of somebody else is left, not the set');
is(sql(q{SELECT mapped_to FROM pgscale.import_partman('five.berlin', timezone => 'Asia/Tokyo') WHERE item = 'time zone'}),
	'timezone => Asia/Tokyo', 'a zone that is given');
is(sql(q{SELECT mapped_to FROM pgscale.import_partman('five.berlin') WHERE item = 'time zone'}),
	'timezone => UTC', 'no other zone is guessed');

$node->stop;
done_testing();
