#include "postgres.h"

#include "access/table.h"
#include "access/tableam.h"
#include "access/tupconvert.h"
#include "catalog/pg_class.h"
#include "executor/executor.h"
#include "utils/hsearch.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/partcache.h"
#include "utils/rel.h"

#include "shim/router.h"

/* A table on the way: a leaf, or one that is partitioned. */
typedef struct Station
{
	Oid			table;			/* the key of the hash table */
	Relation	relation;
	bool		is_leaf;
	PgsLeaf		leaf;
	AttrNumber	columns[PARTITION_MAX_KEYS];	/* of `from`, as the key has them */
} Station;

struct PgsRouter
{
	Relation	from;
	Oid			to;
	EState	   *state;
	HTAB	   *stations;
	MemoryContext context;
};

PgsRouter *
pgs_open_router(struct RelationData *from, uint32_t to, struct EState *state)
{
	PgsRouter  *router = palloc0_object(PgsRouter);
	HASHCTL		control = {
		.keysize = sizeof(Oid),
		.entrysize = sizeof(Station),
		.hcxt = CurrentMemoryContext,
	};

	router->from = from;
	router->to = to;
	router->state = state;
	router->context = CurrentMemoryContext;
	router->stations = hash_create("pgscale router", 64, &control,
								   HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
	return router;
}

void
pgs_close_router(PgsRouter *router)
{
	HASH_SEQ_STATUS stations;
	Station    *station;

	hash_seq_init(&stations, router->stations);
	while ((station = hash_seq_search(&stations)) != NULL)
	{
		if (station->is_leaf)
		{
			ExecCloseIndices(station->leaf.result);
			ExecDropSingleTupleTableSlot(station->leaf.slot);
		}
		table_close(station->relation, NoLock);
	}
	hash_destroy(router->stations);
}

static void
open_leaf(PgsRouter *router, Station *station)
{
	Relation	relation = station->relation;
	PgsLeaf    *leaf = &station->leaf;

	if (relation->rd_rel->relkind != RELKIND_RELATION)
		ereport(ERROR,
				(errcode(ERRCODE_WRONG_OBJECT_TYPE),
				 errmsg("cannot move rows to \"%s\"", RelationGetRelationName(relation)),
				 errdetail("It is a foreign table.")));
	leaf->relation = relation;
	leaf->slot = table_slot_create(relation, NULL);
	leaf->map = convert_tuples_by_name(RelationGetDescr(router->from), RelationGetDescr(relation));
	leaf->result = makeNode(ResultRelInfo);
	InitResultRelInfo(leaf->result, relation, 0, NULL, 0);
	ExecOpenIndices(leaf->result, false);
}

/* Tables of one set have the same columns, but not always in the same places. */
static void
find_key(PgsRouter *router, Station *station)
{
	PartitionKey key = RelationGetPartitionKey(station->relation);

	for (int i = 0; i < key->partnatts; i++)
	{
		if (key->partattrs[i] == 0)
			ereport(ERROR,
					(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
					 errmsg("cannot move rows to \"%s\"", RelationGetRelationName(station->relation)),
					 errdetail("It is partitioned by an expression.")));
		station->columns[i] = get_attnum(RelationGetRelid(router->from),
										 get_attname(station->table, key->partattrs[i], false));
	}
}

static Station *
station_of(PgsRouter *router, Oid table)
{
	bool		is_known;
	Station    *station = hash_search(router->stations, &table, HASH_FIND, &is_known);
	MemoryContext caller;
	Relation	relation;

	if (is_known)
		return station;
	caller = MemoryContextSwitchTo(router->context);
	relation = table_open(table, RowExclusiveLock);
	station = hash_search(router->stations, &table, HASH_ENTER, &is_known);
	station->relation = relation;
	station->is_leaf = relation->rd_rel->relkind != RELKIND_PARTITIONED_TABLE;
	if (station->is_leaf)
		open_leaf(router, station);
	else
		find_key(router, station);
	MemoryContextSwitchTo(caller);
	return station;
}

static void
tell(Station *station, int level, Datum value, bool is_null, PgsNoPlace *no_place)
{
	Oid			output;
	bool		is_varlena;

	getTypeOutputInfo(RelationGetPartitionKey(station->relation)->parttypid[0], &output, &is_varlena);
	*no_place = (PgsNoPlace) {station->table, level,
							  is_null ? NULL : OidOutputFunctionCall(output, value)};
}

PgsLeaf *
pgs_route(PgsRouter *router, struct TupleTableSlot *row, PgsNoPlace *no_place)
{
	Station    *station = station_of(router, router->to);

	for (int level = 0; !station->is_leaf; level++)
	{
		Datum		values[PARTITION_MAX_KEYS];
		bool		nulls[PARTITION_MAX_KEYS];
		Oid			next;

		for (int i = 0; i < RelationGetPartitionKey(station->relation)->partnatts; i++)
			values[i] = slot_getattr(row, station->columns[i], &nulls[i]);
		next = pgs_partition_of_values(station->relation, values, nulls);
		if (!OidIsValid(next))
		{
			tell(station, level, values[0], nulls[0], no_place);
			return NULL;
		}
		station = station_of(router, next);
	}
	return &station->leaf;
}
