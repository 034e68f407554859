#include "schema/runtime_base.h"

#include <stdlib.h>
#include <string.h>

#include "gen/domain_entries.h"

/* The key that the arguments give, or false: the command is about other rows. */
static bool
named_row(const struct domain_entry *command, json_t *args, const char **ret_what,
    int64_t *ret_key)
{
	static const char *const whats[] = { "pupil", "guardian", "consent" };

	for (size_t i = 0; i < sizeof whats / sizeof *whats; i++) {
		size_t n = strlen(whats[i]);
		json_t *key = json_object_get(args, whats[i]);

		if (strncmp(command->name, whats[i], n) != 0 || command->name[n] != '.')
			continue;
		*ret_what = whats[i];
		*ret_key = json_is_string(key) ? strtoll(json_string_value(key), NULL, 10)
		    : json_integer_value(key);
		return key != NULL;
	}
	return false;
}

static int
same_version(const struct runtime *rt, const char *what, int64_t key, const char *base,
    bool *ret)
{
	struct store_stmt *st;
	const char *tail;
	bool row = false;
	int status = store_prepare(rt->store, domain_sql_row_version, &st, &tail);

	if (status != STATUS_OK)
		return status;
	status = store_bind(st, "what", value_text(what, strlen(what)));
	if (status == STATUS_OK)
		status = store_bind(st, "key", value_int(key));
	if (status == STATUS_OK)
		status = store_step(st, &row);
	*ret = status == STATUS_OK && row
	    && value_equal(store_column(st, 0), value_text(base, strlen(base)));
	store_reset(st);
	return status;
}

int
runtime_base_check(const struct runtime *rt, const struct domain_user *user,
    const struct domain_entry *command, const char *request_id, json_t *args,
    const char *base, struct domain_error *ret_error)
{
	struct buffer known = BUFFER_INIT;
	const char *what;
	unsigned roles;
	int64_t key;
	bool same;
	int status;

	if (base == NULL || !named_row(command, args, &what, &key))
		return STATUS_OK;
	status = runtime_allow(rt, user, command->roles, &roles, ret_error);
	if (status != STATUS_OK)
		return status;
	if (request_id != NULL) {
		status = store_answer_get(rt->store, RUNTIME_ANSWERS, request_id, &known);
		buffer_release(&known);
		if (status != STATUS_NOT_FOUND)
			return status == STATUS_OK ? status : runtime_fail(rt, status, ret_error);
	}
	status = same_version(rt, what, key, base, &same);
	if (status != STATUS_OK)
		return runtime_fail(rt, status, ret_error);
	if (same)
		return STATUS_OK;
	runtime_error(ret_error, "R18.changed_meanwhile", NULL, NULL);
	return STATUS_REFUSED;
}
