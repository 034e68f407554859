#include "tests/domain_year_open.h"
#include "tests/domain_year_county.h"

/* Indexes of the year's days on which something special happens. */
enum {
	DAY_ARRIVES = 30, DAY_WALKS_IN = 12, DAY_ENROLLED = 15, DAY_LEAVES = 60,
	DAY_WITHDRAWS = 90, DAY_CLOSED = 70, DAY_SHORT = 71, DAY_CORRECTED = 50,
	DAY_INCIDENT = 40, DAY_TWIN = 20
};
#define TWIN 5                /* index of the rural child that was entered twice */
#define SHORT_END 1020        /* minutes: 17:00, the end of DAY_SHORT */
#define LATE_EVERY 17         /* a child is fetched late on each such day */
#define YEAR_HANDOVER 10     /* first class passes to the head at 17:00 */

static int
slot_begin(int slot)
{
	return slot == 1 ? 720 : 960;
}

/* As the plan's windows say; May to August is longer, the rural school ends earlier. */
static int
slot_end(const struct year_school *s, int day, int slot)
{
	if (slot == 1)
		return 840;
	if (s->rural)
		return 1060;
	return year_month(day, NULL) >= 8 ? 1110 : 1080;
}

static bool
is_closed(const struct year_school *s, int d, int slot)
{
	return s->rural && d == DAY_CLOSED && slot == 2;
}

static bool
is_visited(const struct year_school *s, int day)
{
	return s->rural && (year_weekday(day) == 2 || year_weekday(day) == 4);
}

/* Names of the session that a command is about, as its first parameters. */
static const char *
session_args(const struct year_school *s, int day, int slot, int group)
{
	static char text[96];

	if (group == YEAR_POINT)
		snprintf(text, sizeof(text), "\"date\":\"%s\",\"slot\":%d,\"site\":2,\"grp\":1",
		    year_date(day), slot);
	else
		snprintf(text, sizeof(text), "\"date\":\"%s\",\"slot\":%d,\"grp\":" P64,
		    year_date(day), slot, year_grp(s, group));
	return text;
}

static size_t
count_here(struct year *y, const struct year_school *s, int day, int slot, int group)
{
	return world_count(&y->w, "still_here", school_args("{%s}",
	    session_args(s, day, slot, group)));
}

/* Draws who is away and calls the roll; returns how many are here. */
static int
call_roll(struct year *y, struct year_school *s, int d, int slot, int group)
{
	char absent[1024] = "", excused[1024] = "";
	int here = 0, day = y->day[d];
	json_t *rows;

	for (int i = 0; i < s->npupils; i++) {
		struct year_pupil *p = &s->pupil[i];
		uint32_t luck;
		char *list;

		if (p->group != group || !year_expected(p, day, slot))
			continue;
		luck = year_random(y, 100);
		if (s->rural && d == DAY_TWIN && slot == 2 && i == TWIN)
			luck = 0; /* is taken for somebody else, and entered as a walk-in */
		if (d == YEAR_MOVES && slot == 2 && (p == y->mover[0] || p == y->mover[1]))
			luck = 99;
		p->mark[slot - 1][d] = luck < 3 ? YEAR_ABSENT : luck < 7 ? YEAR_EXCUSED : YEAR_HERE;
		here += luck >= 7;
		list = luck < 3 ? absent : excused;
		if (luck < 7)
			snprintf(list + strlen(list), sizeof(absent) - strlen(list), "%s" P64,
			    *list ? "," : "", p->id);
	}
	rows = world_rows(&y->w, "rollcall", school_args("{%s,\"absent\":[%s],"
	    "\"excused\":[%s]}", session_args(s, day, slot, group), absent, excused));
	assert_int_equal(world_number(json_object_get(json_array_get(rows, 0), "here")), here);
	json_decref(rows);
	return here;
}

