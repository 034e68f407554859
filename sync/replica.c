#include "sync/magic.h"
#include "sync/replica_internal.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int
replica_path(const char *dir, const char *name, char ret[REPLICA_PATH_BYTES])
{
	int n = snprintf(ret, REPLICA_PATH_BYTES, "%s/%s", dir, name);

	return n > 0 && n < REPLICA_PATH_BYTES ? STATUS_OK : STATUS_TOO_LARGE;
}

void
replica_say(struct replica *r, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	(void)vsnprintf(r->detail, sizeof(r->detail), format, ap);
	va_end(ap);
}

void
replica_hex(const uint8_t *data, size_t len, char *ret)
{
	static const char digits[] = "0123456789ABCDEF";

	for (size_t i = 0; i < len; i++) {
		ret[2 * i] = digits[data[i] >> 4];
		ret[2 * i + 1] = digits[data[i] & 15];
	}
	ret[2 * len] = '\0';
}

int
replica_number(struct replica *r, const char *name, uint64_t *ret)
{
	struct buffer b = BUFFER_INIT;
	struct reader rd;
	uint64_t v = 0;
	int status = store_meta_get(r->store, "self", name, &b);

	if (status == STATUS_OK) {
		reader_init(&rd, b.data, b.len);
		v = reader_varint(&rd);
		status = reader_end(&rd);
		if (status != STATUS_OK)
			status = STATUS_CORRUPT;
	} else if (status == STATUS_NOT_FOUND) {
		status = STATUS_OK;
	}
	buffer_release(&b);
	if (status == STATUS_OK)
		*ret = v;
	return status;
}

int
replica_set_number(struct replica *r, const char *name, uint64_t value)
{
	struct buffer b = BUFFER_INIT;
	int status;

	buffer_put_varint(&b, value);
	status = buffer_status(&b);
	if (status == STATUS_OK)
		status = store_meta_set(r->store, "self", name, b.data, b.len);
	buffer_release(&b);
	return status;
}

/* ---- opening ---- */

struct replica *
replica_new(const char *dir, const struct env *env,
    const struct replica_domain *domain)
{
	struct replica *r = calloc(1, sizeof(*r));

	if (r == NULL)
		return NULL;
	r->env = env;
	replica_carry(r, true);
	r->registry = domain->registry;
	r->rights = calloc(domain->registry->ntables + 1, sizeof(*r->rights));
	if (r->rights == NULL || strlen(dir) >= sizeof(r->dir)) {
		free(r->rights);
		free(r);
		return NULL;
	}
	memcpy(r->dir, dir, strlen(dir) + 1);
	return r;
}

void
replica_close(struct replica *r)
{
	if (r == NULL)
		return;
	store_close(r->store);
	if (r->held != NULL)
		r->env->files->close(r->env->ctx, r->held);
	replica_relay_free(r->relay);
	roster_release(&r->roster);
	identity_wipe(&r->self);
	sodium_memzero(r->sealings, sizeof(r->sealings));
	keyring_wipe(&r->keys);
	sodium_memzero(r->issuing_sk, sizeof(r->issuing_sk));
	free(r->rights);
	free(r);
}

int
replica_open_store(struct replica *r, const struct replica_domain *domain, bool create)
{
	struct store_options options = {
		.registry = domain->registry,
		.migrations = domain->migrations,
		.functions = domain->functions,
		.vfs = r->env->databases,
		.create = create,
	};
	char path[REPLICA_PATH_BYTES];
	int status = replica_path(r->dir, "kehou.db", path);

	if (status == STATUS_OK)
		status = store_open(path, &options, &r->store);
	return status;
}

static uint64_t
draw_epoch(struct replica *r)
{
	uint64_t e = 0;

	while (e == 0) {
		uint8_t b[8];

		r->env->random(r->env->ctx, b, sizeof(b));
		e = 0;
		for (unsigned i = 0; i < 8; i++)
			e |= (uint64_t)b[i] << (8 * i);
		e &= (UINT64_C(1) << EPOCH_BITS) - 1;
	}
	return e;
}

int
replica_new_epoch(struct replica *r, uint64_t *ret)
{
	*ret = draw_epoch(r);
	return replica_set_number(r, "epoch", *ret);
}

