/* Invitation and enrolment request: a secret that enrols one node, once. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/vectors/trust.h"

struct fixture {
	struct invitation in;
	struct buffer file;     /* the invitation's */
	struct identity node;
	struct buffer request;
	uint8_t issuing[64];
};

static void
setup(struct fixture *f, enum trust_size size)
{
	memset(f, 0, sizeof *f);
	trust_key("issuing", 0, f->issuing);
	trust_invitation(size, &f->in);
	trust_node("newcomer", 0, &f->node);
	assert_int_equal(invitation_build(&f->in, f->issuing, &f->file), STATUS_OK);
	assert_int_equal(request_build(&f->in, &f->node, &f->request), STATUS_OK);
}

static void
teardown(struct fixture *f)
{
	invitation_release(&f->in);
	buffer_release(&f->file);
	buffer_release(&f->request);
}

static int
read_file(const struct buffer *b)
{
	struct invitation i;
	int rc = invitation_read(b->data, b->len, &i);

	if (rc == STATUS_OK)
		invitation_release(&i);
	return rc;
}

static int
read_request(const struct fixture *f)
{
	struct request q;

	return request_read(f->request.data, f->request.len, &f->in.roster, &q);
}

static void
vectors_are_rebuilt_byte_for_byte(void **state)
{
	(void)state;
	for (unsigned i = TRUST_SMALL; i <= TRUST_MAXIMAL; i++) {
		assert_true(trust_vector_matches("invitation", (enum trust_size)i));
		assert_true(trust_vector_matches("request", (enum trust_size)i));
	}
}

static void
invitation_reads_back_with_its_roster_and_encodes_to_the_same_bytes(void **state)
{
	(void)state;
	for (unsigned i = TRUST_SMALL; i <= TRUST_MAXIMAL; i++) {
		struct fixture f;
		struct invitation again;
		struct buffer copy = BUFFER_INIT;

		setup(&f, (enum trust_size)i);
		assert_int_equal(invitation_read(f.file.data, f.file.len, &again),
		    STATUS_OK);
		assert_true(again.county == f.in.county && again.scope == f.in.scope);
		assert_int_equal(again.role, ROLE_SCHOOL);
		assert_memory_equal(again.seed, f.in.seed, 32);
		assert_memory_equal(again.id, f.in.id, 16);
		assert_memory_equal(again.roster.hash, f.in.roster.hash, HASH_BYTES);
		invitation_encode(&again, &copy);
		assert_int_equal(copy.len, f.file.len - SIGNATURE_BYTES);
		assert_memory_equal(copy.data, f.file.data, copy.len);
		buffer_release(&copy);
		invitation_release(&again);
		teardown(&f);
	}
}

static void
any_changed_byte_of_an_invitation_is_refused(void **state)
{
	struct fixture f;

	(void)state;
	setup(&f, TRUST_SMALL);
	for (size_t i = 0; i < f.file.len; i++) {
		f.file.data[i] = (uint8_t)(f.file.data[i] ^ 1 << i % 8);
		assert_int_not_equal(read_file(&f.file), STATUS_OK);
		f.file.data[i] = (uint8_t)(f.file.data[i] ^ 1 << i % 8);
	}
	assert_int_equal(read_file(&f.file), STATUS_OK);
	f.file.data[3] = '2';
	assert_int_equal(read_file(&f.file), STATUS_NEWER);
	teardown(&f);
}

static void
truncated_invitation_is_refused_at_every_length(void **state)
{
	struct fixture f;
	size_t len;

	(void)state;
	setup(&f, TRUST_SMALL);
	len = f.file.len;
	for (f.file.len = 0; f.file.len < len; f.file.len++)
		assert_int_equal(read_file(&f.file), STATUS_TRUNCATED);
	buffer_put_u8(&f.file, 0);
	assert_int_equal(read_file(&f.file), STATUS_MALFORMED);
	teardown(&f);
}

static void
invitation_that_its_roster_does_not_hold_unused_is_not_built(void **state)
{
	struct fixture f;
	struct roster_cert c = {.role = ROLE_SCHOOL};
	uint8_t other[64];

	(void)state;
	setup(&f, TRUST_SMALL);
	trust_key("stranger", 0, other);
	assert_int_equal(invitation_build(&f.in, other, &f.file), STATUS_USAGE);
	f.in.seed[0] ^= 1;
	assert_int_equal(invitation_build(&f.in, f.issuing, &f.file), STATUS_USAGE);
	f.in.seed[0] ^= 1;
	f.in.scope++;
	assert_int_equal(invitation_build(&f.in, f.issuing, &f.file), STATUS_USAGE);
	f.in.scope--;
	c.node = f.node.pub;
	c.scope = f.in.scope;
	c.since = f.in.roster.number;
	memcpy(c.invite, f.in.id, sizeof c.invite);
	assert_int_equal(roster_certify(&f.in.roster, &c, f.issuing), STATUS_OK);
	buffer_clear(&f.in.roster_bytes);
	trust_sign_roster(&f.in.roster, &f.in.roster_bytes);
	assert_int_equal(invitation_build(&f.in, f.issuing, &f.file), STATUS_USAGE);
	teardown(&f);
}

static void
fill(void *ctx, uint8_t *buf, size_t len)
{
	memset(buf, *(uint8_t *)ctx, len);
}

