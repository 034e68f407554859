/* How a node begins, and how a hub invites others. */
#include "sync/replica_internal.h"

#include <stdlib.h>
#include <string.h>

/* What another set-up or restore is making there is not what one left.  Of the folder
 * itself the daemon that waits for its set-up has a lock. */
int
replica_hold_birth(const struct env *env, const char *dir, struct file **ret_held)
{
	char path[REPLICA_PATH_BYTES];
	int status = env->files->mkdir(env->ctx, dir);

	if (status == STATUS_OK)
		status = replica_path(dir, "keys", path);
	if (status == STATUS_OK)
		status = env->files->mkdir(env->ctx, path);
	if (status == STATUS_OK)
		status = env->files->hold(env->ctx, path, ret_held);
	return status;
}

/* EXISTS for a database that a node has worked with, also where its roster was
 * lost: it may hold the only copy of what people wrote. */
static int
check_unused(const char *dir, const struct env *env, const struct replica_domain *domain)
{
	struct replica *r = replica_new(dir, env, domain);
	uint64_t born = 0;
	int status;

	if (r == NULL)
		return STATUS_NOMEM;
	status = replica_open_store(r, domain, false);
	if (status == STATUS_OK)
		status = replica_number(r, "born", &born);
	else if (status == STATUS_NOT_INITIALISED || status == STATUS_NOT_FOUND)
		status = STATUS_OK;
	replica_close(r);
	return status == STATUS_OK && born != 0 ? STATUS_EXISTS : status;
}

/* The roster file is written last: a directory without it holds no node, unless
 * one was opened in it before; what an interrupted set-up left there is cleared
 * away. */
int
replica_clear_unborn(const struct env *env, const char *dir,
    const struct replica_domain *domain)
{
	static const char *const left[] = {
		"kehou.db", "kehou.db-wal", "kehou.db-shm", "sidecar",
		"keys/node.key", "keys/school.keys", "keys/issuing.key",
	};
	char path[REPLICA_PATH_BYTES];
	struct file *file;
	int status = replica_path(dir, "roster", path);

	if (status != STATUS_OK)
		return status;
	status = env->files->open_read(env->ctx, path, &file);
	if (status == STATUS_OK) {
		env->files->close(env->ctx, file);
		return STATUS_EXISTS;
	}
	if (status != STATUS_NOT_FOUND)
		return status;
	status = check_unused(dir, env, domain);
	if (status != STATUS_OK)
		return status;
	for (size_t i = 0; i < sizeof(left) / sizeof(left[0]); i++) {
		status = replica_path(dir, left[i], path);
		if (status == STATUS_OK)
			status = env->files->remove(env->ctx, path);
		if (status != STATUS_OK && status != STATUS_NOT_FOUND)
			return status;
	}
	return STATUS_OK;
}

static int
birth_begin(const char *dir, const struct env *env,
    const struct replica_domain *domain, struct replica **ret)
{
	struct replica *r = replica_new(dir, env, domain);
	char path[REPLICA_PATH_BYTES];
	int status = r == NULL ? STATUS_NOMEM : replica_hold_birth(env, dir, &r->held);

	if (status == STATUS_OK)
		status = replica_clear_unborn(env, dir, domain);
	if (status == STATUS_OK)
		status = identity_generate(env, &r->self);
	if (status == STATUS_OK)
		status = replica_path(dir, "keys/node.key", path);
	if (status == STATUS_OK)
		status = identity_save(&r->self, env, path);
	if (status == STATUS_OK)
		status = replica_open_store(r, domain, true);
	if (status != STATUS_OK) {
		replica_close(r);
		return status;
	}
	*ret = r;
	return STATUS_OK;
}

static int
birth_numbers(struct replica *r)
{
	int status = replica_set_number(r, "role", r->role);

	if (status == STATUS_OK)
		status = replica_set_number(r, "county", r->county);
	if (status == STATUS_OK)
		status = replica_set_number(r, "scope", r->scope);
	if (status == STATUS_OK)
		status = store_meta_set(r->store, "self", "root", r->root_pk,
		    sizeof(r->root_pk));
	if (status == STATUS_OK)
		status = store_meta_set(r->store, "self", "node", r->self.pub.id.b,
		    NODE_ID_BYTES);
	if (status == STATUS_OK)
		status = replica_new_epoch(r, &r->epoch);
	if (status == STATUS_OK)
		status = replica_mark_left(r);
	return status;
}

