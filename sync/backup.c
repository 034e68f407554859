#include "sync/backup.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "sync/magic.h"
#include "sync/roster.h"

#define SEALED_BYTES (BACKUP_CHUNK_BYTES + crypto_secretstream_xchacha20poly1305_ABYTES)
#define STREAM_HEAD_BYTES crypto_secretstream_xchacha20poly1305_HEADERBYTES
#define KEY_BYTES crypto_secretstream_xchacha20poly1305_KEYBYTES
#define KEY_BOX_BYTES (KEY_BYTES + crypto_box_SEALBYTES)
#define PASS_BOX_BYTES (KEY_BYTES + crypto_secretbox_MACBYTES)
#define HEAD_MAX_BYTES 1024
/* The work factor stands in the file; these bound what a file may ask for. */
#define OPS crypto_pwhash_OPSLIMIT_MODERATE
#define MEMORY_KIB (64u * 1024)
#define OPS_MAX 16
#define MEMORY_KIB_MIN (crypto_pwhash_MEMLIMIT_MIN / 1024)
#define MEMORY_KIB_MAX (256u * 1024)

enum { ENTRY_END = 0, ENTRY_FILE = 1 };

struct pass_lock {
	uint64_t ops, memory_kib;  /* 0: no passphrase */
	uint8_t salt[crypto_pwhash_SALTBYTES];
	uint8_t box[PASS_BOX_BYTES];
};

struct head {
	struct backup_info info;
	struct { uint8_t pk[32], box[KEY_BOX_BYTES]; } keys[BACKUP_KEYS_MAX];
	size_t nkeys;
	struct pass_lock pass;
	uint8_t stream[STREAM_HEAD_BYTES];
};

static bool
part_valid(const char *p, size_t len)
{
	static const char allowed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	    "abcdefghijklmnopqrstuvwxyz0123456789._-";

	return len > 0 && p[0] != '.' && strspn(p, allowed) >= len;
}

bool
backup_name_valid(const char *name)
{
	const char *slash = strchr(name, '/');
	size_t len = strlen(name);

	if (len >= BACKUP_NAME_BYTES)
		return false;
	if (slash == NULL)
		return part_valid(name, len);
	return part_valid(name, (size_t)(slash - name)) &&
	    part_valid(slash + 1, len - (size_t)(slash - name) - 1);
}

/* ---- head ---- */

static void
put_head(struct buffer *b, const struct head *h)
{
	magic_put(b, 'A');
	buffer_put_varint(b, h->info.county);
	buffer_put(b, h->info.node.b, NODE_ID_BYTES);
	buffer_put_u8(b, h->info.role);
	buffer_put_varint(b, h->info.scope);
	buffer_put_zigzag(b, h->info.time_s);
	buffer_put_varint(b, h->nkeys);
	for (size_t i = 0; i < h->nkeys; i++) {
		buffer_put(b, h->keys[i].pk, sizeof h->keys[i].pk);
		buffer_put(b, h->keys[i].box, sizeof h->keys[i].box);
	}
	buffer_put_varint(b, h->pass.ops);
	if (h->pass.ops > 0) {
		buffer_put_varint(b, h->pass.memory_kib);
		buffer_put(b, h->pass.salt, sizeof h->pass.salt);
		buffer_put(b, h->pass.box, sizeof h->pass.box);
	}
	buffer_put(b, h->stream, sizeof h->stream);
}

static int
read_pass(struct reader *r, struct pass_lock *p)
{
	p->ops = reader_varint(r);
	if (p->ops == 0)
		return STATUS_OK;
	p->memory_kib = reader_varint(r);
	reader_copy(r, p->salt, sizeof p->salt);
	reader_copy(r, p->box, sizeof p->box);
	if (!r->failed && (p->ops > OPS_MAX || p->memory_kib < MEMORY_KIB_MIN ||
	    p->memory_kib > MEMORY_KIB_MAX))
		return STATUS_TOO_LARGE;
	return STATUS_OK;
}

