/* Incidents, hazards, complaints, opinions: R4 R13 R14 R16. */
#include "tests/domain_school.h"

static int64_t
incident(struct school *s, const char *more)
{
	return world_id(&s->w, "incident.report", "incident", school_args("{\"date\":\""
	    SCHOOL_DAY "\",\"time\":\"16:40\",\"place\":\"yard\",\"what\":\"words\"%s}", more));
}

static json_t *
of_incident(int64_t id, const char *more)
{
	return school_args("{\"incident\":%" PRId64 "%s}", id, more);
}

static void
R4_a_complaint_about_charging_never_reaches_the_school(void **state)
{
	struct school *s = *state;
	struct world *w = &s->w;

	s->w.user.roles = DOMAIN_CLERK;
	world_refused(w, "complaint.enter", "USAGE.county_only", school_args(
	    "{\"about_school\":%" PRIu64 ",\"channel\":1,\"on\":\"2020-09-08\",\"text\":\"x\"}",
	    WORLD_SCHOOL));
	school_county(s, "complaint.enter", school_args("{\"about_school\":%" PRIu64
	    ",\"channel\":2,\"on\":\"2020-09-08\",\"text\":\"50 a month\"}", WORLD_SCHOOL));
	assert_int_equal(world_count(w, "complaints", school_args("{\"date\":\"2020-09-30\"}")),
	    0);
	for (size_t t = 0; t < schema_registry.ntables; t++)
		assert_string_not_equal(schema_registry.tables[t].name, "complaint");
	w->rt.scope = 0;
	w->user = (struct domain_user){0};
	assert_int_equal(school_cell(s, "complaints", school_args("{\"date\":\"2020-09-30\"}"),
	    0, "overdue"), 1);
	world_refused(w, "complaint.enter", "R4.channel", school_args("{\"about_school\":1,"
	    "\"channel\":5,\"on\":\"2020-09-08\",\"text\":\"x\"}"));
	world_refused(w, "complaint.answer", "R4.no_complaint", school_args(
	    "{\"complaint\":1,\"on\":\"2020-09-08\",\"answer\":\"x\"}"));
}

static void
R4_the_consent_form_prints_the_countys_number(void **state)
{
	struct school *s = *state;

	school_county(s, "emergency.number", school_args(
	    "{\"name\":\"complaints\",\"phone\":\"12345\",\"kind\":90}"));
	school_text(s, "consent_form", school_args("{\"date\":\"" SCHOOL_DAY "\"}"), 0,
	    "county_number", "12345");
}

static void
R13_an_incident_without_a_time_is_of_now_or_of_an_earlier_days_noon(void **state)
{
	struct school *s = *state;

	s->w.now_s += 17 * 60;
	world_do(&s->w, "incident.report", school_args("{\"kind\":1,\"date\":\"2020-09-04\","
	    "\"place\":\"yard\",\"what\":\"told late\"}"));
	school_text(s, "incidents", NULL, 0, "happened_at", "2020-09-04 12:00:00");
	world_do(&s->w, "incident.report", school_args("{\"kind\":1,\"date\":\"" SCHOOL_DAY
	    "\",\"place\":\"yard\",\"what\":\"fell\"}"));
	school_text(s, "incidents", NULL, 0, "happened_at", SCHOOL_DAY " 12:17:00");
}

