/* Finds the table on a sheet: its header, one or two rows high, below titles, and
 * which column holds what. */
#ifndef SCHEMA_ROSTER_TABLE_H
#define SCHEMA_ROSTER_TABLE_H

#include "schema/roster_book.h"

#define ROSTER_TABLE_HEADER_WITHIN_ROWS 20u
#define ROSTER_TABLE_MAX_HEADER_BYTES 128u

enum roster_field {
	ROSTER_NAME, ROSTER_SEX, ROSTER_GRADE, ROSTER_CLASS, ROSTER_STUDENT_NO, ROSTER_BIRTH,
	ROSTER_ADDRESS, ROSTER_GUARDIAN, ROSTER_RELATION, ROSTER_PHONE, ROSTER_LEFT_BEHIND,
	ROSTER_MIGRANT, ROSTER_DISABLED, ROSTER_REQUEST, ROSTER_NOON, ROSTER_AFTERNOON,
	ROSTER_REMARK,
	ROSTER_ID, /* 系统编号, of our own export */
	ROSTER_FIELDS
};

/* Headers that staff taught this node, before those that everybody writes. */
struct roster_word {
	char header[ROSTER_TABLE_MAX_HEADER_BYTES]; /* without spaces */
	enum roster_field field;
};
struct roster_table {
	const struct roster_word *words; /* given */
	size_t nwords;
	int school_year;

	int column_of[ROSTER_FIELDS];    /* -1: none */
	char headers[ROSTER_BOOK_MAX_COLUMNS][ROSTER_TABLE_MAX_HEADER_BYTES];
	enum roster_field fields[ROSTER_BOOK_MAX_COLUMNS]; /* ROSTER_FIELDS: unknown */
	unsigned ncolumns;
	size_t first;                    /* row below the header */
	int grade, class;                /* that titles or the sheet's name give; 0 */
};

const char *roster_table_field_name(enum roster_field field); /* "student_no" */
/* ROSTER_FIELDS when there is none of this name. */
enum roster_field roster_table_field(const char *name);
/* False: the sheet has no header with a name, and a grade there or in its titles. */
bool roster_table_find(struct roster_table *t, struct roster_book_sheet *sheet);
/* Text of a row's cell, cleaned; "" when there is none.  May be cut in place. */
char *roster_table_cell(const struct roster_table *t, struct roster_book_row *row,
    enum roster_field field);
/* Kind of the same cell. */
enum roster_book_kind roster_table_kind(const struct roster_table *t,
    const struct roster_book_row *row, enum roster_field field);
/* The header of a field as the file has it, or "". */
const char *roster_table_header(const struct roster_table *t, enum roster_field field);
/* Blank rows, totals, headers again, footers.  A line such as 二年级（1）班 between
 * children also sets grade and class for those below. */
bool roster_table_skip(struct roster_table *t, struct roster_book_row *row);

#endif
