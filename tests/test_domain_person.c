/* Privacy, moving, the turn of the year, noon: R18 R19 R20 R21. */
#include "schema/roster_plan.h"
#include "tests/domain_school.h"

static json_t *
of(int64_t pupil, const char *more)
{
	return school_args("{\"pupil\":%" PRId64 "%s}", pupil, more);
}

static int64_t
add_child(struct school *s, const char *name, int grade)
{
	return world_id(&s->w, "pupil.add", "pupil", school_args(
	    "{\"name\":\"%s\",\"school_year\":2020,\"grade\":%d}", name, grade));
}

/* How many rows of the year's dry run say what. */
static size_t
planned(struct school *s, int year, const char *what)
{
	json_t *rows = world_show(&s->w, "year_turn", school_args("{\"school_year\":%d}", year));
	json_t *row;
	size_t i, n = 0;

	json_array_foreach(rows, i, row)
		n += strcmp(json_string_value(json_object_get(row, "what")), what) == 0;
	json_decref(rows);
	return n;
}

static void
R18_a_refusal_means_paper_and_no_exclusion(void **state)
{
	struct school *s = *state;
	struct world *w = &s->w;
	char more[160];

	world_do(w, "pupil.private", of(s->pupil[0], ",\"health\":\"asthma\""));
	snprintf(more, sizeof(more), ",\"guardian\":%" PRId64
	    ",\"choice\":false,\"given_on\":\"2020-09-02\"", s->guardian[0]);
	world_do(w, "data.consent", of(s->pupil[0], more));
	school_text(s, "pupil", of(s->pupil[0], ""), 0, "health", NULL);
	world_refused(w, "pupil.private", "R18.paper_only", of(s->pupil[0],
	    ",\"health\":\"asthma\""));
	assert_string_equal(w->error.args[0], "child 0");
	world_refused(w, "pupil.priority", "R18.paper_only", of(s->pupil[0], ",\"kind\":3"));
	assert_int_equal(world_count(w, "paper_list", NULL), 1);
	school_roll_call(s);
	assert_int_equal(world_count(w, "still_here", school_args("{\"date\":\"" SCHOOL_DAY
	    "\"}")), SCHOOL_PUPILS);
	snprintf(more, sizeof(more), ",\"guardian\":%" PRId64
	    ",\"choice\":true,\"given_on\":\"2020-09-03\"", s->guardian[0]);
	world_do(w, "data.consent", of(s->pupil[0], more));
	world_do(w, "pupil.private", of(s->pupil[0], ",\"health\":\"asthma\""));
	assert_int_equal(world_violations(w, "violations_R18", "kept_though_refused"), 0);
	/* Entered before the refusal arrived from another machine: shown. */
	snprintf(more, sizeof(more), ",\"guardian\":%" PRId64
	    ",\"choice\":false,\"given_on\":\"2020-09-02\"", s->guardian[1]);
	world_do(w, "pupil.priority", of(s->pupil[1], ",\"kind\":3"));
	world_do(w, "data.consent", of(s->pupil[1], more));
	school_sign_in(s, "head");
	assert_int_equal(world_violations(w, "violations_R18", "kept_though_refused"), 1);
}

static void
R18_a_look_at_sensitive_fields_is_noted_with_who_and_whom(void **state)
{
	struct school *s = *state;
	struct world *w = &s->w;

	json_decref(world_show(w, "pupil", of(s->pupil[2], "")));
	json_decref(world_show(w, "pupil", of(1, "")));
	json_decref(world_show(w, "sessions", NULL));
	school_sign_in(s, "head");
	assert_int_equal(world_count(w, "access_log", NULL), 1);
	school_text(s, "access_log", NULL, 0, "name", "teacher");
	school_text(s, "access_log", NULL, 0, "view", "pupil");
	assert_int_equal(school_cell(s, "access_log", NULL, 0, "pupil"), s->pupil[2]);
	assert_int_equal(school_cell(s, "privacy_year", school_args("{\"school_year\":2020}"),
	    0, "looks"), 1);
}

