/* The log of local transactions: one row's form, and how it is read. */
#include "sync/store_internal.h"

void
store_log_put(struct buffer *b, const struct registry_table *t, uint64_t base,
    const struct batch_row *row, const struct value *values)
{
	buffer_put_varint(b, t->id);
	buffer_put_u8(b, row->op);
	buffer_put_varint(b, row->length);
	buffer_put_varint(b, row->stamp - base);
	for (unsigned i = 0; i < t->nkeys; i++)
		value_put(b, values[i]);
	for (unsigned i = t->nkeys; i < t->ncolumns; i++) {
		if (!(row->mask >> i & 1))
			continue;
		/* The id: an upgrade may come before these rows are sealed. */
		buffer_put_varint(b, t->columns[i].id);
		value_put(b, values[i]);
	}
	buffer_put_varint(b, 0); /* no column's id: the end */
}

/* LOG_RUN: an upgrade may have added columns since. */
static int
read_run(struct reader *r, const struct registry_table *t, struct batch_row *row,
    struct value *values)
{
	uint64_t bits = reader_varint(r);

	row->op = BATCH_WHOLE;
	row->length = 1;
	for (unsigned i = 0; i < t->ncolumns; i++) {
		if (!(bits >> t->columns[i].id & 1))
			continue;
		bits &= ~(UINT64_C(1) << t->columns[i].id);
		values[i] = value_read(r);
		if (i >= t->nkeys)
			row->mask |= UINT64_C(1) << i;
	}
	return bits == 0 ? STATUS_OK : STATUS_CORRUPT;
}

/* The other form, store_log_put's. */
static int
read_listed(struct reader *r, const struct registry_table *t, uint64_t base,
    struct batch_row *row, struct value *values)
{
	row->length = (uint32_t)reader_varint(r);
	row->stamp = base + reader_varint(r);
	for (unsigned i = 0; i < t->nkeys; i++)
		values[i] = value_read(r);
	for (;;) {
		uint64_t id = reader_varint(r);
		int i;

		if (id == 0)
			return STATUS_OK;
		i = id > UINT16_MAX ? -1 : registry_column(t, (uint16_t)id);
		if (r->failed || i < t->nkeys)
			return STATUS_CORRUPT;
		values[i] = value_read(r);
		row->mask |= UINT64_C(1) << i;
	}
}

static int
read_row(struct store *s, struct reader *r, struct batch *b, uint64_t base)
{
	struct batch_row row = {0};
	struct value values[REGISTRY_MAX_COLUMNS];
	const struct registry_table *t;
	int index = registry_find(s->registry, (uint16_t)reader_varint(r));
	int status = STATUS_OK;

	if (index < 0)
		return STATUS_CORRUPT;
	t = &s->registry->tables[index];
	row.op = reader_u8(r);
	row.stamp = base;
	for (unsigned i = 0; i < REGISTRY_MAX_COLUMNS; i++)
		values[i] = value_null();
	if (row.op == LOG_RUN)
		status = read_run(r, t, &row, values);
	else
		status = read_listed(r, t, base, &row, values);
	row.tx = b->ntx - 1;
	return status == STATUS_OK ? batch_add_row(b, t, &row, values, true) : status;
}

static int
read_record(struct store *s, const struct store_stmt *st, struct batch *b)
{
	struct value rows = store_column(st, 3);
	int64_t time_s = store_column(st, 1).i;
	uint64_t base = (uint64_t)(time_s - STAMP_EPOCH_S) << STAMP_COUNTER_BITS;
	struct reader r;
	size_t n;
	int status;

	reader_init(&r, rows.p, rows.len);
	n = reader_count(&r, BATCH_MAX_TX_ROWS);
	status = batch_add_tx(b, time_s, store_column(st, 2).i);
	for (size_t i = 0; status == STATUS_OK && i < n; i++)
		status = read_row(s, &r, b, base);
	if (status == STATUS_OK && reader_end(&r) != STATUS_OK)
		status = STATUS_CORRUPT;
	return status;
}

int
store_log_read(struct store *s, uint32_t writer, uint64_t *ret_first,
    struct batch *ret)
{
	struct store_stmt *st;
	uint64_t first = 0, bytes = 0;
	bool row;
	int status = store_statement(s, SYNC_SQL_LOG_LIST, &st);

	if (status != STATUS_OK)
		return status;
	store_bind_at(st, 1, value_int(writer));
	while ((status = store_step(st, &row)) == STATUS_OK && row) {
		struct value record = store_column(st, 3);
		struct reader r;
		uint64_t rows;

		reader_init(&r, record.p, record.len);
		rows = reader_varint(&r);
		if (first != 0 && (ret->nrows + rows > SEGMENT_CUT_ROWS ||
		    bytes + record.len > SEGMENT_CUT_BYTES ||
		    ret->ntx >= BATCH_MAX_TX))
			break;
		if (first == 0)
			first = (uint64_t)store_column(st, 0).i;
		bytes += record.len;
		status = read_record(s, st, ret);
		if (status != STATUS_OK)
			break;
	}
	store_reset(st);
	if (status == STATUS_OK)
		*ret_first = first;
	return status;
}
