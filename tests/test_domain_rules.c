/* A rule that was broken on another machine: merging takes it, a view lists it. */
#include "tests/domain_school.h"

#define P64 "%" PRId64

static void
R8_teaching_that_was_merged_is_listed(void **state)
{
	struct school *s = *state;
	struct world *w = &s->w;

	school_sign_in(s, "head");
	world_refused(w, "plan.set", "R8.teaching", school_args("{\"week_on\":\"2020-09-07\","
	    "\"weekday\":1,\"slot\":2,\"title\":\"上新课\"}"));
	world_refused(w, "session.open", "R8.teaching", school_args("{\"date\":\"" SCHOOL_DAY
	    "\",\"slot\":2,\"kind\":90}"));
	world_do(w, "plan.set", school_args("{\"week_on\":\"2020-09-07\",\"weekday\":1,"
	    "\"slot\":2,\"title\":\"奥数兴趣\"}"));
	assert_int_equal(world_violations(w, "violations_R8", "names_subject"), 1);
	world_merged(w, "INSERT INTO session (school, date, slot, site, grp, policy, activity) "
	    "VALUES (2141018501, 7555, 2, 0, 1, 1, '集体补课')");
	world_merged(w, "INSERT INTO session (school, date, slot, site, grp, policy, kind) "
	    "VALUES (2141018501, 7555, 2, 0, 2, 1, 90)");
	world_merged(w, "INSERT INTO session (school, date, slot, site, grp, policy, kind) "
	    "VALUES (2141018501, 7555, 2, 0, 3, 1, 7)");
	world_merged(w, "INSERT INTO plan_item (school, week_on, weekday, slot, site, grp, kind) "
	    "VALUES (2141018501, 7555, 2, 2, 0, 0, 90)");
	assert_int_equal(world_violations(w, "violations_R8", "teaching"), 3);
	assert_int_equal(world_violations(w, "violations_R8", "no_kind"), 1);
}

static void
R12_sessions_without_roll_call_or_closing_are_listed(void **state)
{
	struct school *s = *state;
	struct world *w = &s->w;

	school_roll_call(s);
	assert_int_equal(world_violations(w, "violations_R12", "no_roll_call"), 0);
	assert_int_equal(world_violations(w, "violations_R12", "not_closed"), 1);
	world_do(w, "leave.group", school_args("{\"date\":\"" SCHOOL_DAY "\",\"slot\":2,"
	    "\"grp\":%d}", SCHOOL_CLASS));
	world_do(w, "session.close", school_args("{\"date\":\"" SCHOOL_DAY "\",\"slot\":2,"
	    "\"grp\":%d}", SCHOOL_CLASS));
	assert_int_equal(world_violations(w, "violations_R12", "not_closed"), 0);
	world_do(w, "session.open", school_args("{\"date\":\"2020-09-08\",\"slot\":2}"));
	assert_int_equal(world_violations(w, "violations_R12", "no_roll_call"), 1);
}

static void
R12_a_collector_who_is_no_longer_listed_is_shown(void **state)
{
	struct school *s = *state;
	struct world *w = &s->w;
	int64_t aunt = world_id(w, "collector.add", "collector", school_args("{\"pupil\":" P64
	    ",\"name\":\"aunt\"}", s->pupil[0]));

	school_roll_call(s);
	world_do(w, "leave.one", school_args("{\"date\":\"" SCHOOL_DAY "\",\"slot\":2,"
	    "\"pupil\":" P64 ",\"collector\":" P64 "}", s->pupil[0], aunt));
	assert_int_equal(world_violations(w, "violations_R12", "not_listed"), 0);
	/* The other machine had ended her before. */
	world_do(w, "collector.end", school_args("{\"pupil\":" P64 ",\"collector\":" P64
	    ",\"on\":\"2020-09-05\"}", s->pupil[0], aunt));
	assert_int_equal(world_violations(w, "violations_R12", "not_listed"), 1);
}

