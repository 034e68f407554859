#include "node/api_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "node/log.h"

#define LINE_BYTES 1024
#define BUSY_RETRY_S 2

static const struct {
	const struct api_route *routes;
	const size_t *n;
} groups[] = {
	{ api_backup_routes, &api_backup_nroutes },
	{ api_code_routes, &api_code_nroutes },
	{ api_domain_routes, &api_domain_nroutes },
	{ api_exchange_routes, &api_exchange_nroutes },
	{ api_people_routes, &api_people_nroutes },
	{ api_roster_routes, &api_roster_nroutes },
	{ api_setup_routes, &api_setup_nroutes },
	{ api_state_routes, &api_state_nroutes },
	{ api_stick_routes, &api_stick_nroutes },
	{ api_sync_routes, &api_sync_nroutes },
};

/* ---- replies ---- */
void
api_drop(struct api_call *call)
{
	json_decref(call->args);
	free(call->pin_hash);
	sodium_memzero(call->cookie, sizeof call->cookie);
	free(call);
}

void
api_cookie(const char *cookie, char ret[API_COOKIE_BYTES])
{
	snprintf(ret, API_COOKIE_BYTES,
	    "kehou=%s; Path=/; HttpOnly; SameSite=Strict; Max-Age=%d", cookie, AUTH_LONGEST_S);
}

void
api_answer(struct api_call *call, const struct http_answer *answer)
{
	struct http_request *req = call->req;

	api_drop(call);
	http_reply(req, answer);
}

/* What is printed once is not to be found in memory afterwards. */
static void
wipe_recovery(const json_t *value)
{
	const json_t *recovery = json_object_get(value, "recovery");

	if (json_is_string(recovery))
		sodium_memzero((void *)(uintptr_t)json_string_value(recovery),
		    json_string_length(recovery));
}

void
api_json(struct api_call *call, unsigned status, json_t *value, const char *set_cookie)
{
	char *text = value != NULL ? json_dumps(value, JSON_COMPACT) : NULL;
	struct http_answer answer = { .status = status, .body = text };

	wipe_recovery(value);
	json_decref(value);
	if (text == NULL) {
		api_fail(call, STATUS_NOMEM, NULL, NULL);
		return;
	}
	answer.len = strlen(text);
	if (set_cookie != NULL) {
		answer.headers[0].name = "Set-Cookie";
		answer.headers[0].value = set_cookie;
	}
	api_answer(call, &answer);
	sodium_memzero(text, answer.len);
	free(text);
}

void
api_file_bytes(struct api_call *call, int fd, uint64_t len, const char *disposition)
{
	struct http_answer answer = { .status = 200, .len = len, .from_file = true, .fd = fd,
		.type = "application/octet-stream" };

	answer.headers[0].name = "Content-Disposition";
	answer.headers[0].value = disposition;
	api_answer(call, &answer);
}

void
api_bytes(struct api_call *call, const void *body, size_t len, const char *type,
    const char *disposition)
{
	struct http_answer answer = { .status = 200, .body = body, .len = len, .type = type };

	if (disposition != NULL) {
		answer.headers[0].name = "Content-Disposition";
		answer.headers[0].value = disposition;
	}
	api_answer(call, &answer);
}

static const char *
pick(enum message_lang lang, const char *code, const char *where, const char *suffix)
{
	char key[192];
	const char *text = NULL;

	if (where != NULL) {
		snprintf(key, sizeof key, "error.%s.%s%s", code, where, suffix);
		text = message_text(lang, key);
	}
	if (text == NULL) {
		snprintf(key, sizeof key, "error.%s%s", code, suffix);
		text = message_text(lang, key);
	}
	return text;
}

static void
fail_with(struct api_call *call, unsigned http, const char *code, const char *where,
    bool safe, const char *const args[4], int retry_s, const char *field, int number)
{
	char what[LINE_BYTES], next[LINE_BYTES], after[16];
	const char *text = pick(call->lang, code, where, "");
	const char *then = pick(call->lang, code, where, ".next");
	const char *unknown[4] = { code, args[0], "", "" };
	struct http_answer answer = { .status = http };
	json_t *value;
	char *body;

	message_format(what, sizeof what, text != NULL ? text
	    : message_or_key(call->lang, MSG("error.unknown")), text != NULL ? args : unknown, 4);
	message_format(next, sizeof next, then != NULL ? then
	    : message_or_key(call->lang, MSG("error.unknown.next")), args, 4);
	value = json_pack("{s:s, s:s, s:b, s:s}", "code", code, "message", what,
	    "data_safe", safe, "next", next);
	if (field != NULL)
		json_object_set_new(value, field, json_integer(number));
	body = value != NULL ? json_dumps(value, JSON_COMPACT) : NULL;
	json_decref(value);
	answer.body = body != NULL ? body : "{}";
	answer.len = strlen(answer.body);
	if (retry_s > 0) {
		snprintf(after, sizeof after, "%d", retry_s);
		answer.headers[0].name = "Retry-After";
		answer.headers[0].value = after;
	}
	api_answer(call, &answer);
	free(body);
}

