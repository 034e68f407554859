#include "schema/roster_child.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_NAME_BYTES 120u
#define MAX_ID_DIGITS 19u
#define NO_BREAK_LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"

/* What is read now. */
struct reading {
	struct roster_child_reader *r;
	struct roster_book_row *row;
};

static char *
cell(const struct reading *g, enum roster_field f)
{
	return roster_table_cell(g->r->table, g->row, f);
}

/* Whose cell it is; where the name itself is in doubt, that is the text. */
static const char *
whose(const struct reading *g, enum roster_field f)
{
	return f == ROSTER_NAME ? "" : cell(g, ROSTER_NAME);
}

static void
doubt(const struct reading *g, enum roster_field f, const char *reason)
{
	g->r->say(g->r->ctx, false, f, reason, whose(g, f), cell(g, f));
}

static bool
refuse(const struct reading *g, enum roster_field f, const char *reason)
{
	g->r->say(g->r->ctx, true, f, reason, whose(g, f), cell(g, f));
	return false;
}

static const char *
said(const char *s)
{
	return s[0] != '\0' ? s : NULL;
}

void
roster_child_begin(struct roster_child_reader *r, struct roster_book_sheet *sheet)
{
	r->grade = r->class = 0;
	r->months_have_zeros = false;
	for (size_t i = r->table->first; i < sheet->nrows; i++) {
		const char *s = roster_table_cell(r->table, &sheet->rows[i], ROSTER_BIRTH);

		if (strlen(s) == 7 && s[4] == '.' && s[5] == '0')
			r->months_have_zeros = true;
	}
}

static bool
yes(const struct reading *g, enum roster_field f, const char *word)
{
	const char *s = cell(g, f);
	enum roster_cell_answer answer = roster_cell_answer(s);

	if (answer == ROSTER_CELL_UNCLEAR && word && strstr(s, word))
		return roster_cell_says(s, word);
	if (answer == ROSTER_CELL_UNCLEAR)
		doubt(g, f, "R6.unclear_mark");
	return answer == ROSTER_CELL_YES;
}

static void
read_priorities(const struct reading *g, struct roster_child *c)
{
	static const struct { enum roster_field field; const char *word; char kind; } groups[] = {
		{ROSTER_MIGRANT, "随迁", '2'}, {ROSTER_LEFT_BEHIND, "留守", '3'},
		{ROSTER_DISABLED, "残疾", '4'},
	};
	char *out = c->priorities;

	*out++ = '[';
	for (int i = 0; i < 3; i++) {
		if (!yes(g, groups[i].field, groups[i].word)
		    && !roster_cell_says(cell(g, ROSTER_REMARK), groups[i].word))
			continue;
		if (out[-1] != '[')
			*out++ = ',';
		*out++ = groups[i].kind;
	}
	*out++ = ']';
	*out = '\0';
}

static void
read_request(const struct reading *g, struct roster_child *c)
{
	const char *s = cell(g, ROSTER_REQUEST);
	enum roster_cell_answer answer = roster_cell_answer(s);
	bool noon, afternoon;

	c->slots = -1;
	if (answer == ROSTER_CELL_NO)
		c->slots = 0;
	/* 参加：中午、下午 */
	noon = strstr(s, "中午") != NULL || strstr(s, "午间") != NULL;
	afternoon = strstr(s, "下午") != NULL;
	if (answer == ROSTER_CELL_UNCLEAR && !noon && !afternoon)
		doubt(g, ROSTER_REQUEST, "R3.unclear_mark");
	if (answer != ROSTER_CELL_YES && !noon && !afternoon
	    && g->r->table->column_of[ROSTER_REQUEST] >= 0)
		return;
	noon = yes(g, ROSTER_NOON, NULL) || noon;
	afternoon = yes(g, ROSTER_AFTERNOON, NULL) || afternoon;
	if (noon || afternoon)
		c->slots = (noon ? 1 : 0) | (afternoon ? 2 : 0);
	else if (answer == ROSTER_CELL_YES)
		c->slots = 2;
}

/* Digits, and a plus or hyphen; otherwise the cell is left out. */
static void
read_phone(const struct reading *g, struct roster_child *c)
{
	char *s = cell(g, ROSTER_PHONE);
	size_t n = strlen(s);

	if (n == 0)
		return;
	if (roster_table_kind(g->r->table, g->row, ROSTER_PHONE) == ROSTER_BOOK_RUINED
	    || roster_cell_ruined(s))
		doubt(g, ROSTER_PHONE, "R18.ruined_number");
	else if (n < 5 || n > 20 || strspn(s, "0123456789-+ ") != n)
		doubt(g, ROSTER_PHONE, "R18.phone");
	else
		c->phone = s;
}

