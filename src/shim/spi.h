/*
 * SQL through SPI, and the transactions around it.  Every function may raise an
 * error unless it says otherwise.  Results are valid until the next statement.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

extern void pgs_spi_connect(void);
extern void pgs_spi_connect_nonatomic(void);	/* pgs_spi_commit() is allowed */
extern void pgs_spi_finish(void);	/* never raises */

/* Runs one statement; the parameters $1 ... are of type text.  Returns the row count. */
extern uint64_t pgs_spi_execute(const char *sql, int count, const char *const *parameters);

/*
 * The same by a plan, one for all values of the parameters, that is kept in *plan (at first
 * NULL) for the rest of the session; the server makes it anew when what it rests on has changed.
 */
extern uint64_t pgs_spi_execute_kept(const char *sql, int count, const char *const *parameters, void **plan);
extern int	pgs_spi_columns(void);	/* of the last result; 0 when there is none */
extern const char *pgs_spi_value(uint64_t row, int column);	/* NULL for an SQL null; columns from 1 */

/* The elements of an array of bigint without nulls; of an SQL null none. */
extern const int64_t *pgs_spi_bigints(uint64_t row, int column, int64_t *count);

/* Text as UTF-8, whatever the encoding of the database; what SQL_ASCII holds is left as it is. */
extern const char *pgs_utf8(const char *text);

/* Sees what others committed a moment ago, whatever the isolation level of the caller. */
extern uint64_t pgs_spi_execute_latest(const char *sql, int count, const char *const *parameters);

/* Commits the transaction and begins the next; in a procedure only. */
extern void pgs_spi_commit(void);

typedef struct PgsScope
{
	void	   *context;
	void	   *owner;
} PgsScope;

extern void pgs_subtransaction_begin(PgsScope *scope);
extern void pgs_subtransaction_commit(PgsScope *scope);
extern void pgs_subtransaction_abort(PgsScope *scope);

/* Whole transactions, for background workers. */
extern void pgs_transaction_begin(void);
extern void pgs_transaction_commit(void);
extern void pgs_transaction_abort(void);

/* Waits until the last commit of this session is as safe as synchronous_commit demands. */
extern void pgs_await_last_commit(void);

#ifdef __cplusplus
}
#endif
