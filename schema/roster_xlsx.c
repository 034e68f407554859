#include "schema/roster_xlsx.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <expat.h>
#include <unzip.h>

#define PIECE_BYTES (16 * 1024)
#define MAX_PART_NAME 256
#define MAX_FORMAT_BYTES 256u
#define MAX_FORMATS 1024u

/* ---- the zip file, out of memory ---- */

struct memory {
	const uint8_t *data;
	size_t len, at;
};

static voidpf
memory_open(voidpf opaque, const void *name, int mode)
{
	(void)name;
	return mode & ZLIB_FILEFUNC_MODE_WRITE ? NULL : opaque;
}

static uLong
memory_read(voidpf opaque, voidpf stream, void *buf, uLong size)
{
	struct memory *m = stream;
	size_t n = size < m->len - m->at ? size : m->len - m->at;

	(void)opaque;
	memcpy(buf, m->data + m->at, n);
	m->at += n;
	return n;
}

static ZPOS64_T
memory_tell(voidpf opaque, voidpf stream)
{
	(void)opaque;
	return ((struct memory *)stream)->at;
}

static long
memory_seek(voidpf opaque, voidpf stream, ZPOS64_T offset, int origin)
{
	struct memory *m = stream;
	size_t base = origin == ZLIB_FILEFUNC_SEEK_CUR ? m->at
	    : origin == ZLIB_FILEFUNC_SEEK_END ? m->len : 0;

	(void)opaque;
	if (offset > m->len - base)
		return -1;
	m->at = base + (size_t)offset;
	return 0;
}

static int
memory_close(voidpf opaque, voidpf stream)
{
	(void)opaque;
	(void)stream;
	return 0;
}

/* ---- what is gathered ---- */

enum part { PART_WORKBOOK, PART_RELATIONS, PART_STRINGS, PART_STYLES, PART_SHEET };
enum style { STYLE_NUMBER, STYLE_DATE, STYLE_MONTH };

struct tab {
	char *name, *relation, *target; /* owned */
	bool hidden;
};

struct xlsx {
	struct memory memory;
	unzFile zip;
	struct roster_book *book;
	const char **ret_reason;
	size_t inflated;
	int status;
	bool from_1904;

	struct tab tabs[ROSTER_BOOK_MAX_SHEETS];
	size_t ntabs;
	char *strings_target, *styles_target; /* owned; NULL: none */

	char **strings;             /* shared strings, owned */
	size_t nstrings, strings_cap, strings_bytes;
	uint8_t *styles;            /* enum style of each cell format */
	size_t nstyles, styles_cap;
	struct { int id; enum style style; } formats[MAX_FORMATS]; /* of its own */
	size_t nformats;

	/* While a part is parsed. */
	XML_Parser parser;
	enum part part;
	unsigned depth, phonetic;   /* inside rPh: how the text sounds */
	bool in_cell_formats, in_value, in_text, in_inline;
	char text[ROSTER_BOOK_MAX_CELL_BYTES * 2 + 1]; /* of v, t, si */
	size_t text_len;
	unsigned line, column, next_column;
	size_t style;
	char type[16];
	struct { unsigned line1, column1, line2, column2; } *merges;
	size_t nmerges, merges_cap;
};

static void
fail(struct xlsx *x, int status)
{
	if (x->status == STATUS_OK)
		x->status = status;
	if (x->parser)
		XML_StopParser(x->parser, XML_FALSE);
}

/* The name without its namespace's prefix. */
static const char *
local(const char *name)
{
	const char *colon = strrchr(name, ':');

	return colon ? colon + 1 : name;
}

static const char *
attribute(const char **atts, const char *name)
{
	for (; atts[0]; atts += 2)
		if (strcmp(local(atts[0]), name) == 0)
			return atts[1];
	return NULL;
}

static char *
copy(struct xlsx *x, const char *s)
{
	size_t n = strlen(s) + 1;
	char *p = n <= MAX_PART_NAME * 4 ? malloc(n) : NULL;

	if (p)
		memcpy(p, s, n);
	else
		fail(x, n <= MAX_PART_NAME * 4 ? STATUS_NOMEM : STATUS_TOO_LARGE);
	return p;
}

/* Room for one more; false after fail(). */
static bool
grow(struct xlsx *x, void **array, size_t n, size_t *cap, size_t size, size_t max)
{
	size_t more = *cap ? *cap * 2 : 64;
	void *p;

	if (n < *cap)
		return true;
	p = n < max ? realloc(*array, more * size) : NULL;
	if (!p) {
		fail(x, n < max ? STATUS_NOMEM : STATUS_TOO_LARGE);
		return false;
	}
	*array = p;
	*cap = more;
	return true;
}

