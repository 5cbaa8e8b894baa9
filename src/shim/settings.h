/* pgscale's own settings (GUCs).  The readers never raise. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

extern void pgs_settings_define(void);

extern int	pgs_setting_naptime(void);	/* seconds */
extern int	pgs_setting_lock_timeout(void);	/* milliseconds */
extern int	pgs_setting_max_workers(void);
extern int	pgs_setting_sample_interval(void);	/* seconds; 0 for never */
extern int	pgs_setting_window(void);	/* seconds */

extern int	pgs_setting_id_number(void);	/* 0 for the coordinator */

extern bool pgs_setting_analyze_parents(void);
extern bool pgs_setting_refresh_subscriptions(void);

/* Microseconds since 2000-01-01 UTC: the planner's now (pgscale.clock, or real time). */
extern int64_t pgs_policy_now(void);
extern int64_t pgs_real_now(void);

#ifdef __cplusplus
}
#endif
