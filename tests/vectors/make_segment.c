/* Writes the golden vectors of segments: make_segment FOLDER. */
#include <stdio.h>
#include <stdlib.h>

#include "tests/bench/day_model.h"
#include "tests/vectors/segment.h"

static void
print_cell(FILE *f, struct value v)
{
	if (v.type == VALUE_NULL)
		fputs("null", f);
	else if (v.type == VALUE_INT)
		fprintf(f, "\"%lld\"", (long long)v.i);
	else
		fprintf(f, "{\"text\": \"%.*s\"}", (int)v.len, (const char *)v.p);
}

/* Tables with id, count and rows, all or the first and last: [tx, op, length,
 * stamp, mask, cells]. */
static void
print_tables(FILE *f, const struct batch *b, int all)
{
	uint32_t i, j;
	unsigned c;

	for (i = 0; i < b->ntables; i++) {
		const struct batch_table *t = &b->tables[i];

		fprintf(f, "%s\n    {\"id\": %u, \"rows\": %u, \"%s\": [",
		    i ? "," : "", t->id, t->nrows, all ? "all" : "first_and_last");
		for (j = 0; j < t->nrows; j += !all && t->nrows > 1 ? t->nrows - 1 : 1) {
			const struct batch_row *r = &t->rows[j];

			fprintf(f, "%s\n      [%u, %u, %u, \"%llu\", %llu, [",
			    j ? "," : "", r->tx, r->op, r->length,
			    (unsigned long long)r->stamp,
			    (unsigned long long)r->mask);
			for (c = 0; c < t->table->ncolumns; c++) {
				fputs(c ? ", " : "", f);
				print_cell(f, *batch_cell(t, c, j));
			}
			fputs("]]", f);
		}
		fputs("]}", f);
	}
}

static int
write_vector(const char *folder, enum segment_vector_size size)
{
	struct buffer bytes = BUFFER_INIT;
	uint8_t hash[HASH_BYTES];
	char path[4096], erased[64];
	struct batch b;
	FILE *f;
	int ok, i;

	batch_init(&b);
	ok = segment_vector(size, &bytes, &b, hash) == STATUS_OK;
	snprintf(path, sizeof path, "%s/%s.bin", folder, segment_vector_sizes[size]);
	f = ok ? fopen(path, "wb") : NULL;
	ok = f && fwrite(bytes.data, 1, bytes.len, f) == bytes.len;
	if (f)
		ok = fclose(f) == 0 && ok;
	snprintf(path, sizeof path, "%s/%s.json", folder, segment_vector_sizes[size]);
	f = ok ? fopen(path, "wb") : NULL;
	erased[0] = '\0';
	if (ok && size == SEGMENT_SEVERAL)
		snprintf(erased, sizeof erased, "[%d, %u], [%d, %u]", DAY_ATTENDANCE,
		    batch_find(&b, DAY_ATTENDANCE)->nrows - 2, DAY_LEAVING,
		    batch_find(&b, DAY_LEAVING)->nrows - 2);
	if (f) {
		fprintf(f, "{\n  \"county\": %llu,\n  \"sign_seed\": \"09\",\n"
		    "  \"previous\": \"00\",\n  \"first\": 1,\n  \"count\": %u,\n"
		    "  \"roster\": 3,\n  \"school_key\": \"07070707\",\n"
		    "  \"erased\": [%s],\n  \"time\": [%lld, %lld],\n  \"hash\": \"",
		    (unsigned long long)SEGMENT_VECTOR_COUNTY, b.ntx, erased,
		    (long long)b.txs[0].time_s, (long long)b.txs[b.ntx - 1].time_s);
		for (i = 0; i < HASH_BYTES; i++)
			fprintf(f, "%02x", hash[i]);
		fputs("\",\n  \"tables\": [", f);
		print_tables(f, &b, size == SEGMENT_SMALL);
		fputs("\n  ]\n}\n", f);
		ok = fclose(f) == 0;
	}
	batch_release(&b);
	buffer_release(&bytes);
	return ok && f ? 0 : 1;
}

int
main(int argc, char **argv)
{
	int failed = argc != 2 || sodium_init() < 0, size;

	for (size = SEGMENT_SMALL; size <= SEGMENT_MAXIMAL && !failed; size++)
		failed = write_vector(argv[1], (enum segment_vector_size)size);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
