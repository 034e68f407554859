#include "node/courier.h"

#include <curl/curl.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include <sodium.h>

#define PATH_MAX_BYTES 512
#define SEEN_TRIES 20          /* that an exchange waits for its files to be merged */
#define SEEN_WAIT_S 3
#define PASS_MAX_BYTES 80      /* hexadecimal, that the other side gives for a proof */
#define CALL_BYTES 1024        /* of a budget: heads of a call and its answer, 700 measured */
#define HANDSHAKE_BYTES 6144   /* of a budget: TLS with a chain of three certificates */

struct courier {
	CURL *curl;                /* kept: connections are used again */
	const struct env *env;
	char *url, *ca_file, *proxy;
	unsigned stall_s;
};

/* One exchange on its way. */
struct trip {
	struct courier *c;
	const struct courier_job *job;
	struct courier_result *ret;
	bool refused;              /* a file of ours, named in ret.detail */
	bool hub;                  /* the other side is the last stop */
};

struct answer {
	long status;
	struct buffer body;
	size_t max;
	unsigned retry_s;
	bool html;
	bool over;                 /* the budget ended in the middle */
	/* a file that comes in: pieces go to the spool */
	struct trip *trip;
	const char *name;          /* NULL: into body */
	uint64_t offset, total;
	int failed;                /* status of the spool */
};

int
courier_new(const struct courier_options *options, const struct env *env,
    struct courier **ret)
{
	struct courier *c = calloc(1, sizeof(*c));

	if (c == NULL)
		return STATUS_NOMEM;
	c->env = env;
	c->curl = curl_easy_init();
	c->stall_s = options->stall_s != 0 ? options->stall_s : COURIER_LOW_SPEED_S;
	c->url = strdup(options->url);
	c->ca_file = options->ca_file == NULL ? NULL : strdup(options->ca_file);
	c->proxy = options->proxy == NULL ? NULL : strdup(options->proxy);
	if (c->curl == NULL || c->url == NULL ||
	    (options->ca_file != NULL && c->ca_file == NULL) ||
	    (options->proxy != NULL && c->proxy == NULL)) {
		courier_free(c);
		return STATUS_NOMEM;
	}
	*ret = c;
	return STATUS_OK;
}

void
courier_free(struct courier *c)
{
	if (c == NULL)
		return;
	curl_easy_cleanup(c->curl);
	free(c->url);
	free(c->ca_file);
	free(c->proxy);
	free(c);
}

/* ---- one request ---- */

/* Full pieces go to the spool as they come. */
static bool
flush_piece(struct answer *a)
{
	uint64_t have;
	bool whole;

	if (a->body.len == 0)
		return true;
	a->failed = a->trip->job->append(a->trip->job->ctx, a->name, a->offset, a->total,
	    a->body.data, a->body.len, &have, &whole);
	if (a->failed != STATUS_OK)
		return false;
	a->offset += a->body.len;
	buffer_clear(&a->body);
	return true;
}

/* ---- today's bytes ---- */

static uint64_t
budget(const struct trip *t)
{
	uint64_t most = t->job->max_bytes;

	if (most == 0)
		return UINT64_MAX;
	return most > t->ret->bytes ? most - t->ret->bytes : 0;
}

/* How much of a file the next call may carry. */
static uint64_t
room(const struct trip *t)
{
	uint64_t left = budget(t);

	return left > CALL_BYTES ? left - CALL_BYTES : 0;
}

/* libcurl's own numbers count the first bytes of a body twice or not at all. */
static int
on_debug(CURL *h, curl_infotype type, char *data, size_t len, void *ctx)
{
	struct trip *t = ctx;

	(void)h;
	(void)data;
	if (type != CURLINFO_TEXT)
		t->ret->bytes += len;
	return 0;
}