#define SIDECAR_MAX_BYTES 64

/* Where this copy's key file lies. */
static int
own_place(struct replica *r, struct env_place *ret)
{
	char path[REPLICA_PATH_BYTES];
	int status = replica_path(r->dir, "keys/node.key", path);

	if (status == STATUS_OK)
		status = r->env->place(r->env->ctx, path, ret);
	return status;
}

int
replica_mark_left(struct replica *r)
{
	struct buffer b = BUFFER_INIT;
	struct env_place here;
	uint64_t exports = 0;
	char path[REPLICA_PATH_BYTES];
	int status = replica_path(r->dir, "sidecar", path);

	if (status == STATUS_OK)
		status = own_place(r, &here);
	if (status == STATUS_OK)
		status = replica_number(r, "exports", &exports);
	if (status != STATUS_OK)
		return status;
	magic_put(&b, 'X');
	for (unsigned i = 0; i < 8; i++)
		buffer_put_u8(&b, (uint8_t)(here.inode >> (8 * i)));
	buffer_put(&b, here.machine, sizeof(here.machine));
	buffer_put_varint(&b, r->epoch);
	buffer_put_varint(&b, exports);
	status = buffer_status(&b);
	if (status == STATUS_OK)
		status = env_write_file(r->env, path, b.data, b.len);
	buffer_release(&b);
	return status;
}

/* False when the sidecar was written for another copy of this directory. */
static bool
sidecar_is_of(struct reader *rd, const struct env_place *here, uint64_t epoch)
{
	uint8_t machine[ENV_MACHINE_BYTES];
	uint64_t inode = 0;

	if (magic_read(rd, 'X') != STATUS_OK)
		return false;
	for (unsigned i = 0; i < 8; i++)
		inode |= (uint64_t)reader_u8(rd) << (8 * i);
	reader_copy(rd, machine, sizeof(machine));
	return reader_varint(rd) == epoch && !rd->failed && inode == here->inode &&
	    memcmp(machine, here->machine, sizeof(machine)) == 0;
}

/* True through ret_behind when this directory is a copy, or when the database
 * lacks what the sidecar says has left: it was put back to an older state.
 * Going on would use sequence numbers twice. */
static int
sidecar_check(struct replica *r, bool *ret_behind)
{
	struct buffer b = BUFFER_INIT;
	struct reader rd;
	struct env_place here;
	uint64_t exports = 0;
	char path[REPLICA_PATH_BYTES];
	int status = replica_path(r->dir, "sidecar", path);

	*ret_behind = true;
	if (status == STATUS_OK)
		status = own_place(r, &here);
	if (status == STATUS_OK)
		status = replica_number(r, "exports", &exports);
	if (status == STATUS_OK)
		status = env_read_file(r->env, path, SIDECAR_MAX_BYTES, &b);
	if (status == STATUS_NOT_FOUND || status == STATUS_TOO_LARGE) {
		status = STATUS_OK;
		goto out;
	}
	if (status != STATUS_OK)
		goto out;
	reader_init(&rd, b.data, b.len);
	if (!sidecar_is_of(&rd, &here, r->epoch))
		goto out;
	/* Every export is counted before anything leaves. */
	*ret_behind = reader_varint(&rd) > exports || rd.failed || rd.left > 0;
out:
	buffer_release(&b);
	return status;
}

/* Under another node's key everything that is written would count as that one's, and
 * what is here could not be sent. */
static int
check_key(struct replica *r)
{
	struct buffer b = BUFFER_INIT;
	int status = store_meta_get(r->store, "self", "node", &b);

	if (status == STATUS_OK && (b.len != NODE_ID_BYTES ||
	    memcmp(b.data, r->self.pub.id.b, NODE_ID_BYTES) != 0))
		status = STATUS_FOREIGN_KEY;
	if (status == STATUS_NOT_FOUND) /* made by a program of before */
		status = store_meta_set(r->store, "self", "node", r->self.pub.id.b,
		    NODE_ID_BYTES);
	buffer_release(&b);
	return status;
}

