/* The one thread that checks PINs, one at a time (Argon2id takes 8 MiB and some 30 ms), so
 * that a sign-in never keeps a tap waiting on the engine's thread. */
#ifndef NODE_PIN_QUEUE_H
#define NODE_PIN_QUEUE_H

#include "schema/pin.h"

#define PIN_QUEUE_MAX 16 /* that wait */

struct pin_job {
	struct pin_candidates candidates;
	char pin[PIN_MAX_BYTES + 1];
	/* On the queue's thread: whose PIN it was, 0 nobody's.  The job is the callee's. */
	void (*done)(struct pin_job *job, int64_t staff);
	struct pin_job *next;    /* the queue's */
};
struct pin_queue;
int pin_queue_new(struct pin_queue **ret) MUST_CHECK;
/* Checks what waits, then ends the thread; before engine_stop. */
void pin_queue_stop(struct pin_queue *q);
void pin_queue_free(struct pin_queue *q); /* after engine_stop */
/* BUSY when too many wait: done is not called then. */
int pin_queue_submit(struct pin_queue *q, struct pin_job *job) MUST_CHECK;

#endif
