#include "postgres.h"

#include "fmgr.h"
#include "utils/builtins.h"
#include "utils/datetime.h"
#include "utils/timestamp.h"

#include "shim/times.h"

static Interval *
read_interval(const char *text)
{
	return DatumGetIntervalP(DirectFunctionCall3(interval_in, CStringGetDatum(text),
												 ObjectIdGetDatum(InvalidOid), Int32GetDatum(-1)));
}

void
pgs_interval_input(const char *text, int32_t *months, int32_t *days, int64_t *micros)
{
	Interval   *interval = read_interval(text);

	*months = interval->month;
	*days = interval->day;
	*micros = interval->time;
}

const char *
pgs_interval_text(const char *text)
{
	return DatumGetCString(DirectFunctionCall1(interval_out, IntervalPGetDatum(read_interval(text))));
}

bool
pgs_zone_exists(const char *zone)
{
	pg_tz	   *tz = pg_tzset(zone);

	return tz != NULL && pg_tz_acceptable(tz);
}

int64_t
pgs_zone_to_local(const char *zone, int64_t instant)
{
	struct pg_tm tm;
	fsec_t		fraction;
	int			offset;

	if (timestamp2tm(instant, &offset, &tm, &fraction, NULL, pg_tzset(zone)) != 0)
		ereport(ERROR,
				(errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE),
				 errmsg("timestamp out of range")));
	return instant - offset * USECS_PER_SEC;
}

int64_t
pgs_zone_to_instant(const char *zone, int64_t local)
{
	struct pg_tm tm;
	fsec_t		fraction;

	if (timestamp2tm(local, NULL, &tm, &fraction, NULL, NULL) != 0)
		ereport(ERROR,
				(errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE),
				 errmsg("timestamp out of range")));
	return local + DetermineTimeZoneOffset(&tm, pg_tzset(zone)) * USECS_PER_SEC;
}
