#include "tools/output.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "schema/text.h"

#define COLUMNS_MAX 64
#define CELL_BYTES 512
#define GAP 2 /* blanks between columns */

struct range { uint32_t first, last; };

/* Unicode 15 East_Asian_Width W and F, joined where what lies between is not
 * assigned. */
static const struct range wide[] = {
	{ 0x1100, 0x115F }, { 0x231A, 0x231B }, { 0x2329, 0x232A },
	{ 0x23E9, 0x23EC }, { 0x23F0, 0x23F0 }, { 0x23F3, 0x23F3 },
	{ 0x25FD, 0x25FE }, { 0x2614, 0x2615 }, { 0x2648, 0x2653 },
	{ 0x267F, 0x267F }, { 0x2693, 0x2693 }, { 0x26A1, 0x26A1 },
	{ 0x26AA, 0x26AB }, { 0x26BD, 0x26BE }, { 0x26C4, 0x26C5 },
	{ 0x26CE, 0x26CE }, { 0x26D4, 0x26D4 }, { 0x26EA, 0x26EA },
	{ 0x26F2, 0x26F3 }, { 0x26F5, 0x26F5 }, { 0x26FA, 0x26FA },
	{ 0x26FD, 0x26FD }, { 0x2705, 0x2705 }, { 0x270A, 0x270B },
	{ 0x2728, 0x2728 }, { 0x274C, 0x274C }, { 0x274E, 0x274E },
	{ 0x2753, 0x2755 }, { 0x2757, 0x2757 }, { 0x2795, 0x2797 },
	{ 0x27B0, 0x27B0 }, { 0x27BF, 0x27BF }, { 0x2B1B, 0x2B1C },
	{ 0x2B50, 0x2B50 }, { 0x2B55, 0x2B55 }, { 0x2E80, 0x303E },
	{ 0x3041, 0x3247 }, { 0x3250, 0x4DBF }, { 0x4E00, 0xA4C6 },
	{ 0xA960, 0xA97C }, { 0xAC00, 0xD7A3 }, { 0xF900, 0xFAFF },
	{ 0xFE10, 0xFE19 }, { 0xFE30, 0xFE6B }, { 0xFF01, 0xFF60 },
	{ 0xFFE0, 0xFFE6 }, { 0x16FE0, 0x18CFF }, { 0x1AFF0, 0x1B2FB },
	{ 0x1F004, 0x1F004 }, { 0x1F0CF, 0x1F0CF }, { 0x1F18E, 0x1F18E },
	{ 0x1F191, 0x1F19A }, { 0x1F200, 0x1F320 }, { 0x1F32D, 0x1F335 },
	{ 0x1F337, 0x1F37C }, { 0x1F37E, 0x1F393 }, { 0x1F3A0, 0x1F3CA },
	{ 0x1F3CF, 0x1F3D3 }, { 0x1F3E0, 0x1F3F0 }, { 0x1F3F4, 0x1F3F4 },
	{ 0x1F3F8, 0x1F43E }, { 0x1F440, 0x1F440 }, { 0x1F442, 0x1F4FC },
	{ 0x1F4FF, 0x1F53D }, { 0x1F54B, 0x1F567 }, { 0x1F57A, 0x1F57A },
	{ 0x1F595, 0x1F596 }, { 0x1F5A4, 0x1F5A4 }, { 0x1F5FB, 0x1F64F },
	{ 0x1F680, 0x1F6C5 }, { 0x1F6CC, 0x1F6CC }, { 0x1F6D0, 0x1F6D2 },
	{ 0x1F6D5, 0x1F6DF }, { 0x1F6EB, 0x1F6EC }, { 0x1F6F4, 0x1F6FC },
	{ 0x1F7E0, 0x1F7F0 }, { 0x1F90C, 0x1F93A }, { 0x1F93C, 0x1F945 },
	{ 0x1F947, 0x1F9FF }, { 0x1FA70, 0x1FAFF }, { 0x20000, 0x3FFFD },
};

/* Combining marks, joiners and selectors that stand in names and notes. */
static const struct range none[] = {
	{ 0x0300, 0x036F }, { 0x0483, 0x0489 }, { 0x0591, 0x05BD },
	{ 0x0610, 0x061A }, { 0x064B, 0x065F }, { 0x1AB0, 0x1AFF },
	{ 0x1DC0, 0x1DFF }, { 0x200B, 0x200F }, { 0x202A, 0x202E },
	{ 0x2060, 0x2064 }, { 0x20D0, 0x20F0 }, { 0x302A, 0x302D },
	{ 0x3099, 0x309A }, { 0xFE00, 0xFE0F }, { 0xFE20, 0xFE2F },
	{ 0xFEFF, 0xFEFF }, { 0xE0100, 0xE01EF },
};

