/* Tables out of the text files that offices keep: UTF-8 with or without BOM or
 * GB18030; comma, tab or semicolon; quotes as in RFC 4180. */
#ifndef SCHEMA_ROSTER_CSV_H
#define SCHEMA_ROSTER_CSV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sync/status.h"

#define ROSTER_CSV_MAX_BYTES (8u * 1024 * 1024)
#define ROSTER_CSV_MAX_CELLS 64u

struct roster_csv {
	char *text;      /* owned, UTF-8, cut in place */
	char *next;      /* first byte of the next row; NULL at the end */
	char separator;
	unsigned line;   /* of the row read last, from 1 */
	unsigned next_line;
	char *cells[ROSTER_CSV_MAX_CELLS];
	size_t ncells;   /* of the row read last; further cells are left out */
};

/* MALFORMED: neither encoding fits or a NUL is inside; TOO_LARGE. */
int roster_csv_open(struct roster_csv *csv, const uint8_t *data, size_t len)
    MUST_CHECK;
void roster_csv_release(struct roster_csv *csv);
/* Reads a row; false at the end. */
bool roster_csv_row(struct roster_csv *csv);

#endif
