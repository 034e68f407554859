/* The file of a checkpoint: golden vectors, limits, rules. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "gen/tiny_registry.h"
#include "tests/vectors/checkpoint.h"
#include "tests/vectors/segment.h"

static void
the_vectors_are_what_is_built_and_read(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 3; i++) {
		struct buffer b = BUFFER_INIT, again = BUFFER_INIT;
		uint8_t pk[32], sk[64], *file;
		struct checkpoint c;
		char path[4096];
		size_t head, len;
		json_t *json;
		FILE *f;

		assert_int_equal(checkpoint_vector((enum checkpoint_vector_size)i, &b, &json),
		    STATUS_OK);
		json_decref(json);
		(void)snprintf(path, sizeof(path), "%s/tests/vectors/checkpoint/%s.bin",
		    getenv("SRCDIR"), checkpoint_vector_sizes[i]);
		f = fopen(path, "rb");
		file = malloc(b.len + 1);
		assert_true(f != NULL && file != NULL);
		len = fread(file, 1, b.len + 1, f);
		(void)fclose(f);
		assert_int_equal(len, b.len);
		assert_memory_equal(file, b.data, len);
		free(file);
		checkpoint_vector_key(pk, sk);
		assert_int_equal(checkpoint_read(b.data, b.len, SEGMENT_VECTOR_COUNTY, pk, &c,
		    &head), STATUS_OK);
		assert_int_equal(checkpoint_check(&c, b.data + head, b.len - head),
		    STATUS_OK);
		assert_int_equal(checkpoint_build(&c, sk, &again), STATUS_OK);
		assert_int_equal(again.len, head);
		assert_memory_equal(again.data, b.data, head);
		checkpoint_release(&c);
		buffer_release(&again);
		buffer_release(&b);
	}
}

static void
no_change_goes_unnoticed(void **state)
{
	struct buffer b = BUFFER_INIT;
	uint8_t pk[32], sk[64];
	json_t *json;

	(void)state;
	checkpoint_vector_key(pk, sk);
	assert_int_equal(checkpoint_vector(CHECKPOINT_SEVERAL, &b, &json), STATUS_OK);
	json_decref(json);
	for (size_t at = 0; at < b.len; at++) {
		struct checkpoint c = {0};
		size_t head;
		int status;

		b.data[at] ^= (uint8_t)(1 << at % 8);
		status = checkpoint_read(b.data, b.len, SEGMENT_VECTOR_COUNTY, pk, &c, &head);
		if (status == STATUS_OK)
			status = checkpoint_check(&c, b.data + head, b.len - head);
		assert_int_not_equal(status, STATUS_OK);
		checkpoint_release(&c);
		b.data[at] ^= (uint8_t)(1 << at % 8);
	}
	for (size_t len = 0; len < b.len; len++) {
		struct checkpoint c = {0};
		size_t head;
		int status = checkpoint_read(b.data, len, SEGMENT_VECTOR_COUNTY, pk, &c, &head);

		if (status == STATUS_OK)
			status = checkpoint_check(&c, b.data + head, len - head);
		assert_int_not_equal(status, STATUS_OK);
		checkpoint_release(&c);
	}
	buffer_release(&b);
}

static void
of_another_county_or_signer_it_is_refused(void **state)
{
	struct buffer b = BUFFER_INIT;
	uint8_t pk[32], sk[64];
	struct checkpoint c;
	json_t *json;
	size_t head;

	(void)state;
	checkpoint_vector_key(pk, sk);
	assert_int_equal(checkpoint_vector(CHECKPOINT_SMALL, &b, &json), STATUS_OK);
	json_decref(json);
	assert_int_equal(checkpoint_read(b.data, b.len, SEGMENT_VECTOR_COUNTY + 1, pk, &c,
	    &head), STATUS_FOREIGN);
	pk[0] ^= 1;
	assert_int_equal(checkpoint_read(b.data, b.len, SEGMENT_VECTOR_COUNTY, pk, &c,
	    &head), STATUS_BAD_SIGNATURE);
	buffer_release(&b);
}

static void
what_may_not_stand_there_is_neither_built_nor_read(void **state)
{
	struct checkpoint_column columns[] = { {20, 2}, {23, 2} };
	int64_t values[] = { 1, 2 };
	struct checkpoint_rule rule = { .values = values, .nvalues = 2,
	    .columns = columns, .ncolumns = 2 };
	const struct checkpoint good = { .county = 410185, .scope = 2141018501,
	    .number = 1, .rules = &rule, .nrules = 1 };
	struct checkpoint_stream stream = { .stream = { .epoch = 1, .scope = 2141018501 },
	    .through = 1 };
	uint8_t pk[32], sk[64];

	(void)state;
	checkpoint_vector_key(pk, sk);
	for (unsigned i = 0; i < 10; i++) {
		struct buffer b = BUFFER_INIT;
		struct checkpoint c = good, got;
		uint8_t tail[SIGNATURE_BYTES] = {0};
		size_t head;

		stream.stream.scope = good.scope;
		stream.pieces = 0;
		values[0] = 1;
		columns[0] = (struct checkpoint_column){ 20, 2 };
		switch (i) {
		case 0: c.scope = SCOPE_COUNTY; break;
		case 1: c.number = 0; break;
		case 2: values[0] = 2; break;
		case 3: columns[0].table = 23; break;
		case 4: columns[0].column = 1; break; /* the school */
		case 5: c.time_s = -1; break;
		case 6: c.county = 99999; break;
		case 7: c.streams = &stream; c.nstreams = 1; stream.stream.scope++; break;
		case 8: c.streams = &stream; c.nstreams = 1; stream.pieces = 1; break;
		case 9: c.scope = 999999999; break;
		default: columns[0].table = 0; break;
		}
		assert_int_equal(checkpoint_build(&c, sk, &b), STATUS_USAGE);
		checkpoint_encode(&c, &b);
		buffer_put(&b, tail, sizeof(tail));
		assert_int_not_equal(checkpoint_parse(b.data, b.len, &got, &head), STATUS_OK);
		buffer_release(&b);
	}
}

