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

static void
a_write_outside_a_transaction_is_vetoed_and_stops_no_merge(void **state)
{
	struct store *s = fresh(":memory:", STATUS_OK);

	(void)state;
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

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_insert_is_logged_whole_and_an_update_in_part),
		cmocka_unit_test(what_changes_nothing_has_no_sequence),
		cmocka_unit_test(ghosts_of_aborted_statements_and_savepoints_are_not_logged),
		cmocka_unit_test(a_resurrection_takes_the_tombstone_away),
		cmocka_unit_test(a_row_replaced_by_itself_keeps_its_versions),
		cmocka_unit_test(keys_do_not_change),
		cmocka_unit_test(scope_lane_and_rights_are_kept),
		cmocka_unit_test(a_write_outside_a_transaction_is_vetoed_and_stops_no_merge),
		cmocka_unit_test(a_rule_refuses_with_its_words),
		cmocka_unit_test(a_file_is_locked_and_refuses_other_programs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
