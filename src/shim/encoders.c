#include "postgres.h"

#include "catalog/pg_collation.h"
#include "fmgr.h"
#include "utils/lsyscache.h"
#include "utils/snapmgr.h"
#include "utils/timestamp.h"

#include "shim/encoders.h"

/* The function may run queries, so it needs a snapshot, which a procedure lacks after it has committed. */
static Datum
call_function(Oid function, Datum argument)
{
	LOCAL_FCINFO(fcinfo, 1);
	FmgrInfo	info;
	Datum		result;

	fmgr_info(function, &info);
	InitFunctionCallInfoData(*fcinfo, &info, 1, DEFAULT_COLLATION_OID, NULL, NULL);
	fcinfo->args[0].value = argument;
	fcinfo->args[0].isnull = false;
	PushActiveSnapshot(GetTransactionSnapshot());
	result = FunctionCallInvoke(fcinfo);
	PopActiveSnapshot();
	if (fcinfo->isnull)
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("function \"%s\" returned NULL", get_func_name(function))));
	return result;
}

const char *
pgs_encode_key(uint32_t function, int64_t instant)
{
	Datum		key = call_function(function, TimestampTzGetDatum(instant));
	Oid			output;
	bool		is_varlena;

	getTypeOutputInfo(get_func_rettype(function), &output, &is_varlena);
	return OidOutputFunctionCall(output, key);
}

int64_t
pgs_decode_key(uint32_t function, const char *key)
{
	Oid		   *types;
	int			count;
	Oid			input;
	Oid			parameter;
	TimestampTz moment;

	(void) get_func_signature(function, &types, &count);
	getTypeInputInfo(types[0], &input, &parameter);
	moment = DatumGetTimestampTz(call_function(function, OidInputFunctionCall(input, (char *) key,
																			   parameter, -1)));
	if (TIMESTAMP_NOT_FINITE(moment))
		ereport(ERROR,
				(errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE),
				 errmsg("function \"%s\" returned no finite time", get_func_name(function))));
	return moment;
}
