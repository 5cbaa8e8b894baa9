#include "postgres.h"

#include "access/heapam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "access/tableam.h"
#include "catalog/pg_database.h"
#include "postmaster/bgworker.h"
#include "postmaster/interrupt.h"
#include "storage/ipc.h"
#include "storage/latch.h"
#include "tcop/tcopprot.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"

#include "shim/board.h"
#include "shim/compat.h"
#include "shim/guard.h"
#include "shim/shard_board.h"
#include "shim/watch.h"
#include "shim/workers.h"

static BackgroundWorkerHandle *visit_handles[PGS_MOST_WORKERS];	/* the launcher's own */
static BackgroundWorkerHandle *watch_handle = NULL; /* the launcher's own */

extern bool body_launcher(PgsFailure *failure);
extern bool body_visit(PgsFailure *failure);
extern bool body_errand(const PgsErrand *errand, PgsFailure *failure);
extern bool body_shard_watch(PgsFailure *failure);
extern PGDLLEXPORT void pgscale_launcher_main(Datum arg);
extern PGDLLEXPORT void pgscale_visit_main(Datum arg);
extern PGDLLEXPORT void pgscale_errand_main(Datum arg);
extern PGDLLEXPORT void pgscale_shard_watch_main(Datum arg);

void
pgs_worker_describe(BackgroundWorker *worker, const char *type, const char *name, const char *function)
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
	pgs_board_define();
	pgs_shard_board_define();
	pgs_worker_describe(&launcher, "pgscale launcher", "pgscale launcher", "pgscale_launcher_main");
	launcher.bgw_restart_time = 5;
	RegisterBackgroundWorker(&launcher);
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

	pgs_board_take_over();
	if (!body_launcher(&failure))
		pgs_raise(&failure);
	proc_exit(1);
}

/* What the database or the role may have set must not reach maintenance. */
static void
neutral_settings(void)
{
	static const char *const settings[][2] = {
		{"role", "none"},
		{"session_replication_role", "origin"},
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
		{"jit", "off"},			/* it would take longer than our queries */
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

	enter_database(pgs_board_begin_visit(DatumGetInt32(arg)));
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

/*
 * Connected to no database, not even to the shared catalogs, it is in nobody's
 * way: not a DROP DATABASE, nor what waits until all processes have answered,
 * though it may hang itself while it resolves the name of a host.
 */
void
pgscale_shard_watch_main(Datum arg)
{
	PgsFailure	failure;

	pqsignal(SIGHUP, SignalHandlerForConfigReload);
	pqsignal(SIGTERM, die);
	BackgroundWorkerUnblockSignals();
	if (!pgs_watch_take_over())
		proc_exit(0);
	if (!body_shard_watch(&failure))
		pgs_raise(&failure);
	proc_exit(0);
}

bool
pgs_watch_start(void)
{
	BackgroundWorker worker;
	MemoryContext caller = MemoryContextSwitchTo(TopMemoryContext);
	bool		started;

	if (watch_handle != NULL)
		pfree(watch_handle);
	watch_handle = NULL;
	pgs_worker_describe(&worker, "pgscale shard watch", "pgscale shard watch", "pgscale_shard_watch_main");
	worker.bgw_flags = BGWORKER_SHMEM_ACCESS;
	worker.bgw_notify_pid = MyProcPid;
	started = RegisterDynamicBackgroundWorker(&worker, &watch_handle);
	MemoryContextSwitchTo(caller);
	return started;
}

/* Another launcher may have started it. */
bool
pgs_watch_is_there(void)
{
	pid_t		pid;

	return pgs_watch_runs() ||
		(watch_handle != NULL && GetBackgroundWorkerPid(watch_handle, &pid) != BGWH_STOPPED);
}

/* Like WaitForBackgroundWorkerShutdown(), but can end the worker with the statement that waits. */
static void
await_end(BackgroundWorkerHandle *handle, bool ends_with_caller)
{
	static uint32 wait_event = 0;
	pid_t		pid;

	if (wait_event == 0)
		wait_event = pgs_wait_event("PgscaleErrand");
	while (GetBackgroundWorkerPid(handle, &pid) != BGWH_STOPPED)
	{
		(void) WaitLatch(MyLatch, WL_LATCH_SET | WL_EXIT_ON_PM_DEATH, 0, wait_event);
		ResetLatch(MyLatch);
		if (ends_with_caller && (QueryCancelPending || ProcDiePending))
			TerminateBackgroundWorker(handle);
		CHECK_FOR_INTERRUPTS();
	}
}

bool
pgs_errand_run(const PgsErrand *errand, const char *what)
{
	BackgroundWorker worker;
	BackgroundWorkerHandle *handle;
	char		name[BGW_MAXLEN];

	snprintf(name, sizeof(name), "pgscale worker: %s", what);
	pgs_worker_describe(&worker, "pgscale worker", name, "pgscale_errand_main");
	worker.bgw_notify_pid = MyProcPid;
	StaticAssertStmt(sizeof(PgsErrand) <= BGW_EXTRALEN, "an errand must fit its worker");
	memcpy(worker.bgw_extra, errand, sizeof(*errand));
	if (!RegisterDynamicBackgroundWorker(&worker, &handle))
		return false;
	InvalidateCatalogSnapshot();
	await_end(handle, errand->ends_with_caller);
	return true;
}

int
pgs_visit_start(uint32_t database)
{
	BackgroundWorker worker;
	MemoryContext caller = MemoryContextSwitchTo(TopMemoryContext);
	int			slot = pgs_board_reserve(database);

	if (slot >= 0)
	{
		char		name[BGW_MAXLEN];
		PgsVisitResult unused;

		snprintf(name, sizeof(name), "pgscale worker: database %u", database);
		pgs_worker_describe(&worker, "pgscale worker", name, "pgscale_visit_main");
		worker.bgw_main_arg = Int32GetDatum(slot);
		worker.bgw_notify_pid = MyProcPid;
		if (!RegisterDynamicBackgroundWorker(&worker, &visit_handles[slot]))
		{
			(void) pgs_board_release(slot, &unused);
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

	if (status == BGWH_POSTMASTER_DIED)
		proc_exit(1);
	if (status != BGWH_STOPPED)
		return PGS_VISIT_RUNNING;
	pfree(visit_handles[slot]);
	visit_handles[slot] = NULL;
	return pgs_board_release(slot, result) ? PGS_VISIT_ENDED : PGS_VISIT_DIED;
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
