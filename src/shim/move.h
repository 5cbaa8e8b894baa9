/*
 * Moving rows from one partition to another so that nobody sees them twice or
 * not at all.  Every function may raise an error.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * A move of the rows whose ctid the query gives.  `to` may be partitioned: each
 * row goes to the leaf that the server's own routing finds.  No trigger fires
 * and no foreign key is checked, because to the set no row is new or gone;
 * indexes and CHECK constraints of the leaves are kept.  The partition
 * constraint of `to` is not: the caller widens its bounds before it commits.
 *
 * Waits for no row: one that another transaction is changing stays.  With
 * `alone` nobody else can be changing one, so a row that stays is an error, and
 * once it is done `from` holds none of these rows.  `at_once` bounds the
 * memory.
 */
typedef struct PgsMove PgsMove;
extern PgsMove *pgs_begin_move(uint32_t from, uint32_t to, const char *ctids, int32_t at_once,
							   bool alone);

/* Where a row has no place below `to`, and what it has there in the first column of the key. */
typedef struct PgsNoPlace
{
	uint32_t	table;			/* partitioned, without a partition for the row */
	int			level;			/* 0: `to` itself */
	const char *key;			/* NULL: null; lives as long as the move */
} PgsNoPlace;

/*
 * False when it stopped at a row that has no place.  Once there is one, in the
 * same transaction, it can go on; nothing is open meanwhile.
 */
extern bool pgs_move_on(PgsMove *move, PgsNoPlace *no_place);

/* How many rows were moved. */
extern uint64_t pgs_end_move(PgsMove *move);

/*
 * Says that a CHECK constraint that was added NOT VALID holds for all rows, as
 * VALIDATE CONSTRAINT says it after its scan.  For who knows it otherwise and
 * holds the lock that keeps it true.
 */
extern void pgs_mark_validated(uint32_t relation, const char *constraint);

#ifdef __cplusplus
}
#endif
