/* The county's side: plan, phases, evaluation, town and country. */
#include "schema/upkeep.h"
#include "tests/domain_school.h"

#define P64 "%" PRId64
#define TOWN UINT64_C(2141018777)

static json_t *
september(void)
{
	return school_args("{\"from_on\":\"2020-09-01\",\"until_on\":\"2020-09-30\"}");
}

/* A version from the third of September on, with more of the plan's parts. */
static void
publish(struct school *s, int version, const char *more)
{
	school_county(s, "policy.publish", school_args("{\"document\":{\"version\":%d,"
	    "\"from\":7551,\"title\":\"plan\",\"terms\":[{\"from\":7548,\"until\":7700}],"
	    "\"windows\":[{\"class\":0,\"from\":901,\"until\":228,\"slot\":2,\"begin\":960,"
	    "\"end\":1080}]%s}}", version, more));
}

/* How many changes of a version are of this part and kind. */
static size_t
changes(struct school *s, int version, const char *part, const char *change)
{
	json_t *rows = world_show(&s->w, "policy_changes", school_args("{\"version\":%d}",
	    version)), *row;
	size_t i, n = 0;

	json_array_foreach(rows, i, row)
		n += strcmp(json_string_value(json_object_get(row, "part")), part) == 0 &&
		    strcmp(json_string_value(json_object_get(row, "change")), change) == 0;
	json_decref(rows);
	return n;
}

static void
R2_a_school_sees_every_line_that_changed_and_confirms_receipt(void **state)
{
	struct school *s = *state;
	struct world *w = &s->w;

	publish(s, 2, ",\"days\":[{\"day\":7579,\"kind\":2,\"name\":\"holiday\"}],"
	    "\"rates\":[{\"unit\":1,\"fen\":2000}],"
	    "\"settings\":[{\"name\":\"cutoff_day\",\"value\":5}],"
	    "\"activities\":[{\"code\":1,\"title\":\"reading\"}],"
	    "\"indicators\":[{\"code\":3,\"title\":\"roll\",\"quantity\":9}],"
	    "\"emergency_plans\":[{\"kind\":1,\"title\":\"injury\",\"body\":\"call\"}]");
	publish(s, 3, ",\"days\":[{\"day\":7580,\"kind\":1,\"name\":\"made up\"}],"
	    "\"rates\":[{\"unit\":1,\"fen\":2500}],"
	    "\"settings\":[{\"name\":\"cutoff_day\",\"value\":5}],"
	    "\"activities\":[{\"code\":1,\"title\":\"reading\"}],"
	    "\"indicators\":[{\"code\":3,\"title\":\"roll\",\"quantity\":5}],"
	    "\"emergency_plans\":[{\"kind\":1,\"title\":\"injury\",\"body\":\"call 120\"}]");
	for (int i = 0; i < 4; i++) {
		static const char *const changed[] = {"day", "rate", "indicator",
		    "emergency_plan"};

		assert_int_equal(changes(s, 3, changed[i], "new"), 1);
		assert_int_equal(changes(s, 3, changed[i], "gone"), 1);
	}
	for (int i = 0; i < 4; i++) {
		static const char *const same[] = {"term", "window", "setting", "activity"};

		assert_int_equal(changes(s, 3, same[i], "new") + changes(s, 3, same[i],
		    "gone"), 0);
	}
	assert_int_equal(school_cell(s, "policy_changes", school_args("{\"version\":3}"), 0,
	    "confirmed"), 0);
	school_sign_in(s, "head");
	world_do(w, "policy.read", school_args("{\"version\":3}"));
	assert_int_equal(school_cell(s, "policy_changes", school_args("{\"version\":3}"), 0,
	    "confirmed"), 1);
	/* What holds now is the newer one. */
	school_text(s, "policy_lists", school_args("{\"date\":\"" SCHOOL_DAY "\",\"list\":2}"),
	    0, "title", "roll");
	assert_int_equal(school_cell(s, "policy_lists", school_args("{\"date\":\"" SCHOOL_DAY
	    "\",\"list\":2}"), 0, "quantity"), 5);
}

