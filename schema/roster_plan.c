#include "schema/roster_plan.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gen/domain_entries.h"
#include "schema/roster_apart.h"
#include "schema/roster_child.h"
#include "sync/batch.h"

/* A child that the database has. */
struct known {
	int64_t pupil;
	char *name;             /* owned */
	char number[ROSTER_CELL_NUMBER_BYTES], birth[ROSTER_CELL_BIRTH_BYTES];
	int64_t entry_year, class, sex;
	char *guardian, *phone; /* of the first guardian; owned */
	char *address;          /* owned */
	unsigned taken;         /* line of this file that is this child, or 0 */
};

struct plan {
	const struct runtime *rt;
	const struct roster_plan_input *in;
	struct roster_import_result result;
	struct domain_error *error;
	struct roster_book *book;
	struct roster_table table;
	struct roster_word *words; size_t words_cap;
	const char *sheet;                 /* that is read now */
	unsigned line;
	struct known *known; size_t nknown, known_cap;
	struct roster_child *children; size_t nchildren, children_cap;
	uint32_t *by_number, *by_name;     /* children of this file, open addressing */
	uint32_t *known_number, *known_name;
};

static void
report(struct plan *p, enum roster_import_row what, unsigned line, const char *column,
    const char *code, const char *name, const char *text)
{
	unsigned *const counts[] = {
		&p->result.fresh, &p->result.changed, &p->result.unchanged,
		&p->result.doubtful, &p->result.rejected,
	};
	struct roster_import_said said = {
		.what = what, .sheet = p->sheet, .line = line, .column = column,
		.reason = code, .name = name, .text = text,
	};

	(*counts[what])++;
	if (p->in->report)
		p->in->report(p->in->ctx, &said);
}

static void
say_cell(void *ctx, bool refused, enum roster_field field, const char *reason,
    const char *name, const char *text)
{
	struct plan *p = ctx;

	report(p, refused ? ROSTER_REJECTED : ROSTER_DOUBTFUL, p->line,
	    roster_table_header(&p->table, field), reason, name, text);
}

/* More than one transaction may hold is a matter of the file, not of the machine. */
static int
failed(struct plan *p, int status)
{
	if (status != STATUS_TOO_LARGE)
		return runtime_fail(p->rt, status, p->error);
	runtime_error(p->error, "R19.too_large", NULL, NULL);
	return status;
}

/* ---- finding children again ---- */

/* Open addressing over indexes plus one; a table has room for twice the entries. */
#define INDEX_SLOTS (4u * ROSTER_PLAN_MAX_ROWS)

static uint32_t
hash(const char *s)
{
	uint32_t h = 2166136261u;

	for (; *s != '\0'; s++)
		h = (h ^ (unsigned char)*s) * 16777619u;
	return h;
}

static void
index_add(uint32_t *slots, const char *key, size_t i)
{
	uint32_t at = hash(key) % INDEX_SLOTS;

	if (key[0] == '\0')
		return;
	while (slots[at] != 0)
		at = (at + 1) % INDEX_SLOTS;
	slots[at] = (uint32_t)i + 1;
}

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

static char *
owned_text(struct value v)
{
	size_t n = v.type == VALUE_TEXT ? v.len : 0;
	char *out = malloc(n + 1);

	if (out)
		copy_text(v, out, n + 1);
	return out;
}

static int64_t
number_or_0(struct value v)
{
	return v.type == VALUE_INT ? v.i : 0;
}

