/* Excel 2007 and later: XML in a zip file.
 *
 * Parts are inflated and parsed in pieces; what they may amount to in all is
 * bounded, and a document type (and with it every entity) is refused. */
#ifndef SCHEMA_ROSTER_XLSX_H
#define SCHEMA_ROSTER_XLSX_H

#include "schema/roster_book.h"

#define ROSTER_XLSX_MAX_INFLATED (96u * 1024 * 1024) /* all parts that are read */
#define ROSTER_XLSX_MAX_STRINGS 1000000u             /* shared strings */
#define ROSTER_XLSX_MAX_STYLES 65536u
#define ROSTER_XLSX_MAX_DEPTH 64u

/* MALFORMED with ret_reason R19.broken_file or R19.other_format; TOO_LARGE. */
int roster_xlsx_read(const uint8_t *data, size_t len, struct roster_book *book,
    const char **ret_reason) MUST_CHECK;

#endif