static void
R18_every_view_with_a_private_column_says_that_it_is_sensitive(void **state)
{
	static const char *const columns[] = {".phone", ".health", ".address", ".allergy"};

	(void)state;
	for (size_t v = 0; v < domain_nviews; v++)
		for (size_t i = 0; i < sizeof(columns) / sizeof(columns[0]); i++) {
			const struct domain_entry *e = &domain_views[v];

			/* Numbers to dial and the check itself are no child's data; what an
			 * undo would take back is compared, not shown. */
			if (strstr(e->sql, columns[i]) && strcmp(e->name, "emergency") != 0
			    && strcmp(e->name, "violations_R18") != 0
			    && strcmp(e->name, "roster_undo") != 0 && !e->sensitive)
				fail_msg("%s shows %s", e->name, columns[i]);
		}
}

static void
R18_a_guardian_sees_corrects_and_is_answered(void **state)
{
	struct school *s = *state;
	struct world *w = &s->w;
	char more[160];
	int64_t id;

	snprintf(more, sizeof(more), ",\"guardian\":%" PRId64 ",\"kind\":2,\"on\":\"2020-09-07\"",
	    s->guardian[0]);
	id = world_id(w, "privacy.request", "request", of(s->pupil[0], more));
	world_refused(w, "privacy.request", "R3.no_guardian", of(s->pupil[1], more));
	assert_true(world_count(w, "guardian_copy", of(s->pupil[0], "")) >= 9);
	world_do(w, "pupil.edit", of(s->pupil[0], ",\"birth\":\"2014-03-01\""));
	school_text(s, "guardian_copy", of(s->pupil[0], ""), 2, "text", "2014-03-01");
	school_sign_in(s, "head");
	assert_int_equal(world_count(w, "violations_R18", school_args(
	    "{\"until_on\":\"2020-09-23\"}")), 1);
	world_refused(w, "privacy.answer", "R18.no_reason", school_args("{\"pupil\":%" PRId64
	    ",\"request\":%" PRId64 ",\"on\":\"2020-09-10\",\"outcome\":3}", s->pupil[0], id));
	world_do(w, "privacy.answer", school_args("{\"pupil\":%" PRId64 ",\"request\":%" PRId64
	    ",\"on\":\"2020-09-10\",\"outcome\":1}", s->pupil[0], id));
	assert_int_equal(world_count(w, "violations_R18", school_args(
	    "{\"until_on\":\"2020-09-23\"}")), 0);
	assert_int_equal(school_cell(s, "privacy_year", school_args("{\"school_year\":2020}"),
	    0, "in_time"), 1);
}

static void
R19_grade_is_computed_and_a_child_that_left_is_off_the_list(void **state)
{
	struct school *s = *state;
	struct world *w = &s->w;

	for (size_t t = 0; t < schema_registry.ntables; t++)
		for (uint16_t c = 0; c < schema_registry.tables[t].ncolumns; c++)
			assert_string_not_equal(schema_registry.tables[t].columns[c].name, "grade");
	school_roll_call(s);
	world_do(w, "pupil.leave", of(s->pupil[0],
	    ",\"on\":\"2020-09-08\",\"other_school\":2141018502"));
	world_refused(w, "pupil.leave", "R19.left_already", of(s->pupil[0],
	    ",\"on\":\"2020-09-09\""));
	assert_string_equal(w->error.args[1], "2020-09-08");
	assert_int_equal(world_id(w, "rollcall", "here", school_args(
	    "{\"date\":\"2020-09-08\",\"slot\":2,\"grp\":%d}", SCHOOL_CLASS)),
	    SCHOOL_PUPILS - 1);
	/* A late edit of the day before is kept. */
	world_do(w, "attendance.correct", school_args("{\"date\":\"" SCHOOL_DAY
	    "\",\"slot\":2,\"grp\":%d,\"pupil\":%" PRId64 ",\"state\":3}", SCHOOL_CLASS,
	    s->pupil[0]));
	school_sign_in(s, "head");
	assert_int_equal(world_count(w, "identity_due", school_args("{\"date\":\"2021-09-07\"}")),
	    0);
	assert_int_equal(world_count(w, "identity_due", school_args("{\"date\":\"2021-09-08\"}")),
	    1);
}

