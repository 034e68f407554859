#include "sync/replica_internal.h"
#include "sync/verdict.h"

#include <stdlib.h>
#include <string.h>

/* Leaves room for header, manifest, padding and tags below the limit of one
 * file. */
#define EXPORT_ITEM_BYTES (BUNDLE_MAX_BYTES / 4 * 3)

struct piece {                 /* a segment that goes */
	uint32_t writer;
	uint64_t first;
	size_t len;
};

struct plan {
	struct replica *r;
	struct piece *pieces;
	size_t n, cap;
	uint64_t transactions;
	struct buffer checkpoint;  /* that the peer lacks; empty: none */
	uint64_t ended;            /* ours */
	struct hash content;       /* of what the bundle carries */
	bool urgent;               /* goes ahead: urgent streams alone */
};

static int
plan_piece(void *ctx, const struct store_segment *seg)
{
	struct plan *p = ctx;

	if (p->n == p->cap) {
		size_t cap = p->cap == 0 ? 64 : 2 * p->cap;
		struct piece *grown = realloc(p->pieces, cap * sizeof(*grown));

		if (grown == NULL)
			return STATUS_NOMEM;
		p->pieces = grown;
		p->cap = cap;
	}
	p->pieces[p->n].writer = seg->writer;
	p->pieces[p->n].first = seg->first;
	p->pieces[p->n].len = seg->packed_len;
	p->n++;
	p->transactions += seg->count;
	hash_update(&p->content, seg->hash, HASH_BYTES);
	return 0;
}

/* Segments of the shared scopes that the peer lacks, urgent streams first. */
static int
plan_segments(struct plan *p, const struct vector *shared, const struct vector *acked)
{
	for (int urgent = 1; urgent >= (p->urgent ? 1 : 0); urgent--) {
		for (size_t i = 0; i < shared->n; i++) {
			const struct vector_entry *e = &shared->entries[i];
			uint64_t has = vector_get(acked, &e->stream);
			uint32_t writer;
			int status;

			if ((e->stream.lane == LANE_URGENT) != (urgent == 1) ||
			    e->through <= has)
				continue;
			status = store_stream(p->r->store, &e->stream, &writer);
			if (status == STATUS_OK)
				status = store_segments(p->r->store, writer, has, plan_piece, p);
			if (status < 0)
				return status;
		}
	}
	return STATUS_OK;
}

/* Those that the peer does not say that it has; of the hub what its receipt says counts
 * too. */
static int
plan_lacking(struct plan *p, const struct roster_cert *to, const struct peer *peer,
    const struct vector *shared)
{
	struct vector acked = {0};
	int status = vector_copy(&acked, &peer->acked);

	if (status == STATUS_OK && to->role == ROLE_HUB)
		status = replica_doubt_acked(p->r, &to->node.id, &acked);
	if (status == STATUS_OK)
		status = plan_segments(p, shared, &acked);
	vector_release(&acked);
	return status;
}

/* The school's checkpoint, when the peer does not say that it has it. */
static int
plan_checkpoint(struct plan *p, uint64_t scope, const struct peer *peer)
{
	const struct checkpoint *c = store_checkpoint(p->r->store, scope);
	int status = replica_ended(p->r, scope, &p->ended);

	if (status != STATUS_OK || c == NULL || peer->ended >= c->number)
		return status;
	hash_update(&p->content, &c->number, sizeof(c->number));
	return replica_checkpoint_file(p->r, scope, &p->checkpoint);
}

/* ---- verdicts ---- */

struct verdicts {
	struct buffer files;   /* each: length as varint, then its bytes */
	size_t n, bytes;
	uint64_t last;         /* number of the scope's last one */
};

static int
gather_verdict(void *ctx, const char *name, const uint8_t *data, size_t len)
{
	struct verdicts *all = ctx;
	struct verdict v;

	(void)name;
	if (verdict_parse(data, len, &v) != STATUS_OK)
		return STATUS_CORRUPT;
	buffer_put_bytes(&all->files, data, len);
	all->n++;
	all->bytes += len;
	return buffer_status(&all->files);
}

