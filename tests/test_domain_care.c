/* Whose choice counts, who goes home how, and what no rule may keep out. */
#include "tests/domain_school.h"

#define P64 "%" PRId64

static json_t *
of(int64_t pupil, const char *more)
{
	return school_args("{\"pupil\":" P64 "%s}", pupil, more);
}

static json_t *
group_on(const char *date, int slot)
{
	return school_args("{\"date\":\"%s\",\"slot\":%d,\"grp\":%d}", date, slot, SCHOOL_CLASS);
}

static void
leave_one(struct school *s, int64_t pupil, const char *more)
{
	world_do(&s->w, "leave.one", school_args("{\"date\":\"" SCHOOL_DAY "\",\"slot\":2,"
	    "\"pupil\":" P64 "%s}", pupil, more));
}

static void
R1_each_way_home_of_the_weekday_is_on_the_sheet_and_taken_as_usual(void **state)
{
	struct school *s = *state;
	struct world *w = &s->w;
	static const int hows[SCHOOL_PUPILS] = {2, 3, 4, 5, 1};
	int64_t bus, line, aunt;

	school_sign_in(s, "head");
	world_do(w, "site.describe", school_args("{\"site\":0,\"boarding_week\":16}"));
	school_sign_in(s, "teacher");
	line = world_id(w, "route.set", "route", school_args("{\"name\":\"north\"}"));
	bus = world_id(w, "route.set", "route", school_args("{\"name\":\"bus\",\"kind\":3}"));
	aunt = world_id(w, "collector.add", "collector", of(s->pupil[4], ",\"name\":\"aunt\""));
	world_do(w, "pupil.way", school_args("{\"pupil\":" P64 ",\"how\":2,\"route\":" P64 "}",
	    s->pupil[0], line));
	world_do(w, "pupil.way", school_args("{\"pupil\":" P64 ",\"weekday\":1,\"how\":3,"
	    "\"route\":" P64 "}", s->pupil[1], bus));
	world_do(w, "pupil.way", school_args("{\"pupil\":" P64 ",\"how\":4,"
	    "\"asked_on\":\"2020-09-01\",\"asked_by\":" P64 "}", s->pupil[2], s->guardian[2]));
	world_do(w, "boarding.set", of(s->pupil[3], ",\"school_year\":2020,\"dormitory\":1"));
	world_do(w, "pupil.way", school_args("{\"pupil\":" P64 ",\"weekday\":1,\"how\":1,"
	    "\"collector\":" P64 "}", s->pupil[4], aunt));
	school_roll_call(s);
	for (int i = 0; i < SCHOOL_PUPILS; i++)
		assert_int_equal(school_cell(s, "leaving_sheet", group_on(SCHOOL_DAY, 2),
		    (size_t)i, "how"), hows[i]);
	world_do(w, "leave.group", group_on(SCHOOL_DAY, 2));
	for (int i = 0; i < SCHOOL_PUPILS; i++)
		assert_int_equal(school_cell(s, "leavings", school_args("{\"date\":\""
		    SCHOOL_DAY "\"}"), (size_t)i, "how"), hows[i]);
	assert_int_equal(world_violations(w, "violations_R1", "alone_not_asked"), 0);
	/* Friday: the boarders of this site go home, the bus is Monday's. */
	world_do(w, "rollcall", group_on("2020-09-11", 2));
	world_do(w, "leave.group", group_on("2020-09-11", 2));
	assert_int_equal(school_cell(s, "leavings", school_args("{\"date\":\"2020-09-11\"}"), 3,
	    "how"), 1);
	assert_int_equal(school_cell(s, "leavings", school_args("{\"date\":\"2020-09-11\"}"), 1,
	    "how"), 1);
	assert_int_equal(school_cell(s, "boarders", school_args("{\"date\":\"2020-09-10\"}"), 0,
	    "goes_home"), 0);
	assert_int_equal(school_cell(s, "boarders", school_args("{\"date\":\"2020-09-11\"}"), 0,
	    "goes_home"), 1);
}

