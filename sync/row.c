#include "sync/row.h"

#include <string.h>

/* SQLite stores integers below 2^47 in six bytes: seconds and a small number of the
 * writer fit, when the counter is zero.  All others are negative, in eight. */
#define SHORT_WRITER_BITS 14
#define COUNTER_MASK ((UINT64_C(1) << STAMP_COUNTER_BITS) - 1)

struct value
row_version_pack(int64_t version)
{
	uint64_t stamp = VERSION_STAMP(version);
	uint32_t writer = VERSION_WRITER(version);

	if ((stamp & COUNTER_MASK) != 0 || writer >> SHORT_WRITER_BITS != 0)
		return value_int(-1 - version);
	return value_int((int64_t)(stamp >> STAMP_COUNTER_BITS << SHORT_WRITER_BITS |
	    writer));
}

static int64_t
version_unpack(int64_t packed)
{
	uint64_t p = (uint64_t)packed;

	if (packed < 0)
		return -1 - packed;
	return VERSION(p >> SHORT_WRITER_BITS << STAMP_COUNTER_BITS,
	    p & ((1u << SHORT_WRITER_BITS) - 1));
}

bool
row_version_wins(struct value new, struct value old)
{
	int64_t a, b;

	if (new.type != VALUE_INT || old.type != VALUE_INT)
		return false;
	a = version_unpack(new.i);
	b = version_unpack(old.i);
	return a > b && VERSION_WRITER(a) == VERSION_WRITER(b);
}

struct value
row_pack(const struct registry_table *t, struct row *row, struct buffer *buf)
{
	size_t start = buf->len;
	unsigned best = 0;

	for (unsigned i = t->nkeys; i < t->ncolumns; i++) {
		unsigned same = 0;

		for (unsigned j = t->nkeys; j < t->ncolumns; j++)
			same += row->versions[j] == row->versions[i];
		if (same > best) {
			best = same;
			row->version = row->versions[i];
		}
	}
	if (best == (unsigned)(t->ncolumns - t->nkeys) && row->length == 1)
		return row_version_pack(row->version);
	buffer_put_varint(buf, (uint64_t)row->version);
	buffer_put_varint(buf, row->length);
	for (unsigned i = t->nkeys; i < t->ncolumns; i++) {
		if (row->versions[i] == row->version)
			continue;
		buffer_put_varint(buf, t->columns[i].id);
		buffer_put_varint(buf, (uint64_t)row->versions[i]);
	}
	return value_blob(buf->data + start, buf->len - start);
}

static int
column_index(const struct registry_table *t, uint64_t id)
{
	for (unsigned i = t->nkeys; i < t->ncolumns; i++)
		if (t->columns[i].id == id)
			return (int)i;
	return -1;
}

int
row_unpack(const struct registry_table *t, struct value packed, struct row *ret)
{
	struct reader r;
	uint64_t version, length = 1;

	reader_init(&r, packed.p, packed.type == VALUE_BLOB ? packed.len : 0);
	if (packed.type == VALUE_INT) {
		version = (uint64_t)version_unpack(packed.i);
	} else {
		version = reader_varint(&r);
		length = reader_varint(&r);
	}
	if (r.failed || version > INT64_MAX || length == 0 || length > UINT32_MAX)
		return STATUS_CORRUPT;
	ret->version = (int64_t)version;
	ret->length = (uint32_t)length;
	for (unsigned i = 0; i < t->ncolumns; i++)
		ret->versions[i] = ret->version;
	while (!r.failed && r.left > 0) {
		int i = column_index(t, reader_varint(&r));
		uint64_t v = reader_varint(&r);

		/* A column of a newer schema is passed over. */
		if (i >= 0 && v <= INT64_MAX)
			ret->versions[i] = (int64_t)v;
	}
	return r.failed ? STATUS_CORRUPT : STATUS_OK;
}

/* Positive when the incoming value is greater in the order of all replicas. */
static int
compare_values(const struct registry_column *c, int64_t new_version,
    struct value new_value, int64_t old_version, struct value old_value,
    row_writer_compare *compare, void *ctx)
{
	uint64_t a = VERSION_STAMP(new_version), b = VERSION_STAMP(old_version);
	bool da, db;
	int d;

	if (a != b)
		return a > b ? 1 : -1;
	if (old_version == 0)
		return 1;
	d = compare(ctx, VERSION_WRITER(new_version), VERSION_WRITER(old_version));
	if (d != 0)
		return d;
	da = value_equal(new_value, c->missing);
	db = value_equal(old_value, c->missing);
	if (da != db)
		return da ? -1 : 1;
	return value_compare(new_value, old_value);
}

/* Columns that a write speaks about.  A whole row speaks about its private
 * columns also where they were not delivered: else a write to one of them that
 * is older would win or lose by which of the two came first. */
static uint64_t
spoken(const struct registry_table *t, const struct batch_row *w)
{
	return w->op == BATCH_WHOLE ? registry_value_mask(t) : w->mask;
}

static struct value
incoming(const struct registry_table *t, const struct batch_row *w,
    const struct value *values, unsigned i)
{
	return w->mask >> i & 1 ? values[i] : t->columns[i].missing;
}

/* A greater causal length: the row is born, dies or is born again. */
static void
replace(const struct registry_table *t, struct row *row, const struct batch_row *w,
    const struct value *values, int64_t version, struct row_loss *loss)
{
	uint64_t said = spoken(t, w);

	for (unsigned i = t->nkeys; i < t->ncolumns; i++) {
		struct value v = said >> i & 1 ? incoming(t, w, values, i) :
		    t->columns[i].missing;

		if (row->exists && !value_equal(row->values[i], v))
			loss->overwritten |= UINT64_C(1) << i;
		row->values[i] = v;
		row->versions[i] = said >> i & 1 ? version : 0;
	}
	row->length = w->length;
	row->version = version;
	row->exists = w->length % 2 == 1;
}

bool
row_merge(const struct registry_table *t, struct row *row,
    const struct batch_row *write, const struct value *values, int64_t version,
    row_writer_compare *compare, void *ctx, struct row_loss *ret_loss)
{
	uint64_t said = spoken(t, write);
	bool changed = false;

	memset(ret_loss, 0, sizeof(*ret_loss));
	if (write->length < row->length) {
		ret_loss->mask = write->mask;
		return false;
	}
	if (write->length > row->length) {
		replace(t, row, write, values, version, ret_loss);
		return true;
	}
	if (write->length % 2 == 0) {
		uint64_t a = VERSION_STAMP(version), b = VERSION_STAMP(row->version);

		if (a < b || (a == b && compare(ctx, VERSION_WRITER(version),
		    VERSION_WRITER(row->version)) <= 0))
			return false;
		row->version = version;
		return true;
	}
	for (unsigned i = t->nkeys; i < t->ncolumns; i++) {
		struct value v = incoming(t, write, values, i);
		bool same = value_equal(v, row->values[i]);

		if (!(said >> i & 1))
			continue;
		if (compare_values(&t->columns[i], version, v, row->versions[i],
		    row->values[i], compare, ctx) > 0 ||
		    (same && row->versions[i] == 0)) {
			if (!same && row->versions[i] != 0)
				ret_loss->overwritten |= UINT64_C(1) << i;
			row->values[i] = v;
			row->versions[i] = version;
			changed = true;
		} else if (!same) {
			ret_loss->mask |= UINT64_C(1) << i;
		}
	}
	return changed;
}
