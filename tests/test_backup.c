/* Backup and restore: the sealed file, a school, a hub, erased persons. */
#include "sync/backup.h"
#include "tests/life_world.h"

#define OUT "stick/a.kha"

/* ---- the file ---- */

static const struct backup_info info = { .county = 410185, .node = {{1, 2, 3}},
	.role = ROLE_SCHOOL, .scope = LIFE_SCHOOL, .time_s = LIFE_START };

static void
write_files(const struct env *env, const char *path, const struct backup_locks *locks,
    size_t bytes)
{
	struct backup_writer *w;
	struct file *file;

	assert_int_equal(env->files->create(env->ctx, path, &file), STATUS_OK);
	assert_int_equal(backup_writer_new(env, file, &info, locks, &w), STATUS_OK);
	assert_int_equal(backup_writer_file(w, "../roster", 1), STATUS_USAGE);
	assert_int_equal(backup_writer_file(w, "keys/node.key", bytes), STATUS_OK);
	for (size_t i = 0; i < bytes; i++) {
		uint8_t b = (uint8_t)(i * 7);

		assert_int_equal(backup_writer_put(w, &b, 1), STATUS_OK);
	}
	assert_int_equal(backup_writer_put(w, "", 1), STATUS_USAGE);
	assert_int_equal(backup_writer_file(w, "empty", 0), STATUS_OK);
	assert_int_equal(backup_writer_finish(w), STATUS_OK);
	backup_writer_free(w);
	env->files->close(env->ctx, file);
}

/* Reads everything with a key; the status that ended it. */
static int
read_files(const struct env *env, const char *path, const uint8_t sk[32], size_t *ret_bytes)
{
	struct backup_reader *r = NULL;
	struct file *file;
	char name[BACKUP_NAME_BYTES];
	uint64_t bytes;
	int rc;

	*ret_bytes = 0;
	assert_int_equal(env->files->open_read(env->ctx, path, &file), STATUS_OK);
	rc = backup_reader_new(env, file, &r);
	if (rc == STATUS_OK)
		rc = backup_reader_secret(r, sk);
	while (rc == STATUS_OK && (rc = backup_reader_file(r, name, &bytes)) == STATUS_OK) {
		uint8_t buf[1000];
		size_t n = 1;

		while (rc == STATUS_OK && n > 0) {
			rc = backup_reader_read(r, buf, sizeof(buf), &n);
			for (size_t i = 0; rc == STATUS_OK && i < n; i++)
				assert_int_equal(buf[i], (uint8_t)((*ret_bytes + i) * 7));
			*ret_bytes += rc == STATUS_OK ? n : 0;
		}
	}
	backup_reader_free(r);
	env->files->close(env->ctx, file);
	return rc;
}

static void
keys_of(uint8_t seed, uint8_t sk[32], uint8_t pk[32])
{
	memset(sk, seed, 32);
	crypto_scalarmult_base(pk, sk);
}

static void
test_only_its_keys_open_it_and_lengths_at_the_chunks_edge_hold(void **state)
{
	struct life *w = *state;
	const struct env *env = w->node[0].env;
	static const size_t lengths[] = { 0, 1, 65500, 65510, 65517, 65536, 131072, 200000 };
	struct backup_locks locks = { .n = 1 };
	uint8_t sk[32], other[32], pk[32];
	size_t got;

	keys_of(8, other, pk);
	keys_of(7, sk, locks.key[0]);
	for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		write_files(env, OUT, &locks, lengths[i]);
		assert_int_equal(read_files(env, OUT, sk, &got), STATUS_NOT_FOUND);
		assert_int_equal(got, lengths[i]);
		assert_int_equal(read_files(env, OUT, other, &got), STATUS_NOT_FOR_US);
		sim_remove(w->sim, OUT);
	}
}

