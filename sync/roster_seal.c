#include "sync/roster_seal.h"

#include <stdlib.h>
#include <string.h>

void
roster_sealing_put(struct buffer *b, const struct roster_sealing *s)
{
	buffer_put(b, s->node.b, NODE_ID_BYTES);
	buffer_put_varint(b, s->since);
	buffer_put(b, s->pk, SEAL_PK_BYTES);
}

void
roster_sealing_read(struct reader *r, struct roster_sealing *ret)
{
	reader_copy(r, ret->node.b, NODE_ID_BYTES);
	ret->since = reader_varint(r);
	reader_copy(r, ret->pk, SEAL_PK_BYTES);
}

static bool
is_hub(const struct roster *r, const struct node_id *id)
{
	const struct roster_cert *c = roster_node(r, id);

	return c != NULL && c->role == ROLE_HUB;
}

bool
roster_sealings_valid(const struct roster *r)
{
	for (size_t i = 0; i < r->nsealings; i++) {
		const struct roster_sealing *s = &r->sealings[i];

		if (!is_hub(r, &s->node) || s->since < 1 || s->since > r->number ||
		    (i > 0 && node_id_compare(&s[-1].node, &s->node) >= 0))
			return false;
	}
	return true;
}

int
roster_set_sealing(struct roster *r, const struct roster_sealing *s)
{
	struct roster_sealing *list;
	size_t at = 0;

	if (!is_hub(r, &s->node) || s->since < 1)
		return STATUS_USAGE;
	while (at < r->nsealings && node_id_compare(&r->sealings[at].node, &s->node) < 0)
		at++;
	if (at < r->nsealings && node_id_compare(&r->sealings[at].node, &s->node) == 0) {
		if (s->since <= r->sealings[at].since)
			return STATUS_EXISTS;
		r->sealings[at] = *s;
		return STATUS_OK;
	}
	if (r->nsealings >= ROSTER_MAX_SEALINGS)
		return STATUS_TOO_LARGE;
	list = realloc(r->sealings, (r->nsealings + 1) * sizeof(*list));
	if (list == NULL)
		return STATUS_NOMEM;
	r->sealings = list;
	memmove(list + at + 1, list + at, (r->nsealings - at) * sizeof(*list));
	list[at] = *s;
	r->nsealings++;
	return STATUS_OK;
}

const uint8_t *
roster_seal_pk(const struct roster *r, const struct roster_cert *c)
{
	for (size_t i = 0; i < r->nsealings; i++)
		if (node_id_compare(&r->sealings[i].node, &c->node.id) == 0)
			return r->sealings[i].pk;
	return c->node.seal_pk;
}
