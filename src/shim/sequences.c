#include "postgres.h"

#include "access/htup_details.h"
#include "access/relation.h"
#include "access/xlog.h"
#include "catalog/namespace.h"
#include "catalog/pg_class.h"
#include "commands/sequence.h"
#include "miscadmin.h"
#include "storage/bufmgr.h"
#include "storage/lmgr.h"
#include "utils/acl.h"
#include "utils/syscache.h"

#include "shim/sequences.h"
#include "shim/storage.h"

/* Whether there is something to read, and where.  Without a lock it may change. */
static PgsSequenceKind
look_up(PgsStorage *storage)
{
	HeapTuple	tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(storage->relation));
	PgsSequenceKind kind = PGS_SEQUENCE_READ;
	Form_pg_class class;

	if (!HeapTupleIsValid(tuple))
		return PGS_SEQUENCE_MISSING;
	class = (Form_pg_class) GETSTRUCT(tuple);
	if (class->relkind != RELKIND_SEQUENCE)
		kind = PGS_SEQUENCE_MISSING;
	else if (pg_class_aclcheck(storage->relation, GetUserId(), ACL_SELECT | ACL_USAGE) != ACLCHECK_OK)
		kind = PGS_SEQUENCE_NOT_ALLOWED;
	else if (class->relpersistence == RELPERSISTENCE_TEMP && isOtherTempNamespace(class->relnamespace))
		kind = PGS_SEQUENCE_TEMPORARY;
	else if (class->relpersistence == RELPERSISTENCE_UNLOGGED && RecoveryInProgress())
		kind = PGS_SEQUENCE_UNLOGGED;
	storage->tablespace = class->reltablespace ? class->reltablespace : MyDatabaseTableSpace;
	storage->file = class->relpersistence == RELPERSISTENCE_TEMP ? InvalidOid : class->relfilenode;
	storage->permanent = class->relpersistence == RELPERSISTENCE_PERMANENT;
	ReleaseSysCache(tuple);
	return kind;
}

/* A sequence is one row on one page. */
static void
read_row(const PgsStorage *storage, PgsSequence *sequence)
{
	Buffer		buffer = pgs_pin_page(storage, MAIN_FORKNUM, 0);
	Page		page = BufferGetPage(buffer);
	HeapTupleData tuple = {0};
	ItemId		item;
	Form_pg_sequence_data data;

	LockBuffer(buffer, BUFFER_LOCK_SHARE);
	if (PageGetMaxOffsetNumber(page) < FirstOffsetNumber)
		elog(ERROR, "sequence %u has no row", storage->relation);
	item = PageGetItemId(page, FirstOffsetNumber);
	tuple.t_data = (HeapTupleHeader) PageGetItem(page, item);
	tuple.t_len = ItemIdGetLength(item);
	data = (Form_pg_sequence_data) GETSTRUCT(&tuple);
	sequence->last_value = data->last_value;
	sequence->is_called = data->is_called;
	UnlockReleaseBuffer(buffer);
}

/*
 * pg_sequence_last_value() waits for its lock, keeps it, and fills the relation cache.  The lock here
 * is the same, because ALTER SEQUENCE, which it keeps out, replaces the file.
 */
void
pgs_read_sequence(uint32_t relation, PgsSequence *sequence)
{
	PgsStorage	storage = {.relation = relation};

	*sequence = (PgsSequence) {.kind = look_up(&storage)};
	if (sequence->kind != PGS_SEQUENCE_READ)
		return;
	if (!ConditionalLockRelationOid(relation, RowExclusiveLock))
	{
		sequence->kind = PGS_SEQUENCE_LOCKED;
		return;
	}
	sequence->kind = look_up(&storage);
	if (sequence->kind == PGS_SEQUENCE_READ)
	{
		if (storage.file == InvalidOid)
			storage.opened = relation_open(relation, NoLock);
		read_row(&storage, sequence);
		if (storage.opened != NULL)
			relation_close((Relation) storage.opened, NoLock);
	}
	UnlockRelationOid(relation, RowExclusiveLock);
}