static void
R2_a_closure_needs_a_reason_alone_and_prints_slips(void **state)
{
	struct school *s = *state;
	struct world *w = &s->w;
	json_t *day = school_args("{\"date\":\"" SCHOOL_DAY "\",\"slot\":2}");

	school_consent(s, 0);
	school_consent(s, 1);
	world_do(w, "session.open", json_incref(day));
	school_sign_in(s, "head");
	world_refused(w, "closure.set", "R2.no_reason", school_args("{\"date\":\"" SCHOOL_DAY
	    "\",\"slot\":2,\"reason\":\" \"}"));
	assert_string_equal(w->error.args[0], SCHOOL_DAY);
	world_do(w, "closure.set", school_args("{\"date\":\"" SCHOOL_DAY
	    "\",\"slot\":2,\"reason\":\"snow\",\"end\":\"17:00\"}"));
	/* The session that was open already ends then too; a slip for each child. */
	school_text(s, "sessions", NULL, 0, "end", "17:00");
	assert_int_equal(world_count(w, "closure_slips", json_incref(day)), 2);
	school_text(s, "closure_slips", json_incref(day), 0, "end", "17:00");
	school_text(s, "closure_slips", json_incref(day), 0, "reason", "snow");
	world_do(w, "closure.set", school_args("{\"date\":\"" SCHOOL_DAY
	    "\",\"slot\":2,\"reason\":\"melted\",\"undone\":true}"));
	assert_int_equal(world_count(w, "closure_slips", day), 0);
}

static void
R2_what_was_judged_by_an_older_plan_is_said_so(void **state)
{
	struct school *s = *state;
	struct world *w = &s->w;

	world_do(w, "session.open", school_args("{\"date\":\"" SCHOOL_DAY "\",\"slot\":2}"));
	/* The stick with the new window comes later: 17:30 is the end from the third on. */
	school_county(s, "policy.publish", school_args("{\"document\":{\"version\":2,"
	    "\"from\":7551,\"title\":\"plan\",\"windows\":[{\"from\":901,\"until\":228,"
	    "\"slot\":2,\"begin\":960,\"end\":1050}]}}"));
	assert_int_equal(world_count(w, "violations_R7", NULL), 0);
	school_text(s, "violations_R2", NULL, 0, "what", "not_confirmed");
	school_text(s, "violations_R2", NULL, 1, "what", "older_policy");
}

static void
R5_a_site_says_what_makes_it_different(void **state)
{
	struct school *s = *state;
	struct world *w = &s->w;

	school_sign_in(s, "head");
	assert_int_equal(world_violations(w, "violations_R5", "no_class_year"), 1);
	world_do(w, "site.add", school_args("{\"site\":0,\"class_year\":2019}"));
	world_do(w, "site.add", school_args("{\"site\":3,\"name\":\"point\",\"class\":220,"
	    "\"class_year\":2019,\"kind\":4,\"stage\":1}"));
	world_refused(w, "site.add", "R5.site_number", school_args("{\"site\":100,"
	    "\"name\":\"x\"}"));
	world_do(w, "site.describe", school_args("{\"site\":3,\"sunset\":\"17:10\","
	    "\"road\":\"ford\",\"bus\":\"16:50\",\"boarding_week\":16,\"visiting\":true,"
	    "\"guarded\":false,\"canteen\":false,\"power_cuts\":true,\"no_smartphone\":7,"
	    "\"gates\":1,\"oversize\":0,\"places\":30,\"connectivity\":0}"));
	school_text(s, "sites", NULL, 1, "sunset", "17:10");
	school_text(s, "sites", NULL, 1, "bus", "16:50");
	assert_int_equal(school_cell(s, "sites", NULL, 1, "no_smartphone"), 7);
	assert_int_equal(world_violations(w, "violations_R5", "no_class_year"), 0);
	assert_int_equal(world_count(w, "violations_R5", NULL), 0);
	world_merged(w, "INSERT INTO site (school, site, name) VALUES (2141018501, 4, 'x')");
	assert_int_equal(world_violations(w, "violations_R5", "no_class"), 1);
}

