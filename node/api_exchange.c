/* Bundles carried by a browser: out of here by download, into here by upload. */
#include "node/api_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "node/history.h"
#include "node/spool.h"

#define PATH_BYTES 1024
#define PIECE_BYTES (64u * 1024)
#define CARRIERS (DOMAIN_TEACHER | DOMAIN_HEAD | DOMAIN_CLERK | DOMAIN_LEAD)

static int
path_of(const struct api_call *call, const char *name, char ret[PATH_BYTES])
{
	int n = snprintf(ret, PATH_BYTES, "%s/%s", call->api->dir, name);

	return n > 0 && n < PATH_BYTES ? STATUS_OK : STATUS_TOO_LARGE;
}

static int
add_files(const struct api_call *call, const char *folder, const char *to, json_t *list)
{
	struct folder_entry *entries = NULL;
	size_t n = 0, ignored;
	int status = folder_list(call->api->env, folder, &entries, &n, &ignored);

	if (status == STATUS_NOT_FOUND)
		return STATUS_OK;
	for (size_t i = 0; status == STATUS_OK && i < n; i++)
		if (json_array_append_new(list, json_pack("{s:s, s:I, s:s}", "name",
		    entries[i].name, "bytes", (json_int_t)entries[i].size_bytes, "for",
		    entries[i].kind == FOLDER_BUNDLE ? to : "")) != 0)
			status = STATUS_NOMEM;
	free(entries);
	return status;
}

static void
files(struct api_call *call, struct replica *r, int status)
{
	struct replica_export done;
	char folder[PATH_BYTES];
	json_t *list = NULL;

	if (!api_allowed(call, CARRIERS))
		return;
	status = path_of(call, "outgoing", folder);
	if (status == STATUS_OK)
		status = call->api->env->files->mkdir(call->api->env->ctx, folder);
	if (status == STATUS_OK)
		status = replica_export(r, folder, true, &done);
	list = json_array();
	if (status == STATUS_OK)
		status = list == NULL ? STATUS_NOMEM : add_files(call, folder,
		    replica_scope(r) != 0 ? replica_roster(r)->name : "", list);
	if (status == STATUS_OK)
		api_json(call, 200, json_pack("{s:o}", "files", list), NULL);
	else {
		json_decref(list);
		api_fail(call, status, NULL, NULL);
	}
}

static void
file_out(struct api_call *call, struct replica *r, int status)
{
	char folder[PATH_BYTES], path[PATH_BYTES + FOLDER_NAME_BYTES + 8];
	char disposition[FOLDER_NAME_BYTES + 64];
	struct stat st;
	int fd = -1;

	(void)r;
	if (!api_allowed(call, CARRIERS))
		return;
	status = spool_name_valid(call->name) ? path_of(call, "outgoing", folder)
	    : STATUS_NOT_FOUND;
	if (status == STATUS_OK) {
		snprintf(path, sizeof path, "%s/%s/%.*s", folder, FOLDER_NAME,
		    FOLDER_NAME_BYTES, call->name);
		fd = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
		if (fd < 0 || fstat(fd, &st) != 0)
			status = status_from_errno(errno);
	}
	snprintf(disposition, sizeof disposition, "attachment; filename=\"%.*s\"",
	    FOLDER_NAME_BYTES, call->name);
	if (status == STATUS_OK) {
		api_file_bytes(call, fd, (uint64_t)st.st_size, disposition);
		return;
	}
	if (fd >= 0)
		close(fd);
	api_fail(call, status, "file", call->name);
}

/* ---- a file brought ---- */
struct brought {
	struct replica_file file;
	bool seen;
};

static void
note_file(void *ctx, const struct replica_file *file)
{
	struct brought *b = ctx;

	b->file = *file;
	b->seen = true;
}

/* The body, piece by piece, into the file and the hash. */
static int
copy_body(const struct api_call *call, struct file *file, struct hash *h)
{
	const struct env *env = call->api->env;
	uint8_t *piece = malloc(PIECE_BYTES);
	uint64_t offset = 0;
	size_t n = 1;
	int status = piece != NULL ? STATUS_OK : STATUS_NOMEM;

	while (status == STATUS_OK && n > 0) {
		status = http_body_piece(call->req, offset, piece, PIECE_BYTES, &n);
		if (status != STATUS_OK || n == 0)
			break;
		hash_update(h, piece, n);
		status = env->files->append(env->ctx, file, piece, n);
		offset += n;
	}
	free(piece);
	return status;
}

