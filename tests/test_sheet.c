/* The bytes are read again with minizip: what a spreadsheet program would see. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <unzip.h>

#include "schema/sheet.h"

/* One part of the book as text; to be freed. */
static char *
part(const struct buffer *book, const char *name)
{
	char path[] = "/tmp/test_sheet.XXXXXX", *text = calloc(1, 1 << 20);
	int fd = mkstemp(path);
	unzFile zip;

	assert_non_null(text);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, book->data, book->len), book->len);
	close(fd);
	zip = unzOpen(path);
	unlink(path);
	assert_non_null(zip);
	assert_int_equal(unzLocateFile(zip, name, 1), UNZ_OK);
	assert_int_equal(unzOpenCurrentFile(zip), UNZ_OK);
	assert_true(unzReadCurrentFile(zip, text, (1 << 20) - 1) > 0);
	unzClose(zip);
	return text;
}

static void
ids_are_text_and_numbers_numbers(void **state)
{
	struct buffer book = BUFFER_INIT;
	json_t *rows = json_pack("[{s:s, s:I, s:i, s:b, s:n}]", "name", "=1+1", "id",
	    (json_int_t)410199201408129567, "count", 7, "yes", 1, "nothing");
	struct sheet sheet = {.name = "a/b[1]", .note = "说明", .rows = rows};
	char *cells, *words, *names;

	(void)state;
	assert_int_equal(sheet_write(&sheet, &book), STATUS_OK);
	cells = part(&book, "xl/worksheets/sheet1.xml");
	words = part(&book, "xl/sharedStrings.xml");
	names = part(&book, "xl/workbook.xml");
	assert_non_null(strstr(cells, "<v>7</v>"));
	assert_null(strstr(cells, "<f>"));
	assert_null(strstr(cells, "410199201408129567"));
	assert_non_null(strstr(words, "410199201408129567"));
	assert_non_null(strstr(words, "=1+1"));
	assert_non_null(strstr(words, "说明"));
	assert_non_null(strstr(words, "√"));
	assert_non_null(strstr(names, "\"ab1\""));
	free(cells);
	free(words);
	free(names);
	json_decref(rows);
	buffer_release(&book);
}

static void
too_much_is_refused_and_leaves_the_buffer_alone(void **state)
{
	struct buffer book = BUFFER_INIT;
	char *text = calloc(1, 40000);
	json_t *rows;

	(void)state;
	assert_non_null(text);
	memset(text, 'a', 39999);
	rows = json_pack("[{s:s}]", "name", text);
	assert_int_equal(sheet_write(&(struct sheet){.rows = rows}, &book), STATUS_TOO_LARGE);
	assert_int_equal(book.len, 0);
	free(text);
	json_decref(rows);
	buffer_release(&book);
}

static void
no_rows_give_a_sheet_with_its_headers(void **state)
{
	static const struct sheet_column columns[] = {{.key = "a", .title = "姓名"}};
	struct buffer book = BUFFER_INIT;
	json_t *rows = json_array();
	char *words;

	(void)state;
	assert_int_equal(sheet_write(&(struct sheet){.columns = columns, .ncolumns = 1,
	    .rows = rows}, &book), STATUS_OK);
	words = part(&book, "xl/sharedStrings.xml");
	assert_non_null(strstr(words, "姓名"));
	free(words);
	json_decref(rows);
	buffer_release(&book);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ids_are_text_and_numbers_numbers),
		cmocka_unit_test(too_much_is_refused_and_leaves_the_buffer_alone),
		cmocka_unit_test(no_rows_give_a_sheet_with_its_headers),
	};

	return cmocka_run_group_tests_name("sheet", tests, NULL, NULL);
}