static struct year_pupil *
walk_in(struct year *y, struct year_school *s, int d, int group)
{
	struct year_pupil *p = &s->pupil[s->npupils++];

	*p = (struct year_pupil){.group = group, .from = y->day[DAY_ENROLLED],
	    .until = YEAR_EVER, .weekdays = 31, .slots = 2};
	p->mark[1][d] = YEAR_HERE;
	p->id = world_id(&y->w, "pupil.walk_in", "pupil", school_args("{\"name\":\"new\",%s}",
	    session_args(s, y->day[d], 2, group)));
	return p;
}

/* The first child that is here is fetched only at half past six. */
static const struct year_pupil *
late_child(const struct year_school *s, int d, int slot, int group)
{
	if (slot != 2 || group != 0 || d % LATE_EVERY != 3)
		return NULL;
	for (int i = 0; i < s->npupils; i++)
		if (s->pupil[i].group == 0 && s->pupil[i].mark[1][d] == YEAR_HERE)
			return &s->pupil[i];
	return NULL;
}

static void
go_home(struct year *y, struct year_school *s, int user, int d, int slot, int group)
{
	const struct year_pupil *late = late_child(s, d, slot, group);
	int day = y->day[d];

	world_do(&y->w, "leave.group", school_args("{%s,\"except\":[" P64 "]}",
	    session_args(s, day, slot, group), late ? late->id : 0));
	if (late) {
		assert_int_equal(count_here(y, s, day, slot, group), 1);
		world_do(&y->w, "late.inform", school_args("{\"date\":\"%s\",\"slot\":2,"
		    "\"pupil\":" P64 "}", year_date(day), late->id));
		world_do(&y->w, "late.keep", school_args("{\"date\":\"%s\",\"slot\":2,"
		    "\"pupil\":" P64 ",\"signed\":1}", year_date(day), late->id));
		year_act(y, s, user, day, 1120);
		world_do(&y->w, "leave.one", school_args("{\"date\":\"%s\",\"slot\":2,"
		    "\"pupil\":" P64 "}", year_date(day), late->id));
	}
	world_do(&y->w, "session.close", school_args("{%s}", session_args(s, day, slot, group)));
}

/* Adults who pass the children on, or have nobody to pass them to. */
static void
hand_over(struct year *y, struct year_school *s, int d, int group, int user, int here)
{
	int day = y->day[d];

	if (group == YEAR_POINT) {
		world_do(&y->w, "handover.record", school_args("{%s,\"counted\":%d,\"kind\":2,"
		    "\"reason\":\"alone here\"}", session_args(s, day, 2, group), here));
		return;
	}
	year_act(y, s, user, day, 1020);
	world_do(&y->w, "handover.record", school_args("{%s,\"to_staff\":" P64
	    ",\"counted\":%d}", session_args(s, day, 2, group), s->user[0].staff, here));
}

static void
serve_meal(struct year *y, int day)
{
	world_do(&y->w, "meal.record", school_args("{\"date\":\"%s\",\"with_staff\":" P64
	    ",\"sample\":true,\"grams\":125,\"menu\":\"rice\"}", year_date(day),
	    y->w.user.staff));
}

static void
hold(struct year *y, struct year_school *s, int d, int slot, int group)
{
	int day = y->day[d], month = year_month(day, NULL);
	int user = group == YEAR_POINT ? 2 : group % 2 == 0;
	int begin = slot_begin(slot), end = slot_end(s, day, slot), here, watch;

	if (s->rural && d == DAY_SHORT && slot == 2)
		end = SHORT_END;
	year_act(y, s, user, day, begin);
	here = call_roll(y, s, d, slot, group);
	if (!s->rural && d == DAY_WALKS_IN && group == 0) {
		walk_in(y, s, d, group);
		here++;
	}
	if (s->rural && d == DAY_TWIN && slot == 2 && group == 0) {
		s->twin = world_id(&y->w, "pupil.walk_in", "pupil", school_args(
		    "{\"name\":\"somebody\",%s}", session_args(s, day, 2, group)));
		here++;
	}
	if (slot == 1)
		serve_meal(y, day);
	assert_int_equal(count_here(y, s, day, slot, group), here);
	watch = end - begin;
	if (group == YEAR_POINT)
		hand_over(y, s, d, group, user, here);
	else if (slot == 2 && group == 0 && d % YEAR_HANDOVER == 5) {
		hand_over(y, s, d, group, user, here);
		year_duty(s, 0, month, end - 1020);
		watch = 1020 - begin;
	}
	year_duty(s, user, month, watch);
	s->held[month]++;
	s->length[slot - 1][d] = end - begin;
	year_act(y, s, user, day, end);
	go_home(y, s, user, d, slot, group);
}

