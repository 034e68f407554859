/* The school's keys: taken out of the wraps that arrive, and handed on to those
 * who must have them. */
#include "sync/replica_internal.h"

#include <stdlib.h>
#include <string.h>

#include "gen/sync_sql.h"

#define WRAPS_MAX 65536

struct wrap {
	uint32_t generation;
	uint8_t recipient[NODE_ID_BYTES];
	uint8_t bytes[KEYWRAP_BYTES];
};
struct wraps {
	struct wrap *list;
	size_t n, cap;
};
/* A pair of keys that wraps may be sealed to. */
struct opener {
	uint8_t pk[32], sk[32];
	bool there;
};

static int
add_wrap(struct wraps *all, const struct store_stmt *st)
{
	struct value generation = store_column(st, 0), to = store_column(st, 1),
	    bytes = store_column(st, 2);
	struct wrap *w;

	/* What others made malformed opens for nobody. */
	if (generation.i < 1 || generation.i > UINT32_MAX || to.type != VALUE_BLOB ||
	    to.len != NODE_ID_BYTES || bytes.type != VALUE_BLOB ||
	    bytes.len != KEYWRAP_BYTES || all->n == WRAPS_MAX)
		return STATUS_OK;
	if (all->n == all->cap) {
		size_t cap = all->cap == 0 ? 16 : 2 * all->cap;
		struct wrap *list = realloc(all->list, cap * sizeof(*list));

		if (list == NULL)
			return STATUS_NOMEM;
		all->list = list;
		all->cap = cap;
	}
	w = &all->list[all->n++];
	w->generation = (uint32_t)generation.i;
	memcpy(w->recipient, to.p, NODE_ID_BYTES);
	memcpy(w->bytes, bytes.p, KEYWRAP_BYTES);
	return STATUS_OK;
}

static int
load_wraps(struct replica *r, struct wraps *ret)
{
	struct store_stmt *st;
	bool row;
	int status = store_prepare(r->store, SYNC_SQL_KEYWRAP_LIST, &st, NULL);

	if (status != STATUS_OK)
		return status;
	status = store_bind(st, "school", value_int((int64_t)r->scope));
	while (status == STATUS_OK && (status = store_step(st, &row)) == STATUS_OK && row)
		status = add_wrap(ret, st);
	store_reset(st);
	return status;
}

static bool
has_key(const struct keyring *keys, uint32_t generation)
{
	for (size_t i = 0; i < keys->n; i++)
		if (keys->keys[i].generation == generation)
			return true;
	return false;
}

