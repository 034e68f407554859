/* A hub and a school at the edges: files lost, strangers' bundles, limits. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "gen/county_sql.h"
#include "gen/domain_entries.h"
#include "gen/schema_registry.h"
#include "sync/replica.h"
#include "sync/replica_internal.h"
#include "tests/sim/sim_env.h"

#define SCHOOL UINT64_C(2141018501)

static const struct replica_domain domain = {
	.registry = &schema_registry, .migrations = domain_migrations,
};

struct world {
	struct sim_world *sim;
	char base[64], hub_dir[96], dir[2][96];
	const struct env *hub_env, *env[2];
	struct replica *hub, *school[2];
	struct buffer invite[2];
};

static void
born_school(struct world *w, unsigned i)
{
	struct replica_invite in = { .role = ROLE_SCHOOL, .school = {
	    .id = SCHOOL + i, .name = "冶上教学点", .class_code = 220, .kind = 1 } };
	char recovery[RECOVERY_TEXT_BYTES];

	assert_int_equal(replica_invite(w->hub, &in, &w->invite[i]), STATUS_OK);
	(void)snprintf(w->dir[i], sizeof(w->dir[i]), "%s/school%u", w->base, i);
	assert_int_equal(mkdir(w->dir[i], 0700), 0);
	w->env[i] = sim_node(w->sim, 20 + i, INT64_C(1788220800));
	assert_int_equal(replica_init_school(w->dir[i], w->env[i], &domain,
	    w->invite[i].data, w->invite[i].len, recovery), STATUS_OK);
	assert_int_equal(replica_open(w->dir[i], w->env[i], &domain, &w->school[i]),
	    STATUS_OK);
}

static int
begin(void **state)
{
	struct world *w = calloc(1, sizeof(*w));
	struct replica_hub_options o = { .county = 410185, .name = "登封市",
	    .passphrase = "correct horse battery" };
	char root[2][160];

	assert_non_null(w);
	(void)snprintf(w->base, sizeof(w->base), "%s/kehou-replica-XXXXXX",
	    access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
	assert_non_null(mkdtemp(w->base));
	w->sim = sim_world_new(7);
	sim_mount(w->sim, w->base);
	sim_mount(w->sim, "stick");
	(void)snprintf(w->hub_dir, sizeof(w->hub_dir), "%s/hub", w->base);
	assert_int_equal(mkdir(w->hub_dir, 0700), 0);
	w->hub_env = sim_node(w->sim, 10, INT64_C(1788220800));
	for (unsigned i = 0; i < 2; i++) {
		(void)snprintf(root[i], sizeof(root[i]), "%s/keys/root%u", w->hub_dir, i);
		o.root_copies[i] = root[i];
	}
	assert_int_equal(replica_init_hub(w->hub_dir, w->hub_env, &domain, &o),
	    STATUS_OK);
	assert_int_equal(replica_open(w->hub_dir, w->hub_env, &domain, &w->hub),
	    STATUS_OK);
	for (unsigned i = 0; i < 2; i++)
		born_school(w, i);
	*state = w;
	return 0;
}

static int
end(void **state)
{
	struct world *w = *state;
	char command[96];

	replica_close(w->hub);
	for (unsigned i = 0; i < 2; i++) {
		replica_close(w->school[i]);
		buffer_release(&w->invite[i]);
	}
	sim_world_free(w->sim);
	(void)snprintf(command, sizeof(command), "rm -rf '%s'", w->base);
	assert_int_equal(system(command), 0);
	free(w);
	return 0;
}

static void
test_a_node_without_its_roster_is_damaged_and_not_overwritten(void **state)
{
	struct world *w = *state;
	const struct env *env = w->env[0];
	struct buffer roster = BUFFER_INIT;
	char path[160], recovery[RECOVERY_TEXT_BYTES];

	replica_close(w->school[0]);
	w->school[0] = NULL;
	(void)snprintf(path, sizeof(path), "%s/roster", w->dir[0]);
	assert_int_equal(env_read_file(env, path, ROSTER_MAX_BYTES, &roster), STATUS_OK);
	assert_int_equal(env->files->remove(env->ctx, path), STATUS_OK);
	assert_int_equal(replica_open(w->dir[0], env, &domain, &w->school[0]),
	    STATUS_CORRUPT);
	assert_int_equal(replica_init_school(w->dir[0], env, &domain, w->invite[0].data,
	    w->invite[0].len, recovery), STATUS_EXISTS);
	assert_int_equal(env_write_file(env, path, roster.data, roster.len), STATUS_OK);
	buffer_release(&roster);
	assert_int_equal(replica_open(w->dir[0], env, &domain, &w->school[0]), STATUS_OK);
}

/* Enrols a school at the hub and brings the answer back. */
static void
exchange(struct world *w, unsigned i)
{
	struct replica_export out;
	struct replica_import in;

	assert_int_equal(replica_export(w->school[i], "stick", false, &out), STATUS_OK);
	assert_int_equal(replica_import(w->hub, "stick", NULL, NULL, &in), STATUS_OK);
	assert_int_equal(replica_export(w->hub, "stick", false, &out), STATUS_OK);
	assert_int_equal(replica_import(w->school[i], "stick", NULL, NULL, &in),
	    STATUS_OK);
}

