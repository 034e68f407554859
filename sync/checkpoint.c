#include "sync/checkpoint.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "sync/magic.h"

#define TIME_MAX_S INT64_C(7258118400) /* 2200-01-01 */
#define CONTEXT "kehou 1 checkpoint"

enum rule_kind {
	RULE_BELOW = 1,
	RULE_VALUES = 2
};

void
checkpoint_release(struct checkpoint *c)
{
	for (size_t i = 0; i < c->nrules; i++) {
		free(c->rules[i].values);
		free(c->rules[i].columns);
	}
	free(c->rules);
	free(c->streams);
	memset(c, 0, sizeof(*c));
}

/* ---- what may stand there ---- */

static bool
rule_valid(const struct checkpoint_rule *r)
{
	if (r->ncolumns == 0 || r->ncolumns > CHECKPOINT_MAX_COLUMNS ||
	    r->nvalues > CHECKPOINT_MAX_VALUES)
		return false;
	for (size_t i = 0; i < r->ncolumns; i++) {
		const struct checkpoint_column *c = &r->columns[i];

		if (c->table == 0 || c->table > REGISTRY_MAX_TABLE_ID || c->column < 2 ||
		    c->column >= REGISTRY_MAX_COLUMNS)
			return false;
		if (i > 0 && r->columns[i - 1].table >= c->table)
			return false;
	}
	for (size_t i = 1; i < r->nvalues; i++)
		if (r->values[i - 1] >= r->values[i])
			return false;
	return true;
}

static bool
stream_valid(const struct checkpoint *c, const struct checkpoint_stream *s)
{
	return s->stream.scope == c->scope && s->stream.epoch != 0 && s->through >= 1 &&
	    s->through <= INT64_MAX && s->pieces <= CHECKPOINT_MAX_PIECES &&
	    sodium_is_zero(s->rest, HASH_BYTES) == (s->pieces == 0);
}

static bool
checkpoint_valid(const struct checkpoint *c)
{
	if (!stream_county_valid(c->county) || c->scope == SCOPE_COUNTY ||
	    !stream_scope_valid(c->scope) || c->number < 1 ||
	    c->time_s < 0 || c->time_s >= TIME_MAX_S ||
	    c->nrules > CHECKPOINT_MAX_RULES || c->nstreams > CHECKPOINT_MAX_STREAMS)
		return false;
	for (size_t i = 0; i < c->nrules; i++)
		if (!rule_valid(&c->rules[i]))
			return false;
	for (size_t i = 0; i < c->nstreams; i++)
		if (!stream_valid(c, &c->streams[i]) || (i > 0 &&
		    stream_id_compare(&c->streams[i - 1].stream,
		    &c->streams[i].stream) >= 0))
			return false;
	return true;
}

/* ---- bytes ---- */

static void
put_rule(struct buffer *b, const struct checkpoint_rule *r)
{
	buffer_put_u8(b, r->nvalues > 0 ? RULE_VALUES : RULE_BELOW);
	if (r->nvalues > 0)
		buffer_put_varint(b, r->nvalues);
	else
		buffer_put_zigzag(b, r->below);
	/* Ids of rows come in runs: differences are short. */
	for (size_t i = 0; i < r->nvalues; i++) {
		if (i == 0)
			buffer_put_zigzag(b, r->values[i]);
		else
			buffer_put_varint(b, (uint64_t)r->values[i] -
			    (uint64_t)r->values[i - 1]);
	}
	buffer_put_varint(b, r->ncolumns);
	for (size_t i = 0; i < r->ncolumns; i++) {
		buffer_put_varint(b, r->columns[i].table);
		buffer_put_varint(b, r->columns[i].column);
	}
}

void
checkpoint_encode(const struct checkpoint *c, struct buffer *b)
{
	magic_put(b, 'P');
	buffer_put_varint(b, c->county);
	buffer_put_varint(b, c->scope);
	buffer_put_varint(b, c->number);
	buffer_put_zigzag(b, c->time_s);
	buffer_put_varint(b, c->nrules);
	for (size_t i = 0; i < c->nrules; i++)
		put_rule(b, &c->rules[i]);
	buffer_put_varint(b, c->nstreams);
	for (size_t i = 0; i < c->nstreams; i++) {
		const struct checkpoint_stream *s = &c->streams[i];

		stream_id_put(b, &s->stream);
		buffer_put_varint(b, s->through);
		buffer_put(b, s->hash, HASH_BYTES);
		buffer_put_varint(b, s->pieces);
		if (s->pieces > 0)
			buffer_put(b, s->rest, HASH_BYTES);
	}
}

