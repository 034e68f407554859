#include "node/enroller.h"

#include <stdatomic.h>
#include <stdlib.h>

#include <sodium.h>

struct enroller {
	const char *ca_file, *proxy;
	struct worker *worker;
	atomic_bool busy, stop;
};

int
enroller_new(const char *ca_file, const char *proxy, struct enroller **ret)
{
	struct enroller *e = calloc(1, sizeof *e);
	int status = e == NULL ? STATUS_NOMEM : worker_new(WORKER_FEW, &e->worker);

	if (status != STATUS_OK) {
		free(e);
		return status;
	}
	e->ca_file = ca_file;
	e->proxy = proxy;
	*ret = e;
	return STATUS_OK;
}

static bool
is_stopping(void *ctx)
{
	struct enroller *e = ctx;

	return atomic_load(&e->stop);
}

static void
run(struct worker_job *w)
{
	struct enroller_job *job = (struct enroller_job *)w;
	struct enroller *e = job->enroller;
	struct enrol_options options = { .url = job->url, .ca_file = e->ca_file,
		.proxy = e->proxy, .stop = is_stopping, .ctx = e };

	job->status = enrol_fetch(&options, job->code, &job->invitation, &job->error);
	sodium_memzero(job->code, sizeof job->code);
	atomic_store(&e->busy, false);
	job->done(job);
}

int
enroller_start(struct enroller *e, struct enroller_job *job)
{
	int status;

	if (atomic_load(&e->stop) || atomic_exchange(&e->busy, true))
		return STATUS_BUSY;
	job->enroller = e;
	job->worker.run = run;
	status = worker_submit(e->worker, &job->worker);
	if (status != STATUS_OK)
		atomic_store(&e->busy, false);
	return status;
}

void
enroller_stop(struct enroller *e)
{
	if (e == NULL)
		return;
	atomic_store(&e->stop, true);
	worker_stop(e->worker);
}

void
enroller_free(struct enroller *e)
{
	if (e == NULL)
		return;
	worker_free(e->worker);
	free(e);
}
