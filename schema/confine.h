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

/* For a process that speaks over the network: reads below readable, writes below writable,
 * AF_INET and AF_INET6 only, no program started, no other process touched.  Paths that do
 * not exist are passed over.  Which layers are in force. */
unsigned confine_to_network(const char *const *readable, size_t nreadable,
    const char *const *writable, size_t nwritable);

#endif