static size_t
on_body(char *data, size_t size, size_t n, void *ctx)
{
	struct answer *a = ctx;
	size_t left = size * n;

	/* Another hub gives more than it was asked for. */
	a->over = budget(a->trip) == 0;

	if (a->name == NULL || a->status == 0)
		(void)curl_easy_getinfo(a->trip->c->curl, CURLINFO_RESPONSE_CODE, &a->status);
	if (a->name == NULL || a->status != 206) {
		if (a->body.len + left > a->max)
			return 0;
		buffer_put(&a->body, data, left);
		return a->body.failed ? 0 : left;
	}
	while (left > 0) {
		size_t take = SPOOL_PIECE_BYTES - a->body.len;

		if (take > left)
			take = left;
		buffer_put(&a->body, data, take);
		data += take;
		left -= take;
		if (a->body.failed ||
		    (a->body.len == SPOOL_PIECE_BYTES && !flush_piece(a)))
			return 0;
	}
	return a->over ? 0 : size * n;
}

static size_t
on_header(char *data, size_t size, size_t n, void *ctx)
{
	static const char first[] = "HTTP/", retry[] = "retry-after:";
	static const char type[] = "content-type: text/html";
	struct answer *a = ctx;

	/* Another answer begins: a proxy's came before the hub's. */
	if (n >= sizeof(first) - 1 && strncasecmp(data, first, sizeof(first) - 1) == 0) {
		a->html = false;
		a->retry_s = 0;
	}
	if (n > sizeof(retry) && strncasecmp(data, retry, sizeof(retry) - 1) == 0) {
		char number[12] = "";

		(void)snprintf(number, sizeof(number), "%.*s",
		    (int)(n - sizeof(retry) + 1 < 11 ? n - sizeof(retry) + 1 : 11),
		    data + sizeof(retry) - 1);
		a->retry_s = (unsigned)strtoul(number, NULL, 10);
	}
	if (n >= sizeof(type) - 1 && strncasecmp(data, type, sizeof(type) - 1) == 0)
		a->html = true;
	return size * n;
}

static int
on_progress(void *ctx, curl_off_t a, curl_off_t b, curl_off_t c, curl_off_t d)
{
	const struct trip *t = ctx;

	(void)a;
	(void)b;
	(void)c;
	(void)d;
	return t->job->stop(t->job->ctx);
}

static enum courier_end
end_of(CURLcode code)
{
	switch (code) {
	case CURLE_OK: return COURIER_DONE;
	case CURLE_ABORTED_BY_CALLBACK: return COURIER_STOPPED;
	case CURLE_COULDNT_RESOLVE_HOST: case CURLE_COULDNT_RESOLVE_PROXY:
		return COURIER_NO_NAME;
	case CURLE_OPERATION_TIMEDOUT: return COURIER_SLOW;
	case CURLE_PEER_FAILED_VERIFICATION: case CURLE_SSL_CONNECT_ERROR:
	case CURLE_SSL_CACERT_BADFILE: case CURLE_SSL_ISSUER_ERROR:
		return COURIER_TLS;
	case CURLE_OUT_OF_MEMORY: return COURIER_HERE;
	case CURLE_WRITE_ERROR: return COURIER_PORTAL; /* more than a node would say */
	default: return COURIER_NO_ROUTE;
	}
}

static bool
failed(struct trip *t, enum courier_end end, const char *detail)
{
	t->ret->end = end;
	(void)snprintf(t->ret->detail, sizeof(t->ret->detail), "%s", detail);
	return false;
}

static bool
used_up(struct trip *t)
{
	return failed(t, COURIER_BUDGET, "today's bytes are used up");
}

