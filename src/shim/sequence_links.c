#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "catalog/dependency.h"
#include "catalog/pg_attrdef.h"
#include "catalog/pg_class.h"
#include "catalog/pg_depend.h"
#include "catalog/pg_sequence.h"
#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/syscache.h"

#include "shim/sequences.h"

/* The rows of a catalog one by one. */
typedef struct Reader
{
	Relation	catalog;
	SysScanDesc scan;
} Reader;

static Reader
read_catalog(Oid oid)
{
	Relation	catalog = table_open(oid, AccessShareLock);

	return (Reader) {catalog, systable_beginscan(catalog, InvalidOid, false, NULL, 0, NULL)};
}

static void *
next_row(Reader *reader)
{
	HeapTuple	tuple = systable_getnext(reader->scan);

	CHECK_FOR_INTERRUPTS();
	if (HeapTupleIsValid(tuple))
		return GETSTRUCT(tuple);
	systable_endscan(reader->scan);
	table_close(reader->catalog, AccessShareLock);
	return NULL;
}

/* An array that has room for one more. */
static void *
with_room(void *array, int64 count, Size size)
{
	if (array == NULL)
		return palloc(1024 * size);
	if (count >= 1024 && (count & (count - 1)) == 0)
		return repalloc_huge(array, 2 * count * size);
	return array;
}

static int
compare_oids(const void *left, const void *right)
{
	Oid			a = *(const Oid *) left;
	Oid			b = *(const Oid *) right;

	return a < b ? -1 : a > b;
}

static Oid *
sorted_sequences(int64 *count)
{
	Reader		reader = read_catalog(SequenceRelationId);
	Oid		   *found = NULL;
	Form_pg_sequence row;

	*count = 0;
	while ((row = next_row(&reader)) != NULL)
	{
		found = with_room(found, *count, sizeof(Oid));
		found[(*count)++] = row->seqrelid;
	}
	if (*count > 0)
		qsort(found, *count, sizeof(Oid), compare_oids);
	return found;
}

/* What the dependency says of a sequence, if it is about one. */
static PgsSequenceLink
link_of(Form_pg_depend row)
{
	if (row->refclassid != RelationRelationId)
		return (PgsSequenceLink) {0};
	if (row->classid == AttrDefaultRelationId)
		return (PgsSequenceLink) {.sequence = row->refobjid, .column_default = row->objid};
	if (row->classid == RelationRelationId && row->objsubid == 0 && row->refobjsubid > 0 &&
		(row->deptype == DEPENDENCY_AUTO || row->deptype == DEPENDENCY_INTERNAL))
		return (PgsSequenceLink) {.sequence = row->objid, .relation = row->refobjid, .column = row->refobjsubid};
	return (PgsSequenceLink) {0};
}

int64_t
pgs_sequence_links(const PgsSequenceLink **links)
{
	int64		sequences;
	Oid		   *sorted = sorted_sequences(&sequences);
	Reader		reader = read_catalog(DependRelationId);
	PgsSequenceLink *found = NULL;
	int64		count = 0;
	Form_pg_depend row;

	while ((row = next_row(&reader)) != NULL)
	{
		PgsSequenceLink link = link_of(row);

		if (link.sequence == InvalidOid || sequences == 0 ||
			bsearch(&link.sequence, sorted, sequences, sizeof(Oid), compare_oids) == NULL)
			continue;
		found = with_room(found, count, sizeof(PgsSequenceLink));
		found[count++] = link;
	}
	*links = found;
	return count;
}

int64_t
pgs_column_defaults(const PgsColumnDefault **defaults)
{
	Reader		reader = read_catalog(AttrDefaultRelationId);
	PgsColumnDefault *found = NULL;
	int64		count = 0;
	Form_pg_attrdef row;

	while ((row = next_row(&reader)) != NULL)
	{
		found = with_room(found, count, sizeof(PgsColumnDefault));
		found[count++] = (PgsColumnDefault) {row->oid, row->adrelid, row->adnum};
	}
	*defaults = found;
	return count;
}

/* As numeric_typmod_precision() and numeric_typmod_scale() do. */
static void
add_digits(PgsColumn *column, int32 typmod)
{
	column->has_precision = column->base_type == NUMERICOID && typmod >= (int32) VARHDRSZ;
	if (column->has_precision)
		column->digits = (((typmod - VARHDRSZ) >> 16) & 0xffff) -
			((((typmod - VARHDRSZ) & 0x7ff) ^ 1024) - 1024);
}

bool
pgs_column(uint32_t relation, int number, PgsColumn *column)
{
	HeapTuple	tuple = SearchSysCache2(ATTNUM, ObjectIdGetDatum(relation), Int16GetDatum(number));
	Form_pg_attribute attribute;
	int32		typmod;

	if (!HeapTupleIsValid(tuple))
		return false;
	attribute = (Form_pg_attribute) GETSTRUCT(tuple);
	if (attribute->attisdropped)
	{
		ReleaseSysCache(tuple);
		return false;
	}
	typmod = attribute->atttypmod;
	*column = (PgsColumn) {
		.name = pstrdup(NameStr(attribute->attname)),
		.type = format_type_with_typemod(attribute->atttypid, attribute->atttypmod),
		.base_type = getBaseTypeAndTypmod(attribute->atttypid, &typmod)
	};
	add_digits(column, typmod);
	ReleaseSysCache(tuple);
	return true;
}
