/* Going home, who watches, the guardian's choice: R1 R3 R7 R12. */
#include "tests/domain_school.h"

#define P64 "%" PRId64

static json_t *
day(void)
{
	return school_args("{\"date\":\"" SCHOOL_DAY "\",\"slot\":2,\"grp\":%d}", SCHOOL_CLASS);
}

static json_t *
at(const char *time)
{
	return school_args("{\"date\":\"" SCHOOL_DAY "\",\"time\":\"%s\"}", time);
}

static void
R1_alone_only_when_a_guardian_has_asked_in_writing(void **state)
{
	struct school *s = *state;
	struct world *w = &s->w;

	world_refused(w, "pupil.way", "R1.alone_not_asked", school_args("{\"pupil\":%" PRId64
	    ",\"how\":4}", s->pupil[0]));
	assert_string_equal(w->error.args[0], "child 0");
	world_refused(w, "pupil.way", "R1.alone_not_asked", school_args("{\"pupil\":%" PRId64
	    ",\"how\":4,\"asked_on\":\"2020-09-01\",\"asked_by\":%" PRId64 "}", s->pupil[0],
	    s->guardian[1]));
	world_do(w, "pupil.way", school_args("{\"pupil\":%" PRId64
	    ",\"how\":4,\"asked_on\":\"2020-09-01\",\"asked_by\":%" PRId64 "}", s->pupil[0],
	    s->guardian[0]));
	school_roll_call(s);
	for (int i = 0; i < 2; i++)
		world_do(w, "leave.one", school_args("{\"date\":\"" SCHOOL_DAY
		    "\",\"slot\":2,\"pupil\":%" PRId64 ",\"how\":4}", s->pupil[i]));
	/* That the other went alone is a fact: kept, and shown. */
	assert_int_equal(world_violations(w, "violations_R1", "alone_not_asked"), 1);
}

static void
R1_a_group_sets_off_with_its_children_and_its_leader(void **state)
{
	struct school *s = *state;
	struct world *w = &s->w;
	int64_t route = world_id(w, "route.set", "route", school_args(
	    "{\"name\":\"north\",\"leader\":%" PRId64 "}", s->teacher));

	world_refused(w, "route.set", "R1.route_kind", school_args(
	    "{\"name\":\"x\",\"kind\":4}"));
	world_refused(w, "pupil.way", "R1.no_route", school_args("{\"pupil\":%" PRId64
	    ",\"how\":2,\"route\":5}", s->pupil[0]));
	for (int i = 0; i < 2; i++)
		world_do(w, "pupil.way", school_args("{\"pupil\":%" PRId64
		    ",\"weekday\":%d,\"how\":2,\"route\":%" PRId64 "}", s->pupil[i], i, route));
	/* The second child goes by itself on Mondays only, the first every day. */
	school_roll_call(s);
	assert_int_equal(world_id(w, "leave.route", "left", school_args("{\"date\":\""
	    SCHOOL_DAY "\",\"slot\":2,\"route\":%" PRId64 ",\"pupils\":[%" PRId64
	    ",%" PRId64 "]}", route, s->pupil[4], s->pupil[0])), 2);
	assert_int_equal(world_count(w, "still_here", school_args("{\"date\":\"" SCHOOL_DAY
	    "\"}")), 3);
	/* As usual takes the weekday's way of the child that was left out. */
	world_do(w, "leave.group", day());
	school_text(s, "leavings", school_args("{\"date\":\"" SCHOOL_DAY "\"}"), 1, "name",
	    "child 1");
	assert_int_equal(school_cell(s, "leavings", school_args("{\"date\":\"" SCHOOL_DAY
	    "\"}"), 1, "route"), route);
}

static void
R1_who_was_here_and_who_watched_at_a_minute(void **state)
{
	struct school *s = *state;
	struct world *w = &s->w;

	school_clock(s, 7, 16, 0);
	school_roll_call(s);
	school_clock(s, 7, 16, 30);
	world_do(w, "handover.record", school_args("{\"date\":\"" SCHOOL_DAY
	    "\",\"slot\":2,\"grp\":%d,\"to_staff\":%" PRId64 ",\"counted\":5}", SCHOOL_CLASS,
	    s->head));
	school_clock(s, 7, 17, 0);
	world_do(w, "leave.one", school_args("{\"date\":\"" SCHOOL_DAY
	    "\",\"slot\":2,\"pupil\":%" PRId64 "}", s->pupil[0]));
	assert_int_equal(world_count(w, "still_here", at("15:59")), 0);
	assert_int_equal(world_count(w, "still_here", at("16:59")), SCHOOL_PUPILS);
	assert_int_equal(world_count(w, "still_here", at("17:01")), SCHOOL_PUPILS - 1);
	school_text(s, "still_here", at("16:29"), 0, "watched_by", "teacher");
	school_text(s, "still_here", at("16:31"), 0, "watched_by", "head");
}

