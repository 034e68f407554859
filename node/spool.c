#include "node/spool_internal.h"

#include <assert.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <sodium.h>

#include "sync/magic.h"

#define HEAD_BYTES 32 /* of a bundle: enough for its sender */

static int
make_folder(const char *path)
{
	return mkdir(path, 0700) == 0 || errno == EEXIST ? STATUS_OK : status_from_errno(errno);
}

static int
sync_folder(const char *path)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int status = STATUS_OK;

	if (fd < 0)
		return status_from_errno(errno);
	if (fsync(fd) != 0)
		status = status_from_errno(errno);
	(void)close(fd);
	return status;
}

/* Visits the regular files of a folder. */
static int
each_file(const char *folder, int (*visit)(struct spool *s, const char *folder,
    const char *name, const struct stat *st), struct spool *s)
{
	int status = STATUS_OK;
	struct dirent *e;
	DIR *d = opendir(folder);

	if (d == NULL)
		return status_from_errno(errno);
	while (status == STATUS_OK && (e = readdir(d)) != NULL) {
		struct stat st;

		if (fstatat(dirfd(d), e->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
		    S_ISREG(st.st_mode))
			status = visit(s, folder, e->d_name, &st);
	}
	(void)closedir(d);
	return status;
}

static int
move(const char *from, const char *to, const char *name)
{
	char *a = spool_join(from, name), *b = spool_join(to, name);
	int status = a == NULL || b == NULL ? STATUS_NOMEM :
	    rename(a, b) == 0 ? STATUS_OK : status_from_errno(errno);

	free(a);
	free(b);
	return status;
}

/* A process that was killed may have left what it had not synced. */
static int
keep_bytes(struct spool *s, const char *folder, const char *name, const struct stat *st,
    off_t size)
{
	const struct timespec since[2] = { st->st_atim, st->st_mtim };
	char *path = spool_join(folder, name);
	int fd = path == NULL ? -1 : open(path, O_RDWR | O_NOFOLLOW | O_CLOEXEC);
	int status = path == NULL ? STATUS_NOMEM : fd < 0 || ftruncate(fd, size) != 0 ||
	    futimens(fd, since) != 0 || fdatasync(fd) != 0 ? status_from_errno(errno) :
	    STATUS_OK;

	if (fd >= 0)
		(void)close(fd);
	free(path);
	s->bytes += (uint64_t)size;
	return status;
}

static bool
earlier(const struct timespec *a, const struct timespec *b)
{
	return a->tv_sec != b->tv_sec ? a->tv_sec < b->tv_sec : a->tv_nsec < b->tv_nsec;
}

static bool
part_named(const char *file, char ret_name[FOLDER_NAME_BYTES], struct node_id *ret_owner)
{
	size_t n = strcspn(file, "-"), got = 0;

	if (n >= FOLDER_NAME_BYTES)
		return false;
	memcpy(ret_name, file, n);
	ret_name[n] = '\0';
	memset(ret_owner, 0, sizeof(*ret_owner));
	return spool_name_valid(ret_name) && (file[n] == '\0' || (sodium_hex2bin(ret_owner->b,
	    NODE_ID_BYTES, file + n + 1, strlen(file + n + 1), NULL, &got, NULL) == 0 &&
	    got == NODE_ID_BYTES));
}

/* Cut between its last piece and its new name it would be full for ever and never
 * whole: it gets its last byte once more. */
static int
count_part(struct spool *s, const char *folder, const char *file, const struct stat *st)
{
	off_t size = st->st_size > 0 ? st->st_size - 1 : 0;
	char name[FOLDER_NAME_BYTES];
	struct node_id owner;
	struct part *part;
	int status;

	if (!part_named(file, name, &owner))
		return STATUS_OK;
	status = keep_bytes(s, folder, file, st, size);
	if (status == STATUS_OK)
		status = parts_put(&s->parts, name, &owner, &part);
	if (status == STATUS_OK) {
		part->bytes = (uint64_t)size;
		part->touched = (uint64_t)st->st_mtim.tv_sec << 20 |
		    (uint64_t)st->st_mtim.tv_nsec >> 10;
		/* A clock that was ahead does not outlast what comes now. */
		if (s->parts.tick < part->touched)
			s->parts.tick = part->touched;
	}
	return status;
}

/* The sender in a bundle's first bytes: magic, county, node id (docs/FORMAT.md). */
static struct node_id
sender_in(const void *head, size_t len)
{
	struct node_id sender = { .b = { 0 } };
	struct reader r;

	reader_init(&r, head, len);
	if (magic_read(&r, 'B') != STATUS_OK)
		return sender;
	(void)reader_varint(&r);
	reader_copy(&r, sender.b, NODE_ID_BYTES);
	return sender;
}

static struct node_id
sender_of(const char *folder, const char *name)
{
	char *path = spool_join(folder, name);
	uint8_t head[HEAD_BYTES];
	int fd = path == NULL ? -1 : open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, head, sizeof(head));

	if (fd >= 0)
		(void)close(fd);
	free(path);
	return sender_in(head, n > 0 ? (size_t)n : 0);
}