static void
R1_a_boarder_is_not_led_away_on_a_night_at_school(void **state)
{
	struct school *s = *state;
	struct world *w = &s->w;
	int64_t line = world_id(w, "route.set", "route", school_args("{\"name\":\"north\"}"));

	for (int i = 0; i < 2; i++)
		world_do(w, "pupil.way", school_args("{\"pupil\":" P64 ",\"how\":2,\"route\":" P64
		    "}", s->pupil[i], line));
	world_do(w, "boarding.set", of(s->pupil[1], ",\"school_year\":2020"));
	school_roll_call(s);
	assert_int_equal(world_id(w, "leave.route", "left", school_args("{\"date\":\""
	    SCHOOL_DAY "\",\"slot\":2,\"route\":" P64 ",\"pupils\":[" P64 "]}", line, s->pupil[0])), 1);
	/* It stands under the dormitory on the sheet, not under the route. */
	school_text(s, "leaving_sheet", group_on(SCHOOL_DAY, 2), 0, "name", "child 1");
	assert_int_equal(school_cell(s, "leaving_sheet", group_on(SCHOOL_DAY, 2), 0, "how"), 5);
}

static void
R1_who_left_twice_is_shown(void **state)
{
	struct school *s = *state;

	school_roll_call(s);
	leave_one(s, s->pupil[0], "");
	assert_int_equal(world_violations(&s->w, "violations_R1", "left_twice"), 0);
	world_merged(&s->w, "INSERT INTO leaving (school, date, slot, site, grp, pupil, how, at) "
	    "SELECT school, date, slot, site, 7, pupil, 2, at FROM leaving");
	assert_int_equal(world_violations(&s->w, "violations_R1", "left_twice"), 1);
}

static void
R3_a_consent_says_who_when_which_slots_and_weekdays_and_how(void **state)
{
	struct school *s = *state;
	struct world *w = &s->w;

	world_do(w, "consent.record", school_args("{\"pupil\":" P64 ",\"guardian\":" P64
	    ",\"notice\":1,\"given_on\":\"2020-09-02\",\"slots\":2,\"weekdays\":5,\"how\":4,"
	    "\"witness\":\"head\"}", s->pupil[0], s->guardian[0]));
	school_text(s, "consents", NULL, 0, "guardian", "carer 0");
	school_text(s, "consents", NULL, 0, "given_on", "2020-09-02");
	school_text(s, "consents", NULL, 0, "entered_by", "teacher");
	assert_int_equal(school_cell(s, "consents", NULL, 0, "weekdays"), 5);
	assert_int_equal(school_cell(s, "consents", NULL, 0, "how"), 4);
	/* Monday and Wednesday, not Tuesday; the afternoon, not noon. */
	assert_int_equal(world_id(w, "rollcall", "here", group_on("2020-09-07", 2)), 1);
	assert_int_equal(world_id(w, "rollcall", "marks", group_on("2020-09-08", 2)), 0);
	assert_int_equal(world_id(w, "rollcall", "marks", group_on("2020-09-09", 1)), 0);
	world_refused(w, "consent.record", "R3.no_witness", school_args("{\"pupil\":" P64
	    ",\"guardian\":" P64 ",\"notice\":1,\"given_on\":\"2020-09-02\",\"how\":4}",
	    s->pupil[1], s->guardian[1]));
	assert_string_equal(w->error.args[0], "child 1");
	assert_string_equal(w->error.args[1], "2020-09-02");
	world_refused(w, "consent.list", "R3.before_notice", school_args("{\"pupils\":[" P64 ","
	    P64 "],\"notice\":1,\"given_on\":\"2020-08-01\"}", s->pupil[1], s->pupil[2]));
	assert_string_equal(w->error.args[2], "child 1、child 2");
}

