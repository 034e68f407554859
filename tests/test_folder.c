/* Folder: what is finished stays over any cut; what is not leaves no final name. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "sync/folder.h"
#include "tests/sim/sim_env.h"

#define SEED 20260901
static const uint8_t content[] = "the bytes of a bundle, as far as a folder cares";

static void
hash_of(const void *data, size_t len, uint8_t ret[HASH_BYTES])
{
	struct hash h;

	folder_hash_init(&h);
	hash_update(&h, data, len);
	hash_final(&h, ret);
}

/* Writes content as a bundle; the status of the first call that failed. */
static int
write_one(const struct env *env, const char *dir, char ret_name[FOLDER_NAME_BYTES])
{
	struct folder_write *w;
	struct file *file;
	uint8_t hash[HASH_BYTES];
	int rc = folder_write_begin(env, dir, FOLDER_BUNDLE, &w, &file);

	if (rc != STATUS_OK)
		return rc;
	hash_of(content, sizeof content, hash);
	rc = env->files->append(env->ctx, file, content, sizeof content);
	if (rc == STATUS_OK)
		rc = folder_write_finish(w, hash, ret_name);
	folder_write_free(w);
	return rc;
}

/* Number of whole bundles; fails the test on one that is not whole. */
static size_t
count_whole(const struct env *env, const char *dir)
{
	struct folder_entry *entries = NULL;
	uint8_t bytes[sizeof content + 1];
	struct file *file;
	size_t n = 0, ignored, i, len;
	int rc = folder_list(env, dir, &entries, &n, &ignored);

	if (rc == STATUS_NOT_FOUND)
		return 0;
	assert_int_equal(rc, STATUS_OK);
	for (i = 0; i < n; i++) {
		assert_int_equal(folder_open(env, dir, entries[i].name, &file), STATUS_OK);
		assert_int_equal(env->files->read_at(env->ctx, file, 0, bytes, sizeof bytes,
		    &len), STATUS_OK);
		env->files->close(env->ctx, file);
		assert_int_equal(len, sizeof content);
		assert_memory_equal(bytes, content, len);
	}
	free(entries);
	return n;
}

static void
a_finished_file_is_listed_and_reads_the_same(void **state)
{
	struct sim_world *w = sim_world_new(SEED);
	const struct env *env = sim_node(w, 1, 0);
	char name[FOLDER_NAME_BYTES];

	(void)state;
	sim_mount(w, "/stick");
	assert_int_equal(write_one(env, "/stick", name), STATUS_OK);
	assert_int_equal(strlen(name), 36);
	assert_int_equal(strspn(name, "0123456789ABCDEF"), 32);
	assert_string_equal(name + 32, ".KHB");
	assert_int_equal(count_whole(env, "/stick"), 1);
	assert_int_equal(write_one(env, "/stick", name), STATUS_OK); /* the same again */
	assert_int_equal(sim_count(w, "/stick"), 1);
	assert_int_equal(folder_remove(env, "/stick", name), STATUS_OK);
	assert_int_equal(sim_count(w, "/stick"), 0);
	sim_world_free(w);
}

static void
what_was_promised_survives_a_cut_on_vfat(void **state)
{
	struct sim_world *w = sim_world_new(SEED);
	const struct env *env = sim_node(w, 1, 0);
	char name[FOLDER_NAME_BYTES];

	(void)state;
	sim_mount(w, "/stick");
	sim_set_vfat(w, "/stick", true);
	assert_int_equal(write_one(env, "/stick", name), STATUS_OK);
	sim_power_cut(w, SIM_DROP_ALL);
	assert_int_equal(count_whole(env, "/stick"), 1);
	sim_world_free(w);
}

/* The simulated vfat does lose what is not synced after the rename: otherwise
 * the test above proves nothing. */
