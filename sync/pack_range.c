#include "sync/pack_range.h"

#include <stdlib.h>
#include <string.h>
#include <threads.h>

enum {
	MODELS = 4,
	COUNT_MAX = 255,
	COUNT_LIMIT = 60, /* from here on a guess moves no slower */
	LEARN = 16,       /* of the mixer */
	BUCKETS = 8,
	WEIGHT_ONE = 65536
};

/* A guess that a bit is 1, in 1/65536, and how often it was tried. */
struct slot {
	uint16_t p;
	uint16_t n;
};

struct model {
	struct slot *slots;             /* MODELS tables of size slots */
	uint32_t bits;                  /* log2 of size */
	int32_t weights[MODELS][BUCKETS];
	/* where in the frames the next byte is */
	const uint8_t *data;            /* what is known of them */
	size_t at;
	size_t frame_at, frame_len, before_at, before_len; /* this, previous */
	uint64_t length;
	unsigned shift, frame;
	bool in_length;
	/* the byte under way */
	uint32_t base[MODELS];
	unsigned c0;                    /* 0: is it zero?  Then 1 and the bits
	                                 * so far */
	/* the bit under way */
	struct slot *slot[MODELS];
	int32_t *weight[MODELS];
	int32_t input[MODELS];
	uint32_t p;
};

/* The same for every model; made once. */
static struct {
	int16_t stretch[4096];
	uint16_t squash[4097];          /* of x + 2048 */
	uint16_t rates[COUNT_MAX + 1];
	uint8_t buckets[COUNT_MAX + 1];
} tables;
static once_flag tables_made = ONCE_FLAG_INIT;

/* 4096 / (1 + e^(-x / 256)), interpolated between 33 points. */
static int
squash_at(int x)
{
	static const int16_t points[33] = {1, 2, 3, 6, 10, 16, 27, 45, 73, 120, 194, 310,
	    488, 747, 1101, 1546, 2047, 2549, 2994, 3348, 3607, 3785, 3901, 3975, 4022,
	    4050, 4068, 4079, 4085, 4089, 4092, 4093, 4094};
	int w = x & 127, i;

	if (x > 2047)
		return 4095;
	if (x < -2047)
		return 1;
	i = (x >> 7) + 16;
	return (points[i] * (128 - w) + points[i + 1] * w + 64) >> 7;
}

static int
squash(int x)
{
	return tables.squash[x > 2047 ? 4096 : x < -2048 ? 0 : x + 2048];
}

static void
make_tables(void)
{
	int x, v, next = 0;
	unsigned i;

	for (x = -2048; x <= 2047; x++)
		tables.squash[x + 2048] = (uint16_t)squash_at(x);
	tables.squash[4096] = 4095;     /* and of all that is more */
	for (x = -2047; x <= 2047; x++) {
		v = squash_at(x);
		for (; next <= v; next++)
			tables.stretch[next] = (int16_t)x;
	}
	for (; next < 4096; next++)
		tables.stretch[next] = 2047;
	for (i = 0; i <= COUNT_MAX; i++) {
		unsigned n = i < COUNT_LIMIT ? i : COUNT_LIMIT;

		tables.rates[i] = (uint16_t)(65536 * 2 / (2 * n + 3));
		tables.buckets[i] = (uint8_t)(i < 4 ? i : i < 7 ? 4 : i < 13 ? 5
		    : i < 40 ? 6 : 7);
	}
}

static int
model_init(struct model *m, const uint8_t *data, size_t len)
{
	static const int32_t start[BUCKETS] = {0, 16000, 20000, 24000, 27000, 29000,
	    31000, 33000};
	size_t size, i;

	memset(m, 0, sizeof *m);
	m->bits = 14;
	while (m->bits < 20 && (UINT64_C(1) << m->bits) < len * 4)
		m->bits++;
	size = (size_t)MODELS << m->bits;
	m->slots = malloc(size * sizeof *m->slots);
	if (!m->slots)
		return STATUS_NOMEM;
	for (i = 0; i < size; i++)
		m->slots[i] = (struct slot){32768, 0};
	call_once(&tables_made, make_tables);
	for (i = 0; i < MODELS; i++)
		memcpy(m->weights[i], start, sizeof start);
	m->data = data;
	m->in_length = true;
	return STATUS_OK;
}

