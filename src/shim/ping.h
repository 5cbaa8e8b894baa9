/*
 * Whether a PostgreSQL server answers, without logging in: the first byte of
 * its answer to a request for encryption is proof of life, and a client that
 * goes away then leaves no trace in its log.  Nothing here raises an error, and
 * only pgs_resolve() may block.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Where a server listens, in a form that a signal handler can compare. */
typedef struct PgsAddress
{
	uint16_t	family;			/* as the system numbers it */
	uint16_t	port;			/* 0 for a Unix socket */
	unsigned char bytes[108];	/* the IP address, or the path of the socket; zeros behind */
} PgsAddress;

/* Returns how many were found; 0 leaves the reason in error. */
extern int	pgs_resolve(const char *host, int port, PgsAddress *addresses, int most,
						char *error, size_t size);

/* The other side of a connected socket; false when it has none.  Safe in a signal handler. */
extern int	pgs_peer(int socket, PgsAddress *address);
/* Whether anything has come from there; false where the system does not tell.  Safe in a signal handler. */
extern int	pgs_has_received(int socket);

typedef enum PgsPingState
{
	PGS_PING_CONNECTING,		/* go on when the socket can be written */
	PGS_PING_ASKED,				/* go on when it can be read */
	PGS_PING_ANSWERED,
	PGS_PING_FAILED
} PgsPingState;

typedef struct PgsPing
{
	int			socket;
	PgsPingState state;
	char		error[128];
} PgsPing;

extern void pgs_ping_begin(const PgsAddress *address, PgsPing *ping);
extern void pgs_ping_advance(PgsPing *ping);
extern void pgs_ping_end(PgsPing *ping);

#ifdef __cplusplus
}
#endif
