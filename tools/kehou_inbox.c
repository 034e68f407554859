/* show inbox: two records disagree, please choose. */
#include <string.h>

#include "schema/inbox.h"
#include "tools/kehou.h"
#include "tools/output.h"

/* The entries show children: whoever may see the children may see them. */
static int
allowed(struct cli *c)
{
	struct domain_error error = { .code = "" };
	json_t *rows = NULL, *args = json_pack("{s:i}", "grp", -1);
	int rc = cli_open_as(c);

	if (rc == CLI_OK) {
		rc = domain_show(c->replica, &c->user, "pupils", args, &rows, &error);
		rc = rc == STATUS_OK ? CLI_OK : cli_fail_domain(c, rc, &error);
	}
	json_decref(args);
	json_decref(rows);
	return rc;
}

int
kehou_inbox(struct cli *c, int argc, char **argv)
{
	json_t *rows = NULL;
	int npos, rc = cli_options(c, NULL, argc, argv, &npos);

	if (rc != CLI_OK)
		return rc;
	if (npos > 0)
		return cli_usage(c, MSG("usage.extra"), argv[0]);
	rc = allowed(c);
	if (rc != CLI_OK)
		return rc;
	rc = inbox_rows(c->replica, &rows);
	if (rc != STATUS_OK)
		rc = cli_fail(c, rc, NULL, NULL);
	else if (c->json)
		output_json(stdout, rows);
	else if (json_array_size(rows) == 0)
		cli_say(c, stderr, MSG("show.none"), NULL);
	else
		output_table(stdout, c->lang, rows);
	json_decref(rows);
	return rc;
}