static void
the_simulated_vfat_loses_a_file_in_the_usual_order(void **state)
{
	struct sim_world *w = sim_world_new(SEED);
	const struct env *env = sim_node(w, 1, 0);
	struct file *file;
	size_t len;

	(void)state;
	sim_mount(w, "/stick");
	sim_set_vfat(w, "/stick", true);
	assert_int_equal(env->files->create(env->ctx, "/stick/a", &file), STATUS_OK);
	assert_int_equal(env->files->append(env->ctx, file, content, 9), STATUS_OK);
	assert_int_equal(env->files->fsync(env->ctx, file), STATUS_OK);
	env->files->close(env->ctx, file);
	assert_int_equal(env->files->rename(env->ctx, "/stick/a", "/stick/b"), STATUS_OK);
	assert_int_equal(env->files->fsync_dir(env->ctx, "/stick"), STATUS_OK);
	sim_power_cut(w, SIM_DROP_ALL);
	assert_non_null(sim_peek(w, "/stick/b", &len));
	assert_int_equal(len, 0);
	sim_world_free(w);
}

/* At every operation n: fails once, or stops and the power is cut. */
static void
no_fault_leaves_a_final_name_that_was_not_promised(void **state)
{
	static const int faults[] = {STATUS_IO, STATUS_FULL, STATUS_READONLY};
	uint64_t n;
	size_t f;
	bool struck = true;

	(void)state;
	for (n = 1; struck; n++) {
		assert_true(n < 100);
		struck = false;
		for (f = 0; f < 3; f++) {
			struct sim_world *w = sim_world_new(SEED);
			const struct env *env = sim_node(w, 1, 0);
			char name[FOLDER_NAME_BYTES];
			int rc;

			sim_mount(w, "/stick");
			sim_fail_at(w, n, faults[f]);
			rc = write_one(env, "/stick", name);
			struck |= sim_struck(w);
			sim_no_fault(w);
			/* Only the look for the same bytes may fail unnoticed. */
			assert_int_equal(count_whole(env, "/stick"), rc == STATUS_OK);
			assert_int_equal(sim_count(w, "/stick"), rc == STATUS_OK);
			sim_world_free(w);
		}
	}
	assert_true(n > 10);
}

static void
stop_everywhere(enum sim_cut how, bool vfat, uint64_t seed)
{
	uint64_t n;
	bool struck = true;

	for (n = 1; struck; n++) {
		struct sim_world *w = sim_world_new(seed + n);
		const struct env *env = sim_node(w, 1, 0);
		char name[FOLDER_NAME_BYTES];
		size_t len;
		int rc;

		assert_true(n < 100);
		sim_mount(w, "/stick");
		sim_set_vfat(w, "/stick", vfat);
		sim_stop_at(w, n);
		rc = write_one(env, "/stick", name);
		struck = sim_struck(w);
		sim_power_cut(w, how);
		if (rc == STATUS_OK)
			assert_int_equal(count_whole(env, "/stick"), 1);
		/* A second run mends whatever the cut left. */
		assert_int_equal(write_one(env, "/stick", name), STATUS_OK);
		assert_int_equal(folder_sweep(env, "/stick"), STATUS_OK);
		assert_int_equal(count_whole(env, "/stick"), 1);
		assert_int_equal(sim_count(w, "/stick"), 1);
		assert_true(sim_peek(w, "/stick/KEHOU", &len) == NULL);
		sim_world_free(w);
	}
}

static void
a_second_run_mends_what_any_stop_left(void **state)
{
	uint64_t seed;

	(void)state;
	stop_everywhere(SIM_DROP_ALL, false, SEED);
	stop_everywhere(SIM_DROP_ALL, true, SEED);
	for (seed = SEED; seed < SEED + 2000; seed += 100) {
		print_message("# seed %llu\n", (unsigned long long)seed);
		stop_everywhere(SIM_KEEP_SOME, true, seed);
	}
}

