/* Receipt: a hub says, signed, how far it has each stream of one scope. */
#ifndef SYNC_RECEIPT_H
#define SYNC_RECEIPT_H

#include "sync/identity.h"

#define RECEIPT_MAX_ENTRIES 4096
#define RECEIPT_MAX_BYTES (1024u * 1024)

struct receipt_entry {
	struct stream_id stream;
	uint64_t stored;            /* durable through; merged <= stored */
	uint64_t merged;            /* in the tables through */
	uint8_t merged_hash[HASH_BYTES]; /* of the segment that ends at merged;
	                             * zero at 0 */
	uint32_t exceptions;        /* rows refused or waiting up to merged */
};

struct receipt {
	uint64_t county;
	struct node_id by;          /* the node that signs */
	uint64_t epoch;             /* of the signer; a restored hub has a new one */
	uint64_t supersedes;        /* its epoch before, 0 none */
	uint64_t scope;
	int64_t time_s;             /* signer's clock: for people, never for order */
	uint64_t number;            /* counts up within the epoch */
	struct receipt_entry *entries; size_t n; /* sorted by stream */
};
void receipt_release(struct receipt *r);
/* USAGE when by is not the signer or receipt_read would refuse it. */
int receipt_build(const struct receipt *r, const struct identity *by,
    struct buffer *ret) MUST_CHECK;
/* FOREIGN, BAD_SIGNATURE, MALFORMED (merged > stored, unsorted …). */
int receipt_read(const uint8_t *data, size_t len, uint64_t county,
    const uint8_t sign_pk[32], struct receipt *ret) MUST_CHECK;
/* The half of receipt_read before the signature is looked at, and its inverse
 * without the signature: for inspect, the fuzzer and tests. */
int receipt_parse(const uint8_t *data, size_t len, struct receipt *ret) MUST_CHECK;
void receipt_encode(const struct receipt *r, struct buffer *b);
/* Who signed, unverified, to look the key up. */
int receipt_signer(const uint8_t *data, size_t len, struct node_id *ret) MUST_CHECK;

#endif