static void
R3_a_class_list_takes_no_carer_whose_delegation_is_over(void **state)
{
	struct school *s = *state;
	struct world *w = &s->w;

	world_do(w, "guardian.add", school_args("{\"pupil\":" P64 ",\"name\":\"aunt\","
	    "\"relation\":6,\"delegated_by\":" P64 ",\"delegated_until\":\"2020-09-02\"}",
	    s->pupil[0], s->guardian[0]));
	world_do(w, "guardian.end", school_args("{\"pupil\":" P64 ",\"guardian\":" P64
	    ",\"on\":\"2020-09-01\"}", s->pupil[0], s->guardian[0]));
	world_refused(w, "consent.list", "R3.no_guardian", school_args("{\"pupils\":[" P64
	    "],\"notice\":1,\"given_on\":\"2020-09-02\"}", s->pupil[0]));
	world_do(w, "consent.list", school_args("{\"pupils\":[" P64
	    "],\"notice\":1,\"given_on\":\"2020-09-01\"}", s->pupil[0]));
	school_text(s, "consents", NULL, 0, "guardian", "aunt");
}

static void
R3_what_a_rule_would_refuse_is_listed_after_merging(void **state)
{
	struct school *s = *state;
	struct world *w = &s->w;

	for (int i = 0; i < 4; i++)
		school_consent(s, i);
	assert_int_equal(world_count(w, "violations_R3", NULL), 0);
	world_merged(w, "UPDATE consent SET notice = 9 WHERE pupil = "
	    "(SELECT pupil FROM pupil WHERE name = 'child 0')");
	world_merged(w, "UPDATE consent SET given_on = 7500 WHERE pupil = "
	    "(SELECT pupil FROM pupil WHERE name = 'child 1')");
	world_merged(w, "UPDATE consent SET guardian = 5 WHERE pupil = "
	    "(SELECT pupil FROM pupil WHERE name = 'child 2')");
	world_merged(w, "UPDATE guardian SET delegated_until = 7540 WHERE pupil = "
	    "(SELECT pupil FROM pupil WHERE name = 'child 3')");
	assert_int_equal(world_violations(w, "violations_R3", "no_notice"), 1);
	assert_int_equal(world_violations(w, "violations_R3", "before_notice"), 1);
	assert_int_equal(world_violations(w, "violations_R3", "no_guardian"), 1);
	assert_int_equal(world_violations(w, "violations_R3", "delegation_over"), 1);
}

static void
R19_R3_a_choice_of_a_double_is_the_childs(void **state)
{
	struct school *s = *state;
	struct world *w = &s->w;

	school_consent(s, 1);
	world_do(w, "pupil.merge", school_args("{\"double\":" P64 ",\"pupil\":" P64 "}",
	    s->pupil[1], s->pupil[0]));
	assert_int_equal(world_id(w, "rollcall", "here", group_on(SCHOOL_DAY, 2)), 1);
	school_text(s, "still_here", school_args("{\"date\":\"" SCHOOL_DAY "\"}"), 0, "name",
	    "child 0");
	/* A mark of the double has the child's consent as well. */
	world_do(w, "rollcall", school_args("{\"date\":\"2020-09-08\",\"slot\":2,\"grp\":%d,"
	    "\"absent\":[" P64 "],\"extra\":[" P64 "]}", SCHOOL_CLASS, s->pupil[0],
	    s->pupil[1]));
	assert_int_equal(world_violations(w, "violations_R3", "consent_to_follow"), 0);
	/* A later choice under the child ends the one under the double. */
	world_do(w, "consent.record", school_args("{\"pupil\":" P64 ",\"guardian\":" P64
	    ",\"notice\":1,\"given_on\":\"2020-09-09\",\"choice\":false}", s->pupil[0],
	    s->guardian[0]));
	assert_int_equal(world_id(w, "rollcall", "marks", group_on("2020-09-10", 2)), 0);
	world_do(w, "consent.withdraw", of(s->pupil[0], ",\"on\":\"2020-09-08\""));
	assert_int_equal(world_id(w, "rollcall", "marks", group_on("2020-09-08", 1)), 0);
}