static unsigned
http_of(int status)
{
	switch (status) {
	case STATUS_USAGE: case STATUS_MALFORMED: case STATUS_TRUNCATED:
		return 400;
	case STATUS_PASSPHRASE:
		return 401;
	case STATUS_RIGHTS:
		return 403;
	case STATUS_NOT_FOUND:
		return 404;
	case STATUS_TOO_LARGE:
		return 413;
	case STATUS_BUSY: case STATUS_LOCKED: case STATUS_NOT_INITIALISED:
		return 503;
	case STATUS_NOMEM: case STATUS_IO: case STATUS_CORRUPT: case STATUS_FULL:
	case STATUS_READONLY: case STATUS_FOREIGN_WRITER:
		return 500;
	default:
		return 409;
	}
}

void
api_fail(struct api_call *call, int status, const char *where, const char *arg)
{
	const char *const args[4] = { arg != NULL ? arg : call->api->dir, "", "", "" };
	unsigned http = http_of(status);

	if (status == STATUS_BUSY && engine_hangs(call->api->engine))
		where = "stick";
	if (http == 500)
		log_line(LOG_LEVEL_ERROR, "%s: %s", call->route != NULL ? call->route->path
		    : "?", status_text(status));
	fail_with(call, http, status_name(status), where, status != STATUS_CORRUPT, args,
	    http == 503 ? BUSY_RETRY_S : 0, NULL, 0);
}

void
api_fail_domain(struct api_call *call, int status, const struct domain_error *error)
{
	const char *const args[4] = { error->args[0], error->args[1], error->args[2],
		error->args[3] };
	unsigned http = http_of(status);

	if (strcmp(error->code, "USAGE.sign_in") == 0)
		http = 401;
	else if (strcmp(error->code, "USAGE.role") == 0)
		http = 403;
	else if (strstr(error->code, "_unknown") != NULL &&
	    strcmp(error->code, "USAGE.parameter_unknown") != 0)
		http = 404;
	if (error->code[0] == '\0') {
		api_fail(call, status, NULL, NULL);
		return;
	}
	fail_with(call, http, error->code, "web", error->data_safe, args,
	    http == 503 ? BUSY_RETRY_S : 0, NULL, 0);
}

void
api_refuse(struct api_call *call, unsigned http, const char *code, const char *arg,
    int retry_s)
{
	const char *const args[4] = { arg != NULL ? arg : "", "", "", "" };

	fail_with(call, http, code, "web", true, args, retry_s, NULL, 0);
}

void
api_refuse_field(struct api_call *call, unsigned http, const char *code, const char *arg,
    const char *field, int value)
{
	const char *const args[4] = { arg, "", "", "" };

	fail_with(call, http, code, "web", true, args, 0, field, value);
}

/* ---- who asks ---- */
bool
api_allowed(struct api_call *call, unsigned roles)
{
	/* Nobody comes this far only where there is nobody yet: see is_known. */
	if (call->user.staff == 0 || (call->user.roles & roles) != 0)
		return true;
	api_refuse(call, 403, "USAGE.role", NULL, 0);
	return false;
}

/* Roles are read anew for each call: who has left has left. */
static int
find_user(struct api_call *call, struct replica *r)
{
	uint8_t mark[PIN_MARK_BYTES];
	int status;

	call->user = (struct domain_user){ .scope = replica_scope(r) };
	if (call->staff == 0)
		return STATUS_OK;
	status = domain_user_now(r, call->staff, &call->user, NULL);
	if (status == STATUS_NOT_FOUND) {
		auth_end_staff(call->api->auth, call->staff);
		return STATUS_OK;
	}
	if (status == STATUS_OK)
		status = pin_mark(r, call->staff, mark);
	/* Another PIN, wherever it was set, or an older state put back. */
	if (status == STATUS_OK && memcmp(mark, call->mark, sizeof mark) != 0) {
		auth_end(call->api->auth, call->cookie);
		call->user = (struct domain_user){ .scope = replica_scope(r) };
	}
	return status;
}

