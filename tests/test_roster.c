/* Roster: every rule held and broken. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "sync/roster_internal.h"
#include "tests/vectors/trust.h"

static const enum trust_size sizes[] = {TRUST_SMALL, TRUST_SEVERAL, TRUST_MAXIMAL};

static void
signed_roster(enum trust_size size, struct roster *r, struct buffer *b)
{
	trust_roster(size, r);
	*b = (struct buffer)BUFFER_INIT;
	trust_sign_roster(r, b);
}

static int
read_again(const struct buffer *b)
{
	struct roster r = {0};
	int rc = roster_read(b->data, b->len, 0, NULL, &r);

	roster_release(&r);
	return rc;
}

static void
vectors_are_rebuilt_byte_for_byte(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 3; i++) {
		assert_true(trust_vector_matches("roster", sizes[i]));
		assert_true(trust_vector_matches("certificate", sizes[i]));
	}
}

static void
what_is_read_is_what_was_signed_and_encodes_to_the_same_bytes(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 3; i++) {
		struct roster r, again;
		struct buffer b, copy = BUFFER_INIT;

		signed_roster(sizes[i], &r, &b);
		assert_int_equal(roster_read(b.data, b.len, TRUST_COUNTY, r.root_pk,
		    &again), STATUS_OK);
		assert_memory_equal(again.hash, r.hash, HASH_BYTES);
		assert_string_equal(again.name, r.name);
		assert_true(again.number == r.number);
		assert_int_equal(again.nschools, r.nschools);
		assert_int_equal(again.ncerts, r.ncerts);
		assert_int_equal(again.nrevocations, r.nrevocations);
		assert_int_equal(again.nrights, r.nrights);
		assert_int_equal(again.nsealings, r.nsealings);
		roster_encode(&again, &copy);
		assert_int_equal(copy.len, b.len - SIGNATURE_BYTES);
		assert_memory_equal(copy.data, b.data, copy.len);
		buffer_release(&copy);
		buffer_release(&b);
		roster_release(&r);
		roster_release(&again);
	}
}

static void
any_changed_byte_is_refused(void **state)
{
	struct roster r;
	struct buffer b;

	(void)state;
	signed_roster(TRUST_SEVERAL, &r, &b);
	for (size_t i = 0; i < b.len; i++) {
		b.data[i] = (uint8_t)(b.data[i] ^ 1 << i % 8);
		assert_int_not_equal(read_again(&b), STATUS_OK);
		b.data[i] = (uint8_t)(b.data[i] ^ 1 << i % 8);
	}
	assert_int_equal(read_again(&b), STATUS_OK);
	buffer_release(&b);
	roster_release(&r);
}

static void
truncation_at_every_length_and_a_byte_too_many_are_refused(void **state)
{
	struct roster r;
	struct buffer b;
	size_t len;

	(void)state;
	signed_roster(TRUST_SEVERAL, &r, &b);
	len = b.len;
	for (b.len = 0; b.len < len; b.len++)
		assert_int_equal(read_again(&b), STATUS_TRUNCATED);
	buffer_put_u8(&b, 0);
	assert_int_equal(read_again(&b), STATUS_MALFORMED);
	buffer_release(&b);
	roster_release(&r);
}

static void
later_version_is_newer_and_other_kind_is_malformed(void **state)
{
	struct roster r;
	struct buffer b;

	(void)state;
	signed_roster(TRUST_SMALL, &r, &b);
	b.data[3] = '2';
	assert_int_equal(read_again(&b), STATUS_NEWER);
	b.data[3] = '0';
	assert_int_equal(read_again(&b), STATUS_MALFORMED);
	b.data[3] = '1';
	b.data[2] = 'B';
	assert_int_equal(read_again(&b), STATUS_MALFORMED);
	buffer_release(&b);
	roster_release(&r);
}

static void
other_county_and_other_root_are_foreign(void **state)
{
	struct roster r, out;
	struct buffer b;
	uint8_t root[64];

	(void)state;
	memset(&out, 0x5a, sizeof out);
	signed_roster(TRUST_SMALL, &r, &b);
	trust_key("stranger", 0, root);
	assert_int_equal(roster_read(b.data, b.len, TRUST_COUNTY + 1, NULL, &out),
	    STATUS_FOREIGN);
	assert_int_equal(roster_read(b.data, b.len, 0, root + 32, &out), STATUS_FOREIGN);
	/* Untouched on failure. */
	for (size_t i = 0; i < sizeof out; i++)
		assert_int_equal(((uint8_t *)&out)[i], 0x5a);
	buffer_release(&b);
	roster_release(&r);
}

