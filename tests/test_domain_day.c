#include "schema/message.h"
#include "tests/domain_world.h"

#define PUPILS 5
#define CLASS_1 202001 /* first class of those who came in 2020 */

struct day {
	struct world w;
	int64_t head, teacher, pupil[PUPILS], guardian[PUPILS];
};

static json_t *
plan(void)
{
	json_t *doc = json_loads("{\"version\":1,\"from\":7548,\"title\":\"plan\","
	    "\"terms\":[{\"from\":7548,\"until\":7700}],"
	    "\"days\":[{\"day\":7579,\"kind\":2,\"name\":\"holiday\"}],"
	    "\"windows\":[{\"class\":0,\"from\":901,\"until\":228,\"slot\":2,\"begin\":960,"
	    "\"end\":1080}],\"consent_notice\":{\"version\":1,\"from\":7548,\"material\":0,"
	    "\"title\":\"notice\",\"body\":\"text\"}}", 0, NULL);

	assert_non_null(doc);
	return json_pack("{s:o}", "document", doc);
}

/* The county's rows reach a school by merging; here the store is written as if
 * this were the hub. */
static void
publish_plan(struct world *w)
{
	uint64_t scope = w->rt.scope;
	struct domain_user user = w->user;

	w->rt.scope = 0;
	w->user = (struct domain_user){0};
	world_do(w, "policy.publish", plan());
	w->rt.scope = scope;
	w->user = user;
}

static int
setup(void **state)
{
	struct day *d = calloc(1, sizeof(*d));
	struct world *w = &d->w;

	assert_non_null(d);
	world_open(w, WORLD_SCHOOL);
	world_do(w, "site.add", json_pack("{s:i, s:s, s:i}", "site", 0, "name", "school",
	    "class", 220));
	d->head = world_id(w, "staff.add", "staff", json_pack("{s:s, s:s, s:s}", "name",
	    "head", "roles", "head,teacher", "pin", "2468"));
	assert_int_equal(runtime_sign_in(&w->rt, "head", "2468", &w->user), STATUS_OK);
	d->teacher = world_id(w, "staff.add", "staff", json_pack("{s:s, s:s, s:s}", "name",
	    "teacher", "roles", "teacher", "pin", "1357"));
	for (int i = 0; i < PUPILS; i++) {
		d->pupil[i] = world_id(w, "pupil.add", "pupil", json_pack(
		    "{s:s, s:i, s:i, s:i, s:i}", "name", "child", "sex", 1, "school_year", 2020,
		    "grade", 1, "slots", 2));
		d->guardian[i] = world_id(w, "guardian.add", "guardian", json_pack(
		    "{s:I, s:s, s:s}", "pupil", d->pupil[i], "name", "carer", "phone",
		    "13900000000"));
	}
	publish_plan(w);
	assert_int_equal(runtime_sign_in(&w->rt, "teacher", "1357", &w->user), STATUS_OK);
	*state = d;
	return 0;
}

static int
teardown(void **state)
{
	struct day *d = *state;

	world_close(&d->w);
	free(d);
	return 0;
}

static json_t *
consent_args(struct day *d, int i, const char *given_on)
{
	return json_pack("{s:I, s:I, s:i, s:s}", "pupil", d->pupil[i], "guardian",
	    d->guardian[i], "notice", 1, "given_on", given_on);
}

/* Everybody but the last child takes part. */
static void
consents(struct day *d)
{
	for (int i = 0; i < PUPILS - 1; i++)
		world_do(&d->w, "consent.record", consent_args(d, i, "2020-09-02"));
}

static json_t *
session_args(void)
{
	return json_pack("{s:s, s:i, s:i}", "date", "2020-09-07", "slot", 2, "grp", CLASS_1);
}

static json_t *
with(json_t *args, const char *name, json_t *value)
{
	assert_int_equal(json_object_set_new(args, name, value), 0);
	return args;
}

static int64_t
cell(struct world *w, const char *view, json_t *args, const char *column)
{
	json_t *rows = world_show(w, view, args);
	int64_t v;

	assert_true(json_array_size(rows) > 0);
	v = world_number(json_object_get(json_array_get(rows, 0), column));
	json_decref(rows);
	return v;
}

