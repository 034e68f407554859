#include <string.h>

#include "sync/invitation.h"
#include "sync/magic.h"

void
invitation_release(struct invitation *i)
{
	roster_release(&i->roster);
	buffer_release(&i->roster_bytes);
	sodium_memzero(i, sizeof *i);
}

/* The invite's key pair and id from its seed. */
static void
from_seed(const uint8_t seed[32], uint8_t ret_pk[32], uint8_t ret_sk[64],
    uint8_t ret_id[16])
{
	uint8_t digest[HASH_BYTES];

	crypto_sign_seed_keypair(ret_pk, ret_sk, seed);
	hash_bytes("kehou 1 invite id", ret_pk, 32, digest);
	memcpy(ret_id, digest, 16);
}

int
invitation_new_seed(const struct env *env, uint8_t ret_seed[32],
    struct roster_invite *ret_invite)
{
	struct roster_invite invite = {0};
	uint8_t sk[64];

	env->random(env->ctx, ret_seed, 32);
	from_seed(ret_seed, invite.key, sk, invite.id);
	sodium_memzero(sk, sizeof sk);
	*ret_invite = invite;
	return STATUS_OK;
}

void
invitation_encode(const struct invitation *i, struct buffer *b)
{
	magic_put(b, 'I');
	buffer_put_varint(b, i->county);
	buffer_put_u8(b, i->role);
	buffer_put_varint(b, i->scope);
	buffer_put(b, i->seed, sizeof i->seed);
	buffer_put_bytes(b, i->roster_bytes.data, i->roster_bytes.len);
}

int
invitation_parse(const uint8_t *data, size_t len, struct invitation *ret)
{
	struct invitation i;
	struct reader r;
	const uint8_t *roster;
	size_t roster_len;
	uint8_t pk[32], sk[64];
	int rc;

	memset(&i, 0, sizeof i);
	if (len > INVITATION_MAX_BYTES)
		return STATUS_TOO_LARGE;
	reader_init(&r, data, len);
	rc = magic_read(&r, 'I');
	if (rc != STATUS_OK)
		return rc;
	i.county = reader_varint(&r);
	i.role = reader_u8(&r);
	i.scope = reader_varint(&r);
	reader_copy(&r, i.seed, sizeof i.seed);
	roster = reader_bytes(&r, ROSTER_MAX_BYTES, &roster_len);
	reader_take(&r, SIGNATURE_BYTES);
	rc = reader_end(&r);
	if (rc == STATUS_OK) {
		buffer_put(&i.roster_bytes, roster, roster_len);
		rc = buffer_status(&i.roster_bytes);
	}
	if (rc == STATUS_OK) {
		from_seed(i.seed, pk, sk, i.id);
		sodium_memzero(sk, sizeof sk);
		*ret = i;
	} else {
		invitation_release(&i);
	}
	sodium_memzero(i.seed, sizeof i.seed);
	return rc;
}

/* The roster knows this invitation, unused, and a hub to answer to. */
static bool
roster_fits(const struct roster *r, const uint8_t id[16], uint8_t role, uint64_t scope)
{
	const struct roster_invite *v = roster_invite(r, id);

	return v != NULL && v->state == INVITE_OPEN && v->role == role
	    && v->scope == scope && roster_hub(r) != NULL;
}

int
invitation_build(const struct invitation *in, const uint8_t issuing_sk[64],
    struct buffer *ret)
{
	struct buffer b = BUFFER_INIT;
	struct roster roster;
	uint8_t pk[32], sk[64], id[16], hash[HASH_BYTES], sig[SIGNATURE_BYTES];
	int rc = roster_read(in->roster_bytes.data, in->roster_bytes.len, in->county,
	    NULL, &roster);

	if (rc != STATUS_OK)
		return rc == STATUS_NOMEM ? rc : STATUS_USAGE;
	from_seed(in->seed, pk, sk, id);
	sodium_memzero(sk, sizeof sk);
	if (in->county != roster.county || !roster_fits(&roster, id, in->role, in->scope)
	    || memcmp(roster.issuing_pk, issuing_sk + 32, 32) != 0) {
		rc = STATUS_USAGE;
		goto out;
	}
	invitation_encode(in, &b);
	rc = buffer_status(&b);
	if (rc != STATUS_OK)
		goto out;
	hash_bytes("kehou 1 invitation", b.data, b.len, hash);
	crypto_sign_detached(sig, NULL, hash, HASH_BYTES, issuing_sk);
	buffer_put(&b, sig, sizeof sig);
	buffer_put(ret, b.data, b.len);
	rc = b.failed ? STATUS_NOMEM : buffer_status(ret);
out:
	if (b.data != NULL)
		sodium_memzero(b.data, b.cap);
	buffer_release(&b);
	roster_release(&roster);
	return rc;
}

