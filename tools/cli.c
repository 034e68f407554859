#include "tools/cli.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sodium.h>

#include "schema/confine.h"
#include "tools/loan.h"
#include "tools/output.h"

/* ---- options ---- */
static int
take_value(struct cli *c, const struct cli_option *option, const char *value)
{
	for (int i = 0; i < option->max; i++)
		if (option->values[i] == NULL) {
			option->values[i] = value;
			return CLI_OK;
		}
	return cli_usage(c, MSG("usage.twice"), option->name);
}

static const struct cli_option *
find_option(const struct cli_option *options, const char *arg, size_t len)
{
	for (; options != NULL && options->name != NULL; options++)
		if (strlen(options->name) == len && strncmp(options->name, arg, len) == 0)
			return options;
	return NULL;
}

static int
one_option(struct cli *c, const struct cli_option *options, int argc, char **argv,
    int *i)
{
	const struct cli_option global[] = {
		{ "-D", &c->dir, 1, NULL },
		{ "--as", &c->as, 1, NULL },
		{ "--pin-fd", &c->pin_fd, 1, NULL },
		{ "--lang", &c->lang_name, 1, NULL },
		{ "--json", NULL, 0, &c->json },
		{ "--help", NULL, 0, &c->help },
		{ "-h", NULL, 0, &c->help },
		{ NULL, NULL, 0, NULL },
	};
	const char *arg = argv[*i], *equals = strchr(arg, '=');
	size_t len = arg[1] == '-' && equals != NULL ? (size_t)(equals - arg)
	                                             : strlen(arg);
	const struct cli_option *option = find_option(options, arg, len);

	if (option == NULL)
		option = find_option(global, arg, len);
	if (option == NULL)
		return cli_usage(c, MSG("usage.option"), arg);
	if (option->values == NULL) {
		if (len != strlen(arg))
			return cli_usage(c, MSG("usage.option"), arg);
		*option->flag = true;
		return CLI_OK;
	}
	if (len != strlen(arg))
		return take_value(c, option, equals + 1);
	if (*i + 1 >= argc)
		return cli_usage(c, MSG("usage.value"), arg);
	return take_value(c, option, argv[++*i]);
}

int
cli_options(struct cli *c, const struct cli_option *options, int argc, char **argv,
    int *ret_npos)
{
	int npos = 0;
	bool only_positional = false;

	for (int i = 0; i < argc; i++) {
		if (!only_positional && strcmp(argv[i], "--") == 0) {
			only_positional = true;
			continue;
		}
		if (only_positional || argv[i][0] != '-' || argv[i][1] == '\0') {
			argv[npos++] = argv[i];
			continue;
		}
		if (one_option(c, options, argc, argv, &i) != CLI_OK)
			return CLI_USAGE;
	}
	if (c->lang_name != NULL)
		c->lang = message_lang_of(c->lang_name, c->lang);
	*ret_npos = npos;
	/* Nothing that was said of who acts is passed over in silence. */
	if (c->command != NULL && c->as != NULL && c->who != CLI_ANYBODY)
		return cli_usage(c, MSG("usage.as"), "--as");
	if (c->command != NULL && c->as == NULL && c->pin_fd != NULL && c->who != CLI_OWN_PIN)
		return cli_usage(c, c->who == CLI_NOBODY ? MSG("usage.as")
		    : MSG("usage.needs"), c->who == CLI_NOBODY ? "--pin-fd" : "--as");
	return CLI_OK;
}

/* ---- words ---- */
const char *
cli_text(const struct cli *c, const char *key)
{
	return message_or_key(c->lang, key);
}

