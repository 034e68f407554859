#include <stdlib.h>
#include <string.h>

#include "sync/magic.h"
#include "sync/roster_internal.h"
#include "sync/roster_seal.h"

void
roster_release(struct roster *r)
{
	free(r->steps);
	free(r->schools);
	free(r->certs);
	free(r->invites);
	free(r->revocations);
	free(r->rights);
	free(r->sealings);
	memset(r, 0, sizeof *r);
}

/* ---- order ---- */

static int
compare_u64(uint64_t a, uint64_t b)
{
	return a < b ? -1 : a > b;
}

static int
compare_schools(const void *a, const void *b)
{
	const struct roster_school *x = a, *y = b;

	return compare_u64(x->id, y->id);
}

static int
compare_certs(const void *a, const void *b)
{
	const struct roster_cert *x = a, *y = b;

	return node_id_compare(&x->node.id, &y->node.id);
}

static int
compare_invites(const void *a, const void *b)
{
	const struct roster_invite *x = a, *y = b;

	return memcmp(x->id, y->id, sizeof x->id);
}

static int
compare_revocations(const void *a, const void *b)
{
	const struct roster_revocation *x = a, *y = b;
	int c = node_id_compare(&x->node, &y->node);

	return c != 0 ? c : stream_id_compare(&x->stream, &y->stream);
}

static int
compare_rights(const void *a, const void *b)
{
	const struct roster_right *x = a, *y = b;

	if (x->role != y->role)
		return x->role < y->role ? -1 : 1;
	if (x->own != y->own)
		return x->own < y->own ? -1 : 1;
	if (x->table != y->table)
		return compare_u64(x->table, y->table);
	if (x->from != y->from)
		return compare_u64(x->from, y->from);
	return compare_u64(x->columns, y->columns);
}

typedef int comparison(const void *a, const void *b);

/* Strictly ascending: sorted, and nothing twice. */
static bool
ascending(const void *list, size_t n, size_t size, comparison *compare)
{
	const char *p = list;

	for (size_t i = 1; i < n; i++)
		if (compare(p + (i - 1) * size, p + i * size) >= 0)
			return false;
	return true;
}

static void
sort(void *list, size_t n, size_t size, comparison *compare)
{
	if (n > 1)
		qsort(list, n, size, compare);
}

static const void *
find(const void *key, const void *list, size_t n, size_t size, comparison *compare)
{
	return n == 0 ? NULL : bsearch(key, list, n, size, compare);
}

/* The list with room for one more, item in its sorted place; NULL when there is
 * no memory, the list is then as it was. */
static void *
insert(void *list, size_t n, size_t size, comparison *compare, const void *item)
{
	size_t at = n;
	char *p = realloc(list, (n + 1) * size);

	if (p == NULL)
		return NULL;
	while (at > 0 && compare(p + (at - 1) * size, item) > 0)
		at--;
	memmove(p + (at + 1) * size, p + at * size, (n - at) * size);
	memcpy(p + at * size, item, size);
	return p;
}

/* ---- what may be ---- */

/* Well-formed UTF-8 without control characters (C0, DEL, C1) and without the
 * line and paragraph separators: a name is one line, wherever it is shown. */
static bool
name_valid(const char name[ROSTER_NAME_MAX_BYTES])
{
	const char *nul = memchr(name, 0, ROSTER_NAME_MAX_BYTES);
	const uint8_t *p = (const uint8_t *)name;
	size_t len;

	if (nul == NULL || nul == name)
		return false;
	len = (size_t)(nul - name);
	if (!value_utf8_valid(p, len))
		return false;
	for (size_t i = 0; i < len; i++) {
		if (p[i] < 0x20 || p[i] == 0x7f)
			return false;
		if (p[i] == 0xc2 && p[i + 1] < 0xa0)
			return false;
		if (p[i] == 0xe2 && p[i + 1] == 0x80
		    && (p[i + 2] == 0xa8 || p[i + 2] == 0xa9))
			return false;
	}
	return true;
}

static bool
class_valid(unsigned code)
{
	static const unsigned codes[] = {111, 112, 121, 122, 123, 210, 220};

	for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++)
		if (codes[i] == code)
			return true;
	return false;
}

static bool
school_valid(const struct roster_school *s)
{
	return s->id >= SCHOOL_MIN && s->id <= SCHOOL_MAX && name_valid(s->name)
	    && class_valid(s->class_code) && s->kind >= 1 && s->kind <= 6;
}

