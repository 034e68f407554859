/* What a hub answers to its schools (docs/network.md). */
#include "node/api_internal.h"

#include <stdatomic.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "node/log.h"
#include "node/pass.h"

#define REFUSALS 512                  /* remembered since the start */
#define RANGE_MAX_BYTES (256u * 1024) /* of one answer; whoever wants more asks again */
#define BUSY_RETRY_S 60

/* What the engine said of files that it did not take; the engine's thread. */
static struct { char name[FOLDER_NAME_BYTES]; } refusals[REFUSALS];
static size_t refusals_next;
static atomic_bool merging; /* a job of merge_soon is on its way */
static atomic_bool serving; /* a hub or relay was last seen here */

static bool
was_refused(const char *name)
{
	for (size_t i = 0; i < REFUSALS; i++)
		if (strcmp(refusals[i].name, name) == 0)
			return true;
	return false;
}

static void
on_file(void *ctx, const struct replica_file *f)
{
	(void)ctx;
	if (f->outcome == REPLICA_REFUSED || f->outcome == REPLICA_OTHERS) {
		memcpy(refusals[refusals_next].name, f->name, FOLDER_NAME_BYTES);
		refusals_next = (refusals_next + 1) % REFUSALS;
	}
}

/* One job at a time goes round: a few files, then the queue's next, so that pages wait
 * no longer than that however much there is to merge. */
struct merge_job {
	struct engine_job job;
	struct api *api;
};

static void merge_soon(struct api *api);

static void
merge_some(struct engine_job *job, struct replica *r, int status)
{
	struct merge_job *m = (struct merge_job *)job;
	struct api *api = m->api;
	struct replica_import done = { 0 };
	const char *folder;
	size_t n = 0;

	free(m);
	atomic_store(&merging, false);
	if (r == NULL)
		return; /* whoever asks for a file that waits asks again */
	status = spool_take(api->spool, &folder, &n);
	if (status == STATUS_OK && n > 0)
		status = replica_import(r, folder, on_file, NULL, &done);
	if (status != STATUS_OK)
		log_line(LOG_LEVEL_ERROR, "what came over the network is not merged yet: %s",
		    status_text(status));
	if (status != STATUS_OK || n == 0)
		return;
	engine_warn(&done);
	spool_done(api->spool);
	/* A relay with a line of its own hands on at once. */
	if (done.kept > 0 && api->link != NULL)
		link_now(api->link);
	merge_soon(api);
}

static void
merge_soon(struct api *api)
{
	struct merge_job *m;

	if (atomic_exchange(&merging, true))
		return;
	m = calloc(1, sizeof(*m));
	if (m != NULL) {
		m->job.run = merge_some;
		m->job.of = ENGINE_NODES;
		m->api = api;
	}
	if (m == NULL || engine_submit_own(api->engine, &m->job) != STATUS_OK) {
		free(m);
		atomic_store(&merging, false);
	}
}

/* What a stopped program had not merged yet. */
void
api_sync_begin(struct api *api)
{
	pass_begin();
	if (spool_waiting(api->spool) > 0)
		merge_soon(api);
}

/* Nobody calls a school: what strangers on its network send takes no room on its disk, and
 * nothing is made for them.  The engine's thread. */
static bool
is_called(const struct replica *r)
{
	bool yes = replica_role(r) != ROLE_SCHOOL;

	atomic_store(&serving, yes);
	return yes;
}

static void
refuse_node(struct api_call *call)
{
	api_refuse(call, 404, "USAGE.no_page", http_path(call->req), 0);
}

