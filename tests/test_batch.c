#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "tests/bench/day_model.h"

static void
add(struct batch *b, unsigned table, int64_t key)
{
	const struct registry_table *t = &day_registry.tables[table];
	struct batch_row row = {.length = 1, .mask = registry_value_mask(t)};
	struct value v[REGISTRY_MAX_COLUMNS];
	char text[] = "passing";
	unsigned c;

	for (c = 0; c < t->ncolumns; c++)
		v[c] = t->columns[c].type == VALUE_TEXT
		    ? value_text(text, sizeof text - 1) : value_int(key + c);
	assert_int_equal(batch_add_row(b, t, &row, v, true), STATUS_OK);
	memset(text, 0, sizeof text); /* the batch has its own copy */
}

static void
cells_stay_where_they_belong_while_tables_grow(void **ctx)
{
	struct batch b;
	uint32_t i;
	unsigned c;

	(void)ctx;
	batch_init(&b);
	for (i = 0; i < 300; i++) {
		assert_int_equal(batch_add_tx(&b, 1800000000 + i, 1), STATUS_OK);
		add(&b, i % 2 ? 0 : 3, i);
		add(&b, 1, i);
	}
	assert_int_equal(b.ntables, 3);
	assert_int_equal(b.nrows, 600);
	assert_int_equal(b.tables[0].id, DAY_SESSION);
	assert_int_equal(b.tables[2].id, DAY_LEAVING);
	for (i = 0; i < 300; i++) {
		const struct batch_table *t = &b.tables[1];

		assert_int_equal(t->rows[i].tx, i);
		for (c = 0; c < 9; c++)
			assert_int_equal(batch_cell(t, c, i)->i, i + c);
		assert_memory_equal(batch_cell(t, 9, i)->p, "passing", 7);
	}
	batch_release(&b);
}

static void
a_cleared_batch_serves_again(void **ctx)
{
	struct batch b;
	int round;

	(void)ctx;
	batch_init(&b);
	for (round = 0; round < 3; round++) {
		batch_clear(&b);
		assert_int_equal(b.nrows, 0);
		assert_int_equal(batch_add_tx(&b, 1800000000, 1), STATUS_OK);
		add(&b, (unsigned)round, 7);
		add(&b, 3, 9);
		assert_int_equal(b.ntables, 2);
		assert_int_equal(batch_cell(&b.tables[1], 0, 0)->i, 9);
	}
	batch_release(&b);
}

static void
rows_are_counted_through_their_transaction(void **ctx)
{
	struct batch b;

	(void)ctx;
	batch_init(&b);
	assert_int_equal(batch_add_tx(&b, 1800000000, 1), STATUS_OK);
	add(&b, 1, 1);
	assert_int_equal(batch_add_tx(&b, 1800000001, 1), STATUS_OK);
	add(&b, 3, 2);
	add(&b, 1, 3);
	add(&b, 1, 4);
	assert_int_equal(batch_row_index(&b, &b.tables[0], 0), 0);
	assert_int_equal(batch_row_index(&b, &b.tables[0], 1), 0);
	assert_int_equal(batch_row_index(&b, &b.tables[0], 2), 1);
	assert_int_equal(batch_row_index(&b, &b.tables[1], 0), 2);
	batch_release(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cells_stay_where_they_belong_while_tables_grow),
		cmocka_unit_test(a_cleared_batch_serves_again),
		cmocka_unit_test(rows_are_counted_through_their_transaction),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
