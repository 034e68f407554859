#include "sync/batch.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#define ARENA_CHUNK_BYTES 16384

struct chunk {
	struct chunk *next;
	size_t used, cap;
	_Alignas(16) uint8_t bytes[];
};

/* The first chunk is the one being filled; batch_clear keeps the largest. */
struct arena {
	struct chunk *chunks;
};

static void
chunks_free(struct chunk *c)
{
	while (c) {
		struct chunk *next = c->next;

		free(c);
		c = next;
	}
}

void
batch_init(struct batch *b)
{
	*b = (struct batch){0};
}

void
batch_release(struct batch *b)
{
	uint32_t i;

	for (i = 0; i < b->table_cap; i++) {
		free(b->tables[i].rows);
		free(b->tables[i].cells);
	}
	free(b->tables);
	free(b->txs);
	if (b->arena)
		chunks_free(b->arena->chunks);
	free(b->arena);
	*b = (struct batch){0};
}

void
batch_clear(struct batch *b)
{
	uint32_t i;

	for (i = 0; i < b->ntables; i++)
		b->tables[i].nrows = 0;
	b->ntx = 0;
	b->ntables = 0;
	b->nrows = 0;
	b->unknown = false;
	if (b->arena && b->arena->chunks) {
		chunks_free(b->arena->chunks->next);
		b->arena->chunks->next = NULL;
		b->arena->chunks->used = 0;
	}
}

int
batch_add_tx(struct batch *b, int64_t time_s, int64_t staff)
{
	if (b->ntx >= BATCH_MAX_TX)
		return STATUS_TOO_LARGE;
	if (b->ntx == b->tx_cap) {
		uint32_t cap = b->tx_cap ? b->tx_cap * 2 : 64;
		struct batch_tx *txs = realloc(b->txs, cap * sizeof *txs);

		if (!txs)
			return STATUS_NOMEM;
		b->txs = txs;
		b->tx_cap = cap;
	}
	b->txs[b->ntx++] = (struct batch_tx){.time_s = time_s, .staff = staff};
	return STATUS_OK;
}

struct batch_table *
batch_find(const struct batch *b, uint16_t id)
{
	uint32_t i;

	for (i = 0; i < b->ntables; i++)
		if (b->tables[i].id == id)
			return &b->tables[i];
	return NULL;
}

static int
table_insert(struct batch *b, const struct registry_table *table, uint16_t id,
    struct batch_table **ret)
{
	struct batch_table spare;
	uint32_t at;

	if (b->ntables == b->table_cap) {
		uint32_t cap = b->table_cap ? b->table_cap * 2 : 8;
		struct batch_table *tables = realloc(b->tables, cap * sizeof *tables);

		if (!tables)
			return STATUS_NOMEM;
		memset(tables + b->table_cap, 0,
		    (cap - b->table_cap) * sizeof *tables);
		b->tables = tables;
		b->table_cap = cap;
	}
	spare = b->tables[b->ntables];
	for (at = b->ntables; at > 0 && b->tables[at - 1].id > id; at--)
		b->tables[at] = b->tables[at - 1];
	spare.table = table;
	spare.id = id;
	spare.nrows = 0;
	spare.row_cap = 0;
	b->tables[at] = spare;
	b->ntables++;
	*ret = &b->tables[at];
	return STATUS_OK;
}

static int
cells_grow(struct batch_table *t, uint64_t cap)
{
	unsigned columns = t->table ? t->table->ncolumns : 0, c;
	uint64_t need = cap * columns;
	struct value *cells;

	/* A fresh block: rows move to another stride. */
	if (t->nrows == 0 && need <= t->cells_allocated) {
		if (need)
			memset(t->cells, 0, (size_t)need * sizeof *t->cells);
		return STATUS_OK;
	}
	cells = calloc((size_t)need ? (size_t)need : 1, sizeof *cells);
	if (!cells)
		return STATUS_NOMEM;
	for (c = 0; c < columns && t->nrows; c++)
		memcpy(cells + c * cap, t->cells + c * t->row_cap,
		    t->nrows * sizeof *cells);
	free(t->cells);
	t->cells = cells;
	t->cells_allocated = need;
	return STATUS_OK;
}

