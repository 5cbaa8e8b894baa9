/* Where a row with this key belongs, as INSERT would decide.  May raise an error. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct PgsPartitionKey
{
	int			columns;
	const char *const *names;	/* NULL: an expression */
	const char *definition;		/* all of them, for messages */
} PgsPartitionKey;

/* False when the relation is not partitioned. */
extern bool pgs_partition_key(uint32_t relation, PgsPartitionKey *key);

/*
 * The partition of a partitioned table, one level below it, for the values of
 * its key, which are read as its columns would; 0 when there is none.
 */
extern uint32_t pgs_partition_for(uint32_t relation, const char *const *values);

#ifdef __cplusplus
}
#endif
