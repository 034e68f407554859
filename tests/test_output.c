#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tools/output.h"

static char *
table_of(const char *view, const char *json)
{
	json_t *rows = json_loads(json, 0, NULL);
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	assert_non_null(rows);
	assert_non_null(out);
	output_table(out, MESSAGE_EN, view, rows);
	assert_int_equal(fclose(out), 0);
	json_decref(rows);
	return text;
}

static char *
table(const char *json)
{
	return table_of(NULL, json);
}

static void
test_chinese_takes_two_columns_and_marks_take_none(void **state)
{
	(void)state;
	assert_int_equal(output_width("abc"), 3);
	assert_int_equal(output_width("点名"), 4);
	assert_int_equal(output_width("（１）"), 6);
	assert_int_equal(output_width("e\xCC\x81"), 1);
	assert_int_equal(output_width("𠮷"), 2);
	assert_int_equal(output_width("─…"), 2);
	assert_int_equal(output_width("\xFF\xE4x"), 3);
}

static void
test_columns_of_a_table_stand_under_each_other(void **state)
{
	char *text = table("[{\"a\":\"登封\",\"b\":\"x\"},{\"a\":\"abcde\",\"b\":\"y\"}]");

	(void)state;
	assert_string_equal(text, "a      b\n─────  ─\n登封   x\nabcde  y\n");
	free(text);
}

static void
test_a_heading_is_that_of_the_view_and_money_is_in_yuan(void **state)
{
	char *text = table_of("site.add", "[{\"name\":\"x\",\"class\":220,\"fen\":-55005}]");

	(void)state;
	assert_string_equal(text, "name  class  Sum (yuan)\n────  ─────  ──────────\n"
	    "x       220     -550.05\n");
	free(text);
	text = table_of("policy_settings", "[{\"name\":\"x\"}]");
	assert_non_null(strstr(text, "setting"));
	free(text);
}

static void
test_codes_are_words_by_their_column_first(void **state)
{
	char *text = table("[{\"what\":\"no_class_year\",\"page\":\"plan\",\"who\":\"plan\"},"
	    "{\"what\":\"some_newer_code\",\"page\":\"roll\",\"who\":null}]");

	(void)state;
	assert_non_null(strstr(text, "no year of the class"));
	assert_non_null(strstr(text, "weekly plan")); /* not the county's plan */
	assert_non_null(strstr(text, "  plan\n"));    /* a column without codes */
	assert_non_null(strstr(text, "some_newer_code"));
	free(text);
}

static void
test_numbers_are_set_right(void **state)
{
	char *text = table("[{\"n\":7,\"t\":\"x\"},{\"n\":123,\"t\":\"y\"}]");

	(void)state;
	assert_string_equal(text, "  n  t\n───  ─\n  7  x\n123  y\n");
	free(text);
}

static void
test_control_characters_do_not_reach_the_terminal(void **state)
{
	char *text = table("[{\"t\":\"a\\u001b[2Jb\\nc\"}]");

	(void)state;
	assert_null(strchr(text, '\x1b'));
	assert_non_null(strstr(text, "a [2Jb c\n"));
	free(text);
}

static void
test_times_are_shown_in_utc_plus_8_whatever_tz_says(void **state)
{
	char text[MESSAGE_TIME_BYTES];

	(void)state;
	setenv("TZ", "America/New_York", 1);
	message_time(MESSAGE_EN, 1793548800, text); /* 2026-11-01T16:00:00Z */
	assert_string_equal(text, "2026-11-02 00:00");
	message_time(MESSAGE_EN, 0, text);
	assert_string_equal(text, "never");
}

static void
test_an_empty_table_prints_nothing(void **state)
{
	char *text = table("[]");

	(void)state;
	assert_string_equal(text, "");
	free(text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_chinese_takes_two_columns_and_marks_take_none),
		cmocka_unit_test(test_columns_of_a_table_stand_under_each_other),
		cmocka_unit_test(test_a_heading_is_that_of_the_view_and_money_is_in_yuan),
		cmocka_unit_test(test_codes_are_words_by_their_column_first),
		cmocka_unit_test(test_numbers_are_set_right),
		cmocka_unit_test(test_control_characters_do_not_reach_the_terminal),
		cmocka_unit_test(test_times_are_shown_in_utc_plus_8_whatever_tz_says),
		cmocka_unit_test(test_an_empty_table_prints_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
