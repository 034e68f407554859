#include "schema/roster_import.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "schema/roster_plan.h"

#define TOKEN_HASH_BYTES 32

static void
add_row(void *ctx, enum roster_import_row what, unsigned line, const char *column,
    const char *reason, const char *text)
{
	static const char *const states[] = {"new", "changed", "unchanged", "doubtful",
	    "refused"};
	json_t *rows = ctx;
	bool taken = what == ROSTER_NEW || what == ROSTER_CHANGED;

	if (what == ROSTER_UNCHANGED)
		return;
	json_array_append_new(rows, json_pack("{s:s, s:i, s:s, s:s, s:s, s:s, s:s}", "sheet",
	    "", "row", (int)line, "state", states[what], "name", taken ? text : "",
	    "column", column, "reason", reason, "text", taken ? "" : text));
}

/* Stands for the bytes, the year and all that the plan says. */
static int
add_token(const struct roster_import_file *file, json_t *plan)
{
	uint8_t hash[TOKEN_HASH_BYTES];
	char hex[ROSTER_IMPORT_TOKEN_BYTES];
	char *text = json_dumps(plan, JSON_COMPACT);
	int32_t year = file->school_year;
	crypto_generichash_state st;

	if (!text)
		return STATUS_NOMEM;
	crypto_generichash_init(&st, NULL, 0, sizeof(hash));
	crypto_generichash_update(&st, (const uint8_t *)&year, sizeof(year));
	crypto_generichash_update(&st, (const uint8_t *)text, strlen(text) + 1);
	crypto_generichash_update(&st, file->data, file->len);
	crypto_generichash_final(&st, hash, sizeof(hash));
	free(text);
	sodium_bin2hex(hex, sizeof(hex), hash, sizeof(hash));
	return json_object_set_new(plan, "token", json_string(hex)) < 0 ? STATUS_NOMEM
	    : STATUS_OK;
}

static int
run(struct replica *r, const struct domain_user *user, const struct roster_import_file *file,
    bool dry_run, json_t **ret, struct domain_error *ret_error)
{
	struct runtime rt = domain_runtime(r);
	struct roster_import_result n;
	json_t *rows = json_array(), *plan;
	struct roster_plan_input in = {
		.data = file->data, .len = file->len, .school_year = file->school_year,
		.dry_run = dry_run, .report = add_row, .ctx = rows,
	};
	int status = roster_plan_run(&rt, user, &in, &n, ret_error);

	if (status != STATUS_OK) {
		json_decref(rows);
		return status;
	}
	plan = json_pack("{s:[], s:{s:i, s:i, s:i, s:i, s:i}, s:o}", "columns", "counts",
	    "new", (int)n.fresh, "changed", (int)n.changed, "unchanged", (int)n.unchanged,
	    "doubtful", (int)n.doubtful, "refused", (int)n.rejected, "rows", rows);
	if (!plan || add_token(file, plan) != STATUS_OK) {
		json_decref(plan);
		return runtime_fail(&rt, STATUS_NOMEM, ret_error);
	}
	*ret = plan;
	return STATUS_OK;
}

int
roster_import_plan(struct replica *r, const struct domain_user *user,
    const struct roster_import_file *file, json_t **ret_plan, struct domain_error *ret_error)
{
	return run(r, user, file, true, ret_plan, ret_error);
}

int
roster_import_commit(struct replica *r, const struct domain_user *user,
    const struct roster_import_file *file, const char *token, const char *request_id,
    json_t **ret_answer, struct domain_error *ret_error)
{
	json_t *plan = NULL;
	int status = run(r, user, file, true, &plan, ret_error);

	(void)request_id;
	if (status == STATUS_OK && token
	    && strcmp(token, json_string_value(json_object_get(plan, "token"))) != 0) {
		runtime_error(ret_error, "R19.plan_stale", NULL, NULL);
		status = STATUS_REFUSED;
	}
	json_decref(plan);
	if (status != STATUS_OK)
		return status;
	return run(r, user, file, false, ret_answer, ret_error);
}
