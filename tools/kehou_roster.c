/* roster import, export, template, undo: the office's list of pupils. */
#include <string.h>

#include "schema/roster_export.h"
#include "schema/roster_import.h"
#include "tools/kehou.h"
#include "tools/output.h"

/* Words for people: outcome and reason. */
static void
say_rows(const struct cli *c, json_t *rows)
{
	json_t *row;
	size_t i;

	json_array_foreach(rows, i, row) {
		const char *reason = json_string_value(json_object_get(row, "reason"));
		char key[128];

		snprintf(key, sizeof key, "roster.%s",
		    json_string_value(json_object_get(row, "state")));
		json_object_set_new(row, "state", json_string(cli_text(c, key)));
		snprintf(key, sizeof key, "roster.reason.%s", reason);
		if (message_text(c->lang, key) != NULL)
			json_object_set_new(row, "reason",
			    json_string(message_text(c->lang, key)));
	}
}

/* Rows that need a look stand last, where the eye is; --json keeps the file's order. */
static void
sort_rows(json_t *rows)
{
	static const char *const last[] = { "doubtful", "refused" };
	json_t *row, *moved = json_array();
	size_t i;

	for (size_t k = 0; k < 2; k++)
		json_array_foreach(rows, i, row)
			if (strcmp(json_string_value(json_object_get(row, "state")), last[k]) == 0)
				json_array_append(moved, row);
	for (i = json_array_size(rows); i-- > 0;) {
		const char *state = json_string_value(json_object_get(json_array_get(rows, i),
		    "state"));

		if (strcmp(state, last[0]) == 0 || strcmp(state, last[1]) == 0)
			json_array_remove(rows, i);
	}
	json_array_extend(rows, moved);
	json_decref(moved);
}

/* --school-year, or the one that runs now. */
static int
year_of(struct cli *c, const char *text, int *ret)
{
	uint64_t year = (uint64_t)roster_import_year(c->env->now_s(c->env->ctx));

	if (text != NULL && (!cli_decimal(text, 2199, &year) || year < 2000))
		return cli_usage(c, MSG("usage.year"), text);
	*ret = (int)year;
	return CLI_OK;
}

static unsigned
count_of(json_t *plan, const char *state)
{
	return (unsigned)json_integer_value(json_object_get(json_object_get(plan, "counts"),
	    state));
}

static void
print_result(struct cli *c, json_t *plan, bool dry_run)
{
	char n[5][24];
	json_t *rows = json_object_get(plan, "rows");

	if (c->json) {
		json_object_set_new(plan, "dry_run", json_boolean(dry_run));
		output_json(stdout, plan);
		return;
	}
	sort_rows(rows);
	say_rows(c, rows);
	output_table(stdout, c->lang, "roster", rows);
	cli_say(c, stderr, dry_run ? MSG("roster.would") : MSG("roster.done"),
	    cli_number(count_of(plan, "new"), n[0]),
	    cli_number(count_of(plan, "changed"), n[1]),
	    cli_number(count_of(plan, "unchanged"), n[2]),
	    cli_number(count_of(plan, "doubtful"), n[3]),
	    cli_number(count_of(plan, "refused"), n[4]), NULL);
}

/* The lists of pupils are the schools'. */
static int
open_school(struct cli *c)
{
	struct domain_error error = { .code = "USAGE.school_only", .data_safe = true };
	int rc = cli_open_records(c);

	return rc == CLI_OK && replica_scope(c->replica) == 0 ?
	    cli_fail_domain(c, STATUS_USAGE, &error) : rc;
}

int
kehou_roster_import(struct cli *c, int argc, char **argv)
{
	const char *year_text = NULL;
	bool dry_run = false;
	const struct cli_option options[] = {
		{ "--school-year", &year_text, 1, NULL },
		{ "--dry-run", NULL, 0, &dry_run }, { NULL, NULL, 0, NULL },
	};
	struct domain_error error = { .code = "" };
	struct roster_import_file in;
	struct buffer file = BUFFER_INIT;
	json_t *plan = NULL;
	int year, npos, rc = cli_options(c, options, argc, argv, &npos);

	if (rc != CLI_OK)
		return rc;
	if (npos != 1)
		return cli_usage(c, MSG("usage.one_file"), NULL);
	rc = year_of(c, year_text, &year);
	if (rc == CLI_OK)
		rc = open_school(c);
	if (rc == CLI_OK)
		rc = cli_input(c, argv[0], &file);
	if (rc != CLI_OK)
		goto cleanup;
	in = (struct roster_import_file){ .data = file.data, .len = file.len,
		.school_year = year };
	rc = dry_run ? roster_import_plan(c->replica, &c->user, &in, &plan, &error)
	    : roster_import_commit(c->replica, &c->user, &in, NULL, NULL, &plan, &error);
	if (rc != STATUS_OK) {
		rc = error.code[0] != '\0' ? cli_fail_domain(c, rc, &error)
		    : cli_fail(c, rc, "roster", argv[0]);
		goto cleanup;
	}
	print_result(c, plan, dry_run);
	rc = count_of(plan, "refused") > 0 || count_of(plan, "doubtful") > 0 ? CLI_PARTLY
	    : CLI_OK;
cleanup:
	json_decref(plan);
	buffer_release(&file);
	return rc;
}

