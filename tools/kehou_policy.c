/* policy publish: a version of the county's plan out of a file. */
#include <stdio.h>
#include <string.h>

#include "tools/kehou.h"
#include "tools/output.h"
#include "tools/policy.h"

#define PUBLISH_COMMAND "policy.publish"

struct source {
	struct cli *c;
	const char *path;
	struct policy_text text;
	json_t *rows;             /* --json: mistakes */
	size_t mistakes;
	char first[POLICY_PLACE_BYTES + 32];
};

static void
tell_mistake(void *ctx, const struct policy_mistake *m)
{
	struct source *s = ctx;
	char line[24];

	cli_number(m->line, line);
	if (s->mistakes++ == 0)
		snprintf(s->first, sizeof s->first, "%s (%s)", m->place, line);
	if (s->c->json) {
		json_array_append_new(s->rows, json_pack("{s:i, s:s, s:s, s:s}", "line",
		    (int)m->line, "place", m->place, "reason", m->reason, "message",
		    cli_text(s->c, m->reason)));
	} else
		cli_say(s->c, stderr, MSG("policy.mistake"), s->path, line, m->place,
		    cli_text(s->c, m->reason), NULL);
}

/* An object without "command" is the document of policy.publish. */
static int
checked(struct source *s, json_t *item)
{
	if (json_object_get(item, "command") != NULL)
		return STATUS_OK;
	return policy_convert(item, &s->text, tell_mistake, s);
}

static int
publish_one(struct cli *c, json_t *item, const char *path, json_t *answers)
{
	const char *command = json_string_value(json_object_get(item, "command"));
	struct domain_error error = { .code = "" };
	json_t *args, *answer = NULL;
	int rc;

	args = command != NULL ? json_incref(json_object_get(item, "args"))
	    : json_pack("{s:O}", "document", item);
	if (!json_is_object(item) || !json_is_object(args)) {
		json_decref(args);
		return cli_fail(c, STATUS_MALFORMED, "json", path);
	}
	if (command == NULL)
		command = PUBLISH_COMMAND;
	if (domain_command(command) == NULL || !domain_command(command)->county) {
		json_decref(args);
		return cli_usage(c, MSG("usage.policy_command"), command);
	}
	rc = domain_do(c->replica, &c->user, command, NULL, args, &answer, &error);
	json_decref(args);
	if (rc != STATUS_OK)
		return cli_fail_domain(c, rc, &error);
	json_array_append_new(answers, answer);
	return CLI_OK;
}

/* All of it, before anything is published. */
static int
check_all(struct source *s, json_t *all)
{
	bool list = json_is_array(all);
	size_t n = list ? json_array_size(all) : 1;
	int rc = STATUS_OK;

	for (size_t i = 0; i < n; i++) {
		s->text.item = list ? (int)i : -1;
		if (checked(s, list ? json_array_get(all, i) : all) != STATUS_OK)
			rc = STATUS_MALFORMED;
	}
	return rc == STATUS_OK ? CLI_OK : cli_fail(s->c, rc, "policy", s->first);
}

static int
read_document(struct source *s, const struct buffer *file, json_t **ret)
{
	char where[CLI_LINE_BYTES];
	json_error_t error;

	*ret = json_loadb((const char *)file->data, file->len, JSON_REJECT_DUPLICATES, &error);
	if (*ret == NULL) {
		snprintf(where, sizeof where, "%.1024s:%d: %s", s->path, error.line, error.text);
		return cli_fail(s->c, STATUS_MALFORMED, "json", where);
	}
	s->text = (struct policy_text){ (const char *)file->data, file->len, -1 };
	return check_all(s, *ret);
}

static int
publish_all(struct cli *c, json_t *all, const char *path)
{
	bool list = json_is_array(all);
	json_t *answers = json_array();
	char count[24];
	size_t n = list ? json_array_size(all) : 1;
	int rc = CLI_OK;

	for (size_t i = 0; rc == CLI_OK && i < n; i++)
		rc = publish_one(c, list ? json_array_get(all, i) : all, path, answers);
	/* Of a list those that were done before one failed are told too. */
	if (c->json && (list || rc == CLI_OK))
		output_json(stdout, list ? answers : json_array_get(answers, 0));
	else if (rc == CLI_OK)
		cli_say(c, stderr, MSG("policy.done"), cli_number(n, count), NULL);
	json_decref(answers);
	return rc;
}

int
kehou_policy_publish(struct cli *c, int argc, char **argv)
{
	bool check = false;
	const struct cli_option options[] = {
		{ "--check", NULL, 0, &check }, { NULL, NULL, 0, NULL },
	};
	struct buffer file = BUFFER_INIT;
	struct source s = { .c = c };
	json_t *all = NULL;
	int npos, rc = cli_options(c, options, argc, argv, &npos);

	if (rc != CLI_OK)
		return rc;
	if (npos != 1)
		return cli_usage(c, MSG("usage.one_file"), NULL);
	if (check && c->as != NULL)
		return cli_usage(c, MSG("usage.as"), "--as");
	s.path = argv[0];
	s.rows = json_array();
	if (!check)
		rc = kehou_hub_only(c, ~0u); /* each command asks for its roles */
	if (rc == CLI_OK)
		rc = cli_input(c, argv[0], &file);
	if (rc == CLI_OK)
		rc = read_document(&s, &file, &all);
	if (c->json && (s.mistakes > 0 || (rc == CLI_OK && check)))
		output_json(stdout, s.rows);
	else if (rc == CLI_OK && check)
		cli_say(c, stderr, MSG("policy.checked"), argv[0], NULL);
	if (rc == CLI_OK && !check)
		rc = publish_all(c, all, argv[0]);
	json_decref(all);
	json_decref(s.rows);
	buffer_release(&file);
	return rc;
}
