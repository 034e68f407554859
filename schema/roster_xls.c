#define _GNU_SOURCE /* memmem */

#include "schema/roster_xls.h"

#include <stdio.h>
#include <string.h>

#include <freexl.h>

#define MAX_LINES 65536u

static int
read_cell(const void *xls, struct roster_book *book, unsigned line, unsigned short column)
{
	FreeXL_CellValue v;
	const char *text;

	if (freexl_get_cell_value(xls, line, column, &v) != FREEXL_OK)
		return STATUS_OK;
	switch (v.type) {
	case FREEXL_CELL_INT:
		return roster_book_number(book, line + 1, column, v.value.int_value);
	case FREEXL_CELL_DOUBLE:
		return roster_book_number(book, line + 1, column, v.value.double_value);
	case FREEXL_CELL_TEXT:
	case FREEXL_CELL_SST_TEXT:
	case FREEXL_CELL_DATE:
	case FREEXL_CELL_DATETIME:
		text = v.value.text_value;
		return text ? roster_book_cell(book, line + 1, column, text, strlen(text),
		    ROSTER_BOOK_TEXT) : STATUS_OK;
	default:
		return STATUS_OK;
	}
}

static int
read_sheet(const void *xls, struct roster_book *book, unsigned short sheet)
{
	const char *name = "";
	unsigned lines;
	unsigned short columns;
	int status;

	if (freexl_get_worksheet_name(xls, sheet, &name) != FREEXL_OK || !name)
		name = "";
	if (freexl_select_active_worksheet(xls, sheet) != FREEXL_OK
	    || freexl_worksheet_dimensions(xls, &lines, &columns) != FREEXL_OK)
		return STATUS_OK; /* a chart, a macro sheet */
	status = roster_book_sheet(book, name, strlen(name), false);
	for (unsigned line = 0; line < lines && line < MAX_LINES; line++)
		for (unsigned short c = 0; c < columns && c < ROSTER_BOOK_MAX_COLUMNS; c++)
			if (status == STATUS_OK)
				status = read_cell(xls, book, line, c);
	return status;
}

/* Excel locks a workbook by putting it, encrypted, under this name. */
static bool
is_locked(const uint8_t *data, size_t len)
{
	static const char name[] = "E\0n\0c\0r\0y\0p\0t\0e\0d\0P\0a\0c\0k\0a\0g\0e";

	return memmem(data, len, name, sizeof(name) - 1) != NULL;
}

int
roster_xls_read(int fd, const uint8_t *data, size_t len, struct roster_book *book,
    const char **ret_reason)
{
	const void *xls = NULL;
	unsigned sheets = 0;
	char path[64];
	int status = STATUS_OK;

	if (is_locked(data, len)) {
		*ret_reason = "R19.password";
		return STATUS_MALFORMED;
	}
	/* The library reads a path only. */
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	if (freexl_open(path, &xls) != FREEXL_OK
	    || freexl_get_info(xls, FREEXL_BIFF_SHEET_COUNT, &sheets) != FREEXL_OK
	    || sheets == 0)
		status = STATUS_MALFORMED;
	for (unsigned i = 0; i < sheets && status == STATUS_OK; i++)
		status = read_sheet(xls, book, (unsigned short)i);
	if (xls)
		freexl_close(xls);
	return status;
}
