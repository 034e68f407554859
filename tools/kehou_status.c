/* status, inspect, verify, digest: what is so, and is it sound? */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "schema/confine.h"
#include "schema/notes.h"
#include "tools/kehou.h"
#include "tools/output.h"

#define LINK_MAX_BYTES 4096

/* What kehoud keeps of its exchanges by network (node/link.h); null: none yet. */
static json_t *
network_of(struct cli *c)
{
	static const char *const times[] = { "out_success", "out_failure", "in_success",
		"in_failure" };
	struct buffer b = BUFFER_INIT;
	json_t *kept = NULL, *network = json_null();
	char path[PATH_MAX], key[24];
	const char *end;
	json_int_t at_s;

	if (snprintf(path, sizeof path, "%s/spool/link.json", c->dir) < PATH_MAX &&
	    env_read_file(c->env, path, LINK_MAX_BYTES, &b) == STATUS_OK)
		kept = json_loadb((const char *)b.data, b.len, 0, NULL);
	buffer_release(&b);
	if (json_is_object(kept))
		network = json_object();
	for (size_t i = 0; json_is_object(kept) && i < sizeof times / sizeof *times; i++) {
		(void)snprintf(key, sizeof key, "%s_s", times[i]);
		at_s = json_integer_value(json_object_get(kept, key));
		(void)snprintf(key, sizeof key, "%s_ms", times[i]);
		json_object_set_new(network, key, json_integer(at_s * 1000));
	}
	end = json_string_value(json_object_get(kept, "end"));
	if (json_is_object(network)) {
		json_object_set_new(network, "end", json_string(end != NULL ? end : ""));
		json_object_set_new(network, "urgent",
		    json_boolean(json_is_true(json_object_get(kept, "urgent"))));
	}
	json_decref(kept);
	return network;
}

static json_t *
status_object(struct cli *c, const struct replica_status *s)
{
	char scope[24];
	const struct roster *roster = replica_roster(c->replica);
	bool hub = replica_role(c->replica) == ROLE_HUB;

	return json_pack("{s:s, s:s, s:I, s:I, s:I, s:I, s:I, s:I, s:i, s:b, s:I, s:I, s:I,"
	    " s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:i, s:b, s:b, s:b, s:I, s:i, s:o, s:o}", "role", hub ? "hub" : replica_role(c->replica) == ROLE_SCHOOL
	    ? "school" : "relay", "scope", cli_number(hub ? roster->county
	    : replica_scope(c->replica), scope), "transactions",
	    (json_int_t)s->transactions, "waiting", (json_int_t)s->waiting,
	    "others_waiting", (json_int_t)s->others_waiting,
	    "stored_only", (json_int_t)s->stored_only, "confirmed_ms",
	    (json_int_t)s->confirmed_s * 1000, "receipt_ms",
	    (json_int_t)s->receipt_s * 1000, "exceptions", (int)s->exceptions,
	    "certified", s->certified, "held", (json_int_t)s->held, "inbox",
	    (json_int_t)s->inbox, "locked", (json_int_t)s->locked,
	    "ends_held", (json_int_t)s->ends_held, "roster", (json_int_t)s->roster, "last_export_ms",
	    (json_int_t)s->last_export_s * 1000, "last_import_ms",
	    (json_int_t)s->last_import_s * 1000, "copied_ms",
	    (json_int_t)s->copied_s * 1000, "renewed_ms",
	    (json_int_t)s->renewed_s * 1000, "roster_refused",
	    (json_int_t)s->roster_refused, "branches", (int)s->branches, "invite_used",
	    s->invite_used, "invite_withdrawn", s->invite_withdrawn, "revoked", s->revoked,
	    "only_here", (json_int_t)s->only_here, "uninvited", (int)s->uninvited, "notes",
	    notes_of(c->replica, s, c->lang), "network", network_of(c));
}

static void
print_name(struct cli *c)
{
	const struct roster *roster = replica_roster(c->replica);
	uint64_t scope = replica_scope(c->replica);
	const struct roster_school *school = scope != 0
	    ? roster_school(roster, scope) : NULL;
	char number[24];

	if (scope == 0)
		cli_say(c, stdout, replica_role(c->replica) == ROLE_HUB ? MSG("status.hub") :
		    MSG("status.relay"), roster->name,
		    cli_number(roster->county, number), NULL);
	else
		cli_say(c, stdout, MSG("status.school"), school != NULL ? school->name : "",
		    cli_number(scope, number), NULL);
}