static void
hello(struct api_call *call, struct replica *r, int status)
{
	const struct identity_public *self = replica_self(r);
	char node[2 * NODE_ID_BYTES + 1], county[24];

	(void)status;
	if (!is_called(r)) {
		refuse_node(call);
		return;
	}
	for (size_t i = 0; i < NODE_ID_BYTES; i++)
		(void)snprintf(node + 2 * i, 3, "%02x", self->id.b[i]);
	(void)snprintf(county, sizeof(county), "%06llu",
	    (unsigned long long)replica_roster(r)->county);
	api_json(call, 200, json_pack("{s:i, s:s, s:s, s:s, s:I}", "kehou", 1, "county",
	    county, "node", node, "role", replica_role(r) == ROLE_HUB ? "hub" : "relay",
	    "now_s", (json_int_t)call->api->env->now_s(call->api->env->ctx)), NULL);
}

static void
tell(struct api_call *call, unsigned http, uint64_t have, const char *state)
{
	api_json(call, http, json_pack("{s:I, s:s}", "have", (json_int_t)have, "state",
	    state), NULL);
}

static void
ask_in(struct api_call *call, struct replica *r, int status)
{
	char pass[PASS_TEXT_BYTES];
	uint64_t have;
	bool whole;

	if (!is_called(r)) {
		refuse_node(call);
		return;
	}
	if (!spool_name_valid(call->name)) {
		api_fail(call, STATUS_NOT_FOUND, "http", call->name);
		return;
	}
	if (replica_has_seen(r, call->name)) {
		tell(call, 200, 0, "seen");
		return;
	}
	if (was_refused(call->name)) {
		tell(call, 200, 0, "refused");
		return;
	}
	status = spool_have(call->api->spool, call->name, &have, &whole);
	/* Where the database was lent when it came, nobody is at it. */
	if (status == STATUS_OK && whole)
		merge_soon(call->api);
	pass_give(replica_roster(r), call->name, http_header(call->req, "Kehou-Proof"), pass);
	if (status != STATUS_OK)
		api_fail(call, status, NULL, NULL);
	else
		api_json(call, 200, json_pack("{s:I, s:s, s:s*}", "have", (json_int_t)have, "state",
		    whole ? "waiting" : "part", "pass", pass[0] != '\0' ? pass : NULL), NULL);
}

struct piece {
	struct worker_job job;   /* first: a job is its piece */
	struct engine_job look;
	struct api_call *call;
	struct spool_from from;
	uint64_t offset, total;
};

/* Apart from merging and from the sockets: a piece is a write and two syncs. */
static void
keep_piece(struct worker_job *job)
{
	struct piece *p = (struct piece *)job;
	struct api_call *call = p->call;
	size_t len;
	const uint8_t *body = http_body(call->req, &len);
	uint64_t have = 0;
	bool whole = false;
	int status = spool_append(call->api->spool, call->name, &p->from, p->offset, p->total,
	    body, len, &have, &whole);

	free(p);
	spool_sweep(call->api->spool, call->api->env->now_s(call->api->env->ctx));
	if (status == STATUS_OK || status == STATUS_STALE) {
		if (status == STATUS_OK && whole)
			merge_soon(call->api);
		tell(call, status == STATUS_OK ? 200 : 409, have, whole ? "waiting" : "part");
	} else if (status == STATUS_BUSY) {
		api_refuse(call, 503, "BUSY", NULL, BUSY_RETRY_S);
	} else if (status == STATUS_CORRUPT) {
		api_refuse(call, 422, "BAD_SIGNATURE", NULL, 0);
	} else {
		api_fail(call, status, NULL, NULL);
	}
}

static void
submit_piece(struct piece *p)
{
	struct api_call *call = p->call;
	int status = worker_submit(call->api->pieces, &p->job);

	if (status != STATUS_OK) {
		free(p);
		api_fail(call, status, "http", NULL);
	}
}

/* Before the first one: whether this is a machine for them. */
static void
look_first(struct engine_job *job, struct replica *r, int status)
{
	struct piece *p = (struct piece *)((char *)job - offsetof(struct piece, look));
	struct api_call *call = p->call;

	if (r != NULL && is_called(r)) {
		submit_piece(p);
		return;
	}
	free(p);
	if (r == NULL)
		api_fail(call, status, "http", NULL);
	else
		refuse_node(call);
}

