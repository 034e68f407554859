#include "sync/column_list.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* One pass over a column. */
struct walk {
	struct column_space *space;
	const struct column_cells *cells;
	uint32_t recent[COLUMN_RECENT]; /* most recent first */
	unsigned nrecent;
	struct column_event *own; uint32_t nown, own_cap;
	uint32_t next;                  /* event of earlier columns */
	int64_t before;                 /* last value written out */
	/* Places, several to one number: what comes of log2(25) bits each would
	 * take a byte otherwise. */
	uint64_t number, product;       /* product: of the choices in number */
};

#define NUMBER_BYTES 7
#define NUMBER_MAX (UINT64_C(1) << 8 * NUMBER_BYTES)

static int
grow(void **p, uint32_t need, uint32_t *cap, size_t size)
{
	uint32_t more = *cap ? *cap : 16;
	void *q;

	if (need <= *cap)
		return STATUS_OK;
	while (more < need)
		more *= 2;
	q = realloc(*p, more * size);
	if (!q)
		return STATUS_NOMEM;
	*p = q;
	*cap = more;
	return STATUS_OK;
}

static void
walk_init(struct walk *k, struct column_space *space, const struct column_cells *cells)
{
	*k = (struct walk){.space = space, .cells = cells, .product = 1};
	if (space->nvalues)
		memset(space->used, 0, space->nvalues);
}

static void
touch(struct walk *k, uint32_t list)
{
	unsigned at;

	for (at = 0; at < k->nrecent && k->recent[at] != list; at++)
		;
	if (at == k->nrecent) {
		if (k->nrecent < COLUMN_RECENT)
			k->nrecent++;
		else
			at--;
	}
	memmove(k->recent + 1, k->recent, at * sizeof *k->recent);
	k->recent[0] = list;
}

/* The whole list was seen: every place in it is free again. */
static void
whole(struct walk *k, uint32_t list)
{
	const struct column_list *l = &k->space->lists[list];

	touch(k, list);
	memset(k->space->used + l->at, 0, l->len);
}

static void
replay(struct walk *k, uint32_t tx)
{
	const struct column_space *s = k->space;

	for (; k->next < s->nevents && s->events[k->next].tx <= tx; k->next++)
		whole(k, s->events[k->next].list);
}

static int
own_event(struct walk *k, uint32_t tx, uint32_t list)
{
	void *p = k->own;
	int status = grow(&p, k->nown + 1, &k->own_cap, sizeof *k->own);

	k->own = p;
	if (status == STATUS_OK) {
		k->own[k->nown++] = (struct column_event){tx, list};
		whole(k, list);
	}
	return status;
}

static int
add_list(struct column_space *s, const struct value *v, uint32_t n, uint32_t *ret)
{
	uint32_t i;
	int status;
	void *p;

	if (s->nvalues + n > s->values_cap) {
		size_t cap = (s->nvalues + n) * 2;
		int64_t *values = realloc(s->values, cap * sizeof *values);
		uint8_t *used;

		if (!values)
			return STATUS_NOMEM;
		s->values = values;
		used = realloc(s->used, cap);
		if (!used)
			return STATUS_NOMEM;
		s->used = used;
		s->values_cap = cap;
	}
	p = s->lists;
	status = grow(&p, s->nlists + 1, &s->lists_cap, sizeof *s->lists);
	s->lists = p;
	if (status != STATUS_OK)
		return status;
	s->lists[s->nlists] = (struct column_list){(uint32_t)s->nvalues, n};
	for (i = 0; i < n; i++)
		s->values[s->nvalues + i] = v[i].i;
	memset(s->used + s->nvalues, 0, n);
	s->nvalues += n;
	*ret = s->nlists++;
	return STATUS_OK;
}

static uint32_t
tx_of(const struct walk *k, uint32_t i)
{
	return k->cells->table->rows[k->cells->row[i]].tx;
}

/* Cells from i on that are of one transaction. */
static uint32_t
run_length(const struct walk *k, uint32_t i)
{
	uint32_t n = 1;

	while (i + n < k->cells->n && tx_of(k, i + n) == tx_of(k, i))
		n++;
	return n;
}

static bool
is_list(uint32_t n)
{
	return n >= COLUMN_LIST_MIN && n <= COLUMN_LIST_MAX;
}

static bool
same_list(const struct column_space *s, uint32_t list, const struct value *v, uint32_t n)
{
	const struct column_list *l = &s->lists[list];
	uint32_t i;

	if (l->len != n)
		return false;
	for (i = 0; i < n; i++)
		if (s->values[l->at + i] != v[i].i)
			return false;
	return true;
}

