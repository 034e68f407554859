/* Proof: a node says who it is before it hands a file over, or asks for one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/vectors/trust.h"

static void
vectors_are_rebuilt_byte_for_byte(void **state)
{
	(void)state;
	for (unsigned i = TRUST_SMALL; i <= TRUST_MAXIMAL; i++)
		assert_true(trust_vector_matches("proof", (enum trust_size)i));
}

static void
is_of_the_node_that_made_it_and_of_one_thing(void **state)
{
	struct roster r;
	const struct roster_cert *by;
	struct identity hub;
	uint8_t proof[PROOF_BYTES];
	char what[64];

	(void)state;
	trust_roster(TRUST_SMALL, &r);
	trust_proof(TRUST_MAXIMAL, &hub, what);
	proof_make(&hub, what, proof);
	by = proof_of(&r, what, proof);
	assert_non_null(by);
	assert_int_equal(node_id_compare(&by->node.id, &hub.pub.id), 0);
	for (size_t i = 0; i < sizeof proof; i++) {
		proof[i] ^= (uint8_t)(1 << i % 8);
		assert_null(proof_of(&r, what, proof));
		proof[i] ^= (uint8_t)(1 << i % 8);
	}
	what[0] ^= 1;
	assert_null(proof_of(&r, what, proof));
	what[0] ^= 1;
	what[35] = '\0';
	assert_null(proof_of(&r, what, proof));
	roster_release(&r);
}

static void
of_a_stranger_or_a_revoked_node_is_worth_nothing(void **state)
{
	struct roster_revocation gone = {.through = 0};
	struct identity stranger, hub;
	struct roster r;
	uint8_t proof[PROOF_BYTES];
	char what[64];

	(void)state;
	trust_roster(TRUST_SMALL, &r);
	trust_proof(TRUST_SEVERAL, &hub, what);
	trust_node("stranger", 0, &stranger);
	proof_make(&stranger, what, proof);
	assert_null(proof_of(&r, what, proof));
	proof_make(&hub, what, proof);
	assert_non_null(proof_of(&r, what, proof));
	gone.node = hub.pub.id;
	assert_int_equal(roster_add_revocation(&r, &gone), STATUS_OK);
	assert_null(proof_of(&r, what, proof));
	roster_release(&r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(vectors_are_rebuilt_byte_for_byte),
		cmocka_unit_test(is_of_the_node_that_made_it_and_of_one_thing),
		cmocka_unit_test(of_a_stranger_or_a_revoked_node_is_worth_nothing),
	};

	if (sodium_init() < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