static void
R19_the_hub_matches_by_number_and_an_hour_counts_once(void **state)
{
	struct school *s = *state;
	struct world *w = &s->w;
	const uint64_t other = WORLD_SCHOOL + 1;
	int64_t twin;

	world_do(w, "pupil.edit", of(s->pupil[0], ",\"student_no\":\"G410199201408129567\""));
	school_roll_call(s);
	w->rt.scope = 0;
	w->user = (struct domain_user){0};
	twin = world_id(w, "pupil.add", "pupil", school_args("{\"school\":%" PRIu64
	    ",\"name\":\"child\",\"school_year\":2020,\"grade\":1,"
	    "\"student_no\":\"G410199201408129567\"}", other));
	assert_int_equal(world_count(w, "transfer_matches", NULL), 0);
	world_do(w, "pupil.arrive", school_args("{\"school\":%" PRIu64 ",\"pupil\":%" PRId64
	    ",\"on\":\"2020-09-07\"}", other, twin));
	school_text(s, "transfer_matches", NULL, 0, "what", "same_number");
	world_do(w, "rollcall", school_args("{\"school\":%" PRIu64 ",\"date\":\"" SCHOOL_DAY
	    "\",\"slot\":2,\"grp\":%d,\"extra\":[%" PRId64 "]}", other, SCHOOL_CLASS, twin));
	assert_int_equal(world_violations(w, "violations_R19", "hour_twice"), 0);
	assert_int_equal(world_count(w, "pupil_hours", school_args(
	    "{\"from_on\":\"2020-09-01\",\"until_on\":\"2020-09-30\"}")), SCHOOL_PUPILS + 1);
	world_do(w, "person.link", school_args("{\"of_school\":%" PRIu64 ",\"pupil\":%" PRId64
	    ",\"to_school\":%" PRIu64 ",\"to_pupil\":%" PRId64 ",\"on\":\"2020-09-09\"}", other,
	    twin, WORLD_SCHOOL, s->pupil[0]));
	assert_int_equal(world_violations(w, "violations_R19", "hour_twice"), 1);
	assert_int_equal(school_cell(s, "pupil_hours", school_args("{\"from_on\":\"2020-09-01\","
	    "\"until_on\":\"2020-09-30\",\"pupil\":%" PRId64 "}", s->pupil[0]), 0, "minutes"),
	    120);
	assert_int_equal(world_count(w, "transfer_matches", NULL), 0);
	world_do(w, "person.link", school_args("{\"of_school\":%" PRIu64 ",\"pupil\":%" PRId64
	    ",\"to_school\":0,\"on\":\"2020-09-09\"}", other, twin));
	assert_int_equal(world_violations(w, "violations_R19", "hour_twice"), 0);
}

static void
R19_what_was_mistyped_of_a_child_is_told_with_its_name(void **state)
{
	static const struct { const char *command, *args, *code; } cases[] = {
		{ "pupil.edit", ",\"student_no\":\"G410199201408129568\"", "R19.check_digit" },
		{ "pupil.edit", ",\"student_no\":\"123\"", "R19.student_no" },
		{ "pupil.edit", ",\"birth\":\"2014-13-01\"", "R19.birth" },
		{ "pupil.leave", ",\"on\":\"2018-09-07\"", "R19.left_before" },
	};
	struct school *s = *state;
	struct world *w = &s->w;
	json_t *rows = world_show(w, "pupil", of(s->pupil[0], ""));
	char name[64];

	snprintf(name, sizeof(name), "%s", json_string_value(json_object_get(
	    json_array_get(rows, 0), "name")));
	json_decref(rows);
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		world_refused(w, cases[i].command, cases[i].code, of(s->pupil[0], cases[i].args));
		assert_string_equal(w->error.args[0], name);
	}
	world_do(w, "pupil.edit", of(s->pupil[0], ",\"birth\":\"2014.8\",\"student_no\":\"\""));
	school_text(s, "pupil", of(s->pupil[0], ""), 0, "birth", "2014-08");
	world_refused(w, "pupil.add", "R19.check_digit", school_args("{\"name\":\"new\","
	    "\"school_year\":2020,\"grade\":1,\"student_no\":\"G410199201408129568\"}"));
	world_refused(w, "pupil.enrol", "R1.no_site", of(s->pupil[0],
	    ",\"school_year\":2020,\"grade\":1,\"site\":9"));
	world_do(w, "pupil.arrive", of(s->pupil[0], ",\"on\":\"2020-09-03\""));
	world_refused(w, "pupil.arrive", "R19.arrived_already", of(s->pupil[0],
	    ",\"on\":\"2020-09-03\""));
	assert_string_equal(w->error.args[0], name);
	assert_string_equal(w->error.args[1], "2020-09-03");
}