/* Both under the lock, or before there is anybody else. */
static int
reserve_whole(struct spool *s)
{
	if (s->n == s->cap) {
		size_t cap = s->cap == 0 ? 64 : 2 * s->cap;
		struct whole *grown = realloc(s->files, cap * sizeof(*grown));

		if (grown == NULL)
			return STATUS_NOMEM;
		s->files = grown;
		s->cap = cap;
	}
	return STATUS_OK;
}

static void
add_whole(struct spool *s, const struct whole *w)
{
	s->files[s->n++] = *w;
}

static int
count_whole(struct spool *s, const char *folder, const char *name, const struct stat *st)
{
	struct whole w = { .bytes = (uint64_t)st->st_size, .since = st->st_mtim };
	int status;

	if (!spool_name_valid(name))
		return STATUS_OK;
	memcpy(w.name, name, strlen(name) + 1);
	w.sender = sender_of(folder, name);
	w.known = !parts_stranger(&w.sender); /* it was asked when it came */
	status = keep_bytes(s, folder, name, st, st->st_size);
	if (status == STATUS_OK)
		status = reserve_whole(s);
	if (status == STATUS_OK)
		add_whole(s, &w);
	return status;
}

static int
by_age(const void *a, const void *b)
{
	const struct timespec *x = &((const struct whole *)a)->since;
	const struct timespec *y = &((const struct whole *)b)->since;

	return earlier(x, y) ? -1 : earlier(y, x);
}

static int
put_back(struct spool *s, const char *folder, const char *name, const struct stat *st)
{
	(void)st;
	return move(folder, s->in, name);
}

static int
hash_matches(const char *path, const char *name)
{
	uint8_t buf[16384], digest[HASH_BYTES];
	char found[FOLDER_NAME_BYTES];
	struct hash h;
	ssize_t n;
	int fd = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);

	if (fd < 0)
		return status_from_errno(errno);
	folder_hash_init(&h);
	while ((n = read(fd, buf, sizeof(buf))) > 0)
		hash_update(&h, buf, (size_t)n);
	(void)close(fd);
	if (n < 0)
		return STATUS_IO;
	hash_final(&h, digest);
	folder_name_of(digest, folder_name_kind(name), found);
	return strcmp(found, name) == 0 ? STATUS_OK : STATUS_CORRUPT;
}

static int
make_folders(struct spool *s, const char *root)
{
	s->part = spool_join(root, "part");
	s->in_root = spool_join(root, "in");
	s->now_root = spool_join(root, "now");
	s->out = spool_join(root, "out");
	if (s->in_root != NULL && s->now_root != NULL) {
		s->in = spool_join(s->in_root, FOLDER_NAME);
		s->now = spool_join(s->now_root, FOLDER_NAME);
	}
	if (s->part == NULL || s->in == NULL || s->now == NULL || s->out == NULL)
		return STATUS_NOMEM;
	const char *const folders[] = { root, s->part, s->in_root, s->in, s->now_root,
	    s->now, s->out };
	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++) {
		int status = make_folder(folders[i]);

		if (status != STATUS_OK)
			return status;
	}
	return STATUS_OK;
}

static int
drop_if_broken(struct spool *s, const char *folder, const char *name, const struct stat *st)
{
	char *path = spool_join(folder, name);
	int status = path == NULL ? STATUS_NOMEM : STATUS_OK;

	(void)s;
	(void)st;
	if (status == STATUS_OK && hash_matches(path, name) != STATUS_OK)
		(void)unlink(path);
	free(path);
	return status;
}

