/* A thread for what must keep neither the engine's nor that of HTTP waiting: checking PINs
 * (Argon2id takes 8 MiB and some 30 ms), writing a backup to a slow stick, syncing the pieces
 * of a thousand schools.  One job after another, in the order of asking; the thread begins
 * with the first. */
#ifndef NODE_WORKER_H
#define NODE_WORKER_H

#include <stdint.h>

#include "sync/status.h"

#define WORKER_FEW 16 /* jobs that wait, where each takes long */
#define WORKER_OF_ONE 2 /* of them, of one caller */

struct worker_job {
	void (*run)(struct worker_job *job); /* the job is the callee's from here on */
	uint64_t of;                         /* whose, among callers; 0: not counted */
	struct worker_job *next;             /* the worker's */
};
struct worker;
/* max_jobs: that wait. */
int worker_new(unsigned max_jobs, struct worker **ret) MUST_CHECK;
/* Does what waits, then ends the thread; before engine_stop.  NULL is passed over. */
void worker_stop(struct worker *w);
void worker_free(struct worker *w); /* after engine_stop */
/* Any thread.  BUSY when too many wait, or of this caller: run is not called then. */
int worker_submit(struct worker *w, struct worker_job *job) MUST_CHECK;

#endif
