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

const struct school_key segment_vector_key = {1, {7, 7, 7, 7}};

static struct registry_column private_leaving[12];
static struct registry_table tables[4];
const struct registry segment_vector_registry = {tables, 4, 1};

static void
make_registry(void)
{
	size_t i;

	for (i = 0; i < 4; i++)
		tables[i] = day_registry.tables[i];
	memcpy(private_leaving, tables[3].columns, sizeof private_leaving);
	private_leaving[11].privacy = PRIVACY_PRIVATE;
	tables[3].columns = private_leaving;
}

/* Some row again, with one more word in it. */
static int
add_word(struct batch *b, uint16_t id, const struct batch_table *like, uint32_t at,
    unsigned column, const char *word)
{
	const struct batch_table *t = batch_find(b, id);
	int64_t time_s = b->txs[b->ntx - 1].time_s + 30;
	struct value v[REGISTRY_MAX_COLUMNS] = {{{0}, 0, 0}};
	struct batch_row row = {.op = BATCH_PART, .length = 1,
	    .mask = UINT64_C(1) << column};
	unsigned c;
	int status = batch_add_tx(b, time_s, 0);

	for (c = 0; c < 6; c++)
		v[c] = *batch_cell(like, c, at);
	if (id == DAY_ATTENDANCE) {
		v[6] = value_int(3);
		row.mask |= UINT64_C(1) << 6;
	}
	v[column] = value_text(word, strlen(word));
	row.stamp = (uint64_t)(time_s - STAMP_EPOCH_S) << STAMP_COUNTER_BITS | 5;
	return status == STATUS_OK ? batch_add_row(b, t->table, &row, v, false) : status;
}

/* Reason and approval of the last two children who left. */
static int
add_words(struct batch *b)
{
	const struct batch_table *left = batch_find(b, DAY_LEAVING);
	uint32_t at = left->nrows - 2, i;
	int status = STATUS_OK;

	for (i = 0; i < 2 && status == STATUS_OK; i++)
		status = add_word(b, DAY_ATTENDANCE, left, at + i, 9,
		    i ? "\xe7\x97\x85\xe5\x81\x87" : "\xe8\xaf\xb7\xe5\x81\x87");
	for (i = 0; i < 2 && status == STATUS_OK; i++)
		status = add_word(b, DAY_LEAVING, batch_find(b, DAY_LEAVING), at + i, 11,
		    i ? "13800000002" : "13800000001");
	return status;
}

/* The child before the last in the table of leaving. */
static bool
is_first(void *ctx, const struct batch_table *t, uint32_t row)
{
	const struct value *child = ctx;

	return value_equal(*batch_cell(t, 5, row), *child);
}

static int
erase_first(struct buffer *packed)
{
	struct buffer out = BUFFER_INIT;
	struct segment s = {0};
	const struct batch_table *left;
	struct value child;
	struct batch facts;
	uint32_t n = 0;
	int status;

	batch_init(&facts);
	status = segment_open(packed->data, packed->len, &s);
	if (status == STATUS_OK)
		status = segment_facts(&s, &segment_vector_registry, &facts);
	if (status == STATUS_OK) {
		left = batch_find(&facts, DAY_LEAVING);
		child = *batch_cell(left, 5, left->nrows - 2);
		status = segment_erase(&s, &facts, is_first, &child, &out, &n);
	}
	if (status == STATUS_OK) {
		buffer_clear(packed);
		buffer_put(packed, out.data, out.len);
		status = n == 2 ? buffer_status(packed) : STATUS_USAGE;
	}
	buffer_release(&out);
	batch_release(&facts);
	segment_release(&s);
	return status;
}

/* The last row but one, as a reader finds it. */
static void
forget(struct batch_table *t, unsigned column)
{
	t->rows[t->nrows - 2].mask &= ~(UINT64_C(1) << column);
	*batch_cell(t, column, t->nrows - 2) = value_null();
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
	const struct batch_table *marks = batch_find(ret_batch, DAY_ATTENDANCE);
	uint32_t i;

	make_registry();
	for (i = 0; i < ret_batch->ntables; i++)
		ret_batch->tables[i].table = &tables[registry_find(
		    &segment_vector_registry, ret_batch->tables[i].id)];
	segment_vector_author(&author);
	if (status == STATUS_OK && size == SEGMENT_SMALL)
		status = add_word(ret_batch, DAY_ATTENDANCE, marks, marks->nrows - 1, 9,
		    "\xe8\xaf\xb7\xe5\x81\x87");
	if (status == STATUS_OK && size == SEGMENT_SEVERAL)
		status = add_words(ret_batch);
	if (status == STATUS_OK && size == SEGMENT_SEVERAL)
		status = know_several(&h.knows);
	h.count = ret_batch->ntx;
	if (status == STATUS_OK)
		status = segment_build(&segment_vector_registry, SEGMENT_VECTOR_COUNTY, &h,
		    prev, ret_batch, &segment_vector_key, &author, &fixed, ret, ret_hash);
	if (status == STATUS_OK && size == SEGMENT_SEVERAL) {
		status = erase_first(ret);
		forget(batch_find(ret_batch, DAY_ATTENDANCE), 9);
		forget(batch_find(ret_batch, DAY_LEAVING), 11);
	}
	vector_release(&h.knows);
	return status;
}
