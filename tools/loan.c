#define _DEFAULT_SOURCE /* setgroups */
#include "tools/loan.h"

#include <grp.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

int
loan_ask(const char *dir, int *ret_fd)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	int n = snprintf(a.sun_path, sizeof a.sun_path, "%s/control", dir), fd;
	char word[3];
	size_t have = 0;

	if (n < 0 || (size_t)n >= sizeof a.sun_path)
		return STATUS_NOT_FOUND;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return STATUS_IO;
	if (connect(fd, (struct sockaddr *)&a, sizeof a) != 0) {
		close(fd);
		return STATUS_NOT_FOUND;
	}
	while (have < sizeof word) {
		ssize_t got = recv(fd, word + have, sizeof word - have, 0);

		if (got <= 0)
			break;
		have += (size_t)got;
	}
	if (have != sizeof word || memcmp(word, "ok\n", sizeof word) != 0) {
		close(fd);
		return STATUS_BUSY;
	}
	*ret_fd = fd;
	return STATUS_OK;
}

void
loan_urgent(int fd)
{
	(void)!send(fd, "u", 1, MSG_NOSIGNAL); /* else it goes with the next exchange */
}

int
loan_become_owner(const char *dir)
{
	struct stat st;

	if (geteuid() != 0 || stat(dir, &st) != 0 || st.st_uid == 0)
		return STATUS_OK;
	if (setgroups(0, NULL) != 0 || setgid(st.st_gid) != 0 || setuid(st.st_uid) != 0)
		return STATUS_RIGHTS;
	return STATUS_OK;
}
