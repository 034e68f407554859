#include "schema/roster_cell.h"

#include <stdio.h>
#include <string.h>

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
	static const char *const yes[] = {"√", "✓", "✔", "是", "有", "1", "Y", "y", "参加",
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

bool
roster_cell_grade(const char *s, int school_year, int *ret_grade, int *class)
{
	int v, base = 0;

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
	int year = digits_at(&s, 4), month, day;

	skip_separator(&s);
	month = digits_at(&s, 2);
	skip_separator(&s);
	day = digits_at(&s, 2);
	skip(&s, "日");
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

bool
roster_cell_number(const char *s, char ret[ROSTER_CELL_NUMBER_BYTES])
{
	char number[ROSTER_CELL_NUMBER_BYTES];

	if (strlen(s) != 19 || !strchr("GgLl", s[0]))
		return false;
	for (int i = 0; i < 20; i++)
		number[i] = s[i] >= 'a' && s[i] <= 'z' ? (char)(s[i] - 'a' + 'A') : s[i];
	for (int i = 1; i < 18; i++)
		if (number[i] < '0' || number[i] > '9')
			return false;
	if ((number[18] < '0' || number[18] > '9') && number[18] != 'X')
		return false;
	memcpy(ret, number, sizeof(number));
	return true;
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
