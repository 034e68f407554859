/* The month's end: what is signed, posted, approved and paid, and by whom. */
#include "tests/domain_school.h"

#define MONTH 202009
#define POINT UINT64_C(2141018502) /* a school whose money WORLD_SCHOOL keeps */
#define P64 "%" PRId64
#undef SCHOOL_CASE
#define SCHOOL_CASE(test) cmocka_unit_test_setup_teardown(test, setup, school_teardown)

/* Watching 24 yuan an hour, activities 20 a lesson of 45 minutes, less in class 111,
 * retired people 30 a session; entries until the 3rd of the next month. */
static int
setup(void **state)
{
	struct school *s;

	assert_int_equal(school_setup(state), 0);
	s = *state;
	school_county(s, "policy.publish", school_args("{\"document\":{\"version\":2,"
	    "\"from\":7549,\"title\":\"plan\",\"terms\":[{\"from\":7548,\"until\":7700}],"
	    "\"days\":[{\"day\":7579,\"kind\":2,\"name\":\"holiday\"},"
	    "{\"day\":7580,\"kind\":2,\"name\":\"holiday\"},"
	    "{\"day\":7588,\"kind\":1,\"name\":\"made up\"}],"
	    "\"windows\":[{\"class\":0,\"from\":901,\"until\":228,\"slot\":2,"
	    "\"begin\":960,\"end\":1050}],"
	    "\"rates\":[{\"role\":1,\"unit\":1,\"fen\":2400},"
	    "{\"role\":2,\"unit\":2,\"unit_min\":45,\"fen\":2000},"
	    "{\"role\":1,\"class\":111,\"unit\":1,\"fen\":7},"
	    "{\"person\":2,\"unit\":3,\"fen\":3000}],"
	    "\"settings\":[{\"name\":\"cutoff_day\",\"value\":3}],"
	    "\"activities\":[{\"code\":1,\"title\":\"reading\"}]}}"));
	school_sign_in(s, "head");
	world_do(&s->w, "staff.edit", school_args("{\"staff_id\":" P64
	    ",\"checked_on\":\"2020-09-01\",\"number\":\"D1\"}", s->teacher));
	return 0;
}

static json_t *
month(int n)
{
	return school_args("{\"month\":%d}", n);
}

static void
hold(struct school *s, int day, const char *more)
{
	school_sign_in(s, "teacher");
	school_clock(s, day, 16, 0);
	world_do(&s->w, "session.open", school_args("{\"date\":\"2020-09-%02d\",\"slot\":2%s}",
	    day, more));
	world_do(&s->w, "rollcall", school_args("{\"date\":\"2020-09-%02d\",\"slot\":2,"
	    "\"extra\":[" P64 "]}", day, s->pupil[0]));
	school_sign_in(s, "head");
}

static void
add_duty(struct school *s, int64_t person, int day, int minutes)
{
	world_do(&s->w, "duty.add", school_args("{\"person\":" P64 ",\"date\":\"2020-09-%02d\","
	    "\"slot\":2,\"minutes\":%d,\"sessions\":1,\"reason\":\"paper\"}", person, day,
	    minutes));
}

/* Fen of the month's only line; -1: no line. */
static int64_t
fen(struct school *s, int n)
{
	json_t *rows = world_show(&s->w, "subsidy", month(n));
	int64_t v = json_array_size(rows) == 0 ? -1
	    : world_number(json_object_get(json_array_get(rows, 0), "fen"));

	assert_true(json_array_size(rows) <= 1);
	json_decref(rows);
	return v;
}

