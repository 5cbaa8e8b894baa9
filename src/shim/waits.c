#include "postgres.h"

#include <poll.h>

#include "miscadmin.h"
#include "storage/latch.h"

#include "shim/compat.h"
#include "shim/waits.h"

void
pgs_wait_sockets(PgsSocket *sockets, int count, int64_t milliseconds)
{
	static uint32 wait_event = 0;
	WaitEvent  *events = palloc(sizeof(WaitEvent) * (count + 2));
	WaitEventSet *set;
	int			occurred;

	if (wait_event == 0)
		wait_event = pgs_wait_event("PgscaleShards");
	CHECK_FOR_INTERRUPTS();
	set = pgs_wait_event_set(count + 2);
	AddWaitEventToSet(set, WL_LATCH_SET, PGINVALID_SOCKET, MyLatch, NULL);
	AddWaitEventToSet(set, WL_EXIT_ON_PM_DEATH, PGINVALID_SOCKET, NULL, NULL);
	for (int i = 0; i < count; i++)
	{
		sockets[i].ready = false;
		AddWaitEventToSet(set, sockets[i].for_writing ? WL_SOCKET_WRITEABLE : WL_SOCKET_READABLE,
						  sockets[i].socket, NULL, &sockets[i]);
	}
	occurred = WaitEventSetWait(set, milliseconds, events, count + 2, wait_event);
	for (int i = 0; i < occurred; i++)
	{
		if (events[i].user_data != NULL)
			((PgsSocket *) events[i].user_data)->ready = true;
		if (events[i].events & WL_LATCH_SET)
			ResetLatch(MyLatch);
	}
	FreeWaitEventSet(set);
	pfree(events);
	CHECK_FOR_INTERRUPTS();
}

/* Half a hundred at a time; the caller comes again for the others. */
void
pgs_poll_sockets(PgsSocket *sockets, int count, int64_t milliseconds)
{
	struct pollfd polled[50];
	int			most = Min(count, lengthof(polled));

	for (int i = 0; i < count; i++)
		sockets[i].ready = false;
	for (int i = 0; i < most; i++)
		polled[i] = (struct pollfd) {sockets[i].socket, sockets[i].for_writing ? POLLOUT : POLLIN, 0};
	if (poll(polled, most, (int) Min(milliseconds, INT_MAX)) <= 0)
		return;
	for (int i = 0; i < most; i++)
		sockets[i].ready = polled[i].revents != 0;
}
