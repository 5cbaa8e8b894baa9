#include "postgres.h"

#include "access/genam.h"
#include "access/heapam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "access/tableam.h"
#include "access/xact.h"
#include "catalog/pg_database.h"
#include "postmaster/bgworker.h"
#include "postmaster/interrupt.h"
#include "storage/ipc.h"
#include "storage/latch.h"
#include "storage/lwlock.h"
#include "storage/proc.h"
#include "storage/shmem.h"
#include "tcop/tcopprot.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"

#include "shim/compat.h"
#include "shim/guard.h"
#include "shim/session.h"
#include "shim/workers.h"

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

static BackgroundWorkerHandle *visit_handles[PGS_MOST_WORKERS];	/* the launcher's own */
static int	own_slot = -1;		/* a visit's own */
static uint32_t own_generation;

extern bool body_launcher(PgsFailure *failure);
extern bool body_visit(PgsFailure *failure);
extern bool body_errand(const PgsErrand *errand, PgsFailure *failure);
extern PGDLLEXPORT void pgscale_launcher_main(Datum arg);
extern PGDLLEXPORT void pgscale_visit_main(Datum arg);
extern PGDLLEXPORT void pgscale_errand_main(Datum arg);

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

static void
describe(BackgroundWorker *worker, const char *type, const char *name, const char *function)
{
	memset(worker, 0, sizeof(*worker));
	worker->bgw_flags = BGWORKER_SHMEM_ACCESS | BGWORKER_BACKEND_DATABASE_CONNECTION;
	worker->bgw_start_time = BgWorkerStart_RecoveryFinished;
	worker->bgw_restart_time = BGW_NEVER_RESTART;
	strlcpy(worker->bgw_type, type, BGW_MAXLEN);
	strlcpy(worker->bgw_name, name, BGW_MAXLEN);
	strlcpy(worker->bgw_library_name, "pgscale", BGW_MAXLEN);
	strlcpy(worker->bgw_function_name, function, BGW_MAXLEN);
}

void
pgs_workers_define(void)
{
	BackgroundWorker launcher;

	if (IsBinaryUpgrade)
		return;
	previous_request_hook = shmem_request_hook;
	shmem_request_hook = request_memory;
	previous_startup_hook = shmem_startup_hook;
	shmem_startup_hook = create_memory;

	describe(&launcher, "pgscale launcher", "pgscale launcher", "pgscale_launcher_main");
	launcher.bgw_restart_time = 5;
	RegisterBackgroundWorker(&launcher);
}

static void
forget_launcher(int code, Datum arg)
{
	LWLockAcquire(shared->lock, LW_EXCLUSIVE);
	shared->launcher = NULL;
	LWLockRelease(shared->lock);
}

/*
 * SIGTERM stays with die(): exit code 0 would unregister the launcher for good,
 * and die() ends even a wait that forgets to look.
 */
void
pgscale_launcher_main(Datum arg)
{
	PgsFailure	failure;

	pqsignal(SIGHUP, SignalHandlerForConfigReload);
	pqsignal(SIGTERM, die);
	BackgroundWorkerUnblockSignals();
	BackgroundWorkerInitializeConnection(NULL, NULL, 0);

	LWLockAcquire(shared->lock, LW_EXCLUSIVE);
	shared->launcher = MyLatch;
	/* Visits of a launcher before this one: nobody waits for them any more. */
	for (int i = 0; i < PGS_MOST_WORKERS; i++)
		shared->slots[i].used = false;
	LWLockRelease(shared->lock);
	before_shmem_exit(forget_launcher, (Datum) 0);

	if (!body_launcher(&failure))
		pgs_raise(&failure);
	proc_exit(1);
}

/* What the database or the role may have set must not reach maintenance. */
static void
neutral_settings(void)
{
	static const char *const settings[][2] = {
		{"search_path", "pg_catalog, pg_temp"},
		{"DateStyle", "ISO"},
		{"IntervalStyle", "postgres"},
		{"TimeZone", "UTC"},
		{"default_transaction_isolation", "read committed"},
		{"default_transaction_read_only", "off"},
		{"default_transaction_deferrable", "off"},
		{"default_tablespace", ""},
		{"default_table_access_method", "heap"},
		{"check_function_bodies", "on"},
		/* As for autovacuum: a standby that is gone must not stop maintenance. */
		{"synchronous_commit", "local"},
		{"statement_timeout", "0"},
		{"lock_timeout", "0"},
		{"transaction_timeout", "0"},	/* from 17 on */
		{"client_min_messages", "warning"},
	};

	for (int i = 0; i < lengthof(settings); i++)
	{
		if (GetConfigOption(settings[i][0], true, false) != NULL)
			SetConfigOption(settings[i][0], settings[i][1], PGC_SUSET, PGC_S_OVERRIDE);
	}
}

static void
enter_database(Oid database)
{
	pqsignal(SIGHUP, SignalHandlerForConfigReload);
	pqsignal(SIGTERM, die);
	BackgroundWorkerUnblockSignals();
	BackgroundWorkerInitializeConnectionByOid(database, InvalidOid, 0);
	neutral_settings();
	/* A concurrent detach keeps names in PortalContext. */
	PortalContext = AllocSetContextCreate(TopMemoryContext, "pgscale worker", ALLOCSET_DEFAULT_SIZES);
}

