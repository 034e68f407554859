/* An erased person's words, looked for in every byte that nodes keep. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/sim/county.h"

/* Every word stands once: 甲 and its number. */
static const uint8_t mark[] = { 0xe7, 0x94, 0xb2 };

struct search {
	struct county *c;
	struct county_node *n;
	bool *gone;                /* by number of the word */
	const char *where;
};

static void
look_through(const struct search *s, const uint8_t *data, size_t len)
{
	const uint8_t *p = data, *end = data + len;

	while (p < end && (p = memchr(p, mark[0], (size_t)(end - p))) != NULL) {
		unsigned word = 0;

		if ((size_t)(end - p) < sizeof(mark) || memcmp(p, mark, sizeof(mark)) != 0) {
			p++;
			continue;
		}
		p += sizeof(mark);
		while (p < end && *p >= '0' && *p <= '9' && word <= s->c->next_name)
			word = word * 10 + (unsigned)(*p++ - '0');
		if (word > 0 && word <= s->c->next_name && s->gone[word])
			county_fail(s->c, "node %u still has word %u of an erased person "
			    "in %s", s->n->index, word, s->where);
	}
}

static void
look_into_file(void *ctx, const char *path, const uint8_t *data, size_t len)
{
	struct search *s = ctx;

	s->where = path;
	look_through(s, data, len);
}

static void
look_into_packed(struct search *s, const uint8_t *packed, size_t len)
{
	struct segment seg = {0};

	if (segment_open(packed, len, &seg) == STATUS_OK)
		look_through(s, seg.bytes.data, seg.bytes.len);
	segment_release(&seg);
}

static int
look_into_segment(void *ctx, const struct store_segment *seg)
{
	look_into_packed(ctx, seg->packed, seg->packed_len);
	return 0;
}

static int
look_into_held(void *ctx, const struct store_held *h)
{
	if (h->packed != NULL)
		look_into_packed(ctx, h->packed, h->packed_len);
	return 0;
}

static int
look_into_piece(void *ctx, const struct checkpoint_stream *of, const uint8_t *packed,
    size_t len)
{
	(void)of;
	look_into_packed(ctx, packed, len);
	return 0;
}

/* What checkpoints left of the history. */
static void
look_into_pieces(struct search *s)
{
	struct store *store = replica_store(s->n->r);

	s->where = "a piece before a checkpoint";
	for (unsigned i = 0; i < 2 * s->c->schools; i++) {
		struct buffer head = BUFFER_INIT, rest = BUFFER_INIT;
		struct checkpoint cp = {0};
		size_t len;

		if (store_checkpoint_get(store, COUNTY_FIRST_SCHOOL + i / 2, i % 2 == 1, &head,
		    &rest, NULL) == STATUS_OK &&
		    (checkpoint_parse(head.data, head.len, &cp, &len) != STATUS_OK ||
		    checkpoint_pieces(&cp, rest.data, rest.len, look_into_piece, s) !=
		    STATUS_OK))
			county_fail(s->c, "node %u: no pieces", s->n->index);
		checkpoint_release(&cp);
		buffer_release(&head);
		buffer_release(&rest);
	}
}

/* The words of whom somebody knows to be erased who knows this. */
static bool
words_of(struct county *c, const struct model_set *known, bool *ret)
{
	bool any = false;

	for (unsigned i = 0; i < c->model->n; i++) {
		const struct model_tx *e = &c->model->txs[i];

		if (!model_has(known, i) || e->n == 0 ||
		    e->writes[0].table != MODEL_ERASURE)
			continue;
		for (unsigned k = 0; k < c->model->n; k++) {
			const struct model_write *w = &c->model->txs[k].writes[0];
			int64_t word = w->table == MODEL_MARK ? w->values[2] :
			    w->values[0] > 0 ? w->values[0] : w->values[MODEL_ADDRESS];

			if (c->model->txs[k].n == 0 || w->scope != e->scope ||
			    w->key != e->writes[0].key || word <= 0 ||
			    (w->table != MODEL_PUPIL && w->table != MODEL_MARK))
				continue;
			ret[word] = any = true;
		}
	}
	return any;
}

void
county_check_gone(struct county *c, struct county_node *n, const struct model_set *known)
{
	struct search s = { .c = c, .n = n };
	struct store *store = replica_store(n->r);

	s.gone = calloc(c->next_name + 1, sizeof(*s.gone));
	if (s.gone == NULL)
		abort();
	if (words_of(c, known, s.gone)) {
		s.where = "a segment";
		for (uint32_t w = 1; w <= store_stream_count(store); w++)
			if (store_segments(store, w, 0, look_into_segment, &s) < 0)
				county_fail(c, "node %u: no segments", n->index);
		s.where = "a held segment";
		if (store_held(store, 0, look_into_held, &s) < 0)
			county_fail(c, "node %u: no held segments", n->index);
		look_into_pieces(&s);
		sim_each(c->world, n->dir, look_into_file, &s);
		sim_each_synced(c->world, n->dir, look_into_file, &s);
	}
	free(s.gone);
}

void
county_check_erased(struct county *c)
{
	for (unsigned i = 0; i < c->nnodes; i++)
		if (c->nodes[i].r != NULL && !c->nodes[i].hostile)
			county_check_gone(c, &c->nodes[i], &c->nodes[i].known);
}
