/* init hub, init school, init relay: a data directory comes to be. */
#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <sodium.h>

#include "schema/enrol.h"
#include "schema/first_site.h"
#include "schema/pin.h"
#include "sync/invitation.h"
#include "tools/kehou.h"
#include "tools/loan.h"
#include "tools/output.h"

/* The domain's commands for people. */
#define FIRST_STAFF "staff.add"
#define FIRST_CLERK "county.staff.add"

/* The data directory's parents are the caller's business, as with mkdir. */
static int
make_dir(struct cli *c)
{
	int rc = cli_need_dir(c);

	if (rc != CLI_OK)
		return rc;
	/* Also in a folder that others may look into. */
	(void)umask(077);
	c->made_dir = mkdir(c->dir, 0700) == 0;
	if (!c->made_dir && errno != EEXIST)
		return cli_fail(c, status_from_errno(errno), "dir", c->dir);
	/* What root makes in the daemon's directory, the daemon must be able to read. */
	rc = loan_become_owner(c->dir);
	return rc == STATUS_OK ? CLI_OK : cli_fail(c, rc, "dir", c->dir);
}

/* Where nothing came to be, nothing is left. */
static void
unmake_dir(const struct cli *c)
{
	if (c->made_dir)
		(void)rmdir(c->dir); /* with something in it, it stays */
}

/* Opens the new node and enters its first member of staff, who may then enter
 * the others. */
static int
first_staff(struct cli *c, const char *command, const char *roles, const char *name,
    const char *pin)
{
	struct domain_error error = { .code = "" };
	json_t *answer = NULL, *args;
	int rc = cli_open(c);

	if (rc != CLI_OK)
		return rc;
	c->user = (struct domain_user){ .scope = replica_scope(c->replica) };
	args = json_pack("{s:s, s:s, s:s}", "name", name, "roles", roles, "pin", pin);
	if (args == NULL)
		return cli_usage(c, MSG("usage.form"), "name");
	rc = domain_do(c->replica, &c->user, command, NULL, args, &answer, &error);
	json_decref(args);
	if (rc != STATUS_OK)
		return cli_fail_domain(c, rc, &error);
	json_decref(answer);
	return CLI_OK;
}

/* What the first person's command would refuse, while nothing is made yet. */
static int
check_first(struct cli *c, const char *name, const char *pin)
{
	struct domain_error error = { .data_safe = true };
	bool nameless = name[strspn(name, " ")] == '\0';

	if (!nameless && strlen(pin) >= PIN_MIN_BYTES && strlen(pin) <= PIN_MAX_BYTES)
		return CLI_OK;
	snprintf(error.code, sizeof error.code, nameless ? "R10.no_name" : "R18.short_pin");
	return cli_fail_domain(c, STATUS_REFUSED, &error);
}

static int
first_site(struct cli *c)
{
	struct domain_user nobody = { .staff = 0 };
	struct domain_error error = { .code = "" };
	int rc = cli_open(c);

	if (rc != CLI_OK)
		return rc;
	rc = first_site_of(c->replica, &nobody, &error);
	return rc == STATUS_OK ? CLI_OK : cli_fail_domain(c, rc, &error);
}

struct hub_args {
	const char *county, *name, *copies[2], *passphrase_fd, *clerk;
};

/* That the directory holds a node is the better answer where the copies cannot be
 * written either. */
static int
check_places(struct cli *c, const struct hub_args *a)
{
	char roster[CLI_LINE_BYTES];
	int rc = cli_need_dir(c);

	if (rc != CLI_OK)
		return rc;
	snprintf(roster, sizeof roster, "%s/roster", c->dir);
	if (access(roster, F_OK) == 0)
		return CLI_OK;
	return kehou_root_places(c, a->copies);
}

