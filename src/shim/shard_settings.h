/* The settings of shards.  The readers never raise. */
#pragma once

#ifdef __cplusplus
extern "C" {
#endif

/* Before MarkGUCPrefixReserved(). */
extern void pgs_shard_settings_define(void);

extern int	pgs_setting_ping_interval(void);	/* milliseconds */
extern int	pgs_setting_ping_timeout(void);	/* milliseconds */

#ifdef __cplusplus
}
#endif
