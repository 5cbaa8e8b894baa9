/*
 * Every difference between server versions, told under the newest name.
 * Servers 15 to 18.
 */
#pragma once

#include "postgres.h"

#include "access/multixact.h"
#include "catalog/pg_class.h"
#include "catalog/pg_constraint.h"
#include "catalog/pg_foreign_server.h"
#include "commands/vacuum.h"
#include "executor/executor.h"
#include "miscadmin.h"
#include "pgstat.h"
#include "postmaster/autovacuum.h"
#include "storage/bufmgr.h"
#include "storage/bufpage.h"
#include "storage/latch.h"
#include "storage/lock.h"
#include "storage/smgr.h"
#include "tcop/pquery.h"
#include "utils/acl.h"
#include "utils/datetime.h"
#include "utils/guc.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/resowner.h"

#if PG_VERSION_NUM >= 180000
#define PGS_MODULE_MAGIC PG_MODULE_MAGIC_EXT(.name = "pgscale", .version = "1.0")
#else
#define PGS_MODULE_MAGIC PG_MODULE_MAGIC
#endif

/* 16 folded the ownership checks of all classes into one. */
static inline bool
pgs_owns_relation(Oid relation, Oid role)
{
#if PG_VERSION_NUM >= 160000
	return object_ownercheck(RelationRelationId, relation, role);
#else
	return pg_class_ownercheck(relation, role);
#endif
}

static inline AclResult
pgs_server_aclcheck(Oid server, Oid role)
{
#if PG_VERSION_NUM >= 160000
	return object_aclcheck(ForeignServerRelationId, server, role, ACL_USAGE);
#else
	return pg_foreign_server_aclcheck(server, role, ACL_USAGE);
#endif
}

/* 17 gives a set of wait events to a resource owner. */
static inline WaitEventSet *
pgs_wait_event_set(int most)
{
#if PG_VERSION_NUM >= 170000
	return CreateWaitEventSet(CurrentResourceOwner, most);
#else
	return CreateWaitEventSet(CurrentMemoryContext, most);
#endif
}

/* 16 gave the date parser a place to put details of an error. */
static inline int
pgs_decode_datetime(char **field, int *ftype, int nf, int *dtype, struct pg_tm *tm, fsec_t *fsec,
					int *tz)
{
#if PG_VERSION_NUM >= 160000
	DateTimeErrorExtra extra;

	return DecodeDateTime(field, ftype, nf, dtype, tm, fsec, tz, &extra);
#else
	return DecodeDateTime(field, ftype, nf, dtype, tm, fsec, tz);
#endif
}

/* 18 no longer asks whether a portal is run once. */
static inline void
pgs_portal_run(Portal portal, DestReceiver *receiver, QueryCompletion *completion)
{
#if PG_VERSION_NUM >= 180000
	(void) PortalRun(portal, FETCH_ALL, true, receiver, receiver, completion);
#else
	(void) PortalRun(portal, FETCH_ALL, true, true, receiver, receiver, completion);
#endif
}

/* 17 has wait events with a name of our own; before, all extensions share one. */
static inline uint32
pgs_wait_event(const char *name)
{
#if PG_VERSION_NUM >= 170000
	return WaitEventExtensionNew(name);
#else
	return PG_WAIT_EXTENSION;
#endif
}

/* 16 frees what a check hook keeps in a memory context; 15 calls free(). */
static inline void *
pgs_setting_extra(size_t size)
{
#if PG_VERSION_NUM >= 160000
	return guc_malloc(LOG, size);
#else
	return malloc(size);
#endif
}

/* 17 can also ask for stronger locks. */
static inline bool
pgs_lock_held(const LOCKTAG *tag, LOCKMODE mode)
{
#if PG_VERSION_NUM >= 170000
	return LockHeldByMe(tag, mode, false);
#else
	return LockHeldByMe(tag, mode);
#endif
}

/* 16 renamed the identity of a relation's files and its parts. */
#if PG_VERSION_NUM >= 160000
static inline RelFileLocator
pgs_file_locator(Oid tablespace, Oid database, RelFileNumber file)
{
	return (RelFileLocator) {.spcOid = tablespace, .dbOid = database, .relNumber = file};
}
#else
static inline RelFileNode
pgs_file_locator(Oid tablespace, Oid database, Oid file)
{
	return (RelFileNode) {.spcNode = tablespace, .dbNode = database, .relNode = file};
}
#endif

/* The files of a relation that is not temporary.  17 renamed the sign for that. */
static inline SMgrRelation
pgs_smgr_open(Oid tablespace, Oid database, Oid file)
{
#if PG_VERSION_NUM >= 170000
	return smgropen(pgs_file_locator(tablespace, database, file), INVALID_PROC_NUMBER);
#else
	return smgropen(pgs_file_locator(tablespace, database, file), InvalidBackendId);
#endif
}

/* 16 renamed half of the statistics of a table, and tells when it was last scanned. */
static inline int64
pgs_live_rows(const PgStat_StatTabEntry *entry)
{
#if PG_VERSION_NUM >= 160000
	return entry->live_tuples;
#else
	return entry->n_live_tuples;
#endif
}

