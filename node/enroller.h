/* The one thread that asks a hub for an invitation by its code, while the engine and the
 * pages go on.  One at a time. */
#ifndef NODE_ENROLLER_H
#define NODE_ENROLLER_H

#include "node/worker.h"
#include "schema/enrol.h"

#define ENROLLER_CODE_BYTES 256 /* as typed, NUL included */

struct enroller;
struct enroller_job {
	struct worker_job worker; /* first: the worker's job is this one */
	struct enroller *enroller; /* its own */
	char url[ENROL_URL_BYTES];
	char code[ENROLLER_CODE_BYTES]; /* wiped before done */
	/* Out. */
	int status;
	struct enrol_error error;
	struct buffer invitation;
	/* On its thread; the job is the callee's. */
	void (*done)(struct enroller_job *job);
};
/* ca_file and proxy: NULL or outlive it. */
int enroller_new(const char *ca_file, const char *proxy, struct enroller **ret) MUST_CHECK;
/* Ends what runs, with STATUS_BUSY; before engine_stop. */
void enroller_stop(struct enroller *e);
void enroller_free(struct enroller *e); /* after engine_stop */
/* BUSY while another one runs: done is not called then. */
int enroller_start(struct enroller *e, struct enroller_job *job) MUST_CHECK;

#endif
