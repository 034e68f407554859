/* audit-pack: a month's money with all that it is computed from, for a reader who
 * has neither this program nor this machine. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <sodium.h>

#include "schema/domain.h"
#include "sync/segment.h"
#include "tools/kehou.h"
#include "tools/output.h"

#define PATH_BYTES 4096
#define ROW_HASH_BYTES 6 /* enough to find a row; the file has all 32 */

extern const unsigned char audit_script[]; /* gen/audit_script.c */
extern const size_t audit_script_len;

static const struct { const char *file, *view; } tables[] = {
	{ "sessions.csv", "audit_sessions" }, { "handovers.csv", "audit_handovers" },
	{ "entries.csv", "audit_entries" }, { "staff.csv", "audit_staff" },
	{ "sites.csv", "audit_sites" }, { "plans.csv", "audit_plans" },
	{ "rates.csv", "audit_rates" }, { "settings.csv", "audit_settings" },
	{ "duty.csv", "subsidy_items" }, { "statement.csv", "subsidy" },
	{ "steps.csv", "audit_steps" }, { "approvals.csv", "audit_approvals" },
	{ "ledger.csv", "audit_ledger" }, { "spendings.csv", "audit_spendings" },
	{ "money.csv", "ledger" }, { "vouchers.csv", "audit_vouchers" },
};

struct pack {
	struct cli *c;
	char tmp[PATH_BYTES];     /* becomes the folder when all is written */
	int month;                /* year * 100 + month */
	uint64_t school;          /* 0: every school that the hub has */
	struct buffer manifest;
	json_t *files;            /* written, to be taken away on failure */
	uint64_t rows, segments;
};

static void
put_text(struct buffer *b, const char *text)
{
	buffer_put(b, text, strlen(text));
}

static void
put_hash(struct buffer *b, const void *data, size_t len, size_t bytes)
{
	uint8_t hash[crypto_hash_sha256_BYTES];
	char hex[2 * sizeof hash + 1];

	crypto_hash_sha256(hash, data, len);
	put_text(b, sodium_bin2hex(hex, sizeof hex, hash, bytes));
}

/* Line ends inside would make rows of a spreadsheet differ from those counted. */
static void
put_cell(struct buffer *b, const char *text)
{
	bool quote = strpbrk(text, ",\"\r\n") != NULL;
	/* A spreadsheet must not take a name for a formula. */
	const char *before = *text != '\0' && strchr("=+-@\t", *text) != NULL ? "'" : "";

	if (quote)
		buffer_put_u8(b, '"');
	put_text(b, before);
	for (; *text != '\0'; text++) {
		if (*text == '"')
			buffer_put_u8(b, '"');
		buffer_put_u8(b, *text == '\r' || *text == '\n' ? ' ' : (uint8_t)*text);
	}
	if (quote)
		buffer_put_u8(b, '"');
}

/* A file of the pack and its line of the manifest. */
static int
put_file(struct pack *p, const char *name, const void *data, size_t len, bool rows)
{
	const uint8_t *at = data, *end = at + len;
	char path[PATH_BYTES + 128];
	int rc;

	snprintf(path, sizeof path, "%s/%s", p->tmp, name);
	if (json_array_append_new(p->files, json_string(path)) != 0)
		return cli_fail(p->c, STATUS_NOMEM, NULL, NULL);
	rc = cli_write_new(p->c, path, data, len);
	put_text(&p->manifest, name);
	buffer_put_u8(&p->manifest, ',');
	put_hash(&p->manifest, data, len, crypto_hash_sha256_BYTES);
	buffer_put_u8(&p->manifest, ',');
	while (rows && at < end) {
		const uint8_t *line = at;

		while (at < end && *at != '\r')
			at++;
		put_hash(&p->manifest, line, (size_t)(at - line), ROW_HASH_BYTES);
		at += 2;
		if (at < end)
			buffer_put_u8(&p->manifest, ' ');
	}
	put_text(&p->manifest, "\r\n");
	return rc;
}

static void
put_row(struct buffer *b, json_t *row, bool names)
{
	const char *key, *comma = "";
	json_t *value;
	char number[24];

	json_object_foreach(row, key, value) {
		put_text(b, comma);
		comma = ",";
		if (names)
			put_cell(b, key);
		else if (json_is_string(value))
			put_cell(b, json_string_value(value));
		else if (!json_is_null(value)) {
			snprintf(number, sizeof number, "%" JSON_INTEGER_FORMAT,
			    json_integer_value(value));
			put_text(b, number);
		}
	}
	put_text(b, "\r\n");
}

