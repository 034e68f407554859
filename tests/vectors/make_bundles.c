/* Writes DIR/bundle/SIZE.bin and .json.  Run by hand when the format changes:
 * make_bundles tests/vectors */
#include <stdio.h>
#include <sys/stat.h>

#include "tests/vectors/bundles.h"

static int
write_one(const char *dir, enum trust_size size)
{
	struct buffer b = BUFFER_INIT;
	struct bundles_case c;
	json_t *json;
	char path[512];
	int failed = 1;
	FILE *f;

	bundles_case_init(&c, size);
	bundles_write(&c, &b);
	json = bundles_json(&c);
	snprintf(path, sizeof path, "%s/bundle", dir);
	mkdir(path, 0777);
	snprintf(path, sizeof path, "%s/bundle/%s.bin", dir, trust_sizes[size]);
	f = fopen(path, "wb");
	if (f != NULL) {
		failed = fwrite(b.data, 1, b.len, f) != b.len;
		failed |= fclose(f) != 0;
	}
	snprintf(path, sizeof path, "%s/bundle/%s.json", dir, trust_sizes[size]);
	failed |= json_dump_file(json, path, JSON_INDENT(1) | JSON_PRESERVE_ORDER);
	json_decref(json);
	buffer_release(&b);
	bundles_case_release(&c);
	return failed;
}

int
main(int argc, char **argv)
{
	int failed = 0;

	if (argc != 2) {
		fprintf(stderr, "usage: make_bundles DIR\n");
		return 2;
	}
	for (unsigned size = TRUST_SMALL; size <= TRUST_MAXIMAL; size++)
		failed |= write_one(argv[1], (enum trust_size)size);
	if (failed)
		perror(argv[1]);
	return failed;
}
