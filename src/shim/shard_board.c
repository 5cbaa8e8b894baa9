#include "postgres.h"

#include "miscadmin.h"
#include "port/atomics.h"
#include "storage/ipc.h"
#include "storage/latch.h"
#include "storage/lwlock.h"
#include "storage/shmem.h"
#include "utils/timestamp.h"

#include "shim/shard_board.h"

/*
 * Everything is changed under the lock.  What is atomic is read without it: the
 * key and down_until before each statement on a shard, and the health by a
 * signal handler, which passes over what is being changed (version is odd then).
 */
typedef struct ShardSlot
{
	pg_atomic_uint64 key;		/* database and server; 0 for a free slot */
	pg_atomic_uint64 down_until;
	pg_atomic_uint32 version;
	PgsShardEntry entry;
	PgsShardHealth health;
} ShardSlot;

typedef struct ShardBoard
{
	LWLock	   *lock;
	Latch	   *watch;			/* NULL while there is none */
	pg_atomic_uint32 generation;
	pg_atomic_uint32 slots_used;	/* none behind is in use */
	ShardSlot	slots[PGS_MOST_SHARDS];
} ShardBoard;

static ShardBoard *board = NULL;	/* NULL without shared_preload_libraries */
static shmem_request_hook_type previous_request_hook = NULL;
static shmem_startup_hook_type previous_startup_hook = NULL;

static void
request_memory(void)
{
	if (previous_request_hook)
		previous_request_hook();
	RequestAddinShmemSpace(MAXALIGN(sizeof(ShardBoard)));
	RequestNamedLWLockTranche("pgscale shards", 1);
}

static void
create_memory(void)
{
	bool		found;

	if (previous_startup_hook)
		previous_startup_hook();
	LWLockAcquire(AddinShmemInitLock, LW_EXCLUSIVE);
	board = ShmemInitStruct("pgscale shards", sizeof(ShardBoard), &found);
	if (!found)
	{
		memset(board, 0, sizeof(ShardBoard));
		board->lock = &GetNamedLWLockTranche("pgscale shards")->lock;
		pg_atomic_init_u32(&board->generation, 0);
		pg_atomic_init_u32(&board->slots_used, 0);
		for (int i = 0; i < PGS_MOST_SHARDS; i++)
		{
			pg_atomic_init_u64(&board->slots[i].key, 0);
			pg_atomic_init_u64(&board->slots[i].down_until, 0);
			pg_atomic_init_u32(&board->slots[i].version, 0);
		}
	}
	LWLockRelease(AddinShmemInitLock);
}

void
pgs_shard_board_define(void)
{
	previous_request_hook = shmem_request_hook;
	shmem_request_hook = request_memory;
	previous_startup_hook = shmem_startup_hook;
	shmem_startup_hook = create_memory;
}

static uint64
key_of(uint32_t database, uint32_t server)
{
	return ((uint64) database << 32) | server;
}

static uint32_t
database_of(const ShardSlot *slot)
{
	return (uint32_t) (pg_atomic_read_u64((pg_atomic_uint64 *) &slot->key) >> 32);
}

static void
set_health(ShardSlot *slot, const PgsShardHealth *health)
{
	pg_atomic_fetch_add_u32(&slot->version, 1);
	slot->health = *health;
	pg_atomic_fetch_add_u32(&slot->version, 1);
	pg_atomic_write_u64(&slot->down_until, health->down_until);
}

static void
forget_health(ShardSlot *slot)
{
	PgsShardHealth unknown = {.round_trip = -1};

	set_health(slot, &unknown);
}

static void
free_slot(ShardSlot *slot)
{
	pg_atomic_write_u64(&slot->key, 0);
	forget_health(slot);
}

static void
note_change(void)
{
	uint32		used = 0;

	for (int i = 0; i < PGS_MOST_SHARDS; i++)
	{
		if (pg_atomic_read_u64(&board->slots[i].key) != 0)
			used = i + 1;
	}
	pg_atomic_write_u32(&board->slots_used, used);
	pg_atomic_fetch_add_u32(&board->generation, 1);
	if (board->watch != NULL)
		SetLatch(board->watch);
}

static ShardSlot *
slot_for(uint64 key)
{
	ShardSlot  *free = NULL;

	for (int i = 0; i < PGS_MOST_SHARDS; i++)
	{
		uint64		found = pg_atomic_read_u64(&board->slots[i].key);

		if (found == key)
			return &board->slots[i];
		if (found == 0 && free == NULL)
			free = &board->slots[i];
	}
	return free;
}

static bool
is_among(uint32_t server, const PgsShardEntry *entries, int count)
{
	for (int i = 0; i < count; i++)
	{
		if (entries[i].server == server)
			return true;
	}
	return false;
}

/* Returns whether anything is new; a shard that stays where it is keeps its health. */
static bool
put(ShardSlot *slot, uint64 key, const PgsShardEntry *entry)
{
	if (pg_atomic_read_u64(&slot->key) == key && memcmp(&slot->entry, entry, sizeof(*entry)) == 0)
		return false;
	slot->entry = *entry;
	forget_health(slot);
	pg_atomic_write_u64(&slot->key, key);
	return true;
}