static void
test_what_a_revoked_hub_confirmed_is_open_again(void **state)
{
	struct world *w = *state;
	struct roster_revocation gone = { .node = replica_self(w->hub)->id };
	struct replica_status s;

	exchange(w, 0);
	assert_int_equal(replica_status(w->school[0], &s), STATUS_OK);
	assert_int_equal(s.waiting, 0);
	assert_int_equal(roster_add_revocation(&w->school[0]->roster, &gone), STATUS_OK);
	assert_int_equal(replica_status(w->school[0], &s), STATUS_OK);
	assert_int_equal(s.waiting, s.transactions);
	assert_int_equal(s.receipt_s, 0);
}

/* Takes a stranger's empty segment in at the hub, delivered by school 0. */
static struct merge_result
deliver(struct world *w, const struct segment_header *h)
{
	struct merge m = replica_merge(w->hub);
	struct buffer packed = BUFFER_INIT;
	struct merge_result res = {0};
	static const uint8_t zero[HASH_BYTES];
	uint8_t hash[HASH_BYTES];
	struct batch b;

	batch_init(&b);
	assert_int_equal(batch_add_tx(&b, INT64_C(1788220800), 0), STATUS_OK);
	assert_int_equal(segment_build(&schema_registry, 410185, h, zero, &b, NULL,
	    &w->school[0]->self, w->env[0], &packed, hash), STATUS_OK);
	m.from = roster_node(&w->hub->roster, &replica_self(w->school[0])->id);
	assert_non_null(m.from);
	assert_int_equal(merge_segment(&m, packed.data, packed.len, &res), STATUS_OK);
	buffer_release(&packed);
	batch_release(&b);
	return res;
}

static void
test_a_school_cannot_have_others_segments_held(void **state)
{
	struct world *w = *state;
	struct segment_header h = { .stream = { .node = replica_self(w->school[1])->id,
	    .epoch = 77, .scope = SCHOOL + 1 }, .first = 9, .count = 1 };
	struct merge_result res;
	uint64_t held = 0;

	exchange(w, 0);
	exchange(w, 1);
	assert_int_equal(store_begin_merge(w->hub->store), STATUS_OK);
	res = deliver(w, &h);
	assert_int_equal(store_commit_merge(w->hub->store), STATUS_OK);
	assert_int_equal(res.held, 0);
	assert_int_equal(res.status, STATUS_RIGHTS);
	assert_int_equal(store_held_count(w->hub->store, &held), STATUS_OK);
	assert_int_equal(held, 0);
}

