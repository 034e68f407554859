#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "sync/env.h"

struct file {
	int fd;
};

static int64_t
now_s(void *ctx)
{
	struct timespec now;

	(void)ctx;
	if (clock_gettime(CLOCK_REALTIME, &now) != 0)
		abort();
	return (int64_t)now.tv_sec;
}

static void
random_bytes(void *ctx, uint8_t *buf, size_t len)
{
	(void)ctx;
	while (len > 0) {
		ssize_t n = getrandom(buf, len, 0);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0) /* there is no safe way to go on without it */
			abort();
		buf += n;
		len -= (size_t)n;
	}
}

#define MACHINE_FILE "/etc/machine-id"

static int
hex_digit(char c)
{
	return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* A box without the file, or with another thing in it, has no id. */
static void
machine_id(uint8_t ret[ENV_MACHINE_BYTES])
{
	char text[2 * ENV_MACHINE_BYTES];
	int fd = open(MACHINE_FILE, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	ssize_t n = fd >= 0 ? pread(fd, text, sizeof text, 0) : -1;

	memset(ret, 0, ENV_MACHINE_BYTES);
	if (fd >= 0)
		close(fd);
	if (n != (ssize_t)sizeof text)
		return;
	for (unsigned i = 0; i < ENV_MACHINE_BYTES; i++) {
		int hi = hex_digit(text[2 * i]), lo = hex_digit(text[2 * i + 1]);

		if (hi < 0 || lo < 0) {
			memset(ret, 0, ENV_MACHINE_BYTES);
			return;
		}
		ret[i] = (uint8_t)(hi << 4 | lo);
	}
}

static int
place(void *ctx, const char *path, struct env_place *ret)
{
	struct stat st;

	(void)ctx;
	if (lstat(path, &st) != 0)
		return status_from_errno(errno);
	if (!S_ISREG(st.st_mode))
		return STATUS_IO;
	ret->inode = (uint64_t)st.st_ino;
	machine_id(ret->machine);
	return STATUS_OK;
}

/* Takes fd over; only a regular file becomes a struct file. */
static int
take(int fd, struct file **ret)
{
	struct stat st;
	struct file *file;
	int rc = STATUS_OK;

	if (fd < 0)
		return status_from_errno(errno);
	if (fstat(fd, &st) != 0)
		rc = status_from_errno(errno);
	else if (!S_ISREG(st.st_mode))
		rc = STATUS_IO;
	file = rc == STATUS_OK ? malloc(sizeof *file) : NULL;
	if (file == NULL) {
		close(fd);
		return rc == STATUS_OK ? STATUS_NOMEM : rc;
	}
	file->fd = fd;
	*ret = file;
	return STATUS_OK;
}

static int
open_read(void *ctx, const char *path, struct file **ret)
{
	(void)ctx;
	/* O_NONBLOCK: a pipe that lies in the folder must not hold us up. */
	return take(open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | O_NOCTTY),
	    ret);
}

static int
create(void *ctx, const char *path, struct file **ret)
{
	(void)ctx;
	return take(open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600),
	    ret);
}

static int
read_at(void *ctx, struct file *file, uint64_t offset, uint8_t *buf, size_t len,
    size_t *ret_len)
{
	size_t done = 0;

	(void)ctx;
	if (offset > (uint64_t)INT64_MAX - len)
		return STATUS_USAGE;
	while (done < len) {
		ssize_t n = pread(file->fd, buf + done, len - done,
		    (off_t)(offset + done));

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return status_from_errno(errno);
		if (n == 0)
			break;
		done += (size_t)n;
	}
	*ret_len = done;
	return STATUS_OK;
}

int
env_posix_write(int fd, const void *data, size_t len)
{
	const uint8_t *p = data;

	while (len > 0) {
		ssize_t n = write(fd, p, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return status_from_errno(errno);
		p += n;
		len -= (size_t)n;
	}
	return STATUS_OK;
}

static int
append(void *ctx, struct file *file, const uint8_t *buf, size_t len)
{
	(void)ctx;
	return env_posix_write(file->fd, buf, len);
}

static int
sync_fd(int fd)
{
	int rc;

	do
		rc = fsync(fd);
	while (rc != 0 && errno == EINTR);
	return rc == 0 ? STATUS_OK : status_from_errno(errno);
}

static int
sync_file(void *ctx, struct file *file)
{
	(void)ctx;
	return sync_fd(file->fd);
}

static void
drop_cache(void *ctx, struct file *file)
{
	(void)ctx;
	(void)posix_fadvise(file->fd, 0, 0, POSIX_FADV_DONTNEED);
}

static int
size_of(void *ctx, struct file *file, uint64_t *ret)
{
	struct stat st;

	(void)ctx;
	if (fstat(file->fd, &st) != 0)
		return status_from_errno(errno);
	*ret = (uint64_t)st.st_size;
	return STATUS_OK;
}

static void
close_file(void *ctx, struct file *file)
{
	(void)ctx;
	close(file->fd);
	free(file);
}

static int
rename_file(void *ctx, const char *from, const char *to)
{
	(void)ctx;
	return rename(from, to) == 0 ? STATUS_OK : status_from_errno(errno);
}

static int
remove_file(void *ctx, const char *path)
{
	(void)ctx;
	return unlink(path) == 0 ? STATUS_OK : status_from_errno(errno);
}

static int
make_folder(void *ctx, const char *path)
{
	struct stat st;
	int error;

	(void)ctx;
	if (mkdir(path, 0755) == 0)
		return STATUS_OK;
	error = errno;
	/* A read-only medium says EROFS even where the folder is there. */
	if (stat(path, &st) == 0)
		return S_ISDIR(st.st_mode) ? STATUS_OK : STATUS_EXISTS;
	return status_from_errno(error);
}

static int
remove_folder(void *ctx, const char *path)
{
	(void)ctx;
	return rmdir(path) == 0 ? STATUS_OK : status_from_errno(errno);
}

static int
sync_folder(void *ctx, const char *path)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC), rc;

	(void)ctx;
	if (fd < 0)
		return status_from_errno(errno);
	rc = sync_fd(fd);
	close(fd);
	return rc;
}

