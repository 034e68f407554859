/* Databases on the simulated disk: an SQLite VFS over the same names, bytes,
 * faults and power cuts as the files beside them.  Locks are not simulated: one
 * process owns a database, and it holds its lock from opening on. */
#include "tests/sim/sim_disk.h"

#include <assert.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SIM_DEVICE_SECTOR 4096

struct sim_vfs {
	sqlite3_vfs vfs;
	char name[32];
	uint64_t drawn;
};

struct db_file {
	sqlite3_file base;
	struct sim_world *world;
	struct file *file;
	char *gone;            /* path to remove at close, or NULL */
	char folder[SIM_PATH_BYTES]; /* to sync with the first sync … */
	bool folder_waits;     /* … of a new journal or log, as the unix VFS does */
};

static int
translate(int status, int io)
{
	switch (status) {
	case STATUS_OK:
		return SQLITE_OK;
	case STATUS_FULL:
		return SQLITE_FULL;
	case STATUS_READONLY:
		return SQLITE_READONLY;
	default:
		return io;
	}
}

static struct db_file *
of(sqlite3_file *f)
{
	return (struct db_file *)f;
}

/* --- One file ------------------------------------------------------------- */

static int
close_db(sqlite3_file *f)
{
	struct db_file *d = of(f);

	if (d->gone != NULL)
		sim_unlink(&d->world->now, d->gone);
	sim_inode_drop(d->file->inode);
	free(d->file);
	free(d->gone);
	return SQLITE_OK;
}

static int
read_db(sqlite3_file *f, void *buf, int len, sqlite3_int64 at)
{
	const struct sim_inode *inode = of(f)->file->inode;
	size_t want = (size_t)len, have;
	int rc = sim_enter_file(of(f)->world, of(f)->file);

	if (rc != STATUS_OK)
		return SQLITE_IOERR_READ;
	have = (uint64_t)at < inode->len ? inode->len - (size_t)at : 0;
	if (have > want)
		have = want;
	if (have > 0)
		memcpy(buf, inode->data + at, have);
	if (have == want)
		return SQLITE_OK;
	memset((char *)buf + have, 0, want - have);
	return SQLITE_IOERR_SHORT_READ;
}

static int
write_db(sqlite3_file *f, const void *buf, int len, sqlite3_int64 at)
{
	struct sim_world *w = of(f)->world;
	struct file *file = of(f)->file;
	size_t end = (size_t)at + (size_t)len;
	int rc = sim_enter_file(w, file);

	if (rc == STATUS_OK && file->mount->readonly)
		rc = STATUS_READONLY;
	if (rc == STATUS_OK && end > file->inode->len
	    && !sim_has_room(w, file->mount, end - file->inode->len))
		rc = STATUS_FULL;
	if (rc == STATUS_OK)
		sim_inode_write(file->inode, (size_t)at, buf, (size_t)len);
	else if (w->operations == w->fault_at && w->fault_stays) /* the power went in the middle */
		sim_inode_write(file->inode, (size_t)at, buf, (size_t)len / 2);
	return translate(rc, SQLITE_IOERR_WRITE);
}

static int
truncate_db(sqlite3_file *f, sqlite3_int64 size)
{
	int rc = sim_enter_file(of(f)->world, of(f)->file);

	if (rc == STATUS_OK)
		sim_inode_truncate(of(f)->file->inode, (size_t)size);
	return translate(rc, SQLITE_IOERR_TRUNCATE);
}

static int
sync_db(sqlite3_file *f, int flags)
{
	struct db_file *d = of(f);
	int rc = sim_enter_file(d->world, d->file);

	(void)flags;
	if (rc == STATUS_OK)
		sim_inode_sync(d->file->inode);
	if (rc == STATUS_OK && d->folder_waits) {
		rc = sim_step(d->world);
		if (rc == STATUS_OK)
			sim_sync_folder(d->world, d->folder);
		d->folder_waits = rc != STATUS_OK;
	}
	return translate(rc, SQLITE_IOERR_FSYNC);
}