static bool
in_ranges(uint32_t code, const struct range *ranges, size_t n)
{
	size_t low = 0, high = n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (code < ranges[middle].first)
			high = middle;
		else if (code > ranges[middle].last)
			low = middle + 1;
		else
			return true;
	}
	return false;
}

int
output_char_width(uint32_t code)
{
	if (code < 0x20 || (code >= 0x7F && code < 0xA0))
		return 0;
	if (code < 0x300)
		return 1;
	if (in_ranges(code, none, sizeof none / sizeof *none))
		return 0;
	return in_ranges(code, wide, sizeof wide / sizeof *wide) ? 2 : 1;
}

/* Decodes one character; a bad byte is returned as itself, one byte long. */
static size_t
next_char(const char *text, uint32_t *ret_code)
{
	const unsigned char *p = (const unsigned char *)text;
	size_t len = p[0] >= 0xF0 ? 4 : p[0] >= 0xE0 ? 3 : p[0] >= 0xC0 ? 2 : 1;
	uint32_t code;

	if (len == 1) {
		*ret_code = p[0] < 0x80 ? p[0] : '?';
		return 1;
	}
	code = p[0] & (0xFFu >> (len + 1));
	for (size_t i = 1; i < len; i++) {
		if ((p[i] & 0xC0) != 0x80) {
			*ret_code = '?';
			return 1;
		}
		code = code << 6 | (p[i] & 0x3F);
	}
	*ret_code = code;
	return len;
}

size_t
output_width(const char *text)
{
	size_t width = 0;

	while (*text != '\0') {
		uint32_t code;

		text += next_char(text, &code);
		width += (size_t)output_char_width(code);
	}
	return width;
}

static bool
ends_with(const char *text, const char *end)
{
	size_t n = strlen(text), m = strlen(end);

	return n >= m && strcmp(text + n - m, end) == 0;
}

/* Control characters out of somebody's file must not drive the terminal. */
static void
copy_clean(char *out, const char *text)
{
	size_t len = 0;

	while (*text != '\0') {
		uint32_t code;
		size_t n = next_char(text, &code);

		if (len + n + 4 > CELL_BYTES) {
			memcpy(out + len, "…", sizeof "…" - 1);
			len += sizeof "…" - 1;
			break;
		}
		if (code < 0x20 || (code >= 0x7F && code < 0xA0))
			out[len++] = ' ';
		else {
			memcpy(out + len, text, n);
			len += n;
		}
		text += n;
	}
	out[len] = '\0';
}

/* Kept in fen. */
static bool
is_money(const char *key)
{
	static const char *const keys[] = { "fen", "rate", "cap", "before_cap", "allocated",
		"spent", "budget", "county_budget", "county_allocated", "fen_per_child" };

	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
		if (strcmp(key, keys[i]) == 0)
			return true;
	return ends_with(key, "_fen");
}

/* What a view says in a code is words in a table; NULL: as it is. */
static const char *
code_words(enum message_lang lang, const char *column, const char *code)
{
	static const char *const coded[] = { "what", "why", "since", "side", "state", "change",
		"part", "page" };
	char key[96];
	const char *words;

	for (size_t i = 0; i < sizeof coded / sizeof *coded; i++) {
		if (strcmp(column, coded[i]) != 0)
			continue;
		snprintf(key, sizeof key, "code.%s.%s", column, code);
		words = message_text(lang, key);
		if (words != NULL)
			return words;
		snprintf(key, sizeof key, "code.%s", code);
		return message_text(lang, key);
	}
	return NULL;
}

