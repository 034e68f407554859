/* The work of roster_import.h on a runtime. */
#ifndef SCHEMA_ROSTER_PLAN_H
#define SCHEMA_ROSTER_PLAN_H

#include "schema/runtime.h"

#define ROSTER_PLAN_MAX_ROWS 20000u

enum roster_import_row {
	ROSTER_NEW, ROSTER_CHANGED, ROSTER_UNCHANGED, ROSTER_DOUBTFUL, ROSTER_REJECTED
};
typedef void roster_import_report(void *ctx, enum roster_import_row what,
    unsigned line, const char *column, const char *reason_code, const char *text);
struct roster_import_result {
	unsigned fresh, changed, unchanged, doubtful, rejected;
};

struct roster_plan_input {
	const uint8_t *data;
	size_t len;
	int school_year;
	bool dry_run;
	roster_import_report *report; /* may be NULL */
	void *ctx;
};

int roster_plan_run(const struct runtime *rt, const struct domain_user *user,
    const struct roster_plan_input *in, struct roster_import_result *ret,
    struct domain_error *ret_error) MUST_CHECK;

#endif