static void
nobody_acts_once_there_is_staff(void **state)
{
	struct day *d = *state;

	d->w.user = (struct domain_user){.scope = WORLD_SCHOOL};
	world_refused(&d->w, "session.open", "USAGE.sign_in", session_args());
}

static void
a_wrong_pin_and_an_unknown_name_differ(void **state)
{
	struct day *d = *state;
	struct domain_user user;

	assert_int_equal(runtime_sign_in(&d->w.rt, "head", "0000", &user), STATUS_PASSPHRASE);
	assert_int_equal(runtime_sign_in(&d->w.rt, "nobody", "2468", &user),
	    STATUS_NOT_FOUND);
	assert_int_equal(runtime_sign_in(&d->w.rt, "head", "2468", &user), STATUS_OK);
	assert_int_equal(user.staff, d->head);
	assert_int_equal(user.roles, DOMAIN_HEAD | DOMAIN_TEACHER);
}

static void
a_teacher_adds_no_staff(void **state)
{
	struct day *d = *state;

	world_refused(&d->w, "staff.add", "USAGE.role", json_pack("{s:s, s:s}", "name", "x",
	    "roles", "head"));
}

static void
parameters_are_named_checked_and_typed(void **state)
{
	struct world *w = &((struct day *)*state)->w;

	world_refused(w, "session.open", "USAGE.parameter_missing", json_pack("{s:i}", "slot",
	    2));
	world_refused(w, "session.open", "USAGE.parameter_unknown", with(session_args(),
	    "slott", json_integer(2)));
	world_refused(w, "session.open", "USAGE.parameter_value", json_pack("{s:s, s:i}",
	    "date", "2020-02-30", "slot", 2));
	assert_string_equal(w->error.args[0], "date");
	world_refused(w, "session.open", "USAGE.parameter_value", json_pack("{s:s, s:s}",
	    "date", "2020-09-07", "slot", "2x"));
	world_refused(w, "session.open", "USAGE.parameter_value", with(session_args(),
	    "begin", json_string("24:00")));
	world_refused(w, "session.open", "USAGE.parameter_value", with(session_args(),
	    "school", json_integer(5)));
	world_refused(w, "policy.publish", "USAGE.role", plan());
}

static void
R3_a_consent_needs_notice_guardian_and_date(void **state)
{
	struct day *d = *state;
	struct world *w = &d->w;

	world_refused(w, "consent.record", "R3.no_notice", json_pack("{s:I, s:I, s:i, s:s}",
	    "pupil", d->pupil[0], "guardian", d->guardian[0], "notice", 9, "given_on",
	    "2020-09-02"));
	world_refused(w, "consent.record", "R3.before_notice", consent_args(d, 0,
	    "2020-08-30"));
	assert_string_equal(w->error.args[1], "2020-08-31");
	world_refused(w, "consent.record", "R3.no_guardian", json_pack("{s:I, s:I, s:i, s:s}",
	    "pupil", d->pupil[0], "guardian", d->guardian[1], "notice", 1, "given_on",
	    "2020-09-02"));
	world_refused(w, "consent.record", "R3.no_witness", with(consent_args(d, 0,
	    "2020-09-02"), "how", json_integer(4)));
	assert_int_equal(world_count(w, "consents", NULL), 0);
	world_do(w, "consent.record", consent_args(d, 0, "2020-09-02"));
	assert_int_equal(world_count(w, "consents", NULL), 1);
	assert_int_equal(world_violations(w, "violations_R3", "no_guardian"), 0);
}

static void
R3_a_class_list_gives_one_record_a_child(void **state)
{
	struct day *d = *state;

	world_do(&d->w, "consent.list", json_pack("{s:[I, I], s:i, s:s}", "pupils",
	    d->pupil[0], d->pupil[2], "notice", 1, "given_on", "2020-09-02"));
	assert_int_equal(world_count(&d->w, "consents", NULL), 2);
	assert_int_equal(world_count(&d->w, "consents", json_pack("{s:I}", "pupil",
	    d->pupil[2])), 1);
}

