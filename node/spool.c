#include "node/spool.h"

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

#include "sync/magic.h"

#define DAY_S 86400
#define HEAD_BYTES 32 /* of a bundle: enough for its sender */

/* A whole file in in, or in now while the engine has it in hand. */
struct whole {
	char name[FOLDER_NAME_BYTES];
	struct node_id sender;  /* as its header says, unverified; zero: a roster, or junk */
	uint64_t bytes;
	struct timespec since;  /* only to sort by at the start */
	bool in_hand;
};

struct spool {
	char *part, *in, *in_root, *now, *now_root, *out; /* folders */
	pthread_mutex_t appending; /* a piece at a time: at a relay pieces come from two sides */
	pthread_mutex_t lock;   /* what follows */
	struct whole *files;    /* in order of arrival */
	size_t n, cap;
	uint64_t bytes;         /* of all in part, in and now */
	/* What is being written: durable only so far. */
	char writing[FOLDER_NAME_BYTES];
	uint64_t durable;
};

static char *
join(const char *a, const char *b)
{
	size_t na = strlen(a), nb = strlen(b);
	char *p = malloc(na + nb + 2);

	if (p == NULL)
		return NULL;
	memcpy(p, a, na);
	p[na] = '/';
	memcpy(p + na + 1, b, nb + 1);
	return p;
}

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
	char *a = join(from, name), *b = join(to, name);
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
	char *path = join(folder, name);
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

/* Cut between its last piece and its new name it would be full for ever and never
 * whole: it gets its last byte once more. */
static int
count_part(struct spool *s, const char *folder, const char *name, const struct stat *st)
{
	return keep_bytes(s, folder, name, st, st->st_size > 0 ? st->st_size - 1 : 0);
}

