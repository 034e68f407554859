#define _GNU_SOURCE /* SOCK_CLOEXEC, close_range */

#include "node/bell.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

struct bell {
	int socket;
	pid_t ringer;
};

static const char *const words[] = { "busy", "done", "failed" };

static void
run(const char *command, const char *word)
{
	const struct timespec most = { .tv_sec = BELL_MAX_S };
	sigset_t ended, none;
	pid_t pid;

	sigemptyset(&none);
	sigemptyset(&ended);
	sigaddset(&ended, SIGCHLD);
	pid = fork();
	if (pid == 0) {
		(void)sigprocmask(SIG_SETMASK, &none, NULL);
		execl(command, command, word, (char *)NULL);
		_exit(127);
	}
	if (pid < 0)
		return;
	while (sigtimedwait(&ended, NULL, &most) < 0 && errno == EINTR)
		;
	if (waitpid(pid, NULL, WNOHANG) == 0) {
		(void)kill(pid, SIGKILL);
		(void)waitpid(pid, NULL, 0);
	}
}

/* Until the daemon is gone.  Signals are for the daemon alone to understand. */
static void
ringer(const char *command, int socket)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	sigset_t all;
	unsigned char word;

	(void)dup2(null, STDIN_FILENO);
	(void)dup2(null, STDOUT_FILENO);
	(void)dup2(socket, STDERR_FILENO + 1);
	closefrom(STDERR_FILENO + 2);
	(void)fcntl(STDERR_FILENO + 1, F_SETFD, FD_CLOEXEC);
	sigfillset(&all);
	(void)sigprocmask(SIG_SETMASK, &all, NULL);
	while (recv(STDERR_FILENO + 1, &word, 1, 0) == 1)
		if (word < sizeof words / sizeof *words)
			run(command, words[word]);
	_exit(0);
}

int
bell_new(const char *command, struct bell **ret)
{
	struct bell *b = calloc(1, sizeof *b);
	int ends[2];

	if (b == NULL || socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0) {
		free(b);
		return STATUS_NOMEM;
	}
	b->socket = ends[0];
	b->ringer = fork();
	if (b->ringer == 0)
		ringer(command, ends[1]);
	(void)close(ends[1]);
	if (b->ringer < 0) {
		(void)close(ends[0]);
		free(b);
		return STATUS_NOMEM;
	}
	*ret = b;
	return STATUS_OK;
}

void
bell_ring(struct bell *b, enum bell_word word)
{
	unsigned char byte = (unsigned char)word;

	if (b != NULL)
		(void)!send(b->socket, &byte, 1, MSG_NOSIGNAL | MSG_DONTWAIT);
}

void
bell_free(struct bell *b)
{
	if (b == NULL)
		return;
	(void)close(b->socket);
	while (waitpid(b->ringer, NULL, 0) < 0 && errno == EINTR)
		;
	free(b);
}
