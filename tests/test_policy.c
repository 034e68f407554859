#include "tests/domain_world.h"
#include "tools/policy.h"

#define HEAD "{\"version\":1,\"from\":\"2020-09-01\",\"title\":\"t\""

struct found {
	size_t n;
	struct policy_mistake first;
};

static void
note(void *ctx, const struct policy_mistake *m)
{
	struct found *f = ctx;

	if (f->n++ == 0)
		f->first = *m;
}

static int
convert(const char *json, int item, json_t **ret, struct found *ret_found)
{
	struct policy_text text = { json, strlen(json), item };
	json_t *all = json_loads(json, 0, NULL);

	assert_non_null(all);
	*ret = json_incref(item < 0 ? all : json_array_get(all, (size_t)item));
	json_decref(all);
	*ret_found = (struct found){ 0 };
	return policy_convert(*ret, &text, note, ret_found);
}

static void
refused(const char *json, const char *place, const char *reason, size_t line)
{
	struct found found;
	json_t *document;

	assert_int_equal(convert(json, -1, &document, &found), STATUS_MALFORMED);
	assert_string_equal(found.first.place, place);
	assert_string_equal(found.first.reason, reason);
	assert_int_equal(found.first.line, line);
	json_decref(document);
}

static void
test_dates_seasons_and_times_become_numbers(void **state)
{
	struct found found;
	json_t *document, *window;

	(void)state;
	assert_int_equal(convert(HEAD ",\"windows\":[{\"class\":0,\"from\":\"09-01\","
	    "\"until\":\"04-30\",\"slot\":2,\"begin\":\"16:30\",\"end\":\"18:00\","
	    "\"school\":\"3141018501\",\"site\":1}]}", -1, &document, &found), STATUS_OK);
	/* 2000-01-01 is day 0. */
	assert_int_equal(json_integer_value(json_object_get(document, "from")), 7549);
	window = json_array_get(json_object_get(document, "windows"), 0);
	assert_int_equal(json_integer_value(json_object_get(window, "from")), 901);
	assert_int_equal(json_integer_value(json_object_get(window, "end")), 1080);
	assert_int_equal(json_integer_value(json_object_get(window, "school")), 3141018501);
	json_decref(document);
}

static void
test_what_is_missing_or_wrong_is_named(void **state)
{
	(void)state;
	refused("{}", "version", "policy.reason.missing", 1);
	refused("[]", "", "policy.reason.object", 1);
	refused("{\"version\":1,\"from\":\"2020-02-30\",\"title\":\"t\"}", "from",
	    "policy.reason.date", 1);
	refused("{\"version\":\"1\",\"from\":\"2020-09-01\",\"title\":\"t\"}", "version",
	    "policy.reason.integer", 1);
	refused(HEAD ",\"fee\":5}", "fee", "policy.reason.unknown", 1);
	refused(HEAD ",\"days\":7}", "days", "policy.reason.list", 1);
	refused(HEAD ",\n\"windows\":[\n{\"class\":0,\n\"from\":\"13-01\"}]}",
	    "windows 1: from", "policy.reason.season", 4);
	refused(HEAD ",\"consent_notice\":{\"version\":1,\"from\":\"2020-09-01\","
	    "\"material\":0,\"title\":\"\",\"body\":\"b\"}}", "consent_notice: title",
	    "policy.reason.text", 1);
	refused(HEAD ",\"rates\":[\n{\"unit\":4,\"fen\":1}]}", "rates 1: unit",
	    "policy.reason.range", 2);
	refused(HEAD ",\"phases\":[\n{\"code\":1,\"title\":\"[{\\\"\"},\n"
	    "{\"code\":1,\"title\":\"b\"}]}", "phases 2: code", "policy.reason.twice", 3);
	refused(HEAD ",\"terms\":[{\"from\":\"2021-01-29\",\n\"until\":\"2020-09-01\"}]}",
	    "terms 1: until", "policy.reason.order", 2);
}