static void
test_a_school_fills_neither_streams_nor_held(void **state)
{
	struct world *w = *state;
	struct segment_header h = { .stream = { .node = replica_self(w->school[0])->id,
	    .scope = SCHOOL }, .first = 2, .count = 1 };
	struct merge_result res = {0};
	uint32_t before;
	uint64_t held = 0;

	exchange(w, 0);
	before = store_stream_count(w->hub->store);
	assert_int_equal(store_begin_merge(w->hub->store), STATUS_OK);
	for (uint64_t i = 1; i <= MERGE_MAX_STREAMS; i++) {
		h.stream.epoch = i;
		res = deliver(w, &h);
	}
	assert_int_equal(res.status, STATUS_TOO_LARGE);
	assert_true(store_stream_count(w->hub->store) < before + MERGE_MAX_STREAMS);
	h.stream.epoch = 1;
	for (uint64_t i = 3; i < 3 + MERGE_MAX_HELD; i++) {
		h.first = i;
		res = deliver(w, &h);
	}
	assert_int_equal(res.status, STATUS_TOO_LARGE);
	assert_int_equal(store_held_count(w->hub->store, &held), STATUS_OK);
	assert_int_equal(held, MERGE_MAX_HELD);
	assert_int_equal(store_commit_merge(w->hub->store), STATUS_OK);
}

static void
test_knowledge_of_streams_that_are_not_here_is_bounded(void **state)
{
	struct world *w = *state;
	struct segment_header h = { .stream = { .node = replica_self(w->school[0])->id,
	    .epoch = 5, .scope = SCHOOL }, .first = 1, .count = 1 };
	struct stream_id of = h.stream;
	struct merge_result res;
	uint32_t before;

	exchange(w, 0);
	before = store_stream_count(w->hub->store);
	of.scope = SCHOOL + 1;
	assert_int_equal(vector_raise(&h.knows, &of, 1), STATUS_OK);
	assert_int_equal(store_begin_merge(w->hub->store), STATUS_OK);
	res = deliver(w, &h);
	assert_int_equal(res.segments, 1);
	assert_int_equal(store_stream_count(w->hub->store), before + 1);
	of.scope = SCHOOL;
	for (uint64_t i = 1; i <= MERGE_MAX_STREAMS; i++) {
		of.epoch = 1000 + i;
		assert_int_equal(vector_raise(&h.knows, &of, 1), STATUS_OK);
	}
	h.stream.epoch = 6;
	assert_int_equal(deliver(w, &h).status, STATUS_TOO_LARGE);
	assert_int_equal(store_stream_count(w->hub->store), before + 1);
	assert_int_equal(store_commit_merge(w->hub->store), STATUS_OK);
	vector_release(&h.knows);
}

static void
first_bundle(const struct env *env, const char *stick, char ret[FOLDER_NAME_BYTES])
{
	struct folder_entry *list;
	size_t n, ignored, i = 0;

	assert_int_equal(folder_list(env, stick, &list, &n, &ignored), STATUS_OK);
	while (i < n && list[i].kind != FOLDER_BUNDLE)
		i++;
	assert_true(i < n);
	memcpy(ret, list[i].name, FOLDER_NAME_BYTES);
	free(list);
}

static void
test_a_bundle_under_anothers_name_does_not_keep_that_one_out(void **state)
{
	struct world *w = *state;
	char mine[FOLDER_NAME_BYTES], others[FOLDER_NAME_BYTES], path[160];
	struct replica_export out;
	struct replica_import in;
	struct buffer b = BUFFER_INIT;

	sim_mount(w->sim, "other");
	sim_mount(w->sim, "false");
	assert_int_equal(replica_export(w->school[0], "stick", false, &out), STATUS_OK);
	assert_int_equal(replica_export(w->school[1], "other", false, &out), STATUS_OK);
	first_bundle(w->hub_env, "stick", mine);
	first_bundle(w->hub_env, "other", others);
	(void)snprintf(path, sizeof(path), "stick/KEHOU/%s", mine);
	assert_int_equal(env_read_file(w->hub_env, path, BUNDLE_MAX_BYTES, &b), STATUS_OK);
	assert_int_equal(w->hub_env->files->mkdir(w->hub_env->ctx, "false/KEHOU"),
	    STATUS_OK);
	(void)snprintf(path, sizeof(path), "false/KEHOU/%s", others);
	assert_int_equal(env_write_file(w->hub_env, path, b.data, b.len), STATUS_OK);
	buffer_release(&b);
	assert_int_equal(replica_import(w->hub, "false", NULL, NULL, &in), STATUS_OK);
	assert_int_equal(in.merged, 1);
	assert_int_equal(replica_import(w->hub, "other", NULL, NULL, &in), STATUS_OK);
	assert_int_equal(in.merged, 1);
	assert_int_equal(in.known, 1); /* the roster */
	assert_int_equal(replica_import(w->hub, "other", NULL, NULL, &in), STATUS_OK);
	assert_int_equal(in.known, 2);
}

