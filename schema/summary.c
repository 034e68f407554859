#include "schema/summary.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gen/domain_entries.h"
#include "schema/runtime.h"
#include "sync/hash.h"

#define SPACE "summary"
#define ASKED "asked" /* by key: name of the view, then its parameters */
#define KEY_HEX 16
#define SCHOOL_DIGITS 10
#define NAME_BYTES (KEY_HEX + 1 + SCHOOL_DIGITS + 1)
#define COUNT_BYTES 16 /* before the rows: changes of the school, of the county */

struct part {             /* one school's rows */
	uint64_t school;
	uint8_t count[COUNT_BYTES];
	json_t *rows;     /* NULL: to be computed */
	bool kept;
};

struct summary {
	struct store *store;
	const struct domain_entry *view;
	const struct runtime_sql_binds *binds;
	bool counts_only;      /* what is kept is not read, only whether it holds */
	char key[KEY_HEX + 1]; /* of the view and its parameters */
	struct part *parts;
	size_t n;
};

/* Another view, another text of it or another parameter is another answer. */
static void
make_key(const struct domain_entry *view, const struct runtime_sql_binds *b,
    char ret[KEY_HEX + 1])
{
	struct buffer bytes = BUFFER_INIT;
	uint8_t hash[HASH_BYTES];
	struct hash h;

	for (size_t i = 0; i < b->n; i++)
		for (size_t p = 0; p < view->nparams; p++)
			if (strcmp(b->names[i], view->params[p].name) == 0)
				value_put(&bytes, b->values[i]);
	hash_init(&h, "kehou 1 summary");
	hash_update(&h, view->name, strlen(view->name) + 1);
	hash_update(&h, view->sql, strlen(view->sql) + 1);
	hash_update(&h, bytes.data, bytes.len);
	hash_final(&h, hash);
	buffer_release(&bytes);
	for (size_t i = 0; i < KEY_HEX / 2; i++)
		snprintf(ret + 2 * i, 3, "%02x", hash[i]);
}

static void
put_count(uint8_t *out, uint64_t n)
{
	for (int i = 0; i < 8; i++)
		out[i] = (uint8_t)(n >> 8 * i);
}

static int
find_schools(struct summary *m, uint64_t school)
{
	json_t *rows = json_array(), *row;
	struct runtime_sql_binds none = {.n = 0};
	uint64_t county, own;
	size_t i;
	int status = rows ? store_changes(m->store, SCOPE_COUNTY, &county) : STATUS_NOMEM;

	if (status == STATUS_OK && school)
		status = json_array_append_new(rows, json_pack("{s:I}", "school",
		    (json_int_t)school)) < 0 ? STATUS_NOMEM : STATUS_OK;
	else if (status == STATUS_OK)
		status = runtime_sql_run(m->store, domain_sql_schools, &none, true, rows);
	m->parts = calloc(json_array_size(rows) + 1, sizeof(*m->parts));
	if (status == STATUS_OK && !m->parts)
		status = STATUS_NOMEM;
	json_array_foreach(rows, i, row) {
		struct part *p = &m->parts[i];

		if (status != STATUS_OK)
			break;
		m->n = i + 1;
		p->school = (uint64_t)json_integer_value(json_object_get(row, "school"));
		status = store_changes(m->store, p->school, &own);
		if (status == STATUS_OK) {
			put_count(p->count, own);
			put_count(p->count + 8, county);
		}
	}
	json_decref(rows);
	return status;
}

static int
take_kept(void *ctx, const char *name, const uint8_t *data, size_t len)
{
	struct summary *m = ctx;
	uint64_t school = strtoull(name + KEY_HEX + 1, NULL, 10);
	size_t low = 0, high = m->n;

	while (low < high) {
		size_t i = low + (high - low) / 2;

		if (m->parts[i].school < school)
			low = i + 1;
		else
			high = i;
	}
	if (low < m->n && m->parts[low].school == school && len > COUNT_BYTES
	    && memcmp(data, m->parts[low].count, COUNT_BYTES) == 0) {
		m->parts[low].kept = true;
		if (m->counts_only)
			return STATUS_OK;
		m->parts[low].rows = json_loadb((const char *)data + COUNT_BYTES,
		    len - COUNT_BYTES, 0, NULL);
		m->parts[low].kept = m->parts[low].rows != NULL;
	}
	return STATUS_OK;
}

