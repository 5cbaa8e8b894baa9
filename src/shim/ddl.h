/* What a statement that fired an event trigger does to partitions.  May raise an error. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "shim/arguments.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * The partitioned tables that the statement gives partitions to or takes them from, told by its
 * syntax and by the names it uses; DROP TABLE before it is carried out, all others after it.  None
 * for statements of pgscale itself.
 */
typedef struct PgsParents
{
	int			count;
	const uint32_t *oids;
} PgsParents;

extern PgsParents pgs_ddl_parents(PgsCall *call);

#ifdef __cplusplus
}
#endif
