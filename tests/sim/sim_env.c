#include "tests/sim/sim_env.h"

#include <assert.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#define PATH_BYTES 512
#define MOUNTS_MAX 64

struct inode {
	size_t references; /* names, durable names and open files */
	bool folder;
	uint8_t *data;     /* as the process sees it */
	size_t len, cap;
	uint8_t *synced;   /* as the medium has it */
	size_t synced_len;
	bool renamed;      /* since the last fsync */
};

struct name {
	char path[PATH_BYTES];
	struct inode *inode;
};

struct names {
	struct name *all;
	size_t n, cap;
};

struct mount {
	char path[PATH_BYTES];
	bool away, readonly, vfat;
	uint64_t capacity;   /* bytes */
	uint64_t generation; /* counts cuts: files opened before one are dead */
};

struct node {
	struct env env;
	struct sim_world *world;
	int64_t now_s;
	uint64_t seed, drawn;
	struct node *next;
};

struct sim_world {
	struct names now, durable;
	struct mount mounts[MOUNTS_MAX];
	size_t nmounts;
	struct node *nodes;
	uint64_t seed, drawn;
	uint64_t operations;
	uint64_t fault_at; /* 0: none */
	int fault_status;
	bool fault_stays, struck;
};

struct file {
	struct inode *inode;
	struct mount *mount;
	uint64_t generation;
	bool writable;
};

static void
draw(uint64_t seed, uint64_t *drawn, uint8_t *buf, size_t len)
{
	uint8_t key[randombytes_SEEDBYTES] = {0};
	int i;

	for (i = 0; i < 8; i++) {
		key[i] = (uint8_t)(seed >> 8 * i);
		key[8 + i] = (uint8_t)(*drawn >> 8 * i);
	}
	++*drawn;
	randombytes_buf_deterministic(buf, len, key);
}

static bool
coin(struct sim_world *w)
{
	uint8_t byte;

	draw(w->seed, &w->drawn, &byte, 1);
	return byte & 1;
}

/* --- Inodes and names ----------------------------------------------------- */

static void *
need(void *p)
{
	assert(p != NULL);
	return p;
}

static void
drop(struct inode *inode)
{
	if (--inode->references > 0)
		return;
	free(inode->data);
	free(inode->synced);
	free(inode);
}

static size_t
find(const struct names *names, const char *path)
{
	size_t i;

	for (i = 0; i < names->n; i++)
		if (strcmp(names->all[i].path, path) == 0)
			break;
	return i;
}

static struct inode *
look_up(const struct names *names, const char *path)
{
	size_t i = find(names, path);

	return i < names->n ? names->all[i].inode : NULL;
}

static void
unlink_at(struct names *names, size_t i)
{
	drop(names->all[i].inode);
	names->all[i] = names->all[--names->n];
}

static void
link_name(struct names *names, const char *path, struct inode *inode)
{
	size_t i = find(names, path);

	inode->references++;
	if (i < names->n) {
		drop(names->all[i].inode);
		names->all[i].inode = inode;
		return;
	}
	if (names->n == names->cap) {
		names->cap = names->cap ? 2 * names->cap : 16;
		names->all = need(realloc(names->all, names->cap * sizeof *names->all));
	}
	assert(strlen(path) < PATH_BYTES);
	strcpy(names->all[names->n].path, path);
	names->all[names->n++].inode = inode;
}

static void
set_bytes(uint8_t **data, size_t *len, const uint8_t *from, size_t from_len)
{
	uint8_t *copy = need(malloc(from_len + 1));

	if (from_len > 0)
		memcpy(copy, from, from_len);
	free(*data);
	*data = copy;
	*len = from_len;
}

/* "a//b/./c/" and "/a/b/c" as "a/b/c": one name for one thing. */
static void
tidy(const char *path, char ret[PATH_BYTES])
{
	size_t n = 0;

	assert(strlen(path) < PATH_BYTES - 1);
	while (*path != '\0') {
		size_t part = strcspn(path, "/");

		if (part > 0 && !(part == 1 && path[0] == '.')) {
			if (n > 0)
				ret[n++] = '/';
			memcpy(ret + n, path, part);
			n += part;
		}
		path += part;
		path += *path == '/';
	}
	ret[n] = '\0';
}

static bool
is_under(const char *path, const char *folder)
{
	size_t n = strlen(folder);

	return n == 0
	    || (strncmp(path, folder, n) == 0 && (path[n] == '/' || path[n] == '\0'));
}