static void
a_stick_that_goes_away_is_told(void **state)
{
	struct sim_world *w = sim_world_new(SEED);
	const struct env *env = sim_node(w, 1, 0);
	struct folder_write *fw;
	struct file *file;
	struct folder_entry *entries;
	size_t n, ignored;
	uint8_t hash[HASH_BYTES];
	char name[FOLDER_NAME_BYTES];

	(void)state;
	sim_mount(w, "/stick");
	assert_int_equal(folder_write_begin(env, "/stick", FOLDER_BUNDLE, &fw, &file), 0);
	assert_int_equal(env->files->append(env->ctx, file, content, sizeof content), 0);
	sim_unplug(w, "/stick");
	hash_of(content, sizeof content, hash);
	assert_int_equal(folder_write_finish(fw, hash, name), STATUS_REMOVED);
	folder_write_free(fw);
	assert_int_equal(folder_list(env, "/stick", &entries, &n, &ignored),
	    STATUS_NOT_FOUND);
	assert_int_equal(write_one(env, "/stick", name), STATUS_NOT_FOUND);
	sim_plug(w, "/stick");
	assert_int_equal(write_one(env, "/stick", name), STATUS_OK);
	sim_world_free(w);
}

static void
full_and_readonly_sticks_say_so(void **state)
{
	struct sim_world *w = sim_world_new(SEED);
	const struct env *env = sim_node(w, 1, 0);
	char name[FOLDER_NAME_BYTES];

	(void)state;
	sim_mount(w, "/stick");
	sim_set_readonly(w, "/stick", true);
	assert_int_equal(write_one(env, "/stick", name), STATUS_READONLY);
	sim_set_readonly(w, "/stick", false);
	sim_set_capacity(w, "/stick", sizeof content - 1);
	assert_int_equal(write_one(env, "/stick", name), STATUS_FULL);
	assert_int_equal(sim_count(w, "/stick"), 0);
	sim_world_free(w);
}

static void
wrong_bytes_on_the_medium_are_noticed(void **state)
{
	struct sim_world *w = sim_world_new(SEED);
	const struct env *env = sim_node(w, 1, 0);
	struct folder_write *fw;
	struct file *file;
	uint8_t hash[HASH_BYTES];
	char name[FOLDER_NAME_BYTES];

	(void)state;
	assert_int_equal(folder_write_begin(env, "", FOLDER_ROSTER, &fw, &file), STATUS_OK);
	assert_int_equal(env->files->append(env->ctx, file, content, sizeof content - 1), 0);
	hash_of(content, sizeof content, hash);
	assert_int_equal(folder_write_finish(fw, hash, name), STATUS_CORRUPT);
	folder_write_free(fw);
	assert_int_equal(sim_count(w, ""), 0);
	sim_world_free(w);
}

static void
poke(struct sim_world *w, const char *name)
{
	char path[64];

	snprintf(path, sizeof path, "KEHOU/%s", name);
	sim_poke(w, path, content, sizeof content);
}

static const struct files *sim_files;
static uint64_t read_bytes;

static int
counted_read(void *ctx, struct file *file, uint64_t offset, uint8_t *buf, size_t len,
    size_t *ret)
{
	int rc = sim_files->read_at(ctx, file, offset, buf, len, ret);

	read_bytes += *ret;
	return rc;
}

static void
what_lies_under_the_name_is_read_no_further_than_it_is_long(void **state)
{
	struct sim_world *w = sim_world_new(SEED);
	const struct env *env = sim_node(w, 1, 0);
	uint8_t hash[HASH_BYTES], junk[8192] = { 0 };
	char name[FOLDER_NAME_BYTES] = "", path[64], got[FOLDER_NAME_BYTES] = "";
	struct files counted;
	struct env counting = *env;
	struct file *file;

	(void)state;
	sim_mount(w, "/stick");
	hash_of(content, sizeof content, hash);
	folder_name_of(hash, FOLDER_BUNDLE, name);
	(void)snprintf(path, sizeof path, "/stick/KEHOU/%s", name);
	assert_int_equal(env->files->mkdir(env->ctx, "/stick/KEHOU"), STATUS_OK);
	assert_int_equal(env->files->create(env->ctx, path, &file), STATUS_OK);
	for (unsigned i = 0; i < 32; i++)
		assert_int_equal(env->files->append(env->ctx, file, junk, sizeof junk), STATUS_OK);
	env->files->close(env->ctx, file);
	sim_files = env->files;
	counted = *env->files;
	counted.read_at = counted_read;
	counting.files = &counted;
	read_bytes = 0;
	assert_int_equal(write_one(&counting, "/stick", got), STATUS_OK);
	assert_string_equal(got, name);
	assert_true(read_bytes <= sizeof content);
	sim_world_free(w);
}

