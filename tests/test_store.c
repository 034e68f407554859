/* The store: capture, the guard, tombstones, the lock. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "gen/tiny_registry.h"
#include "gen/tiny_sql.h"
#include "sync/store.h"

#define SCHOOL 2141018501
#define NOW INT64_C(1788240000) /* 2026-09-01 */

static struct store_author author;

static struct store *
fresh(const char *path, int want)
{
	struct store_options o = { .registry = &tiny_registry, .create = true };
	struct store *s = NULL;

	author = (struct store_author){ .node = {{1}}, .epoch = 5, .scope = SCHOOL,
	    .staff = 9, .time_s = NOW };
	assert_int_equal(store_open(path, &o, &s), want);
	return s;
}

static int
try(struct store *s, const char *sql, int64_t child, int64_t value)
{
	struct store_stmt *st;
	bool row;
	int status;

	assert_int_equal(store_prepare(s, sql, &st, NULL), STATUS_OK);
	assert_int_equal(store_bind(st, "school", value_int((int64_t)SCHOOL)), STATUS_OK);
	assert_int_equal(store_bind(st, "child", value_int(child)), STATUS_OK);
	assert_int_equal(store_bind(st, "state", value_int(value)), STATUS_OK);
	status = store_step(st, &row);
	store_reset(st);
	return status;
}

static void
begin(struct store *s)
{
	assert_int_equal(store_begin(s, &author), STATUS_OK);
}

static uint64_t
end(struct store *s)
{
	uint64_t seq = 99;

	assert_int_equal(store_commit(s, &seq), STATUS_OK);
	return seq;
}

static void
end_refused(struct store *s, int status)
{
	uint64_t seq = 99;

	assert_int_equal(store_commit(s, &seq), status);
	assert_true(seq == 99);
}

static uint64_t
once(struct store *s, const char *sql, int64_t child, int64_t value)
{
	begin(s);
	assert_int_equal(try(s, sql, child, value), STATUS_OK);
	return end(s);
}

static void
read_log(struct store *s, struct batch *b)
{
	uint64_t first = 0;

	batch_init(b);
	assert_int_equal(store_log_read(s, 1, &first, b), STATUS_OK);
	assert_true(first == 1);
}

/* What the log says, merged row by row into another store, has this digest. */
static void
assert_replays(struct store *s)
{
	struct store *other = fresh(":memory:", STATUS_OK);
	const struct stream_id *id = store_stream_id(s, 1);
	uint8_t here[HASH_BYTES], there[HASH_BYTES];
	struct batch b;
	uint32_t writer;

	read_log(s, &b);
	assert_int_equal(store_begin_merge(other), STATUS_OK);
	assert_int_equal(store_stream(other, id, &writer), STATUS_OK);
	for (uint32_t k = 0; k < b.ntables; k++) {
		struct batch_table *t = &b.tables[k];

		assert_int_equal(store_apply(other, t, writer), STATUS_OK);
		for (uint32_t i = 0; i < t->nrows; i++) {
			struct value v[REGISTRY_MAX_COLUMNS];
			struct row_loss loss;
			struct row row;

			if (!t->rows[i].slow)
				continue;
			for (unsigned c = 0; c < t->table->ncolumns; c++)
				v[c] = *batch_cell(t, c, i);
			assert_int_equal(store_get(other, t->table, v, &row), STATUS_OK);
			if (row_merge(t->table, &row, &t->rows[i], v,
			    VERSION(t->rows[i].stamp, writer), store_writer_compare,
			    other, &loss))
				assert_int_equal(store_put(other, t->table, &row),
				    STATUS_OK);
		}
	}
	assert_int_equal(store_commit_merge(other), STATUS_OK);
	assert_int_equal(store_digest(s, SCHOOL, here), STATUS_OK);
	assert_int_equal(store_digest(other, SCHOOL, there), STATUS_OK);
	assert_memory_equal(here, there, HASH_BYTES);
	batch_release(&b);
	store_close(other);
}

