/* Signing in and out. */
#include "node/api_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "node/log.h"

static json_t *
roles_json(unsigned roles)
{
	static const char *const names[] = { "teacher", "head", "guard", "clerk", "lead",
		"auditor" };
	json_t *list = json_array();

	for (size_t i = 0; list != NULL && i < sizeof names / sizeof *names; i++)
		if ((roles & 1u << i) != 0)
			json_array_append_new(list, json_string(names[i]));
	return list;
}

/* Names for a quick change of person. */
static json_t *
people_json(struct replica *r)
{
	struct domain_user head = { .staff = 1, .scope = replica_scope(r),
		.roles = DOMAIN_HEAD | DOMAIN_CLERK };
	struct domain_error error;
	json_t *list = json_array(), *args = json_object(), *rows = NULL, *row;
	size_t i;

	/* Asked for the page, not by a person: what it may tell is chosen below. */
	if (domain_show(r, &head, "staff", args, &rows, &error) != STATUS_OK)
		rows = NULL;
	json_array_foreach(rows, i, row)
		if (json_integer_value(json_object_get(row, "active")) == 1)
			json_array_append_new(list, json_pack("{s:O, s:O}", "id",
			    json_object_get(row, "staff"), "name",
			    json_object_get(row, "name")));
	json_decref(rows);
	json_decref(args);
	return list;
}

/* The answer of me: who is signed in on this browser. */
static int
me_json(const struct api_call *call, struct replica *r, bool known, json_t **ret)
{
	const struct domain_user *user = &call->user;
	struct domain_user now;
	char name[DOMAIN_NAME_BYTES], id[24];
	json_t *staff = json_null();
	bool any = true;
	int status = domain_has_staff(r, &any);

	if (status == STATUS_OK && user->staff != 0)
		status = domain_user_now(r, user->staff, &now, name);
	if (status != STATUS_OK)
		return status;
	if (user->staff != 0) {
		snprintf(id, sizeof id, "%lld", (long long)user->staff);
		staff = json_pack("{s:s, s:s, s:o}", "id", id, "name", name, "roles",
		    roles_json(now.roles));
	}
	*ret = json_pack("{s:o, s:b, s:b, s:o}", "staff", staff, "first",
	    !any && api_first(call, r), "invitation", !any && !api_first(call, r), "people",
	    known && replica_scope(r) != 0 ? people_json(r) : json_array());
	return *ret != NULL ? STATUS_OK : STATUS_NOMEM;
}

static void
me(struct api_call *call, struct replica *r, int status)
{
	json_t *answer = NULL;

	status = me_json(call, r, auth_house(call->api->auth, call->cookie) != 0, &answer);
	if (status != STATUS_OK)
		api_fail(call, status, NULL, NULL);
	else
		api_json(call, 200, answer, NULL);
}

/* ---- a PIN: the engine finds the person, a thread checks, the engine goes on ---- */
struct pin_check_job {
	struct worker_job job;   /* first: a job is its check */
	struct api_call *call;
	struct pin_candidates candidates;
	struct auth_try tried;   /* of what stands here */
	char caller[AUTH_CALLER_BYTES];
	char staff[PIN_MAX_BYTES + 1], pin[PIN_MAX_BYTES + 1];
};

static void
run_checked(struct engine_job *job, struct replica *r, int status)
{
	struct api_call *call = (struct api_call *)job;

	call->replica = r;
	if (r == NULL)
		api_fail(call, status, "http", NULL);
	else
		call->checked(call, r);
}

/* Nobody far away keeps the queue full. */
static int
submit(const struct api_call *call, struct worker_job *job)
{
	uint8_t hash[crypto_generichash_BYTES_MIN];

	crypto_generichash(hash, sizeof hash, (const uint8_t *)call->peer,
	    strlen(call->peer), NULL, 0);
	memcpy(&job->of, hash, sizeof job->of);
	if (call->here)
		job->of = 0;
	return worker_submit(call->api->pins, job);
}

/* On the worker's thread. */
static void
check(struct worker_job *job)
{
	struct pin_check_job *c = (struct pin_check_job *)job;
	struct api_call *call = c->call;

	call->pin_of = pin_check(&c->candidates, c->pin);
	if (call->pin_of != 0)
		auth_tried(call->api->auth, &c->tried, call->pin_of);
	sodium_memzero(c, sizeof *c);
	free(c);
	call->job.run = run_checked;
	if (engine_submit(call->api->engine, &call->job) != STATUS_OK)
		api_fail(call, STATUS_BUSY, "http", NULL);
}

/* Names that nobody has count against the network also on a device of the house. */
static void
note_try(struct pin_check_job *c)
{
	const struct api_call *call = c->call;

	auth_caller(c->candidates.n > 0 ? auth_house(call->api->auth, call->cookie) : 0,
	    call->peer, c->caller);
	c->tried = (struct auth_try){ .caller = c->caller, .name = c->staff,
		.found = &c->candidates };
}