static void
read_number(const struct reading *g, struct roster_child *c)
{
	char *s = cell(g, ROSTER_STUDENT_NO);

	if (s[0] == '\0')
		return;
	roster_cell_squeeze(s);
	if (roster_table_kind(g->r->table, g->row, ROSTER_STUDENT_NO) == ROSTER_BOOK_RUINED
	    || roster_cell_ruined(s)) {
		doubt(g, ROSTER_STUDENT_NO, "R19.ruined_number");
		return;
	}
	switch (roster_cell_number(s, c->number)) {
	case ROSTER_CELL_NUMBER_OK:
		break;
	case ROSTER_CELL_NUMBER_NONE:
		doubt(g, ROSTER_STUDENT_NO, "R19.student_no");
		break;
	case ROSTER_CELL_NUMBER_CHECK:
		doubt(g, ROSTER_STUDENT_NO, "R19.check_digit");
		break;
	}
}

/* Excel makes 2014.1 of 2014.10: as a number it may be January or October. */
static void
read_birth(const struct reading *g, struct roster_child *c)
{
	const char *s = cell(g, ROSTER_BIRTH);
	bool short_month = strlen(s) == 6 && s[4] == '.' && s[5] == '1';
	char october[] = "0000.10";

	if (s[0] == '\0')
		return;
	if (short_month && g->r->months_have_zeros) {
		memcpy(october, s, 4);
		s = october;
	} else if (short_month && roster_table_kind(g->r->table, g->row, ROSTER_BIRTH)
	    == ROSTER_BOOK_NUMBER) {
		doubt(g, ROSTER_BIRTH, "R19.birth_month");
		return;
	}
	if (!roster_cell_birth(s, c->birth))
		doubt(g, ROSTER_BIRTH, "R19.birth");
}

/* Whose the row is; rows without, and what is no number, go by the rest. */
static int64_t
read_id(const struct reading *g)
{
	const char *s = cell(g, ROSTER_ID);
	size_t n = strlen(s);

	if (n == 0 || n > MAX_ID_DIGITS || strspn(s, "0123456789") != n)
		return 0;
	return strtoll(s, NULL, 10);
}

static bool
read_grade(const struct reading *g, int *ret_grade, int *ret_class)
{
	struct roster_child_reader *r = g->r;
	const char *grade = cell(g, ROSTER_GRADE), *class = cell(g, ROSTER_CLASS);
	int year = r->table->school_year;

	*ret_grade = r->table->grade;
	*ret_class = r->table->class;
	if (grade[0] != '\0') {
		/* A lone 班级 under a title may be a class only: 1, （1）班. */
		if (!roster_cell_grade(grade, year, ret_grade, ret_class))
			return refuse(g, ROSTER_GRADE, "R19.grade");
	} else if (*ret_grade == 0 && r->ditto && r->grade > 0) {
		*ret_grade = r->grade;
		if (class[0] == '\0')
			*ret_class = r->class;
	} else if (*ret_grade == 0
	    && !(class[0] != '\0' && roster_cell_grade(class, year, ret_grade, ret_class))) {
		return refuse(g, ROSTER_GRADE, "R19.grade");
	}
	if (class[0] != '\0' && !roster_cell_class(class, ret_class)
	    && !roster_cell_grade(class, year, ret_grade, ret_class))
		return refuse(g, ROSTER_CLASS, "R19.class");
	if (*ret_class == 0)
		*ret_class = class[0] == '\0' && r->ditto && r->grade == *ret_grade && r->class > 0
		    ? r->class : 1;
	r->grade = *ret_grade;
	r->class = *ret_class;
	return true;
}

bool
roster_child_read(struct roster_child_reader *r, struct roster_book_row *row,
    struct roster_child *ret)
{
	struct reading g = {r, row};
	char *name = cell(&g, ROSTER_NAME);
	int grade, class;

	*ret = (struct roster_child){.line = row->line,
	    .name_header = roster_table_header(r->table, ROSTER_NAME)};
	/* 张 三 is written so to look even; Anna Li is not. */
	if (strpbrk(name, NO_BREAK_LETTERS) == NULL)
		roster_cell_squeeze(name);
	if (name[0] == '\0' || strlen(name) > MAX_NAME_BYTES)
		return refuse(&g, ROSTER_NAME, "R19.no_name");
	ret->name = name;
	if (!read_grade(&g, &grade, &class))
		return false;
	ret->id = read_id(&g);
	ret->class = class;
	ret->entry_year = r->table->school_year - grade + 1;
	ret->sex = roster_cell_sex(cell(&g, ROSTER_SEX));
	if (ret->sex < 0) {
		doubt(&g, ROSTER_SEX, "R19.sex");
		ret->sex = 0;
	}
	ret->address = said(cell(&g, ROSTER_ADDRESS));
	ret->guardian = said(cell(&g, ROSTER_GUARDIAN));
	ret->relation = roster_cell_relation(cell(&g, ROSTER_RELATION));
	read_number(&g, ret);
	read_birth(&g, ret);
	read_phone(&g, ret);
	read_priorities(&g, ret);
	read_request(&g, ret);
	return true;
}
