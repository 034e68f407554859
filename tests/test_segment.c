#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sync/segment.h"
#include "tests/bench/day_model.h"
#include "tests/vectors/segment.h"

#define COUNTY 410185

static uint64_t state;

static uint64_t
roll(uint64_t n)
{
	state ^= state >> 12;
	state ^= state << 25;
	state ^= state >> 27;
	return (state * UINT64_C(2685821657736338717) >> 33) % n;
}

static void
seeded_random(void *ctx, uint8_t *buf, size_t len)
{
	(void)ctx;
	while (len--)
		*buf++ = (uint8_t)roll(256);
}

static const struct env env = {.random = seeded_random};
static const struct school_key key = {3, {1, 2, 3}};
static const uint8_t first_prev[HASH_BYTES];

static struct identity
author(void)
{
	struct identity id;
	uint8_t seed[32] = {9};

	memset(&id, 0, sizeof id);
	crypto_sign_seed_keypair(id.pub.sign_pk, id.sign_sk, seed);
	return id;
}

/* A small table of every class of privacy and every type. */
static const struct registry_column pupil_columns[] = {
	{.id = 1, .name = "school", .type = VALUE_INT, .hint = HINT_SCOPE},
	{.id = 2, .name = "pupil", .type = VALUE_INT, .hint = HINT_NEXT_ID},
	{.id = 3, .name = "name", .type = VALUE_TEXT, .privacy = PRIVACY_SUBJECT},
	{.id = 4, .name = "sex", .type = VALUE_INT, .privacy = PRIVACY_COUNTY},
	{.id = 9, .name = "phone", .type = VALUE_TEXT, .privacy = PRIVACY_PRIVATE},
	{.id = 10, .name = "since", .type = VALUE_INT, .privacy = PRIVACY_COUNTY,
	    .hint = HINT_TX_TIME},
	{.id = 11, .name = "code", .type = VALUE_TEXT, .privacy = PRIVACY_PUBLIC},
	{.id = 12, .name = "raw", .type = VALUE_BLOB, .privacy = PRIVACY_PUBLIC},
	{.id = 13, .name = "near", .type = VALUE_INT, .privacy = PRIVACY_PUBLIC,
	    .hint = HINT_ROW_TIME},
	{.id = 14, .name = "note", .type = VALUE_TEXT, .privacy = PRIVACY_PRIVATE},
};
static const struct registry_column mark_columns[] = {
	{.id = 1, .name = "school", .type = VALUE_INT, .hint = HINT_SCOPE},
	{.id = 2, .name = "session", .type = VALUE_INT, .hint = HINT_LAST_BY,
	    .hint_table = 12, .hint_by = "pupil"},
	{.id = 3, .name = "pupil", .type = VALUE_INT, .hint = HINT_LIST},
	{.id = 4, .name = "sex", .type = VALUE_INT, .hint = HINT_LAST_BY,
	    .hint_table = 10, .hint_by = "pupil"},
	{.id = 5, .name = "who", .type = VALUE_INT, .hint = HINT_TX_STAFF},
	{.id = 6, .name = "last", .type = VALUE_INT, .hint = HINT_LAST_BY,
	    .hint_table = 12, .hint_by = "pupil"},
};
static const struct registry_table tables[] = {
	{.id = 10, .name = "pupil", .scope = REGISTRY_SCHOOL, .ncolumns = 10, .nkeys = 2,
	    .subject = 1, .columns = pupil_columns},
	{.id = 12, .name = "mark", .scope = REGISTRY_SCHOOL, .ncolumns = 6, .nkeys = 3,
	    .subject = 2, .columns = mark_columns},
};
static const struct registry both = {tables, 2, 1};
/* What an older program knows: no marks, fewer columns. */
static const struct registry_table old_tables[] = {
	{.id = 10, .name = "pupil", .scope = REGISTRY_SCHOOL, .ncolumns = 6, .nkeys = 2,
	    .subject = 1, .columns = pupil_columns},
};
static const struct registry old = {old_tables, 1, 1};