void
api_people_check_pin(struct api_call *call, struct replica *r, const char *staff, const char *pin,
    void (*checked)(struct api_call *call, struct replica *r))
{
	struct pin_check_job *c;
	unsigned wait_s = 0;
	char text[16];
	int status;

	if (staff == NULL || pin == NULL || strlen(staff) > PIN_MAX_BYTES ||
	    strlen(pin) > PIN_MAX_BYTES) {
		api_refuse(call, 400, "USAGE.arguments", NULL, 0);
		return;
	}
	c = calloc(1, sizeof *c);
	status = c != NULL ? pin_candidates(r, staff, &c->candidates) : STATUS_NOMEM;
	if (status == STATUS_OK) {
		memcpy(c->staff, staff, strlen(staff) + 1);
		memcpy(c->pin, pin, strlen(pin) + 1);
		c->call = call;
		c->job.run = check;
		call->checked = checked;
		note_try(c);
		wait_s = auth_try(call->api->auth, &c->tried);
	}
	if (status == STATUS_OK && wait_s == 0) {
		status = submit(call, &c->job);
		if (status == STATUS_OK)
			return; /* both are the worker's now */
		auth_tried(call->api->auth, &c->tried, AUTH_UNTRIED);
	}
	if (c != NULL)
		sodium_memzero(c, sizeof *c);
	free(c);
	snprintf(text, sizeof text, "%u", wait_s);
	if (status != STATUS_OK)
		api_fail(call, status, "http", NULL);
	else
		api_refuse(call, 429, "USAGE.guesses", text, (int)wait_s);
}

struct pin_hash_job {
	struct worker_job job;   /* first */
	struct api_call *call;
	char pin[PIN_MAX_BYTES + 1];
};

/* On the worker's thread. */
static void
make_hash(struct worker_job *job)
{
	struct pin_hash_job *h = (struct pin_hash_job *)job;
	struct api_call *call = h->call;
	int status;

	call->pin_hash = calloc(1, PIN_HASH_BYTES);
	status = call->pin_hash == NULL ? STATUS_NOMEM : pin_make(h->pin, call->pin_hash);
	sodium_memzero(h, sizeof *h);
	free(h);
	call->job.run = api_run;
	if (status == STATUS_OK && engine_submit(call->api->engine, &call->job) != STATUS_OK)
		status = STATUS_BUSY;
	if (status != STATUS_OK)
		api_fail(call, status, "http", NULL);
}

void
api_people_hash_pin(struct api_call *call, const char *pin)
{
	struct pin_hash_job *h = calloc(1, sizeof *h);
	int status = STATUS_NOMEM;

	if (h != NULL) {
		h->call = call;
		h->job.run = make_hash;
		(void)snprintf(h->pin, sizeof h->pin, "%s", pin);
		status = submit(call, &h->job);
	}
	if (status != STATUS_OK) {
		if (h != NULL)
			sodium_memzero(h, sizeof *h);
		free(h);
		api_fail(call, status, "http", NULL);
	}
}

static void
begin_session(struct api_call *call, struct replica *r)
{
	char cookie[AUTH_COOKIE_BYTES], line[API_COOKIE_BYTES];
	uint8_t mark[PIN_MARK_BYTES];
	json_t *answer = NULL;
	int status;

	/* Which of the two was wrong is nobody's business. */
	if (call->pin_of == 0) {
		api_refuse(call, 401, "PASSPHRASE.sign_in", NULL, 0);
		return;
	}
	status = domain_user_now(r, call->pin_of, &call->user, NULL);
	if (status == STATUS_OK)
		status = pin_mark(r, call->pin_of, mark);
	if (status == STATUS_OK)
		status = me_json(call, r, true, &answer);
	if (status != STATUS_OK) {
		api_fail(call, status, NULL, NULL);
		return;
	}
	auth_end(call->api->auth, call->cookie);
	auth_begin(call->api->auth, call->pin_of, mark,
	    call->api->env->now_s(call->api->env->ctx), cookie);
	api_cookie(cookie, line);
	api_json(call, 200, answer, line);
}

static void
sign_in(struct api_call *call, struct replica *r, int status)
{
	(void)status;
	api_people_check_pin(call, r, json_string_value(json_object_get(call->args, "staff")),
	    json_string_value(json_object_get(call->args, "pin")), begin_session);
}

static void
sign_out(struct api_call *call, struct replica *r, int status)
{
	(void)r, (void)status;
	auth_end(call->api->auth, call->cookie);
	/* The cookie stays: it opens nothing now, but shows a device of the house. */
	api_json(call, 200, json_object(), NULL);
}

const struct api_route api_people_routes[] = {
	{ .method = HTTP_GET, .path = "/api/v1/me", .flags = API_OPEN, .work = me },
	{ .method = HTTP_POST, .path = "/api/v1/sign-in", .flags = API_OPEN,
	    .max_body = 1024, .work = sign_in },
	{ .method = HTTP_POST, .path = "/api/v1/sign-out",
	    .flags = API_OPEN | API_NO_NODE | API_BODY_OPTIONAL, .max_body = 1024,
	    .work = sign_out },
};
const size_t api_people_nroutes = sizeof api_people_routes / sizeof *api_people_routes;
