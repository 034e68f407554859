/* Sticks that a hub gives out: known again by an empty file on them. */
#include "sync/replica_internal.h"

#include <stdio.h>
#include <string.h>

#define SPACE "stick"

static int
put(struct buffer *b, const struct replica_stick *s)
{
	buffer_put_varint(b, s->number);
	buffer_put_zigzag(b, s->out_s);
	buffer_put_zigzag(b, s->last_s);
	buffer_put_bytes(b, s->label, strlen(s->label));
	buffer_put_varint(b, s->nschools);
	for (size_t i = 0; i < s->nschools; i++)
		buffer_put_varint(b, s->schools[i]);
	return buffer_status(b);
}

static int
get(const uint8_t *data, size_t len, struct replica_stick *ret)
{
	struct reader rd;
	const uint8_t *label;
	size_t n;

	reader_init(&rd, data, len);
	ret->number = (uint32_t)reader_varint(&rd);
	ret->out_s = reader_zigzag(&rd);
	ret->last_s = reader_zigzag(&rd);
	label = reader_bytes(&rd, sizeof(ret->label) - 1, &n);
	if (label == NULL)
		return STATUS_CORRUPT;
	memcpy(ret->label, label, n);
	ret->label[n] = '\0';
	ret->nschools = (uint32_t)reader_varint(&rd);
	if (ret->nschools > REPLICA_STICK_SCHOOLS)
		return STATUS_CORRUPT;
	for (size_t i = 0; i < ret->nschools; i++)
		ret->schools[i] = reader_varint(&rd);
	return reader_end(&rd);
}

static int
load(struct replica *r, const char *mark, struct replica_stick *ret)
{
	struct buffer b = BUFFER_INIT;
	int status = store_meta_get(r->store, SPACE, mark, &b);

	if (status == STATUS_OK)
		status = get(b.data, b.len, ret);
	buffer_release(&b);
	return status;
}

static int
save(struct replica *r, const struct replica_stick *s, bool fresh)
{
	struct buffer b = BUFFER_INIT;
	int status = put(&b, s);

	if (status == STATUS_OK)
		status = store_begin_merge(r->store);
	if (status == STATUS_OK) {
		status = store_meta_set(r->store, SPACE, s->mark, b.data, b.len);
		if (status == STATUS_OK && fresh)
			status = replica_set_number(r, "sticks", s->number);
		if (status == STATUS_OK)
			status = store_commit_merge(r->store);
		if (status != STATUS_OK)
			store_rollback(r->store);
	}
	buffer_release(&b);
	return status;
}

/* The schools for which something of ours lies on it. */
static int
look(struct replica *r, const char *folder, struct replica_stick *s)
{
	struct replica_lying there = {0};
	int status = replica_away(r, replica_lying_open(r, folder, &there));

	s->nschools = 0;
	for (size_t i = 0; status == STATUS_OK && i < there.n; i++) {
		const struct bundle_info *info = replica_lying_header(r, &there, i);
		const struct roster_cert *to = info == NULL ? NULL :
		    roster_node(&r->roster, &info->recipient);
		size_t at = 0;

		if (to == NULL || node_id_compare(&info->sender, &r->self.pub.id) != 0)
			continue;
		while (at < s->nschools && s->schools[at] != to->scope)
			at++;
		if (at == s->nschools && at < REPLICA_STICK_SCHOOLS)
			s->schools[s->nschools++] = to->scope;
	}
	replica_lying_release(&there);
	return status;
}

static int
mark_of(struct replica *r, const char *folder, bool out, char ret[FOLDER_MARK_BYTES])
{
	uint8_t id[4];
	int status = folder_mark(r->env, folder, ret);

	if (status != STATUS_NOT_FOUND || !out)
		return status;
	r->env->random(r->env->ctx, id, sizeof(id));
	return folder_set_mark(r->env, folder, id, ret);
}

int
replica_stick(struct replica *r, const char *folder, bool out, const char *label)
{
	struct replica_stick s = {0};
	char mark[FOLDER_MARK_BYTES];
	uint64_t last = 0;
	bool fresh;
	int status;

	if (r->role != ROLE_HUB)
		return STATUS_OK;
	r->away = false;
	status = replica_away(r, mark_of(r, folder, out, mark));
	if (status == STATUS_OK)
		status = load(r, mark, &s);
	fresh = s.number == 0;
	if (status == STATUS_NOT_FOUND && !out)
		return STATUS_OK; /* none that was given out here */
	if (status == STATUS_NOT_FOUND || (status == STATUS_OK && fresh)) {
		status = replica_number(r, "sticks", &last);
		s.number = (uint32_t)last + 1;
		(void)snprintf(s.label, sizeof(s.label), "%s", label);
	}
	memcpy(s.mark, mark, sizeof(mark));
	s.last_s = r->env->now_s(r->env->ctx);
	s.out_s = out ? s.last_s : 0;
	if (status == STATUS_OK)
		status = look(r, folder, &s);
	return status == STATUS_OK ? save(r, &s, fresh) : status;
}

struct walk {
	replica_stick_visit *visit;
	void *ctx;
	uint32_t number;               /* to be found */
	struct replica_stick found;
};

static int
visit_one(void *ctx, const char *name, const uint8_t *data, size_t len)
{
	struct walk *w = ctx;
	struct replica_stick s = {0};
	int status = get(data, len, &s);

	if (status != STATUS_OK || strlen(name) >= sizeof(s.mark))
		return STATUS_CORRUPT;
	memcpy(s.mark, name, strlen(name) + 1);
	if (s.number == 0)
		return 0; /* forgotten */
	if (w->visit != NULL)
		return w->visit(w->ctx, &s);
	if (s.number != w->number)
		return 0;
	w->found = s;
	return 1;
}

int
replica_sticks(struct replica *r, replica_stick_visit *visit, void *ctx)
{
	struct walk w = { .visit = visit, .ctx = ctx };

	return store_meta_list(r->store, SPACE, visit_one, &w);
}

int
replica_stick_set(struct replica *r, uint32_t number, enum replica_stick_word word,
    const char *label)
{
	struct walk w = { .number = number };
	struct replica_stick *s = &w.found;
	int status = store_meta_list(r->store, SPACE, visit_one, &w);

	if (status < 0)
		return status;
	if (s->number == 0)
		return STATUS_NOT_FOUND;
	if (word == REPLICA_STICK_LABEL && (strlen(label) >= sizeof(s->label) || label[0] == '\0'))
		return STATUS_USAGE;
	if (word == REPLICA_STICK_LABEL)
		(void)snprintf(s->label, sizeof(s->label), "%s", label);
	else if (word == REPLICA_STICK_KEPT)
		s->out_s = 0;
	else
		s->number = 0;
	return save(r, s, false);
}
