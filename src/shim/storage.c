#include "postgres.h"

#include "access/htup_details.h"
#include "access/nbtree.h"
#include "access/relation.h"
#include "access/reloptions.h"
#include "catalog/namespace.h"
#include "catalog/pg_am.h"
#include "catalog/pg_authid.h"
#include "catalog/pg_class.h"
#include "commands/defrem.h"
#include "miscadmin.h"
#include "storage/bufmgr.h"
#include "storage/lmgr.h"
#include "storage/smgr.h"
#include "utils/acl.h"
#include "utils/rel.h"
#include "utils/syscache.h"

#include "shim/compat.h"
#include "shim/storage.h"

/* From the catalog, because the relation cache would cost more than the pages of a small table. */
static int
fillfactor_of(HeapTuple tuple, const PgsStorage *storage)
{
	bool		is_null;
	Datum		options = SysCacheGetAttr(RELOID, tuple, Anum_pg_class_reloptions, &is_null);
	bytea	   *parsed;

	if (storage->kind == PGS_STORAGE_HEAP)
	{
		parsed = is_null ? NULL : heap_reloptions(storage->relkind, options, false);
		return parsed ? ((StdRdOptions *) parsed)->fillfactor : HEAP_DEFAULT_FILLFACTOR;
	}
	parsed = is_null ? NULL : btoptions(options, false);
	return parsed ? ((BTOptions *) parsed)->fillfactor : BTREE_DEFAULT_FILLFACTOR;
}

static PgsStorageKind
kind_of(Form_pg_class class)
{
	if (!RELKIND_HAS_STORAGE(class->relkind) || class->relkind == RELKIND_SEQUENCE)
		return PGS_STORAGE_NONE;
	if (class->relpersistence == RELPERSISTENCE_TEMP && isOtherTempNamespace(class->relnamespace))
		return PGS_STORAGE_TEMPORARY;
	if (class->relam == HEAP_TABLE_AM_OID)
		return PGS_STORAGE_HEAP;
	if (class->relam == BTREE_AM_OID)
		return PGS_STORAGE_BTREE;
	return PGS_STORAGE_OTHER;
}

static bool
may_measure(Oid owner)
{
	return has_privs_of_role(GetUserId(), owner) ||
		has_privs_of_role(GetUserId(), ROLE_PG_READ_ALL_STATS);
}

static bool
has_pages(PgsStorageKind kind)
{
	return kind == PGS_STORAGE_HEAP || kind == PGS_STORAGE_BTREE || kind == PGS_STORAGE_OTHER;
}

/* Who and what the relation is.  Without a lock it may change. */
static void
look_up(PgsStorage *storage)
{
	HeapTuple	tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(storage->relation));
	Form_pg_class class;

	storage->kind = PGS_STORAGE_MISSING;
	if (!HeapTupleIsValid(tuple))
		return;
	class = (Form_pg_class) GETSTRUCT(tuple);
	storage->relkind = class->relkind;
	storage->kind = may_measure(class->relowner) ? kind_of(class) : PGS_STORAGE_NOT_ALLOWED;
	if (storage->kind == PGS_STORAGE_NOT_ALLOWED)
		storage->name = pstrdup(NameStr(class->relname));
	if (storage->kind == PGS_STORAGE_OTHER)
		storage->access_method = get_am_name(class->relam);
	storage->tablespace = class->reltablespace ? class->reltablespace : MyDatabaseTableSpace;
	/* As of mapped catalogs: pg_class alone does not tell the file. */
	storage->file = class->relpersistence == RELPERSISTENCE_TEMP ? InvalidOid : class->relfilenode;
	storage->permanent = class->relpersistence == RELPERSISTENCE_PERMANENT;
	if (storage->kind == PGS_STORAGE_HEAP || storage->kind == PGS_STORAGE_BTREE)
		storage->fillfactor = fillfactor_of(tuple, storage);
	ReleaseSysCache(tuple);
}

static SMgrRelation
files_of(const PgsStorage *storage)
{
	if (storage->opened != NULL)
		return RelationGetSmgr((Relation) storage->opened);
	return pgs_smgr_open(storage->tablespace, MyDatabaseId, storage->file);
}

void
pgs_storage_open(uint32_t relation, PgsStorage *storage)
{
	*storage = (PgsStorage) {.relation = relation, .page_size = BLCKSZ};
	look_up(storage);
	if (!has_pages(storage->kind))
		return;
	if (!ConditionalLockRelationOid(relation, AccessShareLock))
	{
		storage->kind = PGS_STORAGE_LOCKED;
		return;
	}
	look_up(storage);
	if (!has_pages(storage->kind))
	{
		UnlockRelationOid(relation, AccessShareLock);
		return;
	}
	if (storage->file == InvalidOid)
		storage->opened = relation_open(relation, NoLock);
	storage->pages = smgrnblocks(files_of(storage), MAIN_FORKNUM);
	storage->strategy = GetAccessStrategy(BAS_BULKREAD);
}

void
pgs_storage_close(PgsStorage *storage)
{
	FreeAccessStrategy((BufferAccessStrategy) storage->strategy);
	if (storage->opened != NULL)
		relation_close((Relation) storage->opened, NoLock);
	UnlockRelationOid(storage->relation, AccessShareLock);
}

bool
pgs_has_fork(const PgsStorage *storage, int fork)
{
	return smgrexists(files_of(storage), fork);
}

uint32_t
pgs_fork_pages(const PgsStorage *storage, int fork)
{
	return smgrnblocks(files_of(storage), fork);
}

int
pgs_pin_page(const PgsStorage *storage, int fork, uint32_t block)
{
	/* A torn page of the map is no reason to fail: the server itself starts it anew. */
	ReadBufferMode mode = fork == FSM_FORKNUM ? RBM_ZERO_ON_ERROR : RBM_NORMAL;

	CHECK_FOR_INTERRUPTS();
	if (storage->opened != NULL)
		return ReadBufferExtended((Relation) storage->opened, fork, block, mode,
								  (BufferAccessStrategy) storage->strategy);
	return ReadBufferWithoutRelcache(pgs_file_locator(storage->tablespace, MyDatabaseId, storage->file),
									 fork, block, mode,
									 (BufferAccessStrategy) storage->strategy, storage->permanent);
}