static void
test_a_bundle_damaged_on_the_stick_is_written_anew(void **state)
{
	struct world *w = *state;
	char name[FOLDER_NAME_BYTES], path[160];
	struct replica_export out;

	assert_int_equal(replica_export(w->school[0], "stick", false, &out), STATUS_OK);
	assert_int_equal(out.bundles, 1);
	assert_int_equal(replica_export(w->school[0], "stick", false, &out), STATUS_OK);
	assert_int_equal(out.unchanged, 1);
	first_bundle(w->env[0], "stick", name);
	(void)snprintf(path, sizeof(path), "stick/KEHOU/%s", name);
	assert_int_equal(env_write_file(w->env[0], path, (const uint8_t *)"", 0),
	    STATUS_OK);
	assert_int_equal(replica_export(w->school[0], "stick", false, &out), STATUS_OK);
	assert_int_equal(out.unchanged, 0);
	assert_int_equal(out.bundles, 1);
}

static void
test_a_stick_without_room_is_left_as_it_was(void **state)
{
	struct world *w = *state;
	const struct env *env = w->env[0];
	struct replica_export out = {0};
	int status;

	for (int there = 0; there < 2; there++) {
		const char *stick = there ? "used" : "stick";
		uint64_t room = 0;

		if (there) {
			sim_mount(w->sim, stick);
			assert_int_equal(env->files->mkdir(env->ctx, "used/KEHOU"), STATUS_OK);
		}
		do {
			sim_set_capacity(w->sim, stick, room);
			status = replica_export(w->school[0], stick, false, &out);
			if (status == STATUS_OK)
				break;
			assert_int_equal(status, STATUS_FULL);
			assert_false(sim_exists(w->sim, "stick/KEHOU") && !there);
			assert_int_equal(sim_exists(w->sim, "used/KEHOU"), there);
			assert_int_equal(sim_count(w->sim, "used/KEHOU"), 0);
			room += 64;
		} while (room < 65536);
		assert_int_equal(status, STATUS_OK);
		assert_true(room > 1024); /* without room for a roster, then for a bundle */
		assert_int_equal(out.bundles, 1);
	}
}

/* The county has one stick for all; who has files on it is served again. */
static void
test_one_stick_serves_thirty_schools_and_is_read_once(void **state)
{
	enum { SCHOOLS = 30 };
	struct world *w = *state;
	struct replica *school[SCHOOLS];
	struct replica_invite in = { .role = ROLE_SCHOOL, .school = { .class_code = 220,
	    .kind = 1, .name = "冶上教学点" } };
	struct replica_export out;
	struct replica_import got;
	struct replica_status s;
	char dir[160], recovery[RECOVERY_TEXT_BYTES];
	uint64_t operations;

	for (unsigned i = 0; i < SCHOOLS; i++) {
		struct buffer file = BUFFER_INIT;
		const struct env *env = sim_node(w->sim, 100 + i, INT64_C(1788220800));

		in.school.id = SCHOOL + 100 + i;
		assert_int_equal(replica_invite(w->hub, &in, &file), STATUS_OK);
		(void)snprintf(dir, sizeof(dir), "%s/many%u", w->base, i);
		assert_int_equal(mkdir(dir, 0700), 0);
		assert_int_equal(replica_init_school(dir, env, &domain, file.data, file.len,
		    recovery), STATUS_OK);
		buffer_release(&file);
		assert_int_equal(replica_open(dir, env, &domain, &school[i]), STATUS_OK);
		assert_int_equal(replica_export(school[i], "stick", false, &out), STATUS_OK);
		assert_int_equal(out.bundles, 1);
	}
	assert_int_equal(replica_import(w->hub, "stick", NULL, NULL, &got), STATUS_OK);
	assert_int_equal(got.merged, SCHOOLS);
	assert_int_equal(replica_export(w->hub, "stick", false, &out), STATUS_OK);
	assert_int_equal(out.bundles, SCHOOLS); /* and none for those never on it */
	for (unsigned i = 0; i < SCHOOLS; i++) {
		assert_int_equal(replica_import(school[i], "stick", NULL, NULL, &got), STATUS_OK);
		assert_int_equal(got.refused, 0);
		assert_int_equal(replica_status(school[i], &s), STATUS_OK);
		assert_true(s.certified);
		assert_int_equal(s.waiting, 0);
	}
	/* Each header once and each own bundle's bytes once, not everything for each school. */
	operations = sim_operations(w->sim);
	assert_int_equal(replica_export(w->hub, "stick", false, &out), STATUS_OK);
	assert_int_equal(out.unchanged, SCHOOLS);
	operations = sim_operations(w->sim) - operations;
	if (operations >= 20 * SCHOOLS)
		fail_msg("%u operations for %d schools", (unsigned)operations, SCHOOLS);
	for (unsigned i = 0; i < SCHOOLS; i++)
		replica_close(school[i]);
}

