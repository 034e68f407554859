#include "tests/sim/model.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The rules of docs/FORMAT.md, said once more. */
#define EPOCH_2000_S INT64_C(946684800)
#define CLOCK_FLOOR_S INT64_C(1596153600) /* 2020-07-31 */
#define COUNTER_BITS 8

void
model_add(struct model_set *s, unsigned tx)
{
	assert(tx < MODEL_MAX_TXS);
	s->words[tx / 64] |= UINT64_C(1) << tx % 64;
}

bool
model_has(const struct model_set *s, unsigned tx)
{
	return s->words[tx / 64] >> tx % 64 & 1;
}

void
model_union(struct model_set *s, const struct model_set *more)
{
	for (unsigned i = 0; i < MODEL_WORDS; i++)
		s->words[i] |= more->words[i];
}

int
model_lacks(const struct model_set *a, const struct model_set *b)
{
	for (unsigned i = 0; i < MODEL_WORDS; i++)
		for (unsigned k = 0; (a->words[i] & ~b->words[i]) != 0 && k < 64; k++)
			if ((a->words[i] & ~b->words[i]) >> k & 1)
				return (int)(64 * i + k);
	return -1;
}

struct model *
model_new(void)
{
	struct model *m = calloc(1, sizeof(*m));

	assert(m != NULL);
	m->txs = calloc(MODEL_MAX_TXS, sizeof(*m->txs));
	assert(m->txs != NULL);
	for (unsigned t = 0; t < MODEL_TABLES; t++)
		for (unsigned c = 0; c < MODEL_COLUMNS; c++)
			m->missing[t][c] = MODEL_NONE;
	m->missing[MODEL_MARK][0] = 1;
	m->missing[MODEL_ERASURE][0] = 1;
	m->text[MODEL_PUPIL][0] = m->text[MODEL_PUPIL][2] = true;
	m->text[MODEL_PUPIL][MODEL_ADDRESS] = true;
	m->text[MODEL_MARK][2] = true;
	m->text[MODEL_INCIDENT][0] = m->text[MODEL_MESSAGE][0] = true;
	return m;
}

void
model_free(struct model *m)
{
	for (unsigned i = 0; i < m->nstreams; i++)
		free(m->streams[i].txs);
	free(m->streams);
	free(m->txs);
	free(m);
}

struct model_stream *
model_stream(struct model *m, const struct stream_id *id, unsigned copy)
{
	for (unsigned i = 0; i < m->nstreams; i++)
		if (m->streams[i].copy == copy &&
		    stream_id_compare(&m->streams[i].id, id) == 0)
			return &m->streams[i];
	if (m->nstreams == m->stream_cap) {
		m->stream_cap = m->stream_cap ? 2 * m->stream_cap : 64;
		m->streams = realloc(m->streams, m->stream_cap * sizeof(*m->streams));
		assert(m->streams != NULL);
	}
	m->streams[m->nstreams] = (struct model_stream){ .id = *id, .copy = copy };
	return &m->streams[m->nstreams++];
}

void
model_append(struct model_stream *s, unsigned tx)
{
	if (s->n == s->cap) {
		s->cap = s->cap ? 2 * s->cap : 16;
		s->txs = realloc(s->txs, s->cap * sizeof(*s->txs));
		assert(s->txs != NULL);
	}
	s->txs[s->n++] = tx;
}

/* --- States --------------------------------------------------------------- */

static unsigned
slot_of(const struct model_state *s, enum model_table table, uint64_t scope,
    int64_t key, int64_t key2)
{
	uint64_t h = (uint64_t)key * UINT64_C(0x9e3779b97f4a7c15) ^
	    (uint64_t)key2 * UINT64_C(0xc2b2ae3d27d4eb4f) ^ scope * 31 ^ (uint64_t)table;
	unsigned i = (unsigned)((h ^ h >> 29) % s->nindex);

	while (s->index[i] >= 0) {
		const struct model_row *r = &s->rows[s->index[i]];

		if (r->table == table && r->scope == scope && r->key == key &&
		    r->key2 == key2)
			break;
		i = (i + 1) % s->nindex;
	}
	return i;
}

struct model_row *
model_find(struct model_state *s, enum model_table table, uint64_t scope,
    int64_t key, int64_t key2)
{
	int32_t at = s->index[slot_of(s, table, scope, key, key2)];

	return at < 0 ? NULL : &s->rows[at];
}

