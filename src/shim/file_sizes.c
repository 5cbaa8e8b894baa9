#include "postgres.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "access/parallel.h"
#include "access/xact.h"
#include "common/relpath.h"
#include "miscadmin.h"
#include "optimizer/cost.h"
#include "optimizer/optimizer.h"
#include "port/atomics.h"
#include "storage/fd.h"
#include "storage/shm_toc.h"
#include "utils/builtins.h"
#include "utils/snapmgr.h"

#include "shim/compat.h"
#include "shim/file_sizes.h"

/* What the processes share.  Each takes the next files until there are no more. */
typedef struct Share
{
	pg_atomic_uint64 next;
	int64		count;
	PgsFile		files[FLEXIBLE_ARRAY_MEMBER];
} Share;

#define KEY_SHARE UINT64CONST(0xB5CA1E0000000001)
#define FILES_AT_ONCE 256

/* The directory of this database in a tablespace, kept open because most relations share one. */
typedef struct Directory
{
	Oid			tablespace;
	int			file;			/* -1 when there is none */
} Directory;

extern PGDLLEXPORT void pgscale_file_sizes_main(dsm_segment *segment, shm_toc *toc);

static void
change_to(Directory *directory, Oid tablespace)
{
	if (directory->tablespace == tablespace)
		return;
	if (directory->tablespace != InvalidOid && directory->file >= 0)
		CloseTransientFile(directory->file);
	directory->tablespace = tablespace;
	directory->file = OidIsValid(tablespace)
		? OpenTransientFile(GetDatabasePath(MyDatabaseId, tablespace), O_RDONLY | O_DIRECTORY)
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
	Directory	directory = {0};

	for (;;)
	{
		int64		first = pg_atomic_fetch_add_u64(&share->next, FILES_AT_ONCE);

		if (first >= share->count)
			break;
		measure(share->files + first, Min(FILES_AT_ONCE, share->count - first), &directory);
	}
	change_to(&directory, InvalidOid);
}

/* What a parallel worker does. */
void
pgscale_file_sizes_main(dsm_segment *segment, shm_toc *toc)
{
	measure_share(shm_toc_lookup(toc, KEY_SHARE, false));
}

struct PgsFileSurvey
{
	ParallelContext *context;
	Share	   *share;
};

PgsFileSurvey *
pgs_survey_begin(const PgsFile *files, int64_t count, int helpers)
{
	Size		size = add_size(offsetof(Share, files), mul_size(count, sizeof(PgsFile)));
	PgsFileSurvey *survey = palloc_object(PgsFileSurvey);
	ParallelContext *context;
	Share	   *share;

	EnterParallelMode();
	context = CreateParallelContext("pgscale", "pgscale_file_sizes_main", helpers);
	shm_toc_estimate_chunk(&context->estimator, size);
	shm_toc_estimate_keys(&context->estimator, 1);
	InitializeParallelDSM(context);
	share = shm_toc_allocate(context->toc, size);
	pg_atomic_init_u64(&share->next, 0);
	share->count = count;
	memcpy(share->files, files, count * sizeof(PgsFile));
	shm_toc_insert(context->toc, KEY_SHARE, share);
	LaunchParallelWorkers(context);
	*survey = (PgsFileSurvey) {.context = context, .share = share};
	return survey;
}

void
pgs_survey_end(PgsFileSurvey *survey, PgsFile *files)
{
	Share	   *share = survey->share;

	measure_share(share);
	/* Raises an error when a worker broke off, whose files would have no size. */
	WaitForParallelWorkersToFinish(survey->context);
	memcpy(files, share->files, share->count * sizeof(PgsFile));
	DestroyParallelContext(survey->context);
	ExitParallelMode();
	pfree(survey);
}

PgsHelp
pgs_help(void)
{
	return (PgsHelp) {
		.possible = MyBackendType == B_BACKEND && !IsInParallelMode() && ActiveSnapshotSet(),
		.most = max_parallel_workers_per_gather,
		.setup_cost = parallel_setup_cost
	};
}

void
pgs_measure_files(PgsFile *files, int64_t count)
{
	Directory	directory = {0};

	measure(files, count, &directory);
	change_to(&directory, InvalidOid);
}
