#include "postgres.h"

#include "fmgr.h"
#include "utils/builtins.h"
#include "utils/memutils.h"

#include "shim/table_ref.h"

/* A dump names a missing table in many rows; it is told of once, as long as no other comes between. */
static char *missing = NULL;

static void
note_missing(const char *name)
{
	if (missing != NULL && name != NULL && strcmp(missing, name) == 0)
		return;
	if (missing != NULL)
		pfree(missing);
	missing = name == NULL ? NULL : MemoryContextStrdup(TopMemoryContext, name);
	if (name != NULL)
		ereport(WARNING,
				(errcode(ERRCODE_UNDEFINED_TABLE),
				 errmsg("relation \"%s\" does not exist", name),
				 errdetail("What was noted of it is left out.")));
}

const char *
pgs_missing_table(void)
{
	return missing;
}

/*
 * Text to type table_ref.  As regclass has it, but a table that is missing is 0,
 * and so is the number that a dump has for a table that was dropped: it could
 * be that of any other here.
 */
PG_FUNCTION_INFO_V1(pgscale_table_ref_in);
Datum
pgscale_table_ref_in(PG_FUNCTION_ARGS)
{
	const char *name = PG_GETARG_CSTRING(0);
	LOCAL_FCINFO(lookup, 1);
	Datum		found;

	if (strcmp(name, "-") == 0 || strspn(name, "0123456789") == strlen(name))
	{
		note_missing(NULL);
		PG_RETURN_OID(InvalidOid);
	}
	InitFunctionCallInfoData(*lookup, NULL, 1, InvalidOid, NULL, NULL);
	lookup->args[0].value = CStringGetTextDatum(name);
	lookup->args[0].isnull = false;
	found = to_regclass(lookup);
	if (!lookup->isnull)
		PG_RETURN_DATUM(found);
	note_missing(name);
	PG_RETURN_OID(InvalidOid);
}
