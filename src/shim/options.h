/* Storage parameters, as the server itself reads them.  Every function may raise an error. */
#pragma once

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Raises the error of CREATE TABLE where one of them, in the form of
 * pg_class.reloptions (a text[] as its input function takes it), is none of a
 * table or, with the prefix "toast.", of a TOAST table, or has a wrong value.
 */
extern void pgs_check_storage_parameters(const char *array);

#ifdef __cplusplus
}
#endif