static const char *const texts[] = {"", "a", "\xe6\x99\xba", "class one", "01"};

static struct value
random_value(const struct registry_column *c)
{
	const char *s = texts[roll(5)];

	if (roll(8) == 0)
		return value_null();
	switch (c->type) {
	case VALUE_INT:
		return value_int(roll(4) ? (int64_t)roll(40)
		    : (int64_t)(roll(UINT64_C(1) << 31) << 33 | roll(99)));
	case VALUE_TEXT:
		return value_text(s, strlen(s));
	default:
		return value_blob(s, strlen(s));
	}
}

static void
add_row(struct batch *b, const struct registry_table *t)
{
	struct value v[REGISTRY_MAX_COLUMNS];
	struct batch_row row = {.op = (uint8_t)(roll(5) % 3), .length = 1};
	unsigned c;

	for (c = 0; c < t->ncolumns; c++) {
		v[c] = random_value(&t->columns[c]);
		if (c < t->nkeys)
			v[c] = value_int(c == 0 ? (int64_t)DAY_SCHOOL
			    : 5000 + (int64_t)roll(30));
	}
	row.length = (row.op == BATCH_DELETE ? 2u : 1u) + (roll(9) ? 0u : 2u);
	row.stamp = ((uint64_t)(b->txs[b->ntx - 1].time_s - STAMP_EPOCH_S) << 8)
	    + (roll(3) ? 0 : roll(100000));
	if (row.op == BATCH_WHOLE)
		row.mask = registry_value_mask(t);
	else if (row.op == BATCH_PART)
		row.mask = registry_value_mask(t) & roll(UINT64_C(1) << t->ncolumns);
	assert_int_equal(batch_add_row(b, t, &row, v, true), STATUS_OK);
}

static void
random_batch(struct batch *b)
{
	uint64_t ntx = 1 + roll(20), rows;
	int64_t time_s = 1800000000;

	while (ntx--) {
		time_s += (int64_t)roll(roll(10) ? 60 : 100000) - 5;
		assert_int_equal(batch_add_tx(b, time_s, (int64_t)roll(4)), STATUS_OK);
		for (rows = roll(9); rows > 0; rows--)
			add_row(b, &tables[roll(2)]);
	}
}

static void
assert_same_batch(const struct batch *a, const struct batch *b)
{
	uint32_t i, j;
	unsigned c;

	assert_int_equal(a->ntx, b->ntx);
	assert_int_equal(a->nrows, b->nrows);
	assert_int_equal(a->ntables, b->ntables);
	for (i = 0; i < a->ntx; i++) {
		assert_int_equal(a->txs[i].time_s, b->txs[i].time_s);
		assert_int_equal(a->txs[i].staff, b->txs[i].staff);
		assert_int_equal(a->txs[i].nrows, b->txs[i].nrows);
	}
	for (i = 0; i < a->ntables; i++) {
		const struct batch_table *s = &a->tables[i], *t = &b->tables[i];

		assert_int_equal(s->id, t->id);
		assert_int_equal(s->nrows, t->nrows);
		for (j = 0; j < s->nrows; j++) {
			assert_int_equal(s->rows[j].tx, t->rows[j].tx);
			assert_int_equal(s->rows[j].op, t->rows[j].op);
			assert_int_equal(s->rows[j].length, t->rows[j].length);
			assert_int_equal(s->rows[j].stamp, t->rows[j].stamp);
			assert_int_equal(s->rows[j].mask, t->rows[j].mask);
			for (c = 0; c < s->table->ncolumns; c++)
				assert_true(value_equal(*batch_cell(s, c, j),
				    *batch_cell(t, c, j)));
		}
	}
}

static struct segment_header
header_of(const struct batch *b)
{
	return (struct segment_header){.stream = day_stream(), .first = 1,
	    .count = b->ntx, .roster = 1};
}

