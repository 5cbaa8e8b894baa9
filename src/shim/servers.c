#include "postgres.h"

#include "access/reloptions.h"
#include "access/xact.h"
#include "catalog/pg_foreign_server.h"
#include "catalog/pg_user_mapping.h"
#include "commands/defrem.h"
#include "foreign/foreign.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "nodes/makefuncs.h"
#include "utils/acl.h"
#include "utils/syscache.h"

#include "shim/compat.h"
#include "shim/servers.h"

static void
require_usage(ForeignServer *server, Oid role)
{
	AclResult	answer = pgs_server_aclcheck(server->serverid, role);

	if (answer != ACLCHECK_OK)
		aclcheck_error(answer, OBJECT_FOREIGN_SERVER, server->servername);
}

static void
append_options(PgsLogin *login, List *options)
{
	ListCell   *cell;

	foreach(cell, options)
	{
		DefElem    *option = lfirst_node(DefElem, cell);

		login->names[login->count] = option->defname;
		login->values[login->count++] = defGetString(option);
		if (strcmp(option->defname, "password_required") == 0)
			login->password_required = defGetBoolean(option);
	}
}

void
pgs_server_login(const char *name, uint32_t role, PgsLogin *login)
{
	ForeignServer *server = GetForeignServerByName(name, false);
	UserMapping *mapping;
	int			most;

	require_usage(server, role);
	mapping = GetUserMapping(role, server->serverid);
	most = list_length(server->options) + list_length(mapping->options);
	*login = (PgsLogin) {
		.server = server->serverid,
		.names = palloc(sizeof(char *) * (most + 1)),
		.values = palloc(sizeof(char *) * (most + 1)),
		.superuser = superuser_arg(role),
		.password_required = true
	};
	append_options(login, server->options);
	append_options(login, mapping->options);
}

static RoleSpec *
role_spec(const char *name)
{
	RoleSpec   *role = makeNode(RoleSpec);

	role->roletype = strcmp(name, "public") == 0 ? ROLESPEC_PUBLIC : ROLESPEC_CSTRING;
	role->rolename = role->roletype == ROLESPEC_CSTRING ? pstrdup(name) : NULL;
	role->location = -1;
	return role;
}

/* The options that the mapping has now; whether there is a mapping at all. */
static bool
current_options(Oid server, Oid role, List **options)
{
	HeapTuple	tuple = SearchSysCache2(USERMAPPINGUSERSERVER, ObjectIdGetDatum(role),
										ObjectIdGetDatum(server));
	Datum		array;
	bool		is_null;

	*options = NIL;
	if (!HeapTupleIsValid(tuple))
		return false;
	array = SysCacheGetAttr(USERMAPPINGUSERSERVER, tuple, Anum_pg_user_mapping_umoptions, &is_null);
	if (!is_null)
		*options = untransformRelOptions(array);
	ReleaseSysCache(tuple);
	return true;
}

static bool
has_option(List *options, const char *name)
{
	ListCell   *cell;

	foreach(cell, options)
	{
		if (strcmp(lfirst_node(DefElem, cell)->defname, name) == 0)
			return true;
	}
	return false;
}

static DefElem *
option_change(List *current, const char *name, const char *value)
{
	bool		present = has_option(current, name);

	if (value == NULL)
		return present ? makeDefElemExtended(NULL, pstrdup(name), NULL, DEFELEM_DROP, -1) : NULL;
	return makeDefElemExtended(NULL, pstrdup(name), (Node *) makeString(pstrdup(value)),
							   present ? DEFELEM_SET : DEFELEM_ADD, -1);
}

void
pgs_user_mapping_set(const char *server_name, const char *role, int count,
					 const char *const *names, const char *const *values)
{
	ForeignServer *server = GetForeignServerByName(server_name, false);
	RoleSpec   *spec = role_spec(role);
	Oid			role_oid = spec->roletype == ROLESPEC_PUBLIC ? InvalidOid : get_role_oid(role, false);
	List	   *current;
	bool		exists = current_options(server->serverid, role_oid, &current);
	List	   *changes = NIL;

	for (int i = 0; i < count; i++)
	{
		DefElem    *change = option_change(current, names[i], values[i]);

		if (change != NULL)
			changes = lappend(changes, change);
	}
	if (exists)
	{
		AlterUserMappingStmt *statement = makeNode(AlterUserMappingStmt);

		statement->user = spec;
		statement->servername = pstrdup(server_name);
		statement->options = changes;
		(void) AlterUserMapping(statement);
	}
	else
	{
		CreateUserMappingStmt *statement = makeNode(CreateUserMappingStmt);

		statement->user = spec;
		statement->servername = pstrdup(server_name);
		statement->options = changes;
		(void) CreateUserMapping(statement);
	}
	CommandCounterIncrement();
}

const char *
pgs_database_encoding(void)
{
	return GetDatabaseEncodingName();
}