static void
R5_one_machine_serves_the_points_of_its_school(void **state)
{
	struct school *s = *state;
	struct world *w = &s->w;
	int64_t there;

	school_sign_in(s, "head");
	world_do(w, "site.add", school_args("{\"site\":3,\"name\":\"point\",\"class\":210,"
	    "\"kind\":4}"));
	there = world_id(w, "pupil.add", "pupil", school_args("{\"name\":\"there\","
	    "\"school_year\":2020,\"grade\":1,\"site\":3}"));
	world_do(w, "guardian.add", school_args("{\"pupil\":" P64 ",\"name\":\"carer\"}", there));
	world_do(w, "consent.list", school_args("{\"pupils\":[" P64 "," P64 "],\"notice\":1,"
	    "\"given_on\":\"2020-09-02\"}", there, s->pupil[0]));
	assert_int_equal(world_id(w, "rollcall", "here", school_args("{\"date\":\"" SCHOOL_DAY
	    "\",\"slot\":2,\"site\":3,\"grp\":%d}", SCHOOL_CLASS)), 1);
	assert_int_equal(world_id(w, "rollcall", "here", school_args("{\"date\":\"" SCHOOL_DAY
	    "\",\"slot\":2,\"grp\":%d}", SCHOOL_CLASS)), 1);
	/* The school reads its points; each can be asked for alone. */
	assert_int_equal(world_count(w, "still_here", school_args("{\"date\":\"" SCHOOL_DAY
	    "\"}")), 2);
	school_text(s, "still_here", school_args("{\"date\":\"" SCHOOL_DAY "\",\"site\":3}"), 0,
	    "name", "there");
}

static void
R5_pages_appear_with_the_phase(void **state)
{
	struct school *s = *state;
	struct world *w = &s->w;
	static const size_t shown[] = {14, 20, 25};

	for (int phase = 1; phase <= 3; phase++) {
		json_t *rows, *row;
		size_t i, n = 0;

		if (phase > 1) {
			w->user.roles |= DOMAIN_CLERK;
			world_do(w, "site.phase", school_args("{\"site\":0,\"phase\":%d,"
			    "\"on\":\"" SCHOOL_DAY "\"}", phase));
		}
		rows = world_show(w, "pages", NULL);
		json_array_foreach(rows, i, row)
			n += json_integer_value(json_object_get(row, "shown")) == 1;
		assert_int_equal(n, shown[phase - 1]);
		assert_int_equal(json_array_size(rows), shown[2]);
		json_decref(rows);
	}
}

static void
R5_how_far_a_site_is_from_the_next_phase(void **state)
{
	struct school *s = *state;
	struct world *w = &s->w;
	json_t *day = school_args("{\"date\":\"" SCHOOL_DAY "\"}");

	publish(s, 2, ",\"phases\":[{\"code\":2,\"title\":\"all\",\"quantity\":2}]");
	world_do(w, "session.close", school_args("{\"date\":\"" SCHOOL_DAY "\",\"slot\":2}"));
	assert_int_equal(school_cell(s, "phase_progress", json_incref(day), 0, "needed"), 2);
	assert_int_equal(school_cell(s, "phase_progress", json_incref(day), 0, "closed"), 1);
	w->user.roles |= DOMAIN_CLERK;
	world_refused(w, "site.phase", "R5.phase_early", school_args("{\"site\":0,\"phase\":2,"
	    "\"on\":\"" SCHOOL_DAY "\"}"));
	world_do(w, "session.close", school_args("{\"date\":\"" SCHOOL_DAY
	    "\",\"slot\":2,\"grp\":%d}", SCHOOL_CLASS));
	world_do(w, "site.phase", school_args("{\"site\":0,\"phase\":2,\"on\":\"" SCHOOL_DAY
	    "\"}"));
	json_decref(day);
}

static void
R9_satisfaction_is_asked_twice_a_term_and_small_groups_are_hidden(void **state)
{
	struct school *s = *state;
	struct world *w = &s->w;
	json_t *term = school_args("{\"term_on\":\"2020-08-31\"}");
	json_t *after = school_args("{\"from_on\":\"2021-01-25\",\"until_on\":\"2021-02-26\"}");

	for (int round = 1; round <= 2; round++)
		world_do(w, "satisfaction.record", school_args("{\"term_on\":\"2020-08-31\","
		    "\"round\":%d,\"how\":%d,\"asked\":%d,\"content\":3,"
		    "\"held_on\":\"2020-10-1%d\"}", round, round, round == 1 ? 4 : 6, round));
	school_text(s, "satisfactions", json_incref(term), 0, "percent", NULL);
	assert_int_equal(school_cell(s, "satisfactions", json_incref(term), 1, "percent"), 50);
	world_refused(w, "satisfaction.record", "R9.round", school_args("{\"term_on\":"
	    "\"2020-08-31\",\"round\":3,\"asked\":5,\"content\":5,\"held_on\":\"2020-10-12\"}"));
	/* The term is over on the last of January. */
	assert_int_equal(world_said(w, "violations_R9", "not_asked", json_incref(after)), 0);
	world_merged(w, "DELETE FROM satisfaction WHERE round = 2");
	assert_int_equal(world_said(w, "violations_R9", "not_asked", json_incref(after)), 1);
	assert_int_equal(world_said(w, "violations_R9", "not_asked", september()), 0);
	json_decref(term);
	json_decref(after);
}

