#include "schema/roster_book.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sync/value.h"

#define CHUNK_BYTES (64u * 1024)
#define FIRST_CELLS 16u
#define EXACT_NUMBER 1e15 /* a double keeps 15 digits */

struct roster_book_chunk {
	struct roster_book_chunk *next;
	size_t used, size;
	max_align_t data[];
};

static void *
take(struct roster_book *book, size_t bytes)
{
	struct roster_book_chunk *c = book->chunks;
	size_t size = bytes > CHUNK_BYTES ? bytes : CHUNK_BYTES;
	void *p;

	bytes = (bytes + 15) & ~(size_t)15;
	size = (size + 15) & ~(size_t)15;
	if (!c || c->size - c->used < bytes) {
		if (book->bytes + size > ROSTER_BOOK_MAX_BYTES)
			return NULL;
		c = malloc(sizeof(*c) + size);
		if (!c)
			return NULL;
		*c = (struct roster_book_chunk){.next = book->chunks, .size = size};
		book->chunks = c;
		book->bytes += size;
	}
	p = (char *)c->data + c->used;
	c->used += bytes;
	return p;
}

struct roster_book *
roster_book_new(void)
{
	return calloc(1, sizeof(struct roster_book));
}

void
roster_book_free(struct roster_book *book)
{
	if (!book)
		return;
	for (size_t i = 0; i < book->nsheets; i++)
		free(book->sheets[i].rows);
	while (book->chunks) {
		struct roster_book_chunk *c = book->chunks;

		book->chunks = c->next;
		free(c);
	}
	free(book);
}

/* Text without control characters but line ends and tabs, as valid UTF-8. */
static char *
copy_text(struct roster_book *book, const char *text, size_t len)
{
	size_t n = len < ROSTER_BOOK_MAX_CELL_BYTES ? len : ROSTER_BOOK_MAX_CELL_BYTES;
	char *out;

	while (n < len && n > 0 && ((unsigned char)text[n] & 0xc0) == 0x80)
		n--;
	out = take(book, n + 1);
	if (!out)
		return NULL;
	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)text[i];

		out[i] = c < ' ' || c == 0x7f ? ' ' : (char)c;
	}
	out[n] = '\0';
	return out;
}

int
roster_book_sheet(struct roster_book *book, const char *name, size_t len, bool hidden)
{
	struct roster_book_sheet *s = &book->sheets[book->nsheets];

	if (book->nsheets == ROSTER_BOOK_MAX_SHEETS)
		return STATUS_TOO_LARGE;
	if (!value_utf8_valid((const uint8_t *)name, len))
		return STATUS_MALFORMED;
	*s = (struct roster_book_sheet){.name = copy_text(book, name, len), .hidden = hidden};
	if (!s->name)
		return STATUS_NOMEM;
	book->nsheets++;
	return STATUS_OK;
}

static int
new_row(struct roster_book *book, struct roster_book_sheet *s, unsigned line)
{
	size_t more = s->cap ? s->cap * 2 : 64;

	if (book->nrows == ROSTER_BOOK_MAX_ROWS)
		return STATUS_TOO_LARGE;
	if (s->nrows == s->cap) {
		struct roster_book_row *rows = realloc(s->rows, more * sizeof(*rows));

		if (!rows)
			return STATUS_NOMEM;
		s->rows = rows;
		s->cap = more;
	}
	s->rows[s->nrows++] = (struct roster_book_row){.line = line};
	book->nrows++;
	return STATUS_OK;
}

static int
widen(struct roster_book *book, struct roster_book_row *row, unsigned column)
{
	unsigned cap = row->cap ? row->cap : FIRST_CELLS;
	struct roster_book_cell *cells;

	while (cap <= column)
		cap *= 2;
	if (row->cap < cap) {
		cells = take(book, cap * sizeof(*cells));
		if (!cells)
			return STATUS_TOO_LARGE;
		memset(cells, 0, cap * sizeof(*cells));
		if (row->ncells > 0)
			memcpy(cells, row->cells, row->ncells * sizeof(*cells));
		row->cells = cells;
		row->cap = cap;
	}
	if (row->ncells <= column)
		row->ncells = column + 1;
	return STATUS_OK;
}

