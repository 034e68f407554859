/* The SQL functions that statements and tables use. */
#include "sync/store_internal.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

#define PIN_MEMORY_BYTES (8u * 1024 * 1024)
#define PIN_PASSES 3

/* row_version of a row that a local statement inserts. */
static void
fn_version(sqlite3_context *ctx, int argc, sqlite3_value **argv)
{
	const struct store *s = sqlite3_user_data(ctx);

	(void)argc;
	(void)argv;
	sqlite3_result_int64(ctx,
	    row_version_pack(VERSION(s->capture.stamp, s->capture.writer)).i);
}

/* In a CHECK over all columns: its absence refuses every other program.  It sees
 * every new row whole, so that capture need not ask for it a second time. */
static void
fn_guard(sqlite3_context *ctx, int argc, sqlite3_value **argv)
{
	struct store *s = sqlite3_user_data(ctx);

	if (argc > 0 && !s->merging && !s->capture.logged)
		store_capture_row(s, argc, argv);
	sqlite3_result_int(ctx, 1);
}

/* The row at hand goes the slow way.  Rows for a table with a trigger have all been
 * read before the first of them is written: which one it is, nobody knows, and a row
 * that stands already changes nothing the second time. */
static void
row_lost(struct batch_table *t, uint32_t at)
{
	if (at < t->nrows) {
		t->rows[at].slow = 1;
		return;
	}
	for (uint32_t i = 0; i < t->nrows; i++)
		if (t->rows[i].slow == 0)
			t->rows[i].slow = 1;
}

/* Whether the incoming row may simply replace: same writer, newer, nothing but
 * the row's own version.  Otherwise the row goes the slow way. */
static void
fn_wins(sqlite3_context *ctx, int argc, sqlite3_value **argv)
{
	struct store *s = sqlite3_user_data(ctx);
	bool wins = row_version_wins(store_value(argv[1]), store_value(argv[0]));

	(void)argc;
	if (!wins && s->rows != NULL)
		row_lost(s->rows, s->rows_at);
	sqlite3_result_int(ctx, wins);
}

static int
counter_load(struct store *s)
{
	struct store_stmt *st;
	const struct store_author *a = &s->capture.author;
	uint64_t prefix = a->ids != 0 ? a->ids : a->epoch;
	bool row = false;
	int status;

	if (s->counter_epoch == prefix)
		return STATUS_OK;
	status = store_statement(s, SYNC_SQL_COUNTER_GET, &st);
	if (status != STATUS_OK)
		return status;
	store_bind_at(st, 1, value_int((int64_t)prefix));
	status = store_step(st, &row);
	s->counter_next = status == STATUS_OK && row ?
	    (uint64_t)store_column(st, 0).i : 1;
	s->counter_saved = s->counter_next;
	s->counter_epoch = prefix;
	store_reset(st);
	return status;
}

int
store_counter_save(struct store *s)
{
	struct store_stmt *st;
	int status;

	if (s->counter_epoch == 0 || s->counter_next == s->counter_saved)
		return STATUS_OK;
	status = store_statement(s, SYNC_SQL_COUNTER_SET, &st);
	if (status != STATUS_OK)
		return status;
	store_bind_at(st, 1, value_int((int64_t)s->counter_epoch));
	store_bind_at(st, 2, value_int((int64_t)s->counter_next));
	status = store_run(st);
	if (status == STATUS_OK)
		s->counter_saved = s->counter_next;
	return status;
}

static void
fn_new_id(sqlite3_context *ctx, int argc, sqlite3_value **argv)
{
	struct store *s = sqlite3_user_data(ctx);

	(void)argc;
	(void)argv;
	if (!s->capture.active || counter_load(s) != STATUS_OK ||
	    s->counter_next >= UINT64_C(1) << ROW_COUNTER_BITS) {
		sqlite3_result_error(ctx, "no row id left in this epoch", -1);
		return;
	}
	sqlite3_result_int64(ctx, (int64_t)(s->counter_epoch << ROW_COUNTER_BITS |
	    s->counter_next++));
}

static void
fn_now_ms(sqlite3_context *ctx, int argc, sqlite3_value **argv)
{
	const struct store *s = sqlite3_user_data(ctx);

	(void)argc;
	(void)argv;
	if (s->capture.active)
		sqlite3_result_int64(ctx, s->capture.author.time_s * 1000);
}

static void
fn_staff(sqlite3_context *ctx, int argc, sqlite3_value **argv)
{
	const struct store *s = sqlite3_user_data(ctx);

	(void)argc;
	(void)argv;
	if (s->capture.active)
		sqlite3_result_int64(ctx, s->capture.author.staff);
}

static void
fn_school(sqlite3_context *ctx, int argc, sqlite3_value **argv)
{
	const struct store *s = sqlite3_user_data(ctx);

	(void)argc;
	(void)argv;
	if (s->capture.active && s->capture.author.scope != SCOPE_COUNTY)
		sqlite3_result_int64(ctx, (int64_t)s->capture.author.scope);
}

