#include "postgres.h"

#include "mb/pg_wchar.h"
#include "utils/memutils.h"

#include "shim/guard.h"

static ErrorData out_of_memory = {
	.elevel = ERROR,
	.output_to_server = true,
	.output_to_client = true,
	.sqlerrcode = ERRCODE_OUT_OF_MEMORY,
	.message = "out of memory",
	.filename = __FILE__,
	.lineno = __LINE__,
	.funcname = "pgs_try",
};

/*
 * Moves the pending error into a memory context of its own, because the
 * caller's context may belong to the (sub)transaction that is about to abort.
 */
static ErrorData *
take_pending_error(void)
{
	MemoryContext volatile context = NULL;
	ErrorData  *volatile error = &out_of_memory;

	PG_TRY();
	{
		context = AllocSetContextCreate(TopMemoryContext, "pgscale error",
										ALLOCSET_SMALL_SIZES);
		MemoryContextSwitchTo(context);
		error = CopyErrorData();
	}
	PG_CATCH();
	{
		MemoryContextSwitchTo(TopMemoryContext);
		if (context != NULL)
			MemoryContextDelete(context);
	}
	PG_END_TRY();

	FlushErrorState();
	return error;
}

ErrorData *
pgs_try(void (*body) (void *), void *arg)
{
	MemoryContext caller_context = CurrentMemoryContext;
	ErrorData  *volatile error = NULL;

	PG_TRY();
	{
		body(arg);
	}
	PG_CATCH();
	{
		error = take_pending_error();
		MemoryContextSwitchTo(caller_context);
	}
	PG_END_TRY();

	return error;
}

int
pgs_error_sqlstate(const ErrorData *error)
{
	return error->sqlerrcode;
}

const char *
pgs_error_message(const ErrorData *error)
{
	return error->message;
}

const char *
pgs_error_detail(const ErrorData *error)
{
	return error->detail ? error->detail : "";
}

const char *
pgs_error_hint(const ErrorData *error)
{
	return error->hint ? error->hint : "";
}

void
pgs_error_free(ErrorData *error)
{
	if (error != NULL && error != &out_of_memory)
		MemoryContextDelete(GetMemoryChunkContext(error));
}

/* The fixed size of a failure may have cut a text inside a character. */
static int
whole_characters(const char *text)
{
	int			length = strlen(text);

	return pg_mbcliplen(text, length, length);
}

void
pgs_raise(const PgsFailure *failure)
{
	if (failure->error != NULL)
	{
		/* ReThrowError() copies; resetting ErrorContext later frees the original. */
		if (failure->error != &out_of_memory)
			MemoryContextSetParent(GetMemoryChunkContext(failure->error), ErrorContext);
		ReThrowError(failure->error);
	}

	ereport(ERROR,
			(errcode(failure->sqlstate),
			 errmsg_internal("%.*s", whole_characters(failure->message), failure->message),
			 failure->detail[0] ?
			 errdetail_internal("%.*s", whole_characters(failure->detail), failure->detail) : 0,
			 failure->hint[0] ?
			 errhint("%.*s", whole_characters(failure->hint), failure->hint) : 0));
	pg_unreachable();
}
