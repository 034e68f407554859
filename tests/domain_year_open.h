/* The generated year's plan and its schools as they are on the first day. */
#ifndef TESTS_DOMAIN_YEAR_OPEN_H
#define TESTS_DOMAIN_YEAR_OPEN_H

#include "schema/roster_plan.h"
#include "tests/domain_year.h"

static inline void
year_publish(struct year *y)
{
	y->w.rt.scope = 0;
	y->w.user = (struct domain_user){0};
	world_do(&y->w, "policy.publish", school_args("{\"document\":{\"version\":1,"
	    "\"from\":7548,\"title\":\"plan\",\"terms\":[{\"from\":7549,\"until\":7692},"
	    "{\"from\":7730,\"until\":7867}],\"days\":["
	    "{\"day\":7575,\"kind\":1,\"name\":\"made up\"},"
	    "{\"day\":7588,\"kind\":1,\"name\":\"made up\"},"
	    "{\"day\":7579,\"kind\":2,\"name\":\"holiday\"}],\"windows\":["
	    "{\"class\":111,\"from\":901,\"until\":430,\"slot\":2,\"begin\":960,\"end\":1080},"
	    "{\"class\":111,\"from\":501,\"until\":831,\"slot\":2,\"begin\":960,\"end\":1110},"
	    "{\"class\":220,\"from\":901,\"until\":831,\"slot\":2,\"begin\":960,\"end\":1060},"
	    "{\"class\":0,\"from\":901,\"until\":831,\"slot\":1,\"begin\":720,\"end\":840}],"
	    "\"rates\":[{\"unit\":1,\"fen\":2500}],"
	    "\"consent_notice\":{\"version\":1,\"from\":7548,\"material\":0,"
	    "\"title\":\"notice\",\"body\":\"text\"}}}"));
}

static inline void
year_add_consent(struct year *y, struct year_school *s, struct year_pupil *p)
{
	world_do(&y->w, "consent.record", school_args("{\"pupil\":" P64 ",\"guardian\":" P64
	    ",\"notice\":1,\"given_on\":\"%s\",\"slots\":%u,\"weekdays\":%u}", p->id,
	    p->guardian, year_date(p->from), p->slots, p->weekdays));
	s->consents++;
}

static inline void
year_add_guardian(struct year *y, struct year_pupil *p)
{
	p->guardian = world_id(&y->w, "guardian.add", "guardian", school_args(
	    "{\"pupil\":" P64 ",\"name\":\"carer\",\"relation\":1}", p->id));
}

/* A child that takes part from day on; the fourth of each class only three days a
 * week, and at the rural school every second one at noon too. */
static inline struct year_pupil *
year_next_pupil(struct year_school *s, int group, int day)
{
	struct year_pupil *p = &s->pupil[s->npupils];
	int no = s->npupils++;

	assert_true(no < YEAR_PUPILS);
	*p = (struct year_pupil){.group = group, .from = day, .until = YEAR_EVER,
	    .weekdays = no % 4 == 3 ? 21 : 31,
	    .slots = s->rural && group != YEAR_POINT && no % 2 == 0 ? 3 : 2};
	return p;
}

static inline struct year_pupil *
year_add_pupil(struct year *y, struct year_school *s, int group, int day)
{
	struct year_pupil *p = year_next_pupil(s, group, day);
	int no = s->npupils - 1;

	p->id = world_id(&y->w, "pupil.add", "pupil", school_args("{\"name\":\"child %d\","
	    "\"sex\":%d,\"school_year\":2020,\"grade\":%d,\"slots\":%u,\"site\":%d}", no,
	    1 + no % 2, group == YEAR_POINT ? 1 + no % 2 : year_grade(s, group), p->slots,
	    group == YEAR_POINT ? 2 : 0));
	year_add_guardian(y, p);
	year_add_consent(y, s, p);
	return p;
}

/* The class list of the first day, as an office keeps it. */
static inline void
year_write_list(struct year_school *s)
{
	size_t at = (size_t)snprintf(s->list, sizeof(s->list), "%s",
	    "姓名,性别,年级,班级,学籍号,监护人姓名,与学生关系,中午,下午\n");

	for (int g = 0; g < s->ngroups; g++)
		for (int i = 0; i < s->class_size; i++) {
			struct year_pupil *p = year_next_pupil(s, g, YEAR_FIRST);
			int no = s->npupils - 1;

			at += (size_t)snprintf(s->list + at, sizeof(s->list) - at,
			    "学生%d,%s,%d,1,%s,家长%d,父亲,%s,√\n", no, no % 2 ? "女" : "男",
			    year_grade(s, g), s->rural && no == YEAR_MOVER ? YEAR_MOVER_NO : "",
			    no, p->slots & 1 ? "√" : "");
			assert_true(at < sizeof(s->list));
		}
}

