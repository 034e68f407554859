/* A small school with staff, children, guardians and a plan, on domain_world.h.
 * Arguments are JSON written as text with printf's formats. */
#ifndef TESTS_DOMAIN_SCHOOL_H
#define TESTS_DOMAIN_SCHOOL_H

#include <inttypes.h>

#include "tests/domain_world.h"

#define SCHOOL_PUPILS 5
#define SCHOOL_CLASS 202001 /* first class of those who came in 2020 */
#define SCHOOL_DAY "2020-09-07"

struct school {
	struct world w;
	int64_t head, teacher, guard;
	int64_t pupil[SCHOOL_PUPILS], guardian[SCHOOL_PUPILS];
};

__attribute__((format(printf, 1, 2)))
static inline json_t *
school_args(const char *format, ...)
{
	char text[8192];
	json_error_t error;
	json_t *args;
	va_list ap;
	int n;

	va_start(ap, format);
	n = vsnprintf(text, sizeof(text), format, ap);
	va_end(ap);
	assert_true(n > 0 && (size_t)n < sizeof(text));
	args = json_loads(text, 0, &error);
	if (!args)
		fail_msg("%s in %s", error.text, text);
	return args;
}

/* A command of the county; its rows reach a school by merging, here the store
 * is written as if this were the hub. */
static inline void
school_county(struct school *s, const char *command, json_t *args)
{
	uint64_t scope = s->w.rt.scope;
	struct domain_user user = s->w.user;

	s->w.rt.scope = 0;
	s->w.user = (struct domain_user){0};
	world_do(&s->w, command, args);
	s->w.rt.scope = scope;
	s->w.user = user;
}

static inline void
school_sign_in(struct school *s, const char *name)
{
	assert_int_equal(runtime_sign_in(&s->w.rt, name, "2468", &s->w.user), STATUS_OK);
}

/* The clock stands at this time of a day of September 2020, at the school. */
static inline void
school_clock(struct school *s, int day, int hour, int minute)
{
	s->w.now_s = WORLD_NOON + (day - 7) * 86400 + (hour - 12) * 3600 + minute * 60;
}

static inline void
school_plan(struct school *s, int version, int material)
{
	school_county(s, "policy.publish", school_args("{\"document\":{\"version\":%d,"
	    "\"from\":7548,\"title\":\"plan\",\"terms\":[{\"from\":7548,\"until\":7700}],"
	    "\"days\":[],\"windows\":[{\"class\":0,\"from\":901,\"until\":228,\"slot\":2,"
	    "\"begin\":960,\"end\":1080},{\"class\":0,\"from\":901,\"until\":228,\"slot\":1,"
	    "\"begin\":720,\"end\":840}],\"consent_notice\":{\"version\":%d,\"from\":%d,"
	    "\"material\":%d,\"title\":\"notice\",\"body\":\"text %d\"}}}", version, version,
	    version == 1 ? 7548 : 7560, material, version));
}

static inline int
school_setup(void **state)
{
	struct school *s = calloc(1, sizeof(*s));
	struct world *w = &s->w;

	assert_non_null(s);
	world_open(w, WORLD_SCHOOL);
	world_do(w, "site.add", school_args("{\"site\":0,\"name\":\"school\",\"class\":220,"
	    "\"kind\":1}"));
	s->head = world_id(w, "staff.add", "staff", school_args(
	    "{\"name\":\"head\",\"roles\":\"head,teacher\",\"pin\":\"2468\"}"));
	school_sign_in(s, "head");
	s->teacher = world_id(w, "staff.add", "staff", school_args(
	    "{\"name\":\"teacher\",\"roles\":\"teacher\",\"pin\":\"2468\"}"));
	s->guard = world_id(w, "staff.add", "staff", school_args(
	    "{\"name\":\"guard\",\"roles\":\"guard\",\"kind\":3,\"pin\":\"2468\"}"));
	for (int i = 0; i < SCHOOL_PUPILS; i++) {
		s->pupil[i] = world_id(w, "pupil.add", "pupil", school_args(
		    "{\"name\":\"child %d\",\"sex\":1,\"school_year\":2020,\"grade\":1,"
		    "\"slots\":3}", i));
		s->guardian[i] = world_id(w, "guardian.add", "guardian", school_args(
		    "{\"pupil\":%" PRId64 ",\"name\":\"carer %d\",\"relation\":1}",
		    s->pupil[i], i));
	}
	school_plan(s, 1, 0);
	school_sign_in(s, "teacher");
	*state = s;
	return 0;
}

static inline int
school_teardown(void **state)
{
	struct school *s = *state;

	world_close(&s->w);
	free(s);
	return 0;
}

static inline void
school_consent(struct school *s, int i)
{
	world_do(&s->w, "consent.record", school_args("{\"pupil\":%" PRId64
	    ",\"guardian\":%" PRId64 ",\"notice\":1,\"given_on\":\"2020-09-02\",\"slots\":3}",
	    s->pupil[i], s->guardian[i]));
}

/* Everybody takes part, and the afternoon's roll call of the first class. */
static inline void
school_roll_call(struct school *s)
{
	for (int i = 0; i < SCHOOL_PUPILS; i++)
		school_consent(s, i);
	world_do(&s->w, "rollcall", school_args("{\"date\":\"" SCHOOL_DAY
	    "\",\"slot\":2,\"grp\":%d}", SCHOOL_CLASS));
}

/* The cell of one row of a view, as a number. */
static inline int64_t
school_cell(struct school *s, const char *view, json_t *args, size_t row,
    const char *column)
{
	json_t *rows = world_show(&s->w, view, args);
	json_t *cell = json_object_get(json_array_get(rows, row), column);
	int64_t v;

	if (!cell)
		fail_msg("%s has no row %zu with %s", view, row, column);
	v = world_number(cell);
	json_decref(rows);
	return v;
}

/* Whether a cell of one row of a view is this text; NULL: is null. */
static inline void
school_text(struct school *s, const char *view, json_t *args, size_t row,
    const char *column, const char *text)
{
	json_t *rows = world_show(&s->w, view, args);
	json_t *cell = json_object_get(json_array_get(rows, row), column);

	if (!cell)
		fail_msg("%s has no row %zu with %s", view, row, column);
	if (text)
		assert_string_equal(json_string_value(cell), text);
	else
		assert_true(json_is_null(cell));
	json_decref(rows);
}

#define SCHOOL_CASE(name) \
	cmocka_unit_test_setup_teardown(name, school_setup, school_teardown)

#endif
