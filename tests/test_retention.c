/* Retention at nodes: what ends at the hub ends at its schools, new machines begin at
 * the checkpoint, and whoever was away or put back comes to the same. */
#include <sodium.h>

#include "gen/county_retention.h"
#include "tests/life_world.h"

#define OLD_TIME INT64_C(1665331200)  /* 2022-10-09 */
#define NEW_TIME INT64_C(1791561600)  /* 2026-10-09 */
#define CUT_TIME INT64_C(1693497600)  /* 2023-08-31T16:00Z, 2023-09-01 in China */
#define OLD_DAY 8317                  /* since 2000-01-01 */
#define NEW_DAY 9778
#define CUT_DAY 8644
#define SECRET "发烧三十九度"

static void
at(struct life *w, int64_t time_s)
{
	for (unsigned i = 0; i < w->n; i++)
		sim_set_clock(w->node[i].env, time_s + i);
}

static int
try_day(const struct life_node *n, const char *sql, int64_t day, const char *name,
    const char *words)
{
	struct store_stmt *st;
	uint64_t seq;
	bool row;

	life_tick(n);
	assert_int_equal(replica_begin(n->r, LIFE_SCHOOL, LANE_ORDINARY, 7), STATUS_OK);
	assert_int_equal(store_prepare(replica_store(n->r), sql, &st, NULL), STATUS_OK);
	assert_int_equal(store_bind(st, "school", value_int((int64_t)LIFE_SCHOOL)),
	    STATUS_OK);
	assert_int_equal(store_bind(st, "day", value_int(day)), STATUS_OK);
	assert_int_equal(store_bind(st, "name", value_text(name, strlen(name))), STATUS_OK);
	assert_int_equal(store_bind(st, "words", value_text(words, strlen(words))),
	    STATUS_OK);
	assert_int_equal(store_step(st, &row), STATUS_OK);
	store_reset(st);
	return store_commit(replica_store(n->r), &seq);
}

static void
write_day(const struct life_node *n, const char *sql, int64_t day, const char *name,
    const char *words)
{
	assert_int_equal(try_day(n, sql, day, name, words), STATUS_OK);
}

static int64_t
named(const struct life_node *n, const char *name)
{
	struct store_stmt *st;
	int64_t pupil = 0;
	bool row;

	assert_int_equal(store_prepare(replica_store(n->r), COUNTY_RETENTION_NAMED, &st, NULL),
	    STATUS_OK);
	assert_int_equal(store_bind(st, "school", value_int((int64_t)LIFE_SCHOOL)),
	    STATUS_OK);
	assert_int_equal(store_bind(st, "name", value_text(name, strlen(name))), STATUS_OK);
	assert_int_equal(store_step(st, &row), STATUS_OK);
	if (row)
		pupil = store_column(st, 0).i;
	store_reset(st);
	return pupil;
}

static struct life_node *
fresh_school(struct life *w)
{
	struct replica_invite in = { .role = ROLE_SCHOOL, .school = { .id = LIFE_SCHOOL,
	    .name = "冶上教学点", .class_code = 220, .kind = 1 } };
	struct life_node *a = life_place(w, "school");
	struct buffer file = BUFFER_INIT;

	at(w, OLD_TIME);
	assert_int_equal(replica_invite(w->node[0].r, &in, &file), STATUS_OK);
	assert_int_equal(replica_init_school(a->dir, a->env, &life_domain, file.data,
	    file.len, a->recovery), STATUS_OK);
	buffer_release(&file);
	life_open(a);
	return a;
}

static void
old_year(struct life *w, const struct life_node *a)
{
	life_add(a, "甲");
	life_add(a, "乙");
	write_day(a, COUNTY_RETENTION_SESSION, OLD_DAY, "", "");
	write_day(a, COUNTY_RETENTION_MARK, OLD_DAY, "甲", SECRET);
	write_day(a, COUNTY_RETENTION_MARK, OLD_DAY, "乙", SECRET);
	life_round(w, a);
}