static void
R3_a_child_without_consent_is_counted_not_turned_away(void **state)
{
	struct day *d = *state;
	struct world *w = &d->w;

	consents(d);
	world_do(w, "rollcall", with(session_args(), "extra", json_pack("[I]",
	    d->pupil[PUPILS - 1])));
	assert_int_equal(world_count(w, "still_here", json_pack("{s:s}", "date",
	    "2020-09-07")), PUPILS);
	assert_int_equal(world_violations(w, "violations_R3", "consent_to_follow"), 1);
}

static void
R3_a_withdrawal_ends_taking_part_from_its_day(void **state)
{
	struct day *d = *state;
	struct world *w = &d->w;

	consents(d);
	world_refused(w, "consent.withdraw", "R3.nothing_to_withdraw", json_pack("{s:I, s:s}",
	    "pupil", d->pupil[PUPILS - 1], "on", "2020-09-08"));
	world_do(w, "consent.withdraw", json_pack("{s:I, s:s}", "pupil", d->pupil[0], "on",
	    "2020-09-08"));
	assert_int_equal(world_id(w, "rollcall", "here", session_args()), PUPILS - 1);
	assert_int_equal(world_id(w, "rollcall", "here", json_pack("{s:s, s:i, s:i}", "date",
	    "2020-09-08", "slot", 2, "grp", CLASS_1)), PUPILS - 2);
}

static void
R12_a_second_roll_call_that_keeps_undoes_no_mark(void **state)
{
	struct day *d = *state;
	struct world *w = &d->w;

	consents(d);
	world_do(w, "rollcall", with(session_args(), "absent", json_pack("[I]", d->pupil[1])));
	assert_int_equal(world_id(w, "rollcall", "absent", with(session_args(), "keep",
	    json_integer(1))), 1);
	/* Who is named is marked anew: it came late. */
	assert_int_equal(world_id(w, "rollcall", "absent", with(with(session_args(), "keep",
	    json_integer(1)), "extra", json_pack("[I]", d->pupil[1]))), 0);
	world_do(w, "rollcall", with(session_args(), "absent", json_pack("[I]", d->pupil[1])));
	assert_int_equal(world_id(w, "rollcall", "absent", session_args()), 0);
}

static void
R12_a_roll_call_marks_everybody_and_opens_the_session(void **state)
{
	struct day *d = *state;
	struct world *w = &d->w;
	json_t *rows;

	consents(d);
	rows = world_rows(w, "rollcall", with(session_args(), "absent", json_pack("[I]",
	    d->pupil[1])));
	assert_int_equal(world_number(json_object_get(json_array_get(rows, 0), "marks")), 4);
	assert_int_equal(world_number(json_object_get(json_array_get(rows, 0), "here")), 3);
	assert_int_equal(world_number(json_object_get(json_array_get(rows, 0), "absent")), 1);
	json_decref(rows);
	rows = world_show(w, "sessions", NULL);
	assert_int_equal(json_array_size(rows), 1);
	assert_string_equal(json_string_value(json_object_get(json_array_get(rows, 0),
	    "begin")), "16:00");
	json_decref(rows);
	assert_int_equal(world_violations(w, "violations_R12", "no_roll_call"), 0);
	/* Again changes nothing. */
	{
		json_t *args = session_args(), *answer = NULL;

		assert_int_equal(runtime_do(&w->rt, &w->user, world_find(domain_commands,
		    domain_ncommands, "session.open"), NULL, args, &answer, &w->error),
		    STATUS_OK);
		assert_int_equal(json_integer_value(json_object_get(answer, "changed")), 0);
		json_decref(answer);
		json_decref(args);
	}
}

static void
R12_a_late_correction_keeps_its_reason(void **state)
{
	struct day *d = *state;

	consents(d);
	world_do(&d->w, "rollcall", session_args());
	d->w.now_s += 86400;
	world_do(&d->w, "attendance.correct", with(with(with(session_args(), "pupil",
	    json_integer(d->pupil[2])), "state", json_integer(2)), "reason",
	    json_string("was ill")));
	assert_int_equal(cell(&d->w, "day_summary", json_pack("{s:s}", "date",
	    "2020-09-07"), "came"), PUPILS - 2);
}