static void
test_settings_are_known_by_name_and_value(void **state)
{
#define SETTING(rest) HEAD ",\"settings\":[{" rest "}]}"
	struct found found;
	json_t *document;

	(void)state;
	assert_int_equal(convert(SETTING("\"name\":\"exchange_window\",\"value\":"
	    "\"21:00-05:30\",\"class\":220"), -1, &document, &found), STATUS_OK);
	json_decref(document);
	refused(SETTING("\"name\":\"exchange_window\",\"value\":\"21:00\""),
	    "settings 1: value", "policy.reason.window", 1);
	refused(SETTING("\"name\":\"exchange_minutes\",\"value\":1"), "settings 1: value",
	    "policy.reason.range", 1);
	refused(SETTING("\"name\":\"exchange\",\"value\":1"), "settings 1: name",
	    "policy.reason.setting", 1);
	refused(SETTING("\"name\":\"silence_days\",\"value\":3,\"site\":1"),
	    "settings 1: site", "policy.reason.site", 1);
	refused(SETTING("\"name\":\"silence_days\",\"value\":3,\"school\":\"12\""),
	    "settings 1: school", "policy.reason.school", 1);
}

static void
test_all_mistakes_are_told_with_the_line_in_a_list_of_documents(void **state)
{
	struct found found;
	json_t *document;

	(void)state;
	assert_int_equal(convert("[{\"a\": \"}]\\\\\"},\n" HEAD ",\n\"days\": [\n"
	    "{\"day\":\"x\",\"kind\":2,\"name\":\"n\"},\n{\"kind\":3,\"name\":\"n\"}]}]", 1,
	    &document, &found), STATUS_MALFORMED);
	assert_int_equal(found.n, 3);
	assert_string_equal(found.first.place, "days 1: day");
	assert_int_equal(found.first.line, 4);
	json_decref(document);
}

/* The example in docs/policy.md; caller frees. */
static char *
example(void)
{
	const char *src = getenv("SRCDIR");
	char path[512], *text = calloc(1, 65536), *begin, *end;
	FILE *f;

	assert_non_null(text);
	snprintf(path, sizeof(path), "%s/docs/policy.md", src ? src : "..");
	f = fopen(path, "r");
	assert_non_null(f);
	assert_in_range(fread(text, 1, 65535, f), 1, 65534);
	fclose(f);
	begin = strstr(text, "```json\n");
	assert_non_null(begin);
	begin += strlen("```json\n");
	end = strstr(begin, "```");
	assert_non_null(end);
	*end = '\0';
	memmove(text, begin, strlen(begin) + 1);
	return text;
}

static void
R2_the_complete_example_is_published_without_complaint(void **state)
{
	char *text = example();
	struct found found;
	struct world w;
	json_t *document;
	static const struct { const char *view, *args; size_t rows; } shown[] = {
		{"policy", "{\"version\":12}", 7}, {"calendar", "{}", 18},
		{"policy_lists", "{\"date\":\"2020-09-07\"}", 24}, {"consent_notices", "{}", 1},
		{"emergency", "{\"kind\":4,\"date\":\"2020-09-07\"}", 1},
		{"audit_rates", "{\"month\":202009}", 6},
	};

	(void)state;
	if (convert(text, -1, &document, &found) != STATUS_OK)
		fail_msg("line %zu: %s: %s", found.first.line, found.first.place,
		    found.first.reason);
	assert_int_equal(found.n, 0);
	world_open(&w, 0);
	world_do(&w, "policy.publish", json_pack("{s:o}", "document", document));
	for (size_t i = 0; i < sizeof(shown) / sizeof(shown[0]); i++)
		assert_int_equal(world_count(&w, shown[i].view, json_loads(shown[i].args, 0,
		    NULL)), shown[i].rows);
	world_close(&w);
	free(text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_dates_seasons_and_times_become_numbers),
		cmocka_unit_test(test_what_is_missing_or_wrong_is_named),
		cmocka_unit_test(R2_the_complete_example_is_published_without_complaint),
		cmocka_unit_test(test_settings_are_known_by_name_and_value),
		cmocka_unit_test(test_all_mistakes_are_told_with_the_line_in_a_list_of_documents),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