static void
R19_rows_that_two_machines_made_of_one_child_are_listed(void **state)
{
	struct school *s = *state;
	struct world *w = &s->w;

	world_merged(w, "UPDATE pupil SET student_no = 'G410199201408129567' "
	    "WHERE name IN ('child 0', 'child 1')");
	assert_int_equal(world_violations(w, "violations_R19", "same_number"), 2);
	world_do(w, "pupil.merge", school_args("{\"double\":" P64 ",\"pupil\":" P64 "}",
	    s->pupil[1], s->pupil[0]));
	assert_int_equal(world_violations(w, "violations_R19", "same_number"), 0);
	world_merged(w, "UPDATE pupil SET same_as = (SELECT pupil FROM pupil "
	    "WHERE name = 'child 2') WHERE name = 'child 0'");
	assert_int_equal(world_violations(w, "violations_R19", "double_of_double"), 1);
	world_merged(w, "DELETE FROM enrolment WHERE pupil = (SELECT pupil FROM pupil "
	    "WHERE name = 'child 4')");
	assert_int_equal(world_violations(w, "violations_R19", "no_enrolment"), 1);
}

static void
R19_the_hub_asks_where_name_and_birth_agree_without_a_number(void **state)
{
	struct school *s = *state;
	struct world *w = &s->w;
	int64_t arrived;

	for (int i = 0; i < 2; i++)
		world_do(w, "pupil.edit", school_args("{\"pupil\":" P64
		    ",\"birth\":\"2014-03-0%d\"}", s->pupil[i], i + 1));
	w->rt.scope = 0;
	w->user = (struct domain_user){0};
	arrived = world_id(w, "pupil.add", "pupil", school_args("{\"school\":2141018502,"
	    "\"name\":\"child 0\",\"birth\":\"2014-03-01\",\"school_year\":2020,\"grade\":1}"));
	world_do(w, "pupil.arrive", school_args("{\"school\":2141018502,\"pupil\":" P64
	    ",\"on\":\"2020-09-08\",\"other_school\":%" PRIu64 "}", arrived, WORLD_SCHOOL));
	assert_int_equal(world_count(w, "transfer_matches", NULL), 1);
	school_text(s, "transfer_matches", NULL, 0, "what", "ask");
	assert_int_equal(school_cell(s, "transfer_matches", NULL, 0, "other_pupil"), s->pupil[0]);
}

static void
R20_the_turn_promotes_graduates_moves_and_takes_the_new_first_grade(void **state)
{
	struct school *s = *state;
	struct world *w = &s->w;
	int64_t oldest = world_id(w, "pupil.add", "pupil", school_args("{\"name\":\"oldest\","
	    "\"school_year\":2020,\"grade\":6}"));

	school_sign_in(s, "head");
	world_do(w, "year.turn", school_args("{\"school_year\":2021,\"confirm\":%d,"
	    "\"moves\":[{\"pupil\":" P64 ",\"class\":2}]}", SCHOOL_PUPILS + 1, s->pupil[0]));
	for (int i = 0; i < 3; i++)
		world_do(w, "pupil.add", school_args("{\"name\":\"new %d\",\"school_year\":2021,"
		    "\"grade\":1,\"slots\":2}", i));
	assert_int_equal(world_count(w, "pupils", school_args("{\"school_year\":2021,"
	    "\"grp\":202101}")), 3);
	assert_int_equal(world_count(w, "pupils", school_args("{\"school_year\":2021,"
	    "\"grp\":202001}")), SCHOOL_PUPILS - 1);
	assert_int_equal(world_count(w, "pupils", school_args("{\"school_year\":2021,"
	    "\"grp\":202002}")), 1);
	assert_int_equal(school_cell(s, "pupil", school_args("{\"pupil\":" P64 "}", oldest), 0,
	    "grade"), 6);
	assert_int_equal(world_count(w, "rollcall_sheet", school_args("{\"date\":\"2021-09-06\","
	    "\"slot\":2}")), SCHOOL_PUPILS + 3);
}

