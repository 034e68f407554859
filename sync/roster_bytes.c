#include <stdlib.h>
#include <string.h>

#include "sync/magic.h"
#include "sync/roster_internal.h"
#include "sync/roster_seal.h"

static void
put_name(struct buffer *b, const char name[ROSTER_NAME_MAX_BYTES])
{
	buffer_put_bytes(b, name, strlen(name));
}

static void
read_name(struct reader *r, char ret[ROSTER_NAME_MAX_BYTES])
{
	size_t len;
	const uint8_t *p = reader_bytes(r, ROSTER_NAME_MAX_BYTES - 1, &len);

	/* A NUL inside would make two encodings of one name. */
	if (p == NULL || memchr(p, 0, len) != NULL) {
		reader_fail(r);
		return;
	}
	memcpy(ret, p, len);
}

/* A varint that fits a narrower field. */
static uint64_t
read_at_most(struct reader *r, uint64_t max)
{
	uint64_t v = reader_varint(r);

	if (v > max)
		reader_fail(r);
	return v <= max ? v : 0;
}

static bool
read_flag(struct reader *r)
{
	uint8_t v = reader_u8(r);

	if (v > 1)
		reader_fail(r);
	return v == 1;
}

static void
put_school(struct buffer *b, const struct roster_school *s)
{
	buffer_put_varint(b, s->id);
	put_name(b, s->name);
	buffer_put_varint(b, s->class_code);
	buffer_put_u8(b, s->kind);
}

static void
read_school(struct reader *r, struct roster_school *s)
{
	s->id = reader_varint(r);
	read_name(r, s->name);
	s->class_code = (uint16_t)read_at_most(r, UINT16_MAX);
	s->kind = reader_u8(r);
}

/* What the certificate's signature covers, after the county. */
void
roster_cert_put_body(struct buffer *b, const struct roster_cert *c)
{
	buffer_put(b, c->node.sign_pk, SIGN_PK_BYTES);
	buffer_put(b, c->node.seal_pk, SEAL_PK_BYTES);
	buffer_put_u8(b, c->role);
	buffer_put_varint(b, c->scope);
	buffer_put_varint(b, c->since);
	buffer_put(b, c->invite, sizeof c->invite);
}

void
roster_cert_put(struct buffer *b, const struct roster_cert *c)
{
	roster_cert_put_body(b, c);
	buffer_put(b, c->signature, SIGNATURE_BYTES);
}

void
roster_cert_read(struct reader *r, struct roster_cert *c)
{
	reader_copy(r, c->node.sign_pk, SIGN_PK_BYTES);
	reader_copy(r, c->node.seal_pk, SEAL_PK_BYTES);
	identity_derive(&c->node);
	c->role = reader_u8(r);
	c->scope = reader_varint(r);
	c->since = reader_varint(r);
	reader_copy(r, c->invite, sizeof c->invite);
	reader_copy(r, c->signature, sizeof c->signature);
}

static void
invite_id(const uint8_t key[32], uint8_t ret[16])
{
	uint8_t digest[HASH_BYTES];

	hash_bytes("kehou 1 invite id", key, 32, digest);
	memcpy(ret, digest, 16);
}

static void
put_invite(struct buffer *b, const struct roster_invite *v)
{
	buffer_put(b, v->key, sizeof v->key);
	buffer_put_u8(b, v->role);
	buffer_put_varint(b, v->scope);
	buffer_put_u8(b, v->state);
}

static void
read_invite(struct reader *r, struct roster_invite *v)
{
	reader_copy(r, v->key, sizeof v->key);
	invite_id(v->key, v->id);
	v->role = reader_u8(r);
	v->scope = reader_varint(r);
	v->state = reader_u8(r);
}

static void
put_revocation(struct buffer *b, const struct roster_revocation *v)
{
	bool stream = v->stream.epoch != 0;

	buffer_put(b, v->node.b, NODE_ID_BYTES);
	buffer_put_u8(b, stream);
	if (!stream)
		return;
	stream_id_put(b, &v->stream);
	buffer_put_varint(b, v->through);
	buffer_put(b, v->hash, HASH_BYTES);
}

static void
read_revocation(struct reader *r, struct roster_revocation *v)
{
	reader_copy(r, v->node.b, NODE_ID_BYTES);
	if (!read_flag(r))
		return;
	stream_id_read(r, &v->stream);
	v->through = reader_varint(r);
	reader_copy(r, v->hash, HASH_BYTES);
}

static void
put_right(struct buffer *b, const struct roster_right *v)
{
	buffer_put_u8(b, v->role);
	buffer_put_u8(b, v->own);
	buffer_put_varint(b, v->table);
	buffer_put_varint(b, v->columns);
	buffer_put_varint(b, v->from);
	buffer_put_varint(b, v->until);
}

static void
read_right(struct reader *r, struct roster_right *v)
{
	v->role = reader_u8(r);
	v->own = reader_u8(r);
	v->table = (uint16_t)read_at_most(r, UINT16_MAX);
	v->columns = reader_varint(r);
	v->from = reader_varint(r);
	v->until = reader_varint(r);
}

static void
put_lists(struct buffer *b, const struct roster *r)
{
	buffer_put_varint(b, r->nschools);
	for (size_t i = 0; i < r->nschools; i++)
		put_school(b, &r->schools[i]);
	buffer_put_varint(b, r->ncerts);
	for (size_t i = 0; i < r->ncerts; i++)
		roster_cert_put(b, &r->certs[i]);
	buffer_put_varint(b, r->ninvites);
	for (size_t i = 0; i < r->ninvites; i++)
		put_invite(b, &r->invites[i]);
	buffer_put_varint(b, r->nrevocations);
	for (size_t i = 0; i < r->nrevocations; i++)
		put_revocation(b, &r->revocations[i]);
	buffer_put_varint(b, r->nrights);
	for (size_t i = 0; i < r->nrights; i++)
		put_right(b, &r->rights[i]);
	buffer_put_varint(b, r->nsealings);
	for (size_t i = 0; i < r->nsealings; i++)
		roster_sealing_put(b, &r->sealings[i]);
}