static void
an_insert_is_logged_whole_and_an_update_in_part(void **state)
{
	struct store *s = fresh(":memory:", STATUS_OK);
	struct batch b;

	(void)state;
	assert_true(once(s, TINY_SQL_ADD, 1, 3) == 1);
	assert_true(once(s, TINY_SQL_SET, 1, 4) == 2);
	read_log(s, &b);
	assert_int_equal(b.ntx, 2);
	assert_int_equal(b.nrows, 2);
	assert_int_equal(b.tables[0].rows[0].op, BATCH_WHOLE);
	assert_int_equal(b.tables[0].rows[1].op, BATCH_PART);
	assert_true(b.tables[0].rows[1].mask == 1u << 2);
	/* The same second: an edit still beats what its author saw. */
	assert_true(b.tables[0].rows[1].stamp == b.tables[0].rows[0].stamp + 1);
	batch_release(&b);
	assert_replays(s);
	store_close(s);
}

static void
what_changes_nothing_has_no_sequence(void **state)
{
	struct store *s = fresh(":memory:", STATUS_OK);

	(void)state;
	(void)once(s, TINY_SQL_ADD, 1, 3);
	assert_true(once(s, TINY_SQL_SET, 1, 3) == 0);
	begin(s);
	assert_int_equal(try(s, TINY_SQL_ADD, 2, 1), STATUS_OK);
	assert_int_equal(try(s, TINY_SQL_REMOVE, 2, 1), STATUS_OK);
	assert_true(end(s) == 0);
	store_close(s);
}

static void
ghosts_of_aborted_statements_and_savepoints_are_not_logged(void **state)
{
	struct store *s = fresh(":memory:", STATUS_OK);
	struct batch b;

	(void)state;
	(void)once(s, TINY_SQL_ADD, 1, 3);
	begin(s);
	assert_int_equal(try(s, TINY_SQL_ADD_TWO, 1, 0), STATUS_EXISTS);
	assert_int_equal(try(s, TINY_SQL_SAVEPOINT, 0, 0), STATUS_OK);
	assert_int_equal(try(s, TINY_SQL_SET, 1, 8), STATUS_OK);
	assert_int_equal(try(s, TINY_SQL_ADD, 7, 8), STATUS_OK);
	assert_int_equal(try(s, TINY_SQL_BACK, 0, 0), STATUS_OK);
	assert_int_equal(try(s, TINY_SQL_ADD, 5, 1), STATUS_OK);
	assert_true(end(s) == 2);
	read_log(s, &b);
	assert_int_equal(b.nrows, 2);
	assert_true(batch_cell(&b.tables[0], 1, 1)->i == 5);
	batch_release(&b);
	assert_replays(s);
	store_close(s);
}

/* Without any savepoint inserts are logged by their notes alone. */
static void
a_failed_statement_alone_leaves_no_ghost(void **state)
{
	struct store *s = fresh(":memory:", STATUS_OK);

	(void)state;
	(void)once(s, TINY_SQL_ADD, 1, 3);
	begin(s);
	assert_int_equal(try(s, TINY_SQL_ADD_TWO, 1, 0), STATUS_EXISTS);
	assert_true(end(s) == 0);
	begin(s);
	assert_int_equal(try(s, TINY_SQL_ADD, 5, 1), STATUS_OK);
	assert_int_equal(try(s, TINY_SQL_ADD_TWO, 1, 0), STATUS_EXISTS);
	assert_true(end(s) == 2);
	assert_replays(s);
	store_close(s);
}

