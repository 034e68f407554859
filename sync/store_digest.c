/* A hash over what every replica of a scope must have alike. */
#include "sync/store_internal.h"

#include <stdlib.h>
#include <string.h>

/* Stamp and node: what a version means on every node. */
static void
put_version(const struct store *s, struct buffer *b, int64_t version)
{
	const struct stream_id *id = store_stream_id(s, VERSION_WRITER(version));
	static const struct node_id none;

	buffer_put_varint(b, VERSION_STAMP(version));
	buffer_put(b, id == NULL ? &none : &id->node, NODE_ID_BYTES);
}

/* What of the state is hashed. */
struct digest {
	struct store *s;
	uint64_t scope;
	const struct checkpoint *without; /* rows that end there; NULL: none */
	bool private;
	struct hash hash;
};

static int
put_row(const struct digest *d, const struct registry_table *t,
    const struct store_stmt *st, struct buffer *b)
{
	const struct store *s = d->s;
	struct row row = {0};
	int status = row_unpack(t, store_column(st, t->ncolumns), &row);

	if (status != STATUS_OK)
		return status;
	buffer_put_varint(b, row.length);
	for (int i = 0; i < t->ncolumns; i++) {
		if (i >= t->nkeys) {
			if (t->columns[i].privacy == PRIVACY_PRIVATE && !d->private)
				continue;
			put_version(s, b, row.versions[i]);
		}
		value_put(b, store_column(st, i));
	}
	return buffer_status(b);
}

static int
hash_rows(struct digest *d, const struct registry_table *t)
{
	struct checkpoint_match matches[CHECKPOINT_MAX_RULES];
	size_t found = checkpoint_match(d->without, t, matches);
	struct buffer b = BUFFER_INIT;
	struct store_stmt *st;
	bool row;
	int status = store_statement(d->s, t->scan, &st);

	if (status != STATUS_OK)
		return status;
	if (t->scope == REGISTRY_SCHOOL)
		store_bind_at(st, 1, value_int((int64_t)d->scope));
	while ((status = store_step(st, &row)) == STATUS_OK && row) {
		struct value keys[REGISTRY_MAX_KEYS];

		for (int k = 0; k < t->nkeys; k++)
			keys[k] = store_column(st, k);
		if (checkpoint_ends(matches, found, keys))
			continue;
		buffer_clear(&b);
		buffer_put_varint(&b, t->id);
		status = put_row(d, t, st, &b);
		if (status != STATUS_OK)
			break;
		hash_update(&d->hash, b.data, b.len);
	}
	store_reset(st);
	buffer_release(&b);
	return status;
}

static int
hash_tombs(struct digest *d, const struct registry_table *t)
{
	struct checkpoint_match matches[CHECKPOINT_MAX_RULES];
	size_t found = checkpoint_match(d->without, t, matches);
	struct buffer b = BUFFER_INIT;
	struct store_stmt *st;
	bool row;
	int status = store_statement(d->s, SYNC_SQL_TOMB_SCAN, &st);

	if (status != STATUS_OK)
		return status;
	store_bind_at(st, 1, value_int(t->id));
	store_bind_at(st, 2, value_int((int64_t)d->scope));
	while ((status = store_step(st, &row)) == STATUS_OK && row) {
		struct value key = store_column(st, 0), keys[REGISTRY_MAX_KEYS];
		struct reader r;

		reader_init(&r, key.p, key.len);
		for (unsigned k = 0; k < t->nkeys; k++)
			keys[k] = value_read(&r);
		if (checkpoint_ends(matches, found, keys))
			continue;
		buffer_clear(&b);
		buffer_put_varint(&b, t->id);
		buffer_put(&b, key.p, key.len);
		buffer_put_varint(&b, (uint64_t)store_column(st, 1).i);
		put_version(d->s, &b, store_column(st, 2).i);
		status = buffer_status(&b);
		if (status != STATUS_OK)
			break;
		hash_update(&d->hash, b.data, b.len);
	}
	store_reset(st);
	buffer_release(&b);
	return status;
}

int
store_digest_left(struct store *s, uint64_t scope, const struct checkpoint *c,
    bool private, uint8_t ret[HASH_BYTES])
{
	struct digest d = { .s = s, .scope = scope, .without = c, .private = private };

	hash_init(&d.hash, "kehou 1 state");
	for (size_t i = 0; i < s->registry->ntables; i++) {
		const struct registry_table *t = &s->registry->tables[i];
		int status;

		if ((t->scope == REGISTRY_COUNTY) != (scope == SCOPE_COUNTY))
			continue;
		status = hash_rows(&d, t);
		if (status == STATUS_OK)
			status = hash_tombs(&d, t);
		if (status != STATUS_OK)
			return status;
	}
	hash_final(&d.hash, ret);
	return STATUS_OK;
}

int
store_digest(struct store *s, uint64_t scope, uint8_t ret[HASH_BYTES])
{
	return store_digest_left(s, scope, NULL, false, ret);
}

static int
by_number(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

int
store_scopes(struct store *s, uint64_t **ret_scopes, size_t *ret_n)
{
	uint64_t *scopes = calloc(s->nstreams + 1u, sizeof(*scopes));
	size_t n = 0;

	if (scopes == NULL)
		return STATUS_NOMEM;
	for (uint32_t i = 0; i < s->nstreams; i++)
		scopes[i] = s->streams[i].id.scope;
	qsort(scopes, s->nstreams, sizeof(*scopes), by_number);
	for (uint32_t i = 0; i < s->nstreams; i++)
		if (n == 0 || scopes[n - 1] != scopes[i])
			scopes[n++] = scopes[i];
	*ret_scopes = scopes;
	*ret_n = n;
	return STATUS_OK;
}
