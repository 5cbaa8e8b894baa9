#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "access/transam.h"
#include "catalog/namespace.h"
#include "catalog/pg_class.h"
#include "catalog/pg_index.h"
#include "catalog/pg_inherits.h"
#include "catalog/pg_namespace.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"

#include "shim/compat.h"
#include "shim/relations.h"

static bool
wanted(Form_pg_class class, Oid except_schema, bool toast)
{
	return class->oid >= FirstNormalObjectId && class->relnamespace != except_schema &&
		(toast || class->relnamespace != PG_TOAST_NAMESPACE) &&
		class->relpersistence != RELPERSISTENCE_TEMP &&
		strchr("rmtipIf", class->relkind) != NULL;
}

/* Names one behind the other, because there are tens of thousands, most of them short. */
typedef struct NameStore
{
	char	   *next;
	char	   *end;
} NameStore;

#define NAME_STORE_SIZE (64 * 1024)

static const char *
keep_name(NameStore *store, const char *name)
{
	char	   *kept;

	if (store->end - store->next < NAMEDATALEN)
	{
		store->next = palloc(NAME_STORE_SIZE);
		store->end = store->next + NAME_STORE_SIZE;
	}
	kept = store->next;
	store->next = stpcpy(kept, name) + 1;
	return kept;
}

static PgsRelation
of_class(Form_pg_class class, NameStore *names)
{
	bool		stored = RELKIND_HAS_STORAGE(class->relkind);

	return (PgsRelation) {
		.relation = class->oid,
		.relkind = class->relkind,
		.partition = class->relispartition,
		.toast = class->reltoastrelid,
		.tablespace = class->reltablespace ? class->reltablespace : MyDatabaseTableSpace,
		.file = stored ? class->relfilenode : 0,
		.rows = class->reltuples,
		.schema = class->relnamespace,
		.owner = class->relowner,
		.method = class->relam,
		.name = keep_name(names, NameStr(class->relname))
	};
}

int64_t
pgs_relations(const char *except_schema, bool toast, PgsRelation **relations)
{
	Oid			except = except_schema == NULL ? InvalidOid : get_namespace_oid(except_schema, true);
	Relation	catalog = table_open(RelationRelationId, AccessShareLock);
	SysScanDesc scan = systable_beginscan(catalog, InvalidOid, false, NULL, 0, NULL);
	int64		room = 1024;
	int64		count = 0;
	PgsRelation *found = palloc_array(PgsRelation, room);
	NameStore	names = {0};
	HeapTuple	tuple;

	while (HeapTupleIsValid(tuple = systable_getnext(scan)))
	{
		Form_pg_class class = (Form_pg_class) GETSTRUCT(tuple);

		CHECK_FOR_INTERRUPTS();
		if (!wanted(class, except, toast))
			continue;
		if (count == room)
		{
			room *= 2;
			found = repalloc_huge(found, room * sizeof(PgsRelation));
		}
		found[count++] = of_class(class, &names);
	}
	systable_endscan(scan);
	table_close(catalog, AccessShareLock);
	*relations = found;
	return count;
}

void
pgs_release(const void *array)
{
	pfree((void *) array);
}

/*
 * The C library of GNU/Linux gives free memory back to the system as soon as there is more of it than twice
 * the largest piece that was ever freed; each next statement would then wait for the same pages to be made
 * anew: 3,000 of them over 28,000 relations, for 12 of the 85 ms of view cache_hit.  A piece that is never
 * touched costs nothing.  From pieces above 32 MB, with its own header, the library learns nothing.
 */
#define MOST_KEPT ((size_t) 32 * 1024 * 1024 - 64 * 1024)

void
pgs_keep_freed(size_t bytes)
{
	static size_t kept = 0;
	void	   *volatile piece;

	bytes = Min(bytes, MOST_KEPT);
	if (bytes <= kept)
		return;
	kept = bytes;
	piece = malloc(bytes);
	free(piece);
}

bool
pgs_statistics_are_cached(void)
{
	return pgstat_fetch_consistency == PGSTAT_FETCH_CONSISTENCY_CACHE;
}

static PgsStatistics
of_entry(PgStat_StatTabEntry *entry)
{
	return (PgsStatistics) {
		.counted = true,
		.scans = entry->numscans,
		.rows_read = entry->tuples_returned,
		.rows_fetched = entry->tuples_fetched,
		.inserted = entry->tuples_inserted,
		.updated = entry->tuples_updated,
		.deleted = entry->tuples_deleted,
		.hot_updated = entry->tuples_hot_updated,
		.hit = entry->blocks_hit,
		.read = Max(entry->blocks_fetched - entry->blocks_hit, 0),
		.live_rows = pgs_live_rows(entry),
		.dead_rows = pgs_dead_rows(entry),
		.modified_rows = pgs_modified_rows(entry),
		.vacuumed_at = pgs_vacuumed_at(entry),
		.analyzed_at = pgs_analyzed_at(entry),
		.scanned_at = pgs_scanned_at(entry)
	};
}

void
pgs_statistics(const uint32_t *relations, int count, PgsStatistics *statistics)
{
	bool		own = pgstat_fetch_consistency == PGSTAT_FETCH_CONSISTENCY_NONE;

	for (int i = 0; i < count; i++)
	{
		PgStat_StatTabEntry *entry = pgstat_fetch_stat_tabentry_ext(false, relations[i]);

		CHECK_FOR_INTERRUPTS();
		statistics[i] = entry == NULL ? (PgsStatistics) {0} : of_entry(entry);
		if (own && entry != NULL)
			pfree(entry);
	}
}

/* Two columns of a catalog that tell what is a part of what. */
static int64
links(Oid catalog_oid, PgsRelationLink (*link_of) (HeapTuple), const PgsRelationLink **links)
{
	Relation	catalog = table_open(catalog_oid, AccessShareLock);
	SysScanDesc scan = systable_beginscan(catalog, InvalidOid, false, NULL, 0, NULL);
	int64		room = 1024;
	int64		count = 0;
	PgsRelationLink *found = palloc_array(PgsRelationLink, room);
	HeapTuple	tuple;

	while (HeapTupleIsValid(tuple = systable_getnext(scan)))
	{
		if (count == room)
		{
			room *= 2;
			found = repalloc_huge(found, room * sizeof(PgsRelationLink));
		}
		found[count++] = link_of(tuple);
	}
	systable_endscan(scan);
	table_close(catalog, AccessShareLock);
	*links = found;
	return count;
}

static PgsRelationLink
table_of_index(HeapTuple tuple)
{
	Form_pg_index index = (Form_pg_index) GETSTRUCT(tuple);

	return (PgsRelationLink) {.relation = index->indexrelid, .whole = index->indrelid};
}

static PgsRelationLink
parent_of_child(HeapTuple tuple)
{
	Form_pg_inherits child = (Form_pg_inherits) GETSTRUCT(tuple);

	return (PgsRelationLink) {
		.relation = child->inhrelid,
		.whole = child->inhparent,
		.detaching = child->inhdetachpending
	};
}

int64_t
pgs_index_tables(const PgsRelationLink **found)
{
	return links(IndexRelationId, table_of_index, found);
}

int64_t
pgs_parents(const PgsRelationLink **found)
{
	return links(InheritsRelationId, parent_of_child, found);
}

const char *
pgs_schema_name(uint32_t schema)
{
	return get_namespace_name(schema);
}