bool
api_first(const struct api_call *call, const struct replica *r)
{
	return call->first && replica_role(r) == ROLE_SCHOOL;
}

/* Whether somebody asks, or may while there are no staff; or the call is refused.  No
 * route but those that are open is called otherwise. */
static bool
is_known(struct api_call *call, struct replica *r)
{
	bool any = true;
	int status = STATUS_OK;

	if (call->user.staff != 0 || (call->route->flags & API_OPEN) != 0)
		return true;
	if (api_first(call, r))
		status = domain_has_staff(r, &any);
	if (status != STATUS_OK)
		api_fail(call, status, NULL, NULL);
	else if (any)
		api_refuse(call, 401, "USAGE.sign_in", NULL, 0);
	return status == STATUS_OK && !any;
}

void
api_run(struct engine_job *job, struct replica *r, int status)
{
	struct api_call *call = (struct api_call *)job;

	api_roster_forget(call->api, call->api->env->now_s(call->api->env->ctx) - API_PLAN_S);
	call->replica = r;
	if (r != NULL)
		status = find_user(call, r);
	if ((status != STATUS_OK || r == NULL) &&
	    !(r == NULL && (call->route->flags & API_NO_NODE) != 0))
		api_fail(call, status, "http", NULL);
	else if (r == NULL || is_known(call, r))
		call->route->work(call, r, status);
}

void
api_later(struct api_call *call)
{
	http_later(call->req);
	call->job.run = api_run;
	call->job.of = (call->route->flags & API_NODES) != 0 ? ENGINE_NODES : ENGINE_PEOPLE;
	if (engine_submit(call->api->engine, &call->job) != STATUS_OK)
		api_fail(call, STATUS_BUSY, "http", NULL);
}

/* ---- requests ---- */
static bool
matches(const struct api_route *route, const struct http_request *req)
{
	const char *path = http_path(req);
	size_t n = strlen(route->path);

	if (strncmp(path, route->path, n) != 0)
		return false;
	if ((route->flags & API_PREFIX) != 0)
		return path[n] != '\0' && strlen(path + n) < API_NAME_BYTES;
	return path[n] == '\0';
}

static const struct api_route *
find_route(const struct http_request *req, bool *ret_other_method)
{
	for (size_t g = 0; g < sizeof groups / sizeof *groups; g++)
		for (size_t i = 0; i < *groups[g].n; i++) {
			const struct api_route *route = &groups[g].routes[i];

			if (!matches(route, req))
				continue;
			if (route->method == http_method(req))
				return route;
			*ret_other_method = true;
		}
	return NULL;
}

static enum message_lang
language(const struct http_request *req)
{
	return message_lang_of(http_header(req, "Accept-Language"), MESSAGE_ZH);
}

static struct api_call *
call_new(struct api *api, struct http_request *req)
{
	struct api_call *call = calloc(1, sizeof *call);
	const char *cookie = http_cookie(req, "kehou");
	const char *forwarded = http_header(req, "X-Forwarded-For");

	if (call == NULL)
		return NULL;
	call->api = api;
	call->req = req;
	call->lang = language(req);
	if (cookie != NULL && strlen(cookie) < sizeof call->cookie)
		memcpy(call->cookie, cookie, strlen(cookie) + 1);
	call->staff = auth_staff(api->auth, call->cookie, api->env->now_s(api->env->ctx),
	    call->mark);
	guard_peer(http_peer(req), http_peer_is_local(req), forwarded, call->peer);
	call->here = http_peer_is_local(req) && forwarded == NULL &&
	    http_header(req, "Forwarded") == NULL;
	/* At the machine itself, or with the cookie for whoever held the invitation. */
	call->first = call->staff == AUTH_FIRST || call->here;
	if (call->staff == AUTH_FIRST)
		call->staff = 0;
	return call;
}

static void
no_memory(struct http_request *req)
{
	static const char body[] = "{\"code\":\"NOMEM\",\"message\":\"no memory\","
	    "\"data_safe\":true,\"next\":\"\"}";

	http_reply(req, &(struct http_answer){ .status = 503, .body = body,
	    .len = sizeof body - 1, .fixed = true });
}

static bool
add_query(void *ctx, const char *name, const char *value)
{
	/* A name twice would let two readers see two values. */
	return json_object_get(ctx, name) == NULL &&
	    json_object_set_new(ctx, name, json_string(value)) == 0;
}

