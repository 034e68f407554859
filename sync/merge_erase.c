/* Erasure: an erased person's leaves give way to their digests, in segments that are
 * here, that wait, and that come later; and the person's rows keep only what is no
 * word about him. */
#include "sync/merge_internal.h"

#include <stdlib.h>
#include <string.h>

/* ---- rows of a decoded segment ---- */

/* The values of a row that tell whose it is. */
static void
row_of(const struct batch_table *t, uint32_t row, struct value *ret)
{
	for (unsigned i = 0; i < t->table->ncolumns; i++)
		ret[i] = *batch_cell(t, i, row);
}

static int
note_persons(struct merge *m, const struct batch *b, uint64_t scope)
{
	for (uint32_t i = 0; i < b->ntables; i++) {
		const struct batch_table *t = &b->tables[i];

		if (t->table == NULL || t->table->erases == 0)
			continue;
		for (uint32_t row = 0; row < t->nrows; row++) {
			int status;

			if (t->rows[row].slow == 2 || t->rows[row].op == BATCH_DELETE)
				continue;
			status = store_erase_add(m->store, scope,
			    *batch_cell(t, t->table->erases, row));
			if (status != STATUS_OK)
				return status;
		}
	}
	return STATUS_OK;
}

int
merge_erase_mark(struct merge *m, struct batch *b, const struct segment_header *h)
{
	struct value values[REGISTRY_MAX_COLUMNS];
	int status = note_persons(m, b, h->stream.scope);

	if (status != STATUS_OK || !store_has_erased(m->store))
		return status;
	for (uint32_t i = 0; i < b->ntables; i++) {
		struct batch_table *t = &b->tables[i];

		if (t->table == NULL || store_blank_mask(t->table) == 0)
			continue;
		for (uint32_t row = 0; row < t->nrows; row++) {
			bool erased;

			row_of(t, row, values);
			status = store_is_erased(m->store, t->table, values, &erased);
			if (status != STATUS_OK)
				return status;
			if (erased && t->rows[row].slow != 2)
				t->rows[row].slow = 3;
		}
	}
	return STATUS_OK;
}

struct asking {
	struct store *store;
	int status;
};

static bool
is_gone(void *ctx, const struct batch_table *t, uint32_t row)
{
	struct asking *a = ctx;
	struct value values[REGISTRY_MAX_COLUMNS];
	bool erased = false;
	int status;

	row_of(t, row, values);
	status = store_is_leaf_erased(a->store, t->table, values, &erased);
	if (status != STATUS_OK)
		a->status = status;
	return erased;
}

int
merge_erase_segment(struct store *store, const struct segment *s,
    const struct batch *facts, struct buffer *ret_packed, uint32_t *ret_n)
{
	struct asking a = { .store = store };
	int status;

	*ret_n = 0;
	if (!store_has_erased(store))
		return STATUS_OK;
	status = segment_erase(s, facts, is_gone, &a, ret_packed, ret_n);
	return status == STATUS_OK ? a.status : status;
}

/* Reads a packed segment as far as its facts.  One that cannot be read has no
 * leaves that belong to anybody: false. */
static int
facts_of(const struct registry *reg, const uint8_t *packed, size_t len,
    struct segment *s, struct batch *b, bool *ret)
{
	int status = segment_open(packed, len, s);

	if (status == STATUS_OK)
		status = segment_facts(s, reg, b);
	*ret = status == STATUS_OK;
	return status == STATUS_NOMEM ? status : STATUS_OK;
}

int
merge_erase_packed(struct store *store, const struct registry *reg,
    const uint8_t *packed, size_t len, struct buffer *ret_packed, uint32_t *ret_n)
{
	struct segment s = {0};
	struct batch b;
	bool readable = false;
	int status;

	*ret_n = 0;
	if (!store_has_erased(store))
		return STATUS_OK;
	batch_init(&b);
	status = facts_of(reg, packed, len, &s, &b, &readable);
	if (status == STATUS_OK && readable)
		status = merge_erase_segment(store, &s, &b, ret_packed, ret_n);
	batch_release(&b);
	segment_release(&s);
	return status;
}

int
merge_erase_stubs(struct store *store, const struct registry *reg, const uint8_t *packed,
    size_t len, uint32_t *ret_n)
{
	struct asking a = { .store = store };
	struct segment s = {0};
	struct batch b;
	bool readable = false;
	int status;

	*ret_n = 0;
	batch_init(&b);
	status = facts_of(reg, packed, len, &s, &b, &readable);
	if (status == STATUS_OK && readable && s.nerased > 0)
		status = segment_stubs(&s, &b, is_gone, &a, ret_n);
	batch_release(&b);
	segment_release(&s);
	return status == STATUS_OK ? a.status : status;
}

/* ---- what is here already ---- */

struct place {
	uint32_t writer;
	uint64_t first;
	int64_t held;       /* id; 0: a stored segment */
};
struct looking {
	struct merge *m;
	uint32_t writer;
	struct place *list;
	size_t n, cap;
	int64_t wanted;     /* held id */
	struct buffer packed;
};

