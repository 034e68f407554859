#include "schema/roster_plan.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gen/domain_entries.h"
#include "schema/roster_cell.h"
#include "schema/roster_csv.h"

#define HEADER_WITHIN_ROWS 20

enum column {
	NAME, SEX, GRADE, CLASS, NUMBER, BIRTH, ADDRESS, GUARDIAN, RELATION, PHONE,
	LEFT_BEHIND, MIGRANT, DISABLED, WANTS, NOON, AFTERNOON, REMARK, NCOLUMNS
};

/* Headers as offices write them, spaces taken out. */
static const struct { const char *header; enum column column; } synonyms[] = {
	{"姓名", NAME}, {"学生姓名", NAME}, {"学生", NAME}, {"名字", NAME},
	{"性别", SEX},
	{"年级", GRADE}, {"年级班级", GRADE}, {"年级班", GRADE}, {"所在年级", GRADE},
	{"年级(班级)", GRADE}, {"所在班级", GRADE},
	{"班", CLASS}, {"班级", CLASS}, {"班号", CLASS},
	{"学籍号", NUMBER}, {"全国学籍号", NUMBER}, {"学籍号码", NUMBER}, {"学生学籍号", NUMBER},
	{"出生日期", BIRTH}, {"出生年月", BIRTH}, {"出生年月日", BIRTH}, {"生日", BIRTH},
	{"家庭住址", ADDRESS}, {"现住址", ADDRESS}, {"住址", ADDRESS}, {"家庭地址", ADDRESS},
	{"监护人", GUARDIAN}, {"监护人姓名", GUARDIAN}, {"家长", GUARDIAN}, {"家长姓名", GUARDIAN},
	{"与学生关系", RELATION}, {"关系", RELATION}, {"与监护人关系", RELATION},
	{"联系电话", PHONE}, {"监护人电话", PHONE}, {"手机号", PHONE}, {"电话", PHONE},
	{"家长电话", PHONE}, {"手机", PHONE}, {"手机号码", PHONE}, {"联系方式", PHONE},
	{"留守儿童", LEFT_BEHIND}, {"是否留守", LEFT_BEHIND}, {"留守", LEFT_BEHIND},
	{"是否留守儿童", LEFT_BEHIND},
	{"随迁子女", MIGRANT}, {"是否随迁", MIGRANT}, {"是否进城务工人员随迁子女", MIGRANT},
	{"进城务工人员随迁子女", MIGRANT}, {"是否随迁子女", MIGRANT},
	{"残疾儿童", DISABLED}, {"是否残疾", DISABLED}, {"残疾", DISABLED},
	{"是否残疾儿童", DISABLED},
	{"参加课后服务", WANTS}, {"是否参加课后服务", WANTS}, {"课后服务", WANTS},
	{"是否参加", WANTS},
	{"中午", NOON}, {"午间", NOON}, {"下午", AFTERNOON}, {"下午课后", AFTERNOON},
	{"备注", REMARK}, {"说明", REMARK},
};

/* One child as the roster has it; texts are borrowed from the file. */
struct child {
	unsigned line;
	int64_t pupil;          /* 0: new */
	const char *name, *address, *guardian, *phone; /* NULL: not said */
	char number[ROSTER_CELL_NUMBER_BYTES], birth[ROSTER_CELL_BIRTH_BYTES];
	int sex, entry_year, class, relation, slots; /* slots -1: not said, 0: no */
	char priorities[16];    /* JSON array of priority.kind */
	bool differs;
};

/* A child that the database has. */
struct known {
	int64_t pupil;
	char *name;             /* owned */
	char number[ROSTER_CELL_NUMBER_BYTES], birth[ROSTER_CELL_BIRTH_BYTES];
	int64_t entry_year, class;
	unsigned taken;         /* line of this file that is this child, or 0 */
};

struct plan {
	const struct runtime *rt;
	const struct roster_plan_input *in;
	struct roster_import_result result;
	struct domain_error *error;
	struct roster_csv csv;
	int column_of[NCOLUMNS];           /* cell, or -1 */
	char *headers[NCOLUMNS];           /* as the file has them; borrowed */
	struct known *known; size_t nknown, known_cap;
	struct child *children; size_t nchildren, children_cap;
};

static void
report(struct plan *p, enum roster_import_row what, unsigned line, const char *column,
    const char *code, const char *text)
{
	unsigned *const counts[] = {
		&p->result.fresh, &p->result.changed, &p->result.unchanged,
		&p->result.doubtful, &p->result.rejected,
	};

	(*counts[what])++;
	if (p->in->report)
		p->in->report(p->in->ctx, what, line, column, code, text);
}