/* Signs whatever r says, valid or not, as a dishonest issuer could. */
static void
forge(const struct roster *r, const uint8_t issuing_sk[64], struct buffer *b)
{
	uint8_t hash[HASH_BYTES], sig[SIGNATURE_BYTES];

	buffer_clear(b);
	roster_encode(r, b);
	hash_bytes("kehou 1 roster", b->data, b->len, hash);
	crypto_sign_detached(sig, NULL, hash, sizeof hash, issuing_sk);
	buffer_put(b, sig, sizeof sig);
}

static void
issuing_key_that_no_root_signed_is_refused(void **state)
{
	struct roster r;
	struct buffer b;
	uint8_t other[64];

	(void)state;
	signed_roster(TRUST_SMALL, &r, &b);
	trust_key("stranger", 0, other);
	memcpy(r.issuing_pk, other + 32, 32);
	forge(&r, other, &b);
	assert_int_equal(read_again(&b), STATUS_BAD_SIGNATURE);
	assert_int_equal(roster_sign(&r, other, &b), STATUS_USAGE);
	buffer_release(&b);
	roster_release(&r);
}

static void
certificate_of_another_issuer_is_refused(void **state)
{
	struct roster r;
	struct buffer b;
	uint8_t issuing[64];

	(void)state;
	signed_roster(TRUST_SMALL, &r, &b);
	trust_key("issuing", 0, issuing);
	r.certs[0].signature[5] ^= 1;
	forge(&r, issuing, &b);
	assert_int_equal(read_again(&b), STATUS_BAD_SIGNATURE);
	buffer_release(&b);
	roster_release(&r);
}

static void
root_rotation_needs_both_keys(void **state)
{
	struct roster r;
	struct buffer b;
	uint8_t issuing[64];

	(void)state;
	signed_roster(TRUST_SEVERAL, &r, &b);
	trust_key("issuing", 0, issuing);
	r.steps[0].by_old[0] ^= 1;
	forge(&r, issuing, &b);
	assert_int_equal(read_again(&b), STATUS_BAD_SIGNATURE);
	r.steps[0].by_old[0] ^= 1;
	r.steps[0].by_new[0] ^= 1;
	forge(&r, issuing, &b);
	assert_int_equal(read_again(&b), STATUS_BAD_SIGNATURE);
	r.steps[0].by_new[0] ^= 1;
	forge(&r, issuing, &b);
	assert_int_equal(read_again(&b), STATUS_OK);
	buffer_release(&b);
	roster_release(&r);
}

static void
roster_after_a_rotation_still_holds_under_the_first_root(void **state)
{
	struct roster r, again;
	struct buffer b;
	uint8_t root[64], next[64], issuing[64];

	(void)state;
	signed_roster(TRUST_SMALL, &r, &b);
	trust_key("root", 0, root);
	trust_key("next root", 0, next);
	trust_key("next issuing", 0, issuing);
	assert_int_equal(roster_rotate(&r, next, root), STATUS_USAGE);
	assert_int_equal(roster_rotate(&r, root, next), STATUS_OK);
	assert_int_equal(roster_issue(&r, root, issuing + 32), STATUS_USAGE);
	assert_int_equal(roster_issue(&r, next, issuing + 32), STATUS_OK);
	r.number++;
	buffer_clear(&b);
	assert_int_equal(roster_sign(&r, issuing, &b), STATUS_OK);
	assert_int_equal(roster_read(b.data, b.len, TRUST_COUNTY, root + 32, &again),
	    STATUS_OK);
	/* The certificates were signed anew by the new issuing key. */
	assert_int_equal(roster_cert_verify(&again.certs[0], TRUST_COUNTY, issuing + 32),
	    STATUS_OK);
	buffer_release(&b);
	roster_release(&again);
	roster_release(&r);
}

