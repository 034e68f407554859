/* Whether a signature fits is a pure function: a county asks the same some hundred times a
 * seed, a tenth of all that a seed computes.  Here libsodium answers each question once;
 * the linker prefers this definition to the library's. */
#include <sodium.h>
#include <string.h>

#define MESSAGE_BYTES 32
#define ASKED 4096

static struct {
	unsigned char sig[crypto_sign_BYTES], message[MESSAGE_BYTES],
	    pk[crypto_sign_PUBLICKEYBYTES];
	int there;
} asked[ASKED];

int
crypto_sign_verify_detached(const unsigned char *sig, const unsigned char *m,
    unsigned long long len, const unsigned char *pk)
{
	size_t at = (size_t)(sig[0] | sig[1] << 8) % ASKED;
	int bad;

	if (len == MESSAGE_BYTES && asked[at].there &&
	    memcmp(asked[at].sig, sig, sizeof(asked[at].sig)) == 0 &&
	    memcmp(asked[at].message, m, MESSAGE_BYTES) == 0 &&
	    memcmp(asked[at].pk, pk, sizeof(asked[at].pk)) == 0)
		return 0;
	bad = crypto_sign_ed25519_verify_detached(sig, m, len, pk);
	if (!bad && len == MESSAGE_BYTES) {
		memcpy(asked[at].sig, sig, sizeof(asked[at].sig));
		memcpy(asked[at].message, m, MESSAGE_BYTES);
		memcpy(asked[at].pk, pk, sizeof(asked[at].pk));
		asked[at].there = 1;
	}
	return bad;
}
