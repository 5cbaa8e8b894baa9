#include "postgres.h"

#include "access/heapam.h"
#include "access/tableam.h"
#include "access/tupconvert.h"
#include "access/xact.h"
#include "catalog/indexing.h"
#include "catalog/pg_constraint.h"
#include "executor/executor.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "utils/inval.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"
#include "utils/syscache.h"

#include "shim/compat.h"
#include "shim/move.h"

typedef struct Pair
{
	ItemPointerData old;
	ItemPointerData new;
} Pair;

typedef struct Move
{
	Relation	from;
	Relation	to;
	TupleTableSlot *source;
	TupleTableSlot *target;
	TupleConversionMap *map;	/* NULL: the columns stand in the same places */
	EState	   *state;
	ResultRelInfo *result;
	BulkInsertState bulk;
	Snapshot	snapshot;
	bool		alone;
	Pair	   *pairs;
} Move;

static void
begin(Move *move, uint32_t from, uint32_t to)
{
	move->from = table_open(from, RowExclusiveLock);
	move->to = table_open(to, RowExclusiveLock);
	/* A publication that needs to know which row is deleted refuses it here. */
	CheckCmdReplicaIdentity(move->from, CMD_DELETE);
	move->source = table_slot_create(move->from, NULL);
	move->target = table_slot_create(move->to, NULL);
	move->map = convert_tuples_by_name(RelationGetDescr(move->from), RelationGetDescr(move->to));
	move->state = CreateExecutorState();
	move->result = makeNode(ResultRelInfo);
	InitResultRelInfo(move->result, move->to, 0, NULL, 0);
	ExecOpenIndices(move->result, false);
	move->bulk = GetBulkInsertState();
}

static void
end(Move *move)
{
	FreeBulkInsertState(move->bulk);
	ExecCloseIndices(move->result);
	ExecDropSingleTupleTableSlot(move->source);
	ExecDropSingleTupleTableSlot(move->target);
	FreeExecutorState(move->state);
	table_close(move->to, NoLock);
	table_close(move->from, NoLock);
}

/*
 * Column by column, never the tuple as it is: what ALTER TABLE ADD COLUMN gave
 * to old rows is not in them but in the catalog entry of their table.
 */
static void
convert(Move *move)
{
	int			columns = RelationGetDescr(move->to)->natts;

	if (move->map != NULL)
	{
		execute_attr_map_slot(move->map->attrMap, move->source, move->target);
		return;
	}
	slot_getallattrs(move->source);
	ExecClearTuple(move->target);
	memcpy(move->target->tts_values, move->source->tts_values, columns * sizeof(Datum));
	memcpy(move->target->tts_isnull, move->source->tts_isnull, columns * sizeof(bool));
	ExecStoreVirtualTuple(move->target);
}

static void
copy_row(Move *move, Pair *pair)
{
	if (!table_tuple_fetch_row_version(move->from, &pair->old, move->snapshot, move->source))
		elog(ERROR, "could not fetch a row of \"%s\"", RelationGetRelationName(move->from));
	convert(move);
	ResetPerTupleExprContext(move->state);
	if (RelationGetDescr(move->to)->constr != NULL)
		ExecConstraints(move->result, move->target, move->state);
	table_tuple_insert(move->to, move->target, GetCurrentCommandId(true), 0, move->bulk);
	pair->new = move->target->tts_tid;
	/* Rows that a deferred unique constraint let in are of transactions that have passed it. */
	if (move->result->ri_NumIndices > 0)
		list_free(pgs_insert_index_tuples(move->result, move->target, move->state));
}

/*
 * After all copies, so that the rows are locked only for so long.  Whoever
 * waits for one then has a lock on the set, which stops us before we commit.
 */
static bool
delete_row(Move *move, Pair *pair)
{
	TM_FailureData failure;
	TM_Result	result = table_tuple_delete(move->from, &pair->old, GetCurrentCommandId(true),
											move->snapshot, InvalidSnapshot, false, &failure, true);

	if (result == TM_Ok)
		return true;
	if (move->alone)
		elog(ERROR, "row of \"%s\" is in use under a lock that excludes it",
			 RelationGetRelationName(move->from));
	simple_table_tuple_delete(move->to, &pair->new, move->snapshot);
	return false;
}

static uint64_t
move_fetched(Move *move)
{
	uint64_t	moved = 0;
	uint64_t	count = SPI_processed;

	for (uint64_t i = 0; i < count; i++)
	{
		bool		is_null;
		Datum		ctid = SPI_getbinval(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, 1, &is_null);

		CHECK_FOR_INTERRUPTS();
		move->pairs[i].old = *(ItemPointer) DatumGetPointer(ctid);
		copy_row(move, &move->pairs[i]);
	}
	CommandCounterIncrement();
	for (uint64_t i = 0; i < count; i++)
	{
		CHECK_FOR_INTERRUPTS();
		if (delete_row(move, &move->pairs[i]))
			moved++;
	}
	CommandCounterIncrement();
	return moved;
}

uint64_t
pgs_move_rows(uint32_t from, uint32_t to, const char *ctids, int32_t at_once, bool alone)
{
	Move		move = {.alone = alone};
	uint64_t	moved = 0;
	SPIPlanPtr	plan;
	Portal		portal;

	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "SPI_connect failed");
	/* The latest: what another session has just committed must not be left behind. */
	PushActiveSnapshot(GetLatestSnapshot());
	move.snapshot = GetActiveSnapshot();
	begin(&move, from, to);
	move.pairs = MemoryContextAllocHuge(CurrentMemoryContext, at_once * sizeof(Pair));
	plan = SPI_prepare(ctids, 0, NULL);
	if (plan == NULL)
		elog(ERROR, "SPI_prepare failed: %s", SPI_result_code_string(SPI_result));
	portal = SPI_cursor_open(NULL, plan, NULL, NULL, true);
	for (;;)
	{
		SPI_cursor_fetch(portal, true, at_once);
		if (SPI_processed == 0)
			break;
		moved += move_fetched(&move);
		SPI_freetuptable(SPI_tuptable);
	}
	SPI_cursor_close(portal);
	end(&move);
	PopActiveSnapshot();
	SPI_finish();
	return moved;
}

void
pgs_mark_validated(uint32_t relation, const char *constraint)
{
	Relation	constraints = table_open(ConstraintRelationId, RowExclusiveLock);
	Oid			oid = get_relation_constraint_oid(relation, constraint, false);
	HeapTuple	tuple = SearchSysCacheCopy1(CONSTROID, ObjectIdGetDatum(oid));

	if (!HeapTupleIsValid(tuple))
		elog(ERROR, "cache lookup failed for constraint %u", oid);
	((Form_pg_constraint) GETSTRUCT(tuple))->convalidated = true;
	CatalogTupleUpdate(constraints, &tuple->t_self, tuple);
	CacheInvalidateRelcacheByRelid(relation);
	table_close(constraints, RowExclusiveLock);
	CommandCounterIncrement();
}
