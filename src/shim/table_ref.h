/* Type table_ref: tables of users as pgscale notes them. */
#pragma once

#ifdef __cplusplus
extern "C" {
#endif

/* The next of the tables that were read, are missing and have not been given yet; NULL for none. */
extern const char *pgs_take_missing_table(void);

#ifdef __cplusplus
}
#endif