/* The mark makes spreadsheet programs read UTF-8. */
static int
put_rows(struct pack *p, const char *name, json_t *rows)
{
	struct buffer b = BUFFER_INIT;
	json_t *row;
	size_t i;
	int rc;

	put_text(&b, "\xEF\xBB\xBF");
	json_array_foreach(rows, i, row) {
		if (i == 0)
			put_row(&b, row, true);
		put_row(&b, row, false);
		p->rows++;
	}
	rc = buffer_status(&b);
	rc = rc != STATUS_OK ? cli_fail(p->c, rc, NULL, name)
	    : put_file(p, name, b.data, b.len, true);
	buffer_release(&b);
	return rc;
}

/* Duty reaches three months back; dates as text are in order. */
static int
days_are_there(struct pack *p)
{
	int first = p->month / 100 * 12 + p->month % 100 - 4;
	struct domain_error error = { .code = "" };
	json_t *rows = NULL, *args = json_object(), *row;
	char from[32], month[16];
	int rc = CLI_OK, status;
	size_t i;

	if (p->school != 0)
		json_object_set_new(args, "school", json_integer((json_int_t)p->school));
	status = domain_show(p->c->replica, &p->c->user, "retention_ended", args, &rows,
	    &error);
	json_decref(args);
	if (status != STATUS_OK)
		return cli_fail_domain(p->c, status, &error);
	snprintf(from, sizeof from, "%04d-%02d-01", first / 12, first % 12 + 1);
	snprintf(month, sizeof month, "%04d-%02d", p->month / 100, p->month % 100);
	json_array_foreach(rows, i, row) {
		const char *day = json_string_value(json_object_get(row, "before_day"));

		if (rc == CLI_OK && day != NULL && strcmp(from, day) < 0) {
			snprintf(error.code, sizeof error.code, "R11.ended");
			snprintf(error.args[0], sizeof error.args[0], "%s", month);
			error.data_safe = true;
			rc = cli_fail_domain(p->c, STATUS_REFUSED, &error);
		}
	}
	json_decref(rows);
	return rc;
}

static int
put_tables(struct pack *p)
{
	int rc = days_are_there(p);

	for (size_t i = 0; rc == CLI_OK && i < sizeof tables / sizeof *tables; i++) {
		struct domain_error error = { .code = "" };
		bool year = strcmp(tables[i].view, "ledger") == 0;
		json_t *args, *rows = NULL;
		int status;

		args = json_pack("{s:i}", year ? "year" : "month",
		    year ? p->month / 100 : p->month);
		if (p->school != 0)
			json_object_set_new(args, "school",
			    json_integer((json_int_t)p->school));
		status = domain_show(p->c->replica, &p->c->user, tables[i].view, args, &rows,
		    &error);
		rc = status != STATUS_OK ? cli_fail_domain(p->c, status, &error)
		    : put_rows(p, tables[i].file, rows);
		json_decref(args);
		json_decref(rows);
	}
	return rc;
}

static bool
every_row(void *ctx, const struct batch_table *t, uint32_t row)
{
	(void)ctx, (void)t, (void)row;
	return true;
}

/* Names and words go, their digests stay, as after an erasure: an auditor of money needs no
 * child's name, and chain and signature hold without. */
static int
without_words(const struct store_segment *seg, struct buffer *ret)
{
	struct segment s = { 0 };
	struct batch facts;
	uint32_t n = 0;
	int status;

	batch_init(&facts);
	status = segment_open(seg->packed, seg->packed_len, &s);
	if (status == STATUS_OK)
		status = segment_facts(&s, schema_domain.registry, &facts);
	if (status == STATUS_OK)
		status = segment_erase(&s, &facts, every_row, NULL, ret, &n);
	if (status == STATUS_OK && n == 0)
		buffer_put(ret, seg->packed, seg->packed_len);
	batch_release(&facts);
	segment_release(&s);
	return status == STATUS_OK ? buffer_status(ret) : status;
}

