/*
 * Arguments and results of SQL functions.  Every function may raise an error
 * unless it says otherwise, so C++ reaches them through pg::call().
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct PgsCall PgsCall;

extern bool pgs_arg_is_null(PgsCall *call, int index);
extern const char *pgs_arg_text(PgsCall *call, int index);	/* any type, as its output function writes it */
extern int32_t pgs_arg_int32(PgsCall *call, int index);
extern int64_t pgs_arg_int64(PgsCall *call, int index);
extern bool pgs_arg_bool(PgsCall *call, int index);
extern uint64_t pgs_arg_lsn(PgsCall *call, int index);
/* An interval in microseconds, a month as 30 days; at the ends of int64 when it is longer. */
extern int64_t pgs_arg_interval(PgsCall *call, int index);
/* A timestamptz in microseconds since 2000-01-01 UTC; the ends of int64 are the infinities. */
extern int64_t pgs_arg_instant(PgsCall *call, int index);
extern uint32_t pgs_arg_oid(PgsCall *call, int index);
/* Those of an oid[], and how many there are; raises an error where one is NULL. */
extern int64_t pgs_arg_oids(PgsCall *call, int index, const uint32_t **oids);

/* True unless the CALL runs inside a transaction block or another function. */
extern bool pgs_call_may_commit(PgsCall *call);

extern void pgs_return_void(PgsCall *call);	/* also the result of an event trigger */
extern void pgs_return_null(PgsCall *call);
extern void pgs_return_bool(PgsCall *call, bool value);
extern void pgs_return_int32(PgsCall *call, int32_t value);
extern void pgs_return_int64(PgsCall *call, int64_t value);
/* A numeric of so many hundredths. */
extern void pgs_return_hundredths(PgsCall *call, int64_t value);
extern void pgs_return_text(PgsCall *call, const char *value);
/* A timestamptz, from microseconds since 2000-01-01 UTC. */
extern void pgs_return_instant(PgsCall *call, int64_t micros);

/* A function that returns one row, not a set; NULL is an SQL null. */
extern void pgs_return_row(PgsCall *call, const char *const *values);

/* A function that returns rows: begin once, then add; NULL is an SQL null. */
extern void pgs_rows_begin(PgsCall *call);
extern void pgs_rows_add(PgsCall *call, const char *const *values);
extern int	pgs_rows_columns(PgsCall *call);
/* The rows of the statement last run; its columns must be of the types of the function's. */
extern void pgs_rows_add_result(PgsCall *call);

/*
 * A value that need not go through text: a number for bigint, integer, oid,
 * boolean and timestamptz (in microseconds since 2000-01-01 UTC), a fraction
 * for double precision, else a text.
 */
typedef struct PgsCell
{
	bool		is_null;
	union
	{
		int64_t		number;
		double		fraction;
		const char *text;
	};
} PgsCell;

extern void pgs_rows_add_cells(PgsCall *call, const PgsCell *cells);

#ifdef __cplusplus
}
#endif