/* What goes out is not synced (sync/replica_carrier.c): a power cut may have broken it. */
static int
check_out(struct spool *s)
{
	DIR *d = opendir(s->out);
	int status = STATUS_OK;
	struct dirent *e;

	if (d == NULL)
		return status_from_errno(errno);
	while (status == STATUS_OK && (e = readdir(d)) != NULL) {
		char *peer = e->d_name[0] == '.' ? NULL : spool_join(s->out, e->d_name);
		char *folder = peer == NULL ? NULL : spool_join(peer, FOLDER_NAME);

		if (folder != NULL)
			status = each_file(folder, drop_if_broken, s);
		if (status == STATUS_NOT_FOUND || status == STATUS_IO)
			status = STATUS_OK; /* nothing there yet */
		free(folder);
		free(peer);
	}
	(void)closedir(d);
	return status;
}

int
spool_new(const char *root, struct spool **ret)
{
	struct spool *s = calloc(1, sizeof(*s));
	int status;

	if (s == NULL)
		return STATUS_NOMEM;
	(void)pthread_mutex_init(&s->appending, NULL);
	(void)pthread_mutex_init(&s->lock, NULL);
	status = make_folders(s, root);
	if (status == STATUS_OK)
		status = each_file(s->now, put_back, s);
	if (status == STATUS_OK)
		status = each_file(s->part, count_part, s);
	if (status == STATUS_OK)
		status = each_file(s->in, count_whole, s);
	if (status == STATUS_OK)
		status = sync_folder(s->part);
	if (status == STATUS_OK)
		status = sync_folder(s->in);
	if (s->n > 0)
		qsort(s->files, s->n, sizeof(*s->files), by_age);
	if (status == STATUS_OK)
		status = check_out(s);
	if (status != STATUS_OK) {
		spool_free(s);
		return status;
	}
	*ret = s;
	return STATUS_OK;
}

void
spool_free(struct spool *s)
{
	if (s == NULL)
		return;
	free(s->part);
	free(s->in);
	free(s->in_root);
	free(s->now);
	free(s->now_root);
	free(s->out);
	free(s->files);
	parts_release(&s->parts);
	(void)pthread_mutex_destroy(&s->lock);
	(void)pthread_mutex_destroy(&s->appending);
	free(s);
}

bool
spool_name_valid(const char *name)
{
	return folder_name_kind(name) != 0;
}

/* Not by what lies in the folders: a file that is on its way from one to the other is in
 * neither. */
int
spool_have(struct spool *s, const char *name, uint64_t *ret_offset, bool *ret_whole)
{
	const struct part *part;
	uint64_t offset = 0;
	bool whole = false;

	if (!spool_name_valid(name))
		return STATUS_USAGE;
	(void)pthread_mutex_lock(&s->lock);
	part = parts_find(&s->parts, name);
	if (strcmp(s->writing, name) == 0)
		offset = s->durable;
	else if (part != NULL)
		offset = part->bytes;
	for (size_t i = 0; offset == 0 && !whole && i < s->n; i++)
		if (strcmp(s->files[i].name, name) == 0) {
			offset = s->files[i].bytes;
			whole = true;
		}
	(void)pthread_mutex_unlock(&s->lock);
	*ret_offset = offset;
	*ret_whole = whole;
	return STATUS_OK;
}

static void
give_back(struct spool *s, uint64_t len)
{
	(void)pthread_mutex_lock(&s->lock);
	s->bytes -= len < s->bytes ? len : s->bytes;
	(void)pthread_mutex_unlock(&s->lock);
}

/* All bytes are here: into the engine's folder, or away when they are others. */
static int
complete(struct spool *s, const char *path, const char *name, const struct node_id *owner,
    uint64_t total)
{
	struct whole w = { .bytes = total, .sender = *owner, .known = !parts_stranger(owner) };
	char *to = spool_join(s->in, name);
	int status = to == NULL ? STATUS_NOMEM : hash_matches(path, name);

	if (status == STATUS_CORRUPT) {
		(void)unlink(path);
		give_back(s, total);
		free(to);
		return status;
	}
	(void)pthread_mutex_lock(&s->lock);
	if (status == STATUS_OK)
		status = reserve_whole(s);
	(void)pthread_mutex_unlock(&s->lock);
	if (status == STATUS_OK && rename(path, to) != 0)
		status = status_from_errno(errno);
	free(to);
	if (status != STATUS_OK)
		return status;
	status = sync_folder(s->in);
	memcpy(w.name, name, strlen(name) + 1);
	if (!w.known)
		w.sender = sender_of(s->in, name);
	(void)pthread_mutex_lock(&s->lock);
	add_whole(s, &w);
	(void)pthread_mutex_unlock(&s->lock);
	return status;
}