static int
put_segment(void *ctx, const struct store_segment *seg)
{
	struct pack *p = ctx;
	struct buffer packed = BUFFER_INIT;
	const struct stream_id *id = store_stream_id(replica_store(p->c->replica),
	    seg->writer);
	char name[96];
	int rc = without_words(seg, &packed);

	if (rc != STATUS_OK) {
		buffer_release(&packed);
		return rc;
	}
	snprintf(name, sizeof name, "segments/%" PRIu64 "-%03" PRIu32 "-%08" PRIu64 ".seg",
	    id->scope, seg->writer, seg->first);
	p->segments++;
	rc = put_file(p, name, packed.data, packed.len, false);
	buffer_release(&packed);
	return rc;
}

/* The signed records themselves: the county's, and the school's.  What travels urgently is
 * incidents alone, of which no figure is made. */
static int
put_segments(struct pack *p)
{
	struct store *store = replica_store(p->c->replica);
	uint64_t only = p->school != 0 ? p->school : replica_scope(p->c->replica);
	char path[PATH_BYTES + 16];
	struct buffer roster = BUFFER_INIT;
	int rc;

	snprintf(path, sizeof path, "%s/segments", p->tmp);
	if (mkdir(path, 0700) != 0)
		return cli_fail(p->c, status_from_errno(errno), "write", path);
	for (uint32_t w = 1; w <= store_stream_count(store); w++) {
		const struct stream_id *id = store_stream_id(store, w);

		if (id->lane == LANE_URGENT ||
		    (id->scope != 0 && only != 0 && id->scope != only))
			continue;
		rc = store_segments(store, w, 0, put_segment, p);
		if (rc != STATUS_OK) /* negative: the store's; else said already */
			return rc < 0 ? cli_fail(p->c, rc, NULL, NULL) : rc;
	}
	snprintf(path, sizeof path, "%s/roster", p->c->dir);
	rc = env_read_file(p->c->env, path, ENV_SMALL_FILE_MAX_BYTES, &roster);
	rc = rc != STATUS_OK ? cli_fail(p->c, rc, NULL, path)
	    : put_file(p, "segments/roster", roster.data, roster.len, false);
	buffer_release(&roster);
	return rc;
}

static int
put_about(struct pack *p)
{
	char packed[MESSAGE_TIME_BYTES];
	json_t *rows;
	int rc;

	message_time(p->c->lang, p->c->env->now_s(p->c->env->ctx), packed);
	rows = json_pack("[{s:i, s:I, s:s, s:I}]", "month", p->month, "school",
	    (json_int_t)(p->school != 0 ? p->school : replica_scope(p->c->replica)),
	    "packed", packed, "roster", (json_int_t)replica_roster(p->c->replica)->number);
	rc = rows != NULL ? put_rows(p, "pack.csv", rows)
	    : cli_fail(p->c, STATUS_NOMEM, NULL, NULL);
	json_decref(rows);
	return rc;
}

static int
put_all(struct pack *p)
{
	char path[PATH_BYTES + 16];
	int rc = replica_seal(p->c->replica);

	/* The newest records are in no segment before. */
	if (rc != STATUS_OK)
		return cli_fail(p->c, rc, NULL, NULL);
	put_text(&p->manifest, "file,sha256,rows\r\n");
	rc = put_about(p);
	if (rc == CLI_OK)
		rc = put_tables(p);
	if (rc == CLI_OK)
		rc = put_segments(p);
	if (rc == CLI_OK)
		rc = put_file(p, "check.py", audit_script, audit_script_len, false);
	if (rc == CLI_OK && buffer_status(&p->manifest) != STATUS_OK)
		rc = cli_fail(p->c, STATUS_NOMEM, NULL, NULL);
	if (rc != CLI_OK)
		return rc;
	snprintf(path, sizeof path, "%s/manifest.csv", p->tmp);
	json_array_append_new(p->files, json_string(path));
	return cli_write_new(p->c, path, p->manifest.data, p->manifest.len);
}

static void
take_away(struct pack *p)
{
	char path[PATH_BYTES + 16];
	json_t *file;
	size_t i;

	json_array_foreach(p->files, i, file)
		unlink(json_string_value(file));
	snprintf(path, sizeof path, "%s/segments", p->tmp);
	rmdir(path);
	rmdir(p->tmp);
}

