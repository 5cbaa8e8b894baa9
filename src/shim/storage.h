/*
 * The pages of one relation, as they lie on disk.  Every function may raise an
 * error unless it says otherwise; then the abort closes what was open.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum PgsStorageKind
{
	PGS_STORAGE_MISSING,		/* no such relation */
	PGS_STORAGE_NOT_ALLOWED,	/* neither owner nor pg_read_all_stats */
	PGS_STORAGE_LOCKED,			/* somebody holds a lock that keeps readers out */
	PGS_STORAGE_NONE,			/* views, foreign and partitioned tables and indexes */
	PGS_STORAGE_TEMPORARY,		/* in the memory of another session */
	PGS_STORAGE_HEAP,
	PGS_STORAGE_BTREE,
	PGS_STORAGE_OTHER			/* of another access method */
} PgsStorageKind;

typedef struct PgsStorage
{
	uint32_t	relation;
	PgsStorageKind kind;
	char		relkind;		/* of pg_class; set unless missing */
	const char *name;			/* set for PGS_STORAGE_NOT_ALLOWED */
	const char *access_method;	/* set for PGS_STORAGE_OTHER */
	uint32_t	page_size;
	uint32_t	pages;			/* set for the last three kinds */
	int			fillfactor;		/* set for heap and btree */
	/* ours */
	void	   *opened;			/* Relation, where the server must find the file */
	void	   *strategy;
	uint32_t	tablespace;
	uint32_t	file;
	bool		permanent;
} PgsStorage;

typedef enum PgsPageUse
{
	PGS_PAGE_DATA,				/* heap page or leaf */
	PGS_PAGE_INNER,				/* of an index, above the leaves */
	PGS_PAGE_UNUSED				/* new, deleted or half-dead */
} PgsPageUse;

typedef struct PgsPage
{
	PgsPageUse	use;
	int32_t		free_bytes;
	int32_t		dead_bytes;		/* of items that no transaction to come will see */
	int			map_category;	/* of the free space map; 0 when it says nothing */
} PgsPage;

/* Locks the relation without waiting.  Only the last three kinds are to be closed. */
extern void pgs_storage_open(uint32_t relation, PgsStorage *storage);
extern void pgs_storage_close(PgsStorage *storage);

/* Reads these pages, with a small ring of buffers. */
extern void pgs_read_heap_pages(const PgsStorage *storage, const uint32_t *blocks, uint32_t count,
								PgsPage *pages);
extern void pgs_read_btree_pages(const PgsStorage *storage, const uint32_t *blocks, uint32_t count,
								 PgsPage *pages);

#define PGS_MAP_CATEGORIES 256

/*
 * Counts the heap's pages by their category in the free space map, and fills in
 * map_category of the given pages.  blocks ascend.  Pages without an entry are
 * of category 0.  False when there is no map.
 */
extern bool pgs_read_space_map(const PgsStorage *storage, int64_t *counts, const uint32_t *blocks,
							   uint32_t count, PgsPage *pages);

/* For the files of the shim that read pages.  Pins the page and returns its buffer. */
extern int	pgs_pin_page(const PgsStorage *storage, int fork, uint32_t block);
extern bool pgs_has_fork(const PgsStorage *storage, int fork);
extern uint32_t pgs_fork_pages(const PgsStorage *storage, int fork);

#ifdef __cplusplus
}
#endif
