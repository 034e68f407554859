#include "tests/bench/day_model.h"

#include <string.h>

enum { PUPILS = 200, CLASSES = 8, CLASS = 25, STAFF = 10 };

#define INT_COLUMN(n, nm, priv, h, ...) \
	{.id = n, .name = nm, .type = VALUE_INT, .privacy = priv, .hint = h, __VA_ARGS__}
#define TEXT_COLUMN(n, nm, priv) \
	{.id = n, .name = nm, .type = VALUE_TEXT, .privacy = priv}
#define LAST(table, by) .hint_table = table, .hint_by = by

static const struct registry_column session_columns[] = {
	INT_COLUMN(1, "school", PRIVACY_PUBLIC, HINT_SCOPE, .hint_by = NULL),
	INT_COLUMN(2, "date", PRIVACY_PUBLIC, HINT_NONE, .hint_by = NULL),
	INT_COLUMN(3, "slot", PRIVACY_PUBLIC, HINT_NONE, .hint_by = NULL),
	INT_COLUMN(4, "site", PRIVACY_PUBLIC, HINT_NONE, .hint_by = NULL),
	INT_COLUMN(5, "grp", PRIVACY_PUBLIC, HINT_NONE, .hint_by = NULL),
	INT_COLUMN(6, "staff", PRIVACY_COUNTY, HINT_TX_STAFF, .hint_by = NULL),
	INT_COLUMN(7, "at", PRIVACY_COUNTY, HINT_TX_TIME, .hint_by = NULL),
	INT_COLUMN(8, "policy", PRIVACY_COUNTY, HINT_NONE, .hint_by = NULL),
	INT_COLUMN(9, "begin_min", PRIVACY_COUNTY, HINT_NONE, .hint_by = NULL),
	INT_COLUMN(10, "end_min", PRIVACY_COUNTY, HINT_NONE, .hint_by = NULL),
	TEXT_COLUMN(11, "activity", PRIVACY_COUNTY),
	TEXT_COLUMN(12, "reason", PRIVACY_COUNTY),
};
static const struct registry_column attendance_columns[] = {
	INT_COLUMN(1, "school", PRIVACY_PUBLIC, HINT_SCOPE, .hint_by = NULL),
	INT_COLUMN(2, "date", PRIVACY_PUBLIC, HINT_LAST_BY, LAST(30, "school")),
	INT_COLUMN(3, "slot", PRIVACY_PUBLIC, HINT_LAST_BY, LAST(30, "school")),
	INT_COLUMN(4, "site", PRIVACY_PUBLIC, HINT_LAST_BY, LAST(30, "school")),
	INT_COLUMN(5, "grp", PRIVACY_PUBLIC, HINT_LAST_BY, LAST(30, "school")),
	INT_COLUMN(6, "pupil", PRIVACY_PUBLIC, HINT_LIST, .hint_by = NULL),
	INT_COLUMN(7, "state", PRIVACY_COUNTY, HINT_NONE, .hint_by = NULL),
	INT_COLUMN(8, "at", PRIVACY_COUNTY, HINT_TX_TIME, .hint_by = NULL),
	INT_COLUMN(9, "by_staff", PRIVACY_COUNTY, HINT_TX_STAFF, .hint_by = NULL),
	TEXT_COLUMN(10, "reason", PRIVACY_SUBJECT),
};
static const struct registry_column handover_columns[] = {
	INT_COLUMN(1, "school", PRIVACY_PUBLIC, HINT_SCOPE, .hint_by = NULL),
	INT_COLUMN(2, "date", PRIVACY_PUBLIC, HINT_LAST_BY, LAST(30, "school")),
	INT_COLUMN(3, "slot", PRIVACY_PUBLIC, HINT_LAST_BY, LAST(30, "school")),
	INT_COLUMN(4, "site", PRIVACY_PUBLIC, HINT_NONE, .hint_by = NULL),
	INT_COLUMN(5, "grp", PRIVACY_PUBLIC, HINT_NONE, .hint_by = NULL),
	INT_COLUMN(6, "no", PRIVACY_PUBLIC, HINT_NONE, .hint_by = NULL),
	INT_COLUMN(7, "from_staff", PRIVACY_COUNTY, HINT_TX_STAFF, .hint_by = NULL),
	INT_COLUMN(8, "to_staff", PRIVACY_COUNTY, HINT_NONE, .hint_by = NULL),
	INT_COLUMN(9, "expected", PRIVACY_COUNTY, HINT_NONE, .hint_by = NULL),
	INT_COLUMN(10, "counted", PRIVACY_COUNTY, HINT_NONE, .hint_by = NULL),
	TEXT_COLUMN(11, "reason", PRIVACY_COUNTY),
	INT_COLUMN(12, "at", PRIVACY_COUNTY, HINT_TX_TIME, .hint_by = NULL),
	INT_COLUMN(13, "by_staff", PRIVACY_COUNTY, HINT_TX_STAFF, .hint_by = NULL),
};
static const struct registry_column leaving_columns[] = {
	INT_COLUMN(1, "school", PRIVACY_PUBLIC, HINT_SCOPE, .hint_by = NULL),
	INT_COLUMN(2, "date", PRIVACY_PUBLIC, HINT_LAST_BY, LAST(31, "pupil")),
	INT_COLUMN(3, "slot", PRIVACY_PUBLIC, HINT_LAST_BY, LAST(31, "pupil")),
	INT_COLUMN(4, "site", PRIVACY_PUBLIC, HINT_LAST_BY, LAST(31, "pupil")),
	INT_COLUMN(5, "grp", PRIVACY_PUBLIC, HINT_LAST_BY, LAST(31, "pupil")),
	INT_COLUMN(6, "pupil", PRIVACY_PUBLIC, HINT_LIST, .hint_by = NULL),
	INT_COLUMN(7, "how", PRIVACY_COUNTY, HINT_NONE, .hint_by = NULL),
	INT_COLUMN(8, "collector", PRIVACY_COUNTY, HINT_LAST_BY, LAST(33, "pupil")),
	INT_COLUMN(9, "at", PRIVACY_COUNTY, HINT_TX_TIME, .hint_by = NULL),
	INT_COLUMN(10, "by_staff", PRIVACY_COUNTY, HINT_TX_STAFF, .hint_by = NULL),
	TEXT_COLUMN(11, "person", PRIVACY_SUBJECT),
	TEXT_COLUMN(12, "approval", PRIVACY_SUBJECT),
};
#define TABLE(n, nm, keys, who, cols) \
	{.id = n, .name = nm, .scope = REGISTRY_SCHOOL, .nkeys = keys, \
	    .subject = who, .columns = cols, \
	    .ncolumns = sizeof(cols) / sizeof(cols[0])}
