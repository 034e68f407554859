/* Who is who in a county: nodes, certificates, rights, revocations.
 *
 * Complete, clear text (binary, not secret), signed, its own file beside the
 * bundles.  Any higher number is taken; the same number with another hash is
 * an alarm (FORK).  The chain of trust: root key → issuing key (certificate in
 * the roster) → node certificates and the roster's signature.  A root rotation
 * is a step signed by the old and the new root; all steps travel. */
#ifndef SYNC_ROSTER_H
#define SYNC_ROSTER_H

#include "sync/env.h"
#include "sync/identity.h"
#include "sync/registry.h"

#define ROSTER_MAX_BYTES (4u * 1024 * 1024)
#define ROSTER_MAX_NODES 8192
#define ROSTER_MAX_SCHOOLS 4096
#define ROSTER_MAX_STEPS 32
#define ROSTER_MAX_SEALINGS 64
#define ROSTER_NAME_MAX_BYTES 192
#define PASSPHRASE_MIN_BYTES 8

enum roster_role { ROLE_HUB = 1, ROLE_SCHOOL = 2, ROLE_RELAY = 3 };

struct roster_school {
	uint64_t id;             /* 学校标识码, ten digits; the scope */
	char name[ROSTER_NAME_MAX_BYTES];
	uint16_t class_code;     /* 111 112 121 122 123 210 220 */
	uint8_t kind;            /* 1 primary 2 junior 3 nine-year 4 teaching point
	                          * 5 central 6 boarding */
};

/* A node's certificate, signed by the issuing key. */
struct roster_cert {
	struct identity_public node;
	uint8_t role;            /* enum roster_role */
	uint64_t scope;          /* school number for ROLE_SCHOOL, else 0 */
	uint64_t since;          /* roster number in which it first stood */
	uint8_t invite[16];      /* invitation that it used; zero for the hub */
	uint8_t signature[64];
};

/* An invitation stays in every later roster: one that was withdrawn must not come back
 * with an older one that a hub joins.  Bits; both where a machine was enrolled by a hub
 * that had forgotten, or did not know yet, that it was withdrawn. */
enum roster_invite_state {
	INVITE_OPEN = 0,
	INVITE_BOUND = 1,        /* a certificate carries its id; set by certify and sign */
	INVITE_WITHDRAWN = 2     /* the county took it back unused */
};

/* An invitation that was issued: its public key, and what became of it. */
struct roster_invite {
	uint8_t id[16];          /* first bytes of the hash of key */
	uint8_t key[32];         /* Ed25519 public key; the file has the seed */
	uint8_t role;
	uint64_t scope;
	uint8_t state;           /* bits of roster_invite_state */
};

/* Valid through: segments of the stream after seq count no more. */
struct roster_revocation {
	struct node_id node;
	struct stream_id stream; /* one entry a stream of the node; none: nothing
	                          * of it counts */
	uint64_t through;
	uint8_t hash[HASH_BYTES];
};

/* Which columns a role may write, and in which rosters.  What held once stays in the
 * list with its end: so the newest roster tells what any older one said. */
struct roster_right {
	uint8_t role;
	uint8_t own;             /* 1: rows of its own scope; 0: of any school */
	uint16_t table;
	uint64_t columns;        /* bit per column id; bit 0: may insert, delete */
	uint64_t from;           /* holds for what names this roster or a later one (0:
	                          * it was granted for the first time), … */
	uint64_t until;          /* … and is before this one; 0: it still holds */
};

struct roster_step {         /* root rotation */
	uint8_t root_pk[32];     /* the new one */
	uint8_t by_old[64], by_new[64];
};

/* The sealing key that a hub has now, instead of its certificate's. */
struct roster_sealing {
	struct node_id node;
	uint64_t since;          /* roster number in which it first stood */
	uint8_t pk[SEAL_PK_BYTES];
};

