#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/vectors/trust.h"

const char *const trust_sizes[3] = {"small", "several", "maximal"};
const char *const trust_kinds[TRUST_KINDS] = {"roster", "certificate", "invitation",
    "sealed", "request", "receipt", "verdict"};

#define COLUMNS_ALL UINT64_MAX
#define FIRST_SCHOOL UINT64_C(2141000001)

static void
must(int status)
{
	if (status != STATUS_OK) {
		fprintf(stderr, "vector: %s\n", status_text(status));
		abort();
	}
}

/* ---- keys ---- */

void
trust_seed(const char *label, unsigned number, uint8_t ret[32])
{
	char text[64];

	snprintf(text, sizeof text, "vector %s %u", label, number);
	crypto_generichash(ret, 32, (const uint8_t *)text, strlen(text), NULL, 0);
}

void
trust_key(const char *label, unsigned number, uint8_t ret_sk[64])
{
	uint8_t seed[32], pk[32];

	trust_seed(label, number, seed);
	crypto_sign_seed_keypair(pk, ret_sk, seed);
}

void
trust_node(const char *label, unsigned number, struct identity *ret)
{
	char text[40];

	memset(ret, 0, sizeof *ret);
	trust_key(label, number, ret->sign_sk);
	memcpy(ret->pub.sign_pk, ret->sign_sk + 32, 32);
	snprintf(text, sizeof text, "%s seal", label);
	trust_seed(text, number, ret->seal_sk);
	crypto_scalarmult_base(ret->pub.seal_pk, ret->seal_sk);
	identity_derive(&ret->pub);
}

/* ---- roster ---- */

static unsigned
schools_of(enum trust_size size)
{
	return size == TRUST_SMALL ? 1 : size == TRUST_SEVERAL ? 3 : 60;
}

static uint64_t
school_id(enum trust_size size, unsigned i)
{
	return size == TRUST_MAXIMAL ? UINT64_C(9999999999) - i : FIRST_SCHOOL + i;
}

static void
add_school(struct roster *r, enum trust_size size, unsigned i)
{
	static const uint16_t classes[] = {220, 210, 111};
	struct roster_school s = {.id = school_id(size, i), .class_code = classes[i % 3],
	    .kind = (uint8_t)(1 + i % 6)};

	if (size == TRUST_MAXIMAL) /* 63 characters of three bytes, and two of one */
		for (unsigned n = 0; n < 63; n++)
			memcpy(s.name + 3 * n, "校", 3);
	snprintf(s.name + strlen(s.name), sizeof s.name - strlen(s.name),
	    size == TRUST_MAXIMAL ? "%02u" : "第%u小学", size == TRUST_MAXIMAL ? i : i + 1);
	must(roster_add_school(r, &s));
}

static void
invite(uint64_t scope, unsigned number, struct roster_invite *ret)
{
	uint8_t sk[64], digest[HASH_BYTES];

	memset(ret, 0, sizeof *ret);
	trust_key("invite", number, sk);
	memcpy(ret->key, sk + 32, 32);
	hash_bytes("kehou 1 invite id", ret->key, 32, digest);
	memcpy(ret->id, digest, 16);
	ret->role = ROLE_SCHOOL;
	ret->scope = scope;
}

/* Invitation 0 stays unused, 1000 was withdrawn; the others are bound to one node each, of
 * several the first to one that came in although it was withdrawn. */
static void
add_nodes(struct roster *r, enum trust_size size)
{
	uint8_t issuing[64];
	struct identity node;
	struct roster_invite v;
	struct roster_cert c = {.role = ROLE_HUB, .since = 1};

	trust_key("issuing", 0, issuing);
	trust_node("hub", 0, &node);
	c.node = node.pub;
	must(roster_certify(r, &c, issuing));
	invite(school_id(size, 0), 0, &v);
	must(roster_add_invite(r, &v));
	invite(school_id(size, 0), 1000, &v);
	v.state = INVITE_WITHDRAWN;
	if (size != TRUST_SMALL)
		must(roster_add_invite(r, &v));
	for (unsigned i = 1; i < schools_of(size); i++) {
		invite(school_id(size, i), i, &v);
		must(roster_add_invite(r, &v));
		trust_node("school", i, &node);
		c = (struct roster_cert){.node = node.pub, .role = ROLE_SCHOOL,
		    .scope = school_id(size, i), .since = r->number};
		memcpy(c.invite, v.id, sizeof c.invite);
		must(roster_certify(r, &c, issuing));
		if (size == TRUST_SEVERAL && i == 1)
			r->invites[roster_invite(r, v.id) - r->invites].state |= INVITE_WITHDRAWN;
	}
}