static void
R13_what_is_said_of_staff_is_seen_by_reporter_and_county_alone(void **state)
{
	struct school *s = *state;
	struct world *w = &s->w;
	char about[64];
	int64_t id;

	snprintf(about, sizeof(about), ",\"kind\":6,\"about_staff\":%" PRId64, s->head);
	id = incident(s, about);
	assert_int_equal(world_count(w, "incidents", NULL), 1);
	assert_int_equal(world_violations(w, "violations_R13", "guardian_not_informed"), 1);
	school_sign_in(s, "head");
	/* Not even with roles that a head might give itself. */
	w->user.roles = 63;
	assert_int_equal(world_count(w, "incidents", NULL), 0);
	assert_int_equal(world_violations(w, "violations_R13", "guardian_not_informed"), 0);
	world_do(w, "session.open", school_args("{\"date\":\"" SCHOOL_DAY "\",\"slot\":2}"));
	assert_int_equal(school_cell(s, "day_summary", school_args("{\"date\":\"" SCHOOL_DAY
	    "\"}"), 0, "incidents"), 0);
	world_refused(w, "incident.add", "R13.no_incident", of_incident(id,
	    ",\"kind\":4,\"text\":\"nothing in it\""));
	world_refused(w, "incident.people", "R13.no_incident", of_incident(id,
	    ",\"part\":1,\"pupils\":[]"));
	world_refused(w, "incident.food", "R13.no_incident", of_incident(id,
	    ",\"meal_on\":\"2020-09-07\""));
	school_sign_in(s, "teacher");
	world_do(w, "incident.add", of_incident(id, ",\"kind\":4,\"text\":\"again\""));
	w->rt.scope = 0;
	w->user = (struct domain_user){0};
	assert_int_equal(world_count(w, "incidents", NULL), 1);
}

static void
R13_the_page_has_plan_and_numbers_and_logs_each_call(void **state)
{
	struct school *s = *state;
	struct world *w = &s->w;
	json_t *rows, *notes;
	int64_t id;

	school_county(s, "emergency.plan", school_args("{\"kind\":1,\"version\":1,"
	    "\"title\":\"injury\",\"body\":\"stop\",\"from_on\":\"2020-09-01\"}"));
	school_county(s, "emergency.number", school_args(
	    "{\"name\":\"ambulance\",\"phone\":\"120\"}"));
	world_refused(w, "number.add", "R13.phone", school_args(
	    "{\"name\":\"clinic\",\"phone\":\"0371 12\"}"));
	world_do(w, "number.add", school_args("{\"name\":\"clinic\",\"phone\":\"037112\"}"));
	rows = world_show(w, "emergency", school_args("{\"kind\":1,\"date\":\"" SCHOOL_DAY
	    "\"}"));
	assert_int_equal(json_array_size(rows), 3);
	json_decref(rows);
	assert_int_equal(world_count(w, "emergency", school_args("{\"kind\":3,\"date\":\""
	    SCHOOL_DAY "\"}")), 2);
	id = incident(s, ",\"kind\":1");
	school_clock(s, 7, 16, 45);
	world_do(w, "incident.add", of_incident(id,
	    ",\"kind\":2,\"text\":\"on the way\",\"number\":\"120\""));
	world_do(w, "incident.add", of_incident(id, ",\"kind\":1,\"text\":\"mother\""));
	world_refused(w, "incident.add", "R13.note_kind", of_incident(id,
	    ",\"kind\":7,\"text\":\"x\""));
	school_text(s, "incidents", NULL, 0, "guardian_informed_at", "2020-09-07 16:45:00");
	rows = world_show(w, "incidents", NULL);
	notes = json_loads(json_string_value(json_object_get(json_array_get(rows, 0),
	    "notes")), 0, NULL);
	assert_string_equal(json_string_value(json_object_get(json_array_get(notes, 0),
	    "number")), "120");
	json_decref(notes);
	json_decref(rows);
}

static void
R13_food_who_ate_batch_sample_and_stop(void **state)
{
	struct school *s = *state;
	struct world *w = &s->w;
	int64_t id = incident(s, ",\"kind\":2");

	world_do(w, "incident.food", of_incident(id,
	    ",\"meal_on\":\"2020-09-07\",\"batch\":\"A1\",\"sample_kept\":true,\"stopped\":true"));
	world_refused(w, "incident.people", "R13.part", of_incident(id,
	    ",\"part\":5,\"pupils\":[]"));
	world_do(w, "incident.people", school_args("{\"incident\":%" PRId64
	    ",\"part\":2,\"pupils\":[%" PRId64 ",%" PRId64 "]}", id, s->pupil[0],
	    s->pupil[1]));
	assert_int_equal(world_count(w, "clusters", NULL), 0);
	world_do(w, "incident.people", school_args("{\"incident\":%" PRId64
	    ",\"part\":3,\"pupils\":[%" PRId64 ",%" PRId64 "]}", id, s->pupil[0],
	    s->pupil[1]));
	/* Two of one meal are a cluster; two of one class are none. */
	assert_int_equal(world_count(w, "clusters", NULL), 1);
	school_text(s, "clusters", NULL, 0, "unit", "food");
}

