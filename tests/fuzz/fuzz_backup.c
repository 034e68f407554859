/* Any bytes as a backup file; and any bytes as what stands sealed in one. */
#include <assert.h>
#include <string.h>

#include "sync/backup.h"
#include "tests/sim/sim_env.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static int
read_all(const struct env *env, const uint8_t sk[32])
{
	struct backup_reader *r = NULL;
	struct file *file;
	char name[BACKUP_NAME_BYTES];
	uint8_t buf[4096];
	uint64_t bytes;
	size_t n;
	int rc = env->files->open_read(env->ctx, "a", &file);

	assert(rc == STATUS_OK);
	rc = backup_reader_new(env, file, &r);
	if (rc == STATUS_OK)
		rc = backup_reader_secret(r, sk);
	while (rc == STATUS_OK && (rc = backup_reader_file(r, name, &bytes)) == STATUS_OK) {
		assert(backup_name_valid(name));
		do
			rc = backup_reader_read(r, buf, sizeof buf, &n);
		while (rc == STATUS_OK && n > 0);
	}
	backup_reader_free(r);
	env->files->close(env->ctx, file);
	return rc;
}

/* Plain bytes, sealed as a writer seals them. */
static void
seal(const struct env *env, const uint8_t *data, size_t len, const uint8_t sk[32])
{
	static const struct backup_info info = { .county = 410185, .role = 2 };
	struct backup_locks locks = { .n = 1 };
	struct backup_writer *w = NULL;
	struct file *file;
	int rc = env->files->create(env->ctx, "a", &file);

	assert(rc == STATUS_OK);
	crypto_scalarmult_base(locks.key[0], sk);
	rc = backup_writer_new(env, file, &info, &locks, &w);
	assert(rc == STATUS_OK);
	rc = backup_writer_plain(w, data, len);
	if (rc == STATUS_OK)
		rc = backup_writer_finish(w);
	assert(rc == STATUS_OK);
	backup_writer_free(w);
	env->files->close(env->ctx, file);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct sim_world *w = sim_world_new(1);
	const struct env *env = sim_node(w, 1, 1788220800);
	uint8_t sk[32];

	memset(sk, 7, sizeof sk);
	sim_poke(w, "a", data, len);
	(void)read_all(env, sk);
	sim_remove(w, "a");
	seal(env, data, len, sk);
	assert(read_all(env, sk) != STATUS_OK);
	sim_world_free(w);
	return 0;
}