static void
R1_noon_as_usual_is_back_to_lessons(void **state)
{
	struct school *s = *state;
	struct world *w = &s->w;

	world_do(w, "pupil.way", school_args("{\"pupil\":%" PRId64 ",\"how\":3}", s->pupil[0]));
	school_roll_call(s);
	for (int slot = 1; slot <= 2; slot++) {
		world_do(w, "rollcall", school_args("{\"date\":\"" SCHOOL_DAY
		    "\",\"slot\":%d,\"grp\":%d}", slot, SCHOOL_CLASS));
		world_do(w, "leave.group", school_args("{\"date\":\"" SCHOOL_DAY
		    "\",\"slot\":%d,\"grp\":%d}", slot, SCHOOL_CLASS));
	}
	assert_int_equal(school_cell(s, "leavings", school_args("{\"date\":\"" SCHOOL_DAY
	    "\"}"), 0, "how"), 7);
	assert_int_equal(school_cell(s, "leavings", school_args("{\"date\":\"" SCHOOL_DAY
	    "\"}"), SCHOOL_PUPILS, "how"), 3);
}

static void
R1_R8_a_mixed_group_is_called_by_its_members(void **state)
{
	struct school *s = *state;
	struct world *w = &s->w;

	world_refused(w, "group.set", "R1.group_number", school_args(
	    "{\"grp\":1000,\"on\":\"2020-09-01\"}"));
	assert_int_equal(world_id(w, "group.set", "pupils", school_args(
	    "{\"grp\":7,\"name\":\"chess\",\"on\":\"2020-09-01\",\"join\":[%" PRId64
	    ",%" PRId64 "]}", s->pupil[1], s->pupil[3])), 2);
	school_consent(s, 1);
	school_consent(s, 3);
	assert_int_equal(world_id(w, "rollcall", "marks", school_args("{\"date\":\""
	    SCHOOL_DAY "\",\"slot\":2,\"grp\":7}")), 2);
	world_do(w, "group.set", school_args("{\"grp\":7,\"on\":\"2020-09-08\",\"leave\":[%"
	    PRId64 "]}", s->pupil[3]));
	assert_int_equal(world_id(w, "rollcall", "marks", school_args(
	    "{\"date\":\"2020-09-08\",\"slot\":2,\"grp\":7}")), 1);
	assert_int_equal(school_cell(s, "mixed_groups", NULL, 0, "pupils"), 1);
}

static void
R1_boarders_go_home_on_their_weekday(void **state)
{
	struct school *s = *state;
	struct world *w = &s->w;

	world_do(w, "boarding.set", school_args("{\"pupil\":%" PRId64
	    ",\"school_year\":2020,\"dormitory\":3}", s->pupil[0]));
	world_do(w, "pupil.way", school_args("{\"pupil\":%" PRId64 ",\"weekday\":5,\"how\":3}",
	    s->pupil[0]));
	assert_int_equal(school_cell(s, "boarders", school_args("{\"date\":\"2020-09-10\"}"),
	    0, "goes_home"), 0);
	assert_int_equal(school_cell(s, "boarders", school_args("{\"date\":\"2020-09-11\"}"),
	    0, "goes_home"), 1);
}

static void
R1_a_visiting_teacher_is_posted_by_weekday(void **state)
{
	struct school *s = *state;
	struct world *w = &s->w;

	school_sign_in(s, "head");
	world_refused(w, "posting.set", "R1.no_site", school_args("{\"staff_id\":%" PRId64
	    ",\"site\":2,\"weekday\":2}", s->teacher));
	world_do(w, "site.add", school_args("{\"site\":2,\"name\":\"point\",\"class\":220,"
	    "\"kind\":4}"));
	world_do(w, "posting.set", school_args("{\"staff_id\":%" PRId64
	    ",\"site\":2,\"weekday\":2}", s->teacher));
	assert_int_equal(world_count(w, "postings", school_args("{\"date\":\"2020-09-07\"}")),
	    0);
	assert_int_equal(world_count(w, "postings", school_args("{\"date\":\"2020-09-08\"}")),
	    1);
}