static void
build(const struct registry *reg, const struct batch *b, struct buffer *ret,
    uint8_t hash[HASH_BYTES])
{
	struct identity id = author();
	struct segment_header h = header_of(b);

	assert_int_equal(segment_build(reg, COUNTY, &h, first_prev, b, &key, &id, &env,
	    ret, hash), STATUS_OK);
}

static void
assert_round_trip(const struct registry *reg, const struct batch *b)
{
	struct buffer packed = BUFFER_INIT;
	struct identity id = author();
	struct segment s = {0};
	struct batch back;
	uint8_t hash[HASH_BYTES], again[HASH_BYTES];

	batch_init(&back);
	build(reg, b, &packed, hash);
	assert_int_equal(segment_open(packed.data, packed.len, &s), STATUS_OK);
	assert_int_equal(segment_verify(&s, COUNTY, first_prev, id.pub.sign_pk, again),
	    STATUS_OK);
	assert_memory_equal(hash, again, HASH_BYTES);
	assert_int_equal(segment_decode(&s, reg, &key, 1, &back), STATUS_OK);
	assert_false(back.unknown);
	assert_same_batch(b, &back);
	batch_release(&back);
	segment_release(&s);
	buffer_release(&packed);
}

static void
random_batches_come_back_exactly(void **ctx)
{
	const char *given = getenv("KEHOU_SEED");
	uint64_t seed = given ? strtoull(given, NULL, 0) : 20260901;
	unsigned i;

	(void)ctx;
	print_message("# seed %llu\n", (unsigned long long)seed);
	for (i = 0; i < 400; i++) {
		struct batch b;

		state = (seed + i) * 2654435761u | 1;
		batch_init(&b);
		random_batch(&b);
		assert_round_trip(&both, &b);
		batch_release(&b);
	}
}

static void
days_come_back_exactly(void **ctx)
{
	struct batch b;

	(void)ctx;
	state = 7;
	batch_init(&b);
	assert_int_equal(day_model(&b, 1, 0, 1, true), STATUS_OK);
	assert_round_trip(&day_registry, &b);
	batch_clear(&b);
	assert_int_equal(day_model(&b, 2, 3, 5, true), STATUS_OK);
	assert_round_trip(&day_registry, &b);
	batch_release(&b);
}

static void
a_segment_holds_only_in_its_place(void **ctx)
{
	struct buffer packed = BUFFER_INIT;
	struct identity id = author();
	uint8_t hash[HASH_BYTES], other[HASH_BYTES] = {1}, flip;
	struct segment s = {0};
	struct batch b;

	(void)ctx;
	state = 11;
	batch_init(&b);
	random_batch(&b);
	build(&both, &b, &packed, hash);
	assert_int_equal(segment_open(packed.data, packed.len, &s), STATUS_OK);
	assert_int_equal(segment_verify(&s, COUNTY, other, id.pub.sign_pk, hash),
	    STATUS_BAD_SIGNATURE);
	assert_int_equal(segment_verify(&s, COUNTY + 1, first_prev, id.pub.sign_pk,
	    hash), STATUS_BAD_SIGNATURE);
	flip = s.bytes.data[s.bytes.len / 2];
	segment_release(&s);
	packed.data[10] ^= flip | 1; /* in the signature */
	assert_int_equal(segment_open(packed.data, packed.len, &s), STATUS_OK);
	assert_int_equal(segment_verify(&s, COUNTY, first_prev, id.pub.sign_pk, hash),
	    STATUS_BAD_SIGNATURE);
	segment_release(&s);
	batch_release(&b);
	buffer_release(&packed);
}

