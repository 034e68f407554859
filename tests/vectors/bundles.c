#include "tests/vectors/bundles.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sync/folder.h"
#include "tests/sim/sim_env.h"

#define SEED 1
#define ITEM_HEAD_BYTES 4
#define CHUNK_BYTES 65536
#define TAG_BYTES 16

static void
fill(struct buffer *b, size_t len, unsigned number)
{
	uint8_t seed[randombytes_SEEDBYTES] = {(uint8_t)number};
	uint8_t *p = buffer_extend(b, len);

	assert(p != NULL);
	randombytes_buf_deterministic(p, len, seed);
}

static void
add_item(struct bundles_case *c, enum bundle_item kind, size_t len)
{
	size_t n = (size_t)c->manifest.items++;

	c->items[n].kind = kind;
	fill(&c->items[n].data, len, (unsigned)n);
	c->manifest.item_bytes += len;
}

static void
add_stream(struct bundles_case *c, unsigned n, bool fork, uint64_t through)
{
	struct identity node;
	struct stream_id s = {.epoch = 1 + n * UINT64_C(12345678901) % ((UINT64_C(1) << 39) - 1),
	    .scope = UINT64_C(2141000001) + n, .lane = n & 1};

	trust_node("school", n, &node);
	s.node = node.pub.id;
	if (fork)
		memset(s.fork, 0xf0, sizeof s.fork);
	assert(vector_raise(&c->manifest.vector, &s, through) == STATUS_OK);
}

static void
make_small(struct bundles_case *c)
{
	c->info.number = 3;
	c->info.roster = 2;
	c->manifest.since = 2;
	c->info.received = 1;
	c->info.replaces = 1;
	c->manifest.ended = 0;
	add_item(c, BUNDLE_SEGMENT, 100);
}

static void
make_several(struct bundles_case *c)
{
	unsigned n;

	c->info.number = 300;
	c->info.roster = 12;
	c->info.replaces = 130;
	c->info.received = 299;
	c->manifest.ended = 3;
	memset(c->manifest.heard, 0x48, sizeof c->manifest.heard);
	for (n = 0; n < 4; n++)
		add_stream(c, n, n == 3, 1000 + n);
	add_item(c, BUNDLE_SEGMENT, 700);
	add_item(c, BUNDLE_SEGMENT, 1);
	add_item(c, BUNDLE_RECEIPT, 200);
	add_item(c, BUNDLE_VERDICT, 150);
}

/* Three chunks, the longest numbers and request. */
static void
make_maximal(struct bundles_case *c)
{
	unsigned n;

	c->info.county = UINT64_MAX;
	c->info.number = UINT64_MAX;
	c->info.roster = UINT64_MAX;
	memset(c->request, 0x51, sizeof c->request);
	c->info.request = c->request;
	c->info.request_len = sizeof c->request;
	c->manifest.since = UINT64_MAX;
	c->info.replaces = UINT64_MAX;
	c->info.received = UINT64_MAX;
	c->manifest.ended = UINT64_MAX;
	for (n = 0; n < 100; n++)
		add_stream(c, n, true, UINT64_MAX);
	add_item(c, BUNDLE_SEGMENT, 131072);
	add_item(c, BUNDLE_VERDICT, 9000);
}

void
bundles_case_init(struct bundles_case *c, enum trust_size size)
{
	struct sim_world *w = sim_world_new(SEED);
	const struct env *env = sim_node(w, SEED, 0);

	memset(c, 0, sizeof *c);
	env->random(env->ctx, c->ephemeral_sk, sizeof c->ephemeral_sk);
	sim_world_free(w);
	trust_node("bundle sender", 0, &c->sender);
	trust_node("bundle recipient", 0, &c->recipient);
	c->info.county = TRUST_COUNTY;
	c->info.sender = c->sender.pub.id;
	c->info.recipient = c->recipient.pub.id;
	if (size == TRUST_SMALL)
		make_small(c);
	else if (size == TRUST_SEVERAL)
		make_several(c);
	else
		make_maximal(c);
}

void
bundles_case_release(struct bundles_case *c)
{
	size_t i;

	for (i = 0; i < BUNDLES_ITEMS_MAX; i++)
		buffer_release(&c->items[i].data);
	vector_release(&c->manifest.vector);
}

static void
must(int rc)
{
	if (rc != STATUS_OK) {
		fprintf(stderr, "bundle vector: %s\n", status_text(rc));
		abort();
	}
}

void
bundles_write(const struct bundles_case *c, struct buffer *ret)
{
	struct sim_world *w = sim_world_new(SEED);
	const struct env *env = sim_node(w, SEED, 0);
	struct bundle_writer *writer;
	struct file *file;
	uint8_t hash[HASH_BYTES];
	const uint8_t *p;
	size_t i, len;

	must(env->files->create(env->ctx, "b", &file));
	must(bundle_writer_new(env, file, &c->info, &c->sender, c->recipient.pub.seal_pk,
	    &c->manifest, &writer));
	for (i = 0; i < c->manifest.items; i++)
		must(bundle_writer_item(writer, c->items[i].kind, c->items[i].data.data,
		    c->items[i].data.len));
	must(bundle_writer_finish(writer, hash));
	bundle_writer_free(writer);
	env->files->close(env->ctx, file);
	p = sim_peek(w, "b", &len);
	buffer_put(ret, p, len);
	sim_world_free(w);
}