void
pgscale_visit_main(Datum arg)
{
	PgsFailure	failure;

	own_slot = DatumGetInt32(arg);
	own_generation = shared->slots[own_slot].generation;
	enter_database(shared->slots[own_slot].database);
	if (!body_visit(&failure))
		pgs_raise(&failure);
}

void
pgscale_errand_main(Datum arg)
{
	PgsErrand	errand;
	PgsFailure	failure;

	memcpy(&errand, MyBgworkerEntry->bgw_extra, sizeof(errand));
	enter_database(errand.database);
	if (!body_errand(&errand, &failure))
		pgs_raise(&failure);
}

bool
pgs_errand_run(const PgsErrand *errand)
{
	BackgroundWorker worker;
	BackgroundWorkerHandle *handle;

	describe(&worker, "pgscale worker", "pgscale worker: detach", "pgscale_errand_main");
	worker.bgw_notify_pid = MyProcPid;
	StaticAssertStmt(sizeof(PgsErrand) <= BGW_EXTRALEN, "an errand must fit its worker");
	memcpy(worker.bgw_extra, errand, sizeof(*errand));
	if (!RegisterDynamicBackgroundWorker(&worker, &handle))
		return false;
	if (WaitForBackgroundWorkerShutdown(handle) == BGWH_POSTMASTER_DIED)
		ereport(FATAL,
				(errcode(ERRCODE_ADMIN_SHUTDOWN),
				 errmsg("postmaster exited during partition maintenance")));
	return true;
}

static int
reserve_slot(Oid database)
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

static void
release_slot(int slot)
{
	LWLockAcquire(shared->lock, LW_EXCLUSIVE);
	shared->slots[slot].used = false;
	LWLockRelease(shared->lock);
}

int
pgs_visit_start(uint32_t database)
{
	BackgroundWorker worker;
	MemoryContext caller = MemoryContextSwitchTo(TopMemoryContext);
	int			slot = reserve_slot(database);

	if (slot >= 0)
	{
		char		name[BGW_MAXLEN];

		snprintf(name, sizeof(name), "pgscale worker: database %u", database);
		describe(&worker, "pgscale worker", name, "pgscale_visit_main");
		worker.bgw_main_arg = Int32GetDatum(slot);
		worker.bgw_notify_pid = MyProcPid;
		if (!RegisterDynamicBackgroundWorker(&worker, &visit_handles[slot]))
		{
			release_slot(slot);
			slot = -1;
		}
	}
	MemoryContextSwitchTo(caller);
	return slot;
}

PgsVisitState
pgs_visit_poll(int slot, PgsVisitResult *result)
{
	pid_t		pid;
	BgwHandleStatus status = GetBackgroundWorkerPid(visit_handles[slot], &pid);
	bool		published;

	if (status == BGWH_POSTMASTER_DIED)
		proc_exit(1);
	if (status != BGWH_STOPPED)
		return PGS_VISIT_RUNNING;
	LWLockAcquire(shared->lock, LW_EXCLUSIVE);
	published = shared->slots[slot].published;
	*result = shared->slots[slot].result;
	shared->slots[slot].used = false;
	LWLockRelease(shared->lock);
	pfree(visit_handles[slot]);
	visit_handles[slot] = NULL;
	return published ? PGS_VISIT_ENDED : PGS_VISIT_DIED;
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

/* Shared catalogs only: the launcher is connected to no database. */
int
pgs_databases(const uint32_t **databases)
{
	Relation	relation = table_open(DatabaseRelationId, AccessShareLock);
	TableScanDesc scan = table_beginscan_catalog(relation, 0, NULL);
	int			room = 16;
	int			count = 0;
	uint32_t   *found = palloc_array(uint32_t, room);
	HeapTuple	tuple;

	while ((tuple = heap_getnext(scan, ForwardScanDirection)) != NULL)
	{
		Form_pg_database database = (Form_pg_database) GETSTRUCT(tuple);

		if (!database->datallowconn || database->datistemplate || database->datconnlimit == -2)
			continue;
		if (count == room)
		{
			room *= 2;
			found = repalloc_array(found, uint32_t, room);
		}
		found[count++] = database->oid;
	}
	table_endscan(scan);
	table_close(relation, AccessShareLock);
	*databases = found;
	return count;
}

static bool wake_wanted = false;

static void
wake_at_commit(XactEvent event, void *arg)
{
	if (event != XACT_EVENT_COMMIT && event != XACT_EVENT_ABORT)
		return;
	if (event == XACT_EVENT_COMMIT && wake_wanted)
	{
		LWLockAcquire(shared->lock, LW_EXCLUSIVE);
		if (shared->requests < MOST_WAKE_REQUESTS)
			shared->requested[shared->requests++] = MyDatabaseId;
		else
			shared->request_all = true;
		if (shared->launcher != NULL)
			SetLatch(shared->launcher);
		LWLockRelease(shared->lock);
	}
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
