/* Borrowing the data directory from a running kehoud: one process owns it. */
#ifndef TOOLS_LOAN_H
#define TOOLS_LOAN_H

#include "sync/status.h"

/* Asks the daemon of dir and waits until it has let go.  ret_fd: to be closed
 * when done; the daemon takes the directory back then, also when this process
 * dies.  NOT_FOUND: no daemon listens there. */
int loan_ask(const char *dir, int *ret_fd) MUST_CHECK;
/* Tells the daemon, before fd is closed, that something urgent was entered. */
void loan_urgent(int fd);
/* As root: becomes the owner of dir, so that no file in it ends up root's.
 * RIGHTS when that fails. */
int loan_become_owner(const char *dir) MUST_CHECK;

#endif