static void
R11_what_follows_the_signing_in_its_second_is_paid_next_month(void **state)
{
	struct school *s = *state;

	hold(s, 7, "");
	school_clock(s, 31, 9, 0);
	add_duty(s, s->teacher, 8, 60);
	world_do(&s->w, "statement.submit", month(MONTH));
	add_duty(s, s->teacher, 9, 30);
	world_do(&s->w, "rollcall", school_args("{\"date\":\"2020-09-10\",\"slot\":2,"
	    "\"extra\":[" P64 "]}", s->pupil[0])); /* the head's, who is not checked */
	assert_int_equal(school_cell(s, "statements", month(MONTH), 0, "fen"), 3600 + 2400);
	assert_int_equal(school_cell(s, "statements", month(MONTH), 0, "people"), 1);
	assert_int_equal(fen(s, MONTH), 3600 + 2400);
	assert_int_equal(world_count(&s->w, "subsidy", month(202010)), 2);
	assert_int_equal(world_said(&s->w, "violations_R11", "total_differs", month(MONTH)), 0);
}

static void
R11_units_are_hours_lessons_and_sessions_by_role_person_and_class(void **state)
{
	struct school *s = *state;
	struct world *w = &s->w;

	hold(s, 7, "");
	assert_int_equal(fen(s, MONTH), 3600);       /* 90 minutes watched */
	hold(s, 8, ",\"kind\":1");
	assert_int_equal(fen(s, MONTH), 3600 + 4000); /* two lessons of an activity */
	world_do(w, "staff.edit", school_args("{\"staff_id\":" P64 ",\"kind\":2}", s->teacher));
	assert_int_equal(fen(s, MONTH), 2 * 3000);   /* retired: the session */
	world_do(w, "staff.edit", school_args("{\"staff_id\":" P64 ",\"kind\":1}", s->teacher));
	world_do(w, "site.add", school_args("{\"site\":0,\"class\":111}"));
	/* 10.5 fen of the hour in class 111: half up. */
	assert_int_equal(fen(s, MONTH), 11 + 4000);
}

static void
R11_the_plans_cut_off_decides_what_is_late(void **state)
{
	struct school *s = *state;

	school_clock(s, 33, 23, 59);
	add_duty(s, s->teacher, 9, 60);
	assert_int_equal(fen(s, MONTH), 2400);
	school_clock(s, 34, 0, 0);
	add_duty(s, s->teacher, 9, 30);
	assert_int_equal(fen(s, MONTH), 2400);
	assert_int_equal(fen(s, 202010), 1200);
	assert_int_equal(school_cell(s, "subsidy", month(202010), 0, "late"), 1);
}

static void
sign_all(struct school *s, int n)
{
	world_do(&s->w, "statement.submit", month(n));
	for (int step = 2; step <= 3; step++)
		world_do(&s->w, "statement.sign", school_args("{\"month\":%d,\"step\":%d,"
		    "\"signer\":\"on paper\"}", n, step));
}

static void
approve(struct school *s, uint64_t of_school, int step, const char *more)
{
	school_county(s, "statement.approve", school_args("{\"of_school\":%" PRIu64
	    ",\"month\":%d,\"step\":%d%s}", of_school, MONTH, step, more));
}

static void
refused_at_the_county(struct school *s, uint64_t of_school, int step, const char *more,
    const char *code)
{
	uint64_t scope = s->w.rt.scope;
	struct domain_user user = s->w.user;

	s->w.rt.scope = 0;
	s->w.user = (struct domain_user){0};
	world_refused(&s->w, "statement.approve", code, school_args("{\"of_school\":%" PRIu64
	    ",\"month\":%d,\"step\":%d%s}", of_school, MONTH, step, more));
	s->w.rt.scope = scope;
	s->w.user = user;
}

static void
allocate(struct school *s, int64_t yuan)
{
	school_county(s, "ledger.budget", school_args("{\"year\":2020,\"fen\":" P64
	    ",\"reason\":\"b\",\"on\":\"2020-09-01\"}", yuan * 100));
	school_county(s, "ledger.allocate", school_args("{\"year\":2020,\"fen\":" P64
	    ",\"to_school\":%" PRIu64 ",\"reason\":\"a\",\"on\":\"2020-09-01\"}", yuan * 100,
	    WORLD_SCHOOL));
}

