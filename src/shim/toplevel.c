#include "postgres.h"

#include "access/xact.h"
#include "catalog/namespace.h"
#include "nodes/parsenodes.h"
#include "storage/lmgr.h"
#include "tcop/tcopprot.h"
#include "tcop/utility.h"
#include "utils/memutils.h"
#include "utils/snapmgr.h"

#include "shim/compat.h"
#include "shim/spi.h"

static bool restricted = false;
static MemoryContext statement_context = NULL;

/*
 * No transaction may begin in a restricted context, so it ends with the first
 * of the statement.  What runs code of the owner, the proof that its CHECK
 * constraints imply the bounds, is in that one.
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

/*
 * Between the plan and the statement somebody may have renamed a table and
 * given its name to another.  The lock is the one that the statement takes; it
 * keeps the name from then on.
 */
static void
pin_name(RangeVar *name, Oid relation)
{
	if (RangeVarGetRelid(name, ShareUpdateExclusiveLock, true) != relation)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("table %s.%s was renamed or dropped meanwhile",
						name->schemaname, name->relname)));
}

static void
pin_names(RawStmt *raw, Oid parent, Oid partition)
{
	AlterTableStmt *statement = castNode(AlterTableStmt, raw->stmt);
	AlterTableCmd *command = linitial_node(AlterTableCmd, statement->cmds);

	pin_name(statement->relation, parent);
	pin_name(castNode(PartitionCmd, command->def)->name, partition);
}

/*
 * DETACH CONCURRENTLY commits in its middle and refuses to run inside any
 * function, so it needs the portal that a client's statement would get; it also
 * keeps names in PortalContext.
 */
void
pgs_detach_at_top_level(const char *sql, uint32_t parent, uint32_t partition)
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
	pin_names(raw, parent, partition);
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
