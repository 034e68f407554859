/* do, show, commands, views: the domain's named commands and queries. */
#include <string.h>

#include "tools/kehou.h"
#include "tools/loan.h"
#include "tools/output.h"

#define COUNTED_ROWS 10

/* What is wrong from here on is told by the entry's own help. */
static void
name_command(struct cli *c, const char *word, const struct domain_entry *entry)
{
	static char name[96];

	snprintf(name, sizeof name, "%s %s", word, entry->name);
	c->command = name;
}

int
kehou_do(struct cli *c, int argc, char **argv)
{
	const char *request = NULL;
	const struct cli_option options[] = {
		{ "--request-id", &request, 1, NULL }, { NULL, NULL, 0, NULL },
	};
	struct domain_error error = { .code = "" };
	const struct domain_entry *entry;
	json_t *args = NULL, *answer = NULL, *rows;
	int npos, rc = cli_options(c, options, argc, argv, &npos);

	if (rc != CLI_OK)
		return rc;
	if (npos < 1)
		return cli_usage(c, MSG("usage.do"), NULL);
	entry = domain_command(argv[0]);
	if (entry == NULL)
		return cli_usage(c, MSG("usage.no_command"), argv[0]);
	name_command(c, "do", entry);
	rc = cli_args(c, entry, npos - 1, argv + 1, &args);
	if (rc == CLI_OK)
		rc = cli_open_records(c);
	if (rc != CLI_OK)
		goto cleanup;
	rc = domain_do(c->replica, &c->user, entry->name, request, args, &answer, &error);
	if (rc != STATUS_OK) {
		rc = cli_fail_domain(c, rc, &error);
		goto cleanup;
	}
	if (entry->urgent && c->borrowed)
		loan_urgent(c->loan);
	rows = json_object_get(answer, "rows");
	if (c->json)
		output_json(stdout, answer);
	else {
		bool emptied = json_is_true(json_object_get(answer, "emptied"));

		/* The rows are as they were written. */
		if (json_array_size(rows) > 0 && !emptied)
			output_table(stdout, c->lang, entry->name, rows);
		cli_say(c, stderr, emptied ? MSG("do.emptied") : MSG("do.done"), NULL);
	}
	(void)cli_say_revoked(c);
	if (json_object_get(answer, "unfinished") != NULL) {
		if (!c->json)
			cli_say(c, stderr, MSG("do.unfinished"), NULL);
		rc = CLI_PARTLY;
	}
cleanup:
	json_decref(args);
	json_decref(answer);
	return rc;
}

int
kehou_do_show(struct cli *c, int argc, char **argv)
{
	struct domain_error error = { .code = "" };
	const struct domain_entry *entry;
	json_t *args = NULL, *rows = NULL;
	bool more = false;
	int npos, rc = cli_options(c, NULL, argc, argv, &npos);

	if (rc != CLI_OK)
		return rc;
	if (npos < 1)
		return cli_usage(c, MSG("usage.show"), NULL);
	entry = domain_view(argv[0]);
	if (entry == NULL)
		return cli_usage(c, MSG("usage.no_view"), argv[0]);
	name_command(c, "show", entry);
	rc = cli_args(c, entry, npos - 1, argv + 1, &args);
	if (rc == CLI_OK)
		rc = cli_open_records(c);
	if (rc != CLI_OK)
		goto cleanup;
	rc = domain_show_more(c->replica, &c->user, entry->name, args, &rows, &more, &error);
	if (rc != STATUS_OK)
		rc = cli_fail_domain(c, rc, &error);
	else if (c->json)
		output_json(stdout, rows);
	else if (json_array_size(rows) == 0)
		cli_say(c, stderr, MSG("show.none"), NULL);
	else {
		char number[24];

		output_table(stdout, c->lang, entry->name, rows);
		/* More than a look takes in; the year's turn asks for the number. */
		if (json_array_size(rows) >= COUNTED_ROWS)
			cli_say(c, stderr, MSG("show.count"), cli_number(json_array_size(rows),
			    number), NULL);
	}
	if (rc == STATUS_OK && more) {
		char number[24];

		cli_say(c, stderr, MSG("show.more"), cli_number(entry->most, number), NULL);
	}
cleanup:
	json_decref(args);
	json_decref(rows);
	return rc;
}