static void
R11_a_statement_hangs_for_five_working_days(void **state)
{
	struct school *s = *state;
	struct world *w = &s->w;

	hold(s, 7, "");
	world_refused(w, "statement.post", "R11.not_submitted", school_args(
	    "{\"month\":%d,\"on\":\"2020-09-30\"}", MONTH));
	school_clock(s, 31, 9, 0);
	sign_all(s, MONTH);
	allocate(s, 100);
	approve(s, WORLD_SCHOOL, 4, "");
	assert_int_equal(world_said(w, "violations_R11", "not_posted", month(MONTH)), 0);
	approve(s, WORLD_SCHOOL, 5, ",\"voucher\":\"V-1\"");
	assert_int_equal(world_said(w, "violations_R11", "not_posted", month(MONTH)), 1);
	/* Wednesday, then 5 to 8: the 1st and 2nd are holidays. */
	world_do(w, "statement.post", school_args("{\"month\":%d,\"on\":\"2020-09-30\"}", MONTH));
	school_text(s, "subsidy_posting", month(MONTH), 0, "posted_until", "2020-10-08");
	/* Thursday, Friday, the Saturday that is made up, Monday, Tuesday. */
	world_do(w, "statement.post", school_args("{\"month\":%d,\"on\":\"2020-10-08\"}", MONTH));
	school_text(s, "subsidy_posting", month(MONTH), 0, "posted_until", "2020-10-13");
	school_text(s, "subsidy_posting", month(MONTH), 0, "name", "teacher");
	school_text(s, "subsidy_posting", month(MONTH), 0, "hours", "1:30");
	school_text(s, "subsidy_posting", month(MONTH), 0, "yuan", "36.00");
	assert_int_equal(world_said(w, "violations_R11", "not_posted", month(MONTH)), 0);
}

static void
R11_what_was_sent_back_says_why_and_is_signed_again(void **state)
{
	struct school *s = *state;
	struct world *w = &s->w;

	hold(s, 7, "");
	school_clock(s, 31, 9, 0);
	sign_all(s, MONTH);
	allocate(s, 48);
	refused_at_the_county(s, WORLD_SCHOOL, 4, ",\"back\":1", "R11.no_reason");
	approve(s, WORLD_SCHOOL, 4, ",\"back\":1,\"reason\":\"no posting\"");
	school_text(s, "statements", month(MONTH), 0, "bureau_reason", "no posting");
	refused_at_the_county(s, WORLD_SCHOOL, 5, "", "R11.step_order");
	/* A stick brings what a point's machine had recorded before the signing. */
	world_merged(w, "INSERT INTO duty_entry (school, entry, date, slot, person, minutes, "
	    "reason, at) SELECT school, 5, 7556, 2, staff, 30, 'point', 1599500000000 "
	    "FROM staff WHERE name = 'teacher'");
	assert_int_equal(world_said(w, "violations_R11", "total_differs", month(MONTH)), 1);
	refused_at_the_county(s, WORLD_SCHOOL, 4, "", "R11.total_differs");
	s->w.now_s += 3600;
	sign_all(s, MONTH);
	school_text(s, "statements", month(MONTH), 0, "submitted_at", "2020-10-01 09:00");
	school_text(s, "statements", month(MONTH), 0, "signed_again_at", "2020-10-01 10:00");
	approve(s, WORLD_SCHOOL, 4, "");
	for (int again = 0; again < 2; again++) /* the month's own sum counts once */
		approve(s, WORLD_SCHOOL, 5, "");
	assert_int_equal(school_cell(s, "statements", month(MONTH), 0, "finance"), 1);
	world_refused(w, "statement.submit", "R11.submitted", month(MONTH));
	world_refused(w, "ledger.spend", "R11.no_voucher", school_args("{\"year\":2020,"
	    "\"purpose\":1,\"fen\":1,\"voucher\":\" \",\"reason\":\"r\",\"on\":\"2020-10-02\"}"));
}