static const char *
header_of(const struct plan *p, enum column c)
{
	return p->headers[c] ? p->headers[c] : "";
}

/* ---- reading the file ---- */

static bool
take_header(struct plan *p)
{
	int found[NCOLUMNS];

	for (int c = 0; c < NCOLUMNS; c++)
		found[c] = -1;
	for (size_t i = 0; i < p->csv.ncells; i++) {
		roster_cell_squeeze(p->csv.cells[i]);
		for (size_t s = 0; s < sizeof(synonyms) / sizeof(synonyms[0]); s++)
			if (strcmp(p->csv.cells[i], synonyms[s].header) == 0
			    && found[synonyms[s].column] < 0)
				found[synonyms[s].column] = (int)i;
	}
	/* A lone column 班级 holds 一年级（1）班. */
	if (found[GRADE] < 0 && found[CLASS] >= 0) {
		found[GRADE] = found[CLASS];
		found[CLASS] = -1;
	}
	if (found[NAME] < 0 || found[GRADE] < 0)
		return false;
	memcpy(p->column_of, found, sizeof(found));
	for (int c = 0; c < NCOLUMNS; c++)
		if (found[c] >= 0)
			p->headers[c] = p->csv.cells[found[c]];
	return true;
}

static char *
cell(struct plan *p, enum column c)
{
	static char none[8];
	int i = p->column_of[c];

	return i >= 0 && (size_t)i < p->csv.ncells ? p->csv.cells[i] : none;
}

static const char *
said(const char *s)
{
	return s[0] != '\0' ? s : NULL;
}

/* Blank rows, totals and headers repeated on each page are no children. */
static bool
is_no_child(struct plan *p)
{
	static const char *const totals[] = {"合计", "总计", "小计", "共计"};
	bool blank = true;

	for (size_t i = 0; i < p->csv.ncells; i++) {
		roster_cell_clean(p->csv.cells[i]);
		blank = blank && p->csv.cells[i][0] == '\0';
		for (size_t t = 0; t < sizeof(totals) / sizeof(totals[0]); t++)
			if (i < 3 && strncmp(p->csv.cells[i], totals[t], strlen(totals[t])) == 0)
				return true;
	}
	return blank || strcmp(cell(p, NAME), header_of(p, NAME)) == 0;
}

static bool
yes(struct plan *p, enum column c)
{
	const char *s = cell(p, c);
	enum roster_cell_answer answer = roster_cell_answer(s);

	if (answer == ROSTER_CELL_UNCLEAR)
		report(p, ROSTER_DOUBTFUL, p->csv.line, header_of(p, c), "R6.unclear_mark", s);
	return answer == ROSTER_CELL_YES;
}

static void
read_priorities(struct plan *p, struct child *c)
{
	static const struct { enum column column; const char *word; char kind; } groups[] = {
		{MIGRANT, "随迁", '2'}, {LEFT_BEHIND, "留守", '3'}, {DISABLED, "残疾", '4'},
	};
	char *out = c->priorities;

	*out++ = '[';
	for (int i = 0; i < 3; i++) {
		if (!yes(p, groups[i].column) && !strstr(cell(p, REMARK), groups[i].word))
			continue;
		if (out[-1] != '[')
			*out++ = ',';
		*out++ = groups[i].kind;
	}
	*out++ = ']';
	*out = '\0';
}

static void
read_request(struct plan *p, struct child *c)
{
	const char *s = cell(p, WANTS);
	enum roster_cell_answer answer = roster_cell_answer(s);

	c->slots = -1;
	if (answer == ROSTER_CELL_NO)
		c->slots = 0;
	if (answer == ROSTER_CELL_UNCLEAR)
		report(p, ROSTER_DOUBTFUL, p->csv.line, header_of(p, WANTS), "R3.unclear_mark",
		    s);
	if (answer != ROSTER_CELL_YES)
		return;
	c->slots = (yes(p, NOON) ? 1 : 0) | (yes(p, AFTERNOON) ? 2 : 0);
	if (c->slots == 0)
		c->slots = 2;
}

/* Digits, and a plus or hyphen; otherwise the cell is doubtful and left out. */
static void
read_phone(struct plan *p, struct child *c)
{
	char *s = cell(p, PHONE);
	size_t n = strlen(s);

	if (n == 0)
		return;
	if (n < 5 || n > 20 || strspn(s, "0123456789-+ ") != n)
		report(p, ROSTER_DOUBTFUL, c->line, header_of(p, PHONE), "R18.phone", s);
	else
		c->phone = s;
}

