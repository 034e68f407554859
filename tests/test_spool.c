#include <fcntl.h>
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

#include "node/spool.h"

#define BYTES 5000u
#define NOW_S INT64_C(1788240000)

static const struct spool_from stranger = { .what = SPOOL_STRANGER };
static const struct spool_from school = { .what = SPOOL_KNOWN, .node = {{7}} };

struct world {
	char root[64];
	struct spool *spool;
	uint8_t bytes[BYTES];
	char name[FOLDER_NAME_BYTES];
};

static void
name_for(const uint8_t *p, size_t len, char ret[FOLDER_NAME_BYTES])
{
	uint8_t digest[HASH_BYTES];
	struct hash h;

	folder_hash_init(&h);
	hash_update(&h, p, len);
	hash_final(&h, digest);
	memset(ret, 0, FOLDER_NAME_BYTES);
	folder_name_of(digest, FOLDER_BUNDLE, ret);
}

static int
open_world(void **state)
{
	static struct world w;
	char root[80];

	memset(&w, 0, sizeof(w));
	(void)snprintf(w.root, sizeof(w.root), "/tmp/kehou-spool-XXXXXX");
	assert_non_null(mkdtemp(w.root));
	(void)snprintf(root, sizeof(root), "%s/spool", w.root);
	assert_int_equal(spool_new(root, &w.spool), STATUS_OK);
	for (size_t i = 0; i < BYTES; i++)
		w.bytes[i] = (uint8_t)(i * 31 + i / 256);
	name_for(w.bytes, BYTES, w.name);
	*state = &w;
	return 0;
}

static void
reopen(struct world *w)
{
	char root[80];

	(void)snprintf(root, sizeof(root), "%s/spool", w->root);
	spool_free(w->spool);
	assert_int_equal(spool_new(root, &w->spool), STATUS_OK);
}

static int
close_world(void **state)
{
	struct world *w = *state;
	char command[128];

	spool_free(w->spool);
	(void)snprintf(command, sizeof(command), "rm -rf %s", w->root);
	return system(command);
}

static int
append(struct world *w, uint64_t offset, size_t len, uint64_t *have, bool *whole)
{
	return spool_append(w->spool, w->name, &stranger, offset, BYTES, w->bytes + offset, len, have,
	    whole);
}

static void
a_file_goes_on_from_what_was_durable_when_the_program_stopped(void **state)
{
	struct world *w = *state;
	uint64_t have;
	bool whole;

	assert_int_equal(append(w, 0, 1000, &have, &whole), STATUS_OK);
	reopen(w);
	assert_int_equal(spool_have(w->spool, w->name, &have, &whole), STATUS_OK);
	assert_int_equal(have, 999);
	assert_false(whole);
	assert_int_equal(append(w, 999, BYTES - 999, &have, &whole), STATUS_OK);
	assert_true(whole);
	assert_int_equal(spool_waiting(w->spool), 1);
	reopen(w);
	assert_int_equal(spool_have(w->spool, w->name, &have, &whole), STATUS_OK);
	assert_true(whole);
	assert_int_equal(have, BYTES);
	assert_int_equal(spool_waiting(w->spool), 1);
}

/* ROOT/FOLDER/NAME with these bytes, as a kill leaves it. */
static void
leave(struct world *w, const char *folder, size_t len)
{
	char path[160];
	int fd;

	(void)snprintf(path, sizeof(path), "%s/spool/%s/%s", w->root, folder, w->name);
	fd = open(path, O_WRONLY | O_CREAT, 0600);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, w->bytes, len), len);
	assert_int_equal(close(fd), 0);
}

static void
a_kill_between_the_last_piece_and_the_name_is_gone_on_from(void **state)
{
	struct world *w = *state;
	uint64_t have;
	bool whole;

	leave(w, "part", BYTES);
	reopen(w);
	assert_int_equal(spool_have(w->spool, w->name, &have, &whole), STATUS_OK);
	assert_false(whole);
	assert_true(have < BYTES);
	assert_int_equal(append(w, have, BYTES - have, &have, &whole), STATUS_OK);
	assert_true(whole);
	assert_int_equal(spool_waiting(w->spool), 1);
}