void
cli_say(const struct cli *c, FILE *out, const char *key, ...)
{
	const char *args[MESSAGE_ARGS_MAX] = { NULL };
	char line[CLI_LINE_BYTES];
	va_list ap;

	va_start(ap, key);
	for (size_t i = 0; i < MESSAGE_ARGS_MAX; i++)
		if ((args[i] = va_arg(ap, const char *)) == NULL)
			break;
	va_end(ap);
	message_format(line, sizeof line, cli_text(c, key), args, MESSAGE_ARGS_MAX);
	/* A message speaks of the table above it, in a pipe too. */
	if (out == stderr)
		fflush(stdout);
	fprintf(out, "%s\n", line);
}

bool
cli_progress(const struct cli *c)
{
	return !c->json && isatty(STDERR_FILENO) == 1;
}

const char *
cli_number(uint64_t n, char ret[24])
{
	snprintf(ret, 24, "%llu", (unsigned long long)n);
	return ret;
}

/* ---- failure ---- */
enum cli_exit
cli_exit_of(int status)
{
	switch (status) {
	case STATUS_OK: return CLI_OK;
	case STATUS_USAGE: return CLI_USAGE;
	case STATUS_BUSY: return CLI_LATER;
	case STATUS_NOT_INITIALISED: return CLI_NOT_INITIALISED;
	case STATUS_LOCKED: return CLI_LOCKED;
	default: return CLI_FAILED;
	}
}

const char *
cli_status_words(const struct cli *c, int status)
{
	char key[128];
	const char *text;

	if (status == STATUS_OK)
		return "";
	snprintf(key, sizeof key, "status.%s", status_name(status));
	text = message_text(c->lang, key);
	return text != NULL ? text : status_name(status);
}

/* One line for people, one JSON object for programs; both on standard error,
 * so that standard output holds data alone. */
static void
print_failure(struct cli *c, const char *code, const char *what, bool safe,
    const char *next, const char *detail)
{
	const char *words = cli_text(c, safe ? MSG("safe.yes") : MSG("safe.no"));

	if (c->json) {
		json_t *object = json_pack("{s:s, s:s, s:b, s:s}", "code", code,
		    "message", what, "data_safe", safe, "next", next);

		if (object != NULL)
			output_json(stderr, object);
		json_decref(object);
		return;
	}
	fprintf(stderr, "kehou: %s%s%s%s%s", what, c->lang == MESSAGE_ZH ? "" : " ",
	    words, c->lang == MESSAGE_ZH || *next == '\0' ? "" : " ", next);
	/* The engine's own words help whoever is asked for help. */
	if (detail != NULL && *detail != '\0')
		fprintf(stderr, " (%s)", detail);
	fputc('\n', stderr);
}

static const char *
pick(const struct cli *c, const char *code, const char *where, const char *suffix)
{
	char key[192];
	const char *text = NULL;

	if (where != NULL) {
		snprintf(key, sizeof key, "error.%s.%s%s", code, where, suffix);
		text = message_text(c->lang, key);
	}
	if (text == NULL) {
		snprintf(key, sizeof key, "error.%s%s", code, suffix);
		text = message_text(c->lang, key);
	}
	return text;
}

const char *
cli_next_words(const struct cli *c, int status, const char *where)
{
	const char *text = pick(c, status_name(status), where, ".next");

	return text != NULL ? text : cli_text(c, MSG("error.unknown.next"));
}

static void
fail_code(struct cli *c, const char *code, const char *where, bool safe,
    const char *const *args, size_t nargs, const char *detail)
{
	char what[CLI_LINE_BYTES], next[CLI_LINE_BYTES];
	const char *text = pick(c, code, where, ""), *then = pick(c, code, where, ".next");
	const char *unknown[] = { code, nargs > 0 ? args[0] : "" };

	if (text != NULL)
		message_format(what, sizeof what, text, args, nargs);
	else
		message_format(what, sizeof what, cli_text(c, MSG("error.unknown")),
		    unknown, 2);
	message_format(next, sizeof next,
	    then != NULL ? then : cli_text(c, MSG("error.unknown.next")), args, nargs);
	print_failure(c, code, what, safe, next, detail);
}

