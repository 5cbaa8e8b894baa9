/* What the wrapper asks of core/shard_guard. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "shim/guard.h"
#include "shim/shard_settings.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum PgsVerdict
{
	PGS_FINE,
	PGS_WARN,
	PGS_REFUSE
} PgsVerdict;

typedef struct PgsShardWrite
{
	uint32_t	server;
	int			level;			/* of the subtransaction */
	PgsCrossShardWrites policy;
	uint32_t	first;			/* filled in: the first server that was written to, or 0 */
	PgsVerdict	verdict;		/* filled in */
} PgsShardWrite;

typedef enum PgsWritesEnd
{
	PGS_WRITES_RELEASED,		/* the subtransaction of the level */
	PGS_WRITES_ROLLED_BACK,
	PGS_WRITES_OVER				/* the transaction */
} PgsWritesEnd;

extern bool body_shard_write(PgsShardWrite *write, PgsFailure *failure);
extern void body_shard_writes_end(PgsWritesEnd how, int level); /* never raises */
extern PgsVerdict body_target_scan(bool has_remote_condition, bool allowed);	/* never raises */

#ifdef __cplusplus
}
#endif
