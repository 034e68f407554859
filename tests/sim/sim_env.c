#include "tests/sim/sim_disk.h"

#include <assert.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct sim_clock {
	struct env env;
	struct sim_world *world;
	int64_t now_s;
	uint64_t seed, drawn;
	uint64_t machine;      /* the first seed, unless told otherwise */
	struct sim_clock *next;
};

static struct sim_world *
world_of(void *ctx)
{
	return ((struct sim_clock *)ctx)->world;
}

/* --- struct files --------------------------------------------------------- */

static int
open_read(void *ctx, const char *path, struct file **ret)
{
	struct sim_world *w = world_of(ctx);
	char at[SIM_PATH_BYTES];
	struct sim_mount *m;
	struct sim_inode *inode;
	int rc = sim_enter(w, path, false, at, &m);

	if (rc != STATUS_OK)
		return rc;
	inode = sim_look_up(&w->now, at);
	if (inode == NULL)
		return STATUS_NOT_FOUND;
	if (inode->folder)
		return STATUS_IO;
	*ret = sim_file_new(inode, m, false);
	return STATUS_OK;
}

static int
create(void *ctx, const char *path, struct file **ret)
{
	struct sim_world *w = world_of(ctx);
	char at[SIM_PATH_BYTES];
	struct sim_mount *m;
	struct sim_inode *inode;
	int rc = sim_enter(w, path, true, at, &m);

	if (rc != STATUS_OK)
		return rc;
	if (sim_look_up(&w->now, at) != NULL)
		return STATUS_EXISTS;
	inode = sim_inode_new(false);
	sim_link(&w->now, at, inode);
	*ret = sim_file_new(inode, m, true);
	return STATUS_OK;
}

static int
read_at(void *ctx, struct file *file, uint64_t offset, uint8_t *buf, size_t len,
    size_t *ret_len)
{
	const struct sim_inode *inode = file->inode;
	size_t n;
	int rc = sim_enter_file(world_of(ctx), file);

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
	int rc = sim_enter_file(w, file);

	if (rc != STATUS_OK)
		return rc;
	assert(file->writable);
	if (file->mount->readonly)
		return STATUS_READONLY;
	if (!sim_has_room(w, file->mount, len))
		return STATUS_FULL;
	sim_inode_write(file->inode, file->inode->len, buf, len);
	return STATUS_OK;
}

static int
sync_file(void *ctx, struct file *file)
{
	int rc = sim_enter_file(world_of(ctx), file);

	if (rc == STATUS_OK)
		sim_inode_sync(file->inode);
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
	int rc = sim_enter_file(world_of(ctx), file);

	if (rc == STATUS_OK)
		*ret = file->inode->len;
	return rc;
}

static void
close_file(void *ctx, struct file *file)
{
	(void)ctx;
	if (file->holds)
		file->inode->held = false;
	sim_inode_drop(file->inode);
	free(file);
}

static int
rename_file(void *ctx, const char *from, const char *to)
{
	struct sim_world *w = world_of(ctx);
	char a[SIM_PATH_BYTES], b[SIM_PATH_BYTES];
	struct sim_mount *m;
	struct sim_inode *inode;
	int rc = sim_enter(w, from, true, a, &m);

	if (rc != STATUS_OK)
		return rc;
	sim_tidy(to, b);
	inode = sim_look_up(&w->now, a);
	if (inode == NULL || !sim_has_parent(w, b))
		return STATUS_NOT_FOUND;
	if (sim_mount_of(w, b) != m || inode->folder)
		return STATUS_IO;
	sim_link(&w->now, b, inode);
	if (strcmp(a, b) != 0)
		sim_unlink(&w->now, a);
	inode->renamed = true;
	return STATUS_OK;
}

static int
remove_file(void *ctx, const char *path)
{
	struct sim_world *w = world_of(ctx);
	char at[SIM_PATH_BYTES];
	struct sim_mount *m;
	int rc = sim_enter(w, path, true, at, &m);

	if (rc != STATUS_OK)
		return rc;
	if (sim_look_up(&w->now, at) == NULL)
		return STATUS_NOT_FOUND;
	sim_unlink(&w->now, at);
	return STATUS_OK;
}

