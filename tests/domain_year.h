/* A school year that is generated: two schools, 200 days, every special case.
 * What a test knows of it stands here as plain arrays, never asked of the store. */
#ifndef TESTS_DOMAIN_YEAR_H
#define TESTS_DOMAIN_YEAR_H

#include "tests/domain_school.h"

#define YEAR_DAYS 200
#define YEAR_SCHOOLS 2
#define YEAR_GROUPS 3   /* classes of a school, at most */
#define YEAR_CLASS 20   /* children of a class, at most */
#define YEAR_POINT 9    /* the mixed group of the rural school's teaching point */
#define YEAR_PUPILS (YEAR_GROUPS * YEAR_CLASS + 4) /* with those who come later */
#define YEAR_USERS 3    /* head, teacher, visiting teacher */
#define YEAR_FEN_HOUR 2500
#define YEAR_MONTHS 11  /* 2020-09 .. 2021-07 */
#define YEAR_FIRST 7549 /* 2020-09-01, a Tuesday */
#define YEAR_EVER (1 << 30)
#define YEAR_MOVES 110  /* index of the day on which a child is at both schools */
#define YEAR_MOVER 8    /* its index at the rural school */
#define YEAR_MOVER_NO "G410199201408129567"
#define YEAR_HANDOVER 10 /* first class passes to the head at 17:00 on each such day */
#define P64 "%" PRId64

enum year_state { YEAR_NONE, YEAR_HERE, YEAR_ABSENT, YEAR_EXCUSED };

struct year_pupil {
	int64_t id, guardian;
	int64_t root;        /* the row of an earlier school that it was found to be, or 0 */
	int group;
	int from, until;     /* day numbers: takes part from .. before */
	unsigned weekdays, slots;
	uint8_t mark[2][YEAR_DAYS];  /* enum year_state, by slot - 1 */
};

struct year_school {
	uint64_t scope;
	bool rural;
	int ngroups, class_size, npupils;
	struct domain_user user[YEAR_USERS];
	struct year_pupil pupil[YEAR_PUPILS];
	int held[YEAR_MONTHS], minutes[YEAR_USERS][YEAR_MONTHS]; /* sessions; by user */
	int fen[YEAR_USERS][YEAR_MONTHS], late[YEAR_MONTHS]; /* worth; entries after the signing */
	int64_t boarder, twin;       /* who sleeps here; a second row of a child */
	int length[2][YEAR_DAYS];    /* minutes of the session, 0: none */
	int consents, withdrawn;
	char list[8192];             /* class list of the first day, as CSV */
};

struct year {
	struct world w;
	struct year_school school[YEAR_SCHOOLS];
	int day[YEAR_DAYS];          /* day numbers of the year */
	struct year_pupil *mover[YEAR_SCHOOLS]; /* one child: at the urban school, where it
	                                         * comes to, and at the rural one before */
	uint32_t seed;
};

/* The urban school has a class of the ninth grade. */
static inline int
year_grade(const struct year_school *s, int group)
{
	return !s->rural && group == 2 ? 9 : group + 1;
}

/* 1 Monday .. 7 Sunday. */
static inline int
year_weekday(int day)
{
	return (day + 5) % 7 + 1;
}

/* Months since September 2020; ret_of_month from 1. */
static inline int
year_month(int day, int *ret_of_month)
{
	static const int length[] = {30, 31, 30, 31, 31, 28, 31, 30, 31, 30, 31};
	int left = day - YEAR_FIRST, m = 0;

	while (left >= length[m])
		left -= length[m++];
	assert_true(m < YEAR_MONTHS);
	if (ret_of_month)
		*ret_of_month = left + 1;
	return m;
}

static inline int
year_month_code(int m)
{
	return m < 4 ? 202009 + m : 202101 + m - 4;
}

static inline const char *
year_date(int day)
{
	static char text[4][32];
	static unsigned at;
	int of_month, code = year_month_code(year_month(day, &of_month));
	char *out = text[at++ % 4];

	snprintf(out, sizeof(text[0]), "%04d-%02d-%02d", code / 100, code % 100, of_month);
	return out;
}

/* The two days of 调休: a Sunday and a Saturday around the national holiday. */
static inline bool
year_made_up(int day)
{
	return day == 7575 || day == 7588;
}

static inline bool
year_is_school_day(int day)
{
	bool holiday = day >= 7579 && day <= 7586;    /* 1 .. 8 October */
	bool winter = day >= 7693 && day < 7730;      /* 23 January .. 28 February */

	return year_made_up(day) || (year_weekday(day) <= 5 && !holiday && !winter);
}

static inline uint32_t
year_random(struct year *y, uint32_t below)
{
	y->seed = y->seed * 1664525u + 1013904223u;
	return (y->seed >> 8) % below;
}

static inline bool
year_expected(const struct year_pupil *p, int day, int slot)
{
	if (day < p->from || day >= p->until || !(p->slots & (unsigned)slot))
		return false;
	return (p->weekdays >> (year_weekday(day) - 1) & 1) ||
	    (year_made_up(day) && p->weekdays == 31);
}

/* First and last day of a month. */
static inline void
year_span(int m, int *ret_from, int *ret_until)
{
	int day = YEAR_FIRST;

	while (year_month(day, NULL) < m)
		day++;
	*ret_from = day;
	/* July, the last month that is known, has 31 days. */
	while (day < YEAR_FIRST + 333 && year_month(day + 1, NULL) == m)
		day++;
	*ret_until = day;
}

/* Acts as one of a school's users at a time of a day. */
static inline void
year_act(struct year *y, struct year_school *s, int user, int day, int minute)
{
	y->w.rt.scope = s->scope;
	y->w.user = s->user[user];
	y->w.now_s = WORLD_NOON + (int64_t)(day - 7555) * 86400 + (minute - 720) * 60;
}

#endif
