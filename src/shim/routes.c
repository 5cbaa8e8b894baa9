#include "postgres.h"

#include "access/relation.h"
#include "catalog/partition.h"
#include "catalog/pg_class.h"
#include "catalog/pg_partitioned_table.h"
#include "fmgr.h"
#include "partitioning/partbounds.h"
#include "partitioning/partdesc.h"
#include "utils/lsyscache.h"
#include "utils/partcache.h"
#include "utils/rel.h"
#include "utils/ruleutils.h"

#include "shim/router.h"
#include "shim/routes.h"

bool
pgs_partition_key(uint32_t relation, PgsPartitionKey *result)
{
	Relation	parent = relation_open(relation, AccessShareLock);
	PartitionKey key;
	const char **names;

	if (parent->rd_rel->relkind != RELKIND_PARTITIONED_TABLE)
	{
		relation_close(parent, AccessShareLock);
		return false;
	}
	key = RelationGetPartitionKey(parent);
	names = palloc0_array(const char *, key->partnatts);
	for (int i = 0; i < key->partnatts; i++)
		if (key->partattrs[i] != 0)
			names[i] = get_attname(relation, key->partattrs[i], false);
	*result = (PgsPartitionKey) {key->partnatts, names, pg_get_partkeydef_columns(relation, false)};
	relation_close(parent, AccessShareLock);
	return true;
}

static void
read_values(PartitionKey key, const char *const *texts, Datum *values, bool *nulls)
{
	for (int i = 0; i < key->partnatts; i++)
	{
		Oid			function;
		Oid			parameter;

		getTypeInputInfo(key->parttypid[i], &function, &parameter);
		nulls[i] = texts[i] == NULL;
		/* Also for a null: a domain may refuse it. */
		values[i] = OidInputFunctionCall(function, (char *) texts[i], parameter, key->parttypmod[i]);
	}
}

/* The place in the partition descriptor, or -1: what get_partition_for_tuple() of the executor does. */
static int
find(PartitionKey key, PartitionBoundInfo bounds, Datum *values, bool *nulls)
{
	bool		equal = false;
	int			offset;

	if (key->strategy == PARTITION_STRATEGY_HASH)
	{
		uint64		hash = compute_partition_hash_value(key->partnatts, key->partsupfunc,
														key->partcollation, values, nulls);

		return bounds->indexes[hash % bounds->nindexes];
	}
	if (key->strategy == PARTITION_STRATEGY_LIST)
	{
		if (nulls[0])
			return bounds->null_index;
		offset = partition_list_bsearch(key->partsupfunc, key->partcollation, bounds, values[0],
										&equal);
		return offset >= 0 && equal ? bounds->indexes[offset] : -1;
	}
	for (int i = 0; i < key->partnatts; i++)
		if (nulls[i])
			return -1;
	offset = partition_range_datum_bsearch(key->partsupfunc, key->partcollation, bounds,
										   key->partnatts, values, &equal);
	/* The values are at or above this bound, so they belong to the partition that ends with the next. */
	return bounds->indexes[offset + 1];
}

uint32_t
pgs_partition_of_values(struct RelationData *parent, uintptr_t *values, bool *nulls)
{
	PartitionDesc partitions = RelationGetPartitionDesc(parent, true);
	int			place;

	if (partitions->nparts == 0)
		return InvalidOid;
	place = find(RelationGetPartitionKey(parent), partitions->boundinfo, values, nulls);
	if (place < 0)
		place = partitions->boundinfo->default_index;
	return place >= 0 ? partitions->oids[place] : InvalidOid;
}

uint32_t
pgs_partition_for(uint32_t relation, const char *const *texts)
{
	Relation	parent = relation_open(relation, AccessShareLock);
	Datum		values[PARTITION_MAX_KEYS];
	bool		nulls[PARTITION_MAX_KEYS];
	Oid			result;

	read_values(RelationGetPartitionKey(parent), texts, values, nulls);
	result = pgs_partition_of_values(parent, values, nulls);
	relation_close(parent, AccessShareLock);
	return result;
}
