#include "sync/invitation.h"
#include "sync/replica_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TOLD_S (30 * 86400) /* so long people are told */

/* ---- the three facts ---- */

/* The newest receipt of the county's present hub for a scope; entries 0 when
 * there is none. */
struct newest {
	struct replica *r;
	struct receipt receipt;
	int status;
};

static int
pick_receipt(void *ctx, const char *name, const uint8_t *data, size_t len)
{
	struct newest *n = ctx;
	const struct roster_cert *cert;
	struct receipt rc = {0};
	struct node_id by;
	int status;

	(void)name;
	status = receipt_signer(data, len, &by);
	cert = status == STATUS_OK ? roster_node(&n->r->roster, &by) : NULL;
	/* What a revoked hub has does not count as being with the county. */
	if (cert == NULL || cert->role != ROLE_HUB ||
	    roster_revoked(&n->r->roster, &by))
		return 0;
	status = receipt_read(data, len, n->r->county, cert->node.sign_pk, &rc);
	if (status == STATUS_OK && rc.scope == n->r->scope &&
	    (n->receipt.number == 0 || cert == roster_hub(&n->r->roster))) {
		receipt_release(&n->receipt);
		n->receipt = rc;
	} else {
		receipt_release(&rc);
	}
	return status == STATUS_NOMEM ? status : 0;
}

static const struct receipt_entry *
entry_of(const struct receipt *rc, const struct stream_id *s)
{
	for (size_t i = 0; i < rc->n; i++)
		if (stream_id_compare(&rc->entries[i].stream, s) == 0)
			return &rc->entries[i];
	return NULL;
}

struct times {
	uint64_t merged;        /* through, by the receipt */
	const uint8_t *hash;    /* of the segment that ends there, by the receipt */
	bool hash_seen;
	int64_t confirmed_s;    /* newest time among the confirmed */
	int64_t open_s;         /* earliest time among the others; 0 none */
};

static int
see_segment(void *ctx, const struct store_segment *seg)
{
	struct times *t = ctx;
	uint64_t last = seg->first + seg->count - 1;

	if (last <= t->merged) {
		if (seg->max_time_s > t->confirmed_s)
			t->confirmed_s = seg->max_time_s;
		if (last == t->merged &&
		    memcmp(seg->hash, t->hash, HASH_BYTES) == 0)
			t->hash_seen = true;
	} else if (t->open_s == 0 || seg->min_time_s < t->open_s) {
		t->open_s = seg->min_time_s;
	}
	return 0;
}

/* Times of one own stream.  A receipt whose hash is not ours confirms nothing:
 * it is of another branch. */
static int
stream_times(struct replica *r, uint32_t writer, const struct store_head *head,
    const struct receipt_entry *e, struct times *t, uint64_t *ret_merged)
{
	const struct stream_id *id = store_stream_id(r->store, writer);
	const struct checkpoint *ends = store_checkpoint(r->store, id->scope);
	uint8_t hash[HASH_BYTES];
	uint64_t ended = 0;
	int status = store_base(r->store, writer, &ended, hash);

	if (status != STATUS_OK)
		return status;
	t->merged = e == NULL ? 0 : e->merged;
	t->hash = e == NULL ? NULL : e->merged_hash;
	/* What gave way to a checkpoint, the hub had. */
	if (t->merged < ended)
		t->merged = ended;
	t->hash_seen = t->merged == ended;
	/* Its times went with it; what is older than its end stands for them. */
	if (ended > 0 && ends != NULL)
		t->confirmed_s = ends->time_s;
	status = store_segments(r->store, writer, 0, see_segment, t);
	if (status < 0)
		return status;
	*ret_merged = t->hash_seen ? t->merged : 0;
	if (!t->hash_seen) {
		t->confirmed_s = 0;
		t->open_s = 1;
	}
	if (head->logged > head->stored) {
		struct batch b;
		uint64_t first;

		batch_init(&b);
		status = store_log_read(r->store, writer, &first, &b);
		/* The clock may have been set back between two of them. */
		for (uint32_t i = 0; status == STATUS_OK && i < b.ntx; i++)
			if (t->open_s == 0 || b.txs[i].time_s < t->open_s)
				t->open_s = b.txs[i].time_s;
		if (b.ntx < head->logged - head->stored)
			t->open_s = 1; /* longer than one reading: unknown */
		batch_release(&b);
	}
	return status;
}