static bool
role_valid(const struct roster *r, uint8_t role, uint64_t scope)
{
	if (role == ROLE_SCHOOL)
		return roster_school(r, scope) != NULL;
	return (role == ROLE_HUB || role == ROLE_RELAY) && scope == SCOPE_COUNTY;
}

static bool
cert_valid(const struct roster *r, const struct roster_cert *c)
{
	const struct roster_invite *invite;

	if (!role_valid(r, c->role, c->scope) || c->since < 1 || c->since > r->number)
		return false;
	if (sodium_is_zero(c->invite, sizeof c->invite))
		return true;
	invite = roster_invite(r, c->invite);
	return invite != NULL && (invite->state & INVITE_BOUND) && invite->role == c->role
	    && invite->scope == c->scope;
}

/* As many bound invitations as certificates that carry one, each invitation
 * carried once. */
static bool
binding_valid(const struct roster *r)
{
	size_t carried = 0, bound = 0;
	bool *seen = calloc(r->ninvites + 1, sizeof *seen);
	bool good = seen != NULL;

	for (size_t i = 0; good && i < r->ncerts; i++) {
		const struct roster_invite *v = roster_invite(r, r->certs[i].invite);

		if (v == NULL)
			continue;
		good = !seen[v - r->invites];
		seen[v - r->invites] = true;
		carried++;
	}
	for (size_t i = 0; i < r->ninvites; i++)
		bound += r->invites[i].state & INVITE_BOUND;
	free(seen);
	return good && carried == bound;
}

static bool
revocation_valid(const struct roster_revocation *v)
{
	static const struct stream_id none;

	if (stream_id_compare(&v->stream, &none) == 0)
		return v->through == 0 && sodium_is_zero(v->hash, HASH_BYTES);
	return node_id_compare(&v->node, &v->stream.node) == 0 && v->stream.epoch != 0
	    && v->through >= 1;
}

static bool
right_valid(const struct roster *r, const struct roster_right *v)
{
	return v->role >= ROLE_HUB && v->role <= ROLE_RELAY && v->own <= 1
	    && v->table >= 1 && v->table <= REGISTRY_MAX_TABLE_ID && v->columns != 0
	    && v->from <= r->number && v->until <= r->number
	    && (v->until == 0 || v->until > v->from);
}

static bool
lists_ascending(const struct roster *r)
{
	return ascending(r->schools, r->nschools, sizeof *r->schools, compare_schools)
	    && ascending(r->certs, r->ncerts, sizeof *r->certs, compare_certs)
	    && ascending(r->invites, r->ninvites, sizeof *r->invites, compare_invites)
	    && ascending(r->revocations, r->nrevocations, sizeof *r->revocations,
	    compare_revocations)
	    && ascending(r->rights, r->nrights, sizeof *r->rights, compare_rights);
}

static bool
lists_fit(const struct roster *r)
{
	return r->nsteps <= ROSTER_MAX_STEPS && r->nschools <= ROSTER_MAX_SCHOOLS
	    && r->ncerts <= ROSTER_MAX_NODES && r->ninvites <= ROSTER_MAX_NODES
	    && r->nrevocations <= ROSTER_MAX_REVOCATIONS && r->nrights <= ROSTER_MAX_RIGHTS;
}

/* Everything that is asked of a roster apart from signatures. */
bool
roster_valid(const struct roster *r)
{
	if (!stream_county_valid(r->county) || r->number < 1
	    || !name_valid(r->name) || !lists_fit(r) || !lists_ascending(r))
		return false;
	for (size_t i = 0; i < r->nschools; i++)
		if (!school_valid(&r->schools[i]))
			return false;
	for (size_t i = 0; i < r->ninvites; i++)
		if (!role_valid(r, r->invites[i].role, r->invites[i].scope) ||
		    r->invites[i].state > (INVITE_BOUND | INVITE_WITHDRAWN))
			return false;
	for (size_t i = 0; i < r->ncerts; i++)
		if (!cert_valid(r, &r->certs[i]))
			return false;
	for (size_t i = 0; i < r->nrevocations; i++)
		if (!revocation_valid(&r->revocations[i]))
			return false;
	for (size_t i = 0; i < r->nrights; i++)
		if (!right_valid(r, &r->rights[i]))
			return false;
	return roster_sealings_valid(r) && binding_valid(r);
}

