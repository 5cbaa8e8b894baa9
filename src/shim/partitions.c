#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/nbtree.h"
#include "access/table.h"
#include "catalog/pg_class.h"
#include "catalog/pg_inherits.h"
#include "catalog/pg_partitioned_table.h"
#include "catalog/pg_type.h"
#include "nodes/makefuncs.h"
#include "nodes/parsenodes.h"
#include "nodes/value.h"
#include "parser/parser.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/fmgroids.h"
#include "utils/guc.h"
#include "utils/lsyscache.h"
#include "utils/numeric.h"
#include "utils/rel.h"
#include "utils/syscache.h"
#include "utils/timestamp.h"

#include "shim/partitions.h"

static const char *
output(Oid type, Datum value)
{
	Oid			function;
	bool		is_varlena;

	getTypeOutputInfo(type, &function, &is_varlena);
	return OidOutputFunctionCall(function, value);
}

static Datum
input(Oid type, int32 typmod, const char *text)
{
	Oid			function;
	Oid			parameter;

	getTypeInputInfo(type, &function, &parameter);
	return OidInputFunctionCall(function, (char *) text, parameter, typmod);
}

static void
set_time(PgsEnd *end, Timestamp value)
{
	if (TIMESTAMP_IS_NOBEGIN(value))
		end->kind = PGS_END_MINIMUM;
	else if (TIMESTAMP_IS_NOEND(value))
		end->kind = PGS_END_MAXIMUM;
	else
		end->number = value;
}

static void
decode_value(Oid type, Datum value, PgsEnd *end)
{
	end->kind = PGS_END_VALUE;
	end->number = 0;
	end->text = output(type, value);
	end->has_number = true;

	switch (getBaseType(type))
	{
		case TIMESTAMPTZOID:
		case TIMESTAMPOID:
			set_time(end, DatumGetTimestamp(value));
			break;
		case DATEOID:
			if (DATE_IS_NOBEGIN(DatumGetDateADT(value)))
				end->kind = PGS_END_MINIMUM;
			else if (DATE_IS_NOEND(DatumGetDateADT(value)))
				end->kind = PGS_END_MAXIMUM;
			else
				end->number = (int64) DatumGetDateADT(value) * USECS_PER_DAY;
			break;
		case INT2OID:
			end->number = DatumGetInt16(value);
			break;
		case INT4OID:
			end->number = DatumGetInt32(value);
			break;
		case INT8OID:
			end->number = DatumGetInt64(value);
			break;
		case NUMERICOID:
			end->has_number = false;
			if (numeric_is_inf(DatumGetNumeric(value)))
				end->kind = end->text[0] == '-' ? PGS_END_MINIMUM : PGS_END_MAXIMUM;
			break;
		default:
			end->has_number = false;
			break;
	}
}

static const PgsEnd *
decode_ends(List *columns)
{
	PgsEnd	   *ends = palloc0_array(PgsEnd, list_length(columns));
	ListCell   *cell;

	foreach(cell, columns)
	{
		PartitionRangeDatum *datum = lfirst_node(PartitionRangeDatum, cell);
		PgsEnd	   *end = &ends[foreach_current_index(cell)];

		if (datum->kind == PARTITION_RANGE_DATUM_VALUE)
		{
			Const	   *value = castNode(Const, datum->value);

			decode_value(value->consttype, value->constvalue, end);
		}
		else if (datum->kind == PARTITION_RANGE_DATUM_MINVALUE)
			*end = (PgsEnd) {PGS_END_MINIMUM, 0, "MINVALUE"};
		else
			*end = (PgsEnd) {PGS_END_MAXIMUM, 0, "MAXVALUE"};
	}
	return ends;
}

static void
decode_list(List *datums, PgsBound *bound)
{
	const char **values = palloc0_array(const char *, list_length(datums));
	ListCell   *cell;

	foreach(cell, datums)
	{
		Const	   *value = lfirst_node(Const, cell);

		if (!value->constisnull)
			values[foreach_current_index(cell)] = output(value->consttype, value->constvalue);
	}
	bound->value_count = list_length(datums);
	bound->values = values;
}

