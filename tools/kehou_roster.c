/* roster import: the office's list of pupils. */
#include <time.h>

#include "schema/roster_import.h"
#include "tools/kehou.h"
#include "tools/output.h"

#define EAST_8_S (8 * 3600)

struct report {
	struct cli *c;
	json_t *rows; /* lines that need an eye */
};

static void
add_row(void *ctx, enum roster_import_row what, unsigned line, const char *column,
    const char *reason_code, const char *text)
{
	static const char *const words[] = { "fresh", "changed", "unchanged",
		"doubtful", "rejected" };
	struct report *r = ctx;
	char key[128];
	const char *outcome = words[what], *reason = reason_code;
	json_t *row;

	if (what == ROSTER_NEW || what == ROSTER_UNCHANGED)
		return;
	if (!r->c->json) {
		snprintf(key, sizeof key, "roster.%s", words[what]);
		outcome = cli_text(r->c, key);
		snprintf(key, sizeof key, "roster.reason.%s",
		    reason_code != NULL ? reason_code : "");
		if (message_text(r->c->lang, key) != NULL)
			reason = message_text(r->c->lang, key);
	}
	row = json_pack("{s:i, s:s, s:s, s:s, s:s}", "line", (int)line, "outcome",
	    outcome, "field", column != NULL ? column : "", "reason",
	    reason != NULL ? reason : "", "text", text != NULL ? text : "");
	/* A row out of memory is missed in the list, never in the import. */
	if (row != NULL)
		json_array_append_new(r->rows, row);
}

/* The school year that runs now: 2026 starts on 2026-09-01, in UTC+8. */
static int
current_year(const struct env *env)
{
	time_t now = (time_t)(env->now_s(env->ctx) + EAST_8_S);
	struct tm tm;

	if (gmtime_r(&now, &tm) == NULL)
		return 2000;
	return tm.tm_year + 1900 - (tm.tm_mon < 8 ? 1 : 0);
}

static void
print_result(struct cli *c, const struct roster_import_result *result, bool dry_run,
    json_t *rows)
{
	char n[5][24];
	json_t *all;

	if (c->json) {
		all = json_pack("{s:b, s:i, s:i, s:i, s:i, s:i, s:O}", "dry_run", dry_run,
		    "fresh", (int)result->fresh, "changed", (int)result->changed,
		    "unchanged", (int)result->unchanged, "doubtful",
		    (int)result->doubtful, "rejected", (int)result->rejected, "rows",
		    rows);
		output_json(stdout, all);
		json_decref(all);
		return;
	}
	output_table(stdout, c->lang, rows);
	cli_say(c, stderr, dry_run ? MSG("roster.would") : MSG("roster.done"),
	    cli_number(result->fresh, n[0]), cli_number(result->changed, n[1]),
	    cli_number(result->unchanged, n[2]), cli_number(result->doubtful, n[3]),
	    cli_number(result->rejected, n[4]), NULL);
}

int
kehou_roster_import(struct cli *c, int argc, char **argv)
{
	const char *year_text = NULL;
	bool dry_run = false;
	const struct cli_option options[] = {
		{ "--school-year", &year_text, 1, NULL },
		{ "--dry-run", NULL, 0, &dry_run }, { NULL, NULL, 0, NULL },
	};
	struct roster_import_result result = { 0 };
	struct domain_error error = { .code = "" };
	struct report r = { .c = c };
	struct buffer file = BUFFER_INIT;
	uint64_t year;
	int npos, rc = cli_options(c, options, argc, argv, &npos);

	if (rc != CLI_OK)
		return rc;
	if (npos != 1)
		return cli_usage(c, MSG("usage.one_file"), NULL);
	year = (uint64_t)current_year(c->env);
	if (year_text != NULL && (!cli_decimal(year_text, 2199, &year) || year < 2000))
		return cli_usage(c, MSG("usage.year"), year_text);
	rc = cli_open_as(c);
	if (rc == CLI_OK)
		rc = cli_input(c, argv[0], &file);
	if (rc != CLI_OK)
		goto cleanup;
	r.rows = json_array();
	if (r.rows == NULL) {
		rc = cli_fail(c, STATUS_NOMEM, NULL, NULL);
		goto cleanup;
	}
	rc = roster_import(c->replica, &c->user, file.data, file.len, (int)year, dry_run,
	    add_row, &r, &result, &error);
	if (rc != STATUS_OK)
		rc = error.code[0] != '\0' ? cli_fail_domain(c, rc, &error)
		    : cli_fail(c, rc, "roster", argv[0]);
	else {
		print_result(c, &result, dry_run, r.rows);
		rc = result.rejected > 0 || result.doubtful > 0 ? CLI_PARTLY : CLI_OK;
	}
cleanup:
	json_decref(r.rows);
	buffer_release(&file);
	return rc;
}