int
replica_save_root(const struct env *env, const struct replica_hub_options *o,
    const uint8_t root_sk[64])
{
	size_t len = strlen(o->passphrase);

	for (unsigned i = 0; i < 2; i++) {
		uint8_t back[64];
		uint64_t county;
		int status = roster_root_save(root_sk, o->county, o->passphrase, len,
		    env, o->root_copies[i]);

		if (status == STATUS_OK)
			status = roster_root_load(env, o->root_copies[i],
			    o->passphrase, len, &county, back);
		if (status == STATUS_OK && (county != o->county ||
		    sodium_memcmp(back, root_sk, sizeof(back)) != 0))
			status = STATUS_CORRUPT;
		sodium_memzero(back, sizeof(back));
		if (status != STATUS_OK)
			return status;
	}
	return STATUS_OK;
}

static int
hub_roster(struct replica *r, const struct replica_hub_options *o,
    const uint8_t root_sk[64])
{
	struct roster_cert cert = { .node = r->self.pub, .role = ROLE_HUB, .since = 1 };
	struct roster *ro = &r->roster;
	uint8_t issuing_pk[SIGN_PK_BYTES];
	int status;

	ro->county = o->county;
	memcpy(ro->name, o->name, strlen(o->name) + 1);
	memcpy(ro->root_pk, r->root_pk, sizeof(ro->root_pk));
	crypto_sign_ed25519_sk_to_pk(issuing_pk, r->issuing_sk);
	status = roster_issue(ro, root_sk, issuing_pk);
	if (status == STATUS_OK)
		status = roster_default_rights(ro, r->registry);
	if (status == STATUS_OK)
		status = roster_certify(ro, &cert, r->issuing_sk);
	return status;
}

int
replica_init_hub(const char *dir, const struct env *env,
    const struct replica_domain *domain, const struct replica_hub_options *o)
{
	struct replica *r = NULL;
	uint8_t root_sk[64] = {0}, seed[32];
	char path[REPLICA_PATH_BYTES];
	int status;

	if (o->county < 100000 || o->county > 999999 || o->name == NULL ||
	    o->name[0] == '\0' || strlen(o->name) >= ROSTER_NAME_MAX_BYTES ||
	    o->passphrase == NULL || strlen(o->passphrase) < PASSPHRASE_MIN_BYTES ||
	    o->root_copies[0] == NULL || o->root_copies[1] == NULL ||
	    strcmp(o->root_copies[0], o->root_copies[1]) == 0)
		return STATUS_USAGE;
	status = birth_begin(dir, env, domain, &r);
	if (status != STATUS_OK)
		return status;
	r->county = o->county;
	r->role = ROLE_HUB;
	env->random(env->ctx, seed, sizeof(seed));
	crypto_sign_seed_keypair(r->root_pk, root_sk, seed);
	env->random(env->ctx, seed, sizeof(seed));
	crypto_sign_seed_keypair(r->roster.issuing_pk, r->issuing_sk, seed);
	sodium_memzero(seed, sizeof(seed));
	status = replica_save_root(env, o, root_sk);
	if (status == STATUS_OK)
		status = replica_path(dir, "keys/issuing.key", path);
	if (status == STATUS_OK)
		status = roster_issuing_save(r->issuing_sk, o->county, env, path);
	if (status == STATUS_OK)
		status = birth_numbers(r);
	if (status == STATUS_OK)
		status = hub_roster(r, o, root_sk);
	if (status == STATUS_OK)
		status = replica_publish_roster(r);
	sodium_memzero(root_sk, sizeof(root_sk));
	replica_close(r);
	return status;
}

/* Hands this device's first generation of the school's key to itself and to the
 * recovery key, as rows that travel. */
static int
wrap_keys(struct replica *r, const uint8_t recovery_pk[32])
{
	const struct school_key *key = keyring_newest(&r->keys);
	int status = replica_begin(r, r->scope, LANE_ORDINARY, 0);
	uint64_t seq;

	if (status == STATUS_OK)
		status = replica_add_wrap(r, key, r->self.pub.seal_pk);
	if (status == STATUS_OK)
		status = replica_add_wrap(r, key, recovery_pk);
	if (status == STATUS_OK)
		status = store_commit(r->store, &seq);
	else
		store_rollback(r->store);
	return status;
}