static int
read_head(struct reader *r, struct head *h)
{
	int rc = magic_read(r, 'A');

	if (rc != STATUS_OK)
		return rc;
	h->info.county = reader_varint(r);
	reader_copy(r, h->info.node.b, NODE_ID_BYTES);
	h->info.role = reader_u8(r);
	h->info.scope = reader_varint(r);
	h->info.time_s = reader_zigzag(r);
	h->nkeys = reader_count(r, BACKUP_KEYS_MAX);
	for (size_t i = 0; i < h->nkeys; i++) {
		reader_copy(r, h->keys[i].pk, sizeof h->keys[i].pk);
		reader_copy(r, h->keys[i].box, sizeof h->keys[i].box);
	}
	rc = read_pass(r, &h->pass);
	reader_copy(r, h->stream, sizeof h->stream);
	if (rc != STATUS_OK)
		return rc;
	if (r->failed)
		return STATUS_TRUNCATED;
	if (h->info.role < ROLE_HUB || h->info.role > ROLE_RELAY ||
	    (h->nkeys == 0 && h->pass.ops == 0))
		return STATUS_MALFORMED;
	return STATUS_OK;
}

static int
derive(const struct pass_lock *p, const char *passphrase, uint8_t ret[32])
{
	return crypto_pwhash(ret, 32, passphrase, strlen(passphrase), p->salt, p->ops,
	    (size_t)p->memory_kib * 1024, crypto_pwhash_ALG_ARGON2ID13) == 0 ?
	    STATUS_OK : STATUS_NOMEM;
}

/* The salt is drawn anew for each file: so is the key, and no nonce is used twice. */
static const uint8_t no_nonce[crypto_secretbox_NONCEBYTES];

static int
lock(const struct env *env, const struct backup_locks *locks, const uint8_t key[KEY_BYTES],
    struct head *h)
{
	uint8_t pass_key[32];
	int rc;

	for (size_t i = 0; i < locks->n; i++) {
		memcpy(h->keys[i].pk, locks->key[i], 32);
		if (crypto_box_seal(h->keys[i].box, key, KEY_BYTES, locks->key[i]) != 0)
			return STATUS_USAGE;
	}
	h->nkeys = locks->n;
	if (locks->passphrase == NULL)
		return STATUS_OK;
	h->pass.ops = OPS;
	h->pass.memory_kib = MEMORY_KIB;
	env->random(env->ctx, h->pass.salt, sizeof h->pass.salt);
	rc = derive(&h->pass, locks->passphrase, pass_key);
	if (rc == STATUS_OK)
		crypto_secretbox_easy(h->pass.box, key, KEY_BYTES, no_nonce, pass_key);
	sodium_memzero(pass_key, sizeof pass_key);
	return rc;
}

/* ---- writing ---- */

struct backup_writer {
	const struct env *env;
	struct file *out;
	crypto_secretstream_xchacha20poly1305_state stream;
	uint8_t head[HASH_BYTES];  /* its hash goes with the first chunk */
	bool begun;
	uint64_t left;             /* bytes of the file at hand to come */
	size_t used;
	uint8_t plain[BACKUP_CHUNK_BYTES], sealed[SEALED_BYTES];
};

