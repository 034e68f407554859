/* The list of erased persons beside the database: what was erased stays erased where
 * the database itself is put back to an older state. */
#include "sync/replica_internal.h"

#include <string.h>

#include "sync/magic.h"

#define CONTEXT "kehou 1 erased"
#define FILE_NAME "erased"

static int
put_person(void *ctx, uint64_t scope, const uint8_t *person, size_t len)
{
	struct buffer *b = ctx;

	buffer_put_varint(b, scope);
	buffer_put_bytes(b, person, len);
	return buffer_status(b);
}

int
replica_note_erased(struct replica *r)
{
	struct buffer b = BUFFER_INIT, all = BUFFER_INIT;
	uint8_t signature[SIGNATURE_BYTES];
	char path[REPLICA_PATH_BYTES];
	uint64_t n = store_erased_count(r->store);
	int status = replica_path(r->dir, FILE_NAME, path);

	if (status != STATUS_OK || n == r->erased_noted)
		return status;
	status = store_erased_list(r->store, put_person, &all);
	magic_put(&b, 'E');
	buffer_put_varint(&b, r->county);
	buffer_put(&b, r->self.pub.id.b, NODE_ID_BYTES);
	buffer_put_varint(&b, n);
	buffer_put(&b, all.data, all.len);
	if (status == STATUS_OK)
		status = buffer_status(&b);
	if (status == STATUS_OK) {
		identity_sign(&r->self, CONTEXT, b.data, b.len, signature);
		buffer_put(&b, signature, sizeof(signature));
		status = buffer_status(&b);
	}
	if (status == STATUS_OK)
		status = env_write_file(r->env, path, b.data, b.len);
	if (status == STATUS_OK)
		r->erased_noted = n;
	buffer_release(&b);
	buffer_release(&all);
	return status;
}

/* Whose word on erasures counts here: our own, the county's, our other devices'. */
static int
signer_key(const struct replica *r, const struct node_id *by, const uint8_t **ret)
{
	const struct roster_cert *cert = roster_node(&r->roster, by);

	if (node_id_compare(by, &r->self.pub.id) == 0)
		*ret = r->self.pub.sign_pk;
	else if (cert != NULL && !roster_revoked(&r->roster, by) &&
	    (cert->role == ROLE_HUB || (r->role == ROLE_SCHOOL &&
	    cert->role == ROLE_SCHOOL && cert->scope == r->scope)))
		*ret = cert->node.sign_pk;
	else
		return STATUS_UNKNOWN_SENDER;
	return STATUS_OK;
}

static int
take_persons(struct replica *r, struct reader *rd, uint64_t n)
{
	int status = STATUS_OK;

	for (uint64_t i = 0; status == STATUS_OK && i < n; i++) {
		uint64_t scope = reader_varint(rd);
		size_t len;
		const uint8_t *person = reader_bytes(rd, REPLICA_PERSON_MAX_BYTES, &len);
		struct reader value;
		struct value v;

		if (person == NULL)
			return STATUS_MALFORMED;
		reader_init(&value, person, len);
		v = value_read(&value);
		status = reader_end(&value);
		if (status == STATUS_OK && (r->role == ROLE_HUB || scope == r->scope))
			status = store_erase_add(r->store, scope, v);
	}
	return status == STATUS_OK ? reader_end(rd) : status;
}

int
replica_take_erased(struct replica *r, const uint8_t *data, size_t len)
{
	struct reader rd;
	struct node_id by;
	const uint8_t *key;
	uint64_t n, county;
	int status;

	if (len < SIGNATURE_BYTES)
		return STATUS_TRUNCATED;
	reader_init(&rd, data, len - SIGNATURE_BYTES);
	status = magic_read(&rd, 'E');
	if (status != STATUS_OK)
		return status;
	county = reader_varint(&rd);
	reader_copy(&rd, by.b, sizeof(by.b));
	n = reader_varint(&rd);
	if (rd.failed)
		return STATUS_TRUNCATED;
	if (county != r->county)
		return STATUS_FOREIGN;
	status = signer_key(r, &by, &key);
	if (status == STATUS_OK)
		status = identity_verify(key, CONTEXT, data, len - SIGNATURE_BYTES,
		    data + len - SIGNATURE_BYTES);
	if (status == STATUS_OK)
		status = store_begin_merge(r->store);
	if (status != STATUS_OK)
		return status;
	status = take_persons(r, &rd, n);
	if (status == STATUS_OK)
		status = store_commit_merge(r->store);
	if (status != STATUS_OK)
		store_rollback(r->store);
	return status;
}

/* Both only grow: a database that knows as many knows the same. */
static bool
knows_all(struct replica *r, const struct buffer *b)
{
	struct reader rd;

	reader_init(&rd, b->data, b->len);
	if (magic_read(&rd, 'E') != STATUS_OK)
		return false;
	(void)reader_varint(&rd);
	reader_take(&rd, NODE_ID_BYTES);
	r->erased_noted = reader_varint(&rd);
	return !rd.failed && r->erased_noted <= store_erased_count(r->store);
}

int
replica_replay_erased(struct replica *r)
{
	struct buffer b = BUFFER_INIT;
	char path[REPLICA_PATH_BYTES];
	int status = replica_path(r->dir, FILE_NAME, path);

	if (status == STATUS_OK)
		status = env_read_file(r->env, path, ENV_SMALL_FILE_MAX_BYTES, &b);
	if (status == STATUS_OK && !knows_all(r, &b)) {
		status = replica_take_erased(r, b.data, b.len);
		if (status == STATUS_MALFORMED || status == STATUS_TRUNCATED ||
		    status == STATUS_BAD_SIGNATURE)
			status = STATUS_CORRUPT;
		/* Left by another node that this directory once held. */
		if (status == STATUS_UNKNOWN_SENDER || status == STATUS_FOREIGN) {
			r->erased_noted = 0;
			status = STATUS_OK;
		}
	} else if (status == STATUS_NOT_FOUND) {
		status = STATUS_OK;
	}
	buffer_release(&b);
	return status;
}