static void
R19_who_left_and_comes_back_chooses_anew(void **state)
{
	struct school *s = *state;
	struct world *w = &s->w;

	school_consent(s, 0);
	world_do(w, "pupil.leave", of(s->pupil[0], ",\"on\":\"2020-09-08\""));
	world_do(w, "pupil.enrol", of(s->pupil[0],
	    ",\"school_year\":2020,\"grade\":1,\"from_on\":\"2020-09-14\""));
	world_do(w, "pupil.arrive", of(s->pupil[0], ",\"on\":\"2020-09-14\""));
	assert_int_equal(world_id(w, "rollcall", "marks", group_on("2020-09-14", 2)), 0);
	world_do(w, "rollcall", school_args("{\"date\":\"2020-09-14\",\"slot\":2,\"grp\":%d,"
	    "\"extra\":[" P64 "]}", SCHOOL_CLASS, s->pupil[0]));
	assert_int_equal(world_violations(w, "violations_R3", "consent_to_follow"), 1);
	assert_int_equal(world_count(w, "consent_to_follow", school_args(
	    "{\"date\":\"2020-09-14\"}")), SCHOOL_PUPILS);
}

static void
R12_R19_a_number_that_no_child_has_is_recorded_and_shown(void **state)
{
	struct school *s = *state;
	struct world *w = &s->w;

	school_roll_call(s);
	assert_int_equal(world_id(w, "rollcall", "unknown", school_args("{\"date\":\""
	    SCHOOL_DAY "\",\"slot\":2,\"grp\":%d,\"keep\":1,\"extra\":[77]}", SCHOOL_CLASS)), 1);
	assert_int_equal(world_count(w, "still_here", school_args("{\"date\":\"" SCHOOL_DAY
	    "\"}")), SCHOOL_PUPILS + 1);
	leave_one(s, 77, ",\"person\":\"uncle\"");
	world_do(w, "late.inform", school_args("{\"date\":\"" SCHOOL_DAY
	    "\",\"slot\":2,\"pupil\":78}"));
	assert_int_equal(world_violations(w, "violations_R19", "unknown_child"), 1);
	world_refused(w, "leave.one", "R19.no_number", school_args("{\"date\":\"" SCHOOL_DAY
	    "\",\"slot\":2,\"pupil\":0}"));
	world_refused(w, "rollcall", "R19.no_number", school_args("{\"date\":\"" SCHOOL_DAY
	    "\",\"slot\":2,\"extra\":[\"child\"]}"));
	/* Its row comes by another machine: nothing is odd any more. */
	world_merged(w, "INSERT INTO pupil (school, pupil, name) VALUES (2141018501, 77, 'x')");
	assert_int_equal(world_violations(w, "violations_R19", "unknown_child"), 0);
}

static void
R19_a_walk_in_without_a_name_is_taken_in(void **state)
{
	struct school *s = *state;

	world_do(&s->w, "pupil.walk_in", school_args("{\"name\":\" \",\"date\":\"" SCHOOL_DAY
	    "\",\"slot\":2}"));
	school_text(s, "still_here", school_args("{\"date\":\"" SCHOOL_DAY "\"}"), 0, "name",
	    "？");
}

