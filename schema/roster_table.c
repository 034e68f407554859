#include "schema/roster_table.h"

#include <stdio.h>
#include <string.h>

#include "schema/roster_cell.h"

static const char *const names[ROSTER_FIELDS] = {
	"name", "sex", "grade", "class", "student_no", "birth", "address", "guardian",
	"relation", "phone", "left_behind", "migrant", "disabled", "request", "noon",
	"afternoon", "remark", "id",
};

/* Headers as offices write them, spaces taken out. */
static const struct { const char *header; enum roster_field field; } synonyms[] = {
	{"姓名", ROSTER_NAME}, {"学生姓名", ROSTER_NAME}, {"学生", ROSTER_NAME},
	{"名字", ROSTER_NAME}, {"幼儿姓名", ROSTER_NAME}, {"孩子姓名", ROSTER_NAME},
	{"性别", ROSTER_SEX}, {"学生性别", ROSTER_SEX},
	{"年级", ROSTER_GRADE}, {"年级班级", ROSTER_GRADE}, {"年级班", ROSTER_GRADE},
	{"所在年级", ROSTER_GRADE}, {"年级(班级)", ROSTER_GRADE}, {"所在班级", ROSTER_GRADE},
	{"年级名称", ROSTER_GRADE}, {"就读班级", ROSTER_GRADE}, {"就读年级", ROSTER_GRADE},
	{"年班", ROSTER_GRADE}, {"年级/班级", ROSTER_GRADE},
	{"班", ROSTER_CLASS}, {"班级", ROSTER_CLASS}, {"班号", ROSTER_CLASS},
	{"班级名称", ROSTER_CLASS},
	{"学籍号", ROSTER_STUDENT_NO}, {"全国学籍号", ROSTER_STUDENT_NO},
	{"学籍号码", ROSTER_STUDENT_NO}, {"学生学籍号", ROSTER_STUDENT_NO},
	{"学籍主号", ROSTER_STUDENT_NO}, {"全国学籍主号", ROSTER_STUDENT_NO},
	{"出生日期", ROSTER_BIRTH}, {"出生年月", ROSTER_BIRTH}, {"出生年月日", ROSTER_BIRTH},
	{"生日", ROSTER_BIRTH}, {"出生时间", ROSTER_BIRTH},
	{"家庭住址", ROSTER_ADDRESS}, {"现住址", ROSTER_ADDRESS}, {"住址", ROSTER_ADDRESS},
	{"家庭地址", ROSTER_ADDRESS}, {"现居住地", ROSTER_ADDRESS}, {"居住地", ROSTER_ADDRESS},
	{"监护人", ROSTER_GUARDIAN}, {"监护人姓名", ROSTER_GUARDIAN}, {"家长", ROSTER_GUARDIAN},
	{"家长姓名", ROSTER_GUARDIAN}, {"监护人1姓名", ROSTER_GUARDIAN},
	{"与学生关系", ROSTER_RELATION}, {"关系", ROSTER_RELATION},
	{"与监护人关系", ROSTER_RELATION}, {"监护人关系", ROSTER_RELATION},
	{"家长关系", ROSTER_RELATION}, {"监护人与学生关系", ROSTER_RELATION},
	{"联系电话", ROSTER_PHONE}, {"监护人电话", ROSTER_PHONE}, {"手机号", ROSTER_PHONE},
	{"电话", ROSTER_PHONE}, {"家长电话", ROSTER_PHONE}, {"手机", ROSTER_PHONE},
	{"手机号码", ROSTER_PHONE}, {"联系方式", ROSTER_PHONE}, {"家长联系电话", ROSTER_PHONE},
	{"监护人联系电话", ROSTER_PHONE}, {"监护人手机", ROSTER_PHONE},
	{"监护人手机号", ROSTER_PHONE}, {"家长手机", ROSTER_PHONE}, {"电话号码", ROSTER_PHONE},
	{"留守儿童", ROSTER_LEFT_BEHIND}, {"是否留守", ROSTER_LEFT_BEHIND},
	{"留守", ROSTER_LEFT_BEHIND}, {"是否留守儿童", ROSTER_LEFT_BEHIND},
	{"随迁子女", ROSTER_MIGRANT}, {"是否随迁", ROSTER_MIGRANT},
	{"是否进城务工人员随迁子女", ROSTER_MIGRANT}, {"进城务工人员随迁子女", ROSTER_MIGRANT},
	{"是否随迁子女", ROSTER_MIGRANT}, {"随迁", ROSTER_MIGRANT},
	{"残疾儿童", ROSTER_DISABLED}, {"是否残疾", ROSTER_DISABLED},
	{"残疾", ROSTER_DISABLED}, {"是否残疾儿童", ROSTER_DISABLED},
	{"参加课后服务", ROSTER_REQUEST}, {"是否参加课后服务", ROSTER_REQUEST},
	{"课后服务", ROSTER_REQUEST}, {"是否参加", ROSTER_REQUEST},
	{"自愿参加课后服务", ROSTER_REQUEST},
	{"中午", ROSTER_NOON}, {"午间", ROSTER_NOON}, {"课后服务中午", ROSTER_NOON},
	{"下午", ROSTER_AFTERNOON}, {"下午课后", ROSTER_AFTERNOON},
	{"课后服务下午", ROSTER_AFTERNOON},
	{"备注", ROSTER_REMARK}, {"说明", ROSTER_REMARK}, {"特殊群体", ROSTER_REMARK},
	{"学生类别", ROSTER_REMARK}, {"类别", ROSTER_REMARK}, {"系统编号", ROSTER_ID},
};
#define NSYNONYMS (sizeof(synonyms) / sizeof(synonyms[0]))