static int
init_hub(struct cli *c, const struct hub_args *a, const char *passphrase)
{
	struct replica_hub_options options = { .name = a->name,
		.passphrase = passphrase, .root_copies = { a->copies[0], a->copies[1] } };
	char roster[CLI_LINE_BYTES];
	int rc;

	if (strlen(a->county) != 6 || !cli_decimal(a->county, 999999, &options.county))
		return cli_usage(c, MSG("usage.county"), a->county);
	if (strlen(passphrase) < PASSPHRASE_MIN_BYTES)
		return cli_usage(c, MSG("usage.passphrase_short"), NULL);
	rc = check_places(c, a);
	if (rc == CLI_OK)
		rc = make_dir(c);
	if (rc != CLI_OK)
		return rc;
	rc = replica_init_hub(c->dir, c->env, &schema_domain, &options);
	if (rc == STATUS_OK)
		return CLI_OK;
	rc = cli_fail(c, rc, "init", c->dir);
	/* Of a county that is not: another try writes them again. */
	snprintf(roster, sizeof roster, "%s/roster", c->dir);
	for (int i = 0; i < 2 && access(roster, F_OK) != 0; i++)
		(void)unlink(a->copies[i]);
	unmake_dir(c);
	return rc;
}

int
kehou_init_hub(struct cli *c, int argc, char **argv)
{
	struct hub_args a = { 0 };
	const struct cli_option options[] = {
		{ "--county", &a.county, 1, NULL }, { "--name", &a.name, 1, NULL },
		{ "--root-copy", a.copies, 2, NULL },
		{ "--passphrase-fd", &a.passphrase_fd, 1, NULL },
		{ "--clerk", &a.clerk, 1, NULL },
		{ NULL, NULL, 0, NULL },
	};
	char passphrase[CLI_SECRET_MAX_BYTES], pin[CLI_SECRET_MAX_BYTES] = "";
	int npos, rc = cli_options(c, options, argc, argv, &npos);

	if (rc != CLI_OK)
		return rc;
	if (npos > 0)
		return cli_usage(c, MSG("usage.extra"), argv[0]);
	if (a.county == NULL || a.name == NULL)
		return cli_usage(c, MSG("usage.needs"),
		    a.county == NULL ? "--county" : "--name");
	if (a.copies[1] == NULL || strcmp(a.copies[0], a.copies[1]) == 0)
		return cli_usage(c, MSG("usage.copies"), NULL);
	rc = cli_secret(c, a.passphrase_fd, "--passphrase-fd", passphrase);
	if (rc != CLI_OK)
		return rc;
	/* Read before anything is made. */
	if (a.clerk != NULL)
		rc = cli_secret(c, c->pin_fd, "--pin-fd", pin);
	if (rc == CLI_OK && a.clerk != NULL)
		rc = check_first(c, a.clerk, pin);
	if (rc == CLI_OK)
		rc = init_hub(c, &a, passphrase);
	if (rc == CLI_OK && a.clerk != NULL)
		rc = first_staff(c, FIRST_CLERK, "clerk", a.clerk, pin);
	sodium_memzero(passphrase, sizeof passphrase);
	sodium_memzero(pin, sizeof pin);
	if (rc != CLI_OK)
		return rc;
	if (c->json) {
		json_t *done = json_pack("{s:s, s:s}", "county", a.county, "name", a.name);

		output_json(stdout, done);
		json_decref(done);
		return CLI_OK;
	}
	cli_say(c, stderr, MSG("init.hub"), a.name, a.county, a.copies[0], a.copies[1],
	    NULL);
	return CLI_OK;
}

int
kehou_give_recovery(struct cli *c, const char *path, const char *text)
{
	char line[RECOVERY_TEXT_BYTES + 1];
	json_t *done;
	int rc;

	if (path != NULL) {
		snprintf(line, sizeof line, "%s\n", text);
		rc = cli_write_new(c, path, line, strlen(line));
		sodium_memzero(line, sizeof line);
		if (rc != CLI_OK) {
			/* The school is made and the text exists only here. */
			printf("%s\n", text);
			return rc;
		}
	}
	if (c->json) {
		done = json_pack("{s:s}", path != NULL ? "recovery_file" : "recovery",
		    path != NULL ? path : text);
		output_json(stdout, done);
		json_decref(done);
	} else if (path == NULL)
		printf("%s\n", text);
	return CLI_OK;
}

/* Where the invitation comes from: a file, or the hub, by a code of the telephone. */
struct source {
	const char *file, *code, *hub, *ca;
};