int
cli_fail(struct cli *c, int status, const char *where, const char *subject)
{
	const char *detail = c->replica != NULL ? replica_detail(c->replica) : NULL;
	const char *args[] = { subject != NULL ? subject : c->dir };

	/* Only damage to what is already on this machine puts data at risk, not that of a
	 * file from elsewhere: everything else was refused or rolled back whole. */
	bool file = where != NULL && (strcmp(where, "root") == 0 ||
	    strncmp(where, "restore", 7) == 0 || strcmp(where, "backup") == 0);

	fail_code(c, status_name(status), where, status != STATUS_CORRUPT || file, args, 1,
	    detail);
	return cli_exit_of(status);
}

int
cli_fail_domain(struct cli *c, int status, const struct domain_error *error)
{
	/* A status that no rule gave speaks of the directory, as elsewhere. */
	bool bare = strcmp(error->code, status_name(status)) == 0 && error->args[0][0] == '\0';
	const char *args[] = { bare ? c->dir : error->args[0], error->args[1],
		error->args[2], error->args[3] };
	/* Rights are no matter of how the command line is written. */
	bool rights = strcmp(error->code, "USAGE.role") == 0 ||
	    strcmp(error->code, "USAGE.sign_in") == 0;
	int code = rights ? CLI_FAILED : (int)cli_exit_of(status);

	if (error->code[0] == '\0')
		return cli_fail(c, status, NULL, NULL);
	fail_code(c, error->code, "do", error->data_safe, args, 4, NULL);
	return code;
}

int
cli_usage(struct cli *c, const char *key, const char *arg)
{
	const char *args[] = { arg };
	const char *command[] = { c->command != NULL ? c->command : "" };
	char what[CLI_LINE_BYTES], next[CLI_LINE_BYTES];

	message_format(what, sizeof what, cli_text(c, key), args, 1);
	message_format(next, sizeof next, cli_text(c, c->command != NULL
	    ? MSG("usage.next") : MSG("usage.next_all")), command, 1);
	print_failure(c, "USAGE", what, true, next, NULL);
	return CLI_USAGE;
}

/* ---- the node ---- */
int
cli_need_dir(struct cli *c)
{
	struct stat there;

	if (c->dir == NULL)
		c->dir = getenv("KEHOU_DIR");
	if (c->dir == NULL || *c->dir == '\0')
		return cli_usage(c, MSG("usage.dir"), NULL);
	return stat(c->dir, &there) == 0 && !S_ISDIR(there.st_mode)
	    ? cli_usage(c, MSG("usage.folder"), c->dir) : CLI_OK;
}

int
cli_try_open(struct cli *c)
{
	int rc = loan_become_owner(c->dir);

	if (rc == STATUS_OK)
		rc = replica_open(c->dir, c->env, &schema_domain, &c->replica);
	if (rc == STATUS_LOCKED && !c->borrowed && loan_ask(c->dir, &c->loan) == STATUS_OK) {
		c->borrowed = true;
		rc = replica_open(c->dir, c->env, &schema_domain, &c->replica);
	}
	return rc;
}

static int
sign_in(struct cli *c)
{
	char pin[CLI_SECRET_MAX_BYTES];
	int rc = cli_secret(c, c->pin_fd, "PIN", pin);

	if (rc != CLI_OK)
		return rc;
	rc = domain_sign_in(c->replica, c->as, pin, &c->user);
	sodium_memzero(pin, sizeof pin);
	return rc == STATUS_OK ? CLI_OK : cli_fail(c, rc, "pin", c->as);
}

int
cli_open(struct cli *c)
{
	int rc;

	if (c->replica != NULL)
		return CLI_OK;
	rc = cli_need_dir(c);
	if (rc != CLI_OK)
		return rc;
	rc = cli_try_open(c);
	if (rc != STATUS_OK)
		return cli_fail(c, rc, "open", c->dir);
	c->user = (struct domain_user){ .scope = replica_scope(c->replica) };
	return c->as != NULL ? sign_in(c) : CLI_OK;
}

