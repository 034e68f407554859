/* Copies of a node: each goes on in an epoch of its own. */
#include "tests/life_world.h"

/* cp -r while the node rests: nothing is behind, and yet it is another copy. */
static void
test_a_copied_directory_begins_a_new_epoch_though_nothing_is_behind(void **state)
{
	struct life *w = *state;
	struct life_node *a = life_school(w, LIFE_SCHOOL), *b = life_place(w, "copy");
	uint64_t before, superseded = 0;

	life_round(w, a);
	life_add(a, "甲");
	before = a->r->epoch;
	replica_close(a->r);
	a->r = NULL;
	sim_copy(w->sim, a->dir, b->dir);
	b->env = a->env; /* the same machine, another folder */
	life_open(b);
	assert_true(b->r->epoch != before);
	assert_int_equal(replica_number(b->r, "superseded", &superseded), STATUS_OK);
	assert_true(superseded == before);
	life_open(a);
	assert_true(a->r->epoch == before);
	/* Both go on, and the county has what both wrote. */
	life_add(a, "乙");
	life_add(b, "丙");
	for (unsigned i = 0; i < 2; i++) {
		life_round(w, a);
		life_round(w, b);
	}
	assert_int_equal(life_pupils(&w->node[0]), 3);
	assert_int_equal(life_held(&w->node[0]), 0);
	life_sound(&w->node[0]);
}

static void
test_a_disk_in_another_machine_begins_a_new_epoch_once(void **state)
{
	struct life *w = *state;
	struct life_node *a = life_school(w, LIFE_SCHOOL);
	uint64_t before = a->r->epoch, there;

	life_reopen(a);
	assert_true(a->r->epoch == before);
	sim_set_machine(a->env, 4711);
	life_reopen(a);
	there = a->r->epoch;
	assert_true(there != before);
	life_reopen(a);
	assert_true(a->r->epoch == there);
}

static void
test_a_missing_or_older_sidecar_begins_a_new_epoch(void **state)
{
	struct life *w = *state;
	struct life_node *a = life_school(w, LIFE_SCHOOL);
	uint64_t before = a->r->epoch;
	char path[192];

	(void)snprintf(path, sizeof(path), "%s/sidecar", a->dir);
	assert_int_equal(a->env->files->remove(a->env->ctx, path), STATUS_OK);
	life_reopen(a);
	assert_true(a->r->epoch != before);
	before = a->r->epoch;
	sim_poke(w->sim, path, (const uint8_t *)"KHX0 of long ago", 16);
	life_reopen(a);
	assert_true(a->r->epoch != before);
}

/* The power goes at any file step of the opening: the next one is whole. */
static void
test_a_new_epoch_is_begun_whole_or_not_at_all(void **state)
{
	struct life *w = *state;
	struct life_node *a = life_school(w, LIFE_SCHOOL);

	life_round(w, a);
	life_add(a, "甲");
	for (unsigned n = 1;; n++) {
		int status;

		replica_close(a->r);
		a->r = NULL;
		sim_set_machine(a->env, 5000 + n);
		sim_stop_at(w->sim, n);
		status = replica_open(a->dir, a->env, &life_domain, &a->r);
		if (!sim_struck(w->sim)) {
			assert_int_equal(status, STATUS_OK);
			assert_true(n > 5);
			break;
		}
		replica_close(status == STATUS_OK ? a->r : NULL);
		a->r = NULL;
		sim_power_cut_at(w->sim, a->dir, n % 2 == 0 ? SIM_DROP_ALL : SIM_KEEP_SOME);
		life_open(a);
		assert_int_equal(life_pupils(a), 1);
	}
	sim_no_fault(w->sim);
	life_round(w, a);
	life_same(a, &w->node[0]);
	assert_int_equal(life_pupils(&w->node[0]), 1);
	assert_int_equal(life_held(&w->node[0]), 0);
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, life_begin, life_end)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(test_a_copied_directory_begins_a_new_epoch_though_nothing_is_behind),
		CASE(test_a_disk_in_another_machine_begins_a_new_epoch_once),
		CASE(test_a_missing_or_older_sidecar_begins_a_new_epoch),
		CASE(test_a_new_epoch_is_begun_whole_or_not_at_all),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