static void
new_seed_gives_the_public_half_of_the_secret(void **state)
{
	uint8_t byte = 7, seed[32], pk[32], sk[64];
	struct env env = {.random = fill, .ctx = &byte};
	struct roster_invite v;

	(void)state;
	assert_int_equal(invitation_new_seed(&env, seed, &v), STATUS_OK);
	crypto_sign_seed_keypair(pk, sk, seed);
	assert_memory_equal(v.key, pk, 32);
	assert_int_equal(v.state, INVITE_OPEN);
}

static void
request_of_a_fresh_node_is_accepted(void **state)
{
	struct fixture f;
	struct request q;

	(void)state;
	setup(&f, TRUST_SEVERAL);
	assert_int_equal(request_read(f.request.data, f.request.len, &f.in.roster, &q),
	    STATUS_OK);
	assert_memory_equal(&q.node, &f.node.pub, sizeof q.node);
	assert_memory_equal(q.invite, f.in.id, sizeof q.invite);
	teardown(&f);
}

static void
any_changed_or_missing_byte_of_a_request_is_refused(void **state)
{
	struct fixture f;
	size_t len;

	(void)state;
	setup(&f, TRUST_SMALL);
	len = f.request.len;
	for (size_t i = 0; i < len; i++) {
		uint8_t *p = &f.request.data[i];

		*p = (uint8_t)(*p ^ 1 << i % 8);
		assert_int_not_equal(read_request(&f), STATUS_OK);
		*p = (uint8_t)(*p ^ 1 << i % 8);
	}
	for (f.request.len = 0; f.request.len < len; f.request.len++)
		assert_int_equal(read_request(&f), STATUS_TRUNCATED);
	f.request.len = len;
	assert_int_equal(read_request(&f), STATUS_OK);
	f.request.data[3] = '2';
	assert_int_equal(read_request(&f), STATUS_NEWER);
	teardown(&f);
}

static void
request_needs_the_invitations_secret_and_the_nodes(void **state)
{
	struct fixture f;
	struct identity wrong;

	(void)state;
	setup(&f, TRUST_SMALL);
	f.request.data[f.request.len - 1] ^= 1;
	assert_int_equal(read_request(&f), STATUS_BAD_SIGNATURE);
	f.request.data[f.request.len - 1] ^= 1;
	f.request.data[f.request.len - 65] ^= 1;
	assert_int_equal(read_request(&f), STATUS_BAD_SIGNATURE);
	/* Another's public key with one's own signature. */
	wrong = f.node;
	trust_key("stranger", 0, wrong.sign_sk);
	buffer_clear(&f.request);
	assert_int_equal(request_build(&f.in, &wrong, &f.request), STATUS_OK);
	assert_int_equal(read_request(&f), STATUS_BAD_SIGNATURE);
	teardown(&f);
}

static void
request_for_an_unknown_invitation_or_another_county_is_refused(void **state)
{
	struct fixture f;

	(void)state;
	setup(&f, TRUST_SMALL);
	f.in.roster.county++;
	assert_int_equal(read_request(&f), STATUS_FOREIGN);
	f.in.roster.county--;
	f.in.seed[0] ^= 1;
	buffer_clear(&f.request);
	assert_int_equal(request_build(&f.in, &f.node, &f.request), STATUS_OK);
	assert_int_equal(read_request(&f), STATUS_INVITE_UNKNOWN);
	teardown(&f);
}

static void
bound_invitation_refuses_other_keys_and_takes_the_same_again(void **state)
{
	struct fixture f;
	struct roster_cert c = {.role = ROLE_SCHOOL};
	struct identity second;

	(void)state;
	setup(&f, TRUST_SEVERAL);
	c.node = f.node.pub;
	c.scope = f.in.scope;
	c.since = f.in.roster.number;
	memcpy(c.invite, f.in.id, sizeof c.invite);
	assert_int_equal(roster_certify(&f.in.roster, &c, f.issuing), STATUS_OK);
	assert_int_equal(read_request(&f), STATUS_OK);
	trust_node("newcomer", 1, &second);
	buffer_clear(&f.request);
	assert_int_equal(request_build(&f.in, &second, &f.request), STATUS_OK);
	assert_int_equal(read_request(&f), STATUS_INVITE_USED);
	teardown(&f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(vectors_are_rebuilt_byte_for_byte),
		cmocka_unit_test(
		    invitation_reads_back_with_its_roster_and_encodes_to_the_same_bytes),
		cmocka_unit_test(any_changed_byte_of_an_invitation_is_refused),
		cmocka_unit_test(truncated_invitation_is_refused_at_every_length),
		cmocka_unit_test(invitation_that_its_roster_does_not_hold_unused_is_not_built),
		cmocka_unit_test(new_seed_gives_the_public_half_of_the_secret),
		cmocka_unit_test(request_of_a_fresh_node_is_accepted),
		cmocka_unit_test(any_changed_or_missing_byte_of_a_request_is_refused),
		cmocka_unit_test(request_needs_the_invitations_secret_and_the_nodes),
		cmocka_unit_test(request_for_an_unknown_invitation_or_another_county_is_refused),
		cmocka_unit_test(bound_invitation_refuses_other_keys_and_takes_the_same_again),
	};

	if (sodium_init() < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