static void
add_revocations(struct roster *r, enum trust_size size)
{
	struct roster_revocation v;
	struct identity node;

	for (unsigned i = 1; i < schools_of(size); i++) {
		trust_node("lost", i, &node);
		memset(&v, 0, sizeof v);
		v.node = node.pub.id;
		if (i % 2 == 1) {
			v.stream = (struct stream_id){.node = v.node,
			    .epoch = (UINT64_C(1) << EPOCH_BITS) - i,
			    .scope = school_id(size, i), .lane = LANE_URGENT};
			v.through = size == TRUST_MAXIMAL ? UINT64_MAX : 17;
			trust_seed("segment", i, v.hash);
			if (size == TRUST_MAXIMAL)
				memset(v.stream.fork, 0xff, sizeof v.stream.fork);
		}
		must(roster_add_revocation(r, &v));
	}
}

static void
add_rights(struct roster *r, enum trust_size size)
{
	static const struct roster_right rights[] = {
		{ROLE_HUB, 0, 12, UINT64_C(1) << 10, 0, 0},
		{ROLE_HUB, 1, 40, 0x1f, 1, 7},
		{ROLE_HUB, 1, 40, 0x3, 3, 0},
		{ROLE_SCHOOL, 1, 12, COLUMNS_ALL, 2, 0},
		{ROLE_SCHOOL, 1, REGISTRY_MAX_TABLE_ID, 1, 1, 12},
	};

	if (size == TRUST_SMALL)
		return;
	r->rights = calloc(5, sizeof *r->rights);
	if (r->rights == NULL)
		abort();
	memcpy(r->rights, rights, sizeof rights);
	r->nrights = 5;
}

static void
add_sealings(struct roster *r, enum trust_size size)
{
	struct roster_sealing s = {.since = 3};
	uint8_t key[64];

	if (size == TRUST_SMALL)
		return;
	for (size_t i = 0; i < r->ncerts; i++)
		if (r->certs[i].role == ROLE_HUB)
			s.node = r->certs[i].node.id;
	trust_key("sealing", 1, key);
	memcpy(s.pk, key + 32, sizeof s.pk);
	must(roster_set_sealing(r, &s));
}

void
trust_roster(enum trust_size size, struct roster *ret)
{
	static const uint64_t numbers[] = {1, 12, UINT64_MAX};
	static const unsigned steps[] = {0, 1, ROSTER_MAX_STEPS};
	uint8_t root[64], next[64], issuing[64];

	memset(ret, 0, sizeof *ret);
	ret->county = TRUST_COUNTY;
	ret->number = numbers[size];
	strcpy(ret->name, "登封市");
	trust_key("root", 0, root);
	memcpy(ret->root_pk, root + 32, 32);
	for (unsigned i = 1; i <= steps[size]; i++) {
		trust_key("root", i, next);
		must(roster_rotate(ret, root, next));
		memcpy(root, next, sizeof root);
	}
	trust_key("issuing", 0, issuing);
	must(roster_issue(ret, root, issuing + 32));
	for (unsigned i = 0; i < schools_of(size); i++)
		add_school(ret, size, i);
	add_nodes(ret, size);
	add_revocations(ret, size);
	add_rights(ret, size);
	add_sealings(ret, size);
}

void
trust_sign_roster(struct roster *r, struct buffer *ret)
{
	uint8_t issuing[64];

	trust_key("issuing", 0, issuing);
	must(roster_sign(r, issuing, ret));
}

/* ---- the others ---- */

void
trust_invitation(enum trust_size size, struct invitation *ret)
{
	struct roster_invite v;

	memset(ret, 0, sizeof *ret);
	ret->county = TRUST_COUNTY;
	ret->role = ROLE_SCHOOL;
	ret->scope = school_id(size, 0);
	trust_seed("invite", 0, ret->seed);
	invite(ret->scope, 0, &v);
	memcpy(ret->id, v.id, sizeof ret->id);
	trust_roster(size, &ret->roster);
	trust_sign_roster(&ret->roster, &ret->roster_bytes);
}

/* Every byte that it draws. */
static void
drawn(void *ctx, uint8_t *buf, size_t len)
{
	uint8_t seed[32];

	trust_seed(ctx, 0, seed);
	for (size_t i = 0; i < len; i++)
		buf[i] = seed[i % sizeof seed];
}

static void
drawn_digits(void *ctx, uint8_t *buf, size_t len)
{
	const char **digits = ctx;

	for (size_t i = 0; i < len; i++, ++*digits)
		buf[i] = (uint8_t)(**digits - '0');
}

void
trust_code(enum trust_size size, char ret_digits[CODE_DIGITS + 1])
{
	static const char *const data[3] = { "0000000000000000000000000",
	    "3141592653589793238462643", "9999999999999999999999999" };
	const char *next = data[size];
	struct env env = { .random = drawn_digits, .ctx = &next };
	char text[CODE_TEXT_BYTES];
	unsigned group;

	code_new(&env, text);
	must(code_parse(text, ret_digits, &group));
}

