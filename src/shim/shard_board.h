/*
 * What the process "pgscale shard watch" knows of the shards, in shared memory.
 * Written by visits (which shards there are) and by the watch (how they are),
 * read by everybody.  Every function may raise an error unless it says
 * otherwise.  Without shared_preload_libraries there are no shards here.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "shim/ping.h"

#ifdef __cplusplus
extern "C" {
#endif

#define PGS_MOST_SHARDS 256
#define PGS_MOST_ENDPOINTS 4
#define PGS_MOST_ADDRESSES 8

/* At server start: asks for the memory. */
extern void pgs_shard_board_define(void);

typedef struct PgsEndpoint
{
	char		host[256];
	int32_t		port;
} PgsEndpoint;

/* A shard of a database: its foreign server, and where that listens. */
typedef struct PgsShardEntry
{
	uint32_t	server;
	char		name[64];
	int32_t		endpoint_count;
	PgsEndpoint endpoints[PGS_MOST_ENDPOINTS];
} PgsShardEntry;

/* These are all shards of the database from now on; false when there is no room for all. */
extern bool pgs_shards_publish(uint32_t database, const PgsShardEntry *entries, int count);
/* Forgets the shards of databases that are not among these. */
extern void pgs_shards_keep(const uint32_t *databases, int count);
/* Whether any are published. */
extern bool pgs_shards_any(void);	/* never raises */

/* For the watch: it is the one from now on, until it exits; false when there is another. */
extern bool pgs_watch_take_over(void);
extern bool pgs_watch_runs(void);	/* never raises */

/* For the watch: changes whenever the published shards do. */
extern uint32_t pgs_shards_generation(void);	/* never raises */

typedef struct PgsPublished
{
	int32_t		slot;
	PgsShardEntry entry;
} PgsPublished;

/* For the watch: the published shards; there is room for PGS_MOST_SHARDS. */
extern int	pgs_shards_published(PgsPublished *shards, uint32_t *generation);

/* How a shard is; times in microseconds since 2000-01-01 UTC. */
typedef struct PgsShardHealth
{
	int32_t		state;			/* as C++ numbers it; 0 is unknown */
	int64_t		since;
	int64_t		down_until;		/* open until then, unless it is confirmed; 0 when it is not */
	int64_t		last_seen;		/* 0 for never */
	int64_t		round_trip;		/* microseconds; -1 when there was none */
	char		error[128];
	int32_t		address_count;
	PgsAddress	addresses[PGS_MOST_ADDRESSES];
	int64_t		silent_until[PGS_MOST_ADDRESSES];	/* as down_until, for one address */
} PgsShardHealth;

/* For the watch: unless the shards have changed since that generation. */
extern void pgs_shard_report(int slot, uint32_t generation, const PgsShardHealth *health);

typedef struct PgsShardRow
{
	uint32_t	server;
	PgsShardHealth health;
} PgsShardRow;

/* The shards of this database; there is room for PGS_MOST_SHARDS. */
extern int	pgs_shards_of_database(PgsShardRow *rows);

/* The slot of a foreign server of this database, or -1 when it is not watched.  Takes no lock. */
extern int	pgs_shard_slot(uint32_t server);	/* never raises */
extern bool pgs_shard_is_down(int slot);	/* never raises */
extern void pgs_shard_describe(int slot, PgsShardEntry *entry, PgsShardHealth *health);

/* The addresses of the shard that do not answer now, for a signal handler. */
extern int	pgs_shard_silent(int slot, PgsAddress *addresses);	/* never raises */

#ifdef __cplusplus
}
#endif
