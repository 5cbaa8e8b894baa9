/* What a trigger on a view or table is called for.  Every function may raise an error. */
#pragma once

#include <stdbool.h>

#include "shim/arguments.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Whether rows are deleted; else they are updated. */
extern bool pgs_trigger_deletes(PgsCall *call);
/* A column of the row before and after; NULL for an SQL null.  After: not of a row that is deleted. */
extern const char *pgs_trigger_old(PgsCall *call, const char *column);
extern const char *pgs_trigger_new(PgsCall *call, const char *column);
/* The change has been made. */
extern void pgs_trigger_done(PgsCall *call);
/* A row trigger: the row is left as it was, or out. */
extern void pgs_trigger_skip(PgsCall *call);
/* A row trigger before INSERT: the row goes in with NULL there. */
extern void pgs_trigger_clear(PgsCall *call, const char *column);

#ifdef __cplusplus
}
#endif