/* ---- signatures ---- */

static void
sign(const uint8_t sk[64], const uint8_t hash[HASH_BYTES], uint8_t ret[SIGNATURE_BYTES])
{
	crypto_sign_detached(ret, NULL, hash, HASH_BYTES, sk);
}

static void
put_le64(uint8_t out[8], uint64_t v)
{
	for (unsigned i = 0; i < 8; i++)
		out[i] = (uint8_t)(v >> (8 * i));
}

static void
step_hash(uint64_t county, const uint8_t old_pk[32], const uint8_t new_pk[32],
    uint8_t ret[HASH_BYTES])
{
	uint8_t data[8 + 32 + 32];

	put_le64(data, county);
	memcpy(data + 8, old_pk, 32);
	memcpy(data + 40, new_pk, 32);
	hash_bytes("kehou 1 root step", data, sizeof data, ret);
}

static void
issuing_hash(uint64_t county, const uint8_t issuing_pk[32], uint8_t ret[HASH_BYTES])
{
	uint8_t data[8 + 32];

	put_le64(data, county);
	memcpy(data + 8, issuing_pk, 32);
	hash_bytes("kehou 1 issuing", data, sizeof data, ret);
}

static int
cert_hash(uint64_t county, const struct roster_cert *c, uint8_t ret[HASH_BYTES])
{
	struct buffer b = BUFFER_INIT;
	uint8_t head[8];
	int rc;

	put_le64(head, county);
	buffer_put(&b, head, sizeof head);
	roster_cert_put_body(&b, c);
	rc = buffer_status(&b);
	if (rc == STATUS_OK)
		hash_bytes("kehou 1 certificate", b.data, b.len, ret);
	buffer_release(&b);
	return rc;
}

const uint8_t *
roster_newest_root(const struct roster *r)
{
	return r->nsteps > 0 ? r->steps[r->nsteps - 1].root_pk : r->root_pk;
}

static int
verify_roots(const struct roster *r)
{
	const uint8_t *root = r->root_pk;
	uint8_t hash[HASH_BYTES];
	int rc;

	for (size_t i = 0; i < r->nsteps; i++) {
		const struct roster_step *s = &r->steps[i];

		step_hash(r->county, root, s->root_pk, hash);
		rc = identity_verify_hash(root, hash, s->by_old);
		if (rc == STATUS_OK)
			rc = identity_verify_hash(s->root_pk, hash, s->by_new);
		if (rc != STATUS_OK)
			return rc;
		root = s->root_pk;
	}
	issuing_hash(r->county, r->issuing_pk, hash);
	return identity_verify_hash(root, hash, r->issuing_sig);
}

int
roster_cert_verify(const struct roster_cert *c, uint64_t county,
    const uint8_t issuing_pk[32])
{
	uint8_t hash[HASH_BYTES];
	int rc = cert_hash(county, c, hash);

	return rc == STATUS_OK ? identity_verify_hash(issuing_pk, hash, c->signature)
	    : rc;
}

static int
verify_certs(const struct roster *r)
{
	int rc = STATUS_OK;

	for (size_t i = 0; i < r->ncerts && rc == STATUS_OK; i++)
		rc = roster_cert_verify(&r->certs[i], r->county, r->issuing_pk);
	return rc;
}

int
roster_read(const uint8_t *data, size_t len, uint64_t county, const uint8_t *root_pk,
    struct roster *ret)
{
	struct roster r;
	int rc = roster_parse(data, len, &r);

	if (rc != STATUS_OK)
		return rc;
	if ((county != 0 && county != r.county)
	    || (root_pk != NULL && memcmp(root_pk, r.root_pk, 32) != 0))
		rc = STATUS_FOREIGN;
	if (rc == STATUS_OK)
		rc = verify_roots(&r);
	if (rc == STATUS_OK)
		rc = identity_verify_hash(r.issuing_pk, r.hash,
		    data + len - SIGNATURE_BYTES);
	if (rc == STATUS_OK)
		rc = verify_certs(&r);
	if (rc != STATUS_OK) {
		roster_release(&r);
		return rc;
	}
	*ret = r;
	return STATUS_OK;
}

/* ---- building ---- */

