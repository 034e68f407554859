/* Class lists in, sheets out. */
#include "node/api_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "schema/inbox.h"
#include "schema/roster_export.h"
#include "schema/roster_import.h"
#include "schema/sheet.h"

#define XLSX "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
#define SHEET_MAX_BODY (2u << 20) /* some 8,000 rows of a list: API_MAX_VALUES */

/* The file of the last plan waits in memory for its import: names of children that nobody
 * may have agreed to yet never lie in a file, and an erasure finds none. */
void
api_roster_forget(struct api *api, int64_t of_s)
{
	if (api->plan.data == NULL || api->plan_s > of_s)
		return;
	sodium_memzero(api->plan.data, api->plan.len);
	buffer_release(&api->plan);
}

static int
keep_plan(struct api *api, const struct roster_import_file *file)
{
	int status;

	api_roster_forget(api, INT64_MAX);
	buffer_put(&api->plan, file->data, file->len);
	status = buffer_status(&api->plan);
	api->plan_year = file->school_year;
	api->plan_s = api->env->now_s(api->env->ctx);
	return status;
}

static void
plan(struct api_call *call, struct replica *r, int status)
{
	const char *year = json_string_value(json_object_get(call->args, "year"));
	struct roster_import_file file = { .school_year = year != NULL ? atoi(year) : 0 };
	struct domain_error error = { .code = "" };
	json_t *answer = NULL;

	if (file.school_year < 2000 || file.school_year > 2199) {
		api_refuse(call, 400, "USAGE.parameter_value", "year", 0);
		return;
	}
	file.data = http_body(call->req, &file.len);
	status = roster_import_plan(r, &call->user, &file, &answer, &error);
	if (status != STATUS_OK) {
		api_fail_domain(call, status, &error);
		return;
	}
	status = keep_plan(call->api, &file);
	if (status == STATUS_OK)
		api_json(call, 200, answer, NULL);
	else {
		json_decref(answer);
		api_fail(call, status, NULL, NULL);
	}
}

static void
import(struct api_call *call, struct replica *r, int status)
{
	const char *token = json_string_value(json_object_get(call->args, "token"));
	const char *request = json_string_value(json_object_get(call->args, "request_id"));
	struct domain_error error = { .code = "" };
	struct api *api = call->api;
	struct roster_import_file file;
	json_t *answer = NULL;

	if (token == NULL) {
		api_refuse(call, 400, "USAGE.arguments", NULL, 0);
		return;
	}
	/* Without a plan only a request that was answered already has an answer. */
	file = (struct roster_import_file){ .school_year = api->plan_year,
		.data = api->plan.data != NULL ? api->plan.data : (const uint8_t *)"", .len = api->plan.len };
	status = roster_import_commit(r, &call->user, &file, token, request, &answer, &error);
	if (status != STATUS_OK && api->plan.data == NULL) {
		api_refuse(call, 409, "R19.plan_stale", NULL, 0);
		return;
	}
	if (status == STATUS_OK)
		api_roster_forget(api, INT64_MAX);
	if (status != STATUS_OK)
		api_fail_domain(call, status, &error);
	else
		api_json(call, 200, answer, NULL);
}

static void
send_list(struct api_call *call, struct buffer *list, const char *disposition)
{
	api_bytes(call, list->data, list->len, XLSX, disposition);
	buffer_release(list);
}

/* False: not a table that a page could show.  ret_columns borrows from args. */
static bool
read_table(json_t *args, struct sheet *ret, struct sheet_column columns[SHEET_MAX_COLUMNS])
{
	json_t *list = json_object_get(args, "columns"), *column;
	size_t i;

	*ret = (struct sheet){ .name = json_string_value(json_object_get(args, "name")),
		.columns = columns, .ncolumns = json_array_size(list),
		.rows = json_object_get(args, "rows") };
	if (ret->name == NULL || ret->ncolumns == 0 || ret->ncolumns > SHEET_MAX_COLUMNS ||
	    !json_is_array(ret->rows))
		return false;
	json_array_foreach(list, i, column) {
		columns[i] = (struct sheet_column){
			.key = json_string_value(json_object_get(column, "key")),
			.title = json_string_value(json_object_get(column, "title")) };
		if (columns[i].key == NULL || columns[i].title == NULL)
			return false;
	}
	return true;
}

/* The page has the words of its language for what a view says in codes; the file
 * says what the page says. */
static void
sheet(struct api_call *call, struct replica *r, int status)
{
	struct sheet_column columns[SHEET_MAX_COLUMNS];
	struct sheet table;
	struct buffer out = BUFFER_INIT;

	(void)r;
	if (!read_table(call->args, &table, columns)) {
		api_refuse(call, 400, "USAGE.arguments", NULL, 0);
		return;
	}
	status = sheet_write(&table, &out);
	if (status == STATUS_OK)
		send_list(call, &out, "attachment; filename=\"list.xlsx\"");
	else
		api_fail(call, status, NULL, NULL);
}

static void
export_list(struct api_call *call, struct replica *r, int status)
{
	const char *year = json_string_value(json_object_get(call->args, "year"));
	int school_year = year != NULL ? atoi(year)
	    : roster_import_year(call->api->env->now_s(call->api->env->ctx));
	struct domain_error error = { .code = "" };
	struct buffer out = BUFFER_INIT;

	status = roster_export(r, &call->user, school_year, &out, NULL, &error);
	if (status == STATUS_OK)
		send_list(call, &out, "attachment; filename=\"pupils.xlsx\"");
	else
		api_fail_domain(call, status, &error);
}

static void
template(struct api_call *call, struct replica *r, int status)
{
	struct buffer out = BUFFER_INIT;

	(void)r;
	status = roster_export_template(&out);
	if (status == STATUS_OK)
		send_list(call, &out, "attachment; filename=\"template.xlsx\"");
	else
		api_fail(call, status, NULL, NULL);
}

static void
inbox(struct api_call *call, struct replica *r, int status)
{
	struct domain_error error = { .code = "" };
	json_t *rows = NULL;

	status = inbox_rows(r, &call->user, &rows, &error);
	if (status == STATUS_OK)
		api_json(call, 200, json_pack("{s:o}", "rows", rows), NULL);
	else
		api_fail_domain(call, status, &error);
}

const struct api_route api_roster_routes[] = {
	{ .method = HTTP_POST, .path = "/api/v1/roster/plan", .flags = API_RAW,
	    .max_body = ROSTER_IMPORT_MAX_BYTES, .work = plan },
	{ .method = HTTP_POST, .path = "/api/v1/roster/import", .max_body = 4096,
	    .work = import },
	{ .method = HTTP_GET, .path = "/api/v1/roster/template.xlsx", .flags = API_OPEN,
	    .work = template },
	{ .method = HTTP_GET, .path = "/api/v1/roster/export.xlsx", .work = export_list },
	{ .method = HTTP_POST, .path = "/api/v1/sheet", .max_body = SHEET_MAX_BODY,
	    .work = sheet },
	{ .method = HTTP_GET, .path = "/api/v1/inbox", .work = inbox },
};
const size_t api_roster_nroutes = sizeof api_roster_routes / sizeof *api_roster_routes;
