#include "sync/store_internal.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int
store_translate(struct store *s, int rc)
{
	switch (rc & 0xff) {
	case SQLITE_OK:
	case SQLITE_ROW:
	case SQLITE_DONE:
		return STATUS_OK;
	default:
		break;
	}
	if (s->db != NULL)
		(void)snprintf(s->error, sizeof(s->error), "%s", sqlite3_errmsg(s->db));
	switch (rc & 0xff) {
	case SQLITE_NOMEM:
		return STATUS_NOMEM;
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return STATUS_LOCKED;
	case SQLITE_FULL:
		return STATUS_FULL;
	case SQLITE_READONLY:
	case SQLITE_PERM:
		return STATUS_READONLY;
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
		return STATUS_CORRUPT;
	case SQLITE_CANTOPEN:
		return STATUS_NOT_FOUND;
	case SQLITE_TOOBIG:
		return STATUS_TOO_LARGE;
	case SQLITE_INTERRUPT:
		return STATUS_BUSY;
	case SQLITE_CONSTRAINT:
		return rc == SQLITE_CONSTRAINT_COMMITHOOK ? STATUS_FOREIGN_WRITER :
		    STATUS_EXISTS;
	case SQLITE_ERROR:
	case SQLITE_MISUSE:
		return STATUS_USAGE;
	default:
		return STATUS_IO;
	}
}

const char *store_error(const struct store *s) { return s->error; }
const char *store_refusal(const struct store *s) { return s->refusal; }

int
store_exec(struct store *s, const char *sql)
{
	return store_translate(s, sqlite3_exec(s->db, sql, NULL, NULL, NULL));
}

/* ---- statements ---- */

static void
cache_drop(struct store *s, size_t i)
{
	sqlite3_finalize(s->cache[i].st);
	s->cache[i] = (struct store_stmt){0};
}

static struct store_stmt *
cache_slot(struct store *s)
{
	size_t oldest = STORE_CACHE;

	if (s->ncache < STORE_CACHE)
		return &s->cache[s->ncache++];
	for (size_t i = 0; i < STORE_CACHE; i++)
		if (!s->cache[i].busy && (oldest == STORE_CACHE ||
		    s->cache[i].used < s->cache[oldest].used))
			oldest = i;
	if (oldest == STORE_CACHE)
		return NULL;
	cache_drop(s, oldest);
	return &s->cache[oldest];
}

/* What memory holds of the database. */
static int
load_all(struct store *s)
{
	int status = store_streams_load(s);

	if (status == STATUS_OK)
		status = store_tombs_load(s);
	if (status == STATUS_OK)
		status = store_inbox_count_load(s);
	if (status == STATUS_OK)
		status = store_erased_load(s);
	return status == STATUS_OK ? store_checkpoints_load(s) : status;
}

/* After a rollback; nothing is asked of the database while that cannot be. */
static int
load_again(struct store *s)
{
	int status;

	s->lost = false;
	status = load_all(s);
	s->lost = status != STATUS_OK;
	return status;
}

int
store_prepare(struct store *s, const char *sql, struct store_stmt **ret,
    const char **ret_tail)
{
	struct store_stmt *st;
	int rc = s->lost ? load_again(s) : STATUS_OK;

	if (rc != STATUS_OK)
		return rc;
	for (size_t i = 0; i < s->ncache; i++) {
		st = &s->cache[i];
		if (st->sql == sql && !st->busy) {
			st->busy = true;
			st->used = ++s->tick;
			if (ret_tail != NULL)
				*ret_tail = st->tail;
			*ret = st;
			return STATUS_OK;
		}
	}
	st = cache_slot(s);
	if (st == NULL)
		return STATUS_NOMEM;
	st->store = s;
	rc = sqlite3_prepare_v3(s->db, sql, -1, SQLITE_PREPARE_PERSISTENT, &st->st,
	    &st->tail);
	if (rc != SQLITE_OK || st->st == NULL) {
		sqlite3_finalize(st->st);
		st->st = NULL;
		st->sql = NULL;
		return rc == SQLITE_OK ? STATUS_NOT_FOUND : store_translate(s, rc);
	}
	st->sql = sql;
	st->busy = true;
	st->used = ++s->tick;
	if (ret_tail != NULL)
		*ret_tail = st->tail;
	*ret = st;
	return STATUS_OK;
}

int
store_statement(struct store *s, const char *sql, struct store_stmt **ret)
{
	return store_prepare(s, sql, ret, NULL);
}

