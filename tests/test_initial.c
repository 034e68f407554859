#include "schema/initial.h"

#include "tests/domain_world.h"

static void
is(const char *name, const char *letters)
{
	char out[STORE_FUNCTION_BYTES];

	assert_true(initial_letters(name, out));
	assert_string_equal(out, letters);
}

static void
each_character_gives_the_letter_of_its_reading(void **state)
{
	(void)state;
	is("阿八嚓", "ABC");
	is("\xe4\xb8\x80", "Y");   /* U+4E00, the first */
	is("学校", "XX");
	is("学 b·校", "XBX");
	is("", "");
}

static void
a_surname_has_its_own_reading_but_only_in_front(void **state)
{
	(void)state;
	is("单", "S");
	is("学单", "XD");
	is("曾", "Z");
	is("学曾", "XC");
}

static void
what_is_no_text_and_what_is_too_long_does_no_harm(void **state)
{
	char name[3 * STORE_FUNCTION_BYTES + 1] = "", out[STORE_FUNCTION_BYTES];

	(void)state;
	is("\xff\xe4\xb8", "");
	is("\xe4\xb8\x41", "A");
	for (int i = 0; i < STORE_FUNCTION_BYTES; i++)
		strcat(name, "学");
	assert_true(initial_letters(name, out));
	assert_int_equal(strlen(out), STORE_FUNCTION_BYTES - 1);
}

static void
lists_of_children_carry_the_letters(void **state)
{
	struct world w;
	json_t *rows;

	(void)state;
	world_open(&w, WORLD_SCHOOL);
	world_do(&w, "pupil.add", json_pack("{s:s, s:i, s:i}", "name", "单学", "school_year",
	    2020, "grade", 1));
	rows = world_show(&w, "pupils", NULL);
	assert_string_equal(json_string_value(json_object_get(json_array_get(rows, 0),
	    "initials")), "SX");
	json_decref(rows);
	world_close(&w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_character_gives_the_letter_of_its_reading),
		cmocka_unit_test(a_surname_has_its_own_reading_but_only_in_front),
		cmocka_unit_test(what_is_no_text_and_what_is_too_long_does_no_harm),
		cmocka_unit_test(lists_of_children_carry_the_letters),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
