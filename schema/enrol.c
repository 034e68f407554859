#define _GNU_SOURCE /* SOCK_CLOEXEC */

#include "schema/enrol.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <jansson.h>

#include "schema/apart.h"
#include "sync/code.h"

#define PATH_BYTES 1024
#define LINE_MAX_BYTES 512     /* what the courier says before the bytes */
#define ANSWER_MAX_BYTES (CODE_SEALED_MAX_BYTES + LINE_MAX_BYTES)

/* ---- the address ---- */

int
enrol_url(const char *text, char ret[ENROL_URL_BYTES])
{
	const char *scheme = strstr(text, "://") == NULL ? "https://" : "";
	char url[ENROL_URL_BYTES];
	int n = snprintf(url, sizeof url, "%s%s", scheme, text);
	const char *host;

	while (n > 0 && n < (int)sizeof url && url[n - 1] == '/')
		url[--n] = '\0';
	if (n <= 0 || n >= (int)sizeof url)
		return STATUS_USAGE;
	host = strncasecmp(url, "https://", 8) == 0 ? url + 8
	    : strncasecmp(url, "http://", 7) == 0 ? url + 7 : "";
	if (*host == '\0' || strchr(url, '@') != NULL)
		return STATUS_USAGE;
	for (const char *c = url; *c != '\0'; c++)
		if ((unsigned char)*c <= ' ' || (unsigned char)*c > '~' || *c == '"')
			return STATUS_USAGE;
	memcpy(ret, url, (size_t)n + 1);
	return STATUS_OK;
}

static int
hub_path(const char *dir, char ret[PATH_BYTES])
{
	int n = snprintf(ret, PATH_BYTES, "%s/" ENROL_HUB_NAME, dir);

	return n > 0 && n < PATH_BYTES ? STATUS_OK : STATUS_TOO_LARGE;
}

int
enrol_keep_hub(const struct env *env, const char *dir, const char *url)
{
	char path[PATH_BYTES], line[ENROL_URL_BYTES + 1];
	int n = snprintf(line, sizeof line, "%s\n", url), status = hub_path(dir, path);

	return status != STATUS_OK ? status : env_write_file(env, path, (const uint8_t *)line,
	    (size_t)n);
}

int
enrol_hub(const struct env *env, const char *dir, char ret[ENROL_URL_BYTES])
{
	struct buffer b = BUFFER_INIT;
	char path[PATH_BYTES];
	int status = hub_path(dir, path);

	if (status == STATUS_OK)
		status = env_read_file(env, path, ENROL_URL_BYTES, &b);
	buffer_put_u8(&b, '\0');
	if (status == STATUS_OK)
		status = buffer_status(&b);
	if (status == STATUS_OK) {
		b.data[strcspn((const char *)b.data, "\n")] = '\0';
		status = enrol_url((const char *)b.data, ret);
	} else if (status == STATUS_NOT_FOUND) {
		*ret = '\0';
		status = STATUS_OK;
	}
	buffer_release(&b);
	return status;
}

/* ---- the asking ---- */

static int
refuse(struct enrol_error *e, const char *code)
{
	(void)snprintf(e->code, sizeof e->code, "%s", code);
	return STATUS_REFUSED;
}

static int
say_job(int fd, const struct enrol_options *o, const char *url, const struct code *code)
{
	char id[2 * CODE_ID_BYTES + 1];
	json_t *job;
	char *text;
	bool said;

	sodium_bin2hex(id, sizeof id, code->id, sizeof code->id);
	job = json_pack("{s:s, s:s, s:s*, s:s*}", "url", url, "id", id, "ca", o->ca_file, "proxy",
	    o->proxy);
	text = job != NULL ? json_dumps(job, JSON_COMPACT) : NULL;
	json_decref(job);
	said = text != NULL && send(fd, text, strlen(text), MSG_NOSIGNAL) ==
	    (ssize_t)strlen(text) && shutdown(fd, SHUT_WR) == 0;
	free(text);
	return said ? STATUS_OK : STATUS_IO;
}