static int
add_place(struct looking *l, struct place p)
{
	if (l->n == l->cap) {
		size_t cap = l->cap == 0 ? 64 : 2 * l->cap;
		struct place *list = realloc(l->list, cap * sizeof(*list));

		if (list == NULL)
			return STATUS_NOMEM;
		l->list = list;
		l->cap = cap;
	}
	l->list[l->n++] = p;
	return 0;
}

/* Also notes rows that name a person in a column that is no key: later writes of
 * them need not name him. */
static int
see_rows(struct looking *l, const uint8_t *packed, size_t len)
{
	struct segment s = {0};
	struct batch b;
	bool readable = false;
	int status;

	batch_init(&b);
	status = facts_of(l->m->registry, packed, len, &s, &b, &readable);
	for (uint32_t i = 0; status == STATUS_OK && readable && i < b.ntables; i++) {
		const struct batch_table *t = &b.tables[i];
		struct asking a = { .store = l->m->store };

		if (t->table == NULL || t->table->subject < t->table->nkeys)
			continue;
		for (uint32_t row = 0; row < t->nrows; row++)
			(void)is_gone(&a, t, row);
		status = a.status;
	}
	batch_release(&b);
	segment_release(&s);
	return status;
}

static int
see_piece(void *ctx, uint32_t writer, const uint8_t *packed, size_t len)
{
	(void)writer;
	return see_rows(ctx, packed, len);
}

static int
see_segment(void *ctx, const struct store_segment *seg)
{
	struct looking *l = ctx;
	int status = see_rows(l, seg->packed, seg->packed_len);

	return status != STATUS_OK ? status :
	    add_place(l, (struct place){ .writer = l->writer, .first = seg->first });
}

static int
see_held(void *ctx, const struct store_held *h)
{
	struct looking *l = ctx;
	int status;

	if (h->packed == NULL)
		return 0;
	status = see_rows(l, h->packed, h->packed_len);
	return status != STATUS_OK ? status :
	    add_place(l, (struct place){ .held = h->id });
}

static int
copy_segment(void *ctx, const struct store_segment *seg)
{
	struct looking *l = ctx;

	buffer_put(&l->packed, seg->packed, seg->packed_len);
	return 1;
}

static int
copy_held(void *ctx, const struct store_held *h)
{
	struct looking *l = ctx;

	if (h->id == l->wanted)
		buffer_put(&l->packed, h->packed, h->packed_len);
	return 0;
}

static int
erase_place(struct looking *l, const struct place *p)
{
	struct store *store = l->m->store;
	struct buffer out = BUFFER_INIT;
	uint32_t n = 0;
	int status;

	buffer_clear(&l->packed);
	l->wanted = p->held;
	status = p->held != 0 ? store_held(store, 0, copy_held, l) :
	    store_segments(store, p->writer, p->first - 1, copy_segment, l);
	if (status >= 0)
		status = buffer_status(&l->packed);
	if (status == STATUS_OK)
		status = merge_erase_packed(store, l->m->registry, l->packed.data,
		    l->packed.len, &out, &n);
	if (status == STATUS_OK && n > 0)
		status = p->held != 0 ?
		    store_held_replace(store, p->held, out.data, out.len) :
		    store_segment_replace(store, p->writer, p->first, out.data, out.len);
	buffer_release(&out);
	return status;
}

static int
erase_scope(struct looking *l, uint64_t scope)
{
	struct store *store = l->m->store;
	int status = STATUS_OK;

	l->n = 0;
	for (uint32_t w = 1; status == STATUS_OK && w <= store_stream_count(store); w++) {
		if (store_stream_id(store, w)->scope != scope)
			continue;
		l->writer = w;
		status = store_segments(store, w, 0, see_segment, l);
	}
	if (status == STATUS_OK)
		status = store_held(store, 0, see_held, l);
	for (int held = 0; status == STATUS_OK && held < 2; held++)
		status = merge_pieces(l->m, scope, held == 1, see_piece, l);
	for (int held = 0; status == STATUS_OK && held < 2; held++)
		status = merge_pieces_erase(l->m, scope, held == 1);
	for (size_t i = 0; status == STATUS_OK && i < l->n; i++)
		status = erase_place(l, &l->list[i]);
	return status == STATUS_OK ? store_erase_rows(store, scope) : status;
}

int
merge_erase(struct merge *m)
{
	struct looking l = { .m = m };
	uint64_t *scopes = NULL;
	size_t n = 0;
	int status = STATUS_OK;

	if (store_erasing(m->store))
		status = store_scopes(m->store, &scopes, &n);
	for (size_t i = 0; status == STATUS_OK && i < n; i++) {
		bool open = false;

		status = store_erasing_scope(m->store, scopes[i], &open);
		if (status == STATUS_OK && open)
			status = erase_scope(&l, scopes[i]);
	}
	if (status == STATUS_OK && n > 0)
		status = store_erase_finish(m->store);
	free(scopes);
	free(l.list);
	buffer_release(&l.packed);
	return status;
}
