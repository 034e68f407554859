#include "node/worker.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>

struct worker {
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t wake;
	/* Under lock. */
	struct worker_job *first, **last;
	unsigned waiting, max_jobs;
	bool running, stop;
};

static struct worker_job *
take(struct worker *w)
{
	struct worker_job *job;

	pthread_mutex_lock(&w->lock);
	while (w->first == NULL && !w->stop)
		pthread_cond_wait(&w->wake, &w->lock);
	job = w->first;
	if (job != NULL) {
		w->first = job->next;
		if (w->first == NULL)
			w->last = &w->first;
		w->waiting--;
	}
	pthread_mutex_unlock(&w->lock);
	return job;
}

static void *
worker_main(void *ctx)
{
	struct worker_job *job;

	while ((job = take(ctx)) != NULL)
		job->run(job);
	return NULL;
}

int
worker_new(unsigned max_jobs, struct worker **ret)
{
	struct worker *w = calloc(1, sizeof *w);

	if (w == NULL)
		return STATUS_NOMEM;
	w->last = &w->first;
	w->max_jobs = max_jobs;
	pthread_mutex_init(&w->lock, NULL);
	pthread_cond_init(&w->wake, NULL);
	*ret = w;
	return STATUS_OK;
}

void
worker_stop(struct worker *w)
{
	bool running;

	if (w == NULL)
		return;
	pthread_mutex_lock(&w->lock);
	w->stop = true;
	running = w->running;
	pthread_cond_signal(&w->wake);
	pthread_mutex_unlock(&w->lock);
	if (running)
		pthread_join(w->thread, NULL);
}

void
worker_free(struct worker *w)
{
	if (w == NULL)
		return;
	pthread_cond_destroy(&w->wake);
	pthread_mutex_destroy(&w->lock);
	free(w);
}

/* Under lock. */
static bool
too_many(const struct worker *w, uint64_t of)
{
	unsigned n = 0;

	for (const struct worker_job *job = w->first; of != 0 && job != NULL; job = job->next)
		n += job->of == of;
	return w->waiting >= w->max_jobs || n >= WORKER_OF_ONE;
}

int
worker_submit(struct worker *w, struct worker_job *job)
{
	int status = STATUS_OK;

	pthread_mutex_lock(&w->lock);
	if (w->stop || too_many(w, job->of))
		status = STATUS_BUSY;
	else if (!w->running)
		w->running = pthread_create(&w->thread, NULL, worker_main, w) == 0;
	if (status == STATUS_OK && !w->running)
		status = STATUS_NOMEM;
	if (status == STATUS_OK) {
		job->next = NULL;
		*w->last = job;
		w->last = &job->next;
		w->waiting++;
		pthread_cond_signal(&w->wake);
	}
	pthread_mutex_unlock(&w->lock);
	return status;
}