/* --- The second writer ---------------------------------------------------- */

void
bundles_plain(const struct bundles_case *c, struct buffer *ret)
{
	uint8_t ids[16], digest[HASH_BYTES];
	struct buffer m = BUFFER_INIT;
	size_t i, step = 1;

	memcpy(ids, c->info.sender.b, 8);
	memcpy(ids + 8, c->info.recipient.b, 8);
	hash_bytes("kehou 1 bundle pair", ids, sizeof ids, digest);
	buffer_put(&m, digest, 8);
	buffer_put_varint(&m, c->manifest.since);
	buffer_put_varint(&m, c->manifest.ended);
	buffer_put(&m, c->manifest.heard, sizeof c->manifest.heard);
	buffer_put_varint(&m, c->manifest.items);
	buffer_put_varint(&m, c->manifest.item_bytes);
	vector_put(&m, &c->manifest.vector);
	buffer_put_bytes(ret, m.data, m.len);
	buffer_release(&m);
	for (i = 0; i < c->manifest.items && i < BUNDLES_ITEMS_MAX; i++) {
		size_t len = c->items[i].data.len;

		buffer_put_u8(ret, (uint8_t)c->items[i].kind);
		buffer_put_u8(ret, (uint8_t)len);
		buffer_put_u8(ret, (uint8_t)(len >> 8));
		buffer_put_u8(ret, (uint8_t)(len >> 16));
		buffer_put(ret, c->items[i].data.data, len);
	}
	while (ret->len / step >= 64)
		step *= 2;
	while (ret->len % step != 0)
		buffer_put_u8(ret, 0);
}

static void
key_of(const struct bundles_case *c, uint8_t ret_ephemeral_pk[32], uint8_t ret[32])
{
	struct hash h;
	uint8_t shared[32];

	if (crypto_scalarmult_base(ret_ephemeral_pk, c->ephemeral_sk) != 0
	    || crypto_scalarmult(shared, c->ephemeral_sk, c->recipient.pub.seal_pk) != 0)
		abort();
	hash_init(&h, "kehou 1 bundle key");
	hash_update(&h, shared, 32);
	hash_update(&h, ret_ephemeral_pk, 32);
	hash_update(&h, c->recipient.pub.seal_pk, 32);
	hash_update(&h, c->info.sender.b, 8);
	hash_final(&h, ret);
}

void
bundles_seal(const struct bundles_case *c, const uint8_t *plain, size_t len,
    struct buffer *ret)
{
	size_t chunks = (len + CHUNK_BYTES - 1) / CHUNK_BYTES, i;
	uint8_t ephemeral_pk[32], key[32], aad[HASH_BYTES], signature[64];
	unsigned long long sealed;

	key_of(c, ephemeral_pk, key);
	buffer_put(ret, "KHB1", 4);
	buffer_put_varint(ret, c->info.county);
	buffer_put(ret, c->info.sender.b, 8);
	buffer_put(ret, c->info.recipient.b, 8);
	buffer_put_varint(ret, c->info.number);
	buffer_put_varint(ret, c->info.replaces);
	buffer_put_varint(ret, c->info.received);
	buffer_put_varint(ret, c->info.roster);
	buffer_put_varint(ret, len + chunks * TAG_BYTES);
	buffer_put_bytes(ret, c->info.request, c->info.request_len);
	buffer_put(ret, ephemeral_pk, 32);
	hash_bytes("kehou 1 bundle", ret->data, ret->len, aad);
	for (i = 0; i < chunks; i++) {
		size_t n = len - i * CHUNK_BYTES < CHUNK_BYTES ? len - i * CHUNK_BYTES
		    : CHUNK_BYTES;
		uint8_t nonce[12] = {(uint8_t)i, (uint8_t)(i >> 8)};
		uint8_t *out = buffer_extend(ret, n + TAG_BYTES);

		assert(out != NULL);
		nonce[11] = i == chunks - 1;
		crypto_aead_chacha20poly1305_ietf_encrypt(out, &sealed,
		    plain + i * CHUNK_BYTES, n, i ? NULL : aad, i ? 0 : sizeof aad, NULL,
		    nonce, key);
	}
	identity_sign(&c->sender, "kehou 1 bundle", ret->data, ret->len, signature);
	buffer_put(ret, signature, sizeof signature);
}

/* --- Reading -------------------------------------------------------------- */

static int
read_all(struct bundle_reader *r, const uint8_t sign_pk[32],
    const struct identity *recipient, uint64_t *ret_items)
{
	struct bundle_manifest m;
	enum bundle_item kind;
	const uint8_t *data;
	size_t len;
	int rc = bundle_reader_verify(r, sign_pk);

	if (rc == STATUS_OK)
		rc = bundle_reader_open(r, recipient, &m);
	if (rc != STATUS_OK)
		return rc;
	while ((rc = bundle_reader_item(r, &kind, &data, &len)) == STATUS_OK)
		++*ret_items;
	vector_release(&m.vector);
	return rc;
}