/* What a stream of another of the school's devices has beyond the receipt. */
static int
count_other(struct replica *r, uint32_t writer, const struct receipt *rc,
    struct replica_status *s)
{
	const struct stream_id *id = store_stream_id(r->store, writer);
	const struct roster_cert *cert = roster_node(&r->roster, &id->node);
	struct times t = {0};
	struct store_head head;
	uint64_t merged = 0;
	int status;

	if (r->role != ROLE_SCHOOL || cert == NULL || cert->role != ROLE_SCHOOL ||
	    cert->scope != r->scope || roster_revoked(&r->roster, &id->node))
		return STATUS_OK;
	status = store_head(r->store, writer, &head);
	if (status == STATUS_OK)
		status = stream_times(r, writer, &head, entry_of(rc, id), &t, &merged);
	if (merged < head.base)
		merged = head.base;
	if (status == STATUS_OK && head.stored > merged)
		s->others_waiting += head.stored - merged;
	return status;
}

static int
own_streams(struct replica *r, const struct receipt *rc, struct replica_status *s)
{
	int64_t confirmed = 0, open = 0;

	for (uint32_t w = 1; w <= store_stream_count(r->store); w++) {
		const struct stream_id *id = store_stream_id(r->store, w);
		const struct receipt_entry *e;
		struct times t = {0};
		struct store_head head;
		uint64_t merged = 0, stored;
		int status;

		if (id == NULL)
			continue;
		if (node_id_compare(&id->node, &r->self.pub.id) != 0) {
			status = count_other(r, w, rc, s);
			if (status != STATUS_OK)
				return status;
			continue;
		}
		e = entry_of(rc, id);
		status = store_head(r->store, w, &head);
		if (status == STATUS_OK)
			status = stream_times(r, w, &head, e, &t, &merged);
		if (status != STATUS_OK)
			return status;
		if (merged < head.base)
			merged = head.base; /* confirmed, or not, with what it left */
		s->transactions += head.logged - head.base;
		s->waiting += head.logged - (merged < head.logged ? merged : head.logged);
		stored = e == NULL || !t.hash_seen ? 0 :
		    e->stored < head.logged ? e->stored : head.logged;
		if (stored > merged)
			s->stored_only += stored - merged;
		if (e != NULL)
			s->exceptions += e->exceptions;
		if (t.confirmed_s > confirmed)
			confirmed = t.confirmed_s;
		if (t.open_s != 0 && (open == 0 || t.open_s < open))
			open = t.open_s;
	}
	/* Confirmed up to a moment means: nothing before it is still open. */
	s->confirmed_s = open != 0 && open <= confirmed ? open - 1 : confirmed;
	if (confirmed == 0)
		s->confirmed_s = 0;
	return STATUS_OK;
}

/* Own transactions beyond what the revocation lets count. */
static int
count_only_here(struct replica *r, uint64_t *ret)
{
	for (uint32_t w = 1; w <= store_stream_count(r->store); w++) {
		const struct stream_id *id = store_stream_id(r->store, w);
		struct store_head head;
		uint64_t through = 0;
		int status;

		if (id == NULL || node_id_compare(&id->node, &r->self.pub.id) != 0)
			continue;
		status = store_head(r->store, w, &head);
		if (status != STATUS_OK)
			return status;
		for (size_t i = 0; i < r->roster.nrevocations; i++)
			if (stream_id_compare(&r->roster.revocations[i].stream, id) == 0)
				through = r->roster.revocations[i].through;
		if (through < head.base)
			through = head.base;
		*ret += head.logged > through ? head.logged - through : 0;
	}
	return STATUS_OK;
}

