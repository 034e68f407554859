#include "sync/facts.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "sync/column.h"

#define MAX_ROW_SHAPES 4096
#define TIME_END (STAMP_EPOCH_S + INT64_C(6311433600))

/* What a row is like: all rows of one shape have the same table, op and mask. */
struct row_shape {
	uint16_t table;
	uint8_t op;
	uint64_t ids; /* mask by column id */
	uint64_t mask;/* by column index */
};

static const struct column_hint no_hint;

static bool
in_facts(const struct registry_table *t, unsigned c)
{
	return c < t->nkeys || t->columns[c].privacy <= PRIVACY_COUNTY;
}

/* The school's own column is the scope and is never sent. */
static bool
is_scope(const struct registry_table *t, unsigned c)
{
	return t->scope == REGISTRY_SCHOOL && c == 0;
}

static uint64_t
stamp_base(const struct batch *b, const struct batch_row *row)
{
	return (uint64_t)(b->txs[row->tx].time_s - STAMP_EPOCH_S) << STAMP_COUNTER_BITS;
}

static void
world_init(struct column_world *w, const struct stream_id *stream,
    const struct batch *b)
{
	memset(w, 0, sizeof *w);
	w->batch = b;
	w->scope = stream->scope;
	w->epoch = stream->epoch;
}

/* Rows that carry a column, and room for its cells. */
struct gathered {
	struct value *v;
	uint32_t *row;
};

static int
gathered_init(struct gathered *g, uint32_t n)
{
	g->v = calloc(n ? n : 1, sizeof *g->v);
	g->row = calloc(n ? n : 1, sizeof *g->row);
	if (g->v && g->row)
		return STATUS_OK;
	return STATUS_NOMEM;
}

static void
gathered_release(struct gathered *g)
{
	free(g->v);
	free(g->row);
}

static uint32_t
gather_rows(const struct batch_table *t, unsigned c, uint32_t *row)
{
	uint32_t i, n = 0;

	for (i = 0; i < t->nrows; i++)
		if (c < t->table->nkeys || (t->rows[i].mask >> c & 1))
			row[n++] = i;
	return n;
}

/* ---- encoding ---- */

struct encoder {
	const struct registry *reg;
	const struct batch *batch;
	struct column_world world;
	struct buffer spec, frames;     /* frame of structure; all the others */
	struct row_shape *shapes; uint32_t nshapes;
	struct buffer tx_shapes, symbols;
	uint32_t ntx_shapes;
	struct gathered gathered;
};

static uint64_t
mask_to_ids(const struct registry_table *t, uint64_t mask)
{
	uint64_t ids = 0;
	unsigned c;

	for (c = 0; c < t->ncolumns; c++)
		if (mask >> c & 1)
			ids |= UINT64_C(1) << t->columns[c].id;
	return ids;
}

static int
row_check(const struct encoder *e, const struct batch_table *t, const struct batch_row *r)
{
	bool deleted = r->op == BATCH_DELETE;

	if (r->op > BATCH_DELETE || r->tx >= e->batch->ntx || r->stamp > STAMP_MAX)
		return STATUS_USAGE;
	if (r->length == 0 || (r->length % 2 == 0) != deleted)
		return STATUS_USAGE;
	if (deleted ? r->mask != 0 : (r->mask & ~registry_value_mask(t->table)) != 0)
		return STATUS_USAGE;
	return STATUS_OK;
}

static int
shape_of(struct encoder *e, const struct batch_table *t, const struct batch_row *r,
    uint32_t *ret)
{
	struct row_shape *s;
	uint32_t i;

	for (i = e->nshapes; i-- > 0;) {
		s = &e->shapes[i];
		if (s->table == t->id && s->op == r->op && s->mask == r->mask) {
			*ret = i;
			return STATUS_OK;
		}
	}
	if (e->nshapes == MAX_ROW_SHAPES)
		return STATUS_TOO_LARGE;
	s = &e->shapes[e->nshapes];
	*s = (struct row_shape){t->id, r->op, mask_to_ids(t->table, r->mask), r->mask};
	*ret = e->nshapes++;
	return STATUS_OK;
}