const char *
roster_table_field_name(enum roster_field field)
{
	return names[field];
}

enum roster_field
roster_table_field(const char *name)
{
	for (int i = 0; i < ROSTER_FIELDS; i++)
		if (strcmp(names[i], name) == 0)
			return (enum roster_field)i;
	return ROSTER_FIELDS;
}

static enum roster_field
lookup(const struct roster_table *t, const char *header)
{
	for (size_t i = 0; i < t->nwords; i++)
		if (strcmp(t->words[i].header, header) == 0)
			return t->words[i].field;
	for (size_t i = 0; i < NSYNONYMS; i++)
		if (strcmp(synonyms[i].header, header) == 0)
			return synonyms[i].field;
	return ROSTER_FIELDS;
}

/* As written; without stars and colons; without what stands in brackets. */
static enum roster_field
field_of(const struct roster_table *t, const char *header)
{
	char plain[ROSTER_TABLE_MAX_HEADER_BYTES];
	enum roster_field field = lookup(t, header);
	char *end;

	if (field != ROSTER_FIELDS)
		return field;
	header += strspn(header, "*");
	snprintf(plain, sizeof(plain), "%s", header);
	end = plain + strlen(plain);
	while (end > plain && strchr("*:?", end[-1]))
		*--end = '\0';
	field = lookup(t, plain);
	end = strchr(plain, '(');
	if (field == ROSTER_FIELDS && end) {
		*end = '\0';
		field = lookup(t, plain);
	}
	return field;
}

static const char *
text_at(const struct roster_book_row *row, unsigned c)
{
	return row && c < row->ncells && row->cells[c].text ? row->cells[c].text : "";
}

/* A cell of a header without its spaces; too long ones are no header. */
static void
header_text(const struct roster_book_row *row, unsigned c,
    char ret[ROSTER_TABLE_MAX_HEADER_BYTES])
{
	const char *s = text_at(row, c);
	char copy[ROSTER_BOOK_MAX_CELL_BYTES + 1];

	ret[0] = '\0';
	snprintf(copy, sizeof(copy), "%s", s);
	roster_cell_squeeze(copy);
	if (strlen(copy) < ROSTER_TABLE_MAX_HEADER_BYTES / 2)
		memcpy(ret, copy, strlen(copy) + 1);
}

/* What two rows say of one column together: 监护人 above 电话 is 监护人电话. */
static void
join(const struct roster_table *t, const char *above, const char *below,
    char ret[ROSTER_TABLE_MAX_HEADER_BYTES])
{
	if (below[0] == '\0' || strcmp(above, below) == 0) {
		snprintf(ret, ROSTER_TABLE_MAX_HEADER_BYTES, "%s", above);
		return;
	}
	snprintf(ret, ROSTER_TABLE_MAX_HEADER_BYTES, "%.60s%.60s", above, below);
	if (field_of(t, ret) != ROSTER_FIELDS)
		return;
	snprintf(ret, ROSTER_TABLE_MAX_HEADER_BYTES, "%s", below);
}