static void
R13_three_of_a_class_in_a_day_are_reported_within_24_hours(void **state)
{
	struct school *s = *state;
	struct world *w = &s->w;
	int64_t id = incident(s, ",\"kind\":4");

	for (int i = 0; i < 3; i++) {
		assert_int_equal(world_count(w, "clusters", NULL), 0);
		world_do(w, "incident.people", school_args("{\"incident\":%" PRId64
		    ",\"part\":3,\"since_on\":\"2020-09-07\",\"pupils\":[%" PRId64 "]}", id,
		    s->pupil[i]));
	}
	school_text(s, "clusters", NULL, 0, "due_at", "2020-09-08 12:00:00");
	assert_int_equal(world_violations(w, "violations_R13", "cluster_not_reported"), 1);
	world_do(w, "incident.add", of_incident(id,
	    ",\"kind\":6,\"text\":\"told\",\"date\":\"2020-09-08\",\"time\":\"12:01\""));
	assert_int_equal(world_violations(w, "violations_R13", "cluster_reported_late"), 1);
	world_do(w, "incident.add", of_incident(id,
	    ",\"kind\":6,\"text\":\"told\",\"date\":\"2020-09-08\",\"time\":\"11:59\""));
	school_text(s, "clusters", NULL, 0, "state", "reported");
	assert_int_equal(world_violations(w, "violations_R13", "cluster_reported_late"), 0);
}

static void
R13_dormitories_three_days_and_the_countys_own_limits(void **state)
{
	struct school *s = *state;
	struct world *w = &s->w;
	int64_t id = incident(s, ",\"kind\":4");

	for (int i = 0; i < 3; i++)
		world_do(w, "boarding.set", school_args("{\"pupil\":%" PRId64
		    ",\"school_year\":2020,\"dormitory\":8}", s->pupil[i]));
	for (int i = 0; i < SCHOOL_PUPILS; i++)
		world_do(w, "incident.people", school_args("{\"incident\":%" PRId64
		    ",\"part\":3,\"since_on\":\"2020-09-0%d\",\"pupils\":[%" PRId64 "]}", id,
		    5 + i % 3, s->pupil[i]));
	/* Five of the class in three days; of the dormitory one a day. */
	assert_int_equal(world_count(w, "clusters", NULL), 1);
	school_county(s, "emergency.plan", school_args("{\"kind\":4,\"version\":1,"
	    "\"title\":\"p\",\"body\":\"b\",\"from_on\":\"2020-09-01\",\"cluster_day\":9,"
	    "\"cluster_days\":3}"));
	/* Class from the 5th and from the 6th, dormitory. */
	assert_int_equal(world_count(w, "clusters", NULL), 3);
}

