/* The domain's generic runtime: named commands and views, parameters in, rows
 * out as JSON.  It knows no command by name: everything is in
 * schema/commands and schema/views, embedded at build time. */
#ifndef SCHEMA_DOMAIN_H
#define SCHEMA_DOMAIN_H

#include <jansson.h>

#include "sync/replica.h"

extern const struct replica_domain schema_domain; /* registry and migrations */

enum domain_role { /* bits; header "-- roles:" of a command or view */
	DOMAIN_TEACHER = 1, DOMAIN_HEAD = 2, DOMAIN_GUARD = 4,
	DOMAIN_CLERK = 8, DOMAIN_LEAD = 16, DOMAIN_AUDITOR = 32
};

struct domain_param {
	const char *name;
	char type;            /* i integer or id, t text, d date, m time of day
	                       * HH:MM in minutes, j JSON, b 0/1 */
	bool optional;
};
struct domain_entry {     /* a command or a view */
	const char *name, *about, *about_zh, *sql, *requires; /* requires: "R12 R1" */
	unsigned roles;       /* enum domain_role bits */
	const struct domain_param *params; size_t nparams;
	bool county;          /* command writes the county scope (hub) */
	bool urgent;          /* lane */
	const char *sensitive;    /* view: columns whose showing is noted in the table
	                           * access_log before a row is given out; or NULL */
	bool each;            /* view: a county's rows are those of each school, one
	                       * after the other, whoever asks (summary.h) */
	bool ask;             /* view: a county's page asks for one school at a time: a
	                       * row a child or a session is too many for 170 */
	const char *over;     /* view: the one of each school whose rows it is given as
	                       * the JSON array :over; or NULL */
	bool idle;            /* command: a hub runs it by itself, for each school, after
	                       * rows came in (upkeep.h) */
	unsigned most;        /* view: rows that it gives at most, its LIMIT; 0: all */
};
extern const struct domain_entry domain_commands[], domain_views[];
extern const size_t domain_ncommands, domain_nviews;
const struct domain_entry *domain_command(const char *name); /* or NULL */
const struct domain_entry *domain_view(const char *name);

struct domain_user {      /* who acts */
	int64_t staff;        /* row id; 0: nobody, allowed only while no staff
	                       * exists (first set-up) */
	unsigned roles;
	uint64_t scope;       /* school of the rows; hub commands may name one */
};
struct domain_error {     /* one clear line */
	char code[64];        /* "R3.no_notice", "USAGE" … */
	char args[4][128];    /* for the message's {1} … {4} */
	bool data_safe;
};
/* Signs a staff member in by name (or id) and PIN.  PASSPHRASE, NOT_FOUND. */
int domain_sign_in(struct replica *r, const char *staff, const char *pin,
    struct domain_user *ret) MUST_CHECK;
/* Roles that a staff member has now.  NOT_FOUND: left, or never was; the name
 * may be NULL. */
#define DOMAIN_NAME_BYTES 128
int domain_user_now(struct replica *r, int64_t staff, struct domain_user *ret,
    char ret_name[DOMAIN_NAME_BYTES]) MUST_CHECK;
/* Whether who acts has one of these roles; nobody has all of them while there is no
 * staff.  REFUSED or USAGE with the error filled. */
int domain_allow(struct replica *r, const struct domain_user *user, unsigned roles,
    struct domain_error *ret_error) MUST_CHECK;
/* Whether this node has anybody who may sign in. */
int domain_has_staff(struct replica *r, bool *ret) MUST_CHECK;
/* Runs a command in one captured transaction.  request_id may be NULL; the
 * same one again gives the first answer and changes nothing (without rows, when
 * somebody was erased in between).  args: object.
 * ret_answer: {"changed":…, "rows":[…]}, with "emptied": true where words about
 * somebody who is erased were not kept; caller decrefs. */
int domain_do(struct replica *r, const struct domain_user *user, const char *command,
    const char *request_id, json_t *args, json_t **ret_answer,
    struct domain_error *ret_error) MUST_CHECK;
/* The same, refused with R18.changed_meanwhile when the row is no longer the one
 * whose version was seen (column version of a view); base may be NULL. */
int domain_do_seen(struct replica *r, const struct domain_user *user,
    const char *command, const char *request_id, const char *base, json_t *args,
    json_t **ret_answer, struct domain_error *ret_error) MUST_CHECK;
/* ret_rows: array of objects in column order; ids above 2^53 as strings. */
int domain_show(struct replica *r, const struct domain_user *user, const char *view,
    json_t *args, json_t **ret_rows, struct domain_error *ret_error) MUST_CHECK;
/* The same; ret_more: there are more rows than the view gives at most. */
int domain_show_more(struct replica *r, const struct domain_user *user, const char *view,
    json_t *args, json_t **ret_rows, bool *ret_more, struct domain_error *ret_error)
    MUST_CHECK;

#endif
