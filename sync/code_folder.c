#include "sync/code_folder.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NAME_BYTES (2 * CODE_ID_BYTES + 5) /* hexadecimal, ".khw", NUL */
#define PATH_BYTES 1024

static void
name_of(const uint8_t id[CODE_ID_BYTES], char ret[NAME_BYTES])
{
	sodium_bin2hex(ret, NAME_BYTES, id, CODE_ID_BYTES);
	memcpy(ret + NAME_BYTES - 5, ".khw", 5);
}

static int
path_of(const char *dir, const char *name, char ret[PATH_BYTES])
{
	int n = snprintf(ret, PATH_BYTES, "%s/" CODE_FOLDER_NAME "%s%s", dir,
	    *name != '\0' ? "/" : "", name);

	return n > 0 && n < PATH_BYTES ? STATUS_OK : STATUS_TOO_LARGE;
}

/* Whether the county still waits for the one who uses it. */
static bool
waits(const struct env *env, const struct roster *roster, const struct code_label *label)
{
	const struct roster_invite *v = roster_invite(roster, label->invite);

	return v != NULL && v->state == INVITE_OPEN && label->county == roster->county &&
	    env->now_s(env->ctx) < label->until_s;
}

/* Names first: what is listed is not changed meanwhile. */
struct names {
	char name[CODE_FOLDER_MAX_FILES + 8][NAME_BYTES];
	size_t n;
};

static int
note_name(void *ctx, const char *name, uint64_t size)
{
	struct names *all = ctx;
	size_t len = strlen(name);

	(void)size;
	if (len == NAME_BYTES - 1 && strcmp(name + len - 4, ".khw") == 0 &&
	    all->n < sizeof all->name / sizeof *all->name)
		memcpy(all->name[all->n++], name, NAME_BYTES);
	return STATUS_OK;
}

static int
sweep_one(const struct env *env, const char *dir, const struct roster *roster,
    const char *name, size_t *ret_left)
{
	struct buffer b = BUFFER_INIT;
	struct code_label label;
	char path[PATH_BYTES];
	int status = path_of(dir, name, path);

	if (status == STATUS_OK)
		status = env_read_file(env, path, CODE_SEALED_MAX_BYTES, &b);
	if (status == STATUS_OK && (code_label(b.data, b.len, &label) != STATUS_OK ||
	    !waits(env, roster, &label)))
		status = env->files->remove(env->ctx, path);
	else if (status == STATUS_OK)
		++*ret_left;
	buffer_release(&b);
	return status;
}

static int
sweep(const struct env *env, const char *dir, const struct roster *roster, size_t *ret_left)
{
	struct names *all = calloc(1, sizeof *all);
	char path[PATH_BYTES];
	int status = all == NULL ? STATUS_NOMEM : path_of(dir, "", path);

	*ret_left = 0;
	if (status == STATUS_OK)
		status = env->files->list(env->ctx, path, note_name, all);
	if (status == STATUS_NOT_FOUND)
		status = STATUS_OK;
	else
		for (size_t i = 0; status == STATUS_OK && i < all->n; i++)
			status = sweep_one(env, dir, roster, all->name[i], ret_left);
	free(all);
	return status;
}

int
code_folder_sweep(const struct env *env, const char *dir, const struct roster *roster)
{
	size_t left;

	return sweep(env, dir, roster, &left);
}

int
code_folder_keep(const struct env *env, const char *dir, const struct roster *roster,
    const uint8_t id[CODE_ID_BYTES], const struct buffer *sealed)
{
	char name[NAME_BYTES], path[PATH_BYTES];
	size_t left = 0;
	int status = sweep(env, dir, roster, &left);

	if (status == STATUS_OK && left >= CODE_FOLDER_MAX_FILES)
		status = STATUS_TOO_LARGE;
	if (status == STATUS_OK)
		status = path_of(dir, "", path);
	if (status == STATUS_OK)
		status = env->files->mkdir(env->ctx, path);
	if (status == STATUS_OK)
		status = env->files->fsync_dir(env->ctx, dir);
	name_of(id, name);
	if (status == STATUS_OK)
		status = path_of(dir, name, path);
	return status != STATUS_OK ? status : env_write_file(env, path, sealed->data,
	    sealed->len);
}

int
code_folder_find(const struct env *env, const char *dir, const struct roster *roster,
    const uint8_t id[CODE_ID_BYTES], struct buffer *ret)
{
	struct buffer b = BUFFER_INIT;
	struct code_label label;
	char name[NAME_BYTES], path[PATH_BYTES];
	int status;

	name_of(id, name);
	status = path_of(dir, name, path);
	if (status == STATUS_OK)
		status = env_read_file(env, path, CODE_SEALED_MAX_BYTES, &b);
	if (status == STATUS_OK)
		status = code_label(b.data, b.len, &label);
	if (status == STATUS_OK && !waits(env, roster, &label)) {
		(void)!env->files->remove(env->ctx, path);
		status = STATUS_NOT_FOUND;
	}
	if (status == STATUS_OK) {
		buffer_put(ret, b.data, b.len);
		status = buffer_status(ret);
	}
	buffer_release(&b);
	return status;
}
