/*
 * What the server knows of all relations of users in this database, gathered in
 * one pass: views over thousands of tables must be quick, and wait for no lock.
 * Every function may raise an error unless it says otherwise.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* One relation: table, materialized view, TOAST table, index, partitioned or foreign. */
typedef struct PgsRelation
{
	uint32_t	relation;
	char		relkind;		/* of pg_class */
	bool		partition;		/* of a table or of an index */
	uint32_t	toast;			/* of a table; 0 for none */
	uint32_t	tablespace;		/* where its files are, and under which number; 0 without storage */
	uint32_t	file;
	double		rows;			/* pg_class.reltuples; below 0 when never counted */
	uint32_t	schema;
	uint32_t	owner;
	uint32_t	method;			/* access method; 0 for none */
	const char *name;
} PgsRelation;

/* What the server has counted of a relation. */
typedef struct PgsStatistics
{
	bool		counted;		/* false when the server has counted nothing of it */
	/* Since the last reset. */
	int64_t		scans;			/* of an index; sequential ones of a table */
	int64_t		rows_read;		/* by these scans; of an index its entries */
	int64_t		rows_fetched;	/* through indexes (of a table), by this index */
	int64_t		inserted;
	int64_t		updated;
	int64_t		deleted;
	int64_t		hot_updated;
	int64_t		hit;			/* blocks found in the cache */
	int64_t		read;			/* blocks that were not */
	/* As of now. */
	int64_t		live_rows;
	int64_t		dead_rows;
	int64_t		modified_rows;	/* since the last ANALYZE */
	int64_t		vacuumed_at;	/* microseconds since 2000-01-01 UTC, as the next three; 0 for never */
	int64_t		analyzed_at;
	int64_t		scanned_at;		/* from 16 on */
} PgsStatistics;

/* Of what a relation is a part. */
typedef struct PgsRelationLink
{
	uint32_t	relation;
	uint32_t	whole;
	bool		detaching;		/* a partition whose concurrent detach has begun */
} PgsRelationLink;

/*
 * Relations of users that are not temporary and not in a schema, where one is
 * given, in no order, as the catalog has them; with TOAST tables and their
 * indexes, or without.  Takes no lock on them.
 */
extern int64_t pgs_relations(const char *except_schema, bool toast, PgsRelation **relations);
/* Gives back the memory of an array that was found here; the names in it stay. */
extern void pgs_release(const void *array);
/*
 * Lets this process keep twice so many bytes of what it frees, at most 64 MB,
 * for the next statement that needs as much.  Never raises.
 */
extern void pgs_keep_freed(size_t bytes);
/* Whether the server keeps a copy of all statistics that are asked for until the transaction ends. */
extern bool pgs_statistics_are_cached(void);
extern void pgs_statistics(const uint32_t *relations, int count, PgsStatistics *statistics);
/* Which table each index is on. */
extern int64_t pgs_index_tables(const PgsRelationLink **links);
/* Which parent each child has, by partition or inheritance, of tables and of indexes. */
extern int64_t pgs_parents(const PgsRelationLink **links);

/* NULL when there is none. */
extern const char *pgs_schema_name(uint32_t schema);

#ifdef __cplusplus
}
#endif
