#include "postgres.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "common/relpath.h"
#include "miscadmin.h"
#include "optimizer/cost.h"
#include "optimizer/optimizer.h"
#include "port/atomics.h"
#include "postmaster/bgworker.h"
#include "storage/dsm.h"
#include "storage/fd.h"
#include "storage/latch.h"
#include "storage/proc.h"
#include "tcop/tcopprot.h"
#include "utils/builtins.h"

#include "shim/compat.h"
#include "shim/file_sizes.h"
#include "shim/workers.h"

/* What the processes share.  Each takes the next files until there are no more. */
typedef struct Share
{
	Oid			database;
	PGPROC	   *session;		/* waits until all are measured */
	pg_atomic_uint64 next;
	pg_atomic_uint64 measured;
	int64		count;
	PgsFile		files[FLEXIBLE_ARRAY_MEMBER];
} Share;

#define FILES_AT_ONCE 256
#define NOT_MEASURED (-1)

/* The directory of a database in a tablespace, kept open because most relations share one. */
typedef struct Directory
{
	Oid			database;
	Oid			tablespace;
	int			file;			/* -1 when there is none */
} Directory;

extern PGDLLEXPORT void pgscale_file_sizes_main(Datum arg);

static void
change_to(Directory *directory, Oid tablespace)
{
	if (directory->tablespace == tablespace)
		return;
	if (directory->tablespace != InvalidOid && directory->file >= 0)
		CloseTransientFile(directory->file);
	directory->tablespace = tablespace;
	directory->file = OidIsValid(tablespace)
		? OpenTransientFile(GetDatabasePath(directory->database, tablespace), O_RDONLY | O_DIRECTORY)
		: -1;
}

/* Quicker where the kernel need tell nothing but the size; the views ask tens of thousands of times. */
static bool
size_of(int directory, const char *name, int64 *size)
{
#ifdef STATX_SIZE
	struct statx file;

	if (statx(directory, name, AT_STATX_DONT_SYNC | AT_NO_AUTOMOUNT, STATX_SIZE, &file) != 0)
		return false;
	*size = file.stx_size;
#else
	struct stat file;

	if (fstatat(directory, name, &file, 0) != 0)
		return false;
	*size = file.st_size;
#endif
	return true;
}

static int64
bytes_of(uint32 number, const Directory *directory)
{
	int64		bytes = 0;

	for (int segment = 0;; segment++)
	{
		char		name[32];
		int			length = pg_ultoa_n(number, name);
		int64		size;

		if (segment > 0)
		{
			name[length++] = '.';
			length += pg_ultoa_n(segment, name + length);
		}
		name[length] = '\0';
		if (directory->file < 0 || !size_of(directory->file, name, &size))
			break;
		bytes += size;
		if (size < (int64) RELSEG_SIZE * BLCKSZ)
			break;
	}
	return bytes;
}

static void
measure(PgsFile *files, int64 count, Directory *directory)
{
	for (int64 i = 0; i < count; i++)
	{
		CHECK_FOR_INTERRUPTS();
		change_to(directory, files[i].tablespace);
		files[i].bytes = bytes_of(files[i].number, directory);
	}
}

static void
measure_share(Share *share)
{
	Directory	directory = {.database = share->database};

	for (;;)
	{
		int64		first = pg_atomic_fetch_add_u64(&share->next, FILES_AT_ONCE);
		int64		count = Min(FILES_AT_ONCE, share->count - first);

		if (count <= 0)
			break;
		measure(share->files + first, count, &directory);
		if (pg_atomic_add_fetch_u64(&share->measured, count) == share->count)
			SetLatch(&share->session->procLatch);
	}
	change_to(&directory, InvalidOid);
}

/*
 * What a helper does.  It has no connection to a database, which is most of what
 * the start of a parallel worker takes.
 */
void
pgscale_file_sizes_main(Datum arg)
{
	dsm_segment *segment;

	pqsignal(SIGTERM, die);
	BackgroundWorkerUnblockSignals();
	segment = dsm_attach(DatumGetUInt32(arg));
	if (segment == NULL)
		return;					/* the session is ready without us */
	measure_share(dsm_segment_address(segment));
	dsm_detach(segment);
}

struct PgsFileSurvey
{
	dsm_segment *segment;
	int			helpers;
	BackgroundWorkerHandle *handles[FLEXIBLE_ARRAY_MEMBER];
};

