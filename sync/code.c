#include "sync/code.h"

#include <string.h>

#include "sync/magic.h"

#define ARGON_PASSES 2
#define ARGON_BYTES (8u * 1024 * 1024)
#define NONCE_BYTES crypto_aead_xchacha20poly1305_ietf_NPUBBYTES
#define TAG_BYTES crypto_aead_xchacha20poly1305_ietf_ABYTES
#define TIME_END (INT64_C(1) << 33) /* seconds */

/* Damm's quasigroup of order 10: no single digit changed and no two neighbours swapped
 * leave the same last state. */
static const uint8_t damm[10][10] = {
	{ 0, 3, 1, 7, 5, 9, 8, 6, 4, 2 }, { 7, 0, 9, 2, 1, 5, 4, 8, 6, 3 },
	{ 4, 2, 0, 6, 8, 7, 1, 3, 5, 9 }, { 1, 7, 5, 0, 9, 8, 3, 4, 2, 6 },
	{ 6, 1, 2, 3, 0, 4, 5, 9, 7, 8 }, { 3, 6, 7, 4, 2, 0, 9, 5, 8, 1 },
	{ 5, 8, 6, 9, 7, 2, 0, 1, 3, 4 }, { 8, 9, 4, 5, 3, 6, 2, 0, 1, 7 },
	{ 9, 4, 3, 8, 6, 1, 7, 2, 0, 5 }, { 2, 5, 8, 1, 4, 3, 6, 7, 9, 0 },
};

/* Over the group's number, from 1, and n of its digits; 0 after a right check digit. */
static unsigned
check_of(unsigned group, const char *digits, unsigned n)
{
	unsigned state = damm[0][group];

	for (unsigned i = 0; i < n; i++)
		state = damm[state][digits[i] - '0'];
	return state;
}

void
code_new(const struct env *env, char ret[CODE_TEXT_BYTES])
{
	char *p = ret;
	uint8_t b;

	for (unsigned group = 1; group <= CODE_GROUPS; group++) {
		for (unsigned i = 0; i < CODE_GROUP_DIGITS - 1; i++) {
			do
				env->random(env->ctx, &b, 1);
			while (b >= 250); /* each digit as likely as the others */
			p[i] = (char)('0' + b % 10);
		}
		p[CODE_GROUP_DIGITS - 1] = (char)('0' +
		    check_of(group, p, CODE_GROUP_DIGITS - 1));
		p[CODE_GROUP_DIGITS] = group < CODE_GROUPS ? ' ' : '\0';
		p += CODE_GROUP_DIGITS + 1;
	}
}

/* The digit at the text, or -1 for what may stand between digits, or -2; *ret_bytes long. */
static int
next_char(const char *text, size_t *ret_bytes)
{
	static const char *const between[] = { " ", "\t", "\n", "\r", "-", ".", ",", "\u3000",
		"\u2013", "\u2014", "\uff0c", "\u3001", "\uff0d" };
	const unsigned char *u = (const unsigned char *)text;

	*ret_bytes = 1;
	if (*u >= '0' && *u <= '9')
		return *u - '0';
	if (u[0] == 0xef && u[1] == 0xbc && u[2] >= 0x90 && u[2] <= 0x99) {
		*ret_bytes = 3;
		return u[2] - 0x90;
	}
	for (size_t i = 0; i < sizeof between / sizeof *between; i++)
		if (strncmp(text, between[i], strlen(between[i])) == 0) {
			*ret_bytes = strlen(between[i]);
			return -1;
		}
	return -2;
}

/* Where there are not 30 digits, the first run of them that is no group of six. */
struct runs {
	unsigned n, bad;           /* runs ended; number of the first bad one, or 0 */
	size_t len;                /* of the one that goes on */
};

static void
end_run(struct runs *r)
{
	if (r->len == 0)
		return;
	r->n++;
	if (r->bad == 0 && r->len != CODE_GROUP_DIGITS && r->n <= CODE_GROUPS)
		r->bad = r->n;
	r->len = 0;
}

int
code_parse(const char *text, char ret_digits[CODE_DIGITS + 1], unsigned *ret_group)
{
	char digits[CODE_DIGITS + 1] = "";
	struct runs runs = { 0 };
	size_t n = 0, step;

	*ret_group = 0;
	for (; *text != '\0'; text += step) {
		int d = next_char(text, &step);

		if (d == -2)
			return STATUS_MALFORMED;
		if (d == -1) {
			end_run(&runs);
			continue;
		}
		runs.len++;
		if (n < CODE_DIGITS)
			digits[n] = (char)('0' + d);
		n++;
	}
	end_run(&runs);
	if (n != CODE_DIGITS) {
		sodium_memzero(digits, sizeof digits);
		*ret_group = runs.n > 1 ? runs.bad : 0;
		return STATUS_MALFORMED;
	}
	for (unsigned g = 0; g < CODE_GROUPS && *ret_group == 0; g++)
		if (check_of(g + 1, digits + g * CODE_GROUP_DIGITS, CODE_GROUP_DIGITS) != 0)
			*ret_group = g + 1;
	if (*ret_group == 0)
		memcpy(ret_digits, digits, sizeof digits);
	sodium_memzero(digits, sizeof digits);
	return *ret_group == 0 ? STATUS_OK : STATUS_MALFORMED;
}