static inline int64
pgs_dead_rows(const PgStat_StatTabEntry *entry)
{
#if PG_VERSION_NUM >= 160000
	return entry->dead_tuples;
#else
	return entry->n_dead_tuples;
#endif
}

static inline int64
pgs_inserted_rows(const PgStat_StatTabEntry *entry)
{
#if PG_VERSION_NUM >= 160000
	return entry->ins_since_vacuum;
#else
	return entry->inserts_since_vacuum;
#endif
}

static inline int64
pgs_modified_rows(const PgStat_StatTabEntry *entry)
{
#if PG_VERSION_NUM >= 160000
	return entry->mod_since_analyze;
#else
	return entry->changes_since_analyze;
#endif
}

static inline int64
pgs_vacuumed_at(const PgStat_StatTabEntry *entry)
{
#if PG_VERSION_NUM >= 160000
	return Max(entry->last_vacuum_time, entry->last_autovacuum_time);
#else
	return Max(entry->vacuum_timestamp, entry->autovac_vacuum_timestamp);
#endif
}

static inline int64
pgs_analyzed_at(const PgStat_StatTabEntry *entry)
{
#if PG_VERSION_NUM >= 160000
	return Max(entry->last_analyze_time, entry->last_autoanalyze_time);
#else
	return Max(entry->analyze_timestamp, entry->autovac_analyze_timestamp);
#endif
}

static inline int64
pgs_scanned_at(const PgStat_StatTabEntry *entry)
{
#if PG_VERSION_NUM >= 160000
	return entry->lastscan;
#else
	return 0;
#endif
}

/* 18 counts frozen pages, and limits how many dead rows autovacuum waits for. */
static inline int32
pgs_frozen_pages(Form_pg_class class)
{
#if PG_VERSION_NUM >= 180000
	return class->relallfrozen;
#else
	return 0;
#endif
}

static inline int
pgs_max_threshold(const AutoVacOpts *options)
{
#if PG_VERSION_NUM >= 180000
	return options->vacuum_max_threshold;
#else
	return -2;
#endif
}

static inline int
pgs_server_max_threshold(void)
{
#if PG_VERSION_NUM >= 180000
	return autovacuum_vac_max_thresh;
#else
	return -1;
#endif
}

/* 18 has foreign keys that are not enforced. */
static inline bool
pgs_is_enforced(Form_pg_constraint constraint)
{
#if PG_VERSION_NUM >= 180000
	return constraint->conenforced;
#else
	return true;
#endif
}

/* 16 wants a memory context, and no longer makes the ring of buffers by itself. */
static inline void
pgs_vacuum(List *relations, VacuumParams *params)
{
#if PG_VERSION_NUM >= 160000
	vacuum(relations, params, GetAccessStrategy(BAS_VACUUM), PortalContext, false);
#else
	vacuum(relations, params, GetAccessStrategy(BAS_VACUUM), false);
#endif
}

/* 16 lets an update pass over all indexes but those that only summarize. */
static inline List *
pgs_insert_index_tuples(ResultRelInfo *result, TupleTableSlot *slot, EState *state)
{
#if PG_VERSION_NUM >= 160000
	return ExecInsertIndexTuples(result, slot, state, false, false, NULL, NIL, false);
#else
	return ExecInsertIndexTuples(result, slot, state, false, false, NULL, NIL);
#endif
}

/* Up to 15 postgres_fdw leaves connecting to libpq; since then it waits itself, without regard to connect_timeout. */
#define PGS_FDW_HEEDS_CONNECT_TIMEOUT (PG_VERSION_NUM < 160000)

/* An element of the list of namespaces that transformRelOptions() takes. */
#if PG_VERSION_NUM >= 180000
typedef const char *const PgsNamespace;
#else
typedef char *PgsNamespace;
#endif

/* 18 has ANALYZE ONLY. */
#define PGS_ANALYZE_KNOWS_ONLY (PG_VERSION_NUM >= 180000)

/* What pgstattuple of the same server takes for free: before 18 less the line pointer of a row to come. */
static inline Size
pgs_heap_free_space(Page page)
{
#if PG_VERSION_NUM >= 180000
	return PageGetExactFreeSpace(page);
#else
	return PageGetHeapFreeSpace(page);
#endif
}

static inline Size
pgs_index_free_space(Page page)
{
#if PG_VERSION_NUM >= 180000
	return PageGetExactFreeSpace(page);
#else
	return PageGetFreeSpace(page);
#endif
}

/* 18 counts frozen pages, too; there the import functions are called instead of this. */
static inline void
pgs_update_relation_statistics(Relation relation, BlockNumber pages, double rows)
{
#if PG_VERSION_NUM >= 180000
	vac_update_relstats(relation, pages, rows, 0, 0, relation->rd_rel->relhasindex,
						InvalidTransactionId, InvalidMultiXactId, NULL, NULL, false);
#else
	vac_update_relstats(relation, pages, rows, 0, relation->rd_rel->relhasindex,
						InvalidTransactionId, InvalidMultiXactId, NULL, NULL, false);
#endif
}

/* 17 attaches identity columns by itself and refuses partitions that have their own. */
#define PGS_ATTACH_BRINGS_IDENTITY (PG_VERSION_NUM >= 170000)