/* The percent of an indicator of September; -1: none. */
static int64_t
indicator(struct school *s, int code, const char *column)
{
	json_t *rows = world_show(&s->w, "evaluation", september()), *row;
	int64_t v = -1;
	size_t i;

	json_array_foreach(rows, i, row)
		if (json_integer_value(json_object_get(row, "indicator")) == code &&
		    !json_is_null(json_object_get(row, column)))
			v = json_integer_value(json_object_get(row, column));
	json_decref(rows);
	return v;
}

static void
indicators(struct school *s)
{
	char list[1024] = ",\"indicators\":[";

	for (int code = 1; code <= 10; code++)
		snprintf(list + strlen(list), sizeof(list) - strlen(list),
		    "%s{\"code\":%d,\"title\":\"i%d\",\"quantity\":%d}", code > 1 ? "," : "", code,
		    code, code * 2);
	strcat(list, "]");
	publish(s, 2, list);
	school_sign_in(s, "head");
}

static void
R15_indicators_come_from_the_records_beside_their_completeness(void **state)
{
	struct school *s = *state;
	struct world *w = &s->w;
	int64_t hazard;

	indicators(s);
	assert_int_equal(indicator(s, 3, "percent"), -1);
	assert_int_equal(indicator(s, 3, "completeness"), 0);
	for (int i = 0; i < 3; i++)
		school_consent(s, i); /* of five who asked, all of them of grade 1 */
	world_do(w, "plan.set", school_args("{\"week_on\":\"2020-09-07\",\"weekday\":1,"
	    "\"slot\":2,\"grp\":%d}", SCHOOL_CLASS));
	world_do(w, "plan.set", school_args("{\"week_on\":\"2020-09-07\",\"weekday\":2,"
	    "\"slot\":2,\"grp\":%d}", SCHOOL_CLASS));
	for (int day = 7; day <= 9; day += 2) {
		world_do(w, "rollcall", school_args("{\"date\":\"2020-09-%02d\",\"slot\":2,"
		    "\"grp\":%d}", day, SCHOOL_CLASS));
		if (day == 7)
			world_do(w, "leave.group", school_args("{\"date\":\"2020-09-%02d\","
			    "\"slot\":2,\"grp\":%d}", day, SCHOOL_CLASS));
		world_do(w, "session.close", school_args("{\"date\":\"2020-09-%02d\",\"slot\":2,"
		    "\"grp\":%d}", day, SCHOOL_CLASS));
	}
	world_do(w, "session.open", school_args("{\"date\":\"2020-09-10\",\"slot\":2}"));
	world_do(w, "satisfaction.record", school_args("{\"term_on\":\"2020-08-31\","
	    "\"round\":1,\"asked\":10,\"content\":9,\"held_on\":\"2020-09-20\"}"));
	hazard = world_id(w, "hazard.add", "hazard", school_args("{\"kind\":3,\"what\":\"x\","
	    "\"place\":\"y\",\"department\":6,\"on\":\"2020-09-07\",\"due_on\":\"2020-09-10\"}"));
	world_do(w, "hazard.step", school_args("{\"hazard\":" P64 ",\"kind\":5,"
	    "\"on\":\"2020-09-09\",\"text\":\"done\"}", hazard));
	world_do(w, "opinion.add", school_args("{\"kind\":3,\"text\":\"x\","
	    "\"on\":\"2020-09-01\"}"));
	world_do(w, "training.record", school_args("{\"kind\":1,\"on\":\"2020-09-07\"}"));
	assert_int_equal(indicator(s, 1, "percent"), 60);
	assert_int_equal(indicator(s, 2, "of"), 5);
	assert_int_equal(indicator(s, 3, "percent"), 66);  /* two of three called */
	assert_int_equal(indicator(s, 4, "percent"), 50);  /* one was closed with children */
	assert_int_equal(indicator(s, 5, "percent"), 50);
	assert_int_equal(indicator(s, 6, "percent"), 90);
	assert_int_equal(indicator(s, 7, "of"), 0);
	assert_int_equal(indicator(s, 8, "percent"), 100);
	assert_int_equal(indicator(s, 9, "percent"), 0);
	assert_int_equal(indicator(s, 10, "percent"), 25);
	assert_int_equal(indicator(s, 4, "weight"), 8);
	/* Two days of the 22 of September that are school days. */
	for (int code = 1; code <= 10; code++)
		assert_int_equal(indicator(s, code, "completeness"), 2 * 100 / 22);
}