static void
patch_in(struct api_call *call)
{
	const char *offset = http_header(call->req, "Kehou-Offset");
	const char *length = http_header(call->req, "Kehou-Length");
	struct piece *p;

	if (offset == NULL || length == NULL) {
		api_fail(call, STATUS_MALFORMED, NULL, NULL);
		return;
	}
	p = calloc(1, sizeof(*p));
	if (p == NULL) {
		api_fail(call, STATUS_NOMEM, NULL, NULL);
		return;
	}
	*p = (struct piece){ .job.run = keep_piece, .look.run = look_first,
		.look.of = ENGINE_NODES, .call = call, .from = pass_read(call->name,
		    http_header(call->req, "Kehou-Pass")),
		.offset = strtoull(offset, NULL, 10), .total = strtoull(length, NULL, 10) };
	http_later(call->req);
	if (atomic_load(&serving)) {
		submit_piece(p);
	} else if (engine_submit(call->api->engine, &p->look) != STATUS_OK) {
		free(p);
		api_fail(call, STATUS_BUSY, "http", NULL);
	}
}

static bool
read_node(const char *hex, struct node_id *ret)
{
	for (size_t i = 0; i < NODE_ID_BYTES; i++) {
		unsigned v;

		if (strspn(hex + 2 * i, "0123456789abcdef") < 2 ||
		    sscanf(hex + 2 * i, "%2x", &v) != 1)
			return false;
		ret->b[i] = (uint8_t)v;
	}
	return true;
}

static void
list_out(struct api_call *call, const char *folder)
{
	const struct env *env = call->api->env;
	struct folder_entry *list = NULL;
	size_t n = 0, ignored;
	json_t *files;
	int status = folder_list(env, folder, &list, &n, &ignored);

	if (status != STATUS_OK && status != STATUS_NOT_FOUND) {
		api_fail(call, status, NULL, NULL);
		return;
	}
	files = json_array();
	for (size_t i = 0; i < n; i++)
		json_array_append_new(files, json_pack("{s:s, s:I}", "name", list[i].name,
		    "bytes", (json_int_t)list[i].size_bytes));
	free(list);
	api_json(call, 200, json_pack("{s:o}", "files", files), NULL);
}

/* from up to, without, upto of size. */
static void
send_piece(struct api_call *call, struct file *file, uint64_t size, uint64_t from,
    uint64_t upto)
{
	const struct env *env = call->api->env;
	size_t most = upto - from < RANGE_MAX_BYTES ? (size_t)(upto - from) : RANGE_MAX_BYTES;
	uint8_t *bytes = malloc(most);
	char range[80];
	struct http_answer a = { .status = 206, .type = "application/octet-stream",
	    .body = bytes, .len = most };
	size_t n = 0;

	if (bytes == NULL || env->files->read_at(env->ctx, file, from, bytes, most, &n) !=
	    STATUS_OK || n != most) {
		free(bytes);
		api_fail(call, STATUS_IO, NULL, NULL);
		return;
	}
	(void)snprintf(range, sizeof(range), "bytes %llu-%llu/%llu",
	    (unsigned long long)from, (unsigned long long)(from + most - 1),
	    (unsigned long long)size);
	a.headers[0].name = "Content-Range";
	a.headers[0].value = range;
	api_answer(call, &a);
	free(bytes);
}

/* "bytes=N-M", M may be absent and may lie beyond the file; other forms are not used. */
static void
read_range(const char *range, uint64_t *ret_from, uint64_t *ret_last)
{
	char *end;

	*ret_from = 0;
	*ret_last = UINT64_MAX;
	if (range == NULL || strncmp(range, "bytes=", 6) != 0)
		return;
	*ret_from = strtoull(range + 6, &end, 10);
	if (end[0] == '-' && strspn(end + 1, "0123456789") > 0)
		*ret_last = strtoull(end + 1, NULL, 10);
}