static void
no_byte_can_be_changed(void **ctx)
{
	struct buffer packed = BUFFER_INIT;
	struct identity id = author();
	uint8_t hash[HASH_BYTES], again[HASH_BYTES];
	struct batch b, back;
	size_t i;

	(void)ctx;
	state = 12;
	batch_init(&b);
	batch_init(&back);
	random_batch(&b);
	build(&both, &b, &packed, hash);
	for (i = 0; i < packed.len; i++) {
		struct segment s = {0};
		int status;

		packed.data[i] ^= (uint8_t)(1 << i % 8);
		status = segment_open(packed.data, packed.len, &s);
		if (status == STATUS_OK) {
			int decoded = segment_decode(&s, &both, &key, 1, &back);

			(void)decoded; /* must not crash */
			status = segment_verify(&s, COUNTY, first_prev,
			    id.pub.sign_pk, again);
		}
		/* Compression is not signed: another encoding of the same bytes
		 * would be as good. */
		assert_true(status != STATUS_OK || memcmp(hash, again, 32) == 0);
		segment_release(&s);
		packed.data[i] ^= (uint8_t)(1 << i % 8);
		status = segment_open(packed.data, i, &s);
		if (status == STATUS_OK)
			status = segment_verify(&s, COUNTY, first_prev,
			    id.pub.sign_pk, again);
		assert_int_not_equal(status, STATUS_OK);
		segment_release(&s);
	}
	batch_release(&b);
	batch_release(&back);
	buffer_release(&packed);
}

static void
only_the_school_reads_what_is_private(void **ctx)
{
	struct value v[10] = {value_int((int64_t)DAY_SCHOOL), value_int(5),
	    value_text("N", 1), value_int(1), value_text("13800000000", 11),
	    value_int(0), value_null(), value_null(), value_null(), value_null()};
	struct batch_row row = {.length = 1, .mask = registry_value_mask(&tables[0])};
	struct buffer packed = BUFFER_INIT;
	uint8_t hash[HASH_BYTES];
	struct segment s = {0};
	struct batch b, back;

	(void)ctx;
	batch_init(&b);
	batch_init(&back);
	assert_int_equal(batch_add_tx(&b, 1800000000, 0), STATUS_OK);
	row.stamp = (uint64_t)(1800000000 - STAMP_EPOCH_S) << 8;
	assert_int_equal(batch_add_row(&b, &tables[0], &row, v, false), STATUS_OK);
	build(&both, &b, &packed, hash);
	assert_int_equal(segment_open(packed.data, packed.len, &s), STATUS_OK);
	assert_int_equal(s.private_generation, 3);
	assert_int_equal(s.nleaves, 2); /* subject, private */
	assert_int_equal(segment_decode(&s, &both, NULL, 0, &back), STATUS_OK);
	assert_false(back.tables[0].rows[0].mask >> 4 & 1);
	assert_false(back.tables[0].rows[0].mask >> 9 & 1);
	assert_int_equal(batch_cell(&back.tables[0], 4, 0)->type, VALUE_NULL);
	assert_true(value_equal(*batch_cell(&back.tables[0], 2, 0), v[2]));
	assert_int_equal(segment_decode(&s, &both, &key, 1, &back), STATUS_OK);
	assert_true(value_equal(*batch_cell(&back.tables[0], 4, 0), v[4]));
	segment_release(&s);
	batch_release(&b);
	batch_release(&back);
	buffer_release(&packed);
}

static void
an_older_program_keeps_what_it_knows(void **ctx)
{
	struct buffer packed = BUFFER_INIT;
	struct segment s = {0};
	struct batch b, back;
	uint8_t hash[HASH_BYTES];
	uint32_t j;
	unsigned c;

	(void)ctx;
	state = 99;
	batch_init(&b);
	batch_init(&back);
	while (b.ntables < 2) {
		batch_clear(&b);
		random_batch(&b);
	}
	build(&both, &b, &packed, hash);
	assert_int_equal(segment_open(packed.data, packed.len, &s), STATUS_OK);
	assert_int_equal(segment_decode(&s, &old, &key, 1, &back), STATUS_OK);
	assert_true(back.unknown);
	assert_int_equal(back.ntables, 2);
	assert_int_equal(back.tables[0].nrows, b.tables[0].nrows);
	for (j = 0; j < back.tables[0].nrows; j++)
		for (c = 0; c < 6; c++)
			assert_true(value_equal(*batch_cell(&back.tables[0], c, j),
			    *batch_cell(&b.tables[0], c, j)));
	assert_null(back.tables[1].table);
	assert_int_equal(back.tables[1].nrows, b.tables[1].nrows);
	segment_release(&s);
	batch_release(&b);
	batch_release(&back);
	buffer_release(&packed);
}

