/* The door between C++ and PostgreSQL errors.  Readable by C and by C++. */
#pragma once

#include <stdbool.h>

#ifdef __cplusplus
extern "C" {
#endif

struct ErrorData;

/* A failure on its way from C++ to ereport(); plain memory, nothing to free. */
typedef struct PgsFailure
{
	struct ErrorData *error;	/* the PostgreSQL error to re-throw, or NULL */
	int			sqlstate;		/* the rest describes a C++ error */
	char		message[512];
	char		detail[1024];
	char		hint[512];
} PgsFailure;

/* Runs body(arg); returns the PostgreSQL error it raised, or NULL.  Never jumps. */
extern struct ErrorData *pgs_try(void (*body) (void *), void *arg);

extern int	pgs_error_sqlstate(const struct ErrorData *error);
extern const char *pgs_error_message(const struct ErrorData *error);
extern const char *pgs_error_detail(const struct ErrorData *error);	/* "" when there is none */
extern const char *pgs_error_hint(const struct ErrorData *error);
extern void pgs_error_free(struct ErrorData *error);

/* Raises the failure.  Called by C entry points only, with no C++ frame alive. */
extern void pgs_raise(const PgsFailure *failure) __attribute__((noreturn));

#ifdef __cplusplus
}
#endif
