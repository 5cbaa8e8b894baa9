/*
 * Ticks for ids: those that were reserved by the sequence, which never loses
 * what it says, and not used yet.  With shared_preload_libraries all sessions
 * share them, otherwise each has its own.  May raise an error.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

extern void pgs_ids_define(void);	/* for _PG_init: asks for shared memory */
extern bool pgs_ticks_are_shared(void);	/* never raises */

/* The sequence of this database; raises an error without the extension. */
extern uint32_t pgs_tick_sequence(void);

/* The next unused tick that is not before the earliest; false when there is none. */
extern bool pgs_take_tick(uint32_t sequence, int64_t earliest, int64_t *tick);

/* One session at a time reserves. */
extern void pgs_lock_ticks(uint32_t sequence);
extern void pgs_unlock_ticks(uint32_t sequence);
/* Puts the sequence at the value, so that no crash brings it back. */
extern void pgs_advance_sequence(uint32_t sequence, int64_t value);
/* From now on these are the unused ones. */
extern void pgs_add_ticks(uint32_t sequence, int64_t first, int64_t last);

#ifdef __cplusplus
}
#endif
