/* Duty, subsidy, statements, earmarked money, and who acts for the county. */
#include "tests/domain_school.h"

#define MONTH 202009
#define OTHER_SCHOOL UINT64_C(2141018502)
#undef SCHOOL_CASE
#define SCHOOL_CASE(test) cmocka_unit_test_setup_teardown(test, setup, school_teardown)

/* Version 2: a rate of 45 minutes in every class, less in class 122, a cap. */
static int
setup(void **state)
{
	struct school *s;

	assert_int_equal(school_setup(state), 0);
	s = *state;
	school_county(s, "policy.publish", school_args("{\"document\":{\"version\":2,"
	    "\"from\":7549,\"title\":\"plan\",\"terms\":[{\"from\":7548,\"until\":7700}],"
	    "\"days\":[],\"windows\":[{\"class\":0,\"from\":901,\"until\":228,\"slot\":2,"
	    "\"begin\":960,\"end\":1080},{\"class\":0,\"from\":901,\"until\":228,\"slot\":2,"
	    "\"begin\":960,\"end\":1020,\"school\":%" PRIu64 "}],"
	    "\"rates\":[{\"unit\":2,\"unit_min\":45,\"fen\":2000},"
	    "{\"unit\":2,\"unit_min\":45,\"fen\":9,\"class\":122}],"
	    "\"settings\":[{\"name\":\"cap_month_fen\",\"value\":5000}],"
	    "\"phases\":[{\"code\":2,\"title\":\"all\",\"quantity\":1}],"
	    "\"activities\":[{\"code\":1,\"title\":\"reading\"}]}}", WORLD_SCHOOL));
	school_sign_in(s, "head");
	world_do(&s->w, "staff.edit", school_args("{\"staff_id\":%" PRId64
	    ",\"checked_on\":\"2020-09-01\",\"number\":\"D1\"}", s->teacher));
	return 0;
}

static void
hold(struct school *s, int day)
{
	school_sign_in(s, "teacher");
	school_clock(s, day, 16, 0);
	world_do(&s->w, "rollcall", school_args("{\"date\":\"2020-09-%02d\",\"slot\":2,"
	    "\"extra\":[%" PRId64 "]}", day, s->pupil[0]));
	school_sign_in(s, "head");
}

static int64_t
cell(struct school *s, const char *view, const char *column, json_t *args)
{
	json_t *rows = world_show(&s->w, view, args);
	int64_t n = json_array_size(rows) == 0 ? -1
	    : world_number(json_object_get(json_array_get(rows, 0), column));

	json_decref(rows);
	return n;
}

static json_t *
month(int n)
{
	return school_args("{\"month\":%d}", n);
}

static void
next_month(struct school *s, int day)
{
	school_clock(s, 30 + day, 9, 0);
}

static size_t
said(struct school *s, const char *view, const char *what)
{
	json_t *rows = world_show(&s->w, view, month(MONTH)), *row;
	size_t i, n = 0;

	json_array_foreach(rows, i, row)
		n += strcmp(json_string_value(json_object_get(row, "what")), what) == 0;
	json_decref(rows);
	return n;
}

static void
R11_an_hour_held_is_worth_the_dated_rate_rounded_to_the_fen(void **state)
{
	struct school *s = *state;

	hold(s, 7);
	/* 60 minutes: the window of the named school; 60 / 45 of 2000, rounded. */
	assert_int_equal(cell(s, "subsidy", "minutes", month(MONTH)), 60);
	assert_int_equal(cell(s, "subsidy", "fen", month(MONTH)), 2667);
	assert_int_equal(cell(s, "subsidy", "fen", month(202010)), -1);
}

