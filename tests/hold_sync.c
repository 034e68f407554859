/* Loaded before kehoud: a slow disk, or a bad one.  A sync of a file whose path has
 * KEHOU_HOLD_AT in it waits at the FIFO KEHOU_HOLD until somebody opened it for writing and
 * closed it again; where it is no longer there, it does not wait.  With KEHOU_FAIL it then
 * fails with that errno. */
#define _GNU_SOURCE

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Whether to go on. */
static bool
hold(int of)
{
	const char *fifo = getenv("KEHOU_HOLD"), *at = getenv("KEHOU_HOLD_AT");
	const char *fail = getenv("KEHOU_FAIL");
	char link[32], path[PATH_MAX] = "", byte;
	int fd;

	(void)snprintf(link, sizeof(link), "/proc/self/fd/%d", of);
	if (fifo == NULL || at == NULL || readlink(link, path, sizeof(path) - 1) <= 0 ||
	    strstr(path, at) == NULL)
		return true;
	fd = open(fifo, O_RDONLY | O_CLOEXEC);
	while (fd >= 0 && read(fd, &byte, 1) > 0)
		;
	if (fd >= 0)
		(void)close(fd);
	if (fail != NULL)
		errno = atoi(fail);
	return fail == NULL;
}

int
fsync(int fd)
{
	return hold(fd) ? (int)syscall(SYS_fsync, fd) : -1;
}

int
fdatasync(int fd)
{
	return hold(fd) ? (int)syscall(SYS_fdatasync, fd) : -1;
}
