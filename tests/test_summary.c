/* What a county's hub keeps of each school's answers. */
#include "schema/summary.h"
#include "schema/upkeep.h"
#include "tests/domain_world.h"

#define OTHER UINT64_C(2141018502)
#define SPACE "summary"
#define MARKED "marked"

static void
as(struct world *w, uint64_t school)
{
	w->rt.scope = school;
	w->user = (struct domain_user){.scope = school};
}

/* A school with one session that nobody called the roll of (R12). */
static void
add_session(struct world *w, uint64_t school, const char *day)
{
	as(w, school);
	assert_int_equal(runtime_sign_in(&w->rt, "head", "2468", &w->user), STATUS_OK);
	world_do(w, "session.open", json_pack("{s:s,s:i}", "date", day, "slot", 2));
}

static void
add_school(struct world *w, uint64_t school)
{
	as(w, school);
	world_do(w, "site.add", json_pack("{s:i,s:s,s:i,s:i}", "site", 0, "name", "a", "class",
	    220, "kind", 1));
	world_do(w, "staff.add", json_pack("{s:s,s:s,s:s}", "name", "head", "roles", "head",
	    "pin", "2468"));
	add_session(w, school, "2020-09-07");
}

static json_t *
county(struct world *w, const char *view, json_t *args)
{
	json_t *rows = NULL;

	as(w, 0);
	assert_int_equal(runtime_show(&w->rt, &w->user,
	    world_find(domain_views, domain_nviews, view), args, &rows, &w->error), STATUS_OK);
	json_decref(args);
	return rows;
}

static size_t
found(struct world *w, uint64_t school, const char *what)
{
	json_t *rows = county(w, "violations_R12", json_object()), *row;
	size_t i, n = 0;

	json_array_foreach(rows, i, row)
		n += (uint64_t)world_number(json_object_get(row, "school")) == school
		    && strcmp(json_string_value(json_object_get(row, "what")), what) == 0;
	json_decref(rows);
	return n;
}

/* Marks what is kept, so that what comes out of it can be told from what is computed. */
struct kept {
	struct world *w;
	size_t n;
	struct {
		char name[64];
		char data[4096];
		size_t len;
	} of[16];
};

static int
take(void *ctx, const char *name, const uint8_t *data, size_t len)
{
	struct kept *k = ctx;

	assert_true(k->n < 16 && len <= sizeof(k->of[0].data));
	snprintf(k->of[k->n].name, sizeof(k->of[0].name), "%s", name);
	memcpy(k->of[k->n].data, data, len);
	k->of[k->n++].len = len;
	return STATUS_OK;
}

static void
mark_kept(struct world *w)
{
	struct kept k = {.w = w};

	assert_int_equal(store_meta_list(w->store, SPACE, take, &k), STATUS_OK);
	assert_int_equal(store_begin_merge(w->store), STATUS_OK);
	for (size_t i = 0; i < k.n; i++)
		for (size_t at = 0; at + 6 < k.of[i].len; at++)
			if (memcmp(k.of[i].data + at, "no_rol", 6) == 0) {
				memcpy(k.of[i].data + at, MARKED, 6);
				assert_int_equal(store_meta_set(w->store, SPACE, k.of[i].name,
				    k.of[i].data, k.of[i].len), STATUS_OK);
			}
	assert_int_equal(store_commit_merge(w->store), STATUS_OK);
}

static int
setup(void **state)
{
	static struct world w;

	world_open(&w, WORLD_SCHOOL);
	add_school(&w, WORLD_SCHOOL);
	add_school(&w, OTHER);
	*state = &w;
	return 0;
}

static int
teardown(void **state)
{
	world_close(*state);
	return 0;
}

static void
a_county_is_told_what_each_school_says(void **state)
{
	struct world *w = *state;

	assert_int_equal(found(w, WORLD_SCHOOL, "no_roll_call"), 1);
	assert_int_equal(found(w, OTHER, "no_roll_call"), 1);
}

static void
only_the_school_that_changed_is_computed_again(void **state)
{
	struct world *w = *state;

	assert_int_equal(found(w, OTHER, "no_roll_call"), 1);
	mark_kept(w);
	assert_int_equal(found(w, OTHER, "markedl_call"), 1);
	assert_int_equal(found(w, WORLD_SCHOOL, "markedl_call"), 1);
	add_session(w, OTHER, "2020-09-08");
	assert_int_equal(found(w, OTHER, "no_roll_call"), 2);
	assert_int_equal(found(w, WORLD_SCHOOL, "markedl_call"), 1);
}