static void
R11_the_cap_holds_and_a_correction_is_an_entry(void **state)
{
	struct school *s = *state;

	hold(s, 7);
	hold(s, 8);
	assert_int_equal(cell(s, "subsidy", "before_cap", month(MONTH)), 5334);
	assert_int_equal(cell(s, "subsidy", "fen", month(MONTH)), 5000);
	world_refused(&s->w, "duty.add", "R11.no_reason", school_args("{\"person\":%" PRId64
	    ",\"date\":\"2020-09-08\",\"slot\":2,\"minutes\":-60,\"reason\":\" \"}",
	    s->teacher));
	world_do(&s->w, "duty.add", school_args("{\"person\":%" PRId64
	    ",\"date\":\"2020-09-08\",\"slot\":2,\"minutes\":-60,\"reason\":\"left\"}",
	    s->teacher));
	assert_int_equal(cell(s, "subsidy", "fen", month(MONTH)), 2667);
}

static void
R11_what_comes_after_the_statement_is_paid_next_month(void **state)
{
	struct school *s = *state;

	hold(s, 7);
	world_refused(&s->w, "statement.submit", "R11.month_not_over", month(MONTH));
	assert_string_equal(s->w.error.args[0], "2020-09");
	next_month(s, 2);
	world_do(&s->w, "statement.submit", month(MONTH));
	world_refused(&s->w, "statement.submit", "R11.submitted", month(MONTH));
	world_do(&s->w, "duty.add", school_args("{\"person\":%" PRId64
	    ",\"date\":\"2020-09-09\",\"slot\":2,\"minutes\":45,\"reason\":\"late\"}",
	    s->teacher));
	assert_int_equal(cell(s, "subsidy", "fen", month(MONTH)), 2667);
	assert_int_equal(cell(s, "subsidy", "fen", month(202010)), 2000);
	assert_int_equal(said(s, "violations_R11", "total_differs"), 0);
	world_refused(&s->w, "session.open", "R11.month_locked", school_args(
	    "{\"date\":\"2020-09-07\",\"slot\":2,\"end\":\"18:00\"}"));
}

/* A second school where the same person, by number, has duty from a time on. */
static void
other_school(struct school *s, const char *begin, int64_t *staff)
{
	struct world *w = &s->w;
	struct domain_user user = w->user;

	w->rt.scope = OTHER_SCHOOL;
	if (*staff == 0) {
		w->user = (struct domain_user){ .scope = OTHER_SCHOOL };
		world_do(w, "site.add", school_args("{\"site\":0,\"name\":\"other\","
		    "\"class\":220,\"kind\":1}"));
		world_do(w, "staff.add", school_args("{\"name\":\"second\","
		    "\"roles\":\"head\",\"pin\":\"2468\"}"));
	}
	school_sign_in(s, "second");
	if (*staff == 0)
		*staff = world_id(w, "staff.add", "staff", school_args("{\"name\":\"visitor\","
		    "\"roles\":\"teacher\",\"number\":\"D1\"}"));
	world_do(w, "duty.add", school_args("{\"person\":%" PRId64 ",\"date\":\"" SCHOOL_DAY
	    "\",\"slot\":2,\"begin\":\"%s\",\"minutes\":45,\"reason\":\"visit\"}",
	    *staff, begin));
	w->rt.scope = WORLD_SCHOOL;
	w->user = user;
}

static size_t
county_said(struct school *s, const char *what)
{
	struct domain_user user = s->w.user;
	size_t n;

	s->w.rt.scope = 0;
	s->w.user = (struct domain_user){ 0 };
	n = said(s, "violations_R11", what);
	s->w.rt.scope = WORLD_SCHOOL;
	s->w.user = user;
	return n;
}

static void
R11_hours_of_one_person_at_two_schools_at_once_are_flagged(void **state)
{
	struct school *s = *state;
	int64_t visitor = 0;

	hold(s, 7); /* 16:00 to 17:00 */
	school_clock(s, 7, 18, 0);
	other_school(s, "17:00", &visitor);
	assert_int_equal(county_said(s, "overlap"), 0);
	other_school(s, "16:59", &visitor);
	/* With the first school, and with the entry from 17:00 on at the second. */
	assert_int_equal(county_said(s, "overlap"), 2);
	/* A school is shown nothing of another. */
	assert_int_equal(said(s, "violations_R11", "overlap"), 0);
}

