#include "postgres.h"

#include "access/xlog.h"
#include "catalog/namespace.h"
#include "catalog/pg_class.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "storage/ipc.h"
#include "storage/lock.h"
#include "storage/lwlock.h"
#include "storage/shmem.h"
#include "storage/spin.h"
#include "tcop/utility.h"
#include "utils/fmgrprotos.h"
#include "utils/lsyscache.h"

#include "shim/ids.h"

/* Databases that share; one more takes the place of another, which only loses its reserve. */
#define MOST_POOLS 64

typedef struct Pool
{
	Oid			database;		/* InvalidOid: not used */
	Oid			sequence;
	int64_t		next;
	int64_t		last;
} Pool;

typedef struct SharedPools
{
	slock_t		lock;
	int			victim;
	Pool		pools[MOST_POOLS];
} SharedPools;

static SharedPools *shared = NULL;	/* NULL without shared_preload_libraries */
static Pool own;
static shmem_request_hook_type previous_request_hook = NULL;
static shmem_startup_hook_type previous_startup_hook = NULL;

static void
request_memory(void)
{
	if (previous_request_hook)
		previous_request_hook();
	RequestAddinShmemSpace(MAXALIGN(sizeof(SharedPools)));
}

static void
create_memory(void)
{
	bool		found;

	if (previous_startup_hook)
		previous_startup_hook();
	LWLockAcquire(AddinShmemInitLock, LW_EXCLUSIVE);
	shared = ShmemInitStruct("pgscale ids", sizeof(SharedPools), &found);
	if (!found)
	{
		memset(shared, 0, sizeof(SharedPools));
		SpinLockInit(&shared->lock);
	}
	LWLockRelease(AddinShmemInitLock);
}

void
pgs_ids_define(void)
{
	previous_request_hook = shmem_request_hook;
	shmem_request_hook = request_memory;
	previous_startup_hook = shmem_startup_hook;
	shmem_startup_hook = create_memory;
}

bool
pgs_ticks_are_shared(void)
{
	return shared != NULL;
}

uint32_t
pgs_tick_sequence(void)
{
	Oid			sequence = get_relname_relid("id_clock", get_namespace_oid("pgscale", false));

	if (!OidIsValid(sequence))
		elog(ERROR, "sequence pgscale.id_clock is missing");
	return sequence;
}

static bool
take(Pool *pool, int64_t earliest, int64_t *tick)
{
	*tick = Max(pool->next, earliest);
	if (*tick > pool->last)
		return false;
	pool->next = *tick + 1;
	return true;
}

static bool
belongs(const Pool *pool, Oid sequence)
{
	return pool->database == MyDatabaseId && pool->sequence == sequence;
}

bool
pgs_take_tick(uint32_t sequence, int64_t earliest, int64_t *tick)
{
	bool		taken = false;

	PreventCommandIfReadOnly("pgscale.next_id()");
	if (shared == NULL)
		return belongs(&own, sequence) && take(&own, earliest, tick);
	SpinLockAcquire(&shared->lock);
	for (int i = 0; i < MOST_POOLS; i++)
	{
		if (!belongs(&shared->pools[i], sequence))
			continue;
		taken = take(&shared->pools[i], earliest, tick);
		break;
	}
	SpinLockRelease(&shared->lock);
	return taken;
}

/* As with claims: relations are never locked as objects of pg_class. */
static LOCKTAG
reserve_tag(Oid sequence)
{
	LOCKTAG		tag;

	SET_LOCKTAG_OBJECT(tag, MyDatabaseId, RelationRelationId, sequence, 0);
	return tag;
}

void
pgs_lock_ticks(uint32_t sequence)
{
	LOCKTAG		tag = reserve_tag(sequence);

	(void) LockAcquire(&tag, ExclusiveLock, false, false);
}

void
pgs_unlock_ticks(uint32_t sequence)
{
	LOCKTAG		tag = reserve_tag(sequence);

	(void) LockRelease(&tag, ExclusiveLock, false);
}

/*
 * Flushed at once: an id may be on a shard, or in the hands of a client, long
 * before this transaction commits.
 */
void
pgs_advance_sequence(uint32_t sequence, int64_t value)
{
	DirectFunctionCall2(setval_oid, ObjectIdGetDatum(sequence), Int64GetDatum(value));
	XLogFlush(XactLastRecEnd);
}

/* The pool of this database, a free one, or that of another database. */
static Pool *
choose_pool(void)
{
	Pool	   *unused = NULL;

	for (int i = 0; i < MOST_POOLS; i++)
	{
		if (shared->pools[i].database == MyDatabaseId)
			return &shared->pools[i];
		if (unused == NULL && !OidIsValid(shared->pools[i].database))
			unused = &shared->pools[i];
	}
	if (unused != NULL)
		return unused;
	shared->victim = (shared->victim + 1) % MOST_POOLS;
	return &shared->pools[shared->victim];
}

void
pgs_add_ticks(uint32_t sequence, int64_t first, int64_t last)
{
	Pool		pool = {MyDatabaseId, sequence, first, last};

	if (shared == NULL)
	{
		own = pool;
		return;
	}
	SpinLockAcquire(&shared->lock);
	*choose_pool() = pool;
	SpinLockRelease(&shared->lock);
}
