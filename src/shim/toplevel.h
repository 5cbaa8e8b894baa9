/*
 * Statements that PostgreSQL runs outside any function only, because they
 * commit in their middle: DETACH PARTITION CONCURRENTLY, CREATE, DROP and
 * REINDEX INDEX CONCURRENTLY, and ALTER SUBSCRIPTION ... REFRESH PUBLICATION.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What the names in the statement must mean; 0 for what it does not name. */
typedef struct PgsTopLevelNames
{
	uint32_t	parent;
	uint32_t	partition;
	uint32_t	index;
	uint32_t	subscription;
} PgsTopLevelNames;

/*
 * Runs one statement as a client would, in transactions of its own; for workers.
 * The locks that keep its names are waited for under the lock_timeout of the
 * caller, all that the statement itself waits for under `patience`.
 */
extern void pgs_execute_at_top_level(const char *sql, const PgsTopLevelNames *names,
									 const char *patience);

/* Whether one is being carried out. */
extern bool pgs_at_top_level(void); /* never raises */
/* To be called after it, when it has failed, too. */
extern void pgs_top_level_done(void);	/* never raises */

#ifdef __cplusplus
}
#endif
