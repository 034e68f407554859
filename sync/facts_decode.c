#include "sync/facts_internal.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

struct tx_shape {
	uint32_t first, nruns;
};
struct run {
	uint32_t shape, count;
};

struct decoder {
	const struct registry *reg;
	struct batch *batch;
	struct column_world world;
	struct reader spec, frames;
	struct facts_row_shape *shapes; uint32_t nshapes;
	struct tx_shape *tx_shapes; uint32_t ntx_shapes;
	struct run *runs; uint32_t nruns;
	uint32_t *symbols;
	struct facts_gathered gathered;
};

/* Column ids to indices; false when a bit is a key's. */
static bool
ids_to_mask(struct decoder *d, const struct registry_table *t, uint64_t ids,
    uint64_t *ret)
{
	uint64_t mask = 0;
	unsigned c;

	for (c = 0; c < t->ncolumns; c++) {
		uint64_t bit = UINT64_C(1) << t->columns[c].id;

		if (ids & bit)
			mask |= UINT64_C(1) << c;
		ids &= ~bit;
	}
	if (ids)
		d->batch->unknown = true;
	*ret = mask;
	return (mask & ~registry_value_mask(t)) == 0;
}

static int
row_shapes_read(struct decoder *d)
{
	size_t n = reader_count(&d->spec, FACTS_MAX_ROW_SHAPES), i;
	uint64_t table = 0;

	d->shapes = calloc(n ? n : 1, sizeof *d->shapes);
	if (!d->shapes)
		return STATUS_NOMEM;
	for (i = 0; i < n; i++) {
		struct facts_row_shape *s = &d->shapes[i];
		uint64_t delta = reader_varint(&d->spec);
		int at;

		if (delta > REGISTRY_MAX_TABLE_ID || (table += delta) == 0
		    || table > REGISTRY_MAX_TABLE_ID)
			return STATUS_MALFORMED;
		s->table = (uint16_t)table;
		s->op = reader_u8(&d->spec);
		if (s->op > BATCH_DELETE)
			return STATUS_MALFORMED;
		if (s->op != BATCH_DELETE)
			s->ids = reader_varint(&d->spec);
		at = registry_find(d->reg, s->table);
		if (at >= 0 && !ids_to_mask(d, &d->reg->tables[at], s->ids, &s->mask))
			return STATUS_MALFORMED;
		if (at < 0)
			d->batch->unknown = true;
	}
	d->nshapes = (uint32_t)n;
	return reader_status(&d->spec);
}

static int
runs_read(struct decoder *d, struct tx_shape *s, uint32_t cap)
{
	size_t n = reader_count(&d->spec, BATCH_MAX_ROWS), i;
	uint16_t table = 0;

	s->first = d->nruns;
	s->nruns = (uint32_t)n;
	for (i = 0; i < n; i++) {
		uint64_t shape = reader_varint(&d->spec);
		uint64_t count = reader_varint(&d->spec);

		if (shape >= d->nshapes || count == 0 || count > BATCH_MAX_ROWS
		    || d->shapes[shape].table < table || d->nruns >= cap)
			return STATUS_MALFORMED;
		table = d->shapes[shape].table;
		d->runs[d->nruns++] = (struct run){(uint32_t)shape, (uint32_t)count};
	}
	return reader_status(&d->spec);
}

static int
tx_shapes_read(struct decoder *d, uint32_t ntx)
{
	size_t n = reader_count(&d->spec, ntx), i;
	/* A run takes two bytes at least. */
	uint32_t cap = (uint32_t)(d->spec.left / 2);
	int status = STATUS_OK;

	if (d->spec.failed)
		return STATUS_TRUNCATED;
	if (n == 0)
		return STATUS_MALFORMED;
	d->tx_shapes = calloc(n, sizeof *d->tx_shapes);
	d->runs = calloc(cap ? cap : 1, sizeof *d->runs);
	if (!d->tx_shapes || !d->runs)
		return STATUS_NOMEM;
	for (i = 0; i < n && status == STATUS_OK; i++)
		status = runs_read(d, &d->tx_shapes[i], cap);
	d->ntx_shapes = (uint32_t)n;
	return status;
}

