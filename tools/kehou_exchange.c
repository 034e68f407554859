/* export, import: the stick. */
#include <string.h>
#include <sys/stat.h>

#include "schema/confine.h"
#include "schema/upkeep.h"
#include "tools/kehou.h"
#include "tools/output.h"

/* As on the page. */
#define CARRIERS (DOMAIN_TEACHER | DOMAIN_HEAD | DOMAIN_CLERK | DOMAIN_LEAD)

/* Unmounted by itself, a stick leaves the folder that it covered. */
static bool
is_gone(const char *folder, const struct stat *before)
{
	struct stat now;

	return before->st_ino != 0 && (stat(folder, &now) != 0 ||
	    now.st_dev != before->st_dev || now.st_ino != before->st_ino);
}

/* A full or broken disk of this machine must not be looked for on the stick.  before: the
 * folder as the work began. */
static int
fail_at(struct cli *c, int status, const char *folder, const struct stat *before, bool out)
{
	bool disk = status == STATUS_IO || status == STATUS_FULL ||
	    status == STATUS_READONLY;

	if (replica_failed_away(c->replica) && is_gone(folder, before))
		status = STATUS_REMOVED;
	return disk && !replica_failed_away(c->replica) ? cli_fail(c, status, NULL, NULL)
	    : cli_fail(c, status, status == STATUS_NOT_FOUND && out ? "to" : "folder", folder);
}

/* A file in the place of a folder is no stick that was pulled out.  Zero in ret where there
 * is neither. */
static int
no_file(struct cli *c, const char *folder, struct stat *ret)
{
	*ret = (struct stat){ .st_ino = 0 };
	if (stat(folder, ret) != 0)
		return CLI_OK;
	return S_ISDIR(ret->st_mode) ? CLI_OK : cli_usage(c, MSG("usage.folder"), folder);
}

/* Whoever goes on without knowing it loses what he writes. */
static int
revoked_too(struct cli *c, int rc)
{
	return cli_say_revoked(c) && rc == CLI_OK ? CLI_PARTLY : rc;
}

/* A hub's list of sticks. */
static int
note_stick(struct cli *c, const char *folder, const struct stat *before)
{
	const char *slash = strrchr(folder, '/');
	int status = replica_stick(c->replica, folder, true,
	    slash != NULL && slash[1] != '\0' ? slash + 1 : folder);

	return status == STATUS_OK ? CLI_OK : fail_at(c, status, folder, before, true);
}

int
kehou_exchange_export(struct cli *c, int argc, char **argv)
{
	const char *to = NULL;
	bool all = false;
	const struct cli_option options[] = {
		{ "--to", &to, 1, NULL }, { "--all", NULL, 0, &all },
		{ NULL, NULL, 0, NULL },
	};
	struct replica_export done = { 0 };
	struct stat before;
	char n[3][24];
	json_t *object;
	int npos, rc = cli_options(c, options, argc, argv, &npos);

	if (rc != CLI_OK)
		return rc;
	if (npos > 0)
		return cli_usage(c, MSG("usage.extra"), argv[0]);
	if (to == NULL)
		return cli_usage(c, MSG("usage.needs"), "--to");
	rc = no_file(c, to, &before);
	if (rc == CLI_OK)
		rc = cli_open(c);
	if (rc == CLI_OK)
		rc = cli_allow_named(c, CARRIERS);
	if (rc != CLI_OK)
		return rc;
	cli_confine(c, to, CONFINE_WRITE);
	if (cli_progress(c))
		cli_say(c, stderr, MSG("export.begin"), to, NULL);
	rc = is_gone(to, &before) ? STATUS_REMOVED : replica_export(c->replica, to, all, &done);
	if (rc == STATUS_OK && is_gone(to, &before))
		rc = STATUS_REMOVED;
	if (rc != STATUS_OK)
		return fail_at(c, rc, to, &before, true);
	rc = note_stick(c, to, &before);
	if (rc != CLI_OK)
		return rc;
	if (c->json) {
		object = json_pack("{s:i, s:i, s:i, s:I, s:I}", "bundles",
		    (int)done.bundles, "unchanged", (int)done.unchanged, "removed",
		    (int)done.removed, "transactions", (json_int_t)done.transactions,
		    "bytes", (json_int_t)done.bytes);
		output_json(stdout, object);
		json_decref(object);
	} else if (done.bundles == 0)
		/* A hub writes for the schools that have a file there. */
		cli_say(c, stderr, done.unchanged == 0 && replica_role(c->replica) == ROLE_HUB
		    ? MSG("export.nobody") : MSG("export.nothing"), NULL);
	else
		cli_say(c, stderr, MSG("export.done"), cli_number(done.bundles, n[0]),
		    cli_number(done.transactions, n[1]), cli_number(done.bytes, n[2]),
		    NULL);
	return revoked_too(c, CLI_OK);
}