/* Whether another machine of this school was invited before: it has keys of its own,
 * whether it was enrolled by now or not. */
static bool
has_others(const struct roster *roster, uint64_t scope, const uint8_t own_invite[16])
{
	for (size_t i = 0; i < roster->ninvites; i++)
		if (roster->invites[i].role == ROLE_SCHOOL &&
		    roster->invites[i].scope == scope &&
		    memcmp(roster->invites[i].id, own_invite, 16) != 0)
			return true;
	return false;
}

/* secret: of the recovery sheet, new or typed in; kept when keep is true. */
static int
birth_keys(struct replica *r, const struct invitation *inv, const uint8_t secret[32],
    bool keep)
{
	uint8_t recovery_pk[32];
	char path[REPLICA_PATH_BYTES];
	int status = has_others(&inv->roster, inv->scope, inv->id) ?
	    keyring_rotate_apart(&r->keys, r->env) : keyring_rotate(&r->keys, r->env);

	crypto_scalarmult_base(recovery_pk, secret);
	if (status == STATUS_OK)
		status = replica_path(r->dir, "keys/school.keys", path);
	if (status == STATUS_OK)
		status = keyring_save(&r->keys, r->env, path);
	if (status == STATUS_OK)
		status = birth_numbers(r);
	if (status == STATUS_OK)
		status = replica_set_number(r, "keys_read", r->keys.n);
	if (status == STATUS_OK && keep)
		status = store_meta_set(r->store, "self", "sheet", secret, 32);
	if (status == STATUS_OK)
		status = store_meta_set(r->store, "self", "sheet_pk", recovery_pk, 32);
	if (status == STATUS_OK && keep)
		status = replica_set_number(r, "again", inv->roster.number);
	if (status == STATUS_OK)
		status = wrap_keys(r, recovery_pk);
	return status;
}

/* secret: of a school's recovery sheet; NULL: the node is a relay. */
static int
init_invited(const char *dir, const struct env *env,
    const struct replica_domain *domain, const uint8_t *invite, size_t invite_len,
    const uint8_t *secret, bool keep)
{
	struct replica *r = NULL;
	struct invitation inv = {0};
	struct buffer request = BUFFER_INIT;
	char path[REPLICA_PATH_BYTES];
	int status = invitation_read(invite, invite_len, &inv);

	if (status == STATUS_OK && inv.role != (secret == NULL ? ROLE_RELAY : ROLE_SCHOOL))
		status = STATUS_USAGE;
	if (status == STATUS_OK)
		status = birth_begin(dir, env, domain, &r);
	if (status != STATUS_OK)
		goto out;
	r->county = inv.county;
	r->role = inv.role;
	r->scope = inv.scope;
	memcpy(r->root_pk, inv.roster.root_pk, sizeof(r->root_pk));
	status = secret == NULL ? birth_numbers(r) : birth_keys(r, &inv, secret, keep);
	if (status == STATUS_OK)
		status = request_build(&inv, &r->self, &request);
	if (status == STATUS_OK)
		status = store_meta_set(r->store, "self", "request", request.data,
		    request.len);
	if (status == STATUS_OK)
		status = replica_path(dir, "roster", path);
	if (status == STATUS_OK)
		status = env_write_file(env, path, inv.roster_bytes.data,
		    inv.roster_bytes.len);
out:
	buffer_release(&request);
	invitation_release(&inv);
	replica_close(r);
	return status;
}

int
replica_init_school(const char *dir, const struct env *env,
    const struct replica_domain *domain, const uint8_t *invite, size_t invite_len,
    char ret_recovery[RECOVERY_TEXT_BYTES])
{
	char text[RECOVERY_TEXT_BYTES];
	uint8_t secret[32];
	int status;

	env->random(env->ctx, secret, sizeof(secret));
	status = recovery_text(secret, text);
	if (status == STATUS_OK)
		status = init_invited(dir, env, domain, invite, invite_len, secret, false);
	if (status == STATUS_OK)
		memcpy(ret_recovery, text, sizeof(text));
	sodium_memzero(secret, sizeof(secret));
	sodium_memzero(text, sizeof(text));
	return status;
}

