/* A fresh machine becomes a school: the invitation is shown, then used. */
#include "node/api_internal.h"

#include <stdio.h>
#include <string.h>

#include "node/log.h"
#include "schema/first_site.h"
#include "sync/invitation.h"

bool
api_setup_empty(struct api_call *call, const struct replica *r, int status)
{
	if (r != NULL)
		api_fail(call, STATUS_EXISTS, "init", NULL);
	else if (status != STATUS_NOT_INITIALISED)
		api_fail(call, status, "http", NULL);
	else
		return true;
	return false;
}

static void
inspect(struct api_call *call, struct replica *r, int status)
{
	struct invitation in = { 0 };
	const struct roster_school *school;
	char county[24], number[24];
	json_t *answer;
	size_t len;
	const uint8_t *body = http_body(call->req, &len);

	if (!api_setup_empty(call, r, status))
		return;
	status = invitation_read(body, len, &in);
	if (status != STATUS_OK) {
		api_fail(call, status, "inspect", "");
		return;
	}
	school = roster_school(&in.roster, in.scope);
	snprintf(county, sizeof county, "%llu", (unsigned long long)in.county);
	snprintf(number, sizeof number, "%llu", (unsigned long long)in.scope);
	answer = json_pack("{s:s, s:s, s:s, s:s, s:i, s:i, s:b}", "county", county, "county_name",
	    in.roster.name, "school", number, "school_name",
	    school != NULL ? school->name : "", "class", school != NULL ? school->class_code : 0,
	    "kind", school != NULL ? school->kind : 0, "valid", in.role == ROLE_SCHOOL);
	invitation_release(&in);
	api_json(call, 200, answer, NULL);
}

/* The school stands without it; the import of a class list enters it again. */
static void
first_site(const struct api *api)
{
	struct domain_user nobody = { .staff = 0 };
	struct domain_error error = { .code = "" };
	struct replica *r = NULL;
	int status = replica_open(api->dir, api->env, &schema_domain, &r);

	if (status == STATUS_OK) {
		status = first_site_of(r, &nobody, &error);
		replica_close(r);
	}
	if (status != STATUS_OK)
		log_line(LOG_LEVEL_NOTICE, "the school as a site: %s %s",
		    status_text(status), error.code);
}

/* Whoever held the invitation may make the first head. */
static void
begin_first(struct api_call *call, json_t *answer)
{
	static const uint8_t no_mark[PIN_MARK_BYTES];
	char cookie[AUTH_COOKIE_BYTES], line[API_COOKIE_BYTES];

	auth_begin(call->api->auth, AUTH_FIRST, no_mark,
	    call->api->env->now_s(call->api->env->ctx), cookie);
	api_cookie(cookie, line);
	api_json(call, 200, answer, line);
}

/* From now on the school calls its hub by itself. */
static void
keep_hub(struct api *api, const char *hub)
{
	struct link *link = NULL;
	int status = enrol_keep_hub(api->env, api->dir, hub);

	/* What kehoud.ini or the command line says stands. */
	if (status == STATUS_OK && api->link == NULL) {
		snprintf(api->hub, sizeof api->hub, "%s", hub);
		status = link_new(&api->line, &link);
		api->link = link;
	}
	if (status != STATUS_OK)
		log_line(LOG_LEVEL_WARNING, "the hub's address: %s", status_text(status));
}

static json_t *
done_json(const uint8_t *invitation, size_t len, const char *recovery)
{
	struct invitation in = { 0 };
	const struct roster_school *school;
	char number[24];
	json_t *answer;

	if (invitation_read(invitation, len, &in) != STATUS_OK)
		return NULL;
	school = roster_school(&in.roster, in.scope);
	snprintf(number, sizeof number, "%llu", (unsigned long long)in.scope);
	answer = json_pack("{s:s, s:s, s:s, s:s}", "recovery", recovery, "school", number,
	    "school_name", school != NULL ? school->name : "", "county_name", in.roster.name);
	invitation_release(&in);
	return answer;
}

void
api_setup_become(struct api_call *call, const uint8_t *invitation, size_t len,
    const char *hub)
{
	char recovery[RECOVERY_TEXT_BYTES];
	json_t *answer;
	int status = replica_init_school(call->api->dir, call->api->env, &schema_domain,
	    invitation, len, recovery);

	if (status != STATUS_OK) {
		api_fail(call, status, "init", NULL);
		return;
	}
	first_site(call->api);
	if (hub != NULL)
		keep_hub(call->api, hub);
	answer = done_json(invitation, len, recovery);
	sodium_memzero(recovery, sizeof recovery);
	begin_first(call, answer);
}

static void
school(struct api_call *call, struct replica *r, int status)
{
	size_t len;
	const uint8_t *body = http_body(call->req, &len);

	if (api_setup_empty(call, r, status))
		api_setup_become(call, body, len, NULL);
}

/* Of our county, by its root, and for this school. */
static bool
is_ours(const struct invitation *in, const struct replica *r)
{
	const struct roster *own = replica_roster(r);

	return in->role == ROLE_SCHOOL && in->county == own->county &&
	    in->scope == replica_scope(r) &&
	    memcmp(in->roster.root_pk, own->root_pk, sizeof own->root_pk) == 0;
}

/* The machine was set up, but no head entered yet: the invitation shows who may. */
void
api_setup_first(struct api_call *call, struct replica *r, const uint8_t *invitation,
    size_t len)
{
	struct invitation in = { 0 };
	bool any = true, ours;
	int status = domain_has_staff(r, &any);

	if (status != STATUS_OK || any) {
		api_fail(call, any ? STATUS_EXISTS : status, "first", NULL);
		return;
	}
	status = invitation_read(invitation, len, &in);
	if (status != STATUS_OK) {
		api_fail(call, status, "inspect", "");
		return;
	}
	ours = is_ours(&in, r);
	invitation_release(&in);
	if (ours)
		begin_first(call, json_object());
	else
		api_refuse(call, 403, "USAGE.other_invitation", NULL, 0);
}

static void
first(struct api_call *call, struct replica *r, int status)
{
	size_t len;
	const uint8_t *body = http_body(call->req, &len);

	(void)status;
	api_setup_first(call, r, body, len);
}

const struct api_route api_setup_routes[] = {
	{ .method = HTTP_POST, .path = "/api/v1/setup/inspect",
	    .flags = API_OPEN | API_NO_NODE | API_RAW, .max_body = INVITATION_MAX_BYTES,
	    .work = inspect },
	{ .method = HTTP_POST, .path = "/api/v1/setup/school",
	    .flags = API_OPEN | API_NO_NODE | API_RAW, .max_body = INVITATION_MAX_BYTES,
	    .work = school },
	{ .method = HTTP_POST, .path = "/api/v1/setup/first", .flags = API_OPEN | API_RAW,
	    .max_body = INVITATION_MAX_BYTES, .work = first },
};
const size_t api_setup_nroutes = sizeof api_setup_routes / sizeof *api_setup_routes;
