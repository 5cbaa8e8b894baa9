#include "postgres.h"

#include "access/xact.h"
#include "catalog/namespace.h"
#include "catalog/pg_subscription.h"
#include "nodes/parsenodes.h"
#include "storage/lmgr.h"
#include "tcop/tcopprot.h"
#include "tcop/utility.h"
#include "utils/guc.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/snapmgr.h"

#include "shim/compat.h"
#include "shim/toplevel.h"

static bool restricted = false;
static MemoryContext statement_context = NULL;

/*
 * No transaction may begin in a restricted context, so it ends with the first
 * of the statement.  What runs code of the owner later, the expressions of an
 * index, PostgreSQL restricts by itself.
 */
static void
end_restriction(XactEvent event, void *arg)
{
	Oid			user;
	int			context;

	if (!restricted || (event != XACT_EVENT_COMMIT && event != XACT_EVENT_ABORT))
		return;
	restricted = false;
	GetUserIdAndSecContext(&user, &context);
	SetUserIdAndSecContext(user, 0);
}

/* Code that the statement runs can neither change who it is nor the session. */
static void
restrict_transaction(void)
{
	static bool registered = false;
	Oid			user;
	int			context;

	if (!registered)
	{
		RegisterXactCallback(end_restriction, NULL);
		registered = true;
	}
	GetUserIdAndSecContext(&user, &context);
	SetUserIdAndSecContext(user, SECURITY_LOCAL_USERID_CHANGE | SECURITY_RESTRICTED_OPERATION);
	restricted = true;
}

static void
changed_meanwhile(const char *what, const char *name)
{
	ereport(ERROR,
			(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
			 errmsg("%s %s was renamed or dropped meanwhile", what, name)));
}

/*
 * Between the plan and the statement somebody may have renamed a table and
 * given its name to another.  The lock is the one that the statement takes; it
 * keeps the name from then on.
 */
static void
pin_relation(const char *what, const RangeVar *name, Oid relation)
{
	if (RangeVarGetRelid(name, ShareUpdateExclusiveLock, true) != relation)
		changed_meanwhile(what, psprintf("%s.%s", name->schemaname, name->relname));
}

/* The table first, as PostgreSQL does it. */
static void
pin_index(const RangeVar *name, const PgsTopLevelNames *names)
{
	LockRelationOid(names->partition, ShareUpdateExclusiveLock);
	pin_relation("index", name, names->index);
}

static void
pin_subscription(const char *name, Oid subscription)
{
	LockSharedObject(SubscriptionRelationId, subscription, 0, AccessExclusiveLock);
	if (get_subscription_oid(name, true) != subscription)
		changed_meanwhile("subscription", name);
}

/* All that is ever run at top level; anything else is a fault of ours. */
static void
pin_names(Node *statement, const PgsTopLevelNames *names)
{
	if (IsA(statement, AlterTableStmt))
	{
		AlterTableStmt *alter = (AlterTableStmt *) statement;
		AlterTableCmd *command = linitial_node(AlterTableCmd, alter->cmds);

		pin_relation("table", alter->relation, names->parent);
		pin_relation("table", castNode(PartitionCmd, command->def)->name, names->partition);
	}
	else if (IsA(statement, IndexStmt))
		pin_relation("table", ((IndexStmt *) statement)->relation, names->partition);
	else if (IsA(statement, ReindexStmt))
		pin_index(((ReindexStmt *) statement)->relation, names);
	else if (IsA(statement, DropStmt))
		pin_index(makeRangeVarFromNameList(linitial_node(List, ((DropStmt *) statement)->objects)),
				  names);
	else if (IsA(statement, AlterSubscriptionStmt))
		pin_subscription(((AlterSubscriptionStmt *) statement)->subname, names->subscription);
	else
		elog(ERROR, "no statement of this kind is run at top level");
}

/*
 * What commits in its middle refuses to run inside any function, so it needs
 * the portal that a client's statement would get; it also keeps names in
 * PortalContext.
 */
void
pgs_execute_at_top_level(const char *sql, const PgsTopLevelNames *names, const char *patience)
{
	MemoryContext caller = CurrentMemoryContext;
	RawStmt    *raw;
	List	   *plans;
	Portal		portal;
	DestReceiver *receiver;
	QueryCompletion completion;

	SetCurrentStatementStartTimestamp();
	debug_query_string = sql;
	pgstat_report_activity(STATE_RUNNING, sql);
	StartTransactionCommand();
	restrict_transaction();

	/* Outlives the transactions that the statement ends. */
	statement_context = AllocSetContextCreate(TopMemoryContext, "pgscale statement",
											  ALLOCSET_DEFAULT_SIZES);
	MemoryContextSwitchTo(statement_context);
	raw = linitial_node(RawStmt, pg_parse_query(sql));
	pin_names(raw->stmt, names);
	SetConfigOption("lock_timeout", patience, PGC_SUSET, PGC_S_OVERRIDE);
	PushActiveSnapshot(GetTransactionSnapshot());
	plans = pg_plan_queries(pg_analyze_and_rewrite_fixedparams(raw, sql, NULL, 0, NULL),
							sql, CURSOR_OPT_PARALLEL_OK, NULL);
	PopActiveSnapshot();

	portal = CreatePortal("", true, true);
	portal->visible = false;
	PortalDefineQuery(portal, NULL, sql, CreateCommandTag(raw->stmt), plans, NULL);
	PortalStart(portal, NULL, 0, InvalidSnapshot);
	receiver = CreateDestReceiver(DestNone);
	pgs_portal_run(portal, receiver, &completion);
	receiver->rDestroy(receiver);
	PortalDrop(portal, false);
	CommitTransactionCommand();

	MemoryContextSwitchTo(caller);
}

bool
pgs_at_top_level(void)
{
	return statement_context != NULL;
}

/* The text of a statement that failed must not be logged when it is gone. */
void
pgs_top_level_done(void)
{
	if (statement_context != NULL)
		MemoryContextDelete(statement_context);
	statement_context = NULL;
	debug_query_string = NULL;
	pgstat_report_activity(STATE_IDLE, NULL);
}