/* Shapes in order of tables, as transactions refer to them: a first pass over
 * the tables finds them all. */
static int
row_shapes_find(struct encoder *e, uint32_t **shape_of_row)
{
	const struct batch *b = e->batch;
	uint32_t i, j;
	int status;

	for (i = 0; i < b->ntables; i++) {
		const struct batch_table *t = &b->tables[i];

		if (!t->table)
			return STATUS_USAGE;
		shape_of_row[i] = calloc(t->nrows ? t->nrows : 1, sizeof(uint32_t));
		if (!shape_of_row[i])
			return STATUS_NOMEM;
		for (j = 0; j < t->nrows; j++) {
			status = row_check(e, t, &t->rows[j]);
			if (status == STATUS_OK && j
			    && t->rows[j].tx < t->rows[j - 1].tx)
				status = STATUS_USAGE;
			if (status == STATUS_OK)
				status = shape_of(e, t, &t->rows[j],
				    &shape_of_row[i][j]);
			if (status != STATUS_OK)
				return status;
		}
	}
	return STATUS_OK;
}

/* Runs of one transaction: (shape, count) over all tables. */
static void
tx_shape_put(struct encoder *e, uint32_t tx, uint32_t **shape_of_row, uint32_t *next,
    struct buffer *ret)
{
	struct buffer runs = BUFFER_INIT;
	uint32_t i, n = 0;

	for (i = 0; i < e->batch->ntables; i++) {
		const struct batch_table *t = &e->batch->tables[i];

		while (next[i] < t->nrows && t->rows[next[i]].tx == tx) {
			uint32_t shape = shape_of_row[i][next[i]], count = 0;

			while (next[i] < t->nrows && t->rows[next[i]].tx == tx
			    && shape_of_row[i][next[i]] == shape) {
				next[i]++;
				count++;
			}
			buffer_put_varint(&runs, shape);
			buffer_put_varint(&runs, count);
			n++;
		}
	}
	buffer_put_varint(ret, n);
	buffer_put(ret, runs.data, runs.len);
	if (buffer_status(&runs) != STATUS_OK)
		ret->failed = true;
	buffer_release(&runs);
}

/* Where each known transaction shape lies in tx_shapes. */
struct shape_index {
	size_t *at;
	uint32_t *slots, mask;
};

static uint32_t
bytes_hash(const uint8_t *p, size_t len)
{
	uint32_t h = 2166136261u;

	while (len--)
		h = (h ^ *p++) * 16777619u;
	return h ^ h >> 15;
}

static uint32_t
tx_shape_find(struct encoder *e, struct shape_index *x, const struct buffer *shape)
{
	uint32_t slot = bytes_hash(shape->data, shape->len) & x->mask, i;

	for (; x->slots[slot]; slot = (slot + 1) & x->mask) {
		i = x->slots[slot] - 1;
		if (x->at[i + 1] - x->at[i] == shape->len && memcmp(
		    e->tx_shapes.data + x->at[i], shape->data, shape->len) == 0)
			return i;
	}
	buffer_put(&e->tx_shapes, shape->data, shape->len);
	i = e->ntx_shapes++;
	x->slots[slot] = i + 1;
	x->at[i + 1] = e->tx_shapes.len;
	return i;
}

static int
tx_shapes_make(struct encoder *e, uint32_t **shape_of_row)
{
	const struct batch *b = e->batch;
	struct shape_index x = {0};
	struct buffer shape = BUFFER_INIT;
	uint32_t *next = calloc(b->ntables + 1, sizeof *next), tx, cap = 16;
	int status = STATUS_NOMEM;

	while (cap < 2 * b->ntx)
		cap *= 2;
	x.mask = cap - 1;
	x.slots = calloc(cap, sizeof *x.slots);
	x.at = calloc(b->ntx + 1, sizeof *x.at);
	if (next && x.slots && x.at) {
		for (tx = 0; tx < b->ntx; tx++) {
			buffer_clear(&shape);
			tx_shape_put(e, tx, shape_of_row, next, &shape);
			if (shape.failed || e->tx_shapes.failed)
				break;
			buffer_put_varint(&e->symbols,
			    tx_shape_find(e, &x, &shape));
		}
		status = shape.failed ? STATUS_NOMEM : buffer_status(&e->tx_shapes);
	}
	buffer_release(&shape);
	free(next);
	free(x.slots);
	free(x.at);
	return status;
}

