#include "schema/sheet_xlsx.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <xlsxwriter.h>

#define MAX_NAME_CHARS 31u              /* Excel's, of a tab */
#define EXACT_DIGITS INT64_C(99999999999)
#define MIN_WIDTH 6u
#define MAX_WIDTH 40u
#define WIDTH_ROWS 200u                 /* looked at to find a width */

struct writer {
	lxw_worksheet *page;
	lxw_format *plain, *text, *head, *note;
	unsigned widths[SHEET_MAX_COLUMNS];
};

/* Columns that a text takes on the screen: a Chinese character is two. */
static unsigned
width_of(const char *s)
{
	unsigned n = 0;

	for (; *s != '\0' && n < MAX_WIDTH; s++)
		if (((unsigned char)*s & 0xc0) != 0x80)
			n += (unsigned char)*s >= 0xe0 ? 2 : 1;
	return n;
}

/* A tab's name without what Excel forbids, at most 31 characters. */
static void
tab_name(const char *name, char ret[MAX_NAME_CHARS * 4 + 1])
{
	char *out = ret;
	unsigned chars = 0;

	for (; name && *name != '\0'; name++) {
		bool first = ((unsigned char)*name & 0xc0) != 0x80;

		if (first && chars == MAX_NAME_CHARS)
			break;
		if (strchr("[]:*?/\\'", *name) || (unsigned char)*name < ' ')
			continue;
		chars += first;
		*out++ = *name;
	}
	*out = '\0';
	if (out == ret)
		memcpy(ret, "1", 2);
}

static lxw_error
write_text(struct writer *w, lxw_row_t row, lxw_col_t col, const char *text, lxw_format *format)
{
	unsigned width = width_of(text) + 2;

	if (row < WIDTH_ROWS && w->widths[col] < width)
		w->widths[col] = width;
	return worksheet_write_string(w->page, row, col, text, format);
}

static lxw_error
write_other(struct writer *w, lxw_row_t row, lxw_col_t col, json_t *value)
{
	char *text = json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT);
	lxw_error error = text ? write_text(w, row, col, text, w->text)
	    : LXW_ERROR_MEMORY_MALLOC_FAILED;

	free(text);
	return error;
}

static lxw_error
write_cell(struct writer *w, lxw_row_t row, lxw_col_t col, json_t *value, bool text)
{
	json_int_t i = json_integer_value(value);

	if (json_is_null(value) || !value || json_is_false(value))
		return LXW_NO_ERROR;
	if (json_is_true(value))
		return write_text(w, row, col, "√", w->text);
	if (json_is_string(value))
		return write_text(w, row, col, json_string_value(value), w->text);
	if (json_is_integer(value) && !text && i <= EXACT_DIGITS && i >= -EXACT_DIGITS)
		return worksheet_write_number(w->page, row, col, (double)i, w->plain);
	if (json_is_real(value) && !text)
		return worksheet_write_number(w->page, row, col, json_real_value(value),
		    w->plain);
	return write_other(w, row, col, value);
}

static lxw_error
write_row(struct writer *w, const struct sheet *sheet, lxw_row_t row, json_t *object)
{
	lxw_error error = LXW_NO_ERROR;

	for (size_t c = 0; c < sheet->ncolumns && error == LXW_NO_ERROR; c++)
		error = write_cell(w, row, (lxw_col_t)c,
		    json_object_get(object, sheet->columns[c].key), sheet->columns[c].text);
	return error;
}

