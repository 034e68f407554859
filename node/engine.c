#include "node/engine.h"

#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#include "node/log.h"
#include "node/memory.h"
#include "schema/upkeep.h"

struct queue {
	struct engine_job *first, **last;
	unsigned waiting;
};

struct engine {
	const char *dir;
	const struct env *env;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t wake;
	/* Under lock. */
	struct queue queues[ENGINE_QUEUES];
	unsigned ahead; /* people's jobs in a row, while nodes' wait */
	struct engine_loan *loans; /* the first is the current one when lent */
	bool stop, lent;
	bool may_hang, hangs; /* hangs: and jobs were answered in its stead */
	int state;
	/* The thread's own. */
	pthread_t stand_in;
	struct replica *replica;
	struct upkeep upkeep;
	bool upkeep_due, opened; /* opened: and said so */
	int64_t rest_ms;   /* monotonic: when memory is given back; 0: it was */
};

static int64_t
now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void
set_state(struct engine *e, int state)
{
	pthread_mutex_lock(&e->lock);
	e->state = state;
	pthread_mutex_unlock(&e->lock);
}

static void
open_replica(struct engine *e)
{
	int before = engine_state(e), status;

	/* What is damaged does not mend itself; opening it anew costs seconds. */
	if (e->replica != NULL || before == STATUS_CORRUPT)
		return;
	status = replica_open(e->dir, e->env, &schema_domain, &e->replica);
	set_state(e, status);
	if (status == before)
		return;
	/* After each loan it is opened anew. */
	if (status == STATUS_OK) {
		log_line(e->opened ? LOG_LEVEL_DEBUG : LOG_LEVEL_INFO, "database open");
		e->opened = true;
	} else
		log_line(status == STATUS_NOT_INITIALISED ? LOG_LEVEL_NOTICE
		    : LOG_LEVEL_ERROR, "%s: %s", e->dir, status_text(status));
}

static void
close_replica(struct engine *e)
{
	replica_close(e->replica);
	e->replica = NULL;
}

/* Under the lock: the database cannot be had for now. */
static bool
is_away(const struct engine *e)
{
	return e->lent || e->may_hang;
}

/* Under the lock: when a job is answered without it. */
static int64_t
answer_ms(const struct engine *e, const struct engine_job *job)
{
	return job->since_ms + (e->may_hang ? ENGINE_HANG_WAIT_MS : ENGINE_LOAN_WAIT_MS);
}

/* Under the lock: whose turn it is; while the database is away, who waited longest. */
static struct queue *
next_queue(struct engine *e)
{
	struct queue *people = &e->queues[ENGINE_PEOPLE], *nodes = &e->queues[ENGINE_NODES];

	if (people->first == NULL || nodes->first == NULL)
		return people->first != NULL ? people : nodes;
	if (is_away(e))
		return people->first->since_ms <= nodes->first->since_ms ? people : nodes;
	return e->ahead < ENGINE_AHEAD ? people : nodes;
}

/* Waits, under the lock, for news or until a job has waited long enough, or it is time to
 * rest, which who stands in does not. */
static void
wait_news(struct engine *e)
{
	const struct engine_job *first = next_queue(e)->first;
	bool waits = is_away(e) && first != NULL;
	struct timespec until;
	int64_t at;

	if (!waits && (e->may_hang || e->rest_ms == 0)) {
		pthread_cond_wait(&e->wake, &e->lock);
		return;
	}
	at = waits ? answer_ms(e, first) : e->rest_ms;
	until.tv_sec = (time_t)(at / 1000);
	until.tv_nsec = (long)(at % 1000) * 1000000;
	pthread_cond_timedwait(&e->wake, &e->lock, &until);
}

/* Under the lock: the next job that may run now, or NULL. */
static struct engine_job *
take_job(struct engine *e)
{
	struct queue *q = next_queue(e);
	struct engine_job *job = q->first;

	if (job == NULL || (is_away(e) && !e->stop && now_ms() < answer_ms(e, job)))
		return NULL;
	q->first = job->next;
	if (q->first == NULL)
		q->last = &q->first;
	q->waiting--;
	e->ahead = q == &e->queues[ENGINE_PEOPLE] ? e->ahead + 1 : 0;
	return job;
}