static void
roll_call_of(struct school *s, int day, int site)
{
	world_do(&s->w, "rollcall", school_args("{\"date\":\"2020-09-%02d\",\"slot\":2,"
	    "\"site\":%d,\"extra\":[%" PRId64 "]}", day, site, s->pupil[0]));
}

static void
R11_several_days_marked_in_one_second_are_flagged(void **state)
{
	struct school *s = *state;

	hold(s, 7);
	hold(s, 8);
	assert_int_equal(said(s, "violations_R11", "bulk_in_one_second"), 0);
	school_clock(s, 10, 16, 0);
	roll_call_of(s, 9, 0);
	s->w.now_s++;
	roll_call_of(s, 10, 0);
	assert_int_equal(said(s, "violations_R11", "bulk_in_one_second"), 0);
	school_clock(s, 14, 16, 0);
	roll_call_of(s, 11, 0);
	roll_call_of(s, 14, 0);
	assert_int_equal(said(s, "violations_R11", "bulk_in_one_second"), 1);
}

static void
late_entry(struct school *s, int days)
{
	school_clock(s, 7 + days, 12, 0);
	world_do(&s->w, "duty.add", school_args("{\"person\":%" PRId64 ",\"date\":\""
	    SCHOOL_DAY "\",\"slot\":2,\"minutes\":45,\"reason\":\"late\"}", s->teacher));
}

static void
R11_duty_entered_more_than_92_days_late_is_flagged(void **state)
{
	struct school *s = *state;

	late_entry(s, 92);
	assert_int_equal(said(s, "violations_R11", "too_late"), 0);
	assert_int_equal(cell(s, "subsidy", "fen", month(202012)), 2000);
	late_entry(s, 93);
	assert_int_equal(said(s, "violations_R11", "too_late"), 1);
	/* In January it lies out of reach, and earns nothing. */
	late_entry(s, 125);
	assert_int_equal(said(s, "violations_R11", "too_late"), 2);
	assert_int_equal(cell(s, "subsidy", "fen", month(202101)), -1);
}

static void
approve(struct school *s, int step, const char *code)
{
	uint64_t scope = s->w.rt.scope;
	struct domain_user user = s->w.user;
	json_t *args = school_args("{\"of_school\":%" PRIu64 ",\"month\":%d,\"step\":%d}",
	    WORLD_SCHOOL, MONTH, step);

	s->w.rt.scope = 0;
	s->w.user = (struct domain_user){0};
	if (code)
		world_refused(&s->w, "statement.approve", code, args);
	else
		world_do(&s->w, "statement.approve", args);
	s->w.rt.scope = scope;
	s->w.user = user;
}

static void
R11_approval_goes_step_by_step_and_never_over_the_allocation(void **state)
{
	struct school *s = *state;

	hold(s, 7);
	next_month(s, 2);
	approve(s, 4, "R11.not_submitted");
	world_do(&s->w, "statement.submit", month(MONTH));
	approve(s, 4, "R11.not_signed");
	assert_int_equal(said(s, "violations_R10", "not_countersigned"), 1);
	for (int step = 2; step <= 3; step++)
		world_do(&s->w, "statement.sign", school_args("{\"month\":%d,\"step\":%d,"
		    "\"signer\":\"on paper\"}", MONTH, step));
	assert_int_equal(said(s, "violations_R10", "not_countersigned"), 0);
	approve(s, 5, "R11.step_order");
	approve(s, 4, NULL);
	approve(s, 5, "R11.not_enough");
	school_county(s, "ledger.budget", school_args("{\"year\":2020,\"fen\":3000,"
	    "\"reason\":\"b\",\"on\":\"2020-09-01\"}"));
	school_county(s, "ledger.allocate", school_args("{\"year\":2020,\"fen\":3000,"
	    "\"to_school\":%" PRIu64 ",\"reason\":\"a\",\"on\":\"2020-09-01\"}",
	    WORLD_SCHOOL));
	approve(s, 5, NULL);
	assert_int_equal(cell(s, "statements", "finance", month(MONTH)), 1);
}

