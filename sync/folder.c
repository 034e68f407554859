#include "sync/folder.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NAME_HASH_BYTES 16 /* of the hash are in a name */
#define NAME_LENGTH (2 * NAME_HASH_BYTES + 4)
#define TEMPORARY_LENGTH 9 /* ~HHHH.TMP */
#define TEMPORARY_TRIES 16
#define READ_BYTES (64u * 1024)
#define SWEEP_MAX 64 /* names at a time */

static const char hex_digits[] = "0123456789ABCDEF";

struct folder_write {
	const struct env *env;
	struct file *file;
	char *dir, *folder;    /* DIR, DIR/KEHOU */
	char *temporary;       /* full path; NULL once it is gone */
	enum folder_kind kind;
};

static char *
join(const char *dir, const char *name)
{
	size_t len = strlen(dir) + 1 + strlen(name) + 1;
	char *path = malloc(len);

	if (path != NULL)
		(void)snprintf(path, len, "%s/%s", dir, name);
	return path;
}

static void
put_hex(char *out, const uint8_t *bytes, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++) {
		*out++ = hex_digits[bytes[i] >> 4];
		*out++ = hex_digits[bytes[i] & 15];
	}
}

static bool
is_hex(const char *s, size_t n)
{
	return strspn(s, hex_digits) >= n;
}

enum folder_kind
folder_name_kind(const char *name)
{
	if (strlen(name) != NAME_LENGTH || !is_hex(name, 2 * NAME_HASH_BYTES))
		return 0;
	if (strcmp(name + 2 * NAME_HASH_BYTES, ".KHB") == 0)
		return FOLDER_BUNDLE;
	return strcmp(name + 2 * NAME_HASH_BYTES, ".KHR") == 0 ? FOLDER_ROSTER : 0;
}

bool
folder_name_is_mark(const char *name)
{
	return strlen(name) == FOLDER_MARK_BYTES - 1 && is_hex(name, 8) &&
	    strcmp(name + 8, ".KHS") == 0;
}

void
folder_name_of(const uint8_t hash[HASH_BYTES], enum folder_kind kind,
    char ret[FOLDER_NAME_BYTES])
{
	put_hex(ret, hash, NAME_HASH_BYTES);
	memcpy(ret + 2 * NAME_HASH_BYTES, kind == FOLDER_BUNDLE ? ".KHB" : ".KHR", 5);
}

static bool
is_temporary(const char *name)
{
	return strlen(name) == TEMPORARY_LENGTH && name[0] == '~' && is_hex(name + 1, 4)
	    && strcmp(name + 5, ".TMP") == 0;
}

void
folder_hash_init(struct hash *h)
{
	hash_init(h, "kehou 1 file");
}

int
folder_holds(const struct env *env, struct file *file, const char *name, bool *ret)
{
	uint8_t *buf = malloc(READ_BYTES), hash[HASH_BYTES];
	char found[FOLDER_NAME_BYTES];
	uint64_t offset = 0;
	struct hash h;
	size_t n = 0;
	int rc;

	if (buf == NULL)
		return STATUS_NOMEM;
	folder_hash_init(&h);
	do {
		rc = env->files->read_at(env->ctx, file, offset, buf, READ_BYTES, &n);
		if (rc == STATUS_OK)
			hash_update(&h, buf, n);
		offset += n;
	} while (rc == STATUS_OK && n == READ_BYTES);
	free(buf);
	hash_final(&h, hash);
	folder_name_of(hash, folder_name_kind(name), found);
	if (rc == STATUS_OK)
		*ret = strcmp(found, name) == 0;
	return rc;
}

static int
stop_at_once(void *ctx, const char *name, uint64_t size_bytes)
{
	(void)ctx;
	(void)name;
	(void)size_bytes;
	return STATUS_EXISTS;
}

/* OK when path is a folder, and no link to one. */
static int
is_folder(const struct env *env, const char *path)
{
	int rc = env->files->list(env->ctx, path, stop_at_once, NULL);

	return rc == STATUS_EXISTS ? STATUS_OK : rc;
}

int
folder_judge(const struct env *env, const char *dir)
{
	char *folder = join(dir, FOLDER_NAME);
	int rc = folder == NULL ? STATUS_NOMEM :
	    env->files->judge(env->ctx, folder, FOLDER_MAX_FILES);

	free(folder);
	return rc;
}

/* --- Writing -------------------------------------------------------------- */

/* A medium that goes away shows itself as any error: look whether it is there. */
static int
why(const struct folder_write *w, int rc)
{
	if (rc == STATUS_NOT_FOUND || rc == STATUS_IO)
		if (is_folder(w->env, w->folder) == STATUS_NOT_FOUND)
			return STATUS_REMOVED;
	return rc;
}

