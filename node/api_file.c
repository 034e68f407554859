/* The pages: compiled in, or in development out of a folder. */
#include "node/api_internal.h"

#include <stdio.h>
#include <string.h>

#include <zlib.h>

#include "node/web_files.h"
#include "sync/buffer.h"

#define FOLDER_FILE_MAX_BYTES (4u * 1024 * 1024)

static const struct web_file *
find(const char *path)
{
	for (size_t i = 0; i < web_files_count; i++)
		if (strcmp(web_files[i].path, path) == 0)
			return &web_files[i];
	return NULL;
}

static int
inflate_file(const struct web_file *file, struct buffer *out)
{
	z_stream z = { 0 };
	uint8_t *p = buffer_extend(out, file->plain_bytes);
	int rc;

	if (p == NULL || inflateInit2(&z, 15 + 16) != Z_OK)
		return STATUS_NOMEM;
	z.next_in = (z_const Bytef *)(uintptr_t)file->gzip;
	z.avail_in = (uInt)file->gzip_bytes;
	z.next_out = p;
	z.avail_out = (uInt)file->plain_bytes;
	rc = inflate(&z, Z_FINISH);
	inflateEnd(&z);
	return rc == Z_STREAM_END ? STATUS_OK : STATUS_CORRUPT;
}

static void
end(struct api_call *call, const struct http_answer *answer)
{
	struct http_request *req = call->req;

	api_drop(call);
	http_reply(req, answer);
}

static void
send_embedded(struct api_call *call, const struct web_file *file)
{
	const char *accepts = http_header(call->req, "Accept-Encoding");
	const char *known = http_header(call->req, "If-None-Match");
	struct buffer plain = BUFFER_INIT;
	struct http_answer answer = { .status = 200, .type = file->type, .body = file->gzip,
		.len = file->gzip_bytes, .fixed = true, .cacheable = true, .headers = {
		{ "Cache-Control", file->immutable ? "public, max-age=31536000, immutable"
		    : "no-cache" }, { "ETag", file->etag }, { "Vary", "Accept-Encoding" },
		{ "Content-Encoding", "gzip" } } };

	if (known != NULL && strstr(known, file->etag) != NULL) {
		answer.status = 304;
		answer.len = 0;
		answer.headers[3].name = NULL;
	} else if (accepts == NULL || strstr(accepts, "gzip") == NULL) {
		answer.headers[3].name = NULL;
		if (inflate_file(file, &plain) != STATUS_OK) {
			buffer_release(&plain);
			api_fail(call, STATUS_NOMEM, NULL, NULL);
			return;
		}
		answer.body = plain.data;
		answer.len = plain.len;
		answer.fixed = false;
	}
	end(call, &answer);
	buffer_release(&plain);
}

/* ---- a folder, for development ---- */
static const char *
type_of(const char *path)
{
	static const struct { const char *end, *type; } types[] = {
		{ ".html", "text/html; charset=utf-8" }, { ".css", "text/css; charset=utf-8" },
		{ ".js", "text/javascript; charset=utf-8" }, { ".svg", "image/svg+xml" },
		{ ".png", "image/png" }, { ".map", "application/json" },
	};
	size_t n = strlen(path);

	for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
		size_t m = strlen(types[i].end);

		if (n > m && strcmp(path + n - m, types[i].end) == 0)
			return types[i].type;
	}
	return "application/octet-stream";
}

static bool
send_from_folder(struct api_call *call, const char *path)
{
	struct buffer file = BUFFER_INIT;
	char name[1024];
	int n;

	if (strcmp(path, "/") == 0)
		path = "/index.html";
	n = snprintf(name, sizeof name, "%s%s", call->api->web, path);
	if (strstr(path, "..") != NULL || n < 0 || (size_t)n >= sizeof name ||
	    env_read_file(call->api->env, name, FOLDER_FILE_MAX_BYTES, &file) != STATUS_OK)
		return false;
	end(call, &(struct http_answer){ .status = 200, .type = type_of(path),
	    .body = file.data, .len = file.len });
	buffer_release(&file);
	return true;
}

void
api_file(struct api_call *call)
{
	const char *path = http_path(call->req);
	const struct web_file *file = find(path);

	if (http_method(call->req) != HTTP_GET)
		api_refuse(call, 405, "USAGE.method", NULL, 0);
	else if (call->api->web != NULL && send_from_folder(call, path))
		return;
	else if (call->api->web == NULL && file != NULL)
		send_embedded(call, file);
	else
		api_refuse(call, 404, "USAGE.no_page", path, 0);
}