static void
a_row_changed_after_its_insert_is_logged_as_it_ended(void **state)
{
	struct store *s = fresh(":memory:", STATUS_OK);
	struct batch b;

	(void)state;
	begin(s);
	assert_int_equal(try(s, TINY_SQL_ADD, 1, 3), STATUS_OK);
	assert_int_equal(try(s, TINY_SQL_SET, 1, 4), STATUS_OK);
	assert_int_equal(try(s, TINY_SQL_ADD, 2, 5), STATUS_OK);
	assert_int_equal(try(s, TINY_SQL_REPLACE, 2, 6), STATUS_OK);
	assert_int_equal(try(s, TINY_SQL_ADD, 3, 7), STATUS_OK);
	assert_int_equal(try(s, TINY_SQL_REMOVE, 3, 0), STATUS_OK);
	assert_true(end(s) == 1);
	read_log(s, &b);
	assert_int_equal(b.nrows, 2);
	for (uint32_t i = 0; i < 2; i++)
		assert_true(batch_cell(&b.tables[0], 2, i)->i == (i == 0 ? 4 : 6));
	batch_release(&b);
	assert_replays(s);
	store_close(s);
}

static void
a_transaction_that_was_ended_inside_is_not_committed(void **state)
{
	struct store *s = fresh(":memory:", STATUS_OK);
	uint64_t first = 99;
	struct batch b;

	(void)state;
	(void)once(s, TINY_SQL_ADD, 1, 3);
	begin(s);
	assert_int_equal(try(s, TINY_SQL_ADD, 2, 3), STATUS_OK);
	assert_int_equal(try(s, TINY_SQL_ROLLBACK, 0, 0), STATUS_OK);
	end_refused(s, STATUS_USAGE);
	batch_init(&b);
	assert_int_equal(store_log_read(s, 1, &first, &b), STATUS_OK);
	assert_int_equal(b.ntx, 1);
	batch_release(&b);
	assert_replays(s);
	store_close(s);
}

static void
a_resurrection_takes_the_tombstone_away(void **state)
{
	struct store *s = fresh(":memory:", STATUS_OK);
	struct batch b;

	(void)state;
	(void)once(s, TINY_SQL_ADD, 1, 3);
	(void)once(s, TINY_SQL_REMOVE, 1, 0);
	assert_replays(s);
	(void)once(s, TINY_SQL_ADD, 1, 4);
	read_log(s, &b);
	assert_int_equal(b.tables[0].rows[2].length, 3);
	assert_int_equal(b.tables[0].rows[2].op, BATCH_WHOLE);
	batch_release(&b);
	assert_replays(s);
	(void)once(s, TINY_SQL_REMOVE, 1, 0);
	assert_replays(s);
	store_close(s);
}

static void
a_row_replaced_by_itself_keeps_its_versions(void **state)
{
	struct store *s = fresh(":memory:", STATUS_OK);

	(void)state;
	(void)once(s, TINY_SQL_ADD, 1, 3);
	(void)once(s, TINY_SQL_SET, 1, 4);
	author.time_s += 60;
	assert_true(once(s, TINY_SQL_REPLACE, 1, 4) == 0);
	assert_replays(s);
	assert_true(once(s, TINY_SQL_REPLACE, 1, 6) == 3);
	assert_replays(s);
	store_close(s);
}

static void
keys_do_not_change(void **state)
{
	struct store *s = fresh(":memory:", STATUS_OK);

	(void)state;
	(void)once(s, TINY_SQL_ADD, 1, 3);
	begin(s);
	assert_int_equal(try(s, TINY_SQL_MOVE, 1, 0), STATUS_OK);
	end_refused(s, STATUS_USAGE);
	assert_replays(s);
	store_close(s);
}

static void
scope_lane_and_rights_are_kept(void **state)
{
	struct store *s = fresh(":memory:", STATUS_OK);
	uint64_t rights[8] = {0};

	(void)state;
	begin(s);
	assert_int_equal(try(s, TINY_SQL_PLAN, 1, 0), STATUS_OK);
	end_refused(s, STATUS_RIGHTS);
	begin(s);
	assert_int_equal(try(s, TINY_SQL_ALARM, 1, 0), STATUS_OK);
	end_refused(s, STATUS_RIGHTS);
	author.scope = SCHOOL + 1;
	begin(s);
	assert_int_equal(try(s, TINY_SQL_ADD, 1, 0), STATUS_OK);
	end_refused(s, STATUS_RIGHTS);
	author.scope = SCHOOL;
	author.lane = LANE_URGENT;
	assert_true(once(s, TINY_SQL_ALARM, 1, 0) == 1);
	author.lane = LANE_ORDINARY;
	author.rights = rights;
	begin(s);
	assert_int_equal(try(s, TINY_SQL_ADD, 1, 0), STATUS_OK);
	end_refused(s, STATUS_RIGHTS);
	store_close(s);
}

