/* backup, restore, recovery new: what brings a node back. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <sodium.h>

#include "sync/backup.h"
#include "tools/kehou.h"
#include "tools/loan.h"
#include "tools/output.h"

#define LISTS_MAX_BYTES (UINT64_C(256) << 20) /* of all: they are read before one is taken */
#define NAMED_MAX 8

static int
tell_backup(struct cli *c, const char *path, uint64_t bytes, uint8_t role, bool pass)
{
	char size[24];
	json_t *done;

	if (c->json) {
		done = json_pack("{s:s, s:I}", "file", path, "bytes", (json_int_t)bytes);
		output_json(stdout, done);
		json_decref(done);
		return CLI_OK;
	}
	cli_say(c, stderr, MSG("backup.done"), path, cli_number(bytes, size), NULL);
	if (role != ROLE_RELAY)
		cli_say(c, stderr, role == ROLE_HUB ? MSG("backup.opens_root")
		    : MSG("backup.opens_sheet"), NULL);
	if (pass)
		cli_say(c, stderr, MSG("backup.opens_passphrase"), NULL);
	return CLI_OK;
}

int
kehou_backup(struct cli *c, int argc, char **argv)
{
	const char *fd = NULL;
	const struct cli_option options[] = { { "--passphrase-fd", &fd, 1, NULL },
		{ NULL, NULL, 0, NULL } };
	char passphrase[CLI_SECRET_MAX_BYTES];
	struct replica_backup *backup = NULL;
	uint64_t bytes = 0;
	uint8_t role;
	int npos, rc = cli_options(c, options, argc, argv, &npos);

	if (rc != CLI_OK)
		return rc;
	if (npos != 1)
		return cli_usage(c, npos == 0 ? MSG("usage.one_file") : MSG("usage.extra"),
		    npos == 0 ? "FILE" : argv[1]);
	if (fd != NULL)
		rc = cli_secret(c, fd, "--passphrase-fd", passphrase);
	if (rc == CLI_OK && fd != NULL && strlen(passphrase) < PASSPHRASE_MIN_BYTES)
		rc = cli_usage(c, MSG("usage.passphrase_short"), NULL);
	if (rc == CLI_OK)
		rc = cli_open(c);
	if (rc == CLI_OK)
		rc = cli_allow_named(c, DOMAIN_HEAD | DOMAIN_CLERK);
	if (rc != CLI_OK)
		goto out;
	role = replica_role(c->replica);
	rc = replica_backup_new(c->replica, &backup);
	if (rc != STATUS_OK) {
		rc = cli_fail(c, rc, "backup", argv[0]);
		goto out;
	}
	/* A slow stick keeps nobody from working. */
	cli_close(c);
	rc = replica_backup_write(backup, argv[0], fd != NULL ? passphrase : NULL, &bytes);
	rc = rc == STATUS_OK ? tell_backup(c, argv[0], bytes, role, fd != NULL)
	    : cli_fail(c, rc, "backup", argv[0]);
out:
	replica_backup_free(backup);
	sodium_memzero(passphrase, sizeof passphrase);
	return rc;
}

/* ---- restore ---- */

struct opening {
	const char *sheet_fd, *root, *passphrase_fd;
};

/* The county's root key also opens what is sealed to it. */
static int
open_with_root(struct cli *c, struct backup_reader *in, const char *root,
    const char *passphrase)
{
	uint8_t sk[64], seal_sk[32];
	uint64_t county;
	int rc = roster_root_load(c->env, root, passphrase, strlen(passphrase), &county, sk);

	if (rc != STATUS_OK)
		return cli_fail(c, rc, "root", root);
	if (crypto_sign_ed25519_sk_to_curve25519(seal_sk, sk) == 0)
		rc = backup_reader_secret(in, seal_sk);
	sodium_memzero(sk, sizeof sk);
	sodium_memzero(seal_sk, sizeof seal_sk);
	return rc == STATUS_OK ? CLI_OK : cli_fail(c, rc, "restore_root", root);
}

static int
open_with_sheet(struct cli *c, struct backup_reader *in, const char *text,
    const char *path)
{
	uint8_t secret[32];
	int rc;

	if (recovery_parse(text, secret) != STATUS_OK)
		return cli_usage(c, MSG("usage.recovery"), NULL);
	rc = backup_reader_secret(in, secret);
	sodium_memzero(secret, sizeof secret);
	return rc == STATUS_OK ? CLI_OK : cli_fail(c, rc, "restore_sheet", path);
}

