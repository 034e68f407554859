/* retention: a school's records whose time is over, shown and ended. */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "tools/kehou.h"
#include "tools/output.h"

#define EPOCH_DAYS 10957   /* 2000-01-01 since 1970-01-01 */
#define CHINA_S 28800
#define MAX_RULES 3

/* The rules of one school, out of the view retention_rules. */
struct plan {
	struct checkpoint c;
	struct checkpoint_rule rules[MAX_RULES];
	int64_t before_day;    /* history before it gives way */
};

static int64_t
number_of(const json_t *row, const char *name)
{
	const json_t *v = json_object_get(row, name);

	return json_is_string(v) ? strtoll(json_string_value(v), NULL, 10) :
	    (int64_t)json_integer_value(v);
}

static bool
has(const json_t *row, const char *name)
{
	const json_t *v = json_object_get(row, name);

	return v != NULL && !json_is_null(v);
}

static int
add_column(struct checkpoint_rule *r, const json_t *row)
{
	struct checkpoint_column *all = realloc(r->columns,
	    (r->ncolumns + 1) * sizeof(*all));

	if (all == NULL)
		return STATUS_NOMEM;
	r->columns = all;
	r->columns[r->ncolumns++] = (struct checkpoint_column){
	    (uint16_t)number_of(row, "table_id"), (uint16_t)number_of(row, "column_id") };
	if (has(row, "below"))
		r->below = number_of(row, "below");
	return STATUS_OK;
}

static int
add_value(struct checkpoint_rule *r, const json_t *row)
{
	int64_t *all = realloc(r->values, (r->nvalues + 1) * sizeof(*all));

	if (all == NULL)
		return STATUS_NOMEM;
	r->values = all;
	r->values[r->nvalues++] = number_of(row, "pupil");
	return STATUS_OK;
}

static void
plan_release(struct plan *p)
{
	for (size_t i = 0; i < MAX_RULES; i++) {
		free(p->rules[i].columns);
		free(p->rules[i].values);
	}
}

/* Rows are in order of rule, table, child. */
static int
plan_read(struct plan *p, const json_t *rows, uint64_t school)
{
	size_t n = 0;
	int status = STATUS_OK;

	memset(p, 0, sizeof(*p));
	p->before_day = INT64_MAX;
	for (size_t i = 0; status == STATUS_OK && i < json_array_size(rows); i++) {
		const json_t *row = json_array_get(rows, i);
		int64_t rule = number_of(row, "rule");

		if (rule > MAX_RULES) {
			int64_t day = number_of(row, "below");

			p->before_day = day < p->before_day ? day : p->before_day;
		} else if (has(row, "pupil")) {
			status = add_value(&p->rules[rule - 1], row);
		} else {
			status = add_column(&p->rules[rule - 1], row);
		}
	}
	for (size_t i = 0; i < MAX_RULES; i++) {
		struct checkpoint_rule swap = p->rules[n];

		if (p->rules[i].ncolumns == 0)
			continue;
		p->rules[n] = p->rules[i];
		if (n != i)
			p->rules[i] = swap;
		n++;
	}
	p->c.scope = school;
	p->c.rules = p->rules;
	p->c.nrules = n;
	return status;
}

static int
show(struct cli *c, const char *view, uint64_t school, const char *on, json_t **ret)
{
	struct domain_user clerk = { .roles = DOMAIN_CLERK, .scope = school };
	struct domain_error error = { .code = "" };
	json_t *args = json_pack("{s:s}", "on", on);
	int rc;

	rc = domain_show(c->replica, &clerk, view, args, ret, &error);
	json_decref(args);
	return rc == STATUS_OK ? CLI_OK : cli_fail_domain(c, rc, &error);
}

static void
add_done(json_t *all, uint64_t school, const struct replica_ended *e)
{
	char id[24];

	json_array_append_new(all, json_pack("{s:s, s:I, s:I, s:I, s:I}", "school",
	    cli_number(school, id), "number", (json_int_t)e->number, "segments",
	    (json_int_t)e->segments, "bytes", (json_int_t)e->bytes, "bytes_left",
	    (json_int_t)e->left));
}

