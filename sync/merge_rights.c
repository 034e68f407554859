/* Which rows of a segment count: what its author had the right to write. */
#include "sync/merge_internal.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* True for a row that its author had the right to write. */
static bool
is_rightful(const struct batch_table *t, const struct batch_row *r,
    const struct stream_id *stream, uint64_t may)
{
	uint64_t keys = (UINT64_C(1) << t->table->nkeys) - 1;

	if ((t->table->scope == REGISTRY_COUNTY) != (stream->scope == SCOPE_COUNTY) ||
	    t->table->urgent != (stream->lane == LANE_URGENT))
		return false;
	if (r->op != BATCH_PART && (may & keys) != keys)
		return false;
	return (r->mask & ~may) == 0;
}

/* Marks rows that their author had no right to write; they are passed over on
 * every replica alike, and a hub says so. */
static int
mark_without_right(struct merge *m, struct batch *b, const struct segment_header *h,
    const uint64_t *rights, uint32_t *ret_refused)
{
	for (uint32_t i = 0; i < b->ntables; i++) {
		struct batch_table *t = &b->tables[i];

		for (uint32_t row = 0; t->table != NULL && row < t->nrows; row++) {
			int status;

			if (is_rightful(t, &t->rows[row], &h->stream,
			    rights[t->table - m->registry->tables]))
				continue;
			t->rows[row].slow = 2;
			++*ret_refused;
			if (m->judge == NULL || *ret_refused > MERGE_MAX_VERDICTS)
				continue;
			status = m->judge(m->judge_ctx, &h->stream,
			    h->first + t->rows[row].tx, batch_row_index(b, t, row),
			    VERDICT_RIGHTS);
			if (status != STATUS_OK)
				return status;
		}
	}
	return STATUS_OK;
}

int
merge_rights_mark(struct merge *m, struct batch *b, const struct segment_header *h,
    uint32_t *ret_refused)
{
	uint64_t *rights = calloc(m->registry->ntables, sizeof(*rights));
	int status;

	if (rights == NULL)
		return STATUS_NOMEM;
	if (roster_node(m->roster, &h->stream.node) == NULL)
		memset(rights, 0xff, m->registry->ntables * sizeof(*rights));
	else
		roster_rights(m->roster, m->registry, &h->stream.node,
		    h->stream.scope, h->roster, rights);
	status = mark_without_right(m, b, h, rights, ret_refused);
	if (status == STATUS_OK)
		status = merge_verdict_mark(m, b, h, ret_refused);
	if (status == STATUS_OK)
		status = merge_erase_mark(m, b, h);
	free(rights);
	return status;
}

static int
count_one(void *ctx, const char *name, const uint8_t *data, size_t len)
{
	unsigned *n = ctx;

	(void)name;
	(void)data;
	(void)len;
	++*n;
	return 0;
}

int
merge_rights_note_key(struct merge *m, const struct segment *s)
{
	uint32_t generation = s->private_generation;
	struct buffer known = BUFFER_INIT;
	char name[16];
	unsigned n = 0;
	int status;

	if (m->keys->n == 0 || generation == 0) /* the county has none */
		return STATUS_OK;
	for (size_t i = 0; i < m->keys->n; i++)
		if (m->keys->keys[i].generation == generation)
			return STATUS_OK;
	(void)snprintf(name, sizeof(name), "%" PRIu32, generation);
	status = store_meta_get(m->store, MERGE_GENERATIONS, name, &known);
	buffer_release(&known);
	if (status != STATUS_NOT_FOUND)
		return status;
	status = store_meta_list(m->store, MERGE_GENERATIONS, count_one, &n);
	/* Nonsense may name any. */
	if (status != STATUS_OK || n >= KEYRING_MAX)
		return status;
	return store_meta_set(m->store, MERGE_GENERATIONS, name, "", 1);
}

int
merge_rights_decode(struct merge *m, const struct segment *s, uint32_t writer,
    struct batch *ret)
{
	struct merge quiet = *m;
	struct segment_header h = s->header; /* borrows */
	uint32_t refused = 0, ended = 0;
	int status = segment_decode(s, m->registry, m->keys->keys, m->keys->n, ret);

	quiet.judge = NULL;
	h.stream = *store_stream_id(m->store, writer);
	if (status == STATUS_OK)
		status = merge_rights_note_key(m, s);
	if (status == STATUS_OK)
		merge_ended_mark(m, ret, &h, &ended);
	/* What did not count is in no piece. */
	if (status == STATUS_OK && s->thin)
		return merge_erase_mark(m, ret, &h);
	return status == STATUS_OK ? merge_rights_mark(&quiet, ret, &h, &refused) : status;
}