static void
a_name_that_could_not_be_given_is_tried_again_with_the_last_piece(void **state)
{
	struct world *w = *state;
	uint64_t have;
	char in[160], aside[160];
	bool whole;

	(void)snprintf(in, sizeof(in), "%s/spool/in/KEHOU", w->root);
	(void)snprintf(aside, sizeof(aside), "%s/aside", w->root);
	assert_int_equal(append(w, 0, 1000, &have, &whole), STATUS_OK);
	assert_int_equal(rename(in, aside), 0);
	assert_int_not_equal(append(w, 1000, BYTES - 1000, &have, &whole), STATUS_OK);
	assert_int_equal(rename(aside, in), 0);
	assert_int_equal(spool_have(w->spool, w->name, &have, &whole), STATUS_OK);
	assert_int_equal(have, 1000);
	assert_int_equal(append(w, 1000, BYTES - 1000, &have, &whole), STATUS_OK);
	assert_true(whole);
}

static void
a_piece_at_another_offset_is_refused_and_the_right_one_told(void **state)
{
	struct world *w = *state;
	uint64_t have;
	bool whole;

	assert_int_equal(append(w, 0, 700, &have, &whole), STATUS_OK);
	assert_int_equal(append(w, 0, 700, &have, &whole), STATUS_STALE);
	assert_int_equal(have, 700);
	assert_int_equal(append(w, 900, 100, &have, &whole), STATUS_STALE);
	assert_int_equal(have, 700);
	assert_int_equal(spool_append(w->spool, w->name, &stranger, 700, 800, w->bytes, 200, &have,
	    &whole), STATUS_MALFORMED);
	assert_int_equal(append(w, 700, BYTES - 700, &have, &whole), STATUS_OK);
	assert_true(whole);
}

static void
other_bytes_than_the_name_says_are_dropped_whole(void **state)
{
	struct world *w = *state;
	uint64_t have;
	bool whole;

	w->bytes[4] ^= 1;
	assert_int_equal(append(w, 0, BYTES, &have, &whole), STATUS_CORRUPT);
	assert_int_equal(spool_waiting(w->spool), 0);
	assert_int_equal(spool_have(w->spool, w->name, &have, &whole), STATUS_OK);
	assert_int_equal(have, 0);
	w->bytes[4] ^= 1;
	assert_int_equal(append(w, 0, BYTES, &have, &whole), STATUS_OK);
	assert_true(whole);
}

static void
no_name_leaves_the_folder_and_no_size_passes_the_limits(void **state)
{
	static const char *const names[] = { "", "..", "../../etc/passwd", "a.KHB",
	    "0123456789abcdef0123456789abcdef.KHB", "0123456789ABCDEF0123456789ABCDEF.TXT" };
	struct world *w = *state;
	uint64_t have;
	bool whole;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		assert_int_equal(spool_append(w->spool, names[i], &stranger, 0, 4, "abcd", 4, &have,
		    &whole), STATUS_USAGE);
	assert_int_equal(spool_append(w->spool, w->name, &stranger, 0, SPOOL_MAX_FILE_BYTES + 1, "a", 1,
	    &have, &whole), STATUS_TOO_LARGE);
	assert_int_equal(spool_append(w->spool, w->name, &stranger, 0, 0, "", 0, &have, &whole),
	    STATUS_TOO_LARGE);
}

static void
the_engine_gets_a_few_at_a_time_and_has_them_again_after_a_stop(void **state)
{
	struct world *w = *state;
	const char *folder;
	uint64_t have;
	bool whole;
	size_t n;

	for (uint8_t i = 0; i < SPOOL_BATCH_FILES + 3; i++) {
		char name[FOLDER_NAME_BYTES];

		name_for(&i, 1, name);
		assert_int_equal(spool_append(w->spool, name, &stranger, 0, 1, &i, 1, &have, &whole),
		    STATUS_OK);
	}
	assert_int_equal(spool_take(w->spool, &folder, &n), STATUS_OK);
	assert_int_equal(n, SPOOL_BATCH_FILES);
	reopen(w); /* stopped with those in hand */
	assert_int_equal(spool_waiting(w->spool), SPOOL_BATCH_FILES + 3);
	for (size_t left = SPOOL_BATCH_FILES + 3; left > 0;) {
		struct folder_entry *list;
		size_t listed, ignored;

		assert_int_equal(spool_take(w->spool, &folder, &n), STATUS_OK);
		assert_int_equal(folder_list(&env_posix, folder, &list, &listed, &ignored),
		    STATUS_OK);
		assert_int_equal(listed, n);
		free(list);
		spool_done(w->spool);
		left -= n;
	}
	assert_int_equal(spool_waiting(w->spool), 0);
	assert_int_equal(spool_take(w->spool, &folder, &n), STATUS_OK);
	assert_int_equal(n, 0);
}