static void
new_year(struct life *w, const struct life_node *a)
{
	at(w, NEW_TIME);
	life_add(a, "丙");
	write_day(a, COUNTY_RETENTION_SESSION, NEW_DAY, "", "");
	write_day(a, COUNTY_RETENTION_MARK, NEW_DAY, "乙", "在家");
	life_round(w, a);
}

/* A school with a year long past: two children, of whom the first has left. */
static struct life_node *
old_school(struct life *w)
{
	struct life_node *a = fresh_school(w);

	old_year(w, a);
	new_year(w, a);
	return a;
}

static int
end_records(struct life *w, int64_t pupil, struct replica_ended *ret)
{
	struct checkpoint_column days[] = { {30, 2}, {31, 2} };
	struct checkpoint_column persons[] = { {12, 2}, {13, 2}, {14, 2} };
	struct checkpoint_rule rules[] = {
		{ .below = CUT_DAY, .columns = days, .ncolumns = 2 },
		{ .values = &pupil, .nvalues = 1, .columns = persons, .ncolumns = 3 },
	};
	struct checkpoint c = { .scope = LIFE_SCHOOL, .rules = rules, .nrules = 2 };

	return replica_end(w->node[0].r, &c, CUT_TIME, false, ret);
}

static bool
has_bytes(struct life *w, const struct life_node *n, const char *words)
{
	static const char *const files[] = { "kehou.db", "kehou.db-wal" };
	size_t want = strlen(words);

	for (unsigned i = 0; i < 2; i++) {
		char path[192];
		const uint8_t *data;
		size_t len = 0;

		(void)snprintf(path, sizeof(path), "%s/%s", n->dir, files[i]);
		data = sim_peek(w->sim, path, &len);
		for (size_t k = 0; data != NULL && k + want <= len; k++)
			if (memcmp(data + k, words, want) == 0)
				return true;
	}
	return false;
}

static void
assert_ended(struct life *w, const struct life_node *n)
{
	assert_int_equal(life_count(n, COUNTY_RETENTION_MARKS, LIFE_SCHOOL), 1);
	assert_int_equal(life_pupils(n), 2);
	assert_int_equal(named(n, "甲"), 0);
	assert_true(named(n, "乙") != 0);
	assert_false(has_bytes(w, n, SECRET));
	assert_int_equal(life_held(n), 0);
	life_same(&w->node[0], n);
	life_sound(n);
}

static void
test_what_has_ended_is_gone_everywhere_and_the_rest_is_as_it_was(void **state)
{
	struct life *w = *state;
	struct life_node *a = old_school(w), *hub = &w->node[0];
	struct replica_ended ended, none;
	struct replica_verify v;
	int64_t gone;

	assert_true(has_bytes(w, a, SECRET));
	gone = named(hub, "甲");
	assert_int_equal(end_records(w, gone, &ended), STATUS_OK);
	assert_int_equal(ended.number, 1);
	assert_true(ended.segments > 0 && ended.pieces > 0);
	assert_int_equal(replica_reclaim_all(hub->r), STATUS_OK);
	assert_int_equal(end_records(w, gone, &none), STATUS_EXISTS);
	assert_int_equal(life_count(a, COUNTY_RETENTION_MARKS, LIFE_SCHOOL), 3);
	(void)life_visit(w, hub, "stick");
	(void)life_visit(w, a, "stick");
	assert_ended(w, hub);
	assert_ended(w, a);
	assert_int_equal(life_count(a, COUNTY_RETENTION_ADDRESSES, LIFE_SCHOOL), 2);
	assert_int_equal(replica_verify(a->r, &v), STATUS_OK);
	assert_int_equal(v.checkpoints, 1);
	/* Everything goes on, and says no more about it. */
	life_add(a, "丁");
	life_round(w, a);
	life_same(hub, a);
	assert_int_equal(life_visit(w, hub, "stick").merged, 0);
}