static int
create_temporary(struct folder_write *w)
{
	const struct files *f = w->env->files;
	char name[TEMPORARY_LENGTH + 1] = "~0000.TMP";
	uint8_t random[2];
	int tries, rc = STATUS_EXISTS;

	for (tries = 0; tries < TEMPORARY_TRIES && rc == STATUS_EXISTS; tries++) {
		w->env->random(w->env->ctx, random, sizeof random);
		put_hex(name + 1, random, sizeof random);
		free(w->temporary);
		w->temporary = join(w->folder, name);
		if (w->temporary == NULL)
			return STATUS_NOMEM;
		rc = f->create(w->env->ctx, w->temporary, &w->file);
	}
	if (rc != STATUS_OK) { /* it is not ours to remove */
		free(w->temporary);
		w->temporary = NULL;
	}
	return rc;
}

static int
make_folder(struct folder_write *w)
{
	const struct files *f = w->env->files;
	int rc = is_folder(w->env, w->folder);

	if (rc != STATUS_NOT_FOUND)
		return rc;
	rc = f->mkdir(w->env->ctx, w->folder);
	if (rc == STATUS_OK)
		rc = is_folder(w->env, w->folder);
	/* NOT_FOUND even now: DIR/KEHOU is a link. */
	if (rc == STATUS_OK)
		rc = f->fsync_dir(w->env->ctx, w->dir);
	return rc;
}

int
folder_write_begin(const struct env *env, const char *dir, enum folder_kind kind,
    struct folder_write **ret, struct file **ret_file)
{
	struct folder_write *w = calloc(1, sizeof *w);
	int rc = STATUS_NOMEM;

	if (w == NULL)
		return rc;
	w->env = env;
	w->kind = kind;
	w->dir = join(dir, ".");
	w->folder = join(dir, FOLDER_NAME);
	if (w->dir != NULL && w->folder != NULL)
		rc = make_folder(w);
	if (rc == STATUS_OK)
		rc = create_temporary(w);
	if (rc != STATUS_OK) {
		folder_write_free(w);
		return rc;
	}
	*ret = w;
	*ret_file = w->file;
	return STATUS_OK;
}

/* Reads the medium, not the cache.  CORRUPT when it is not what was written. */
static int
read_back(const struct env *env, const char *path, const uint8_t hash[HASH_BYTES])
{
	uint8_t *buf = malloc(READ_BYTES), found[HASH_BYTES];
	struct file *file;
	struct hash h;
	uint64_t offset = 0;
	size_t n = 0;
	int rc;

	if (buf == NULL)
		return STATUS_NOMEM;
	rc = env->files->open_read(env->ctx, path, &file);
	if (rc != STATUS_OK)
		goto done;
	env->files->drop_cache(env->ctx, file);
	folder_hash_init(&h);
	do {
		rc = env->files->read_at(env->ctx, file, offset, buf, READ_BYTES, &n);
		if (rc == STATUS_OK)
			hash_update(&h, buf, n);
		offset += n;
	} while (rc == STATUS_OK && n == READ_BYTES);
	env->files->close(env->ctx, file);
	hash_final(&h, found);
	if (rc == STATUS_OK && memcmp(found, hash, HASH_BYTES) != 0)
		rc = STATUS_CORRUPT;
done:
	free(buf);
	return rc;
}

/* The same bytes are there already, on the medium and not only in the cache.  What a
 * stranger put under the name may be without end: the size says first. */
static int
is_there(const struct folder_write *w, const char *path, const uint8_t hash[HASH_BYTES])
{
	const struct files *f = w->env->files;
	uint64_t size, own;
	struct file *file;
	int rc = f->open_read(w->env->ctx, path, &file);

	if (rc != STATUS_OK)
		return rc;
	rc = f->size(w->env->ctx, file, &size);
	if (rc == STATUS_OK)
		rc = f->size(w->env->ctx, w->file, &own);
	if (rc == STATUS_OK && size != own)
		rc = STATUS_CORRUPT;
	if (rc == STATUS_OK)
		rc = f->fsync(w->env->ctx, file);
	f->close(w->env->ctx, file);
	if (rc == STATUS_OK)
		rc = f->fsync_dir(w->env->ctx, w->folder);
	return rc == STATUS_OK ? read_back(w->env, path, hash) : rc;
}

