#include "node/parts.h"

#include <stdlib.h>
#include <string.h>

#define FILE_WEIGHT (UINT64_C(256) << 10) /* a file counts as so many bytes besides its own */

static const struct node_id nobody;

void
parts_release(struct parts *p)
{
	free(p->list);
	*p = (struct parts){ .list = NULL };
}

bool
parts_stranger(const struct node_id *owner)
{
	return node_id_compare(owner, &nobody) == 0;
}

struct part *
parts_find(struct parts *p, const char *name)
{
	for (size_t i = 0; i < p->n; i++)
		if (strcmp(p->list[i].name, name) == 0)
			return &p->list[i];
	return NULL;
}

int
parts_put(struct parts *p, const char *name, const struct node_id *owner, struct part **ret)
{
	struct part *x = parts_find(p, name);

	if (x == NULL && p->n == p->cap) {
		size_t cap = p->cap == 0 ? 16 : 2 * p->cap;
		struct part *grown = realloc(p->list, cap * sizeof(*grown));

		if (grown == NULL)
			return STATUS_NOMEM;
		p->list = grown;
		p->cap = cap;
	}
	if (x == NULL) {
		x = &p->list[p->n++];
		*x = (struct part){ .owner = *owner };
		memcpy(x->name, name, strlen(name) + 1);
	}
	x->touched = ++p->tick;
	*ret = x;
	return STATUS_OK;
}

void
parts_drop(struct parts *p, struct part *part)
{
	*part = p->list[--p->n];
}

struct parts_sum
parts_sum(const struct parts *p, const struct node_id *owner)
{
	struct parts_sum sum = { 0, 0 };

	for (size_t i = 0; i < p->n; i++)
		if (node_id_compare(&p->list[i].owner, owner) == 0) {
			sum.n++;
			sum.bytes += p->list[i].bytes;
		}
	return sum;
}

struct part *
parts_oldest(struct parts *p, const struct node_id *owner, const char *but)
{
	struct part *oldest = NULL;

	for (size_t i = 0; i < p->n; i++) {
		struct part *x = &p->list[i];

		if (node_id_compare(&x->owner, owner) == 0 && strcmp(x->name, but) != 0 &&
		    (oldest == NULL || x->touched < oldest->touched))
			oldest = x;
	}
	return oldest;
}

static uint64_t
weight(const struct parts *p, const struct node_id *owner)
{
	struct parts_sum sum = parts_sum(p, owner);

	return sum.bytes + sum.n * FILE_WEIGHT;
}

struct part *
parts_victim(struct parts *p, const struct node_id *owner, const char *but)
{
	struct part *x = parts_oldest(p, &nobody, but);
	const struct node_id *most = owner;
	uint64_t heaviest;

	if (x != NULL || parts_stranger(owner))
		return x;
	heaviest = weight(p, owner);
	for (size_t i = 0; i < p->n; i++) {
		uint64_t w = weight(p, &p->list[i].owner);

		if (w > heaviest) {
			heaviest = w;
			most = &p->list[i].owner;
		}
	}
	return parts_oldest(p, most, but);
}