static void
R19_doubles_are_joined_by_an_alias_and_never_deleted(void **state)
{
	struct school *s = *state;
	struct world *w = &s->w;

	school_roll_call(s);
	world_refused(w, "pupil.merge", "R19.same_as", school_args("{\"double\":%" PRId64
	    ",\"pupil\":%" PRId64 "}", s->pupil[1], s->pupil[1]));
	world_do(w, "pupil.merge", school_args("{\"double\":%" PRId64 ",\"pupil\":%" PRId64 "}",
	    s->pupil[1], s->pupil[0]));
	world_refused(w, "pupil.merge", "R19.same_as", school_args("{\"double\":%" PRId64
	    ",\"pupil\":%" PRId64 "}", s->pupil[2], s->pupil[1]));
	assert_int_equal(world_count(w, "pupils", NULL), SCHOOL_PUPILS);
	assert_int_equal(world_id(w, "rollcall", "here", school_args(
	    "{\"date\":\"2020-09-08\",\"slot\":2,\"grp\":%d}", SCHOOL_CLASS)),
	    SCHOOL_PUPILS - 1);
	assert_int_equal(world_violations(w, "violations_R19", "hour_twice"), 1);
	/* A double of the double goes along. */
	world_do(w, "pupil.merge", school_args("{\"double\":%" PRId64 ",\"pupil\":%" PRId64 "}",
	    s->pupil[0], s->pupil[3]));
	assert_int_equal(world_violations(w, "violations_R19", "double_of_double"), 0);
	assert_int_equal(school_cell(s, "pupil_hours", school_args("{\"from_on\":\"2020-09-07\","
	    "\"until_on\":\"2020-09-07\",\"pupil\":%" PRId64 "}", s->pupil[3]), 0, "sessions"),
	    1);
	world_do(w, "pupil.unmerge", school_args("{\"double\":%" PRId64 "}", s->pupil[0]));
	world_refused(w, "pupil.unmerge", "R19.no_double", school_args("{\"double\":%" PRId64
	    "}", s->pupil[0]));
}

static void
R19_a_walk_in_is_here_before_anybody_knows_it(void **state)
{
	struct school *s = *state;
	struct world *w = &s->w;
	int64_t id;

	school_sign_in(s, "guard");
	id = world_id(w, "pupil.walk_in", "pupil", school_args("{\"name\":\"somebody\","
	    "\"date\":\"" SCHOOL_DAY "\",\"slot\":2,\"grp\":%d}", SCHOOL_CLASS));
	assert_int_equal(world_count(w, "still_here", school_args("{\"date\":\"" SCHOOL_DAY
	    "\"}")), 1);
	school_sign_in(s, "teacher");
	assert_int_equal(world_violations(w, "violations_R19", "no_enrolment"), 1);
	world_refused(w, "pupil.enrol", "R19.grade", of(id,
	    ",\"school_year\":2020,\"grade\":0"));
	world_do(w, "pupil.enrol", of(id, ",\"school_year\":2020,\"grade\":1"));
	assert_int_equal(world_violations(w, "violations_R19", "no_enrolment"), 0);
	assert_int_equal(world_violations(w, "violations_R3", "consent_to_follow"), 1);
}