static int
put_in_place(struct folder_write *w, const char *path, const uint8_t hash[HASH_BYTES])
{
	const struct files *f = w->env->files;
	void *ctx = w->env->ctx;
	int rc = f->fsync(ctx, w->file);

	/* Whole it stays; broken by a cut it is replaced. */
	if (rc == STATUS_OK && is_there(w, path, hash) == STATUS_OK)
		return STATUS_OK;
	if (rc == STATUS_OK)
		rc = f->rename(ctx, w->temporary, path);
	if (rc != STATUS_OK)
		return rc;
	free(w->temporary);
	w->temporary = NULL;
	/* vfat writes the size into the new name only by this one. */
	rc = f->fsync(ctx, w->file);
	if (rc == STATUS_OK)
		rc = f->fsync_dir(ctx, w->folder);
	if (rc != STATUS_OK)
		return rc;
	f->drop_cache(ctx, w->file);
	return read_back(w->env, path, hash);
}

int
folder_write_finish(struct folder_write *w, const uint8_t hash[HASH_BYTES],
    char ret_name[FOLDER_NAME_BYTES])
{
	char name[FOLDER_NAME_BYTES] = {0};
	char *path;
	int rc;

	folder_name_of(hash, w->kind, name);
	path = join(w->folder, name);
	if (path == NULL)
		return STATUS_NOMEM;
	rc = put_in_place(w, path, hash);
	/* Renamed, but not proved to be on the medium: no name may promise it. */
	if (rc != STATUS_OK && w->temporary == NULL)
		(void)w->env->files->remove(w->env->ctx, path);
	free(path);
	if (rc != STATUS_OK)
		return why(w, rc);
	memcpy(ret_name, name, sizeof name);
	return STATUS_OK;
}

void
folder_write_free(struct folder_write *w)
{
	if (w == NULL)
		return;
	if (w->file != NULL)
		w->env->files->close(w->env->ctx, w->file);
	if (w->temporary != NULL)
		(void)w->env->files->remove(w->env->ctx, w->temporary);
	free(w->temporary);
	free(w->folder);
	free(w->dir);
	free(w);
}

void
folder_unmake(const struct env *env, const char *dir)
{
	char *folder = join(dir, FOLDER_NAME);

	if (folder != NULL && env->files->rmdir(env->ctx, folder) == STATUS_OK)
		(void)!env->files->fsync_dir(env->ctx, dir);
	free(folder);
}

/* --- Reading -------------------------------------------------------------- */

struct listing {
	struct folder_entry *entries;
	size_t n, cap, ignored;
};

static int
note_entry(void *ctx, const char *name, uint64_t size_bytes)
{
	struct listing *l = ctx;
	struct folder_entry entry = {.size_bytes = size_bytes};

	if (folder_name_is_mark(name))
		return STATUS_OK;
	entry.kind = folder_name_kind(name);
	if (entry.kind == 0 || l->n == FOLDER_MAX_FILES) {
		l->ignored++;
		return STATUS_OK;
	}
	if (l->n == l->cap) {
		size_t cap = l->cap ? 2 * l->cap : 16;
		struct folder_entry *entries = realloc(l->entries,
		    cap * sizeof *entries);

		if (entries == NULL)
			return STATUS_NOMEM;
		l->entries = entries;
		l->cap = cap;
	}
	memcpy(entry.name, name, NAME_LENGTH + 1);
	l->entries[l->n++] = entry;
	return STATUS_OK;
}

static int
by_name(const void *a, const void *b)
{
	return strcmp(((const struct folder_entry *)a)->name,
	    ((const struct folder_entry *)b)->name);
}

int
folder_list(const struct env *env, const char *dir, struct folder_entry **ret,
    size_t *ret_n, size_t *ret_ignored)
{
	struct listing l = {0};
	char *folder = join(dir, FOLDER_NAME);
	int rc;

	if (folder == NULL)
		return STATUS_NOMEM;
	rc = env->files->list(env->ctx, folder, note_entry, &l);
	free(folder);
	if (rc != STATUS_OK) {
		free(l.entries);
		return rc;
	}
	if (l.n > 0)
		qsort(l.entries, l.n, sizeof *l.entries, by_name);
	*ret = l.entries;
	*ret_n = l.n;
	*ret_ignored = l.ignored;
	return STATUS_OK;
}

/* Full path of a name as folder_list gives them; others are refused. */
static int
path_of(const struct env *env, const char *dir, const char *name, char **ret)
{
	char *folder;
	int rc;

	if (folder_name_kind(name) == 0)
		return STATUS_USAGE;
	folder = join(dir, FOLDER_NAME);
	if (folder == NULL)
		return STATUS_NOMEM;
	rc = is_folder(env, folder);
	if (rc == STATUS_OK) {
		*ret = join(folder, name);
		rc = *ret == NULL ? STATUS_NOMEM : STATUS_OK;
	}
	free(folder);
	return rc;
}

