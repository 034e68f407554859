#define _GNU_SOURCE /* memfd_create, pipe2 */

#include "schema/roster_apart.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "schema/apart.h"
#include "schema/roster_apart_message.h"

#define PROGRAM "kehou-sheets"
#define MAX_MESSAGE (ROSTER_BOOK_MAX_CELL_BYTES + 64)
#define PIPE_BYTES (64 * 1024)

/* A descriptor from which pieces come while the other side lives. */
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
		rc = poll(&p, 1, ROSTER_APART_WAIT_MS);
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

/* One of our own words for it. */
static const char *
known_reason(const char *text)
{
	static const char *const reasons[] = {"R19.encoding", "R19.too_large",
		"R19.other_format", "R19.password"};

	for (size_t i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++)
		if (strcmp(reasons[i], text) == 0)
			return reasons[i];
	return "R19.broken_file";
}

static int
take_end(const struct roster_apart_message *m, const char *text, struct roster_book *book,
    const char **ret_reason)
{
	if (m->line == 0) {
		book->merges_known = m->column == 1;
		return STATUS_OK;
	}
	*ret_reason = known_reason(text);
	return m->line == (uint32_t)-STATUS_TOO_LARGE ? STATUS_TOO_LARGE : STATUS_MALFORMED;
}

static int
take_messages(struct source *s, struct roster_book *book, const char **ret_reason)
{
	int status = STATUS_OK;

	*ret_reason = "R19.broken_file";
	while (status == STATUS_OK) {
		char text[MAX_MESSAGE + 1];
		struct roster_apart_message m;

		if (!receive(s, &m, sizeof(m)) || m.len >= MAX_MESSAGE
		    || !receive(s, text, m.len))
			return STATUS_MALFORMED;
		text[m.len] = '\0';
		if (m.what == 'E')
			return take_end(&m, text, book, ret_reason);
		if (m.what == 'S')
			status = roster_book_sheet(book, text, m.len, m.kind == 1);
		else if (m.what == 'C' && book->nsheets > 0 && m.kind <= ROSTER_BOOK_RUINED)
			status = roster_book_cell(book, m.line, m.column, text, m.len, m.kind);
		else
			status = STATUS_MALFORMED;
	}
	if (status == STATUS_TOO_LARGE)
		*ret_reason = "R19.too_large";
	return status;
}

static int
file_of(const uint8_t *data, size_t len, int *ret_fd)
{
	int fd = memfd_create("list", MFD_CLOEXEC);

	if (fd < 0)
		return status_from_errno(errno);
	if (write(fd, data, len) != (ssize_t)len) {
		close(fd);
		return STATUS_NOMEM;
	}
	*ret_fd = fd;
	return STATUS_OK;
}

static int
run(int file, struct source *s, struct roster_book *book, const char **ret_reason)
{
	int ends[2], status;
	pid_t pid;

	if (pipe2(ends, O_CLOEXEC) < 0)
		return status_from_errno(errno);
	status = apart_start(PROGRAM, "read", file, ends[1], &pid);
	close(ends[1]);
	if (status == STATUS_OK) {
		s->fd = ends[0];
		status = take_messages(s, book, ret_reason);
		(void)apart_end(pid, true);
	}
	close(ends[0]);
	return status;
}

int
roster_apart_read(const uint8_t *data, size_t len, struct roster_book **ret,
    const char **ret_reason)
{
	struct roster_book *book;
	struct source *s;
	int file = -1, status;

	if (len > ROSTER_BOOK_MAX_FILE_BYTES) {
		*ret_reason = "R19.too_large";
		return STATUS_TOO_LARGE;
	}
	*ret_reason = NULL;
	book = roster_book_new();
	s = calloc(1, sizeof(*s));
	status = book && s ? file_of(data, len, &file) : STATUS_NOMEM;
	if (status == STATUS_OK)
		status = run(file, s, book, ret_reason);
	if (file >= 0)
		close(file);
	free(s);
	if (status == STATUS_OK)
		*ret = book;
	else
		roster_book_free(book);
	return status;
}
