#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/multixact.h"
#include "access/reloptions.h"
#include "access/table.h"
#include "access/transam.h"
#include "access/xact.h"
#include "catalog/pg_class.h"
#include "catalog/pg_statistic.h"
#include "miscadmin.h"
#include "postmaster/autovacuum.h"
#include "utils/rel.h"

#include "shim/compat.h"
#include "shim/table_parts.h"

static PgsAutovacuum
settings_of(const AutoVacOpts *options)
{
	return (PgsAutovacuum) {
		.enabled = options->enabled,
		/* -1 is not set here, and is a value of the two that may be -1 */
		.threshold = options->vacuum_threshold == -1 ? -2 : options->vacuum_threshold,
		.max_threshold = pgs_max_threshold(options),
		.insert_threshold = options->vacuum_ins_threshold,
		.analyze_threshold = options->analyze_threshold == -1 ? -2 : options->analyze_threshold,
		.scale = options->vacuum_scale_factor,
		.insert_scale = options->vacuum_ins_scale_factor,
		.analyze_scale = options->analyze_scale_factor,
		.freeze_max_age = options->freeze_max_age == -1 ? -2 : options->freeze_max_age,
		.multixact_freeze_max_age = options->multixact_freeze_max_age == -1 ? -2 : options->multixact_freeze_max_age
	};
}

static void
add_settings(PgsTablePart *part, HeapTuple tuple, TupleDesc description)
{
	bool		is_null;
	Datum		options = heap_getattr(tuple, Anum_pg_class_reloptions, description, &is_null);
	bytea	   *parsed = is_null ? NULL : heap_reloptions(part->relkind, options, false);

	part->has_settings = parsed != NULL;
	if (parsed != NULL)
		part->settings = settings_of(&((StdRdOptions *) parsed)->autovacuum);
}

static void
add_statistics(PgsTablePart *part, bool shared)
{
	PgStat_StatTabEntry *entry = pgstat_fetch_stat_tabentry_ext(shared, part->relation);

	if (entry == NULL)
		return;
	part->live_rows = pgs_live_rows(entry);
	part->dead_rows = pgs_dead_rows(entry);
	part->inserted_rows = pgs_inserted_rows(entry);
	part->modified_rows = pgs_modified_rows(entry);
	part->vacuumed_at = pgs_vacuumed_at(entry);
	part->analyzed_at = pgs_analyzed_at(entry);
}

/* As the SQL functions age() and mxid_age() count. */
static void
add_ages(PgsTablePart *part, Form_pg_class class)
{
	part->xid_age = -1;
	part->multixact_age = -1;
	if (TransactionIdIsNormal(class->relfrozenxid))
		part->xid_age = Max((int32) (GetStableLatestTransactionId() - class->relfrozenxid), 0);
	if (MultiXactIdIsValid(class->relminmxid))
		part->multixact_age = Max((int32) (ReadNextMultiXactId() - class->relminmxid), 0);
}

int64_t
pgs_table_parts(const PgsTablePart **parts)
{
	Relation	catalog = table_open(RelationRelationId, AccessShareLock);
	SysScanDesc scan = systable_beginscan(catalog, InvalidOid, false, NULL, 0, NULL);
	int64		room = 1024;
	int64		count = 0;
	PgsTablePart *found = palloc_array(PgsTablePart, room);
	HeapTuple	tuple;

	while (HeapTupleIsValid(tuple = systable_getnext(scan)))
	{
		Form_pg_class class = (Form_pg_class) GETSTRUCT(tuple);

		CHECK_FOR_INTERRUPTS();
		if (class->relkind != RELKIND_RELATION && class->relkind != RELKIND_MATVIEW &&
			class->relkind != RELKIND_TOASTVALUE && class->relkind != RELKIND_PARTITIONED_TABLE)
			continue;
		if (count == room)
		{
			room *= 2;
			found = repalloc_huge(found, room * sizeof(PgsTablePart));
		}
		found[count] = (PgsTablePart) {
			.relation = class->oid,
			.relkind = class->relkind,
			.partition = class->relispartition,
			.temporary = class->relpersistence == RELPERSISTENCE_TEMP,
			.analyzed = class->relkind != RELKIND_TOASTVALUE && class->oid != StatisticRelationId,
			.toast = class->reltoastrelid,
			.pages = class->relpages,
			.frozen_pages = pgs_frozen_pages(class),
			.rows = class->reltuples
		};
		add_settings(&found[count], tuple, RelationGetDescr(catalog));
		add_statistics(&found[count], class->relisshared);
		add_ages(&found[count++], class);
	}
	systable_endscan(scan);
	table_close(catalog, AccessShareLock);
	*parts = found;
	return count;
}

void
pgs_autovacuum(PgsAutovacuum *server)
{
	*server = (PgsAutovacuum) {
		.enabled = AutoVacuumingActive(),
		.threshold = autovacuum_vac_thresh,
		.max_threshold = pgs_server_max_threshold(),
		.insert_threshold = autovacuum_vac_ins_thresh,
		.analyze_threshold = autovacuum_anl_thresh,
		.scale = autovacuum_vac_scale,
		.insert_scale = autovacuum_vac_ins_scale,
		.analyze_scale = autovacuum_anl_scale,
		.freeze_max_age = autovacuum_freeze_max_age,
		.multixact_freeze_max_age = autovacuum_multixact_freeze_max_age
	};
}
