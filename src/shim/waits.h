/* Waiting for several sockets at once.  May raise an error. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct PgsSocket
{
	int			socket;
	bool		for_writing;	/* or else for reading */
	bool		ready;			/* filled in */
} PgsSocket;

/*
 * Waits until one of the sockets is ready or the time is over, and answers
 * interrupts meanwhile, such as a cancelled statement or a server that shuts down.
 */
extern void pgs_wait_sockets(PgsSocket *sockets, int count, int64_t milliseconds);

/* The same without answering anything, for the end of a transaction.  Never raises. */
extern void pgs_poll_sockets(PgsSocket *sockets, int count, int64_t milliseconds);

#ifdef __cplusplus
}
#endif
