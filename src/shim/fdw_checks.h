/* The checks in front of the callbacks of postgres_fdw.  For C files of the shim only. */
#pragma once

#include <stdint.h>

struct ForeignScanState;

/*
 * Before anything goes to the server: an error when it is a shard that is down, or would wait for
 * what this transaction has prepared there.
 */
extern void pgs_check_shard(uint32_t server);
extern void pgs_check_shard_of(uint32_t relation);

/* The same before planning, which asks the shard only where use_remote_estimate is on. */
extern void pgs_check_shard_for_estimate(uint32_t relation);

/* An error when the scan would lock and fetch every row that UPDATE or DELETE could change. */
extern void pgs_check_target_scan(struct ForeignScanState *node);

/* Before each row that is written. */
extern void pgs_check_write(uint32_t relation);
