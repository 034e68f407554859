/* Sheets of cells as text, whatever file they come from.
 *
 * roster_csv, roster_xls and roster_xlsx fill a book; texts are clean UTF-8
 * without NUL and may be cut in place by whoever reads them.  Everything is
 * bounded here, so that a file of a few kilobytes cannot fill the memory. */
#ifndef SCHEMA_ROSTER_BOOK_H
#define SCHEMA_ROSTER_BOOK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sync/status.h"

#define ROSTER_BOOK_MAX_FILE_BYTES (8u * 1024 * 1024)
#define ROSTER_BOOK_MAX_SHEETS 64u
#define ROSTER_BOOK_MAX_COLUMNS 64u            /* further ones are left out */
#define ROSTER_BOOK_MAX_ROWS 50000u            /* with text, in all sheets */
#define ROSTER_BOOK_MAX_CELL_BYTES 2048u       /* longer texts are cut */
#define ROSTER_BOOK_MAX_BYTES (64u * 1024 * 1024) /* of memory */
#define ROSTER_BOOK_MAX_FILL 1000000u          /* cells filled by merging */

enum roster_book_kind {
	ROSTER_BOOK_TEXT,
	ROSTER_BOOK_NUMBER, /* a number in the office's eyes; as few digits as say it */
	ROSTER_BOOK_RUINED  /* a number of more digits than the file could keep */
};
struct roster_book_cell {
	char *text; /* NULL: empty */
	uint8_t kind;
};
struct roster_book_row {
	unsigned line; /* from 1, as the office program counts */
	unsigned ncells, cap;
	struct roster_book_cell *cells;
};
struct roster_book_sheet {
	char *name;
	bool hidden;
	struct roster_book_row *rows; /* those with text, in order */
	size_t nrows, cap;
};
struct roster_book_chunk;
struct roster_book {
	struct roster_book_sheet sheets[ROSTER_BOOK_MAX_SHEETS];
	size_t nsheets;
	bool merges_known; /* the file says which cells are merged, and they are filled */
	struct roster_book_chunk *chunks;
	size_t bytes, nrows, nfilled;
};

struct roster_book *roster_book_new(void); /* or NULL */
void roster_book_free(struct roster_book *book);
/* Begins a sheet.  TOO_LARGE, NOMEM. */
int roster_book_sheet(struct roster_book *book, const char *name, size_t len,
    bool hidden) MUST_CHECK;
/* A cell of the last sheet; line from 1, column from 0; empty text is skipped.
 * Lines must not go back (MALFORMED). */
int roster_book_cell(struct roster_book *book, unsigned line, unsigned column,
    const char *text, size_t len, enum roster_book_kind kind) MUST_CHECK;
/* A number: integers below 10^15 without exponent. */
int roster_book_number(struct roster_book *book, unsigned line, unsigned column,
    double number) MUST_CHECK;
/* A date out of a serial number of Excel: YYYY-MM-DD, or YYYY-MM when the office
 * shows no day.  A serial that is no date is taken as a number. */
int roster_book_date(struct roster_book *book, unsigned line, unsigned column,
    double serial, bool from_1904, bool with_day) MUST_CHECK;
/* Every cell of the rectangle says what its first one says. */
int roster_book_merge(struct roster_book *book, unsigned line1, unsigned column1,
    unsigned line2, unsigned column2) MUST_CHECK;
/* YYYY-MM-DD of a serial number of Excel's 1900 calendar; false outside
 * 1990 .. 2199. */
bool roster_book_serial_date(double serial, char ret[11]);

#endif