/* A relay has nothing of its own. */
static void
print_relay(struct cli *c, const struct replica_status *s)
{
	uint32_t files = 0;
	uint64_t bytes = 0;
	char n[2][24];

	if (replica_kept(c->replica, &files, &bytes) == STATUS_OK)
		cli_say(c, stdout, MSG("status.kept"), cli_number(files, n[0]),
		    cli_number(bytes, n[1]), NULL);
	if (!s->certified)
		cli_say(c, stdout, MSG("status.uncertified"), NULL);
}

/* The three facts of every page: saved here, waiting, confirmed.  There is no
 * fourth word for the three together. */
static void
print_facts(struct cli *c, const struct replica_status *s)
{
	char n[24], time[MESSAGE_TIME_BYTES];

	cli_say(c, stdout, MSG("status.saved"), cli_number(s->transactions, n), NULL);
	if (replica_role(c->replica) != ROLE_SCHOOL)
		return;
	cli_say(c, stdout, MSG("status.waiting"), cli_number(s->waiting, n), NULL);
	if (s->others_waiting > 0)
		cli_say(c, stdout, MSG("status.others_waiting"),
		    cli_number(s->others_waiting, n), NULL);
	if (s->confirmed_s != 0) {
		message_time(c->lang, s->confirmed_s, time);
		cli_say(c, stdout, MSG("status.confirmed"), time, NULL);
	} else
		cli_say(c, stdout, MSG("status.unconfirmed"), NULL);
	if (s->stored_only > 0)
		cli_say(c, stdout, MSG("status.stored_only"),
		    cli_number(s->stored_only, n), NULL);
	if (!s->certified && !s->invite_used && !s->invite_withdrawn)
		cli_say(c, stdout, MSG("status.uncertified"), NULL);
}

static void
print_way(struct cli *c, const json_t *network, const char *words, const char *success,
    const char *failure)
{
	char good[MESSAGE_TIME_BYTES], bad[MESSAGE_TIME_BYTES];

	message_time(c->lang, json_integer_value(json_object_get(network, success)) / 1000,
	    good);
	message_time(c->lang, json_integer_value(json_object_get(network, failure)) / 1000,
	    bad);
	cli_say(c, stdout, words, good, bad, NULL);
}

static void
print_network(struct cli *c)
{
	json_t *network = network_of(c);
	char key[64];
	const char *words;

	if (json_is_object(network)) {
		print_way(c, network, MSG("status.network.out"), "out_success_ms",
		    "out_failure_ms");
		print_way(c, network, MSG("status.network.in"), "in_success_ms", "in_failure_ms");
		(void)snprintf(key, sizeof key, "link.%s",
		    json_string_value(json_object_get(network, "end")));
		words = message_text(c->lang, key); /* none of one that went through */
		if (words != NULL)
			cli_say(c, stdout, MSG("status.network.end"), words, NULL);
		if (json_is_true(json_object_get(network, "urgent")))
			cli_say(c, stdout, MSG("status.network.urgent"), NULL);
	}
	json_decref(network);
}

static void
print_rest(struct cli *c, const struct replica_status *s)
{
	char n[24], time[MESSAGE_TIME_BYTES];
	json_t *notes = notes_of(c->replica, s, c->lang), *note;
	size_t i;

	json_array_foreach(notes, i, note)
		puts(json_string_value(json_object_get(note, "message")));
	json_decref(notes);
	if (s->inbox > 0)
		cli_say(c, stdout, MSG("status.inbox"), cli_number(s->inbox, n), NULL);
	if (s->held > 0)
		cli_say(c, stdout, MSG("status.held"), cli_number(s->held, n), NULL);
	message_time(c->lang, s->last_export_s, time);
	cli_say(c, stdout, MSG("status.last_export"), time, NULL);
	message_time(c->lang, s->last_import_s, time);
	cli_say(c, stdout, MSG("status.last_import"), time, NULL);
	cli_say(c, stdout, MSG("status.roster"), cli_number(s->roster, n), NULL);
}

int
kehou_status(struct cli *c, int argc, char **argv)
{
	struct replica_status s = { 0 };
	json_t *object;
	int npos, rc = cli_options(c, NULL, argc, argv, &npos);

	if (rc != CLI_OK)
		return rc;
	if (npos > 0)
		return cli_usage(c, MSG("usage.extra"), argv[0]);
	rc = cli_open(c);
	if (rc != CLI_OK)
		return rc;
	rc = replica_status(c->replica, &s);
	if (rc != STATUS_OK)
		return cli_fail(c, rc, NULL, NULL);
	if (c->json) {
		object = status_object(c, &s);
		output_json(stdout, object);
		json_decref(object);
		return CLI_OK;
	}
	print_name(c);
	if (replica_role(c->replica) == ROLE_RELAY)
		print_relay(c, &s);
	else
		print_facts(c, &s);
	print_network(c);
	print_rest(c, &s);
	return CLI_OK;
}