static PartitionBoundSpec *
read_bound(Oid relation)
{
	HeapTuple	tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(relation));
	PartitionBoundSpec *spec = NULL;
	Datum		value;
	bool		is_null;

	if (!HeapTupleIsValid(tuple))
		return NULL;
	value = SysCacheGetAttr(RELOID, tuple, Anum_pg_class_relpartbound, &is_null);
	if (!is_null)
		spec = castNode(PartitionBoundSpec, stringToNode(TextDatumGetCString(value)));
	ReleaseSysCache(tuple);
	return spec;
}

static const PgsBound *
decode_bound(PartitionBoundSpec *spec)
{
	PgsBound   *bound;

	if (spec == NULL)
		return NULL;
	bound = palloc0_object(PgsBound);
	bound->strategy = spec->strategy;
	bound->is_default = spec->is_default;
	bound->modulus = spec->modulus;
	bound->remainder = spec->remainder;
	bound->columns = list_length(spec->lowerdatums);
	bound->lower = decode_ends(spec->lowerdatums);
	bound->upper = decode_ends(spec->upperdatums);
	decode_list(spec->listdatums, bound);
	return bound;
}

const PgsBound *
pgs_partition_bound(uint32_t relation)
{
	return decode_bound(read_bound(relation));
}

/* How the columns of a partition key compare. */
typedef struct KeyOrder
{
	FmgrInfo	compare[PARTITION_MAX_KEYS];
	Oid			collation[PARTITION_MAX_KEYS];
} KeyOrder;

/* False when the table is not partitioned by range. */
static bool
read_key_order(Oid root, KeyOrder *order)
{
	HeapTuple	tuple = SearchSysCache1(PARTRELID, ObjectIdGetDatum(root));
	bool		is_range = false;

	if (!HeapTupleIsValid(tuple))
		return false;
	if (((Form_pg_partitioned_table) GETSTRUCT(tuple))->partstrat == PARTITION_STRATEGY_RANGE)
	{
		bool		is_null;
		oidvector  *classes = (oidvector *)
			DatumGetPointer(SysCacheGetAttr(PARTRELID, tuple, Anum_pg_partitioned_table_partclass, &is_null));
		oidvector  *collations = (oidvector *)
			DatumGetPointer(SysCacheGetAttr(PARTRELID, tuple, Anum_pg_partitioned_table_partcollation, &is_null));

		is_range = true;
		for (int i = 0; i < classes->dim1; i++)
		{
			Oid			family = get_opclass_family(classes->values[i]);
			Oid			type = get_opclass_input_type(classes->values[i]);

			fmgr_info(get_opfamily_proc(family, type, type, BTORDER_PROC), &order->compare[i]);
			order->collation[i] = collations->values[i];
		}
	}
	ReleaseSysCache(tuple);
	return is_range;
}

static int
compare_ends(List *left, List *right, KeyOrder *order)
{
	ListCell   *left_cell;
	ListCell   *right_cell;

	forboth(left_cell, left, right_cell, right)
	{
		PartitionRangeDatum *a = lfirst_node(PartitionRangeDatum, left_cell);
		PartitionRangeDatum *b = lfirst_node(PartitionRangeDatum, right_cell);
		int			column = foreach_current_index(left_cell);
		int			result;

		if (a->kind != b->kind)
			return a->kind - b->kind;
		if (a->kind != PARTITION_RANGE_DATUM_VALUE)
			return 0;			/* what follows an infinity does not count */
		result = DatumGetInt32(FunctionCall2Coll(&order->compare[column], order->collation[column],
												 castNode(Const, a->value)->constvalue,
												 castNode(Const, b->value)->constvalue));
		if (result != 0)
			return result;
	}
	return 0;
}

/* An end in the form of the catalog; of a value only the text is read. */
static List *
read_end(const PgsEnd *columns, const uint32_t *types, int count)
{
	List	   *datums = NIL;

	for (int i = 0; i < count; i++)
	{
		PartitionRangeDatum *datum = makeNode(PartitionRangeDatum);

		/* -1, 0 and 1 in both */
		datum->kind = (PartitionRangeDatumKind) ((int) columns[i].kind - (int) PGS_END_VALUE);
		if (datum->kind == PARTITION_RANGE_DATUM_VALUE)
			datum->value = (Node *) makeConst(types[i], -1, InvalidOid, get_typlen(types[i]),
											  input(types[i], -1, columns[i].text), false,
											  get_typbyval(types[i]));
		datums = lappend(datums, datum);
	}
	return datums;
}

