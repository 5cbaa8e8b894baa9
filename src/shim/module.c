#include "postgres.h"

#include "commands/event_trigger.h"
#include "commands/trigger.h"
#include "miscadmin.h"
#include "utils/rel.h"

#include "shim/compat.h"
#include "shim/entry.h"
#include "shim/ids.h"
#include "shim/session.h"
#include "shim/settings.h"
#include "shim/workers.h"

PGS_MODULE_MAGIC;

extern PGDLLEXPORT void _PG_init(void);

void
_PG_init(void)
{
	pgs_settings_define();
	if (process_shared_preload_libraries_in_progress)
	{
		pgs_workers_define();
		pgs_ids_define();
	}
}

PGS_FUNCTION(pgscale_create_parent);
PGS_FUNCTION(pgscale_alter_parent);
PGS_FUNCTION(pgscale_forget_parent);
PGS_FUNCTION(pgscale_create_subparent);
PGS_FUNCTION(pgscale_alter_subparent);
PGS_FUNCTION(pgscale_forget_subparent);
PGS_FUNCTION(pgscale_pause);
PGS_FUNCTION(pgscale_resume);
PGS_FUNCTION(pgscale_plan);
PGS_FUNCTION(pgscale_run_maintenance);
PGS_FUNCTION(pgscale_drain_default);
PGS_FUNCTION(pgscale_undo_partition);
PGS_FUNCTION(pgscale_retire_partition);
PGS_FUNCTION(pgscale_adopt_report);
PGS_FUNCTION(pgscale_adopt_table);
PGS_FUNCTION(pgscale_adopt_abort);
PGS_FUNCTION(pgscale_partition_bound);
PGS_FUNCTION(pgscale_drift_of);
PGS_FUNCTION(pgscale_repair);
PGS_FUNCTION(pgscale_partition_times);
PGS_FUNCTION(pgscale_lag_status);
PGS_FUNCTION(pgscale_wait_for_lsn);
PGS_FUNCTION(pgscale_forget_receiver);
PGS_FUNCTION(pgscale_bloat_of);
PGS_FUNCTION(pgscale_stat_rows);
PGS_FUNCTION(pgscale_window_start);
PGS_FUNCTION(pgscale_policy_time);
PGS_FUNCTION(pgscale_percent);
PGS_FUNCTION(pgscale_bytes_scanned);
PGS_FUNCTION(pgscale_root_usage);
PGS_FUNCTION(pgscale_largest_usage);
PGS_FUNCTION(pgscale_scan_usage);
PGS_FUNCTION(pgscale_root_sizes);
PGS_FUNCTION(pgscale_leaf_usage);
PGS_FUNCTION(pgscale_blocks_by_root);
PGS_FUNCTION(pgscale_index_usage);
PGS_FUNCTION(pgscale_tree_sizes);
PGS_FUNCTION(pgscale_unsupported_keys);
PGS_FUNCTION(pgscale_covered_until);
PGS_FUNCTION(pgscale_has_rows);
PGS_FUNCTION(pgscale_past_sizes);
PGS_FUNCTION(pgscale_recent_relations);
PGS_FUNCTION(pgscale_take_sample);
PGS_FUNCTION(pgscale_prometheus);
PGS_FUNCTION(pgscale_health_checks);
PGS_FUNCTION(pgscale_health_rows);
PGS_FUNCTION(pgscale_metric_rows);
PGS_FUNCTION(pgscale_check_status);
PGS_FUNCTION(pgscale_query_statistics);
PGS_FUNCTION(pgscale_lock_waits);
PGS_FUNCTION(pgscale_sequence_state);
PGS_FUNCTION(pgscale_sequence_columns);
PGS_FUNCTION(pgscale_temp_files_now);
PGS_FUNCTION(pgscale_vacuum_work);
PGS_FUNCTION(pgscale_freeze_ages);
PGS_FUNCTION(pgscale_file_systems);
PGS_FUNCTION(pgscale_forecast_rows);
PGS_FUNCTION(pgscale_report);
PGS_FUNCTION(pgscale_import_partman);
PGS_FUNCTION(pgscale_add_shard);
PGS_FUNCTION(pgscale_alter_shard);
PGS_FUNCTION(pgscale_drain_shard);
PGS_FUNCTION(pgscale_remove_shard);
PGS_FUNCTION(pgscale_map_user);
PGS_FUNCTION(pgscale_rotate_password);
PGS_FUNCTION(pgscale_plan_shards);
PGS_FUNCTION(pgscale_sync_shards);
PGS_FUNCTION(pgscale_query_shards);
PGS_FUNCTION(pgscale_exec_shards);
PGS_FUNCTION(pgscale_shard_drift_of);
PGS_FUNCTION(pgscale_repair_shards);
PGS_FUNCTION(pgscale_analyze_shards);
PGS_FUNCTION(pgscale_create_sharded_table);
PGS_FUNCTION(pgscale_create_geo_table);
PGS_FUNCTION(pgscale_create_reference_table);
PGS_FUNCTION(pgscale_residency_report);
PGS_FUNCTION(pgscale_shard_breakers);
PGS_FUNCTION(pgscale_next_id);
PGS_FUNCTION(pgscale_id_info);
PGS_FUNCTION(pgscale_where_is);
PGS_FUNCTION(pgscale_shard_ddl);
PGS_FUNCTION(pgscale_copy_into);
PGS_FUNCTION(pgscale_update_key);