static int
write_verdicts(struct bundle_writer *w, const struct verdicts *all)
{
	struct reader r;
	int status = STATUS_OK;

	reader_init(&r, all->files.data, all->files.len);
	for (size_t i = 0; status == STATUS_OK && i < all->n; i++) {
		size_t len;
		const uint8_t *data = reader_bytes(&r, VERDICT_MAX_BYTES, &len);

		status = data == NULL ? STATUS_CORRUPT :
		    bundle_writer_item(w, BUNDLE_VERDICT, data, len);
	}
	return status;
}

/* ---- receipts ---- */

struct exceptions {
	const struct stream_id *stream;
	uint32_t n;
};

static int
count_exception(void *ctx, const struct store_held *h)
{
	struct exceptions *e = ctx;

	if (stream_id_compare(&h->stream, e->stream) == 0)
		e->n++;
	return 0;
}

static int
receipt_entry(struct replica *r, const struct vector_entry *v,
    struct receipt_entry *ret)
{
	struct exceptions e = { .stream = &v->stream };
	struct store_head head;
	uint32_t writer;
	int status = store_stream(r->store, &v->stream, &writer);

	if (status == STATUS_OK)
		status = store_head(r->store, writer, &head);
	if (status == STATUS_OK)
		status = store_held(r->store, 0, count_exception, &e);
	if (status != STATUS_OK)
		return status;
	ret->stream = v->stream;
	ret->stored = head.stored;
	ret->merged = head.merged;
	/* Segments are merged as they are stored, whole and in order. */
	if (head.merged == head.stored)
		memcpy(ret->merged_hash, head.hash, HASH_BYTES);
	ret->exceptions = e.n;
	return STATUS_OK;
}

/* The hub's word on every stream of a school.  ret_said: hash of what it says, without
 * number and time, and of what the hub knows of the peer. */
static int
make_receipt(struct replica *r, uint64_t scope, const struct peer *p, struct buffer *ret,
    const struct verdicts *verdicts, uint8_t ret_said[HASH_BYTES], uint64_t *ret_number)
{
	struct receipt rc = {
		.county = r->county, .by = r->self.pub.id, .epoch = r->epoch,
		.scope = scope, .time_s = r->env->now_s(r->env->ctx),
	};
	struct vector v = {0};
	uint8_t heard[VECTOR_DIGEST_BYTES] = {0};
	struct hash h;
	int status = store_vector(r->store, scope, false, &v);

	if (status == STATUS_OK)
		status = replica_number(r, "receipt", &rc.number);
	if (status == STATUS_OK)
		status = replica_number(r, "superseded", &rc.supersedes);
	if (status == STATUS_OK && v.n > 0) {
		rc.entries = calloc(v.n, sizeof(*rc.entries));
		status = rc.entries == NULL ? STATUS_NOMEM : STATUS_OK;
	}
	for (size_t i = 0; status == STATUS_OK && i < v.n; i++) {
		status = receipt_entry(r, &v.entries[i], &rc.entries[i]);
		rc.n = i + 1;
	}
	rc.number++;
	hash_init(&h, "kehou 1 receipt");
	for (size_t i = 0; i < rc.n; i++) {
		struct buffer b = BUFFER_INIT;

		stream_id_put(&b, &rc.entries[i].stream);
		buffer_put_varint(&b, rc.entries[i].merged);
		buffer_put_varint(&b, rc.entries[i].stored);
		buffer_put_varint(&b, rc.entries[i].exceptions);
		hash_update(&h, b.data, b.len);
		buffer_release(&b);
	}
	hash_update(&h, &verdicts->last, sizeof(verdicts->last));
	if (status == STATUS_OK)
		status = vector_digest(&p->acked, heard);
	hash_update(&h, heard, sizeof(heard));
	hash_final(&h, ret_said);
	if (status == STATUS_OK)
		status = receipt_build(&rc, &r->self, ret);
	if (status == STATUS_OK)
		*ret_number = rc.number;
	receipt_release(&rc);
	vector_release(&v);
	return status;
}

/* ---- one bundle ---- */

struct sending {
	struct bundle_writer *w;
	int status;
};

static int
send_first(void *ctx, const struct store_segment *seg)
{
	struct sending *s = ctx;

	s->status = bundle_writer_item(s->w, BUNDLE_SEGMENT, seg->packed, seg->packed_len);
	return 1;
}

