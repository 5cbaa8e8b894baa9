/* The state of a sequence, read without waiting. */
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

/* May raise an error.  Keeps no lock. */
extern void pgs_read_sequence(uint32_t relation, PgsSequence *sequence);

#ifdef __cplusplus
}
#endif