int
invitation_read(const uint8_t *data, size_t len, struct invitation *ret)
{
	struct invitation i;
	int rc = invitation_parse(data, len, &i);

	if (rc != STATUS_OK)
		return rc;
	rc = roster_read(i.roster_bytes.data, i.roster_bytes.len, 0, NULL, &i.roster);
	if (rc == STATUS_OK)
		rc = identity_verify(i.roster.issuing_pk, "kehou 1 invitation", data,
		    len - SIGNATURE_BYTES, data + len - SIGNATURE_BYTES);
	if (rc == STATUS_OK && (i.county != i.roster.county
	    || !roster_fits(&i.roster, i.id, i.role, i.scope)))
		rc = STATUS_MALFORMED;
	if (rc != STATUS_OK) {
		invitation_release(&i);
		return rc;
	}
	*ret = i;
	sodium_memzero(&i, sizeof i);
	return STATUS_OK;
}

/* ---- request ---- */

int
request_build(const struct invitation *inv, const struct identity *node,
    struct buffer *ret)
{
	struct buffer b = BUFFER_INIT;
	uint8_t pk[32], sk[64], id[16], hash[HASH_BYTES], sig[SIGNATURE_BYTES];
	int rc;

	from_seed(inv->seed, pk, sk, id);
	magic_put(&b, 'Q');
	buffer_put_varint(&b, inv->county);
	buffer_put(&b, id, sizeof id);
	buffer_put(&b, node->pub.sign_pk, SIGN_PK_BYTES);
	buffer_put(&b, node->pub.seal_pk, SEAL_PK_BYTES);
	rc = buffer_status(&b);
	if (rc == STATUS_OK) {
		hash_bytes("kehou 1 request", b.data, b.len, hash);
		crypto_sign_detached(sig, NULL, hash, HASH_BYTES, sk);
		buffer_put(&b, sig, sizeof sig);
		identity_sign_hash(node, hash, sig);
		buffer_put(&b, sig, sizeof sig);
		buffer_put(ret, b.data, b.len);
		rc = b.failed ? STATUS_NOMEM : buffer_status(ret);
	}
	sodium_memzero(sk, sizeof sk);
	buffer_release(&b);
	return rc;
}

int
request_parse(const uint8_t *data, size_t len, struct request *ret)
{
	struct request q = {0};
	struct reader r;
	int rc;

	if (len > REQUEST_MAX_BYTES)
		return STATUS_TOO_LARGE;
	reader_init(&r, data, len);
	rc = magic_read(&r, 'Q');
	if (rc != STATUS_OK)
		return rc;
	q.county = reader_varint(&r);
	reader_copy(&r, q.invite, sizeof q.invite);
	reader_copy(&r, q.node.sign_pk, SIGN_PK_BYTES);
	reader_copy(&r, q.node.seal_pk, SEAL_PK_BYTES);
	reader_take(&r, 2 * SIGNATURE_BYTES);
	rc = reader_end(&r);
	if (rc != STATUS_OK)
		return rc;
	identity_derive(&q.node);
	*ret = q;
	return STATUS_OK;
}

/* Bound to these very keys: the node asks again because no answer came yet. */
static bool
bound_to(const struct roster *roster, const struct request *q)
{
	const struct roster_cert *c = roster_node(roster, &q->node.id);

	return c != NULL && memcmp(c->invite, q->invite, sizeof q->invite) == 0
	    && memcmp(c->node.sign_pk, q->node.sign_pk, SIGN_PK_BYTES) == 0
	    && memcmp(c->node.seal_pk, q->node.seal_pk, SEAL_PK_BYTES) == 0;
}

int
request_read(const uint8_t *data, size_t len, const struct roster *roster,
    struct request *ret)
{
	const struct roster_invite *invite;
	const uint8_t *sigs;
	struct request q;
	uint8_t hash[HASH_BYTES];
	int rc = request_parse(data, len, &q);

	if (rc != STATUS_OK)
		return rc;
	if (q.county != roster->county)
		return STATUS_FOREIGN;
	invite = roster_invite(roster, q.invite);
	if (invite == NULL || invite->state == INVITE_WITHDRAWN)
		return STATUS_INVITE_UNKNOWN;
	sigs = data + len - 2 * SIGNATURE_BYTES;
	hash_bytes("kehou 1 request", data, len - 2 * SIGNATURE_BYTES, hash);
	rc = identity_verify_hash(invite->key, hash, sigs);
	if (rc == STATUS_OK)
		rc = identity_verify_hash(q.node.sign_pk, hash, sigs + SIGNATURE_BYTES);
	if (rc != STATUS_OK)
		return rc;
	if ((invite->state & INVITE_BOUND) && !bound_to(roster, &q))
		return STATUS_INVITE_USED;
	*ret = q;
	return STATUS_OK;
}