struct taken {
	struct cli *c;
	json_t *rows;
	bool progress;
};

static const char *
outcome_word(enum replica_outcome outcome)
{
	static const char *const words[] = { "unknown", "merged", "known", "partly",
		"refused", "others", "kept" };

	return outcome <= REPLICA_KEPT ? words[outcome] : words[0];
}

/* The school's name out of the roster; its number, or the county's name. */
static const char *
scope_name(struct cli *c, uint64_t scope, char number[24])
{
	const struct roster *roster = replica_roster(c->replica);
	const struct roster_school *school = scope != 0
	    ? roster_school(roster, scope) : NULL;

	if (scope == 0)
		return roster->name;
	return school != NULL ? school->name : cli_number(scope, number);
}

/* Of a bundle that is whole and taken in, a part may still mean nothing. */
static const char *
reason(struct cli *c, const struct replica_file *file)
{
	return file->outcome == REPLICA_PARTLY && file->status == STATUS_MALFORMED ?
	    cli_text(c, "import.means_nothing") : cli_status_words(c, file->status);
}

static void
add_file(void *ctx, const struct replica_file *file)
{
	struct taken *all = ctx;
	struct cli *c = all->c;
	char number[24], key[64];
	const char *word = outcome_word(file->outcome);
	json_t *row;

	if (c->json)
		row = json_pack("{s:s, s:s, s:s, s:s, s:s, s:i, s:i, s:i, s:i, s:i, s:i}",
		    "file", file->name, "outcome", word, "status", file->status ==
		    STATUS_OK ? "OK" : status_name(file->status), "reason",
		    reason(c, file), "scope",
		    cli_number(file->scope, number), "segments", (int)file->segments,
		    "transactions", (int)file->transactions, "rows", (int)file->rows,
		    "held", (int)file->held, "conflicts", (int)file->conflicts,
		    "refused_rows", (int)file->refused_rows);
	else {
		char shorter[14];
		/* Only a bundle that was opened tells its sender. */
		bool blank = file->outcome != REPLICA_MERGED &&
		    file->outcome != REPLICA_PARTLY;

		/* Eight digits are enough to find the file. */
		snprintf(shorter, sizeof shorter, "%.8s%s", file->name,
		    strlen(file->name) > 8 ? "…" : "");
		snprintf(key, sizeof key, "outcome.%s", word);
		row = json_pack("{s:s, s:s, s:s, s:i, s:i, s:i, s:s}", "file", shorter,
		    "from", blank && file->scope == 0 ? "" :
		    scope_name(c, file->scope, number), "outcome", cli_text(c, key),
		    "transactions", (int)file->transactions, "held", (int)file->held,
		    "conflicts", (int)file->conflicts, "reason", reason(c, file));
	}
	if (row != NULL)
		json_array_append_new(all->rows, row);
	if (all->progress)
		fprintf(stderr, "\r%zu ", json_array_size(all->rows));
}