/* What comes before the sessions of a day. */
static void
events(struct year *y, struct year_school *s, int d)
{
	const char *on = year_date(y->day[d]);
	struct year_pupil *p;

	year_act(y, s, 0, y->day[d], 480);
	year_sign_month(y, s, d);
	year_move(y, s, d);
	if (s->rural && d == DAY_TWIN + 1) {
		world_do(&y->w, "pupil.merge", school_args("{\"double\":" P64 ",\"pupil\":" P64 "}",
		    s->twin, s->pupil[TWIN].id));
		s->pupil[TWIN].mark[1][DAY_TWIN] = YEAR_HERE;
	}
	if (d == DAY_ARRIVES) {
		p = year_add_pupil(y, s, 1, y->day[d]);
		world_do(&y->w, "pupil.arrive", school_args("{\"pupil\":" P64 ",\"on\":\"%s\"}",
		    p->id, on));
	}
	if (d == DAY_ENROLLED && !s->rural) {
		p = &s->pupil[s->npupils - 1];
		world_do(&y->w, "pupil.enrol", school_args("{\"pupil\":" P64
		    ",\"school_year\":2020,\"grade\":1,\"from_on\":\"%s\"}", p->id, on));
		year_add_guardian(y, p);
		year_add_consent(y, s, p);
	}
	if (d == DAY_LEAVES) {
		s->pupil[2].until = y->day[d];
		world_do(&y->w, "pupil.leave", school_args("{\"pupil\":" P64 ",\"on\":\"%s\"}",
		    s->pupil[2].id, on));
	}
	if (d == DAY_WITHDRAWS) {
		s->pupil[4].until = y->day[d];
		s->withdrawn++;
		world_do(&y->w, "consent.withdraw", school_args("{\"pupil\":" P64
		    ",\"on\":\"%s\"}", s->pupil[4].id, on));
	}
	for (int site = 0; site <= 2; site += 2)
		if (s->rural && (d == DAY_CLOSED || d == DAY_SHORT))
			world_do(&y->w, "closure.set", school_args("{\"date\":\"%s\",\"slot\":2,"
			    "\"site\":%d,\"reason\":\"snow\"%s}", on, site,
			    d == DAY_SHORT ? ",\"end\":\"17:00\"" : ""));
	if (d == DAY_INCIDENT)
		world_do(&y->w, "incident.report", school_args("{\"kind\":1,\"date\":\"%s\","
		    "\"place\":\"yard\",\"what\":\"fell\",\"pupil\":" P64 "}", on,
		    s->pupil[6].id));
}

/* Two days later: one who was here was not, one who was away was here and left. */
static void
correct(struct year *y, struct year_school *s)
{
	int d = DAY_CORRECTED;
	bool away = false, here = false;

	for (int i = 0; i < s->npupils; i++) {
		struct year_pupil *p = &s->pupil[i];
		enum year_state is = p->mark[1][d];
		bool *done = is == YEAR_HERE ? &away : &here;

		if (is == YEAR_NONE || *done)
			continue;
		*done = true;
		p->mark[1][d] = is == YEAR_HERE ? YEAR_ABSENT : YEAR_HERE;
		world_do(&y->w, "attendance.correct", school_args("{%s,\"pupil\":" P64
		    ",\"state\":%d,\"reason\":\"list\"}", session_args(s, y->day[d], 2, p->group),
		    p->id, p->mark[1][d]));
		if (is != YEAR_HERE)
			world_do(&y->w, "leave.one", school_args("{\"date\":\"%s\",\"slot\":2,"
			    "\"pupil\":" P64 "}", year_date(y->day[d]), p->id));
	}
	assert_true(away && here);
}

