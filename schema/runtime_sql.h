/* Statements of the domain with named parameters, and their rows as JSON. */
#ifndef SCHEMA_RUNTIME_SQL_H
#define SCHEMA_RUNTIME_SQL_H

#include <jansson.h>

#include "sync/store.h"

#define RUNTIME_SQL_MAX_BINDS 32

/* Parameters of one call, typed; a text lives with the caller or in owned. */
struct runtime_sql_binds {
	const char *names[RUNTIME_SQL_MAX_BINDS];
	struct value values[RUNTIME_SQL_MAX_BINDS];
	size_t n;
	char *owned[RUNTIME_SQL_MAX_BINDS];
	size_t nowned;
};

void runtime_sql_release(struct runtime_sql_binds *b);
void runtime_sql_bind(struct runtime_sql_binds *b, const char *name, struct value v);
/* Runs every statement with those of the parameters that it names.  rows (array):
 * emptied, then the rows of the last one, objects in column order; ids above 2^53 as
 * strings.  readonly: USAGE for a statement that writes.  TOO_LARGE: more rows than an
 * answer may have. */
int runtime_sql_run(struct store *s, const char *sql, const struct runtime_sql_binds *b,
    bool readonly, json_t *rows) MUST_CHECK;
/* First column of the first row of one statement, with the parameter school; 0: none. */
int runtime_sql_integer(struct store *s, const char *sql, uint64_t school, int64_t *ret)
    MUST_CHECK;

#endif