static inline struct roster_import_result
year_import(struct year *y, struct year_school *s)
{
	struct roster_plan_input in = {.data = (const uint8_t *)s->list,
	    .len = strlen(s->list), .school_year = 2020};
	struct roster_import_result n;

	assert_int_equal(roster_plan_run(&y->w.rt, &y->w.user, &in, &n, &y->w.error),
	    STATUS_OK);
	return n;
}

/* Who came of it, in the order of the list. */
static inline void
year_find_imported(struct year *y, struct year_school *s)
{
	json_t *pupils = world_show(&y->w, "pupils", NULL), *row;
	json_t *guardians = world_show(&y->w, "guardians", NULL);
	size_t i;

	json_array_foreach(pupils, i, row)
		s->pupil[atoi(json_string_value(json_object_get(row, "name")) +
		    strlen("学生"))].id = world_number(json_object_get(row, "pupil"));
	json_array_foreach(guardians, i, row)
		s->pupil[atoi(json_string_value(json_object_get(row, "pupil_name")) +
		    strlen("学生"))].guardian = world_number(json_object_get(row, "guardian"));
	json_decref(pupils);
	json_decref(guardians);
}

static inline int64_t
year_grp(const struct year_school *s, int group)
{
	return (2021 - year_grade(s, group)) * 100 + 1;
}

/* A point that a teacher visits on Tuesdays and Thursdays, all its children in one
 * group; a boarder; who eats at noon. */
static inline void
year_open_point(struct year *y, struct year_school *s)
{
	struct world *w = &y->w;

	world_do(w, "site.add", school_args("{\"site\":2,\"name\":\"point\",\"class\":220,"
	    "\"kind\":4}"));
	world_do(w, "site.describe", school_args("{\"site\":0,\"boarding_week\":16}"));
	world_do(w, "staff.add", school_args("{\"name\":\"visitor\",\"roles\":\"teacher\","
	    "\"pin\":\"2468\",\"checked_on\":\"2020-08-01\"}"));
	assert_int_equal(runtime_sign_in(&w->rt, "visitor", "2468", &s->user[2]), STATUS_OK);
	for (int weekday = 2; weekday <= 4; weekday += 2)
		world_do(w, "posting.set", school_args("{\"staff_id\":" P64
		    ",\"site\":2,\"weekday\":%d}", s->user[2].staff, weekday));
	for (int i = 0; i < 6; i++)
		world_do(w, "group.set", school_args("{\"site\":2,\"grp\":1,\"name\":\"all\","
		    "\"on\":\"2020-09-01\",\"join\":[" P64 "]}",
		    year_add_pupil(y, s, YEAR_POINT, YEAR_FIRST)->id));
	s->boarder = s->pupil[s->class_size].id;
	world_do(w, "boarding.set", school_args("{\"pupil\":" P64 ",\"school_year\":2020,"
	    "\"dormitory\":1}", s->boarder));
	for (int i = 0; i < s->class_size; i += 2)
		world_do(w, "noon.set", school_args("{\"pupil\":" P64 ",\"school_year\":2020}",
		    s->pupil[i].id));
}

static inline void
year_open_school(struct year *y, struct year_school *s)
{
	struct world *w = &y->w;
	struct roster_import_result n;

	w->rt.scope = s->scope;
	w->user = (struct domain_user){.scope = s->scope};
	w->now_s = WORLD_NOON + (7548 - 7555) * 86400;
	world_do(w, "site.add", school_args("{\"site\":0,\"name\":\"school\",\"class\":%d,"
	    "\"kind\":%d}", s->rural ? 220 : 111, s->rural ? 1 : 3));
	/* One person heads both, known by the number. */
	world_do(w, "staff.add", school_args("{\"name\":\"head\",\"roles\":\"head,teacher\","
	    "\"pin\":\"2468\",\"checked_on\":\"2020-08-01\",\"number\":\"T9\"}"));
	assert_int_equal(runtime_sign_in(&w->rt, "head", "2468", &s->user[0]), STATUS_OK);
	w->user = s->user[0];
	world_do(w, "staff.add", school_args("{\"name\":\"teacher\",\"roles\":\"teacher\","
	    "\"pin\":\"2468\",\"checked_on\":\"2020-08-01\"}"));
	assert_int_equal(runtime_sign_in(&w->rt, "teacher", "2468", &s->user[1]), STATUS_OK);
	year_write_list(s);
	n = year_import(y, s);
	assert_int_equal(n.fresh, s->npupils);
	assert_int_equal(n.doubtful + n.rejected, 0);
	year_find_imported(y, s);
	for (int i = 0; i < s->npupils; i++)
		year_add_consent(y, s, &s->pupil[i]);
	if (s->rural)
		year_open_point(y, s);
}

#endif