/* ---- workbook, relations, styles ---- */

static void
workbook_start(struct xlsx *x, const char *name, const char **atts)
{
	const char *title = attribute(atts, "name"), *id = NULL, *state, *date;
	struct tab *t;

	if (strcmp(name, "workbookPr") == 0) {
		date = attribute(atts, "date1904");
		x->from_1904 = date && (strcmp(date, "1") == 0 || strcmp(date, "true") == 0);
	}
	if (strcmp(name, "sheet") != 0)
		return;
	for (const char **a = atts; a[0]; a += 2)
		if (strchr(a[0], ':') && strcmp(local(a[0]), "id") == 0)
			id = a[1];
	if (!title || !id)
		return;
	if (x->ntabs == ROSTER_BOOK_MAX_SHEETS) {
		fail(x, STATUS_TOO_LARGE);
		return;
	}
	t = &x->tabs[x->ntabs];
	*t = (struct tab){.name = copy(x, title), .relation = copy(x, id)};
	state = attribute(atts, "state");
	t->hidden = state && strcmp(state, "visible") != 0;
	x->ntabs++;
}

/* A target beside the workbook: xl/NAME, or /NAME from the top. */
static char *
target_name(struct xlsx *x, const char *target)
{
	char name[MAX_PART_NAME];
	int n = target[0] == '/' ? snprintf(name, sizeof(name), "%s", target + 1)
	    : snprintf(name, sizeof(name), "xl/%s", target);

	if (n < 0 || n >= (int)sizeof(name)) {
		fail(x, STATUS_MALFORMED);
		return NULL;
	}
	return copy(x, name);
}

static void
relations_start(struct xlsx *x, const char *name, const char **atts)
{
	const char *id = attribute(atts, "Id"), *target = attribute(atts, "Target");
	const char *type = attribute(atts, "Type");
	char **place = NULL;

	if (strcmp(name, "Relationship") != 0 || !id || !target || !type)
		return;
	type = strrchr(type, '/');
	if (type && strcmp(type, "/sharedStrings") == 0)
		place = &x->strings_target;
	if (type && strcmp(type, "/styles") == 0)
		place = &x->styles_target;
	for (size_t i = 0; i < x->ntabs && !place; i++)
		if (strcmp(x->tabs[i].relation, id) == 0)
			place = &x->tabs[i].target;
	if (place && !*place)
		*place = target_name(x, target);
}

/* What a number format shows: letters outside quotes and brackets. */
static enum style
style_of_format(const char *f)
{
	bool year = false, month = false, day = false;

	for (; *f != '\0' && *f != ';'; f++) {
		if (*f == '"') {
			f = strchr(f + 1, '"');
			if (!f)
				break;
		} else if (*f == '[') {
			f = strchr(f + 1, ']');
			if (!f)
				break;
		} else if (*f == '\\' || *f == '_' || *f == '*') {
			if (*++f == '\0')
				break;
		} else {
			year = year || *f == 'y' || *f == 'Y' || *f == 'e';
			month = month || *f == 'm' || *f == 'M';
			day = day || *f == 'd' || *f == 'D';
		}
	}
	if (day && month)
		return STYLE_DATE;
	return year && month ? STYLE_MONTH : year || day ? STYLE_DATE : STYLE_NUMBER;
}

static enum style
style_of_id(const struct xlsx *x, int id)
{
	for (size_t i = 0; i < x->nformats; i++)
		if (x->formats[i].id == id)
			return x->formats[i].style;
	/* Built in, with those of Chinese Excel; 17, 27, 36, 50, 52, 54, 57: months. */
	if (id == 17 || id == 27 || id == 36 || id == 50 || id == 52 || id == 54 || id == 57)
		return STYLE_MONTH;
	if ((id >= 14 && id <= 22 && id != 18 && id != 19 && id != 20 && id != 21)
	    || (id >= 28 && id <= 31) || id == 51 || id == 53 || id == 55 || id == 56
	    || id == 58)
		return STYLE_DATE;
	return STYLE_NUMBER;
}

static void
styles_start(struct xlsx *x, const char *name, const char **atts)
{
	const char *id = attribute(atts, "numFmtId"), *code = attribute(atts, "formatCode");

	if (strcmp(name, "cellXfs") == 0)
		x->in_cell_formats = true;
	if (strcmp(name, "numFmt") == 0 && id && code && x->nformats < MAX_FORMATS
	    && strlen(code) < MAX_FORMAT_BYTES) {
		x->formats[x->nformats].id = atoi(id);
		x->formats[x->nformats++].style = style_of_format(code);
	}
	if (strcmp(name, "xf") != 0 || !x->in_cell_formats)
		return;
	if (grow(x, (void **)&x->styles, x->nstyles, &x->styles_cap, 1,
	    ROSTER_XLSX_MAX_STYLES))
		x->styles[x->nstyles++] = (uint8_t)style_of_id(x, id ? atoi(id) : 0);
}

