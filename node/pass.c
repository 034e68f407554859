#include "node/pass.h"

#include <string.h>

#include <sodium.h>

#define PASS_BYTES (1 + NODE_ID_BYTES + PASS_MAC_BYTES)

static uint8_t key[crypto_generichash_KEYBYTES];

void
pass_begin(void)
{
	randombytes_buf(key, sizeof(key));
}

static void
make_mac(const char *name, const struct spool_from *from, uint8_t ret[PASS_MAC_BYTES])
{
	const uint8_t what = (uint8_t)from->what;
	crypto_generichash_state h;

	crypto_generichash_init(&h, key, sizeof(key), PASS_MAC_BYTES);
	crypto_generichash_update(&h, &what, 1);
	crypto_generichash_update(&h, from->node.b, NODE_ID_BYTES);
	crypto_generichash_update(&h, (const uint8_t *)name, strlen(name));
	crypto_generichash_final(&h, ret, PASS_MAC_BYTES);
}

static bool
read_hex(const char *text, uint8_t *ret, size_t len)
{
	size_t n = 0;

	return text != NULL && sodium_hex2bin(ret, len, text, strlen(text), NULL, &n, NULL) == 0 &&
	    n == len;
}

bool
pass_proved(const struct roster *roster, const char *what, const char *proof,
    struct spool_from *ret)
{
	uint8_t bytes[PROOF_BYTES];
	const struct roster_cert *by;

	if (!read_hex(proof, bytes, sizeof(bytes)))
		return false;
	by = proof_of(roster, what, bytes);
	if (by == NULL)
		return false;
	ret->node = by->node.id;
	ret->what = by->role == ROLE_SCHOOL ? SPOOL_KNOWN : SPOOL_CARRIER;
	return true;
}

void
pass_give(const struct roster *roster, const char *name, const char *proof,
    char ret[PASS_TEXT_BYTES])
{
	uint8_t pass[PASS_BYTES];
	struct spool_from from;

	ret[0] = '\0';
	if (!pass_proved(roster, name, proof, &from))
		return;
	pass[0] = (uint8_t)from.what;
	memcpy(pass + 1, from.node.b, NODE_ID_BYTES);
	make_mac(name, &from, pass + 1 + NODE_ID_BYTES);
	sodium_bin2hex(ret, PASS_TEXT_BYTES, pass, sizeof(pass));
}

struct spool_from
pass_read(const char *name, const char *text)
{
	struct spool_from from = { .what = SPOOL_STRANGER };
	uint8_t pass[PASS_BYTES], mac[PASS_MAC_BYTES];

	if (!read_hex(text, pass, sizeof(pass)))
		return from;
	from.what = pass[0] == SPOOL_CARRIER ? SPOOL_CARRIER : SPOOL_KNOWN;
	memcpy(from.node.b, pass + 1, NODE_ID_BYTES);
	make_mac(name, &from, mac);
	if (sodium_memcmp(mac, pass + 1 + NODE_ID_BYTES, PASS_MAC_BYTES) != 0)
		return (struct spool_from){ .what = SPOOL_STRANGER };
	return from;
}
