/* Whole-file reads and writes: old bytes or new ones, whatever happens. */
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

#include "sync/buffer.h"
#include "tests/sim/sim_env.h"

#define SEED 20260902
static const uint8_t old_bytes[] = "old", new_bytes[] = "newer";

/* What is at path, or "neither". */
static const char *
which(const struct env *env, const char *path)
{
	struct buffer b = BUFFER_INIT;
	const char *ret = "neither";
	int rc = env_read_file(env, path, 100, &b);

	if (rc == STATUS_OK && b.len == sizeof old_bytes
	    && memcmp(b.data, old_bytes, b.len) == 0)
		ret = "old";
	if (rc == STATUS_OK && b.len == sizeof new_bytes
	    && memcmp(b.data, new_bytes, b.len) == 0)
		ret = "new";
	buffer_release(&b);
	return ret;
}

static void
cut_everywhere(enum sim_cut how, bool vfat, uint64_t seed)
{
	uint64_t n;
	bool struck = true;

	for (n = 1; struck; n++) {
		struct sim_world *w = sim_world_new(seed + n);
		const struct env *env = sim_node(w, 1, 0);
		const char *found;
		int rc;

		assert_true(n < 50);
		sim_set_vfat(w, "", vfat);
		assert_int_equal(env_write_file(env, "f", old_bytes, sizeof old_bytes), 0);
		sim_stop_at(w, n);
		rc = env_write_file(env, "f", new_bytes, sizeof new_bytes);
		struck = sim_struck(w);
		sim_power_cut(w, how);
		found = which(env, "f");
		/* On vfat a rename without the second fsync may cost the file: what
		 * was promised must be there all the same. */
		if (rc == STATUS_OK)
			assert_string_equal(found, "new");
		else if (!vfat)
			assert_string_not_equal(found, "neither");
		assert_int_equal(env_write_file(env, "f", new_bytes, sizeof new_bytes), 0);
		assert_string_equal(which(env, "f"), "new");
		assert_int_equal(sim_count(w, ""), 1);
		sim_world_free(w);
	}
}

static void
a_cut_leaves_the_old_bytes_or_the_new(void **state)
{
	uint64_t seed;

	(void)state;
	cut_everywhere(SIM_DROP_ALL, false, SEED);
	cut_everywhere(SIM_DROP_ALL, true, SEED);
	for (seed = SEED; seed < SEED + 2000; seed += 100) {
		print_message("# seed %llu\n", (unsigned long long)seed);
		cut_everywhere(SIM_KEEP_SOME, false, seed);
	}
}

/* Wherever the power goes, a file that is moved is whole under one name at least. */
static void
a_file_that_is_moved_is_never_lost(void **state)
{
	uint64_t seed;

	(void)state;
	for (seed = SEED; seed < SEED + 100; seed++) {
		bool struck = true;

		for (uint64_t n = 1; struck; n++) {
			struct sim_world *w = sim_world_new(seed + n);
			const struct env *env = sim_node(w, 1, 0);
			int rc;

			assert_int_equal(env_write_file(env, "f", old_bytes, sizeof old_bytes), 0);
			assert_int_equal(env_write_file(env, "g", new_bytes, sizeof new_bytes), 0);
			sim_stop_at(w, n);
			rc = env_move_file(env, "g", "f");
			struck = sim_struck(w);
			sim_power_cut(w, SIM_KEEP_SOME);
			assert_string_not_equal(which(env, "f"), "neither");
			if (strcmp(which(env, "f"), "old") == 0)
				assert_string_equal(which(env, "g"), "new");
			if (rc == STATUS_OK)
				assert_string_equal(which(env, "g"), "neither");
			sim_world_free(w);
		}
	}
}

