/* Loaded before kehoud: a slow disk.  A sync of a file whose path has KEHOU_HOLD_AT in it waits
 * at the FIFO KEHOU_HOLD until somebody opened it for writing and closed it again; where it is
 * no longer there, it does not wait. */
#define _GNU_SOURCE

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static void
hold(int of)
{
	const char *fifo = getenv("KEHOU_HOLD"), *at = getenv("KEHOU_HOLD_AT");
	char link[32], path[PATH_MAX] = "", byte;
	int fd;

	(void)snprintf(link, sizeof(link), "/proc/self/fd/%d", of);
	if (fifo == NULL || at == NULL || readlink(link, path, sizeof(path) - 1) <= 0 ||
	    strstr(path, at) == NULL)
		return;
	fd = open(fifo, O_RDONLY | O_CLOEXEC);
	while (fd >= 0 && read(fd, &byte, 1) > 0)
		;
	if (fd >= 0)
		(void)close(fd);
}

int
fsync(int fd)
{
	hold(fd);
	return (int)syscall(SYS_fsync, fd);
}

int
fdatasync(int fd)
{
	hold(fd);
	return (int)syscall(SYS_fdatasync, fd);
}
