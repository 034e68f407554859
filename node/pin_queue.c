#include "node/pin_queue.h"

#include <pthread.h>
#include <stdlib.h>

#include <sodium.h>

struct pin_queue {
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t wake;
	/* Under lock. */
	struct pin_job *first, **last;
	unsigned waiting;
	bool stop;
};

static struct pin_job *
take(struct pin_queue *q)
{
	struct pin_job *job;

	pthread_mutex_lock(&q->lock);
	while (q->first == NULL && !q->stop)
		pthread_cond_wait(&q->wake, &q->lock);
	job = q->first;
	if (job != NULL) {
		q->first = job->next;
		if (q->first == NULL)
			q->last = &q->first;
		q->waiting--;
	}
	pthread_mutex_unlock(&q->lock);
	return job;
}

static void *
queue_main(void *ctx)
{
	struct pin_queue *q = ctx;
	struct pin_job *job;

	while ((job = take(q)) != NULL) {
		int64_t staff = pin_check(&job->candidates, job->pin);

		sodium_memzero(job->pin, sizeof job->pin);
		job->done(job, staff);
	}
	return NULL;
}

int
pin_queue_new(struct pin_queue **ret)
{
	struct pin_queue *q = calloc(1, sizeof *q);

	if (q == NULL)
		return STATUS_NOMEM;
	q->last = &q->first;
	pthread_mutex_init(&q->lock, NULL);
	pthread_cond_init(&q->wake, NULL);
	if (pthread_create(&q->thread, NULL, queue_main, q) != 0) {
		q->stop = true;
		pin_queue_free(q);
		return STATUS_NOMEM;
	}
	*ret = q;
	return STATUS_OK;
}

void
pin_queue_stop(struct pin_queue *q)
{
	if (q == NULL)
		return;
	pthread_mutex_lock(&q->lock);
	q->stop = true;
	pthread_cond_signal(&q->wake);
	pthread_mutex_unlock(&q->lock);
	pthread_join(q->thread, NULL);
}

void
pin_queue_free(struct pin_queue *q)
{
	if (q == NULL)
		return;
	pthread_cond_destroy(&q->wake);
	pthread_mutex_destroy(&q->lock);
	free(q);
}

int
pin_queue_submit(struct pin_queue *q, struct pin_job *job)
{
	int status = STATUS_OK;

	pthread_mutex_lock(&q->lock);
	if (q->waiting >= PIN_QUEUE_MAX || q->stop)
		status = STATUS_BUSY;
	else {
		job->next = NULL;
		*q->last = job;
		q->last = &job->next;
		q->waiting++;
		pthread_cond_signal(&q->wake);
	}
	pthread_mutex_unlock(&q->lock);
	return status;
}
