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
#include "shim/router.h"

typedef struct Pair
{
	ItemPointerData old;
	ItemPointerData new;
	Oid			table;			/* that has the new one */
} Pair;

struct PgsMove
{
	MemoryContext context;
	Oid			from;
	Oid			to;
	int32_t		at_once;
	bool		alone;
	const char *cursor;
	Snapshot	snapshot;
	Pair	   *pairs;			/* the batch; those before `next` are copied */
	uint64_t	count;
	uint64_t	next;
	uint64_t	moved;
};

/* What is open while rows are moved, but not while tables are made for them. */
typedef struct Work
{
	Relation	from;
	TupleTableSlot *source;
	EState	   *state;
	PgsRouter  *router;
	BulkInsertState bulk;
	Oid			bulk_table;		/* that it has a page of */
} Work;

static void
begin(Work *work, const PgsMove *move)
{
	work->from = table_open(move->from, RowExclusiveLock);
	/* A publication that needs to know which row is deleted refuses it here. */
	CheckCmdReplicaIdentity(work->from, CMD_DELETE);
	work->source = table_slot_create(work->from, NULL);
	work->state = CreateExecutorState();
	work->router = pgs_open_router(work->from, move->to, work->state);
	work->bulk = GetBulkInsertState();
	work->bulk_table = InvalidOid;
}

static void
end(Work *work)
{
	FreeBulkInsertState(work->bulk);
	pgs_close_router(work->router);
	ExecDropSingleTupleTableSlot(work->source);
	FreeExecutorState(work->state);
	table_close(work->from, NoLock);
}

/*
 * Column by column, never the tuple as it is: what ALTER TABLE ADD COLUMN gave
 * to old rows is not in them but in the catalog entry of their table.
 */
static void
convert(Work *work, PgsLeaf *leaf)
{
	int			columns = RelationGetDescr(leaf->relation)->natts;

	if (leaf->map != NULL)
	{
		execute_attr_map_slot(leaf->map->attrMap, work->source, leaf->slot);
		return;
	}
	slot_getallattrs(work->source);
	ExecClearTuple(leaf->slot);
	memcpy(leaf->slot->tts_values, work->source->tts_values, columns * sizeof(Datum));
	memcpy(leaf->slot->tts_isnull, work->source->tts_isnull, columns * sizeof(bool));
	ExecStoreVirtualTuple(leaf->slot);
}

static void
insert(Work *work, PgsLeaf *leaf)
{
	Oid			table = RelationGetRelid(leaf->relation);

	if (work->bulk_table != table)
		ReleaseBulkInsertStatePin(work->bulk);
	work->bulk_table = table;
	ResetPerTupleExprContext(work->state);
	if (RelationGetDescr(leaf->relation)->constr != NULL)
		ExecConstraints(leaf->result, leaf->slot, work->state);
	table_tuple_insert(leaf->relation, leaf->slot, GetCurrentCommandId(true), 0, work->bulk);
	/* Rows that a deferred unique constraint let in are of transactions that have passed it. */
	if (leaf->result->ri_NumIndices > 0)
		list_free(pgs_insert_index_tuples(leaf->result, leaf->slot, work->state));
}

/* False when the row has no place. */
static bool
copy_row(const PgsMove *move, Work *work, Pair *pair, PgsNoPlace *no_place)
{
	PgsLeaf    *leaf;

	if (!table_tuple_fetch_row_version(work->from, &pair->old, move->snapshot, work->source))
		elog(ERROR, "could not fetch a row of \"%s\"", RelationGetRelationName(work->from));
	leaf = pgs_route(work->router, work->source, no_place);
	if (leaf == NULL)
		return false;
	convert(work, leaf);
	insert(work, leaf);
	pair->new = leaf->slot->tts_tid;
	pair->table = RelationGetRelid(leaf->relation);
	return true;
}

/*
 * After all copies, so that the rows are locked only for so long.  Whoever
 * waits for one then has a lock on the set, which stops us before we commit.
 */
