#include "postgres.h"

#include "access/table.h"
#include "access/xact.h"
#include "catalog/indexing.h"
#include "catalog/pg_attribute.h"
#include "catalog/pg_inherits.h"
#include "utils/rel.h"
#include "utils/syscache.h"

#include "shim/identity.h"

static void
give_identity(Relation catalog, Oid table, Form_pg_attribute column)
{
	HeapTuple	tuple = SearchSysCacheCopyAttName(table, NameStr(column->attname));

	if (!HeapTupleIsValid(tuple))
		elog(ERROR, "cache lookup failed for column \"%s\" of relation %u",
			 NameStr(column->attname), table);
	((Form_pg_attribute) GETSTRUCT(tuple))->attidentity = column->attidentity;
	CatalogTupleUpdate(catalog, &tuple->t_self, tuple);
	heap_freetuple(tuple);
}

void
pgs_pass_identity_on(uint32_t partition)
{
	List	   *tables = find_all_inheritors(partition, NoLock, NULL);
	Relation	top = table_open(partition, NoLock);
	TupleDesc	columns = RelationGetDescr(top);
	Relation	catalog = table_open(AttributeRelationId, RowExclusiveLock);

	for (int i = 0; i < columns->natts; i++)
	{
		Form_pg_attribute column = TupleDescAttr(columns, i);
		ListCell   *cell;

		if (column->attisdropped || column->attidentity == '\0')
			continue;
		/* the first one is the partition itself */
		for_each_from(cell, tables, 1)
			give_identity(catalog, lfirst_oid(cell), column);
	}
	table_close(catalog, RowExclusiveLock);
	table_close(top, NoLock);
	CommandCounterIncrement();
}
