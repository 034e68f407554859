#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/vectors/trust.h"

const char *const trust_sizes[3] = {"small", "several", "maximal"};
const char *const trust_kinds[TRUST_KINDS] = {"roster", "certificate", "invitation",
    "sealed", "request", "receipt", "verdict", "proof"};

#define COLUMNS_ALL UINT64_MAX
#define FIRST_SCHOOL UINT64_C(2141000001)

void
trust_must(int status)
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
	trust_must(roster_add_school(r, &s));
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
	trust_must(roster_certify(r, &c, issuing));
	invite(school_id(size, 0), 0, &v);
	trust_must(roster_add_invite(r, &v));
	invite(school_id(size, 0), 1000, &v);
	v.state = INVITE_WITHDRAWN;
	if (size != TRUST_SMALL)
		trust_must(roster_add_invite(r, &v));
	for (unsigned i = 1; i < schools_of(size); i++) {
		invite(school_id(size, i), i, &v);
		trust_must(roster_add_invite(r, &v));
		trust_node("school", i, &node);
		c = (struct roster_cert){.node = node.pub, .role = ROLE_SCHOOL,
		    .scope = school_id(size, i), .since = r->number};
		memcpy(c.invite, v.id, sizeof c.invite);
		trust_must(roster_certify(r, &c, issuing));
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
		trust_must(roster_add_revocation(r, &v));
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
	trust_must(roster_set_sealing(r, &s));
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
		trust_must(roster_rotate(ret, root, next));
		memcpy(root, next, sizeof root);
	}
	trust_key("issuing", 0, issuing);
	trust_must(roster_issue(ret, root, issuing + 32));
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
	trust_must(roster_sign(r, issuing, ret));
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
	trust_must(code_parse(text, ret_digits, &group));
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
	trust_must(invitation_build(&i, issuing, &file));
	memcpy(label.invite, i.id, sizeof label.invite);
	trust_code(size, digits);
	trust_must(code_derive(digits, &code));
	trust_must(code_seal(&code, &env, &label, file.data, file.len, ret));
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

void
trust_proof(enum trust_size size, struct identity *ret_by, char ret_what[64])
{
	struct identity school;
	uint8_t seed[32];

	trust_node("school", 1, &school);
	*ret_by = school;
	if (size != TRUST_SMALL)
		trust_node("hub", 0, ret_by);
	sodium_bin2hex(ret_what, 64, school.pub.id.b, NODE_ID_BYTES);
	if (size != TRUST_MAXIMAL)
		return;
	trust_seed("file", 0, seed);
	for (unsigned i = 0; i < 16; i++)
		snprintf(ret_what + 2 * i, 3, "%02X", seed[i]);
	memcpy(ret_what + 32, ".KHB", 5);
}
