/* Identity columns of partitions, which from 17 on are those of their root. */
#pragma once

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Gives the identity columns of a partition that has just been attached to all
 * tables below it.  ATTACH gives them to the partition alone, and its DETACH
 * then fails at tables that lack them.  May raise an error.  The caller has
 * all of these tables locked.
 */
extern void pgs_pass_identity_on(uint32_t partition);

#ifdef __cplusplus
}
#endif