static int
make_folder(void *ctx, const char *path)
{
	struct sim_world *w = world_of(ctx);
	char at[SIM_PATH_BYTES];
	struct sim_mount *m;
	struct sim_inode *there;
	int rc = sim_enter(w, path, false, at, &m);

	if (rc != STATUS_OK)
		return rc;
	there = sim_look_up(&w->now, at);
	if (there != NULL)
		return there->folder ? STATUS_OK : STATUS_EXISTS;
	if (m->readonly)
		return STATUS_READONLY;
	sim_link(&w->now, at, sim_inode_new(true));
	return STATUS_OK;
}

static int
remove_folder(void *ctx, const char *path)
{
	struct sim_world *w = world_of(ctx);
	char at[SIM_PATH_BYTES];
	struct sim_mount *m;
	int rc = sim_enter(w, path, true, at, &m);

	if (rc != STATUS_OK)
		return rc;
	if (!sim_is_folder(w, at))
		return STATUS_NOT_FOUND;
	for (size_t i = 0; i < w->now.n; i++)
		if (sim_is_directly_in(w->now.all[i].path, at))
			return STATUS_IO;
	sim_unlink(&w->now, at);
	return STATUS_OK;
}

static int
sync_folder(void *ctx, const char *path)
{
	struct sim_world *w = world_of(ctx);
	char at[SIM_PATH_BYTES];
	struct sim_mount *m;
	int rc = sim_enter(w, path, false, at, &m);

	if (rc != STATUS_OK)
		return rc;
	if (!sim_is_folder(w, at))
		return STATUS_NOT_FOUND;
	sim_sync_folder(w, at);
	return STATUS_OK;
}

static int
hold(void *ctx, const char *path, struct file **ret)
{
	struct sim_world *w = world_of(ctx);
	char at[SIM_PATH_BYTES];
	struct sim_inode *inode;

	sim_tidy(path, at);
	inode = sim_look_up(&w->now, at);
	if (inode == NULL || !inode->folder || sim_mount_of(w, at)->away)
		return STATUS_NOT_FOUND;
	if (inode->held)
		return STATUS_BUSY;
	*ret = sim_file_new(inode, sim_mount_of(w, at), false);
	inode->held = (*ret)->holds = true;
	return STATUS_OK;
}

static int
list(void *ctx, const char *path, files_visit *visit, void *visit_ctx)
{
	struct sim_world *w = world_of(ctx);
	char at[SIM_PATH_BYTES];
	struct sim_mount *m;
	size_t i;
	int rc = sim_enter(w, path, false, at, &m);

	if (rc != STATUS_OK)
		return rc;
	if (!sim_is_folder(w, at))
		return STATUS_NOT_FOUND;
	for (i = 0; i < w->now.n && rc == STATUS_OK; i++) {
		const struct sim_name *name = &w->now.all[i];
		const char *slash = strrchr(name->path, '/');

		if (!name->inode->folder && sim_is_directly_in(name->path, at))
			rc = visit(visit_ctx, slash ? slash + 1 : name->path,
			    name->inode->len);
	}
	return rc;
}

/* No names but those that programs made; it is read before anything is done, and no
 * fault strikes there that does not strike the list. */
static int
judge(void *ctx, const char *path, size_t max)
{
	struct sim_world *w = world_of(ctx);
	char at[SIM_PATH_BYTES];
	size_t n = 0;

	sim_tidy(path, at);
	if (sim_mount_of(w, at)->away || sim_look_up(&w->now, at) == NULL)
		return STATUS_NOT_FOUND;
	if (!sim_is_folder(w, at))
		return STATUS_HOSTILE;
	for (size_t i = 0; i < w->now.n; i++)
		n += sim_is_directly_in(w->now.all[i].path, at);
	return n > max ? STATUS_HOSTILE : STATUS_OK;
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
	.rmdir = remove_folder,
	.fsync_dir = sync_folder,
	.hold = hold,
	.list = list,
	.judge = judge,
};

