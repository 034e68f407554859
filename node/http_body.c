#define _GNU_SOURCE /* O_TMPFILE */

#include "node/http_body.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "sync/env.h"

static int
open_file(const char *folder)
{
	int fd = open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	char path[PATH_MAX];

	if (fd >= 0 || errno == EMFILE || errno == ENFILE)
		return fd;
	/* Not every file system has files without a name. */
	if ((size_t)snprintf(path, sizeof path, "%s/.body.XXXXXX", folder) >= sizeof path)
		return -1;
	fd = mkostemp(path, O_CLOEXEC);
	if (fd >= 0)
		(void)unlink(path);
	return fd;
}

/* From memory into a file. */
static int
move_out(struct http_bodies *all, struct http_body *b)
{
	int status;

	b->file = open_file(all->folder);
	if (b->file < 0)
		return status_from_errno(errno);
	b->filed = true;
	status = env_posix_write(b->file, b->small.data, b->small.len);
	all->held -= b->small.len;
	all->filed += b->small.len;
	buffer_release(&b->small);
	return status;
}

int
http_body_put(struct http_bodies *all, struct http_body *b, const void *data, size_t len)
{
	int status = STATUS_OK;

	if (!b->filed && (b->small.len + len > HTTP_BODY_SMALL_BYTES ||
	    all->held + len > HTTP_BODY_HELD_BYTES))
		status = move_out(all, b);
	if (status != STATUS_OK)
		return status;
	if (!b->filed) {
		buffer_put(&b->small, data, len);
		status = buffer_status(&b->small);
		if (status == STATUS_OK)
			all->held += len;
	} else if (all->filed + len > HTTP_BODY_FILED_BYTES) {
		status = STATUS_BUSY;
	} else {
		status = env_posix_write(b->file, data, len);
		if (status == STATUS_OK)
			all->filed += len;
	}
	if (status == STATUS_OK)
		b->len += len;
	return status;
}

const uint8_t *
http_body_map(struct http_body *b)
{
	if (!b->filed || b->map != NULL || b->len == 0)
		return b->filed ? b->map : b->small.data;
	b->map = mmap(NULL, (size_t)b->len, PROT_READ, MAP_PRIVATE, b->file, 0);
	if (b->map == MAP_FAILED)
		b->map = NULL;
	return b->map;
}

int
http_body_at(const struct http_body *b, uint64_t offset, void *out, size_t len, size_t *ret_len)
{
	size_t left = offset < b->len ? (size_t)(b->len - offset) : 0, at = 0;

	if (len > left)
		len = left;
	if (!b->filed && len > 0)
		memcpy(out, b->small.data + offset, len);
	while (b->filed && at < len) {
		ssize_t n = pread(b->file, (uint8_t *)out + at, len - at, (off_t)(offset + at));

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return STATUS_IO;
		at += (size_t)n;
	}
	*ret_len = len;
	return STATUS_OK;
}

void
http_body_release(struct http_bodies *all, struct http_body *b)
{
	if (b->map != NULL)
		(void)munmap(b->map, (size_t)b->len);
	if (b->filed) {
		all->filed -= b->len < all->filed ? b->len : all->filed;
		(void)close(b->file);
	} else {
		all->held -= b->small.len;
	}
	buffer_release(&b->small);
}