bool
pgs_shards_publish(uint32_t database, const PgsShardEntry *entries, int count)
{
	bool		changed = false;
	bool		room = true;

	if (board == NULL)
		return true;
	LWLockAcquire(board->lock, LW_EXCLUSIVE);
	for (int i = 0; i < PGS_MOST_SHARDS; i++)
	{
		ShardSlot  *slot = &board->slots[i];

		if (database_of(slot) != database || is_among(slot->entry.server, entries, count))
			continue;
		free_slot(slot);
		changed = true;
	}
	for (int i = 0; i < count; i++)
	{
		uint64		key = key_of(database, entries[i].server);
		ShardSlot  *slot = slot_for(key);

		if (slot == NULL)
			room = false;
		else if (put(slot, key, &entries[i]))
			changed = true;
	}
	if (changed)
		note_change();
	LWLockRelease(board->lock);
	return room;
}

void
pgs_shards_keep(const uint32_t *databases, int count)
{
	bool		changed = false;

	if (!pgs_shards_any())
		return;
	LWLockAcquire(board->lock, LW_EXCLUSIVE);
	for (int i = 0; i < PGS_MOST_SHARDS; i++)
	{
		ShardSlot  *slot = &board->slots[i];
		uint32_t	database = database_of(slot);
		bool		kept = database == 0;

		for (int j = 0; j < count && !kept; j++)
			kept = databases[j] == database;
		if (kept)
			continue;
		free_slot(slot);
		changed = true;
	}
	if (changed)
		note_change();
	LWLockRelease(board->lock);
}

bool
pgs_shards_any(void)
{
	return board != NULL && pg_atomic_read_u32(&board->slots_used) > 0;
}

/* Nobody confirms any longer what the shards are like. */
static void
end_watch(int code, Datum arg)
{
	LWLockAcquire(board->lock, LW_EXCLUSIVE);
	board->watch = NULL;
	for (int i = 0; i < PGS_MOST_SHARDS; i++)
	{
		if (pg_atomic_read_u64(&board->slots[i].key) != 0)
			forget_health(&board->slots[i]);
	}
	LWLockRelease(board->lock);
}

bool
pgs_watch_take_over(void)
{
	bool		taken;

	LWLockAcquire(board->lock, LW_EXCLUSIVE);
	taken = board->watch != NULL;
	if (!taken)
		board->watch = MyLatch;
	LWLockRelease(board->lock);
	if (!taken)
		before_shmem_exit(end_watch, (Datum) 0);
	return !taken;
}

bool
pgs_watch_runs(void)
{
	return board != NULL && board->watch != NULL;
}

uint32_t
pgs_shards_generation(void)
{
	return pg_atomic_read_u32(&board->generation);
}

int
pgs_shards_published(PgsPublished *shards, uint32_t *generation)
{
	int			count = 0;

	LWLockAcquire(board->lock, LW_SHARED);
	for (int i = 0; i < PGS_MOST_SHARDS; i++)
	{
		if (pg_atomic_read_u64(&board->slots[i].key) == 0)
			continue;
		shards[count].slot = i;
		shards[count].entry = board->slots[i].entry;
		count++;
	}
	*generation = pg_atomic_read_u32(&board->generation);
	LWLockRelease(board->lock);
	return count;
}

void
pgs_shard_report(int slot, uint32_t generation, const PgsShardHealth *health)
{
	LWLockAcquire(board->lock, LW_EXCLUSIVE);
	if (pg_atomic_read_u32(&board->generation) == generation)
		set_health(&board->slots[slot], health);
	LWLockRelease(board->lock);
}

int
pgs_shards_of_database(PgsShardRow *rows)
{
	int			count = 0;

	if (board == NULL)
		return 0;
	LWLockAcquire(board->lock, LW_SHARED);
	for (int i = 0; i < PGS_MOST_SHARDS; i++)
	{
		const ShardSlot *slot = &board->slots[i];

		if (database_of(slot) != MyDatabaseId)
			continue;
		rows[count].server = slot->entry.server;
		rows[count].health = slot->health;
		count++;
	}
	LWLockRelease(board->lock);
	return count;
}

int
pgs_shard_slot(uint32_t server)
{
	uint64		key = key_of(MyDatabaseId, server);
	int			used = board == NULL ? 0 : pg_atomic_read_u32(&board->slots_used);

	for (int i = 0; i < used; i++)
	{
		if (pg_atomic_read_u64(&board->slots[i].key) == key)
			return i;
	}
	return -1;
}

bool
pgs_shard_is_down(int slot)
{
	int64_t		until = pg_atomic_read_u64(&board->slots[slot].down_until);

	return until != 0 && GetCurrentTimestamp() < until;
}

void
pgs_shard_describe(int slot, PgsShardEntry *entry, PgsShardHealth *health)
{
	LWLockAcquire(board->lock, LW_SHARED);
	*entry = board->slots[slot].entry;
	*health = board->slots[slot].health;
	LWLockRelease(board->lock);
}

int
pgs_shard_silent(int slot_number, PgsAddress *addresses)
{
	ShardSlot  *slot = &board->slots[slot_number];
	uint32		version = pg_atomic_read_u32(&slot->version);
	int64_t		now = GetCurrentTimestamp();
	int			count = 0;

	if (version % 2 != 0)
		return 0;
	pg_read_barrier();
	for (int i = 0; i < PGS_MOST_ADDRESSES; i++)
	{
		if (i < slot->health.address_count && slot->health.silent_until[i] > now)
			addresses[count++] = slot->health.addresses[i];
	}
	pg_read_barrier();
	return pg_atomic_read_u32(&slot->version) == version ? count : 0;
}