/* What the author's own store lets through, the merge everywhere does too. */
static void
a_birth_needs_the_right_to_every_column_that_it_says(void **state)
{
	struct store *s = fresh(":memory:", STATUS_OK);
	size_t mark = (size_t)registry_find_name(&tiny_registry, "mark");
	uint64_t rights[8] = {0};
	struct batch b;

	(void)state;
	author.rights = rights;
	rights[mark] = UINT64_MAX & ~(UINT64_C(1) << 3);
	begin(s);
	assert_int_equal(try(s, TINY_SQL_ADD, 1, 0), STATUS_OK);
	end_refused(s, STATUS_RIGHTS);
	/* The last column keeps its default: left out, which means the same. */
	rights[mark] = UINT64_MAX & ~(UINT64_C(1) << 4);
	assert_true(once(s, TINY_SQL_ADD, 1, 0) == 1);
	read_log(s, &b);
	assert_true(b.tables[0].rows[0].mask == (1u << 2 | 1u << 3));
	batch_release(&b);
	rights[mark] = 1u << 2;
	assert_true(once(s, TINY_SQL_SET, 1, 5) == 2);
	begin(s);
	assert_int_equal(try(s, TINY_SQL_REMOVE, 1, 5), STATUS_OK);
	end_refused(s, STATUS_RIGHTS);
	rights[mark] = 3;
	assert_true(once(s, TINY_SQL_REMOVE, 1, 5) == 3);
	store_close(s);
}

static void
an_edit_beats_what_it_overwrites_though_the_clock_went_back(void **state)
{
	struct store *s = fresh(":memory:", STATUS_OK);
	struct batch b;

	(void)state;
	author.time_s += INT64_C(20) * 365 * 86400;
	(void)once(s, TINY_SQL_ADD, 1, 3);
	author.time_s = NOW;
	(void)once(s, TINY_SQL_SET, 1, 4);
	(void)once(s, TINY_SQL_REMOVE, 1, 0);
	(void)once(s, TINY_SQL_ADD, 1, 5);
	read_log(s, &b);
	for (uint32_t i = 1; i < 4; i++)
		assert_true(b.tables[0].rows[i].stamp == b.tables[0].rows[i - 1].stamp + 1);
	batch_release(&b);
	assert_replays(s);
	store_close(s);
}

static int64_t
next_id(struct store *s)
{
	struct store_stmt *st;
	int64_t id;
	bool row;

	assert_int_equal(store_prepare(s, TINY_SQL_NEW_ID, &st, NULL), STATUS_OK);
	assert_int_equal(store_step(st, &row), STATUS_OK);
	assert_true(row);
	id = store_column(st, 0).i;
	store_reset(st);
	return id;
}

static void
in_folder(char folder[32], char file[64])
{
	strcpy(folder, "/tmp/kehou-store-XXXXXX");
	assert_non_null(mkdtemp(folder));
	(void)snprintf(file, 64, "%s/db", folder);
}

static void
remove_folder(const char *folder, const char *file)
{
	assert_int_equal(unlink(file), 0);
	assert_int_equal(rmdir(folder), 0);
}

static void
row_ids_are_never_given_twice(void **state)
{
	char folder[32], file[64];
	struct store *s;
	int64_t first, second, third;

	(void)state;
	in_folder(folder, file);
	s = fresh(file, STATUS_OK);
	begin(s);
	first = next_id(s);
	assert_true(first == (INT64_C(5) << ROW_COUNTER_BITS | 1));
	store_rollback(s);
	begin(s);
	second = next_id(s);
	assert_true(second == first + 1);
	assert_true(end(s) == 0); /* nothing changed, yet the ids are spent */
	store_close(s);
	s = fresh(file, STATUS_OK);
	begin(s);
	third = next_id(s);
	assert_true(third == second + 1);
	store_rollback(s);
	author.epoch = 6;
	begin(s);
	assert_true(next_id(s) == (INT64_C(6) << ROW_COUNTER_BITS | 1));
	assert_true(end(s) == 0);
	store_close(s);
	remove_folder(folder, file);
}