int
cli_allow(struct cli *c, unsigned roles)
{
	struct domain_error error = { .code = "" };
	int rc = domain_allow(c->replica, &c->user, roles, &error);

	return rc == STATUS_OK ? CLI_OK : cli_fail_domain(c, rc, &error);
}

int
cli_allow_named(struct cli *c, unsigned roles)
{
	return c->as != NULL ? cli_allow(c, roles) : CLI_OK;
}

bool
cli_say_revoked(struct cli *c)
{
	bool revoked = roster_revoked(replica_roster(c->replica), &replica_self(c->replica)->id);

	if (revoked && !c->json)
		cli_say(c, stderr, MSG("revoked.here"), NULL);
	return revoked;
}

void
cli_confine(const struct cli *c, const char *path, int use)
{
	struct confine_path paths[6] = {
		{ "/dev/null", CONFINE_WRITE }, { "/dev/urandom", CONFINE_READ },
		{ "/etc/localtime", CONFINE_READ },
		/* By it a directory that was copied to another machine is known. */
		{ "/etc/machine-id", CONFINE_READ },
	};
	size_t n = 4;

	if (c->replica != NULL) {
		paths[n++] = (struct confine_path){ c->dir, CONFINE_WRITE };
		(void)setenv("TMPDIR", c->dir, 1); /* SQLite's, for what is large */
	}
	if (path != NULL)
		paths[n++] = (struct confine_path){ path, use };
	/* What is not there is told as that, and has nothing to read. */
	if (path == NULL || access(path, F_OK) == 0)
		(void)confine_command(paths, n);
}

int
cli_open_records(struct cli *c)
{
	int rc = cli_open(c);

	return rc == CLI_OK && replica_role(c->replica) == ROLE_RELAY ?
	    cli_fail(c, STATUS_RIGHTS, "relay", c->dir) : rc;
}

void
cli_close(struct cli *c)
{
	if (c->replica != NULL)
		replica_close(c->replica);
	c->replica = NULL;
	if (c->borrowed)
		close(c->loan);
	c->borrowed = false;
}

/* ---- input ---- */
bool
cli_decimal(const char *text, uint64_t max, uint64_t *ret)
{
	uint64_t n = 0;

	if (*text == '\0')
		return false;
	for (; *text != '\0'; text++) {
		unsigned digit = (unsigned)(*text - '0');

		if (digit > 9 || n > (max - digit) / 10)
			return false;
		n = n * 10 + digit;
	}
	*ret = n;
	return true;
}

int
cli_secret(struct cli *c, const char *fd_text, const char *what,
    char ret[CLI_SECRET_MAX_BYTES])
{
	uint64_t fd;
	size_t len = 0;

	if (fd_text == NULL)
		return cli_usage(c, MSG("usage.secret"), what);
	if (!cli_decimal(fd_text, INT_MAX, &fd) || fcntl((int)fd, F_GETFD) < 0)
		return cli_usage(c, MSG("usage.fd"), fd_text);
	for (;;) {
		/* By bytes: a second secret may follow on the same descriptor. */
		char byte;
		ssize_t n = read((int)fd, &byte, 1);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0 || byte == '\n')
			break;
		if (byte == '\0' || len + 1 >= CLI_SECRET_MAX_BYTES) {
			sodium_memzero(ret, CLI_SECRET_MAX_BYTES);
			return cli_usage(c, MSG("usage.secret_form"), what);
		}
		ret[len++] = byte;
	}
	if (len > 0 && ret[len - 1] == '\r')
		len--;
	ret[len] = '\0';
	return len > 0 ? CLI_OK : cli_usage(c, MSG("usage.secret_empty"), what);
}

static int
read_descriptor(int fd, struct buffer *buf)
{
	uint8_t chunk[65536];
	ssize_t n;

	while ((n = read(fd, chunk, sizeof chunk)) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return status_from_errno(errno);
		if (buf->len + (size_t)n > CLI_INPUT_MAX_BYTES)
			return STATUS_TOO_LARGE;
		buffer_put(buf, chunk, (size_t)n);
	}
	return buffer_status(buf);
}