static bool
prepare(struct trip *t, const char *path, struct answer *a)
{
	CURL *h = t->c->curl;
	char url[PATH_MAX_BYTES];
	bool greets = t->ret->bytes == 0 && strncmp(t->c->url, "https:", 6) == 0;

	if (budget(t) < CALL_BYTES + (greets ? HANDSHAKE_BYTES : 0))
		return used_up(t);
	if (snprintf(url, sizeof(url), "%s/sync/v1%s", t->c->url, path) >= (int)sizeof(url))
		return failed(t, COURIER_HERE, "the address is too long");
	curl_easy_reset(h); /* keeps connections */
	(void)curl_easy_setopt(h, CURLOPT_URL, url);
	(void)curl_easy_setopt(h, CURLOPT_PROTOCOLS_STR, "http,https");
	(void)curl_easy_setopt(h, CURLOPT_NOSIGNAL, 1L);
	(void)curl_easy_setopt(h, CURLOPT_FOLLOWLOCATION, 0L);
	(void)curl_easy_setopt(h, CURLOPT_USERAGENT, "kehoud");
	(void)curl_easy_setopt(h, CURLOPT_CONNECTTIMEOUT, (long)COURIER_CONNECT_S);
	(void)curl_easy_setopt(h, CURLOPT_LOW_SPEED_LIMIT, (long)COURIER_LOW_SPEED_BYTES);
	(void)curl_easy_setopt(h, CURLOPT_LOW_SPEED_TIME, (long)t->c->stall_s);
	(void)curl_easy_setopt(h, CURLOPT_TCP_KEEPALIVE, 1L);
	if (t->c->ca_file != NULL)
		(void)curl_easy_setopt(h, CURLOPT_CAINFO, t->c->ca_file);
	if (t->c->proxy != NULL)
		(void)curl_easy_setopt(h, CURLOPT_PROXY, t->c->proxy);
	(void)curl_easy_setopt(h, CURLOPT_WRITEFUNCTION, on_body);
	(void)curl_easy_setopt(h, CURLOPT_WRITEDATA, a);
	(void)curl_easy_setopt(h, CURLOPT_HEADERFUNCTION, on_header);
	(void)curl_easy_setopt(h, CURLOPT_HEADERDATA, a);
	(void)curl_easy_setopt(h, CURLOPT_XFERINFOFUNCTION, on_progress);
	(void)curl_easy_setopt(h, CURLOPT_XFERINFODATA, t);
	(void)curl_easy_setopt(h, CURLOPT_NOPROGRESS, 0L);
	(void)curl_easy_setopt(h, CURLOPT_DEBUGFUNCTION, on_debug);
	(void)curl_easy_setopt(h, CURLOPT_DEBUGDATA, t);
	(void)curl_easy_setopt(h, CURLOPT_VERBOSE, 1L);
	a->trip = t;
	a->max = COURIER_MAX_ANSWER_BYTES;
	return true;
}

/* What stands between here and a node says so by its status, also in a page of its own: no
 * page of these is a sign-in page.  A node's own 500 is JSON. */
static bool
from_node(struct trip *t, const struct answer *a, long status)
{
	char detail[32];

	(void)snprintf(detail, sizeof(detail), "HTTP %ld", status);
	if (status == 407)
		return failed(t, COURIER_PROXY, detail);
	if (status == 429 || (status >= 502 && status <= 504) ||
	    (status >= 500 && status != 511 && a->html)) {
		t->ret->retry_s = a->retry_s;
		return failed(t, COURIER_BUSY, detail);
	}
	if ((status >= 300 && status < 400) || status == 511 || a->html)
		return failed(t, COURIER_PORTAL, "something else answers");
	return true;
}

/* Sends what prepare set up.  False: the exchange is over. */
static bool
perform(struct trip *t, struct answer *a)
{
	CURLcode code = curl_easy_perform(t->c->curl);
	long tunnel = 0;

	if (a->failed != STATUS_OK)
		return failed(t, COURIER_HERE, status_text(a->failed));
	if (a->over)
		return used_up(t);
	(void)curl_easy_getinfo(t->c->curl, CURLINFO_RESPONSE_CODE, &a->status);
	/* A proxy that opens no way to the hub. */
	(void)curl_easy_getinfo(t->c->curl, CURLINFO_HTTP_CONNECTCODE, &tunnel);
	if (code != CURLE_OK && tunnel >= 300 && !from_node(t, a, tunnel))
		return false;
	/* A page too long to be read is judged by its status all the same. */
	if (code != CURLE_OK && (code != CURLE_WRITE_ERROR || from_node(t, a, a->status)))
		return failed(t, end_of(code), curl_easy_strerror(code));
	return code == CURLE_OK && from_node(t, a, a->status);
}

