#include "sync/buffer.h"

#include <stdlib.h>
#include <string.h>

void
buffer_release(struct buffer *b)
{
	free(b->data);
	*b = (struct buffer)BUFFER_INIT;
}

void
buffer_clear(struct buffer *b)
{
	b->len = 0;
	b->failed = false;
}

int
buffer_status(const struct buffer *b)
{
	return b->failed ? STATUS_NOMEM : STATUS_OK;
}

static bool
reserve(struct buffer *b, size_t len)
{
	size_t cap = b->cap ? b->cap : 64;
	uint8_t *data;

	if (b->failed)
		return false;
	if (b->data && len <= b->cap - b->len)
		return true;
	if (len > SIZE_MAX / 2 - b->len) {
		b->failed = true;
		return false;
	}
	while (cap < b->len + len)
		cap *= 2;
	data = realloc(b->data, cap);
	if (!data) {
		b->failed = true;
		return false;
	}
	b->data = data;
	b->cap = cap;
	return true;
}

uint8_t *
buffer_extend(struct buffer *b, size_t len)
{
	uint8_t *p = buffer_room(b, len);

	if (p)
		b->len += len;
	return p;
}

uint8_t *
buffer_room(struct buffer *b, size_t len)
{
	return reserve(b, len) ? b->data + b->len : NULL;
}

void
buffer_put(struct buffer *b, const void *data, size_t len)
{
	uint8_t *p;

	if (len == 0)
		return;
	p = buffer_extend(b, len);
	if (p)
		memcpy(p, data, len);
}

void
buffer_put_u8(struct buffer *b, uint8_t v)
{
	uint8_t *p = buffer_room(b, 1);

	if (p) {
		*p = v;
		b->len++;
	}
}

void
buffer_put_varint(struct buffer *b, uint64_t v)
{
	uint8_t *p = buffer_room(b, VARINT_MAX_BYTES);

	if (p)
		b->len = (size_t)(varint_write(p, v) - b->data);
}

void
buffer_put_zigzag(struct buffer *b, int64_t v)
{
	buffer_put_varint(b, zigzag_encode(v));
}

void
buffer_put_bytes(struct buffer *b, const void *data, size_t len)
{
	buffer_put_varint(b, len);
	buffer_put(b, data, len);
}

void
reader_init(struct reader *r, const void *data, size_t len)
{
	r->p = data;
	r->left = len;
	r->failed = false;
}

int
reader_status(const struct reader *r)
{
	return r->failed ? STATUS_TRUNCATED : STATUS_OK;
}

int
reader_end(const struct reader *r)
{
	if (r->failed)
		return STATUS_TRUNCATED;
	return r->left ? STATUS_MALFORMED : STATUS_OK;
}

void
reader_fail(struct reader *r)
{
	r->failed = true;
	r->left = 0;
}

uint8_t
reader_u8(struct reader *r)
{
	if (r->failed || r->left == 0) {
		reader_fail(r);
		return 0;
	}
	r->left--;
	return *r->p++;
}

uint64_t
reader_varint(struct reader *r)
{
	uint64_t v = 0;
	unsigned shift;

	for (shift = 0; shift < 7 * VARINT_MAX_BYTES; shift += 7) {
		uint8_t byte = reader_u8(r);

		if (r->failed)
			return 0;
		/* The tenth byte holds one bit; a last byte of zero would be a
		 * second way to write the same number. */
		if ((shift == 63 && byte > 1) || (shift && byte == 0))
			break;
		v |= (uint64_t)(byte & 0x7f) << shift;
		if (byte < 0x80)
			return v;
	}
	reader_fail(r);
	return 0;
}

int64_t
reader_zigzag(struct reader *r)
{
	return zigzag_decode(reader_varint(r));
}

const uint8_t *
reader_take(struct reader *r, size_t len)
{
	const uint8_t *p = r->p;

	if (r->failed || len > r->left) {
		reader_fail(r);
		return NULL;
	}
	if (len == 0)
		return p ? p : (const uint8_t *)"";
	r->p += len;
	r->left -= len;
	return p;
}

void
reader_copy(struct reader *r, void *out, size_t len)
{
	const uint8_t *p = reader_take(r, len);

	if (p)
		memcpy(out, p, len);
	else
		memset(out, 0, len);
}

const uint8_t *
reader_bytes(struct reader *r, size_t max, size_t *ret_len)
{
	uint64_t len = reader_varint(r);
	const uint8_t *p;

	if (len > max)
		reader_fail(r);
	p = reader_take(r, (size_t)len);
	*ret_len = p ? (size_t)len : 0;
	return p;
}

size_t
reader_count(struct reader *r, size_t max)
{
	uint64_t n = reader_varint(r);

	if (n > max || n > r->left) {
		reader_fail(r);
		return 0;
	}
	return (size_t)n;
}

int64_t
zigzag_decode(uint64_t v)
{
	uint64_t u = (v >> 1) ^ (v & 1 ? UINT64_MAX : 0);

	/* Two's complement without a conversion that C leaves to the compiler. */
	return u <= INT64_MAX ? (int64_t)u : -(int64_t)(UINT64_MAX - u) - 1;
}