/* What a phone keeps until the machine answers must not be refused by then. */
static void
R12_a_guard_may_record_every_fact_of_safety_and_take_a_slip_back(void **state)
{
	static const char *const facts[] = {"session.open", "rollcall", "attendance.correct",
	    "pupil.walk_in", "handover.record", "leave.group", "leave.one", "leave.route",
	    "leave.undo", "late.inform", "late.keep", "session.close", "incident.report",
	    "incident.add", "incident.people", "incident.food"};
	struct day *d = *state;
	struct world *w = &d->w;

	for (size_t i = 0; i < sizeof(facts) / sizeof(facts[0]); i++)
		assert_true(world_find(domain_commands, domain_ncommands, facts[i])->roles &
		    DOMAIN_GUARD);
	consents(d);
	world_do(w, "rollcall", session_args());
	w->user.roles = DOMAIN_GUARD;
	world_do(w, "attendance.correct", with(with(session_args(), "pupil",
	    json_integer(d->pupil[2])), "state", json_integer(2)));
	w->user.roles = 63;
	assert_int_equal(cell(w, "day_summary", json_pack("{s:s}", "date", "2020-09-07"),
	    "came"), PUPILS - 2);
}

static void
R12_a_handover_that_differs_is_kept_and_shown(void **state)
{
	struct day *d = *state;
	struct world *w = &d->w;

	consents(d);
	world_do(w, "rollcall", session_args());
	world_do(w, "handover.record", with(with(session_args(), "to_staff",
	    json_integer(d->head)), "counted", json_integer(4)));
	assert_int_equal(world_violations(w, "violations_R12", "count_differs"), 0);
	assert_int_equal(world_id(w, "handover.record", "difference", with(with(
	    session_args(), "to_staff", json_integer(d->head)), "counted",
	    json_integer(3))), -1);
	assert_int_equal(world_violations(w, "violations_R12", "count_differs"), 1);
	assert_int_equal(world_violations(w, "violations_R12", "no_second_person"), 0);
	world_do(w, "handover.record", with(session_args(), "counted", json_integer(4)));
	assert_int_equal(world_violations(w, "violations_R12", "no_second_person"), 1);
}

static void
R12_somebody_not_listed_is_recorded_and_shown(void **state)
{
	struct day *d = *state;
	struct world *w = &d->w;

	consents(d);
	world_do(w, "rollcall", session_args());
	world_do(w, "leave.one", json_pack("{s:s, s:i, s:I, s:I}", "date", "2020-09-07",
	    "slot", 2, "pupil", d->pupil[0], "collector", d->guardian[0]));
	world_do(w, "leave.one", json_pack("{s:s, s:i, s:I, s:s}", "date", "2020-09-07",
	    "slot", 2, "pupil", d->pupil[1], "person", "neighbour"));
	assert_int_equal(world_violations(w, "violations_R12", "not_listed"), 1);
	world_still_here(w, "2020-09-07", d->pupil[1]);
	world_do(w, "leave.one", json_pack("{s:s, s:i, s:I, s:s, s:s}", "date", "2020-09-07",
	    "slot", 2, "pupil", d->pupil[1], "person", "neighbour", "approval",
	    "mother by telephone, head heard it"));
	assert_int_equal(world_violations(w, "violations_R12", "not_listed"), 0);
}

