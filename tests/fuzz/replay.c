/* main() for a fuzz program in a build without libFuzzer: runs the golden files
 * of tests/vectors/NAME and what a fuzzer once found, tests/fuzz/seeds/NAME,
 * through the parser, NAME being that of the program after "fuzz_". */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SEED_MAX_BYTES (4u << 20)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

/* Exactly sized memory, so that a sanitizer sees a read past the end. */
static int replay_file(const char *path)
{
	static uint8_t bytes[SEED_MAX_BYTES];
	FILE *f = fopen(path, "rb");
	uint8_t *exact;
	size_t len;

	if (f == NULL)
		return -1;
	len = fread(bytes, 1, sizeof bytes, f);
	if (ferror(f) || fclose(f) != 0 || (exact = malloc(len + (len == 0))) == NULL)
		return -1;
	memcpy(exact, bytes, len);
	/* Every shorter length too: a cut file is the commonest damage. */
	for (size_t part = 0; part < len; part += 1 + part / 64)
		(void)LLVMFuzzerTestOneInput(exact, part);
	(void)LLVMFuzzerTestOneInput(exact, len);
	free(exact);
	return 0;
}

/* Files replayed; -1 when one could not be read. */
static int replay_folder(const char *folder)
{
	DIR *d = opendir(folder);
	struct dirent *e;
	char path[8192];
	int n = 0;

	if (d == NULL)
		return 0;
	while (n >= 0 && (e = readdir(d)) != NULL) {
		if (e->d_name[0] == '.')
			continue;
		snprintf(path, sizeof path, "%s/%s", folder, e->d_name);
		n = replay_file(path) == 0 ? n + 1 : -1;
	}
	closedir(d);
	return n;
}

int main(int argc, char **argv)
{
	static const char *const places[] = { "tests/vectors", "tests/fuzz/seeds" };
	const char *source = getenv("SRCDIR");
	const char *name = strrchr(argv[0], '/');
	char folder[4096];
	int total = 0;

	(void)argc;
	name = name != NULL ? name + 1 : argv[0];
	if (strncmp(name, "fuzz_", 5) == 0)
		name += 5;
	for (size_t i = 0; i < sizeof places / sizeof *places && total >= 0; i++) {
		int n;

		snprintf(folder, sizeof folder, "%s/%s/%s", source != NULL ? source : ".",
		    places[i], name);
		n = replay_folder(folder);
		total = n < 0 ? -1 : total + n;
	}
	printf("1..1\n%s 1 - %d seeds of %s do no harm\n", total > 0 ? "ok" : "not ok",
	    total, name);
	return total > 0 ? 0 : 1;
}
