/* The settings of shards.  The readers never raise. */
#pragma once

#include <stdbool.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Before MarkGUCPrefixReserved(). */
extern void pgs_shard_settings_define(void);

extern int	pgs_setting_ping_interval(void);	/* milliseconds */
extern int	pgs_setting_ping_timeout(void);	/* milliseconds */

typedef enum PgsCrossShardWrites
{
	PGS_CROSS_SHARD_ALLOW,
	PGS_CROSS_SHARD_WARN,
	PGS_CROSS_SHARD_ERROR
} PgsCrossShardWrites;

extern PgsCrossShardWrites pgs_setting_cross_shard_writes(void);
extern bool pgs_setting_full_scan_dml(void);

#ifdef __cplusplus
}
#endif
