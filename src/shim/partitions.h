/*
 * Partition bounds, key values and rows, as the server knows them.  Every
 * function may raise an error unless it says otherwise.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum PgsEndKind
{
	PGS_END_MINIMUM,			/* MINVALUE, or -infinity */
	PGS_END_VALUE,
	PGS_END_MAXIMUM				/* MAXVALUE, or infinity */
} PgsEndKind;

/*
 * One column of one end of a range.  number: microseconds since 2000-01-01 for
 * times, the value for integers, unused for other types.  text: as the type's
 * output function writes it.
 */
typedef struct PgsEnd
{
	PgsEndKind	kind;
	int64_t		number;
	const char *text;
	bool		has_number;
} PgsEnd;

/* pg_class.relpartbound, decoded. */
typedef struct PgsBound
{
	char		strategy;		/* 'r', 'l', 'h' as in pg_partitioned_table */
	bool		is_default;
	int			modulus;
	int			remainder;
	int			columns;		/* range: of the key */
	const PgsEnd *lower;
	const PgsEnd *upper;
	int			value_count;	/* list */
	const char *const *values;	/* list: NULL for the null value */
} PgsBound;

/* NULL when the relation is no partition. */
extern const PgsBound *pgs_partition_bound(uint32_t relation);

/* Of the attached partitions of a range set the bound with the highest end; NULL when there is none. */
extern const PgsBound *pgs_last_bound(uint32_t root);

/*
 * The bound in the words of pg_get_expr(), of range columns of these types; NULL when it is no
 * range's.
 */
extern const PgsBound *pgs_read_range(const char *words, const uint32_t *types, int columns);

/*
 * Compares two ends of ranges, of key columns of these types, as the parent orders them; below,
 * equal or above 0.  Of a value only the text counts.
 */
extern int	pgs_compare_ends(uint32_t parent, const uint32_t *types, const PgsEnd *a,
							 const PgsEnd *b, int columns);

/* Text to a value of a range key's type, read in the time zone. */
extern void pgs_key_input(uint32_t type, int32_t typmod, const char *text, const char *zone,
						  PgsEnd *value);
/* The value, read in the time zone, as the type writes it back; raises an error for bad input. */
extern const char *pgs_canonical_value(uint32_t type, int32_t typmod, const char *text,
									   const char *zone);

typedef enum PgsRows
{
	PGS_ROWS_NONE,
	PGS_ROWS_SOME,
	PGS_ROWS_UNKNOWN			/* somebody holds a strong lock, or the rows are elsewhere */
} PgsRows;

/* Whether the table, with its own partitions, holds a row.  Waits for no lock and keeps none. */
extern PgsRows pgs_has_rows(uint32_t relation);

#ifdef __cplusplus
}
#endif