/* The folder gets its name last: what stands under it is whole. */
static int
give_name(struct pack *p, const char *out)
{
	const struct env *env = p->c->env;
	char parent[PATH_BYTES + 16];
	char *slash;
	struct stat there;
	int status;

	snprintf(parent, sizeof parent, "%s/segments", p->tmp);
	status = env->files->fsync_dir(env->ctx, parent);
	if (status == STATUS_OK)
		status = env->files->fsync_dir(env->ctx, p->tmp);
	if (status == STATUS_OK && lstat(out, &there) == 0)
		status = STATUS_EXISTS;
	if (status == STATUS_OK)
		status = env->files->rename(env->ctx, p->tmp, out);
	snprintf(parent, sizeof parent, "%s", out);
	slash = strrchr(parent, '/');
	if (slash != NULL)
		slash[slash == parent] = '\0';
	if (status == STATUS_OK)
		status = env->files->fsync_dir(env->ctx, slash != NULL ? parent : ".");
	return status == STATUS_OK ? CLI_OK : cli_fail(p->c, status, "write", out);
}

static void
say_done(struct pack *p, const char *out)
{
	uint8_t hash[crypto_hash_sha256_BYTES];
	char hex[2 * sizeof hash + 1], n[3][24];
	size_t files = json_array_size(p->files);
	json_t *object;

	crypto_hash_sha256(hash, p->manifest.data, p->manifest.len);
	sodium_bin2hex(hex, sizeof hex, hash, sizeof hash);
	if (!p->c->json) {
		cli_say(p->c, stderr, MSG("audit.done"), out, cli_number(files, n[0]),
		    cli_number(p->rows, n[1]), cli_number(p->segments, n[2]), hex, NULL);
		return;
	}
	object = json_pack("{s:s, s:i, s:i, s:I, s:I, s:s}", "folder", out, "month",
	    p->month, "files", (int)files, "rows", (json_int_t)p->rows, "segments",
	    (json_int_t)p->segments, "manifest_sha256", hex);
	output_json(stdout, object);
	json_decref(object);
}

static int
make_pack(struct pack *p, const char *out)
{
	struct stat there;
	int rc;

	if (lstat(out, &there) == 0)
		return cli_fail(p->c, STATUS_EXISTS, "write", out);
	if (mkdir(p->tmp, 0700) != 0)
		return errno == EEXIST ? cli_fail(p->c, STATUS_EXISTS, "audit", p->tmp)
		    : cli_fail(p->c, status_from_errno(errno), "write", p->tmp);
	rc = put_all(p);
	if (rc == CLI_OK)
		rc = give_name(p, out);
	if (rc == CLI_OK)
		say_done(p, out);
	else
		take_away(p);
	return rc;
}

int
kehou_audit_pack(struct cli *c, int argc, char **argv)
{
	const char *month = NULL, *to = NULL, *school = NULL;
	const struct cli_option options[] = {
		{ "--month", &month, 1, NULL }, { "-o", &to, 1, NULL },
		{ "--school", &school, 1, NULL }, { NULL, NULL, 0, NULL },
	};
	struct pack p = { .c = c, .manifest = BUFFER_INIT };
	char out[PATH_BYTES - 8];
	int64_t number;
	int npos, rc = cli_options(c, options, argc, argv, &npos);

	if (rc != CLI_OK)
		return rc;
	if (npos > 0)
		return cli_usage(c, MSG("usage.extra"), argv[0]);
	if (month == NULL || to == NULL)
		return cli_usage(c, MSG("usage.needs"), month == NULL ? "--month" : "-o");
	if (!cli_month(month, &number))
		return cli_usage(c, MSG("usage.month"), month);
	p.month = (int)number;
	if (school != NULL && (!cli_decimal(school, INT64_MAX, &p.school) || p.school == 0))
		return cli_usage(c, MSG("usage.form"), "--school");
	if (snprintf(out, sizeof out, "%s", to) >= (int)sizeof out || *to == '\0')
		return cli_usage(c, MSG("usage.form"), "-o");
	for (size_t len = strlen(out); len > 1 && out[len - 1] == '/'; len--)
		out[len - 1] = '\0';
	snprintf(p.tmp, sizeof p.tmp, "%s.tmp", out);
	rc = cli_open_records(c);
	if (rc != CLI_OK)
		return rc;
	p.files = json_array();
	rc = p.files != NULL ? make_pack(&p, out) : cli_fail(c, STATUS_NOMEM, NULL, NULL);
	json_decref(p.files);
	buffer_release(&p.manifest);
	return rc;
}
