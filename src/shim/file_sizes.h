/*
 * The sizes of the files of this database, by the file system: the buffer
 * manager would keep thousands of them open.  Takes no lock.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The main fork of a relation. */
typedef struct PgsFile
{
	uint32_t	tablespace;
	uint32_t	number;
	int64_t		bytes;			/* of all its segments; 0 when it is not there any more */
} PgsFile;

/* What the server says of parallel workers. */
typedef struct PgsHelp
{
	bool		possible;		/* in this process, here and now */
	int			most;			/* for one query */
	double		setup_cost;		/* parallel_setup_cost */
} PgsHelp;

/* Never raises an error. */
extern PgsHelp pgs_help(void);

/*
 * Fills in the sizes, with so many parallel workers beside this process, or as
 * many of them as the server has left.  May raise an error.
 */
extern void pgs_measure_files(PgsFile *files, int64_t count, int helpers);

#ifdef __cplusplus
}
#endif
