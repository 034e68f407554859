/* What a cell of a roster means.  Cells are normalised in place: they only get
 * shorter. */
#ifndef SCHEMA_ROSTER_CELL_H
#define SCHEMA_ROSTER_CELL_H

#include <stdbool.h>
#include <stdint.h>

#define ROSTER_CELL_NUMBER_BYTES 20 /* 学籍号: letter, 18 characters, NUL */
#define ROSTER_CELL_BIRTH_BYTES 11

enum roster_cell_answer {
	ROSTER_CELL_EMPTY, ROSTER_CELL_YES, ROSTER_CELL_NO, ROSTER_CELL_UNCLEAR
};

/* Trims; full-width letters, digits and signs become ASCII. */
void roster_cell_clean(char *s);
/* Also takes out every space inside: headers, and names in Chinese. */
void roster_cell_squeeze(char *s);
enum roster_cell_answer roster_cell_answer(const char *s);
/* 一年级（1）班, 1, 初二3班, 2020级2班 … *class stays when there is none. */
bool roster_cell_grade(const char *s, int school_year, int *ret_grade, int *class);
/* 1, 1班, （一）班 */
bool roster_cell_class(const char *s, int *ret);
/* YYYY-MM-DD or YYYY-MM out of 2014-8-12, 2014.08, 20140812, 2014年8月12日. */
bool roster_cell_birth(const char *s, char ret[ROSTER_CELL_BIRTH_BYTES]);
/* G or L, 17 digits, a digit or X; upper case. */
bool roster_cell_number(const char *s, char ret[ROSTER_CELL_NUMBER_BYTES]);
int roster_cell_relation(const char *s); /* guardian.relation */

#endif
