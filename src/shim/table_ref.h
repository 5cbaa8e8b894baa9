/* Type table_ref: tables of users as pgscale notes them. */
#pragma once

#ifdef __cplusplus
extern "C" {
#endif

/* The table that was last read and is missing; NULL for none.  Raises no error. */
extern const char *pgs_missing_table(void);

#ifdef __cplusplus
}
#endif