static int64_t
now_s(void *ctx)
{
	return ((struct sim_clock *)ctx)->now_s;
}

static void
random_bytes(void *ctx, uint8_t *buf, size_t len)
{
	struct sim_clock *node = ctx;

	sim_draw(node->seed, &node->drawn, buf, len);
}

static int
place_of(void *ctx, const char *path, struct env_place *ret)
{
	const struct sim_clock *node = ctx;
	const struct sim_inode *inode;
	char at[SIM_PATH_BYTES];

	sim_tidy(path, at);
	inode = sim_look_up(&node->world->now, at);
	if (inode == NULL || sim_mount_of(node->world, at)->away)
		return STATUS_NOT_FOUND;
	if (inode->folder)
		return STATUS_IO;
	memset(ret, 0, sizeof *ret);
	ret->inode = inode->number;
	memcpy(ret->machine, &node->machine, sizeof node->machine);
	return STATUS_OK;
}

/* --- The world ------------------------------------------------------------ */

struct sim_world *
sim_world_new(uint64_t seed)
{
	struct sim_world *w = sim_need(calloc(1, sizeof *w));

	if (sodium_init() < 0)
		abort();
	w->seed = seed;
	w->mounts = sim_need(calloc(SIM_MOUNTS_MAX, sizeof *w->mounts));
	w->mounts[0].capacity = UINT64_MAX;
	w->nmounts = 1;
	return w;
}

static void
release_names(struct sim_names *names)
{
	while (names->n > 0)
		sim_unlink_at(names, names->n - 1);
	free(names->all);
}

void
sim_world_free(struct sim_world *w)
{
	struct sim_clock *node, *next;

	if (w == NULL)
		return;
	release_names(&w->now);
	release_names(&w->durable);
	for (node = w->nodes; node != NULL; node = next) {
		next = node->next;
		free(node);
	}
	sim_vfs_free(w);
	free(w->mounts);
	free(w);
}

const struct env *
sim_node(struct sim_world *w, uint64_t seed, int64_t start_s)
{
	struct sim_clock *node = sim_need(calloc(1, sizeof *node));

	node->env = (struct env){ .now_s = now_s, .random = random_bytes,
	    .place = place_of, .files = &sim_files, .ctx = node,
	    .databases = w->vfs == NULL ? NULL : sim_databases(w) };
	node->world = w;
	node->seed = node->machine = seed;
	node->now_s = start_s;
	node->next = w->nodes;
	w->nodes = node;
	return &node->env;
}

void
sim_reseed(struct sim_world *w, uint64_t seed)
{
	uint64_t next = seed * UINT64_C(1000003);

	w->seed = next++;
	w->drawn = 0;
	for (struct sim_clock *n = w->nodes; n != NULL; n = n->next) {
		n->seed = next++;
		n->drawn = 0;
	}
}

void
sim_set_clock(const struct env *node, int64_t to_s)
{
	((struct sim_clock *)node->ctx)->now_s = to_s;
}

void
sim_set_machine(const struct env *node, uint64_t machine)
{
	((struct sim_clock *)node->ctx)->machine = machine;
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
	w->fault_at = w->pull_at = 0;
}

bool
sim_struck(const struct sim_world *w)
{
	return w->struck;
}

bool
sim_exists(const struct sim_world *w, const char *path)
{
	char at[SIM_PATH_BYTES];

	sim_tidy(path, at);
	return sim_look_up(&w->now, at) != NULL;
}

const uint8_t *
sim_peek(const struct sim_world *w, const char *path, size_t *ret_len)
{
	static const uint8_t nothing[1];
	const struct sim_inode *inode;
	char at[SIM_PATH_BYTES];

	sim_tidy(path, at);
	inode = sim_look_up(&w->now, at);
	if (inode == NULL || inode->folder)
		return NULL;
	*ret_len = inode->len;
	return inode->len > 0 ? inode->data : nothing;
}

void
sim_poke(struct sim_world *w, const char *path, const uint8_t *data, size_t len)
{
	struct sim_inode *inode = sim_inode_new(false);
	char at[SIM_PATH_BYTES];

	sim_tidy(path, at);
	sim_inode_write(inode, 0, data, len);
	sim_inode_sync(inode);
	sim_link(&w->now, at, inode);
	sim_link(&w->durable, at, inode);
}

