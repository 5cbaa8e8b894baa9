/* A statement that is to change one table, looked at before it is run.  May raise an error. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum PgsDdlKind
{
	PGS_DDL_OTHER,
	PGS_DDL_ALTER_TABLE,
	PGS_DDL_RENAME_COLUMN,
	PGS_DDL_CREATE_INDEX,
	PGS_DDL_DROP_INDEX,
	PGS_DDL_TABLE_COMMENT,
	PGS_DDL_COLUMN_COMMENT,
	PGS_DDL_GRANT
} PgsDdlKind;

typedef enum PgsDdlPartKind
{
	PGS_PART_OTHER,
	PGS_PART_COLUMN,
	PGS_PART_KEY,
	PGS_PART_STORAGE,
	PGS_PART_NUMBERS,
	PGS_PART_CONSTRAINT			/* one that is there already, of a name */
} PgsDdlPartKind;

typedef struct PgsDdlPart
{
	PgsDdlPartKind kind;
	const char *constraint;		/* of PGS_PART_CONSTRAINT */
} PgsDdlPart;

typedef struct PgsDdl
{
	int			statements;		/* the rest describes the first */
	PgsDdlKind	kind;
	uint32_t	relation;		/* the one table that it names; 0: none, several, or not there */
	bool		concurrent;
	bool		unique;
	int			parts;
	const PgsDdlPart *part;
} PgsDdl;

/* Raises the usual errors for bad syntax.  Names mean what they mean to the caller. */
extern void pgs_read_ddl(const char* sql, PgsDdl* ddl);

#ifdef __cplusplus
}
#endif