/* Under the lock, which is released meanwhile. */
static void
lend_first(struct engine *e)
{
	struct engine_loan *loan = e->loans;

	pthread_mutex_unlock(&e->lock);
	close_replica(e);
	pthread_mutex_lock(&e->lock);
	/* It may have been given back while the database closed. */
	if (e->loans != loan)
		return;
	e->lent = true;
	e->state = STATUS_BUSY;
	loan->lent(loan);
}

static void
run_job(struct engine *e, struct engine_job *job, bool lent)
{
	if (!lent)
		open_replica(e);
	job->run(job, lent ? NULL : e->replica, lent ? STATUS_BUSY : engine_state(e));
	e->upkeep_due = true;
	e->rest_ms = now_ms() + ENGINE_REST_MS;
}

/* A piece of what nobody waits for. */
static void
run_upkeep(struct engine *e)
{
	struct runtime rt;
	int status;

	e->upkeep_due = false;
	if (e->replica == NULL || replica_role(e->replica) != ROLE_HUB)
		return;
	rt = domain_runtime(e->replica);
	status = upkeep_step(&rt, &e->upkeep, &e->upkeep_due);
	if (status != STATUS_OK)
		log_line(LOG_LEVEL_WARNING, "upkeep: %s", status_text(status));
}

/* Nothing was asked for a while: what was kept for the next to ask goes.  While the directory is
 * lent the database is closed anyhow. */
static void
rest(struct engine *e)
{
	e->rest_ms = 0;
	if (e->replica != NULL)
		store_rest(replica_store(e->replica));
	memory_rest();
}

static void *
engine_main(void *ctx)
{
	struct engine *e = ctx;
	struct engine_job *job;

	open_replica(e);
	e->rest_ms = now_ms() + ENGINE_REST_MS;
	pthread_mutex_lock(&e->lock);
	for (;;) {
		bool lent;

		if (!e->lent && e->loans != NULL && !e->stop) {
			lend_first(e);
			continue;
		}
		job = take_job(e);
		lent = e->lent;
		if (job == NULL) {
			if (e->stop)
				break;
			/* A loan that ended: be ready before the next tap. */
			if (!lent && e->state == STATUS_BUSY) {
				pthread_mutex_unlock(&e->lock);
				open_replica(e);
				pthread_mutex_lock(&e->lock);
				continue;
			}
			if (!lent && e->upkeep_due) {
				pthread_mutex_unlock(&e->lock);
				run_upkeep(e);
				pthread_mutex_lock(&e->lock);
				continue;
			}
			if (e->rest_ms != 0 && now_ms() >= e->rest_ms) {
				pthread_mutex_unlock(&e->lock);
				rest(e);
				pthread_mutex_lock(&e->lock);
				continue;
			}
			wait_news(e);
			continue;
		}
		pthread_mutex_unlock(&e->lock);
		run_job(e, job, lent);
		pthread_mutex_lock(&e->lock);
	}
	pthread_mutex_unlock(&e->lock);
	close_replica(e);
	return NULL;
}

/* ---- while a job hangs ---- */
static void *
stand_in_main(void *ctx)
{
	struct engine *e = ctx;

	pthread_mutex_lock(&e->lock);
	while (e->may_hang) {
		struct engine_job *job = take_job(e);

		if (job == NULL) {
			wait_news(e);
			continue;
		}
		if (!e->hangs)
			log_line(LOG_LEVEL_WARNING, "work on a stick takes long; who asks "
			    "meanwhile is told that the machine is busy");
		e->hangs = true;
		pthread_mutex_unlock(&e->lock);
		job->run(job, NULL, STATUS_BUSY);
		pthread_mutex_lock(&e->lock);
	}
	pthread_mutex_unlock(&e->lock);
	return NULL;
}

void
engine_may_hang(struct engine *e)
{
	if (!pthread_equal(pthread_self(), e->thread) || e->may_hang)
		return;
	pthread_mutex_lock(&e->lock);
	e->may_hang = true;
	pthread_mutex_unlock(&e->lock);
	/* Without it they wait. */
	if (pthread_create(&e->stand_in, NULL, stand_in_main, e) != 0) {
		pthread_mutex_lock(&e->lock);
		e->may_hang = false;
		pthread_mutex_unlock(&e->lock);
	}
}

