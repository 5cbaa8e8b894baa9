#include "postgres.h"

#include "access/xact.h"
#include "commands/defrem.h"
#include "foreign/fdwapi.h"
#include "foreign/foreign.h"
#include "nodes/execnodes.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/timestamp.h"

#include "shim/cut_off.h"
#include "shim/fdw_checks.h"
#include "shim/shard_board.h"
#include "shim/shard_guard.h"
#include "shim/transaction_end.h"

static void
say_that_it_is_down(int slot)
{
	PgsShardEntry entry;
	PgsShardHealth health;

	pgs_shard_describe(slot, &entry, &health);
	ereport(ERROR,
			(errcode(ERRCODE_SQLCLIENT_UNABLE_TO_ESTABLISH_SQLCONNECTION),
			 errmsg("shard \"%s\" is down since %s", entry.name, timestamptz_to_str(health.since)),
			 errdetail_internal("%s", health.error),
			 errhint("Statements that need other shards only are carried out. The shard is tried again all the time.")));
}

/* Of the table that was written to last: what it is on has been noted. */
static Oid	noted = InvalidOid;

/* A table that this transaction has changed on its shards, where what it has prepared holds locks. */
static Oid	prepared = InvalidOid;

static void listen_to_transactions(void);

void
pgs_note_prepared(uint32_t relation)
{
	listen_to_transactions();
	prepared = relation;
}

/*
 * What we prepared ends only when we do: waiting for it would be for ever.  Its locks can be on
 * tables that foreign keys on the shards lead to, so no table there is safe.
 */
static void
refuse_after_prepare(void)
{
	if (OidIsValid(prepared))
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_IN_USE),
				 errmsg("table \"%s\" has been changed on its shards by this transaction", get_rel_name(prepared)),
				 errdetail("They hold its locks, and those of tables it refers to, until the transaction has ended."),
				 errhint("Commit before you use rows on shards.")));
}

void
pgs_check_shard(uint32_t server)
{
	int			slot = pgs_shard_slot(server);

	refuse_after_prepare();
	if (slot < 0)
		return;
	if (pgs_shard_is_down(slot))
		say_that_it_is_down(slot);
	pgs_cut_off_when_silent(slot);
}

void
pgs_check_shard_of(uint32_t relation)
{
	pgs_check_shard(GetForeignServerIdByRelId(relation));
}

/* The option of the table is stronger than that of its server. */
static bool
estimates_remotely(Oid relation)
{
	ForeignTable *table = GetForeignTable(relation);
	List	   *options = list_concat_copy(GetForeignServer(table->serverid)->options, table->options);
	bool		remotely = false;
	ListCell   *cell;

	foreach(cell, options)
	{
		DefElem    *option = lfirst(cell);

		if (strcmp(option->defname, "use_remote_estimate") == 0)
			remotely = defGetBoolean(option);
	}
	return remotely;
}

void
pgs_check_shard_for_estimate(uint32_t relation)
{
	int			slot = pgs_shard_slot(GetForeignServerIdByRelId(relation));

	if (OidIsValid(prepared) && estimates_remotely(relation))
		refuse_after_prepare();
	if (slot < 0)
		return;
	if (!pgs_shard_is_down(slot))
		pgs_cut_off_when_silent(slot);
	else if (estimates_remotely(relation))
		say_that_it_is_down(slot);
}

void
pgs_check_target_scan(ForeignScanState *node)
{
	ForeignScan *plan = (ForeignScan *) node->ss.ps.plan;
	Index		scanned = plan->scan.scanrelid;

	if (scanned == 0 || !list_member_int(node->ss.ps.state->es_plannedstmt->resultRelations, scanned))
		return;
	/* postgres_fdw rechecks what it has sent, and of a plain table sends nothing else. */
	if (body_target_scan(plan->fdw_recheck_quals != NIL, pgs_setting_full_scan_dml()) == PGS_FINE)
		return;
	ereport(ERROR,
			(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
			 errmsg("statement would lock and fetch every row of foreign table \"%s\"",
					RelationGetRelationName(node->ss.ss_currentRelation)),
			 errdetail("None of its conditions can be evaluated by the shard."),
			 errhint("Write constants in place of now(), of other functions that are not immutable and of columns of local tables, or set pgscale.allow_full_scan_dml.")));
}

static void
at_transaction_end(XactEvent event, void *arg)
{
	if (event != XACT_EVENT_COMMIT && event != XACT_EVENT_ABORT)
		return;
	noted = InvalidOid;
	prepared = InvalidOid;
	body_shard_writes_end(PGS_WRITES_OVER, 0);
}

static void
at_subtransaction_end(SubXactEvent event, SubTransactionId own, SubTransactionId parent, void *arg)
{
	if (event != SUBXACT_EVENT_COMMIT_SUB && event != SUBXACT_EVENT_ABORT_SUB)
		return;
	noted = InvalidOid;
	body_shard_writes_end(event == SUBXACT_EVENT_COMMIT_SUB ? PGS_WRITES_RELEASED : PGS_WRITES_ROLLED_BACK,
						  GetCurrentTransactionNestLevel());
}

static void
listen_to_transactions(void)
{
	static bool registered = false;

	if (registered)
		return;
	RegisterXactCallback(at_transaction_end, NULL);
	RegisterSubXactCallback(at_subtransaction_end, NULL);
	registered = true;
}

static const char *
server_name(Oid server)
{
	ForeignServer *found = GetForeignServerExtended(server, FSV_MISSING_OK);

	return found != NULL ? found->servername : "";
}

static void
report(const PgsShardWrite *write)
{
	const char *first = server_name(write->first);
	const char *second = server_name(write->server);

	if (write->verdict == PGS_REFUSE)
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("transaction would write to shard \"%s\" after shard \"%s\"", second, first),
				 errdetail("Shards commit one after the other: a failure in between would leave it committed on some of them only."),
				 errhint("Write to one shard in a transaction, or set pgscale.cross_shard_writes to \"warn\" or \"allow\".")));
	if (write->verdict == PGS_WARN)
		ereport(WARNING,
				(errmsg("transaction writes to several shards, \"%s\" and \"%s\"", first, second),
				 errdetail("Shards commit one after the other: a failure in between leaves it committed on some of them only."),
				 errhint("pgscale.cross_shard_writes says whether that is allowed.")));
}

void
pgs_check_write(uint32_t relation)
{
	PgsShardWrite write;
	PgsFailure	failure;

	if (relation == noted)
		return;
	listen_to_transactions();
	write.server = GetForeignServerIdByRelId(relation);
	write.level = GetCurrentTransactionNestLevel();
	write.policy = pgs_setting_cross_shard_writes();
	if (!body_shard_write(&write, &failure))
		pgs_raise(&failure);
	report(&write);
	noted = relation;
}
