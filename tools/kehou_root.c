/* root rotate, root issue, seal new: the county's keys changed for new ones. */
#include <string.h>
#include <unistd.h>

#include <sodium.h>

#include "tools/kehou.h"
#include "tools/output.h"

static int
tell(struct cli *c, const char *key, const char *a, const char *b)
{
	char number[24];
	json_t *done;

	cli_number(replica_roster(c->replica)->number, number);
	if (!c->json) {
		cli_say(c, stderr, key, number, a, b, NULL);
		return CLI_OK;
	}
	done = json_pack("{s:I}", "roster", (json_int_t)replica_roster(c->replica)->number);
	output_json(stdout, done);
	json_decref(done);
	return CLI_OK;
}

int
kehou_root_places(struct cli *c, const char *const copies[2])
{
	struct stat in[2];

	for (int i = 0; i < 2; i++) {
		if (!cli_folder_of(copies[i], &in[i]))
			return cli_fail(c, STATUS_NOT_FOUND, "root_folder", copies[i]);
		if (access(copies[i], F_OK) == 0)
			return cli_fail(c, STATUS_EXISTS, "write", copies[i]);
	}
	/* One place by two names is one copy. */
	if (in[0].st_dev == in[1].st_dev && in[0].st_ino == in[1].st_ino &&
	    strcmp(cli_name_of(copies[0]), cli_name_of(copies[1])) == 0)
		return cli_usage(c, MSG("usage.copies"), NULL);
	return CLI_OK;
}

int
kehou_root_issue(struct cli *c, int argc, char **argv)
{
	const char *copy = NULL, *fd = NULL;
	const struct cli_option options[] = { { "--root-copy", &copy, 1, NULL },
		{ "--passphrase-fd", &fd, 1, NULL }, { NULL, NULL, 0, NULL } };
	char passphrase[CLI_SECRET_MAX_BYTES];
	int npos, rc = cli_options(c, options, argc, argv, &npos);

	if (rc != CLI_OK)
		return rc;
	if (npos > 0)
		return cli_usage(c, MSG("usage.extra"), argv[0]);
	if (copy == NULL)
		return cli_usage(c, MSG("usage.needs"), "--root-copy");
	rc = cli_secret(c, fd, "--passphrase-fd", passphrase);
	if (rc == CLI_OK)
		rc = kehou_hub_only(c, KEHOU_OFFICE);
	if (rc == CLI_OK) {
		rc = replica_root_issue(c->replica, copy, passphrase);
		rc = rc == STATUS_OK ? tell(c, MSG("root.issued"), NULL, NULL)
		    : cli_fail(c, rc, "root", copy);
	}
	sodium_memzero(passphrase, sizeof passphrase);
	return rc;
}

int
kehou_seal_new(struct cli *c, int argc, char **argv)
{
	const struct cli_option options[] = { { NULL, NULL, 0, NULL } };
	int npos, rc = cli_options(c, options, argc, argv, &npos);

	if (rc != CLI_OK)
		return rc;
	if (npos > 0)
		return cli_usage(c, MSG("usage.extra"), argv[0]);
	rc = kehou_hub_only(c, KEHOU_OFFICE);
	if (rc != CLI_OK)
		return rc;
	rc = replica_sealing_new(c->replica);
	return rc == STATUS_OK ? tell(c, MSG("seal.new"), NULL, NULL)
	    : cli_fail(c, rc, "root", c->dir);
}

struct rotation {
	const char *copy, *fd, *copies[2], *next_fd;
};

static int
rotate(struct cli *c, const struct rotation *o, const char *passphrase, const char *next)
{
	struct replica_hub_options options = { .passphrase = next,
		.root_copies = { o->copies[0], o->copies[1] } };
	int rc = kehou_hub_only(c, KEHOU_OFFICE);

	if (rc != CLI_OK)
		return rc;
	options.county = replica_roster(c->replica)->county;
	rc = kehou_root_places(c, o->copies);
	if (rc != CLI_OK)
		return rc;
	rc = replica_root_rotate(c->replica, o->copy, passphrase, &options);
	return rc == STATUS_OK ?
	    tell(c, MSG("root.rotated"), o->copies[0], o->copies[1])
	    : cli_fail(c, rc, "root", o->copy);
}

int
kehou_root_rotate(struct cli *c, int argc, char **argv)
{
	struct rotation o = { NULL, NULL, { NULL, NULL }, NULL };
	const struct cli_option options[] = { { "--root-copy", &o.copy, 1, NULL },
		{ "--passphrase-fd", &o.fd, 1, NULL }, { "--new-copy", o.copies, 2, NULL },
		{ "--new-passphrase-fd", &o.next_fd, 1, NULL }, { NULL, NULL, 0, NULL } };
	char passphrase[CLI_SECRET_MAX_BYTES], next[CLI_SECRET_MAX_BYTES];
	int npos, rc = cli_options(c, options, argc, argv, &npos);

	if (rc != CLI_OK)
		return rc;
	if (npos > 0)
		return cli_usage(c, MSG("usage.extra"), argv[0]);
	if (o.copy == NULL)
		return cli_usage(c, MSG("usage.needs"), "--root-copy");
	if (o.copies[1] == NULL || strcmp(o.copies[0], o.copies[1]) == 0)
		return cli_usage(c, MSG("usage.new_copies"), NULL);
	rc = cli_secret(c, o.fd, "--passphrase-fd", passphrase);
	if (rc == CLI_OK)
		rc = cli_secret(c, o.next_fd, "--new-passphrase-fd", next);
	if (rc == CLI_OK && strlen(next) < PASSPHRASE_MIN_BYTES)
		rc = cli_usage(c, MSG("usage.passphrase_short"), NULL);
	if (rc == CLI_OK)
		rc = rotate(c, &o, passphrase, next);
	sodium_memzero(passphrase, sizeof passphrase);
	sodium_memzero(next, sizeof next);
	return rc;
}
