#include "postgres.h"

#include "catalog/namespace.h"
#include "catalog/partition.h"
#include "commands/event_trigger.h"
#include "miscadmin.h"
#include "nodes/parsenodes.h"
#include "utils/lsyscache.h"

#include "shim/ddl.h"
#include "shim/entry.h"
#include "shim/toplevel.h"

static List *
parents_of_create(CreateStmt *statement)
{
	if (statement->partbound == NULL)
		return NIL;
	return list_make1_oid(RangeVarGetRelid(linitial_node(RangeVar, statement->inhRelations),
										   NoLock, true));
}

static List *
parents_of_alter(AlterTableStmt *statement)
{
	AlterTableType type = linitial_node(AlterTableCmd, statement->cmds)->subtype;

	if (type != AT_AttachPartition && type != AT_DetachPartition &&
		type != AT_DetachPartitionFinalize)
		return NIL;
	return list_make1_oid(RangeVarGetRelid(statement->relation, NoLock, true));
}

static List *
parents_of_drop(DropStmt *statement)
{
	List	   *parents = NIL;
	ListCell   *cell;

	foreach(cell, statement->objects)
	{
		Oid			table = RangeVarGetRelid(makeRangeVarFromNameList(lfirst_node(List, cell)),
											 NoLock, true);

		if (OidIsValid(table) && get_rel_relispartition(table))
			parents = list_append_unique_oid(parents, get_partition_parent(table, true));
	}
	return parents;
}

static List *
parents_of(Node *statement)
{
	switch (nodeTag(statement))
	{
		case T_CreateStmt:
			return parents_of_create((CreateStmt *) statement);
		case T_CreateForeignTableStmt:
			return parents_of_create(&((CreateForeignTableStmt *) statement)->base);
		case T_AlterTableStmt:
			return parents_of_alter((AlterTableStmt *) statement);
		case T_DropStmt:
			return parents_of_drop((DropStmt *) statement);
		default:
			return NIL;
	}
}

PgsParents
pgs_ddl_parents(PgsCall *call)
{
	FunctionCallInfo fcinfo = call->fcinfo;
	PgsParents	result = {0, NULL};
	List	   *parents;
	uint32_t   *oids;
	ListCell   *cell;

	if (!CALLED_AS_EVENT_TRIGGER(fcinfo))
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_EVENT_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("function \"%s\" was not called by event trigger manager", "note_ddl")));
	/* Steps run as the owner in a restricted context, but for the detach that commits in its middle. */
	if (InSecurityRestrictedOperation() || pgs_at_top_level())
		return result;
	parents = parents_of(((EventTriggerData *) fcinfo->context)->parsetree);
	oids = palloc_array(uint32_t, list_length(parents) + 1);
	foreach(cell, parents)
		oids[result.count++] = lfirst_oid(cell);
	result.oids = oids;
	return result;
}
