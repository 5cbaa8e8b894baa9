# The forecast of a server that samples, of a slot with a limit, and on a standby, whose samples are the primary's.
use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use PgscaleTest;
use Test::More;

my $primary = PostgreSQL::Test::Cluster->new('primary');
$primary->init(allows_streaming => 1);
$primary->append_conf('postgresql.conf', <<'CONF');
autovacuum = off
max_connections = 20
max_slot_wal_keep_size = '1GB'
wal_keep_size = '64MB'
timezone = 'UTC'
pgscale.clock = '2026-11-08 12:00:00+00'
CONF
$primary->start;
$primary->safe_psql('postgres', 'CREATE EXTENSION pgscale; CALL pgscale.take_sample();');

# ---- what the sampler writes is what the forecast reads ------------------------------------------
is( ask($primary, 'postgres', "SELECT f.current_value = (s.gauges->>'disk/data/total_bytes')::bigint - (s.gauges->>'disk/data/free_bytes')::bigint,"
		. " f.limit_value = (s.gauges->>'disk/data/total_bytes')::bigint, f.status, f.note"
		. " FROM pgscale.forecast f, pgscale.sample s WHERE f.resource = 'disk' AND f.object = 'data' AND s.scope = 'server'"),
	't|t|unknown|needs 24 h of history, has none', 'the disk is that of the sample');
is( ask($primary, 'postgres', "SELECT resource, object, current_value > 0, limit_value FROM pgscale.forecast"
		. " WHERE resource IN ('connections', 'transaction ids') ORDER BY 1, 2"),
	"connections|server|t|17\ntransaction ids|failsafe|t|1600000000\ntransaction ids|stop|t|2144483647", 'so are connections and IDs');
is(ask($primary, 'postgres', "SELECT count(*) FROM pgscale.forecast WHERE resource = 'replication slot'"), '0', 'without a slot there is no row');

# ---- a week made by hand -------------------------------------------------------------------------
$primary->safe_psql('postgres', <<'SQL');
DELETE FROM pgscale.sample;
CREATE TABLE pgscale.sample_test PARTITION OF pgscale.sample FOR VALUES FROM ('2026-10-01') TO ('2026-11-08');
INSERT INTO pgscale.sample (at, seconds, scope, object, frame, gauges)
SELECT timestamptz '2026-11-08 12:00:00+00' - i * interval '1 hour', 3600, 'server', 0, i % 24 = 0,
       jsonb_build_object('disk/data/free_bytes', 200 * 10^9 + i * 10^9, 'disk/data/total_bytes', 1000 * 10^9::bigint,
                          'connections', 3, 'connections_usable', 97, 'xid_age', 300000000 - i * 1000000,
                          'mxid_age', 7, 'slot_retained_bytes', 500000000 - i * 1000000)
  FROM generate_series(0, 167) i;
CREATE TABLE t (id integer GENERATED ALWAYS AS IDENTITY);
INSERT INTO pgscale.sample (at, seconds, scope, object, frame, gauges)
SELECT timestamptz '2026-11-08 12:00:00+00' - i * interval '1 hour', 3600, 'sequence', 't_id_seq'::regclass::oid, i % 24 = 0,
       jsonb_build_object('used_pct', 70, 'last_value', 1500000000 - i * 1000000, 'last_usable', 2147483647)
  FROM generate_series(0, 167) i;
CREATE TABLE parted (at timestamptz) PARTITION BY RANGE (at);
SELECT pgscale.create_parent('parted', 'at', '1 day', premake => 1);
SQL
my $rows = "SELECT resource, object, limit_value, date_trunc('minute', eta), status, note FROM pgscale.forecast"
  . " WHERE object NOT LIKE 'pgscale.%' ORDER BY 1, 2";
my $data = <<'ROWS';
multixact ids|failsafe|1600000000||ok|autovacuum freezes from an age of 400000000 on
multixact ids|stop|2144483647||ok|autovacuum freezes from an age of 400000000 on
partitions|public.parted||2026-11-10 00:00:00+00|ok|unless maintenance makes partitions
ROWS
my $used = <<'ROWS';
sequence|public.t_id_seq|2147483647|2026-12-05 11:29:00+00|ok|
transaction ids|failsafe|1600000000|2027-01-01 16:00:00+00|ok|unless VACUUM freezes the oldest rows
transaction ids|stop|2144483647|2027-01-24 08:29:00+00|ok|unless VACUUM freezes the oldest rows
ROWS
chomp $used;
becomes($primary, 'postgres', $rows,
	"connections|server|97||ok|no trend towards the limit\n"
	  . "disk|data|1000000000000|2026-11-16 20:00:00+00|ok|\n"
	  . $data
	  . "replication slot|furthest behind|1073741824|2026-12-02 09:44:00+00|ok|\n"
	  . $used,
	'the primary knows all, and the limit of its slots');

# ---- the same on a standby -----------------------------------------------------------------------
$primary->backup('base');
my $standby = PostgreSQL::Test::Cluster->new('standby');
$standby->init_from_backup($primary, 'base', has_streaming => 1);
$standby->start;
$primary->wait_for_catchup($standby);
my $other = 'unknown|this is a standby, and the samples are those of the primary';
(my $any_size = $rows) =~ s/limit_value/CASE WHEN resource <> 'disk' THEN limit_value END/;
is( ask($standby, 'postgres', $any_size),
	"connections|server|||$other\n" . "disk|data|||$other\n" . $data . "replication slot|furthest behind|||$other\n" . $used,
	'a standby knows what is of the data, and of itself nothing');
is( ask($standby, 'postgres', "SELECT current_value > 0, current_value < limit_value, limit_value <> 1000000000000 FROM pgscale.forecast WHERE resource = 'disk' AND object = 'data'"),
	't|t|t', 'but how full its disk is');
$standby->stop;

# ---- a limit that wal_keep_size raises, and one that is reached ----------------------------------
my $slot = "SELECT limit_value, used_pct, eta_s, note FROM pgscale.forecast WHERE resource = 'replication slot'";
configure($primary, max_slot_wal_keep_size => '1MB');
becomes($primary, 'postgres', $slot, '67108864|745.06|0|the limit is reached', 'the larger of two limits counts');
configure($primary, max_slot_wal_keep_size => '-1');
becomes($primary, 'postgres', $slot, '|||max_slot_wal_keep_size sets no limit, so the WAL may fill its disk', 'no limit, no end');
$primary->stop;
done_testing();
