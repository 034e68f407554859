/* A relay between schools and hub, by stick: what it keeps, hands on and drops. */
#include "tests/life_world.h"

static struct life_node *
new_relay(struct life *w)
{
	struct replica_invite in = { .role = ROLE_RELAY, .school = { .name = "中转站" } };
	struct buffer file = BUFFER_INIT;
	struct life_node *n = life_place(w, "relay");

	assert_int_equal(replica_invite(w->node[0].r, &in, &file), STATUS_OK);
	assert_int_equal(replica_init_relay(n->dir, n->env, &life_domain, file.data,
	    file.len), STATUS_OK);
	buffer_release(&file);
	life_open(n);
	return n;
}

static uint32_t
kept(const struct life_node *relay)
{
	uint32_t files;
	uint64_t bytes;

	assert_int_equal(replica_kept(relay->r, &files, &bytes), STATUS_OK);
	return files;
}

static uint64_t
waiting(const struct life_node *n)
{
	struct replica_status s;

	assert_int_equal(replica_status(n->r, &s), STATUS_OK);
	return s.waiting;
}

/* A new stick. */
static void
clear(struct life *w, const char *stick)
{
	sim_erase(w->sim, stick);
	sim_mount(w->sim, stick);
}

/* The village's stick, the town's stick, and back. */
static void
through(struct life *w, const struct life_node *school, const struct life_node *relay)
{
	(void)life_visit(w, school, "stick");
	(void)life_visit(w, relay, "stick");
	(void)life_visit(w, relay, "other");
	(void)life_visit(w, &w->node[0], "other");
	(void)life_visit(w, relay, "other");
	(void)life_visit(w, relay, "stick");
	(void)life_visit(w, school, "stick");
}

static void
test_what_goes_through_a_relay_arrives_and_the_answer_finds_its_way_back(void **state)
{
	struct life *w = *state;
	struct life_node *hub = &w->node[0], *relay = new_relay(w);
	struct life_node *a = life_school(w, LIFE_SCHOOL);

	life_add(a, "甲");
	assert_true(waiting(a) > 0);
	through(w, a, relay);
	assert_int_equal(waiting(a), 0);
	assert_int_equal(life_pupils(hub), 1);
	life_same(a, hub);
	assert_non_null(roster_node(&hub->r->roster, &relay->r->self.pub.id));
	/* It has met no stream and holds no key of a school. */
	assert_int_equal(store_stream_count(replica_store(relay->r)), 0);
	assert_int_equal(relay->r->keys.n, 0);
}

/* One stick with files for others, many schools, and no line anywhere. */
static void
test_a_relay_serves_many_schools_and_each_gets_its_own(void **state)
{
	struct life *w = *state;
	struct life_node *hub = &w->node[0], *relay = new_relay(w), *school[4];
	char name[16];

	for (unsigned i = 0; i < 4; i++) {
		school[i] = life_school(w, LIFE_SCHOOL + i);
		(void)snprintf(name, sizeof(name), "village%u", i);
		sim_mount(w->sim, name);
		(void)life_visit(w, school[i], name);
		(void)life_visit(w, relay, name);
	}
	assert_int_equal(kept(relay), 4);
	(void)life_visit(w, relay, "other");
	(void)life_visit(w, hub, "other");
	(void)life_visit(w, relay, "other");
	for (unsigned i = 0; i < 4; i++) {
		struct replica_import in;

		(void)snprintf(name, sizeof(name), "village%u", i);
		(void)life_visit(w, relay, name);
		in = life_visit(w, school[i], name);
		assert_int_equal(in.refused, 0);
		assert_int_equal(waiting(school[i]), 0);
	}
}

static void
test_a_bundle_is_dropped_when_a_later_one_replaces_it(void **state)
{
	struct life *w = *state;
	struct life_node *relay = new_relay(w), *a = life_school(w, LIFE_SCHOOL);

	for (unsigned i = 0; i < 5; i++) {
		life_add(a, "甲");
		(void)life_visit(w, a, "stick");
		(void)life_visit(w, relay, "stick");
		assert_int_equal(kept(relay), 1);
	}
	/* And it takes the dropped ones off the next stick it sees them on. */
	through(w, a, relay);
	assert_int_equal(life_pupils(&w->node[0]), 5);
	life_same(a, &w->node[0]);
}

