/* The side of kehou-sheets. */
#include "schema/roster_apart.h"

#include <iconv.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "schema/confine.h"
#include "schema/roster_apart_message.h"
#include "schema/roster_file.h"

#if defined(__SANITIZE_ADDRESS__)
#define SHADOWED 1 /* the sanitizer's own memory is larger than any limit */
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SHADOWED 1
#endif
#endif
#ifndef SHADOWED
#define SHADOWED 0
#endif

static void
send_all(FILE *f, struct roster_apart_message m, const char *text)
{
	m.len = (uint16_t)strlen(text);
	fwrite(&m, sizeof(m), 1, f);
	fwrite(text, 1, m.len, f);
}

static void
send_book(FILE *f, const struct roster_book *book)
{
	for (size_t i = 0; i < book->nsheets; i++) {
		const struct roster_book_sheet *s = &book->sheets[i];

		send_all(f, (struct roster_apart_message){.what = 'S', .kind = s->hidden}, s->name);
		for (size_t r = 0; r < s->nrows; r++)
			for (unsigned c = 0; c < s->rows[r].ncells; c++)
				if (s->rows[r].cells[c].text)
					send_all(f, (struct roster_apart_message){.what = 'C',
					    .kind = s->rows[r].cells[c].kind,
					    .line = s->rows[r].line, .column = c},
					    s->rows[r].cells[c].text);
	}
}

static void
limit(int what, rlim_t n)
{
	struct rlimit l = {.rlim_cur = n, .rlim_max = n};

	(void)setrlimit(what, &l);
}

/* Tables of letters lie in files, and cannot be opened once we are shut off. */
static void
load_encodings(void)
{
	static const char *const names[] = {"GB18030", "UTF-16LE", "UTF-16BE", "CP936", "CP950",
		"CP1252", "MACINTOSH"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		(void)iconv_open("UTF-8", names[i]); /* kept until the end */
}

static void
confine(void)
{
	load_encodings();
	limit(RLIMIT_CORE, 0);
	limit(RLIMIT_NPROC, 0);
	limit(RLIMIT_CPU, ROSTER_APART_CPU_S);
	limit(RLIMIT_NOFILE, 16);
	limit(RLIMIT_FSIZE, 0);
	if (!SHADOWED)
		limit(RLIMIT_AS, ROSTER_APART_MEMORY_BYTES);
	/* What libraries say while they die is no word for people. */
	(void)close(STDERR_FILENO);
	(void)confine_to_pipes();
}

int
roster_apart_serve(int in, int out)
{
	struct roster_apart_message end = {.what = 'E'};
	struct roster_book *book = roster_book_new();
	FILE *f = fdopen(out, "w");
	const char *reason = "";
	struct stat st;
	uint8_t *data;
	int status;

	if (!f || !book || fstat(in, &st) < 0 || st.st_size > ROSTER_BOOK_MAX_FILE_BYTES)
		return 1;
	confine();
	data = malloc((size_t)st.st_size + 1);
	if (!data || pread(in, data, (size_t)st.st_size, 0) != st.st_size)
		return 1;
	status = roster_file_parse(in, data, (size_t)st.st_size, book, &reason);
	if (status == STATUS_OK)
		send_book(f, book);
	end.line = (uint32_t)-status;
	end.column = book->merges_known;
	send_all(f, end, status == STATUS_OK ? "" : reason);
	fflush(f);
	_exit(0);
}