/* The times of what gave way to pieces are gone; that it was confirmed is not. */
static void
test_what_gave_way_to_a_checkpoint_stays_confirmed(void **state)
{
	struct life *w = *state;
	struct life_node *a = old_school(w), *hub = &w->node[0];
	struct checkpoint_column days[] = { {30, 2}, {31, 2} };
	struct checkpoint_rule rule = { .below = CUT_DAY, .columns = days, .ncolumns = 2 };
	struct checkpoint c = { .scope = LIFE_SCHOOL, .rules = &rule, .nrules = 1 };
	struct replica_ended ended;
	struct replica_status s;

	at(w, NEW_TIME + 86400);
	assert_int_equal(replica_end(hub->r, &c, NEW_TIME + 86400, false, &ended), STATUS_OK);
	(void)life_visit(w, hub, "stick");
	(void)life_visit(w, a, "stick");
	assert_int_equal(replica_status(a->r, &s), STATUS_OK);
	assert_int_equal(s.waiting, 0);
	assert_true(s.confirmed_s >= NEW_TIME && s.confirmed_s <= s.receipt_s);
	life_add(a, "丁");
	assert_int_equal(replica_status(a->r, &s), STATUS_OK);
	assert_int_equal(s.waiting, 1);
	assert_true(s.confirmed_s >= NEW_TIME && s.confirmed_s <= a->env->now_s(a->env->ctx));
}

static void
test_a_new_machine_begins_at_the_checkpoint(void **state)
{
	struct life *w = *state;
	struct life_node *a = old_school(w), *hub = &w->node[0], *b;
	struct replica_invite in = { .role = ROLE_SCHOOL, .school = { .id = LIFE_SCHOOL,
	    .name = "冶上教学点", .class_code = 220, .kind = 1 } };
	struct buffer file = BUFFER_INIT;
	struct replica_ended ended;

	assert_int_equal(end_records(w, named(hub, "甲"), &ended), STATUS_OK);
	b = life_place(w, "again");
	sim_set_clock(b->env, NEW_TIME);
	assert_int_equal(replica_invite(hub->r, &in, &file), STATUS_OK);
	assert_int_equal(replica_init_again(b->dir, b->env, &life_domain, file.data,
	    file.len, a->recovery), STATUS_OK);
	buffer_release(&file);
	life_open(b);
	life_round(w, b);
	life_round(w, b);
	assert_ended(w, b);
	/* The private columns of before the cut are back: only the school reads them. */
	assert_int_equal(life_count(b, COUNTY_RETENTION_ADDRESSES, LIFE_SCHOOL), 2);
	assert_int_equal(life_count(hub, COUNTY_RETENTION_ADDRESSES, LIFE_SCHOOL), 0);
	/* Whoever is erased now goes from the pieces too. */
	write_day(b, COUNTY_RETENTION_ERASE, 0, "乙", "");
	assert_int_equal(replica_erase(b->r), STATUS_OK);
	life_round(w, b);
	assert_int_equal(life_count(b, COUNTY_RETENTION_ADDRESSES, LIFE_SCHOOL), 1);
	life_same(hub, b);
	life_sound(b);
	life_sound(hub);
}

