#include "postgres.h"

#include "access/xact.h"
#include "access/xlog.h"

#include "shim/transaction_end.h"
#include "shim/workers.h"

static bool awaited = false;

static void
on_event(XactEvent event, void *arg)
{
	if (!awaited)
		return;
	if (event == XACT_EVENT_PRE_PREPARE)
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("cannot PREPARE a transaction that has prepared others on shards")));
	if (event != XACT_EVENT_COMMIT && event != XACT_EVENT_ABORT)
		return;
	awaited = false;
	if (body_transaction_ended(event == XACT_EVENT_COMMIT))
		return;
	pgs_wake_launcher();
	ereport(WARNING,
			(errmsg("transactions on shards wait to be finished"),
			 errhint("pgscale's worker finishes them, or CALL pgscale.sync_shards().")));
}

void
pgs_await_transaction_end(const char *function)
{
	static bool registered = false;

	if (GetCurrentTransactionNestLevel() > 1)
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("%s cannot run in a subtransaction", function),
				 errhint("Call it outside savepoints and exception blocks.")));
	if (awaited)
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("%s can be called only once in a transaction", function)));
	if (!registered)
	{
		RegisterXactCallback(on_event, NULL);
		registered = true;
	}
	/* The shards will act on our commit: a crash must not take it back. */
	ForceSyncCommit();
	awaited = true;
}

void
pgs_flush_own_records(void)
{
	XLogFlush(XactLastRecEnd);
}