static void
R11_earmarked_money_serves_its_purposes_and_no_more_than_there_is(void **state)
{
	struct school *s = *state;
	struct world *w = &s->w;

	school_county(s, "ledger.budget", school_args("{\"year\":2020,\"fen\":1000,"
	    "\"reason\":\"b\",\"on\":\"2020-09-01\"}"));
	school_county(s, "ledger.allocate", school_args("{\"year\":2020,\"fen\":600,"
	    "\"to_school\":%" PRIu64 ",\"reason\":\"a\",\"on\":\"2020-09-01\"}",
	    WORLD_SCHOOL));
	world_refused(w, "ledger.spend", "R11.purpose", school_args("{\"year\":2020,"
	    "\"purpose\":9,\"fen\":1,\"voucher\":\"v\",\"reason\":\"r\",\"on\":\"2020-09-02\"}"));
	world_refused(w, "ledger.spend", "R11.not_enough", school_args("{\"year\":2020,"
	    "\"purpose\":3,\"fen\":601,\"voucher\":\"v\",\"reason\":\"r\","
	    "\"on\":\"2020-09-02\"}"));
	world_do(w, "ledger.spend", school_args("{\"year\":2020,\"purpose\":3,\"fen\":600,"
	    "\"voucher\":\"v\",\"reason\":\"r\",\"on\":\"2020-09-02\"}"));
	assert_int_equal(cell(s, "ledger", "left_fen", school_args("{\"year\":2020}")), 0);
	assert_int_equal(said(s, "violations_R11", "over_allocation"), 0);
	/* The county takes some back while the school spends: merged, and shown. */
	school_county(s, "ledger.allocate", school_args("{\"year\":2020,\"fen\":-100,"
	    "\"to_school\":%" PRIu64 ",\"reason\":\"a\",\"on\":\"2020-09-03\"}",
	    WORLD_SCHOOL));
	assert_int_equal(said(s, "violations_R11", "over_allocation"), 1);
}

static void
R10_duty_of_the_unchecked_earns_nothing_and_the_barred_are_refused(void **state)
{
	struct school *s = *state;
	struct world *w = &s->w;
	json_t *args;

	args = school_args("{\"person\":%" PRId64 ",\"date\":\"2020-09-08\",\"slot\":2,"
	    "\"minutes\":45,\"reason\":\"second adult\"}", s->guard);
	school_clock(s, 8, 19, 0);
	world_do(w, "duty.add", args);
	assert_int_equal(cell(s, "subsidy", "fen", month(MONTH)), 0);
	assert_int_equal(said(s, "violations_R10", "not_checked"), 1);
	school_county(s, "clearance.set", school_args("{\"numbers\":[\"D1\"],\"state\":2,"
	    "\"from_on\":\"2020-09-01\"}"));
	args = school_args("{\"person\":%" PRId64 ",\"date\":\"2020-09-08\",\"slot\":2,"
	    "\"minutes\":45,\"reason\":\"fire\"}", s->teacher);
	world_refused(w, "duty.add", "R10.barred", json_incref(args));
	json_object_set_new(args, "emergency", json_true());
	world_do(w, "duty.add", args);
	world_refused(w, "staff.add", "R10.barred", school_args("{\"name\":\"n\","
	    "\"roles\":\"teacher\",\"number\":\"D1\"}"));
	assert_int_equal(said(s, "violations_R10", "barred_emergency"), 1);
}

static void
R8_teaching_is_refused_and_a_subject_in_a_title_is_shown(void **state)
{
	struct school *s = *state;
	struct world *w = &s->w;

	world_refused(w, "session.open", "R8.teaching", school_args(
	    "{\"date\":\"2020-09-07\",\"slot\":2,\"activity\":\"集体补课\"}"));
	world_refused(w, "session.open", "R8.no_kind", school_args(
	    "{\"date\":\"2020-09-07\",\"slot\":2,\"kind\":7}"));
	world_do(w, "session.open", school_args("{\"date\":\"2020-09-07\",\"slot\":2,"
	    "\"kind\":1,\"activity\":\"数学游戏\"}"));
	assert_int_equal(world_violations(w, "violations_R8", "names_subject"), 1);
	assert_int_equal(world_violations(w, "violations_R8", "teaching"), 0);
}