static void
what_is_not_there_or_newer_is_not_opened(void **state)
{
	struct registry newer = tiny_registry;
	struct store_options o = { .registry = &tiny_registry };
	char folder[32], file[64];
	struct store *s = NULL;

	(void)state;
	in_folder(folder, file);
	assert_int_equal(store_open(file, &o, &s), STATUS_NOT_INITIALISED);
	newer.version++;
	o.registry = &newer;
	o.create = true;
	assert_int_equal(store_open(file, &o, &s), STATUS_OK);
	store_close(s);
	s = NULL;
	o.registry = &tiny_registry;
	assert_int_equal(store_open(file, &o, &s), STATUS_NEWER);
	assert_null(s);
	remove_folder(folder, file);
}

static int
visit_segment(void *ctx, const struct store_segment *seg)
{
	uint64_t *sum = ctx;

	assert_int_equal(seg->packed_len, 3);
	assert_memory_equal(seg->packed, "abc", 3);
	*sum = *sum * 100 + seg->first * 10 + seg->count;
	return 0;
}

static void
sealing_moves_the_log_into_a_segment(void **state)
{
	struct store *s = fresh(":memory:", STATUS_OK);
	struct store_segment seg = { .writer = 1, .first = 1, .count = 2, .hash = {7},
	    .packed = (const uint8_t *)"abc", .packed_len = 3 };
	struct vector v = {0};
	struct store_head head;
	uint64_t first = 99, sum = 0;
	struct batch b;

	(void)state;
	for (int64_t i = 1; i <= 2; i++)
		(void)once(s, TINY_SQL_ADD, i, i);
	read_log(s, &b);
	assert_int_equal(b.ntx, 2);
	batch_clear(&b);
	assert_int_equal(store_begin_merge(s), STATUS_OK);
	assert_int_equal(store_seal(s, &seg), STATUS_OK);
	assert_int_equal(store_commit_merge(s), STATUS_OK);
	assert_int_equal(store_log_read(s, 1, &first, &b), STATUS_OK);
	assert_true(first == 0 && b.ntx == 0);
	/* The sequence goes on where it was. */
	assert_true(once(s, TINY_SQL_ADD, 3, 3) == 3);
	assert_int_equal(store_head(s, 1, &head), STATUS_OK);
	assert_true(head.stored == 2 && head.merged == 2 && head.logged == 3);
	assert_memory_equal(head.hash, seg.hash, HASH_BYTES);
	assert_int_equal(store_vector(s, SCHOOL, true, &v), STATUS_OK);
	assert_true(v.n == 1 && v.entries[0].through == 2);
	assert_int_equal(store_segment_add(s, &seg), STATUS_USAGE);
	seg.first = 3;
	seg.count = 1;
	assert_int_equal(store_begin_merge(s), STATUS_OK);
	assert_int_equal(store_seal(s, &seg), STATUS_OK);
	store_rollback(s);
	assert_int_equal(store_head(s, 1, &head), STATUS_OK);
	assert_true(head.stored == 2 && head.logged == 3);
	assert_int_equal(store_segments(s, 1, 0, visit_segment, &sum), STATUS_OK);
	assert_true(sum == 12);
	assert_int_equal(store_segments(s, 1, 2, visit_segment, &sum), STATUS_OK);
	assert_true(sum == 12);
	vector_release(&v);
	batch_release(&b);
	store_close(s);
}