int
roster_issue(struct roster *r, const uint8_t root_sk[64], const uint8_t issuing_pk[32])
{
	uint8_t hash[HASH_BYTES];

	if (memcmp(root_sk + 32, roster_newest_root(r), 32) != 0)
		return STATUS_USAGE;
	memcpy(r->issuing_pk, issuing_pk, sizeof r->issuing_pk);
	issuing_hash(r->county, issuing_pk, hash);
	sign(root_sk, hash, r->issuing_sig);
	return STATUS_OK;
}

int
roster_rotate(struct roster *r, const uint8_t old_sk[64], const uint8_t new_sk[64])
{
	uint8_t hash[HASH_BYTES];
	struct roster_step *steps;

	if (memcmp(old_sk + 32, roster_newest_root(r), 32) != 0)
		return STATUS_USAGE;
	if (r->nsteps >= ROSTER_MAX_STEPS)
		return STATUS_TOO_LARGE;
	steps = realloc(r->steps, (r->nsteps + 1) * sizeof *steps);
	if (steps == NULL)
		return STATUS_NOMEM;
	r->steps = steps;
	memcpy(steps[r->nsteps].root_pk, new_sk + 32, 32);
	step_hash(r->county, old_sk + 32, new_sk + 32, hash);
	sign(old_sk, hash, steps[r->nsteps].by_old);
	sign(new_sk, hash, steps[r->nsteps].by_new);
	r->nsteps++;
	return STATUS_OK;
}

int
roster_add_school(struct roster *r, const struct roster_school *school)
{
	struct roster_school *list;

	if (!school_valid(school))
		return STATUS_USAGE;
	if (roster_school(r, school->id) != NULL)
		return STATUS_EXISTS;
	if (r->nschools >= ROSTER_MAX_SCHOOLS)
		return STATUS_TOO_LARGE;
	list = insert(r->schools, r->nschools, sizeof *list, compare_schools, school);
	if (list == NULL)
		return STATUS_NOMEM;
	r->schools = list;
	r->nschools++;
	return STATUS_OK;
}

int
roster_add_invite(struct roster *r, const struct roster_invite *invite)
{
	struct roster_invite *list;

	if (roster_invite(r, invite->id) != NULL)
		return STATUS_EXISTS;
	if (r->ninvites >= ROSTER_MAX_NODES)
		return STATUS_TOO_LARGE;
	list = insert(r->invites, r->ninvites, sizeof *list, compare_invites, invite);
	if (list == NULL)
		return STATUS_NOMEM;
	r->invites = list;
	r->ninvites++;
	return STATUS_OK;
}

int
roster_add_revocation(struct roster *r, const struct roster_revocation *v)
{
	struct roster_revocation *list;

	if (!revocation_valid(v))
		return STATUS_USAGE;
	if (find(v, r->revocations, r->nrevocations, sizeof *v, compare_revocations))
		return STATUS_EXISTS;
	if (r->nrevocations >= ROSTER_MAX_REVOCATIONS)
		return STATUS_TOO_LARGE;
	list = insert(r->revocations, r->nrevocations, sizeof *list,
	    compare_revocations, v);
	if (list == NULL)
		return STATUS_NOMEM;
	r->revocations = list;
	r->nrevocations++;
	return STATUS_OK;
}

static int
may_certify(const struct roster *r, const struct roster_cert *c, bool again)
{
	const struct roster_cert *same = roster_node(r, &c->node.id);
	const struct roster_invite *invite;

	if (same != NULL)
		return memcmp(same->node.sign_pk, c->node.sign_pk, SIGN_PK_BYTES) == 0
		    && memcmp(same->node.seal_pk, c->node.seal_pk, SEAL_PK_BYTES) == 0
		    ? STATUS_EXISTS : STATUS_FORK;
	if (!role_valid(r, c->role, c->scope) || c->since < 1)
		return STATUS_USAGE;
	if (r->ncerts >= ROSTER_MAX_NODES)
		return STATUS_TOO_LARGE;
	if (sodium_is_zero(c->invite, sizeof c->invite))
		return STATUS_OK;
	invite = roster_invite(r, c->invite);
	if (invite == NULL || (invite->state == INVITE_WITHDRAWN && !again))
		return STATUS_NOT_FOUND;
	if (invite->state & INVITE_BOUND)
		return STATUS_INVITE_USED;
	return invite->role == c->role && invite->scope == c->scope
	    ? STATUS_OK : STATUS_USAGE;
}

