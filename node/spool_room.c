/* Who has how much room in a spool, and what gives way. */
#include "node/spool_internal.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <sodium.h>

#define DAY_S 86400

char *
spool_join(const char *a, const char *b)
{
	size_t na = strlen(a), nb = strlen(b);
	char *p = malloc(na + nb + 2);

	if (p == NULL)
		return NULL;
	memcpy(p, a, na);
	p[na] = '/';
	memcpy(p + na + 1, b, nb + 1);
	return p;
}

void
spool_part_file(const char *name, const struct node_id *owner, char ret[PART_FILE_BYTES])
{
	size_t n = strlen(name);

	memcpy(ret, name, n + 1);
	if (parts_stranger(owner))
		return;
	ret[n++] = '-';
	sodium_bin2hex(ret + n, PART_FILE_BYTES - n, owner->b, NODE_ID_BYTES);
}

/* ---- room: all under the lock ---- */

/* False: there is nothing that gives way, or it cannot be removed. */
static bool
drop_part(struct spool *s, struct part *part)
{
	char file[PART_FILE_BYTES], *path;
	bool gone;

	if (part == NULL)
		return false;
	spool_part_file(part->name, &part->owner, file);
	path = spool_join(s->part, file);
	gone = path != NULL && (unlink(path) == 0 || errno == ENOENT);
	free(path);
	if (gone) {
		s->bytes -= part->bytes < s->bytes ? part->bytes : s->bytes;
		parts_drop(&s->parts, part);
	}
	return gone;
}

struct parts_sum
spool_whole_sum(const struct spool *s, const struct node_id *sender, bool known)
{
	struct parts_sum sum = { 0, 0 };

	for (size_t i = 0; i < s->n; i++)
		if (s->files[i].known == known && (sender == NULL ||
		    node_id_compare(&s->files[i].sender, sender) == 0)) {
			sum.n++;
			sum.bytes += s->files[i].bytes;
		}
	return sum;
}

static bool
is_too_much(const struct parts_sum *a, const struct parts_sum *b, uint64_t more)
{
	return a->n + b->n >= SPOOL_SENDER_FILES || (a->n + b->n > 0 &&
	    a->bytes + b->bytes + more > SPOOL_SENDER_BYTES);
}

/* The share of somebody known; of his own the longest untouched gives way. */
static int
within_share(struct spool *s, const char *name, const struct node_id *owner, uint64_t total)
{
	const struct parts_sum whole = spool_whole_sum(s, owner, true);
	struct parts_sum part = parts_sum(&s->parts, owner);

	while (is_too_much(&whole, &part, total)) {
		if (!drop_part(s, parts_oldest(&s->parts, owner, name)))
			return STATUS_BUSY;
		part = parts_sum(&s->parts, owner);
	}
	return STATUS_OK;
}

/* Strangers: each as much as one who is known, by what the first piece says; all together a
 * quarter. */
static int
within_strangers(struct spool *s, const char *name, const struct node_id *sender, uint64_t offset,
    size_t len, uint64_t total)
{
	static const struct node_id nobody;
	const struct parts_sum none = { 0, 0 }, of_one = spool_whole_sum(s, sender, false);
	const struct parts_sum whole = spool_whole_sum(s, NULL, false);
	struct parts_sum part = parts_sum(&s->parts, &nobody);

	if (offset == 0 && (whole.n >= SPOOL_MAX_FILES / 4 ||
	    (!parts_stranger(sender) && is_too_much(&of_one, &none, total))))
		return STATUS_BUSY;
	while ((offset == 0 && part.n >= SPOOL_MAX_FILES / 4) ||
	    whole.bytes + part.bytes + len > SPOOL_MAX_BYTES / 4) {
		if (!drop_part(s, parts_oldest(&s->parts, &nobody, name)))
			return STATUS_BUSY;
		part = parts_sum(&s->parts, &nobody);
	}
	return STATUS_OK;
}