/* ---- inspect ---- */
struct lines {
	struct cli *c;
	json_t *rows;
};

static void
add_line(void *ctx, const char *name, const char *text)
{
	struct lines *all = ctx;
	char key[96];
	const char *words, *value;
	json_t *row;

	snprintf(key, sizeof key, "inspect.%s", name);
	words = all->c->json ? NULL : message_text(all->c->lang, key);
	snprintf(key, sizeof key, "inspect.value.%s", text);
	value = all->c->json ? NULL : message_text(all->c->lang, key);
	row = json_pack("{s:s, s:s}", "name", words != NULL ? words : name, "text",
	    value != NULL ? value : text);
	if (row != NULL)
		json_array_append_new(all->rows, row);
}

static void
print_lines(const json_t *rows)
{
	size_t width = 0, i;
	json_t *row;

	json_array_foreach((json_t *)(uintptr_t)rows, i, row) {
		size_t w = output_width(json_string_value(json_object_get(row, "name")));

		width = w > width ? w : width;
	}
	json_array_foreach((json_t *)(uintptr_t)rows, i, row) {
		const char *name = json_string_value(json_object_get(row, "name"));

		printf("%s%*s%s\n", name, (int)(width - output_width(name) + 2), "",
		    json_string_value(json_object_get(row, "text")));
	}
}

/* Backups may be larger than memory; the engine reads them by itself. */
static int
read_start(struct cli *c, const char *path, struct buffer *ret)
{
	uint8_t magic[4];
	struct file *file;
	size_t n = 0;

	if (c->env->files->open_read(c->env->ctx, path, &file) == STATUS_OK) {
		if (c->env->files->read_at(c->env->ctx, file, 0, magic, 4, &n) != STATUS_OK)
			n = 0;
		c->env->files->close(c->env->ctx, file);
	}
	if (n < 4 || memcmp(magic, "KHA", 3) != 0)
		return cli_input(c, path, ret);
	buffer_put(ret, magic, n);
	return buffer_status(ret) == STATUS_OK ? CLI_OK :
	    cli_fail(c, STATUS_NOMEM, NULL, path);
}

int
kehou_status_inspect(struct cli *c, int argc, char **argv)
{
	struct lines all = { .c = c };
	struct buffer file = BUFFER_INIT;
	int npos, rc = cli_options(c, NULL, argc, argv, &npos);

	if (rc != CLI_OK)
		return rc;
	if (npos != 1)
		return cli_usage(c, MSG("usage.one_file"), NULL);
	rc = read_start(c, argv[0], &file);
	if (rc != CLI_OK)
		return rc;
	cli_confine(c, strcmp(argv[0], "-") == 0 ? NULL : argv[0], CONFINE_READ);
	all.rows = json_array();
	rc = all.rows == NULL ? STATUS_NOMEM
	    : replica_inspect(file.data, file.len, c->env, argv[0], add_line, &all);
	/* What was read before the fault is worth showing. */
	if (c->json && rc == STATUS_OK)
		output_json(stdout, all.rows);
	else if (!c->json)
		print_lines(all.rows);
	if (rc != STATUS_OK)
		rc = cli_fail(c, rc, "inspect", argv[0]);
	json_decref(all.rows);
	buffer_release(&file);
	return rc;
}

/* ---- verify, digest ---- */
static const struct {
	unsigned bit;
	const char *name, *message;
} books[] = {
	{ REPLICA_BOOK_HASHES, "hashes", MSG("verify.books.hashes") },
	{ REPLICA_BOOK_TIMES, "times", MSG("verify.books.times") },
	{ REPLICA_BOOK_COUNTS, "counts", MSG("verify.books.counts") },
	{ REPLICA_BOOK_MERGED, "merged", MSG("verify.books.merged") },
};
#define NBOOKS (sizeof(books) / sizeof(books[0]))

static json_t *
name_books(unsigned differ)
{
	json_t *names = json_array();

	for (size_t i = 0; i < NBOOKS; i++)
		if (differ & books[i].bit)
			(void)json_array_append_new(names, json_string(books[i].name));
	return names;
}

static void
print_verify(struct cli *c, const struct replica_verify *v)
{
	char n[5][24];

	cli_say(c, stdout, MSG("verify.counts"), cli_number(v->streams, n[0]),
	    cli_number(v->segments, n[1]), cli_number(v->transactions, n[2]),
	    cli_number(v->signatures, n[3]), NULL);
	if (v->bad_segments > 0)
		cli_say(c, stdout, MSG("verify.bad_segments"),
		    cli_number(v->bad_segments, n[4]), NULL);
	else
		cli_say(c, stdout, MSG("verify.good_segments"), NULL);
	cli_say(c, stdout, v->state_equal ? MSG("verify.state_equal")
	    : MSG("verify.state_differs"), NULL);
	if (!v->private_compared)
		cli_say(c, stdout, MSG("verify.no_private"), NULL);
	for (size_t i = 0; i < NBOOKS; i++)
		if (v->books & books[i].bit)
			cli_say(c, stdout, books[i].message, NULL);
	cli_say(c, stdout, v->store_sound ? MSG("verify.store_sound")
	    : MSG("verify.store_damaged"), NULL);
}