/* ---- shared strings ---- */

static void
text_start(struct xlsx *x, const char *name)
{
	if (strcmp(name, "rPh") == 0)
		x->phonetic++;
	if (strcmp(name, "t") == 0)
		x->in_text = x->phonetic == 0;
}

static void
text_end(struct xlsx *x, const char *name)
{
	if (strcmp(name, "rPh") == 0 && x->phonetic > 0)
		x->phonetic--;
	if (strcmp(name, "t") == 0)
		x->in_text = false;
}

static void
strings_end(struct xlsx *x)
{
	char *s;

	if (!grow(x, (void **)&x->strings, x->nstrings, &x->strings_cap, sizeof(char *),
	    ROSTER_XLSX_MAX_STRINGS))
		return;
	x->strings_bytes += x->text_len + 1;
	s = x->strings_bytes <= ROSTER_BOOK_MAX_BYTES ? malloc(x->text_len + 1) : NULL;
	if (!s) {
		fail(x, STATUS_TOO_LARGE);
		return;
	}
	memcpy(s, x->text, x->text_len);
	s[x->text_len] = '\0';
	x->strings[x->nstrings++] = s;
}

/* ---- a sheet ---- */

/* A1 → line 1, column 0; moves past it. */
static bool
reference(const char **p, unsigned *ret_line, unsigned *ret_column)
{
	const char *s = *p;
	unsigned line = 0, column = 0;

	for (; *s >= 'A' && *s <= 'Z' && column < 100000; s++)
		column = column * 26 + (unsigned)(*s - 'A' + 1);
	for (; *s >= '0' && *s <= '9' && line < 100000000; s++)
		line = line * 10 + (unsigned)(*s - '0');
	if (line == 0 || column == 0)
		return false;
	*p = s;
	*ret_line = line;
	*ret_column = column - 1;
	return true;
}

static void
cell_start(struct xlsx *x, const char **atts)
{
	const char *at = attribute(atts, "r"), *style = attribute(atts, "s");
	const char *type = attribute(atts, "t");

	x->column = x->next_column;
	if (at && !reference(&at, &x->line, &x->column)) {
		fail(x, STATUS_MALFORMED);
		return;
	}
	x->next_column = x->column + 1;
	x->style = style ? (size_t)strtoul(style, NULL, 10) : 0;
	snprintf(x->type, sizeof(x->type), "%s", type ? type : "n");
	x->text_len = 0;
}

static void
merge_start(struct xlsx *x, const char **atts)
{
	const char *ref = attribute(atts, "ref");
	unsigned l1, c1, l2, c2;

	if (!ref || !reference(&ref, &l1, &c1) || *ref++ != ':' || !reference(&ref, &l2, &c2))
		return;
	if (!grow(x, (void **)&x->merges, x->nmerges, &x->merges_cap, sizeof(*x->merges),
	    ROSTER_BOOK_MAX_ROWS))
		return;
	x->merges[x->nmerges].line1 = l1;
	x->merges[x->nmerges].column1 = c1;
	x->merges[x->nmerges].line2 = l2;
	x->merges[x->nmerges++].column2 = c2;
}

static void
sheet_start(struct xlsx *x, const char *name, const char **atts)
{
	const char *line;

	if (strcmp(name, "row") == 0) {
		line = attribute(atts, "r");
		x->line = line ? (unsigned)strtoul(line, NULL, 10) : x->line + 1;
		x->next_column = 0;
	}
	if (strcmp(name, "c") == 0)
		cell_start(x, atts);
	if (strcmp(name, "v") == 0)
		x->in_value = true;
	if (strcmp(name, "is") == 0)
		x->in_inline = true;
	if (x->in_inline)
		text_start(x, name);
	if (strcmp(name, "mergeCell") == 0)
		merge_start(x, atts);
}

static int
number_cell(struct xlsx *x)
{
	enum style style = x->style < x->nstyles ? x->styles[x->style] : STYLE_NUMBER;
	char *end;
	double number = strtod(x->text, &end);

	if (end == x->text || *end != '\0')
		return roster_book_cell(x->book, x->line, x->column, x->text, x->text_len,
		    ROSTER_BOOK_TEXT);
	if (style != STYLE_NUMBER)
		return roster_book_date(x->book, x->line, x->column, number, x->from_1904,
		    style == STYLE_DATE);
	return roster_book_number(x->book, x->line, x->column, number);
}

