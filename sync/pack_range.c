#include "sync/pack_range.h"

#include <stdlib.h>
#include <string.h>
#include <threads.h>

enum {
	MODELS = 4,
	COUNT_MAX = 60,   /* from here on a guess moves no slower */
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
};

/* The same for every model; made once. */
static struct {
	int16_t stretch[4096];
	uint16_t squash[4097];          /* of x + 2048 */
	struct {
		uint16_t rate;
		uint8_t bucket, next;
	} steps[COUNT_MAX + 1];
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
		tables.steps[i].rate = (uint16_t)(65536 * 2 / (2 * i + 3));
		tables.steps[i].bucket = (uint8_t)(i < 4 ? i : i < 7 ? 4 : i < 13 ? 5
		    : i < 40 ? 6 : 7);
		tables.steps[i].next = (uint8_t)(i < COUNT_MAX ? i + 1 : i);
	}
}

static int
model_init(struct model *m, const uint8_t *data, size_t len)
{
	static const int32_t start[BUCKETS] = {0, 16000, 20000, 24000, 27000, 29000,
	    31000, 33000};
	size_t size, i;

	memset(m, 0, sizeof *m);
	m->bits = 10;
	while (m->bits < 20 && (UINT64_C(1) << m->bits) < len * 4)
		m->bits++;
	size = (size_t)MODELS << m->bits;
	m->slots = malloc(size * sizeof *m->slots);
	if (!m->slots)
		return STATUS_NOMEM;
	/* By doubling: as much as the segment and more is worth memcpy. */
	m->slots[0] = (struct slot){32768, 0};
	for (i = 1; i < size; i *= 2)
		memcpy(m->slots + i, m->slots, i * sizeof *m->slots);
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

struct coder {
	struct model *m;
	uint32_t low, high, code;
	struct buffer *out;             /* encoder */
	const uint8_t *data;            /* decoder */
	size_t len, next;
};

static void
code_byte(struct coder *c)
{
	c->code = c->code << 8 | (c->next < c->len ? c->data[c->next] : 0);
	c->next++;
}

/* One decision; node: which of the byte's it is.  Each waits for the one before,
 * so few of them count for more than few instructions. */
static inline unsigned
bit_code(struct coder *c, uint32_t node, unsigned bit, bool decode)
{
	struct model *m = c->m;
	uint32_t spread = node * 0x9e3779b1u, p, middle, mask;
	unsigned shift = 32 - m->bits;
	struct slot *slot[MODELS];
	int32_t *weight[MODELS], input[MODELS], error;
	int64_t dot = 0;

#pragma GCC unroll 4
	for (unsigned i = 0; i < MODELS; i++) {
		struct slot *s = m->slots + ((size_t)i << m->bits) + ((m->base[i] + spread) >> shift);
		int32_t *w = &m->weights[i][tables.steps[s->n].bucket];

		slot[i] = s;
		weight[i] = w;
		input[i] = tables.stretch[s->p >> 4];
		dot += (int64_t)*w * input[i];
	}
	p = (uint32_t)squash((int)(dot >> 16));
	middle = c->low + (uint32_t)((uint64_t)(c->high - c->low) * (p * 16 + 8) >> 16);
	if (decode)
		bit = c->code <= middle;
	mask = 0 - bit;
	c->high = (middle & mask) | (c->high & ~mask);
	c->low = ((middle + 1) & ~mask) | (c->low & mask);
	error = (int)(bit << 12) - (int)p;
	mask &= 0xffff;
#pragma GCC unroll 4
	for (unsigned i = 0; i < MODELS; i++) {
		struct slot *s = slot[i];
		uint32_t q = s->p ^ mask; /* how far from what came */
		uint32_t n = s->n;

		*weight[i] += (input[i] * error + 512) >> 10;
		s->p = (uint16_t)((q - (q * tables.steps[n].rate >> 16)) ^ mask);
		s->n = tables.steps[n].next;
	}
	return bit;
}

static void
bit_encode(struct coder *c, uint32_t node, unsigned bit)
{
	(void)bit_code(c, node, bit, false);
	while ((c->low ^ c->high) >> 24 == 0) {
		buffer_put_u8(c->out, (uint8_t)(c->high >> 24));
		c->low <<= 8;
		c->high = c->high << 8 | 255;
	}
}

static unsigned
bit_decode(struct coder *c, uint32_t node)
{
	unsigned bit = bit_code(c, node, 0, true);

	while ((c->low ^ c->high) >> 24 == 0) {
		c->low <<= 8;
		c->high = c->high << 8 | 255;
		code_byte(c);
	}
	return bit;
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

/* Is it zero?  If not: how many bits follow its first 1, then those. */
static uint8_t
byte_decode(struct coder *c)
{
	uint32_t node = 1, byte = 1;
	unsigned i;

	if (bit_decode(c, 0))
		return 0;
	while (node < 8)
		node = node << 1 | bit_decode(c, node);
	for (i = node - 8; i > 0; i--)
		byte = byte << 1 | bit_decode(c, node << 8 | byte);
	return (uint8_t)byte;
}

static void
byte_encode(struct coder *c, uint32_t byte)
{
	uint32_t node = 8;
	unsigned i;

	bit_encode(c, 0, byte == 0);
	if (byte == 0)
		return;
	while (byte >> (node - 8) > 1)
		node++;
	for (i = 3; i > 0; i--)
		bit_encode(c, node >> i, node >> (i - 1) & 1);
	for (i = node - 8; i > 0; i--)
		bit_encode(c, node << 8 | byte >> i, byte >> (i - 1) & 1);
}

int
pack_range_encode(const uint8_t *data, size_t len, struct buffer *ret)
{
	struct model *m = malloc(sizeof *m);
	struct coder c = {.m = m, .high = UINT32_MAX, .out = ret};
	int status = m ? model_init(m, data, len) : STATUS_NOMEM;
	size_t at;

	for (at = 0; at < len && status == STATUS_OK; at++) {
		byte_start(m);
		byte_encode(&c, data[at]);
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
