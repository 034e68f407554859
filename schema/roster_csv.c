#include "schema/roster_csv.h"

#include <iconv.h>
#include <stdlib.h>
#include <string.h>

#include "sync/value.h"

#define MARK "\xef\xbb\xbf"

struct csv {
	char *next;      /* first byte of the next row; NULL at the end */
	char separator;
	unsigned line;   /* of the row read last, from 1 */
	unsigned next_line;
};

/* GB18030 takes at least one byte a character, UTF-8 at most four; two bytes of
 * GB18030 or UTF-16 are at most three of UTF-8. */
static int
convert(const char *from, const uint8_t *data, size_t len, char **ret)
{
	iconv_t cd = iconv_open("UTF-8", from);
	size_t in_left = len, out_left = len * 2 + 4;
	char *out = malloc(out_left + 1), *in = (char *)(uintptr_t)data, *p = out;
	size_t rc;

	if (!out || cd == (iconv_t)-1) {
		free(out);
		if (cd != (iconv_t)-1)
			iconv_close(cd);
		return STATUS_NOMEM;
	}
	rc = iconv(cd, &in, &in_left, &p, &out_left);
	iconv_close(cd);
	*p = '\0';
	if (rc == (size_t)-1 || in_left > 0
	    || !value_utf8_valid((const uint8_t *)out, (size_t)(p - out))) {
		free(out);
		return STATUS_MALFORMED;
	}
	*ret = out;
	return STATUS_OK;
}

/* The separator that the file has most of outside quotes. */
static char
guess_separator(const char *text)
{
	size_t commas = 0, tabs = 0, semicolons = 0;
	bool quoted = false;

	for (; *text != '\0'; text++) {
		if (*text == '"')
			quoted = !quoted;
		if (quoted)
			continue;
		commas += *text == ',';
		tabs += *text == '\t';
		semicolons += *text == ';';
	}
	if (tabs >= commas && tabs >= semicolons && tabs > 0)
		return '\t';
	return semicolons > commas ? ';' : ',';
}

/* UTF-16 without a mark: every second byte of ASCII (separators, digits) is 0. */
static const char *
guess_utf16(const uint8_t *data, size_t len)
{
	size_t zeros[2] = {0, 0};

	if (len < 2 || len % 2 != 0)
		return NULL;
	if (data[0] == 0xff && data[1] == 0xfe)
		return "UTF-16LE";
	if (data[0] == 0xfe && data[1] == 0xff)
		return "UTF-16BE";
	for (size_t i = 0; i < len; i++)
		zeros[i & 1] += data[i] == 0;
	if (zeros[0] + zeros[1] == 0)
		return NULL;
	return zeros[1] > zeros[0] ? "UTF-16LE" : "UTF-16BE";
}

static int
to_utf8(const uint8_t *data, size_t len, char **ret)
{
	const char *from = guess_utf16(data, len);

	if (!from && value_utf8_valid(data, len)) {
		*ret = malloc(len + 1);
		if (!*ret)
			return STATUS_NOMEM;
		memcpy(*ret, data, len);
		(*ret)[len] = '\0';
		return STATUS_OK;
	}
	return convert(from ? from : "GB18030", data, len, ret);
}

/* Cuts one cell in place; *p is left on what ended it. */
static char *
cut_cell(struct csv *csv, char **p)
{
	char *start = *p, *out = *p, *in = *p;
	bool quoted = *in == '"';

	in += quoted;
	for (; *in != '\0'; in++) {
		if (quoted && in[0] == '"' && in[1] == '"') {
			in++;
		} else if (quoted && *in == '"') {
			quoted = false;
			continue;
		} else if (!quoted && (*in == csv->separator || *in == '\n'
		    || (in[0] == '\r' && (in[1] == '\n' || in[1] == '\0')))) {
			break;
		}
		csv->next_line += *in == '\n';
		*out++ = *in;
	}
	*p = in;
	/* What ended the cell may be the byte at out: the caller reads it first. */
	if (out < in)
		*out = '\0';
	return start;
}

static int
read_row(struct csv *csv, struct roster_book *book)
{
	char *p = csv->next, end;
	unsigned column = 0;
	int status = STATUS_OK;

	csv->line = csv->next_line;
	do {
		char *cell = cut_cell(csv, &p);

		end = *p;
		*p = '\0';
		p++;
		if (status == STATUS_OK)
			status = roster_book_cell(book, csv->line, column, cell, strlen(cell),
			    ROSTER_BOOK_TEXT);
		if (column < ROSTER_BOOK_MAX_COLUMNS)
			column++;
	} while (end == csv->separator);
	if (end == '\r' && *p == '\n')
		p++;
	csv->next_line++;
	csv->next = end == '\0' || *p == '\0' ? NULL : p;
	return status;
}

int
roster_csv_read(const uint8_t *data, size_t len, struct roster_book *book)
{
	struct csv csv = {.next_line = 1};
	char *text = NULL;
	int status = to_utf8(data, len, &text);

	if (status != STATUS_OK)
		return status;
	csv.next = strncmp(text, MARK, 3) == 0 ? text + 3 : text;
	csv.separator = guess_separator(csv.next);
	if (status == STATUS_OK)
		status = roster_book_sheet(book, "", 0, false);
	while (status == STATUS_OK && csv.next && *csv.next != '\0')
		status = read_row(&csv, book);
	free(text);
	return status;
}
