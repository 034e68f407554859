#include "sync/replica_internal.h"

#include <string.h>

#define PEER_VERSION 5

void
peer_release(struct peer *p)
{
	vector_release(&p->acked);
	for (size_t i = 0; i < p->nsents; i++)
		vector_release(&p->sents[i].vector);
	p->nsents = 0;
}

static void
peer_name(const struct node_id *node, char ret[2 * NODE_ID_BYTES + 1])
{
	replica_hex(node->b, NODE_ID_BYTES, ret);
}

static int
peer_read(const struct buffer *b, struct peer *p)
{
	struct reader r;
	int status;
	size_t n;

	reader_init(&r, b->data, b->len);
	if (reader_u8(&r) != PEER_VERSION)
		return STATUS_CORRUPT;
	p->received = reader_varint(&r);
	p->sent = reader_varint(&r);
	p->floor = reader_varint(&r);
	p->told = reader_varint(&r);
	p->ended = reader_varint(&r);
	p->ended_said = reader_varint(&r);
	p->verdicts = reader_varint(&r);
	p->contact_s = reader_zigzag(&r);
	reader_copy(&r, p->content, sizeof(p->content));
	reader_copy(&r, p->last_name, sizeof(p->last_name));
	p->last_name[sizeof(p->last_name) - 1] = '\0';
	reader_copy(&r, p->receipt, sizeof(p->receipt));
	p->receipt_since = reader_varint(&r);
	status = vector_read(&r, &p->acked);
	n = reader_count(&r, PEER_SENT_MAX);
	for (size_t i = 0; status == STATUS_OK && i < n; i++) {
		p->sents[i].number = reader_varint(&r);
		p->sents[i].verdicts = reader_varint(&r);
		reader_copy(&r, p->sents[i].name, sizeof(p->sents[i].name));
		p->sents[i].name[sizeof(p->sents[i].name) - 1] = '\0';
		p->nsents = i + 1;
		status = vector_read(&r, &p->sents[i].vector);
	}
	if (status == STATUS_OK)
		status = reader_end(&r);
	return status == STATUS_OK || status == STATUS_NOMEM ? status : STATUS_CORRUPT;
}

int
peer_load(struct replica *r, const struct node_id *node, struct peer *ret)
{
	char name[2 * NODE_ID_BYTES + 1];
	struct buffer b = BUFFER_INIT;
	int status;

	memset(ret, 0, sizeof(*ret));
	ret->node = *node;
	peer_name(node, name);
	status = store_meta_get(r->store, "peer", name, &b);
	if (status == STATUS_OK)
		status = peer_read(&b, ret);
	else if (status == STATUS_NOT_FOUND)
		status = replica_number(r, "number_floor", &ret->floor);
	if (ret->sent < ret->floor)
		ret->sent = ret->floor;
	buffer_release(&b);
	return status;
}

int
peer_save(struct replica *r, const struct peer *p)
{
	char name[2 * NODE_ID_BYTES + 1];
	struct buffer b = BUFFER_INIT;
	int status;

	peer_name(&p->node, name);
	buffer_put_u8(&b, PEER_VERSION);
	buffer_put_varint(&b, p->received);
	buffer_put_varint(&b, p->sent);
	buffer_put_varint(&b, p->floor);
	buffer_put_varint(&b, p->told);
	buffer_put_varint(&b, p->ended);
	buffer_put_varint(&b, p->ended_said);
	buffer_put_varint(&b, p->verdicts);
	buffer_put_zigzag(&b, p->contact_s);
	buffer_put(&b, p->content, sizeof(p->content));
	buffer_put(&b, p->last_name, sizeof(p->last_name));
	buffer_put(&b, p->receipt, sizeof(p->receipt));
	buffer_put_varint(&b, p->receipt_since);
	vector_put(&b, &p->acked);
	buffer_put_varint(&b, p->nsents);
	for (size_t i = 0; i < p->nsents; i++) {
		buffer_put_varint(&b, p->sents[i].number);
		buffer_put_varint(&b, p->sents[i].verdicts);
		buffer_put(&b, p->sents[i].name, sizeof(p->sents[i].name));
		vector_put(&b, &p->sents[i].vector);
	}
	status = buffer_status(&b);
	if (status == STATUS_OK)
		status = store_meta_set(r->store, "peer", name, b.data, b.len);
	buffer_release(&b);
	return status;
}

const struct vector *
peer_told(const struct peer *p)
{
	for (size_t i = 0; i < p->nsents; i++)
		if (p->sents[i].number == p->told)
			return &p->sents[i].vector;
	return NULL;
}

void
peer_forget_sent(struct peer *p)
{
	p->told = 0;
	for (size_t i = 0; i < p->nsents; i++)
		vector_release(&p->sents[i].vector);
	p->nsents = 0;
	memset(p->content, 0, sizeof(p->content));
}

int
peer_acknowledge(struct peer *p, uint64_t number, const uint8_t heard[VECTOR_DIGEST_BYTES])
{
	uint8_t ours[VECTOR_DIGEST_BYTES];

	p->told = number;
	for (size_t i = 0; i < p->nsents; i++) {
		int status;

		if (p->sents[i].number != number)
			continue;
		if (p->sents[i].verdicts > p->verdicts)
			p->verdicts = p->sents[i].verdicts;
		status = vector_digest(&p->sents[i].vector, ours);
		if (status != STATUS_OK)
			return status;
		if (memcmp(ours, heard, sizeof(ours)) != 0)
			peer_forget_sent(p);
	}
	return STATUS_OK;
}

