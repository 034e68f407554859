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
/* The grade within a title or a sheet's name: 登封市文峰街小学一年级（2）班学生名册.
 * *class is 0 then when there is none; both stay when there is no grade. */
bool roster_cell_find_grade(const char *s, int school_year, int *grade, int *class);
/* 1, 1班, （一）班 */
bool roster_cell_class(const char *s, int *ret);
/* YYYY-MM-DD or YYYY-MM out of 2014-8-12, 2014.08, 20140812, 2014年8月12日, 41863. */
bool roster_cell_birth(const char *s, char ret[ROSTER_CELL_BIRTH_BYTES]);
/* 学籍号: G, J or L, 17 digits, a digit or X; upper case.  G and J end in the check
 * digit of GB 11643. */
enum roster_cell_number {
	ROSTER_CELL_NUMBER_OK, ROSTER_CELL_NUMBER_NONE, ROSTER_CELL_NUMBER_CHECK
};
enum roster_cell_number roster_cell_number(const char *s,
    char ret[ROSTER_CELL_NUMBER_BYTES]);
/* A number that Excel rounded: 4.10199E+17, 410199201408129000. */
bool roster_cell_ruined(const char *s);
/* The word stands in s, and no 非, 不是 or 无 right before it. */
bool roster_cell_says(const char *s, const char *word);
int roster_cell_sex(const char *s); /* GB/T 2261.1; 0 not said, -1 unreadable */
int roster_cell_relation(const char *s); /* guardian.relation */

#endif