static void
test_the_passphrase_opens_it_where_one_was_given(void **state)
{
	struct life *w = *state;
	const struct env *env = w->node[0].env;
	struct backup_locks locks = { .passphrase = LIFE_PASSPHRASE };
	struct backup_reader *r;
	struct file *file;
	char name[BACKUP_NAME_BYTES];
	uint64_t bytes;

	write_files(env, OUT, &locks, 10);
	assert_int_equal(env->files->open_read(env->ctx, OUT, &file), STATUS_OK);
	assert_int_equal(backup_reader_new(env, file, &r), STATUS_OK);
	assert_true(backup_reader_has_passphrase(r));
	assert_int_equal(backup_reader_file(r, name, &bytes), STATUS_USAGE);
	assert_int_equal(backup_reader_passphrase(r, "another passphrase"),
	    STATUS_PASSPHRASE);
	assert_int_equal(backup_reader_passphrase(r, LIFE_PASSPHRASE), STATUS_OK);
	assert_int_equal(backup_reader_file(r, name, &bytes), STATUS_OK);
	assert_string_equal(name, "keys/node.key");
	backup_reader_free(r);
	env->files->close(env->ctx, file);
}

/* The golden files, by whichever of their keys. */
static void
test_the_vectors_open_with_each_of_their_keys(void **state)
{
	static const struct { const char *name; unsigned keys; size_t bytes; } known[] = {
		{ "small", 1, 0 }, { "several", 2, 70400 }, { "maximal", 3, 196609 },
	};
	const char *source = getenv("SRCDIR");

	(void)state;
	for (size_t i = 0; i < 3; i++)
		for (unsigned k = 0; k < known[i].keys; k++) {
			struct backup_reader *r;
			struct file *file;
			char path[4096], name[BACKUP_NAME_BYTES];
			uint8_t sk[32];
			uint64_t bytes, total = 0;

			(void)snprintf(path, sizeof(path), "%s/tests/vectors/backup/%s.bin",
			    source != NULL ? source : "..", known[i].name);
			memset(sk, (int)(7 + k), sizeof(sk));
			assert_int_equal(env_posix.files->open_read(NULL, path, &file),
			    STATUS_OK);
			assert_int_equal(backup_reader_new(&env_posix, file, &r), STATUS_OK);
			assert_int_equal(backup_reader_secret(r, sk), STATUS_OK);
			while (backup_reader_file(r, name, &bytes) == STATUS_OK)
				total += bytes;
			assert_int_equal(backup_reader_file(r, name, &bytes), STATUS_NOT_FOUND);
			assert_int_equal(total, known[i].bytes);
			backup_reader_free(r);
			env_posix.files->close(NULL, file);
		}
}

/* Each byte changed and each length cut: it never reads to its end. */
static void
test_a_damaged_backup_is_never_read_to_its_end(void **state)
{
	struct life *w = *state;
	const struct env *env = w->node[0].env;
	struct backup_locks locks = { .n = 1 };
	uint8_t sk[32], copy[1024];
	size_t len, got;

	keys_of(7, sk, locks.key[0]);
	write_files(env, OUT, &locks, 300);
	assert_non_null(sim_peek(w->sim, OUT, &len));
	assert_true(len < sizeof(copy) - 5);
	memcpy(copy, sim_peek(w->sim, OUT, &len), len);
	for (size_t i = 0; i < len; i++) {
		int rc;

		copy[i] ^= 1;
		sim_poke(w->sim, OUT, copy, len);
		rc = read_files(env, OUT, sk, &got);
		assert_true(rc != STATUS_OK && rc != STATUS_NOT_FOUND);
		copy[i] ^= 1;
		sim_poke(w->sim, OUT, copy, i);
		rc = read_files(env, OUT, sk, &got);
		assert_true(rc != STATUS_OK && rc != STATUS_NOT_FOUND);
	}
	copy[3] = '2';
	sim_poke(w->sim, OUT, copy, len);
	assert_int_equal(read_files(env, OUT, sk, &got), STATUS_NEWER);
	copy[3] = '1';
	memset(copy + len, 0, 5);
	sim_poke(w->sim, OUT, copy, len + 5);
	assert_true(read_files(env, OUT, sk, &got) != STATUS_NOT_FOUND);
}

/* ---- nodes ---- */

static int
back_up(struct life_node *n, const char *path)
{
	struct replica_backup *b;
	uint64_t bytes;
	int status = replica_backup_new(n->r, &b);

	if (status != STATUS_OK)
		return status;
	status = replica_backup_write(b, path, NULL, &bytes);
	replica_backup_free(b);
	return status;
}

static int
restore(struct life_node *n, const char *path, const uint8_t sk[32],
    struct replica_erased *lists, size_t nlists, struct replica_restored *ret)
{
	struct backup_reader *in = NULL;
	struct file *file;
	int status = n->env->files->open_read(n->env->ctx, path, &file);

