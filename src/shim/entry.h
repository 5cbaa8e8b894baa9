/* What the SQL entry points are made of.  For C files of the shim only. */
#pragma once

#include "fmgr.h"
#include "funcapi.h"
#include "shim/arguments.h"
#include "shim/guard.h"

struct PgsCall
{
	FunctionCallInfo fcinfo;
	Datum		result;
	AttInMetadata *row;			/* for functions that return rows */
	MemoryContext cells;		/* what the values of one row take */
};

/* Defines the SQL-callable C function; its C++ body returns false on failure. */
#define PGS_FUNCTION(name) \
	extern bool body_##name(PgsCall *call, PgsFailure *failure); \
	PG_FUNCTION_INFO_V1(name); \
	Datum \
	name(PG_FUNCTION_ARGS) \
	{ \
		PgsCall		call = {.fcinfo = fcinfo}; \
		PgsFailure	failure; \
		if (!body_##name(&call, &failure)) \
			pgs_raise(&failure); \
		return call.result; \
	} \
	extern int	no_such_variable