int
bundles_read(const uint8_t *data, size_t len, const uint8_t sign_pk[32],
    const struct identity *recipient, uint64_t *ret_items)
{
	struct sim_world *w = sim_world_new(SEED);
	const struct env *env = sim_node(w, SEED, 0);
	struct bundle_reader *r;
	struct file *file;
	int rc;

	*ret_items = 0;
	sim_poke(w, "b", data, len);
	must(env->files->open_read(env->ctx, "b", &file));
	rc = bundle_reader_new(env, file, &r);
	if (rc == STATUS_OK) {
		rc = read_all(r, sign_pk, recipient, ret_items);
		bundle_reader_free(r);
	}
	env->files->close(env->ctx, file);
	sim_world_free(w);
	return rc;
}

/* --- Files ---------------------------------------------------------------- */

static json_t *
hex(const void *data, size_t len)
{
	char text[2 * REQUEST_MAX_BYTES + 1];

	assert(len <= REQUEST_MAX_BYTES);
	sodium_bin2hex(text, sizeof text, data, len);
	return json_string(text);
}

/* Numbers past 2^63 do not fit JSON's integers: all are strings. */
static json_t *
number(uint64_t v)
{
	char text[24];

	snprintf(text, sizeof text, "%llu", (unsigned long long)v);
	return json_string(text);
}

static json_t *
streams_json(const struct vector *v)
{
	json_t *all = json_array();
	size_t i;

	for (i = 0; i < v->n; i++) {
		const struct stream_id *s = &v->entries[i].stream;

		json_array_append_new(all, json_pack("{s:o,s:o,s:o,s:i,s:o,s:o}",
		    "node", hex(s->node.b, 8), "epoch", number(s->epoch),
		    "scope", number(s->scope), "lane", s->lane,
		    "fork", hex(s->fork, 8), "through", number(v->entries[i].through)));
	}
	return all;
}

static json_t *
items_json(const struct bundles_case *c)
{
	json_t *all = json_array();
	size_t i;

	for (i = 0; i < c->manifest.items; i++) {
		const struct buffer *b = &c->items[i].data;
		uint8_t hash[HASH_BYTES];

		hash_bytes("kehou 1 file", b->data, b->len, hash);
		json_array_append_new(all, json_pack("{s:i,s:i,s:o}",
		    "kind", (int)c->items[i].kind, "bytes", (int)b->len,
		    "hash", hex(hash, sizeof hash)));
	}
	return all;
}

json_t *
bundles_json(const struct bundles_case *c)
{
	return json_pack("{s:s,s:{s:o,s:o,s:o,s:o,s:o},s:{s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:o},"
	    "s:{s:o,s:o,s:o,s:o,s:o,s:o},s:o}",
	    "kind", "bundle", "keys",
	    "sender_sign_seed", hex(c->sender.sign_sk, 32),
	    "sender_seal_sk", hex(c->sender.seal_sk, 32),
	    "recipient_sign_seed", hex(c->recipient.sign_sk, 32),
	    "recipient_seal_sk", hex(c->recipient.seal_sk, 32),
	    "ephemeral_sk", hex(c->ephemeral_sk, 32),
	    "header",
	    "county", number(c->info.county), "sender", hex(c->info.sender.b, 8),
	    "recipient", hex(c->info.recipient.b, 8), "number", number(c->info.number),
	    "replaces", number(c->info.replaces),
	    "received", number(c->info.received), "roster", number(c->info.roster),
	    "request", hex(c->info.request, c->info.request_len),
	    "manifest",
	    "since", number(c->manifest.since), "ended", number(c->manifest.ended),
	    "heard", hex(c->manifest.heard, sizeof c->manifest.heard),
	    "items", number(c->manifest.items),
	    "item_bytes", number(c->manifest.item_bytes),
	    "vector", streams_json(&c->manifest.vector),
	    "items", items_json(c));
}

bool
bundles_match(enum trust_size size)
{
	static uint8_t bytes[1 << 18];
	const char *source = getenv("SRCDIR");
	struct buffer b = BUFFER_INIT;
	struct bundles_case c;
	json_t *file, *built;
	char path[4096];
	size_t len = 0;
	bool same;
	FILE *f;

	bundles_case_init(&c, size);
	bundles_write(&c, &b);
	built = bundles_json(&c);
	snprintf(path, sizeof path, "%s/tests/vectors/bundle/%s.bin", source ? source : ".",
	    trust_sizes[size]);
	f = fopen(path, "rb");
	if (f != NULL) {
		len = fread(bytes, 1, sizeof bytes, f);
		fclose(f);
	}
	snprintf(path, sizeof path, "%s/tests/vectors/bundle/%s.json", source ? source : ".",
	    trust_sizes[size]);
	file = json_load_file(path, 0, NULL);
	same = len == b.len && memcmp(bytes, b.data, len) == 0 && json_equal(file, built);
	json_decref(file);
	json_decref(built);
	buffer_release(&b);
	bundles_case_release(&c);
	return same;
}
