#include "schema/initial.h"

#include <stdint.h>

#include "schema/initial_table.h"

static const char initial_table[] = INITIAL_TABLE;

/* Characters that are read otherwise as a surname, when the letter differs. */
static const struct {
	uint16_t code;
	char letter;
} surnames[] = {
	{ 0x66fe, 'Z' }, /* 曾 */
	{ 0x5355, 'S' }, /* 单 */
	{ 0x89e3, 'X' }, /* 解 */
	{ 0x4ec7, 'Q' }, /* 仇 */
	{ 0x533a, 'O' }, /* 区 */
	{ 0x67e5, 'Z' }, /* 查 */
	{ 0x6734, 'P' }, /* 朴 */
	{ 0x7fdf, 'Z' }, /* 翟 */
	{ 0x5c09, 'Y' }, /* 尉 */
	{ 0x76d6, 'G' }, /* 盖 */
	{ 0x8983, 'Q' }, /* 覃 */
	{ 0x4e50, 'Y' }, /* 乐 */
	{ 0x91cd, 'C' }, /* 重 */
	{ 0x79cd, 'C' }, /* 种 */
};

/* The next character; 0 at the end, U+FFFD for what is no UTF-8. */
static uint32_t
next(const unsigned char **at)
{
	const unsigned char *p = *at;
	uint32_t code = p[0];
	int more = code < 0x80 ? 0 : code < 0xc2 ? -1 : code < 0xe0 ? 1 : code < 0xf0 ? 2
	    : code < 0xf5 ? 3 : -1;

	if (code == 0)
		return 0;
	*at = p + 1;
	if (more < 0)
		return 0xfffd;
	if (more > 0)
		code &= 0x3fu >> more;
	for (int i = 0; i < more; i++) {
		if ((**at & 0xc0) != 0x80)
			return 0xfffd;
		code = code << 6 | (*(*at)++ & 0x3fu);
	}
	return code;
}

static char
letter_of(uint32_t code, bool surname)
{
	if (surname)
		for (size_t i = 0; i < sizeof(surnames) / sizeof(surnames[0]); i++)
			if (surnames[i].code == code)
				return surnames[i].letter;
	if (code >= INITIAL_FIRST && code <= INITIAL_LAST)
		return initial_table[code - INITIAL_FIRST];
	if (code >= 'a' && code <= 'z')
		return (char)(code - 'a' + 'A');
	return code >= 'A' && code <= 'Z' ? (char)code : '.';
}

bool
initial_letters(const char *name, char ret_letters[STORE_FUNCTION_BYTES])
{
	const unsigned char *at = (const unsigned char *)name;
	uint32_t code;
	size_t n = 0;
	bool first = true;

	while ((code = next(&at)) != 0 && n < STORE_FUNCTION_BYTES - 1) {
		char c = letter_of(code, first);

		first = false;
		if (c != '.')
			ret_letters[n++] = c;
	}
	ret_letters[n] = '\0';
	return true;
}
