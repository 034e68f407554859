#include "schema/upkeep.h"

#include "gen/domain_entries.h"
#include "schema/summary.h"

/* The commands of the next school after *at, which becomes that one; 0: there is none. */
static int
run_next(const struct runtime *rt, uint64_t *at)
{
	struct runtime_sql_binds b = {.n = 0};
	json_t *rows = json_array();
	int status = rows ? STATUS_OK : STATUS_NOMEM;

	runtime_sql_bind(&b, "after", value_int((int64_t)*at));
	if (status == STATUS_OK)
		status = runtime_sql_run(rt->store, domain_sql_central_next, &b, true, rows);
	if (status == STATUS_OK)
		*at = (uint64_t)json_integer_value(json_object_get(json_array_get(rows, 0),
		    "school"));
	json_decref(rows);
	for (size_t c = 0; c < domain_ncommands && status == STATUS_OK && *at; c++)
		if (domain_commands[c].idle)
			status = runtime_idle(rt, &domain_commands[c], *at);
	return status;
}

int
upkeep_commands(const struct runtime *rt)
{
	uint64_t school = 0;
	int status = STATUS_OK;

	if (rt->scope != 0)
		return STATUS_OK;
	do
		status = run_next(rt, &school);
	while (status == STATUS_OK && school);
	return status;
}

/* Rows that come in while it goes round are for another round. */
static int
command(const struct runtime *rt, struct upkeep *u)
{
	int status = run_next(rt, &u->school);

	/* What the commands wrote counts too, and they need not run again for it. */
	if (status == STATUS_OK)
		status = store_changes_all(rt->store, &u->changes);
	if (status == STATUS_OK && u->school == 0) {
		u->commanding = u->again;
		u->again = false;
		u->warming = true;
		u->asked = 0;
	}
	return status;
}

int
upkeep_step(const struct runtime *rt, struct upkeep *u, bool *ret_more)
{
	uint64_t changes = u->changes;
	int status = STATUS_OK;

	*ret_more = false;
	if (rt->scope != 0)
		return STATUS_OK;
	status = store_changes_all(rt->store, &changes);
	if (status != STATUS_OK)
		return status;
	if (changes != u->changes) {
		u->again = u->commanding && u->school != 0;
		u->commanding = true;
		u->changes = changes;
	}
	if (u->commanding)
		status = command(rt, u);
	else if (u->warming)
		status = summary_warm(rt->store, &u->asked, &u->warming);
	*ret_more = (u->commanding || u->warming) && status == STATUS_OK;
	return status;
}
