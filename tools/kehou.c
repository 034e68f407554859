/* kehou: the command line.  Finds the command and hands over. */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "tools/kehou.h"
#include "tools/output.h"

#ifndef PACKAGE_VERSION
#define PACKAGE_VERSION "0"
#endif

struct entry {
	const char *first, *second; /* words; second NULL when there is one */
	kehou_command *run;
	enum cli_who who;
};

/* Two words stand before their one-word namesakes: the longer match wins. */
static const struct entry entries[] = {
	{ "init", "hub", kehou_init_hub, CLI_OWN_PIN },
	{ "init", "school", kehou_init_school, CLI_OWN_PIN },
	{ "init", "relay", kehou_init_relay, CLI_NOBODY },
	{ "invite", "relay", kehou_hub_invite_relay, CLI_ANYBODY },
	{ "invite", "device", kehou_hub_invite_device, CLI_ANYBODY },
	{ "invite", NULL, kehou_hub_invite, CLI_ANYBODY },
	{ "revoke", NULL, kehou_hub_revoke, CLI_ANYBODY },
	{ "root", "rotate", kehou_root_rotate, CLI_ANYBODY },
	{ "root", "issue", kehou_root_issue, CLI_ANYBODY },
	{ "seal", "new", kehou_seal_new, CLI_ANYBODY },
	{ "roster", "import", kehou_roster_import, CLI_ANYBODY },
	{ "roster", "export", kehou_roster_export, CLI_ANYBODY },
	{ "roster", "undo", kehou_roster_undo, CLI_ANYBODY },
	{ "roster", "template", kehou_roster_template, CLI_NOBODY },
	{ "do", NULL, kehou_do, CLI_ANYBODY },
	{ "show", "schools", kehou_hub_schools, CLI_ANYBODY },
	{ "show", "inbox", kehou_inbox, CLI_ANYBODY },
	{ "show", NULL, kehou_do_show, CLI_ANYBODY },
	{ "commands", NULL, kehou_do_commands, CLI_NOBODY },
	{ "views", NULL, kehou_do_views, CLI_NOBODY },
	{ "export", NULL, kehou_exchange_export, CLI_ANYBODY },
	{ "import", NULL, kehou_exchange_import, CLI_ANYBODY },
	{ "stick", NULL, kehou_stick, CLI_ANYBODY },
	{ "status", NULL, kehou_status, CLI_ANYBODY },
	{ "inspect", NULL, kehou_status_inspect, CLI_NOBODY },
	{ "verify", NULL, kehou_status_verify, CLI_ANYBODY },
	{ "digest", NULL, kehou_status_digest, CLI_ANYBODY },
	{ "backup", NULL, kehou_backup, CLI_ANYBODY },
	{ "restore", NULL, kehou_restore, CLI_NOBODY },
	{ "recovery", "new", kehou_recovery_new, CLI_ANYBODY },
	{ "audit-pack", NULL, kehou_audit_pack, CLI_ANYBODY },
	{ "doctor", NULL, kehou_doctor, CLI_NOBODY },
	{ "pin", NULL, kehou_pin, CLI_OWN_PIN },
	{ "policy", "publish", kehou_policy_publish, CLI_ANYBODY },
	{ "retention", NULL, kehou_retention, CLI_ANYBODY },
};
#define NENTRIES (sizeof entries / sizeof *entries)

/* first: of their words; NULL: all. */
static void
help_list(const struct cli *c, const char *first)
{
	for (size_t i = 0; i < NENTRIES; i++) {
		char name[64], key[96];
		const char *about;

		if (first != NULL && strcmp(entries[i].first, first) != 0)
			continue;
		snprintf(name, sizeof name, "%s%s%s", entries[i].first,
		    entries[i].second != NULL ? " " : "",
		    entries[i].second != NULL ? entries[i].second : "");
		snprintf(key, sizeof key, "about.%s", name);
		about = cli_text(c, key);
		printf("  %-16s%s\n", name, about);
	}
}

static void
help_all(const struct cli *c)
{
	cli_say(c, stdout, MSG("help.head"), NULL);
	putchar('\n');
	help_list(c, NULL);
	putchar('\n');
	cli_say(c, stdout, MSG("help.tail"), NULL);
}

static void
help_one(const struct cli *c, const char *name)
{
	char key[96];

	snprintf(key, sizeof key, "about.%s", name);
	printf("%s\n\n", cli_text(c, key));
	snprintf(key, sizeof key, "help.%s", name);
	printf("%s\n\n", cli_text(c, key));
	cli_say(c, stdout, MSG("help.global"), NULL);
}

/* Arguments before the command's first word: options and their values. */
static int
prefix_len(int argc, char **argv)
{
	int i = 0;

	while (i < argc && argv[i][0] == '-') {
		bool value = strcmp(argv[i], "-D") == 0 || strcmp(argv[i], "--as") == 0 ||
		    strcmp(argv[i], "--pin-fd") == 0 || strcmp(argv[i], "--lang") == 0;

		i += value ? 2 : 1;
	}
	return i < argc ? i : argc;
}

