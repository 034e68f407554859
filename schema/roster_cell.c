#include "schema/roster_cell.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "schema/roster_book.h"

/* Bytes of the space at s: ASCII, U+00A0, U+3000, U+FEFF; 0 when it is none. */
static size_t
space_at(const char *s)
{
	if (*s == ' ' || *s == '\t' || *s == '\r' || *s == '\n')
		return 1;
	if (strncmp(s, "\xc2\xa0", 2) == 0)
		return 2;
	if (strncmp(s, "\xe3\x80\x80", 3) == 0 || strncmp(s, "\xef\xbb\xbf", 3) == 0)
		return 3;
	return 0;
}

/* ASCII of the full-width form at s (U+FF01 .. U+FF5E), or 0. */
static char
narrow(const char *s)
{
	unsigned char a = (unsigned char)s[0], b, c;

	if (a != 0xef || (b = (unsigned char)s[1]) < 0xbc || b > 0xbd)
		return 0;
	c = (unsigned char)s[2];
	if (b == 0xbc && c >= 0x81)
		return (char)(c - 0x60);
	if (b == 0xbd && c <= 0x9e)
		return (char)(c - 0x20);
	return 0;
}

static void
clean(char *s, bool inner)
{
	char *out = s, *end = s;
	size_t n;

	while ((n = space_at(s)) > 0)
		s += n;
	if (*s == '\'') /* how Excel keeps digits as text */
		s++;
	while (*s != '\0') {
		char ascii = narrow(s);

		n = space_at(s);
		if (n > 0 && inner) {
			s += n;
			continue;
		}
		if (ascii) {
			*out++ = ascii;
			s += 3;
			end = out;
		} else if (n > 0) {
			*out++ = ' ';
			s += n;
		} else {
			*out++ = *s++;
			end = out;
		}
	}
	*end = '\0';
}

void
roster_cell_clean(char *s)
{
	clean(s, false);
}

void
roster_cell_squeeze(char *s)
{
	clean(s, true);
}

static bool
one_of(const char *s, const char *const *words)
{
	for (; *words; words++)
		if (strcmp(s, *words) == 0)
			return true;
	return false;
}

enum roster_cell_answer
roster_cell_answer(const char *s)
{
	static const char *const yes[] = {"√", "✓", "✔", "☑", "V", "v", "是", "有", "1", "Y", "y", "参加",
	    "对", "yes", "true", NULL};
	static const char *const no[] = {"×", "✕", "✗", "否", "无", "0", "N", "n", "X", "x",
	    "不参加", "-", "/", "no", "false", NULL};

	if (s[0] == '\0')
		return ROSTER_CELL_EMPTY;
	if (one_of(s, yes))
		return ROSTER_CELL_YES;
	return one_of(s, no) ? ROSTER_CELL_NO : ROSTER_CELL_UNCLEAR;
}

/* A number of one or two places, in digits or Chinese; moves *p past it. */
static bool
small_number(const char **p, int *ret)
{
	static const char *const digits[] = {"一", "二", "三", "四", "五", "六", "七", "八", "九",
	    "十"};
	const char *s = *p;
	int v = 0, n = 0;

	for (; *s >= '0' && *s <= '9' && n < 4; s++, n++)
		v = v * 10 + (*s - '0');
	while (n < 3) {
		int d = 0;

		for (int i = 0; i < 10; i++)
			if (strncmp(s, digits[i], 3) == 0)
				d = i + 1;
		if (d == 0)
			break;
		v = d == 10 && v > 0 ? v * 10 : v + d;
		s += 3;
		n++;
	}
	if (n == 0)
		return false;
	*p = s;
	*ret = v;
	return true;
}

static bool
skip(const char **p, const char *word)
{
	size_t n = strlen(word);

	if (strncmp(*p, word, n) != 0)
		return false;
	*p += n;
	return true;
}

bool
roster_cell_class(const char *s, int *ret)
{
	int v;

	skip(&s, "(");
	if (!small_number(&s, &v) || v < 1 || v > 99)
		return false;
	skip(&s, ")");
	skip(&s, "班");
	skip(&s, "级");
	if (*s != '\0')
		return false;
	*ret = v;
	return true;
}

/* 101, 602班: grade and two digits of class. */
static bool
three_digits(const char *s, int *ret_grade, int *class)
{
	int v = 0;

	for (int i = 0; i < 3; i++) {
		if (s[i] < '0' || s[i] > '9')
			return false;
		v = v * 10 + (s[i] - '0');
	}
	if ((s[3] != '\0' && strcmp(s + 3, "班") != 0) || v < 101 || v % 100 == 0
	    || v % 100 > 40)
		return false;
	*ret_grade = v / 100;
	*class = v % 100;
	return true;
}

bool
roster_cell_grade(const char *s, int school_year, int *ret_grade, int *class)
{
	int v, base = 0;

	if (three_digits(s, ret_grade, class))
		return true;

	skip(&s, "小学");
	skip(&s, "初中");
	if (skip(&s, "初"))
		base = 6;
	if (!small_number(&s, &v))
		return false;
	if (skip(&s, "级") && v >= 2000)
		v = school_year - v + 1;
	else
		skip(&s, "年级");
	v += base;
	if (v < 1 || v > 9)
		return false;
	if (*s == '.' || *s == '-' || *s == ' ')
		s++;
	if (*s != '\0' && !roster_cell_class(s, class))
		return false;
	*ret_grade = v;
	return true;
}

/* The class at s, with what may follow it: （2）班学生名册. */
static void
class_within(const char *s, int *class)
{
	bool bracket = skip(&s, "(");
	int v;

	if (!small_number(&s, &v) || v < 1 || v > 99)
		return;
	if (bracket && !skip(&s, ")"))
		return;
	if (skip(&s, "班"))
		*class = v;
}