/* One WHOLE row of mark with this state, as a segment has it. */
static void
add_mark(struct batch *b, int64_t child, uint8_t op, uint32_t length, uint64_t stamp,
    int64_t mark)
{
	const struct registry_table *t =
	    &tiny_registry.tables[registry_find_name(&tiny_registry, "mark")];
	struct batch_row row = { .op = op, .length = length, .stamp = stamp,
	    .mask = op == BATCH_WHOLE ? registry_value_mask(t) : op == BATCH_PART ? 4 : 0 };
	struct value v[5] = { value_int((int64_t)SCHOOL), value_int(child),
	    value_int(mark), value_null(), value_null() };

	if (b->ntx == 0)
		assert_int_equal(batch_add_tx(b, NOW, 0), STATUS_OK);
	assert_int_equal(batch_add_row(b, t, &row, v, true), STATUS_OK);
}

static void
only_plain_new_rows_go_in_bulk(void **state)
{
	struct store *s = fresh(":memory:", STATUS_OK);
	struct stream_id id = { .node = {{2}}, .epoch = 7, .scope = SCHOOL };
	static const uint8_t slow[] = { 0, 1, 1, 0, 1, 1, 2 };
	struct value keys[2] = { value_int((int64_t)SCHOOL), value_int(3) };
	struct row row;
	struct batch b;
	uint32_t writer;

	(void)state;
	(void)once(s, TINY_SQL_ADD, 2, 1);
	(void)once(s, TINY_SQL_ADD, 8, 1);
	(void)once(s, TINY_SQL_REMOVE, 8, 1);
	batch_init(&b);
	add_mark(&b, 1, BATCH_WHOLE, 1, 900, 11); /* new */
	add_mark(&b, 2, BATCH_WHOLE, 1, 901, 12); /* over another writer's */
	add_mark(&b, 1, BATCH_PART, 1, 902, 13);
	add_mark(&b, 3, BATCH_WHOLE, 1, 903, 14); /* new */
	add_mark(&b, 4, BATCH_DELETE, 2, 904, 0);
	add_mark(&b, 8, BATCH_WHOLE, 1, 905, 15); /* over a tombstone */
	add_mark(&b, 9, BATCH_WHOLE, 1, 906, 16);
	b.tables[0].rows[6].slow = 2;             /* without right */
	assert_int_equal(store_begin_merge(s), STATUS_OK);
	assert_int_equal(store_stream(s, &id, &writer), STATUS_OK);
	assert_int_equal(store_apply(s, &b.tables[0], writer), STATUS_OK);
	for (size_t i = 0; i < sizeof(slow); i++)
		assert_int_equal(b.tables[0].rows[i].slow, slow[i]);
	assert_int_equal(store_get(s, b.tables[0].table, keys, &row), STATUS_OK);
	assert_true(row.exists && row.values[2].i == 14);
	assert_true(row.version == VERSION(903, writer));
	keys[1] = value_int(9);
	assert_int_equal(store_get(s, b.tables[0].table, keys, &row), STATUS_OK);
	assert_true(!row.exists && row.length == 0);
	assert_int_equal(store_commit_merge(s), STATUS_OK);
	batch_release(&b);
	store_close(s);
}

static void
merge_row(struct store *s, const struct batch_table *t, uint32_t i, uint32_t writer)
{
	struct value v[REGISTRY_MAX_COLUMNS];
	struct row_loss loss;
	struct row row;

	for (unsigned c = 0; c < t->table->ncolumns; c++)
		v[c] = *batch_cell(t, c, i);
	assert_int_equal(store_get(s, t->table, v, &row), STATUS_OK);
	if (row_merge(t->table, &row, &t->rows[i], v, VERSION(t->rows[i].stamp, writer),
	    store_writer_compare, s, &loss))
		assert_int_equal(store_put(s, t->table, &row), STATUS_OK);
}