static void
structure_put(struct encoder *e)
{
	uint16_t before = 0;
	uint32_t i;

	buffer_put_varint(&e->spec, e->nshapes);
	for (i = 0; i < e->nshapes; i++) {
		const struct row_shape *s = &e->shapes[i];

		buffer_put_varint(&e->spec, (uint64_t)(s->table - before));
		buffer_put_u8(&e->spec, s->op);
		if (s->op != BATCH_DELETE)
			buffer_put_varint(&e->spec, s->ids);
		before = s->table;
	}
	buffer_put_varint(&e->spec, e->ntx_shapes);
	buffer_put(&e->spec, e->tx_shapes.data, e->tx_shapes.len);
	if (e->ntx_shapes > 1)
		buffer_put_bytes(&e->frames, e->symbols.data, e->symbols.len);
}

static int
plain_column(struct encoder *e, const struct batch_table *t, uint32_t n)
{
	struct column_cells cells = {.v = e->gathered.v, .table = t, .n = n,
	    .type = VALUE_INT, .never_null = true};

	return column_encode(&e->world, &no_hint, &cells, &e->spec, &e->frames);
}

static int
tx_columns_encode(struct encoder *e)
{
	const struct batch *b = e->batch;
	uint32_t i;
	int status;

	for (i = 0; i < b->ntx; i++) {
		if (b->txs[i].time_s < STAMP_EPOCH_S || b->txs[i].time_s >= TIME_END)
			return STATUS_USAGE;
		e->gathered.v[i] = value_int(b->txs[i].time_s);
	}
	status = plain_column(e, NULL, b->ntx);
	if (status != STATUS_OK)
		return status;
	for (i = 0; i < b->ntx; i++)
		e->gathered.v[i] = value_int(b->txs[i].staff);
	return plain_column(e, NULL, b->ntx);
}

static unsigned
space_of(struct column_world *w, const char *name)
{
	unsigned i;

	for (i = 0; i < w->nspaces; i++)
		if (strcmp(w->spaces[i].name, name) == 0)
			return i;
	if (w->nspaces == COLUMN_SPACES)
		return COLUMN_SPACES;
	w->spaces[w->nspaces].name = name;
	return w->nspaces++;
}

static int
column_by_name(const struct registry_table *t, const char *name)
{
	int c;

	for (c = 0; name && c < t->ncolumns; c++)
		if (strcmp(t->columns[c].name, name) == 0)
			return c;
	return -1;
}

static struct column_hint
hint_of(struct encoder *e, const struct registry_table *t, unsigned c)
{
	const struct registry_column *col = &t->columns[c];
	struct column_hint h = {.kind = col->hint};
	int at, by, own, value;

	if (h.kind == HINT_LIST) {
		h.space = space_of(&e->world, col->name);
		return h.space == COLUMN_SPACES ? no_hint : h;
	}
	if (h.kind != HINT_LAST_BY)
		return h;
	at = registry_find(e->reg, col->hint_table);
	if (at < 0)
		return no_hint;
	by = column_by_name(&e->reg->tables[at], col->hint_by);
	value = column_by_name(&e->reg->tables[at], col->name);
	own = column_by_name(t, col->hint_by);
	if (by < 0 || value < 0 || own < 0)
		return no_hint;
	h.table = col->hint_table;
	h.by = e->reg->tables[at].columns[by].id;
	h.value = e->reg->tables[at].columns[value].id;
	h.own_by = t->columns[own].id;
	return h;
}

