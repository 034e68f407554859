/* Shuts kehoud off from what is not its own, before its first thread: strangers' bytes
 * (bundles, requests, what lies on a stick) are parsed in it. */
#ifndef NODE_FENCE_H
#define NODE_FENCE_H

#include <stddef.h>

struct fence {
	const char *dir;           /* the data directory: it is there; written */
	const char *const *sticks; /* folders below which sticks are mounted; written */
	size_t nsticks;
	const char *config, *ca, *web; /* read, with what lies beside the first two: an edited
	                            * file is another one; NULL: none */
};
/* Says in the log which layers are in force (schema/confine.h).  Sticks below a folder that
 * is not there and cannot be made are found, and not opened, until the next start. */
void fence_close(const struct fence *f);

#endif