/* Applies one change to a good roster and expects MALFORMED from the bytes. */
#define EXPECT_MALFORMED(change) do { \
	struct roster r; \
	struct buffer b; \
	uint8_t issuing[64]; \
	signed_roster(TRUST_SEVERAL, &r, &b); \
	trust_key("issuing", 0, issuing); \
	change; \
	forge(&r, issuing, &b); \
	assert_int_equal(read_again(&b), STATUS_MALFORMED); \
	buffer_release(&b); \
	roster_release(&r); \
} while (0)

static void
unsorted_or_doubled_lists_are_malformed(void **state)
{
	(void)state;
	EXPECT_MALFORMED(r.certs[1] = r.certs[0]);
	EXPECT_MALFORMED(struct roster_cert c = r.certs[0]; r.certs[0] = r.certs[1];
	    r.certs[1] = c);
	EXPECT_MALFORMED(r.schools[1] = r.schools[0]);
	EXPECT_MALFORMED(r.invites[1] = r.invites[0]);
	EXPECT_MALFORMED(r.revocations[1] = r.revocations[0]);
	EXPECT_MALFORMED(r.rights[1] = r.rights[0]);
}

static void
values_out_of_range_are_malformed(void **state)
{
	(void)state;
	EXPECT_MALFORMED(r.county = 99999);
	EXPECT_MALFORMED(r.county = 1000000);
	EXPECT_MALFORMED(r.number = 0);
	EXPECT_MALFORMED(r.schools[0].id = 999999999);
	EXPECT_MALFORMED(r.schools[2].id = UINT64_C(10000000000));
	EXPECT_MALFORMED(r.schools[0].class_code = 221);
	EXPECT_MALFORMED(r.schools[0].kind = 0);
	EXPECT_MALFORMED(r.schools[0].kind = 7);
	EXPECT_MALFORMED(r.certs[0].role = 4);
	EXPECT_MALFORMED(r.certs[0].since = r.number + 1);
	EXPECT_MALFORMED(r.certs[0].since = 0);
	EXPECT_MALFORMED(r.rights[0].role = 0);
	EXPECT_MALFORMED(r.rights[0].own = 2);
	EXPECT_MALFORMED(r.rights[4].table = 1000);
	EXPECT_MALFORMED(r.rights[0].columns = 0);
	EXPECT_MALFORMED(r.rights[0].from = r.number + 1);
	EXPECT_MALFORMED(r.rights[1].until = 1);
	EXPECT_MALFORMED(r.rights[2].until = r.number + 1);
	EXPECT_MALFORMED(r.sealings[0].since = 0);
	EXPECT_MALFORMED(r.sealings[0].since = r.number + 1);
	EXPECT_MALFORMED(r.sealings[0].node.b[0] ^= 1);
}

static void
names_are_one_line_of_utf8(void **state)
{
	(void)state;
	EXPECT_MALFORMED(strcpy(r.name, ""));
	EXPECT_MALFORMED(strcpy(r.name, "a\nb"));
	EXPECT_MALFORMED(strcpy(r.name, "a\x7f"));
	EXPECT_MALFORMED(strcpy(r.name, "a\xc2\x9b"));
	EXPECT_MALFORMED(strcpy(r.name, "a\xe2\x80\xa8"));
	EXPECT_MALFORMED(strcpy(r.name, "\xe7\x99"));
	EXPECT_MALFORMED(strcpy(r.schools[0].name, "\xff"));
}