static void
R9_last_week_is_copied_and_what_was_not_held_is_shown(void **state)
{
	struct school *s = *state;
	struct world *w = &s->w;
	json_t *span = school_args("{\"from_on\":\"2020-09-07\",\"until_on\":\"2020-09-20\"}");

	world_refused(w, "plan.set", "R9.monday", school_args("{\"week_on\":\"2020-09-08\","
	    "\"weekday\":1,\"slot\":2}"));
	world_do(w, "plan.set", school_args("{\"week_on\":\"2020-09-07\",\"weekday\":1,"
	    "\"slot\":2,\"kind\":1}"));
	world_do(w, "plan.copy", school_args("{\"week_on\":\"2020-09-14\"}"));
	hold(s, 7);
	assert_int_equal(cell(s, "planned_held", "planned", json_incref(span)), 2);
	assert_int_equal(cell(s, "planned_held", "held_as_planned", json_incref(span)), 1);
	assert_int_equal(world_count(w, "violations_R9", span), 1);
	world_refused(w, "satisfaction.record", "R9.count", school_args("{\"term_on\":"
	    "\"2020-09-01\",\"round\":1,\"asked\":5,\"content\":6,\"held_on\":\"2020-09-20\"}"));
}

static void
R6_nobody_with_priority_is_refused_while_one_without_stays(void **state)
{
	struct school *s = *state;
	struct world *w = &s->w;
	int64_t older = world_id(w, "pupil.add", "pupil", school_args("{\"name\":\"older\","
	    "\"school_year\":2020,\"grade\":5,\"slots\":2}"));

	world_refused(w, "place.refuse", "R6.has_priority", school_args("{\"pupil\":%" PRId64
	    ",\"reason\":\"full\"}", s->pupil[0]));
	assert_string_equal(w->error.args[1], "older");
	world_do(w, "place.refuse", school_args("{\"pupil\":%" PRId64 ",\"reason\":\"full\"}",
	    older));
	world_do(w, "place.refuse", school_args("{\"pupil\":%" PRId64 ",\"reason\":\"full\"}",
	    s->pupil[0]));
	assert_int_equal(world_violations(w, "violations_R6", "priority_refused"), 0);
	/* Somebody new without priority comes by another node. */
	world_do(w, "pupil.add", school_args("{\"name\":\"new\",\"school_year\":2020,"
	    "\"grade\":6,\"slots\":2}"));
	assert_int_equal(world_violations(w, "violations_R6", "priority_refused"), 1);
}

static void
R5_a_site_moves_on_when_the_criteria_hold(void **state)
{
	struct school *s = *state;
	struct world *w = &s->w;
	json_t *args = school_args("{\"site\":0,\"phase\":2,\"on\":\"2020-09-08\"}");

	world_refused(w, "site.add", "R5.class", school_args("{\"site\":1,\"name\":\"x\","
	    "\"class\":221}"));
	w->user.roles |= DOMAIN_CLERK;
	world_refused(w, "site.phase", "R5.phase_early", json_incref(args));
	world_do(w, "session.close", school_args("{\"date\":\"2020-09-07\",\"slot\":2}"));
	world_do(w, "site.phase", args);
	assert_int_equal(cell(s, "sites", "phase", NULL), 2);
}