static int
load_self(struct replica *r)
{
	char path[REPLICA_PATH_BYTES];
	struct buffer b = BUFFER_INIT;
	uint64_t role = 0;
	int status;

	status = replica_path(r->dir, "keys/node.key", path);
	if (status == STATUS_OK)
		status = identity_load(r->env, path, &r->self);
	if (status == STATUS_OK)
		status = check_key(r);
	if (status == STATUS_OK)
		status = replica_number(r, "role", &role);
	if (status == STATUS_OK)
		status = replica_number(r, "county", &r->county);
	if (status == STATUS_OK)
		status = replica_number(r, "scope", &r->scope);
	if (status == STATUS_OK)
		status = replica_number(r, "epoch", &r->epoch);
	if (status == STATUS_OK)
		status = store_meta_get(r->store, "self", "root", &b);
	if (status == STATUS_OK && b.len != sizeof(r->root_pk))
		status = STATUS_CORRUPT;
	if (status == STATUS_OK)
		memcpy(r->root_pk, b.data, sizeof(r->root_pk));
	buffer_release(&b);
	r->role = (uint8_t)role;
	if (status != STATUS_OK)
		return status;
	if (r->role == ROLE_HUB) {
		uint64_t county;

		status = replica_path(r->dir, "keys/issuing.key", path);
		if (status == STATUS_OK)
			status = roster_issuing_load(r->env, path, &county,
			    r->issuing_sk);
	} else if (r->role == ROLE_SCHOOL) {
		status = replica_path(r->dir, "keys/school.keys", path);
		if (status == STATUS_OK)
			status = keyring_load(r->env, path, &r->keys);
	}
	return status;
}

static int
begin_epoch(struct replica *r)
{
	int status = store_begin_merge(r->store);

	if (status == STATUS_OK)
		status = replica_leave_epoch(r);
	if (status == STATUS_OK)
		status = replica_set_number(r, "renewed",
		    (uint64_t)r->env->now_s(r->env->ctx));
	if (status == STATUS_OK)
		status = store_commit_merge(r->store);
	if (status != STATUS_OK) {
		store_rollback(r->store);
		return status;
	}
	return replica_mark_left(r);
}

static int seal_under(struct replica *r, uint64_t roster);

int
replica_open(const char *dir, const struct env *env,
    const struct replica_domain *domain, struct replica **ret)
{
	bool restoring = false;
	int status = replica_restoring(dir, env, &restoring);

	if (status == STATUS_OK && restoring)
		status = STATUS_NOT_INITIALISED;
	return status == STATUS_OK ? replica_open_raw(dir, env, domain, ret) : status;
}

