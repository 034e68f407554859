/* What the vectors hold: bytes, and what they mean as JSON. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/vectors/trust.h"

/* ---- as JSON ---- */

static json_t *
hex(const uint8_t *p, size_t len)
{
	char *text = malloc(2 * len + 1);
	json_t *j;

	if (text == NULL)
		abort();
	sodium_bin2hex(text, 2 * len + 1, p, len);
	j = json_string(text);
	free(text);
	return j;
}

/* Numbers that a double cannot hold are strings. */
static json_t *
number(uint64_t v)
{
	char text[24];

	if (v <= UINT64_C(1) << 53)
		return json_integer((json_int_t)v);
	snprintf(text, sizeof text, "%llu", (unsigned long long)v);
	return json_string(text);
}

static void
set(json_t *object, const char *name, json_t *value)
{
	if (json_object_set_new(object, name, value) != 0)
		abort();
}

static json_t *
stream_json(const struct stream_id *s)
{
	json_t *j = json_object();

	set(j, "node", hex(s->node.b, NODE_ID_BYTES));
	set(j, "epoch", number(s->epoch));
	set(j, "scope", number(s->scope));
	set(j, "lane", number(s->lane));
	set(j, "fork", hex(s->fork, sizeof s->fork));
	return j;
}

static json_t *
cert_json(const struct roster_cert *c)
{
	json_t *j = json_object();

	set(j, "node", hex(c->node.id.b, NODE_ID_BYTES));
	set(j, "sign_pk", hex(c->node.sign_pk, 32));
	set(j, "seal_pk", hex(c->node.seal_pk, 32));
	set(j, "role", number(c->role));
	set(j, "scope", number(c->scope));
	set(j, "since", number(c->since));
	set(j, "invite", hex(c->invite, 16));
	return j;
}

static json_t *
school_json(const struct roster_school *s)
{
	json_t *j = json_object();

	set(j, "id", number(s->id));
	set(j, "name", json_string(s->name));
	set(j, "class", number(s->class_code));
	set(j, "kind", number(s->kind));
	return j;
}

static json_t *
invite_json(const struct roster_invite *v)
{
	json_t *j = json_object();

	set(j, "id", hex(v->id, 16));
	set(j, "key", hex(v->key, 32));
	set(j, "role", number(v->role));
	set(j, "scope", number(v->scope));
	set(j, "state", number(v->state));
	return j;
}

static json_t *
revocation_json(const struct roster_revocation *v)
{
	json_t *j = json_object();

	set(j, "node", hex(v->node.b, NODE_ID_BYTES));
	if (v->stream.epoch == 0)
		return j;
	set(j, "stream", stream_json(&v->stream));
	set(j, "through", number(v->through));
	set(j, "hash", hex(v->hash, HASH_BYTES));
	return j;
}

static json_t *
right_json(const struct roster_right *v)
{
	json_t *j = json_object();

	set(j, "role", number(v->role));
	set(j, "own", number(v->own));
	set(j, "table", number(v->table));
	set(j, "columns", number(v->columns));
	set(j, "from", number(v->from));
	set(j, "until", number(v->until));
	return j;
}

static json_t *
sealing_json(const struct roster_sealing *v)
{
	json_t *j = json_object();

	set(j, "node", hex(v->node.b, NODE_ID_BYTES));
	set(j, "since", number(v->since));
	set(j, "seal_pk", hex(v->pk, SEAL_PK_BYTES));
	return j;
}

#define LIST(object, name, list, n, to_json) do { \
	json_t *array_ = json_array(); \
	for (size_t i_ = 0; i_ < (n); i_++) \
		json_array_append_new(array_, to_json(&(list)[i_])); \
	set(object, name, array_); \
} while (0)

static json_t *
step_json(const struct roster_step *s)
{
	return hex(s->root_pk, 32);
}

static json_t *
roster_json(const struct roster *r)
{
	json_t *j = json_object();

	set(j, "county", number(r->county));
	set(j, "name", json_string(r->name));
	set(j, "number", number(r->number));
	set(j, "root_pk", hex(r->root_pk, 32));
	LIST(j, "steps", r->steps, r->nsteps, step_json);
	set(j, "issuing_pk", hex(r->issuing_pk, 32));
	LIST(j, "schools", r->schools, r->nschools, school_json);
	LIST(j, "certificates", r->certs, r->ncerts, cert_json);
	LIST(j, "invites", r->invites, r->ninvites, invite_json);
	LIST(j, "revocations", r->revocations, r->nrevocations, revocation_json);
	LIST(j, "rights", r->rights, r->nrights, right_json);
	LIST(j, "sealings", r->sealings, r->nsealings, sealing_json);
	set(j, "hash", hex(r->hash, HASH_BYTES));
	return j;
}