int
code_derive(const char digits[CODE_DIGITS + 1], struct code *ret)
{
	uint8_t salt[HASH_BYTES], master[32], id[HASH_BYTES];
	int failed;

	/* The same for all: who has the digits alone must find the file.  Each code is its own
	 * 83 bits, so that nothing is gained over many. */
	hash_bytes("kehou 1 code salt", "", 0, salt);
	failed = crypto_pwhash(master, sizeof master, digits, CODE_DIGITS, salt, ARGON_PASSES,
	    ARGON_BYTES, crypto_pwhash_ALG_ARGON2ID13);
	if (failed == 0) {
		hash_bytes("kehou 1 code id", master, sizeof master, id);
		memcpy(ret->id, id, sizeof ret->id);
		hash_bytes("kehou 1 code key", master, sizeof master, ret->key);
	}
	sodium_memzero(master, sizeof master);
	return failed == 0 ? STATUS_OK : STATUS_NOMEM;
}

void
code_wipe(struct code *c)
{
	sodium_memzero(c, sizeof *c);
}

/* ---- the file ---- */

static void
put_label(struct buffer *b, const struct code_label *label)
{
	magic_put(b, 'W');
	buffer_put_varint(b, label->county);
	buffer_put(b, label->invite, sizeof label->invite);
	buffer_put_varint(b, (uint64_t)label->until_s);
}

int
code_seal(const struct code *c, const struct env *env, const struct code_label *label,
    const uint8_t *invitation, size_t len, struct buffer *ret)
{
	struct buffer b = BUFFER_INIT;
	uint8_t nonce[NONCE_BYTES], *box;
	size_t head;
	int status;

	if (len > INVITATION_MAX_BYTES || label->until_s < 0 || label->until_s >= TIME_END)
		return STATUS_USAGE;
	put_label(&b, label);
	head = b.len;
	env->random(env->ctx, nonce, sizeof nonce);
	buffer_put(&b, nonce, sizeof nonce);
	buffer_put_varint(&b, len + TAG_BYTES);
	box = buffer_extend(&b, len + TAG_BYTES);
	if (box != NULL)
		(void)crypto_aead_xchacha20poly1305_ietf_encrypt(box, NULL, invitation, len,
		    b.data, head, NULL, nonce, c->key);
	status = buffer_status(&b);
	if (status == STATUS_OK) {
		buffer_put(ret, b.data, b.len);
		status = buffer_status(ret);
	}
	buffer_release(&b);
	return status;
}

struct parts {
	struct code_label label;
	size_t head;               /* bytes of the label */
	const uint8_t *nonce, *box;
	size_t len;                /* of the box */
};

static int
read_parts(const uint8_t *sealed, size_t len, struct parts *ret)
{
	struct parts p = { .head = 0 };
	struct reader r;
	uint64_t until;
	int status;

	if (len > CODE_SEALED_MAX_BYTES)
		return STATUS_TOO_LARGE;
	reader_init(&r, sealed, len);
	status = magic_read(&r, 'W');
	if (status != STATUS_OK)
		return status;
	p.label.county = reader_varint(&r);
	reader_copy(&r, p.label.invite, sizeof p.label.invite);
	until = reader_varint(&r);
	p.head = len - r.left;
	p.nonce = reader_take(&r, NONCE_BYTES);
	p.box = reader_bytes(&r, INVITATION_MAX_BYTES + TAG_BYTES, &p.len);
	status = reader_end(&r);
	if (status != STATUS_OK)
		return status;
	if (p.len < TAG_BYTES || until >= (uint64_t)TIME_END ||
	    !stream_county_valid(p.label.county))
		return STATUS_MALFORMED;
	p.label.until_s = (int64_t)until;
	*ret = p;
	return STATUS_OK;
}

int
code_label(const uint8_t *sealed, size_t len, struct code_label *ret)
{
	struct parts p;
	int status = read_parts(sealed, len, &p);

	if (status == STATUS_OK)
		*ret = p.label;
	return status;
}

int
code_open(const struct code *c, const uint8_t *sealed, size_t len, struct buffer *ret)
{
	struct parts p;
	size_t before = ret->len;
	uint8_t *out;
	int status = read_parts(sealed, len, &p);

	if (status != STATUS_OK)
		return status;
	out = buffer_extend(ret, p.len - TAG_BYTES);
	if (out == NULL)
		return buffer_status(ret);
	if (crypto_aead_xchacha20poly1305_ietf_decrypt(out, NULL, NULL, p.box, p.len, sealed,
	    p.head, p.nonce, c->key) == 0)
		return STATUS_OK;
	ret->len = before;
	return STATUS_BAD_SIGNATURE;
}