static int
rows_grow(struct batch_table *t, uint64_t cap)
{
	int status;

	if (cap > t->rows_allocated) {
		struct batch_row *rows = realloc(t->rows, (size_t)cap * sizeof *rows);

		if (!rows)
			return STATUS_NOMEM;
		t->rows = rows;
		t->rows_allocated = cap;
	}
	status = cells_grow(t, cap);
	if (status == STATUS_OK)
		t->row_cap = cap;
	return status;
}

int
batch_reserve(struct batch *b, const struct registry_table *table, uint16_t id,
    uint32_t nrows, struct batch_table **ret)
{
	struct batch_table *t = batch_find(b, id);
	int status;

	assert(!table || table->id == id);
	if (!t) {
		status = table_insert(b, table, id, &t);
		if (status != STATUS_OK)
			return status;
	}
	if (nrows > t->row_cap) {
		status = rows_grow(t, nrows);
		if (status != STATUS_OK)
			return status;
	}
	*ret = t;
	return STATUS_OK;
}

void *
batch_alloc(struct batch *b, size_t len)
{
	struct chunk *c = b->arena ? b->arena->chunks : NULL;
	size_t cap;
	void *p;

	if (len > SIZE_MAX / 4)
		return NULL;
	len = (len + 15) & ~(size_t)15;
	if (!b->arena) {
		b->arena = calloc(1, sizeof *b->arena);
		if (!b->arena)
			return NULL;
	}
	if (!c || c->cap - c->used < len) {
		cap = c && c->cap < (1u << 20) ? c->cap * 2 : ARENA_CHUNK_BYTES;
		if (cap < len)
			cap = len;
		c = malloc(sizeof *c + cap);
		if (!c)
			return NULL;
		c->used = 0;
		c->cap = cap;
		c->next = b->arena->chunks;
		b->arena->chunks = c;
	}
	p = c->bytes + c->used;
	c->used += len;
	return p;
}

static int
cell_copy(struct batch *b, struct value *v)
{
	uint8_t *p;

	if (v->type < VALUE_TEXT || v->len == 0)
		return STATUS_OK;
	p = batch_alloc(b, v->len);
	if (!p)
		return STATUS_NOMEM;
	memcpy(p, v->p, v->len);
	v->p = p;
	return STATUS_OK;
}

int
batch_add_row(struct batch *b, const struct registry_table *table,
    const struct batch_row *row, const struct value *values, bool copy)
{
	struct batch_table *t = batch_find(b, table->id);
	uint32_t need = t ? t->nrows + 1 : 1;
	int status = STATUS_OK;
	unsigned c;

	assert(b->ntx > 0);
	if (b->nrows >= BATCH_MAX_ROWS)
		return STATUS_TOO_LARGE;
	if (!t || need > t->row_cap) {
		uint32_t cap = need < 16 ? 16 : need * 2;

		status = batch_reserve(b, table, table->id, cap, &t);
		if (status != STATUS_OK)
			return status;
	}
	for (c = 0; c < table->ncolumns; c++) {
		struct value v = values[c];

		if (c >= table->nkeys && !(row->mask >> c & 1))
			v = value_null();
		if (copy)
			status = cell_copy(b, &v);
		if (status != STATUS_OK)
			return status;
		*batch_cell(t, c, t->nrows) = v;
	}
	t->rows[t->nrows] = *row;
	t->rows[t->nrows].tx = b->ntx - 1;
	t->nrows++;
	b->txs[b->ntx - 1].nrows++;
	b->nrows++;
	return STATUS_OK;
}

/* First row of the table that is not of an earlier transaction. */
static uint32_t
first_of_tx(const struct batch_table *t, uint32_t tx)
{
	uint32_t low = 0, high = t->nrows;

	while (low < high) {
		uint32_t mid = low + (high - low) / 2;

		if (t->rows[mid].tx < tx)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

uint32_t
batch_row_index(const struct batch *b, const struct batch_table *t, uint32_t row)
{
	uint32_t tx = t->rows[row].tx, index = row - first_of_tx(t, tx);
	const struct batch_table *other;

	for (other = b->tables; other < t; other++)
		index += first_of_tx(other, tx + 1) - first_of_tx(other, tx);
	return index;
}

void
batch_times(const struct batch *b, int64_t *ret_min_s, int64_t *ret_max_s)
{
	for (uint32_t i = 0; i < b->ntx; i++) {
		int64_t t = b->txs[i].time_s;

		if (i == 0 || t < *ret_min_s)
			*ret_min_s = t;
		if (i == 0 || t > *ret_max_s)
			*ret_max_s = t;
	}
}