static void
a_failed_write_is_told_and_leaves_no_temporary_file(void **state)
{
	uint64_t n;
	bool struck = true;

	(void)state;
	for (n = 1; struck; n++) {
		struct sim_world *w = sim_world_new(SEED);
		const struct env *env = sim_node(w, 1, 0);
		int rc;

		assert_int_equal(env_write_file(env, "f", old_bytes, sizeof old_bytes), 0);
		sim_fail_at(w, n, STATUS_FULL);
		rc = env_write_file(env, "f", new_bytes, sizeof new_bytes);
		struck = sim_struck(w);
		sim_no_fault(w);
		assert_int_equal(rc, struck ? STATUS_FULL : STATUS_OK);
		assert_string_not_equal(which(env, "f"), "neither");
		assert_int_equal(sim_count(w, ""), 1);
		sim_world_free(w);
	}
	/* create, append, fsync, rename, fsync, folder; then one run without. */
	assert_int_equal(n, 6 + 1 + 1);
}

static void
read_appends_and_is_bounded(void **state)
{
	struct sim_world *w = sim_world_new(SEED);
	const struct env *env = sim_node(w, 1, 0);
	struct buffer b = BUFFER_INIT;

	(void)state;
	buffer_put_u8(&b, '>');
	sim_poke(w, "f", new_bytes, sizeof new_bytes);
	assert_int_equal(env_read_file(env, "f", sizeof new_bytes - 1, &b), STATUS_TOO_LARGE);
	assert_int_equal(env_read_file(env, "g", 100, &b), STATUS_NOT_FOUND);
	assert_int_equal(b.len, 1);
	assert_int_equal(env_read_file(env, "f", sizeof new_bytes, &b), STATUS_OK);
	assert_int_equal(b.len, 1 + sizeof new_bytes);
	assert_memory_equal(b.data, ">newer", 6);
	buffer_release(&b);
	sim_world_free(w);
}

static void
the_same_seed_gives_the_same_world(void **state)
{
	uint8_t a[2][16], b[16];
	int i;

	(void)state;
	for (i = 0; i < 2; i++) {
		struct sim_world *w = sim_world_new(SEED);
		const struct env *env = sim_node(w, 7, 100);

		env->random(env->ctx, a[i], sizeof a[i]);
		env->random(env->ctx, b, sizeof b);
		assert_memory_not_equal(a[i], b, sizeof b);
		assert_int_equal(env->now_s(env->ctx), 100);
		sim_set_clock(env, 5);
		assert_int_equal(env->now_s(env->ctx), 5);
		sim_world_free(w);
	}
	assert_memory_equal(a[0], a[1], sizeof b);
}

static void
the_real_system_writes_private_files_and_follows_no_link(void **state)
{
	char dir[] = "/tmp/kehou-env-XXXXXX", path[64], link_path[64];
	struct buffer b = BUFFER_INIT;
	struct stat st;
	uint8_t r1[32], r2[32];

	(void)state;
	assert_non_null(mkdtemp(dir));
	snprintf(path, sizeof path, "%s/key", dir);
	snprintf(link_path, sizeof link_path, "%s/link", dir);
	assert_int_equal(env_write_file(&env_posix, path, old_bytes, sizeof old_bytes), 0);
	assert_int_equal(env_write_file(&env_posix, path, new_bytes, sizeof new_bytes), 0);
	assert_string_equal(which(&env_posix, path), "new");
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_int_equal(symlink(path, link_path), 0);
	assert_int_equal(env_read_file(&env_posix, link_path, 100, &b), STATUS_IO);
	assert_int_equal(env_read_file(&env_posix, dir, 100, &b), STATUS_IO);
	unlink(link_path);
	unlink(path);
	assert_int_equal(rmdir(dir), 0); /* no temporary file is left */
	assert_int_equal(env_write_file(&env_posix, path, old_bytes, 3), STATUS_NOT_FOUND);
	env_posix.random(NULL, r1, sizeof r1);
	env_posix.random(NULL, r2, sizeof r2);
	assert_memory_not_equal(r1, r2, sizeof r1);
	assert_true(env_posix.now_s(NULL) > INT64_C(1700000000));
	buffer_release(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_cut_leaves_the_old_bytes_or_the_new),
		cmocka_unit_test(a_file_that_is_moved_is_never_lost),
		cmocka_unit_test(a_failed_write_is_told_and_leaves_no_temporary_file),
		cmocka_unit_test(read_appends_and_is_bounded),
		cmocka_unit_test(the_same_seed_gives_the_same_world),
		cmocka_unit_test(the_real_system_writes_private_files_and_follows_no_link),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