struct outgoing {
	const struct buffer *checkpoint; /* may be empty */
	uint64_t ended;                /* ours */
	const struct roster_cert *to;
	struct bundle_manifest manifest;
	const struct piece *pieces;
	size_t n;
	const struct buffer *receipt;  /* may be empty */
	const struct verdicts *verdicts;
	const struct buffer *request;
	uint64_t number, replaces, received; /* as in bundle_info */
};

static int
write_items(struct replica *r, struct bundle_writer *w, const struct outgoing *o)
{
	int status = STATUS_OK;

	if (o->receipt->len > 0)
		status = bundle_writer_item(w, BUNDLE_RECEIPT, o->receipt->data, o->receipt->len);
	if (status == STATUS_OK)
		status = write_verdicts(w, o->verdicts);
	if (status == STATUS_OK && o->checkpoint->len > 0)
		status = bundle_writer_item(w, BUNDLE_CHECKPOINT, o->checkpoint->data,
		    o->checkpoint->len);
	for (size_t i = 0; status == STATUS_OK && i < o->n; i++) {
		struct sending s = { .w = w };

		status = store_segments(r->store, o->pieces[i].writer,
		    o->pieces[i].first - 1, send_first, &s);
		if (status >= 0)
			status = s.status;
	}
	return status;
}

static int
write_bundle(struct replica *r, const char *folder, struct outgoing *o,
    char ret_name[FOLDER_NAME_BYTES], uint64_t *ret_bytes)
{
	struct bundle_info info = {
		.county = r->county,
		.sender = r->self.pub.id,
		.recipient = o->to->node.id,
		.number = o->number,
		.replaces = o->replaces,
		.received = o->received,
		.roster = r->roster.number,
		.request = o->request->data,
		.request_len = o->request->len,
	};
	struct folder_write *fw = NULL;
	struct bundle_writer *w = NULL;
	struct file *file;
	uint8_t hash[HASH_BYTES];
	int status;

	o->manifest.items = o->n + (o->receipt->len > 0) + o->verdicts->n +
	    (o->checkpoint->len > 0);
	o->manifest.item_bytes = o->receipt->len + o->verdicts->bytes + o->checkpoint->len;
	o->manifest.ended = o->ended;
	for (size_t i = 0; i < o->n; i++)
		o->manifest.item_bytes += o->pieces[i].len;
	status = folder_write_begin(r->carrier, folder, FOLDER_BUNDLE, &fw, &file);
	if (status == STATUS_OK)
		status = bundle_writer_new(r->env, file, &info, &r->self,
		    roster_seal_pk(&r->roster, o->to), &o->manifest, &w);
	if (status == STATUS_OK)
		status = write_items(r, w, o);
	if (status == STATUS_OK)
		status = bundle_writer_finish(w, hash);
	if (status == STATUS_OK)
		status = r->env->files->size(r->env->ctx, file, ret_bytes);
	if (status == STATUS_OK)
		status = folder_write_finish(fw, hash, ret_name);
	bundle_writer_free(w);
	folder_write_free(fw);
	return replica_away(r, status);
}

/* ---- one recipient ---- */

static bool
on_folder(struct replica *r, struct replica_lying *there, const char *name)
{
	for (size_t i = 0; i < there->n; i++)
		if (strcmp(there->files[i].name, name) == 0)
			return replica_lying_ours(r, there, i);
	return false;
}

static bool
is_noted(const struct peer *p, const char *name)
{
	for (size_t i = 0; i < p->nsents; i++)
		if (strcmp(p->sents[i].name, name) == 0)
			return true;
	return false;
}

/* Own earlier bundles for this recipient: what they carry is in the new ones too.  Whose
 * copy speaks under the same name and numbers takes away only what it noted itself. */
static int
remove_superseded(struct replica *r, struct replica_lying *there, const struct peer *to,
    uint64_t before, struct replica_export *ret)
{
	uint64_t copied = 0;
	int status = replica_number(r, "copied", &copied);

	for (size_t i = 0; status == STATUS_OK && i < there->n; i++) {
		const struct bundle_info *info = replica_lying_header(r, there, i);

		if (info == NULL || node_id_compare(&info->sender, &r->self.pub.id) != 0 ||
		    node_id_compare(&info->recipient, &to->node) != 0 ||
		    info->number >= before || info->number <= to->floor ||
		    (copied != 0 && !is_noted(to, there->files[i].name)) ||
		    !replica_lying_ours(r, there, i))
			continue;
		status = replica_lying_remove(r, there, i);
		ret->removed += status == STATUS_OK;
	}
	return status;
}

