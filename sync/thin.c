#include "sync/thin.h"

#include <stdlib.h>
#include <string.h>

#include "sync/facts.h"

/* ---- out of a batch ---- */

struct thinning {
	const struct batch *from;
	struct batch to;
	struct buffer places;
	uint32_t *at;          /* per table of from: next row */
};

static uint32_t
count_left(const struct batch_table *t, uint32_t begin, uint32_t tx)
{
	uint32_t n = 0;

	for (; begin < t->nrows && t->rows[begin].tx <= tx; begin++)
		n += t->rows[begin].slow != 2;
	return n;
}

/* The rows of one transaction; ret: whether any is left. */
static int
take_tx(struct thinning *t, uint32_t tx, bool *ret)
{
	const struct batch_tx *x = &t->from->txs[tx];
	uint32_t n = 0;
	int status = STATUS_OK;

	for (uint32_t i = 0; i < t->from->ntables; i++)
		n += count_left(&t->from->tables[i], t->at[i], tx);
	*ret = n > 0;
	if (n > 0)
		status = batch_add_tx(&t->to, x->time_s, x->staff);
	for (uint32_t i = 0; i < t->from->ntables; i++) {
		const struct batch_table *bt = &t->from->tables[i];

		for (; t->at[i] < bt->nrows && bt->rows[t->at[i]].tx <= tx; t->at[i]++) {
			struct value values[REGISTRY_MAX_COLUMNS];

			if (status != STATUS_OK || bt->rows[t->at[i]].slow == 2)
				continue;
			for (unsigned c = 0; c < bt->table->ncolumns; c++)
				values[c] = *batch_cell(bt, c, t->at[i]);
			status = batch_add_row(&t->to, bt->table, &bt->rows[t->at[i]],
			    values, false);
		}
	}
	return status;
}

/* Places of what is left among what was: transactions, then each table's rows. */
static void
put_places(struct thinning *t)
{
	for (uint32_t i = 0; i < t->from->ntables; i++) {
		const struct batch_table *bt = &t->from->tables[i];
		uint32_t left = count_left(bt, 0, UINT32_MAX), next = 0;

		if (left == 0)
			continue;
		buffer_put_varint(&t->places, bt->nrows);
		for (uint32_t row = 0; row < bt->nrows; row++) {
			if (bt->rows[row].slow == 2)
				continue;
			buffer_put_varint(&t->places, row - next);
			next = row + 1;
		}
	}
}

static int
collect(struct thinning *t)
{
	uint32_t next = 0;

	for (uint32_t tx = 0; tx < t->from->ntx; tx++) {
		bool left = false;
		int status = take_tx(t, tx, &left);

		if (status != STATUS_OK)
			return status;
		if (!left)
			continue;
		buffer_put_varint(&t->places, tx - next);
		next = tx + 1;
	}
	put_places(t);
	return buffer_status(&t->places);
}

int
thin_encode(const struct registry *reg, const struct stream_id *stream,
    const struct batch *batch, struct buffer *ret, uint32_t *ret_rows)
{
	struct thinning t = { .from = batch };
	struct buffer facts = BUFFER_INIT;
	int status = STATUS_OK;

	if (batch->unknown)
		return STATUS_UNKNOWN_SCHEMA;
	batch_init(&t.to);
	t.at = calloc(batch->ntables + 1u, sizeof(*t.at));
	status = t.at == NULL ? STATUS_NOMEM : collect(&t);
	if (status == STATUS_OK && t.to.nrows > 0) {
		buffer_put_varint(ret, t.to.ntx);
		buffer_put_bytes(ret, t.places.data, t.places.len);
		status = facts_encode(reg, stream, &t.to, &facts);
		if (status == STATUS_OK)
			buffer_put(ret, facts.data, facts.len);
		if (status == STATUS_OK)
			status = facts.failed ? STATUS_NOMEM : buffer_status(ret);
	}
	if (status == STATUS_OK)
		*ret_rows = t.to.nrows;
	buffer_release(&facts);
	buffer_release(&t.places);
	batch_release(&t.to);
	free(t.at);
	return status;
}

/* ---- into a batch ---- */

struct filling {
	const struct batch *from;
	struct batch *to;
	uint32_t *tx;          /* place of each transaction of from */
	struct reader places;
};

static int
copy_cell(struct batch *b, struct value *v)
{
	void *copy;

	if ((v->type != VALUE_TEXT && v->type != VALUE_BLOB) || v->len == 0)
		return STATUS_OK;
	copy = batch_alloc(b, v->len);
	if (copy == NULL)
		return STATUS_NOMEM;
	memcpy(copy, v->p, v->len);
	v->p = copy;
	return STATUS_OK;
}

