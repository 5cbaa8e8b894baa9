#include "postgres.h"

#include "access/tupconvert.h"
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "nodes/parsenodes.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/numeric.h"
#include "utils/pg_lsn.h"
#include "utils/timestamp.h"
#include "utils/tuplestore.h"

#include "shim/entry.h"

bool
pgs_arg_is_null(PgsCall *call, int index)
{
	FunctionCallInfo fcinfo = call->fcinfo;

	return PG_ARGISNULL(index);
}

const char *
pgs_arg_text(PgsCall *call, int index)
{
	FunctionCallInfo fcinfo = call->fcinfo;
	Oid			type = get_fn_expr_argtype(fcinfo->flinfo, index);
	Oid			output;
	bool		is_varlena;

	getTypeOutputInfo(type, &output, &is_varlena);
	return OidOutputFunctionCall(output, PG_GETARG_DATUM(index));
}

int32_t
pgs_arg_int32(PgsCall *call, int index)
{
	FunctionCallInfo fcinfo = call->fcinfo;

	return PG_GETARG_INT32(index);
}

int64_t
pgs_arg_int64(PgsCall *call, int index)
{
	FunctionCallInfo fcinfo = call->fcinfo;

	return PG_GETARG_INT64(index);
}

bool
pgs_arg_bool(PgsCall *call, int index)
{
	FunctionCallInfo fcinfo = call->fcinfo;

	return PG_GETARG_BOOL(index);
}

uint32_t
pgs_arg_oid(PgsCall *call, int index)
{
	FunctionCallInfo fcinfo = call->fcinfo;

	return PG_GETARG_OID(index);
}

int64_t
pgs_arg_oids(PgsCall *call, int index, const uint32_t **oids)
{
	FunctionCallInfo fcinfo = call->fcinfo;
	ArrayType  *array = PG_GETARG_ARRAYTYPE_P(index);

	if (array_contains_nulls(array))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("array must not contain nulls")));
	*oids = (Oid *) ARR_DATA_PTR(array);
	return ArrayGetNItems(ARR_NDIM(array), ARR_DIMS(array));
}

uint64_t
pgs_arg_lsn(PgsCall *call, int index)
{
	FunctionCallInfo fcinfo = call->fcinfo;

	return PG_GETARG_LSN(index);
}

int64_t
pgs_arg_interval(PgsCall *call, int index)
{
	FunctionCallInfo fcinfo = call->fcinfo;
	Interval   *interval = PG_GETARG_INTERVAL_P(index);
	double		micros = ((double) interval->month * DAYS_PER_MONTH + interval->day) * USECS_PER_DAY +
		interval->time;

	return micros >= 9.2e18 ? PG_INT64_MAX : micros <= -9.2e18 ? PG_INT64_MIN : (int64_t) micros;
}

int64_t
pgs_arg_instant(PgsCall *call, int index)
{
	FunctionCallInfo fcinfo = call->fcinfo;

	return PG_GETARG_TIMESTAMPTZ(index);
}

bool
pgs_call_may_commit(PgsCall *call)
{
	Node	   *context = call->fcinfo->context;

	return context != NULL && IsA(context, CallContext) && !castNode(CallContext, context)->atomic;
}

void
pgs_return_void(PgsCall *call)
{
	call->result = (Datum) 0;
}

void
pgs_return_null(PgsCall *call)
{
	call->fcinfo->isnull = true;
	call->result = (Datum) 0;
}

void
pgs_return_bool(PgsCall *call, bool value)
{
	call->result = BoolGetDatum(value);
}

void
pgs_return_int32(PgsCall *call, int32_t value)
{
	call->result = Int32GetDatum(value);
}

void
pgs_return_int64(PgsCall *call, int64_t value)
{
	call->result = Int64GetDatum(value);
}

void
pgs_return_hundredths(PgsCall *call, int64_t value)
{
	call->result = NumericGetDatum(int64_div_fast_to_numeric(value, 2));
}

void
pgs_return_text(PgsCall *call, const char *value)
{
	call->result = CStringGetTextDatum(value);
}

void
pgs_return_instant(PgsCall *call, int64_t micros)
{
	call->result = TimestampTzGetDatum(micros);
}