static void
R2_an_order_by_telephone_is_kept_and_matched(void **state)
{
	struct school *s = *state;
	struct world *w = &s->w;
	int64_t id = world_id(w, "order.phone", "order_id", school_args("{\"date\":"
	    "\"2020-09-07\",\"time\":\"09:30\",\"caller\":\"bureau\",\"words\":\"snow\"}"));

	hold(s, 21);
	assert_int_equal(world_violations(w, "violations_R2", "order_not_matched"), 1);
	world_refused(w, "order.match", "R2.no_version", school_args("{\"order_id\":%" PRId64
	    ",\"version\":99}", id));
	world_do(w, "order.match", school_args("{\"order_id\":%" PRId64 ",\"version\":2}", id));
	assert_int_equal(world_violations(w, "violations_R2", "order_not_matched"), 0);
	assert_int_equal(world_violations(w, "violations_R2", "not_confirmed"), 1);
	world_do(w, "policy.read", school_args("{\"version\":2}"));
	assert_int_equal(world_violations(w, "violations_R2", "not_confirmed"), 0);
}

static void
a_hub_asks_for_a_pin_once_it_has_people(void **state)
{
	struct school *s = *state;
	struct world *w = &s->w;
	struct domain_user nobody = {0};

	w->rt.scope = 0;
	w->user = nobody;
	world_refused(w, "county.staff.add", "R10.first_clerk", school_args("{\"name\":\"a\","
	    "\"roles\":\"auditor\",\"pin\":\"2468\"}"));
	world_do(w, "county.staff.add", school_args("{\"name\":\"clerk\",\"roles\":\"clerk\","
	    "\"pin\":\"2468\"}"));
	world_refused(w, "notice.publish", "USAGE.sign_in", school_args(
	    "{\"title\":\"t\",\"body\":\"b\"}"));
	assert_int_equal(runtime_sign_in(&w->rt, "clerk", "1111", &w->user),
	    STATUS_PASSPHRASE);
	assert_int_equal(runtime_sign_in(&w->rt, "clerk", "2468", &w->user), STATUS_OK);
	world_do(w, "notice.publish", school_args("{\"title\":\"t\",\"body\":\"b\"}"));
	/* A school's people are nobody at the hub. */
	assert_int_equal(runtime_sign_in(&w->rt, "head", "2468", &w->user),
	    STATUS_NOT_FOUND);
}

static void
a_roll_call_of_a_group_that_is_not_there_opens_nothing(void **state)
{
	struct school *s = *state;

	world_refused(&s->w, "rollcall", "R1.no_group", school_args(
	    "{\"date\":\"2020-09-07\",\"slot\":2,\"grp\":777}"));
	assert_int_equal(world_count(&s->w, "sessions", NULL), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		SCHOOL_CASE(R11_an_hour_held_is_worth_the_dated_rate_rounded_to_the_fen),
		SCHOOL_CASE(R11_the_cap_holds_and_a_correction_is_an_entry),
		SCHOOL_CASE(R11_what_comes_after_the_statement_is_paid_next_month),
		SCHOOL_CASE(R11_hours_of_one_person_at_two_schools_at_once_are_flagged),
		SCHOOL_CASE(R11_several_days_marked_in_one_second_are_flagged),
		SCHOOL_CASE(R11_duty_entered_more_than_92_days_late_is_flagged),
		SCHOOL_CASE(R11_approval_goes_step_by_step_and_never_over_the_allocation),
		SCHOOL_CASE(R11_earmarked_money_serves_its_purposes_and_no_more_than_there_is),
		SCHOOL_CASE(R10_duty_of_the_unchecked_earns_nothing_and_the_barred_are_refused),
		SCHOOL_CASE(R8_teaching_is_refused_and_a_subject_in_a_title_is_shown),
		SCHOOL_CASE(R9_last_week_is_copied_and_what_was_not_held_is_shown),
		SCHOOL_CASE(R6_nobody_with_priority_is_refused_while_one_without_stays),
		SCHOOL_CASE(R5_a_site_moves_on_when_the_criteria_hold),
		SCHOOL_CASE(R2_an_order_by_telephone_is_kept_and_matched),
		SCHOOL_CASE(a_hub_asks_for_a_pin_once_it_has_people),
		SCHOOL_CASE(a_roll_call_of_a_group_that_is_not_there_opens_nothing),
	};

	return cmocka_run_group_tests_name("domain_money", tests, NULL, NULL);
}