static void
live_day(struct year *y, int d)
{
	for (int i = 0; i < YEAR_SCHOOLS; i++) {
		struct year_school *s = &y->school[i];

		events(y, s, d);
		if (s->rural)
			hold(y, s, d, 1, 0);
		for (int g = 0; g < s->ngroups; g++)
			if (!is_closed(s, d, 2))
				hold(y, s, d, 2, g);
		if (is_visited(s, y->day[d]) && !is_closed(s, d, 2))
			hold(y, s, d, 2, YEAR_POINT);
		if (d == DAY_CORRECTED + 2)
			correct(y, s);
	}
}

static int
setup(void **state)
{
	struct year *y = calloc(1, sizeof(*y));
	int day = YEAR_FIRST;

	assert_non_null(y);
	y->seed = 20200901;
	world_open(&y->w, WORLD_SCHOOL);
	for (int d = 0; d < YEAR_DAYS; day++)
		if (year_is_school_day(day))
			y->day[d++] = day;
	y->school[0] = (struct year_school){.scope = WORLD_SCHOOL, .ngroups = 3,
	    .class_size = YEAR_CLASS};
	y->school[1] = (struct year_school){.scope = WORLD_SCHOOL + 1, .rural = true,
	    .ngroups = 2, .class_size = 12};
	y->w.now_s = WORLD_NOON - 8 * 86400;
	year_publish(y);
	year_fund(y);
	for (int i = 0; i < YEAR_SCHOOLS; i++)
		year_open_school(y, &y->school[i]);
	for (int d = 0; d < YEAR_DAYS; d++)
		live_day(y, d);
	*state = y;
	return 0;
}

static int
teardown(void **state)
{
	struct year *y = *state;

	world_close(&y->w);
	free(y);
	return 0;
}

static void
as_head(struct year *y, struct year_school *s)
{
	year_act(y, s, 0, y->day[YEAR_DAYS - 1] + 1, 600);
}

/* A number of the first row that a view has of a day. */
static int64_t
day_cell(struct year *y, const char *view, int d, const char *column)
{
	json_t *rows = world_show(&y->w, view, school_args("{\"date\":\"%s\"}",
	    year_date(y->day[d])));
	int64_t v;

	assert_int_equal(json_array_size(rows), 1);
	v = world_number(json_object_get(json_array_get(rows, 0), column));
	json_decref(rows);
	return v;
}

static json_t *
span_args(int m)
{
	int from, until;

	year_span(m, &from, &until);
	return school_args("{\"from_on\":\"%s\",\"until_on\":\"%s\"}", year_date(from),
	    year_date(until));
}

static void
R1_nobody_is_still_here_after_any_day(void **state)
{
	struct year *y = *state;

	for (int i = 0; i < YEAR_SCHOOLS; i++) {
		as_head(y, &y->school[i]);
		for (int d = 0; d < YEAR_DAYS; d++)
			assert_int_equal(world_count(&y->w, "still_here", school_args(
			    "{\"date\":\"%s\"}", year_date(y->day[d]))), 0);
	}
}

/* Sessions and minutes of one child in a month by the arrays. */
static void
pupil_sum(const struct year *y, const struct year_school *s, const struct year_pupil *p,
    int m, int *ret_sessions, int *ret_minutes)
{
	*ret_sessions = *ret_minutes = 0;
	for (int d = 0; d < YEAR_DAYS; d++)
		for (int slot = 1; slot <= 2; slot++)
			if (year_month(y->day[d], NULL) == m &&
			    p->mark[slot - 1][d] == YEAR_HERE) {
				(*ret_sessions)++;
				*ret_minutes += s->length[slot - 1][d];
			}
}