static void
R15_posting_in_time_counts_for_the_month_of_signing(void **state)
{
	struct school *s = *state;
	json_t *october = school_args("{\"from_on\":\"2020-10-01\",\"until_on\":\"2020-10-31\"}");

	indicators(s);
	school_clock(s, 31, 9, 0);
	world_do(&s->w, "statement.submit", school_args("{\"month\":202009}"));
	assert_int_equal(school_cell(s, "evaluation", json_incref(october), 6, "percent"), 0);
	world_do(&s->w, "statement.post", school_args("{\"month\":202009,"
	    "\"on\":\"2020-10-06\"}"));
	assert_int_equal(school_cell(s, "evaluation", json_incref(october), 6, "percent"), 100);
	world_do(&s->w, "statement.post", school_args("{\"month\":202009,"
	    "\"on\":\"2020-10-07\"}"));
	assert_int_equal(school_cell(s, "evaluation", october, 6, "percent"), 0);
}

static void
R15_the_school_sees_its_figures_and_disputes_one(void **state)
{
	struct school *s = *state;
	struct world *w = &s->w;

	indicators(s);
	world_refused(w, "indicator.dispute", "R15.no_words", school_args("{\"term_on\":"
	    "\"2020-09-01\",\"indicator\":3,\"words\":\" \"}"));
	world_refused(w, "indicator.dispute", "R15.no_indicator", school_args("{\"term_on\":"
	    "\"2020-09-01\",\"indicator\":11,\"words\":\"x\"}"));
	world_do(w, "indicator.dispute", school_args("{\"term_on\":\"2020-09-01\","
	    "\"indicator\":3,\"words\":\"flood, on paper\"}"));
	school_text(s, "evaluation", september(), 2, "disputed", "flood, on paper");
	school_text(s, "evaluation", september(), 3, "disputed", NULL);
	/* The county sees the same figure with the same words. */
	w->rt.scope = 0;
	w->user = (struct domain_user){0};
	school_text(s, "evaluation", september(), 2, "disputed", "flood, on paper");
}

/* A second school in town, with this many children, one session of which all but one
 * come, and an incident. */
static void
town(struct school *s, int children)
{
	struct world *w = &s->w;
	char extra[1024] = "";

	w->rt.scope = TOWN;
	w->user = (struct domain_user){.scope = TOWN};
	school_clock(s, 7, 16, 0);
	world_do(w, "site.add", school_args("{\"site\":0,\"name\":\"town\",\"class\":111,"
	    "\"kind\":1}"));
	world_do(w, "staff.add", school_args("{\"name\":\"townhead\",\"roles\":\"head,teacher\","
	    "\"pin\":\"2468\",\"checked_on\":\"2020-08-01\"}"));
	school_sign_in(s, "townhead");
	for (int i = 0; i < children; i++) {
		int64_t id = world_id(w, "pupil.add", "pupil", school_args("{\"name\":\"t\","
		    "\"school_year\":2020,\"grade\":5,\"slots\":2}"));

		if (i > 0)
			snprintf(extra + strlen(extra), sizeof(extra) - strlen(extra), "%s" P64,
			    i > 1 ? "," : "", id);
	}
	world_do(w, "rollcall", school_args("{\"date\":\"" SCHOOL_DAY "\",\"slot\":2,"
	    "\"extra\":[%s]}", extra));
	world_do(w, "incident.report", school_args("{\"kind\":1,\"date\":\"" SCHOOL_DAY
	    "\",\"place\":\"yard\",\"what\":\"fell\"}"));
}

