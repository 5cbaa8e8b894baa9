#include "postgres.h"

#include <sys/socket.h>

#include "access/xact.h"
#include "storage/fd.h"
#include "utils/resowner.h"
#include "utils/timeout.h"
#include "utils/timestamp.h"

#include "shim/compat.h"
#include "shim/cut_off.h"
#include "shim/shard_board.h"

#define LOOK_EVERY_MS 100
/*
 * Sockets get the lowest numbers that are free; these many are in use besides
 * fd.c's and, from 18 on with io_method = io_uring, one for each process.
 */
#define OTHER_DESCRIPTORS 64

static uint64 in_use[PGS_MOST_SHARDS / 64]; /* a bit for each slot */
static TimeoutId timeout;
static bool registered = false;

/*
 * libpq that is cut off while it connects does not go on to the next host of
 * its list, but after connect_timeout it does: while there is one that answers
 * it is left to that, where connect_timeout is heeded.
 */
static void
shut_down_sockets(const PgsAddress *silent, int count, bool connecting_too)
{
	int			end = max_files_per_process + MaxBackends + OTHER_DESCRIPTORS;

	for (int socket = 3; socket < end; socket++)
	{
		PgsAddress	peer;

		if (!pgs_peer(socket, &peer) || (!connecting_too && !pgs_has_received(socket)))
			continue;
		for (int i = 0; i < count; i++)
		{
			if (memcmp(&peer, &silent[i], sizeof(peer)) == 0)
				(void) shutdown(socket, SHUT_RDWR);
		}
	}
}

static bool
is_in_use(int slot)
{
	return (in_use[slot / 64] >> (slot % 64) & 1) != 0;
}

/* Runs in a signal handler: libpq sees the end of the connection where it waits. */
static void
look(void)
{
	for (int slot = 0; slot < PGS_MOST_SHARDS; slot++)
	{
		PgsAddress	silent[PGS_MOST_ADDRESSES];
		int			count;

		if (!is_in_use(slot))
			continue;
		count = pgs_shard_silent(slot, silent);
		if (count > 0)
			shut_down_sockets(silent, count, !PGS_FDW_HEEDS_CONNECT_TIMEOUT || pgs_shard_is_down(slot));
	}
}

static bool
any_in_use(void)
{
	for (int i = 0; i < lengthof(in_use); i++)
	{
		if (in_use[i] != 0)
			return true;
	}
	return false;
}

static void
keep_looking(void)
{
	if (any_in_use() && !get_timeout_active(timeout))
		enable_timeout_every(timeout, TimestampTzPlusMilliseconds(GetCurrentTimestamp(), LOOK_EVERY_MS),
							 LOOK_EVERY_MS);
}

/* An error has ended all timeouts, and the abort has still to tell the shards. */
static void
at_transaction_end(XactEvent event, void *arg)
{
	if (event == XACT_EVENT_ABORT)
		keep_looking();
}

static void
at_subtransaction_end(SubXactEvent event, SubTransactionId own, SubTransactionId parent, void *arg)
{
	if (event == SUBXACT_EVENT_ABORT_SUB)
		keep_looking();
}

/* After the callbacks of everybody. */
static void
at_release(ResourceReleasePhase phase, bool commit, bool top_level, void *arg)
{
	if (phase != RESOURCE_RELEASE_AFTER_LOCKS || !top_level || !any_in_use())
		return;
	disable_timeout(timeout, false);
	memset(in_use, 0, sizeof(in_use));
}

void
pgs_cut_off_when_silent(int slot)
{
	if (!registered)
	{
		timeout = RegisterTimeout(USER_TIMEOUT, look);
		RegisterXactCallback(at_transaction_end, NULL);
		RegisterSubXactCallback(at_subtransaction_end, NULL);
		RegisterResourceReleaseCallback(at_release, NULL);
		registered = true;
	}
	in_use[slot / 64] |= UINT64CONST(1) << (slot % 64);
	keep_looking();
}

void
pgs_cut_off_before_others(bool connected)
{
	static bool done = false;

	if (done || !registered)
		return;
	/* Those registered last are called first. */
	UnregisterXactCallback(at_transaction_end, NULL);
	UnregisterSubXactCallback(at_subtransaction_end, NULL);
	RegisterXactCallback(at_transaction_end, NULL);
	RegisterSubXactCallback(at_subtransaction_end, NULL);
	done = connected;
}
