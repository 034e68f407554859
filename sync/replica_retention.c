/* Retention: a hub's checkpoints, and taking them in. */
#include "sync/replica_internal.h"

#include <stdlib.h>
#include <string.h>

int
replica_ended(struct replica *r, uint64_t scope, uint64_t *ret)
{
	const struct checkpoint *have = store_checkpoint(r->store, scope);
	struct buffer head = BUFFER_INIT;
	struct checkpoint held = {0};
	uint64_t number = have == NULL ? 0 : have->number;
	size_t len;
	int status = store_checkpoint_get(r->store, scope, true, &head, NULL, NULL);

	if (status == STATUS_OK)
		status = checkpoint_parse(head.data, head.len, &held, &len);
	else if (status == STATUS_NOT_FOUND)
		status = STATUS_OK;
	if (status == STATUS_OK)
		*ret = held.number > number ? held.number : number;
	checkpoint_release(&held);
	buffer_release(&head);
	return status;
}

int
replica_checkpoint_file(struct replica *r, uint64_t scope, struct buffer *ret)
{
	int status;

	if (store_checkpoint(r->store, scope) == NULL)
		return STATUS_OK;
	status = store_checkpoint_get(r->store, scope, false, ret, NULL, NULL);
	return status == STATUS_OK ? store_checkpoint_get(r->store, scope, false, NULL, ret,
	    NULL) : status;
}

int
replica_take_checkpoint(struct replica *r, const struct roster_cert *from,
    const uint8_t *data, size_t len, int *ret)
{
	struct merge m = replica_merge(r);
	struct checkpoint c = {0};
	size_t head = 0;
	int status = STATUS_OK;

	*ret = checkpoint_read(data, len, r->county, r->roster.issuing_pk, &c, &head);
	/* In a bundle that the hub signed: by an issuing key of before, which is nobody's
	 * now; the next bundle brings it signed anew. */
	if (*ret == STATUS_BAD_SIGNATURE && from != NULL && from->role == ROLE_HUB)
		*ret = STATUS_STALE;
	/* Each hands on what concerns its own school. */
	if (*ret == STATUS_OK && ((r->scope != SCOPE_COUNTY && c.scope != r->scope) ||
	    (from != NULL && from->role == ROLE_SCHOOL && c.scope != from->scope)))
		*ret = STATUS_FOREIGN;
	if (*ret == STATUS_OK)
		status = merge_checkpoint(&m, &c, data, head, data + head, len - head, ret);
	r->reclaim |= status == STATUS_OK && *ret == STATUS_OK;
	checkpoint_release(&c);
	return *ret == STATUS_NOMEM ? STATUS_NOMEM : status;
}

int
replica_reclaim_all(struct replica *r)
{
	int status = store_vacuum(r->store);

	r->reclaim = false;
	return status == STATUS_FULL ? STATUS_OK : status;
}

int
replica_reclaim(struct replica *r)
{
	return r->reclaim ? replica_reclaim_all(r) : STATUS_OK;
}

/* ---- making one ---- */

struct making {
	struct replica *r;
	struct checkpoint c;
	struct checkpoint_stream *s; /* at hand */
	int64_t before_s;
	bool open;                   /* the stream's cut is before this segment */
	bool again;                  /* also when nothing is new */
	bool look;                   /* nothing of it stays */
	struct replica_ended done;
};

static int
reach(void *ctx, const struct store_segment *seg)
{
	struct making *k = ctx;

	k->open |= seg->max_time_s >= k->before_s;
	if (!k->open)
		k->s->through = seg->first + seg->count - 1;
	return k->open;
}

