/* The code read over the telephone: a school asks its hub, a hub answers. */
#include "node/api_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sync/code_folder.h"

#define WINDOW_S 3600
#define WINDOW_TRIES 600      /* that found nothing, from everywhere together */
#define GUESSED "invitation"  /* what auth counts by address, beside people's names */

/* ---- the school ---- */
struct asking {
	struct enroller_job job; /* first: a job is its asking */
	struct api_call *call;
};

static void
fail_asking(struct api_call *call, const struct enrol_error *e)
{
	static const struct { const char *code; unsigned http; } known[] = {
		{ "setup.code_form", 400 }, { "setup.hub_address", 400 },
		{ "setup.code_unknown", 404 }, { "setup.code_tries", 429 },
		{ "setup.hub_unreachable", 502 }, { "setup.hub_slow", 502 },
		{ "setup.hub_tls", 502 }, { "setup.portal", 502 }, { "setup.proxy", 502 },
		{ "setup.hub_false", 502 },
	};
	char group[8];

	if (strcmp(e->code, "setup.code_group") == 0) {
		snprintf(group, sizeof group, "%u", e->group);
		api_refuse_field(call, 400, e->code, group, "group", (int)e->group);
		return;
	}
	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		if (strcmp(e->code, known[i].code) == 0) {
			api_refuse(call, known[i].http, known[i].code, NULL,
			    (int)(e->retry_s < WINDOW_S ? e->retry_s : WINDOW_S));
			return;
		}
	api_fail(call, STATUS_BUSY, "http", NULL);
}

/* The engine's thread again: nobody else may have set it up meanwhile. */
static void
become(struct engine_job *job, struct replica *r, int status)
{
	struct api_call *call = (struct api_call *)job;
	struct asking *a = call->asking;

	call->asking = NULL;
	if (r != NULL)
		api_setup_first(call, r, a->job.invitation.data, a->job.invitation.len);
	else if (api_setup_empty(call, r, status))
		api_setup_become(call, a->job.invitation.data, a->job.invitation.len,
		    a->job.url);
	sodium_memzero(a->job.invitation.data, a->job.invitation.len);
	buffer_release(&a->job.invitation);
	free(a);
}

static void
answered(struct enroller_job *job)
{
	struct asking *a = (struct asking *)job;
	struct api_call *call = a->call;

	if (job->status == STATUS_OK)
		job->status = enrol_url(job->url, job->url);
	if (job->status == STATUS_OK) {
		call->asking = a;
		call->job.run = become;
		if (engine_submit(call->api->engine, &call->job) == STATUS_OK)
			return;
		call->asking = NULL;
		job->status = STATUS_BUSY;
	}
	if (job->status == STATUS_REFUSED)
		fail_asking(call, &job->error);
	else
		api_fail(call, job->status, "http", NULL);
	buffer_release(&job->invitation);
	free(a);
}

static void
set_up(struct api_call *call, struct replica *r, int status)
{
	const char *hub = json_string_value(json_object_get(call->args, "hub"));
	const char *code = json_string_value(json_object_get(call->args, "code"));
	struct asking *a;
	bool any = true;

	/* A school without its first head may ask with a new code. */
	if ((r == NULL || domain_has_staff(r, &any) != STATUS_OK || any) &&
	    !api_setup_empty(call, r, status))
		return;
	if (hub == NULL || code == NULL || strlen(hub) >= ENROL_URL_BYTES ||
	    strlen(code) >= ENROLLER_CODE_BYTES) {
		api_refuse(call, 400, "USAGE.arguments", NULL, 0);
		return;
	}
	a = calloc(1, sizeof *a);
	status = a != NULL ? STATUS_OK : STATUS_NOMEM;
	if (status == STATUS_OK) {
		memcpy(a->job.url, hub, strlen(hub) + 1);
		memcpy(a->job.code, code, strlen(code) + 1);
		a->job.done = answered;
		a->call = call;
		status = enroller_start(call->api->enroller, &a->job);
	}
	if (status != STATUS_OK) {
		free(a);
		api_fail(call, status, "http", NULL);
	}
}

/* ---- the hub ---- */

/* Tries that found nothing; the engine's thread. */
static struct { int64_t since_s; unsigned n; } misses;

/* Seconds; 0: the try counts from now on. */
static unsigned
wait_of(const struct api_call *call, const struct auth_try *t, int64_t now_s)
{
	unsigned wait_s;

	if (now_s < misses.since_s || now_s >= misses.since_s + WINDOW_S) {
		misses.since_s = now_s;
		misses.n = 0;
	}
	wait_s = auth_try(call->api->auth, t);
	if (misses.n < WINDOW_TRIES)
		return wait_s;
	if (wait_s == 0)
		auth_tried(call->api->auth, t, AUTH_UNTRIED);
	return (unsigned)(misses.since_s + WINDOW_S - now_s);
}

static int
find(const struct api_call *call, struct replica *r, struct buffer *ret)
{
	uint8_t id[CODE_ID_BYTES];
	size_t n = 0;

	if (replica_role(r) != ROLE_HUB || sodium_hex2bin(id, sizeof id, call->name,
	    strlen(call->name), NULL, &n, NULL) != 0 || n != sizeof id)
		return STATUS_NOT_FOUND;
	return code_folder_find(call->api->env, call->api->dir, replica_roster(r), id, ret);
}

static void
give(struct api_call *call, struct replica *r, int status)
{
	const struct auth_try t = { .caller = call->peer, .name = GUESSED };
	int64_t now_s = call->api->env->now_s(call->api->env->ctx);
	unsigned wait_s = wait_of(call, &t, now_s);
	struct buffer sealed = BUFFER_INIT;
	char text[16];

	if (wait_s > 0) {
		snprintf(text, sizeof text, "%u", wait_s);
		api_refuse(call, 429, "setup.code_tries", text, (int)wait_s);
		return;
	}
	status = find(call, r, &sealed);
	if (status != STATUS_NOT_FOUND)
		auth_tried(call->api->auth, &t, status == STATUS_OK ? AUTH_RIGHT : AUTH_UNTRIED);
	misses.n += status == STATUS_NOT_FOUND;
	if (status == STATUS_OK)
		api_bytes(call, sealed.data, sealed.len, "application/octet-stream", NULL);
	else if (status == STATUS_NOT_FOUND)
		api_refuse(call, 404, "setup.code_unknown", NULL, 0);
	else
		api_fail(call, status, NULL, NULL);
	buffer_release(&sealed);
}

const struct api_route api_code_routes[] = {
	{ .method = HTTP_POST, .path = "/api/v1/setup/code", .flags = API_OPEN | API_NO_NODE,
	    .max_body = 4096, .work = set_up },
	{ .method = HTTP_GET, .path = "/sync/v1/invitation/",
	    .flags = API_PREFIX | API_OPEN | API_NODES, .work = give },
};
const size_t api_code_nroutes = sizeof api_code_routes / sizeof *api_code_routes;