/* Invitations that a certificate carries are bound, no others are. */
static void
bind_invites(struct roster *r)
{
	for (size_t i = 0; i < r->ninvites; i++)
		r->invites[i].state &= INVITE_WITHDRAWN;
	for (size_t i = 0; i < r->ncerts; i++) {
		const struct roster_invite *v = roster_invite(r, r->certs[i].invite);

		if (v != NULL)
			r->invites[v - r->invites].state |= INVITE_BOUND;
	}
}

static int
certify(struct roster *r, const struct roster_cert *cert, const uint8_t issuing_sk[64],
    bool again)
{
	struct roster_cert signed_cert = *cert, *list;
	uint8_t hash[HASH_BYTES];
	int rc;

	identity_derive(&signed_cert.node);
	rc = may_certify(r, &signed_cert, again);
	if (rc == STATUS_OK)
		rc = cert_hash(r->county, &signed_cert, hash);
	if (rc != STATUS_OK)
		return rc;
	sign(issuing_sk, hash, signed_cert.signature);
	list = insert(r->certs, r->ncerts, sizeof *list, compare_certs, &signed_cert);
	if (list == NULL)
		return STATUS_NOMEM;
	r->certs = list;
	r->ncerts++;
	bind_invites(r);
	return STATUS_OK;
}

int
roster_certify(struct roster *r, const struct roster_cert *cert,
    const uint8_t issuing_sk[64])
{
	return certify(r, cert, issuing_sk, false);
}

int
roster_certify_again(struct roster *r, const struct roster_cert *cert,
    const uint8_t issuing_sk[64])
{
	return certify(r, cert, issuing_sk, true);
}

static void
sort_lists(struct roster *r)
{
	sort(r->schools, r->nschools, sizeof *r->schools, compare_schools);
	sort(r->certs, r->ncerts, sizeof *r->certs, compare_certs);
	sort(r->invites, r->ninvites, sizeof *r->invites, compare_invites);
	sort(r->revocations, r->nrevocations, sizeof *r->revocations,
	    compare_revocations);
	sort(r->rights, r->nrights, sizeof *r->rights, compare_rights);
}

int
roster_sign(struct roster *r, const uint8_t issuing_sk[64], struct buffer *ret)
{
	struct buffer b = BUFFER_INIT;
	uint8_t hash[HASH_BYTES], sig[SIGNATURE_BYTES];
	int rc = STATUS_OK;

	if (memcmp(issuing_sk + 32, r->issuing_pk, 32) != 0)
		return STATUS_USAGE;
	sort_lists(r);
	bind_invites(r);
	if (!roster_valid(r) || verify_roots(r) != STATUS_OK)
		return STATUS_USAGE;
	for (size_t i = 0; i < r->ncerts && rc == STATUS_OK; i++) {
		rc = cert_hash(r->county, &r->certs[i], hash);
		if (rc == STATUS_OK)
			sign(issuing_sk, hash, r->certs[i].signature);
	}
	if (rc != STATUS_OK)
		return rc;
	roster_encode(r, &b);
	rc = buffer_status(&b);
	if (rc == STATUS_OK && b.len + SIGNATURE_BYTES > ROSTER_MAX_BYTES)
		rc = STATUS_TOO_LARGE;
	if (rc == STATUS_OK) {
		hash_bytes("kehou 1 roster", b.data, b.len, hash);
		sign(issuing_sk, hash, sig);
		buffer_put(&b, sig, sizeof sig);
		buffer_put(ret, b.data, b.len);
		rc = b.failed ? STATUS_NOMEM : buffer_status(ret);
	}
	if (rc == STATUS_OK)
		memcpy(r->hash, hash, HASH_BYTES);
	buffer_release(&b);
	return rc;
}

/* ---- questions ---- */

const struct roster_cert *
roster_node(const struct roster *r, const struct node_id *id)
{
	struct roster_cert key;

	key.node.id = *id;
	return find(&key, r->certs, r->ncerts, sizeof key, compare_certs);
}

const struct roster_school *
roster_school(const struct roster *r, uint64_t id)
{
	struct roster_school key;

	key.id = id;
	return find(&key, r->schools, r->nschools, sizeof key, compare_schools);
}

const struct roster_invite *
roster_invite(const struct roster *r, const uint8_t id[16])
{
	struct roster_invite key;

	memcpy(key.id, id, sizeof key.id);
	return find(&key, r->invites, r->ninvites, sizeof key, compare_invites);
}