void
store_bind_at(struct store_stmt *st, int at, struct value v)
{
	/* A bind can only fail for want of memory or a wrong index; the step
	 * then fails or the test does. */
	switch (v.type) {
	case VALUE_INT:
		(void)sqlite3_bind_int64(st->st, at, v.i);
		break;
	case VALUE_TEXT:
		(void)sqlite3_bind_text(st->st, at,
		    v.len == 0 ? "" : (const char *)v.p, (int)v.len, SQLITE_STATIC);
		break;
	case VALUE_BLOB:
		if (v.len == 0)
			(void)sqlite3_bind_zeroblob(st->st, at, 0);
		else
			(void)sqlite3_bind_blob(st->st, at, v.p, (int)v.len,
			    SQLITE_STATIC);
		break;
	default:
		(void)sqlite3_bind_null(st->st, at);
		break;
	}
}

int
store_parameter(const struct store_stmt *st, const char *name)
{
	static const char signs[] = ":@$";
	size_t len = strlen(name);
	char full[64];
	int at = 0;

	if (len + 2 > sizeof(full))
		return 0;
	memcpy(full + 1, name, len + 1);
	for (size_t i = 0; at == 0 && i < sizeof(signs) - 1; i++) {
		full[0] = signs[i];
		at = sqlite3_bind_parameter_index(st->st, full);
	}
	return at;
}

int
store_bind(struct store_stmt *st, const char *name, struct value v)
{
	int at = store_parameter(st, name);

	if (at == 0)
		return STATUS_OK;
	/* The caller's bytes need not outlive the call here. */
	if (v.type == VALUE_TEXT && v.len > 0)
		return store_translate(st->store, sqlite3_bind_text(st->st, at,
		    (const char *)v.p, (int)v.len, SQLITE_TRANSIENT));
	if (v.type == VALUE_BLOB && v.len > 0)
		return store_translate(st->store, sqlite3_bind_blob(st->st, at,
		    v.p, (int)v.len, SQLITE_TRANSIENT));
	store_bind_at(st, at, v);
	return STATUS_OK;
}

int
store_step(struct store_stmt *st, bool *ret_row)
{
	struct store *s = st->store;
	int rc;

	s->refusal[0] = '\0';
	rc = sqlite3_step(st->st);
	if (rc == SQLITE_ROW || rc == SQLITE_DONE) {
		*ret_row = rc == SQLITE_ROW;
		return STATUS_OK;
	}
	s->capture.unsure = true;
	if (s->refusal[0] != '\0')
		return STATUS_REFUSED;
	return store_translate(s, sqlite3_extended_errcode(s->db));
}

int store_columns(const struct store_stmt *st) { return sqlite3_column_count(st->st); }

const char *
store_column_name(const struct store_stmt *st, int column)
{
	return sqlite3_column_name(st->st, column);
}

struct value
store_value(sqlite3_value *v)
{
	switch (sqlite3_value_type(v)) {
	case SQLITE_INTEGER:
		return value_int(sqlite3_value_int64(v));
	case SQLITE_TEXT: {
		const unsigned char *p = sqlite3_value_text(v);

		return value_text((const char *)p, (size_t)sqlite3_value_bytes(v));
	}
	case SQLITE_BLOB: {
		const void *p = sqlite3_value_blob(v);

		return value_blob(p, (size_t)sqlite3_value_bytes(v));
	}
	default:
		return value_null();
	}
}

struct value
store_column(const struct store_stmt *st, int column)
{
	switch (sqlite3_column_type(st->st, column)) {
	case SQLITE_INTEGER:
		return value_int(sqlite3_column_int64(st->st, column));
	case SQLITE_TEXT: {
		const unsigned char *p = sqlite3_column_text(st->st, column);

		return value_text((const char *)p,
		    (size_t)sqlite3_column_bytes(st->st, column));
	}
	case SQLITE_BLOB: {
		const void *p = sqlite3_column_blob(st->st, column);

		return value_blob(p, (size_t)sqlite3_column_bytes(st->st, column));
	}
	case SQLITE_FLOAT: {
		/* Reports may compute with fractions; they are shown as text. */
		const unsigned char *p = sqlite3_column_text(st->st, column);

		return value_text((const char *)p,
		    (size_t)sqlite3_column_bytes(st->st, column));
	}
	default:
		return value_null();
	}
}

bool store_readonly(const struct store_stmt *st) { return sqlite3_stmt_readonly(st->st) != 0; }