static void
put_value(struct walk *k, int64_t v, struct buffer *frame)
{
	buffer_put_zigzag(frame, (int64_t)((uint64_t)v - (uint64_t)k->before));
	k->before = v;
}

static int64_t
read_value(struct walk *k, struct reader *r)
{
	k->before = (int64_t)((uint64_t)k->before + (uint64_t)reader_zigzag(r));
	return k->before;
}

static void
number_flush(struct walk *k, struct buffer *frame, unsigned bytes)
{
	for (; bytes > 0; bytes--) {
		buffer_put_u8(frame, (uint8_t)k->number);
		k->number >>= 8;
	}
	k->number = 0;
	k->product = 1;
}

static void
put_place(struct walk *k, uint32_t place, uint32_t choices, struct buffer *frame)
{
	if (k->product > NUMBER_MAX / choices)
		number_flush(k, frame, NUMBER_BYTES);
	k->number += place * k->product;
	k->product *= choices;
}

/* The last number takes the bytes that its product needs. */
static void
put_places_end(struct walk *k, struct buffer *frame)
{
	unsigned bytes = 0;

	while (bytes < NUMBER_BYTES && (k->product - 1) >> 8 * bytes)
		bytes++;
	number_flush(k, frame, bytes);
}

static uint32_t
read_place(struct walk *k, uint32_t choices, struct reader *frame)
{
	uint32_t place;
	unsigned i;

	if (k->product == 0 || k->product > NUMBER_MAX / choices) {
		if (k->number != 0)
			reader_fail(frame);
		k->product = 1;
		for (i = 0; i < NUMBER_BYTES && frame->left; i++)
			k->number |= (uint64_t)reader_u8(frame) << 8 * i;
	}
	place = (uint32_t)(k->number % choices);
	k->number /= choices;
	k->product *= choices;
	return place;
}

static uint32_t
free_places(const struct column_space *s, uint32_t list)
{
	const struct column_list *l = &s->lists[list];
	uint32_t i, n = 0;

	for (i = l->at; i < l->at + l->len; i++)
		n += !s->used[i];
	return n;
}

static int
encode_run(struct walk *k, uint32_t i, uint32_t n, struct buffer frames[3])
{
	const struct value *v = k->cells->v + i;
	uint32_t list, j;
	unsigned rank;
	int status;

	for (rank = 0; rank < k->nrecent; rank++)
		if (same_list(k->space, k->recent[rank], v, n))
			break;
	if (rank < k->nrecent) {
		list = k->recent[rank];
		buffer_put_u8(&frames[0], (uint8_t)(rank + 1));
	} else {
		buffer_put_u8(&frames[0], 0);
		for (j = 0; j < n; j++)
			put_value(k, v[j].i, &frames[2]);
		status = add_list(k->space, v, n, &list);
		if (status != STATUS_OK)
			return status;
	}
	return own_event(k, tx_of(k, i), list);
}

/* Rank of value among the list's free places; marks it used. */
static bool
take_place(struct column_space *s, uint32_t list, int64_t value, uint32_t *ret_rank)
{
	const struct column_list *l = &s->lists[list];
	uint32_t i, rank = 0;

	for (i = l->at; i < l->at + l->len; i++) {
		if (s->used[i])
			continue;
		if (s->values[i] == value) {
			s->used[i] = 1;
			*ret_rank = rank;
			return true;
		}
		rank++;
	}
	return false;
}

static void
encode_single(struct walk *k, int64_t value, struct buffer frames[3])
{
	uint32_t place, choices;
	unsigned rank;

	for (rank = 0; rank < k->nrecent; rank++) {
		choices = free_places(k->space, k->recent[rank]);
		if (!take_place(k->space, k->recent[rank], value, &place))
			continue;
		buffer_put_u8(&frames[0], (uint8_t)(rank + 1));
		put_place(k, place, choices, &frames[1]);
		touch(k, k->recent[rank]);
		return;
	}
	buffer_put_u8(&frames[0], 0);
	put_value(k, value, &frames[2]);
}

static int
encode_all(struct walk *k, struct buffer frames[3])
{
	uint32_t i, n, j;
	int status = STATUS_OK;

	for (i = 0; i < k->cells->n && status == STATUS_OK; i += n) {
		n = run_length(k, i);
		replay(k, tx_of(k, i));
		if (is_list(n))
			status = encode_run(k, i, n, frames);
		else
			for (j = 0; j < n; j++)
				encode_single(k, k->cells->v[i + j].i, frames);
	}
	put_places_end(k, &frames[1]);
	return status;
}

