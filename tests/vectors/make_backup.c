/* Writes DIR/backup/SIZE.bin and .json anew: make_backup tests/vectors.  Ephemeral keys
 * are drawn, so each run gives other bytes that say the same. */
#include <jansson.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sync/backup.h"

#define PASSPHRASE "correct horse battery"

struct content {
	const char *name;
	size_t bytes;          /* byte i is 7 · i modulo 256 */
};
struct golden {
	const char *size;
	struct backup_info info;
	size_t keys;
	const char *passphrase;
	struct content files[4];
};

#define LONG_NAME "photos/abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-abcde" \
	"fghijklmnopqrstuvw"

static const struct golden vectors[] = {
	{ "small", { 410185, {{1, 2, 3, 4, 5, 6, 7, 8}}, 2, 2141000001, 1795500000 }, 1, NULL,
	    { { "roster", 0 } } },
	{ "several", { 410185, {{8, 7, 6, 5, 4, 3, 2, 1}}, 1, 0, 1795500000 }, 2, PASSPHRASE,
	    { { "kehou.db", 70000 }, { "keys/node.key", 100 }, { "roster", 300 } } },
	{ "maximal", { 999999, {{255, 255, 255, 255, 255, 255, 255, 255}}, 3, 9999999999,
	    INT64_MIN }, BACKUP_KEYS_MAX, PASSPHRASE,
	    { { LONG_NAME, 65536 }, { "a", 1 }, { "b-_.c", 0 }, { "roster", 131072 } } },
};

static int
write_vector(const struct golden *v, const char *path)
{
	struct backup_locks locks = { .n = v->keys, .passphrase = v->passphrase };
	struct backup_writer *w = NULL;
	struct file *file;
	int rc;

	for (size_t i = 0; i < v->keys; i++) {
		uint8_t sk[32];

		memset(sk, (int)(7 + i), sizeof sk);
		crypto_scalarmult_base(locks.key[i], sk);
	}
	(void)unlink(path);
	rc = env_posix.files->create(NULL, path, &file);
	if (rc == STATUS_OK)
		rc = backup_writer_new(&env_posix, file, &v->info, &locks, &w);
	for (size_t i = 0; rc == STATUS_OK && i < 4 && v->files[i].name != NULL; i++) {
		rc = backup_writer_file(w, v->files[i].name, v->files[i].bytes);
		for (size_t k = 0; rc == STATUS_OK && k < v->files[i].bytes; k++)
			rc = backup_writer_put(w, &(uint8_t){ (uint8_t)(7 * k) }, 1);
	}
	if (rc == STATUS_OK)
		rc = backup_writer_finish(w);
	backup_writer_free(w);
	env_posix.files->close(NULL, file);
	return rc;
}

static json_t *
hex(const uint8_t *p, size_t len)
{
	char text[2 * 64 + 1];

	return json_string(sodium_bin2hex(text, sizeof text, p, len));
}

static int
write_json(const struct golden *v, const char *path)
{
	json_t *files = json_array(), *keys = json_array(), *all;
	char scope[24], time[24];
	int rc;

	snprintf(scope, sizeof scope, "%llu", (unsigned long long)v->info.scope);
	snprintf(time, sizeof time, "%lld", (long long)v->info.time_s);
	for (size_t i = 0; i < v->keys; i++) {
		uint8_t sk[32];

		memset(sk, (int)(7 + i), sizeof sk);
		json_array_append_new(keys, hex(sk, sizeof sk));
	}
	for (size_t i = 0; i < 4 && v->files[i].name != NULL; i++)
		json_array_append_new(files, json_pack("{s:s, s:I}", "name",
		    v->files[i].name, "bytes", (json_int_t)v->files[i].bytes));
	all = json_pack("{s:s, s:{s:o, s:s*}, s:{s:I, s:o, s:I, s:s, s:s, s:I, s:b, s:o}}",
	    "kind", "backup", "keys", "secrets", keys, "passphrase_text", v->passphrase,
	    "fields", "county", (json_int_t)v->info.county, "node",
	    hex(v->info.node.b, NODE_ID_BYTES), "role", (json_int_t)v->info.role, "scope",
	    scope, "time_s", time, "keys", (json_int_t)v->keys, "passphrase",
	    v->passphrase != NULL, "files", files);
	rc = json_dump_file(all, path, JSON_INDENT(1) | JSON_PRESERVE_ORDER);
	json_decref(all);
	return rc;
}

int
main(int argc, char **argv)
{
	char path[1024];

	if (argc != 2 || sodium_init() < 0)
		return 2;
	snprintf(path, sizeof path, "%s/backup", argv[1]);
	(void)mkdir(path, 0755);
	for (size_t i = 0; i < 3; i++) {
		snprintf(path, sizeof path, "%s/backup/%s.bin", argv[1], vectors[i].size);
		if (write_vector(&vectors[i], path) != STATUS_OK)
			return 1;
		(void)chmod(path, 0644);
		snprintf(path, sizeof path, "%s/backup/%s.json", argv[1], vectors[i].size);
		if (write_json(&vectors[i], path) != 0)
			return 1;
	}
	return 0;
}