void
engine_goes_on(struct engine *e)
{
	if (!pthread_equal(pthread_self(), e->thread) || !e->may_hang)
		return;
	pthread_mutex_lock(&e->lock);
	e->may_hang = e->hangs = false;
	pthread_cond_broadcast(&e->wake);
	pthread_mutex_unlock(&e->lock);
	pthread_join(e->stand_in, NULL);
}

bool
engine_hangs(struct engine *e)
{
	bool hangs;

	pthread_mutex_lock(&e->lock);
	hangs = e->hangs;
	pthread_mutex_unlock(&e->lock);
	return hangs;
}

int
engine_new(const char *dir, const struct env *env, struct engine **ret)
{
	struct engine *e = calloc(1, sizeof *e);
	pthread_condattr_t attr;

	if (e == NULL)
		return STATUS_NOMEM;
	e->dir = dir;
	e->env = env;
	for (unsigned i = 0; i < ENGINE_QUEUES; i++)
		e->queues[i].last = &e->queues[i].first;
	e->state = STATUS_BUSY;
	pthread_mutex_init(&e->lock, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&e->wake, &attr);
	pthread_condattr_destroy(&attr);
	if (pthread_create(&e->thread, NULL, engine_main, e) != 0) {
		pthread_cond_destroy(&e->wake);
		pthread_mutex_destroy(&e->lock);
		free(e);
		return STATUS_NOMEM;
	}
	*ret = e;
	return STATUS_OK;
}

void
engine_stop(struct engine *e)
{
	if (e == NULL)
		return;
	pthread_mutex_lock(&e->lock);
	e->stop = true;
	pthread_cond_broadcast(&e->wake);
	pthread_mutex_unlock(&e->lock);
	pthread_join(e->thread, NULL);
}

void
engine_free(struct engine *e)
{
	if (e == NULL)
		return;
	pthread_cond_destroy(&e->wake);
	pthread_mutex_destroy(&e->lock);
	free(e);
}

static int
submit(struct engine *e, struct engine_job *job, bool own)
{
	struct queue *q = &e->queues[job->of];
	int status = STATUS_OK;

	pthread_mutex_lock(&e->lock);
	if ((q->waiting >= ENGINE_MAX_JOBS && !own) || e->stop)
		status = STATUS_BUSY;
	else {
		job->next = NULL;
		job->since_ms = now_ms();
		*q->last = job;
		q->last = &job->next;
		q->waiting++;
		pthread_cond_broadcast(&e->wake);
	}
	pthread_mutex_unlock(&e->lock);
	return status;
}

int
engine_submit(struct engine *e, struct engine_job *job)
{
	return submit(e, job, false);
}

int
engine_submit_own(struct engine *e, struct engine_job *job)
{
	return submit(e, job, true);
}

int
engine_state(struct engine *e)
{
	int state;

	pthread_mutex_lock(&e->lock);
	state = e->state;
	pthread_mutex_unlock(&e->lock);
	return state;
}

void
engine_lend(struct engine *e, struct engine_loan *loan)
{
	struct engine_loan **at;

	pthread_mutex_lock(&e->lock);
	loan->next = NULL;
	for (at = &e->loans; *at != NULL; at = &(*at)->next)
		;
	*at = loan;
	pthread_cond_broadcast(&e->wake);
	pthread_mutex_unlock(&e->lock);
}

void
engine_return(struct engine *e, struct engine_loan *loan)
{
	struct engine_loan **at;

	pthread_mutex_lock(&e->lock);
	for (at = &e->loans; *at != NULL && *at != loan; at = &(*at)->next)
		;
	if (*at == loan) {
		if (at == &e->loans)
			e->lent = false;
		*at = loan->next;
	}
	pthread_cond_broadcast(&e->wake);
	pthread_mutex_unlock(&e->lock);
}

void
engine_warn(const struct replica_import *done)
{
	if (done->roster_status != STATUS_OK)
		log_line(LOG_LEVEL_ERROR, "a roster of the county was refused (%s): two hubs are at "
		    "work, or somebody has its key", status_text(done->roster_status));
}