/* A JSON object, or NULL and the exchange is over. */
static json_t *
object_of(struct trip *t, const struct answer *a)
{
	json_t *o = json_loadb((const char *)a->body.data, a->body.len,
	    JSON_REJECT_DUPLICATES, NULL);

	if (json_is_object(o))
		return o;
	json_decref(o);
	(void)failed(t, COURIER_PORTAL, "the answer is not of a node");
	return NULL;
}

/* what: that this node proves to be the one who asks for it, or NULL. */
static json_t *
get_as(struct trip *t, const char *path, const char *what, long *ret_status)
{
	static const char head[] = "Kehou-Proof: ";
	char header[sizeof(head) + COURIER_PROOF_BYTES];
	struct curl_slist *list = NULL;
	struct answer a = { .name = NULL };
	json_t *o = NULL;
	bool ok = prepare(t, path, &a);

	memcpy(header, head, sizeof(head));
	if (what != NULL && t->job->vouch(t->job->ctx, what, header + sizeof(head) - 1))
		list = curl_slist_append(NULL, header);

	(void)curl_easy_setopt(t->c->curl, CURLOPT_HTTPHEADER, list);
	if (ok && perform(t, &a)) {
		*ret_status = a.status;
		o = object_of(t, &a);
	}
	curl_slist_free_all(list);
	buffer_release(&a.body);
	return o;
}

static json_t *
get(struct trip *t, const char *path, long *ret_status)
{
	return get_as(t, path, NULL, ret_status);
}

static void
hex_of(const struct node_id *id, char ret[2 * NODE_ID_BYTES + 1])
{
	for (size_t i = 0; i < NODE_ID_BYTES; i++)
		(void)snprintf(ret + 2 * i, 3, "%02x", id->b[i]);
}

/* What came is kept; whether it is enough, the caller's next look says. */
static bool fetch_for(struct trip *t, const struct node_id *node, bool rosters);

static bool
id_of(const char *hex, struct node_id *ret)
{
	size_t n = 0;

	return hex != NULL && sodium_hex2bin(ret->b, NODE_ID_BYTES, hex, strlen(hex), NULL, &n,
	    NULL) == 0 && n == NODE_ID_BYTES;
}

/* A relay that our roster does not name yet may bring the roster that does. */
static bool
stranger(struct trip *t, const struct node_id *node)
{
	struct node_id own;
	char text[2 * NODE_ID_BYTES + 1];

	hex_of(node, text);
	if (!t->job->whose(t->job->ctx, 0, &own) || !fetch_for(t, &own, true))
		return false;
	return failed(t, COURIER_OTHER_HUB, text);
}

static bool
hello(struct trip *t)
{
	struct node_id node;
	const char *role;
	long status;
	json_t *o = get(t, "/hello", &status);
	bool is_node;

	if (o == NULL)
		return false;
	is_node = id_of(json_string_value(json_object_get(o, "node")), &node);
	role = json_string_value(json_object_get(o, "role"));
	t->hub = role != NULL && strcmp(role, "hub") == 0;
	json_decref(o);
	if (!is_node)
		return failed(t, COURIER_PORTAL, "the answer is not of a node");
	return t->job->known(t->job->ctx, &node) || stranger(t, &node);
}

/* ---- to the other side ---- */

struct there {                 /* of a file */
	uint64_t have;
	bool whole, seen, refused;
	char pass[PASS_MAX_BYTES]; /* what our proof is worth there */
};