static int
place_row(struct filling *f, const struct batch_table *from, uint32_t row,
    struct batch_table *to, uint32_t place)
{
	unsigned n = from->table == NULL ? 0 : from->table->ncolumns;

	to->rows[place] = from->rows[row];
	to->rows[place].tx = f->tx[from->rows[row].tx];
	for (unsigned c = 0; c < n; c++) {
		struct value v = *batch_cell(from, c, row);
		int status = copy_cell(f->to, &v);

		if (status != STATUS_OK)
			return status;
		*batch_cell(to, c, place) = v;
	}
	return STATUS_OK;
}

static int
place_table(struct filling *f, const struct batch_table *from)
{
	uint64_t total = reader_varint(&f->places), place = 0;
	struct batch_table *to;
	int status;

	if (f->places.failed || total < from->nrows ||
	    total > BATCH_MAX_ROWS - f->to->nrows)
		return STATUS_MALFORMED;
	status = batch_reserve(f->to, from->table, from->id, (uint32_t)total, &to);
	if (status != STATUS_OK)
		return status;
	to->nrows = (uint32_t)total;
	f->to->nrows += (uint32_t)total;
	for (uint32_t row = 0; status == STATUS_OK && row <= from->nrows; row++) {
		uint64_t gap = row < from->nrows ? reader_varint(&f->places) :
		    total - place;

		if (f->places.failed || gap > total - place)
			return STATUS_MALFORMED;
		for (; gap > 0; gap--, place++)
			to->rows[place] = (struct batch_row){ .length = 1,
			    .op = BATCH_PART, .slow = 2,
			    .tx = place == 0 ? 0 : to->rows[place - 1].tx };
		if (row == from->nrows)
			break;
		if (place >= total)
			return STATUS_MALFORMED;
		status = place_row(f, from, row, to, (uint32_t)place++);
	}
	return status;
}

static int
place_txs(struct filling *f, uint32_t ntx)
{
	uint32_t next = 0;

	for (uint32_t i = 0; i <= f->from->ntx; i++) {
		uint64_t gap = i < f->from->ntx ? reader_varint(&f->places) : ntx - next;
		int status = STATUS_OK;

		if (f->places.failed || gap > ntx - next)
			return STATUS_MALFORMED;
		for (; status == STATUS_OK && gap > 0; gap--, next++)
			status = batch_add_tx(f->to, 0, 0);
		if (status != STATUS_OK || i == f->from->ntx)
			return status;
		if (next >= ntx)
			return STATUS_MALFORMED;
		f->tx[i] = next++;
		status = batch_add_tx(f->to, f->from->txs[i].time_s, f->from->txs[i].staff);
		if (status != STATUS_OK)
			return status;
		f->to->txs[f->tx[i]].nrows = f->from->txs[i].nrows;
	}
	return STATUS_OK;
}

static int
place(struct filling *f, uint32_t ntx)
{
	int status;

	f->tx = calloc(f->from->ntx + 1u, sizeof(*f->tx));
	if (f->tx == NULL)
		return STATUS_NOMEM;
	status = place_txs(f, ntx);
	for (uint32_t i = 0; status == STATUS_OK && i < f->from->ntables; i++)
		status = place_table(f, &f->from->tables[i]);
	f->to->unknown = f->from->unknown;
	free(f->tx);
	return status == STATUS_OK ? reader_end(&f->places) : status;
}

int
thin_decode(const struct registry *reg, const struct stream_id *stream,
    uint32_t ntx, const uint8_t *facts, size_t len, struct batch *ret)
{
	struct filling f = { .to = ret };
	struct batch left;
	struct reader r;
	const uint8_t *places;
	size_t n = 0;
	uint64_t ntx_left;
	int status;

	reader_init(&r, facts, len);
	ntx_left = reader_varint(&r);
	places = reader_bytes(&r, len, &n);
	if (places == NULL || ntx_left == 0 || ntx_left > ntx)
		return STATUS_MALFORMED;
	reader_init(&f.places, places, n);
	batch_init(&left);
	status = facts_decode(reg, stream, (uint32_t)ntx_left, r.p, r.left, &left);
	f.from = &left;
	if (status == STATUS_OK)
		status = place(&f, ntx);
	batch_release(&left);
	if (status != STATUS_OK)
		batch_clear(ret);
	return status;
}
