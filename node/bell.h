/* Runs a command of the settings for a light or a sound: whoever put a stick in looks at the
 * machine, not at a page.  A process of its own, begun before the daemon is shut off
 * (node/fence.h), starts the commands, one after another. */
#ifndef NODE_BELL_H
#define NODE_BELL_H

#include "sync/status.h"

#define BELL_MAX_S 30 /* that a command may take; it is killed then */

enum bell_word { BELL_BUSY, BELL_DONE, BELL_FAILED }; /* the command's argument: busy … */

struct bell;
/* The path of a program.  Before the first thread. */
int bell_new(const char *command, struct bell **ret) MUST_CHECK;
/* Any thread; never waits: a word that finds many before it is lost.  NULL: nothing. */
void bell_ring(struct bell *b, enum bell_word word);
/* Lets what rings end.  NULL is passed over. */
void bell_free(struct bell *b);

#endif