static void
R14_checks_of_every_kind_are_kept_and_the_overdue_is_listed_after_merging(void **state)
{
	struct school *s = *state;
	struct world *w = &s->w;

	for (int kind = 1; kind <= 6; kind++)
		world_do(w, "inspection.record", school_args("{\"kind\":%d,"
		    "\"on\":\"2020-09-07\",\"result\":\"looked\"}", kind));
	world_refused(w, "inspection.record", "R14.kind", school_args("{\"kind\":7,"
	    "\"on\":\"2020-09-07\",\"result\":\"looked\"}"));
	assert_int_equal(world_count(w, "inspections", NULL), 6);
	world_merged(w, "INSERT INTO hazard (school, hazard, kind, what, department, found_on, "
	    "due_on) VALUES (2141018501, 1, 1, 'ford', 2, 7550, 7560)");
	assert_int_equal(world_said(w, "violations_R14", "overdue", school_args(
	    "{\"until_on\":\"2020-09-12\"}")), 0);
	assert_int_equal(world_said(w, "violations_R14", "overdue", school_args(
	    "{\"until_on\":\"2020-09-13\"}")), 1);
}

static void
R18_the_year_is_reported_in_numbers(void **state)
{
	struct school *s = *state;
	struct world *w = &s->w;

	for (int i = 0; i < 3; i++)
		world_do(w, "data.consent", school_args("{\"pupil\":" P64 ",\"guardian\":" P64
		    ",\"choice\":%d,\"given_on\":\"2020-09-02\"}", s->pupil[i], s->guardian[i],
		    i > 0));
	world_do(w, "privacy.request", school_args("{\"pupil\":" P64 ",\"guardian\":" P64
	    ",\"kind\":1,\"on\":\"2020-09-03\"}", s->pupil[0], s->guardian[0]));
	school_sign_in(s, "head");
	assert_int_equal(school_cell(s, "privacy_year", school_args("{\"school_year\":2020}"), 0,
	    "children"), SCHOOL_PUPILS);
	assert_int_equal(school_cell(s, "privacy_year", school_args("{\"school_year\":2020}"), 0,
	    "agreed"), 2);
	assert_int_equal(school_cell(s, "privacy_year", school_args("{\"school_year\":2020}"), 0,
	    "on_paper"), 1);
	assert_int_equal(school_cell(s, "privacy_year", school_args("{\"school_year\":2020}"), 0,
	    "requests"), 1);
	/* Taking part is another thing: the child on paper may have its consent. */
	school_sign_in(s, "teacher");
	school_consent(s, 0);
	assert_int_equal(world_id(w, "rollcall", "here", school_args("{\"date\":\"" SCHOOL_DAY
	    "\",\"slot\":2,\"grp\":%d}", SCHOOL_CLASS)), 1);
}

/* A table that keeps what a rule refuses has a view that lists it. */
static void
every_requirement_with_a_rule_has_its_view_of_violations(void **state)
{
	(void)state;
	for (int n = 1; n <= 21; n++) {
		char name[32];

		if (n == 15 || n == 17) /* figures, no rule */
			continue;
		snprintf(name, sizeof(name), "violations_R%d", n);
		assert_non_null(strstr(world_find(domain_views, domain_nviews, name)->requires,
		    name + strlen("violations_")));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		SCHOOL_CASE(R8_teaching_that_was_merged_is_listed),
		SCHOOL_CASE(R12_sessions_without_roll_call_or_closing_are_listed),
		SCHOOL_CASE(R12_a_collector_who_is_no_longer_listed_is_shown),
		SCHOOL_CASE(R19_rows_that_two_machines_made_of_one_child_are_listed),
		SCHOOL_CASE(R19_the_hub_asks_where_name_and_birth_agree_without_a_number),
		SCHOOL_CASE(R20_the_turn_promotes_graduates_moves_and_takes_the_new_first_grade),
		SCHOOL_CASE(R14_checks_of_every_kind_are_kept_and_the_overdue_is_listed_after_merging),
		SCHOOL_CASE(R18_the_year_is_reported_in_numbers),
		cmocka_unit_test(every_requirement_with_a_rule_has_its_view_of_violations),
	};

	return cmocka_run_group_tests_name("domain_rules", tests, NULL, NULL);
}