/* The sheet that was typed in when this machine took a lost one's place. */
static int
load_sheet(struct replica *r, struct opener *ret)
{
	struct buffer b = BUFFER_INIT;
	int status = store_meta_get(r->store, "self", "sheet", &b);

	if (status == STATUS_OK && b.len == sizeof(ret->sk)) {
		memcpy(ret->sk, b.data, sizeof(ret->sk));
		crypto_scalarmult_base(ret->pk, ret->sk);
		ret->there = true;
	}
	if (b.data != NULL)
		sodium_memzero(b.data, b.cap);
	buffer_release(&b);
	return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

static void
open_wraps(struct keyring *keys, const struct wraps *all, const struct opener *by)
{
	for (size_t i = 0; i < all->n; i++) {
		const struct wrap *w = &all->list[i];

		if (has_key(keys, w->generation) ||
		    memcmp(w->recipient, by->pk, NODE_ID_BYTES) != 0)
			continue;
		/* One that does not open is somebody's mistake, and not ours. */
		(void)!keyring_unwrap(keys, w->bytes, sizeof(w->bytes), by->pk, by->sk);
	}
}

/* Memory never has a key that the file lacks: what is sealed under it would be gone
 * with the process. */
static int
put_in_use(struct replica *r, const struct keyring *next)
{
	char path[REPLICA_PATH_BYTES];
	int status = replica_path(r->dir, "keys/school.keys", path);

	if (status == STATUS_OK)
		status = keyring_save(next, r->env, path);
	if (status == STATUS_OK)
		r->keys = *next;
	return status;
}

/* Reads the private parts that could not be read before. */
static int
read_again(struct replica *r)
{
	struct merge m = replica_merge(r);
	struct merge_result result = {0};
	uint64_t *fresh = r->rights; /* scratch, nobody writes meanwhile */
	int status = replica_seal(r);

	for (size_t i = 0; i < r->registry->ntables; i++) {
		const struct registry_table *t = &r->registry->tables[i];

		fresh[i] = 0;
		for (unsigned c = t->nkeys; c < t->ncolumns; c++)
			if (t->columns[c].privacy == PRIVACY_PRIVATE)
				fresh[i] |= UINT64_C(1) << c;
	}
	if (status == STATUS_OK)
		status = store_begin_merge(r->store);
	if (status != STATUS_OK)
		return status;
	status = merge_upgrade(&m, fresh, &result);
	/* What could not be read could not be erased either. */
	if (status == STATUS_OK)
		status = store_erase_again(r->store);
	if (status == STATUS_OK)
		status = replica_set_number(r, "keys_read", r->keys.n);
	if (status == STATUS_OK)
		status = store_commit_merge(r->store);
	if (status != STATUS_OK)
		store_rollback(r->store);
	return status;
}

int
replica_add_wrap(struct replica *r, const struct school_key *key,
    const uint8_t seal_pk[32])
{
	uint8_t wrap[KEYWRAP_BYTES];
	struct store_stmt *st;
	bool row;
	int status = keyring_wrap(key, seal_pk, wrap);

	if (status == STATUS_OK)
		status = store_prepare(r->store, SYNC_SQL_KEYWRAP_ADD, &st, NULL);
	if (status != STATUS_OK)
		return status;
	status = store_bind(st, "school", value_int((int64_t)r->scope));
	if (status == STATUS_OK)
		status = store_bind(st, "generation", value_int((int64_t)key->generation));
	if (status == STATUS_OK)
		status = store_bind(st, "recipient", value_blob(seal_pk, NODE_ID_BYTES));
	if (status == STATUS_OK)
		status = store_bind(st, "wrapped", value_blob(wrap, sizeof(wrap)));
	if (status == STATUS_OK)
		status = store_step(st, &row);
	store_reset(st);
	return status;
}

static bool
is_wrapped(const struct wraps *all, uint32_t generation, const uint8_t pk[32])
{
	for (size_t i = 0; i < all->n; i++)
		if (all->list[i].generation == generation &&
		    memcmp(all->list[i].recipient, pk, NODE_ID_BYTES) == 0)
			return true;
	return false;
}

/* Whoever is to have the school's keys, by the keys that wraps are sealed to. */
struct owners {
	const uint8_t *pk[ROSTER_MAX_NODES + 3];
	size_t n;
};

/* This device, the sheets that this machine knows, and the school's others. */
static int
find_owners(struct replica *r, const uint8_t *sheet, const uint8_t *own_sheet,
    struct owners *ret)
{
	ret->pk[ret->n++] = r->self.pub.seal_pk;
	if (sheet != NULL)
		ret->pk[ret->n++] = sheet;
	if (own_sheet != NULL && (sheet == NULL || memcmp(own_sheet, sheet, 32) != 0))
		ret->pk[ret->n++] = own_sheet;
	for (size_t i = 0; i < r->roster.ncerts; i++) {
		bool yes;
		int status = replica_is_sibling(r, &r->roster.certs[i], &yes);

		if (status != STATUS_OK)
			return status;
		if (yes)
			ret->pk[ret->n++] = r->roster.certs[i].node.seal_pk;
	}
	return STATUS_OK;
}

static int
hand_on(struct replica *r, const struct keyring *keys, const struct wraps *all,
    const struct owners *to)
{
	bool begun = false;
	uint64_t seq;
	int status = STATUS_OK;

	for (size_t i = 0; status == STATUS_OK && i < to->n * keys->n; i++) {
		const struct school_key *key = &keys->keys[i % keys->n];

		if (is_wrapped(all, key->generation, to->pk[i / keys->n]))
			continue;
		if (!begun)
			status = replica_begin(r, r->scope, LANE_ORDINARY, 0);
		if (status != STATUS_OK)
			return status;
		begun = true;
		status = replica_add_wrap(r, key, to->pk[i / keys->n]);
	}
	if (status == STATUS_OK && begun)
		status = store_commit(r->store, &seq);
	if (status != STATUS_OK)
		store_rollback(r->store);
	return status;
}

/* Every key to everyone who is to have it and lacks it. */
static int
share_keys(struct replica *r, const struct keyring *keys, const struct wraps *all,
    const uint8_t *sheet, const uint8_t *own_sheet)
{
	struct owners *to = calloc(1, sizeof(*to));
	int status = to == NULL ? STATUS_NOMEM : find_owners(r, sheet, own_sheet, to);

	if (status == STATUS_OK)
		status = hand_on(r, keys, all, to);
	free(to);
	return status;
}

/* The school's next key.  Wrapped first, to this device too: where the file fails, or the
 * power, it comes out of its wrap again. */
static int
rotate(struct replica *r, const struct wraps *all, const uint8_t *sheet,
    const uint8_t *own_sheet)
{
	struct keyring next = r->keys;
	int status = keyring_rotate_apart(&next, r->env);

	if (status == STATUS_OK)
		status = share_keys(r, &next, all, sheet, own_sheet);
	if (status == STATUS_OK)
		status = put_in_use(r, &next);
	keyring_wipe(&next);
	return status;
}

/* Whether a revoked device has the key in use. */
static bool
is_known_to_revoked(const struct replica *r, const struct wraps *all)
{
	const struct school_key *newest = keyring_newest(&r->keys);

	if (newest == NULL || roster_revoked(&r->roster, &r->self.pub.id))
		return false;
	for (size_t i = 0; i < r->roster.ncerts; i++) {
		const struct roster_cert *c = &r->roster.certs[i];

		if (c->scope == r->scope && c->role == ROLE_SCHOOL &&
		    roster_revoked(&r->roster, &c->node.id) &&
		    is_wrapped(all, newest->generation, c->node.seal_pk))
			return true;
	}
	return false;
}

/* The secret on the sheet goes back to paper alone. */
static int
forget_sheet(struct replica *r)
{
	int status = store_begin_merge(r->store);

	if (status == STATUS_OK)
		status = store_meta_set(r->store, "self", "sheet", NULL, 0);
	if (status == STATUS_OK)
		status = store_commit_merge(r->store);
	if (status != STATUS_OK)
		store_rollback(r->store);
	return status;
}

/* Generations that this node lacks, each once. */
struct lacking {
	const struct replica *r;
	const struct wraps *all;
	uint64_t n;
};

static bool
is_named_before(const struct wraps *all, size_t n, uint32_t generation)
{
	for (size_t i = 0; i < n; i++)
		if (all->list[i].generation == generation)
			return true;
	return false;
}

/* One that a segment is sealed under and no wrap names. */
static int
count_noted(void *ctx, const char *name, const uint8_t *data, size_t len)
{
	struct lacking *l = ctx;
	uint32_t generation = (uint32_t)strtoul(name, NULL, 10);

	(void)data;
	(void)len;
	l->n += !has_key(&l->r->keys, generation) &&
	    !is_named_before(l->all, l->all->n, generation);
	return 0;
}

static int
count_lacking(struct replica *r, const struct wraps *all, uint64_t *ret)
{
	struct lacking l = { .r = r, .all = all };
	int status;

	for (size_t i = 0; i < all->n; i++)
		l.n += !is_named_before(all, i, all->list[i].generation) &&
		    !has_key(&r->keys, all->list[i].generation);
	status = store_meta_list(r->store, MERGE_GENERATIONS, count_noted, &l);
	if (status == STATUS_OK)
		*ret = l.n;
	return status;
}

int
replica_locked(struct replica *r, uint64_t *ret)
{
	struct wraps all = {0};
	int status = r->role == ROLE_SCHOOL ? load_wraps(r, &all) : STATUS_NOT_FOUND;

	if (status == STATUS_OK)
		status = count_lacking(r, &all, ret);
	free(all.list);
	return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

/* Keys that wraps open for this device or the sheet that was typed in. */
static int
take_wrapped(struct replica *r, const struct wraps *all, const struct opener *sheet)
{
	struct opener self = { .there = true };
	struct keyring next = r->keys;
	int status = STATUS_OK;

	memcpy(self.pk, r->self.pub.seal_pk, sizeof(self.pk));
	memcpy(self.sk, r->self.seal_sk, sizeof(self.sk));
	open_wraps(&next, all, &self);
	if (sheet->there)
		open_wraps(&next, all, sheet);
	if (next.n > r->keys.n)
		status = put_in_use(r, &next);
	sodium_memzero(&self, sizeof(self));
	keyring_wipe(&next);
	return status;
}

/* own_sheet: the public half of the sheet that was printed here, or empty. */
static int
settle_keys(struct replica *r, struct wraps *all, const struct opener *sheet,
    const struct buffer *own_sheet)
{
	const uint8_t *typed = sheet->there ? sheet->pk : NULL;
	const uint8_t *own = own_sheet->len == 32 ? own_sheet->data : NULL;
	uint64_t had = 0;
	int status = take_wrapped(r, all, sheet);

	if (status == STATUS_OK && is_known_to_revoked(r, all)) {
		status = rotate(r, all, typed, own);
		if (status == STATUS_TOO_LARGE) /* no room: it goes on as it is */
			status = STATUS_OK;
		all->n = 0;
		if (status == STATUS_OK)
			status = load_wraps(r, all);
	}
	/* A cut after the file: the number tells that the reading is still to do. */
	if (status == STATUS_OK)
		status = replica_number(r, "keys_read", &had);
	if (status == STATUS_OK && had != r->keys.n)
		status = read_again(r);
	return status == STATUS_OK ? share_keys(r, &r->keys, all, typed, own) : status;
}

int
replica_take_keys(struct replica *r)
{
	struct opener sheet = {0};
	struct buffer own = BUFFER_INIT;
	struct wraps all = {0};
	uint64_t lacking = 0;
	int status = r->role == ROLE_SCHOOL ? load_sheet(r, &sheet) : STATUS_NOT_FOUND;

	if (status != STATUS_OK)
		return status == STATUS_NOT_FOUND ? STATUS_OK : status;
	status = store_meta_get(r->store, "self", "sheet_pk", &own);
	if (status == STATUS_NOT_FOUND)
		status = STATUS_OK; /* set up with the sheet of another machine */
	if (status == STATUS_OK)
		status = load_wraps(r, &all);
	if (status == STATUS_OK)
		status = settle_keys(r, &all, &sheet, &own);
	if (status == STATUS_OK)
		status = count_lacking(r, &all, &lacking);
	if (status == STATUS_OK && sheet.there && r->keys.n > 1 && lacking == 0)
		status = forget_sheet(r);
	sodium_memzero(&sheet, sizeof(sheet));
	buffer_release(&own);
	free(all.list);
	return status;
}

/* The newest key that this device's wrap and its sheet's open: one that was made and could
 * not be handed on waits until it is.  Without any such, the newest. */
static const struct school_key *
newest_wrapped(const struct replica *r, const struct wraps *all, const uint8_t *sheet)
{
	for (size_t i = r->keys.n; i-- > 0; ) {
		uint32_t generation = r->keys.keys[i].generation;

		if (is_wrapped(all, generation, r->self.pub.seal_pk) &&
		    (sheet == NULL || is_wrapped(all, generation, sheet)))
			return &r->keys.keys[i];
	}
	return keyring_newest(&r->keys);
}

int
replica_key_in_use(struct replica *r, const struct school_key **ret)
{
	struct buffer own = BUFFER_INIT;
	struct wraps all = {0};
	int status = STATUS_OK;

	*ret = keyring_newest(&r->keys);
	if (r->keys.n > 1) {
		status = store_meta_get(r->store, "self", "sheet_pk", &own);
		if (status == STATUS_OK || status == STATUS_NOT_FOUND)
			status = load_wraps(r, &all);
		if (status == STATUS_OK)
			*ret = newest_wrapped(r, &all, own.len == 32 ? own.data : NULL);
	}
	buffer_release(&own);
	free(all.list);
	return status;
}

/* From now on the sheet is this one alone. */
static int
set_sheet(struct replica *r, const uint8_t pk[32])
{
	int status = store_begin_merge(r->store);

	if (status == STATUS_OK)
		status = store_meta_set(r->store, "self", "sheet_pk", pk, 32);
	if (status == STATUS_OK)
		status = store_meta_set(r->store, "self", "sheet", NULL, 0);
	if (status == STATUS_OK)
		status = replica_set_number(r, "keys_read", r->keys.n);
	if (status == STATUS_OK)
		status = store_commit_merge(r->store);
	if (status != STATUS_OK)
		store_rollback(r->store);
	return status;
}

int
replica_recovery_new(struct replica *r, char ret_text[RECOVERY_TEXT_BYTES])
{
	uint8_t secret[32], pk[32];
	char text[RECOVERY_TEXT_BYTES];
	struct wraps all = {0};
	int status;

	if (r->role != ROLE_SCHOOL || roster_revoked(&r->roster, &r->self.pub.id))
		return STATUS_RIGHTS;
	/* Also what an attempt before this one left. */
	status = replica_take_keys(r);
	/* Logged under the key of before, sealed under it. */
	if (status == STATUS_OK)
		status = replica_seal(r);
	if (status == STATUS_OK)
		status = load_wraps(r, &all);
	r->env->random(r->env->ctx, secret, sizeof(secret));
	crypto_scalarmult_base(pk, secret);
	if (status == STATUS_OK)
		status = recovery_text(secret, text);
	if (status == STATUS_OK)
		status = rotate(r, &all, pk, NULL);
	/* Until this is done the sheet of before counts, and gets the new key too. */
	if (status == STATUS_OK)
		status = set_sheet(r, pk);
	if (status == STATUS_OK)
		memcpy(ret_text, text, sizeof(text));
	free(all.list);
	sodium_memzero(secret, sizeof(secret));
	sodium_memzero(text, sizeof(text));
	return status;
}