static void
R6_flags_have_source_dates_and_definition_and_are_seen_by_who_needs_them(void **state)
{
	struct school *s = *state;
	struct world *w = &s->w;
	json_t *day = school_args("{\"date\":\"" SCHOOL_DAY "\"}");

	world_refused(w, "pupil.priority", "R6.definition", of(s->pupil[0],
	    ",\"kind\":4,\"definition\":1"));
	world_refused(w, "pupil.priority", "R6.kind", of(s->pupil[0], ",\"kind\":1"));
	world_do(w, "pupil.priority", of(s->pupil[0], ",\"kind\":3,\"definition\":1,"
	    "\"source\":3,\"since_on\":\"2020-09-01\",\"until_on\":\"2021-09-01\""));
	/* Low grades are computed: all five, and the flag. */
	assert_int_equal(world_count(w, "priorities", json_incref(day)), SCHOOL_PUPILS + 1);
	assert_int_equal(school_cell(s, "priorities", json_incref(day), SCHOOL_PUPILS,
	    "definition"), 1);
	assert_int_equal(school_cell(s, "priorities", json_incref(day), SCHOOL_PUPILS,
	    "source"), 3);
	assert_int_equal(world_count(w, "priorities", school_args("{\"date\":\"2021-09-01\"}")),
	    SCHOOL_PUPILS);
	school_text(s, "pupil", of(s->pupil[1], ""), 0, "priorities", "[]");
	school_sign_in(s, "guard");
	school_text(s, "pupil", of(s->pupil[1], ""), 0, "priorities", NULL);
	school_text(s, "requests", NULL, 0, "priorities", NULL);
	assert_false(world_find(domain_views, domain_nviews, "priorities")->roles &
	    (DOMAIN_GUARD | DOMAIN_CLERK | DOMAIN_LEAD | DOMAIN_AUDITOR));
	assert_non_null(world_find(domain_views, domain_nviews, "priorities")->sensitive);
	json_decref(day);
}

static void
R18_a_guardian_and_a_collector_are_corrected(void **state)
{
	struct school *s = *state;
	struct world *w = &s->w;
	json_t *rows;
	const char *family;
	int64_t aunt = world_id(w, "collector.add", "collector", of(s->pupil[0],
	    ",\"name\":\"aunt\",\"phone\":\"1\""));

	world_do(w, "guardian.edit", school_args("{\"pupil\":" P64 ",\"guardian\":" P64
	    ",\"phone\":\"13900000000\"}", s->pupil[0], s->guardian[0]));
	world_do(w, "collector.edit", school_args("{\"pupil\":" P64 ",\"collector\":" P64
	    ",\"name\":\"uncle\",\"relation\":5}", s->pupil[0], aunt));
	rows = world_show(w, "pupil", of(s->pupil[0], ""));
	family = json_string_value(json_object_get(json_array_get(rows, 0), "guardians"));
	assert_non_null(strstr(family, "carer 0"));
	assert_non_null(strstr(family, "13900000000"));
	family = json_string_value(json_object_get(json_array_get(rows, 0), "collectors"));
	assert_non_null(strstr(family, "uncle"));
	assert_non_null(strstr(family, "\"1\"")); /* what was not given stays */
	json_decref(rows);
	world_refused(w, "guardian.edit", "R19.no_name", school_args("{\"pupil\":" P64
	    ",\"guardian\":" P64 ",\"name\":\" \"}", s->pupil[0], s->guardian[0]));
	world_refused(w, "guardian.edit", "R3.no_guardian", school_args("{\"pupil\":" P64
	    ",\"guardian\":" P64 "}", s->pupil[1], s->guardian[0]));
	world_refused(w, "collector.edit", "R12.no_collector", school_args("{\"pupil\":" P64
	    ",\"collector\":" P64 "}", s->pupil[1], aunt));
}

/* Grade 5, asks now. */
static int64_t
older(struct school *s, const char *name)
{
	s->w.now_s += 60;
	return world_id(&s->w, "pupil.add", "pupil", school_args("{\"name\":\"%s\","
	    "\"school_year\":2020,\"grade\":5,\"slots\":2}", name));
}