static int
one_column_encode(struct encoder *e, const struct batch_table *t, unsigned c)
{
	struct column_cells cells = {.v = e->gathered.v, .row = e->gathered.row,
	    .table = t, .type = t->table->columns[c].type,
	    .never_null = c < t->table->nkeys};
	struct column_hint hint = hint_of(e, t->table, c);
	uint32_t i;
	int status;

	cells.n = gather_rows(t, c, e->gathered.row);
	for (i = 0; i < cells.n; i++) {
		struct value v = *batch_cell(t, c, cells.row[i]);

		if (v.type == VALUE_NULL ? cells.never_null : v.type != cells.type)
			return STATUS_USAGE;
		cells.v[i] = v;
	}
	status = column_encode(&e->world, &hint, &cells, &e->spec, &e->frames);
	e->world.done[t->id] |= UINT64_C(1) << c;
	return status;
}

static int
scope_check(const struct encoder *e, const struct batch_table *t)
{
	uint32_t i;

	if (t->table->scope != REGISTRY_SCHOOL)
		return STATUS_OK;
	for (i = 0; i < t->nrows; i++) {
		struct value v = *batch_cell(t, 0, i);

		if (v.type != VALUE_INT || v.i != (int64_t)e->world.scope)
			return STATUS_USAGE;
	}
	return e->world.scope == SCOPE_COUNTY ? STATUS_USAGE : STATUS_OK;
}

static int
table_encode(struct encoder *e, const struct batch_table *t)
{
	const struct registry_table *table = t->table;
	uint64_t present = 0, masks[2] = {0, 0};
	unsigned c, pass;
	uint32_t i;
	int status = scope_check(e, t);

	for (i = 0; i < t->nrows; i++)
		present |= t->rows[i].mask;
	for (c = 0; c < table->ncolumns; c++)
		if (in_facts(table, c) && !is_scope(table, c)
		    && (c < table->nkeys || present >> c & 1))
			masks[table->columns[c].hint == HINT_LAST_BY]
			    |= UINT64_C(1) << c;
	buffer_put_varint(&e->spec, t->id);
	buffer_put_varint(&e->spec, mask_to_ids(table, masks[0]));
	buffer_put_varint(&e->spec, mask_to_ids(table, masks[1]));
	for (i = 0; i < t->nrows; i++)
		e->gathered.v[i] = value_int((int64_t)(t->rows[i].stamp
		    - stamp_base(e->batch, &t->rows[i])));
	if (status == STATUS_OK)
		status = plain_column(e, t, t->nrows);
	for (i = 0; i < t->nrows; i++)
		e->gathered.v[i] = value_int(t->rows[i].length);
	if (status == STATUS_OK)
		status = plain_column(e, t, t->nrows);
	if (table->scope == REGISTRY_SCHOOL)
		e->world.done[t->id] |= 1;
	for (pass = 0; pass < 2; pass++)
		for (c = 0; c < table->ncolumns && status == STATUS_OK; c++)
			if (masks[pass] >> c & 1)
				status = one_column_encode(e, t, c);
	return status;
}

/* True when a prediction of t looks into a table that is still to come. */
static bool
must_wait(const struct encoder *e, const struct batch_table *t, const bool *written)
{
	unsigned c;
	uint32_t i;

	for (c = 0; c < t->table->ncolumns; c++)
		for (i = 0; i < e->batch->ntables; i++)
			if (t->table->columns[c].hint == HINT_LAST_BY
			    && e->batch->tables[i].id
			    == t->table->columns[c].hint_table
			    && e->batch->tables[i].id != t->id
			    && e->batch->tables[i].nrows && !written[i])
				return true;
	return false;
}

static int
tables_encode(struct encoder *e)
{
	const struct batch *b = e->batch;
	bool *written = calloc(b->ntables + 1, sizeof *written);
	uint32_t left = 0, i, first;
	int status = written ? STATUS_OK : STATUS_NOMEM;

	for (i = 0; i < b->ntables; i++)
		left += b->tables[i].nrows > 0;
	for (; left && status == STATUS_OK; left--) {
		first = b->ntables;
		for (i = 0; i < b->ntables; i++) {
			if (written[i] || b->tables[i].nrows == 0)
				continue;
			if (first == b->ntables)
				first = i;
			if (!must_wait(e, &b->tables[i], written)) {
				first = i;
				break;
			}
		}
		status = table_encode(e, &b->tables[first]);
		written[first] = true;
	}
	free(written);
	return status;
}