	if (status != STATUS_OK)
		return status;
	status = backup_reader_new(n->env, file, &in);
	if (status == STATUS_OK)
		status = backup_reader_secret(in, sk);
	if (status == STATUS_OK)
		status = replica_restore(n->dir, n->env, &life_domain, in, lists, nlists, ret);
	backup_reader_free(in);
	n->env->files->close(n->env->ctx, file);
	return status;
}

/* The machine is gone; a node in another place comes out of the backup. */
static struct life_node *
come_back(struct life *w, struct life_node *a, const uint8_t sk[32],
    struct replica_erased *lists, size_t nlists)
{
	struct life_node *b = life_place(w, "back");
	struct replica_restored done;

	replica_close(a->r);
	a->r = NULL;
	sim_erase(w->sim, a->dir);
	memcpy(b->recovery, a->recovery, sizeof(b->recovery));
	assert_int_equal(restore(b, OUT, sk, lists, nlists, &done), STATUS_OK);
	life_open(b);
	return b;
}

static void
sheet_of(const struct life_node *n, uint8_t ret[32])
{
	assert_int_equal(recovery_parse(n->recovery, ret), STATUS_OK);
}

static void
root_of(struct life *w, uint8_t ret[32])
{
	uint8_t sk[64];
	uint64_t county;

	assert_int_equal(roster_root_load(w->node[0].env, w->root[0], LIFE_PASSPHRASE,
	    strlen(LIFE_PASSPHRASE), &county, sk), STATUS_OK);
	assert_int_equal(crypto_sign_ed25519_sk_to_curve25519(ret, sk), 0);
}

static int64_t
addresses(const struct life_node *n)
{
	return life_count(n, COUNTY_SQL_ADDRESS_COUNT, LIFE_SCHOOL);
}

static int64_t
named(const struct life_node *n)
{
	return life_count(n, COUNTY_SQL_NAMED_COUNT, LIFE_SCHOOL);
}

static void
test_a_school_comes_back_out_of_its_backup_with_the_sheet(void **state)
{
	struct life *w = *state;
	struct life_node *hub = &w->node[0], *a = life_school(w, LIFE_SCHOOL), *b;
	uint8_t sheet[32], wrong[32] = {1};
	struct replica_restored done;
	uint64_t epoch;

	life_add(a, "甲");
	life_round(w, a);
	life_add(a, "乙"); /* not sealed, not delivered */
	sheet_of(a, sheet);
	assert_int_equal(back_up(a, OUT), STATUS_OK);
	assert_int_equal(back_up(a, OUT), STATUS_EXISTS);
	epoch = a->r->epoch;
	life_add(a, "丙"); /* delivered after the backup */
	life_round(w, a);
	life_add(a, "丁"); /* lost with the disk */
	assert_int_equal(restore(a, OUT, sheet, NULL, 0, &done), STATUS_EXISTS);
	assert_int_equal(restore(a, OUT, wrong, NULL, 0, &done), STATUS_NOT_FOR_US);
	b = come_back(w, a, sheet, NULL, 0);
	assert_true(b->r->epoch != epoch);
	assert_int_equal(life_pupils(b), 2);
	assert_int_equal(addresses(b), 2);
	life_sound(b);
	life_add(b, "戊");
	for (unsigned i = 0; i < 2; i++)
		life_round(w, b);
	assert_int_equal(life_pupils(b), 4);
	assert_int_equal(addresses(b), 4);
	assert_int_equal(addresses(hub), 0);
	life_same(b, hub);
	life_sound(b);
	life_sound(hub);
	assert_int_equal(life_held(hub) + life_held(b), 0);
}

static void
erase_first(const struct life_node *n)
{
	life_edit(n, COUNTY_SQL_PUPIL_ERASE, "", 0);
	assert_int_equal(replica_erase(n->r), STATUS_OK);
}