static void
test_a_school_that_slept_or_was_put_back_comes_to_the_same(void **state)
{
	struct life *w = *state;
	struct life_node *a = old_school(w), *hub = &w->node[0], *before;
	struct replica_ended ended;

	before = life_place(w, "backup");
	replica_close(a->r);
	sim_copy(w->sim, a->dir, before->dir);
	life_open(a);
	/* What it writes of old days while it does not know; its clock is wrong too. */
	sim_set_clock(a->env, OLD_TIME + 86400);
	write_day(a, COUNTY_RETENTION_MARK, OLD_DAY + 1, "乙", SECRET);
	life_add(a, "戊");
	assert_int_equal(end_records(w, named(hub, "甲"), &ended), STATUS_OK);
	life_round(w, a);
	life_round(w, a);
	assert_int_equal(life_count(a, COUNTY_RETENTION_MARKS, LIFE_SCHOOL), 1);
	assert_int_equal(life_pupils(hub), 3);
	life_same(hub, a);
	life_sound(a);
	life_sound(hub);
	/* The copy of before brings all of it back, and loses it again. */
	replica_close(a->r);
	a->r = NULL;
	sim_erase(w->sim, a->dir);
	sim_copy(w->sim, before->dir, a->dir);
	life_open(a);
	assert_int_equal(life_count(a, COUNTY_RETENTION_MARKS, LIFE_SCHOOL), 3);
	life_round(w, a);
	life_round(w, a);
	assert_int_equal(life_count(a, COUNTY_RETENTION_MARKS, LIFE_SCHOOL), 1);
	assert_int_equal(life_pupils(a), 3);
	life_same(hub, a);
	life_sound(a);
	assert_false(has_bytes(w, a, SECRET));
}

static void
test_a_hub_that_was_put_back_learns_it_from_a_school(void **state)
{
	struct life *w = *state;
	struct life_node *a = old_school(w), *hub = &w->node[0], *before;
	struct replica_ended ended;

	before = life_place(w, "backup");
	replica_close(hub->r);
	sim_copy(w->sim, hub->dir, before->dir);
	life_open(hub);
	assert_int_equal(end_records(w, named(hub, "甲"), &ended), STATUS_OK);
	life_round(w, a);
	assert_ended(w, a);
	replica_close(hub->r);
	hub->r = NULL;
	sim_erase(w->sim, hub->dir);
	sim_copy(w->sim, before->dir, hub->dir);
	life_open(hub);
	assert_int_equal(life_count(hub, COUNTY_RETENTION_MARKS, LIFE_SCHOOL), 3);
	for (unsigned i = 0; i < 3; i++)
		life_round(w, a);
	assert_ended(w, hub);
	assert_ended(w, a);
}

/* Two copies wrote the old year apart, under one name. */
static void
test_branches_end_like_other_streams(void **state)
{
	struct life *w = *state;
	struct life_node *a = fresh_school(w), *hub = &w->node[0], *b, *c;
	struct replica_invite in = { .role = ROLE_SCHOOL, .school = { .id = LIFE_SCHOOL } };
	struct buffer file = BUFFER_INIT;
	struct replica_ended ended;
	struct replica_status s;

	old_year(w, a);
	b = life_twin(w, a);
	write_day(a, COUNTY_RETENTION_MARK, OLD_DAY + 1, "乙", SECRET);
	write_day(b, COUNTY_RETENTION_MARK, OLD_DAY + 2, "乙", SECRET);
	life_add(b, "丁");
	for (unsigned i = 0; i < 12; i++) {
		life_round(w, a);
		life_round(w, b);
	}
	assert_int_equal(replica_status(hub->r, &s), STATUS_OK);
	assert_int_equal(s.branches, 2);
	new_year(w, a);
	life_round(w, b);
	assert_int_equal(life_count(hub, COUNTY_RETENTION_MARKS, LIFE_SCHOOL), 5);
	assert_int_equal(end_records(w, named(hub, "甲"), &ended), STATUS_OK);
	/* What each branch had is cut; a new machine begins after it. */
	c = life_place(w, "again");
	sim_set_clock(c->env, NEW_TIME);
	assert_int_equal(replica_invite(hub->r, &in, &file), STATUS_OK);
	assert_int_equal(replica_init_again(c->dir, c->env, &life_domain, file.data,
	    file.len, a->recovery), STATUS_OK);
	buffer_release(&file);
	life_open(c);
	for (unsigned i = 0; i < 12; i++) {
		life_round(w, a);
		life_round(w, b);
		life_round(w, c);
	}
	for (unsigned i = 0; i < w->n; i++) {
		const struct life_node *n = &w->node[i];

		assert_int_equal(life_count(n, COUNTY_RETENTION_MARKS, LIFE_SCHOOL), 1);
		assert_int_equal(life_pupils(n), 3);
		assert_false(has_bytes(w, n, SECRET));
		assert_int_equal(life_held(n), 0);
		life_same(hub, n);
		life_sound(n);
	}
	/* Both go on. */
	life_add(a, "戊");
	life_add(b, "己");
	for (unsigned i = 0; i < 12; i++) {
		life_round(w, a);
		life_round(w, b);
	}
	assert_int_equal(life_pupils(hub), 5);
	life_same(hub, a);
	life_same(hub, b);
}