static void
R3_a_class_list_keeps_the_guardian_of_each_child(void **state)
{
	struct school *s = *state;
	struct world *w = &s->w;
	int64_t mother = world_id(w, "guardian.add", "guardian", school_args("{\"pupil\":%"
	    PRId64 ",\"name\":\"mother\",\"relation\":2}", s->pupil[0]));

	assert_int_equal(world_count(w, "consent_form", school_args("{\"date\":\""
	    SCHOOL_DAY "\"}")), SCHOOL_PUPILS + 1);
	world_refused(w, "consent.sheet", "R3.no_guardian", school_args("{\"notice\":1,"
	    "\"given_on\":\"2020-09-02\",\"entries\":[{\"pupil\":%" PRId64
	    ",\"guardian\":%" PRId64 "}]}", s->pupil[1], mother));
	assert_string_equal(w->error.args[0], "child 1");
	assert_int_equal(world_id(w, "consent.sheet", "recorded", school_args("{\"notice\":1,"
	    "\"given_on\":\"2020-09-02\",\"entries\":[{\"pupil\":%" PRId64
	    ",\"guardian\":%" PRId64 "},{\"pupil\":%" PRId64 ",\"guardian\":%" PRId64
	    ",\"choice\":0,\"how\":2}]}", s->pupil[0], mother, s->pupil[1],
	    s->guardian[1])), 2);
	school_text(s, "consents", school_args("{\"pupil\":%" PRId64 "}", s->pupil[0]), 0,
	    "guardian", "mother");
	assert_int_equal(school_cell(s, "consents", school_args("{\"pupil\":%" PRId64 "}",
	    s->pupil[1]), 0, "choice"), 0);
}

static void
R3_a_carer_chooses_while_the_delegation_lasts(void **state)
{
	struct school *s = *state;
	struct world *w = &s->w;
	int64_t carer;

	world_refused(w, "guardian.add", "R3.delegated_by", school_args("{\"pupil\":%" PRId64
	    ",\"name\":\"aunt\",\"relation\":6,\"delegated_by\":%" PRId64 "}", s->pupil[0],
	    s->guardian[1]));
	carer = world_id(w, "guardian.add", "guardian", school_args("{\"pupil\":%" PRId64
	    ",\"name\":\"aunt\",\"relation\":6,\"delegated_by\":%" PRId64
	    ",\"delegated_until\":\"2020-09-05\"}", s->pupil[0], s->guardian[0]));
	world_refused(w, "consent.record", "R3.delegation_over", school_args("{\"pupil\":%"
	    PRId64 ",\"guardian\":%" PRId64 ",\"notice\":1,\"given_on\":\"2020-09-05\"}",
	    s->pupil[0], carer));
	world_do(w, "consent.record", school_args("{\"pupil\":%" PRId64 ",\"guardian\":%"
	    PRId64 ",\"notice\":1,\"given_on\":\"2020-09-04\"}", s->pupil[0], carer));
	world_do(w, "guardian.add", school_args("{\"pupil\":%" PRId64
	    ",\"name\":\"uncle\",\"relation\":6}", s->pupil[1]));
	assert_int_equal(world_violations(w, "violations_R3", "carer_not_delegated"), 1);
}

static void
R3_a_material_notice_asks_again_within_30_days_and_the_child_stays(void **state)
{
	struct school *s = *state;
	struct world *w = &s->w;

	school_consent(s, 0);
	school_plan(s, 2, 0);
	assert_int_equal(world_count(w, "consent_due", school_args("{\"date\":\"2020-09-20\"}")),
	    0);
	school_plan(s, 3, 1);
	assert_int_equal(school_cell(s, "consent_due", school_args(
	    "{\"date\":\"2020-09-20\"}"), 0, "overdue"), 0);
	assert_int_equal(school_cell(s, "consent_due", school_args(
	    "{\"date\":\"2020-10-12\"}"), 0, "overdue"), 1);
	assert_int_equal(world_id(w, "rollcall", "here", school_args(
	    "{\"date\":\"2020-10-12\",\"slot\":2,\"grp\":%d}", SCHOOL_CLASS)), 1);
	world_do(w, "consent.record", school_args("{\"pupil\":%" PRId64 ",\"guardian\":%"
	    PRId64 ",\"notice\":3,\"given_on\":\"2020-09-21\"}", s->pupil[0],
	    s->guardian[0]));
	assert_int_equal(world_count(w, "consent_due", school_args("{\"date\":\"2020-10-12\"}")),
	    0);
}