static bool
is_directly_in(const char *path, const char *folder)
{
	const char *slash = strrchr(path, '/');
	size_t n = slash ? (size_t)(slash - path) : 0;

	return path[0] != '\0' && strlen(folder) == n && strncmp(path, folder, n) == 0;
}

static bool
is_folder(const struct sim_world *w, const char *path)
{
	const struct inode *inode = look_up(&w->now, path);

	return path[0] == '\0' || (inode != NULL && inode->folder);
}

static bool
has_parent(const struct sim_world *w, const char *path)
{
	char above[PATH_BYTES];
	char *slash;

	strcpy(above, path);
	slash = strrchr(above, '/');
	*(slash ? slash : above) = '\0';
	return is_folder(w, above);
}

/* --- Mounts and faults ---------------------------------------------------- */

static struct mount *
mount_of(struct sim_world *w, const char *path)
{
	struct mount *best = &w->mounts[0]; /* the root */
	size_t i;

	for (i = 1; i < w->nmounts; i++)
		if (is_under(path, w->mounts[i].path)
		    && strlen(w->mounts[i].path) > strlen(best->path))
			best = &w->mounts[i];
	return best;
}

static struct mount *
mount_at(struct sim_world *w, const char *path)
{
	char tidied[PATH_BYTES];
	struct mount *m;

	tidy(path, tidied);
	m = mount_of(w, tidied);
	assert(strcmp(m->path, tidied) == 0);
	return m;
}

static uint64_t
used_bytes(struct sim_world *w, const struct mount *m)
{
	uint64_t sum = 0;
	size_t i;

	for (i = 0; i < w->now.n; i++)
		if (mount_of(w, w->now.all[i].path) == m)
			sum += w->now.all[i].inode->len;
	return sum;
}

/* One more operation: OK, or the fault that was asked for. */
static int
step(struct sim_world *w)
{
	w->operations++;
	if (w->fault_at == 0 || w->operations < w->fault_at)
		return STATUS_OK;
	if (w->operations > w->fault_at && !w->fault_stays)
		return STATUS_OK;
	w->struck = true;
	return w->fault_status;
}

static struct sim_world *
world_of(void *ctx)
{
	return ((struct node *)ctx)->world;
}

/* Start of every operation on a path. */
static int
enter(struct sim_world *w, const char *path, bool writes, char ret[PATH_BYTES],
    struct mount **ret_mount)
{
	int rc = step(w);

	if (rc != STATUS_OK)
		return rc;
	tidy(path, ret);
	*ret_mount = mount_of(w, ret);
	if ((*ret_mount)->away || !has_parent(w, ret))
		return STATUS_NOT_FOUND;
	return writes && (*ret_mount)->readonly ? STATUS_READONLY : STATUS_OK;
}

static int
enter_file(struct sim_world *w, const struct file *file)
{
	int rc = step(w);

	if (rc != STATUS_OK)
		return rc;
	return file->mount->away || file->generation != file->mount->generation
	    ? STATUS_IO : STATUS_OK;
}

/* --- struct files --------------------------------------------------------- */

static struct file *
new_file(struct inode *inode, struct mount *mount, bool writable)
{
	struct file *file = need(calloc(1, sizeof *file));

	inode->references++;
	*file = (struct file){inode, mount, mount->generation, writable};
	return file;
}

static struct inode *
new_inode(bool folder)
{
	struct inode *inode = need(calloc(1, sizeof *inode));

	inode->folder = folder;
	return inode;
}

static int
open_read(void *ctx, const char *path, struct file **ret)
{
	struct sim_world *w = world_of(ctx);
	char at[PATH_BYTES];
	struct mount *m;
	struct inode *inode;
	int rc = enter(w, path, false, at, &m);

	if (rc != STATUS_OK)
		return rc;
	inode = look_up(&w->now, at);
	if (inode == NULL)
		return STATUS_NOT_FOUND;
	if (inode->folder)
		return STATUS_IO;
	*ret = new_file(inode, m, false);
	return STATUS_OK;
}

static int
create(void *ctx, const char *path, struct file **ret)
{
	struct sim_world *w = world_of(ctx);
	char at[PATH_BYTES];
	struct mount *m;
	struct inode *inode;
	int rc = enter(w, path, true, at, &m);

	if (rc != STATUS_OK)
		return rc;
	if (look_up(&w->now, at) != NULL)
		return STATUS_EXISTS;
	inode = new_inode(false);
	link_name(&w->now, at, inode);
	*ret = new_file(inode, m, true);
	return STATUS_OK;
}