static void
R14_a_hazard_stays_open_until_it_is_cleared(void **state)
{
	struct school *s = *state;
	struct world *w = &s->w;
	int64_t check = world_id(w, "inspection.record", "inspection", school_args(
	    "{\"kind\":3,\"on\":\"2020-09-07\",\"result\":\"one extinguisher empty\"}"));
	int64_t id;

	world_refused(w, "hazard.add", "R14.due", school_args("{\"kind\":3,\"what\":\"x\","
	    "\"place\":\"y\",\"department\":5,\"on\":\"2020-09-07\",\"due_on\":\"2020-09-06\"}"));
	world_refused(w, "hazard.add", "R14.department", school_args("{\"kind\":3,"
	    "\"what\":\"x\",\"place\":\"y\",\"department\":8,\"on\":\"2020-09-07\","
	    "\"due_on\":\"2020-09-16\"}"));
	id = world_id(w, "hazard.add", "hazard", school_args("{\"kind\":3,\"what\":\"empty\","
	    "\"place\":\"hall\",\"department\":5,\"on\":\"2020-09-07\",\"due_on\":\"2020-09-10\","
	    "\"inspection\":%" PRId64 "}", check));
	assert_int_equal(world_violations(w, "violations_R14", "not_referred"), 1);
	world_do(w, "hazard.step", school_args("{\"hazard\":%" PRId64
	    ",\"kind\":1,\"on\":\"2020-09-07\"}", id));
	assert_int_equal(world_violations(w, "violations_R14", "not_referred"), 0);
	school_text(s, "hazard_referral", school_args("{\"hazard\":%" PRId64 "}", id), 0,
	    "due_on", "2020-09-10");
	world_do(w, "hazard.step", school_args("{\"hazard\":%" PRId64
	    ",\"kind\":2,\"on\":\"2020-09-09\",\"text\":\"later\",\"due_on\":\"2020-09-20\"}", id));
	assert_int_equal(school_cell(s, "hazards", school_args("{\"date\":\"2020-09-11\"}"), 0,
	    "overdue"), 0);
	assert_int_equal(school_cell(s, "hazards", school_args("{\"date\":\"2020-09-21\"}"), 0,
	    "overdue"), 1);
	world_refused(w, "hazard.step", "R14.how_cleared", school_args("{\"hazard\":%" PRId64
	    ",\"kind\":5,\"on\":\"2020-09-22\"}", id));
	assert_string_equal(w->error.args[0], "empty");
	world_do(w, "hazard.step", school_args("{\"hazard\":%" PRId64
	    ",\"kind\":5,\"on\":\"2020-09-22\",\"text\":\"filled\"}", id));
	assert_int_equal(world_violations(w, "violations_R14", "cleared_late"), 1);
	assert_int_equal(world_count(w, "hazards", school_args(
	    "{\"date\":\"2020-09-23\",\"open\":true}")), 0);
	world_do(w, "hazard.step", school_args("{\"hazard\":%" PRId64
	    ",\"kind\":6,\"on\":\"2020-09-24\"}", id));
	assert_int_equal(world_count(w, "hazards", school_args(
	    "{\"date\":\"2020-09-24\",\"open\":true}")), 1);
}

static void
R14_a_drill_and_a_closed_incident_revise_the_plan(void **state)
{
	struct school *s = *state;
	struct world *w = &s->w;
	int64_t drill = world_id(w, "training.record", "training", school_args(
	    "{\"kind\":4,\"on\":\"2020-09-07\",\"pupils\":5}"));
	int64_t id = incident(s, ",\"kind\":1");

	world_refused(w, "training.record", "R14.training", school_args(
	    "{\"kind\":7,\"on\":\"2020-09-07\"}"));
	world_do(w, "training.record", school_args("{\"kind\":1,\"on\":\"2020-09-07\"}"));
	assert_int_equal(world_violations(w, "violations_R14", "plan_not_revised"), 1);
	world_do(w, "incident.add", of_incident(id, ",\"kind\":5,\"text\":\"healed\""));
	assert_int_equal(world_violations(w, "violations_R14", "plan_not_revised"), 2);
	school_sign_in(s, "head");
	world_refused(w, "plan.revise", "R14.no_training", school_args("{\"kind\":3,"
	    "\"on\":\"2020-09-08\",\"body\":\"b\",\"training\":5}"));
	world_do(w, "plan.revise", school_args("{\"kind\":3,\"on\":\"2020-09-08\","
	    "\"body\":\"b\",\"training\":%" PRId64 "}", drill));
	world_do(w, "plan.revise", school_args("{\"kind\":1,\"on\":\"2020-09-08\","
	    "\"body\":\"b\",\"incident\":%" PRId64 "}", id));
	assert_int_equal(world_violations(w, "violations_R14", "plan_not_revised"), 0);
}

static void
R14_who_has_not_signed_is_shown_once_somebody_has(void **state)
{
	struct school *s = *state;
	struct world *w = &s->w;

	school_sign_in(s, "head");
	assert_int_equal(world_violations(w, "violations_R14", "no_pledge"), 0);
	world_do(w, "pledge.sign", school_args("{\"staff_id\":%" PRId64
	    ",\"school_year\":2020,\"on\":\"2020-09-01\"}", s->head));
	assert_int_equal(world_violations(w, "violations_R14", "no_pledge"), 2);
	world_refused(w, "pledge.sign", "R14.pledge", school_args("{\"staff_id\":%" PRId64
	    ",\"school_year\":2020,\"kind\":5,\"on\":\"2020-09-01\"}", s->head));
}