static void
send_file(struct api_call *call, const char *folder, const char *name)
{
	const struct env *env = call->api->env;
	uint64_t size = 0, from, last;
	struct file *file;
	int status = folder_open(env, folder, name, &file);

	if (status != STATUS_OK) {
		api_fail(call, STATUS_NOT_FOUND, "http", name);
		return;
	}
	read_range(http_header(call->req, "Range"), &from, &last);
	status = env->files->size(env->ctx, file, &size);
	if (status == STATUS_OK && (from >= size || last < from))
		status = STATUS_USAGE;
	if (status == STATUS_OK)
		send_piece(call, file, size, from, last < size ? last + 1 : size);
	else
		api_fail(call, status, "http", name);
	env->files->close(env->ctx, file);
}

/* Made anew for the node itself, or who carries for it; whoever else asks costs no export. */
static int
fill_out(struct api_call *call, struct replica *r, const char *folder, const struct node_id *node)
{
	const struct env *env = call->api->env;
	char roster[FOLDER_NAME_BYTES];
	struct replica_export done;
	struct spool_from from;
	int status;

	if (pass_proved(replica_roster(r), call->name, http_header(call->req, "Kehou-Proof"),
	    &from) && (from.what == SPOOL_CARRIER ||
	    node_id_compare(&from.node, node) == 0)) {
		status = spool_drop_rosters(env, folder, NULL);
		return status == STATUS_OK ? replica_export_to(r, folder, node, &done) : status;
	}
	status = replica_export_roster(r, folder, roster);
	return status == STATUS_OK ? spool_drop_rosters(env, folder, roster) : status;
}

/* NODE: what there is.  NODE/NAME: the bytes from an offset on. */
static void
out(struct api_call *call, struct replica *r, int status)
{
	struct node_id node;
	char *folder = NULL;

	if (!is_called(r)) {
		refuse_node(call);
		return;
	}
	if (strlen(call->name) < 2 * NODE_ID_BYTES || !read_node(call->name, &node)) {
		api_fail(call, STATUS_NOT_FOUND, "http", call->name);
		return;
	}
	/* Whom the roster does not have may need the roster. */
	if (roster_node(replica_roster(r), &node) == NULL)
		node = replica_self(r)->id;
	status = spool_out(call->api->spool, &node, false, &folder);
	if (status == STATUS_OK && call->name[2 * NODE_ID_BYTES] == '/') {
		send_file(call, folder, call->name + 2 * NODE_ID_BYTES + 1);
		free(folder);
		return;
	}
	if (status == STATUS_OK)
		status = fill_out(call, r, folder, &node);
	if (status == STATUS_OK)
		list_out(call, folder);
	else
		api_fail(call, status, NULL, NULL);
	free(folder);
}

/* A person asks. */
static void
now(struct api_call *call, struct replica *r, int status)
{
	(void)r;
	(void)status;
	if (!api_allowed(call, DOMAIN_TEACHER | DOMAIN_HEAD | DOMAIN_GUARD))
		return;
	if (call->api->link == NULL) {
		api_refuse(call, 409, "USAGE.no_hub", NULL, 0);
		return;
	}
	link_now(call->api->link);
	api_json(call, 202, json_object(), NULL);
}

const struct api_route api_sync_routes[] = {
	{ HTTP_POST, "/api/v1/exchange/now", API_BODY_OPTIONAL, 1024, now, NULL },
	{ HTTP_GET, "/sync/v1/hello", API_OPEN | API_NODES, 0, hello, NULL },
	{ HTTP_GET, "/sync/v1/in/", API_PREFIX | API_OPEN | API_NODES, 0, ask_in, NULL },
	{ HTTP_PATCH, "/sync/v1/in/", API_PREFIX | API_OPEN | API_RAW | API_DIRECT,
	    SPOOL_PIECE_BYTES, NULL, patch_in },
	{ HTTP_GET, "/sync/v1/out/", API_PREFIX | API_OPEN | API_NODES, 0, out, NULL },
};
const size_t api_sync_nroutes = sizeof(api_sync_routes) / sizeof(api_sync_routes[0]);