static bool
delete_row(const PgsMove *move, Work *work, Pair *pair)
{
	TM_FailureData failure;
	TM_Result	result = table_tuple_delete(work->from, &pair->old, GetCurrentCommandId(true),
											move->snapshot, InvalidSnapshot, false, &failure, true);
	Relation	copied_to;

	if (result == TM_Ok)
		return true;
	if (move->alone)
		elog(ERROR, "row of \"%s\" is in use under a lock that excludes it",
			 RelationGetRelationName(work->from));
	copied_to = table_open(pair->table, NoLock);
	simple_table_tuple_delete(copied_to, &pair->new, move->snapshot);
	table_close(copied_to, NoLock);
	return false;
}

static bool
copy_batch(PgsMove *move, Work *work, PgsNoPlace *no_place)
{
	for (; move->next < move->count; move->next++)
	{
		CHECK_FOR_INTERRUPTS();
		if (!copy_row(move, work, &move->pairs[move->next], no_place))
			return false;
	}
	CommandCounterIncrement();
	return true;
}

static void
delete_batch(PgsMove *move, Work *work)
{
	for (uint64_t i = 0; i < move->count; i++)
	{
		CHECK_FOR_INTERRUPTS();
		if (delete_row(move, work, &move->pairs[i]))
			move->moved++;
	}
	CommandCounterIncrement();
}

/* False when there are no more rows. */
static bool
fetch_batch(PgsMove *move)
{
	SPI_cursor_fetch(SPI_cursor_find(move->cursor), true, move->at_once);
	move->count = SPI_processed;
	move->next = 0;
	for (uint64_t i = 0; i < move->count; i++)
	{
		bool		is_null;
		Datum		ctid = SPI_getbinval(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, 1, &is_null);

		move->pairs[i].old = *(ItemPointer) DatumGetPointer(ctid);
	}
	SPI_freetuptable(SPI_tuptable);
	return move->count > 0;
}

static bool
go_on(PgsMove *move, Work *work, PgsNoPlace *no_place)
{
	bool		is_under_way = move->next < move->count;

	while (is_under_way || fetch_batch(move))
	{
		if (!copy_batch(move, work, no_place))
			return false;
		delete_batch(move, work);
		is_under_way = false;
	}
	return true;
}

PgsMove *
pgs_begin_move(uint32_t from, uint32_t to, const char *ctids, int32_t at_once, bool alone)
{
	MemoryContext context = AllocSetContextCreate(CurTransactionContext, "pgscale move",
												  ALLOCSET_DEFAULT_SIZES);
	PgsMove    *move = MemoryContextAllocZero(context, sizeof(PgsMove));
	SPIPlanPtr	plan;

	*move = (PgsMove) {.context = context, .from = from, .to = to, .at_once = at_once, .alone = alone};
	move->pairs = MemoryContextAllocHuge(context, at_once * sizeof(Pair));
	/* The latest: what another session has just committed must not be left behind. */
	move->snapshot = RegisterSnapshot(GetLatestSnapshot());
	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "SPI_connect failed");
	PushActiveSnapshot(move->snapshot);
	plan = SPI_prepare(ctids, 0, NULL);
	if (plan == NULL)
		elog(ERROR, "SPI_prepare failed: %s", SPI_result_code_string(SPI_result));
	move->cursor = MemoryContextStrdup(context, SPI_cursor_open(NULL, plan, NULL, NULL, true)->name);
	PopActiveSnapshot();
	SPI_finish();
	return move;
}

bool
pgs_move_on(PgsMove *move, PgsNoPlace *no_place)
{
	Work		work;
	bool		is_done;

	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "SPI_connect failed");
	PushActiveSnapshot(move->snapshot);
	begin(&work, move);
	is_done = go_on(move, &work, no_place);
	if (!is_done && no_place->key != NULL)
		no_place->key = MemoryContextStrdup(move->context, no_place->key);
	end(&work);
	PopActiveSnapshot();
	SPI_finish();
	return is_done;
}

uint64_t
pgs_end_move(PgsMove *move)
{
	uint64_t	moved = move->moved;

	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "SPI_connect failed");
	SPI_cursor_close(SPI_cursor_find(move->cursor));
	SPI_finish();
	UnregisterSnapshot(move->snapshot);
	MemoryContextDelete(move->context);
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
