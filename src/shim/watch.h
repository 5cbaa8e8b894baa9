/* The process that watches the shards.  May raise an error. */
#pragma once

#include <stdbool.h>

#ifdef __cplusplus
extern "C" {
#endif

/* In a background process: what has changed in the configuration files takes effect. */
extern void pgs_reload_settings(void);

/* For the launcher.  False: no worker slot is free. */
extern bool pgs_watch_start(void);
/* For the launcher: it runs, or is about to. */
extern bool pgs_watch_is_there(void);

#ifdef __cplusplus
}
#endif
