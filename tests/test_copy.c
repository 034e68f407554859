/* Two copies of one machine that do not know of each other: both write under one
 * name until the hub's word tells them apart, and nothing of either is lost. */
#include "tests/life_world.h"

static struct life_node *
device(struct life *w)
{
	struct replica_invite in = { .role = ROLE_SCHOOL, .school = { .id = LIFE_SCHOOL } };
	struct buffer file = BUFFER_INIT;
	struct life_node *n = life_place(w, "device");

	assert_int_equal(replica_invite(w->node[0].r, &in, &file), STATUS_OK);
	assert_int_equal(replica_init_school(n->dir, n->env, &life_domain, file.data,
	    file.len, n->recovery), STATUS_OK);
	buffer_release(&file);
	life_open(n);
	return n;
}

static struct replica_status
status_of(const struct life_node *n)
{
	struct replica_status s;

	assert_int_equal(replica_status(n->r, &s), STATUS_OK);
	return s;
}

static void
assert_told(const struct life_node *n, uint64_t before)
{
	struct replica_status s = status_of(n);

	assert_true(s.copied_s != 0);
	assert_true(n->r->epoch != before);
	assert_int_equal(s.waiting, 0);
	assert_int_equal(s.branches, 2);
}

static void
assert_everywhere(struct life *w, int64_t pupils)
{
	for (unsigned i = 0; i < w->n; i++) {
		assert_int_equal(life_pupils(&w->node[i]), pupils);
		assert_int_equal(life_held(&w->node[i]), 0);
		life_same(&w->node[i], &w->node[0]);
		life_sound(&w->node[i]);
	}
}

static void
test_both_copies_branches_reach_hub_copies_and_a_third_device(void **state)
{
	struct life *w = *state;
	struct life_node *a = life_school(w, LIFE_SCHOOL), *b, *c;
	uint64_t before;

	life_add(a, "甲");
	life_round(w, a);
	c = device(w);
	life_round(w, c);
	b = life_twin(w, a);
	before = a->r->epoch;
	life_edit(a, COUNTY_SQL_PUPIL_RENAME, "甲甲", 0);
	life_edit(b, COUNTY_SQL_PUPIL_RENAME, "甲乙", 0);
	life_add(a, "乙");
	life_add(a, "丙");
	life_add(b, "丁");
	life_round(w, a);
	life_add(c, "戊");
	life_round(w, c);
	for (unsigned i = 0; i < 12; i++) {
		life_round(w, b);
		life_round(w, a);
		life_round(w, c);
	}
	assert_everywhere(w, 5);
	assert_told(a, before);
	assert_told(b, before);
	assert_true(a->r->epoch != b->r->epoch);
	/* Two names for one child are a question for people, wherever both are known. */
	assert_int_equal(status_of(&w->node[0]).inbox, 1);
	assert_int_equal(status_of(c).inbox, 1);
	assert_int_equal(status_of(c).copied_s, 0);
	/* They go on side by side, and part no more. */
	for (unsigned i = 0; i < 3; i++) {
		life_add(a, "己");
		life_add(b, "庚");
		life_round(w, b);
		life_round(w, a);
	}
	/* Two that give one number to their bundles draw lots on who is heard. */
	for (unsigned i = 0; i < 12; i++) {
		life_round(w, b);
		life_round(w, a);
		life_round(w, c);
	}
	assert_everywhere(w, 11);
	assert_int_equal(status_of(&w->node[0]).branches, 2);
}

/* Both count on from the number that the hub has heard. */
static void
test_neither_copy_takes_away_what_the_other_put_on_a_stick(void **state)
{
	struct life *w = *state;
	struct life_node *a = life_school(w, LIFE_SCHOOL), *b;
	size_t lie;

	life_round(w, a);
	b = life_twin(w, a);
	life_add(a, "甲");
	life_add(b, "乙");
	for (unsigned i = 0; i < 6; i++) {
		life_round(w, a);
		life_round(w, b);
	}
	assert_true(status_of(a).copied_s != 0 && status_of(b).copied_s != 0);
	for (unsigned i = 0; i < 2; i++) {
		(void)life_visit(w, a, "stick");
		(void)life_visit(w, b, "stick");
	}
	lie = sim_count(w->sim, "stick");
	for (unsigned i = 0; i < 3; i++) {
		life_add(a, "丙");
		(void)life_visit(w, a, "stick");
		assert_int_equal(sim_count(w->sim, "stick"), lie);
		life_add(b, "丁");
		(void)life_visit(w, b, "stick");
		assert_int_equal(sim_count(w->sim, "stick"), lie);
	}
	(void)life_visit(w, &w->node[0], "stick");
	assert_int_equal(life_pupils(&w->node[0]), 8);
}