static void
county(struct school *s)
{
	s->w.rt.scope = 0;
	s->w.user = (struct domain_user){0};
}

static json_t *
month(void)
{
	return school_args("{\"month\":202009}");
}

static void
R17_town_and_country_side_by_side_with_small_numbers_hidden(void **state)
{
	struct school *s = *state;

	publish(s, 2, ",\"rates\":[{\"unit\":1,\"fen\":1500}]");
	school_roll_call(s);
	town(s, 12);
	county(s);
	assert_int_equal(world_count(&s->w, "town_country", month()), 2);
	school_text(s, "town_country", month(), 0, "side", "town");
	assert_int_equal(school_cell(s, "town_country", month(), 0, "children"), 12);
	/* 11 of 12 for two hours; 3000 fen for one adult. */
	assert_int_equal(school_cell(s, "town_country", month(), 0, "hours_per_child"), 22 / 12);
	assert_int_equal(school_cell(s, "town_country", month(), 0, "children_per_adult"), 12);
	assert_int_equal(school_cell(s, "town_country", month(), 0, "fen_per_child"),
	    3000 / 12);
	assert_int_equal(school_cell(s, "town_country", month(), 0, "incidents"), 1);
	school_text(s, "town_country", month(), 0, "oldest_record", SCHOOL_DAY);
	/* Five children in the village: the school is there, its figures are not. */
	school_text(s, "town_country", month(), 1, "side", "country");
	assert_int_equal(school_cell(s, "town_country", month(), 1, "schools"), 1);
	school_text(s, "town_country", month(), 1, "children", NULL);
	school_text(s, "town_country", month(), 1, "fen_per_child", NULL);
	school_text(s, "town_country", month(), 1, "incidents", NULL);
}

static void
R17_coverage_by_group_hides_fewer_than_five(void **state)
{
	struct school *s = *state;
	struct world *w = &s->w;

	for (int i = 0; i < 3; i++)
		school_consent(s, i);
	for (int i = 0; i < 4; i++)
		world_do(w, "pupil.priority", school_args("{\"pupil\":" P64 ",\"kind\":3}",
		    s->pupil[i]));
	school_sign_in(s, "head");
	assert_int_equal(world_count(w, "coverage", NULL), 3);
	assert_int_equal(school_cell(s, "coverage", NULL, 0, "children"), 5);
	assert_int_equal(school_cell(s, "coverage", NULL, 0, "asked_percent"), 100);
	assert_int_equal(school_cell(s, "coverage", NULL, 0, "takes_part_percent"), 60);
	assert_int_equal(school_cell(s, "coverage", NULL, 1, "takes_part_percent"), 60);
	school_text(s, "coverage", NULL, 2, "children", NULL);
	school_text(s, "coverage", NULL, 2, "takes_part_percent", NULL);
	world_do(w, "pupil.priority", school_args("{\"pupil\":" P64 ",\"kind\":3}", s->pupil[4]));
	assert_int_equal(school_cell(s, "coverage", NULL, 2, "takes_part_percent"), 60);
}

static void
R17_a_monthly_aggregate_has_no_names_and_its_gap_is_kept_over_time(void **state)
{
	struct school *s = *state;
	struct world *w = &s->w;
	json_t *rows, *row, *cell;
	const char *name;
	size_t i;

	for (int n = 0; n < 7; n++)
		world_do(w, "pupil.add", school_args("{\"name\":\"more\",\"school_year\":2020,"
		    "\"grade\":1}"));
	school_roll_call(s); /* 5 of 12 come for two hours */
	town(s, 12);
	county(s);
	rows = world_show(w, "monthly_aggregate", month());
	assert_int_equal(json_array_size(rows), 2);
	json_array_foreach(rows, i, row)
		json_object_foreach(row, name, cell)
			assert_false(json_is_string(cell)); /* numbers and nothing else */
	json_decref(rows);
	world_refused(w, "aggregate.send", "R11.month_not_over", month());
	school_clock(s, 31, 9, 0);
	world_do(w, "aggregate.send", month());
	rows = world_show(w, "town_country_gap", school_args("{\"from_month\":202009,"
	    "\"until_month\":202012}"));
	assert_int_equal(json_array_size(rows), 1);
	row = json_array_get(rows, 0);
	assert_int_equal(json_integer_value(json_object_get(row, "town_hours")), 2); /* 22 / 12 */
	assert_int_equal(json_integer_value(json_object_get(row, "country_hours")), 1); /* 10 / 12 */
	assert_int_equal(json_integer_value(json_object_get(row, "gap_hours")), 1);
	assert_int_equal(json_integer_value(json_object_get(row, "town_incidents_per_1000")), 83);
	json_decref(rows);
}

