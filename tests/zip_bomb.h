/* An .xlsx of 4 MB with a part of 4 GiB of blanks in it. */
#ifndef TESTS_ZIP_BOMB_H
#define TESTS_ZIP_BOMB_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <zlib.h>

#include "sync/buffer.h"

#define ZIP_BOMB_BLOCK_BYTES (1u << 20)
#define ZIP_BOMB_BLOCKS 4096u

static inline void
zip_bomb_put_u16(struct buffer *b, unsigned v)
{
	const uint8_t bytes[2] = {(uint8_t)v, (uint8_t)(v >> 8)};

	buffer_put(b, bytes, sizeof(bytes));
}

static inline void
zip_bomb_put_u32(struct buffer *b, uint32_t v)
{
	zip_bomb_put_u16(b, v & 0xffff);
	zip_bomb_put_u16(b, v >> 16);
}

/* What both headers of a part say: deflated, sizes as told. */
static inline void
zip_bomb_put_part_header(struct buffer *b, uint32_t packed, uint32_t declared)
{
	zip_bomb_put_u16(b, 20);
	zip_bomb_put_u16(b, 0);
	zip_bomb_put_u16(b, Z_DEFLATED);
	zip_bomb_put_u32(b, 0); /* time */
	zip_bomb_put_u32(b, 0); /* checksum */
	zip_bomb_put_u32(b, packed);
	zip_bomb_put_u32(b, declared);
	zip_bomb_put_u16(b, (unsigned)strlen("xl/workbook.xml"));
	zip_bomb_put_u16(b, 0);
}

/* After a full flush equal input is equal output: one block stands for all. */
static inline void
zip_bomb_deflate_blanks(struct buffer *b)
{
	static uint8_t blanks[ZIP_BOMB_BLOCK_BYTES], packed[ZIP_BOMB_BLOCK_BYTES];
	z_stream z = {.next_in = (Bytef *)(uintptr_t)"<workbook>", .avail_in = 10,
	    .next_out = packed, .avail_out = sizeof(packed)};

	memset(blanks, ' ', sizeof(blanks));
	assert_int_equal(deflateInit2(&z, 9, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY), Z_OK);
	assert_int_equal(deflate(&z, Z_FULL_FLUSH), Z_OK);
	buffer_put(b, packed, sizeof(packed) - z.avail_out);
	z.next_in = blanks;
	z.avail_in = sizeof(blanks);
	z.next_out = packed;
	z.avail_out = sizeof(packed);
	assert_int_equal(deflate(&z, Z_FULL_FLUSH), Z_OK);
	for (unsigned i = 0; i < ZIP_BOMB_BLOCKS; i++)
		buffer_put(b, packed, sizeof(packed) - z.avail_out);
	deflateEnd(&z);
}

static inline void
zip_bomb_make(uint32_t declared, struct buffer *ret)
{
	struct buffer part = BUFFER_INIT;
	uint32_t central;

	zip_bomb_deflate_blanks(&part);
	zip_bomb_put_u32(ret, 0x04034b50);
	zip_bomb_put_part_header(ret, (uint32_t)part.len, declared);
	buffer_put(ret, "xl/workbook.xml", 15);
	buffer_put(ret, part.data, part.len);
	central = (uint32_t)ret->len;
	zip_bomb_put_u32(ret, 0x02014b50);
	zip_bomb_put_u16(ret, 20);
	zip_bomb_put_part_header(ret, (uint32_t)part.len, declared);
	for (int i = 0; i < 7; i++)
		zip_bomb_put_u16(ret, 0); /* comment, disk, attributes, offset */
	buffer_put(ret, "xl/workbook.xml", 15);
	zip_bomb_put_u32(ret, 0x06054b50);
	zip_bomb_put_u32(ret, 0);
	zip_bomb_put_u16(ret, 1);
	zip_bomb_put_u16(ret, 1);
	zip_bomb_put_u32(ret, (uint32_t)ret->len - 12 - central);
	zip_bomb_put_u32(ret, central);
	zip_bomb_put_u16(ret, 0);
	buffer_release(&part);
	assert_int_equal(buffer_status(ret), STATUS_OK);
}

#endif