static void
read_number_and_birth(struct plan *p, struct child *c)
{
	const char *s = cell(p, NUMBER);

	if (s[0] != '\0' && !roster_cell_number(s, c->number))
		report(p, ROSTER_DOUBTFUL, c->line, header_of(p, NUMBER), "R19.student_no", s);
	s = cell(p, BIRTH);
	if (s[0] != '\0' && !roster_cell_birth(s, c->birth))
		report(p, ROSTER_DOUBTFUL, c->line, header_of(p, BIRTH), "R19.birth", s);
}

/* False: the row is rejected, and said so. */
static bool
read_child(struct plan *p, struct child *c)
{
	int grade = 0;
	char *name = cell(p, NAME);

	*c = (struct child){.line = p->csv.line, .class = 1};
	roster_cell_squeeze(name);
	if (name[0] == '\0' || strlen(name) > 120) {
		report(p, ROSTER_REJECTED, c->line, header_of(p, NAME), "R19.no_name", "");
		return false;
	}
	c->name = name;
	if (!roster_cell_grade(cell(p, GRADE), p->in->school_year, &grade, &c->class)) {
		report(p, ROSTER_REJECTED, c->line, header_of(p, GRADE), "R19.grade",
		    cell(p, GRADE));
		return false;
	}
	if (cell(p, CLASS)[0] != '\0' && !roster_cell_class(cell(p, CLASS), &c->class)
	    && !roster_cell_grade(cell(p, CLASS), p->in->school_year, &grade, &c->class)) {
		report(p, ROSTER_REJECTED, c->line, header_of(p, CLASS), "R19.class",
		    cell(p, CLASS));
		return false;
	}
	c->entry_year = p->in->school_year - grade + 1;
	c->sex = strcmp(cell(p, SEX), "男") == 0 ? 1 : strcmp(cell(p, SEX), "女") == 0 ? 2 : 0;
	c->address = said(cell(p, ADDRESS));
	c->guardian = said(cell(p, GUARDIAN));
	c->relation = roster_cell_relation(cell(p, RELATION));
	read_number_and_birth(p, c);
	read_phone(p, c);
	read_priorities(p, c);
	read_request(p, c);
	return true;
}

/* ---- finding children again ---- */

static int
grow(void **array, size_t n, size_t *cap, size_t size)
{
	size_t more = *cap ? *cap * 2 : 256;
	void *p;

	if (n < *cap)
		return STATUS_OK;
	p = realloc(*array, more * size);
	if (!p)
		return STATUS_NOMEM;
	*array = p;
	*cap = more;
	return STATUS_OK;
}

static void
copy_text(struct value v, char *out, size_t cap)
{
	size_t n = v.type == VALUE_TEXT && v.len < cap ? v.len : 0;

	memcpy(out, n ? (const char *)v.p : "", n);
	out[n] = '\0';
}

static int
add_known(struct plan *p, struct store_stmt *st)
{
	struct value name = store_column(st, 1);
	struct known *k;
	int status = grow((void **)&p->known, p->nknown, &p->known_cap, sizeof(*p->known));

	if (status != STATUS_OK)
		return status;
	k = &p->known[p->nknown];
	*k = (struct known){.pupil = store_column(st, 0).i,
	    .entry_year = store_column(st, 4).type == VALUE_INT ? store_column(st, 4).i : 0,
	    .class = store_column(st, 5).type == VALUE_INT ? store_column(st, 5).i : 0};
	k->name = malloc(name.len + 1);
	if (!k->name)
		return STATUS_NOMEM;
	copy_text(name, k->name, name.len + 1);
	copy_text(store_column(st, 2), k->number, sizeof(k->number));
	copy_text(store_column(st, 3), k->birth, sizeof(k->birth));
	p->nknown++;
	return STATUS_OK;
}

static int
load_known(struct plan *p)
{
	struct store_stmt *st;
	const char *tail;
	bool row = true;
	int status = store_prepare(p->rt->store, domain_sql_roster_pupils, &st, &tail);

	if (status != STATUS_OK)
		return status;
	status = store_bind(st, "school", value_int((int64_t)p->rt->scope));
	if (status == STATUS_OK)
		status = store_bind(st, "school_year", value_int(p->in->school_year));
	while (status == STATUS_OK && row) {
		status = store_step(st, &row);
		if (status == STATUS_OK && row)
			status = add_known(p, st);
	}
	store_reset(st);
	return status;
}

