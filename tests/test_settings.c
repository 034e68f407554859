#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "node/settings.h"

static char said[1024];

/* Reads text as a file; what was said is in said, FILE standing for its path. */
static int
read_text(const char *text, struct settings *ret)
{
	char path[] = "/tmp/kehou-settings-XXXXXX", *words = NULL, *at;
	int fd = mkstemp(path), status;
	size_t len = 0;
	FILE *errors = open_memstream(&words, &len);

	assert_true(fd >= 0 && errors != NULL);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
	settings_default(ret);
	status = settings_read(path, true, errors, ret);
	fclose(errors);
	unlink(path);
	at = strstr(words, path);
	(void)snprintf(said, sizeof(said), "%s", at == NULL ? words : at + strlen(path));
	free(words);
	return status;
}

static void
every_key_is_read(void **state)
{
	struct settings s;

	(void)state;
	assert_int_equal(read_text("; note\n# note\n[http]\nlisten = 127.0.0.1:80\n"
	    "host = kehou.school\nhost = other\nlongest = 20\n[hub]\nurl = https://hub.example/kehou\n"
	    "ca = /etc/ca.pem\nproxy = http://127.0.0.1:3128\nstall = 90\ninterval = 30\n"
	    "window = 22:00-06:30\nday_bytes = 1000000\nnetwork = no\n[stick]\ncommand = /bin/light\n[log]\nlevel = debug\n",
	    &s), STATUS_OK);
	assert_string_equal(said, "");
	assert_string_equal(s.listen, "127.0.0.1:80");
	assert_int_equal(s.nhosts, 2);
	assert_string_equal(s.hosts[1], "other");
	assert_int_equal(s.longest_s, 20);
	assert_string_equal(s.url, "https://hub.example/kehou");
	assert_string_equal(s.ca, "/etc/ca.pem");
	assert_string_equal(s.proxy, "http://127.0.0.1:3128");
	assert_int_equal(s.stall_s, 90);
	assert_string_equal(s.bell, "/bin/light");
	assert_int_equal(s.plan.interval_s, 1800);
	assert_int_equal(s.plan.from_min, 22 * 60);
	assert_int_equal(s.plan.to_min, 6 * 60 + 30);
	assert_int_equal(s.plan.day_bytes, 1000000);
	assert_false(s.plan.network);
	assert_int_equal(s.level, LOG_LEVEL_DEBUG);
}

static void
an_empty_file_leaves_the_defaults(void **state)
{
	struct settings s, wanted;

	(void)state;
	settings_default(&wanted);
	assert_int_equal(read_text("", &s), STATUS_OK);
	assert_memory_equal(&s, &wanted, sizeof(s));
	assert_true(s.plan.network);
	assert_string_equal(s.listen, ":8620");
}

/* Each is refused in one line that names the line and what was expected. */
static void
what_is_wrong_is_named_with_its_line(void **state)
{
	static const struct { const char *text, *line, *word; } bad[] = {
		{ "[http]\nport = 1\n", ":2: ", "unknown key port in [http]" },
		{ "[web]\nlisten = :1\n", ":2: ", "unknown key listen in [web]" },
		{ "listen = :1\n", ":1: ", "unknown key" },
		{ "[http]\n\nlisten = 70000\n", ":3: ", "ADDRESS:PORT" },
		{ "[http]\nlisten = :70000\n", ":2: ", "ADDRESS:PORT" },
		{ "[http]\nlisten =\n", ":2: ", "ADDRESS:PORT" },
		{ "[http]\nlisten = :1\nlisten = :2\n", ":3: ", "given twice" },
		{ "[http]\nhost = a/b\n", ":2: ", "a name" },
		{ "[http]\nlongest = 0\n", ":2: ", "seconds" },
		{ "[http]\nlongest = 3601\n", ":2: ", "seconds" },
		{ "[hub]\nurl = ftp://hub\n", ":2: ", "https://HOST" },
		{ "[hub]\nurl = https://hub/\n", ":2: ", "without /" },
		{ "[hub]\ninterval = 0\n", ":2: ", "minutes" },
		{ "[hub]\ninterval = 10081\n", ":2: ", "minutes" },
		{ "[hub]\ninterval = -5\n", ":2: ", "minutes" },
		{ "[hub]\ninterval = 5m\n", ":2: ", "minutes" },
		{ "[hub]\nwindow = 22:00-6:30\n", ":2: ", "HH:MM" },
		{ "[hub]\nwindow = 22:61-06:30\n", ":2: ", "HH:MM" },
		{ "[hub]\nwindow = 22:00-24:01\n", ":2: ", "HH:MM" },
		{ "[hub]\nday_bytes = lots\n", ":2: ", "bytes a day" },
		{ "[hub]\nnetwork = maybe\n", ":2: ", "yes or no" },
		{ "[log]\nlevel = loud\n", ":2: ", "warning" },
		{ "[log]\nnonsense\n", ":2: ", "key = value" },
	};
	struct settings s;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(read_text(bad[i].text, &s), STATUS_USAGE);
		assert_ptr_equal(strstr(said, bad[i].line), said);
		assert_non_null(strstr(said, bad[i].word));
		assert_ptr_equal(strchr(said, '\n'), said + strlen(said) - 1);
	}
}

static void
more_names_than_the_bound_are_refused(void **state)
{
	char text[256] = "[http]\n";
	struct settings s;

	(void)state;
	for (int i = 0; i < GUARD_MAX_NAMES; i++)
		strcat(text, "host = a\n");
	assert_int_equal(read_text(text, &s), STATUS_OK);
	strcat(text, "host = a\n");
	assert_int_equal(read_text(text, &s), STATUS_USAGE);
	assert_ptr_equal(strstr(said, ":10: "), said);
}

static void
an_absent_file_counts_only_when_asked_for(void **state)
{
	struct settings s;
	char *words = NULL;
	size_t len = 0;
	FILE *errors = open_memstream(&words, &len);

	(void)state;
	settings_default(&s);
	assert_int_equal(settings_read("/nowhere/kehoud.ini", false, errors, &s), STATUS_OK);
	fflush(errors);
	assert_int_equal(len, 0);
	assert_int_equal(settings_read("/nowhere/kehoud.ini", true, errors, &s), STATUS_USAGE);
	fclose(errors);
	assert_non_null(strstr(words, "/nowhere/kehoud.ini: No such file"));
	free(words);
}

static void
plan_and_level_need_no_restart(void **state)
{
	struct settings a, b;

	(void)state;
	settings_default(&a);
	b = a;
	b.level = LOG_LEVEL_DEBUG;
	b.plan.interval_s = 60;
	assert_true(settings_same_start(&a, &b));
	assert_int_equal(settings_set(&b, "http", "host", "x", stderr), STATUS_OK);
	assert_false(settings_same_start(&a, &b));
	b = a;
	assert_int_equal(settings_set(&b, "hub", "url", "http://x", stderr), STATUS_OK);
	assert_false(settings_same_start(&a, &b));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_key_is_read),
		cmocka_unit_test(an_empty_file_leaves_the_defaults),
		cmocka_unit_test(what_is_wrong_is_named_with_its_line),
		cmocka_unit_test(more_names_than_the_bound_are_refused),
		cmocka_unit_test(an_absent_file_counts_only_when_asked_for),
		cmocka_unit_test(plan_and_level_need_no_restart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