static void
R1_all_left_as_usual_is_one_act_and_only_differences_are_entered(void **state)
{
	struct day *d = *state;
	struct world *w = &d->w;

	consents(d);
	world_do(w, "pupil.way", json_pack("{s:I, s:i, s:i}", "pupil", d->pupil[2], "weekday",
	    1, "how", 2));
	world_do(w, "rollcall", session_args());
	world_do(w, "leave.one", json_pack("{s:s, s:i, s:I, s:i}", "date", "2020-09-07",
	    "slot", 2, "pupil", d->pupil[0], "how", 3));
	assert_int_equal(world_count(w, "still_here", json_pack("{s:s}", "date",
	    "2020-09-07")), 3);
	assert_int_equal(world_id(w, "leave.group", "still_here", session_args()), 0);
	assert_int_equal(cell(w, "day_summary", json_pack("{s:s}", "date", "2020-09-07"),
	    "left"), 4);
	world_still_here(w, "2020-09-07", d->pupil[3]);
	assert_int_equal(world_count(w, "still_here", json_pack("{s:s}", "date",
	    "2020-09-07")), 1);
	assert_int_equal(world_id(w, "session.close", "left_here", session_args()), 1);
	assert_int_equal(world_violations(w, "violations_R1", "not_left"), 1);
	world_do(w, "leave.group", session_args());
	assert_int_equal(world_violations(w, "violations_R1", "not_left"), 0);
	// Several that were let go at once are taken back at once, and no others.
	world_do(w, "leave.undo", json_pack("{s:s, s:i, s:[I, I], s:o}", "date", "2020-09-07",
	    "slot", 2, "pupils", d->pupil[1], d->pupil[2], "record",
	    world_record(w, "2020-09-07", d->pupil[1])));
	assert_int_equal(world_count(w, "still_here", json_pack("{s:s}", "date",
	    "2020-09-07")), 2);
	world_refused(w, "leave.undo", "R1.no_record", json_pack("{s:s, s:i, s:I}", "date",
	    "2020-09-07", "slot", 2, "pupil", d->pupil[0]));
	assert_int_equal(world_count(w, "still_here", json_pack("{s:s}", "date",
	    "2020-09-07")), 2);
}

static void
R1_a_child_outside_every_list_may_still_leave(void **state)
{
	struct day *d = *state;

	world_do(&d->w, "leave.one", json_pack("{s:s, s:i, s:I}", "date", "2020-09-07", "slot",
	    2, "pupil", d->pupil[4]));
	assert_int_equal(world_count(&d->w, "leavings", json_pack("{s:s}", "date",
	    "2020-09-07")), 1);
}

static void
R7_outside_the_window_is_recorded_and_shown(void **state)
{
	struct world *w = &((struct day *)*state)->w;

	world_do(w, "session.open", session_args());
	assert_int_equal(world_count(w, "violations_R7", NULL), 0);
	world_do(w, "session.open", with(with(session_args(), "end", json_string("19:00")),
	    "reason", json_string("storm")));
	assert_int_equal(world_violations(w, "violations_R7", "outside_window"), 1);
	world_do(w, "session.open", json_pack("{s:s, s:i, s:i}", "date", "2020-09-12", "slot",
	    2, "grp", CLASS_1));
	world_do(w, "session.open", json_pack("{s:s, s:i, s:i}", "date", "2020-10-01", "slot",
	    2, "grp", CLASS_1));
	assert_int_equal(world_violations(w, "violations_R7", "no_school_day"), 2);
	world_refused(w, "session.open", "R7.slot", json_pack("{s:s, s:i}", "date",
	    "2020-09-07", "slot", 3));
}

static void
R2_a_session_keeps_the_policy_that_the_node_had(void **state)
{
	struct day *d = *state;
	struct world *w = &d->w;
	json_t *doc;

	world_do(w, "session.open", session_args());
	assert_int_equal(world_violations(w, "violations_R2", "older_policy"), 0);
	w->rt.scope = 0;
	w->user = (struct domain_user){0};
	world_refused(w, "policy.publish", "R2.version_known", plan());
	doc = plan();
	json_object_set_new(json_object_get(doc, "document"), "version", json_integer(2));
	json_object_del(json_object_get(doc, "document"), "consent_notice");
	world_do(w, "policy.publish", doc);
	assert_int_equal(world_violations(w, "violations_R2", "older_policy"), 1);
}

static void
R2_a_school_publishes_no_policy(void **state)
{
	struct day *d = *state;

	d->w.user.roles = DOMAIN_CLERK;
	world_refused(&d->w, "policy.publish", "USAGE.county_only", plan());
}

