#include "sync/value.h"

#include <assert.h>
#include <string.h>

struct value
value_null(void)
{
	return (struct value){.i = 0, .len = 0, .type = VALUE_NULL};
}

struct value
value_int(int64_t i)
{
	return (struct value){.i = i, .len = 0, .type = VALUE_INT};
}

struct value
value_text(const char *s, size_t len)
{
	assert(len <= UINT32_MAX);
	return (struct value){.p = (const uint8_t *)s, .len = (uint32_t)len,
	    .type = VALUE_TEXT};
}

struct value
value_blob(const void *p, size_t len)
{
	assert(len <= UINT32_MAX);
	return (struct value){.p = p, .len = (uint32_t)len, .type = VALUE_BLOB};
}

bool
value_equal(struct value a, struct value b)
{
	return value_compare(a, b) == 0;
}

int
value_compare(struct value a, struct value b)
{
	uint32_t len = a.len < b.len ? a.len : b.len;
	int c;

	if (a.type != b.type)
		return a.type < b.type ? -1 : 1;
	switch (a.type) {
	case VALUE_NULL:
		return 0;
	case VALUE_INT:
		return (a.i > b.i) - (a.i < b.i);
	default:
		c = len ? memcmp(a.p, b.p, len) : 0;
		return c ? c : (a.len > b.len) - (a.len < b.len);
	}
}

void
value_put(struct buffer *b, struct value v)
{
	uint8_t *p = buffer_room(b, 1 + VARINT_MAX_BYTES);

	if (p == NULL)
		return;
	*p++ = v.type;
	if (v.type == VALUE_INT)
		p = varint_write(p, zigzag_encode(v.i));
	else if (v.type != VALUE_NULL)
		p = varint_write(p, v.len);
	b->len = (size_t)(p - b->data);
	if (v.type != VALUE_INT && v.type != VALUE_NULL)
		buffer_put(b, v.p, v.len);
}

struct value
value_read(struct reader *r)
{
	uint8_t type = reader_u8(r);
	const uint8_t *p;
	size_t len;
	int64_t i;

	if (r->failed || type == VALUE_NULL)
		return value_null();
	if (type == VALUE_INT) {
		i = reader_zigzag(r);
		return r->failed ? value_null() : value_int(i);
	}
	if (type != VALUE_TEXT && type != VALUE_BLOB) {
		reader_fail(r);
		return value_null();
	}
	p = reader_bytes(r, VALUE_MAX_BYTES, &len);
	if (p && type == VALUE_TEXT && !value_utf8_valid(p, len))
		reader_fail(r);
	if (r->failed)
		return value_null();
	return type == VALUE_TEXT ? value_text((const char *)p, len)
	                          : value_blob(p, len);
}

/* Length of the well-formed sequence at p, 0 when there is none. */
static size_t
utf8_sequence(const uint8_t *p, size_t left)
{
	uint8_t low = 0x80, high = 0xbf; /* bounds of the second byte */
	size_t n, i;

	if (p[0] < 0x80)
		return p[0] != 0;
	if (p[0] < 0xc2 || p[0] > 0xf4)
		return 0;
	n = p[0] < 0xe0 ? 2 : p[0] < 0xf0 ? 3 : 4;
	if (n > left)
		return 0;
	/* Overlong forms, surrogates, and what lies beyond U+10FFFF. */
	if (p[0] == 0xe0)
		low = 0xa0;
	else if (p[0] == 0xed)
		high = 0x9f;
	else if (p[0] == 0xf0)
		low = 0x90;
	else if (p[0] == 0xf4)
		high = 0x8f;
	if (p[1] < low || p[1] > high)
		return 0;
	for (i = 2; i < n; i++)
		if ((p[i] & 0xc0) != 0x80)
			return 0;
	return n;
}

bool
value_utf8_valid(const uint8_t *p, size_t len)
{
	while (len) {
		size_t n = utf8_sequence(p, len);

		if (n == 0)
			return false;
		p += n;
		len -= n;
	}
	return true;
}
