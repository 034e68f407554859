#include "tests/domain_world.h"

/* Tables that grow with every day.  A search that knows the school alone reads five
 * years of it.  Children and their choices are a few hundred a school; lists of all
 * of them are what their views are for. */
static const struct {
	const char *name;
	int columns; /* of its key that a search has to know, at least */
} large[] = {
	{"attendance", 2}, {"leaving", 2}, {"session", 2}, {"handover", 2}, {"closing", 2},
	{"meal_mark", 2}, {"late_pickup", 2},
};
#define LARGE (sizeof(large) / sizeof(large[0]))
#define MAX_CURSORS 512

struct program {                   /* one statement's, as EXPLAIN tells it */
	int table[MAX_CURSORS];    /* of a cursor, index of large + 1 */
	bool from_end[MAX_CURSORS], steps[MAX_CURSORS];
	int columns[MAX_CURSORS];  /* fewest that a search of it knows */
	struct { int root, large; } root[4 * LARGE];
	size_t nroots;
};

static struct store_stmt *
prepare(struct world *w, const char *sql)
{
	struct store_stmt *st;

	if (store_prepare(w->store, sql, &st, NULL) != STATUS_OK)
		fail_msg("%s: %s", sql, store_error(w->store));
	return st;
}

static bool
step(struct store_stmt *st)
{
	bool row;

	assert_int_equal(store_step(st, &row), STATUS_OK);
	return row;
}

static bool
text_is(struct value v, const char *text)
{
	return v.type == VALUE_TEXT && v.len == strlen(text) &&
	    memcmp(v.p, text, v.len) == 0;
}

/* Where the large tables and their indexes begin in the file. */
static void
read_roots(struct world *w, struct program *p)
{
	struct store_stmt *st = prepare(w,
	    "SELECT tbl_name, rootpage FROM sqlite_schema WHERE rootpage > 0");

	while (step(st))
		for (size_t i = 0; i < LARGE; i++)
			if (text_is(store_column(st, 0), large[i].name)) {
				assert_true(p->nroots < sizeof(p->root) / sizeof(p->root[0]));
				p->root[p->nroots].root = (int)store_column(st, 1).i;
				p->root[p->nroots++].large = (int)i + 1;
			}
	store_reset(st);
}

static void
read_op(struct program *p, struct value op, int p1, int p2, int key)
{
	if (p1 < 0 || p1 >= MAX_CURSORS)
		return;
	if (text_is(op, "OpenRead")) {
		for (size_t i = 0; i < p->nroots; i++)
			if (p->root[i].root == p2)
				p->table[p1] = p->root[i].large;
	} else if (text_is(op, "Rewind") || text_is(op, "Last")) {
		p->from_end[p1] = true;
	} else if (text_is(op, "Next") || text_is(op, "Prev")) {
		p->steps[p1] = true;
	} else if (text_is(op, "SeekGE") || text_is(op, "SeekGT") ||
	    text_is(op, "SeekLE") || text_is(op, "SeekLT")) {
		if (p->columns[p1] == 0 || key < p->columns[p1])
			p->columns[p1] = key;
	}
}

/* The large table that a statement reads from end to end; NULL: none. */
static const char *
scanned(struct world *w, const char *sql, const struct program *roots)
{
	static char *kept[512]; /* the store knows statements by their text's place */
	static size_t nkept;
	struct program p = *roots;
	struct store_stmt *st;
	char *text = malloc(strlen(sql) + sizeof("EXPLAIN "));

	assert_non_null(text);
	assert_true(nkept < sizeof(kept) / sizeof(kept[0]));
	kept[nkept++] = text;
	strcpy(text, "EXPLAIN ");
	strcat(text, sql);
	st = prepare(w, text);
	while (step(st)) {
		struct value p4 = store_column(st, 5);
		char number[16] = "0";

		if (p4.type == VALUE_TEXT && p4.len < sizeof(number))
			snprintf(number, sizeof(number), "%.*s", (int)p4.len,
			    (const char *)p4.p);
		else if (p4.type == VALUE_INT)
			snprintf(number, sizeof(number), "%d", (int)p4.i);
		read_op(&p, store_column(st, 1), (int)store_column(st, 2).i,
		    (int)store_column(st, 3).i, atoi(number));
	}
	store_reset(st);
	for (int c = 0; c < MAX_CURSORS; c++)
		if (p.table[c] > 0 && p.steps[c] && (p.from_end[c] ||
		    (p.columns[c] > 0 && p.columns[c] < large[p.table[c] - 1].columns)))
			return large[p.table[c] - 1].name;
	return NULL;
}

/* Views that read such a table whole, and why they may. */
static const struct {
	const char *view, *table, *why;
} allowed[] = {
	{"coverage_school", "session", "one step: the newest day of a school"},
	{"guardian_copy", "attendance", "all of one child, asked for by a guardian"},
	{"phase_progress", "closing", "counts every session that was ever closed"},
	{"retention_due", "session", "once a year: counts the days that are over"},
	{"roster_undo", "late_pickup", "looks for any trace of a child before it goes"},
	{"places", "session", "one step: the newest day of a school"},
	{"violations_R14", "session", "one step: the newest day of a school"},
	{"violations_R16", "session", "one step: the newest day of a school"},
	{"violations_R18", "session", "one step: the newest day of a school"},
	{"violations_R6", "session", "one step: the newest day of a school"},
};

/* The check itself: a table of days read whole, and with the school alone, is found. */
static void
a_scan_is_found_and_a_search_by_date_is_not(void **state)
{
	static struct program roots;
	struct world w;

	(void)state;
	world_open(&w, WORLD_SCHOOL);
	read_roots(&w, &roots);
	assert_string_equal(scanned(&w, "SELECT count(*) FROM leaving WHERE how = 1", &roots),
	    "leaving");
	assert_string_equal(scanned(&w, "SELECT sum(state) FROM attendance WHERE school = 5",
	    &roots), "attendance");
	assert_null(scanned(&w, "SELECT sum(state) FROM attendance WHERE school = 5 "
	    "AND date > 7", &roots));
	assert_null(scanned(&w, "SELECT count(*) FROM site", &roots));
	world_close(&w);
}

static bool
is_allowed(const char *view, const char *table)
{
	for (size_t i = 0; i < sizeof(allowed) / sizeof(allowed[0]); i++)
		if (strcmp(allowed[i].view, view) == 0 && strcmp(allowed[i].table, table) == 0)
			return true;
	return false;
}

static void
no_view_reads_a_large_table_from_end_to_end(void **state)
{
	static struct program roots;
	struct world w;
	size_t found = 0;

	(void)state;
	world_open(&w, WORLD_SCHOOL);
	read_roots(&w, &roots);
	for (size_t i = 0; i < domain_nviews; i++) {
		const char *table = scanned(&w, domain_views[i].sql, &roots);

		if (table && !is_allowed(domain_views[i].name, table)) {
			print_message("# %s reads the whole of %s\n", domain_views[i].name, table);
			found++;
		}
	}
	world_close(&w);
	assert_int_equal(found, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_scan_is_found_and_a_search_by_date_is_not),
		cmocka_unit_test(no_view_reads_a_large_table_from_end_to_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