/* In the database, and in the packed segments by the verification. */
static void
test_who_was_erased_since_does_not_come_back_with_the_backup(void **state)
{
	struct life *w = *state;
	struct life_node *hub = &w->node[0], *a = life_school(w, LIFE_SCHOOL), *b;
	struct buffer list = BUFFER_INIT;
	uint8_t sheet[32];
	char path[192];

	life_add(a, "甲");
	life_add(a, "乙");
	life_round(w, a);
	sheet_of(a, sheet);
	assert_int_equal(back_up(a, OUT), STATUS_OK);
	assert_false(sim_exists(w->sim, OUT REPLICA_ERASED_SUFFIX));
	erase_first(a);
	life_round(w, a);
	assert_int_equal(back_up(a, "stick/b.kha"), STATUS_OK);
	(void)snprintf(path, sizeof(path), "%s/erased", a->dir);
	assert_true(sim_exists(w->sim, path));
	assert_int_equal(env_read_file(a->env, "stick/b.kha" REPLICA_ERASED_SUFFIX, 1 << 20,
	    &list), STATUS_OK);
	b = come_back(w, a, sheet, &(struct replica_erased){ .data = list.data, .len = list.len }, 1);
	assert_int_equal(life_pupils(b), 2);
	assert_int_equal(named(b), 1);
	assert_int_equal(addresses(b), 1);
	life_sound(b);
	life_round(w, b);
	life_round(w, b);
	assert_int_equal(named(b), 1);
	life_same(b, hub);
	life_sound(b);
	life_sound(hub);
	buffer_release(&list);
}

/* Only the database is put back, as by cp: the list beside it is newer. */
static void
test_a_database_put_back_erases_again_before_it_serves(void **state)
{
	struct life *w = *state;
	struct life_node *hub = &w->node[0], *a = life_school(w, LIFE_SCHOOL);
	char path[192];
	uint8_t *old;
	size_t len;

	life_add(a, "甲");
	life_add(a, "乙");
	life_round(w, a);
	replica_close(a->r);
	(void)snprintf(path, sizeof(path), "%s/kehou.db", a->dir);
	old = malloc(1 << 24);
	assert_non_null(sim_peek(w->sim, path, &len));
	memcpy(old, sim_peek(w->sim, path, &len), len);
	life_open(a);
	erase_first(a);
	life_round(w, a);
	replica_close(a->r);
	sim_poke(w->sim, path, old, len);
	free(old);
	life_open(a);
	assert_int_equal(named(a), 1);
	life_sound(a);
	life_round(w, a);
	life_round(w, a);
	life_same(a, hub);
	assert_int_equal(named(a), 1);
}

static void
test_a_list_of_another_or_a_changed_one_erases_nobody(void **state)
{
	struct life *w = *state;
	struct life_node *a = life_school(w, LIFE_SCHOOL), *o = life_school(w, LIFE_SCHOOL + 1);
	struct replica_erased lists[2];
	struct buffer own = BUFFER_INIT, foreign = BUFFER_INIT;
	struct life_node *b = life_place(w, "back");
	struct replica_restored done;
	uint8_t sheet[32];
	char path[192];

	life_add(a, "甲");
	sheet_of(a, sheet);
	assert_int_equal(back_up(a, OUT), STATUS_OK);
	erase_first(a);
	(void)snprintf(path, sizeof(path), "%s/erased", a->dir);
	assert_int_equal(env_read_file(a->env, path, 1 << 20, &own), STATUS_OK);
	own.data[own.len / 2] ^= 1;
	/* One that another school's node signed, over the same person. */
	o->r->county = a->r->county;
	assert_int_equal(store_begin_merge(o->r->store), STATUS_OK);
	assert_int_equal(store_erase_add(o->r->store, LIFE_SCHOOL, value_int(7)), STATUS_OK);
	assert_int_equal(store_commit_merge(o->r->store), STATUS_OK);
	assert_int_equal(replica_note_erased(o->r), STATUS_OK);
	(void)snprintf(path, sizeof(path), "%s/erased", o->dir);
	assert_int_equal(env_read_file(o->env, path, 1 << 20, &foreign), STATUS_OK);
	lists[0] = (struct replica_erased){ .data = own.data, .len = own.len, .named = true };
	lists[1] = (struct replica_erased){ .data = foreign.data, .len = foreign.len, .named = true };
	assert_int_not_equal(restore(b, OUT, sheet, lists, 1, &done), STATUS_OK);
	assert_int_not_equal(restore(b, OUT, sheet, lists + 1, 1, &done), STATUS_OK);
	lists[0].named = lists[1].named = false;
	assert_int_equal(restore(b, OUT, sheet, lists, 2, &done), STATUS_OK);
	assert_int_equal(lists[0].status, STATUS_BAD_SIGNATURE);
	assert_int_equal(lists[1].status, STATUS_UNKNOWN_SENDER);
	assert_int_equal(done.erased, 0);
	life_open(b);
	assert_int_equal(named(b), 1);
	buffer_release(&own);
	buffer_release(&foreign);
}

