#include "postgres.h"

#include "access/xact.h"
#include "tcop/tcopprot.h"
#include "tcop/utility.h"
#include "utils/memutils.h"
#include "utils/snapmgr.h"

#include "shim/compat.h"
#include "shim/spi.h"

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