/* The teacher of a teaching point that is a school of its own, and its month. */
static void
point(struct school *s)
{
	struct world *w = &s->w;
	int64_t staff;

	w->rt.scope = POINT;
	w->user = (struct domain_user){.scope = POINT};
	school_clock(s, 7, 16, 0);
	world_do(w, "site.add", school_args("{\"site\":0,\"name\":\"point\",\"class\":220,"
	    "\"kind\":4,\"account_unit\":%" PRIu64 "}", WORLD_SCHOOL));
	staff = world_id(w, "staff.add", "staff", school_args("{\"name\":\"alone\","
	    "\"roles\":\"head,teacher\",\"pin\":\"2468\",\"checked_on\":\"2020-09-01\"}"));
	school_sign_in(s, "alone");
	add_duty(s, staff, 7, 60);
	world_refused(w, "ledger.spend", "R11.account_unit", school_args("{\"year\":2020,"
	    "\"purpose\":3,\"fen\":1,\"voucher\":\"v\",\"reason\":\"r\",\"on\":\"2020-09-02\"}"));
	school_clock(s, 31, 9, 0);
	sign_all(s, MONTH);
}

static void
R11_R5_schools_of_one_accounting_unit_share_its_money(void **state)
{
	struct school *s = *state;

	hold(s, 7, "");
	point(s);
	s->w.rt.scope = WORLD_SCHOOL;
	school_sign_in(s, "head");
	sign_all(s, MONTH);
	allocate(s, 59); /* 36 for the school, 24 for its point */
	for (int i = 0; i < 2; i++)
		approve(s, i == 0 ? WORLD_SCHOOL : POINT, 4, "");
	approve(s, POINT, 5, "");
	refused_at_the_county(s, WORLD_SCHOOL, 5, "", "R11.not_enough");
	assert_string_equal(s->w.error.args[0], "35.00");
	school_county(s, "ledger.budget", school_args("{\"year\":2020,\"fen\":100,"
	    "\"payer\":2,\"reason\":\"province\",\"on\":\"2020-09-01\"}"));
	school_county(s, "ledger.allocate", school_args("{\"year\":2020,\"fen\":100,"
	    "\"to_school\":%" PRIu64 ",\"reason\":\"a\",\"on\":\"2020-09-01\"}", WORLD_SCHOOL));
	/* What went for chalk is not there for subsidies. */
	world_do(&s->w, "ledger.spend", school_args("{\"year\":2020,\"purpose\":3,\"fen\":1,"
	    "\"voucher\":\"v\",\"reason\":\"chalk\",\"on\":\"2020-09-02\"}"));
	refused_at_the_county(s, WORLD_SCHOOL, 5, "", "R11.not_enough");
	world_do(&s->w, "ledger.spend", school_args("{\"year\":2020,\"purpose\":3,\"fen\":-1,"
	    "\"voucher\":\"v\",\"reason\":\"chalk\",\"on\":\"2020-09-02\"}"));
	approve(s, WORLD_SCHOOL, 5, "");
}

static void
R11_no_table_holds_a_bank_or_identity_number(void **state)
{
	static const char *const words[] = {"bank", "iban", "account_no", "id_card",
	    "identity_no", "身份证号", "银行"};

	(void)state;
	for (size_t t = 0; t < schema_registry.ntables; t++)
		for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
			assert_null(strstr(schema_registry.tables[t].create, words[i]));
}