int
peer_add_sent(struct peer *p, uint64_t number, const struct vector *v, uint64_t verdicts)
{
	struct vector copy = {0};
	int status = vector_copy(&copy, v);

	if (status != STATUS_OK) {
		vector_release(&copy);
		return status;
	}
	if (p->nsents == PEER_SENT_MAX) {
		/* The acknowledged one stays: differences are against it. */
		size_t drop = p->sents[0].number == p->told ? 1 : 0;

		vector_release(&p->sents[drop].vector);
		memmove(&p->sents[drop], &p->sents[drop + 1],
		    (PEER_SENT_MAX - 1 - drop) * sizeof(p->sents[0]));
		p->nsents--;
	}
	p->sents[p->nsents].number = number;
	p->sents[p->nsents].verdicts = verdicts;
	memset(p->sents[p->nsents].name, 0, sizeof(p->sents[p->nsents].name));
	p->sents[p->nsents].vector = copy;
	p->nsents++;
	return STATUS_OK;
}

int
replica_shared_vector(struct replica *r, uint64_t scope, struct vector *ret)
{
	int status = store_vector(r->store, SCOPE_COUNTY, false, ret);

	if (status == STATUS_OK && scope != SCOPE_COUNTY) {
		struct vector school = {0};

		status = store_vector(r->store, scope, false, &school);
		if (status == STATUS_OK)
			status = vector_merge(ret, &school);
		vector_release(&school);
	}
	return status;
}

/* ---- other devices of a school ---- */

/* Whether a node's segments, or bundles straight from it, show that it lived when
 * we did. */
static int
has_met(struct replica *r, const struct node_id *node, bool *ret)
{
	uint32_t n = store_stream_count(r->store);
	struct peer p;
	int status = peer_load(r, node, &p);

	*ret = status == STATUS_OK && p.received > 0;
	peer_release(&p);
	for (uint32_t w = 1; status == STATUS_OK && !*ret && w <= n; w++) {
		const struct stream_id *theirs = store_stream_id(r->store, w);

		if (theirs == NULL || node_id_compare(&theirs->node, node) != 0)
			continue;
		for (uint32_t o = 1; status == STATUS_OK && !*ret && o <= n; o++) {
			const struct stream_id *own = store_stream_id(r->store, o);
			uint64_t said = 0;

			if (own == NULL ||
			    node_id_compare(&own->node, &r->self.pub.id) != 0)
				continue;
			status = store_knows(r->store, w, UINT64_MAX, o, &said);
			*ret = said > 0;
		}
	}
	return status;
}

int
replica_is_sibling(struct replica *r, const struct roster_cert *cert, bool *ret)
{
	uint64_t again = 0;
	int status;

	*ret = r->role == ROLE_SCHOOL && cert->role == ROLE_SCHOOL &&
	    cert->scope == r->scope && !roster_revoked(&r->roster, &cert->node.id) &&
	    node_id_compare(&cert->node.id, &r->self.pub.id) != 0;
	if (!*ret)
		return STATUS_OK;
	status = replica_number(r, "again", &again);
	if (status == STATUS_OK && cert->since <= again)
		status = has_met(r, &cert->node.id, ret);
	return status;
}

/* ---- a new epoch ---- */

struct forgetting {
	struct replica *r;
	struct node_id nodes[64];
	size_t n;
	char after[2 * NODE_ID_BYTES + 1];
};

static int
gather_peer(void *ctx, const char *name, const uint8_t *data, size_t len)
{
	struct forgetting *f = ctx;

	(void)data;
	(void)len;
	if (strlen(name) != 2 * NODE_ID_BYTES || strcmp(name, f->after) <= 0)
		return 0;
	for (unsigned i = 0; i < NODE_ID_BYTES; i++) {
		static const char digits[] = "0123456789ABCDEF";
		const char *hi = strchr(digits, name[2 * i]);
		const char *lo = strchr(digits, name[2 * i + 1]);

		if (hi == NULL || lo == NULL)
			return STATUS_CORRUPT;
		f->nodes[f->n].b[i] = (uint8_t)((hi - digits) << 4 | (lo - digits));
	}
	memcpy(f->after, name, sizeof(f->after));
	return ++f->n == sizeof(f->nodes) / sizeof(f->nodes[0]);
}

static int
forget_told(struct replica *r, const struct node_id *node, uint64_t floor)
{
	struct peer p;
	int status = peer_load(r, node, &p);

	if (status == STATUS_OK) {
		p.sent = p.floor = p.sent < floor ? floor : p.sent;
		peer_forget_sent(&p);
		p.ended_said = 0;
		status = peer_save(r, &p);
	}
	peer_release(&p);
	return status;
}

int
peer_forget_told(struct replica *r)
{
	struct forgetting f = { .r = r };
	/* Time outruns bundles, of which nobody makes 16 a second: numbers from
	 * here on were never used. */
	uint64_t floor = 16 * (uint64_t)r->env->now_s(r->env->ctx);
	int status = replica_set_number(r, "number_floor", floor);

	if (status != STATUS_OK)
		return status;
	do {
		f.n = 0;
		status = store_meta_list(r->store, "peer", gather_peer, &f);
		for (size_t i = 0; status >= 0 && i < f.n; i++)
			status = forget_told(r, &f.nodes[i], floor);
	} while (status >= 0 && f.n > 0);
	return status < 0 ? status : STATUS_OK;
}