int
backup_writer_new(const struct env *env, struct file *out, const struct backup_info *info,
    const struct backup_locks *locks, struct backup_writer **ret)
{
	struct backup_writer *w;
	struct head h = { .info = *info };
	struct buffer b = BUFFER_INIT;
	uint8_t key[KEY_BYTES];
	int rc;

	if (locks->n > BACKUP_KEYS_MAX || (locks->n == 0 && locks->passphrase == NULL) ||
	    (locks->passphrase != NULL &&
	    strlen(locks->passphrase) < PASSPHRASE_MIN_BYTES))
		return STATUS_USAGE;
	w = calloc(1, sizeof *w);
	if (w == NULL)
		return STATUS_NOMEM;
	w->env = env;
	w->out = out;
	env->random(env->ctx, key, sizeof key);
	rc = lock(env, locks, key, &h);
	if (rc == STATUS_OK) {
		(void)crypto_secretstream_xchacha20poly1305_init_push(&w->stream, h.stream,
		    key);
		put_head(&b, &h);
		rc = buffer_status(&b);
	}
	if (rc == STATUS_OK) {
		hash_bytes("kehou 1 backup", b.data, b.len, w->head);
		rc = env->files->append(env->ctx, out, b.data, b.len);
	}
	sodium_memzero(key, sizeof key);
	buffer_release(&b);
	if (rc != STATUS_OK)
		backup_writer_free(w);
	else
		*ret = w;
	return rc;
}

static int
flush(struct backup_writer *w, uint8_t tag)
{
	unsigned long long len;

	(void)crypto_secretstream_xchacha20poly1305_push(&w->stream, w->sealed, &len,
	    w->plain, w->used, w->begun ? NULL : w->head, w->begun ? 0 : HASH_BYTES, tag);
	w->begun = true;
	w->used = 0;
	return w->env->files->append(w->env->ctx, w->out, w->sealed, (size_t)len);
}

int
backup_writer_plain(struct backup_writer *w, const void *data, size_t len)
{
	const uint8_t *p = data;
	int rc = STATUS_OK;

	while (rc == STATUS_OK && len > 0) {
		size_t n = sizeof w->plain - w->used;

		/* The last chunk is not known to be the last before the end. */
		if (n == 0) {
			rc = flush(w, crypto_secretstream_xchacha20poly1305_TAG_MESSAGE);
			continue;
		}
		if (n > len)
			n = len;
		memcpy(w->plain + w->used, p, n);
		w->used += n;
		p += n;
		len -= n;
	}
	return rc;
}

int
backup_writer_file(struct backup_writer *w, const char *name, uint64_t bytes)
{
	struct buffer b = BUFFER_INIT;
	int rc;

	if (w->left > 0 || !backup_name_valid(name) || bytes > BACKUP_MAX_FILE_BYTES)
		return STATUS_USAGE;
	buffer_put_u8(&b, ENTRY_FILE);
	buffer_put_bytes(&b, name, strlen(name));
	buffer_put_varint(&b, bytes);
	rc = buffer_status(&b);
	if (rc == STATUS_OK)
		rc = backup_writer_plain(w, b.data, b.len);
	buffer_release(&b);
	if (rc == STATUS_OK)
		w->left = bytes;
	return rc;
}

int
backup_writer_put(struct backup_writer *w, const void *data, size_t len)
{
	if (len > w->left)
		return STATUS_USAGE;
	w->left -= len;
	return backup_writer_plain(w, data, len);
}

int
backup_writer_finish(struct backup_writer *w)
{
	const uint8_t end = ENTRY_END;
	int rc = w->left > 0 ? STATUS_USAGE : backup_writer_plain(w, &end, 1);

	return rc == STATUS_OK ?
	    flush(w, crypto_secretstream_xchacha20poly1305_TAG_FINAL) : rc;
}

void
backup_writer_free(struct backup_writer *w)
{
	if (w != NULL)
		sodium_memzero(w, sizeof *w);
	free(w);
}

/* ---- reading ---- */

struct backup_reader {
	const struct env *env;
	struct file *file;
	struct head head;
	uint8_t head_hash[HASH_BYTES];
	uint64_t size, at;         /* of the file; where the next chunk begins */
	crypto_secretstream_xchacha20poly1305_state stream;
	bool open, begun, last;
	int status;                /* a failure stays */
	uint64_t left;             /* bytes of the file at hand */
	uint32_t files;
	size_t used, len;          /* of plain */
	uint8_t plain[BACKUP_CHUNK_BYTES], sealed[SEALED_BYTES];
};