/* Whether the roster gives our invitation to other keys than ours, or to nobody. */
static int
invite_gone(struct replica *r, bool *ret_used, bool *ret_withdrawn)
{
	struct buffer b = BUFFER_INIT;
	const struct roster_invite *invite = NULL;
	struct request req;
	int status = store_meta_get(r->store, "self", "request", &b);

	if (status == STATUS_OK)
		status = request_parse(b.data, b.len, &req);
	if (status == STATUS_OK)
		invite = roster_invite(&r->roster, req.invite);
	if (roster_node(&r->roster, &r->self.pub.id) != NULL)
		invite = NULL;
	*ret_used = invite != NULL && invite->state == INVITE_BOUND;
	*ret_withdrawn = invite != NULL && invite->state == INVITE_WITHDRAWN;
	buffer_release(&b);
	return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

static bool
is_told(struct replica *r, int64_t since_s)
{
	int64_t now_s = r->env->now_s(r->env->ctx);

	return now_s - since_s < TOLD_S && since_s - now_s < TOLD_S;
}

static int
refused_roster(struct replica *r, uint64_t *ret)
{
	uint64_t since = 0, number = 0;
	int status = replica_number(r, "roster_refused_s", &since);

	if (status == STATUS_OK && is_told(r, (int64_t)since))
		status = replica_number(r, "roster_refused", &number);
	*ret = number >= r->roster.number ? number : 0;
	return status;
}

int
replica_status(struct replica *r, struct replica_status *ret)
{
	struct replica_status s = {0};
	struct newest newest = { .r = r };
	uint64_t inbox = 0, t = 0;
	int status = store_meta_list(r->store, "receipt", pick_receipt, &newest);

	if (status == STATUS_OK)
		status = own_streams(r, &newest.receipt, &s);
	s.receipt_s = newest.receipt.time_s;
	/* A record may claim to be of later than its receipt: its clock was wrong. */
	if (newest.receipt.number != 0 && s.confirmed_s > s.receipt_s)
		s.confirmed_s = s.receipt_s;
	receipt_release(&newest.receipt);
	s.certified = roster_node(&r->roster, &r->self.pub.id) != NULL;
	s.roster = r->roster.number;
	if (status == STATUS_OK)
		status = store_held_count(r->store, &s.held);
	if (status == STATUS_OK)
		status = store_inbox_count(r->store, &inbox);
	s.inbox = inbox;
	if (status == STATUS_OK)
		status = store_checkpoints_held(r->store, &s.ends_held);
	if (status == STATUS_OK)
		status = replica_locked(r, &s.locked);
	if (status == STATUS_OK)
		status = replica_number(r, "exported", &t);
	s.last_export_s = (int64_t)t;
	if (status == STATUS_OK)
		status = replica_number(r, "imported", &t);
	s.last_import_s = (int64_t)t;
	if (status == STATUS_OK)
		status = replica_number(r, "copied", &t);
	s.copied_s = (int64_t)t;
	if (status == STATUS_OK)
		status = replica_number(r, "renewed", &t);
	if (is_told(r, (int64_t)t))
		s.renewed_s = (int64_t)t;
	if (status == STATUS_OK)
		status = refused_roster(r, &s.roster_refused);
	if (status == STATUS_OK)
		status = invite_gone(r, &s.invite_used, &s.invite_withdrawn);
	s.revoked = roster_revoked(&r->roster, &r->self.pub.id);
	if (status == STATUS_OK && s.revoked)
		status = count_only_here(r, &s.only_here);
	for (size_t i = 0; r->role == ROLE_HUB && i < r->roster.ncerts; i++)
		s.uninvited += roster_uninvited(&r->roster, &r->roster.certs[i]);
	for (uint32_t w = 1; w <= store_stream_count(r->store); w++)
		s.branches += store_parent(r->store, w) != 0;
	if (status == STATUS_OK)
		*ret = s;
	return status;
}

/* ---- the hub's schools ---- */

static int
newest_segment(void *ctx, const struct store_segment *seg)
{
	int64_t *newest = ctx;

	if (seg->max_time_s > *newest)
		*newest = seg->max_time_s;
	return 0;
}

static int
held_of_scope(void *ctx, const struct store_held *h)
{
	struct replica_school *s = ctx;

	if (h->stream.scope == s->school->id)
		s->held++;
	return 0;
}

static int
school_line(struct replica *r, struct replica_school *s)
{
	int64_t now_s = r->env->now_s(r->env->ctx);
	int status = store_held(r->store, 0, held_of_scope, s);

	for (size_t i = 0; status == STATUS_OK && i < r->roster.ncerts; i++) {
		const struct roster_cert *c = &r->roster.certs[i];
		struct peer p;

		if (c->role != ROLE_SCHOOL || c->scope != s->school->id)
			continue;
		s->enrolled = true;
		status = peer_load(r, &c->node.id, &p);
		if (p.contact_s > s->last_contact_s)
			s->last_contact_s = p.contact_s;
		peer_release(&p);
	}
	for (uint32_t w = 1; status >= 0 && w <= store_stream_count(r->store); w++) {
		const struct stream_id *id = store_stream_id(r->store, w);
		struct store_head head;

		if (id == NULL || id->scope != s->school->id ||
		    node_id_compare(&id->node, &r->self.pub.id) == 0)
			continue;
		status = store_head(r->store, w, &head);
		if (status == STATUS_OK)
			status = store_segments(r->store, w, 0, newest_segment,
			    &s->merged_time_s);
		s->transactions += head.merged - head.base;
	}
	if (s->merged_time_s > now_s) /* of a clock that was wrong */
		s->merged_time_s = now_s;
	return status < 0 ? status : STATUS_OK;
}

int
replica_schools(struct replica *r, replica_school_visit *visit, void *ctx)
{
	for (size_t i = 0; i < r->roster.nschools; i++) {
		struct replica_school s = { .school = &r->roster.schools[i] };
		int status = school_line(r, &s);

		if (status == STATUS_OK)
			status = visit(ctx, &s);
		if (status != STATUS_OK)
			return status;
	}
	return STATUS_OK;
}

/* ---- verify ---- */

struct verifying {
	struct merge merge;     /* into an empty store */
	struct store *here;
	struct replica_verify *ret;
};

/* Merging into an empty store checks chain, signature and rights once more. */
static int
verify_segment(void *ctx, const struct store_segment *seg)
{
	struct verifying *v = ctx;
	struct merge_result res = {0};
	uint32_t stubs = 0;
	int status = merge_segment(&v->merge, seg->packed, seg->packed_len, &res);

	if (status != STATUS_OK)
		return status;
	v->ret->segments++;
	v->ret->transactions += seg->count;
	status = merge_erase_stubs(v->here, v->merge.registry, seg->packed, seg->packed_len,
	    &stubs);
	if (status != STATUS_OK)
		return status;
	if (res.segments == 1)
		v->ret->signatures++;
	if (res.refused > 0 || res.status == STATUS_EARLY || stubs > 0)
		v->ret->bad_segments++;
	return 0;
}

/* Private columns only where they can be made anew. */
static int
compare_digests(struct replica *r, struct store *anew, bool private, bool *ret_equal)
{
	uint64_t *scopes = NULL;
	size_t n = 0;
	bool equal = true;
	int status = store_scopes(r->store, &scopes, &n);

	for (size_t i = 0; status == STATUS_OK && i < n; i++) {
		uint8_t a[HASH_BYTES], b[HASH_BYTES];

		status = store_digest_left(r->store, scopes[i], NULL, private, a);
		if (status == STATUS_OK)
			status = store_digest_left(anew, scopes[i], NULL, private, b);
		if (status == STATUS_OK && memcmp(a, b, HASH_BYTES) != 0)
			equal = false;
	}
	free(scopes);
	if (status == STATUS_OK)
		*ret_equal = equal;
	return status;
}

static int
verify_checkpoint(struct replica *r, struct verifying *v, uint64_t scope)
{
	struct buffer file = BUFFER_INIT;
	struct checkpoint c = {0};
	int taken = STATUS_OK, status = replica_checkpoint_file(r, scope, &file);
	size_t head;

	if (status == STATUS_OK && file.len > 0) {
		v->ret->checkpoints++;
		taken = checkpoint_read(file.data, file.len, r->county,
		    r->roster.issuing_pk, &c, &head);
		if (taken == STATUS_OK)
			status = merge_checkpoint(&v->merge, &c, file.data, head,
			    file.data + head, file.len - head, &taken);
		v->ret->signatures += taken == STATUS_OK;
		v->ret->bad_segments += taken != STATUS_OK;
		checkpoint_release(&c);
	}
	buffer_release(&file);
	return taken == STATUS_NOMEM ? taken : status;
}

/* A scope's segments follow its checkpoint, as on a new machine. */
static int
verify_checkpoints(struct replica *r, struct verifying *v)
{
	uint64_t *scopes = NULL;
	size_t n = 0;
	int status = store_scopes(r->store, &scopes, &n);

	for (size_t i = 0; status == STATUS_OK && i < n; i++)
		status = verify_checkpoint(r, v, scopes[i]);
	free(scopes);
	return status;
}

/* Who is erased stays so, also where the row that says it is not here again yet. */
static int
copy_erased(void *ctx, uint64_t scope, const uint8_t *person, size_t len)
{
	struct reader rd;

	reader_init(&rd, person, len);
	return store_erase_add(ctx, scope, value_read(&rd));
}

/* The roster without the revocation of this node; its lists are r's but that one. */
static int
unrevoked(const struct replica *r, struct roster *ret)
{
	const struct roster *from = &r->roster;
	struct roster_revocation *list = calloc(from->nrevocations + 1, sizeof(*list));

	if (list == NULL)
		return STATUS_NOMEM;
	*ret = *from;
	ret->revocations = list;
	ret->nrevocations = 0;
	for (size_t i = 0; i < from->nrevocations; i++)
		if (node_id_compare(&from->revocations[i].node, &r->self.pub.id) != 0)
			list[ret->nrevocations++] = from->revocations[i];
	return STATUS_OK;
}

int
replica_verify(struct replica *r, struct replica_verify *ret)
{
	struct store_options options = { .registry = r->registry, .create = true };
	struct replica_verify v = {0};
	struct verifying state = { .merge = replica_merge(r), .here = r->store,
	    .ret = &v };
	struct store *anew = NULL;
	struct roster roster;
	int status = replica_seal(r);

	if (status == STATUS_OK)
		status = unrevoked(r, &roster);
	if (status != STATUS_OK)
		return status;
	status = store_open(":memory:", &options, &anew);
	state.merge.store = anew;
	state.merge.roster = &roster;
	state.merge.judge = NULL;
	if (status == STATUS_OK)
		status = merge_verdict_copy(r->store, anew);
	if (status == STATUS_OK)
		status = store_begin_merge(anew);
	if (status == STATUS_OK)
		status = verify_checkpoints(r, &state);
	if (status == STATUS_OK)
		status = store_erased_list(r->store, copy_erased, anew);
	for (uint32_t w = store_stream_next(r->store, 0); status >= 0 && w != 0;
	    w = store_stream_next(r->store, w)) {
		v.streams++;
		status = store_segments(r->store, w, 0, verify_segment, &state);
	}
	if (status >= 0)
		status = merge_erase(&state.merge);
	if (status == STATUS_OK)
		status = store_commit_merge(anew);
	v.private_compared = r->keys.n > 0;
	if (status == STATUS_OK)
		status = compare_digests(r, anew, v.private_compared, &v.state_equal);
	if (status == STATUS_OK)
		status = replica_compare_books(r, anew, &v.books);
	if (status == STATUS_OK) {
		int sound = store_integrity(r->store);

		v.store_sound = sound == STATUS_OK;
		if (sound != STATUS_OK && sound != STATUS_CORRUPT)
			status = sound;
	}
	store_close(anew);
	free(roster.revocations);
	if (status == STATUS_USAGE) /* what a damaged page gave makes no sense */
		status = STATUS_CORRUPT;
	if (status == STATUS_OK)
		*ret = v;
	return status;
}