/* It was a stranger's until its sender proved himself. */
static int
claim(struct spool *s, struct part *part, const struct node_id *owner)
{
	char before[PART_FILE_BYTES], after[PART_FILE_BYTES], *from, *to;
	int status;

	if (node_id_compare(&part->owner, owner) == 0)
		return STATUS_OK;
	/* What is somebody's is continued by nobody else. */
	if (!parts_stranger(&part->owner))
		return STATUS_BUSY;
	spool_part_file(part->name, &part->owner, before);
	spool_part_file(part->name, owner, after);
	from = spool_join(s->part, before);
	to = spool_join(s->part, after);
	status = from == NULL || to == NULL ? STATUS_NOMEM :
	    rename(from, to) == 0 || errno == ENOENT ? STATUS_OK : status_from_errno(errno);
	if (status == STATUS_OK)
		part->owner = *owner;
	free(from);
	free(to);
	return status;
}

static int
take_room(struct spool *s, const char *name, uint64_t offset, size_t len,
    const struct node_id *owner)
{
	struct part *part;
	int status;

	while ((offset == 0 && s->parts.n >= SPOOL_MAX_FILES) ||
	    s->bytes + len > SPOOL_MAX_BYTES)
		if (!drop_part(s, parts_victim(&s->parts, owner, name)))
			return STATUS_BUSY;
	if (s->n >= SPOOL_MAX_FILES)
		return STATUS_BUSY;
	status = parts_put(&s->parts, name, owner, &part);
	if (status == STATUS_OK)
		status = claim(s, part, owner);
	return status;
}

int
spool_room(struct spool *s, const char *name, uint64_t offset, size_t len,
    const struct node_id *owner, const struct node_id *sender, uint64_t total)
{
	int status = STATUS_OK;

	(void)pthread_mutex_lock(&s->lock);
	assert(s->writing[0] == '\0');
	if (parts_stranger(owner))
		status = within_strangers(s, name, sender, offset, len, total);
	else if (offset == 0)
		status = within_share(s, name, owner, total);
	if (status == STATUS_OK)
		status = take_room(s, name, offset, len, owner);
	if (status == STATUS_OK) {
		s->bytes += len;
		s->durable = offset;
		memcpy(s->writing, name, strlen(name) + 1);
	}
	(void)pthread_mutex_unlock(&s->lock);
	return status;
}

struct node_id
spool_owner(struct spool *s, const struct spool_from *from, const char *name, uint64_t offset,
    const struct node_id *sender)
{
	struct node_id owner = { .b = { 0 } };
	const struct part *part;

	if (from->what == SPOOL_STRANGER)
		return owner;
	owner = from->node;
	if (from->what == SPOOL_CARRIER && offset == 0 && !parts_stranger(sender))
		owner = *sender;
	(void)pthread_mutex_lock(&s->lock);
	part = parts_find(&s->parts, name);
	if (from->what == SPOOL_CARRIER && part != NULL && !parts_stranger(&part->owner))
		owner = part->owner;
	(void)pthread_mutex_unlock(&s->lock);
	return owner;
}

void
spool_sweep(struct spool *s, int64_t now_s)
{
	(void)pthread_mutex_lock(&s->lock);
	if (now_s - s->swept_s >= DAY_S || now_s < s->swept_s) {
		s->swept_s = now_s;
		for (size_t i = s->parts.n; i-- > 0;) {
			struct part *part = &s->parts.list[i];
			char file[PART_FILE_BYTES], *path;
			struct stat st;

			spool_part_file(part->name, &part->owner, file);
			path = spool_join(s->part, file);
			if (path != NULL && strcmp(part->name, s->writing) != 0 &&
			    lstat(path, &st) == 0 &&
			    now_s - st.st_mtim.tv_sec >= SPOOL_PART_DAYS * DAY_S)
				(void)drop_part(s, part);
			free(path);
		}
	}
	(void)pthread_mutex_unlock(&s->lock);
}