/* ---- cuts ---- */

static void
test_a_backup_that_is_cut_leaves_no_half_file(void **state)
{
	struct life *w = *state;
	struct life_node *a = life_school(w, LIFE_SCHOOL);
	uint8_t sheet[32];
	unsigned n = 1;
	bool struck = true;

	life_add(a, "甲");
	sheet_of(a, sheet);
	for (; struck; n += 13) {
		struct replica_restored done;
		struct life_node *b;
		int status;

		sim_stop_at(w->sim, n);
		status = back_up(a, OUT);
		struck = sim_struck(w->sim);
		sim_no_fault(w->sim);
		assert_true(struck ? status != STATUS_OK || sim_exists(w->sim, OUT) :
		    status == STATUS_OK);
		replica_close(a->r);
		a->r = NULL;
		sim_power_cut(w->sim, n % 2 == 0 ? SIM_DROP_ALL : SIM_KEEP_SOME);
		life_open(a);
		assert_int_equal(life_pupils(a), 1);
		if (!sim_exists(w->sim, OUT))
			continue;
		b = life_place(w, "back");
		assert_int_equal(restore(b, OUT, sheet, NULL, 0, &done), STATUS_OK);
		sim_erase(w->sim, b->dir);
		w->n--;
		sim_remove(w->sim, OUT);
	}
	assert_true(n > 100);
}

/* The same backup, with a class list in it, as earlier versions wrote. */
static void
copy_with_a_list(const struct env *env, const char *from, const char *to,
    const uint8_t sk[32], const struct backup_locks *locks)
{
	struct backup_reader *in;
	struct backup_writer *out;
	struct file *source, *target;
	char name[BACKUP_NAME_BYTES];
	uint64_t bytes;
	uint8_t buf[1000];
	size_t n;

	assert_int_equal(env->files->open_read(env->ctx, from, &source), STATUS_OK);
	assert_int_equal(env->files->create(env->ctx, to, &target), STATUS_OK);
	assert_int_equal(backup_reader_new(env, source, &in), STATUS_OK);
	assert_int_equal(backup_writer_new(env, target, backup_reader_info(in), locks, &out),
	    STATUS_OK);
	assert_int_equal(backup_reader_secret(in, sk), STATUS_OK);
	while (backup_reader_file(in, name, &bytes) == STATUS_OK) {
		if (strcmp(name, "roster") == 0) {
			assert_int_equal(backup_writer_file(out, "roster-plan", 6), STATUS_OK);
			assert_int_equal(backup_writer_put(out, "secret", 6), STATUS_OK);
		}
		assert_string_not_equal(name, "roster-plan");
		assert_int_equal(backup_writer_file(out, name, bytes), STATUS_OK);
		while (backup_reader_read(in, buf, sizeof(buf), &n) == STATUS_OK && n > 0)
			assert_int_equal(backup_writer_put(out, buf, n), STATUS_OK);
	}
	assert_int_equal(backup_writer_finish(out), STATUS_OK);
	backup_writer_free(out);
	backup_reader_free(in);
	env->files->close(env->ctx, source);
	env->files->close(env->ctx, target);
}

static void
test_R18_a_class_list_is_in_no_backup_and_does_not_come_back_from_an_old_one(void **state)
{
	struct life *w = *state;
	struct life_node *a = life_school(w, LIFE_SCHOOL), *b = life_place(w, "back");
	const struct env *env = a->env;
	struct backup_locks locks = { .n = 1 };
	struct replica_restored done;
	struct buffer found = BUFFER_INIT;
	char path[256];
	uint8_t sheet[32];

	life_add(a, "甲");
	sheet_of(a, sheet);
	crypto_scalarmult_base(locks.key[0], sheet);
	snprintf(path, sizeof(path), "%s/roster-plan", a->dir);
	assert_int_equal(env_write_file(env, path, (const uint8_t *)"secret", 6), STATUS_OK);
	assert_int_equal(back_up(a, OUT), STATUS_OK);
	copy_with_a_list(env, OUT, "stick/old.kha", sheet, &locks);
	assert_int_equal(restore(b, "stick/old.kha", sheet, NULL, 0, &done), STATUS_OK);
	snprintf(path, sizeof(path), "%s/roster-plan", b->dir);
	assert_int_equal(env_read_file(b->env, path, 100, &found), STATUS_NOT_FOUND);
	life_open(b);
	assert_int_equal(life_pupils(b), 1);
}

