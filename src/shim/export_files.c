#include "postgres.h"

#include <sys/stat.h>

#include "miscadmin.h"
#include "storage/fd.h"

#include "shim/export_files.h"

#define PORTION (64 * 1024)

struct PgsFileReader
{
	FILE	   *file;
	const char *path;
	char		buffer[PORTION];
};

bool
pgs_is_directory(const char *path)
{
	struct stat entry;

	return stat(path, &entry) == 0 && S_ISDIR(entry.st_mode);
}

/* A link that leads nowhere is in the way, too. */
bool
pgs_file_exists(const char *path)
{
	struct stat entry;

	if (lstat(path, &entry) == 0)
		return true;
	if (errno != ENOENT)
		ereport(ERROR,
				(errcode_for_file_access(),
				 errmsg("could not stat file \"%s\": %m", path)));
	return false;
}

/* The transaction closes the file where an error comes between. */
PgsFileReader *
pgs_file_open(const char *path)
{
	PgsFileReader *reader = palloc(sizeof(PgsFileReader));

	reader->path = pstrdup(path);
	reader->file = AllocateFile(path, PG_BINARY_R);
	if (reader->file == NULL)
		ereport(ERROR,
				(errcode_for_file_access(),
				 errmsg("could not open file \"%s\" for reading: %m", path)));
	return reader;
}

size_t
pgs_file_read(PgsFileReader *reader, const char **bytes)
{
	size_t		count;

	CHECK_FOR_INTERRUPTS();
	count = fread(reader->buffer, 1, PORTION, reader->file);
	if (ferror(reader->file))
		ereport(ERROR,
				(errcode_for_file_access(),
				 errmsg("could not read file \"%s\": %m", reader->path)));
	*bytes = reader->buffer;
	return count;
}

void
pgs_file_close(PgsFileReader *reader)
{
	FreeFile(reader->file);
	pfree(reader);
}

void
pgs_file_rename_durably(const char *from, const char *to)
{
	(void) durable_rename(from, to, ERROR);
}