int
pgs_compare_ends(uint32_t parent, const uint32_t *types, const PgsEnd *a, const PgsEnd *b, int columns)
{
	KeyOrder	order;

	if (!read_key_order(parent, &order))
		elog(ERROR, "cache lookup failed for range key of %u", parent);
	return compare_ends(read_end(a, types, columns), read_end(b, types, columns), &order);
}

static const char *
constant_text(A_Const *constant)
{
	switch (nodeTag(&constant->val))
	{
		case T_Integer:
			return psprintf("%d", intVal(&constant->val));
		case T_Float:
			return castNode(Float, &constant->val)->fval;
		case T_Boolean:
			return boolVal(&constant->val) ? "true" : "false";
		default:
			return strVal(&constant->val);
	}
}

/* What the parser made of FROM (...) or TO (...). */
static List *
read_words(List *words, const uint32_t *types)
{
	PgsEnd	   *end = palloc0_array(PgsEnd, list_length(words));
	ListCell   *cell;

	foreach(cell, words)
	{
		Node	   *word = lfirst(cell);
		PgsEnd	   *column = &end[foreach_current_index(cell)];

		if (IsA(word, A_Const))
			*column = (PgsEnd) {PGS_END_VALUE, 0, constant_text((A_Const *) word)};
		else if (strcmp(strVal(linitial(castNode(ColumnRef, word)->fields)), "minvalue") == 0)
			column->kind = PGS_END_MINIMUM;
		else
			column->kind = PGS_END_MAXIMUM;
	}
	return read_end(end, types, list_length(words));
}

const PgsBound *
pgs_read_range(const char *words, const uint32_t *types, int columns)
{
	List	   *statements = raw_parser(psprintf("ALTER TABLE a ATTACH PARTITION b %s", words),
										RAW_PARSE_DEFAULT);
	AlterTableStmt *statement = castNode(AlterTableStmt, linitial_node(RawStmt, statements)->stmt);
	AlterTableCmd *command = linitial_node(AlterTableCmd, statement->cmds);
	PartitionBoundSpec *spec = castNode(PartitionCmd, command->def)->bound;

	if (spec->is_default || list_length(spec->lowerdatums) != columns)
		return NULL;
	spec->lowerdatums = read_words(spec->lowerdatums, types);
	spec->upperdatums = read_words(spec->upperdatums, types);
	return decode_bound(spec);
}

static SysScanDesc
begin_children(Relation inherits, Oid parent)
{
	ScanKeyData key;

	ScanKeyInit(&key, Anum_pg_inherits_inhparent, BTEqualStrategyNumber, F_OIDEQ,
				ObjectIdGetDatum(parent));
	return systable_beginscan(inherits, InheritsParentIndexId, true, NULL, 1, &key);
}

const PgsBound *
pgs_last_bound(uint32_t root)
{
	KeyOrder	order;
	PartitionBoundSpec *last = NULL;
	Relation	inherits;
	SysScanDesc scan;
	HeapTuple	tuple;

	if (!read_key_order(root, &order))
		return NULL;
	inherits = table_open(InheritsRelationId, AccessShareLock);
	scan = begin_children(inherits, root);
	while (HeapTupleIsValid(tuple = systable_getnext(scan)))
	{
		Form_pg_inherits child = (Form_pg_inherits) GETSTRUCT(tuple);
		PartitionBoundSpec *spec = child->inhdetachpending ? NULL : read_bound(child->inhrelid);

		if (spec == NULL || spec->is_default)
			continue;
		if (last == NULL || compare_ends(spec->upperdatums, last->upperdatums, &order) > 0)
			last = spec;
	}
	systable_endscan(scan);
	table_close(inherits, AccessShareLock);
	return decode_bound(last);
}

static Datum
input_in_zone(Oid type, int32 typmod, const char *text, const char *zone)
{
	int			level = NewGUCNestLevel();
	Datum		value;

	(void) set_config_option("TimeZone", zone, PGC_USERSET, PGC_S_SESSION, GUC_ACTION_SAVE, true, 0,
							 false);
	value = input(type, typmod, text);
	AtEOXact_GUC(true, level);
	return value;
}

void
pgs_key_input(uint32_t type, int32_t typmod, const char *text, const char *zone, PgsEnd *value)
{
	decode_value(type, input_in_zone(type, typmod, text, zone), value);
}

const char *
pgs_canonical_value(uint32_t type, int32_t typmod, const char *text, const char *zone)
{
	return output(type, input_in_zone(type, typmod, text, zone));
}