static void
certificates_and_invitations_must_agree(void **state)
{
	(void)state;
	for (uint8_t other = INVITE_OPEN; other <= 5; other++)
		if (other > 3 || !(other & INVITE_BOUND))
			EXPECT_MALFORMED(for (size_t i = 0; i < r.ninvites; i++)
				if (r.invites[i].state == INVITE_BOUND)
					r.invites[i].state = other);
	EXPECT_MALFORMED(for (size_t i = 0; i < r.ninvites; i++)
		r.invites[i].state |= INVITE_BOUND);
	EXPECT_MALFORMED(r.invites[0].scope = UINT64_C(9999999999));
	EXPECT_MALFORMED(for (size_t i = 0; i < r.ncerts; i++)
		if (r.certs[i].role == ROLE_SCHOOL)
			r.certs[i].scope = r.schools[0].id);
	EXPECT_MALFORMED(for (size_t i = 0; i < r.ncerts; i++)
		r.certs[i].invite[0] ^= 1);
}

static void
revocation_names_a_stream_of_its_node(void **state)
{
	(void)state;
	EXPECT_MALFORMED(for (size_t i = 0; i < r.nrevocations; i++)
		if (r.revocations[i].stream.epoch != 0)
			r.revocations[i].stream.node.b[0] ^= 1);
	EXPECT_MALFORMED(for (size_t i = 0; i < r.nrevocations; i++)
		if (r.revocations[i].stream.epoch != 0)
			r.revocations[i].through = 0);
}

static void
certify_refuses_what_does_not_fit(void **state)
{
	struct roster r;
	struct buffer b;
	struct identity node;
	struct roster_cert c;
	struct invitation inv;
	uint8_t issuing[64];

	(void)state;
	signed_roster(TRUST_SEVERAL, &r, &b);
	trust_invitation(TRUST_SEVERAL, &inv);
	trust_key("issuing", 0, issuing);
	trust_node("newcomer", 0, &node);
	c = (struct roster_cert){.node = node.pub, .role = ROLE_SCHOOL,
	    .scope = inv.scope, .since = r.number};
	memcpy(c.invite, inv.id, sizeof c.invite);
	c.invite[0] ^= 1;
	assert_int_equal(roster_certify(&r, &c, issuing), STATUS_NOT_FOUND);
	c.invite[0] ^= 1;
	c.scope = r.schools[1].id;
	assert_int_equal(roster_certify(&r, &c, issuing), STATUS_USAGE);
	c.scope = inv.scope;
	assert_int_equal(roster_certify(&r, &c, issuing), STATUS_OK);
	assert_int_equal(roster_certify(&r, &c, issuing), STATUS_EXISTS);
	assert_int_equal(roster_invite(&r, inv.id)->state, INVITE_BOUND);
	trust_node("newcomer", 1, &node);
	c.node = node.pub;
	assert_int_equal(roster_certify(&r, &c, issuing), STATUS_INVITE_USED);
	for (size_t i = 0; i < r.ninvites; i++)
		if (r.invites[i].state == INVITE_WITHDRAWN)
			memcpy(c.invite, r.invites[i].id, sizeof c.invite);
	assert_memory_not_equal(c.invite, inv.id, sizeof c.invite);
	assert_int_equal(roster_certify(&r, &c, issuing), STATUS_NOT_FOUND);
	/* Another node whose keys hash to the same 64 bits. */
	memset(c.invite, 0, sizeof c.invite);
	for (size_t i = 0; i < r.ncerts; i++)
		r.certs[i].node.id = node.pub.id;
	assert_int_equal(roster_certify(&r, &c, issuing), STATUS_FORK);
	invitation_release(&inv);
	buffer_release(&b);
	roster_release(&r);
}