/* refuse(code, argument …): ends the statement with a rule's code. */
static void
fn_refuse(sqlite3_context *ctx, int argc, sqlite3_value **argv)
{
	struct store *s = sqlite3_user_data(ctx);
	size_t at = 0;

	for (int i = 0; i < argc; i++) {
		const unsigned char *text = sqlite3_value_text(argv[i]);
		int n = snprintf(s->refusal + at, sizeof(s->refusal) - at, "%s%s",
		    i == 0 ? "" : "\x1f", text == NULL ? "" : (const char *)text);

		if (n < 0 || (size_t)n >= sizeof(s->refusal) - at)
			break;
		at += (size_t)n;
	}
	sqlite3_result_error(ctx, "refused", -1);
}

static void
fn_pin_hash(sqlite3_context *ctx, int argc, sqlite3_value **argv)
{
	const struct store *s = sqlite3_user_data(ctx);
	char out[crypto_pwhash_STRBYTES];
	const char *pin = (const char *)sqlite3_value_text(argv[0]);

	(void)argc;
	if (pin == NULL)
		return;
	if (s->known_hash[0] != '\0' && strcmp(pin, s->known_pin) == 0) {
		sqlite3_result_text(ctx, s->known_hash, -1, SQLITE_TRANSIENT);
		return;
	}
	if (crypto_pwhash_str(out, pin, strlen(pin), PIN_PASSES, PIN_MEMORY_BYTES) != 0) {
		sqlite3_result_error_nomem(ctx);
		return;
	}
	sqlite3_result_text(ctx, out, -1, SQLITE_TRANSIENT);
}

void
store_know_pin(struct store *s, const char *pin, const char *hash)
{
	sodium_memzero(s->known_pin, sizeof(s->known_pin));
	s->known_hash[0] = '\0';
	if (pin == NULL || strlen(pin) >= sizeof(s->known_pin) ||
	    strlen(hash) >= sizeof(s->known_hash))
		return;
	memcpy(s->known_pin, pin, strlen(pin) + 1);
	memcpy(s->known_hash, hash, strlen(hash) + 1);
}

static void
fn_pin_ok(sqlite3_context *ctx, int argc, sqlite3_value **argv)
{
	const char *hash = (const char *)sqlite3_value_text(argv[0]);
	const char *pin = (const char *)sqlite3_value_text(argv[1]);

	(void)argc;
	sqlite3_result_int(ctx, hash != NULL && pin != NULL &&
	    crypto_pwhash_str_verify(hash, pin, strlen(pin)) == 0);
}

static void
fn_text(sqlite3_context *ctx, int argc, sqlite3_value **argv)
{
	const struct store_function *f = sqlite3_user_data(ctx);
	const char *in = (const char *)sqlite3_value_text(argv[0]);
	char out[STORE_FUNCTION_BYTES];

	(void)argc;
	if (in != NULL && f->text(in, out))
		sqlite3_result_text(ctx, out, -1, SQLITE_TRANSIENT);
}

int
store_text_functions(struct store *s, const struct store_function *functions)
{
	for (const struct store_function *f = functions; f != NULL && f->name != NULL; f++) {
		int rc = sqlite3_create_function_v2(s->db, f->name, 1,
		    SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS, (void *)(uintptr_t)f,
		    fn_text, NULL, NULL, NULL);

		if (rc != SQLITE_OK)
			return store_translate(s, rc);
	}
	return STATUS_OK;
}

/* A whole number as kehou_erased has its persons, for triggers of tables of one machine. */
static void
fn_person(sqlite3_context *ctx, int argc, sqlite3_value **argv)
{
	struct buffer b = BUFFER_INIT;

	(void)argc;
	value_put(&b, value_int(sqlite3_value_int64(argv[0])));
	if (buffer_status(&b) == STATUS_OK)
		sqlite3_result_blob64(ctx, b.data, b.len, SQLITE_TRANSIENT);
	else
		sqlite3_result_error_nomem(ctx);
	buffer_release(&b);
}

int
store_functions(struct store *s)
{
	static const struct {
		const char *name;
		int argc, flags;
		void (*fn)(sqlite3_context *, int, sqlite3_value **);
	} functions[] = {
		{ "kehou_version", 0, SQLITE_INNOCUOUS, fn_version },
		{ "kehou_guard", -1, SQLITE_INNOCUOUS | SQLITE_DETERMINISTIC, fn_guard },
		{ "kehou_person", 1, SQLITE_INNOCUOUS | SQLITE_DETERMINISTIC, fn_person },
		{ "kehou_wins", 2, SQLITE_DIRECTONLY, fn_wins },
		{ "new_id", 0, SQLITE_DIRECTONLY, fn_new_id },
		{ "now_ms", 0, SQLITE_DIRECTONLY, fn_now_ms },
		{ "staff", 0, SQLITE_DIRECTONLY, fn_staff },
		{ "school", 0, SQLITE_DIRECTONLY, fn_school },
		{ "refuse", -1, SQLITE_DIRECTONLY, fn_refuse },
		{ "pin_hash", 1, SQLITE_DIRECTONLY, fn_pin_hash },
		{ "pin_ok", 2, SQLITE_DIRECTONLY, fn_pin_ok },
	};

	for (size_t i = 0; i < sizeof(functions) / sizeof(functions[0]); i++) {
		int rc = sqlite3_create_function_v2(s->db, functions[i].name,
		    functions[i].argc, SQLITE_UTF8 | functions[i].flags, s,
		    functions[i].fn, NULL, NULL, NULL);

		if (rc != SQLITE_OK)
			return store_translate(s, rc);
	}
	return STATUS_OK;
}