static int
read_at(void *ctx, struct file *file, uint64_t offset, uint8_t *buf, size_t len,
    size_t *ret_len)
{
	const struct inode *inode = file->inode;
	size_t n;
	int rc = enter_file(world_of(ctx), file);

	if (rc != STATUS_OK)
		return rc;
	n = offset < inode->len ? inode->len - (size_t)offset : 0;
	if (n > len)
		n = len;
	if (n > 0)
		memcpy(buf, inode->data + offset, n);
	*ret_len = n;
	return STATUS_OK;
}

static int
append(void *ctx, struct file *file, const uint8_t *buf, size_t len)
{
	struct sim_world *w = world_of(ctx);
	struct inode *inode = file->inode;
	int rc = enter_file(w, file);

	if (rc != STATUS_OK)
		return rc;
	assert(file->writable);
	if (file->mount->readonly)
		return STATUS_READONLY;
	if (file->mount->capacity != UINT64_MAX
	    && used_bytes(w, file->mount) + len > file->mount->capacity)
		return STATUS_FULL;
	if (inode->len + len > inode->cap) {
		inode->cap = 2 * (inode->len + len);
		inode->data = need(realloc(inode->data, inode->cap));
	}
	if (len > 0)
		memcpy(inode->data + inode->len, buf, len);
	inode->len += len;
	return STATUS_OK;
}

static void
sync_inode(struct inode *inode)
{
	set_bytes(&inode->synced, &inode->synced_len, inode->data, inode->len);
	inode->renamed = false;
}

static int
sync_file(void *ctx, struct file *file)
{
	int rc = enter_file(world_of(ctx), file);

	if (rc == STATUS_OK)
		sync_inode(file->inode);
	return rc;
}

static void
drop_cache(void *ctx, struct file *file)
{
	(void)ctx;
	(void)file;
}

static int
size_of(void *ctx, struct file *file, uint64_t *ret)
{
	int rc = enter_file(world_of(ctx), file);

	if (rc == STATUS_OK)
		*ret = file->inode->len;
	return rc;
}

static void
close_file(void *ctx, struct file *file)
{
	(void)ctx;
	drop(file->inode);
	free(file);
}

static int
rename_file(void *ctx, const char *from, const char *to)
{
	struct sim_world *w = world_of(ctx);
	char a[PATH_BYTES], b[PATH_BYTES];
	struct mount *m;
	struct inode *inode;
	int rc = enter(w, from, true, a, &m);

	if (rc != STATUS_OK)
		return rc;
	tidy(to, b);
	inode = look_up(&w->now, a);
	if (inode == NULL || !has_parent(w, b))
		return STATUS_NOT_FOUND;
	if (mount_of(w, b) != m || inode->folder)
		return STATUS_IO;
	link_name(&w->now, b, inode);
	if (strcmp(a, b) != 0)
		unlink_at(&w->now, find(&w->now, a));
	inode->renamed = true;
	return STATUS_OK;
}

static int
remove_file(void *ctx, const char *path)
{
	struct sim_world *w = world_of(ctx);
	char at[PATH_BYTES];
	struct mount *m;
	int rc = enter(w, path, true, at, &m);

	if (rc != STATUS_OK)
		return rc;
	if (look_up(&w->now, at) == NULL)
		return STATUS_NOT_FOUND;
	unlink_at(&w->now, find(&w->now, at));
	return STATUS_OK;
}

static int
make_folder(void *ctx, const char *path)
{
	struct sim_world *w = world_of(ctx);
	char at[PATH_BYTES];
	struct mount *m;
	struct inode *there;
	int rc = enter(w, path, false, at, &m);

	if (rc != STATUS_OK)
		return rc;
	there = look_up(&w->now, at);
	if (there != NULL)
		return there->folder ? STATUS_OK : STATUS_EXISTS;
	if (m->readonly)
		return STATUS_READONLY;
	link_name(&w->now, at, new_inode(true));
	return STATUS_OK;
}