/* Fills headers, fields and column_of out of one row, or two. */
static void
take_columns(struct roster_table *t, const struct roster_book_row *above,
    const struct roster_book_row *below)
{
	char last[ROSTER_TABLE_MAX_HEADER_BYTES] = "";
	unsigned n = above->ncells;

	if (below && below->ncells > n)
		n = below->ncells;
	for (int f = 0; f < ROSTER_FIELDS; f++)
		t->column_of[f] = -1;
	t->ncolumns = n;
	for (unsigned c = 0; c < n; c++) {
		char a[ROSTER_TABLE_MAX_HEADER_BYTES], b[ROSTER_TABLE_MAX_HEADER_BYTES];
		enum roster_field f;

		header_text(above, c, a);
		header_text(below, c, b);
		/* The rest of a merged cell is empty in files that do not say so. */
		if (a[0] == '\0' && b[0] != '\0')
			snprintf(a, sizeof(a), "%s", last);
		snprintf(last, sizeof(last), "%s", a);
		join(t, a, b, t->headers[c]);
		f = field_of(t, t->headers[c]);
		if (f != ROSTER_FIELDS && t->column_of[f] >= 0)
			f = ROSTER_FIELDS;
		t->fields[c] = f;
		if (f != ROSTER_FIELDS)
			t->column_of[f] = (int)c;
	}
}

static unsigned
known_columns(const struct roster_table *t)
{
	unsigned n = 0;

	for (int f = 0; f < ROSTER_FIELDS; f++)
		n += t->column_of[f] >= 0;
	return n;
}

/* The row below belongs to the header: it repeats or leaves empty the name's
 * column, holds something, and teaches more columns than the first row alone. */
static bool
is_second_row(struct roster_table *t, const struct roster_book_row *above,
    const struct roster_book_row *below)
{
	char a[ROSTER_TABLE_MAX_HEADER_BYTES], b[ROSTER_TABLE_MAX_HEADER_BYTES];
	unsigned one, two;
	int name;

	take_columns(t, above, NULL);
	one = known_columns(t);
	name = t->column_of[ROSTER_NAME];
	if (!below || below->line != above->line + 1)
		return false;
	if (name >= 0) {
		header_text(above, (unsigned)name, a);
		header_text(below, (unsigned)name, b);
		/* 学生 over 姓名 is one header, a name below it is a child. */
		if (b[0] != '\0' && strcmp(a, b) != 0 && field_of(t, b) != ROSTER_NAME)
			return false;
	}
	take_columns(t, above, below);
	two = known_columns(t);
	if (name < 0)
		return t->column_of[ROSTER_NAME] >= 0 && two > one + 1;
	return two > one;
}

/* A lone column 班级 holds 一年级（1）班, unless the titles give the grade. */
static void
settle_grade(struct roster_table *t)
{
	int class = t->column_of[ROSTER_CLASS];

	if (t->column_of[ROSTER_GRADE] >= 0 || class < 0 || t->grade > 0)
		return;
	t->column_of[ROSTER_GRADE] = class;
	t->column_of[ROSTER_CLASS] = -1;
	t->fields[class] = ROSTER_GRADE;
}

static void
read_titles(struct roster_table *t, const struct roster_book_sheet *sheet, size_t n)
{
	char name[ROSTER_BOOK_MAX_CELL_BYTES + 1];

	t->grade = t->class = 0;
	for (size_t i = 0; i < n; i++)
		for (unsigned c = 0; c < sheet->rows[i].ncells; c++) {
			snprintf(name, sizeof(name), "%s", text_at(&sheet->rows[i], c));
			roster_cell_squeeze(name);
			roster_cell_find_grade(name, t->school_year, &t->grade, &t->class);
		}
	snprintf(name, sizeof(name), "%s", sheet->name);
	roster_cell_squeeze(name);
	/* The sheet's own name says more than a title for the whole school. */
	if (!roster_cell_grade(name, t->school_year, &t->grade, &t->class)
	    && !roster_cell_find_grade(name, t->school_year, &t->grade, &t->class)
	    && strstr(name, "班"))
		(void)roster_cell_class(name, &t->class);
}

