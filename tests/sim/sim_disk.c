#include "tests/sim/sim_disk.h"

#include <assert.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

void
sim_draw(uint64_t seed, uint64_t *drawn, uint8_t *buf, size_t len)
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

	sim_draw(w->seed, &w->drawn, &byte, 1);
	return byte & 1;
}

void *
sim_need(void *p)
{
	assert(p != NULL);
	return p;
}

/* --- Bytes ---------------------------------------------------------------- */

/* Numbers that are free are given again, the last one first. */
static uint64_t made, *given_back;
static size_t ngiven_back, given_back_cap;

struct sim_inode *
sim_inode_new(bool folder)
{
	struct sim_inode *inode = sim_need(calloc(1, sizeof *inode));

	inode->number = ngiven_back > 0 ? given_back[--ngiven_back] : ++made;
	inode->folder = folder;
	return inode;
}

static void
give_back(uint64_t number)
{
	if (ngiven_back == given_back_cap) {
		given_back_cap = given_back_cap ? 2 * given_back_cap : 64;
		given_back = sim_need(realloc(given_back, given_back_cap * sizeof *given_back));
	}
	given_back[ngiven_back++] = number;
}

void
sim_inode_drop(struct sim_inode *inode)
{
	if (--inode->references > 0)
		return;
	give_back(inode->number);
	free(inode->data);
	free(inode->undo);
	free(inode->dirty);
	free(inode);
}

/* Keeps what the medium has of the sectors from byte at to byte end, before they
 * change.  Past synced_len it has nothing. */
static void
keep(struct sim_inode *inode, size_t at, size_t end)
{
	size_t last;

	if (end > inode->synced_len)
		end = inode->synced_len;
	if (at >= end)
		return;
	last = (end - 1) / SIM_SECTOR_BYTES;
	if (last >= inode->ndirty) {
		size_t n = inode->synced_len / SIM_SECTOR_BYTES + 1;

		inode->dirty = sim_need(realloc(inode->dirty, n));
		memset(inode->dirty + inode->ndirty, 0, n - inode->ndirty);
		inode->ndirty = n;
	}
	for (size_t i = at / SIM_SECTOR_BYTES; i <= last; i++) {
		struct sim_undo *u;
		size_t from = i * SIM_SECTOR_BYTES;
		size_t n = inode->len > from ? inode->len - from : 0;

		if (inode->dirty[i])
			continue;
		inode->dirty[i] = 1;
		if (inode->nundo == inode->undo_cap) {
			inode->undo_cap = inode->undo_cap ? 2 * inode->undo_cap : 16;
			inode->undo = sim_need(realloc(inode->undo,
			    inode->undo_cap * sizeof *inode->undo));
		}
		u = &inode->undo[inode->nundo++];
		u->sector = i;
		memset(u->old, 0, sizeof u->old);
		memcpy(u->old, inode->data + from,
		    n < SIM_SECTOR_BYTES ? n : SIM_SECTOR_BYTES);
	}
}

/* Room for len bytes; new ones up to zeros are zero. */
static void
grow(struct sim_inode *inode, size_t len, size_t zeros)
{
	if (len > inode->cap) {
		inode->cap = 2 * len + SIM_SECTOR_BYTES;
		inode->data = sim_need(realloc(inode->data, inode->cap));
	}
	if (zeros > inode->len)
		memset(inode->data + inode->len, 0, zeros - inode->len);
	if (len > inode->len)
		inode->len = len;
}

void
sim_inode_write(struct sim_inode *inode, size_t at, const uint8_t *buf, size_t len)
{
	keep(inode, at, at + len);
	grow(inode, at + len, at);
	if (len > 0)
		memcpy(inode->data + at, buf, len);
}

void
sim_inode_truncate(struct sim_inode *inode, size_t len)
{
	keep(inode, len, inode->len);
	if (len > inode->len)
		grow(inode, len, len);
	inode->len = len;
}

