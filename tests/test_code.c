/* The code read over the telephone: what a bad line does to it is noticed, and what it
 * seals only it opens. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "sync/code_folder.h"
#include "tests/sim/sim_env.h"
#include "tests/vectors/trust.h"

#define NOW INT64_C(1788600000)

static void
vectors_are_rebuilt_byte_for_byte(void **state)
{
	(void)state;
	for (unsigned i = TRUST_SMALL; i <= TRUST_MAXIMAL; i++)
		assert_true(trust_vector_matches("sealed", (enum trust_size)i));
}

/* The text must be refused, and the group with this number (from 1) be named. */
static void
refused(const char *text, unsigned group)
{
	char digits[CODE_DIGITS + 1];
	unsigned named = 99;

	assert_int_equal(code_parse(text, digits, &named), STATUS_MALFORMED);
	assert_int_equal(named, group);
}

static void
fresh(unsigned seed, char ret[CODE_TEXT_BYTES])
{
	struct sim_world *w = sim_world_new(seed);

	code_new(sim_node(w, seed, NOW), ret);
	sim_world_free(w);
}

static void
every_wrong_digit_is_noticed_in_its_group(void **state)
{
	(void)state;
	for (unsigned seed = 1; seed <= 20; seed++) {
		char text[CODE_TEXT_BYTES], digits[CODE_DIGITS + 1];
		unsigned group;

		fresh(seed, text);
		assert_int_equal(code_parse(text, digits, &group), STATUS_OK);
		for (size_t i = 0; text[i] != '\0'; i++) {
			char right = text[i];

			for (char d = '0'; right != ' ' && d <= '9'; d++) {
				text[i] = d;
				if (d != right)
					refused(text, (unsigned)i / 7 + 1);
			}
			text[i] = right;
		}
	}
}

static void
swap(char *a, char *b)
{
	char t = *a;

	*a = *b;
	*b = t;
}

static void
every_swap_of_neighbours_is_noticed_in_its_group(void **state)
{
	(void)state;
	for (unsigned seed = 1; seed <= 100; seed++) {
		char text[CODE_TEXT_BYTES];

		fresh(seed, text);
		for (size_t i = 0; text[i + 1] != '\0'; i++) {
			if (text[i] == text[i + 1] || text[i] == ' ' || text[i + 1] == ' ')
				continue;
			swap(&text[i], &text[i + 1]);
			refused(text, (unsigned)i / 7 + 1);
			swap(&text[i], &text[i + 1]);
		}
	}
}

static void
groups_in_each_others_place_are_noticed_even_when_alike(void **state)
{
	(void)state;
	for (unsigned seed = 1; seed <= 50; seed++) {
		char text[CODE_TEXT_BYTES];

		fresh(seed, text);
		for (unsigned a = 0; a < CODE_GROUPS; a++)
			for (unsigned b = a + 1; b < CODE_GROUPS; b++) {
				char moved[CODE_TEXT_BYTES];

				memcpy(moved, text, sizeof moved);
				memcpy(moved + 7 * (size_t)a, text + 7 * (size_t)b, 6);
				memcpy(moved + 7 * (size_t)b, text + 7 * (size_t)a, 6);
				refused(moved, a + 1);
			}
	}
}

static void
what_people_type_between_digits_does_not_matter(void **state)
{
	char plain[CODE_DIGITS + 1], digits[CODE_DIGITS + 1], text[256] = "";
	unsigned group;

	(void)state;
	trust_code(TRUST_SEVERAL, plain);
	assert_int_equal(code_parse(plain, digits, &group), STATUS_OK);
	assert_string_equal(digits, plain);
	/* Full-width digits in threes, with every separator. */
	for (size_t i = 0; i < CODE_DIGITS; i++) {
		static const char *const between[] = { "-", " ", "\u3000", "\uff0c", ".", ", " };
		char wide[4] = { '\xef', '\xbc', (char)(0x90 + (plain[i] - '0')), '\0' };

		strcat(text, wide);
		if (i % 3 == 2)
			strcat(text, between[i / 3 % 6]);
	}
	assert_int_equal(code_parse(text, digits, &group), STATUS_OK);
	assert_string_equal(digits, plain);
}

