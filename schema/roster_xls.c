#define _GNU_SOURCE /* memfd_create, pipe2 */

#include "schema/roster_xls.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <freexl.h>

#define MAX_LINES 65536u
#define MAX_MESSAGE (ROSTER_BOOK_MAX_CELL_BYTES + 64)
#define PIPE_BYTES (64 * 1024)

#if defined(__SANITIZE_ADDRESS__)
#define SHADOWED 1 /* the sanitizer's own memory is larger than any limit */
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SHADOWED 1
#endif
#endif
#ifndef SHADOWED
#define SHADOWED 0
#endif

/* ---- with the library, in whatever process ---- */

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

int
roster_xls_parse(const uint8_t *data, size_t len, struct roster_book *book)
{
	const void *xls = NULL;
	unsigned sheets = 0;
	char path[64];
	/* The library reads a path only. */
	int fd = memfd_create("roster", MFD_CLOEXEC), status = STATUS_OK;

	if (fd < 0)
		return STATUS_IO;
	if (write(fd, data, len) != (ssize_t)len) {
		close(fd);
		return STATUS_IO;
	}
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	if (freexl_open(path, &xls) != FREEXL_OK
	    || freexl_get_info(xls, FREEXL_BIFF_SHEET_COUNT, &sheets) != FREEXL_OK
	    || sheets == 0)
		status = STATUS_MALFORMED;
	for (unsigned i = 0; i < sheets && status == STATUS_OK; i++)
		status = read_sheet(xls, book, (unsigned short)i);
	if (xls)
		freexl_close(xls);
	close(fd);
	return status;
}

/* ---- the child ---- */

/* A message: kind, cell kind, length, line, column, text.  'S' sheet, 'C' cell,
 * 'E' end, line being the status. */
struct message {
	char what;
	uint8_t kind;
	uint16_t len;
	uint32_t line, column;
};

static void
send_all(FILE *f, const struct message *m, const char *text)
{
	fwrite(m, sizeof(*m), 1, f);
	fwrite(text, 1, m->len, f);
}

static void
send_book(FILE *f, const struct roster_book *book)
{
	for (size_t i = 0; i < book->nsheets; i++) {
		const struct roster_book_sheet *s = &book->sheets[i];
		struct message m = {.what = 'S', .len = (uint16_t)strlen(s->name)};

		send_all(f, &m, s->name);
		for (size_t r = 0; r < s->nrows; r++)
			for (unsigned c = 0; c < s->rows[r].ncells; c++) {
				const struct roster_book_cell *cell = &s->rows[r].cells[c];

				if (!cell->text)
					continue;
				m = (struct message){.what = 'C', .kind = cell->kind,
				    .len = (uint16_t)strlen(cell->text),
				    .line = s->rows[r].line, .column = c};
				send_all(f, &m, cell->text);
			}
	}
}

static void
limit(int what, rlim_t n)
{
	struct rlimit l = {.rlim_cur = n, .rlim_max = n};

	(void)setrlimit(what, &l);
}

/* Nothing of the parent is left to write to, and little to take. */
static void
confine(int out)
{
	long most = sysconf(_SC_OPEN_MAX);

	for (int fd = 0; fd < (most > 0 && most < 65536 ? (int)most : 65536); fd++)
		if (fd != out)
			close(fd);
	limit(RLIMIT_CORE, 0);
	limit(RLIMIT_NPROC, 0);
	limit(RLIMIT_CPU, ROSTER_XLS_CPU_S);
	limit(RLIMIT_NOFILE, 16);
	limit(RLIMIT_FSIZE, ROSTER_BOOK_MAX_FILE_BYTES);
	if (!SHADOWED)
		limit(RLIMIT_AS, ROSTER_XLS_MEMORY_BYTES);
}

static void
child(const uint8_t *data, size_t len, int out)
{
	struct roster_book *book;
	struct message end = {.what = 'E'};
	int status;
	FILE *f;

	confine(out);
	f = fdopen(out, "w");
	book = roster_book_new();
	if (!f || !book)
		_exit(1);
	status = roster_xls_parse(data, len, book);
	if (status == STATUS_OK)
		send_book(f, book);
	end.line = (uint32_t)-status;
	send_all(f, &end, "");
	fflush(f);
	_exit(0);
}

/* ---- the parent ---- */

/* A descriptor from which pieces come while the child lives. */
struct source {
	int fd;
	size_t at, len;
	uint8_t piece[PIPE_BYTES];
};

static bool
fill(struct source *s)
{
	struct pollfd p = {.fd = s->fd, .events = POLLIN};
	ssize_t n;
	int rc;

	do
		rc = poll(&p, 1, ROSTER_XLS_WAIT_MS);
	while (rc < 0 && errno == EINTR);
	if (rc <= 0)
		return false;
	do
		n = read(s->fd, s->piece, sizeof(s->piece));
	while (n < 0 && errno == EINTR);
	if (n <= 0)
		return false;
	s->at = 0;
	s->len = (size_t)n;
	return true;
}

static bool
receive(struct source *s, void *out, size_t len)
{
	uint8_t *p = out;

	while (len > 0) {
		size_t n = s->len - s->at < len ? s->len - s->at : len;

		memcpy(p, s->piece + s->at, n);
		s->at += n;
		p += n;
		len -= n;
		if (len > 0 && !fill(s))
			return false;
	}
	return true;
}

static int
take_messages(struct source *s, struct roster_book *book)
{
	int status = STATUS_OK;

	while (status == STATUS_OK) {
		char text[MAX_MESSAGE];
		struct message m;

		if (!receive(s, &m, sizeof(m)) || m.len >= MAX_MESSAGE
		    || !receive(s, text, m.len))
			return STATUS_MALFORMED;
		if (m.what == 'E')
			return m.line == 0 ? STATUS_OK
			    : m.line == (uint32_t)-STATUS_TOO_LARGE ? STATUS_TOO_LARGE
			    : STATUS_MALFORMED;
		if (m.what == 'S')
			status = roster_book_sheet(book, text, m.len, false);
		else if (m.what == 'C' && book->nsheets > 0 && m.kind <= ROSTER_BOOK_RUINED)
			status = roster_book_cell(book, m.line, m.column, text, m.len, m.kind);
		else
			status = STATUS_MALFORMED;
	}
	return status;
}

static int
run_child(const uint8_t *data, size_t len, struct roster_book *book, struct source *s)
{
	int ends[2], status;
	pid_t pid;

	if (pipe2(ends, O_CLOEXEC) < 0)
		return status_from_errno(errno);
	pid = fork();
	if (pid == 0)
		child(data, len, ends[1]);
	close(ends[1]);
	if (pid < 0) {
		close(ends[0]);
		return STATUS_NOMEM;
	}
	s->fd = ends[0];
	status = take_messages(s, book);
	close(ends[0]);
	(void)kill(pid, SIGKILL);
	while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
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
roster_xls_read(const uint8_t *data, size_t len, struct roster_book *book,
    const char **ret_reason)
{
	struct source *s;
	int status;

	*ret_reason = "R19.broken_file";
	if (is_locked(data, len)) {
		*ret_reason = "R19.password";
		return STATUS_MALFORMED;
	}
	s = calloc(1, sizeof(*s));
	if (!s)
		return STATUS_NOMEM;
	status = run_child(data, len, book, s);
	free(s);
	return status;
}