/* What the county sent to one copy reaches the other, which never asked for it. */
static void
test_what_one_copy_received_is_not_lost_for_the_other(void **state)
{
	struct life *w = *state;
	struct life_node *a = life_school(w, LIFE_SCHOOL), *b, *c;

	life_add(a, "甲");
	life_round(w, a);
	c = device(w);
	life_round(w, c);
	b = life_twin(w, a);
	for (unsigned i = 0; i < 4; i++) {
		life_add(c, "乙");
		life_round(w, c);
		life_round(w, a);
	}
	assert_int_equal(life_pupils(b), 1);
	for (unsigned i = 0; i < 3; i++) {
		life_round(w, b);
		life_round(w, a);
	}
	assert_int_equal(life_pupils(b), 5);
	life_same(a, b);
}

/* One image knows of the other and speaks each time; the other one has nothing to say
 * and goes on alone. */
static void
test_an_image_that_has_nothing_to_say_gets_what_the_other_one_took(void **state)
{
	struct life *w = *state;
	struct life_node *a = life_school(w, LIFE_SCHOOL), *b, *c;

	life_add(a, "甲");
	life_round(w, a);
	c = device(w);
	for (unsigned i = 0; i < 2; i++) {
		life_round(w, c);
		life_round(w, a);
	}
	b = life_twin(w, a);
	life_add(c, "乙");
	life_round(w, c);
	for (unsigned i = 0; i < 2; i++)
		life_round(w, a);
	life_add(c, "丙");
	life_round(w, c);
	for (unsigned i = 0; i < 4; i++)
		life_round(w, b);
	assert_true(status_of(b).copied_s != 0);
	assert_int_equal(status_of(a).copied_s, 0);
	assert_int_equal(life_pupils(b), 3);
	assert_int_equal(life_pupils(a), 2);
	sim_mount(w->sim, "empty");
	for (unsigned i = 0; i < 3; i++) {
		(void)life_visit(w, a, "empty");
		(void)life_visit(w, &w->node[0], "empty");
	}
	(void)life_visit(w, a, "empty");
	assert_int_equal(life_pupils(a), 3);
	life_same(a, b);
}

/* A machine put back whole to yesterday's image: what it forgot comes back from the
 * hub, and what it writes then is not taken for what it wrote before. */
static void
test_an_image_put_back_goes_on_beside_what_it_forgot(void **state)
{
	struct life *w = *state;
	struct life_node *a = life_school(w, LIFE_SCHOOL), *save = life_place(w, "save");
	uint64_t before = a->r->epoch;

	life_add(a, "甲");
	life_round(w, a);
	replica_close(a->r);
	life_image(w, a, save);
	life_open(a);
	life_add(a, "乙");
	life_add(a, "丙");
	life_round(w, a);
	replica_close(a->r);
	life_image(w, save, a);
	w->n--; /* the image is no node */
	life_open(a);
	assert_true(a->r->epoch == before);
	life_add(a, "丁");
	for (unsigned i = 0; i < 3; i++)
		life_round(w, a);
	assert_everywhere(w, 4);
	assert_true(a->r->epoch != before);
	assert_true(status_of(a).copied_s != 0);
	assert_int_equal(status_of(a).waiting, 0);
}

/* No hub between them: a device gets one branch here, the rest of the other there. */
static void
test_a_device_that_was_given_both_branches_asks_for_their_beginning(void **state)
{
	struct life *w = *state;
	struct life_node *a = life_school(w, LIFE_SCHOOL), *b, *c;

	life_add(a, "甲");
	life_round(w, a);
	c = device(w);
	for (unsigned i = 0; i < 2; i++) {
		life_round(w, c);
		life_round(w, a);
	}
	sim_mount(w->sim, "a");
	sim_mount(w->sim, "b");
	b = life_twin(w, a);
	for (unsigned i = 0; i < 3; i++) {
		life_add(a, "乙");
		(void)life_visit(w, a, "a");
		(void)life_visit(w, c, "a");
		(void)life_visit(w, a, "a");
		life_add(b, "丙");
		(void)life_visit(w, b, "b");
		(void)life_visit(w, c, "b");
		(void)life_visit(w, b, "b");
	}
	(void)life_visit(w, a, "a");
	(void)life_visit(w, c, "a");
	(void)life_visit(w, a, "a");
	assert_int_equal(life_pupils(c), 7);
	life_same(a, c);
	for (unsigned i = 0; i < 2; i++) {
		life_round(w, c);
		life_round(w, b);
		life_round(w, a);
	}
	assert_everywhere(w, 7);
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, life_begin, life_end)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(test_both_copies_branches_reach_hub_copies_and_a_third_device),
		CASE(test_neither_copy_takes_away_what_the_other_put_on_a_stick),
		CASE(test_what_one_copy_received_is_not_lost_for_the_other),
		CASE(test_an_image_that_has_nothing_to_say_gets_what_the_other_one_took),
		CASE(test_an_image_put_back_goes_on_beside_what_it_forgot),
		CASE(test_a_device_that_was_given_both_branches_asks_for_their_beginning),
	};

	return cmocka_run_group_tests_name("copy", tests, NULL, NULL);
}