/* Own events among those of earlier columns, in order of transactions. */
static int
learn(struct walk *k)
{
	struct column_space *s = k->space;
	void *p = s->events;
	uint32_t a = s->nevents, b = k->nown, to = a + b;
	int status = grow(&p, to, &s->events_cap, sizeof *s->events);

	s->events = p;
	if (status != STATUS_OK)
		return status;
	s->nevents = to;
	while (b > 0) {
		if (a > 0 && s->events[a - 1].tx > k->own[b - 1].tx)
			s->events[--to] = s->events[--a];
		else
			s->events[--to] = k->own[--b];
	}
	return STATUS_OK;
}

static bool
all_ints(const struct column_cells *c)
{
	uint32_t i;

	for (i = 0; i < c->n; i++)
		if (c->v[i].type != VALUE_INT)
			return false;
	return true;
}

int
column_list_encode(struct column_world *w, unsigned space,
    const struct column_cells *cells, struct buffer frames[3])
{
	struct column_space *s = &w->spaces[space];
	size_t nvalues = s->nvalues;
	uint32_t nlists = s->nlists;
	struct walk k;
	int status;

	if (!all_ints(cells))
		return STATUS_NOT_FOUND;
	walk_init(&k, s, cells);
	status = encode_all(&k, frames);
	s->nvalues = nvalues;
	s->nlists = nlists;
	free(k.own);
	return status;
}

int
column_list_learn(struct column_world *w, unsigned space,
    const struct column_cells *cells)
{
	struct buffer frames[3] = {BUFFER_INIT, BUFFER_INIT, BUFFER_INIT};
	struct walk k;
	unsigned i;
	int status;

	walk_init(&k, &w->spaces[space], cells);
	status = encode_all(&k, frames);
	if (status == STATUS_OK)
		status = learn(&k);
	for (i = 0; i < 3; i++)
		buffer_release(&frames[i]);
	free(k.own);
	return status;
}

static int
decode_run(struct walk *k, uint32_t i, uint32_t n, struct reader frames[3])
{
	struct value *v = k->cells->v + i;
	unsigned token = reader_u8(&frames[0]);
	uint32_t list, j;
	int status;

	if (token > k->nrecent)
		return STATUS_MALFORMED;
	if (token) {
		list = k->recent[token - 1];
		if (k->space->lists[list].len != n)
			return STATUS_MALFORMED;
		for (j = 0; j < n; j++)
			v[j] = value_int(k->space->values[
			    k->space->lists[list].at + j]);
	} else {
		for (j = 0; j < n; j++)
			v[j] = value_int(read_value(k, &frames[2]));
		if (frames[2].failed)
			return STATUS_TRUNCATED;
		status = add_list(k->space, v, n, &list);
		if (status != STATUS_OK)
			return status;
	}
	return own_event(k, tx_of(k, i), list);
}

static int
decode_single(struct walk *k, struct value *v, struct reader frames[3])
{
	unsigned token = reader_u8(&frames[0]);
	const struct column_list *l;
	uint32_t i, place, choices;

	if (token > k->nrecent)
		return STATUS_MALFORMED;
	if (token == 0) {
		*v = value_int(read_value(k, &frames[2]));
		return STATUS_OK;
	}
	choices = free_places(k->space, k->recent[token - 1]);
	if (choices == 0)
		return STATUS_MALFORMED;
	place = read_place(k, choices, &frames[1]);
	l = &k->space->lists[k->recent[token - 1]];
	for (i = l->at; i < l->at + l->len; i++)
		if (!k->space->used[i] && place-- == 0)
			break;
	if (i == l->at + l->len)
		return STATUS_MALFORMED;
	k->space->used[i] = 1;
	*v = value_int(k->space->values[i]);
	touch(k, k->recent[token - 1]);
	return STATUS_OK;
}

static int
decode_all(struct walk *k, struct reader frames[3])
{
	uint32_t i, n, j;
	int status = STATUS_OK;

	for (i = 0; i < k->cells->n && status == STATUS_OK; i += n) {
		n = run_length(k, i);
		replay(k, tx_of(k, i));
		if (is_list(n))
			status = decode_run(k, i, n, frames);
		else
			for (j = 0; j < n && status == STATUS_OK; j++)
				status = decode_single(k, &k->cells->v[i + j],
				    frames);
	}
	if (status == STATUS_OK && k->number != 0)
		status = STATUS_MALFORMED; /* more than the places were told */
	return status;
}

int
column_list_decode(struct column_world *w, unsigned space,
    struct reader frames[3], struct column_cells *cells)
{
	struct walk k;
	int status;

	assert(space < COLUMN_SPACES);
	if (space >= w->nspaces)
		w->nspaces = space + 1;
	walk_init(&k, &w->spaces[space], cells);
	k.product = 0; /* no number read yet */
	status = decode_all(&k, frames);
	if (status == STATUS_OK)
		status = learn(&k);
	free(k.own);
	return status;
}
