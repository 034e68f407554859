/* Whether the row that a person saw is still as it was. */
#ifndef SCHEMA_RUNTIME_BASE_H
#define SCHEMA_RUNTIME_BASE_H

#include "schema/runtime.h"

/* Compares base, the column version of a view, with the row that the arguments name
 * (pupil.*: pupil, guardian.*: guardian, consent.*: consent).  REFUSED with
 * R18.changed_meanwhile when it differs or the row is gone; OK for NULL, for commands
 * on other rows, and where this request has its answer already. */
int runtime_base_check(const struct runtime *rt, const struct domain_user *user,
    const struct domain_entry *command, const char *request_id, json_t *args,
    const char *base, struct domain_error *ret_error) MUST_CHECK;

#endif
