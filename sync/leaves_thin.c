/* What a checkpoint leaves of the leaves. */
#include "sync/leaves_internal.h"

static bool
stays(const struct batch *b, uint64_t table, uint64_t row)
{
	const struct batch_table *t = table > REGISTRY_MAX_TABLE_ID ? NULL :
	    batch_find(b, (uint16_t)table);

	return t && row < t->nrows && t->rows[row].slow != 2;
}

/* The rows of a leaf's body that stay. */
static int
body_thin(const struct leaf *l, const struct batch *b, struct buffer *ret)
{
	struct reader r;

	reader_init(&r, l->body, l->len);
	while (r.left && !r.failed) {
		const uint8_t *start = r.p;
		uint64_t table = reader_varint(&r), row = reader_varint(&r);
		uint64_t ids = reader_varint(&r);
		unsigned id;

		for (id = 0; id < 64; id++)
			if (ids >> id & 1)
				(void)value_read(&r);
		if (!r.failed && stays(b, table, row))
			buffer_put(ret, start, (size_t)(r.p - start));
	}
	return r.failed ? STATUS_MALFORMED : buffer_status(ret);
}

/* Rows of the leaf's person that have columns of this privacy: how many stay and
 * go, and one that stays. */
static void
same_person(const struct leaf *l, const struct batch *b, enum registry_privacy privacy,
    uint32_t *ret_stay, uint32_t *ret_go, struct leaf *ret_other)
{
	const struct batch_table *of = l->table > REGISTRY_MAX_TABLE_ID ? NULL :
	    batch_find(b, (uint16_t)l->table);
	struct value person;
	uint32_t i, j;

	*ret_stay = *ret_go = 0;
	if (!of || !of->table || l->row >= of->nrows)
		return;
	person = leaves_person(of, (uint32_t)l->row);
	for (i = 0; i < b->ntables; i++) {
		const struct batch_table *t = &b->tables[i];
		uint64_t wanted = t->table ? leaves_mask(t->table, privacy) : 0;

		for (j = 0; wanted && j < t->nrows; j++) {
			bool same = t == of && j == l->row;

			if (!(t->rows[j].mask & wanted) || (!same && (person.type ==
			    VALUE_NULL || !value_equal(leaves_person(t, j), person))))
				continue;
			if (t->rows[j].slow == 2) {
				++*ret_go;
				continue;
			}
			ret_other->table = t->id;
			ret_other->row = j;
			++*ret_stay;
		}
	}
}

static void
stub_put(struct buffer *b, const struct leaf *l, const struct leaf *at)
{
	buffer_put_u8(b, LEAF_ERASED);
	buffer_put_varint(b, at->table);
	buffer_put_varint(b, at->row);
	buffer_put(b, l->inner, HASH_BYTES);
}

/* One leaf; ret_left: whether anything of it stays. */
static int
leaf_thin(const struct leaf *l, bool private, const struct batch *b,
    struct buffer *ret, bool *ret_left)
{
	struct buffer body = BUFFER_INIT;
	struct leaf other = *l;
	uint32_t stay, go;
	int status = STATUS_OK;

	*ret_left = stays(b, l->table, l->row);
	if (private || !l->body) {
		same_person(l, b, private ? PRIVACY_PRIVATE : PRIVACY_SUBJECT, &stay, &go,
		    &other);
		if (private && stay && go)
			return STATUS_USAGE;
		if (*ret_left)
			buffer_put(ret, l->start, l->bytes);
		else if (!private && stay)
			stub_put(ret, l, &other);
		*ret_left = *ret_left || (!private && stay);
		return buffer_status(ret);
	}
	status = body_thin(l, b, &body);
	*ret_left = body.len > 0;
	if (status == STATUS_OK && body.len == l->len) {
		buffer_put(ret, l->start, l->bytes);
	} else if (status == STATUS_OK && body.len) {
		buffer_put_u8(ret, LEAF_WHOLE);
		buffer_put(ret, l->salt, SEGMENT_SALT_BYTES);
		buffer_put_bytes(ret, body.data, body.len);
	}
	buffer_release(&body);
	return status == STATUS_OK ? buffer_status(ret) : status;
}

int
leaves_thin(const uint8_t *leaves, size_t len, bool private, const struct batch *batch,
    struct buffer *ret)
{
	struct buffer all = BUFFER_INIT;
	uint64_t generation;
	uint32_t left = 0;
	struct reader r;
	struct leaf l;
	size_t n, i;
	int status = leaves_begin(&r, leaves, len, private, &generation, &n);

	for (i = 0; status == STATUS_OK && i < n; i++) {
		bool here = false;

		status = leaves_next(&r, private, &l);
		if (status == STATUS_OK)
			status = leaf_thin(&l, private, batch, &all, &here);
		left += here;
	}
	if (status == STATUS_OK && left) {
		if (private)
			buffer_put_varint(ret, generation);
		buffer_put_varint(ret, left);
		buffer_put(ret, all.data, all.len);
		status = buffer_status(ret);
	}
	buffer_release(&all);
	return status;
}