void
store_reset(struct store_stmt *st)
{
	if (st == NULL)
		return;
	(void)sqlite3_reset(st->st);
	(void)sqlite3_clear_bindings(st->st);
	st->busy = false;
}

int
store_run(struct store_stmt *st)
{
	bool row;
	int status = store_step(st, &row);

	store_reset(st);
	return status;
}

/* ---- transactions for merging ---- */

static int
simple(struct store *s, const char *sql)
{
	struct store_stmt *st;
	int status = store_statement(s, sql, &st);

	return status == STATUS_OK ? store_run(st) : status;
}

int
store_begin_merge(struct store *s)
{
	int status;

	if (s->capture.active || s->merging)
		return STATUS_USAGE;
	store_capture_clear(s); /* notes of a vetoed write would veto the merge */
	status = simple(s, SYNC_SQL_BEGIN);
	if (status == STATUS_OK)
		s->merging = true;
	return status;
}

int
store_commit_merge(struct store *s)
{
	int status = simple(s, SYNC_SQL_COMMIT);

	if (status == STATUS_OK) {
		s->merging = false;
		s->ntouched = 0;
	}
	return status;
}

void
store_rollback(struct store *s)
{
	char refusal[sizeof s->refusal];

	/* Whoever rolls back because of a refusal asks for its words afterwards. */
	memcpy(refusal, s->refusal, sizeof refusal);
	for (size_t i = 0; i < s->ncache; i++)
		if (s->cache[i].st != NULL)
			(void)sqlite3_reset(s->cache[i].st);
	s->lost = false;
	if (!sqlite3_get_autocommit(s->db))
		(void)simple(s, SYNC_SQL_ROLLBACK);
	s->merging = false;
	store_capture_clear(s);
	/* Ids given out are not given again; the saved count went back. */
	s->counter_saved = 0;
	/* What memory holds of streams and tombstones may be of the transaction
	 * that went; a failure here is made good at the next use. */
	s->nstreams = 0;
	(void)!load_again(s);
	memcpy(s->refusal, refusal, sizeof refusal);
}

/* ---- opening ---- */

static int
has(struct store *s, const char *sql, bool *ret)
{
	struct store_stmt *st;
	bool row = false;
	int status = store_statement(s, sql, &st);

	if (status != STATUS_OK)
		return status;
	status = store_step(st, &row);
	if (status == STATUS_OK)
		*ret = row && store_column(st, 0).i > 0;
	store_reset(st);
	return status;
}

static int
number_get(struct store *s, const char *name, uint64_t *ret)
{
	struct buffer b = BUFFER_INIT;
	struct reader r;
	int status = store_meta_get(s, "store", name, &b);

	*ret = 0;
	if (status == STATUS_NOT_FOUND)
		return STATUS_OK;
	reader_init(&r, b.data, b.len);
	if (status == STATUS_OK)
		*ret = reader_varint(&r);
	buffer_release(&b);
	return status;
}

static int
number_set(struct store *s, const char *name, uint64_t v)
{
	struct buffer b = BUFFER_INIT;
	int status;

	buffer_put_varint(&b, v);
	status = store_meta_set(s, "store", name, b.data, b.len);
	buffer_release(&b);
	return status;
}

static int
migrate(struct store *s, const struct store_options *o, bool fresh)
{
	uint64_t version = 0, applied = 0;
	int status = STATUS_OK;

	if (!fresh) {
		status = number_get(s, "schema", &version);
		if (status == STATUS_OK)
			status = number_get(s, "migrations", &applied);
		if (status == STATUS_OK && version > o->registry->version)
			return STATUS_NEWER;
	}
	for (size_t i = 0; status == STATUS_OK && i < o->registry->ntables; i++) {
		if (!fresh && version == o->registry->version)
			break;
		status = store_upgrade_table(s, &o->registry->tables[i], !fresh);
	}
	for (uint64_t i = 0; status == STATUS_OK && o->migrations != NULL &&
	    o->migrations[i] != NULL; i++) {
		if (i < applied)
			continue;
		status = store_exec(s, o->migrations[i]);
		if (status == STATUS_OK)
			status = number_set(s, "migrations", i + 1);
	}
	if (status == STATUS_OK && version != o->registry->version)
		status = number_set(s, "schema", o->registry->version);
	return status;
}