/* Unfinished, of so many bytes (sparse: it takes no room on the disk), untouched since. */
static void
leave_part(struct world *w, const char *file, uint64_t bytes, time_t since)
{
	const struct timespec times[2] = { { .tv_sec = since }, { .tv_sec = since } };
	char path[200];
	int fd;

	(void)snprintf(path, sizeof(path), "%s/spool/part/%s", w->root, file);
	fd = open(path, O_CREAT | O_WRONLY, 0600);
	assert_true(fd >= 0);
	assert_int_equal(ftruncate(fd, (off_t)bytes), 0);
	assert_int_equal(futimens(fd, times), 0);
	(void)close(fd);
}

static bool
is_left(struct world *w, const char *name)
{
	uint64_t have;
	bool whole;

	assert_int_equal(spool_have(w->spool, name, &have, &whole), STATUS_OK);
	return have > 0;
}

static int
whole_from(struct world *w, const struct spool_from *from)
{
	uint64_t have;
	bool whole;

	return spool_append(w->spool, w->name, from, 0, BYTES, w->bytes, BYTES, &have, &whole);
}

#define ONES "11111111111111111111111111111111.KHB"
#define TWOS "22222222222222222222222222222222.KHB"
#define THREES "33333333333333333333333333333333.KHB"
#define OF_A "-aa00000000000000"
#define OF_B "-bb00000000000000"

static void
nothing_of_a_known_nodes_gives_way_to_a_stranger(void **state)
{
	struct world *w = *state;

	leave_part(w, ONES OF_A, SPOOL_MAX_BYTES / 2, 1000);
	leave_part(w, TWOS OF_B, SPOOL_MAX_BYTES / 2, 2000);
	reopen(w);
	assert_int_equal(whole_from(w, &stranger), STATUS_BUSY);
	assert_true(is_left(w, ONES) && is_left(w, TWOS));
}

static void
a_stranger_gives_way_first_however_lately_he_came(void **state)
{
	struct world *w = *state;

	leave_part(w, ONES OF_A, SPOOL_MAX_BYTES / 2, 1000);
	leave_part(w, TWOS, SPOOL_MAX_BYTES / 8, 3000);
	leave_part(w, THREES OF_B, SPOOL_MAX_BYTES / 8 * 3, 2000);
	reopen(w);
	assert_int_equal(whole_from(w, &school), STATUS_OK);
	assert_true(is_left(w, ONES) && is_left(w, THREES));
	assert_false(is_left(w, TWOS));
}

static void
among_the_known_who_has_most_gives_way_what_was_longest_untouched(void **state)
{
	struct world *w = *state;

	leave_part(w, ONES OF_B, SPOOL_MAX_BYTES / 2, 2000);
	leave_part(w, TWOS OF_B, SPOOL_MAX_BYTES / 8 * 3, 3000);
	leave_part(w, THREES OF_A, SPOOL_MAX_BYTES / 8, 1000);
	reopen(w);
	assert_int_equal(whole_from(w, &school), STATUS_OK);
	assert_true(is_left(w, THREES) && is_left(w, TWOS));
	assert_false(is_left(w, ONES));
}

static void
strangers_have_a_quarter_together(void **state)
{
	struct world *w = *state;

	leave_part(w, ONES, SPOOL_MAX_BYTES / 8, 2000);
	leave_part(w, TWOS, SPOOL_MAX_BYTES / 8, 1000);
	reopen(w);
	assert_int_equal(whole_from(w, &stranger), STATUS_OK);
	assert_true(is_left(w, ONES));
	assert_false(is_left(w, TWOS));
}

static void
what_a_stranger_began_is_his_who_proves_it_and_nobody_else_goes_on(void **state)
{
	struct spool_from other = { .what = SPOOL_KNOWN, .node = {{9}} };
	struct world *w = *state;
	uint64_t have;
	bool whole;

	assert_int_equal(append(w, 0, 1000, &have, &whole), STATUS_OK);
	assert_int_equal(spool_append(w->spool, w->name, &school, 1000, BYTES, w->bytes + 1000,
	    1000, &have, &whole), STATUS_OK);
	reopen(w);
	assert_int_equal(spool_have(w->spool, w->name, &have, &whole), STATUS_OK);
	assert_int_equal(append(w, have, BYTES - have, &have, &whole), STATUS_BUSY);
	assert_int_equal(spool_append(w->spool, w->name, &other, have, BYTES, w->bytes + have,
	    1, &have, &whole), STATUS_BUSY);
	assert_int_equal(spool_append(w->spool, w->name, &school, have, BYTES, w->bytes + have,
	    BYTES - have, &have, &whole), STATUS_OK);
	assert_true(whole);
}

