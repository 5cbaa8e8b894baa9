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
 * Moves the rows whose ctid the query gives.  No trigger fires and no foreign
 * key is checked, because to the set no row is new or gone; indexes and CHECK
 * constraints of `to` are kept.  Its partition constraint is not: the caller
 * widens the bounds of `to` before it commits.
 *
 * Waits for no row: one that another transaction is changing stays.  With
 * `alone` nobody else can be changing one, so a row that stays is an error, and
 * once it returns `from` holds none of these rows.  `at_once` bounds the
 * memory.  Returns how many were moved.
 */
extern uint64_t pgs_move_rows(uint32_t from, uint32_t to, const char *ctids, int32_t at_once,
							  bool alone);

/*
 * Says that a CHECK constraint that was added NOT VALID holds for all rows, as
 * VALIDATE CONSTRAINT says it after its scan.  For who knows it otherwise and
 * holds the lock that keeps it true.
 */
extern void pgs_mark_validated(uint32_t relation, const char *constraint);

#ifdef __cplusplus
}
#endif
