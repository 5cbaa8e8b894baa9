/*
 * Background processes: starting them, waiting for them, and the little that
 * they share.  Every function may raise an error unless it says otherwise.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The most visits that shared memory has room for. */
#define PGS_MOST_WORKERS 64

/* At server start, from shared_preload_libraries: shared memory and the launcher. */
extern void pgs_workers_define(void);

struct BackgroundWorker;

/* Fills in what our processes have in common: a connection, a start after recovery, no restart.  Never raises. */
extern void pgs_worker_describe(struct BackgroundWorker *worker, const char *type, const char *name, const char *function);

/* What a worker that carries out one step at top level for a session must know. */
typedef struct PgsErrand
{
	uint32_t	database;
	uint32_t	parent;
	uint32_t	partition;
	uint32_t	requester;
	uint32_t	object;			/* an index of the parent */
	int32_t		action;
	int64_t		run;
	uint8_t		retire;			/* what follows a detach, as C++ numbers it */
	bool		ends_with_caller;	/* is ended when the session is cancelled */
	char		reason[70];		/* for the journal */
} PgsErrand;

/*
 * Hands the errand to a worker and waits until it has ended; false: no worker
 * slot is free.  `what` is shown with the worker.  The transaction must have
 * no snapshot, for the worker may wait until all older ones are gone.
 */
extern bool pgs_errand_run(const PgsErrand *errand, const char *what);

/* When a visit wants the next one; DT_NOEND-like INT64_MAX for never. */
typedef struct PgsVisitResult
{
	int64_t		due;
	int64_t		retry;
} PgsVisitResult;

/* For the launcher: start a visit of the database; the slot, or -1 when no worker can be had. */
extern int	pgs_visit_start(uint32_t database);

typedef enum PgsVisitState
{
	PGS_VISIT_RUNNING,
	PGS_VISIT_ENDED,			/* by itself: the result is filled in */
	PGS_VISIT_DIED
} PgsVisitState;

/* For the launcher: how the visit stands; frees the slot unless it runs. */
extern PgsVisitState pgs_visit_poll(int slot, PgsVisitResult *result);

/* For a visit: publish the result. */
extern void pgs_visit_publish(const PgsVisitResult *result);	/* never raises */

/* The databases that a visit may go to. */
extern int	pgs_databases(const uint32_t **databases);

/* At commit, ask the launcher for a visit of this database.  Does nothing without a launcher. */
extern void pgs_wake_launcher_at_commit(void);	/* never raises */
extern void pgs_wake_launcher(void);	/* at once; never raises */

/* For the launcher: who called. */
extern int	pgs_wake_requests(uint32_t *databases, int most, bool *all);

#ifdef __cplusplus
}
#endif