static void
cell_text(enum message_lang lang, const char *key, const json_t *value,
    char ret[CELL_BYTES])
{
	char *dump;

	ret[0] = '\0';
	switch (value != NULL ? json_typeof(value) : JSON_NULL) {
	case JSON_NULL:
		return;
	case JSON_TRUE:
		snprintf(ret, CELL_BYTES, "%s", message_or_key(lang, MSG("value.yes")));
		return;
	case JSON_FALSE:
		snprintf(ret, CELL_BYTES, "%s", message_or_key(lang, MSG("value.no")));
		return;
	case JSON_STRING: {
		const char *words = code_words(lang, key, json_string_value(value));

		copy_clean(ret, words != NULL ? words : json_string_value(value));
		return;
	}
	case JSON_INTEGER: {
		long long n = json_integer_value(value);
		char time[MESSAGE_TIME_BYTES];

		if (ends_with(key, "_ms") || ends_with(key, "_at") ||
		    strcmp(key, "at") == 0) {
			message_time(lang, n / 1000, time);
			snprintf(ret, CELL_BYTES, "%s", time);
		} else if (is_money(key))
			text_yuan(n, ret, CELL_BYTES);
		else if (ends_with(key, "_min") && n >= 0 && n < 24 * 60)
			snprintf(ret, CELL_BYTES, "%02d:%02d", (int)n / 60, (int)n % 60);
		else
			snprintf(ret, CELL_BYTES, "%lld", n);
		return;
	}
	default:
		dump = json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY);
		copy_clean(ret, dump != NULL ? dump : "");
		free(dump);
	}
}

/* view: of a command its first word, as far as the dot. */
static const char *
heading(enum message_lang lang, const char *view, const char *key)
{
	char name[128];
	const char *text = NULL;

	if (view != NULL) {
		snprintf(name, sizeof name, "label.%.*s.%s", (int)strcspn(view, "."), view,
		    key);
		text = message_text(lang, name);
		snprintf(name, sizeof name, "label.%s", key);
		if (text == NULL)
			text = message_text(lang, name);
	}
	snprintf(name, sizeof name, "column.%s", key);
	if (text == NULL)
		text = message_text(lang, name);
	return text != NULL ? text : key;
}

static void
pad(FILE *out, size_t n)
{
	while (n-- > 0)
		fputc(' ', out);
}

struct column {
	const char *key, *heading;
	size_t width;
	bool right; /* every value is a plain number */
};

static size_t
measure(enum message_lang lang, const char *view, const json_t *rows,
    struct column *columns)
{
	const char *key;
	json_t *value, *row = json_array_get(rows, 0);
	size_t n = 0, i;
	char cell[CELL_BYTES];

	json_object_foreach(row, key, value) {
		if (n == COLUMNS_MAX)
			break;
		columns[n++] = (struct column){ .key = key, .right = true,
			.heading = heading(lang, view, key),
			.width = output_width(heading(lang, view, key)) };
	}
	json_array_foreach(rows, i, row)
		for (size_t c = 0; c < n; c++) {
			size_t width;

			value = json_object_get(row, columns[c].key);
			cell_text(lang, columns[c].key, value, cell);
			width = output_width(cell);
			if (width > columns[c].width)
				columns[c].width = width;
			if (value != NULL && !json_is_integer(value) && !json_is_null(value))
				columns[c].right = false;
		}
	return n;
}

static void
put_cell(FILE *out, const struct column *column, const char *text, bool last)
{
	size_t width = output_width(text);
	size_t blanks = column->width > width ? column->width - width : 0;

	if (column->right)
		pad(out, blanks);
	fputs(text, out);
	if (last)
		fputc('\n', out);
	else
		pad(out, (column->right ? 0 : blanks) + GAP);
}

void
output_table(FILE *out, enum message_lang lang, const char *view, const json_t *rows)
{
	struct column columns[COLUMNS_MAX];
	size_t n, i;
	json_t *row;
	char cell[CELL_BYTES];

	assert(json_is_array(rows));
	if (json_array_size(rows) == 0)
		return;
	n = measure(lang, view, rows, columns);
	for (size_t c = 0; c < n; c++)
		put_cell(out, &columns[c], columns[c].heading, c + 1 == n);
	for (size_t c = 0; c < n; c++) {
		for (size_t k = 0; k < columns[c].width; k++)
			fputs("─", out);
		if (c + 1 == n)
			fputc('\n', out);
		else
			pad(out, GAP);
	}
	json_array_foreach(rows, i, row)
		for (size_t c = 0; c < n; c++) {
			cell_text(lang, columns[c].key,
			    json_object_get(row, columns[c].key), cell);
			put_cell(out, &columns[c], cell, c + 1 == n);
		}
}

void
output_json(FILE *out, const json_t *value)
{
	if (json_dumpf(value, out, JSON_COMPACT | JSON_ENCODE_ANY) == 0)
		fputc('\n', out);
}