int
cli_input(struct cli *c, const char *path, struct buffer *buf)
{
	int fd = strcmp(path, "-") == 0 ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
	struct stat there;
	int rc;

	if (fd < 0)
		rc = errno == EACCES ? STATUS_RIGHTS : status_from_errno(errno);
	else if (fstat(fd, &there) == 0 && S_ISDIR(there.st_mode)) {
		close(fd);
		return cli_usage(c, MSG("usage.file"), path);
	} else
		rc = read_descriptor(fd, buf);
	if (fd > STDIN_FILENO)
		close(fd);
	return rc == STATUS_OK ? CLI_OK : cli_fail(c, rc, "file", path);
}

const char *
cli_name_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash != NULL ? slash + 1 : path;
}

bool
cli_folder_of(const char *path, struct stat *ret)
{
	char folder[4096];
	size_t len = (size_t)(cli_name_of(path) - path);

	if (len == 0)
		return stat(".", ret) == 0;
	if (len >= sizeof folder)
		return false;
	memcpy(folder, path, len);
	folder[len] = '\0';
	return stat(folder, ret) == 0 && S_ISDIR(ret->st_mode);
}

static int
write_new(const char *path, const void *data, size_t len)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	int rc = fd < 0 ? status_from_errno(errno) : env_posix_write(fd, data, len);

	if (fd >= 0) {
		if (rc == STATUS_OK && fsync(fd) != 0 && errno != EINVAL)
			rc = status_from_errno(errno);
		if (close(fd) != 0 && rc == STATUS_OK)
			rc = status_from_errno(errno);
		if (rc != STATUS_OK)
			unlink(path);
	}
	return rc;
}

int
cli_write_new(struct cli *c, const char *path, const void *data, size_t len)
{
	int rc = write_new(path, data, len);

	return rc == STATUS_OK ? CLI_OK : cli_fail(c, rc, "write", path);
}

int
cli_room_for(struct cli *c, const char *path, size_t bytes)
{
	void *zeros = calloc(1, bytes);
	int rc = zeros == NULL ? STATUS_NOMEM : write_new(path, zeros, bytes);

	free(zeros);
	if (rc == STATUS_OK && unlink(path) != 0)
		rc = status_from_errno(errno);
	return rc == STATUS_OK ? CLI_OK : cli_fail(c, rc, "write", path);
}

/* ---- arguments of commands and views ---- */
static const struct domain_param *
find_param(const struct domain_entry *entry, const char *name, size_t len)
{
	for (size_t i = 0; i < entry->nparams; i++)
		if (strlen(entry->params[i].name) == len &&
		    strncmp(entry->params[i].name, name, len) == 0)
			return &entry->params[i];
	return NULL;
}

static bool
parse_signed(const char *text, int64_t *ret)
{
	uint64_t n;
	bool minus = *text == '-';

	if (!cli_decimal(text + minus, INT64_MAX, &n))
		return false;
	*ret = minus ? -(int64_t)n : (int64_t)n;
	return true;
}

bool
cli_month(const char *text, int64_t *ret)
{
	char year[5] = "";
	uint64_t y, m;

	if (strlen(text) != 7 || text[4] != '-')
		return false;
	memcpy(year, text, 4);
	if (!cli_decimal(year, 2199, &y) || !cli_decimal(text + 5, 12, &m) || y < 2000 ||
	    m < 1)
		return false;
	*ret = (int64_t)(y * 100 + m);
	return true;
}

