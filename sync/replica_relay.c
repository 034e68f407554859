/* Bundles on their way between others: kept, handed on, never opened. */
#include "sync/replica_internal.h"

#include <stdlib.h>
#include <string.h>

#include "sync/bundle.h"

#define FOLDER "relay"
#define PAIR_MAX_FILES 64
#define PAIR_MAX_BYTES (UINT64_C(256) << 20)
#define CLIENT_DAYS 90           /* without a bundle: it goes another way now */
#define DAY_S INT64_C(86400)

struct kept {
	char name[FOLDER_NAME_BYTES];
	uint64_t bytes;
	struct bundle_info info;     /* without the request */
};

struct relay {
	struct kept *list;
	size_t n, cap;
	uint64_t bytes;
	char root[REPLICA_PATH_BYTES]; /* its KEHOU holds them */
};

void
replica_relay_free(struct relay *l)
{
	if (l != NULL)
		free(l->list);
	free(l);
}

/* ---- what is here ---- */

static int
is_gone(struct replica *r, const char *name, bool *ret)
{
	struct buffer b = BUFFER_INIT;
	int status = store_meta_get(r->store, "gone", name, &b);

	buffer_release(&b);
	*ret = status == STATUS_OK;
	return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

static int
set_meta(struct replica *r, const char *space, const char *name, const void *data,
    size_t len)
{
	int status = store_begin_merge(r->store);

	if (status == STATUS_OK) {
		status = store_meta_set(r->store, space, name, data, len);
		if (status == STATUS_OK)
			status = store_commit_merge(r->store);
		if (status != STATUS_OK)
			store_rollback(r->store);
	}
	return status;
}

static int
add_kept(struct relay *l, const char *name, uint64_t bytes, const struct bundle_info *info)
{
	if (l->n == l->cap) {
		size_t cap = l->cap == 0 ? 64 : 2 * l->cap;
		struct kept *grown = realloc(l->list, cap * sizeof(*grown));

		if (grown == NULL)
			return STATUS_NOMEM;
		l->list = grown;
		l->cap = cap;
	}
	l->list[l->n] = (struct kept){ .bytes = bytes, .info = *info };
	l->list[l->n].info.request = NULL;
	memcpy(l->list[l->n++].name, name, strlen(name) + 1);
	l->bytes += bytes;
	return STATUS_OK;
}

static int drop_freed(struct replica *r, struct relay *l, const struct bundle_info *by);

/* One file of the last run; a drop that was cut short is ended. */
static int
load_one(struct replica *r, struct relay *l, const struct folder_entry *e)
{
	struct bundle_info info;
	bool gone = false;
	int status = is_gone(r, e->name, &gone);

	if (status != STATUS_OK || e->kind != FOLDER_BUNDLE)
		return status;
	if (gone)
		return folder_remove(r->env, l->root, e->name);
	status = replica_header(r, l->root, e->name, &info);
	if (status == STATUS_OK)
		return add_kept(l, e->name, e->size_bytes, &info);
	/* Damaged by this disk: its sender's next one carries the same. */
	return status == STATUS_NOMEM ? status : STATUS_OK;
}

/* The list, read from the folder the first time. */
static int
open_list(struct replica *r, struct relay **ret)
{
	struct folder_entry *list = NULL;
	size_t n = 0, ignored;
	struct relay *l;
	int status;

	*ret = r->relay;
	if (r->relay != NULL)
		return STATUS_OK;
	l = calloc(1, sizeof(*l));
	status = l == NULL ? STATUS_NOMEM : replica_path(r->dir, FOLDER, l->root);
	if (status == STATUS_OK)
		status = r->env->files->mkdir(r->env->ctx, l->root);
	if (status == STATUS_OK)
		status = folder_list(r->env, l->root, &list, &n, &ignored);
	if (status == STATUS_OK)
		status = folder_sweep(r->env, l->root);
	else if (status == STATUS_NOT_FOUND)
		status = STATUS_OK;
	for (size_t i = 0; status == STATUS_OK && i < n; i++)
		status = load_one(r, l, &list[i]);
	for (size_t i = 0; status == STATUS_OK && i < l->n; i++) {
		const struct bundle_info by = l->list[i].info;
		size_t before = l->n;

		status = drop_freed(r, l, &by);
		if (l->n < before)
			i = SIZE_MAX; /* they moved: once more */
	}
	free(list);
	if (status != STATUS_OK) {
		replica_relay_free(l);
		return status;
	}
	*ret = r->relay = l;
	return STATUS_OK;
}

static struct kept *
find(const struct relay *l, const char *name)
{
	for (size_t i = 0; i < l->n; i++)
		if (strcmp(l->list[i].name, name) == 0)
			return &l->list[i];
	return NULL;
}

bool
replica_relay_knows(struct replica *r, const char *name)
{
	struct relay *l;
	bool gone = false;

	return open_list(r, &l) == STATUS_OK &&
	    (find(l, name) != NULL || (is_gone(r, name, &gone) == STATUS_OK && gone));
}

/* ---- what nobody needs any more ---- */

/* Said to be gone first: after a cut the file goes with the next opening. */
static int
drop(struct replica *r, struct relay *l, struct kept *k)
{
	char name[FOLDER_NAME_BYTES];
	int status;

	memcpy(name, k->name, sizeof(name));
	status = set_meta(r, "gone", name, "", 0);
	if (status != STATUS_OK)
		return status;
	l->bytes -= k->bytes;
	*k = l->list[--l->n];
	status = folder_remove(r->env, l->root, name);
	return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

static bool
same_pair(const struct bundle_info *a, const struct bundle_info *b)
{
	return node_id_compare(&a->sender, &b->sender) == 0 &&
	    node_id_compare(&a->recipient, &b->recipient) == 0;
}

static bool
same_pair_back(const struct bundle_info *a, const struct bundle_info *b)
{
	return node_id_compare(&a->sender, &b->recipient) == 0 &&
	    node_id_compare(&a->recipient, &b->sender) == 0;
}

/* Whether what b says, which stands here, makes a superfluous. */
static bool
frees(const struct bundle_info *b, const struct bundle_info *a)
{
	if (same_pair_back(a, b))
		return a->number == b->received;
	return same_pair(a, b) && a->number < b->number &&
	    b->number - a->number <= b->replaces;
}

static int
drop_freed(struct replica *r, struct relay *l, const struct bundle_info *by)
{
	int status = STATUS_OK;

	for (size_t i = l->n; status == STATUS_OK && i-- > 0;)
		if (frees(by, &l->list[i].info))
			status = drop(r, l, &l->list[i]);
	return status;
}

int
replica_delivered(struct replica *r, const char *name)
{
	struct relay *l;
	struct kept *k;
	int status = r->role == ROLE_RELAY ? open_list(r, &l) : STATUS_NOT_FOUND;

	if (status != STATUS_OK)
		return status == STATUS_NOT_FOUND ? STATUS_OK : status;
	k = find(l, name);
	return k == NULL ? STATUS_OK : drop(r, l, k);
}

/* ---- taking one in ---- */

/* A school writes to its county and among its own devices, a hub to all. */
static int
may_pass(const struct roster *ro, uint8_t role, uint64_t scope, const struct node_id *to)
{
	const struct roster_cert *c = roster_node(ro, to);

	if (c == NULL || roster_revoked(ro, to))
		return STATUS_NOT_FOR_US;
	if (role == ROLE_HUB || c->role == ROLE_HUB)
		return STATUS_OK;
	return role == ROLE_SCHOOL && c->role == ROLE_SCHOOL && c->scope == scope ?
	    STATUS_OK : STATUS_RIGHTS;
}

/* The outer signature: of a node that the roster has, or of one that asks to be
 * enrolled with an invitation that the roster has. */
static int
check_sender(struct replica *r, struct bundle_reader *reader, uint64_t *ret_scope)
{
	const struct bundle_info *info = bundle_reader_info(reader);
	const struct roster_cert *cert = roster_node(&r->roster, &info->sender);
	const struct roster_invite *invite;
	struct request req;
	int status;

	if (cert != NULL) {
		*ret_scope = cert->scope;
		status = roster_revoked(&r->roster, &info->sender) ? STATUS_REVOKED :
		    bundle_reader_verify(reader, cert->node.sign_pk);
		return status != STATUS_OK ? status : may_pass(&r->roster, cert->role,
		    cert->scope, &info->recipient);
	}
	if (info->request_len == 0)
		return STATUS_UNKNOWN_SENDER;
	status = request_read(info->request, info->request_len, &r->roster, &req);
	if (status != STATUS_OK)
		return status;
	if (node_id_compare(&req.node.id, &info->sender) != 0)
		return STATUS_BAD_SIGNATURE;
	status = bundle_reader_verify(reader, req.node.sign_pk);
	invite = roster_invite(&r->roster, req.invite);
	if (status != STATUS_OK || invite == NULL)
		return status != STATUS_OK ? status : STATUS_INVITE_UNKNOWN;
	*ret_scope = invite->scope;
	return may_pass(&r->roster, invite->role, invite->scope, &info->recipient);
}

static int
check_room(const struct relay *l, const struct bundle_info *info, uint64_t bytes)
{
	uint64_t pair_bytes = bytes;
	size_t pair = 1;

	for (size_t i = 0; i < l->n; i++)
		if (same_pair(&l->list[i].info, info)) {
			pair++;
			pair_bytes += l->list[i].bytes;
		}
	return pair > PAIR_MAX_FILES || pair_bytes > PAIR_MAX_BYTES ||
	    l->n >= RELAY_MAX_FILES || bytes > RELAY_MAX_BYTES - l->bytes ?
	    STATUS_TOO_LARGE : STATUS_OK;
}

/* Copies a file into a folder of ours or another's, under its content's name. */
static int
copy(struct replica *r, struct file *from, const char *to, enum folder_kind kind,
    char ret_name[FOLDER_NAME_BYTES], uint64_t *ret_bytes)
{
	const struct files *f = r->env->files;
	uint8_t *buf = malloc(BUNDLE_CHUNK_BYTES), digest[HASH_BYTES];
	struct folder_write *w = NULL;
	struct file *file;
	struct hash h;
	uint64_t offset = 0;
	size_t n = 0;
	int status = buf == NULL ? STATUS_NOMEM :
	    folder_write_begin(r->env, to, kind, &w, &file);

	folder_hash_init(&h);
	do {
		if (status == STATUS_OK)
			status = f->read_at(r->env->ctx, from, offset, buf,
			    BUNDLE_CHUNK_BYTES, &n);
		if (status == STATUS_OK)
			status = f->append(r->env->ctx, file, buf, n);
		if (status == STATUS_OK)
			hash_update(&h, buf, n);
		offset += n;
	} while (status == STATUS_OK && n == BUNDLE_CHUNK_BYTES);
	hash_final(&h, digest);
	if (status == STATUS_OK)
		status = folder_write_finish(w, digest, ret_name);
	folder_write_free(w);
	free(buf);
	if (status == STATUS_OK)
		*ret_bytes = offset;
	return status;
}

static int
note_client(struct replica *r, const struct node_id *node)
{
	char name[2 * NODE_ID_BYTES + 1];
	struct buffer b = BUFFER_INIT;
	int status;

	replica_hex(node->b, NODE_ID_BYTES, name);
	buffer_put_zigzag(&b, r->env->now_s(r->env->ctx));
	status = buffer_status(&b);
	if (status == STATUS_OK)
		status = set_meta(r, "client", name, b.data, b.len);
	buffer_release(&b);
	return status;
}

/* Whether one that is here already makes it superfluous. */
static bool
freed_before(const struct relay *l, const struct bundle_info *info)
{
	for (size_t i = 0; i < l->n; i++)
		if (frees(&l->list[i].info, info))
			return true;
	return false;
}

int
replica_relay_take(struct replica *r, struct file *file, struct bundle_reader *reader,
    bool *ret_ours, uint64_t *ret_scope)
{
	const struct bundle_info *info = bundle_reader_info(reader);
	char name[FOLDER_NAME_BYTES];
	uint64_t bytes = 0;
	struct relay *l;
	int status = node_id_compare(&info->sender, &r->self.pub.id) == 0 ?
	    STATUS_EXISTS : check_sender(r, reader, ret_scope);

	if (status != STATUS_OK)
		return status;
	*ret_ours = true; /* from here on this machine fails, not the file */
	status = open_list(r, &l);
	if (status == STATUS_OK)
		status = r->env->files->size(r->env->ctx, file, &bytes);
	if (status != STATUS_OK)
		return status;
	*ret_ours = false;
	if (freed_before(l, info))
		return STATUS_EXISTS;
	status = check_room(l, info, bytes);
	if (status != STATUS_OK)
		return status;
	status = copy(r, file, l->root, FOLDER_BUNDLE, name, &bytes);
	*ret_ours = true;
	if (status == STATUS_OK && find(l, name) == NULL)
		status = add_kept(l, name, bytes, info);
	if (status == STATUS_OK && roster_hub(&r->roster) != NULL &&
	    node_id_compare(&info->sender, &roster_hub(&r->roster)->node.id) != 0)
		status = note_client(r, &info->sender);
	if (status == STATUS_OK)
		status = drop_freed(r, l, info);
	*ret_ours = status != STATUS_OK;
	return status;
}

/* ---- handing on ---- */

struct handing {
	struct replica *r;
	struct relay *l;
	struct replica_lying *there;     /* in the folder */
	const struct node_id *only;
	bool all;
};

static bool
is_wanted(const struct handing *h, const struct kept *k)
{
	const struct roster_cert *hub = roster_hub(&h->r->roster);

	if (h->only != NULL)
		return node_id_compare(&k->info.recipient, h->only) == 0;
	return h->all || replica_lying_has(h->r, h->there, &k->info.recipient) ||
	    (hub != NULL && node_id_compare(&k->info.recipient, &hub->node.id) == 0);
}

/* A stick pulled out too early leaves a name with other bytes. */
static bool
stands_whole(const struct handing *h, const char *name)
{
	const struct files *f = h->r->env->files;
	struct file *file;
	bool whole = false;
	uint64_t size;
	size_t i = 0;

	while (i < h->there->n && strcmp(h->there->files[i].name, name) != 0)
		i++;
	if (i == h->there->n ||
	    folder_open(h->r->env, h->there->folder, name, &file) != STATUS_OK)
		return false;
	if (f->size(h->r->env->ctx, file, &size) != STATUS_OK || size > BUNDLE_MAX_BYTES ||
	    folder_holds(h->r->env, file, name, &whole) != STATUS_OK)
		whole = false;
	f->close(h->r->env->ctx, file);
	return whole;
}

static int
hand_one(struct handing *h, const struct kept *k, struct replica_export *ret)
{
	struct replica *r = h->r;
	char name[FOLDER_NAME_BYTES];
	struct file *file;
	uint64_t bytes;
	int status;

	if (stands_whole(h, k->name)) {
		ret->unchanged++;
		return STATUS_OK;
	}
	status = folder_open(r->env, h->l->root, k->name, &file);
	if (status != STATUS_OK)
		return status;
	status = replica_away(r, copy(r, file, h->there->folder, FOLDER_BUNDLE, name, &bytes));
	r->env->files->close(r->env->ctx, file);
	if (status == STATUS_OK) {
		ret->bundles++;
		ret->bytes += bytes;
	}
	return status;
}

/* What was dropped here by its sender's or recipient's word need not lie there. */
static int
clear_gone(struct handing *h, struct replica_export *ret)
{
	struct replica_lying *l = h->there;
	int status = STATUS_OK;

	for (size_t i = 0; status == STATUS_OK && i < l->n; i++) {
		bool gone = false;

		if (l->files[i].kind == FOLDER_BUNDLE)
			status = is_gone(h->r, l->files[i].name, &gone);
		if (status != STATUS_OK || !gone)
			continue;
		status = replica_lying_remove(h->r, l, i);
		ret->removed += status == STATUS_OK;
	}
	return status;
}

int
replica_relay_export(struct replica *r, struct replica_lying *there, bool all,
    const struct node_id *only, struct replica_export *ret)
{
	struct handing h = { .r = r, .there = there, .only = only, .all = all };
	int status = open_list(r, &h.l);

	/* Who is wanted is asked of what lay there before. */
	if (status == STATUS_OK)
		status = clear_gone(&h, ret);
	for (size_t i = 0; status == STATUS_OK && i < h.l->n; i++)
		if (is_wanted(&h, &h.l->list[i]))
			status = hand_one(&h, &h.l->list[i], ret);
	return status;
}

/* ---- for programs ---- */

struct clients {
	struct replica *r;
	int64_t now_s;
	replica_client_visit *visit;
	void *ctx;
};

static int
visit_client(void *ctx, const char *name, const uint8_t *data, size_t len)
{
	struct clients *c = ctx;
	const struct roster *ro = &c->r->roster;
	struct reader rd;
	int64_t contact_s;

	reader_init(&rd, data, len);
	contact_s = reader_zigzag(&rd);
	if (c->now_s - contact_s > CLIENT_DAYS * DAY_S)
		return 0;
	for (size_t i = 0; i < ro->ncerts; i++) {
		char hex[2 * NODE_ID_BYTES + 1];

		replica_hex(ro->certs[i].node.id.b, NODE_ID_BYTES, hex);
		if (strcmp(hex, name) == 0 && !roster_revoked(ro, &ro->certs[i].node.id))
			return c->visit(c->ctx, &ro->certs[i].node.id);
	}
	return 0;
}

int
replica_clients(struct replica *r, replica_client_visit *visit, void *ctx)
{
	struct clients c = { r, r->env->now_s(r->env->ctx), visit, ctx };

	return r->role == ROLE_RELAY ? store_meta_list(r->store, "client", visit_client, &c)
	    : STATUS_OK;
}

int
replica_kept(struct replica *r, uint32_t *ret_files, uint64_t *ret_bytes)
{
	struct relay *l = NULL;
	int status = r->role == ROLE_RELAY ? open_list(r, &l) : STATUS_OK;

	*ret_files = l == NULL ? 0 : (uint32_t)l->n;
	*ret_bytes = l == NULL ? 0 : l->bytes;
	return status;
}