static void
newest_hub_that_is_not_revoked_is_the_hub(void **state)
{
	struct roster r;
	struct buffer b;
	struct identity first, second;
	struct roster_cert c;
	struct roster_revocation v = {0};
	uint8_t issuing[64];

	(void)state;
	signed_roster(TRUST_SEVERAL, &r, &b);
	trust_key("issuing", 0, issuing);
	trust_node("hub", 0, &first);
	trust_node("hub", 1, &second);
	c = (struct roster_cert){.node = second.pub, .role = ROLE_HUB, .since = r.number};
	assert_int_equal(roster_certify(&r, &c, issuing), STATUS_OK);
	assert_memory_equal(&roster_hub(&r)->node.id, &second.pub.id, NODE_ID_BYTES);
	v.node = second.pub.id;
	assert_int_equal(roster_add_revocation(&r, &v), STATUS_OK);
	assert_int_equal(roster_add_revocation(&r, &v), STATUS_EXISTS);
	assert_memory_equal(&roster_hub(&r)->node.id, &first.pub.id, NODE_ID_BYTES);
	v.node = first.pub.id;
	assert_int_equal(roster_add_revocation(&r, &v), STATUS_OK);
	assert_null(roster_hub(&r));
	buffer_release(&b);
	roster_release(&r);
}

static void
revoked_stream_counts_through_its_sequence_and_no_other_does(void **state)
{
	struct roster r = {0};
	struct roster_revocation v = {.through = 9};
	struct stream_id s = {.node = {{1}}, .epoch = 5}, other = s;

	(void)state;
	other.epoch = 6;
	v.node = s.node;
	v.stream = s;
	assert_true(roster_counts(&r, &s, 10));
	assert_int_equal(roster_add_revocation(&r, &v), STATUS_OK);
	assert_true(roster_counts(&r, &s, 9));
	assert_false(roster_counts(&r, &s, 10));
	assert_false(roster_counts(&r, &other, 1));
	other.node.b[0] = 2;
	assert_true(roster_counts(&r, &other, 1));
	roster_release(&r);
}

/* ---- rights ---- */

static const struct registry_column wrap_columns[] = {
	{.id = 1, .name = "school"}, {.id = 2, .name = "generation"},
	{.id = 3, .name = "recipient"}, {.id = 4, .name = "wrapped"}};
static const struct registry_column pupil_columns[] = {
	{.id = 1, .name = "school"}, {.id = 2, .name = "pupil"},
	{.id = 3, .name = "name"}, {.id = 10, .name = "since", .hub_writes = true}};
static const struct registry_column policy_columns[] = {
	{.id = 1, .name = "policy"}, {.id = 2, .name = "text"}};
static const struct registry_table tables[] = {
	{.id = 1, .name = "keywrap", .scope = REGISTRY_SCHOOL, .ncolumns = 4, .nkeys = 3,
	    .columns = wrap_columns},
	{.id = 12, .name = "pupil", .scope = REGISTRY_SCHOOL, .ncolumns = 4, .nkeys = 2,
	    .columns = pupil_columns},
	{.id = 40, .name = "policy", .scope = REGISTRY_COUNTY, .ncolumns = 2, .nkeys = 1,
	    .columns = policy_columns}};
static const struct registry registry = {.tables = tables, .ntables = 3};

static void
assert_rights(const struct roster *r, const struct node_id *node, uint64_t scope,
    uint64_t keywrap, uint64_t pupil, uint64_t policy)
{
	uint64_t masks[3] = {~UINT64_C(0), ~UINT64_C(0), ~UINT64_C(0)};

	roster_rights(r, &registry, node, scope, r->number, masks);
	assert_int_equal(masks[0], keywrap);
	assert_int_equal(masks[1], pupil);
	assert_int_equal(masks[2], policy);
}

