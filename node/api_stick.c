/* A stick in this machine, read or written when somebody asks. */
#include "node/api_internal.h"

#include <stdio.h>
#include <string.h>

#define STICK_MAX_BODY 1024
#define CARRIERS (DOMAIN_TEACHER | DOMAIN_HEAD | DOMAIN_CLERK | DOMAIN_LEAD)

static void
stick_failed(struct api_call *call, int status, const struct stick_done *done)
{
	if (status == STATUS_NOT_FOUND && done->label[0] == '\0')
		api_refuse(call, 404, "USAGE.stick_unknown", call->name, 0);
	else if (status == STATUS_REFUSED)
		api_refuse(call, 409, "USAGE.stick_hostile", done->label, 0);
	else
		api_fail(call, status, NULL, done->label);
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
	if (!api_allowed(call, r, CARRIERS))
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

const struct api_route api_stick_routes[] = {
	{ .method = HTTP_POST, .path = "/api/v1/exchange/stick/",
	    .flags = API_PREFIX | API_BODY_OPTIONAL, .max_body = STICK_MAX_BODY,
	    .work = stick },
};
const size_t api_stick_nroutes = sizeof api_stick_routes / sizeof *api_stick_routes;
