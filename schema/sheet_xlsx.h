/* The spreadsheet of schema/sheet.h by libxlsxwriter, within kehou-sheets. */
#ifndef SCHEMA_SHEET_XLSX_H
#define SCHEMA_SHEET_XLSX_H

#include "schema/sheet.h"

/* Writes the file; columns are given.  TOO_LARGE, NOMEM, IO. */
int sheet_xlsx_write(const struct sheet *sheet, const char *path) MUST_CHECK;
/* What sheet_write describes at in, as a file at out.  Exit status: the negated status. */
int sheet_xlsx_serve(int in, int out);

#endif
