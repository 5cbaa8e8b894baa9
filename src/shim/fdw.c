/*
 * The wrapper pgscale_fdw: postgres_fdw under a name of our own.  All rows are
 * carried by postgres_fdw, whose library is loaded when it is first needed, so
 * that a server without it has all of pgscale but shards.  In front of what
 * goes to a shard stand the checks of fdw_checks.
 */
#include "postgres.h"

#include "catalog/pg_class.h"
#include "executor/executor.h"
#include "fmgr.h"
#include "foreign/fdwapi.h"
#include "utils/array.h"
#include "utils/rel.h"

#include "shim/cut_off.h"
#include "shim/fdw_checks.h"
#include "shim/guard.h"

static FdwRoutine original;		/* of postgres_fdw */

static void
get_rel_size(PlannerInfo *root, RelOptInfo *relation, Oid table)
{
	pgs_check_shard_for_estimate(table);
	original.GetForeignRelSize(root, relation, table);
	pgs_cut_off_before_others(false);
}

static void
begin_scan(ForeignScanState *node, int eflags)
{
	if (!(eflags & EXEC_FLAG_EXPLAIN_ONLY))
	{
		pgs_check_target_scan(node);
		pgs_check_shard(((ForeignScan *) node->ss.ps.plan)->fs_server);
	}
	original.BeginForeignScan(node, eflags);
	pgs_cut_off_before_others((eflags & EXEC_FLAG_EXPLAIN_ONLY) == 0);
}

static void
begin_modify(ModifyTableState *state, ResultRelInfo *target, List *private, int subplan, int eflags)
{
	if (!(eflags & EXEC_FLAG_EXPLAIN_ONLY))
		pgs_check_shard_of(RelationGetRelid(target->ri_RelationDesc));
	original.BeginForeignModify(state, target, private, subplan, eflags);
	pgs_cut_off_before_others((eflags & EXEC_FLAG_EXPLAIN_ONLY) == 0);
}

static void
begin_insert(ModifyTableState *state, ResultRelInfo *target)
{
	pgs_check_shard_of(RelationGetRelid(target->ri_RelationDesc));
	original.BeginForeignInsert(state, target);
	pgs_cut_off_before_others(true);
}

static void
begin_direct_modify(ForeignScanState *node, int eflags)
{
	if (!(eflags & EXEC_FLAG_EXPLAIN_ONLY))
		pgs_check_shard(((ForeignScan *) node->ss.ps.plan)->fs_server);
	original.BeginDirectModify(node, eflags);
	pgs_cut_off_before_others((eflags & EXEC_FLAG_EXPLAIN_ONLY) == 0);
}

/*
 * A plan that is pruned while it runs begins to modify tables that it then
 * leaves alone, so that writes are counted when they happen.
 */
static TupleTableSlot *
exec_insert(EState *state, ResultRelInfo *target, TupleTableSlot *slot, TupleTableSlot *plan_slot)
{
	pgs_check_write(RelationGetRelid(target->ri_RelationDesc));
	return original.ExecForeignInsert(state, target, slot, plan_slot);
}

static TupleTableSlot **
exec_batch_insert(EState *state, ResultRelInfo *target, TupleTableSlot **slots,
				  TupleTableSlot **plan_slots, int *count)
{
	pgs_check_write(RelationGetRelid(target->ri_RelationDesc));
	return original.ExecForeignBatchInsert(state, target, slots, plan_slots, count);
}

static TupleTableSlot *
exec_update(EState *state, ResultRelInfo *target, TupleTableSlot *slot, TupleTableSlot *plan_slot)
{
	pgs_check_write(RelationGetRelid(target->ri_RelationDesc));
	return original.ExecForeignUpdate(state, target, slot, plan_slot);
}

static TupleTableSlot *
exec_delete(EState *state, ResultRelInfo *target, TupleTableSlot *slot, TupleTableSlot *plan_slot)
{
	pgs_check_write(RelationGetRelid(target->ri_RelationDesc));
	return original.ExecForeignDelete(state, target, slot, plan_slot);
}

static TupleTableSlot *
iterate_direct_modify(ForeignScanState *node)
{
	pgs_check_write(RelationGetRelid(node->resultRelInfo->ri_RelationDesc));
	return original.IterateDirectModify(node);
}

static void
exec_truncate(List *relations, DropBehavior behavior, bool restart_sequences)
{
	ListCell   *cell;

	foreach(cell, relations)
	{
		Oid			relation = RelationGetRelid((Relation) lfirst(cell));

		pgs_check_shard_of(relation);
		pgs_check_write(relation);
	}
	original.ExecForeignTruncate(relations, behavior, restart_sequences);
	pgs_cut_off_before_others(true);
}

static bool
analyze_table(Relation relation, AcquireSampleRowsFunc *function, BlockNumber *pages)
{
	bool		able;

	pgs_check_shard_of(RelationGetRelid(relation));
	able = original.AnalyzeForeignTable(relation, function, pages);
	pgs_cut_off_before_others(true);
	return able;
}

static List *
import_schema(ImportForeignSchemaStmt *statement, Oid server)
{
	List	   *commands;

	pgs_check_shard(server);
	commands = original.ImportForeignSchema(statement, server);
	pgs_cut_off_before_others(true);
	return commands;
}

static void
put_checks_in_front(FdwRoutine *routine)
{
	original = *routine;
	routine->GetForeignRelSize = get_rel_size;
	routine->BeginForeignScan = begin_scan;
	routine->BeginForeignModify = begin_modify;
	routine->BeginForeignInsert = begin_insert;
	routine->BeginDirectModify = begin_direct_modify;
	routine->ExecForeignInsert = exec_insert;
	routine->ExecForeignBatchInsert = exec_batch_insert;
	routine->ExecForeignUpdate = exec_update;
	routine->ExecForeignDelete = exec_delete;
	routine->IterateDirectModify = iterate_direct_modify;
	routine->ExecForeignTruncate = exec_truncate;
	routine->AnalyzeForeignTable = analyze_table;
	routine->ImportForeignSchema = import_schema;
}

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
	FdwRoutine *routine = (FdwRoutine *) DatumGetPointer(of_postgres_fdw("postgres_fdw_handler") (fcinfo));

	put_checks_in_front(routine);
	PG_RETURN_POINTER(routine);
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