static bool
read_there(struct trip *t, json_t *o, struct there *ret)
{
	const char *state = json_string_value(json_object_get(o, "state"));
	const char *pass = json_string_value(json_object_get(o, "pass"));
	json_int_t have = json_integer_value(json_object_get(o, "have"));

	if (state == NULL || have < 0)
		return failed(t, COURIER_PORTAL, "the answer is not of a node");
	if (pass != NULL && strlen(pass) < PASS_MAX_BYTES &&
	    strspn(pass, "0123456789abcdef") == strlen(pass))
		memcpy(ret->pass, pass, strlen(pass) + 1);
	ret->have = (uint64_t)have;
	ret->refused = strcmp(state, "refused") == 0;
	ret->seen = ret->refused || strcmp(state, "seen") == 0;
	ret->whole = ret->seen || strcmp(state, "waiting") == 0;
	return true;
}

/* proof: before the file goes. */
static bool
ask(struct trip *t, const char *name, bool proof, struct there *ret)
{
	char path[64];
	long status;
	json_t *o;
	bool ok;

	(void)snprintf(path, sizeof(path), "/in/%s", name);
	o = get_as(t, path, proof ? name : NULL, &status);
	if (o == NULL)
		return false;
	ok = status == 200 ? read_there(t, o, ret) :
	    failed(t, COURIER_REFUSED, name);
	json_decref(o);
	return ok;
}

/* One piece; ret says what is there afterwards, also where the offset was wrong. */
static bool
send_piece(struct trip *t, const char *name, const uint8_t *data, size_t len,
    uint64_t offset, uint64_t total, struct there *ret)
{
	struct curl_slist *list = NULL;
	struct answer a = { .name = NULL };
	char path[64], header[3][PASS_MAX_BYTES + 16];
	json_t *o;
	bool ok;

	(void)snprintf(path, sizeof(path), "/in/%s", name);
	(void)snprintf(header[0], sizeof(header[0]), "Kehou-Offset: %llu",
	    (unsigned long long)offset);
	(void)snprintf(header[1], sizeof(header[1]), "Kehou-Length: %llu",
	    (unsigned long long)total);
	(void)snprintf(header[2], sizeof(header[2]), "Kehou-Pass: %s", ret->pass);
	list = curl_slist_append(NULL, header[0]);
	list = curl_slist_append(list, header[1]);
	if (ret->pass[0] != '\0')
		list = curl_slist_append(list, header[2]);
	list = curl_slist_append(list, "Content-Type: application/octet-stream");
	list = curl_slist_append(list, "Expect:");
	ok = prepare(t, path, &a);
	(void)curl_easy_setopt(t->c->curl, CURLOPT_HTTPHEADER, list);
	(void)curl_easy_setopt(t->c->curl, CURLOPT_CUSTOMREQUEST, "PATCH");
	(void)curl_easy_setopt(t->c->curl, CURLOPT_POSTFIELDS, data);
	(void)curl_easy_setopt(t->c->curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)len);
	ok = ok && perform(t, &a);
	curl_slist_free_all(list);
	if (ok && a.status != 200 && a.status != 409) {
		(void)snprintf(path, sizeof(path), "%s: HTTP %ld", name, a.status);
		ok = failed(t, COURIER_REFUSED, path);
	}
	o = ok ? object_of(t, &a) : NULL;
	ok = o != NULL && read_there(t, o, ret);
	json_decref(o);
	buffer_release(&a.body);
	return ok;
}

static bool
send_bytes(struct trip *t, const struct folder_entry *e, struct file *file,
    struct there *there)
{
	const struct env *env = t->c->env;
	unsigned again = 0;

