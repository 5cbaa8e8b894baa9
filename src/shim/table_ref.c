#include "postgres.h"

#include "fmgr.h"
#include "nodes/pg_list.h"
#include "utils/builtins.h"
#include "utils/memutils.h"

#include "shim/table_ref.h"

/* A dump names a missing table in many rows; it is told of once, as long as no other comes between. */
static char *told = NULL;

/* Those that pgs_take_missing_table() has yet to give. */
static List *missing = NIL;

static void
note_missing(const char *name)
{
	MemoryContext caller;

	if (told != NULL && strcmp(told, name) == 0)
		return;
	caller = MemoryContextSwitchTo(TopMemoryContext);
	if (told != NULL)
		pfree(told);
	told = pstrdup(name);
	missing = lappend(missing, pstrdup(name));
	MemoryContextSwitchTo(caller);
	ereport(WARNING,
			(errcode(ERRCODE_UNDEFINED_TABLE),
			 errmsg("relation \"%s\" does not exist", name),
			 errdetail("What was noted of it is left out.")));
}

const char *
pgs_take_missing_table(void)
{
	char	   *name;
	char	   *copy;

	if (missing == NIL)
		return NULL;
	name = linitial(missing);
	copy = pstrdup(name);
	missing = list_delete_first(missing);
	pfree(name);
	return copy;
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
		PG_RETURN_OID(InvalidOid);
	InitFunctionCallInfoData(*lookup, NULL, 1, InvalidOid, NULL, NULL);
	lookup->args[0].value = CStringGetTextDatum(name);
	lookup->args[0].isnull = false;
	found = to_regclass(lookup);
	if (!lookup->isnull)
		PG_RETURN_DATUM(found);
	note_missing(name);
	PG_RETURN_OID(InvalidOid);
}