static int
end_school(struct cli *c, uint64_t school, const char *on, json_t *all)
{
	struct replica_ended ended;
	json_t *rows = NULL;
	struct plan p;
	char id[24];
	int rc = show(c, "retention_rules", school, on, &rows), status;

	if (rc != CLI_OK)
		return rc;
	status = plan_read(&p, rows, school);
	if (status == STATUS_OK)
		status = replica_end(c->replica, &p.c, (p.before_day + EPOCH_DAYS) * 86400 -
		    CHINA_S, &ended);
	plan_release(&p);
	json_decref(rows);
	if (status == STATUS_EXISTS)
		return CLI_OK;
	if (status != STATUS_OK)
		return cli_fail(c, status, "retention", cli_number(school, id));
	add_done(all, school, &ended);
	return CLI_OK;
}

/* What is due, of one school. */
static int
show_school(struct cli *c, uint64_t school, const char *on, json_t *all)
{
	json_t *rows = NULL;
	int rc = show(c, "retention_due", school, on, &rows);

	if (rc == CLI_OK)
		json_array_extend(all, rows);
	json_decref(rows);
	return rc;
}

static void
print_all(struct cli *c, bool confirm, json_t *all)
{
	char n[24];

	if (c->json)
		output_json(stdout, all);
	else if (json_array_size(all) == 0)
		cli_say(c, stderr, MSG("retention.none"), NULL);
	else
		output_table(stdout, c->lang, all);
	if (confirm && !c->json && json_array_size(all) > 0)
		cli_say(c, stderr, MSG("retention.done"),
		    cli_number(json_array_size(all), n), NULL);
}

static int
each_school(struct cli *c, uint64_t only, const char *on, bool confirm)
{
	const struct roster *roster = replica_roster(c->replica);
	json_t *all = json_array();
	int rc = CLI_OK;

	for (size_t i = 0; rc == CLI_OK && i < roster->nschools; i++) {
		uint64_t school = roster->schools[i].id;

		if (only == 0 || school == only)
			rc = (confirm ? end_school : show_school)(c, school, on, all);
	}
	/* What was done before a failure is done: it is shown. */
	print_all(c, confirm, all);
	if (confirm && json_array_size(all) > 0) {
		int status = replica_reclaim_all(c->replica);

		if (status != STATUS_OK && rc == CLI_OK)
			rc = cli_fail(c, status, NULL, NULL);
	}
	json_decref(all);
	return rc;
}

int
kehou_retention(struct cli *c, int argc, char **argv)
{
	const char *text = NULL;
	bool dry = false, confirm = false;
	const struct cli_option options[] = {
		{ "--school", &text, 1, NULL }, { "--dry-run", NULL, 0, &dry },
		{ "--confirm", NULL, 0, &confirm }, { NULL, NULL, 0, NULL },
	};
	time_t now = time(NULL) + CHINA_S;
	uint64_t school = 0;
	struct tm tm;
	char on[16];
	int npos, rc = cli_options(c, options, argc, argv, &npos);

	if (rc != CLI_OK)
		return rc;
	if (npos > 0)
		return cli_usage(c, MSG("usage.extra"), argv[0]);
	if (dry == confirm)
		return cli_usage(c, MSG("usage.needs"), "--dry-run");
	if (text != NULL && !cli_decimal(text, 9999999999u, &school))
		return cli_usage(c, MSG("usage.school"), text);
	rc = kehou_hub_only(c);
	if (rc != CLI_OK)
		return rc;
	if (gmtime_r(&now, &tm) == NULL || strftime(on, sizeof(on), "%Y-%m-%d", &tm) == 0)
		return cli_fail(c, STATUS_USAGE, NULL, NULL);
	return each_school(c, school, on, confirm);
}