static void
test_a_restore_that_is_cut_is_no_node_and_is_done_again(void **state)
{
	struct life *w = *state;
	struct life_node *hub = &w->node[0], *a = life_school(w, LIFE_SCHOOL);
	struct life_node *b = life_place(w, "back");
	struct replica_restored done;
	uint8_t sheet[32];
	unsigned n = 1;
	bool struck = true;

	life_add(a, "甲");
	life_round(w, a);
	sheet_of(a, sheet);
	assert_int_equal(back_up(a, OUT), STATUS_OK);
	for (; struck; n += 17) {
		struct replica *r = NULL;
		int status;

		sim_stop_at(w->sim, n);
		status = restore(b, OUT, sheet, NULL, 0, &done);
		struck = sim_struck(w->sim);
		sim_no_fault(w->sim);
		sim_power_cut_at(w->sim, b->dir, n % 2 == 0 ? SIM_DROP_ALL : SIM_KEEP_SOME);
		if (status == STATUS_OK)
			break;
		assert_true(struck);
		status = replica_open(b->dir, b->env, &life_domain, &r);
		/* Whole, or nothing that anybody could work with. */
		assert_true(status == STATUS_NOT_INITIALISED || status == STATUS_OK);
		replica_close(r);
		if (status == STATUS_OK)
			break;
	}
	assert_true(n > 100);
	life_open(b);
	assert_int_equal(life_pupils(b), 1);
	life_round(w, b);
	life_same(b, hub);
}

static void
test_a_restore_that_fails_takes_nothing_away_that_it_did_not_bring(void **state)
{
	static const uint8_t text[] = "of somebody else";
	struct life *w = *state;
	struct life_node *a = life_school(w, LIFE_SCHOOL), *b = life_place(w, "back");
	struct replica_restored done;
	char ours[200], theirs[3][200], same[200];
	uint8_t sheet[32], *copy;
	size_t len;

	(void)snprintf(ours, sizeof(ours), "%s/kehoud.ini", a->dir);
	sim_poke(w->sim, ours, text, 1);
	sheet_of(a, sheet);
	assert_int_equal(back_up(a, OUT), STATUS_OK);
	(void)snprintf(theirs[0], sizeof(theirs[0]), "%s/letter.doc", b->dir);
	(void)snprintf(theirs[1], sizeof(theirs[1]), "%s/school.khk", b->dir);
	(void)snprintf(theirs[2], sizeof(theirs[2]), "%s/keys/sheet", b->dir);
	(void)snprintf(same, sizeof(same), "%s/kehoud.ini", b->dir);
	assert_int_equal(b->env->files->mkdir(b->env->ctx, b->dir), STATUS_OK);
	for (size_t i = 0; i < 3; i++)
		sim_poke(w->sim, theirs[i], text, sizeof(text));

	/* The last byte but few is wrong: most of it is there by then. */
	(void)sim_peek(w->sim, OUT, &len);
	copy = malloc(len);
	assert_non_null(copy);
	memcpy(copy, sim_peek(w->sim, OUT, &len), len);
	copy[len - 3] ^= 1;
	sim_poke(w->sim, OUT, copy, len);
	assert_int_not_equal(restore(b, OUT, sheet, NULL, 0, &done), STATUS_OK);
	assert_false(sim_exists(w->sim, same));
	copy[len - 3] ^= 1;
	sim_poke(w->sim, OUT, copy, len);
	free(copy);

	/* A name of the backup is somebody's already. */
	sim_poke(w->sim, same, text, sizeof(text));
	assert_int_equal(restore(b, OUT, sheet, NULL, 0, &done), STATUS_EXISTS);
	assert_true(sim_exists(w->sim, same));
	sim_remove(w->sim, same);

	/* A cut, and the next one clears up. */
	sim_stop_at(w->sim, 60);
	assert_int_not_equal(restore(b, OUT, sheet, NULL, 0, &done), STATUS_OK);
	assert_true(sim_struck(w->sim));
	sim_no_fault(w->sim);
	assert_int_equal(restore(b, OUT, sheet, NULL, 0, &done), STATUS_OK);
	for (size_t i = 0; i < 3; i++) {
		const uint8_t *bytes = sim_peek(w->sim, theirs[i], &len);

		assert_non_null(bytes);
		assert_int_equal(len, sizeof(text));
		assert_memory_equal(bytes, text, len);
	}
}

