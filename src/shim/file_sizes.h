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

/* What the server says of helpers: they count as its parallel workers. */
typedef struct PgsHelp
{
	bool		possible;		/* in this process */
	int			most;			/* for one query */
	double		setup_cost;		/* parallel_setup_cost */
} PgsHelp;

/* Never raises an error. */
extern PgsHelp pgs_help(void);

typedef struct PgsFileSurvey PgsFileSurvey;

/*
 * Lets so many helpers, or as many of them as the server has left, begin to find
 * the sizes of the files, while this process does other things; NULL when the
 * server has no shared memory left for that.  May raise an error, after which, as
 * after any other until the survey ends, the end of the (sub)transaction ends it.
 */
extern PgsFileSurvey *pgs_survey_begin(const PgsFile *files, int64_t count, int helpers);
/* Takes part until all sizes are found, and fills them in.  May raise an error. */
extern void pgs_survey_end(PgsFileSurvey *survey, PgsFile *files);
/* Ends it without them.  Never raises an error. */
extern void pgs_survey_drop(PgsFileSurvey *survey);
/* The same without a survey, by this process alone. */
extern void pgs_measure_files(PgsFile *files, int64_t count);

#ifdef __cplusplus
}
#endif