static int
unlock(struct cli *c, struct backup_reader *in, const struct opening *o, const char *path)
{
	char text[CLI_SECRET_MAX_BYTES];
	int rc = o->sheet_fd != NULL ? cli_secret(c, o->sheet_fd, "--recovery-fd", text)
	    : cli_secret(c, o->passphrase_fd, "--passphrase-fd", text);

	if (rc != CLI_OK)
		return rc;
	if (o->sheet_fd != NULL)
		rc = open_with_sheet(c, in, text, path);
	else if (o->root != NULL)
		rc = open_with_root(c, in, o->root, text);
	else {
		rc = backup_reader_has_passphrase(in) ?
		    backup_reader_passphrase(in, text) : STATUS_NOT_FOR_US;
		rc = rc == STATUS_OK ? CLI_OK : cli_fail(c, rc, "restore", path);
	}
	sodium_memzero(text, sizeof text);
	return rc;
}

struct lists {
	struct list {
		struct buffer bytes;
		char name[CLI_LINE_BYTES];
	} *of;
	struct replica_erased *list; /* borrowed from of */
	size_t n, cap;
	unsigned refused;            /* of those that lay there */
	uint64_t bytes;
	struct cli *c;
	char folder[CLI_LINE_BYTES];
};

static int
grow(struct lists *l)
{
	size_t cap = l->cap == 0 ? 16 : 2 * l->cap;
	void *of, *list;

	if (l->n < l->cap)
		return STATUS_OK;
	of = realloc(l->of, cap * sizeof *l->of);
	if (of != NULL)
		l->of = of;
	list = realloc(l->list, cap * sizeof *l->list);
	if (list != NULL)
		l->list = list;
	if (of == NULL || list == NULL)
		return STATUS_NOMEM;
	l->cap = cap;
	return STATUS_OK;
}

static int
read_list(struct lists *l, const char *path, bool named)
{
	struct buffer bytes = BUFFER_INIT;
	int status = grow(l);

	if (status == STATUS_OK)
		status = env_read_file(l->c->env, path, ENV_SMALL_FILE_MAX_BYTES, &bytes);
	if (status == STATUS_OK && l->bytes + bytes.len > LISTS_MAX_BYTES)
		status = STATUS_TOO_LARGE;
	if (status != STATUS_OK) {
		buffer_release(&bytes);
		return status;
	}
	snprintf(l->of[l->n].name, sizeof l->of[l->n].name, "%s", path);
	l->of[l->n].bytes = bytes;
	l->list[l->n++] = (struct replica_erased){ .data = bytes.data, .len = bytes.len,
		.named = named };
	l->bytes += bytes.len;
	return STATUS_OK;
}

static void
pass_over(struct lists *l, const char *path)
{
	l->refused++;
	cli_say(l->c, stderr, MSG("restore.list_refused"), path, NULL);
}

static void
lists_free(struct lists *l)
{
	for (size_t i = 0; i < l->n; i++)
		buffer_release(&l->of[i].bytes);
	free(l->of);
	free(l->list);
	free(l);
}

static int
beside(void *ctx, const char *name, uint64_t size_bytes)
{
	struct lists *l = ctx;
	char path[2 * CLI_LINE_BYTES];
	size_t len = strlen(name), end = strlen(REPLICA_ERASED_SUFFIX);

	(void)size_bytes;
	if (len < end || strcmp(name + len - end, REPLICA_ERASED_SUFFIX) != 0)
		return STATUS_OK;
	snprintf(path, sizeof path, "%s/%s", l->folder, name);
	if (read_list(l, path, false) != STATUS_OK)
		pass_over(l, path);
	return STATUS_OK;
}

/* Lists that later backups have left beside this one: whom they name is not to come
 * back with it. */
static int
find_lists(const char *path, struct lists *l)
{
	const char *slash = strrchr(path, '/');
	int len = slash == NULL ? 1 : slash == path ? 1 : (int)(slash - path);

	/* The dot: a link to a folder lists nothing. */
	if (snprintf(l->folder, sizeof l->folder, "%.*s/.", len, slash == NULL ? "." : path) >=
	    (int)sizeof l->folder)
		return STATUS_TOO_LARGE;
	return l->c->env->files->list(l->c->env->ctx, l->folder, beside, l);
}

/* Damaged ones; those of other nodes, in a folder for many, are none of ours. */
static void
tell_lists(struct lists *l)
{
	for (size_t i = 0; i < l->n; i++)
		if (l->list[i].status != STATUS_OK && l->list[i].status != STATUS_FOREIGN &&
		    l->list[i].status != STATUS_UNKNOWN_SENDER)
			pass_over(l, l->of[i].name);
}

static int
tell_restore(struct cli *c, const struct replica_restored *done)
{
	char erased[24], when[MESSAGE_TIME_BYTES];
	json_t *o;

	if (c->json) {
		o = json_pack("{s:I, s:I}", "made_ms", (json_int_t)done->time_s * 1000,
		    "erased", (json_int_t)done->erased);
		output_json(stdout, o);
		json_decref(o);
		return CLI_OK;
	}
	message_time(c->lang, done->time_s, when);
	cli_say(c, stderr, done->role == ROLE_HUB ? MSG("restore.hub")
	    : MSG("restore.school"), when, NULL);
	if (done->erased > 0)
		cli_say(c, stderr, MSG("restore.erased"), cli_number(done->erased, erased),
		    NULL);
	return CLI_OK;
}

