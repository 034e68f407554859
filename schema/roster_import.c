#include "schema/roster_import.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <sodium.h>

#include "schema/first_site.h"
#include "schema/roster_plan.h"

#define TOKEN_HASH_BYTES 32
#define EAST_8_S (8 * 3600)

int
roster_import_year(int64_t now_s)
{
	time_t now = (time_t)(now_s + EAST_8_S);
	struct tm tm;

	if (gmtime_r(&now, &tm) == NULL)
		return 2000;
	return tm.tm_year + 1900 - (tm.tm_mon < 8 ? 1 : 0);
}

struct answer {
	json_t *rows, *columns;
};

static void
add_row(void *ctx, const struct roster_import_said *said)
{
	static const char *const states[] = {"new", "changed", "unchanged", "doubtful",
	    "refused"};
	struct answer *a = ctx;

	if (said->what == ROSTER_UNCHANGED)
		return;
	json_array_append_new(a->rows, json_pack("{s:s, s:i, s:s, s:s, s:s, s:s, s:s}", "sheet",
	    said->sheet, "row", (int)said->line, "state", states[said->what], "name",
	    said->name, "column", said->column, "reason", said->reason, "text", said->text));
}

static void
add_columns(void *ctx, const char *sheet, const struct roster_table *table)
{
	struct answer *a = ctx;

	for (unsigned c = 0; c < table->ncolumns; c++) {
		char letters[3] = {(char)('A' + c % 26)};

		if (table->headers[c][0] == '\0')
			continue;
		if (c >= 26) {
			letters[0] = (char)('A' + c / 26 - 1);
			letters[1] = (char)('A' + c % 26);
		}
		json_array_append_new(a->columns, json_pack("{s:s, s:s, s:s, s:s?}", "sheet",
		    sheet, "column", letters, "header", table->headers[c], "field",
		    table->fields[c] != ROSTER_FIELDS
		    ? roster_table_field_name(table->fields[c]) : NULL));
	}
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

static json_t *
answer_of(const struct roster_import_result *n, json_t *columns, json_t *rows)
{
	return json_pack("{s:o, s:{s:i, s:i, s:i, s:i, s:i}, s:o}", "columns", columns, "counts",
	    "new", (int)n->fresh, "changed", (int)n->changed, "unchanged", (int)n->unchanged,
	    "doubtful", (int)n->doubtful, "refused", (int)n->rejected, "rows", rows);
}

static int
run(const struct runtime *rt, const struct domain_user *user,
    const struct roster_import_file *file, bool dry_run, const char *request_id,
    json_t **ret, struct domain_error *ret_error)
{
	struct roster_import_result n;
	struct answer a = {json_array(), json_array()};
	json_t *plan;
	struct roster_plan_input in = {
		.data = file->data, .len = file->len, .school_year = file->school_year,
		.dry_run = dry_run, .request_id = request_id, .report = add_row,
		.columns = add_columns, .ctx = &a,
	};
	int status = roster_plan_run(rt, user, &in, &n, ret_error);

	if (status != STATUS_OK) {
		json_decref(a.rows);
		json_decref(a.columns);
		return status;
	}
	plan = answer_of(&n, a.columns, a.rows);
	if (!plan || (dry_run && add_token(file, plan) != STATUS_OK) || (!dry_run
	    && json_object_set_new(plan, "changed", json_integer((json_int_t)n.seq)) < 0)) {
		json_decref(plan);
		return runtime_fail(rt, STATUS_NOMEM, ret_error);
	}
	*ret = plan;
	return STATUS_OK;
}

/* The first answer to this request: its counts; NULL when there is none. */
static int
first_answer(const struct runtime *rt, const char *request_id, json_t **ret)
{
	struct buffer b = BUFFER_INIT;
	struct roster_import_result n;
	int status = store_answer_get(rt->store, ROSTER_PLAN_ANSWERS, request_id, &b);

	*ret = NULL;
	if (status == STATUS_OK && b.len == sizeof(n)) {
		memcpy(&n, b.data, sizeof(n));
		*ret = answer_of(&n, json_array(), json_array());
		if (!*ret || json_object_set_new(*ret, "changed", json_integer(0)) < 0)
			status = STATUS_NOMEM;
	}
	buffer_release(&b);
	return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

int
roster_import_plan(struct replica *r, const struct domain_user *user,
    const struct roster_import_file *file, json_t **ret_plan, struct domain_error *ret_error)
{
	struct runtime rt = domain_runtime(r);

	return run(&rt, user, file, true, NULL, ret_plan, ret_error);
}

int
roster_import_commit(struct replica *r, const struct domain_user *user,
    const struct roster_import_file *file, const char *token, const char *request_id,
    json_t **ret_answer, struct domain_error *ret_error)
{
	struct runtime rt = domain_runtime(r);
	json_t *plan = NULL;
	unsigned roles;
	int status = runtime_allow(&rt, user, DOMAIN_TEACHER | DOMAIN_HEAD, &roles, ret_error);

	if (status != STATUS_OK)
		return status;
	if (request_id && (request_id[0] == '\0'
	    || strlen(request_id) > RUNTIME_MAX_REQUEST_ID_BYTES)) {
		runtime_error(ret_error, "USAGE.request_id", request_id, NULL);
		return STATUS_USAGE;
	}
	if (request_id) {
		status = first_answer(&rt, request_id, &plan);
		if (status != STATUS_OK)
			return runtime_fail(&rt, status, ret_error);
		if (plan) {
			*ret_answer = plan;
			return STATUS_OK;
		}
	}
	if (token) {
		status = run(&rt, user, file, true, NULL, &plan, ret_error);
		if (status == STATUS_OK && strcmp(token,
		    json_string_value(json_object_get(plan, "token"))) != 0) {
			runtime_error(ret_error, "R19.plan_stale", NULL, NULL);
			status = STATUS_REFUSED;
		}
		json_decref(plan);
		if (status != STATUS_OK)
			return status;
	}
	status = first_site_of(r, user, ret_error);
	if (status != STATUS_OK)
		return status;
	return run(&rt, user, file, false, request_id, ret_answer, ret_error);
}