static void
R3_a_missing_consent_is_chased(void **state)
{
	struct school *s = *state;
	struct world *w = &s->w;

	for (int i = 1; i < SCHOOL_PUPILS; i++)
		school_consent(s, i);
	world_do(w, "rollcall", school_args("{\"date\":\"" SCHOOL_DAY
	    "\",\"slot\":2,\"grp\":%d,\"extra\":[%" PRId64 "]}", SCHOOL_CLASS, s->pupil[0]));
	world_do(w, "consent.chase", school_args("{\"pupil\":%" PRId64
	    ",\"on\":\"2020-09-08\",\"how\":2}", s->pupil[0]));
	assert_int_equal(world_count(w, "consent_to_follow", school_args(
	    "{\"date\":\"2020-09-10\"}")), 1);
	assert_int_equal(school_cell(s, "consent_to_follow", school_args(
	    "{\"date\":\"2020-09-10\"}"), 0, "chased"), 1);
	assert_int_equal(school_cell(s, "consent_to_follow", school_args(
	    "{\"date\":\"2020-09-10\"}"), 0, "days"), 3);
	school_consent(s, 0);
	assert_int_equal(world_count(w, "consent_to_follow", school_args(
	    "{\"date\":\"2020-09-10\"}")), 0);
}

static void
R3_a_child_withdrawn_today_is_kept_until_collected(void **state)
{
	struct school *s = *state;
	struct world *w = &s->w;

	school_roll_call(s);
	world_do(w, "consent.withdraw", school_args("{\"pupil\":%" PRId64 ",\"on\":\""
	    SCHOOL_DAY "\",\"guardian\":%" PRId64 ",\"how\":3}", s->pupil[0],
	    s->guardian[0]));
	assert_int_equal(world_count(w, "still_here", school_args("{\"date\":\"" SCHOOL_DAY
	    "\"}")), SCHOOL_PUPILS);
	world_do(w, "leave.one", school_args("{\"date\":\"" SCHOOL_DAY
	    "\",\"slot\":2,\"pupil\":%" PRId64 ",\"collector\":%" PRId64 "}", s->pupil[0],
	    s->guardian[0]));
	assert_int_equal(world_count(w, "still_here", school_args("{\"date\":\"" SCHOOL_DAY
	    "\"}")), SCHOOL_PUPILS - 1);
	assert_int_equal(world_id(w, "rollcall", "here", school_args(
	    "{\"date\":\"2020-09-08\",\"slot\":2,\"grp\":%d}", SCHOOL_CLASS)),
	    SCHOOL_PUPILS - 1);
}

static void
R3_everybody_of_thirty_in_one_minute_is_a_sign(void **state)
{
	struct school *s = *state;
	struct world *w = &s->w;
	int64_t last = 0, carer = 0;

	for (int i = 0; i < SCHOOL_PUPILS; i++)
		school_consent(s, i);
	for (int i = SCHOOL_PUPILS; i < 30; i++) {
		assert_int_equal(world_violations(w, "violations_R3", "same_hand_same_minute"),
		    0);
		last = world_id(w, "pupil.add", "pupil", school_args("{\"name\":\"child %d\","
		    "\"school_year\":2020,\"grade\":1}", i));
		carer = world_id(w, "guardian.add", "guardian", school_args("{\"pupil\":%"
		    PRId64 ",\"name\":\"carer\",\"relation\":1}", last));
		world_do(w, "consent.record", school_args("{\"pupil\":%" PRId64
		    ",\"guardian\":%" PRId64 ",\"notice\":1,\"given_on\":\"2020-09-02\"}",
		    last, carer));
	}
	/* The class, and the school that has no other. */
	assert_int_equal(world_violations(w, "violations_R3", "same_hand_same_minute"), 2);
	world_do(w, "consent.withdraw", school_args("{\"pupil\":%" PRId64
	    ",\"on\":\"2020-09-03\"}", last));
	assert_int_equal(world_violations(w, "violations_R3", "same_hand_same_minute"), 0);
	s->w.now_s += 3600;
	world_do(w, "consent.record", school_args("{\"pupil\":%" PRId64 ",\"guardian\":%"
	    PRId64 ",\"notice\":1,\"given_on\":\"2020-09-05\"}", last, carer));
	/* Everybody, but not in one minute: shown to the head, no sign more. */
	assert_int_equal(world_violations(w, "violations_R3", "same_hand_same_minute"), 0);
	school_sign_in(s, "head");
	school_text(s, "consent_signs", NULL, 0, "what", "all_take_part");
}

