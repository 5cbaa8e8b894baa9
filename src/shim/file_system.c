#include "postgres.h"

#include <sys/stat.h>
#include <sys/statvfs.h>

#include "shim/file_system.h"

/* Every process of the server stays in the data directory, so a relative path is enough. */
bool
pgs_file_system(const char *path, PgsFileSystem *result)
{
	struct stat file;
	struct statvfs room;

	if (stat(path, &file) != 0 || statvfs(path, &room) != 0)
		return false;
	result->device = file.st_dev;
	result->total_bytes = (int64_t) room.f_blocks * (int64_t) room.f_frsize;
	result->free_bytes = (int64_t) room.f_bavail * (int64_t) room.f_frsize;
	return true;
}
