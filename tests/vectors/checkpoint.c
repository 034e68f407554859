#include "tests/vectors/checkpoint.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "tests/vectors/segment.h"

const char *const checkpoint_vector_sizes[3] = { "small", "several", "maximal" };

void
checkpoint_vector_key(uint8_t ret_pk[32], uint8_t ret_sk[64])
{
	static const uint8_t seed[32] = {11};

	crypto_sign_seed_keypair(ret_pk, ret_sk, seed);
}

static json_t *
hex(const void *p, size_t len)
{
	char text[2 * HASH_BYTES + 1];

	sodium_bin2hex(text, sizeof(text), p, len);
	return json_string(text);
}

/* Above 2^53 a string. */
static json_t *
number(int64_t v)
{
	const int64_t most = INT64_C(1) << 53;
	char text[24];

	if (v <= most && v >= -most)
		return json_integer(v);
	(void)snprintf(text, sizeof(text), "%lld", (long long)v);
	return json_string(text);
}

static json_t *
counted(uint64_t v)
{
	char text[24];

	if (v <= INT64_C(1) << 53)
		return json_integer((json_int_t)v);
	(void)snprintf(text, sizeof(text), "%llu", (unsigned long long)v);
	return json_string(text);
}

/* Of a segment's vector every nth row stays; of the table with private leaves, which
 * stay or go whole, all or none. */
static int
make_piece(enum segment_vector_size size, uint32_t nth, struct checkpoint_stream *ret,
    struct buffer *ret_rest, json_t *pieces)
{
	struct buffer whole = BUFFER_INIT, piece = BUFFER_INIT;
	struct segment s = {0}, thin = {0};
	uint32_t rows = 0;
	struct batch all, b;
	json_t *places = json_array();
	int status;

	batch_init(&all);
	batch_init(&b);
	status = segment_vector(size, &whole, &all, ret->hash);
	if (status == STATUS_OK)
		status = segment_open(whole.data, whole.len, &s);
	if (status == STATUS_OK)
		status = segment_facts(&s, &segment_vector_registry, &b);
	for (uint32_t i = 0; status == STATUS_OK && i < b.ntables; i++) {
		struct batch_table *t = &b.tables[i];
		json_t *left = json_array();

		for (uint32_t row = 0; row < t->nrows; row++) {
			bool stays = t->id == 33 ? size == SEGMENT_SEVERAL : row % nth == 0;

			t->rows[row].slow = stays ? 0 : 2;
			if (stays)
				json_array_append_new(left, json_pack("[i, i]", (int)row,
				    (int)t->rows[row].tx));
		}
		if (json_array_size(left) > 0)
			json_array_append_new(places, json_pack("{s:i, s:i, s:O}", "id", t->id,
			    "of", (int)t->nrows, "rows", left));
		json_decref(left);
	}
	if (status == STATUS_OK)
		status = segment_thin(&s, &segment_vector_registry, &b, &piece, &rows);
	if (status == STATUS_OK)
		status = segment_open(piece.data, piece.len, &thin);
	memset(ret->rest, 0, HASH_BYTES);
	if (status == STATUS_OK)
		status = segment_hash(&thin, SEGMENT_VECTOR_COUNTY, ret->rest, ret->rest);
	ret->stream = s.header.stream;
	ret->through = s.header.first + s.header.count - 1;
	ret->pieces = 1;
	buffer_put_bytes(ret_rest, piece.data, piece.len);
	json_array_append_new(pieces, json_pack("{s:I, s:i, s:i, s:i, s:o}", "first",
	    (json_int_t)s.header.first, "count", (int)s.header.count, "leaves",
	    (int)thin.nleaves, "erased", (int)thin.nerased, "tables", places));
	segment_release(&s);
	segment_release(&thin);
	batch_release(&all);
	batch_release(&b);
	buffer_release(&whole);
	buffer_release(&piece);
	return status;
}