static int
restore_into(struct cli *c, struct backup_reader *in, struct lists *lists, const char *path)
{
	struct replica_restored done;
	int rc = cli_need_dir(c);

	if (rc != CLI_OK)
		return rc;
	/* Also in a folder that others may look into. */
	(void)umask(077);
	if (mkdir(c->dir, 0700) != 0 && errno != EEXIST)
		return cli_fail(c, status_from_errno(errno), "write", c->dir);
	rc = loan_become_owner(c->dir);
	if (rc != STATUS_OK)
		return cli_fail(c, rc, "write", c->dir);
	rc = replica_restore(c->dir, c->env, &schema_domain, in, lists->list, lists->n,
	    &done);
	if (rc == STATUS_OK) {
		rc = tell_restore(c, &done);
		tell_lists(lists);
		return rc == CLI_OK && lists->refused > 0 ? CLI_PARTLY : rc;
	}
	for (size_t i = 0; i < lists->n; i++)
		if (lists->list[i].named && lists->list[i].status != STATUS_OK)
			return cli_fail(c, STATUS_BAD_SIGNATURE, "restore_list",
			    lists->of[i].name);
	return cli_fail(c, rc, rc == STATUS_BUSY ? "init" : "restore",
	    rc == STATUS_EXISTS || rc == STATUS_BUSY ? c->dir : path);
}

int
kehou_restore(struct cli *c, int argc, char **argv)
{
	struct opening o = { NULL, NULL, NULL };
	const char *named[NAMED_MAX] = { NULL };
	const struct cli_option options[] = {
		{ "--recovery-fd", &o.sheet_fd, 1, NULL }, { "--root-copy", &o.root, 1, NULL },
		{ "--passphrase-fd", &o.passphrase_fd, 1, NULL },
		{ "--erased", named, NAMED_MAX, NULL }, { NULL, NULL, 0, NULL },
	};
	struct backup_reader *in = NULL;
	struct lists *lists;
	struct file *file = NULL;
	int npos, rc = cli_options(c, options, argc, argv, &npos);

	if (rc != CLI_OK)
		return rc;
	if (npos != 1)
		return cli_usage(c, npos == 0 ? MSG("usage.one_file") : MSG("usage.extra"),
		    npos == 0 ? "FILE" : argv[1]);
	if ((o.sheet_fd == NULL) == (o.passphrase_fd == NULL) ||
	    (o.sheet_fd != NULL && o.root != NULL))
		return cli_usage(c, MSG("usage.restore"), NULL);
	lists = calloc(1, sizeof *lists);
	if (lists == NULL)
		return cli_fail(c, STATUS_NOMEM, NULL, NULL);
	rc = c->env->files->open_read(c->env->ctx, argv[0], &file);
	if (rc == STATUS_OK)
		rc = backup_reader_new(c->env, file, &in);
	rc = rc == STATUS_OK ? unlock(c, in, &o, argv[0]) :
	    cli_fail(c, rc, rc == STATUS_NOT_FOUND ? "file" : "restore", argv[0]);
	lists->c = c;
	if (rc == CLI_OK && (rc = find_lists(argv[0], lists)) != STATUS_OK)
		rc = cli_fail(c, rc, "file", argv[0]);
	for (size_t i = 0; rc == CLI_OK && i < NAMED_MAX && named[i] != NULL; i++)
		if ((rc = read_list(lists, named[i], true)) != STATUS_OK)
			rc = cli_fail(c, rc, "file", named[i]);
	if (rc == CLI_OK)
		rc = restore_into(c, in, lists, argv[0]);
	backup_reader_free(in);
	if (file != NULL)
		c->env->files->close(c->env->ctx, file);
	lists_free(lists);
	return rc;
}

/* ---- recovery new ---- */

int
kehou_recovery_new(struct cli *c, int argc, char **argv)
{
	const char *out = NULL;
	const struct cli_option options[] = { { "--recovery-out", &out, 1, NULL },
		{ NULL, NULL, 0, NULL } };
	char text[RECOVERY_TEXT_BYTES];
	int npos, rc = cli_options(c, options, argc, argv, &npos);

	if (rc != CLI_OK)
		return rc;
	if (npos > 0)
		return cli_usage(c, MSG("usage.extra"), argv[0]);
	rc = cli_open(c);
	/* A sheet opens the school's private columns: nobody passes where there is staff. */
	if (rc == CLI_OK)
		rc = cli_allow(c, DOMAIN_HEAD);
	if (rc != CLI_OK)
		return rc;
	rc = replica_recovery_new(c->replica, text);
	if (rc != STATUS_OK)
		return cli_fail(c, rc, "recovery", c->dir);
	rc = kehou_give_recovery(c, out, text);
	sodium_memzero(text, sizeof text);
	if (rc == CLI_OK && !c->json)
		cli_say(c, stderr, MSG("recovery.new"), NULL);
	return rc;
}
