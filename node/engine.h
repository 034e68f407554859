/* The one thread that owns the node's database, and the queues of what it is
 * to do.  The directory is opened by the thread itself, first of all; where that
 * fails because there is no node yet or another process has it, each later job
 * tries again.  When nothing waits, a hub does what nobody waits for
 * (schema/upkeep.h), a piece between two looks at the queue; and once, a while after the last
 * of it, what was kept in memory for speed is given back. */
#ifndef NODE_ENGINE_H
#define NODE_ENGINE_H

#include "sync/replica.h"

#define ENGINE_MAX_JOBS 256     /* that wait in a queue */
#define ENGINE_AHEAD 8          /* of people's in a row, while others wait */
#define ENGINE_LOAN_WAIT_MS 3000 /* that a job waits for a loan to end */
#define ENGINE_HANG_WAIT_MS 10000 /* the same, for a job that hangs; less than pages wait */
#define ENGINE_REST_MS 30000    /* with nothing to do: then memory is given back */

/* Hundreds of schools at once must keep no page waiting, nor a page them. */
enum engine_queue { ENGINE_PEOPLE, ENGINE_NODES, ENGINE_QUEUES };

struct engine;
struct engine_job {
	/* Runs on the engine's thread.  r NULL: status says why there is none
	 * (NOT_INITIALISED, LOCKED, BUSY while it is lent, CORRUPT …).  The job is
	 * the callee's from here on. */
	void (*run)(struct engine_job *job, struct replica *r, int status);
	enum engine_queue of;    /* who waits for it */
	struct engine_job *next; /* the engine's */
	int64_t since_ms;        /* the engine's: monotonic time of submission */
};

/* dir and env outlive the engine. */
int engine_new(const char *dir, const struct env *env, struct engine **ret) MUST_CHECK;
/* Runs what waits, closes the database, ends the thread; later jobs are BUSY. */
void engine_stop(struct engine *e);
/* After engine_stop, once nobody can submit any more. */
void engine_free(struct engine *e);
/* Any thread.  BUSY when too many wait in its queue: run is not called then. */
int engine_submit(struct engine *e, struct engine_job *job) MUST_CHECK;
/* The same for the daemon's own work, of each kind one job at a time: however many wait of
 * what others ask, it is refused only after engine_stop. */
int engine_submit_own(struct engine *e, struct engine_job *job) MUST_CHECK;
/* Any thread: whether the database is open (readyz).  Status of the last try. */
int engine_state(struct engine *e);

/* Lends the directory: between two jobs the database is closed and its lock
 * released, then lent() is called on the engine's thread (it must not call the
 * engine).  While it is lent
 * jobs wait ENGINE_LOAN_WAIT_MS, then run with BUSY.  One loan at a time, in
 * order of asking.  engine_return ends it; it may come before lent() was
 * called, which is then never called. */
struct engine_loan {
	void (*lent)(struct engine_loan *loan);
	struct engine_loan *next; /* the engine's */
};
void engine_lend(struct engine *e, struct engine_loan *loan);
void engine_return(struct engine *e, struct engine_loan *loan);

/* On the engine's thread, in a job: what follows may hang (a dying stick).  Until
 * engine_goes_on, jobs that waited ENGINE_HANG_WAIT_MS run with BUSY on a thread that stands
 * in, never beside another of the engine's.  On other threads, and the second time, nothing. */
void engine_may_hang(struct engine *e);
void engine_goes_on(struct engine *e);
/* Any thread: whether somebody stands in, and has had to answer. */
bool engine_hangs(struct engine *e);

/* After an import: the log says what people must hear of it (the pages: replica_status). */
void engine_warn(const struct replica_import *done);

#endif