static json_t *
rule_json(const struct checkpoint_rule *r)
{
	json_t *j = json_object(), *list = json_array();

	for (size_t i = 0; i < r->nvalues; i++)
		json_array_append_new(list, number(r->values[i]));
	if (r->nvalues > 0) {
		json_object_set_new(j, "values", list);
	} else {
		json_object_set_new(j, "below", number(r->below));
		json_decref(list);
	}
	list = json_array();
	for (size_t i = 0; i < r->ncolumns; i++)
		json_array_append_new(list, json_pack("[i, i]", r->columns[i].table,
		    r->columns[i].column));
	json_object_set_new(j, "columns", list);
	return j;
}

static json_t *
stream_json(const struct checkpoint_stream *s)
{
	const struct stream_id *id = &s->stream;

	return json_pack("{s:{s:o, s:o, s:o, s:i, s:o}, s:o, s:o, s:i, s:o}", "stream",
	    "node", hex(id->node.b, NODE_ID_BYTES), "epoch", number((int64_t)id->epoch),
	    "scope", number((int64_t)id->scope), "lane", id->lane, "fork",
	    hex(id->fork, sizeof(id->fork)), "through", number((int64_t)s->through), "hash",
	    hex(s->hash, HASH_BYTES), "pieces", (int)s->pieces, "rest",
	    hex(s->rest, HASH_BYTES));
}

static json_t *
fields_json(const struct checkpoint *c, json_t *pieces)
{
	json_t *rules = json_array(), *streams = json_array();

	for (size_t i = 0; i < c->nrules; i++)
		json_array_append_new(rules, rule_json(&c->rules[i]));
	for (size_t i = 0; i < c->nstreams; i++)
		json_array_append_new(streams, stream_json(&c->streams[i]));
	return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "county",
	    number((int64_t)c->county), "scope", number((int64_t)c->scope), "number",
	    counted(c->number), "time_s", number(c->time_s), "rules", rules,
	    "streams", streams, "pieces", pieces);
}

int
checkpoint_vector(enum checkpoint_vector_size size, struct buffer *ret,
    json_t **ret_json)
{
	static struct checkpoint_column days[] = { {30, 2}, {31, 2}, {33, 2} };
	static struct checkpoint_column persons[] = { {31, 6}, {33, 6} };
	static int64_t ids[] = { 5, 6, 900 };
	static int64_t all[] = { INT64_MIN, -1, 0, INT64_MAX - 1, INT64_MAX };
	bool max = size == CHECKPOINT_MAXIMAL;
	struct checkpoint_rule rules[] = {
		{ .below = max ? INT64_MIN : 8644, .columns = days, .ncolumns = 3 },
		{ .values = max ? all : ids, .nvalues = max ? 5 : 3, .columns = persons,
		    .ncolumns = 2 },
	};
	struct checkpoint_stream streams[2] = {{ .pieces = 0 }};
	struct checkpoint c = { .county = SEGMENT_VECTOR_COUNTY,
	    .number = max ? UINT64_MAX : 1 + (uint64_t)size,
	    .time_s = max ? INT64_C(7258118399) : 1795500000, .rules = rules,
	    .nrules = size == CHECKPOINT_SMALL ? 1 : 2, .streams = streams };
	struct buffer rest = BUFFER_INIT;
	json_t *pieces = json_array();
	uint8_t pk[32], sk[64];
	int status = make_piece(max ? SEGMENT_MAXIMAL : SEGMENT_SEVERAL, max ? 40 : 2,
	    &streams[0], &rest, pieces);

	c.scope = streams[0].stream.scope;
	c.nstreams = size == CHECKPOINT_SMALL ? 0 : 2;
	streams[1].stream = streams[0].stream;
	streams[1].stream.lane = LANE_URGENT;
	streams[1].through = max ? INT64_MAX : 7;
	memset(streams[1].hash, 0xab, HASH_BYTES);
	if (size == CHECKPOINT_SMALL) {
		rest.len = 0;
		json_array_clear(pieces);
	}
	checkpoint_vector_key(pk, sk);
	if (status == STATUS_OK)
		status = checkpoint_build(&c, sk, ret);
	buffer_put(ret, rest.data, rest.len);
	if (status == STATUS_OK)
		status = buffer_status(ret);
	*ret_json = json_pack("{s:s, s:{s:o}, s:o}", "kind", "checkpoint", "keys",
	    "issuing_pk", hex(pk, sizeof(pk)), "fields", fields_json(&c, pieces));
	buffer_release(&rest);
	return status;
}