/* By number; else by name with the class (or the birth date) agreeing. */
static bool
is_same(const struct known *k, const struct child *c)
{
	if (k->number[0] != '\0' && c->number[0] != '\0')
		return strcmp(k->number, c->number) == 0;
	if (strcmp(k->name, c->name) != 0)
		return false;
	if (k->birth[0] != '\0' && c->birth[0] != '\0')
		return strncmp(k->birth, c->birth, 7) == 0;
	return k->entry_year == c->entry_year && k->class == c->class;
}

/* Earlier rows of the same file.  True: this row is not to be taken. */
static bool
is_repeated(struct plan *p, const struct child *c)
{
	for (size_t i = 0; i < p->nchildren; i++) {
		const struct child *o = &p->children[i];
		bool same_number = c->number[0] != '\0' && strcmp(c->number, o->number) == 0;
		bool same_name = strcmp(c->name, o->name) == 0;

		if (same_number && same_name) {
			report(p, ROSTER_UNCHANGED, c->line, header_of(p, NAME),
			    "R19.twice_in_file", c->name);
			return true;
		}
		if (same_number) {
			report(p, ROSTER_DOUBTFUL, c->line, header_of(p, NUMBER),
			    "R19.same_number", c->number);
			return true;
		}
		if (same_name && c->entry_year == o->entry_year && c->class == o->class
		    && (c->number[0] == '\0' || o->number[0] == '\0')
		    && strcmp(c->birth, o->birth) == 0) {
			report(p, ROSTER_DOUBTFUL, c->line, header_of(p, NAME),
			    "R19.two_of_this_name", c->name);
			return true;
		}
	}
	return false;
}

/* Sets c->pupil.  False: doubtful, and said so. */
static bool
find_child(struct plan *p, struct child *c)
{
	struct known *found = NULL;

	for (size_t i = 0; i < p->nknown; i++) {
		struct known *k = &p->known[i];

		if (!is_same(k, c))
			continue;
		if (found || k->taken) {
			report(p, ROSTER_DOUBTFUL, c->line, header_of(p, NAME),
			    "R19.two_of_this_name", c->name);
			return false;
		}
		found = k;
	}
	if (!found)
		return true;
	if (strcmp(found->name, c->name) != 0) {
		report(p, ROSTER_DOUBTFUL, c->line, header_of(p, NAME), "R19.other_name",
		    found->name);
		return false;
	}
	found->taken = c->line;
	c->pupil = found->pupil;
	return true;
}

/* ---- writing ---- */

static struct value
text_or_null(const char *s)
{
	return s && s[0] != '\0' ? value_text(s, strlen(s)) : value_null();
}

static int
bind_child(struct plan *p, struct store_stmt *st, const struct child *c)
{
	const struct { const char *name; struct value v; } binds[] = {
		{"school", value_int((int64_t)p->rt->scope)}, {"pupil", value_int(c->pupil)},
		{"name", text_or_null(c->name)}, {"sex", value_int(c->sex)},
		{"birth", text_or_null(c->birth)}, {"student_no", text_or_null(c->number)},
		{"address", text_or_null(c->address)},
		{"school_year", value_int(p->in->school_year)},
		{"entry_year", value_int(c->entry_year)}, {"class", value_int(c->class)},
		{"guardian", text_or_null(c->guardian)}, {"phone", text_or_null(c->phone)},
		{"relation", value_int(c->relation)},
		{"priorities", text_or_null(c->priorities)}, {"slots", value_int(c->slots)},
	};
	int status = STATUS_OK;

	for (size_t i = 0; i < sizeof(binds) / sizeof(binds[0]) && status == STATUS_OK; i++)
		status = store_bind(st, binds[i].name, binds[i].v);
	return status;
}

/* Runs all statements of sql for a child; the last row's first column. */
static int
run_for(struct plan *p, const char *sql, const struct child *c, int64_t *ret)
{
	int status = STATUS_OK;

	while (status == STATUS_OK && sql[strspn(sql, " \t\r\n")] != '\0') {
		struct store_stmt *st;
		const char *tail;
		bool row = true;

		status = store_prepare(p->rt->store, sql, &st, &tail);
		if (status != STATUS_OK)
			return status;
		status = bind_child(p, st, c);
		while (status == STATUS_OK && row) {
			status = store_step(st, &row);
			if (status == STATUS_OK && row && ret)
				*ret = store_column(st, 0).i;
		}
		store_reset(st);
		sql = tail;
	}
	return status;
}

