/* Whose word counts, and who may write which columns: the roster's revocations, and
 * its rights against a registry. */
#include <stdlib.h>

#include "sync/roster.h"

const struct roster_cert *
roster_hub(const struct roster *r)
{
	const struct roster_cert *hub = NULL;

	for (size_t i = 0; i < r->ncerts; i++) {
		const struct roster_cert *c = &r->certs[i];

		if (c->role == ROLE_HUB && !roster_revoked(r, &c->node.id)
		    && (hub == NULL || c->since > hub->since))
			hub = c;
	}
	return hub;
}

bool
roster_revoked(const struct roster *r, const struct node_id *id)
{
	for (size_t i = 0; i < r->nrevocations; i++)
		if (node_id_compare(&r->revocations[i].node, id) == 0)
			return true;
	return false;
}

bool
roster_counts(const struct roster *r, const struct stream_id *s, uint64_t seq)
{
	if (!roster_revoked(r, &s->node))
		return true;
	for (size_t i = 0; i < r->nrevocations; i++)
		if (stream_id_is_family(&r->revocations[i].stream, s)
		    && seq <= r->revocations[i].through)
			return true;
	return false;
}

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
roster_role_rights(const struct roster *r, const struct registry *reg, uint8_t role,
    uint64_t own, uint64_t scope, uint64_t number, uint64_t *masks)
{
	uint8_t kind = scope == SCOPE_COUNTY ? REGISTRY_COUNTY : REGISTRY_SCHOOL;

	for (size_t i = 0; i < reg->ntables; i++)
		masks[i] = 0;
	for (size_t i = 0; i < r->nrights; i++) {
		const struct roster_right *v = &r->rights[i];
		int at = registry_find(reg, v->table);

		if (at < 0 || v->role != role || reg->tables[at].scope != kind ||
		    number < v->from || (v->until != 0 && number >= v->until))
			continue;
		if (v->own ? scope == own : scope != SCOPE_COUNTY)
			masks[at] |= column_mask(&reg->tables[at], v->columns);
	}
}

void
roster_rights(const struct roster *r, const struct registry *reg,
    const struct node_id *node, uint64_t scope, uint64_t number, uint64_t *masks)
{
	const struct roster_cert *cert = roster_node(r, node);

	/* Of no role: whoever is not in the roster. */
	roster_role_rights(r, reg, cert == NULL ? 0 : cert->role,
	    cert == NULL ? 0 : cert->scope, scope, number, masks);
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

static bool
is_same(const struct roster_right *a, const struct roster_right *b)
{
	return a->role == b->role && a->own == b->own && a->table == b->table;
}

/* What some entry says of a table's columns, of whomever and whenever. */
static uint64_t
mentioned(const struct roster_right *list, size_t n, uint16_t table)
{
	uint64_t columns = 0;

	for (size_t i = 0; i < n; i++)
		if (list[i].table == table)
			columns |= list[i].columns;
	return columns;
}

/* Of a role the columns that still stand. */
static uint64_t
standing(const struct roster_right *list, size_t n, const struct roster_right *of)
{
	uint64_t columns = 0;

	for (size_t i = 0; i < n; i++)
		if (list[i].until == 0 && is_same(&list[i], of))
			columns |= list[i].columns;
	return columns;
}

static size_t
wanted_rights(const struct registry *reg, struct roster_right *list)
{
	size_t n = 0;

	for (size_t i = 0; i < reg->ntables; i++) {
		const struct registry_table *t = &reg->tables[i];
		bool county = t->scope == REGISTRY_COUNTY;
		uint64_t hub;

		list[n++] = (struct roster_right){ .role = county ? ROLE_HUB : ROLE_SCHOOL,
		    .own = 1, .table = t->id, .columns = right_columns(t, false) };
		/* The school's keys are handed on by its own devices alone. */
		if (county || t->id == ROSTER_TABLE_KEYWRAP)
			continue;
		hub = right_columns(t, t->erases == 0);
		if (hub != 0)
			list[n++] = (struct roster_right){ .role = ROLE_HUB, .own = 0,
			    .table = t->id, .columns = hub };
	}
	return n;
}

/* Whether an entry grants what this registry knows and does not want.  What a newer
 * program knew stays as it is. */
static bool
is_unwanted(const struct roster_right *v, const struct registry *reg,
    const struct roster_right *wanted, size_t nwanted)
{
	int at = registry_find(reg, v->table);

	return at >= 0 && (v->columns & right_columns(&reg->tables[at], false) &
	    ~standing(wanted, nwanted, v)) != 0;
}

int
roster_default_rights(struct roster *r, const struct registry *reg)
{
	uint64_t next = r->number + 1;
	struct roster_right *wanted = calloc(2 * reg->ntables + 1, sizeof *wanted);
	struct roster_right *list = calloc(r->nrights + 4 * reg->ntables + 1,
	    sizeof *list);
	size_t nwanted, n = 0;

	if (wanted == NULL || list == NULL) {
		free(wanted);
		free(list);
		return STATUS_NOMEM;
	}
	nwanted = wanted_rights(reg, wanted);
	for (size_t i = 0; i < r->nrights; i++) {
		struct roster_right v = r->rights[i];

		if (v.until == 0 && is_unwanted(&v, reg, wanted, nwanted))
			v.until = next;
		if (v.from < next) /* else it was never signed */
			list[n++] = v;
	}
	for (size_t i = 0; i < nwanted; i++) {
		struct roster_right v = wanted[i];

		v.columns &= ~mentioned(r->rights, r->nrights, v.table);
		if (v.columns != 0) /* for the first time: from 0 */
			list[n++] = v;
		v.columns = wanted[i].columns & ~standing(list, n, &v);
		v.from = next;
		if (v.columns != 0)
			list[n++] = v;
	}
	free(wanted);
	free(r->rights);
	r->rights = list;
	r->nrights = n;
	return STATUS_OK;
}

bool
roster_keeps_rights(const struct roster *r, const struct roster *next)
{
	size_t at = 0;

	for (size_t i = 0; i < next->nrights; i++) {
		const struct roster_right *v = &next->rights[i], *was = &r->rights[at];

		if (v->from > r->number)
			continue;
		if (at < r->nrights && is_same(v, was) && v->columns == was->columns &&
		    v->from == was->from) {
			if (v->until != was->until &&
			    (was->until != 0 || v->until <= r->number))
				return false;
			at++;
			continue;
		}
		/* Nobody was ever judged by what no roster spoke of. */
		if (v->from != 0 || (v->until != 0 && v->until <= r->number) ||
		    (v->columns & mentioned(r->rights, r->nrights, v->table)) != 0)
			return false;
	}
	return at == r->nrights;
}
