/*
 * Put before the C library of a server (LD_PRELOAD): statx(2) waits while there
 * is a file DIR/hold-helper, or in a session DIR/hold-session, DIR being
 * $PGSCALE_HELD_STATX.  Who waits tells so by a file DIR/helper-PID or
 * DIR/session-PID.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static void
hold(const char *directory, const char *who)
{
	char		gate[4096];
	char		sign[4096];
	FILE	   *file;

	snprintf(gate, sizeof(gate), "%s/hold-%s", directory, who);
	if (access(gate, F_OK) != 0)
		return;
	snprintf(sign, sizeof(sign), "%s/%s-%d", directory, who, (int) getpid());
	file = fopen(sign, "w");
	if (file != NULL)
		fclose(file);
	while (access(gate, F_OK) == 0)
		usleep(5000);
}

int
statx(int directory, const char *restrict path, int flags, unsigned mask, struct statx *restrict result)
{
	int			(*statx_of_libc) (int, const char *, int, unsigned, struct statx *);
	const char *held = getenv("PGSCALE_HELD_STATX");
	void	  **worker = dlsym(RTLD_DEFAULT, "MyBgworkerEntry");

	if (held != NULL && worker != NULL)
		hold(held, *worker != NULL ? "helper" : "session");
	statx_of_libc = dlsym(RTLD_NEXT, "statx");
	return statx_of_libc(directory, path, flags, mask, result);
}