static int
symbols_read(struct decoder *d, uint32_t ntx)
{
	struct reader r;
	const uint8_t *data;
	size_t len;
	uint32_t i;

	d->symbols = calloc(ntx, sizeof *d->symbols);
	if (!d->symbols)
		return STATUS_NOMEM;
	if (d->ntx_shapes == 1)
		return STATUS_OK;
	data = reader_bytes(&d->frames, SIZE_MAX, &len);
	reader_init(&r, data, len);
	if (!data)
		return STATUS_TRUNCATED;
	for (i = 0; i < ntx; i++) {
		uint64_t symbol = reader_varint(&r);

		if (symbol >= d->ntx_shapes)
			return STATUS_MALFORMED;
		d->symbols[i] = (uint32_t)symbol;
	}
	return reader_end(&r);
}

/* Counts rows per table and takes the room for them. */
static int
tables_reserve(struct decoder *d)
{
	uint32_t *counts = calloc(REGISTRY_MAX_TABLE_ID + 1, sizeof *counts), i, j;
	struct batch *b = d->batch;
	struct batch_table *t;
	uint64_t total = 0;
	int status = counts ? STATUS_OK : STATUS_NOMEM;

	for (i = 0; i < b->ntx && status == STATUS_OK; i++) {
		const struct tx_shape *s = &d->tx_shapes[d->symbols[i]];

		for (j = 0; j < s->nruns; j++) {
			const struct run *run = &d->runs[s->first + j];

			total += run->count;
			if (total > BATCH_MAX_ROWS) {
				status = STATUS_TOO_LARGE;
				break;
			}
			counts[d->shapes[run->shape].table] += run->count;
		}
	}
	for (i = 0; i <= REGISTRY_MAX_TABLE_ID && status == STATUS_OK; i++) {
		int at = counts[i] ? registry_find(d->reg, (uint16_t)i) : -1;

		if (counts[i])
			status = batch_reserve(b, at < 0 ? NULL
			    : &d->reg->tables[at], (uint16_t)i, counts[i], &t);
	}
	free(counts);
	b->nrows = (uint32_t)total;
	return status;
}

static void
rows_fill(struct decoder *d)
{
	struct batch *b = d->batch;
	uint32_t i, j, k;

	for (i = 0; i < b->ntx; i++) {
		const struct tx_shape *s = &d->tx_shapes[d->symbols[i]];

		for (j = 0; j < s->nruns; j++) {
			const struct run *run = &d->runs[s->first + j];
			const struct facts_row_shape *shape = &d->shapes[run->shape];
			struct batch_table *t = batch_find(b, shape->table);

			assert(t && t->nrows + run->count <= t->row_cap);
			for (k = 0; k < run->count; k++)
				t->rows[t->nrows++] = (struct batch_row){.tx = i,
				    .op = shape->op, .mask = shape->mask};
			b->txs[i].nrows += run->count;
		}
	}
}

static int
plain_decode(struct decoder *d, const struct batch_table *t, uint32_t n)
{
	struct column_cells cells = {.v = d->gathered.v, .table = t, .n = n,
	    .type = VALUE_INT, .never_null = true};
	struct column_spec spec;
	int status;

	column_spec_read(&d->spec, &spec);
	if (d->spec.failed || spec.hint.kind != HINT_NONE)
		return STATUS_MALFORMED;
	status = column_decode(&d->world, &spec, &d->frames, &cells);
	return status == STATUS_NOT_FOUND ? STATUS_MALFORMED : status;
}