static lxw_error
write_page(struct writer *w, const struct sheet *sheet)
{
	lxw_row_t row = 0;
	lxw_error error = LXW_NO_ERROR;
	json_t *object;
	size_t i;

	if (sheet->note)
		error = worksheet_write_string(w->page, row++, 0, sheet->note, w->note);
	for (size_t c = 0; c < sheet->ncolumns && error == LXW_NO_ERROR; c++)
		error = write_text(w, row, (lxw_col_t)c, sheet->columns[c].title
		    ? sheet->columns[c].title : sheet->columns[c].key, w->head);
	worksheet_freeze_panes(w->page, ++row, 0);
	json_array_foreach(sheet->rows, i, object) {
		if (error == LXW_NO_ERROR)
			error = write_row(w, sheet, row++, object);
	}
	for (size_t c = 0; c < sheet->ncolumns && error == LXW_NO_ERROR; c++) {
		unsigned width = sheet->columns[c].width ? sheet->columns[c].width
		    : w->widths[c] < MIN_WIDTH ? MIN_WIDTH
		    : w->widths[c] > MAX_WIDTH ? MAX_WIDTH : w->widths[c];

		/* The column's format also holds for what is typed below: text stays text. */
		error = worksheet_set_column(w->page, (lxw_col_t)c, (lxw_col_t)c, width,
		    sheet->columns[c].text ? w->text : w->plain);
	}
	return error;
}

int
sheet_xlsx_write(const struct sheet *sheet, const char *path)
{
	struct writer w = {.widths = {0}};
	lxw_workbook *book = workbook_new(path);
	lxw_error error = LXW_NO_ERROR, closed;
	char name[MAX_NAME_CHARS * 4 + 1];

	if (!book)
		return STATUS_NOMEM;
	tab_name(sheet->name, name);
	w.page = workbook_add_worksheet(book, name);
	w.plain = workbook_add_format(book);
	w.text = workbook_add_format(book);
	w.head = workbook_add_format(book);
	w.note = workbook_add_format(book);
	if (!w.page || !w.plain || !w.text || !w.head || !w.note) {
		error = LXW_ERROR_MEMORY_MALLOC_FAILED;
	} else {
		format_set_num_format(w.text, "@");
		format_set_num_format(w.head, "@");
		format_set_bold(w.head);
		format_set_font_color(w.note, LXW_COLOR_GRAY);
		error = write_page(&w, sheet);
	}
	closed = workbook_close(book);
	if (error == LXW_NO_ERROR)
		error = closed;
	if (error == LXW_ERROR_MAX_STRING_LENGTH_EXCEEDED)
		return STATUS_TOO_LARGE;
	if (error == LXW_ERROR_MEMORY_MALLOC_FAILED)
		return STATUS_NOMEM;
	return error == LXW_NO_ERROR ? STATUS_OK : STATUS_IO;
}

/* ---- over there ---- */

static int
write_described(json_t *o, int out)
{
	struct sheet_column columns[SHEET_MAX_COLUMNS];
	struct sheet sheet = {.name = json_string_value(json_object_get(o, "name")),
	    .note = json_string_value(json_object_get(o, "note")), .columns = columns,
	    .rows = json_object_get(o, "rows")};
	json_t *column;
	char path[64];
	size_t i;

	json_array_foreach(json_object_get(o, "columns"), i, column) {
		if (i == SHEET_MAX_COLUMNS)
			return STATUS_TOO_LARGE;
		columns[i] = (struct sheet_column){
		    .key = json_string_value(json_object_get(column, "key")),
		    .title = json_string_value(json_object_get(column, "title")),
		    .width = (unsigned)json_integer_value(json_object_get(column, "width")),
		    .text = json_is_true(json_object_get(column, "text"))};
		if (!columns[i].key)
			return STATUS_MALFORMED;
		sheet.ncolumns = i + 1;
	}
	/* The library writes to a path only; names of children stay off the disk. */
	snprintf(path, sizeof(path), "/proc/self/fd/%d", out);
	return sheet_xlsx_write(&sheet, path);
}

int
sheet_xlsx_serve(int in, int out)
{
	json_t *o = json_loadfd(in, JSON_REJECT_DUPLICATES, NULL);
	int status = o ? write_described(o, out) : STATUS_MALFORMED;

	json_decref(o);
	return -status;
}
