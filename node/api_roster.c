/* Class lists in, sheets out. */
#include "node/api_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "schema/inbox.h"
#include "schema/roster_export.h"
#include "schema/roster_import.h"
#include "schema/sheet.h"

#define XLSX "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
#define PATH_BYTES 1024

/* The file of the last plan waits beside the database for its import, with the
 * year in front; only the newest plan can be carried out. */
static int
plan_path(const struct api_call *call, char ret[PATH_BYTES])
{
	int n = snprintf(ret, PATH_BYTES, "%s/roster-plan", call->api->dir);

	return n > 0 && n < PATH_BYTES ? STATUS_OK : STATUS_TOO_LARGE;
}

static int
save_plan(const struct api_call *call, const struct roster_import_file *file)
{
	struct buffer b = BUFFER_INIT;
	char path[PATH_BYTES];
	int status = plan_path(call, path);

	buffer_put_varint(&b, (uint64_t)file->school_year);
	buffer_put(&b, file->data, file->len);
	if (status == STATUS_OK)
		status = buffer_status(&b);
	if (status == STATUS_OK)
		status = env_write_file(call->api->env, path, b.data, b.len);
	buffer_release(&b);
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
	status = save_plan(call, &file);
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
	struct buffer b = BUFFER_INIT;
	struct reader rd;
	struct roster_import_file file;
	char path[PATH_BYTES];
	json_t *answer = NULL;

	if (token == NULL) {
		api_refuse(call, 400, "USAGE.arguments", NULL, 0);
		return;
	}
	status = plan_path(call, path);
	if (status == STATUS_OK)
		status = env_read_file(call->api->env, path, ROSTER_IMPORT_MAX_BYTES + 16, &b);
	if (status != STATUS_OK) {
		buffer_release(&b);
		api_refuse(call, 409, "R19.plan_stale", NULL, 0);
		return;
	}
	reader_init(&rd, b.data, b.len);
	file.school_year = (int)reader_varint(&rd);
	file.data = rd.p;
	file.len = rd.left;
	status = roster_import_commit(r, &call->user, &file, token, request, &answer, &error);
	buffer_release(&b);
	if (status != STATUS_OK)
		api_fail_domain(call, status, &error);
	else
		api_json(call, 200, answer, NULL);
}

/* Columns in the words of the request; a school need not be told its own number. */
static size_t
titles(const struct api_call *call, json_t *row, struct sheet_column columns[])
{
	size_t n = 0;
	const char *key, *text;
	json_t *value;

	json_object_foreach(row, key, value) {
		char name[API_NAME_BYTES];

		if (n == SHEET_MAX_COLUMNS || (strcmp(key, "school") == 0 &&
		    replica_scope(call->replica) != 0))
			continue;
		snprintf(name, sizeof name, "column.%s", key);
		text = message_text(call->lang, name);
		columns[n++] = (struct sheet_column){ .key = key,
			.title = text != NULL ? text : key };
	}
	return n;
}

static void
view_sheet(struct api_call *call, const char *view)
{
	struct sheet_column columns[SHEET_MAX_COLUMNS];
	struct sheet sheet = { .name = view, .columns = columns };
	struct domain_error error = { .code = "" };
	struct buffer out = BUFFER_INIT;
	char disposition[API_NAME_BYTES + 64];
	int status = domain_show(call->replica, &call->user, view, call->args, &sheet.rows,
	    &error);

	if (status != STATUS_OK) {
		api_fail_domain(call, status, &error);
		return;
	}
	sheet.ncolumns = titles(call, json_array_get(sheet.rows, 0), columns);
	if (sheet.ncolumns == 0)
		sheet.columns = NULL;
	status = sheet_write(&sheet, &out);
	json_decref(sheet.rows);
	snprintf(disposition, sizeof disposition, "attachment; filename=\"%.100s.xlsx\"", view);
	if (status == STATUS_OK)
		api_bytes(call, out.data, out.len, XLSX, disposition);
	else
		api_fail(call, status, NULL, NULL);
	buffer_release(&out);
}

static void
sheet(struct api_call *call, struct replica *r, int status)
{
	size_t n = strlen(call->name);
	const struct domain_entry *view;

	(void)r, (void)status;
	if (n > 5 && strcmp(call->name + n - 5, ".xlsx") == 0)
		call->name[n - 5] = '\0';
	view = domain_view(call->name);
	if (view == NULL)
		api_refuse(call, 404, "USAGE.view_unknown", call->name, 0);
	else
		view_sheet(call, view->name);
}

static void
send_list(struct api_call *call, struct buffer *list, const char *disposition)
{
	api_bytes(call, list->data, list->len, XLSX, disposition);
	buffer_release(list);
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
	const struct domain_entry *pupils = domain_view("pupils");
	json_t *rows = NULL;

	/* The entries show children: whoever may see the children may see them. */
	if (!api_allowed(call, r, pupils != NULL ? pupils->roles : 0))
		return;
	status = inbox_rows(r, &rows);
	if (status == STATUS_OK)
		api_json(call, 200, json_pack("{s:o}", "rows", rows), NULL);
	else
		api_fail(call, status, NULL, NULL);
}

const struct api_route api_roster_routes[] = {
	{ .method = HTTP_POST, .path = "/api/v1/roster/plan", .flags = API_RAW,
	    .max_body = ROSTER_IMPORT_MAX_BYTES, .work = plan },
	{ .method = HTTP_POST, .path = "/api/v1/roster/import", .max_body = 4096,
	    .work = import },
	{ .method = HTTP_GET, .path = "/api/v1/roster/template.xlsx", .flags = API_OPEN,
	    .work = template },
	{ .method = HTTP_GET, .path = "/api/v1/roster/export.xlsx", .work = export_list },
	{ .method = HTTP_GET, .path = "/api/v1/sheet/", .flags = API_PREFIX, .work = sheet },
	{ .method = HTTP_GET, .path = "/api/v1/inbox", .work = inbox },
};
const size_t api_roster_nroutes = sizeof api_roster_routes / sizeof *api_roster_routes;