static int
sync_folder(void *ctx, const char *path)
{
	struct sim_world *w = world_of(ctx);
	char at[PATH_BYTES];
	struct mount *m;
	size_t i;
	int rc = enter(w, path, false, at, &m);

	if (rc != STATUS_OK)
		return rc;
	if (!is_folder(w, at))
		return STATUS_NOT_FOUND;
	for (i = w->durable.n; i-- > 0; )
		if (is_directly_in(w->durable.all[i].path, at))
			unlink_at(&w->durable, i);
	for (i = 0; i < w->now.n; i++)
		if (is_directly_in(w->now.all[i].path, at))
			link_name(&w->durable, w->now.all[i].path, w->now.all[i].inode);
	return STATUS_OK;
}

static int
list(void *ctx, const char *path, files_visit *visit, void *visit_ctx)
{
	struct sim_world *w = world_of(ctx);
	char at[PATH_BYTES];
	struct mount *m;
	size_t i;
	int rc = enter(w, path, false, at, &m);

	if (rc != STATUS_OK)
		return rc;
	if (!is_folder(w, at))
		return STATUS_NOT_FOUND;
	for (i = 0; i < w->now.n && rc == STATUS_OK; i++) {
		const struct name *name = &w->now.all[i];
		const char *slash = strrchr(name->path, '/');

		if (!name->inode->folder && is_directly_in(name->path, at))
			rc = visit(visit_ctx, slash ? slash + 1 : name->path,
			    name->inode->len);
	}
	return rc;
}

static const struct files sim_files = {
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
	.fsync_dir = sync_folder,
	.list = list,
};

static int64_t
now_s(void *ctx)
{
	return ((struct node *)ctx)->now_s;
}

static void
random_bytes(void *ctx, uint8_t *buf, size_t len)
{
	struct node *node = ctx;

	draw(node->seed, &node->drawn, buf, len);
}

/* --- The world ------------------------------------------------------------ */

struct sim_world *
sim_world_new(uint64_t seed)
{
	struct sim_world *w = need(calloc(1, sizeof *w));

	if (sodium_init() < 0)
		abort();
	w->seed = seed;
	w->mounts[0].capacity = UINT64_MAX;
	w->nmounts = 1;
	return w;
}

static void
release_names(struct names *names)
{
	while (names->n > 0)
		unlink_at(names, names->n - 1);
	free(names->all);
}

void
sim_world_free(struct sim_world *w)
{
	struct node *node, *next;

	if (w == NULL)
		return;
	release_names(&w->now);
	release_names(&w->durable);
	for (node = w->nodes; node != NULL; node = next) {
		next = node->next;
		free(node);
	}
	free(w);
}

const struct env *
sim_node(struct sim_world *w, uint64_t seed, int64_t start_s)
{
	struct node *node = need(calloc(1, sizeof *node));

	node->env = (struct env){now_s, random_bytes, &sim_files, node};
	node->world = w;
	node->seed = seed;
	node->now_s = start_s;
	node->next = w->nodes;
	w->nodes = node;
	return &node->env;
}

void
sim_set_clock(const struct env *node, int64_t to_s)
{
	((struct node *)node->ctx)->now_s = to_s;
}

void
sim_mount(struct sim_world *w, const char *path)
{
	struct mount *m = &w->mounts[w->nmounts];
	struct inode *inode = new_inode(true);

	assert(w->nmounts < MOUNTS_MAX);
	*m = (struct mount){.capacity = UINT64_MAX};
	tidy(path, m->path);
	w->nmounts++;
	link_name(&w->now, m->path, inode);
	link_name(&w->durable, m->path, inode);
}

/* Each name that differs is as the process has it or as the medium has it. */
static void
cut_names(struct sim_world *w, const struct mount *m, enum sim_cut how)
{
	size_t i;

	for (i = w->now.n; i-- > 0; ) {
		struct name *name = &w->now.all[i];
		struct inode *before = look_up(&w->durable, name->path);

		if (mount_of(w, name->path) != m || before == name->inode
		    || (how == SIM_KEEP_SOME && coin(w)))
			continue;
		if (before != NULL) /* a rename over a file never loses both */
			link_name(&w->now, name->path, before);
		else
			unlink_at(&w->now, i);
	}
	for (i = 0; i < w->durable.n; i++) {
		const struct name *name = &w->durable.all[i];

		if (mount_of(w, name->path) == m && look_up(&w->now, name->path) == NULL
		    && (how == SIM_DROP_ALL || coin(w)))
			link_name(&w->now, name->path, name->inode);
	}
}

