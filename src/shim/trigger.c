#include "postgres.h"

#include "access/htup_details.h"
#include "commands/trigger.h"
#include "executor/spi.h"
#include "utils/rel.h"

#include "shim/entry.h"
#include "shim/trigger.h"

static TriggerData *
data_of(PgsCall *call)
{
	if (!CALLED_AS_TRIGGER(call->fcinfo))
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("function was not called by trigger manager")));
	return (TriggerData *) call->fcinfo->context;
}

static const char *
column_of(TriggerData *data, HeapTuple tuple, const char *column)
{
	TupleDesc	description = RelationGetDescr(data->tg_relation);

	return SPI_getvalue(tuple, description, SPI_fnumber(description, column));
}

bool
pgs_trigger_deletes(PgsCall *call)
{
	return TRIGGER_FIRED_BY_DELETE(data_of(call)->tg_event);
}

const char *
pgs_trigger_old(PgsCall *call, const char *column)
{
	return column_of(data_of(call), data_of(call)->tg_trigtuple, column);
}

const char *
pgs_trigger_new(PgsCall *call, const char *column)
{
	return column_of(data_of(call), data_of(call)->tg_newtuple, column);
}

void
pgs_trigger_done(PgsCall *call)
{
	TriggerData *data = data_of(call);

	call->result = PointerGetDatum(pgs_trigger_deletes(call) ? data->tg_trigtuple : data->tg_newtuple);
}

void
pgs_trigger_skip(PgsCall *call)
{
	(void) data_of(call);
	call->result = PointerGetDatum(NULL);
}

void
pgs_trigger_clear(PgsCall *call, const char *column)
{
	TriggerData *data = data_of(call);
	TupleDesc	description = RelationGetDescr(data->tg_relation);
	int			number = SPI_fnumber(description, column);
	Datum		nothing = (Datum) 0;
	bool		is_null = true;

	call->result = PointerGetDatum(heap_modify_tuple_by_cols(data->tg_trigtuple, description, 1,
															 &number, &nothing, &is_null));
}