static void
cell_end(struct xlsx *x)
{
	int status = STATUS_OK;
	size_t i;

	x->text[x->text_len] = '\0';
	if (x->text_len == 0 || strcmp(x->type, "e") == 0 || strcmp(x->type, "b") == 0) {
		/* An error such as #N/A says nothing; a truth is 1 or 0. */
		if (x->text_len > 0 && x->type[0] == 'b')
			status = roster_book_cell(x->book, x->line, x->column, x->text,
			    x->text_len, ROSTER_BOOK_TEXT);
	} else if (strcmp(x->type, "s") == 0) {
		i = (size_t)strtoul(x->text, NULL, 10);
		if (i < x->nstrings)
			status = roster_book_cell(x->book, x->line, x->column, x->strings[i],
			    strlen(x->strings[i]), ROSTER_BOOK_TEXT);
		else
			status = STATUS_MALFORMED;
	} else if (strcmp(x->type, "n") == 0) {
		status = number_cell(x);
	} else if (strcmp(x->type, "d") == 0) {
		status = roster_book_cell(x->book, x->line, x->column, x->text,
		    x->text_len < 10 ? x->text_len : 10, ROSTER_BOOK_TEXT);
	} else {
		status = roster_book_cell(x->book, x->line, x->column, x->text, x->text_len,
		    ROSTER_BOOK_TEXT);
	}
	if (status != STATUS_OK)
		fail(x, status);
}

static void
sheet_end(struct xlsx *x, const char *name)
{
	if (x->in_inline)
		text_end(x, name);
	if (strcmp(name, "is") == 0)
		x->in_inline = false;
	if (strcmp(name, "v") == 0)
		x->in_value = false;
	if (strcmp(name, "c") == 0)
		cell_end(x);
}

/* ---- parsing ---- */

static void
on_start(void *ctx, const char *name, const char **atts)
{
	struct xlsx *x = ctx;

	name = local(name);
	if (x->status != STATUS_OK)
		return;
	if (++x->depth > ROSTER_XLSX_MAX_DEPTH) {
		fail(x, STATUS_MALFORMED);
		return;
	}
	switch (x->part) {
	case PART_WORKBOOK:
		workbook_start(x, name, atts);
		break;
	case PART_RELATIONS:
		relations_start(x, name, atts);
		break;
	case PART_STYLES:
		styles_start(x, name, atts);
		break;
	case PART_STRINGS:
		if (strcmp(name, "si") == 0)
			x->text_len = 0;
		text_start(x, name);
		break;
	case PART_SHEET:
		sheet_start(x, name, atts);
		break;
	}
}

static void
on_end(void *ctx, const char *name)
{
	struct xlsx *x = ctx;

	name = local(name);
	if (x->status != STATUS_OK)
		return;
	x->depth--;
	if (x->part == PART_SHEET)
		sheet_end(x, name);
	if (x->part == PART_STYLES && strcmp(name, "cellXfs") == 0)
		x->in_cell_formats = false;
	if (x->part == PART_STRINGS) {
		text_end(x, name);
		if (strcmp(name, "si") == 0)
			strings_end(x);
	}
}

/* Texts longer than a cell may be are cut, between characters. */
static void
on_text(void *ctx, const char *s, int len)
{
	struct xlsx *x = ctx;
	size_t n = (size_t)len, room = sizeof(x->text) - 1 - x->text_len;

	if (x->status != STATUS_OK || !(x->in_text || x->in_value))
		return;
	if (n > room) {
		n = room;
		while (n > 0 && ((unsigned char)s[n] & 0xc0) == 0x80)
			n--;
	}
	memcpy(x->text + x->text_len, s, n);
	x->text_len += n;
}

/* No spreadsheet has a document type; with it comes every entity bomb. */
static void
on_doctype(void *ctx, const char *name, const char *system, const char *public, int internal)
{
	(void)name;
	(void)system;
	(void)public;
	(void)internal;
	fail(ctx, STATUS_MALFORMED);
}

static int
parse_open_part(struct xlsx *x)
{
	for (;;) {
		void *piece = XML_GetBuffer(x->parser, PIECE_BYTES);
		int n = piece ? unzReadCurrentFile(x->zip, piece, PIECE_BYTES) : -1;

		if (n < 0)
			return piece ? STATUS_MALFORMED : STATUS_NOMEM;
		x->inflated += (size_t)n;
		if (x->inflated > ROSTER_XLSX_MAX_INFLATED)
			return STATUS_TOO_LARGE;
		if (XML_ParseBuffer(x->parser, n, n == 0) != XML_STATUS_OK)
			return x->status != STATUS_OK ? x->status : STATUS_MALFORMED;
		if (n == 0)
			return x->status;
	}
}