static struct model_row *
row_for(const struct model *m, struct model_state *s, const struct model_write *w)
{
	unsigned i = slot_of(s, w->table, w->scope, w->key, w->key2);
	struct model_row *r;

	if (s->index[i] >= 0)
		return &s->rows[s->index[i]];
	if (s->n == s->cap) {
		s->cap = s->cap ? 2 * s->cap : 64;
		s->rows = realloc(s->rows, s->cap * sizeof(*s->rows));
		assert(s->rows != NULL);
	}
	s->index[i] = (int32_t)s->n;
	r = &s->rows[s->n++];
	memset(r, 0, sizeof(*r));
	r->table = w->table;
	r->scope = w->scope;
	r->key = w->key;
	r->key2 = w->key2;
	memcpy(r->values, m->missing[w->table], sizeof(r->values));
	return r;
}

/* Order of two values of one column when stamp and author are alike. */
static int
compare_values(bool text, int64_t a, int64_t b)
{
	char x[24], y[24];

	if (a == b || !text || a == MODEL_NONE || b == MODEL_NONE)
		return (a > b) - (a < b);
	(void)snprintf(x, sizeof(x), "%lld", (long long)a);
	(void)snprintf(y, sizeof(y), "%lld", (long long)b);
	return strcmp(x, y);
}

static bool
wins(const struct model *m, const struct model_row *r, const struct model_write *w,
    const struct node_id *author, unsigned c)
{
	int64_t missing = m->missing[w->table][c];
	int d;

	if (r->stamps[c] != w->stamp)
		return w->stamp > r->stamps[c];
	d = node_id_compare(author, &r->authors[c]);
	if (d != 0)
		return d > 0;
	if ((w->values[c] == missing) != (r->values[c] == missing))
		return r->values[c] == missing;
	return compare_values(m->text[w->table][c], w->values[c], r->values[c]) > 0;
}

static void
fold(const struct model *m, struct model_state *s, const struct model_write *w,
    const struct node_id *author)
{
	struct model_row *r = row_for(m, s, w);

	if (w->length < r->length)
		return;
	if (w->length > r->length) {
		r->length = w->length;
		r->dead = 0;
		memcpy(r->values, m->missing[w->table], sizeof(r->values));
		memset(r->stamps, 0, sizeof(r->stamps));
	}
	if (w->length % 2 == 0) {
		r->dead = w->stamp > r->dead ? w->stamp : r->dead;
		return;
	}
	for (unsigned c = 0; c < MODEL_COLUMNS; c++) {
		if (!(w->mask >> c & 1) || !wins(m, r, w, author, c))
			continue;
		r->values[c] = w->values[c];
		r->stamps[c] = w->stamp;
		r->authors[c] = *author;
	}
}

/* Names, free text and private facts. */
static const uint8_t words_of[MODEL_TABLES] = { [MODEL_PUPIL] = 1 | 4 | 8,
	[MODEL_MARK] = 4 };

static void
erase(const struct model *m, struct model_state *s, const struct model_write *w)
{
	for (unsigned i = 0; i < s->n; i++) {
		struct model_row *r = &s->rows[i];

		if (words_of[r->table] == 0 || r->scope != w->scope || r->key != w->key)
			continue;
		r->erased = true;
		for (unsigned c = 0; c < MODEL_COLUMNS; c++) {
			if (!(words_of[r->table] >> c & 1))
				continue;
			r->values[c] = m->missing[r->table][c];
			r->stamps[c] = 0;
		}
	}
}

static bool
is_ended(const struct model_tx *end, enum model_table table, uint64_t scope, int64_t key,
    int64_t key2)
{
	if (!end->ends || end->scope != scope)
		return false;
	if ((table == MODEL_PUPIL || table == MODEL_MARK) && key == end->child &&
	    end->child != 0)
		return true;
	return table == MODEL_MARK && key2 / 4 < end->below;
}

bool
model_ends(const struct model *m, const struct model_set *known,
    const struct model_write *w)
{
	for (unsigned i = 0; i < m->n; i++)
		if (m->txs[i].ends && model_has(known, i) && w->key != 0 &&
		    is_ended(&m->txs[i], w->table, w->scope, w->key, w->key2))
			return true;
	return false;
}

static void
end(struct model_state *s, const struct model_tx *tx)
{
	for (unsigned i = 0; i < s->n; i++) {
		struct model_row *r = &s->rows[i];

		if (!is_ended(tx, r->table, r->scope, r->key, r->key2))
			continue;
		r->ended = true;
		r->length = 0;
	}
}