static int
compute(struct summary *m, struct part *p, const struct domain_entry *view,
    const struct runtime_sql_binds *b)
{
	struct runtime_sql_binds own = *b; /* what owns memory stays with b */

	own.nowned = 0;
	for (size_t i = 0; i < own.n; i++)
		if (strcmp(own.names[i], "school") == 0)
			own.values[i] = value_int((int64_t)p->school);
		else if (strcmp(own.names[i], "staff") == 0)
			own.values[i] = value_null(); /* the same for whoever asks */
	p->rows = json_array();
	return p->rows ? runtime_sql_run(m->store, view->sql, &own, true, p->rows)
	               : STATUS_NOMEM;
}

static int
keep_part(struct summary *m, const struct part *p)
{
	struct buffer data = BUFFER_INIT;
	char name[NAME_BYTES + 10];
	char *text = json_dumps(p->rows, JSON_COMPACT);
	int status = text ? STATUS_OK : STATUS_NOMEM;

	if (status == STATUS_OK) {
		buffer_put(&data, p->count, sizeof(p->count));
		buffer_put(&data, text, strlen(text));
		snprintf(name, sizeof(name), "%s/%010llu", m->key, (unsigned long long)p->school);
		status = buffer_status(&data);
	}
	if (status == STATUS_OK)
		status = store_meta_set(m->store, SPACE, name, data.data, data.len);
	buffer_release(&data);
	free(text);
	return status;
}

/* Notes that this was asked for, so that it is computed ahead. */
static int
note_asked(struct summary *m)
{
	struct buffer b = BUFFER_INIT;
	uint64_t n = 0;
	int status = store_meta_get(m->store, ASKED, m->key, &b);

	if (status == STATUS_NOT_FOUND) {
		buffer_clear(&b);
		buffer_put(&b, m->view->name, strlen(m->view->name) + 1);
		for (size_t p = 0; p < m->view->nparams; p++)
			for (size_t i = 0; i < m->binds->n; i++)
				if (strcmp(m->binds->names[i], m->view->params[p].name) == 0)
					value_put(&b, m->binds->values[i]);
		status = buffer_status(&b);
		if (status == STATUS_OK)
			status = store_meta_count(m->store, ASKED, &n);
		if (status == STATUS_OK && n >= SUMMARY_MAX_ASKED)
			status = store_meta_clear(m->store, ASKED);
		if (status == STATUS_OK)
			status = store_meta_set(m->store, ASKED, m->key, b.data, b.len);
	}
	buffer_release(&b);
	return status;
}

/* What cannot be kept is computed again: no failure of the view. */
static void
keep(struct summary *m)
{
	uint64_t count = 0;
	size_t fresh = 0;
	int status;

	for (size_t i = 0; i < m->n; i++)
		fresh += !m->parts[i].kept && m->parts[i].rows;
	if (fresh == 0 || store_begin_merge(m->store) != STATUS_OK)
		return;
	status = store_meta_count(m->store, SPACE, &count);
	if (status == STATUS_OK && count + fresh > SUMMARY_MAX_KEPT)
		status = store_meta_clear(m->store, SPACE);
	if (status == STATUS_OK && !m->counts_only)
		status = note_asked(m);
	for (size_t i = 0; i < m->n && status == STATUS_OK; i++)
		if (!m->parts[i].kept && m->parts[i].rows)
			status = keep_part(m, &m->parts[i]);
	if (status == STATUS_OK)
		status = store_commit_merge(m->store);
	if (status != STATUS_OK)
		store_rollback(m->store);
}