static void
R11_spending_beyond_budget_purpose_and_allocation_is_listed_after_merging(void **state)
{
	struct school *s = *state;
	struct world *w = &s->w;

	world_merged(w, "INSERT INTO spending (school, entry, year, purpose, fen, reason, "
	    "held_on) VALUES (2141018501, 1, 2020, 9, 5, 'dinner', 7560)");
	world_merged(w, "INSERT INTO county_ledger (entry, year, kind, to_school, fen, "
	    "held_on) VALUES (1, 2020, 2, 2141018501, 4, 7560)");
	assert_int_equal(world_said(w, "violations_R11", "purpose", month(MONTH)), 1);
	assert_int_equal(world_said(w, "violations_R11", "over_allocation", month(MONTH)), 1);
	assert_int_equal(world_said(w, "violations_R11", "over_budget", month(MONTH)), 1);
}

static void
R10_the_parents_committee_countersigns_plan_and_statement(void **state)
{
	struct school *s = *state;
	struct world *w = &s->w;
	json_t *args = school_args("{\"week_on\":\"2020-09-14\",\"until_on\":\"2020-10-02\","
	    "\"signer\":\"committee\",\"signed_on\":\"2020-09-11\"}");

	for (int week = 7; week <= 14; week += 7)
		world_do(w, "plan.set", school_args("{\"week_on\":\"2020-09-%02d\",\"weekday\":1,"
		    "\"slot\":2}", week));
	assert_int_equal(world_said(w, "violations_R10", "plan_not_countersigned",
	    month(MONTH)), 2);
	world_refused(w, "plan.sign", "R10.no_signer", school_args("{\"week_on\":\"2020-09-14\","
	    "\"signer\":\" \",\"signed_on\":\"2020-09-11\"}"));
	world_refused(w, "plan.sign", "R9.nothing_to_sign", school_args(
	    "{\"week_on\":\"2020-09-21\",\"signer\":\"x\",\"signed_on\":\"2020-09-11\"}"));
	world_do(w, "plan.sign", args);
	assert_int_equal(world_said(w, "violations_R10", "plan_not_countersigned",
	    month(MONTH)), 1);
	school_text(s, "plan_week", school_args("{\"week_on\":\"2020-09-14\"}"), 0,
	    "countersigned", "committee");
	school_text(s, "plan_week", school_args("{\"week_on\":\"2020-09-07\"}"), 0,
	    "countersigned", NULL);
	school_clock(s, 31, 9, 0);
	world_do(w, "statement.submit", month(MONTH));
	assert_int_equal(world_said(w, "violations_R10", "not_countersigned", month(MONTH)), 1);
	world_do(w, "statement.sign", school_args("{\"month\":%d,\"step\":3,"
	    "\"signer\":\"committee\"}", MONTH));
	assert_int_equal(world_said(w, "violations_R10", "not_countersigned", month(MONTH)), 0);
}

static void
R10_people_rooms_and_things_are_given_money_is_not(void **state)
{
	struct school *s = *state;
	struct world *w = &s->w;

	world_refused(w, "gift.record", "R10.gift_kind", school_args("{\"kind\":4,"
	    "\"giver\":\"firm\",\"what\":\"1000 yuan\",\"held_on\":\"2020-09-08\"}"));
	world_do(w, "gift.record", school_args("{\"kind\":2,\"giver\":\"village\","
	    "\"what\":\"reading room\",\"held_on\":\"2020-09-08\"}"));
	school_text(s, "gifts", NULL, 0, "giver", "village");
}

static void
R10_serving_staff_come_checked_in_the_countys_file(void **state)
{
	struct school *s = *state;
	struct world *w = &s->w;

	world_do(w, "staff.edit", school_args("{\"staff_id\":" P64 ",\"number\":\"G1\"}",
	    s->guard));
	school_clock(s, 9, 18, 0);
	for (int day = 8; day <= 9; day++)
		add_duty(s, s->guard, day, 60);
	assert_int_equal(fen(s, MONTH), 0);
	school_county(s, "clearance.set", school_args("{\"numbers\":[\"G1\",\"G2\"],\"state\":1,"
	    "\"from_on\":\"2020-09-09\"}"));
	/* Cleared from the 9th: the day before stays without worth. */
	assert_int_equal(fen(s, MONTH), 2400);
	assert_int_equal(world_said(w, "violations_R10", "not_checked", month(MONTH)), 1);
	world_refused(w, "staff.add", "R10.kind", school_args("{\"name\":\"n\","
	    "\"roles\":\"teacher\",\"kind\":8}"));
}

