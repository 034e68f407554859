/* A whole node into a sealed file, and out of one into an empty directory. */
#include "sync/replica_internal.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sync/backup.h"

#define SNAPSHOT "backup.db"
#define MARKER "restoring"
#define LAST "last-backup"
#define FOLDER_HASH_CONTEXT "kehou 1 file"
#define LIST_MAX 65536

/* ---- which files ---- */

/* Folders of a data directory; "" is itself. */
static const char *const folders[] = { "", "keys", "photos" };

/* What is not of the node but of this copy, or comes again by itself. */
static bool
is_left_out(const char *folder, const char *name)
{
	static const char *const out[] = { "kehou.db", "kehou.db-wal", "kehou.db-shm",
		"kehou.db-journal", "sidecar", SNAPSHOT, "roster", MARKER,
		LAST, REPLICA_PLAN };
	size_t len = strlen(name);

	if (len >= 4 && strcmp(name + len - 4, ".log") == 0)
		return true;
	for (size_t i = 0; folder[0] == '\0' && i < sizeof(out) / sizeof(out[0]); i++)
		if (strcmp(name, out[i]) == 0)
			return true;
	return false;
}

struct names {
	char (*list)[BACKUP_NAME_BYTES];
	size_t n, cap;
	const char *folder;
};

static int
add_name(void *ctx, const char *name, uint64_t size_bytes)
{
	struct names *all = ctx;
	char full[BACKUP_NAME_BYTES];
	size_t folder = strlen(all->folder), len = strlen(name);

	(void)size_bytes;
	if (is_left_out(all->folder, name) || folder + len + 2 > sizeof(full))
		return STATUS_OK;
	memcpy(full, all->folder, folder);
	if (folder > 0)
		full[folder++] = '/';
	memcpy(full + folder, name, len + 1);
	if (!backup_name_valid(full))
		return STATUS_OK;
	if (all->n == LIST_MAX)
		return STATUS_TOO_LARGE;
	if (all->n == all->cap) {
		size_t cap = all->cap == 0 ? 16 : 2 * all->cap;
		void *list = realloc(all->list, cap * sizeof(*all->list));

		if (list == NULL)
			return STATUS_NOMEM;
		all->list = list;
		all->cap = cap;
	}
	memcpy(all->list[all->n++], full, sizeof(full));
	return STATUS_OK;
}

static int
find_names(const struct env *env, const char *dir, struct names *ret)
{
	int status = STATUS_OK;

	for (size_t i = 0; status == STATUS_OK && i < sizeof(folders) / sizeof(folders[0]);
	    i++) {
		char path[REPLICA_PATH_BYTES];

		ret->folder = folders[i];
		if (folders[i][0] == '\0')
			status = strlen(dir) < sizeof(path) ? STATUS_OK : STATUS_TOO_LARGE;
		else
			status = replica_path(dir, folders[i], path);
		if (status == STATUS_OK)
			status = env->files->list(env->ctx,
			    folders[i][0] == '\0' ? dir : path, add_name, ret);
		if (status == STATUS_NOT_FOUND)
			status = STATUS_OK;
	}
	return status;
}

/* ---- backup ---- */

struct replica_backup {
	const struct env *env;
	char dir[REPLICA_PATH_BYTES];
	struct backup_info info;
	struct backup_locks locks;
	struct file *database;
	struct buffer roster;
	struct names names;
};