static int
remove_plan(const char *dir, const struct env *env)
{
	char path[REPLICA_PATH_BYTES];
	int status = replica_path(dir, REPLICA_PLAN, path);

	if (status == STATUS_OK)
		status = env->files->remove(env->ctx, path);
	return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

int
replica_open_raw(const char *dir, const struct env *env,
    const struct replica_domain *domain, struct replica **ret)
{
	struct replica *r;
	uint64_t born = 0, retried = 0;
	bool behind;
	int status;

	r = replica_new(dir, env, domain);
	if (r == NULL)
		return STATUS_NOMEM;
	status = replica_open_store(r, domain, false);
	if (status == STATUS_NOT_FOUND)
		status = STATUS_NOT_INITIALISED;
	if (status == STATUS_OK)
		status = replica_remove_snapshot(dir, env);
	if (status == STATUS_OK)
		status = remove_plan(dir, env);
	if (status == STATUS_OK)
		status = replica_number(r, "born", &born);
	if (status == STATUS_OK)
		status = load_self(r);
	if (status == STATUS_OK)
		status = replica_load_roster(r);
	if (status == STATUS_OK)
		status = replica_settle_issuing(r);
	/* A node that lost a file is damaged; set up anew it would lose the rest. */
	if (status == STATUS_NOT_FOUND)
		status = born != 0 ? STATUS_CORRUPT : STATUS_NOT_INITIALISED;
	if (status == STATUS_OK && born == 0)
		status = replica_set_number(r, "born", 1);
	if (status == STATUS_OK)
		status = sidecar_check(r, &behind);
	if (status == STATUS_OK && behind)
		status = begin_epoch(r);
	if (status == STATUS_OK)
		status = replica_number(r, "retried", &retried);
	/* The roster's file is ahead of the database: a cut came between the two, or the
	 * database was put back.  What it has logged was written under the older one. */
	if (status == STATUS_OK && retried != 0 && retried < r->roster.number)
		status = seal_under(r, retried);
	if (status == STATUS_OK)
		status = replica_upgrade(r);
	if (status == STATUS_OK)
		status = replica_settle_sealing(r);
	if (status == STATUS_OK && retried != r->roster.number)
		status = replica_retry_held(r);
	if (status == STATUS_OK)
		status = replica_replay_erased(r);
	if (status == STATUS_OK)
		status = replica_erase(r);
	/* A cut between an erasure's commit and the emptying of the log. */
	if (status == STATUS_OK && store_has_erased(r->store))
		status = store_truncate_log(r->store);
	if (status == STATUS_OK)
		status = replica_note_erased(r);
	if (status != STATUS_OK) {
		replica_close(r);
		return status;
	}
	r->ids = draw_epoch(r);
	*ret = r;
	return STATUS_OK;
}

struct store *replica_store(struct replica *r) { return r->store; }
const struct roster *replica_roster(const struct replica *r) { return &r->roster; }
const struct identity_public *replica_self(const struct replica *r) { return &r->self.pub; }
uint8_t replica_role(const struct replica *r) { return r->role; }
uint64_t replica_scope(const struct replica *r) { return r->scope; }
uint64_t replica_epoch(const struct replica *r) { return r->epoch; }
const char *replica_detail(const struct replica *r) { return r->detail; }
bool replica_failed_away(const struct replica *r) { return r->away; }

void
replica_prove(const struct replica *r, const char *what, uint8_t ret[PROOF_BYTES])
{
	proof_make(&r->self, what, ret);
}

int
replica_away(struct replica *r, int status)
{
	r->away = status != STATUS_OK;
	return status;
}

/* ---- own transactions ---- */

int
replica_begin(struct replica *r, uint64_t scope, enum lane lane, int64_t staff)
{
	struct store_author author = {
		.node = r->self.pub.id,
		.epoch = r->epoch,
		.ids = r->ids,
		.scope = scope,
		.lane = (uint8_t)lane,
		.staff = staff,
		.time_s = r->env->now_s(r->env->ctx),
		.rights = r->rights,
	};

	if (r->roster_ahead && replica_load_roster(r) != STATUS_OK)
		return STATUS_CORRUPT;
	if (roster_node(&r->roster, &author.node) == NULL) {
		/* Not certified yet: what a school's node will be allowed. */
		if (scope != r->scope)
			return STATUS_RIGHTS;
		roster_role_rights(&r->roster, r->registry, r->role, r->scope, scope,
		    r->roster.number, r->rights);
		if (r->roster.number == 0) /* at its birth */
			author.rights = NULL;
	} else {
		roster_rights(&r->roster, r->registry, &author.node, scope,
		    r->roster.number, r->rights);
	}
	return store_begin(r->store, &author);
}

/* What this node knows of the stream's scope and its segments have not said
 * yet. */
static int
new_knowledge(struct replica *r, uint32_t writer, struct vector *ret)
{
	const struct stream_id *own = store_stream_id(r->store, writer);
	struct vector all = {0};
	int status = store_vector(r->store, own->scope, false, &all);

	for (size_t i = 0; status == STATUS_OK && i < all.n; i++) {
		const struct vector_entry *e = &all.entries[i];
		uint64_t said;
		uint32_t of;

		if (stream_id_compare(&e->stream, own) == 0)
			continue;
		status = store_stream(r->store, &e->stream, &of);
		if (status == STATUS_OK)
			status = store_knows(r->store, writer, UINT64_MAX, of, &said);
		if (status == STATUS_OK && e->through > said)
			status = vector_raise(ret, &e->stream, e->through);
	}
	vector_release(&all);
	return status;
}

static int
seal_one(struct replica *r, uint32_t writer, uint64_t roster, const struct store_head *head)
{
	struct segment_header h = {
		.stream = *store_stream_id(r->store, writer),
		.roster = roster,
	};
	struct store_segment seg = { .writer = writer, .knows = &h.knows };
	struct buffer packed = BUFFER_INIT;
	const struct school_key *key = NULL;
	struct batch b;
	int status;

	batch_init(&b);
	status = store_log_read(r->store, writer, &h.first, &b);
	if (status == STATUS_OK)
		status = new_knowledge(r, writer, &h.knows);
	if (status == STATUS_OK)
		status = replica_key_in_use(r, &key);
	if (status != STATUS_OK)
		goto out;
	assert(b.ntx > 0 && h.first == head->stored + 1);
	h.count = b.ntx;
	status = segment_build(r->registry, r->county, &h, head->hash, &b,
	    key, &r->self, r->env, &packed, seg.hash);
	if (status != STATUS_OK)
		goto out;
	seg.first = h.first;
	seg.count = h.count;
	seg.packed = packed.data;
	seg.packed_len = packed.len;
	batch_times(&b, &seg.min_time_s, &seg.max_time_s);
	status = store_begin_merge(r->store);
	if (status == STATUS_OK)
		status = store_seal(r->store, &seg);
	if (status == STATUS_OK)
		status = store_commit_merge(r->store);
	if (status != STATUS_OK)
		store_rollback(r->store);
out:
	vector_release(&h.knows);
	buffer_release(&packed);
	batch_release(&b);
	return status;
}

static int
seal_under(struct replica *r, uint64_t roster)
{
	for (uint32_t w = 1; w <= store_stream_count(r->store); w++) {
		const struct stream_id *s = store_stream_id(r->store, w);
		struct store_head head;
		int status;

		if (s == NULL || node_id_compare(&s->node, &r->self.pub.id) != 0)
			continue;
		status = store_head(r->store, w, &head);
		while (status == STATUS_OK && head.logged > head.stored) {
			status = seal_one(r, w, roster, &head);
			if (status == STATUS_OK)
				status = store_head(r->store, w, &head);
		}
		if (status != STATUS_OK)
			return status;
	}
	return STATUS_OK;
}

int
replica_seal(struct replica *r)
{
	if (r->roster_ahead && replica_load_roster(r) != STATUS_OK)
		return STATUS_CORRUPT;
	return seal_under(r, r->roster.number);
}

int
replica_erase(struct replica *r)
{
	struct merge m = replica_merge(r);
	int status;

	if (!store_erasing(r->store))
		return STATUS_OK;
	status = replica_seal(r);
	if (status == STATUS_OK)
		status = store_begin_merge(r->store);
	if (status == STATUS_OK) {
		status = merge_erase(&m);
		if (status == STATUS_OK)
			status = store_commit_merge(r->store);
		if (status != STATUS_OK)
			store_rollback(r->store);
	}
	if (status == STATUS_OK)
		status = store_truncate_log(r->store);
	return status == STATUS_OK ? replica_note_erased(r) : status;
}

/* A hub's word on a row that it refuses. */
static int
judge(void *ctx, const struct stream_id *stream, uint64_t seq, uint32_t row,
    enum verdict_reason reason)
{
	struct replica *r = ctx;
	struct merge m = replica_merge(r);
	struct verdict v = { .county = r->county, .by = r->self.pub.id,
	    .stream = *stream, .seq = seq, .row = row, .reason = (uint8_t)reason,
	    .time_s = r->env->now_s(r->env->ctx) };
	struct buffer b = BUFFER_INIT;
	int status = verdict_build(&v, &r->self, &b);

	if (status == STATUS_OK)
		status = merge_verdict_keep(&m, &v, b.data, b.len);
	if (status == STATUS_EXISTS || status == STATUS_TOO_LARGE)
		status = STATUS_OK; /* the rows are refused all the same */
	buffer_release(&b);
	return status;
}

struct merge
replica_merge(struct replica *r)
{
	struct merge m = {
		.store = r->store,
		.registry = r->registry,
		.roster = &r->roster,
		.keys = &r->keys,
		.scope = r->scope,
		.judge = r->role == ROLE_HUB ? judge : NULL,
		.judge_ctx = r,
		.self = &r->self.pub,
		.now_s = r->env->now_s(r->env->ctx),
		.epoch = r->epoch,
	};

	return m;
}

int
replica_digest(struct replica *r, uint64_t scope, uint8_t ret[HASH_BYTES])
{
	return store_digest(r->store, scope, ret);
}
