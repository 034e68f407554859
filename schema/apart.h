/* Programs of the project's own in which strangers' bytes are parsed, apart from the
 * process that holds keys and records (docs/decisions/010-apart.md). */
#ifndef SCHEMA_APART_H
#define SCHEMA_APART_H

#include <limits.h>
#include <stdbool.h>
#include <sys/types.h>

#include "sync/status.h"

/* Where libexec/kehou/NAME is: beside the running program, or where it was installed.
 * NOT_FOUND. */
int apart_find(const char *name, char ret[PATH_MAX]) MUST_CHECK;
/* Starts libexec/kehou/NAME [MODE] with in and out as its standard input and output, all
 * other descriptors but standard error closed, no signal blocked.  NOT_FOUND when it is
 * not installed. */
int apart_start(const char *name, const char *mode, int in, int out, pid_t *ret_pid)
    MUST_CHECK;
/* Waits for its end; kills it first when kill_it.  Its exit status, or APART_DIED. */
#define APART_DIED (-STATUS_IO)
int apart_end(pid_t pid, bool kill_it);

#endif