static void
R13_an_incident_is_reported_at_once_and_added_to(void **state)
{
	struct day *d = *state;
	struct world *w = &d->w;
	int64_t id = world_id(w, "incident.report", "incident", json_pack(
	    "{s:i, s:s, s:s, s:s, s:I, s:s}", "kind", 1, "date", "2020-09-07", "time", "16:40",
	    "place", "yard", "pupil", d->pupil[0], "what", "fell"));

	assert_int_equal(world_violations(w, "violations_R13", "guardian_not_informed"), 1);
	world_refused(w, "incident.add", "R13.no_incident", json_pack("{s:i, s:i, s:s}",
	    "incident", 4, "kind", 1, "text", "x"));
	world_do(w, "incident.add", json_pack("{s:I, s:i, s:s}", "incident", id, "kind", 1,
	    "text", "mother called"));
	assert_int_equal(world_violations(w, "violations_R13", "guardian_not_informed"), 0);
	assert_int_equal(world_count(w, "incidents", NULL), 1);
	assert_true(world_find(domain_commands, domain_ncommands, "incident.report")->urgent);
	for (size_t i = 0; i < domain_ncommands; i++)
		assert_null(strstr(domain_commands[i].sql, "UPDATE incident"));
}

static void
R13_a_report_about_staff_goes_past_the_head(void **state)
{
	struct day *d = *state;
	struct world *w = &d->w;

	world_do(w, "incident.report", json_pack("{s:i, s:s, s:s, s:s, s:b}", "kind", 6,
	    "date", "2020-09-07", "place", "room", "what", "shouted", "past_head", 1));
	assert_int_equal(world_count(w, "incidents", NULL), 1);
	assert_int_equal(runtime_sign_in(&w->rt, "head", "2468", &w->user), STATUS_OK);
	assert_int_equal(world_count(w, "incidents", NULL), 0);
}

static void
R19_a_number_belongs_to_one_child_until_doubles_are_joined(void **state)
{
	struct day *d = *state;
	struct world *w = &d->w;

	world_do(w, "pupil.edit", json_pack("{s:I, s:s}", "pupil", d->pupil[0], "student_no",
	    "g410199201408129567"));
	world_refused(w, "pupil.edit", "R19.same_number", json_pack("{s:I, s:s}", "pupil",
	    d->pupil[1], "student_no", "G410199201408129567"));
	world_refused(w, "pupil.edit", "R19.same_as", json_pack("{s:I, s:I}", "pupil",
	    d->pupil[0], "same_as", d->pupil[0]));
	world_do(w, "pupil.edit", json_pack("{s:I, s:I}", "pupil", d->pupil[0], "same_as",
	    d->pupil[1]));
	world_do(w, "pupil.edit", json_pack("{s:I, s:s}", "pupil", d->pupil[1], "student_no",
	    "G410199201408129567"));
	assert_int_equal(world_violations(w, "violations_R19", "same_number"), 0);
}

/* Whether a column's name holds one of the words between its underscores. */
static bool
has_word(const struct registry_table *def, const char *const words[], size_t n)
{
	for (uint16_t c = 0; c < def->ncolumns; c++)
		for (size_t i = 0; i < n; i++) {
			const char *name = def->columns[c].name;
			const char *at = strstr(name, words[i]);
			size_t len = strlen(words[i]);

			if (at && (at == name || at[-1] == '_') && (at[len] == '\0' || at[len] == '_'))
				return true;
		}
	return false;
}

static void
R4_no_table_can_hold_a_fee(void **state)
{
	static const char *const never[] = {"fee", "price", "charge", "tuition", "debt"};
	static const char *const money[] = {"fen", "yuan", "cost", "paid", "payment"};
	static const char *const family[] = {"pupil", "guardian", "collector"};
	size_t with_money = 0;

	(void)state;
	for (size_t t = 0; t < schema_registry.ntables; t++) {
		const struct registry_table *def = &schema_registry.tables[t];
		bool has_money = has_word(def, money, sizeof(money) / sizeof(money[0]));

		assert_false(has_word(def, never, sizeof(never) / sizeof(never[0])));
		/* Where money is, nobody of a family is named. */
		if (has_money)
			assert_false(has_word(def, family, sizeof(family) / sizeof(family[0])));
		with_money += has_money;
	}
	assert_int_equal(with_money, 7);
}