static void
a_group_too_short_or_too_long_is_named_and_a_missing_one_asked_for(void **state)
{
	char digits[CODE_DIGITS + 1], text[CODE_TEXT_BYTES + 8];

	(void)state;
	fresh(1, text);
	memmove(text + 15, text + 16, strlen(text + 16) + 1);
	refused(text, 3);
	fresh(1, text);
	memmove(text + 8, text + 7, strlen(text + 7) + 1);
	text[7] = '1';
	refused(text, 2);
	fresh(1, text);
	text[27] = '\0';
	refused(text, 0);
	refused("", 0);
	refused("1234567890123456789012345678901234567890", 0);
	trust_code(TRUST_SMALL, digits);
	digits[3] = 'O';
	refused(digits, 0);
}

static void
codes_are_of_all_digits(void **state)
{
	unsigned seen[10] = { 0 };

	(void)state;
	for (unsigned seed = 1; seed <= 200; seed++) {
		char text[CODE_TEXT_BYTES];

		fresh(seed, text);
		for (size_t i = 0; i < sizeof text - 1; i++)
			if (text[i] != ' ' && i % 7 != 5)
				seen[text[i] - '0']++;
	}
	/* 5,000 digits of data, from fixed seeds: 500 each, give or take six deviations. */
	for (unsigned d = 0; d < 10; d++)
		assert_in_range(seen[d], 372, 628);
}

/* ---- what is sealed ---- */

static void
only_its_code_opens_it_and_any_changed_byte_is_refused(void **state)
{
	struct buffer sealed = BUFFER_INIT, out = BUFFER_INIT;
	char digits[CODE_DIGITS + 1];
	struct invitation in;
	struct code right, other;

	(void)state;
	trust_sealed(TRUST_SMALL, &sealed);
	trust_code(TRUST_SMALL, digits);
	assert_int_equal(code_derive(digits, &right), STATUS_OK);
	trust_code(TRUST_SEVERAL, digits);
	assert_int_equal(code_derive(digits, &other), STATUS_OK);
	assert_memory_not_equal(right.id, other.id, CODE_ID_BYTES);
	assert_int_equal(code_open(&other, sealed.data, sealed.len, &out), STATUS_BAD_SIGNATURE);
	assert_int_equal(code_open(&right, sealed.data, sealed.len, &out), STATUS_OK);
	assert_int_equal(invitation_read(out.data, out.len, &in), STATUS_OK);
	invitation_release(&in);
	out.len = 0;
	for (size_t i = 0; i < sealed.len; i++) {
		sealed.data[i] = (uint8_t)(sealed.data[i] ^ 1 << i % 8);
		assert_int_not_equal(code_open(&right, sealed.data, sealed.len, &out), STATUS_OK);
		sealed.data[i] = (uint8_t)(sealed.data[i] ^ 1 << i % 8);
		assert_int_not_equal(code_open(&right, sealed.data, i, &out), STATUS_OK);
	}
	assert_int_equal(out.len, 0);
	buffer_release(&sealed);
	buffer_release(&out);
}

/* ---- the hub's folder ---- */
struct hub {
	struct sim_world *world;
	const struct env *env;
	struct invitation in;    /* its roster holds the invitation unused */
	struct buffer sealed;
	struct code code;
};

static void
hub_setup(struct hub *h)
{
	char digits[CODE_DIGITS + 1];

	memset(h, 0, sizeof *h);
	h->world = sim_world_new(1);
	h->env = sim_node(h->world, 1, NOW);
	trust_invitation(TRUST_SEVERAL, &h->in);
	trust_sealed(TRUST_SEVERAL, &h->sealed);
	trust_code(TRUST_SEVERAL, digits);
	assert_int_equal(code_derive(digits, &h->code), STATUS_OK);
	assert_int_equal(h->env->files->mkdir(h->env->ctx, "hub"), STATUS_OK);
	assert_int_equal(h->env->files->fsync_dir(h->env->ctx, ""), STATUS_OK);
	assert_int_equal(code_folder_keep(h->env, "hub", &h->in.roster, h->code.id, &h->sealed),
	    STATUS_OK);
}

static void
hub_teardown(struct hub *h)
{
	invitation_release(&h->in);
	buffer_release(&h->sealed);
	sim_world_free(h->world);
}