int
summary_rows(struct store *s, const struct domain_entry *view,
    const struct runtime_sql_binds *b, uint64_t school, json_t *rows)
{
	struct summary m = {.store = s, .view = view, .binds = b};
	char prefix[KEY_HEX + 2];
	int status = find_schools(&m, school);

	make_key(view, b, m.key);
	snprintf(prefix, sizeof(prefix), "%s/", m.key);
	if (status == STATUS_OK)
		status = store_meta_prefix(s, SPACE, prefix, take_kept, &m);
	for (size_t i = 0; i < m.n && status == STATUS_OK; i++)
		if (!m.parts[i].rows)
			status = compute(&m, &m.parts[i], view, b);
	if (status == STATUS_OK)
		keep(&m);
	for (size_t i = 0; i < m.n; i++) {
		if (status == STATUS_OK && json_array_size(rows)
		    + json_array_size(m.parts[i].rows) > RUNTIME_MAX_ROWS)
			status = STATUS_TOO_LARGE;
		if (status == STATUS_OK && json_array_extend(rows, m.parts[i].rows) < 0)
			status = STATUS_NOMEM;
		json_decref(m.parts[i].rows);
	}
	free(m.parts);
	return status;
}

/* The at-th thing that was asked for. */
struct asked {
	size_t at, n;
	const struct domain_entry *view;
	struct buffer bytes; /* name and parameters */
};

static int
take_asked(void *ctx, const char *name, const uint8_t *data, size_t len)
{
	struct asked *a = ctx;

	(void)name;
	if (a->n++ != a->at || len == 0 || memchr(data, 0, len) == NULL)
		return STATUS_OK;
	a->view = domain_view((const char *)data);
	buffer_put(&a->bytes, data, len);
	return buffer_status(&a->bytes);
}

/* As the runtime binds them for a county's page; of what another version of the
 * program wrote down, false. */
static bool
bind_asked(const struct asked *a, struct runtime_sql_binds *b)
{
	struct reader r;
	size_t name;

	if (a->view == NULL || !a->view->each)
		return false;
	name = strlen(a->view->name) + 1;
	reader_init(&r, a->bytes.data + name, a->bytes.len - name);
	for (size_t i = 0; i < a->view->nparams; i++)
		runtime_sql_bind(b, a->view->params[i].name, value_read(&r));
	if (reader_end(&r) != STATUS_OK)
		return false;
	runtime_sql_bind(b, "hub", value_int(1));
	runtime_sql_bind(b, "staff", value_null());
	runtime_sql_bind(b, "school", value_int(0));
	return true;
}

/* The first school whose rows hold no longer. */
static int
warm_one(struct summary *m, bool *ret_found)
{
	char prefix[KEY_HEX + 2];
	int status = find_schools(m, 0);

	make_key(m->view, m->binds, m->key);
	snprintf(prefix, sizeof(prefix), "%s/", m->key);
	if (status == STATUS_OK)
		status = store_meta_prefix(m->store, SPACE, prefix, take_kept, m);
	for (size_t i = 0; i < m->n && status == STATUS_OK && !*ret_found; i++)
		if (!m->parts[i].kept) {
			*ret_found = true;
			status = compute(m, &m->parts[i], m->view, m->binds);
			if (status == STATUS_OK)
				keep(m);
			json_decref(m->parts[i].rows);
		}
	free(m->parts);
	return status;
}

int
summary_warm(struct store *s, size_t *at, bool *ret_more)
{
	struct asked a = {.at = *at, .bytes = BUFFER_INIT};
	struct runtime_sql_binds b = {.n = 0};
	struct summary m = {.store = s, .binds = &b, .counts_only = true};
	bool found = false;
	int status = store_meta_list(s, ASKED, take_asked, &a);

	m.view = a.view;
	if (status == STATUS_OK && bind_asked(&a, &b))
		status = warm_one(&m, &found);
	if (status == STATUS_OK) {
		*at += !found;
		*ret_more = *at < a.n;
	}
	buffer_release(&a.bytes);
	return status;
}
