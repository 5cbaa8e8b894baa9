/*
 * Who the code runs as, under which settings and locks.  Every function may
 * raise an error unless it says otherwise.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct PgsIdentity
{
	uint32_t	user;
	int			security_context;
	int			setting_level;		/* 0: settings were left alone */
} PgsIdentity;

/*
 * Acts as the role until pgs_return_to(); restricted: cannot change who it is,
 * and what it does to settings ends with it.
 */
extern void pgs_become(uint32_t role, bool restricted, PgsIdentity *saved);
extern void pgs_return_to(const PgsIdentity *saved);	/* never raises */
extern uint32_t pgs_bootstrap_superuser(void);	/* never raises */

/* Acts as the role across transactions; for pgs_execute_at_top_level(), which restricts it. */
extern void pgs_role_assume(uint32_t role);	/* never raises */
extern void pgs_role_drop(void);	/* brings back the worker's own settings, too */

extern uint32_t pgs_current_user(void);	/* never raises */
extern uint32_t pgs_session_user(void);	/* never raises */
/* Whether the current user has the rights of the role, as pg_has_role(role, 'USAGE') tells it. */
extern bool pgs_has_rights_of(uint32_t role);
extern bool pgs_reads_all_statistics(void); /* has those of pg_read_all_stats */
extern bool pgs_owns(uint32_t relation);	/* the current user, or a role it belongs to */
extern const char *pgs_role_name(uint32_t role);

/* Sets a setting until the transaction ends. */
extern void pgs_setting_local(const char *name, const char *value);
/* Sets a setting of a background worker until it is set again. */
extern void pgs_setting_session(const char *name, const char *value);
/* Sets settings until the matching pop. */
extern int	pgs_setting_level(void);
extern void pgs_setting_save(const char *name, const char *value);
extern void pgs_setting_pop(int level);

/* Building an index must not keep the set from being maintained. */
typedef enum PgsClaim
{
	PGS_CLAIM_MAINTENANCE = 1,
	PGS_CLAIM_REPAIR = 2
} PgsClaim;

/*
 * One maintainer per set, and one who repairs it.  The lock outlives commits and is released by a
 * transaction that aborts, by pgs_unclaim() or with the session; that of a
 * transaction ends with it, or with the subtransaction that took it.
 */
extern bool pgs_claim(uint32_t parent, PgsClaim claim);
extern bool pgs_claim_in_transaction(uint32_t parent);	/* for maintenance */
extern void pgs_unclaim(uint32_t parent, PgsClaim claim);

/*
 * A restore writes the policies before the tables have their rows and indexes:
 * as long as the session that began it lives, it is not over.
 */
extern void pgs_restore_begin(void);
extern bool pgs_restore_lasts(void);

extern bool pgs_in_recovery(void);	/* never raises */
/* Raises the usual error on a standby. */
extern void pgs_prevent_in_recovery(const char *command);

/* True, and the extension cannot be dropped or updated before the transaction ends. */
extern bool pgs_pin_extension(const char *name);

/* ACCESS EXCLUSIVE by OID, so that the name means this relation until the transaction ends. */
extern void pgs_lock_exclusively(uint32_t relation);
/* SHARE UPDATE EXCLUSIVE by OID, as VACUUM takes it. */
extern void pgs_lock_against_vacuum(uint32_t relation);
/* SHARE ROW EXCLUSIVE by OID, as DDL on the other side of a foreign key takes it. */
extern void pgs_lock_against_writers(uint32_t relation);

/* Whether this transaction holds any lock on the relation. */
/* How many locks the server has room for, of all sessions together.  Never raises. */
extern int64_t pgs_lock_slots(void);
extern bool pgs_holds_lock_on(uint32_t relation);

/* Whether the caller's transaction goes on after the statement, and so may yet be rolled back. */
extern bool pgs_in_transaction_block(void);

/* Sleeps on the latch; false when the process was asked to end. */
extern bool pgs_sleep(int64_t milliseconds);

extern void pgs_notice(const char *message);
extern void pgs_warning(const char *message, const char *hint);
extern void pgs_log(const char *message);
extern const char *pgs_relation_name(uint32_t relation);	/* its OID when it is gone */
/* Changes when the data goes on in another server or on another timeline. */
extern const char *pgs_cluster_identity(void);
/* Up to where WAL can be seen here: replayed on a standby, written on a primary. */
extern uint64_t pgs_visible_lsn(void);	/* never raises */
extern int	pgs_own_pid(void);		/* never raises */
extern uint32_t pgs_own_database(void);		/* never raises */

#ifdef __cplusplus
}
#endif