static void
R12_after_thirty_minutes_head_and_guard_are_asked_for(void **state)
{
	struct school *s = *state;
	struct world *w = &s->w;

	school_clock(s, 7, 16, 0);
	school_roll_call(s);
	assert_int_equal(world_count(w, "not_collected", at("17:59")), 0);
	assert_int_equal(school_cell(s, "not_collected", at("18:29"), 0, "due"), 0);
	assert_int_equal(school_cell(s, "not_collected", at("18:30"), 0, "due"), 1);
	school_clock(s, 7, 18, 31);
	for (int i = 0; i < SCHOOL_PUPILS - 1; i++)
		world_do(w, "late.inform", school_args("{\"date\":\"" SCHOOL_DAY
		    "\",\"slot\":2,\"pupil\":%" PRId64 "}", s->pupil[i]));
	school_text(s, "not_collected", at("18:32"), 0, "informed", "head");
	world_do(w, "late.keep", school_args("{\"date\":\"" SCHOOL_DAY
	    "\",\"slot\":2,\"pupil\":%" PRId64 ",\"kept_by\":%" PRId64 ",\"signed\":true}",
	    s->pupil[0], s->guard));
	assert_int_equal(world_violations(w, "violations_R12", "kept_not_signed"), 0);
	world_do(w, "late.keep", school_args("{\"date\":\"" SCHOOL_DAY
	    "\",\"slot\":2,\"pupil\":%" PRId64 ",\"person\":\"neighbour\"}", s->pupil[1]));
	assert_int_equal(world_violations(w, "violations_R12", "kept_not_signed"), 1);
	school_clock(s, 7, 18, 40);
	world_do(w, "leave.group", day());
	assert_int_equal(world_violations(w, "violations_R12", "late_not_informed"), 1);
}

static void
R12_an_approval_by_telephone_has_a_witness(void **state)
{
	struct school *s = *state;
	struct world *w = &s->w;

	school_roll_call(s);
	world_do(w, "leave.one", school_args("{\"date\":\"" SCHOOL_DAY
	    "\",\"slot\":2,\"pupil\":%" PRId64 ",\"person\":\"cousin\",\"approved_by\":%" PRId64
	    "}", s->pupil[0], s->guardian[0]));
	assert_int_equal(world_violations(w, "violations_R12", "approval_no_witness"), 1);
	world_still_here(w, SCHOOL_DAY, s->pupil[0]);
	world_do(w, "leave.one", school_args("{\"date\":\"" SCHOOL_DAY
	    "\",\"slot\":2,\"pupil\":%" PRId64 ",\"person\":\"cousin\",\"approved_by\":%" PRId64
	    ",\"witness\":\"guard\"}", s->pupil[0], s->guardian[0]));
	assert_int_equal(world_violations(w, "violations_R12", "approval_no_witness"), 0);
	assert_int_equal(world_violations(w, "violations_R12", "not_listed"), 0);
}

static void
R12_one_teacher_points_and_covers_say_why(void **state)
{
	struct school *s = *state;
	struct world *w = &s->w;

	school_roll_call(s);
	world_refused(w, "handover.record", "R12.handover_kind", school_args("{\"date\":\""
	    SCHOOL_DAY "\",\"slot\":2,\"grp\":%d,\"counted\":5,\"kind\":4}", SCHOOL_CLASS));
	world_do(w, "handover.record", school_args("{\"date\":\"" SCHOOL_DAY
	    "\",\"slot\":2,\"grp\":%d,\"counted\":5,\"kind\":2,\"reason\":\" \"}",
	    SCHOOL_CLASS));
	assert_int_equal(world_violations(w, "violations_R12", "no_second_person"), 1);
	world_do(w, "handover.record", school_args("{\"date\":\"" SCHOOL_DAY
	    "\",\"slot\":2,\"grp\":%d,\"counted\":5,\"kind\":2,\"reason\":\"alone here\"}",
	    SCHOOL_CLASS));
	assert_int_equal(world_violations(w, "violations_R12", "no_second_person"), 1);
}