static void
empty_leaves_no_file(void **state)
{
	struct sim_world *w = sim_world_new(SEED);
	const struct env *env = sim_node(w, 1, 0);

	(void)state;
	assert_int_equal(folder_empty(env, ""), STATUS_OK);
	assert_int_equal(env->files->mkdir(env->ctx, "KEHOU"), STATUS_OK);
	poke(w, "~12AB.TMP");
	poke(w, "A.KHB");
	poke(w, "0123456789ABCDEF0123456789ABCDEF.KHB");
	assert_int_equal(folder_empty(env, ""), STATUS_OK);
	assert_int_equal(sim_count(w, "KEHOU"), 0);
	sim_world_free(w);
}

static void
sweep_takes_own_temporary_names_only(void **state)
{
	static const char *const others[] = {"~12AB.tmp", "~12ab.TMP", "12AB.TMP", "~12AB5.TMP",
	    "~WRL0001.TMP", "A.KHB"};
	struct sim_world *w = sim_world_new(SEED);
	const struct env *env = sim_node(w, 1, 0);
	char path[64];
	size_t i;

	(void)state;
	assert_int_equal(folder_sweep(env, ""), STATUS_NOT_FOUND);
	assert_int_equal(env->files->mkdir(env->ctx, "KEHOU"), STATUS_OK);
	for (i = 0; i < sizeof others / sizeof *others; i++)
		poke(w, others[i]);
	poke(w, "~12AB.TMP");
	poke(w, "~0000.TMP");
	assert_int_equal(folder_sweep(env, ""), STATUS_OK);
	assert_int_equal(sim_count(w, "KEHOU"), sizeof others / sizeof *others);
	for (i = 0; i < sizeof others / sizeof *others; i++) {
		snprintf(path, sizeof path, "KEHOU/%s", others[i]);
		assert_true(sim_exists(w, path));
	}
	sim_world_free(w);
}

static void
list_is_sorted_and_passes_over_other_names(void **state)
{
	struct sim_world *w = sim_world_new(SEED);
	const struct env *env = sim_node(w, 1, 0);
	struct folder_entry *entries;
	struct file *file;
	size_t n, ignored;

	(void)state;
	assert_int_equal(env->files->mkdir(env->ctx, "KEHOU"), STATUS_OK);
	poke(w, "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF.KHB");
	poke(w, "0123456789ABCDEF0123456789ABCDEF.KHR");
	poke(w, "0123456789abcdef0123456789abcdef.KHR");
	poke(w, "README.TXT");
	assert_int_equal(folder_list(env, "", &entries, &n, &ignored), STATUS_OK);
	assert_int_equal(n, 2);
	assert_int_equal(ignored, 2);
	assert_int_equal(entries[0].kind, FOLDER_ROSTER);
	assert_int_equal(entries[1].kind, FOLDER_BUNDLE);
	assert_int_equal(entries[1].size_bytes, sizeof content);
	free(entries);
	assert_int_equal(folder_open(env, "", "../secret", &file), STATUS_USAGE);
	assert_int_equal(folder_remove(env, "", "README.TXT"), STATUS_USAGE);
	sim_world_free(w);
}

/* --- The real system ------------------------------------------------------ */

struct place {
	char dir[64], folder[80];
};

static void
place_new(struct place *p)
{
	strcpy(p->dir, "/tmp/kehou-folder-XXXXXX");
	assert_non_null(mkdtemp(p->dir));
	snprintf(p->folder, sizeof p->folder, "%s/KEHOU", p->dir);
}