static uint32_t
hash(uint32_t a, uint32_t b)
{
	uint32_t h = (a + 1) * 0x9e3779b1u ^ (b + 0x7f4a7c15u) * 0x85ebca6bu;

	h ^= h >> 15;
	h *= 0x2c1b3c6du;
	return h ^ h >> 13;
}

static void
byte_start(struct model *m)
{
	size_t at = m->at, in = at - m->frame_at;
	uint32_t c1 = in > 0 ? m->data[at - 1] : 256;
	uint32_t c2 = in > 1 ? m->data[at - 2] : 256;
	uint32_t c3 = in > 2 ? m->data[at - 3] : 256;
	uint32_t above = 256, f = m->frame;

	if (m->in_length) {
		/* Lengths look alike: those of the frame before are the guess. */
		f = 0xffff;
		c1 = (uint32_t)(m->before_len & 0xff) + m->shift * 1000;
		c2 = (uint32_t)(m->frame_len & 0xff) + m->shift * 1000;
		c3 = 0;
	} else if (in < m->before_len) {
		above = m->data[m->before_at + in];
	}
	m->base[0] = hash(f, 1);
	m->base[1] = hash(f, c1 | 0x1000);
	m->base[2] = hash(f, above | 0x2000);
	m->base[3] = hash(f, (c1 << 18 | c2 << 9 | c3) ^ 0x30000000);
	m->c0 = 0;
}

static void
byte_end(struct model *m)
{
	uint8_t byte = m->data[m->at++];
	if (!m->in_length) {
		if (m->at - m->frame_at == m->frame_len) {
			m->in_length = true;
			m->length = 0;
			m->shift = 0;
			m->frame++;
		}
		return;
	}
	m->length |= (uint64_t)(byte & 0x7f) << m->shift;
	m->shift += 7;
	if (byte >= 0x80 && m->shift < 35)
		return;
	m->before_at = m->frame_at;
	m->before_len = m->frame_len;
	m->frame_at = m->at;
	m->frame_len = (size_t)m->length;
	m->shift = 0;
	m->length = 0;
	if (m->frame_len)
		m->in_length = false;
	else
		m->frame++;
}

/* Chance of a 1 in 1/65536, never 0 or 1. */
static inline uint32_t
bit_guess(struct model *m)
{
	uint32_t spread = m->c0 * 0x9e3779b1u;
	unsigned shift = 32 - m->bits;
	int64_t dot = 0;

#pragma GCC unroll 4
	for (unsigned i = 0; i < MODELS; i++) {
		struct slot *s = m->slots + ((size_t)i << m->bits) + ((m->base[i] + spread) >> shift);
		int32_t *w = &m->weights[i][tables.buckets[s->n]];

		m->slot[i] = s;
		m->weight[i] = w;
		m->input[i] = tables.stretch[s->p >> 4];
		dot += (int64_t)*w * m->input[i];
	}
	m->p = (uint32_t)squash((int)(dot / WEIGHT_ONE));
	return m->p * 16 + 8;
}

static inline void
bit_learn(struct model *m, unsigned bit)
{
	int error = ((int)(bit << 12) - (int)m->p) * LEARN;
	uint32_t mask = 0xffff & (0 - bit);

#pragma GCC unroll 4
	for (unsigned i = 0; i < MODELS; i++) {
		struct slot *s = m->slot[i];
		uint32_t q = s->p ^ mask; /* how far from what came */
		uint32_t n = s->n, rate = tables.rates[n];

		*m->weight[i] += (m->input[i] * error + 8192) / 16384;
		s->p = (uint16_t)((q - (q * rate >> 16)) ^ mask);
		s->n = (uint16_t)(n + (n < COUNT_MAX));
	}
	m->c0 = m->c0 ? m->c0 << 1 | bit : 1;
}

