/* What the engine knows of the domain: numbered tables and columns.
 *
 * A registry is made at build time by tools/registry from annotated CREATE
 * TABLE files (schema/tables, or a test's own); the engine is handed a pointer
 * and knows no table by name.  Ids are for ever: a column's type, default and
 * merge rule never change, a change is a new id. */
#ifndef SYNC_REGISTRY_H
#define SYNC_REGISTRY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sync/value.h"

#define REGISTRY_MAX_COLUMNS 48 /* of a table, keys included */
#define REGISTRY_MAX_KEYS 6
#define REGISTRY_MAX_TABLE_ID 999

enum registry_scope {
	REGISTRY_COUNTY = 0, /* rows belong to the county, written by the hub */
	REGISTRY_SCHOOL = 1  /* rows belong to one school: the first key column
	                      * is the school and always equals the scope */
};

enum registry_privacy {
	PRIVACY_PUBLIC = 0, /* codes and ids: in the facts */
	PRIVACY_COUNTY = 1, /* facts for the county's eyes: in the facts */
	PRIVACY_SUBJECT = 2,/* names and free text: in the person's leaf */
	PRIVACY_PRIVATE = 3 /* only the school reads it: in the private part */
};

enum registry_merge {
	MERGE_LWW = 0,  /* greatest (stamp, node, value); real conflicts reach the
	                 * inbox */
	MERGE_QUIET = 1 /* the same, without the inbox: both answers are fine */
};

/* How the codec may guess a column (docs/FORMAT.md, predictions).  A wrong
 * guess costs bytes, never truth. */
enum registry_hint {
	HINT_NONE = 0,
	HINT_SCOPE = 1,     /* the segment's scope (school number) */
	HINT_TX_TIME = 2,   /* the transaction's time, in ms */
	HINT_TX_STAFF = 3,  /* the transaction's staff member */
	HINT_NEXT_ID = 4,   /* the id after the last new one of this stream */
	HINT_LIST = 5,      /* the same list as an earlier transaction had */
	HINT_LAST_BY = 6,   /* value of this column's name in the last row, of the
	                     * table hint_table, that has the same value in the
	                     * column hint_by */
	HINT_ROW_TIME = 7   /* near the transaction's time: coded as difference */
};

struct registry_column {
	uint16_t id;        /* stable in its table, 1 .. 47; order of ids is the
	                     * order of columns */
	const char *name;
	uint8_t type;       /* enum value_type, INT, TEXT or BLOB */
	uint8_t privacy;    /* enum registry_privacy */
	uint8_t merge;      /* enum registry_merge */
	uint8_t hint;       /* enum registry_hint */
	uint16_t hint_table;/* table id for HINT_LAST_BY */
	const char *hint_by;/* column name for HINT_LAST_BY, else NULL */
	struct value missing; /* default: what a writer that does not know the
	                       * column is taken to have written */
	bool hub_writes;    /* the hub may write it in a school's scope; of the last
	                     * key: it may insert and delete rows */
};

struct registry_table {
	uint16_t id;        /* stable, 10 .. 999; below 10 is the engine's */
	const char *name;
	uint8_t scope;      /* enum registry_scope */
	bool urgent;        /* rows travel in the urgent lane */
	uint8_t ncolumns;   /* all replicated columns, keys first */
	uint8_t nkeys;
	int8_t subject;     /* index of the column that names the person, -1 none */
	uint8_t erases;     /* index of the key that names a person, where a row
	                     * says that the person is erased; 0 in all others */
	const struct registry_column *columns;
	/* Static SQL, made with the table.  Columns in registry order, then
	 * row_version (row.h).
	 *   create  CREATE TABLE … WITHOUT ROWID with guard and delete trigger
	 *   apply   INSERT … SELECT c0 …, v, NULL FROM kehou_rows WHERE true
	 *           ON CONFLICT … DO UPDATE … WHERE kehou_wins(…)
	 *   get     SELECT non-key columns, row_version by key ?1 …
	 *   put     INSERT of all columns and the version; DO UPDATE of all
	 *   drop    DELETE by key
	 *   scan    SELECT all and the version [WHERE school = ?1] ORDER BY key
	 *   touch   UPDATE SET row_version by key
	 * A table that lacks columns is made anew (store_upgrade.c):
	 *   save    CREATE TABLE kehou_old out of it
	 *   adds    one a column: ALTER TABLE kehou_old ADD COLUMN with its default
	 *   renew   DROP, create, INSERT … SELECT … FROM kehou_old, DROP kehou_old */
	const char *create, *apply, *get, *put, *drop, *scan, *touch;
	const char *save, *renew;
	const char *const *adds;
};

struct registry {
	const struct registry_table *tables; /* ascending id */
	size_t ntables;
	uint32_t version; /* of the schema: counts its migrations */
};

/* Index into tables, or -1. */
int registry_find(const struct registry *reg, uint16_t table_id);
int registry_find_name(const struct registry *reg, const char *name);
/* Index into columns, or -1. */
int registry_column(const struct registry_table *t, uint16_t column_id);
/* Mask with a bit for every non-key column: bit i is column index i. */
uint64_t registry_value_mask(const struct registry_table *t);

#endif