void
roster_encode(const struct roster *r, struct buffer *b)
{
	magic_put(b, 'R');
	buffer_put_varint(b, r->county);
	put_name(b, r->name);
	buffer_put_varint(b, r->number);
	buffer_put(b, r->root_pk, sizeof r->root_pk);
	buffer_put_varint(b, r->nsteps);
	for (size_t i = 0; i < r->nsteps; i++) {
		buffer_put(b, r->steps[i].root_pk, sizeof r->steps[i].root_pk);
		buffer_put(b, r->steps[i].by_old, SIGNATURE_BYTES);
		buffer_put(b, r->steps[i].by_new, SIGNATURE_BYTES);
	}
	buffer_put(b, r->issuing_pk, sizeof r->issuing_pk);
	buffer_put(b, r->issuing_sig, SIGNATURE_BYTES);
	put_lists(b, r);
}

/* A count, then zeroed memory for as many; NULL and a failed reader or
 * *nomem when there is none. */
static void *
read_list(struct reader *r, size_t max, size_t size, size_t *ret_n, bool *nomem)
{
	size_t n = reader_count(r, max);
	void *list = n == 0 ? NULL : calloc(n, size);

	if (n > 0 && list == NULL) {
		*nomem = true;
		reader_fail(r);
	}
	*ret_n = list == NULL ? 0 : n;
	return list;
}

static void
read_steps(struct reader *r, struct roster *s, bool *nomem)
{
	s->steps = read_list(r, ROSTER_MAX_STEPS, sizeof *s->steps, &s->nsteps, nomem);
	for (size_t i = 0; i < s->nsteps && !r->failed; i++) {
		reader_copy(r, s->steps[i].root_pk, sizeof s->steps[i].root_pk);
		reader_copy(r, s->steps[i].by_old, SIGNATURE_BYTES);
		reader_copy(r, s->steps[i].by_new, SIGNATURE_BYTES);
	}
}

static void
read_lists(struct reader *r, struct roster *s, bool *nomem)
{
	s->schools = read_list(r, ROSTER_MAX_SCHOOLS, sizeof *s->schools, &s->nschools,
	    nomem);
	for (size_t i = 0; i < s->nschools && !r->failed; i++)
		read_school(r, &s->schools[i]);
	s->certs = read_list(r, ROSTER_MAX_NODES, sizeof *s->certs, &s->ncerts, nomem);
	for (size_t i = 0; i < s->ncerts && !r->failed; i++)
		roster_cert_read(r, &s->certs[i]);
	s->invites = read_list(r, ROSTER_MAX_NODES, sizeof *s->invites, &s->ninvites,
	    nomem);
	for (size_t i = 0; i < s->ninvites && !r->failed; i++)
		read_invite(r, &s->invites[i]);
	s->revocations = read_list(r, ROSTER_MAX_REVOCATIONS, sizeof *s->revocations,
	    &s->nrevocations, nomem);
	for (size_t i = 0; i < s->nrevocations && !r->failed; i++)
		read_revocation(r, &s->revocations[i]);
	s->rights = read_list(r, ROSTER_MAX_RIGHTS, sizeof *s->rights, &s->nrights, nomem);
	for (size_t i = 0; i < s->nrights && !r->failed; i++)
		read_right(r, &s->rights[i]);
	s->sealings = read_list(r, ROSTER_MAX_SEALINGS, sizeof *s->sealings,
	    &s->nsealings, nomem);
	for (size_t i = 0; i < s->nsealings && !r->failed; i++)
		roster_sealing_read(r, &s->sealings[i]);
}

int
roster_parse(const uint8_t *data, size_t len, struct roster *ret)
{
	struct reader r;
	struct roster s = {0};
	bool nomem = false;
	int rc;

	if (len > ROSTER_MAX_BYTES)
		return STATUS_TOO_LARGE;
	reader_init(&r, data, len);
	rc = magic_read(&r, 'R');
	if (rc != STATUS_OK)
		return rc;
	s.county = reader_varint(&r);
	read_name(&r, s.name);
	s.number = reader_varint(&r);
	reader_copy(&r, s.root_pk, sizeof s.root_pk);
	read_steps(&r, &s, &nomem);
	reader_copy(&r, s.issuing_pk, sizeof s.issuing_pk);
	reader_copy(&r, s.issuing_sig, SIGNATURE_BYTES);
	read_lists(&r, &s, &nomem);
	reader_take(&r, SIGNATURE_BYTES);
	rc = nomem ? STATUS_NOMEM : reader_end(&r);
	if (rc == STATUS_OK && !roster_valid(&s))
		rc = STATUS_MALFORMED;
	if (rc != STATUS_OK) {
		roster_release(&s);
		return rc;
	}
	hash_bytes("kehou 1 roster", data, len - SIGNATURE_BYTES, s.hash);
	*ret = s;
	return STATUS_OK;
}

bool
roster_is(const struct roster *r, const uint8_t *data, size_t len)
{
	uint8_t hash[HASH_BYTES];

	if (r->number == 0 || len <= SIGNATURE_BYTES)
		return false;
	hash_bytes("kehou 1 roster", data, len - SIGNATURE_BYTES, hash);
	return memcmp(hash, r->hash, HASH_BYTES) == 0;
}
