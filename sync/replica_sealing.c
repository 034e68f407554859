/* A hub's sealing key, changed by the year: what is sealed to the one before is opened
 * until the next change, what is sealed to older ones never again. */
#include "sync/replica_internal.h"

#include <string.h>

#include <sodium.h>

#define NODE "keys/node.key"
#define KEY "keys/sealing.key"
#define NEXT "keys/sealing.next"
#define LAST "keys/sealing.last"

static int
load(struct replica *r, const char *name, struct identity *ret)
{
	char path[REPLICA_PATH_BYTES];
	int status = replica_path(r->dir, name, path);

	return status == STATUS_OK ? identity_load(r->env, path, ret) : status;
}

static bool
is_in_use(const struct replica *r, const struct identity *key)
{
	const struct roster_cert *self = roster_node(&r->roster, &r->self.pub.id);

	return self != NULL && memcmp(roster_seal_pk(&r->roster, self), key->pub.seal_pk,
	    SEAL_PK_BYTES) == 0;
}

/* No change was made yet, or the last one was made to its end. */
static bool
is_settled(const struct replica *r)
{
	return is_in_use(r, &r->self) || (r->nsealings > 0 &&
	    is_in_use(r, &r->sealings[0]) && (r->nsealings == 1 ||
	    sodium_is_zero(r->self.seal_sk, sizeof(r->self.seal_sk))));
}

static int
move(struct replica *r, const char *from, const char *to)
{
	char a[REPLICA_PATH_BYTES], b[REPLICA_PATH_BYTES];
	int status = replica_path(r->dir, from, a);

	if (status == STATUS_OK)
		status = replica_path(r->dir, to, b);
	return status == STATUS_OK ? env_move_file(r->env, a, b) : status;
}

/* The first sealing key stands in the node's own key file, whose place the sidecar
 * knows. */
static int
forget_first(struct replica *r)
{
	char path[REPLICA_PATH_BYTES];
	int status = replica_path(r->dir, NODE, path);

	if (status == STATUS_OK)
		status = identity_forget_seal(&r->self, r->env, path);
	if (status != STATUS_OK)
		return status;
	sodium_memzero(r->self.seal_sk, sizeof(r->self.seal_sk));
	return replica_mark_left(r);
}

/* The next key takes its place; with a second one before it the first dies. */
static int
install(struct replica *r)
{
	int status = move(r, KEY, LAST);

	return status == STATUS_OK || status == STATUS_NOT_FOUND ? move(r, NEXT, KEY) :
	    status;
}

/* What can be opened, the key in use first; on failure what was. */
static int
load_all(struct replica *r)
{
	static const char *const names[] = { KEY, LAST };
	struct identity read[2] = {0};
	size_t n = 0;
	int status = STATUS_OK;

	for (size_t i = 0; status == STATUS_OK && i < sizeof(names) / sizeof(names[0]); i++) {
		status = load(r, names[i], &read[n]);
		n += status == STATUS_OK;
		if (status == STATUS_NOT_FOUND)
			status = STATUS_OK;
	}
	if (status == STATUS_OK) {
		memcpy(r->sealings, read, sizeof(read));
		r->nsealings = n;
	}
	sodium_memzero(read, sizeof(read));
	if (status != STATUS_OK)
		return status;
	if (r->nsealings == 2 && !sodium_is_zero(r->self.seal_sk, sizeof(r->self.seal_sk)))
		return forget_first(r);
	return STATUS_OK;
}

static int
draw(struct replica *r)
{
	struct roster_sealing s = { .node = r->self.pub.id, .since = r->roster.number + 1 };
	char path[REPLICA_PATH_BYTES];
	struct identity next;
	int status = replica_path(r->dir, NEXT, path);

	if (status == STATUS_OK)
		status = r->env->files->remove(r->env->ctx, path);
	if (status == STATUS_OK || status == STATUS_NOT_FOUND)
		status = identity_generate(r->env, &next);
	if (status != STATUS_OK)
		return status;
	memcpy(s.pk, next.pub.seal_pk, sizeof(s.pk));
	status = identity_save(&next, r->env, path);
	identity_wipe(&next);
	if (status == STATUS_OK)
		status = roster_set_sealing(&r->roster, &s);
	if (status == STATUS_OK)
		status = replica_publish_roster(r);
	return status == STATUS_OK ? install(r) : status;
}

int
replica_settle_sealing(struct replica *r)
{
	struct identity key;
	bool can_sign = memcmp(r->issuing_sk + 32, r->roster.issuing_pk, SIGN_PK_BYTES) == 0;
	int status;

	if (r->role != ROLE_HUB || is_settled(r))
		return STATUS_OK;
	status = load(r, KEY, &key);
	if (status != STATUS_OK || !is_in_use(r, &key)) {
		status = load(r, NEXT, &key);
		if (status == STATUS_OK && is_in_use(r, &key))
			status = install(r);
		else if (status == STATUS_OK || status == STATUS_NOT_FOUND)
			/* Put back to before a change: its secret is lost. */
			status = can_sign ? draw(r) : STATUS_OK;
	}
	identity_wipe(&key);
	return status == STATUS_OK ? load_all(r) : status;
}

int
replica_sealing_new(struct replica *r)
{
	int status;

	if (r->role != ROLE_HUB)
		return STATUS_RIGHTS;
	if (memcmp(r->issuing_sk + 32, r->roster.issuing_pk, SIGN_PK_BYTES) != 0)
		return STATUS_STALE;
	status = draw(r);
	return status == STATUS_OK ? load_all(r) : status;
}

int
replica_open_bundle(struct replica *r, struct bundle_reader *reader,
    struct bundle_manifest *ret)
{
	struct identity id = r->self;
	int status = STATUS_BAD_SIGNATURE;

	for (size_t i = 0; status == STATUS_BAD_SIGNATURE && i < r->nsealings; i++) {
		memcpy(id.pub.seal_pk, r->sealings[i].pub.seal_pk, SEAL_PK_BYTES);
		memcpy(id.seal_sk, r->sealings[i].seal_sk, sizeof(id.seal_sk));
		status = bundle_reader_open(reader, &id, ret);
	}
	if (status == STATUS_BAD_SIGNATURE &&
	    !sodium_is_zero(r->self.seal_sk, sizeof(r->self.seal_sk)))
		status = bundle_reader_open(reader, &r->self, ret);
	identity_wipe(&id);
	/* Its sender signed it whole: it is sealed to a key that is no more. */
	return status == STATUS_BAD_SIGNATURE && r->nsealings > 0 ? STATUS_SEAL_GONE : status;
}
