/* Writes DIR/KIND/SIZE.bin and .json for every vector of vectors/trust.h.
 * Run by hand when a format changes: make_trust tests/vectors */
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "tests/vectors/trust.h"

static int
write_one(const char *dir, const char *kind, enum trust_size size)
{
	struct buffer b = BUFFER_INIT;
	json_t *json = NULL;
	char path[512];
	FILE *f;
	size_t n;
	int failed;

	trust_vector(kind, size, &b, &json);
	snprintf(path, sizeof path, "%s/%s", dir, kind);
	mkdir(path, 0777);
	snprintf(path, sizeof path, "%s/%s/%s.json", dir, kind, trust_sizes[size]);
	failed = json_dump_file(json, path, JSON_INDENT(1) | JSON_PRESERVE_ORDER);
	snprintf(path, sizeof path, "%s/%s/%s.bin", dir, kind, trust_sizes[size]);
	f = fopen(path, "wb");
	if (f == NULL)
		return 1;
	n = fwrite(b.data, 1, b.len, f);
	failed |= fclose(f) != 0 || n != b.len;
	buffer_release(&b);
	json_decref(json);
	return failed;
}

int
main(int argc, char **argv)
{
	if (argc != 2 || sodium_init() < 0) {
		fprintf(stderr, "usage: make_trust DIR\n");
		return 2;
	}
	for (unsigned kind = 0; kind < TRUST_KINDS; kind++)
		for (unsigned size = TRUST_SMALL; size <= TRUST_MAXIMAL; size++)
			if (write_one(argv[1], trust_kinds[kind], (enum trust_size)size)) {
				perror(trust_kinds[kind]);
				return 1;
			}
	return 0;
}