/* A failed write leaves no bytes that nobody counted. */
static int
append_synced(int fd, uint64_t offset, const void *data, size_t len)
{
	int status = env_posix_write(fd, data, len);

	if (status == STATUS_OK && fdatasync(fd) != 0)
		status = status_from_errno(errno);
	if (status != STATUS_OK && ftruncate(fd, (off_t)offset) != 0)
		status = STATUS_IO;
	return status;
}

/* have: so much of it is durable; 0: nothing, or it is no part any more. */
static void
end_writing(struct spool *s, uint64_t have)
{
	struct part *part;

	(void)pthread_mutex_lock(&s->lock);
	part = parts_find(&s->parts, s->writing);
	if (part != NULL && have > 0)
		part->bytes = have;
	else if (part != NULL)
		parts_drop(&s->parts, part);
	s->writing[0] = '\0';
	(void)pthread_mutex_unlock(&s->lock);
}

/* Writes what there is room for. */
static int
write_piece(struct spool *s, const char *name, const struct node_id *owner, uint64_t offset,
    uint64_t total, const void *data, size_t len, bool *ret_whole)
{
	char file[PART_FILE_BYTES], *path;
	int fd, status;

	spool_part_file(name, owner, file);
	path = spool_join(s->part, file);
	fd = path == NULL ? -1 : open(path,
	    O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW | O_CLOEXEC, 0600);
	status = path == NULL ? STATUS_NOMEM : fd < 0 ? status_from_errno(errno) : STATUS_OK;
	if (status == STATUS_OK)
		status = append_synced(fd, offset, data, len);
	if (fd >= 0)
		(void)close(fd);
	/* What is whole at once goes on to a folder that is synced. */
	if (status == STATUS_OK && offset == 0 && len < total)
		status = sync_folder(s->part);
	if (status == STATUS_OK && offset + len == total) {
		status = complete(s, path, name, owner, total);
		*ret_whole = status == STATUS_OK;
		if (status != STATUS_OK && status != STATUS_CORRUPT &&
		    truncate(path, (off_t)offset) == 0)
			give_back(s, len); /* its last piece comes again */
	} else if (status != STATUS_OK) {
		give_back(s, len);
	}
	if (status != STATUS_OK && offset == 0 && path != NULL)
		(void)unlink(path);
	free(path);
	return status;
}

static int
append(struct spool *s, const char *name, const struct spool_from *from, uint64_t offset,
    uint64_t total, const void *data, size_t len, uint64_t *ret_have, bool *ret_whole)
{
	int status = spool_have(s, name, ret_have, ret_whole);
	struct node_id owner, sender;

	if (status != STATUS_OK || *ret_whole)
		return status;
	if (total == 0 || total > SPOOL_MAX_FILE_BYTES || len > SPOOL_PIECE_BYTES)
		return STATUS_TOO_LARGE;
	if (offset != *ret_have)
		return STATUS_STALE;
	if (offset + len > total)
		return STATUS_MALFORMED;
	/* A first piece says whose it is; later ones belong to one that was let in. */
	sender = offset == 0 ? sender_in(data, len) : (struct node_id){ .b = { 0 } };
	owner = spool_owner(s, from, name, offset, &sender);
	status = spool_room(s, name, offset, len, &owner, &sender, total);
	if (status != STATUS_OK)
		return status;
	status = write_piece(s, name, &owner, offset, total, data, len, ret_whole);
	if (status == STATUS_OK)
		*ret_have = offset + len;
	end_writing(s, *ret_whole || status == STATUS_CORRUPT ? 0 : *ret_have);
	return status;
}

int
spool_append(struct spool *s, const char *name, const struct spool_from *from, uint64_t offset,
    uint64_t total, const void *data, size_t len, uint64_t *ret_have, bool *ret_whole)
{
	int status;

	(void)pthread_mutex_lock(&s->appending);
	status = append(s, name, from, offset, total, data, len, ret_have, ret_whole);
	(void)pthread_mutex_unlock(&s->appending);
	return status;
}