static void
R2_R5_rights_give_a_school_its_rows_and_the_hub_its_columns(void **state)
{
	struct roster r;
	struct buffer b;
	struct identity hub, school, stranger;

	(void)state;
	trust_roster(TRUST_SEVERAL, &r);
	assert_int_equal(roster_default_rights(&r, &registry), STATUS_OK);
	r.number++;
	b = (struct buffer)BUFFER_INIT;
	trust_sign_roster(&r, &b);
	assert_int_equal(read_again(&b), STATUS_OK);
	trust_node("hub", 0, &hub);
	trust_node("school", 1, &school);
	trust_node("stranger", 0, &stranger);
	assert_rights(&r, &school.pub.id, r.schools[1].id, 0xf, 0xf, 0);
	assert_rights(&r, &school.pub.id, r.schools[0].id, 0, 0, 0);
	assert_rights(&r, &school.pub.id, SCOPE_COUNTY, 0, 0, 0);
	assert_rights(&r, &hub.pub.id, r.schools[1].id, 0, 0x8, 0);
	assert_rights(&r, &hub.pub.id, SCOPE_COUNTY, 0, 0, 0x3);
	assert_rights(&r, &stranger.pub.id, r.schools[1].id, 0, 0, 0);
	buffer_release(&b);
	roster_release(&r);
}

/* The newest roster tells what each older one said. */
static void
a_right_that_ends_stays_in_the_list_with_its_end(void **state)
{
	struct roster r, old;
	struct identity school;
	uint64_t masks[3], scope;

	(void)state;
	trust_roster(TRUST_SEVERAL, &r);
	trust_roster(TRUST_SEVERAL, &old);
	trust_node("school", 1, &school);
	scope = r.schools[1].id;
	assert_int_equal(roster_default_rights(&r, &registry), STATUS_OK);
	r.number++;
	assert_true(roster_keeps_rights(&old, &r));
	assert_false(roster_keeps_rights(&r, &old));
	/* The same rights again change nothing. */
	assert_int_equal(roster_default_rights(&r, &registry), STATUS_OK);
	for (size_t i = 0; i < r.nrights; i++)
		assert_true(r.rights[i].from <= r.number && r.rights[i].until <= r.number);
	for (uint64_t n = 1; n <= old.number; n++) {
		uint64_t was[3];

		roster_rights(&old, &registry, &school.pub.id, scope, n, was);
		roster_rights(&r, &registry, &school.pub.id, scope, n, masks);
		/* Of the first table no older one spoke. */
		assert_memory_equal(was + 1, masks + 1, sizeof(was) - sizeof(was[0]));
		assert_true((masks[1] != 0) == (n >= 2));
	}
	/* History told otherwise is seen. */
	r.rights[0].columns ^= 2;
	assert_false(roster_keeps_rights(&old, &r));
	roster_release(&old);
	roster_release(&r);
}

/* Today's program, and next year's: pupil has another column, a table is new. */
static const struct registry_column newer_pupil_columns[] = {
	{.id = 1, .name = "school"}, {.id = 2, .name = "pupil"},
	{.id = 3, .name = "name"}, {.id = 10, .name = "since", .hub_writes = true},
	{.id = 11, .name = "grade", .hub_writes = true}};
static const struct registry_table newer_tables[] = {
	{.id = 12, .name = "pupil", .scope = REGISTRY_SCHOOL, .ncolumns = 5, .nkeys = 2,
	    .columns = newer_pupil_columns},
	{.id = 13, .name = "late", .scope = REGISTRY_SCHOOL, .ncolumns = 4, .nkeys = 2,
	    .columns = pupil_columns}};
static const struct registry newer = {.tables = newer_tables, .ntables = 2};

static const struct registry_column shut_columns[] = {
	{.id = 1, .name = "school"}, {.id = 2, .name = "pupil"},
	{.id = 3, .name = "name", .hub_writes = true}, {.id = 10, .name = "since"}};
static const struct registry_table shut_tables[] = {
	{.id = 12, .name = "pupil", .scope = REGISTRY_SCHOOL, .ncolumns = 4, .nkeys = 2,
	    .columns = shut_columns}};
static const struct registry shut = {.tables = shut_tables, .ntables = 1};