/* Under the name that its content has, whatever the browser called it. */
static int
put_file(const struct api_call *call, const char *folder, enum folder_kind kind,
    char ret_name[FOLDER_NAME_BYTES])
{
	const struct env *env = call->api->env;
	struct folder_write *w = NULL;
	struct file *file;
	struct hash h;
	uint8_t hash[HASH_BYTES];
	int status = env->files->mkdir(env->ctx, folder);

	folder_hash_init(&h);
	if (status == STATUS_OK)
		status = folder_write_begin(env, folder, kind, &w, &file);
	if (status == STATUS_OK)
		status = copy_body(call, file, &h);
	hash_final(&h, hash);
	if (status == STATUS_OK)
		status = folder_write_finish(w, hash, ret_name);
	folder_write_free(w);
	return status;
}

static const char *
outcome_name(const struct brought *b, const struct replica_import *all)
{
	static const char *const names[] = { "", "merged", "known", "partly", "refused",
		"others", "kept" };

	if (b->seen)
		return names[b->file.outcome];
	/* Rosters are counted, not reported one by one. */
	return all->refused > 0 ? "refused" : all->merged > 0 ? "merged" : "known";
}

static void
file_in(struct api_call *call, struct replica *r, int status)
{
	struct replica_import all = { 0 };
	struct brought b = { .seen = false };
	char folder[PATH_BYTES], name[FOLDER_NAME_BYTES], key[96];
	size_t n = strlen(call->name);
	bool roster = n > 4 && strcmp(call->name + n - 4, ".KHR") == 0;
	const char *code, *words;

	if (!api_allowed(call, CARRIERS))
		return;
	status = path_of(call, "brought", folder);
	/* What a kill left of an earlier upload would be reported in place of this one. */
	if (status == STATUS_OK)
		status = folder_empty(call->api->env, folder);
	if (status == STATUS_OK)
		status = put_file(call, folder, roster ? FOLDER_ROSTER : FOLDER_BUNDLE, name);
	if (status == STATUS_OK) {
		status = replica_import(r, folder, note_file, &b, &all);
		if (status == STATUS_OK)
			engine_warn(&all);
		if (folder_remove(call->api->env, folder, name) != STATUS_OK)
			status = status == STATUS_OK ? STATUS_IO : status;
	}
	if (status != STATUS_OK) {
		api_fail(call, status, "file", call->name);
		return;
	}
	code = b.seen && b.file.status != STATUS_OK ? status_name(b.file.status) : "";
	snprintf(key, sizeof key, "status.%s", code);
	words = *code != '\0' ? message_text(call->lang, key) : "";
	history_add(call->api->env, call->api->dir, &(struct history_line){
	    .way = HISTORY_BROWSER, .in = true, .bundles = 1,
	    .transactions = all.transactions, .outcome = outcome_name(&b, &all),
	    .message = code });
	api_json(call, 200, json_pack("{s:s, s:s, s:s, s:I, s:I, s:I, s:I}", "outcome",
	    outcome_name(&b, &all), "code", code, "message", words != NULL ? words : code,
	    "transactions", (json_int_t)all.transactions, "rows", (json_int_t)all.rows,
	    "held", (json_int_t)all.held, "conflicts", (json_int_t)all.conflicts), NULL);
}

static void
history(struct api_call *call, struct replica *r, int status)
{
	char key[96];
	const char *words;
	json_t *rows, *row;
	size_t i;

	(void)r;
	(void)status;
	if (!api_allowed(call, CARRIERS | DOMAIN_GUARD | DOMAIN_AUDITOR))
		return;
	rows = history_list(call->api->env, call->api->dir);
	json_array_foreach(rows, i, row) {
		const char *said = json_string_value(json_object_get(row, "message"));

		/* How an exchange by network ended, else a status by its name. */
		snprintf(key, sizeof key, "link.%s", said != NULL ? said : "");
		words = message_text(call->lang, key);
		if (words == NULL) {
			snprintf(key, sizeof key, "status.%s", said != NULL ? said : "");
			words = message_text(call->lang, key);
		}
		if (words != NULL)
			json_object_set_new(row, "words", json_string(words));
	}
	api_json(call, 200, json_pack("{s:o}", "rows", rows), NULL);
}

const struct api_route api_exchange_routes[] = {
	{ .method = HTTP_GET, .path = "/api/v1/exchange/history", .work = history },
	{ .method = HTTP_GET, .path = "/api/v1/exchange/files", .work = files },
	{ .method = HTTP_GET, .path = "/api/v1/exchange/file/", .flags = API_PREFIX,
	    .work = file_out },
	{ .method = HTTP_POST, .path = "/api/v1/exchange/file/",
	    .flags = API_PREFIX | API_RAW, .max_body = SPOOL_MAX_FILE_BYTES,
	    .work = file_in },
};
const size_t api_exchange_nroutes = sizeof api_exchange_routes / sizeof *api_exchange_routes;
