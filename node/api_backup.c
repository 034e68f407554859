/* Backups and the recovery sheet that opens them: docs/life.md. */
#include "node/api_internal.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "node/log.h"

#define PATH_BYTES 1024
#define NAME_BYTES 64
#define MAX_BODY 1024
#define SCHOOL_CLOCK_S (8 * 3600)
#define STICK_BACKUPS "KEHOU-BACKUP" /* on a stick; beside KEHOU, which the exchange keeps */
#define LOCAL_BACKUPS "backup"       /* below the data directory, for a moment */
#define ERASED "erased"

struct keep {
	struct worker_job job;   /* first: a job is its backup */
	struct api_call *call;
	struct replica_backup *backup;
	struct stick_hold stick;
	char name[NAME_BYTES];
};

static void
name_of(const struct api_call *call, struct replica *r, char ret[NAME_BYTES])
{
	uint64_t id = replica_scope(r) != 0 ? replica_scope(r) : replica_roster(r)->county;
	time_t now = (time_t)(call->api->env->now_s(call->api->env->ctx) + SCHOOL_CLOCK_S);
	struct tm t;
	char when[24];

	gmtime_r(&now, &t);
	strftime(when, sizeof when, "%Y%m%d-%H%M%S", &t);
	snprintf(ret, NAME_BYTES, "kehou-%llu-%s.kha", (unsigned long long)id, when);
}

/* ---- on the worker's thread ---- */
static void
keep_free(struct keep *k)
{
	k->call->api->backing_up = false;
	replica_backup_free(k->backup);
	free(k);
}