static void
R12_rooms_that_were_not_empty_are_shown(void **state)
{
	struct school *s = *state;
	struct world *w = &s->w;

	school_roll_call(s);
	assert_int_equal(world_violations(w, "violations_R12", "not_closed"), 1);
	world_do(w, "leave.group", day());
	world_do(w, "session.close", school_args("{\"date\":\"" SCHOOL_DAY
	    "\",\"slot\":2,\"grp\":%d,\"empty\":false,\"reason\":\"a child in the library\"}",
	    SCHOOL_CLASS));
	assert_int_equal(world_violations(w, "violations_R12", "not_closed"), 0);
	assert_int_equal(world_violations(w, "violations_R12", "not_empty"), 1);
	world_do(w, "session.close", day());
	assert_int_equal(world_violations(w, "violations_R12", "not_empty"), 0);
}

/* ---- taps that arrive late ---- */

/* A call with a request id, as a page sends it; its first row, which the caller releases. */
static json_t *
tapped(struct world *w, const char *command, const char *request, json_t *args)
{
	json_t *answer = NULL, *row;
	int status = runtime_do(&w->rt, &w->user, world_find(domain_commands,
	    domain_ncommands, command), request, args, &answer, &w->error);

	if (status != STATUS_OK)
		fail_msg("%s: %s %s", command, status_name(status), w->error.code);
	row = json_incref(json_array_get(json_object_get(answer, "rows"), 0));
	json_decref(answer);
	json_decref(args);
	return row;
}

/* A list of children in a row, JSON in a text: its length, and a word that stands in it.
 * Steals row. */
static void
listed(json_t *row, const char *column, size_t n, const char *word)
{
	const char *text = json_string_value(json_object_get(row, column));
	json_t *list = text ? json_loads(text, 0, NULL) : NULL;

	assert_int_equal(json_array_size(list), n);
	if (word)
		assert_non_null(strstr(text, word));
	json_decref(list);
	json_decref(row);
}

static json_t *
call_of(struct school *s, int here, int absent, const char *more)
{
	return school_args("{\"date\":\"" SCHOOL_DAY "\",\"slot\":2,\"grp\":%d,\"here\":["
	    P64 "],\"absent\":[" P64 "]%s}", SCHOOL_CLASS, s->pupil[here], s->pupil[absent], more);
}

static json_t *
group_of(struct school *s, int a, int b)
{
	return school_args("{\"date\":\"" SCHOOL_DAY "\",\"slot\":2,\"grp\":%d,\"pupils\":["
	    P64 "," P64 "]}", SCHOOL_CLASS, s->pupil[a], s->pupil[b]);
}

static json_t *
one_of(struct school *s, int i, const char *more)
{
	return school_args("{\"date\":\"" SCHOOL_DAY "\",\"slot\":2,\"pupil\":" P64 "%s}",
	    s->pupil[i], more);
}

static size_t
still(struct school *s)
{
	return world_count(&s->w, "still_here", school_args("{\"date\":\"" SCHOOL_DAY "\"}"));
}

static void
R12_a_late_roll_call_marks_nobody_whom_it_did_not_show(void **state)
{
	struct school *s = *state;
	struct world *w = &s->w;

	school_consent(s, 0);
	school_consent(s, 1);
	school_consent(s, 2); /* while the tap of a list of two waits on the phone */
	listed(tapped(w, "rollcall", "late", call_of(s, 0, 1, ",\"keep\":1")), "not_called", 1,
	    "child 2");
	assert_int_equal(still(s), 1);
	/* Said again it says the same; a mark that somebody made meanwhile stays and is told. */
	world_do(w, "attendance.correct", school_args("{\"date\":\"" SCHOOL_DAY
	    "\",\"slot\":2,\"grp\":%d,\"pupil\":" P64 ",\"state\":3}", SCHOOL_CLASS, s->pupil[0]));
	listed(tapped(w, "rollcall", "other", call_of(s, 0, 1, ",\"keep\":1")), "left_out", 1,
	    "child 0");
	assert_int_equal(still(s), 0);
}

