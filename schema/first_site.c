#include "schema/first_site.h"

#include <string.h>

#include "gen/domain_entries.h"

#define ADD_COMMAND "site.add"
#define BOARDING_KIND 6 /* of the roster: a boarding school, of whatever stage */

static int
has_site(const struct runtime *rt, bool *ret)
{
	struct store_stmt *st;
	const char *tail;
	bool row = false;
	int status = store_prepare(rt->store, domain_sql_first_site, &st, &tail);

	if (status != STATUS_OK)
		return status;
	status = store_bind(st, "school", value_int((int64_t)rt->scope));
	if (status == STATUS_OK)
		status = store_step(st, &row);
	*ret = status == STATUS_OK && row;
	store_reset(st);
	return status;
}

static json_t *
args_of(const struct roster_school *school)
{
	json_t *args = json_pack("{s:i, s:s, s:i}", "site", 0, "name", school->name, "class",
	    (int)school->class_code);

	if (args == NULL)
		return NULL;
	if (school->kind == BOARDING_KIND)
		json_object_set_new(args, "boarding", json_integer(1));
	else
		json_object_set_new(args, "kind", json_integer(school->kind));
	return args;
}

int
first_site_add(const struct runtime *rt, const struct domain_user *user,
    const struct roster_school *school, struct domain_error *ret_error)
{
	const struct domain_entry *add = domain_command(ADD_COMMAND);
	struct domain_user acting = *user;
	json_t *args, *answer = NULL;
	bool there;
	int status;

	if (rt->scope == 0)
		return STATUS_OK;
	status = has_site(rt, &there);
	if (status != STATUS_OK)
		return runtime_fail(rt, status, ret_error);
	if (there)
		return STATUS_OK;
	acting.roles |= DOMAIN_HEAD;
	args = args_of(school);
	if (args == NULL)
		return runtime_fail(rt, STATUS_NOMEM, ret_error);
	status = runtime_do(rt, &acting, add, NULL, args, &answer, ret_error);
	json_decref(args);
	json_decref(answer);
	return status;
}

static bool
another_machine(const struct replica *r, uint64_t school)
{
	const struct roster *roster = replica_roster(r);

	for (size_t i = 0; i < roster->ncerts; i++)
		if (roster->certs[i].role == ROLE_SCHOOL && roster->certs[i].scope == school &&
		    memcmp(&roster->certs[i].node.id, &replica_self(r)->id,
		    sizeof replica_self(r)->id) != 0)
			return true;
	return false;
}

int
first_site_of(struct replica *r, const struct domain_user *user,
    struct domain_error *ret_error)
{
	struct runtime rt = domain_runtime(r);
	const struct roster_school *school = roster_school(replica_roster(r), rt.scope);

	/* A school that its roster does not name cannot be described. */
	return school == NULL || another_machine(r, rt.scope) ? STATUS_OK
	    : first_site_add(&rt, user, school, ret_error);
}