/* A folder that is opened, not followed, whatever somebody put there. */
static int
open_folder(int at, const char *path, int *ret_fd)
{
	if (mkdirat(at, path, 0700) != 0 && errno != EEXIST)
		return status_from_errno(errno);
	*ret_fd = openat(at, path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	return *ret_fd >= 0 ? STATUS_OK : status_from_errno(errno);
}

static int
write_into(struct keep *k, int folder, uint64_t *ret_bytes)
{
	char path[PATH_BYTES];

	(void)snprintf(path, sizeof path, "/proc/self/fd/%d/%s", folder, k->name);
	return replica_backup_write(k->backup, path, NULL, ret_bytes);
}

static void
run_to_stick(struct worker_job *job)
{
	struct keep *k = (struct keep *)job;
	struct api_call *call = k->call;
	char file[sizeof STICK_BACKUPS + NAME_BYTES];
	enum stick_state state;
	uint64_t bytes = 0;
	int folder = -1, status = open_folder(k->stick.fd, STICK_BACKUPS, &folder);

	k->stick.wrote = true;
	if (status == STATUS_OK)
		status = write_into(k, folder, &bytes);
	if (folder >= 0)
		(void)close(folder);
	status = stick_let_go(call->api->sticks, &k->stick, status);
	state = k->stick.place.state;
	snprintf(file, sizeof file, STICK_BACKUPS "/%s", k->name);
	keep_free(k);
	if (status != STATUS_OK)
		api_fail(call, status, api_stick_where(status, state, "backup"), file);
	else
		api_json(call, 200, json_pack("{s:s, s:I, s:b}", "file", file, "bytes",
		    (json_int_t)bytes, "safe_to_remove", true), NULL);
}

/* What an earlier stop left. */
static void
sweep(int folder)
{
	struct stat st;
	int again = dup(folder);
	DIR *d = again >= 0 ? fdopendir(again) : NULL;
	struct dirent *e;

	if (d != NULL)
		rewinddir(d); /* the place is shared with folder */
	while (d != NULL && (e = readdir(d)) != NULL)
		if (fstatat(folder, e->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(st.st_mode))
			(void)unlinkat(folder, e->d_name, 0);
	if (d != NULL)
		(void)closedir(d);
}

/* Written here, opened, and its name gone: it ends with the answer. */
static void
run_to_browser(struct worker_job *job)
{
	struct keep *k = (struct keep *)job;
	struct api_call *call = k->call;
	char path[PATH_BYTES], disposition[NAME_BYTES + 32], name[NAME_BYTES];
	uint64_t bytes = 0;
	int folder = -1, fd = -1, status;

	memcpy(name, k->name, sizeof name);
	(void)snprintf(path, sizeof path, "%s/" LOCAL_BACKUPS, call->api->dir);
	status = open_folder(AT_FDCWD, path, &folder);
	if (status == STATUS_OK)
		sweep(folder);
	if (status == STATUS_OK)
		status = write_into(k, folder, &bytes);
	if (status == STATUS_OK) {
		fd = openat(folder, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
		status = fd >= 0 ? STATUS_OK : status_from_errno(errno);
	}
	if (folder >= 0) {
		sweep(folder);
		(void)close(folder);
	}
	keep_free(k);
	if (status != STATUS_OK) {
		api_fail(call, status, "backup", name);
		return;
	}
	snprintf(disposition, sizeof disposition, "attachment; filename=\"%s\"", name);
	api_file_bytes(call, fd, bytes, disposition);
}

/* ---- on the engine's ---- */
static void
begin(struct api_call *call, struct replica *r, const struct stick_hold *stick)
{
	struct keep *k = calloc(1, sizeof *k);
	char name[NAME_BYTES] = "";
	int status = k != NULL ? STATUS_OK : STATUS_NOMEM;

	if (k != NULL) {
		k->call = call;
		if (stick != NULL)
			k->stick = *stick;
		k->job.run = stick != NULL ? run_to_stick : run_to_browser;
		name_of(call, r, k->name);
		memcpy(name, k->name, sizeof name);
		status = replica_backup_new(r, &k->backup);
	}
	if (status == STATUS_OK)
		status = worker_submit(call->api->backups, &k->job);
	if (status == STATUS_OK)
		return;
	if (stick != NULL) {
		struct stick_hold back = *stick;

		status = stick_let_go(call->api->sticks, &back, status);
	}
	if (k != NULL)
		keep_free(k);
	else
		call->api->backing_up = false;
	api_fail(call, status, "backup", name);
}

static bool
may_begin(struct api_call *call)
{
	if (!api_allowed(call, DOMAIN_HEAD | DOMAIN_CLERK))
		return false;
	/* Two copies of the database at a time are one too many for a small disk. */
	if (!atomic_exchange(&call->api->backing_up, true))
		return true;
	api_fail(call, STATUS_BUSY, "backup", NULL);
	return false;
}

static void
to_browser(struct api_call *call, struct replica *r, int status)
{
	(void)status;
	if (may_begin(call))
		begin(call, r, NULL);
}

static void
to_stick(struct api_call *call, struct replica *r, int status)
{
	struct stick_hold stick;

	if (!may_begin(call))
		return;
	status = stick_take(call->api->sticks, call->name, &stick);
	if (status == STATUS_OK) {
		begin(call, r, &stick);
		return;
	}
	call->api->backing_up = false;
	if (status == STATUS_NOT_FOUND)
		api_refuse(call, 404, "USAGE.stick_unknown", call->name, 0);
	else
		api_fail(call, status, api_stick_where(status, stick.place.state, "backup"),
		    stick.place.label);
}

static void
state(struct api_call *call, struct replica *r, int status)
{
	char path[PATH_BYTES];
	int64_t at_s = 0;
	uint64_t bytes = 0;
	json_t *last = NULL;

	if (!api_allowed(call, DOMAIN_HEAD | DOMAIN_CLERK | DOMAIN_LEAD))
		return;
	(void)snprintf(path, sizeof path, "%s/" ERASED, call->api->dir);
	status = replica_last_backup(call->api->dir, call->api->env, &at_s, &bytes);
	last = status == STATUS_OK ? json_pack("{s:I, s:I}", "at_ms", (json_int_t)at_s * 1000,
	    "bytes", (json_int_t)bytes) : json_null();
	api_json(call, 200, json_pack("{s:o, s:s, s:b, s:b}", "last", last, "opens",
	    replica_role(r) == ROLE_HUB ? "root" : "sheet", "erased",
	    access(path, R_OK) == 0, "running", (bool)call->api->backing_up), NULL);
}

/* Who was erased, by number and signed: kept with the backups of before. */
static void
erased(struct api_call *call, struct replica *r, int status)
{
	struct buffer list = BUFFER_INIT;
	char path[PATH_BYTES], name[NAME_BYTES], disposition[NAME_BYTES + 48];

	if (!api_allowed(call, DOMAIN_HEAD | DOMAIN_CLERK))
		return;
	(void)snprintf(path, sizeof path, "%s/" ERASED, call->api->dir);
	status = env_read_file(call->api->env, path, ENV_SMALL_FILE_MAX_BYTES, &list);
	name_of(call, r, name);
	snprintf(disposition, sizeof disposition, "attachment; filename=\"%s"
	    REPLICA_ERASED_SUFFIX "\"", name);
	if (status == STATUS_OK)
		api_bytes(call, list.data, list.len, "application/octet-stream", disposition);
	else
		api_fail(call, status, "file", ERASED);
	buffer_release(&list);
}

/* ---- the sheet ---- */
static void
new_sheet(struct api_call *call, struct replica *r)
{
	char text[RECOVERY_TEXT_BYTES];
	json_t *answer;
	int status;

	if (call->pin_of != call->user.staff) {
		api_refuse(call, 403, "PASSPHRASE.pin", NULL, 0);
		return;
	}
	status = replica_recovery_new(r, text);
	if (status != STATUS_OK) {
		api_fail(call, status, "recovery", call->api->dir);
		return;
	}
	log_line(LOG_LEVEL_NOTICE, "a new recovery sheet was asked for by staff %lld",
	    (long long)call->user.staff);
	answer = json_pack("{s:s}", "recovery", text);
	sodium_memzero(text, sizeof text);
	api_json(call, 200, answer, NULL);
}

/* The PIN once more: whoever finds a phone that lies there makes no sheet. */
static void
recovery(struct api_call *call, struct replica *r, int status)
{
	char staff[24];

	(void)status;
	if (!api_allowed(call, DOMAIN_HEAD))
		return;
	if (call->user.staff == 0) {
		api_refuse(call, 401, "USAGE.sign_in", NULL, 0);
		return;
	}
	snprintf(staff, sizeof staff, "%lld", (long long)call->user.staff);
	api_people_check_pin(call, r, staff, json_string_value(json_object_get(call->args, "pin")),
	    new_sheet);
}

const struct api_route api_backup_routes[] = {
	{ .method = HTTP_GET, .path = "/api/v1/backup", .work = state },
	{ .method = HTTP_POST, .path = "/api/v1/backup/file", .flags = API_BODY_OPTIONAL,
	    .max_body = MAX_BODY, .work = to_browser },
	{ .method = HTTP_GET, .path = "/api/v1/backup/erased", .work = erased },
	{ .method = HTTP_POST, .path = "/api/v1/backup/stick/",
	    .flags = API_PREFIX | API_BODY_OPTIONAL, .max_body = MAX_BODY, .work = to_stick },
	{ .method = HTTP_POST, .path = "/api/v1/recovery", .max_body = MAX_BODY,
	    .work = recovery },
};
const size_t api_backup_nroutes = sizeof api_backup_routes / sizeof *api_backup_routes;