int
backup_reader_new(const struct env *env, struct file *file, struct backup_reader **ret)
{
	struct backup_reader *r = calloc(1, sizeof *r);
	struct reader in;
	size_t n = 0;
	int rc;

	if (r == NULL)
		return STATUS_NOMEM;
	r->env = env;
	r->file = file;
	rc = env->files->size(env->ctx, file, &r->size);
	if (rc == STATUS_OK)
		rc = env->files->read_at(env->ctx, file, 0, r->sealed, HEAD_MAX_BYTES, &n);
	if (rc == STATUS_OK) {
		reader_init(&in, r->sealed, n);
		rc = read_head(&in, &r->head);
	}
	if (rc != STATUS_OK) {
		free(r);
		return rc;
	}
	r->at = n - in.left;
	hash_bytes("kehou 1 backup", r->sealed, (size_t)r->at, r->head_hash);
	*ret = r;
	return STATUS_OK;
}

const struct backup_info *
backup_reader_info(const struct backup_reader *r)
{
	return &r->head.info;
}

bool
backup_reader_has_passphrase(const struct backup_reader *r)
{
	return r->head.pass.ops > 0;
}

static int
begin(struct backup_reader *r, uint8_t key[KEY_BYTES])
{
	int failed = crypto_secretstream_xchacha20poly1305_init_pull(&r->stream,
	    r->head.stream, key);

	sodium_memzero(key, KEY_BYTES);
	r->open = failed == 0;
	return r->open ? STATUS_OK : STATUS_BAD_SIGNATURE;
}

int
backup_reader_passphrase(struct backup_reader *r, const char *passphrase)
{
	uint8_t pass_key[32], key[KEY_BYTES];
	int rc = r->head.pass.ops == 0 ? STATUS_PASSPHRASE :
	    derive(&r->head.pass, passphrase, pass_key);

	if (rc != STATUS_OK)
		return rc;
	if (crypto_secretbox_open_easy(key, r->head.pass.box, PASS_BOX_BYTES, no_nonce,
	    pass_key) != 0)
		rc = STATUS_PASSPHRASE;
	sodium_memzero(pass_key, sizeof pass_key);
	return rc == STATUS_OK ? begin(r, key) : rc;
}

int
backup_reader_secret(struct backup_reader *r, const uint8_t sk[32])
{
	uint8_t pk[32], key[KEY_BYTES];

	if (crypto_scalarmult_base(pk, sk) != 0)
		return STATUS_USAGE;
	for (size_t i = 0; i < r->head.nkeys; i++)
		if (memcmp(pk, r->head.keys[i].pk, sizeof pk) == 0)
			return crypto_box_seal_open(key, r->head.keys[i].box,
			    KEY_BOX_BYTES, pk, sk) == 0 ? begin(r, key) :
			    STATUS_BAD_SIGNATURE;
	return STATUS_NOT_FOR_US;
}

/* Opens the next chunk. */
static int
fill(struct backup_reader *r)
{
	unsigned long long len;
	unsigned char tag;
	size_t n = 0;
	int rc;

	if (r->last)
		return STATUS_MALFORMED; /* it ended before what it promised */
	if (r->at >= r->size)
		return STATUS_TRUNCATED;
	rc = r->env->files->read_at(r->env->ctx, r->file, r->at, r->sealed,
	    sizeof r->sealed, &n);
	if (rc != STATUS_OK)
		return rc;
	if (n < crypto_secretstream_xchacha20poly1305_ABYTES)
		return STATUS_TRUNCATED;
	if (crypto_secretstream_xchacha20poly1305_pull(&r->stream, r->plain, &len, &tag,
	    r->sealed, n, r->begun ? NULL : r->head_hash, r->begun ? 0 : HASH_BYTES) != 0)
		return STATUS_BAD_SIGNATURE;
	r->begun = true;
	r->at += n;
	r->used = 0;
	r->len = (size_t)len;
	r->last = tag == crypto_secretstream_xchacha20poly1305_TAG_FINAL;
	/* A chunk that is not full is the last one. */
	if (!r->last && (tag != crypto_secretstream_xchacha20poly1305_TAG_MESSAGE ||
	    r->len < sizeof r->plain))
		return STATUS_MALFORMED;
	return r->last && r->at < r->size ? STATUS_MALFORMED : STATUS_OK;
}

