#include "postgres.h"

#include "access/twophase.h"
#include "access/xact.h"
#include "access/xlog.h"
#include "access/xlogrecovery.h"
#include "catalog/pg_authid.h"
#include "catalog/pg_extension.h"
#include "commands/extension.h"
#include "postmaster/bgworker.h"
#include "miscadmin.h"
#include "postmaster/interrupt.h"
#include "storage/ipc.h"
#include "storage/latch.h"
#include "storage/lmgr.h"
#include "utils/guc.h"
#include "utils/lsyscache.h"

#include "shim/compat.h"
#include "shim/session.h"
#include "shim/watch.h"

void
pgs_become(uint32_t role, bool restricted, PgsIdentity *saved)
{
	int			flags = SECURITY_LOCAL_USERID_CHANGE;

	GetUserIdAndSecContext(&saved->user, &saved->security_context);
	saved->setting_level = restricted ? NewGUCNestLevel() : 0;
	if (restricted)
		flags |= SECURITY_RESTRICTED_OPERATION;
	SetUserIdAndSecContext(role, saved->security_context | flags);
}

void
pgs_return_to(const PgsIdentity *saved)
{
	/* Not "commit": a plain SET by code of the role, search_path say, must not reach us. */
	if (saved->setting_level > 0)
		AtEOXact_GUC(false, saved->setting_level);
	SetUserIdAndSecContext(saved->user, saved->security_context);
}

uint32_t
pgs_bootstrap_superuser(void)
{
	return BOOTSTRAP_SUPERUSERID;
}

/*
 * The statement commits in its middle, and PostgreSQL keeps a security context
 * across transactions though none of its own code needs that (a build with
 * assertions objects).  SET ROLE would not do: the session is a superuser's, so
 * code of the owner that the statement evaluates, a function in a CHECK
 * constraint say, could set the role back.
 */
void
pgs_role_assume(uint32_t role)
{
	SetUserIdAndSecContext(role, 0);
}

void
pgs_role_drop(void)
{
	SetUserIdAndSecContext(BOOTSTRAP_SUPERUSERID, 0);
	ResetAllOptions();
}

uint32_t
pgs_session_user(void)
{
	return GetSessionUserId();
}

uint32_t
pgs_current_user(void)
{
	return GetUserId();
}

bool
pgs_has_rights_of(uint32_t role)
{
	return has_privs_of_role(GetUserId(), role);
}

bool
pgs_reads_all_statistics(void)
{
	return pgs_has_rights_of(ROLE_PG_READ_ALL_STATS);
}

bool
pgs_owns(uint32_t relation)
{
	return pgs_owns_relation(relation, GetUserId());
}

const char *
pgs_role_name(uint32_t role)
{
	return GetUserNameFromId(role, false);
}

static void
set(const char *name, const char *value, GucAction action)
{
	(void) set_config_option(name, value, superuser() ? PGC_SUSET : PGC_USERSET, PGC_S_SESSION,
							 action, true, 0, false);
}

void
pgs_setting_local(const char *name, const char *value)
{
	set(name, value, GUC_ACTION_LOCAL);
}

void
pgs_setting_session(const char *name, const char *value)
{
	SetConfigOption(name, value, PGC_SUSET, PGC_S_OVERRIDE);
}

int
pgs_setting_level(void)
{
	return NewGUCNestLevel();
}

void
pgs_setting_save(const char *name, const char *value)
{
	set(name, value, GUC_ACTION_SAVE);
}

void
pgs_setting_pop(int level)
{
	AtEOXact_GUC(true, level);
}

/*
 * Relations are never locked as objects of pg_class, so nobody else uses the
 * tag; in pg_locks it shows as an object of pg_class with the parent's OID.
 */
static LOCKTAG
claim_tag(uint32_t parent, PgsClaim claim)
{
	LOCKTAG		tag;

	SET_LOCKTAG_OBJECT(tag, MyDatabaseId, RelationRelationId, parent, claim);
	return tag;
}

bool
pgs_claim(uint32_t parent, PgsClaim claim)
{
	LOCKTAG		tag = claim_tag(parent, claim);

	return LockAcquire(&tag, ExclusiveLock, true, true) != LOCKACQUIRE_NOT_AVAIL;
}

bool
pgs_claim_in_transaction(uint32_t parent)
{
	LOCKTAG		tag = claim_tag(parent, PGS_CLAIM_MAINTENANCE);

	return LockAcquire(&tag, ExclusiveLock, false, true) != LOCKACQUIRE_NOT_AVAIL;
}