static void
a_share_counts_what_is_unfinished_and_of_it_the_own_oldest_gives_way(void **state)
{
	struct world *w = *state;
	char file[FOLDER_NAME_BYTES + 20];

	for (unsigned i = 0; i < SPOOL_SENDER_FILES; i++) {
		(void)snprintf(file, sizeof(file), "%032X.KHB-0700000000000000", i);
		leave_part(w, file, 10, 1000 + (time_t)i);
	}
	leave_part(w, ONES OF_A, 10, 1);
	reopen(w);
	assert_int_equal(whole_from(w, &school), STATUS_OK);
	assert_true(is_left(w, ONES));
	assert_false(is_left(w, "00000000000000000000000000000000.KHB"));
	assert_true(is_left(w, "00000000000000000000000000000001.KHB"));
}

static void
what_nobody_touched_for_a_month_goes_while_the_program_runs(void **state)
{
	struct world *w = *state;

	leave_part(w, ONES OF_A, 10, NOW_S - (SPOOL_PART_DAYS - 1) * 86400);
	leave_part(w, TWOS, 10, NOW_S);
	reopen(w);
	spool_sweep(w->spool, NOW_S);
	assert_true(is_left(w, ONES) && is_left(w, TWOS));
	spool_sweep(w->spool, NOW_S + 86400);
	assert_false(is_left(w, ONES));
	assert_true(is_left(w, TWOS));
}

/* What begins as a bundle of a sender does, number in its bytes; status of its arrival. */
static int
arrive(struct world *w, uint8_t sender, unsigned number, char ret_name[FOLDER_NAME_BYTES])
{
	struct spool_from from = { .what = SPOOL_KNOWN, .node = {{sender, sender, sender, sender,
		sender, sender, sender, sender}} };
	struct buffer b = BUFFER_INIT;
	uint64_t have;
	bool whole;
	int status;

	buffer_put(&b, "KHB1", 4);
	buffer_put_varint(&b, 410185);
	for (unsigned i = 0; i < NODE_ID_BYTES; i++)
		buffer_put_u8(&b, sender);
	buffer_put_varint(&b, number);
	name_for(b.data, b.len, ret_name);
	status = spool_append(w->spool, ret_name, &from, 0, b.len, b.data, b.len, &have, &whole);
	buffer_release(&b);
	return status;
}

static bool
in_hand(const char *folder, const char *name)
{
	struct file *f;

	if (folder_open(&env_posix, folder, name, &f) != STATUS_OK)
		return false;
	env_posix.files->close(NULL, f);
	return true;
}

static void
who_sends_much_delays_nobody_by_more_than_a_batch(void **state)
{
	struct world *w = *state;
	char name[FOLDER_NAME_BYTES], first[FOLDER_NAME_BYTES], late[2][FOLDER_NAME_BYTES];
	const char *folder;
	size_t n;

	for (unsigned i = 0; i < SPOOL_SENDER_FILES; i++)
		assert_int_equal(arrive(w, 1, i, i == 0 ? first : name), STATUS_OK);
	assert_int_equal(arrive(w, 2, 0, late[0]), STATUS_OK);
	assert_int_equal(arrive(w, 3, 0, late[1]), STATUS_OK);
	for (unsigned stop = 0; stop < 2; stop++) { /* the same after a stop */
		assert_int_equal(spool_take(w->spool, &folder, &n), STATUS_OK);
		assert_int_equal(n, SPOOL_BATCH_FILES);
		assert_true(in_hand(folder, late[0]) && in_hand(folder, late[1]));
		assert_true(in_hand(folder, first));
		reopen(w);
	}
}

static void
a_sender_has_its_share_and_the_others_go_on(void **state)
{
	struct world *w = *state;
	char name[FOLDER_NAME_BYTES];
	const char *folder;
	size_t n;

	for (unsigned i = 0; i < SPOOL_SENDER_FILES; i++)
		assert_int_equal(arrive(w, 1, i, name), STATUS_OK);
	assert_int_equal(arrive(w, 1, SPOOL_SENDER_FILES, name), STATUS_BUSY);
	reopen(w);
	assert_int_equal(arrive(w, 1, SPOOL_SENDER_FILES, name), STATUS_BUSY);
	assert_int_equal(arrive(w, 2, 0, name), STATUS_OK);
	assert_int_equal(spool_take(w->spool, &folder, &n), STATUS_OK);
	spool_done(w->spool);
	assert_int_equal(arrive(w, 1, SPOOL_SENDER_FILES, name), STATUS_OK);
}

