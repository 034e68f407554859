/* Tables out of the text files that offices keep: UTF-8 with or without mark,
 * UTF-16 of either order, GB18030; comma, tab or semicolon; quotes as in
 * RFC 4180. */
#ifndef SCHEMA_ROSTER_CSV_H
#define SCHEMA_ROSTER_CSV_H

#include "schema/roster_book.h"

/* One sheet without a name; lines are those of the file.  MALFORMED: no encoding
 * fits; TOO_LARGE. */
int roster_csv_read(const uint8_t *data, size_t len, struct roster_book *book) MUST_CHECK;

#endif