void
pgs_return_row(PgsCall *call, const char *const *values)
{
	FmgrInfo   *function = call->fcinfo->flinfo;
	AttInMetadata *row = function->fn_extra;

	if (row == NULL)
	{
		MemoryContext caller_context = MemoryContextSwitchTo(function->fn_mcxt);
		TupleDesc	description;

		if (get_call_result_type(call->fcinfo, NULL, &description) != TYPEFUNC_COMPOSITE)
			elog(ERROR, "return type must be a row type");
		row = TupleDescGetAttInMetadata(BlessTupleDesc(description));
		function->fn_extra = row;
		MemoryContextSwitchTo(caller_context);
	}
	call->result = HeapTupleGetDatum(BuildTupleFromCStrings(row, (char **) values));
}

void
pgs_rows_begin(PgsCall *call)
{
	ReturnSetInfo *info = (ReturnSetInfo *) call->fcinfo->resultinfo;
	bool		composite = get_call_result_type(call->fcinfo, NULL, NULL) == TYPEFUNC_COMPOSITE;

	InitMaterializedSRF(call->fcinfo, composite ? 0 : MAT_SRF_USE_EXPECTED_DESC);
	call->row = TupleDescGetAttInMetadata(info->setDesc);
	call->cells = AllocSetContextCreate(CurrentMemoryContext, "pgscale cells of a row", ALLOCSET_DEFAULT_SIZES);
	call->result = (Datum) 0;
}

void
pgs_rows_add(PgsCall *call, const char *const *values)
{
	ReturnSetInfo *info = (ReturnSetInfo *) call->fcinfo->resultinfo;

	tuplestore_puttuple(info->setResult, BuildTupleFromCStrings(call->row, (char **) values));
}

int
pgs_rows_columns(PgsCall *call)
{
	return ((ReturnSetInfo *) call->fcinfo->resultinfo)->setDesc->natts;
}

void
pgs_rows_add_result(PgsCall *call)
{
	ReturnSetInfo *info = (ReturnSetInfo *) call->fcinfo->resultinfo;
	TupleConversionMap *map = convert_tuples_by_position(SPI_tuptable->tupdesc, info->setDesc,
														 "the statement has other columns than the function");

	for (uint64 i = 0; i < SPI_tuptable->numvals; i++)
	{
		HeapTuple	tuple = SPI_tuptable->vals[i];

		tuplestore_puttuple(info->setResult, map == NULL ? tuple : execute_attr_map_tuple(tuple, map));
	}
}

static Datum
value_of(const PgsCell *cell, Oid type)
{
	switch (type)
	{
		case INT8OID:
			return Int64GetDatum(cell->number);
		case INT4OID:
			return Int32GetDatum((int32) cell->number);
		case OIDOID:
			return ObjectIdGetDatum((Oid) cell->number);
		case BOOLOID:
			return BoolGetDatum(cell->number != 0);
		case TIMESTAMPTZOID:
			return TimestampTzGetDatum(cell->number);
		case FLOAT8OID:
			return Float8GetDatum(cell->fraction);
		case TEXTOID:
			return CStringGetTextDatum(cell->text);
		case NAMEOID:
			return DirectFunctionCall1(namein, CStringGetDatum(cell->text));
		default:
			elog(ERROR, "type %u is no type of a cell", type);
	}
}

void
pgs_rows_add_cells(PgsCall *call, const PgsCell *cells)
{
	ReturnSetInfo *info = (ReturnSetInfo *) call->fcinfo->resultinfo;
	TupleDesc	row = info->setDesc;
	Datum		values[MaxTupleAttributeNumber];
	bool		nulls[MaxTupleAttributeNumber];
	MemoryContext caller = MemoryContextSwitchTo(call->cells);

	for (int column = 0; column < row->natts; column++)
	{
		nulls[column] = cells[column].is_null;
		values[column] = nulls[column] ? (Datum) 0
			: value_of(&cells[column], TupleDescAttr(row, column)->atttypid);
	}
	MemoryContextSwitchTo(caller);
	tuplestore_putvalues(info->setResult, row, values, nulls);
	MemoryContextReset(call->cells);
}
