/* Invitation file (hub → school, by hand or paper) and the enrolment request
 * that comes back in the school's first bundle. */
#ifndef SYNC_INVITATION_H
#define SYNC_INVITATION_H

#include "sync/roster.h"

#define INVITATION_MAX_BYTES (ROSTER_MAX_BYTES + 4096)
#define REQUEST_MAX_BYTES 512

/* Contents: county, hub's certificate, the invite's secret seed, role, scope
 * and the whole roster as it stood; signed by the issuing key. */
struct invitation {
	uint64_t county;
	uint8_t role;
	uint64_t scope;
	uint8_t seed[32];      /* secret: whoever has it may enrol once */
	uint8_t id[16];
	struct roster roster;  /* verified; owned */
	struct buffer roster_bytes;
};
void invitation_release(struct invitation *i); /* wipes the seed */
/* Order at the hub: invitation_new_seed, roster_add_invite, roster_sign, then
 * build with county, role, scope, seed and roster_bytes set (id and roster are
 * not looked at).  USAGE when the roster's bytes do not hold this invitation
 * unused, or lack a hub. */
int invitation_build(const struct invitation *in, const uint8_t issuing_sk[64],
    struct buffer *ret) MUST_CHECK;
/* A fresh secret and its public half; the caller sets role and scope. */
int invitation_new_seed(const struct env *env, uint8_t ret_seed[32],
    struct roster_invite *ret_invite) MUST_CHECK;
/* Parses and verifies; trusts the root named in it (the paper carries it). */
int invitation_read(const uint8_t *data, size_t len, struct invitation *ret)
    MUST_CHECK;
/* The half of invitation_read before any signature is looked at (roster stays
 * empty), and its inverse without the signature: for the fuzzer and tests. */
int invitation_parse(const uint8_t *data, size_t len, struct invitation *ret)
    MUST_CHECK;
void invitation_encode(const struct invitation *i, struct buffer *b);

/* The node's public keys and role, signed by the invite key and by the node
 * itself: proof of both secrets. */
struct request {
	uint64_t county;
	uint8_t invite[16];
	struct identity_public node;
};
int request_build(const struct invitation *inv, const struct identity *node,
    struct buffer *ret) MUST_CHECK;
/* Verifies against the roster's invite: INVITE_UNKNOWN none or withdrawn, INVITE_USED
 * bound to other keys (the same keys again are OK), BAD_SIGNATURE. */
int request_read(const uint8_t *data, size_t len, const struct roster *roster,
    struct request *ret) MUST_CHECK;
/* The same without the roster: county and keys as written, unverified. */
int request_parse(const uint8_t *data, size_t len, struct request *ret) MUST_CHECK;

#endif