/* What it wrote under the old name belongs to what was cut: it stays with the copy,
 * which says so, and what it writes from now on arrives. */
static void
test_a_copy_that_parted_before_the_cut_and_comes_after_it_keeps_what_it_has(void **state)
{
	struct life *w = *state;
	struct life_node *a = fresh_school(w), *hub = &w->node[0], *b;
	struct replica_ended ended;
	struct replica_status s;

	old_year(w, a);
	b = life_twin(w, a);
	life_add(a, "戊");
	life_add(b, "丁");
	life_round(w, a);
	new_year(w, a);
	assert_int_equal(end_records(w, named(hub, "甲"), &ended), STATUS_OK);
	for (unsigned i = 0; i < 12; i++) {
		life_round(w, a);
		life_round(w, b);
	}
	assert_int_equal(replica_status(b->r, &s), STATUS_OK);
	assert_true(s.ends_held == 1 && s.waiting > 0 && s.copied_s != 0);
	assert_true(named(b, "丁") != 0);
	life_add(b, "己");
	for (unsigned i = 0; i < 12; i++) {
		life_round(w, a);
		life_round(w, b);
	}
	assert_true(named(hub, "己") != 0);
}

static void
test_a_write_to_what_has_ended_is_refused_where_it_is_known(void **state)
{
	struct life *w = *state;
	struct life_node *a = old_school(w);
	struct replica_ended ended;

	assert_int_equal(end_records(w, named(a, "甲"), &ended), STATUS_OK);
	(void)life_visit(w, &w->node[0], "stick");
	(void)life_visit(w, a, "stick");
	assert_int_equal(try_day(a, COUNTY_RETENTION_MARK, OLD_DAY, "乙", "x"),
	    STATUS_REFUSED);
	assert_string_equal(store_refusal(replica_store(a->r)), "R18.ended");
	assert_int_equal(try_day(a, COUNTY_RETENTION_MARK, NEW_DAY + 1, "乙", "x"),
	    STATUS_OK);
}

