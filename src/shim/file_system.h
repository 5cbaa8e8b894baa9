/* The room on the disks that the data directory lies on.  Never raises. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct PgsFileSystem
{
	uint64_t	device;			/* the same for paths on the same file system */
	int64_t		total_bytes;
	int64_t		free_bytes;		/* for others than root */
} PgsFileSystem;

/* The file system of a path below the data directory; false when it cannot be read. */
extern bool pgs_file_system(const char *path, PgsFileSystem *result);

#ifdef __cplusplus
}
#endif