static int
tx_columns_decode(struct decoder *d)
{
	struct batch *b = d->batch;
	uint32_t i;
	int status = plain_decode(d, NULL, b->ntx);

	if (status != STATUS_OK)
		return status;
	for (i = 0; i < b->ntx; i++) {
		int64_t time_s = d->gathered.v[i].i;

		if (time_s < STAMP_EPOCH_S || time_s >= FACTS_TIME_END)
			return STATUS_MALFORMED;
		b->txs[i].time_s = time_s;
	}
	status = plain_decode(d, NULL, b->ntx);
	for (i = 0; i < b->ntx && status == STATUS_OK; i++)
		b->txs[i].staff = d->gathered.v[i].i;
	return status;
}

static int
versions_decode(struct decoder *d, struct batch_table *t)
{
	uint32_t i;
	int status = plain_decode(d, t, t->nrows);

	if (status != STATUS_OK)
		return status;
	for (i = 0; i < t->nrows; i++) {
		t->rows[i].stamp = facts_stamp_base(d->batch, &t->rows[i])
		    + (uint64_t)d->gathered.v[i].i;
		if (t->rows[i].stamp > STAMP_MAX)
			return STATUS_MALFORMED;
	}
	status = plain_decode(d, t, t->nrows);
	if (status != STATUS_OK)
		return status;
	for (i = 0; i < t->nrows; i++) {
		int64_t length = d->gathered.v[i].i;
		bool deleted = t->rows[i].op == BATCH_DELETE;

		if (length < 1 || length > UINT32_MAX || (length % 2 == 0) != deleted)
			return STATUS_MALFORMED;
		t->rows[i].length = (uint32_t)length;
	}
	return STATUS_OK;
}

/* The column cannot be read here: as if it had not been delivered. */
static void
column_forget(struct decoder *d, struct batch_table *t, unsigned c)
{
	uint32_t i;

	d->batch->unknown = true;
	if (c < t->table->nkeys) {
		t->table = NULL;
		for (i = 0; i < t->nrows; i++)
			t->rows[i].mask = 0;
		return;
	}
	for (i = 0; i < t->nrows; i++)
		t->rows[i].mask &= ~(UINT64_C(1) << c);
}

static int
one_column_decode(struct decoder *d, struct batch_table *t, unsigned c,
    const struct column_spec *spec)
{
	struct column_cells cells = {.v = d->gathered.v, .row = d->gathered.row,
	    .table = t, .type = t->table->columns[c].type,
	    .never_null = c < t->table->nkeys};
	uint32_t i;
	int status;

	if (!facts_have(t->table, c) || facts_scope_column(t->table, c)
	    || d->world.done[t->id] >> c & 1)
		return STATUS_MALFORMED;
	cells.n = facts_gather_rows(t, c, d->gathered.row);
	if (cells.n == 0)
		return STATUS_MALFORMED;
	status = column_decode(&d->world, spec, &d->frames, &cells);
	if (status == STATUS_NOT_FOUND) {
		column_forget(d, t, c);
		return STATUS_OK;
	}
	if (status != STATUS_OK)
		return status;
	for (i = 0; i < cells.n; i++)
		*batch_cell(t, c, cells.row[i]) = cells.v[i];
	d->world.done[t->id] |= UINT64_C(1) << c;
	return STATUS_OK;
}

static int
column_next(struct decoder *d, struct batch_table *t, unsigned id)
{
	struct column_spec spec;
	unsigned i;
	size_t len;
	int c = t->table ? registry_column(t->table, (uint16_t)id) : -1;

	column_spec_read(&d->spec, &spec);
	if (d->spec.failed)
		return STATUS_TRUNCATED;
	if (c >= 0)
		return one_column_decode(d, t, (unsigned)c, &spec);
	d->batch->unknown = true;
	for (i = 0; i < spec.nframes; i++)
		(void)reader_bytes(&d->frames, SIZE_MAX, &len);
	return d->frames.failed ? STATUS_TRUNCATED : STATUS_OK;
}