struct coder {
	struct model *m;
	uint32_t low, high, code;
	struct buffer *out;             /* encoder */
	const uint8_t *data;            /* decoder */
	size_t len, next;
};

static void
bit_encode(struct coder *c, unsigned bit)
{
	uint32_t p = bit_guess(c->m);
	uint32_t middle = c->low + (uint32_t)((uint64_t)(c->high - c->low) * p >> 16);

	if (bit)
		c->high = middle;
	else
		c->low = middle + 1;
	bit_learn(c->m, bit);
	while ((c->low ^ c->high) >> 24 == 0) {
		buffer_put_u8(c->out, (uint8_t)(c->high >> 24));
		c->low <<= 8;
		c->high = c->high << 8 | 255;
	}
}

/* Few bytes that with zeros after them lie between low and high. */
static void
encode_end(struct coder *c)
{
	uint32_t top = (c->low >> 24) + 1;
	int i;

	if (c->low == 0)
		return;
	if (top <= c->high >> 24)
		buffer_put_u8(c->out, (uint8_t)top);
	else
		for (i = 24; i >= 0; i -= 8)
			buffer_put_u8(c->out, (uint8_t)(c->high >> i));
}

int
pack_range_encode(const uint8_t *data, size_t len, struct buffer *ret)
{
	struct model *m = malloc(sizeof *m);
	struct coder c = {.m = m, .high = UINT32_MAX, .out = ret};
	int status = m ? model_init(m, data, len) : STATUS_NOMEM, i;
	size_t at;

	for (at = 0; at < len && status == STATUS_OK; at++) {
		byte_start(m);
		/* Most tokens are zero: one decision instead of eight. */
		bit_encode(&c, data[at] == 0);
		for (i = 7; i >= 0 && data[at]; i--)
			bit_encode(&c, data[at] >> i & 1);
		byte_end(m);
	}
	if (status == STATUS_OK) {
		encode_end(&c);
		status = buffer_status(ret);
	}
	if (m)
		free(m->slots);
	free(m);
	return status;
}

static void
code_byte(struct coder *c)
{
	c->code = c->code << 8 | (c->next < c->len ? c->data[c->next] : 0);
	c->next++;
}

static unsigned
bit_decode(struct coder *c)
{
	uint32_t p = bit_guess(c->m);
	uint32_t middle = c->low + (uint32_t)((uint64_t)(c->high - c->low) * p >> 16);
	unsigned bit = c->code <= middle;

	if (bit)
		c->high = middle;
	else
		c->low = middle + 1;
	bit_learn(c->m, bit);
	while ((c->low ^ c->high) >> 24 == 0) {
		c->low <<= 8;
		c->high = c->high << 8 | 255;
		code_byte(c);
	}
	return bit;
}

static uint8_t
byte_decode(struct coder *c)
{
	unsigned i;

	if (bit_decode(c))
		return 0;
	for (i = 0; i < 8; i++)
		(void)bit_decode(c);
	return (uint8_t)c->m->c0;
}

int
pack_range_decode(const uint8_t *data, size_t len, uint8_t *out, size_t out_len)
{
	struct model *m = malloc(sizeof *m);
	struct coder c = {.m = m, .high = UINT32_MAX, .data = data, .len = len};
	int status = m ? model_init(m, out, out_len) : STATUS_NOMEM, i;
	size_t at;

	for (i = 0; i < 4; i++)
		code_byte(&c);
	for (at = 0; at < out_len && status == STATUS_OK; at++) {
		byte_start(m);
		out[at] = byte_decode(&c);
		byte_end(m);
		/* Past its end the input is zeros, of which few can matter. */
		if (c.next > len + 4)
			status = STATUS_MALFORMED;
	}
	if (status == STATUS_OK && c.next < len)
		status = STATUS_MALFORMED;
	if (m)
		free(m->slots);
	free(m);
	return status;
}