PGS_FUNCTION(pgscale_forget_dropped);	/* event trigger on sql_drop */
PGS_FUNCTION(pgscale_change_threshold);	/* trigger of view threshold */
PGS_FUNCTION(pgscale_note_ddl);		/* event trigger */
PGS_FUNCTION(pgscale_leave_template_out);	/* row trigger of policies */
PGS_FUNCTION(pgscale_leave_out);	/* row trigger of tables that a dump has rows of */

/* Statement trigger on reference tables: their copies are brought up to date after the commit. */
PG_FUNCTION_INFO_V1(pgscale_note_reference_change);
Datum
pgscale_note_reference_change(PG_FUNCTION_ARGS)
{
	if (!CALLED_AS_TRIGGER(fcinfo))
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("function \"%s\" was not called by trigger manager", "note_reference_change")));
	pgs_wake_launcher_at_commit();
	return PointerGetDatum(NULL);
}

/* Trigger on a partition that is being moved to a shard: its rows stay as they are. */
PG_FUNCTION_INFO_V1(pgscale_refuse_write);
Datum
pgscale_refuse_write(PG_FUNCTION_ARGS)
{
	TriggerData *trigger = (TriggerData *) fcinfo->context;

	if (!CALLED_AS_TRIGGER(fcinfo))
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("function \"%s\" was not called by trigger manager", "refuse_write")));
	ereport(ERROR,
			(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
			 errmsg("partition \"%s\" is being moved to a shard",
					RelationGetRelationName(trigger->tg_relation)),
			 errdetail("Its rows can be read, but not changed before the move has ended."),
			 errhint("pgscale.plan() shows what is left to be done.")));
	return PointerGetDatum(NULL);
}

/*
 * Statement trigger on the policies: the launcher looks at once.  Our own
 * functions write them in another role; who inserts directly restores a dump.
 */
PG_FUNCTION_INFO_V1(pgscale_wake_launcher);
Datum
pgscale_wake_launcher(PG_FUNCTION_ARGS)
{
	if (!CALLED_AS_TRIGGER(fcinfo))
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("function \"%s\" was not called by trigger manager", "wake_launcher")));
	if (TRIGGER_FIRED_BY_INSERT(((TriggerData *) fcinfo->context)->tg_event) && !InLocalUserIdChange())
		pgs_restore_begin();
	pgs_wake_launcher_at_commit();
	return PointerGetDatum(NULL);
}
