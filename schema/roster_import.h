/* Class lists as offices keep them become pupils, guardians, places, priority
 * groups and requests; never a consent.  An import never removes a child, an
 * empty cell changes nothing, and the same file again changes nothing.
 *
 * The caller holds the file's bytes; what it is (.xlsx, .xls, text) is told by
 * them, not by a name.  A plan is a dry run; its token stands for the bytes, the
 * year and what the plan found, so a commit with it does exactly what was shown
 * or refuses with R19.plan_stale.  Nothing is kept between the two calls. */
#ifndef SCHEMA_ROSTER_IMPORT_H
#define SCHEMA_ROSTER_IMPORT_H

#include "schema/domain.h"

#define ROSTER_IMPORT_MAX_BYTES (8u * 1024 * 1024) /* of a file */
#define ROSTER_IMPORT_TOKEN_BYTES 65               /* hex and NUL */

/* The school year that runs at this time, in UTC+8. */
int roster_import_year(int64_t now_s);

struct roster_import_file {
	const uint8_t *data;
	size_t len;
	int school_year; /* 2026 starts on 2026-09-01 */
};

/* ret_plan, as docs/api.md has it:
 * {"token": "…",
 *  "columns": [{"sheet", "column": "E", "header": "学籍号", "field": "student_no"}],
 *  "counts": {"new", "changed", "unchanged", "doubtful", "refused"},
 *  "rows": [{"sheet", "row", "state", "name", "column", "reason", "text"}]}
 * sheet is "" for text files; row counts from 1 as the office program shows it;
 * field is null for a column that nobody knows.  rows has everything but the
 * unchanged; a doubtful entry with a column is a cell left out of a row that is
 * taken, or a whole row left out (reason R19.…): both want an eye.  reason is ""
 * or a code with the text roster.reason.CODE in po/; text is what stood there.
 *
 * MALFORMED: no header, no encoding, a broken file; TOO_LARGE; ret_error names
 * it in one line, and nothing was changed.  Roles: teacher, head. */
int roster_import_plan(struct replica *r, const struct domain_user *user,
    const struct roster_import_file *file, json_t **ret_plan,
    struct domain_error *ret_error) MUST_CHECK;

/* Does what the plan said in one captured transaction.  token NULL: whatever the
 * plan says now.  request_id may be NULL; the same one again gives the first
 * answer and changes nothing.  ret_answer: the plan and "changed": the number of
 * the transaction, 0 when there was nothing to do.  Answered again, it has the
 * counts but neither rows nor columns. */
int roster_import_commit(struct replica *r, const struct domain_user *user,
    const struct roster_import_file *file, const char *token, const char *request_id,
    json_t **ret_answer, struct domain_error *ret_error) MUST_CHECK;

#endif