/* ---- a hub ---- */

/* A week passes after the hub's backup: another school and a second device are
 * enrolled, one is revoked, both ends write.  Then the hub's disk is gone. */
static void
test_a_hub_of_last_week_loses_nothing_that_a_school_has(void **state)
{
	struct life *w = *state;
	struct life_node *hub = &w->node[0], *a = life_school(w, LIFE_SCHOOL), *c, *o, *back;
	struct replica_invite in = { .role = ROLE_SCHOOL, .school = { .id = LIFE_SCHOOL } };
	struct buffer file = BUFFER_INIT;
	struct node_id lost;
	struct replica_import got;
	uint8_t root[32], before[HASH_BYTES], after[HASH_BYTES];
	uint64_t number, epoch, supersedes = 0;

	life_add(a, "甲");
	life_round(w, a);
	root_of(w, root);
	assert_int_equal(back_up(hub, OUT), STATUS_OK);
	epoch = hub->r->epoch;
	/* The week. */
	life_add(a, "乙");
	life_round(w, a);
	o = life_school(w, LIFE_SCHOOL + 1);
	life_round(w, o);
	c = life_place(w, "second");
	assert_int_equal(replica_invite(hub->r, &in, &file), STATUS_OK);
	assert_int_equal(replica_init_school(c->dir, c->env, &life_domain, file.data, file.len,
	    c->recovery), STATUS_OK);
	buffer_release(&file);
	life_open(c);
	life_add(c, "丙");
	life_round(w, c);
	life_edit(hub, COUNTY_SQL_PUPIL_RENAME, "改", 0); /* the hub's own words */
	life_round(w, a);
	lost = c->r->self.pub.id;
	assert_int_equal(replica_revoke(hub->r, &lost), STATUS_OK);
	life_round(w, a);
	life_round(w, o);
	life_same(a, hub);
	assert_int_equal(life_pupils(hub), 3);
	number = hub->r->roster.number;
	assert_int_equal(replica_digest(hub->r, LIFE_SCHOOL, before), STATUS_OK);
	/* Put back; at once somebody invites a school, not knowing what was. */
	back = come_back(w, hub, root, NULL, 0);
	assert_true(back->r->epoch != epoch);
	assert_int_equal(replica_number(back->r, "superseded", &supersedes), STATUS_OK);
	assert_true(supersedes == epoch);
	in.school = (struct roster_school){ .id = LIFE_SCHOOL + 7, .name = "新校",
	    .class_code = 220, .kind = 1 };
	while (back->r->roster.number < number) {
		in.school.id++;
		assert_int_equal(replica_invite(back->r, &in, &file), STATUS_OK);
		buffer_release(&file);
	}
	assert_memory_not_equal(back->r->roster.hash, a->r->roster.hash, HASH_BYTES);
	/* The same number with another hash: a school is alarmed and keeps its own. */
	sim_mount(w->sim, "alarm");
	(void)life_visit(w, back, "alarm");
	got = life_visit(w, a, "alarm");
	assert_int_equal(got.refused, 1);
	/* What the schools have brings everything back. */
	w->node[0] = *back;
	back->r = NULL;
	hub = &w->node[0];
	for (unsigned i = 0; i < 3; i++) {
		life_round(w, a);
		life_round(w, o);
	}
	assert_true(hub->r->roster.number > number);
	assert_true(a->r->roster.number == hub->r->roster.number);
	assert_non_null(roster_node(&hub->r->roster, &o->r->self.pub.id));
	assert_non_null(roster_node(&hub->r->roster, &lost));
	assert_true(roster_revoked(&hub->r->roster, &lost));
	assert_non_null(roster_school(&hub->r->roster, in.school.id));
	assert_int_equal(replica_digest(hub->r, LIFE_SCHOOL, after), STATUS_OK);
	assert_memory_equal(before, after, HASH_BYTES);
	life_same(a, hub);
	life_sound(hub);
	life_sound(a);
	assert_int_equal(life_held(hub) + life_held(a), 0);
}