uint8_t
model_may_lack(const struct model *m, const struct model_row *r, bool erasing)
{
	if (r->erased && erasing)
		return words_of[r->table];
	for (unsigned i = 0; !r->erased && i < m->nerased; i++)
		if (m->erased[i].scope == r->scope && m->erased[i].key == r->key)
			return words_of[r->table];
	return 0;
}

bool
model_only_words(const struct model *m, const struct model_write *w)
{
	bool erased = false;

	for (unsigned i = 0; i < m->nerased; i++)
		erased |= m->erased[i].scope == w->scope && m->erased[i].key == w->key;
	return erased && !w->whole && w->mask != 0 && (w->mask & ~words_of[w->table]) == 0;
}

void
model_state(const struct model *m, const struct model_set *known, uint64_t scope,
    struct model_state *ret)
{
	bool any = false;

	*ret = (struct model_state){ .nindex = 4 * m->n + 16 };
	ret->index = malloc(ret->nindex * sizeof(*ret->index));
	assert(ret->index != NULL);
	memset(ret->index, 0xff, ret->nindex * sizeof(*ret->index));
	for (unsigned i = 0; i < m->n; i++) {
		const struct model_tx *tx = &m->txs[i];

		if (!model_has(known, i) ||
		    (scope != 0 && tx->scope != 0 && tx->scope != scope))
			continue;
		for (unsigned k = 0; k < tx->n; k++)
			fold(m, ret, &tx->writes[k], &tx->author);
		any |= tx->n > 0 && tx->writes[0].table == MODEL_ERASURE;
	}
	for (unsigned i = 0; any && i < m->n; i++)
		if (model_has(known, i) && m->txs[i].n > 0 &&
		    m->txs[i].writes[0].table == MODEL_ERASURE)
			erase(m, ret, &m->txs[i].writes[0]);
	for (unsigned i = 0; i < m->n; i++)
		if (m->txs[i].ends && model_has(known, i))
			end(ret, &m->txs[i]);
}

void
model_state_free(struct model_state *s)
{
	free(s->rows);
	free(s->index);
	*s = (struct model_state){0};
}

/* --- Local transactions --------------------------------------------------- */

/* Length and stamp of a write follow from what its author sees. */
static void
place(struct model_state *s, struct model_write *w, const struct model_author *by,
    uint64_t clock, bool gone)
{
	const struct model_row *r = model_find(s, w->table, w->scope, w->key, w->key2);
	bool alive = r != NULL && r->length % 2 == 1;
	uint8_t sees = w->table == MODEL_PUPIL ? by->sees : UINT8_MAX;

	w->stamp = clock;
	w->length = r == NULL ? 1 : r->length;
	if (gone || !alive)
		w->length = r == NULL ? 1 : r->length + 1;
	if (r == NULL)
		return;
	if (!alive && r->dead >= w->stamp)
		w->stamp = r->dead + 1;
	for (unsigned c = 0; alive && c < MODEL_COLUMNS; c++)
		if ((gone || w->mask >> c & 1) && sees >> c & 1 &&
		    r->stamps[c] >= w->stamp)
			w->stamp = r->stamps[c] + 1;
}

unsigned
model_tx(struct model *m, const struct model_author *by, uint64_t scope,
    const struct model_write *writes, unsigned n, bool gone)
{
	struct model_tx *tx = &m->txs[m->n];
	struct model_state s;
	int64_t at = by->clock_s < CLOCK_FLOOR_S ? CLOCK_FLOOR_S : by->clock_s;

	assert(m->n < MODEL_MAX_TXS && n <= 2);
	*tx = (struct model_tx){ .author = by->id, .writer = by->writer, .time_s = at,
	    .scope = scope, .n = n };
	model_state(m, by->known, scope, &s);
	for (unsigned i = 0; i < n; i++) {
		tx->writes[i] = writes[i];
		if (writes[i].table == MODEL_ERASURE)
			m->erased[m->nerased++] = (struct model_person){
			    writes[i].scope, writes[i].key };
		place(&s, &tx->writes[i], by, (uint64_t)(at - EPOCH_2000_S) << COUNTER_BITS,
		    gone);
	}
	model_state_free(&s);
	return m->n++;
}

unsigned
model_end(struct model *m, const struct model_author *by, uint64_t scope, int64_t below,
    int64_t child)
{
	unsigned tx = model_tx(m, by, scope, NULL, 0, false);

	m->txs[tx].ends = true;
	m->txs[tx].below = below;
	m->txs[tx].child = child;
	return tx;
}
