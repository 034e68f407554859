/* Writes the golden vectors of checkpoints: make_checkpoint FOLDER. */
#include <stdio.h>
#include <stdlib.h>

#include "tests/vectors/checkpoint.h"

static int
write_vector(const char *folder, enum checkpoint_vector_size size)
{
	struct buffer bytes = BUFFER_INIT;
	json_t *json = NULL;
	char path[4096];
	FILE *f;
	int failed = checkpoint_vector(size, &bytes, &json) != STATUS_OK;

	(void)snprintf(path, sizeof(path), "%s/%s.json", folder,
	    checkpoint_vector_sizes[size]);
	failed |= json_dump_file(json, path, JSON_INDENT(1) | JSON_PRESERVE_ORDER) != 0;
	(void)snprintf(path, sizeof(path), "%s/%s.bin", folder,
	    checkpoint_vector_sizes[size]);
	f = fopen(path, "wb");
	failed |= f == NULL || fwrite(bytes.data, 1, bytes.len, f) != bytes.len;
	failed |= f == NULL || fclose(f) != 0;
	json_decref(json);
	buffer_release(&bytes);
	return failed;
}

int
main(int argc, char **argv)
{
	int failed = 0;

	if (argc != 2) {
		fprintf(stderr, "usage: make_checkpoint FOLDER\n");
		return 2;
	}
	for (unsigned i = 0; i < 3; i++)
		failed |= write_vector(argv[1], (enum checkpoint_vector_size)i);
	return failed;
}