static const char *
about(const struct cli *c, const struct domain_entry *entry)
{
	return c->lang == MESSAGE_ZH ? entry->about_zh : entry->about;
}

static void
param_list(const struct domain_entry *entry, char *out, size_t cap)
{
	size_t len = 0;

	out[0] = '\0';
	for (size_t i = 0; i < entry->nparams && len < cap; i++) {
		const struct domain_param *p = &entry->params[i];
		int n = snprintf(out + len, cap - len, "%s%s%s=%c%s", i > 0 ? " " : "",
		    p->optional ? "[" : "", p->name, p->type, p->optional ? "]" : "");

		if (n < 0)
			return;
		len += (size_t)n;
	}
}

static json_t *
param_objects(const struct domain_entry *entry)
{
	json_t *params = json_array();

	for (size_t i = 0; params != NULL && i < entry->nparams; i++) {
		const char type[] = { entry->params[i].type, '\0' };

		json_array_append_new(params, json_pack("{s:s, s:s, s:b}", "name",
		    entry->params[i].name, "type", type, "optional",
		    entry->params[i].optional));
	}
	return params;
}

/* What a parameter's values mean: in this command, else wherever it stands. */
static const char *
param_words(const struct cli *c, const char *entry, const char *param)
{
	char key[128];
	const char *words;

	snprintf(key, sizeof key, "param.%s.%s", entry, param);
	words = message_text(c->lang, key);
	snprintf(key, sizeof key, "param.%s", param);
	if (words == NULL)
		words = message_text(c->lang, key);
	snprintf(key, sizeof key, "column.%s", param);
	return words != NULL ? words : message_text(c->lang, key);
}

void
kehou_do_help(const struct cli *c, bool view, const char *name)
{
	const struct domain_entry *entry = view ? domain_view(name) : domain_command(name);

	if (entry == NULL)
		return;
	printf("\n%s: %s\n", entry->name, about(c, entry));
	for (size_t i = 0; i < entry->nparams; i++) {
		const struct domain_param *p = &entry->params[i];
		const char *words = param_words(c, entry->name, p->name);

		printf("  %s%s=%c%s  %s\n", p->optional ? "[" : "", p->name, p->type,
		    p->optional ? "]" : "", words != NULL ? words : "");
	}
	cli_say(c, stdout, MSG("params.types"), NULL);
}

static int
list_entries(struct cli *c, const struct domain_entry *entries, size_t n, int argc,
    char **argv)
{
	json_t *rows = json_array();
	char params[CLI_LINE_BYTES];
	int npos, rc = cli_options(c, NULL, argc, argv, &npos);

	if (rc == CLI_OK && npos > 0)
		rc = cli_usage(c, MSG("usage.extra"), argv[0]);
	for (size_t i = 0; rc == CLI_OK && i < n; i++) {
		json_t *row;

		param_list(&entries[i], params, sizeof params);
		row = c->json ? json_pack("{s:s, s:s, s:s, s:o}", "name",
		    entries[i].name, "about", about(c, &entries[i]),
		    "requires", entries[i].requires != NULL
		    ? entries[i].requires : "", "params", param_objects(&entries[i]))
		    : json_pack("{s:s, s:s, s:s}", "name", entries[i].name, "about",
		    about(c, &entries[i]), "params", params);
		if (row == NULL || json_array_append_new(rows, row) != 0)
			rc = cli_fail(c, STATUS_NOMEM, NULL, NULL);
	}
	if (rc == CLI_OK && c->json)
		output_json(stdout, rows);
	else if (rc == CLI_OK) {
		output_table(stdout, c->lang, NULL, rows);
		cli_say(c, stderr, MSG("params.types"), NULL);
	}
	json_decref(rows);
	return rc;
}

int
kehou_do_commands(struct cli *c, int argc, char **argv)
{
	return list_entries(c, domain_commands, domain_ncommands, argc, argv);
}

int
kehou_do_views(struct cli *c, int argc, char **argv)
{
	return list_entries(c, domain_views, domain_nviews, argc, argv);
}
