/* Two copies of one data directory: how a node finds out, and what it says then. */
#include "sync/replica_internal.h"

#include <string.h>

/* What the old epoch's streams had not sealed goes on in the new one: the numbers
 * after their last segment may have left before the restore.  Where they did,
 * the same rows come back with the same stamps and merge into themselves. */
static int
move_logs(struct replica *r)
{
	uint32_t n = store_stream_count(r->store);

	for (uint32_t w = 1; w <= n; w++) {
		const struct stream_id *id = store_stream_id(r->store, w);
		struct stream_id next;
		struct store_head head;
		uint32_t to;
		int status;

		if (id == NULL || node_id_compare(&id->node, &r->self.pub.id) != 0 ||
		    id->epoch == r->epoch)
			continue;
		next = *id;
		next.epoch = r->epoch;
		status = store_head(r->store, w, &head);
		if (status == STATUS_OK && head.logged == head.stored)
			continue;
		if (status == STATUS_OK)
			status = store_stream(r->store, &next, &to);
		if (status == STATUS_OK)
			status = store_log_move(r->store, w, to);
		if (status != STATUS_OK)
			return status;
	}
	return STATUS_OK;
}

int
replica_leave_epoch(struct replica *r)
{
	uint64_t before = r->epoch;
	int status = replica_new_epoch(r, &r->epoch);

	if (status == STATUS_OK)
		status = replica_set_number(r, "superseded", before);
	if (status == STATUS_OK)
		status = peer_forget_told(r);
	return status == STATUS_OK ? move_logs(r) : status;
}

int
replica_found_copy(struct replica *r)
{
	uint64_t known = 0;
	int status = replica_number(r, "copied", &known);

	if (status == STATUS_OK && known == 0)
		status = replica_set_number(r, "copied",
		    (uint64_t)r->env->now_s(r->env->ctx));
	return status == STATUS_OK ? replica_leave_epoch(r) : status;
}

/* Local number of a stream that is here; 0: it is not. */
static uint32_t
find_stream(struct replica *r, const struct stream_id *id, struct store_head *ret)
{
	for (uint32_t w = 1; w <= store_stream_count(r->store); w++)
		if (stream_id_compare(store_stream_id(r->store, w), id) == 0)
			return store_head(r->store, w, ret) == STATUS_OK ? w : 0;
	return 0;
}

/* ---- receipts ---- */

struct ending {
	uint64_t at;
	const uint8_t *hash;
	bool same;
};

static int
ends_so(void *ctx, const struct store_segment *seg)
{
	struct ending *e = ctx;

	e->same = seg->first + seg->count - 1 == e->at &&
	    memcmp(seg->hash, e->hash, HASH_BYTES) == 0;
	return 1;
}

/* Whether a receipt's hash is that of our segment there.  Of what is not here, or has
 * ended, nothing is said. */
static int
is_ours(struct replica *r, uint32_t writer, const struct store_head *head,
    const struct receipt_entry *e, bool *ret)
{
	struct ending end = { .at = e->merged, .hash = e->merged_hash };
	uint8_t hash[HASH_BYTES];
	uint64_t ended;
	int status = store_base(r->store, writer, &ended, hash);

	*ret = true;
	if (status != STATUS_OK || e->merged <= head->base || e->merged <= ended ||
	    e->merged > head->stored)
		return status;
	status = store_segments(r->store, writer, e->merged - 1, ends_so, &end);
	*ret = end.same;
	return status < 0 ? status : STATUS_OK;
}

static int
doubt_entry(struct replica *r, const struct receipt *rc, const struct receipt_entry *e,
    struct vector *acked)
{
	struct store_head head = {0};
	uint32_t w = find_stream(r, &e->stream, &head);
	struct stream_id plain = e->stream;
	uint64_t end = 0;
	bool ours = true;
	int status = STATUS_OK;

	if (w != 0 && head.stored > 0) {
		status = is_ours(r, w, &head, e, &ours);
		if (status == STATUS_OK && !ours)
			vector_lower(acked, &e->stream, 0);
		return status;
	}
	if (stream_id_is_plain(&e->stream))
		return STATUS_OK;
	/* It knows of a branch that we do not: what it has beyond the parting may be
	 * another than ours. */
	memset(plain.fork, 0, sizeof(plain.fork));
	for (size_t i = 0; i < rc->n; i++)
		if (stream_id_compare(&rc->entries[i].stream, &plain) == 0)
			end = rc->entries[i].merged;
	vector_lower(acked, &plain, end);
	return STATUS_OK;
}

int
replica_doubt_acked(struct replica *r, const struct node_id *hub, struct vector *acked)
{
	const struct roster_cert *signer = roster_node(&r->roster, hub);
	struct receipt rc = {0};
	struct buffer b = BUFFER_INIT;
	char name[REPLICA_RECEIPT_NAME];
	int status;

	replica_receipt_name(r->scope, hub, name);
	status = store_meta_get(r->store, "receipt", name, &b);
	if (status == STATUS_OK && signer != NULL)
		status = receipt_read(b.data, b.len, r->county, signer->node.sign_pk, &rc);
	else if (status == STATUS_NOT_FOUND)
		status = STATUS_OK;
	for (size_t i = 0; status == STATUS_OK && i < rc.n; i++)
		status = doubt_entry(r, &rc, &rc.entries[i], acked);
	buffer_release(&b);
	receipt_release(&rc);
	return status;
}

/* ---- what we say of ourselves ---- */

/* Whether a bundle must tell everything that we have: a copy of us may have told less
 * or more, or something came whose predecessors never did. */
static int
tells_all(struct replica *r, bool *ret)
{
	uint64_t copied = 0, early = 0, fork = 0, bytes;
	int status = replica_number(r, "copied", &copied);

	if (status == STATUS_OK)
		status = store_held_size(r->store, STATUS_EARLY, &early, &bytes);
	if (status == STATUS_OK)
		status = store_held_size(r->store, STATUS_FORK, &fork, &bytes);
	if (status == STATUS_OK)
		*ret = copied != 0 || early + fork != 0;
	return status;
}

int
replica_manifest(struct replica *r, const struct peer *p, const struct vector *shared,
    struct bundle_manifest *ret)
{
	const struct vector *told = peer_told(p);
	bool all = false;
	int status = tells_all(r, &all);

	if (status != STATUS_OK)
		return status;
	if (all)
		told = NULL;
	status = vector_digest(&p->acked, ret->heard);
	if (status != STATUS_OK)
		return status;
	ret->since = told == NULL ? 0 : p->told;
	if (told == NULL)
		return vector_copy(&ret->vector, shared);
	return vector_difference(shared, told, &ret->vector);
}

static int
leave_out(void *ctx, const struct store_held *h)
{
	struct vector *v = ctx;
	size_t n = 0;

	for (size_t i = 0; i < v->n; i++)
		if (!stream_id_is_family(&v->entries[i].stream, &h->stream))
			v->entries[n++] = v->entries[i];
	v->n = n;
	return 0;
}

int
replica_leave_doubted(struct replica *r, struct vector *said)
{
	return store_held(r->store, STATUS_FORK, leave_out, said);
}