/* A parsed value is many times as large as its bytes: counted before, an empty object as eight. */
static bool
has_few_values(const struct api_call *call, const uint8_t *body, size_t len)
{
	size_t left = call->staff != 0 ? API_MAX_VALUES : API_STRANGERS_VALUES;
	bool text = false;

	for (size_t i = 0; i < len; i++) {
		size_t n = 0;

		if (body[i] == '"')
			text = !text;
		else if (text)
			i += body[i] == '\\';
		else
			n = body[i] == '{' ? 8 : body[i] == '[' || body[i] == ',' || body[i] == ':';
		if (n > left)
			return false;
		left -= n;
	}
	return true;
}

/* False when the call was refused. */
static bool
read_args(struct api_call *call)
{
	size_t len;
	const uint8_t *body = http_body(call->req, &len);

	/* Nothing is parsed for who would be sent away afterwards. */
	if (call->route->method == HTTP_POST && (call->route->flags & (API_OPEN | API_NO_NODE |
	    API_RAW)) == 0 && call->staff == 0 && !call->first) {
		api_refuse(call, 401, "USAGE.sign_in", NULL, 0);
		return false;
	}
	if (call->route->method == HTTP_POST && (call->route->flags & API_RAW) == 0 &&
	    !has_few_values(call, body, len)) {
		api_fail(call, STATUS_TOO_LARGE, "http", "");
		return false;
	}
	if (call->route->method != HTTP_POST || (call->route->flags & API_RAW) != 0) {
		call->args = json_object();
		if (call->args != NULL && http_each_query(call->req, add_query, call->args))
			return true;
	} else {
		call->args = len == 0 && (call->route->flags & API_BODY_OPTIONAL) != 0
		    ? json_object()
		    : json_loadb((const char *)body, len, JSON_REJECT_DUPLICATES, NULL);
		if (json_is_object(call->args))
			return true;
	}
	api_refuse(call, 400, "USAGE.arguments", NULL, 0);
	return false;
}

size_t
api_max_body(void *ctx, const struct http_request *req)
{
	const struct api *api = ctx;
	bool other = false;
	const struct api_route *route = find_route(req, &other);
	uint8_t mark[PIN_MARK_BYTES];

	if (route == NULL)
		return 0;
	/* Strangers may send what a form holds, no files. */
	if (route->max_body > API_MAX_JSON_BYTES && (route->flags & API_OPEN) == 0 &&
	    auth_staff(api->auth, http_cookie(req, "kehou"), api->env->now_s(api->env->ctx),
	    mark) <= 0)
		return API_MAX_JSON_BYTES;
	return route->max_body;
}

void
api_too_large(void *ctx, struct http_request *req)
{
	struct api_call *call = call_new(ctx, req);

	if (call == NULL)
		no_memory(req);
	else
		api_fail(call, STATUS_TOO_LARGE, "http", "");
}

void
api_busy(void *ctx, struct http_request *req)
{
	struct api_call *call = call_new(ctx, req);

	if (call == NULL)
		no_memory(req);
	else
		api_fail(call, STATUS_BUSY, "http", "");
}

static bool
is_ours(const struct api *api, const struct http_request *req)
{
	const char *host = http_header(req, "Host");

	return guard_host(host, api->hosts, api->nhosts) &&
	    (http_method(req) == HTTP_GET || guard_origin(http_header(req, "Origin"),
	    http_header(req, "Sec-Fetch-Site"), host));
}

void
api_handle(void *ctx, struct http_request *req)
{
	struct api *api = ctx;
	struct api_call *call = call_new(api, req);
	bool other = false;

	if (call == NULL) {
		no_memory(req);
		return;
	}
	if (!is_ours(api, req)) {
		api_refuse(call, 403, "USAGE.foreign", NULL, 0);
		return;
	}
	call->route = find_route(req, &other);
	if (call->route == NULL && other) {
		api_refuse(call, 405, "USAGE.method", NULL, 0);
		return;
	}
	if (call->route == NULL) {
		api_file(call);
		return;
	}
	if ((call->route->flags & API_PREFIX) != 0)
		memcpy(call->name, http_path(req) + strlen(call->route->path),
		    strlen(http_path(req)) - strlen(call->route->path) + 1);
	if (!read_args(call))
		return;
	if ((call->route->flags & API_DIRECT) != 0) {
		call->route->direct(call);
		return;
	}
	api_later(call);
}