/* Where each stream of the school could be cut. */
static int
reach_all(struct making *k)
{
	struct store *store = k->r->store;
	struct vector v = {0};
	int status = store_vector(store, k->c.scope, true, &v);

	if (status == STATUS_OK && v.n > CHECKPOINT_MAX_STREAMS)
		status = STATUS_TOO_LARGE;
	k->c.streams = calloc(v.n + 1, sizeof(*k->c.streams));
	if (k->c.streams == NULL)
		status = STATUS_NOMEM;
	for (size_t i = 0; status == STATUS_OK && i < v.n; i++) {
		uint32_t writer;

		k->s = &k->c.streams[k->c.nstreams++];
		k->s->stream = v.entries[i].stream;
		k->open = false;
		status = store_stream(store, &k->s->stream, &writer);
		if (status == STATUS_OK)
			status = store_base(store, writer, &k->s->through, k->s->hash);
		if (status == STATUS_OK)
			status = store_segments(store, writer, k->s->through, reach, k);
		status = status < 0 ? status : STATUS_OK;
	}
	vector_release(&v);
	return status;
}

/* What ended before, here or by a checkpoint that is only held, stays ended. */
static int
join_earlier(struct making *k, const struct checkpoint *rules)
{
	struct store *store = k->r->store;
	const struct checkpoint *have = store_checkpoint(store, k->c.scope);
	struct buffer head = BUFFER_INIT;
	struct checkpoint held = {0};
	size_t len;
	int status = have == NULL ? STATUS_OK : checkpoint_join(&k->c, have);

	if (status == STATUS_OK)
		status = checkpoint_join(&k->c, rules);
	if (status == STATUS_OK) {
		status = store_checkpoint_get(store, k->c.scope, true, &head, NULL, NULL);
		if (status == STATUS_OK)
			status = checkpoint_parse(head.data, head.len, &held, &len);
		if (status == STATUS_OK)
			status = checkpoint_join(&k->c, &held);
		else if (status == STATUS_NOT_FOUND)
			status = STATUS_OK;
	}
	checkpoint_release(&held);
	buffer_release(&head);
	return status;
}

static bool
same_streams(const struct checkpoint *a, const struct checkpoint *b)
{
	if (a->nstreams != b->nstreams)
		return false;
	for (size_t i = 0; i < a->nstreams; i++)
		if (stream_id_compare(&a->streams[i].stream, &b->streams[i].stream) != 0 ||
		    a->streams[i].through != b->streams[i].through)
			return false;
	return true;
}

/* EXISTS when it would say what the one before says. */
static int
anything_new(const struct making *k)
{
	const struct checkpoint *have = store_checkpoint(k->r->store, k->c.scope);
	struct checkpoint a = { .rules = k->c.rules, .nrules = k->c.nrules }, b = {0};
	struct buffer x = BUFFER_INIT, y = BUFFER_INIT;
	int status = STATUS_OK;

	if (have != NULL) {
		b.rules = have->rules;
		b.nrules = have->nrules;
	}
	checkpoint_encode(&a, &x);
	checkpoint_encode(&b, &y);
	if (x.failed || y.failed)
		status = STATUS_NOMEM;
	else if (x.len == y.len && memcmp(x.data, y.data, x.len) == 0 &&
	    (have == NULL ? k->c.nstreams == 0 : same_streams(&k->c, have)))
		status = STATUS_EXISTS;
	buffer_release(&x);
	buffer_release(&y);
	return status;
}

static int
count_cut(void *ctx, const struct store_segment *seg)
{
	struct making *k = ctx;

	if (seg->first + seg->count - 1 > k->s->through)
		return 1;
	k->done.segments++;
	k->done.bytes += seg->packed_len;
	return 0;
}

static int
count_all(struct making *k)
{
	for (size_t i = 0; i < k->c.nstreams; i++) {
		uint64_t before = k->done.segments;
		uint32_t writer;
		int status;

		k->s = &k->c.streams[i];
		k->done.pieces += k->s->pieces;
		status = store_stream(k->r->store, &k->s->stream, &writer);
		if (status == STATUS_OK)
			status = store_segments(k->r->store, writer, 0, count_cut, k);
		if (status < 0)
			return status;
		k->done.streams += k->done.segments > before;
	}
	return STATUS_OK;
}

