#include "schema/roster_import.h"

#include "schema/roster_plan.h"

int
roster_import(struct replica *r, const struct domain_user *user, const uint8_t *data,
    size_t len, int school_year, bool dry_run, roster_import_report *report, void *ctx,
    struct roster_import_result *ret, struct domain_error *ret_error)
{
	struct runtime rt = domain_runtime(r);
	struct roster_plan_input in = {
		.data = data, .len = len, .school_year = school_year, .dry_run = dry_run,
		.report = report, .ctx = ctx,
	};

	return roster_plan_run(&rt, user, &in, ret, ret_error);
}