/* However the survey ends: nobody takes any more files, and those who still try do not wrap the counter. */
static void
stop_helpers(dsm_segment *segment, Datum share)
{
	pg_atomic_write_u64(&((Share *) DatumGetPointer(share))->next, PG_INT64_MAX / 2);
}

PgsFileSurvey *
pgs_survey_begin(const PgsFile *files, int64_t count, int helpers)
{
	Size		size = add_size(offsetof(Share, files), mul_size(count, sizeof(PgsFile)));
	dsm_segment *segment = dsm_create(size, DSM_CREATE_NULL_IF_MAXSEGMENTS);
	PgsFileSurvey *survey;
	BackgroundWorker worker;
	Share	   *share;

	if (segment == NULL)
		return NULL;
	survey = palloc0(offsetof(PgsFileSurvey, handles) + helpers * sizeof(BackgroundWorkerHandle *));
	survey->segment = segment;
	share = dsm_segment_address(segment);
	share->database = MyDatabaseId;
	share->session = MyProc;
	pg_atomic_init_u64(&share->next, 0);
	pg_atomic_init_u64(&share->measured, 0);
	share->count = count;
	for (int64 i = 0; i < count; i++)
		share->files[i] = (PgsFile) {files[i].tablespace, files[i].number, NOT_MEASURED};
	on_dsm_detach(segment, stop_helpers, PointerGetDatum(share));

	pgs_worker_describe(&worker, "pgscale helper", "pgscale helper: file sizes", "pgscale_file_sizes_main");
	worker.bgw_flags = BGWORKER_SHMEM_ACCESS | BGWORKER_CLASS_PARALLEL;
	worker.bgw_start_time = BgWorkerStart_ConsistentState;	/* on a standby, too */
	worker.bgw_main_arg = UInt32GetDatum(dsm_segment_handle(segment));
	worker.bgw_notify_pid = MyProcPid;
	while (survey->helpers < helpers &&
		   RegisterDynamicBackgroundWorker(&worker, &survey->handles[survey->helpers]))
		survey->helpers++;
	return survey;
}

/* Whether one may still be at its files. */
static bool
helpers_run(const PgsFileSurvey *survey)
{
	pid_t		pid;

	for (int i = 0; i < survey->helpers; i++)
	{
		if (GetBackgroundWorkerPid(survey->handles[i], &pid) != BGWH_STOPPED)
			return true;
	}
	return false;
}

static void
await_helpers(const PgsFileSurvey *survey, Share *share)
{
	static uint32 wait_event = 0;

	if (wait_event == 0)
		wait_event = pgs_wait_event("PgscaleFileSizes");
	for (;;)
	{
		ResetLatch(MyLatch);
		CHECK_FOR_INTERRUPTS();
		if (pg_atomic_read_u64(&share->measured) == share->count || !helpers_run(survey))
			return;
		(void) WaitLatch(MyLatch, WL_LATCH_SET | WL_EXIT_ON_PM_DEATH, 0, wait_event);
	}
}

void
pgs_survey_end(PgsFileSurvey *survey, PgsFile *files)
{
	Share	   *share = dsm_segment_address(survey->segment);
	Directory	directory = {.database = MyDatabaseId};

	measure_share(share);
	await_helpers(survey, share);
	pg_read_barrier();			/* no size is read before we knew that all are there */
	for (int64 i = 0; i < share->count; i++)
	{
		files[i] = share->files[i];
		/* left by a helper that was ended before it was ready */
		if (files[i].bytes == NOT_MEASURED)
			measure(files + i, 1, &directory);
	}
	change_to(&directory, InvalidOid);
	pgs_survey_drop(survey);
}

void
pgs_survey_drop(PgsFileSurvey *survey)
{
	dsm_detach(survey->segment);
	pfree(survey);
}

PgsHelp
pgs_help(void)
{
	return (PgsHelp) {
		.possible = MyBackendType == B_BACKEND,
		.most = max_parallel_workers_per_gather,
		.setup_cost = parallel_setup_cost
	};
}

void
pgs_measure_files(PgsFile *files, int64_t count)
{
	Directory	directory = {.database = MyDatabaseId};

	measure(files, count, &directory);
	change_to(&directory, InvalidOid);
}