/* Signs and applies it, as every other node does. */
static int
finish(struct making *k, struct merge *m, const struct buffer *rest)
{
	struct buffer head = BUFFER_INIT;
	int taken = STATUS_OK, status;

	k->done.number = k->c.number;
	k->done.left = rest->len;
	status = count_all(k);
	if (status == STATUS_OK)
		status = checkpoint_build(&k->c, k->r->issuing_sk, &head);
	if (status == STATUS_OK && head.len + rest->len > CHECKPOINT_MAX_BYTES)
		status = STATUS_TOO_LARGE;
	if (status == STATUS_OK)
		status = merge_checkpoint(m, &k->c, head.data, head.len, rest->data,
		    rest->len, &taken);
	if (status == STATUS_OK && taken != STATUS_OK)
		status = taken == STATUS_EARLY ? STATUS_FORK : taken;
	if (status == STATUS_OK)
		status = store_ended_rows(k->r->store, &k->c, &k->done.rows);
	if (status == STATUS_OK && !k->again && k->done.rows == 0 && k->done.segments == 0)
		status = STATUS_EXISTS;
	buffer_release(&head);
	return status;
}

static int
make(struct making *k, const struct checkpoint *rules)
{
	struct merge m = replica_merge(k->r);
	struct buffer rest = BUFFER_INIT;
	int status = replica_ended(k->r, k->c.scope, &k->c.number);

	k->c.number++;
	k->c.county = k->r->county;
	k->c.time_s = k->r->env->now_s(k->r->env->ctx);
	if (status == STATUS_OK)
		status = join_earlier(k, rules);
	if (status == STATUS_OK)
		status = reach_all(k);
	if (status == STATUS_OK)
		status = merge_thin(&m, &k->c, &rest);
	if (status == STATUS_OK && !k->again)
		status = anything_new(k);
	if (status == STATUS_OK)
		status = finish(k, &m, &rest);
	buffer_release(&rest);
	return status;
}

static int
end_scope(struct making *k, const struct checkpoint *rules, struct replica_ended *ret)
{
	struct store *store = k->r->store;
	int status = replica_seal(k->r);

	k->c.scope = rules->scope;
	if (status == STATUS_OK)
		status = store_begin_merge(store);
	if (status != STATUS_OK)
		return status;
	status = make(k, rules);
	if (status == STATUS_OK && !k->look)
		status = store_commit_merge(store);
	if (status != STATUS_OK || k->look)
		store_rollback(store);
	checkpoint_release(&k->c);
	if (status != STATUS_OK)
		return status;
	if (ret != NULL)
		*ret = k->done;
	return k->look ? STATUS_OK : store_truncate_log(store);
}

int
replica_end(struct replica *r, const struct checkpoint *rules, int64_t before_s,
    bool look, struct replica_ended *ret)
{
	struct making k = { .r = r, .before_s = before_s, .look = look };

	if (r->role != ROLE_HUB)
		return STATUS_RIGHTS;
	if (roster_school(&r->roster, rules->scope) == NULL)
		return STATUS_NOT_FOUND;
	return end_scope(&k, rules, ret);
}

/* ---- another issuing key ---- */

static int
renew(struct replica *r, uint64_t scope)
{
	/* Nothing more is cut: no time is before this one. */
	struct making k = { .r = r, .before_s = INT64_MIN, .again = true };
	struct checkpoint none = { .scope = scope }, c = {0};
	struct buffer head = BUFFER_INIT;
	size_t len;
	int status = store_checkpoint_get(r->store, scope, false, &head, NULL, NULL);

	if (status == STATUS_OK)
		status = checkpoint_read(head.data, head.len, r->county,
		    r->roster.issuing_pk, &c, &len);
	checkpoint_release(&c);
	buffer_release(&head);
	return status == STATUS_BAD_SIGNATURE ? end_scope(&k, &none, NULL) : status;
}

int
replica_renew_checkpoints(struct replica *r)
{
	uint64_t *scopes = NULL;
	size_t n = 0;
	int status = r->role == ROLE_HUB ? store_scopes(r->store, &scopes, &n) : STATUS_OK;

	for (size_t i = 0; status == STATUS_OK && i < n; i++)
		if (store_checkpoint(r->store, scopes[i]) != NULL)
			status = renew(r, scopes[i]);
	free(scopes);
	return status;
}