static json_t *
entry_json(const struct receipt_entry *e)
{
	json_t *j = json_object();

	set(j, "stream", stream_json(&e->stream));
	set(j, "stored", number(e->stored));
	set(j, "merged", number(e->merged));
	set(j, "merged_hash", hex(e->merged_hash, HASH_BYTES));
	set(j, "exceptions", number(e->exceptions));
	return j;
}

static json_t *
receipt_json(const struct receipt *r)
{
	json_t *j = json_object();

	set(j, "county", number(r->county));
	set(j, "by", hex(r->by.b, NODE_ID_BYTES));
	set(j, "epoch", number(r->epoch));
	set(j, "supersedes", number(r->supersedes));
	set(j, "scope", number(r->scope));
	set(j, "time_s", number((uint64_t)r->time_s));
	set(j, "number", number(r->number));
	LIST(j, "entries", r->entries, r->n, entry_json);
	return j;
}

static json_t *
verdict_json(const struct verdict *v)
{
	json_t *j = json_object();

	set(j, "county", number(v->county));
	set(j, "by", hex(v->by.b, NODE_ID_BYTES));
	set(j, "stream", stream_json(&v->stream));
	set(j, "seq", number(v->seq));
	set(j, "row", v->row == VERDICT_ALL_ROWS ? json_string("all") : number(v->row));
	set(j, "reason", number(v->reason));
	set(j, "time_s", number((uint64_t)v->time_s));
	return j;
}

/* ---- vectors ---- */

static void
set_seed(json_t *keys, const char *name, const char *label)
{
	uint8_t seed[32];

	trust_seed(label, 0, seed);
	set(keys, name, hex(seed, 32));
}

static json_t *
roster_vector(enum trust_size size, struct buffer *ret, json_t *keys)
{
	struct roster r;
	json_t *fields;

	trust_roster(size, &r);
	trust_sign_roster(&r, ret);
	fields = roster_json(&r);
	set_seed(keys, "issuing_seed", "issuing");
	set_seed(keys, "root_seed", "root");
	roster_release(&r);
	return fields;
}

/* The certificates of the roster of that size, one after another. */
static json_t *
certificate_vector(enum trust_size size, struct buffer *ret, json_t *keys)
{
	struct roster r;
	struct buffer roster = BUFFER_INIT;
	json_t *fields = json_object();

	trust_roster(size, &r);
	trust_sign_roster(&r, &roster);
	for (size_t i = 0; i < r.ncerts; i++)
		roster_cert_put(ret, &r.certs[i]);
	set(fields, "county", number(r.county));
	set(fields, "issuing_pk", hex(r.issuing_pk, 32));
	LIST(fields, "certificates", r.certs, r.ncerts, cert_json);
	set_seed(keys, "issuing_seed", "issuing");
	buffer_release(&roster);
	roster_release(&r);
	return fields;
}

static json_t *
invitation_vector(enum trust_size size, struct buffer *ret, json_t *keys)
{
	struct invitation i;
	uint8_t issuing[64];
	json_t *fields = json_object();

	trust_invitation(size, &i);
	trust_key("issuing", 0, issuing);
	trust_must(invitation_build(&i, issuing, ret));
	set(fields, "county", number(i.county));
	set(fields, "role", number(i.role));
	set(fields, "scope", number(i.scope));
	set(fields, "seed", hex(i.seed, 32));
	set(fields, "id", hex(i.id, 16));
	set(fields, "roster_hash", hex(i.roster.hash, HASH_BYTES));
	set_seed(keys, "issuing_seed", "issuing");
	invitation_release(&i);
	return fields;
}

static json_t *
sealed_vector(enum trust_size size, struct buffer *ret, json_t *keys)
{
	char digits[CODE_DIGITS + 1];
	struct code_label label;
	struct invitation i;
	struct code code;
	json_t *fields = json_object();

	trust_sealed(size, ret);
	trust_code(size, digits);
	trust_must(code_derive(digits, &code));
	trust_must(code_label(ret->data, ret->len, &label));
	trust_invitation(size, &i);
	set(fields, "county", number(label.county));
	set(fields, "invite", hex(label.invite, 16));
	set(fields, "until", number((uint64_t)label.until_s));
	set(fields, "code_id", hex(code.id, CODE_ID_BYTES));
	set(fields, "seed", hex(i.seed, 32));
	set(keys, "digits", json_string(digits));
	set(keys, "key", hex(code.key, 32));
	set_seed(keys, "issuing_seed", "issuing");
	invitation_release(&i);
	return fields;
}

