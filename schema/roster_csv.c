#include "schema/roster_csv.h"

#include <iconv.h>
#include <stdlib.h>
#include <string.h>

#include "sync/value.h"

/* GB18030 takes at least one byte a character, UTF-8 at most four; two bytes of
 * GB18030 are at most three of UTF-8. */
static int
from_gb18030(const uint8_t *data, size_t len, char **ret)
{
	iconv_t cd = iconv_open("UTF-8", "GB18030");
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

int
roster_csv_open(struct roster_csv *csv, const uint8_t *data, size_t len)
{
	char *text = NULL;
	int status = STATUS_OK;

	if (len > ROSTER_CSV_MAX_BYTES)
		return STATUS_TOO_LARGE;
	if (len >= 3 && memcmp(data, "\xef\xbb\xbf", 3) == 0) {
		data += 3;
		len -= 3;
	}
	if (memchr(data, '\0', len))
		return STATUS_MALFORMED;
	if (value_utf8_valid(data, len)) {
		text = malloc(len + 1);
		if (!text)
			return STATUS_NOMEM;
		memcpy(text, data, len);
		text[len] = '\0';
	} else {
		status = from_gb18030(data, len, &text);
	}
	if (status != STATUS_OK)
		return status;
	*csv = (struct roster_csv){.text = text, .next = text,
	    .separator = guess_separator(text), .next_line = 1};
	return STATUS_OK;
}

void
roster_csv_release(struct roster_csv *csv)
{
	free(csv->text);
	csv->text = NULL;
}

/* Cuts one cell in place; *p is left on what ended it. */
static char *
cut_cell(struct roster_csv *csv, char **p)
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

bool
roster_csv_row(struct roster_csv *csv)
{
	char *p = csv->next, end;

	if (!p || *p == '\0')
		return false;
	csv->line = csv->next_line;
	csv->ncells = 0;
	do {
		char *cell = cut_cell(csv, &p);

		if (csv->ncells < ROSTER_CSV_MAX_CELLS)
			csv->cells[csv->ncells++] = cell;
		end = *p;
		*p = '\0';
		p++;
	} while (end == csv->separator);
	if (end == '\r' && *p == '\n')
		p++;
	csv->next_line++;
	csv->next = end == '\0' ? NULL : p;
	return true;
}
