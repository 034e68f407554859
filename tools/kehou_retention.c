/* retention: a school's records whose time is over, shown and ended. */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "tools/kehou.h"
#include "tools/output.h"

#define EPOCH_DAYS 10957   /* 2000-01-01 since 1970-01-01 */
#define CHINA_S 28800
#define MAX_RULES 4
#define CHILDREN 3        /* the last of them, of children by number */
#define HEARD_S (100 * 86400) /* longer than a holiday */

enum doing { SHOW, LOOK, END };

/* The rules of one school, out of the view retention_rules. */
struct plan {
	struct checkpoint c;
	struct checkpoint_rule rules[MAX_RULES];
	int64_t before_day;    /* history before it gives way; days since 2000 */
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

/* Rows come in order of rule, table, child; rules without a column come last. */
static int
plan_read(struct plan *p, const json_t *rows, uint64_t school)
{
	int status = STATUS_OK;

	memset(p, 0, sizeof(*p));
	for (size_t i = 0; status == STATUS_OK && i < json_array_size(rows); i++) {
		const json_t *row = json_array_get(rows, i);
		int64_t rule = number_of(row, "rule");

		if (rule < 1 || rule > MAX_RULES)
			p->before_day = number_of(row, "below");
		else if (has(row, "pupil"))
			status = add_value(&p->rules[rule - 1], row);
		else
			status = add_column(&p->rules[rule - 1], row);
	}
	p->c.scope = school;
	p->c.rules = p->rules;
	while (p->c.nrules < MAX_RULES && p->rules[p->c.nrules].ncolumns > 0)
		p->c.nrules++;
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

/* One school's turn, and what came of it as rows for people. */
struct turn {
	struct cli *c;
	enum doing doing;
	const char *on;
	int64_t now_s;
	uint64_t only;         /* one school, named: then its silence is no reason */
	json_t *rows;
	uint32_t ended;
	bool found;
	int rc;
};

static void
add_row(struct turn *t, uint64_t school, const struct replica_ended *e, const char *why)
{
	char id[24];

	json_array_append_new(t->rows, json_pack("{s:s, s:I, s:I, s:I, s:I, s:s?}", "school",
	    cli_number(school, id), "records", (json_int_t)e->rows, "segments",
	    (json_int_t)e->segments, "bytes", (json_int_t)e->bytes, "bytes_left",
	    (json_int_t)e->left, "left_alone", why));
}

static int
end_school(struct turn *t, const struct replica_school *s, struct plan *p)
{
	int64_t before_s = (p->before_day + EPOCH_DAYS) * 86400 - CHINA_S;
	struct replica_ended ended = {0};
	char id[24];
	int status;

	/* What it wrote before that day may still be there alone. */
	if (t->only == 0 && s->last_contact_s < before_s) {
		add_row(t, s->school->id, &ended, "silent");
		return CLI_OK;
	}
	/* Who has left is known only of a school that speaks. */
	if (p->c.nrules > CHILDREN && s->last_contact_s < t->now_s - HEARD_S)
		p->c.nrules = CHILDREN;
	status = replica_end(t->c->replica, &p->c, before_s, t->doing == LOOK, &ended);
	if (status == STATUS_EXISTS)
		return CLI_OK;
	if (status != STATUS_OK)
		return cli_fail(t->c, status, "retention", cli_number(s->school->id, id));
	add_row(t, s->school->id, &ended, NULL);
	t->ended++;
	return CLI_OK;
}

static int
one_school(struct turn *t, const struct replica_school *s)
{
	json_t *rows = NULL;
	struct plan p;
	int rc = show(t->c, t->doing == SHOW ? "retention_due" : "retention_rules",
	    s->school->id, t->on, &rows);

	if (rc != CLI_OK)
		return rc;
	if (t->doing == SHOW) {
		json_array_extend(t->rows, rows);
	} else {
		int status = plan_read(&p, rows, s->school->id);

		rc = status == STATUS_OK ? end_school(t, s, &p) :
		    cli_fail(t->c, status, NULL, NULL);
		plan_release(&p);
	}
	json_decref(rows);
	return rc;
}

static void
print_all(struct turn *t)
{
	char n[24];

	if (t->c->json)
		output_json(stdout, t->rows);
	else if (json_array_size(t->rows) > 0)
		output_table(stdout, t->c->lang, NULL, t->rows);
	else if (t->rc == CLI_OK)
		cli_say(t->c, stderr, MSG("retention.none"), NULL);
	if (!t->c->json && t->ended > 0)
		cli_say(t->c, stderr, t->doing == END ? MSG("retention.done")
		    : MSG("retention.look"), cli_number(t->ended, n), NULL);
}

static int
visit(void *ctx, const struct replica_school *s)
{
	struct turn *t = ctx;

	if (t->only == 0 || s->school->id == t->only) {
		t->found = true;
		t->rc = one_school(t, s);
	}
	return t->rc != CLI_OK;
}

/* What was done before a failure is done, and shown. */
static void
each_school(struct turn *t)
{
	int status = replica_schools(t->c->replica, visit, t);
	char id[24];

	if (status < 0)
		t->rc = cli_fail(t->c, status, NULL, NULL);
	else if (!t->found && t->only != 0)
		t->rc = cli_fail(t->c, STATUS_NOT_FOUND, "school",
		    cli_number(t->only, id));
	else
		print_all(t);
	if (t->doing != END || t->ended == 0)
		return;
	status = replica_reclaim_all(t->c->replica);
	if (status != STATUS_OK && t->rc == CLI_OK)
		t->rc = cli_fail(t->c, status, NULL, NULL);
}

int
kehou_retention(struct cli *c, int argc, char **argv)
{
	const char *text = NULL;
	bool look = false, yes = false;
	const struct cli_option options[] = {
		{ "--school", &text, 1, NULL }, { "--dry-run", NULL, 0, &look },
		{ "--yes", NULL, 0, &yes }, { NULL, NULL, 0, NULL },
	};
	struct turn t = { .c = c };
	struct tm tm;
	time_t at;
	char on[16];
	int npos, rc = cli_options(c, options, argc, argv, &npos);

	if (rc != CLI_OK)
		return rc;
	if (npos > 0)
		return cli_usage(c, MSG("usage.extra"), argv[0]);
	if (look && yes)
		return cli_usage(c, MSG("usage.needs"), "--dry-run | --yes");
	if (text != NULL && !cli_decimal(text, 9999999999u, &t.only))
		return cli_usage(c, MSG("usage.form"), "--school");
	rc = kehou_hub_only(c, KEHOU_OFFICE);
	if (rc != CLI_OK)
		return rc;
	t.now_s = c->env->now_s(c->env->ctx);
	at = (time_t)(t.now_s + CHINA_S);
	if (gmtime_r(&at, &tm) == NULL || strftime(on, sizeof(on), "%Y-%m-%d", &tm) == 0)
		return cli_fail(c, STATUS_USAGE, NULL, NULL);
	t.on = on;
	t.doing = yes ? END : look ? LOOK : SHOW;
	t.rows = json_array();
	each_school(&t);
	json_decref(t.rows);
	return t.rc;
}