static int
size_db(sqlite3_file *f, sqlite3_int64 *ret)
{
	int rc = sim_enter_file(of(f)->world, of(f)->file);

	if (rc == STATUS_OK)
		*ret = (sqlite3_int64)of(f)->file->inode->len;
	return translate(rc, SQLITE_IOERR_FSTAT);
}

static int
lock_db(sqlite3_file *f, int level)
{
	(void)f;
	(void)level;
	return SQLITE_OK;
}

static int
reserved_db(sqlite3_file *f, int *ret)
{
	(void)f;
	*ret = 0;
	return SQLITE_OK;
}

static int
control_db(sqlite3_file *f, int op, void *arg)
{
	(void)f;
	(void)op;
	(void)arg;
	return SQLITE_NOTFOUND;
}

static int
sector_db(sqlite3_file *f)
{
	(void)f;
	return SIM_DEVICE_SECTOR;
}

static int
characteristics_db(sqlite3_file *f)
{
	(void)f;
	return SQLITE_IOCAP_POWERSAFE_OVERWRITE; /* as the unix VFS says */
}

static const sqlite3_io_methods methods = {
	.iVersion = 1,
	.xClose = close_db,
	.xRead = read_db,
	.xWrite = write_db,
	.xTruncate = truncate_db,
	.xSync = sync_db,
	.xFileSize = size_db,
	.xLock = lock_db,
	.xUnlock = lock_db,
	.xCheckReservedLock = reserved_db,
	.xFileControl = control_db,
	.xSectorSize = sector_db,
	.xDeviceCharacteristics = characteristics_db,
};

/* --- The file system ------------------------------------------------------ */

#define NEW_JOURNAL (SQLITE_OPEN_MAIN_JOURNAL | SQLITE_OPEN_SUPER_JOURNAL | \
	SQLITE_OPEN_WAL)

static void
parent_of(const char *path, char ret[SIM_PATH_BYTES])
{
	char *slash;

	strcpy(ret, path);
	slash = strrchr(ret, '/');
	*(slash ? slash : ret) = '\0';
}

static int
open_db(sqlite3_vfs *vfs, const char *path, sqlite3_file *f, int flags, int *ret_flags)
{
	struct sim_world *w = vfs->pAppData;
	struct sim_inode *inode;
	struct sim_mount *m;
	char at[SIM_PATH_BYTES], temporary[64];
	int rc;

	f->pMethods = NULL;
	if (path == NULL) {
		(void)snprintf(temporary, sizeof temporary, "tmp-%llu",
		    (unsigned long long)w->operations);
		path = temporary;
		flags |= SQLITE_OPEN_CREATE | SQLITE_OPEN_DELETEONCLOSE;
	}
	rc = sim_enter(w, path, false, at, &m);
	if (rc != STATUS_OK)
		return SQLITE_CANTOPEN;
	inode = sim_look_up(&w->now, at);
	if (inode == NULL && (flags & SQLITE_OPEN_CREATE) != 0 && !m->readonly) {
		inode = sim_inode_new(false);
		sim_link(&w->now, at, inode);
		if (w->first != NULL && (flags & SQLITE_OPEN_MAIN_DB) != 0) {
			sim_inode_write(inode, 0, w->first, w->first_len);
			sim_inode_sync(inode);
			sim_link(&w->durable, at, inode);
		}
	}
	if (inode == NULL || inode->folder)
		return SQLITE_CANTOPEN;
	*of(f) = (struct db_file){ .world = w, .file = sim_file_new(inode, m, true) };
	of(f)->base.pMethods = &methods;
	of(f)->folder_waits = (flags & SQLITE_OPEN_CREATE) != 0
	    && (flags & NEW_JOURNAL) != 0;
	parent_of(at, of(f)->folder);
	if ((flags & SQLITE_OPEN_DELETEONCLOSE) != 0) {
		of(f)->gone = sim_need(malloc(strlen(at) + 1));
		strcpy(of(f)->gone, at);
	}
	if (ret_flags != NULL)
		*ret_flags = flags;
	return SQLITE_OK;
}