/* The relay may have the only copy of what left before the disk was lost. */
static void
test_what_left_before_a_restore_is_not_replaced(void **state)
{
	struct life *w = *state;
	struct life_node *hub = &w->node[0], *relay = new_relay(w);
	struct life_node *a = life_school(w, LIFE_SCHOOL);

	through(w, a, relay);
	replica_close(a->r);
	a->r = NULL;
	sim_copy(w->sim, a->dir, "backup");
	life_open(a);
	life_add(a, "甲");
	(void)life_visit(w, a, "stick");
	(void)life_visit(w, relay, "stick");
	replica_close(a->r);
	a->r = NULL;
	sim_erase(w->sim, a->dir);
	sim_copy(w->sim, "backup", a->dir);
	life_open(a);
	life_add(a, "乙");
	clear(w, "stick");
	through(w, a, relay);
	through(w, a, relay);
	assert_int_equal(life_pupils(hub), 2);
	assert_int_equal(life_pupils(a), 2);
	life_same(a, hub);
}

/* ---- hostile ---- */

static void
flip(struct life *w, const char *folder)
{
	struct folder_entry *list;
	size_t n, ignored, len;
	char path[160];

	assert_int_equal(folder_list(w->node[0].env, folder, &list, &n, &ignored), STATUS_OK);
	for (size_t i = 0; i < n; i++) {
		uint8_t *copy;

		if (list[i].kind != FOLDER_BUNDLE)
			continue;
		(void)snprintf(path, sizeof(path), "%s/KEHOU/%s", folder, list[i].name);
		copy = malloc(list[i].size_bytes);
		assert_non_null(copy);
		memcpy(copy, sim_peek(w->sim, path, &len), (size_t)list[i].size_bytes);
		copy[len / 2] ^= 1;
		sim_poke(w->sim, path, copy, len);
		free(copy);
	}
	free(list);
}

static void
test_altered_bundles_are_refused_by_relay_and_hub(void **state)
{
	struct life *w = *state;
	struct life_node *hub = &w->node[0], *relay = new_relay(w);
	struct life_node *a = life_school(w, LIFE_SCHOOL);
	struct replica_import in;

	life_add(a, "甲");
	(void)life_visit(w, a, "stick");
	sim_copy(w->sim, "stick", "kept");
	flip(w, "stick");
	assert_int_equal(replica_import(relay->r, "stick", NULL, NULL, &in), STATUS_OK);
	assert_int_equal(in.refused, 1);
	assert_int_equal(kept(relay), 0);
	/* A relay that alters: the hub takes nothing, the next way round heals it. */
	assert_int_equal(replica_import(hub->r, "stick", NULL, NULL, &in), STATUS_OK);
	assert_int_equal(in.refused, 1);
	assert_int_equal(life_pupils(hub), 0);
	assert_true(waiting(a) > 0);
	clear(w, "stick");
	through(w, a, relay);
	assert_int_equal(waiting(a), 0);
	life_same(a, hub);
}

static void
test_replays_and_withheld_answers_change_nothing(void **state)
{
	struct life *w = *state;
	struct life_node *hub = &w->node[0], *relay = new_relay(w);
	struct life_node *a = life_school(w, LIFE_SCHOOL);
	struct replica_import in;

	life_add(a, "甲");
	(void)life_visit(w, a, "stick");
	sim_mount(w->sim, "old");
	sim_copy(w->sim, "stick", "old");
	through(w, a, relay);
	life_add(a, "乙");
	through(w, a, relay);
	/* An old stick again, at relay and hub. */
	in = life_visit(w, relay, "old");
	assert_int_equal(in.kept, 0);
	(void)life_visit(w, hub, "old");
	assert_int_equal(life_pupils(hub), 2);
	life_same(a, hub);
	/* Kept back: it stays open at the school, and a stick of its own delivers. */
	life_add(a, "丙");
	(void)life_visit(w, a, "stick");
	(void)life_visit(w, relay, "stick");
	assert_true(waiting(a) > 0);
	clear(w, "stick");
	life_round(w, a);
	assert_int_equal(waiting(a), 0);
	assert_int_equal(life_pupils(hub), 3);
	life_same(a, hub);
}

