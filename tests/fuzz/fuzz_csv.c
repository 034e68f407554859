/* Any bytes: refused, or sheets whose rows can be read as children. */
#include <assert.h>

#include "schema/roster_child.h"
#include "schema/roster_csv.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void
say(void *ctx, bool refused, enum roster_field field, const char *reason, const char *child,
    const char *text)
{
	(void)ctx;
	(void)refused;
	(void)child;
	assert(field < ROSTER_FIELDS && reason && text);
}

static void
read_children(const struct roster_book *book, struct roster_book_sheet *sheet)
{
	static struct roster_table table;
	struct roster_child_reader reader = {.table = &table, .ditto = !book->merges_known,
	    .say = say};
	struct roster_child c;

	table = (struct roster_table){.school_year = 2020};
	if (!roster_table_find(&table, sheet))
		return;
	roster_child_begin(&reader, sheet);
	for (size_t i = table.first; i < sheet->nrows; i++)
		if (!roster_table_skip(&table, &sheet->rows[i])
		    && roster_child_read(&reader, &sheet->rows[i], &c))
			assert(c.name[0] != '\0' && c.class >= 1);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct roster_book *book = roster_book_new();

	assert(book);
	if (roster_csv_read(data, len, book) == STATUS_OK)
		for (size_t i = 0; i < book->nsheets; i++)
			read_children(book, &book->sheets[i]);
	roster_book_free(book);
	return 0;
}