static int
take(struct backup_reader *r, uint8_t *buf, size_t len)
{
	while (r->status == STATUS_OK && len > 0) {
		size_t n = r->len - r->used;

		if (n == 0) {
			r->status = fill(r);
			continue;
		}
		if (n > len)
			n = len;
		memcpy(buf, r->plain + r->used, n);
		r->used += n;
		buf += n;
		len -= n;
	}
	return r->status;
}

/* A varint, in its shortest form. */
static int
take_varint(struct backup_reader *r, uint64_t *ret)
{
	uint8_t bytes[10];
	struct reader in;
	size_t n = 0;
	int rc;

	do {
		if (n == sizeof bytes)
			return STATUS_MALFORMED;
		rc = take(r, &bytes[n], 1);
	} while (rc == STATUS_OK && (bytes[n++] & 0x80) != 0);
	if (rc != STATUS_OK)
		return rc;
	reader_init(&in, bytes, n);
	*ret = reader_varint(&in);
	return reader_end(&in);
}

static int
next_file(struct backup_reader *r, char ret_name[BACKUP_NAME_BYTES], uint64_t *ret_bytes)
{
	char name[BACKUP_NAME_BYTES] = {0};
	uint64_t len, bytes;
	uint8_t kind;
	int rc = take(r, &kind, 1);

	if (rc != STATUS_OK)
		return rc;
	if (kind == ENTRY_END)
		return r->last && r->used == r->len ? STATUS_NOT_FOUND : STATUS_MALFORMED;
	if (kind != ENTRY_FILE || ++r->files > BACKUP_MAX_FILES)
		return STATUS_MALFORMED;
	rc = take_varint(r, &len);
	if (rc == STATUS_OK && len >= sizeof name)
		rc = STATUS_MALFORMED;
	if (rc == STATUS_OK)
		rc = take(r, (uint8_t *)name, (size_t)len);
	if (rc == STATUS_OK)
		rc = take_varint(r, &bytes);
	if (rc != STATUS_OK)
		return rc;
	if (strlen(name) != len || !backup_name_valid(name))
		return STATUS_MALFORMED;
	if (bytes > BACKUP_MAX_FILE_BYTES)
		return STATUS_TOO_LARGE;
	memcpy(ret_name, name, sizeof name);
	*ret_bytes = r->left = bytes;
	return STATUS_OK;
}

int
backup_reader_file(struct backup_reader *r, char ret_name[BACKUP_NAME_BYTES],
    uint64_t *ret_bytes)
{
	uint8_t rest[512];
	size_t n;

	if (!r->open)
		return STATUS_USAGE;
	while (r->status == STATUS_OK && r->left > 0)
		(void)!backup_reader_read(r, rest, sizeof rest, &n);
	if (r->status == STATUS_OK)
		r->status = next_file(r, ret_name, ret_bytes);
	return r->status;
}

int
backup_reader_read(struct backup_reader *r, uint8_t *buf, size_t len, size_t *ret_len)
{
	if (len > r->left)
		len = (size_t)r->left;
	if (take(r, buf, len) != STATUS_OK)
		return r->status;
	r->left -= len;
	*ret_len = len;
	return STATUS_OK;
}

void
backup_reader_free(struct backup_reader *r)
{
	if (r != NULL)
		sodium_memzero(r, sizeof *r);
	free(r);
}
