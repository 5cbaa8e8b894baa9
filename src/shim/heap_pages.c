#include "postgres.h"

#include "access/heapam.h"
#include "access/htup_details.h"
#include "storage/bufmgr.h"
#include "storage/bufpage.h"

#include "shim/compat.h"
#include "shim/storage.h"

/* What is of no use to any transaction to come, though some old one may still see it. */
static bool
is_dead(HeapTuple tuple, Buffer buffer)
{
	TransactionId dead_after;

	switch (HeapTupleSatisfiesVacuumHorizon(tuple, buffer, &dead_after))
	{
		case HEAPTUPLE_DEAD:
		case HEAPTUPLE_RECENTLY_DEAD:
			return true;
		default:
			return false;
	}
}

static int32
dead_bytes(const PgsStorage *storage, Buffer buffer, BlockNumber block)
{
	Page		page = BufferGetPage(buffer);
	OffsetNumber last = PageGetMaxOffsetNumber(page);
	int32		bytes = 0;

	/* On an all-visible page nothing is dead. */
	if (PageIsAllVisible(page))
		return 0;
	for (OffsetNumber offset = FirstOffsetNumber; offset <= last; offset++)
	{
		ItemId		item = PageGetItemId(page, offset);
		HeapTupleData tuple;

		if (!ItemIdIsNormal(item))
			continue;
		ItemPointerSet(&tuple.t_self, block, offset);
		tuple.t_data = (HeapTupleHeader) PageGetItem(page, item);
		tuple.t_len = ItemIdGetLength(item);
		tuple.t_tableOid = storage->relation;
		if (is_dead(&tuple, buffer))
			bytes += tuple.t_len;
	}
	return bytes;
}

void
pgs_read_heap_pages(const PgsStorage *storage, const uint32_t *blocks, uint32_t count, PgsPage *pages)
{
	for (uint32_t i = 0; i < count; i++)
	{
		Buffer		buffer = pgs_pin_page(storage, MAIN_FORKNUM, blocks[i]);
		Page		page = BufferGetPage(buffer);

		pages[i] = (PgsPage) {.use = PGS_PAGE_DATA};
		LockBuffer(buffer, BUFFER_LOCK_SHARE);
		/* A new page was made ahead for the next inserts (16 and later): it is no bloat. */
		if (!PageIsNew(page))
		{
			pages[i].free_bytes = pgs_heap_free_space(page);
			pages[i].dead_bytes = dead_bytes(storage, buffer, blocks[i]);
		}
		UnlockReleaseBuffer(buffer);
	}
}