static int
set_up(struct store *s, const struct store_options *o)
{
	bool there = false;
	int status = store_exec(s, SYNC_SQL_OPEN);

	if (status == STATUS_OK)
		status = store_functions(s);
	if (status == STATUS_OK)
		status = store_text_functions(s, o->functions);
	if (status == STATUS_OK)
		status = store_upgrade_functions(s);
	if (status == STATUS_OK)
		status = store_rows_module(s);
	if (status == STATUS_OK)
		status = has(s, SYNC_SQL_HAS_TABLES, &there);
	if (status == STATUS_OK && !there && !o->create)
		return STATUS_NOT_INITIALISED;
	if (status == STATUS_OK)
		status = store_begin_merge(s);
	if (status == STATUS_OK && !there)
		status = store_exec(s, SYNC_SQL_CREATE);
	if (status == STATUS_OK)
		status = store_exec(s, SYNC_SQL_CREATE_LATER);
	if (status == STATUS_OK)
		status = migrate(s, o, !there);
	if (status == STATUS_OK)
		status = store_commit_merge(s);
	return status == STATUS_OK ? load_all(s) : status;
}

int
store_open(const char *path, const struct store_options *options, struct store **ret)
{
	struct store *s = calloc(1, sizeof(*s));
	int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX |
	    SQLITE_OPEN_PRIVATECACHE | SQLITE_OPEN_NOFOLLOW;
	int status;

	if (s == NULL)
		return STATUS_NOMEM;
	s->registry = options->registry;
	s->tombed = calloc(options->registry->ntables + 1, sizeof(*s->tombed));
	if (options->create)
		flags |= SQLITE_OPEN_CREATE;
	status = s->tombed == NULL ? STATUS_NOMEM : store_translate(s,
	    sqlite3_open_v2(path, &s->db, flags, options->vfs));
	/* One that may not be read is not one that is not there. */
	if (status == STATUS_NOT_FOUND && !options->create)
		status = s->db != NULL && sqlite3_system_errno(s->db) == EACCES ?
		    STATUS_READONLY : STATUS_NOT_INITIALISED;
	/* SQLite is content to read; it would fail at its lock, as if the disk were broken. */
	if (status == STATUS_OK && sqlite3_db_readonly(s->db, "main") == 1)
		status = STATUS_READONLY;
	if (status == STATUS_OK) {
		(void)sqlite3_extended_result_codes(s->db, 1);
		(void)sqlite3_db_config(s->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
		(void)sqlite3_db_config(s->db, SQLITE_DBCONFIG_DQS_DML, 0, NULL);
		(void)sqlite3_db_config(s->db, SQLITE_DBCONFIG_DQS_DDL, 0, NULL);
		(void)sqlite3_limit(s->db, SQLITE_LIMIT_LENGTH, 64 * 1024 * 1024);
		(void)sqlite3_limit(s->db, SQLITE_LIMIT_ATTACHED, 0);
		status = set_up(s, options);
	}
	if (status == STATUS_OK)
		store_hooks(s);
	if (status != STATUS_OK) {
		store_close(s);
		return status;
	}
	*ret = s;
	return STATUS_OK;
}

void
store_close(struct store *s)
{
	if (s == NULL)
		return;
	if (s->db != NULL && !sqlite3_get_autocommit(s->db))
		store_rollback(s);
	for (size_t i = 0; i < s->ncache; i++)
		sqlite3_finalize(s->cache[i].st);
	(void)sqlite3_close(s->db);
	store_capture_clear(s);
	store_checkpoints_release(s);
	free(s->capture.notes);
	free(s->capture.chains);
	buffer_release(&s->capture.bytes);
	buffer_release(&s->capture.said);
	buffer_release(&s->capture.tail);
	buffer_release(&s->got);
	buffer_release(&s->key);
	free(s->streams);
	free(s->tombed);
	free(s);
}

void
store_rest(struct store *s)
{
	for (size_t i = 0; i < s->ncache; i++)
		if (!s->cache[i].busy)
			cache_drop(s, i);
	(void)sqlite3_db_release_memory(s->db);
}

int
store_integrity(struct store *s)
{
	struct store_stmt *st;
	bool row = false;
	int status = store_statement(s, SYNC_SQL_INTEGRITY, &st);

	if (status != STATUS_OK)
		return status;
	status = store_step(st, &row);
	if (status == STATUS_OK) {
		struct value v = store_column(st, 0);

		if (!row || v.len != 2 || memcmp(v.p, "ok", 2) != 0)
			status = STATUS_CORRUPT;
	}
	store_reset(st);
	return status;
}
