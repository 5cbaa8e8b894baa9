/* Files that rows are exported to.  Every function may raise an error unless it says otherwise. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

extern bool pgs_is_directory(const char *path);	/* false as well when it cannot be looked at */
extern bool pgs_file_exists(const char *path);

/* Reads the file from its beginning to its end; the buffer is valid until the next call. */
typedef struct PgsFileReader PgsFileReader;
extern PgsFileReader *pgs_file_open(const char *path);
extern size_t pgs_file_read(PgsFileReader *reader, const char **bytes);	/* 0 at the end */
extern void pgs_file_close(PgsFileReader *reader);

/* Gives the file its other name, once its bytes are on the disk, and sees to it that the name is. */
extern void pgs_file_rename_durably(const char *from, const char *to);

#ifdef __cplusplus
}
#endif