static int
add_known(struct plan *p, struct store_stmt *st)
{
	struct known *k;
	int status = grow((void **)&p->known, p->nknown, &p->known_cap, sizeof(*p->known));

	if (status != STATUS_OK)
		return status;
	if (p->nknown >= INDEX_SLOTS / 2)
		return STATUS_TOO_LARGE;
	k = &p->known[p->nknown++];
	*k = (struct known){.pupil = store_column(st, 0).i,
	    .name = owned_text(store_column(st, 1)),
	    .entry_year = number_or_0(store_column(st, 4)),
	    .class = number_or_0(store_column(st, 5)), .sex = number_or_0(store_column(st, 6)),
	    .guardian = owned_text(store_column(st, 7)),
	    .phone = owned_text(store_column(st, 8)),
	    .address = owned_text(store_column(st, 9))};
	if (!k->name || !k->guardian || !k->phone || !k->address)
		return STATUS_NOMEM;
	copy_text(store_column(st, 2), k->number, sizeof(k->number));
	copy_text(store_column(st, 3), k->birth, sizeof(k->birth));
	index_add(p->known_name, k->name, p->nknown - 1);
	index_add(p->known_number, k->number, p->nknown - 1);
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

/* Words that are no field here are of a newer program: left out. */
static int
add_word(struct plan *p, struct store_stmt *st)
{
	struct roster_word *w;
	char field[32];
	int status = grow((void **)&p->words, p->table.nwords, &p->words_cap, sizeof(*p->words));

	if (status != STATUS_OK)
		return status;
	w = &p->words[p->table.nwords];
	copy_text(store_column(st, 0), w->header, sizeof(w->header));
	copy_text(store_column(st, 1), field, sizeof(field));
	roster_cell_squeeze(w->header);
	w->field = roster_table_field(field);
	if (w->field != ROSTER_FIELDS)
		p->table.nwords++;
	p->table.words = p->words;
	return STATUS_OK;
}

static int
load_words(struct plan *p)
{
	struct store_stmt *st;
	const char *tail;
	bool row = true;
	int status = store_prepare(p->rt->store, domain_sql_roster_words, &st, &tail);

	if (status != STATUS_OK)
		return status;
	status = store_bind(st, "school", value_int((int64_t)p->rt->scope));
	while (status == STATUS_OK && row) {
		status = store_step(st, &row);
		if (status == STATUS_OK && row)
			status = add_word(p, st);
	}
	store_reset(st);
	return status;
}

/* Both say something, and not the same. */
static bool
differ(const char *a, const char *b)
{
	return a && b && a[0] != '\0' && b[0] != '\0' && strcmp(a, b) != 0;
}

/* 2014-10 agrees with 2014-10-08. */
static bool
births_differ(const char *a, const char *b)
{
	size_t n = strlen(a) < strlen(b) ? strlen(a) : strlen(b);

	return n > 0 && strncmp(a, b, n) != 0;
}

/* An earlier row of this file with the same number; NULL. */
static const struct roster_child *
same_number(const struct plan *p, const struct roster_child *c)
{
	for (uint32_t at = hash(c->number) % INDEX_SLOTS; c->number[0] != '\0'
	    && p->by_number[at] != 0; at = (at + 1) % INDEX_SLOTS)
		if (strcmp(p->children[p->by_number[at] - 1].number, c->number) == 0)
			return &p->children[p->by_number[at] - 1];
	return NULL;
}

/* The same name and birth, and no number that tells the two apart. */
static bool
is_like(const struct roster_child *o, const struct roster_child *c)
{
	return o->birth[0] != '\0' && c->birth[0] != '\0' && !births_differ(o->birth, c->birth)
	    && !differ(o->number, c->number) && !(o->sex && c->sex && o->sex != c->sex)
	    && !(o->id && c->id && o->id != c->id);
}

/* Earlier rows of the same file.  True: this row is not to be taken.  Two children
 * of one name and class are told apart by number, birth, sex, guardian or phone. */
static bool
is_repeated(struct plan *p, struct roster_child *c)
{
	const struct roster_child *o = same_number(p, c);
	bool like = false;

	if (o && strcmp(o->name, c->name) == 0) {
		report(p, ROSTER_UNCHANGED, c->line, c->name_header, "R19.twice_in_file",
		    c->name, "");
		return true;
	}
	if (o) {
		report(p, ROSTER_DOUBTFUL, c->line,
		    roster_table_header(&p->table, ROSTER_STUDENT_NO), "R19.same_number",
		    c->name, c->number);
		/* Whose it is a person must say; neither child is lost for it. */
		c->number[0] = '\0';
	}
	for (uint32_t at = hash(c->name) % INDEX_SLOTS; p->by_name[at] != 0;
	    at = (at + 1) % INDEX_SLOTS) {
		o = &p->children[p->by_name[at] - 1];
		like = like || (strcmp(o->name, c->name) == 0 && is_like(o, c));
		if ((o->id && c->id && o->id != c->id) || strcmp(o->name, c->name) != 0
		    || o->entry_year != c->entry_year || o->class != c->class
		    || differ(o->number, c->number)
		    || births_differ(o->birth, c->birth)
		    || (o->sex && c->sex && o->sex != c->sex)
		    || differ(o->guardian, c->guardian) || differ(o->phone, c->phone))
			continue;
		report(p, ROSTER_DOUBTFUL, c->line, c->name_header, "R19.two_of_this_name",
		    c->name, "");
		return true;
	}
	c->like_another = like;
	return false;
}

static struct known *
known_by_number(struct plan *p, const struct roster_child *c)
{
	for (uint32_t at = hash(c->number) % INDEX_SLOTS; c->number[0] != '\0'
	    && p->known_number[at] != 0; at = (at + 1) % INDEX_SLOTS)
		if (strcmp(p->known[p->known_number[at] - 1].number, c->number) == 0)
			return &p->known[p->known_number[at] - 1];
	return NULL;
}

/* How well a known child of this name fits; 0 not at all. */
static int
fit(const struct known *k, const struct roster_child *c)
{
	bool class = k->entry_year == c->entry_year && k->class == c->class;
	bool birth = k->birth[0] != '\0' && c->birth[0] != '\0';
	int score = 1;

	if (k->taken || differ(k->number, c->number) || births_differ(k->birth, c->birth)
	    || (!class && !birth))
		return 0;
	score += class * 2 + birth * 2 + (k->sex == c->sex);
	score += c->guardian && strcmp(k->guardian, c->guardian) == 0 ? 4 : 0;
	score += c->phone && strcmp(k->phone, c->phone) == 0 ? 4 : 0;
	return score;
}

/* Of one name: the best fit, or a tie.  ret_other: some child of this name that
 * nothing tells apart for certain. */
static struct known *
known_by_name(struct plan *p, const struct roster_child *c, bool *ret_tie, bool *ret_other)
{
	struct known *found = NULL;
	int best = 0;

	*ret_tie = *ret_other = false;
	for (uint32_t at = hash(c->name) % INDEX_SLOTS; p->known_name[at] != 0;
	    at = (at + 1) % INDEX_SLOTS) {
		struct known *k = &p->known[p->known_name[at] - 1];
		int score;

		if (strcmp(k->name, c->name) != 0)
			continue;
		if (!k->taken && !differ(k->number, c->number)
		    && !births_differ(k->birth, c->birth))
			*ret_other = true;
		score = fit(k, c);
		*ret_tie = score > 0 && (score == best || (*ret_tie && score < best));
		if (score > best) {
			best = score;
			found = k;
		}
	}
	return found;
}

/* The children of the database stand in the order of their ids. */
static struct known *
known_by_id(struct plan *p, const struct roster_child *c)
{
	size_t low = 0, high = p->nknown;

	while (c->id != 0 && low < high) {
		size_t mid = low + (high - low) / 2;

		if (p->known[mid].pupil == c->id)
			return &p->known[mid];
		if (p->known[mid].pupil < c->id)
			low = mid + 1;
		else
			high = mid;
	}
	return NULL;
}

/* What the database has, once written as cells are: （ as (, no space at the ends. */
static bool
spells(const char *stored, const char *cell, bool name)
{
	char copy[ROSTER_BOOK_MAX_CELL_BYTES + 1];

	if (!cell || strlen(stored) >= sizeof(copy))
		return false;
	memcpy(copy, stored, strlen(stored) + 1);
	if (name)
		roster_cell_squeeze(copy);
	else
		roster_cell_clean(copy);
	return strcmp(copy, cell) == 0;
}

/* A text that only the cell's cleaning changed is no news. */
static void
keep_spelling(const struct known *k, struct roster_child *c)
{
	if (spells(k->address, c->address, false))
		c->address = k->address;
	if (spells(k->guardian, c->guardian, false))
		c->guardian = k->guardian;
	if (spells(k->phone, c->phone, false))
		c->phone = k->phone;
}

/* Sets c->pupil.  False: doubtful, and said so. */
static bool
find_child(struct plan *p, struct roster_child *c)
{
	bool tie = false, other = false;
	struct known *found = known_by_id(p, c);

	if (!found)
		found = known_by_number(p, c);
	if (found && (found->taken || (strcmp(found->name, c->name) != 0
	    && !spells(found->name, c->name, true)))) {
		report(p, ROSTER_DOUBTFUL, c->line, c->name_header,
		    found->taken ? "R19.two_of_this_name" : "R19.other_name", c->name,
		    found->name);
		return false;
	}
	if (!found)
		found = known_by_name(p, c, &tie, &other);
	if (tie) {
		report(p, ROSTER_DOUBTFUL, c->line, c->name_header, "R19.two_of_this_name",
		    c->name, "");
		return false;
	}
	if (!found) {
		if (other)
			report(p, ROSTER_DOUBTFUL, c->line, c->name_header, "R19.maybe_double",
			    c->name, "");
		return true;
	}
	found->taken = c->line;
	c->pupil = found->pupil;
	keep_spelling(found, c);
	return true;
}

/* ---- writing ---- */

static struct value
text_or_null(const char *s)
{
	return s && s[0] != '\0' ? value_text(s, strlen(s)) : value_null();
}

static int
bind_child(struct plan *p, struct store_stmt *st, const struct roster_child *c)
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
run_for(struct plan *p, const char *sql, const struct roster_child *c, int64_t *ret)
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
classify(struct plan *p, struct roster_child *c)
{
	int64_t differs = 0;
	int status = STATUS_OK;

	if (c->pupil == 0) {
		if (c->like_another)
			report(p, ROSTER_DOUBTFUL, c->line, c->name_header, "R19.like_another",
			    c->name, "");
		c->differs = true;
		report(p, ROSTER_NEW, c->line, "", "", c->name, "");
		return STATUS_OK;
	}
	status = run_for(p, domain_sql_roster_differs, c, &differs);
	if (status != STATUS_OK)
		return status;
	c->differs = differs != 0;
	report(p, c->differs ? ROSTER_CHANGED : ROSTER_UNCHANGED, c->line, "", "", c->name, "");
	return STATUS_OK;
}

static int
take_child(struct plan *p, struct roster_child *c)
{
	int status;

	if (is_repeated(p, c) || !find_child(p, c))
		return STATUS_OK;
	if (p->nchildren >= ROSTER_PLAN_MAX_ROWS)
		return STATUS_TOO_LARGE;
	status = grow((void **)&p->children, p->nchildren, &p->children_cap,
	    sizeof(*p->children));
	if (status == STATUS_OK)
		status = classify(p, c);
	if (status != STATUS_OK)
		return status;
	p->children[p->nchildren] = *c;
	index_add(p->by_name, c->name, p->nchildren);
	index_add(p->by_number, c->number, p->nchildren);
	p->nchildren++;
	return STATUS_OK;
}

static int
read_sheet(struct plan *p, struct roster_book_sheet *sheet)
{
	struct roster_child_reader reader = {
		.table = &p->table, .ditto = !p->book->merges_known, .say = say_cell, .ctx = p,
	};
	int status = STATUS_OK;

	roster_child_begin(&reader, sheet);
	for (size_t i = p->table.first; i < sheet->nrows && status == STATUS_OK; i++) {
		struct roster_child c;

		p->line = sheet->rows[i].line;
		if (roster_table_skip(&p->table, &sheet->rows[i])
		    || !roster_child_read(&reader, &sheet->rows[i], &c))
			continue;
		c.sheet = sheet->name;
		status = take_child(p, &c);
	}
	return status;
}

/* Every sheet with a header; one with a table's rows but no header is named. */
static int
read_sheets(struct plan *p)
{
	bool found = false;
	int status = STATUS_OK;

	for (size_t i = 0; i < p->book->nsheets && status == STATUS_OK; i++) {
		struct roster_book_sheet *sheet = &p->book->sheets[i];
		bool header = roster_table_find(&p->table, sheet);

		p->sheet = sheet->name;
		if (header && !sheet->hidden) {
			found = true;
			if (p->in->columns)
				p->in->columns(p->in->ctx, sheet->name, &p->table);
			status = read_sheet(p, sheet);
		} else if (header) {
			report(p, ROSTER_DOUBTFUL, 0, "", "R19.hidden_sheet", "", sheet->name);
		} else if (sheet->nrows > 3 && p->book->nsheets > 1 && !sheet->hidden) {
			report(p, ROSTER_DOUBTFUL, 0, "", "R19.sheet_skipped", "", sheet->name);
		}
	}
	if (status == STATUS_OK && !found) {
		runtime_error(p->error, "R19.no_header", NULL, NULL);
		return STATUS_MALFORMED;
	}
	return status == STATUS_OK ? status : failed(p, status);
}

/* What a new child is at least: child, place, guardian, request, priority groups. */
static unsigned
records_of(const struct roster_child *c)
{
	unsigned n = c->pupil != 0 ? 1u : 2u + (c->guardian && c->guardian[0] != '\0')
	    + (c->slots > 0);

	for (const char *s = c->priorities; c->pupil == 0 && *s != '\0'; s++)
		n += (unsigned)(*s >= '0' && *s <= '9');
	return c->differs ? n : 0;
}

static void
too_many_records(struct plan *p, unsigned n)
{
	char found[16], most[16];

	snprintf(found, sizeof(found), "%u", n);
	snprintf(most, sizeof(most), "%u", BATCH_MAX_TX_ROWS);
	runtime_error(p->error, "R19.too_many_rows", found, most);
}

/* All or nothing is one transaction: what does not fit is refused by the dry run too.
 * Of changed children only one record is counted: more is found when they are written. */
static int
check_records(struct plan *p)
{
	unsigned n = 0;

	for (size_t i = 0; i < p->nchildren; i++)
		n += records_of(&p->children[i]);
	if (n <= BATCH_MAX_TX_ROWS)
		return STATUS_OK;
	too_many_records(p, n);
	return STATUS_TOO_LARGE;
}

static int
write_rows(struct plan *p)
{
	const struct roster_child none = {.slots = -1};
	int status = run_for(p, domain_sql_roster_begin, &none, NULL);

	for (size_t i = 0; i < p->nchildren && status == STATUS_OK; i++) {
		struct roster_child *c = &p->children[i];

		if (!c->differs)
			continue;
		if (c->pupil == 0)
			status = run_for(p, domain_sql_new_id, c, &c->pupil);
		if (status == STATUS_OK)
			status = run_for(p, domain_sql_roster_put, c, NULL);
	}
	return status == STATUS_OK ? run_for(p, domain_sql_roster_end, &none, NULL) : status;
}

static int
apply(struct plan *p, const struct domain_user *user)
{
	int status;

	if (p->in->dry_run || p->result.fresh + p->result.changed == 0)
		return STATUS_OK;
	status = p->rt->begin(p->rt->ctx, p->rt->scope, LANE_ORDINARY, user->staff);
	if (status != STATUS_OK)
		return status;
	status = write_rows(p);
	if (status == STATUS_OK && p->in->request_id)
		status = store_answer_put(p->rt->store, ROSTER_PLAN_ANSWERS, p->in->request_id,
		    &p->result, sizeof(p->result));
	if (status != STATUS_OK) {
		store_rollback(p->rt->store);
		return status;
	}
	return store_commit(p->rt->store, &p->result.seq);
}

static int
plan_init(struct plan *p)
{
	uint32_t **const tables[] = {&p->by_number, &p->by_name, &p->known_number,
	    &p->known_name};

	for (int i = 0; i < 4; i++) {
		*tables[i] = calloc(INDEX_SLOTS, sizeof(uint32_t));
		if (!*tables[i])
			return STATUS_NOMEM;
	}
	return STATUS_OK;
}

static void
plan_release(struct plan *p)
{
	for (size_t i = 0; i < p->nknown; i++) {
		free(p->known[i].name);
		free(p->known[i].guardian);
		free(p->known[i].phone);
		free(p->known[i].address);
	}
	free(p->known);
	free(p->words);
	free(p->children);
	free(p->by_number);
	free(p->by_name);
	free(p->known_number);
	free(p->known_name);
	roster_book_free(p->book);
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
	struct plan p = {.rt = rt, .in = in, .error = ret_error,
	    .table = {.school_year = in->school_year}};
	const char *reason = NULL;
	int status = check_call(rt, user, in->school_year, ret_error);

	if (status != STATUS_OK)
		return status;
	status = roster_apart_read(in->data, in->len, &p.book, &reason);
	if (status != STATUS_OK) {
		runtime_error(ret_error, reason ? reason : status_name(status), NULL, NULL);
		return status;
	}
	status = plan_init(&p);
	if (status == STATUS_OK)
		status = load_known(&p);
	if (status == STATUS_OK)
		status = load_words(&p);
	if (status != STATUS_OK)
		runtime_fail(rt, status, ret_error);
	else
		status = read_sheets(&p);
	if (status == STATUS_OK)
		status = check_records(&p);
	if (status == STATUS_OK) {
		status = apply(&p, user);
		if (status == STATUS_TOO_LARGE)
			too_many_records(&p, BATCH_MAX_TX_ROWS + 1);
		else if (status != STATUS_OK)
			(void)failed(&p, status);
	}
	plan_release(&p);
	if (status == STATUS_OK)
		*ret = p.result;
	return status;
}
