/* Properties of row_merge, row_pack and row_unpack over random writes. */
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

#define ROUNDS 4000
#define MAX_WRITES 24
#define MAX_WRITERS 5
#define DECADE_S (INT64_C(10) * 365 * 86400)

static uint64_t seed;

static uint32_t
draw(uint32_t below)
{
	seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (uint32_t)(seed >> 33) % below;
}

static const struct registry_table *
table_named(const char *name)
{
	int index = registry_find_name(&tiny_registry, name);

	assert_true(index >= 0);
	return &tiny_registry.tables[index];
}

struct write {
	struct batch_row row;
	struct value values[REGISTRY_MAX_COLUMNS];
	unsigned node;
};

/* A replica numbers the nodes' streams in the order in which it met them. */
struct replica {
	const struct registry_table *table;
	uint32_t number[MAX_WRITERS]; /* of a node, from 1; 0: not met */
	unsigned node[MAX_WRITERS + 1];
	uint32_t n;
	struct row row;
};

static int
compare_nodes(void *ctx, uint32_t a, uint32_t b)
{
	const struct replica *r = ctx;

	assert_in_range(a, 1, r->n);
	assert_in_range(b, 1, r->n);
	return (int)r->node[a] - (int)r->node[b];
}

/* What lies in the tables between two merges: packed, a tombstone without columns. */
static void
store_and_load(struct replica *r)
{
	struct buffer bytes = BUFFER_INIT;
	struct row loaded;

	memset(&loaded, 0, sizeof(loaded));
	memcpy(loaded.values, r->row.values, sizeof(loaded.values));
	if (r->row.exists) {
		assert_int_equal(row_unpack(r->table, row_pack(r->table, &r->row,
		    &bytes), &loaded), STATUS_OK);
		loaded.exists = true;
		for (unsigned i = r->table->nkeys; i < r->table->ncolumns; i++)
			assert_true(loaded.versions[i] == r->row.versions[i]);
		assert_int_equal(loaded.length, r->row.length);
	} else {
		loaded.length = r->row.length;
		loaded.version = r->row.version;
		for (unsigned i = r->table->nkeys; i < r->table->ncolumns; i++)
			loaded.values[i] = value_null();
	}
	buffer_release(&bytes);
	r->row = loaded;
}

static bool
deliver(struct replica *r, const struct write *w)
{
	struct row_loss loss;
	bool changed;

	if (r->number[w->node] == 0) {
		r->number[w->node] = ++r->n;
		r->node[r->n] = w->node;
	}
	changed = row_merge(r->table, &r->row, &w->row, w->values,
	    VERSION(w->row.stamp, r->number[w->node]), compare_nodes, r, &loss);
	store_and_load(r);
	return changed;
}

static struct value
some_value(const struct registry_column *c)
{
	static const char *const words[] = { "", "a", "b", "plain", "ab" };

	switch (draw(4)) {
	case 0:
		return value_null();
	case 1:
		return c->missing;
	default:
		break;
	}
	if (c->type == VALUE_INT)
		return value_int((int64_t)draw(4) - 1);
	if (c->type == VALUE_BLOB)
		return value_blob("xyz", draw(4));
	{
		const char *s = words[draw(5)];

		return value_text(s, strlen(s));
	}
}

/* Any write a decoder lets through, ties in stamps likely. */
static struct write
some_write(const struct registry_table *t, unsigned writers, const int64_t *clock_s)
{
	struct write w = { .node = draw(writers) };
	uint64_t every = registry_value_mask(t);

	w.row.stamp = ((uint64_t)clock_s[w.node] << STAMP_COUNTER_BITS) + draw(4);
	w.row.length = 1 + draw(4);
	if (w.row.length % 2 == 0)
		w.row.op = BATCH_DELETE;
	else if (draw(2) == 0)
		w.row.op = BATCH_PART;
	if (w.row.op != BATCH_DELETE) {
		w.row.mask = every;
		if (w.row.op == BATCH_PART || draw(2) == 0)
			w.row.mask = every & ((uint64_t)draw(256) << t->nkeys);
	}
	for (unsigned i = t->nkeys; i < t->ncolumns; i++)
		if (w.row.mask >> i & 1)
			w.values[i] = some_value(&t->columns[i]);
	return w;
}

static void
assert_version_equal(const struct replica *a, int64_t va, const struct replica *b,
    int64_t vb)
{
	assert_true(VERSION_STAMP(va) == VERSION_STAMP(vb));
	if (va != 0)
		assert_int_equal(a->node[VERSION_WRITER(va)], b->node[VERSION_WRITER(vb)]);
}

