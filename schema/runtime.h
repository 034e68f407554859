/* Runs commands and views of the domain on a store.
 *
 * The core of domain.h, without a replica, so that a test needs no node. */
#ifndef SCHEMA_RUNTIME_H
#define SCHEMA_RUNTIME_H

#include "schema/domain.h"

#define RUNTIME_MAX_TEXT_BYTES 8192u          /* of a text parameter */
#define RUNTIME_MAX_JSON_BYTES (192u * 1024)  /* of a JSON parameter */
#define RUNTIME_MAX_ROWS 100000u              /* of an answer */
#define RUNTIME_MAX_REQUEST_ID_BYTES 64u
#define RUNTIME_ANSWERS "command"             /* kind of answer in the store */

struct runtime {
	struct store *store;
	uint64_t scope;  /* of this node: its school, or 0 at a hub */
	/* Begins a captured transaction (replica_begin). */
	int (*begin)(void *ctx, uint64_t scope, enum lane lane, int64_t staff);
	void *ctx;
};

/* Days since 2000-01-01 of YYYY-MM-DD, years 2000 .. 2199. */
bool runtime_parse_date(const char *text, int64_t *ret_day);

/* One error: code, up to two arguments (NULL: none). */
void runtime_error(struct domain_error *error, const char *code, const char *arg1,
    const char *arg2);
/* Fills error out of a status and what the store says of it; returns status. */
int runtime_fail(const struct runtime *rt, int status, struct domain_error *error);
/* USAGE unless the user may act: signed in with one of roles, or nobody while
 * no staff exists.  ret_roles: what it has then. */
int runtime_allow(const struct runtime *rt, const struct domain_user *user,
    unsigned roles, unsigned *ret_roles, struct domain_error *ret_error) MUST_CHECK;

int runtime_sign_in(const struct runtime *rt, const char *staff, const char *pin,
    struct domain_user *ret) MUST_CHECK;
int runtime_user_now(const struct runtime *rt, int64_t staff, struct domain_user *ret,
    char ret_name[DOMAIN_NAME_BYTES]) MUST_CHECK;
/* Notes in access_log that sensitive fields are about to be shown: no note, no rows. */
struct runtime_access {
	const char *view, *fields;  /* what is shown, names of columns */
	struct value school, pupil; /* NULL: several */
	size_t rows;
};
int runtime_note(const struct runtime *rt, int64_t staff,
    const struct runtime_access *access) MUST_CHECK;
int runtime_has_staff(const struct runtime *rt, bool *ret) MUST_CHECK;
int runtime_do(const struct runtime *rt, const struct domain_user *user,
    const struct domain_entry *command, const char *request_id, json_t *args,
    json_t **ret_answer, struct domain_error *ret_error) MUST_CHECK;
/* A command with "idle: hub" without parameters, for a school, by nobody. */
int runtime_idle(const struct runtime *rt, const struct domain_entry *command,
    uint64_t school) MUST_CHECK;
int runtime_show(const struct runtime *rt, const struct domain_user *user,
    const struct domain_entry *view, json_t *args, json_t **ret_rows,
    struct domain_error *ret_error) MUST_CHECK;
int runtime_show_more(const struct runtime *rt, const struct domain_user *user,
    const struct domain_entry *view, json_t *args, json_t **ret_rows, bool *ret_more,
    struct domain_error *ret_error) MUST_CHECK;

/* The runtime of a node (domain.c). */
struct runtime domain_runtime(struct replica *r);

#endif