static void
R20_the_year_turns_as_the_dry_run_showed_and_back_again(void **state)
{
	struct school *s = *state;
	struct world *w = &s->w;
	int64_t oldest = add_child(s, "oldest", 6);

	school_sign_in(s, "head");
	assert_int_equal(planned(s, 2021, "promoted"), SCHOOL_PUPILS);
	assert_int_equal(planned(s, 2021, "graduates"), 1);
	world_refused(w, "year.turn", "R20.changed", school_args(
	    "{\"school_year\":2021,\"confirm\":5}"));
	assert_string_equal(w->error.args[1], "6");
	world_refused(w, "year.turn", "R20.nobody", school_args(
	    "{\"school_year\":2040,\"confirm\":0}"));
	world_refused(w, "year.turn", "R20.both", school_args("{\"school_year\":2021,"
	    "\"confirm\":6,\"repeat\":[%" PRId64 "],\"leave\":[%" PRId64 "]}",
	    s->pupil[0], s->pupil[0]));
	world_refused(w, "year.turn", "R20.not_in_plan", school_args(
	    "{\"school_year\":2021,\"confirm\":6,\"repeat\":[1]}"));
	for (int again = 0; again < 2; again++) {
		json_t *rows = world_rows(w, "year.turn", school_args("{\"school_year\":2021,"
		    "\"confirm\":6,\"repeat\":[%" PRId64 "],\"leave\":[%" PRId64
		    "],\"moves\":[{\"pupil\":\"%" PRId64 "\",\"class\":4}]}", s->pupil[1],
		    s->pupil[2], s->pupil[3]));
		json_t *row = json_array_get(rows, 0);

		assert_int_equal(json_integer_value(json_object_get(row, "promoted")), 3);
		assert_int_equal(json_integer_value(json_object_get(row, "repeated")), 1);
		assert_int_equal(json_integer_value(json_object_get(row, "graduated")), 1);
		json_decref(rows);
		world_refused(w, "year.turn", "R20.turned", school_args(
		    "{\"school_year\":2021,\"confirm\":0}"));
		assert_int_equal(school_cell(s, "pupil", of(s->pupil[0], ""), 0, "grade"), 2);
		assert_int_equal(school_cell(s, "pupil", of(s->pupil[1], ""), 0, "grade"), 1);
		assert_int_equal(school_cell(s, "pupil", of(s->pupil[3], ""), 0, "class"), 4);
		/* Who left or graduated is on no list. */
		assert_int_equal(world_count(w, "rollcall_sheet", school_args(
		    "{\"date\":\"2021-09-06\",\"slot\":2}")), 4);
		if (again == 0) {
			world_do(w, "year.undo", school_args("{\"school_year\":2021}"));
			assert_int_equal(planned(s, 2021, "graduates"), 1);
			assert_int_equal(school_cell(s, "pupil", of(oldest, ""), 0, "grade"), 6);
			world_refused(w, "year.undo", "R20.not_turned", school_args(
			    "{\"school_year\":2021}"));
		}
	}
	world_do(w, "rollcall", school_args("{\"date\":\"2021-09-06\",\"slot\":2,\"extra\":[%"
	    PRId64 "]}", s->pupil[0]));
	world_refused(w, "year.undo", "R20.begun", school_args("{\"school_year\":2021}"));
}

static void
R20_a_new_year_asks_for_consents_anew_and_keeps_the_child_meanwhile(void **state)
{
	struct school *s = *state;
	struct world *w = &s->w;

	school_consent(s, 0);
	assert_int_equal(world_count(w, "consent_due", school_args("{\"date\":\"2021-08-31\"}")),
	    0);
	school_text(s, "consent_due", school_args("{\"date\":\"2021-09-06\"}"), 0, "why",
	    "new_year");
	assert_int_equal(school_cell(s, "consent_due", school_args("{\"date\":\"2021-09-06\"}"),
	    0, "overdue"), 0);
	assert_int_equal(world_id(w, "rollcall", "here", school_args(
	    "{\"date\":\"2021-09-06\",\"slot\":2,\"grp\":%d}", SCHOOL_CLASS)), 1);
	school_sign_in(s, "head");
	assert_int_equal(world_violations(w, "violations_R20", "not_turned"), 1);
}