/* ---- a new sheet ---- */

static void
test_an_old_sheet_opens_nothing_that_is_written_after_the_new_one(void **state)
{
	struct life *w = *state;
	struct life_node *a = life_school(w, LIFE_SCHOOL);
	char sheet[RECOVERY_TEXT_BYTES];
	uint8_t old[32], fresh[32];

	life_add(a, "甲");
	life_round(w, a);
	assert_int_equal(replica_recovery_new(w->node[0].r, sheet), STATUS_RIGHTS);
	assert_int_equal(replica_recovery_new(a->r, sheet), STATUS_OK);
	assert_int_equal(addresses(a), 1);
	life_add(a, "乙");
	life_round(w, a);
	sheet_of(a, old);
	assert_int_equal(recovery_parse(sheet, fresh), STATUS_OK);
	assert_int_equal(back_up(a, OUT), STATUS_OK);
	replica_close(a->r);
	a->r = NULL;
	sim_erase(w->sim, a->dir);
	for (unsigned i = 0; i < 2; i++) {
		struct replica_invite in = { .role = ROLE_SCHOOL,
		    .school = { .id = LIFE_SCHOOL } };
		struct buffer file = BUFFER_INIT;
		struct life_node *n = life_place(w, "again");
		struct replica_restored done;
		char dir[sizeof(n->dir)];

		assert_int_equal(replica_invite(w->node[0].r, &in, &file), STATUS_OK);
		assert_int_equal(replica_init_again(n->dir, n->env, &life_domain, file.data,
		    file.len, i == 0 ? a->recovery : sheet), STATUS_OK);
		buffer_release(&file);
		life_open(n);
		life_round(w, n);
		life_round(w, n);
		assert_int_equal(life_pupils(n), 2);
		assert_int_equal(addresses(n), i == 0 ? 1 : 2);
		life_sound(n);
		(void)snprintf(dir, sizeof(dir), "%s", n->dir);
		(void)snprintf(n->dir, sizeof(n->dir), "out%u", i);
		assert_int_equal(restore(n, OUT, i == 0 ? old : fresh, NULL, 0, &done),
		    i == 0 ? STATUS_NOT_FOR_US : STATUS_OK);
		(void)snprintf(n->dir, sizeof(n->dir), "%s", dir);
	}
}

/* A machine alone; making a hub costs a second of Argon2. */
static int
file_begin(void **state)
{
	struct life *w = calloc(1, sizeof(*w));

	assert_non_null(w);
	w->sim = sim_world_new(7);
	sim_mount(w->sim, "stick");
	(void)life_place(w, "alone");
	*state = w;
	return 0;
}

#define FILE_CASE(f) cmocka_unit_test_setup_teardown(f, file_begin, life_end)
#define CASE(f) cmocka_unit_test_setup_teardown(f, life_begin, life_end)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		FILE_CASE(test_only_its_keys_open_it_and_lengths_at_the_chunks_edge_hold),
		FILE_CASE(test_the_passphrase_opens_it_where_one_was_given),
		cmocka_unit_test(test_the_vectors_open_with_each_of_their_keys),
		FILE_CASE(test_a_damaged_backup_is_never_read_to_its_end),
		CASE(test_a_school_comes_back_out_of_its_backup_with_the_sheet),
		CASE(test_who_was_erased_since_does_not_come_back_with_the_backup),
		CASE(test_a_database_put_back_erases_again_before_it_serves),
		CASE(test_a_list_of_another_or_a_changed_one_erases_nobody),
		CASE(test_a_backup_that_is_cut_leaves_no_half_file),
		CASE(test_R18_a_class_list_is_in_no_backup_and_does_not_come_back_from_an_old_one),
		CASE(test_a_restore_that_is_cut_is_no_node_and_is_done_again),
		CASE(test_a_restore_that_fails_takes_nothing_away_that_it_did_not_bring),
		CASE(test_a_hub_of_last_week_loses_nothing_that_a_school_has),
		CASE(test_an_old_sheet_opens_nothing_that_is_written_after_the_new_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