/* Two authors' rows in either order; the stores number the authors otherwise. */
static void
the_digest_knows_neither_order_nor_local_numbers(void **state)
{
	struct stream_id id[2] = { { .node = {{2}}, .epoch = 7, .scope = SCHOOL },
	    { .node = {{3}}, .epoch = 8, .scope = SCHOOL } };
	uint8_t digest[2][HASH_BYTES], other[HASH_BYTES];
	struct batch b;

	(void)state;
	batch_init(&b);
	add_mark(&b, 1, BATCH_WHOLE, 1, 900, 1);
	add_mark(&b, 1, BATCH_PART, 1, 901, 2);
	add_mark(&b, 2, BATCH_WHOLE, 1, 900, 3);
	add_mark(&b, 2, BATCH_DELETE, 2, 902, 0);
	add_mark(&b, 3, BATCH_WHOLE, 1, 900, 4);
	add_mark(&b, 3, BATCH_PART, 1, 900, 5);
	for (unsigned k = 0; k < 2; k++) {
		struct store *s = fresh(":memory:", STATUS_OK);
		uint32_t writer[2], n = b.tables[0].nrows;

		assert_int_equal(store_begin_merge(s), STATUS_OK);
		assert_int_equal(store_stream(s, &id[k], &writer[k]), STATUS_OK);
		assert_int_equal(store_stream(s, &id[1 - k], &writer[1 - k]), STATUS_OK);
		for (uint32_t i = 0; i < n; i++) {
			uint32_t at = k == 0 ? i : n - 1 - i;

			merge_row(s, &b.tables[0], at, writer[at % 2]);
		}
		assert_int_equal(store_commit_merge(s), STATUS_OK);
		assert_int_equal(store_digest(s, SCHOOL, digest[k]), STATUS_OK);
		assert_int_equal(store_digest(s, SCHOOL + 1, other), STATUS_OK);
		assert_memory_not_equal(digest[k], other, HASH_BYTES);
		store_close(s);
	}
	assert_memory_equal(digest[0], digest[1], HASH_BYTES);
	batch_release(&b);
}

static void
a_write_outside_a_transaction_is_vetoed_and_stops_no_merge(void **state)
{
	struct store *s = fresh(":memory:", STATUS_OK);

	(void)state;
	assert_int_equal(try(s, TINY_SQL_ADD, 1, 0), STATUS_FOREIGN_WRITER);
	assert_int_equal(store_meta_set(s, "test", "a", "b", 1), STATUS_OK);
	assert_int_equal(try(s, TINY_SQL_ADD, 1, 0), STATUS_FOREIGN_WRITER);
	assert_int_equal(store_begin_merge(s), STATUS_OK);
	assert_int_equal(store_commit_merge(s), STATUS_OK);
	assert_true(once(s, TINY_SQL_ADD, 1, 0) == 1);
	store_close(s);
}

static void
a_rule_refuses_with_its_words(void **state)
{
	struct store *s = fresh(":memory:", STATUS_OK);

	(void)state;
	begin(s);
	assert_int_equal(try(s, TINY_SQL_REFUSE, 0, 0), STATUS_REFUSED);
	assert_string_equal(store_refusal(s), "R1.why\x1f" "a\x1f" "7");
	store_rollback(s);
	store_close(s);
}

static void
a_file_is_locked_and_refuses_other_programs(void **state)
{
	static const char *const writes[] = {"add", "set", "remove"};
	char path[] = "/tmp/kehou-store-XXXXXX", file[64], command[512];
	const char *python = getenv("PYTHON"), *src = getenv("SRCDIR");
	struct store *s;

	(void)state;
	assert_non_null(mkdtemp(path));
	(void)snprintf(file, sizeof(file), "%s/db", path);
	s = fresh(file, STATUS_OK);
	(void)once(s, TINY_SQL_ADD, 1, 3);
	(void)fresh(file, STATUS_LOCKED);
	store_close(s);
	for (size_t i = 0; i < 3; i++) {
		(void)snprintf(command, sizeof(command), "'%s' '%s/tests/foreign.py' '%s' %s",
		    python ? python : "python3", src ? src : ".", file, writes[i]);
		assert_int_equal(system(command), 0);
	}
	s = fresh(file, STATUS_OK);
	assert_int_equal(store_integrity(s), STATUS_OK);
	assert_replays(s);
	store_close(s);
	assert_int_equal(unlink(file), 0);
	assert_int_equal(rmdir(path), 0);
}