	while (!there->whole) {
		uint8_t piece[SPOOL_PIECE_BYTES];
		uint64_t before = there->have, most = room(t);
		size_t n;

		if (t->job->stop(t->job->ctx))
			return failed(t, COURIER_STOPPED, "");
		/* Two that answer in turn could keep us here for ever. */
		if (before >= e->size_bytes || again > 8)
			return failed(t, COURIER_REFUSED, e->name);
		if (most == 0)
			return used_up(t);
		if (most > sizeof(piece))
			most = sizeof(piece);
		if (env->files->read_at(env->ctx, file, before, piece, (size_t)most, &n) !=
		    STATUS_OK || n == 0)
			return failed(t, COURIER_HERE, e->name);
		if (!send_piece(t, e->name, piece, n, before, e->size_bytes, there))
			return false;
		again = there->whole || there->have > before ? 0 : again + 1;
	}
	return true;
}

static bool
send_file(struct trip *t, const struct folder_entry *e)
{
	const struct env *env = t->c->env;
	struct there there = { 0 };
	struct file *file;
	bool ok;

	if (!ask(t, e->name, true, &there))
		return false;
	t->ret->part |= there.have > 0 || there.whole;
	if (there.whole)
		return true;
	if (folder_open(env, t->job->folder, e->name, &file) != STATUS_OK)
		return failed(t, COURIER_HERE, e->name);
	ok = send_bytes(t, e, file, &there);
	t->ret->part |= ok || there.have > 0;
	env->files->close(env->ctx, file);
	t->ret->sent += ok;
	return ok;
}

/* What was sent is merged a moment later; the answer with the receipt waits for it. */
static bool
wait_until_seen(struct trip *t, const struct folder_entry *list, size_t n)
{
	unsigned tries = 0;

	for (size_t i = 0; i < n; i++) {
		struct there there = { 0 };

		/* A roster is looked at in passing. */
		if (list[i].kind != FOLDER_BUNDLE)
			continue;
		if (!ask(t, list[i].name, false, &there))
			return false;
		if (there.refused)
			(void)snprintf(t->ret->detail, sizeof(t->ret->detail), "%s",
			    list[i].name);
		t->refused |= there.refused;
		if (there.seen && !there.refused && t->hub)
			t->job->delivered(t->job->ctx, list[i].name);
		if (there.seen)
			continue;
		if (++tries > SEEN_TRIES)
			return true; /* the next exchange brings it */
		if (!t->job->wait(t->job->ctx, SEEN_WAIT_S))
			return failed(t, COURIER_STOPPED, "");
		i--;
	}
	return true;
}

static bool
send_all(struct trip *t)
{
	struct folder_entry *list = NULL;
	size_t n = 0, ignored;
	int status = folder_list(t->c->env, t->job->folder, &list, &n, &ignored);
	bool ok = true;

	if (status != STATUS_OK && status != STATUS_NOT_FOUND)
		return failed(t, COURIER_HERE, status_text(status));
	for (size_t i = 0; ok && i < n; i++)
		ok = send_file(t, &list[i]);
	t->ret->all_sent = ok;
	ok = ok && (t->job->only_send || wait_until_seen(t, list, n));
	free(list);
	return ok;
}

/* ---- from the other side ---- */

static bool
fetch_from(struct trip *t, const char *own, const char *name, uint64_t offset,
    uint64_t total)
{
	struct answer a = { .name = name, .offset = offset, .total = total };
	uint64_t most = room(t) < total - offset ? room(t) : total - offset;
	char path[160], range[48];
	bool ok;

	if (most == 0)
		return used_up(t);
	(void)snprintf(path, sizeof(path), "/out/%s/%s", own, name);
	(void)snprintf(range, sizeof(range), "%llu-%llu", (unsigned long long)offset,
	    (unsigned long long)(offset + most - 1));
	ok = prepare(t, path, &a);
	(void)curl_easy_setopt(t->c->curl, CURLOPT_RANGE, range);
	ok = ok && perform(t, &a);
	/* A piece that was cut short is worth keeping. */
	if (a.status == 206 && a.failed == STATUS_OK && !flush_piece(&a) && ok)
		ok = failed(t, COURIER_HERE, status_text(a.failed));
	if (ok && a.status != 206)
		ok = failed(t, COURIER_REFUSED, name);
	buffer_release(&a.body);
	return ok;
}