static void
R12_a_roll_call_without_names_marks_nobody(void **state)
{
	struct school *s = *state;
	struct world *w = &s->w;

	school_consent(s, 0);
	school_consent(s, 1);
	world_refused(w, "rollcall", "R12.not_named", school_args("{\"date\":\"" SCHOOL_DAY
	    "\",\"slot\":2,\"grp\":%d,\"keep\":1,\"absent\":[" P64 "],\"blind\":1}",
	    SCHOOL_CLASS, s->pupil[1]));
	assert_string_equal(w->error.args[0], "1");
	assert_string_equal(w->error.args[1], "child 0");
	assert_int_equal(world_count(w, "sessions", NULL), 0);
	/* One that knew of everybody who takes part is complete. */
	world_do(w, "rollcall", school_args("{\"date\":\"" SCHOOL_DAY "\",\"slot\":2,\"grp\":%d,"
	    "\"absent\":[" P64 "," P64 "],\"blind\":1}", SCHOOL_CLASS, s->pupil[0],
	    s->pupil[1]));
}

static void
R1_a_late_tap_lets_go_only_whom_it_named(void **state)
{
	struct school *s = *state;
	struct world *w = &s->w;

	school_roll_call(s);
	school_sign_in(s, "guard"); /* another phone, meanwhile */
	world_do(w, "leave.one", one_of(s, 2, ",\"person\":\"aunt\",\"approval\":\"mother\""));
	school_sign_in(s, "teacher");
	listed(tapped(w, "leave.group", "late", group_of(s, 1, 2)), "left_out", 1, "aunt");
	assert_int_equal(still(s), 3);
	world_refused(w, "leave.group", "R1.not_named", school_args("{\"date\":\"" SCHOOL_DAY
	    "\",\"slot\":2,\"grp\":%d,\"except\":[" P64 "],\"blind\":1}", SCHOOL_CLASS,
	    s->pupil[0]));
	assert_string_equal(w->error.args[0], "2");
	assert_int_equal(still(s), 3);
	/* Who is not here by now is not let go. */
	world_do(w, "attendance.correct", school_args("{\"date\":\"" SCHOOL_DAY
	    "\",\"slot\":2,\"grp\":%d,\"pupil\":" P64 ",\"state\":2}", SCHOOL_CLASS, s->pupil[3]));
	listed(tapped(w, "leave.group", "later", group_of(s, 3, 4)), "left_out", 1, "child 3");
	assert_int_equal(still(s), 1);
}

static void
R1_a_route_takes_only_whom_its_tap_named(void **state)
{
	struct school *s = *state;
	struct world *w = &s->w;
	int64_t route = world_id(w, "route.set", "route", school_args("{\"name\":\"north\"}"));

	for (int i = 0; i < 2; i++)
		world_do(w, "pupil.way", school_args("{\"pupil\":" P64 ",\"how\":2,\"route\":" P64
		    "}", s->pupil[i], route));
	school_roll_call(s);
	world_refused(w, "leave.route", "R1.not_named", school_args("{\"date\":\"" SCHOOL_DAY
	    "\",\"slot\":2,\"route\":" P64 "}", route));
	assert_string_equal(w->error.args[0], "2");
	assert_int_equal(world_id(w, "leave.route", "left", school_args("{\"date\":\"" SCHOOL_DAY
	    "\",\"slot\":2,\"route\":" P64 ",\"pupils\":[" P64 "]}", route, s->pupil[0])), 1);
	assert_int_equal(still(s), 4);
}

static void
R1_an_undo_takes_back_only_the_record_that_it_names(void **state)
{
	struct school *s = *state;
	struct world *w = &s->w;
	json_t *row;

	school_roll_call(s);
	row = tapped(w, "leave.group", "all", group_of(s, 0, 1));
	/* Another phone takes it back and records what was so. */
	school_sign_in(s, "guard");
	json_decref(tapped(w, "leave.undo", "undo-2", json_pack("{s:s, s:i, s:I, s:s}", "date",
	    SCHOOL_DAY, "slot", 2, "pupil", (json_int_t)s->pupil[0], "tap", "all")));
	assert_int_equal(still(s), 4);
	world_do(w, "leave.one", one_of(s, 0, ",\"person\":\"aunt\",\"approval\":\"mother\""));
	school_sign_in(s, "teacher");
	/* The first phone's undo arrives: for the child alone, then for all that it let go. */
	world_refused(w, "leave.undo", "R1.other_record", json_pack("{s:s, s:i, s:I, s:O}",
	    "date", SCHOOL_DAY, "slot", 2, "pupil", (json_int_t)s->pupil[0], "record",
	    json_object_get(row, "record")));
	assert_string_equal(w->error.args[0], "child 0");
	assert_string_equal(w->error.args[1], "aunt");
	assert_string_equal(w->error.args[3], "guard");
	json_decref(row);
	row = tapped(w, "leave.undo", "undo-1", json_pack("{s:s, s:i, s:[I, I], s:s}", "date",
	    SCHOOL_DAY, "slot", 2, "pupils", (json_int_t)s->pupil[0], (json_int_t)s->pupil[1],
	    "tap", "all"));
	assert_int_equal(json_integer_value(json_object_get(row, "here")), 1);
	listed(row, "left_out", 1, "aunt");
	school_text(s, "leavings", school_args("{\"date\":\"" SCHOOL_DAY "\"}"), 0, "approval",
	    "mother");
	assert_int_equal(still(s), 4);
	world_refused(w, "leave.undo", "R1.no_record", one_of(s, 0, ""));
	/* What a tap that was never taken would have recorded is nothing. */
	world_refused(w, "leave.undo", "R1.other_record", one_of(s, 0, ",\"tap\":\"no such\""));
	assert_int_equal(still(s), 4);
}

