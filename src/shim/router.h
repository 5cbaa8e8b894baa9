/*
 * Rows on their way to the leaves of a table, which may be partitioned.  For C
 * files of the shim only.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "shim/move.h"

typedef struct PgsRouter PgsRouter;

/* A table that holds rows, open for more of them. */
typedef struct PgsLeaf
{
	struct RelationData *relation;
	struct TupleTableSlot *slot;
	struct TupleConversionMap *map;	/* NULL: the columns stand in the same places */
	struct ResultRelInfo *result;	/* with its indexes */
} PgsLeaf;

struct EState;

/* Tables are opened when the first row comes to them, and stay open until the end. */
extern PgsRouter *pgs_open_router(struct RelationData *from, uint32_t to, struct EState *state);
extern void pgs_close_router(PgsRouter *router);

/*
 * The leaf for a row of `from`, by the server's own routing.  NULL where there
 * is none; then no_place tells more.
 */
extern PgsLeaf *pgs_route(PgsRouter *router, struct TupleTableSlot *row, PgsNoPlace *no_place);

/* The partition of an open table for the values of its key, or 0. */
extern uint32_t pgs_partition_of_values(struct RelationData *parent, uintptr_t *values, bool *nulls);