static bool
fetch(struct trip *t, const char *own, const char *name, uint64_t total)
{
	uint64_t have;
	bool whole;

	if (total == 0 || total > SPOOL_MAX_FILE_BYTES)
		return true; /* nothing that we would take */
	if (t->job->have(t->job->ctx, name, &have, &whole) != STATUS_OK)
		return failed(t, COURIER_HERE, name);
	if (whole || t->job->seen(t->job->ctx, name))
		return true;
	/* They send it in pieces of their own size. */
	while (!whole) {
		uint64_t before = have;

		if (have >= total)
			return failed(t, COURIER_HERE, name);
		if (!fetch_from(t, own, name, have, total))
			return false;
		if (t->job->have(t->job->ctx, name, &have, &whole) != STATUS_OK)
			return failed(t, COURIER_HERE, name);
		if (!whole && have <= before)
			return failed(t, COURIER_REFUSED, name);
	}
	t->ret->received++;
	return true;
}

static bool
fetch_for(struct trip *t, const struct node_id *node, bool rosters)
{
	char own[2 * NODE_ID_BYTES + 1], path[80];
	long status;
	size_t i;
	json_t *o, *file;
	bool ok = true;

	hex_of(node, own);
	(void)snprintf(path, sizeof(path), "/out/%s", own);
	/* Who is no node of ours is told nothing that he could show to one. */
	o = get_as(t, path, rosters ? NULL : own, &status);
	if (o == NULL)
		return false;
	json_array_foreach(json_object_get(o, "files"), i, file) {
		const char *name = json_string_value(json_object_get(file, "name"));
		json_int_t bytes = json_integer_value(json_object_get(file, "bytes"));

		if (i == COURIER_MAX_FILES || !ok)
			break;
		if (name != NULL && bytes > 0 && (rosters ? folder_name_kind(name) ==
		    FOLDER_ROSTER : spool_name_valid(name)))
			ok = fetch(t, own, name, (uint64_t)bytes);
	}
	json_decref(o);
	return ok;
}

static bool
fetch_all(struct trip *t)
{
	struct node_id node;
	bool ok = true;

	for (unsigned i = 0; ok && t->job->whose(t->job->ctx, i, &node); i++)
		ok = !t->job->stop(t->job->ctx) ? fetch_for(t, &node, false) :
		    failed(t, COURIER_STOPPED, "");
	return ok;
}

void
courier_run(struct courier *c, const struct courier_job *job, struct courier_result *ret)
{
	struct trip t = { .c = c, .job = job, .ret = ret };

	memset(ret, 0, sizeof(*ret));
	ret->end = COURIER_DONE;
	if (hello(&t) && send_all(&t) && !job->only_send)
		ret->all_received = fetch_all(&t);
	/* Not at once: a newer roster may have come that heals it. */
	if (ret->end == COURIER_DONE && t.refused)
		ret->end = COURIER_REFUSED;
}

static bool
never(void *ctx)
{
	(void)ctx;
	return false;
}

void
courier_get(struct courier *c, const char *path, size_t max, struct buffer *ret_body,
    long *ret_status, struct courier_result *ret)
{
	static const struct courier_job alone = { .stop = never };
	struct trip t = { .c = c, .job = &alone, .ret = ret };
	struct answer a = { .name = NULL };

	memset(ret, 0, sizeof(*ret));
	ret->end = COURIER_DONE;
	if (prepare(&t, path, &a)) {
		a.max = max;
		(void)perform(&t, &a);
	}
	*ret_status = a.status;
	buffer_release(ret_body);
	*ret_body = a.body;
}