static void
R6_short_places_go_by_priority_then_by_the_day_of_asking(void **state)
{
	struct school *s = *state;
	struct world *w = &s->w;
	int64_t first = older(s, "first"), flagged = older(s, "flagged");

	world_do(w, "pupil.priority", of(flagged,
	    ",\"kind\":4,\"until_on\":\"2020-10-01\""));
	school_sign_in(s, "head");
	world_do(w, "site.describe", school_args("{\"site\":0,\"places\":6}"));
	/* Five of grade 1, then the flag that still holds, then who asked first. */
	school_text(s, "places", NULL, 5, "name", "flagged");
	assert_int_equal(school_cell(s, "places", NULL, 5, "fits"), 1);
	school_text(s, "places", NULL, 6, "name", "first");
	assert_int_equal(school_cell(s, "places", NULL, 6, "fits"), 0);
	world_refused(w, "place.refuse", "R6.has_priority", of(flagged, ",\"reason\":\"full\""));
	assert_string_equal(w->error.args[0], "flagged");
	world_refused(w, "place.refuse", "R6.no_reason", of(first, ",\"reason\":\" \""));
	world_do(w, "place.refuse", of(first, ",\"reason\":\"full\""));
	school_text(s, "places", NULL, 6, "reason", "full");
	/* In October the flag is over: who asked first comes first. */
	world_do(w, "session.open", school_args("{\"date\":\"2020-10-12\",\"slot\":2}"));
	school_text(s, "places", NULL, 5, "name", "first");
	world_merged(w, "UPDATE place_refusal SET reason = ''");
	assert_int_equal(world_violations(w, "violations_R6", "no_reason"), 1);
}

static void
R7_R5_the_narrowest_line_of_the_plan_judges(void **state)
{
	struct school *s = *state;
	struct world *w = &s->w;

	school_county(s, "policy.publish", school_args("{\"document\":{\"version\":2,"
	    "\"from\":7549,\"title\":\"plan\",\"windows\":["
	    "{\"from\":901,\"until\":831,\"slot\":2,\"begin\":960,\"end\":1080},"
	    "{\"from\":901,\"until\":831,\"slot\":2,\"begin\":960,\"end\":1050,\"kind\":1},"
	    "{\"from\":901,\"until\":831,\"slot\":2,\"begin\":960,\"end\":1040,\"class\":220},"
	    "{\"from\":901,\"until\":1031,\"slot\":2,\"begin\":960,\"end\":1070,"
	    "\"school\":%" PRIu64 ",\"site\":0}]}}", WORLD_SCHOOL));
	world_do(w, "session.open", school_args("{\"date\":\"2020-09-08\",\"slot\":2}"));
	assert_int_equal(world_count(w, "violations_R7", NULL), 0);
	world_do(w, "session.open", school_args("{\"date\":\"2020-09-08\",\"slot\":2,"
	    "\"end\":\"17:55\",\"reason\":\"rain\"}"));
	school_text(s, "violations_R7", NULL, 0, "reason", "rain");
	/* Out of the named site's season the class decides. */
	school_text(s, "violations_R7", NULL, 0, "what", "outside_window");
	world_do(w, "session.open", school_args("{\"date\":\"2020-11-03\",\"slot\":2}"));
	school_text(s, "sessions", school_args("{\"date\":\"2020-11-03\"}"), 0, "end", "17:20");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		SCHOOL_CASE(R1_each_way_home_of_the_weekday_is_on_the_sheet_and_taken_as_usual),
		SCHOOL_CASE(R1_a_boarder_is_not_led_away_on_a_night_at_school),
		SCHOOL_CASE(R1_who_left_twice_is_shown),
		SCHOOL_CASE(R3_a_consent_says_who_when_which_slots_and_weekdays_and_how),
		SCHOOL_CASE(R3_a_class_list_takes_no_carer_whose_delegation_is_over),
		SCHOOL_CASE(R3_what_a_rule_would_refuse_is_listed_after_merging),
		SCHOOL_CASE(R19_R3_a_choice_of_a_double_is_the_childs),
		SCHOOL_CASE(R19_who_left_and_comes_back_chooses_anew),
		SCHOOL_CASE(R12_R19_a_number_that_no_child_has_is_recorded_and_shown),
		SCHOOL_CASE(R19_a_walk_in_without_a_name_is_taken_in),
		SCHOOL_CASE(R6_flags_have_source_dates_and_definition_and_are_seen_by_who_needs_them),
		SCHOOL_CASE(R18_a_guardian_and_a_collector_are_corrected),
		SCHOOL_CASE(R6_short_places_go_by_priority_then_by_the_day_of_asking),
		SCHOOL_CASE(R7_R5_the_narrowest_line_of_the_plan_judges),
	};

	return cmocka_run_group_tests_name("domain_care", tests, NULL, NULL);
}
