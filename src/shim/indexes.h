/*
 * What the catalogs say of indexes and of the foreign keys that want them.
 * Takes no lock on any of them or their tables.  Every function may raise an
 * error.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct PgsIndexColumn
{
	int16_t		attribute;		/* of the table; 0 for an expression */
	/* Of a column of the key; 0 where it is only included. */
	int16_t		options;		/* direction, and where nulls come */
	uint32_t	opclass;
	uint32_t	collation;
} PgsIndexColumn;

typedef struct PgsIndexDefinition
{
	uint32_t	index;
	uint32_t	table;
	uint32_t	method;			/* access method */
	bool		unique;
	bool		primary;
	bool		exclusion;
	bool		replica_identity;
	bool		immediate;		/* forbids duplicates at once, not when the transaction ends */
	bool		nulls_distinct;
	bool		valid;
	bool		ready;
	int			key_columns;	/* the first of the columns */
	int			column_count;
	const PgsIndexColumn *columns;
	/* As the catalog stores them; NULL for none. */
	const char *predicate;
	const char *expressions;
} PgsIndexDefinition;

/* A foreign key that is enforced, or its image on a partition. */
typedef struct PgsForeignKey
{
	uint32_t	constraint;
	uint32_t	parent;			/* the constraint it is an image of; 0 for none */
	uint32_t	table;
	int			column_count;
	const int16_t *columns;
} PgsForeignKey;

/* Access methods; indexes.c checks them against the server's headers. */
enum
{
	PGS_METHOD_BTREE = 403,
	PGS_METHOD_HASH = 405
};

/* Of these tables, whose OIDs ascend; in no order. */
extern int64_t pgs_index_definitions(const uint32_t *tables, int64_t table_count,
									 const PgsIndexDefinition **definitions);
extern int64_t pgs_foreign_keys(const PgsForeignKey **keys);
/* Indexes that belong to a constraint. */
extern int64_t pgs_constraint_indexes(const uint32_t **indexes);

/*
 * The columns of a table that an index has, as its definition lists them, the
 * first of them its key; "(expression)" for 0.  Good until the next call.
 */
extern const char *pgs_index_column_names(uint32_t table, const int16_t *attributes, int key_columns, int count);
/* NULL when there is no such access method. */
extern const char *pgs_method_name(uint32_t method);

#ifdef __cplusplus
}
#endif