static int
set_exported(struct replica *r)
{
	return replica_set_number(r, "exported", (uint64_t)r->env->now_s(r->env->ctx));
}

/* In one commit, which is a wait for the disk: what is known of a peer, the number of a
 * receipt that goes to it (0: none), and when it was that something was written last. */
static int
save_peer(struct replica *r, const struct peer *p, uint64_t receipt, bool written)
{
	int status = store_begin_merge(r->store);

	if (status == STATUS_OK)
		status = peer_save(r, p);
	if (status == STATUS_OK && receipt != 0)
		status = replica_set_number(r, "receipt", receipt);
	if (status == STATUS_OK && written)
		status = set_exported(r);
	if (status == STATUS_OK)
		status = store_commit_merge(r->store);
	if (status != STATUS_OK)
		store_rollback(r->store);
	return status;
}

/* Records a bundle before its first byte leaves: numbers are never reused and
 * differences are only made against what was really said. */
static int
record_sent(struct replica *r, struct peer *p, const struct vector *shared,
    uint64_t ended, uint64_t verdicts, uint64_t receipt)
{
	int status;

	p->sent++;
	p->ended_said = ended;
	status = peer_add_sent(p, p->sent, shared, verdicts);
	return status == STATUS_OK ? save_peer(r, p, receipt, false) : status;
}

/* Writes the plan in as many bundles as the limit of one file asks for. */
static int
write_plan(struct replica *r, const char *folder, struct plan *plan,
    struct peer *p, const struct roster_cert *to, const struct vector *shared,
    const struct buffer *receipt, uint64_t number, const struct verdicts *verdicts,
    const struct buffer *request, struct replica_export *ret)
{
	static const struct buffer none = BUFFER_INIT;
	static const struct verdicts no_verdicts;
	size_t done = 0;
	uint64_t first = p->sent + 1;
	int status;

	do {
		struct outgoing o = { .to = to, .pieces = plan->pieces + done,
		    .receipt = done == 0 ? receipt : &none, .request = request,
		    .verdicts = done == 0 ? verdicts : &no_verdicts,
		    .checkpoint = done == 0 ? &plan->checkpoint : &none,
		    .ended = plan->ended };
		size_t bytes = o.receipt->len + o.verdicts->bytes + o.checkpoint->len;
		uint64_t written;

		while (done + o.n < plan->n && o.n < BUNDLE_MAX_SEGMENTS - 2 &&
		    bytes + plan->pieces[done + o.n].len <= EXPORT_ITEM_BYTES)
			bytes += plan->pieces[done + o.n++].len;
		status = replica_manifest(r, p, shared, &o.manifest);
		if (status == STATUS_OK)
			status = record_sent(r, p, shared, plan->ended,
			    done == 0 ? verdicts->last : p->verdicts,
			    done == 0 ? number : 0);
		o.number = p->sent;
		o.received = p->received;
		if (!plan->urgent && o.n == plan->n)
			o.replaces = first - 1 - p->floor;
		if (status == STATUS_OK)
			status = write_bundle(r, folder, &o, p->last_name, &written);
		vector_release(&o.manifest.vector);
		if (status == STATUS_OK)
			memcpy(p->sents[p->nsents - 1].name, p->last_name,
			    sizeof(p->last_name));
		if (status != STATUS_OK)
			return status;
		ret->bundles++;
		ret->bytes += written;
		done += o.n;
	} while (done < plan->n);
	ret->transactions += plan->transactions;
	return STATUS_OK;
}

static int
export_to(struct replica *r, struct replica_lying *there, const struct roster_cert *to,
    struct replica_export *ret)
{
	uint64_t scope = r->role == ROLE_HUB ? to->scope : r->scope;
	struct plan plan = { .r = r };
	struct merge m = replica_merge(r);
	struct verdicts verdicts = {0};
	struct vector shared = {0};
	struct buffer receipt = BUFFER_INIT, request = BUFFER_INIT;
	uint8_t content[HASH_BYTES], said[HASH_BYTES];
	struct peer p;
	uint64_t before, copied = 0, number = 0;
	bool news;
	int status = peer_load(r, &to->node.id, &p);

