#define _GNU_SOURCE /* memfd_create */

#include "schema/sheet.h"

#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "schema/apart.h"

#define PROGRAM "kehou-sheets"

static int
read_back(int fd, struct buffer *out)
{
	struct stat st;
	uint8_t *p;
	size_t size;

	if (fstat(fd, &st) < 0 || st.st_size <= 0)
		return STATUS_IO;
	size = (size_t)st.st_size;
	p = buffer_room(out, size);
	if (!p)
		return STATUS_NOMEM;
	for (size_t at = 0; at < size;) {
		ssize_t n = pread(fd, p + at, size - at, (off_t)at);

		if (n <= 0)
			return STATUS_IO;
		at += (size_t)n;
	}
	out->len += size;
	return STATUS_OK;
}

/* Columns out of the first row's members. */
static size_t
columns_of(json_t *rows, struct sheet_column columns[SHEET_MAX_COLUMNS])
{
	json_t *value;
	const char *key;
	size_t n = 0;

	json_object_foreach(json_array_get(rows, 0), key, value) {
		if (n < SHEET_MAX_COLUMNS)
			columns[n++] = (struct sheet_column){
			    .key = key, .text = json_is_string(value)};
	}
	return n;
}

/* What kehou-sheets is to write; rows are borrowed until it is freed. */
static json_t *
describe(const struct sheet *sheet)
{
	json_t *columns = json_array();

	for (size_t i = 0; columns && i < sheet->ncolumns; i++)
		if (json_array_append_new(columns, json_pack("{s:s, s:s*, s:i, s:b}", "key",
		    sheet->columns[i].key, "title", sheet->columns[i].title, "width",
		    (int)sheet->columns[i].width, "text", (int)sheet->columns[i].text)) != 0) {
			json_decref(columns);
			return NULL;
		}
	return json_pack("{s:s*, s:s*, s:o, s:O}", "name", sheet->name, "note", sheet->note,
	    "columns", columns, "rows", sheet->rows);
}

/* The exit status is a status, negated. */
static int
run(int in, int out)
{
	pid_t pid;
	int status = apart_start(PROGRAM, "write", in, out, &pid);

	return status != STATUS_OK ? status : -apart_end(pid, false);
}

int
sheet_write(const struct sheet *sheet, struct buffer *out)
{
	struct sheet_column own[SHEET_MAX_COLUMNS];
	struct sheet full = *sheet;
	json_t *described;
	int in_fd, out_fd, status;

	if (!full.columns) {
		full.columns = own;
		full.ncolumns = columns_of(full.rows, own);
	}
	if (full.ncolumns > SHEET_MAX_COLUMNS || json_array_size(full.rows) > SHEET_MAX_ROWS)
		return STATUS_TOO_LARGE;
	described = describe(&full);
	in_fd = memfd_create("rows", MFD_CLOEXEC);
	out_fd = memfd_create("sheet", MFD_CLOEXEC);
	status = !described ? STATUS_NOMEM : in_fd < 0 || out_fd < 0 ? STATUS_IO
	    : json_dumpfd(described, in_fd, JSON_COMPACT) != 0
	    || lseek(in_fd, 0, SEEK_SET) != 0 ? STATUS_IO : run(in_fd, out_fd);
	json_decref(described);
	if (status == STATUS_OK)
		status = read_back(out_fd, out);
	if (in_fd >= 0)
		close(in_fd);
	if (out_fd >= 0)
		close(out_fd);
	return status;
}