int
folder_open(const struct env *env, const char *dir, const char *name, struct file **ret)
{
	char *path;
	int rc = path_of(env, dir, name, &path);

	if (rc != STATUS_OK)
		return rc;
	rc = env->files->open_read(env->ctx, path, ret);
	free(path);
	return rc;
}

int
folder_remove(const struct env *env, const char *dir, const char *name)
{
	char *path;
	int rc = path_of(env, dir, name, &path);

	if (rc != STATUS_OK)
		return rc;
	rc = env->files->remove(env->ctx, path);
	free(path);
	return rc;
}

struct emptying {
	const struct env *env;
	const char *folder;
	bool found;
};

static int
remove_one(void *ctx, const char *name, uint64_t size_bytes)
{
	struct emptying *e = ctx;
	char *path = join(e->folder, name);
	int rc = path == NULL ? STATUS_NOMEM : e->env->files->remove(e->env->ctx, path);

	(void)size_bytes;
	e->found = true;
	free(path);
	return rc;
}

int
folder_empty(const struct env *env, const char *dir)
{
	char *folder = join(dir, FOLDER_NAME);
	struct emptying e = {.env = env, .folder = folder};
	int rc;

	if (folder == NULL)
		return STATUS_NOMEM;
	/* A list may pass over some while others go. */
	do {
		e.found = false;
		rc = env->files->list(env->ctx, folder, remove_one, &e);
	} while (rc == STATUS_OK && e.found);
	free(folder);
	return rc == STATUS_NOT_FOUND ? STATUS_OK : rc;
}

struct sweep {
	char names[SWEEP_MAX][TEMPORARY_LENGTH + 1];
	size_t n;
};

static int
note_temporary(void *ctx, const char *name, uint64_t size_bytes)
{
	struct sweep *s = ctx;

	(void)size_bytes;
	/* More than fit are left for the next sweep. */
	if (is_temporary(name) && s->n < SWEEP_MAX)
		memcpy(s->names[s->n++], name, TEMPORARY_LENGTH + 1);
	return STATUS_OK;
}

int
folder_sweep(const struct env *env, const char *dir)
{
	struct sweep s = {.n = 0};
	char *folder = join(dir, FOLDER_NAME), *path;
	size_t i;
	int rc;

	if (folder == NULL)
		return STATUS_NOMEM;
	rc = env->files->list(env->ctx, folder, note_temporary, &s);
	for (i = 0; i < s.n && rc == STATUS_OK; i++) {
		path = join(folder, s.names[i]);
		rc = path == NULL ? STATUS_NOMEM : env->files->remove(env->ctx, path);
		if (rc == STATUS_NOT_FOUND)
			rc = STATUS_OK;
		free(path);
	}
	free(folder);
	return rc;
}

/* --- The mark ------------------------------------------------------------- */

static int
note_mark(void *ctx, const char *name, uint64_t size_bytes)
{
	char *first = ctx;

	(void)size_bytes;
	if (folder_name_is_mark(name) && (first[0] == '\0' || strcmp(name, first) < 0))
		memcpy(first, name, FOLDER_MARK_BYTES);
	return STATUS_OK;
}

int
folder_mark(const struct env *env, const char *dir, char ret[FOLDER_MARK_BYTES])
{
	char *folder = join(dir, FOLDER_NAME), first[FOLDER_MARK_BYTES] = "";
	int rc = folder == NULL ? STATUS_NOMEM :
	    env->files->list(env->ctx, folder, note_mark, first);

	free(folder);
	if (rc == STATUS_OK && first[0] == '\0')
		rc = STATUS_NOT_FOUND;
	if (rc == STATUS_OK)
		memcpy(ret, first, sizeof first);
	return rc;
}

int
folder_set_mark(const struct env *env, const char *dir, const uint8_t id[4],
    char ret[FOLDER_MARK_BYTES])
{
	char name[FOLDER_MARK_BYTES], *folder = join(dir, FOLDER_NAME), *path;
	struct file *file;
	int rc;

	put_hex(name, id, 4);
	memcpy(name + 8, ".KHS", sizeof ".KHS");
	path = folder == NULL ? NULL : join(folder, name);
	rc = path == NULL ? STATUS_NOMEM : env->files->create(env->ctx, path, &file);
	if (rc == STATUS_OK) {
		/* Nothing is in it that a cut could take. */
		rc = env->files->fsync(env->ctx, file);
		env->files->close(env->ctx, file);
	}
	if (rc == STATUS_OK)
		rc = env->files->fsync_dir(env->ctx, folder);
	if (rc == STATUS_OK)
		memcpy(ret, name, sizeof name);
	free(path);
	free(folder);
	return rc;
}
