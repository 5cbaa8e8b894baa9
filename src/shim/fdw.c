/*
 * The wrapper pgscale_fdw: postgres_fdw under a name of our own.  All rows are
 * carried by postgres_fdw, whose library is loaded when it is first needed, so
 * that a server without it has all of pgscale but shards.
 */
#include "postgres.h"

#include "fmgr.h"
#include "foreign/fdwapi.h"
#include "utils/array.h"

#include "shim/guard.h"

typedef struct Loading
{
	const char *function;
	PGFunction	loaded;
} Loading;

static void
try_to_load(void *arg)
{
	Loading    *loading = arg;

	loading->loaded = (PGFunction) load_external_function("$libdir/postgres_fdw", loading->function, true, NULL);
}

static PGFunction
of_postgres_fdw(const char *function)
{
	Loading		loading = {.function = function};
	ErrorData  *error = pgs_try(try_to_load, &loading);

	if (error != NULL)
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("shards need the library of postgres_fdw"),
				 errdetail_internal("%s", pgs_error_message(error)),
				 errhint("Install the contrib modules of this PostgreSQL server.")));
	return loading.loaded;
}

PG_FUNCTION_INFO_V1(pgscale_fdw_handler);
Datum
pgscale_fdw_handler(PG_FUNCTION_ARGS)
{
	return of_postgres_fdw("postgres_fdw_handler") (fcinfo);
}

/* CREATE EXTENSION calls it for the wrapper, without options: then there is nothing to load. */
PG_FUNCTION_INFO_V1(pgscale_fdw_validator);
Datum
pgscale_fdw_validator(PG_FUNCTION_ARGS)
{
	if (ARR_NDIM(PG_GETARG_ARRAYTYPE_P(0)) == 0)
		PG_RETURN_VOID();
	return of_postgres_fdw("postgres_fdw_validator") (fcinfo);
}
