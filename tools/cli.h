/* What the commands of kehou share: options, the opened node, who acts, and
 * the one line that every failure ends in. */
#ifndef TOOLS_CLI_H
#define TOOLS_CLI_H

#include <stdio.h>
#include <sys/stat.h>

#include "schema/domain.h"
#include "sync/buffer.h"
#include "schema/message.h"

enum cli_exit {            /* documented in kehou.1 */
	CLI_OK = 0,
	CLI_FAILED = 1,
	CLI_USAGE = 2,
	CLI_PARTLY = 3,        /* a part was refused or is held */
	CLI_LATER = 5,
	CLI_NOT_INITIALISED = 10,
	CLI_LOCKED = 11
};

#define CLI_SECRET_MAX_BYTES 256
#define CLI_INPUT_MAX_BYTES (16u * 1024 * 1024)
#define CLI_LINE_BYTES 2048

enum cli_who {             /* whom a command asks for */
	CLI_ANYBODY,           /* --as signs in; a wrong PIN ends the command */
	CLI_OWN_PIN,           /* --pin-fd is of somebody whom it enters or changes */
	CLI_NOBODY             /* --as would mean nothing */
};

struct cli {
	const char *dir;           /* -D or KEHOU_DIR */
	const char *as;            /* staff name or id; NULL: nobody */
	const char *pin_fd;        /* descriptor number as text */
	const char *lang_name;     /* --lang, else out of the environment */
	enum message_lang lang;
	bool json, help;
	bool made_dir;             /* the data directory, by this run */
	const char *command;       /* "init hub": key of its help */
	enum cli_who who;          /* what --as and --pin-fd are to it */
	const struct env *env;
	struct replica *replica;   /* NULL until cli_open */
	int loan;                  /* descriptor, while borrowed from kehoud */
	bool borrowed;
	struct domain_user user;
};

/* An option of a command.  Values are filled in the order given, at most max
 * of them; flags are set. */
struct cli_option {
	const char *name;          /* "--to" */
	const char **values;       /* NULL for a flag */
	int max;
	bool *flag;
};

/* Takes options out of argv, the global ones too, wherever they stand;
 * positional arguments are left in argv[0 .. *ret_npos).  "--" ends options.
 * Returns CLI_OK, or CLI_USAGE with the line printed. */
int cli_options(struct cli *c, const struct cli_option *options, int argc,
    char **argv, int *ret_npos);

/* ---- the one line on failure; each returns the exit code ---- */
/* where: a word that picks "error.STATUS.where" before "error.STATUS";
 * subject: {1} of the message, a file or folder.  Both may be NULL. */
int cli_fail(struct cli *c, int status, const char *where, const char *subject);
int cli_fail_domain(struct cli *c, int status, const struct domain_error *error);
/* A mistake on the command line; key: message "usage.…". */
int cli_usage(struct cli *c, const char *key, const char *arg);
enum cli_exit cli_exit_of(int status);
/* What to do about a failure of that kind and place; as cli_fail says it. */
const char *cli_next_words(const struct cli *c, int status, const char *where);
/* Words for a status: "what", for a cell of a table. */
const char *cli_status_words(const struct cli *c, int status);

/* ---- words ---- */
const char *cli_text(const struct cli *c, const char *key);
/* Formats and prints a line; args end with NULL. */
void cli_say(const struct cli *c, FILE *out, const char *key, ...);
/* Progress: on standard error, on a terminal only, never with --json. */
bool cli_progress(const struct cli *c);
const char *cli_number(uint64_t n, char ret[24]);

/* ---- the node ---- */
/* Sees to it that c->dir is set, out of KEHOU_DIR if need be. */
int cli_need_dir(struct cli *c);
/* Opens the data directory and signs in --as; without it nobody acts, and the domain
 * lets nobody pass only while there is no staff.  CLI_OK or the line is printed. */
int cli_open(struct cli *c);
/* The same for what is about records: a relay has none and is refused. */
int cli_open_records(struct cli *c);
/* For a command of the domain's kind: somebody with one of these roles (DOMAIN_HEAD …)
 * must act, or nobody while there is no staff. */
int cli_allow(struct cli *c, unsigned roles);
/* For one of the machine's own, which whoever can open the directory may do: who is
 * named by --as needs one of these roles all the same. */
int cli_allow_named(struct cli *c, unsigned roles);
/* The same as a status, without a word; c->dir is set. */
int cli_try_open(struct cli *c);
/* A line, but not with --json, where the county has revoked this machine; whether it has. */
bool cli_say_revoked(struct cli *c);
/* From here on the process reaches the data directory, if it is open, and path, NULL for
 * none, and nothing else: before what strangers wrote is read.  use: schema/confine.h. */
void cli_confine(const struct cli *c, const char *path, int use);
void cli_close(struct cli *c);

/* ---- input ---- */
/* A secret from a descriptor, to the first line end; the caller wipes it. */
int cli_secret(struct cli *c, const char *fd_text, const char *what,
    char ret[CLI_SECRET_MAX_BYTES]);
/* A whole file, "-" for standard input; appended to buf. */
int cli_input(struct cli *c, const char *path, struct buffer *buf);
/* The last part of a path, and the folder that the rest names: false when there is none. */
const char *cli_name_of(const char *path);
bool cli_folder_of(const char *path, struct stat *ret);
/* Writes a file that must not be there yet, mode 0600. */
int cli_write_new(struct cli *c, const char *path, const void *data, size_t len);
/* Whether as many bytes can be written there: before what cannot be taken back. */
int cli_room_for(struct cli *c, const char *path, size_t bytes);
/* key=value, key=@FILE, key=- into an object of the entry's parameters.
 * school=ID may always be given: on the hub it says whose rows are meant. */
int cli_args(struct cli *c, const struct domain_entry *entry, int argc, char **argv,
    json_t **ret);
bool cli_decimal(const char *text, uint64_t max, uint64_t *ret);
/* YYYY-MM as year * 100 + month. */
bool cli_month(const char *text, int64_t *ret);

#endif
