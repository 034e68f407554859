/* The school's children as a spreadsheet that roster_import reads again without a
 * change, and an empty one to fill in.  Numbers that Excel would ruin are text;
 * a column 系统编号 says whose a row is, whatever is written in the others. */
#ifndef SCHEMA_ROSTER_EXPORT_H
#define SCHEMA_ROSTER_EXPORT_H

#include "schema/runtime.h"
#include "sync/buffer.h"

/* Appends an .xlsx with header and explanation, no children. */
int roster_export_template(struct buffer *out) MUST_CHECK;
/* Appends an .xlsx of those who are enrolled in the school year (2026 starts on
 * 2026-09-01) and have not left, with one guardian each.  ret_children may be NULL.
 * It holds phone numbers and addresses: whoever keeps the file answers for it.
 * Roles: teacher, head. */
int roster_export(struct replica *r, const struct domain_user *user, int school_year,
    struct buffer *out, size_t *ret_children, struct domain_error *ret_error) MUST_CHECK;
int roster_export_run(const struct runtime *rt, const struct domain_user *user,
    int school_year, struct buffer *out, size_t *ret_children,
    struct domain_error *ret_error) MUST_CHECK;

#endif