static int64_t
clock_s(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec;
}

/* All that it says, to its end. */
static int
hear(int fd, const struct enrol_options *o, struct buffer *b, struct enrol_error *e)
{
	int64_t until = clock_s() + ENROL_LONGEST_S;
	struct pollfd p = { .fd = fd, .events = POLLIN };

	for (;;) {
		int rc = poll(&p, 1, ENROL_LOOK_MS);
		uint8_t piece[4096];
		ssize_t n;

		if (o->stop != NULL && o->stop(o->ctx))
			return STATUS_BUSY;
		if (clock_s() > until)
			return refuse(e, "setup.hub_slow");
		if (rc == 0 || (rc < 0 && errno == EINTR))
			continue;
		n = rc < 0 ? -1 : recv(fd, piece, sizeof piece, 0);
		if (n == 0)
			return buffer_status(b);
		if (n < 0 || b->len + (size_t)n > ANSWER_MAX_BYTES)
			return STATUS_IO;
		buffer_put(b, piece, (size_t)n);
	}
}

/* One line of JSON, then the sealed invitation where there is one. */
static int
read_answer(const struct buffer *b, const struct code *code, struct buffer *ret,
    struct enrol_error *e)
{
	const uint8_t *end = b->len == 0 ? NULL : memchr(b->data, '\n', b->len);
	size_t line = end == NULL ? 0 : (size_t)(end - b->data);
	json_t *o = line == 0 || line > LINE_MAX_BYTES ? NULL
	    : json_loadb((const char *)b->data, line, JSON_REJECT_DUPLICATES, NULL);
	const char *refused = json_string_value(json_object_get(o, "code"));
	int status = STATUS_IO; /* it died */

	if (refused != NULL && *refused != '\0') {
		status = refuse(e, refused);
		e->retry_s = (unsigned)json_integer_value(json_object_get(o, "retry_s"));
	} else if (refused != NULL) {
		status = code_open(code, end + 1, b->len - line - 1, ret);
		if (status != STATUS_OK && status != STATUS_NOMEM && status != STATUS_NEWER)
			status = refuse(e, "setup.hub_false");
	}
	json_decref(o);
	return status;
}

static int
ask_hub(const struct enrol_options *o, const char *url, const struct code *code,
    struct buffer *ret, struct enrol_error *e)
{
	struct buffer answer = BUFFER_INIT;
	int ends[2], status;
	pid_t pid;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
		return status_from_errno(errno);
	status = apart_start("kehou-courier", ENROL_MODE, ends[1], ends[1], &pid);
	(void)close(ends[1]);
	if (status == STATUS_OK) {
		status = say_job(ends[0], o, url, code);
		if (status == STATUS_OK)
			status = hear(ends[0], o, &answer, e);
		(void)apart_end(pid, true);
		if (status == STATUS_OK)
			status = read_answer(&answer, code, ret, e);
	}
	(void)close(ends[0]);
	buffer_release(&answer);
	return status;
}

int
enrol_fetch(const struct enrol_options *options, const char *code,
    struct buffer *ret_invitation, struct enrol_error *ret)
{
	char digits[CODE_DIGITS + 1], url[ENROL_URL_BYTES];
	struct code keys;
	int status;

	*ret = (struct enrol_error){ .code = "" };
	if (code_parse(code, digits, &ret->group) != STATUS_OK)
		return refuse(ret, ret->group != 0 ? "setup.code_group" : "setup.code_form");
	if (enrol_url(options->url, url) != STATUS_OK)
		return refuse(ret, "setup.hub_address");
	status = code_derive(digits, &keys);
	sodium_memzero(digits, sizeof digits);
	if (status == STATUS_OK)
		status = ask_hub(options, url, &keys, ret_invitation, ret);
	code_wipe(&keys);
	return status;
}