struct given {
	unsigned n;
	struct replica_stick last; /* the one of the highest number */
};

static int
note_given(void *ctx, const struct replica_stick *s)
{
	struct given *g = ctx;

	g->n++;
	if (s->number > g->last.number)
		g->last = *s;
	return 0;
}

static struct given
given(struct world *w)
{
	struct given g = {0};

	assert_int_equal(replica_sticks(w->hub, note_given, &g), STATUS_OK);
	return g;
}

static void
test_a_stick_is_known_again_and_is_out_until_it_is_back(void **state)
{
	struct world *w = *state;
	struct replica_export out;
	struct replica_import in;
	struct given g;

	assert_int_equal(replica_export(w->school[0], "stick", false, &out), STATUS_OK);
	assert_int_equal(replica_stick(w->school[0], "stick", true, "school"), STATUS_OK);
	assert_int_equal(replica_import(w->hub, "stick", NULL, NULL, &in), STATUS_OK);
	assert_int_equal(replica_stick(w->hub, "stick", false, "east"), STATUS_OK);
	assert_int_equal(given(w).n, 0); /* not one of the hub's yet */
	assert_int_equal(replica_export(w->hub, "stick", false, &out), STATUS_OK);
	assert_int_equal(replica_stick(w->hub, "stick", true, "east"), STATUS_OK);
	g = given(w);
	assert_int_equal(g.n, 1);
	assert_int_equal(g.last.number, 1);
	assert_string_equal(g.last.label, "east");
	assert_int_equal(g.last.out_s, 1788220800);
	assert_int_equal(g.last.nschools, 1);
	assert_true(g.last.schools[0] == SCHOOL);
	/* A week later it is back, then out again; the mark is no file that was not taken. */
	sim_set_clock(w->hub_env, INT64_C(1788220800) + 604800);
	assert_int_equal(replica_import(w->hub, "stick", NULL, NULL, &in), STATUS_OK);
	assert_int_equal(in.ignored, 0);
	assert_int_equal(replica_stick(w->hub, "stick", false, "sdb1"), STATUS_OK);
	g = given(w);
	assert_int_equal(g.last.out_s, 0);
	assert_int_equal(g.last.last_s, 1788220800 + 604800);
	assert_string_equal(g.last.label, "east");
	assert_int_equal(replica_stick(w->hub, "stick", true, "sdb1"), STATUS_OK);
	assert_int_equal(given(w).last.out_s, 1788220800 + 604800);
	/* Another stick has the next number, also after one was forgotten. */
	sim_mount(w->sim, "other");
	assert_int_equal(replica_export(w->hub, "other", true, &out), STATUS_OK);
	assert_int_equal(replica_stick(w->hub, "other", true, ""), STATUS_OK);
	assert_int_equal(given(w).last.number, 2);
	assert_int_equal(replica_stick_set(w->hub, 2, REPLICA_STICK_LABEL, "西沟片"), STATUS_OK);
	assert_string_equal(given(w).last.label, "西沟片");
	assert_int_equal(replica_stick_set(w->hub, 2, REPLICA_STICK_LABEL, ""), STATUS_USAGE);
	assert_int_equal(replica_stick_set(w->hub, 2, REPLICA_STICK_KEPT, NULL), STATUS_OK);
	assert_int_equal(given(w).last.out_s, 0);
	assert_int_equal(replica_stick_set(w->hub, 2, REPLICA_STICK_FORGET, NULL), STATUS_OK);
	assert_int_equal(given(w).n, 1);
	assert_int_equal(replica_stick_set(w->hub, 2, REPLICA_STICK_KEPT, NULL),
	    STATUS_NOT_FOUND);
	assert_int_equal(replica_stick(w->hub, "other", true, ""), STATUS_OK);
	assert_int_equal(given(w).last.number, 3);
}