/* ---- the engine's side ---- */

/* Under the lock: whether a file of this one's sender is in hand. */
static bool
has_turn(const struct spool *s, const struct whole *w)
{
	for (size_t i = 0; i < s->n; i++)
		if (s->files[i].in_hand && s->files[i].known == w->known &&
		    node_id_compare(&s->files[i].sender, &w->sender) == 0)
			return true;
	return false;
}

/* Under the lock: one of each known sender in order of arrival, then of each other one, for
 * whom a place is left; then, where that leaves room, what there is, so that who sends much
 * delays nobody by more than a batch. */
static size_t
choose(struct spool *s)
{
	size_t n = 0, place = spool_whole_sum(s, NULL, false).n > 0;
	uint64_t bytes = 0;

	for (int round = 0; round < 3; round++)
		for (size_t i = 0; i < s->n && n + (round == 0 ? place : 0) < SPOOL_BATCH_FILES;
		    i++) {
			struct whole *w = &s->files[i];

			if (w->in_hand || (n > 0 && bytes + w->bytes > SPOOL_BATCH_BYTES) ||
			    (round < 2 && (w->known != (round == 0) || has_turn(s, w))))
				continue;
			w->in_hand = true;
			bytes += w->bytes;
			n++;
		}
	return n;
}

int
spool_take(struct spool *s, const char **ret_folder, size_t *ret_n)
{
	int status = each_file(s->now, put_back, s);
	size_t n = 0;

	(void)pthread_mutex_lock(&s->lock);
	for (size_t i = 0; i < s->n; i++)
		s->files[i].in_hand = false;
	if (status == STATUS_OK)
		n = choose(s);
	for (size_t i = 0; status == STATUS_OK && i < s->n; i++)
		if (s->files[i].in_hand) {
			status = move(s->in, s->now, s->files[i].name);
			/* Somebody took it away: nothing that is there waits for it. */
			if (status == STATUS_NOT_FOUND)
				status = STATUS_OK;
		}
	(void)pthread_mutex_unlock(&s->lock);
	*ret_folder = s->now_root;
	*ret_n = n;
	return status;
}

void
spool_done(struct spool *s)
{
	size_t kept = 0;

	(void)pthread_mutex_lock(&s->lock);
	for (size_t i = 0; i < s->n; i++) {
		struct whole *w = &s->files[i];
		char *path = w->in_hand ? spool_join(s->now, w->name) : NULL;

		if (path != NULL && (unlink(path) == 0 || errno == ENOENT))
			s->bytes -= w->bytes < s->bytes ? w->bytes : s->bytes;
		else
			s->files[kept++] = *w;
		free(path);
	}
	s->n = kept;
	(void)pthread_mutex_unlock(&s->lock);
}

size_t
spool_waiting(struct spool *s)
{
	size_t n;

	(void)pthread_mutex_lock(&s->lock);
	n = s->n;
	(void)pthread_mutex_unlock(&s->lock);
	return n;
}

int
spool_out(struct spool *s, const struct node_id *peer, bool ahead, char **ret)
{
	static const char digits[] = "0123456789abcdef";
	char name[2 * NODE_ID_BYTES + 2];
	char *path;
	int status;

	for (size_t i = 0; i < NODE_ID_BYTES; i++) {
		name[2 * i] = digits[peer->b[i] >> 4];
		name[2 * i + 1] = digits[peer->b[i] & 15];
	}
	name[2 * NODE_ID_BYTES] = ahead ? '!' : '\0';
	name[2 * NODE_ID_BYTES + 1] = '\0';
	path = spool_join(s->out, name);
	if (path == NULL)
		return STATUS_NOMEM;
	status = make_folder(path);
	if (status == STATUS_OK)
		*ret = path;
	else
		free(path);
	return status;
}

int
spool_drop_rosters(const struct env *env, const char *folder, const char *but)
{
	struct folder_entry *list = NULL;
	size_t n = 0, ignored;
	int status = folder_list(env, folder, &list, &n, &ignored);

	for (size_t i = 0; status == STATUS_OK && i < n; i++)
		if (list[i].kind == FOLDER_ROSTER && (but == NULL || strcmp(list[i].name, but) != 0))
			status = folder_remove(env, folder, list[i].name);
	free(list);
	return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}
