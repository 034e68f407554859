/* Writes seeds for fuzz_segment, fuzz_facts and fuzz_pack: DIR/KIND-NAME. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sync/facts.h"
#include "sync/pack.h"
#include "sync/segment.h"
#include "tests/bench/day_model.h"

static void
fixed_random(void *ctx, uint8_t *buf, size_t len)
{
	(void)ctx;
	memset(buf, 0x5a, len);
}

static const struct env fixed = {.random = fixed_random};

static int
write_seed(const char *dir, const char *name, const uint8_t *first,
    const struct buffer *rest)
{
	char path[4096];
	FILE *f;
	int n = snprintf(path, sizeof path, "%s/%s", dir, name), ok;

	f = n > 0 && (size_t)n < sizeof path ? fopen(path, "wb") : NULL;
	if (!f)
		return 1;
	ok = (!first || fwrite(first, 1, 1, f) == 1)
	    && fwrite(rest->data, 1, rest->len, f) == rest->len;
	return fclose(f) == 0 && ok ? 0 : 1;
}

int
main(int argc, char **argv)
{
	struct buffer facts = BUFFER_INIT, packed = BUFFER_INIT, segment = BUFFER_INIT;
	struct segment_header h = {.stream = day_stream(), .first = 1, .roster = 1};
	uint8_t hash[HASH_BYTES], prev[HASH_BYTES] = {0}, seed[32] = {9}, first = 1;
	struct identity author;
	struct batch b;
	int failed = 1;

	if (argc != 2 || sodium_init() < 0)
		return EXIT_FAILURE;
	memset(&author, 0, sizeof author);
	crypto_sign_seed_keypair(author.pub.sign_pk, author.sign_sk, seed);
	batch_init(&b);
	if (day_model(&b, 5, 0, 1, false) == STATUS_OK) {
		h.count = b.ntx;
		if (facts_encode(&day_registry, &h.stream, &b, &facts) == STATUS_OK
		    && pack(facts.data, facts.len, &packed) == STATUS_OK
		    && segment_build(&day_registry, 410185, &h, prev, &b, NULL,
		    &author, &fixed, &segment, hash) == STATUS_OK) {
			failed = write_seed(argv[1], "segment-day", &first, &segment);
			first = (uint8_t)(b.ntx - 1);
			failed |= write_seed(argv[1], "facts-day", &first, &facts);
			failed |= write_seed(argv[1], "pack-day", NULL, &packed);
		}
	}
	batch_release(&b);
	buffer_release(&facts);
	buffer_release(&packed);
	buffer_release(&segment);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