/* Power went between the roster's file and the retry of what is held. */
static void
test_what_waits_for_a_certificate_goes_on_after_a_cut(void **state)
{
	struct world *w = *state;
	struct segment_header h = { .stream = { .node = replica_self(w->school[0])->id,
	    .epoch = 5, .scope = SCHOOL }, .first = 1, .count = 1 };
	struct merge m = replica_merge(w->hub);
	static const uint8_t zero[HASH_BYTES];
	struct buffer packed = BUFFER_INIT;
	struct merge_result res = {0};
	uint8_t hash[HASH_BYTES];
	uint64_t held = 1;
	struct batch b;

	batch_init(&b);
	assert_int_equal(batch_add_tx(&b, INT64_C(1788220800), 0), STATUS_OK);
	assert_int_equal(segment_build(&schema_registry, 410185, &h, zero, &b, NULL,
	    &w->school[0]->self, w->env[0], &packed, hash), STATUS_OK);
	assert_int_equal(store_begin_merge(w->hub->store), STATUS_OK);
	assert_int_equal(merge_segment(&m, packed.data, packed.len, &res), STATUS_OK);
	assert_int_equal(store_commit_merge(w->hub->store), STATUS_OK);
	assert_int_equal(res.status, STATUS_UNCERTIFIED);
	exchange(w, 0);
	assert_int_equal(store_held_count(w->hub->store, &held), STATUS_OK);
	assert_int_equal(held, 0);
	/* As if the roster's file were newer than the last retry. */
	assert_int_equal(replica_set_number(w->hub, "retried", 0), STATUS_OK);
	replica_close(w->hub);
	w->hub = NULL;
	assert_int_equal(replica_open(w->hub_dir, w->hub_env, &domain, &w->hub),
	    STATUS_OK);
	assert_int_equal(replica_number(w->hub, "retried", &held), STATUS_OK);
	assert_int_equal(held, w->hub->roster.number);
	buffer_release(&packed);
	batch_release(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    test_a_node_without_its_roster_is_damaged_and_not_overwritten,
		    begin, end),
		cmocka_unit_test_setup_teardown(
		    test_what_a_revoked_hub_confirmed_is_open_again, begin, end),
		cmocka_unit_test_setup_teardown(
		    test_a_school_cannot_have_others_segments_held, begin, end),
		cmocka_unit_test_setup_teardown(
		    test_a_school_fills_neither_streams_nor_held, begin, end),
		cmocka_unit_test_setup_teardown(
		    test_knowledge_of_streams_that_are_not_here_is_bounded, begin, end),
		cmocka_unit_test_setup_teardown(
		    test_a_bundle_under_anothers_name_does_not_keep_that_one_out,
		    begin, end),
		cmocka_unit_test_setup_teardown(
		    test_a_stick_without_room_is_left_as_it_was, begin, end),
		cmocka_unit_test_setup_teardown(
		    test_a_bundle_damaged_on_the_stick_is_written_anew, begin, end),
		cmocka_unit_test_setup_teardown(
		    test_one_stick_serves_thirty_schools_and_is_read_once, begin, end),
		cmocka_unit_test_setup_teardown(
		    test_a_stick_is_known_again_and_is_out_until_it_is_back, begin, end),
		cmocka_unit_test_setup_teardown(
		    test_what_waits_for_a_certificate_goes_on_after_a_cut, begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
