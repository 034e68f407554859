/* JSON rows become a spreadsheet (.xlsx) in memory: views, statements, the
 * roster's template and export. */
#ifndef SCHEMA_SHEET_H
#define SCHEMA_SHEET_H

#include <jansson.h>

#include "sync/buffer.h"
#include "sync/status.h"

#define SHEET_MAX_COLUMNS 64u
#define SHEET_MAX_ROWS 100000u

struct sheet_column {
	const char *key;   /* member of each row */
	const char *title; /* first line of the table; NULL: the key */
	unsigned width;    /* in characters; 0: made to fit */
	bool text;         /* text even where the row has a number: ids */
};
struct sheet {
	const char *name;  /* of the tab; NULL: 1.  What Excel forbids is left out */
	const char *note;  /* a line above the table, or NULL */
	const struct sheet_column *columns; /* NULL: the members of the first row */
	size_t ncolumns;
	json_t *rows;      /* array of objects; borrowed */
};

/* Appends the file's bytes to out.  Strings become text, never a formula;
 * numbers numbers, but integers of more than 11 digits text, since Excel would
 * show and save them rounded; booleans √ or nothing; null an empty cell; the
 * rest its JSON.  TOO_LARGE past the limits above, IO, NOMEM: out is unchanged. */
int sheet_write(const struct sheet *sheet, struct buffer *out) MUST_CHECK;

#endif
