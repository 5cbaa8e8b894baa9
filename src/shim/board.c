#include "postgres.h"

#include "access/xact.h"
#include "miscadmin.h"
#include "storage/ipc.h"
#include "storage/latch.h"
#include "storage/lwlock.h"
#include "storage/shmem.h"

#include "shim/board.h"

#define MOST_WAKE_REQUESTS 64

typedef struct VisitSlot
{
	bool		used;
	bool		published;
	uint32_t	generation;		/* tells a visit from an older one in the same slot */
	uint32_t	database;
	PgsVisitResult result;
} VisitSlot;

typedef struct SharedState
{
	LWLock	   *lock;
	Latch	   *launcher;		/* NULL while there is none */
	int			requests;
	bool		request_all;	/* more requests came than there was room for */
	uint32_t	requested[MOST_WAKE_REQUESTS];
	VisitSlot	slots[PGS_MOST_WORKERS];
} SharedState;

static SharedState *shared = NULL;	/* NULL without shared_preload_libraries */
static shmem_request_hook_type previous_request_hook = NULL;
static shmem_startup_hook_type previous_startup_hook = NULL;

static int	own_slot = -1;		/* a visit's own */
static uint32_t own_generation;

static void
request_memory(void)
{
	if (previous_request_hook)
		previous_request_hook();
	RequestAddinShmemSpace(MAXALIGN(sizeof(SharedState)));
	RequestNamedLWLockTranche("pgscale", 1);
}

static void
create_memory(void)
{
	bool		found;

	if (previous_startup_hook)
		previous_startup_hook();
	LWLockAcquire(AddinShmemInitLock, LW_EXCLUSIVE);
	shared = ShmemInitStruct("pgscale", sizeof(SharedState), &found);
	if (!found)
	{
		memset(shared, 0, sizeof(SharedState));
		shared->lock = &GetNamedLWLockTranche("pgscale")->lock;
	}
	LWLockRelease(AddinShmemInitLock);
}

void
pgs_board_define(void)
{
	previous_request_hook = shmem_request_hook;
	shmem_request_hook = request_memory;
	previous_startup_hook = shmem_startup_hook;
	shmem_startup_hook = create_memory;
}

static void
forget_launcher(int code, Datum arg)
{
	LWLockAcquire(shared->lock, LW_EXCLUSIVE);
	shared->launcher = NULL;
	LWLockRelease(shared->lock);
}

void
pgs_board_take_over(void)
{
	LWLockAcquire(shared->lock, LW_EXCLUSIVE);
	shared->launcher = MyLatch;
	/* Visits of a launcher before this one: nobody waits for them any more. */
	for (int i = 0; i < PGS_MOST_WORKERS; i++)
		shared->slots[i].used = false;
	LWLockRelease(shared->lock);
	before_shmem_exit(forget_launcher, (Datum) 0);
}

int
pgs_board_reserve(uint32_t database)
{
	int			slot = -1;

	LWLockAcquire(shared->lock, LW_EXCLUSIVE);
	for (int i = 0; i < PGS_MOST_WORKERS && slot < 0; i++)
	{
		if (shared->slots[i].used)
			continue;
		slot = i;
		shared->slots[i] = (VisitSlot) {
			.used = true,
			.generation = shared->slots[i].generation + 1,
			.database = database
		};
	}
	LWLockRelease(shared->lock);
	return slot;
}

bool
pgs_board_release(int slot, PgsVisitResult *result)
{
	bool		published;

	LWLockAcquire(shared->lock, LW_EXCLUSIVE);
	published = shared->slots[slot].published;
	*result = shared->slots[slot].result;
	shared->slots[slot].used = false;
	LWLockRelease(shared->lock);
	return published;
}

uint32_t
pgs_board_begin_visit(int slot)
{
	own_slot = slot;
	own_generation = shared->slots[slot].generation;
	return shared->slots[slot].database;
}

void
pgs_visit_publish(const PgsVisitResult *result)
{
	LWLockAcquire(shared->lock, LW_EXCLUSIVE);
	if (shared->slots[own_slot].generation == own_generation)
	{
		shared->slots[own_slot].result = *result;
		shared->slots[own_slot].published = true;
	}
	LWLockRelease(shared->lock);
}

void
pgs_wake_launcher(void)
{
	if (shared == NULL)
		return;
	LWLockAcquire(shared->lock, LW_EXCLUSIVE);
	if (shared->requests < MOST_WAKE_REQUESTS)
		shared->requested[shared->requests++] = MyDatabaseId;
	else
		shared->request_all = true;
	if (shared->launcher != NULL)
		SetLatch(shared->launcher);
	LWLockRelease(shared->lock);
}

static bool wake_wanted = false;

static void
wake_at_commit(XactEvent event, void *arg)
{
	if (event != XACT_EVENT_COMMIT && event != XACT_EVENT_ABORT)
		return;
	if (event == XACT_EVENT_COMMIT && wake_wanted)
		pgs_wake_launcher();
	wake_wanted = false;
}

void
pgs_wake_launcher_at_commit(void)
{
	static bool registered = false;

	if (shared == NULL)
		return;
	if (!registered)
	{
		RegisterXactCallback(wake_at_commit, NULL);
		registered = true;
	}
	wake_wanted = true;
}

int
pgs_wake_requests(uint32_t *databases, int most, bool *all)
{
	int			count;

	LWLockAcquire(shared->lock, LW_EXCLUSIVE);
	count = Min(shared->requests, most);
	memcpy(databases, shared->requested, count * sizeof(*databases));
	*all = shared->request_all || shared->requests > most;
	shared->requests = 0;
	shared->request_all = false;
	LWLockRelease(shared->lock);
	return count;
}