struct roster {
	uint64_t county;         /* six digits */
	char name[ROSTER_NAME_MAX_BYTES];
	uint64_t number;         /* from 1 */
	uint8_t root_pk[32];     /* the first root */
	struct roster_step *steps; size_t nsteps;
	uint8_t issuing_pk[32];
	uint8_t issuing_sig[64]; /* by the newest root over county and issuing_pk */
	struct roster_school *schools; size_t nschools;
	struct roster_cert *certs; size_t ncerts;
	struct roster_invite *invites; size_t ninvites;
	struct roster_revocation *revocations; size_t nrevocations;
	struct roster_right *rights; size_t nrights;
	struct roster_sealing *sealings; size_t nsealings; /* ascending by node */
	uint8_t hash[HASH_BYTES]; /* of the signed bytes; set by read and sign */
};

#define ROSTER_TABLE_KEYWRAP 1 /* the engine's own table of wrapped school keys */

void roster_release(struct roster *r);

/* Building, at the hub.  Lists are kept sorted; names are UTF-8 without control
 * characters, not empty.  The caller raises number before it signs. */

/* Signs issuing_pk with the newest root's secret key. */
int roster_issue(struct roster *r, const uint8_t root_sk[64],
    const uint8_t issuing_pk[32]) MUST_CHECK; /* USAGE: not the newest root */
/* Appends a rotation from the newest root to new_sk's, signed by both; the
 * issuing key must be signed anew after it. */
int roster_rotate(struct roster *r, const uint8_t old_sk[64],
    const uint8_t new_sk[64]) MUST_CHECK;
int roster_add_school(struct roster *r, const struct roster_school *school)
    MUST_CHECK; /* EXISTS, USAGE, TOO_LARGE */
int roster_add_invite(struct roster *r, const struct roster_invite *invite)
    MUST_CHECK; /* EXISTS, TOO_LARGE */
/* Takes back the invitations of a role and scope that nobody has used; how many. */
size_t roster_withdraw(struct roster *r, uint8_t role, uint64_t scope);
int roster_add_revocation(struct roster *r, const struct roster_revocation *v)
    MUST_CHECK; /* EXISTS, TOO_LARGE */
/* A hub's sealing key in place of the one before.  EXISTS when the one that stands is
 * as new or newer, USAGE when the node is no hub, TOO_LARGE. */
int roster_set_sealing(struct roster *r, const struct roster_sealing *s) MUST_CHECK;
/* Signs and adds a certificate and marks its invitation as bound.  EXISTS for
 * the same node, FORK when the 64-bit id belongs to other keys, NOT_FOUND for
 * an invite that the roster lacks or withdrew, INVITE_USED when it is bound, USAGE when
 * role, scope or since do not fit. */
int roster_certify(struct roster *r, const struct roster_cert *cert,
    const uint8_t issuing_sk[64]) MUST_CHECK;
/* The default rights out of a registry: school nodes write school tables of their
 * scope, hubs county tables, erasures and the columns marked hub.  Columns of which no
 * roster spoke before are granted from 0, others from the next number on; what held and
 * does no more ends there.  What the registry does not know stays. */
int roster_default_rights(struct roster *r, const struct registry *reg) MUST_CHECK;
/* Adds what another roster of the county has and this one lacks: schools,
 * invitations, certificates, revocations, newer sealing keys; nothing of a roster is ever taken out.
 * An invitation is open afterwards only where neither has it used or withdrawn; one that
 * either has used is bound, and its certificate stands, although the other withdrew it:
 * roster_uninvited tells.
 * Raises number to the higher of both.  Where they contradict, ours stays. */
int roster_join(struct roster *r, const struct roster *other,
    const uint8_t issuing_sk[64], bool *ret_changed) MUST_CHECK;
/* Whether r has every root step that before has, in this order. */
bool roster_follows(const struct roster *r, const struct roster *before);
/* Sorts the lists, signs every certificate and the whole with the issuing key
 * (after a rotation of that key the old certificates thus hold under the new
 * one; under the same key their bytes do not change), appends the file's bytes.
 * USAGE when the key is not issuing_pk's or roster_read would refuse it. */
int roster_sign(struct roster *r, const uint8_t issuing_sk[64], struct buffer *ret)
    MUST_CHECK;

