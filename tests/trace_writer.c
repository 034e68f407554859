/* Writes one small bundle into the folder argv[1] by folder.c on the real
 * system: the program whose system calls check_trace.py looks at. */
#include <stdio.h>

#include "sync/bundle.h"
#include "sync/folder.h"

static int
write_bundle(struct file *file, uint8_t ret_hash[HASH_BYTES])
{
	static const uint8_t item[1000] = {1};
	struct identity sender, recipient;
	struct bundle_info info = {.county = 410185, .number = 1, .roster = 1};
	struct bundle_manifest manifest = {.items = 1, .item_bytes = sizeof item};
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
	rc = bundle_writer_item(w, BUNDLE_SEGMENT, item, sizeof item);
	if (rc == STATUS_OK)
		rc = bundle_writer_finish(w, ret_hash);
	bundle_writer_free(w);
	return rc;
}

int
main(int argc, char **argv)
{
	struct folder_write *fw;
	struct file *file;
	uint8_t hash[HASH_BYTES];
	char name[FOLDER_NAME_BYTES];
	int rc;

	if (argc != 2 || sodium_init() < 0)
		return 2;
	rc = folder_write_begin(&env_posix, argv[1], FOLDER_BUNDLE, &fw, &file);
	if (rc == STATUS_OK) {
		rc = write_bundle(file, hash);
		if (rc == STATUS_OK)
			rc = folder_write_finish(fw, hash, name);
		folder_write_free(fw);
	}
	if (rc != STATUS_OK) {
		fprintf(stderr, "trace_writer: %s\n", status_text(rc));
		return 1;
	}
	puts(name);
	return 0;
}