static void
cut_bytes(struct sim_world *w, const struct mount *m, struct inode *inode,
    enum sim_cut how)
{
	if (inode->folder || (how == SIM_KEEP_SOME && coin(w)))
		return;
	set_bytes(&inode->data, &inode->len, inode->synced,
	    m->vfat && inode->renamed ? 0 : inode->synced_len);
	inode->cap = inode->len + 1;
}

static void
cut_mount(struct sim_world *w, struct mount *m, enum sim_cut how)
{
	size_t i;

	m->generation++;
	cut_names(w, m, how);
	for (i = 0; i < w->now.n; i++)
		if (mount_of(w, w->now.all[i].path) == m)
			cut_bytes(w, m, w->now.all[i].inode, how);
	/* What came through is what the medium has from now on. */
	for (i = w->durable.n; i-- > 0; )
		if (mount_of(w, w->durable.all[i].path) == m)
			unlink_at(&w->durable, i);
	for (i = 0; i < w->now.n; i++) {
		const struct name *name = &w->now.all[i];

		if (mount_of(w, name->path) != m)
			continue;
		if (!name->inode->folder)
			sync_inode(name->inode);
		link_name(&w->durable, name->path, name->inode);
	}
}

void
sim_unplug(struct sim_world *w, const char *path)
{
	struct mount *m = mount_at(w, path);

	cut_mount(w, m, SIM_DROP_ALL);
	m->away = true;
}

void
sim_plug(struct sim_world *w, const char *path)
{
	mount_at(w, path)->away = false;
}

void
sim_set_readonly(struct sim_world *w, const char *path, bool readonly)
{
	mount_at(w, path)->readonly = readonly;
}

void
sim_set_capacity(struct sim_world *w, const char *path, uint64_t bytes)
{
	mount_at(w, path)->capacity = bytes;
}

void
sim_set_vfat(struct sim_world *w, const char *path, bool vfat)
{
	mount_at(w, path)->vfat = vfat;
}

void
sim_power_cut(struct sim_world *w, enum sim_cut how)
{
	size_t i;

	for (i = 0; i < w->nmounts; i++)
		if (!w->mounts[i].away)
			cut_mount(w, &w->mounts[i], how);
	sim_no_fault(w);
}

uint64_t
sim_operations(const struct sim_world *w)
{
	return w->operations;
}

static void
set_fault(struct sim_world *w, uint64_t n, int status, bool stays)
{
	assert(n > 0 && status != STATUS_OK);
	w->fault_at = w->operations + n;
	w->fault_status = status;
	w->fault_stays = stays;
	w->struck = false;
}

void
sim_fail_at(struct sim_world *w, uint64_t n, int status)
{
	set_fault(w, n, status, false);
}

void
sim_stop_at(struct sim_world *w, uint64_t n)
{
	set_fault(w, n, STATUS_IO, true);
}

void
sim_no_fault(struct sim_world *w)
{
	w->fault_at = 0;
}

bool
sim_struck(const struct sim_world *w)
{
	return w->struck;
}

bool
sim_exists(const struct sim_world *w, const char *path)
{
	char at[PATH_BYTES];

	tidy(path, at);
	return look_up(&w->now, at) != NULL;
}

const uint8_t *
sim_peek(const struct sim_world *w, const char *path, size_t *ret_len)
{
	static const uint8_t nothing[1];
	const struct inode *inode;
	char at[PATH_BYTES];

	tidy(path, at);
	inode = look_up(&w->now, at);
	if (inode == NULL || inode->folder)
		return NULL;
	*ret_len = inode->len;
	return inode->len > 0 ? inode->data : nothing;
}

void
sim_poke(struct sim_world *w, const char *path, const uint8_t *data, size_t len)
{
	struct inode *inode = new_inode(false);
	char at[PATH_BYTES];

	tidy(path, at);
	set_bytes(&inode->data, &inode->len, data, len);
	inode->cap = len + 1;
	sync_inode(inode);
	link_name(&w->now, at, inode);
	link_name(&w->durable, at, inode);
}

size_t
sim_count(const struct sim_world *w, const char *path)
{
	char at[PATH_BYTES];
	size_t i, n = 0;

	tidy(path, at);
	for (i = 0; i < w->now.n; i++)
		n += !w->now.all[i].inode->folder && is_under(w->now.all[i].path, at);
	return n;
}
