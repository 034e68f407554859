#include "schema/upkeep.h"

#include "gen/domain_entries.h"
#include "schema/summary.h"

int
upkeep_commands(const struct runtime *rt)
{
	struct runtime_sql_binds none = {.n = 0};
	json_t *schools = json_array(), *row;
	int status = schools ? STATUS_OK : STATUS_NOMEM;
	size_t i;

	if (status == STATUS_OK && rt->scope == 0)
		status = runtime_sql_run(rt->store, domain_sql_schools, &none, true, schools);
	for (size_t c = 0; c < domain_ncommands && status == STATUS_OK; c++)
		if (domain_commands[c].idle)
			json_array_foreach(schools, i, row)
				if (status == STATUS_OK)
					status = runtime_idle(rt, &domain_commands[c],
					    (uint64_t)json_integer_value(json_object_get(row,
					    "school")));
	json_decref(schools);
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
		status = upkeep_commands(rt);
		/* Those count too, and need not run again for it. */
		if (status == STATUS_OK)
			status = store_changes_all(rt->store, &u->changes);
		u->warming = *ret_more = true;
		u->asked = 0;
		return status;
	}
	if (u->warming)
		status = summary_warm(rt->store, &u->asked, &u->warming);
	*ret_more = u->warming && status == STATUS_OK;
	return status;
}