static void
a_file_on_its_way_between_folders_is_here_and_one_that_is_gone_stops_nobody(void **state)
{
	struct world *w = *state;
	char name[FOLDER_NAME_BYTES], other[FOLDER_NAME_BYTES], in[200], aside[200];
	const char *folder;
	uint64_t have;
	bool whole;
	size_t n;

	assert_int_equal(arrive(w, 1, 0, name), STATUS_OK);
	assert_int_equal(arrive(w, 2, 0, other), STATUS_OK);
	(void)snprintf(in, sizeof(in), "%s/spool/in/KEHOU/%s", w->root, name);
	(void)snprintf(aside, sizeof(aside), "%s/aside", w->root);
	assert_int_equal(rename(in, aside), 0);
	assert_int_equal(spool_have(w->spool, name, &have, &whole), STATUS_OK);
	assert_true(whole);
	assert_int_equal(spool_take(w->spool, &folder, &n), STATUS_OK);
	assert_true(in_hand(folder, other));
	spool_done(w->spool);
	assert_int_equal(spool_waiting(w->spool), 0);
}

static void
what_a_power_cut_broke_of_what_goes_out_is_gone_at_the_start(void **state)
{
	struct world *w = *state;
	const struct node_id peer = { .b = { 1 } };
	char path[200], *folder;
	uint8_t hash[HASH_BYTES];
	struct folder_write *fw;
	struct folder_entry *list;
	struct file *file;
	struct hash h;
	size_t n, ignored;
	int fd;

	assert_int_equal(spool_out(w->spool, &peer, false, &folder), STATUS_OK);
	for (unsigned i = 0; i < 2; i++) {
		assert_int_equal(folder_write_begin(&env_posix, folder, FOLDER_BUNDLE, &fw,
		    &file), STATUS_OK);
		assert_int_equal(env_posix.files->append(NULL, file, w->bytes + i, 100),
		    STATUS_OK);
		folder_hash_init(&h);
		hash_update(&h, w->bytes + i, 100);
		hash_final(&h, hash);
		assert_int_equal(folder_write_finish(fw, hash, w->name), STATUS_OK);
		folder_write_free(fw);
	}
	(void)snprintf(path, sizeof(path), "%s/" FOLDER_NAME "/%s", folder, w->name);
	fd = open(path, O_WRONLY);
	assert_int_equal(ftruncate(fd, 0), 0);
	(void)close(fd);
	reopen(w);
	assert_int_equal(folder_list(&env_posix, folder, &list, &n, &ignored), STATUS_OK);
	assert_int_equal(n, 1);
	assert_string_not_equal(list[0].name, w->name);
	free(list);
	free(folder);
}

int
main(void)
{
#define CASE(f) cmocka_unit_test_setup_teardown(f, open_world, close_world)
	const struct CMUnitTest tests[] = {
		CASE(a_file_goes_on_from_what_was_durable_when_the_program_stopped),
		CASE(a_kill_between_the_last_piece_and_the_name_is_gone_on_from),
		CASE(a_name_that_could_not_be_given_is_tried_again_with_the_last_piece),
		CASE(a_piece_at_another_offset_is_refused_and_the_right_one_told),
		CASE(other_bytes_than_the_name_says_are_dropped_whole),
		CASE(no_name_leaves_the_folder_and_no_size_passes_the_limits),
		CASE(nothing_of_a_known_nodes_gives_way_to_a_stranger),
		CASE(a_stranger_gives_way_first_however_lately_he_came),
		CASE(among_the_known_who_has_most_gives_way_what_was_longest_untouched),
		CASE(strangers_have_a_quarter_together),
		CASE(what_a_stranger_began_is_his_who_proves_it_and_nobody_else_goes_on),
		CASE(a_share_counts_what_is_unfinished_and_of_it_the_own_oldest_gives_way),
		CASE(what_nobody_touched_for_a_month_goes_while_the_program_runs),
		CASE(who_sends_much_delays_nobody_by_more_than_a_batch),
		CASE(a_sender_has_its_share_and_the_others_go_on),
		CASE(a_file_on_its_way_between_folders_is_here_and_one_that_is_gone_stops_nobody),
		CASE(what_a_power_cut_broke_of_what_goes_out_is_gone_at_the_start),
		CASE(the_engine_gets_a_few_at_a_time_and_has_them_again_after_a_stop),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