int
replica_init_relay(const char *dir, const struct env *env,
    const struct replica_domain *domain, const uint8_t *invite, size_t invite_len)
{
	return init_invited(dir, env, domain, invite, invite_len, NULL, false);
}

int
replica_init_again(const char *dir, const struct env *env,
    const struct replica_domain *domain, const uint8_t *invite, size_t invite_len,
    const char *sheet)
{
	uint8_t secret[32];
	int status = recovery_parse(sheet, secret);

	if (status == STATUS_OK)
		status = init_invited(dir, env, domain, invite, invite_len, secret, true);
	sodium_memzero(secret, sizeof(secret));
	return status;
}

/* Puts the newest signed roster into the invitation. */
static int
invite_file(struct replica *r, struct invitation *inv, struct buffer *ret_file)
{
	char path[REPLICA_PATH_BYTES];
	int status = replica_path(r->dir, "roster", path);

	if (status == STATUS_OK)
		status = env_read_file(r->env, path, ROSTER_MAX_BYTES,
		    &inv->roster_bytes);
	if (status == STATUS_OK)
		status = invitation_build(inv, r->issuing_sk, ret_file);
	buffer_release(&inv->roster_bytes);
	return status;
}

int
replica_invite(struct replica *r, const struct replica_invite *in,
    struct buffer *ret_file)
{
	struct invitation inv = { .county = r->county, .role = in->role };
	struct roster_invite entry = {0};
	int status;

	if (r->role != ROLE_HUB)
		return STATUS_RIGHTS;
	inv.scope = in->role == ROLE_SCHOOL ? in->school.id : 0;
	status = invitation_new_seed(r->env, inv.seed, &entry);
	entry.role = inv.role;
	entry.scope = inv.scope;
	memcpy(inv.id, entry.id, sizeof(inv.id));
	if (status == STATUS_OK && in->role == ROLE_SCHOOL &&
	    roster_school(&r->roster, in->school.id) == NULL)
		status = roster_add_school(&r->roster, &in->school);
	if (status == STATUS_OK)
		status = roster_add_invite(&r->roster, &entry);
	status = status == STATUS_OK ? replica_publish_roster(r) :
	    replica_put_roster_back(r, status);
	if (status == STATUS_OK)
		status = invite_file(r, &inv, ret_file);
	sodium_memzero(inv.seed, sizeof(inv.seed));
	return status;
}

int
replica_withdraw(struct replica *r, uint8_t role, uint64_t school)
{
	if (r->role != ROLE_HUB)
		return STATUS_RIGHTS;
	if (roster_withdraw(&r->roster, role, school) == 0)
		return STATUS_NOT_FOUND;
	return replica_publish_roster(r);
}

int
replica_revoke(struct replica *r, const struct node_id *node)
{
	struct roster_revocation v = { .node = *node };
	const struct roster_cert *cert = roster_node(&r->roster, node);
	bool any = false;
	int status = STATUS_OK;

	if (r->role != ROLE_HUB)
		return STATUS_RIGHTS;
	if (cert == NULL)
		return STATUS_NOT_FOUND;
	if (cert->role == ROLE_HUB)
		return STATUS_USAGE;
	if (roster_revoked(&r->roster, node))
		return STATUS_EXISTS;
	for (uint32_t w = 1; status == STATUS_OK && w <= store_stream_count(r->store);
	    w++) {
		const struct stream_id *s = store_stream_id(r->store, w);
		struct store_head head;

		if (s == NULL || node_id_compare(&s->node, node) != 0)
			continue;
		status = store_head(r->store, w, &head);
		if (status != STATUS_OK || head.stored == 0)
			continue;
		v.stream = *s;
		v.through = head.stored;
		memcpy(v.hash, head.hash, HASH_BYTES);
		any = true;
		status = roster_add_revocation(&r->roster, &v);
	}
	if (status == STATUS_OK && !any)
		status = roster_add_revocation(&r->roster, &v);
	return status == STATUS_OK ? replica_publish_roster(r) :
	    replica_put_roster_back(r, status);
}
