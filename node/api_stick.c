/* A stick in this machine, read or written when somebody asks. */
#include "node/api_internal.h"

#include <stdio.h>
#include <string.h>

#define STICK_MAX_BODY 1024
#define CARRIERS (DOMAIN_TEACHER | DOMAIN_HEAD | DOMAIN_CLERK | DOMAIN_LEAD)

const char *
api_stick_where(int status, enum stick_state state, const char *otherwise)
{
	if (status == STATUS_READONLY)
		return state == STICK_DAMAGED ? "stick" : "folder";
	return status == STATUS_IO && state == STICK_DAMAGED ? "folder" : otherwise;
}

static void
stick_failed(struct api_call *call, int status, const struct stick_done *done)
{
	if (status == STATUS_NOT_FOUND && done->label[0] == '\0')
		api_refuse(call, 404, "USAGE.stick_unknown", call->name, 0);
	else
		api_fail(call, status, api_stick_where(status, done->state, NULL), done->label);
}

static void
stick_in(struct api_call *call, struct replica *r, const char *id)
{
	struct stick_done done;
	int status = stick_import(call->api->sticks, id, r, &done);
	const struct replica_import *in = &done.in;

	if (status != STATUS_OK) {
		stick_failed(call, status, &done);
		return;
	}
	api_json(call, 200, json_pack("{s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I}",
	    "merged", (json_int_t)in->merged, "known", (json_int_t)in->known, "partly",
	    (json_int_t)in->partly, "refused", (json_int_t)in->refused, "others",
	    (json_int_t)in->others, "kept", (json_int_t)in->kept,
	    "ignored", (json_int_t)in->ignored, "transactions",
	    (json_int_t)in->transactions, "rows", (json_int_t)in->rows, "held",
	    (json_int_t)in->held, "conflicts", (json_int_t)in->conflicts), NULL);
}

static void
stick_out(struct api_call *call, struct replica *r, const char *id)
{
	struct stick_done done;
	bool all = json_is_true(json_object_get(call->args, "all"));
	int status = stick_export(call->api->sticks, id, r, all, &done);

	if (status == STATUS_OK)
		api_json(call, 200, json_pack("{s:I, s:I, s:I, s:b}", "bundles",
		    (json_int_t)done.out.bundles, "unchanged", (json_int_t)done.out.unchanged,
		    "bytes", (json_int_t)done.out.bytes, "safe_to_remove", true), NULL);
	else
		stick_failed(call, status, &done);
}

static void
stick(struct api_call *call, struct replica *r, int status)
{
	const char *slash = strchr(call->name, '/');
	char id[API_NAME_BYTES];

	(void)status;
	if (!api_allowed(call, CARRIERS))
		return;
	(void)snprintf(id, sizeof id, "%.*s", slash != NULL ? (int)(slash - call->name) : 0,
	    call->name);
	if (slash != NULL && call->api->sticks != NULL && strcmp(slash, "/import") == 0)
		stick_in(call, r, id);
	else if (slash != NULL && call->api->sticks != NULL && strcmp(slash, "/export") == 0)
		stick_out(call, r, id);
	else
		api_refuse(call, 404, "USAGE.stick_unknown", call->name, 0);
}

/* ---- a hub's list ---- */
struct listing {
	struct api_call *call;
	struct replica *r;
	json_t *rows;
};

static int
add_stick(void *ctx, const struct replica_stick *s)
{
	struct listing *l = ctx;
	struct stick_set *set = l->call->api->sticks;
	bool here = set != NULL && stick_is_here(set, s->mark);
	json_t *schools = json_array();

	for (size_t i = 0; i < s->nschools; i++) {
		const struct roster_school *school = roster_school(replica_roster(l->r),
		    s->schools[i]);

		if (school != NULL)
			json_array_append_new(schools, json_string(school->name));
	}
	json_array_append_new(l->rows, json_pack("{s:I, s:s, s:b, s:I, s:I, s:o}", "number",
	    (json_int_t)s->number, "label", s->label, "here", here, "out_since_s",
	    (json_int_t)(here ? 0 : s->out_s), "last_s", (json_int_t)s->last_s, "schools",
	    schools));
	return 0;
}

static void
list_sticks(struct api_call *call, struct replica *r)
{
	struct listing l = { .call = call, .r = r, .rows = json_array() };
	int status = replica_sticks(r, add_stick, &l);

	if (status == STATUS_OK)
		api_json(call, 200, json_pack("{s:o}", "sticks", l.rows), NULL);
	else {
		json_decref(l.rows);
		api_fail(call, status, NULL, NULL);
	}
}

static bool
at_hub(struct api_call *call, struct replica *r)
{
	if (!api_allowed(call, DOMAIN_CLERK | DOMAIN_LEAD))
		return false;
	if (replica_role(r) == ROLE_HUB)
		return true;
	api_fail(call, STATUS_RIGHTS, "hub", NULL);
	return false;
}

static void
sticks(struct api_call *call, struct replica *r, int status)
{
	(void)status;
	if (at_hub(call, r))
		list_sticks(call, r);
}

static void
change_stick(struct api_call *call, struct replica *r, int status)
{
	const char *label = json_string_value(json_object_get(call->args, "label"));
	json_int_t number = json_integer_value(json_object_get(call->args, "number"));
	enum replica_stick_word word = label != NULL ? REPLICA_STICK_LABEL :
	    json_is_true(json_object_get(call->args, "kept")) ? REPLICA_STICK_KEPT :
	    json_is_true(json_object_get(call->args, "forget")) ? REPLICA_STICK_FORGET : 0;

	if (!at_hub(call, r))
		return;
	if (word == 0 || number < 1 || number > INT32_MAX) {
		api_refuse(call, 400, "USAGE.arguments", NULL, 0);
		return;
	}
	status = replica_stick_set(r, (uint32_t)number, word, label);
	if (status == STATUS_USAGE)
		api_refuse(call, 400, "USAGE.arguments", NULL, 0);
	else if (status == STATUS_NOT_FOUND)
		api_refuse(call, 404, "USAGE.stick_unknown", "", 0);
	else if (status != STATUS_OK)
		api_fail(call, status, NULL, NULL);
	else
		list_sticks(call, r);
}

const struct api_route api_stick_routes[] = {
	{ .method = HTTP_GET, .path = "/api/v1/exchange/sticks", .work = sticks },
	{ .method = HTTP_POST, .path = "/api/v1/exchange/sticks", .max_body = STICK_MAX_BODY,
	    .work = change_stick },
	{ .method = HTTP_POST, .path = "/api/v1/exchange/stick/",
	    .flags = API_PREFIX | API_BODY_OPTIONAL, .max_body = STICK_MAX_BODY,
	    .work = stick },
};
const size_t api_stick_nroutes = sizeof api_stick_routes / sizeof *api_stick_routes;