size_t
sim_count(const struct sim_world *w, const char *path)
{
	char at[SIM_PATH_BYTES];
	size_t i, n = 0;

	sim_tidy(path, at);
	for (i = 0; i < w->now.n; i++)
		n += !w->now.all[i].inode->folder && sim_is_under(w->now.all[i].path, at);
	return n;
}

void
sim_each(const struct sim_world *w, const char *path, sim_file *visit, void *ctx)
{
	char at[SIM_PATH_BYTES];

	sim_tidy(path, at);
	for (size_t i = 0; i < w->now.n; i++) {
		const struct sim_name *name = &w->now.all[i];

		if (!name->inode->folder && sim_is_under(name->path, at))
			visit(ctx, name->path, name->inode->data, name->inode->len);
	}
}

void
sim_each_synced(const struct sim_world *w, const char *path, sim_file *visit, void *ctx)
{
	char at[SIM_PATH_BYTES];

	sim_tidy(path, at);
	for (size_t i = 0; i < w->durable.n; i++) {
		const struct sim_name *name = &w->durable.all[i];
		uint8_t *data;

		if (name->inode->folder || !sim_is_under(name->path, at))
			continue;
		data = sim_need(calloc(1, name->inode->synced_len + 1));
		sim_inode_synced(name->inode, data);
		visit(ctx, name->path, data, name->inode->synced_len);
		free(data);
	}
}

void
sim_erase(struct sim_world *w, const char *path)
{
	char at[SIM_PATH_BYTES];

	sim_tidy(path, at);
	for (size_t i = w->now.n; i-- > 0; )
		if (sim_is_under(w->now.all[i].path, at)
		    && strcmp(w->now.all[i].path, at) != 0)
			sim_unlink_at(&w->now, i);
	for (size_t i = w->durable.n; i-- > 0; )
		if (sim_is_under(w->durable.all[i].path, at)
		    && strcmp(w->durable.all[i].path, at) != 0)
			sim_unlink_at(&w->durable, i);
}

void
sim_copy(struct sim_world *w, const char *from, const char *to)
{
	char a[SIM_PATH_BYTES], b[SIM_PATH_BYTES], path[2 * SIM_PATH_BYTES];
	size_t n = w->now.n;

	sim_tidy(from, a);
	sim_tidy(to, b);
	for (size_t i = 0; i < n; i++) {
		const struct sim_name *name = &w->now.all[i];

		if (!sim_is_under(name->path, a) || strcmp(name->path, a) == 0)
			continue;
		(void)snprintf(path, sizeof path, "%s%s", b, name->path + strlen(a));
		if (!name->inode->folder) {
			sim_poke(w, path, name->inode->data, name->inode->len);
		} else if (sim_look_up(&w->now, path) == NULL) {
			struct sim_inode *folder = sim_inode_new(true);

			sim_link(&w->now, path, folder);
			sim_link(&w->durable, path, folder);
		}
	}
}

void
sim_image(struct sim_world *w, const char *from, const char *to)
{
	char a[SIM_PATH_BYTES], b[SIM_PATH_BYTES], path[2 * SIM_PATH_BYTES];

	sim_copy(w, from, to);
	sim_tidy(from, a);
	sim_tidy(to, b);
	for (size_t i = 0; i < w->now.n; i++) {
		const struct sim_name *name = &w->now.all[i];
		struct sim_inode *copy;

		if (!sim_is_under(name->path, a) || strcmp(name->path, a) == 0)
			continue;
		(void)snprintf(path, sizeof path, "%s%s", b, name->path + strlen(a));
		copy = sim_look_up(&w->now, path);
		if (copy != NULL)
			copy->number = name->inode->number;
	}
}

void
sim_remove(struct sim_world *w, const char *path)
{
	char at[SIM_PATH_BYTES];

	sim_tidy(path, at);
	sim_unlink(&w->now, at);
	sim_unlink(&w->durable, at);
}
