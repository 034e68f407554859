/* doctor: the questions that a support call begins with, answered. */
#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#include "schema/built.h"
#include "tools/kehou.h"
#include "tools/output.h"

#define SPACE_BAD_BYTES (64ull << 20)   /* a year of a school is about 0.3 MB,
                                         * its database well under this */
#define SPACE_LOW_BYTES (512ull << 20)
#define PATH_BYTES 4096

enum state { GOOD, WARN, BAD };

struct doctor {
	struct cli *c;
	json_t *rows;
	enum state worst;
};

static void
note_next(struct doctor *d, const char *check, enum state state, const char *detail,
    const char *next)
{
	static const char *const states[] = { "good", "warn", "bad" };
	json_t *row;

	if (state > d->worst)
		d->worst = state;
	if (d->c->json)
		row = json_pack("{s:s, s:s, s:s, s:s}", "check", check, "condition",
		    states[state], "detail", detail, "next", next);
	else {
		char name[96], word[96];

		snprintf(name, sizeof name, "doctor.%s", check);
		snprintf(word, sizeof word, "doctor.state.%s", states[state]);
		row = json_pack("{s:s, s:s, s:s, s:s}", "check", cli_text(d->c, name),
		    "condition", cli_text(d->c, word), "detail", detail, "next", next);
	}
	if (row != NULL)
		json_array_append_new(d->rows, row);
}

static void
note(struct doctor *d, const char *check, enum state state, const char *detail)
{
	char key[96];

	snprintf(key, sizeof key, "doctor.%s.next", check);
	note_next(d, check, state, detail, state != GOOD ? cli_text(d->c, key) : "");
}

static void
check_space(struct doctor *d)
{
	struct statvfs fs;
	unsigned long long free_bytes;
	char detail[64];

	if (statvfs(d->c->dir, &fs) != 0) {
		note(d, "space", BAD, strerror(errno));
		return;
	}
	free_bytes = (unsigned long long)fs.f_bavail * fs.f_frsize;
	snprintf(detail, sizeof detail, "%llu MiB", free_bytes >> 20);
	note(d, "space", free_bytes < SPACE_BAD_BYTES ? BAD :
	    free_bytes < SPACE_LOW_BYTES ? WARN : GOOD, detail);
}

static void
check_clock(struct doctor *d)
{
	const struct env *env = d->c->env;
	int64_t now = env->now_s(env->ctx);
	char detail[MESSAGE_TIME_BYTES];

	message_time(d->c->lang, now, detail);
	/* Ten years on, the clock is more likely wrong than the program in use. */
	note(d, "clock", built_after(now) ? BAD :
	    now > built_s() + 10ll * 366 * 86400 ? WARN : GOOD, detail);
}

static void
check_mode(struct doctor *d, const char *check, const char *name, bool must_be)
{
	char path[PATH_BYTES], detail[128];
	struct stat st;

	snprintf(path, sizeof path, "%s/%s", d->c->dir, name);
	if (lstat(path, &st) != 0) {
		if (errno != ENOENT || must_be) {
			snprintf(detail, sizeof detail, "%s: %s", name, strerror(errno));
			note(d, check, BAD, detail);
		}
		return;
	}
	snprintf(detail, sizeof detail, "%s %04o", name, (unsigned)st.st_mode & 07777);
	note(d, check, (st.st_mode & 077) != 0 ? BAD : GOOD, detail);
}

static void
check_keys(struct doctor *d)
{
	check_mode(d, "keys", "keys/node.key", true);
	check_mode(d, "keys", "keys/school.keys", false);
	check_mode(d, "keys", "keys/issuing.key", false);
	check_mode(d, "sidecar", "sidecar", true);
	check_mode(d, "files", "keys", true);
	check_mode(d, "files", "kehou.db", true);
}

static void
check_node(struct doctor *d)
{
	struct cli *c = d->c;
	struct replica_status s = { 0 };
	char n[24];
	int rc = cli_try_open(c);

	if (rc != STATUS_OK) {
		if (rc == STATUS_LOCKED)
			note(d, "busy", WARN, cli_status_words(c, rc));
		else
			note_next(d, rc == STATUS_FOREIGN_KEY ? "keys" : "database", BAD,
			    cli_status_words(c, rc), cli_next_words(c, rc, "open"));
		return;
	}
	rc = store_integrity(replica_store(c->replica));
	note(d, "database", rc == STATUS_OK ? GOOD : BAD, rc == STATUS_OK ? ""
	    : cli_status_words(c, rc));
	rc = replica_status(c->replica, &s);
	if (rc != STATUS_OK) {
		note(d, "status", BAD, cli_status_words(c, rc));
		return;
	}
	if (s.revoked)
		note(d, "revoked", BAD, cli_number(s.only_here, n));
	if (s.uninvited > 0)
		note(d, "uninvited", WARN, cli_number(s.uninvited, n));
	if (s.invite_used)
		note(d, "invitation", BAD, "");
	else if (s.invite_withdrawn)
		note_next(d, "invitation", BAD, "",
		    cli_text(c, MSG("doctor.invitation.withdrawn")));
	else
		note(d, "certificate", s.certified ? GOOD : WARN, "");
	if (s.copied_s != 0) {
		char since[MESSAGE_TIME_BYTES];

		message_time(c->lang, s.copied_s, since);
		note(d, "copied", WARN, since);
	}
	if (s.renewed_s != 0) {
		char since[MESSAGE_TIME_BYTES];

		message_time(c->lang, s.renewed_s, since);
		note(d, "renewed", WARN, since);
	}
	note(d, "branches", s.branches > 0 ? WARN : GOOD, cli_number(s.branches, n));
	if (s.exceptions > 0)
		note(d, "exceptions", WARN, cli_number(s.exceptions, n));
	if (s.held > 0 && replica_role(c->replica) == ROLE_HUB)
		note_next(d, "held", WARN, cli_number(s.held, n),
		    cli_text(c, MSG("doctor.held.hub")));
	else
		note(d, "held", s.held > 0 ? WARN : GOOD, cli_number(s.held, n));
	note(d, "inbox", s.inbox > 0 ? WARN : GOOD, cli_number(s.inbox, n));
}

int
kehou_doctor(struct cli *c, int argc, char **argv)
{
	struct doctor d = { .c = c };
	char path[PATH_BYTES];
	struct stat st;
	int npos, rc = cli_options(c, NULL, argc, argv, &npos);

	if (rc != CLI_OK)
		return rc;
	if (npos > 0)
		return cli_usage(c, MSG("usage.extra"), argv[0]);
	rc = cli_need_dir(c);
	if (rc != CLI_OK)
		return rc;
	snprintf(path, sizeof path, "%s/kehou.db", c->dir);
	if (stat(path, &st) != 0)
		return cli_fail(c, STATUS_NOT_INITIALISED, "open", c->dir);
	d.rows = json_array();
	if (d.rows == NULL)
		return cli_fail(c, STATUS_NOMEM, NULL, NULL);
	check_space(&d);
	check_clock(&d);
	check_keys(&d);
	check_node(&d);
	if (c->json)
		output_json(stdout, d.rows);
	else {
		output_table(stdout, c->lang, NULL, d.rows);
		cli_say(c, stderr, d.worst == GOOD ? MSG("doctor.good") :
		    d.worst == WARN ? MSG("doctor.warn") : MSG("doctor.bad"), NULL);
	}
	json_decref(d.rows);
	return d.worst == BAD ? CLI_FAILED : CLI_OK;
}