static int
plain_name(const char *name)
{
	static const char allowed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	    "abcdefghijklmnopqrstuvwxyz0123456789._~-";

	return name[strspn(name, allowed)] == '\0';
}

/* One name of a folder that is open as dir; OK goes on. */
typedef int name_visit(void *visit_ctx, int dir, const char *name);

static int
visit_all(DIR *dir, name_visit *visit, void *visit_ctx)
{
	const struct dirent *entry;
	int rc = STATUS_OK;

	while (rc == STATUS_OK) {
		errno = 0;
		entry = readdir(dir);
		if (entry == NULL)
			return errno == 0 ? STATUS_OK : status_from_errno(errno);
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
			rc = visit(visit_ctx, dirfd(dir), entry->d_name);
	}
	return rc;
}

/* HOSTILE: path is a link, or no folder. */
static int
each_name(const char *path, name_visit *visit, void *visit_ctx)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC), rc;
	DIR *dir;

	if (fd < 0)
		return errno == ENOTDIR || errno == ELOOP ? STATUS_HOSTILE
		    : status_from_errno(errno);
	dir = fdopendir(fd);
	if (dir == NULL) {
		rc = status_from_errno(errno);
		close(fd);
		return rc;
	}
	rc = visit_all(dir, visit, visit_ctx);
	closedir(dir);
	return rc;
}

struct listing {
	files_visit *visit;
	void *ctx;
};

static int
list_name(void *ctx, int dir, const char *name)
{
	const struct listing *l = ctx;
	struct stat st;

	if (!plain_name(name))
		return STATUS_OK;
	if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) != 0) /* gone meanwhile is fine */
		return errno == ENOENT ? STATUS_OK : status_from_errno(errno);
	return S_ISREG(st.st_mode) ? l->visit(l->ctx, name, (uint64_t)st.st_size)
	    : STATUS_OK;
}

static int
hold(void *ctx, const char *path, struct file **ret)
{
	struct file *file = malloc(sizeof *file);
	int status;

	(void)ctx;
	if (file == NULL)
		return STATUS_NOMEM;
	file->fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (file->fd < 0) {
		status = status_from_errno(errno);
		free(file);
		return status;
	}
	if (flock(file->fd, LOCK_EX | LOCK_NB) != 0) {
		status = errno == EWOULDBLOCK ? STATUS_BUSY : status_from_errno(errno);
		close(file->fd);
		free(file);
		return status;
	}
	*ret = file;
	return STATUS_OK;
}

static int
list(void *ctx, const char *path, files_visit *visit, void *visit_ctx)
{
	struct listing l = { visit, visit_ctx };
	int rc = each_name(path, list_name, &l);

	(void)ctx;
	return rc == STATUS_HOSTILE ? STATUS_NOT_FOUND : rc;
}

static int
judge_name(void *ctx, int dir, const char *name)
{
	size_t *left = ctx;
	struct stat st;

	for (const char *c = name; *c != '\0'; c++)
		if ((unsigned char)*c < 0x20 || *c == 0x7f)
			return STATUS_HOSTILE;
	if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) == 0 && !S_ISREG(st.st_mode) &&
	    !S_ISDIR(st.st_mode))
		return STATUS_HOSTILE;
	return (*left)-- == 0 ? STATUS_HOSTILE : STATUS_OK;
}

static int
judge(void *ctx, const char *path, size_t max)
{
	(void)ctx;
	return each_name(path, judge_name, &max);
}

static const struct files posix_files = {
	.open_read = open_read,
	.create = create,
	.read_at = read_at,
	.append = append,
	.fsync = sync_file,
	.drop_cache = drop_cache,
	.size = size_of,
	.close = close_file,
	.rename = rename_file,
	.remove = remove_file,
	.mkdir = make_folder,
	.rmdir = remove_folder,
	.fsync_dir = sync_folder,
	.hold = hold,
	.list = list,
	.judge = judge,
};

const struct env env_posix = {
	.now_s = now_s,
	.random = random_bytes,
	.place = place,
	.files = &posix_files,
	.ctx = NULL,
};