int
checkpoint_build(const struct checkpoint *c, const uint8_t issuing_sk[64],
    struct buffer *ret)
{
	struct buffer b = BUFFER_INIT;
	uint8_t hash[HASH_BYTES], sig[SIGNATURE_BYTES];
	int status;

	if (!checkpoint_valid(c))
		return STATUS_USAGE;
	checkpoint_encode(c, &b);
	status = buffer_status(&b);
	if (status == STATUS_OK && b.len > CHECKPOINT_MAX_BYTES - SIGNATURE_BYTES)
		status = STATUS_TOO_LARGE;
	if (status == STATUS_OK) {
		hash_bytes(CONTEXT, b.data, b.len, hash);
		crypto_sign_detached(sig, NULL, hash, sizeof(hash), issuing_sk);
		buffer_put(ret, b.data, b.len);
		buffer_put(ret, sig, sizeof(sig));
		status = buffer_status(ret);
	}
	buffer_release(&b);
	return status;
}

static int
read_values(struct reader *r, struct checkpoint_rule *rule)
{
	size_t n = reader_count(r, CHECKPOINT_MAX_VALUES);

	if (n == 0) {
		reader_fail(r);
		return STATUS_OK;
	}
	rule->values = calloc(n, sizeof(*rule->values));
	if (rule->values == NULL)
		return STATUS_NOMEM;
	rule->nvalues = n;
	rule->values[0] = reader_zigzag(r);
	for (size_t i = 1; i < n; i++) {
		uint64_t step = reader_varint(r);

		/* Unsigned: past the last number it would come round. */
		if (step == 0 || step > (uint64_t)INT64_MAX - (uint64_t)rule->values[i - 1])
			reader_fail(r);
		rule->values[i] = (int64_t)((uint64_t)rule->values[i - 1] + step);
	}
	return STATUS_OK;
}

static int
read_rule(struct reader *r, struct checkpoint_rule *rule)
{
	uint8_t kind = reader_u8(r);
	size_t n;
	int status = STATUS_OK;

	if (kind == RULE_BELOW)
		rule->below = reader_zigzag(r);
	else if (kind == RULE_VALUES)
		status = read_values(r, rule);
	else
		reader_fail(r);
	n = reader_count(r, CHECKPOINT_MAX_COLUMNS);
	if (status != STATUS_OK || n == 0)
		return status;
	rule->columns = calloc(n, sizeof(*rule->columns));
	if (rule->columns == NULL)
		return STATUS_NOMEM;
	rule->ncolumns = n;
	for (size_t i = 0; i < n; i++) {
		uint64_t table = reader_varint(r), column = reader_varint(r);

		if (table > REGISTRY_MAX_TABLE_ID || column >= REGISTRY_MAX_COLUMNS)
			reader_fail(r);
		rule->columns[i] = (struct checkpoint_column){ (uint16_t)table,
		    (uint16_t)column };
	}
	return STATUS_OK;
}

static void
read_stream(struct reader *r, struct checkpoint_stream *s)
{
	uint64_t pieces;

	stream_id_read(r, &s->stream);
	s->through = reader_varint(r);
	reader_copy(r, s->hash, HASH_BYTES);
	pieces = reader_varint(r);
	if (pieces > CHECKPOINT_MAX_PIECES)
		reader_fail(r);
	s->pieces = (uint32_t)pieces;
	if (pieces > 0)
		reader_copy(r, s->rest, HASH_BYTES);
}

