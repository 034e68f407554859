/* The work of roster_import.h on a runtime. */
#ifndef SCHEMA_ROSTER_PLAN_H
#define SCHEMA_ROSTER_PLAN_H

#include "schema/roster_table.h"
#include "schema/runtime.h"

#define ROSTER_PLAN_MAX_ROWS 20000u

enum roster_import_row {
	ROSTER_NEW, ROSTER_CHANGED, ROSTER_UNCHANGED, ROSTER_DOUBTFUL, ROSTER_REJECTED
};
struct roster_import_said { /* texts are valid during the call; never NULL */
	enum roster_import_row what;
	const char *sheet;
	unsigned line;              /* 0: the whole sheet */
	const char *column, *reason, *name, *text;
};
typedef void roster_import_report(void *ctx, const struct roster_import_said *said);
typedef void roster_import_columns(void *ctx, const char *sheet,
    const struct roster_table *table);
struct roster_import_result {
	unsigned fresh, changed, unchanged, doubtful, rejected;
	uint64_t seq; /* of the transaction; 0: nothing to do */
};

/* Kind of answer (sync/store.h) that is a struct roster_import_result. */
#define ROSTER_PLAN_ANSWERS "roster"

struct roster_plan_input {
	const uint8_t *data;
	size_t len;
	int school_year;
	bool dry_run;
	const char *request_id;         /* or NULL: the counts are kept under it */
	roster_import_report *report;   /* may be NULL */
	roster_import_columns *columns; /* may be NULL */
	void *ctx;
};

int roster_plan_run(const struct runtime *rt, const struct domain_user *user,
    const struct roster_plan_input *in, struct roster_import_result *ret,
    struct domain_error *ret_error) MUST_CHECK;

#endif