static int
classify(struct plan *p, struct child *c)
{
	int64_t differs = 0;
	int status = STATUS_OK;

	if (c->pupil == 0) {
		c->differs = true;
		report(p, ROSTER_NEW, c->line, "", "", c->name);
		return STATUS_OK;
	}
	status = run_for(p, domain_sql_roster_differs, c, &differs);
	if (status != STATUS_OK)
		return status;
	c->differs = differs != 0;
	report(p, c->differs ? ROSTER_CHANGED : ROSTER_UNCHANGED, c->line, "", "", c->name);
	return STATUS_OK;
}

static int
read_rows(struct plan *p)
{
	int status = STATUS_OK;

	while (status == STATUS_OK && roster_csv_row(&p->csv)) {
		struct child c;

		if (is_no_child(p) || !read_child(p, &c) || is_repeated(p, &c)
		    || !find_child(p, &c))
			continue;
		if (p->nchildren >= ROSTER_PLAN_MAX_ROWS)
			return STATUS_TOO_LARGE;
		status = grow((void **)&p->children, p->nchildren, &p->children_cap,
		    sizeof(*p->children));
		if (status == STATUS_OK)
			status = classify(p, &c);
		if (status == STATUS_OK)
			p->children[p->nchildren++] = c;
	}
	return status;
}

static int
write_rows(struct plan *p)
{
	int status = STATUS_OK;

	for (size_t i = 0; i < p->nchildren && status == STATUS_OK; i++) {
		struct child *c = &p->children[i];

		if (!c->differs)
			continue;
		if (c->pupil == 0)
			status = run_for(p, domain_sql_new_id, c, &c->pupil);
		if (status == STATUS_OK)
			status = run_for(p, domain_sql_roster_put, c, NULL);
	}
	return status;
}

static int
apply(struct plan *p, const struct domain_user *user)
{
	uint64_t seq;
	int status;

	if (p->in->dry_run || p->result.fresh + p->result.changed == 0)
		return STATUS_OK;
	status = p->rt->begin(p->rt->ctx, p->rt->scope, LANE_ORDINARY, user->staff);
	if (status != STATUS_OK)
		return status;
	status = write_rows(p);
	if (status != STATUS_OK) {
		store_rollback(p->rt->store);
		return status;
	}
	return store_commit(p->rt->store, &seq);
}

static int
find_header(struct plan *p)
{
	for (int i = 0; i < HEADER_WITHIN_ROWS && roster_csv_row(&p->csv); i++)
		if (take_header(p))
			return STATUS_OK;
	runtime_error(p->error, "R19.no_header", NULL, NULL);
	return STATUS_MALFORMED;
}

static void
plan_release(struct plan *p)
{
	for (size_t i = 0; i < p->nknown; i++)
		free(p->known[i].name);
	free(p->known);
	free(p->children);
	roster_csv_release(&p->csv);
}

static int
check_call(const struct runtime *rt, const struct domain_user *user, int school_year,
    struct domain_error *ret_error)
{
	unsigned roles;
	int status = runtime_allow(rt, user, DOMAIN_TEACHER | DOMAIN_HEAD, &roles, ret_error);

	if (status != STATUS_OK)
		return status;
	if (rt->scope == 0) {
		runtime_error(ret_error, "USAGE.school_only", NULL, NULL);
		return STATUS_USAGE;
	}
	if (school_year < 2000 || school_year > 2199) {
		char year[16];

		snprintf(year, sizeof(year), "%d", school_year);
		runtime_error(ret_error, "R19.year", year, NULL);
		return STATUS_USAGE;
	}
	return STATUS_OK;
}

int
roster_plan_run(const struct runtime *rt, const struct domain_user *user,
    const struct roster_plan_input *in, struct roster_import_result *ret,
    struct domain_error *ret_error)
{
	struct plan p = {.rt = rt, .in = in, .error = ret_error};
	int status = check_call(rt, user, in->school_year, ret_error);

	if (status != STATUS_OK)
		return status;
	status = roster_csv_open(&p.csv, in->data, in->len);
	if (status != STATUS_OK) {
		runtime_error(ret_error, status == STATUS_TOO_LARGE ? "R19.too_large"
		    : "R19.encoding", NULL, NULL);
		return status;
	}
	status = find_header(&p);
	if (status == STATUS_OK) {
		status = load_known(&p);
		if (status == STATUS_OK)
			status = read_rows(&p);
		if (status == STATUS_OK)
			status = apply(&p, user);
		if (status != STATUS_OK)
			runtime_fail(rt, status, ret_error);
	}
	plan_release(&p);
	if (status == STATUS_OK)
		*ret = p.result;
	return status;
}