static void
the_same_request_gives_the_first_answer_and_changes_nothing(void **state)
{
	struct day *d = *state;
	struct world *w = &d->w;
	json_t *args = json_pack("{s:s, s:i, s:i}", "name", "new", "school_year", 2020,
	    "grade", 1);
	json_t *first = NULL, *again = NULL;
	const struct domain_entry *e = world_find(domain_commands, domain_ncommands,
	    "pupil.add");

	assert_int_equal(runtime_do(&w->rt, &w->user, e, "r-1", args, &first, &w->error),
	    STATUS_OK);
	assert_true(json_integer_value(json_object_get(first, "changed")) > 0);
	assert_int_equal(runtime_do(&w->rt, &w->user, e, "r-1", args, &again, &w->error),
	    STATUS_OK);
	assert_int_equal(json_integer_value(json_object_get(again, "changed")), 0);
	assert_true(json_equal(json_object_get(first, "rows"), json_object_get(again,
	    "rows")));
	assert_int_equal(world_count(w, "pupils", NULL), PUPILS + 1);
	json_decref(first);
	json_decref(again);
	json_decref(args);
}

static void
a_refused_command_leaves_nothing_behind(void **state)
{
	struct day *d = *state;

	assert_int_equal(runtime_sign_in(&d->w.rt, "head", "2468", &d->w.user), STATUS_OK);
	world_refused(&d->w, "staff.add", "R10.no_role", json_pack("{s:s, s:s}", "name",
	    "cook", "roles", "cook"));
	assert_int_equal(world_count(&d->w, "staff", NULL), 2);
}

static void
R18_two_records_that_disagree_are_shown_with_their_names(void **state)
{
	struct day *d = *state;
	struct world *w = &d->w;
	struct store_conflict c = {
		.table = 12, .column = 3, .scope = WORLD_SCHOOL,
		.winner = value_text("A", 1), .loser = value_text("B", 1),
		.winner_writer = 1, .loser_writer = 2, .winner_stamp = 2, .loser_stamp = 1,
	};
	json_t *rows, *row;

	value_put(&c.key, value_int((int64_t)WORLD_SCHOOL));
	value_put(&c.key, value_int(d->pupil[0]));
	assert_int_equal(store_begin_merge(w->store), STATUS_OK);
	assert_int_equal(store_inbox_add(w->store, &c), STATUS_OK);
	assert_int_equal(store_commit_merge(w->store), STATUS_OK);
	buffer_release(&c.key);
	rows = world_show(w, "inbox", NULL);
	assert_int_equal(json_array_size(rows), 1);
	row = json_array_get(rows, 0);
	assert_string_equal(json_string_value(json_object_get(row, "table")), "pupil");
	assert_string_equal(json_string_value(json_object_get(row, "column")), "name");
	assert_string_equal(json_string_value(json_object_get(row, "other")), "B");
	assert_int_equal(world_number(json_array_get(json_object_get(row, "row_key"), 1)),
	    d->pupil[0]);
	world_refused(w, "inbox.keep", "R18.no_conflict", json_pack("{s:i}", "id", 999));
	world_do(w, "inbox.keep", json_pack("{s:I}", "id", world_number(json_object_get(row,
	    "id"))));
	json_decref(rows);
	assert_int_equal(world_count(w, "inbox", NULL), 0);
}

static void
R20_a_child_stays_on_the_list_until_the_next_year_is_entered(void **state)
{
	struct day *d = *state;
	struct world *w = &d->w;

	consents(d);
	assert_int_equal(world_id(w, "rollcall", "marks", json_pack("{s:s, s:i, s:i}", "date",
	    "2021-09-06", "slot", 2, "grp", CLASS_1)), PUPILS - 1);
}

static void
every_view_answers_at_a_school_and_at_the_hub(void **state)
{
	struct day *d = *state;

	consents(d);
	world_do(&d->w, "rollcall", session_args());
	d->w.user.roles = 63;
	for (int hub = 0; hub < 2; hub++) {
		for (size_t i = 0; i < domain_nviews; i++) {
			const struct domain_entry *v = &domain_views[i];
			json_t *args = json_object(), *rows;

			for (size_t p = 0; p < v->nparams; p++)
				if (!v->params[p].optional)
					json_object_set_new(args, v->params[p].name,
					    v->params[p].type == 'd'
					    ? json_string("2020-09-07") : json_integer(2));
			rows = world_show(&d->w, v->name, args);
			assert_non_null(rows);
			json_decref(rows);
		}
		d->w.rt.scope = 0;
		d->w.user = (struct domain_user){0};
	}
}

