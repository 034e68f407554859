/* Prints bytes per roll-call mark of segments over the day model. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "sync/facts.h"
#include "sync/pack.h"
#include "sync/segment.h"
#include "tests/bench/day_model.h"

#define ENVELOPE_BYTES 156 /* of a sealed bundle around one segment */
#define SEED 2026

static void
fixed_random(void *ctx, uint8_t *buf, size_t len)
{
	(void)ctx;
	memset(buf, 0x5a, len);
}

static const struct env bench_env = {.random = fixed_random};

static int64_t
cpu_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static int
decode_ns(const struct buffer *packed, int64_t *ret_open, int64_t *ret_decode)
{
	struct batch b;
	int i, status = STATUS_OK;

	*ret_open = *ret_decode = INT64_MAX;
	batch_init(&b);
	for (i = 0; i < 20 && status == STATUS_OK; i++) {
		struct segment s = {0};
		int64_t t0 = cpu_ns(), t1;

		status = segment_open(packed->data, packed->len, &s);
		t1 = cpu_ns();
		if (status == STATUS_OK)
			status = segment_decode(&s, &day_registry, NULL, 0, &b);
		if (t1 - t0 < *ret_open)
			*ret_open = t1 - t0;
		if (cpu_ns() - t1 < *ret_decode)
			*ret_decode = cpu_ns() - t1;
		segment_release(&s);
	}
	batch_release(&b);
	return status;
}

static int
bench(const char *name, int days, bool everything)
{
	struct segment_header h = {.stream = day_stream(), .first = 1000, .roster = 7};
	struct identity author = {{{{0}}, {0}, {0}}, {0}, {0}};
	struct buffer packed = BUFFER_INIT, facts = BUFFER_INIT;
	uint8_t prev[HASH_BYTES] = {0}, hash[HASH_BYTES], seed[32] = {1};
	int64_t open_ns = 0, ns = 0;
	struct batch b;
	int status;

	crypto_sign_seed_keypair(author.pub.sign_pk, author.sign_sk, seed);
	batch_init(&b);
	status = day_model(&b, SEED, 0, days, everything);
	h.count = b.ntx;
	if (status == STATUS_OK)
		status = facts_encode(&day_registry, &h.stream, &b, &facts);
	if (status == STATUS_OK)
		status = segment_build(&day_registry, 410185, &h, prev, &b, NULL,
		    &author, &bench_env, &packed, hash);
	if (status == STATUS_OK)
		status = decode_ns(&packed, &open_ns, &ns);
	if (status == STATUS_OK)
		printf("%-20s %5u tx %6u rows  facts %6zu B  segment %5zu B  "
		    "%.3f B a mark with envelope  open %.0f us  decode %.0f us\n",
		    name, b.ntx, b.nrows, facts.len, packed.len,
		    (double)(packed.len + ENVELOPE_BYTES) / (DAY_MARKS * days),
		    (double)open_ns / 1000, (double)ns / 1000);
	else
		fprintf(stderr, "%s: %s\n", name, status_text(status));
	batch_release(&b);
	buffer_release(&facts);
	buffer_release(&packed);
	return status;
}

int
main(void)
{
	int failed = sodium_init() < 0;

	failed |= bench("day, everything", 1, true) != STATUS_OK;
	failed |= bench("week, everything", 5, true) != STATUS_OK;
	failed |= bench("day, roll call", 1, false) != STATUS_OK;
	failed |= bench("week, roll call", 5, false) != STATUS_OK;
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