int
replica_remove_snapshot(const char *dir, const struct env *env)
{
	char path[REPLICA_PATH_BYTES];
	int status = replica_path(dir, SNAPSHOT, path);

	if (status == STATUS_OK)
		status = env->files->remove(env->ctx, path);
	return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

/* Takes the copy and lets go of its name at once: nothing of it stays behind. */
static int
take_snapshot(struct replica *r, struct file **ret)
{
	struct file *file = NULL;
	char path[REPLICA_PATH_BYTES];
	int status = replica_path(r->dir, SNAPSHOT, path), removed;

	if (status == STATUS_OK)
		status = replica_remove_snapshot(r->dir, r->env);
	if (status == STATUS_OK)
		status = store_snapshot(r->store, path);
	if (status == STATUS_OK)
		status = r->env->files->open_read(r->env->ctx, path, &file);
	removed = replica_remove_snapshot(r->dir, r->env);
	if (status == STATUS_OK)
		status = removed;
	if (status != STATUS_OK && file != NULL)
		r->env->files->close(r->env->ctx, file);
	if (status == STATUS_OK)
		*ret = file;
	return status;
}

/* A school's opens with its recovery sheet, a hub's with the county's root key. */
static int
find_key(struct replica *r, struct backup_locks *locks)
{
	struct buffer b = BUFFER_INIT;
	int status = STATUS_OK;

	if (r->role == ROLE_HUB) {
		if (crypto_sign_ed25519_pk_to_curve25519(locks->key[0],
		    roster_newest_root(&r->roster)) != 0)
			return STATUS_CORRUPT;
		locks->n = 1;
		return STATUS_OK;
	}
	status = store_meta_get(r->store, "self", "sheet_pk", &b);
	if (status == STATUS_OK && b.len == 32) {
		memcpy(locks->key[0], b.data, 32);
		locks->n = 1;
	}
	buffer_release(&b);
	return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

int
replica_backup_new(struct replica *r, struct replica_backup **ret)
{
	struct replica_backup *b = calloc(1, sizeof(*b));
	char path[REPLICA_PATH_BYTES];
	int status = b == NULL ? STATUS_NOMEM : replica_note_erased(r);

	if (status != STATUS_OK)
		goto out;
	b->env = r->env;
	memcpy(b->dir, r->dir, sizeof(b->dir));
	b->info = (struct backup_info){ .county = r->county, .node = r->self.pub.id,
	    .role = r->role, .scope = r->scope, .time_s = r->env->now_s(r->env->ctx) };
	status = find_key(r, &b->locks);
	if (status == STATUS_OK)
		status = replica_path(r->dir, "roster", path);
	if (status == STATUS_OK)
		status = env_read_file(r->env, path, ROSTER_MAX_BYTES, &b->roster);
	if (status == STATUS_OK)
		status = find_names(r->env, r->dir, &b->names);
	if (status == STATUS_OK)
		status = take_snapshot(r, &b->database);
out:
	if (status != STATUS_OK)
		replica_backup_free(b);
	else
		*ret = b;
	return status;
}

void
replica_backup_free(struct replica_backup *b)
{
	if (b == NULL)
		return;
	if (b->database != NULL)
		b->env->files->close(b->env->ctx, b->database);
	buffer_release(&b->roster);
	free(b->names.list);
	free(b);
}

static int
write_file(struct replica_backup *b, struct backup_writer *w, const char *name,
    struct file *file, uint8_t *buf)
{
	uint64_t size, offset = 0;
	int status = b->env->files->size(b->env->ctx, file, &size);

	if (status == STATUS_OK)
		status = backup_writer_file(w, name, size);
	while (status == STATUS_OK && offset < size) {
		size_t n = 0, want = size - offset < BACKUP_CHUNK_BYTES ?
		    (size_t)(size - offset) : BACKUP_CHUNK_BYTES;

		status = b->env->files->read_at(b->env->ctx, file, offset, buf, want, &n);
		if (status == STATUS_OK && n == 0)
			status = STATUS_IO; /* it shrank meanwhile */
		if (status == STATUS_OK)
			status = backup_writer_put(w, buf, n);
		offset += n;
	}
	return status;
}

static int
write_files(struct replica_backup *b, struct backup_writer *w, uint8_t *buf)
{
	int status = write_file(b, w, "kehou.db", b->database, buf);

	for (size_t i = 0; status == STATUS_OK && i < b->names.n; i++) {
		struct file *file;
		char path[REPLICA_PATH_BYTES];

		status = replica_path(b->dir, b->names.list[i], path);
		if (status == STATUS_OK)
			status = b->env->files->open_read(b->env->ctx, path, &file);
		/* Gone since it was listed: it was not to stay. */
		if (status == STATUS_NOT_FOUND) {
			status = STATUS_OK;
			continue;
		}
		if (status != STATUS_OK)
			break;
		status = write_file(b, w, b->names.list[i], file, buf);
		b->env->files->close(b->env->ctx, file);
	}
	if (status == STATUS_OK)
		status = backup_writer_file(w, "roster", b->roster.len);
	if (status == STATUS_OK)
		status = backup_writer_put(w, b->roster.data, b->roster.len);
	return status == STATUS_OK ? backup_writer_finish(w) : status;
}

/* Reads back what stands there, past the cache, and compares. */
static int
check_file(const struct env *env, const char *path, uint8_t *buf, uint64_t *ret_bytes,
    uint8_t ret[HASH_BYTES])
{
	struct file *file;
	struct hash h;
	uint64_t offset = 0;
	size_t n = 0;
	int status = env->files->open_read(env->ctx, path, &file);

	if (status != STATUS_OK)
		return status;
	env->files->drop_cache(env->ctx, file);
	hash_init(&h, FOLDER_HASH_CONTEXT);
	do {
		status = env->files->read_at(env->ctx, file, offset, buf,
		    BACKUP_CHUNK_BYTES, &n);
		if (status == STATUS_OK)
			hash_update(&h, buf, n);
		offset += n;
	} while (status == STATUS_OK && n == BACKUP_CHUNK_BYTES);
	hash_final(&h, ret);
	env->files->close(env->ctx, file);
	*ret_bytes = offset;
	return status;
}

/* What append has written is hashed on its way; everything else passes through. */
struct watch {
	struct files files;
	struct env env;
	const struct env *real;
	struct hash hash;
};

static int
watch_append(void *ctx, struct file *file, const uint8_t *buf, size_t len)
{
	struct watch *w = ctx;

	hash_update(&w->hash, buf, len);
	return w->real->files->append(w->real->ctx, file, buf, len);
}

static void
watch_random(void *ctx, uint8_t *buf, size_t len)
{
	struct watch *w = ctx;

	w->real->random(w->real->ctx, buf, len);
}

static int
fill(struct replica_backup *b, struct file *out, const char *passphrase, uint8_t *buf,
    uint8_t ret_hash[HASH_BYTES])
{
	struct watch watch = { .real = b->env };
	struct backup_locks locks = b->locks;
	struct backup_writer *w = NULL;
	int status;

	watch.files.append = watch_append;
	watch.env.files = &watch.files;
	watch.env.random = watch_random;
	watch.env.ctx = &watch;
	hash_init(&watch.hash, FOLDER_HASH_CONTEXT);
	locks.passphrase = passphrase;
	status = backup_writer_new(&watch.env, out, &b->info, &locks, &w);
	if (status == STATUS_OK)
		status = write_files(b, w, buf);
	backup_writer_free(w);
	hash_final(&watch.hash, ret_hash);
	return status;
}

/* The folder of a file, "." for a bare name. */
static int
folder_of(const char *path, char ret[REPLICA_PATH_BYTES])
{
	const char *slash = strrchr(path, '/');
	size_t len = slash == NULL ? 1 : slash == path ? 1 : (size_t)(slash - path);

	if (len >= REPLICA_PATH_BYTES)
		return STATUS_TOO_LARGE;
	memcpy(ret, slash == NULL ? "." : path, len);
	ret[len] = '\0';
	return STATUS_OK;
}

static int
append_name(const char *path, const char *end, char ret[REPLICA_PATH_BYTES])
{
	size_t n = strlen(path), more = strlen(end) + 1;

	if (n + more > REPLICA_PATH_BYTES)
		return STATUS_TOO_LARGE;
	memcpy(ret, path, n);
	memcpy(ret + n, end, more);
	return STATUS_OK;
}

/* Under a temporary name, then the final one, as on a stick. */
static int
write_to(struct replica_backup *b, const char *path, const char *temporary,
    const char *passphrase, uint8_t *buf, uint8_t ret_hash[HASH_BYTES])
{
	const struct files *f = b->env->files;
	char folder[REPLICA_PATH_BYTES];
	struct file *out;
	int status = folder_of(path, folder);

	if (status == STATUS_OK)
		status = f->create(b->env->ctx, temporary, &out);
	if (status == STATUS_EXISTS) { /* what an earlier cut left */
		status = f->remove(b->env->ctx, temporary);
		if (status == STATUS_OK)
			status = f->create(b->env->ctx, temporary, &out);
	}
	if (status != STATUS_OK)
		return status;
	status = fill(b, out, passphrase, buf, ret_hash);
	if (status == STATUS_OK)
		status = f->fsync(b->env->ctx, out);
	if (status == STATUS_OK)
		status = f->rename(b->env->ctx, temporary, path);
	/* vfat writes the size into the new name only by this one. */
	if (status == STATUS_OK)
		status = f->fsync(b->env->ctx, out);
	if (status == STATUS_OK)
		status = f->fsync_dir(b->env->ctx, folder);
	f->close(b->env->ctx, out);
	if (status != STATUS_OK)
		(void)f->remove(b->env->ctx, temporary);
	return status;
}

/* For people: that it cannot be noted spoils no backup. */
static void
note_last(const struct replica_backup *b, uint64_t bytes)
{
	char path[REPLICA_PATH_BYTES], line[64];
	int n = snprintf(line, sizeof(line), "%" PRId64 " %" PRIu64 "\n", b->info.time_s,
	    bytes);

	if (replica_path(b->dir, LAST, path) == STATUS_OK)
		(void)!env_write_file(b->env, path, (const uint8_t *)line, (size_t)n);
}

int
replica_backup_write(struct replica_backup *b, const char *path, const char *passphrase,
    uint64_t *ret_bytes)
{
	uint8_t wrote[HASH_BYTES], stands[HASH_BYTES];
	char temporary[REPLICA_PATH_BYTES], list[REPLICA_PATH_BYTES];
	char erased[REPLICA_PATH_BYTES];
	struct buffer persons = BUFFER_INIT;
	uint8_t *buf = malloc(BACKUP_CHUNK_BYTES);
	int status = buf == NULL ? STATUS_NOMEM : append_name(path, "~", temporary);

	if (status == STATUS_OK)
		status = append_name(path, REPLICA_ERASED_SUFFIX, list);
	if (status == STATUS_OK)
		status = replica_path(b->dir, "erased", erased);
	if (status == STATUS_OK)
		status = env_absent(b->env, path);
	if (status == STATUS_OK && b->locks.n == 0 && passphrase == NULL)
		status = STATUS_USAGE;
	if (status == STATUS_OK)
		status = write_to(b, path, temporary, passphrase, buf, wrote);
	if (status == STATUS_OK)
		status = check_file(b->env, path, buf, ret_bytes, stands);
	if (status == STATUS_OK && memcmp(wrote, stands, HASH_BYTES) != 0)
		status = STATUS_CORRUPT;
	if (status == STATUS_OK) {
		status = env_read_file(b->env, erased, ENV_SMALL_FILE_MAX_BYTES, &persons);
		if (status == STATUS_OK)
			status = env_write_file(b->env, list, persons.data, persons.len);
		else if (status == STATUS_NOT_FOUND)
			status = STATUS_OK;
	}
	if (status == STATUS_OK)
		note_last(b, *ret_bytes);
	buffer_release(&persons);
	free(buf);
	return status;
}

int
replica_last_backup(const char *dir, const struct env *env, int64_t *ret_s,
    uint64_t *ret_bytes)
{
	struct buffer b = BUFFER_INIT;
	char path[REPLICA_PATH_BYTES], line[64] = "";
	int64_t at_s;
	uint64_t bytes;
	int status = replica_path(dir, LAST, path);

	if (status == STATUS_OK)
		status = env_read_file(env, path, sizeof(line) - 1, &b);
	if (status == STATUS_OK && b.len > 0)
		memcpy(line, b.data, b.len);
	buffer_release(&b);
	if (status == STATUS_OK && sscanf(line, "%" SCNd64 " %" SCNu64, &at_s, &bytes) != 2)
		status = STATUS_MALFORMED;
	if (status != STATUS_OK)
		return status;
	*ret_s = at_s;
	*ret_bytes = bytes;
	return STATUS_OK;
}

/* ---- restore ---- */

static int
marker_path(const char *dir, char ret[REPLICA_PATH_BYTES])
{
	return replica_path(dir, MARKER, ret);
}

int
replica_restoring(const char *dir, const struct env *env, bool *ret)
{
	char path[REPLICA_PATH_BYTES];
	int status = marker_path(dir, path);

	if (status == STATUS_OK)
		status = env_absent(env, path);
	*ret = status == STATUS_EXISTS;
	return status == STATUS_EXISTS ? STATUS_OK : status;
}

static int
remove_one(const struct env *env, const char *dir, const char *name)
{
	char path[REPLICA_PATH_BYTES];
	int status = replica_path(dir, name, path);

	if (status == STATUS_OK)
		status = env->files->remove(env->ctx, path);
	return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

static int
sync_folders(const char *dir, const struct env *env)
{
	int status = env->files->fsync_dir(env->ctx, dir);

	for (size_t i = 1; status == STATUS_OK && i < sizeof(folders) / sizeof(folders[0]);
	    i++) {
		char path[REPLICA_PATH_BYTES];

		status = replica_path(dir, folders[i], path);
		if (status == STATUS_OK)
			status = env->files->fsync_dir(env->ctx, path);
		if (status == STATUS_NOT_FOUND)
			status = STATUS_OK;
	}
	return status;
}

/* ---- what a restore put there: the marker lists it, a name before its file ---- */

static int
each_restored(const char *dir, const struct env *env, const struct buffer *marker)
{
	char name[BACKUP_NAME_BYTES];
	int status = STATUS_OK;

	for (size_t from = 0, at = 0; status == STATUS_OK && at < marker->len; at++) {
		size_t len = at - from;

		if (marker->data[at] != '\n')
			continue;
		if (len < sizeof(name)) {
			memcpy(name, marker->data + from, len);
			name[len] = '\0';
			if (backup_name_valid(name))
				status = remove_one(env, dir, name);
		}
		from = at + 1;
	}
	return status; /* a name without its end has no file yet */
}

/* What a restore that did not end has put there, and nothing else: the directory may hold
 * other people's files, the backup itself among them.  The marker goes last. */
static int
clear(const char *dir, const struct env *env)
{
	static const char *const own[] = { "roster", "roster~", "sidecar", "sidecar~",
		"kehou.db-wal", "kehou.db-shm", "kehou.db-journal" };
	struct buffer marker = BUFFER_INIT;
	char path[REPLICA_PATH_BYTES];
	int status = marker_path(dir, path);

	if (status == STATUS_OK)
		status = env_read_file(env, path, ENV_SMALL_FILE_MAX_BYTES, &marker);
	for (size_t i = 0; status == STATUS_OK && i < sizeof(own) / sizeof(own[0]); i++)
		status = remove_one(env, dir, own[i]);
	if (status == STATUS_OK)
		status = each_restored(dir, env, &marker);
	buffer_release(&marker);
	/* Were the marker gone and a file not, nobody would know whose it is. */
	if (status == STATUS_OK)
		status = sync_folders(dir, env);
	return status == STATUS_OK ? remove_one(env, dir, MARKER) : status;
}

struct restoring {
	const struct env *env;
	const char *dir;
	struct file *held;      /* replica_hold_birth */
	struct file *marker;
	size_t n;
};

static int
begin_restore(struct restoring *to, const struct replica_domain *domain)
{
	const struct env *env = to->env;
	char path[REPLICA_PATH_BYTES];
	bool ours = false;
	int status = replica_hold_birth(env, to->dir, &to->held);

	if (status == STATUS_OK)
		status = replica_restoring(to->dir, env, &ours);
	if (status == STATUS_OK && ours)
		status = clear(to->dir, env);
	if (status == STATUS_OK)
		status = replica_clear_unborn(env, to->dir, domain);
	if (status == STATUS_OK)
		status = marker_path(to->dir, path);
	if (status == STATUS_OK)
		status = env->files->create(env->ctx, path, &to->marker);
	if (status == STATUS_OK)
		status = env->files->fsync_dir(env->ctx, to->dir);
	return status;
}

/* From here on the name is the restore's; EXISTS where it is somebody else's. */
static int
claim(struct restoring *to, const char *name)
{
	char path[REPLICA_PATH_BYTES], line[BACKUP_NAME_BYTES + 1];
	int len = snprintf(line, sizeof(line), "%s\n", name);
	int status = replica_path(to->dir, name, path);

	if (status == STATUS_OK && to->n++ == LIST_MAX)
		status = STATUS_TOO_LARGE;
	if (status == STATUS_OK)
		status = env_absent(to->env, path);
	if (status == STATUS_OK)
		status = to->env->files->append(to->env->ctx, to->marker,
		    (const uint8_t *)line, (size_t)len);
	if (status == STATUS_OK)
		status = to->env->files->fsync(to->env->ctx, to->marker);
	return status;
}

static int
read_into(const struct env *env, struct backup_reader *in, struct file *out, uint8_t *buf)
{
	size_t n = 0;
	int status;

	do {
		status = backup_reader_read(in, buf, BACKUP_CHUNK_BYTES, &n);
		if (status == STATUS_OK && n > 0)
			status = env->files->append(env->ctx, out, buf, n);
	} while (status == STATUS_OK && n > 0);
	return status == STATUS_OK ? env->files->fsync(env->ctx, out) : status;
}

static int
restore_file(struct restoring *to, struct backup_reader *in, const char *name, uint8_t *buf)
{
	const struct env *env = to->env;
	const char *slash = strchr(name, '/');
	char path[REPLICA_PATH_BYTES], folder[REPLICA_PATH_BYTES];
	struct file *out;
	int status = replica_path(to->dir, name, path);

	if (status == STATUS_OK)
		status = folder_of(path, folder);
	if (status == STATUS_OK && slash != NULL)
		status = env->files->mkdir(env->ctx, folder);
	if (status == STATUS_OK && slash != NULL)
		status = env->files->fsync_dir(env->ctx, to->dir);
	if (status == STATUS_OK)
		status = claim(to, name);
	if (status == STATUS_OK)
		status = env->files->create(env->ctx, path, &out);
	if (status != STATUS_OK)
		return status;
	status = read_into(env, in, out, buf);
	env->files->close(env->ctx, out);
	return status == STATUS_OK ? env->files->fsync_dir(env->ctx, folder) : status;
}

static int
read_roster(struct backup_reader *in, uint64_t bytes, struct buffer *ret)
{
	uint8_t *p;
	size_t done = 0, n = 1;
	int status = STATUS_OK;

	if (bytes > ROSTER_MAX_BYTES)
		return STATUS_TOO_LARGE;
	p = buffer_extend(ret, (size_t)bytes);
	if (p == NULL && bytes > 0)
		return STATUS_NOMEM;
	while (status == STATUS_OK && done < bytes && n > 0) {
		status = backup_reader_read(in, p + done, (size_t)bytes - done, &n);
		done += n;
	}
	return status;
}

/* All files; the roster comes last, as at a node's birth. */
static int
restore_files(struct restoring *to, struct backup_reader *in)
{
	uint8_t *buf = malloc(BACKUP_CHUNK_BYTES);
	struct buffer roster = BUFFER_INIT;
	char path[REPLICA_PATH_BYTES], name[BACKUP_NAME_BYTES];
	uint64_t bytes;
	int status = buf == NULL ? STATUS_NOMEM : replica_path(to->dir, "roster", path);

	while (status == STATUS_OK &&
	    (status = backup_reader_file(in, name, &bytes)) == STATUS_OK) {
		if (strcmp(name, "roster") == 0)
			status = read_roster(in, bytes, &roster);
		else if (strcmp(name, REPLICA_PLAN) == 0)
			continue; /* its bytes are passed over */
		else if (is_left_out("", name) && strcmp(name, "kehou.db") != 0)
			status = STATUS_MALFORMED;
		else
			status = restore_file(to, in, name, buf);
	}
	if (status == STATUS_NOT_FOUND)
		status = env_write_file(to->env, path, roster.data, roster.len);
	buffer_release(&roster);
	free(buf);
	return status;
}

/* Erasures that are known elsewhere. */
static int
take_lists(struct replica *r, struct replica_erased *lists, size_t n)
{
	int status = STATUS_OK;

	for (size_t i = 0; status == STATUS_OK && i < n; i++) {
		struct replica_erased *l = &lists[i];

		l->status = replica_take_erased(r, l->data, l->len);
		if (l->named || l->status == STATUS_NOMEM || l->status == STATUS_IO ||
		    l->status == STATUS_FULL)
			status = l->status;
	}
	return status;
}

static int
open_restored(const char *dir, const struct env *env, const struct replica_domain *domain,
    struct replica_erased *lists, size_t n, struct replica_restored *ret)
{
	struct replica *r = NULL;
	uint64_t before;
	int status = replica_open_raw(dir, env, domain, &r);

	if (status != STATUS_OK)
		return status;
	before = store_erased_count(r->store);
	status = take_lists(r, lists, n);
	if (status == STATUS_OK)
		status = replica_erase(r);
	if (status == STATUS_OK)
		status = replica_note_erased(r);
	ret->erased = store_erased_count(r->store) - before;
	ret->role = r->role;
	ret->scope = r->scope;
	replica_close(r);
	return status;
}

/* All but the directory's hold; what was put there goes again on failure. */
static int
restore_node(struct restoring *to, const struct replica_domain *domain,
    struct backup_reader *in, struct replica_erased *lists, size_t n,
    struct replica_restored *ret)
{
	const struct env *env = to->env;
	int status = begin_restore(to, domain);

	if (to->marker == NULL)
		return status;
	if (status == STATUS_OK)
		status = restore_files(to, in);
	/* What open_restored writes beside what was in the file. */
	if (status == STATUS_OK) {
		status = claim(to, "erased");
		if (status == STATUS_EXISTS)
			status = STATUS_OK;
	}
	env->files->close(env->ctx, to->marker);
	if (status == STATUS_OK)
		status = open_restored(to->dir, env, domain, lists, n, ret);
	if (status == STATUS_OK)
		status = remove_one(env, to->dir, MARKER);
	if (status == STATUS_OK)
		return env->files->fsync_dir(env->ctx, to->dir);
	(void)!clear(to->dir, env);
	return status;
}

int
replica_restore(const char *dir, const struct env *env,
    const struct replica_domain *domain, struct backup_reader *in,
    struct replica_erased *lists, size_t n, struct replica_restored *ret)
{
	struct replica_restored done = { .time_s = backup_reader_info(in)->time_s };
	struct restoring to = { .env = env, .dir = dir };
	int status = restore_node(&to, domain, in, lists, n, &done);

	if (to.held != NULL)
		env->files->close(env->ctx, to.held);
	if (status == STATUS_OK)
		*ret = done;
	return status;
}
