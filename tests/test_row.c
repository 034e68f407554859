/* Merging one row: any order of the same writes gives the same row. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "gen/tiny_registry.h"
#include "sync/row.h"

#define WRITES 24
#define ROUNDS 20000

struct write {
	struct batch_row row;
	struct value values[REGISTRY_MAX_COLUMNS];
	int64_t version;
};

static uint64_t seed;

static uint64_t
draw(uint64_t below)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return seed % below;
}

static int
writers(void *ctx, uint32_t a, uint32_t b)
{
	(void)ctx;
	/* Streams 4 and 5 are of one node, as after a restore. */
	a = a == 5 ? 4 : a;
	b = b == 5 ? 4 : b;
	return a < b ? -1 : a > b;
}

static const struct registry_table *
table(void)
{
	return &tiny_registry.tables[registry_find(&tiny_registry, 20)];
}

static void
random_write(const struct registry_table *t, unsigned nwriters, struct write *w)
{
	/* Clocks that are right, and decades early or late; few enough to meet. */
	static const uint64_t clocks[] = {0, 1, 820000000, 820000001, 6311433599};

	memset(w, 0, sizeof(*w));
	w->row.stamp = clocks[draw(5)] << STAMP_COUNTER_BITS | draw(3);
	w->row.length = 1 + (uint32_t)draw(5);
	w->row.op = w->row.length % 2 == 0 ? BATCH_DELETE :
	    (uint8_t)(draw(3) == 0 ? BATCH_PART : BATCH_WHOLE);
	w->version = VERSION(w->row.stamp, 1 + draw(nwriters));
	for (unsigned i = t->nkeys; i < t->ncolumns; i++) {
		if (w->row.op == BATCH_DELETE || draw(2) == 0)
			continue;
		w->row.mask |= UINT64_C(1) << i;
		w->values[i] = draw(4) == 0 ? value_null() :
		    i == 3 ? value_text("ab", 1 + draw(2)) :
		    value_int((int64_t)draw(3));
	}
}

static void
merge_all(const struct registry_table *t, const struct write *w, unsigned n,
    struct row *row)
{
	memset(row, 0, sizeof(*row));
	for (unsigned i = 0; i < n; i++) {
		struct row_loss loss;

		(void)row_merge(t, row, &w[i].row, w[i].values, w[i].version, writers,
		    NULL, &loss);
	}
}

/* By node: which of a node's streams wrote a value that both have is no matter. */
static bool
same_version(int64_t a, int64_t b)
{
	return VERSION_STAMP(a) == VERSION_STAMP(b) &&
	    writers(NULL, VERSION_WRITER(a), VERSION_WRITER(b)) == 0;
}

static void
assert_same(const struct registry_table *t, const struct row *a, const struct row *b)
{
	assert_int_equal(a->length, b->length);
	assert_int_equal(a->exists, b->exists);
	if (!a->exists) {
		assert_true(same_version(a->version, b->version));
		return;
	}
	for (unsigned i = t->nkeys; i < t->ncolumns; i++) {
		assert_true(same_version(a->versions[i], b->versions[i]));
		assert_true(value_equal(a->values[i], b->values[i]));
	}
}

static void
any_order_and_repetition_gives_the_same_row(void **state)
{
	const struct registry_table *t = table();
	const char *given = getenv("SEED");

	(void)state;
	seed = given ? strtoull(given, NULL, 10) : (uint64_t)time(NULL) * 2654435761u + 1;
	print_message("# SEED=%llu\n", (unsigned long long)seed);
	for (unsigned round = 0; round < ROUNDS; round++) {
		struct write w[2 * WRITES];
		unsigned n = 2 + (unsigned)draw(WRITES - 2), nwriters = 2 + (unsigned)draw(4);
		struct row first, again;

		for (unsigned i = 0; i < n; i++)
			random_write(t, nwriters, &w[i]);
		merge_all(t, w, n, &first);
		for (unsigned i = n; i < 2 * n; i++)
			w[i] = w[draw(n)];
		for (unsigned i = 2 * n - 1; i > 0; i--) {
			unsigned j = (unsigned)draw(i + 1);
			struct write x = w[i];

			w[i] = w[j];
			w[j] = x;
		}
		merge_all(t, w, 2 * n, &again);
		assert_same(t, &first, &again);
	}
}

static void
a_packed_row_is_unpacked_as_it_was(void **state)
{
	const struct registry_table *t = table();
	struct row row = {.exists = true, .length = 3}, again = {.exists = true};
	struct buffer b = BUFFER_INIT;

	(void)state;
	row.versions[2] = VERSION(900, 1);
	row.versions[3] = VERSION(700, 2);
	row.versions[4] = VERSION(900, 1);
	row_pack(t, &row, &b);
	assert_true(row.version == VERSION(900, 1));
	assert_int_equal(row_unpack(t, row.version, b.data, b.len, &again), STATUS_OK);
	assert_int_equal(again.length, 3);
	for (unsigned i = t->nkeys; i < t->ncolumns; i++)
		assert_true(again.versions[i] == row.versions[i]);
	assert_int_equal(row_unpack(t, row.version, b.data, b.len - 1, &again),
	    STATUS_CORRUPT);
	buffer_release(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(any_order_and_repetition_gives_the_same_row),
		cmocka_unit_test(a_packed_row_is_unpacked_as_it_was),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
