#include "node/http_pace.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>

#define STACK_BYTES (64u * 1024)

struct http_caller {
	struct http_caller *next, **at;
	int fd;
	bool waits, closed;
	int64_t since_s;             /* CLOCK_MONOTONIC, as all times here */
	uint64_t bytes;              /* that came since, or that he has to take */
};

struct http_pace {
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t wake;
	unsigned longest_s;
	/* Under lock. */
	struct http_caller *first;
	unsigned n;
	bool stop;
};

static int64_t
now_s(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec;
}

/* Until when the next one has time, whoever is late being closed; under lock. */
static int64_t
close_late(struct http_pace *p)
{
	int64_t now = now_s(), next = now + (int64_t)p->longest_s;

	for (struct http_caller *c = p->first; c != NULL; c = c->next) {
		int64_t end = c->since_s + (int64_t)p->longest_s +
		    (int64_t)(c->bytes / HTTP_LEAST_BYTES_S);

		if (c->waits || c->closed)
			continue;
		if (end < now) {
			/* The library reads an end of file, and does the rest. */
			(void)shutdown(c->fd, SHUT_RDWR);
			c->closed = true;
		} else if (end < next) {
			next = end;
		}
	}
	return next;
}

static void *
pace_main(void *ctx)
{
	struct http_pace *p = ctx;

	pthread_mutex_lock(&p->lock);
	while (!p->stop) {
		if (p->n <= HTTP_CROWD) {
			pthread_cond_wait(&p->wake, &p->lock);
		} else {
			struct timespec next = { .tv_sec = (time_t)close_late(p) + 1 };

			(void)pthread_cond_timedwait(&p->wake, &p->lock, &next);
		}
	}
	pthread_mutex_unlock(&p->lock);
	return NULL;
}

static int
start(struct http_pace *p)
{
	pthread_attr_t attr;
	int rc;

	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, STACK_BYTES);
	rc = pthread_create(&p->thread, &attr, pace_main, p);
	pthread_attr_destroy(&attr);
	return rc == 0 ? STATUS_OK : STATUS_NOMEM;
}

static void
destroy(struct http_pace *p)
{
	pthread_cond_destroy(&p->wake);
	pthread_mutex_destroy(&p->lock);
	free(p);
}

int
http_pace_new(unsigned longest_s, struct http_pace **ret)
{
	struct http_pace *p = calloc(1, sizeof *p);
	pthread_condattr_t attr;
	int status;

	if (p == NULL)
		return STATUS_NOMEM;
	pthread_mutex_init(&p->lock, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&p->wake, &attr);
	pthread_condattr_destroy(&attr);
	p->longest_s = longest_s != 0 ? longest_s : HTTP_LONGEST_S;
	status = start(p);
	if (status == STATUS_OK)
		*ret = p;
	else
		destroy(p);
	return status;
}

void
http_pace_free(struct http_pace *p)
{
	if (p == NULL)
		return;
	pthread_mutex_lock(&p->lock);
	p->stop = true;
	pthread_cond_signal(&p->wake);
	pthread_mutex_unlock(&p->lock);
	pthread_join(p->thread, NULL);
	destroy(p);
}

struct http_caller *
http_pace_came(struct http_pace *p, int fd)
{
	struct http_caller *c = calloc(1, sizeof *c);

	if (c == NULL)
		return NULL;
	c->fd = fd;
	c->since_s = now_s();
	pthread_mutex_lock(&p->lock);
	c->next = p->first;
	c->at = &p->first;
	if (c->next != NULL)
		c->next->at = &c->next;
	p->first = c;
	if (++p->n == HTTP_CROWD + 1)
		pthread_cond_signal(&p->wake);
	pthread_mutex_unlock(&p->lock);
	return c;
}

void
http_pace_left(struct http_pace *p, struct http_caller *c)
{
	if (c == NULL)
		return;
	pthread_mutex_lock(&p->lock);
	*c->at = c->next;
	if (c->next != NULL)
		c->next->at = c->at;
	p->n--;
	pthread_mutex_unlock(&p->lock);
	free(c);
}

void
http_pace_waits(struct http_pace *p, struct http_caller *c)
{
	if (c == NULL)
		return;
	pthread_mutex_lock(&p->lock);
	c->waits = true;
	pthread_mutex_unlock(&p->lock);
}

void
http_pace_turn(struct http_pace *p, struct http_caller *c, uint64_t bytes)
{
	if (c == NULL)
		return;
	pthread_mutex_lock(&p->lock);
	c->waits = false;
	c->since_s = now_s();
	c->bytes = bytes;
	pthread_mutex_unlock(&p->lock);
}

void
http_pace_brought(struct http_pace *p, struct http_caller *c, uint64_t bytes)
{
	if (c == NULL)
		return;
	pthread_mutex_lock(&p->lock);
	c->bytes += bytes;
	pthread_mutex_unlock(&p->lock);
}