static json_t *
request_vector(enum trust_size size, struct buffer *ret, json_t *keys)
{
	struct invitation i;
	struct identity node;
	json_t *fields = json_object();

	trust_invitation(size, &i);
	trust_node("newcomer", (unsigned)size, &node);
	trust_must(request_build(&i, &node, ret));
	set(fields, "county", number(i.county));
	set(fields, "invite", hex(i.id, 16));
	set(fields, "node", hex(node.pub.id.b, NODE_ID_BYTES));
	set(fields, "sign_pk", hex(node.pub.sign_pk, 32));
	set(fields, "seal_pk", hex(node.pub.seal_pk, 32));
	set(keys, "invite_seed", hex(i.seed, 32));
	set(keys, "node_sign_seed", hex(node.sign_sk, 32));
	set(keys, "node_seal_sk", hex(node.seal_sk, 32));
	invitation_release(&i);
	return fields;
}

static json_t *
receipt_vector(enum trust_size size, struct buffer *ret, json_t *keys)
{
	struct receipt r;
	struct identity hub;
	json_t *fields;

	trust_receipt(size, &r);
	trust_node("hub", 0, &hub);
	trust_must(receipt_build(&r, &hub, ret));
	fields = receipt_json(&r);
	set_seed(keys, "hub_sign_seed", "hub");
	set_seed(keys, "hub_seal_sk", "hub seal");
	receipt_release(&r);
	return fields;
}

static json_t *
verdict_vector(enum trust_size size, struct buffer *ret, json_t *keys)
{
	struct verdict v;
	struct identity hub;

	trust_verdict(size, &v);
	trust_node("hub", 0, &hub);
	trust_must(verdict_build(&v, &hub, ret));
	set_seed(keys, "hub_sign_seed", "hub");
	set_seed(keys, "hub_seal_sk", "hub seal");
	return verdict_json(&v);
}

static json_t *
proof_vector(enum trust_size size, struct buffer *ret, json_t *keys)
{
	struct identity by;
	uint8_t proof[PROOF_BYTES];
	char what[64];
	json_t *fields = json_object();

	trust_proof(size, &by, what);
	proof_make(&by, what, proof);
	buffer_put(ret, proof, sizeof proof);
	set(fields, "node", hex(by.pub.id.b, NODE_ID_BYTES));
	set(fields, "what", json_string(what));
	set(keys, "sign_seed", hex(by.sign_sk, 32));
	set(keys, "seal_sk", hex(by.seal_sk, 32));
	return fields;
}

void
trust_vector(const char *kind, enum trust_size size, struct buffer *ret,
    json_t **ret_json)
{
	static json_t *(*const makers[TRUST_KINDS])(enum trust_size, struct buffer *, json_t *) = {
	    roster_vector, certificate_vector, invitation_vector, sealed_vector,
	    request_vector, receipt_vector, verdict_vector, proof_vector};
	json_t *vector = json_object(), *keys = json_object();

	for (unsigned i = 0; i < TRUST_KINDS; i++)
		if (strcmp(kind, trust_kinds[i]) == 0) {
			json_t *fields = makers[i](size, ret, keys);

			set(vector, "kind", json_string(kind));
			set(vector, "keys", keys);
			set(vector, "fields", fields);
			*ret_json = vector;
			return;
		}
	abort();
}

static bool
file_equals(const char *path, const struct buffer *b)
{
	FILE *f = fopen(path, "rb");
	uint8_t *data = malloc(b->len + 1);
	bool equal;

	if (f == NULL || data == NULL)
		abort();
	equal = fread(data, 1, b->len + 1, f) == b->len
	    && memcmp(data, b->data, b->len) == 0;
	fclose(f);
	free(data);
	return equal;
}

bool
trust_vector_matches(const char *kind, enum trust_size size)
{
	const char *dir = getenv("SRCDIR");
	struct buffer b = BUFFER_INIT;
	json_t *built, *kept;
	char path[1024];
	bool equal;

	if (dir == NULL)
		dir = ".";
	trust_vector(kind, size, &b, &built);
	snprintf(path, sizeof path, "%s/tests/vectors/%s/%s.json", dir, kind,
	    trust_sizes[size]);
	kept = json_load_file(path, 0, NULL);
	snprintf(path, sizeof path, "%s/tests/vectors/%s/%s.bin", dir, kind,
	    trust_sizes[size]);
	equal = kept != NULL && json_equal(built, kept) && file_equals(path, &b);
	json_decref(built);
	json_decref(kept);
	buffer_release(&b);
	return equal;
}
