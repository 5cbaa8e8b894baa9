#include "postgres.h"

#include "storage/bufmgr.h"
#include "storage/bufpage.h"
#include "storage/freespace.h"
#include "storage/fsm_internals.h"

#include "shim/storage.h"

#define LEVELS ((SlotsPerFSMPage >= 1626) ? 3 : 4)

/*
 * Where the bottom page of that number lies: each page of an upper level comes
 * before its children (storage/freespace/README).
 */
static BlockNumber
place_of(BlockNumber bottom_page)
{
	BlockNumber pages = 0;

	for (int level = 0; level < LEVELS; level++)
	{
		pages += bottom_page + 1;
		bottom_page /= SlotsPerFSMPage;
	}
	return pages - 1;
}

bool
pgs_read_space_map(const PgsStorage *storage, int64_t *counts, const uint32_t *blocks, uint32_t count,
				   PgsPage *pages)
{
	BlockNumber map_pages;
	uint32_t	next = 0;

	memset(counts, 0, sizeof(int64_t) * PGS_MAP_CATEGORIES);
	if (!pgs_has_fork(storage, FSM_FORKNUM))
		return false;
	map_pages = pgs_fork_pages(storage, FSM_FORKNUM);

	/* The map may be longer than the heap, or shorter: pages without an entry are full to it. */
	for (BlockNumber first = 0; first < storage->pages; first += SlotsPerFSMPage)
	{
		uint32_t	slots = Min(SlotsPerFSMPage, storage->pages - first);
		BlockNumber block = place_of(first / SlotsPerFSMPage);
		Buffer		buffer;
		FSMPage		map;

		if (block >= map_pages)
		{
			counts[0] += storage->pages - first;
			break;
		}
		buffer = pgs_pin_page(storage, FSM_FORKNUM, block);
		LockBuffer(buffer, BUFFER_LOCK_SHARE);
		map = (FSMPage) PageGetContents(BufferGetPage(buffer));
		for (uint32_t slot = 0; slot < slots; slot++)
			counts[map->fp_nodes[NonLeafNodesPerPage + slot]]++;
		for (; next < count && blocks[next] < first + slots; next++)
			pages[next].map_category = map->fp_nodes[NonLeafNodesPerPage + (blocks[next] - first)];
		UnlockReleaseBuffer(buffer);
		if (storage->pages - first <= SlotsPerFSMPage)
			break;				/* the next number could be out of range */
	}
	return true;
}
