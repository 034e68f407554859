#define _GNU_SOURCE /* posix_spawn_file_actions_addclosefrom_np */

#include "schema/apart.h"

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#ifndef PKGLIBEXECDIR
#define PKGLIBEXECDIR "/usr/local/libexec/kehou"
#endif

extern char **environ;

/* Beside the running program, ../libexec/kehou, so that a build's folder and a moved
 * tree work; else where configure said. */
int
apart_find(const char *name, char ret[PATH_MAX])
{
	ssize_t n = readlink("/proc/self/exe", ret, PATH_MAX - 1);
	char *slash;

	/* Programs of the tests lie one folder deeper. */
	for (int up = 0; n > 0 && up < 2; up++) {
		ret[n] = '\0';
		slash = strrchr(ret, '/');
		if (slash == NULL)
			break;
		n = slash - ret;
		if ((size_t)snprintf(slash, (size_t)(PATH_MAX - n), "/../libexec/kehou/%s",
		    name) < (size_t)(PATH_MAX - n) && access(ret, X_OK) == 0)
			return STATUS_OK;
	}
	if (snprintf(ret, PATH_MAX, PKGLIBEXECDIR "/%s", name) >= PATH_MAX)
		return STATUS_TOO_LARGE;
	return access(ret, X_OK) == 0 ? STATUS_OK : STATUS_NOT_FOUND;
}

int
apart_start(const char *name, const char *mode, int in, int out, pid_t *ret_pid)
{
	char path[PATH_MAX], *argv[] = { path, (char *)(uintptr_t)mode, NULL };
	posix_spawn_file_actions_t files;
	posix_spawnattr_t attr;
	sigset_t none, usual;
	int status = apart_find(name, path), rc;

	if (status != STATUS_OK)
		return status;
	sigemptyset(&none);
	sigemptyset(&usual);
	sigaddset(&usual, SIGPIPE);
	posix_spawn_file_actions_init(&files);
	posix_spawnattr_init(&attr);
	posix_spawnattr_setsigmask(&attr, &none);
	posix_spawnattr_setsigdefault(&attr, &usual);
	posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
	rc = posix_spawn_file_actions_adddup2(&files, in, STDIN_FILENO);
	if (rc == 0)
		rc = posix_spawn_file_actions_adddup2(&files, out, STDOUT_FILENO);
	if (rc == 0)
		rc = posix_spawn_file_actions_addclosefrom_np(&files, STDERR_FILENO + 1);
	if (rc == 0)
		rc = posix_spawn(ret_pid, path, &files, &attr, argv, environ);
	posix_spawnattr_destroy(&attr);
	posix_spawn_file_actions_destroy(&files);
	return rc == 0 ? STATUS_OK : status_from_errno(rc);
}

int
apart_end(pid_t pid, bool kill_it)
{
	int how = 0;

	if (kill_it)
		(void)kill(pid, SIGKILL);
	while (waitpid(pid, &how, 0) < 0)
		if (errno != EINTR)
			return APART_DIED;
	return WIFEXITED(how) ? WEXITSTATUS(how) : APART_DIED;
}