/* Parses and verifies everything below root_pk (NULL: trust the file's own,
 * for inspect and invitations).  BAD_SIGNATURE, FOREIGN when county differs
 * from a nonzero one or the first root from root_pk, MALFORMED, TRUNCATED,
 * TOO_LARGE, NEWER. */
int roster_read(const uint8_t *data, size_t len, uint64_t county,
    const uint8_t *root_pk, struct roster *ret) MUST_CHECK;
/* Whether these bytes say what r says; their signature is not looked at. */
bool roster_is(const struct roster *r, const uint8_t *data, size_t len);
/* The half of roster_read before any signature is looked at, and its inverse
 * without the last signature: for the fuzzer and tests. */
int roster_parse(const uint8_t *data, size_t len, struct roster *ret) MUST_CHECK;
void roster_encode(const struct roster *r, struct buffer *b);

/* One certificate's bytes, signature included, and its signature alone. */
void roster_cert_put(struct buffer *b, const struct roster_cert *c);
void roster_cert_read(struct reader *r, struct roster_cert *ret); /* may fail r */
int roster_cert_verify(const struct roster_cert *c, uint64_t county,
    const uint8_t issuing_pk[32]) MUST_CHECK;

const struct roster_cert *roster_node(const struct roster *r,
    const struct node_id *id);
const struct roster_school *roster_school(const struct roster *r, uint64_t id);
const struct roster_invite *roster_invite(const struct roster *r,
    const uint8_t id[16]);
/* What is sealed to a node now: 32 bytes. */
const uint8_t *roster_seal_pk(const struct roster *r, const struct roster_cert *c);
/* The hub certified last that is not revoked. */
const struct roster_cert *roster_hub(const struct roster *r);
const uint8_t *roster_newest_root(const struct roster *r); /* 32 bytes */
bool roster_revoked(const struct roster *r, const struct node_id *id);
/* Not revoked, and enrolled with an invitation that the county took back. */
bool roster_uninvited(const struct roster *r, const struct roster_cert *c);
/* False when no revocation of the stream, or of a branch of it, reaches seq: then a
 * segment that ends there counts no more.  merge_fork_counts looks at hashes too. */
bool roster_counts(const struct roster *r, const struct stream_id *s, uint64_t seq);
/* Fills, per registry table, the column-index mask that node might write in scope
 * under the roster with this number (key bits: insert and delete); number is at most
 * r's.  masks has reg->ntables entries.  A revoked node keeps its rights for what
 * roster_counts still admits. */
void roster_rights(const struct roster *r, const struct registry *reg,
    const struct node_id *node, uint64_t scope, uint64_t number, uint64_t *masks);
/* The same for a node that will have this role and scope of its own. */
void roster_role_rights(const struct roster *r, const struct registry *reg, uint8_t role,
    uint64_t own, uint64_t scope, uint64_t number, uint64_t *masks);
/* Whether next says of the rights up to r's number what r says.  Of columns that r does
 * not mention it may say anything. */
bool roster_keeps_rights(const struct roster *r, const struct roster *next);

/* The root key file: secret key under a passphrase (Argon2id, then
 * XSalsa20-Poly1305), docs/FORMAT.md "Root key file".  save refuses to
 * overwrite (EXISTS) and a short passphrase (USAGE); load: PASSPHRASE, CORRUPT. */
int roster_root_save(const uint8_t sk[64], uint64_t county, const char *passphrase,
    size_t passphrase_len, const struct env *env, const char *path) MUST_CHECK;
int roster_root_load(const struct env *env, const char *path, const char *passphrase,
    size_t passphrase_len, uint64_t *ret_county, uint8_t ret_sk[64]) MUST_CHECK;
/* The issuing key, unencrypted in the hub's keys/.  save refuses to overwrite. */
int roster_issuing_save(const uint8_t sk[64], uint64_t county,
    const struct env *env, const char *path) MUST_CHECK;
int roster_issuing_load(const struct env *env, const char *path,
    uint64_t *ret_county, uint8_t ret_sk[64]) MUST_CHECK;

#endif
