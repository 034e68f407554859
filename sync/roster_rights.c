/* Who may write which columns: the roster's rights against a registry. */
#include <stdlib.h>

#include "sync/roster.h"

static uint64_t
key_mask(const struct registry_table *t)
{
	return (UINT64_C(1) << t->nkeys) - 1;
}

/* Column ids into column indexes; ids that this version lacks are left out. */
static uint64_t
column_mask(const struct registry_table *t, uint64_t columns)
{
	uint64_t mask = columns & 1 ? key_mask(t) : 0;

	for (unsigned i = t->nkeys; i < t->ncolumns; i++)
		if (t->columns[i].id < 64 && (columns >> t->columns[i].id & 1))
			mask |= UINT64_C(1) << i;
	return mask;
}

void
roster_rights(const struct roster *r, const struct registry *reg,
    const struct node_id *node, uint64_t scope, uint64_t *masks)
{
	const struct roster_cert *cert = roster_node(r, node);
	uint8_t kind = scope == SCOPE_COUNTY ? REGISTRY_COUNTY : REGISTRY_SCHOOL;

	for (size_t i = 0; i < reg->ntables; i++)
		masks[i] = 0;
	if (cert == NULL)
		return;
	for (size_t i = 0; i < r->nrights; i++) {
		const struct roster_right *v = &r->rights[i];
		int at = registry_find(reg, v->table);

		if (at < 0 || v->role != cert->role || reg->tables[at].scope != kind)
			continue;
		if (v->own ? scope == cert->scope : scope != SCOPE_COUNTY)
			masks[at] |= column_mask(&reg->tables[at], v->columns);
	}
}

/* Bit 0 and every value column, or what the hub may write. */
static uint64_t
right_columns(const struct registry_table *t, bool hub_only)
{
	uint64_t columns = hub_only && !t->columns[t->nkeys - 1].hub_writes ? 0 : 1;

	for (unsigned i = t->nkeys; i < t->ncolumns; i++)
		if (!hub_only || t->columns[i].hub_writes)
			columns |= UINT64_C(1) << t->columns[i].id;
	return columns;
}

int
roster_default_rights(struct roster *r, const struct registry *reg)
{
	struct roster_right *list = calloc(2 * reg->ntables + 1, sizeof *list);
	size_t n = 0;

	if (list == NULL)
		return STATUS_NOMEM;
	for (size_t i = 0; i < reg->ntables; i++) {
		const struct registry_table *t = &reg->tables[i];
		bool county = t->scope == REGISTRY_COUNTY;
		uint64_t hub;

		list[n++] = (struct roster_right){county ? ROLE_HUB : ROLE_SCHOOL, 1,
		    t->id, right_columns(t, false)};
		if (county)
			continue;
		hub = right_columns(t, t->id != ROSTER_TABLE_KEYWRAP && t->erases == 0);
		if (hub != 0)
			list[n++] = (struct roster_right){ROLE_HUB, 0, t->id, hub};
	}
	free(r->rights);
	r->rights = list;
	r->nrights = n;
	return STATUS_OK;
}
