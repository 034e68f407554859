/* The side of kehou-courier. */
#include "node/outing.h"

#include <curl/curl.h>
#include <poll.h>
#include <string.h>
#include <sys/prctl.h>
#include <signal.h>
#include <sys/socket.h>

#include <sodium.h>

#include "node/outing_message.h"
#include "schema/confine.h"

static json_t *
ask(int socket, json_t *question)
{
	bool late;

	return outing_say(socket, question) ? outing_hear(socket, -1, &late) : NULL;
}

static bool
is_seen(void *ctx, const char *name)
{
	json_t *m = ask(*(const int *)ctx, json_pack("{s:s}", "seen", name));
	bool yes = json_is_true(json_object_get(m, "yes"));

	json_decref(m);
	return yes;
}

static int
take_place(json_t *m, uint64_t *ret_offset, bool *ret_whole)
{
	json_t *status = json_object_get(m, "status");
	int rc = json_is_integer(status) ? (int)json_integer_value(status) : STATUS_IO;

	*ret_offset = outing_number(m, "offset");
	*ret_whole = json_is_true(json_object_get(m, "whole"));
	json_decref(m);
	return rc;
}

static int
have(void *ctx, const char *name, uint64_t *ret_offset, bool *ret_whole)
{
	return take_place(ask(*(const int *)ctx, json_pack("{s:s}", "have", name)), ret_offset,
	    ret_whole);
}

static int
append(void *ctx, const char *name, uint64_t offset, uint64_t total, const void *data,
    size_t len, uint64_t *ret_have, bool *ret_whole)
{
	int socket = *(const int *)ctx;
	json_t *m = json_pack("{s:s, s:I, s:I}", "append", name, "offset", (json_int_t)offset,
	    "total", (json_int_t)total);
	bool late;

	if (!outing_say(socket, m) || send(socket, data, len, MSG_NOSIGNAL) != (ssize_t)len)
		return STATUS_IO;
	return take_place(outing_hear(socket, -1, &late), ret_have, ret_whole);
}

/* Nothing is said between questions: what can be read is the end. */
static bool
wait_some(void *ctx, unsigned seconds)
{
	struct pollfd p = { .fd = *(const int *)ctx, .events = POLLIN };

	return poll(&p, 1, (int)(seconds < 3600 ? seconds : 3600) * 1000) == 0;
}

static bool
is_stopping(void *ctx)
{
	return !wait_some(ctx, 0);
}

static bool
is_known(void *ctx, const struct node_id *node)
{
	char hex[2 * NODE_ID_BYTES + 1];
	json_t *m;
	bool yes;

	sodium_bin2hex(hex, sizeof hex, node->b, NODE_ID_BYTES);
	m = ask(*(const int *)ctx, json_pack("{s:s}", "known", hex));
	yes = json_is_true(json_object_get(m, "yes"));
	json_decref(m);
	return yes;
}

static bool
whose(void *ctx, unsigned i, struct node_id *ret)
{
	json_t *m = ask(*(const int *)ctx, json_pack("{s:i}", "whose", (int)i));
	const char *text = outing_text(m, "node");
	size_t n = 0;
	bool yes = text != NULL && sodium_hex2bin(ret->b, NODE_ID_BYTES, text, strlen(text),
	    NULL, &n, NULL) == 0 && n == NODE_ID_BYTES;

	json_decref(m);
	return yes;
}

static bool
vouch(void *ctx, const char *what, char ret[COURIER_PROOF_BYTES])
{
	json_t *m = ask(*(const int *)ctx, json_pack("{s:s}", "vouch", what));
	const char *text = outing_text(m, "proof");
	bool yes = text != NULL && strlen(text) == COURIER_PROOF_BYTES - 1;

	if (yes)
		memcpy(ret, text, COURIER_PROOF_BYTES);
	json_decref(m);
	return yes;
}

static void
delivered(void *ctx, const char *name)
{
	json_decref(ask(*(const int *)ctx, json_pack("{s:s}", "delivered", name)));
}

void
outing_confine(const struct courier_options *o, const char *folder)
{
	struct confine_path paths[OUTING_PATHS + 2];
	size_t n = 0;

	for (; n < OUTING_PATHS; n++)
		paths[n] = (struct confine_path){ outing_paths[n].path, CONFINE_READ };
	if (folder != NULL)
		paths[n++] = (struct confine_path){ folder, CONFINE_READ };
	if (o->ca_file != NULL)
		paths[n++] = (struct confine_path){ o->ca_file, CONFINE_READ };
	(void)confine_to_network(paths, n);
}

static int
run(const json_t *m, int socket, struct courier_result *ret)
{
	struct courier_options options = { .url = outing_text(m, "url"),
		.ca_file = outing_text(m, "ca"), .proxy = outing_text(m, "proxy"),
		.stall_s = (unsigned)outing_number(m, "stall_s") };
	struct courier_job job = { .folder = outing_text(m, "folder"), .seen = is_seen,
		.known = is_known, .whose = whose, .delivered = delivered,
		.vouch = vouch, .only_send = json_is_true(json_object_get(m, "only_send")),
		.have = have, .append = append, .stop = is_stopping, .wait = wait_some, .ctx = &socket,
		.max_bytes = outing_number(m, "max_bytes") };
	struct courier *courier = NULL;
	int status = STATUS_USAGE;

	if (options.url != NULL && job.folder != NULL)
		status = courier_new(&options, &env_posix, &courier);
	if (status != STATUS_OK)
		return status;
	outing_confine(&options, job.folder);
	courier_run(courier, &job, ret);
	for (char *c = ret->detail; *c != '\0'; c++)
		if ((unsigned char)*c < ' ' || (unsigned char)*c > '~')
			*c = '?'; /* what cannot be said would be no answer at all */
	courier_free(courier);
	return STATUS_OK;
}

static json_t *
result_json(const struct courier_result *r)
{
	return json_pack("{s:i, s:I, s:I, s:I, s:b, s:b, s:b, s:I, s:s}", "end", (int)r->end,
	    "bytes", (json_int_t)r->bytes, "sent", (json_int_t)r->sent, "received",
	    (json_int_t)r->received, "part", (int)r->part, "all_sent", (int)r->all_sent, "all_received",
	    (int)r->all_received, "retry_s", (json_int_t)r->retry_s, "detail",
	    r->detail);
}

int
outing_serve(int socket)
{
	struct courier_result r = { .end = COURIER_HERE };
	bool late;
	json_t *m;
	int status;

	/* Whoever asked is gone: so are we. */
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
	m = outing_hear(socket, -1, &late);
	if (sodium_init() < 0 || curl_global_init(CURL_GLOBAL_ALL) != CURLE_OK)
		status = STATUS_NOMEM;
	else
		status = run(m, socket, &r);
	if (status == STATUS_OK && !outing_say(socket, result_json(&r)))
		status = STATUS_IO;
	json_decref(m);
	curl_global_cleanup();
	return status == STATUS_OK ? 0 : 1;
}
