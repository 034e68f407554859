/* What the process need not hold. */
#ifndef NODE_MEMORY_H
#define NODE_MEMORY_H

/* After the start and when the work has ended: gives back heap that is free, and the pages
 * of program and libraries that were read and need not lie here (relocation, the set-up of
 * libraries that are linked and never used).  What is needed again comes back out of the
 * page cache.  Any thread. */
void memory_rest(void);

#endif