static bool
earlier(const struct timespec *a, const struct timespec *b)
{
	return a->tv_sec != b->tv_sec ? a->tv_sec < b->tv_sec : a->tv_nsec < b->tv_nsec;
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
	char *path = join(folder, name);
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
	s->part = join(root, "part");
	s->in_root = join(root, "in");
	s->now_root = join(root, "now");
	s->out = join(root, "out");
	if (s->in_root != NULL && s->now_root != NULL) {
		s->in = join(s->in_root, FOLDER_NAME);
		s->now = join(s->now_root, FOLDER_NAME);
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
	char *path = join(folder, name);
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
		char *peer = e->d_name[0] == '.' ? NULL : join(s->out, e->d_name);
		char *folder = peer == NULL ? NULL : join(peer, FOLDER_NAME);

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
	(void)pthread_mutex_destroy(&s->lock);
	(void)pthread_mutex_destroy(&s->appending);
	free(s);
}

bool
spool_name_valid(const char *name)
{
	return folder_name_kind(name) != 0;
}

static int
size_in(const char *folder, const char *name, uint64_t *ret)
{
	char *path = join(folder, name);
	struct stat st;
	int status = path == NULL ? STATUS_NOMEM :
	    lstat(path, &st) != 0 ? status_from_errno(errno) :
	    !S_ISREG(st.st_mode) ? STATUS_IO : STATUS_OK;

	if (status == STATUS_OK)
		*ret = (uint64_t)st.st_size;
	free(path);
	return status;
}

static bool
is_being_written(struct spool *s, const char *name, uint64_t *ret_durable)
{
	bool yes;

	(void)pthread_mutex_lock(&s->lock);
	yes = strcmp(s->writing, name) == 0;
	if (yes)
		*ret_durable = s->durable;
	(void)pthread_mutex_unlock(&s->lock);
	return yes;
}

int
spool_have(struct spool *s, const char *name, uint64_t *ret_offset, bool *ret_whole)
{
	uint64_t size = 0;
	int status;

	if (!spool_name_valid(name))
		return STATUS_USAGE;
	if (is_being_written(s, name, ret_offset)) {
		*ret_whole = false;
		return STATUS_OK;
	}
	status = size_in(s->in, name, &size);
	if (status == STATUS_NOT_FOUND)
		status = size_in(s->now, name, &size);
	if (status == STATUS_OK) {
		*ret_offset = size;
		*ret_whole = true;
		return STATUS_OK;
	}
	if (status == STATUS_NOT_FOUND)
		status = size_in(s->part, name, &size);
	if (status != STATUS_OK && status != STATUS_NOT_FOUND)
		return status;
	*ret_offset = status == STATUS_OK ? size : 0;
	*ret_whole = false;
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
complete(struct spool *s, const char *path, const char *name, uint64_t total)
{
	struct whole w = { .bytes = total };
	int status = hash_matches(path, name);

	if (status == STATUS_CORRUPT) {
		(void)unlink(path);
		give_back(s, total);
		return status;
	}
	(void)pthread_mutex_lock(&s->lock);
	if (status == STATUS_OK)
		status = reserve_whole(s);
	(void)pthread_mutex_unlock(&s->lock);
	if (status == STATUS_OK)
		status = move(s->part, s->in, name);
	if (status != STATUS_OK)
		return status;
	status = sync_folder(s->in);
	memcpy(w.name, name, strlen(name) + 1);
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

/* Under the lock: takes away the piece that was longest without news.  Whoever sends
 * at full speed into a full spool thus takes room from what stands still only. */
static bool
evict_oldest(struct spool *s, const char *but)
{
	char name[FOLDER_NAME_BYTES] = "";
	struct timespec since = { 0 };
	uint64_t size = 0;
	struct dirent *e;
	DIR *d = opendir(s->part);

	while (d != NULL && (e = readdir(d)) != NULL) {
		struct stat st;

		if (spool_name_valid(e->d_name) && strcmp(e->d_name, but) != 0 &&
		    fstatat(dirfd(d), e->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
		    S_ISREG(st.st_mode) && (name[0] == '\0' || earlier(&st.st_mtim, &since))) {
			memcpy(name, e->d_name, strlen(e->d_name) + 1);
			since = st.st_mtim;
			size = (uint64_t)st.st_size;
		}
	}
	if (name[0] != '\0' && unlinkat(dirfd(d), name, 0) == 0)
		s->bytes -= size < s->bytes ? size : s->bytes;
	else
		name[0] = '\0';
	if (d != NULL)
		(void)closedir(d);
	return name[0] != '\0';
}

/* Under the lock: whether this sender has as much waiting as one may. */
static bool
has_its_share(const struct spool *s, const struct node_id *sender, uint64_t total)
{
	static const struct node_id nobody;
	uint64_t bytes = total;
	size_t n = 0;

	if (node_id_compare(sender, &nobody) == 0)
		return false;
	for (size_t i = 0; i < s->n; i++)
		if (node_id_compare(&s->files[i].sender, sender) == 0) {
			bytes += s->files[i].bytes;
			n++;
		}
	return n >= SPOOL_SENDER_FILES || (n > 0 && bytes > SPOOL_SENDER_BYTES);
}

/* And from here until end_writing it is being written. */
static int
room_for(struct spool *s, const char *name, uint64_t offset, size_t len,
    const struct node_id *sender, uint64_t total)
{
	int status = STATUS_OK;

	(void)pthread_mutex_lock(&s->lock);
	assert(s->writing[0] == '\0');
	if (has_its_share(s, sender, total))
		status = STATUS_BUSY;
	while (status == STATUS_OK && s->bytes + len > SPOOL_MAX_BYTES && evict_oldest(s, name))
		;
	if (s->bytes + len > SPOOL_MAX_BYTES || s->n >= SPOOL_MAX_FILES)
		status = STATUS_BUSY;
	if (status == STATUS_OK) {
		s->bytes += len;
		s->durable = offset;
		memcpy(s->writing, name, strlen(name) + 1);
	}
	(void)pthread_mutex_unlock(&s->lock);
	return status;
}

static void
end_writing(struct spool *s)
{
	(void)pthread_mutex_lock(&s->lock);
	s->writing[0] = '\0';
	(void)pthread_mutex_unlock(&s->lock);
}

static int
append(struct spool *s, const char *name, uint64_t offset, uint64_t total, const void *data,
    size_t len, uint64_t *ret_have, bool *ret_whole)
{
	int fd, status = spool_have(s, name, ret_have, ret_whole);
	struct node_id sender;
	char *path;

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
	status = room_for(s, name, offset, len, &sender, total);
	if (status != STATUS_OK)
		return status;
	path = join(s->part, name);
	fd = path == NULL ? -1 : open(path,
	    O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		status = path == NULL ? STATUS_NOMEM : status_from_errno(errno);
	if (status == STATUS_OK)
		status = append_synced(fd, offset, data, len);
	if (fd >= 0)
		(void)close(fd);
	/* What is whole at once goes on to a folder that is synced. */
	if (status == STATUS_OK && offset == 0 && len < total)
		status = sync_folder(s->part);
	if (status == STATUS_OK && offset + len == total) {
		status = complete(s, path, name, total);
		*ret_whole = status == STATUS_OK;
		if (status != STATUS_OK && status != STATUS_CORRUPT &&
		    truncate(path, (off_t)offset) == 0)
			give_back(s, len); /* its last piece comes again */
	} else if (status != STATUS_OK) {
		give_back(s, len);
	}
	if (status == STATUS_OK)
		*ret_have = offset + len;
	end_writing(s);
	free(path);
	return status;
}

int
spool_append(struct spool *s, const char *name, uint64_t offset, uint64_t total,
    const void *data, size_t len, uint64_t *ret_have, bool *ret_whole)
{
	int status;

	(void)pthread_mutex_lock(&s->appending);
	status = append(s, name, offset, total, data, len, ret_have, ret_whole);
	(void)pthread_mutex_unlock(&s->appending);
	return status;
}

/* ---- the engine's side ---- */

/* Under the lock: whether a file of this sender is in hand. */
static bool
has_turn(const struct spool *s, const struct node_id *sender)
{
	for (size_t i = 0; i < s->n; i++)
		if (s->files[i].in_hand && node_id_compare(&s->files[i].sender, sender) == 0)
			return true;
	return false;
}

/* Under the lock: one of each sender in order of arrival; then, where that leaves room,
 * what is left, so that who sends much delays nobody by more than a batch. */
static size_t
choose(struct spool *s)
{
	uint64_t bytes = 0;
	size_t n = 0;

	for (int all = 0; all < 2; all++)
		for (size_t i = 0; i < s->n && n < SPOOL_BATCH_FILES; i++) {
			struct whole *w = &s->files[i];

			if (w->in_hand || (n > 0 && bytes + w->bytes > SPOOL_BATCH_BYTES) ||
			    (all == 0 && has_turn(s, &w->sender)))
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
		if (s->files[i].in_hand)
			status = move(s->in, s->now, s->files[i].name);
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
		char *path = w->in_hand ? join(s->now, w->name) : NULL;

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
	path = join(s->out, name);
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
spool_drop_rosters(const struct env *env, const char *folder)
{
	struct folder_entry *list = NULL;
	size_t n = 0, ignored;
	int status = folder_list(env, folder, &list, &n, &ignored);

	for (size_t i = 0; status == STATUS_OK && i < n; i++)
		if (list[i].kind == FOLDER_ROSTER)
			status = folder_remove(env, folder, list[i].name);
	free(list);
	return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

void
spool_sweep(struct spool *s, int64_t now_s)
{
	struct dirent *e;
	DIR *d = opendir(s->part);

	if (d == NULL)
		return;
	while ((e = readdir(d)) != NULL) {
		struct stat st;

		if (fstatat(dirfd(d), e->d_name, &st, AT_SYMLINK_NOFOLLOW) != 0 ||
		    !S_ISREG(st.st_mode) ||
		    now_s - st.st_mtim.tv_sec < SPOOL_PART_DAYS * DAY_S)
			continue;
		if (unlinkat(dirfd(d), e->d_name, 0) == 0)
			give_back(s, (uint64_t)st.st_size);
	}
	(void)closedir(d);
}
