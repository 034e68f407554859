#include "schema/domain.h"

#include <string.h>

#include "gen/domain_entries.h"
#include "gen/schema_registry.h"
#include "schema/text.h"
#include "schema/runtime_base.h"

const struct replica_domain schema_domain = {
	.registry = &schema_registry,
	.migrations = domain_migrations,
	.functions = text_functions,
};

static const struct domain_entry *
find(const struct domain_entry *entries, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(entries[i].name, name) == 0)
			return &entries[i];
	return NULL;
}

const struct domain_entry *
domain_command(const char *name)
{
	return find(domain_commands, domain_ncommands, name);
}

const struct domain_entry *
domain_view(const char *name)
{
	return find(domain_views, domain_nviews, name);
}

static int
begin(void *ctx, uint64_t scope, enum lane lane, int64_t staff)
{
	return replica_begin(ctx, scope, lane, staff);
}

struct runtime
domain_runtime(struct replica *r)
{
	return (struct runtime){
		.store = replica_store(r), .scope = replica_scope(r),
		.begin = begin, .ctx = r,
	};
}

int
domain_sign_in(struct replica *r, const char *staff, const char *pin,
    struct domain_user *ret)
{
	struct runtime rt = domain_runtime(r);

	return runtime_sign_in(&rt, staff, pin, ret);
}

int
domain_user_now(struct replica *r, int64_t staff, struct domain_user *ret,
    char ret_name[DOMAIN_NAME_BYTES])
{
	struct runtime rt = domain_runtime(r);

	return runtime_user_now(&rt, staff, ret, ret_name);
}

int
domain_allow(struct replica *r, const struct domain_user *user, unsigned roles,
    struct domain_error *ret_error)
{
	struct runtime rt = domain_runtime(r);
	unsigned theirs;

	return runtime_allow(&rt, user, roles, &theirs, ret_error);
}

int
domain_has_staff(struct replica *r, bool *ret)
{
	struct runtime rt = domain_runtime(r);

	return runtime_has_staff(&rt, ret);
}

int
domain_do(struct replica *r, const struct domain_user *user, const char *command,
    const char *request_id, json_t *args, json_t **ret_answer,
    struct domain_error *ret_error)
{
	struct runtime rt = domain_runtime(r);
	const struct domain_entry *e = domain_command(command);
	int status;

	if (!e) {
		runtime_error(ret_error, "USAGE.command_unknown", command, NULL);
		return STATUS_USAGE;
	}
	status = runtime_do(&rt, user, e, request_id, args, ret_answer, ret_error);
	if (status != STATUS_OK)
		return status;
	/* Done it is, and for good: the rest is done with the next command or opening. */
	status = replica_erase(r);
	if (status != STATUS_OK)
		(void)json_object_set_new(*ret_answer, "unfinished", json_string(status_name(status)));
	return STATUS_OK;
}

int
domain_do_seen(struct replica *r, const struct domain_user *user, const char *command,
    const char *request_id, const char *base, json_t *args, json_t **ret_answer,
    struct domain_error *ret_error)
{
	struct runtime rt = domain_runtime(r);
	const struct domain_entry *e = domain_command(command);
	int status = e == NULL ? STATUS_OK : runtime_base_check(&rt, user, e, request_id,
	    args, base, ret_error);

	return status != STATUS_OK ? status
	    : domain_do(r, user, command, request_id, args, ret_answer, ret_error);
}

int
domain_show_more(struct replica *r, const struct domain_user *user, const char *view,
    json_t *args, json_t **ret_rows, bool *ret_more, struct domain_error *ret_error)
{
	struct runtime rt = domain_runtime(r);
	const struct domain_entry *e = domain_view(view);

	if (!e) {
		runtime_error(ret_error, "USAGE.view_unknown", view, NULL);
		return STATUS_USAGE;
	}
	return runtime_show_more(&rt, user, e, args, ret_rows, ret_more, ret_error);
}

int
domain_show(struct replica *r, const struct domain_user *user, const char *view,
    json_t *args, json_t **ret_rows, struct domain_error *ret_error)
{
	bool more;

	return domain_show_more(r, user, view, args, ret_rows, &more, ret_error);
}
