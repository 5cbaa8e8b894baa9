#include "postgres.h"

#include "utils/guc.h"

#include "shim/shard_settings.h"

static int	ping_interval = 500;
static int	ping_timeout = 1000;

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