static void
R4_money_of_a_family_is_refused_and_listed_after_merging(void **state)
{
	struct school *s = *state;
	struct world *w = &s->w;
	uint64_t scope = w->rt.scope;
	struct domain_user user = w->user;
	json_t *args = school_args("{\"year\":2020,\"fen\":5000,\"reason\":\"class 1\","
	    "\"on\":\"2020-09-08\",\"payer\":9}");

	w->rt.scope = 0;
	w->user = (struct domain_user){0};
	world_refused(w, "ledger.budget", "R4.family_payer", json_incref(args));
	assert_string_equal(w->error.args[0], "50.00");
	json_object_set_new(args, "payer", json_integer(3));
	world_refused(w, "ledger.budget", "R11.payer", args);
	w->rt.scope = scope;
	w->user = user;
	assert_int_equal(world_count(w, "violations_R4", NULL), 0);
	world_merged(w, "INSERT INTO county_ledger (entry, year, kind, to_school, fen, "
	    "held_on, reason, payer) VALUES (1, 2020, 1, 0, 5000, 7560, 'class 1', 9)");
	assert_int_equal(world_violations(w, "violations_R4", "family_payer"), 1);
}

static void
R4_words_that_name_a_charge_are_shown(void **state)
{
	struct school *s = *state;
	struct world *w = &s->w;

	world_do(w, "session.open", school_args("{\"date\":\"2020-09-08\",\"slot\":2,"
	    "\"activity\":\"免费阅读\"}"));
	assert_int_equal(world_count(w, "violations_R4", NULL), 0);
	world_do(w, "session.open", school_args("{\"date\":\"2020-09-08\",\"slot\":2,"
	    "\"activity\":\"收费书法班\"}"));
	world_do(w, "plan.set", school_args("{\"week_on\":\"2020-09-14\",\"weekday\":1,"
	    "\"slot\":2,\"title\":\"先交费再参加\"}"));
	assert_int_equal(world_violations(w, "violations_R4", "names_charge"), 2);
	assert_int_equal(world_said(w, "violations_R4", "names_charge", school_args(
	    "{\"from_on\":\"2020-09-09\",\"until_on\":\"2020-09-30\"}")), 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		SCHOOL_CASE(R11_what_follows_the_signing_in_its_second_is_paid_next_month),
		SCHOOL_CASE(R11_units_are_hours_lessons_and_sessions_by_role_person_and_class),
		SCHOOL_CASE(R11_the_plans_cut_off_decides_what_is_late),
		SCHOOL_CASE(R11_a_statement_hangs_for_five_working_days),
		SCHOOL_CASE(R11_what_was_sent_back_says_why_and_is_signed_again),
		SCHOOL_CASE(R11_R5_schools_of_one_accounting_unit_share_its_money),
		SCHOOL_CASE(R11_no_table_holds_a_bank_or_identity_number),
		SCHOOL_CASE(
		    R11_spending_beyond_budget_purpose_and_allocation_is_listed_after_merging),
		SCHOOL_CASE(R10_the_parents_committee_countersigns_plan_and_statement),
		SCHOOL_CASE(R10_people_rooms_and_things_are_given_money_is_not),
		SCHOOL_CASE(R10_serving_staff_come_checked_in_the_countys_file),
		SCHOOL_CASE(R4_money_of_a_family_is_refused_and_listed_after_merging),
		SCHOOL_CASE(R4_words_that_name_a_charge_are_shown),
	};

	return cmocka_run_group_tests_name("domain_month", tests, NULL, NULL);
}
