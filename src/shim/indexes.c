#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "access/transam.h"
#include "catalog/pg_am.h"
#include "catalog/pg_attribute.h"
#include "catalog/pg_class.h"
#include "catalog/pg_constraint.h"
#include "catalog/pg_index.h"
#include "catalog/pg_opclass.h"
#include "commands/defrem.h"
#include "lib/stringinfo.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/syscache.h"

#include "shim/compat.h"
#include "shim/indexes.h"

StaticAssertDecl(PGS_METHOD_BTREE == BTREE_AM_OID, "OID of an access method");
StaticAssertDecl(PGS_METHOD_HASH == HASH_AM_OID, "OID of an access method");

/* Makes room for one more element in an array that grows. */
static void *
with_room(void *array, int64 count, int64 *room, Size size)
{
	if (count < *room)
		return array;
	*room = Max(*room * 2, 1024);
	return array == NULL ? palloc_extended(*room * size, MCXT_ALLOC_HUGE)
		: repalloc_huge(array, *room * size);
}

static Oid
method_of(Oid opclass)
{
	HeapTuple	tuple = SearchSysCache1(CLAOID, ObjectIdGetDatum(opclass));
	Oid			method;

	if (!HeapTupleIsValid(tuple))
		return InvalidOid;
	method = ((Form_pg_opclass) GETSTRUCT(tuple))->opcmethod;
	ReleaseSysCache(tuple);
	return method;
}

/* A row of pg_index, taken apart at once: each of its last columns is found only behind the others. */
typedef struct IndexRow
{
	Datum		values[Natts_pg_index];
	bool		nulls[Natts_pg_index];
} IndexRow;

static void *
vector_of(const IndexRow *row, AttrNumber number)
{
	return DatumGetPointer(row->values[number - 1]);
}

static const char *
text_or_null(const IndexRow *row, AttrNumber number)
{
	return row->nulls[number - 1] ? NULL : TextDatumGetCString(row->values[number - 1]);
}

static const PgsIndexColumn *
columns_of(Form_pg_index form, const IndexRow *row)
{
	oidvector  *classes = vector_of(row, Anum_pg_index_indclass);
	oidvector  *collations = vector_of(row, Anum_pg_index_indcollation);
	int2vector *options = vector_of(row, Anum_pg_index_indoption);
	PgsIndexColumn *columns = palloc0_array(PgsIndexColumn, form->indnatts);

	for (int i = 0; i < form->indnatts; i++)
	{
		columns[i].attribute = form->indkey.values[i];
		if (i >= form->indnkeyatts)
			continue;
		columns[i].options = options->values[i];
		columns[i].opclass = classes->values[i];
		columns[i].collation = collations->values[i];
	}
	return columns;
}

static PgsIndexDefinition
definition_of(HeapTuple tuple, Relation catalog)
{
	Form_pg_index form = (Form_pg_index) GETSTRUCT(tuple);
	IndexRow	row;
	const PgsIndexColumn *columns;

	heap_deform_tuple(tuple, RelationGetDescr(catalog), row.values, row.nulls);
	columns = columns_of(form, &row);
	return (PgsIndexDefinition) {
		.index = form->indexrelid,
		.table = form->indrelid,
		.method = method_of(columns[0].opclass),
		.unique = form->indisunique,
		.primary = form->indisprimary,
		.exclusion = form->indisexclusion,
		.replica_identity = form->indisreplident,
		.immediate = form->indimmediate,
		.nulls_distinct = !form->indnullsnotdistinct,
		.valid = form->indisvalid,
		.ready = form->indisready,
		.key_columns = form->indnkeyatts,
		.column_count = form->indnatts,
		.columns = columns,
		.predicate = text_or_null(&row, Anum_pg_index_indpred),
		.expressions = text_or_null(&row, Anum_pg_index_indexprs)
	};
}

int64_t
pgs_index_definitions(const uint32_t *tables, int64_t table_count, const PgsIndexDefinition **definitions)
{
	Relation	catalog = table_open(IndexRelationId, AccessShareLock);
	SysScanDesc scan = systable_beginscan(catalog, InvalidOid, false, NULL, 0, NULL);
	PgsIndexDefinition *found = NULL;
	int64		room = 0;
	int64		count = 0;
	HeapTuple	tuple;

	while (HeapTupleIsValid(tuple = systable_getnext(scan)))
	{
		Oid			table = ((Form_pg_index) GETSTRUCT(tuple))->indrelid;

		if (bsearch(&table, tables, table_count, sizeof table, oid_cmp) == NULL)
			continue;
		found = with_room(found, count, &room, sizeof *found);
		found[count++] = definition_of(tuple, catalog);
	}
	systable_endscan(scan);
	table_close(catalog, AccessShareLock);
	*definitions = found;
	return count;
}