/* Of a county of the same number with another root. */
static void
test_strangers_bundles_are_not_stored(void **state)
{
	struct life *w = *state;
	struct replica_hub_options o = { .county = 410185, .name = "登封市",
	    .passphrase = LIFE_PASSPHRASE };
	struct replica_invite in = { .role = ROLE_SCHOOL, .school = { .id = LIFE_SCHOOL,
	    .name = "冶上教学点", .class_code = 220, .kind = 1 } };
	struct life_node *relay = new_relay(w), *hub = life_place(w, "hub"), *b;
	struct buffer file = BUFFER_INIT;
	struct replica_import got;
	char root[2][192];

	for (unsigned i = 0; i < 2; i++) {
		(void)snprintf(root[i], sizeof(root[i]), "%s/keys/root%u", hub->dir, i);
		o.root_copies[i] = root[i];
	}
	assert_int_equal(replica_init_hub(hub->dir, hub->env, &life_domain, &o), STATUS_OK);
	life_open(hub);
	assert_int_equal(replica_invite(hub->r, &in, &file), STATUS_OK);
	b = life_place(w, "school");
	assert_int_equal(replica_init_school(b->dir, b->env, &life_domain, file.data,
	    file.len, b->recovery), STATUS_OK);
	buffer_release(&file);
	life_open(b);
	(void)life_visit(w, b, "stick");
	assert_int_equal(replica_import(relay->r, "stick", NULL, NULL, &got), STATUS_OK);
	assert_int_equal(got.refused + got.others, 2); /* its bundle and its roster */
	assert_int_equal(kept(relay), 0);
}

/* ---- durable ---- */

/* The power goes at every step of taking in: what was said to be kept is there, and
 * the stick has the rest. */
static void
test_no_cut_loses_a_bundle_that_was_acknowledged(void **state)
{
	struct life *w = *state;
	struct life_node *relay = new_relay(w), *a = life_school(w, LIFE_SCHOOL);
	unsigned struck = 0;

	(void)life_visit(w, relay, "other");
	(void)life_visit(w, &w->node[0], "other");
	(void)life_visit(w, relay, "other");
	for (uint64_t at = 1;; at++) {
		struct replica_import in = {0};
		int status;

		life_add(a, "甲");
		(void)life_visit(w, a, "stick");
		sim_stop_at(w->sim, at);
		status = replica_import(relay->r, "stick", NULL, NULL, &in);
		if (!sim_struck(w->sim)) {
			sim_no_fault(w->sim);
			assert_int_equal(status, STATUS_OK);
			break;
		}
		struck++;
		replica_close(relay->r);
		relay->r = NULL;
		sim_power_cut_at(w->sim, relay->dir, SIM_DROP_ALL);
		sim_no_fault(w->sim);
		life_open(relay);
		if (status == STATUS_OK && in.kept > 0)
			assert_int_equal(kept(relay), 1);
		assert_int_equal(replica_import(relay->r, "stick", NULL, NULL, &in),
		    STATUS_OK);
		assert_int_equal(kept(relay), 1);
	}
	assert_true(struck > 10);
	through(w, a, relay);
	life_same(a, &w->node[0]);
}

static void
test_a_full_relay_disk_refuses_nothing_and_says_that_it_is_full(void **state)
{
	struct life *w = *state;
	struct life_node *relay = new_relay(w), *a = life_school(w, LIFE_SCHOOL);
	struct replica_import in;

	life_add(a, "甲");
	(void)life_visit(w, a, "stick");
	(void)life_visit(w, relay, "other");
	sim_set_capacity(w->sim, relay->dir, sim_used(w->sim, relay->dir));
	assert_int_equal(replica_import(relay->r, "stick", NULL, NULL, &in), STATUS_FULL);
	assert_false(replica_failed_away(relay->r));
	assert_int_equal(kept(relay), 0);
	sim_set_capacity(w->sim, relay->dir, UINT64_C(1) << 40);
	through(w, a, relay);
	life_same(a, &w->node[0]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define T(f) cmocka_unit_test_setup_teardown(f, life_begin, life_end)
		T(test_what_goes_through_a_relay_arrives_and_the_answer_finds_its_way_back),
		T(test_a_relay_serves_many_schools_and_each_gets_its_own),
		T(test_a_bundle_is_dropped_when_a_later_one_replaces_it),
		T(test_what_left_before_a_restore_is_not_replaced),
		T(test_altered_bundles_are_refused_by_relay_and_hub),
		T(test_replays_and_withheld_answers_change_nothing),
		T(test_strangers_bundles_are_not_stored),
		T(test_no_cut_loses_a_bundle_that_was_acknowledged),
		T(test_a_full_relay_disk_refuses_nothing_and_says_that_it_is_full),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
