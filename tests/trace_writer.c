/* trace_writer FOLDER [BYTES [usual]]: writes bundles into FOLDER by folder.c on the
 * real system. Without BYTES one small one: the system calls that check_trace.py looks
 * at. With BYTES one of that size after the other until it is killed or the medium is
 * full, each name printed once folder.c says that it is written: check_vfat.py pulls the
 * stick meanwhile. "usual" leaves out the second fsync of the file, as most programs do. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sync/bundle.h"
#include "sync/folder.h"

#define MAX_ITEM_BYTES (1024u * 1024)

/* The usual order of syncs: none of the file once it has its name. */
static bool named;

static int
usual_rename(void *ctx, const char *from, const char *to)
{
	named = true;
	return env_posix.files->rename(ctx, from, to);
}

static int
usual_fsync(void *ctx, struct file *file)
{
	return named ? STATUS_OK : env_posix.files->fsync(ctx, file);
}

static int
write_bundle(struct file *file, size_t item_bytes, uint8_t ret_hash[HASH_BYTES])
{
	static uint8_t item[MAX_ITEM_BYTES] = {1};
	struct identity sender, recipient;
	struct bundle_info info = {.county = 410185, .number = 1, .roster = 1};
	struct bundle_manifest manifest = {.items = 1, .item_bytes = item_bytes};
	struct bundle_writer *w;
	int rc = identity_generate(&env_posix, &sender);

	if (rc == STATUS_OK)
		rc = identity_generate(&env_posix, &recipient);
	if (rc != STATUS_OK)
		return rc;
	info.sender = sender.pub.id;
	info.recipient = recipient.pub.id;
	rc = bundle_writer_new(&env_posix, file, &info, &sender, recipient.pub.seal_pk,
	    &manifest, &w);
	if (rc != STATUS_OK)
		return rc;
	rc = bundle_writer_item(w, BUNDLE_SEGMENT, item, item_bytes);
	if (rc == STATUS_OK)
		rc = bundle_writer_finish(w, ret_hash);
	bundle_writer_free(w);
	return rc;
}

static int
write_one(const struct env *env, const char *dir, size_t item_bytes)
{
	struct folder_write *fw;
	struct file *file;
	uint8_t hash[HASH_BYTES];
	char name[FOLDER_NAME_BYTES];
	int rc;

	named = false;
	rc = folder_write_begin(env, dir, FOLDER_BUNDLE, &fw, &file);
	if (rc == STATUS_OK) {
		rc = write_bundle(file, item_bytes, hash);
		if (rc == STATUS_OK)
			rc = folder_write_finish(fw, hash, name);
		folder_write_free(fw);
	}
	if (rc == STATUS_OK) {
		puts(name);
		fflush(stdout);
	}
	return rc;
}

int
main(int argc, char **argv)
{
	struct files usual = *env_posix.files;
	struct env env = env_posix;
	size_t item_bytes = argc > 2 ? strtoul(argv[2], NULL, 10) : 1000;
	int rc;

	if (argc < 2 || item_bytes == 0 || item_bytes > MAX_ITEM_BYTES || sodium_init() < 0)
		return 2;
	if (argc > 3 && !strcmp(argv[3], "usual")) {
		usual.rename = usual_rename;
		usual.fsync = usual_fsync;
		env.files = &usual;
	}
	do
		rc = write_one(&env, argv[1], item_bytes);
	while (rc == STATUS_OK && argc > 2);
	if (rc != STATUS_OK) {
		fprintf(stderr, "trace_writer: %s\n", status_text(rc));
		return 1;
	}
	return 0;
}
