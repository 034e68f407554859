/* Shuts a process off for good from what its work does not need: files by landlock, calls
 * of the system by seccomp, each where the kernel has it.  For a process of one thread,
 * before it reads the first of a stranger's bytes. */
#ifndef SCHEMA_CONFINE_H
#define SCHEMA_CONFINE_H

#include <stddef.h>

enum confine_layer { CONFINE_LANDLOCK = 1, CONFINE_SECCOMP = 2 };

/* From here on: read and write what is open, use memory, end.  No file, socket, process or
 * signal to another.  A call that is not allowed fails with EPERM.  What is open may be
 * opened again for reading through /proc/self/fd; where landlock is missing, so may other
 * files.  Which layers are in force. */
unsigned confine_to_pipes(void);

struct confine_path {
	const char *path;          /* one that does not exist is passed over */
	enum { CONFINE_READ = 1, CONFINE_RUN, CONFINE_WRITE } use; /* RUN reads too, WRITE
	                            * makes and removes, but runs nothing */
};
/* For a process that speaks over the network: below paths only, AF_INET and AF_INET6 only,
 * no program started, no other process touched.  Which layers are in force. */
unsigned confine_to_network(const struct confine_path *paths, size_t n);
/* For kehoud, before its first thread: below paths only, which holds for the programs that
 * it starts too; sockets of the internet and of this machine alone; no process looked into,
 * nothing mounted, no kernel's key or module, no other user.  Which layers are in force. */
unsigned confine_daemon(const struct confine_path *paths, size_t n);
/* For a command that reads what strangers wrote: below paths only, sockets of this machine
 * only, no program started, no other process touched.  Which layers are in force. */
unsigned confine_command(const struct confine_path *paths, size_t n);

#endif
