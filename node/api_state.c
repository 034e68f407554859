/* What state the node is in: for the pages, and for whoever watches it. */
#include "node/api_internal.h"
#include "schema/notes.h"

#include <inttypes.h>
#include <stdio.h>
#include <time.h>

json_int_t
api_state_now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	return (json_int_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

json_t *
api_state_life(const struct replica *r)
{
	char text[2 * NODE_ID_BYTES + 24];

	for (size_t i = 0; i < NODE_ID_BYTES; i++)
		snprintf(text + 2 * i, 3, "%02x", replica_self(r)->id.b[i]);
	snprintf(text + 2 * NODE_ID_BYTES, 24, "-%" PRIx64, replica_epoch(r));
	return json_string(text);
}

static void
healthz(struct api_call *call)
{
	api_json(call, 200, json_pack("{s:b}", "ok", true), NULL);
}

static void
readyz(struct api_call *call)
{
	int status = engine_state(call->api->engine);

	if (status == STATUS_OK)
		api_json(call, 200, json_pack("{s:b}", "ready", true), NULL);
	else
		api_fail(call, status, "http", NULL);
}

static json_t *
node_json(struct replica *r, const struct replica_status *s,
    const struct api_call *call)
{
	const struct roster *roster = replica_roster(r);
	uint64_t scope = replica_scope(r);
	const struct roster_school *school = scope != 0 ? roster_school(roster, scope) : NULL;
	uint8_t role = replica_role(r);
	char number[24], county[24];

	snprintf(number, sizeof number, "%llu", (unsigned long long)scope);
	snprintf(county, sizeof county, "%llu", (unsigned long long)roster->county);
	return json_pack("{s:b, s:s, s:s, s:s, s:s, s:s, s:I, s:I, s:I, s:I, s:I, s:I, s:i, s:b,"
	    " s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:i, s:b, s:b, s:b, s:i, s:o, s:o, s:o}",
	    "setup", false, "role", role == ROLE_HUB ? "hub" : role == ROLE_SCHOOL ? "school"
	    : "relay", "school", number, "name", school != NULL ? school->name : roster->name,
	    "county", county, "county_name", roster->name,
	    "saved", (json_int_t)s->transactions, "waiting", (json_int_t)s->waiting,
	    "others_waiting", (json_int_t)s->others_waiting,
	    "stored_only", (json_int_t)s->stored_only, "confirmed_s",
	    (json_int_t)s->confirmed_s, "receipt_s", (json_int_t)s->receipt_s, "exceptions",
	    (int)s->exceptions, "certified", s->certified, "held", (json_int_t)s->held,
	    "inbox", (json_int_t)s->inbox, "roster", (json_int_t)s->roster, "last_export_s",
	    (json_int_t)s->last_export_s, "last_import_s", (json_int_t)s->last_import_s,
	    "copied_s", (json_int_t)s->copied_s, "renewed_s", (json_int_t)s->renewed_s,
	    "roster_refused", (json_int_t)s->roster_refused, "branches", (int)s->branches,
	    "invite_used", s->invite_used, "invite_withdrawn", s->invite_withdrawn, "revoked",
	    s->revoked, "uninvited", (int)s->uninvited, "notes", notes_of(r, s, call->lang),
	    "network", link_state(call->api->link), "sticks",
	    stick_list(call->api->sticks, call->lang));
}

static void
status_call(struct api_call *call, struct replica *r, int status)
{
	struct replica_status s = { 0 };
	uint32_t kept = 0;
	uint64_t kept_bytes = 0;
	json_t *answer;

	if (r == NULL && status != STATUS_NOT_INITIALISED) {
		api_fail(call, status, "http", NULL);
		return;
	}
	status = r != NULL ? replica_status(r, &s) : STATUS_OK;
	if (status == STATUS_OK && r != NULL)
		status = replica_kept(r, &kept, &kept_bytes);
	if (status != STATUS_OK) {
		api_fail(call, status, NULL, NULL);
		return;
	}
	answer = r != NULL ? node_json(r, &s, call) : json_pack("{s:b}", "setup", true);
	if (r != NULL && replica_role(r) == ROLE_RELAY) {
		json_object_set_new(answer, "kept", json_integer((json_int_t)kept));
		json_object_set_new(answer, "kept_bytes", json_integer((json_int_t)kept_bytes));
	}
	json_object_set_new(answer, "version", json_string(call->api->version));
	json_object_set_new(answer, "now_ms", json_integer(api_state_now_ms()));
	if (r != NULL)
		json_object_set_new(answer, "life", api_state_life(r));
	api_json(call, 200, answer, NULL);
}

/* ---- the hub's schools ---- */
static int
add_school(void *ctx, const struct replica_school *s)
{
	char id[24];
	json_t *row;

	snprintf(id, sizeof id, "%llu", (unsigned long long)s->school->id);
	row = json_pack("{s:s, s:s, s:i, s:i, s:b, s:I, s:I, s:I, s:I}", "school", id, "name",
	    s->school->name, "class", (int)s->school->class_code, "kind",
	    (int)s->school->kind, "enrolled", s->enrolled, "last_contact_s",
	    (json_int_t)s->last_contact_s, "merged_s", (json_int_t)s->merged_time_s,
	    "transactions", (json_int_t)s->transactions, "held", (json_int_t)s->held);
	return row != NULL && json_array_append_new(ctx, row) == 0 ? STATUS_OK : STATUS_NOMEM;
}

static void
schools(struct api_call *call, struct replica *r, int status)
{
	json_t *rows;

	if (!api_allowed(call, DOMAIN_CLERK | DOMAIN_LEAD | DOMAIN_AUDITOR))
		return;
	if (replica_role(r) != ROLE_HUB) {
		api_refuse(call, 409, "USAGE.county_only", "schools", 0);
		return;
	}
	rows = json_array();
	status = rows != NULL ? replica_schools(r, add_school, rows) : STATUS_NOMEM;
	if (status == STATUS_OK)
		api_json(call, 200, json_pack("{s:o}", "rows", rows), NULL);
	else {
		json_decref(rows);
		api_fail(call, status, NULL, NULL);
	}
}

/* ---- the school's devices ---- */
static void
devices(struct api_call *call, struct replica *r, int status)
{
	const struct roster *roster = replica_roster(r);
	const struct node_id *self = &replica_self(r)->id;
	json_t *rows = json_array();
	char id[2 * NODE_ID_BYTES + 1];

	(void)status;
	if (!api_allowed(call, DOMAIN_TEACHER | DOMAIN_HEAD)) {
		json_decref(rows);
		return;
	}
	for (size_t i = 0; rows != NULL && i < roster->ncerts; i++) {
		const struct roster_cert *cert = &roster->certs[i];

		if (cert->role != ROLE_SCHOOL || cert->scope != replica_scope(r))
			continue;
		sodium_bin2hex(id, sizeof id, cert->node.id.b, NODE_ID_BYTES);
		json_array_append_new(rows, json_pack("{s:s, s:b, s:b}", "node", id, "this",
		    node_id_compare(&cert->node.id, self) == 0, "revoked",
		    roster_revoked(roster, &cert->node.id)));
	}
	api_json(call, 200, rows != NULL ? json_pack("{s:o}", "rows", rows) : NULL, NULL);
}

/* ---- what waits, and for what ---- */
static int
add_held(void *ctx, const struct store_held *h)
{
	json_t *counts = ctx;
	const char *why = status_name(h->reason);
	json_int_t n = json_integer_value(json_object_get(counts, why));

	return json_object_set_new(counts, why, json_integer(n + 1)) == 0 ? STATUS_OK
	    : STATUS_NOMEM;
}

static void
held(struct api_call *call, struct replica *r, int status)
{
	json_t *counts;

	if (!api_allowed(call, DOMAIN_TEACHER | DOMAIN_HEAD | DOMAIN_CLERK | DOMAIN_LEAD |
	    DOMAIN_AUDITOR))
		return;
	counts = json_object();
	status = counts != NULL ? store_held(replica_store(r), 0, add_held, counts)
	    : STATUS_NOMEM;
	if (status == STATUS_OK)
		api_json(call, 200, json_pack("{s:o}", "counts", counts), NULL);
	else {
		json_decref(counts);
		api_fail(call, status, NULL, NULL);
	}
}

const struct api_route api_state_routes[] = {
	{ .method = HTTP_GET, .path = "/healthz", .flags = API_OPEN | API_DIRECT,
	    .direct = healthz },
	{ .method = HTTP_GET, .path = "/readyz", .flags = API_OPEN | API_DIRECT,
	    .direct = readyz },
	{ .method = HTTP_GET, .path = "/api/v1/status", .flags = API_OPEN | API_NO_NODE,
	    .work = status_call },
	{ .method = HTTP_GET, .path = "/api/v1/schools", .work = schools },
	{ .method = HTTP_GET, .path = "/api/v1/devices", .work = devices },
	{ .method = HTTP_GET, .path = "/api/v1/held", .work = held },
};
const size_t api_state_nroutes = sizeof api_state_routes / sizeof *api_state_routes;