/* NOT_FOUND when the file has no such part. */
static int
parse_part(struct xlsx *x, const char *name, enum part part)
{
	int status;

	if (unzLocateFile(x->zip, name, 2) != UNZ_OK)
		return STATUS_NOT_FOUND;
	if (unzOpenCurrentFile(x->zip) != UNZ_OK)
		return STATUS_MALFORMED;
	x->parser = XML_ParserCreate(NULL);
	if (!x->parser) {
		unzCloseCurrentFile(x->zip);
		return STATUS_NOMEM;
	}
	x->part = part;
	x->depth = x->phonetic = x->line = x->next_column = 0;
	x->in_cell_formats = x->in_value = x->in_text = x->in_inline = false;
	x->nmerges = 0;
	XML_SetUserData(x->parser, x);
	XML_SetElementHandler(x->parser, on_start, on_end);
	XML_SetCharacterDataHandler(x->parser, on_text);
	XML_SetStartDoctypeDeclHandler(x->parser, on_doctype);
	status = parse_open_part(x);
	XML_ParserFree(x->parser);
	x->parser = NULL;
	/* A wrong checksum is damage too. */
	if (unzCloseCurrentFile(x->zip) != UNZ_OK && status == STATUS_OK)
		status = STATUS_MALFORMED;
	return status;
}

static int
read_sheet(struct xlsx *x, const struct tab *t)
{
	int status;

	if (!t->target)
		return STATUS_MALFORMED;
	status = roster_book_sheet(x->book, t->name, strlen(t->name), t->hidden);
	if (status == STATUS_OK)
		status = parse_part(x, t->target, PART_SHEET);
	for (size_t i = 0; i < x->nmerges && status == STATUS_OK; i++)
		status = roster_book_merge(x->book, x->merges[i].line1, x->merges[i].column1,
		    x->merges[i].line2, x->merges[i].column2);
	return status;
}

static int
read_book(struct xlsx *x)
{
	int status = parse_part(x, "xl/workbook.xml", PART_WORKBOOK);

	if (status == STATUS_NOT_FOUND) {
		*x->ret_reason = "R19.other_format";
		return STATUS_MALFORMED;
	}
	if (status == STATUS_OK)
		status = parse_part(x, "xl/_rels/workbook.xml.rels", PART_RELATIONS);
	if (status == STATUS_OK && x->styles_target)
		status = parse_part(x, x->styles_target, PART_STYLES);
	if (status == STATUS_OK && x->strings_target) {
		status = parse_part(x, x->strings_target, PART_STRINGS);
		if (status == STATUS_NOT_FOUND)
			status = STATUS_OK;
	}
	for (size_t i = 0; i < x->ntabs && status == STATUS_OK; i++)
		status = read_sheet(x, &x->tabs[i]);
	return status == STATUS_NOT_FOUND ? STATUS_MALFORMED : status;
}

static void
xlsx_free(struct xlsx *x)
{
	for (size_t i = 0; i < x->ntabs; i++) {
		free(x->tabs[i].name);
		free(x->tabs[i].relation);
		free(x->tabs[i].target);
	}
	for (size_t i = 0; i < x->nstrings; i++)
		free(x->strings[i]);
	free(x->strings);
	free(x->styles);
	free(x->merges);
	free(x->strings_target);
	free(x->styles_target);
	free(x);
}

int
roster_xlsx_read(const uint8_t *data, size_t len, struct roster_book *book,
    const char **ret_reason)
{
	struct xlsx *x = calloc(1, sizeof(*x));
	zlib_filefunc64_def files = {
		.zopen64_file = memory_open, .zread_file = memory_read,
		.ztell64_file = memory_tell, .zseek64_file = memory_seek,
		.zclose_file = memory_close, .zerror_file = memory_close,
	};
	int status;

	if (!x)
		return STATUS_NOMEM;
	x->memory = (struct memory){.data = data, .len = len};
	x->book = book;
	x->ret_reason = ret_reason;
	book->merges_known = true;
	files.opaque = &x->memory;
	x->zip = unzOpen2_64("roster", &files);
	status = x->zip ? read_book(x) : STATUS_MALFORMED;
	if (x->zip)
		unzClose(x->zip);
	xlsx_free(x);
	return status;
}
