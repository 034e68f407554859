/* Loaded before kehoud by test_crowd.py: a slow disk.  fdatasync of a piece (spool/part) waits
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
hold(const char *fifo)
{
	int fd = open(fifo, O_RDONLY | O_CLOEXEC);
	char byte;

	while (fd >= 0 && read(fd, &byte, 1) > 0)
		;
	if (fd >= 0)
		(void)close(fd);
}

int
fdatasync(int fd)
{
	const char *fifo = getenv("KEHOU_HOLD");
	char link[32], path[PATH_MAX] = "";

	(void)snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	if (fifo != NULL && readlink(link, path, sizeof(path) - 1) > 0 &&
	    strstr(path, "/spool/part/") != NULL)
		hold(fifo);
	return (int)syscall(SYS_fdatasync, fd);
}
