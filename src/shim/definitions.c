#include "postgres.h"

#include "access/attmap.h"
#include "access/htup_details.h"
#include "catalog/index.h"
#include "catalog/pg_class.h"
#include "catalog/pg_constraint.h"
#include "commands/tablespace.h"
#include "nodes/nodeFuncs.h"
#include "rewrite/rewriteManip.h"
#include "storage/lmgr.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/lsyscache.h"
#include "utils/ruleutils.h"
#include "utils/syscache.h"

#include "shim/definitions.h"

/* For a constraint the server names the tablespace in other words, always at the end. */
static const char *
tablespace_as_of_index(char *definition, Oid index)
{
	Oid			tablespace = get_rel_tablespace(index);
	const char *name;
	char	   *words;

	if (!OidIsValid(tablespace))
		return definition;
	name = quote_identifier(get_tablespace_name(tablespace));
	words = strstr(definition, psprintf(" USING INDEX TABLESPACE %s", name));
	if (words == NULL)
		return definition;
	*words = '\0';
	return psprintf("%s TABLESPACE %s", definition, name);
}

const char *
pgs_index_definition(uint32_t index)
{
	Oid			table = IndexGetRelation(index, true);
	char	   *definition;
	const char *on;

	if (!OidIsValid(table) || !ConditionalLockRelationOid(table, AccessShareLock))
		return NULL;
	/* What it writes about the table opens it once more, with a lock that we hold. */
	definition = pg_get_indexdef_string(index);
	on = psprintf("INDEX %s ON %s", quote_identifier(get_rel_name(index)),
				  quote_qualified_identifier(get_namespace_name(get_rel_namespace(table)),
											 get_rel_name(table)));
	UnlockRelationOid(table, AccessShareLock);
	definition = strstr(definition, on);
	if (definition == NULL)
		elog(ERROR, "definition of index %u is not understood", index);
	return tablespace_as_of_index(definition + strlen(on), index);
}

/* The table of a constraint, locked; InvalidOid where there is none or it cannot be had. */
static Oid
lock_table_of(Oid constraint)
{
	HeapTuple	tuple = SearchSysCache1(CONSTROID, ObjectIdGetDatum(constraint));
	Oid			table;

	if (!HeapTupleIsValid(tuple))
		return InvalidOid;
	table = ((Form_pg_constraint) GETSTRUCT(tuple))->conrelid;
	ReleaseSysCache(tuple);
	return ConditionalLockRelationOid(table, AccessShareLock) ? table : InvalidOid;
}

const char *
pgs_constraint_definition(uint32_t constraint)
{
	Oid			table = lock_table_of(constraint);
	Datum		definition;

	if (!OidIsValid(table))
		return NULL;
	definition = DirectFunctionCall1(pg_get_constraintdef, ObjectIdGetDatum(constraint));
	UnlockRelationOid(table, AccessShareLock);
	return TextDatumGetCString(definition);
}

const char *
pgs_whole_constraint_definition(uint32_t constraint)
{
	Oid			table = lock_table_of(constraint);
	char	   *definition;
	char	   *before;

	if (!OidIsValid(table))
		return NULL;
	definition = pg_get_constraintdef_command(constraint);
	before = psprintf("ALTER TABLE %s ADD CONSTRAINT %s ",
					  quote_qualified_identifier(get_namespace_name(get_rel_namespace(table)),
												 get_rel_name(table)),
					  quote_identifier(get_constraint_name(constraint)));
	UnlockRelationOid(table, AccessShareLock);
	if (strncmp(definition, before, strlen(before)) != 0)
		elog(ERROR, "definition of constraint %u is not understood", constraint);
	return definition + strlen(before);
}

static int
columns_of(Oid table)
{
	HeapTuple	tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(table));
	int			columns = 0;

	if (HeapTupleIsValid(tuple))
	{
		columns = ((Form_pg_class) GETSTRUCT(tuple))->relnatts;
		ReleaseSysCache(tuple);
	}
	return columns;
}

/* Which column of one table has the name of each column of the other. */
static AttrMap *
columns_by_name(Oid from, Oid to)
{
	AttrMap    *map = make_attrmap(columns_of(from));

	for (AttrNumber i = 1; i <= map->maplen; i++)
	{
		const char *name = get_attname(from, i, true);

		map->attnums[i - 1] = name != NULL ? get_attnum(to, name) : InvalidAttrNumber;
	}
	return map;
}

bool
pgs_same_expression(const char *left, uint32_t left_table, const char *right, uint32_t right_table)
{
	bool		whole_row;
	Node	   *translated = map_variable_attnos(stringToNode(right), 1, 0,
												 columns_by_name(right_table, left_table),
												 InvalidOid, &whole_row);

	return equal(stringToNode(left), translated);
}
