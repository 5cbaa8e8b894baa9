#include "postgres.h"

#include "utils/timestamp.h"

#include "shim/compat.h"
#include "shim/settings.h"
#include "shim/shard_settings.h"
#include "shim/workers.h"

static int	naptime = 60;
static int	lock_timeout = 200;
static int	max_workers = 2;
static int	sample_interval = 300;
static int	window = 3600;
static bool analyze_parents = true;
static bool refresh_subscriptions = false;
static int	id_number = 0;
static char *clock_text = NULL;
static TimestampTz clock_value = DT_NOBEGIN;	/* DT_NOBEGIN: real time */

/* The words that mean another time at each reading are no clock. */
static bool
names_the_present(char **field, int fields)
{
	static const char *const words[] = {"now", "today", "tomorrow", "yesterday"};

	for (int i = 0; i < fields; i++)
		for (int j = 0; j < lengthof(words); j++)
			if (strcmp(field[i], words[j]) == 0)
				return true;
	return false;
}

/* Reads a timestamp without ever raising an error, as a check hook must. */
static bool
parse_clock(const char *text, TimestampTz *value)
{
	char		buffer[MAXDATELEN + MAXDATEFIELDS];
	char	   *field[MAXDATEFIELDS];
	int			type[MAXDATEFIELDS];
	int			fields;
	int			kind;
	int			zone;
	fsec_t		fraction;
	struct pg_tm tm;

	if (ParseDateTime(text, buffer, sizeof(buffer), field, type, MAXDATEFIELDS, &fields) != 0 ||
		names_the_present(field, fields) ||
		pgs_decode_datetime(field, type, fields, &kind, &tm, &fraction, &zone) != 0 ||
		kind != DTK_DATE)
		return false;
	return tm2timestamp(&tm, fraction, &zone, value) == 0;
}

static bool
check_clock(char **newval, void **extra, GucSource source)
{
	TimestampTz value = DT_NOBEGIN;
	TimestampTz *result;

	if (*newval != NULL && **newval != '\0' && !parse_clock(*newval, &value))
	{
		GUC_check_errdetail("It must be a timestamp such as \"2026-11-01 00:00:00+00\", or empty.");
		return false;
	}
	result = pgs_setting_extra(sizeof(TimestampTz));
	if (result == NULL)
		return false;
	*result = value;
	*extra = result;
	return true;
}

static void
assign_clock(const char *newval, void *extra)
{
	clock_value = extra != NULL ? *(TimestampTz *) extra : DT_NOBEGIN;
}

void
pgs_settings_define(void)
{
	DefineCustomIntVariable("pgscale.naptime",
							"Time between two looks of the launcher for work that is due.",
							NULL, &naptime, 60, 1, 86400, PGC_SIGHUP, GUC_UNIT_S, NULL, NULL, NULL);
	DefineCustomIntVariable("pgscale.lock_timeout",
							"Longest time that a maintenance step waits for a lock.",
							"Other sessions never wait longer than this behind a step.",
							&lock_timeout, 200, 1, 60000, PGC_USERSET, GUC_UNIT_MS, NULL, NULL, NULL);
	DefineCustomIntVariable("pgscale.max_workers",
							"Largest number of databases that are maintained at the same time.",
							NULL, &max_workers, 2, 0, PGS_MOST_WORKERS, PGC_SIGHUP, 0, NULL, NULL, NULL);
	DefineCustomIntVariable("pgscale.sample_interval",
							"Time between two samples of the statistics in each database.",
							"0 takes no samples.",
							&sample_interval, 300, 0, 86400, PGC_SIGHUP, GUC_UNIT_S, NULL, NULL, NULL);
	DefineCustomIntVariable("pgscale.stats_window",
							"Time over which the monitoring views count.",
							NULL, &window, 3600, 1, 86400 * 7, PGC_USERSET, GUC_UNIT_S, NULL, NULL, NULL);
	DefineCustomBoolVariable("pgscale.analyze_parents",
							 "Analyzes partitioned tables, which autovacuum does not.",
							 "A set is analyzed when as many rows have changed as autovacuum's settings say.",
							 &analyze_parents, true, PGC_SUSET, 0, NULL, NULL, NULL);
	DefineCustomBoolVariable("pgscale.refresh_subscriptions",
							 "Refreshes subscriptions when a set of this database has new partitions.",
							 NULL, &refresh_subscriptions, false, PGC_SUSET, 0, NULL, NULL, NULL);
	DefineCustomIntVariable("pgscale.id_number",
							"Number of this server in the ids that next_id() makes, where it is itself a shard.",
							"0 is the coordinator.",
							&id_number, 0, 0, 1023, PGC_SUSET, 0, NULL, NULL, NULL);
	DefineCustomStringVariable("pgscale.clock",
							   "Replaces the current time in planning, for tests and demonstrations.",
							   "Empty means real time.",
							   &clock_text, "", PGC_SUSET, 0, check_clock, assign_clock, NULL);
	pgs_shard_settings_define();
	MarkGUCPrefixReserved("pgscale");
}

int
pgs_setting_naptime(void)
{
	return naptime;
}

int
pgs_setting_lock_timeout(void)
{
	return lock_timeout;
}

int
pgs_setting_max_workers(void)
{
	return max_workers;
}

int
pgs_setting_sample_interval(void)
{
	return sample_interval;
}

int
pgs_setting_window(void)
{
	return window;
}

bool
pgs_setting_analyze_parents(void)
{
	return analyze_parents;
}

bool
pgs_setting_refresh_subscriptions(void)
{
	return refresh_subscriptions;
}

int
pgs_setting_id_number(void)
{
	return id_number;
}

int64_t
pgs_policy_now(void)
{
	return clock_value == DT_NOBEGIN ? GetCurrentTimestamp() : clock_value;
}

int64_t
pgs_real_now(void)
{
	return GetCurrentTimestamp();
}
