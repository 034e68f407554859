/* DIR/control: where kehou asks the daemon to lend it the data directory
 * (docs/decisions/006-loan.md).
 *
 * A client connects; when the database is closed and free it is sent "ok\n";
 * it gives the directory back by closing the socket, also by dying; a byte CONTROL_URGENT
 * before says that it entered something urgent.  A thread
 * of its own, one client at a time in order of coming.  Only the directory's
 * owner and root can connect: the directory and the socket are theirs alone. */
#ifndef NODE_CONTROL_H
#define NODE_CONTROL_H

#include "node/engine.h"

#define CONTROL_NAME "control"
#define CONTROL_URGENT 'u'

struct control;
/* urgent: called on the control's thread.  TOO_LARGE when the path is longer than a socket's may be; IO. */
int control_new(const char *dir, struct engine *e, void (*urgent)(void *ctx), void *ctx,
    struct control **ret) MUST_CHECK;
/* Ends a loan that lasts; before engine_stop. */
void control_free(struct control *c);

#endif
