#include "postgres.h"

#include "commands/vacuum.h"
#include "nodes/makefuncs.h"

#include "shim/analyze.h"
#include "shim/compat.h"

/* A relation that is told by OID is not expanded to its partitions, because autovacuum does so. */
void
pgs_analyze_parent(uint32_t parent)
{
	VacuumParams params = {.options = VACOPT_ANALYZE, .log_min_duration = -1};

	pgs_vacuum(list_make1(makeVacuumRelation(NULL, parent, NIL)), &params);
}
