/* What the county does in the generated year: money, approval, a child that moves. */
#ifndef TESTS_DOMAIN_YEAR_COUNTY_H
#define TESTS_DOMAIN_YEAR_COUNTY_H

#include "tests/domain_year_open.h"

#define YEAR_LATE 2          /* November: an entry of October comes after its signing */
#define YEAR_LATE_MINUTES 45
#define YEAR_SENT_BACK 3     /* December of the rural school is signed twice */
#define YEAR_BUDGET 6000000  /* fen of a calendar year */
#define YEAR_ALLOCATED 2500000 /* of each school */

static inline void
year_county(struct year *y, const char *command, json_t *args)
{
	uint64_t scope = y->w.rt.scope;
	struct domain_user user = y->w.user;

	y->w.rt.scope = 0;
	y->w.user = (struct domain_user){0};
	world_do(&y->w, command, args);
	y->w.rt.scope = scope;
	y->w.user = user;
}

static inline void
year_fund(struct year *y)
{
	for (int year = 2020; year <= 2021; year++) {
		year_county(y, "ledger.budget", school_args("{\"year\":%d,\"fen\":%d,"
		    "\"reason\":\"budget\",\"on\":\"2020-08-20\"}", year, YEAR_BUDGET));
		for (int i = 0; i < YEAR_SCHOOLS; i++)
			year_county(y, "ledger.allocate", school_args("{\"year\":%d,"
			    "\"to_school\":%" PRIu64 ",\"fen\":%d,\"reason\":\"plan\","
			    "\"on\":\"2020-08-21\"}", year, y->school[i].scope,
			    YEAR_ALLOCATED));
	}
}

/* What an adult's minutes are worth, rounded half up. */
static inline void
year_duty(struct year_school *s, int user, int month, int minutes)
{
	s->minutes[user][month] += minutes;
	s->fen[user][month] += (minutes * YEAR_FEN_HOUR * 2 + 60) / 120;
}

/* The school signs, central school and committee after it, and it hangs on the board. */
static inline void
year_submit(struct year *y, int m, int day)
{
	int month = year_month_code(m);

	world_do(&y->w, "statement.submit", school_args("{\"month\":%d}", month));
	for (int step = 2; step <= 3; step++)
		world_do(&y->w, "statement.sign", school_args("{\"month\":%d,\"step\":%d,"
		    "\"signer\":\"signer\"}", month, step));
	world_do(&y->w, "statement.post", school_args("{\"month\":%d,\"on\":\"%s\"}", month,
	    year_date(day)));
}

static inline void
year_approve(struct year *y, const struct year_school *s, int m, int step, const char *more)
{
	year_county(y, "statement.approve", school_args("{\"of_school\":%" PRIu64
	    ",\"month\":%d,\"step\":%d%s}", s->scope, year_month_code(m), step, more));
}

/* The first school day of a month: the one before is signed, and once an entry of it
 * comes too late. */
static inline void
year_sign_month(struct year *y, struct year_school *s, int d)
{
	int month = year_month(y->day[d], NULL);

	if (d == 0 || year_month(y->day[d - 1], NULL) == month)
		return;
	for (int m = year_month(y->day[d - 1], NULL); m < month; m++) {
		year_submit(y, m, y->day[d]);
		if (s->rural && m == YEAR_SENT_BACK) {
			year_approve(y, s, m, 4, ",\"back\":true,\"reason\":\"names missing\"");
			year_submit(y, m, y->day[d]);
		}
		year_approve(y, s, m, 4, "");
		year_approve(y, s, m, 5, ",\"voucher\":\"V1\"");
	}
	if (month == YEAR_LATE) {
		world_do(&y->w, "duty.add", school_args("{\"person\":" P64 ",\"date\":\"%s\","
		    "\"slot\":2,\"minutes\":%d,\"reason\":\"paper\"}", s->user[1].staff,
		    year_date(y->day[d - 1]), YEAR_LATE_MINUTES));
		year_duty(s, 1, month, YEAR_LATE_MINUTES);
		s->late[month]++;
	}
}

/* In the morning: the child comes to the urban school and stays on the rural school's
 * list until the next day, when the county finds that both are one. */
static inline void
year_move(struct year *y, struct year_school *s, int d)
{
	if (d == YEAR_MOVES && !s->rural) {
		struct year_pupil *p = y->mover[0] = year_add_pupil(y, s, 0, y->day[d]);

		y->mover[1] = &y->school[1].pupil[YEAR_MOVER];
		p->root = y->mover[1]->id;
		world_do(&y->w, "pupil.edit", school_args("{\"pupil\":" P64 ",\"student_no\":\""
		    YEAR_MOVER_NO "\"}", p->id));
		world_do(&y->w, "pupil.arrive", school_args("{\"pupil\":" P64 ",\"on\":\"%s\"}",
		    p->id, year_date(y->day[d])));
	}
	if (d == YEAR_MOVES + 1 && s->rural) {
		struct year_pupil *p = y->mover[1];

		p->until = y->day[d];
		world_do(&y->w, "pupil.leave", school_args("{\"pupil\":" P64 ",\"on\":\"%s\","
		    "\"other_school\":%" PRIu64 "}", p->id, year_date(y->day[d]),
		    y->school[0].scope));
		year_county(y, "person.link", school_args("{\"of_school\":%" PRIu64
		    ",\"pupil\":" P64 ",\"to_school\":%" PRIu64 ",\"to_pupil\":" P64
		    ",\"on\":\"%s\"}", y->school[0].scope, y->mover[0]->id, s->scope, p->id,
		    year_date(y->day[d])));
	}
}

#endif