static void
assert_replicas_equal(const struct replica *a, const struct replica *b)
{
	const struct registry_table *t = a->table;

	assert_int_equal(a->row.exists, b->row.exists);
	assert_int_equal(a->row.length, b->row.length);
	if (!a->row.exists) {
		assert_version_equal(a, a->row.version, b, b->row.version);
		return;
	}
	for (unsigned i = t->nkeys; i < t->ncolumns; i++) {
		assert_true(value_equal(a->row.values[i], b->row.values[i]));
		assert_version_equal(a, a->row.versions[i], b, b->row.versions[i]);
	}
}

static void
shuffle(unsigned *order, unsigned n)
{
	for (unsigned i = n; i > 1; i--) {
		unsigned j = draw(i), swap = order[i - 1];

		order[i - 1] = order[j];
		order[j] = swap;
	}
}

static void
any_order_on(const struct registry_table *t)
{
	struct write writes[MAX_WRITES];
	unsigned order[MAX_WRITES];
	struct replica a = { .table = t }, b = { .table = t };
	unsigned writers = 2 + draw(MAX_WRITERS - 1), n = 1 + draw(MAX_WRITES);
	int64_t clock_s[MAX_WRITERS];
	int64_t shared = 86400 + draw(3);

	for (unsigned i = 0; i < writers; i++)
		clock_s[i] = draw(2) == 0 ? shared : shared + draw(8) * DECADE_S;
	for (unsigned i = 0; i < n; i++) {
		writes[i] = some_write(t, writers, clock_s);
		order[i] = i;
		(void)deliver(&a, &writes[i]);
		if (draw(3) == 0)
			(void)deliver(&a, &writes[draw(i + 1)]);
	}
	shuffle(order, n);
	for (unsigned i = 0; i < n; i++) {
		(void)deliver(&b, &writes[order[i]]);
		if (draw(3) == 0)
			(void)deliver(&b, &writes[order[draw(i + 1)]]);
	}
	assert_replicas_equal(&a, &b);
	for (unsigned i = 0; i < n; i++)
		assert_false(deliver(&b, &writes[i]));
	assert_replicas_equal(&a, &b);
}

static void
any_order_with_duplicates_gives_the_same_row(void **state)
{
	(void)state;
	for (unsigned i = 0; i < ROUNDS; i++)
		for (size_t t = 0; t < tiny_registry.ntables; t++)
			any_order_on(&tiny_registry.tables[t]);
}

/* Two replicas have different parts, then each gets the other's. */
static void
subsets_converge_when_exchanged(void **state)
{
	const struct registry_table *t = table_named("item");

	(void)state;
	for (unsigned round = 0; round < ROUNDS; round++) {
		struct write writes[MAX_WRITES];
		bool at_a[MAX_WRITES];
		struct replica a = { .table = t }, b = { .table = t };
		int64_t clock_s[MAX_WRITERS] = { 86400, 86400, 86400 + DECADE_S,
			86400 + 5 * DECADE_S, 86401 };

		for (unsigned i = 0; i < MAX_WRITES; i++) {
			writes[i] = some_write(t, MAX_WRITERS, clock_s);
			at_a[i] = draw(2) == 0;
			(void)deliver(at_a[i] ? &a : &b, &writes[i]);
		}
		for (unsigned i = MAX_WRITES; i-- > 0;)
			(void)deliver(at_a[i] ? &b : &a, &writes[i]);
		assert_replicas_equal(&a, &b);
	}
}

static struct write
item_write(uint8_t op, uint32_t length, uint64_t stamp, unsigned node)
{
	struct write w = { .row = { .op = op, .length = length, .stamp = stamp },
	    .node = node };

	return w;
}

static void
equal_stamp_and_node_falls_to_the_order_of_values(void **state)
{
	const struct registry_table *t = table_named("item");
	const struct value ascending[] = { value_int(0), value_null(), value_int(-3),
		value_int(7), value_text("", 0), value_text("b", 1), value_blob("a", 1) };
	const unsigned amount = 3, n = sizeof(ascending) / sizeof(ascending[0]);

	(void)state;
	/* The default is least, then the canonical order. */
	for (unsigned i = 0; i < n; i++) {
		for (unsigned j = 0; j < n; j++) {
			struct replica r = { .table = t };
			struct write a = item_write(BATCH_PART, 1, 500, 0), b = a;

			a.row.mask = b.row.mask = 1u << amount;
			a.values[amount] = ascending[i];
			b.values[amount] = ascending[j];
			assert_true(deliver(&r, &a));
			assert_int_equal(deliver(&r, &b), j > i);
			assert_true(value_equal(r.row.values[amount],
			    ascending[i > j ? i : j]));
		}
	}
}

static void
the_greater_node_wins_an_equal_stamp(void **state)
{
	const struct registry_table *t = table_named("plan");
	struct write a = item_write(BATCH_WHOLE, 1, 500, 0), b = a;
	struct replica r = { .table = t };

	(void)state;
	a.row.mask = b.row.mask = 2;
	a.values[1] = value_int(100);
	b.values[1] = value_int(1);
	b.node = 1;
	assert_true(deliver(&r, &b));
	assert_false(deliver(&r, &a));
	assert_true(value_equal(r.row.values[1], value_int(1)));
}