static void
R20_holidays_are_no_silence(void **state)
{
	struct school *s = *state;
	struct world *w = &s->w;

	school_roll_call(s);
	school_sign_in(s, "head");
	assert_int_equal(school_cell(s, "silence", school_args("{\"date\":\"2020-09-09\"}"), 0,
	    "silent"), 0);
	assert_int_equal(school_cell(s, "silence", school_args("{\"date\":\"2020-09-10\"}"), 0,
	    "silent"), 1);
	/* Friday, and the Monday after: the week-end counts nothing. */
	world_do(w, "rollcall", school_args("{\"date\":\"2020-09-11\",\"slot\":2,\"extra\":[]}"));
	assert_int_equal(school_cell(s, "silence", school_args("{\"date\":\"2020-09-14\"}"), 0,
	    "school_days"), 1);
	/* The term ends on 2021-01-30; nothing counts after it. */
	world_do(w, "rollcall", school_args("{\"date\":\"2021-01-29\",\"slot\":2,\"extra\":[]}"));
	assert_int_equal(school_cell(s, "silence", school_args("{\"date\":\"2021-02-20\"}"), 0,
	    "school_days"), 0);
}

static void
R21_noon_who_eats_sleeps_and_must_not_eat(void **state)
{
	struct school *s = *state;
	struct world *w = &s->w;

	world_do(w, "noon.set", of(s->pupil[0], ",\"school_year\":2020,\"naps\":true"));
	world_do(w, "noon.set", of(s->pupil[1], ",\"school_year\":2020"));
	world_do(w, "pupil.private", of(s->pupil[0], ",\"allergy\":\"peanut\""));
	school_text(s, "noon_sheet", school_args("{\"date\":\"" SCHOOL_DAY "\"}"), 0, "allergy",
	    "peanut");
	assert_int_equal(school_cell(s, "noon_sheet", school_args("{\"date\":\"" SCHOOL_DAY
	    "\"}"), 0, "naps"), 1);
	world_do(w, "meal.mark", of(s->pupil[1], ",\"date\":\"" SCHOOL_DAY "\",\"ate\":false"));
	assert_int_equal(school_cell(s, "noon_sheet", school_args("{\"date\":\"" SCHOOL_DAY
	    "\"}"), 1, "ate"), 0);
	for (int i = 0; i < SCHOOL_PUPILS; i++)
		school_consent(s, i);
	world_do(w, "rollcall", school_args("{\"date\":\"" SCHOOL_DAY
	    "\",\"slot\":1,\"grp\":%d}", SCHOOL_CLASS));
	assert_int_equal(world_violations(w, "violations_R21", "no_meal"), 1);
	world_do(w, "meal.record", school_args("{\"date\":\"" SCHOOL_DAY "\",\"menu\":\"rice\"}"));
	assert_int_equal(world_violations(w, "violations_R21", "no_meal"), 0);
	assert_int_equal(school_cell(s, "meals", NULL, 0, "ate"), 1);
}

static void
R21_a_meal_has_company_and_a_sample(void **state)
{
	struct school *s = *state;
	struct world *w = &s->w;

	world_refused(w, "meal.record", "R10.no_staff", school_args("{\"date\":\"" SCHOOL_DAY
	    "\",\"with_staff\":5}"));
	world_refused(w, "meal.record", "R21.grams", school_args("{\"date\":\"" SCHOOL_DAY
	    "\",\"grams\":-1}"));
	world_do(w, "meal.record", school_args("{\"date\":\"" SCHOOL_DAY "\"}"));
	assert_int_equal(world_violations(w, "violations_R21", "no_staff"), 1);
	assert_int_equal(world_violations(w, "violations_R21", "no_sample"), 1);
	world_do(w, "meal.record", school_args("{\"date\":\"" SCHOOL_DAY "\",\"with_staff\":%"
	    PRId64 ",\"sample\":true,\"grams\":100}", s->head));
	assert_int_equal(world_violations(w, "violations_R21", "small_sample"), 1);
	world_do(w, "meal.record", school_args("{\"date\":\"" SCHOOL_DAY "\",\"grams\":125}"));
	assert_int_equal(world_count(w, "violations_R21", NULL), 0);
}