static int
found(struct hub *h)
{
	struct buffer b = BUFFER_INIT;
	int status = code_folder_find(h->env, "hub", &h->in.roster, h->code.id, &b);

	if (status == STATUS_OK)
		assert_memory_equal(b.data, h->sealed.data, h->sealed.len);
	else
		assert_int_equal(b.len, 0);
	buffer_release(&b);
	return status;
}

static void
a_code_waits_over_a_power_cut_and_may_be_fetched_again(void **state)
{
	struct hub h;

	(void)state;
	hub_setup(&h);
	assert_int_equal(found(&h), STATUS_OK);
	sim_power_cut(h.world, SIM_DROP_ALL);
	assert_int_equal(found(&h), STATUS_OK);
	h.code.id[0] ^= 1;
	assert_int_equal(found(&h), STATUS_NOT_FOUND);
	hub_teardown(&h);
}

static void
a_code_past_its_time_is_gone(void **state)
{
	struct code_label label;
	struct hub h;

	(void)state;
	hub_setup(&h);
	assert_int_equal(code_label(h.sealed.data, h.sealed.len, &label), STATUS_OK);
	sim_set_clock(h.env, label.until_s - 1);
	assert_int_equal(found(&h), STATUS_OK);
	sim_set_clock(h.env, label.until_s);
	assert_int_equal(found(&h), STATUS_NOT_FOUND);
	assert_int_equal(sim_count(h.world, "hub/codes"), 0);
	hub_teardown(&h);
}

static void
a_code_whose_invitation_was_used_is_gone(void **state)
{
	struct roster_cert c = { .role = ROLE_SCHOOL };
	struct identity node;
	uint8_t issuing[64];
	struct hub h;

	(void)state;
	hub_setup(&h);
	trust_node("newcomer", 0, &node);
	trust_key("issuing", 0, issuing);
	c.node = node.pub;
	c.scope = h.in.scope;
	c.since = h.in.roster.number;
	memcpy(c.invite, h.in.id, sizeof c.invite);
	assert_int_equal(roster_certify(&h.in.roster, &c, issuing), STATUS_OK);
	assert_int_equal(found(&h), STATUS_NOT_FOUND);
	assert_int_equal(sim_count(h.world, "hub/codes"), 0);
	hub_teardown(&h);
}

static void
a_code_whose_invitation_was_withdrawn_is_gone(void **state)
{
	struct hub h;

	(void)state;
	hub_setup(&h);
	assert_true(roster_withdraw(&h.in.roster, ROLE_SCHOOL, h.in.scope) > 0);
	assert_int_equal(roster_invite(&h.in.roster, h.in.id)->state, INVITE_WITHDRAWN);
	assert_int_equal(code_folder_sweep(h.env, "hub", &h.in.roster), STATUS_OK);
	assert_int_equal(sim_count(h.world, "hub/codes"), 0);
	assert_int_equal(found(&h), STATUS_NOT_FOUND);
	assert_int_equal(roster_withdraw(&h.in.roster, ROLE_SCHOOL, h.in.scope), 0);
	hub_teardown(&h);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(vectors_are_rebuilt_byte_for_byte),
		cmocka_unit_test(every_wrong_digit_is_noticed_in_its_group),
		cmocka_unit_test(every_swap_of_neighbours_is_noticed_in_its_group),
		cmocka_unit_test(groups_in_each_others_place_are_noticed_even_when_alike),
		cmocka_unit_test(what_people_type_between_digits_does_not_matter),
		cmocka_unit_test(a_group_too_short_or_too_long_is_named_and_a_missing_one_asked_for),
		cmocka_unit_test(codes_are_of_all_digits),
		cmocka_unit_test(only_its_code_opens_it_and_any_changed_byte_is_refused),
		cmocka_unit_test(a_code_waits_over_a_power_cut_and_may_be_fetched_again),
		cmocka_unit_test(a_code_past_its_time_is_gone),
		cmocka_unit_test(a_code_whose_invitation_was_used_is_gone),
		cmocka_unit_test(a_code_whose_invitation_was_withdrawn_is_gone),
	};

	if (sodium_init() < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
