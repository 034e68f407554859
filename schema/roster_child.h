/* One row of a class list as a child. */
#ifndef SCHEMA_ROSTER_CHILD_H
#define SCHEMA_ROSTER_CHILD_H

#include "schema/roster_cell.h"
#include "schema/roster_table.h"

struct roster_child {
	const char *sheet;      /* where it stands */
	unsigned line;
	const char *name_header;
	int64_t id;             /* 系统编号; 0: not said */
	int64_t pupil;          /* 0: new */
	const char *name, *address, *guardian, *phone; /* NULL: not said; the book's */
	char number[ROSTER_CELL_NUMBER_BYTES], birth[ROSTER_CELL_BIRTH_BYTES];
	int sex, entry_year, class, relation, slots; /* slots -1: not said, 0: no */
	char priorities[16];    /* JSON array of priority.kind */
	bool differs;           /* from what the database has */
	bool like_another;      /* of this file: name and birth are the same */
};

/* Something about a cell that wants an eye; refused: the row is not taken.  name: of the
 * row, "" where it is the text itself. */
typedef void roster_child_say(void *ctx, bool refused, enum roster_field field,
    const char *reason, const char *name, const char *text);

/* What is remembered from row to row of one table. */
struct roster_child_reader {
	struct roster_table *table;
	bool ditto;             /* an empty grade is that of the row above: merged cells
	                         * of a file that does not say which are merged */
	int grade, class;       /* of the row above; 0 */
	bool months_have_zeros; /* the column writes 2014.01, so 2014.1 was 2014.10 */
	roster_child_say *say;
	void *ctx;
};
/* Looks a sheet over before its first row is read. */
void roster_child_begin(struct roster_child_reader *r, struct roster_book_sheet *sheet);
/* False: refused, and said so. */
bool roster_child_read(struct roster_child_reader *r, struct roster_book_row *row,
    struct roster_child *ret);

#endif
