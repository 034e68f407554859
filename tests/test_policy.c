#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tools/policy.h"

#define HEAD "{\"version\":1,\"from\":\"2020-09-01\",\"title\":\"t\""

static int
convert(const char *json, json_t **ret, char where[64])
{
	*ret = json_loads(json, 0, NULL);
	assert_non_null(*ret);
	where[0] = '\0';
	return policy_convert(*ret, where, 64);
}

static void
refused(const char *json, const char *expected)
{
	char where[64];
	json_t *document;

	assert_int_equal(convert(json, &document, where), STATUS_MALFORMED);
	assert_string_equal(where, expected);
	json_decref(document);
}

static void
test_dates_seasons_and_times_become_numbers(void **state)
{
	char where[64];
	json_t *document, *window;

	(void)state;
	assert_int_equal(convert(HEAD ",\"windows\":[{\"class\":0,\"from\":\"09-01\","
	    "\"until\":\"04-30\",\"slot\":2,\"begin\":\"16:30\",\"end\":\"18:00\"}]}",
	    &document, where), STATUS_OK);
	/* 2000-01-01 is day 0. */
	assert_int_equal(json_integer_value(json_object_get(document, "from")), 7549);
	window = json_array_get(json_object_get(document, "windows"), 0);
	assert_int_equal(json_integer_value(json_object_get(window, "from")), 901);
	assert_int_equal(json_integer_value(json_object_get(window, "end")), 1080);
	json_decref(document);
}

static void
test_what_is_missing_or_wrong_is_named(void **state)
{
	(void)state;
	refused("{}", "version");
	refused("[]", "");
	refused("{\"version\":1,\"from\":\"2020-02-30\",\"title\":\"t\"}", "from");
	refused("{\"version\":\"1\",\"from\":\"2020-09-01\",\"title\":\"t\"}", "version");
	refused(HEAD ",\"fee\":5}", "fee");
	refused(HEAD ",\"days\":7}", "days");
	refused(HEAD ",\"days\":[{\"day\":\"2020-10-01\",\"kind\":2,\"name\":\"x\"},{}]}",
	    "days 2: day");
	refused(HEAD ",\"windows\":[{\"class\":0,\"from\":\"13-01\"}]}", "windows 1: from");
	refused(HEAD ",\"consent_notice\":{\"version\":1,\"from\":\"2020-09-01\","
	    "\"material\":0,\"title\":\"\",\"body\":\"b\"}}", "consent_notice: title");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_dates_seasons_and_times_become_numbers),
		cmocka_unit_test(test_what_is_missing_or_wrong_is_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
