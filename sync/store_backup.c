/* A consistent copy of the database, in a file of its own. */
#include "sync/store_internal.h"

#define PAGES_A_STEP 256 /* bounds what a step keeps in memory */

static int
open_copy(struct store *s, const char *path, sqlite3 **ret)
{
	int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX |
	    SQLITE_OPEN_PRIVATECACHE | SQLITE_OPEN_NOFOLLOW;
	sqlite3_vfs *vfs = NULL;
	int rc = sqlite3_file_control(s->db, "main", SQLITE_FCNTL_VFS_POINTER, &vfs);

	if (rc == SQLITE_OK)
		rc = sqlite3_open_v2(path, ret, flags, vfs->zName);
	if (rc == SQLITE_OK)
		rc = sqlite3_exec(*ret, SYNC_SQL_SNAPSHOT, NULL, NULL, NULL);
	return rc;
}

int
store_snapshot(struct store *s, const char *path)
{
	sqlite3_backup *backup = NULL;
	sqlite3 *copy = NULL;
	int rc = open_copy(s, path, &copy), end;

	if (rc == SQLITE_OK) {
		backup = sqlite3_backup_init(copy, "main", s->db, "main");
		if (backup == NULL)
			rc = sqlite3_errcode(copy);
	}
	while (rc == SQLITE_OK)
		rc = sqlite3_backup_step(backup, PAGES_A_STEP);
	if (rc == SQLITE_DONE)
		rc = SQLITE_OK;
	if (backup != NULL) {
		end = sqlite3_backup_finish(backup);
		if (rc == SQLITE_OK)
			rc = end;
	}
	end = sqlite3_close(copy);
	return store_translate(s, rc == SQLITE_OK ? end : rc);
}
