/* What is to be done once it is known how this transaction ended. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * From here on the transaction cannot be prepared, its commit is on disk before it is told, and then,
 * or once it is rolled back, body_transaction_ended() is called.  Raises an error in a
 * subtransaction, which may end otherwise than the transaction.
 */
extern void pgs_await_transaction_end(const char *function);

/*
 * What this transaction has prepared on the shards of the table holds locks there: until it ends a
 * statement that needs a shard is an error.
 */
extern void pgs_note_prepared(uint32_t relation);

/* Brings to disk what this transaction has written to the log so far. */
extern void pgs_flush_own_records(void);

/* Of body_transaction_ended(): nothing that it does may raise an error any more. */
extern bool body_transaction_ended(bool committed);

#ifdef __cplusplus
}
#endif