static void
R16_a_complaint_is_answered_with_a_date(void **state)
{
	struct school *s = *state;
	struct world *w = &s->w;
	int64_t id = world_id(w, "opinion.add", "opinion", school_args("{\"kind\":3,"
	    "\"text\":\"too loud\",\"on\":\"2020-09-01\"}"));

	world_refused(w, "opinion.add", "R16.no_text", school_args("{\"kind\":3,"
	    "\"text\":\" \",\"on\":\"2020-09-01\"}"));
	world_refused(w, "opinion.add", "R16.due", school_args("{\"kind\":3,"
	    "\"text\":\"x\",\"on\":\"2020-09-02\",\"due_on\":\"2020-09-01\"}"));
	assert_int_equal(world_count(w, "violations_R16", school_args(
	    "{\"until_on\":\"2020-09-16\"}")), 0);
	assert_int_equal(world_count(w, "violations_R16", school_args(
	    "{\"until_on\":\"2020-09-17\"}")), 1);
	world_refused(w, "opinion.answer", "R16.no_opinion", school_args("{\"opinion\":1,"
	    "\"on\":\"2020-09-17\",\"text\":\"x\"}"));
	world_do(w, "opinion.answer", school_args("{\"opinion\":%" PRId64
	    ",\"on\":\"2020-09-18\",\"text\":\"other room\"}", id));
	assert_int_equal(world_violations(w, "violations_R16", "answered_late"), 1);
	world_do(w, "opinion.answer", school_args("{\"opinion\":%" PRId64
	    ",\"on\":\"2020-09-10\",\"text\":\"looked into\"}", id));
	assert_int_equal(world_count(w, "violations_R16", NULL), 0);
	school_text(s, "opinions", school_args("{\"date\":\"2020-09-30\"}"), 0, "answered_on",
	    "2020-09-10");
}

static void
R16_a_good_practice_is_chosen_and_spread(void **state)
{
	struct school *s = *state;
	struct world *w = &s->w;
	int64_t id = world_id(w, "practice.write", "practice", school_args(
	    "{\"title\":\"reading\",\"body\":\"older read to younger\"}"));

	assert_int_equal(world_count(w, "practices_chosen", NULL), 0);
	school_county(s, "practice.choose", school_args("{\"of_school\":%" PRIu64
	    ",\"practice\":%" PRId64 ",\"on\":\"2020-09-20\"}", WORLD_SCHOOL, id));
	school_text(s, "practices_chosen", NULL, 0, "title", "reading");
	world_refused(w, "practice.write", "R16.no_practice", school_args(
	    "{\"practice\":1,\"title\":\"x\",\"body\":\"y\"}"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		SCHOOL_CASE(R4_a_complaint_about_charging_never_reaches_the_school),
		SCHOOL_CASE(R4_the_consent_form_prints_the_countys_number),
		SCHOOL_CASE(R13_an_incident_without_a_time_is_of_now_or_of_an_earlier_days_noon),
		SCHOOL_CASE(R13_what_is_said_of_staff_is_seen_by_reporter_and_county_alone),
		SCHOOL_CASE(R13_the_page_has_plan_and_numbers_and_logs_each_call),
		SCHOOL_CASE(R13_food_who_ate_batch_sample_and_stop),
		SCHOOL_CASE(R13_three_of_a_class_in_a_day_are_reported_within_24_hours),
		SCHOOL_CASE(R13_dormitories_three_days_and_the_countys_own_limits),
		SCHOOL_CASE(R14_a_hazard_stays_open_until_it_is_cleared),
		SCHOOL_CASE(R14_a_drill_and_a_closed_incident_revise_the_plan),
		SCHOOL_CASE(R14_who_has_not_signed_is_shown_once_somebody_has),
		SCHOOL_CASE(R16_a_complaint_is_answered_with_a_date),
		SCHOOL_CASE(R16_a_good_practice_is_chosen_and_spread),
	};

	return cmocka_run_group_tests_name("domain_safety", tests, NULL, NULL);
}
