/* show inbox: two records disagree, please choose. */
#include <string.h>

#include "schema/inbox.h"
#include "tools/kehou.h"
#include "tools/output.h"

/* At a school the children come along for their names. */
static int
open_pupils(struct cli *c, json_t **ret_pupils)
{
	struct domain_error error = { .code = "" };
	json_t *args = json_object();
	int rc = cli_open_records(c);

	if (rc == CLI_OK && replica_scope(c->replica) == 0)
		json_object_set_new(args, "grp", json_integer(-1));
	if (rc == CLI_OK) {
		rc = domain_show(c->replica, &c->user, "pupils", args, ret_pupils, &error);
		rc = rc == STATUS_OK ? CLI_OK : cli_fail_domain(c, rc, &error);
	}
	json_decref(args);
	return rc;
}

/* The child that an entry's key names, "" where it names none: one of its numbers. */
static const char *
child_of(const char *keys, json_t *pupils)
{
	const char *second = strchr(keys, ' '); /* the first is the school */
	json_t *row;
	size_t i;

	json_array_foreach(pupils, i, row) {
		const char *id = json_string_value(json_object_get(row, "pupil"));
		size_t len = id != NULL ? strlen(id) : 0;

		for (const char *at = second; len > 0 && at != NULL; at = strchr(at, ' ')) {
			at++;
			if (strncmp(at, id, len) == 0 && (at[len] == ' ' || at[len] == '\0'))
				return json_string_value(json_object_get(row, "name"));
		}
	}
	return "";
}

static void
say_word(const struct cli *c, json_t *row, const char *key, const char *prefix,
    const char *name)
{
	char message[192];
	const char *words;

	snprintf(message, sizeof message, "%s%s", prefix, name);
	words = message_text(c->lang, message);
	if (words != NULL)
		json_object_set_new(row, key, json_string(words));
}

/* Words for people, as the pages have them. */
static void
say_entry(const struct cli *c, json_t *row, json_t *pupils)
{
	const char *table = json_string_value(json_object_get(row, "table"));
	const char *field = json_string_value(json_object_get(row, "field"));
	const char *child = child_of(json_string_value(json_object_get(row, "keys")), pupils);
	char name[128];

	if (*child != '\0')
		json_object_set_new(row, "keys", json_string(child));
	if (strcmp(table, "attendance") == 0 && strcmp(field, "state") == 0) {
		say_word(c, row, "stands", "code.attendance.",
		    json_string_value(json_object_get(row, "stands")));
		say_word(c, row, "other", "code.attendance.",
		    json_string_value(json_object_get(row, "other")));
	}
	snprintf(name, sizeof name, "%s", field);
	say_word(c, row, "field", "column.", name);
	snprintf(name, sizeof name, "%s", table);
	say_word(c, row, "table", "code.table.", name);
}

int
kehou_inbox(struct cli *c, int argc, char **argv)
{
	json_t *rows = NULL, *pupils = NULL, *row;
	size_t i;
	struct domain_error error = { .code = "" };
	int npos, rc = cli_options(c, NULL, argc, argv, &npos);

	if (rc != CLI_OK)
		return rc;
	if (npos > 0)
		return cli_usage(c, MSG("usage.extra"), argv[0]);
	rc = open_pupils(c, &pupils);
	if (rc != CLI_OK)
		return rc;
	rc = inbox_rows(c->replica, &c->user, &rows, &error);
	if (!c->json)
		json_array_foreach(rows, i, row)
			say_entry(c, row, pupils);
	if (rc != STATUS_OK)
		rc = cli_fail_domain(c, rc, &error);
	else if (c->json)
		output_json(stdout, rows);
	else if (json_array_size(rows) == 0)
		cli_say(c, stderr, MSG("show.none"), NULL);
	else
		output_table(stdout, c->lang, NULL, rows);
	json_decref(rows);
	json_decref(pupils);
	return rc;
}