static int
read_body(struct reader *r, struct checkpoint *c)
{
	int status = STATUS_OK;
	size_t n;

	c->county = reader_varint(r);
	c->scope = reader_varint(r);
	c->number = reader_varint(r);
	c->time_s = reader_zigzag(r);
	n = reader_count(r, CHECKPOINT_MAX_RULES);
	c->rules = calloc(n + 1, sizeof(*c->rules));
	if (c->rules == NULL)
		return STATUS_NOMEM;
	for (; status == STATUS_OK && !r->failed && c->nrules < n; c->nrules++)
		status = read_rule(r, &c->rules[c->nrules]);
	n = status == STATUS_OK ? reader_count(r, CHECKPOINT_MAX_STREAMS) : 0;
	c->streams = calloc(n + 1, sizeof(*c->streams));
	if (c->streams == NULL)
		return STATUS_NOMEM;
	for (; !r->failed && c->nstreams < n; c->nstreams++)
		read_stream(r, &c->streams[c->nstreams]);
	reader_take(r, SIGNATURE_BYTES);
	return status == STATUS_OK ? reader_status(r) : status;
}

int
checkpoint_parse(const uint8_t *data, size_t len, struct checkpoint *ret,
    size_t *ret_head)
{
	struct checkpoint c = {0};
	struct reader r;
	int status;

	if (len > CHECKPOINT_MAX_BYTES)
		return STATUS_TOO_LARGE;
	reader_init(&r, data, len);
	status = magic_read(&r, 'P');
	if (status == STATUS_OK)
		status = read_body(&r, &c);
	if (status == STATUS_OK && !checkpoint_valid(&c))
		status = STATUS_MALFORMED;
	if (status != STATUS_OK) {
		checkpoint_release(&c);
		return status;
	}
	*ret = c;
	*ret_head = len - r.left;
	return STATUS_OK;
}

int
checkpoint_read(const uint8_t *data, size_t len, uint64_t county,
    const uint8_t issuing_pk[32], struct checkpoint *ret, size_t *ret_head)
{
	struct checkpoint c;
	size_t head;
	int status = checkpoint_parse(data, len, &c, &head);

	if (status != STATUS_OK)
		return status;
	if (c.county != county)
		status = STATUS_FOREIGN;
	else
		status = identity_verify(issuing_pk, CONTEXT, data, head - SIGNATURE_BYTES,
		    data + head - SIGNATURE_BYTES);
	if (status != STATUS_OK) {
		checkpoint_release(&c);
		return status;
	}
	*ret = c;
	*ret_head = head;
	return STATUS_OK;
}

/* ---- the rest ---- */

int
checkpoint_pieces(const struct checkpoint *c, const uint8_t *rest, size_t len,
    checkpoint_visit *visit, void *ctx)
{
	struct reader r;

	reader_init(&r, rest, len);
	for (size_t i = 0; i < c->nstreams; i++) {
		for (uint32_t n = 0; n < c->streams[i].pieces; n++) {
			size_t size;
			const uint8_t *piece = reader_bytes(&r, CHECKPOINT_MAX_BYTES, &size);
			int status = piece == NULL ? STATUS_TRUNCATED :
			    visit(ctx, &c->streams[i], piece, size);

			if (status != STATUS_OK)
				return status;
		}
	}
	return reader_end(&r);
}

struct checking {
	const struct checkpoint *c;
	const struct checkpoint_stream *of;
	uint8_t prev[HASH_BYTES];
	uint64_t last;      /* sequence of the piece before */
	uint32_t n;         /* pieces of this stream so far */
};

static int
check_piece(void *ctx, const struct checkpoint_stream *of, const uint8_t *packed,
    size_t len)
{
	struct checking *k = ctx;
	struct segment s = {0};
	int status = segment_open(packed, len, &s);

	if (k->of != of) {
		memset(k->prev, 0, HASH_BYTES);
		k->of = of;
		k->last = 0;
		k->n = 0;
	}
	if (status == STATUS_OK && (!s.thin || s.header.first <= k->last ||
	    s.header.first + s.header.count - 1 > of->through ||
	    stream_id_compare(&s.header.stream, &of->stream) != 0))
		status = STATUS_MALFORMED;
	k->last = s.header.first + s.header.count - 1;
	if (status == STATUS_OK)
		status = segment_hash(&s, k->c->county, k->prev, k->prev);
	if (status == STATUS_OK && ++k->n == of->pieces &&
	    memcmp(k->prev, of->rest, HASH_BYTES) != 0)
		status = STATUS_BAD_SIGNATURE;
	segment_release(&s);
	return status;
}

int
checkpoint_check(const struct checkpoint *c, const uint8_t *rest, size_t len)
{
	struct checking k = { .c = c };

	return checkpoint_pieces(c, rest, len, check_piece, &k);
}