void
sim_inode_sync(struct sim_inode *inode)
{
	for (size_t i = 0; i < inode->nundo; i++)
		inode->dirty[inode->undo[i].sector] = 0;
	inode->nundo = 0;
	inode->synced_len = inode->len;
	inode->renamed = false;
}

void
sim_inode_synced(const struct sim_inode *inode, uint8_t *ret)
{
	size_t synced = inode->synced_len;

	if (synced > 0)
		memcpy(ret, inode->data, inode->len < synced ? inode->len : synced);
	for (size_t i = 0; i < inode->nundo; i++) {
		size_t from = inode->undo[i].sector * SIM_SECTOR_BYTES;
		size_t n = synced - from;

		memcpy(ret + from, inode->undo[i].old,
		    n < SIM_SECTOR_BYTES ? n : SIM_SECTOR_BYTES);
	}
}

/* --- Names ---------------------------------------------------------------- */

static uint64_t
hash_of(const char *path)
{
	uint64_t h = UINT64_C(14695981039346656037);

	while (*path != '\0')
		h = (h ^ (uint8_t)*path++) * UINT64_C(1099511628211);
	return h;
}

static size_t
find(const struct sim_names *names, const char *path)
{
	uint64_t hash = hash_of(path);
	size_t i;

	for (i = 0; i < names->n; i++)
		if (names->all[i].hash == hash && strcmp(names->all[i].path, path) == 0)
			break;
	return i;
}

struct sim_inode *
sim_look_up(const struct sim_names *names, const char *path)
{
	size_t i = find(names, path);

	return i < names->n ? names->all[i].inode : NULL;
}

void
sim_unlink_at(struct sim_names *names, size_t i)
{
	sim_inode_drop(names->all[i].inode);
	free(names->all[i].path);
	names->all[i] = names->all[--names->n];
}

void
sim_unlink(struct sim_names *names, const char *path)
{
	size_t i = find(names, path);

	if (i < names->n)
		sim_unlink_at(names, i);
}

void
sim_link(struct sim_names *names, const char *path, struct sim_inode *inode)
{
	size_t i = find(names, path), len = strlen(path) + 1;

	inode->references++;
	if (i < names->n) {
		sim_inode_drop(names->all[i].inode);
		names->all[i].inode = inode;
		return;
	}
	if (names->n == names->cap) {
		names->cap = names->cap ? 2 * names->cap : 16;
		names->all = sim_need(realloc(names->all,
		    names->cap * sizeof *names->all));
	}
	names->all[names->n].hash = hash_of(path);
	names->all[names->n].path = sim_need(malloc(len));
	memcpy(names->all[names->n].path, path, len);
	names->all[names->n++].inode = inode;
}

