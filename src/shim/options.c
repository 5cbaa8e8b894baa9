#include "postgres.h"

#include "access/reloptions.h"
#include "catalog/pg_class.h"
#include "catalog/pg_type.h"
#include "nodes/parsenodes.h"
#include "utils/fmgroids.h"

#include "shim/compat.h"
#include "shim/options.h"

/* What the grammar would have made of WITH (namespace.name = value). */
static void
split_namespaces(List *options)
{
	ListCell   *cell;

	foreach(cell, options)
	{
		DefElem    *option = lfirst_node(DefElem, cell);
		char	   *dot = strchr(option->defname, '.');

		if (dot == NULL)
			continue;
		*dot = '\0';
		option->defnamespace = option->defname;
		option->defname = dot + 1;
	}
}

static void
check(List *options, const char *namespace, char relkind)
{
	static PgsNamespace namespaces[] = HEAP_RELOPT_NAMESPACES;
	Datum		own = transformRelOptions((Datum) 0, options, namespace, namespaces, false, false);

	(void) heap_reloptions(relkind, own, true);
}

void
pgs_check_storage_parameters(const char *array)
{
	Datum		given = OidFunctionCall3(F_ARRAY_IN, CStringGetDatum(array),
										 ObjectIdGetDatum(TEXTOID), Int32GetDatum(-1));
	List	   *options = untransformRelOptions(given);

	split_namespaces(options);
	check(options, NULL, RELKIND_RELATION);
	check(options, "toast", RELKIND_TOASTVALUE);
}