static void
a_change_of_the_countys_own_computes_all_again(void **state)
{
	struct world *w = *state;

	assert_int_equal(found(w, OTHER, "no_roll_call"), 1);
	mark_kept(w);
	as(w, 0);
	world_do(w, "policy.publish", json_loads("{\"document\":{\"version\":1,\"from\":7548,"
	    "\"title\":\"plan\"}}", 0, NULL));
	assert_int_equal(found(w, OTHER, "no_roll_call"), 1);
	assert_int_equal(found(w, WORLD_SCHOOL, "no_roll_call"), 1);
}

static void
other_parameters_are_another_answer(void **state)
{
	struct world *w = *state;
	json_t *rows;

	assert_int_equal(found(w, OTHER, "no_roll_call"), 1);
	rows = county(w, "violations_R12", json_pack("{s:s}", "from_on", "2020-09-08"));
	assert_int_equal(json_array_size(rows), 0);
	json_decref(rows);
}

static void
a_transaction_that_goes_back_changes_nothing(void **state)
{
	struct world *w = *state;
	uint64_t before, after;

	assert_int_equal(store_changes(w->store, OTHER, &before), STATUS_OK);
	as(w, OTHER);
	assert_int_equal(runtime_sign_in(&w->rt, "head", "2468", &w->user), STATUS_OK);
	assert_true(world_try(w, "session.open", json_pack("{s:s,s:i}", "date", "2020-09-09",
	    "slot", 9), NULL) != STATUS_OK);
	assert_int_equal(store_changes(w->store, OTHER, &after), STATUS_OK);
	assert_int_equal(before, after);
	add_session(w, OTHER, "2020-09-09");
	assert_int_equal(store_changes(w->store, OTHER, &after), STATUS_OK);
	assert_int_not_equal(before, after);
}

/* As an idle hub does it; the number of pieces. */
static int
keep_up(struct world *w, struct upkeep *u)
{
	bool more = true;
	int n = 0;

	as(w, 0);
	for (; more; n++)
		assert_int_equal(upkeep_step(&w->rt, u, &more), STATUS_OK);
	return n;
}

static void
an_idle_hub_computes_what_was_asked_for_before_it_is_asked_again(void **state)
{
	struct world *w = *state;
	struct upkeep u = {.changes = 0};

	assert_int_equal(found(w, OTHER, "no_roll_call"), 1);
	(void)keep_up(w, &u);
	add_session(w, OTHER, "2020-09-08");
	assert_true(keep_up(w, &u) > 1);
	mark_kept(w);
	assert_int_equal(found(w, OTHER, "markedl_call"), 2);
	/* Nothing more to do until something changes. */
	assert_int_equal(keep_up(w, &u), 1);
}

static void
an_idle_hub_computes_nothing_that_nobody_asked_for(void **state)
{
	struct world *w = *state;
	struct upkeep u = {.changes = 0};
	uint64_t n;

	(void)keep_up(w, &u);
	assert_int_equal(store_meta_count(w->store, SPACE, &n), STATUS_OK);
	assert_int_equal(n, 0);
}

static void
an_idle_hub_keeps_to_so_many_views(void **state)
{
	struct world *w = *state;
	uint64_t n;

	for (int day = 1; day <= (int)SUMMARY_MAX_ASKED + 2; day++) {
		char date[16];

		snprintf(date, sizeof(date), "2020-%02d-%02d", 1 + day / 28, 1 + day % 28);
		json_decref(county(w, "violations_R12", json_pack("{s:s}", "from_on", date)));
	}
	assert_int_equal(store_meta_count(w->store, "asked", &n), STATUS_OK);
	assert_int_equal(n, 2);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(a_county_is_told_what_each_school_says),
		CASE(only_the_school_that_changed_is_computed_again),
		CASE(a_change_of_the_countys_own_computes_all_again),
		CASE(other_parameters_are_another_answer),
		CASE(an_idle_hub_computes_what_was_asked_for_before_it_is_asked_again),
		CASE(an_idle_hub_computes_nothing_that_nobody_asked_for),
		CASE(an_idle_hub_keeps_to_so_many_views),
		CASE(a_transaction_that_goes_back_changes_nothing),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
