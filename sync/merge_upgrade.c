/* After a new schema: what older programs passed over is read out of the stored
 * segments.  Merging a write again changes nothing, so whole segments are taken
 * through the row-by-row path. */
#include "sync/merge_internal.h"

#include <stdlib.h>
#include <string.h>

struct redo {
	struct merge *m;
	const uint64_t *fresh; /* per registry index; NULL: all tables */
	uint64_t first;        /* of the only segment; 0: all */
	bool unknown;          /* it is still not readable whole */
	bool rights;           /* for the rows that had no right to be */
	uint32_t refused;      /* still */
	struct merge_result *ret;
};

static int
redo_rows(struct redo *r, struct batch *b, const struct segment_header *h,
    uint32_t writer)
{
	for (uint32_t i = 0; i < b->ntables; i++) {
		const struct batch_table *t = &b->tables[i];
		uint64_t note = 0;

		if (t->table == NULL)
			continue;
		if (r->fresh != NULL) {
			note = r->fresh[t->table - r->m->registry->tables];
			if (note == 0)
				continue;
		}
		for (uint32_t row = 0; row < t->nrows; row++) {
			int status;

			if (t->rows[row].slow == 2) {
				r->refused += !merge_has_ended(r->m, t, row,
				    h->stream.scope);
				continue;
			}
			/* Conflicts of old columns were told when they came. */
			status = merge_row(r->m, b, t, row, h, writer, note, r->ret);
			if (status != STATUS_OK)
				return status;
		}
	}
	return STATUS_OK;
}

static int
redo_packed(struct redo *r, uint32_t writer, const uint8_t *packed, size_t len)
{
	struct segment s = {0};
	struct batch b;
	int status;

	batch_init(&b);
	status = segment_open(packed, len, &s);
	if (status == STATUS_OK)
		status = merge_rights_decode(r->m, &s, writer, &b);
	if (status != STATUS_OK && status != STATUS_NOMEM && status != STATUS_CORRUPT) {
		status = STATUS_OK; /* nonsense was never applied */
		goto out;
	}
	r->unknown = b.unknown;
	if (status == STATUS_OK && (r->fresh != NULL || r->rights || !b.unknown))
		status = redo_rows(r, &b, &s.header, writer);
out:
	batch_release(&b);
	segment_release(&s);
	return status;
}

static int
redo_segment(void *ctx, const struct store_segment *seg)
{
	struct redo *r = ctx;

	if (r->first != 0 && seg->first != r->first)
		return 0;
	return redo_packed(r, seg->writer, seg->packed, seg->packed_len);
}

static int
redo_piece(void *ctx, uint32_t writer, const uint8_t *packed, size_t len)
{
	return redo_packed(ctx, writer, packed, len);
}

int
merge_upgrade(struct merge *m, const uint64_t *fresh, struct merge_result *ret)
{
	struct redo r = { .m = m, .fresh = fresh, .ret = ret };
	uint64_t *scopes = NULL;
	size_t n = 0;
	int status = store_scopes(m->store, &scopes, &n);

	for (size_t i = 0; status == STATUS_OK && i < n; i++)
		status = merge_pieces(m, scopes[i], false, redo_piece, &r);
	free(scopes);
	for (uint32_t w = 1; status == STATUS_OK && w <= store_stream_count(m->store); w++)
		status = store_segments(m->store, w, 0, redo_segment, &r);
	return status;
}

/* ---- held by reference ---- */

struct reference {
	int64_t id;
	struct stream_id stream;
	uint64_t first;
};
struct references {
	struct reference *list;
	size_t n, cap;
};

static int
collect(void *ctx, const struct store_held *h)
{
	struct references *all = ctx;

	if (h->packed != NULL)
		return 0;
	if (all->n == all->cap) {
		size_t cap = all->cap == 0 ? 16 : 2 * all->cap;
		struct reference *list = realloc(all->list, cap * sizeof(*list));

		if (list == NULL)
			return STATUS_NOMEM;
		all->list = list;
		all->cap = cap;
	}
	all->list[all->n++] = (struct reference){ h->id, h->stream, h->first };
	return 0;
}

static int
redo_held(struct merge *m, int reason, struct merge_result *ret)
{
	struct references all = {0};
	int status = store_held(m->store, reason, collect, &all);

	for (size_t i = 0; status == STATUS_OK && i < all.n; i++) {
		struct redo r = { .m = m, .first = all.list[i].first, .ret = ret,
		    .rights = reason == STATUS_RIGHTS };
		uint32_t writer;

		status = store_stream(m->store, &all.list[i].stream, &writer);
		if (status == STATUS_OK)
			status = store_segments(m->store, writer, r.first - 1,
			    redo_segment, &r);
		if (status == STATUS_OK && (r.rights ? r.refused == 0 : !r.unknown))
			status = store_held_remove(m->store, all.list[i].id);
	}
	free(all.list);
	return status;
}

int
merge_upgrade_held(struct merge *m, struct merge_result *ret)
{
	int status = redo_held(m, STATUS_UNKNOWN_SCHEMA, ret);

	return status == STATUS_OK ? redo_held(m, STATUS_RIGHTS, ret) : status;
}