static void
check_pupils(struct year *y, const struct year_school *s, int m)
{
	json_t *rows = world_show(&y->w, "pupil_hours", span_args(m)), *row;
	size_t at, expected = 0;

	for (int i = 0; i < s->npupils; i++) {
		int sessions, minutes;
		bool found = false;

		pupil_sum(y, s, &s->pupil[i], m, &sessions, &minutes);
		expected += sessions > 0;
		json_array_foreach(rows, at, row) {
			if (world_number(json_object_get(row, "pupil")) != (s->pupil[i].root ?
			    s->pupil[i].root : s->pupil[i].id))
				continue;
			found = true;
			assert_int_equal(json_integer_value(json_object_get(row, "sessions")),
			    sessions);
			assert_int_equal(json_integer_value(json_object_get(row, "minutes")),
			    minutes);
		}
		assert_int_equal(found, sessions > 0);
	}
	assert_int_equal(json_array_size(rows), expected);
	json_decref(rows);
}

static void
R12_R19_each_child_has_its_marks_and_hours_of_each_month(void **state)
{
	struct year *y = *state;

	for (int i = 0; i < YEAR_SCHOOLS; i++) {
		as_head(y, &y->school[i]);
		for (int m = 0; m < YEAR_MONTHS; m++)
			check_pupils(y, &y->school[i], m);
	}
}

static void
check_staff(struct year *y, const struct year_school *s, int m)
{
	json_t *rows = world_show(&y->w, "subsidy", school_args("{\"month\":%d}",
	    year_month_code(m))), *row;
	size_t at, expected = 0;

	for (int u = 0; u < YEAR_USERS; u++)
		expected += s->minutes[u][m] > 0;
	assert_int_equal(json_array_size(rows), expected);
	json_array_foreach(rows, at, row) {
		int u = 0;

		while (s->user[u].staff != world_number(json_object_get(row, "staff")))
			assert_true(++u < YEAR_USERS);
		assert_int_equal(json_integer_value(json_object_get(row, "minutes")),
		    s->minutes[u][m]);
		assert_int_equal(json_integer_value(json_object_get(row, "fen")), s->fen[u][m]);
		assert_int_equal(json_integer_value(json_object_get(row, "late")),
		    u == 1 ? s->late[m] : 0);
	}
	json_decref(rows);
}

static void
R11_each_adult_has_the_minutes_of_each_month(void **state)
{
	struct year *y = *state;

	for (int i = 0; i < YEAR_SCHOOLS; i++) {
		as_head(y, &y->school[i]);
		for (int m = 0; m < YEAR_MONTHS; m++)
			check_staff(y, &y->school[i], m);
	}
}

/* Every month but the last is signed for what it came to. */
static void
R11_what_was_signed_each_month_is_what_it_came_to(void **state)
{
	struct year *y = *state;
	int64_t paid = 0;
	json_t *rows, *row;
	size_t at;

	y->w.rt.scope = 0;
	y->w.user = (struct domain_user){0};
	for (int i = 0; i < YEAR_SCHOOLS; i++)
		for (int m = 0; m < YEAR_MONTHS - 1; m++)
			for (int u = 0; u < YEAR_USERS; u++)
				paid += y->school[i].fen[u][m];
	rows = world_show(&y->w, "statements", NULL);
	assert_int_equal(json_array_size(rows), YEAR_SCHOOLS * (YEAR_MONTHS - 1));
	json_array_foreach(rows, at, row)
		paid -= json_integer_value(json_object_get(row, "fen"));
	assert_int_equal(paid, 0);
	json_decref(rows);
	for (int m = 0; m < YEAR_MONTHS - 1; m++)
		assert_int_equal(world_said(&y->w, "violations_R11", "total_differs", school_args(
		    "{\"month\":%d}", year_month_code(m))), 0);
}

/* The bureau and finance have approved every month that was signed, the one that was sent
 * back too, and as much is spent of each year's money. */
