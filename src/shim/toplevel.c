#include "postgres.h"

#include "access/xact.h"
#include "tcop/tcopprot.h"
#include "tcop/utility.h"
#include "utils/memutils.h"
#include "utils/snapmgr.h"

#include "shim/compat.h"
#include "shim/spi.h"

static bool restricted = false;

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
 * DETACH CONCURRENTLY commits in its middle and refuses to run inside any
 * function, so it needs the portal that a client's statement would get; it also
 * keeps names in PortalContext.
 */
void
pgs_run_at_top_level(const char *sql)
{
	MemoryContext caller = CurrentMemoryContext;
	MemoryContext statement_context;
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
	MemoryContextDelete(statement_context);
	debug_query_string = NULL;
	pgstat_report_activity(STATE_IDLE, NULL);
}