/* ---- rules ---- */

size_t
checkpoint_match(const struct checkpoint *c, const struct registry_table *t,
    struct checkpoint_match ret[CHECKPOINT_MAX_RULES])
{
	size_t n = 0;

	for (size_t i = 0; c != NULL && i < c->nrules; i++) {
		const struct checkpoint_rule *r = &c->rules[i];

		for (size_t k = 0; k < r->ncolumns && r->columns[k].table <= t->id; k++) {
			int at = registry_column(t, r->columns[k].column);

			/* Only keys are the same in all writes of a row. */
			if (r->columns[k].table == t->id && at > 0 && at < t->nkeys)
				ret[n++] = (struct checkpoint_match){ r, (unsigned)at };
		}
	}
	return n;
}

static int
compare_ints(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return x < y ? -1 : x > y;
}

bool
checkpoint_ends(const struct checkpoint_match *matches, size_t n,
    const struct value *keys)
{
	for (size_t i = 0; i < n; i++) {
		const struct checkpoint_rule *r = matches[i].rule;
		const struct value *v = &keys[matches[i].at];

		if (v->type != VALUE_INT)
			continue;
		if (r->nvalues == 0 ? v->i < r->below : bsearch(&v->i, r->values, r->nvalues,
		    sizeof(*r->values), compare_ints) != NULL)
			return true;
	}
	return false;
}

static bool
same_columns(const struct checkpoint_rule *a, const struct checkpoint_rule *b)
{
	return a->ncolumns == b->ncolumns && memcmp(a->columns, b->columns,
	    a->ncolumns * sizeof(*a->columns)) == 0;
}

/* Another's values into a rule of the same columns. */
static int
join_values(struct checkpoint_rule *r, const struct checkpoint_rule *other)
{
	int64_t *all = calloc(r->nvalues + other->nvalues, sizeof(*all));
	size_t n = 0, i = 0, k = 0;

	if (all == NULL)
		return STATUS_NOMEM;
	while (i < r->nvalues || k < other->nvalues) {
		if (k == other->nvalues || (i < r->nvalues &&
		    r->values[i] < other->values[k])) {
			all[n++] = r->values[i++];
			continue;
		}
		i += i < r->nvalues && r->values[i] == other->values[k];
		all[n++] = other->values[k++];
	}
	free(r->values);
	r->values = all;
	r->nvalues = n;
	return n > CHECKPOINT_MAX_VALUES ? STATUS_TOO_LARGE : STATUS_OK;
}

static int
add_copy(struct checkpoint *c, const struct checkpoint_rule *other)
{
	struct checkpoint_rule r = { .below = other->below };
	struct checkpoint_rule *rules;

	if (c->nrules >= CHECKPOINT_MAX_RULES)
		return STATUS_TOO_LARGE;
	rules = realloc(c->rules, (c->nrules + 1) * sizeof(*rules));
	if (rules == NULL)
		return STATUS_NOMEM;
	c->rules = rules;
	r.columns = calloc(other->ncolumns, sizeof(*r.columns));
	if (r.columns == NULL)
		return STATUS_NOMEM;
	r.ncolumns = other->ncolumns;
	memcpy(r.columns, other->columns, r.ncolumns * sizeof(*r.columns));
	c->rules[c->nrules++] = r;
	return other->nvalues == 0 ? STATUS_OK :
	    join_values(&c->rules[c->nrules - 1], other);
}

int
checkpoint_join(struct checkpoint *c, const struct checkpoint *other)
{
	int status = STATUS_OK;

	for (size_t i = 0; status == STATUS_OK && i < other->nrules; i++) {
		const struct checkpoint_rule *o = &other->rules[i];
		struct checkpoint_rule *r = NULL;

		for (size_t k = 0; k < c->nrules && r == NULL; k++)
			if ((c->rules[k].nvalues > 0) == (o->nvalues > 0) &&
			    same_columns(&c->rules[k], o))
				r = &c->rules[k];
		if (r == NULL)
			status = add_copy(c, o);
		else if (o->nvalues > 0)
			status = join_values(r, o);
		else if (o->below > r->below)
			r->below = o->below;
	}
	return status;
}
