#include "postgres.h"

#include "access/nbtree.h"
#include "storage/bufmgr.h"
#include "storage/bufpage.h"

#include "shim/compat.h"
#include "shim/storage.h"

static int32
dead_bytes(Page page)
{
	OffsetNumber last = PageGetMaxOffsetNumber(page);
	int32		bytes = 0;

	for (OffsetNumber offset = P_FIRSTDATAKEY(BTPageGetOpaque(page)); offset <= last; offset++)
	{
		ItemId		item = PageGetItemId(page, offset);

		if (ItemIdIsDead(item))
			bytes += ItemIdGetLength(item);
	}
	return bytes;
}

static void
look_at(Page page, PgsPage *result)
{
	BTPageOpaque opaque;

	*result = (PgsPage) {.use = PGS_PAGE_UNUSED};
	if (PageIsNew(page))
		return;
	if (PageGetSpecialSize(page) != MAXALIGN(sizeof(BTPageOpaqueData)))
		ereport(ERROR,
				(errcode(ERRCODE_INDEX_CORRUPTED),
				 errmsg("index contains a page that is not of a btree")));
	opaque = BTPageGetOpaque(page);
	if (P_IGNORE(opaque))
		return;
	if (!P_ISLEAF(opaque))
	{
		result->use = PGS_PAGE_INNER;
		return;
	}
	result->use = PGS_PAGE_DATA;
	result->free_bytes = pgs_index_free_space(page);
	result->dead_bytes = dead_bytes(page);
}

void
pgs_read_btree_pages(const PgsStorage *storage, const uint32_t *blocks, uint32_t count, PgsPage *pages)
{
	for (uint32_t i = 0; i < count; i++)
	{
		Buffer		buffer = pgs_pin_page(storage, MAIN_FORKNUM, blocks[i]);

		LockBuffer(buffer, BUFFER_LOCK_SHARE);
		look_at(BufferGetPage(buffer), &pages[i]);
		UnlockReleaseBuffer(buffer);
	}
}