/* Every cell that the facts promise has come. */
static int
table_complete(const struct decoder *d, const struct batch_table *t)
{
	uint64_t present = 0, done = d->world.done[t->id];
	unsigned c;
	uint32_t i;

	if (!t->table)
		return STATUS_OK;
	for (i = 0; i < t->nrows; i++)
		present |= t->rows[i].mask;
	for (c = 0; c < t->table->ncolumns; c++)
		if (facts_have(t->table, c) && (c < t->table->nkeys || present >> c & 1)
		    && !(done >> c & 1))
			return STATUS_MALFORMED;
	return STATUS_OK;
}

static int
table_decode(struct decoder *d, uint64_t *seen)
{
	uint64_t id = reader_varint(&d->spec), ids[2];
	struct batch_table *t = NULL;
	unsigned pass, i;
	uint32_t row;
	int status;

	ids[0] = reader_varint(&d->spec);
	ids[1] = reader_varint(&d->spec);
	if (id <= REGISTRY_MAX_TABLE_ID)
		t = batch_find(d->batch, (uint16_t)id);
	if (d->spec.failed || !t || seen[id / 64] >> id % 64 & 1)
		return STATUS_MALFORMED;
	seen[id / 64] |= UINT64_C(1) << id % 64;
	status = versions_decode(d, t);
	if (status == STATUS_OK && t->table && t->table->scope == REGISTRY_SCHOOL) {
		if (d->world.scope == SCOPE_COUNTY)
			return STATUS_MALFORMED;
		for (row = 0; row < t->nrows; row++)
			*batch_cell(t, 0, row) = value_int((int64_t)d->world.scope);
		d->world.done[id] |= 1;
	}
	for (pass = 0; pass < 2; pass++)
		for (i = 0; i < 64 && status == STATUS_OK; i++)
			if (ids[pass] >> i & 1)
				status = column_next(d, t, i);
	return status == STATUS_OK ? table_complete(d, t) : status;
}

static int
decode_all(struct decoder *d, uint32_t ntx)
{
	uint64_t seen[(REGISTRY_MAX_TABLE_ID + 64) / 64] = {0};
	uint32_t most, i;
	int status = row_shapes_read(d);

	if (status == STATUS_OK)
		status = tx_shapes_read(d, ntx);
	if (status == STATUS_OK)
		status = symbols_read(d, ntx);
	for (i = 0; i < ntx && status == STATUS_OK; i++)
		status = batch_add_tx(d->batch, 0, 0);
	if (status == STATUS_OK)
		status = tables_reserve(d);
	if (status != STATUS_OK)
		return status;
	rows_fill(d);
	most = d->batch->nrows > ntx ? d->batch->nrows : ntx;
	status = facts_gathered_init(&d->gathered, most);
	if (status == STATUS_OK)
		status = tx_columns_decode(d);
	for (i = 0; i < d->batch->ntables && status == STATUS_OK; i++)
		status = table_decode(d, seen);
	if (status == STATUS_OK)
		status = reader_end(&d->spec);
	return status == STATUS_OK ? reader_end(&d->frames) : status;
}

int
facts_decode(const struct registry *reg, const struct stream_id *stream,
    uint32_t ntx, const uint8_t *facts, size_t len, struct batch *ret)
{
	struct decoder d = {.reg = reg, .batch = ret};
	const uint8_t *spec;
	size_t spec_len;
	int status;

	batch_clear(ret);
	if (ntx == 0 || ntx > BATCH_MAX_TX)
		return STATUS_TOO_LARGE;
	facts_world(&d.world, stream, ret);
	reader_init(&d.frames, facts, len);
	spec = reader_bytes(&d.frames, SIZE_MAX, &spec_len);
	reader_init(&d.spec, spec, spec_len);
	status = spec ? decode_all(&d, ntx) : STATUS_TRUNCATED;
	facts_gathered_release(&d.gathered);
	free(d.shapes);
	free(d.tx_shapes);
	free(d.runs);
	free(d.symbols);
	column_world_release(&d.world);
	if (status != STATUS_OK)
		batch_clear(ret);
	return status;
}