int
roster_book_cell(struct roster_book *book, unsigned line, unsigned column, const char *text,
    size_t len, enum roster_book_kind kind)
{
	struct roster_book_sheet *s;
	struct roster_book_row *row;
	char *copy;
	int status = STATUS_OK;

	assert(book->nsheets > 0);
	s = &book->sheets[book->nsheets - 1];
	if (len == 0 || column >= ROSTER_BOOK_MAX_COLUMNS)
		return STATUS_OK;
	if (!value_utf8_valid((const uint8_t *)text, len) || line == 0
	    || (s->nrows > 0 && s->rows[s->nrows - 1].line > line))
		return STATUS_MALFORMED;
	copy = copy_text(book, text, len);
	if (!copy)
		return STATUS_TOO_LARGE;
	if (s->nrows == 0 || s->rows[s->nrows - 1].line < line)
		status = new_row(book, s, line);
	if (status != STATUS_OK)
		return status;
	row = &s->rows[s->nrows - 1];
	status = widen(book, row, column);
	if (status == STATUS_OK)
		row->cells[column] = (struct roster_book_cell){copy, (uint8_t)kind};
	return status;
}

int
roster_book_number(struct roster_book *book, unsigned line, unsigned column, double number)
{
	char text[40];
	enum roster_book_kind kind = ROSTER_BOOK_NUMBER;

	if (!isfinite(number))
		return STATUS_OK;
	if (fabs(number) >= EXACT_NUMBER) {
		snprintf(text, sizeof(text), "%.6G", number);
		kind = ROSTER_BOOK_RUINED;
	} else if (number == floor(number)) {
		snprintf(text, sizeof(text), "%.0f", number);
	} else {
		snprintf(text, sizeof(text), "%.15g", number);
	}
	return roster_book_cell(book, line, column, text, strlen(text), kind);
}

/* Civil date of a day number since 1970-01-01. */
static void
civil(int64_t days, char ret[11])
{
	int64_t z = days + 719468, era = z / 146097, doe = z - era * 146097;
	int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100), mp = (5 * doy + 2) / 153;
	int day = (int)(doy - (153 * mp + 2) / 5 + 1), month = (int)(mp < 10 ? mp + 3 : mp - 9);
	int year = (int)(yoe + era * 400 + (month <= 2));

	snprintf(ret, 11, "%04u-%02u-%02u", (unsigned)year % 10000u,
	    (unsigned)month % 100u, (unsigned)day % 100u);
}

bool
roster_book_serial_date(double serial, char ret[11])
{
	/* 1990-01-01 .. 2199-12-31; 25569 is 1970-01-01. */
	if (!(serial >= 32874 && serial < 109575))
		return false;
	civil((int64_t)serial - 25569, ret);
	return true;
}

int
roster_book_date(struct roster_book *book, unsigned line, unsigned column, double serial,
    bool from_1904, bool with_day)
{
	char date[11];

	if (!roster_book_serial_date(serial + (from_1904 ? 1462 : 0), date))
		return roster_book_number(book, line, column, serial);
	return roster_book_cell(book, line, column, date, with_day ? 10 : 7, ROSTER_BOOK_TEXT);
}

static struct roster_book_row *
row_at(struct roster_book_sheet *s, unsigned line)
{
	size_t low = 0, high = s->nrows;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (s->rows[mid].line < line)
			low = mid + 1;
		else
			high = mid;
	}
	return low < s->nrows ? &s->rows[low] : NULL;
}

int
roster_book_merge(struct roster_book *book, unsigned line1, unsigned column1, unsigned line2,
    unsigned column2)
{
	struct roster_book_sheet *s;
	struct roster_book_row *row, *end;
	struct roster_book_cell first;

	assert(book->nsheets > 0);
	s = &book->sheets[book->nsheets - 1];
	row = row_at(s, line1);
	if (!row || row->line != line1 || column1 >= row->ncells || !row->cells[column1].text
	    || column2 < column1 || line2 < line1)
		return STATUS_OK;
	first = row->cells[column1];
	if (column2 >= ROSTER_BOOK_MAX_COLUMNS)
		column2 = ROSTER_BOOK_MAX_COLUMNS - 1;
	for (end = s->rows + s->nrows; row < end && row->line <= line2; row++) {
		int status = widen(book, row, column2);

		book->nfilled += column2 - column1 + 1;
		if (status != STATUS_OK)
			return status;
		if (book->nfilled > ROSTER_BOOK_MAX_FILL)
			return STATUS_TOO_LARGE;
		for (unsigned c = column1; c <= column2; c++)
			if (!row->cells[c].text)
				row->cells[c] = first;
	}
	return STATUS_OK;
}