int
kehou_status_verify(struct cli *c, int argc, char **argv)
{
	struct replica_verify v = { 0 };
	json_t *object;
	bool good;
	int npos, rc = cli_options(c, NULL, argc, argv, &npos);

	if (rc != CLI_OK)
		return rc;
	if (npos > 0)
		return cli_usage(c, MSG("usage.extra"), argv[0]);
	rc = cli_open(c);
	if (rc != CLI_OK)
		return rc;
	if (cli_progress(c))
		cli_say(c, stderr, MSG("verify.begin"), NULL);
	rc = replica_verify(c->replica, &v);
	if (rc != STATUS_OK)
		return cli_fail(c, rc, NULL, NULL);
	good = v.bad_segments == 0 && v.state_equal && v.books == 0 && v.store_sound;
	if (c->json) {
		object = json_pack("{s:b, s:I, s:I, s:I, s:I, s:I, s:b, s:b, s:b, s:o}", "good",
		    good, "streams", (json_int_t)v.streams, "segments",
		    (json_int_t)v.segments, "transactions", (json_int_t)v.transactions,
		    "signatures", (json_int_t)v.signatures, "bad_segments",
		    (json_int_t)v.bad_segments, "state_equal", v.state_equal,
		    "store_sound", v.store_sound, "private_compared",
		    v.private_compared, "books_differ", name_books(v.books));
		output_json(stdout, object);
		json_decref(object);
	} else
		print_verify(c, &v);
	(void)cli_say_revoked(c);
	return good ? CLI_OK : cli_fail(c, STATUS_CORRUPT, "verify", c->dir);
}

/* A fingerprint of nothing would look like one that agrees. */
static bool
known_scope(struct cli *c, uint64_t scope, const uint64_t *held, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (held[i] == scope)
			return true;
	return scope == 0 || scope == replica_scope(c->replica) ||
	    roster_school(replica_roster(c->replica), scope) != NULL;
}

static int
one_digest(struct cli *c, uint64_t scope, json_t *rows)
{
	uint8_t hash[HASH_BYTES];
	char hex[HASH_BYTES * 2 + 1], number[24];
	int rc = replica_digest(c->replica, scope, hash);

	if (rc != STATUS_OK)
		return cli_fail(c, rc, "digest", cli_number(scope, number));
	sodium_bin2hex(hex, sizeof hex, hash, sizeof hash);
	cli_number(scope, number);
	if (!c->json)
		printf("%s %s\n", number, hex);
	json_array_append_new(rows, json_pack("{s:s, s:s}", "scope", number, "digest",
	    hex));
	return CLI_OK;
}

int
kehou_status_digest(struct cli *c, int argc, char **argv)
{
	uint64_t *scopes = NULL, scope;
	size_t nscopes = 0;
	json_t *rows = NULL;
	int npos, rc = cli_options(c, NULL, argc, argv, &npos);

	if (rc != CLI_OK)
		return rc;
	for (int i = 0; i < npos; i++)
		if (!cli_decimal(argv[i], 9999999999u, &scope))
			return cli_usage(c, MSG("usage.school"), argv[i]);
	rc = cli_open(c);
	if (rc != CLI_OK)
		return rc;
	rows = json_array();
	rc = store_scopes(replica_store(c->replica), &scopes, &nscopes);
	if (rc != STATUS_OK)
		rc = cli_fail(c, rc, NULL, NULL);
	for (size_t i = 0; rc == CLI_OK && npos == 0 && i < nscopes; i++)
		rc = one_digest(c, scopes[i], rows);
	for (int i = 0; rc == CLI_OK && i < npos; i++)
		rc = cli_decimal(argv[i], 9999999999u, &scope) &&
		    known_scope(c, scope, scopes, nscopes) ? CLI_OK
		    : cli_usage(c, MSG("usage.scope"), argv[i]);
	for (int i = 0; rc == CLI_OK && i < npos; i++)
		rc = cli_decimal(argv[i], 9999999999u, &scope) ? one_digest(c, scope, rows)
		    : CLI_USAGE;
	if (rc == CLI_OK && c->json)
		output_json(stdout, rows);
	json_decref(rows);
	free(scopes);
	return rc;
}
