#include "postgres.h"

#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#if __has_include(<linux/tcp.h>)
#include <linux/tcp.h>
#endif

#include "libpq/pqcomm.h"
#include "port/pg_bswap.h"

#include "shim/ping.h"

StaticAssertDecl(sizeof(((struct sockaddr_un *) 0)->sun_path) <= sizeof(((PgsAddress *) 0)->bytes),
				 "an address must have room for the path of a socket");

/* False for what is neither IP nor a Unix socket. */
static bool
from_system(const struct sockaddr *system, PgsAddress *address)
{
	memset(address, 0, sizeof(*address));
	address->family = system->sa_family;
	switch (system->sa_family)
	{
		case AF_INET:
			{
				const struct sockaddr_in *in = (const struct sockaddr_in *) system;

				address->port = pg_ntoh16(in->sin_port);
				memcpy(address->bytes, &in->sin_addr, sizeof(in->sin_addr));
				return true;
			}
		case AF_INET6:
			{
				const struct sockaddr_in6 *in = (const struct sockaddr_in6 *) system;

				address->port = pg_ntoh16(in->sin6_port);
				memcpy(address->bytes, &in->sin6_addr, sizeof(in->sin6_addr));
				/* Behind the address, for a link-local one. */
				memcpy(address->bytes + sizeof(in->sin6_addr), &in->sin6_scope_id, sizeof(in->sin6_scope_id));
				return true;
			}
		case AF_UNIX:
			strlcpy((char *) address->bytes, ((const struct sockaddr_un *) system)->sun_path,
					sizeof(((struct sockaddr_un *) 0)->sun_path));
			return true;
	}
	return false;
}

static socklen_t
to_system(const PgsAddress *address, struct sockaddr_storage *system)
{
	memset(system, 0, sizeof(*system));
	system->ss_family = address->family;
	switch (address->family)
	{
		case AF_INET:
			{
				struct sockaddr_in *in = (struct sockaddr_in *) system;

				in->sin_port = pg_hton16(address->port);
				memcpy(&in->sin_addr, address->bytes, sizeof(in->sin_addr));
				return sizeof(*in);
			}
		case AF_INET6:
			{
				struct sockaddr_in6 *in = (struct sockaddr_in6 *) system;

				in->sin6_port = pg_hton16(address->port);
				memcpy(&in->sin6_addr, address->bytes, sizeof(in->sin6_addr));
				memcpy(&in->sin6_scope_id, address->bytes + sizeof(in->sin6_addr), sizeof(in->sin6_scope_id));
				return sizeof(*in);
			}
		default:
			strlcpy(((struct sockaddr_un *) system)->sun_path, (const char *) address->bytes,
					sizeof(((struct sockaddr_un *) 0)->sun_path));
			return sizeof(struct sockaddr_un);
	}
}

static int
resolve_socket(const char *directory, int port, PgsAddress *address, char *error, size_t size)
{
	struct sockaddr_un system = {.sun_family = AF_UNIX};

	if (snprintf(system.sun_path, sizeof(system.sun_path), "%s/.s.PGSQL.%d", directory, port) >=
		(int) sizeof(system.sun_path))
	{
		snprintf(error, size, "the path of the socket is too long");
		return 0;
	}
	return from_system((struct sockaddr *) &system, address) ? 1 : 0;
}

int
pgs_resolve(const char *host, int port, PgsAddress *addresses, int most, char *error, size_t size)
{
	struct addrinfo hint = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM};
	struct addrinfo *found = NULL;
	char		service[16];
	int			count = 0;
	int			code;

	if (host[0] == '/')
		return resolve_socket(host, port, addresses, error, size);
	snprintf(service, sizeof(service), "%d", port);
	code = getaddrinfo(host, service, &hint, &found);
	if (code != 0)
	{
		snprintf(error, size, "could not translate host name \"%s\": %s", host, gai_strerror(code));
		return 0;
	}
	for (struct addrinfo *one = found; one != NULL && count < most; one = one->ai_next)
	{
		if (from_system(one->ai_addr, &addresses[count]))
			count++;
	}
	freeaddrinfo(found);
	return count;
}

int
pgs_peer(int socket, PgsAddress *address)
{
	struct sockaddr_storage system;
	socklen_t	length = sizeof(system);

	memset(&system, 0, sizeof(system));
	return getpeername(socket, (struct sockaddr *) &system, &length) == 0 &&
		from_system((struct sockaddr *) &system, address);
}

int
pgs_has_received(int socket)
{
#if __has_include(<linux/tcp.h>)
	struct tcp_info info;
	socklen_t	length = sizeof(info);

	memset(&info, 0, sizeof(info));
	if (getsockopt(socket, IPPROTO_TCP, TCP_INFO, &info, &length) == 0)
		return info.tcpi_bytes_received > 0;
#endif
	return false;
}

static void
fail(PgsPing *ping, int code)
{
	ping->state = PGS_PING_FAILED;
	strlcpy(ping->error, strerror(code), sizeof(ping->error));
}

/*
 * GSSENCRequest and not SSLRequest: a server that agrees to TLS logs it when
 * the client says no more, one that agrees to GSSAPI does not.
 */
static void
ask(PgsPing *ping)
{
	uint32		request[2] = {pg_hton32(sizeof(request)), pg_hton32(NEGOTIATE_GSS_CODE)};

	if (send(ping->socket, request, sizeof(request), MSG_NOSIGNAL) == sizeof(request))
		ping->state = PGS_PING_ASKED;
	else if (errno == EAGAIN || errno == ENOTCONN || errno == EINTR)
		ping->state = PGS_PING_CONNECTING;	/* called too early */
	else
		fail(ping, errno);
}

void
pgs_ping_begin(const PgsAddress *address, PgsPing *ping)
{
	struct sockaddr_storage system;
	socklen_t	length = to_system(address, &system);

	memset(ping, 0, sizeof(*ping));
	ping->socket = socket(address->family, SOCK_STREAM, 0);
	if (ping->socket < 0 || fcntl(ping->socket, F_SETFD, FD_CLOEXEC) < 0 ||
		!pg_set_noblock(ping->socket))
		fail(ping, errno);
	else if (connect(ping->socket, (struct sockaddr *) &system, length) == 0)
		ask(ping);
	else if (errno == EINPROGRESS || errno == EINTR)
		ping->state = PGS_PING_CONNECTING;
	else
		fail(ping, errno);		/* EAGAIN: a Unix socket whose queue is full */
}

void
pgs_ping_advance(PgsPing *ping)
{
	int			code = 0;
	socklen_t	length = sizeof(code);
	char		answer;
	ssize_t		received;

	if (ping->state == PGS_PING_CONNECTING)
	{
		if (getsockopt(ping->socket, SOL_SOCKET, SO_ERROR, &code, &length) < 0)
			fail(ping, errno);
		else if (code != 0)
			fail(ping, code);
		else
			ask(ping);
		return;
	}
	received = recv(ping->socket, &answer, 1, 0);
	if (received == 1)
		ping->state = PGS_PING_ANSWERED;
	else if (received == 0)
		fail(ping, ECONNRESET);
	else if (errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR)
		fail(ping, errno);
}

void
pgs_ping_end(PgsPing *ping)
{
	if (ping->socket >= 0)
		close(ping->socket);
	ping->socket = -1;
}