static void
publish(struct roster *r, const struct registry *reg, struct roster *ret_before)
{
	struct buffer b = BUFFER_INIT;

	trust_sign_roster(r, &b);
	assert_int_equal(roster_parse(b.data, b.len, ret_before), STATUS_OK);
	assert_int_equal(roster_default_rights(r, reg), STATUS_OK);
	r->number++;
	buffer_release(&b);
	b = (struct buffer)BUFFER_INIT;
	trust_sign_roster(r, &b);
	assert_int_equal(read_again(&b), STATUS_OK);
	assert_true(roster_keeps_rights(ret_before, r));
	buffer_release(&b);
}

/* Of tables and columns that no roster spoke of nobody was judged: the first word on
 * them holds from the beginning.  What was said once, of whomever, does not change. */
static void
a_first_right_holds_for_what_was_written_before_it(void **state)
{
	struct roster r, before[3];
	struct identity hub, school;
	uint64_t masks[2], scope;

	(void)state;
	trust_roster(TRUST_SEVERAL, &r);
	free(r.rights);
	r.rights = NULL;
	r.nrights = 0;
	trust_node("hub", 0, &hub);
	trust_node("school", 1, &school);
	scope = r.schools[1].id;
	publish(&r, &registry, &before[0]);
	publish(&r, &newer, &before[1]);
	for (uint64_t n = 0; n <= r.number; n++) {
		roster_rights(&r, &newer, &school.pub.id, scope, n, masks);
		assert_int_equal(masks[0], 0x1f);
		assert_int_equal(masks[1], 0xf);
		roster_rights(&r, &newer, &hub.pub.id, scope, n, masks);
		assert_int_equal(masks[0], 0x18);
		assert_int_equal(masks[1], 0x8);
	}
	/* The hub gets a column that schools had, and loses one; what is newer stays. */
	publish(&r, &shut, &before[2]);
	for (uint64_t n = 0; n <= r.number; n++) {
		roster_rights(&r, &newer, &hub.pub.id, scope, n, masks);
		assert_int_equal(masks[0], n == r.number ? 0x14 : 0x18);
		roster_rights(&r, &newer, &school.pub.id, scope, n, masks);
		assert_int_equal(masks[0], 0x1f);
	}
	for (size_t i = 0; i < 3; i++) {
		assert_true(roster_keeps_rights(&before[i], &r));
		roster_release(&before[i]);
	}
	roster_release(&r);
}

static void
rights_to_unknown_tables_and_columns_are_left_out(void **state)
{
	struct roster r;
	struct identity school;

	(void)state;
	trust_roster(TRUST_SEVERAL, &r); /* table 12 all columns, table 999 */
	trust_node("school", 1, &school);
	r.rights[3].columns &= ~UINT64_C(1);
	assert_rights(&r, &school.pub.id, r.schools[1].id, 0, 0xc, 0);
	roster_release(&r);
}

/* One roster of a county with each of n invitations in a state; a bound one is of the
 * node with its number, or of the node whose number stands in takes. */
static void
county_with(const uint8_t *states, unsigned n, const unsigned *takes, struct roster *ret)
{
	struct roster_invite v;
	struct roster_cert c = {.role = ROLE_SCHOOL};
	struct identity node;
	uint8_t issuing[64], sk[64];

	trust_roster(TRUST_SMALL, ret);
	trust_key("issuing", 0, issuing);
	for (unsigned i = 0; i < n; i++) {
		memset(&v, 0, sizeof v);
		trust_key("joined", i, sk);
		memcpy(v.key, sk + 32, 32);
		v.id[0] = (uint8_t)(i + 1);
		v.role = ROLE_SCHOOL;
		v.scope = ret->schools[0].id;
		v.state = states[i] == INVITE_WITHDRAWN ? INVITE_WITHDRAWN : INVITE_OPEN;
		assert_int_equal(roster_add_invite(ret, &v), STATUS_OK);
		if (states[i] != INVITE_BOUND)
			continue;
		trust_node("joined", takes[i], &node);
		c.node = node.pub;
		c.scope = v.scope;
		c.since = 1;
		memcpy(c.invite, v.id, sizeof c.invite);
		assert_int_equal(roster_certify(ret, &c, issuing), STATUS_OK);
	}
}