	hash_init(&plan.content, "kehou 1 bundle");
	if (status == STATUS_OK)
		status = replica_shared_vector(r, scope, &shared);
	if (status == STATUS_OK)
		status = replica_number(r, "copied", &copied);
	if (status == STATUS_OK)
		status = plan_lacking(&plan, to, &p, &shared);
	if (status == STATUS_OK && scope != SCOPE_COUNTY)
		status = plan_checkpoint(&plan, scope, &p);
	if (status == STATUS_OK)
		status = replica_leave_doubted(r, &shared);
	if (status == STATUS_OK && r->role == ROLE_HUB) {
		status = merge_verdict_since(&m, scope, p.verdicts, gather_verdict,
		    &verdicts, &verdicts.last);
		if (status == STATUS_OK)
			status = make_receipt(r, scope, &p, &receipt, &verdicts, said,
			    &number);
		if (status == STATUS_OK && memcmp(said, p.receipt, HASH_BYTES) != 0) {
			memcpy(p.receipt, said, HASH_BYTES);
			p.receipt_since = p.sent + 1;
		}
	}
	if (status == STATUS_OK && to->role == ROLE_HUB &&
	    roster_node(&r->roster, &r->self.pub.id) == NULL)
		status = store_meta_get(r->store, "self", "request", &request);
	if (status != STATUS_OK)
		goto out;
	/* News: segments, a checkpoint or that we have it, a receipt or what we heard of
	 * the peer that it has not acknowledged, a request, or bundles of its own that it
	 * does not know to have arrived.  Whose copy may have spoken since speaks each
	 * time. */
	news = copied != 0 || plan.n > 0 || request.len > 0 || plan.checkpoint.len > 0 ||
	    plan.ended != p.ended_said ||
	    (r->role == ROLE_HUB && p.receipt_since > p.told) ||
	    !(peer_told(&p) != NULL && vector_covers(peer_told(&p), &shared));
	hash_update(&plan.content, said, r->role == ROLE_HUB ? sizeof(said) : 0);
	hash_update(&plan.content, &p.received, sizeof(p.received));
	hash_update(&plan.content, &plan.ended, sizeof(plan.ended));
	hash_update(&plan.content, request.data, request.len);
	/* What is sealed to a key that is no more lies there for nobody. */
	hash_update(&plan.content, roster_seal_pk(&r->roster, to), SEAL_PK_BYTES);
	hash_final(&plan.content, content);
	if (!news || (memcmp(content, p.content, HASH_BYTES) == 0 &&
	    on_folder(r, there, p.last_name))) {
		ret->unchanged++;
		goto out;
	}
	before = p.sent + 1;
	status = write_plan(r, there->folder, &plan, &p, to, &shared, &receipt, number,
	    &verdicts, &request, ret);
	if (status == STATUS_OK) {
		memcpy(p.content, content, HASH_BYTES);
		/* Over the network nothing follows that could still fail for others. */
		status = save_peer(r, &p, 0, r->carrier == &r->passing);
	}
	if (status == STATUS_OK)
		status = remove_superseded(r, there, &p, before, ret);
out:
	peer_release(&p);
	free(plan.pieces);
	buffer_release(&plan.checkpoint);
	buffer_release(&verdicts.files);
	vector_release(&shared);
	buffer_release(&receipt);
	buffer_release(&request);
	return status;
}