static void
place_free(const struct place *p)
{
	(void)rmdir(p->folder);
	assert_int_equal(rmdir(p->dir), 0);
}

static void
links_and_special_files_are_not_opened(void **state)
{
	static const char *const names[] = {"00000000000000000000000000000000.KHB",
	    "11111111111111111111111111111111.KHB", "22222222222222222222222222222222.KHB"};
	struct place p;
	struct folder_entry *entries;
	struct file *file;
	size_t n, ignored;
	char paths[3][128];
	int i;

	(void)state;
	place_new(&p);
	assert_int_equal(mkdir(p.folder, 0700), 0);
	for (i = 0; i < 3; i++)
		snprintf(paths[i], sizeof paths[i], "%s/%s", p.folder, names[i]);
	assert_int_equal(symlink("/etc/passwd", paths[0]), 0);
	assert_int_equal(mkfifo(paths[1], 0600), 0);
	assert_int_equal(mkdir(paths[2], 0700), 0);
	assert_int_equal(folder_list(&env_posix, p.dir, &entries, &n, &ignored), STATUS_OK);
	assert_int_equal(n, 0);
	free(entries);
	for (i = 0; i < 3; i++)
		assert_int_equal(folder_open(&env_posix, p.dir, names[i], &file), STATUS_IO);
	unlink(paths[0]);
	unlink(paths[1]);
	rmdir(paths[2]);
	place_free(&p);
}

static void
a_link_in_the_place_of_the_folder_is_refused(void **state)
{
	struct place p, elsewhere;
	char name[FOLDER_NAME_BYTES];

	(void)state;
	place_new(&p);
	place_new(&elsewhere);
	assert_int_equal(symlink(elsewhere.dir, p.folder), 0);
	assert_int_equal(write_one(&env_posix, p.dir, name), STATUS_NOT_FOUND);
	assert_int_equal(folder_sweep(&env_posix, p.dir), STATUS_NOT_FOUND);
	unlink(p.folder);
	place_free(&p);
	place_free(&elsewhere); /* rmdir: nothing was written there */
}

static void
judged(const struct place *p, int wanted)
{
	assert_int_equal(folder_judge(&env_posix, p->dir), wanted);
}

static void
what_nobody_of_us_puts_there_is_judged(void **state)
{
	struct place p;
	char path[128];
	int i;

	(void)state;
	place_new(&p);
	judged(&p, STATUS_NOT_FOUND);
	assert_int_equal(symlink("/", p.folder), 0);
	judged(&p, STATUS_HOSTILE);
	assert_int_equal(unlink(p.folder), 0);
	assert_int_equal(mkfifo(p.folder, 0600), 0);
	judged(&p, STATUS_HOSTILE);
	assert_int_equal(unlink(p.folder), 0);
	assert_int_equal(mkdir(p.folder, 0700), 0);
	judged(&p, STATUS_OK);
	snprintf(path, sizeof path, "%s/\xe8\xaf\xbb", p.folder);
	assert_int_equal(mkdir(path, 0700), 0);
	judged(&p, STATUS_OK);
	assert_int_equal(rmdir(path), 0);
	snprintf(path, sizeof path, "%s/A", p.folder);
	assert_int_equal(symlink("B", path), 0);
	judged(&p, STATUS_HOSTILE);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(mkfifo(path, 0600), 0);
	judged(&p, STATUS_HOSTILE);
	assert_int_equal(unlink(path), 0);
	snprintf(path, sizeof path, "%s/A\x1b", p.folder);
	assert_int_equal(mkdir(path, 0700), 0);
	judged(&p, STATUS_HOSTILE);
	assert_int_equal(rmdir(path), 0);
	for (i = 0; i <= FOLDER_MAX_FILES; i++) {
		if (i == FOLDER_MAX_FILES)
			judged(&p, STATUS_OK);
		snprintf(path, sizeof path, "%s/%d", p.folder, i);
		assert_int_equal(mkdir(path, 0700), 0);
	}
	judged(&p, STATUS_HOSTILE);
	while (i-- > 0) {
		snprintf(path, sizeof path, "%s/%d", p.folder, i);
		assert_int_equal(rmdir(path), 0);
	}
	place_free(&p);
}

