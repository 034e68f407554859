/* Which files an export writes through: those of a stick are synced and read back; those
 * that wait here for the network are made anew where a power cut broke them. */
#include "sync/replica_internal.h"

static int
no_sync(void *ctx, struct file *file)
{
	(void)ctx;
	(void)file;
	return STATUS_OK;
}

static int
no_sync_dir(void *ctx, const char *path)
{
	(void)ctx;
	(void)path;
	return STATUS_OK;
}

static void
keep_cache(void *ctx, struct file *file)
{
	(void)ctx;
	(void)file;
}

void
replica_carry(struct replica *r, bool synced)
{
	r->passing_files = *r->env->files;
	r->passing_files.fsync = no_sync;
	r->passing_files.fsync_dir = no_sync_dir;
	r->passing_files.drop_cache = keep_cache;
	r->passing = *r->env;
	r->passing.files = &r->passing_files;
	r->carrier = synced ? r->env : &r->passing;
}