static json_t *
param_value(const struct domain_param *param, const char *text, size_t len)
{
	int64_t n;

	switch (param->type) {
	case 'i':
		if (strcmp(param->name, "month") == 0 && cli_month(text, &n))
			return json_integer(n);
		return parse_signed(text, &n) ? json_integer(n) : NULL;
	case 'b':
		if (strcmp(text, "1") == 0 || strcmp(text, "yes") == 0 ||
		    strcmp(text, "true") == 0 || strcmp(text, "是") == 0)
			return json_integer(1);
		if (strcmp(text, "0") == 0 || strcmp(text, "no") == 0 ||
		    strcmp(text, "false") == 0 || strcmp(text, "否") == 0)
			return json_integer(0);
		return NULL;
	case 'j':
		/* Ids with commas between are fine too: the domain reads them. */
		if (text[0] != '[' && text[0] != '{')
			return json_stringn(text, len);
		return json_loadb(text, len, JSON_DECODE_ANY | JSON_REJECT_DUPLICATES,
		    NULL);
	default:
		return json_stringn(text, len);
	}
}

static bool
is_secret(const char *name, size_t len)
{
	return (len >= 3 && strncmp(name + len - 3, "pin", 3) == 0) ||
	    (len >= 10 && strncmp(name + len - 10, "passphrase", 10) == 0);
}

static int
one_arg(struct cli *c, const struct domain_entry *entry, const char *arg,
    json_t *object)
{
	static const struct domain_param school = { "school", 'i', true };
	const char *equals = strchr(arg, '='), *text;
	size_t name_len = equals != NULL ? (size_t)(equals - arg) : 0;
	const struct domain_param *param;
	struct buffer file = BUFFER_INIT;
	json_t *value;
	size_t len;
	int rc;

	if (equals == NULL)
		return cli_usage(c, MSG("usage.pair"), arg);
	param = find_param(entry, arg, name_len);
	if (param == NULL && name_len == 6 && strncmp(arg, "school", 6) == 0)
		param = &school;
	if (param == NULL)
		return cli_usage(c, MSG("usage.param"), arg);
	if (json_object_get(object, param->name) != NULL)
		return cli_usage(c, MSG("usage.twice"), param->name);
	text = equals + 1;
	len = strlen(text);
	if (text[0] == '@' || strcmp(text, "-") == 0) {
		rc = cli_input(c, text[0] == '@' ? text + 1 : "-", &file);
		if (rc != CLI_OK)
			goto cleanup;
		if (file.len > 0 && file.data[file.len - 1] == '\n')
			file.len--;
		if (file.len > 0 && file.data[file.len - 1] == '\r')
			file.len--;
		len = file.len;
		buffer_put_u8(&file, 0);
		rc = buffer_status(&file);
		if (rc != STATUS_OK) {
			rc = cli_fail(c, rc, NULL, arg);
			goto cleanup;
		}
		text = (const char *)file.data;
		file.len = len; /* wiped below with its NUL untouched */
	} else if (is_secret(arg, name_len)) {
		/* Everyone on the machine sees a command line. */
		return cli_usage(c, MSG("usage.open_secret"), param->name);
	}
	value = param_value(param, text, len);
	rc = value != NULL && json_object_set_new(object, param->name, value) == 0
	    ? CLI_OK : cli_usage(c, MSG("usage.form"), param->name);
cleanup:
	if (file.data != NULL)
		sodium_memzero(file.data, file.len);
	buffer_release(&file);
	return rc;
}

int
cli_args(struct cli *c, const struct domain_entry *entry, int argc, char **argv,
    json_t **ret)
{
	json_t *object = json_object();
	int rc = object != NULL ? CLI_OK : cli_fail(c, STATUS_NOMEM, NULL, NULL);

	for (int i = 0; rc == CLI_OK && i < argc; i++)
		rc = one_arg(c, entry, argv[i], object);
	for (size_t i = 0; rc == CLI_OK && i < entry->nparams; i++)
		if (!entry->params[i].optional &&
		    json_object_get(object, entry->params[i].name) == NULL)
			rc = cli_usage(c, MSG("usage.missing"), entry->params[i].name);
	if (rc != CLI_OK) {
		json_decref(object);
		return rc;
	}
	*ret = object;
	return CLI_OK;
}
