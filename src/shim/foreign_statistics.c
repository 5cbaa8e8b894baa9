#include "postgres.h"

#include "access/genam.h"
#include "access/heapam.h"
#include "access/relation.h"
#include "access/table.h"
#include "catalog/indexing.h"
#include "catalog/pg_statistic.h"
#include "catalog/pg_type.h"
#include "commands/vacuum.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/syscache.h"
#include "utils/typcache.h"

#include "shim/compat.h"
#include "shim/foreign_statistics.h"

void
pgs_set_relation_statistics(uint32_t table, double rows, int32_t pages)
{
	Relation	relation = relation_open(table, ShareUpdateExclusiveLock);

	pgs_update_relation_statistics(relation, (BlockNumber) pages, rows);
	relation_close(relation, NoLock);
}

/* A row of pg_statistic in the making; its slots are filled one after the other. */
typedef struct StatisticRow
{
	Datum		values[Natts_pg_statistic];
	bool		nulls[Natts_pg_statistic];
	int			slots;
	Oid			type;
	int32		typmod;
	Oid			collation;
} StatisticRow;

static ArrayType *
read_array(const char *text, Oid element, int32 typmod)
{
	FmgrInfo	input;
	ArrayType  *array;

	fmgr_info(F_ARRAY_IN, &input);
	array = DatumGetArrayTypeP(InputFunctionCall(&input, pstrdup(text), element, typmod));
	if (ARR_NDIM(array) != 1 || array_contains_nulls(array))
		ereport(ERROR, errcode(ERRCODE_DATA_EXCEPTION),
				errmsg("statistics hold an array that is not plain"));
	return array;
}

static void
add_slot(StatisticRow *row, int16 kind, Oid operator, ArrayType *numbers, ArrayType *values)
{
	int			slot = row->slots++;

	row->values[Anum_pg_statistic_stakind1 - 1 + slot] = Int16GetDatum(kind);
	row->values[Anum_pg_statistic_staop1 - 1 + slot] = ObjectIdGetDatum(operator);
	row->values[Anum_pg_statistic_stacoll1 - 1 + slot] = ObjectIdGetDatum(row->collation);
	row->values[Anum_pg_statistic_stanumbers1 - 1 + slot] = PointerGetDatum(numbers);
	row->nulls[Anum_pg_statistic_stanumbers1 - 1 + slot] = numbers == NULL;
	row->values[Anum_pg_statistic_stavalues1 - 1 + slot] = PointerGetDatum(values);
	row->nulls[Anum_pg_statistic_stavalues1 - 1 + slot] = values == NULL;
}

static void
add_slots(StatisticRow *row, const PgsColumnStatistics *statistics)
{
	TypeCacheEntry *type = lookup_type_cache(row->type, TYPECACHE_EQ_OPR | TYPECACHE_LT_OPR);

	if (statistics->common_values != NULL && statistics->common_freqs != NULL &&
		OidIsValid(type->eq_opr))
	{
		ArrayType  *values = read_array(statistics->common_values, row->type, row->typmod);
		ArrayType  *numbers = read_array(statistics->common_freqs, FLOAT4OID, -1);

		if (ARR_DIMS(values)[0] != ARR_DIMS(numbers)[0])
			ereport(ERROR, errcode(ERRCODE_DATA_EXCEPTION),
					errmsg("statistics hold more values than frequencies, or fewer"));
		add_slot(row, STATISTIC_KIND_MCV, type->eq_opr, numbers, values);
	}
	if (statistics->bounds != NULL && OidIsValid(type->lt_opr))
		add_slot(row, STATISTIC_KIND_HISTOGRAM, type->lt_opr, NULL,
				 read_array(statistics->bounds, row->type, row->typmod));
	if (statistics->correlation != NULL && OidIsValid(type->lt_opr))
		add_slot(row, STATISTIC_KIND_CORRELATION, type->lt_opr,
				 read_array(psprintf("{%s}", statistics->correlation), FLOAT4OID, -1), NULL);
}

static void
store(Oid table, AttrNumber column, StatisticRow *row)
{
	Relation	catalog = table_open(StatisticRelationId, RowExclusiveLock);
	HeapTuple	old = SearchSysCache3(STATRELATTINH, ObjectIdGetDatum(table),
									Int16GetDatum(column), BoolGetDatum(false));
	HeapTuple	tuple = heap_form_tuple(RelationGetDescr(catalog), row->values, row->nulls);

	if (HeapTupleIsValid(old))
	{
		tuple->t_self = old->t_self;
		CatalogTupleUpdate(catalog, &tuple->t_self, tuple);
		ReleaseSysCache(old);
	}
	else
		CatalogTupleInsert(catalog, tuple);
	table_close(catalog, RowExclusiveLock);
}

/* The same rows that ANALYZE would write, had it sampled the table on the other server. */
void
pgs_set_column_statistics(uint32_t table, const PgsColumnStatistics *statistics)
{
	Relation	relation = relation_open(table, ShareUpdateExclusiveLock);
	AttrNumber	column = get_attnum(table, statistics->column);
	StatisticRow	row = {.slots = 0};

	if (column > 0)
	{
		get_atttypetypmodcoll(table, column, &row.type, &row.typmod, &row.collation);
		row.values[Anum_pg_statistic_starelid - 1] = ObjectIdGetDatum(table);
		row.values[Anum_pg_statistic_staattnum - 1] = Int16GetDatum(column);
		row.values[Anum_pg_statistic_stainherit - 1] = BoolGetDatum(false);
		row.values[Anum_pg_statistic_stanullfrac - 1] =
			Float4GetDatum((float4) statistics->null_frac);
		row.values[Anum_pg_statistic_stawidth - 1] = Int32GetDatum(statistics->avg_width);
		row.values[Anum_pg_statistic_stadistinct - 1] =
			Float4GetDatum((float4) statistics->n_distinct);
		for (int slot = 0; slot < STATISTIC_NUM_SLOTS; slot++)
		{
			row.nulls[Anum_pg_statistic_stanumbers1 - 1 + slot] = true;
			row.nulls[Anum_pg_statistic_stavalues1 - 1 + slot] = true;
		}
		add_slots(&row, statistics);
		store(table, column, &row);
	}
	relation_close(relation, NoLock);
}
