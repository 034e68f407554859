/* Signing in and out. */
#include "node/api_internal.h"

#include <stdio.h>
#include <string.h>

#include "node/log.h"

#define COOKIE_LINE_BYTES 160

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
me_json(struct replica *r, const struct domain_user *user, bool known, json_t **ret)
{
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
	*ret = json_pack("{s:o, s:b, s:o}", "staff", staff, "first", !any, "people",
	    known && replica_scope(r) != 0 ? people_json(r) : json_array());
	return *ret != NULL ? STATUS_OK : STATUS_NOMEM;
}

static void
me(struct api_call *call, struct replica *r, int status)
{
	json_t *answer = NULL;

	status = me_json(r, &call->user, auth_known(call->api->auth, call->cookie),
	    &answer);
	if (status != STATUS_OK)
		api_fail(call, status, NULL, NULL);
	else
		api_json(call, 200, answer, NULL);
}

static void
sign_in(struct api_call *call, struct replica *r, int status)
{
	const char *staff = json_string_value(json_object_get(call->args, "staff"));
	const char *pin = json_string_value(json_object_get(call->args, "pin"));
	struct domain_user user;
	char cookie[AUTH_COOKIE_BYTES], line[COOKIE_LINE_BYTES];
	json_t *answer = NULL;
	unsigned wait_s;

	if (staff == NULL || pin == NULL) {
		api_refuse(call, 400, "USAGE.arguments", NULL, 0);
		return;
	}
	wait_s = auth_wait_s(call->api->auth, staff, http_peer(call->req));
	if (wait_s > 0) {
		snprintf(line, sizeof line, "%u", wait_s);
		api_refuse(call, 429, "USAGE.guesses", line, (int)wait_s);
		return;
	}
	status = domain_sign_in(r, staff, pin, &user);
	auth_tried(call->api->auth, staff, http_peer(call->req), status == STATUS_OK);
	/* Which of the two was wrong is nobody's business. */
	if (status == STATUS_NOT_FOUND || status == STATUS_PASSPHRASE) {
		api_refuse(call, 401, "PASSPHRASE.sign_in", NULL, 0);
		return;
	}
	if (status == STATUS_OK)
		status = me_json(r, &user, true, &answer);
	if (status != STATUS_OK) {
		api_fail(call, status, NULL, NULL);
		return;
	}
	auth_end(call->api->auth, call->cookie);
	auth_begin(call->api->auth, user.staff, call->api->env->now_s(call->api->env->ctx),
	    cookie);
	snprintf(line, sizeof line, "kehou=%s; Path=/; HttpOnly; SameSite=Strict; Max-Age=%d",
	    cookie, AUTH_LONGEST_S);
	api_json(call, 200, answer, line);
}

static void
sign_out(struct api_call *call)
{
	auth_end(call->api->auth, call->cookie);
	/* The cookie stays: it opens nothing now, but shows a device of the house. */
	api_json(call, 200, json_object(), NULL);
}

const struct api_route api_people_routes[] = {
	{ .method = HTTP_GET, .path = "/api/v1/me", .flags = API_OPEN, .work = me },
	{ .method = HTTP_POST, .path = "/api/v1/sign-in", .flags = API_OPEN,
	    .max_body = 1024, .work = sign_in },
	{ .method = HTTP_POST, .path = "/api/v1/sign-out",
	    .flags = API_OPEN | API_DIRECT | API_BODY_OPTIONAL, .max_body = 1024,
	    .direct = sign_out },
};
const size_t api_people_nroutes = sizeof api_people_routes / sizeof *api_people_routes;