static void
say_written(const struct cli *c, const char *out, const size_t *children)
{
	char number[24];
	json_t *done;

	if (c->json) {
		done = json_pack("{s:s}", "file", out);
		if (children != NULL)
			json_object_set_new(done, "children", json_integer((json_int_t)*children));
		output_json(stdout, done);
		json_decref(done);
	} else if (children != NULL)
		cli_say(c, stderr, MSG("roster.exported"), out, cli_number(*children, number),
		    NULL);
	else
		cli_say(c, stderr, MSG("roster.template"), out, NULL);
}

int
kehou_roster_template(struct cli *c, int argc, char **argv)
{
	const char *out = NULL;
	const struct cli_option options[] = {
		{ "-o", &out, 1, NULL }, { NULL, NULL, 0, NULL },
	};
	struct buffer file = BUFFER_INIT;
	int npos, rc = cli_options(c, options, argc, argv, &npos);

	if (rc != CLI_OK)
		return rc;
	if (npos != 0 || out == NULL)
		return cli_usage(c, MSG("usage.out"), NULL);
	rc = roster_export_template(&file);
	rc = rc != STATUS_OK ? cli_fail(c, rc, NULL, out)
	    : cli_write_new(c, out, file.data, file.len);
	if (rc == CLI_OK)
		say_written(c, out, NULL);
	buffer_release(&file);
	return rc;
}

int
kehou_roster_export(struct cli *c, int argc, char **argv)
{
	const char *out = NULL, *year_text = NULL;
	const struct cli_option options[] = {
		{ "-o", &out, 1, NULL }, { "--school-year", &year_text, 1, NULL },
		{ NULL, NULL, 0, NULL },
	};
	struct domain_error error = { .code = "" };
	struct buffer file = BUFFER_INIT;
	size_t children = 0;
	int year, npos, rc = cli_options(c, options, argc, argv, &npos);

	if (rc != CLI_OK)
		return rc;
	if (npos != 0 || out == NULL)
		return cli_usage(c, MSG("usage.out"), NULL);
	rc = year_of(c, year_text, &year);
	if (rc == CLI_OK)
		rc = open_school(c);
	if (rc != CLI_OK)
		return rc;
	rc = roster_export(c->replica, &c->user, year, &file, &children, &error);
	if (rc != STATUS_OK)
		rc = error.code[0] != '\0' ? cli_fail_domain(c, rc, &error)
		    : cli_fail(c, rc, NULL, out);
	else
		rc = cli_write_new(c, out, file.data, file.len);
	if (rc == CLI_OK)
		say_written(c, out, &children);
	buffer_release(&file);
	return rc;
}

int
kehou_roster_undo(struct cli *c, int argc, char **argv)
{
	const struct cli_option options[] = { { NULL, NULL, 0, NULL } };
	struct domain_error error = { .code = "" };
	json_t *answer = NULL;
	char number[24];
	int npos, rc = cli_options(c, options, argc, argv, &npos);

	if (rc != CLI_OK)
		return rc;
	if (npos != 0)
		return cli_usage(c, MSG("usage.extra"), argv[0]);
	rc = open_school(c);
	if (rc != CLI_OK)
		return rc;
	rc = domain_do(c->replica, &c->user, "roster.undo", NULL, NULL, &answer, &error);
	if (rc != STATUS_OK)
		return cli_fail_domain(c, rc, &error);
	if (c->json)
		output_json(stdout, answer);
	else
		cli_say(c, stderr, MSG("roster.undone"), cli_number((uint64_t)json_integer_value(
		    json_object_get(json_array_get(json_object_get(answer, "rows"), 0),
		    "children")), number), NULL);
	json_decref(answer);
	return CLI_OK;
}