static int
fetch_invitation(struct cli *c, const struct source *s, struct buffer *ret)
{
	struct enrol_options options = { .url = s->hub, .ca_file = s->ca };
	struct domain_error shown = { .data_safe = true };
	struct enrol_error error;
	int status = enrol_fetch(&options, s->code, ret, &error);

	if (status == STATUS_OK)
		return CLI_OK;
	if (status != STATUS_REFUSED || strcmp(error.code, "BUSY") == 0)
		return cli_fail(c, status == STATUS_REFUSED ? STATUS_BUSY : status, "code",
		    s->hub);
	snprintf(shown.code, sizeof shown.code, "%s", error.code);
	snprintf(shown.args[0], sizeof shown.args[0], "%u", error.group != 0 ? error.group
	    : error.retry_s);
	return cli_fail_domain(c, status, &shown);
}

/* One of another kind is no damaged one. */
static int
check_kind(struct cli *c, const struct buffer *file, uint8_t role, const char *path)
{
	struct invitation in = { 0 };
	int rc = CLI_OK;

	if (invitation_parse(file->data, file->len, &in) == STATUS_OK && in.role != role)
		rc = cli_fail(c, STATUS_USAGE, role == ROLE_RELAY ? "invite_school" :
		    "invite_relay", path);
	invitation_release(&in);
	return rc;
}

static int
read_invitation(struct cli *c, const struct source *s, uint8_t role, struct buffer *ret)
{
	int rc;

	if (s->file == NULL && s->code == NULL)
		return cli_usage(c, MSG("usage.needs"), "--invite / --code");
	if (s->file != NULL && (s->code != NULL || s->hub != NULL))
		return cli_usage(c, MSG("usage.extra"), s->code != NULL ? "--code" : "--hub");
	if (s->code != NULL && s->hub == NULL)
		return cli_usage(c, MSG("usage.needs"), "--hub");
	rc = s->code != NULL ? fetch_invitation(c, s, ret) : cli_input(c, s->file, ret);
	return rc == CLI_OK ? check_kind(c, ret, role, s->file) : rc;
}

/* Nothing came to be of the invitation. */
static int
fail_invited(struct cli *c, int status, const struct source *s)
{
	bool of_dir = status == STATUS_EXISTS || status == STATUS_BUSY;
	int rc = of_dir ? cli_fail(c, status, "init", c->dir)
	    : cli_fail(c, status, "invite", s->file != NULL ? s->file : s->hub);

	unmake_dir(c);
	return rc;
}

/* So that kehoud calls where the code came from. */
static int
keep_hub(struct cli *c, const struct source *s)
{
	char url[ENROL_URL_BYTES];
	int status = s->hub == NULL ? STATUS_OK : enrol_url(s->hub, url);

	if (status == STATUS_OK && s->hub != NULL)
		status = enrol_keep_hub(c->env, c->dir, url);
	return status == STATUS_OK ? CLI_OK : cli_fail(c, status, "write", c->dir);
}

struct school_args {
	struct source from;
	const char *head, *out;   /* out: where the recovery text goes */
	const char *sheet_fd;     /* in place of a lost machine: of its school's sheet */
};

struct school_secrets {
	char sheet[CLI_SECRET_MAX_BYTES], pin[CLI_SECRET_MAX_BYTES];
};

/* All that may be wrong is found before anything is made. */
static int
school_secrets(struct cli *c, const struct school_args *a, struct school_secrets *ret)
{
	uint8_t secret[32];
	int rc = CLI_OK;

	if (a->out != NULL && access(a->out, F_OK) == 0)
		return cli_fail(c, STATUS_EXISTS, "write", a->out);
	if (a->sheet_fd != NULL)
		rc = cli_secret(c, a->sheet_fd, "--recovery-fd", ret->sheet);
	if (rc == CLI_OK && a->sheet_fd != NULL &&
	    recovery_parse(ret->sheet, secret) != STATUS_OK)
		rc = cli_usage(c, MSG("usage.recovery"), NULL);
	sodium_memzero(secret, sizeof secret);
	if (rc == CLI_OK && a->head != NULL)
		rc = cli_secret(c, c->pin_fd, "--pin-fd", ret->pin);
	return rc == CLI_OK && a->head != NULL ? check_first(c, a->head, ret->pin) : rc;
}

static int
make_school(struct cli *c, const struct school_args *a, const struct buffer *file,
    const char *sheet, char ret_recovery[RECOVERY_TEXT_BYTES])
{
	int status, rc = make_dir(c);

	if (rc != CLI_OK)
		return rc;
	status = a->sheet_fd != NULL ? replica_init_again(c->dir, c->env, &schema_domain,
	    file->data, file->len, sheet) : replica_init_school(c->dir, c->env,
	    &schema_domain, file->data, file->len, ret_recovery);
	return status == STATUS_OK ? CLI_OK : fail_invited(c, status, &a->from);
}

