/* What the process need not hold. */
#ifndef NODE_MEMORY_H
#define NODE_MEMORY_H

/* Once, after the start: gives back heap that is free, and the pages of program and
 * libraries that only the start has read (relocation, the set-up of libraries that are
 * linked and never used).  What is needed again comes back out of the page cache. */
void memory_after_start(void);

#endif