/* A bundle of its own beside the last one, which it neither replaces nor changes. */
static int
export_urgent_to(struct replica *r, struct replica_lying *there,
    const struct roster_cert *to, struct replica_export *ret)
{
	static const struct verdicts none;
	static const struct buffer nothing = BUFFER_INIT;
	struct plan plan = { .r = r, .urgent = true };
	struct vector shared = {0};
	struct buffer request = BUFFER_INIT;
	struct peer p;
	uint64_t before;
	int status = peer_load(r, &to->node.id, &p);

	hash_init(&plan.content, "kehou 1 bundle");
	if (status == STATUS_OK)
		status = replica_shared_vector(r, r->scope, &shared);
	if (status == STATUS_OK)
		status = plan_lacking(&plan, to, &p, &shared);
	if (status == STATUS_OK && roster_node(&r->roster, &r->self.pub.id) == NULL)
		status = store_meta_get(r->store, "self", "request", &request);
	before = p.sent + 1;
	if (status == STATUS_OK && plan.n == 0)
		ret->unchanged++;
	else if (status == STATUS_OK)
		status = write_plan(r, there->folder, &plan, &p, to, &shared, &nothing, 0,
		    &none, &request, ret);
	if (status == STATUS_OK)
		status = remove_superseded(r, there, &p, before, ret);
	peer_release(&p);
	free(plan.pieces);
	vector_release(&shared);
	buffer_release(&request);
	return status;
}

/* ---- the whole ---- */

/* Over the network what lies there is what was written; on a stick it is read back. */
static bool
lies_there(const struct replica *r, const char *folder, const char *name)
{
	struct file *file;

	if (r->carrier == r->env || folder_open(r->env, folder, name, &file) != STATUS_OK)
		return false;
	r->env->files->close(r->env->ctx, file);
	return true;
}

static int
export_roster(struct replica *r, const char *folder, char ret_name[FOLDER_NAME_BYTES])
{
	struct buffer b = BUFFER_INIT;
	char path[REPLICA_PATH_BYTES];
	struct folder_write *fw = NULL;
	struct file *file;
	struct hash h;
	uint8_t hash[HASH_BYTES];
	int status = replica_path(r->dir, "roster", path);

	if (status == STATUS_OK)
		status = env_read_file(r->env, path, ROSTER_MAX_BYTES, &b);
	if (status == STATUS_OK) {
		folder_hash_init(&h);
		hash_update(&h, b.data, b.len);
		hash_final(&h, hash);
		folder_name_of(hash, FOLDER_ROSTER, ret_name);
	}
	if (status == STATUS_OK && !lies_there(r, folder, ret_name)) {
		status = folder_write_begin(r->carrier, folder, FOLDER_ROSTER, &fw, &file);
		if (status == STATUS_OK)
			status = r->env->files->append(r->env->ctx, file, b.data, b.len);
		if (status == STATUS_OK)
			status = folder_write_finish(fw, hash, ret_name);
		status = replica_away(r, status);
		folder_write_free(fw);
	}
	buffer_release(&b);
	return status;
}

int
replica_export_roster(struct replica *r, const char *folder, char ret_name[FOLDER_NAME_BYTES])
{
	int status;

	replica_carry(r, false);
	status = export_roster(r, folder, ret_name);
	replica_carry(r, true);
	return status;
}

/* A school's device serves its hub and the school's other devices. */
static int
export_school(struct replica *r, struct replica_lying *there, const struct node_id *only,
    struct replica_export *ret)
{
	const struct roster_cert *hub = roster_hub(&r->roster);
	int status = STATUS_OK;

	if (hub == NULL)
		return STATUS_UNCERTIFIED;
	if (only == NULL || node_id_compare(&hub->node.id, only) == 0)
		status = export_to(r, there, hub, ret);
	if (roster_node(&r->roster, &r->self.pub.id) == NULL)
		return status; /* they would not know whose it is */
	for (size_t i = 0; status == STATUS_OK && i < r->roster.ncerts; i++) {
		const struct roster_cert *c = &r->roster.certs[i];
		bool yes = false;

		if (only == NULL || node_id_compare(&c->node.id, only) == 0)
			status = replica_is_sibling(r, c, &yes);
		if (status == STATUS_OK && yes)
			status = export_to(r, there, c, ret);
	}
	return status;
}

/* A relay has nothing of its own to say but that it wants to be enrolled. */
static int
export_relayed(struct replica *r, struct replica_lying *there, bool all,
    const struct node_id *only, struct replica_export *ret)
{
	const struct roster_cert *hub = roster_hub(&r->roster);
	int status = STATUS_OK;

	if (hub != NULL && roster_node(&r->roster, &r->self.pub.id) == NULL &&
	    (only == NULL || node_id_compare(&hub->node.id, only) == 0))
		status = export_to(r, there, hub, ret);
	return status == STATUS_OK ? replica_relay_export(r, there, all, only, ret) :
	    status;
}