static void
R12_a_second_leaving_replaces_nothing_and_is_told_who_came(void **state)
{
	struct school *s = *state;
	struct world *w = &s->w;

	school_roll_call(s);
	school_clock(s, 7, 17, 58);
	world_do(w, "leave.one", one_of(s, 0, ",\"person\":\"grandmother\",\"approval\":\"father\""));
	school_clock(s, 7, 17, 59);
	world_refused(w, "leave.one", "R1.left_already", one_of(s, 0, ",\"person\":\"stranger\""));
	assert_string_equal(w->error.args[1], "grandmother");
	assert_string_equal(w->error.args[2], "17:58");
	assert_string_equal(w->error.args[3], "teacher");
	school_text(s, "leavings", school_args("{\"date\":\"" SCHOOL_DAY "\"}"), 0, "with_whom",
	    "grandmother");
	/* On purpose: taken back, then recorded anew. */
	world_still_here(w, SCHOOL_DAY, s->pupil[0]);
	world_do(w, "leave.one", one_of(s, 0, ",\"person\":\"uncle\""));
	school_text(s, "leavings", school_args("{\"date\":\"" SCHOOL_DAY "\"}"), 0, "with_whom",
	    "uncle");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		SCHOOL_CASE(R1_alone_only_when_a_guardian_has_asked_in_writing),
		SCHOOL_CASE(R1_a_group_sets_off_with_its_children_and_its_leader),
		SCHOOL_CASE(R1_who_was_here_and_who_watched_at_a_minute),
		SCHOOL_CASE(R1_noon_as_usual_is_back_to_lessons),
		SCHOOL_CASE(R1_R8_a_mixed_group_is_called_by_its_members),
		SCHOOL_CASE(R1_boarders_go_home_on_their_weekday),
		SCHOOL_CASE(R1_a_visiting_teacher_is_posted_by_weekday),
		SCHOOL_CASE(R3_a_class_list_keeps_the_guardian_of_each_child),
		SCHOOL_CASE(R3_a_carer_chooses_while_the_delegation_lasts),
		SCHOOL_CASE(R3_a_material_notice_asks_again_within_30_days_and_the_child_stays),
		SCHOOL_CASE(R3_a_missing_consent_is_chased),
		SCHOOL_CASE(R3_a_child_withdrawn_today_is_kept_until_collected),
		SCHOOL_CASE(R3_everybody_of_thirty_in_one_minute_is_a_sign),
		SCHOOL_CASE(R12_after_thirty_minutes_head_and_guard_are_asked_for),
		SCHOOL_CASE(R12_an_approval_by_telephone_has_a_witness),
		SCHOOL_CASE(R12_one_teacher_points_and_covers_say_why),
		SCHOOL_CASE(R12_rooms_that_were_not_empty_are_shown),
		SCHOOL_CASE(R12_a_late_roll_call_marks_nobody_whom_it_did_not_show),
		SCHOOL_CASE(R12_a_roll_call_without_names_marks_nobody),
		SCHOOL_CASE(R1_a_late_tap_lets_go_only_whom_it_named),
		SCHOOL_CASE(R1_a_route_takes_only_whom_its_tap_named),
		SCHOOL_CASE(R1_an_undo_takes_back_only_the_record_that_it_names),
		SCHOOL_CASE(R12_a_second_leaving_replaces_nothing_and_is_told_who_came),
	};

	return cmocka_run_group_tests_name("domain_home", tests, NULL, NULL);
}