/* The rural school of the set-up is under TOWN, which is the central school. */
static void
under_town(struct school *s)
{
	school_sign_in(s, "head");
	world_do(&s->w, "site.add", school_args("{\"site\":0,\"central\":%" PRIu64 "}", TOWN));
	school_sign_in(s, "teacher");
	school_roll_call(s);
	town(s, 3);
}

/* The points that TOWN sees; its own machine has nothing else of them. */
static void
as_town(struct school *s)
{
	s->w.rt.scope = TOWN;
	school_sign_in(s, "townhead");
}

static void
R5_a_central_school_reads_the_schools_under_it_in_numbers(void **state)
{
	struct school *s = *state;
	struct world *w = &s->w;
	uint64_t before, after;

	under_town(s);
	assert_int_equal(upkeep_commands(&w->rt), STATUS_OK); /* a school's machine sends nothing */
	assert_int_equal(world_count(w, "points", NULL), 0);
	county(s);
	assert_int_equal(upkeep_commands(&w->rt), STATUS_OK);
	assert_int_equal(world_count(w, "points", NULL), 2); /* this month and the last */
	as_town(s);
	assert_int_equal(school_cell(s, "points", month(), 0, "of_school"), (int64_t)WORLD_SCHOOL);
	assert_int_equal(school_cell(s, "points", month(), 0, "children"), SCHOOL_PUPILS);
	assert_int_equal(school_cell(s, "points", month(), 0, "called"), 1);
	assert_int_equal(school_cell(s, "points", month(), 0, "here"), SCHOOL_PUPILS);
	assert_int_equal(school_cell(s, "points", month(), 0, "closed"), 0);
	school_text(s, "points", month(), 0, "fen", NULL);
	school_text(s, "points", month(), 0, "last_on", SCHOOL_DAY);
	/* What did not change is not sent again; what did is. */
	county(s);
	assert_int_equal(store_changes(w->store, TOWN, &before), STATUS_OK);
	assert_int_equal(upkeep_commands(&w->rt), STATUS_OK);
	assert_int_equal(store_changes(w->store, TOWN, &after), STATUS_OK);
	assert_int_equal(before, after);
	w->rt.scope = WORLD_SCHOOL;
	school_sign_in(s, "head");
	world_do(w, "session.close", school_args("{\"date\":\"" SCHOOL_DAY "\",\"slot\":2,"
	    "\"grp\":%d}", SCHOOL_CLASS));
	world_do(w, "incident.report", school_args("{\"kind\":1,\"date\":\"" SCHOOL_DAY "\","
	    "\"place\":\"yard\",\"what\":\"fell\"}"));
	county(s);
	assert_int_equal(upkeep_commands(&w->rt), STATUS_OK);
	as_town(s);
	assert_int_equal(school_cell(s, "points", month(), 0, "closed"), 1);
	assert_int_equal(school_cell(s, "points", month(), 0, "incidents"), 1);
}

/* A page that is asked for waits for one school's numbers, not for a county's. */
static void
an_idle_hub_does_one_central_school_a_piece_and_what_came_meanwhile_after(void **state)
{
	struct school *s = *state;
	struct world *w = &s->w;
	struct upkeep u = {.changes = 0};
	bool more = false;

	under_town(s);
	w->rt.scope = TOWN;
	school_sign_in(s, "townhead");
	world_do(w, "site.add", school_args("{\"site\":0,\"central\":%" PRIu64 "}", WORLD_SCHOOL));
	county(s);
	assert_int_equal(upkeep_step(&w->rt, &u, &more), STATUS_OK);
	assert_true(more);
	assert_int_equal(world_count(w, "points", NULL), 2); /* of one, two months */
	w->rt.scope = WORLD_SCHOOL;
	school_sign_in(s, "head");
	world_do(w, "incident.report", school_args("{\"kind\":1,\"date\":\"" SCHOOL_DAY "\","
	    "\"place\":\"yard\",\"what\":\"fell\"}"));
	county(s);
	for (int i = 0; more; i++) {
		assert_true(i < 20);
		assert_int_equal(upkeep_step(&w->rt, &u, &more), STATUS_OK);
	}
	assert_int_equal(world_count(w, "points", NULL), 4);
	as_town(s);
	assert_int_equal(school_cell(s, "points", month(), 0, "incidents"), 1);
	/* Nothing came since. */
	county(s);
	assert_int_equal(upkeep_step(&w->rt, &u, &more), STATUS_OK);
	assert_false(more);
}

