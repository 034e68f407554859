#include "sync/facts_internal.h"

#include <stdlib.h>
#include <string.h>

static const struct column_hint no_hint;

bool
facts_have(const struct registry_table *t, unsigned c)
{
	return c < t->nkeys || t->columns[c].privacy <= PRIVACY_COUNTY;
}

bool
facts_scope_column(const struct registry_table *t, unsigned c)
{
	return t->scope == REGISTRY_SCHOOL && c == 0;
}

uint64_t
facts_stamp_base(const struct batch *b, const struct batch_row *row)
{
	return (uint64_t)(b->txs[row->tx].time_s - STAMP_EPOCH_S) << STAMP_COUNTER_BITS;
}

void
facts_world(struct column_world *w, const struct stream_id *stream,
    const struct batch *b)
{
	memset(w, 0, sizeof *w);
	w->batch = b;
	w->scope = stream->scope;
	w->epoch = stream->epoch;
}

int
facts_gathered_init(struct facts_gathered *g, uint32_t n)
{
	g->v = calloc(n ? n : 1, sizeof *g->v);
	g->row = calloc(n ? n : 1, sizeof *g->row);
	if (g->v && g->row)
		return STATUS_OK;
	return STATUS_NOMEM;
}

void
facts_gathered_release(struct facts_gathered *g)
{
	free(g->v);
	free(g->row);
}

uint32_t
facts_gather_rows(const struct batch_table *t, unsigned c, uint32_t *row)
{
	uint32_t i, n = 0;

	for (i = 0; i < t->nrows; i++)
		if (c < t->table->nkeys || (t->rows[i].mask >> c & 1))
			row[n++] = i;
	return n;
}

struct encoder {
	const struct registry *reg;
	const struct batch *batch;
	struct column_world world;
	struct buffer spec, frames;     /* frame of structure; all the others */
	struct facts_row_shape *shapes; uint32_t nshapes;
	struct buffer tx_shapes, symbols;
	uint32_t ntx_shapes;
	struct facts_gathered gathered;
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
	struct facts_row_shape *s;
	uint32_t i;

	for (i = e->nshapes; i-- > 0;) {
		s = &e->shapes[i];
		if (s->table == t->id && s->op == r->op && s->mask == r->mask) {
			*ret = i;
			return STATUS_OK;
		}
	}
	if (e->nshapes == FACTS_MAX_ROW_SHAPES)
		return STATUS_TOO_LARGE;
	s = &e->shapes[e->nshapes];
	*s = (struct facts_row_shape){t->id, r->op, mask_to_ids(t->table, r->mask), r->mask};
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
		const struct facts_row_shape *s = &e->shapes[i];

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
		if (b->txs[i].time_s < STAMP_EPOCH_S || b->txs[i].time_s >= FACTS_TIME_END)
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

	cells.n = facts_gather_rows(t, c, e->gathered.row);
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
		if (facts_have(table, c) && !facts_scope_column(table, c)
		    && (c < table->nkeys || present >> c & 1))
			masks[table->columns[c].hint == HINT_LAST_BY]
			    |= UINT64_C(1) << c;
	buffer_put_varint(&e->spec, t->id);
	buffer_put_varint(&e->spec, mask_to_ids(table, masks[0]));
	buffer_put_varint(&e->spec, mask_to_ids(table, masks[1]));
	for (i = 0; i < t->nrows; i++)
		e->gathered.v[i] = value_int((int64_t)(t->rows[i].stamp
		    - facts_stamp_base(e->batch, &t->rows[i])));
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
	facts_world(&e.world, stream, batch);
	e.shapes = calloc(FACTS_MAX_ROW_SHAPES, sizeof *e.shapes);
	status = facts_gathered_init(&e.gathered, most);
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
	facts_gathered_release(&e.gathered);
	free(e.shapes);
	column_world_release(&e.world);
	return status;
}