static int
delete_db(sqlite3_vfs *vfs, const char *path, int sync_dir)
{
	struct sim_world *w = vfs->pAppData;
	char at[SIM_PATH_BYTES], above[SIM_PATH_BYTES];
	struct sim_mount *m;
	int rc = sim_enter(w, path, true, at, &m);

	if (rc != STATUS_OK)
		return translate(rc, SQLITE_IOERR_DELETE);
	if (sim_look_up(&w->now, at) == NULL)
		return SQLITE_IOERR_DELETE_NOENT;
	sim_unlink(&w->now, at);
	if (!sync_dir)
		return SQLITE_OK;
	rc = sim_step(w);
	parent_of(at, above);
	if (rc == STATUS_OK)
		sim_sync_folder(w, above);
	return translate(rc, SQLITE_IOERR_DIR_FSYNC);
}

static int
access_db(sqlite3_vfs *vfs, const char *path, int flags, int *ret)
{
	struct sim_world *w = vfs->pAppData;
	char at[SIM_PATH_BYTES];
	struct sim_mount *m;
	int rc = sim_enter(w, path, false, at, &m);

	(void)flags;
	if (rc != STATUS_OK && rc != STATUS_NOT_FOUND)
		return SQLITE_IOERR_ACCESS;
	*ret = rc == STATUS_OK && sim_look_up(&w->now, at) != NULL;
	return SQLITE_OK;
}

static int
full_path(sqlite3_vfs *vfs, const char *path, int n, char *ret)
{
	(void)vfs;
	return snprintf(ret, (size_t)n, "%s", path) < n ? SQLITE_OK : SQLITE_CANTOPEN;
}

static int
randomness(sqlite3_vfs *vfs, int n, char *ret)
{
	struct sim_vfs *v = (struct sim_vfs *)vfs;

	sim_draw(UINT64_C(0x766673), &v->drawn, (uint8_t *)ret, (size_t)n);
	return n;
}

static int
nap(sqlite3_vfs *vfs, int us)
{
	(void)vfs;
	return us;
}

static int
julian(sqlite3_vfs *vfs, double *ret)
{
	(void)vfs;
	*ret = 2461041.5; /* 2026-01-01: nothing replicated may depend on it */
	return SQLITE_OK;
}

static int
last_error(sqlite3_vfs *vfs, int n, char *ret)
{
	(void)vfs;
	if (n > 0)
		ret[0] = '\0';
	return 0;
}

const char *
sim_databases(struct sim_world *w)
{
	static unsigned count;
	struct sim_vfs *v = w->vfs;

	if (v != NULL)
		return v->name;
	v = sim_need(calloc(1, sizeof *v));
	(void)snprintf(v->name, sizeof v->name, "sim-%u", ++count);
	v->vfs = (sqlite3_vfs){ .iVersion = 1, .szOsFile = sizeof(struct db_file),
	    .mxPathname = SIM_PATH_BYTES, .zName = v->name, .pAppData = w,
	    .xOpen = open_db, .xDelete = delete_db, .xAccess = access_db,
	    .xFullPathname = full_path, .xRandomness = randomness, .xSleep = nap,
	    .xCurrentTime = julian, .xGetLastError = last_error };
	assert(sqlite3_vfs_register(&v->vfs, 0) == SQLITE_OK);
	w->vfs = v;
	return v->name;
}

void
sim_first_bytes(struct sim_world *w, const uint8_t *data, size_t len)
{
	w->first = data;
	w->first_len = len;
}

void
sim_vfs_free(struct sim_world *w)
{
	struct sim_vfs *v = w->vfs;

	if (v != NULL)
		(void)sqlite3_vfs_unregister(&v->vfs);
	free(v);
}
