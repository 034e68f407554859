#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "sync/buffer.h"
#include "sync/env.h"

#define TEMPORARY_SUFFIX "~"

static int
read_all(const struct env *env, struct file *file, uint8_t *data, size_t len)
{
	size_t done = 0, n;
	int rc;

	while (done < len) {
		rc = env->files->read_at(env->ctx, file, done, data + done, len - done, &n);
		if (rc != STATUS_OK)
			return rc;
		if (n == 0)
			return STATUS_TRUNCATED; /* it shrank meanwhile */
		done += n;
	}
	return STATUS_OK;
}

int
env_read_file(const struct env *env, const char *path, size_t max_bytes,
    struct buffer *buf)
{
	struct file *file;
	size_t before = buf->len;
	uint64_t size;
	uint8_t *data;
	int rc = env->files->open_read(env->ctx, path, &file);

	if (rc != STATUS_OK)
		return rc;
	rc = env->files->size(env->ctx, file, &size);
	if (rc == STATUS_OK && (size > max_bytes || size > ENV_SMALL_FILE_MAX_BYTES))
		rc = STATUS_TOO_LARGE;
	if (rc == STATUS_OK && size > 0) {
		data = buffer_extend(buf, (size_t)size);
		rc = data ? read_all(env, file, data, (size_t)size) : STATUS_NOMEM;
		if (rc != STATUS_OK)
			buf->len = before;
	}
	env->files->close(env->ctx, file);
	return rc;
}

int
env_absent(const struct env *env, const char *path)
{
	struct file *file;
	int rc = env->files->open_read(env->ctx, path, &file);

	if (rc == STATUS_OK) {
		env->files->close(env->ctx, file);
		return STATUS_EXISTS;
	}
	return rc == STATUS_NOT_FOUND ? STATUS_OK : rc;
}

/* The folder that path is in; "." for a bare name.  Owned by the caller. */
static char *
folder_of(const char *path)
{
	const char *slash = strrchr(path, '/');
	size_t len = slash == NULL ? 1 : slash == path ? 1 : (size_t)(slash - path);
	char *folder = malloc(len + 1);

	if (folder == NULL)
		return NULL;
	memcpy(folder, slash == NULL ? "." : path, len);
	folder[len] = '\0';
	return folder;
}

static int
write_through(const struct env *env, struct file *file, const char *temporary,
    const char *path, const char *folder, const uint8_t *data, size_t len)
{
	const struct files *f = env->files;
	int rc = len > 0 ? f->append(env->ctx, file, data, len) : STATUS_OK;

	if (rc == STATUS_OK)
		rc = f->fsync(env->ctx, file);
	if (rc == STATUS_OK)
		rc = f->rename(env->ctx, temporary, path);
	/* vfat writes the size into the new name only by this one. */
	if (rc == STATUS_OK)
		rc = f->fsync(env->ctx, file);
	if (rc == STATUS_OK)
		rc = f->fsync_dir(env->ctx, folder);
	return rc;
}

int
env_write_file(const struct env *env, const char *path, const uint8_t *data, size_t len)
{
	const struct files *f = env->files;
	size_t n = strlen(path);
	char *temporary = malloc(n + sizeof TEMPORARY_SUFFIX), *folder = folder_of(path);
	struct file *file;
	int rc = STATUS_NOMEM;

	if (temporary == NULL || folder == NULL)
		goto done;
	memcpy(temporary, path, n);
	memcpy(temporary + n, TEMPORARY_SUFFIX, sizeof TEMPORARY_SUFFIX);
	rc = f->create(env->ctx, temporary, &file);
	if (rc == STATUS_EXISTS) { /* what an earlier cut left */
		rc = f->remove(env->ctx, temporary);
		if (rc == STATUS_OK)
			rc = f->create(env->ctx, temporary, &file);
	}
	if (rc != STATUS_OK)
		goto done;
	rc = write_through(env, file, temporary, path, folder, data, len);
	f->close(env->ctx, file);
	if (rc != STATUS_OK)
		(void)f->remove(env->ctx, temporary);
done:
	free(temporary);
	free(folder);
	return rc;
}

int
env_move_file(const struct env *env, const char *from, const char *to)
{
	struct buffer b = BUFFER_INIT;
	char *folder = folder_of(from);
	int rc = folder == NULL ? STATUS_NOMEM :
	    env_read_file(env, from, ENV_SMALL_FILE_MAX_BYTES, &b);

	if (rc == STATUS_OK)
		rc = env_write_file(env, to, b.data, b.len);
	if (rc == STATUS_OK)
		rc = env->files->remove(env->ctx, from);
	if (rc == STATUS_OK)
		rc = env->files->fsync_dir(env->ctx, folder);
	if (b.data != NULL) /* it may be a key */
		sodium_memzero(b.data, b.cap);
	buffer_release(&b);
	free(folder);
	return rc;
}