static void
R11_every_signed_month_is_approved_and_within_its_money(void **state)
{
	struct year *y = *state;
	json_t *rows, *row;
	size_t at;

	y->w.rt.scope = 0;
	y->w.user = (struct domain_user){0};
	rows = world_show(&y->w, "statements", NULL);
	json_array_foreach(rows, at, row) {
		int m = 0, sum = 0;
		const struct year_school *s = &y->school[(uint64_t)world_number(json_object_get(row,
		    "school")) != y->school[0].scope];

		while (year_month_code(m) != json_integer_value(json_object_get(row, "month")))
			m++;
		for (int u = 0; u < YEAR_USERS; u++)
			sum += s->fen[u][m];
		assert_int_equal(json_integer_value(json_object_get(row, "fen")), sum);
		assert_int_equal(json_integer_value(json_object_get(row, "bureau")), 1);
		assert_int_equal(json_integer_value(json_object_get(row, "finance")), 1);
		assert_int_equal(json_is_string(json_object_get(row, "signed_again_at")),
		    s->rural && m == YEAR_SENT_BACK);
	}
	json_decref(rows);
	for (int m = 0; m < YEAR_MONTHS - 1; m++) {
		json_t *args = school_args("{\"month\":%d}", year_month_code(m));

		assert_int_equal(world_said(&y->w, "violations_R11", "not_posted", json_incref(args)), 0);
		assert_int_equal(world_said(&y->w, "violations_R11", "over_allocation",
		    json_incref(args)), 0);
		assert_int_equal(world_said(&y->w, "violations_R11", "over_budget", args), 0);
	}
}

/* The head has the second class at both schools every day, and the last hour of the
 * first one too where it is handed over: each pair of them is named. */
static void
R11_hours_of_one_person_at_both_schools_are_found_on_each_day(void **state)
{
	struct year *y = *state;

	y->w.rt.scope = 0;
	y->w.user = (struct domain_user){0};
	for (int m = 0; m < YEAR_MONTHS - 1; m++) {
		json_t *rows = world_show(&y->w, "violations_R11", school_args("{\"month\":%d}",
		    year_month_code(m))), *row;
		size_t at, expected = 0, found = 0;

		for (int d = 0; d < YEAR_DAYS; d++)
			if (year_month(y->day[d], NULL) == m && y->school[1].length[1][d] > 0)
				expected += d % YEAR_HANDOVER == 5 ? 4 : 1;
		json_array_foreach(rows, at, row)
			found += strcmp(json_string_value(json_object_get(row, "what")), "overlap") == 0
			    && !json_is_null(json_object_get(row, "other_school"));
		assert_int_equal(found, expected);
		json_decref(rows);
	}
}

/* The child that moved was marked at both schools on one day: one hour, and shown. */
static void
R19_a_child_at_two_schools_has_each_hour_once(void **state)
{
	struct year *y = *state;
	int m = year_month(y->day[YEAR_MOVES], NULL), twice = 0;

	for (int d = 0; d < YEAR_DAYS; d++)
		twice += y->mover[0]->mark[1][d] == YEAR_HERE && y->mover[1]->mark[1][d] == YEAR_HERE;
	assert_int_equal(twice, 1);
	y->w.rt.scope = 0;
	y->w.user = (struct domain_user){0};
	for (int i = m - 2; i <= m + 1; i++) {
		json_t *args = span_args(i), *rows;
		int sessions[2], minutes[2], both = i == m;

		pupil_sum(y, &y->school[0], y->mover[0], i, &sessions[0], &minutes[0]);
		pupil_sum(y, &y->school[1], y->mover[1], i, &sessions[1], &minutes[1]);
		json_object_set_new(args, "pupil", json_integer(y->mover[1]->id));
		rows = world_show(&y->w, "pupil_hours", args);
		assert_int_equal(json_array_size(rows), sessions[0] + sessions[1] > 0);
		assert_int_equal(json_integer_value(json_object_get(json_array_get(rows, 0),
		    "sessions")), sessions[0] + sessions[1] - both);
		/* The longer one counts: the rural school ends earlier. */
		assert_int_equal(json_integer_value(json_object_get(json_array_get(rows, 0),
		    "minutes")), minutes[0] + minutes[1]
		    - (both ? y->school[1].length[1][YEAR_MOVES] : 0));
		json_decref(rows);
	}
	assert_int_equal(world_violations(&y->w, "violations_R19", "hour_twice"), 1);
	assert_int_equal(world_count(&y->w, "transfer_matches", NULL), 0);
}

