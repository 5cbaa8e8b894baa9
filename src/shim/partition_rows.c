#include "postgres.h"

#include "access/relation.h"
#include "access/tableam.h"
#include "access/xlog.h"
#include "catalog/pg_class.h"
#include "catalog/pg_inherits.h"
#include "executor/tuptable.h"
#include "storage/lmgr.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"

#include "shim/partitions.h"

static bool
holds_row(Relation relation)
{
	TupleTableSlot *slot = table_slot_create(relation, NULL);
	TableScanDesc scan = table_beginscan(relation, GetActiveSnapshot(), 0, NULL);
	bool		found = table_scan_getnextslot(scan, ForwardScanDirection, slot);

	table_endscan(scan);
	ExecDropSingleTupleTableSlot(slot);
	return found;
}

static PgsRows
leaf_has_rows(Oid leaf)
{
	Relation	relation;
	PgsRows		rows;

	if (!ConditionalLockRelationOid(leaf, AccessShareLock))
		return PGS_ROWS_UNKNOWN;
	relation = try_relation_open(leaf, NoLock);
	if (relation == NULL)
	{
		UnlockRelationOid(leaf, AccessShareLock);
		return PGS_ROWS_NONE;
	}
	if (RELATION_IS_OTHER_TEMP(relation) || (RecoveryInProgress() && !RelationIsPermanent(relation)))
		rows = PGS_ROWS_UNKNOWN;
	else if (RELKIND_HAS_TABLE_AM(relation->rd_rel->relkind))
		rows = holds_row(relation) ? PGS_ROWS_SOME : PGS_ROWS_NONE;
	else if (relation->rd_rel->relkind == RELKIND_PARTITIONED_TABLE)
		rows = PGS_ROWS_NONE;
	else
		rows = PGS_ROWS_UNKNOWN;
	relation_close(relation, AccessShareLock);
	return rows;
}

PgsRows
pgs_has_rows(uint32_t relation)
{
	PgsRows		result = PGS_ROWS_NONE;
	ListCell   *cell;

	foreach(cell, find_all_inheritors(relation, NoLock, NULL))
	{
		PgsRows		rows = leaf_has_rows(lfirst_oid(cell));

		if (rows == PGS_ROWS_SOME)
			return rows;
		if (rows == PGS_ROWS_UNKNOWN)
			result = rows;
	}
	return result;
}