/* only: for this node alone, or NULL. */
static int
export_all(struct replica *r, struct replica_lying *there, bool all,
    const struct node_id *only, struct replica_export *ret)
{
	int first = STATUS_OK, status;

	if (r->role == ROLE_RELAY)
		return export_relayed(r, there, all, only, ret);
	if (r->role != ROLE_HUB)
		return export_school(r, there, only, ret);
	for (size_t i = 0; i < r->roster.ncerts; i++) {
		const struct roster_cert *c = &r->roster.certs[i];

		if (c->role != ROLE_SCHOOL || roster_revoked(&r->roster, &c->node.id))
			continue;
		if (only != NULL && node_id_compare(&c->node.id, only) != 0)
			continue;
		/* It serves the schools that have been on this stick. */
		if (only == NULL && !all && !replica_lying_has(r, there, &c->node.id))
			continue;
		status = export_to(r, there, c, ret);
		/* What one school made too large takes nothing from the others. */
		if (status == STATUS_TOO_LARGE && first == STATUS_OK)
			first = status;
		else if (status != STATUS_OK && status != STATUS_TOO_LARGE)
			return status;
	}
	return first;
}

static int
export_urgent(struct replica *r, struct replica_lying *there, const struct node_id *to,
    struct replica_export *ret)
{
	const struct roster_cert *cert = roster_node(&r->roster, to);

	if (r->role != ROLE_SCHOOL || cert == NULL || cert->role != ROLE_HUB)
		return STATUS_OK;
	return export_urgent_to(r, there, cert, ret);
}

/* KEHOU is made by the first write: that it is not there yet is no failure. */
static int
made_later(struct replica *r, int status)
{
	return replica_away(r, status == STATUS_NOT_FOUND ? STATUS_OK : status);
}

static int
export_folder(struct replica *r, const char *folder, bool all,
    const struct node_id *only, bool urgent, struct replica_export *ret)
{
	struct replica_export done = {0};
	struct replica_lying there = {0};
	char roster[FOLDER_NAME_BYTES] = "";
	uint64_t exports = 0;
	int status = replica_seal(r);

	replica_carry(r, only == NULL);
	r->away = false;
	if (status == STATUS_OK && only == NULL)
		status = made_later(r, folder_judge(r->env, folder));
	if (status == STATUS_OK)
		status = replica_renew_checkpoints(r);
	if (status == STATUS_OK)
		status = replica_number(r, "exports", &exports);
	if (status == STATUS_OK)
		status = replica_set_number(r, "exports", exports + 1);
	if (status == STATUS_OK)
		status = replica_mark_left(r);
	if (status == STATUS_OK)
		status = made_later(r, replica_lying_open(r, folder, &there));
	if (status == STATUS_OK)
		status = made_later(r, folder_sweep(r->carrier, folder));
	if (status == STATUS_OK)
		status = export_roster(r, folder, roster);
	if (status == STATUS_OK)
		status = urgent ? export_urgent(r, &there, only, &done) :
		    export_all(r, &there, all, only, &done);
	/* Otherwise it was said with the bundle. */
	if (status == STATUS_OK && (r->carrier == r->env || done.bundles == 0 || urgent ||
	    r->role == ROLE_RELAY))
		status = set_exported(r);
	if (status != STATUS_OK && done.bundles == 0 && there.folder != NULL)
		replica_lying_undo(r, &there, roster);
	replica_lying_release(&there);
	replica_carry(r, true);
	if (status == STATUS_OK)
		*ret = done;
	return status;
}

int
replica_export(struct replica *r, const char *folder, bool all,
    struct replica_export *ret)
{
	return export_folder(r, folder, all, NULL, false, ret);
}

int
replica_export_to(struct replica *r, const char *folder, const struct node_id *node,
    struct replica_export *ret)
{
	return export_folder(r, folder, false, node, false, ret);
}

int
replica_export_urgent(struct replica *r, const char *folder, const struct node_id *node,
    struct replica_export *ret)
{
	return export_folder(r, folder, false, node, true, ret);
}