/* The list of the first day, read in again at the end: who left stays away, who came
 * since stays. */
static void
R19_an_old_list_read_in_again_changes_nothing(void **state)
{
	struct year *y = *state;

	for (int i = 0; i < YEAR_SCHOOLS; i++) {
		struct year_school *s = &y->school[i];
		size_t before;
		struct roster_import_result n;

		as_head(y, s);
		before = world_count(&y->w, "year_turn", school_args("{\"school_year\":2021}"));
		n = year_import(y, s);
		assert_int_equal(n.fresh + n.rejected + n.doubtful, 0);
		assert_int_equal(n.changed, 0);
		assert_int_equal(n.unchanged, s->ngroups * s->class_size);
		assert_int_equal(world_count(&y->w, "year_turn",
		    school_args("{\"school_year\":2021}")), before);
	}
}

static void
R1_the_boarder_goes_home_on_fridays_alone(void **state)
{
	struct year *y = *state;
	struct year_school *s = &y->school[1];
	const struct year_pupil *p = &s->pupil[s->class_size];

	as_head(y, s);
	for (int d = 0; d < YEAR_DAYS; d++) {
		json_t *rows = world_show(&y->w, "leavings", school_args("{\"date\":\"%s\"}",
		    year_date(y->day[d]))), *row;
		size_t at;

		json_array_foreach(rows, at, row)
			if (world_number(json_object_get(row, "pupil")) == s->boarder &&
			    json_integer_value(json_object_get(row, "slot")) == 2 &&
			    d != DAY_CORRECTED) {
				assert_int_equal(p->mark[1][d], YEAR_HERE);
				assert_int_equal(json_integer_value(json_object_get(row, "how")),
				    year_weekday(y->day[d]) == 5 ? 1 : 5);
			}
		json_decref(rows);
	}
}

static void
R5_R1_the_point_is_held_when_its_teacher_visits(void **state)
{
	struct year *y = *state;
	struct year_school *s = &y->school[1];

	as_head(y, s);
	for (int d = 0; d < YEAR_DAYS; d++) {
		json_t *rows = world_show(&y->w, "sessions", school_args("{\"date\":\"%s\"}",
		    year_date(y->day[d]))), *row;
		size_t at, held = 0;

		json_array_foreach(rows, at, row)
			held += json_integer_value(json_object_get(row, "site")) == 2;
		json_decref(rows);
		assert_int_equal(held, is_visited(s, y->day[d]) && !is_closed(s, d, 2));
		assert_int_equal(world_count(&y->w, "postings", school_args("{\"date\":\"%s\"}",
		    year_date(y->day[d]))), is_visited(s, y->day[d]));
	}
	assert_int_equal(world_violations(&y->w, "violations_R12", "no_second_person"), 0);
}

static void
R21_each_noon_has_its_meal_and_who_ate(void **state)
{
	struct year *y = *state;
	struct year_school *s = &y->school[1];

	as_head(y, s);
	for (int d = 0; d < YEAR_DAYS; d++) {
		int ate = 0;

		for (int i = 0; i < s->class_size; i += 2)
			ate += s->pupil[i].mark[0][d] == YEAR_HERE;
		assert_int_equal(day_cell(y, "meals", d, "ate"), ate);
	}
	assert_int_equal(world_count(&y->w, "violations_R21", NULL), 0);
}

static void
R9_the_sessions_held_are_counted(void **state)
{
	struct year *y = *state;

	for (int i = 0; i < YEAR_SCHOOLS; i++) {
		as_head(y, &y->school[i]);
		for (int m = 0; m < YEAR_MONTHS; m++) {
			json_t *rows = world_show(&y->w, "planned_held", span_args(m));

			assert_int_equal(world_number(json_object_get(json_array_get(rows, 0),
			    "held")), y->school[i].held[m]);
			json_decref(rows);
		}
	}
}

