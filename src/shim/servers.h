/*
 * Foreign servers and user mappings.  Every function may raise an error unless
 * it says otherwise.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* How a role logs in to a foreign server: all options of the server, then of its mapping. */
typedef struct PgsLogin
{
	uint32_t	server;
	int			count;
	const char **names;
	const char **values;
	bool		superuser;			/* the role is one here */
	bool		password_required;	/* as the option of the mapping says */
} PgsLogin;

/* Raises the usual errors: no such server, no USAGE on it, no mapping. */
extern void pgs_server_login(const char *server, uint32_t role, PgsLogin *login);

/*
 * Creates or changes the mapping of the role ("public" for all) as CREATE and
 * ALTER USER MAPPING do, but without a text that a log could show.  An option
 * whose value is NULL is removed.
 */
extern void pgs_user_mapping_set(const char *server, const char *role, int count,
								 const char *const *names, const char *const *values);

/* The encoding of this database, by the name that a client gives. */
extern const char *pgs_database_encoding(void);	/* never raises */

#ifdef __cplusplus
}
#endif