/* Pieces that lack a row which has not ended: whoever has the history sees it. */
static void
test_pieces_that_lose_something_are_held_and_nothing_goes(void **state)
{
	struct life *w = *state;
	struct life_node *a = old_school(w), *hub = &w->node[0];
	int64_t second = named(hub, "乙");
	struct checkpoint_column persons[] = { {12, 2} };
	struct checkpoint_rule rule = { .values = &second, .nvalues = 1,
	    .columns = persons, .ncolumns = 1 };
	struct checkpoint c = { .county = 410185, .scope = LIFE_SCHOOL, .number = 1,
	    .time_s = NEW_TIME, .rules = &rule, .nrules = 1 };
	struct checkpoint_stream streams[8] = {{ .pieces = 0 }};
	struct merge m = replica_merge(hub->r);
	struct buffer rest = BUFFER_INIT, file = BUFFER_INIT;
	struct replica_status s;
	struct vector v = {0};
	int taken;

	assert_int_equal(store_vector(hub->r->store, LIFE_SCHOOL, true, &v), STATUS_OK);
	c.streams = streams;
	for (; c.nstreams < v.n; c.nstreams++) {
		streams[c.nstreams].stream = v.entries[c.nstreams].stream;
		streams[c.nstreams].through = v.entries[c.nstreams].through;
	}
	assert_int_equal(merge_thin(&m, &c, &rest), STATUS_OK);
	c.nrules = 0; /* and says nothing of it */
	assert_int_equal(checkpoint_build(&c, hub->r->issuing_sk, &file), STATUS_OK);
	buffer_put(&file, rest.data, rest.len);
	assert_int_equal(store_begin_merge(a->r->store), STATUS_OK);
	assert_int_equal(replica_take_checkpoint(a->r, NULL, file.data, file.len, &taken),
	    STATUS_OK);
	assert_int_equal(store_commit_merge(a->r->store), STATUS_OK);
	assert_int_equal(taken, STATUS_EARLY);
	assert_int_equal(replica_status(a->r, &s), STATUS_OK);
	assert_int_equal(s.ends_held, 1);
	assert_true(named(a, "乙") != 0);
	life_round(w, a);
	life_same(hub, a);
	life_sound(a);
	/* Of another signer it is not even kept. */
	file.data[file.len - rest.len - 1] ^= 1;
	assert_int_equal(store_begin_merge(hub->r->store), STATUS_OK);
	assert_int_equal(replica_take_checkpoint(hub->r, NULL, file.data, file.len, &taken),
	    STATUS_OK);
	assert_int_equal(taken, STATUS_BAD_SIGNATURE);
	store_rollback(hub->r->store);
	vector_release(&v);
	buffer_release(&rest);
	buffer_release(&file);
}

static void
test_after_a_change_of_the_issuing_key_it_is_signed_anew(void **state)
{
	struct life *w = *state;
	struct life_node *a = old_school(w), *hub = &w->node[0];
	uint8_t root_sk[64], pk[32], sk[64], seed_bytes[32] = {9};
	struct replica_ended ended;
	uint64_t county;

	assert_int_equal(end_records(w, named(hub, "甲"), &ended), STATUS_OK);
	life_round(w, a);
	assert_int_equal(roster_root_load(hub->env, w->root[0], LIFE_PASSPHRASE,
	    strlen(LIFE_PASSPHRASE), &county, root_sk), STATUS_OK);
	crypto_sign_seed_keypair(pk, sk, seed_bytes);
	assert_int_equal(roster_issue(&hub->r->roster, root_sk, pk), STATUS_OK);
	memcpy(hub->r->issuing_sk, sk, sizeof(sk));
	assert_int_equal(replica_publish_roster(hub->r), STATUS_OK);
	(void)life_visit(w, hub, "stick");
	(void)life_visit(w, a, "stick");
	assert_int_equal(store_checkpoint(hub->r->store, LIFE_SCHOOL)->number, 2);
	assert_ended(w, hub);
	assert_ended(w, a);
}

int
main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, life_begin, life_end)
	const struct CMUnitTest tests[] = {
		CASE(test_what_has_ended_is_gone_everywhere_and_the_rest_is_as_it_was),
		CASE(test_what_gave_way_to_a_checkpoint_stays_confirmed),
		CASE(test_a_new_machine_begins_at_the_checkpoint),
		CASE(test_a_school_that_slept_or_was_put_back_comes_to_the_same),
		CASE(test_a_hub_that_was_put_back_learns_it_from_a_school),
		CASE(test_branches_end_like_other_streams),
		CASE(test_a_copy_that_parted_before_the_cut_and_comes_after_it_keeps_what_it_has),
		CASE(test_a_write_to_what_has_ended_is_refused_where_it_is_known),
		CASE(test_pieces_that_lose_something_are_held_and_nothing_goes),
		CASE(test_after_a_change_of_the_issuing_key_it_is_signed_anew),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