static void
peek_reads_the_header_alone(void **ctx)
{
	struct buffer packed = BUFFER_INIT;
	struct segment_header h;
	uint8_t hash[HASH_BYTES];
	struct batch b;
	struct stream_id stream = day_stream();

	(void)ctx;
	state = 5;
	batch_init(&b);
	random_batch(&b);
	build(&both, &b, &packed, hash);
	assert_int_equal(segment_peek(packed.data, packed.len, &h), STATUS_OK);
	assert_int_equal(h.count, b.ntx);
	assert_int_equal(h.first, 1);
	assert_int_equal(stream_id_compare(&h.stream, &stream), 0);
	vector_release(&h.knows);
	packed.data[1] = 2; /* version */
	assert_int_equal(segment_peek(packed.data, packed.len, &h), STATUS_NEWER);
	batch_release(&b);
	buffer_release(&packed);
}

static void
assert_golden(enum segment_vector_size size)
{
	static uint8_t file[1 << 18];
	const char *dir = getenv("SRCDIR");
	struct buffer packed = BUFFER_INIT;
	uint8_t hash[HASH_BYTES], again[HASH_BYTES];
	struct segment s = {0};
	struct identity id;
	struct batch b, back;
	char path[4096];
	size_t len;
	FILE *f;

	snprintf(path, sizeof path, "%s/tests/vectors/segment/%s.bin", dir ? dir : ".",
	    segment_vector_sizes[size]);
	f = fopen(path, "rb");
	assert_non_null(f);
	len = fread(file, 1, sizeof file, f);
	fclose(f);
	batch_init(&b);
	batch_init(&back);
	assert_int_equal(segment_vector(size, &packed, &b, hash), STATUS_OK);
	assert_int_equal(packed.len, len);
	assert_memory_equal(packed.data, file, len);
	segment_vector_author(&id);
	assert_int_equal(segment_open(file, len, &s), STATUS_OK);
	assert_int_equal(segment_verify(&s, SEGMENT_VECTOR_COUNTY, first_prev,
	    id.pub.sign_pk, again), STATUS_OK);
	assert_memory_equal(hash, again, HASH_BYTES);
	assert_int_equal(segment_decode(&s, &segment_vector_registry,
	    &segment_vector_key, 1, &back), STATUS_OK);
	assert_int_equal(s.nerased, size == SEGMENT_SEVERAL ? 2 : 0);
	assert_same_batch(&b, &back);
	segment_release(&s);
	batch_release(&b);
	batch_release(&back);
	buffer_release(&packed);
}

static void
golden_vectors_are_built_and_read(void **ctx)
{
	(void)ctx;
	assert_golden(SEGMENT_SMALL);
	assert_golden(SEGMENT_SEVERAL);
	assert_golden(SEGMENT_MAXIMAL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(random_batches_come_back_exactly),
		cmocka_unit_test(days_come_back_exactly),
		cmocka_unit_test(a_segment_holds_only_in_its_place),
		cmocka_unit_test(no_byte_can_be_changed),
		cmocka_unit_test(only_the_school_reads_what_is_private),
		cmocka_unit_test(an_older_program_keeps_what_it_knows),
		cmocka_unit_test(peek_reads_the_header_alone),
		cmocka_unit_test(golden_vectors_are_built_and_read),
	};

	if (sodium_init() < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