bool
roster_table_find(struct roster_table *t, struct roster_book_sheet *sheet)
{
	for (size_t i = 0; i < sheet->nrows && i < ROSTER_TABLE_HEADER_WITHIN_ROWS; i++) {
		struct roster_book_row *row = &sheet->rows[i];
		struct roster_book_row *next = i + 1 < sheet->nrows ? row + 1 : NULL;
		bool two = is_second_row(t, row, next);

		take_columns(t, row, two ? next : NULL);
		if (t->column_of[ROSTER_NAME] < 0)
			continue;
		read_titles(t, sheet, i);
		settle_grade(t);
		if (t->column_of[ROSTER_GRADE] < 0 && t->grade == 0)
			continue;
		/* A title over several columns is no header: 学生 alone is not enough. */
		if (known_columns(t) < 2 && t->ncolumns > 1)
			continue;
		t->first = i + (two ? 2 : 1);
		return true;
	}
	return false;
}

char *
roster_table_cell(const struct roster_table *t, struct roster_book_row *row,
    enum roster_field field)
{
	static char none[8];
	int c = t->column_of[field];

	return c >= 0 && (unsigned)c < row->ncells && row->cells[c].text ? row->cells[c].text
	    : none;
}

enum roster_book_kind
roster_table_kind(const struct roster_table *t, const struct roster_book_row *row,
    enum roster_field field)
{
	int c = t->column_of[field];

	return c >= 0 && (unsigned)c < row->ncells
	    ? (enum roster_book_kind)row->cells[c].kind : ROSTER_BOOK_TEXT;
}

const char *
roster_table_header(const struct roster_table *t, enum roster_field field)
{
	return t->column_of[field] >= 0 ? t->headers[t->column_of[field]] : "";
}

static bool
starts_with_any(const char *s, const char *const *words)
{
	for (; *words; words++)
		if (strncmp(s, *words, strlen(*words)) == 0)
			return true;
	return false;
}

/* All cells that say something say the same: a line across the sheet. */
static const char *
only_text(const struct roster_book_row *row, unsigned *ret_cells, unsigned *ret_column)
{
	const char *only = NULL;

	*ret_cells = 0;
	for (unsigned c = 0; c < row->ncells; c++) {
		const char *s = text_at(row, c);

		if (s[0] == '\0')
			continue;
		if (only && strcmp(only, s) != 0)
			return NULL;
		if (!only)
			*ret_column = c;
		only = s;
		(*ret_cells)++;
	}
	return only;
}

static bool
is_footer(const struct roster_book_row *row)
{
	static const char *const totals[] = {"合计", "总计", "小计", "共计", "合 计", NULL};
	static const char *const feet[] = {"填表", "制表", "审核", "校长", "班主任:", "备注:",
	    "注:", "说明:", "填报", "负责人", "单位", NULL};
	unsigned seen = 0;

	for (unsigned c = 0; c < row->ncells && seen < 3; c++) {
		const char *s = text_at(row, c);

		if (s[0] == '\0')
			continue;
		if (starts_with_any(s, totals) || (seen == 0 && starts_with_any(s, feet)))
			return true;
		seen++;
	}
	return false;
}

bool
roster_table_skip(struct roster_table *t, struct roster_book_row *row)
{
	unsigned cells, column = 0;
	const char *only, *name;
	char header[ROSTER_TABLE_MAX_HEADER_BYTES];
	bool blank = true;

	for (unsigned c = 0; c < row->ncells; c++) {
		/* Merged cells share one text: cleaning it twice does no harm. */
		if (row->cells[c].text)
			roster_cell_clean(row->cells[c].text);
		if (c < t->ncolumns && t->fields[c] != ROSTER_FIELDS)
			blank = blank && text_at(row, c)[0] == '\0';
	}
	only = only_text(row, &cells, &column);
	if (only && (cells > 1 || (int)column != t->column_of[ROSTER_NAME])
	    && roster_cell_find_grade(only, t->school_year, &t->grade, &t->class))
		return true;
	if (blank || is_footer(row) || (only && cells > 2))
		return true;
	name = roster_table_cell(t, row, ROSTER_NAME);
	header_text(row, (unsigned)t->column_of[ROSTER_NAME], header);
	return name[0] != '\0' && strcmp(header, roster_table_header(t, ROSTER_NAME)) == 0;
}
