/* ANALYZE of one partitioned table.  May raise an error. */
#pragma once

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Gathers the statistics of the parent alone, as ANALYZE ONLY does from 18 on;
 * up to 17 that command would analyze all its partitions, too.
 */
extern void pgs_analyze_parent(uint32_t parent);

#ifdef __cplusplus
}
#endif