static void
answer(struct store *s, unsigned from, unsigned n)
{
	begin(s);
	for (unsigned i = from; i < from + n; i++) {
		char id[16];

		(void)snprintf(id, sizeof(id), "r%u", i);
		assert_int_equal(store_answer_put(s, "command", id, &i, sizeof(i)), STATUS_OK);
	}
	end(s);
}

static bool
is_answered(struct store *s, unsigned i)
{
	struct buffer b = BUFFER_INIT;
	char id[16];
	int status;

	(void)snprintf(id, sizeof(id), "r%u", i);
	status = store_answer_get(s, "command", id, &b);
	if (status == STATUS_OK)
		assert_memory_equal(b.data, &i, sizeof(i));
	else
		assert_int_equal(status, STATUS_NOT_FOUND);
	buffer_release(&b);
	return status == STATUS_OK;
}

/* Of two years of requests those of the last weeks are still there; of a burst the
 * newest. */
static void
answers_are_kept_for_their_time_and_their_number(void **state)
{
	struct store *s = fresh(":memory:", STATUS_OK);

	(void)state;
	answer(s, 0, 3000);
	author.time_s += INT64_C(86400) * STORE_ANSWER_DAYS;
	answer(s, 3000, 500);
	assert_true(is_answered(s, 0)); /* not older than that */
	/* Each request lets go of two: those that are too old are gone in the end. */
	author.time_s += 1;
	answer(s, 3500, 1500);
	assert_false(is_answered(s, 0) || is_answered(s, 2999));
	assert_true(is_answered(s, 3000) && is_answered(s, 4999));
	/* A clock that is years ahead for a day takes nothing of the last ones. */
	author.time_s += INT64_C(86400) * 365 * 20;
	answer(s, 5000, 1000);
	assert_false(is_answered(s, 4999));
	assert_true(is_answered(s, 5000));
	author.time_s = NOW;
	answer(s, 6000, STORE_ANSWERS_MOST);
	assert_false(is_answered(s, 5999));
	assert_true(is_answered(s, 6000) && is_answered(s, 5999 + STORE_ANSWERS_MOST));
	store_close(s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_insert_is_logged_whole_and_an_update_in_part),
		cmocka_unit_test(what_changes_nothing_has_no_sequence),
		cmocka_unit_test(ghosts_of_aborted_statements_and_savepoints_are_not_logged),
		cmocka_unit_test(a_failed_statement_alone_leaves_no_ghost),
		cmocka_unit_test(a_row_changed_after_its_insert_is_logged_as_it_ended),
		cmocka_unit_test(a_transaction_that_was_ended_inside_is_not_committed),
		cmocka_unit_test(a_resurrection_takes_the_tombstone_away),
		cmocka_unit_test(a_row_replaced_by_itself_keeps_its_versions),
		cmocka_unit_test(keys_do_not_change),
		cmocka_unit_test(scope_lane_and_rights_are_kept),
		cmocka_unit_test(a_birth_needs_the_right_to_every_column_that_it_says),
		cmocka_unit_test(an_edit_beats_what_it_overwrites_though_the_clock_went_back),
		cmocka_unit_test(row_ids_are_never_given_twice),
		cmocka_unit_test(what_is_not_there_or_newer_is_not_opened),
		cmocka_unit_test(sealing_moves_the_log_into_a_segment),
		cmocka_unit_test(only_plain_new_rows_go_in_bulk),
		cmocka_unit_test(the_digest_knows_neither_order_nor_local_numbers),
		cmocka_unit_test(a_write_outside_a_transaction_is_vetoed_and_stops_no_merge),
		cmocka_unit_test(a_rule_refuses_with_its_words),
		cmocka_unit_test(answers_are_kept_for_their_time_and_their_number),
		cmocka_unit_test(a_file_is_locked_and_refuses_other_programs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