static PgsForeignKey
foreign_key_of(HeapTuple tuple)
{
	Form_pg_constraint form = (Form_pg_constraint) GETSTRUCT(tuple);
	AttrNumber *columns = palloc_array(AttrNumber, INDEX_MAX_KEYS);
	AttrNumber	referenced[INDEX_MAX_KEYS];
	int			count;

	DeconstructFkConstraintRow(tuple, &count, columns, referenced, NULL, NULL, NULL, NULL, NULL);
	return (PgsForeignKey) {
		.constraint = form->oid,
		.parent = form->conparentid,
		.table = form->conrelid,
		.column_count = count,
		.columns = columns
	};
}

int64_t
pgs_foreign_keys(const PgsForeignKey **keys)
{
	Relation	catalog = table_open(ConstraintRelationId, AccessShareLock);
	SysScanDesc scan = systable_beginscan(catalog, InvalidOid, false, NULL, 0, NULL);
	PgsForeignKey *found = NULL;
	int64		room = 0;
	int64		count = 0;
	HeapTuple	tuple;

	while (HeapTupleIsValid(tuple = systable_getnext(scan)))
	{
		Form_pg_constraint form = (Form_pg_constraint) GETSTRUCT(tuple);

		if (form->contype != CONSTRAINT_FOREIGN || !pgs_is_enforced(form))
			continue;
		found = with_room(found, count, &room, sizeof *found);
		found[count++] = foreign_key_of(tuple);
	}
	systable_endscan(scan);
	table_close(catalog, AccessShareLock);
	*keys = found;
	return count;
}

int64_t
pgs_constraint_indexes(const uint32_t **indexes)
{
	Relation	catalog = table_open(ConstraintRelationId, AccessShareLock);
	SysScanDesc scan = systable_beginscan(catalog, InvalidOid, false, NULL, 0, NULL);
	uint32_t   *found = NULL;
	int64		room = 0;
	int64		count = 0;
	HeapTuple	tuple;

	while (HeapTupleIsValid(tuple = systable_getnext(scan)))
	{
		Form_pg_constraint form = (Form_pg_constraint) GETSTRUCT(tuple);

		if (strchr("pux", form->contype) == NULL)
			continue;
		found = with_room(found, count, &room, sizeof *found);
		found[count++] = form->conindid;
	}
	systable_endscan(scan);
	table_close(catalog, AccessShareLock);
	*indexes = found;
	return count;
}

static void
append_column(StringInfo text, Oid table, AttrNumber column)
{
	HeapTuple	tuple = column == 0 ? NULL
		: SearchSysCache2(ATTNUM, ObjectIdGetDatum(table), Int16GetDatum(column));

	if (!HeapTupleIsValid(tuple))
	{
		appendStringInfoString(text, "(expression)");
		return;
	}
	appendStringInfoString(text, quote_identifier(NameStr(((Form_pg_attribute) GETSTRUCT(tuple))->attname)));
	ReleaseSysCache(tuple);
}

/* As pg_get_indexdef(), but that waits for locks.  Allocates nothing for each index, of which there are thousands. */
const char *
pgs_index_column_names(uint32_t table, const int16_t *attributes, int key_columns, int count)
{
	static StringInfoData names = {0};

	if (names.data == NULL)
	{
		MemoryContext caller = MemoryContextSwitchTo(TopMemoryContext);

		initStringInfo(&names);
		MemoryContextSwitchTo(caller);
	}
	resetStringInfo(&names);
	for (int i = 0; i < count; i++)
	{
		if (i > 0)
			appendStringInfoString(&names, i == key_columns ? " INCLUDE (" : ", ");
		append_column(&names, table, attributes[i]);
	}
	if (count > key_columns)
		appendStringInfoChar(&names, ')');
	return names.data;
}

const char *
pgs_method_name(uint32_t method)
{
	return get_am_name(method);
}