void
pgs_unclaim(uint32_t parent, PgsClaim claim)
{
	LOCKTAG		tag = claim_tag(parent, claim);

	(void) LockRelease(&tag, ExclusiveLock, true);
}

/*
 * An advisory lock, because only those end with a session that is idle.  The
 * fourth field keeps it apart from users' own, which have 1 or 2 there.
 */
static LOCKTAG
restore_tag(void)
{
	LOCKTAG		tag;

	SET_LOCKTAG_ADVISORY(tag, MyDatabaseId, ExtensionRelationId, 0, 3);
	return tag;
}

/* Restores share the lock among themselves, as do visits. */
void
pgs_restore_begin(void)
{
	LOCKTAG		tag = restore_tag();

	(void) LockAcquire(&tag, RowExclusiveLock, true, false);
}

bool
pgs_restore_lasts(void)
{
	LOCKTAG		tag = restore_tag();

	return LockAcquire(&tag, ShareLock, false, true) == LOCKACQUIRE_NOT_AVAIL;
}

bool
pgs_in_recovery(void)
{
	return RecoveryInProgress();
}

void
pgs_prevent_in_recovery(const char *command)
{
	PreventCommandDuringRecovery(command);
}

bool
pgs_pin_extension(const char *name)
{
	Oid			extension = get_extension_oid(name, true);

	if (!OidIsValid(extension))
		return false;
	LockDatabaseObject(ExtensionRelationId, extension, 0, AccessShareLock);
	return get_extension_oid(name, true) == extension;
}

bool
pgs_in_transaction_block(void)
{
	return IsTransactionBlock();
}

void
pgs_lock_exclusively(uint32_t relation)
{
	LockRelationOid(relation, AccessExclusiveLock);
}

void
pgs_lock_against_vacuum(uint32_t relation)
{
	LockRelationOid(relation, ShareUpdateExclusiveLock);
}

void
pgs_lock_against_writers(uint32_t relation)
{
	LockRelationOid(relation, ShareRowExclusiveLock);
}

int64_t
pgs_lock_slots(void)
{
	return (int64_t) max_locks_per_xact * (MaxBackends + max_prepared_xacts);
}

bool
pgs_holds_lock_on(uint32_t relation)
{
	for (LOCKMODE mode = AccessShareLock; mode <= AccessExclusiveLock; mode++)
	{
		LOCKTAG		tag;

		SET_LOCKTAG_RELATION(tag, MyDatabaseId, relation);
		if (pgs_lock_held(&tag, mode))
			return true;
	}
	return false;
}

bool
pgs_sleep(int64_t milliseconds)
{
	static uint32 wait_event = 0;

	if (wait_event == 0)
		wait_event = pgs_wait_event("PgscaleRest");
	if (ShutdownRequestPending)
		return false;
	(void) WaitLatch(MyLatch,
					 WL_LATCH_SET | WL_EXIT_ON_PM_DEATH | (milliseconds >= 0 ? WL_TIMEOUT : 0),
					 milliseconds, wait_event);
	ResetLatch(MyLatch);
	CHECK_FOR_INTERRUPTS();
	pgs_reload_settings();
	return !ShutdownRequestPending;
}

void
pgs_reload_settings(void)
{
	if (MyBgworkerEntry == NULL || !ConfigReloadPending)
		return;
	ConfigReloadPending = false;
	ProcessConfigFile(PGC_SIGHUP);
}

void
pgs_notice(const char *message)
{
	ereport(NOTICE, errmsg_internal("%s", message));
}

void
pgs_warning(const char *message, const char *hint)
{
	ereport(WARNING, errmsg_internal("%s", message), errhint("%s", hint));
}

void
pgs_log(const char *message)
{
	ereport(LOG, errmsg_internal("%s", message));
}

const char *
pgs_relation_name(uint32_t relation)
{
	const char *name = get_rel_name(relation);

	return name != NULL ? name : psprintf("%u", relation);
}

const char *
pgs_cluster_identity(void)
{
	TimeLineID	timeline;

	if (RecoveryInProgress())
		(void) GetXLogReplayRecPtr(&timeline);
	else
		timeline = GetWALInsertionTimeLine();
	return psprintf(UINT64_FORMAT "/%u", GetSystemIdentifier(), timeline);
}

uint64_t
pgs_visible_lsn(void)
{
	return RecoveryInProgress() ? GetXLogReplayRecPtr(NULL) : GetXLogInsertRecPtr();
}

int
pgs_own_pid(void)
{
	return MyProcPid;
}

uint32_t
pgs_own_database(void)
{
	return MyDatabaseId;
}
