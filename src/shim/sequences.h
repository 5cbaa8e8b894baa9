/* Sequences: where one stands, read without waiting, and which columns they feed. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum PgsSequenceKind
{
	PGS_SEQUENCE_READ,
	PGS_SEQUENCE_MISSING,		/* no such sequence */
	PGS_SEQUENCE_NOT_ALLOWED,	/* neither SELECT nor USAGE */
	PGS_SEQUENCE_LOCKED,		/* somebody changes it */
	PGS_SEQUENCE_TEMPORARY,		/* in the memory of another session */
	PGS_SEQUENCE_UNLOGGED		/* a standby does not have it */
} PgsSequenceKind;

typedef struct PgsSequence
{
	PgsSequenceKind kind;
	int64_t		last_value;		/* set for PGS_SEQUENCE_READ, as is_called */
	bool		is_called;		/* false: last_value is the next one */
} PgsSequence;

/* May raise an error, as all functions here.  Keeps no lock. */
extern void pgs_read_sequence(uint32_t relation, PgsSequence *sequence);

/* A column that owns a sequence, or a default that uses it. */
typedef struct PgsSequenceLink
{
	uint32_t	sequence;
	uint32_t	relation;		/* of the column that owns it */
	int			column;
	uint32_t	column_default;	/* pg_attrdef.oid; 0 for the owner */
} PgsSequenceLink;

typedef struct PgsColumnDefault
{
	uint32_t	column_default;
	uint32_t	relation;
	int			column;
} PgsColumnDefault;

typedef struct PgsColumn
{
	const char *name;
	const char *type;			/* as SQL writes it */
	uint32_t	base_type;		/* below all domains */
	int			digits;			/* numeric with a precision: before the point */
	bool		has_precision;
} PgsColumn;

/* In one pass over the catalogs, in no order. */
extern int64_t pgs_sequence_links(const PgsSequenceLink **links);
extern int64_t pgs_column_defaults(const PgsColumnDefault **defaults);

/* False when there is no such column any more. */
extern bool pgs_column(uint32_t relation, int number, PgsColumn *column);

#ifdef __cplusplus
}
#endif