bool
roster_cell_find_grade(const char *s, int school_year, int *grade, int *class)
{
	for (const char *at = strstr(s, "级"); at; at = strstr(at + 3, "级")) {
		/* The number before 年级 or 级: at most four characters of it. */
		for (int back = 12; back >= 1; back--) {
			const char *p = at - back;
			int g, c = 0;
			char word[20];

			if (p < s || ((unsigned char)*p & 0xc0) == 0x80)
				continue;
			memcpy(word, p, (size_t)back + 3);
			word[back + 3] = '\0';
			if (!roster_cell_grade(word, school_year, &g, &c))
				continue;
			*grade = g;
			*class = 0;
			class_within(at + 3, class);
			return true;
		}
	}
	return false;
}

static int
digits_at(const char **p, int most)
{
	int v = 0, n = 0;

	for (; **p >= '0' && **p <= '9' && n < most; (*p)++, n++)
		v = v * 10 + (**p - '0');
	return n ? v : -1;
}

static void
skip_separator(const char **p)
{
	if (!skip(p, "年") && !skip(p, "月") && strchr("-./ ", **p) && **p != '\0')
		(*p)++;
}

bool
roster_cell_birth(const char *s, char ret[ROSTER_CELL_BIRTH_BYTES])
{
	static const int days[] = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	char date[ROSTER_CELL_BIRTH_BYTES];
	int year, month, day;

	/* Excel's own number of a day, where a file lost its date format. */
	if (strlen(s) == 5 && strspn(s, "0123456789") == 5) {
		if (!roster_book_serial_date(strtod(s, NULL), date))
			return false;
		memcpy(ret, date, sizeof(date));
		return true;
	}
	year = digits_at(&s, 4);
	skip_separator(&s);
	month = digits_at(&s, 2);
	skip_separator(&s);
	day = digits_at(&s, 2);
	skip(&s, "日");
	/* A time of day is Excel's addition. */
	if ((*s == ' ' || *s == 'T') && strspn(s, " T0123456789:.Z") == strlen(s) && day > 0)
		s += strlen(s);
	if (*s != '\0' || year < 1990 || year > 2199 || month < 1 || month > 12)
		return false;
	if (day < 0) {
		snprintf(ret, ROSTER_CELL_BIRTH_BYTES, "%04d-%02d", year, month);
		return true;
	}
	if (day < 1 || day > days[month - 1])
		return false;
	snprintf(ret, ROSTER_CELL_BIRTH_BYTES, "%04d-%02d-%02d", year % 10000, month % 100,
	    day % 100);
	return true;
}

/* Digits and X after the letter. */
static bool
is_number_shaped(const char *s)
{
	if (strlen(s) != 19 || !strchr("GgJjLl", s[0]))
		return false;
	return strspn(s + 1, "0123456789") >= 17 && strchr("0123456789Xx", s[18]) != NULL;
}

enum roster_cell_number
roster_cell_number(const char *s, char ret[ROSTER_CELL_NUMBER_BYTES])
{
	/* GB 11643, ISO 7064 MOD 11-2. */
	static const int weights[] = {7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2};
	char number[ROSTER_CELL_NUMBER_BYTES];
	int sum = 0;

	if (!is_number_shaped(s))
		return ROSTER_CELL_NUMBER_NONE;
	for (int i = 0; i < 20; i++)
		number[i] = s[i] >= 'a' && s[i] <= 'z' ? (char)(s[i] - 'a' + 'A') : s[i];
	for (int i = 0; i < 17; i++)
		sum += (number[i + 1] - '0') * weights[i];
	if (number[0] != 'L' && "10X98765432"[sum % 11] != number[18])
		return ROSTER_CELL_NUMBER_CHECK;
	memcpy(ret, number, sizeof(number));
	return ROSTER_CELL_NUMBER_OK;
}

bool
roster_cell_ruined(const char *s)
{
	size_t n = strspn(s, "0123456789.");
	const char *e = s + n;

	/* 4.10199E+17, or a long number that ends in zeros after its 15th digit. */
	if (n > 0 && (*e == 'E' || *e == 'e') && strspn(e + 1, "+0123456789") == strlen(e + 1))
		return true;
	return *e == '\0' && n >= 17 && strspn(s + 15, "0") == n - 15;
}

bool
roster_cell_says(const char *s, const char *word)
{
	static const char *const no[] = {"非", "不是", "不属于", "无", "没有", "否", NULL};
	const char *at = strstr(s, word);

	if (!at)
		return false;
	for (int i = 0; no[i]; i++) {
		size_t n = strlen(no[i]);

		if ((size_t)(at - s) >= n && strncmp(at - n, no[i], n) == 0)
			return false;
	}
	return true;
}

int
roster_cell_sex(const char *s)
{
	if (s[0] == '\0')
		return 0;
	if (strcmp(s, "男") == 0 || strcmp(s, "男生") == 0 || strcmp(s, "1") == 0
	    || strcmp(s, "M") == 0)
		return 1;
	if (strcmp(s, "女") == 0 || strcmp(s, "女生") == 0 || strcmp(s, "2") == 0
	    || strcmp(s, "F") == 0)
		return 2;
	return -1;
}

int
roster_cell_relation(const char *s)
{
	static const struct { const char *word; int relation; } words[] = {
		{"外祖", 4}, {"外公", 4}, {"外婆", 4}, {"姥", 4}, {"祖", 3}, {"爷", 3}, {"奶", 3},
		{"父", 1}, {"爸", 1}, {"母", 2}, {"妈", 2}, {"委托", 6},
	};

	if (s[0] == '\0')
		return 0;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strstr(s, words[i].word))
			return words[i].relation;
	return 5;
}