void
sim_tidy(const char *path, char ret[SIM_PATH_BYTES])
{
	size_t n = 0;

	assert(strlen(path) < SIM_PATH_BYTES - 1);
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

bool
sim_is_under(const char *path, const char *folder)
{
	size_t n = strlen(folder);

	return n == 0
	    || (strncmp(path, folder, n) == 0 && (path[n] == '/' || path[n] == '\0'));
}

bool
sim_is_directly_in(const char *path, const char *folder)
{
	const char *slash = strrchr(path, '/');
	size_t n = slash ? (size_t)(slash - path) : 0;

	return path[0] != '\0' && strlen(folder) == n && strncmp(path, folder, n) == 0;
}

bool
sim_is_folder(const struct sim_world *w, const char *path)
{
	const struct sim_inode *inode = sim_look_up(&w->now, path);

	return path[0] == '\0' || (inode != NULL && inode->folder);
}

bool
sim_has_parent(const struct sim_world *w, const char *path)
{
	char above[SIM_PATH_BYTES];
	char *slash;

	strcpy(above, path);
	slash = strrchr(above, '/');
	*(slash ? slash : above) = '\0';
	return sim_is_folder(w, above);
}

/* --- Mounts and faults ---------------------------------------------------- */

struct sim_mount *
sim_mount_of(struct sim_world *w, const char *path)
{
	struct sim_mount *best = &w->mounts[0]; /* the root */
	size_t longest = 0;

	for (size_t i = 1; i < w->nmounts; i++) {
		size_t n = strlen(w->mounts[i].path);

		if (n > longest && sim_is_under(path, w->mounts[i].path)) {
			best = &w->mounts[i];
			longest = n;
		}
	}
	return best;
}

static struct sim_mount *
mount_at(struct sim_world *w, const char *path)
{
	char tidied[SIM_PATH_BYTES];
	struct sim_mount *m;

	sim_tidy(path, tidied);
	m = sim_mount_of(w, tidied);
	assert(strcmp(m->path, tidied) == 0);
	return m;
}

bool
sim_has_room(struct sim_world *w, const struct sim_mount *m, size_t more)
{
	uint64_t sum = more;

	if (m->capacity == UINT64_MAX)
		return true;
	for (size_t i = 0; i < w->now.n; i++)
		if (sim_mount_of(w, w->now.all[i].path) == m)
			sum += w->now.all[i].inode->len;
	return sum <= m->capacity;
}

static void cut_mount(struct sim_world *w, struct sim_mount *m, enum sim_cut how);

int
sim_step(struct sim_world *w)
{
	w->operations++;
	if (w->pull_at != 0 && w->operations == w->pull_at) {
		cut_mount(w, w->pulled, SIM_KEEP_SOME);
		w->pulled->away = true;
		w->struck = true;
	}
	if (w->fault_at == 0 || w->operations < w->fault_at)
		return STATUS_OK;
	if (w->operations > w->fault_at && !w->fault_stays)
		return STATUS_OK;
	w->struck = true;
	return w->fault_status;
}

int
sim_enter(struct sim_world *w, const char *path, bool writes,
    char ret[SIM_PATH_BYTES], struct sim_mount **ret_mount)
{
	int rc = sim_step(w);

	if (rc != STATUS_OK)
		return rc;
	sim_tidy(path, ret);
	*ret_mount = sim_mount_of(w, ret);
	if ((*ret_mount)->away || !sim_has_parent(w, ret))
		return STATUS_NOT_FOUND;
	return writes && (*ret_mount)->readonly ? STATUS_READONLY : STATUS_OK;
}

int
sim_enter_file(struct sim_world *w, const struct file *file)
{
	int rc = sim_step(w);

	if (rc != STATUS_OK)
		return rc;
	return file->mount->away || file->generation != file->mount->generation
	    ? STATUS_IO : STATUS_OK;
}

struct file *
sim_file_new(struct sim_inode *inode, struct sim_mount *mount, bool writable)
{
	struct file *file = sim_need(calloc(1, sizeof *file));

	inode->references++;
	*file = (struct file){inode, mount, mount->generation, writable, false};
	return file;
}

void
sim_sync_folder(struct sim_world *w, const char *path)
{
	for (size_t i = w->durable.n; i-- > 0; )
		if (sim_is_directly_in(w->durable.all[i].path, path))
			sim_unlink_at(&w->durable, i);
	for (size_t i = 0; i < w->now.n; i++)
		if (sim_is_directly_in(w->now.all[i].path, path))
			sim_link(&w->durable, w->now.all[i].path, w->now.all[i].inode);
}

/* --- Power cuts ----------------------------------------------------------- */

/* Each name that differs is as the process has it or as the medium has it. */
static void
cut_names(struct sim_world *w, const struct sim_mount *m, enum sim_cut how)
{
	size_t i;

	for (i = w->now.n; i-- > 0; ) {
		struct sim_name *name = &w->now.all[i];
		struct sim_inode *before = sim_look_up(&w->durable, name->path);

		if (before == name->inode || sim_mount_of(w, name->path) != m
		    || (how == SIM_KEEP_SOME && coin(w)))
			continue;
		if (before != NULL) /* a rename over a file never loses both */
			sim_link(&w->now, name->path, before);
		else
			sim_unlink_at(&w->now, i);
	}
	for (i = 0; i < w->durable.n; i++) {
		const struct sim_name *name = &w->durable.all[i];

		if (sim_mount_of(w, name->path) == m
		    && sim_look_up(&w->now, name->path) == NULL
		    && (how == SIM_DROP_ALL || coin(w)))
			sim_link(&w->now, name->path, name->inode);
	}
}

/* Sectors behind what was synced were written or not, one by one. */
static void
tear_new_sectors(struct sim_world *w, struct sim_inode *inode)
{
	size_t at = inode->synced_len;

	while (at < inode->len) {
		size_t end = (at / SIM_SECTOR_BYTES + 1) * SIM_SECTOR_BYTES;

		if (end > inode->len)
			end = inode->len;
		if (coin(w))
			memset(inode->data + at, 0, end - at);
		at = end;
	}
}

static void
cut_bytes(struct sim_world *w, const struct sim_mount *m, struct sim_inode *inode,
    enum sim_cut how)
{
	bool some = how == SIM_KEEP_SOME;
	size_t synced = inode->synced_len, len = synced;

	if (inode->folder || (some && coin(w)))
		return;
	if (some && coin(w))
		len = inode->len;
	if (some)
		tear_new_sectors(w, inode);
	grow(inode, synced, synced); /* room for the sectors that come back */
	for (size_t i = 0; i < inode->nundo; i++) {
		size_t from = inode->undo[i].sector * SIM_SECTOR_BYTES;
		size_t n = synced - from;

		if (!some || coin(w))
			memcpy(inode->data + from, inode->undo[i].old,
			    n < SIM_SECTOR_BYTES ? n : SIM_SECTOR_BYTES);
	}
	inode->len = m->vfat && inode->renamed ? 0 : len;
}

static void
cut_mount(struct sim_world *w, struct sim_mount *m, enum sim_cut how)
{
	size_t i;

	m->generation++;
	cut_names(w, m, how);
	for (i = 0; i < w->now.n; i++)
		if (sim_mount_of(w, w->now.all[i].path) == m)
			cut_bytes(w, m, w->now.all[i].inode, how);
	/* What came through is what the medium has from now on. */
	for (i = w->durable.n; i-- > 0; )
		if (sim_mount_of(w, w->durable.all[i].path) == m)
			sim_unlink_at(&w->durable, i);
	for (i = 0; i < w->now.n; i++) {
		const struct sim_name *name = &w->now.all[i];

		if (sim_mount_of(w, name->path) != m)
			continue;
		if (!name->inode->folder)
			sim_inode_sync(name->inode);
		sim_link(&w->durable, name->path, name->inode);
	}
}

void
sim_mount(struct sim_world *w, const char *path)
{
	struct sim_mount *m = &w->mounts[w->nmounts];
	struct sim_inode *inode = sim_inode_new(true);

	assert(w->nmounts < SIM_MOUNTS_MAX);
	*m = (struct sim_mount){.capacity = UINT64_MAX};
	sim_tidy(path, m->path);
	w->nmounts++;
	sim_link(&w->now, m->path, inode);
	sim_link(&w->durable, m->path, inode);
}

void
sim_unplug(struct sim_world *w, const char *path)
{
	struct sim_mount *m = mount_at(w, path);

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
	for (size_t i = 0; i < w->nmounts; i++)
		if (!w->mounts[i].away)
			cut_mount(w, &w->mounts[i], how);
	sim_no_fault(w);
}

void
sim_power_cut_at(struct sim_world *w, const char *path, enum sim_cut how)
{
	cut_mount(w, mount_at(w, path), how);
	sim_no_fault(w);
}

void
sim_pull_at(struct sim_world *w, const char *path, uint64_t n)
{
	w->pulled = mount_at(w, path);
	w->pull_at = w->operations + n;
	w->struck = false;
}

uint64_t
sim_used(struct sim_world *w, const char *path)
{
	const struct sim_mount *m = mount_at(w, path);
	uint64_t sum = 0;

	for (size_t i = 0; i < w->now.n; i++)
		if (sim_mount_of(w, w->now.all[i].path) == m)
			sum += w->now.all[i].inode->len;
	return sum;
}