/* The language must be right before the first complaint. */
static enum message_lang
early_lang(int argc, char **argv)
{
	static const char *const names[] = { "LC_ALL", "LC_MESSAGES", "LANG" };
	enum message_lang lang = MESSAGE_EN;

	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		const char *value = getenv(names[i]);

		if (value != NULL && *value != '\0') {
			lang = message_lang_of(value, MESSAGE_EN);
			break;
		}
	}
	for (int i = 0; i < argc; i++) {
		if (strcmp(argv[i], "--lang") == 0 && i + 1 < argc)
			lang = message_lang_of(argv[i + 1], lang);
		else if (strncmp(argv[i], "--lang=", 7) == 0)
			lang = message_lang_of(argv[i] + 7, lang);
	}
	return lang;
}

static const struct entry *
find(const char *first, const char *second, int *ret_words)
{
	for (size_t i = 0; i < NENTRIES; i++) {
		if (strcmp(entries[i].first, first) != 0)
			continue;
		if (entries[i].second == NULL ||
		    (second != NULL && strcmp(entries[i].second, second) == 0)) {
			*ret_words = entries[i].second != NULL ? 2 : 1;
			return &entries[i];
		}
	}
	return NULL;
}

/* The commands that begin with a word, as a list; whether there are any. */
static bool
beginning(const struct cli *c, const char *first, char *out, size_t cap)
{
	size_t len = 0;

	for (size_t i = 0; i < NENTRIES; i++)
		if (strcmp(entries[i].first, first) == 0 && len < cap)
			len += (size_t)snprintf(out + len, cap - len, "%s%s %s", len == 0 ? "" :
			    c->lang == MESSAGE_ZH ? "、" : ", ", first, entries[i].second);
	return len > 0;
}

/* --help is honoured wherever it stands, whatever else is missing. */
static bool
wants_help(int argc, char **argv)
{
	for (int i = 0; i < argc && strcmp(argv[i], "--") != 0; i++)
		if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0)
			return true;
	return false;
}

static int
dispatch(struct cli *c, int argc, char **argv)
{
	static char name[64];
	char several[128];
	const struct entry *entry;
	int words, rc;

	entry = find(argv[0], argc > 1 ? argv[1] : NULL, &words);
	if (entry == NULL && strcmp(argv[0], "help") == 0 && argc > 1) {
		memmove(argv, argv + 1, (size_t)(argc - 1) * sizeof *argv);
		argv[argc - 1] = (char[]){ "--help" };
		return dispatch(c, argc, argv);
	}
	if (entry == NULL && beginning(c, argv[0], several, sizeof several)) {
		if (!wants_help(argc, argv))
			return cli_usage(c, MSG("usage.beginning"), several);
		help_list(c, argv[0]);
		return CLI_OK;
	}
	if (entry == NULL)
		return cli_usage(c, MSG("usage.command"), argv[0]);
	snprintf(name, sizeof name, "%s%s%s", entry->first, words == 2 ? " " : "",
	    words == 2 ? entry->second : "");
	c->command = name;
	c->who = entry->who;
	if (wants_help(argc, argv)) {
		help_one(c, name);
		for (int i = words; i < argc; i++)
			if ((entry->run == kehou_do || entry->run == kehou_do_show) &&
			    argv[i][0] != '-')
				kehou_do_help(c, entry->run == kehou_do_show, argv[i]);
		return CLI_OK;
	}
	rc = entry->run(c, argc - words, argv + words);
	cli_close(c);
	return rc;
}

int
main(int argc, char **argv)
{
	struct cli c = { .env = &env_posix };
	int prefix, npos, rc;

	c.lang = early_lang(argc, argv);
	if (sodium_init() < 0)
		return cli_fail(&c, STATUS_IO, NULL, "libsodium");
	argc--, argv++;
	prefix = prefix_len(argc, argv);
	for (int i = 0; i < prefix; i++)
		if (strcmp(argv[i], "--version") == 0) {
			puts("kehou " PACKAGE_VERSION);
			return CLI_OK;
		}
	rc = cli_options(&c, NULL, prefix, argv, &npos);
	if (rc != CLI_OK)
		return rc;
	if (c.help || (prefix < argc && prefix + 1 == argc &&
	    strcmp(argv[prefix], "help") == 0)) {
		help_all(&c);
		return CLI_OK;
	}
	if (prefix == argc)
		return cli_usage(&c, MSG("usage.none"), NULL);
	rc = dispatch(&c, argc - prefix, argv + prefix);
	/* A full disk behind a redirection must not look like success. */
	if (fflush(stdout) != 0 || ferror(stdout))
		return rc == CLI_OK ? cli_fail(&c, STATUS_FULL, "stdout", NULL) : rc;
	return rc;
}
