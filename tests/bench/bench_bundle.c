/* A bundle near its limit: how much memory it takes beyond one item, and its
 * time against one BLAKE2b of the same bytes.  And what small bundles cost. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "sync/bundle.h"
#include "sync/folder.h"

#define ITEM_BYTES (1000u * 1000)

static uint8_t item[ITEM_BYTES];
static struct identity sender, recipient;

static void
must(int rc)
{
	if (rc != STATUS_OK) {
		fprintf(stderr, "bench_bundle: %s\n", status_text(rc));
		exit(1);
	}
}

static double
seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static long
peak_kib(void)
{
	struct rusage usage;

	getrusage(RUSAGE_SELF, &usage);
	return usage.ru_maxrss;
}

static uint64_t
write_bundle(const char *dir, size_t items, size_t len, char name[FOLDER_NAME_BYTES])
{
	struct bundle_info info = {.county = 410185, .number = 100,
	    .replaces = 99, .received = 99, .roster = 10,
	    .sender = sender.pub.id, .recipient = recipient.pub.id};
	struct bundle_manifest m = {.since = 99, .items = items,
	    .item_bytes = items * len};
	struct bundle_writer *w;
	struct folder_write *fw;
	struct file *file;
	uint8_t hash[HASH_BYTES];
	uint64_t size;

	must(folder_write_begin(&env_posix, dir, FOLDER_BUNDLE, &fw, &file));
	must(bundle_writer_new(&env_posix, file, &info, &sender, recipient.pub.seal_pk, &m,
	    &w));
	for (size_t i = 0; i < items; i++)
		must(bundle_writer_item(w, BUNDLE_SEGMENT, item, len));
	must(bundle_writer_finish(w, hash));
	must(env_posix.files->size(NULL, file, &size));
	must(folder_write_finish(fw, hash, name));
	bundle_writer_free(w);
	folder_write_free(fw);
	return size;
}

static void
read_bundle(const char *dir, const char *name, size_t items)
{
	struct bundle_manifest m;
	struct bundle_reader *r;
	struct file *file;
	enum bundle_item kind;
	const uint8_t *data;
	size_t len, n = 0;
	int rc;

	must(folder_open(&env_posix, dir, name, &file));
	must(bundle_reader_new(&env_posix, file, &r));
	must(bundle_reader_verify(r, sender.pub.sign_pk));
	must(bundle_reader_open(r, &recipient, &m));
	while ((rc = bundle_reader_item(r, &kind, &data, &len)) == STATUS_OK)
		n++;
	must(rc == STATUS_NOT_FOUND && n == items ? STATUS_OK : STATUS_CORRUPT);
	vector_release(&m.vector);
	bundle_reader_free(r);
	env_posix.files->close(NULL, file);
}

static void
bench_size(const char *dir, size_t items)
{
	char name[FOLDER_NAME_BYTES];
	uint8_t hash[HASH_BYTES];
	long before = peak_kib();
	double start = seconds(), written, read, hashed;
	struct hash h;
	uint64_t size = write_bundle(dir, items, ITEM_BYTES, name);

	written = seconds();
	read_bundle(dir, name, items);
	read = seconds();
	folder_hash_init(&h);
	for (size_t i = 0; i < items; i++)
		hash_update(&h, item, ITEM_BYTES);
	hash_final(&h, hash);
	hashed = seconds() - read;
	printf("%5.1f MB in %zu items: peak memory +%ld KiB; CPU against one hash of it: "
	    "write %.1f, read %.1f\n", (double)size / 1e6, items, peak_kib() - before,
	    (written - start) / hashed, (read - written) / hashed);
	must(folder_remove(&env_posix, dir, name));
}

int
main(void)
{
	static const size_t small[] = {20, 100, 300, 600, 1000, 4000};
	char dir[] = "/tmp/kehou-bench-XXXXXX", folder[64], name[FOLDER_NAME_BYTES];

	if (sodium_init() < 0 || mkdtemp(dir) == NULL)
		return 1;
	must(identity_generate(&env_posix, &sender));
	must(identity_generate(&env_posix, &recipient));
	env_posix.random(NULL, item, sizeof item);
	for (size_t i = 0; i < sizeof small / sizeof *small; i++) {
		uint64_t size = write_bundle(dir, 1, small[i], name);

		printf("a segment of %4zu bytes: %llu bytes more in its bundle\n", small[i],
		    (unsigned long long)size - small[i]);
		must(folder_remove(&env_posix, dir, name));
	}
	bench_size(dir, 2);
	bench_size(dir, 60);
	snprintf(folder, sizeof folder, "%s/%s", dir, FOLDER_NAME);
	return rmdir(folder) != 0 || rmdir(dir) != 0;
}