static void
R21_R4_a_meal_knows_no_money(void **state)
{
	static const char *const words[] = {"fen", "yuan", "price", "paid"};

	(void)state;
	for (size_t t = 0; t < schema_registry.ntables; t++)
		for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
			if (strncmp(schema_registry.tables[t].name, "meal", 4) == 0)
				assert_null(strstr(schema_registry.tables[t].create, words[i]));
	for (size_t c = 0; c < domain_ncommands; c++)
		if (strncmp(domain_commands[c].name, "meal.", 5) == 0)
			for (size_t p = 0; p < domain_commands[c].nparams; p++)
				assert_string_not_equal(domain_commands[c].params[p].name, "fen");
}

/* One transaction holds 65,536 records; here a child is six. */
static void
R19_a_list_of_more_records_than_one_import_can_write_is_refused_by_the_dry_run_too(void **state)
{
	struct school *s = *state;
	enum { CHILDREN = 11000 };
	char *text = malloc(CHILDREN * 80 + 100);
	struct roster_plan_input in = {.data = (uint8_t *)text, .school_year = 2020};
	struct roster_import_result r;

	assert_non_null(text);
	in.len = (size_t)sprintf(text, "姓名,年级,班级,监护人,参加课后服务,备注\n");
	for (int i = 0; i < CHILDREN; i++)
		in.len += (size_t)sprintf(text + in.len, "学生%d,%d,%d,家长,√,留守 残疾\n", i,
		    1 + i % 6, 1 + i % 20);
	for (int dry = 1; dry >= 0; dry--) {
		in.dry_run = dry;
		assert_int_equal(roster_plan_run(&s->w.rt, &s->w.user, &in, &r, &s->w.error),
		    STATUS_TOO_LARGE);
		assert_string_equal(s->w.error.code, "R19.too_many_rows");
		assert_string_equal(s->w.error.args[0], "66000");
		assert_true(s->w.error.data_safe);
	}
	assert_int_equal(world_count(&s->w, "pupils", NULL), SCHOOL_PUPILS);
	free(text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		SCHOOL_CASE(R18_a_refusal_means_paper_and_no_exclusion),
		SCHOOL_CASE(R18_a_look_at_sensitive_fields_is_noted_with_who_and_whom),
		SCHOOL_CASE(R18_every_view_with_a_private_column_says_that_it_is_sensitive),
		SCHOOL_CASE(R18_a_guardian_sees_corrects_and_is_answered),
		SCHOOL_CASE(R19_grade_is_computed_and_a_child_that_left_is_off_the_list),
		SCHOOL_CASE(R19_the_hub_matches_by_number_and_an_hour_counts_once),
		SCHOOL_CASE(R19_what_was_mistyped_of_a_child_is_told_with_its_name),
		SCHOOL_CASE(R19_doubles_are_joined_by_an_alias_and_never_deleted),
		SCHOOL_CASE(R19_a_list_of_more_records_than_one_import_can_write_is_refused_by_the_dry_run_too),
		SCHOOL_CASE(R19_a_walk_in_is_here_before_anybody_knows_it),
		SCHOOL_CASE(R20_the_year_turns_as_the_dry_run_showed_and_back_again),
		SCHOOL_CASE(R20_a_new_year_asks_for_consents_anew_and_keeps_the_child_meanwhile),
		SCHOOL_CASE(R20_holidays_are_no_silence),
		SCHOOL_CASE(R21_noon_who_eats_sleeps_and_must_not_eat),
		SCHOOL_CASE(R21_a_meal_has_company_and_a_sample),
		cmocka_unit_test(R21_R4_a_meal_knows_no_money),
	};

	return cmocka_run_group_tests_name("domain_person", tests, NULL, NULL);
}
