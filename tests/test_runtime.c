/* What the runtime does around commands. */
#include "tests/domain_world.h"

#include "schema/first_site.h"
#include "schema/runtime_base.h"

static const struct roster_school four = {
	.id = WORLD_SCHOOL, .name = "冶上教学点", .class_code = 220, .kind = 4,
};

static int
setup(void **state)
{
	static struct world w;

	world_open(&w, WORLD_SCHOOL);
	*state = &w;
	return 0;
}

static int
teardown(void **state)
{
	world_close(*state);
	return 0;
}

static int64_t
cell(json_t *rows, const char *column)
{
	return world_number(json_object_get(json_array_get(rows, 0), column));
}

static void
R5_the_school_itself_is_a_site_with_its_class(void **state)
{
	struct world *w = *state;
	json_t *rows;

	assert_int_equal(first_site_add(&w->rt, &w->user, &four, &w->error), STATUS_OK);
	rows = world_show(w, "sites", NULL);
	assert_int_equal(json_array_size(rows), 1);
	assert_int_equal(cell(rows, "site"), 0);
	assert_int_equal(cell(rows, "class"), 220);
	assert_int_equal(cell(rows, "kind"), 4);
	json_decref(rows);
}

static void
R5_what_the_school_entered_of_itself_stays(void **state)
{
	struct world *w = *state;
	json_t *rows;

	world_do(w, "site.add", json_pack("{s:i, s:s, s:i}", "site", 0, "name", "x", "class",
	    122));
	assert_int_equal(first_site_add(&w->rt, &w->user, &four, &w->error), STATUS_OK);
	rows = world_show(w, "sites", NULL);
	assert_int_equal(json_array_size(rows), 1);
	assert_int_equal(cell(rows, "class"), 122);
	json_decref(rows);
}

static void
R5_a_boarding_school_boards_and_a_hub_has_no_site(void **state)
{
	struct world *w = *state;
	struct roster_school boarding = four;
	struct runtime hub = w->rt;
	json_t *rows;

	hub.scope = 0;
	boarding.kind = 6;
	assert_int_equal(first_site_add(&hub, &w->user, &boarding, &w->error), STATUS_OK);
	rows = world_show(w, "sites", NULL);
	assert_int_equal(json_array_size(rows), 0);
	json_decref(rows);
	assert_int_equal(first_site_add(&w->rt, &w->user, &boarding, &w->error), STATUS_OK);
	rows = world_show(w, "sites", NULL);
	assert_int_equal(cell(rows, "boarding"), 1);
	json_decref(rows);
}

static void
R5_a_teacher_who_imports_may_but_nobody_may_not_where_there_is_staff(void **state)
{
	struct world *w = *state;
	struct domain_user teacher = { .staff = 5, .roles = DOMAIN_TEACHER };

	world_do(w, "staff.add", json_pack("{s:s, s:s, s:s}", "name", "h", "roles", "head",
	    "pin", "246810"));
	assert_int_equal(first_site_add(&w->rt, &w->user, &four, &w->error), STATUS_USAGE);
	assert_string_equal(w->error.code, "USAGE.sign_in");
	assert_int_equal(first_site_add(&w->rt, &teacher, &four, &w->error), STATUS_OK);
}

static void
R18_a_row_changed_meanwhile_is_not_written_over(void **state)
{
	struct world *w = *state;
	const struct domain_entry *edit = world_find(domain_commands, domain_ncommands,
	    "pupil.edit");
	int64_t pupil = world_id(w, "pupil.add", "pupil", json_pack("{s:s, s:i, s:i}",
	    "name", "x", "school_year", 2020, "grade", 1));
	json_t *args = json_pack("{s:I}", "pupil", (json_int_t)pupil);
	json_t *rows = world_show(w, "pupil", json_incref(args));
	const char *base = json_string_value(json_object_get(json_array_get(rows, 0),
	    "version"));

	assert_non_null(base);
	assert_int_equal(runtime_base_check(&w->rt, &w->user, edit, NULL, args, base,
	    &w->error), STATUS_OK);
	w->now_s += 60;
	world_do(w, "pupil.edit", json_pack("{s:I, s:s}", "pupil", (json_int_t)pupil,
	    "birth", "2013-05-01"));
	assert_int_equal(runtime_base_check(&w->rt, &w->user, edit, NULL, args, base,
	    &w->error), STATUS_REFUSED);
	assert_string_equal(w->error.code, "R18.changed_meanwhile");
	assert_int_equal(runtime_base_check(&w->rt, &w->user, edit, NULL, args, NULL,
	    &w->error), STATUS_OK);
	json_decref(rows);
	json_decref(args);
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(R5_the_school_itself_is_a_site_with_its_class),
		CASE(R5_what_the_school_entered_of_itself_stays),
		CASE(R5_a_boarding_school_boards_and_a_hub_has_no_site),
		CASE(R18_a_row_changed_meanwhile_is_not_written_over),
		CASE(R5_a_teacher_who_imports_may_but_nobody_may_not_where_there_is_staff),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