static const struct registry_table day_tables[] = {
	TABLE(DAY_SESSION, "session", 5, -1, session_columns),
	TABLE(DAY_ATTENDANCE, "attendance", 6, 5, attendance_columns),
	TABLE(DAY_HANDOVER, "handover", 6, -1, handover_columns),
	TABLE(DAY_LEAVING, "leaving", 6, 5, leaving_columns),
};
const struct registry day_registry = {day_tables, 4, 1};

/* xorshift64*: any stream of numbers that is the same everywhere. */
static uint64_t
roll(uint64_t *state, uint64_t n)
{
	*state ^= *state >> 12;
	*state ^= *state << 25;
	*state ^= *state >> 27;
	return (*state * UINT64_C(2685821657736338717) >> 33) % n;
}

struct stream_id
day_stream(void)
{
	return (struct stream_id){.node = {{0x3a, 0x91, 0x5c, 0xe8, 0x07, 0xd2, 0x4b,
	    0x66}}, .epoch = UINT64_C(0x5b2e91a7c4), .scope = DAY_SCHOOL};
}

struct model {
	struct batch *batch;
	uint64_t seed;
	int64_t date, slot, time_s;
	bool everything;
	int64_t pupils[PUPILS], staff[STAFF], collectors[PUPILS][2];
	uint8_t here[PUPILS];
};

/* Ids as a roster import makes them, class by class: the pupil, one or two
 * guardians, a request, all from one counter. */
static void
people(struct model *m)
{
	uint64_t who = 77;
	int64_t next = (int64_t)(day_stream().epoch << ROW_COUNTER_BITS) + 1;
	int i;

	for (i = 0; i < STAFF; i++)
		m->staff[i] = next++;
	for (i = 0; i < PUPILS; i++) {
		m->pupils[i] = next++;
		m->collectors[i][0] = next++;
		m->collectors[i][1] = roll(&who, 2) ? next++ : next - 1;
		next++;
	}
}

static int
add(struct model *m, uint16_t table, uint8_t op, uint64_t mask, const int64_t *v)
{
	const struct registry_table *t = &day_tables[table - DAY_SESSION];
	struct value values[REGISTRY_MAX_COLUMNS];
	struct batch_row row = {.length = 1, .op = op, .mask = mask};
	unsigned c;

	row.stamp = (uint64_t)(m->time_s - STAMP_EPOCH_S) << STAMP_COUNTER_BITS;
	for (c = 0; c < t->ncolumns; c++)
		values[c] = v[c] == INT64_MIN || t->columns[c].type == VALUE_TEXT
		    ? value_null() : value_int(v[c]);
	if (op == BATCH_WHOLE)
		row.mask = registry_value_mask(t);
	return batch_add_row(m->batch, t, &row, values, false);
}

static int
tx(struct model *m, int64_t staff, int64_t wait_s)
{
	m->time_s += wait_s;
	return batch_add_tx(m->batch, m->time_s, staff);
}

static int64_t
grp(const struct model *m, int class)
{
	(void)m;
	return 202100 + (class % 6) * 100 + 1 + class / 6;
}