static void
print_import(struct cli *c, const struct replica_import *done, json_t *rows)
{
	char n[3][24];

	if (c->json) {
		json_t *object = json_pack(
		    "{s:i, s:i, s:i, s:i, s:i, s:i, s:i, s:i, s:I, s:I, s:I, s:I, s:O}",
		    "merged", (int)done->merged, "known", (int)done->known, "partly",
		    (int)done->partly, "refused", (int)done->refused, "others",
		    (int)done->others, "kept", (int)done->kept, "ignored", (int)done->ignored,
		    "rosters", (int)done->rosters, "transactions",
		    (json_int_t)done->transactions, "rows", (json_int_t)done->rows,
		    "conflicts", (json_int_t)done->conflicts, "held",
		    (json_int_t)done->held, "files", rows);

		output_json(stdout, object);
		json_decref(object);
		return;
	}
	output_table(stdout, c->lang, NULL, rows);
	if (done->merged + done->known + done->partly + done->refused + done->kept == 0) {
		cli_say(c, stderr, MSG("import.nothing"), NULL);
		return;
	}
	/* Beside a refusal what was known before is no news. */
	if (done->merged + done->partly > 0 || (done->known > 0 && done->refused == 0)) {
		cli_say(c, stderr, MSG("import.done"),
		    cli_number((uint64_t)done->merged + done->partly, n[0]),
		    cli_number(done->transactions, n[1]), cli_number(done->known, n[2]),
		    NULL);
		/* The table has bundles alone. */
		if (done->rosters > 0)
			cli_say(c, stderr, MSG("import.roster"), cli_number(
			    replica_roster(c->replica)->number, n[0]), NULL);
	}
	if (done->roster_status != STATUS_OK)
		cli_say(c, stderr, MSG("import.roster_refused"), cli_status_words(c,
		    done->roster_status), NULL);
	if (done->ignored > 0)
		cli_say(c, stderr, MSG("import.ignored"), cli_number(done->ignored, n[0]), NULL);
	if (done->kept > 0)
		cli_say(c, stderr, MSG("import.kept"), cli_number(done->kept, n[0]), NULL);
	if (done->partly > 0 || done->held > 0)
		cli_say(c, stderr, MSG("import.held"), cli_number(done->held, n[0]), NULL);
	if (done->conflicts > 0)
		cli_say(c, stderr, MSG("import.conflicts"),
		    cli_number(done->conflicts, n[0]), NULL);
}

int
kehou_exchange_import(struct cli *c, int argc, char **argv)
{
	const char *from = NULL;
	const struct cli_option options[] = {
		{ "--from", &from, 1, NULL }, { NULL, NULL, 0, NULL },
	};
	struct replica_import done = { 0 };
	struct runtime rt;
	struct taken files = { .c = c };
	struct stat before;
	char number[24];
	int npos, rc = cli_options(c, options, argc, argv, &npos);

	if (rc != CLI_OK)
		return rc;
	if (npos > 0)
		return cli_usage(c, MSG("usage.extra"), argv[0]);
	if (from == NULL)
		return cli_usage(c, MSG("usage.needs"), "--from");
	rc = no_file(c, from, &before);
	if (rc == CLI_OK)
		rc = cli_open(c);
	if (rc == CLI_OK)
		rc = cli_allow_named(c, CARRIERS);
	if (rc != CLI_OK)
		return rc;
	cli_confine(c, from, CONFINE_WRITE);
	files.progress = cli_progress(c);
	files.rows = json_array();
	if (files.rows == NULL)
		return cli_fail(c, STATUS_NOMEM, NULL, NULL);
	rc = replica_import(c->replica, from, add_file, &files, &done);
	if (files.progress && json_array_size(files.rows) > 0)
		fputs("\r", stderr);
	if (rc == STATUS_OK)
		rc = replica_stick(c->replica, from, false, "");
	if (rc != STATUS_OK)
		rc = fail_at(c, rc, from, &before, false);
	else {
		print_import(c, &done, files.rows);
		if (done.refused > 0)
			(void)cli_fail(c, STATUS_REFUSED, "import",
			    cli_number(done.refused, number));
		rt = domain_runtime(c->replica);
		/* What fails is done after the next import. */
		(void)!upkeep_commands(&rt);
		rc = revoked_too(c, done.refused > 0 || done.partly > 0 || done.held > 0
		    ? CLI_PARTLY : CLI_OK);
	}
	json_decref(files.rows);
	return rc;
}
