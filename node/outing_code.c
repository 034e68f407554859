/* The side of kehou-courier that asks a hub for one sealed invitation (schema/enrol.h). */
#include "node/outing.h"

#include <curl/curl.h>
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>

#include <jansson.h>
#include <sodium.h>

#include "schema/confine.h"
#include "sync/code.h"

#define JOB_MAX_BYTES 4096

/* The job, to its end. */
static json_t *
hear_job(int socket)
{
	char text[JOB_MAX_BYTES];
	size_t len = 0;
	ssize_t n = 1;

	while (n > 0 && len < sizeof text) {
		n = recv(socket, text + len, sizeof text - len, 0);
		if (n > 0)
			len += (size_t)n;
	}
	return n == 0 ? json_loadb(text, len, JSON_REJECT_DUPLICATES, NULL) : NULL;
}

static bool
send_all(int socket, const void *data, size_t len)
{
	const char *p = data;

	while (len > 0) {
		ssize_t n = send(socket, p, len, MSG_NOSIGNAL);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		p += n;
		len -= (size_t)n;
	}
	return true;
}

/* What docs/api.md calls it; "" for an answer worth opening. */
static const char *
code_of(const struct courier_result *r, long status, const struct buffer *body)
{
	struct code_label label;
	json_t *o;
	bool is_node;

	switch (r->end) {
	case COURIER_DONE: break;
	case COURIER_SLOW: return "setup.hub_slow";
	case COURIER_TLS: return "setup.hub_tls";
	case COURIER_PORTAL: return "setup.portal";
	case COURIER_PROXY: return "setup.proxy";
	case COURIER_BUSY: return status == 429 ? "setup.code_tries" : "BUSY";
	default: return "setup.hub_unreachable";
	}
	if (status == 200)
		return code_label(body->data, body->len, &label) == STATUS_OK ? "" :
		    "setup.portal";
	/* A node says why; anything else is none. */
	o = json_loadb((const char *)body->data, body->len, JSON_REJECT_DUPLICATES, NULL);
	is_node = status == 404 && json_is_string(json_object_get(o, "code"));
	json_decref(o);
	return is_node ? "setup.code_unknown" : "setup.portal";
}

static bool
ask(int socket, const json_t *job)
{
	const char *id = json_string_value(json_object_get(job, "id"));
	struct courier_options options = {
		.url = json_string_value(json_object_get(job, "url")),
		.ca_file = json_string_value(json_object_get(job, "ca")),
		.proxy = json_string_value(json_object_get(job, "proxy")) };
	struct courier_result r;
	struct courier *courier = NULL;
	struct buffer body = BUFFER_INIT;
	char path[80], line[128];
	const char *code;
	long status = 0;
	bool said;

	if (id == NULL || options.url == NULL || strlen(id) != 2 * CODE_ID_BYTES ||
	    courier_new(&options, &env_posix, &courier) != STATUS_OK)
		return false;
	outing_confine(&options, NULL);
	(void)snprintf(path, sizeof path, "/invitation/%s", id);
	courier_get(courier, path, CODE_SEALED_MAX_BYTES, &body, &status, &r);
	courier_free(courier);
	code = code_of(&r, status, &body);
	(void)snprintf(line, sizeof line, "{\"code\":\"%s\",\"retry_s\":%u}\n", code, r.retry_s);
	said = send_all(socket, line, strlen(line)) &&
	    (*code != '\0' || send_all(socket, body.data, body.len));
	buffer_release(&body);
	return said;
}

int
outing_serve_code(int socket)
{
	json_t *job;
	bool said = false;

	/* Whoever asked is gone: so are we. */
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
	job = hear_job(socket);
	if (sodium_init() >= 0 && curl_global_init(CURL_GLOBAL_ALL) == CURLE_OK)
		said = ask(socket, job);
	json_decref(job);
	curl_global_cleanup();
	return said ? 0 : 1;
}