static int
say_school(struct cli *c, const struct school_args *a)
{
	if (c->json && a->sheet_fd != NULL)
		puts("{\"recovery\":\"kept\"}");
	else if (!c->json)
		cli_say(c, stderr, a->sheet_fd != NULL ? MSG("init.school_again")
		    : a->out != NULL ? MSG("init.school_file") : MSG("init.school"), a->out,
		    NULL);
	return CLI_OK;
}

static int
init_school(struct cli *c, const struct school_args *a, struct school_secrets *secrets)
{
	char recovery[RECOVERY_TEXT_BYTES] = "";
	struct buffer file = BUFFER_INIT;
	int given = CLI_OK, rc = read_invitation(c, &a->from, ROLE_SCHOOL, &file);

	if (rc == CLI_OK)
		rc = school_secrets(c, a, secrets);
	if (rc == CLI_OK)
		rc = make_school(c, a, &file, secrets->sheet, recovery);
	buffer_release(&file);
	if (rc != CLI_OK)
		return rc;
	if (a->sheet_fd == NULL)
		given = kehou_give_recovery(c, a->out, recovery);
	sodium_memzero(recovery, sizeof recovery);
	rc = keep_hub(c, &a->from);
	if (rc == CLI_OK && a->sheet_fd == NULL)
		rc = first_site(c);
	if (rc == CLI_OK && a->head != NULL)
		rc = first_staff(c, FIRST_STAFF, "head", a->head, secrets->pin);
	if (rc == CLI_OK)
		rc = given;
	return rc == CLI_OK ? say_school(c, a) : rc;
}

int
kehou_init_school(struct cli *c, int argc, char **argv)
{
	struct school_args a = { .head = NULL };
	const struct cli_option options[] = {
		{ "--invite", &a.from.file, 1, NULL }, { "--head", &a.head, 1, NULL },
		{ "--code", &a.from.code, 1, NULL }, { "--hub", &a.from.hub, 1, NULL },
		{ "--ca", &a.from.ca, 1, NULL }, { "--recovery-out", &a.out, 1, NULL },
		{ "--recovery-fd", &a.sheet_fd, 1, NULL }, { NULL, NULL, 0, NULL },
	};
	struct school_secrets secrets = { .pin = "" };
	int npos, rc = cli_options(c, options, argc, argv, &npos);

	if (rc != CLI_OK)
		return rc;
	if (npos > 0)
		return cli_usage(c, MSG("usage.extra"), argv[0]);
	if (a.sheet_fd != NULL && a.out != NULL)
		return cli_usage(c, MSG("usage.extra"), "--recovery-out");
	rc = init_school(c, &a, &secrets);
	sodium_memzero(&secrets, sizeof secrets);
	return rc;
}

int
kehou_init_relay(struct cli *c, int argc, char **argv)
{
	struct source from = { .file = NULL };
	const struct cli_option options[] = {
		{ "--invite", &from.file, 1, NULL }, { "--code", &from.code, 1, NULL },
		{ "--hub", &from.hub, 1, NULL }, { "--ca", &from.ca, 1, NULL },
		{ NULL, NULL, 0, NULL },
	};
	struct buffer file = BUFFER_INIT;
	int npos, rc = cli_options(c, options, argc, argv, &npos);

	if (rc != CLI_OK)
		return rc;
	if (npos > 0)
		return cli_usage(c, MSG("usage.extra"), argv[0]);
	rc = read_invitation(c, &from, ROLE_RELAY, &file);
	if (rc == CLI_OK)
		rc = make_dir(c);
	if (rc == CLI_OK) {
		rc = replica_init_relay(c->dir, c->env, &schema_domain, file.data, file.len);
		rc = rc == STATUS_OK ? CLI_OK : fail_invited(c, rc, &from);
	}
	if (rc == CLI_OK)
		rc = keep_hub(c, &from);
	buffer_release(&file);
	if (rc != CLI_OK)
		return rc;
	if (c->json)
		puts("{\"role\":\"relay\"}");
	else
		cli_say(c, stderr, MSG("init.relay"), NULL);
	return CLI_OK;
}