static void
R3_every_choice_and_withdrawal_is_kept(void **state)
{
	struct year *y = *state;

	for (int i = 0; i < YEAR_SCHOOLS; i++) {
		struct year_school *s = &y->school[i];
		json_t *rows, *row;
		size_t at;
		int withdrawn = 0;

		as_head(y, s);
		rows = world_show(&y->w, "consents", NULL);
		json_array_foreach(rows, at, row)
			withdrawn += json_is_string(json_object_get(row, "withdrawn_on"));
		assert_int_equal(json_array_size(rows), s->consents);
		assert_int_equal(withdrawn, s->withdrawn);
		json_decref(rows);
	}
}

/* Last: the school goes up, one child stays behind, and the first roll call of the
 * new year knows it. */
static void
R20_R19_a_repeater_stays_in_its_grade_at_the_turn_of_the_year(void **state)
{
	struct year *y = *state;
	struct year_school *s = &y->school[0];
	int64_t repeater = s->pupil[0].id;
	json_t *rows;

	as_head(y, s);
	/* All who came but the one that left. */
	assert_int_equal(world_count(&y->w, "year_turn", school_args("{\"school_year\":2021}")),
	    s->npupils - 1);
	world_do(&y->w, "year.turn", school_args("{\"school_year\":2021,\"confirm\":%d}",
	    s->npupils - 1));
	/* The repeater was forgotten. */
	world_do(&y->w, "year.undo", school_args("{\"school_year\":2021}"));
	rows = world_rows(&y->w, "year.turn", school_args("{\"school_year\":2021,"
	    "\"confirm\":%d,\"repeat\":[" P64 "]}", s->npupils - 1, repeater));
	assert_int_equal(world_number(json_object_get(json_array_get(rows, 0), "promoted")),
	    s->npupils - 2 - YEAR_CLASS);
	/* The ninth grade is through. */
	assert_int_equal(world_number(json_object_get(json_array_get(rows, 0), "graduated")),
	    YEAR_CLASS);
	assert_int_equal(world_number(json_object_get(json_array_get(rows, 0), "repeated")), 1);
	json_decref(rows);
	/* Grade 1 of 2021 is that child alone. */
	rows = world_show(&y->w, "pupils", school_args("{\"school_year\":2021,"
	    "\"grp\":202101}"));
	assert_int_equal(json_array_size(rows), 1);
	assert_int_equal(world_number(json_object_get(json_array_get(rows, 0), "pupil")),
	    repeater);
	json_decref(rows);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(R1_nobody_is_still_here_after_any_day),
		cmocka_unit_test(R12_R19_each_child_has_its_marks_and_hours_of_each_month),
		cmocka_unit_test(R11_each_adult_has_the_minutes_of_each_month),
		cmocka_unit_test(R11_what_was_signed_each_month_is_what_it_came_to),
		cmocka_unit_test(R11_every_signed_month_is_approved_and_within_its_money),
		cmocka_unit_test(R11_hours_of_one_person_at_both_schools_are_found_on_each_day),
		cmocka_unit_test(R19_a_child_at_two_schools_has_each_hour_once),
		cmocka_unit_test(R19_an_old_list_read_in_again_changes_nothing),
		cmocka_unit_test(R1_the_boarder_goes_home_on_fridays_alone),
		cmocka_unit_test(R5_R1_the_point_is_held_when_its_teacher_visits),
		cmocka_unit_test(R21_each_noon_has_its_meal_and_who_ate),
		cmocka_unit_test(R9_the_sessions_held_are_counted),
		cmocka_unit_test(R3_every_choice_and_withdrawal_is_kept),
		cmocka_unit_test(R20_R19_a_repeater_stays_in_its_grade_at_the_turn_of_the_year),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