void
trust_sealed(enum trust_size size, struct buffer *ret)
{
	static char label_text[] = "nonce";
	struct env env = { .random = drawn, .ctx = label_text };
	struct code_label label = { .county = TRUST_COUNTY,
	    .until_s = size == TRUST_MAXIMAL ? (INT64_C(1) << 33) - 1
	    : size == TRUST_SMALL ? 0 : 1789000000 };
	struct buffer file = BUFFER_INIT;
	char digits[CODE_DIGITS + 1];
	struct invitation i;
	struct code code;
	uint8_t issuing[64];

	trust_invitation(size, &i);
	trust_key("issuing", 0, issuing);
	must(invitation_build(&i, issuing, &file));
	memcpy(label.invite, i.id, sizeof label.invite);
	trust_code(size, digits);
	must(code_derive(digits, &code));
	must(code_seal(&code, &env, &label, file.data, file.len, ret));
	buffer_release(&file);
	invitation_release(&i);
}

static void
stream(enum trust_size size, unsigned i, struct stream_id *ret)
{
	struct identity node;

	trust_node("school", i / 4, &node);
	memset(ret, 0, sizeof *ret);
	ret->node = node.pub.id;
	ret->epoch = size == TRUST_MAXIMAL ? (UINT64_C(1) << EPOCH_BITS) - 1 - i
	    : UINT64_C(0x123456789a) % (UINT64_C(1) << EPOCH_BITS);
	ret->scope = school_id(size, 0);
	ret->lane = i % 2 == 1 ? LANE_URGENT : LANE_ORDINARY;
	if (i % 4 >= 2 || size == TRUST_MAXIMAL)
		trust_seed("fork", i, node.seal_sk), memcpy(ret->fork, node.seal_sk, 8);
}

static int
compare_entries(const void *a, const void *b)
{
	const struct receipt_entry *x = a, *y = b;

	return stream_id_compare(&x->stream, &y->stream);
}

void
trust_receipt(enum trust_size size, struct receipt *ret)
{
	static const size_t counts[] = {1, 3, 512};
	bool max = size == TRUST_MAXIMAL;
	struct identity hub;

	trust_node("hub", 0, &hub);
	*ret = (struct receipt){.county = TRUST_COUNTY, .by = hub.pub.id,
	    .epoch = max ? (UINT64_C(1) << EPOCH_BITS) - 1 : 77,
	    .supersedes = max ? (UINT64_C(1) << EPOCH_BITS) - 2 : size == TRUST_SEVERAL ? 76 : 0,
	    .scope = school_id(size, 0), .time_s = max ? INT64_C(7258118399) : 1795500000,
	    .number = max ? UINT64_MAX : 5, .n = counts[size]};
	ret->entries = calloc(ret->n, sizeof *ret->entries);
	if (ret->entries == NULL)
		abort();
	for (unsigned i = 0; i < ret->n; i++) {
		struct receipt_entry *e = &ret->entries[i];

		stream(size, i, &e->stream);
		e->stored = max ? UINT64_MAX : 300 + i;
		e->merged = max ? UINT64_MAX : i == 1 ? 0 : 298;
		if (e->merged > 0)
			trust_seed("segment", i, e->merged_hash);
		e->exceptions = max ? UINT32_MAX : i;
	}
	qsort(ret->entries, ret->n, sizeof *ret->entries, compare_entries);
}

void
trust_verdict(enum trust_size size, struct verdict *ret)
{
	bool max = size == TRUST_MAXIMAL;
	struct identity hub;

	trust_node("hub", 0, &hub);
	*ret = (struct verdict){.county = TRUST_COUNTY, .by = hub.pub.id,
	    .seq = max ? UINT64_MAX : 41,
	    .row = max ? UINT32_MAX - 1 : size == TRUST_SMALL ? VERDICT_ALL_ROWS : 0,
	    .reason = (uint8_t)(1 + size), .time_s = max ? INT64_C(7258118399) : 1795500000};
	stream(size, size == TRUST_SMALL ? 0 : 3, &ret->stream);
}

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
	must(invitation_build(&i, issuing, ret));
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
	must(code_derive(digits, &code));
	must(code_label(ret->data, ret->len, &label));
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
	must(request_build(&i, &node, ret));
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
	must(receipt_build(&r, &hub, ret));
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
	must(verdict_build(&v, &hub, ret));
	set_seed(keys, "hub_sign_seed", "hub");
	set_seed(keys, "hub_seal_sk", "hub seal");
	return verdict_json(&v);
}

void
trust_vector(const char *kind, enum trust_size size, struct buffer *ret,
    json_t **ret_json)
{
	static json_t *(*const makers[TRUST_KINDS])(enum trust_size, struct buffer *, json_t *) = {
	    roster_vector, certificate_vector, invitation_vector, sealed_vector,
	    request_vector, receipt_vector, verdict_vector};
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
