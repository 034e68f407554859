/* Roster import out of CSV as offices keep it (simple form; other formats have
 * their own issue).  An import makes pupils, guardians and requests, never a
 * consent, never removes a child; again changes nothing. */
#ifndef SCHEMA_ROSTER_IMPORT_H
#define SCHEMA_ROSTER_IMPORT_H

#include "schema/domain.h"

enum roster_import_row {
	ROSTER_NEW, ROSTER_CHANGED, ROSTER_UNCHANGED, ROSTER_DOUBTFUL, ROSTER_REJECTED
};
typedef void roster_import_report(void *ctx, enum roster_import_row what,
    unsigned line, const char *column, const char *reason_code, const char *text);
struct roster_import_result {
	unsigned fresh, changed, unchanged, doubtful, rejected;
};
/* One captured transaction (or none when dry_run).  MALFORMED when no header
 * row is found; nothing is half-imported. */
int roster_import(struct replica *r, const struct domain_user *user,
    const uint8_t *data, size_t len, int school_year, bool dry_run,
    roster_import_report *report, void *ctx, struct roster_import_result *ret,
    struct domain_error *ret_error) MUST_CHECK;

#endif