static int
mark(struct model *m, int class, int i, uint8_t op, int64_t state, int64_t staff)
{
	int64_t v[] = {(int64_t)DAY_SCHOOL, m->date, m->slot, 1, grp(m, class),
	    m->pupils[class * CLASS + i], state, m->time_s * 1000, staff, 0};
	uint64_t mask = op == BATCH_PART ? 7 << 6 : 0;

	m->here[class * CLASS + i] = state == 1;
	return add(m, DAY_ATTENDANCE, op, mask, v);
}

static int
roll_call(struct model *m, int class)
{
	int64_t staff = m->staff[class];
	int64_t v[] = {(int64_t)DAY_SCHOOL, m->date, m->slot, 1, grp(m, class), staff, 0,
	    3, m->slot == 1 ? 700 : 960, m->slot == 1 ? 800 : 1080, 0, 0};
	int status = tx(m, staff, 20 + (int64_t)roll(&m->seed, 90)), i;

	v[6] = m->time_s * 1000;
	if (status == STATUS_OK)
		status = add(m, DAY_SESSION, BATCH_WHOLE, 0, v);
	for (i = 0; i < CLASS && status == STATUS_OK; i++)
		status = mark(m, class, i, BATCH_WHOLE,
		    roll(&m->seed, 100) < 5 ? 2 + (roll(&m->seed, 3) == 0) : 1, staff);
	/* Two of 25 are mended: 8 %. */
	for (i = 0; i < 2 && status == STATUS_OK; i++) {
		status = tx(m, staff, 3 + (int64_t)roll(&m->seed, 60));
		if (status == STATUS_OK) {
			int who = (int)roll(&m->seed, CLASS);

			status = mark(m, class, who, BATCH_PART,
			    m->here[class * CLASS + who] ? 2 : 1, staff);
		}
	}
	return status;
}

static int
handover(struct model *m, int class, int64_t no)
{
	int64_t staff = m->staff[class], count = 20 + (int64_t)roll(&m->seed, 6);
	int64_t v[] = {(int64_t)DAY_SCHOOL, m->date, m->slot, 1, grp(m, class), no, staff,
	    m->staff[8 + roll(&m->seed, 2)], count, count, 0, 0, staff};
	int status = tx(m, staff, 10 + (int64_t)roll(&m->seed, 60));

	v[11] = m->time_s * 1000;
	return status == STATUS_OK ? add(m, DAY_HANDOVER, BATCH_WHOLE, 0, v) : status;
}

static int
pick_up(struct model *m, int pupil)
{
	int class = pupil / CLASS;
	int64_t staff = m->staff[8 + roll(&m->seed, 8) / 7];
	/* Mostly the listed one comes and is not named. */
	int64_t who = roll(&m->seed, 100) < 10 ? m->collectors[pupil][1] : INT64_MIN;
	int64_t v[] = {(int64_t)DAY_SCHOOL, m->date, 2, 1, grp(m, class),
	    m->pupils[pupil], roll(&m->seed, 100) < 85 ? 1 : 2, who, 0, staff, 0, 0};
	int status = tx(m, staff, 1 + (int64_t)roll(&m->seed, 16));

	v[8] = m->time_s * 1000;
	return status == STATUS_OK ? add(m, DAY_LEAVING, BATCH_WHOLE, 0, v) : status;
}

/* Children leave in no order, classes mixed at the gate. */
static int
pick_ups(struct model *m)
{
	int order[PUPILS], i, status = STATUS_OK;

	for (i = 0; i < PUPILS; i++)
		order[i] = i;
	for (i = PUPILS - 1; i > 0; i--) {
		int j = (int)roll(&m->seed, (uint64_t)i + 1), t = order[i];

		order[i] = order[j];
		order[j] = t;
	}
	for (i = 0; i < PUPILS && status == STATUS_OK; i++)
		status = pick_up(m, order[i]);
	return status;
}

static int
one_day(struct model *m, int day)
{
	int class, status = STATUS_OK;

	m->date = 20698 + day;
	for (m->slot = 1; m->slot <= 2; m->slot++) {
		m->time_s = (m->date * 24 - 8) * 3600 + (m->slot == 1 ? 42000 : 57600)
		    + (int64_t)roll(&m->seed, 300);
		for (class = 0; class < CLASSES && status == STATUS_OK; class++)
			status = roll_call(m, class);
		for (class = 0; class < CLASSES && m->everything
		    && status == STATUS_OK; class++)
			status = handover(m, class, 1);
	}
	/* 16 roll calls, 32 corrections, 16 + 22 handovers, 200 pick-ups: 286. */
	m->slot = 2;
	for (class = 0; class < 22 && m->everything && status == STATUS_OK; class++)
		status = handover(m, class % CLASSES, 2 + class / CLASSES);
	return m->everything && status == STATUS_OK ? pick_ups(m) : status;
}

int
day_model(struct batch *b, uint64_t seed, int first, int ndays, bool everything)
{
	struct model m = {.batch = b, .seed = seed | 1, .everything = everything};
	int day, status = STATUS_OK;

	people(&m);
	for (day = first; day < first + ndays && status == STATUS_OK; day++)
		status = one_day(&m, day);
	return status;
}