static void
a_real_folder_works_and_a_vanished_one_is_told(void **state)
{
	struct place p;
	struct folder_write *fw;
	struct file *file;
	uint8_t hash[HASH_BYTES];
	char name[FOLDER_NAME_BYTES], away[96];

	(void)state;
	place_new(&p);
	assert_int_equal(write_one(&env_posix, p.dir, name), STATUS_OK);
	assert_int_equal(count_whole(&env_posix, p.dir), 1);
	assert_int_equal(folder_remove(&env_posix, p.dir, name), STATUS_OK);
	assert_int_equal(folder_write_begin(&env_posix, p.dir, FOLDER_BUNDLE, &fw, &file), 0);
	snprintf(away, sizeof away, "%s/GONE", p.dir);
	assert_int_equal(rename(p.folder, away), 0);
	hash_of("", 0, hash);
	assert_int_equal(folder_write_finish(fw, hash, name), STATUS_REMOVED);
	assert_int_equal(rename(away, p.folder), 0);
	folder_write_free(fw);
	assert_int_equal(count_whole(&env_posix, p.dir), 0);
	place_free(&p);
}

/* A tmpfs of one page, then the same read-only.  Needs root. */
static void
a_real_full_and_a_real_readonly_medium_say_so(void **state)
{
	struct place p;
	struct folder_write *fw;
	struct file *file;
	static uint8_t page[65536];
	char name[FOLDER_NAME_BYTES];

	(void)state;
	place_new(&p);
	if (mount("none", p.dir, "tmpfs", 0, "size=4096") != 0) {
		place_free(&p);
		skip();
	}
	assert_int_equal(folder_write_begin(&env_posix, p.dir, FOLDER_BUNDLE, &fw, &file), 0);
	assert_int_equal(env_posix.files->append(NULL, file, page, sizeof page), STATUS_FULL);
	folder_write_free(fw);
	assert_int_equal(count_whole(&env_posix, p.dir), 0);
	assert_int_equal(mount(NULL, p.dir, NULL, MS_REMOUNT | MS_RDONLY, NULL), 0);
	assert_int_equal(write_one(&env_posix, p.dir, name), STATUS_READONLY);
	assert_int_equal(umount(p.dir), 0);
	place_free(&p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_finished_file_is_listed_and_reads_the_same),
		cmocka_unit_test(what_was_promised_survives_a_cut_on_vfat),
		cmocka_unit_test(the_simulated_vfat_loses_a_file_in_the_usual_order),
		cmocka_unit_test(no_fault_leaves_a_final_name_that_was_not_promised),
		cmocka_unit_test(a_second_run_mends_what_any_stop_left),
		cmocka_unit_test(a_stick_that_goes_away_is_told),
		cmocka_unit_test(full_and_readonly_sticks_say_so),
		cmocka_unit_test(wrong_bytes_on_the_medium_are_noticed),
		cmocka_unit_test(what_lies_under_the_name_is_read_no_further_than_it_is_long),
		cmocka_unit_test(empty_leaves_no_file),
		cmocka_unit_test(sweep_takes_own_temporary_names_only),
		cmocka_unit_test(list_is_sorted_and_passes_over_other_names),
		cmocka_unit_test(links_and_special_files_are_not_opened),
		cmocka_unit_test(a_link_in_the_place_of_the_folder_is_refused),
		cmocka_unit_test(what_nobody_of_us_puts_there_is_judged),
		cmocka_unit_test(a_real_folder_works_and_a_vanished_one_is_told),
		cmocka_unit_test(a_real_full_and_a_real_readonly_medium_say_so),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