static void
R5_a_school_reads_no_school_that_is_not_under_it(void **state)
{
	struct school *s = *state;
	struct world *w = &s->w;

	under_town(s);
	county(s);
	assert_int_equal(upkeep_commands(&w->rt), STATUS_OK);
	w->rt.scope = WORLD_SCHOOL;
	school_sign_in(s, "head");
	assert_int_equal(world_count(w, "points", NULL), 0);
	/* Taken from under it, nothing new is sent; what was sent stays. */
	world_do(w, "site.add", school_args("{\"site\":0,\"central\":0}"));
	county(s);
	school_clock(s, 30, 12, 0);
	world_do(w, "points.send", school_args("{\"school\":%" PRIu64 ",\"month\":202010}", TOWN));
	as_town(s);
	assert_int_equal(world_count(w, "points", NULL), 2);
	world_refused(w, "points.send", "USAGE.role", school_args("{}"));
}

static void
R5_a_central_school_is_another_one_that_is_known(void **state)
{
	struct school *s = *state;
	struct world *w = &s->w;

	school_sign_in(s, "head");
	world_refused(w, "site.add", "R5.central", school_args("{\"site\":0,\"central\":%" PRIu64
	    "}", WORLD_SCHOOL));
	world_refused(w, "site.add", "R5.central", school_args("{\"site\":0,\"central\":77}"));
	world_refused(w, "site.add", "R5.central", school_args("{\"site\":3,\"name\":\"p\","
	    "\"central\":%" PRIu64 "}", TOWN));
	under_town(s);
	county(s);
	assert_int_equal(world_violations(w, "violations_R5", "unknown_central"), 0);
	world_merged(w, "UPDATE site SET central = 2141018999 WHERE school = 2141018777");
	assert_int_equal(world_violations(w, "violations_R5", "unknown_central"), 1);
	assert_int_equal(world_violations(w, "violations_R5", "central_under_central"), 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		SCHOOL_CASE(R2_a_school_sees_every_line_that_changed_and_confirms_receipt),
		SCHOOL_CASE(R2_a_closure_needs_a_reason_alone_and_prints_slips),
		SCHOOL_CASE(R2_what_was_judged_by_an_older_plan_is_said_so),
		SCHOOL_CASE(R5_a_site_says_what_makes_it_different),
		SCHOOL_CASE(R5_one_machine_serves_the_points_of_its_school),
		SCHOOL_CASE(R5_a_central_school_reads_the_schools_under_it_in_numbers),
		SCHOOL_CASE(an_idle_hub_does_one_central_school_a_piece_and_what_came_meanwhile_after),
		SCHOOL_CASE(R5_a_school_reads_no_school_that_is_not_under_it),
		SCHOOL_CASE(R5_a_central_school_is_another_one_that_is_known),
		SCHOOL_CASE(R5_pages_appear_with_the_phase),
		SCHOOL_CASE(R5_how_far_a_site_is_from_the_next_phase),
		SCHOOL_CASE(R9_satisfaction_is_asked_twice_a_term_and_small_groups_are_hidden),
		SCHOOL_CASE(R15_indicators_come_from_the_records_beside_their_completeness),
		SCHOOL_CASE(R15_posting_in_time_counts_for_the_month_of_signing),
		SCHOOL_CASE(R15_the_school_sees_its_figures_and_disputes_one),
		SCHOOL_CASE(R17_town_and_country_side_by_side_with_small_numbers_hidden),
		SCHOOL_CASE(R17_coverage_by_group_hides_fewer_than_five),
		SCHOOL_CASE(R17_a_monthly_aggregate_has_no_names_and_its_gap_is_kept_over_time),
	};

	return cmocka_run_group_tests_name("domain_county", tests, NULL, NULL);
}
