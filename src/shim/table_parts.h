/*
 * What VACUUM and ANALYZE work on in this database, gathered in one pass, and
 * what autovacuum goes by.  Takes no lock on any table.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Settings of the server, or of one table: then a number below -1, or a scale below 0, is not set. */
typedef struct PgsAutovacuum
{
	bool		enabled;
	int			threshold;
	int			max_threshold;	/* -1: none, which is all that servers before 18 know */
	int			insert_threshold;	/* -1: inserts do not count */
	int			analyze_threshold;
	double		scale;
	double		insert_scale;
	double		analyze_scale;
	int			freeze_max_age;
	int			multixact_freeze_max_age;
} PgsAutovacuum;

typedef struct PgsTablePart
{
	uint32_t	relation;
	char		relkind;		/* r, m, t, or p, which has no rows of its own */
	bool		partition;
	bool		temporary;
	bool		analyzed;		/* whether ANALYZE does anything for it */
	uint32_t	toast;			/* of a table; 0 for none */
	int32_t		pages;
	int32_t		frozen_pages;	/* 0 on servers before 18, which do not count them */
	float		rows;			/* pg_class.reltuples; below 0 when never counted */
	int64_t		xid_age;		/* -1: it holds no transaction numbers */
	int64_t		multixact_age;	/* likewise */
	bool		has_settings;
	PgsAutovacuum settings;		/* of its own */
	int64_t		live_rows;
	int64_t		dead_rows;
	int64_t		inserted_rows;	/* since the last VACUUM */
	int64_t		modified_rows;	/* since the last ANALYZE */
	int64_t		vacuumed_at;	/* microseconds since 2000-01-01 UTC; 0 for never, as the next */
	int64_t		analyzed_at;
} PgsTablePart;

/* In no order.  May raise an error. */
extern int64_t pgs_table_parts(const PgsTablePart **parts);

extern void pgs_autovacuum(PgsAutovacuum *server);

#ifdef __cplusplus
}
#endif
