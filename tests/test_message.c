#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "schema/message.h"

static void
test_table_is_sorted_so_that_every_key_is_found(void **state)
{
	(void)state;
	assert_true(message_table_len > 100);
	for (size_t i = 0; i < message_table_len; i++) {
		if (i > 0)
			assert_true(strcmp(message_table[i - 1].key,
			    message_table[i].key) < 0);
		assert_ptr_equal(message_text(MESSAGE_ZH, message_table[i].key),
		    message_table[i].text[MESSAGE_ZH]);
	}
	assert_null(message_text(MESSAGE_EN, "no.such.key"));
	assert_string_equal(message_or_key(MESSAGE_EN, "no.such.key"), "no.such.key");
}

static void
test_the_three_facts_say_what_the_design_says(void **state)
{
	(void)state;
	assert_non_null(strstr(message_text(MESSAGE_ZH, "status.saved"), "本机已保存"));
	assert_string_equal(message_text(MESSAGE_ZH, "status.waiting"), "待上报 {1} 条");
	assert_string_equal(message_text(MESSAGE_ZH, "status.confirmed"),
	    "县中心已确认至 {1}");
	assert_string_equal(message_text(MESSAGE_ZH, "status.unconfirmed"),
	    "县中心尚未确认");
}

static void
test_nothing_ever_says_synced(void **state)
{
	(void)state;
	for (size_t i = 0; i < message_table_len; i++) {
		assert_null(strstr(message_table[i].text[MESSAGE_EN], "synced"));
		assert_null(strstr(message_table[i].text[MESSAGE_ZH], "已同步"));
	}
}

static void
test_arguments_stand_where_the_text_wants_them(void **state)
{
	const char *args[] = { "one", "two" };
	char out[64];

	(void)state;
	assert_int_equal(message_format(out, sizeof out, "{2} before {1}", args, 2), 14);
	assert_string_equal(out, "two before one");
	message_format(out, sizeof out, "{1}{3}|{x}{", args, 2);
	assert_string_equal(out, "one|{x}{");
}

static void
test_an_argument_is_never_read_as_a_format(void **state)
{
	const char *args[] = { "{2}%s%n", "secret" };
	char out[64];

	(void)state;
	message_format(out, sizeof out, "<{1}>", args, 2);
	assert_string_equal(out, "<{2}%s%n>");
}

static void
test_a_cut_leaves_no_half_character(void **state)
{
	const char *args[] = { "课后" };
	char out[8];

	(void)state;
	for (size_t cap = 1; cap <= sizeof out; cap++) {
		memset(out, 'x', sizeof out);
		assert_int_equal(message_format(out, cap, "{1}", args, 1), 6);
		assert_int_equal(strlen(out) % 3, 0);
		assert_true(strlen(out) < cap && cap - strlen(out) <= 3);
	}
	assert_int_equal(message_format(NULL, 0, "{1}", args, 1), 6);
}

static void
test_language_is_told_by_its_first_letters(void **state)
{
	(void)state;
	assert_int_equal(message_lang_of("zh_CN.UTF-8", MESSAGE_EN), MESSAGE_ZH);
	assert_int_equal(message_lang_of("en_GB", MESSAGE_ZH), MESSAGE_EN);
	assert_int_equal(message_lang_of("C.UTF-8", MESSAGE_ZH), MESSAGE_ZH);
	assert_int_equal(message_lang_of(NULL, MESSAGE_EN), MESSAGE_EN);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_table_is_sorted_so_that_every_key_is_found),
		cmocka_unit_test(test_the_three_facts_say_what_the_design_says),
		cmocka_unit_test(test_nothing_ever_says_synced),
		cmocka_unit_test(test_arguments_stand_where_the_text_wants_them),
		cmocka_unit_test(test_an_argument_is_never_read_as_a_format),
		cmocka_unit_test(test_a_cut_leaves_no_half_character),
		cmocka_unit_test(test_language_is_told_by_its_first_letters),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
