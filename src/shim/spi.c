#include "postgres.h"

#include "access/xact.h"
#include "access/xlog.h"
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "replication/syncrep.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
#include "utils/resowner.h"
#include "utils/snapmgr.h"

#include "shim/spi.h"

void
pgs_spi_connect(void)
{
	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "SPI_connect failed");
}

void
pgs_spi_connect_nonatomic(void)
{
	if (SPI_connect_ext(SPI_OPT_NONATOMIC) != SPI_OK_CONNECT)
		elog(ERROR, "SPI_connect_ext failed");
}

void
pgs_spi_finish(void)
{
	SPI_finish();
}

/* The parameters of a statement, all of type text. */
typedef struct Parameters
{
	int			count;
	Oid		   *types;
	Datum	   *values;
	char	   *nulls;
} Parameters;

static Parameters
texts(int count, const char *const *parameters)
{
	Parameters	found = {
		.count = count,
		.types = palloc_array(Oid, count + 1),
		.values = palloc_array(Datum, count + 1),
		.nulls = palloc0(count + 1)
	};

	for (int i = 0; i < count; i++)
	{
		found.types[i] = TEXTOID;
		found.nulls[i] = parameters[i] == NULL ? 'n' : ' ';
		found.values[i] = parameters[i] == NULL ? (Datum) 0 : CStringGetTextDatum(parameters[i]);
	}
	return found;
}

static uint64_t
execute(const char *sql, int count, const char *const *parameters, bool read_only)
{
	Parameters	given = texts(count, parameters);
	int			status;

	SPI_freetuptable(SPI_tuptable);
	status = SPI_execute_with_args(sql, given.count, given.types, given.values, given.nulls, read_only, 0);
	if (status < 0)
		elog(ERROR, "SPI_execute_with_args failed: %s", SPI_result_code_string(status));
	return SPI_processed;
}

/* What may write takes a new snapshot, which the server refuses while parallel workers run for us. */
uint64_t
pgs_spi_execute(const char *sql, int count, const char *const *parameters)
{
	return execute(sql, count, parameters, IsInParallelMode());
}

uint64_t
pgs_spi_execute_latest(const char *sql, int count, const char *const *parameters)
{
	uint64_t	rows;

	PushActiveSnapshot(GetLatestSnapshot());
	rows = execute(sql, count, parameters, true);
	PopActiveSnapshot();
	return rows;
}

uint64_t
pgs_spi_execute_kept(const char *sql, int count, const char *const *parameters, void **plan)
{
	Parameters	given = texts(count, parameters);
	int			status;

	SPI_freetuptable(SPI_tuptable);
	if (*plan == NULL)
	{
		SPIPlanPtr	made = SPI_prepare_cursor(sql, given.count, given.types, CURSOR_OPT_GENERIC_PLAN);

		if (made == NULL || SPI_keepplan(made) != 0)
			elog(ERROR, "SPI_prepare_cursor failed: %s", SPI_result_code_string(SPI_result));
		*plan = made;
	}
	status = SPI_execute_plan(*plan, given.values, given.nulls, IsInParallelMode(), 0);
	if (status < 0)
		elog(ERROR, "SPI_execute_plan failed: %s", SPI_result_code_string(status));
	return SPI_processed;
}

int
pgs_spi_columns(void)
{
	return SPI_tuptable == NULL ? 0 : SPI_tuptable->tupdesc->natts;
}

const char *
pgs_spi_value(uint64_t row, int column)
{
	return SPI_getvalue(SPI_tuptable->vals[row], SPI_tuptable->tupdesc, column);
}

const int64_t *
pgs_spi_bigints(uint64_t row, int column, int64_t *count)
{
	bool		null;
	Datum		value = SPI_getbinval(SPI_tuptable->vals[row], SPI_tuptable->tupdesc, column, &null);
	ArrayType  *array;

	*count = 0;
	if (null)
		return NULL;
	array = DatumGetArrayTypeP(value);
	if (ARR_ELEMTYPE(array) != INT8OID || array_contains_nulls(array))
		elog(ERROR, "column %d is no array of bigint without nulls", column);
	*count = ArrayGetNItems(ARR_NDIM(array), ARR_DIMS(array));
	return (const int64_t *) ARR_DATA_PTR(array);
}

const char *
pgs_utf8(const char *text)
{
	if (GetDatabaseEncoding() == PG_SQL_ASCII)
		return text;
	return pg_server_to_any(text, strlen(text), PG_UTF8);
}

void
pgs_spi_commit(void)
{
	SPI_commit();
}

void
pgs_subtransaction_begin(PgsScope *scope)
{
	scope->context = CurrentMemoryContext;
	scope->owner = CurrentResourceOwner;
	BeginInternalSubTransaction(NULL);
	MemoryContextSwitchTo(scope->context);
}

static void
restore(PgsScope *scope)
{
	MemoryContextSwitchTo(scope->context);
	CurrentResourceOwner = scope->owner;
}

void
pgs_subtransaction_commit(PgsScope *scope)
{
	ReleaseCurrentSubTransaction();
	restore(scope);
}

void
pgs_subtransaction_abort(PgsScope *scope)
{
	RollbackAndReleaseCurrentSubTransaction();
	restore(scope);
}

void
pgs_transaction_begin(void)
{
	SetCurrentStatementStartTimestamp();
	StartTransactionCommand();
	PushActiveSnapshot(GetTransactionSnapshot());
}

void
pgs_transaction_commit(void)
{
	PopActiveSnapshot();
	CommitTransactionCommand();
}

void
pgs_transaction_abort(void)
{
	AbortCurrentTransaction();
}

void
pgs_await_last_commit(void)
{
	if (synchronous_commit == SYNCHRONOUS_COMMIT_OFF)
		return;
	XLogFlush(XactLastCommitEnd);
	/* As in a commit: an interruption must not leave us in the queue. */
	HOLD_INTERRUPTS();
	SyncRepWaitForLSN(XactLastCommitEnd, true);
	RESUME_INTERRUPTS();
}