static uint8_t
joined_state(const struct roster *r, unsigned i)
{
	uint8_t id[16] = {(uint8_t)(i + 1)};

	return roster_invite(r, id)->state;
}

/* All nine pairs, and one node that used two invitations at two hubs' times. */
static void
joined_invitations_are_open_only_where_neither_used_nor_withdrew_them(void **state)
{
	static const unsigned ours[] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10};
	static const unsigned theirs[] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 10, 9};
	uint8_t here[11], there[11], issuing[64];
	struct roster r[2], before[2];

	(void)state;
	trust_key("issuing", 0, issuing);
	for (unsigned i = 0; i < 9; i++) {
		here[i] = (uint8_t)(i / 3);
		there[i] = (uint8_t)(i % 3);
	}
	here[9] = there[10] = INVITE_BOUND; /* by node 9 */
	here[10] = there[9] = INVITE_OPEN;
	county_with(here, 11, ours, &r[0]);
	county_with(there, 11, theirs, &r[1]);
	county_with(here, 11, ours, &before[0]);
	county_with(there, 11, theirs, &before[1]);
	for (unsigned k = 0; k < 2; k++) {
		bool changed;

		assert_int_equal(roster_join(&r[k], &before[1 - k], issuing, &changed),
		    STATUS_OK);
		assert_true(changed);
		for (unsigned i = 0; i < 9; i++) {
			assert_int_equal(joined_state(&r[k], i), here[i] | there[i]);
		}
		assert_int_equal(joined_state(&r[k], 9 + k), INVITE_BOUND);
		assert_int_equal(joined_state(&r[k], 10 - k), INVITE_WITHDRAWN);
		assert_true(roster_valid(&r[k]));
		assert_int_equal(roster_join(&r[k], &before[1 - k], issuing, &changed),
		    STATUS_OK);
		assert_false(changed);
	}
	for (unsigned k = 0; k < 2; k++) {
		roster_release(&r[k]);
		roster_release(&before[k]);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(vectors_are_rebuilt_byte_for_byte),
		cmocka_unit_test(
		    what_is_read_is_what_was_signed_and_encodes_to_the_same_bytes),
		cmocka_unit_test(any_changed_byte_is_refused),
		cmocka_unit_test(truncation_at_every_length_and_a_byte_too_many_are_refused),
		cmocka_unit_test(later_version_is_newer_and_other_kind_is_malformed),
		cmocka_unit_test(other_county_and_other_root_are_foreign),
		cmocka_unit_test(issuing_key_that_no_root_signed_is_refused),
		cmocka_unit_test(certificate_of_another_issuer_is_refused),
		cmocka_unit_test(root_rotation_needs_both_keys),
		cmocka_unit_test(roster_after_a_rotation_still_holds_under_the_first_root),
		cmocka_unit_test(unsorted_or_doubled_lists_are_malformed),
		cmocka_unit_test(values_out_of_range_are_malformed),
		cmocka_unit_test(names_are_one_line_of_utf8),
		cmocka_unit_test(certificates_and_invitations_must_agree),
		cmocka_unit_test(revocation_names_a_stream_of_its_node),
		cmocka_unit_test(certify_refuses_what_does_not_fit),
		cmocka_unit_test(
		    joined_invitations_are_open_only_where_neither_used_nor_withdrew_them),
		cmocka_unit_test(newest_hub_that_is_not_revoked_is_the_hub),
		cmocka_unit_test(revoked_stream_counts_through_its_sequence_and_no_other_does),
		cmocka_unit_test(R2_R5_rights_give_a_school_its_rows_and_the_hub_its_columns),
		cmocka_unit_test(a_right_that_ends_stays_in_the_list_with_its_end),
		cmocka_unit_test(a_first_right_holds_for_what_was_written_before_it),
		cmocka_unit_test(rights_to_unknown_tables_and_columns_are_left_out),
	};

	if (sodium_init() < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
