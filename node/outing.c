#define _GNU_SOURCE /* SOCK_CLOEXEC */

#include "node/outing.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <sodium.h>

#include "node/outing_message.h"
#include "schema/apart.h"

struct outing {
	int socket;
	const struct courier_job *job;
	struct courier_result *result;
	uint8_t piece[SPOOL_PIECE_BYTES];
};

static json_t *
job_json(const struct courier_options *o, const struct courier_job *job)
{
	return json_pack("{s:s, s:s*, s:s*, s:i, s:s, s:b, s:I}", "url", o->url, "ca", o->ca_file,
	    "proxy", o->proxy, "stall_s", (int)o->stall_s, "folder", job->folder, "only_send", (int)job->only_send,
	    "max_bytes", (json_int_t)job->max_bytes);
}

static void
take_result(struct courier_result *r, const json_t *m)
{
	uint64_t end = outing_number(m, "end");
	const char *detail = outing_text(m, "detail");

	r->end = end >= COURIER_DONE && end < COURIER_ENDS ? (enum courier_end)end
	    : COURIER_HERE;
	r->bytes = outing_number(m, "bytes");
	r->sent = (uint32_t)outing_number(m, "sent");
	r->received = (uint32_t)outing_number(m, "received");
	r->all_sent = json_is_true(json_object_get(m, "all_sent"));
	r->part = json_is_true(json_object_get(m, "part"));
	r->all_received = json_is_true(json_object_get(m, "all_received"));
	r->retry_s = (unsigned)outing_number(m, "retry_s");
	(void)snprintf(r->detail, sizeof r->detail, "%s", detail != NULL ? detail : "");
}

static json_t *
place_json(int status, uint64_t offset, bool whole)
{
	return json_pack("{s:i, s:I, s:b}", "status", status, "offset", (json_int_t)offset,
	    "whole", (int)whole);
}

static json_t *
have(struct outing *o, const char *name)
{
	uint64_t offset = 0;
	bool whole = false;
	int status = o->job->have(o->job->ctx, name, &offset, &whole);

	return place_json(status, offset, whole);
}

/* The bytes follow as a message of their own. */
static json_t *
append(struct outing *o, const char *name, const json_t *m)
{
	ssize_t n = recv(o->socket, o->piece, sizeof o->piece, 0);
	uint64_t offset = 0;
	bool whole = false;
	int status = n <= 0 ? STATUS_TRUNCATED : o->job->append(o->job->ctx, name,
	    outing_number(m, "offset"), outing_number(m, "total"), o->piece, (size_t)n,
	    &offset, &whole);

	return place_json(status, offset, whole);
}

static bool
read_node(const char *hex, struct node_id *ret)
{
	size_t n = 0;

	return sodium_hex2bin(ret->b, NODE_ID_BYTES, hex, strlen(hex), NULL, &n, NULL) == 0 &&
	    n == NODE_ID_BYTES;
}

/* Nothing but a file's name or a node's id is signed for that side. */
static json_t *
vouch(struct outing *o, const char *what)
{
	char proof[COURIER_PROOF_BYTES] = "";
	struct node_id node;

	if ((!spool_name_valid(what) && !read_node(what, &node)) ||
	    !o->job->vouch(o->job->ctx, what, proof))
		proof[0] = '\0';
	return json_pack("{s:s}", "proof", proof);
}

/* The questions about nodes, and who this one is; NULL: it is none of them. */
static json_t *
about_node(struct outing *o, const json_t *m)
{
	const char *known = outing_text(m, "known"), *what = outing_text(m, "vouch");
	char hex[2 * NODE_ID_BYTES + 1] = "";
	struct node_id node = { .b = { 0 } };

	if (known != NULL)
		return json_pack("{s:b}", "yes", read_node(known, &node) &&
		    o->job->known(o->job->ctx, &node));
	if (what != NULL)
		return vouch(o, what);
	if (json_object_get(m, "whose") == NULL)
		return NULL;
	if (o->job->whose(o->job->ctx, (unsigned)outing_number(m, "whose"), &node))
		sodium_bin2hex(hex, sizeof hex, node.b, NODE_ID_BYTES);
	return json_pack("{s:s}", "node", hex);
}

/* Answers a question, or takes the result: true when that was the last word. */
static bool
attend(struct outing *o, const json_t *m)
{
	const char *seen = outing_text(m, "seen"), *held = outing_text(m, "have");
	const char *piece = outing_text(m, "append"), *done = outing_text(m, "delivered");
	const char *name = seen != NULL ? seen : held != NULL ? held : piece != NULL ? piece : done;
	json_t *answer;

	if (json_object_get(m, "end") != NULL) {
		take_result(o->result, m);
		return true;
	}
	answer = about_node(o, m);
	if (answer != NULL)
		return !outing_say(o->socket, answer);
	if (name == NULL || !spool_name_valid(name))
		return true;
	if (done != NULL)
		o->job->delivered(o->job->ctx, name);
	answer = done != NULL ? json_pack("{s:b}", "yes", 1) : seen != NULL ? json_pack("{s:b}", "yes",
	    (int)o->job->seen(o->job->ctx, name)) : held != NULL ? have(o, name)
	    : append(o, name, m);
	return !outing_say(o->socket, answer);
}

static void
attend_all(struct outing *o)
{
	bool late, over = false, stopped = false;

	while (!over) {
		json_t *m = outing_hear(o->socket, OUTING_LOOK_MS, &late);

		over = m != NULL ? attend(o, m) : !late;
		json_decref(m);
		if (!stopped && o->job->stop(o->job->ctx)) {
			stopped = true; /* it sees the end of what we say */
			(void)shutdown(o->socket, SHUT_WR);
		}
	}
	/* It asked once more and nobody answered: we ended it. */
	if (stopped && o->result->end == COURIER_HERE)
		o->result->end = COURIER_STOPPED;
}

void
outing_run(const struct courier_options *options, const struct courier_job *job,
    struct courier_result *ret)
{
	struct outing *o = malloc(sizeof *o);
	int ends[2], status;
	pid_t pid;

	memset(ret, 0, sizeof *ret);
	ret->end = COURIER_HERE;
	(void)snprintf(ret->detail, sizeof ret->detail, "%s ended", OUTING_PROGRAM);
	if (o == NULL || socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0) {
		free(o);
		return;
	}
	*o = (struct outing){ .socket = ends[0], .job = job, .result = ret };
	status = apart_start(OUTING_PROGRAM, NULL, ends[1], ends[1], &pid);
	(void)close(ends[1]);
	if (status != STATUS_OK)
		(void)snprintf(ret->detail, sizeof ret->detail, "%s: %s", OUTING_PROGRAM,
		    status_text(status));
	else if (outing_say(ends[0], job_json(options, job)))
		attend_all(o);
	(void)close(ends[0]);
	if (status == STATUS_OK)
		(void)apart_end(pid, false);
	free(o);
}