/* In Chinese with a Chinese character in it; pages take label.NAME where it is there. */
static bool
has_words(const char *name)
{
	static const char *const prefixes[] = { "column.", "label." };
	char key[96];

	for (size_t i = 0; i < 2; i++) {
		const char *zh, *en;

		snprintf(key, sizeof key, "%s%s", prefixes[i], name);
		zh = message_text(MESSAGE_ZH, key);
		en = message_text(MESSAGE_EN, key);
		if (zh == NULL || en == NULL)
			continue;
		for (const char *c = zh; *c != '\0'; c++)
			if ((unsigned char)*c >= 0xe3)
				return true;
		if (strcmp(name, "pin") == 0)
			return true;
	}
	return false;
}

/* Whatever rows there are: of each statement that a view or command runs last, and of what
 * a form asks. */
static void
every_column_of_every_list_and_field_of_every_form_has_words(void **state)
{
	struct day *d = *state;
	int wordless = 0;

	for (size_t i = 0; i < domain_nviews; i++) {
		const char *sql = domain_views[i].sql;
		struct store_stmt *st = NULL;

		/* The last statement that there is gives the rows. */
		while (sql[strspn(sql, " \t\r\n")] != '\0') {
			struct store_stmt *next = NULL;

			assert_int_equal(store_prepare(d->w.store, sql, &next, &sql), STATUS_OK);
			if (st != NULL)
				store_reset(st);
			st = next;
		}
		assert_non_null(st);
		for (int c = 0; c < store_columns(st); c++)
			if (!has_words(store_column_name(st, c))) {
				print_message("# %s: column.%s\n", domain_views[i].name,
				    store_column_name(st, c));
				wordless++;
			}
		store_reset(st);
	}
	for (size_t i = 0; i < domain_ncommands + domain_nviews; i++) {
		const struct domain_entry *e = i < domain_ncommands ? &domain_commands[i]
		    : &domain_views[i - domain_ncommands];

		for (size_t p = 0; p < e->nparams; p++)
			if (!has_words(e->params[p].name)) {
				print_message("# %s: field %s\n", e->name, e->params[p].name);
				wordless++;
			}
	}
	assert_int_equal(wordless, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    nobody_acts_once_there_is_staff, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    a_wrong_pin_and_an_unknown_name_differ, setup, teardown),
		cmocka_unit_test_setup_teardown(a_teacher_adds_no_staff, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    parameters_are_named_checked_and_typed, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    R3_a_consent_needs_notice_guardian_and_date, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    R3_a_class_list_gives_one_record_a_child, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    R3_a_child_without_consent_is_counted_not_turned_away, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    R3_a_withdrawal_ends_taking_part_from_its_day, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    R12_a_second_roll_call_that_keeps_undoes_no_mark, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    R12_a_roll_call_marks_everybody_and_opens_the_session, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    R12_a_late_correction_keeps_its_reason, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    R12_a_guard_may_record_every_fact_of_safety_and_take_a_slip_back,
		    setup, teardown),
		cmocka_unit_test_setup_teardown(
		    R12_a_handover_that_differs_is_kept_and_shown, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    R12_somebody_not_listed_is_recorded_and_shown, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    R1_all_left_as_usual_is_one_act_and_only_differences_are_entered, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(
		    R1_a_child_outside_every_list_may_still_leave, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    R7_outside_the_window_is_recorded_and_shown, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    R2_a_session_keeps_the_policy_that_the_node_had, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    R2_a_school_publishes_no_policy, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    R13_an_incident_is_reported_at_once_and_added_to, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    R13_a_report_about_staff_goes_past_the_head, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    R19_a_number_belongs_to_one_child_until_doubles_are_joined, setup, teardown),
		cmocka_unit_test_setup_teardown(R4_no_table_can_hold_a_fee, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    the_same_request_gives_the_first_answer_and_changes_nothing, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    a_refused_command_leaves_nothing_behind, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    R18_two_records_that_disagree_are_shown_with_their_names, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    R20_a_child_stays_on_the_list_until_the_next_year_is_entered, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    every_view_answers_at_a_school_and_at_the_hub, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    every_column_of_every_list_and_field_of_every_form_has_words, setup, teardown),
	};

	return cmocka_run_group_tests_name("domain_day", tests, NULL, NULL);
}
