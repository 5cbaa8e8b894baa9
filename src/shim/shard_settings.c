#include "postgres.h"

#include "utils/guc.h"

#include "shim/shard_settings.h"

static int	ping_interval = 500;
static int	ping_timeout = 1000;
static int	cross_shard_writes = PGS_CROSS_SHARD_WARN;
static bool full_scan_dml = false;

static const struct config_enum_entry cross_shard_choices[] = {
	{"allow", PGS_CROSS_SHARD_ALLOW, false},
	{"warn", PGS_CROSS_SHARD_WARN, false},
	{"error", PGS_CROSS_SHARD_ERROR, false},
	{NULL, 0, false}
};

void
pgs_shard_settings_define(void)
{
	DefineCustomIntVariable("pgscale.shard_ping_interval",
							"Time between two pings of a shard.",
							NULL, &ping_interval, 500, 50, 60000, PGC_SIGHUP, GUC_UNIT_MS, NULL, NULL, NULL);
	DefineCustomIntVariable("pgscale.shard_ping_timeout",
							"Time after which a shard that has not answered a ping is taken for down.",
							"Sessions that wait for it get an error then.",
							&ping_timeout, 1000, 50, 60000, PGC_SIGHUP, GUC_UNIT_MS, NULL, NULL, NULL);
	DefineCustomEnumVariable("pgscale.cross_shard_writes",
							 "What becomes of a transaction that writes to a second shard.",
							 "Shards commit one after the other, so that a failure in between leaves some committed and others not.",
							 &cross_shard_writes, PGS_CROSS_SHARD_WARN, cross_shard_choices,
							 PGC_USERSET, 0, NULL, NULL, NULL);
	DefineCustomBoolVariable("pgscale.allow_full_scan_dml",
							 "Lets UPDATE and DELETE fetch and lock every row of a table on a shard.",
							 NULL, &full_scan_dml, false, PGC_USERSET, 0, NULL, NULL, NULL);
}

int
pgs_setting_ping_interval(void)
{
	return ping_interval;
}

int
pgs_setting_ping_timeout(void)
{
	return ping_timeout;
}

PgsCrossShardWrites
pgs_setting_cross_shard_writes(void)
{
	return cross_shard_writes;
}

bool
pgs_setting_full_scan_dml(void)
{
	return full_scan_dml;
}