static int
encode_all(struct encoder *e)
{
	const struct batch *b = e->batch;
	uint32_t **shape_of_row = calloc(b->ntables + 1, sizeof *shape_of_row), i;
	int status = shape_of_row ? STATUS_OK : STATUS_NOMEM;

	if (status == STATUS_OK)
		status = row_shapes_find(e, shape_of_row);
	if (status == STATUS_OK)
		status = tx_shapes_make(e, shape_of_row);
	for (i = 0; shape_of_row && i < b->ntables; i++)
		free(shape_of_row[i]);
	free(shape_of_row);
	if (status != STATUS_OK)
		return status;
	structure_put(e);
	status = tx_columns_encode(e);
	if (status == STATUS_OK)
		status = tables_encode(e);
	return status;
}

int
facts_encode(const struct registry *reg, const struct stream_id *stream,
    const struct batch *batch, struct buffer *ret)
{
	struct encoder e = {.reg = reg, .batch = batch};
	uint32_t most = batch->nrows > batch->ntx ? batch->nrows : batch->ntx;
	int status;

	if (batch->ntx == 0 || batch->ntx > BATCH_MAX_TX || batch->nrows > BATCH_MAX_ROWS)
		return STATUS_USAGE;
	world_init(&e.world, stream, batch);
	e.shapes = calloc(MAX_ROW_SHAPES, sizeof *e.shapes);
	status = gathered_init(&e.gathered, most);
	if (!e.shapes)
		status = STATUS_NOMEM;
	if (status == STATUS_OK)
		status = encode_all(&e);
	if (status == STATUS_OK && (e.spec.failed || e.frames.failed
	    || e.symbols.failed))
		status = STATUS_NOMEM;
	if (status == STATUS_OK) {
		buffer_put_bytes(ret, e.spec.data, e.spec.len);
		buffer_put(ret, e.frames.data, e.frames.len);
		status = buffer_status(ret);
	}
	buffer_release(&e.spec);
	buffer_release(&e.frames);
	buffer_release(&e.tx_shapes);
	buffer_release(&e.symbols);
	gathered_release(&e.gathered);
	free(e.shapes);
	column_world_release(&e.world);
	return status;
}

/* ---- decoding ---- */

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
	struct row_shape *shapes; uint32_t nshapes;
	struct tx_shape *tx_shapes; uint32_t ntx_shapes;
	struct run *runs; uint32_t nruns;
	uint32_t *symbols;
	struct gathered gathered;
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
	size_t n = reader_count(&d->spec, MAX_ROW_SHAPES), i;
	uint64_t table = 0;

	d->shapes = calloc(n ? n : 1, sizeof *d->shapes);
	if (!d->shapes)
		return STATUS_NOMEM;
	for (i = 0; i < n; i++) {
		struct row_shape *s = &d->shapes[i];
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
			const struct row_shape *shape = &d->shapes[run->shape];
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

		if (time_s < STAMP_EPOCH_S || time_s >= TIME_END)
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
		t->rows[i].stamp = stamp_base(d->batch, &t->rows[i])
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

	if (!in_facts(t->table, c) || is_scope(t->table, c)
	    || d->world.done[t->id] >> c & 1)
		return STATUS_MALFORMED;
	cells.n = gather_rows(t, c, d->gathered.row);
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
		if (in_facts(t->table, c) && (c < t->table->nkeys || present >> c & 1)
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
	status = gathered_init(&d->gathered, most);
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
	world_init(&d.world, stream, ret);
	reader_init(&d.frames, facts, len);
	spec = reader_bytes(&d.frames, SIZE_MAX, &spec_len);
	reader_init(&d.spec, spec, spec_len);
	status = spec ? decode_all(&d, ntx) : STATUS_TRUNCATED;
	gathered_release(&d.gathered);
	free(d.shapes);
	free(d.tx_shapes);
	free(d.runs);
	free(d.symbols);
	column_world_release(&d.world);
	if (status != STATUS_OK)
		batch_clear(ret);
	return status;
}
