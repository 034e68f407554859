#include "tests/vectors/segment.h"

#include <string.h>

#include "tests/bench/day_model.h"

const char *const segment_vector_sizes[3] = {"small", "several", "maximal"};

/* The salts of leaves: 16 bytes of 0x5a. */
static void
fixed_random(void *ctx, uint8_t *buf, size_t len)
{
	(void)ctx;
	memset(buf, 0x5a, len);
}

static const struct env fixed = {.random = fixed_random};

/* Seed of the signing key: 9, then 31 zero bytes. */
void
segment_vector_author(struct identity *ret)
{
	static const uint8_t seed[32] = {9};

	memset(ret, 0, sizeof *ret);
	crypto_sign_seed_keypair(ret->pub.sign_pk, ret->sign_sk, seed);
}

/* The last mark again, as a correction that says why. */
static int
add_reason(struct batch *b)
{
	const struct batch_table *t = batch_find(b, DAY_ATTENDANCE);
	int64_t time_s = b->txs[b->ntx - 1].time_s + 30;
	struct value v[REGISTRY_MAX_COLUMNS] = {{{0}, 0, 0}};
	struct batch_row row = {.op = BATCH_PART, .length = 1,
	    .mask = UINT64_C(1) << 6 | UINT64_C(1) << 9};
	unsigned c;
	int status = batch_add_tx(b, time_s, 0);

	for (c = 0; c < 6; c++)
		v[c] = *batch_cell(t, c, t->nrows - 1);
	v[6] = value_int(3);
	v[9] = value_text("\xe8\xaf\xb7\xe5\x81\x87", 6);
	row.stamp = (uint64_t)(time_s - STAMP_EPOCH_S) << STAMP_COUNTER_BITS | 5;
	return status == STATUS_OK ? batch_add_row(b, t->table, &row, v, false) : status;
}

static int
know_several(struct vector *knows)
{
	struct stream_id s = day_stream();
	int status = STATUS_OK, i;

	for (i = 0; i < 4 && status == STATUS_OK; i++) {
		s.node.b[0] = (uint8_t)(i / 2 + 1);
		s.lane = i % 2 ? LANE_URGENT : LANE_ORDINARY;
		status = vector_raise(knows, &s, (uint64_t)i * 1000 + 1);
	}
	return status;
}

int
segment_vector(enum segment_vector_size size, struct buffer *ret,
    struct batch *ret_batch, uint8_t ret_hash[HASH_BYTES])
{
	static const int days[3] = {1, 2, 40};
	static const uint8_t prev[HASH_BYTES];
	struct segment_header h = {.stream = day_stream(), .first = 1, .roster = 3};
	struct identity author;
	int status = day_model(ret_batch, 11, 0, days[size], size != SEGMENT_SMALL);

	segment_vector_author(&author);
	if (status == STATUS_OK && size == SEGMENT_SMALL)
		status = add_reason(ret_batch);
	if (status == STATUS_OK && size == SEGMENT_SEVERAL)
		status = know_several(&h.knows);
	h.count = ret_batch->ntx;
	if (status == STATUS_OK)
		status = segment_build(&day_registry, SEGMENT_VECTOR_COUNTY, &h, prev,
		    ret_batch, NULL, &author, &fixed, ret, ret_hash);
	vector_release(&h.knows);
	return status;
}