static void
a_later_life_wins_over_any_clock(void **state)
{
	const struct registry_table *t = table_named("item");
	struct replica r = { .table = t };
	struct write born = item_write(BATCH_WHOLE, 1, STAMP_MAX, 0);
	struct write dead = item_write(BATCH_DELETE, 2, 5, 1);
	struct write again = item_write(BATCH_WHOLE, 3, 1, 2);

	(void)state;
	born.row.mask = again.row.mask = 1u << 3;
	born.values[3] = value_int(1);
	again.values[3] = value_int(3);
	assert_true(deliver(&r, &again));
	assert_false(deliver(&r, &born));
	assert_false(deliver(&r, &dead));
	assert_true(r.row.exists);
	assert_int_equal(r.row.length, 3);
	assert_true(value_equal(r.row.values[3], value_int(3)));
	/* Columns that the author did not write are their defaults. */
	assert_true(value_equal(r.row.values[4], t->columns[4].missing));
}

static void
a_plain_row_packs_into_an_integer_of_six_bytes(void **state)
{
	const struct registry_table *t = table_named("item");
	struct row row = { .exists = true, .length = 1, .version = 5 };
	struct buffer bytes = BUFFER_INIT;
	struct value v;

	(void)state;
	for (unsigned i = t->nkeys; i < t->ncolumns; i++)
		row.versions[i] = VERSION(UINT64_C(6311433599) << STAMP_COUNTER_BITS, 3);
	v = row_pack(t, &row, &bytes);
	assert_true(row.version == row.versions[t->nkeys]);
	assert_int_equal(v.type, VALUE_INT);
	assert_true(v.i > 0 && v.i < INT64_C(1) << 47);
	row.versions[4] = VERSION(78, 1);
	v = row_pack(t, &row, &bytes);
	assert_true(row.version == row.versions[t->nkeys]);
	assert_int_equal(v.type, VALUE_BLOB);
	assert_in_range(v.len, 5, 20);
	buffer_release(&bytes);
}

static void
every_version_comes_back_and_keeps_its_order(void **state)
{
	static const uint64_t stamps[] = { 0, 1, 255, 256, 257, STAMP_MAX - 1, STAMP_MAX };
	static const uint32_t writers[] = { 1, 16383, 16384, (1u << WRITER_BITS) - 1 };
	const struct registry_table *t = table_named("item");
	struct row row;

	(void)state;
	for (size_t s = 0; s < sizeof(stamps) / sizeof(stamps[0]); s++) {
		for (size_t w = 0; w < sizeof(writers) / sizeof(writers[0]); w++) {
			int64_t version = VERSION(stamps[s], writers[w]);
			struct value v = row_version_pack(version);

			assert_int_equal(row_unpack(t, v, &row), STATUS_OK);
			assert_true(row.version == version);
			assert_false(row_version_wins(v, v));
			if (s == 0)
				continue;
			assert_true(row_version_wins(v,
			    row_version_pack(VERSION(stamps[s - 1], writers[w]))));
			assert_false(row_version_wins(
			    row_version_pack(VERSION(stamps[s - 1], writers[w])), v));
		}
	}
	assert_false(row_version_wins(row_version_pack(VERSION(9, 2)),
	    row_version_pack(VERSION(8, 1))));
}

static void
damaged_exceptions_are_refused(void **state)
{
	const struct registry_table *t = table_named("item");
	static const uint8_t zero_length[] = { 9, 0 }, half[] = { 9, 1, 4 };
	struct row row;

	(void)state;
	assert_int_equal(row_unpack(t, value_blob(zero_length, 2), &row), STATUS_CORRUPT);
	assert_int_equal(row_unpack(t, value_blob(half, 3), &row), STATUS_CORRUPT);
	assert_int_equal(row_unpack(t, value_null(), &row), STATUS_CORRUPT);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(any_order_with_duplicates_gives_the_same_row),
		cmocka_unit_test(subsets_converge_when_exchanged),
		cmocka_unit_test(equal_stamp_and_node_falls_to_the_order_of_values),
		cmocka_unit_test(the_greater_node_wins_an_equal_stamp),
		cmocka_unit_test(a_later_life_wins_over_any_clock),
		cmocka_unit_test(a_plain_row_packs_into_an_integer_of_six_bytes),
		cmocka_unit_test(every_version_comes_back_and_keeps_its_order),
		cmocka_unit_test(damaged_exceptions_are_refused),
	};
	const char *given = getenv("KEHOU_SEED");

	seed = given != NULL ? strtoull(given, NULL, 10) : (uint64_t)time(NULL);
	fprintf(stderr, "# KEHOU_SEED=%llu\n", (unsigned long long)seed);
	return cmocka_run_group_tests_name("row", tests, NULL, NULL);
}
