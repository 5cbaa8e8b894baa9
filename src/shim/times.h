/*
 * Intervals and time zones.  Bad input, and a moment that no timestamp holds,
 * raise an error.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

extern void pgs_interval_input(const char *text, int32_t *months, int32_t *days, int64_t *micros);
/* The interval in PostgreSQL's own style. */
extern const char *pgs_interval_text(const char *text);

extern bool pgs_zone_exists(const char *zone);
extern int64_t pgs_zone_to_local(const char *zone, int64_t instant);
extern int64_t pgs_zone_to_instant(const char *zone, int64_t local);

#ifdef __cplusplus
}
#endif