static void
rules_join_and_name_rows_by_their_keys(void **state)
{
	const struct registry_table *mark =
	    &tiny_registry.tables[registry_find(&tiny_registry, 20)];
	struct checkpoint_column columns[] = { {20, 2} };
	int64_t some[] = { 2, 9 }, others[] = { 1, 9, 12 };
	struct checkpoint_rule a = { .values = some, .nvalues = 2, .columns = columns,
	    .ncolumns = 1 };
	struct checkpoint_rule b[] = { { .values = others, .nvalues = 3, .columns = columns,
	    .ncolumns = 1 }, { .below = -4, .columns = columns, .ncolumns = 1 } };
	const struct checkpoint one = { .rules = &a, .nrules = 1 };
	const struct checkpoint two = { .rules = b, .nrules = 2 };
	struct checkpoint_match matches[CHECKPOINT_MAX_RULES];
	struct checkpoint c = {0};
	size_t n;

	(void)state;
	assert_int_equal(checkpoint_join(&c, &one), STATUS_OK);
	assert_int_equal(checkpoint_join(&c, &two), STATUS_OK);
	assert_int_equal(checkpoint_join(&c, &two), STATUS_OK);
	assert_int_equal(c.nrules, 2);
	n = checkpoint_match(&c, mark, matches);
	assert_int_equal(n, 2);
	for (int64_t child = -8; child < 20; child++) {
		struct value keys[2] = { value_int(2141018501), value_int(child) };

		assert_int_equal(checkpoint_ends(matches, n, keys), child < -4 ||
		    child == 1 || child == 2 || child == 9 || child == 12);
	}
	checkpoint_release(&c);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_vectors_are_what_is_built_and_read),
		cmocka_unit_test(no_change_goes_unnoticed),
		cmocka_unit_test(of_another_county_or_signer_it_is_refused),
		cmocka_unit_test(what_may_not_stand_there_is_neither_built_nor_read),
		cmocka_unit_test(rules_join_and_name_rows_by_their_keys),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
